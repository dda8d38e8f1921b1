"""What is known about a refused binding: any of its bytes, any of its keys, any of the values around it.

Nothing here is checked against anything; it is brought into one shape. Bytes may come as bytes or as hex, numbers
signed or unsigned. A key may come with the wrong length on purpose: one without its leading zeros is a common cause of
the trouble. Errors name the value and what was expected; for a key they never show what was got.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NoReturn

from mtlib.crypto.keys import AuthKey
from mtlib.crypto.secret import Secret
from mtlib.errors import LocalError
from mtlib.protocol.facts import Facts, Rules
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


# -- The patient --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Patient:
    """Everything that may be known; nothing of it has to be. `Patient.of(...)` takes it in any of its shapes.

    Bytes: `encrypted_message` (104), or the whole `request` (132), or the `packet` that carried it, or the `stream`
    from the first byte of a connection to the data centre. Keys: `perm_key`, `temp_key`, `other_keys`. Of the
    message that carries the request: `session_id`, `msg_id`, `salt`. Of the request, where only the
    encrypted_message is there: `nonce`, `expires_at`. Unix seconds: `now` (the server's), `local_now` (this
    machine's clock at that moment), `perm_key_created`, `key_expires_at` (what the exchange promised).
    `answer` is what the data centre said. The rest is what only a data centre knows.
    """

    request: bytes | None = None
    encrypted_message: bytes | None = None
    packet: bytes | None = None
    stream: bytes | None = None
    perm_key: GivenKey | None = None
    temp_key: GivenKey | None = None
    other_keys: tuple[GivenKey, ...] = ()
    session_id: int | None = None
    msg_id: int | None = None
    salt: int | None = None
    nonce: int | None = None
    expires_at: int | None = None
    now: int | None = None
    local_now: int | None = None
    perm_key_created: int | None = None
    key_expires_at: int | None = None
    container_msg_id: int | None = None
    answer: str = ""
    temporary: bool = True
    bound_to: int | None = None
    last_bind_msg_id: int | None = None
    perm_key_missing: bool = False
    rules: Rules = field(default_factory=Rules)

    @classmethod
    def of(cls, **given: Any) -> Patient:
        """A patient from whatever shape its values have. Raises LocalError naming the value, and for a key without
        showing it."""
        known = {f.name for f in fields(cls)}
        if not given.keys() <= known:
            raise LocalError("nothing of that name is known about a binding",
                             got=", ".join(sorted(given.keys() - known)), expected=", ".join(sorted(known)))
        return cls(**{name: taken(name, value) for name, value in given.items() if value is not None})

    @classmethod
    def of_facts(cls, facts: Facts, **more: Any) -> Patient:
        """The patient as a data centre has it: what it judged, and what else it may know. A permanent key that carried
        the request is nobody's temporary key."""
        missing = facts.perm_key is None
        temp_key = facts.temp_key if facts.temporary else None
        return cls.of(
            request=facts.request, perm_key=facts.perm_key, temp_key=temp_key, session_id=facts.session_id,
            msg_id=facts.msg_id, now=facts.now, temporary=facts.temporary, bound_to=facts.bound_to,
            key_expires_at=facts.key_expires_at, last_bind_msg_id=facts.last_bind_msg_id, rules=facts.rules,
            perm_key_missing=missing, **more,
        )

    @property
    def clock(self) -> int | None:
        """The data centre's time as well as it is known: `now`, or the time that msg_id carries."""
        if self.now is not None or self.msg_id is None:
            return self.now
        return self.msg_id >> 32

    @property
    def keys(self) -> tuple[GivenKey, ...]:
        """Every key at hand."""
        return tuple(k for k in (self.perm_key, self.temp_key, *self.other_keys) if k is not None)


_BYTES = ("request", "encrypted_message", "packet", "stream")
AS_THEY_ARE = ("temporary", "perm_key_missing", "rules")


def taken(name: str, value: Any) -> Any:
    if name in AS_THEY_ARE:
        return value
    if name in _BYTES:
        return octets_of(value, name)
    if name in ("perm_key", "temp_key"):
        return value if isinstance(value, GivenKey) else GivenKey(value, name)
    if name == "other_keys":
        return _several(name, value)
    if name == "answer":
        return str(value.get("message", "") if isinstance(value, Mapping) else value).strip()
    return whole_number(name, value, 32 if name == "expires_at" else 64)


def _several(name: str, values: Any) -> tuple[Any, ...]:
    if isinstance(values, (str, bytes, AuthKey, int)) or not isinstance(values, Iterable):
        values = (values,)
    return tuple(v if isinstance(v, GivenKey) else GivenKey(v, f"{name}[{i}]") for i, v in enumerate(values))
