"""The reader's own `my_bind.py`: functions written in one lesson, used in the next.

It is an ordinary file next to the notebooks. It keeps the source of functions, and of everything that they use:
imports, constants, other functions of the notebook. A function replaces an older one of the same name; everything else
in the file stays as it is.

The environment variable MTLIB_MY_BIND names another file; if it is empty, nothing is read or written.
"""

from __future__ import annotations

import ast
import contextlib
import dis
import inspect
import os
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

from mtlib.errors import LocalError

NAME = "my_bind.py"
MODULE = "my_bind"
HASHES = {"_hashlib", "_sha1", "_sha2", "_sha3", "_md5", "_blake2", "_sha256", "_sha512"}
"""The modules that hashlib takes its functions from, with OpenSSL and without."""
HEAD = '"""Functions of my own, kept from the lessons. This file is mine: it may be edited."""\n'


def my_bind_file() -> Path | None:
    """The path of my_bind.py, whether it exists or not; None if there is to be no such file."""
    named = os.environ.get("MTLIB_MY_BIND", NAME)
    return Path(named) if named else None


def load() -> dict[str, Any]:
    """The values that my_bind.py defines, by name; empty if there is no such file. Raises whatever the file raises."""
    path = my_bind_file()
    if path is None or not path.is_file():
        return {}
    names: dict[str, Any] = {"__name__": MODULE, "__file__": str(path)}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
    return names


def kept() -> set[str]:
    """The names that my_bind.py defines, without running it; empty if it is no Python."""
    path = my_bind_file()
    try:
        return _names(path.read_text(encoding="utf-8")) if path is not None and path.is_file() else set()
    except (LocalError, OSError, ValueError):
        return set()


class Parts(NamedTuple):
    """The parts of the file that a function needs: imports, and definitions by name."""

    imports: dict[str, str]
    definitions: dict[str, str]


def store(function: Callable[..., Any], name: str) -> bool:
    """Write the source of `function` to my_bind.py, under `name`; False if there is to be no such file.

    Raises LocalError, and leaves the file as it was, if the source is not available or the file is no Python.
    """
    path = my_bind_file()
    if path is None:
        return False
    parts = Parts({}, {})
    _collect(function, name, parts)
    before = path.read_text(encoding="utf-8") if path.is_file() else HEAD
    after = merged(before, parts)
    write_whole(path, after)
    return True


def _collect(function: Any, name: str, parts: Parts) -> None:
    """Collect the parts of a function, and of everything that it uses, each once."""
    parts.definitions[name] = _source(function, name)
    for used in sorted(_used(function.__code__)):
        if used not in function.__globals__ or used in parts.definitions:
            continue
        value = function.__globals__[used]
        home, own = getattr(value, "__module__", ""), getattr(value, "__name__", "")
        if isinstance(value, FunctionType) and home == "__main__" and own == used:
            _collect(value, used, parts)
        elif line := _import(used, value):
            parts.imports[used] = line
        elif home != MODULE:
            parts.definitions[used] = _constant(used, value, name)
        elif own != used:
            parts.definitions[used] = f"{used} = {own}\n"


def _source(function: Any, name: str) -> str:
    if not isinstance(function, FunctionType) or function.__name__ != name or function.__closure__:
        raise LocalError("only a function that stands in a cell by itself can be kept", expected=f"def {name}(...):")
    try:
        return textwrap.dedent(inspect.getsource(function)).rstrip() + "\n"
    except (OSError, TypeError):
        raise LocalError("its source is not there: run the cell that defines it, then this one", got=name) from None


def _used(code: CodeType) -> Iterator[str]:
    """The names that a function, with the functions inside it, looks up outside of itself."""
    yield from (each.argval for each in dis.get_instructions(code) if each.opname in ("LOAD_GLOBAL", "LOAD_NAME"))
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _used(constant)


def _import(name: str, value: Any) -> str:
    """The import that gives `value` under `name`; empty if it comes from no module."""
    if isinstance(value, ModuleType):
        return f"import {value.__name__}" if value.__name__ == name else f"import {value.__name__} as {name}"
    home, own = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not home or not own or home in ("__main__", MODULE, "builtins") or not own.isidentifier():
        return ""
    home = "hashlib" if home in HASHES else {"_struct": "struct"}.get(home, home)
    own = own.removeprefix("openssl_") if home == "hashlib" else own
    return f"from {home} import {own}" if own == name else f"from {home} import {own} as {name}"


def _constant(name: str, value: Any, needed_by: str) -> str:
    try:
        if ast.literal_eval(repr(value)) == value:
            return f"{name} = {value!r}\n"
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    raise LocalError(f"{needed_by} uses {name}, which cannot be kept", got=type(value).__name__,
                     expected="a number, a text, bytes, or a function of the notebook")


def merged(before: str, parts: Parts) -> str:
    """The text of the file with these parts in it. LocalError if `before` is no Python."""
    known = _names(before)
    text = before
    for name, source in parts.definitions.items():
        text = _with_definition(text, name, source)
    text = _with_imports(text, [line for name, line in sorted(parts.imports.items()) if name not in known])
    lost = known - _names(text)
    if lost:
        raise LocalError("that would lose a name", got=", ".join(sorted(lost)), where=NAME)
    return text


def _parsed(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise LocalError(f"{NAME} is no Python as it stands: correct it first", got=str(error)) from None


def _names(text: str) -> set[str]:
    """The names that the file defines at its top level."""
    found = set()
    for node in _parsed(text).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        else:
            named = (each for each in ast.walk(node) if isinstance(each, ast.Name))
            found |= {each.id for each in named if isinstance(each.ctx, ast.Store)}
    return found


def _with_definition(text: str, name: str, source: str) -> str:
    """The text with `source` in place of the last definition of `name`, or at the end."""
    lines = text.splitlines(keepends=True)
    for node in reversed(_parsed(text).body):
        start, stop = _lines(node)
        if _defines(node, name) and _alone(text, node):
            return "".join([*lines[:start], source, *lines[stop:]])
    return text.rstrip("\n") + "\n\n\n" + source


def _defines(node: ast.stmt, name: str) -> bool:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return node.name == name
    return isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [name]


def _lines(node: ast.stmt) -> tuple[int, int]:
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
    return first - 1, node.end_lineno or node.lineno


def _alone(text: str, node: ast.stmt) -> bool:
    """Whether the lines of `node` contain no other statement."""
    here = _lines(node)
    return sum(first < here[1] and here[0] < last for first, last in map(_lines, _parsed(text).body)) == 1


def _with_imports(text: str, lines: list[str]) -> str:
    """The text with these imports above all definitions, so that a function of the reader's own replaces an import."""
    if not lines:
        return text
    body = _parsed(text).body
    above = 0
    for node in body:
        documented = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not documented and not isinstance(node, (ast.Import, ast.ImportFrom)):
            break
        above = node.end_lineno or above
    old = text.splitlines(keepends=True)
    gap = "" if above and isinstance(body[0], (ast.Import, ast.ImportFrom)) else "\n"
    return "".join([*old[:above], gap, *(f"{line}\n" for line in lines), *old[above:]])


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all: a crash in between leaves the old file."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        with contextlib.suppress(OSError):
            Path(name).chmod(path.stat().st_mode if path.exists() else 0o644)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
