"""Lesson 00's exercise: right is right, and each usual mistake gets its own sentence."""

from __future__ import annotations

import pytest

from mtlib.lab.exercises import examine
from mtlib.lab.exercises_dc import FIRST_LOOK
from tests.solutions.first_look import SOLUTION, WRONG


def answered(text: str) -> object:
    names: dict[str, object] = {}
    exec(text, names)
    return names["answer"]


def test_right_is_right() -> None:
    assert examine("first_look", answered(SOLUTION)).verdict == "right"


@pytest.mark.parametrize("name", WRONG)
def test_each_mistake_has_its_sentence(name: str) -> None:
    finding = examine("first_look", answered(WRONG[name]))
    assert (finding.verdict, finding.mistake) == ("almost", name)


def test_all_mistakes_are_tried() -> None:
    assert {slip.name for slip in FIRST_LOOK.mistakes} == set(WRONG)
