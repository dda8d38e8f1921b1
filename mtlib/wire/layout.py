"""Bytes declared once: a `Layout` packs values, and cuts bytes into what they mean.

A `Layout` is a row of `Field`s. `Layout.build(...)` packs values; `Layout.dissect(...)` reads bytes; both return a
`Dissection`. Encoder, decoder, inspector, documentation and tests all read this one declaration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mtlib.errors import DecodeError, LocalError, MtError
from mtlib.wire.dissection import STRICT, Dissection, Field, Read, Reading, Seal, Shape, Span


@dataclass(frozen=True)
class Layout:
    """A row of fields under a name. It is a `Shape` (it cuts bytes) and a `Kind` (it can stand in a field)."""

    name: str
    fields: tuple[Field, ...]

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(f.name for f in self.fields)

    @cached_property
    def _packers(self) -> tuple[tuple[str, Any, bytes | None], ...]:
        """Per field: name, how it packs, and its bytes where they never change."""
        return tuple((f.name, f.kind.pack, getattr(f.kind, "fixed", None)) for f in self.fields)

    @cached_property
    def _has_flags(self) -> bool:
        return any(f.when for f in self.fields)

    def build(self, **values: Any) -> Dissection:
        """Pack `values` (one per field that is not constant). Raises LocalError naming field and value."""
        return Dissection(self, self.pack(values))

    def pack(self, value: Any) -> bytes:
        """The bytes of a mapping of values, or of a dissection of this layout as it stands."""
        if isinstance(value, (Dissection, bytes)):
            return bytes(value)
        if not value.keys() <= self._names:
            raise LocalError("no such field", got=", ".join(value.keys() - self._names), where=self.name)
        if self._has_flags:
            return self._pack_flags(value)
        parts, name = [], ""
        try:
            for name, pack, fixed in self._packers:
                parts.append(pack(value[name]) if fixed is None else fixed)
        except KeyError:
            raise LocalError("a value is missing", expected=name, where=self.name) from None
        except MtError as error:
            raise error.within(name).within(self.name) from None
        return b"".join(parts)

    def _pack_flags(self, value: Mapping[str, Any]) -> bytes:
        """Optional fields: the flags follow from which values are there."""
        present = {f.name: value.get(f.name) not in (None, False) for f in self.fields if f.when}
        values = dict(value)
        for f in self.fields:
            if f.when:
                flags, bit = f.when
                values[flags] = values.get(flags, 0) | (present[f.name] << bit)
        plain = tuple(replace(f, when=None) for f in self.fields if present.get(f.name, True))
        return Layout(self.name, plain).pack({f.name: values[f.name] for f in plain if f.name in values})

    def dissect(self, data: bytes, reading: Reading = STRICT) -> Dissection:
        """Cut `data`. Raises DecodeError with path and offset where it does not fit, leftovers included."""
        found = Dissection(self, data, reading)
        _ = found.spans
        return found

    def contains(self, **inside: Shape | Seal) -> Layout:
        """The same layout, in which the bodies of the named fields are described too."""
        unknown = inside.keys() - self._names
        if unknown:
            raise LocalError("no such field", got=", ".join(unknown), where=self.name)
        return replace(self, fields=tuple(replace(f, inside=inside.get(f.name, f.inside)) for f in self.fields))

    def scan(self, data: bytes, reading: Reading) -> tuple[tuple[Span, ...], Mapping[str, Any]]:
        """Spans and values of exactly `data`."""
        try:
            spans, values, stop = self._scan(data, 0, len(data), reading)
            if stop != len(data):
                raise DecodeError(
                    "bytes are left over", got=f"{len(data) - stop} more", where=f"byte {stop}"
                ).within(self.name)
        except DecodeError as error:
            raise error.within(self.name) if not error.where.startswith(self.name) else error from None
        return spans, values

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        """As a kind: read one of these at `at`, up to wherever it ends."""
        spans, values, end = self._scan(data, at, stop, reading)
        nested = Dissection.of(self, data[at:end], reading, spans, values)
        return Read(nested, end, (at, end), nested)

    def _scan(
        self, data: bytes, at: int, stop: int, reading: Reading
    ) -> tuple[tuple[Span, ...], dict[str, Any], int]:
        spans: list[Span] = []
        values: dict[str, Any] = {}
        here = at
        for f in self.fields:
            if f.when and not values[f.when[0]] >> f.when[1] & 1:
                values[f.name] = False if f.kind.name == "true" else None
                continue
            try:
                span, end = _read_field(f, data, here, stop, values, reading)
            except DecodeError as error:
                if not reading.lenient:
                    raise error.within(f.name) from None
                return (*spans, _rest(f, data, here, stop, at, error)), values, stop
            values[f.name] = span.value
            if end > here:
                spans.append(replace(span, start=here - at, stop=end - at, body=_shift(span.body, at)))
            here = end
        return tuple(spans), values, here


def _read_field(
    f: Field, data: bytes, at: int, stop: int, values: Mapping[str, Any], reading: Reading
) -> tuple[Span, int]:
    """One field at `at`: the kind reads it, `size` bounds it, `inside` explains its body."""
    bound = stop if not f.size else at + values[f.size]
    if not at <= bound <= stop:
        raise DecodeError(
            f"{f.size} promises more than there is", got=values[f.size], expected=f"0..{stop - at}",
            where=f"byte {at}",
        )
    read = f.kind.read(data, at, bound, reading)
    if f.size and read.stop != bound:
        raise DecodeError("bytes are left over", got=f"{bound - read.stop} more", where=f"byte {read.stop}")
    span = Span(f, at, read.stop, read.value, data[at : read.stop], read.body, read.nested)
    return _look_inside(span, values, reading), read.stop


def _look_inside(span: Span, values: Mapping[str, Any], reading: Reading) -> Span:
    """Describe the body. A body that does not fit its description stays bytes, and the span says why."""
    inside = span.field.inside
    if inside is None:
        return span
    try:
        if isinstance(inside, Seal):
            return replace(span, opened=inside.open(values, bytes(span), reading))
        nested = Dissection(inside, bytes(span), reading)
        _ = nested.spans
        return replace(span, nested=nested)
    except DecodeError as error:
        return replace(span, problem=str(error))


def _rest(f: Field, data: bytes, here: int, stop: int, base: int, error: DecodeError) -> Span:
    """What a lenient reader could not cut, up to the end."""
    span = (here - base, stop - base)
    return Span(f, *span, data[here:stop], data[here:stop], span, problem=str(error))


def _shift(body: tuple[int, int], by: int) -> tuple[int, int]:
    return body[0] - by, body[1] - by
