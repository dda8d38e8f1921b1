"""One TCP connection of a client: packets out, packets in, and never a wait without an end."""

from __future__ import annotations

import contextlib
import socket
import time
from collections import deque

from mtlib.crypto.entropy import Entropy
from mtlib.errors import DecodeError, Unreachable
from mtlib.net.endpoints import Endpoint
from mtlib.transport import ClientStream, Frame

REACH = 10.0
"""Seconds in which an endpoint must be reached, all its addresses together."""


class Line:
    """A connection to one endpoint. `sent` and `received` keep the packets, for transcripts.

    Raises Unreachable where nobody answers in time or the other side hangs up.
    """

    def __init__(
        self, to: Endpoint, framing: str, *, obfuscated: bool, secret: bytes | None, entropy: Entropy, timeout: float
    ) -> None:
        self.to, self.timeout = to, timeout
        self.socket = _dial(to, min(timeout, REACH))
        self.stream = ClientStream(framing, obfuscated=obfuscated, secret=secret, dc_id=to.dc_id or 0, entropy=entropy)
        self.transcript: list[tuple[str, bytes]] = []
        self._frames: deque[Frame] = deque()
        self._write(self.stream.opening())

    def send(self, packet: bytes) -> None:
        """One packet, framed."""
        self.transcript.append(("sent", packet))
        self._write(self.stream.send(packet))

    def receive(self) -> bytes:
        """The next packet. Raises TransportError for four bytes in its place, Unreachable at the end of patience."""
        end = time.monotonic() + self.timeout
        while True:
            while self._frames:
                frame = self._frames.popleft()
                if not frame.quick_ack:
                    self.transcript.append(("received", frame.payload))
                    return frame.payload
            self._frames.extend(self.stream.receive(self._read(end)))

    def close(self) -> None:
        self.socket.close()

    def _write(self, data: bytes) -> None:
        try:
            self.socket.settimeout(self.timeout)
            self.socket.sendall(data)
        except OSError as error:
            raise self._ended(f"{self.to.name} took nothing more: {_reason(error)}") from None
        except BaseException:  # interrupted: perhaps half a frame is out, so nothing can follow it
            self.close()
            raise

    def _read(self, end: float) -> bytes:
        try:
            self.socket.settimeout(max(end - time.monotonic(), 0.001))
            data = self.socket.recv(65536)
        except TimeoutError:
            raise self._ended(f"{self.to.name} was silent for {self.timeout:g} seconds") from None
        except OSError as error:
            raise self._ended(f"the connection to {self.to.name} broke: {_reason(error)}") from None
        if not data:
            with contextlib.suppress(DecodeError):  # half a frame is no news once the connection has ended
                self.stream.eof()
            raise self._ended(f"{self.to.name} closed the connection without an answer")
        return data

    def _ended(self, sentence: str) -> Unreachable:
        return Unreachable(sentence + self.to.how())


def _dial(to: Endpoint, within: float) -> socket.socket:
    """A socket to the first address that answers; the time is shared among them."""
    end = time.monotonic() + within
    reasons = []
    for index, address in enumerate(to.addresses):
        share = (end - time.monotonic()) / (len(to.addresses) - index)
        try:
            made = socket.create_connection(address, timeout=max(share, 0.05))
        except (OSError, UnicodeError) as error:
            reasons.append(f"port {address[1]}: {_reason(error)}")
            continue
        with contextlib.suppress(OSError):
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made
    offline = "; without a network, connect to a LocalDC instead" if to.clean_up else ""
    raise Unreachable(f"{to.name} cannot be reached from here ({', '.join(reasons)}){offline}{to.how()}")


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()


