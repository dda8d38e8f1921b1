"""Schedule ribbons: from the bytes of an auth_key through the hashes to aes_key and aes_iv, by the library's tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from typing import Any, NamedTuple

from mtlib.crypto.kdf import V1, V2, Piece, Schedule, ScheduleRow
from mtlib.crypto.secret import exact
from mtlib.lab.plates.plate import Control, Glyph, Menu, Plate, Press, hatching, line, one_of, ribbon, runs
from mtlib.lab.tripping import flipped

TABLES = {"V1": V1, "V2": V2}
KEY = 256
COLOURS = ("copied", "random", "derived", "given")
"""The colours of the hashes, in their order; each hash has a letter, too."""
RESULTS = ("aes_key", "aes_iv")


class _Into(NamedTuple):
    """A piece of a hash's input, with its left and right edge in the picture."""

    piece: Piece
    left: float
    right: float


class Ribbons(Plate):
    """`auth_key` (256 bytes) and `msg_key` (16) must be a lesson's, because their hashes are visible. `table` is "V1"
    or "V2". LocalError for anything else."""

    name = "schedule ribbons"
    question = "AES takes 64 bytes, the key has 256. Which of them matter, and for what?"
    height = 356

    def __init__(self, auth_key: bytes, msg_key: bytes, table: str = "V1") -> None:
        self.given = {"auth_key": exact(auth_key, KEY, "auth_key"), "msg_key": exact(msg_key, 16, "msg_key")}
        self.flipped: set[tuple[str, int]] = set()
        self.table, self.x, self.at = one_of(table, TABLES, "schedule"), 0, 40
        super().__init__()

    def do_byte(self, at: int) -> None:
        """Choose a byte of the auth_key."""
        self.at = range(KEY)[at]

    def do_flip(self, what: Any) -> None:
        """Flip the lowest bit of a byte, (source, place), or flip it back."""
        source, place = what
        place = range(len(self.given[source]))[place]
        self.flipped ^= {(source, place)}
        if source == "auth_key":
            self.at = place

    def do_restore(self, _: object) -> None:
        """Restore every byte."""
        self.flipped = set()

    # -- Results

    @property
    def hashes(self) -> tuple[ScheduleRow, ...]:
        return tuple(row for row in TABLES[self.table].rows if row.hash)

    def run(self, changed: Collection[tuple[str, int]] = ()) -> Schedule:
        """The schedule, with the lowest bit of these bytes flipped."""
        given = {name: flipped(data, *(8 * place for source, place in changed if source == name))
                 for name, data in self.given.items()}  # fmt: skip
        return TABLES[self.table].run(self.x, **given)

    def changed(self) -> list[tuple[str, int]]:
        """The bytes of aes_key and aes_iv that the flipped bytes change."""
        was, now = self.run(), self.run(self.flipped)
        return [(name, at) for name in RESULTS for at in range(32) if was[name][at] != now[name][at]]

    def readers(self, place: int) -> list[ScheduleRow]:
        """The hashes that read this byte of the auth_key."""
        return [row for row, _ in _readers(self.table, self.x)[place]]

    def _told(self, place: int) -> str:
        rows = self.readers(place)
        if not rows:
            return f"auth_key[{place}] is read by no hash"
        into = ", ".join(f"{row.name} ({self._letter(row.name)})" for row in rows)
        return f"auth_key[{place}] goes into {into}"

    def _letter(self, name: str) -> str:
        return "abcd"[[row.name for row in self.hashes].index(name)]

    def _colour(self, name: str) -> str:
        return COLOURS[[row.name for row in self.hashes].index(name)]

    def said(self) -> str:
        if not self.flipped:
            return f"{self._told(self.at)}. Flip its lowest bit: how many of the 64 bytes will change?"
        names = ", ".join(f"{source}[{place}]" for source, place in sorted(self.flipped))
        changed = self.changed()
        run = TABLES[self.table]
        hashes = sorted({run.origin(name, at, self.x)[0] for name, at in changed})
        counts = ", ".join(f"{sum(name == one for name, _ in changed)} of {one}" for one in RESULTS)
        through = f", through {' and '.join(hashes)}" if hashes else ""
        return f"Flipped: the lowest bit of {names}. {len(changed)} of the 64 bytes change ({counts}){through}."

    def alt(self) -> str:
        rows = "; ".join(f"{row.name} = {row.python(self.x)}" for row in TABLES[self.table].rows)
        return f"Schedule {self.table} for x = {self.x}, as ribbons from the {KEY} bytes of auth_key down: {rows}."

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "value", "made of", "hex now", "bytes changed"
        was, now = self.run(), self.run(self.flipped)
        for row in TABLES[self.table].rows:
            differ = sum(a != b for a, b in zip(was[row.name], now[row.name], strict=True))
            yield row.name, row.python(self.x), now[row.name].hex(), str(differ)

    def controls(self) -> Iterator[Control]:
        yield Menu("table", "schedule", self.table, (("V1", "v1: the seal"), ("V2", "v2: the packet")))
        yield Menu("x", "message", self.x, ((0, "to the data centre, x = 0"), (8, "from it, x = 8")))
        yield Press("flip", f"flip byte {self.at}", ("auth_key", self.at))
        yield Press("restore", "all as before", able=bool(self.flipped))

    # -- Drawing

    LEFT, RIGHT, GAP = 8.0, 752.0, 14.0
    KEY_Y, IN_Y, OUT_Y, END_Y, TALL = 44.0, 128.0, 196.0, 296.0, 24.0

    def marks(self) -> Iterator[Glyph]:
        into = {row.name: self._into(row) for row in self.hashes}
        yield from self._ribbons(into)
        yield from self._key()
        for row in self.hashes:
            yield from self._hash(row, into[row.name])
        yield from self._results()
        lights = self._lights(self.at)
        yield Glyph("hand", self._x(self.at) - 3, self.KEY_Y - 6, self._x(1) - self._x(0) + 6, 36, look="chosen",
                    label=self._told(self.at), lights=lights, do=("byte", 0), cell=self.at,
                    slide=tuple(self._x(at + 0.5) for at in range(KEY)))  # fmt: skip

    def _x(self, place: float) -> float:
        return self.LEFT + place * (self.RIGHT - self.LEFT) / KEY

    @property
    def _wide(self) -> float:
        """The width of one hash in the picture."""
        count = len(self.hashes)
        return (self.RIGHT - self.LEFT - self.GAP * (count - 1)) / count

    def _hash_left(self, name: str) -> float:
        return self.LEFT + [row.name for row in self.hashes].index(name) * (self._wide + self.GAP)

    def _into(self, row: ScheduleRow) -> list[_Into]:
        sizes = [piece.length or TABLES[self.table].widths[piece.source] or 0 for piece in row.pieces]
        scale, at, made = self._wide / sum(sizes), self._hash_left(row.name), []
        for piece, size in zip(row.pieces, sizes, strict=True):
            made.append(_Into(piece, at, at + size * scale))
            at += size * scale
        return made

    def _lights(self, place: int) -> str:
        names = [f"k{place}"]
        for row, number in _readers(self.table, self.x)[place]:
            names += [f"in:{row.name}:{number}", f"hash:{row.name}", f"out:{row.name}"]
        return " ".join(names)

    def _ribbons(self, into: dict[str, list[_Into]]) -> Iterator[Glyph]:
        for name, pieces in into.items():
            for number, (piece, left, right) in enumerate(pieces):
                if piece.source == "auth_key":
                    cut = piece.cut(self.x)
                    d = ribbon(
                        (self._x(cut.start), self._x(cut.stop), self.KEY_Y + self.TALL), (left, right, self.IN_Y)
                    )
                    yield Glyph(f"in {name} {number}", look=f"band fades {self._colour(name)} edge", d=d,
                                of=f"in:{name}:{number} all:{name}")  # fmt: skip
        for result in RESULTS:
            row = TABLES[self.table].rows[TABLES[self.table].position(result)]
            at = 0
            for number, piece in enumerate(row.pieces):
                cut, size = piece.cut(self.x), TABLES[self.table].widths[piece.source] or 0
                stop = size if cut.stop is None else cut.stop
                scale, left = self._wide / size, self._hash_left(piece.source)
                above = (left + piece.start(self.x) * scale, left + stop * scale, self.OUT_Y + self.TALL)
                long = stop - piece.start(self.x)
                below = (self._end(result, at), self._end(result, at + long), self.END_Y)
                yield Glyph(f"out {result} {number}", look=f"band fades {self._colour(piece.source)} edge",
                            d=ribbon(above, below), of=f"out:{piece.source}")  # fmt: skip
                text = f"{self._letter(piece.source)} {piece.start(self.x)}:{stop}"
                yield Glyph(f"cut {result} {number}", sum(below[:2]) / 2, self.END_Y - 10, text=text, look="small")
                at += long

    def _key(self) -> Iterator[Glyph]:
        yield Glyph("title", self.LEFT, 12, text=f"auth_key, {KEY} bytes", look="left bold")
        for tick in range(0, KEY, 32):
            yield Glyph(f"tick{tick}", self._x(tick), self.KEY_Y - 12, text=str(tick), look="small left dim")
        for read, start, stop in runs(bool(self.readers(place)) for place in range(KEY)):
            if not read:
                wide = self._x(stop) - self._x(start)
                yield Glyph(f"unread{start}", self._x(start), self.KEY_Y, look="hatch", d=hatching(wide, self.TALL, 5))
        for place in range(KEY):
            rows = self.readers(place)
            hit = ("auth_key", place) in self.flipped
            yield Glyph(
                f"k{place}", self._x(place), self.KEY_Y, self._x(1) - self._x(0) - 0.3, self.TALL,
                look=f"thin {'hit' if hit else self._colour(rows[0].name) if rows else ''}", of=f"k{place}",
                label=f"{self._told(place)}{', flipped' if hit else ''}", lights=self._lights(place),
                do=("flip", ("auth_key", place)),
            )  # fmt: skip

    def _hash(self, row: ScheduleRow, pieces: list[_Into]) -> Iterator[Glyph]:
        left, colour = self._hash_left(row.name), self._colour(row.name)
        every = f"hash:{row.name} all:{row.name} out:{row.name}"
        for number, (piece, start, stop) in enumerate(pieces):
            ours = piece.source == "msg_key"
            text = "msg_key" if ours else f"{self._letter(row.name)} {piece.start(self.x)}:{piece.cut(self.x).stop}"
            flipped = ours and any(source == "msg_key" for source, _ in self.flipped)
            told = "msg_key goes into every hash: flip its first byte" if ours else f"{text} of auth_key, in {row.name}"
            yield Glyph(
                f"i {row.name} {number}", start, self.IN_Y, stop - start, self.TALL, text,
                f"small {'hit' if flipped else 'paper' if ours else colour}", label=told,
                of=f"in:{row.name}:{number} all:{row.name}",
                lights=every, do=("flip", ("msg_key", 0)) if ours else None,
            )  # fmt: skip
        middle = left + self._wide / 2
        yield Glyph(f"h {row.name}", middle, 164, look="dim", d=line((0, -10), (0, 30), arrow=True))
        yield Glyph(f"n {row.name}", middle + 8, 174, text=str(row.hash), look="small left dim")
        size = TABLES[self.table].widths[row.name] or 0
        yield Glyph(f"o {row.name}", left, self.OUT_Y, self._wide, self.TALL,
                    f"{self._letter(row.name)}  {row.name}, {size} bytes", f"bold {colour}",
                    of=f"hash:{row.name} all:{row.name}",
                    label=f"{row.name} = {row.python(self.x)}", lights=every)  # fmt: skip

    def _end(self, result: str, at: int) -> float:
        """The left edge of a byte of a result."""
        half = (self.RIGHT - self.LEFT - self.GAP) / 2
        return self.LEFT + RESULTS.index(result) * (half + self.GAP) + at * half / 32

    def _results(self) -> Iterator[Glyph]:
        now, changed = self.run(self.flipped), set(self.changed())
        for result in RESULTS:
            count = sum(name == result for name, _ in changed)
            told = f"{result}, 32 bytes" + (f": {count} change" if self.flipped else "")
            yield Glyph(f"t {result}", self._end(result, 0), self.END_Y + 42, text=told, look="left bold")
            for at in range(32):
                source, place = TABLES[self.table].origin(result, at, self.x)
                value = f"{now[result][at]:02x}"
                hit = (result, at) in changed
                left, right = self._end(result, at), self._end(result, at + 1)
                yield Glyph(
                    f"{result}{at}", left, self.END_Y, right - left - 0.8, 30,
                    f"{value[0]}\n{value[1]}", f"mono {'hit' if hit else self._colour(source)}", of=f"out:{source}",
                    label=f"{value}: {result}[{at}] is {source}[{place}]{', changed' if hit else ''}",
                    lights=f"hash:{source} all:{source} out:{source}",
                )  # fmt: skip


@cache
def _readers(table: str, x: int) -> tuple[tuple[tuple[ScheduleRow, int], ...], ...]:
    """For each byte of the auth_key, the hashes that read it, each with the number of the piece that does."""
    pieces = [(row, number, range(KEY)[piece.cut(x)]) for row in TABLES[table].rows if row.hash
              for number, piece in enumerate(row.pieces) if piece.source == "auth_key"]  # fmt: skip
    return tuple(tuple((row, number) for row, number, cut in pieces if place in cut) for place in range(KEY))
