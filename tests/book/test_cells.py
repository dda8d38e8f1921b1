"""Cells in the pages of the book, in a real Chromium: run, edited, put back, stopped; the reader's own functions."""

from __future__ import annotations

import base64
import hashlib
import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from conftest import ROOT, STARTS, Reader

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")
expect = sync_api.expect

SEALED, CARRIED = "15_sealed_with_the_permanent_key", "16_carried_by_the_temporary_key"
CHECKS, PAINTED = "17_the_data_centres_checks", "11_aes_ige"
LATE = 120_000
"""Milliseconds for a cell and those above it, also where the machine is busy."""


def solution(name: str) -> str:
    return str(runpy.run_path(str(ROOT / "tests" / "solutions" / f"{name}.py"))["SOLUTION"])


def sources(name: str) -> list[str]:
    cells = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


class Lesson:
    """A page of a lesson, by its cells, which are counted from 0."""

    def __init__(self, reader: Reader, page: Any, name: str) -> None:
        self.reader, self.page, self.name = reader, page, name

    def count(self) -> int:
        return int(self.page.locator("main .code_cell").count())

    def cell(self, at: int) -> Any:
        return self.page.locator("main .code_cell").nth(at)

    def press(self, at: int, name: str) -> None:
        """Press a button of a cell. Where it is folded, as more to try, the heading is clicked first."""
        self.cell(at).evaluate("cell => cell.closest('details:not([open])')?.querySelector('summary').click()")
        self.cell(at).locator(".input").get_by_role("button", name=name).click()

    def run(self, at: int) -> str:
        """Run a cell, and give the text of what it shows."""
        before = int(self.cell(at).get_attribute("data-runs") or 0)
        self.press(at, "Run")
        expect(self.cell(at)).to_have_attribute("data-runs", str(before + 1), timeout=LATE)
        return self.shown(at)

    def shown(self, at: int) -> str:
        found = self.cell(at).locator(".output")
        return str(found.inner_text()) if found.count() else ""

    def said(self, at: int) -> str:
        return str(self.cell(at).locator(".input .said").inner_text())

    def write(self, at: int, text: str) -> None:
        if self.cell(at).locator("textarea").count() == 0:
            self.press(at, "Edit")
        self.cell(at).locator("textarea").fill(text)

    def source(self, at: int) -> str:
        return str(self.page.evaluate("at => book.lesson.cells[at].source", at))

    def answer(self, at: int, name: str) -> str:
        """Type the solution of an exercise in the place of what is to be written, and run the cell."""
        above, check, below = self.source(at).partition(f'check("{name}"')
        kept = "\n".join(line for line in above.splitlines() if re.match(r"from|import|contract|given", line))
        self.write(at, f"{kept}\n\n{solution(name)}\n\n{check}{below}")
        return self.run(at)


@pytest.fixture
def lesson(walking: Reader) -> Callable[..., Lesson]:
    """Opens a lesson, where Python may run from before; with `again` it is loaded anew, for that reader."""

    def make(name: str, again: Reader | None = None) -> Lesson:
        if again:
            return Lesson(again, again.open(name), name)
        return Lesson(walking, walking.turn(name), name)

    return make


# -- Run, edit, reset


def test_every_cell_is_there_as_it_stands_in_the_notebook(lesson: Callable[..., Lesson]) -> None:
    for name in (SEALED, CHECKS):
        opened = lesson(name)
        assert [opened.source(at) for at in range(len(sources(name)))] == [each.rstrip("\n") for each in sources(name)]
        assert opened.page.locator("main .code_cell").count() == len(sources(name))


def test_a_cell_runs_and_those_that_it_needs_run_first(lesson: Callable[..., Lesson]) -> None:
    opened = lesson(SEALED)
    saved = opened.shown(3)
    assert opened.run(3) == saved
    assert opened.said(3) == "Cells 1, 2 and 3 were run first, for this one needs what they make."
    opened.run(1)
    assert opened.said(1) == ""


