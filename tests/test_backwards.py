"""A reader goes back: after the end of a lesson every cell runs again, in any order, without a traceback."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from test_notebooks import FOLDER, LESSONS

SECONDS = 60


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_cell_runs_again_after_the_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTLIB_MY_BIND", "")
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    assert list(asyncio.run(_troubles(path))) == []


async def _troubles(path: Path) -> Iterator[str]:
    """What went wrong, by cell, from the last one back to the first."""
    notebook = nbformat.read(path, as_version=4)
    code = [at for at, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    client = NotebookClient(notebook, timeout=SECONDS, resources={"metadata": {"path": str(FOLDER)}})
    found: list[str] = []
    async with client.async_setup_kernel():
        for at in [*code, *reversed(code)]:
            try:
                await client.async_execute_cell(notebook.cells[at], at)
            except CellExecutionError as error:
                found.append(f"cell {at}: {error.ename}: {error.evalue}")
    return iter(found)
