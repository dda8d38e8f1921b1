"""Lesson 29: the four patients are what the solution says, by the doctor's own word."""

from __future__ import annotations

from mtlib.clinic.diagnosis import Diagnosis
from mtlib.clinic.doctor import diagnose
from mtlib.clinic.mistakes import MISTAKES
from mtlib.clinic.reading import read_patient
from mtlib.lab.exercises_dc import PATIENTS
from mtlib.lab.patients import TOLD
from mtlib.lab.samples import sample

KEYS = f"perm_auth_key: {bytes(sample().perm_key).hex()}\ntemp_auth_key: {bytes(sample().temp_key).hex()}\n"


def of(letter: str, *more: str) -> Diagnosis:
    return diagnose(**read_patient("\n".join([TOLD[letter], *more]), KEYS))


def test_a_has_two_mistakes_and_the_seal_comes_first() -> None:
    assert of("A").names == (PATIENTS.solution["A"], "nonce_drawn_twice")


def test_b_lacks_the_value_that_stands_in_its_comment() -> None:
    assert of("B").name == "nothing_wrong_so_far"
    assert [line.split(":")[0] for line in of("B").missing] == ["msg_id"]
    said = TOLD["B"].split()[-1]
    assert of("B", f"msg_id: {said}").names == (PATIENTS.solution["B"],)


def test_c_is_right_and_young() -> None:
    assert of("C").names == ("permanent_key_too_young",)
    assert of("C").fix.startswith("Wait")


def test_d_has_one_bit_flipped_at_the_byte_that_is_asked_for() -> None:
    assert of("D").names == ("one_bit_flipped",)
    assert of("D").evidence[0].offset == PATIENTS.solution["D"]


def test_names_in_answers_are_names_of_the_doctor() -> None:
    meant = [PATIENTS.solution["A"], PATIENTS.solution["B"]]
    meant += [value for slip in PATIENTS.mistakes if slip.key in "AB" for value in slip.values]
    assert set(meant) <= set(MISTAKES)


def test_no_patient_shows_a_key() -> None:
    assert not [text for text in TOLD.values() for key in sample().keys if bytes(key).hex()[:16] in text]
