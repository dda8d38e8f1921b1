"""The cells of a lesson in a page: run one at a time, each with its outputs as JSON, as a notebook would show them.

`run_cell` runs one and gives all that it printed, showed and raised. `needed` says which cells above it must run first.
A page has no other programs, commands of the notebook or matplotlib's figures; a sentence says so in their place.
The reader's files, `my_bind.py` and `my_guesses.json`, are kept by the browser: `take` writes them where the library
looks for them, `given_back` reads them again. A file with a constant as long as a key must not be stored.
"""

from __future__ import annotations

import ast
import dis
import io
import linecache
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

from mtlib.errors import LocalError
from mtlib.lab.my_bind import NAME

Output = dict[str, str]
"""`kind` is text, html, figure, view, different or error; the other entries depend on it."""
FILES = (NAME, "my_guesses.json")
LONGEST_OUTPUT = 200_000
"""The most characters that one cell may show."""
AS_LONG_AS_A_KEY = 128
"""The least bytes of a constant that could be a key, or half of one."""
NOTEBOOK = "Open the lesson in the notebook for that: ./run."
COMMANDS = {
    "%": f"is a command of the notebook, and a page knows Python only. {NOTEBOOK}",
    "!": f"starts another program, and a page has none. {NOTEBOOK}",
    "?": f"asks the notebook for help, and a page knows Python only. {NOTEBOOK}",
}
COMMAND = re.compile(r"^\s*([%!?])\S.*|^\s*[\w.]+(\?)\??\s*$", re.M)
ABSENT = {"matplotlib", "PIL", "numpy"}
FIGURE = "matplotlib paints the figures, and it is not in this page."
NO_PROGRAMS = f"A page cannot start another program. {NOTEBOOK}"
NO_THREADS = f"A page has no threads. {NOTEBOOK}"
NO_KEYS = "A cell cannot wait for what somebody types: put the text into the cell."
NO_LESSONS = "The map with your progress is the first page of this book."
SHOWN_FRAMES = 8
CELL = re.compile(r"<(cell \d+)>")


# -- Which cells must run first


class Uses(NamedTuple):
    """The names that a cell gives; those of them that are variables, not imports or definitions; the names that it
    needs from cells above; and, for each function and class, the names that its body needs."""

    gives: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    inside: Mapping[str, frozenset[str]] = {}