def test_an_edited_cell_is_grey_until_it_runs_and_is_put_back(lesson: Callable[..., Lesson]) -> None:
    opened = lesson(SEALED)
    saved, wrapper = opened.shown(0), opened.cell(0).locator(".output_wrapper")
    opened.cell(0).locator(".highlight").dblclick()
    expect(opened.cell(0).locator("textarea")).to_be_focused()
    assert wrapper.evaluate("e => getComputedStyle(e).filter") == "none"
    opened.page.keyboard.press("Control+End")
    opened.page.keyboard.type("\nprint('two')\n6 * 7")
    assert "grayscale(1)" in wrapper.evaluate("e => getComputedStyle(e).filter")
    assert opened.said(0) == "What is shown below is from before you edited this cell."
    opened.page.keyboard.press("Shift+Enter")
    expect(opened.cell(0)).to_have_attribute("data-runs", "1", timeout=LATE)
    assert opened.shown(0).split() == ["inner", "40", "bytes,", "sealed", "104", "two", "42"]
    assert wrapper.evaluate("e => getComputedStyle(e).filter") == "none"
    opened.press(0, "Reset")
    assert opened.shown(0) == saved and opened.source(0) == sources(SEALED)[0]


def test_keys_of_the_text_indent_it_and_leave_it(lesson: Callable[..., Lesson]) -> None:
    opened = lesson(SEALED)
    opened.write(0, "")
    opened.page.keyboard.type("if True:\nprint(1)")
    opened.page.keyboard.press("Home")
    opened.page.keyboard.press("Tab")
    assert opened.source(0) == "if True:\n        print(1)"
    opened.page.keyboard.press("Escape")
    expect(opened.cell(0).get_by_role("button", name="Run")).to_be_focused()


def test_a_view_that_a_cell_makes_is_alive_and_knows_what_the_cell_changed(lesson: Callable[..., Lesson]) -> None:
    opened = lesson(SEALED)
    opened.write(2, sources(SEALED)[2].replace("inspect_bind(binding)", "inspect_bind(sample('another').binding)"))
    opened.run(2)
    made = opened.cell(2).locator(".mtlib-inspector")
    expect(made.locator(".answer")).to_have_text("boolTrue")
    before = made.inner_text()
    made.locator("[role=gridcell][aria-label*=nonce]").first.click()
    opened.page.keyboard.press("7")
    opened.reader.settled()
    expect(made.locator(".answer")).to_have_text("400 ENCRYPTED_MESSAGE_INVALID")
    opened.page.evaluate("book.python.worker.terminate()")
    opened.page.keyboard.press("8")
    opened.reader.settled()
    expect(made.locator(".answer")).to_have_text("400 ENCRYPTED_MESSAGE_INVALID")
    assert made.inner_text() != before


def test_a_figure_stays_as_it_was_painted_and_says_so(lesson: Callable[..., Lesson]) -> None:
    opened = lesson(PAINTED)
    picture = opened.cell(3).locator("img").get_attribute("src")
    said = "This picture was painted before, by matplotlib, which is not in this page."
    assert said in opened.run(3) and opened.cell(3).locator("img").get_attribute("src") == picture
    opened.write(0, sources(PAINTED)[0] + "\niv = bytes(32)")
    instead = "matplotlib paints the figures, and it is not in this page. The same in words:"
    assert instead in opened.run(3) and opened.cell(3).locator("img").count() == 0


def test_what_is_typed_stays_until_the_cell_is_put_back(lesson: Callable[..., Lesson]) -> None:
    opened = lesson(SEALED)
    opened.write(0, "half a prog")
    lesson(CHECKS, opened.reader)
    opened = lesson(SEALED, opened.reader)
    assert opened.source(0) == "half a prog" and opened.cell(0).locator("textarea").input_value() == "half a prog"
    assert opened.said(0) == "What is shown below is from before you edited this cell."
    opened.press(0, "Reset")
    assert lesson(SEALED, opened.reader).source(0) == sources(SEALED)[0]
    assert opened.page.evaluate("sessionStorage.length") == 0


KEY = hashlib.shake_128(b"key").digest(256)
HEX = KEY.hex()


