"""Plain `pytest`, from the root: the unit tests, and every lesson played again against its saved outputs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# They need more than Python: `./run test` says what, and runs each on its own. So does naming the folder.
APART = ("tests/book", "tests/browser", "tests/hub", "tests/node", "tests/peers")
collect_ignore = [*APART, "tests/solutions", "tests/tools"]

CELL_SECONDS = 60
SAME = Path(__file__).parent / "tests" / "nbval.cfg"
"""What nbval takes as equal: pictures within HTML, since it does not compare pictures elsewhere."""


def pytest_configure(config: pytest.Config) -> None:
    """nbval on, in the environment that runs the tests, and a limit for a cell (its own is half an hour)."""
    os.environ["MTLIB_MY_BIND"] = ""  # a reader's own functions would change what the lessons print
    config.option.nbval = True
    config.option.nbval_current_env = True
    config.option.nbval_cell_timeout = CELL_SECONDS
    config.option.nbval_sanitize_with = str(SAME)
    if getattr(config.option, "dist", "no") == "load":
        # A lesson is one kernel: pytest-xdist, where somebody has it, must not spread its cells over workers.
        config.option.dist = "loadfile"
