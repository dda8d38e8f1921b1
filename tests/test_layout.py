"""Layouts: one declaration that packs, cuts, and says where something does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.errors import CheckError, DecodeError, LocalError
from mtlib.wire.dissection import MAX_DEPTH, Dissection, Field, Reading, Seal, Unsealed
from mtlib.wire.layout import Constant, Layout, Raw, Rest
from mtlib.wire.schema import SCHEMA
from mtlib.wire.tl import SIMPLE, Schema, Vector, constructor
from wire_values import check_tiles, values

INT, LONG, BYTES = SIMPLE["int"], SIMPLE["long"], SIMPLE["bytes"]
LENIENT = Reading(lenient=True)
PAIR = Layout("pair", (Field("a", INT), Field("b", LONG)))
SIZED = Layout("sized", (Field("size", INT), Field("body", Rest(), size="size"), Field("after", Rest())))


def test_build_and_dissect() -> None:
    d = PAIR.build(a=1, b=-1)
    assert bytes(d).hex() == "01000000ffffffffffffffff" and isinstance(d, Dissection)
    again = PAIR.dissect(bytes(d))
    assert (again["a"], again["b"], again == d, d.shape is PAIR) == (1, -1, True, True)
    assert PAIR.pack({"a": 1, "b": -1}) == PAIR.pack(d) == PAIR.pack(d.data) == d.data
    assert PAIR.build(**d.values) == d


@pytest.mark.parametrize(
    ("given_values", "message", "where"),
    [
        ({"a": 1}, "a value is missing", "pair"),
        ({"a": 1, "b": 2, "d": 4, "c": 3}, "no such field .got c, d", "pair"),
        ({"a": 2**31, "b": 2}, "does not fit a signed int", "pair/a"),
        ({"a": 1, "b": "2"}, "long takes a number", "pair/b"),
        ({"a": None, "b": 2}, "int takes a number", "pair/a"),
    ],
)
def test_build_names_field_and_value(given_values: dict[str, Any], message: str, where: str) -> None:
    with pytest.raises(LocalError, match=message) as caught:
        PAIR.build(**given_values)
    assert caught.value.where == where


@pytest.mark.parametrize("value", [5, 10**15, None, "text", [("a", 1)], bytearray(12)])
def test_pack_takes_values_by_name(value: Any) -> None:
    with pytest.raises(LocalError, match="by name"):
        PAIR.pack(value)
    with pytest.raises(LocalError) as caught:
        Layout("outer", (Field("pair", PAIR),)).build(pair=value)
    assert caught.value.where == "outer/pair"


def test_pack_refuses_a_dissection_of_something_else() -> None:
    """A boxed object where a bare one belongs has four bytes too many."""
    message = SCHEMA["message"].build(msg_id=1, seqno=1, bytes=0, body=b"")
    bare = SCHEMA["message"].bare.build(msg_id=1, seqno=1, bytes=0, body=b"")
    assert bytes(message)[4:] == bytes(bare) == SCHEMA["message"].bare.pack(bare)
    with pytest.raises(LocalError, match="something else") as caught:
        SCHEMA["msg_container"].build(messages=[bare, message])
    assert caught.value.where == "msg_container/messages/1"


def test_a_layout_stands_in_a_layout() -> None:
    outer = Layout("outer", (Field("head", INT), Field("pair", PAIR), Field("tail", INT)))
    d = outer.dissect(bytes(outer.build(head=1, pair={"a": 2, "b": 3}, tail=4)))
    assert d["pair"] == PAIR.build(a=2, b=3) and d.find("pair/b").value == 3  # type: ignore[union-attr]
    assert [(r.path, r.start) for r in d.rows()] == [
        ("outer/head", 0),
        ("outer/pair", 4),
        ("outer/pair/a", 0),
        ("outer/pair/b", 4),
        ("outer/tail", 16),
    ]
    with pytest.raises(LocalError) as local:
        outer.build(head=1, pair={"a": "x", "b": 3}, tail=4)
    assert local.value.where == "outer/pair/a"
    with pytest.raises(DecodeError) as caught:
        outer.dissect(bytes(d)[:10])
    assert caught.value.where == "outer/pair/b, byte 8"


def test_constants_fill_themselves_in() -> None:
    layout = Layout("l", (Field("tag", Constant("tag", b"MT")), Field("a", INT)))
    assert bytes(layout.build(a=0)) == b"MT\0\0\0\0"
    with pytest.raises(DecodeError) as caught:
        layout.dissect(b"TM\0\0\0\0")
    assert (caught.value.got, caught.value.expected, caught.value.where) == (b"TM", b"MT", "l/tag, byte 0")
    assert layout.dissect(b"TM\0\0\0\0", LENIENT)["a"] == 0


def test_leftovers_are_refused_with_path_and_offset() -> None:
    with pytest.raises(DecodeError, match="left over") as caught:
        PAIR.dissect(bytes(12) + b"xyz")
    assert (caught.value.got, caught.value.where) == ("3 more", "pair, byte 12")
    outer = Layout("outer", (Field("size", INT), Field("pair", PAIR, size="size")))
    with pytest.raises(DecodeError, match="left over") as caught:
        outer.dissect(b"\x0d\0\0\0" + bytes(13))
    assert (caught.value.got, caught.value.where) == ("1 more", "outer/pair, byte 16")


def test_a_path_is_not_cut_short_by_a_name_that_begins_alike() -> None:
    """`ping_id` begins with `ping`, and is a field of it all the same."""
    with pytest.raises(DecodeError) as caught:
        SCHEMA.dissect(bytes(SCHEMA["ping"].build(ping_id=1))[:-1])
    assert caught.value.where == "ping/ping_id, byte 4"


def test_a_size_bounds_its_body() -> None:
    d = SIZED.dissect(bytes(SIZED.build(size=3, body=b"abc", after=b"de")))
    assert (d["body"], d["after"]) == (b"abc", b"de")
    for size in (4, -1, 2**31 - 1, -(2**31)):
        data = size.to_bytes(4, "little", signed=True) + b"abc"
        with pytest.raises(DecodeError, match="size promises more") as caught:
            SIZED.dissect(data)
        assert (caught.value.got, caught.value.expected, caught.value.where) == (
            size,
            "0..3",
            "sized/body, byte 4",
        )
        check_tiles(SIZED.dissect(data, LENIENT))


@pytest.mark.parametrize(
    "fields",
    [
        (Field("a", INT), Field("a", LONG)),
        (Field("body", Rest(), size="size"), Field("size", INT)),
        (Field("body", Rest(), size="body"),),
        (Field("a", INT, when=("flags", 0)),),
        (Field("a", INT, when=("flags", 0)), Field("flags", SIMPLE["#"])),
    ],
)
def test_a_layout_that_cannot_be_read_is_refused(fields: tuple[Field, ...]) -> None:
    with pytest.raises(LocalError) as caught:
        Layout("l", fields)
    assert caught.value.where.startswith("l/")


# -- Optional fields


OPTIONAL = constructor(
    Schema(),
    "x flags:# n:flags.0?int b:flags.1?Bool t:flags.2?true s:flags.3?bytes u:flags.3?int = X",
)


@given(values(OPTIONAL))
def test_flags_follow_from_what_is_there(given_values: dict[str, Any]) -> None:
    given_values.pop("flags", None)
    d = OPTIONAL.dissect(bytes(OPTIONAL.build(**given_values)))
    absent = {"n": None, "b": None, "t": False, "s": None, "u": None}
    found = dict(d.values)
    found.pop("constructor")
    bits = sum(1 << bit for bit, name in enumerate("nbts") if name in given_values)
    assert found == {**absent, **given_values, "flags": bits}
    assert OPTIONAL.build(**d.values) == d, "what was read can be built again"
    check_tiles(d)


@pytest.mark.parametrize("value", [{"n": 0}, {"b": False}, {"s": b"", "u": 0}])
def test_nothing_is_a_value(value: dict[str, Any]) -> None:
    """An optional 0, False or empty string is there; only None is not."""
    found = OPTIONAL.dissect(bytes(OPTIONAL.build(**value)))
    assert found["flags"] and all(found[name] == value[name] for name in value)


def test_a_bare_flag_is_its_bit() -> None:
    assert bytes(OPTIONAL.build(t=True))[4:] == b"\x04\0\0\0"
    assert bytes(OPTIONAL.build(t=False)) == bytes(OPTIONAL.build(t=None)) == bytes(OPTIONAL.build())
    with pytest.raises(LocalError) as caught:
        OPTIONAL.build(t=1)
    assert caught.value.where == "x/t"


@pytest.mark.parametrize("value", [{"s": b"x"}, {"u": 1}, {"flags": 1}, {"flags": 4}, {"flags": -1}])
def test_a_bit_without_its_value_is_refused(value: dict[str, Any]) -> None:
    """Fields that share a bit come together: the reader would take the next bytes for the missing one."""
    with pytest.raises(LocalError, match="announces a value that is missing"):
        OPTIONAL.build(**value)


@pytest.mark.parametrize("flags", ["1", 1.0, 2**32, -(2**31)])
def test_flags_are_an_unsigned_number(flags: Any) -> None:
    with pytest.raises(LocalError):
        OPTIONAL.build(flags=flags)


def test_a_bit_that_no_field_uses_survives() -> None:
    d = OPTIONAL.build(flags=1 << 31)
    assert OPTIONAL.dissect(bytes(d))["flags"] == 1 << 31


# -- What stands inside


def test_a_body_can_be_described() -> None:
    letter = Layout("letter", (Field("a", INT), Field("text", BYTES)))
    described = Layout("letter", (Field("a", INT), Field("text", BYTES, inside=PAIR)))
    data = bytes(letter.build(a=1, text=PAIR.build(a=2, b=3)))
    assert letter.dissect(data).spans[1].nested is None
    found = described.dissect(data)
    assert found.find("text/b").value == 3 and found["text"] == bytes(PAIR.build(a=2, b=3))  # type: ignore
    check_tiles(found)


def test_a_body_that_does_not_fit_stays_bytes_and_says_why() -> None:
    described = Layout("letter", (Field("text", BYTES, inside=PAIR),))
    d = described.dissect(bytes(described.build(text=b"short")))
    assert (d["text"], d.spans[0].nested) == (b"short", None)
    assert "pair/b, byte 4" in d.spans[0].problem
    lenient = described.dissect(bytes(d), LENIENT)
    assert lenient.spans[0].nested is not None and "needs 8 bytes" in lenient.spans[0].nested.spans[-1].problem


class Opens:
    """A key for everything, which gives the bytes as they are, or refuses."""

    def __init__(self, error: Exception | None = None, sound: bool = True) -> None:
        self.error, self.sound = error, sound

    def opens(self, seal: Seal, values: Mapping[str, Any], data: bytes) -> Unsealed:
        if self.error:
            raise self.error
        return Unsealed(data, self.sound)


SEALED = Layout("l", (Field("sealed", Rest(), inside=Seal("none", "", (PAIR,))),))  # type: ignore[arg-type]


@pytest.mark.parametrize("error", [DecodeError("no padding"), CheckError("wrong msg_key")])
def test_a_seal_that_refuses_is_a_problem_and_no_error(error: Exception) -> None:
    d = SEALED.dissect(b"noise", Reading(keys=(Opens(error),)))
    assert (d.spans[0].opened, d.spans[0].problem) == (None, str(error))


def test_a_seal_is_looked_through_at_once() -> None:
    """What a seal shows is cut before it is believed: nobody meets an error later, in the middle of a table."""
    keys = (Opens(),)
    assert "pair/b" in SEALED.dissect(b"short", Reading(keys=keys)).spans[0].problem
    assert SEALED.dissect(b"short", Reading(keys=keys, lenient=True)).spans[0].opened is not None
    assert SEALED.dissect(b"short", Reading(keys=(Opens(sound=False),))).spans[0].opened is not None, "noise"


def test_a_seal_sees_what_stands_before_it_and_its_body_only() -> None:
    seen: list[Any] = []

    class Looks:
        def opens(self, seal: Seal, values: Mapping[str, Any], data: bytes) -> None:
            seen.append((dict(values), data))

    seal = Seal("none", "id", (PAIR,))  # type: ignore[arg-type]
    layout = Layout("l", (Field("id", INT), Field("sealed", BYTES, inside=seal), Field("end", INT)))
    d = layout.dissect(bytes(layout.build(id=7, sealed=b"body", end=1)), Reading(keys=(Looks(),)))
    assert seen == [({"id": 7}, b"body")] and d.spans[1].opened is None


# -- Damage


@given(st.binary(max_size=40))
def test_lenient_reading_never_raises(data: bytes) -> None:
    inner = Layout("inner", (Field("flags", SIMPLE["#"]), Field("n", INT, when=("flags", 0)), Field("s", BYTES)))
    layout = Layout(
        "all",
        (
            Field("size", INT),
            Field("vector", Vector(inner), size="size"),
            Field("inner", inner),
            Field("raw", Raw("int128", 16)),
            Field("body", BYTES, inside=PAIR),
        ),
    )
    for noise in (data, bytes([len(data), 0, 0, 0]) + data, bytes([min(8, len(data)), 0, 0, 0]) + data):
        d = layout.dissect(noise, LENIENT)
        check_tiles(d)
        assert sum(len(span) for span in d.spans) == len(noise)


def test_lenient_reading_keeps_what_it_could_not_cut() -> None:
    d = PAIR.dissect(b"\1\0\0\0xyz", LENIENT)
    assert d["a"] == 1 and "b" not in d.values
    assert (d.spans[-1].name, d.spans[-1].raw) == ("b", b"xyz") and "needs 8 bytes" in d.spans[-1].problem
    d = PAIR.dissect(bytes(12) + b"more", LENIENT)
    assert (d.spans[-1].name, d.spans[-1].value) == ("leftover", b"more") and "left over" in d.spans[-1].problem
    assert d.find("leftover") == d.spans[-1]


def test_a_layout_in_itself_ends() -> None:
    schema = Schema()
    constructor(schema, "leaf = Tree")
    node = constructor(schema, "node child:Tree = Tree")
    leaf, four = bytes(schema["leaf"].build()), node.id.to_bytes(4, "little")
    assert len(list(node.dissect(four * MAX_DEPTH + leaf).rows())) == 2 * MAX_DEPTH + 1
    for depth in (MAX_DEPTH + 1, 10_000):
        data = four * depth + leaf
        with pytest.raises(DecodeError, match="too deep") as caught:
            schema.dissect(data)
        assert caught.value.where.startswith("node/child/child")
        check_tiles(schema.dissect(data, LENIENT))
