"""Schedule ribbons: what a byte of the key does, against the library's own schedules."""

from __future__ import annotations

import pytest

from mtlib.crypto import V1, V2, key_usage
from mtlib.crypto.kdf import kdf_v1, kdf_v2
from mtlib.errors import LocalError
from mtlib.lab import Ribbons
from plates import BINDING, play

KEY, MSG_KEY = bytes(BINDING.perm_key), BINDING.msg_key
CASES = [(table, x) for table in ("V1", "V2") for x in (0, 8)]
EVERY = pytest.mark.parametrize(("table", "x"), CASES)


def ribbons(*messages: tuple[str, object], table: str = "V1", x: int = 0) -> Ribbons:
    made = Ribbons(KEY, MSG_KEY)
    play(made, ("table", table), ("x", x), *messages)
    return made


@EVERY
def test_the_bytes_that_are_shown_are_the_librarys(table: str, x: int) -> None:
    cells = {mark.id: mark.text.replace("\n", "") for mark in ribbons(table=table, x=x).marks()}
    made = [bytes.fromhex("".join(cells[f"{name}{at}"] for at in range(32))) for name in ("aes_key", "aes_iv")]
    assert tuple(made) == {"V1": kdf_v1, "V2": kdf_v2}[table](KEY, MSG_KEY, x)


@EVERY
@pytest.mark.parametrize("at", [0, 7, 8, 39, 40, 47, 76, 96, 127, 128, 135, 136, 255])
def test_a_flip_changes_what_the_hashes_that_read_it_reach_and_nothing_else(table: str, x: int, at: int) -> None:
    model = ribbons(("flip", ["auth_key", at]), table=table, x=x)
    flipped = bytearray(KEY)
    flipped[at] ^= 1
    kdf = {"V1": kdf_v1, "V2": kdf_v2}[table]
    was, now = (b"".join(kdf(bytes(key), MSG_KEY, x)) for key in (KEY, flipped))
    assert [at for at in range(64) if was[at] != now[at]] == [
        at + 32 * (name == "aes_iv") for name, at in model.changed()
    ]
    readers = key_usage({"V1": V1, "V2": V2}[table], x)[at]
    assert {row.name for row in model.readers(at)} == readers
    assert {model.run().table.origin(name, place, model.run().x)[0] for name, place in model.changed()} <= readers
    assert bool(model.changed()) == bool(readers)


@EVERY
def test_a_byte_lights_its_own_ribbon_and_no_other(table: str, x: int) -> None:
    model = ribbons(table=table, x=x)
    marks = {mark.id: mark for mark in model.marks()}
    for at in (0, 8, 41, 79, 100, 200):
        lit = {name for name in marks[f"k{at}"].lights.split() if name.startswith("in:")}
        drawn = [mark for mark in marks.values() if mark.id.startswith("in ") and lit & set(mark.of.split())]
        assert len(drawn) == len(model.readers(at)) <= 1


def test_msg_key_goes_into_every_hash() -> None:
    model = ribbons(("flip", ["msg_key", 0]))
    assert len(model.changed()) > 55
    assert "of the 64 bytes change" in model.state["said"]


def test_flipping_twice_and_taking_all_back() -> None:
    assert ribbons(("flip", ["auth_key", 3]), ("flip", ["auth_key", 3])).changed() == []
    assert ribbons(("flip", ["auth_key", 3]), ("flip", ["auth_key", 70]), ("restore", None)).flipped == set()


def test_the_handle_takes_a_byte_in_hand() -> None:
    model = ribbons(("byte", 200))
    assert "auth_key[200] is read by no hash" in model.state["said"]
    (hand,) = (mark for mark in model.marks() if mark.slide)
    assert hand.cell == 200 and len(hand.slide or ()) == 256 and hand.lights == "k200"


def test_wrong_keys_and_tables_are_refused() -> None:
    for arguments in ((KEY[1:], MSG_KEY, "V1"), (KEY, MSG_KEY[1:], "V1"), (KEY, MSG_KEY, "V3")):
        with pytest.raises(LocalError):
            Ribbons(*arguments)
