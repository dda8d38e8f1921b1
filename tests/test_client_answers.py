"""What a client makes of a data centre that says other things than the answer: against a hand-made one."""

from __future__ import annotations

import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from mtlib import LocalDC, connect
from mtlib.errors import CheckError, DecodeError, LocalError, RpcError, Unreachable
from mtlib.net.client import Client
from mtlib.protocol.session import Session
from mtlib.wire import SCHEMA, Dissection
from tests.hand_made_dc import TRUE, HandMade, Request, Said
from tests.talking import rsa

NEAREST = SCHEMA["nearestDc"].build(country="XX", this_dc=2, nearest_dc=2)
Answers = Callable[[Request], Iterable[Said | bytes]]


def right(request: Request) -> Dissection:
    return request.result(TRUE if request.name == "auth.bindTempAuthKey" else NEAREST)


def client_of(dc: HandMade, **options: Any) -> Client:
    client = connect(dc.address, key=dc.public_key, dc_id=2, **{"timeout": 2.0, **options})
    client.to = replace(client.to, clean_up=False)
    return client


OTHERS: dict[str, Callable[[Request], Dissection]] = {
    "msg_detailed_info": lambda r: SCHEMA["msg_detailed_info"].build(
        msg_id=r.msg_id, answer_msg_id=r.msg_id + 1, bytes=20, status=0),
    "msg_new_detailed_info": lambda r: SCHEMA["msg_new_detailed_info"].build(
        answer_msg_id=r.msg_id + 1, bytes=20, status=0),
    "msgs_state_req": lambda r: SCHEMA["msgs_state_req"].build(msg_ids=[r.msg_id]),
    "msgs_state_info": lambda r: SCHEMA["msgs_state_info"].build(req_msg_id=r.msg_id, info=b"\4"),
    "destroy_session_ok": lambda r: SCHEMA["destroy_session_ok"].build(session_id=r.session_id),
    "destroy_auth_key_ok": lambda r: SCHEMA["destroy_auth_key_ok"].build(),
    "msgs_ack": lambda r: SCHEMA["msgs_ack"].build(msg_ids=[r.msg_id]),
    "bare boolTrue": lambda r: TRUE,
    "bare boolFalse": lambda r: SCHEMA["boolFalse"].build(),
    "pong of another": lambda r: SCHEMA["pong"].build(msg_id=r.msg_id + 4, ping_id=1),
    "pong of this": lambda r: SCHEMA["pong"].build(msg_id=r.msg_id, ping_id=1),
    "result of another": lambda r: r.result(SCHEMA["boolFalse"].build(), r.msg_id + 4),
    "old session": lambda r: SCHEMA["new_session_created"].build(first_msg_id=4, unique_id=1, server_salt=r.salt),
    "notice of another": lambda r: r.bad(32, about=r.msg_id + 400),
}  # fmt: skip


@pytest.mark.parametrize("together", [True, False], ids=["in one packet", "before it"])
@pytest.mark.parametrize("name", OTHERS)
def test_only_rpc_result_with_our_msg_id_is_an_answer(name: str, together: bool) -> None:
    def answers(request: Request) -> Iterable[Said]:
        first, then = OTHERS[name](request), right(request)
        yield from [[first, then]] if together else [[first], [then]]

    with HandMade(answers) as dc, client_of(dc) as client:
        assert client.bind() is True
        assert client.call("help.getNearestDc")["this_dc"] == 2  # type: ignore[index]
        assert len(dc.requests) == 2


def test_a_bare_boolTrue_is_no_success() -> None:
    with HandMade(lambda request: [[TRUE]]) as dc, client_of(dc, timeout=0.3) as client, pytest.raises(Unreachable):
        client.bind()


def test_what_a_new_session_has_not_received_is_sent_again() -> None:
    def answers(request: Request) -> Iterable[Said]:
        if len(dc.requests) == 1:
            first = request.outer + 4
            yield [SCHEMA["new_session_created"].build(first_msg_id=first, unique_id=1, server_salt=request.salt)]
        else:
            yield [right(request)]

    with HandMade(answers) as dc, client_of(dc) as client:
        assert client.bind()
        assert len(dc.requests) == 2


