"""Attacks times switched-off checks, on real envelopes: what each field and rule of a binding is for.

A model of the same attacks treats the envelope as a list of fields, which an attacker may set as he likes once msg_key
is not checked. Bytes are less obliging; where the outcome differs, `LESS_THAN_THE_MODEL` says why.
"""

from __future__ import annotations

from functools import cache

import pytest

from mtlib.crypto.entropy import Noise
from mtlib.errors import LocalError, TransportError
from mtlib.lab.attacks import ATTACKS, DOCUMENTED, FOURTEEN, PARTS, Party, Switches, World, succeeding
from mtlib.wire.schema import SCHEMA

found = cache(succeeding)
"""Which of these attacks succeed: several tests ask about the same."""


def off(*names: str) -> Switches:
    """As documented, and these off, too."""
    return Switches(DOCUMENTED | set(names))


TABLE: dict[str, tuple[Switches, str]] = {
    "as documented": (off(), "A13"),
    "msg_key": (off("msg_key"), "A13"),
    "temp_auth_key_id": (off("temp_auth_key_id"), "A1 A10 A13"),
    "msg_id": (off("msg_id"), "A2 A13"),
    "temp_session_id": (off("temp_session_id"), "A3 A13"),
    "expires_at": (off("expires_at"), "A13"),
    "expires_at_in_range": (off("expires_at_in_range"), "A13"),
    "expires_at, expires_at_in_range": (off("expires_at", "expires_at_in_range"), "A13"),
    "nonce": (off("nonce"), "A8 A13"),
    "perm_auth_key_id": (off("perm_auth_key_id"), "A6 A13"),
    "not_bound_elsewhere": (off("not_bound_elsewhere"), "A7 A13"),
    "one_temp_key": (off("one_temp_key"), "A2 A3 A9 A11 A12 A13"),
    "duplicates": (off("duplicates"), "A11 A13"),
    "window": (off("window"), "A12 A13"),
    "duplicates, window": (off("duplicates", "window"), "A11 A12 A13"),
    "msg_id, temp_session_id": (off("msg_id", "temp_session_id"), "A2 A3 A13"),
    "msg_key, temp_auth_key_id": (off("msg_key", "temp_auth_key_id"), "A1 A10 A13"),
}
"""What is off, and which attacks succeed then."""

MODEL: dict[str, str] = {
    "as documented": "A13",
    "msg_key": "A0 A1 A2 A3 A6 A8 A10 A13",
    "temp_auth_key_id": "A1 A5 A10 A13",
    "msg_id": "A2 A13",
    "temp_session_id": "A3 A13",
    "expires_at": "A13",
    "expires_at_in_range": "A13",
    "expires_at, expires_at_in_range": "A4 A13",
    "nonce": "A8 A13",
    "perm_auth_key_id": "A6 A13",
    "not_bound_elsewhere": "A7 A13",
    "one_temp_key": "A2 A3 A9 A11 A12 A13",
    "duplicates": "A11 A13",
    "window": "A12 A13",
    "duplicates, window": "A11 A12 A13",
    "msg_id, temp_session_id": "A2 A3 A13",
    "msg_key, temp_auth_key_id": "A0 A1 A2 A3 A5 A6 A8 A10 A13",
}
"""The same in the model of fields. Made by: a switchable model, computed before this data centre existed."""

NOISE = (
    "without the permanent key nobody can choose the plaintext: whatever is changed in the ciphertext opens to noise,"
    " and the equalities refuse it. They are a second net under msg_key; only an unchanged envelope slips through both"
)
TUNNEL = "this data centre books the key of the tunnel, whatever id stands inside, so there is no victim's key to book"
CLAMP = "the end that the key exchange gave is kept, and the earlier of the two counts: no check, so it is never off"
LESS_THAN_THE_MODEL: dict[str, dict[str, str]] = {
    "msg_key": dict.fromkeys(["A0", "A1", "A2", "A3", "A6", "A8", "A10"], NOISE),
    "temp_auth_key_id": {"A5": TUNNEL},
    "expires_at, expires_at_in_range": {"A4": CLAMP},
    "msg_key, temp_auth_key_id": dict.fromkeys(["A0", "A2", "A3", "A6", "A8"], NOISE) | {"A5": TUNNEL},
}


