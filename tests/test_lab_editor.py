"""Changing bytes on the wire and as the author, and every step back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given as every
from hypothesis import strategies as st

from mtlib.errors import LocalError
from mtlib.lab.editor import LIMIT, Editor
from mtlib.wire import Dissection, Field, Layout, constant, copied, derived, given, random
from mtlib.wire.layout import Constant, Raw, Rest
from mtlib.wire.tl import SIMPLE

HEAD = Layout("head", (Field("kind", Constant("kind", b"\1\2"), constant()), Field("size", SIMPLE["int"], given())))
LAYOUT = Layout(
    "note",
    (
        Field("head", HEAD, derived("", "two fields")),
        Field("id", SIMPLE["long"], random("drawn")),
        Field("again", SIMPLE["long"], copied("note/id")),
        Field("outside", Raw("key", 4), copied("@key")),
        Field("hash", Raw("hash", 4), derived("SHA1(id)[:4]", id="note/id")),
        Field("rest", Rest(), given()),
    ),
)
FIRST: dict[str, Any] = {"size": 1, "id": 5, "rest": b"abc"}


def build(values: dict[str, Any]) -> Dissection:
    """What an author makes of the values."""
    import hashlib

    made = {**FIRST, **{path.rpartition("/")[2]: value for path, value in values.items()}}
    number = made["id"].to_bytes(8, "little", signed=True)
    return LAYOUT.build(
        head={"size": made["size"]}, id=made["id"], again=made["id"], outside=b"\0" * 4,
        hash=hashlib.sha1(number).digest()[:4], rest=made["rest"],
    )  # fmt: skip


def judge(dissection: Dissection) -> SimpleNamespace:
    return SimpleNamespace(ok=bytes(dissection)[0] == 1)


def editor(**changes: Any) -> Editor:
    return Editor(build({}), **{"rebuild": build, "judge": judge, **changes})


def test_on_the_wire_nothing_else_changes() -> None:
    edited = editor()
    before = bytes(edited.dissection)
    edited.write("note", 6, b"\xff")
    assert bytes(edited.dissection) == before[:6] + b"\xff" + before[7:]
    assert edited.dissection["again"] == 5


def test_as_the_author_everything_that_follows_is_made_again() -> None:
    edited = editor()
    edited.set("note/id", 6)
    assert (edited.dissection["id"], edited.dissection["again"]) == (6, 6)
    assert edited.dissection["hash"] != build({})["hash"]


def test_a_copy_is_changed_where_it_comes_from() -> None:
    edited = editor()
    edited.set("note/again", 9)
    assert edited.dissection["id"] == 9


def test_choices_of_the_author_add_up_and_end_what_was_done_on_the_wire() -> None:
    edited = editor()
    edited.write("note", 0, b"\xff")
    edited.set("note/id", 6)
    edited.set("note/head/size", 3)
    assert bytes(edited.dissection) == bytes(build({"id": 6, "size": 3}))


def test_typed_bytes_become_a_value() -> None:
    edited = editor()
    edited.retype("note/id", bytes.fromhex("ffffffffffffffff"))
    assert edited.dissection["id"] == -1
    with pytest.raises(LocalError, match="no long"):
        edited.retype("note/id", b"\1")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("note/head", "made of other fields"),
        ("note/head/kind", "constant"),
        ("note/hash", "follows from others: SHA1"),
        ("note/outside", "no such field"),
        ("note/nothing", "no such field"),
    ],
)
def test_what_is_no_choice_is_refused_and_nothing_changes(path: str, why: str) -> None:
    edited = editor()
    with pytest.raises(LocalError, match=why):
        edited.set(path, 1)
    assert (edited.undos, bytes(edited.dissection)) == (0, bytes(build({})))


def test_nobody_to_rebuild_and_nobody_to_judge() -> None:
    edited = Editor(build({}))
    assert edited.verdict is None
    with pytest.raises(LocalError, match="make this message again"):
        edited.set("note/id", 6)


@pytest.mark.parametrize(("layer", "at", "size"), [("note", -1, 1), ("note", 33, 1), ("note", 30, 9), ("other", 0, 1)])
def test_bytes_that_are_not_there_cannot_be_written(layer: str, at: int, size: int) -> None:
    edited = editor()
    with pytest.raises(LocalError):
        edited.write(layer, at, bytes(size))
    assert edited.undos == 0


def test_every_state_has_its_verdict() -> None:
    edited = editor()
    assert edited.verdict.ok
    edited.write("note", 0, b"\xff")
    assert not edited.verdict.ok
    edited.undo()
    assert edited.verdict.ok


def test_bytes_that_no_longer_parse_can_still_be_changed_and_come_back() -> None:
    strict = Layout("strict", (Field("size", SIMPLE["int"]), Field("text", SIMPLE["string"])))

    class Fussy:
        """A shape that refuses damage even where a reader is lenient."""

        name = "strict"

        def scan(self, data: bytes, reading: Any) -> Any:
            return strict.scan(data, type(reading)())

    edited = Editor(Dissection(Fussy(), bytes(strict.build(size=1, text="abc"))))
    edited.write("strict", 4, b"\xff")
    assert [span.name for span in edited.dissection.spans] == ["bytes"]
    edited.write("strict", 4, b"\3")
    assert [span.name for span in edited.dissection.spans] == ["size", "text"]


@every(st.lists(st.tuples(st.integers(0, 32), st.integers(0, 255)), max_size=12))
def test_every_step_can_be_taken_back_and_taken_again(changes: list[tuple[int, int]]) -> None:
    edited = editor()
    seen = [bytes(edited.dissection)]
    for at, byte in changes:
        edited.write("note", at, bytes([byte]))
        if bytes(edited.dissection) != seen[-1]:
            seen.append(bytes(edited.dissection))
    assert edited.undos == len(seen) - 1
    for state in reversed(seen):
        assert bytes(edited.dissection) == state
        edited.undo()
    for state in seen[1:]:
        edited.redo()
        assert bytes(edited.dissection) == state
    assert edited.redos == 0


def test_a_change_after_an_undo_forgets_what_was_taken_back() -> None:
    edited = editor()
    for byte in (b"\x10", b"\x20"):
        edited.write("note", 0, byte)
    edited.undo()
    edited.write("note", 0, b"\x30")
    assert (edited.undos, edited.redos) == (2, 0)


def test_two_halves_of_a_byte_are_one_step() -> None:
    edited = editor()
    edited.write("note", 0, b"\xa1")
    edited.write("note", 0, b"\xab", join=True)
    assert edited.undos == 1
    edited.undo()
    assert bytes(edited.dissection) == bytes(build({}))
    edited.write("note", 0, b"\xab", join=True)
    assert edited.undos == 1


def test_a_reset_can_be_undone() -> None:
    edited = editor()
    edited.reset()
    assert edited.undos == 0
    edited.set("note/id", 6)
    edited.reset()
    assert bytes(edited.dissection) == bytes(build({}))
    edited.undo()
    assert edited.dissection["id"] == 6
    edited.reset()
    edited.set("note/head/size", 2)
    assert edited.dissection["id"] == 5


def test_the_way_back_is_long_but_ends() -> None:
    edited = Editor(build({}))
    for step in range(LIMIT + 10):
        edited.write("note", 4, step.to_bytes(2, "little"))
    assert edited.undos < LIMIT
    edited.reset()
    assert bytes(edited.dissection) == bytes(build({}))


def test_behind_a_seal_only_who_can_close_it_again() -> None:
    from mtlib.lab.samples import sample
    from mtlib.wire import unseal

    opened = unseal(sample().carried.frame, sample().keys)
    with pytest.raises(LocalError, match="behind a seal"):
        Editor(opened).write("frame/packet/message", 0, b"\0")
    asked: list[tuple[str, bytes]] = []

    def reseal(root: Dissection, path: str, data: bytes) -> Dissection:
        asked.append((path, data))
        return root

    Editor(opened, reseal=reseal).write("frame/packet/message", 0, b"\0")
    assert asked == [("frame/packet/message", b"\0" + bytes(sample().carried.message)[1:])]