def test_a_session_that_begins_again_and_again_is_no_endless_loop() -> None:
    def answers(request: Request) -> Iterable[Said]:
        first = request.outer + 4
        yield [SCHEMA["new_session_created"].build(first_msg_id=first, unique_id=1, server_salt=request.salt)]

    with HandMade(answers) as dc, client_of(dc) as client:
        with pytest.raises(Unreachable, match="new session"):
            client.bind()
        assert len(dc.requests) == 4


@pytest.mark.parametrize(("code", "sends"), [(18, 1), (34, 1), (35, 1), (64, 1), (99, 1), (16, 4), (20, 4), (32, 4),
                                             (33, 4), (48, 4)])  # fmt: skip
def test_a_binding_that_is_always_ignored_names_the_code(code: int, sends: int) -> None:
    with HandMade(lambda request: [[request.bad(code)]]) as dc, client_of(dc) as client:
        with pytest.raises(CheckError, match=rf"\b{code}\b") as caught:
            client.bind()
        assert caught.value.got == code
        assert len(dc.requests) == sends


@pytest.mark.parametrize("code", [32, 33])
def test_a_seqno_out_of_step_is_met_with_a_new_session(code: int) -> None:
    def answers(request: Request) -> Iterable[Said]:
        yield [request.bad(code) if len(dc.requests) == 1 else right(request)]

    with HandMade(answers) as dc, client_of(dc) as client:
        assert client.bind()
        first, second = dc.requests
        assert first.session_id != second.session_id == client.session.session_id
        assert first.msg_id < second.msg_id
        assert client.binding is not None and client.binding.session_id == second.session_id
        assert second.message.seqno == 1


@pytest.mark.parametrize("code", [48, 16, 17, 20])
def test_everything_in_an_ignored_container_is_sent_again(code: int) -> None:
    def answers(request: Request) -> Iterable[Said]:
        yield [request.bad(code) if len(dc.packets[-1]) == 2 and not ignored else right(request)]
        ignored.extend([1] * (len(dc.packets[-1]) == 2))

    ignored: list[int] = []
    with HandMade(answers) as dc, client_of(dc) as client:
        client.bind()
        client.call("help.getNearestDc")
        first, again = [packet for packet in dc.packets if len(packet) == 2]
        acks = [SCHEMA.dissect(packet[0].message.body)["msg_ids"] for packet in (first, again)]
        assert acks[0] and set(acks[0]) <= set(acks[1])  # beside them the notice itself
        assert first[1].message.body == again[1].message.body
        assert (first[1].msg_id == again[1].msg_id) is (code == 48)


def test_the_clock_keeps_its_fraction_and_ids_never_go_back() -> None:
    times: list[float] = []

    def clock() -> float:  # the exchange of the first key crosses the border of a second
        times.append(0)
        return 1_800_000_000.6 + 0.1 * len(times)

    with LocalDC(clock=lambda: 1_800_000_000.9) as dc, connect(dc, clock=clock) as client:
        ids = [client.session.next_msg_id(clock())]
        assert client.session.time_offset % 1 != 0 or client.session.time_offset == 0
        for _ in range(3):
            client.make_temp_key()
            ids.append(client.session.next_msg_id(clock()))
        assert ids == sorted(set(ids))


@pytest.mark.parametrize("fraction", [0.0, 0.5, 0.999])
def test_a_clock_that_agrees_is_left_alone(fraction: float) -> None:
    def clock() -> float:
        return 1_800_000_000 + fraction

    with LocalDC(clock=clock) as dc, connect(dc, clock=clock) as client:
        assert client.session.time_offset == 0


def test_a_second_key_of_an_honest_client_rises(monkeypatch: pytest.MonkeyPatch) -> None:
    from mtlib import Rules

    with LocalDC(rules=Rules(one_temp_key=True)) as dc, connect(dc) as client:
        for _ in range(3):
            assert client.bind()
            client.make_temp_key()


