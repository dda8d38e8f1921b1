"""Lesson 18: the transcript holds what the exercise says it holds."""

from __future__ import annotations

from mtlib.lab.exercises_dc import BIND_ACCEPTED, TRANSCRIPT
from mtlib.wire.schema import SCHEMA
from mtlib.wire.tl import Bool


def test_the_transcript_is_as_the_solution_says() -> None:
    msg_id, replies = TRANSCRIPT.material["msg_id"], TRANSCRIPT.material["replies"]
    names = [SCHEMA.dissect(reply).name for reply in replies]
    assert names == ["new_session_created", "msgs_ack", "rpc_result", "pong", "rpc_result"]
    answer = SCHEMA.dissect(replies[TRANSCRIPT.solution["reply"]])
    at = {span.name: span.start for span in answer.spans}
    assert (at["req_msg_id"], at["result"]) == (TRANSCRIPT.solution["req_msg_id"], TRANSCRIPT.solution["result"])
    assert (answer["req_msg_id"], answer["result"]) == (msg_id, Bool.TRUE)
    other = SCHEMA.dissect(replies[2])
    assert other["req_msg_id"] != msg_id
    assert other["result"] == Bool.TRUE


def test_only_one_thing_is_success() -> None:
    inputs = BIND_ACCEPTED.inputs("")
    answers = [BIND_ACCEPTED.solution(*each) for each in inputs]
    assert answers.count(True) == 6
    assert all(Bool.TRUE in b"".join(replies) for (replies, _), bound in zip(inputs, answers, strict=True) if bound)
    assert BIND_ACCEPTED.solution(TRANSCRIPT.material["replies"], TRANSCRIPT.material["msg_id"])
