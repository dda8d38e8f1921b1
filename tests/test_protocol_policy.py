"""What a client does after a refusal: never without end, and never dropping keys without looking at the clock."""

from __future__ import annotations

import pytest

from mtlib.protocol.policy import ATTEMPTS, GIVE_UP, after_refusal, delay


@pytest.mark.parametrize(
    ("error", "age", "attempt", "action"),
    [
        ("ENCRYPTED_MESSAGE_INVALID", 61, 1, "DROP_BOTH_KEYS_THEN_RETRY"),
        ("ENCRYPTED_MESSAGE_INVALID", 60, 1, "RETRY_BIND"),
        ("ENCRYPTED_MESSAGE_INVALID", 5, 1, "RETRY_BIND"),
        ("ENCRYPTED_MESSAGE_INVALID", None, 1, "RETRY_BIND"),
        ("ENCRYPTED_MESSAGE_INVALID", None, ATTEMPTS, GIVE_UP),
        ("CONNECTION_NOT_INITED", 3600, 1, "RETRY_BIND_KEEP_KEYS"),
        ("Timeout", 3600, 1, "RETRY_BIND_KEEP_KEYS"),
        ("EXPIRES_AT_INVALID", 3600, 1, "NEW_TEMP_KEY"),
        ("TEMP_AUTH_KEY_ALREADY_BOUND", 3600, 1, "NEW_TEMP_KEY"),
        ("SOMETHING_ELSE", 3600, 1, GIVE_UP),
    ],
)
def test_the_rule(error: str, age: float | None, attempt: int, action: str) -> None:
    assert after_refusal(error, age, attempt) == action


def test_delays_grow() -> None:
    waits = [delay(attempt) for attempt in range(1, ATTEMPTS + 1)]
    assert waits == sorted(set(waits))
