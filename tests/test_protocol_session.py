"""A client's session: its numbers, its window, and what it makes of notices."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.crypto.entropy import System
from mtlib.crypto.keys import AuthKey
from mtlib.errors import CheckError, PeerError
from mtlib.protocol.limits import Limits
from mtlib.protocol.packets import ANSWER_MESSAGE, TO_CLIENT, TO_SERVER, open_packet, padding_size, seal
from mtlib.protocol.service import Message, container, unpack
from mtlib.protocol.session import (
    ANSWER,
    FROM_CLIENT,
    NOTICE,
    Answer,
    BadMessage,
    Said,
    Seqno,
    Session,
    Window,
    next_msg_id,
    seconds_of,
)
from mtlib.wire import SCHEMA, Dissection

NOW = 1_800_000_000.25
KEY = AuthKey(bytes(range(256)))


@pytest.fixture
def session() -> Session:
    return Session(KEY, 77, 5, System())


def from_server(body: Dissection | bytes, *, msg_id: int = 0, seqno: int = 1, session_id: int = 77) -> bytes:
    data = bytes(body)
    message = ANSWER_MESSAGE.build(
        salt=5, session_id=session_id, msg_id=msg_id or next_msg_id(NOW, 0, ANSWER), seqno=seqno, length=len(data),
        answer=data, padding=bytes(padding_size(len(data))),
    )  # fmt: skip
    return bytes(seal(message, KEY, TO_CLIENT))


@given(st.floats(1, 2**31 - 1), st.integers(0, 2**63 - 8), st.sampled_from([FROM_CLIENT, ANSWER, NOTICE]))
def test_msg_ids_rise_and_say_who_speaks(now: float, last: int, kind: int) -> None:
    made = next_msg_id(now, last, kind)
    assert made % 4 == kind
    assert made > last
    assert seconds_of(made) > now - 1e-6


def test_the_low_half_carries_the_fraction() -> None:
    assert next_msg_id(1_780_000_000.75) == 7645041790101225472


def test_seqnos_count_what_must_be_acknowledged() -> None:
    seqno = Seqno()
    assert [seqno.next(related) for related in (True, False, True, False, False, True)] == [1, 2, 3, 4, 4, 5]


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


def test_an_answer_is_matched_to_its_request(session: Session) -> None:
    msg_id, _ = session.send(SCHEMA["help.getNearestDc"].build(), NOW)
    result = SCHEMA["nearestDc"].build(country="XX", this_dc=2, nearest_dc=2)
    (event,) = session.receive(from_server(SCHEMA["rpc_result"].build(req_msg_id=msg_id, result=result)), NOW)
    assert isinstance(event, Answer)
    assert isinstance(event.result, Dissection)
    assert event.result["this_dc"] == 2
    assert session.pending == {}


def test_what_asks_for_it_is_acknowledged_with_the_next_message(session: Session) -> None:
    pong = SCHEMA["pong"].build(msg_id=4, ping_id=1)
    first = next_msg_id(NOW, 0, ANSWER)
    session.receive(from_server(pong, msg_id=first, seqno=1), NOW)
    session.receive(from_server(pong, msg_id=first + 4, seqno=2), NOW)
    msg_id, packet = session.send(SCHEMA["ping"].build(ping_id=2), NOW)
    opened = open_packet(bytes(packet), KEY, TO_SERVER)
    parts = unpack(Message(opened["msg_id"], opened["seqno"], opened["request"]))
    acks = SCHEMA.dissect(parts[0].body)
    assert acks["msg_ids"] == (first,)
    assert [p.msg_id for p in parts][1] == msg_id
    assert opened["msg_id"] > max(p.msg_id for p in parts)


def test_a_message_with_a_chosen_id_travels_alone(session: Session) -> None:
    session.receive(from_server(SCHEMA["pong"].build(msg_id=4, ping_id=1)), NOW)
    chosen = session.next_msg_id(NOW)
    msg_id, packet = session.send(SCHEMA["ping"].build(ping_id=2), NOW, msg_id=chosen)
    assert open_packet(bytes(packet), KEY, TO_SERVER)["msg_id"] == chosen == msg_id


def test_a_new_salt_is_taken_and_the_message_goes_again_as_it_was(session: Session) -> None:
    msg_id, first = session.send(SCHEMA["ping"].build(ping_id=2), NOW)
    notice = SCHEMA["bad_server_salt"].build(bad_msg_id=msg_id, bad_msg_seqno=1, error_code=48, new_server_salt=-9)
    (event,) = session.receive(from_server(notice), NOW)
    assert isinstance(event, BadMessage)
    assert (event.notice.action, session.salt) == ("new_salt_and_resend", -9)
    again = open_packet(bytes(session.pack(session.pending[msg_id])), KEY, TO_SERVER)
    before = open_packet(bytes(first), KEY, TO_SERVER)
    assert (again["msg_id"], again["seqno"], again["request"]) == (
        before["msg_id"], before["seqno"], before["request"],
    )  # fmt: skip


@pytest.mark.parametrize(("code", "ahead"), [(16, 400), (17, -400)])
def test_the_clock_is_set_by_the_notice_itself(session: Session, code: int, ahead: int) -> None:
    msg_id = session.next_msg_id(NOW)
    notice = SCHEMA["bad_msg_notification"].build(bad_msg_id=msg_id, bad_msg_seqno=1, error_code=code)
    server = next_msg_id(NOW + ahead, 0, ANSWER)
    (event,) = session.receive(from_server(notice, msg_id=server), NOW)
    assert isinstance(event, BadMessage)
    assert abs(session.time_offset - ahead) < 1.1
    assert abs(seconds_of(session.next_msg_id(NOW)) - (NOW + ahead)) < 1.1


def test_other_messages_must_be_timely(session: Session) -> None:
    pong = SCHEMA["pong"].build(msg_id=4, ping_id=1)
    for shift in (-301, 31):
        with pytest.raises(CheckError):
            session.receive(from_server(pong, msg_id=next_msg_id(NOW + shift, 0, ANSWER)), NOW)


def test_duplicates_say_nothing_and_strangers_are_refused(session: Session) -> None:
    packet = from_server(SCHEMA["pong"].build(msg_id=4, ping_id=1))
    assert len(session.receive(packet, NOW)) == 1
    assert session.receive(packet, NOW) == []
    with pytest.raises(CheckError, match="another session"):
        session.receive(from_server(SCHEMA["pong"].build(msg_id=4, ping_id=1), session_id=78), NOW)
    with pytest.raises(CheckError, match="parity"):
        session.receive(from_server(b"\x00" * 4, msg_id=next_msg_id(NOW)), NOW)


def test_a_greeting_brings_its_salt(session: Session) -> None:
    greeting = SCHEMA["new_session_created"].build(first_msg_id=4, unique_id=1, server_salt=-3)
    (event,) = session.receive(from_server(greeting), NOW)
    assert isinstance(event, Said)
    assert (event.name, session.salt) == ("new_session_created", -3)


def test_an_unknown_object_stays_bytes(session: Session) -> None:
    inner = [Message(next_msg_id(NOW, 0, ANSWER), 1, b"\x01\x02\x03\x04")]
    (event,) = session.receive(from_server(container(inner), msg_id=next_msg_id(NOW + 1, 0, NOTICE)), NOW)
    assert isinstance(event, Said)
    assert (event.body, event.name) == (b"\x01\x02\x03\x04", "unknown")


@given(st.binary(max_size=300))
def test_garbage_raises_typed_errors_only(data: bytes) -> None:
    session: Any = Session(KEY, 77, 5, System())
    with pytest.raises(PeerError):
        session.receive(data, NOW)


def test_repr_shows_no_key(session: Session) -> None:
    assert bytes(KEY).hex()[:16] not in repr(session)
