"""Messages: their numbers, the window of msg_ids, containers, packed bodies, notices."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.errors import CheckError, DecodeError, PeerError
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import (
    ANSWER,
    BAD_MSG,
    FROM_CLIENT,
    GZIP,
    NOTICE,
    Budget,
    Message,
    Seqno,
    Window,
    container,
    inflate,
    next_msg_id,
    seconds_of,
    unpack,
)
from mtlib.wire.schema import SCHEMA

# -- msg_id, seqno, and the window of msg_ids that may be believed. ------------------------------------------------


NOW = 1_800_000_000.25


@given(st.floats(1, 2**31 - 1), st.integers(0, 2**63 - 8), st.sampled_from([FROM_CLIENT, ANSWER, NOTICE]))
def test_msg_ids_rise_and_say_who_speaks(now: float, last: int, kind: int) -> None:
    made = next_msg_id(now, last, kind)
    assert made % 4 == kind
    assert made > last
    assert seconds_of(made) > now - 1e-6


@pytest.mark.parametrize("kind", [FROM_CLIENT, ANSWER, NOTICE])
@pytest.mark.parametrize("last", range(2**62, 2**62 + 4))
def test_where_the_clock_is_behind_the_next_number_is_taken(last: int, kind: int) -> None:
    made = next_msg_id(5.0, last, kind)
    assert made % 4 == kind
    assert last < made < last + 8


def test_the_low_half_carries_the_fraction() -> None:
    assert next_msg_id(1_780_000_000.75) == 7645041790101225472


def test_seqnos_count_what_must_be_acknowledged() -> None:
    seqno = Seqno()
    assert [seqno.next(related) for related in (True, False, True, False, False, True)] == [1, 2, 3, 4, 4, 5]


def test_both_ends_of_a_window_belong_to_it() -> None:
    window, limits, now = Window((FROM_CLIENT,), Limits()), Limits(), 1_800_000_000
    for second, said in (
        (now - limits.past - 1, "ignore:too_old"), (now - limits.past, "accept"),
        (now + limits.future, "accept"), (now + limits.future + 1, "ignore:too_new"),
    ):  # fmt: skip
        assert window.judge(second << 32, now) == said


def test_a_window_forgets_from_below_and_raises_its_floor() -> None:
    window = Window((FROM_CLIENT,), Limits(seen=3))
    ids = [next_msg_id(NOW + i) for i in range(5)]
    for each in ids:
        assert window.judge(each, NOW + 5) == "accept"
        window.add(each)
    assert window.floor == ids[1]
    assert [window.judge(each, NOW + 5) for each in ids] == ["ignore:too_old"] * 2 + ["ignore:duplicate"] * 3
    assert window.state(ids[0], NOW) == 1
    assert window.state(ids[4], NOW) == 4
    assert window.state(ids[3] + 4, NOW) == 2
    assert window.state(ids[4] + 4, NOW) == 3


# -- Containers, packed bodies, and what the codes of bad_msg_notification mean. -----------------------------------


PING = bytes(SCHEMA["ping"].build(ping_id=1))


def packed(data: bytes) -> bytes:
    return bytes(SCHEMA["gzip_packed"].build(packed_data=data))


@given(st.lists(st.tuples(st.integers(0, 2**40), st.integers(0, 99)), max_size=5))
def test_a_container_gives_back_what_went_in(numbers: list[tuple[int, int]]) -> None:
    messages = [Message(msg_id, seqno, PING) for msg_id, seqno in numbers]
    assert unpack(Message(2**50, 0, container(messages))) == messages


def test_the_message_itself_where_there_is_no_container() -> None:
    assert unpack(Message(4, 1, PING)) == [Message(4, 1, PING)]


@pytest.mark.parametrize("compress", [gzip.compress, zlib.compress])
def test_gzip_and_zlib_streams_are_both_understood(compress: object) -> None:
    assert inflate(packed(compress(PING)), 100) == PING  # type: ignore[operator]


def test_gzip_inside_a_container() -> None:
    message = Message(4, 1, packed(zlib.compress(PING)))
    assert unpack(Message(8, 0, container([message]))) == [Message(4, 1, PING)]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (zlib.compress(bytes(1000)), "beyond the limit"),
        (zlib.compress(PING)[:-3], "cut off"),
        (b"not packed", "damaged"),
        (zlib.compress(packed(zlib.compress(PING))), "gzip_packed in gzip_packed"),
        (b"", "cut off"),
    ],
)
def test_bad_packing_is_a_decode_error(data: bytes, sentence: str) -> None:
    with pytest.raises(DecodeError, match=sentence):
        inflate(packed(data), 100)


def test_a_megabyte_out_of_a_kilobyte_is_not_made() -> None:
    bomb = packed(gzip.compress(bytes(64 << 20)))
    with pytest.raises(DecodeError, match="limit"):
        inflate(bomb, 65536)


def test_rules_of_containers() -> None:
    inner = container([Message(4, 1, PING)])
    for body, sentence in (
        (container([Message(4, 1, inner)]), "container in a container"),
        (container([Message(12, 1, PING)]), "younger"),
        (container([Message(4, 1, PING)] * 5), "too many"),
    ):
        with pytest.raises(CheckError, match=sentence):
            unpack(Message(8, 0, body), Budget(Limits(messages=4)))


@given(st.binary(max_size=200))
def test_garbage_raises_typed_errors_only(data: bytes) -> None:
    for head in (b"\xdc\xf8\xf1\x73", GZIP):
        try:
            unpack(Message(8, 0, head + data))
        except PeerError:
            continue


def test_every_code_has_a_meaning_and_an_action() -> None:
    resend = {"fix_time_offset_and_resend_new_id", "resend_new_id", "new_salt_and_resend"}
    assert {notice.action for notice in BAD_MSG.values()} == resend | {"new_session", "bug_in_client"}
    assert set(BAD_MSG) == {16, 17, 18, 19, 20, 32, 33, 34, 35, 48, 64}
