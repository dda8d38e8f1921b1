"""The house stands as it was drawn: floors and rooms.

Every rule is a function over source text, and the last tests plant a breach of each in a made-up house.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# A module may import only from floors below its own, and from its own room. `mtlib` itself (the empty name)
# offers the whole house at its front door: it may import everything, and only the command line enters there.
FLOORS = ("lazy", "errors", "wire", "crypto", "transport", "protocol", "clinic", "net", "lab", "", "cli", "__main__")

SOCKETS = {
    "_thread", "asyncio", "concurrent", "http", "multiprocessing", "select", "selectors", "signal", "socket",
    "socketserver", "ssl", "threading", "urllib",
}  # fmt: skip
NOTEBOOK = {
    "IPython",
    "anywidget",
    "ipykernel",
    "ipywidgets",
    "jupyter_client",
    "matplotlib",
    "nbformat",
    "traitlets",
}
ENTROPY = {"random", "secrets", "uuid"}
DRAWS = {"os.urandom", "os.getrandom"}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}

Sources = Mapping[str, str]  # dotted name -> source text


@lru_cache(maxsize=1)
def nodes(source: str) -> list[ast.AST]:
    """Everything that a module says. Kept until the next module's, so that all rules read one after the other."""
    return list(ast.walk(ast.parse(source)))


