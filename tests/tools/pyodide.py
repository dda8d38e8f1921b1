"""Python for browsers: Pyodide, at the version in tests/book/package-lock.json, fetched by npm at the first use."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PINNED = ROOT / "tests" / "book"
INSTALLED = PINNED / "node_modules" / "pyodide"
FETCH = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
TIME_LIMIT = 300


class NoPyodide(Exception):
    """It is not here, and could not be fetched; the message says why."""


def pyodide() -> Path:
    """The folder with its files, installed if it is not there yet or if another version is written down now."""
    lock, stamp = PINNED / "package-lock.json", PINNED / "node_modules" / ".package-lock.json"
    if stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime:
        return INSTALLED
    npm = shutil.which("npm")
    if npm is None:
        raise NoPyodide("the book carries Python for browsers, which npm fetches: on Debian, apt install nodejs npm")
    try:
        done = subprocess.run(
            [npm, *FETCH], cwd=PINNED, capture_output=True, text=True, timeout=TIME_LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        raise NoPyodide(f"npm did not fetch Pyodide within {TIME_LIMIT} seconds") from None
    if done.returncode:
        raise NoPyodide(f"npm could not fetch Pyodide:\n{done.stderr[-2000:]}")
    stamp.touch()
    return INSTALLED
