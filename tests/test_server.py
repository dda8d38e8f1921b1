"""LocalDC: it starts, serves, stops, leaves nothing behind, and knows who is at the other end."""

from __future__ import annotations

import contextlib
import errno
import os
import selectors
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from mtlib.crypto.entropy import System
from mtlib.errors import LocalError, MtError, RpcError, TransportError, Unreachable
from mtlib.net import server
from mtlib.net.client import Client, connect
from mtlib.net.endpoints import is_loopback
from mtlib.net.server import TICK, ListeningSocket, LocalDC, ServerConnection, ask_kernel, listen, owner, same_user
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import Message, container, next_msg_id
from mtlib.protocol.packets import plain_packet
from mtlib.transport.stream import ClientStream
from mtlib.wire.schema import SCHEMA
from tests.loading import open_files, until
from tests.talking import NOW, centre

# -- LocalDC: it starts, serves, stops, and leaves nothing behind.


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


def test_its_port_is_free_at_once_though_it_hung_up_on_somebody() -> None:
    """The system remembers such a connection for a minute."""
    with LocalDC() as dc, connect(dc) as client:
        assert client.bind()
        dc.stop()
    with LocalDC(port=dc.port) as again, connect(again) as client:
        assert client.bind()


def test_the_fingerprint_has_no_leading_zero_nibble() -> None:
    with LocalDC() as dc:
        assert len(f"{dc.public_key.fingerprint & 2**64 - 1:x}") == 16


def test_it_tells_which_data_centre_it_is() -> None:
    assert [LocalDC(dc_id=number).dc_id for number in (4, 10002, -2)] == [4, 10002, -2]


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


