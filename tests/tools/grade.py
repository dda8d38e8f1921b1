"""How far is a class? `./run grade FOLDER` looks at every `my_bind.py` below a folder, one student each.

A student's folder is their id, and the id is the seed: each gets inputs of their own, so a copied constant does not
help. Their functions are run as they are, in this process: grade work that you would also open in an editor.
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path
from typing import Any

from mtlib.lab.answers import EXERCISES
from mtlib.lab.examining import Task
from mtlib.lab.exercises import examine


def functions_of(path: Path) -> dict[str, Any]:
    """What a my_bind.py defines; nothing where it cannot be run."""
    try:
        return runpy.run_path(str(path))
    except (Exception, SystemExit) as error:  # a student's file may raise anything
        print(f"  {path} cannot be run: {type(error).__name__}: {error}")
        return {}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("./run grade FOLDER: a folder with one folder per student, each with a my_bind.py", file=sys.stderr)
        return 2
    os.environ["MTLIB_MY_BIND"] = ""  # only what stands in a student's own file counts
    wanted = [name for name, exercise in EXERCISES.items() if isinstance(exercise, Task)]
    for path in sorted(Path(arguments[0]).rglob("my_bind.py")):
        student = path.parent.name
        print(student)
        mine = functions_of(path)
        findings = {name: examine(name, mine[name], seed=student) for name in wanted if name in mine}
        for name, finding in findings.items():
            print(f"  {name:<16} {finding.verdict}" + (f": {finding.sentence}" if finding.verdict != "right" else ""))
        right = sum(finding.verdict == "right" for finding in findings.values())
        print(f"  {right} of {len(wanted)} right")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
