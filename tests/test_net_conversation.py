"""Which event answers which message."""

from __future__ import annotations

from typing import Any

import pytest

from mtlib.errors import RpcError
from mtlib.net.connection import Conversation, _answers
from mtlib.protocol.messages import BAD_MSG, Seqno
from mtlib.protocol.session import Answer, BadMessage, Said
from mtlib.wire import SCHEMA


def test_results_belong_to_the_message_they_name() -> None:
    result = SCHEMA["boolTrue"].build()
    assert _answers(Answer(4, result), 4, {}) is result
    assert _answers(Answer(8, result), 4, {}) is None


def test_a_notice_about_the_container_is_about_what_it_carried() -> None:
    pending: dict[int, Any] = {4: None, 8: None}
    notice = BadMessage(4, 48, BAD_MSG[48], 0.0)
    assert _answers(notice, 4, pending) is notice
    assert _answers(notice, 8, pending) is None
    about_container = BadMessage(12, 48, BAD_MSG[48], 0.0)
    assert _answers(about_container, 8, pending) is about_container


def test_service_answers_name_their_message_or_none() -> None:
    pong = SCHEMA["pong"].build(msg_id=4, ping_id=1)
    assert _answers(Said(1, pong), 4, {}) is pong
    assert _answers(Said(1, pong), 8, {}) is None
    gone = SCHEMA["destroy_auth_key_ok"].build()
    assert _answers(Said(1, gone), 8, {}) is gone
    for name, values in (
        ("new_session_created", {"first_msg_id": 1, "unique_id": 2, "server_salt": 3}),
        ("msgs_ack", {"msg_ids": [4]}),
    ):
        assert _answers(Said(1, SCHEMA[name].build(**values)), 4, {}) is None
    assert _answers(Said(1, b"????"), 4, {}) is None


class Scripted:
    """A line and a session in one: what comes back is written down beforehand."""

    limits = frames_sent = 0

    def __init__(self, *packets: list[Any]) -> None:
        self.packets, self.pending, self.seqno = list(packets), {4: None}, Seqno()

    def send(self, query: Any, *_: Any, **__: Any) -> Any:
        return 4, query

    def receive(self, packet: Any = None, now: float = 0) -> Any:
        return self.packets.pop(0) if packet is None else packet


def test_all_that_arrives_is_kept_also_behind_the_answer_and_after_a_refusal() -> None:
    result, late = SCHEMA["boolTrue"].build(), Said(5, SCHEMA["pong"].build(msg_id=8, ping_id=1))
    scripted: Any = Scripted([late, Answer(4, result), late])
    talk = Conversation(scripted, scripted, lambda: 0.0)
    assert talk.ask(b"....") is result
    assert talk.events == [late, Answer(4, result), late]
    error = SCHEMA["rpc_error"].build(error_code=400, error_message="NO")
    scripted = Scripted([Answer(4, error), late])
    talk = Conversation(scripted, scripted, lambda: 0.0)
    with pytest.raises(RpcError, match="NO"):
        talk.ask(b"....")
    assert talk.events == [Answer(4, error), late]
    assert talk.answer is error
