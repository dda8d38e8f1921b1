"""The doctor before patients made by somebody who has not read its table: never wrong, and nearly always right."""

from __future__ import annotations

import os
import time
from collections import Counter
from typing import Any

import pytest

from mtlib import diagnose
from unseen_judge import accused, judged
from unseen_patients import CERTAIN, HEALTHY, PAIRS, SINGLES, Client, Patient, tl_bytes

Seen = tuple[Patient, dict[str, Any], float]


def _all(patients: list[Patient]) -> list[Seen]:
    seen = []
    for patient in patients:
        start = time.process_time()
        told = diagnose(**patient.facts).to_dict()
        seen.append((patient, told, time.process_time() - start))
    return seen


@pytest.fixture(scope="module")
def singles() -> list[Seen]:
    diagnose(**SINGLES[0].facts)  # what is imported late
    return _all(SINGLES)


@pytest.fixture(scope="module")
def pairs() -> list[Seen]:
    return _all(PAIRS)


@pytest.fixture(scope="module")
def healthy() -> list[Seen]:
    return _all(HEALTHY)


@pytest.fixture(scope="module")
def certain() -> list[Seen]:
    return _all(CERTAIN)


def _said(seen: list[Seen], verdict: str, *, well: bool = False) -> dict[str, str]:
    """Patient to sentence, of those whose verdict this is."""
    chosen = [(patient, told) for patient, told, _ in seen if judged(told, patient, healthy=well) == verdict]
    return {patient.name: " / ".join(finding["sentence"] for finding in told["findings"]) for patient, told in chosen}


def _counted(seen: list[Seen]) -> Counter[str]:
    return Counter(judged(told, patient) for patient, told, _ in seen)


def test_there_are_enough_of_them() -> None:
    assert len(SINGLES) >= 250
    assert len(PAIRS) >= 40
    assert len(HEALTHY) >= 25
    assert len(CERTAIN) >= 15
    every = SINGLES + PAIRS + HEALTHY + CERTAIN
    assert len({patient.name for patient in every}) == len(every)
    healthy = Client("x", {}).request
    assert len(healthy) == 132


def test_a_patient_with_one_mistake_is_really_ill() -> None:
    """Every one differs from the healthy client of the same seed, or says more than it."""
    for patient in SINGLES + PAIRS:
        right = Client(patient.name, {}).facts("request" if "request" in patient.facts else "packet")
        right = right if "encrypted_message" not in patient.facts else Client(patient.name, {}).facts("blob")
        assert patient.facts != right, patient.name


def test_no_verdict_is_wrong(singles: list[Seen], pairs: list[Seen], certain: list[Seen]) -> None:
    assert _said(singles + pairs + certain, "wrong") == {}


def test_nothing_that_is_right_is_accused(
    singles: list[Seen], pairs: list[Seen], healthy: list[Seen], certain: list[Seen]
) -> None:
    wrong = {patient.name: accused(told, patient) for patient, told, _ in singles + pairs + healthy + certain}
    assert {name: what for name, what in wrong.items() if what} == {}


def test_nobody_is_left_without_a_word(singles: list[Seen], pairs: list[Seen], certain: list[Seen]) -> None:
    assert _said(singles + pairs + certain, "silent") == {}


def test_every_healthy_one_is_healthy(healthy: list[Seen]) -> None:
    assert _said(healthy, "wrong", well=True) == {}


def test_nearly_all_single_mistakes_are_named(singles: list[Seen]) -> None:
    count = _counted([seen for seen in singles if not seen[0].certain_is_enough])
    assert count["named"] >= 0.95 * count.total(), (count, _said(singles, "certain"))


def test_nearly_all_pairs_are_named_whole(pairs: list[Seen]) -> None:
    count = _counted(pairs)
    assert count["named"] >= 0.95 * count.total(), (count, _said(pairs, "certain"))


def test_a_verdict_comes_soon(singles: list[Seen], pairs: list[Seen], healthy: list[Seen], certain: list[Seen]) -> None:
    times = sorted(seconds for *_, seconds in singles + pairs + healthy + certain)
    assert times[int(len(times) * 0.95)] < 0.2
    assert times[-1] < 1


def test_random_bytes_are_not_opened() -> None:
    """Of the lengths that a binding has, and half of them with a right beginning: nothing is read into them.

    `MTLIB_EXAMPLES=1000` makes ten thousand.
    """
    said: Counter[str] = Counter()
    for i in range(int(os.environ.get("MTLIB_EXAMPLES") or 3) * 10):
        noise = Client(f"noise {i}", {})
        blob = (noise.perm_id if i % 2 else b"") + noise.rnd("blob", 104)
        packet = (noise.temp_id if i % 2 else b"") + noise.rnd("packet", 200)
        request = noise.r_ctor + noise.perm_id + noise.nonce + noise.r_expires + tl_bytes(blob[:104])
        what = {"encrypted_message": blob[:104], "packet": packet[:200]}
        what["request"] = request if i % 2 else noise.rnd("request", 132)
        form = ("encrypted_message", "request", "packet")[i % 3]
        told = diagnose(**{form: what[form]}, perm_key=noise.perm, temp_key=noise.temp).to_dict()
        assert not told["healthy"]
        said[" ".join(finding["name"] for finding in told["findings"])] += 1
    assert said.keys() <= {"not_opened", "packet_not_opened", "no_binding_in_it"}, said
