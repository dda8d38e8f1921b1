"""Builds `.venv` once, and again only when what it was built from has changed.

Standard library only: this runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from guard import run_guarded

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

# Each step gives up one thing that the lessons themselves can do without.
EXTRAS = (
    ("fast,test,browser", ""),
    ("test,browser", "without python-flint: the lessons give the same bytes, only large powers take longer"),
    ("test", "without python-flint and playwright: the browser tests will be left out"),
)

# JupyterLab would ask about its news at the first start, and every kernel would warn of its plain TCP.
SETTINGS: dict[str, dict[str, object]] = {
    "share/jupyter/lab/settings/overrides.json": {
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
    },
    "etc/jupyter/jupyter_config.json": {"KernelManager": {"transport_encryption": "auto"}},
    # Saving a lesson changes nothing but what its reader changed.
    "etc/jupyter/jupyter_server_config.json": {"ServerApp": {"jpserver_extensions": {"mtlib.lab.saving": True}}},
}


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
IMPORTED_AS = {"pyyaml": "yaml"}

OWN_FOLDER = "clone the course into a folder of your own."
WAITING = "Another ./run is setting up .venv in this folder: waiting for it."
LACKING = """\
{python} lacks the module {module}, so it cannot make a virtual environment.
On Debian and Ubuntu: apt install python3-venv (as root), then run this again."""


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


def is_ready() -> bool:
    """Whether this user can run `.venv` as it is; one that another interpreter made is not for this one."""
    try:
        fits = STAMP.read_text().strip() == wanted_stamp()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return fits and os.access(PYTHON, os.X_OK)


def set_up() -> None:
    """Leaves a `.venv` with everything installed, or raises `CannotSetUp` with a sentence."""
    if is_ready():
        return
    if not os.access(ROOT, os.W_OK):
        raise CannotSetUp(f"{ROOT} belongs to another user: {OWN_FOLDER}")
    try:
        with alone() as lock:
            if not is_ready():  # nobody else made it while this one waited
                _build(lock)
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
            if _locked(lock):
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


def _locked(descriptor: int) -> bool:
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


def _build(lock: int) -> None:
    print("Setting up .venv, once: about a minute, and some 200 MB from the package registry.", flush=True)
    # The stamp goes first and comes last: a set-up that is interrupted anywhere is begun anew by the next ./run.
    STAMP.unlink(missing_ok=True)
    ARTEFACTS.mkdir(exist_ok=True)
    LOG.write_text("")
    _create(shutil.which("uv"), lock)
    for path, content in SETTINGS.items():
        target = VENV / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(content, indent=1) + "\n")
    _install(lock)
    STAMP.write_text(wanted_stamp() + "\n")


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


def _install(lock: int) -> None:
    for extras, loss in EXTRAS:
        if loss:
            print(f"Not everything could be installed; trying {loss}.", flush=True)
        for command in _installers(extras):
            if _logged(command, lock) and _logged(_trial(extras), lock):
                return
    reach = " Is the package registry within reach?" if OUT_OF_REACH.search(_last_step()) else ""
    raise CannotSetUp(f"{_last_words()}\nThe packages could not be installed.{reach}\nAll that was said: {LOG}")


def _installers(extras: str) -> Iterator[list[str]]:
    """uv where the machine has it (it is several times faster), else pip, which every environment has."""
    # Relative to ROOT, where they run: the name of the folder may hold what means something in a requirement.
    what = ["-c", "constraints.txt", "-e", f".[{extras}]"]
    uv = shutil.which("uv")
    if uv is not None:
        yield [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(PYTHON), *what]
    if importlib.util.find_spec("ensurepip") is not None:
        # --no-user: a pip.conf may ask for the reader's own folder, which no virtual environment looks into.
        quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-user"]
        yield [str(PYTHON), "-m", "pip", "install", *quiet, *what]


def _trial(extras: str) -> list[str]:
    """Imports everything once: that an installer was content is no proof that it can be used."""
    # matplotlib lists the machine's fonts once and says so on stderr: not in the output of a lesson.
    return [str(PYTHON), "-c", "import " + ", ".join([*modules(extras), "matplotlib.font_manager"])]


def modules(extras: str) -> list[str]:
    """The names under which the course and its packages, with these extras, are imported."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = list(project["dependencies"])
    for extra in extras.split(","):
        lines += project["optional-dependencies"][extra]
    names = [re.split(r"[^\w-]", line)[0] for line in lines]
    return ["mtlib", *(IMPORTED_AS.get(name, name.replace("-", "_")) for name in names)]


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
