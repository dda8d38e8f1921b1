"""A lesson played as a page plays it, cell after cell, and what the saved notebook and the embedded views say of it.

Whatever is told here is JSON, so that another Python, Pyodide, can tell it of the same lesson.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbformat import NotebookNode

TRIAL = {"serial": 1, "do": "show"}
PROGRAM = '''
import json, sys
sys.path[:0] = ["/course"]
from mtlib.lab.book import Book, stand_in, traits

stand_in()


def play(lesson):
    """Every cell once; every view before a message and after one; and what the cells give that a page carries."""
    book, cells, after = Book(), [], {}

    def ask(**question):
        return json.loads(book.answer(json.dumps(question)))

    for at, source in enumerate(lesson["cells"]):
        cells.append(ask(ask="cell", lesson=lesson["name"], source=source, at=at, id=f"{at}"))
        for view in [each for each in cells[-1]["outputs"] if each["kind"] == "view"]:
            after[at] = ask(ask="view", id=view["id"], cells=[], message=TRIAL) if view["view"] != "views" else {}
    carried = {}
    for id, made in lesson["carried"].items():
        first = traits(book._made(made).widget)
        carried[id] = {"traits": first, "after": ask(ask="view", id=id, cells=made, message=TRIAL)}
    return {"cells": cells, "after": after, "carried": carried}


for lesson in json.loads(LESSONS):
    print(json.dumps(play(lesson)))
'''  # fmt: skip


def program(lessons: Mapping[str, Sequence[str]], views: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """A program that plays these lessons and tells of each in a line."""
    carried = {name: {view["id"]: view["cells"] for view in views[name] if "cells" in view} for name in lessons}
    told = [{"name": name, "cells": cells, "carried": carried[name]} for name, cells in lessons.items()]
    return f"LESSONS = {json.dumps(told)!r}\nTRIAL = {TRIAL!r}\n{PROGRAM}"


Shown = tuple[str, list[tuple[str, str]]]
"""What a cell shows: all of its text, and the rest in its order. How the two mingle is another each time a notebook is
saved."""


def saved(cell: NotebookNode) -> Shown:
    """What a cell of a saved notebook shows."""
    text, rest = "", []
    for output in cell.outputs:
        data = output.get("data", {})
        if output.output_type == "stream":
            text += output.text
        elif "image/png" in data:
            rest.append(("figure", ""))
        elif "text/html" in data:
            rest.append(("html", data["text/html"]))
        else:
            text += f"{data.get('text/plain', output)}\n"
    return text, rest


def played(outputs: Sequence[Mapping[str, str]], tables: Iterator[str]) -> Shown:
    """The same of a cell that a page played. `tables` are those of the lesson's views, in their order: they stand in a
    saved notebook in their place."""
    text, rest = "", []
    for output in outputs:
        if output["kind"] == "text":
            text += output["text"]
        elif output["kind"] == "view":
            rest.append(("html", next(tables)))
        else:
            rest.append((output["kind"], output.get("html", "")))
    return text, rest


def painted(cell: NotebookNode) -> bool:
    """Whether a cell of a saved notebook shows what matplotlib painted."""
    return any("image/png" in repr(output.get("data", {})) for output in cell.outputs)
