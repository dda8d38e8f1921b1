"""One connection at a LocalDC: fair turns, and an end for everything that takes too long."""

from __future__ import annotations

import contextlib
import socket
import time

from mtlib.protocol.datacenter import Peer, Reply
from mtlib.protocol.limits import Limits

READ, PIECE = 4096, 64
"""Bytes that are read from a socket at once, and that are looked at at once until a frame is whole."""


class Served:
    """A socket, its peer, what has not been sent yet (`unsent`) and not been looked at yet (`backlog`); `done` says
    that it is to be hung up on once everything is out."""

    def __init__(self, sock: socket.socket, peer: Peer) -> None:
        self.sock, self.peer = sock, peer
        self.unsent, self.backlog = bytearray(), bytearray()
        self.opened = self.heard = time.monotonic()
        self.begun: float | None = None  # when the frame began that is not whole yet
        self.done = False

    def overdue(self, now: float, limits: Limits) -> str:
        """Which deadline has passed, in a few words; nothing if none has."""
        if not self.peer.authenticated and now > self.opened + limits.handshake_seconds:
            return f"no key within {limits.handshake_seconds:g} s"
        if self.begun is not None and now > self.begun + limits.frame_seconds:
            return f"a frame took longer than {limits.frame_seconds:g} s"
        return f"silent for {self.peer.patience:g} s" if now > self.heard + self.peer.patience else ""

    def read(self, now: float) -> None:
        """Take one turn: answer what arrives until a frame is whole. The rest waits in `backlog` until all others had
        their turn, so that nobody keeps the thread busy on their own. The end of the stream ends the connection."""
        if not self.backlog:
            data = self.sock.recv(READ)
            if not data:
                self.done = True
                self.unsent.clear()
                return
            self.heard = time.monotonic()
            self.backlog += data
        frames = self.peer.stream.received
        while self.backlog and not self.done and self.peer.stream.received == frames:
            piece = bytes(self.backlog[:PIECE])
            del self.backlog[:PIECE]
            self._take(self._reply(piece, now))
        if not self.peer.stream.pending:
            self.begun = None
        elif self.begun is None or self.peer.stream.received > frames:
            self.begun = self.heard

    def _take(self, reply: Reply) -> None:
        self.done = reply.close
        for chunk in reply.chunks:
            self.unsent += chunk
            self.flush()

    def _reply(self, data: bytes, now: float) -> Reply:
        """What the peer answers. A mistake of ours costs one connection its life, and not everybody's."""
        try:
            return self.peer.receive(data, now)
        except Exception as error:
            self.peer.note("internal_error", now, f"a mistake of this data centre: {error!r}")
            return Reply(close=True)

    def close(self) -> None:
        """Hang up. What was not read yet is thrown away first: left there, it turns the last answer into a reset."""
        with contextlib.suppress(OSError):
            for _ in range(16):
                self.sock.recv(65536)
        self.sock.close()

    def flush(self) -> None:
        """Send as much as goes out without waiting."""
        with contextlib.suppress(BlockingIOError):
            while self.unsent:
                del self.unsent[: self.sock.send(self.unsent)]
