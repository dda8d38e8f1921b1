"""What `mtlib.lab` offers: the names of the lessons, each where it says, and nothing heavy before it is used."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

from mtlib import lab

ROOT = Path(__file__).resolve().parents[1]
SCENES = tuple(f"mtlib.lab.{name}" for name in (
    "alone", "attacks", "figures", "patients", "plates", "plates.machine", "plates.stills", "plates.stills_labs",
    "plates.twins", "receivers", "recorded", "scoreboard", "tripped", "troubles", "walking", "wrong_fields",
))  # fmt: skip
"""Modules of which a lesson takes what it plays through, by their own names."""


def imported() -> set[str]:
    """What the lessons import from mtlib.lab itself."""
    found: set[str] = set()
    for path in ROOT.glob("notebooks/*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] != "code":
                continue
            for node in ast.walk(ast.parse(re.sub(r"(?m)^\s*[%!].*$", "", "".join(cell["source"])))):
                if isinstance(node, ast.ImportFrom) and node.module == "mtlib.lab":
                    found |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mtlib.lab."):
                    assert node.module in SCENES, f"{path.name}: {node.module}"
    return found


def test_lessons_import_nothing_of_the_lab_that_is_not_offered() -> None:
    assert imported() and imported() <= set(lab.__all__)


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
