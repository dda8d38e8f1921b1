"""Clocks that do not jump."""

from __future__ import annotations

import time

import pytest

from mtlib.net.connection import never_back, steady


def test_a_steady_clock_is_right_and_stays_so_when_the_machines_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = steady()
    assert abs(clock() - time.time()) < 1
    before = clock()
    monkeypatch.setattr(time, "time", lambda: 5.0)
    assert 0 <= clock() - before < 1


def test_a_clock_that_goes_back_stands_still_until_it_has_caught_up() -> None:
    times = iter([10.0, 20.0, 15.0, 19.0, 21.0])
    clock = never_back(lambda: next(times))
    assert [clock() for _ in range(5)] == [10.0, 20.0, 20.0, 20.0, 21.0]
