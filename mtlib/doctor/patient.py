"""What is known about a refused binding: any of its bytes, any of its keys, any of the values around it.

Nothing here is checked against anything; it is brought into one shape. Bytes may come as bytes or as hex. A key may
come with the wrong length on purpose: one without its leading zeros is a common cause of the trouble.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from mtlib.crypto.keys import AuthKey
from mtlib.doctor.given import KEY_SIZES, GivenKey, answer_of, octets_of, whole_number
from mtlib.errors import LocalError
from mtlib.protocol.binding import ENCRYPTED_SIZE
from mtlib.protocol.checks import Facts, Rules
from mtlib.wire.schema import REQUEST

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


# -- From a file --------------------------------------------------------------------------------------------------

ALIASES: Mapping[str, str] = {
    "perm_auth_key": "perm_key", "auth_key": "perm_key", "permanent_key": "perm_key",
    "temp_auth_key": "temp_key", "temporary_key": "temp_key", "key": "other_keys", "keys": "other_keys",
    "temp_session_id": "session_id", "session_id_of_request": "session_id",
    "outer_msg_id": "msg_id", "outer_salt": "salt", "server_salt": "salt",
    "server_now": "now", "error": "answer", "rpc_error": "answer", "request_tl": "request",
}  # fmt: skip
"""Other names under which these values are known."""
_INSIDE = (*_AS_THEY_ARE, "container_msg_id", "last_bind_msg_id")
_FROM_FILES = tuple(f.name for f in fields(Patient) if f.name not in _INSIDE)
_KEYS = ("perm_key", "temp_key", "other_keys")
TAGS = (b"\xee" * 4, b"\xdd" * 4)
"""Beginnings of a stream that no key has by accident. (That of the abridged framing is a single byte.)"""
_LABEL = re.compile(r"""["']?([A-Za-z][\w .-]*?)["']?\s*[:=](?!=)\s*(.*)""")
_HEX = re.compile(r"[0-9A-Fa-f:\s]+")


def read_patient(data: str | bytes, keys: str | bytes | None = None) -> dict[str, Any]:
    """What `diagnose` takes, from a file: a JSON object, lines `name: value`, or a captured stream as it is.

    Bytes are hex, longs are decimal, `#` begins a comment; an indented line goes on with the named one above it. Each
    line without a name is a value of its own: a request, an encrypted_message, a key or a captured stream, as it
    looks. Bytes that are no text are a stream: all that a client sent. `keys` is a second file; in it each line without
    a name is a key. Raises LocalError with the line and the names that are known, and never with what a line holds:
    who knows what was pasted there.
    """
    text, keys_text = _text_in(data), _text_in(keys or "")
    if keys_text is None:
        raise LocalError("the keys are no text", got=f"{len(keys or '')} bytes",
                         expected="perm_key: and hex, temp_key: and hex")
    found: dict[str, Any] = {} if text is not None else {"stream": data}
    if isinstance(data, bytes) and text is None and _looks_like(data) == "other_keys":
        raise LocalError("these bytes have the size of a key, and begin no stream", got=f"{len(data)} bytes",
                         expected="keys as lines of hex, in a file of their own")
    given = list(_named(text or ""))
    for name, value in [*(pair for pair in given if pair[0]), *_unnamed([value for name, value in given if not name])]:
        _put(found, name, value)
    for name, value in _named(keys_text):
        _put(found, name or "other_keys", value)
    if not found:
        raise LocalError("nothing about a binding in this file", expected=", ".join(_FROM_FILES))
    return {name: _taken(name, value) for name, value in found.items()}


def _text_in(data: str | bytes) -> str | None:
    """The text of a file, or None where it is none: a stream of ciphertext is not UTF-8, and no text has zero bytes."""
    if isinstance(data, str):
        return data
    try:
        return None if b"\0" in data else data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _named(text: str) -> Iterator[tuple[str, Any]]:
    """Names and values; the name is empty where none was given."""
    if not text.lstrip().startswith("{"):
        yield from _lines(text)
        return
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f"line {getattr(error, 'lineno', '?')}"
        raise LocalError("this begins like JSON and is none", got=type(error).__name__, where=where) from None
    yield from _flat(values)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    name, value = "", ""
    for number, line in enumerate(text.splitlines(), 1):
        said = line.split("#")[0].rstrip(" \t,")
        if not said:
            continue
        if said[0] in " \t" and name:
            value = _continued(name, value, said.strip(), f"line {number}")
            continue
        if value:
            yield name, value
        label = None if _HEX.fullmatch(said) else _LABEL.fullmatch(said.strip())
        name = _known(label[1], f"line {number}") if label else ""
        value = label[2].strip("\"' ") if label else said.strip()
    if value:
        yield name, value


def _flat(values: Mapping[str, Any], levels: int = 4) -> Iterator[tuple[str, Any]]:
    """Objects in the object are looked through: `outer`, `state`, `input`."""
    for label, value in values.items():
        if levels and isinstance(value, Mapping) and label not in ("answer", "rpc_error", "error"):
            yield from _flat(value, levels - 1)
        elif value is not None:
            yield _known(label, "JSON"), value


def _known(label: str, where: str) -> str:
    name = re.sub(r"[ .-]", "_", label.strip().lower())
    name = ALIASES.get(name, name)
    if name not in _FROM_FILES:
        raise LocalError("nothing of that name is known about a binding", expected=", ".join(_FROM_FILES), where=where)
    return name


def _continued(name: str, value: str, more: str, where: str) -> str:
    """A value with its next line. A whole key under a value that is none was meant to be a line of its own."""
    if value and name not in _KEYS and _HEX.fullmatch(more) and len(re.sub(r"[\s:]", "", more)) // 2 in KEY_SIZES:
        raise LocalError(f"a line of the size of a key goes on with {name}", expected="a name in front of it",
                         where=where)
    return value + more


def _unnamed(lines: list[str]) -> list[tuple[str, str]]:
    """What each line without a name is. They are never put together, except where none is anything alone and all of
    them are exactly the bytes of one encrypted_message."""
    values = [octets_of(line, "the line without a name") for line in lines]
    names = [_looks_like(value) for value in values]
    if len(values) > 1 and not any(names) and sum(map(len, values)) == ENCRYPTED_SIZE:
        return [("encrypted_message", "".join(lines))]
    for name, value in zip(names, values, strict=True):
        if not name:
            raise LocalError("a line without a name looks like nothing that is known here", got=f"{len(value)} bytes",
                             expected="`name: hex`, and lines that go on indented")
    return list(zip(names, lines, strict=True))


def _looks_like(data: bytes) -> str:
    """The name for bytes without one; empty where it would be a guess. Size and beginning decide, so that a key, or a
    piece of one, is not taken for something whose bytes are shown."""
    if data[:4] == BIND:
        return "request"
    if len(data) == ENCRYPTED_SIZE:
        return "encrypted_message"
    exchange = bytes(8) in (data[2:10], data[5:13], data[8:16])  # the first message of a client without keys
    if exchange or data.startswith(TAGS):
        return "stream"
    if len(data) in KEY_SIZES:
        return "other_keys"
    return "stream" if len(data) > max(KEY_SIZES) and data[0] != 0xEF else ""


def _put(found: dict[str, Any], name: str, value: Any) -> None:
    if name == "other_keys":
        listed = value if isinstance(value, list) else [value]
        found[name] = [*found.get(name, []), *listed]
    elif name in found:
        raise LocalError(f"{name} is there twice", where=name)
    else:
        found[name] = value
