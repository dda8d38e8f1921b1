"""What people hand in, brought into one shape: bytes or hex, numbers signed or unsigned, keys of whatever length.

Errors name the value, what was expected, and the size of what was got. They never show it: what stands in the place
of a number or of a request may be a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, NoReturn

from mtlib.crypto.keys import AuthKey
from mtlib.crypto.secret import Secret
from mtlib.errors import LocalError, MtError
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import inflate
from mtlib.wire import SCHEMA, Dissection

LARGEST = 1 << 20
"""Bytes that are looked at. A binding has two hundred; the rest is room for a captured stream."""
KEY_SIZES = range(240, 258)
"""Bytes of what is taken for a key: sixteen zeros that got lost never happen, and one sign byte is the most."""

SUCCESS = "boolTrue"
_TRUE = SCHEMA["boolTrue"].id_bytes
_NUMBER = int.from_bytes(_TRUE, "little")
_SPELLINGS = {"booltrue", "true", _TRUE.hex(), f"{_NUMBER:x}", f"0x{_NUMBER:x}", str(_NUMBER), str(_NUMBER - 2**32)}
_RESULT = SCHEMA["rpc_result"].id_bytes


class GivenKey(Secret):
    """A key as its owner has it (`given`), and the 256 bytes that it stands for (`key`).

    `value` is an AuthKey, bytes or hex: 256 bytes, fewer where leading zeros were lost, or 257 where a library put
    a sign byte in front. Its repr tells the id and the length, nothing else. Raises LocalError for anything else,
    without repeating it.
    """

    __slots__ = ("given", "key")

    def __init__(self, value: AuthKey | bytes | str, where: str = "key") -> None:
        given = value.data if isinstance(value, AuthKey) else octets_of(value, where)
        right = given[1:] if len(given) == 257 and given[0] == 0 else given.rjust(256, b"\0")
        if len(given) not in KEY_SIZES or len(right) != 256:
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
            raise LocalError(f"{name} is no number", got=f"{len(text)} characters", where=name) from None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise LocalError(f"{name} is no whole number", got=type(value).__name__, where=name)
    signed = value - (1 << bits) if 1 << (bits - 1) <= value < 1 << bits else value
    if not -(1 << (bits - 1)) <= signed < 1 << (bits - 1):
        raise LocalError(f"{name} does not fit {bits} bits", got=f"{value.bit_length()} bits", where=name)
    return signed


def octets_of(value: Any, where: str) -> bytes:
    """Bytes, or hex in which blanks, colons and a leading 0x do not count. Raises LocalError, which shows nothing of
    the value."""
    if isinstance(value, str):
        text = re.sub(r"[\s:]", "", value.strip().removeprefix("0x"))
        if len(text) > 2 * LARGEST:
            _too_long(len(text) // 2, where)
        try:
            return bytes.fromhex(text)
        except ValueError:
            raise LocalError(f"{where} is not hex", got=f"{len(text)} characters",
                             expected="an even number of hex digits", where=where) from None
    if not isinstance(value, (bytes, bytearray, memoryview, Dissection)):
        raise LocalError(f"{where} has to be bytes or hex", got=type(value).__name__, where=where)
    if len(value) > LARGEST:
        _too_long(len(value), where)
    return bytes(value)


def answer_of(value: Any) -> str:
    """An answer as one line: "boolTrue" for a success and nothing else, empty where none was told.

    `value` is text, a bool, a number (a transport error, a code, a constructor), the bytes of the answer with or
    without rpc_result around them, an exception, or an object of JSON.
    """
    if isinstance(value, bool):
        return SUCCESS if value else "boolFalse"
    if isinstance(value, (bytes, bytearray, memoryview, Dissection)):
        return _of_bytes(bytes(value))
    try:
        if isinstance(value, Mapping):  # its `true` may be that of an `error`, so it is no success
            return " ".join(f"{name} {each}" for name, each in value.items()) or "an empty object"
        text = str(value).strip()
    except ValueError:  # Python refuses to print the largest numbers
        return "a number without an end"
    return SUCCESS if text.lower() in _SPELLINGS else text


def _of_bytes(data: bytes) -> str:
    try:
        body = inflate(data[12:] if data[:4] == _RESULT else data, Limits().inflated)
        if len(body) == 4 and not SCHEMA.knows(body):
            return str(int.from_bytes(body, "little", signed=True))
        found = SCHEMA.dissect(body)
    except MtError:
        return "bytes that are no known answer"
    code, message = found.values.get("error_code", ""), found.values.get("error_message", b"")
    return f"{found.name} {code} {message.decode('ascii', 'replace')}".strip()


def refuse_shown_keys(values: Mapping[str, bytes | None], keys: Iterable[GivenKey]) -> None:
    """Raise LocalError where a piece of a key stands in one of the values whose bytes a diagnosis may show.

    Pieces of eight bytes, from every fourth place of the key. Bytes that repeat or count on, as those of the toy keys
    of the lessons do, stand in many things and say nothing.
    """
    for key in keys:
        pieces = [key.given[at : at + 8] for at in range(0, len(key.given) - 7, 4)]
        pieces = [piece for piece in pieces if len({(b - a) % 256 for a, b in pairwise(piece)}) > 3]
        for name, value in values.items():
            if value is not None and any(piece in value for piece in pieces):
                raise LocalError(f"bytes of a key stand in {name}: nothing of it is shown",
                                 expected="keys under their own names", where=name)


def _too_long(size: int, where: str) -> NoReturn:
    raise LocalError(f"{where} is too long for a binding", got=f"{size} bytes", expected=f"{LARGEST} at most",
                     where=where)
