"""A wheel of this package, and environments that have nothing but it and what it needs. Nothing is fetched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]


def source(folder: Path) -> Path:
    """A copy of what the package is made of, so that building leaves nothing in this folder."""
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "mtlib", folder / "mtlib", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def wheel(folder: Path) -> Path:
    """Built in this folder, from a copy, by the setuptools that is installed here."""
    source(folder)
    options = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "-w", "dist", "."], cwd=folder, check=True)
    (built,) = (folder / "dist").glob("*.whl")
    return built


def environment(folder: Path, *distributions: str) -> Path:
    """The folder of programs of a new environment, with copies of these distributions and of all that they need."""
    venv.create(folder, with_pip=False)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    python = programs / ("python.exe" if os.name == "nt" else "python")
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip())
    for name in dict.fromkeys(each for distribution in distributions for each in needed(distribution)):
        for file in metadata.files(name) or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                target = packages / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), target)
    return programs


def needed(name: str) -> Iterator[str]:
    """A distribution and all that it depends on, here."""
    yield name
    for line in metadata.requires(name) or ():
        wanted = Requirement(line)
        if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
            yield from needed(wanted.name)


def clean() -> dict[str, str]:
    """This environment without what would lead Python or pip elsewhere, and with a pip that fetches nothing."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PIP_"))}
    return kept | {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
