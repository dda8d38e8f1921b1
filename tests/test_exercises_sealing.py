"""Lessons 11 to 13: answers that are lawful and not the library's, and what the documents say."""

from __future__ import annotations

from typing import Any

import pytest

from mtlib.lab.examining import RIGHT
from mtlib.lab.exercises_recipe import ACCIDENT, MSG_ID, PADDING_V2, SEQNO
from mtlib.protocol.messages import next_msg_id


def by_a_float(now_ns: int, last: int, perm_last: int) -> int:
    return next_msg_id(now_ns / 10**9, last)


def by_the_last_one(now_ns: int, last: int, perm_last: int) -> int:
    wanted = (now_ns << 32) // 10**9 & ~3
    return wanted if wanted > last else last + 8


@pytest.mark.parametrize("answer", [by_a_float, by_the_last_one])
def test_every_lawful_msg_id_is_right(answer: Any) -> None:
    assert MSG_ID.examine(answer, "").verdict == RIGHT


def test_a_msg_id_a_second_off_is_not() -> None:
    assert MSG_ID.examine(lambda now, last, perm: by_a_float(now + 10**9, last, perm), "").verdict != RIGHT


@pytest.mark.parametrize("made", [lambda ms: ms, lambda ms: ms << 32, lambda ms: 4 * ms])
@pytest.mark.parametrize("least", [lambda last: 0, lambda last: last + 4])
def test_milliseconds_are_named_as_what_they_are(made: Any, least: Any) -> None:
    found = MSG_ID.examine(lambda now, last, perm: max(made(now // 1_000_000), least(last)), "")
    assert found.mistake == "msg_id_milliseconds", found


def test_the_old_padding_rule_fits_the_request_by_accident() -> None:
    assert -(32 + 132) % 16 == PADDING_V2.solution(132) == 12
    assert (-(32 + 12) % 16, PADDING_V2.solution(12)) == (4, 20)
    assert PADDING_V2.examine(lambda body: -(32 + body) % 16, "").sentence == ACCIDENT


def test_seven_recorded_binds_had_message_1_and_envelope_0() -> None:
    assert SEQNO.solution(0) == (1, 0)
