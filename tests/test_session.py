"""A client's session: its numbers, its window, what it makes of notices, and what answers what."""

from __future__ import annotations

import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.crypto.entropy import Patterned, System
from mtlib.crypto.keys import AuthKey
from mtlib.errors import CheckError, PeerError
from mtlib.protocol.messages import ANSWER, BAD_MSG, NOTICE, Message, container, next_msg_id, seconds_of, unpack
from mtlib.protocol.packets import ANSWER_MESSAGE, TO_CLIENT, TO_SERVER, open_packet, padding_size, seal
from mtlib.protocol.session import BadMessage, RpcResult, SentPacket, ServiceMessage, Session
from mtlib.wire.dissection import Dissection
from mtlib.wire.schema import SCHEMA

# -- A client's session: its numbers, its window, and what it makes of notices.


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


def test_an_answer_is_matched_to_its_request(session: Session) -> None:
    msg_id = session.send(SCHEMA["help.getNearestDc"].build(), NOW).msg_id
    result = SCHEMA["nearestDc"].build(country="XX", this_dc=2, nearest_dc=2)
    (event,) = session.receive(from_server(SCHEMA["rpc_result"].build(req_msg_id=msg_id, result=result)), NOW)
    assert isinstance(event, RpcResult)
    assert isinstance(event.result, Dissection)
    assert event.result["this_dc"] == 2
    assert session.pending == {}


def test_what_asks_for_it_is_acknowledged_with_the_next_message(session: Session) -> None:
    pong = SCHEMA["pong"].build(msg_id=4, ping_id=1)
    first = next_msg_id(NOW, 0, ANSWER)
    session.receive(from_server(pong, msg_id=first, seqno=1), NOW)
    session.receive(from_server(pong, msg_id=first + 4, seqno=2), NOW)
    packet = session.send(SCHEMA["ping"].build(ping_id=2), NOW)
    opened = open_packet(bytes(packet), KEY, TO_SERVER)
    parts = unpack(Message(opened["msg_id"], opened["seqno"], opened["request"]))
    acks = SCHEMA.dissect(parts[0].body)
    assert acks["msg_ids"] == (first,)
    assert [p.msg_id for p in parts][1] == packet.msg_id
    assert opened["msg_id"] > max(p.msg_id for p in parts)


def test_a_message_with_a_chosen_id_travels_alone(session: Session) -> None:
    session.receive(from_server(SCHEMA["pong"].build(msg_id=4, ping_id=1)), NOW)
    chosen = session.next_msg_id(NOW)
    packet = session.send(SCHEMA["ping"].build(ping_id=2), NOW, msg_id=chosen)
    assert open_packet(bytes(packet), KEY, TO_SERVER)["msg_id"] == chosen == packet.msg_id


def test_a_new_salt_is_taken_and_the_message_goes_again_as_it_was(session: Session) -> None:
    first = session.send(SCHEMA["ping"].build(ping_id=2), NOW)
    about = {"bad_msg_id": first.msg_id, "bad_msg_seqno": 1, "error_code": 48}
    notice = SCHEMA["bad_server_salt"].build(**about, new_server_salt=-9)
    (event,) = session.receive(from_server(notice), NOW)
    assert isinstance(event, BadMessage)
    assert (event.notice.action, session.salt) == ("new_salt_and_resend", -9)
    again = open_packet(bytes(session.again(first)), KEY, TO_SERVER)
    before = open_packet(bytes(first), KEY, TO_SERVER)
    assert (again["msg_id"], again["seqno"], again["request"]) == (
        before["msg_id"], before["seqno"], before["request"],
    )  # fmt: skip


@pytest.mark.parametrize(("code", "ahead"), [(16, 400), (17, -400)])
def test_the_clock_is_set_by_the_notice_itself(session: Session, code: int, ahead: int) -> None:
    msg_id = session.send(SCHEMA["ping"].build(ping_id=1), NOW).msg_id
    notice = SCHEMA["bad_msg_notification"].build(bad_msg_id=msg_id, bad_msg_seqno=1, error_code=code)
    server = next_msg_id(NOW + ahead, 0, ANSWER)
    (event,) = session.receive(from_server(notice, msg_id=server), NOW)
    assert isinstance(event, BadMessage)
    assert abs(session.time_offset - ahead) < 1.1
    assert abs(seconds_of(session.next_msg_id(NOW)) - (NOW + ahead)) < 1.1


@pytest.mark.parametrize("code", [16, 17])
def test_a_notice_sets_the_clock_to_a_fraction_of_a_second(session: Session, code: int) -> None:
    msg_id = session.send(SCHEMA["ping"].build(ping_id=1), NOW).msg_id
    notice = SCHEMA["bad_msg_notification"].build(bad_msg_id=msg_id, bad_msg_seqno=1, error_code=code)
    session.receive(from_server(notice, msg_id=next_msg_id(NOW + 400.625, 0, ANSWER)), NOW)
    assert session.time_offset == pytest.approx(400.625, abs=0.001)


