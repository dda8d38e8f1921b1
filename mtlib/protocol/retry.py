"""What a client does after its binding was refused: one table, and the one case in which keys are dropped.

Source: core.telegram.org/api/pfs, "Error handling": ENCRYPTED_MESSAGE_INVALID means new keys if and only if the
permanent key is more than 60 seconds old, because a younger one may not be known everywhere yet. DEDUCED, from what
careful clients do: a key of unknown age is kept, a client that has never bound suspects itself first, and no binding
is sent after the fourth refusal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mtlib.errors import PeerError, RpcError, TransportError
from mtlib.protocol.checks import INVALID

TIMEOUT = -503
YOUNG = 60
"""Seconds in which a permanent key may still be unknown to parts of its data centre. At exactly 60 it is young."""
TRIES = 4
"""The most bindings that are sent; none follows the refusal of the last."""

RESEND = "resend"
REBUILD = "rebuild"
NEW_TEMP_KEY = "new_temp_key"
DROP_BOTH_KEYS = "drop_both_keys"
STOP = "stop"
ACTIONS: Mapping[str, str] = {
    RESEND: "the same bytes under the same msg_id, with the new salt",
    REBUILD: "a new msg_id, and the seal built anew for it",
    NEW_TEMP_KEY: "drop the temporary key, make and bind another",
    DROP_BOTH_KEYS: "drop both keys and begin anew: whoever was logged in with the permanent key is logged out",
    STOP: "try no more, keep the keys, and report: somebody has to look at it",
}

AFTER: Mapping[str, str] = {
    "bad_server_salt": RESEND,
    "bad_msg 16": REBUILD,  # the client's clock is slow
    "bad_msg 17": REBUILD,  # or fast
    "bad_msg 20": REBUILD,  # older than all that the session remembers
    "AUTH_KEY_PERM_EMPTY": REBUILD,
    "CONNECTION_NOT_INITED": REBUILD,
    str(TIMEOUT): REBUILD,
    "EXPIRES_AT_INVALID": NEW_TEMP_KEY,
    "TEMP_AUTH_KEY_ALREADY_BOUND": NEW_TEMP_KEY,
    "TEMP_AUTH_KEY_EMPTY": NEW_TEMP_KEY,
    "-404": NEW_TEMP_KEY,
}
"""What to do after a refusal, by its name. ENCRYPTED_MESSAGE_INVALID is missing: it depends on the key, see `retry`."""


class Advice(NamedTuple):
    """One of ACTIONS, and why in a sentence."""

    action: str
    why: str


def retry(error: str, attempt: int, perm_key_age: float | None, ever_bound: bool) -> Advice:
    """What to do after a refused binding.

    `error` is a name as `named` gives it, "bad_server_salt", or "bad_msg" and its code; `attempt` counts the refusals
    from 1; `perm_key_age` is in seconds, both times read from one clock, None if unknown; `ever_bound` says whether
    this client ever got boolTrue with the permanent key. Dropping that key logs out the user who is logged in with it.
    """
    if attempt >= TRIES:
        return Advice(STOP, f"this was refusal {attempt}, and {TRIES} are enough")
    if error != INVALID:
        action = AFTER.get(error, STOP)
        return Advice(action, "trying again does not mend this error" if action == STOP else ACTIONS[action])
    if perm_key_age is None:
        return Advice(REBUILD, "nobody knows how old the permanent key is, so it is kept")
    if perm_key_age <= YOUNG:
        return Advice(REBUILD, "the permanent key may be too young to be known everywhere")
    if ever_bound:
        return Advice(DROP_BOTH_KEYS, f"the permanent key has bound before, is older than {YOUNG} s, and is refused")
    return Advice(STOP, f"the permanent key is older than {YOUNG} s and has never bound with this client: its binding "
                        "is more likely wrong than the key dead, so both keys are kept")


def named(error: PeerError) -> str:
    """The name of a refusal for `retry`: the code of a transport error, the name of an API error. A timeout is named by
    its code, since its name is spelled in more than one way."""
    if isinstance(error, TransportError):
        return str(error.code)
    if isinstance(error, RpcError):
        return str(TIMEOUT) if error.code == TIMEOUT else error.name
    return type(error).__name__


def delay(attempt: int) -> float:
    """Seconds to wait before the next try: one, two, four."""
    return float(2 ** (attempt - 1))
