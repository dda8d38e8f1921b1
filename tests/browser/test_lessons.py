"""Every lesson as a reader has it: opened in JupyterLab, run from top to bottom, and its exercises solved by typing.

The lessons share one JupyterLab and one `my_bind.py`, in the order of their numbers, as on a reader's machine. So the
functions that are typed into lessons 11 to 16 are what the last test builds the packet with.
"""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter import ARTEFACTS, ROOT, Lab
from playwright.sync_api import Locator, expect

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PACKET = "16_carried_by_the_temporary_key.ipynb"
TYPED = "ige_encrypt", "schedule_v1", "msg_key_v2", "schedule_v2", "inner", "seal", "request", "packet"
TAG = "exercise:"
VERDICTS = ("right", "almost", "not yet")
OUTPUT = ".jp-OutputArea-output"
WIDGET = "application/vnd.jupyter.widget-view+json"
SOURCES = """() => window.jupyterapp.shell.currentWidget.content.widgets.map(({ model }) => ({
  code: model.type === 'code',
  source: model.sharedModel.getSource(),
  tags: model.getMetadata('tags') ?? [],
}))"""
COUNT = "at => window.jupyterapp.shell.currentWidget.content.widgets[at].model.executionCount ?? 0"
ACTIVATE = """at => {
  const { content } = window.jupyterapp.shell.currentWidget;
  content.deselectAll();
  content.activeCellIndex = at;
}"""
SHOW = "at => void window.jupyterapp.shell.currentWidget.content.scrollToItem(at)"
"""A cell far out of sight is not drawn."""
EMPTY = """(outputs) => outputs.filter((each) => {
  const { width, height } = each.getBoundingClientRect();
  return width < 100 || height < 20 || !each.innerText.trim();
}).length"""
UNSEEN = "images => images.filter(each => !(each.complete && each.naturalWidth > 100)).length"
UNTOLD = """images => images.filter((each) => {
  const below = each.closest('.jp-OutputArea-child').nextElementSibling;
  return !each.alt.trim() && !below?.querySelector('details p')?.textContent.trim();
}).length"""
"""JupyterLab gives a picture no alternative text, so the words of each figure stand in the output below it."""


