"""`./run exam`: what follows from a teacher's secret, and from nothing else."""

from __future__ import annotations

import importlib
import runpy
import sys
from pathlib import Path

import pytest

from mtlib.clinic.doctor import diagnose
from mtlib.clinic.mistakes import MISTAKES
from mtlib.clinic.reading import read_patient
from mtlib.lab.answers import EXERCISES
from mtlib.lab.examining import Table

TOOLS = Path(__file__).parent / "tools"
if str(TOOLS) not in sys.path:
    sys.path.append(str(TOOLS))
exam = importlib.import_module("exam")
grade = importlib.import_module("grade")

SECRETS = ("nobody knows this one", "and nobody that one")


def _by_name(secret: str) -> dict[str, Table]:
    return {each.name: each for each in exam.questions(secret)}


@pytest.mark.parametrize("secret", SECRETS)
def test_the_solutions_made_beside_are_right_and_the_lessons_are_not(secret: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert exam.main(["--seed", secret, "--out", str(out)]) == 0
    asked = grade.asked(secret)
    values = list(_by_name(secret).values())
    (solved,) = grade.graded(out / "teacher", asked, secret)
    assert solved.right(values) == len(values), solved.findings
    (blank,) = grade.graded(out / "paper", asked, secret)
    assert blank.right(values) == 0
    assert all(each.verdict == "not yet" for each in blank.findings.values())
    lessons = {name: EXERCISES[name].solution for name in _by_name(secret)}  # type: ignore[union-attr]
    assert all(_by_name(secret)[name].solution != lessons[name] for name in ("nine_values", "symptoms", "patients"))


def test_another_secret_gives_other_bytes_other_mistakes_and_other_orders() -> None:
    one, other = map(_by_name, SECRETS)
    assert one["nine_values"].solution["ciphertext"] != other["nine_values"].solution["ciphertext"]
    assert one["nine_values"].material["perm_auth_key"] != other["nine_values"].material["perm_auth_key"]
    assert set(one["patients"].solution.values()) != set(other["patients"].solution.values())
    assert one["symptoms"].solution != other["symptoms"].solution
    secrets = [f"secret number {number}" for number in range(20)]
    places = {exam._transcript(each).solution["reply"] for each in secrets}
    truths = {tuple(exam._statements(each).solution.values()) for each in secrets}
    assert (len(places), len(truths)) == (5, 3)


def test_the_same_secret_gives_the_same_exam() -> None:
    assert exam.sheet(exam.questions(SECRETS[0]), solved=True) == exam.sheet(exam.questions(SECRETS[0]), solved=True)


@pytest.mark.parametrize("number", range(6))
def test_every_patient_has_one_mistake_and_the_doctor_names_it(number: int) -> None:
    patients = _by_name(f"patients of number {number}")["patients"]
    for letter, told in patients.material.items():
        keys = "".join(f"{name}: {told[name].hex()}\n" for name in ("perm_auth_key", "temp_auth_key"))
        found = diagnose(**read_patient(told["written down"], keys)).findings
        assert [each.mistake.name for each in found] == [patients.solution[letter]]
    assert set(patients.solution.values()) <= set(MISTAKES)
    assert len(set(patients.solution.values())) == 4


def test_the_paper_has_neither_the_secret_nor_a_solution(tmp_path: Path) -> None:
    secret = SECRETS[0]
    exam.main(["--seed", secret, "--out", str(tmp_path)])
    shown = "".join(path.read_text() for path in (tmp_path / "paper").iterdir())
    asked = _by_name(secret)
    assert secret not in shown
    assert secret not in "".join(path.read_text() for path in tmp_path.rglob("*.*"))
    assert not [name for name in asked["patients"].solution.values() if name in shown]
    assert not [value for value in asked["nine_values"].solution.values() if value.hex() in shown]
    sheet = runpy.run_path(str(tmp_path / "paper" / "my_bind.py"))
    for name, each in asked.items():
        assert sheet[name] == dict.fromkeys(each.solution, ...)
        assert sheet[f"about_{name}"] == each.material


@pytest.mark.parametrize(("words", "says"), [
    (["--seed", "short", "--out", "new"], "easy to guess"),
    (["--seed", SECRETS[0], "--out", "."], "FOLDER has to be new"),
    (["--out", "new"], "--seed"),
])  # fmt: skip
def test_wrong_use_is_a_sentence(
    words: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "something").touch()
    with pytest.raises(SystemExit) as ended:
        exam.main(words)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