FORMS = (
    HEX, HEX[:128], KEY.hex(" "), repr(KEY), str(list(KEY)), ", ".join(map(hex, KEY)), str(int(HEX, 16)),
    base64.b64encode(KEY).decode(), base64.encodebytes(KEY).decode(), "".join(f"\\x{each:02x}" for each in KEY),
    "\n".join(f'    "{HEX[at : at + 32]}"' for at in range(0, 512, 32)),
)  # fmt: skip
"""As which a key may be typed into a cell."""


def test_a_key_that_is_typed_is_not_stored(lesson: Callable[..., Lesson]) -> None:
    opened = lesson(SEALED)
    for form in FORMS:
        opened.write(0, "perm_auth_key = 1")
        assert opened.page.evaluate("sessionStorage.length") == 1
        opened.write(0, f"perm_auth_key = {form}")
        assert opened.page.evaluate("sessionStorage.length") == 0, form


# -- What goes wrong


def test_a_cell_without_end_is_stopped_and_the_ones_above_run_again(lesson: Callable[..., Lesson]) -> None:
    opened = lesson(SEALED)
    opened.run(1)
    opened.page.evaluate("book.limit = 2000")
    opened.write(2, "while True:\n    pass")
    opened.run(2)
    assert opened.said(2).startswith("Still running after 2 seconds, and stopped. Does a loop end?")
    opened.page.evaluate("book.limit = 60000")
    assert "genuine:      True" in opened.run(1)
    assert opened.said(1) == "Cell 1 was run first, for this one needs what it makes."
    opened.press(2, "Run")
    opened.press(2, "Stop")
    expect(opened.cell(2)).to_have_attribute("data-runs", "2", timeout=LATE)
    assert opened.said(2).startswith("Stopped.")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("def f():\n    return 1 / 0\n\nf()", "cell 1, line 4\n----> f()\ncell 1, line 2, in f\n----> return 1 / 0"),
        ("!ls", "“!ls” starts another program, and a page has none. Open the lesson in the notebook for that: ./run."),
        ("import subprocess\nsubprocess.run(['ls'])", "A page cannot start another program."),
        ("import threading\nthreading.Thread(target=print).start()", "A page has no threads."),
        ("import matplotlib.pyplot as plt", "matplotlib is not in this page."),
        ("from mtlib import connect\nconnect('telegram-test')", "there are no sockets here, so no packet leaves"),
    ],
)
def test_what_a_page_cannot_do_is_said(lesson: Callable[..., Lesson], source: str, shown: str) -> None:
    opened = lesson(SEALED)
    opened.write(0, source)
    assert shown in opened.run(0)


def test_a_traceback_through_the_library_is_printed(lesson: Callable[..., Lesson]) -> None:
    opened = lesson(SEALED)
    opened.write(0, "import traceback\nfrom mtlib import AuthKey\ntry:\n    AuthKey(b'')\n"
                    "except Exception:\n    print(traceback.format_exc())")  # fmt: skip
    assert re.search(r'File "mtlib/crypto/\w+\.py", line \d+, in \w+', opened.run(0))


def test_html_of_a_cell_neither_runs_nor_fetches(lesson: Callable[..., Lesson]) -> None:
    opened = lesson(SEALED)
    html = (
        "<b id=kept onclick='document.title=1'>kept</b><script>document.title = 1</script>"
        "<img src=x onerror='document.title=1'>"
        "<a href='javascript:document.title=1'>a</a><p style='background:url(/gone)'>p</p><iframe src=/gone></iframe>"
        "<svg><foreignObject><form><input></form></foreignObject><a href='x'/><use href='#x'/></svg>"
    )
    opened.write(0, f"class A:\n    def _repr_html_(self):\n        return {html!r}\nA()")
    title = opened.page.title()
    assert opened.run(0).split() == ["kepta", "p"]
    output = opened.cell(0).locator(".output_html")
    output.locator("#kept").click()
    assert opened.page.title() == title
    assert not [url for url in opened.reader.asked if url.endswith(("gone", "/x"))]
    every = "e => [...e.querySelectorAll('*')].flatMap(n => [n.localName, ...n.getAttributeNames()])"
    assert set(output.evaluate(every)) <= {"b", "id", "img", "a", "p", "svg"}


# -- my_bind.py