def uses(source: str) -> Uses:
    """The names that a cell gives and needs; none if it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return Uses()
    gives, variables, needs, inside = set[str](), set[str](), set[str](), dict[str, frozenset[str]]()
    for statement in tree.body:
        code = compile(ast.Module([statement], []), "<cell>", "exec")
        stored, loaded = _names(code)
        needs |= loaded - gives - _set_before(statement)
        gives |= stored
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            inside[statement.name] = frozenset(loaded)
        elif not isinstance(statement, (ast.Import, ast.ImportFrom)):
            variables |= stored
    return Uses(frozenset(gives), frozenset(variables), frozenset(needs), inside)


def _names(code: CodeType, *, top: bool = True) -> tuple[set[str], set[str]]:
    """The names that a piece of code stores for all cells, and those that it looks up there."""
    stored, loaded = set[str](), set[str]()
    for each in dis.get_instructions(code):
        if each.opname == "STORE_GLOBAL" or (top and each.opname == "STORE_NAME"):
            stored.add(each.argval)
        elif each.opname in ("LOAD_NAME", "LOAD_GLOBAL"):
            loaded.add(each.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            within = _names(constant, top=False)
            stored |= within[0]
            loaded |= within[1]
    return stored, loaded


def _set_before(statement: ast.stmt) -> set[str]:
    """The names that loops, `with` and `:=` inside a statement set before they are read."""
    targets: list[ast.expr] = []
    for node in ast.walk(statement):
        if isinstance(node, (ast.For, ast.AsyncFor)):
            targets.append(node.target)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            targets.append(node.optional_vars)
        elif isinstance(node, ast.NamedExpr):
            targets.append(node.target)
    return {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}


def needed(sources: Sequence[str], at: int) -> list[int]:
    """The numbers of the cells above cell `at` that must run before it, in their order.

    These are the cells that give a needed name, and the cells that may change a needed object, because they read a
    variable that is connected with it. The result may have too many cells, but not too few.
    """
    cells = [uses(source) for source in sources[: at + 1]]
    bodies = {name: body for cell in cells for name, body in cell.inside.items()}
    variables = frozenset().union(*(cell.variables for cell in cells))
    reads = [_through(cell.needs, bodies) for cell in cells]
    chosen, wanted, touched = {at}, set(reads[at]), reads[at] & variables
    while True:
        found = {
            number for number in range(at)
            if number not in chosen and (cells[number].gives & wanted or reads[number] & touched)
        }  # fmt: skip
        if not found:
            return sorted(chosen - {at})
        chosen |= found
        for number in found:
            wanted |= reads[number]
            touched |= reads[number] & variables | cells[number].variables


def _through(names: frozenset[str], bodies: Mapping[str, frozenset[str]]) -> set[str]:
    """These names, and the names that the functions among them need."""
    found, new = set[str](), set(names)
    while new:
        found |= new
        new = {other for name in new for other in bodies.get(name, ())} - found
    return found


# -- Running one


class Shown(io.TextIOBase):
    """All that a cell prints and shows, in order. `view` gives the output for a widget, and None for anything else."""

    def __init__(self, view: Callable[[Any], Output | None]) -> None:
        self.outputs: list[Output] = []
        self._view, self._left, self._full = view, LONGEST_OUTPUT, False

    def write(self, text: str) -> int:
        self._add("text", text=text)
        return len(text)

    def writable(self) -> bool:
        return True

    def _add(self, kind: str, **parts: str) -> None:
        if self._full:
            return
        size = sum(map(len, parts.values()))
        if size > self._left:
            self._full = True
            if kind == "text":
                self.outputs.append({"kind": kind, "text": parts["text"][: self._left]})
            said = f"The rest is left out: a cell shows at most {LONGEST_OUTPUT:,} characters."
            self.outputs.append({"kind": "different", "text": said})
            return
        self._left -= size
        if kind == "text" and self.outputs and self.outputs[-1]["kind"] == "text":
            self.outputs[-1]["text"] += parts["text"]
        else:
            self.outputs.append({"kind": kind, **parts})

    def show(self, value: Any, *, raw: bool = False) -> None:
        """Show a value as a notebook does: in a form of its own if it has one, else as text."""
        if (view := self._view(value)) is not None:
            self.outputs.append(view)
            return
        try:
            data = value if raw else _forms(value, self)
        except ImportError:  # a figure: a page has no matplotlib
            self._add("figure", text=str(value), said=FIGURE)
            return
        if data and "text/html" in data:
            self._add("html", html=str(data["text/html"]))
        elif data is not None:
            self._add("text", text=str(data.get("text/plain", "")) + "\n")


_shown: Shown | None = None
"""The output of the running cell; None while none runs."""


def get_ipython() -> Shown | None:
    """The function of that name in `IPython`: the running cell's output; None while no cell runs."""
    return _shown


def display(*values: Any, raw: bool = False, **_: Any) -> None:
    """The function of that name in `IPython.display`."""
    for value in values:
        if _shown is not None:
            _shown.show(value, raw=raw)


def _forms(value: Any, shown: Shown) -> Mapping[str, Any] | None:
    """The forms of a value by MIME type; None if it has shown itself."""
    if (own := getattr(value, "_ipython_display_", None)) is not None and not isinstance(value, type):
        before = len(shown.outputs)
        try:
            own()
        except ImportError:
            del shown.outputs[before:]
            raise
        return None
    if (bundle := getattr(value, "_repr_mimebundle_", None)) is not None and not isinstance(value, type):
        data = bundle()
        return data[0] if isinstance(data, tuple) else data  # type: ignore[no-any-return]
    if (html := getattr(value, "_repr_html_", None)) is not None and not isinstance(value, type):
        return {"text/html": html(), "text/plain": repr(value)}
    return {"text/plain": repr(value)}


class _NoKeys(io.TextIOBase):
    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        raise LocalError(NO_KEYS)


def run_cell(
    source: str, names: dict[str, Any], number: int, view: Callable[[Any], Output | None]
) -> tuple[list[Output], bool]:
    """Run a cell (counted from 1) in a namespace; gives its outputs, and whether it succeeded. Nothing is raised."""
    global _shown
    if said := unlike_python(source):
        return [{"kind": "different", "text": said}], False
    shown, file = Shown(view), f"<cell {number}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    before, _shown, stdin, sys.stdin = _shown, shown, sys.stdin, _NoKeys()
    try:
        with redirect_stdout(shown), redirect_stderr(shown):
            if (value := execute(source, file, names)) is not None:
                shown.show(value)
        return shown.outputs, True
    except BaseException as error:
        said = different(error)
        kind, text = ("different", said) if said else ("error", told(error))
        return [*shown.outputs, {"kind": kind, "text": text}], False
    finally:
        _shown, sys.stdin = before, stdin


