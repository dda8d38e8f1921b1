"""The doctor's other words: what an answer means, what takes whose place, what is harmless."""

from __future__ import annotations

import pytest

from mtlib.doctor.hypotheses import HYPOTHESES
from mtlib.doctor.hypothesis import Stage
from mtlib.doctor.mistakes_inside import RIGHT_SHAPE, Opened
from mtlib.doctor.outcomes import ANSWERS, COMPOSITES, HARMLESS, STATES, UNKNOWN_KEY, is_young
from mtlib.doctor.patient import Patient
from mtlib.protocol.checks import CHECKS
from patients import C
from wrong_client import NOW, long


def test_composites_are_made_of_known_mistakes_and_the_larger_come_first() -> None:
    for each in COMPOSITES:
        assert each.change <= set(HYPOTHESES)
    for position, each in enumerate(COMPOSITES):
        assert not any(earlier.change < each.change for earlier in COMPOSITES[:position])


def test_states_are_checks_that_do_not_look_at_the_seal() -> None:
    assert set(STATES) <= {check.name for check in CHECKS}


def test_every_error_of_the_table_of_checks_has_a_meaning() -> None:
    assert {check.error for check in CHECKS} <= set(ANSWERS)
    assert ANSWERS["ENCRYPTED_MESSAGE_INVALID"] is UNKNOWN_KEY
    assert all(hypothesis.stage is Stage.STATE for hypothesis in ANSWERS.values())


@pytest.mark.parametrize(("age", "young"), [(0, True), (60, True), (61, False), (None, False)])
def test_a_key_is_young_for_a_minute(age: int | None, young: bool) -> None:
    assert is_young(Patient.of(now=NOW, perm_key_created=None if age is None else NOW - age)) is young
    assert not is_young(Patient.of(perm_key_created=NOW))


@pytest.mark.parametrize(
    ("random", "names"),
    [
        (long(5) + long(6), ["salt_and_session_inside"]),
        (long(5) + bytes(8), ["salt_and_session_inside"]),
        (bytes(8) + long(6), ["salt_and_session_inside"]),
        (bytes(16), ["random_is_zero"]),
        (C.random, []),
    ],
)
def test_remarks_about_the_first_sixteen_bytes(random: bytes, names: list[str]) -> None:
    opened = Opened(random + C.envelope[16:], C.perm, RIGHT_SHAPE)
    patient = Patient.of(salt=5, session_id=6)
    assert [each.name for each in HARMLESS if each.change(opened, patient)] == names
    assert not HARMLESS[0].change(opened, Patient.of())
