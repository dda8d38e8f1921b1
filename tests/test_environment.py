"""The lists of packages agree: pyproject.toml, environment.yml, constraints.txt, and what is installed."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "tools"))

from setup_env import EXTRAS as EXTRAS_OF_RUN  # noqa: E402

PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT: dict[str, Any] = PYPROJECT["project"]
ENVIRONMENT: dict[str, Any] = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
CONDA: list[str] = [line for line in ENVIRONMENT["dependencies"] if isinstance(line, str)]
EXTRAS: list[str] = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
UNASKED: list[str] = PYPROJECT["tool"]["uv"]["constraint-dependencies"]
"""Ranges of packages that come with others."""
OPTIONAL = {"python-flint", "playwright"}  # ./run goes on without them
BY_RUN = str(EXTRAS_OF_RUN["lessons"][0][0]).split(",")
PINS = [
    Requirement(line)
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def ranges(lines: list[str]) -> dict[str, SpecifierSet]:
    wanted = map(Requirement, lines)
    return {canonicalize_name(one.name): one.specifier for one in wanted}


def test_conda_and_pip_ask_for_the_same() -> None:
    """Conda's environment is that of `./run`: the lessons, and what goes with them."""
    packages = [line for line in CONDA if line != "pip" and not line.startswith("python=")]
    extras = PROJECT["optional-dependencies"]
    assert ranges(packages) == ranges(PROJECT["dependencies"] + [line for name in BY_RUN for line in extras[name]])
    assert {"pip": ["-e ."]} in ENVIRONMENT["dependencies"]


def test_the_library_asks_for_one_package() -> None:
    assert list(ranges(PROJECT["dependencies"])) == ["cryptography"]


def test_the_library_imports_nothing_else() -> None:
    """Only the room of the notebook may; python-flint, dpkt and wsproto are optional, and done without."""
    allowed = {*sys.stdlib_module_names, "mtlib", "cryptography", "flint", "dpkt", "wsproto"}
    for path in (ROOT / "mtlib").rglob("*.py"):
        if "lab" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [str(node.module)] if isinstance(node, ast.ImportFrom) and not node.level else []
                assert {name.split(".")[0] for name in names} <= allowed, path


def test_conda_reads_every_range_as_pip_does() -> None:
    """Conda's single `=` is only for Python (Binder reads nothing else there), and nothing names a build."""
    (python,) = [line for line in CONDA if line.startswith("python=")]
    assert re.fullmatch(r"python=3\.\d+", python)
    assert SpecifierSet(PROJECT["requires-python"]).contains(python.removeprefix("python=") + ".0")
    for line in CONDA:
        if line != python:
            assert re.fullmatch(r"[a-z0-9-]+((>=|<)[0-9.]+(,(>=|<)[0-9.]+)*)?", line), line


def test_what_is_installed_here_is_in_range() -> None:
    for name, specifier in ranges([*PROJECT["dependencies"], *EXTRAS]).items():
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            if name in OPTIONAL:
                continue
            raise
        assert specifier.contains(version), f"{name} {version} is not {specifier}"


def test_constraints_are_names_and_versions_only() -> None:
    assert "://" not in (ROOT / "constraints.txt").read_text(encoding="utf-8")
    for pin in PINS:
        assert pin.url is None
        assert re.fullmatch(r"==[0-9a-z.]+", str(pin.specifier)), pin


def test_constraints_lie_in_the_ranges() -> None:
    for name, specifier in ranges([*PROJECT["dependencies"], *EXTRAS, *UNASKED]).items():
        pins = [pin for pin in PINS if canonicalize_name(pin.name) == name]
        assert pins, f"constraints.txt does not name {name}"
        for pin in pins:
            assert specifier.contains(str(pin.specifier).removeprefix("==")), f"{pin} is not {specifier}"


def package_files() -> Iterator[Path]:
    for path in sorted((ROOT / "tests").rglob("package*.json")):
        if "node_modules" not in path.parts:
            yield path


def addresses(text: str) -> list[str]:
    """Where a lock file would make everybody download from: it binds the project to one registry."""

    def walk(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "resolved" and "://" in str(inner):
                    yield str(inner)
                yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    return list(walk(json.loads(text)))


@pytest.mark.parametrize("path", list(package_files()), ids=lambda path: str(path.relative_to(ROOT)))
def test_lock_files_name_no_registry(path: Path) -> None:
    assert addresses(path.read_text(encoding="utf-8")) == []


def test_a_planted_address_is_found() -> None:
    assert addresses('{"packages": {"node_modules/x": {"resolved": "https://registry.example/x.tgz"}}}')
    assert addresses('{"packages": {"node_modules/x": {"version": "1.0.0", "integrity": "sha512-"}}}') == []


def test_the_citation_names_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["version"]
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= citation.keys()
