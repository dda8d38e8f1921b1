"""What each view of the lessons shows at first, and the cells of the lesson that make it: played as a page plays them.

A view needs few of the cells before it. Which ones is read off the names. What was measured for a prediction, and
short plain values, are carried in the place of the cells that made them: some of those take minutes in a browser.
"""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from mtlib.lab.book_cells import uses

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "views.json"
"""What was found last time, under a hash of everything that it depends on."""
TIME_LIMIT = 600
PLAY = """
import sys
sys.platform = "emscripten"  # no sockets: a port would be another one each time, and stand in what is sent
from mtlib.lab.book import Book, stand_in
stand_in()
book = Book()
for line in sys.stdin:
    print(book.answer(line), flush=True)
"""


class Player:
    """A Python that has a notebook's packages as little as a page has them. `ask` is `Book.answer`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", PLAY], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, **question: Any) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("no pipes")
        print(json.dumps(question), file=stdin, flush=True)
        answer: dict[str, Any] = json.loads(stdout.readline())
        return answer

    def __enter__(self) -> Player:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def needed(cells: Sequence[str], at: int, plain: Sequence[Mapping[str, str]]) -> list[str]:
    """The cells that the names of cell `at` lead back to, and that cell. Where a name had a plain value (`plain`: by
    cell, before it), that stands before the cell that reads it, and what made it is left out; of a cell that only its
    imports are wanted of, they alone stand there."""
    chosen: list[str] = []
    wanted: set[str] = set()
    for number in reversed(range(at + 1)):
        if number == at or uses(cells[number]).gives & wanted:
            source = cells[number] if number == at else imported(cells[number], wanted)
            cell = uses(source)
            given = {name: plain[number][name] for name in sorted(cell.needs) if name in plain[number]}
            values = "".join(f"{name} = {value}\n" for name, value in given.items())
            chosen.append(values + source)
            wanted = (wanted - cell.gives) | (cell.needs - given.keys())
    return chosen[::-1]


def imported(source: str, wanted: set[str]) -> str:
    """A cell; where nothing is wanted of it but names that it imports, lines that import these and no more."""
    cell = uses(source)
    if wanted & {*cell.variables, *cell.inside}:
        return source
    imports = [each for each in ast.parse(source).body if isinstance(each, (ast.Import, ast.ImportFrom))]
    for each in imports:
        each.names = [name for name in each.names if (name.asname or name.name.partition(".")[0]) in wanted]
    return "\n".join(ast.unparse(each) for each in imports if each.names)


def views_of(cells: Sequence[str], id: str, player: Player) -> list[dict[str, Any]]:
    """The views of one lesson, in their order: `id`, `cell`, `kind`, `traits`, `html`, `cells`
    where it can be asked something, and `after` a trial.
    The lesson is played once; that the cells of a view give the same is for a test."""
    found = player.ask(ask="first", cells=cells, reads=[sorted(uses(cell).needs) for cell in cells])
    for number, view in enumerate(found["views"], 1):
        view["id"] = f"view-{id}-{number}"
        alone = view.pop("alone", None)
        if view["kind"] != "views":  # these are shown, and ask nothing
            view["cells"] = [alone] if alone else needed(cells, view["cell"], found["plain"])
    return list(found["views"])


def still(told: Any) -> Any:
    """The same without the numbers of wishes to take bytes into view, which count on as long as a Python lives."""
    if isinstance(told, Mapping):
        return {name: still(value) for name, value in told.items() if name != "turn"}
    return [still(each) for each in told] if isinstance(told, list) else told


def all_views(lessons: Mapping[str, Sequence[str]]) -> dict[str, list[dict[str, Any]]]:
    """The views of every lesson by its name, from the sources of its cells; kept until something changes."""
    stamp = _stamp(lessons)
    if KEPT.exists():
        kept = json.loads(KEPT.read_text(encoding="utf-8"))
        if kept["stamp"] == stamp:
            found: dict[str, list[dict[str, Any]]] = kept["views"]
            return found

    def play(name: str) -> list[dict[str, Any]]:
        with Player() as player:
            return views_of(lessons[name], name[:2], player)

    with ThreadPoolExecutor(2) as pool:  # the longest first
        order = sorted(lessons, key=lambda name: -len("".join(lessons[name])))
        views = dict(zip(order, pool.map(play, order), strict=True))
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps({"stamp": stamp, "views": views}), encoding="utf-8")
    return views


def _stamp(lessons: Mapping[str, Sequence[str]]) -> str:
    parts = hashlib.sha256(json.dumps([sys.version, lessons]).encode())
    for path in sorted([*(ROOT / "mtlib").rglob("*.py"), *(ROOT / "mtlib").rglob("*.json"), Path(__file__)]):
        parts.update(path.read_bytes())
    return parts.hexdigest()
