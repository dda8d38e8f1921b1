"""One packet cannot keep a data centre busy: what is nested in it shares one budget."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Sequence
from contextlib import ExitStack

import pytest

from mtlib.crypto.keys import AuthKey
from mtlib.errors import OverBudget
from mtlib.net.client import Client, connect
from mtlib.net.server import LocalDC
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import Budget, Message, container
from mtlib.wire.dissection import Allowance, Dissection, Reading
from mtlib.wire.schema import SCHEMA
from tests.loading import until
from tests.talking import Talker, call, centre

QUICK = 0.5
"""Seconds of work; it takes a twentieth. Without the budget each of these took 1 to 12 seconds."""


def packed(body: Dissection | bytes) -> bytes:
    return bytes(SCHEMA["gzip_packed"].build(packed_data=zlib.compress(bytes(body), 9)))


def together(talker: Talker | Client, bodies: Sequence[bytes]) -> bytes:
    """A container around messages with odd seqno, so that a packed service message is not refused for its number."""
    now = talker.now if isinstance(talker, Talker) else talker.clock()
    return container([Message(talker.session.next_msg_id(now), 2 * n + 1, body) for n, body in enumerate(bodies)])


def ids(name: str, count: int) -> Dissection:
    return call(name, msg_ids=tuple(range(0, 4 * count, 4)))


def json_of(values: int) -> Dissection:
    params = SCHEMA["jsonArray"].build(value=[bytes(SCHEMA["jsonNull"].build())] * values)
    header = {"api_id": 1, "device_model": "m", "system_version": "1", "app_version": "1", "system_lang_code": "en",
              "lang_pack": "", "lang_code": "en"}  # fmt: skip
    return call("initConnection", **header, params=params, query=bytes(call("help.getNearestDc")))


ACKS = packed(call("msgs_ack", msg_ids=(0,) * 8180))


@pytest.mark.parametrize(
    "bodies",
    [
        [ACKS] * 500,
        [packed(bytes(call("msgs_ack", msg_ids=(0,) * 700)))] * 500,
        [packed(json_of(15000))] * 100,
        [packed(json_of(1000))] * 15,
        [bytes(call("msgs_ack", msg_ids=(0,) * 70))] * 70 + [packed(call("msgs_ack", msg_ids=(0,) * 4000))] * 2,
    ],
    ids=["acks", "small acks", "json", "small json", "ids in the open"],
)
def test_too_much_in_one_packet_is_dropped_at_once(bodies: list[bytes]) -> None:
    dc = centre()
    talker = Talker(dc)
    talker.bind()
    body = packed(together(talker, bodies))
    started = time.thread_time()
    answers = talker.ask(body, related=False)
    took = time.thread_time() - started
    assert [(a["error_code"]) for a in answers if a.name == "bad_msg_notification"] == [64]
    (dropped,) = dc.trace.named("over_budget")
    assert "messages are dropped" in dropped.text
    assert took < QUICK
    assert talker.result(call("help.getNearestDc")).name == "nearestDc"


def test_what_came_before_the_excess_is_answered() -> None:
    talker = Talker(centre())
    talker.bind()
    body = together(talker, [bytes(call("ping", ping_id=7)), ACKS, ACKS, bytes(call("ping", ping_id=8))])
    answers = talker.ask(body, related=False)
    assert [a["ping_id"] for a in answers if a.name == "pong"] == [7]


def test_a_lawful_packet_is_within_the_budget() -> None:
    """As many ids as the documents allow in one message, and a container of as many messages."""
    dc = centre()
    talker = Talker(dc)
    talker.bind()
    started = time.thread_time()
    talker.ask(ACKS)
    assert time.thread_time() - started < QUICK / 5
    pongs = talker.ask(packed(together(talker, [bytes(call("ping", ping_id=n)) for n in range(400)])), related=False)
    assert len([pong for pong in pongs if pong.name == "pong"]) == 400
    assert not dc.trace.named("over_budget")


@pytest.mark.parametrize("limits", [Limits(ids=10), Limits(objects=10)])
def test_every_limit_is_asked(limits: Limits) -> None:
    dc = centre(limits=limits)
    talker = Talker(dc)
    talker.bind()
    body = ids("msgs_state_req", 11) if limits.ids == 10 else json_of(11)
    assert talker.result(body) == (400, "INPUT_FETCH_ERROR")
    assert len(dc.trace.named("over_budget")) == 1
    less = ids("msgs_state_req", 10) if limits.ids == 10 else json_of(10)
    assert "rpc_error" not in [getattr(a, "name", "") for a in talker.ask(less)]
    assert len(dc.trace.named("over_budget")) == 1


def test_what_is_inflated_in_one_packet_is_counted_together() -> None:
    budget, bytes_40000 = Budget(Limits(inflated=70_000)), packed(bytes(40_000))
    assert len(budget.inflate(bytes_40000)) == 40_000
    assert budget.inflate(bytes(100_000)) == bytes(100_000)  # is not packed, and costs nothing
    with pytest.raises(OverBudget):
        budget.inflate(bytes_40000)
    assert len(budget.inflate(packed(bytes(30_000)))) == 30_000


def test_an_answer_is_sent_again_once_a_packet() -> None:
    talker = Talker(centre())
    talker.bind()
    msg_id = talker.session.next_msg_id(talker.now)
    talker.result(call("help.getNearestDc"), msg_id=msg_id)
    asked = [bytes(call("msgs_state_req", msg_ids=(msg_id,)))] * 20
    answers = talker.ask(together(talker, asked), related=False)
    names = [answer.name for answer in answers]
    assert (names.count("msgs_state_info"), names.count("rpc_result")) == (20, 1)


def test_an_allowance_takes_nothing_for_what_it_refuses() -> None:
    allowance = Allowance(10, 10)
    reading = Reading(allowance=allowance)
    for count, left in ((4, 6), (7, 6), (6, 0)):
        ack = bytes(ids("msgs_ack", count))
        if count > allowance.numbers:
            with pytest.raises(Exception, match="too many numbers"):
                SCHEMA.dissect(ack, reading)
        else:
            assert len(SCHEMA.dissect(ack, reading)["msg_ids"]) == count
        assert allowance.numbers == left


def test_thousands_of_ids_are_read_at_once() -> None:
    ack = bytes(call("msgs_ack", msg_ids=tuple(range(8180))))
    started = time.thread_time()
    for _ in range(20):
        found = SCHEMA.dissect(ack)
    assert time.thread_time() - started < QUICK
    assert found["msg_ids"] == tuple(range(8180))
    assert len(found.spans[-1].nested.spans) == 8182  # type: ignore[union-attr]


def test_an_honest_bind_beside_it_is_not_kept_waiting() -> None:
    with LocalDC() as dc, connect(dc) as rude, connect(dc) as honest:
        rude.bind()
        bomb = packed(together(rude, [ACKS] * 500))
        msg_id = rude.session.next_msg_id(rude.clock())
        rude.connection.send(bytes(rude.session.pack(Message(msg_id, 1, bomb))))
        started = time.process_time()
        assert honest.bind()
        until(lambda: dc.trace.named("over_budget"))
        assert time.process_time() - started < 2


def test_who_asks_little_does_not_wait_for_those_who_ask_much() -> None:
    with LocalDC() as dc, ExitStack() as clients, connect(dc, timeout=60) as honest:
        crowd = [clients.enter_context(connect(dc, timeout=60)) for _ in range(8)]

        def ask(rude: Client) -> None:
            asked = packed(together(rude, [bytes(call("ping", ping_id=1))] * 400))
            rude.connection.send(bytes(rude.session.pack(Message(rude.session.next_msg_id(rude.clock()), 1, asked))))

        def served() -> int:
            return sum(each.peer.stream.received for each in tuple(dc._connections.values()))

        for rude in crowd:
            ask(rude)
            rude.connection.receive()
        for rude in crowd * 8:
            ask(rude)
        meanwhile = 0
        for _ in range(3):
            before = served()
            until(lambda before=before: served() > before)
            before = served()
            assert honest.ping()
            meanwhile += served() - before
        assert meanwhile <= 10  # in turns by the packet it is 8 for each question


def refused(client: Client, sealed: bytes) -> None:
    """A binding whose seal is no seal: the answer says no more than that."""
    now, stranger = client.clock(), bytes(range(8))
    request = call("auth.bindTempAuthKey", perm_auth_key_id=int.from_bytes(stranger, "little"), nonce=1,
                   expires_at=int(now) + 1000, encrypted_message=stranger + sealed)  # fmt: skip
    msg_id = client.session.next_msg_id(now)
    client.connection.send(bytes(client.session.pack(Message(msg_id, 1, bytes(request)))))


@pytest.mark.parametrize("size", [96, 400, 60_000])
def test_a_refused_bind_keeps_nobody_waiting_while_it_is_explained(size: int) -> None:
    with LocalDC() as dc, connect(dc) as rude, connect(dc) as honest:
        rude.call(call("help.getNearestDc"))
        for number in range(200):  # other clients' keys, with each of which the seal might have been made
            dc.dc.keys.add(AuthKey(number.to_bytes(2, "big") * 128), 0, rude.clock())
        refused(rude, bytes(size))
        started = time.process_time()
        assert honest.bind()
        until(lambda: dc.trace.named("diagnosis"))  # it may come after the answer to somebody else
        assert time.process_time() - started < 5  # without a bound 15 seconds and more
        assert [event.text.partition(":")[0] for event in dc.trace.named("diagnosis")] == [
            "no_such_permanent_key" if size == 96 else "wrong_size"
        ]


# -- stop ----------------------------------------------------------------------------------------------------------


def test_stop_says_that_the_thread_has_not_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    from mtlib.errors import MtError

    monkeypatch.setattr("mtlib.net.server.PATIENCE", 0.1)
    dc = LocalDC().start()
    with connect(dc) as client:
        busy, go_on = threading.Event(), threading.Event()

        def listener(_: object) -> None:
            busy.set()
            go_on.wait(20)

        dc.trace.listen(listener)
        unknown = Message(client.session.next_msg_id(client.clock()), 1, b"\0" * 4)
        client.connection.send(bytes(client.session.pack(unknown)))
        assert busy.wait(20)
        with pytest.raises(MtError, match="has not ended"):
            dc.stop()
        assert dc.running
        go_on.set()
    monkeypatch.setattr("mtlib.net.server.PATIENCE", 20.0)
    dc.stop()
    assert not dc.running
