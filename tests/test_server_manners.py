"""How a LocalDC treats whoever comes: half-open, slow, gone, too many; and how it starts, ends and tells the time."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from mtlib import LocalDC, connect
from mtlib.crypto.entropy import System
from mtlib.errors import LocalError, RpcError, Unreachable
from mtlib.net import server
from mtlib.net.client import Client
from mtlib.protocol.limits import Limits
from mtlib.protocol.packets import plain
from mtlib.protocol.session import next_msg_id
from mtlib.transport import ClientStream
from mtlib.wire import SCHEMA


def first_bytes() -> tuple[ClientStream, bytes]:
    """A client's end, and what it says first."""
    stream = ClientStream("intermediate", entropy=System())
    request = plain(next_msg_id(time.time()), SCHEMA["req_pq_multi"].build(nonce=os.urandom(16)))
    return stream, stream.opening() + stream.send(bytes(request))


def test_whoever_ends_their_own_sending_is_answered() -> None:
    answered = 0
    with LocalDC() as dc:
        for _ in range(100):
            stream, said = first_bytes()
            with socket.create_connection((dc.host, dc.port)) as sock:
                sock.settimeout(5)
                sock.sendall(said)
                sock.shutdown(socket.SHUT_WR)
                got = b""
                while data := sock.recv(4096):
                    got += data
            answered += [frame.payload[20:24] for frame in stream.receive(got)] == [SCHEMA["resPQ"].id_bytes]
        assert answered == 100
        assert not dc.trace.named("turned_away")


def test_whoever_comes_and_goes_is_no_other_user() -> None:
    with LocalDC() as dc:
        for _ in range(100):
            socket.create_connection((dc.host, dc.port)).close()
        with connect(dc) as client:
            assert client.bind()
        assert not [event for event in dc.trace if "another user" in event.text]


def test_a_slow_reader_gets_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "UNSENT", 2000)
    with LocalDC() as dc, connect(dc) as client:
        client.bind()
        stream, number = client.connection.stream, 3000
        client.connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        pings = [SCHEMA["ping"].build(ping_id=each) for each in range(number)]
        packets = b"".join(stream.send(bytes(client.session.send(each, client.clock()))) for each in pings)
        writer = threading.Thread(target=client.connection.socket.sendall, args=(packets,), daemon=True)
        client.connection.socket.settimeout(30)
        writer.start()
        time.sleep(0.5)
        found = 0
        while found < number:
            found += len(stream.receive(client.connection.socket.recv(512)))
        assert found >= number


def test_a_reader_that_never_reads_is_let_go_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    with LocalDC() as dc, ours, theirs:
        made = server.ServerConnection(theirs, dc.dc.accept())
        made.peer.authenticated = True
        made.unsent += bytes(server.UNSENT + 1)
        assert made.full
        limits, now = Limits(), time.monotonic()
        assert made.overdue(now, limits) == ""
        assert "silent" in made.overdue(now + made.peer.patience + 1, limits)
        made.heard -= 100
        made.flush()  # somebody has taken some of it
        assert time.monotonic() - made.heard < 10


def test_an_answer_goes_out_before_its_reasons_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def explain(*_: object, **__: object) -> Any:
        asked.wait(5)
        raise RuntimeError("no idea")

    monkeypatch.setattr(server, "explain_refusal", explain)
    with LocalDC() as dc, connect(dc, timeout=2) as client:
        with pytest.raises(RpcError):
            client.bind(change=lambda request: request[:-20] + bytes(20))
        assert not [event for event in dc.dc.trace if event.name == "diagnosis"]
        asked.set()
        assert len(dc.trace.named("diagnosis")) == 1  # whoever reads the log waits for it


def test_the_reasons_cost_a_refused_client_no_time() -> None:
    def took(client: Client, change: Any) -> float:
        begun = time.perf_counter()
        with contextlib.suppress(RpcError):
            client.bind(change=change)
        return time.perf_counter() - begun

    with LocalDC() as dc, connect(dc) as client:
        for change in (bytes, lambda request: request[:-20] + bytes(20)):
            took(client, change)
        quick = min(took(client, lambda request: bytes(request)) for _ in range(10))
        slow = min(took(client, lambda request: request[:-20] + bytes(20)) for _ in range(10))
        assert slow < quick * 3 + 0.01


def test_it_goes_by_the_wall_and_says_when_that_jumps(monkeypatch: pytest.MonkeyPatch) -> None:
    shift, real = [0.0], time.time
    monkeypatch.setattr(time, "time", lambda: real() + shift[0])
    with LocalDC() as dc:
        time.sleep(0.5)
        shift[0] = 28_800.0
        assert abs(dc.clock() - time.time()) < 5
        with connect(dc) as client:
            assert client.bind()
            assert abs(dc.trace.named("exchange_done")[0].at - time.time()) < 5
        time.sleep(0.5)
        (jump,) = dc.trace.named("clock_jumped")
        assert jump.facts["seconds"] in (28_799, 28_800, 28_801)


