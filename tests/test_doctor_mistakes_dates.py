"""A number that is no date in the near future, and what it is instead."""

from __future__ import annotations

import struct

import pytest
from mtlib.doctor.mistakes_dates import DATES, DAY, YOUNGEST
from mtlib.doctor.patient import Patient

from wrong_client import NOW


def name(value: int, **known: int) -> str:
    return next(h.name for h in DATES if h.change(value, Patient.of(**known)))


def milliseconds(seconds: int, more: int = 0) -> int:
    """As a program writes it that cuts a large number to four bytes."""
    return int(struct.unpack("<i", struct.pack("<q", seconds * 1000 + more)[:4])[0])


@pytest.mark.parametrize(
    ("value", "known", "expected"),
    [
        (0, {}, "expires_at_left_out"),
        (DAY, {"now": NOW}, "expires_at_is_a_duration"),
        (DAY * 1000, {"now": NOW}, "expires_at_is_a_duration"),
        (YOUNGEST, {"now": NOW}, "expires_at_in_the_past"),
        (-1, {"now": NOW}, "expires_at_in_the_past"),
        (NOW - 14, {"now": NOW}, "expires_at_in_the_past"),
        (NOW + DAY + 301, {"now": NOW, "key_expires_at": NOW + DAY}, "expires_at_too_late"),
        (NOW - 7200 + DAY, {"now": NOW + DAY, "local_now": NOW - 7200}, "local_clock_off"),
        (NOW + 7200 + DAY, {"now": NOW, "local_now": NOW + 7200, "key_expires_at": NOW + DAY}, "local_clock_off"),
        (NOW - 14, {"now": NOW, "local_now": NOW + 5}, "expires_at_in_the_past"),
    ],
)
def test_dates(value: int, known: dict[str, int], expected: str) -> None:
    assert name(value, **known) == expected


@pytest.mark.parametrize("more", [0, 1, 999, 59_000])
@pytest.mark.parametrize("now", [NOW, NOW + 1_000_000, NOW + 3_000_000])
def test_milliseconds_cut_to_32_bits(now: int, more: int) -> None:
    value = milliseconds(now + DAY, more)
    known = {"now": now} | ({} if more < 1000 else {"key_expires_at": now + DAY})
    if value <= now and not 0 <= value < YOUNGEST:
        assert name(value, **known) == "expires_at_in_milliseconds"


def test_other_numbers_are_not_taken_for_milliseconds() -> None:
    """A window of twenty minutes in fifty days: one number in 3600."""
    taken = sum(name(-(2**31) + i * 1_000_003, now=NOW) == "expires_at_in_milliseconds" for i in range(2000))
    assert taken <= 2