def test_several_threads_that_start_it_at_once_start_one() -> None:
    def start(dc: LocalDC, together: threading.Barrier) -> None:
        together.wait()
        dc.start()

    for _ in range(20):
        dc, together = LocalDC(), threading.Barrier(6)
        starting = [threading.Thread(target=start, args=(dc, together)) for _ in range(6)]
        for thread in starting:
            thread.start()
        for thread in starting:
            thread.join()
        named = [thread.name for thread in threading.enumerate() if thread.name.startswith("LocalDC")]
        dc.stop()
        assert named == [f"LocalDC:{dc.port}"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_that_ends_does_not_keep_it_busy() -> None:
    dc, turns = LocalDC(), []
    before = dc._turn
    dc._turn = lambda: turns.append(1) or before()  # type: ignore[method-assign, func-returns-value]
    with dc:
        child = os.fork()
        if not child:
            dc.stop()  # what leaving the interpreter does
            os._exit(0)
        os.waitpid(child, 0)
        time.sleep(0.5)
        assert 1 < len(turns) < 20
        with connect(dc) as client:
            assert client.bind()


def test_silence_alone_keeps_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtlib.net.server.QUIET", 0.3)
    with LocalDC(limits=Limits(connections=3)) as dc, connect(dc) as known:
        address = dc.host, dc.port
        with socket.create_connection(address) as first, socket.create_connection(address) as later:
            time.sleep(0.4)
            later.sendall(b"\xee")
            time.sleep(0.1)
            with connect(dc) as newcomer:
                monkeypatch.setattr("mtlib.net.server.QUIET", 60)
                assert newcomer.bind()
                first.settimeout(2)
                assert first.recv(1) == b""
                with socket.create_connection(address) as too_early:
                    too_early.settimeout(2)
                    assert too_early.recv(1) == b""
                later.setblocking(False)
                with pytest.raises(BlockingIOError):
                    later.recv(1)
            assert known.bind()
        assert [event.text for event in dc.trace.named("timed_out")] == [
            "it made no key for 0.3 s, and somebody else needed its place"
        ]


def test_neither_keys_nor_chatter_keep_anybody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtlib.net.server.QUIET", 0.3)
    with (
        LocalDC(limits=Limits(connections=3)) as dc, connect(dc) as bound, connect(dc) as unbound,
        socket.create_connection((dc.host, dc.port)) as chatter, contextlib.ExitStack() as newcomers,
    ):  # fmt: skip
        assert bound.bind()
        for gone in (chatter, unbound.connection.socket, bound.connection.socket):
            begun = time.monotonic()
            until(lambda begun=begun: time.monotonic() > begun + 0.4)
            if gone is chatter:
                chatter.sendall(b"\xee")  # whoever has no key is not helped by saying something
            assert newcomers.enter_context(connect(dc)).bind()
            gone.settimeout(2)
            assert gone.recv(1) == b""
        assert [event.text.split(" for ")[0] for event in dc.trace.named("timed_out")] == [
            "it made no key", "it was silent", "it was silent"
        ]  # fmt: skip


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
        client.connection.receive()
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
        before = open_files()
        for _ in range(20):
            socket.create_connection((dc.host, dc.port)).close()
        until(lambda: open_files() <= before)


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
        connection = ServerConnection(theirs, dc.dc.accept())
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

    monkeypatch.setattr("mtlib.clinic.doctor.explain_refusal", explain)
    with LocalDC() as dc, connect(dc) as client:
        session, now = client.session, client.clock()
        refused = [Message(session.next_msg_id(now), session.seqno.next(True), _wrong(client)) for _ in range(20)]
        body = container(refused)
        client.connection.send(bytes(session.pack(Message(session.next_msg_id(now), session.seqno.next(False), body))))
        client.connection.receive()
        assert len(dc.trace.named("bind_refused")) == 20
        assert len(asked) == 1
        with pytest.raises(RpcError):
            client.bind(change=lambda request: request[:-20] + bytes(20))
        assert len(dc.trace.named("diagnosis")) == 21
        assert len(asked) == 2


def test_a_doctor_that_fails_costs_nobody_their_data_centre(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> object:
        raise ZeroDivisionError("not this one")

    for name in ("explain_packet", "explain_refusal"):
        monkeypatch.setattr(f"mtlib.clinic.doctor.{name}", fails)
    with LocalDC() as dc, connect(dc) as client:
        with pytest.raises(RpcError):
            client.bind(change=lambda request: request[:-20] + bytes(20))
        client.connection.send(client.temp_key.id_bytes + bytes(64))
        with pytest.raises(TransportError):
            client.connection.receive()
        told = [event.text for event in dc.trace.named("diagnosis")]
        assert told == ["the doctor has no word for it: not this one"] * 2
        assert connect(dc).bind()


def test_the_doctor_is_asked_once_until_everybody_had_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many who are refused at once would keep all others waiting: each look takes longer than a hundred answers."""
    asked, held = [], threading.Event()

    def explain(*_: object, **__: object) -> object:
        asked.append(1)
        held.wait(30)  # until everybody else has sent theirs
        return SimpleNamespace(name="n", verdict="v", fix="f")

    monkeypatch.setattr("mtlib.clinic.doctor.explain_refusal", explain)
    with LocalDC() as dc, contextlib.ExitStack() as open_clients:
        clients = [open_clients.enter_context(connect(dc, timeout=60)) for _ in range(8)]
        for client in clients:
            client.connection.send(bytes(client.session.send(_wrong(client), client.clock())))
        held.set()
        for client in clients:
            client.connection.receive()
        assert len(dc.trace.named("bind_refused")) == len(dc.trace.named("diagnosis")) == 8
        assert 1 <= len(asked) <= 3


def _wrong(client: Client) -> bytes:
    return bytes(client.build_binding(4).request)


# -- One connection at a LocalDC: its deadlines, its turns, and how it ends.


INTERMEDIATE = b"\xee" * 4
REQ_PQ = bytes(plain_packet(int(NOW) << 32, SCHEMA["req_pq_multi"].build(nonce=bytes(16))))
FRAMED = len(REQ_PQ).to_bytes(4, "little") + REQ_PQ


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, ServerConnection]]:
    """A client's socket, and the data centre's end of it."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    yield ours, ServerConnection(theirs, centre().accept())
    ours.close()
    theirs.close()


def test_whoever_sends_much_is_read_in_turns(ends: tuple[socket.socket, ServerConnection]) -> None:
    ours, served = ends
    ours.sendall(INTERMEDIATE + FRAMED * 100)
    served.read(NOW)
    assert served.peer.stream.received <= 2
    turns = 1
    while served.backlog:
        served.read(NOW)
        turns += 1
    assert turns > 40
    assert served.peer.stream.received > 80


def test_a_key_has_to_come_in_time_whatever_else_is_said(ends: tuple[socket.socket, ServerConnection]) -> None:
    ours, served = ends
    limits = Limits()
    ours.sendall(INTERMEDIATE + FRAMED)
    served.read(NOW)
    served.heard = now = served.opened + limits.handshake_seconds + 1  # it spoke a moment ago
    assert served.overdue(now, limits) == "no key within 60 s"
    served.peer.authenticated = True
    assert served.overdue(now, limits) == ""
    assert "silent" in served.overdue(now + served.peer.patience + 1, limits)


def test_a_frame_has_to_be_whole_in_time_byte_by_byte_or_not(ends: tuple[socket.socket, ServerConnection]) -> None:
    ours, served = ends
    limits = Limits(frame_seconds=1)
    for byte in INTERMEDIATE + FRAMED[:9]:
        ours.sendall(bytes([byte]))
        served.read(NOW)
    now = time.monotonic()
    assert served.overdue(now, limits) == ""
    assert served.overdue(now + 2, limits) == "a frame took longer than 1 s"
    ours.sendall(FRAMED[9:] + FRAMED[:5])  # the next one has its own time
    served.read(NOW)
    assert served.begun is not None
    assert served.overdue(served.begun + 0.5, limits) == ""
    ours.sendall(FRAMED[5:])
    served.read(NOW)
    assert served.begun is None


def test_a_mistake_of_ours_ends_one_connection_and_is_told(ends: tuple[socket.socket, ServerConnection]) -> None:
    ours, served = ends
    served.peer.receive = lambda data, now: 1 // 0  # type: ignore[method-assign,assignment]
    ours.sendall(INTERMEDIATE)
    served.read(NOW)
    assert served.done
    assert "ZeroDivisionError" in served.peer.dc.trace.named("internal_error")[0].text


def test_the_last_word_arrives_although_more_was_sent_than_read() -> None:
    with LocalDC() as dc, socket.create_connection((dc.host, dc.port)) as sock:
        stream = ClientStream("intermediate", entropy=centre().entropy)
        unknown_key = stream.send(b"\x01" * 8 + bytes(16 + 48))
        sock.sendall(stream.opening() + unknown_key + bytes(20_000))
        sock.settimeout(5)
        last = b""
        while data := sock.recv(100):
            last += data
        assert last == (4).to_bytes(4, "little") + (-404).to_bytes(4, "little", signed=True)


# -- The listening socket: it does not spin where the system lets nobody in, and opens again.


class Refusing:
    """A listening socket of a process that has no descriptors left."""

    def __init__(self, sock: socket.socket, number: int) -> None:
        self.sock, self.number = sock, number

    def fileno(self) -> int:
        return self.sock.fileno()

    def accept(self) -> Any:
        raise OSError(self.number, "no")


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.EPERM])
def test_a_door_that_cannot_let_anybody_in_is_shut_for_a_tick(number: int) -> None:
    with listen("127.0.0.1", 0) as sock, selectors.DefaultSelector() as selector:
        listener: Any = Refusing(sock, number)
        listening = ListeningSocket(listener, selector)
        assert listening.accept() == (None, None)
        assert not selector.get_map()
        listening.reopen(time.monotonic())
        assert not selector.get_map()
        listening.reopen(time.monotonic() + 2 * TICK)
        assert len(selector.get_map()) == 1
        listening.reopen(time.monotonic() + 4 * TICK)


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.ECONNABORTED])
def test_whoever_changes_their_mind_shuts_no_door(number: int) -> None:
    with listen("127.0.0.1", 0) as sock, selectors.DefaultSelector() as selector:
        listener: Any = Refusing(sock, number)
        assert ListeningSocket(listener, selector).accept() == (None, None)
        assert len(selector.get_map()) == 1


