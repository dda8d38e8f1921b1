"""The first lesson: does everything work here (`checkup()`), and the map of the course (`course_map()`): its lessons
on two roads, what of them is done in this folder, and what comes next.

Titles, questions, exercises and predictions are read from the lessons. Done is a lesson whose predictions are made and
whose exercises are right: functions are kept in my_bind.py, guesses and answers in my_guesses.json. What is more to try
does not count.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from textwrap import shorten, wrap

from mtlib.errors import LocalError, MtError
from mtlib.lab.answers import EXERCISES
from mtlib.lab.guesses import answered, guesses
from mtlib.lab.my_bind import kept
from mtlib.lab.plates.plate import Glyph, Still, line
from mtlib.wire.view import CELL, Cell, escape, html_table

SHORT = ("00", "01", "11", "12", "13", "14", "15", "16", "17", "18")
"""The numbers of the lessons on the short road; the whole course is all of them."""
EXERCISE, MORE = "exercise:", "More to try"
"""The beginning of an exercise's tag; and of a heading above what is not on the main way, which is folded."""
ROW = 10
"""How many lessons a row of the map has: one row for each ten numbers."""
LEFT, TOP, STEP, DOWN, WIDE, HIGH = 14, 16, 74, 146, 65, 112
"""The place of the first box, the distance to the next one, and the size of a box."""


@dataclass(frozen=True)
class Lesson:
    """One lesson: the name of its file, its title and question, and the predictions and exercises in it."""

    stem: str
    title: str
    question: str
    predictions: tuple[str, ...]
    exercises: tuple[str, ...]

    @property
    def number(self) -> str:
        return self.title[:2]

    def done(self, guessed: Collection[str], right: Collection[str]) -> bool:
        """Whether all its predictions and exercises are done."""
        return set(self.predictions) <= set(guessed) and set(self.exercises) <= set(right)


def lessons(folder: Path) -> tuple[Lesson, ...]:
    """The lessons of a folder, in order. Raises LocalError if there is none."""
    found = tuple(_lesson(path) for path in sorted(folder.glob("[0-9][0-9]_*.ipynb")))
    if not found:
        raise LocalError("no lessons in this folder", expected="the folder of the notebooks", where="course_map")
    return found


def _lesson(path: Path) -> Lesson:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        read = [
            (cell["cell_type"] == "code", "".join(cell["source"]), cell["metadata"].get("tags", ())) for cell in cells
        ]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        raise LocalError("no notebook of the course", got=path.name, where="course_map") from None
    prose, predictions, exercises = "", list[str](), list[str]()
    more = False
    for runs, source, tags in read:
        if not runs:
            prose = f"{prose}\n\n{source}"
            more = MORE in source or (more and not re.search("^## ", source, re.M))
            continue
        predictions += _predicted(source)
        named = [tag.removeprefix(EXERCISE) for tag in tags if tag.startswith(EXERCISE) and not more]
        exercises += [name for name in named if name in EXERCISES]
    title, question = re.search(r"^# (.+)$", prose, re.M), re.search(r"Question\.\*\* (.+)$", prose, re.M)
    return Lesson(
        path.stem, title[1] if title else path.stem, re.sub("[`*]", "", question[1]) if question else "",
        tuple(predictions), tuple(exercises),
    )  # fmt: skip


def _predicted(source: str) -> Iterator[str]:
    """The names of the predictions in a cell, without those that are more to try."""
    try:
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    except SyntaxError:  # a reader's own change, or a command of the notebook's
        return
    for call in calls:
        given = {each.arg for each in call.keywords}
        if ast.unparse(call.func) == "predict" and len(call.args) > 2 and "more" not in given:
            yield ast.unparse(call.args[2])


