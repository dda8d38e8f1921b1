"""What happens to keys, with a virtual clock: made, bound, expired, refused, bound anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from mtlib.errors import LocalError
from mtlib.lab.figures.drawing import (
    BAD_LINE,
    FAINT,
    INK,
    LEFT,
    MUTED,
    PAPER,
    RIGHT,
    TOP,
    UNUSED,
    WHITE,
    Canvas,
    Figure,
    brief,
    finite,
    some,
    wrapped,
)
from mtlib.wire.view import COLOURS

STATIONS, BARS = 7, 6
"""How many fit."""


@dataclass(frozen=True)
class Life:
    """A bar: a key, or a period such as "younger than 60 s". Unix seconds; `end` None: it goes on."""

    name: str
    start: float
    end: float | None = None


@dataclass(frozen=True)
class Happening:
    """A moment, in unix seconds, and what happens, in a few words."""

    at: float
    words: str


def key_clock(happenings: Sequence[Happening], lives: Sequence[Life], *, now: float | None = None) -> Figure:
    """What happens to keys, station by station; bars say what is alive.

    The stations are equally far apart, and what lies between them is written there: so a minute and a day fit into
    one picture. `now` is the virtual clock: what comes after it is drawn as not yet there. LocalError for more than 7
    happenings or 6 lives, for happenings that are not in order, a life that ends before it begins, and long words.
    Source: core.telegram.org/api/pfs.
    """
    _check(happenings, lives, now)
    first = happenings[0].at
    happens = tuple(("happens", happening.words, _after(happening.at - first), "") for happening in happenings)
    lasts = tuple(
        ("lives", life.name, _after(life.start - first), "" if life.end is None else _after(life.end - first))
        for life in lives
    )
    alt = (
        f"A timeline, not to scale: {'; '.join(f'{row[2]} {row[1]}' for row in happens)}. Bars: "
        + "; ".join(f"{row[1]} from {row[2]} {f'to {row[3]}' if row[3] else 'on'}" for row in lasts)
        + ("." if now is None else f". The clock stands at {_after(now - first)}.")
    )
    columns, height = ("", "what", "from", "to"), TOP + 196 + 46 * len(lives)
    paint = partial(_paint, happenings, lives, now)
    return Figure("What happens to the keys (not to scale)", alt, columns, (*happens, *lasts), height, paint)


def _check(happenings: Sequence[Happening], lives: Sequence[Life], now: float | None) -> None:
    where = "key_clock"
    moments = [happening.at for happening in some(happenings, where, STATIONS)]
    ends = [life.end for life in some(lives, where, BARS) if life.end is not None]
    finite((*moments, *(life.start for life in lives), *ends, *([] if now is None else [now])), where)
    if any(a >= b for a, b in pairwise(moments)):
        raise LocalError("the happenings are not in order", got=moments, where=where)
    for happening in happenings:
        brief(happening.words, where, 48)
    for life in lives:
        brief(life.name, where, 36)
        if life.end is not None and life.end <= life.start:
            raise LocalError("it ends before it begins", got=life.end, expected=f"after {life.start}", where=life.name)


def _after(seconds: float) -> str:
    """A duration in its two largest units: `+23 h 58 min`, `-5 s`."""
    left, parts = round(abs(seconds)), []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        if left >= size:
            parts.append(f"{left // size} {unit}")
            left %= size
    return ("-" if seconds < 0 else "+") + (" ".join(parts[:2]) or "0 s")


_X, _FLOOR = 222.0, TOP + 112
"""Where the bars begin, behind their names; the height of the stations."""


@dataclass(frozen=True)
class _Scale:
    """Where a moment stands: in proportion between two stations, and a little outside of the first and the last."""

    moments: Sequence[float]

    @property
    def pitch(self) -> float:
        return (RIGHT - _X) / len(self.moments)

    def place(self, at: float) -> float:
        if at < self.moments[0]:
            return _X + self.pitch * 0.2
        for number, (a, b) in enumerate(pairwise(self.moments)):
            if a <= at <= b:
                return _X + self.pitch * (0.5 + number + (at - a) / (b - a))
        beyond = 0.3 if at > self.moments[-1] else 0
        return _X + self.pitch * (len(self.moments) - 0.5 + beyond)


def _paint(happenings: Sequence[Happening], lives: Sequence[Life], now: float | None, on: Canvas) -> None:
    scale = _Scale([happening.at for happening in happenings])
    bottom = _FLOOR + 48 + 46 * len(lives)
    on.line((_X, _FLOOR), (RIGHT, _FLOOR), width=1.6, arrow=True)
    for number, happening in enumerate(happenings):
        x, past = scale.place(happening.at), now is None or happening.at <= now
        colour = INK if past else MUTED
        on.line((x, _FLOOR), (x, bottom), colour=FAINT, width=1, dash="-" if past else ":")
        on.badge((x, _FLOOR), str(number + 1), edge=colour, fill=WHITE if past else PAPER)
        on.text((x, _FLOOR - 62), wrapped(happening.words, scale.pitch - 6), colour=colour)
        if number:
            between = _after(happening.at - happenings[number - 1].at)
            on.text((x - scale.pitch / 2, _FLOOR + 22), between, size=10, colour=MUTED, paper=PAPER)
    for number, life in enumerate(lives):
        _paint_life(on, _FLOOR + 46 + 46 * number, life, now, scale)
    if now is not None:
        x = scale.place(now)
        on.line((x, _FLOOR - 14), (x, bottom), colour=BAD_LINE, width=2, dash="--")
        said = f"clock: {_after(now - happenings[0].at)}"
        on.text((min(x, RIGHT - 80), bottom + 12), said, bold=True, colour=BAD_LINE)
        on.text((LEFT, bottom + 12), "hatched: still to come", align="left", size=10, colour=MUTED)


def _paint_life(on: Canvas, y: float, life: Life, now: float | None, scale: _Scale) -> None:
    on.text((LEFT, y + 15), wrapped(life.name, _X - LEFT - 10, bold=True), align="left", bold=True)
    left, right = scale.place(life.start), RIGHT if life.end is None else scale.place(life.end)
    begun = now is None or life.start <= now
    on.box((left, y), (right - left, 30), COLOURS["derived"] if begun else UNUSED, edge=INK if begun else FAINT)
    if begun and now is not None and (life.end is None or now < life.end):
        on.box((scale.place(now), y), (right - scale.place(now), 30), UNUSED, edge=FAINT)
