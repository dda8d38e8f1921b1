"""A reader's `my_bind.py` on its own: a program uses it in a new Python, in which mtlib cannot be imported. Python in a
browser cannot start another one; there mtlib is hidden while the program runs.
"""

from __future__ import annotations

import subprocess
import sys
import traceback
from collections.abc import Mapping
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

from mtlib.lab.my_bind import my_bind_file

FRONT = """\
import ast, hashlib, sys

sys.modules["mtlib"] = None  # from here on nobody can import it
with open(sys.argv[1], encoding="utf-8") as file:
    tree = ast.parse(file.read(), sys.argv[1])
# What was borrowed for another lesson's function is missed only where it is used.
tree.body = [each for each in tree.body
             if not (isinstance(each, ast.ImportFrom) and (each.module or "").split(".")[0] == "mtlib")]
my = {"__name__": "my_bind"}
exec(compile(tree, sys.argv[1], "exec"), my)
given = ast.literal_eval(sys.stdin.read())
"""
SECONDS = 60.0


def alone(program: str, given: Mapping[str, Any]) -> tuple[bytes, str]:
    """The bytes that `program` prints as hex, and a sentence. The program has the reader's functions in `my`, and the
    values in `given`.

    Without a file, or if the functions need mtlib, there are no bytes, and the sentence says what is missing.
    """
    file = my_bind_file()
    if file is None or not file.is_file():
        return b"", "not yet: there is no my_bind.py beside this notebook. Lessons 11 to 16 fill it."
    command, data = [sys.executable, "-c", FRONT + program, str(file)], repr(dict(given))
    try:
        if sys.platform == "emscripten":
            ran = _hidden(FRONT + program, str(file), data)
        else:
            ran = subprocess.run(command, input=data, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return b"", f"not yet: my_bind.py was still running after {SECONDS:g} seconds."
    if ran.returncode:
        lines = file.read_text(encoding="utf-8").splitlines()
        why = (ran.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        borrowed = (line.split()[-1] for line in lines if line.startswith("from mtlib"))
        lent = next((name for name in borrowed if why == f"NameError: name '{name}' is not defined"), "")
        return b"", f"not yet: {f'borrowed from mtlib: {lent}' if lent else why}"
    try:
        made = bytes.fromhex(ran.stdout)
    except ValueError:
        return b"", "not yet: my_bind.py prints something of its own."
    return made, f"my_bind.py, alone: {len(made)} bytes"


def _hidden(program: str, file: str, data: str) -> subprocess.CompletedProcess[str]:
    """Run the program in this Python, with mtlib hidden."""
    kept = {name: sys.modules[name] for name in list(sys.modules) if name.partition(".")[0] == "mtlib"}
    arguments, stdin, printed = sys.argv, sys.stdin, StringIO()
    for name in kept:
        del sys.modules[name]
    sys.argv, sys.stdin = ["-c", file], StringIO(data)
    try:
        with redirect_stdout(printed):
            exec(program, {"__name__": "__main__"})
    except BaseException as error:
        said = "".join(traceback.format_exception_only(type(error), error))
        return subprocess.CompletedProcess(file, 1, printed.getvalue(), said)
    finally:
        sys.modules.update(kept)
        sys.argv, sys.stdin = arguments, stdin
    return subprocess.CompletedProcess(file, 0, printed.getvalue(), "")
