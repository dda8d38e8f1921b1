"""The set-up check of the first lesson: the same sentences wherever everything works, and a way out where not."""

from __future__ import annotations

import pytest

from mtlib.errors import LocalError
from mtlib.lab import checkup, readiness


def test_here_everything_works() -> None:
    lines = checkup().splitlines()
    assert len(lines) == 2 + len(readiness.NEEDED)
    assert all(line.startswith("yes  ") for line in lines)


def test_what_is_missing_comes_with_a_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}")

    def closed() -> bool:
        raise LocalError("cannot listen here")

    monkeypatch.setattr(readiness, "import_module", missing)
    monkeypatch.setattr(readiness, "_dc_starts", closed)
    shown = checkup()
    assert "no   anywidget: No module named 'anywidget'; ./run sets it up" in shown
    assert "no   a data centre starts: cannot listen here" in shown
