"""The kinds of TL: known bytes, round trips, and everything that is refused."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.errors import DecodeError, LocalError
from mtlib.wire import Field, Layout, Reading
from mtlib.wire.dissection import STRICT, Kind, Read
from mtlib.wire.layout import Constant, Raw, Rest
from mtlib.wire.tl import MAX_STRING, SIMPLE, Flag, String
from wire_values import bodies

VECTORS = json.loads((Path(__file__).parent / "vectors" / "tl.json").read_text())["vectors"]
SCALARS = [v for v in VECTORS if "value" in v]
LENGTHS = [v for v in VECTORS if "value_rule" in v]
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
    """The one that is left, a vector, is in test_wire_vector.py."""
    assert len(SCALARS) + len(LENGTHS) + 1 == len(VECTORS) == 32


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
