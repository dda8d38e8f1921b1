"""Faults on order: their names, their numbers, how they are counted."""

from __future__ import annotations

import pytest

from mtlib.errors import LocalError
from mtlib.protocol.faults import FAULTS, Fault, Faults


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_parses_with_and_without_a_number(name: str) -> None:
    assert Fault.parse(name) == Fault(name, 1)
    assert Fault.parse(f"{name}=7") == Fault(name, 7)


@pytest.mark.parametrize("text", ["", "nothing", "slow=", "slow=x", "slow=1.5"])
def test_others_do_not(text: str) -> None:
    if text == "slow=":
        assert Fault.parse(text).number == 1
    else:
        with pytest.raises(LocalError):
            Fault.parse(text)


def test_counted_faults_run_out_and_settings_do_not() -> None:
    faults = Faults([Fault("slow", 2), Fault("clock-offset", -5)])
    assert [faults.due("slow"), faults.due("slow")] == [True, True]  # asking changes nothing
    assert [faults.strike("slow") for _ in range(3)] == [True, True, False]
    assert [faults.setting("clock-offset") for _ in range(3)] == [-5] * 3
    assert not faults.strike("dh-retry")
    with pytest.raises(LocalError, match="no such fault"):
        faults.due("dh-retyr")


@pytest.mark.parametrize("text", ["split-frames=0", "split-frames=-5", "pad-plain-answers=1000000000", "slow=-1"])
def test_numbers_out_of_reason(text: str) -> None:
    with pytest.raises(LocalError, match="a fault's number"):
        Fault.parse(text)
