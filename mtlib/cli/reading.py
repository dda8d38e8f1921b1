"""What the commands read, and how they show what they found."""

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
"""Exit codes beside 0, and 130 for what was interrupted."""
MOST = 1 << 22
"""Bytes of the longest file that is looked at."""

Adder = Callable[..., argparse.ArgumentParser]
"""What adds a command to the parser, as argparse has it."""


def shown(dissection: Any) -> str:
    """A dissection as text, in colour where somebody looks at it."""
    from mtlib.wire.view import to_text

    return to_text(dissection, colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ)


def read(path: str, most: int = MOST) -> bytes:
    """What a file holds, or standard input. Raises LocalError where it cannot be read, and for more than `most`."""
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
    """The same as text. Raises LocalError for what is none."""
    try:
        return read(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse("this file is no text", where=path)


def contents(argument: str) -> bytes | None:
    """What is in the file that an argument names, or in standard input; None where it names none."""
    from mtlib.clinic.capture import LARGEST_CAPTURE

    return read(argument, LARGEST_CAPTURE) if argument == "-" or os.path.exists(argument) else None


def octets(argument: str, found: bytes | None) -> bytes:
    """The bytes in an argument, or in the file `found` that it names, however they are written; what they were taken
    for is said on stderr, where it was not plain hex."""
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
    """A name for a sentence; what may be a key that stands in the wrong place is told by its size."""
    looks = re.search(r"[0-9A-Fa-f]{8}", re.sub(r"[\s:]", "", argument))
    if looks or max(map(len, argument.split("/"))) > 64:
        return f"{len(argument)} characters"
    return argument


def say(notes: Iterable[str], who: str = "read") -> None:
    """How something was read, or what else there is to say, on stderr: what a command prints stays what it is. Where
    nobody can be told, it does what it does."""
    with contextlib.suppress(OSError):
        for note in notes:
            print(f"{who}: {note}", file=sys.stderr)


def refuse(message: str, **facts: Any) -> NoReturn:
    """Raise LocalError, without the error behind it."""
    raise LocalError(message, **facts) from None
