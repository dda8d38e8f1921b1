"""Vectors: a count, and so many elements, neither more nor fewer."""

from __future__ import annotations

import json
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.errors import DecodeError, LocalError
from mtlib.wire import SCHEMA, Dissection, Field, Layout, Reading, Schema
from mtlib.wire.dissection import STRICT
from mtlib.wire.layout import Constant
from mtlib.wire.tl import SIMPLE, VECTOR_ID, Vector
from wire_values import check_tiles

VECTORS = json.loads((Path(__file__).parent / "vectors" / "tl.json").read_text())["vectors"]
LENIENT = Reading(lenient=True)
LONGS, BARE_LONGS = Vector(SIMPLE["long"]), Vector(SIMPLE["long"], boxed=False)
PAIRS = Vector(Layout("pair", (Field("a", SIMPLE["int"]), Field("b", SIMPLE["bytes"]))), boxed=False)


def shape(vector: Vector) -> Layout:
    return Layout("l", (Field("v", vector),))


def test_boxed_and_bare() -> None:
    assert (LONGS.name, BARE_LONGS.name, PAIRS.name) == ("Vector<long>", "vector<long>", "vector<pair>")
    assert LONGS.pack([1]).hex() == "15c4b51c" + "01000000" + "0100000000000000"
    assert BARE_LONGS.pack([1]).hex() == "01000000" + "0100000000000000"
    with pytest.raises(DecodeError, match="not this vector"):
        shape(LONGS).dissect(BARE_LONGS.pack([1, 2, 3]))


@given(st.lists(st.tuples(st.integers(-(2**31), 2**31 - 1), st.binary(max_size=9)), max_size=5))
def test_elements_come_back(pairs: list[tuple[int, bytes]]) -> None:
    data = PAIRS.pack([{"a": a, "b": b} for a, b in pairs])
    found = shape(PAIRS).dissect(data)
    assert [(d["a"], d["b"]) for d in found["v"]] == pairs
    assert PAIRS.pack(found["v"]) == data
    check_tiles(found)
    assert [s.name for s in found.spans[0].nested.spans] == ["count", *map(str, range(len(pairs)))]  # type: ignore
    alone = Dissection(PAIRS, data)
    assert alone["count"] == len(pairs) and all(alone[str(i)]["a"] == a for i, (a, _) in enumerate(pairs))


def test_the_objects_of_another_implementation() -> None:
    """Three objects whose ids are nobody's CRC-32, one inside the other, one with a vector of its own."""
    (vector,) = [v for v in VECTORS if v["type"] == "Vector"]
    int_ = SIMPLE["int"]

    def made(id_: str, *fields: Field) -> Layout:
        constant = Constant("constructor", bytes.fromhex(id_)[::-1])
        return Layout(id_, (Field("constructor", constant), *fields))

    inner = made("facedead")
    outer = made("deadbeef", Field("a", int_), Field("b", inner))
    count, numbers = made("baadc0de", Field("n", int_)), made("bebf0c3d", Field("vec", Vector(int_)))
    items = [outer.build(a=1, b={}), count.build(n=2), numbers.build(vec=[1, 2])]

    class Any_:
        name = "Object"

        def pack(self, value: Any) -> bytes:
            return bytes(value)

        def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Any:
            shapes = {bytes.fromhex(s.name)[::-1]: s for s in (outer, count, numbers)}
            return shapes[data[at : at + 4]].read(data, at, stop, reading)

    assert Vector(Any_()).pack(items).hex() == vector["hex"]
    found = shape(Vector(Any_())).dissect(bytes.fromhex(vector["hex"]))
    assert list(found["v"]) == items and found["v"][2]["vec"] == (1, 2) and found["v"][0]["a"] == 1
    check_tiles(found)


@pytest.mark.parametrize("value", [5, None, "text", b"bytes", SCHEMA["null"].build()])
def test_not_a_sequence(value: Any) -> None:
    with pytest.raises(LocalError, match="takes a sequence") as caught:
        shape(LONGS).build(v=value)
    assert caught.value.where == "l/v"


def test_any_sequence_will_do() -> None:
    packed = {LONGS.pack(v) for v in ([1, 2], (1, 2), range(1, 3), (n for n in (1, 2)), {1: "a", 2: "b"})}
    assert len(packed) == 1


