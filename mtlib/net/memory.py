"""A line in memory, for systems without sockets or threads, such as a browser.

The data centre runs within the client's own calls: it answers before the client's `sendall` returns.
"""

from __future__ import annotations

import errno
import io
import socket
import sys
from collections.abc import Callable
from typing import Any

from mtlib.crypto.rsa import PrivateKey

KEY = PrivateKey(
    int(
        "ea5eebab1c52c4b28775e9c4a7253744c0f4c2c44c45d2f5ab76560b8339e5e8d25407bd9f34329740a8739d6c2fc45c"
        "cbb84a29d1089c62a89154acceae3d51c999bd59fbe5f6ff421cc00f9177e1f2cc8c79523723c14412fc3466c5236c7c"
        "1e5a963855c365ba3455eee72540f49cabdd0321dcd3b4b32d8ce533f3565423",
        16,
    ),
    int(
        "e62de48429582fa6c9d9f9c982776abf21ed192ce21c48c30f424b5e8f4ebabcd2aa30062e97dd73bd99acf083682c54"
        "a2a47e56c63c51675f9b921eb16099ead3d85f4ceabb1323f0db7e605cb51490780f6cac56248221dd08f3b1f749a5f6"
        "c02af356c52582596bc808c12a325d583520a485d26284a1e038e0485b373417",
        16,
    ),
)
"""The RSA key of every data centre in memory. It may be public, because no other program can reach such a data centre,
and making a key without `cryptography` takes seconds."""


def in_memory_only() -> bool:
    """Whether this system has no sockets to dial with, or no threads to serve them."""
    return sys.platform in ("emscripten", "wasi")


NOBODY = "there are no sockets here, so no packet leaves; a LocalDC() in the same program can be reached"
_listening: dict[tuple[str, int], Callable[[], Line]] = {}
"""The functions that dial a data centre in memory, by its address."""


def listen(dial: Callable[[], Line], host: str, port: int) -> tuple[str, int]:
    """Give every client that dials this address a line from `dial`. Port 0 means any free port. Gives the address."""
    port = port or next(free for free in range(49152, 1 << 16) if (host, free) not in _listening)
    _listening[host, port] = dial
    return host, port


def stop_listening(address: tuple[str, int]) -> None:
    """Make the address free again: nothing answers there any more."""
    _listening.pop(address, None)


def create_connection(address: tuple[str, int], timeout: float | None = None, **_: Any) -> Line:
    """The counterpart of `socket.create_connection` for data centres of this program. OSError for other addresses."""
    if address not in _listening:
        raise OSError(NOBODY)
    return _listening[address]()


def stand_in_for_sockets() -> None:
    """Replace `socket.create_connection`, so that code with sockets of its own reaches data centres in memory."""
    socket.create_connection = create_connection  # type: ignore[assignment]


class Line:
    """The client's end of a line, with as much of a socket as a `ClientConnection` uses; `far` is the data centre's
    end. `serve` is called whenever the client has sent something or has hung up."""

    def __init__(self, serve: Callable[[], None]) -> None:
        self._serve = serve
        self._arrived = bytearray()
        self._hung_up = False
        self.far = FarEnd(self._arrived)

    def settimeout(self, seconds: float) -> None:
        """Does nothing: reading in memory never waits."""

    def sendall(self, data: bytes) -> None:
        if self._hung_up or self.far.closed:
            raise OSError(errno.EPIPE, "the other side has hung up")
        self.far.arrived += data
        self._serve()

    def recv(self, size: int) -> bytes:
        """Bytes that arrived; empty once the data centre has hung up. OSError where a socket would wait."""
        data = bytes(self._arrived[:size])
        del self._arrived[:size]
        if not data and not self.far.closed:
            raise OSError("it gave no answer, and in memory none comes later")
        return data

    def close(self) -> None:
        if not self._hung_up:
            self._hung_up = self.far.ended = True
            self._serve()

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def makefile(self, _mode: str) -> io.BufferedRWPair:
        """The line as a file, for reading and writing."""
        return io.BufferedRWPair(_File(self), _File(self))


class _File(io.RawIOBase):
    def __init__(self, line: Line) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    writable = readable

    def readinto(self, room: Any) -> int:
        data = self._line.recv(len(room))
        room[: len(data)] = data
        return len(data)

    def write(self, data: Any) -> int:
        self._line.sendall(bytes(data))
        return len(data)


class FarEnd:
    """The data centre's end of a line, with as much of a non-blocking socket as a `ServerConnection` uses."""

    def __init__(self, sent: bytearray) -> None:
        self.arrived = bytearray()
        self.ended = self.closed = False
        self._sent = sent

    @property
    def news(self) -> bool:
        """Whether a read would give something: bytes, or the end."""
        return not self.closed and bool(self.arrived or self.ended)

    def recv(self, size: int) -> bytes:
        if not self.arrived and not self.ended:
            raise BlockingIOError
        data = bytes(self.arrived[:size])
        del self.arrived[:size]
        return data

    def send(self, data: bytes | bytearray) -> int:
        self._sent += data
        return len(data)

    def close(self) -> None:
        self.closed = True
