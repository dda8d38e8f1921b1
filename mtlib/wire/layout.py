"""One declaration for both directions: a `Layout` packs values into bytes, and cuts bytes into fields.

A `Layout` is a row of `Field`s. `Layout.build(...)` packs values; `Layout.dissect(...)` reads bytes; both return a
`Dissection`. Encoder, decoder, inspector, documentation and tests all read this one declaration. Three plain kinds of
value are here too: `Raw` (so many bytes), `Constant` (always the same), `Rest` (all that is left). TL's: `wire.tl`.

The types are `wire.dissection`'s: a `Kind` packs and reads one value, a `Shape` cuts bytes into `Span`s, a `Reading`
says with which keys and how strictly; a `Read` is what a kind found, a `Seal` what a ciphertext hides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from mtlib.errors import DecodeError, LocalError, MtError, PeerError
from mtlib.wire.dissection import Dissection, Field, Read, Reading, Seal, Shape, Span, octets
from mtlib.wire.notes import given


def need(data: bytes, at: int, stop: int, size: int) -> None:
    """Raise DecodeError where fewer than `size` bytes are left."""
    if stop - at < size:
        raise DecodeError(f"needs {size} bytes, {stop - at} left", where=f"byte {at}")


class Raw(NamedTuple):
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


class Constant(NamedTuple):
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


class Rest(NamedTuple):
    """Everything up to the end of what surrounds it."""

    name: str = "bytes"

    def pack(self, value: Any) -> bytes:
        return octets(value, self.name)

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        return Read(data[at:stop], stop, (at, stop))


@dataclass(frozen=True)
class Layout(Shape):
    """A row of fields under a name: a `Shape` (it cuts bytes) and a `Kind` (it can stand in a field).

    Raises LocalError if two fields have the same name, or if a field takes its size or its flag from a later one.
    """

    name: str
    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        before: set[str] = set()
        for f in self.fields:
            where = f"{self.name}/{f.name}"
            if f.name in before:
                raise LocalError("there is a field of this name already", where=where)
            for needed in filter(None, (f.size, f.when and f.when[0])):
                if needed not in before:
                    raise LocalError("needs a field that does not stand before it", got=needed, where=where)
            before.add(f.name)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(f.name for f in self.fields)

    @cached_property
    def _packers(self) -> tuple[tuple[str, Any, bytes | None], ...]:
        """Per field: name, how it packs, and its bytes where they never change."""
        return tuple((f.name, f.kind.pack, getattr(f.kind, "fixed", None)) for f in self.fields)

    @cached_property
    def _optional(self) -> tuple[tuple[str, str, int], ...]:
        """Per optional field: name, flags field, bit."""
        return tuple((f.name, *f.when) for f in self.fields if f.when)

    def build(self, **values: Any) -> Dissection:
        """Pack `values` (one per field that is not constant). Raises LocalError naming field and value."""
        try:
            return Dissection(self, self._pack(values))
        except MtError as error:
            raise error.within(self.name) from None

    def pack(self, value: Any) -> bytes:
        """The bytes of `value`: a mapping of values, a dissection of this layout, or bytes, which stay as they are."""
        if isinstance(value, bytes):
            return value
        if isinstance(value, Dissection):
            if getattr(value.shape, "_names", None) != self._names:
                raise LocalError("a dissection of something else", got=value.name, expected=self.name)
            return bytes(value)
        if not isinstance(value, Mapping):
            raise LocalError(f"{self.name} takes its values by name", got=type(value).__name__)
        return self._pack(value)

    def _pack(self, value: Mapping[str, Any]) -> bytes:
        if not value.keys() <= self._names:
            names = ", ".join(sorted(map(str, value.keys() - self._names)))
            raise LocalError("no such field", got=names)
        packers = self._packers
        if self._optional:
            value = self._with_flags(value)
            absent = {name for name, _, _ in self._optional} - value.keys()
            packers = tuple(p for p in packers if p[0] not in absent)
        parts, name = [], ""
        try:
            for name, pack, fixed in packers:
                parts.append(pack(value[name]) if fixed is None else fixed)
        except KeyError:
            raise LocalError("a value is missing", expected=name) from None
        except MtError as error:
            raise error.within(name) from None
        return b"".join(parts)

    def _with_flags(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """The values that are present, and the flags computed from them. LocalError if a bit is set, by the caller
        or by another field that shares it, and the value that belongs to it is missing."""
        bare = {f.name for f in self.fields if f.kind.name == "true"}
        values = {k: v for k, v in value.items() if v is not None and not (k in bare and v is False)}
        for name, flags, bit in self._optional:
            known = values.setdefault(flags, 0)
            if not isinstance(known, int):
                raise LocalError("flags are a number", got=type(known).__name__, where=flags)
            values[flags] = known | (name in values) << bit
        for name, flags, bit in self._optional:
            if values[flags] >> bit & 1 and name not in values:
                raise LocalError(f"{flags} announces a value that is missing", expected=name)
        return values

    def scan(self, data: bytes, reading: Reading) -> tuple[tuple[Span, ...], Mapping[str, Any]]:
        """Spans and values of exactly `data`."""
        try:
            spans, values, stop = self.cut(data, 0, len(data), reading)
            return (*spans, *leftover(data, stop, reading)), values
        except DecodeError as error:
            raise error.within(self.name) from None

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        """As a kind: read one of these at `at`, up to wherever it ends."""
        inner = reading.deeper(at)
        spans, values, end = self.cut(data, at, stop, inner)
        nested = Dissection.of(self, data[at:end], inner, spans, values)
        return Read(nested, end, (at, end), nested)

    def cut(self, data: bytes, at: int, stop: int, reading: Reading) -> tuple[tuple[Span, ...], dict[str, Any], int]:
        """Spans (counted from `at`), values, and where the last field ends."""
        spans: list[Span] = []
        values: dict[str, Any] = {}
        here = at
        for f in self.fields:
            if f.when and not values[f.when[0]] >> f.when[1] & 1:
                values[f.name] = False if f.kind.name == "true" else None
                continue
            try:
                span, end = _read_field(f, data, here, stop, at, values, reading)
            except DecodeError as error:
                if not reading.lenient:
                    raise error.within(f.name) from None
                return (*spans, uncut(f, data, here, stop, at, error)), values, stop
            values[f.name] = span.value
            if end > here:
                spans.append(span)
            here = end
        return tuple(spans), values, here


def _read_field(
    f: Field, data: bytes, at: int, stop: int, base: int, values: Mapping[str, Any], reading: Reading
) -> tuple[Span, int]:
    """The span of the field that begins at `at`, and where it ends. The kind reads it, `size` bounds it, `inside` says
    what its body is. The span counts from `base`."""
    bound = stop if not f.size else at + values[f.size]
    if not at <= bound <= stop:
        raise DecodeError(
            f"{f.size} promises more than there is", got=values[f.size], expected=f"0..{stop - at}",
            where=f"byte {at}",
        )
    read = f.kind.read(data, at, bound, reading)
    if f.size and read.stop != bound:
        raise DecodeError("bytes are left over", got=f"{bound - read.stop} more", where=f"byte {read.stop}")
    body = read.body[0] - base, read.body[1] - base
    span = Span(f, at - base, read.stop - base, read.value, data[at : read.stop], body, read.nested)
    if f.inside is None or reading.allowance is not None:
        return span, read.stop
    return _look_inside(span, f.inside, read.body[0], values, reading), read.stop


def _look_inside(span: Span, inside: Shape | Seal, at: int, values: Mapping[str, Any], reading: Reading) -> Span:
    """The span with its body, which begins at `at`, cut or opened. A body that does not fit `inside` stays bytes, and
    `problem` says why."""
    try:
        inner = reading.deeper(at)
        if isinstance(inside, Seal):
            return replace(span, opened=_opened(inside, values, bytes(span), inner))
        return replace(span, nested=inside.dissect(bytes(span), inner))
    except PeerError as error:
        return replace(span, problem=str(error))


def _opened(seal: Seal, values: Mapping[str, Any], data: bytes, reading: Reading) -> Dissection | None:
    """The content of the seal, if one of the keys opens it. Noise is dissected leniently, so that it can be shown."""
    for key in reading.keys:
        found = key.opens(seal, values, data)
        if found is not None:
            reading = replace(reading, lenient=reading.lenient or not found.sound)
            return seal.inside[found.inside].dissect(found.plaintext, reading)
    return None


LEFT_OVER = Field("leftover", Rest(), given("bytes behind the last field: nothing here says what they are"))


def leftover(data: bytes, stop: int, reading: Reading) -> tuple[Span, ...]:
    """No span if `stop` is the end. Otherwise DecodeError or, for a lenient reader, a span over the rest."""
    if stop == len(data):
        return ()
    error = DecodeError("bytes are left over", got=f"{len(data) - stop} more", where=f"byte {stop}")
    if not reading.lenient:
        raise error
    return (uncut(LEFT_OVER, data, stop, len(data), 0, error),)


def uncut(f: Field, data: bytes, here: int, stop: int, base: int, error: DecodeError) -> Span:
    """One span over all that a lenient reader could not cut, up to `stop`."""
    span = (here - base, stop - base)
    return Span(f, *span, data[here:stop], data[here:stop], span, problem=str(error))
