"""The exercises of lesson 18: which reply says that the key is bound, and a function that finds it."""

from __future__ import annotations

from collections.abc import Sequence

from mtlib.lab.examining import Inputs, Slip, Table, Task
from mtlib.lab.scenes import scenes
from mtlib.ladder.rung import mistake
from mtlib.wire import SCHEMA
from mtlib.wire.tl import Bool

MSG_ID = scenes("")[1]["msg_id"]
EARLIER = MSG_ID - (7 << 32)


def _result(msg_id: int, result: bytes) -> bytes:
    return bytes(SCHEMA["rpc_result"].build(req_msg_id=msg_id, result=result))


def _error(msg_id: int, name: str) -> bytes:
    return _result(msg_id, bytes(SCHEMA["rpc_error"].build(error_code=400, error_message=name)))


def _greeting(msg_id: int) -> bytes:
    greeting = SCHEMA["new_session_created"]
    return bytes(greeting.build(first_msg_id=msg_id, unique_id=msg_id ^ 7, server_salt=msg_id * 3 % 2**62))


def _pong(msg_id: int) -> bytes:
    return bytes(SCHEMA["pong"].build(msg_id=msg_id, ping_id=42))


TRANSCRIPT = Table(
    "transcript", 18,
    "Which of the replies says that the key is bound (counted from 0), at which byte of it stands req_msg_id, and at "
    "which the result? The msg_id of the request and the replies stand in material(\"transcript\").",
    {"reply": 4, "req_msg_id": 4, "result": 12},
    (
        Slip("new_session_taken_for_the_answer",
             "new_session_created comes first, and greets every new session. It is no answer to your call.",
             "reply", (0,)),
        Slip("ack_taken_for_the_answer", "An acknowledgement says that your message came in, not what became of it.",
             "reply", (1,)),
        Slip("result_of_another_call", "boolTrue, and it answers another call: compare req_msg_id with your msg_id.",
             "reply", (2,)),
        Slip("pong_taken_for_the_answer", "A pong answers a ping.", "reply", (3,)),
        Slip("req_msg_id_at_0", "Bytes 0 to 3 say what this is: rpc_result. req_msg_id follows them.",
             "req_msg_id", (0,)),
        Slip("result_at_req_msg_id", "There stands req_msg_id, 8 bytes; the result follows it.", "result", (4,)),
        Slip("result_as_the_second_int", "req_msg_id is a long, 8 bytes, not 4.", "result", (8,)),
    ),
    (
        "Look at the first four bytes of each reply: only one constructor carries results.",
        "01 6d 5c f3 is rpc_result; behind it comes the msg_id that it answers.",
        "b5 75 72 99 is boolTrue.",
    ),
    material={
        "msg_id": MSG_ID,
        "replies": (
            _greeting(EARLIER), bytes(SCHEMA["msgs_ack"].build(msg_ids=[MSG_ID])), _result(EARLIER, Bool.TRUE),
            _pong(EARLIER), _result(MSG_ID, Bool.TRUE),
        ),
    },
)


def _bound(replies: Sequence[bytes], msg_id: int) -> bool:
    return _result(msg_id, Bool.TRUE) in replies


def _answers_to(replies: Sequence[bytes], msg_id: int) -> list[bytes]:
    front = _result(msg_id, b"")
    return [reply[len(front) :] for reply in replies if reply.startswith(front)]


def _transcripts(seed: str) -> Inputs:
    """What a data centre may send before, instead of, and around the one answer that counts."""
    cases = []
    for scene in scenes(seed)[:2]:
        mine = scene["msg_id"]
        other = mine - (5 << 32)
        noise = (_greeting(mine), _pong(other))
        yes, no = _result(mine, Bool.TRUE), _result(mine, Bool.FALSE)
        replies: tuple[tuple[bytes, ...], ...] = (
            (yes,), (*noise, yes), (yes, *noise), (), noise, (no,), (*noise, no), (_result(other, Bool.TRUE),),
            (_result(other, Bool.TRUE), no), (_error(mine, "ENCRYPTED_MESSAGE_INVALID"),),
            (_greeting(mine), _pong(mine)),
        )
        cases += [(each, mine) for each in replies]
    return tuple(cases)


BIND_ACCEPTED = Task(
    "bind_accepted", 18, ("replies", "msg_id"), "bool",
    "Do these replies say that the key is bound? `replies` are bodies of messages, bytes; `msg_id` is that of the "
    "request. Success is one thing only: rpc_result, your req_msg_id, boolTrue.",
    _bound, _transcripts,
    (
        mistake("new_session_taken_for_the_answer",
                "new_session_created greets every new session, bound or not. It is no answer to your call.",
                lambda r, m: _greeting(m) in r, lambda r, m: _greeting(m) in r or _bound(r, m)),
        mistake("any_bool_is_success", "boolFalse is a Bool too, and it says no. Only b5 75 72 99 is success.",
                lambda r, m: any(a in (Bool.TRUE, Bool.FALSE) for a in _answers_to(r, m))),
        mistake("result_of_another_call", "boolTrue for another call is not yours: compare req_msg_id.",
                lambda r, m: any(each[12:] == Bool.TRUE for each in r),
                lambda r, m: any(each.endswith(Bool.TRUE) for each in r)),
        mistake("any_answer_is_success", "An rpc_error comes in an rpc_result as well, and so does boolFalse.",
                lambda r, m: bool(_answers_to(r, m))),
        mistake("first_reply_only", "The answer need not come first: greetings and pongs come in between.",
                lambda r, m: bool(r) and _bound(r[:1], m)),
        mistake("last_reply_only", "The answer need not come last: other messages may follow it.",
                lambda r, m: bool(r) and _bound(r[-1:], m)),
    ),
    (
        "Go through all replies; most of them are about something else.",
        "An rpc_result that holds a Bool is 16 bytes: 4 for its constructor, 8 for req_msg_id, 4 for the Bool.",
    ),
)

REPLIES = (TRANSCRIPT, BIND_ACCEPTED)
