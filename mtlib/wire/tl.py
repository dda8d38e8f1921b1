"""Vectors: a count, and so many elements of one kind.

Source: core.telegram.org/mtproto/serialize, "Vector".

TL lines that prove their own id, and the boxed objects they describe.

`constructor(schema, "ping#7abe77ec ping_id:long = Pong")` gives the `Layout` of that line and refuses an id
that is not the CRC-32 of it. A `Schema` knows constructors by id, so that it can cut any boxed object.

Source: core.telegram.org/mtproto/TL and /mtproto/serialize, "Boxed and bare types".
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mtlib.errors import DecodeError, LocalError, MtError
from mtlib.wire.dissection import STRICT, Dissection, Field, Kind, Read, Reading, Span, octets
from mtlib.wire.kinds import SIMPLE, Constant, Number, Rest, need
from mtlib.wire.layout import Layout, leftover, uncut
from mtlib.wire.notes import Note, constant, derived, given

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


TL_ID = re.compile(r"#[0-9a-f]{1,8}(?= )")
TRUE_FLAG = re.compile(r" \w+:\w+\.\d+\?true")
TYPE_ARGUMENT = re.compile(r" \{\w+:Type\}")
LINE = re.compile(r"([A-Za-z][\w.]*)(?:#([0-9a-f]{1,8}))?((?: \S+)*) = (\S.*)")
ARGUMENT = re.compile(r"([A-Za-z]\w*):(?:(\w+)\.(\d+)\?)?([!%]?[\w.]+(?:<[%\w.<>]+>)?|#)")
VECTOR = re.compile(r"%?([Vv])ector<(.+)>")


@dataclass(frozen=True)
class Constructor(Layout):
    """The layout of one line of TL: constructor id, then the fields; `result` is what stands after `=`."""

    line: str = ""
    id: int = 0
    result: str = ""

    @property
    def id_bytes(self) -> bytes:
        """The id as it travels: four bytes, low one first."""
        return self.id.to_bytes(4, "little")

    @property
    def bare(self) -> Layout:
        """The same without its id, as in `vector<future_salt>`."""
        return Layout(self.name, self.fields[1:])


class Schema:
    """Every constructor known here, by id and by name. As a `Kind` and a `Shape` it is any boxed object."""

    name = "Object"

    def __init__(self) -> None:
        self._by_id: dict[bytes, Constructor] = {}
        self._by_name: dict[str, Constructor] = {}

    def add(self, made: Constructor) -> None:
        """Remember a constructor; a later one of the same id (with `contains`) takes its place."""
        self._by_id[made.id_bytes] = made
        self._by_name[made.name] = made

    def __getitem__(self, name: str) -> Constructor:
        try:
            return self._by_name[name]
        except KeyError:
            raise LocalError("no such constructor here", got=name) from None

    def __iter__(self) -> Iterator[Constructor]:
        return iter(self._by_name.values())

    def knows(self, data: bytes) -> bool:
        """Whether the constructor whose id stands first is one of these."""
        return bytes(data[:4]) in self._by_id

    def name_of(self, data: bytes) -> str:
        """The name of the constructor whose id stands first; empty where it is none of these."""
        return self.of(data).name if self.knows(data) else ""

    def of(self, data: bytes, at: int = 0) -> Constructor:
        """The constructor whose id stands at `at`. Raises DecodeError for an unknown one."""
        need(data, at, len(data), 4)
        found = self._by_id.get(bytes(data[at : at + 4]))
        if found is None:
            number = int.from_bytes(data[at : at + 4], "little")
            raise DecodeError("unknown constructor", got=f"{number:08x}", where=f"byte {at}")
        return found

    def dissect(self, data: bytes, reading: Reading = STRICT) -> Dissection:
        """Whatever boxed object `data` is, leftovers refused."""
        data = octets(data, self.name)
        return self.of(data).dissect(data, reading)

    def pack(self, value: Any) -> bytes:
        return octets(value, self.name)

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        return self.of(data, at).read(data, at, stop, reading)

    def scan(self, data: bytes, reading: Reading) -> tuple[tuple[Span, ...], Mapping[str, Any]]:
        """As a shape (the inside of a body): the fields of whichever object it is."""
        return self.of(data).scan(data, reading)


@dataclass(frozen=True)
class Boxed:
    """A boxed value of one type: any constructor of `schema` whose line ends in that type."""

    name: str
    schema: Schema

    def pack(self, value: Any) -> bytes:
        data = octets(value, self.name)
        found = self.schema.of(data).result if self.schema.knows(data) else data[:4]
        if found != self.name:
            raise LocalError(f"not a {self.name}", got=found, expected=self.name)
        return data

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        need(data, at, stop, 4)
        found = self.schema.of(data, at)
        if found.result != self.name:
            raise DecodeError(f"not a {self.name}", got=found.name, expected=self.name, where=f"byte {at}")
        return found.read(data, at, stop, reading)


def crc(line: str) -> int:
    """The id of a TL line: the CRC-32 of its normalised text.

    Normalised: without `#id`, without `flags.N?true` fields, `bytes` spelled `string`, angle and curly
    brackets opened up, no semicolon.
    """
    text = TRUE_FLAG.sub("", TL_ID.sub("", line.strip().rstrip(";"), count=1))
    text = text.replace(":bytes ", ":string ").replace("?bytes ", "?string ")
    text = text.replace("<", " ").replace(">", "").replace("{", "").replace("}", "")
    return zlib.crc32(text.encode())


def constructor(
    schema: Schema, line: str, sizes: Mapping[str, str] | None = None, /, **notes: Note
) -> Constructor:
    """The layout of a TL line, added to `schema`. `notes` explains fields by name; `sizes` names, for a body,
    the field that holds its length. Raises LocalError where the line is not one of TL, names a type that
    `schema` does not know, or has an id that is not its CRC-32.
    """
    found = LINE.fullmatch(TYPE_ARGUMENT.sub("", line.strip().rstrip(";")))
    if found is None:
        raise LocalError("not a line of TL", got=line, expected="name#id field:type ... = Type")
    name, digits, arguments, result = found.groups()
    number = crc(line)
    if digits and int(digits, 16) != number:
        raise LocalError("the id is not the line's CRC-32", got=digits, expected=f"{number:08x}", where=name)
    says = constant(f"says that this is {name}", "core.telegram.org/mtproto/serialize, boxed types")
    fields = [Field("constructor", Constant("constructor", number.to_bytes(4, "little")), says)]
    for argument in arguments.split():
        try:
            fields.append(_field(schema, argument, sizes or {}, notes))
        except LocalError as error:
            raise error.within(name) from None
    made = Constructor(name, tuple(fields), line, number, result)
    unknown = notes.keys() - {f.name for f in fields}
    if unknown:
        raise LocalError("a note for a field that the line does not have", got=", ".join(sorted(unknown)), where=name)
    schema.add(made)
    return made


def _field(schema: Schema, argument: str, sizes: Mapping[str, str], notes: Mapping[str, Note]) -> Field:
    found = ARGUMENT.fullmatch(argument)
    if found is None:
        raise LocalError("not a field of TL", got=argument, expected="name:type or name:flags.bit?type")
    name, flags, bit, type_ = found.groups()
    when = (flags, int(bit)) if flags else None
    inside = schema if type_ in ("Object", "!X") else None
    return Field(name, kind_of(schema, type_), notes.get(name) or given(), sizes.get(name, ""), when, inside)


def kind_of(schema: Schema, type_: str) -> Kind:
    """The kind of a type as it is written in a line. A function or object at the end (`!X`, `Object`) is kept
    as its bytes, looked into where its constructor is known: a wrapper must not fail for what it wraps."""
    if type_ in SIMPLE:
        return SIMPLE[type_]
    if type_ in ("Object", "!X"):
        return Rest(type_)
    if vector := VECTOR.fullmatch(type_):
        return Vector(kind_of(schema, vector[2]), boxed=vector[1] == "V")
    if type_.startswith("%"):
        bare = [c.bare for c in schema if c.result == type_[1:]]
        if len(bare) != 1:
            raise LocalError("bare: one constructor of this type", got=f"{len(bare)} known", expected=type_)
        return bare[0]
    if type_.rpartition(".")[2][:1].islower():
        return schema[type_].bare
    return Boxed(type_, schema)
