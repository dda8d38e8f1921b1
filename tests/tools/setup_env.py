"""Builds `.venv` once, and again only when what it was built from has changed.

Standard library only: this runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "built-from"
LOG = VENV / "setup.log"

# Each step gives up one thing that the lessons themselves can do without.
EXTRAS = (
    ("fast,test,browser", ""),
    ("test,browser", "without gmpy2: the lessons give the same bytes, only large powers take longer"),
    ("test", "without gmpy2 and playwright: the browser tests will be left out"),
)

# JupyterLab would ask about its news at the first start, and every kernel would warn of its plain TCP.
SETTINGS: dict[str, dict[str, object]] = {
    "share/jupyter/lab/settings/overrides.json": {
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
    },
    "etc/jupyter/jupyter_config.json": {"KernelManager": {"transport_encryption": "auto"}},
}


OWN_FOLDER = "clone the course into a folder of your own."
LACKING = """\
{python} lacks the module {module}, so it cannot make a virtual environment.
On Debian and Ubuntu: apt install python3-venv (as root), then run this again."""


class CannotSetUp(Exception):
    """A sentence for the person at the keyboard: what is missing, and how to get it."""


def wanted_stamp() -> str:
    """What a fitting `.venv` was built from: this interpreter, this folder, these requirements."""
    parts = hashlib.sha256()
    for piece in (sys.version, sys.base_prefix, str(ROOT)):
        parts.update(piece.encode() + b"\0")
    for name in ("pyproject.toml", "constraints.txt"):
        parts.update((ROOT / name).read_bytes())
    return parts.hexdigest()


def is_ready() -> bool:
    """Whether this user can run `.venv` as it is; one that another interpreter made is not for this one."""
    fits = STAMP.is_file() and STAMP.read_text().strip() == wanted_stamp()
    return fits and os.access(PYTHON, os.X_OK)


def set_up() -> None:
    """Leaves a `.venv` with everything installed, or raises `CannotSetUp` with a sentence."""
    if is_ready():
        return
    if not os.access(ROOT, os.W_OK):
        raise CannotSetUp(f"{ROOT} belongs to another user: {OWN_FOLDER}")
    print("Setting up .venv, once: about a minute, and some 200 MB from the package registry.", flush=True)
    _create(shutil.which("uv"))
    for path, content in SETTINGS.items():
        target = VENV / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(content, indent=1) + "\n")
    _install()
    # matplotlib lists the machine's fonts once and says so on stderr: not in the output of a lesson.
    _logged([str(PYTHON), "-c", "import matplotlib.font_manager"])
    STAMP.write_text(wanted_stamp() + "\n")


def _create(uv: str | None) -> None:
    if importlib.util.find_spec("venv") is None:
        raise CannotSetUp(LACKING.format(python=sys.executable, module="venv"))
    has_pip = importlib.util.find_spec("ensurepip") is not None
    if not has_pip and uv is None:
        raise CannotSetUp(LACKING.format(python=sys.executable, module="ensurepip"))
    # Inside an environment (perhaps the very one that is replaced) the interpreter behind it does the work.
    base = str(getattr(sys, "_base_executable", sys.executable))
    options = ["--clear"] if has_pip else ["--clear", "--without-pip"]
    command = [base, "-m", "venv", *options, str(VENV)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotSetUp(f"python -m venv failed:\n{done.stdout}{done.stderr}".rstrip())


def _install() -> None:
    for extras, loss in EXTRAS:
        if loss:
            print(f"Not everything could be installed; trying {loss}.", flush=True)
        if any(_logged(command) for command in _installers(extras)):
            return
    said = LOG.read_text(errors="replace").splitlines()
    last_words = "\n".join([line for line in said if not line.startswith("WARNING")][-8:])
    raise CannotSetUp(
        f"{last_words}\nThe packages could not be installed. Is the package registry within reach?\n"
        f"All that was said: {LOG}"
    )


def _installers(extras: str) -> Iterator[list[str]]:
    """uv where the machine has it (it is several times faster), else pip, which every environment has."""
    what = ["-c", str(ROOT / "constraints.txt"), "-e", f"{ROOT}[{extras}]"]
    uv = shutil.which("uv")
    if uv is not None:
        yield [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(PYTHON), *what]
    if importlib.util.find_spec("ensurepip") is not None:
        quiet = ["--quiet", "--no-input", "--disable-pip-version-check"]
        yield [str(PYTHON), "-m", "pip", "install", *quiet, *what]


def _logged(command: list[str]) -> bool:
    with LOG.open("a", encoding="utf-8") as log:
        print("$", *command, file=log, flush=True)
        done = subprocess.run(command, cwd=ROOT, env=environment(), stdout=log, stderr=log, check=False)
        return done.returncode == 0


def environment() -> dict[str, str]:
    """What everything in `.venv` runs in: the reader's environment, less what would change the lessons."""
    strange = {"PYTHONHOME", "PYTHONPATH", "MPLBACKEND"}
    env = {key: value for key, value in os.environ.items() if key not in strange}
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
