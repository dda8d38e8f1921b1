"""A tap: a relay on loopback that forwards everything, listens to it, and writes it down.

Each connection has two threads that only forward. They hand a copy of everything to one more thread, which listens
(`clinic.listening`), tells what it heard, and writes the capture. If that thread is slow, bytes that do not fit into
its queue are left out and reported as missing; forwarding never waits for it.

Source of the capture format: www.tcpdump.org/manpages/pcap-savefile.5.html; link type 101, raw IP.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import BinaryIO, NamedTuple, Self

from mtlib.clinic.listening import Heard, Listener, Speaker
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError, reason
from mtlib.net.endpoints import host_and_port, refuse_telegram
from mtlib.net.server import Address, listen, same_user

HELD = 1 << 23
"""The most bytes that wait to be listened to."""
CONNECTIONS = 64
"""The most connections that are forwarded at a time."""
LISTENED = 256
"""The most connections that the listening thread remembers; it may still hear one that has ended."""
PIECE = 1 << 15
"""The most bytes of one read, and of one record of the capture."""
PATIENCE = 5.0
"""Seconds to connect, and to end."""

LATE = 0.1
"""Seconds by which a line of a key log may come later than the first packet under its key."""
BESIDE = 256
"""Bytes that each piece counts besides its own: what its place in the queue costs, even if the piece is small."""


class Passed(NamedTuple):
    """Bytes that `speaker` sent over connection `number`, after `missing` bytes that the full queue left out; or,
    without bytes, the end of the connection, with `why` where it is known."""

    number: int
    at: float
    speaker: Speaker
    data: bytes
    missing: int = 0
    why: str = ""


class Tap:
    """`with Tap("127.0.0.1:4430", tell=print) as tap:` and clients dial `tap.host` and `tap.port`.

    `to` is the server, HOST:PORT, resolved once; Telegram's addresses are refused, and so are names that resolve to
    one. `keys` returns the keys known so far; it is called whenever a packet names an unknown key. `tell` gets
    everything that is heard, with the number of its connection; if it raises, the tap stops telling, and `failure`
    holds the error. `write` is the file for the capture; a new file may be read by its owner alone.
    """

    def __init__(
        self,
        to: str,
        *,
        tell: Callable[[int, Heard], None],
        keys: Callable[[], Iterable[AuthKey]] = tuple,
        port: int = 0,
        write: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.target = resolved(to)
        self.failure: Exception | None = None
        self.host, self.port = "127.0.0.1", port
        self._tell, self._keys, self._clock = tell, keys, clock
        self._write = write
        self._file: BinaryIO | None = None
        self._open: dict[int, tuple[socket.socket, socket.socket]] = {}
        self._room = threading.Semaphore(CONNECTIONS)  # a connection takes a place before it has reached the server
        self._queue: deque[Passed] = deque()
        self._held = 0
        self._missed: dict[tuple[int, Speaker], int] = {}
        self._news = threading.Condition()
        self._stopping = False

    def start(self) -> Self:
        """Listen on loopback and forward, in threads of its own. Raises LocalError if the port or the file cannot be
        opened."""
        self._listener = listen(self.host, self.port)
        self._listener.setblocking(True)
        try:
            if self._write is not None:
                at_once = getattr(os, "O_NONBLOCK", 0)  # a pipe without a reader raises here, and does not wait for one
                file = os.open(self._write, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | at_once, 0o600)
                os.set_blocking(file, True)
                self._file = os.fdopen(file, "wb")
                self._file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, 101))
        except OSError as error:
            self._listener.close()
            raise LocalError(f"the tap cannot begin: {error}", where=f"{self.host}:{self.port}") from None
        self.port = self._listener.getsockname()[1]
        self._hearing = threading.Thread(target=self._listen, name="Tap, listening", daemon=True)
        self._accepting = threading.Thread(target=self._accept, name="Tap, accepting", daemon=True)
        self._hearing.start()
        self._accepting.start()
        return self

    def stop(self) -> bool:
        """Hang up, hear the rest, close the file. True if everything was heard within `PATIENCE` seconds."""
        with self._news:
            self._stopping = True
            pairs = list(self._open.values())
            self._news.notify_all()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for pair in pairs:
            _hang_up(*pair)
        self._accepting.join(PATIENCE)
        self._hearing.join(PATIENCE)
        return not self._hearing.is_alive()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- Forwarding -----------------------------------------------------------------------------------------------

    def _accept(self) -> None:
        number = 0
        while not self._stopping:
            try:
                client, address = self._listener.accept()
            except OSError:
                if self._stopping:
                    return
                time.sleep(0.1)  # no more file descriptors, for the moment
                continue
            number += 1
            if same_user(address, (self.host, self.port)) is False or not self._room.acquire(blocking=False):
                client.close()
                continue
            threading.Thread(target=self._serve, args=(number, client), name=f"Tap, {number}", daemon=True).start()

    def _serve(self, number: int, client: socket.socket) -> None:
        """Relay one connection, and free its place however it ends."""
        try:
            self._relay(number, client)
        finally:
            self._room.release()

    def _relay(self, number: int, client: socket.socket) -> None:
        """Connect, then forward one direction here and the other in a thread of its own, until both have ended."""
        try:
            server = socket.create_connection(self.target, timeout=PATIENCE)
        except OSError as error:
            client.close()
            self._over(number, f"{self.target[0]} port {self.target[1]} is not to be reached: {reason(error)}")
            return
        server.settimeout(None)
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._news:
            self._open[number] = client, server
        if self._stopping:
            _hang_up(client, server)
        back = threading.Thread(target=self._forward, args=(number, "server", server, client), daemon=True)
        back.start()
        self._forward(number, "client", client, server)
        back.join()
        with self._news:
            del self._open[number]
        for end in (client, server):
            end.close()
        self._over(number, "the connection has ended")

    def _forward(self, number: int, speaker: Speaker, source: socket.socket, target: socket.socket) -> None:
        """Forward one direction. Bytes enter the queue before they are sent on, so that an answer never comes before
        its question; the listening thread is woken only after they are sent on."""
        try:
            while data := source.recv(PIECE):
                self._pass(number, speaker, data)
                target.sendall(data)
                with self._news:
                    self._news.notify_all()
            target.shutdown(socket.SHUT_WR)
        except OSError:  # one end is gone: so is the connection
            _hang_up(source, target)

    def _pass(self, number: int, speaker: Speaker, data: bytes, why: str = "") -> None:
        """Put the bytes, or the end of the connection, into the queue, with what was missed before. If the queue is
        full, bytes are counted as missed; for an end there is room even then."""
        with self._news:
            missed = self._missed.pop((number, speaker), 0)
            if self._held + len(data) + BESIDE <= (HELD if data else 2 * HELD):
                self._held += len(data) + BESIDE
                self._queue.append(Passed(number, self._clock(), speaker, data, missed, why))
            elif data:
                self._missed[number, speaker] = missed + len(data)
            if why:
                self._news.notify_all()

    def _over(self, number: int, why: str) -> None:
        """Put the end of a connection into the queue."""
        self._pass(number, "server", b"")
        self._pass(number, "client", b"", why)

    def _more_keys(self, left: list[float]) -> Iterable[AuthKey]:
        """The keys known after a short wait, because a program may log a key only after its first use. Each
        connection has a few waits `left`; then there is no wait, so that unreadable packets do not delay the rest."""
        time.sleep(left.pop() if left else 0)
        return self._keys()

    # -- Listening ------------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        """Hear everything in the queue, until the tap stops and all of it is heard."""
        followed: dict[int, tuple[Listener, Records]] = {}
        try:
            while (passed := self._next()) is not None:
                if passed.number not in followed:
                    more = partial(self._more_keys, [LATE] * 3)
                    followed[passed.number] = Listener(self._keys(), more=more), Records(passed.number)
                    if len(followed) > LISTENED:
                        del followed[next(iter(followed))]
                listener, records = followed[passed.number]
                self._record(records, passed)
                for heard in _hear(listener, passed):
                    self._tell(passed.number, heard)
                if passed.why:
                    del followed[passed.number]
        except Exception as error:  # kept for the tap's owner; forwarding goes on
            self.failure = error
        finally:
            if self._file is not None:
                with contextlib.suppress(OSError):  # from a full disk: reported before, or nothing was left to write
                    self._file.close()

    def _next(self) -> Passed | None:
        with self._news:
            while not self._queue and not (self._stopping and not self._open):
                self._news.wait(0.5)
            if not self._queue:
                return None
            passed = self._queue.popleft()
            self._held -= len(passed.data) + BESIDE
            return passed

    def _record(self, records: Records, passed: Passed) -> None:
        """Write `passed` into the capture. A full disk ends the capture and nothing else."""
        if self._file is None:
            return
        try:
            for record in records.of(passed):
                self._file.write(record)
            self._file.flush()
        except OSError as error:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None
            self._tell(passed.number, Heard("", passed.at, f"the capture ends here: {reason(error)}"))


def _hear(listener: Listener, passed: Passed) -> list[Heard]:
    heard = listener.miss(passed.speaker, passed.missing, passed.at) if passed.missing else []
    heard += listener.hear(passed.speaker, passed.data, passed.at) if passed.data else []
    if passed.why:
        heard += [*listener.end(passed.at), Heard("", passed.at, passed.why)]
    return heard


def _hang_up(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def resolved(to: str) -> Address:
    """HOST:PORT as an address to dial: the first that the system gives. Raises LocalError for anything else, for a name
    that does not resolve, and for a name of which any address is Telegram's."""
    host, port = host_and_port(to)
    refuse_telegram(host)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise LocalError(f"nobody knows this host: {error}", got=host) from None
    addresses = [str(address[0]) for *_, address in found]
    for address in addresses:
        refuse_telegram(address.partition("%")[0])
    return addresses[0], port


