"""The first lesson, opened and run as a reader does, and everything that its inspector is for."""

from __future__ import annotations

from typing import Any

import pytest
from jupyter import ROOT, Lab
from playwright.sync_api import expect
from test_inspector import Inspector, picture

LESSON = "00_start_here.ipynb"


@pytest.fixture(scope="module")
def lesson(browser: Any, address: str) -> Any:
    if not (ROOT / "notebooks" / LESSON).exists():
        pytest.skip(f"there is no notebooks/{LESSON} yet")
    opened = Lab(browser, address)
    opened.open(LESSON)
    opened.run_all()
    opened.page.wait_for_selector(".mtlib-inspector .b", timeout=60_000)
    yield opened
    opened.page.close()


def test_a_reader_sees_follows_and_changes_every_byte(lesson: Lab) -> None:
    inspector = Inspector(lesson.page)
    inspector.root.scroll_into_view_if_needed()
    expect(inspector.spoken).to_contain_text("boolTrue")

    inspector.byte("plaintext", 54).hover()
    expect(inspector.root.locator(".b.lit")).to_have_count(24)

    inspector.byte("plaintext", 40).click()
    inspector.press("Enter")
    assert inspector.focus().startswith("byte 48, hex ")
    expect(inspector.detail).to_contain_text("its author drew it")
    inspector.press("Escape")
    assert inspector.focus().startswith("byte 40, hex ")

    inspector.byte("message", 100).click()
    inspector.press("x")
    expect(inspector.spoken).to_contain_text("400 ENCRYPTED_MESSAGE_INVALID")
    picture(lesson.page, "lesson-00")
    inspector.press("Control+z")
    expect(inspector.spoken).to_contain_text("boolTrue")

    inspector.button("as the author").click()
    inspector.byte("message", 44).click()
    inspector.press("0", "7")
    expect(inspector.byte("plaintext", 36)).to_have_text("07")
    expect(inspector.spoken).to_contain_text("boolTrue")


def test_running_it_raised_no_error_in_the_page_and_asked_nobody_outside(lesson: Lab) -> None:
    assert lesson.errors == []
    assert lesson.outside == []
