"""Key schedules in the notation of the documentation, as tables that run.

    sha1_b = SHA1 (substr (auth_key, 32+x, 16) + msg_key + substr (auth_key, 48+x, 16))
    aes_key = substr (sha1_a, 0, 8) + substr (sha1_b, 8, 12) + substr (sha1_c, 4, 12)

A `ScheduleTable` takes such lines apart once. The pieces are then good for three things: they compute, they
say which hash a byte of the AES key came from, and they tell which bytes of the auth_key are read at all.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from mtlib.crypto.secret import Secret, exact, plain
from mtlib.errors import LocalError

HASHES = {"SHA1": 20, "SHA256": 32}  # and the bytes they give

_ROW = re.compile(r"([a-z]\w*) = (?:([A-Z]\w+) \((.+)\)|(.+))")
_PIECE = re.compile(r"(\w+)|substr \((\w+), (?:(\d+)(\+x)?|x), (\d+)\)")


@dataclass(frozen=True)
class Piece:
    """`length` bytes of `source` (None: all of it) from `offset` on, or from `offset + x` where `plus_x`."""

    source: str
    offset: int
    length: int | None
    plus_x: bool = False

    def start(self, x: int) -> int:
        return self.offset + (x if self.plus_x else 0)

    def cut(self, x: int) -> slice:
        """The piece as a slice of its source."""
        return slice(self.start(x), None if self.length is None else self.start(x) + self.length)

    def python(self, x: int) -> str:
        """The same in Python's notation: `auth_key[32:48]`."""
        return self.source if self.length is None else f"{self.source}[{self.start(x)}:{self.cut(x).stop}]"


@dataclass(frozen=True)
class Row:
    """One line: its `name`, its `pieces`, and the `hash` they go into together ("SHA1", "SHA256") or None."""

    name: str
    hash: str | None
    pieces: tuple[Piece, ...]

    def joined(self, values: Mapping[str, bytes], x: int) -> bytes:
        """The pieces one after the other: the input of the hash, or the value itself."""
        return b"".join(values[piece.source][piece.cut(x)] for piece in self.pieces)

    def python(self, x: int) -> str:
        """The whole line in Python's notation."""
        joined = " + ".join(piece.python(x) for piece in self.pieces)
        return f"{self.hash}({joined}).digest()" if self.hash else joined


class ScheduleTable:
    """A key schedule: `rows` in order, made from text in the documentation's notation.

    `sources` names what the rows read from outside, and how many bytes each has to have (None: any number).
    Text that does not parse, an unknown name or a piece beyond its source is a LocalError.

    `run(x, auth_key=..., msg_key=...)` computes every row and gives a `Schedule`. Its arguments are the
    sources of the table, as bytes or as something that knows how to become bytes (AuthKey), and `x`: 0 for
    messages to the data centre (the default), 8 for messages from it. LocalError for another x, and for a
    source that is not bytes or has the wrong length.
    """

    def __init__(self, name: str, text: str, **sources: int | None) -> None:
        self.name = name
        self.text = "\n".join(map(str.strip, text.strip().splitlines()))
        self.sources = sources
        self.widths = dict(sources)  # of the sources and, as they are read, of the rows
        self.rows = tuple(_parsed(self.text, self.widths))
        self._positions = {row.name: position for position, row in enumerate(self.rows)}
        self._program = cache(self._compiled)
        self.run = self._runner()

    def position(self, name: str) -> int:
        """The place of a row in `rows`; LocalError if there is none of that name."""
        if name not in self._positions:
            raise LocalError("no such row", got=name, expected=[*self._positions], where=self.name)
        return self._positions[name]

    def origin(self, name: str, index: int, x: int = 0) -> tuple[str, int]:
        """Where byte `index` of a row comes from: the name of a hash or source, and the offset in that.

        A row with a hash is asked about its input, since no byte of a hash comes from anywhere in particular.
        An index outside of the row is a LocalError.
        """
        left = index
        for piece in self.rows[self.position(name)].pieces if index >= 0 else ():
            width = self.widths[piece.source] if piece.length is None else piece.length
            if width is None or left < width:
                return piece.source, piece.start(x) + left
            left -= width
        raise LocalError("no such byte", got=index, where=f"{self.name}/{name}")

    def python(self, x: int = 0) -> str:
        """The table as the Python expression that computes it; this text is what `run` runs.

        It gives False where a source is not bytes or has the wrong length, and otherwise a tuple of the rows.
        """
        guards = [f"type({name}) is bytes" for name in self.sources]
        guards += [f"len({name}) == {width}" for name, width in self.sources.items() if width is not None]
        rows = "".join(f"({row.name} := {row.python(x)}), " for row in self.rows)
        return f"lambda {', '.join(self.sources)}: {' and '.join(guards)} and ({rows})"

    def _compiled(self, x: int) -> Callable[..., tuple[bytes, ...]]:
        _check_direction(x, self.name)
        # As Python the pieces cost what hand-written slices cost; walking over them takes twice as long. The
        # text holds nothing but names and numbers that have been through the two patterns above.
        names = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256}
        program: Callable[..., tuple[bytes, ...]] = eval(self.python(x), names)
        return program

    def _runner(self) -> Callable[..., Schedule]:
        """`run` with the sources as its arguments: faster than passing them on, and `help` knows them."""
        names = ", ".join(self.sources)
        values = f"(values := program(x)({names}))"
        made = f"Schedule(table, x, ({names},), values) if {values} else again(x, {names})"
        known = {"Schedule": Schedule, "table": self, "program": self._program, "again": self._again}
        runner: Callable[..., Schedule] = eval(f"lambda x=0, *, {names}: {made}", known)
        return runner

    def _again(self, x: int, *values: Any) -> Schedule:
        """`run` once more, with sources that are bytes of the right width now, or else a LocalError."""
        admitted = {}
        for (name, width), value in zip(self.sources.items(), values, strict=True):
            # Asked for its own way to become bytes: `bytes(256)` would be 256 zeros, and a key like any other.
            data = plain(bytes(value) if hasattr(value, "__bytes__") else value, name)
            admitted[name] = data if width is None else exact(data, width, name)
        return self.run(x, **admitted)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<ScheduleTable {self.name}: {', '.join(row.name for row in self.rows)}>"


