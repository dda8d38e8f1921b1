"""Timeliness, order, salts and repetitions: what happens to a message before anybody reads what it asks."""

from __future__ import annotations

from typing import Any

import pytest

from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import Message, container, next_msg_id
from tests.talking import Talker, call, centre

PING = bytes(call("ping", ping_id=1))
NEAREST = bytes(call("help.getNearestDc"))


@pytest.fixture
def talker() -> Talker:
    made = Talker(centre())
    made.ask(PING)  # the greeting is over
    return made


def send(talker: Talker, msg_id: int, seqno: int, body: bytes) -> list[Any]:
    return talker.read(talker.wire.send(talker.session.pack(Message(msg_id, seqno, body))))


@pytest.mark.parametrize(
    ("shift", "code"),
    [(0, 0), (29, 0), (-299, 0), (31, 17), (-302, 16)],
)
def test_the_time_window(talker: Talker, shift: int, code: int) -> None:
    (answer,) = send(talker, next_msg_id(talker.now + shift), 1, PING)
    assert answer.name == ("bad_msg_notification" if code else "pong")
    if code:
        assert answer["error_code"] == code
        assert answer["bad_msg_id"] == next_msg_id(talker.now + shift)


@pytest.mark.parametrize("low_bits", [1, 2, 3])
def test_a_client_speaks_in_multiples_of_four(talker: Talker, low_bits: int) -> None:
    (answer,) = send(talker, next_msg_id(talker.now) + low_bits, 1, PING)
    assert answer["error_code"] == 18


def test_seqno_parity(talker: Talker) -> None:
    now = talker.session.next_msg_id(talker.now)
    (answer,) = send(talker, now, 2, NEAREST)
    assert answer["error_code"] == 35
    for seqno, msg_id in ((3, now + 4), (4, now + 8)):  # clients count their service messages differently
        assert send(talker, msg_id, seqno, bytes(call("msgs_ack", msg_ids=[1]))) == []
        assert send(talker, msg_id + 8, seqno, PING)[0].name == "pong"


def test_a_wrong_salt_is_told_the_right_one_and_nothing_runs(talker: Talker) -> None:
    talker.session.salt ^= 1
    binding = talker.binding()
    (answer,) = talker.ask(binding.request, msg_id=binding.msg_id)
    assert (answer.name, answer["error_code"], answer["bad_msg_id"]) == ("bad_server_salt", 48, binding.msg_id)
    assert answer["new_server_salt"] == talker.temp.server_salt
    talker.session.salt = answer["new_server_salt"]
    again = talker.session.pack(talker.session.pending[binding.msg_id])
    (result,) = talker.read(talker.wire.send(again))
    assert result["result"][:4].hex() == "b5757299"


def test_an_old_salt_stays_valid_for_a_period(talker: Talker) -> None:
    talker.wire.now += 1800 + 60
    (answer,) = talker.ask(PING)
    assert answer.name == "pong"
    talker.wire.now += 1800
    (answer,) = talker.ask(PING)
    assert answer.name == "bad_server_salt"


def test_a_repeated_request_gets_the_same_answer_and_does_not_run_again(talker: Talker) -> None:
    binding = talker.binding()
    message = Message(binding.msg_id, 3, bytes(binding.request))
    first = talker.read(talker.wire.send(talker.session.pack(message)))
    second = talker.read(talker.wire.send(talker.session.pack(message)))
    assert bytes(first[-1]) == bytes(second[-1])
    assert len(talker.wire.dc.trace.named("bind_accepted")) == 1
    assert talker.wire.dc.trace.named("repeated")


def test_a_container_is_answered_message_by_message(talker: Talker) -> None:
    ids = [talker.session.next_msg_id(talker.now) for _ in range(3)]
    body = container([Message(ids[0], 1, PING), Message(ids[1], 3, NEAREST)])
    answers = send(talker, ids[2], 4, body)
    assert [a.name for a in answers] == ["pong", "rpc_result"]
    assert answers[1]["req_msg_id"] == ids[1]


def test_a_bad_message_in_a_container_is_named_by_its_own_id(talker: Talker) -> None:
    ids = [talker.session.next_msg_id(talker.now) for _ in range(3)]
    body = container([Message(ids[0], 1, PING), Message(ids[1], 2, NEAREST)])
    answers = send(talker, ids[2], 4, body)
    assert [a.name for a in answers] == ["pong", "bad_msg_notification"]
    assert answers[1]["bad_msg_id"] == ids[1]


