"""One connection at a LocalDC: its deadlines, its turns, and how it ends."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from mtlib.net.server import LocalDC, ServerConnection
from mtlib.protocol.limits import Limits
from mtlib.protocol.packets import plain
from mtlib.transport import ClientStream
from mtlib.wire import SCHEMA
from tests.talking import NOW, centre

INTERMEDIATE = b"\xee" * 4
REQ_PQ = bytes(plain(int(NOW) << 32, SCHEMA["req_pq_multi"].build(nonce=bytes(16))))
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
        assert sock.recv(100) == (4).to_bytes(4, "little") + (-404).to_bytes(4, "little", signed=True)
        assert sock.recv(100) == b""