class Schedule(Secret):
    """What a table computed for one message. Its repr says which table and direction, and nothing else.

    `schedule["sha1_a"]` is the value of a row; LocalError for a name the table does not have.
    """

    __slots__ = ("_sources", "_values", "table", "x")

    def __init__(self, table: ScheduleTable, x: int, sources: tuple[bytes, ...], values: tuple[bytes, ...]) -> None:
        self.table = table
        self.x = x
        self._sources = sources
        self._values = values

    def __getitem__(self, name: str) -> bytes:
        return self._values[self.table.position(name)]

    @property
    def aes_key(self) -> bytes:
        """The 32 bytes for AES-256."""
        return self["aes_key"]

    @property
    def aes_iv(self) -> bytes:
        """The 32 bytes for IGE: c_0, then p_0."""
        return self["aes_iv"]

    @property
    def hashes(self) -> dict[str, tuple[bytes, bytes]]:
        """The hashes by name, each with its input and its output."""
        known = dict(zip(self.table.widths, self._sources + self._values, strict=True))
        return {row.name: (row.joined(known, self.x), self[row.name]) for row in self.table.rows if row.hash}

    def origin(self, name: str, index: int) -> tuple[str, int]:
        """`ScheduleTable.origin` in this direction: for V1, `origin("aes_key", 8)` is ("sha1_b", 8)."""
        return self.table.origin(name, index, self.x)

    def __repr__(self) -> str:
        return f"Schedule({self.table.name}, x={self.x})"


def key_usage(table: ScheduleTable, x: int) -> tuple[frozenset[str], ...]:
    """For each of the 256 bytes of the auth_key: the rows of the table that read it, in the direction x."""
    _check_direction(x, table.name)
    readers: list[set[str]] = [set() for _ in range(256)]
    for row in table.rows:
        for piece in row.pieces:
            if piece.source == "auth_key":
                for read_by in readers[piece.cut(x)]:
                    read_by.add(row.name)
    return tuple(map(frozenset, readers))


def _parsed(text: str, widths: dict[str, int | None]) -> Iterator[Row]:
    """The rows of a text. `widths` holds what a piece may name, and grows by every row."""
    for line in text.splitlines() or [""]:
        parsed = _ROW.fullmatch(line)
        if not parsed or parsed[2] not in (None, *HASHES) or parsed[1] in widths:
            raise LocalError("not a row of a schedule", got=line, expected="name = HASH (piece + ...)")
        name, hash_name, hashed, joined = parsed.groups()
        pieces = tuple(_piece(part, widths) for part in (hashed or joined).split(" + "))
        lengths = [widths[piece.source] if piece.length is None else piece.length for piece in pieces]
        widths[name] = HASHES[hash_name] if hash_name else sum(length or 0 for length in lengths)
        yield Row(name, hash_name, pieces)


def _piece(text: str, widths: Mapping[str, int | None]) -> Piece:
    parsed = _PIECE.fullmatch(text)
    source = (parsed[1] or parsed[2]) if parsed else ""
    if not parsed or source not in widths:
        raise LocalError("not a piece of anything known", got=text, expected=[*widths])
    if parsed[1]:
        return Piece(source, 0, None)
    piece = Piece(source, int(parsed[3] or 0), int(parsed[5]), plus_x=not parsed[3] or bool(parsed[4]))
    width = widths[source]
    if width is None or piece.cut(8).stop > width:
        raise LocalError("a piece beyond its source", got=text, expected=f"{source} of {width} bytes")
    return piece


def _check_direction(x: int, where: str) -> None:
    if x not in (0, 8):
        raise LocalError("x is a direction", got=x, expected="0 or 8", where=where)
