"""TL lines: ids that prove themselves, types that are understood, objects that are known by their ids."""

from __future__ import annotations

import hashlib
import json
import math
import struct
import time
import tracemalloc
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.errors import DecodeError, LocalError
from mtlib.wire.dissection import MAX_DEPTH, STRICT, Dissection, Field, Kind, Read, Reading
from mtlib.wire.layout import Constant, Layout, Raw, Rest
from mtlib.wire.notes import random
from mtlib.wire.schema import SCHEMA
from mtlib.wire.tl import (
    MAX_STRING,
    SIMPLE,
    VECTOR_ID,
    Boxed,
    Constructor,
    Flag,
    Schema,
    String,
    Vector,
    constructor,
    crc,
    kind_of,
)
from wire_values import bodies, check_tiles

VECTORS = json.loads((Path(__file__).parent / "vectors" / "tl_constructors.json").read_text())["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=[v["name"] for v in VECTORS])
def test_known_constructors(vector: dict[str, Any]) -> None:
    number = int(vector["id"], 16)
    assert vector["crc32_matches"] and vector["crc32"] == vector["id"]
    for line in (vector["definition"], vector["crc_string"], vector["definition"] + ";"):
        assert crc(line) == number
    wire = bytes.fromhex(vector["id_wire_le"])
    if vector["name"] == "vector":
        assert wire == VECTOR_ID
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
    assert constructor(Schema(), line, "", {"body": "bytes"}).fields[-1].size == "bytes"
    with pytest.raises(LocalError, match="does not stand before"):
        constructor(Schema(), line, "", {"body": "length"})


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


def test_what_is_declared_stays_as_it_is_declared() -> None:
    schema = Schema()
    first = constructor(schema, "ping#7abe77ec ping_id:long = Pong")
    again = constructor(Schema(), "ping#7abe77ec ping_id:long = Pong", ping_id=random("explained"))
    with pytest.raises(LocalError, match="declared twice"):
        schema.add(again)
    assert schema["ping"] is first is schema.of(bytes.fromhex("ec77be7a")) and len(list(schema)) == 1
    other = constructor(schema, "ping ping_id:int = Pong")
    assert schema["ping"] is other and schema.of(first.id_bytes) is first, "of one name the last is meant"


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
    head = array.id.to_bytes(4, "little") + VECTOR_ID + b"\1\0\0\0"
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
        "jsonArray": SCHEMA["jsonArray"].id.to_bytes(4, "little") + VECTOR_ID + b"\1\0\0\0",
        "jsonObject": SCHEMA["jsonObject"].id.to_bytes(4, "little") + VECTOR_ID + b"\1\0\0\0"
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


# -- The kinds of TL: known bytes, round trips, and everything that is refused -------------------------------------


VALUES = json.loads((Path(__file__).parent / "vectors" / "tl.json").read_text())["vectors"]
SCALARS = [v for v in VALUES if "value" in v]
LENGTHS = [v for v in VALUES if "value_rule" in v]
LENIENT = Reading(lenient=True)


def read(kind: Kind, data: bytes, reading: Reading = STRICT) -> Read:
    return kind.read(data, 0, len(data), reading)


def value_of(vector: dict[str, Any]) -> Any:
    value, type_ = vector["value"], vector["type"]
    if type_ in ("int", "long"):
        return int(value)
    return bytes.fromhex(value) if type_ == "bytes" else value


@pytest.mark.parametrize("vector", SCALARS, ids=[v["name"] for v in SCALARS])
def test_known_scalars(vector: dict[str, Any]) -> None:
    kind, value, data = SIMPLE[vector["type"]], value_of(vector), bytes.fromhex(vector["hex"])
    assert kind.pack(value).hex() == vector["hex"]
    found = read(kind, data)
    assert (found.value, found.stop) == (value.encode() if isinstance(value, str) else value, len(data))


@pytest.mark.parametrize("vector", LENGTHS, ids=[v["name"] for v in LENGTHS])
def test_known_strings_of_every_length(vector: dict[str, Any]) -> None:
    assert vector["value_rule"] == "byte i = (i*31+7)&255"
    length = vector["length"]
    body = (bytes((i * 31 + 7) & 255 for i in range(256)) * (length // 256 + 1))[:length]
    data = SIMPLE["bytes"].pack(body)
    assert len(data) == vector["encoded_length"] and data.hex().startswith(vector["prefix"])
    assert hashlib.sha256(data).hexdigest() == vector["sha256_of_encoding"]
    found = read(SIMPLE["bytes"], data)
    assert (found.value == body, found.stop) == (True, len(data))
    assert len(data) - found.body[1] == vector["tail_zero_bytes"]


def test_every_vector_is_used() -> None:
    """The one that is left, a vector, stands with the vectors below."""
    assert len(SCALARS) + len(LENGTHS) + 1 == len(VALUES) == 32


# -- Numbers


@pytest.mark.parametrize(("name", "size"), [("int", 4), ("long", 8)])
def test_signed_numbers(name: str, size: int) -> None:
    kind, top = SIMPLE[name], 2 ** (8 * size - 1)
    for value in (-top, -1, 0, 1, top - 1):
        data = kind.pack(value)
        assert data == value.to_bytes(size, "little", signed=True) and read(kind, data).value == value
    for value in (-top - 1, top, 2**64, -(10**5000)):
        with pytest.raises(LocalError, match=f"does not fit a signed {name}") as caught:
            kind.pack(value)
        assert caught.value.got == value and str(caught.value)


def test_an_unsigned_id_is_told_its_signed_twin() -> None:
    with pytest.raises(LocalError, match=r"unsigned id[?] use -9223372036854775808"):
        SIMPLE["long"].pack(2**63)
    with pytest.raises(LocalError, match=r"unsigned id[?] use -1 "):
        SIMPLE["long"].pack(2**64 - 1)
    for kind, value in ((SIMPLE["long"], 2**64), (SIMPLE["long"], -(2**63) - 1), (SIMPLE["int"], 2**31)):
        with pytest.raises(LocalError) as caught:
            kind.pack(value)
        assert "unsigned" not in str(caught.value)


def test_flags_are_unsigned() -> None:
    assert read(SIMPLE["#"], SIMPLE["#"].pack(2**32 - 1)).value == 2**32 - 1
    for value in (-1, 2**32):
        with pytest.raises(LocalError, match="unsigned"):
            SIMPLE["#"].pack(value)


@given(st.floats())
def test_doubles(value: float) -> None:
    data = SIMPLE["double"].pack(value)
    found = read(SIMPLE["double"], data).value
    assert data == struct.pack("<d", value)
    assert math.isnan(found) if math.isnan(value) else found == value


def test_a_double_may_come_from_an_int_that_fits() -> None:
    assert read(SIMPLE["double"], SIMPLE["double"].pack(3)).value == 3.0
    with pytest.raises(LocalError, match="does not fit a double"):
        SIMPLE["double"].pack(10**400)


@pytest.mark.parametrize("name", ["int", "long", "#", "double"])
@pytest.mark.parametrize("value", ["1", None, b"\1", [1], 1j])
def test_not_a_number(name: str, value: Any) -> None:
    with pytest.raises(LocalError, match="takes a number") as caught:
        SIMPLE[name].pack(value)
    assert caught.value.got == type(value).__name__, "the type says enough, and a value may be a secret"


@pytest.mark.parametrize(
    ("name", "size"), [("int", 4), ("long", 8), ("#", 4), ("double", 8), ("int128", 16), ("int256", 32), ("Bool", 4)]
)
def test_too_few_bytes(name: str, size: int) -> None:
    for reading in (STRICT, LENIENT):
        for have in range(size):
            with pytest.raises(DecodeError, match=f"needs {size} bytes, {have} left") as caught:
                SIMPLE[name].read(bytes(100), 7, 7 + have, reading)
            assert caught.value.where == "byte 7"


# -- Bytes as they are


@pytest.mark.parametrize(("name", "size"), [("int128", 16), ("int256", 32)])
def test_raw_bytes(name: str, size: int) -> None:
    kind, value = SIMPLE[name], bytes(range(size))
    for same in (value, bytearray(value), memoryview(value)):
        assert kind.pack(same) == value
    assert read(kind, value).value == value
    for wrong in (value[1:], value + b"\0", memoryview(bytes(size * 4)).cast("I")):
        with pytest.raises(LocalError) as caught:
            kind.pack(wrong)
        assert caught.value.expected == f"{size} bytes" and caught.value.got == f"{len(bytes(wrong))} bytes"
    for wrong in (5, "x" * size, None, list(value)):
        with pytest.raises(LocalError, match="takes bytes"):
            kind.pack(wrong)


def test_a_constant_packs_itself_and_reads_nothing_else() -> None:
    kind = Constant("constructor", b"\1\2\3\4")
    assert kind.pack(None) == kind.pack("whatever") == b"\1\2\3\4"
    assert read(kind, b"\1\2\3\4").value == b"\1\2\3\4"
    with pytest.raises(DecodeError, match="not this constructor") as caught:
        read(kind, b"\1\2\3\5")
    assert (caught.value.got, caught.value.expected) == (b"\1\2\3\5", b"\1\2\3\4")
    assert read(kind, b"\1\2\3\5", LENIENT).value == b"\1\2\3\5"


def test_rest_is_everything_up_to_the_end() -> None:
    assert Rest().read(b"abcdef", 2, 5, STRICT) == Read(b"cde", 5, (2, 5))
    assert read(Rest(), b"").value == b"" == Rest().pack(b"")
    body = Layout("l", (Field("all", Rest()),)).build(all=b"xyz")
    assert Rest().pack(body) == b"xyz", "a dissection is its bytes"
    for wrong in (3, 10**15, "abc", None):
        with pytest.raises(LocalError, match="takes bytes"):
            Rest().pack(wrong)


# -- Strings


@given(bodies, st.binary(max_size=8))
def test_strings_come_back(body: bytes, after: bytes) -> None:
    data = String().pack(body)
    assert len(data) % 4 == 0
    found = String().read(b"..." + data + after, 3, 3 + len(data + after), STRICT)
    assert (found.value, found.stop) == (body, 3 + len(data))
    assert data[found.body[0] - 3 : found.body[1] - 3] == body
    assert data[found.body[1] - 3 :] == bytes(-(found.body[1] - 3) % 4), "zeros, up to a multiple of four"


@given(bodies)
def test_a_string_cut_anywhere_is_refused(body: bytes) -> None:
    data = String().pack(body)
    for stop in range(len(data)):
        for whole in (data[:stop], data):
            with pytest.raises(DecodeError):
                String().read(whole, 0, stop, STRICT)


def test_text_is_utf8() -> None:
    assert String().pack("Ж") == b"\x02\xd0\x96\0" and read(String(), b"\x02\xd0\x96\0").value == "Ж".encode()
    with pytest.raises(LocalError, match="half a character"):
        String().pack("\ud800")


@pytest.mark.parametrize("value", [5, None, ["a"], 1.5])
def test_not_a_string(value: Any) -> None:
    with pytest.raises(LocalError, match="takes bytes") as caught:
        String("string").pack(value)
    assert caught.value.got == type(value).__name__


def test_the_longest_string() -> None:
    assert String().pack(bytes(MAX_STRING))[:4] == b"\xfe\xff\xff\xff"
    with pytest.raises(LocalError, match="three bytes") as caught:
        String().pack(bytes(MAX_STRING + 1))
    assert (caught.value.got, caught.value.expected) == (MAX_STRING + 1, MAX_STRING)


def test_a_string_that_promises_more_than_there_is() -> None:
    for data, got, expected, where in (
        (b"\x05abc", 3, 5, "byte 1"),
        (b"\xfe\xff\xff\xffabcd", 4, MAX_STRING, "byte 4"),
    ):
        with pytest.raises(DecodeError, match="string is cut off") as caught:
            read(String(), data)
        error = caught.value
        assert (error.got, error.expected, error.where) == (f"{got} bytes", f"{expected} bytes", where)
    with pytest.raises(DecodeError, match="padding is cut off") as short:
        read(String(), b"\x05abcde\0")
    assert (short.value.got, short.value.expected, short.value.where) == ("1 bytes", "2 bytes", "byte 6")


def test_ff_begins_no_string() -> None:
    for reading in (STRICT, LENIENT):
        with pytest.raises(DecodeError, match="does not begin a string") as caught:
            read(String(), b"\xff" + bytes(300), reading)
        assert caught.value.got == 255


def test_a_long_head_for_a_short_string() -> None:
    """No writer makes one; somebody who looks at damaged bytes may still see what it says."""
    data = b"\xfe\x03\0\0abc\0"
    with pytest.raises(DecodeError, match="long head") as caught:
        read(String(), data)
    assert caught.value.got == 3
    assert read(String(), data, LENIENT).value == b"abc"


def test_padding_is_read_and_ignored() -> None:
    assert read(String(), b"\x01axy") == Read(b"a", 4, (1, 2))


# -- Truth


def test_bools_are_two_constructors() -> None:
    kind = SIMPLE["Bool"]
    assert (kind.pack(True).hex(), kind.pack(False).hex()) == ("b5757299", "379779bc")
    assert read(kind, kind.pack(True)).value is True and read(kind, kind.pack(False)).value is False
    for data in (bytes(4), b"\1\0\0\0", b"\x99\x72\x75\xb5"):
        with pytest.raises(DecodeError, match="neither") as caught:
            read(kind, data)
        assert caught.value.got == data
    for value in (0, 1, None, "True"):
        with pytest.raises(LocalError, match="True or False"):
            kind.pack(value)


def test_a_flag_takes_no_bytes() -> None:
    assert Flag().pack(True) == b"" and Flag().read(b"xyz", 1, 3, STRICT) == Read(True, 1, (1, 1))
    for value in (False, 1, None, "yes"):
        with pytest.raises(LocalError, match="True or False"):
            Flag().pack(value)


@given(st.sampled_from(sorted(SIMPLE)), st.binary(max_size=40), st.booleans())
def test_noise_parses_or_is_a_decode_error(name: str, data: bytes, lenient: bool) -> None:
    try:
        found = read(SIMPLE[name], data, Reading(lenient=lenient))
    except DecodeError as error:
        assert error.where.startswith("byte ")
        return
    assert 0 <= found.body[0] <= found.body[1] <= found.stop <= len(data)
    if not lenient and name not in ("string", "bytes", "double", "true"):
        assert SIMPLE[name].pack(found.value) == data[: found.stop]


def test_kinds_are_named_as_in_the_specification() -> None:
    assert all(kind.name == name for name, kind in SIMPLE.items())
    assert Raw("SHA1", 20).name == "SHA1"


# -- Vectors: a count, and so many elements, neither more nor fewer ------------------------------------------------


LONGS, BARE_LONGS = Vector(SIMPLE["long"]), Vector(SIMPLE["long"], boxed=False)
PAIRS = Vector(Layout("pair", (Field("a", SIMPLE["int"]), Field("b", SIMPLE["bytes"]))), boxed=False)


def shape(vector: Vector) -> Layout:
    return Layout("l", (Field("v", vector),))


def test_boxed_and_bare() -> None:
    assert (LONGS.name, BARE_LONGS.name, PAIRS.name) == ("Vector<long>", "vector<long>", "vector<pair>")
    assert LONGS.pack([1]).hex() == "15c4b51c" + "01000000" + "0100000000000000"
    assert BARE_LONGS.pack([1]).hex() == "01000000" + "0100000000000000"
    with pytest.raises(DecodeError, match=r"not this vector\b"):
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
    (vector,) = [v for v in VALUES if v["type"] == "Vector"]
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


def test_so_many_objects_and_not_one_more() -> None:
    most, element = 2**16, SCHEMA["jsonNull"].id_bytes
    for count in (most, most + 1):
        data = SCHEMA["jsonArray"].id_bytes + VECTOR_ID + count.to_bytes(4, "little") + element * count
        if count == most:
            assert len(SCHEMA.dissect(data)["value"]) == most
        else:
            with pytest.raises(DecodeError, match="too many objects"):
                _ = SCHEMA.dissect(data).spans


def test_a_huge_count_costs_nothing() -> None:
    """Neither a loop nor memory: the count is compared before anything is read."""
    data = SCHEMA["msgs_ack"].id.to_bytes(4, "little") + VECTOR_ID + b"\xff\xff\xff\x7f" + bytes(8000)
    tracemalloc.start()
    started = time.thread_time()
    for _ in range(100):
        with pytest.raises(DecodeError, match="beyond"):
            SCHEMA.dissect(data)
    seconds, peak = time.thread_time() - started, tracemalloc.get_traced_memory()[1]
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


def test_thousands_of_numbers_are_cut_when_somebody_looks() -> None:
    """One packet may acknowledge 8,192 messages: reading it makes a handful of spans, and looking at one makes one."""
    d = SCHEMA["msgs_ack"].build(msg_ids=range(8_180))
    vector = SCHEMA.dissect(bytes(d)).find("msg_ids")
    made: list[int] = []
    spans = vector.spans  # type: ignore[union-attr]
    assert len(spans) == 8_182 and not isinstance(spans, tuple)
    for span in (spans[5_002], vector.find("5000"), spans[-3_180]):  # type: ignore[union-attr]
        made.append(span.value)
        assert (span.name, span.start, bytes(span)) == ("5000", 40_008, (5_000).to_bytes(8, "little"))
    assert made == [5_000] * 3 and [span.name for span in spans[:4]] == ["vector", "count", "0", "1"]
    with pytest.raises(IndexError):
        spans[8_182]
    check_tiles(vector)  # type: ignore[arg-type]


def test_a_vector_of_four_megabytes_is_bounded() -> None:
    numbers = SCHEMA["msgs_ack"].build(msg_ids=range(500_000))
    objects = SCHEMA["jsonArray"].id_bytes + VECTOR_ID + (10**6).to_bytes(4, "little")
    objects += SCHEMA["jsonNull"].id_bytes * 10**6
    tracemalloc.start()
    try:
        rows = SCHEMA.dissect(bytes(numbers)).rows()
        assert sum(1 for _ in islice(rows, 10_000)) == 10_000
        held, most = tracemalloc.get_traced_memory()
        assert most < 150 * 2**20
        tracemalloc.reset_peak()
        assert sum(1 for _ in islice(rows, 10_000)) == 10_000
        assert tracemalloc.get_traced_memory()[1] < held + 2**20  # so many rows again, and no memory
        with pytest.raises(DecodeError, match="too many objects"):
            SCHEMA.dissect(objects)
        assert SCHEMA.dissect(objects, Reading(lenient=True)).spans[-1].name == "value"
        assert tracemalloc.get_traced_memory()[1] < 150 * 2**20
    finally:
        tracemalloc.stop()
