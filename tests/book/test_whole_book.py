"""The whole book, for the night: every lesson played by Pyodide, and every page touched in Chromium."""

from __future__ import annotations

from conftest import Play
from test_lessons import DIFFERENT, in_pyodide

TIME_LIMIT = 40 * 60
"""Seconds for all lessons in one Pyodide; a quiet machine takes a fourth of it."""


def test_every_lesson_in_pyodide(play: Play) -> None:
    """What each view shows first, before and after a message, and all cells but those that are listed."""
    found = []
    for lesson in in_pyodide(play, limit=TIME_LIMIT):
        lesson.check_views()
        found += lesson.different()
    assert found == list(DIFFERENT)
