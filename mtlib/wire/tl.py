"""The TL language: its kinds of value, and the lines that prove their own id.

`constructor(schema, "ping#7abe77ec ping_id:long = Pong")` gives the `Layout` of that line and refuses an id that is
not the CRC-32 of it. A `Schema` knows constructors by id, so that it can cut any boxed object.

Decoding is strict: DecodeError, with the offset, for bytes that no encoder produces. Only the padding of a string may
hold anything, since every client ignores it. Encoding refuses a value that does not fit, and suggests the one that
does (a key id printed unsigned has a signed twin).

Source: core.telegram.org/mtproto/TL; core.telegram.org/mtproto/serialize, "Base types", "Vector", "Boxed and bare
types". The refusal of a first byte `ff` is DEDUCED, the documents do not mention it.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from mtlib.errors import DecodeError, LocalError, MtError
from mtlib.wire.dissection import STRICT, Dissection, Field, Kind, Read, Reading, Seal, Shape, Span, octets
from mtlib.wire.layout import Constant, Layout, Raw, Rest, leftover, need, uncut
from mtlib.wire.notes import Note, constant, derived, given

MAX_STRING = 2**24 - 1
"""The longest string, in bytes: the long head has three bytes for the length."""


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


class String(NamedTuple):
    """`string` and `bytes`: a length head (one byte up to 253, otherwise `fe` and three bytes), the body, zeros up to
    a multiple of four. A first byte `ff` and a long head for a short body are refused: no encoder makes them, and the
    documents do not mention `ff` at all."""

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
            raise DecodeError("long head for a short string", got=size, expected="254 or more", where=f"byte {at}")
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


class Flag(NamedTuple):
    """`flags.N?true`: it takes no bytes, because the bit in `flags` is the value."""

    name: str = "true"

    def pack(self, value: Any) -> bytes:
        if value is not True:
            raise LocalError("a flag is True or False", got=type(value).__name__)
        return b""

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        return Read(True, at, (at, at))


@dataclass(frozen=True)
class Bool:
    """boolTrue or boolFalse, boxed: four bytes, and any others are refused."""

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


VECTOR_ID = bytes.fromhex("15c4b51c")
"""The constructor id of every boxed vector, in the byte order of the wire."""
SMALLEST = 4
"""The size of the smallest element, in bytes."""
MAX_OBJECTS = 2**16
"""How many objects of one vector are cut at most: each costs us a kilobyte, and the sender only four bytes."""
_ELEMENT = given("one of the elements")


@dataclass(frozen=True)
class Vector(Shape):
    """`Vector<T>` (boxed: id, count, elements) or `vector<T>` (bare: count, elements). The value is a tuple.

    The count is checked against the bytes that are left before any element is read: none is smaller than SMALLEST.
    """

    element: Kind
    boxed: bool = True

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"{'V' if self.boxed else 'v'}ector<{self.element.name}>"

    @cached_property
    def head(self) -> Layout:
        """The fields before the elements: the vector's id, if boxed, and the count."""
        count = Field("count", SIMPLE["int"], derived("", "how many elements follow"))
        says = Field("vector", Constant("vector", VECTOR_ID), constant("says that a vector follows"))
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
            items, _, end = self._numbers(self.element, data, at, stop, reading)
            return Read(items, end, (at, end), Dissection(self, data[at:end], replace(reading, allowance=None)))
        spans, items, end = self._cut(data, at, stop, reading)
        nested = Dissection.of(self, data[at:end], reading, spans, {s.name: s.value for s in spans})
        return Read(items, end, (at, end), nested)

    def scan(self, data: bytes, reading: Reading) -> tuple[Sequence[Span], Mapping[str, Any]]:
        try:
            if isinstance(self.element, Number) and not reading.lenient:
                items, head, end = self._numbers(self.element, data, 0, len(data), reading)
                leftover(data, end, reading)
                values = {s.name: s.value for s in head} | {str(i): item for i, item in enumerate(items)}
                return _NumberSpans(self.element, head, data, items), values
            spans, _, end = self._cut(data, 0, len(data), reading)
            spans += leftover(data, end, reading)
        except DecodeError as error:
            raise error.within(self.name) from None
        return spans, {s.name: s.value for s in spans}

    def _numbers(
        self, element: Number, data: bytes, at: int, stop: int, reading: Reading
    ) -> tuple[tuple[Any, ...], tuple[Span, ...], int]:
        """Numbers are read all at once, and cut into spans only when somebody looks: there may be thousands."""
        head, values, here = self.head.cut(data, at, stop, reading)
        count, whole = values["count"], (stop - here) // element.size
        where = "count"
        try:
            self._check(count, here, stop)
            where = str(whole)
            if count > whole:
                need(data, here + whole * element.size, stop, element.size)
        except DecodeError as error:
            raise error.within(where) from None
        if reading.allowance is not None:
            reading.allowance.take(numbers=count)
        items = struct.unpack_from(f"<{count}{element.code[1:]}", data, here)
        return items, head, here + count * element.size

    def _check(self, count: int, here: int, stop: int) -> None:
        room = (stop - here) // SMALLEST
        if not 0 <= count <= room:
            wanted, place = f"0..{room}", f"byte {here - 4}"
            raise DecodeError("the count is beyond what is left", got=count, expected=wanted, where=place)

    def _cut(self, data: bytes, at: int, stop: int, reading: Reading) -> tuple[tuple[Span, ...], tuple[Any, ...], int]:
        head, values, here = self.head.cut(data, at, stop, reading)
        spans, items = list(head), []
        where = "count"
        try:
            count = values.get("count", 0)
            self._check(count, here, stop)
            if count > MAX_OBJECTS:
                raise DecodeError("too many objects in one vector", got=count, expected=f"at most {MAX_OBJECTS}")
            if reading.allowance is not None:
                reading.allowance.take(objects=count)
            for index in range(count):
                where = str(index)
                read = self.element.read(data, here, stop, reading)
                spans.append(_element(self.element, index, data, here, read, at))
                items.append(read.value)
                here = read.stop
        except DecodeError as error:
            if not reading.lenient:
                raise error.within(where) from None
            spans.append(uncut(Field(str(len(items)), self.element, _ELEMENT), data, here, stop, at, error))
            here = stop
        return tuple(spans), tuple(items), here


