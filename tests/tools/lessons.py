"""Plays every lesson without a browser, one line each, and says what the live bind answered.

`./run lessons` plays all, `./run lessons 05 14` those; exit status 0 only if every cell did what it should.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from traitlets.config import Config

from progress import Progress

os.environ["MTLIB_MY_BIND"] = ""  # a reader's own functions would change what the lessons print
ROOT = Path(__file__).resolve().parents[2]
LESSONS = ROOT / "notebooks"
FIRST = "00_start_here"
LIVE_BIND = "live-bind"
CELL_SECONDS = 60
TROUBLE = (CellExecutionError, CellTimeoutError, DeadKernelError)


def chosen(numbers: list[str]) -> list[Path]:
    """The lessons whose names begin with one of these numbers; all of them when none is given."""
    paths = sorted(LESSONS.glob("*.ipynb"))
    unknown = [number for number in numbers if not any(path.name.startswith(number) for path in paths)]
    if unknown or not paths:
        sys.exit(f"There is no lesson {' or '.join(unknown) or 'at all'} in {LESSONS}.")
    return [path for path in paths if not numbers or path.name.startswith(tuple(numbers))]


@asynccontextmanager
async def played(path: Path) -> AsyncIterator[NotebookClient]:
    """A lesson after a run in a fresh kernel, which still stands there; raises one of `TROUBLE` where a cell fails."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=False,
        record_timing=False,
        coalesce_streams=True,
        config=Config({"KernelManager": {"transport_encryption": "auto"}}),
    )
    async with client.async_setup_kernel():
        for at, cell in enumerate(notebook.cells):
            await client.async_execute_cell(cell, at, execution_count=client.code_cells_executed + 1)
        yield client


async def play(path: Path) -> NotebookNode:
    """The notebook as it is after that run."""
    async with played(path) as client:
        return client.nb


async def play_all(paths: list[Path]) -> bool:
    """Two kernels at a time where there are two cores; the lines come in the order of the lessons."""
    lanes = min(2, os.cpu_count() or 1)
    free = asyncio.Semaphore(lanes)

    async def timed(path: Path) -> tuple[NotebookNode | None, str, float]:
        async with free:
            with progress.running(path.stem):
                return await attempt(path)

    async def attempt(path: Path) -> tuple[NotebookNode | None, str, float]:
        begun = time.monotonic()
        try:
            return await play(path), "", time.monotonic() - begun
        except TROUBLE as trouble:
            return None, str(trouble).strip(), time.monotonic() - begun

    well = True
    with Progress("lessons", [path.stem for path in paths], lanes=lanes) as progress:
        for path, task in [(path, asyncio.create_task(timed(path))) for path in paths]:
            notebook, trouble, seconds = await task
            progress.say(f"{path.stem:<40} {'ok' if notebook else 'FAILED':<6} {seconds:5.1f} s")
            if notebook is None:
                progress.say(trouble)
                well = False
            elif path.stem == FIRST:
                answer = live_bind(notebook)
                progress.say(f"  the live bind: {answer}" if answer else "  the live bind did not answer boolTrue")
                well &= bool(answer)
    return well


def live_bind(notebook: NotebookNode) -> str:
    """The line with boolTrue that the cell tagged `live-bind` printed, or nothing."""
    said = [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for cell in notebook.cells
        if LIVE_BIND in cell.metadata.get("tags", [])
        for output in cell.get("outputs", [])
    ]
    lines = "\n".join(said).splitlines()
    return next((line.strip() for line in lines if "boolTrue" in line), "")


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(play_all(chosen(sys.argv[1:]))) else 1)
