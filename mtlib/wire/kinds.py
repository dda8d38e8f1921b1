"""The kinds of TL: how one value becomes bytes and back.

Decoding is strict: what no writer produces is refused, with the offset; only the padding of a string may
hold anything, since every client ignores it. Encoding refuses what does not fit and says which value would
(a key id printed unsigned has a signed twin).

Source: core.telegram.org/mtproto/serialize, "Base types"; the refusal of a first byte `ff` is DEDUCED, the
documents do not mention it.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mtlib.errors import DecodeError, LocalError
from mtlib.wire.dissection import Kind, Read, Reading, octets

MAX_STRING = 2**24 - 1
"""The longest string: its length head has three bytes."""


def need(data: bytes, at: int, stop: int, size: int) -> None:
    """Raise DecodeError where fewer than `size` bytes are left."""
    if stop - at < size:
        raise DecodeError(f"needs {size} bytes, {stop - at} left", where=f"byte {at}")


@dataclass(frozen=True)
class Number:
    """A little-endian number: `int`, `long`, `double`, or the unsigned `#` of a flags field."""

    name: str
    code: str

    @cached_property
    def _struct(self) -> struct.Struct:
        return struct.Struct(self.code)

    def pack(self, value: Any) -> bytes:
        try:
            return self._struct.pack(value)
        except (struct.error, OverflowError):  # the latter: a double from a number of more than 1024 bits
            raise self._refused(value) from None

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        size = self._struct.size
        need(data, at, stop, size)
        return Read(self._struct.unpack_from(data, at)[0], at + size, (at, at + size))

    def read_many(self, data: bytes, at: int, count: int) -> tuple[Any, ...]:
        """`count` of them in a row, all of them there."""
        return struct.unpack_from(f"<{count}{self.code[1:]}", data, at)

    @property
    def size(self) -> int:
        return self._struct.size

    def _refused(self, value: Any) -> LocalError:
        bits = 8 * self._struct.size
        if not isinstance(value, int):
            return LocalError(f"{self.name} takes a number", got=type(value).__name__)
        if self.name == "#":
            return LocalError("flags are unsigned", got=value, expected="0..2**32-1")
        if self.name == "double":
            return LocalError("does not fit a double", got=value, expected="below 2**1024")
        twin = value - 2**bits if 2 ** (bits - 1) <= value < 2**bits else None
        hint = f"; unsigned id? use {twin}" if twin is not None and self.name == "long" else ""
        return LocalError(
            f"does not fit a signed {self.name}{hint}", got=value, expected=f"-2**{bits - 1}..2**{bits - 1}-1"
        )


@dataclass(frozen=True)
class Raw:
    """Exactly `size` bytes that travel as they are: `int128`, `int256`, a key id inside a hash."""

    name: str
    size: int

    def pack(self, value: Any) -> bytes:
        data = octets(value, self.name)
        if len(data) != self.size:
            raise LocalError(
                f"{self.name} is {self.size} bytes", got=f"{len(data)} bytes", expected=f"{self.size} bytes"
            )
        return data

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        need(data, at, stop, self.size)
        return Read(data[at : at + self.size], at + self.size, (at, at + self.size))


@dataclass(frozen=True)
class Constant:
    """Bytes that are always the same, such as a constructor id."""

    name: str
    fixed: bytes

    def pack(self, value: Any) -> bytes:
        return self.fixed

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        size = len(self.fixed)
        need(data, at, stop, size)
        found = data[at : at + size]
        if found != self.fixed and not reading.lenient:
            raise DecodeError(f"not this {self.name}", got=found, expected=self.fixed, where=f"byte {at}")
        return Read(found, at + size, (at, at + size))


@dataclass(frozen=True)
class Rest:
    """Everything up to the end of what surrounds it."""

    name: str = "bytes"

    def pack(self, value: Any) -> bytes:
        return octets(value, self.name)

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        return Read(data[at:stop], stop, (at, stop))


@dataclass(frozen=True)
class String:
    """`string` and `bytes`: a length head of one byte (up to 253) or `fe` and three, the body, zeros to a
    multiple of four. A first byte `ff` and a long head for a short body are refused: no writer makes them
    (`ff` is not in the documents at all)."""

    name: str = "bytes"

    def pack(self, value: Any) -> bytes:
        try:
            body = value.encode() if isinstance(value, str) else octets(value, self.name)
        except UnicodeEncodeError:
            raise LocalError("half a character: UTF-8 has no bytes for it", got=ascii(value)) from None
        if len(body) < 254:
            head = bytes((len(body),))
        elif len(body) <= MAX_STRING:
            head = b"\xfe" + len(body).to_bytes(3, "little")
        else:
            raise LocalError("too long for a length head of three bytes", got=len(body), expected=MAX_STRING)
        return head + body + bytes(-(len(head) + len(body)) % 4)

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        need(data, at, stop, 4)
        first, start = data[at], at + 1
        if first == 255:
            raise DecodeError("255 does not begin a string", got=first, expected="0..254", where=f"byte {at}")
        size = first
        if first == 254:
            start, size = at + 4, int.from_bytes(data[at + 1 : at + 4], "little")
        if first == 254 and size < 254 and not reading.lenient:
            raise DecodeError(
                "long head for a short string", got=size, expected="254 or more", where=f"byte {at}"
            )
        body = start, start + size
        if body[1] > stop:
            raise _cut_off("string", stop - start, size, start)
        end = body[1] + -(body[1] - at) % 4
        if end > stop:
            raise _cut_off("string's padding", stop - body[1], end - body[1], body[1])
        return Read(data[body[0] : body[1]], end, body)


def _cut_off(what: str, left: int, size: int, at: int) -> DecodeError:
    got, expected = f"{left} bytes", f"{size} bytes"
    return DecodeError(f"the {what} is cut off", got=got, expected=expected, where=f"byte {at}")


@dataclass(frozen=True)
class Flag:
    """`flags.N?true`: takes no bytes; the bit alone says it."""

    name: str = "true"

    def pack(self, value: Any) -> bytes:
        if value is not True:
            raise LocalError("a flag is True or False", got=type(value).__name__)
        return b""

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        return Read(True, at, (at, at))


@dataclass(frozen=True)
class Bool:
    """boolTrue or boolFalse, boxed: four bytes, and nothing else counts."""

    name: str = "Bool"

    TRUE = bytes.fromhex("b5757299")
    FALSE = bytes.fromhex("379779bc")

    def pack(self, value: Any) -> bytes:
        if not isinstance(value, bool):
            raise LocalError("a Bool is True or False", got=type(value).__name__)
        return self.TRUE if value else self.FALSE

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        need(data, at, stop, 4)
        found = data[at : at + 4]
        if found not in (self.TRUE, self.FALSE):
            raise DecodeError("neither boolTrue nor boolFalse", got=found, where=f"byte {at}")
        return Read(found == self.TRUE, at + 4, (at, at + 4))


SIMPLE: Mapping[str, Kind] = {
    "#": Number("#", "<I"),
    "int": Number("int", "<i"),
    "long": Number("long", "<q"),
    "double": Number("double", "<d"),
    "int128": Raw("int128", 16),
    "int256": Raw("int256", 32),
    "string": String("string"),
    "bytes": String("bytes"),
    "true": Flag(),
    "Bool": Bool(),
}
"""The kinds that a line of TL calls by name."""
