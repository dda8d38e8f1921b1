"""The PFS timeline: what opens is what was sealed with the stolen key, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from figure_samples import DAYS, figure
from mtlib.errors import LocalError
from mtlib.lab.figures.theft import pfs_timeline

days = st.floats(0, 7, width=16)


@given(days, st.lists(days, max_size=20))
def test_the_three_thefts(theft: float, packets: list[float]) -> None:
    rows = pfs_timeline(DAYS, theft=theft, packets=packets).rows
    that_day = min(int(theft), 6)
    same_day = sum(min(int(at), 6) == that_day for at in packets)
    assert [row[1] for row in rows] == [f"{n} of {len(packets)}" for n in (0, same_day, len(packets))]
    assert [row[2] for row in rows] == ["nothing", f"{that_day} to {that_day + 1}", "0 to 7"]


def test_the_sentence_says_who_can_do_what() -> None:
    alt = figure("pfs").alt
    assert "7 temporary keys" in alt and "At day 4.6" in alt and "23 packets" in alt
    assert "With the permanent key: 0, but the thief can bind a key of their own." in alt
    assert "With that day's temporary key: 4," in alt and "without PFS: 23," in alt


def test_between_two_keys_there_is_none_to_steal() -> None:
    rows = pfs_timeline([(0, 1), (2, 3)], theft=1.5, packets=[0.5]).rows
    assert rows[1][1:3] == ("0 of 1", "nothing")


@pytest.mark.parametrize(
    ("temporary", "theft", "packets"),
    [
        ([], 0, []),
        ([(0, 1), (0.5, 2)], 0, []),
        ([(1, 1)], 1, []),
        ([(1, 2), (0, 1)], 1, []),
        ([(0, 1)], 1.5, []),
        ([(0, 1)], 0.5, [2]),
        ([(0, 1), (2, 3)], 0.5, [1.5]),
        ([(0, float("nan"))], 0, []),
        ([(0, 1)], float("nan"), []),
        ([(0, 1)], 0, [float("inf")]),
        ([(at, at + 1) for at in range(32)], 0, []),
        ([(0, 1)], 0, [0.5] * 400),
    ],
)
def test_days_that_cannot_be_drawn(temporary: list[tuple[float, float]], theft: float, packets: list[float]) -> None:
    with pytest.raises(LocalError):
        pfs_timeline(temporary, theft=theft, packets=packets)
