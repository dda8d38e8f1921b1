"""Replay lanes: a recorded binding is sent again, in several ways and at several moments. Each cell is a new world with
a data centre of its own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from mtlib.lab.attacks import LANES, Switches, replayed
from mtlib.lab.plates.plate import Control, Glyph, Plate, Slider, drag_handle, one_of

MOMENTS = (2, 10, 30, 60, 120, 240, 299, 300, 301, 302, 360, 600, 1800, 3600)
"""The moments, in seconds after the first time."""
RISING = "forgotten, msg_id_rises"
ROWS = (*LANES, RISING)
"""The lanes of a data centre that follows the documents up to 2025, and one with the check `msg_id_rises` too."""
MARKS = {"B": "bound", "t": "boolTrue without effect", "r": "refused", "m": "bad_msg"}


@cache
def outcome(row: str, seconds: int) -> str:
    """The outcome of a lane at a moment, as a letter of MARKS."""
    heard, bound = replayed("forgotten", seconds, Switches()) if row == RISING else replayed(row, seconds)
    return "B" if bound else "t" if heard == "boolTrue" else "m" if heard.startswith("bad_msg") else "r"


class Lanes(Plate):
    """`at` is the moment, one of MOMENTS. LocalError for any other."""

    name = "replay lanes"
    question = "A thief sends the recorded binding again. When does it bind the old key?"
    height = 262

    def __init__(self, at: int = 60) -> None:
        self.at = one_of(at, MOMENTS, "moment")
        super().__init__()

    def do_at(self, stop: int) -> None:
        """Choose one of MOMENTS, by its index."""
        self.at = MOMENTS[range(len(MOMENTS))[stop]]

    # -- Results

    def said(self) -> str:
        told = "; ".join(f"{row}: {MARKS[outcome(row, self.at)]}" for row in ROWS)
        return f"{self.at} s after the first time. {told}."

    def alt(self) -> str:
        found = [(row, [at for at in MOMENTS if outcome(row, at) == "B"]) for row in ROWS]
        told = "; ".join(f"{row} from {each[0]} to {each[-1]} s" for row, each in found if each)
        return f"{len(ROWS)} lanes over the seconds since the first binding; the old key is bound again in: {told}."

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "after", *ROWS
        for at in MOMENTS:
            yield f"{at} s", *(MARKS[outcome(row, at)] for row in ROWS)

    def controls(self) -> Iterator[Control]:
        yield Slider("at", "seconds", MOMENTS.index(self.at), len(MOMENTS) - 1, f"{self.at} s")

    # -- Drawing

    LEFT, WIDE, TOP, ROW = 172.0, 41.0, 44.0, 34.0

    def fixed(self) -> Iterator[Glyph]:
        looks = {"B": "noise bad", "t": "random edge", "r": "paper edge", "m": "constant edge"}
        for row, lane in enumerate(ROWS):
            y = self.TOP + self.ROW * row
            yield Glyph(f"lane{row}", self.LEFT - 8, y + 14, text=lane, look="small end")
            for column, at in enumerate(MOMENTS):
                mark = outcome(lane, at)
                yield Glyph(f"c{row}.{column}", self.LEFT + self.WIDE * column, y, self.WIDE - 3, 28, mark,
                            looks[mark], label=f"{lane}, after {at} s: {MARKS[mark]}")  # fmt: skip
        for column, at in enumerate(MOMENTS):
            yield Glyph(f"s{column}", self.LEFT + self.WIDE * column + 19, 30, text=f"{at} s", look="small dim")
        told = "   ".join(f"{letter}: {words}" for letter, words in MARKS.items())
        yield Glyph("legend", self.LEFT, self.TOP + self.ROW * len(ROWS) + 16, text=told, look="small left")

    def marks(self) -> Iterator[Glyph]:
        places = [self.LEFT + self.WIDE * at + 19 for at in range(len(MOMENTS))]
        x = places[MOMENTS.index(self.at)]
        yield Glyph("line", x - 20, self.TOP - 3, self.WIDE - 1, self.ROW * len(ROWS), look="bad")
        yield drag_handle("now", x, 2, (72, 20), f"{self.at} s", look="small bad", label=f"{self.at} s", do=("at", 0),
                          slide=tuple(places), cell=MOMENTS.index(self.at))  # fmt: skip
