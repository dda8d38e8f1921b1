"""What the commands read, and how they show what they found."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from mtlib.errors import LocalError

NO, USAGE, UNREACHABLE, INTERRUPTED = 1, 2, 3, 130
"""Exit codes beside 0."""
MOST = 1 << 22
"""Bytes of the longest file that is looked at."""

Adder = Callable[..., argparse.ArgumentParser]
"""What adds a command to the parser, as argparse has it."""


def shown(dissection: Any) -> str:
    """A dissection as text, in colour where somebody looks at it."""
    from mtlib.wire.view import to_text

    return to_text(dissection, colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ)


def read(path: str) -> bytes:
    """What a file holds, or standard input. Raises LocalError where it cannot be read, and for more than `MOST`."""
    try:
        if path == "-":
            data = sys.stdin.buffer.read(MOST + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(MOST + 1)
    except OSError as error:
        refuse(f"cannot read {_named(path)}: {error.strerror}")
    if len(data) > MOST:
        refuse("too much to look at", expected=f"{MOST} bytes at most", where=path)
    return data


def text(path: str) -> str:
    """The same as text. Raises LocalError for what is none."""
    try:
        return read(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse("this file is no text", where=path)


def octets(argument: str) -> bytes:
    """Hex as it stands, or the contents of a file (hex or raw), or standard input."""
    if argument != "-" and not os.path.exists(argument):
        try:
            return bytes.fromhex(argument)
        except ValueError:
            refuse("neither hex nor the name of a file", got=_named(argument), where="the command line")
    from mtlib.clinic.patient import KEY_SIZES

    raw = read(argument)
    try:
        lines = [line for line in raw.decode("ascii").splitlines() if line.strip()]
        values = [bytes.fromhex(line) for line in lines]
    except ValueError:
        if raw.isascii() and raw.decode("ascii").translate(_BLANKS).isprintable() and raw:
            refuse("this is text, and no hex", got=f"{len(raw)} characters", where=argument)
        return raw
    # One value may be folded into lines of one size. Lines of several sizes are several values, and one may be a key.
    sizes = [len(value) for value in values]
    if len(set(sizes[:-1])) > 1 or sizes[-1:] > sizes[:1]:
        refuse("several values in one file", expected="one, in lines of one size", where=argument)
    if len(sizes) > 1 and any(size in KEY_SIZES for size in sizes):
        refuse("a line of this file has the size of a key", expected="keys in a file for --keys", where=argument)
    return b"".join(values)


_BLANKS = dict.fromkeys(map(ord, "\t\r\n\f\v"))


def _named(argument: str) -> str:
    """A name for a sentence; what may be a key that stands in the wrong place is told by its size."""
    looks = re.search(r"[0-9A-Fa-f]{8}", re.sub(r"[\s:]", "", argument))
    if looks or max(map(len, argument.split("/"))) > 64:
        return f"{len(argument)} characters"
    return argument


def refuse(message: str, **facts: Any) -> NoReturn:
    """Raise LocalError, without the error behind it."""
    raise LocalError(message, **facts) from None
