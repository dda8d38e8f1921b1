"""What `./run` can do: the names, the sentences, and who does the work.

Standard library only, like everything that runs outside `.venv`.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import groups
from guard import run_guarded
from setup_env import (
    ISOLATED,
    LESSONS,
    LOCK,
    OWN_FOLDER,
    PYTHON,
    ROOT,
    TESTS,
    CannotSetUp,
    alone,
    environment,
    library_python,
    set_up,
)

TOOLS = Path(__file__).resolve().parent
FIRST_LESSON = "notebooks/00_start_here.ipynb"

USAGE = """\
The command line. It needs only Python and `cryptography`, which it fetches if there is none:
./run doctor FILE     why was my bind refused?
./run bind            two key exchanges and a bind over real TCP, at the local data centre
./run dc              the local data centre, for your own client
./run tap             a relay between your client and it, which shows what goes to and fro
./run dissect HEX     what are these bytes?
./run judge -- PROG   the recipe step by step, for a program in any language
./run sheet bytes     all that a client writes and reads on one sheet; exchange: how a key is made
                      (all of `python -m mtlib`: ./run COMMAND --help says more)

The lessons, set up in .venv at the first use:
./run                 open the lessons in JupyterLab
                      (without a terminal: play every lesson instead, and say how each went)
./run lab [OPTION..]  JupyterLab, whatever the terminal; options are JupyterLab's own
./run lessons [NN..]  play the lessons without a browser, one line each
./run grade FOLDER    how far is a class: one folder per student, with a my_bind.py
./run exam            make an exam out of a secret, and its solutions

For whoever changes something; what the tests need is added to .venv at the first use:
./run test            style, types, unit tests, the inspector in node, and every lesson played again
./run test --quick    style, types and the quicker unit tests
./run test nightly    the others: {nightly}
./run test ci         what CI has the time for
./run test GROUP..    these groups only: {groups}
./run freeze [NN..]   run the lessons again and save their outputs (--check: only compare)
./run bench           measure (--write: and put the table into docs/measured.md)
./run soak            random tests and a data centre under load, for longer (--write: as above)
./run picture         draw the picture of the README
./run book            build the lessons as a web site that is alive (--print: for paper; --base ADDRESS: of its
                      host); ./run site is the same
./run release VERSION prove that this can be released as VERSION; nothing is published
./run clean           remove .venv and everything else that these commands made
Windows: `python run` in place of `./run`."""

READER_GONE = 141
"""The exit status that a shell gives a program whose output nobody reads any more."""

LIBRARY = ("bind", "dc", "dissect", "doctor", "judge", "sheet", "tap")
"""The commands of `python -m mtlib`, which run without the lessons' packages."""
LAUNCH = "import sys; sys.path.insert(0, sys.argv.pop(1)); from mtlib.__main__ import main; sys.exit(main())"

# What the commands make, from the root of the folder. All of it can be made again.
MADE = (
    ".venv", ".artefacts", ".peers", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache",
    "build", "dist", "site", "bind_temp_auth_key.egg-info", "tests/book/node_modules", "tests/node/node_modules",
)  # fmt: skip


