"""The blocking client over real TCP: keys, bindings, calls, and everything that is not the answer."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from mtlib.errors import CheckError, DecodeError, LocalError, RpcError, TransportError, Unreachable
from mtlib.net.client import Client, connect
from mtlib.net.endpoints import TELEGRAM_TEST, Endpoint
from mtlib.net.server import LocalDC
from mtlib.protocol.faults import Fault
from mtlib.protocol.session import ServiceMessage, Session
from mtlib.transport.framing import FRAMINGS
from mtlib.wire.dissection import Dissection, unseal
from mtlib.wire.schema import SCHEMA
from tests.hand_made_dc import TRUE, HandMade, Request, Said
from tests.talking import rsa

# -- The blocking client over real TCP: framings, recovery, and the code for Telegram's test data centre against ours.


BOTH_WAYS = [(name, hidden) for name in FRAMINGS for hidden in (False, True) if not (name == "full" and hidden)]


@pytest.mark.parametrize(("framing", "obfuscated"), BOTH_WAYS)
def test_a_live_bind_over_every_framing(framing: str, obfuscated: bool) -> None:
    with LocalDC() as dc, connect(dc, framing=framing, obfuscated=obfuscated) as client:
        assert client.bind() is True
        assert client.call("help.getNearestDc")["this_dc"] == 2  # type: ignore[index]
        assert client.ping()
        assert client.carried is not None
        sent = [packet for direction, packet in client.connection.transcript if direction == "sent"]
        assert bytes(client.carried.packet) in sent
        opened = unseal(client.carried.frame, [client.temp_key, client.perm_key])
        assert opened.find("packet/message/request/encrypted_message/plaintext/envelope/inner")


def test_what_is_not_asked_for_is_not_done() -> None:
    with LocalDC() as dc, connect(dc) as client:
        assert client.connection.stream.obfuscation is None
        with connect(dc, perm_key=client.perm_key) as other:
            assert not other.perm_key_bound
            assert other.bind()
            assert other.perm_key_bound


def test_no_packet_goes_out_under_the_permanent_key() -> None:
    with LocalDC() as dc, connect(dc) as client:
        client.bind()
        for _ in range(10):
            client.call("help.getNearestDc")
        sent = [packet for direction, packet in client.connection.transcript if direction == "sent"]
        assert client.perm_key is not None
        assert not [packet for packet in sent if packet[:8] == client.perm_key.id_bytes]


def test_a_changed_byte_is_refused_and_named_in_the_trace() -> None:
    with LocalDC() as dc, connect(dc) as client:
        with pytest.raises(RpcError, match="ENCRYPTED_MESSAGE_INVALID"):
            client.bind(change=lambda request: request[:-20] + bytes(20))
        assert dc.trace.named("bind_refused")[0].verdict.failed == "msg_key"  # type: ignore[union-attr]
        assert client.bind()


@pytest.mark.parametrize("framing", FRAMINGS)
def test_what_was_carried_is_what_went_out(framing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    frames, record = list[bytes](), Client._record
    monkeypatch.setattr(Client, "_record", lambda *given: frames.append(given[-1]) or record(*given))
    with LocalDC() as dc, connect(dc, framing=framing) as client:
        for change in (lambda request: request[:-4], lambda _: b"", lambda request: request + bytes(4), None):
            with contextlib.suppress(RpcError):
                client.bind(change=change)
            assert client.carried is not None
            assert bytes(client.carried.packet) == client.connection.transcript[-2][1]
            assert bytes(client.carried.frame) == frames[-1]
            assert framing == "full" or client.carried.frames_before == 0  # only there they are numbered


@pytest.mark.parametrize("name", ["forget-temp-keys", "lose-bindings"])
def test_a_temporary_key_that_is_lost_is_replaced_and_the_permanent_one_stays(name: str) -> None:
    with LocalDC(faults=[Fault(name)]) as dc, connect(dc) as client:
        client.bind()
        perm, temp = client.perm_key, client.temp_key
        assert client.call("help.getNearestDc")["this_dc"] == 2  # type: ignore[index]
        assert client.call(SCHEMA["help.getAppConfig"].build(hash=0)).name == "help.appConfig"  # type: ignore[union-attr]
        assert client.perm_key == perm
        assert client.temp_key != temp
        assert len(dc.trace.named("bind_accepted")) == 2


def test_a_key_that_is_forgotten_again_and_again_is_not_made_for_ever() -> None:
    with LocalDC(faults=[Fault("forget-temp-keys", 99)]) as dc, connect(dc) as client:
        client.bind()
        with pytest.raises(TransportError, match="-404"):
            client.call("help.getNearestDc")
        assert len(dc.trace.named("bind_accepted")) == 2


@pytest.mark.parametrize(
    "fault",
    ["wrong-salt=3", "clock-offset=3600", "clock-offset=-3600", "dh-retry", "split-frames=1", "pad-plain-answers=88",
     "short-expiry=5"],
)  # fmt: skip
def test_bad_luck_that_a_client_survives(fault: str) -> None:
    with LocalDC(faults=[Fault.parse(fault)]) as dc, connect(dc) as client:
        assert client.bind()
        assert client.call("help.getNearestDc")["this_dc"] == 2  # type: ignore[index]


@pytest.mark.parametrize("noise", [1, 3, 4])
def test_noise_behind_plain_answers_comes_in_whole_words(noise: int) -> None:
    with LocalDC(faults=[Fault("pad-plain-answers", noise)]) as dc, connect(dc, framing="abridged") as client:
        assert len(client.connection.transcript[1][1]) == 20 + 64 + 4
        assert not dc.trace.named("internal_error")


def test_a_wrong_salt_is_met_with_the_same_bytes() -> None:
    with LocalDC(faults=[Fault("wrong-salt")]) as dc, connect(dc) as client:
        client.bind()
        assert len(dc.trace.named("bind_accepted")) == 1
        assert len([e for e in client.events if e.__class__.__name__ == "BadMessage"]) == 1


def test_boolFalse_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtlib.protocol.methods.Bool.TRUE", bytes.fromhex("379779bc"))
    with LocalDC() as dc, connect(dc) as client, pytest.raises(CheckError, match="not boolTrue"):
        client.bind()


def played_by(dc: LocalDC) -> Endpoint:
    """Telegram's test DC 2, with our own data centre playing the part."""
    return replace(TELEGRAM_TEST[2], addresses=((dc.host, closed_port()), (dc.host, dc.port)), key=dc.public_key)


