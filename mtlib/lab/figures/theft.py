"""What a stolen key opens of what was recorded: the reason why there are temporary keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from mtlib.errors import LocalError
from mtlib.lab.figures.drawing import (
    BAD,
    BAD_LINE,
    FAINT,
    LEFT,
    MUTED,
    PAPER,
    RIGHT,
    TOP,
    WHITE,
    Canvas,
    Figure,
    Look,
    finite,
    some,
)
from mtlib.wire.view import COLOURS

Days = tuple[float, float]
OPEN = Look(BAD, "xxxx")
"""What a thief can read."""
ACTS = Look(COLOURS["random"], "....")
"""When a thief can do what the owner can."""


class Haul(NamedTuple):
    """What one theft opens: which key, from when to when (None: nothing), and how many of the recorded packets."""

    stolen: str
    span: Days | None
    packets: int
    besides: str


def pfs_timeline(temporary: Sequence[Days], *, theft: float, packets: Sequence[float] = ()) -> Figure:
    """Daily temporary keys above one long permanent key, and a thief at `theft`: three rows shade what opens of the
    recorded `packets` if that moment gives away the permanent key, the temporary key of the moment, or the only key
    of somebody without perfect forward secrecy.

    `temporary` are (from, to) in days, in order; all times in days. LocalError where they overlap, for a packet under
    no key, and for a theft before the first key or after the last.
    Source: core.telegram.org/api/pfs.
    """
    _check(temporary, theft, packets)
    hauls = _hauls(temporary, theft, packets)
    rows = tuple((haul.stolen, f"{haul.packets} of {len(packets)}", _days(haul.span), haul.besides) for haul in hauls)
    told = " ".join(f"With {haul.stolen}: {haul.packets}, {haul.besides}." for haul in hauls)
    alt = (
        f"{len(temporary)} temporary keys, one after the other, above one permanent key that lasts all the time; "
        f"{len(packets)} packets were recorded. At day {theft:g} a thief steals a key. Of the recording opens: {told}"
    )
    columns = ("stolen", "packets opened", "days", "besides")
    paint = partial(_paint, temporary, theft, packets, hauls)
    return Figure("Record today, steal tomorrow: what opens?", alt, columns, rows, TOP + 446, paint)


def _check(temporary: Sequence[Days], theft: float, packets: Sequence[float]) -> None:
    where = "pfs_timeline"
    some(temporary, where, 31)
    some((theft, *packets), where, 400)
    finite((theft, *packets, *(day for span in temporary for day in span)), where)
    if any(start >= stop for start, stop in temporary) or any(a[1] > b[0] for a, b in pairwise(temporary)):
        raise LocalError("temporary keys follow each other", got=list(temporary), where=where)
    lost = [at for at in packets if not any(start <= at <= stop for start, stop in temporary)]
    if not temporary[0][0] <= theft <= temporary[-1][1]:
        lost.append(theft)
    if lost:
        expected = _days((temporary[0][0], temporary[-1][1]))
        raise LocalError("outside of all keys", got=lost[0], expected=expected, where=where)


def _days(span: Days | None) -> str:
    return "nothing" if span is None else f"{span[0]:g} to {span[1]:g}"


def _hauls(temporary: Sequence[Days], theft: float, packets: Sequence[float]) -> tuple[Haul, ...]:
    # At the moment when one key follows another it is the new one that is in use.
    used = [next((span for span in reversed(temporary) if span[0] <= at <= span[1]), None) for at in (theft, *packets)]
    now, ever = used[0], (temporary[0][0], temporary[-1][1])
    opened = 0 if now is None else used[1:].count(now)
    return (
        Haul("the permanent key", None, 0, "but the thief can bind a key of their own"),
        Haul("that day's temporary key", now, opened, "none of the days before and after"),
        Haul("the one key, without PFS", ever, len(packets), "past and future"),
    )


_X = 222.0
"""Where the bars begin, behind their names."""


def _paint(
    temporary: Sequence[Days], theft: float, packets: Sequence[float], hauls: Sequence[Haul], on: Canvas
) -> None:
    first, last = temporary[0][0], temporary[-1][1]

    def place(day: float) -> float:
        return _X + (day - first) * (RIGHT - _X) / (last - first)

    y = TOP + 46
    for words, below in (("temporary keys", 15), ("permanent key", 57), ("recorded packets", 94)):
        on.text((LEFT, y + below), words, align="left", bold=True)
    on.text((LEFT, y - 10), "day", align="left", size=10, colour=MUTED)
    for day in sorted({day for span in temporary for day in span}):
        on.text((place(day), y - 10), f"{day:g}", size=10, colour=MUTED)
    for number, (start, stop) in enumerate(temporary, 1):
        on.label((place(start), y), (place(stop) - place(start), 30), str(number), COLOURS["derived"])
    on.box((_X, y + 42), (RIGHT - _X, 30), COLOURS["copied"])
    for at in packets:
        on.line((place(at), y + 86), (place(at), y + 102), width=2)
    on.text((LEFT, y + 138), f"If at day {theft:g} this is stolen ...", align="left", bold=True, colour=BAD_LINE)
    for number, haul in enumerate(hauls):
        _paint_haul(on, y + 160 + 76 * number, haul, len(packets), place)
    x = place(theft)
    words = "acts as you" if RIGHT - x > 90 else ""
    on.label((x, y + 160), (RIGHT - x, 30), words, ACTS)
    on.line((x, y - 18), (x, y + 372), colour=BAD_LINE, width=2, dash="--")
    on.text((min(x, RIGHT - 20), TOP + 8), "theft", bold=True, colour=BAD_LINE)


def _paint_haul(on: Canvas, y: float, haul: Haul, recorded: int, place: Callable[[float], float]) -> None:
    on.text((LEFT, y + 15), haul.stolen, align="left")
    on.box((_X, y), (RIGHT - _X, 30), WHITE, edge=FAINT)
    if haul.span is not None:
        start, stop = map(place, haul.span)
        on.box((start, y), (stop - start, 30), OPEN, edge=BAD_LINE, width=1.6)
    said = f"opens {haul.packets} of {recorded} packets, {haul.besides}"
    on.text((_X, y + 47), said, align="left", bold=True, paper=PAPER)
