"""Pyodide for all tests of this folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "tools")]

from pyodide import NoPyodide, pyodide  # noqa: E402

Play = Callable[[str], str]


@pytest.fixture(scope="session")
def play() -> Play:
    """Runs a program in Pyodide under node, and gives what it printed."""
    try:
        pyodide()
    except NoPyodide as lacking:
        pytest.skip(str(lacking))

    def run(program: str) -> str:
        done = subprocess.run(
            ["node", "play.mjs"], cwd=HERE, input=program, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
