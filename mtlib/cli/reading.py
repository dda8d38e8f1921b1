"""How the commands read files and arguments, and how they show what they found."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from mtlib.errors import LocalError, reason

NO, USAGE, UNREACHABLE = 1, 2, 3
"""The exit codes, besides 0 for success and 130 for an interrupt."""
MOST = 1 << 22
"""The most bytes of a file that is read."""

Adder = Callable[..., argparse.ArgumentParser]
"""The function of argparse that adds a command to the parser."""


def shown(dissection: Any) -> str:
    """A dissection as text, in colour on a terminal, with a line that says what its columns are."""
    from mtlib.wire.notes import Origin
    from mtlib.wire.view import to_text

    origins = ", ".join(f"{origin.letter} {origin.value}" for origin in Origin)
    table = to_text(dissection, colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ)
    return f"{table}\n\noffset, size, origin ({origins}), field, bytes"


def read(path: str, most: int = MOST) -> bytes:
    """The bytes of a file, or of standard input for "-". Raises LocalError if it cannot be read or is too long."""
    try:
        if path == "-":
            data = sys.stdin.buffer.read(most + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(most + 1)
    except (OSError, ValueError) as error:  # ValueError: no file can have that name
        refuse(f"cannot read {_named(path)}: {reason(error)}")
    if len(data) > most:
        refuse("too much to look at", expected=f"{most} bytes at most", where=path)
    return data


def text(path: str) -> str:
    """The file, or standard input, as text. Raises LocalError if it is not UTF-8."""
    try:
        return read(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse("this file is no text", where=path)


def contents(argument: str) -> bytes | None:
    """The bytes of the file that an argument names, or of standard input; None if it names none."""
    from mtlib.clinic.capture import LARGEST_CAPTURE

    return read(argument, LARGEST_CAPTURE) if argument == "-" or os.path.exists(argument) else None


def octets(argument: str, found: bytes | None) -> bytes:
    """The bytes in an argument, or in `found`, the contents of the file that it names, in whatever notation. If that
    was not plain hex, the notation is reported on stderr."""
    from mtlib.clinic.reading import read_bytes

    if found is None:
        try:
            data, form = read_bytes(argument)
        except LocalError:
            refuse("neither bytes nor the name of a file", got=f"{len(argument)} characters", where="the command line")
    else:
        data, form = read_bytes(found)
    say([] if re.fullmatch(r"(?:line \d+: hex\b[^;]*|raw bytes)", form) else [form])
    return data


def _named(argument: str) -> str:
    """A file's name for a sentence; if it may be a key in the wrong place, only its length."""
    looks = re.search(r"[0-9A-Fa-f]{8}", re.sub(r"[\s:]", "", argument))
    if looks or max(map(len, argument.split("/"))) > 64:
        return f"{len(argument)} characters"
    return argument


def say(notes: Iterable[str], who: str = "read") -> None:
    """Print notes on stderr, such as how something was read, so that stdout has only the result. A closed stderr does
    not stop the command."""
    with contextlib.suppress(OSError):
        for note in notes:
            print(f"{who}: {note}", file=sys.stderr)


def refuse(message: str, **facts: Any) -> NoReturn:
    """Raise LocalError without the error that caused it."""
    raise LocalError(message, **facts) from None
