"""A dissection: bytes, and spans that say what every byte is.

The spans tile the bytes without gap or overlap. They are computed on first use, so that packing takes only
microseconds. A ciphertext is a span with a `Seal`. `unseal(dissection, keys)` returns a copy in which the keys have
opened every seal they can, so that one path leads through everything:
`frame/packet/message/request/encrypted_message/plaintext/envelope/inner`.

This file knows no cipher: a key opens its own seals (`Opener`). `wire.view` draws a dissection; it is imported when one
is shown.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from mtlib.errors import DecodeError, LocalError, OverBudget
from mtlib.wire.notes import Note, Origin, given

if TYPE_CHECKING:
    from mtlib.wire.view import Row

MAX_DEPTH = 32
"""How deep objects may be nested. A frame with a binding in it, unsealed, needs ten levels."""


class Allowance:
    """How many vector elements may still be read from one packet of an untrusted sender. `numbers` are cheap, since
    they are read all at once; `objects` are cut one by one."""

    def __init__(self, numbers: int, objects: int) -> None:
        self.numbers, self.objects = numbers, objects

    def take(self, *, numbers: int = 0, objects: int = 0) -> None:
        """Take that many. Raises OverBudget, and takes nothing, if fewer are left."""
        for what, count, left in (("numbers", numbers, self.numbers), ("objects", objects, self.objects)):
            if count > left:
                raise OverBudget(f"too many {what} in the vectors of one packet", got=count, expected=f"{left} at most")
        self.numbers, self.objects = self.numbers - numbers, self.objects - objects


@dataclass(frozen=True)
class Reading:
    """How bytes are read: with which keys, and whether damage is an error or something to look at.

    `lenient` keeps going where a strict reader refuses, so that an inspector can show tampered bytes. `depth`
    counts the levels around the bytes being read. `allowance` bounds the vectors in bytes of an untrusted sender; with
    one, bodies (a wrapped query, a message in a container) stay bytes, and the caller cuts those it wants, once.
    """

    keys: tuple[Opener, ...] = field(default=(), repr=False)
    lenient: bool = False
    depth: int = 0
    allowance: Allowance | None = field(default=None, repr=False, compare=False)

    def deeper(self, at: int) -> Reading:
        """The reading for an object nested at byte `at`. Raises DecodeError beyond MAX_DEPTH: a level costs the
        reader stack and memory, but the sender only four bytes."""
        if self.depth >= MAX_DEPTH:
            raise DecodeError("nested too deep", expected=f"at most {MAX_DEPTH} levels", where=f"byte {at}")
        return Reading(self.keys, self.lenient, self.depth + 1, self.allowance)


STRICT = Reading()


class Read(NamedTuple):
    """What a kind found: the value, where it stops, its body (without TL head and padding), its parts."""

    value: Any
    stop: int
    body: tuple[int, int]
    nested: Dissection | None = None


class Kind(Protocol):
    """How one value becomes bytes and back. `name` is the type's name in the specification."""

    @property
    def name(self) -> str: ...

    def pack(self, value: Any) -> bytes: ...

    def read(self, data: bytes, at: int, stop: int, reading: Reading) -> Read: ...


class Shape(ABC):
    """Something that cuts bytes into spans: a layout, a vector, any boxed object.

    `role` is what notes and paths call it (`request`), if that is not its name.
    """

    name: str

    @property
    def role(self) -> str:
        return self.name

    @abstractmethod
    def scan(self, data: bytes, reading: Reading) -> tuple[Sequence[Span], Mapping[str, Any]]:
        """Spans and values of exactly `data`."""

    def dissect(self, data: bytes, reading: Reading = STRICT) -> Dissection:
        """Cut `data`. Raises DecodeError with path and offset where it does not fit, leftovers included."""
        found = Dissection(self, data, reading)
        _ = found.spans
        return found


class Seal(NamedTuple):
    """What a ciphertext is once a key has opened it: one of the shapes in `inside`.

    `scheme` is how it was sealed; `x` is the direction, for the schemes with an auth_key. `by` names the field before
    the ciphertext that says which key sealed it.
    """

    scheme: Literal["MTProto 2.0", "MTProto 1.0", "RSA", "nonces"]
    by: str
    inside: tuple[Shape, ...]
    x: int = 0