def test_containers_that_break_a_rule_are_refused_whole(talker: Talker) -> None:
    low, high = talker.session.next_msg_id(talker.now), talker.session.next_msg_id(talker.now)
    nested = container([Message(low, 1, container([Message(low, 1, PING)]))])
    (answer,) = send(talker, high, 2, nested)
    assert answer["error_code"] == 64
    younger = container([Message(high + 100, 1, PING)])
    (answer,) = send(talker, high + 4, 2, younger)
    assert answer["error_code"] == 64


def test_a_container_of_too_many_is_refused_whole() -> None:
    talker = Talker(centre(limits=Limits(messages=3)))
    ids = [talker.session.next_msg_id(talker.now) for _ in range(5)]
    (answer,) = send(talker, ids[4], 2, container([Message(i, 1, PING) for i in ids[:4]]))
    assert answer["error_code"] == 64


def test_what_was_forgotten_is_never_accepted_again() -> None:
    talker = Talker(centre(limits=Limits(seen=5)))
    first = talker.session.next_msg_id(talker.now)
    send(talker, first, 1, PING)
    for _ in range(8):
        talker.ask(PING)
    (answer,) = send(talker, first, 1, PING)
    assert answer["error_code"] == 20


def test_a_forgotten_session_leaves_its_floor_behind() -> None:
    talker = Talker(centre(limits=Limits(sessions=2)))
    first = talker.session.next_msg_id(talker.now)
    send(talker, first, 1, PING)
    old = talker.session
    for session_id in (78, 79, 80):
        talker.session = talker.open(talker.temp, session_id)
        talker.session.last_msg_id = old.last_msg_id + 400
        talker.ask(PING)
    talker.session = old
    assert send(talker, first, 1, PING)[0]["error_code"] == 20


def test_the_greeting_comes_once_per_session() -> None:
    talker = Talker(centre())
    first = [a.name for a in talker.ask(PING)]
    second = [a.name for a in talker.ask(PING)]
    assert (first, second) == (["new_session_created", "pong"], ["pong"])


def test_damaged_bodies_are_answered_not_raised(talker: Talker) -> None:
    damaged = bytes(call("gzip_packed", packed_data=b"no gzip at all"))
    (answer,) = talker.ask(damaged)
    assert answer["result"][:4].hex() == "19ca4421"


def test_a_container_of_one_is_judged_like_any_other(talker: Talker) -> None:
    inner, first, second = (talker.session.next_msg_id(talker.now) for _ in range(3))
    one = container([Message(inner, 1, NEAREST)])
    assert send(talker, first, 2, one)[0].name == "rpc_result"
    answered = len(talker.wire.dc.trace.named("call"))
    send(talker, second, 2, one)
    assert len(talker.wire.dc.trace.named("call")) == answered
    odd = container([Message(next_msg_id(talker.now - 400) + 2, 1, NEAREST)])
    (answer,) = send(talker, talker.session.next_msg_id(talker.now), 2, odd)
    assert (answer.name, answer["error_code"]) == ("bad_msg_notification", 18)


def test_one_damaged_body_does_not_cost_the_others(talker: Talker) -> None:
    ids = [talker.session.next_msg_id(talker.now) for _ in range(3)]
    damaged = bytes(call("gzip_packed", packed_data=b"no gzip"))
    answers = send(talker, ids[2], 2, container([Message(ids[0], 1, damaged), Message(ids[1], 3, NEAREST)]))
    assert [a["req_msg_id"] for a in answers] == ids[:2]


def test_a_cut_container_is_64(talker: Talker) -> None:
    body = container([Message(talker.session.next_msg_id(talker.now), 1, PING)])[:-4]
    (answer,) = send(talker, talker.session.next_msg_id(talker.now), 2, body)
    assert answer["error_code"] == 64


def test_many_answers_take_several_packets() -> None:
    talker = Talker(centre())
    ids = [talker.session.next_msg_id(talker.now) for _ in range(1025)]
    body = container([Message(i, 1, PING) for i in ids[:-1]])
    packets = talker.wire.send(talker.session.pack(Message(ids[-1], 2, body)))
    assert len(packets) == 3
    assert sum(a.name == "pong" for a in talker.read(packets)) == 1024


def test_whoever_asks_for_the_state_of_a_message_gets_its_answer_again(talker: Talker) -> None:
    msg_id = talker.session.next_msg_id(talker.now)
    send(talker, msg_id, 1, NEAREST)
    for wrapped in (False, True):
        request = call("msgs_state_req", msg_ids=[msg_id, msg_id, 4])
        query = call("invokeWithoutUpdates", query=bytes(request)) if wrapped else request
        answers = send(talker, talker.session.next_msg_id(talker.now), 3, bytes(query))
        assert [a.name for a in answers] == ["msgs_state_info", "rpc_result"]
        assert answers[1]["req_msg_id"] == msg_id
