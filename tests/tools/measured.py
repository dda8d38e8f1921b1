"""docs/measured.md: what the measuring commands found. Each writes a section of its own, between two marks."""

from __future__ import annotations

import os
import platform
import re
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "measured.md"


def write(section: str, command: str, body: str) -> None:
    """Puts `body` in the place of what the section held, under a sentence that says when and where it was measured."""
    begin, end = marks(section)
    text = PAGE.read_text(encoding="utf-8")
    if text.count(begin) != 1 or text.count(end) != 1:
        raise ValueError(f"{PAGE} has no section {section!r}")
    head, rest = text.split(begin)
    _, tail = rest.split(end)
    PAGE.write_text(f"{head}{begin}\n{provenance(command)}\n\n{body}\n{end}{tail}", encoding="utf-8")
    print(f"written into {PAGE.relative_to(PAGE.parents[1])}")


def marks(section: str) -> tuple[str, str]:
    return f"<!-- {section}: written by a command, do not edit -->", f"<!-- end of {section} -->"


def provenance(command: str) -> str:
    """The sentence above a table: date, machine, command."""
    return f"Measured on {time.strftime('%Y-%m-%d')} with `{command}`, on {machine()}."


def machine() -> str:
    """Processor, cores, system and Python; nothing that names this machine."""
    name = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"^model name\s*: (.*)$", cpuinfo.read_text(), re.M)
        name = found.group(1) if found else ""
    cores = f"{os.cpu_count()} cores"
    return f"{name or platform.machine()}, {cores}, {platform.system()}, Python {platform.python_version()}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; a `|` in a cell does not end it."""
    lines = [[cell.replace("|", r"\|") for cell in line] for line in (head, ["---"] * len(head), *rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
