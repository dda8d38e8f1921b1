"""Cases from public bug reports that concern messages, sessions, and what happens around a bind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mtlib.crypto.entropy import System
from mtlib.crypto.keys import AuthKey
from mtlib.errors import CheckError, DecodeError, RpcError, TransportError
from mtlib.net.client import connect
from mtlib.net.server import LocalDC
from mtlib.protocol.checks import Rules
from mtlib.protocol.faults import Fault
from mtlib.protocol.messages import BAD_MSG, Message, Seqno, Window, container, inflate, next_msg_id, unpack
from mtlib.protocol.retry import DROP_BOTH_KEYS, REBUILD, retry
from mtlib.protocol.session import Session
from mtlib.protocol.state import Salts
from mtlib.wire.schema import SCHEMA
from tests.talking import Talker, Wire, call, centre
from tests.test_session import from_server

CASES = json.loads((Path(__file__).parent / "cases" / "messages.json").read_text())["cases"]
KEY = AuthKey(bytes(range(256)))

EXCEPTIONS = {
    "C022": "the PFS page names help.getConfig among the three methods an unbound key may call (api/pfs), so it is"
    " answered; any other method is refused as the case asks",
    "C285": "three tries after the first, as in lesson 20, so four refusals; bounded and throttled as the case asks",
    "C282": "our data centre sends nothing twice of its own accord; that the client delivers a repeated message once"
    " is tested here",
}


def session() -> Session:
    return Session(KEY, 77, 0, System())


def seqno(given: dict[str, Any], expected: dict[str, Any]) -> None:
    counter = Seqno()
    assert [counter.next(related) for related in given["content_related"]] == expected["seqno"]


def seqno_container(given: dict[str, Any], expected: dict[str, Any]) -> None:
    counter = Seqno(given["already_sent_content"])
    assert [counter.next(m["content"]) for m in given["inner"]] == expected["inner_seqno"]
    assert counter.next(False) == expected["container_seqno"]


def msg_id(given: dict[str, Any], expected: dict[str, Any]) -> None:
    made = next_msg_id(given["local_clock"] + given["time_offset"], given["last_msg_id"])
    assert made == expected["if_fraction_is_2_pow_32"]
    assert (made % 4, made >> 32) == (0, expected["high32"])
    assert made > expected["strictly_greater_than"]


def bad_msg(given: dict[str, Any], expected: dict[str, Any]) -> None:
    body = SCHEMA.dissect(bytes.fromhex(given["bytes"]))
    assert [body[n] for n in ("bad_msg_id", "bad_msg_seqno", "error_code")] == [
        expected[n] for n in ("bad_msg_id", "bad_msg_seqno", "error_code")
    ]
    action = BAD_MSG[body["error_code"]].action
    assert action in expected["action"]
    if "time_offset" in expected:
        ours = session()
        ours.sent[body["bad_msg_id"]] = body["bad_msg_id"], ()
        packet = from_server(body, msg_id=given["server_msg_id_of_notice"])
        ours.receive(packet, given["local_clock"])
        assert ours.time_offset == expected["time_offset"]


def bad_server_salt(given: dict[str, Any], expected: dict[str, Any]) -> None:
    body = SCHEMA.dissect(bytes.fromhex(given["bytes"]))
    assert body["new_server_salt"] == expected["new_server_salt"]
    ours = session()
    ours.sent[body["bad_msg_id"]] = body["bad_msg_id"], ()
    ours.receive(from_server(body, msg_id=next_msg_id(1_780_000_000.0, 0, 1)), 1_780_000_000.0)
    assert ours.salt.to_bytes(8, "little", signed=True).hex() == expected["salt_bytes_in_next_packet"]


def container_count(given: dict[str, Any], expected: dict[str, Any]) -> None:
    ping = bytes(call("ping", ping_id=1))
    body = container([Message(4 * i, 1, ping) for i in range(given["messages"])])
    with pytest.raises(CheckError, match="too many"):
        unpack(Message(2**40, 0, body))
    talker = Talker(centre())
    small = container([Message(0, 1, b"\xee\xee\xee\xee") for _ in range(given["messages"])])
    (answer,) = [a for a in talker.ask(small, related=False) if a.name == "bad_msg_notification"]
    assert answer["error_code"] == expected["server_code"]


def gzip_packed(given: dict[str, Any], expected: dict[str, Any]) -> None:
    sentence = {"GzipLimitExceeded": "limit", "GzipCorrupt": "cut off|damaged", "GzipNested": "in gzip_packed"}
    with pytest.raises(DecodeError, match=sentence[expected["error"]]):
        inflate(bytes.fromhex(given["bytes"]), given["limit"])


def incoming_ids(given: dict[str, Any], expected: dict[str, Any]) -> None:
    window, verdicts = Window((1, 3)), []
    for each in given["ids"]:
        verdicts.append(window.judge(each, given["server_time"]))
        if verdicts[-1] == "accept":
            window.add(each)
    assert verdicts == expected["verdict"]


def what_to_ack(given: dict[str, Any], expected: dict[str, Any]) -> None:
    ours, base, now = session(), next_msg_id(1_780_000_000.0), 1_780_000_000.0
    for each in given["messages"]:
        ours.receive(from_server(call("pong", msg_id=4, ping_id=1), msg_id=base + each["id"], seqno=each["seqno"]), now)
    assert [m - base for m in ours._due()] == expected["ack"]


def no_ack_sent(given: dict[str, Any], expected: dict[str, Any]) -> None:
    ours, now = session(), 1_780_000_000.0
    packet = from_server(call("pong", msg_id=4, ping_id=1), msg_id=next_msg_id(now, 0, 1))
    delivered = [len(ours.receive(packet, now)) for _ in range(given["ticks"])]
    assert delivered == [1, 0, 0]


def salt_overlap(given: dict[str, Any], expected: dict[str, Any]) -> None:
    """Our salts overlap by their rule; the old one of a period ago is accepted beside the present one."""
    salts = Salts(11, given["salts"][1][0] - 1800, lambda period: 22)
    assert [salt for salt in (11, 22, 33) if salt in salts.accepted(given["now"])] == expected["accept"]


def error_policy(given: dict[str, Any], expected: dict[str, Any]) -> None:
    """The cases speak of keys that were in use, and call both ways of trying again by names of their own."""
    action = retry(given["rpc_error"], given["attempt"], given["perm_key_age_s"], True).action
    names = {"DROP_BOTH_KEYS_THEN_RETRY": DROP_BOTH_KEYS, "RETRY_BIND": REBUILD, "RETRY_BIND_KEEP_KEYS": REBUILD}
    assert action == names[expected["action"]]


OPS: dict[str, Callable[[dict[str, Any], dict[str, Any]], None]] = {
    "seqno": seqno, "seqno_container": seqno_container, "next_msg_id": msg_id, "bad_msg": bad_msg,
    "bad_server_salt": bad_server_salt, "container_count": container_count, "gzip_packed": gzip_packed,
    "incoming_ids": incoming_ids, "what_to_ack": what_to_ack, "no_ack_sent": no_ack_sent,
    "salt_overlap": salt_overlap, "bind_error_policy": error_policy,
}  # fmt: skip


@pytest.mark.parametrize("case", [c for c in CASES if c["input"]["op"] in OPS], ids=lambda c: c["id"])
def test_case(case: dict[str, Any]) -> None:
    OPS[case["input"]["op"]](case["input"], case["expected"])


def test_no_case_is_left_out() -> None:
    machines = {case["id"] for case in CASES if case["input"]["op"] == "bind_state_machine"}
    assert {case["input"]["op"] for case in CASES} <= {*OPS, "bind_state_machine"}
    assert machines == {"C022", "C024", "C029", "C030", "C032", "C033", "C034", "C035", "C285", "C289"}


def test_C022_unbound_keys_are_good_for_three_methods_only() -> None:
    talker = Talker(centre())
    assert talker.result(call("help.getAppConfig", hash=0)) == (401, "AUTH_KEY_PERM_EMPTY")
    assert talker.result(call("help.getConfig")).name == "config", EXCEPTIONS["C022"]


def test_C024_another_permanent_key() -> None:
    talker = Talker(centre())
    talker.bind()
    talker.perm = talker.wire.exchange()
    assert talker.bind() == (400, "TEMP_AUTH_KEY_ALREADY_BOUND")


def test_C029_a_cdn() -> None:
    assert Talker(centre(rules=Rules(cdn=True))).bind() == (400, "CDN_METHOD_INVALID")


def test_C030_one_regeneration_and_no_more() -> None:
    with LocalDC(faults=[Fault("forget-temp-keys", 99)]) as dc, connect(dc) as client:
        client.bind()
        with pytest.raises(TransportError, match="auth key not found"):
            client.call("help.getNearestDc")
        assert len(dc.trace.named("exchange_done")) == 3  # permanent, temporary, one more temporary


def test_C032_no_frame_under_the_permanent_key() -> None:
    with LocalDC() as dc, connect(dc) as client:
        client.bind()
        for _ in range(10):
            client.call("help.getNearestDc")
        assert client.perm_key is not None
        assert not [p for d, p in client.connection.transcript if d == "sent" and p[:8] == client.perm_key.id_bytes]


def test_C033_C034_C035_which_connection_knows_which_key() -> None:
    here, elsewhere = centre(), centre(dc_id=3)
    talker = Talker(here)
    talker.bind()
    talker.wire = Wire(here)
    assert talker.result(call("help.getNearestDc"))["this_dc"] == 2
    talker.wire = Wire(elsewhere)
    with pytest.raises(TransportError) as error:
        talker.result(call("help.getNearestDc"))
    assert error.value.code == -404
    assert (len(elsewhere.trace.named("unknown_key")), talker.wire.closed) == (1, True)


def test_C285_bounded_and_throttled() -> None:
    waits: list[float] = []
    with LocalDC(faults=[Fault("refuse-bind", 99)]) as dc, connect(dc) as client:
        with pytest.raises(RpcError, match="ENCRYPTED_MESSAGE_INVALID"):
            client.settle(sleep=waits.append)
        assert len(dc.trace.named("call_refused")) == 4, EXCEPTIONS["C285"]
    assert waits == sorted(set(waits))
    assert len(waits) == 3


def test_C289_a_lost_binding_costs_the_temporary_key_only() -> None:
    with LocalDC(faults=[Fault("lose-bindings")]) as dc, connect(dc) as client:
        client.bind()
        perm, temp = client.perm_key, client.temp_key
        assert client.call(call("help.getAppConfig", hash=0)).name == "help.appConfig"  # type: ignore[union-attr]
        assert (client.perm_key == perm, client.temp_key == temp) == (True, False)
        assert [e.name for e in dc.trace if e.name != "connected"][-3:] == ["session_created", "bind_accepted", "call"]
