"""Two ways to do one thing, timed side by side: the machine's moods hit both, so that their ratio stands still."""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

SAMPLE = 0.002
"""Seconds that one sample should take at least; quick things are repeated to get there."""


@dataclass(frozen=True)
class Figure:
    """A measured line of the table: `ours` and `theirs` in seconds (or bytes), `ratio` the median of paired ratios.

    `goal` is the largest ratio that is good enough; None where a figure is only told. `note` says what theirs is.
    """

    name: str
    against: str
    ours: float
    theirs: float
    ratio: float
    goal: float | None = None
    unit: str = "s"

    @property
    def met(self) -> bool:
        return self.goal is None or self.ratio <= self.goal

    def cells(self) -> tuple[str, ...]:
        """The line as the table prints it."""
        goal = "" if self.goal is None else f"<= {self.goal:g}"
        verdict = "" if self.goal is None else "met" if self.met else "MISSED"
        return self.name, self.against, shown(self.ours, self.unit), shown(self.theirs, self.unit), \
            f"{self.ratio:.3g}", goal, verdict


def shown(value: float, unit: str) -> str:
    """A number with three digits and a unit that fits it."""
    if unit == "bytes":
        return f"{value / 2**20:.1f} MiB"
    scale, name = next(
        ((s, n) for s, n in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")) if value >= s), (1e-9, "ns")
    )
    return f"{value / scale:.3g} {name}"


def figure(
    name: str, against: str, pairs: Iterable[tuple[float, float]], goal: float | None = None, unit: str = "s"
) -> Figure:
    """The medians of paired measurements, and the median of their ratios."""
    rows = list(pairs)
    ours, theirs = (statistics.median(column) for column in zip(*rows, strict=True))
    return Figure(name, against, ours, theirs, statistics.median(a / b for a, b in rows), goal, unit)


def side_by_side(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 60
) -> list[tuple[float, float]]:
    """Seconds per call of both, `rounds` times, in an order that is thrown anew each time."""
    both = [ours, theirs]
    calls = [_calls_for(each) for each in both]
    pairs = []
    gc.disable()
    try:
        for _ in range(rounds):
            order = random.sample((0, 1), 2)
            spent = [0.0, 0.0]
            for index in order:
                spent[index] = _timed(both[index], calls[index])
            pairs.append((spent[0], spent[1]))
            gc.collect()
    finally:
        gc.enable()
    return pairs


def _calls_for(work: Callable[[], object]) -> int:
    """So many calls that one sample is long enough for the clock."""
    calls = 1
    while _timed(work, calls) * calls < SAMPLE:
        calls *= 2
    return calls


def _timed(work: Callable[[], object], calls: int) -> float:
    begun = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - begun) / calls
