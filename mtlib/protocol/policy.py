"""What a client does after its binding was refused: a rule small enough to be read in one go.

Source: core.telegram.org/api/pfs, "Error handling": ENCRYPTED_MESSAGE_INVALID means new keys if and only if the
permanent key is more than 60 seconds old, because a younger one may not be known everywhere yet. Unknown age and
CONNECTION_NOT_INITED follow the practice of working clients.
"""

from __future__ import annotations

ATTEMPTS = 3
YOUNG = 60
"""Seconds in which a permanent key may still be unknown to parts of its data centre."""

DROP_BOTH_KEYS_THEN_RETRY = "DROP_BOTH_KEYS_THEN_RETRY"
RETRY_BIND = "RETRY_BIND"
RETRY_BIND_KEEP_KEYS = "RETRY_BIND_KEEP_KEYS"
NEW_TEMP_KEY = "NEW_TEMP_KEY"
GIVE_UP = "GIVE_UP"


def after_refusal(error: str, perm_key_age: float | None, attempt: int = 1) -> str:
    """What to do after `error` at the binding's `attempt`th try; `perm_key_age` in seconds, None if unknown.

    Dropping keys on a data centre where somebody is logged in logs them out; that is why the age is asked first.
    """
    if error == "ENCRYPTED_MESSAGE_INVALID" and perm_key_age is not None and perm_key_age > YOUNG:
        return DROP_BOTH_KEYS_THEN_RETRY
    if attempt >= ATTEMPTS:
        return GIVE_UP
    if error == "ENCRYPTED_MESSAGE_INVALID":
        return RETRY_BIND
    if error in ("CONNECTION_NOT_INITED", "Timeout"):
        return RETRY_BIND_KEEP_KEYS
    if error in ("EXPIRES_AT_INVALID", "TEMP_AUTH_KEY_ALREADY_BOUND", "TEMP_AUTH_KEY_EMPTY"):
        return NEW_TEMP_KEY
    return GIVE_UP


def delay(attempt: int) -> float:
    """Seconds to wait before the next try: one, two, four, ..."""
    return float(2 ** (attempt - 1))
