"""The connection and the keys of a client: made, counted, destroyed again, and nothing dialled that cannot be."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from mtlib.errors import CheckError, LocalError, RpcError, TransportError, Unreachable
from mtlib.net.client import Client, connect
from mtlib.net.endpoints import TELEGRAM_TEST, Endpoint
from mtlib.net.server import LocalDC
from mtlib.protocol.faults import Fault
from mtlib.wire import SCHEMA
from tests.talking import rsa


def played_by(dc: LocalDC) -> Endpoint:
    """Telegram's test DC 2, with our own data centre playing the part."""
    return replace(TELEGRAM_TEST[2], addresses=((dc.host, dc.port),), key=dc.public_key)


@pytest.fixture
def theirs() -> Any:
    with LocalDC(dc_id=10002) as dc:
        yield dc


def test_every_key_that_was_made_is_destroyed(theirs: LocalDC) -> None:
    with connect(played_by(theirs)) as client:
        client.make_temp_key()
        client.exchange()
        client.perm_key = None
        client.make_keys()
        assert client.bind()
        assert len(theirs.dc.keys) == 6
    assert len(theirs.dc.keys) == 0
    client.close()


def test_a_key_that_is_gone_keeps_none_of_the_others(theirs: LocalDC) -> None:
    with connect(played_by(theirs)) as client:
        client.make_temp_key()
        theirs.dc.keys.drop(client.temp_key.id)
        with pytest.raises(TransportError, match="-404"):
            client.ping()  # the connection has ended, too
    assert len(theirs.dc.keys) == 0


def test_a_key_of_ones_own_is_left_alone(theirs: LocalDC) -> None:
    with connect(replace(played_by(theirs), clean_up=False)) as first:
        with connect(played_by(theirs), perm_key=first.perm_key) as client:
            assert client.bind()
        assert [known.auth_key for known in theirs.dc.keys if not known.temporary] == [first.perm_key]


def test_connecting_that_fails_half_way_cleans_up(theirs: LocalDC, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Client) -> None:
        raise CheckError("in the middle")

    monkeypatch.setattr(Client, "make_temp_key", fail)
    with pytest.raises(CheckError, match="in the middle"):
        connect(played_by(theirs))
    assert theirs.trace.named("exchange_done")
    assert len(theirs.dc.keys) == 0


def test_interrupted_while_cleaning_up_the_socket_is_closed(
    theirs: LocalDC, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = connect(played_by(theirs))

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


def test_before_there_are_keys_and_after_the_end_it_says_so() -> None:
    with LocalDC() as dc, Client(dc) as client:
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


def test_a_port_that_takes_the_connection_and_is_mute_is_passed_over() -> None:
    with LocalDC(dc_id=10002) as dc, socket.create_server(("127.0.0.1", 0)) as mute:
        ports = (mute.getsockname()[1], dc.port)
        end = replace(played_by(dc), addresses=tuple(("127.0.0.1", port) for port in ports))
        begun = time.monotonic()
        with connect(end, timeout=0.6) as client:
            assert client.bind()
        assert time.monotonic() - begun < 5


def test_a_port_that_hangs_up_at_once_is_passed_over() -> None:
    with LocalDC(dc_id=10002) as dc, socket.create_server(("127.0.0.1", 0)) as rude:

        def hang_up() -> None:
            with rude.accept()[0] as made:
                made.recv(4)

        threading.Thread(target=hang_up, daemon=True).start()
        ports = (rude.getsockname()[1], dc.port)
        end = replace(played_by(dc), addresses=tuple(("127.0.0.1", port) for port in ports))
        with connect(end, timeout=2) as client:
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


def test_a_message_that_is_not_content_related_meets_a_wrong_salt() -> None:
    with LocalDC() as dc, connect(dc) as client:
        client.bind()
        client.session.salt = 5
        pong = client.ask(SCHEMA["ping"].build(ping_id=9), content_related=False)
        assert pong["ping_id"] == 9  # type: ignore[index]
