"""Which event answers which message."""

from __future__ import annotations

from typing import Any

from mtlib.net.conversation import _answers
from mtlib.protocol.service import BAD_MSG
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