def test_a_wrong_element_is_named() -> None:
    for value in ([1, "2"], [1, 2**63]):
        with pytest.raises(LocalError) as caught:
            shape(LONGS).build(v=value)
        assert caught.value.where == "l/v/1"
    data = bytes(shape(PAIRS).build(v=[{"a": 1, "b": b"x"}, {"a": 1, "b": b"xyz"}]))
    with pytest.raises(DecodeError) as wrong:
        shape(PAIRS).dissect(data[:-4] + b"\xff\0\0\0")
    assert wrong.value.where == "l/v/1/b, byte 16"


@pytest.mark.parametrize("count", [-1, -(2**31), 2, 2**31 - 1])
@pytest.mark.parametrize("vector", [LONGS, BARE_LONGS], ids=["boxed", "bare"])
def test_a_count_beyond_what_is_left_is_refused(vector: Vector, count: int) -> None:
    head = VECTOR_ID if vector.boxed else b""
    data = head + count.to_bytes(4, "little", signed=True) + bytes(7)
    with pytest.raises(DecodeError, match="beyond what is left") as caught:
        shape(vector).dissect(data)
    assert (caught.value.got, caught.value.expected) == (count, "0..1")
    assert caught.value.where == f"l/v/count, byte {len(head)}"


def test_a_huge_count_costs_nothing() -> None:
    """Neither a loop nor memory: the count is compared before anything is read."""
    data = SCHEMA["msgs_ack"].id.to_bytes(4, "little") + VECTOR_ID + b"\xff\xff\xff\x7f" + bytes(8000)
    tracemalloc.start()
    started = time.perf_counter()
    for _ in range(100):
        with pytest.raises(DecodeError, match="beyond"):
            SCHEMA.dissect(data)
    seconds, peak = time.perf_counter() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seconds < 0.5 and peak < 200_000


def test_leftovers_are_refused() -> None:
    data = LONGS.pack([1])
    for shape_ in (shape(LONGS), LONGS):
        with pytest.raises(DecodeError, match="left over") as caught:
            _ = Dissection(shape_, data + b"more").spans
        assert caught.value.where == f"{shape_.name}, byte 16"


@given(st.binary(max_size=40), st.integers(-2, 6))
def test_lenient_reading_tiles_whatever_comes(noise: bytes, count: int) -> None:
    for vector in (LONGS, BARE_LONGS, PAIRS, Vector(PAIRS, boxed=False)):
        head = (VECTOR_ID if vector.boxed else b"") + count.to_bytes(4, "little", signed=True)
        for data in (noise, head + noise):
            found = Dissection(vector, data, LENIENT)
            check_tiles(found)
            check_tiles(shape(vector).dissect(data, LENIENT))


def test_lenient_reading_keeps_the_good_elements() -> None:
    data = PAIRS.pack([{"a": 1, "b": b"x"}, {"a": 2, "b": b"y"}])[:-4] + b"\xff\0\0\0"
    found = Dissection(PAIRS, data, LENIENT)
    assert found["0"]["a"] == 1 and found["1"]["a"] == 2 and "255" in found["1"].spans[-1].problem
    cut = Dissection(LONGS, LONGS.pack([1, 2])[:-1], LENIENT)
    assert (cut["count"], cut["0"]) == (2, 1) and cut.spans[-1].raw == b"\2" + bytes(6)
    assert "needs 8 bytes" in cut.spans[-1].problem


def test_elements_start_where_the_vector_starts() -> None:
    """Offsets count from the dissection they are in, wherever the vector stands in its message."""
    found = BARE_LONGS.read(b"...." + BARE_LONGS.pack([5, 6]), 4, 24, STRICT)
    assert found.value == (5, 6) and found.stop == 24 and found.nested is not None
    assert [(s.start, s.stop) for s in found.nested.spans] == [(0, 4), (4, 12), (12, 20)]


def test_a_schema_of_nothing_knows_no_element() -> None:
    with pytest.raises(DecodeError, match="unknown constructor"):
        shape(Vector(Schema())).dissect(Vector(SIMPLE["int"]).pack([1]))