class Unsealed(NamedTuple):
    """What a key found under a seal. If `sound`, a hash covers all of it, so it may be read strictly."""

    plaintext: bytes
    sound: bool
    inside: int = 0  # which of the seal's shapes it is


class Opener(Protocol):
    """A key, or a secret, that opens seals."""

    def opens(self, seal: Seal, values: Mapping[str, Any], data: bytes) -> Unsealed | None:
        """The plaintext of `data`, or None if another key sealed it; `values` are the fields before `data`.
        Raises PeerError if this key sealed it and cannot open it. Damaged ciphertext opens too, and gives noise."""


class Field(NamedTuple):
    """One declared place: its name, kind and note; `size` names the field that holds its length in bytes;
    `when` is (flags field, bit) for an optional field; `inside` says what its body is, a `Shape` or a `Seal`.
    """

    name: str
    kind: Kind
    note: Note = given()
    size: str = ""
    when: tuple[str, int] | None = None
    inside: Shape | Seal | None = None

    @property
    def origin(self) -> Origin:
        return self.note.origin


@dataclass(frozen=True)
class Span:
    """A field at its place in the bytes: `raw` is `start:stop` of its dissection, `bytes(span)` its body.

    `nested` is the body cut further, `opened` what its seal hides; `problem` says why a body stayed uncut.
    """

    field: Field
    start: int
    stop: int
    value: Any
    raw: bytes
    body: tuple[int, int]
    nested: Dissection | None = None
    opened: Dissection | None = None
    problem: str = ""

    def __bytes__(self) -> bytes:
        return self.raw[self.body[0] - self.start : self.body[1] - self.start]

    def __len__(self) -> int:
        return self.stop - self.start

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def inner(self) -> Dissection | None:
        """What stands inside: `nested`, or else `opened`."""
        return self.nested if self.nested is not None else self.opened


