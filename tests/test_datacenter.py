"""The data centre: its connections, messages, methods, bindings, faults and log."""

from __future__ import annotations

import gzip
import random
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mtlib
from mtlib.errors import LocalError, RpcError, TransportError
from mtlib.protocol.checks import CHECKS, PACKET_CHECKS, Rules
from mtlib.protocol.faults import FAULTS, Fault, Faults
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import SERVICE_MESSAGES, Message, container, next_msg_id
from mtlib.protocol.methods import METHODS, SERVICE, dissect_call
from mtlib.protocol.packets import plain_packet
from mtlib.protocol.state import EventLog, LogEvent
from mtlib.transport.framing import FRAMINGS
from mtlib.wire.dissection import Dissection
from mtlib.wire.schema import REQUEST, SCHEMA
from tests.talking import NOW, Talker, Wire, call, centre

# -- The way of a packet through the data centre: how many files it enters, and that its request is parsed once. ---


PROTOCOL = Path(mtlib.__file__).parent / "protocol"
WAY = {"datacenter", "state", "methods", "checks", "packets", "messages", "faults", "limits"}
"""Where a refused binding comes by; what they call in `wire`, `crypto` and `transport` knows no data centre."""


def entered(talker: Talker, data: bytes) -> set[str]:
    """The files of the protocol in which a function runs while a packet is answered."""
    files = set()

    def hook(frame: FrameType, event: str, _: Any) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.parent == PROTOCOL:
            files.add(path.stem)

    sys.setprofile(hook)
    try:
        talker.wire.peer.receive(data, NOW)
    finally:
        sys.setprofile(None)
    return files