# -- The capture --------------------------------------------------------------------------------------------------

SYN, ACK, PUSH, FIN = 2, 16, 8, 1
_LOOPBACK = bytes((127, 0, 0, 1))


class Records:
    """Writes one connection as IP packets that could have carried it. Both ends get the address 127.0.0.1; the client's
    port is 10000 plus the number of the connection, the server's is 443."""

    def __init__(self, number: int) -> None:
        self._ports = {"client": 10000 + number % 50000, "server": 443}
        self._next = {"client": 0, "server": 0}

    def of(self, passed: Passed) -> Iterator[bytes]:
        """The records for `passed`, with the TCP handshake before the first and the end of TCP after the last."""
        if not any(self._next.values()):
            yield self._packet(passed.at, "client", SYN)
            yield self._packet(passed.at, "server", SYN | ACK)
        self._next[passed.speaker] += passed.missing
        if passed.data:
            yield self._packet(passed.at, passed.speaker, ACK | PUSH, passed.data)
        if passed.why:
            yield self._packet(passed.at, "client", FIN | ACK)
            yield self._packet(passed.at, "server", FIN | ACK)

    def _packet(self, at: float, speaker: Speaker, flags: int, data: bytes = b"") -> bytes:
        other: Speaker = "server" if speaker == "client" else "client"
        numbers = self._next[speaker] % 2**32, self._next[other] % 2**32
        tcp = struct.pack(">HHIIBBHHH", self._ports[speaker], self._ports[other], *numbers, 5 << 4, flags, 65535, 0, 0)
        around = _LOOPBACK + _LOOPBACK + struct.pack(">HH", 6, len(tcp) + len(data))
        tcp = tcp[:16] + _checksum(around + tcp + data) + tcp[18:]
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(data), 0, 0x4000, 64, 6, 0) + _LOOPBACK + _LOOPBACK
        packet = ip[:10] + _checksum(ip) + ip[12:] + tcp + data
        self._next[speaker] += len(data) + bool(flags & (SYN | FIN))
        seconds, micro = divmod(int(at * 1_000_000), 1_000_000)
        return struct.pack("<IIII", seconds % 2**32, micro, len(packet), len(packet)) + packet


def _checksum(data: bytes) -> bytes:
    """The checksum of IP and TCP: the ones' complement of the sum in ones' complement. Source: RFC 1071, section 1."""
    total = sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + bytes(len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack(">H", ~total & 0xFFFF)
