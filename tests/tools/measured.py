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
    begin, _, after = _split(section)
    PAGE.write_text(f"{begin}\n{provenance(command)}\n\n{body}\n{after}", encoding="utf-8")
    print(f"written into {PAGE.relative_to(PAGE.parents[1])}")


def renewed(section: str, rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """The section's rows with `rows` in the place of those that begin alike; what was not measured again stays."""
    new = {row[0]: [each for each in rows if each[0] == row[0]] for row in rows}
    lines = [line for line in _split(section)[1].splitlines() if line.startswith("| ")][2:]
    old = [[cell.replace(r"\|", "|") for cell in re.split(r"(?<!\\) \| ", line[2:-2])] for line in lines]
    kept = {row[0]: [each for each in old if each[0] == row[0]] for row in old}
    return [row for part in (kept | new).values() for row in part]


def _split(section: str) -> tuple[str, str, str]:
    """The page up to the mark of the section, what stands in it, and the rest."""
    begin, end = marks(section)
    text = PAGE.read_text(encoding="utf-8")
    if text.count(begin) != 1 or text.count(end) != 1:
        raise ValueError(f"{PAGE} has no section {section!r}")
    head, rest = text.split(begin)
    body, tail = rest.split(end)
    return head + begin, body, end + tail


def marks(section: str) -> tuple[str, str]:
    return f"<!-- {section}: written by a command, do not edit -->", f"<!-- end of {section} -->"


def provenance(command: str) -> str:
    """The sentence above a table: date, machine, command."""
    return f"Written on {time.strftime('%Y-%m-%d')} with `{command}`, on {machine()}."


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
