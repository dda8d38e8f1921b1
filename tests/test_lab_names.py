"""What `mtlib.lab` offers: the names of the lessons, each where it says, and nothing heavy before it is used."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOMES = ("mtlib", "mtlib.crypto", "mtlib.errors", "mtlib.lab", "mtlib.lab.attacks", "mtlib.lab.figures")
"""All that a lesson imports from."""


def imported() -> Iterator[tuple[str, str, str]]:
    """What the lessons import from mtlib: the lesson, the module and the name."""
    for path in ROOT.glob("notebooks/*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] != "code":
                continue
            for node in ast.walk(ast.parse(re.sub(r"(?m)^\s*[%!].*$", "", "".join(cell["source"])))):
                if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "mtlib":
                    yield from ((path.name, node.module or "", alias.name) for alias in node.names)
                elif isinstance(node, ast.Import):
                    yield from ((path.name, alias.name, "") for alias in node.names if alias.name.startswith("mtlib"))


def test_lessons_import_from_six_modules_and_only_what_these_offer() -> None:
    offered = {home: getattr(import_module(home), "__all__", ()) or dir(import_module(home)) for home in HOMES}
    offered["mtlib.crypto"] = [*offered["mtlib.crypto"], "aes"]  # the module: lesson 11 opens it up
    elsewhere = {each for each in imported() if each[2] not in offered.get(each[1], ())}
    assert elsewhere == set()
    assert {module for _, module, _ in imported()} == set(HOMES)


def test_exercises_need_no_widgets() -> None:
    heavy = "{'anywidget', 'ipywidgets', 'matplotlib', 'traitlets', 'IPython'}"
    program = f"import sys; from mtlib.lab import check, sample; print(*sorted({heavy} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.strip() == ""


def test_the_view_model_needs_no_notebook() -> None:
    heavy = "{'anywidget', 'ipywidgets', 'matplotlib', 'traitlets', 'IPython'}"
    program = f"import sys, mtlib.lab.view_model; print(*sorted({heavy} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.strip() == ""