@pytest.mark.parametrize("line", TABLE)
def test_what_succeeds_without_a_check(line: str) -> None:
    switches, expected = TABLE[line]
    assert found(switches, FOURTEEN) == sorted(expected.split(), key=FOURTEEN.index)


@pytest.mark.parametrize("line", TABLE)
def test_where_bytes_differ_from_the_model_the_reason_is_written_down(line: str) -> None:
    model, real = set(MODEL[line].split()), set(TABLE[line][1].split())
    assert real <= model
    assert model - real == LESS_THAN_THE_MODEL.get(line, {}).keys()


def test_with_every_check_and_rule_on_nothing_succeeds() -> None:
    assert found(Switches()) == []


@pytest.mark.parametrize("line", TABLE)
def test_the_rule_of_rising_msg_ids_never_helps_an_attacker(line: str) -> None:
    switches, expected = TABLE[line]
    lets_in = set(found(Switches(switches.off - DOCUMENTED), FOURTEEN))
    assert lets_in <= set(expected.split())
    assert "A13" not in lets_in or "one_temp_key" in switches.off


def test_each_single_field_lets_through_the_attacks_of_its_line_and_no_others() -> None:
    """The sentence that the fields are there for: one attack each."""
    always = {"A13"}
    gained = {line: set(TABLE[line][1].split()) - always for line in TABLE if "," not in line}
    assert gained["nonce"] == {"A8"}  # no gain for anybody: the plaintext is unique without it
    assert {name for attacks in gained.values() for name in attacks} | always == set(FOURTEEN) - {"A0", "A4", "A5"}


def test_our_data_centre_does_more_than_untie_a_superseded_key() -> None:
    """It forgets it. The attacks on stolen keys had to put it back first."""
    world = World(Switches())
    world.bind_victim()
    thief = world.thief()
    world.renew()
    with pytest.raises(TransportError, match="-404"):
        thief.result(SCHEMA["help.getAppConfig"].build(hash=0))


def test_how_many_succeed_in_all() -> None:
    """In the seventeen lines of the table, and with each of the seventeen parts off by itself."""
    assert sum(len(set(expected.split())) for _, expected in TABLE.values()) == 37
    assert len(PARTS) == len(TABLE) == 17
    assert sum(len(found(off(part), FOURTEEN)) for part in PARTS) == 31


def test_another_seed_gives_the_same_outcome() -> None:
    for attack in ATTACKS.values():
        for switches in (Switches(), off(), Switches(frozenset(PARTS))):
            assert attack.succeeds(switches) == attack.succeeds(switches, Noise("another world")), attack


def test_the_thief_of_a2_is_patient() -> None:
    """Their msg_id is larger than that of the victim's second binding, so that only the copy in the seal stops them."""
    assert ATTACKS["A2"].succeeds(Switches(frozenset({"msg_id"})))
    assert not ATTACKS["A2"].succeeds(off())


def test_two_that_were_found_later() -> None:
    assert found(off()) == ["A13", "A15"]
    assert not ATTACKS["A15"].succeeds(off("one_temp_key"))  # several keys live side by side then
    kinds = frozenset({"constructor", "seqno"})
    assert [name for name in ("A14",) if ATTACKS[name].succeeds(Switches(kinds))] == ["A14"]
    assert not any(ATTACKS["A14"].succeeds(Switches(frozenset({one}))) for one in kinds)


def test_names_and_stories_are_told() -> None:
    assert list(ATTACKS) == [f"A{number}" for number in range(16)] and tuple(ATTACKS)[:14] == FOURTEEN
    assert len({attack.name for attack in ATTACKS.values()}) == 16
    for attack in ATTACKS.values():
        assert attack.story.endswith(".") and attack.needs and str(attack).startswith(attack.number)


def test_what_is_no_part_is_refused() -> None:
    for make in (Switches, Switches.only):
        with pytest.raises(LocalError, match="no such part"):
            make(frozenset({"encryption"}))
    world = World(Switches())
    with pytest.raises(LocalError, match="has lost a key"):
        world.known(world.key())
    assert isinstance(world.thief(), Party)
