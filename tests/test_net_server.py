"""LocalDC: it starts, serves, stops, and leaves nothing behind."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from mtlib.errors import LocalError, MtError, RpcError, Unreachable
from mtlib.net.client import Client, connect
from mtlib.net.server import LocalDC, Served
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import Message, container


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("LocalDC")]


def test_it_stops_twice_frees_the_port_and_leaves_no_thread() -> None:
    dc = LocalDC().start()
    port = dc.port
    assert threads() == [f"LocalDC:{port}"]
    assert dc.start() is dc
    dc.stop()
    dc.stop()
    assert threads() == []
    assert dc.status().endswith("stopped")
    with LocalDC(port=port) as again:
        assert again.port == port


def test_the_fingerprint_has_no_leading_zero_nibble() -> None:
    with LocalDC() as dc:
        assert len(f"{dc.public_key.fingerprint & 2**64 - 1:x}") == 16


def test_two_at_once_are_two_data_centres() -> None:
    with LocalDC() as one, LocalDC(dc_id=3) as two, connect(one) as a, connect(two) as b:
        assert a.bind()
        assert b.bind()
        assert b.call("help.getNearestDc")["this_dc"] == 3  # type: ignore[index]
        assert one.port != two.port


def test_a_taken_port_and_a_public_address_are_sentences() -> None:
    with LocalDC() as dc:
        with pytest.raises(LocalError, match="cannot listen here"):
            LocalDC(port=dc.port).start()
        for host in ("0.0.0.0", "::", "192.168.1.1", "example"):
            with pytest.raises(LocalError, match="everybody"):
                LocalDC(host=host)
        with pytest.raises(LocalError, match="cannot listen"):
            LocalDC(port=70000).start()


def test_one_connection_too_many_is_refused_at_the_door() -> None:
    with LocalDC(limits=Limits(connections=2)) as dc:
        open_ones = [socket.create_connection((dc.host, dc.port)) for _ in range(2)]
        time.sleep(0.1)
        with socket.create_connection((dc.host, dc.port)) as third:
            third.settimeout(2)
            assert third.recv(1) == b""
        assert [e.text for e in dc.trace.named("turned_away")] == ["2 connections are open, and that is the limit"]
        for sock in open_ones:
            sock.close()


def test_silence_ends() -> None:
    with LocalDC(limits=Limits(handshake_seconds=0.1)) as dc, socket.create_connection((dc.host, dc.port)) as idle:
        idle.settimeout(3)
        assert idle.recv(1) == b""
        assert dc.trace.named("timed_out")


def test_a_waiting_client_learns_that_it_stopped() -> None:
    dc = LocalDC().start()
    client = connect(dc)
    threading.Timer(0.1, dc.stop).start()
    with pytest.raises(Unreachable):
        client.line.receive()
    client.drop()


def test_a_thread_that_dies_says_why() -> None:
    dc = LocalDC().start()

    def fail() -> float:
        raise RuntimeError("no clock today")

    dc.clock = fail
    with pytest.raises(Unreachable):
        connect(dc, timeout=5)
    for _ in range(50):
        if not dc.running:
            break
        time.sleep(0.02)
    with pytest.raises(MtError, match="no clock today"):
        dc.status()
    dc.stop()


def test_it_does_not_outlive_the_interpreter() -> None:
    code = "from mtlib import LocalDC, connect; dc = LocalDC().start(); c = connect(dc); print(c.bind()); c.close()"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


@pytest.mark.skipif(not hasattr(os, "setuid") or os.getuid() != 0, reason="needs root to become somebody else")
def test_another_user_of_this_machine_gets_nothing() -> None:
    code = (
        "import encodings.idna, os, socket, sys; os.setuid(int(sys.argv[1]));"
        "s = socket.create_connection(('127.0.0.1', int(sys.argv[2]))); s.settimeout(3);"
        "s.sendall(bytes(64)); print(s.recv(1))"
    )
    with LocalDC() as dc:
        done = subprocess.run(
            [sys.executable, "-c", code, "12345", str(dc.port)], capture_output=True, text=True, timeout=20, check=False
        )
        assert [event.text for event in dc.trace.named("turned_away")] == ["it is another user of this machine"]
    assert done.stdout.strip() == "b''" or "Reset" in done.stderr


def test_many_connections_leave_no_descriptor_behind() -> None:
    with LocalDC() as dc:
        connect(dc).drop()
        before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
        for _ in range(20):
            socket.create_connection((dc.host, dc.port)).close()
        time.sleep(0.3)
        after = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
        assert after <= before


def test_a_listener_that_raises_costs_nobody_their_data_centre() -> None:
    with LocalDC() as dc:
        dc.trace.listen(lambda event: 1 // 0)  # type: ignore[arg-type,return-value]
        with connect(dc) as client:
            assert client.bind()
        assert dc.running
        assert len(dc.trace.named("listener_failed")) == 1


def test_whatever_fails_at_the_door_costs_one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_files(*_: object) -> bool:
        raise OSError(errno.EMFILE, "too many open files")

    with LocalDC() as dc:
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr("mtlib.net.server.same_user", out_of_files)
            with socket.create_connection((dc.host, dc.port)) as sock:
                sock.settimeout(3)
                assert sock.recv(1) == b""
        assert dc.running
        with connect(dc) as client:
            assert client.bind()


def test_a_client_that_is_gone_with_bytes_unsent_is_let_go_at_once() -> None:
    with LocalDC() as dc:
        dc.stop()
        closed = []
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        connection = Served(theirs, dc.dc.accept())
        connection.unsent += bytes(100)
        dc._connections[theirs] = connection
        dc._close = closed.append  # type: ignore[method-assign]
        ours.close()
        dc._ready(theirs, selectors.EVENT_WRITE)
        assert closed == [connection]
        assert not connection.unsent
        theirs.close()


def test_the_doctor_is_asked_once_a_packet(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def explain(*_: object, **__: object) -> object:
        asked.append(1)
        return SimpleNamespace(name="n", verdict="v", fix="f")

    monkeypatch.setattr("mtlib.net.server.explain_refusal", explain)
    with LocalDC() as dc, connect(dc) as client:
        session, now = client.session, client.clock()
        refused = [Message(session.next_msg_id(now), session.seqno.next(True), _wrong(client)) for _ in range(20)]
        body = container(refused)
        client.line.send(bytes(session.pack(Message(session.next_msg_id(now), session.seqno.next(False), body))))
        client.line.receive()
        said = [str(event) for event in dc.trace]  # whoever reads the log waits for what is told after the answer
        assert len(dc.trace.named("bind_refused")) == 20 and len(said) > 20
        assert len(asked) == 1
        with pytest.raises(RpcError):
            client.bind(change=lambda request: request[:-20] + bytes(20))
        assert [event.text for event in dc.trace.named("diagnosis")][-1] == "n: v f"
        assert len(asked) == 2


def _wrong(client: Client) -> bytes:
    return bytes(client.build_binding(4).request)