class Dissection:
    """Bytes plus spans that tile them. Both encoding and decoding return one.

    `bytes(d)`, `len(d)`, `d["field"]` (the value), `d.find("a/b")` (crosses opened seals), `d.at(offset)`
    (never crosses one), `d.rows()`. In a notebook it shows itself as a table, in a terminal as text.
    """

    def __init__(self, shape: Shape, data: bytes, reading: Reading = STRICT) -> None:
        if not hasattr(shape, "scan"):
            raise LocalError("not a shape", got=type(shape).__name__, expected="SCHEMA, a layout", where="Dissection")
        self.shape = shape
        self.data = data if type(data) is bytes else octets(data, shape.name)
        self.reading = reading

    @classmethod
    def of(
        cls, shape: Shape, data: bytes, reading: Reading, spans: Sequence[Span], values: Mapping[str, Any]
    ) -> Dissection:
        """A dissection whose spans are known already, so that nothing is cut twice."""
        made = cls(shape, data, reading)
        made.__dict__["_scanned"] = (spans, values)
        return made

    @property
    def name(self) -> str:
        return self.shape.name

    @property
    def inner(self) -> Dissection:
        """Itself, so that `walk` can ask a dissection and a span alike what stands inside."""
        return self

    @cached_property
    def _scanned(self) -> tuple[Sequence[Span], Mapping[str, Any]]:
        return self.shape.scan(self.data, self.reading)

    @property
    def spans(self) -> Sequence[Span]:
        return self._scanned[0]

    @property
    def values(self) -> Mapping[str, Any]:
        """Name to value, absent optional fields as None."""
        return self._scanned[1]

    def __bytes__(self) -> bytes:
        return self.data

    def __deepcopy__(self, memo: dict[int, Any]) -> Dissection:
        return self  # it never changes

    def __len__(self) -> int:
        return len(self.data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dissection) and (self.name, self.data) == (other.name, other.data)

    def __hash__(self) -> int:
        return hash((self.name, self.data))

    def __getitem__(self, name: str) -> Any:
        try:
            return self.values[name]
        except (KeyError, TypeError, ValueError):  # the last two: `name` is not even text
            what = repr(name) if isinstance(name, str) else f"named by {type(name).__name__}"
            raise LocalError(f"{self.name} has no field {what}", expected=", ".join(self.values)) from None

    def find(self, path: str) -> Dissection | Span:
        """The dissection or span that `path` names. Raises LocalError where it leads nowhere."""
        *_, (_, here) = self.walk(path)
        return here.nested if isinstance(here, Span) and here.nested is not None else here

    def walk(self, path: str) -> Iterator[tuple[str, Dissection | Span]]:
        """Every dissection and span on the way down `path`, each with its own path; this dissection comes first."""
        if not isinstance(path, str):
            raise LocalError("a path is text", got=type(path).__name__, expected="a/b", where=self.name)
        here: Dissection | Span = self
        so_far = self.name
        yield so_far, here
        parts = path.split("/")
        for part in parts[1:] if parts[0] in (self.name, self.shape.role) else parts:
            inside = here.inner
            found = inside.child(part) if inside is not None else None
            if found is None:
                raise LocalError(f"nothing called {part!r} on this path", got=path, where=self.name)
            here, so_far = found, f"{so_far}/{part}"
            yield so_far, here

    def child(self, name: str) -> Dissection | Span | None:
        """The span called `name`, or the dissection called `name` inside one of the spans."""
        for span in self.spans:
            if span.name == name:
                return span
        return next((s.inner for s in self.spans if s.inner is not None and s.inner.name == name), None)

    def at(self, offset: int) -> list[Span]:
        """The spans over the byte at `offset`, outermost first; each counts from the start of its own dissection."""
        if not isinstance(offset, int):
            raise LocalError("an offset is a number", got=type(offset).__name__, where=self.name)
        for span in self.spans:
            if span.start <= offset < span.stop:
                within = span.body[0] <= offset < span.body[1]
                finer = span.nested.at(offset - span.body[0]) if span.nested is not None and within else ()
                return [span, *finer]
        wanted = f"0..{len(self) - 1}" if self.data else "none: it is empty"
        raise LocalError("no byte at this offset", got=offset, expected=wanted, where=self.name)

    def rows(self, path: str = "", depth: int = 0) -> Iterator[Row]:
        """Every span with its path, depth first; a nested or opened dissection follows its span."""
        from mtlib.wire.view import Row

        for span in self.spans:
            here = f"{path or self.name}/{span.name}"
            yield Row.of(span, here, depth)
            if span.inner is not None:
                name = here if span.nested is not None else f"{path or self.name}/{span.inner.name}"
                yield from span.inner.rows(name, depth + 1)

    def __repr__(self) -> str:
        return f"<{self.name}: {len(self)} bytes>"

    def __str__(self) -> str:
        from mtlib.wire.view import to_text

        return to_text(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        from mtlib.wire.view import to_html

        return {"text/plain": str(self), "text/html": to_html(self)}


def octets(value: Any, name: str) -> bytes:
    """`value` as bytes. Raises LocalError for anything else, a number above all: `bytes(8)` would be eight zeros."""
    if isinstance(value, (bytes, bytearray, memoryview, Dissection)):
        return bytes(value)
    raise LocalError(f"{name} takes bytes", got=type(value).__name__, expected="bytes")


def unseal(dissection: Dissection, keys: Sequence[Opener]) -> Dissection:
    """The same bytes, in which `keys` open every seal they can. Raises LocalError for anything that is not a key."""
    if not isinstance(dissection, Dissection):
        raise LocalError("only a dissection has seals", got=type(dissection).__name__, expected="dissect(...)")
    reading = dissection.reading
    return Dissection(dissection.shape, dissection.data, replace(reading, keys=(*reading.keys, *openers(keys))))


def openers(keys: Sequence[Opener]) -> tuple[Opener, ...]:
    """The keys as a tuple. Raises LocalError for anything that is not a key object, such as the bytes of a key."""
    wrong = [keys] if not isinstance(keys, (list, tuple)) else [key for key in keys if not hasattr(key, "opens")]
    if wrong:
        got, expected = type(wrong[0]).__name__, "AuthKey, PrivateKey, ExchangeSecrets"
        raise LocalError("not a list of keys", got=got, expected=expected, where="keys")
    return tuple(keys)