def test_where_nobody_can_listen_is_a_sentence() -> None:
    with listen("127.0.0.1", 0) as sock:
        for host, port in (("127.0.0.1", sock.getsockname()[1]), ("127.0.0.1", 70000), ("192.0.2.1", 0)):
            with pytest.raises(LocalError, match="cannot listen here") as caught:
                listen(host, port)
            assert "None" not in str(caught.value) and "Errno" not in str(caught.value)


def test_what_only_this_machine_can_reach() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "::1")] == [True] * 3
    assert [is_loopback(host) for host in ("localhost", "", "0.0.0.0", "::", "192.168.1.1")] == [False] * 5


# -- Who is at the other end of a loopback connection.


TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1
   1: 0100007F:D431 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  4242        0 2
   2: 0100007F:D432 0100007F:1F90 06 00000000:00000000 00:00000000 00000000     0        0 0
"""

little_endian = pytest.mark.skipif(sys.byteorder != "little", reason="the sample table is a little-endian machine's")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells")


@pytest.fixture(params=["127.0.0.1", "::1"])
def two_ends(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, socket.socket]]:
    """A client's socket and the listener it is connected to."""
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    try:
        listener = socket.create_server((request.param, 0), family=family)
    except OSError:
        pytest.skip("no such loopback address here")
    with listener, socket.create_connection(listener.getsockname()[:2]) as client:
        yield client, listener


