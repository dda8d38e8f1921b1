"""One connection of a client, over TCP or in memory: packets out, packets in, and a limit on every wait."""

from __future__ import annotations

import contextlib
import socket
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from mtlib.crypto.entropy import Entropy
from mtlib.errors import DecodeError, LocalError, Unreachable, printable, reason
from mtlib.net.endpoints import Endpoint, refuse_production
from mtlib.net.memory import NOBODY, Line, create_connection, in_memory_only
from mtlib.protocol.session import ANSWERS
from mtlib.transport.framing import Frame
from mtlib.transport.stream import ClientStream

REACH = 10.0
"""Seconds to reach an endpoint, for all its addresses together."""
KEPT, KEPT_BYTES = 4096, 16 << 20
"""How many elements, and how many bytes, a client keeps of its traffic; the oldest are dropped first."""
OTHER_PROTOCOLS = (b"HTTP/", b"SSH-", b"\x15\x03\x01\x00\x02", b"\x15\x03\x03\x00\x02")
"""The first bytes of some other servers: HTTP, SSH, an alert of TLS. No first packet of a data centre begins so."""

T = TypeVar("T")


class Kept(list[T]):
    """A list that drops its oldest elements when it grows too large."""

    _bytes = 0

    def keep(self, element: T, size: int) -> None:
        """Append `element`, which counts as `size` bytes."""
        self._bytes += size
        if len(self) >= KEPT or self._bytes > KEPT_BYTES:
            del self[: len(self) // 2]
            self._bytes = min(self._bytes, KEPT_BYTES // 2 + size)
        self.append(element)


class Deadline:
    """`seconds` from now, and whether anything was `heard` meanwhile."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.heard = seconds, False
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        return self._end - time.monotonic()


class ClientConnection:
    """A connection to one endpoint. `transcript` keeps every packet, with "sent" or "received".

    Raises Unreachable if nothing answers in time, the other side hangs up, or the server is no data centre. Raises
    LocalError, before it dials, for a framing, obfuscation and secret that do not go together, and later for the use
    of a closed connection.
    """

    def __init__(
        self, to: Endpoint, framing: str, *, obfuscated: bool, secret: bytes | None, entropy: Entropy, timeout: float
    ) -> None:
        self.to, self.timeout, self.closed = to, timeout, False
        self.stream = ClientStream(framing, obfuscated=obfuscated, secret=secret, dc_id=to.dc_id, entropy=entropy)
        self.transcript: Kept[tuple[str, bytes]] = Kept()
        self._frames: deque[Frame] = deque()
        self._first = b""
        self.socket, self._after = _dial(to, min(timeout, REACH))
        try:
            self._write(self.stream.opening())
        except BaseException:
            self.close()
            raise

    def authenticated(self) -> None:
        """Allow longer frames from now on: there is a key, and the server that shares it may send more."""
        self.stream.limit = ANSWERS.frame

    @property
    def broken(self) -> bool:
        """Whether nothing more can be read, because the last bytes received were no frame."""
        return self.stream.broken is not None and not self._frames

    def others(self) -> tuple[tuple[str, int], ...]:
        """The endpoint's addresses after this one, to try if this one accepted the connection but sends nothing."""
        return () if self._first or self.closed else self._after

    def send(self, packet: bytes, *, framed: Callable[[bytes], None] | None = None) -> None:
        """Send one packet; `framed` is called with its frame before that is sent."""
        self._must_be_open()
        frame = self.stream.wrap(packet)
        self.transcript.keep(("sent", packet), len(packet))
        if framed is not None:
            framed(frame)
        self._write(self.stream.hide(frame))

    def receive(self, until: Deadline | None = None) -> bytes:
        """The next packet, awaited until the deadline, or for the connection's `timeout`. Raises TransportError for
        four bytes in its place, and Unreachable once the time is up, even if other data arrived."""
        self._must_be_open()
        until = until or Deadline(self.timeout)
        while True:
            while self._frames and not self._late(until):
                frame = self._frames.popleft()
                if not frame.quick_ack:
                    self.transcript.keep(("received", frame.payload), len(frame.payload))
                    return frame.payload
            data = self._read(until)
            try:
                self._frames.extend(self.stream.receive(data))
            except DecodeError:
                if self.stream.received:
                    raise
                raise self._no_data_centre() from None

    def close(self) -> None:
        self.closed = True
        self.socket.close()

    def _must_be_open(self) -> None:
        if self.closed:
            raise LocalError("this client is closed", expected="client.dial(), or another connect(...)",
                             where="connection")

    def _write(self, data: bytes) -> None:
        try:
            self.socket.settimeout(self.timeout)
            self.socket.sendall(data)
        except ConnectionError:
            pass  # the other side has hung up: the next read raises, after the packets that it still sent
        except OSError as error:
            raise self._ended(f"{self.to.name} took nothing more: {reason(error).lower()}") from None
        except BaseException:  # interrupted: half a frame may be sent, so nothing can follow it
            self.close()
            raise

    def _late(self, until: Deadline) -> bool:
        return until.left() <= 0 and not isinstance(self.socket, Line)  # in memory the answer is there already

    def _read(self, until: Deadline) -> bytes:
        try:
            if self._late(until):
                raise TimeoutError
            self.socket.settimeout(max(until.left(), 0.001))
            data = self.socket.recv(65536)
        except TimeoutError:
            what = "sent other things, and no answer, for" if until.heard else "was silent for"
            raise self._ended(f"{self.to.name} {what} {until.seconds:g} seconds") from None
        except ConnectionError:  # the other side hung up without reading all: an end like any other
            data = b""
        except OSError as error:
            raise self._ended(f"the connection to {self.to.name} broke: {reason(error).lower()}") from None
        if not data:
            with contextlib.suppress(DecodeError):
                self.stream.receive(b"")  # raises a transport error that followed the last packet
            raise self._ended(f"{self.to.name} closed the connection without an answer")
        until.heard = True
        if len(self._first) < 16:
            self._first += data[:16]
            if self._first.startswith(OTHER_PROTOCOLS):
                raise self._no_data_centre()
        return data

    def _no_data_centre(self) -> Unreachable:
        begins = printable(self._first[:16].decode("latin-1"), 64)
        return self._ended(f"what answers at {self.to.name} is not a data centre: it begins with {begins!r}")

    def _ended(self, sentence: str) -> Unreachable:
        return Unreachable(sentence + self.to.how())


def _dial(to: Endpoint, within: float) -> tuple[socket.socket | Line, tuple[tuple[str, int], ...]]:
    """A socket to the first address that answers, or a line in memory; and the addresses that were not tried. All share
    the time `within`."""
    if to.line is not None:
        try:
            return to.line(), ()
        except ConnectionError as error:
            raise Unreachable(f"{to.name} cannot be reached: {reason(error).lower()}{to.how()}") from None
    if in_memory_only():
        for address in to.addresses:
            with contextlib.suppress(OSError):
                return create_connection(address), ()
        raise Unreachable(f"{to.name} cannot be reached: {NOBODY}")
    end = time.monotonic() + within
    reasons = []
    for index, address in enumerate(to.addresses):
        share = (end - time.monotonic()) / (len(to.addresses) - index)
        try:
            made = _connect(address, max(share, 0.05))
        except (OSError, UnicodeError) as error:
            reasons.append(f"port {address[1]}: {reason(error).lower()}")
            continue
        with contextlib.suppress(OSError):
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made, to.addresses[index + 1 :]
    offline = "; without a network, connect to a LocalDC instead" if to.clean_up else ""
    raise Unreachable(f"{to.name} cannot be reached from here ({', '.join(reasons)}){offline}{to.how()}")


def _connect(address: tuple[str, int], within: float) -> socket.socket:
    """A socket to that host. A name is resolved only here, so its addresses are checked here: LocalError if one is in
    production."""
    found = [(str(answer[4][0]), address[1]) for answer in socket.getaddrinfo(*address, type=socket.SOCK_STREAM)]
    for host, _ in found:
        refuse_production(host)
    share = within / len(found)
    for place in found[:-1]:
        with contextlib.suppress(OSError):
            return socket.create_connection(place, timeout=share)
    return socket.create_connection(found[-1], timeout=share)
