"""`./run bench [NAME...] [--strict] [--write]`: how fast this is, beside other libraries measured in the same run.

The other libraries are installed at pinned versions into .peers/bench, and this file then runs again with that
folder's Python: the course itself needs none of them. The names: request, ige, factoring, exchange, importing,
loopback, memory; book, the web site in Chromium beside its goals; and clients, the time from TCP accept to boolTrue of
every client that binds, where network namespaces can be had. --write puts everything into
docs/measured.md. Exit status 0; with --strict it is 1 if a goal was missed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from measuring import Figure

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "peers"))

import measured  # noqa: E402
from progress import Progress  # noqa: E402

NAMES = ("request", "ige", "factoring", "exchange", "importing", "loopback", "memory")
CLIENTS, BOOK, WRITE = "clients", "book", "--write"
HEAD = ("what", "against", "ours", "theirs", "ratio", "goal", "")
WIDTHS = (38, 24, 9, 9, 7, 7, 6)


def main(words: list[str]) -> int:
    chosen = [word for word in words if not word.startswith("-")]
    unknown = [word for word in words if word not in (*NAMES, BOOK, CLIENTS, "--strict", WRITE)]
    if unknown:
        known = ", ".join((*NAMES, BOOK, CLIENTS))
        print(f"bench knows no {unknown[0]!r}. There are: {known}, --strict and {WRITE}.", file=sys.stderr)
        return 2
    if WRITE in words and chosen:
        print(f"bench writes whole tables only: {WRITE} goes without names.", file=sys.stderr)
        return 2
    if chosen == [BOOK]:
        return book("--strict" in words)
    python = yardsticks()
    if Path(sys.executable).resolve() != python.resolve() or sys.prefix != str(python.parents[1]):
        ours = [word for word in words if word not in (CLIENTS, BOOK)]
        code = again(python, [str(Path(__file__)), *ours]) if not chosen or {*chosen} - {CLIENTS, BOOK} else 0
        if not chosen or BOOK in chosen:
            code = code or book("--strict" in words, WRITE in words)
        return code or (clients(WRITE in words) if not chosen or CLIENTS in chosen else 0)
    rows = table(chosen or NAMES)
    missed = [row.name for row in rows if not row.met]
    if WRITE in words:
        measured.write("bench", f"./run bench {WRITE}", measured.table((*HEAD[:-1], "met"), [r.cells() for r in rows]))
    print(f"\n{len(missed)} of the goals missed{': ' if missed else ''}{', '.join(missed)}")
    return 1 if missed and "--strict" in words else 0


def yardsticks() -> Path:
    """The Python that has the libraries to measure against."""
    from installing import NotInstalled, install

    try:
        return install("bench") / "bin" / "python"
    except NotInstalled as trouble:
        raise SystemExit(f"The libraries to measure against could not be installed.\n{trouble}") from None


def clients(write: bool = False) -> int:
    """Every client that binds, and ours, at one data centre, in turns."""
    print("\nFrom TCP accept to boolTrue, medians; in each round every client binds once, at the same data centre:")
    timing = Path(__file__).with_name("peer_timing.py")
    said = []
    with subprocess.Popen([sys.executable, str(timing)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        for told in program.stdout or ():
            print(told, end="", flush=True)
            said.append(told)
    if write and not program.returncode:
        measured.write(CLIENTS, f"./run bench {WRITE}", f"```text\n{''.join(said)}```")
    return program.returncode


def book(strict: bool = False, write: bool = False) -> int:
    """The book in Chromium, beside its goals; with this Python, which has a browser to drive."""
    import figures_book

    print("\nThe book in Chromium, over http on loopback, medians; beside them what is asked for:")
    rows = []
    for row in figures_book.figures():
        rows.append(row)
        print(line(row.cells()), flush=True)
    if write:
        measured.write(BOOK, f"./run bench {WRITE}", measured.table((*HEAD[:-1], "met"), [r.cells() for r in rows]))
    return 1 if strict and not all(row.met for row in rows) else 0


def again(python: Path, command: list[str]) -> int:
    """The same program with that Python, which finds the course where it lies."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return subprocess.run([str(python), *command], env=environment, cwd=ROOT, check=False).returncode


def table(names: Iterable[str]) -> list[Figure]:
    """Measure, and print every line as soon as it is known."""
    import figures
    import figures_live

    print(line(HEAD), line(tuple("-" * width for width in WIDTHS)), sep="\n", flush=True)
    rows = []
    with Progress("bench", list(names)) as progress:
        for name in names:
            work: Callable[[], Iterable[Figure]] = getattr(figures, name, None) or getattr(figures_live, name)
            with progress.running(name):
                try:
                    for row in work():
                        rows.append(row)
                        progress.say(line(row.cells()))
                except figures_live.LeftOut as reason:
                    progress.say(f"{name}: left out, {reason}")
    return rows


def line(cells: tuple[str, ...]) -> str:
    return " | ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
