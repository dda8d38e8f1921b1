"""Builds `.venv` once, and again only when what it was built from has changed.

It has three levels, each with everything of the one before: what the command line needs, the lessons, and the tests.
Asking for a higher level adds to what is there; asking for a lower one finds everything.

Standard library only: this runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from guard import run_guarded
from progress import Progress

if os.name == "nt":
    import msvcrt
else:
    import fcntl

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "built-from"
LOCK = ROOT / ".venv.lock"
ARTEFACTS = ROOT / ".artefacts"
LOG = ARTEFACTS / "setup.log"

LIGHT, LESSONS, TESTS = "light", "lessons", "tests"
LEVELS = (LIGHT, LESSONS, TESTS)
# What each level brings: the extras of pyproject.toml, and what is lost by each step that gives one up. None is the
# course itself: the command line runs from this folder, and needs its dependencies only.
EXTRAS: dict[str, tuple[tuple[str | None, str], ...]] = {
    LIGHT: ((None, ""),),
    LESSONS: (
        ("lessons,tools,fast", ""),
        ("lessons,tools", "without python-flint: the lessons give the same bytes, only large powers take longer"),
    ),
    TESTS: (
        ("lessons,tools,test,browser,fast", ""),
        ("lessons,tools,test,browser", "without python-flint: only large powers take longer"),
        ("lessons,tools,test", "without python-flint and playwright: the browser tests will be left out"),
    ),
}
# What is announced before each: measured on Linux, with everything still to be fetched.
ANNOUNCED = {
    LIGHT: "for the command line, once: some seconds, and about 45 MB",
    LESSONS: "for the lessons, once: about a minute, and about 450 MB",
    TESTS: "for the tests, once: about a minute more, and about 750 MB in all",
}

# JupyterLab would ask about its news at the first start, and every kernel would warn of its plain TCP.
SETTINGS: dict[str, dict[str, object]] = {
    "share/jupyter/lab/settings/overrides.json": {
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
    },
    "etc/jupyter/jupyter_config.json": {"KernelManager": {"transport_encryption": "auto"}},
    # Saving a lesson changes nothing but what its reader changed.
    "etc/jupyter/jupyter_server_config.json": {"ServerApp": {"jpserver_extensions": {"mtlib.lab.saving": True}}},
}

STEPS = ("an empty environment", "the packages", "their first import")

# Of the settings of pip and uv only those that say where the packages are and how to get there.
OF_INSTALLERS = ("PIP_", "UV_")
OF_THE_REGISTRY = re.compile("INDEX|FIND_LINKS|CONFIG_FILE|CERT|TLS|HOST|PROXY|KEYRING|CRED|TIMEOUT|RETR|OFFLINE|CACHE")
# What an installer says when it could not fetch something.
OUT_OF_REACH = re.compile(
    "connection|connect error|name resolution|dns error|failed to fetch|timed? ?out|proxy|ssl|certificate"
    "|no matching distribution|http error|unreachable",
    re.I,
)

# Where a package is imported by another name than it is installed by.
IMPORTED_AS = {"pyyaml": "yaml", "python-flint": "flint", "pytest-xdist": "xdist", "websocket-client": "websocket"}

# Python without what the environment says about it, without the current folder on its path.
ISOLATED = ("-E", "-P")

OWN_FOLDER = "clone the course into a folder of your own."
WAITING = "Another ./run is setting up .venv in this folder: waiting for it."
LACKING = """\
{python} lacks the module {module}, so it cannot make a virtual environment.
On Debian and Ubuntu: apt install python3-venv (as root), then run this again."""
LINKED = ".venv is a link to {target}. A set-up would empty that folder: remove the link, then run this again."


class CannotSetUp(Exception):
    """A sentence for the person at the keyboard: what is missing, and how to get it."""


def wanted_stamp() -> str:
    """What a fitting `.venv` was built from: this interpreter, this folder, these requirements."""
    parts = hashlib.sha256()
    for piece in (sys.version, sys.base_prefix, str(ROOT), json.dumps(SETTINGS)):
        parts.update(piece.encode() + b"\0")
    for name in ("pyproject.toml", "constraints.txt"):
        parts.update((ROOT / name).read_bytes())
    return parts.hexdigest()


def built() -> str:
    """The level of the `.venv` that is here; empty where this user cannot run it, or another interpreter made it."""
    try:
        stamp, level = STAMP.read_text().split()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return ""
    return level if stamp == wanted_stamp() and level in LEVELS and os.access(PYTHON, os.X_OK) else ""


def is_ready(level: str) -> bool:
    """Whether everything of this level is installed."""
    return level in LEVELS[: LEVELS.index(built()) + 1] if built() else False


def library_python() -> Path:
    """A Python that can run the library: the one of `.venv`, else this one where it has what the library needs, else
    that of a `.venv` of the lowest level, which is made for it."""
    for python in (PYTHON, Path(sys.executable)):
        if os.access(python, os.X_OK) and _serves(python):
            return python
    set_up(LIGHT)
    return PYTHON


def _serves(python: Path) -> bool:
    """Whether this Python can import the library's dependencies, and in the versions that are wanted."""
    tried = [f"import {', '.join(modules(None))}"]
    for name, least in re.findall(r"^([\w-]+)>=(\d+)", "\n".join(_project()["dependencies"]), re.M):
        tried += ["from importlib.metadata import version", f"assert int(version({name!r}).split('.')[0]) >= {least}"]
    done = subprocess.run([python, *ISOLATED, "-c", "\n".join(tried)], capture_output=True, check=False)
    return done.returncode == 0


