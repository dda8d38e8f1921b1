"""The map of the course: what the lessons say of themselves, on two roads, and what of it is done."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mtlib.errors import LocalError
from mtlib.lab import check, course_map, guesses
from mtlib.lab.course import SHORT, Course, Lesson, lessons
from test_notebooks import LESSONS, tags
from test_predictions import asked, lesson

ALL = lessons(LESSONS[0].parent)


def made(number: str, *functions: str) -> Lesson:
    return Lesson(f"{number}_x", f"{number} Title {number}", "Why?", (f"guess_{number}",), functions)


THREE = (made("00"), made("02", "f", "g"), made("11"))


def test_every_lesson_is_on_it_with_its_own_title_and_question() -> None:
    assert [each.stem for each in ALL] == [path.stem for path in LESSONS]
    for each in ALL:
        assert each.number == each.stem[:2] and each.question.endswith("?")


def test_the_short_road_has_all_of_its_lessons() -> None:
    assert [each.number for each in Course(ALL).short] == list(SHORT)


def test_its_predictions_are_those_that_the_lessons_ask() -> None:
    main = {(each.lesson, each.name) for each in asked() if not each.more}
    assert {(each.stem, name) for each in ALL for name in each.predictions} == main


def test_its_exercises_are_those_of_the_lesson_and_none_is_more_to_try() -> None:
    for each, path in zip(ALL, LESSONS, strict=True):
        there = {f"exercise:{name}" for name in each.exercises}
        assert there <= {tag for cell in lesson(path).cells for tag in tags(cell)}
    exercises = {name for each in ALL for name in each.exercises}
    assert {"inner", "request", "ige_encrypt", "first_look", "byte_36", "read_exchange"} <= exercises
    assert not exercises & {"padding_rule", "padding_v2", "msg_id", "seqno", "what_is_it", "streams", "zeros"}


def test_right_values_are_remembered_and_wrong_ones_take_nothing_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTLIB_MY_BIND", str(tmp_path / "my_bind.py"))
    monkeypatch.setattr(guesses, "_guessed", {})
    for clear, places, made in ((24, 2, "0 of 1"), (24, 3, "1 of 1"), (..., ..., "1 of 1")):
        check("first_look", {"clear": clear, "places": places})
        assert next(iter(list(course_map(LESSONS[0].parent).rows())[1:]))[3] == made
    assert json.loads((tmp_path / "my_guesses.json").read_text()) == {"exercise:first_look": True}


def test_in_a_fresh_folder_nothing_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTLIB_MY_BIND", str(tmp_path / "my_bind.py"))
    monkeypatch.setattr(guesses, "_guessed", {})
    fresh = course_map(LESSONS[0].parent)
    assert fresh.done == () and {row[-1] for row in list(fresh.rows())[2:]} == {""}
    assert list(fresh.rows())[1][-1] == "next"
    (cell,) = (cell for cell in lesson(LESSONS[0]).cells if "course-map" in tags(cell))
    (output,) = cell.outputs
    assert output.data == fresh._repr_mimebundle_()


def test_what_stands_in_the_readers_files_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTLIB_MY_BIND", str(tmp_path / "my_bind.py"))
    monkeypatch.setattr(guesses, "_guessed", {})
    eleventh = next(each for each in ALL if each.number == "11")
    (tmp_path / "my_guesses.json").write_text(json.dumps(dict.fromkeys(eleventh.predictions, 1)))
    assert course_map(LESSONS[0].parent).done == ()
    (tmp_path / "my_bind.py").write_text("raise SystemExit  # it is read, not run\ndef ige_encrypt(): ...\n")
    assert course_map(LESSONS[0].parent).done == (eleventh,)
    (tmp_path / "my_bind.py").write_text("def ige_encrypt(")
    assert course_map(LESSONS[0].parent).done == ()


def test_each_road_has_its_own_next() -> None:
    drawn = Course(THREE, guessed={"guess_00", "guess_02"}, right={"f"})
    assert drawn.done == THREE[:1]
    assert [drawn.next_of(road) for road in (drawn.short, drawn.lessons)] == [THREE[2], THREE[1]]
    assert [row[1:] for row in drawn.rows()][1:] == [
        ("yes", "1 of 1", "", "done"), ("", "1 of 1", "1 of 2", "next"), ("yes", "0 of 1", "", "next"),
    ]  # fmt: skip
    assert drawn.said() == ("The short road: 1 of 2 lessons done, next is 11 Title 11. "
                            "The whole course: 1 of 3 lessons done, next is 02 Title 02.")  # fmt: skip
    whole = Course(THREE, {each for one in THREE for each in one.predictions}, {"f", "g"})
    assert whole.said().count("next") == 0 and whole.said().count("done") == 2


def test_a_state_is_a_word_beside_its_colour() -> None:
    marks = {mark.id: mark for mark in Course(THREE, {"guess_00"}).marks()}
    assert [marks[f"{number}-state"].text for number in ("00", "02", "11")] == ["done", "next", "next"]
    assert "derived" in marks["00"].look and "chosen" in marks["02"].look


def test_titles_fit_into_their_boxes() -> None:
    marks = {mark.id: mark for mark in Course(ALL).marks()}
    for each in ALL:
        lines = marks[f"{each.number}-title"].text.split("\n")
        assert len(lines) <= 6 and max(map(len, lines)) <= 11, each.title


def test_in_html_a_title_leads_to_its_lesson_and_nothing_runs() -> None:
    shown = Course(ALL).html()
    assert re.findall(r'<a href="(.*?)\.ipynb">', shown) == [path.stem for path in LESSONS]
    assert shown.count('<th scope="col"') == 6
    assert 'alt="A map' in shown and "<script" not in shown and "onclick" not in shown


def test_a_title_is_text_wherever_it_stands() -> None:
    odd = Course([Lesson("00_x", "00 <b>", "<i>?", ("a",), ())])
    assert "<b>" not in odd.html().replace("<p><b>", "") and "<i>" not in odd.html() and "<b>" not in odd.svg()


@pytest.mark.parametrize("damage", ["{", "[]", '{"cells": [{"cell_type": 1}]}', '{"cells": 7}'])
def test_what_is_no_lesson_is_named(tmp_path: Path, damage: Any) -> None:
    with pytest.raises(LocalError, match="no lessons"):
        lessons(tmp_path)
    (tmp_path / "00_x.ipynb").write_text(damage)
    with pytest.raises(LocalError, match="00_x"):
        lessons(tmp_path)