@pytest.mark.parametrize("flood", ["pongs", "quick acks", "results of others"])
def test_one_deadline_whatever_arrives(flood: str) -> None:
    def answers(request: Request) -> Iterable[Said | bytes]:
        end = time.monotonic() + 4
        while time.monotonic() < end:
            if flood == "pongs":
                yield [SCHEMA["pong"].build(msg_id=4, ping_id=1)]
            elif flood == "quick acks":
                yield b"\1\2\3\xff" * 4096
            else:
                yield [request.result(bytes(30_000), 4)]
            time.sleep(0.01)

    with HandMade(answers) as dc, client_of(dc, timeout=0.5) as client:
        begun = time.monotonic()
        with pytest.raises(Unreachable, match="no answer"):
            client.bind()
        assert time.monotonic() - begun < 2


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtlib.net.connection.KEPT", 20)

    def answers(request: Request) -> Iterable[Said]:
        for number in range(200):
            yield [SCHEMA["pong"].build(msg_id=4, ping_id=number)]
        yield [right(request)]

    with HandMade(answers) as dc, client_of(dc) as client:
        assert client.bind()
        assert len(client.events) <= 20
        assert len(client.connection.transcript) <= 20
        assert client.events[-1].req_msg_id == dc.requests[-1].msg_id  # type: ignore[union-attr]


def test_a_hostile_error_name_is_cut_and_printable() -> None:
    name = "\x1b[31mPWNED\x07\u202e" + "A" * 60_000
    error = SCHEMA["rpc_error"].build(error_code=400, error_message=name)
    with HandMade(lambda request: [[request.result(error)]]) as dc, client_of(dc) as client:  # noqa: SIM117
        with pytest.raises(RpcError) as caught:
            client.bind()
    for text in (str(caught.value), caught.value.name, caught.value.message):
        assert text.isprintable()
        assert len(text) < 600
        assert "PWNED" in text


def test_a_refused_bind_says_whose_it_was() -> None:
    error = SCHEMA["rpc_error"].build(error_code=400, error_message="ENCRYPTED_MESSAGE_INVALID")
    with HandMade(lambda request: [[request.result(error)]]) as dc, client_of(dc) as client:
        with pytest.raises(RpcError) as caught:
            client.bind()
        assert client.perm_key is not None
        for number in (client.session.session_id, client.temp_key.id, client.perm_key.id):
            assert str(number) in str(caught.value)


@pytest.mark.parametrize("packed", [True, False])
def test_an_answer_longer_than_a_strangers_may_be(packed: bool) -> None:
    text = SCHEMA["jsonString"].build(value="A" * 72_000)
    config = bytes(SCHEMA["help.appConfig"].build(hash=0, config=text))

    def answers(request: Request) -> Iterable[Said]:
        if request.name != "invokeWithLayer":
            yield [right(request)]
        elif packed:
            yield [request.result(SCHEMA["gzip_packed"].build(packed_data=zlib.compress(config)))]
        else:
            yield [request.result(config)]

    with HandMade(answers) as dc, client_of(dc) as client:
        client.bind()
        assert client.call(SCHEMA["help.getAppConfig"].build(hash=0)).name == "help.appConfig"  # type: ignore[union-attr]
        assert client.call("help.getNearestDc")["this_dc"] == 2  # type: ignore[index]


def test_a_frame_beyond_all_limits_does_not_end_the_client() -> None:
    def answers(request: Request) -> Iterable[Said | bytes]:
        yield (1 << 30).to_bytes(4, "little") if len(dc.requests) == 2 else [right(request)]

    with HandMade(answers) as dc, client_of(dc) as client:
        client.bind()
        with pytest.raises(DecodeError):
            client.call("help.getNearestDc")
        assert client.call("help.getNearestDc")["this_dc"] == 2  # type: ignore[index]