def _element(kind: Kind, index: int, data: bytes, here: int, read: Read, base: int) -> Span:
    field, body = Field(str(index), kind, _ELEMENT), (read.body[0] - base, read.body[1] - base)
    return Span(field, here - base, read.stop - base, read.value, data[here : read.stop], body, read.nested)


class _NumberSpans(Sequence[Span]):
    """Head and numbers of a vector: each span is made when it is asked for."""

    def __init__(self, kind: Number, head: tuple[Span, ...], data: bytes, items: tuple[Any, ...]) -> None:
        self._kind, self._head, self._data, self._items = kind, head, data, items

    def __len__(self) -> int:
        return len(self._head) + len(self._items)

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        place = range(len(self))[index] - len(self._head)
        if place < 0:
            return self._head[place]
        here = self._head[-1].stop + place * self._kind.size
        read = self._kind.read(self._data, here, len(self._data), STRICT)
        return _element(self._kind, place, self._data, here, read, 0)


TL_ID = re.compile(r"#[0-9a-f]{1,8}(?= )")
TRUE_FLAG = re.compile(r" \w+:\w+\.\d+\?true")
TYPE_ARGUMENT = re.compile(r" \{\w+:Type\}")
LINE = re.compile(r"([A-Za-z][\w.]*)(?:#([0-9a-f]{1,8}))?((?: \S+)*) = (\S.*)")
ARGUMENT = re.compile(r"([A-Za-z]\w*):(?:(\w+)\.(\d+)\?)?([!%]?[\w.]+(?:<[%\w.<>]+>)?|#)")
VECTOR = re.compile(r"%?([Vv])ector<(.+)>")


@dataclass(frozen=True)
class Constructor(Layout):
    """The layout of one line of TL: constructor id, then the fields; `result` is what stands after `=`.

    `known_as` is its role, if notes have another name for it: they call auth.bindTempAuthKey the `request`.
    """

    line: str = ""
    id: int = 0
    result: str = ""
    known_as: str = ""

    @property
    def role(self) -> str:
        return self.known_as or self.name

    @property
    def id_bytes(self) -> bytes:
        """The id as it travels: four bytes, low one first."""
        return self.id.to_bytes(4, "little")

    @property
    def bare(self) -> Layout:
        """This layout without the id, as in `vector<future_salt>`."""
        return Layout(self.name, self.fields[1:])


