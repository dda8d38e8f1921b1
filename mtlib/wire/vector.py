"""Vectors: a count, and so many elements of one kind.

Source: core.telegram.org/mtproto/serialize, "Vector".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mtlib.errors import DecodeError, LocalError, MtError
from mtlib.wire.dissection import Dissection, Field, Kind, Read, Reading, Span
from mtlib.wire.kinds import SIMPLE, Constant, Number, need
from mtlib.wire.layout import Layout, leftover, uncut
from mtlib.wire.notes import constant, derived, given

ID = bytes.fromhex("15c4b51c")
"""The constructor id of every boxed vector, in the order of travel."""
SMALLEST = 4
"""Bytes that the smallest element takes."""
_ELEMENT = given("one of the elements")


@dataclass(frozen=True)
class Vector:
    """`Vector<T>` (boxed: id, count, elements) or `vector<T>` (bare: count, elements). The value is a tuple.

    The count is compared with the bytes that are left before anything is read: every element takes some.
    """

    element: Kind
    boxed: bool = True

    @property
    def name(self) -> str:
        return f"{'V' if self.boxed else 'v'}ector<{self.element.name}>"

    @cached_property
    def head(self) -> Layout:
        """What stands before the elements."""
        count = Field("count", SIMPLE["int"], derived("", "how many elements follow"))
        says = Field("vector", Constant("vector", ID), constant("says that a vector follows"))
        return Layout(self.name, (says, count) if self.boxed else (count,))

    def pack(self, value: Any) -> bytes:
        try:
            items = tuple(value) if not isinstance(value, (str, bytes, Dissection)) else None
        except TypeError:
            items = None
        if items is None:
            raise LocalError(f"{self.name} takes a sequence", got=type(value).__name__)
        parts = [self.head.pack({"count": len(items)})]
        for index, item in enumerate(items):
            try:
                parts.append(self.element.pack(item))
            except MtError as error:
                raise error.within(str(index)) from None
        return b"".join(parts)

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        if isinstance(self.element, Number) and not reading.lenient:
            return self._numbers(self.element, data, at, stop, reading)
        spans, items, end = self._cut(data, at, stop, reading)
        nested = Dissection.of(self, data[at:end], reading, spans, {s.name: s.value for s in spans})
        return Read(items, end, (at, end), nested)

    def _numbers(self, element: Number, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        """Numbers are read all at once, and cut into spans only when somebody looks: there may be thousands."""
        _, values, here = self.head.cut(data, at, stop, reading)
        count, end = values["count"], here + values["count"] * element.size
        where, whole = "count", (stop - here) // element.size
        try:
            self._check(count, here, stop)
            where = str(whole)
            if count > whole:
                need(data, here + whole * element.size, stop, element.size)
        except DecodeError as error:
            raise error.within(where) from None
        if reading.allowance is not None:
            reading.allowance.take_numbers(count)
        items = element.read_many(data, here, count)
        return Read(items, end, (at, end), Dissection(self, data[at:end], replace(reading, allowance=None)))

    def _check(self, count: int, here: int, stop: int) -> None:
        room = (stop - here) // SMALLEST
        if not 0 <= count <= room:
            wanted, place = f"0..{room}", f"byte {here - 4}"
            raise DecodeError("the count is beyond what is left", got=count, expected=wanted, where=place)

    def scan(self, data: bytes, reading: Reading) -> tuple[tuple[Span, ...], Mapping[str, Any]]:
        try:
            spans, _, end = self._cut(data, 0, len(data), reading)
            spans += leftover(data, end, reading)
        except DecodeError as error:
            raise error.within(self.name) from None
        return spans, {s.name: s.value for s in spans}

    def _cut(
        self, data: bytes, at: int, stop: int, reading: Reading
    ) -> tuple[tuple[Span, ...], tuple[Any, ...], int]:
        head, values, here = self.head.cut(data, at, stop, reading)
        spans, items = list(head), []
        where = "count"
        try:
            count = values.get("count", 0)
            self._check(count, here, stop)
            if reading.allowance is not None:
                reading.allowance.take_objects(count)
            for index in range(count):
                where = str(index)
                read = self.element.read(data, here, stop, reading)
                body = (read.body[0] - at, read.body[1] - at)
                field, raw = Field(where, self.element, _ELEMENT), data[here : read.stop]
                spans.append(Span(field, here - at, read.stop - at, read.value, raw, body, read.nested))
                items.append(read.value)
                here = read.stop
        except DecodeError as error:
            if not reading.lenient:
                raise error.within(where) from None
            spans.append(uncut(Field(str(len(items)), self.element, _ELEMENT), data, here, stop, at, error))
            here = stop
        return tuple(spans), tuple(items), here
