"""What people hand in, brought into one shape: bytes or hex, numbers signed or unsigned, keys of whatever length.

Errors name the value and what was expected. For a key they never show what was got.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

from mtlib.crypto.keys import AuthKey
from mtlib.crypto.secret import Secret
from mtlib.errors import LocalError
from mtlib.wire import Dissection

LARGEST = 1 << 20
"""Bytes that are looked at. A binding has two hundred; the rest is room for a captured stream."""
SHORTEST_KEY = 240
"""Bytes of the shortest key that is taken for one that lost its zeros: sixteen of them never happen."""


class GivenKey(Secret):
    """A key as its owner has it (`given`), and the 256 bytes that it stands for (`key`).

    `value` is an AuthKey, bytes or hex: 256 bytes, fewer where leading zeros were lost, or 257 where a library put
    a sign byte in front. Its repr tells the id and the length, nothing else. Raises LocalError for anything else,
    without repeating it.
    """

    __slots__ = ("given", "key")

    def __init__(self, value: AuthKey | bytes | str, where: str = "key") -> None:
        given = value.data if isinstance(value, AuthKey) else octets_of(value, where, secret=True)
        right = given[1:] if len(given) == 257 and given[0] == 0 else given.rjust(256, b"\0")
        if not SHORTEST_KEY <= len(given) <= 257 or len(right) != 256:
            raise LocalError("an auth_key has 256 bytes", got=f"{len(given)} bytes",
                             expected="256, or a few less where its leading zeros were lost", where=where)
        self.given = given
        self.key = AuthKey(right)

    def __eq__(self, other: object) -> bool:
        return self.key == other.key if isinstance(other, GivenKey) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"GivenKey(id={self.key.id}, {len(self.given)} bytes)"


def whole_number(name: str, value: Any, bits: int) -> int:
    """A whole number as it stands in TL: one printed unsigned is taken for its signed twin. Raises LocalError."""
    if isinstance(value, str):
        text = value.strip().lower()
        try:
            value = int(text, 16 if text.startswith("0x") else 10)
        except ValueError:
            raise LocalError(f"{name} is no number", got=value, where=name) from None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise LocalError(f"{name} is no whole number", got=type(value).__name__, where=name)
    signed = value - (1 << bits) if 1 << (bits - 1) <= value < 1 << bits else value
    if not -(1 << (bits - 1)) <= signed < 1 << (bits - 1):
        raise LocalError(f"{name} does not fit {bits} bits", got=value, where=name)
    return signed


def octets_of(value: Any, where: str, *, secret: bool = False) -> bytes:
    """Bytes, or hex in which blanks, colons and a leading 0x do not count. Raises LocalError, which shows nothing of a
    `secret` value."""
    if isinstance(value, str):
        text = re.sub(r"[\s:]", "", value.strip().removeprefix("0x"))
        if len(text) > 2 * LARGEST:
            _too_long(len(text) // 2, where)
        try:
            return bytes.fromhex(text)
        except ValueError:
            shown = f"{len(text)} characters" if secret else value
            raise LocalError(f"{where} is not hex", got=shown, expected="an even number of hex digits",
                             where=where) from None
    if not isinstance(value, (bytes, bytearray, memoryview, Dissection)):
        raise LocalError(f"{where} has to be bytes or hex", got=type(value).__name__, where=where)
    if len(value) > LARGEST:
        _too_long(len(value), where)
    return bytes(value)


def _too_long(size: int, where: str) -> NoReturn:
    raise LocalError(f"{where} is too long for a binding", got=f"{size} bytes", expected=f"{LARGEST} at most",
                     where=where)
