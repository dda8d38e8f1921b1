"""LocalDC: it starts, serves, stops, and leaves nothing behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time

import pytest

from mtlib.errors import LocalError, Unreachable
from mtlib.net.client import connect
from mtlib.net.server import LocalDC
from mtlib.protocol.limits import Limits


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
    with pytest.raises(LocalError, match="no clock today"):
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