def execute(source: str, file: str, names: dict[str, Any]) -> Any:
    """Run a cell in a namespace; gives the value that it shows, its last expression, or None if it shows none."""
    tree = ast.parse(source, file)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, file, "exec"), names)
    if not isinstance(last, ast.Expr):
        return None
    value = eval(compile(ast.Expression(last.value), file, "eval"), names)
    return None if source.rstrip().endswith(";") else value


def unlike_python(source: str) -> str:
    """A sentence about a notebook's command in the cell; empty if it has none."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        if found := COMMAND.search(source):
            return f"\N{LEFT DOUBLE QUOTATION MARK}{found[0].strip()}\N{RIGHT DOUBLE QUOTATION MARK} " + COMMANDS[
                found[1] or found[2]
            ]
    return ""


def different(error: BaseException) -> str:
    """A sentence for an error that occurs only because this is a page; empty for any other error."""
    if isinstance(error, ImportError) and (name := (error.name or "").partition(".")[0]) in ABSENT:
        return f"{name} is not in this page. {NOTEBOOK}"
    if isinstance(error, OSError) and "does not support processes" in str(error):
        return NO_PROGRAMS
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return NO_THREADS
    if isinstance(error, LocalError) and error.message == NO_KEYS:
        return NO_KEYS
    if isinstance(error, LocalError) and error.where == "course_map":
        return NO_LESSONS
    return ""


def told(error: BaseException) -> str:
    """An error as a notebook shows it: the lines of the cells that led to it. For the library it shows only the places,
    and never the value of a variable."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    first = f"{told(before)}\n\nAnd while that was handled:\n\n" if before is not None else ""
    lines = list(_way(error))
    if len(lines) > SHOWN_FRAMES:
        half = SHOWN_FRAMES // 2
        lines = [*lines[:half], f"... {len(lines) - SHOWN_FRAMES} more ...", *lines[-half:]]
    return first + "\n".join([*lines, *([""] if lines else []), f"{type(error).__name__}: {_words(error)}"])


def _way(error: BaseException) -> Iterator[str]:
    """The way to an error: the lines of cells, and the places in other files."""
    if isinstance(error, SyntaxError) and (found := CELL.fullmatch(error.filename or "")):
        yield f"{found[1]}, line {error.lineno}\n----> {(error.text or '').strip()}"
        return
    step = error.__traceback__
    while step is not None:
        code, number = step.tb_frame.f_code, step.tb_lineno
        if found := CELL.fullmatch(code.co_filename):
            within = "" if code.co_name == "<module>" else f", in {code.co_name}"
            yield f"{found[1]}, line {number}{within}\n----> {linecache.getline(code.co_filename, number).strip()}"
        elif Path(code.co_filename).stem not in (Path(__file__).stem, "book"):
            yield f"{'/'.join(Path(code.co_filename).with_suffix('').parts[-3:])}, in {code.co_name}"
        step = step.tb_next


def _words(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return str(error.msg)
    try:
        return str(error)
    except Exception:  # the error class is the reader's own
        return "(it cannot be said in words)"


# -- The reader's files


@cache
def folder() -> Path:
    """The folder for the reader's files, as long as this Python runs."""
    return Path(tempfile.mkdtemp())


def take(files: Mapping[str, str | None]) -> None:
    """Write the reader's files into the folder; from now on the library reads and writes them."""
    os.environ["MTLIB_MY_BIND"] = str(folder() / NAME)
    for name in FILES:
        text, path = files.get(name), folder() / name
        if text is None:
            path.unlink(missing_ok=True)
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")


def given_back() -> dict[str, str | None]:
    """The present texts of the reader's files; None for one that does not exist."""
    paths = {name: folder() / name for name in FILES}
    return {name: path.read_text(encoding="utf-8") if path.is_file() else None for name, path in paths.items()}


def not_to_be_stored(text: str) -> str:
    """A sentence that says why a my_bind.py must not be written to a disk; empty if it may."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError):
        return "It is no Python as it stands."
    for node in nodes:
        if isinstance(node, ast.Constant) and _size(node.value) >= AS_LONG_AS_A_KEY:
            return f"Line {node.lineno} has {_size(node.value)} bytes in it that could be a key."
    return ""


def _size(value: object) -> int:
    """The number of bytes that a constant may mean."""
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, int):
        return (value.bit_length() + 7) // 8
    digits = re.sub(r"[\s:,]|0x|\\x", "", value) if isinstance(value, str) else ""
    return len(digits) // 2 if re.fullmatch(r"[0-9a-fA-F]+", digits) else 0
