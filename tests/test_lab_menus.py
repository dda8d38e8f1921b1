"""An exercise answered by menus: it is the answer, it says how far it is, and it is a table where nothing runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtlib.errors import LocalError
from mtlib.lab import Menus
from mtlib.lab.answers import EXERCISES
from mtlib.lab.exercises import check, examine
from mtlib.lab.guesses import answered


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was chosen before, and what is chosen is kept in a folder of this test's."""
    monkeypatch.setenv("MTLIB_MY_BIND", str(tmp_path / "my_bind.py"))
    monkeypatch.setattr("mtlib.lab.guesses._guessed", {})


def test_what_is_not_chosen_is_open() -> None:
    answer = Menus("symptoms")
    assert len(answer) == len(EXERCISES["symptoms"].solution) == len(list(answer))  # type: ignore[union-attr,arg-type]
    assert str(examine("symptoms", answer)).startswith("not yet: still open: 1, 2,")
    assert "not yet" in answer.said.value


def test_each_choice_is_judged_at_once() -> None:
    answer = Menus("symptoms")
    for key, letter in EXERCISES["symptoms"].solution.items():  # type: ignore[union-attr]
        answer.choose(key, letter)
    assert examine("symptoms", answer).verdict == "right"
    assert "right: all 12" in answer.said.value
    answer.choose(3, "d")
    assert examine("symptoms", answer).mistake == "dropped_although_right"
    assert "almost: 11 of 12" in answer.said.value


@pytest.mark.parametrize(("key", "letter"), [(3, "z"), (99, "a")])
def test_only_what_is_in_a_menu_can_be_chosen(key: int, letter: str) -> None:
    with pytest.raises(LocalError):
        Menus("symptoms").choose(key, letter)


@pytest.mark.parametrize("name", ["seal", "statements", "nothing"])
def test_other_exercises_have_no_menus(name: str) -> None:
    with pytest.raises(LocalError):
        Menus(name)


def test_a_saved_notebook_has_questions_and_answers_and_nothing_chosen() -> None:
    answer = Menus("symptoms")
    before = answer._repr_mimebundle_()[0]["text/html"], str(answer)
    answer.choose(1, "b")
    assert before == (answer._repr_mimebundle_()[0]["text/html"], str(answer))
    assert "Silence." in before[0] and "Silence." in before[1]
    assert {menu.tooltip[:2].strip() for menu in answer.menus.values()} == {str(key) for key in answer}


def test_a_cell_that_runs_again_chooses_again_what_was_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for key, letter in EXERCISES["symptoms"].solution.items():  # type: ignore[union-attr]
        assert "symptoms" not in answered()
        Menus("symptoms").choose(key, letter)
    monkeypatch.setattr("mtlib.lab.guesses._guessed", {})  # another kernel
    assert dict(Menus("symptoms")) == EXERCISES["symptoms"].solution  # type: ignore[union-attr]
    assert "symptoms" in answered()


def test_what_stands_there_is_never_of_an_earlier_choice(capsys: pytest.CaptureFixture[str]) -> None:
    check("symptoms", Menus("symptoms"))
    assert capsys.readouterr().out == ""
    check("symptoms", {})
    assert capsys.readouterr().out.startswith("not yet: ")


def test_a_file_of_guesses_that_somebody_wrote_chooses_nothing_strange(tmp_path: Path) -> None:
    (tmp_path / "my_guesses.json").write_text('{"menus:symptoms": {"1": "zz", "2": ["b"], "3": 4, "99": "a"}}')
    assert set(Menus("symptoms").values()) == {...}


def test_a_menu_stands_beside_its_question() -> None:
    answer = Menus("symptoms")
    for row, menu in zip(answer.box.children, answer.menus.values(), strict=False):
        label, beside = row.children
        assert beside is menu and label.layout.width
        assert int(label.layout.width.removesuffix("%")) + int(menu.layout.width.removesuffix("%")) <= 100
