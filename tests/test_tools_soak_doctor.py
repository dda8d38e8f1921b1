"""The random patients of `./run soak`: they find a doctor that guesses, that raises, that is slow, that tells a key."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "tools"))

import soak_doctor
from mtlib.clinic.diagnosis import Diagnosis, Finding
from mtlib.clinic.doctor import diagnose
from mtlib.clinic.mistakes import MISTAKES
from patients import C


def test_a_batch_of_patients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soak_doctor, "BATCH", 10)
    told = soak_doctor.patients([1, 2])
    assert next(told).startswith("10 random patients: no exception")
    (line,) = told
    assert line.startswith("20 random patients: no exception")


def guesses(**told: Any) -> Diagnosis:
    return Diagnosis((Finding(MISTAKES["schedule_v2"]),))


def raises(**told: Any) -> Diagnosis:
    raise IndexError


def is_always_well(**told: Any) -> Diagnosis:
    return diagnose(**C.facts())


def is_slow(**told: Any) -> Diagnosis:
    begun = time.process_time()
    while time.process_time() - begun < soak_doctor.SECONDS:
        pass
    return diagnose(**told)


def tells_a_key(**told: Any) -> Diagnosis:
    found = diagnose(**told)
    return Diagnosis(found.findings, missing=(C.perm.hex(),), checks=found.checks)


@pytest.mark.parametrize("doctor", [guesses, raises, is_always_well, is_slow, tells_a_key])
def test_a_bad_doctor_is_found(doctor: Callable[..., Diagnosis], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soak_doctor, "diagnose", doctor)
    if doctor is is_slow:
        monkeypatch.setattr(soak_doctor, "SECONDS", 0.2)
    with pytest.raises(AssertionError, match=r"seed 1, patient \d"):
        list(soak_doctor.patients([1]))
