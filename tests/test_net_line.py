"""One connection of a client: it never waits without an end, and says what happened."""

from __future__ import annotations

import socket
import threading

import pytest

from mtlib.crypto.entropy import System
from mtlib.errors import TransportError, Unreachable
from mtlib.net.endpoints import Endpoint
from mtlib.net.line import Line
from tests.talking import rsa


def line_to(server: socket.socket, timeout: float = 2.0) -> Line:
    end = Endpoint("a test server", (server.getsockname(),), rsa().public)
    return Line(end, "intermediate", obfuscated=False, secret=None, entropy=System(), timeout=timeout)


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


def test_silence_has_an_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = line_to(server, timeout=0.1)
        with pytest.raises(Unreachable, match=r"silent for 0\.1 seconds"):
            line.receive()
        line.close()
