"""A patient from a file: JSON, lines of `name: value`, or a captured stream as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from mtlib.clinic.patient import AS_THEY_ARE, Patient, octets_of, taken
from mtlib.errors import LocalError
from mtlib.protocol.binding import ENCRYPTED_SIZE, REQUEST

BIND = REQUEST.id_bytes
ALIASES: Mapping[str, str] = {
    "perm_auth_key": "perm_key", "auth_key": "perm_key", "permanent_key": "perm_key",
    "temp_auth_key": "temp_key", "temporary_key": "temp_key", "key": "other_keys", "keys": "other_keys",
    "temp_session_id": "session_id", "session_id_of_request": "session_id",
    "outer_msg_id": "msg_id", "outer_salt": "salt", "server_salt": "salt",
    "server_now": "now", "error": "answer", "rpc_error": "answer", "request_tl": "request",
}  # fmt: skip
"""Other names under which these values are known."""
_INSIDE = (*AS_THEY_ARE, "container_msg_id", "last_bind_msg_id")
_FROM_FILES = tuple(f.name for f in fields(Patient) if f.name not in _INSIDE)
_LABEL = re.compile(r"""["']?([A-Za-z][\w .-]*?)["']?\s*[:=](?!=)\s*(.*)""")
_HEX = re.compile(r"[0-9A-Fa-f:\s]+")


def read_patient(data: str | bytes, keys: str | bytes | None = None) -> dict[str, Any]:
    """What `diagnose` takes, from a file: a JSON object, lines `name: value`, or a captured stream as it is.

    Bytes are hex, longs are decimal, `#` begins a comment; an indented line goes on with the one above it. Lines
    without a name are, together, an encrypted_message, a request or a captured stream, as they look. Bytes that are
    no text are a stream: all that a client sent. `keys` is a second file; in it each line without a name is a key.
    Raises LocalError with the line and the names that are known.
    """
    text, keys_text = _text_in(data), _text_in(keys or "")
    if keys_text is None:
        raise LocalError("the keys are no text", got=f"{len(keys or '')} bytes",
                         expected="perm_key: and hex, temp_key: and hex")
    found: dict[str, Any] = {} if text is not None else {"stream": data}
    unnamed = ""
    for name, value in _named(text or ""):
        if name:
            _put(found, name, value)
        else:
            unnamed += value
    if unnamed:
        _put(found, _looks_like(unnamed), unnamed)
    for name, value in _named(keys_text):
        _put(found, name or "other_keys", value)
    if not found:
        raise LocalError("nothing about a binding in this file", expected=", ".join(_FROM_FILES))
    return {name: taken(name, value) for name, value in found.items()}


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
        if said[0] in " \t" and (name or value):
            value += said.strip()
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
        if levels and isinstance(value, Mapping) and label not in ("rpc_error", "error"):
            yield from _flat(value, levels - 1)
        elif value is not None:
            yield _known(label, "JSON"), value


def _known(label: str, where: str) -> str:
    name = re.sub(r"[ .-]", "_", label.strip().lower())
    name = ALIASES.get(name, name)
    if name not in _FROM_FILES:
        raise LocalError("nothing of that name is known about a binding", got=label, expected=", ".join(_FROM_FILES),
                         where=where)
    return name


def _looks_like(value: str) -> str:
    data = octets_of(value, "the line without a name", secret=True)  # who knows what was pasted there
    if data[:4] == BIND:
        return "request"
    return "encrypted_message" if len(data) == ENCRYPTED_SIZE else "stream"


def _put(found: dict[str, Any], name: str, value: Any) -> None:
    if name == "other_keys":
        listed = value if isinstance(value, list) else [value]
        found[name] = [*found.get(name, []), *listed]
    elif name in found:
        raise LocalError(f"{name} is there twice", where=name)
    else:
        found[name] = value