@pytest.mark.parametrize("lifetime", [1_780_086_400, 0, -5, True, "86400", 86400.0, 2**31])
def test_a_lifetime_that_is_none_is_refused_before_anything_is_sent(lifetime: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        with pytest.raises(LocalError, match="duration"):
            connect(f"127.0.0.1:{mute.getsockname()[1]}", key=rsa().public, expires_in=lifetime)
        mute.settimeout(0.1)
        with pytest.raises(TimeoutError):
            mute.accept()


@pytest.mark.parametrize("name", [0, 2**63, -(2**63) - 1, True, "7", None])
def test_a_session_without_a_name_is_refused(name: Any) -> None:
    from mtlib.crypto.entropy import System
    from mtlib.crypto.keys import AuthKey

    with pytest.raises(LocalError, match="session"):
        Session(AuthKey(bytes(range(256))), name, 5, System())


def test_one_client_in_six_threads_is_right_or_busy() -> None:
    answers: list[Any] = []

    def call(client: Client) -> None:
        for _ in range(20):
            try:
                answers.append(client.call("help.getNearestDc")["this_dc"])  # type: ignore[index]
            except LocalError as error:
                answers.append(error.message)

    with LocalDC() as dc, connect(dc, timeout=3) as client:
        client.bind()
        threads = [threading.Thread(target=call, args=(client,)) for _ in range(6)]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert time.monotonic() - begun < 20
        assert len(answers) == 120
        assert set(answers) <= {2, "this client is busy in another thread"}
        assert 2 in answers
        assert client.call("help.getNearestDc")["this_dc"] == 2  # type: ignore[index]


PORTAL = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 200\r\n\r\n" + b"x" * 400
FOREIGN = {"portal": PORTAL, "ssh": b"SSH-2.0-OpenSSH_9.6\r\n", "mail": b"220 mail.example ESMTP\r\n",
           "tls": bytes.fromhex("15030100020246"), "tls 1.2": bytes.fromhex("15030300020228")}


@pytest.mark.parametrize("framing", ["abridged", "intermediate", "padded", "full", "obfuscated"])
@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_data_centre_is_told(name: str, framing: str) -> None:
    def portal() -> None:
        made, _ = server.accept()
        with made:
            made.recv(4096)
            made.sendall(FOREIGN[name])
            made.settimeout(3)
            made.recv(4096)

    hidden = framing == "obfuscated"
    if name == "mail" and framing in ("abridged", "obfuscated"):
        pytest.skip("a frame of 200 bytes could begin like this")
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=portal, daemon=True).start()
        with pytest.raises(Unreachable, match="is not a data centre") as caught:
            connect(f"127.0.0.1:{server.getsockname()[1]}", key=rsa().public, timeout=2, obfuscated=hidden,
                    framing="abridged" if hidden else framing)
        assert str(caught.value).isprintable()


def test_an_address_that_has_spoken_is_not_left_for_the_next() -> None:
    """It hangs up in the middle of the exchange: another one would begin a new one, and hide what happened here."""
    from mtlib.net.endpoints import Endpoint
    from mtlib.protocol.faults import Fault

    with LocalDC(faults=[Fault("cut-exchange")]) as first, socket.create_server(("127.0.0.1", 0)) as second:
        to = Endpoint("two addresses", ((first.host, first.port), second.getsockname()), first.public_key, 2)
        with pytest.raises(Unreachable, match="closed the connection"):
            connect(to, timeout=2)
        second.settimeout(0.1)
        with pytest.raises(TimeoutError):
            second.accept()


def test_the_time_to_reach_an_address_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    from mtlib.net.endpoints import Endpoint

    shares: list[float] = []

    def unreachable(address: Any, within: float) -> None:
        shares.append(within)
        raise OSError("no")

    monkeypatch.setattr("mtlib.net.connection._connect", unreachable)
    nowhere = Endpoint("nowhere", tuple(("127.0.0.1", port) for port in (1, 2, 3)), rsa().public)
    with pytest.raises(Unreachable, match="cannot be reached"):
        connect(nowhere, timeout=6)
    assert shares == pytest.approx([2, 3, 6], rel=0.05)


@pytest.mark.parametrize("code", [16, 48])
def test_a_notice_about_the_message_in_a_container_is_heard(code: int) -> None:
    def answers(request: Request) -> Iterable[Said]:
        if len(dc.packets[-1]) == 2 and not told:
            told.append(request.msg_id)
            yield [request.bad(code, about=request.msg_id)]
        else:
            yield [right(request)]

    told: list[int] = []
    with HandMade(answers) as dc, client_of(dc) as client:
        client.bind()
        assert client.call("help.getNearestDc")["this_dc"] == 2  # type: ignore[index]
        assert told
        assert (client.session.salt == 99) is (code == 48)


def test_the_record_is_what_went_out_and_stays_when_it_is_changed() -> None:
    from mtlib.lab.samples import sample

    carried = sample(framing="padded").carried
    changed = replace(carried, salt=1)
    assert bytes(changed.frame)[:4] == bytes(carried.frame)[:4]
    assert bytes(changed.frame) != bytes(carried.frame)
    assert bytes(carried.frame) == bytes(replace(carried).frame)
    with LocalDC() as dc, connect(dc, framing="padded") as client:
        client.bind()
        assert client.carried is not None
        again = replace(client.carried)
        for part in ("message", "packet", "frame"):
            assert bytes(getattr(again, part)) == bytes(getattr(client.carried, part))