@pytest.mark.parametrize("code", [16, 17])
@pytest.mark.parametrize("server", [2**63 - 1, 2**63 - (3600 << 32) + 1])
def test_no_notice_sets_the_clock_to_where_there_are_no_more_msg_ids(session: Session, code: int, server: int) -> None:
    msg_id = session.send(SCHEMA["ping"].build(ping_id=1), NOW).msg_id
    notice = SCHEMA["bad_msg_notification"].build(bad_msg_id=msg_id, bad_msg_seqno=1, error_code=code)
    with pytest.raises(CheckError, match="too_new"):
        session.receive(from_server(notice, msg_id=server), NOW)
    assert session.time_offset == 0
    session.send(SCHEMA["ping"].build(ping_id=1), NOW + 3600)


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
    assert isinstance(event, ServiceMessage)
    assert (event.name, session.salt) == ("new_session_created", -3)


def test_an_unknown_object_stays_bytes(session: Session) -> None:
    inner = [Message(next_msg_id(NOW, 0, ANSWER), 1, b"\x01\x02\x03\x04")]
    (event,) = session.receive(from_server(container(inner), msg_id=next_msg_id(NOW + 1, 0, NOTICE)), NOW)
    assert isinstance(event, ServiceMessage)
    assert (event.body, event.name) == (b"\x01\x02\x03\x04", "unknown")


def rpc_result(msg_id: int, result: Dissection | bytes) -> Dissection:
    return SCHEMA["rpc_result"].build(req_msg_id=msg_id, result=bytes(result))


def test_a_packed_result_is_unpacked(session: Session) -> None:
    msg_id = session.send(SCHEMA["help.getNearestDc"].build(), NOW).msg_id
    packed = SCHEMA["gzip_packed"].build(packed_data=zlib.compress(bytes(SCHEMA["boolTrue"].build())))
    (event,) = session.receive(from_server(rpc_result(msg_id, packed)), NOW)
    assert isinstance(event, RpcResult)
    assert isinstance(event.result, Dissection)
    assert event.result.name == "boolTrue"


def test_a_packed_container_is_unpacked(session: Session) -> None:
    first = next_msg_id(NOW, 0, ANSWER)
    inner = container([Message(first, 0, bytes(SCHEMA["pong"].build(msg_id=4, ping_id=1)))])
    packed = SCHEMA["gzip_packed"].build(packed_data=zlib.compress(inner))
    (event,) = session.receive(from_server(packed, msg_id=first + 4), NOW)
    assert isinstance(event, ServiceMessage)
    assert event.name == "pong"


def test_a_notice_about_a_message_that_was_never_sent_teaches_nothing(session: Session) -> None:
    notice = SCHEMA["bad_server_salt"].build(bad_msg_id=12345 * 4, bad_msg_seqno=1, error_code=48, new_server_salt=-9)
    assert session.receive(from_server(notice), NOW) == []
    assert session.salt == 5


def test_what_an_ignored_container_acknowledged_is_due_once_more_and_no_oftener(session: Session) -> None:
    session._to_ack.extend(range(8000))
    sent = session.send(SCHEMA["ping"].build(ping_id=1), NOW)
    notice = SCHEMA["bad_msg_notification"].build(bad_msg_id=sent.outer.msg_id, bad_msg_seqno=0, error_code=32)
    for number in range(10):
        session.receive(from_server(notice, msg_id=next_msg_id(NOW, 0, ANSWER) + 4 * number, seqno=0), NOW)
    assert list(session._to_ack) == list(range(8000))


def test_a_damaged_message_in_a_container_changes_nothing(session: Session) -> None:
    first = next_msg_id(NOW, 0, ANSWER)
    greeting = SCHEMA["new_session_created"].build(first_msg_id=4, unique_id=1, server_salt=-3)
    damaged = bytes(SCHEMA["pong"].build(msg_id=4, ping_id=1))[:-4]
    messages = [Message(first, 1, bytes(greeting)), Message(first + 4, 1, damaged)]
    packet = from_server(container(messages), msg_id=first + 8)
    for _ in range(2):
        with pytest.raises(PeerError):
            session.receive(packet, NOW)
    assert session.salt == 5


def test_the_same_message_in_another_container_is_no_news_and_is_acknowledged_again(session: Session) -> None:
    first = next_msg_id(NOW, 0, ANSWER)
    inner = Message(first, 1, bytes(SCHEMA["pong"].build(msg_id=4, ping_id=1)))
    assert len(session.receive(from_server(container([inner]), msg_id=first + 4, seqno=0), NOW)) == 1
    assert session.receive(from_server(container([inner]), msg_id=first + 8, seqno=0), NOW) == []
    assert session._due() == (first, first)


@given(st.binary(max_size=300))
def test_garbage_raises_typed_errors_only(data: bytes) -> None:
    session: Any = Session(KEY, 77, 5, System())
    with pytest.raises(PeerError):
        session.receive(data, NOW)


