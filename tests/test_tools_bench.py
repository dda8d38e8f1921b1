"""The yardstick of `./run bench`: paired ratios, and a table that says what was missed. Nothing is measured here."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "tools"))

import bench
from measuring import Figure, figure, shown, side_by_side


def test_the_ratio_is_the_median_of_the_pairs_and_not_of_the_columns() -> None:
    slow_phase = [(1.0, 2.0), (10.0, 20.0), (100.0, 100.0)]
    row = figure("a", "b", slow_phase, goal=0.6)
    assert (row.ours, row.theirs, row.ratio) == (10.0, 20.0, 0.5)
    assert row.met
    assert not figure("a", "b", slow_phase, goal=0.4).met
    assert figure("a", "b", slow_phase).met


def test_both_sides_are_timed_in_every_round() -> None:
    pairs = side_by_side(lambda: time.sleep(0.002), lambda: time.sleep(0.006), rounds=5)
    assert len(pairs) == 5
    assert all(ours >= 0.002 and theirs >= 0.006 for ours, theirs in pairs)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.5, "s", "1.5 s"),
        (0.0123, "s", "12.3 ms"),
        (21e-6, "s", "21 us"),
        (5e-9, "s", "5 ns"),
        (2**21, "bytes", "2.0 MiB"),
    ],
)
def test_numbers_have_the_unit_that_fits(value: float, unit: str, text: str) -> None:
    assert shown(value, unit) == text


def test_a_missed_goal_is_printed_and_counts_only_when_strict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "yardsticks", lambda: Path(sys.executable))
    monkeypatch.setattr(bench.sys, "prefix", str(Path(sys.executable).parents[1]))
    monkeypatch.setattr(bench, "table", lambda names: [Figure("slow", "x", 2.0, 1.0, 2.0, 1.0)])
    assert bench.main(["ige"]) == 0
    assert "slow" in capsys.readouterr().out
    assert bench.main(["ige", "--strict"]) == 1
    assert bench.main(["nonsense"]) == 2


def test_a_line_of_the_table_tells_goal_and_verdict() -> None:
    cells = Figure("slow", "x", 2.0, 1.0, 2.0, 1.0).cells()
    assert cells == ("slow", "x", "2 s", "1 s", "2", "<= 1", "MISSED")
    assert "MISSED" in bench.line(cells)
