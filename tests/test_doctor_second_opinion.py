"""The data centre's checks as far as they can be computed, and what is missing for the others."""

from __future__ import annotations

from typing import Any

import pytest
from mtlib.doctor.arrival import arrive
from mtlib.doctor.patient import Patient
from mtlib.doctor.second_opinion import missing, second_opinion

from patients import OTHER, C


def uncomputed(**told: Any) -> list[str]:
    verdict = second_opinion(arrive(Patient.of(**told)))
    assert verdict.ok
    return [row.name for row in verdict.checks if row.holds is None]


ALWAYS = ["not_bound_elsewhere", "msg_id_rises"]


@pytest.mark.parametrize(
    ("left_out", "unknown"),
    [
        ((), []),
        (("temp_key",), ["over_temporary_key", "temp_auth_key_id"]),
        (("session_id",), ["temp_session_id"]),
        (("msg_id",), ["msg_id"]),
        (("now", "msg_id"), ["msg_id", "expires_at_in_range"]),
    ],
)
def test_a_value_that_is_not_there_leaves_its_checks_open(left_out: tuple[str, ...], unknown: list[str]) -> None:
    told = {name: value for name, value in C.facts().items() if name not in left_out}
    assert set(uncomputed(**told)) == {*ALWAYS, *unknown}
    lacking = [line.split(":")[0] for line in missing(arrive(Patient.of(**told)))]
    assert lacking == [name for name in ("temp_key", "session_id", "msg_id", "now") if name in left_out]


def test_a_bare_seal_is_compared_with_what_is_told() -> None:
    told = C.facts(encrypted_message=C.sealed)
    del told["request"]
    nothing = {"request_parses", "nothing_left_over"}
    assert set(uncomputed(**told)) == {*ALWAYS, *nothing, "nonce", "expires_at", "expires_at_in_range"}
    assert set(uncomputed(**told, nonce=C.nonce, expires_at=C.expires_at)) == {*ALWAYS, *nothing}
    wrong = second_opinion(arrive(Patient.of(**told, nonce=C.nonce ^ 1, expires_at=C.expires_at)))
    assert wrong.failing == ("nonce",)


def test_without_the_permanent_key_everything_inside_is_open() -> None:
    told = C.facts()
    del told["perm_key"]
    assert {"perm_key_known", "length", "msg_key", "nonce", "temp_session_id"} <= set(uncomputed(**told))


@pytest.mark.parametrize(
    ("keys", "lacking"),
    [
        ({}, ["temp_key"]),
        ({"perm_key": C.perm}, ["temp_key"]),
        ({"temp_key": OTHER}, []),
        ({"temp_key": C.temp}, ["perm_key"]),
    ],
)
def test_a_packet_that_stays_closed_lacks_its_key(keys: dict[str, Any], lacking: list[str]) -> None:
    found = missing(arrive(Patient.of(packet=C.packet(), **keys)))
    assert [line.split(":")[0] for line in found] == lacking


def test_the_request_is_judged_as_it_was_sent() -> None:
    verdict = second_opinion(arrive(Patient.of(**C.facts(request=C.request + b"\0\0\0\0"))))
    assert (verdict.error, verdict.failing) == ("INPUT_REQUEST_TOO_LONG", ("nothing_left_over",))
    assert second_opinion(arrive(Patient.of(**C.facts(request=C.request[4:])))).error == "INPUT_FETCH_ERROR"
