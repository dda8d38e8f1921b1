"""Every lesson is played once, in a fresh kernel: what comes out is what was saved, and then a reader goes back.

All of the notebook is compared, its pictures too. After its end every cell runs again, twice, from the last one to the
first, without a traceback: the second time each finds what an earlier one has left behind that ran again before it.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

sys.path.insert(0, str(Path(__file__).parent / "tools"))

import freeze
import lessons

LESSONS = lessons.chosen([])[::-1]
"""The longest are the last ones: these first, so that no core waits for the other in the end."""


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_it_is_what_was_saved_and_every_cell_runs_again(path: Path) -> None:
    assert asyncio.run(troubles(path)) == []


async def troubles(path: Path) -> list[str]:
    """What would change in the lesson; then what went wrong on the way back."""
    async with lessons.played(path) as client:
        found = freeze.changes(path, client.nb)
        for at, cell in 2 * [*enumerate(client.nb.cells)][::-1]:
            try:
                await client.async_execute_cell(cell, at)
            except CellExecutionError as error:
                found.append(f"cell {at} again: {error.ename}: {error.evalue}")
    return found


def test_what_is_wrong_with_a_lesson_is_found(tmp_path: Path) -> None:
    """Another output than the saved one; a cell that does not run twice; one that an earlier one disturbs."""
    path = tmp_path / "00_start_here.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("n = [1]"), new_code_cell("print(n.pop())")]), path)
    assert asyncio.run(freeze.freeze([path], check=False))
    again = "cell 1 again: IndexError: pop from empty list"
    assert asyncio.run(troubles(path)) == [again]
    path.write_text(path.read_text().replace('"1\\n"', '"2\\n"'))
    *changed, last = asyncio.run(troubles(path))
    assert [line.strip() for line in changed[-2:]] == ['-      "2\\n"', '+      "1\\n"']
    assert last == again
    cells = map(new_code_cell, ("m = 1", "m = len", "print(m([]))"))
    nbformat.write(new_notebook(cells=[*cells]), path)
    assert asyncio.run(freeze.freeze([path], check=False))
    assert asyncio.run(troubles(path)) == ["cell 2 again: TypeError: 'int' object is not callable"]
