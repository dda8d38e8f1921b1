"""Key schedules: which bytes of the auth_key are read at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from mtlib.crypto.kdf import ScheduleTable, key_usage
from mtlib.lab.figures.drawing import (
    LEFT,
    LOOKS,
    MUTED,
    RIGHT,
    TOP,
    UNUSED,
    Canvas,
    Figure,
    brief,
    some,
)

KEY = 256
FULL = RIGHT - LEFT
SHADES = (LOOKS[1], LOOKS[2], LOOKS[0], LOOKS[3])
"""Of the hashes, in the colours that their ribbons have in `Ribbons`."""

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
            look = SHADES[seen.index(readers) % len(SHADES)] if readers else UNUSED
            wide = (stop - start) * scale
            words = readers or ("not read" if wide > 90 else "")
            on.label((LEFT + start * scale, y), (wide, 44), words, look)
        for byte in range(0, KEY + 1, 32):
            on.text((LEFT + byte * scale, y + 57), str(byte), size=10, colour=MUTED)
