"""Predictions in a real JupyterLab: guessed by mouse and by keyboard, shown, remembered, folded when saved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter import Lab, notebook
from playwright.sync_api import Locator, expect
from test_inspector import picture

NAME = "predictions.ipynb"
FOLDED = "the-measurement-itself"
CELLS = (
    "from mtlib.lab import blocks, choose, cut, number, order, predict, several, text",
    f"def bits():\n    print({FOLDED!r}[::-1][::-1])\n    return 'p2', 'p3'\n"
    "predict('Which plaintext blocks change?', blocks(5, 'p'), bits)",
    "predict('What is the answer?', choose('boolTrue', 'an error'), 'an error', name='chosen')",
    "predict('Which values?', several('nonce', 'msg_id'), ['nonce'], name='several_values')",
    "predict('How many bytes?', number('bytes'), 24, name='counted')",
    "predict('Which name?', text(), 'msg_key', name='named')",
    "predict('In which order?', order('inner', 'envelope', 'seal'), ['envelope', 'inner', 'seal'], name='ordered')",
    "predict('Where does it end?', cut(80), 72, name='where')",
    "predict('And more?', number(), 1, name='further', more=True)",
)
ACTIVATE = """at => {
  const { content } = window.jupyterapp.shell.currentWidget;
  content.deselectAll();
  content.activeCellIndex = at;
}"""
COUNT = "at => window.jupyterapp.shell.currentWidget.content.widgets[at].model.executionCount"
AXE = "async () => (await axe.run('.mtlib-predict')).violations.map(each => [each.id, each.nodes[0].html])"

class Question:
    """One prediction of the notebook, by its cell."""

    def __init__(self, lab: Lab, cell: int) -> None:
        self.lab, self.page, self.cell = lab, lab.page, cell

    @property
    def root(self) -> Locator:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(self.cell).locator(".mtlib-predict")

    @property
    def said(self) -> Locator:
        return self.root.locator(".said")

    @property
    def shown(self) -> Locator:
        return self.root.locator(".shown")

    def button(self, words: str) -> Locator:
        return self.root.get_by_role("button", name=words, exact=True)

    def guess(self) -> None:
        self.button("This is my guess").click()

    def again(self) -> None:
        """As before any guess."""
        self.root.scroll_into_view_if_needed()
        if self.button("Guess again").count():
            self.button("Guess again").click()
        expect(self.button("Show me")).to_be_visible()

    def run(self) -> None:
        before = self.page.evaluate(COUNT, self.cell)
        self.page.evaluate(ACTIVATE, self.cell)
        self.lab.command("notebook:run-cell")
        self.page.wait_for_function(f"([at, before]) => ({COUNT})(at) > before", arg=[self.cell, before])


@pytest.fixture(scope="module")
def asked(browser: Any, address: str, folder: Path) -> Iterator[Lab]:
    notebook(folder / "notebooks" / NAME, CELLS)
    opened = Lab(browser, address)
    opened.open(NAME)
    opened.run_all()
    opened.page.wait_for_selector(".mtlib-more", timeout=30_000)
    yield opened
    opened.page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    opened.page.close()


@pytest.fixture
def question(asked: Lab, request: pytest.FixtureRequest) -> Question:
    found = Question(asked, request.param)
    found.again()
    return found


def of(cell: int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("question", [cell], indirect=True)


@of(1)
def test_blocks_are_guessed_by_mouse_and_nothing_is_there_before(question: Question) -> None:
    expect(question.root).to_contain_text("Which plaintext blocks change?")
    expect(question.root).not_to_contain_text(FOLDED)
    for name in ("p2", "p4"):
        question.root.locator(".mark", has_text=name).click()
    question.guess()
    expect(question.said).to_have_text("They differ: 3 of 5 are as you guessed.")
    expect(question.shown).to_contain_text(FOLDED)
    expect(question.shown.locator("tr").last.locator("td")).to_have_text(
        ["match", "match", "differs", "differs", "match"]
    )
    picture(question.page, "predict", question.root)


@of(1)
def test_nothing_marked_is_a_guess_only_when_it_is_meant(question: Question) -> None:
    question.guess()
    expect(question.said).to_contain_text("If you guess none of them, press again")
    expect(question.root).not_to_contain_text(FOLDED)
    question.guess()
    expect(question.said).to_have_text("They differ: 3 of 5 are as you guessed.")


@of(1)
def test_blocks_are_guessed_by_keyboard_only(question: Question) -> None:
    press = question.page.keyboard.press
    question.root.get_by_role("checkbox").first.focus()
    for key in ("ArrowRight", "Space", "ArrowRight", "Space"):
        press(key)
    for _ in range(4):
        press("Tab")
        if question.page.evaluate("document.activeElement.textContent") == "This is my guess":
            break
    press("Enter")
    expect(question.said).to_have_text("Match: what you guessed is what was measured.")
    expect(question.button("Guess again")).to_be_focused()
    press("Escape")
    press("Escape")
    assert question.page.evaluate("!document.activeElement.closest('.mtlib-predict')")


@of(2)
def test_one_answer_is_chosen_by_keyboard(question: Question) -> None:
    question.root.get_by_role("radio").first.focus()
    for key in ("Space", "ArrowDown", "Enter"):
        question.page.keyboard.press(key)
    expect(question.said).to_contain_text("Match")


@of(4)
def test_a_number_is_typed_and_the_notebook_hears_no_key(question: Question) -> None:
    cells = question.lab.cells()
    question.root.get_by_role("textbox").focus()
    for key in ("d", "d", "b", "a", "Backspace", "Backspace", "Backspace", "Backspace", "2", "4", "Enter"):
        question.page.keyboard.press(key)
    expect(question.said).to_contain_text("Match")
    assert question.lab.cells() == cells


@of(4)
def test_what_is_no_number_is_told(question: Question) -> None:
    question.root.get_by_role("textbox").fill("many")
    question.guess()
    expect(question.said).to_contain_text("is wanted, in digits alone")
    expect(question.root.get_by_role("textbox")).to_have_value("many")


@of(6)
def test_items_are_ordered_by_mouse(question: Question) -> None:
    question.root.get_by_role("button", name="envelope: earlier").click()
    question.guess()
    expect(question.said).to_contain_text("Match")


@of(7)
def test_a_cut_is_placed_by_mouse_and_by_keyboard(question: Question) -> None:
    question.root.locator(".byte").nth(63).click()
    expect(question.root.get_by_role("slider")).to_have_attribute("aria-valuenow", "64")
    question.root.get_by_role("slider").focus()
    question.page.keyboard.press("PageUp")
    question.guess()
    expect(question.said).to_contain_text("Match")


@of(3)
def test_shown_without_a_guess(question: Question) -> None:
    question.button("Show me").click()
    expect(question.said).to_contain_text("There is no guess of yours")
    expect(question.shown).to_contain_text("nonce")
    expect(question.shown).not_to_contain_text("your guess")


def test_more_to_try_is_folded(asked: Lab) -> None:
    more = asked.page.locator(".mtlib-more")
    expect(more.locator(".mtlib-predict")).to_be_hidden()
    more.locator("summary").click()
    expect(more.locator(".mtlib-predict")).to_be_visible()
    more.locator("summary").click()


@pytest.mark.parametrize("colours", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}])
def test_nothing_for_axe_to_complain_about(asked: Lab, axe: Path, colours: dict[str, Any]) -> None:
    page = asked.page
    dark = colours.get("color_scheme") == "dark"
    theme = "JupyterLab Dark" if dark else "JupyterLab Light"
    asked.command("apputils:change-theme", theme=theme)
    page.wait_for_function("dark => document.body.dataset.jpThemeLight === String(!dark)", arg=dark)
    page.emulate_media(**colours)
    page.add_script_tag(path=str(axe))
    for shows in (False, True):
        for cell in range(1, 8):
            question = Question(asked, cell)
            question.again()
            if shows:
                question.button("Show me").click()
                expect(question.shown.locator("table")).to_be_visible()
        found = page.evaluate(AXE)
        assert found == []
    picture(page, f"predict-{'-'.join(colours.values())}")
    page.emulate_media(color_scheme=None, forced_colors=None)
    asked.command("apputils:change-theme", theme="JupyterLab Light")


def test_it_remembers_when_the_cell_runs_again_and_when_the_kernel_is_new(asked: Lab, folder: Path) -> None:
    question = Question(asked, 4)
    question.again()
    question.root.get_by_role("textbox").fill("20")
    question.guess()
    expect(question.said).to_contain_text("They differ")
    question.run()
    expect(question.shown).to_contain_text("20 bytes")
    kept = json.loads((folder / "notebooks" / "my_guesses.json").read_text())
    assert kept["counted"] == 20
    restart = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    asked.page.evaluate(restart)
    expect(question.said).to_contain_text("Run this cell", timeout=30_000)
    asked.run_all()
    expect(question.shown).to_contain_text("20 bytes", timeout=30_000)


def test_saved_and_opened_again_it_has_the_question_and_a_folded_answer(asked: Lab, folder: Path) -> None:
    asked.save()
    path = folder / "notebooks" / NAME
    outputs = json.loads(path.read_text())["cells"][4]["outputs"]
    assert "widget-view" not in str(outputs)
    assert "20 bytes" not in str(outputs)
    asked.page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    asked.open(NAME)
    output = asked.page.locator(".jp-Notebook .jp-Cell").nth(1).locator(".jp-OutputArea-output")
    output.scroll_into_view_if_needed()
    expect(output).to_contain_text("Which plaintext blocks change?")
    expect(output.get_by_text(FOLDED)).to_be_hidden()
    output.locator("summary").click()
    expect(output.get_by_text(FOLDED)).to_be_visible()
    assert asked.errors == [] and asked.outside == []
