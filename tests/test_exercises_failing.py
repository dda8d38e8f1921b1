"""Lessons 19 and 20: every symptom has one cause, and the policy ends."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from mtlib.lab.examining import RIGHT
from mtlib.lab.exercises_dc import ACTIONS, CAUSES, RETRY, SYMPTOMS, TWELVE, retry
from mtlib.protocol import retry as rule
from mtlib.protocol.checks import INVALID
from tests.solutions.retry import SOLUTION


def test_twelve_symptoms_and_twelve_causes() -> None:
    assert sorted(SYMPTOMS.solution.values()) == sorted(CAUSES) == list("abcdefghijkl")
    assert list(TWELVE) == list(range(1, 13))
    seen = " ".join(symptom.seen for symptom in TWELVE.values())
    for name in (
        "ENCRYPTED_MESSAGE_INVALID", "EXPIRES_AT_INVALID", "TEMP_AUTH_KEY_EMPTY", "TEMP_AUTH_KEY_ALREADY_BOUND",
        "CDN_METHOD_INVALID", "AUTH_KEY_PERM_EMPTY", "-404", "16 or 17", "37 97 79 bc", "Silence",
    ):  # fmt: skip
        assert name in seen


def test_the_policy_ends_and_keeps_keys_where_it_can() -> None:
    created = 1_790_000_000
    ages, errors = (0, 59, 60, 61, 10**6), (INVALID, "bad_server_salt", "bad_msg 16", "-404")
    for error, attempt, age, ever in itertools.product(errors, range(1, 9), ages, (True, False)):
        action = retry(error, attempt, created, created, ever, created + age, 0)
        assert action in ACTIONS
        assert action == rule.retry(error, attempt, age, ever).action
        assert (action == "stop") >= (attempt > 3)
        if action == "drop_both_keys":
            assert (error, ever) == (INVALID, True)
            assert age > 60
        assert action != "renumber"


def test_a_function_kept_from_before_is_still_right() -> None:
    """At exactly 60 seconds, of which the exercise does not ask, one may have decided the other way."""
    kept: dict[str, Callable[..., str]] = {}
    exec(SOLUTION.replace("age > 60", "age >= 60"), kept)
    assert RETRY.examine(kept["retry"], "").verdict == RIGHT


def test_after_a_wrong_salt_both_ways_are_lawful() -> None:
    def rebuilds(error: str, attempt: int, *rest: int) -> str:
        action = retry(error, attempt, *rest)  # type: ignore[arg-type]
        return "rebuild" if action == "resend" else action

    assert RETRY.examine(rebuilds, "").verdict == RIGHT
    assert RETRY.examine(lambda *values: retry(*values).replace("rebuild", "resend"), "").verdict != RIGHT