def only_port(dc: LocalDC) -> Endpoint:
    return replace(played_by(dc), addresses=((dc.host, dc.port),))


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_the_test_data_centre_played_by_ours() -> None:
    with LocalDC(dc_id=10002, faults=[Fault("pad-plain-answers", 76), Fault("clock-offset", 900)]) as dc:
        with connect(played_by(dc)) as client:
            assert client.bind()
            assert client.call("help.getNearestDc")["this_dc"] == 2  # type: ignore[index]
            with pytest.raises(LocalError, match="your own"):
                client.bind(change=bytes)
        assert len(dc.dc.keys) == 0  # both keys were destroyed at the end
        assert [event.name for event in dc.trace][-2:] == ["session_created", "key_destroyed"]


def test_where_there_is_no_network_it_is_said_in_one_sentence() -> None:
    nowhere = replace(TELEGRAM_TEST[2], addresses=tuple(("127.0.0.1", closed_port()) for _ in range(3)))
    begun = time.monotonic()
    with pytest.raises(Unreachable, match="cannot be reached from here") as error:
        connect(nowhere)
    assert time.monotonic() - begun < 10
    assert "LocalDC" in str(error.value)


def test_a_listener_that_never_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        silent = replace(TELEGRAM_TEST[2], addresses=(("127.0.0.1", mute.getsockname()[1]),))
        with pytest.raises(Unreachable, match="silent for"):
            connect(silent, timeout=0.3)


