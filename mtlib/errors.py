"""What can go wrong, and whose fault it is.

Every error carries three things beside its sentence: `got`, `expected` and `where` (a path such as
`auth.bindTempAuthKey/nonce`, a byte offset, or the name of a step). A `LocalError` is the caller's mistake;
a `PeerError` is the other side's. Nothing in this package raises anything else on bad input.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Self


class MtError(Exception):
    """The one base: a sentence, and what was got, what was expected, and where."""

    def __init__(self, message: str, *, got: Any = None, expected: Any = None, where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.got = got
        self.expected = expected
        self.where = where

    def within(self, name: str) -> Self:
        """This error with `name` put in front of `where`, as it passes one level outward."""
        separator = ", " if self.where.startswith("byte ") else "/"
        self.where = f"{name}{separator}{self.where}" if self.where else name
        return self

    def __str__(self) -> str:
        values = ("got", self.got), ("expected", self.expected)
        facts = [f"{word} {_fact(value)}" for word, value in values if value is not None]
        if self.where:
            facts.append(f"at {self.where}")
        return printable(self.message + (f" ({', '.join(facts)})" if facts else ""))


class LocalError(MtError, ValueError):
    """This side asked for something that cannot be: a value out of range, a key of the wrong length."""


class PeerError(MtError):
    """The other side sent something that breaks a rule."""


class DecodeError(PeerError):
    """Bytes that do not parse: a length beyond the data, an unknown constructor, a damaged checksum."""


class OverBudget(DecodeError):
    """A packet that asks for more work than `protocol.limits` allows. Raised before any of that work is done."""


class CheckError(PeerError):
    """Bytes that parse but say something that must not be believed: a foreign nonce, a wrong msg_key."""


class TransportError(PeerError):
    """A frame of four bytes: a negative number instead of a packet.

    Source: core.telegram.org/mtproto/mtproto-transports, "Transport errors".
    """

    MEANINGS: ClassVar[Mapping[int, str]] = {
        -403: "forbidden",
        -404: "auth key not found",
        -429: "transport flood",
        -444: "invalid dc",
    }

    def __init__(self, code: int, *, where: str = "") -> None:
        self.code = code
        self.name = self.MEANINGS.get(code, "unknown transport error")
        super().__init__(f"transport error {code}: {self.name}", where=where)
        self.args = (code,)  # copy and pickle call the class with these


class RpcError(PeerError):
    """The data centre understood the call and refused it: a code and an upper-case name, cut after 128 characters.

    Source: core.telegram.org/api/errors.
    """

    def __init__(self, code: int, name: str, *, where: str = "") -> None:
        self.code = code
        self.name = name = printable(name, 128)
        super().__init__(f"{code} {name}", where=where)
        self.args = (code, name)


class Unreachable(MtError):
    """Nobody answered in time, or the connection ended. Whether the other side accepted is unknown."""


LONGEST = 2000
"""The most characters that an error prints."""


def without_long_hex(text: str) -> str:
    """The text, with every run of 40 or more hex digits replaced by its length, because such a run may be a key."""
    return re.sub(r"[0-9A-Fa-f]{40,}", lambda run: f"({len(run[0])} hex digits)", text)


def printable(text: str, most: int = LONGEST) -> str:
    """Text from outside, made safe to print: cut to `most` characters, with control characters escaped."""
    cut = text if len(text) <= most else f"{text[: most - 3]}..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)


def reason(error: Exception) -> str:
    """What the operating system says about `error`; otherwise the error's own text, or its class name."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _fact(value: Any) -> str:
    """Bytes as hex, long things shortened: an error is a sentence, not a dump."""
    if isinstance(value, int) and value.bit_length() > 256:
        return f"a number of {value.bit_length()} bits"  # Python refuses to print the largest ones
    try:
        text = bytes(value).hex() if isinstance(value, (bytes, bytearray, memoryview)) else str(value)
    except Exception:  # a list with such a number in it, a memoryview that was released: the sentence stays
        text = f"a {type(value).__name__} that cannot be shown"
    return printable(text, 80)