def test_a_clock_that_was_given_may_stand_or_jump() -> None:
    times = iter(range(1_800_000_000, 1_900_000_000, 1000))
    with LocalDC(clock=lambda: float(next(times))) as dc:
        time.sleep(0.5)
        assert not dc.trace.named("clock_jumped")


def descriptors() -> int:
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("nothing here tells how many descriptors are open")
    return len(list(folder.iterdir()))


@pytest.mark.parametrize("missing", ["thread", "socketpair", "selector", "socket"])
def test_what_the_system_refuses_at_the_start_leaves_nothing_behind(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> Any:
        raise RuntimeError("can't start new thread") if missing == "thread" else OSError(24, "Too many open files")

    dc = LocalDC()
    before = descriptors()
    with monkeypatch.context() as meanwhile:
        name = {"thread": "threading.Thread.start", "socketpair": "socket.socketpair", "socket": "socket.socket",
                "selector": "selectors.DefaultSelector"}[missing]
        meanwhile.setattr(name, refused)
        with pytest.raises(LocalError, match=r"cannot (start|listen) here"):
            dc.start()
        assert not dc.running
        dc.stop()
    assert descriptors() == before
    with dc, connect(dc) as client:
        assert client.bind()


def test_starting_a_running_one_changes_nothing() -> None:
    with LocalDC() as dc:
        port, running = dc.port, [t for t in threading.enumerate() if t.name.startswith("LocalDC")]
        before = descriptors()
        assert dc.start() is dc
        assert dc.port == port
        assert [t for t in threading.enumerate() if t.name.startswith("LocalDC")] == running
        assert descriptors() == before


def test_a_taken_port_names_the_way_out() -> None:
    with LocalDC() as dc, pytest.raises(LocalError, match="port 0"):
        LocalDC(port=dc.port).start()


def test_who_holds_a_key_is_not_cut_at_the_handshakes_end() -> None:
    with LocalDC(limits=Limits(handshake_seconds=0.6)) as dc, connect(dc) as client:
        assert client.bind()
        client.dial()
        assert client.ping()  # on this connection nothing but an opened packet shows that it has a key
        time.sleep(1.2)
        assert client.ping()


SECRET = bytes(range(16))
FORMS = {"bytes": SECRET, "hex": SECRET.hex(), "capitals": SECRET.hex().upper(), "base64url": "AAECAwQFBgcICQoLDA0ODw",
         "with padding": "AAECAwQFBgcICQoLDA0ODw=="}
PADDED = {"bytes": b"\xdd" + SECRET, "hex": "dd" + SECRET.hex(), "base64url": "3QABAgMEBQYHCAkKCwwNDg8"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("framing", ["abridged", "intermediate", "padded"])
def test_a_secret_in_every_form(form: str, framing: str) -> None:
    with LocalDC(secret=FORMS[form]) as dc, connect(dc, secret=SECRET, obfuscated=True, framing=framing) as client:
        assert client.bind()
    with LocalDC(secret=SECRET) as dc, connect(dc, secret=FORMS[form], obfuscated=True, framing=framing) as client:
        assert client.bind()


@pytest.mark.parametrize("form", PADDED)
def test_a_secret_that_demands_padding(form: str) -> None:
    with LocalDC(secret=PADDED[form]) as dc:
        with connect(dc, secret=PADDED["hex"], obfuscated=True, framing="padded") as client:
            assert client.bind()
        with pytest.raises(LocalError):
            connect(dc, secret=PADDED[form], obfuscated=True, framing="intermediate")


def test_only_whoever_has_the_secret_is_let_in() -> None:
    with LocalDC(secret=SECRET) as dc:
        for options in ({}, {"obfuscated": True}, {"obfuscated": True, "secret": bytes(16)}):
            with pytest.raises(Unreachable):
                connect(dc, timeout=2, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("secret", ["ee" + SECRET.hex() + b"example.org".hex(), b"\xee" + SECRET + b"example.org",
                                    "7gABAgMEBQYHCAkKCwwNDg9leGFtcGxlLm9yZw"])
def test_fake_tls_is_named(secret: str | bytes) -> None:
    for refused in (lambda: LocalDC(secret=secret), lambda: connect("127.0.0.1:5", secret=secret, obfuscated=True)):
        with pytest.raises(LocalError):
            refused()
    with pytest.raises(LocalError, match="ee asks for fake TLS"):
        LocalDC(secret=secret)


@pytest.mark.parametrize("secret", ["", "abc", "00" * 15, b"abc", bytes(17), 5, "%%%", "ü" * 32])
def test_what_is_no_secret_is_told_with_the_forms(secret: Any) -> None:
    with pytest.raises(LocalError, match="32 hex digits"):
        LocalDC(secret=secret)
