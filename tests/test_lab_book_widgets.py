"""Menus and buttons where there is no `ipywidgets`: what a page is told of them, and what a choice in it does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mtlib.lab.book_widgets import HTML, Dropdown, HBox, ToggleButtons, VBox, Widget, widget_of
from mtlib.lab.widgets import UNKNOWN

ROOT = Path(__file__).resolve().parents[1]
PLAY = """
import json, sys
sys.platform = "emscripten"
from mtlib.lab.book import Book, stand_in
stand_in()
book = Book()
for line in sys.stdin:
    print(book.answer(line))
"""


def played(asked: list[Any]) -> list[Any]:
    lines = "".join(f"{json.dumps(each)}\n" for each in asked)
    said = subprocess.run(
        [sys.executable, "-c", PLAY], input=lines, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return list(map(json.loads, said.stdout.splitlines()))


def chosen() -> tuple[VBox, list[Any]]:
    menu = Dropdown(options=[("choose", ...), ("A  one", "A"), ("B  two", "B")], value=..., layout={"width": "46%"})
    menu.tooltip = "1  a question"
    buttons, said = ToggleButtons(options=["here", "there"], value="here", style={}), HTML()
    news: list[Any] = []
    for each in (menu, buttons):
        each.observe(lambda change: news.append(change["new"]), "value")
    said.value = '<div role="status">a &lt; b</div>'
    return VBox([HBox([HTML("<div>1  a question</div>"), menu]), buttons, said]), news


def test_everything_is_told_in_the_order_in_which_it_is_drawn() -> None:
    box, _ = chosen()
    assert json.loads(json.dumps(box.state)) == {"serial": 0, "said": "", "parts": [
        {"kind": "rows", "deep": 0},
        {"kind": "row", "deep": 1},
        {"kind": "text", "deep": 2, "text": "1  a question", "says": False},
        {"kind": "menu", "deep": 2, "label": "1  a question", "options": ["choose", "A  one", "B  two"], "chosen": 0},
        {"kind": "buttons", "deep": 1, "label": "", "options": ["here", "there"], "chosen": 0},
        {"kind": "text", "deep": 1, "text": "a < b", "says": True},
    ]}  # fmt: skip


def test_a_choice_reaches_the_program() -> None:
    box, news = chosen()
    box.hear(box, {"serial": 7, "do": "choose", "part": 3, "option": 2}, [])
    box.hear(box, {"serial": 8, "do": "choose", "part": 4, "option": 0}, [])
    assert news == ["B"]  # the second was chosen already
    assert [part.get("chosen") for part in box.state["parts"]][3:5] == [2, 0] and box.state["serial"] == 8


@pytest.mark.parametrize("message", [
    {"do": "choose", "part": 9, "option": 0}, {"do": "choose", "part": 3, "option": 3}, {"do": "choose"},
    {"do": "choose", "part": -1, "option": 0}, {"do": "choose", "part": 0, "option": 0}, {"do": "fly"}, {},
    {"do": "choose", "part": "x", "option": 0}, {"do": "choose", "part": 3, "option": -1},
])  # fmt: skip
def test_any_other_message_is_answered_with_a_sentence(message: dict[str, Any]) -> None:
    box, news = chosen()
    before = box.state["parts"]
    box.hear(box, {"serial": 1, **message}, [])
    assert box.state == {"serial": 1, "said": UNKNOWN, "parts": before} and news == []


def test_which_values_of_a_cell_are_drawn() -> None:
    box, widget = HBox([]), Widget()

    class Choice:
        pass

    choice = Choice()
    choice.box = box  # type: ignore[attr-defined]
    assert widget_of(widget) is widget and widget_of(choice) is box and box.owner is choice
    assert widget_of("text") is None and widget_of(Choice()) is None


def test_a_check_in_a_page_shows_a_box() -> None:
    cell = "from mtlib.lab import check\ncheck('seqno', ...)"
    (told,) = played([{"ask": "cell", "lesson": "x", "at": 0, "id": "a", "source": cell}])
    assert [(each["kind"], "<b>not yet:</b> seqno" in each["html"]) for each in told["outputs"]] == [("html", True)]


def test_the_choice_of_an_endpoint_and_menus_are_played_as_a_page_plays_them() -> None:
    cells = ["from mtlib import LocalDC\nfrom mtlib.lab import EndpointChoice, Menus\nEndpointChoice(LocalDC())",
             "from mtlib.lab import Menus\nMenus('symptoms')"]  # fmt: skip
    there = {"serial": 1, "do": "choose", "part": 2, "option": 1}
    first = {"serial": 1, "do": "choose", "part": 3, "option": 1}
    asked = [{"ask": "first", "cells": cells},
             {"ask": "view", "id": "a", "cells": cells[:1], "message": there},
             {"ask": "view", "id": "b", "cells": cells[1:], "message": first}]  # fmt: skip
    views, chose, menus = played(asked)
    assert [(view["kind"], "Where do you want" in view["html"]) for view in views["views"]] == [
        ("controls", True), ("controls", False)]  # fmt: skip
    assert chose["traits"]["state"]["parts"][-1]["text"] == "Chosen: Telegram's test DC 2, over the internet."
    before, parts = views["views"][1]["traits"]["state"]["parts"], menus["traits"]["state"]["parts"]
    assert before[-1]["text"].startswith("not yet: still open: 1, 2") and parts[3]["chosen"] == 1
    assert parts[-1]["text"].startswith("almost: ")


def test_a_page_is_told_anew_how_bytes_are_cut_only_when_that_changes() -> None:
    cell = "from mtlib.lab import inspect_bind, sample\ninspect_bind(sample().carried)"
    message = "frame/packet/message"
    writes = [(message, 100), (message, 101), ("frame", 0)]
    asked = [{"ask": "view", "id": "a", "cells": [cell],
              "message": {"serial": serial, "do": "write", "layer": layer, "at": at, "hex": "ff"}}
             for serial, (layer, at) in enumerate(writes)]  # fmt: skip
    told = [answer["traits"] for answer in played(asked)]
    assert [each["state"]["serial"] for each in told] == [0, 1, 2]
    assert [len(each["structure"]["fields"]) for each in told if "structure" in each] == [1]
