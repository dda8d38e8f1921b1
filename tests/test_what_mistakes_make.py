"""What each usual mistake makes of each question of the ladder is what it made when `record/wrong_answers.json` was
written: a fingerprint of all its ways, so that a slip in the table of mistakes itself is noticed.

    python tests/test_what_mistakes_make.py    writes it again, after a row was added or a way was changed knowingly
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from mtlib.clinic.ladder import Question, WrongAnswer, chosen

RECORD = Path(__file__).resolve().parent / "record" / "wrong_answers.json"


@cache
def questions() -> dict[str, list[Question]]:
    asked: dict[str, list[Question]] = {}
    for question in chosen(["all"]):
        asked.setdefault(question.step, []).append(question)
    return asked


def fingerprint(mistake: WrongAnswer, asked: Iterable[Question]) -> str:
    return sha256(repr([mistake.made(question.arguments) for question in asked]).encode()).hexdigest()[:16]


def made(step: str) -> dict[str, str]:
    asked = questions()[step]
    return {mistake.name: fingerprint(mistake, asked) for mistake in asked[0].rung.mistakes}


@pytest.mark.parametrize("step", questions())
def test_what_a_mistake_makes_stays(step: str) -> None:
    assert made(step) == json.loads(RECORD.read_text(encoding="utf-8")).get(step, {})


if __name__ == "__main__":
    found = {step: made(step) for step in questions()}
    RECORD.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
