"""Lessons in Pyodide: their cells show what the saved notebooks show, and their views what is embedded in the pages.

Here are a few lessons; all of them, which takes minutes, are played in `test_whole_book.py`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from playing import painted, played, program, saved

from book import lesson_views, notebooks, sources
from book_views import still
from conftest import Play

A_FEW = ("02", "10", "11", "18", "19")
"""Lessons with a socket of their own, with the package `cryptography`, with figures, with buttons and with menus."""
ENOUGH = 0.95
"""Of the cells that paint no figure so many show the same, byte by byte."""
IN_MEMORY = "a line in memory knows at once that no answer comes, where a socket waits"
DIFFERENT = {
    ("00", 0): "it lists what is installed: a page has no matplotlib",
    ("00", 7): "the map of the course stands on the first page of the book",
    ("18", 8): IN_MEMORY,
    ("19", 8): IN_MEMORY,
    ("29", 7): "it starts a program, which a page cannot, and says so in a sentence",
}
"""The cells that show something else in a page, by lesson and place, and why."""


class Lesson:
    """One lesson: its saved cells, its views from CPython, and what Pyodide told of both."""

    def __init__(self, name: str, told: dict[str, Any]) -> None:
        self.number, self.told, self.views = name[:2], told, lesson_views()[name]
        self.saved = [cell for cell in notebooks()[name].cells if cell.cell_type == "code"]
        assert len(self.saved) == len(told["cells"])

    def different(self) -> list[tuple[str, int]]:
        """The cells that show something else, those apart that paint a figure."""
        tables = iter([str(view["html"]) for view in self.views])
        pairs = [(played(cell["outputs"], tables), cell["ok"]) for cell in self.told["cells"]]
        return [(self.number, at) for at, (there, (here, ok)) in enumerate(zip(self.saved, pairs, strict=True))
                if not painted(there) and not (ok and saved(there) == here)]  # fmt: skip

    def check_views(self) -> None:
        """Every view shows first, and after a message, what CPython gave; so does what a page carries of it."""
        shown = [(at, output) for at, cell in enumerate(self.told["cells"])
                 for output in cell["outputs"] if output["kind"] == "view"]  # fmt: skip
        assert [(at, each["view"]) for at, each in shown] == [(view["cell"], view["kind"]) for view in self.views]
        for (at, output), view in zip(shown, self.views, strict=True):
            first, after = json.loads(output["traits"]), still(view["after"])
            assert still(first) == still(view["traits"]), view["id"]
            assert still({**first, **self.told["after"][str(at)].get("traits", {})}) == after, view["id"]
            if "cells" in view:
                made = self.told["carried"][view["id"]]
                assert still(made["traits"]) == still(view["traits"]), view["id"]
                assert still({**made["traits"], **made["after"]["traits"]}) == after, view["id"]


def in_pyodide(play: Play, wanted: Sequence[str] = (), limit: int = 300) -> list[Lesson]:
    """Those lessons, or all, played once by one Pyodide."""
    names = [name for name in notebooks() if not wanted or name[:2] in wanted]
    cells = {name: sources(notebooks()[name]) for name in names}
    lines = play(program(cells, lesson_views()), limit=limit).splitlines()
    return [Lesson(name, json.loads(line)) for name, line in zip(names, lines, strict=True)]


@pytest.fixture(scope="module")
def a_few(play: Play) -> list[Lesson]:
    return in_pyodide(play, A_FEW)


def test_what_a_page_shows_first_is_what_pyodide_gives(a_few: list[Lesson]) -> None:
    assert sum(len(lesson.views) for lesson in a_few) > 12
    for lesson in a_few:
        lesson.check_views()


def test_cells_show_what_the_notebook_shows_but_for_those_that_are_listed(a_few: list[Lesson]) -> None:
    found = [cell for lesson in a_few for cell in lesson.different()]
    assert found == [cell for cell in DIFFERENT if cell[0] in A_FEW]


def test_the_listed_cells_are_few() -> None:
    counted = [cell for notebook in notebooks().values() for cell in notebook.cells
               if cell.cell_type == "code" and not painted(cell)]  # fmt: skip
    assert len(DIFFERENT) <= (1 - ENOUGH) * len(counted)
    assert all(reason for reason in DIFFERENT.values())
