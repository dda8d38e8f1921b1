"""The virtual clock: stations in order, bars that begin and end where they should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from figure_samples import HAPPENINGS, LIVES, NOW, figure
from mtlib.errors import LocalError
from mtlib.lab.figures.clock import Happening, Life, _after, _Scale, key_clock
from mtlib.lab.figures.drawing import RIGHT


def test_the_sentence_tells_the_story_in_order() -> None:
    alt = figure("clock").alt
    assert "+0 s permanent key made; +20 s bind: ENCRYPTED_MESSAGE_INVALID; +1 min 5 s bind again: boolTrue" in alt
    assert "temporary key 1 from +15 s to +1 d; temporary key 2 from +1 d 11 s on." in alt
    assert alt.endswith("The clock stands at +1 d 5 s.")


def test_without_a_clock_nothing_is_said_of_it() -> None:
    assert "clock" not in key_clock(HAPPENINGS, LIVES).alt


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "+0 s"), (59.6, "+1 min"), (-5, "-5 s"), (86_335, "+23 h 58 min"), (86_405, "+1 d 5 s"), (3600, "+1 h")],
)
def test_durations(seconds: float, said: str) -> None:
    assert _after(seconds) == said


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=7, unique=True).map(sorted), st.floats(-1e10, 1e10))
def test_time_runs_to_the_right(moments: list[int], at: float) -> None:
    scale = _Scale(moments)
    places = [scale.place(moment) for moment in moments]
    assert places == sorted(places) and places[-1] < RIGHT
    before = sum(moment <= at for moment in moments)
    assert sum(place <= scale.place(at) for place in places) == before


@pytest.mark.parametrize(
    ("happenings", "lives", "now"),
    [
        ([], LIVES, None),
        (HAPPENINGS, [], None),
        (HAPPENINGS * 2, LIVES, None),
        (HAPPENINGS[::-1], LIVES, None),
        (HAPPENINGS[:1] * 2, LIVES, None),
        (HAPPENINGS, LIVES * 2, None),
        (HAPPENINGS, [Life("backwards", NOW, NOW)], None),
        (HAPPENINGS, [Life("", NOW)], None),
        (HAPPENINGS, [Life("for ever", NOW, float("inf"))], None),
        ([Happening(float("nan"), "never")], LIVES, None),
        ([Happening(NOW, "word " * 20)], LIVES, None),
        (HAPPENINGS, LIVES, float("nan")),
    ],
)
def test_what_cannot_be_drawn(happenings: list[Happening], lives: list[Life], now: float | None) -> None:
    with pytest.raises(LocalError):
        key_clock(happenings, lives, now=now)
