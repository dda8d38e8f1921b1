"""What becomes of a lesson between opening and reopening: nothing shown that is not so, no file changed by looking."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter import ROOT, Lab, notebook, still
from playwright.sync_api import expect
from test_inspector import Inspector, picture

LESSON = "00_start_here.ipynb"
CONTEXT = "window.jupyterapp.shell.currentWidget.context"


def dirty(lab: Lab) -> bool:
    return bool(lab.page.evaluate(f"() => {CONTEXT}.model.dirty"))


@pytest.fixture(scope="module")
def own(folder: Path) -> str:
    """A lesson of this file's own, which other tests do not open."""
    name = "coming_back.ipynb"
    shutil.copy(ROOT / "notebooks" / LESSON, folder / "notebooks" / name)
    return name


@pytest.fixture(scope="module")
def page(browser: Any, address: str) -> Iterator[Lab]:
    """One page, in which each test opens the lesson anew."""
    found = Lab(browser, address, viewport={"width": 1400, "height": 900})
    found.open("widgets.ipynb")
    found.put_away()
    yield found
    found.page.close()


@pytest.fixture
def lab(page: Lab, own: str) -> Iterator[Lab]:
    page.turn_to(own)
    yield page
    assert page.errors == []
    page.put_away()


def ran(lab: Lab) -> Inspector:
    lab.run_all()
    lab.page.wait_for_selector(".mtlib-inspector .b", timeout=60_000)
    inspector = Inspector(lab.page)
    inspector.root.scroll_into_view_if_needed()
    expect(inspector.spoken).to_contain_text("boolTrue")
    return inspector


def restart(lab: Lab) -> None:
    lab.page.evaluate(f"async () => {{ await {CONTEXT}.sessionContext.session.kernel.restart(); }}")


def test_opening_modifies_nothing(lab: Lab, folder: Path, own: str) -> None:
    lab.page.wait_for_timeout(1000)
    assert not dirty(lab)
    lab.save()
    assert (folder / "notebooks" / own).read_bytes() == (ROOT / "notebooks" / LESSON).read_bytes()


def test_running_and_saving_changes_no_byte_of_a_lesson(lab: Lab, folder: Path, own: str) -> None:
    """All outputs are the same in every run; what JupyterLab adds of its own is left out."""
    ran(lab)
    lab.save()
    assert not dirty(lab)
    assert (folder / "notebooks" / own).read_bytes() == (ROOT / "notebooks" / LESSON).read_bytes()


def test_on_first_sight_the_inside_is_in_view(lab: Lab) -> None:
    """In the usual window, with the file browser open: the inspector from its top on."""
    inspector = ran(lab)
    lab.command("application:toggle-left-area")
    lab.page.wait_for_timeout(500)
    still(lab.page)
    inspector.root.evaluate("e => e.scrollIntoView({ block: 'start' })")
    lab.page.wait_for_timeout(300)
    still(lab.page)
    picture(lab.page, "inspector-first-sight")
    expect(inspector.root.locator(".verdict")).to_be_in_viewport(ratio=0.99)
    expect(inspector.byte("plaintext", 32)).to_be_in_viewport(ratio=0.99)
    expect(inspector.byte("plaintext", 71)).to_be_in_viewport(ratio=0.99)
    lab.command("application:toggle-left-area")


def test_after_a_restart_nothing_is_shown_that_was_not_confirmed(lab: Lab) -> None:
    inspector = ran(lab)
    inspector.byte("message", 100).click()
    before = inspector.byte("message", 100).inner_text()
    restart(lab)
    expect(inspector.root).to_have_class(re.compile("pale"), timeout=20_000)
    inspector.press("x")
    lab.page.wait_for_timeout(500)
    assert inspector.byte("message", 100).inner_text() == before
    expect(inspector.root).to_have_class(re.compile("pale"))
    expect(inspector.root.locator(".said")).to_contain_text("Run this cell")
    picture(lab.page, "inspector-after-a-restart", inspector.root)
    ran(lab)
    expect(inspector.root).not_to_have_class(re.compile("pale"))


def test_reopened_the_table_stands_there_until_the_cell_is_run(browser: Any, lab: Lab, address: str, own: str) -> None:
    ran(lab)
    lab.save()
    lab.put_away()
    again = Lab(browser, address)
    again.open(own)
    expect(again.page.locator(".jp-OutputArea-output table:visible", has_text="perm_auth_key_id").first).to_be_visible()
    assert "model not found" not in again.page.content()
    assert not dirty(again)
    assert again.errors == []
    again.page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    again.page.close()


def test_a_run_that_stops_is_said_at_once(page: Lab, folder: Path) -> None:
    """Or a lesson with a traceback would wait here for two minutes, and say nothing of it."""
    notebook(folder / "notebooks" / "stops.ipynb", ("1 / 0", "2"))
    page.turn_to("stops.ipynb")
    with pytest.raises(AssertionError, match=r"1 cells did not run: .*ZeroDivisionError"):
        page.run_all()
    page.put_away()
