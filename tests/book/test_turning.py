"""From page to page with one Python, in a real Chromium: links, back and forward, and where no page can be had."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from test_book import type_over

from conftest import LESSON, LINK, STARTS, Reader

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")
expect = sync_api.expect

SECOND, THIRD = "01_why_a_temporary_key", "02_every_byte_has_a_name"


@pytest.fixture
def running(reader: Callable[..., Reader]) -> Reader:
    """On the first lesson, and Python runs."""
    lesson = reader()
    page = lesson.open(LESSON)
    page.evaluate("book.python.start()")
    expect(page.locator("#book-status")).to_have_text("Python runs in this page.", timeout=STARTS)
    return lesson


def test_one_python_serves_one_page_after_the_other(reader: Callable[..., Reader]) -> None:
    lesson = reader()
    page = lesson.open(LESSON)
    type_over(page)
    lesson.settled()
    loaded = [url for url in lesson.asked if "/python/" in url]
    lives = page.evaluate("book.python.life")

    def turned(name: str) -> None:
        page.wait_for_url(f"**/{name}.html")
        page.wait_for_selector("html[data-live]", state="attached", timeout=STARTS)
        expect(page.locator("#book-status")).to_have_text("Python runs in this page.")
        expect(page.locator("main")).to_be_focused()

    page.get_by_role("link", name=re.compile("^On: ")).first.click()
    turned("01_why_a_temporary_key")
    asked = page.locator(".mtlib-predict").first
    asked.get_by_role("button", name="Show me").click()
    expect(asked.locator(".said")).to_contain_text("This was measured", timeout=STARTS)
    page.go_back()
    turned(LESSON)
    expect(page.locator(".mtlib-inspector .answer").first).to_have_text("boolTrue")
    type_over(page)
    lesson.settled()
    assert lesson.states(lesson.inspector())["undos"] == 1, "what was changed went with the page"
    assert page.evaluate("book.python.life") == lives
    assert [url for url in lesson.asked if "/python/" in url] == loaded


def test_paper_is_opened_as_a_page_of_its_own(reader: Callable[..., Reader]) -> None:
    lesson = reader()
    page = lesson.open(LESSON)
    type_over(page)
    lesson.settled()
    page.evaluate("document.querySelector('nav a').href = 'sheet_bytes.html'")
    page.locator("nav a").first.click()
    page.wait_for_url("**/sheet_bytes.html")
    assert page.evaluate("typeof book") == "undefined"


def test_back_twice_in_a_hurry_leads_back_two_pages(running: Reader) -> None:
    page = running.page
    running.turn(SECOND)
    running.turn(THIRD)
    held: list[Any] = []
    page.route(f"**/{SECOND}.html", lambda route: held.append(route))
    page.evaluate("history.back()")
    page.wait_for_url(f"**/{SECOND}.html")
    page.evaluate("history.back()")
    page.wait_for_url(f"**/{LESSON}.html")
    for route in held:
        route.continue_()
    expect(page).to_have_title("00 Start here")
    page.wait_for_timeout(500)
    assert page.url.endswith(f"/{LESSON}.html") and page.title() == "00 Start here"
    page.unroute(f"**/{SECOND}.html")
    page.evaluate("history.go(2)")
    expect(page).to_have_title("02 Every byte has a name")
    assert page.evaluate("book.python.life") == 1


def test_back_leads_to_the_place_from_which_the_reader_went_on(running: Reader) -> None:
    page = running.page
    page.evaluate("scrollTo(0, 2000)")
    running.turn(SECOND)
    assert page.evaluate("scrollY") == 0
    page.go_back()
    expect(page).to_have_title("00 Start here")
    expect(page.locator("main")).to_be_focused()
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") == 2000


def test_back_does_not_wait_for_a_cell_that_runs(running: Reader) -> None:
    page = running.turn(SECOND)
    page.evaluate("void book.python.ask({ ask: 'cell', lesson: '', at: 0, id: '1', source: 'while True: pass' })")
    page.go_back()
    expect(page).to_have_title("00 Start here")
    page.wait_for_selector("html[data-live]", state="attached", timeout=STARTS)
    assert page.evaluate("book.python.worker") is None


def test_without_a_connection_the_page_stays_and_says_so(running: Reader) -> None:
    page = running.turn(SECOND)
    running.context.set_offline(True)
    page.evaluate(LINK, THIRD)
    expect(page.locator("#book-status")).to_contain_text("That page cannot be loaded. Is there a connection?")
    assert page.url.endswith(f"/{SECOND}.html")
    page.go_back()  # to what the browser still has
    expect(page).to_have_title("00 Start here")
    expect(page.locator("main")).to_be_focused()
    type_over(page)
    running.settled()
    expect(page.locator(".mtlib-inspector .answer").first).to_have_text("400 ENCRYPTED_MESSAGE_INVALID")


def test_a_place_that_no_browser_reads_is_the_top_of_its_page(running: Reader) -> None:
    page = running.page
    page.evaluate("scrollTo(0, 2000)")
    page.evaluate(LINK.replace(".html", ".html#%zz"), SECOND)
    expect(page).to_have_title("01 Why a temporary key")
    expect(page.locator("main")).to_be_focused()
    assert page.evaluate("scrollY") == 0
