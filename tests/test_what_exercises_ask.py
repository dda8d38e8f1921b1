"""What each exercise asks, what it takes for right, and what its usual mistakes give are what they were when
`record/exercises.json` was written: a slip in a table is noticed, and a class that is graded by its seed stays so.

    python tests/test_what_exercises_ask.py    writes it again, after an exercise was changed knowingly
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from mtlib.clinic.ladder import Raised
from mtlib.lab.answers import EXERCISES
from mtlib.lab.examining import Table, Task

RECORD = Path(__file__).resolve().parent / "record" / "exercises.json"
SEED = "a student"


def parts(name: str) -> Iterator[tuple[str, Any]]:
    """Everything that an exercise is made of, beside its sentences; and each usual mistake."""
    exercise = EXERCISES[name]
    if isinstance(exercise, Table):
        yield "asked", (exercise.material, exercise.solution, exercise.choices, exercise.mistakes)
        return
    assert isinstance(exercise, Task)
    inputs = exercise.inputs(SEED)
    yield "asked", (exercise.takes, exercise.gives, inputs, [exercise.solution(*each) for each in inputs])
    for mistake in exercise.mistakes:
        values = [[plain(value) for value in mistake.made(each)] for each in exercise.inputs(SEED)]
        yield f"{mistake.name} {mistake.size}", values


def plain(value: Any) -> Any:
    """The text of an exception is another one in another Python."""
    return value.kind if isinstance(value, Raised) else value


def made(name: str) -> str:
    """A fingerprint of each part, in their order."""
    texts = [f"{part} {re.sub(' at 0x[0-9a-f]+', '', repr(what))}" for part, what in parts(name)]
    return " ".join(sha256(text.encode()).hexdigest()[:8] for text in texts)


@pytest.mark.parametrize("name", EXERCISES)
def test_what_is_asked_stays(name: str) -> None:
    assert made(name) == json.loads(RECORD.read_text(encoding="utf-8")).get(name)


if __name__ == "__main__":
    RECORD.write_text(json.dumps({name: made(name) for name in EXERCISES}, indent=0) + "\n", encoding="utf-8")
