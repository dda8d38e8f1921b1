"""One connection of a client: it never waits without an end, and says what happened."""

from __future__ import annotations

import errno
import os
import re
import socket
import threading

import pytest

from mtlib.crypto.entropy import System
from mtlib.errors import LocalError, TransportError, Unreachable
from mtlib.net.connection import ClientConnection, Kept
from mtlib.net.endpoints import Endpoint
from tests.talking import rsa


def line_to(server: socket.socket, timeout: float = 2.0) -> ClientConnection:
    end = Endpoint("a test server", (server.getsockname(),), rsa().public)
    return ClientConnection(end, "intermediate", obfuscated=False, secret=None, entropy=System(), timeout=timeout)


def answering(server: socket.socket, *chunks: bytes) -> None:
    def run() -> None:
        made, _ = server.accept()
        with made:
            for chunk in chunks:
                made.sendall(chunk)
            made.shutdown(socket.SHUT_WR)
            made.recv(1024)

    threading.Thread(target=run, daemon=True).start()


def test_packets_glued_and_cut_arrive_one_by_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        frame = (8).to_bytes(4, "little") + b"12345678"
        answering(server, frame + frame[:5], frame[5:] + frame)
        line = line_to(server)
        assert [line.receive() for _ in range(3)] == [b"12345678"] * 3
        line.close()


@pytest.mark.parametrize(
    ("chunks", "error", "sentence"),
    [
        ((), Unreachable, "closed the connection"),
        ((b"\x08\x00\x00\x00123",), Unreachable, "closed the connection"),
        ((b"\x04\x00\x00\x00\x6c\xfe\xff\xff",), TransportError, "-404"),
    ],
)
def test_how_it_can_end(chunks: tuple[bytes, ...], error: type[Exception], sentence: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answering(server, *chunks)
        line = line_to(server)
        with pytest.raises(error, match=sentence):
            line.receive()
        line.close()


@pytest.mark.parametrize("written", [0, 2], ids=["read at once", "written to"])
@pytest.mark.parametrize(("said", "error"), [(b"", "closed the connection"), (b"\x6c\xfe\xff\xff", "-404")])
def test_who_hangs_up_with_a_reset_has_closed_the_connection(said: bytes, error: str, written: int) -> None:
    """A reset is what becomes of an end where bytes were left unread: what was said before it is heard all the same."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = line_to(server)
        made, _ = server.accept()
        with made:
            made.recv(1, socket.MSG_PEEK)
            if said:
                made.sendall(len(said).to_bytes(4, "little") + said)
        for _ in range(written):
            line.send(bytes(8))
        with pytest.raises((Unreachable, TransportError), match=error):
            line.receive()
        line.close()


def test_silence_has_an_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = line_to(server, timeout=0.1)
        with pytest.raises(Unreachable, match=r"silent for 0\.1 seconds"):
            line.receive()
        line.close()


def test_a_name_that_stands_for_production_is_not_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolved(*_: object, **__: object) -> list[object]:
        return [(2, 1, 6, "", (host, 443)) for host in ("127.0.0.1", "149.154.167.51")]

    def dialled(*_: object, **__: object) -> None:
        raise AssertionError("dialled")

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(socket, "create_connection", dialled)
    end = Endpoint("a name", (("name.invalid", 443),), rsa().public)
    with pytest.raises(LocalError, match="production"):
        ClientConnection(end, "intermediate", obfuscated=False, secret=None, entropy=System(), timeout=1)


def test_a_name_of_this_machine_is_dialled() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        end = Endpoint("a name", (("localhost", server.getsockname()[1]),), rsa().public)
        ClientConnection(end, "intermediate", obfuscated=False, secret=None, entropy=System(), timeout=2).close()


def test_no_socket_is_left_where_the_first_write_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    made, _theirs = socket.socketpair()
    made.setblocking(False)
    with pytest.raises(BlockingIOError):
        while True:
            made.send(bytes(4096))
    monkeypatch.setattr("mtlib.net.connection._dial", lambda *_: (made, ()))
    end = Endpoint("a test server", (("127.0.0.1", 5),), rsa().public)
    with pytest.raises(Unreachable, match="took nothing more"):
        ClientConnection(end, "intermediate", obfuscated=False, secret=None, entropy=System(), timeout=1)
    assert made.fileno() == -1
    _theirs.close()


def test_an_unknown_dc_id_leaves_its_place_in_the_header_random() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        end = Endpoint("a test server", (server.getsockname(),), rsa().public)
        line = ClientConnection(end, "intermediate", obfuscated=True, secret=None, entropy=System(), timeout=1)
        assert line.stream.obfuscation is not None
        assert line.stream.obfuscation.dc_id is None
        line.close()


def test_the_first_address_of_a_name_that_answers_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        answers = [(2, 1, 6, "", (host, port)) for host in ("127.0.0.1", "127.0.0.2")]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
        end = Endpoint("a name", (("name.invalid", port),), rsa().public)
        made = ClientConnection(end, "intermediate", obfuscated=False, secret=None, entropy=System(), timeout=2)
        assert made.socket.getpeername()[0] == "127.0.0.1"
        made.close()


def test_why_nobody_is_there_is_said_without_a_number() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    end = Endpoint("a test server", (("127.0.0.1", port),), rsa().public)
    why = re.escape(os.strerror(errno.ECONNREFUSED).lower())
    with pytest.raises(Unreachable, match=rf"\(port {port}: {why}\)"):
        ClientConnection(end, "intermediate", obfuscated=False, secret=None, entropy=System(), timeout=2)


def test_sixteen_mebibytes_are_kept_at_most() -> None:
    kept, most = Kept[int](), 0
    for number in range(100):
        kept.keep(number, 1 << 20)
        most = max(most, len(kept))
    assert most == 16
    assert kept[-1] == 99