class Lesson:
    """A lesson in JupyterLab, its cells by number."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.page = lab, lab.page
        self.cells: list[dict[str, Any]] = self.page.evaluate(SOURCES)

    def exercises(self) -> dict[str, int]:
        """The names of the exercises, and where the answer goes."""
        tags = ((at, tag) for at, cell in enumerate(self.cells) for tag in cell["tags"])
        return {tag.removeprefix(TAG): at for at, tag in tags if tag.startswith(TAG)}

    def checker(self, answer: int) -> int:
        """The cell that checks an answer: its own, or the first one below it that does."""
        below = enumerate(self.cells[answer:], answer)
        return next(at for at, cell in below if cell["code"] and "check(" in cell["source"])

    def cell(self, at: int) -> Locator:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(at)

    def answered(self, name: str, at: int) -> str:
        """What a cell is when it is solved: the solution in the place of the answer, and the check below it."""
        _, check, rest = self.cells[at]["source"].partition(f'check("{name}"')
        return solution(name) + (f"\n\n{check}{rest}" if check else "")

    def type(self, at: int, text: str) -> None:
        """Put the text into a cell by the keyboard, in the place of what stands there."""
        self.cell(at).scroll_into_view_if_needed()
        self.cell(at).locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text.rstrip())

    def run(self, at: int) -> None:
        before = max(self.page.evaluate(COUNT, each) for each, cell in enumerate(self.cells) if cell["code"])
        self.page.evaluate(ACTIVATE, at)
        self.lab.command("notebook:run-cell")
        self.page.wait_for_function(f"([at, before]) => ({COUNT})(at) > before", arg=[at, before])

    def said(self, at: int) -> Locator:
        return self.cell(at).locator(OUTPUT)


@pytest.fixture(scope="module")
def page(browser: Any, address: str) -> Iterator[Lab]:
    """One page for all lessons, as a reader has it who opens one after the other."""
    opened = Lab(browser, address)
    opened.open("widgets.ipynb")
    opened.put_away()
    yield opened
    opened.page.close()


@pytest.fixture
def lesson(request: pytest.FixtureRequest, page: Lab) -> Iterator[Lesson]:
    page.turn_to(request.param)
    try:
        page.run_all()
        page.command("notebook:expand-all-headings")  # what is more to try is folded
        yield Lesson(page)
    finally:
        page.put_away()


def solution(name: str) -> str:
    return str(runpy.run_path(str(ROOT / "tests" / "solutions" / f"{name}.py"))["SOLUTION"])


def picture(lesson: Lesson, name: str) -> None:
    """The whole lesson: the window grows to it, since JupyterLab scrolls inside of itself."""
    panel = lesson.page.locator(".jp-NotebookPanel .jp-WindowedPanel-outer")
    for height in (1500, 16_000):  # cells out of sight are measured when they were seen once
        lesson.page.set_viewport_size({"width": 1200, "height": height})
        lesson.page.wait_for_timeout(400)
    last = lesson.page.locator(".jp-Notebook .jp-Cell").last.bounding_box() or {"y": 0, "height": 15_900}
    top = panel.evaluate("e => e.scrollTop")
    tall = round(top + last["y"] + last["height"]) + 60
    lesson.page.set_viewport_size({"width": 1200, "height": min(16_000, tall)})
    panel.evaluate("e => { e.scrollTop = 0; }")
    lesson.page.wait_for_timeout(400)
    ARTEFACTS.mkdir(exist_ok=True)
    lesson.page.screenshot(path=ARTEFACTS / f"{name}.png")
    lesson.page.set_viewport_size({"width": 1440, "height": 1500})


@pytest.mark.parametrize("lesson", [path.name for path in LESSONS], ids=lambda name: name[:2], indirect=True)
def test_a_lesson_runs_and_its_exercises_are_solved_by_typing(lesson: Lesson, request: pytest.FixtureRequest) -> None:
    page = lesson.page
    for kind in ("application/vnd.jupyter.error", "application/vnd.jupyter.stderr"):
        assert page.locator(f'[data-mime-type="{kind}"]').all_inner_texts() == []
    drawn = page.locator(f'{OUTPUT} [data-mime-type="{WIDGET}"], {OUTPUT}[data-mime-type="{WIDGET}"]')
    expect(page.locator(".mtlib-view:empty, .mtlib-inspector:empty")).to_have_count(0)
    assert drawn.evaluate_all(EMPTY) == 0
    figures = page.locator(f"{OUTPUT} img")
    assert figures.evaluate_all(UNSEEN) == 0
    assert figures.evaluate_all(UNTOLD) == 0
    picture(lesson, f"opened-{request.node.callspec.id}")

    exercises = lesson.exercises()
    assert exercises
    for name, at in exercises.items():
        lesson.type(at, lesson.answered(name, at))
        for each in dict.fromkeys((at, lesson.checker(at))):
            lesson.run(each)
    for at in {lesson.checker(at) for at in exercises.values()}:
        page.evaluate(SHOW, at)
        expect(lesson.said(at).first).to_be_visible()
        texts = map(str.strip, lesson.said(at).all_text_contents())  # inner texts are empty while JupyterLab scrolls
        boxes = [text for text in texts if text.split(":")[0] in VERDICTS]
        assert boxes
        assert [text for text in boxes if not text.startswith("right:")] == []
    page.screenshot(path=ARTEFACTS / f"opened-{request.node.callspec.id}-solved.png")

    assert lesson.lab.errors == []
    assert lesson.lab.outside == []


@pytest.mark.parametrize("lesson", [PACKET], ids=["16"], indirect=True)
def test_what_was_typed_builds_the_packet_without_mtlib(lesson: Lesson, folder: Path) -> None:
    said = " ".join(lesson.page.locator(OUTPUT).all_inner_texts())
    mine = folder / "notebooks" / "my_bind.py"
    kept = mine.read_text(encoding="utf-8") if mine.exists() else ""
    if not all(f"def {name}(" in kept for name in TYPED):
        pytest.skip("lessons 11 to 16 have to be run with this one")
    assert "the same as the library's: True" in said
