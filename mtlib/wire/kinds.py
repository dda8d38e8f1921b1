"""The kinds of TL: how one value becomes bytes and back.

Decoding is strict: what no writer produces is refused, with the offset. Encoding refuses what does not fit and
says which value would (a key id printed unsigned has a signed twin).

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
from mtlib.wire.dissection import Dissection, Field, Kind, Read, Reading, Span
from mtlib.wire.layout import Layout
from mtlib.wire.notes import constant, derived

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
        except struct.error:
            raise self._refused(value) from None

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        size = self._struct.size
        need(data, at, stop, size)
        return Read(self._struct.unpack_from(data, at)[0], at + size, (at, at + size))

    def _refused(self, value: Any) -> LocalError:
        bits = 8 * self._struct.size
        if not isinstance(value, int):
            return LocalError(f"a {self.name} is a number", got=repr(value))
        if self.name == "#":
            return LocalError("flags are unsigned", got=value, expected="0..2**32-1")
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
        if not isinstance(value, (bytes, bytearray, memoryview)) or len(value) != self.size:
            got = f"{len(value)} bytes" if hasattr(value, "__len__") else repr(value)
            raise LocalError(f"{self.name} is {self.size} bytes", got=got, expected=f"{self.size} bytes")
        return bytes(value)

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
        return bytes(value)

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        return Read(data[at:stop], stop, (at, stop))


@dataclass(frozen=True)
class String:
    """`string` and `bytes`: a length head of one byte (up to 253) or `fe` and three, the body, zeros to a
    multiple of four. A first byte `ff` and a long head for a short body are refused: no writer makes them
    (`ff` is not in the documents at all)."""

    name: str = "bytes"

    def pack(self, value: Any) -> bytes:
        if isinstance(value, str):
            value = value.encode()
        if not isinstance(value, (bytes, bytearray, memoryview, Dissection)):
            raise LocalError(f"{self.name} takes bytes", got=repr(value))
        body = bytes(value)
        if len(body) < 254:
            head = bytes((len(body),))
        elif len(body) <= MAX_STRING:
            head = b"\xfe" + len(body).to_bytes(3, "little")
        else:
            raise LocalError("too long for a length head of three bytes", got=len(body), expected=MAX_STRING)
        return head + body + bytes(-(len(head) + len(body)) % 4)

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        need(data, at, stop, 4)
        first = data[at]
        if first == 255:
            raise DecodeError("ff does not begin a string", got=first, expected="00..fe", where=f"byte {at}")
        start, size = (at + 1, first) if first < 254 else (at + 4, int.from_bytes(data[at + 1 : at + 4], "little"))
        if first == 254 and size < 254 and not reading.lenient:
            raise DecodeError("long head for a short string", got=size, expected="254 or more", where=f"byte {at}")
        if size > stop - start:
            raise DecodeError(
                f"string is cut off: needs {size} bytes, {stop - start} left", got=stop - start, expected=size,
                where=f"byte {start}",
            )
        body = start, start + size
        end = body[1] + -(body[1] - at) % 4
        if end > stop:
            raise DecodeError("the string's padding is cut off", got=stop - body[1], expected=end - body[1],
                              where=f"byte {body[1]}")
        return Read(data[body[0] : body[1]], end, body)


@dataclass(frozen=True)
class Flag:
    """`flags.N?true`: takes no bytes; the bit alone says it."""

    name: str = "true"

    def pack(self, value: Any) -> bytes:
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
            raise LocalError("a Bool is True or False", got=repr(value))
        return self.TRUE if value else self.FALSE

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        need(data, at, stop, 4)
        found = data[at : at + 4]
        if found not in (self.TRUE, self.FALSE):
            raise DecodeError("neither boolTrue nor boolFalse", got=found, where=f"byte {at}")
        return Read(found == self.TRUE, at + 4, (at, at + 4))


@dataclass(frozen=True)
class Vector:
    """`Vector<T>` (boxed: id, count, elements) or `vector<T>` (bare: count, elements). The value is a tuple.

    The count is compared with the bytes that are left before anything is read: every element takes some.
    """

    element: Kind
    boxed: bool = True

    ID = bytes.fromhex("15c4b51c")
    COUNT = Number("int", "<i")

    @property
    def name(self) -> str:
        return f"{'V' if self.boxed else 'v'}ector<{self.element.name}>"

    def pack(self, value: Any) -> bytes:
        try:
            parts = [self.element.pack(item) for item in value]
        except TypeError:
            raise LocalError(f"a {self.name} takes a sequence", got=repr(value)) from None
        return (self.ID if self.boxed else b"") + self.COUNT.pack(len(parts)) + b"".join(parts)

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        spans, items, end = self._scan(data, at, stop, reading)
        nested = Dissection.of(self, data[at:end], reading, spans, {s.name: s.value for s in spans})
        return Read(items, end, (at, end), nested)

    def scan(self, data: bytes, reading: Reading) -> tuple[tuple[Span, ...], Mapping[str, Any]]:
        spans, _, end = self._scan(data, 0, len(data), reading)
        if end != len(data):
            raise DecodeError("bytes are left over", got=f"{len(data) - end} more", where=f"byte {end}")
        return spans, {s.name: s.value for s in spans}

    def _scan(
        self, data: bytes, at: int, stop: int, reading: Reading
    ) -> tuple[tuple[Span, ...], tuple[Any, ...], int]:
        fields: list[Field] = []
        if self.boxed:
            fields.append(Field("vector", Constant("vector", self.ID), constant("says that a vector follows")))
        fields.append(Field("count", self.COUNT, derived("", "how many elements follow")))
        head, _, here = Layout(self.name, tuple(fields))._scan(data, at, stop, reading)
        count = head[-1].value
        if not 0 <= count <= (stop - here) // 4:
            raise DecodeError(
                "the count is beyond what is left", got=count, expected=f"0..{(stop - here) // 4}",
                where=f"byte {here - 4}",
            )
        spans, items = list(head), []
        for index in range(count):
            read = self.element.read(data, here, stop, reading)
            where = Field(str(index), self.element)
            body = (read.body[0] - at, read.body[1] - at)
            raw = data[here : read.stop]
            spans.append(Span(where, here - at, read.stop - at, read.value, raw, body, read.nested))
            items.append(read.value)
            here = read.stop
        return tuple(spans), tuple(items), here
