"""The two sheets on paper: exactly one page of A4 each, read from what Chromium prints."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from jupyter import ROOT
from playwright.sync_api import Browser

from mtlib.clinic.sheet import SHEETS

sys.path.insert(0, str(ROOT / "tests"))
from test_tools_book import tool

A4 = (595, 842)
"""Points, 72 to the inch."""
SMALLEST = 6.5
"""Points of a letter that can still be read on paper."""
WITHIN_MARGINS = 688
"""Pixels, 96 to the inch: A4 without the 14 mm on either side."""
EVERYTHING = "[...document.querySelectorAll('main *')]"


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_one_page(name: str, browser: Browser, tmp_path: Path) -> None:
    html = tmp_path / "sheet.html"
    html.write_text(tool().sheets()[f"sheet_{name}"], encoding="utf-8")
    page = browser.new_page()
    page.goto(html.as_uri())
    pdf = page.pdf(prefer_css_page_size=True)
    page.emulate_media(media="print")
    sizes = page.evaluate(f"{EVERYTHING}.map(e => parseFloat(getComputedStyle(e).fontSize))")
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    (box,) = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf)
    assert tuple(round(float(side)) for side in box) == A4
    assert min(sizes) * 72 / 96 >= SMALLEST


@pytest.mark.parametrize("name", SHEETS)
def test_it_is_black_on_white(name: str, browser: Browser, tmp_path: Path) -> None:
    html = tmp_path / "sheet.html"
    html.write_text(tool().sheets()[f"sheet_{name}"], encoding="utf-8")
    page = browser.new_page()
    page.goto(html.as_uri())
    page.emulate_media(media="print")
    colours = page.evaluate(f"{EVERYTHING}.map(e => getComputedStyle(e)).map(s => s.color + s.backgroundColor)")
    page.close()
    assert set(colours) == {"rgb(0, 0, 0)rgba(0, 0, 0, 0)"}


def test_a_printed_lesson_fits_the_page(browser: Browser, tmp_path: Path) -> None:
    """What is wider makes a browser print the whole lesson smaller. The rules for a phone are none for paper."""
    book, name = tool(), "16_carried_by_the_temporary_key"
    html = tmp_path / "lesson.html"
    html.write_text(book.page(name, book.body_of(book.notebooks()[name]), printed=True), encoding="utf-8")
    page = browser.new_page(viewport={"width": WITHIN_MARGINS, "height": 1000})
    page.goto(html.as_uri())
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") == WITHIN_MARGINS
    page.close()
