"""The blocking client over real TCP: framings, recovery, and the code for Telegram's test data centre against ours."""

from __future__ import annotations

import socket
import time
from dataclasses import replace

import pytest

from mtlib.errors import CheckError, LocalError, RpcError, TransportError, Unreachable
from mtlib.net.client import connect
from mtlib.net.endpoints import TELEGRAM_TEST, Endpoint
from mtlib.net.server import LocalDC
from mtlib.protocol.faults import Fault
from mtlib.transport import FRAMINGS
from mtlib.wire import SCHEMA, Dissection, unseal

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
    with LocalDC() as dc, connect(dc, timeout=1) as client:
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
