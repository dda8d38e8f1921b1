"""The whole book, for the night: every lesson played by Pyodide, and every page looked at in Chromium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from test_book import violations

from conftest import Play, Reader, Site
from test_lessons import DIFFERENT, in_pyodide

TIME_LIMIT = 40 * 60
"""Seconds for all lessons in one Pyodide; a quiet machine takes a fourth of it."""
NARROW = 320
"""Pixels: a small phone, or 1280 at 400 %."""


def test_every_lesson_in_pyodide(play: Play) -> None:
    """What each view shows first, before and after a message, and all cells but those that are listed."""
    found = []
    for lesson in in_pyodide(play, limit=TIME_LIMIT):
        lesson.check_views()
        found += lesson.different()
    assert found == list(DIFFERENT)


@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_page_is_for_everybody(reader: Callable[..., Reader], site: Site, axe: Path, look: str) -> None:
    """axe finds nothing, nothing is cut, and the browser complains of nothing."""
    looking = reader(color_scheme=look, bypass_csp=True)
    said: list[str] = []
    looking.page.on("console", lambda told: said.append(f"{told.type}: {told.text}"))
    found = []
    for path in sorted(site.folder.glob("*.html")):
        page = looking.open(path.stem)
        found += [(path.stem, *each) for each in violations(page, axe)]
        page.set_viewport_size({"width": NARROW, "height": 640})
        found += [(path.stem, "cut")] * (page.evaluate("document.scrollingElement.scrollWidth") > NARROW)
        page.set_viewport_size({"width": 1200, "height": 1000})
        found += [(path.stem, said.pop()) for _ in [*said]]
    assert found == []
