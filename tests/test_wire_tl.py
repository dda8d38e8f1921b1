"""TL lines: ids that prove themselves, types that are understood, objects that are known by their ids."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mtlib.errors import DecodeError, LocalError
from mtlib.wire import SCHEMA, Constructor, Layout, Reading, Schema, constructor, crc, random
from mtlib.wire.dissection import MAX_DEPTH
from mtlib.wire.kinds import SIMPLE, Rest
from mtlib.wire.tl import ID, Boxed, Vector, kind_of
from wire_values import check_tiles

VECTORS = json.loads((Path(__file__).parent / "vectors" / "tl_constructors.json").read_text())["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=[v["name"] for v in VECTORS])
def test_known_constructors(vector: dict[str, Any]) -> None:
    number = int(vector["id"], 16)
    assert vector["crc32_matches"] and vector["crc32"] == vector["id"]
    for line in (vector["definition"], vector["crc_string"], vector["definition"] + ";"):
        assert crc(line) == number
    wire = bytes.fromhex(vector["id_wire_le"])
    if vector["name"] == "vector":
        assert wire == ID
        return
    known = SCHEMA[vector["name"]]
    assert (known.id, known.name, known.line) == (number, vector["name"], vector["definition"])
    assert SCHEMA.of(wire) is known and SCHEMA.knows(wire)
    made = constructor(_with_types(vector["definition"]), vector["definition"])
    assert [(f.name, f.kind.name) for f in made.fields] == [(f.name, f.kind.name) for f in known.fields]


def _with_types(line: str) -> Schema:
    """A schema that knows just the bare types that a line may name."""
    schema = Schema()
    for name in ("future_salt", "message"):
        if f"<{name}>" in line:
            schema.add(SCHEMA[name])
    return schema


def test_the_vectors_cover_what_is_spoken_here() -> None:
    """What is left are values of types that only hang on a method of the list."""
    left = {c.name for c in SCHEMA} - {v["name"] for v in VECTORS}
    assert left == {"message", "invokeAfterMsg", "help.getAppConfig", "help.appConfig"} | {
        name for name in left if name.startswith(("json", "reaction", "invokeWith", "invokeAfter"))
    }


def test_a_line_becomes_a_layout() -> None:
    schema = Schema()
    made = constructor(schema, " ping#7abe77ec ping_id:long = Pong; ", ping_id=random("any number", "page"))
    assert isinstance(made, Constructor) and isinstance(made, Layout)
    assert (made.name, made.id, made.result) == ("ping", 0x7ABE77EC, "Pong")
    assert [(f.name, f.kind.name) for f in made.fields] == [("constructor", "constructor"), ("ping_id", "long")]
    assert (made.fields[1].origin.value, made.fields[1].note.meaning) == ("random", "any number")
    assert bytes(made.build(ping_id=1)).hex() == "ec77be7a0100000000000000"
    assert bytes(made.bare.build(ping_id=1)).hex() == "0100000000000000"
    assert [c.name for c in schema] == ["ping"] and schema["ping"] is made


def test_the_id_may_be_left_out_but_not_be_wrong() -> None:
    assert constructor(Schema(), "ping ping_id:long = Pong").id == 0x7ABE77EC
    with pytest.raises(LocalError, match="CRC-32") as caught:
        constructor(Schema(), "ping#7abe77ed ping_id:long = Pong")
    assert (caught.value.got, caught.value.expected, caught.value.where) == ("7abe77ed", "7abe77ec", "ping")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ping",
        "ping = ",
        " = Pong",
        "ping ping_id = Pong",
        "ping ping_id: = Pong",
        "ping :long = Pong",
        "ping#xyz ping_id:long = Pong",
        "ping#123456789 ping_id:long = Pong",
        "ping ping_id:flags.x?long = Pong",
        "ping ping_id:flags?long = Pong",
        "ping ping_id:?long = Pong",
        "ping ping_id:flags.0?long = Pong",
        "ping a:int a:int = Pong",
        "ping constructor:int = Pong",
        "ping ping_id:unknown = Pong",
        "ping ping_id:%Unknown = Pong",
        "ping ping_id:vector<unknown> = Pong",
        "vector#1cb5c415 {t:Type} # [ t ] = Vector t",
        "<script> x:int = X",
    ],
)
def test_what_is_no_line_is_refused(line: str) -> None:
    schema = Schema()
    with pytest.raises(LocalError):
        constructor(schema, line)
    assert list(schema) == [], "and leaves nothing behind"


def test_a_note_needs_its_field() -> None:
    with pytest.raises(LocalError, match="does not have") as caught:
        constructor(Schema(), "ping ping_id:long = Pong", pong_id=random())
    assert caught.value.got == "pong_id"


def test_a_size_needs_a_field_before() -> None:
    line = "message msg_id:long seqno:int bytes:int body:Object = Message"
    assert constructor(Schema(), line, {"body": "bytes"}).fields[-1].size == "bytes"
    with pytest.raises(LocalError, match="does not stand before"):
        constructor(Schema(), line, {"body": "length"})


def test_types_become_kinds() -> None:
    assert kind_of(SCHEMA, "long") is SIMPLE["long"]
    assert kind_of(SCHEMA, "Vector<long>") == Vector(SIMPLE["long"])
    assert kind_of(SCHEMA, "vector<int>") == kind_of(SCHEMA, "%vector<int>") == Vector(SIMPLE["int"], boxed=False)
    assert kind_of(SCHEMA, "Vector<Vector<int>>") == Vector(Vector(SIMPLE["int"]))
    assert kind_of(SCHEMA, "!X") == Rest("!X") and kind_of(SCHEMA, "Object") == Rest("Object")
    for bare in ("future_salt", "%FutureSalt"):
        kind = kind_of(SCHEMA, bare)
        assert isinstance(kind, Layout) and [f.name for f in kind.fields] == ["valid_since", "valid_until", "salt"]
    for boxed in ("JSONValue", "help.AppConfig"):
        assert isinstance(kind_of(SCHEMA, boxed), Boxed)
    with pytest.raises(LocalError, match="one constructor") as caught:
        kind_of(SCHEMA, "%JSONValue")
    assert caught.value.got == "6 known"


def test_unknown_constructors() -> None:
    assert not SCHEMA.knows(b"\xef\xbe\xad\xde") and not SCHEMA.knows(b"")
    with pytest.raises(DecodeError, match="unknown constructor") as caught:
        SCHEMA.dissect(b"\xef\xbe\xad\xde")
    assert (caught.value.got, caught.value.where) == ("deadbeef", "byte 0")
    for data in (b"", b"\xec", b"\xec\x77\xbe"):
        with pytest.raises(DecodeError, match="needs 4 bytes"):
            SCHEMA.dissect(data)
    with pytest.raises(LocalError) as local:
        _ = SCHEMA["gnip"]
    assert local.value.got == "gnip"


@pytest.mark.parametrize("take", [bytes, bytearray, memoryview])
def test_any_kind_of_bytes(take: Any) -> None:
    data = bytes(SCHEMA["ping"].build(ping_id=1))
    assert SCHEMA.dissect(take(data)) == SCHEMA.dissect(data)
    assert SCHEMA.of(take(data)).name == "ping" and SCHEMA.knows(take(data))


def test_later_constructors_take_the_place_of_earlier_ones() -> None:
    schema = Schema()
    constructor(schema, "ping#7abe77ec ping_id:long = Pong")
    more = constructor(Schema(), "ping#7abe77ec ping_id:long = Pong", ping_id=random("explained"))
    schema.add(more)
    assert schema["ping"] is more is schema.of(bytes.fromhex("ec77be7a")) and len(list(schema)) == 1


# -- Boxed values


def test_a_boxed_value_is_one_of_its_type() -> None:
    array = SCHEMA["jsonArray"]
    one, two = SCHEMA["jsonNumber"].build(value=1.5), SCHEMA["jsonNull"].build()
    found = array.dissect(bytes(array.build(value=[one, two, bytes(two)])))
    assert found["value"] == (one, two, two)
    with pytest.raises(LocalError, match="not a JSONValue") as local:
        array.build(value=[one, SCHEMA["ping"].build(ping_id=1)])
    assert (local.value.got, local.value.where) == ("Pong", "jsonArray/value/1")
    for wrong in (b"", b"\1\2\3\4", 5, "text"):
        with pytest.raises(LocalError):
            array.build(value=[wrong])
    head = array.id.to_bytes(4, "little") + ID + b"\1\0\0\0"
    with pytest.raises(DecodeError, match="not a JSONValue") as caught:
        array.dissect(head + bytes(SCHEMA["ping"].build(ping_id=1)))
    assert (caught.value.got, caught.value.expected) == ("ping", "JSONValue")
    assert caught.value.where == "jsonArray/value/0, byte 12"
    with pytest.raises(DecodeError, match="unknown constructor"):
        array.dissect(head + b"\1\2\3\4")


def test_an_object_is_looked_into_where_it_is_known() -> None:
    wrapper = SCHEMA["invokeWithLayer"]
    ping = SCHEMA["ping"].build(ping_id=5)
    known = wrapper.dissect(bytes(wrapper.build(layer=214, query=ping)))
    assert known["query"] == bytes(ping) and known.find("query/ping_id").value == 5  # type: ignore[union-attr]
    for query, problem in ((b"\1\2\3\4more", "unknown constructor"), (bytes(ping)[:-1], "ping/ping_id")):
        other = wrapper.dissect(bytes(wrapper.build(layer=214, query=query)))
        assert other["query"] == query and other.spans[-1].nested is None
        assert problem in other.spans[-1].problem, "a wrapper does not fail for what it wraps"


def test_a_container_of_messages() -> None:
    container, bare = SCHEMA["msg_container"], SCHEMA["message"].bare
    pong = SCHEMA["pong"].build(msg_id=1, ping_id=2)
    message = bare.build(msg_id=9, seqno=1, bytes=len(pong), body=pong)
    found = container.dissect(bytes(container.build(messages=[message, message])))
    assert bytes(found)[4:8] == b"\2\0\0\0", "a bare vector: only a count"
    assert found.find("messages/1/body/ping_id").value == 2  # type: ignore[union-attr]
    check_tiles(found)


# -- Depth


def nested(name: str, depth: int) -> bytes:
    """`depth` objects, each inside the one before, around a jsonNull."""
    head = {
        "jsonArray": SCHEMA["jsonArray"].id.to_bytes(4, "little") + ID + b"\1\0\0\0",
        "jsonObject": SCHEMA["jsonObject"].id.to_bytes(4, "little") + ID + b"\1\0\0\0"
        + SCHEMA["jsonObjectValue"].id.to_bytes(4, "little") + b"\1k\0\0",
        "invokeWithoutUpdates": SCHEMA["invokeWithoutUpdates"].id.to_bytes(4, "little"),
        "msg_copy": SCHEMA["msg_copy"].id.to_bytes(4, "little") + SCHEMA["message"].id.to_bytes(4, "little")
        + bytes(12) + b"\0\0\0\0",
    }[name]  # fmt: skip
    return head * depth + bytes(SCHEMA["jsonNull"].build())


@pytest.mark.parametrize("name", ["jsonArray", "jsonObject"])
def test_values_nested_ten_thousand_deep(name: str) -> None:
    data = nested(name, 10_000)
    with pytest.raises(DecodeError, match="too deep") as caught:
        SCHEMA.dissect(data)
    assert caught.value.where.count("/") <= 3 * MAX_DEPTH
    lenient = SCHEMA.dissect(data, Reading(lenient=True))
    check_tiles(lenient)
    assert len(str(lenient)) and len(list(lenient.rows())) < 6 * MAX_DEPTH


def test_calls_nested_ten_thousand_deep() -> None:
    """Every call is looked into in its turn; at the limit the rest stays bytes, and the span says why."""
    data = nested("invokeWithoutUpdates", 10_000)
    for reading in (Reading(), Reading(lenient=True)):
        found = SCHEMA.dissect(data, reading)
        check_tiles(found)
        rows = list(found.rows())
        assert len(rows) == 2 * (MAX_DEPTH + 1) and "too deep" in rows[-1].state
        assert [span.name for span in found.at(len(data) - 1)] == ["query"] * (MAX_DEPTH + 1)


def test_what_people_send_is_not_too_deep() -> None:
    value = SCHEMA["jsonNull"].build()
    for _ in range(MAX_DEPTH // 2 - 2):
        value = SCHEMA["jsonObject"].build(value=[SCHEMA["jsonObjectValue"].build(key="k", value=value)])
    config = SCHEMA["help.appConfig"].build(hash=1, config=value)
    answer = SCHEMA["rpc_result"].build(req_msg_id=1, result=config)
    assert SCHEMA.dissect(bytes(answer)).find("result/config") == value