def test_a_function_that_is_kept_is_used_in_the_next_lesson(lesson: Callable[..., Lesson], tmp_path: Path) -> None:
    opened = lesson(SEALED)
    assert "right: seal gives what it should" in opened.answer(6, "seal")
    assert "Kept: seal." in opened.page.locator(".mine").inner_text()
    with opened.page.expect_download() as saved:
        opened.page.get_by_role("button", name="Save my_bind.py as a file").click()
    file = tmp_path / "my_bind.py"
    saved.value.save_as(file)
    assert saved.value.suggested_filename == "my_bind.py" and "def seal(" in file.read_text(encoding="utf-8")
    assert callable(runpy.run_path(str(file))["seal"])
    opened = lesson(SEALED, opened.reader)
    assert "seal: yours, from my_bind.py." in opened.run(8)
    opened = lesson(CARRIED, opened.reader)
    opened.write(0, "from mtlib.lab import mine\nmine('seal')")
    assert "seal: yours, from my_bind.py." in opened.run(0)


def test_a_file_is_brought_and_forgotten(lesson: Callable[..., Lesson]) -> None:
    opened = lesson(CHECKS)
    panel = opened.page.locator(".mine")
    expect(panel).to_contain_text("None is kept so far.")
    mine = b"def same_nonce(request, envelope):\n    return request[12:20] == envelope[36:44]\n"
    bring = panel.get_by_label("Bring one:")
    bring.set_input_files({"name": "my_bind.py", "mimeType": "text/x-python", "buffer": mine})
    expect(panel).to_contain_text("Kept: same_nonce.", timeout=STARTS)
    bring.set_input_files({"name": "my_bind.py", "mimeType": "text/x-python", "buffer": b"def f(:"})
    expect(panel).to_contain_text("This file was not taken. It is no Python as it stands.", timeout=STARTS)
    assert opened.page.evaluate("localStorage.getItem('my_bind.py')") == mine.decode()
    opened.page.on("dialog", lambda dialog: dialog.accept())
    panel.get_by_role("button", name="Forget all of it").click()
    expect(panel).to_contain_text("None is kept so far.")
    assert opened.page.evaluate("localStorage.length") == 0


def test_what_could_be_a_key_is_not_stored(lesson: Callable[..., Lesson]) -> None:
    opened = lesson(CHECKS)
    key = bytes(range(256))
    mine = f"KEY = {key!r}\n\ndef mine_alone():\n    return KEY\n\n"
    opened.write(0, f"from mtlib.lab import keep\n{mine}keep(mine_alone)")
    assert "kept: mine_alone is in my_bind.py." in opened.run(0)
    panel = opened.page.locator(".mine")
    expect(panel).to_contain_text("256 bytes in it that could be a key. It is not stored")
    assert opened.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    opened = lesson(CHECKS, opened.reader)
    expect(opened.page.locator(".mine")).to_contain_text("None is kept so far.")


KEPT = "from mtlib.lab import keep\ndef {0}():\n    return 1\nkeep({0})"
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"


def test_a_browser_that_stores_nothing_says_that_what_is_kept_will_be_gone(
    lesson: Callable[..., Lesson], reader: Callable[..., Reader]
) -> None:
    fresh = reader()
    fresh.page.add_init_script(FULL)
    opened = lesson(CHECKS, fresh)
    opened.write(0, KEPT.format("mine_alone"))
    opened.run(0)
    panel = opened.page.locator(".mine")
    expect(panel).to_contain_text("Kept: mine_alone.")
    said = "or was told to store nothing. It is not stored, and will be gone with this page."
    expect(panel).to_contain_text(said)
    fresh.turn(SEALED)
    expect(opened.page.locator(".mine")).to_contain_text(said)


def test_what_is_kept_in_another_window_is_kept_here(
    lesson: Callable[..., Lesson], reader: Callable[..., Reader]
) -> None:
    first = lesson(CHECKS, reader())
    second = first.reader.context.new_page()
    second.goto(first.page.url)
    expect(second.locator(".mine")).to_contain_text("None is kept so far.")
    first.write(0, KEPT.format("mine_alone"))
    first.run(0)
    expect(second.locator(".mine")).to_contain_text("Kept: mine_alone.")
    expect(second.get_by_role("button", name="Save my_bind.py as a file")).to_be_enabled()
