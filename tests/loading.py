"""Crowds for a data centre that listens on loopback: clients that all come at once, silent ones, and hostile ones.

    python -m tests.loading HOST PORT COUNT      hostile peers in a process of their own, until standard input ends
"""

from __future__ import annotations

import contextlib
import gc
import os
import random
import selectors
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from mtlib.crypto.entropy import System
from mtlib.errors import MtError
from mtlib.net.client import connect
from mtlib.net.server import LocalDC
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import next_msg_id
from mtlib.protocol.packets import plain_packet
from mtlib.transport.framing import FRAMINGS
from mtlib.transport.stream import ClientStream
from mtlib.wire.schema import SCHEMA

PATIENCE = 120.0
"""Seconds that a client of a crowd waits for its turn."""


def bind_once(to: Any, **options: Any) -> float:
    """Both keys, the binding, one call: the seconds that it took."""
    begun = time.perf_counter()
    with connect(to, timeout=PATIENCE, **options) as client:
        client.bind()
        client.call("help.getNearestDc")
    return time.perf_counter() - begun


def all_at_once(to: Any, count: int, **options: Any) -> tuple[list[float], list[Exception]]:
    """`count` clients from one starting signal: the seconds of those that were bound, and what ended the others."""
    start = threading.Barrier(count)
    taken: list[float] = []
    errors: list[Exception] = []

    def one() -> None:
        start.wait()
        try:
            taken.append(bind_once(to, **options))
        except (MtError, OSError) as error:
            errors.append(error)

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken, errors


def median_bind(to: Any, rounds: int) -> float:
    """The median of so many binds one after the other: seconds of work of this process, with all who are served by it
    meanwhile. A busy machine changes nothing about it."""
    spent = []
    for _ in range(rounds):
        begun = time.process_time()
        bind_once(to)
        spent.append(time.process_time() - begun)
    return statistics.median(spent)


@contextlib.contextmanager
def idle(address: tuple[str, int], count: int) -> Iterator[None]:
    """Connections that say a tag, or nothing at all, and then stay."""
    with contextlib.ExitStack() as stack:
        for number in range(count):
            sock = stack.enter_context(socket.create_connection(address, timeout=10))
            if number % 2:
                sock.sendall(b"\xee" * 4)
        yield


RES_PQ = bytes.fromhex("63241605")


@contextlib.contextmanager
def beginners(address: tuple[str, int], count: int) -> Iterator[Callable[[int], None]]:
    """Connections that stay; what it gives sends, on each of them, so many beginnings of a key exchange at once, waits
    until all of them are answered by resPQ, and carries none on."""
    framing, last = FRAMINGS["intermediate"]("client"), 0
    body = SCHEMA["req_pq_multi"].build(nonce=os.urandom(16))
    with contextlib.ExitStack() as stack:
        peers = [stack.enter_context(socket.create_connection(address, timeout=PATIENCE)) for _ in range(count)]
        for peer in peers:
            peer.sendall(b"\xee" * 4)

        def begin(each: int) -> None:
            nonlocal last
            asked = b""
            for _ in range(each):
                last = next_msg_id(time.time(), last)
                asked += framing.wrap(bytes(plain_packet(last, body)))
            for peer in peers:
                peer.sendall(asked)
            for peer in peers:
                heard = b""
                while heard.count(RES_PQ) < each:
                    more = peer.recv(1 << 16)
                    assert more, f"hung up on after {heard.count(RES_PQ)} of {each}"
                    heard += more

        yield begin


class Storm(NamedTuple):
    """What a storm cost: CPU seconds of both ends and the honest client's, bytes and objects that it left while it went
    on, and the threads and descriptors that were more when all were gone."""

    cpu: float
    memory: int
    objects: int
    left: tuple[int, int]


def storm(connections: int, each: int) -> Storm:
    """`connections` peers that begin `each` key exchanges and carry none on, an honest bind beside them, and the same
    twice more: the lesser of what these leave, it would leave every time."""
    room = connections + 8
    threads, files = threading.active_count(), open_files()
    with LocalDC(limits=Limits(connections=room, exchanges=room)) as dc:
        with beginners((dc.host, dc.port), connections) as begin:
            held = _beside(dc, begin, each)
            begun = time.process_time()
            again = _beside(dc, begin, each)
            spent = time.process_time() - begun
            last = _beside(dc, begin, each)
        assert not dc.trace.named("internal_error")
    memory, objects = (min(b - a, c - b) for a, b, c in zip(held, again, last, strict=True))
    return Storm(spent, memory, objects, (threading.active_count() - threads, open_files() - files))