@pytest.mark.parametrize("greeted", [True, False])
def test_a_refused_binding_enters_eight_files_and_is_parsed_once(
    greeted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    talker = Talker(centre())
    if greeted:
        talker.ask(call("ping", ping_id=1))
    binding = talker.binding()
    request = bytes(binding.request)[:-30] + bytes(30)
    packet = talker.session.send(request, NOW, msg_id=binding.msg_id)
    data = talker.wire.stream.send(bytes(packet))
    parsed, read = [], type(REQUEST).read

    def counted(layout: Any, *given: Any) -> Any:
        parsed.extend([layout.name] if layout.name == REQUEST.name else [])
        return read(layout, *given)

    monkeypatch.setattr(type(REQUEST), "read", counted)
    assert entered(talker, data) == WAY
    assert parsed == [REQUEST.name]
    assert talker.wire.dc.trace.named("bind_refused")[0].verdict.failed == "msg_key"  # type: ignore[union-attr]


def test_no_name_stands_in_both_tables() -> None:
    names = [check.name for check in (*CHECKS, *PACKET_CHECKS)]
    assert len(names) == len(set(names))
    assert len(CHECKS) == 20


def test_service_messages_are_those_that_are_answered() -> None:
    assert set(SERVICE) == SERVICE_MESSAGES


# -- The data centre as a whole: what goes in, what comes out, over every framing, and what it never does. ---------


BOTH_WAYS = [(name, hidden) for name in FRAMINGS for hidden in (False, True) if not (name == "full" and hidden)]


@pytest.mark.parametrize(("framing", "obfuscated"), BOTH_WAYS)
def test_a_bind_in_memory_over_every_framing(framing: str, obfuscated: bool) -> None:
    talker = Talker(centre(), framing=framing, obfuscated=obfuscated)
    assert talker.bind().name == "boolTrue"
    assert talker.result(call("help.getNearestDc"))["this_dc"] == 2


def test_the_trace_tells_the_story_in_order() -> None:
    dc = centre()
    talker = Talker(dc)
    talker.bind()
    assert [event.name for event in dc.trace] == [
        "connected", "exchange_done", "exchange_done", "session_created", "bind_accepted",
    ]  # fmt: skip


def test_the_trace_says_until_when_a_bound_key_lives() -> None:
    dc = centre()
    Talker(dc, expires_in=3600).bind()
    (event,) = dc.trace.named("bind_accepted")
    assert event.facts["expires_at"] == int(NOW) + 3600 and "(3600 s from now)" in event.text


def test_an_unknown_key_is_404_once_and_the_end() -> None:
    wire = Wire(centre())
    with pytest.raises(TransportError) as error:
        wire.send(b"\x01" * 8 + bytes(16 + 48))
    assert error.value.code == -404
    assert wire.closed
    assert wire.got == []


@pytest.mark.parametrize(
    ("dc", "temporary", "code"),
    [(2, False, 0), (-2, True, 0), (-2, False, -444), (-3, True, -444), (3, False, -444), (10002, True, -444)],
)
def test_which_dc_ids_belong_here(dc: int, temporary: bool, code: int) -> None:
    wire = Wire(centre())
    if code:
        with pytest.raises(TransportError) as error:
            wire.exchange(3600 if temporary else None, dc_id=dc)
        assert error.value.code == code
        assert wire.closed
    else:
        assert wire.exchange(3600 if temporary else None, dc_id=dc).auth_key


def test_a_key_serves_on_any_connection() -> None:
    dc = centre()
    talker = Talker(dc)
    talker.bind()
    talker.wire = Wire(dc)
    assert talker.result(call("help.getNearestDc"))["this_dc"] == 2


def test_a_key_of_another_data_centre_is_404() -> None:
    talker = Talker(centre())
    talker.wire = Wire(centre())
    with pytest.raises(TransportError, match="-404"):
        talker.bind()


def test_a_temporary_key_ends() -> None:
    talker = Talker(centre(), expires_in=100)
    talker.bind()
    talker.wire.now += 99
    assert talker.result(call("help.getNearestDc"))["this_dc"] == 2
    talker.wire.now += 2
    with pytest.raises(TransportError, match="-404"):
        talker.result(call("help.getNearestDc"))


def test_a_frame_over_the_limit_ends_the_connection() -> None:
    limits = Limits(frame=4096)
    wire = Wire(centre(limits=limits))
    wire.feed((4097).to_bytes(4, "little"))
    assert wire.closed
    talker = Talker(centre(limits=limits))
    long_ack = call("msgs_ack", msg_ids=[1] * 300)
    assert talker.ask(long_ack, related=False)[0].name == "new_session_created"


@given(st.binary(max_size=400))
def test_garbage_never_raises_and_never_hangs(data: bytes) -> None:
    peer = centre().accept()
    reply = peer.receive(data, NOW)
    assert isinstance(reply.chunks, tuple)


def test_flipped_bytes_of_a_good_conversation_never_raise() -> None:
    rng = random.Random(7)
    for _ in range(60):
        wire = Wire(centre())
        packet = bytearray(wire.stream.opening() + wire.stream.send(bytes(20) + bytes(SCHEMA["ping"].build(ping_id=1))))
        packet[rng.randrange(len(packet))] ^= 1 << rng.randrange(8)
        reply = wire.dc.accept().receive(bytes(packet), NOW)
        assert all(isinstance(chunk, bytes) for chunk in reply.chunks)


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_conversation_in_pieces_is_the_same(size: int) -> None:
    talker = Talker(centre(f"split-frames={size}"))
    whole = talker.wire.feed

    def piecemeal(data: bytes) -> None:
        for at in range(0, len(data), size):
            whole(data[at : at + size])

    talker.wire.feed = piecemeal  # type: ignore[method-assign]
    assert talker.bind().name == "boolTrue"


def test_a_quick_ack_only_where_it_was_asked_for() -> None:
    talker = Talker(centre())
    packet = talker.session.send(call("ping", ping_id=5), talker.now)
    talker.wire.feed(talker.wire.stream.send(bytes(packet)))
    assert len(talker.wire.got) == 2  # the last dh_gen_ok was cleared by nobody; one answer, no token
    talker.wire.got.clear()
    packet = talker.session.send(call("ping", ping_id=6), talker.now)
    reply = talker.wire.peer.receive(talker.wire.stream.send(bytes(packet), quick_ack=True), talker.now)
    frames = talker.wire.stream.receive(b"".join(reply.chunks))
    assert [frame.quick_ack for frame in frames] == [True, False]


# -- What a data centre is made of: its ids, its clock, its count of connections. ----------------------------------


@pytest.mark.parametrize(
    ("dc_id", "this_dc", "test_mode"), [(2, 2, False), (10001, 1, True), (-10003, 3, True), (5, 5, False)]
)
def test_what_follows_from_the_dc_id(dc_id: int, this_dc: int, test_mode: bool) -> None:
    dc = centre(dc_id=dc_id)
    assert (dc.this_dc, dc.test_mode) == (this_dc, test_mode)


def test_the_clock_can_be_wrong() -> None:
    assert centre("clock-offset=40").clock(100.0) == 140.0
    assert centre().clock(100.0) == 100.0


def test_connections_are_numbered() -> None:
    dc = centre()
    assert [dc.accept().number for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize("dc_id", [0, 2**31, 99999999999, "2"])
def test_a_dc_id_has_32_bits(dc_id: object) -> None:
    with pytest.raises(LocalError, match="dc id"):
        centre(dc_id=dc_id)  # type: ignore[arg-type]


def test_places_of_connections_that_are_gone_are_free_again() -> None:
    dc = centre(limits=Limits(exchanges=2))
    for _ in range(5):
        wire = Wire(dc)
        wire.send(plain_packet(next_msg_id(wire.now), call("req_pq_multi", nonce=bytes(16))))
        wire.peer.close()
    assert not len(dc.exchanging)


# -- Timeliness, order, salts and repetitions: what happens to a message before anybody reads what it asks. --------


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


def test_a_message_that_a_container_repeats_is_answered_once(talker: Talker) -> None:
    """Its answer may be a kilobyte, and a thousand of them fit into a packet of twenty."""
    first = talker.session.next_msg_id(talker.now)
    talker.ask(call("msgs_state_req", msg_ids=list(range(1000))), msg_id=first)
    again = [Message(first, 1, b"")] * 1000
    (answer,) = send(talker, talker.session.next_msg_id(talker.now), 2, container(again))
    assert answer["req_msg_id"] == first and len(answer["info"]) == 1000


def test_an_answer_that_is_long_is_not_kept(talker: Talker) -> None:
    """Thirty of eight kilobytes, in each session of each key, would be two gigabytes."""
    for _ in range(5):
        talker.ask(call("msgs_state_req", msg_ids=list(range(8000))))
    talker.ask(PING)
    known = talker.wire.dc.keys.get(talker.temp.auth_key.id, NOW)
    assert known is not None
    (session,) = known.sessions.values()
    assert {SCHEMA.name_of(kept) for kept in session.answers.values()} == {"pong"}


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


@pytest.mark.parametrize("later", [2, 3, 4, 5, 9])
def test_what_a_forgotten_session_saw_is_never_accepted_again(later: int) -> None:
    """However many sessions there were since: of two the newest msg_id is kept, of those before them a floor."""
    talker = Talker(centre(limits=Limits(sessions=2, seen=2)))
    first = talker.session.next_msg_id(talker.now)
    send(talker, first, 1, PING)
    old = talker.session
    for number in range(later):
        talker.session = talker.open(talker.temp, 78 + number)
        talker.session.last_msg_id = old.last_msg_id + 400 * number
        assert talker.ask(PING)[-1].name == "pong"
    known = talker.wire.dc.keys.get(talker.temp.auth_key.id, NOW)
    assert known is not None and len(known.forgotten) <= 2
    talker.session = old
    assert send(talker, first, 1, PING)[0]["error_code"] == 20


@pytest.mark.parametrize("how", ["destroyed", "pushed out", "lost"])
def test_a_forgotten_session_whose_clock_was_fast_keeps_no_other_waiting(how: str) -> None:
    """A client that has learned the time begins a new session: its msg_ids are lower than those of before."""
    dc = centre("lost-session", limits=Limits(sessions=2))
    talker = Talker(dc)
    early, honest = talker.session, next_msg_id(talker.now)
    fast = next_msg_id(talker.now + 25)
    if how == "lost":
        binding = talker.binding(msg_id=fast)
        assert talker.result(binding.request, msg_id=fast).name == "boolTrue"
    else:
        assert send(talker, fast, 1, PING)[-1].name == "pong"
    if how == "pushed out":
        for session_id in (78, 79):
            talker.session = talker.open(talker.temp, session_id)
            send(talker, fast, 1, PING)
    talker.session = talker.open(talker.temp, 80)
    if how == "destroyed":
        destroy = bytes(call("destroy_session", session_id=early.session_id))
        assert send(talker, honest, 1, destroy)[-1].name == "destroy_session_ok"
    assert [a.name for a in send(talker, honest + 4, 3, PING)][-1] == "pong"
    talker.session = talker.open(talker.temp, 81)
    assert send(talker, honest, 1, PING)[-1].name == "pong"
    talker.session = early
    assert send(talker, fast, 1, PING)[0]["error_code"] == 20


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


# -- What the data centre answers to each call, before and after a binding. ----------------------------------------


UNKNOWN = bytes.fromhex("0d91a54815c4b51c00000000")
"""users.getUsers with an empty vector: a real method that this data centre does not have."""


@pytest.fixture
def fresh() -> Talker:
    return Talker(centre())


def header(query: Dissection | bytes, **more: Any) -> Dissection:
    inner = call("initConnection", api_id=1, device_model="m", system_version="s", app_version="a",
                 system_lang_code="en", lang_pack="", lang_code="en", query=bytes(query), **more)  # fmt: skip
    return call("invokeWithLayer", layer=214, query=bytes(inner))


def test_before_the_binding_only_three_methods(fresh: Talker) -> None:
    assert fresh.result(call("help.getNearestDc"))["this_dc"] == 2
    assert fresh.result(header(call("help.getConfig")))["this_dc"] == 2
    assert fresh.result(UNKNOWN) == (401, "AUTH_KEY_PERM_EMPTY")
    assert fresh.result(call("help.getAppConfig", hash=0)) == (401, "AUTH_KEY_PERM_EMPTY")
    fresh.bind()
    assert fresh.result(UNKNOWN) == (401, "AUTH_KEY_UNREGISTERED")
    assert fresh.result(call("help.getAppConfig", hash=0)).name == "help.appConfig"


def test_this_dc_and_test_mode_follow_from_the_dc_id() -> None:
    talker = Talker.__new__(Talker)
    from tests.talking import Wire

    talker.wire = Wire(centre(dc_id=10002))
    talker.temp = talker.wire.exchange(3600, dc_id=10002)
    talker.session = talker.open(talker.temp)
    config = talker.result(call("help.getConfig"))
    assert (config["this_dc"], config["test_mode"]) == (2, True)
    assert config.find("dc_options/0/id").value == 2  # type: ignore[union-attr]


def pack(request: Dissection, how: str) -> Dissection:
    data = gzip.compress(bytes(request)) if how == "gzip" else zlib.compress(bytes(request))
    return call("gzip_packed", packed_data=data)


@pytest.mark.parametrize("how", ["bare", "wrapped", "gzip", "zlib", "wrapped gzip", "container", "with json params"])
def test_a_bind_is_accepted_in_every_lawful_wrapping(fresh: Talker, how: str) -> None:
    binding = fresh.binding()
    request: Dissection = binding.request
    if how.endswith(("gzip", "zlib")):
        request = pack(request, how.split()[-1])
    if how.startswith("wrapped"):
        request = header(request)
    if how == "with json params":
        value = call("jsonNumber", value=7200.0)
        pair = SCHEMA["jsonObjectValue"].build(key="tz_offset", value=value)
        request = header(request, params=call("jsonObject", value=[pair]))
    if how == "container":
        fresh.session._to_ack.append(5)
        from mtlib.protocol.messages import Message, container

        messages = [
            Message(binding.msg_id, fresh.session.seqno.next(True), bytes(request)),
            Message(fresh.session.next_msg_id(fresh.now), 1, bytes(call("ping", ping_id=1))),
        ]
        body = container(messages)
        outer = Message(fresh.session.next_msg_id(fresh.now), fresh.session.seqno.next(False), body)
        answers = fresh.read(fresh.wire.send(fresh.session.pack(outer)))
        names = [look_result(a) for a in answers]
        assert "boolTrue" in names
        assert "pong" in names
        return
    assert fresh.result(request, msg_id=binding.msg_id).name == "boolTrue"


def look_result(answer: Any) -> str:
    from mtlib.protocol.session import look

    if isinstance(answer, Dissection) and answer.name == "rpc_result":
        found = look(answer["result"])
        return found.name if isinstance(found, Dissection) else "bytes"
    return answer.name if isinstance(answer, Dissection) else "bytes"


def test_what_does_not_parse_has_a_name(fresh: Talker) -> None:
    fresh.bind()
    nearest = bytes(call("help.getNearestDc"))
    assert fresh.result(nearest + b"left") == (400, "INPUT_REQUEST_TOO_LONG")
    assert fresh.result(bytes(call("help.getAppConfig", hash=0))[:-4]) == (400, "INPUT_FETCH_ERROR")
    boolean = bytes(call("boolTrue"))
    assert fresh.result(boolean) == (400, f"INPUT_METHOD_INVALID_{SCHEMA['boolTrue'].id}_0")


def test_wrappers_have_an_end(fresh: Talker) -> None:
    query = bytes(call("help.getNearestDc"))
    for _ in range(20):
        query = bytes(call("invokeWithoutUpdates", query=query))
    assert fresh.result(query) == (400, "INPUT_REQUEST_TOO_LONG")


def test_there_may_be_seven_wrappers_and_not_eight(fresh: Talker) -> None:
    query = bytes(call("help.getNearestDc"))
    for _ in range(7):
        query = bytes(call("invokeWithoutUpdates", query=query))
    assert fresh.result(query).name == "nearestDc"
    assert fresh.result(call("invokeWithoutUpdates", query=query)) == (400, "INPUT_REQUEST_TOO_LONG")


@pytest.mark.parametrize("left", [-9, -1])
def test_gzip_that_is_damaged_does_not_parse(left: int, fresh: Talker) -> None:
    fresh.bind()
    packed = call("gzip_packed", packed_data=gzip.compress(bytes(call("help.getNearestDc")))[:left])
    for body in (packed, call("invokeWithoutUpdates", query=bytes(packed))):
        assert fresh.result(body) == (400, "INPUT_FETCH_ERROR")


def test_gzip_that_grows_too_much_is_refused(fresh: Talker) -> None:
    bomb = call("gzip_packed", packed_data=gzip.compress(bytes(1 << 20)))
    assert fresh.result(bomb) == (400, "INPUT_FETCH_ERROR")


def test_service_messages_have_no_rpc_result_around_them(fresh: Talker) -> None:
    names = [a.name for a in fresh.ask(call("ping", ping_id=9))]
    assert names == ["new_session_created", "pong"]
    (pong,) = fresh.ask(call("ping_delay_disconnect", ping_id=8, disconnect_delay=75))
    assert pong["ping_id"] == 8
    assert fresh.wire.peer.patience == 75
    (salts,) = fresh.ask(call("get_future_salts", num=3))
    assert next(s["salt"] for s in salts["salts"]) == fresh.temp.server_salt
    assert len(salts["salts"]) == 3
    (state,) = fresh.ask(call("msgs_state_req", msg_ids=[fresh.session.last_msg_id, 4]))
    assert state["info"] == bytes([4, 1])
    assert fresh.ask(call("msgs_ack", msg_ids=[1]), related=False) == []
    (none,) = fresh.ask(call("destroy_session", session_id=5))
    assert none.name == "destroy_session_none"
    (unknown,) = fresh.ask(call("rpc_drop_answer", req_msg_id=4))
    assert look_result(unknown) == "rpc_answer_unknown"


def test_destroying_keys(fresh: Talker) -> None:
    fresh.bind()
    assert fresh.ask(call("destroy_auth_key"))[0].name == "destroy_auth_key_ok"
    fresh.session = fresh.open(fresh.perm)
    assert fresh.ask(call("destroy_auth_key"))[-1].name == "destroy_auth_key_ok"
    assert len(fresh.wire.dc.keys) == 0


def test_drop_temp_keys_keeps_the_caller_and_those_named(fresh: Talker) -> None:
    dc, perm, first = fresh.wire.dc, fresh.perm, fresh.temp
    fresh.bind()
    others = []
    for _ in range(2):
        fresh.temp = fresh.wire.exchange(3600)
        fresh.session = fresh.open(fresh.temp)
        fresh.bind()
        others.append(fresh.temp.auth_key.id)
    assert fresh.result(call("auth.dropTempAuthKeys", except_auth_keys=[others[0]])).name == "boolTrue"
    left = {key.auth_key.id for key in dc.keys.bound_to(perm.auth_key.id)}
    assert left == {*others} - {first.auth_key.id}


def test_every_method_and_service_message_is_in_the_schema() -> None:
    assert {SCHEMA[name].name for name in (*METHODS, *SERVICE)} == {*METHODS, *SERVICE}


# -- Cutting a call: the API's own errors for what does not parse and for what is left over. -----------------------


PING_3 = bytes(SCHEMA["ping"].build(ping_id=3))


def test_a_call_is_cut() -> None:
    assert dissect_call(PING_3)["ping_id"] == 3


@pytest.mark.parametrize(
    ("body", "name"), [(PING_3 + b"1234", "INPUT_REQUEST_TOO_LONG"), (PING_3[:-1], "INPUT_FETCH_ERROR")]
)
def test_what_is_wrong_has_the_apis_name(body: bytes, name: str) -> None:
    with pytest.raises(RpcError) as error:
        dissect_call(body)
    assert (error.value.code, error.value.name) == (400, name)


# -- auth.bindTempAuthKey at the data centre: every error it can give, and the state it leaves. --------------------


def test_boolTrue_binds_until_the_earlier_end() -> None:
    dc = centre()
    talker = Talker(dc, expires_in=1000)
    talker.bind(talker.binding(expires_at=int(talker.now) + 600))
    key = dc.keys.get(talker.temp.auth_key.id, talker.now)
    assert key is not None
    assert (key.bound_to, key.expires_at) == (talker.perm.auth_key.id, int(talker.now) + 600)


def test_any_fault_of_the_message_is_one_error_on_the_wire() -> None:
    dc = centre()
    talker = Talker(dc)
    for change in ({"session_id": 5}, {"msg_id": 8}):
        binding = talker.binding(**change)
        answer = talker.result(binding.request, msg_id=talker.session.next_msg_id(talker.now))
        assert answer == (400, "ENCRYPTED_MESSAGE_INVALID")
    reasons = [event.verdict.failed for event in dc.trace.named("bind_refused")]
    assert reasons == ["msg_id", "msg_id"]
    assert "temp_session_id" in dc.trace.named("bind_refused")[0].verdict.failing
    said = dc.trace.named("bind_refused")[0].text
    assert "msg_id: got" in said and said.endswith("; also failing: temp_session_id")


def test_over_a_permanent_key() -> None:
    talker = Talker(centre())
    talker.session = talker.open(talker.perm)
    assert talker.bind() == (400, "TEMP_AUTH_KEY_EMPTY")


def test_bound_to_another_permanent_key() -> None:
    talker = Talker(centre())
    assert talker.bind().name == "boolTrue"
    talker.perm = talker.wire.exchange()
    assert talker.bind() == (400, "TEMP_AUTH_KEY_ALREADY_BOUND")


def test_binding_again_to_the_same_key_succeeds() -> None:
    talker = Talker(centre())
    binding = talker.binding()
    assert talker.bind(binding).name == "boolTrue"
    assert talker.bind().name == "boolTrue"
    assert talker.bind().name == "boolTrue"


@pytest.mark.parametrize("offset", [-1, 0, 86400 + 301])
def test_expires_at_out_of_range(offset: int) -> None:
    talker = Talker(centre())
    assert talker.bind(talker.binding(expires_at=int(talker.now) + offset)) == (400, "EXPIRES_AT_INVALID")


def test_something_left_over() -> None:
    talker = Talker(centre())
    binding = talker.binding()
    answer = talker.result(bytes(binding.request) + bytes(4), msg_id=binding.msg_id)
    assert answer == (400, "INPUT_REQUEST_TOO_LONG")


def test_something_missing() -> None:
    talker = Talker(centre())
    binding = talker.binding()
    answer = talker.result(bytes(binding.request)[:-8], msg_id=binding.msg_id)
    assert answer == (400, "INPUT_FETCH_ERROR")


def test_a_permanent_key_too_young_to_be_known() -> None:
    talker = Talker(centre(rules=Rules(perm_key_delay=60)))
    assert talker.bind() == (400, "ENCRYPTED_MESSAGE_INVALID")
    talker.wire.now += 61
    assert talker.bind().name == "boolTrue"


def test_a_cdn_binds_nothing() -> None:
    assert Talker(centre(rules=Rules(cdn=True))).bind() == (400, "CDN_METHOD_INVALID")


def test_faults_strike_as_often_as_ordered() -> None:
    talker = Talker(centre("refuse-bind=2", "slow=1"))
    assert talker.bind() == (-503, "Timeout")
    assert talker.bind() == (400, "ENCRYPTED_MESSAGE_INVALID")
    assert talker.bind() == (400, "ENCRYPTED_MESSAGE_INVALID")
    assert talker.bind().name == "boolTrue"


def test_one_temporary_key_at_a_time() -> None:
    dc = centre(rules=Rules(one_temp_key=True))
    talker = Talker(dc)
    old_session, old = talker.session, talker.temp
    first = talker.binding()
    talker.bind(first)
    talker.temp = talker.wire.exchange(3600)
    talker.session = talker.open(talker.temp, 78)
    talker.wire.now += 1
    assert talker.bind().name == "boolTrue"
    talker.session, talker.temp = old_session, old
    with pytest.raises(TransportError, match="-404"):
        talker.result(call("help.getNearestDc"))


def test_an_old_binding_does_not_come_back() -> None:
    """The replay that stays open without the rule of rising msg_ids: the server forgot its sessions."""
    for rules, comes_back in ((Rules(), True), (Rules(one_temp_key=True), False)):
        dc = centre(rules=rules)
        talker = Talker(dc)
        first = talker.binding()
        packet = talker.session.send(first.request, talker.now, msg_id=first.msg_id)
        talker.wire.send(packet)
        assert talker.bind().name == "boolTrue"
        key = dc.keys.get(talker.temp.auth_key.id, talker.now)
        assert key is not None
        key.sessions.clear()
        key.bound_to, key.bound_by = None, b""
        replayed = talker.read(talker.wire.send(packet))
        assert (replayed[-1]["result"][:4].hex() == "b5757299") is comes_back


def test_replacing_one_value_recomputes_the_rest() -> None:
    talker = Talker(centre())
    binding = talker.binding()
    assert talker.bind(replace(binding, nonce=binding.nonce ^ 1)).name == "boolTrue"


def test_with_checks_switched_off_nothing_closed_is_bound() -> None:
    dc = centre(rules=Rules(skip=frozenset({"encrypted_message_size"})))
    talker = Talker(dc)
    binding = talker.binding()
    request = bytes(binding.request)[:24] + b"\x78" + bytes(binding.encrypted_message) + bytes(16) + bytes(3)
    assert talker.result(request, msg_id=binding.msg_id) == (400, "ENCRYPTED_MESSAGE_INVALID")
    assert not dc.trace.named("bind_accepted")


# -- Faults on order: their names, their numbers, how they are counted. --------------------------------------------


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_parses_with_and_without_a_number(name: str) -> None:
    assert Fault.parse(name) == Fault(name, 1)
    assert Fault.parse(f"{name}=7") == Fault(name, 7)
    assert Fault(name).number == 1


@pytest.mark.parametrize("text", ["", "nothing", "slow=", "slow=x", "slow=1.5"])
def test_others_do_not(text: str) -> None:
    if text == "slow=":
        assert Fault.parse(text).number == 1
    else:
        with pytest.raises(LocalError):
            Fault.parse(text)


def test_counted_faults_run_out_and_settings_do_not() -> None:
    faults = Faults([Fault("slow", 2), Fault("clock-offset", -5)])
    assert [faults.due("slow"), faults.due("slow")] == [True, True]  # asking changes nothing
    assert [faults.strike("slow") for _ in range(3)] == [True, True, False]
    assert [faults.setting("clock-offset") for _ in range(3)] == [-5] * 3
    assert not faults.strike("dh-retry")
    with pytest.raises(LocalError, match="no such fault"):
        faults.due("dh-retyr")


@pytest.mark.parametrize("text", ["split-frames=0", "split-frames=-5", "pad-plain-answers=1000000000", "slow=-1"])
def test_numbers_out_of_reason(text: str) -> None:
    with pytest.raises(LocalError, match="a fault's number"):
        Fault.parse(text)


# -- The trace: bounded, in order, heard as it happens. ------------------------------------------------------------


def event(number: int, name: str = "call") -> LogEvent:
    return LogEvent(name, 1, float(number), f"number {number}")


def test_the_last_ones_are_kept_in_order() -> None:
    trace = EventLog(3)
    for number in range(5):
        trace.add(event(number))
    assert [e.at for e in trace] == [2, 3, 4]
    assert (len(trace), trace[-1].at) == (3, 4)
    assert str(trace).splitlines()[0] == "#1 call: number 2"


def test_listeners_hear_each_event_once() -> None:
    trace, heard = EventLog(1), []
    trace.listen(heard.append)
    for number in range(3):
        trace.add(event(number))
        assert len(heard) == number
        trace.tell()
    assert [e.at for e in heard] == [0, 1, 2]


def test_by_name() -> None:
    trace = EventLog(9)
    trace.add(event(1, "a"))
    trace.add(event(2, "b"))
    trace.add(event(3, "a"))
    assert [e.at for e in trace.named("a")] == [1, 3]


def test_a_listener_that_raises_is_dropped_and_the_others_hear_on() -> None:
    trace, heard = EventLog(9), list[LogEvent]()

    def broken(event: LogEvent) -> None:
        raise BrokenPipeError("nobody reads")

    trace.listen(broken)
    trace.listen(heard.append)
    for number in (1, 2):
        trace.add(event(number))
        trace.tell()
    assert [e.name for e in trace] == ["call", "listener_failed", "call"]
    assert "nobody reads" in trace[1].text
    assert sorted(e.name for e in heard) == ["call", "call", "listener_failed"]


# -- The limits are reasons, so each is explained, and none is nothing. --------------------------------------------


def test_each_limit_is_positive() -> None:
    assert min(Limits()) > 0
