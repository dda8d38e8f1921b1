"""Faults in our own process: interrupted, restarted, run twice, out of time. Nothing hangs, and nothing leaks."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from mtlib.errors import LocalError, MtError, TransportError, Unreachable
from mtlib.net.client import connect
from mtlib.net.connection import ClientConnection, Deadline
from mtlib.net.server import LocalDC
from mtlib.protocol.checks import Facts, Verdict, judge
from mtlib.protocol.limits import Limits
from tests.loading import open_files, until

HOUR = 3600.0


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("LocalDC")]


def one_sentence(error: MtError) -> str:
    """What a reader sees: one line, and short."""
    text = str(error)
    assert "\n" not in text
    assert len(text) < 400
    return text


# -- The kernel ----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no way to interrupt one thread here")
def test_interrupted_in_the_middle_of_a_bind_and_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may ignore Ctrl-C
    reached, waiting, go_on = threading.Event(), threading.Event(), threading.Event()
    read = ClientConnection._read

    def stall(facts: Facts) -> Verdict:
        reached.set()
        go_on.wait(9)
        return judge(facts)

    def waits(connection: ClientConnection, deadline: Deadline) -> bytes:
        waiting.set()
        return read(connection, deadline)

    def interrupt() -> None:
        reached.wait(9)
        waiting.wait(9)  # the request may have arrived before its writer knows, and an interrupted writer hangs up
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    with LocalDC(judge=stall) as dc, connect(dc) as client:
        monkeypatch.setattr(ClientConnection, "_read", waits)
        threading.Thread(target=interrupt).start()
        with pytest.raises(KeyboardInterrupt):
            client.bind()
        go_on.set()
        assert client.bind()  # the answer to the first one comes first, and is not taken for this one's
        assert client.call("help.getNearestDc")["this_dc"] == 2  # type: ignore[index]
    signal.signal(signal.SIGINT, before)


def test_interrupted_while_writing_nothing_follows_half_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    with LocalDC() as dc, connect(dc) as client:
        client.bind()

        class Interrupted:
            settimeout = close = staticmethod(lambda *_: None)

            @staticmethod
            def sendall(data: bytes) -> None:
                raise KeyboardInterrupt

        real, client.connection.socket = client.connection.socket, Interrupted()  # type: ignore[assignment]
        with pytest.raises(KeyboardInterrupt):
            client.bind()
        real.close()
        client.dial()
        assert client.bind()


def test_interrupted_while_connecting_leaves_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with LocalDC() as dc:
        connect(dc).drop()
        before = open_files()
        monkeypatch.setattr("mtlib.net.client.Client.make_keys", interrupted)
        with pytest.raises(KeyboardInterrupt):
            connect(dc)
        until(lambda: open_files() <= before)


def test_started_and_stopped_fifty_times() -> None:
    dc = LocalDC().start()
    port, before = dc.port, open_files()
    for number in range(50):
        dc.stop()
        dc.start()
        assert dc.port == port
        assert len(threads()) == 1
        if number % 10 == 0:
            with connect(dc) as client:
                assert client.bind()
    until(lambda: open_files() <= before)
    dc.stop()
    assert threads() == []


def test_a_cell_that_starts_a_data_centre_is_run_twice() -> None:
    first = LocalDC().start()
    second = LocalDC().start()
    assert first.port != second.port
    with pytest.raises(LocalError, match="cannot listen here") as caught:
        LocalDC(port=first.port).start()
    assert "the same cell, run before" in one_sentence(caught.value)
    first.stop()
    second.stop()


def test_a_data_centre_stopped_by_its_own_listener_ends() -> None:
    dc = LocalDC().start()
    dc.trace.listen(lambda event: dc.stop())
    with pytest.raises(Unreachable):
        connect(dc, timeout=5)
    until(lambda: threads() == [])


def test_a_key_of_one_data_centre_is_nothing_at_another() -> None:
    with LocalDC() as one, LocalDC() as two, connect(one) as client:
        client.bind()
        client.to = client.to.__class__("the other", ((two.host, two.port),), two.public_key, 2)
        client.dial()
        with pytest.raises(TransportError, match="-404"):
            client.ping()


@pytest.mark.parametrize("ending", ["", "sys.exit(3)", "raise RuntimeError('the cell failed')", "1 / 0"])
def test_the_interpreter_ends_without_a_stop(ending: str) -> None:
    code = (
        "import socket, sys; from mtlib import LocalDC, connect; dc = LocalDC().start(); other = LocalDC().start()\n"
        "idle = [socket.create_connection((dc.host, dc.port)) for _ in range(3)]; client = connect(dc); client.bind()\n"
        f"{ending}"
    )
    begun = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert time.monotonic() - begun < 10
    assert done.returncode == {"": 0, "sys.exit(3)": 3}.get(ending, 1)
    assert "Exception ignored" not in done.stderr
    assert "LocalDC" not in done.stderr.replace(code, "")


# -- The clock -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_the_clients_clock_jumps_an_hour(jump: float) -> None:
    shift = 0.0
    with LocalDC() as dc, connect(dc, clock=lambda: time.time() + shift) as client:
        assert client.bind()
        shift = jump
        assert client.bind()
        assert client.call("help.getNearestDc")["this_dc"] == 2  # type: ignore[index]
        shift = 0.0
        assert client.call("help.getNearestDc")["this_dc"] == 2  # type: ignore[index]


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_the_data_centres_clock_jumps_an_hour(jump: float) -> None:
    shift = 0.0
    with LocalDC(clock=lambda: time.time() + shift) as dc, connect(dc) as client:
        assert client.bind()
        shift = jump
        assert client.bind()
        assert client.call("help.getNearestDc")["this_dc"] == 2  # type: ignore[index]
        with connect(dc) as other:
            assert other.bind()


def test_deadlines_do_not_hang_on_the_clock_that_jumps() -> None:
    shift = 0.0
    with LocalDC(clock=lambda: time.time() + shift) as dc:
        with connect(dc) as client:
            client.bind()
            dc.dc.limits = Limits(handshake_seconds=0.3)  # not before: making the keys may take longer
            shift = 10 * HOUR
            time.sleep(0.5)
            assert client.ping()
            assert not dc.trace.named("timed_out")
        with socket.create_connection((dc.host, dc.port)) as idle:
            shift = -10 * HOUR
            idle.settimeout(5)
            assert idle.recv(1) == b""


# -- Endings -------------------------------------------------------------------------------------------------------


def test_a_client_that_waits_learns_that_its_data_centre_was_stopped() -> None:
    dc = LocalDC().start()
    with connect(dc) as client:
        threading.Timer(0.1, dc.stop).start()
        begun = time.monotonic()
        with pytest.raises(Unreachable) as caught:
            client.connection.receive()
        assert time.monotonic() - begun < 5
        assert one_sentence(caught.value).endswith("stopped")


def test_a_client_learns_why_the_thread_died() -> None:
    dc = LocalDC().start()
    with connect(dc) as client:

        def fail() -> float:
            raise RuntimeError("no clock today")

        dc.clock = fail
        with pytest.raises(Unreachable) as caught:
            client.ping()
        assert "no clock today" in one_sentence(caught.value)
    with pytest.raises(Unreachable, match="no clock today"):
        connect(dc, timeout=2)
    dc.clock = time.time
    with dc, connect(dc) as client:  # a new start is a new life
        assert client.bind()
        assert "running" in repr(dc)


def test_a_data_centre_that_is_not_running_says_so() -> None:
    begun = time.monotonic()
    with LocalDC() as dc:
        pass
    with pytest.raises(Unreachable) as caught:
        connect(dc)
    assert "stopped" in one_sentence(caught.value)
    assert time.monotonic() - begun < 5


def test_too_many_exchanges_at_once_are_told_so() -> None:
    with LocalDC(limits=Limits(exchanges=1)) as dc, connect(dc) as honest:
        assert honest.bind()
        with connect(dc) as second:  # nobody is in the middle of an exchange now
            assert second.bind()
        holder = dc.dc.accept()
        dc.dc.exchanging.add(holder)
        with pytest.raises(TransportError, match="-429"):
            connect(dc)
        del holder
        with connect(dc) as third:
            assert third.bind()


def test_nothing_of_all_this_is_left(tmp_path: os.PathLike[str]) -> None:
    assert threads() == []
