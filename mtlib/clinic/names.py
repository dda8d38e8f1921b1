"""The names of the values of a binding, and the spellings that people use for them."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "request": "bytes", "encrypted_message": "bytes", "packet": "bytes", "stream": "bytes",
    "perm_key": "key", "temp_key": "key", "other_keys": "key",
    "session_id": "id", "msg_id": "id", "salt": "id", "nonce": "id", "bound_to": "id",
    "expires_at": "date", "now": "date", "local_now": "date", "perm_key_created": "date", "key_expires_at": "date",
    "answer": "text",
}  # fmt: skip
"""The values that can be given about a binding, by the names that `diagnose` takes, with the kind of each."""
BYTES = tuple(name for name, kind in NAMES.items() if kind == "bytes")
"""The values that are bytes, and not keys."""

ALIASES: Mapping[str, str] = {
    "perm_auth_key": "perm_key", "auth_key": "perm_key", "permanent_key": "perm_key", "permanent_auth_key": "perm_key",
    "temp_auth_key": "temp_key", "temporary_key": "temp_key", "temporary_auth_key": "temp_key",
    "tmp_auth_key": "temp_key", "tmp_key": "temp_key", "perm": "perm_key", "temp": "temp_key",
    "key": "other_keys", "keys": "other_keys", "other_key": "other_keys",
    "temp_session_id": "session_id", "session_id_of_request": "session_id",
    "sess_id": "session_id", "message_id": "msg_id", "msgid": "msg_id",
    "outer_msg_id": "msg_id", "outer_message_id": "msg_id",
    "outer_salt": "salt", "server_salt": "salt",
    "server_now": "now", "server_time": "now", "local_time": "local_now",
    "error": "answer", "rpc_error": "answer", "error_message": "answer", "error_code": "answer",
    "bind_result": "answer", "request_tl": "request", "bind_request": "request", "encrypted_msg": "encrypted_message",
    "tcp_stream": "stream", "perm_auth_key_created": "perm_key_created",
}  # fmt: skip
"""Other names under which these values are known."""

FOLLOWING = frozenset((
    "ok", "perm_auth_key_id", "temp_auth_key_id", "auth_key_id", "inner", "envelope", "msg_key", "plaintext", "calls",
    "timings_ms", "schedule", "sha1_a", "sha1_b", "sha1_c", "sha1_d", "aes_key", "aes_iv", "get_nearest_dc",
    "get_app_config", "event", "peer", "at", "text", "facts", "failed", "failing", "verdict", "code",
))  # fmt: skip
"""Names that `bind --json` and `dc --json` print, and that are not needed: they follow from the others."""

_OF_A_TYPE = re.compile(r"(?: +u?int(?:32|64)?|_(?:bin|hex|bytes|b64|base64|raw))+$")
GENERIC = re.compile(r"(?i)(?:[a-z_ ]+ )?(?:pkt|peer|data|buf|buffer|bytes|payload|raw|hex|blob|dump|text|body"
                     r"|hexString|base64Encoded|r|stdin|send|sent|sending|out|outgoing|tx|write|written)[\d_]*")
"""Names that say nothing about the value: bytes with such a name are treated as bytes without one."""


def bare_name(label: str) -> str:
    """One spelling for `tempAuthKey`, `Temp-Auth-Key` and `a.b.temp auth key`: `temp_auth_key`."""
    last = label.split(".")[-1]
    return re.sub(r"[ \-/]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", last.strip())).lower()


_ANOTHERS = frozenset((
    "old", "prev", "previous", "earlier", "former", "stale", "last", "next", "not", "wrong", "bad", "expected",
    "received", "ack", "acks", "acked",
))  # fmt: skip
"""Words before a name which say that the value belongs to another message."""


@functools.lru_cache(1000)
def known(label: str) -> str:
    """The name that `diagnose` has for a label, by its last words; "" if there is none, or if a word before them says
    that the value belongs to another message."""
    words = re.split("[ /]+", _OF_A_TYPE.sub("", label))
    for first in range(len(words)):
        before = words[first - 1].lower() if first else ""
        if before in _ANOTHERS or (words[first + 1 :] and _meant("_".join(words[first - 1 : first + 1]))):
            break  # "temp key expires_at" belongs to the temp_key
        if name := _meant("_".join(words[first:])):
            return "" if before == "new" and name == "msg_id" else name  # the msg_id of the next try
    return ""


def _meant(label: str) -> str:
    name = bare_name(label)
    return ALIASES.get(name, name if name in NAMES else "")


def shown(label: str) -> str:
    """A label as it may be shown: itself if it reads like a name, else only its length, for it may be part of a key."""
    plain = re.fullmatch(r"[A-Za-z]?[a-z]+(?:(?:[ ._-][A-Z]?|[A-Z])[a-z]+)*\d?|[A-Z]+(?:_[A-Z]+)*", label)
    return f"`{label}`" if plain and len(label) <= 32 else f"a name of {len(label)} characters"
