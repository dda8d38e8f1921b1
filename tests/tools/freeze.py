"""Runs the lessons again and saves their outputs, so that two runs give the same bytes.

`./run freeze` writes, `./run freeze --check` only compares and fails if a lesson would change: that catches
stale outputs which nbval does not look at (pictures, cells that never ran, saved widget state).
"""

from __future__ import annotations

import asyncio
import copy
import hashlib
import re
import sys
from collections import Counter
from difflib import unified_diff
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lessons import TROUBLE, chosen, play
from mtlib.lab.course import MORE
from progress import Progress

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KEPT = ("tags", "jupyter")
WIDTH = 300
"""Characters of a line that is told: a picture is one line."""
PICTURE = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=]+")
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "name": "python", "pygments_lexer": "ipython3"},
}


def frozen(played: NotebookNode) -> str:
    """The notebook as text, less everything that is of this run or this machine only."""
    notebook = copy.deepcopy(played)
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({key: cell.metadata[key] for key in KEPT if key in cell.metadata})
        if cell.cell_type == "markdown" and re.match(f"#+ {MORE}", cell.source):
            cell.metadata["jp-MarkdownHeadingCollapsed"] = True  # JupyterLab hides its cells until a reader opens them
        cell.source = cell.source.rstrip()
        cell.id = _cell_id(cell, seen)
        if cell.cell_type == "code":
            cell.outputs = [kept for kept in map(_output, cell.outputs) if kept is not None]
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip("\n") + "\n"


def _cell_id(cell: NotebookNode, seen: Counter[str]) -> str:
    """From what stands in the cell: the same whoever wrote it, and unmoved by a new cell above."""
    name = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
    seen[name] += 1
    return name if seen[name] == 1 else f"{name}-{seen[name]}"


def _output(output: NotebookNode) -> NotebookNode | None:
    if output.output_type == "error":
        # Frames name files of this machine and differ from Python to Python; the last line is the lesson.
        output.traceback = [f"{output.ename}: {output.evalue}"]
    data = output.get("data", {})
    data.pop(WIDGET_VIEW, None)  # a model that lives only as long as its kernel
    output.get("metadata", {}).pop(WIDGET_VIEW, None)
    return None if "data" in output and not data else output


def comparable(text: str) -> str:
    """What has to be equal on this machine: pictures are alike only on the system that froze them."""
    if sys.platform == "linux":
        return text
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for kind in [kind for kind in output.get("data", {}) if kind.startswith("image/")]:
                output.data[kind] = ""
            if "text/html" in output.get("data", {}):
                output.data["text/html"] = PICTURE.sub("", output.data["text/html"])
    return nbformat.writes(notebook)


def changes(path: Path, played: NotebookNode) -> list[str]:
    """What would change in the saved lesson, line by line; nothing where it is the same."""
    saved, text = comparable(path.read_text(encoding="utf-8")), comparable(frozen(played))
    lines = unified_diff(saved.split("\n"), text.split("\n"), "saved", "played", n=0, lineterm="")
    return [line[:WIDTH] for line in lines]


async def freeze(paths: list[Path], *, check: bool) -> bool:
    """One lesson after the other, each written only when every cell of it did what it should."""
    well = True
    with Progress("freeze", [path.stem for path in paths]) as progress:
        for path in paths:
            with progress.running(path.stem):
                said = await _freeze(path, check)
            well &= said in {"same", "written"}
            progress.say(f"{path.stem:<40} {said}")
    return well


async def _freeze(path: Path, check: bool) -> str:
    """What became of one lesson, in a word or, where a cell failed, more."""
    try:
        played = await play(path)
    except TROUBLE as trouble:
        return f"FAILED\n{str(trouble).strip()}"
    changed = changes(path, played)
    if not changed:
        return "same"
    if check:
        return "\n".join(["would change", *changed])
    path.write_text(frozen(played), encoding="utf-8", newline="\n")
    return "written"


if __name__ == "__main__":
    words = sys.argv[1:]
    numbers = [word for word in words if word != "--check"]
    sys.exit(0 if asyncio.run(freeze(chosen(numbers), check="--check" in words)) else 1)
