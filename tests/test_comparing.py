"""Each place is compared, and what became of a value is told."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any

import pytest

from mtlib.clinic.comparing import DAY, YOUNGEST, compare, date
from mtlib.clinic.opening import Opened, expected_inside
from mtlib.clinic.patient import Patient
from patients import C
from wrong_client import NOW, WrongClient, key_id, number

PATIENT = Patient.of(**C.facts())
VALUES = {"perm_auth_key_id": number(key_id(C.perm)), "nonce": C.nonce, "expires_at": C.expires_at}


def found(client: WrongClient, patient: Patient = PATIENT, **values: Any) -> list[tuple[str, str, int]]:
    opened = Opened(client.envelope + client.padding, C.perm)
    request = {**VALUES, **values}
    findings = compare(patient, request, client.sealed, opened, expected_inside(patient, request))
    return [(each.name, each.evidence[0].path, each.evidence[0].offset) for each in findings]


def test_nothing_to_tell_about_a_right_binding() -> None:
    assert found(C) == []


PLACES = [
    ("msg_id", {"inner_msg_id": C.msg_id + 4}, "fresh_msg_id_inside", 16),
    ("seqno", {"seqno": 1}, "seqno_not_zero", 24),
    ("length", {"length": 72}, "length_not_forty", 28),
    ("inner/constructor", {"inner_id": bytes(4)}, "wrong_constructor", 32),
    ("inner/nonce", {"inner_nonce": b"12345678"}, "nonce_drawn_twice", 36),
    ("inner/temp_auth_key_id", {"inner_temp": b"12345678"}, "another_temporary_key", 44),
    ("inner/perm_auth_key_id", {"inner_perm": b"12345678"}, "names_another_key", 52),
    ("inner/temp_session_id", {"inner_session": b"12345678"}, "session_of_another_connection", 60),
    ("inner/expires_at", {"inner_expires_at": struct.pack("<i", NOW + 1)}, "expires_at_computed_twice", 68),
]


def test_a_number_without_its_low_half_is_a_clock_in_a_msg_id_only() -> None:
    whole = C.msg_id >> 32 << 32
    assert found(replace(C, inner_msg_id=whole))[0][0] == "msg_id_of_another_clock"
    nonce = C.nonce >> 32 << 32
    assert found(replace(C, inner_nonce=struct.pack("<q", nonce)))[0][0] == "cut_to_32_bits"


@pytest.mark.parametrize(("place", "mistake", "name", "offset"), PLACES)
def test_each_place_inside(place: str, mistake: dict[str, Any], name: str, offset: int) -> None:
    assert found(replace(C, **mistake)) == [(name, f"plaintext/envelope/{place}", offset)]


def test_both_places_outside() -> None:
    client = replace(C, front=b"12345678")
    assert found(client) == [("names_another_key", "encrypted_message/perm_auth_key_id", 0)]
    assert found(C, perm_auth_key_id=77) == [("names_another_key", "request/perm_auth_key_id", 4)]


def test_without_the_key_the_names_are_compared_with_each_other() -> None:
    nobody = Patient.of()
    assert found(replace(C, front=b"12345678"), nobody) == [
        ("names_another_key", "encrypted_message/perm_auth_key_id", 0)
    ]
    assert found(C, nobody) == []


def test_what_is_not_known_is_not_compared() -> None:
    opened = Opened(C.envelope + C.padding, C.perm)
    assert compare(Patient.of(), {}, C.sealed, opened, {}) == []
    assert compare(PATIENT, VALUES, b"", None, {}) == []


def test_one_bit_of_the_name_in_front() -> None:
    front = bytearray(key_id(C.perm))
    front[3] ^= 4
    assert found(replace(C, front=bytes(front)))[0][0] == "one_bit_flipped"


@pytest.mark.parametrize(
    ("value", "more", "names"),
    [
        (NOW, {"now": NOW}, ["expires_at_in_the_past"]),
        (NOW + 1, {"now": NOW}, []),
        (NOW + 1301, {"now": NOW, "key_expires_at": NOW + 1000}, ["expires_at_too_late"]),
        (NOW + 1300, {"now": NOW, "key_expires_at": NOW + 1000}, []),
        (86400, {"now": 1}, []),
        (86400, {}, ["expires_at_is_a_duration"]),
        (NOW, {}, []),
        (NOW, {"msg_id": C.msg_id}, ["expires_at_in_the_past"]),
    ],
)
def test_a_date_is_judged_by_the_clock_that_is_there(value: int, more: dict[str, int], names: list[str]) -> None:
    assert [each.name for each in date(Patient.of(**more), value, "request/expires_at", 20)] == names


# -- Dates ---------------------------------------------------------------------------------------------------------


def name(value: int, **known: int) -> str:
    findings = list(date(Patient.of(**known), value, "request/expires_at", 20))
    return findings[0].name if findings else ""


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