def house() -> dict[str, str]:
    """Every module of the package by its dotted name; a package is named like its folder."""
    found = {}
    for path in sorted((ROOT / "mtlib").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
    return found


def room(name: str) -> str:
    """`mtlib.wire.tl` is in the room `wire`, `mtlib.errors` in `errors`, `mtlib` in the nameless one."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


def imports(name: str, sources: Sources) -> Iterator[tuple[int, str]]:
    """Line and dotted name of all that a module imports, in functions and for type checkers too."""
    is_package = any(other.startswith(f"{name}.") for other in sources) or name == "mtlib"
    for node in nodes(sources[name]):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = name.split(".")[: len(name.split(".")) + int(is_package) - node.level]
                base = ".".join([*above, *([base] if base else [])])
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield node.lineno, inner if inner in sources or not base.startswith("mtlib") else base
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            is_import = ast.unparse(node.func).endswith(("import_module", "__import__"))
            yield from [(node.lineno, str(node.args[0].value))] if is_import else []


def upward(name: str, sources: Sources) -> Iterator[str]:
    """Imports of a floor that is not below, from one room into another."""
    if name == "mtlib":
        return
    if room(name) not in FLOORS:
        yield f"{name}: the room {room(name)!r} is on no floor"
        return
    for line, target in imports(name, sources):
        if target.split(".")[0] != "mtlib" or room(target) == room(name):
            continue
        if room(target) not in FLOORS:
            yield f"{name}:{line} imports {target}, which is on no floor"
        elif FLOORS.index(room(target)) > FLOORS.index(room(name)):
            yield f"{name}:{line} imports {target}, which is above it"


def circles(sources: Sources) -> Iterator[str]:
    """Modules that import each other, directly or through others."""
    arrows = {
        name: {target for _, target in imports(name, sources) if target in sources and target != name}
        for name in sources
        if name != "mtlib"
    }
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> Iterator[str]:
        if name in trail:
            yield " -> ".join([*trail[trail.index(name) :], name])
            return
        if name in done:
            return
        for target in sorted(arrows.get(name, ())):
            yield from walk(target, (*trail, name))
        done.add(name)

    for name in sorted(arrows):
        yield from walk(name, ())


def strangers(name: str, sources: Sources) -> Iterator[str]:
    """Modules of Python or of others that belong in one room only."""
    rules: tuple[tuple[set[str], bool, str], ...] = (
        (SOCKETS, room(name) in {"net", "cli", "__main__"}, "only net talks to the system"),
        (NOTEBOOK, room(name) == "lab", "only lab knows notebooks"),
        (ENTROPY, name == "mtlib.crypto.entropy", "entropy is an argument"),
        ({"time"}, _has_clock(name), "below net, time is an argument"),
    )
    for line, target in imports(name, sources):
        for names, allowed, why in rules:
            if target.split(".")[0] in names and not allowed:
                yield f"{name}:{line} imports {target}: {why}"


def _has_clock(name: str) -> bool:
    return room(name) not in FLOORS or FLOORS.index(room(name)) >= FLOORS.index("net")


def impurities(name: str, sources: Sources) -> Iterator[str]:
    """Entropy and the clock where no import of their own shows them, and `assert`, which -O removes."""
    for node in nodes(sources[name]):
        if isinstance(node, ast.Assert):
            yield f"{name}:{node.lineno} asserts; an error of mtlib.errors says got, expected, where"
        elif isinstance(node, ast.Attribute):
            said = ".".join(ast.unparse(node).split(".")[-2:])
            if said in DRAWS and name != "mtlib.crypto.entropy":
                yield f"{name}:{node.lineno} says {said}: entropy is an argument"
            if said in CLOCKS and not _has_clock(name):
                yield f"{name}:{node.lineno} says {said}: below net, time is an argument"
        elif isinstance(node, ast.ImportFrom) and name != "mtlib.crypto.entropy":
            drawn = DRAWS & {f"{node.module}.{alias.name}" for alias in node.names}
            yield from (f"{name}:{node.lineno} imports {said}: entropy is an argument" for said in drawn)


Rule = Callable[[str, Sources], Iterator[str]]
RULES: tuple[Rule, ...] = (upward, strangers, impurities)


def test_every_module_keeps_the_rules() -> None:
    sources = house()
    assert len(sources) > 10
    assert [breach for name in sources for rule in RULES for breach in rule(name, sources)] == []


def test_no_circles() -> None:
    assert list(circles(house())) == []


def test_import_mtlib_is_light() -> None:
    """In a fresh process, since pytest itself has loaded half of the world."""
    program = "import sys, mtlib; print(*sorted(set(sys.modules) & {'asyncio', 'numpy', 'IPython'}))"
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == []


WIRE, NET = "mtlib.wire.tl", "mtlib.net.client"
PLANTED: tuple[tuple[Rule, str, str], ...] = (
    (upward, WIRE, "from mtlib.crypto import aes"),
    (upward, WIRE, "from ..protocol.binding import Binding"),
    (upward, WIRE, "from .. import net"),
    (upward, WIRE, "import mtlib"),
    (upward, WIRE, "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from mtlib.net import client"),
    (upward, WIRE, "def late():\n    import mtlib.lab"),
    (upward, WIRE, "import importlib\nimportlib.import_module('mtlib.net')"),
    (upward, NET, "import mtlib.__main__"),
    (upward, "mtlib.attic.box", ""),
    (strangers, WIRE, "import socket"),
    (strangers, "mtlib.lab.inspector", "from asyncio import sleep"),
    (strangers, NET, "import IPython.display"),
    (strangers, NET, "import random"),
    (strangers, WIRE, "from time import time"),
    (impurities, WIRE, "import os\nos.urandom(8)"),
    (impurities, WIRE, "from os import urandom"),
    (impurities, WIRE, "import datetime\ndatetime.datetime.now()"),
    (impurities, NET, "assert True"),
)
LAWFUL = (
    (WIRE, "from mtlib.errors import DecodeError\nfrom . import layout\nfrom .layout import Field"),
    ("mtlib.crypto.entropy", "import os, secrets\nos.urandom(8)"),
    (NET, "import asyncio, time\nfrom ..protocol.binding import Binding\nrandom = facts.now"),
    ("mtlib.lab.inspector", "import IPython\nfrom mtlib.net.client import connect"),
    ("mtlib.__main__", "import mtlib, asyncio"),
)


def made_up(name: str, source: str) -> dict[str, str]:
    """A small house in which one module says `source`."""
    rooms = ("mtlib", "mtlib.wire", "mtlib.crypto", "mtlib.protocol", "mtlib.net", "mtlib.lab")
    modules = (
        WIRE,
        "mtlib.wire.layout",
        "mtlib.crypto.aes",
        "mtlib.protocol.binding",
        NET,
        "mtlib.lab.inspector",
    )
    return {**dict.fromkeys((*rooms, *modules, "mtlib.errors"), ""), name: source}


@pytest.mark.parametrize(("rule", "name", "source"), PLANTED)
def test_a_planted_breach_is_found(rule: Rule, name: str, source: str) -> None:
    assert len(list(rule(name, made_up(name, source)))) == 1


@pytest.mark.parametrize(("name", "source"), LAWFUL)
def test_what_is_lawful_is_left_alone(name: str, source: str) -> None:
    assert [breach for rule in RULES for breach in rule(name, made_up(name, source))] == []


def test_a_planted_circle_is_found() -> None:
    sources = made_up(WIRE, "from . import layout") | {"mtlib.wire.layout": "from mtlib.wire.tl import pack"}
    assert list(circles(sources)) == ["mtlib.wire.layout -> mtlib.wire.tl -> mtlib.wire.layout"]
    assert list(circles(made_up(WIRE, "from . import layout"))) == []