def main(words: list[str]) -> int:
    """Runs one command and returns its exit status."""
    try:
        code = command_of(words)
        sys.stdout.flush()
    except CannotSetUp as reason:
        print(reason, file=sys.stderr)
        return 1
    except PermissionError as trouble:
        print(f"{trouble.filename} belongs to another user: {OWN_FOLDER}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # `./run help | head`: enough was read. Python would flush once more at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return code


def command_of(words: list[str]) -> int:
    command, rest = (words[0], words[1:]) if words else ("", [])
    if command in {"help", "-h", "--help"}:
        print(usage())
        return 0
    if command not in COMMANDS:
        print(f"./run knows no command {command!r}.\n\n{usage()}", file=sys.stderr)
        return 2
    return COMMANDS[command](rest)


def usage() -> str:
    return USAGE.format(groups=" ".join(groups.names("all")), nightly=" ".join(groups.names("nightly")))


def library(name: str) -> Callable[[list[str]], int]:
    """A command of `python -m mtlib`: from this folder, where the reader stands, with the reader's own environment.

    A program that it starts must find what it finds without us, so nothing is put on any path.
    """

    def command(rest: list[str]) -> int:
        python = str(library_python())
        return run_guarded([python, *ISOLATED, "-c", LAUNCH, str(ROOT), name, *rest], keyboard=True)

    return command


def start(rest: list[str]) -> int:
    """The command without a name: for a reader the lessons, for a machine without a terminal their proof."""
    return lab(rest) if sys.stdin.isatty() and sys.stdout.isatty() else tool("lessons")(rest)


def lab(rest: list[str]) -> int:
    if set("[]*?") & set(str(ROOT)):  # JupyterLab takes them for a pattern, and finds no widgets
        print(f"JupyterLab finds no widgets in a folder whose name has one of [ ] * ?: rename {ROOT}", file=sys.stderr)
        return 1
    set_up(LESSONS)
    command = [str(PYTHON), "-m", "jupyterlab", f"--ServerApp.root_dir={ROOT}"]
    if (ROOT / FIRST_LESSON).exists():
        command.append(f"--LabApp.default_url=/lab/tree/{FIRST_LESSON}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # Containers and fresh machines have nobody but root; the server listens on loopback only.
        command.append("--allow-root")
    return run([*command, *rest])


def test(rest: list[str]) -> int:
    """`--quick`, `nightly`, `ci`, names of groups, or everything that is not nightly."""
    known = groups.names("all")
    unknown = [word for word in rest if word not in {"--quick", "nightly", "ci", *known}]
    if unknown:
        print(f"No group of tests is called {unknown[0]!r}. There are: {' '.join(known)}.", file=sys.stderr)
        return 2
    set_up(TESTS)
    quick = "--quick" in rest
    chosen = [word for word in rest if word in known]
    for several in {"nightly", "ci"}.intersection(rest):
        chosen += groups.names(several)
    return groups.run_groups(chosen or groups.names("quick" if quick else "usual"), quick=quick)


def tool(name: str, level: str = LESSONS) -> Callable[[list[str]], int]:
    """A command that is a program of its own, tests/tools/NAME.py, and runs in `.venv`."""

    def command(rest: list[str]) -> int:
        program = TOOLS / f"{name}.py"
        if not program.exists():
            missing = program.relative_to(ROOT)
            print(f"./run {name} needs {missing}, which is not in this copy.", file=sys.stderr)
            return 1
        set_up(level)
        return run([str(PYTHON), str(program), *rest])

    return command


def run(command: list[str]) -> int:
    """In the foreground and with the reader's keyboard: Ctrl-C is the program's to answer."""
    return run_guarded(command, keyboard=True, cwd=ROOT, env=environment())


def clean(rest: list[str]) -> int:
    """Leaves what a fresh clone has, and what the reader wrote."""
    with alone():
        for name in MADE:
            shutil.rmtree(ROOT / name, ignore_errors=True)
        with suppress(PermissionError):  # Windows removes no file that is open; it is empty and git ignores it
            LOCK.unlink()
    for folder in ("mtlib", "tests", "notebooks"):
        for cache in [*(ROOT / folder).rglob("__pycache__"), *(ROOT / folder).rglob(".ipynb_checkpoints")]:
            shutil.rmtree(cache, ignore_errors=True)
    shutil.rmtree(ROOT / "__pycache__", ignore_errors=True)
    left = [name for name in MADE if (ROOT / name).exists()]
    if left:
        print(f"Could not remove {', '.join(left)}: made by another user?", file=sys.stderr)
    return 1 if left else 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "": start,
    "lab": lab,
    "test": test,
    "clean": clean,
    **{name: library(name) for name in LIBRARY},
    **{name: tool(name) for name in ("lessons", "freeze", "grade", "exam")},
    **{name: tool(name, TESTS) for name in ("bench", "soak", "picture", "book", "release")},
    "site": tool("book", TESTS),
}