def _beside(dc: LocalDC, begin: Callable[[int], None], each: int) -> tuple[int, int]:
    """A bind beside a storm; memory and objects of this process when both are over."""
    with ThreadPoolExecutor(1) as pool:
        crowd = pool.submit(begin, each)
        bind_once(dc)
        crowd.result()
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE"), len(gc.get_objects())


class Hostile:
    """One hostile peer: it does one bad thing after the other, on a new connection whenever it was hung up on."""

    def __init__(self, address: tuple[str, int], seed: int) -> None:
        self.address, self.rng = address, random.Random(seed)
        self.socket: socket.socket | None = None
        self.hung_up = 0

    def act(self) -> None:
        """One bad thing, without waiting for an answer."""
        try:
            if self.socket is None:
                self.socket = socket.create_connection(self.address, timeout=10)
                self.socket.setblocking(False)
                self.stream = ClientStream(self.rng.choice([*FRAMINGS]), entropy=System())
                self.socket.send(self.stream.opening() or b"\x00")
            self.rng.choice(_DEEDS)(self, self.socket)
            if self.socket.recv(65536) == b"":
                raise ConnectionError
        except BlockingIOError:
            return
        except OSError:
            self.leave()
            self.hung_up += 1

    def leave(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def noise(self, sock: socket.socket) -> None:
        sock.send(self.rng.randbytes(self.rng.randrange(1, 400)))

    def endless_frame(self, sock: socket.socket) -> None:
        sock.send((2**30).to_bytes(4, "little"))

    def one_byte(self, sock: socket.socket) -> None:
        sock.send(b"\x10")

    def many_questions(self, sock: socket.socket) -> None:
        """A flood of new key exchanges, none of which is carried on."""
        body = SCHEMA["req_pq_multi"].build(nonce=os.urandom(16))
        sock.send(self.stream.send(bytes(plain_packet(next_msg_id(time.time()), body))) * 20)

    def unknown_key(self, sock: socket.socket) -> None:
        sock.send(self.stream.send(self.rng.randbytes(24 + 16 * self.rng.randrange(3, 30))))

    def hang_up(self, sock: socket.socket) -> None:
        self.leave()
        raise BlockingIOError


_DEEDS: tuple[Callable[[Hostile, socket.socket], None], ...] = (
    Hostile.noise,
    Hostile.endless_frame,
    Hostile.one_byte,
    Hostile.many_questions,
    Hostile.unknown_key,
    Hostile.hang_up,
)


def be_hostile(address: tuple[str, int], count: int, ended: Callable[[], bool], pause: float = 0.0) -> int:
    """`count` hostile peers taking turns until `ended`; how often they were hung up on."""
    peers = [Hostile(address, seed) for seed in range(count)]
    while not ended():
        for peer in peers:
            peer.act()
        time.sleep(pause)
    for peer in peers:
        peer.leave()
    return sum(peer.hung_up for peer in peers)


@contextlib.contextmanager
def hostile(address: tuple[str, int], count: int, pause: float = 0.01) -> Iterator[None]:
    """The same in a thread of this process, with a breath between two rounds."""
    ended = threading.Event()
    thread = threading.Thread(target=be_hostile, args=(address, count, ended.is_set, pause))
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def until(holds: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for something that another thread is about to do."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def open_files() -> int:
    """Descriptors of this process. A test that counts them is skipped where the system does not tell."""
    if not os.path.isdir("/proc/self/fd"):
        import pytest  # this file is also a program, which needs none

        pytest.skip("nothing here tells how many descriptors are open")
    return len(os.listdir("/proc/self/fd"))


def main(host: str, port: int, count: int) -> None:
    with selectors.DefaultSelector() as waiting:
        waiting.register(sys.stdin, selectors.EVENT_READ)
        print(be_hostile((host, port), count, lambda: bool(waiting.select(0))))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
