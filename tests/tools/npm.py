"""What npm fetches, at the versions in a folder's package-lock.json: at the first use, once, and one at a time.

Standard library only, like everything that runs outside `.venv`.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from setup_env import ARTEFACTS, environment, locked

FETCH = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
TIME_LIMIT = 300


class NotFetched(Exception):
    """The packages are not here, and npm could not fetch them; the message says why."""


def packages(folder: Path) -> Path:
    """Its `node_modules`, filled if they are not there yet or if other versions are written down now."""
    modules, lock = folder / "node_modules", folder / "package-lock.json"
    stamp = modules / ".package-lock.json"
    with one_at_a_time(f"npm-{folder.name}"):
        if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
            _fetch(folder)
            stamp.touch()
    return modules


def _fetch(folder: Path) -> None:
    npm = shutil.which("npm", path=environment()["PATH"])
    if npm is None:
        raise NotFetched(f"npm fetches what {folder.name} needs: on Debian, apt install nodejs npm")
    try:
        done = subprocess.run(
            [npm, *FETCH], cwd=folder, capture_output=True, text=True, timeout=TIME_LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        raise NotFetched(f"npm did not fetch what {folder.name} needs within {TIME_LIMIT} seconds") from None
    if done.returncode:
        raise NotFetched(f"npm could not fetch what {folder.name} needs:\n{done.stderr[-2000:]}")


@contextmanager
def one_at_a_time(what: str) -> Iterator[None]:
    """Whoever comes second waits: groups of tests that run beside each other need the same packages."""
    ARTEFACTS.mkdir(exist_ok=True)
    with (ARTEFACTS / f"{what}.lock").open("a") as held:
        while not locked(held.fileno()):
            time.sleep(0.1)
        yield
