"""Which event answers which message."""

from __future__ import annotations

import pytest

from mtlib.crypto.entropy import System
from mtlib.crypto.keys import AuthKey
from mtlib.protocol.messages import BAD_MSG
from mtlib.protocol.session import BadMessage, RpcResult, SentPacket, ServiceMessage, Session
from mtlib.wire import SCHEMA, Dissection

NOW = 1_800_000_000.25
TRUE = SCHEMA["boolTrue"].build()


def sent(name: str, *, with_acks: bool = False, **values: object) -> SentPacket:
    session = Session(AuthKey(bytes(range(256))), 77, 5, System())
    if with_acks:
        session._to_ack.append(1)
    return session.send(SCHEMA[name].build(**values), NOW)


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