class Schema(Shape):
    """The constructors known here, by id and by name. As a `Kind` or a `Shape`, a schema means any boxed object."""

    name = "Object"

    def __init__(self) -> None:
        self._by_id: dict[bytes, Constructor] = {}
        self._by_name: dict[str, Constructor] = {}

    def add(self, made: Constructor) -> None:
        """Add a constructor. A name may come again, since layers differ: the last counts. LocalError for a known id."""
        if made.id_bytes in self._by_id:
            raise LocalError("declared twice", got=f"{made.name}#{made.id:08x}", where=made.name)
        self._by_id[made.id_bytes] = made
        self._by_name[made.name] = made

    def __getitem__(self, name: str) -> Constructor:
        try:
            return self._by_name[name]
        except (KeyError, TypeError, ValueError):  # the last two: `name` is not even text
            raise LocalError("no such constructor here", got=name) from None

    def __iter__(self) -> Iterator[Constructor]:
        return iter(self._by_name.values())

    def __repr__(self) -> str:
        return f"<Schema: {len(self._by_id)} constructors>"

    def knows(self, data: bytes) -> bool:
        """Whether `data` begins with the id of a known constructor."""
        return octets(data, self.name)[:4] in self._by_id

    def name_of(self, data: bytes) -> str:
        """The name of the constructor with whose id `data` begins; empty if it is unknown."""
        return self.of(data).name if self.knows(data) else ""

    def of(self, data: bytes, at: int = 0) -> Constructor:
        """The constructor whose id stands at `at`. Raises DecodeError for an unknown one."""
        need(data := octets(data, self.name), at, len(data), 4)
        found = self._by_id.get(bytes(data[at : at + 4]))
        if found is None:
            number = int.from_bytes(data[at : at + 4], "little")
            raise DecodeError("unknown constructor", got=f"{number:08x}", where=f"byte {at}")
        return found

    def dissect(self, data: bytes, reading: Reading = STRICT) -> Dissection:
        """Cut `data` as the one boxed object that it is. DecodeError as from `of` and `Layout.dissect`."""
        data = octets(data, self.name)
        return self.of(data).dissect(data, reading)

    def pack(self, value: Any) -> bytes:
        return octets(value, self.name)

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read:
        return self.of(data, at).read(data, at, stop, reading)

    def scan(self, data: bytes, reading: Reading) -> tuple[tuple[Span, ...], Mapping[str, Any]]:
        """As a shape (the inside of a body): the fields of whichever object it is."""
        return self.of(data).scan(data, reading)


class Boxed(NamedTuple):
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


NORMAL_FORM: Mapping[str, Callable[[str], str]] = {
    "end": lambda text: text.strip().rstrip(";"),
    "id": lambda text: TL_ID.sub("", text),
    "true flags": lambda text: TRUE_FLAG.sub("", text),
    "bytes": lambda text: text.replace(":bytes ", ":string ").replace("?bytes ", "?string "),
    "brackets": lambda text: text.replace("<", " ").replace(">", "").replace("{", "").replace("}", ""),
}
"""What is done to a line before it is hashed, in this order: no semicolon, no `#id`, no `flags.N?true` fields, `bytes`
spelled `string`, angle and curly brackets opened up."""


def crc(line: str, *, undone: str = "") -> int:
    """The id of a TL line: the CRC-32 of its text in `NORMAL_FORM`; `undone` names a rule to leave out."""
    for name, rule in NORMAL_FORM.items():
        line = line if name == undone else rule(line)
    return zlib.crc32(line.encode())


def constructor(
    schema: Schema,
    line: str,
    page: str = "",
    sizes: Mapping[str, str] | None = None,
    inside: Mapping[str, Shape | Seal] | None = None,
    known_as: str = "",
    /,
    **notes: Note | str,
) -> Constructor:
    """The layout of a TL line, added to `schema`. Three arguments describe its fields by name: `notes` explains them (a
    plain string is for a value that its author chooses; `page` is the source where a note has none), `sizes` names the
    field that holds the length of a body, and `inside` says what a body or a ciphertext holds.

    Raises LocalError if the line is not one of TL, names a type or field that is not there, is declared twice, or
    has an id that is not its CRC-32.
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
            fields.append(_field(schema, argument, page, sizes or {}, inside or {}, notes))
        except LocalError as error:
            raise error.within(name) from None
    made = Constructor(name, tuple(fields), line, number, result, known_as)
    unknown = {*notes, *(sizes or ()), *(inside or ())} - {f.name for f in fields}
    if unknown:
        raise LocalError("a note for a field that the line does not have", got=", ".join(sorted(unknown)), where=name)
    schema.add(made)
    return made


def _field(
    schema: Schema,
    argument: str,
    page: str,
    sizes: Mapping[str, str],
    inside: Mapping[str, Shape | Seal],
    notes: Mapping[str, Note | str],
) -> Field:
    found = ARGUMENT.fullmatch(argument)
    if found is None:
        raise LocalError("not a field of TL", got=argument, expected="name:type or name:flags.bit?type")
    name, flags, bit, type_ = found.groups()
    when = (flags, int(bit)) if flags else None
    body = schema if type_ in ("Object", "!X") else inside.get(name)
    note = notes.get(name, given())
    if isinstance(note, str):
        note = given(note)
    if name in notes and not note.spec:
        note = note._replace(spec=page)
    return Field(name, kind_of(schema, type_), note, sizes.get(name, ""), when, body)


def kind_of(schema: Schema, type_: str) -> Kind:
    """The kind of a type as a line writes it. A wrapped function or object (`!X`, `Object`) stays bytes, and is cut
    further only if its constructor is known: a wrapper must not fail because of what it wraps."""
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
