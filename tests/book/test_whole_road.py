"""Every cell of the short road in the pages of the book: for the night, since it takes minutes."""

from __future__ import annotations

from collections.abc import Callable

from test_cells import Lesson, lesson
from test_short_road import walk

__all__ = ["lesson"]


def test_every_cell_of_the_short_road_runs_in_the_page(lesson: Callable[..., Lesson]) -> None:
    walk(lesson, every_cell=True)