def test_repr_shows_no_key(session: Session) -> None:
    assert bytes(KEY).hex()[:16] not in repr(session)


# -- Which event answers which message.


NOW_CONVERSATION = 1_800_000_000.25
TRUE = SCHEMA["boolTrue"].build()


def sent(name: str, *, with_acks: bool = False, **values: object) -> SentPacket:
    session = Session(AuthKey(bytes(range(256))), 77, 5, System())
    if with_acks:
        session._to_ack.append(1)
    return session.send(SCHEMA[name].build(**values), NOW_CONVERSATION)


def test_results_belong_to_the_message_they_name() -> None:
    request = sent("help.getNearestDc")
    assert request.answered_by(RpcResult(request.msg_id, TRUE)) is TRUE
    assert request.answered_by(RpcResult(request.msg_id + 4, TRUE)) is None


def test_a_notice_about_the_container_is_about_what_it_carried() -> None:
    request = sent("help.getNearestDc", with_acks=True)
    assert request.outer.msg_id > request.msg_id
    for about, mine in ((request.msg_id, True), (request.outer.msg_id, True), (request.msg_id - 4, False)):
        notice = BadMessage(about, 48, BAD_MSG[48], 0.0)
        assert request.answered_by(notice) is (notice if mine else None)


SERVICE = {
    "ping": ({"ping_id": 1}, "pong", {"ping_id": 1}, "msg_id"),
    "get_future_salts": ({"num": 1}, "future_salts", {"now": 1, "salts": []}, "req_msg_id"),
    "msgs_state_req": ({"msg_ids": [4]}, "msgs_state_info", {"info": b"\4"}, "req_msg_id"),
}


@pytest.mark.parametrize("name", SERVICE)
def test_service_answers_name_their_message(name: str) -> None:
    values, answer, more, field = SERVICE[name]
    request = sent(name, **values)
    mine = SCHEMA[answer].build(**more, **{field: request.msg_id})
    assert request.answered_by(ServiceMessage(1, mine)) is mine
    assert request.answered_by(ServiceMessage(1, SCHEMA[answer].build(**more, **{field: request.msg_id + 4}))) is None
    call = sent("help.getNearestDc")
    named = SCHEMA[answer].build(**more, **{field: call.msg_id})
    assert call.answered_by(ServiceMessage(1, named)) is None


def test_what_is_destroyed_answers_only_who_asked_for_that() -> None:
    gone, session = SCHEMA["destroy_auth_key_ok"].build(), SCHEMA["destroy_session_ok"].build(session_id=7)
    assert sent("destroy_auth_key").answered_by(ServiceMessage(1, gone)) is gone
    assert sent("destroy_session", session_id=7).answered_by(ServiceMessage(1, session)) is session
    assert sent("destroy_session", session_id=8).answered_by(ServiceMessage(1, session)) is None
    for other in (gone, session):
        assert sent("help.getNearestDc").answered_by(ServiceMessage(1, other)) is None


OTHERS: list[Dissection | bytes] = [
    TRUE,
    SCHEMA["msgs_ack"].build(msg_ids=[4]),
    SCHEMA["msgs_state_req"].build(msg_ids=[4]),
    SCHEMA["msg_detailed_info"].build(msg_id=4, answer_msg_id=5, bytes=20, status=0),
    SCHEMA["msg_new_detailed_info"].build(answer_msg_id=5, bytes=20, status=0),
    SCHEMA["new_session_created"].build(first_msg_id=1, unique_id=2, server_salt=3),
    b"????",
]


@pytest.mark.parametrize("body", OTHERS, ids=lambda body: getattr(body, "name", "unknown"))
@pytest.mark.parametrize("name", ["help.getNearestDc", "ping"])
def test_everything_else_answers_nothing(name: str, body: Dissection | bytes) -> None:
    request = sent(name, **({"ping_id": 1} if name == "ping" else {}))
    assert request.answered_by(ServiceMessage(1, body)) is None
    assert not request.not_received(ServiceMessage(1, body))


def test_a_session_that_begins_after_the_message_knows_nothing_of_it() -> None:
    request = sent("help.getNearestDc", with_acks=True)

    def begins(first: int) -> bool:
        greeting = SCHEMA["new_session_created"].build(first_msg_id=first, unique_id=2, server_salt=3)
        return request.not_received(ServiceMessage(1, greeting))

    assert begins(request.outer.msg_id + 4)
    assert not begins(request.outer.msg_id)
    assert not begins(request.msg_id)


def test_each_packet_draws_its_padding_under_its_own_number() -> None:
    session, entropy = Session(KEY, 77, 5, Patterned("numbers")), Patterned("numbers")
    for number in (1, 2):
        sent = session.send(SCHEMA["ping"].build(ping_id=number), NOW)
        padding = open_packet(bytes(sent), KEY, TO_SERVER)["padding"]
        assert padding == entropy.at(f"packet-{number}").draw("padding", len(padding))
