"""Key schedules: how hashes are cut into aes_key and aes_iv, and which bytes of the auth_key are read at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from mtlib.crypto.kdf import Piece, ScheduleRow, ScheduleTable, key_usage
from mtlib.errors import LocalError
from mtlib.lab.figures.drawing import (
    FAINT,
    LEFT,
    LOOKS,
    MUTED,
    PAPER,
    RIGHT,
    TOP,
    UNUSED,
    WHITE,
    Canvas,
    Figure,
    Look,
    brief,
    some,
)

KEY = 256
FULL = RIGHT - LEFT

# -- From key bytes to hashes to aes_key and aes_iv -----------------------------------------------------------------


def schedule_ribbons(table: ScheduleTable, x: int = 0) -> Figure:
    """How a schedule makes aes_key and aes_iv: which bytes of the key go into which hash, which bytes of the hash
    come out where. `table` is V1 or V2 (or another from auth_key and msg_key to aes_key and aes_iv), `x` is the
    direction, 0 or 8; LocalError for anything else.

    Source: core.telegram.org/mtproto/description, "Defining AES Key and Initialization Vector".
    """
    hashes = some(tuple(row for row in table.rows if row.hash), "schedule_ribbons", len(LOOKS))
    results = tuple(row for row in table.rows if not row.hash)
    if [row.name for row in results] != ["aes_key", "aes_iv"] or set(table.sources) != {"auth_key", "msg_key"}:
        raise LocalError("not a schedule from auth_key and msg_key to aes_key and aes_iv", got=table.name)
    key_usage(table, x)  # refuses any other x
    rows = tuple((row.name, row.python(x)) for row in table.rows)
    told = "; ".join(f"{name} = {how}" for name, how in rows)
    alt = (
        f"Schedule {table.name}, x = {x}, from top to bottom: the {KEY} bytes of auth_key, the inputs of "
        f"{len(hashes)} hashes, their outputs, and aes_key and aes_iv, joined by ribbons. {told}."
    )
    title = f"Schedule {table.name} for a message {'from' if x else 'to'} the data centre (x = {x})"
    return Figure(title, alt, ("value", "made of"), rows, 640, _Ribbons(table, x, hashes, results).paint)


@dataclass(frozen=True)
class _Ribbons:
    """Four layers, each as wide as the sheet: the key, what goes into the hashes, what comes out, the results."""

    table: ScheduleTable
    x: int
    hashes: Sequence[ScheduleRow]
    results: Sequence[ScheduleRow]

    KEY_Y, IN_Y, OUT_Y, END_Y = TOP + 46, TOP + 178, TOP + 300, TOP + 470
    TALL, GAP = 40.0, 20.0

    def paint(self, on: Canvas) -> None:
        on.text((LEFT, self.KEY_Y - 34), f"auth_key: {KEY} bytes", bold=True, align="left")
        on.box((LEFT, self.KEY_Y), (FULL, self.TALL), UNUSED)
        for byte in range(0, KEY + 1, 32):
            at = LEFT + byte * FULL / KEY
            on.line((at, self.KEY_Y - 6), (at, self.KEY_Y), width=1)
            on.text((at, self.KEY_Y - 15), str(byte), size=10, colour=MUTED)
        for row in self.hashes:
            self._into(on, row)
        left = LEFT
        for row in self.results:
            left = self._result(on, row, left)
        on.box((LEFT, 606), (26, 18), UNUSED, edge=FAINT)
        on.text((LEFT + 36, 615), "not used", align="left", colour=MUTED)
        on.text((RIGHT, 615), "8:20 means the bytes from 8 on, up to and without 20", align="right", colour=MUTED)

    @property
    def _share(self) -> float:
        """The width of one hash."""
        return (FULL - self.GAP * (len(self.hashes) - 1)) / len(self.hashes)

    def _left(self, name: str) -> float:
        return LEFT + [row.name for row in self.hashes].index(name) * (self._share + self.GAP)

    def _look(self, name: str) -> Look:
        return LOOKS[[row.name for row in self.hashes].index(name)]

    def _size(self, piece: Piece) -> int:
        return piece.length or self.table.widths[piece.source] or 0

    def _cut(self, piece: Piece) -> str:
        return piece.source if piece.length is None else f"{piece.start(self.x)}:{piece.cut(self.x).stop}"

    def _into(self, on: Canvas, row: ScheduleRow) -> None:
        """Ribbons from the key into one hash, and the hash itself."""
        left, look = self._left(row.name), self._look(row.name)
        scale = self._share / sum(map(self._size, row.pieces))
        at = left
        for piece in row.pieces:
            wide = self._size(piece) * scale
            if piece.source == "auth_key":
                start = LEFT + piece.start(self.x) * FULL / KEY
                stop = start + self._size(piece) * FULL / KEY
                on.ribbon((start, stop, self.KEY_Y + self.TALL), (at, at + wide, self.IN_Y), look.fill)
                on.box((start, self.KEY_Y), (stop - start, self.TALL), look)
            fill = look if piece.source == "auth_key" else WHITE
            on.label((at, self.IN_Y), (wide, self.TALL), self._cut(piece), fill)
            at += wide
        middle = left + self._share / 2
        on.line((middle, self.IN_Y + self.TALL + 2), (middle, self.OUT_Y - 2), arrow=True, width=1.6)
        on.text((middle, self.IN_Y + self.TALL + 40), f"{row.name} = {row.hash}", bold=True, paper=PAPER)
        on.box((left, self.OUT_Y), (self._share, self.TALL), UNUSED)

    def _result(self, on: Canvas, row: ScheduleRow, left: float) -> float:
        """Ribbons from the hashes into one result; gives where the next one begins."""
        gap = 40.0
        scale = (FULL - gap) / sum(self.table.widths[result.name] or 0 for result in self.results)
        at = left
        for piece in row.pieces:
            wide, look = self._size(piece) * scale, self._look(piece.source)
            per = self._share / (self.table.widths[piece.source] or 1)
            start, size = self._left(piece.source) + piece.start(self.x) * per, self._size(piece) * per
            on.ribbon((start, start + size, self.OUT_Y + self.TALL), (at, at + wide, self.END_Y), look.fill)
            on.label((start, self.OUT_Y), (size, self.TALL), self._cut(piece), look)
            letter = piece.source.rpartition("_")[2]
            on.label((at, self.END_Y), (wide, self.TALL), f"{letter} {self._cut(piece)}", look)
            at += wide
        said = f"{row.name}: {self.table.widths[row.name]} bytes"
        on.text(((left + at) / 2, self.END_Y + self.TALL + 18), said, bold=True)
        return at + gap


# -- Which bytes of the key are read --------------------------------------------------------------------------------


def key_use(tables: Mapping[str, Sequence[ScheduleTable]], x: int = 0) -> Figure:
    """Which of the 256 bytes of an auth_key are read at all: one strip for each name in `tables`, whose tables count
    together, as in `{"MTProto 1.0": (V1,), "MTProto 2.0": (V2, MSG_KEY_V2)}`. `x` is the direction, 0 or 8.
    """
    for name in some(tuple(tables), "key_use", 4):
        brief(name, "key_use", 60)
    strips = {name: tuple(_runs(tables[name], x)) for name in tables}
    used = {name: sum(stop - start for start, stop, readers in runs if readers) for name, runs in strips.items()}
    rows = tuple(
        (name, f"{start} to {stop - 1}", str(stop - start), readers or "nothing")
        for name, runs in strips.items()
        for start, stop, readers in runs
    )
    told = "; ".join(f"{name} reads {count} of them" for name, count in used.items())
    alt = f"A strip of the {KEY} bytes of auth_key for each schedule, x = {x}, marked where a hash reads them. {told}."
    columns = ("schedule", "bytes", "how many", "read by")
    height = TOP + 20 + 104 * len(tables)
    return Figure("Which bytes of the key are read", alt, columns, rows, height, partial(_paint_use, strips, used))


def _runs(tables: Sequence[ScheduleTable], x: int) -> Iterator[tuple[int, int, str]]:
    """Neighbouring bytes with the same readers: from, to, their names."""
    usage = [key_usage(table, x) for table in tables]
    readers = [", ".join(sorted(set().union(*(use[byte] for use in usage)))) for byte in range(KEY)]
    start = 0
    for byte in range(1, KEY + 1):
        if byte == KEY or readers[byte] != readers[start]:
            yield start, byte, readers[start]
            start = byte


def _paint_use(strips: Mapping[str, Sequence[tuple[int, int, str]]], used: Mapping[str, int], on: Canvas) -> None:
    scale = FULL / KEY
    for number, (name, runs) in enumerate(strips.items()):
        y = TOP + 32 + 104 * number
        seen = list(dict.fromkeys(readers for *_, readers in runs if readers))
        on.text((LEFT, y - 16), f"{name}: reads {used[name]} of {KEY} bytes", bold=True, align="left")
        for start, stop, readers in runs:
            look = LOOKS[seen.index(readers) % len(LOOKS)] if readers else UNUSED
            wide = (stop - start) * scale
            words = readers or ("not read" if wide > 90 else "")
            on.label((LEFT + start * scale, y), (wide, 44), words, look)
        for byte in range(0, KEY + 1, 32):
            on.text((LEFT + byte * scale, y + 57), str(byte), size=10, colour=MUTED)
