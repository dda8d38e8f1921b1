"""Python for browsers: Pyodide, at the version in tests/book/package-lock.json, fetched by npm at the first use."""

from __future__ import annotations

from pathlib import Path

from npm import packages

PINNED = Path(__file__).resolve().parents[1] / "book"


def pyodide() -> Path:
    """The folder with its files. NotFetched if they are not here and cannot be had."""
    return packages(PINNED) / "pyodide"
