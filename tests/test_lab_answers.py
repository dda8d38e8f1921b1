"""Every exercise: the solution is right, each usual wrong answer gets its own sentence, an unsolved cell "not yet"."""

from __future__ import annotations

import inspect
import runpy
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import pytest

from mtlib import crypto
from mtlib.clinic.mistakes import MISTAKES
from mtlib.clinic.wrong import ENVELOPE, MESSAGE, REQUEST
from mtlib.lab.answers import EXERCISES, library
from mtlib.lab.examining import ALMOST, NOT_YET, RIGHT, Exercise, Table, Task
from mtlib.lab.exercises import examine

SOLUTIONS = Path(__file__).parent / "solutions"
SEEDS = ("", "another student")


@pytest.fixture(autouse=True, scope="module")
def primes_tested_once() -> Iterator[None]:
    """One number has one answer, and some solutions ask about the same few primes hundreds of times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crypto, "is_probable_prime", cache(crypto.is_probable_prime))
        yield


@cache
def written(name: str) -> dict[str, Any]:
    return runpy.run_path(str(SOLUTIONS / f"{name}.py"))


def run(exercise: Exercise, source: str) -> Any:
    """The answer of an answer cell, in a lesson that has what the exercise needs and nothing else."""
    names: dict[str, Any] = {each: library(each) for each in getattr(exercise, "needs", ())}
    exec(source, names)
    return names[exercise.name if exercise.name in names else "answer"]


def unsolved(exercise: Exercise) -> str:
    if isinstance(exercise, Task):
        return f"def {exercise.name}({', '.join(exercise.takes)}):\n    ..."
    return f"answer = {exercise.signature}"


def wrong_answers() -> Iterator[Any]:
    for name in EXERCISES:
        for mistake in written(name)["WRONG"]:
            yield pytest.param(name, mistake, id=f"{name}-{mistake}")


def test_each_lesson_has_an_exercise() -> None:
    assert {exercise.lesson for exercise in EXERCISES.values()} >= {*range(1, 21)}
    lessons = [
        0, 1, 2, 2, 3, 3, *[4] * 3, *[5] * 3, 6, 6, 7, 7, 8, 8, *[9] * 3, *[10] * 4, 11, 12, 12, *[13] * 5, 14, 15, 15,
        16, 16, *[17] * 3, 18, 18, 19, 20, 21, 21, *[22] * 3, *[23] * 3, *[24] * 3, *[25] * 3, *[26] * 3, *[27] * 3,
        *[28] * 3, 29,
    ]  # fmt: skip
    assert [exercise.lesson for exercise in EXERCISES.values()] == lessons
    assert sorted(path.stem for path in SOLUTIONS.glob("*.py")) == sorted(EXERCISES)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_is_right(name: str, seed: str) -> None:
    finding = examine(name, run(EXERCISES[name], written(name)["SOLUTION"]), seed=seed)
    assert finding.verdict == RIGHT, finding


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "mistake"), list(wrong_answers()))
def test_a_usual_wrong_answer_gets_its_own_sentence(name: str, mistake: str, seed: str) -> None:
    source = written(name)["WRONG"][mistake]
    assert source != written(name)["SOLUTION"]
    finding = examine(name, run(EXERCISES[name], source), seed=seed)
    known = {each.name: each.sentence for each in EXERCISES[name].mistakes}
    assert (finding.verdict, finding.mistake) == (ALMOST, mistake), finding
    assert finding.sentence.endswith(known[mistake])  # in front, a table says how many stand


@pytest.mark.parametrize("name", [name for name in EXERCISES if name != "nine_values"])
def test_every_mistake_has_a_wrong_answer(name: str) -> None:
    names = {each.name for each in EXERCISES[name].mistakes}
    assert set(written(name)["WRONG"]) <= names
    assert names - set(written(name)["WRONG"]) <= set(MISTAKES)  # those are held by the table's own tests


def test_every_mistake_of_the_nine_values_is_known_by_its_bytes() -> None:
    table = EXERCISES["nine_values"]
    assert isinstance(table, Table)
    assert len(table.mistakes) > 30
    for slip in table.mistakes:
        for value in slip.values:
            assert value == table.solution[slip.key] or table.examine({**table.solution, slip.key: value}, "").mistake


@pytest.mark.parametrize("name", EXERCISES)
def test_sentences_are_different_and_end(name: str) -> None:
    exercise = EXERCISES[name]
    sentences = [each.sentence for each in exercise.mistakes]
    assert len(exercise.mistakes) >= 3
    assert all(sentence.endswith((".", "?")) for sentence in (*sentences, *exercise.hints, exercise.asks))
    if name != "nine_values":  # the four hashes there have the same mistakes
        own = [each.sentence for each in exercise.mistakes if not each.name.startswith("symptom_")]
        assert len(set(own)) == len(own)
    assert 2 <= len(exercise.hints) <= 4


@pytest.mark.parametrize("name", EXERCISES)
def test_an_unsolved_cell_is_not_yet(name: str) -> None:
    for answer in (run(EXERCISES[name], unsolved(EXERCISES[name])), ..., None):
        finding = examine(name, answer)
        assert finding.verdict == NOT_YET
        assert "..." in finding.sentence or "open" in finding.sentence


@pytest.mark.parametrize("name", [name for name, each in EXERCISES.items() if isinstance(each, Task)])
def test_the_library_answers_under_the_exercises_name(name: str) -> None:
    function = getattr(__import__("mtlib.lab.answers", fromlist=[name]), name)
    assert function.__name__ == name
    assert EXERCISES[name].asks in function.__doc__
    assert examine(name, function).verdict == RIGHT


@pytest.mark.parametrize("name", [name for name, each in EXERCISES.items() if isinstance(each, Task)])
def test_what_a_function_takes_and_gives_is_what_its_solution_takes_and_gives(name: str) -> None:
    task = EXERCISES[name]
    assert isinstance(task, Task)
    assert (*inspect.signature(run(task, written(name)["SOLUTION"])).parameters,) == task.takes
    if task.gives.isidentifier():
        assert task.gives == type(task.solution(*task.inputs("")[0])).__name__


def test_the_library_has_no_function_for_a_table() -> None:
    with pytest.raises(AttributeError):
        library("statements")
    with pytest.raises(AttributeError):
        library("no_such_exercise")


@pytest.mark.parametrize("name", [name for name, each in EXERCISES.items() if isinstance(each, Table)])
def test_a_table_asks_for_what_can_be_answered(name: str) -> None:
    table = EXERCISES[name]
    assert isinstance(table, Table)
    material = table.material if isinstance(table.material, Mapping) else {}
    assert not {*material} & {*table.solution} or {*material} == {*table.solution}
    if "causes" in material:  # by letters, from a on
        assert "".join(material["causes"]) == "".join(table.choices) == ascii_lowercase[: len(table.choices)]
    assert {slip.key for slip in table.mistakes} <= {*table.solution}
    meant = {value for slip in table.mistakes for value in slip.values}
    assert not table.choices or meant <= {*table.choices}
    for slip in (each for each in table.mistakes if each.name == "bits_counted"):
        assert [divmod(value, 8) for value in slip.values] == [(table.solution[slip.key], bit) for bit in range(8)]
    if name == "byte_36":
        assert meant <= {*(part for part, *_ in (*MESSAGE, *REQUEST, *ENVELOPE)), "encrypted_message", "inner"}


def test_each_tie_to_the_channel_is_broken_alone_and_with_the_others() -> None:
    task = EXERCISES["same_channel"]
    assert isinstance(task, Task)
    ties = ("temp_auth_key_id", "temp_session_id", "msg_id")
    assert {task.solution(*each) for each in task.inputs("")} >= {(), *((tie,) for tie in ties), ties}


def test_one_number_to_factor_is_larger_than_a_signed_long() -> None:
    assert any(pq >> 63 and EXERCISES["factor"].solution(pq) for (pq,) in EXERCISES["factor"].inputs(""))


def test_who_foresees_two_texts_in_each_others_place_is_told_so() -> None:
    def text(m: bytes, at: int) -> bytes:
        return m[16 * at - 16 : 16 * at]

    found = EXERCISES["foresee"].examine(lambda m, c, iv, i: text(m, i + 2) + text(m, i + 1), "")
    assert found.mistake == "text_of_the_partner"
