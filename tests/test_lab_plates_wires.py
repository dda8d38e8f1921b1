"""The wires: every attack on an equality can be found by playing, and only where the checks let it.

Judges of it: mtlib.lab.attacks, which carries the same attacks out at a data centre's byte interface.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from mtlib.lab import Wires
from mtlib.lab.attacks import AROUND, succeeding
from mtlib.lab.plates.wires import AFTER, BEFORE, LIVE, OPTIONS, SWITCHES, TIMES, TROPHIES, WIRES, Scene
from mtlib.protocol.checks import CHECKS
from plates import BINDING, play
from test_attacks import TABLE

Move = tuple[str, object]
PLAYS: dict[str, tuple[int, tuple[str, ...], str]] = {
    "A1": (BEFORE, ("tunnel",), "temp_auth_key_id"),
    "A2": (AFTER, ("msg_id",), "msg_id"),
    "A3": (AFTER, ("session_id",), "temp_session_id"),
    "A6": (BEFORE, ("perm_auth_key_id",), "perm_auth_key_id"),
    "A7": (LIVE, ("seal", "msg_id"), "not_bound_elsewhere"),
    "A8": (BEFORE, ("nonce",), "nonce"),
    "A10": (BEFORE, ("tunnel", "tunnel"), "temp_auth_key_id"),
}
"""How each is found: when, what is changed, and the check that has to be off."""
LINES = [line for line, (switches, _) in TABLE.items()
         if not switches.off & set(AROUND)]  # fmt: skip
"""The lines of the table of attacks in which only checks are off."""


def moves(name: str) -> list[Move]:
    when, changes, _ = PLAYS[name]
    return [("when", when), *(("change", change) for change in changes)]


@pytest.mark.parametrize("name", PLAYS)
def test_each_attack_is_found_by_playing_and_kept(name: str) -> None:
    model = Wires(BINDING)
    said = play(model, *moves(name))
    assert "boolTrue" not in said and model.trophies == [] and model.answer() == model.scene.judged().error
    assert model.scene.judged().failed == PLAYS[name][2]
    said = play(model, ("switch", PLAYS[name][2]))
    assert said.startswith(f"boolTrue, dishonestly. {name}: ") and model.trophies == [name]
    play(model, ("restore", None), ("switch", PLAYS[name][2]))
    assert model.trophies == [name]
    (mark,) = (mark for mark in model.marks() if mark.id == f"trophy {name}")
    assert TROPHIES[name][1] in mark.label


def test_all_seven_in_one_game() -> None:
    model = Wires(BINDING)
    for name in PLAYS:
        play(model, ("restore", None), *moves(name), ("switch", PLAYS[name][2]), ("switch", PLAYS[name][2]))
    assert sorted(model.trophies) == sorted(TROPHIES) == sorted(PLAYS)


def scenes() -> Iterator[Scene]:
    """Everything that can be on the table."""
    for when in TIMES:
        for options in product(*(range(len(each)) for each in OPTIONS.values())):
            chosen = dict(zip(OPTIONS, options, strict=True))
            if not chosen["seal"] or chosen["perm_auth_key_id"] == 2:
                yield Scene(BINDING, when, tuple(chosen.items()))


@pytest.mark.parametrize("line", LINES)
def test_what_can_be_found_is_what_succeeds_at_a_data_centre(line: str) -> None:
    switches, _ = TABLE[line]
    off = switches.off & set(SWITCHES)
    found = {scene.attack for scene in scenes() if scene.attack and scene.accepted(frozenset(off))}
    assert found == set(succeeding(switches)) & TROPHIES.keys()


def test_with_every_check_on_a_changed_seal_opens_to_noise_and_no_equality_holds() -> None:
    model = Wires(BINDING)
    play(model, ("change", "perm_auth_key_id"), ("change", "perm_auth_key_id"))
    verdict = model.scene.judged()
    assert not any(verdict[wire.check].holds for wire in WIRES) and verdict["msg_key"].holds is False
    assert "msg_key" in model.state["said"]


def test_the_wires_are_the_equalities_of_the_table_of_checks() -> None:
    names = [check.name for check in CHECKS]
    assert len(WIRES) == 6 and set(SWITCHES) <= set(names)
    assert [wire.check for wire in WIRES] == [
        "temp_auth_key_id", "temp_session_id", "msg_id", "perm_auth_key_id", "nonce", "expires_at"
    ]  # fmt: skip


@pytest.mark.parametrize(("change", "check"), [
    ("tunnel", "temp_auth_key_id"), ("session_id", "temp_session_id"), ("msg_id", "msg_id"),
    ("perm_auth_key_id", "perm_auth_key_id"), ("nonce", "nonce"), ("expires_at", "expires_at"),
])  # fmt: skip
def test_a_changed_value_breaks_its_wire_and_lights_its_check(change: str, check: str) -> None:
    model = Wires(BINDING)
    play(model, ("change", change))
    marks = {mark.id: mark for mark in model.marks()}
    broken = [wire.check for wire in WIRES if "bad" in marks[f"wire {wire.check}"].look]
    assert broken == [check]
    assert "bad" in marks[f"s {check}"].look and "✗" in marks[f"s {check}"].text
    play(model, ("switch", check))
    marks = {mark.id: mark for mark in model.marks()}
    assert "bad" in marks[f"wire {check}"].look and marks[f"s {check}"].pressed  # broken still, and nobody looks


@pytest.mark.parametrize(("messages", "why"), [
    ([], "the client's own request"),
    ([("change", "msg_id"), ("switch", "msg_id")], "as the client wanted"),
    ([("when", AFTER), ("change", "seal"), ("change", "msg_id")], "on a key that he holds"),
    ([("change", "tunnel"), ("change", "seal")], "on a key that he holds"),
    ([("change", "nonce"), ("change", "tunnel"), ("switch", "nonce"), ("switch", "temp_auth_key_id")], "More is bent"),
    ([("change", "expires_at"), ("switch", "expires_at"), ("switch", "expires_at_in_range")], "as the client wanted"),
])  # fmt: skip
def test_what_is_no_attack_is_said_and_gives_no_trophy(messages: list[Move], why: str) -> None:
    model = Wires(BINDING)
    said = play(model, *messages)
    assert said.startswith("boolTrue. ") and why in said and model.trophies == []


def test_the_very_packet_again_is_not_executed() -> None:
    said = play(Wires(BINDING), ("when", AFTER))
    assert "message_new" in said and "not executed again" in said