class Course(Still):
    """The map. `guessed` are the names of the predictions made, `right` the names of the exercises done."""

    name, question = "the map of the course", "What is there, and what is next?"

    def __init__(self, lessons: Sequence[Lesson], guessed: Collection[str] = (), right: Collection[str] = ()) -> None:
        self.lessons, self.guessed, self.right = tuple(lessons), frozenset(guessed), frozenset(right)
        self.short = tuple(each for each in self.lessons if each.number in SHORT)
        self.done = tuple(each for each in self.lessons if each.done(self.guessed, self.right))
        self.height = TOP + DOWN * (1 + max(self._place(each)[1] for each in self.lessons)) + 6
        super().__init__()

    @staticmethod
    def _place(lesson: Lesson) -> tuple[int, int]:
        """The column and row of a lesson's box."""
        number = int(lesson.number) if lesson.number.isdigit() else int(lesson.stem[:2])
        return number % ROW, number // ROW

    def next_of(self, road: Sequence[Lesson]) -> Lesson | None:
        """The first lesson of a road that is not done."""
        return next((each for each in road if each not in self.done), None)

    def marks(self) -> Iterator[Glyph]:
        yield from self._road("whole", self.lessons, 38, "dim dash")
        yield from self._road("short", self.short, 62, "thick")
        coming = {self.next_of(self.short), self.next_of(self.lessons)}
        for each in self.lessons:
            column, row = self._place(each)
            x, y = LEFT + STEP * column, TOP + DOWN * row
            look = "derived edge" if each in self.done else "paper chosen" if each in coming else "paper edge"
            title = wrap(shorten(each.title[3:], 46, placeholder=" ..."), 10)
            state = "done" if each in self.done else "next" if each in coming else ""
            yield Glyph(each.number, x, y, WIDE, HIGH, look=look)
            yield Glyph(f"{each.number}-number", x, y + 3, WIDE, 16, each.number, "bold", of=each.number)
            yield Glyph(f"{each.number}-title", x, y + 19, WIDE, 74, "\n".join(title), "small")
            yield Glyph(f"{each.number}-state", x, y + 93, WIDE, 16, state, "bold")
        yield Glyph("legend-short", LEFT, self.height - 14, d=line((0, 0), (30, 0)), look="thick")
        yield Glyph("legend-short-text", LEFT + 36, self.height - 14, text="the short road", look="small left")
        yield Glyph("legend-whole", LEFT + 150, self.height - 14, d=line((0, 0), (30, 0)), look="dim dash")
        yield Glyph("legend-whole-text", LEFT + 186, self.height - 14, text="the whole course", look="small left")

    def _road(self, name: str, road: Sequence[Lesson], height: float, look: str) -> Iterator[Glyph]:
        """A line from box to box. Between two rows it goes down first, and then along below the upper row."""
        for before, after in pairwise(road):
            (c0, r0), (c1, r1) = self._place(before), self._place(after)
            x0, x1 = (LEFT + STEP * column + WIDE / 2 for column in (c0, c1))
            y0, y1 = (TOP + DOWN * row + height for row in (r0, r1))
            below = TOP + DOWN * r0 + HIGH + 17
            way = [(x0, y0), (x1, y1)] if r0 == r1 or c0 == c1 else [(x0, y0), (x0, below), (x1, below), (x1, y1)]
            yield Glyph(f"{name}-{before.number}", d=line(*way), look=look)

    def said(self) -> str:
        roads = (("The short road", self.short), ("The whole course", self.lessons))
        return " ".join(self._stands(name, road) for name, road in roads)

    def _stands(self, name: str, road: Sequence[Lesson]) -> str:
        done, coming = sum(each in self.done for each in road), self.next_of(road)
        return f"{name}: {done} of {len(road)} lessons done{f', next is {coming.title}' if coming else ''}."

    def alt(self) -> str:
        numbers = ", ".join(each.number for each in self.short)
        return (f"A map with a box for each of {len(self.lessons)} lessons. A thick line, the short road, joins "
                f"{numbers}; a dashed line, the whole course, joins all of them. {self.said()}")  # fmt: skip

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "lesson", "short road", "predictions made", "exercises done", "state"
        coming = {self.next_of(self.short), self.next_of(self.lessons)}
        for each in self.lessons:
            made = f"{len(self.guessed.intersection(each.predictions))} of {len(each.predictions)}"
            right = f"{len(self.right.intersection(each.exercises))} of {len(each.exercises)}" if each.exercises else ""
            state = "done" if each in self.done else "next" if each in coming else ""
            yield each.title, "yes" if each in self.short else "", made, right, state

    def html(self) -> str:
        """Picture and sentence, then the same as a table, with titles that link to the lessons, and their questions."""
        picture, _, _ = super().html().partition("<details>")
        head, *rows = self.rows()
        cells = [
            [Cell("", html=f'<a href="{escape(each.stem)}.ipynb">{escape(title)}</a>'), Cell(each.question),
             *map(Cell, rest)]
            for each, (title, *rest) in zip(self.lessons, rows, strict=True)
        ]  # fmt: skip
        heads = [Cell(text, CELL, "th", "col") for text in (head[0], "its question", *head[1:])]
        return picture + html_table(cells, heads)


def course_map(folder: Path | None = None) -> Course:
    """The map of the lessons in a folder (by default the notebook's own), with the reader's progress.

    Raises LocalError if the folder has no lessons.
    """
    guessed = [name for name, guess in guesses().items() if guess is not None]
    return Course(lessons(folder or Path()), guessed, kept() | answered())


# -- Does everything work here? -------------------------------------------------------------------------------------

NEEDED = ("cryptography", "ipywidgets", "anywidget", "matplotlib")


def checkup() -> str:
    """One line for each thing that the lessons need; if it is missing, the line says how to get it. The sentences are
    the same on every machine where all works, so that a saved lesson stays true."""
    lines = [_tried("Python 3.11 or newer", lambda: sys.version_info >= (3, 11), "install a newer Python")]
    lines += [_tried(name, partial(_imports, name), "./run sets it up") for name in NEEDED]
    lines.append(_tried("a data centre starts", _dc_starts, "is a firewall blocking loopback?"))
    return "\n".join(lines)


def _tried(what: str, works: Callable[[], bool], otherwise: str) -> str:
    try:
        fine = works()
    except (ImportError, MtError, OSError) as error:
        if isinstance(error, ImportError) and sys.platform == "emscripten":
            return f"no   {what}: a page does without it"
        return f"no   {what}: {error}; {otherwise}"
    return f"yes  {what}" if fine else f"no   {what}: {otherwise}"


def _imports(name: str) -> bool:
    return bool(import_module(name))


def _dc_starts() -> bool:
    from mtlib.net.server import LocalDC

    with LocalDC() as dc:
        return dc.running