def test_a_server_with_another_key_is_refused() -> None:
    with LocalDC() as dc:
        other = replace(TELEGRAM_TEST[2], addresses=((dc.host, dc.port),))
        with pytest.raises(CheckError, match="key"):
            connect(other)


def test_answers_of_unknown_constructors_stay_bytes() -> None:
    with LocalDC() as dc, connect(dc) as client:
        client.bind()
        assert isinstance(client.ask(SCHEMA["get_future_salts"].build(num=2)), Dissection)
        with pytest.raises(RpcError, match="AUTH_KEY_UNREGISTERED"):
            client.call(bytes.fromhex("0d91a548"))


def test_repr_shows_no_secret() -> None:
    with LocalDC() as dc, connect(dc) as client:
        assert client.temp is not None
        for shown in (repr(client), repr(client.temp), repr(client.session), repr(dc)):
            assert bytes(client.temp_key).hex()[:12] not in shown


def test_the_answer_to_a_refused_bind_is_the_refusal() -> None:
    with LocalDC() as dc, connect(dc) as client:
        assert client.answer is None
        assert client.bind()
        with pytest.raises(RpcError) as refused:
            client.bind(change=lambda request: request[:-20] + bytes(20))
        assert isinstance(client.answer, Dissection)
        assert (client.answer.name, client.answer["error_message"]) == ("rpc_error", refused.value.name.encode())
        with pytest.raises(ZeroDivisionError):
            client.bind(change=lambda request: bytes(1 // 0))
        assert client.answer is None
        assert client.carried is None


@pytest.mark.parametrize("made", [None, 5, "request"])
def test_a_change_that_gives_no_bytes_is_told(made: object) -> None:
    with LocalDC() as dc, connect(dc) as client:
        with pytest.raises(LocalError, match="no request"):
            client.bind(change=lambda request: made)  # type: ignore[arg-type,return-value]
        assert client.bind()


class Tap:
    """A socket that remembers what goes into it."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.sent = sock, list[bytes]()

    def sendall(self, data: bytes) -> None:
        self.sent.append(data)
        self.sock.sendall(data)

    def __getattr__(self, name: str) -> object:
        return getattr(self.sock, name)


@pytest.mark.parametrize("framing", FRAMINGS)
def test_the_frame_that_is_shown_is_the_one_that_was_sent(framing: str) -> None:
    with LocalDC(faults=[Fault("wrong-salt")]) as dc, connect(dc, framing=framing) as client:
        tap = Tap(client.connection.socket)
        client.connection.socket = tap  # type: ignore[assignment]
        for _ in range(3):
            client.bind()
            assert client.carried is not None
            assert bytes(client.carried.frame) == tap.sent[-1]
        assert len(tap.sent) == 4


def test_a_request_made_longer_can_still_be_shown() -> None:
    with LocalDC() as dc, connect(dc) as client:
        with pytest.raises(RpcError):
            client.bind(change=lambda request: request + bytes(4))
        assert client.carried is not None
        assert client.carried.changed == bytes(client.carried.binding.request) + bytes(4)
        assert client.connection.transcript[-2] == ("sent", bytes(client.carried.packet))


def test_a_caller_that_is_interrupted_hears_of_nothing_else() -> None:
    with LocalDC() as dc, connect(dc) as client:
        client.bind()
        dc.stop()
        with pytest.raises(Unreachable):
            client.bind()
        with pytest.raises(Unreachable):
            client.bind()
        assert client.carried is not None
        assert client.carried.binding is client.binding


def test_a_temporary_key_that_is_forgotten_before_its_binding_is_replaced() -> None:
    with LocalDC() as dc, connect(dc) as client:
        perm, temp = client.perm_key, client.temp_key
        dc.dc.keys.drop(temp.id)
        assert client.settle()
        assert client.perm_key == perm
        assert client.temp_key != temp


def test_settling_gives_up_on_keys_that_are_forgotten_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with LocalDC() as dc, connect(dc) as client:
        made = []

        def lost(*, change: object = None) -> bool:
            made.append(client.temp_key)
            raise TransportError(-404)

        monkeypatch.setattr(client, "bind", lost)
        with pytest.raises(TransportError):
            client.settle()
        assert len(set(map(bytes, made))) == len(made) == 4


def test_another_transport_error_is_not_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    def flooded(*, change: object = None) -> bool:
        raise TransportError(-429)

    with LocalDC() as dc, connect(dc) as client:
        monkeypatch.setattr(client, "bind", flooded)
        with pytest.raises(TransportError, match="-429"):
            client.settle()


# -- The connection and the keys of a client: made, counted, destroyed again, and nothing dialled that cannot be.


@pytest.fixture
def theirs() -> Any:
    with LocalDC(dc_id=10002) as dc:
        yield dc


def test_every_key_that_was_made_is_destroyed(theirs: LocalDC) -> None:
    with connect(only_port(theirs)) as client:
        client.make_temp_key()
        client.exchange()
        client.perm_key = None
        client.make_keys()
        assert client.bind()
        assert len(theirs.dc.keys) == 6
    assert len(theirs.dc.keys) == 0
    client.close()


def test_a_key_that_is_gone_keeps_none_of_the_others(theirs: LocalDC) -> None:
    with connect(only_port(theirs)) as client:
        client.make_temp_key()
        theirs.dc.keys.drop(client.temp_key.id)
        with pytest.raises(TransportError, match="-404"):
            client.ping()  # the connection has ended, too
    assert len(theirs.dc.keys) == 0


def test_a_key_of_ones_own_is_left_alone(theirs: LocalDC) -> None:
    with connect(replace(only_port(theirs), clean_up=False)) as first:
        with connect(only_port(theirs), perm_key=first.perm_key) as client:
            assert client.bind()
        assert [known.auth_key for known in theirs.dc.keys if not known.temporary] == [first.perm_key]


def test_connecting_that_fails_half_way_cleans_up(theirs: LocalDC, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Client) -> None:
        raise CheckError("in the middle")

    monkeypatch.setattr(Client, "make_temp_key", fail)
    with pytest.raises(CheckError, match="in the middle"):
        connect(only_port(theirs))
    assert theirs.trace.named("exchange_done")
    assert len(theirs.dc.keys) == 0


def test_interrupted_while_cleaning_up_the_socket_is_closed(
    theirs: LocalDC, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = connect(only_port(theirs))

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(client, "clean_up", interrupted)
    with pytest.raises(KeyboardInterrupt):
        client.close()
    assert client.connection.socket.fileno() == -1


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": -1}, {"timeout": 0}, {"timeout": None}, {"timeout": float("inf")}, {"timeout": "1"}, {"key": "abc"},
        {"dc_id": "2"}, {"framing": "pigeon"}, {"framing": "full", "obfuscated": True}, {"secret": bytes(16)},
        {"secret": "abc", "obfuscated": True}, {"secret": b"abc", "obfuscated": True}, {"perm_key": bytes(256)},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_before_anything_is_dialled(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dialled(*_: object) -> None:
        raise AssertionError("dialled")

    monkeypatch.setattr("mtlib.net.connection._dial", dialled)
    with pytest.raises(LocalError):
        connect("127.0.0.1:5", **{"key": rsa().public, **options})


def test_before_there_are_keys_and_after_the_end_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with LocalDC() as dc:
        with monkeypatch.context() as without_keys:
            without_keys.setattr(Client, "make_keys", lambda client: None)
            client = connect(dc)
        for early in (client.bind, client.ping, lambda: client.session, lambda: client.temp_key):
            with pytest.raises(LocalError, match="there is no"):
                early()
        client.make_keys()
        assert client.bind()
        for query in (4, None, 1.5):
            with pytest.raises(LocalError, match="no request"):
                client.call(query)  # type: ignore[arg-type]
        client.close()
        with pytest.raises(LocalError, match="closed"):
            client.ping()
        with pytest.raises(LocalError, match="closed"):
            client.connection.receive()


def test_a_port_that_takes_the_connection_and_is_mute_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtlib.net.client.REACH", 0.6)  # half of it for the mute one; keys take the time they take
    with LocalDC(dc_id=10002) as dc, socket.create_server(("127.0.0.1", 0)) as mute:
        ports = (mute.getsockname()[1], dc.port)
        end = replace(only_port(dc), addresses=tuple(("127.0.0.1", port) for port in ports))
        begun = time.monotonic()
        with connect(end) as client:
            assert client.bind()
        assert time.monotonic() - begun < 5


def test_a_port_that_hangs_up_at_once_is_passed_over() -> None:
    with LocalDC(dc_id=10002) as dc, socket.create_server(("127.0.0.1", 0)) as rude:

        def hang_up() -> None:
            with rude.accept()[0] as made:
                made.recv(4)

        threading.Thread(target=hang_up, daemon=True).start()
        ports = (rude.getsockname()[1], dc.port)
        end = replace(only_port(dc), addresses=tuple(("127.0.0.1", port) for port in ports))
        with connect(end) as client:
            assert client.bind()


def test_the_last_mute_port_is_an_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        end = replace(TELEGRAM_TEST[2], addresses=(one.getsockname(), two.getsockname()))
        with pytest.raises(Unreachable, match="silent"):
            connect(end, timeout=0.2)


def test_times_are_told_of_what_failed_too() -> None:
    with LocalDC(faults=[Fault("refuse-bind")]) as dc, connect(dc) as client:
        with pytest.raises(RpcError):
            client.bind()
        assert client.timings_ms["bind"] > 0


# -- What a client makes of a data centre that says other things than the answer: against a hand-made one.


NEAREST = SCHEMA["nearestDc"].build(country="XX", this_dc=2, nearest_dc=2)
Answers = Callable[[Request], Iterable[Said | bytes]]


def right(request: Request) -> Dissection:
    return request.result(TRUE if request.name == "auth.bindTempAuthKey" else NEAREST)


def client_of(dc: HandMade, **options: Any) -> Client:
    client = connect(dc.address, key=dc.public_key, dc_id=2, **options)
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
    with HandMade(lambda request: [[TRUE]]) as dc, client_of(dc) as client:
        client.timeout = 0.3
        with pytest.raises(Unreachable):
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


def test_a_clock_that_was_known_better_is_set_within_the_second_that_is_said() -> None:
    here, there = [1_800_000_000.25], 1_800_003_600.25
    with LocalDC(clock=lambda: there) as dc, connect(dc, clock=lambda: here[0]) as client:
        assert client.session.time_offset == 3599.75  # at least: it said 1_800_003_600, and here it was .25
        here[0] = there
        client.make_temp_key()
        assert client.session.time_offset == 0.75  # at most: what it said lasts until the next second


def test_a_second_key_of_an_honest_client_rises(monkeypatch: pytest.MonkeyPatch) -> None:
    from mtlib import Rules

    with LocalDC(rules=Rules(one_temp_key=True)) as dc, connect(dc) as client:
        for _ in range(3):
            assert client.bind()
            client.make_temp_key()


@pytest.mark.parametrize("flood", ["pongs", "quick acks", "results of others"])
def test_one_deadline_whatever_arrives(flood: str) -> None:
    def answers(request: Request) -> Iterable[Said | bytes]:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if flood == "pongs":
                yield [SCHEMA["pong"].build(msg_id=4, ping_id=1)]
            elif flood == "quick acks":
                yield b"\1\2\3\xff" * 4096
            else:
                yield [request.result(bytes(30_000), 4)]
            time.sleep(0.01)

    with HandMade(answers) as dc, client_of(dc) as client:
        client.timeout = 0.5
        begun = time.monotonic()
        with pytest.raises(Unreachable, match="no answer"):
            client.bind()
        assert time.monotonic() - begun < 10


def test_the_deadline_holds_for_what_came_before_it_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred packets fit into one read, and each may take long to look at."""
    receive = Session.receive

    def slowly(session: Session, *given: Any) -> Any:
        time.sleep(0.1)
        return receive(session, *given)

    monkeypatch.setattr(Session, "receive", slowly)
    pong = SCHEMA["pong"].build(msg_id=4, ping_id=1)
    with HandMade(lambda request: [[pong]] * 100) as dc, client_of(dc, timeout=0.5) as client:
        begun = time.monotonic()
        with pytest.raises(Unreachable, match="no answer"):
            client.bind()
        assert time.monotonic() - begun < 5


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


@pytest.mark.parametrize("cut", [True, False], ids=["objects", "bytes"])
def test_what_was_packed_small_is_kept_by_its_own_size(cut: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtlib.net.connection.KEPT_BYTES", 1 << 20)
    nulls = SCHEMA["jsonArray"].build(value=[SCHEMA["jsonNull"].build()] * 500)
    plain = bytes(nulls) if cut else b"abcd" * (1 << 16)
    packed = SCHEMA["gzip_packed"].build(packed_data=zlib.compress(plain))

    def answers(request: Request) -> Iterable[Said]:
        yield from [[packed]] * 40
        yield [right(request)]

    with HandMade(answers) as dc, client_of(dc, timeout=60) as client:
        assert client.bind()
        bodies = [event.body for event in client.events if isinstance(event, ServiceMessage)]
        assert bodies and all(isinstance(body, Dissection) is cut for body in bodies)
        assert sum(map(len, bodies)) * (64 if cut else 1) <= 1 << 20


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


def test_an_error_name_of_other_bytes_is_an_error_all_the_same() -> None:
    error = SCHEMA["rpc_error"].build(error_code=400, error_message=b"BAD\xff\xfe")
    with HandMade(lambda request: [[request.result(error)]]) as dc, client_of(dc) as client:  # noqa: SIM117
        with pytest.raises(RpcError, match="BAD"):
            client.bind()


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

    with LocalDC() as dc, connect(dc) as client:
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
            connect(f"127.0.0.1:{server.getsockname()[1]}", key=rsa().public, obfuscated=hidden,
                    framing="abridged" if hidden else framing)
        assert str(caught.value).isprintable()


def test_an_address_that_has_spoken_is_not_left_for_the_next() -> None:
    """It hangs up in the middle of the exchange: another one would begin a new one, and hide what happened here."""
    from mtlib.net.endpoints import Endpoint
    from mtlib.protocol.faults import Fault

    with LocalDC(faults=[Fault("cut-exchange")]) as first, socket.create_server(("127.0.0.1", 0)) as second:
        to = Endpoint("two addresses", ((first.host, first.port), second.getsockname()), first.public_key, 2)
        with pytest.raises(Unreachable, match="closed the connection"):
            connect(to)
        second.settimeout(0.1)
        with pytest.raises(TimeoutError):
            second.accept()


def test_half_a_frame_is_a_word_too() -> None:
    def half() -> None:
        made, _ = first.accept()
        with made:
            made.sendall((100).to_bytes(4, "little") + bytes(8))
            made.shutdown(socket.SHUT_WR)
            while made.recv(4096):  # what is left unread would turn the end into a reset
                pass

    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        threading.Thread(target=half, daemon=True).start()
        to = Endpoint("two addresses", (first.getsockname(), second.getsockname()), rsa().public, 2)
        with pytest.raises(Unreachable, match="closed the connection"):
            connect(to)
        second.settimeout(0.1)
        with pytest.raises(TimeoutError):
            second.accept()


def test_the_time_to_reach_an_address_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    from mtlib.net.endpoints import Endpoint

    shares: list[float] = []
    monkeypatch.setattr("mtlib.net.connection.time", SimpleNamespace(monotonic=lambda: 5.0))

    def unreachable(address: Any, within: float) -> None:
        shares.append(within)
        raise OSError("no")

    monkeypatch.setattr("mtlib.net.connection._connect", unreachable)
    nowhere = Endpoint("nowhere", tuple(("127.0.0.1", port) for port in (1, 2, 3)), rsa().public)
    with pytest.raises(Unreachable, match="cannot be reached"):
        connect(nowhere, timeout=6)
    assert shares == [2, 3, 6]


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