def unanswered(*_: Any) -> int:
    raise OSError("no netlink here")


@little_endian
def test_the_owner_of_the_connecting_socket_is_found_in_the_table() -> None:
    lines = TABLE.splitlines()
    assert owner(lines, ("127.0.0.1", 0xD431), ("127.0.0.1", 8080)) == 4242
    assert owner(lines, ("127.0.0.1", 1), ("127.0.0.1", 8080)) is None


@little_endian
def test_a_closed_socket_counts_as_nobodys_although_the_table_gives_it_to_root() -> None:
    assert owner(TABLE.splitlines(), ("127.0.0.1", 0xD432), ("127.0.0.1", 8080)) is None


@linux
def test_the_kernel_knows_our_own_connection(two_ends: tuple[socket.socket, socket.socket]) -> None:
    client, listener = two_ends
    here = listener.getsockname()[:2]
    assert ask_kernel(client.getsockname()[:2], here) == os.getuid()
    assert ask_kernel((here[0], 1), here) is None


@linux
@pytest.mark.parametrize("netlink", [True, False])
def test_our_own_connection_is_ours_and_nobodys_is_nobodys(
    two_ends: tuple[socket.socket, socket.socket], netlink: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not netlink:
        monkeypatch.setattr(server, "ask_kernel", unanswered)
    client, listener = two_ends
    here = listener.getsockname()[:2]
    assert same_user(client.getsockname(), here)
    assert not same_user((here[0], 1), here)
    client.close()
    assert not same_user(("127.0.0.1", 2), here)


@pytest.mark.parametrize("netlink", [True, False])
def test_another_user_is_refused(monkeypatch: pytest.MonkeyPatch, netlink: bool) -> None:
    somebody = os.getuid() + 1 if hasattr(os, "getuid") else 1
    monkeypatch.setattr(server, "ask_kernel", (lambda *_: somebody) if netlink else unanswered)
    monkeypatch.setattr(server, "owner", lambda *_: somebody)
    refused = sys.platform.startswith("linux")
    assert same_user(("127.0.0.1", 1), ("127.0.0.1", 2)) is not refused


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_the_port_is_as_open_as_loopback_is(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    """Neither has AF_NETLINK, /proc or, on Windows, os.getuid: nothing of that may be touched there."""
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(server, "ask_kernel", None)
    monkeypatch.setattr(server, "Path", lambda _: None)
    assert same_user(("127.0.0.1", 1), ("127.0.0.1", 2))


@linux
@pytest.mark.parametrize("netlink", [True, False])
def test_a_client_that_has_ended_its_own_sending_is_still_there(
    two_ends: tuple[socket.socket, socket.socket], netlink: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not netlink:
        monkeypatch.setattr(server, "ask_kernel", unanswered)
    client, listener = two_ends
    name, here = client.getsockname(), listener.getsockname()[:2]
    client.shutdown(socket.SHUT_WR)
    assert same_user(name, here) is True
    client.close()
    assert same_user(name, here) is None


# -- How a LocalDC treats whoever comes: half-open, slow, gone, too many; and how it starts, ends and tells the time.


def first_bytes() -> tuple[ClientStream, bytes]:
    """A client's end, and what it says first."""
    stream = ClientStream("intermediate", entropy=System())
    request = plain_packet(next_msg_id(time.time()), SCHEMA["req_pq_multi"].build(nonce=os.urandom(16)))
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
        ((sock, served),) = dc._connections.items()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        pings = [SCHEMA["ping"].build(ping_id=each) for each in range(number)]
        packets = b"".join(stream.send(bytes(client.session.send(each, client.clock()))) for each in pings)
        writer = threading.Thread(target=client.connection.socket.sendall, args=(packets,), daemon=True)
        client.connection.socket.settimeout(30)
        writer.start()
        end, calm = time.monotonic() + 10, 0
        while calm < 10 and time.monotonic() < end:
            time.sleep(0.05)
            calm = calm + 1 if served.full else 0
        assert 2000 < len(served.unsent) < 4000  # so much waits that nothing more is read
        found = 0
        while found < number:
            data = client.connection.socket.recv(512)
            assert data, "it hung up"
            found += len(stream.receive(data))


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
        asked.wait(30)
        raise RuntimeError("no idea")

    monkeypatch.setattr("mtlib.clinic.doctor.explain_refusal", explain)
    with LocalDC() as dc, connect(dc) as client:
        with pytest.raises(RpcError):
            client.bind(change=lambda request: request[:-20] + bytes(20))
        asked.set()
        assert len(dc.trace.named("diagnosis")) == 1  # whoever reads the log waits for it


def test_it_goes_by_the_wall_and_says_when_that_jumps(monkeypatch: pytest.MonkeyPatch) -> None:
    shift, real = [0.0], time.time
    monkeypatch.setattr(time, "time", lambda: real() + shift[0])
    with LocalDC() as dc:
        until(lambda: dc._ahead is not None)
        shift[0] = 28_800.0
        assert abs(dc.clock() - time.time()) < 5
        with connect(dc) as client:
            assert client.bind()
            assert abs(dc.trace.named("exchange_done")[0].at - time.time()) < 5
        until(lambda: dc.trace.named("clock_jumped"))
        (jump,) = dc.trace.named("clock_jumped")
        assert jump.facts["seconds"] in (28_799, 28_800, 28_801)
        assert jump.peer == 0  # nobody's connection


def test_a_clock_that_was_given_may_stand_or_jump() -> None:
    times = iter(range(1_800_000_000, 1_900_000_000, 1000))
    with LocalDC(clock=lambda: float(next(times))) as dc:
        time.sleep(0.5)
        assert not dc.trace.named("clock_jumped")


@pytest.mark.parametrize("missing", ["thread", "socketpair", "selector", "socket"])
def test_what_the_system_refuses_at_the_start_leaves_nothing_behind(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> Any:
        raise RuntimeError("can't start new thread") if missing == "thread" else OSError(24, "Too many open files")

    dc = LocalDC()
    before = open_files()
    with monkeypatch.context() as meanwhile:
        name = {"thread": "threading.Thread.start", "socketpair": "socket.socketpair", "socket": "socket.socket",
                "selector": "selectors.DefaultSelector"}[missing]
        meanwhile.setattr(name, refused)
        with pytest.raises(LocalError, match=r"cannot (start|listen) here"):
            dc.start()
        assert not dc.running
        dc.stop()
    assert open_files() <= before
    with dc, connect(dc) as client:
        assert client.bind()


def test_starting_a_running_one_changes_nothing() -> None:
    with LocalDC() as dc:
        port, running = dc.port, [t for t in threading.enumerate() if t.name.startswith("LocalDC")]
        before = open_files()
        assert dc.start() is dc
        assert dc.port == port
        assert [t for t in threading.enumerate() if t.name.startswith("LocalDC")] == running
        assert open_files() <= before


def test_a_taken_port_names_the_way_out() -> None:
    with LocalDC() as dc, pytest.raises(LocalError, match="port 0"):
        LocalDC(port=dc.port).start()


def test_who_holds_a_key_is_not_cut_at_the_handshakes_end() -> None:
    with LocalDC() as dc, connect(dc) as client:
        assert client.bind()
        client.dial()
        assert client.ping()  # on this connection nothing but an opened packet shows that it has a key
        dc.dc.limits = Limits(handshake_seconds=0)  # not before: making the keys takes what it takes
        begun = time.monotonic()
        until(lambda: dc._swept > begun + TICK)
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
    with pytest.raises(LocalError, match="FakeTLS"):
        LocalDC(secret=secret)


@pytest.mark.parametrize("secret", ["", "abc", "00" * 15, b"abc", bytes(17), 5, "%%%", "ü" * 32])
def test_what_is_no_secret_is_told_with_the_forms(secret: Any) -> None:
    with pytest.raises(LocalError, match="32 hex digits"):
        LocalDC(secret=secret)


def test_a_short_answer_does_not_wait_for_more() -> None:
    with LocalDC() as dc, connect(dc) as client:
        (served,) = dc._connections
        for sock in (served, client.connection.socket):
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
