"""The ways to get expires_at wrong, which is a date in unix seconds by the data centre's clock."""

from __future__ import annotations

from collections.abc import Callable

from mtlib.doctor.hypothesis import AFTER, FORTY_BYTES, Hypothesis, Stage, at
from mtlib.doctor.mistakes_inside import NO_EXPIRES_AT
from mtlib.doctor.patient import Patient

YOUNGEST = 10**8
"""The third of March 1973: every smaller number is a duration."""
DAY = 86400


def _milliseconds(value: int, patient: Patient) -> bool:
    """The promised end (or a day from now, what all known clients ask for) in milliseconds, cut to 32 bits."""
    clock = patient.clock
    end = patient.key_expires_at or (clock and clock + DAY)
    if not end:
        return False
    away = (value - 1000 * end) % 2**32
    return min(away, 2**32 - away) <= 600_000


def _wrong_clock(value: int, patient: Patient) -> bool:
    """In the past or too late for the data centre, and a lawful date by the clock of the machine."""
    if patient.now is None or patient.local_now is None or abs(patient.local_now - patient.now) < 30:
        return False
    life = (patient.key_expires_at or patient.now + DAY) - patient.now + patient.rules.expires_slack
    return 0 < value - patient.local_now <= life


DATES: tuple[Hypothesis[Callable[[int, Patient], bool]], ...] = at(
    Stage.TIME,
    (
        *NO_EXPIRES_AT,
        lambda value, patient: value == 0,
    ),
    (
        "expires_at_is_a_duration",
        "expires_at is a duration: as a date it lies in the early 1970s.",
        "Add it to the data centre's time: expires_at is a date in unix seconds.",
        FORTY_BYTES,
        lambda value, patient: 0 < value < YOUNGEST,
    ),
    (
        "expires_at_in_milliseconds",
        "expires_at was computed in milliseconds and cut to 32 bits.",
        "Compute it in seconds.",
        FORTY_BYTES,
        _milliseconds,
    ),
    (
        "local_clock_off",
        "expires_at counts from this machine's clock, which is not the data centre's.",
        "Correct the clock by the server_time of the key exchange, and count from that.",
        AFTER,
        _wrong_clock,
    ),
    (
        "expires_at_in_the_past",
        "expires_at has passed.",
        "Give it the end that the key exchange promised, in the data centre's time.",
        AFTER,
        lambda value, patient: patient.clock is not None and value <= patient.clock,
    ),
    (
        "expires_at_too_late",
        "expires_at lies beyond the end that the key exchange promised.",
        "Give it the end that the key exchange promised: no key lives longer than its expires_in.",
        AFTER,
        lambda value, patient: True,
    ),
)
"""Why a date is out of range: the first that fits. The last fits always: nothing else is left."""
