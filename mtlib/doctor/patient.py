"""What is known about a refused binding: any of its bytes, any of its keys, any of the values around it.

Nothing here is checked against anything; it is brought into one shape. Bytes may come as bytes or as hex. A key may
come with the wrong length on purpose: one without its leading zeros is a common cause of the trouble.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

from mtlib.crypto.keys import AuthKey
from mtlib.doctor.given import GivenKey, answer_of, octets_of, whole_number
from mtlib.errors import LocalError
from mtlib.protocol.binding import REQUEST
from mtlib.protocol.checks import Facts, Rules

BIND = REQUEST.id_bytes


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
        return cls(**{name: _taken(name, value) for name, value in given.items() if value is not None})

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


BYTES = ("request", "encrypted_message", "packet", "stream")
"""What is handed over as bytes and is no key."""
_AS_THEY_ARE = ("temporary", "perm_key_missing", "rules")


def _taken(name: str, value: Any) -> Any:
    if name in _AS_THEY_ARE:
        return value
    if name in BYTES:
        return octets_of(value, name)
    if name in ("perm_key", "temp_key"):
        return value if isinstance(value, GivenKey) else GivenKey(value, name)
    if name == "other_keys":
        return _several(name, value)
    if name == "answer":
        return answer_of(value)
    return whole_number(name, value, 32 if name == "expires_at" else 64)


def _several(name: str, values: Any) -> tuple[Any, ...]:
    if isinstance(values, (str, bytes, AuthKey, int)) or not isinstance(values, Iterable):
        values = (values,)
    return tuple(v if isinstance(v, GivenKey) else GivenKey(v, f"{name}[{i}]") for i, v in enumerate(values))
