"""Each client from its package registry, at the versions that are written down, into a folder of its own.

Nothing here becomes a dependency of the course: the folders are `.peers/NAME`, and git ignores them.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "tools"))

from npm import FETCH, TIME_LIMIT, one_at_a_time  # noqa: E402

CLIENTS = Path(__file__).resolve().parent / "clients"
PEERS = ROOT / ".peers"


class NotInstalled(Exception):
    """A client that its registry did not give. The run fails: a peer that is not asked proves nothing."""


def install(name: str) -> Path:
    """The folder of that client, installed if it is not there yet or if other versions are written down now."""
    recipe, folder = CLIENTS / name, PEERS / name
    stamp = folder / "installed-from"
    wanted = _stamp(recipe)
    with one_at_a_time(f"peer-{name}"):
        if not stamp.exists() or stamp.read_text() != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            (_npm if (recipe / "package.json").exists() else _pip)(recipe, folder)
            stamp.write_text(wanted)
    return folder


def program(name: str, script: str) -> list[str]:
    """The command that runs one of the client's scripts with what was installed for it."""
    folder = install(name)
    if (folder / "node_modules").exists():
        # node looks for packages beside the script, so the script goes to them.
        beside = shutil.copyfile(CLIENTS / name / script, folder / Path(script).name)
        return ["node", str(beside)]
    return [str(folder / "bin" / "python"), str(CLIENTS / name / script)]


def _stamp(recipe: Path) -> str:
    parts = hashlib.sha256(f"{sys.version} {PEERS}".encode())
    for name in ("package.json", "package-lock.json", "requirements.txt"):
        parts.update((recipe / name).read_bytes() if (recipe / name).exists() else b"")
    return parts.hexdigest()


def _npm(recipe: Path, folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(recipe / name, folder / name)
    _run(["npm", *FETCH], folder)


def _pip(recipe: Path, folder: Path) -> None:
    """The list is complete, so nothing is resolved: what is tested today is tested tomorrow."""
    _run([sys.executable, "-m", "venv", "--without-pip", str(folder)], folder)
    python, wanted = str(folder / "bin" / "python"), ["--no-deps", "-r", str(recipe / "requirements.txt")]
    if importlib.util.find_spec("pip") is not None:
        quiet = ["-q", "--disable-pip-version-check", "--no-input", "--no-compile"]
        _run([sys.executable, "-m", "pip", "--python", python, "install", *quiet, *wanted], folder)
    else:
        _run(["uv", "pip", "install", "-q", "--python", python, *wanted], folder)


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
    except (OSError, subprocess.TimeoutExpired) as trouble:
        raise NotInstalled(f"{' '.join(command)}: {trouble}") from None
    if done.returncode:
        raise NotInstalled(f"{' '.join(command)}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