def set_up(level: str) -> None:
    """Leaves a `.venv` with everything of this level installed, or raises `CannotSetUp` with a sentence."""
    if is_ready(level):
        return
    if not os.access(ROOT, os.W_OK):
        raise CannotSetUp(f"{ROOT} belongs to another user: {OWN_FOLDER}")
    try:
        with alone() as lock:
            if not is_ready(level):  # nobody else made it while this one waited
                _build(level, lock)
    except PermissionError:
        raise
    except OSError as trouble:
        raise CannotSetUp(f"The set-up stopped: {trouble}") from trouble


@contextmanager
def alone() -> Iterator[int]:
    """No two set-ups at a time in this folder: whoever comes second waits. Gives the descriptor that holds the lock.

    The system takes the lock back when the last program that has the descriptor is gone, so none is left behind.
    """
    said = False
    while True:
        lock = os.open(LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if locked(lock):
                # `./run clean` removes the file, and a lock on a removed file keeps nobody out.
                if LOCK.exists() and os.path.samestat(os.fstat(lock), LOCK.stat()):
                    yield lock
                    return
            else:
                if not said:
                    print(WAITING, flush=True)
                    said = True
                time.sleep(0.1)
        finally:
            os.close(lock)


def locked(descriptor: int) -> bool:
    """Whether this open file is ours alone now; the system takes that back when it is closed."""
    try:
        if os.name == "nt":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True  # some network file systems have no locks: then the reader has to take the turns
    return True


def _build(level: str, lock: int) -> None:
    if VENV.is_symlink():
        raise CannotSetUp(LINKED.format(target=os.readlink(VENV)))
    lower = built()
    print(f"{'Adding to' if lower else 'Setting up'} .venv {ANNOUNCED[level]}.", flush=True)
    # The stamp goes first and comes last: a set-up that is interrupted anywhere is begun anew by the next ./run.
    STAMP.unlink(missing_ok=True)
    ARTEFACTS.mkdir(exist_ok=True)
    LOG.write_text("")
    with Progress(f"set-up {level}", STEPS[1:] if lower else STEPS) as progress:
        if not lower:
            with progress.running(STEPS[0]):
                _create(shutil.which("uv"), lock)
        for path, content in SETTINGS.items():
            target = VENV / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(json.dumps(content, indent=1) + "\n")
        _install(level, lock, progress)
    STAMP.write_text(f"{wanted_stamp()} {level}\n")


def _create(uv: str | None, lock: int) -> None:
    if importlib.util.find_spec("venv") is None:
        raise CannotSetUp(LACKING.format(python=sys.executable, module="venv"))
    has_pip = importlib.util.find_spec("ensurepip") is not None
    if not has_pip and uv is None:
        raise CannotSetUp(LACKING.format(python=sys.executable, module="ensurepip"))
    # Inside an environment (perhaps the very one that is replaced) the interpreter behind it does the work.
    base = str(getattr(sys, "_base_executable", sys.executable))
    options = ["--clear"] if has_pip else ["--clear", "--without-pip"]
    if not _logged([base, "-m", "venv", *options, str(VENV)], lock):
        raise CannotSetUp(f"{_last_words()}\npython -m venv failed. All that was said: {LOG}")


def _install(level: str, lock: int, progress: Progress) -> None:
    for extras, loss in EXTRAS[level]:
        if loss:
            progress.say(f"Not everything could be installed; trying {loss}.")
        for command in _installers(extras):
            with progress.running(STEPS[1]):
                installed = _logged(command, lock)
            with progress.running(STEPS[2]):
                if installed and _logged(_trial(extras), lock):
                    return
    reach = " Is the package registry within reach?" if OUT_OF_REACH.search(_last_step()) else ""
    raise CannotSetUp(f"{_last_words()}\nThe packages could not be installed.{reach}\nAll that was said: {LOG}")


def _installers(extras: str | None) -> Iterator[list[str]]:
    """uv where the machine has it (it is several times faster), else pip, which every environment has."""
    # Relative to ROOT, where they run: the name of the folder may hold what means something in a requirement.
    what = ["-c", "constraints.txt", *(_project()["dependencies"] if extras is None else ["-e", f".[{extras}]"])]
    uv = shutil.which("uv")
    if uv is not None:
        yield [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(PYTHON), *what]
    if importlib.util.find_spec("ensurepip") is not None:
        # --no-user: a pip.conf may ask for the reader's own folder, which no virtual environment looks into.
        quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-user"]
        yield [str(PYTHON), "-m", "pip", "install", *quiet, *what]


def _trial(extras: str | None) -> list[str]:
    """Imports everything once: that an installer was content is no proof that it can be used."""
    # matplotlib lists the machine's fonts once and says so on stderr: not in the output of a lesson.
    fonts = [] if extras is None else ["matplotlib.font_manager"]
    return [str(PYTHON), "-c", "import " + ", ".join([*modules(extras), *fonts])]


def modules(extras: str | None) -> list[str]:
    """The names under which the library's dependencies are imported; with extras the course and their packages, too."""
    lines = list(_project()["dependencies"])
    for extra in extras.split(",") if extras else ():
        lines += _project()["optional-dependencies"][extra]
    names = [re.split(r"[^\w-]", line)[0] for line in lines]
    own = [] if extras is None else ["mtlib"]
    return [*own, *(IMPORTED_AS.get(name, name.replace("-", "_")) for name in names)]


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project


def _logged(command: list[str], lock: int) -> bool:
    """Runs a step of the set-up. It holds the lock too: as long as it writes, nobody else begins."""
    with LOG.open("a", encoding="utf-8") as log:
        print("$", *command, file=log, flush=True)
        return run_guarded(command, keep=[lock], cwd=ROOT, env=environment(), stdout=log, stderr=log) == 0


def _last_step() -> str:
    """What the last step said, without its command."""
    return LOG.read_text(encoding="utf-8", errors="replace").rpartition("\n$ ")[2].partition("\n")[2]


def _last_words() -> str:
    return "\n".join([line for line in _last_step().splitlines() if not line.startswith("WARNING")][-8:])


def environment() -> dict[str, str]:
    """What everything in `.venv` runs in: the reader's environment, less what would change the lessons."""
    env = {key: value for key, value in os.environ.items() if not _strange(key)}
    # Debian keeps `ip` where an ordinary user's PATH does not lead.
    path = [str(BIN), env.get("PATH", os.defpath)] + ([] if os.name == "nt" else ["/usr/sbin", "/sbin"])
    env |= {"VIRTUAL_ENV": str(VENV), "PATH": os.pathsep.join(path)}
    # The kernel of .venv, not one that the reader's home happens to hold under the same name.
    env |= {"JUPYTER_PREFER_ENV_PATH": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1", "PYTHONUTF8": "1"}
    if os.access(VENV, os.W_OK):
        var = VENV / "var"
        env |= {"IPYTHONDIR": str(var / "ipython"), "MPLCONFIGDIR": str(var / "matplotlib")}
        if not os.access(os.path.expanduser("~"), os.W_OK):
            # Accounts without a home (in containers, say) would make Jupyter, npm and Chromium stumble.
            (var / "home").mkdir(parents=True, exist_ok=True)
            env["HOME"] = str(var / "home")
    return env


def _strange(variable: str) -> bool:
    """Whether a variable changes what Python, its installers or matplotlib do, so that a lesson might differ."""
    if variable.startswith(OF_INSTALLERS):
        return not OF_THE_REGISTRY.search(variable)
    return variable.startswith("PYTHON") or variable in {"MPLBACKEND", "__PYVENV_LAUNCHER__"}
