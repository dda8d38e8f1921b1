"""LocalDC: a data centre on loopback TCP, in a thread of its own.

The thread runs one selector loop, so that the data centre, the notebook's event loop and a blocking client never wait
for each other. Only loopback addresses are bound, and on Linux only processes of the same user are served: a class
server is a shared machine, and a port on loopback is open to everybody on it.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import os
import selectors
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, Self

from mtlib.crypto.entropy import Entropy
from mtlib.crypto.rsa import PrivateKey, PublicKey
from mtlib.crypto.secret import of_type
from mtlib.errors import DecodeError, LocalError, MtError, reason
from mtlib.net import memory
from mtlib.net.endpoints import is_loopback
from mtlib.net.memory import KEY, FarEnd, Line, in_memory_only
from mtlib.net.websocket import Front
from mtlib.protocol.checks import Facts, PacketFacts, Rules, Verdict
from mtlib.protocol.datacenter import DataCenter, Peer, Reply
from mtlib.protocol.faults import Fault
from mtlib.protocol.limits import Limits
from mtlib.protocol.state import EventLog, LogEvent
from mtlib.transport.obfuscation import hidden_secret

TICK = 0.2
"""Seconds between two checks of the deadlines, and of the pause in accepting when descriptors run out."""


class ListeningSocket:
    """A listening socket in a selector. If the system has no descriptors left, it leaves the selector for a tick:
    otherwise the selector would report the waiting caller again and again, without end."""

    def __init__(self, listener: socket.socket, selector: selectors.BaseSelector) -> None:
        self.listener, self._selector = listener, selector
        self._shut_until: float | None = None
        selector.register(listener, selectors.EVENT_READ)

    def accept(self) -> tuple[socket.socket | None, Any]:
        """The next connection and its address; None, None if there is none now."""
        try:
            return self.listener.accept()
        except (BlockingIOError, ConnectionError):  # the caller has hung up meanwhile
            return None, None
        except OSError:
            self._selector.unregister(self.listener)
            self._shut_until = time.monotonic() + TICK
            return None, None

    def reopen(self, now: float) -> None:
        """Listen again, once the pause is over."""
        if self._shut_until is not None and now > self._shut_until:
            self._shut_until = None
            self._selector.register(self.listener, selectors.EVENT_READ)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises LocalError if the port is taken, or the address is not of this machine."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = None
    try:
        listener = socket.socket(family, socket.SOCK_STREAM)
        if os.name == "posix":  # on Windows this option would let a second program take the port over
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
        listener.bind((host, port))
        listener.listen(1024)  # if this queue overflows, every client waits for a second
        listener.setblocking(False)
    except (OSError, OverflowError, TypeError) as error:  # TypeError: a name that cannot be encoded
        if listener is not None:
            listener.close()
        message = f"cannot listen here: {reason(error)}"
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            message += "; the same cell, run before, may have started one that still listens; port 0 is always free"
        raise LocalError(message, got=f"{host}:{port}", where="port") from None
    return listener


# -- Who is at the other end? ----------------------------------------------------------------------------------------
#
# TCP does not say, but on Linux the kernel knows who owns the connecting socket. Other systems do not tell an ordinary
# user. There every user of the machine can connect, and a class server should run one data centre per container or
# machine.
#
# We ask through a netlink socket, which looks up one connection in microseconds. /proc/net/tcp says the same, but lists
# every connection of the machine, which takes ten milliseconds, and more if somebody opens many. It is the fallback for
# machines without netlink.

Address = tuple[str, int]


def same_user(peer: tuple[Any, ...], here: Address) -> bool | None:
    """Whether the socket at `peer`, which is connected to `here`, belongs to the user of this process; None if it has
    been closed meanwhile.

    Root may always connect, since root can read our memory anyway. True if the system cannot be asked.
    """
    if not sys.platform.startswith("linux"):
        return True
    there = str(peer[0]), int(peer[1])
    table = Path("/proc/self/net/tcp6" if ":" in here[0] else "/proc/self/net/tcp")
    try:
        uid = ask_kernel(there, here)
    except OSError:
        if not table.exists():
            return True
        with table.open() as lines:
            uid = owner(lines, there, here)
    return None if uid is None else uid in (os.getuid(), 0)


# By netlink: `man 7 sock_diag`, linux/inet_diag.h
_SOCK_DIAG, _BY_FAMILY, _ERROR, _REQUEST = 4, 20, 2, 1
_ANY_COOKIE = b"\xff" * 8
_UID, _INODE = 80, 84  # their offsets in the answer, after its header, four bytes, the socket's name and three numbers
_ANY_STATE = 0xFFFFFFFF


def ask_kernel(local: Address, remote: Address) -> int | None:
    """The user id of the open socket with these two ends, None if there is none (after its owner has closed it, a
    socket lives on for a while without an inode, as root's). OSError if the kernel does not answer."""
    family = socket.AF_INET6 if ":" in local[0] else socket.AF_INET
    ends = [socket.inet_pton(family, host).ljust(16, b"\0") for host, _ in (local, remote)]
    name = struct.pack("!HH", local[1], remote[1]) + b"".join(ends) + bytes(4) + _ANY_COOKIE
    body = struct.pack("=BBxxI", family, socket.IPPROTO_TCP, _ANY_STATE) + name
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _SOCK_DIAG) as kernel:
        kernel.settimeout(1)
        kernel.sendto(struct.pack("=IHHII", 16 + len(body), _BY_FAMILY, _REQUEST, 1, 0) + body, (0, 0))
        answer = kernel.recv(4096)
    kind = struct.unpack_from("=H", answer, 4)[0]
    if kind == _ERROR:
        number = -struct.unpack_from("=i", answer, 16)[0]
        if number != errno.ENOENT:  # "no such socket" is an answer; after any other error netlink cannot be used
            raise OSError(number, os.strerror(number))
    if kind == _ERROR or not struct.unpack_from("=I", answer, _INODE)[0]:
        return None
    return int(struct.unpack_from("=I", answer, _UID)[0])


def owner(lines: Iterable[str], local: Address, remote: Address) -> int | None:
    """The same as `ask_kernel`, from a table like /proc/net/tcp."""
    wanted = [_hex(*local), _hex(*remote)]
    return next((int(f[7]) for f in map(str.split, lines) if f[1:3] == wanted and f[9] != "0"), None)


def _hex(host: str, port: int) -> str:
    """An address as the table writes it: 32-bit words in the machine's byte order, then the port."""
    packed = socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return "".join(f"{word:08X}" for word in words) + f":{port:04X}"


# -- One connection: fair turns, and an end for everything that takes too long ----------------------------------------

READ, PIECE = 4096, 64
"""The most bytes read from a socket at once, and the most handed to the peer at once until a frame is whole."""


class ServerConnection:
    """A socket, its peer and the `front` between them; bytes not sent yet (`unsent`), and not given to the peer yet
    (`backlog`). `done` says that the connection is to be closed once everything is sent."""

    def __init__(self, sock: socket.socket | FarEnd, peer: Peer, front: Front | None = None) -> None:
        self.sock: Any = sock
        self.peer, self.front = peer, front or Front()
        self.unsent, self.backlog = bytearray(), bytearray()
        self.opened = self.heard = time.monotonic()
        self.begun: float | None = None  # when the unfinished frame began
        self.work = 0.0  # seconds of the thread's time that it has taken
        self.done = False

    @property
    def full(self) -> bool:
        """Whether so much is unsent that nothing more is read from this client until it reads."""
        return len(self.unsent) > UNSENT

    def overdue(self, now: float, limits: Limits) -> str:
        """Which deadline has passed, in a few words; empty if none has."""
        if not self.peer.authenticated and now > self.opened + limits.handshake_seconds:
            return f"no key within {limits.handshake_seconds:g} s"
        if self.begun is not None and now > self.begun + limits.frame_seconds and not self.full:
            return f"a frame took longer than {limits.frame_seconds:g} s"
        return f"silent for {self.peer.patience:g} s" if now > self.heard + self.peer.patience else ""

    @property
    def claim(self) -> tuple[bool, bool, float]:
        """Its claim to its place, to be compared: weakest without a key, then without a bound key; between equals, the
        one idle for longer has the weaker claim. Without a key, it is idle since it was opened, whatever it sends."""
        return self.peer.authenticated, self.peer.bound, self.heard if self.peer.authenticated else self.opened

    def read(self, now: float) -> None:
        """Take one turn: read, and answer until one frame is whole. The rest waits in `backlog` until all others have
        had their turn, so that no client keeps the thread to itself. A client that has stopped sending is answered
        all the same: it may still read."""
        if not self.backlog:
            data = self.sock.recv(READ)
            self.done = not data
            self.heard = time.monotonic()
            self.backlog += self._inside(data, now)
        frames = self.peer.stream.received
        while self.backlog and not self.done and self.peer.stream.received == frames:
            piece = bytes(self.backlog[:PIECE])
            del self.backlog[:PIECE]
            self._take(self._reply(piece, now))
        if not self.peer.stream.pending + self.front.pending:
            self.begun = None
        elif self.begun is None or self.peer.stream.received > frames:
            self.begun = self.heard

    def _inside(self, data: bytes, now: float) -> bytes:
        """The bytes for the peer: all that came or, on a WebSocket, the payload inside. A WebSocket that cannot be read
        ends the connection, with a line in the log."""
        new, inside, wrong = not self.front.opened, b"", ""
        try:
            inside = self.front.receive(data)
        except DecodeError as error:
            wrong = f"the connection is closed: {error}"
        except Exception as error:
            self.front.over = True
            self.peer.note("internal_error", now, f"a mistake of this data centre: {error!r}")
        if new and self.front.opened:
            self.peer.stream.hidden_only = True
            self.peer.note("websocket", now, self.front.opened)
        if wrong:
            self.peer.note("bad_bytes", now, wrong)
        self.done = self.done or self.front.over
        self.unsent += self.front.answers
        self.front.answers = b""
        self.flush()
        return inside

    def _take(self, reply: Reply) -> None:
        self.done = reply.close
        for chunk in reply.chunks:
            self.unsent += self.front.wrap(chunk)
            self.flush()
        if reply.close:
            self.unsent += self.front.close()

    def _reply(self, data: bytes, now: float) -> Reply:
        """What the peer answers. A bug in our code ends this connection, not the whole data centre."""
        try:
            return self.peer.receive(data, now)
        except Exception as error:
            self.peer.note("internal_error", now, f"a mistake of this data centre: {error!r}")
            return Reply(chunks=(), close=True)

    def close(self) -> None:
        """Close the socket. Read what is left first: otherwise the system sends a reset and our last answer is lost."""
        with contextlib.suppress(OSError):
            for _ in range(16):
                self.sock.recv(65536)
        self.sock.close()

    def flush(self) -> None:
        """Send as much as possible without waiting. A client that takes bytes counts as heard from."""
        with contextlib.suppress(BlockingIOError):
            while self.unsent:
                del self.unsent[: self.sock.send(self.unsent)]
                self.heard = time.monotonic()


# -- The data centre --------------------------------------------------------------------------------------------------

UNSENT = 1 << 20
"""The most unsent bytes before we stop reading from a client that does not read; later its patience ends."""
JUMP = 2.0
"""A jump of more seconds means that the clock was set, or that the machine slept."""
KEYS_TRIED, TRIED_SIZE = 8, 160
"""How many other keys, the newest, the doctor tries on a refused binding, and the size in bytes of the longest request
for which it does: each key takes the thread a twentieth of a second, and more if the seal is too long."""
QUIET = 5.0
"""Seconds of idleness after which a connection may be closed for a new one, if all places are taken."""
SLICE, SAVED = 0.05, 0.25
"""Seconds of work after which the thread looks again for who is ready; and the most seconds that a client can save up
by asking little: about as many as a binding takes, with its exchanges."""
PATIENCE = 5.0
"""Seconds that `stop` waits for the thread."""


@cache
def _process_key() -> PrivateKey:
    """One RSA key per process: making one takes longer than a whole key exchange."""
    return KEY if in_memory_only() else PrivateKey.generate()


class LocalDC:
    """A local test data centre: `with LocalDC() as dc: ...`, or `dc = LocalDC().start()` and later `dc.stop()`.

    Without sockets and threads (in a browser) it runs inside the calls of clients in the same process, which connect
    by `line`; it then closes no connection for being slow.

    `host`, `port`, `public_key` and `dc_id` are what a client needs; `trace` is what happened, with the reasons that
    never leave the process. `clock` gives unix seconds, the machine's own time unless it is given; `secret` is an
    MTProto proxy's: only clients that use it are let in. Starting a running one changes nothing, stopping twice is
    fine, and it stops when the interpreter ends.
    Raises LocalError for a port that is taken, and for an address that is not loopback unless `allow_public` is given.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        dc_id: int = 2,
        rsa: PrivateKey | None = None,
        rules: Rules | None = None,
        limits: Limits | None = None,
        faults: Iterable[Fault] = (),
        entropy: Entropy | None = None,
        clock: Callable[[], float] | None = None,
        secret: str | bytes | None = None,
        allow_public: bool = False,
        judge: Callable[[Facts], Verdict] | None = None,
    ) -> None:
        if not allow_public and not is_loopback(host):
            raise LocalError("everybody on the network could use this address", got=host,
                             expected="a loopback address, or allow_public=True", where="host")
        self.dc = DataCenter(rsa or _process_key(), dc_id=dc_id, rules=rules, limits=limits, faults=faults,
                             entropy=entropy, address=(host, of_type(port, int, "port")), judge=judge)
        self.dc.consult = self._diagnosis
        self.secret = hidden_secret(secret)
        self.clock, self.allow_public = of_type(clock, Callable | None, "clock") or (lambda: time.time()), allow_public
        self._watched, self._latest = clock is None, 0.0
        self.failure: BaseException | None = None
        self._thread: threading.Thread | None = None
        self._in_memory, self._starting = False, threading.Lock()
        self._explained = threading.Event()
        self._explained.set()
        self._ahead: float | None = None  # clock minus monotonic time, when they were compared last
        self._connections: dict[socket.socket | FarEnd, ServerConnection] = {}
        self._consulted, self._stopping, self._swept, self._least = False, False, 0.0, 0.0

    host = property(lambda self: self.dc.address[0], doc="The address that is listened on.")
    port = property(lambda self: self.dc.address[1], doc="The port, chosen by the system unless it was given.")

    @property
    def dc_id(self) -> int:
        return self.dc.dc_id

    @property
    def public_key(self) -> PublicKey:
        """The key that a client must know."""
        return self.dc.rsa.public

    @property
    def trace(self) -> EventLog:
        """The log. Answers are sent before their reasons are worked out, so this waits until the reasons are there."""
        if threading.current_thread() is not self._thread:
            self._explained.wait(PATIENCE)
        return self.dc.trace

    @property
    def running(self) -> bool:
        return self._in_memory or (self._thread is not None and self._thread.is_alive())

    def start(self) -> Self:
        """Listen, in a thread of its own. Raises LocalError if the system has no port, descriptor or thread left, and
        then leaves nothing behind."""
        with self._starting:  # if several threads start it at once, one does
            return self._started()

    def _started(self) -> Self:
        if self.failure is not None and self._thread is not None:
            self._thread.join(PATIENCE)  # it has died, and may still be hanging up on its clients
        if self.running:
            return self
        if in_memory_only():
            self._in_memory, self._stopping = True, False
            self.dc.address = memory.listen(self._dialled, *self.dc.address)
            return self
        asked, listener = self.dc.address, listen(*self.dc.address)
        opened: list[Any] = [listener]
        try:
            self._wake, self._woken = ends = socket.socketpair()
            opened += ends
            self._selector = selectors.DefaultSelector()
            opened.append(self._selector)
            self._listening = ListeningSocket(listener, self._selector)
            self._selector.register(self._woken, selectors.EVENT_READ)
            self.dc.address = listener.getsockname()[:2]
            self._stopping, self.failure, self._ahead = False, None, None
            thread = threading.Thread(target=self._run, name=f"LocalDC:{self.port}", daemon=True)
            thread.start()
        except (OSError, RuntimeError) as error:  # no descriptor or no thread is left
            for each in opened:
                each.close()
            self.dc.address = asked
            raise LocalError(f"a data centre cannot start here: {reason(error)}", where="LocalDC") from None
        self._thread = thread
        atexit.register(self.stop)
        return self

    def stop(self) -> None:
        """Close all connections, free the port, end the thread. Raises MtError if the thread is still busy after
        PATIENCE seconds: it will end after its present work, and `stop` may be called again."""
        thread = self._thread
        if self._in_memory:
            self._in_memory = False
            memory.stop_listening(self.dc.address)
            for connection in tuple(self._connections.values()):
                self._close(connection)
        if thread is None:
            return
        self._stopping = True
        with contextlib.suppress(OSError):
            self._wake.send(b"!")
        if thread is not threading.current_thread():  # a listener of the trace may stop it, too
            thread.join(PATIENCE)
            if thread.is_alive():
                raise MtError("the data centre's thread has not ended: it is still busy, and the port taken",
                              got=f"{PATIENCE:g} s", where=f"{self.host}:{self.port}")
        self._thread = None
        atexit.unregister(self.stop)

    def status(self) -> str:
        """One line about it. Raises MtError if its thread has died, which is a bug in our code."""
        if self.failure is not None:
            raise MtError(f"the data centre's thread died: {self.failure!r}") from self.failure
        serving = self.running and not self._stopping
        state = f"{len(self._connections)} connections, {len(self.dc.keys)} keys" if serving else "stopped"
        return f"DC {self.dc_id} on {self.host}:{self.port}: {state}"

    def _diagnosis(self, facts: Facts | PacketFacts) -> str:
        """The known mistake in a refused binding, or in a packet that does not open. The doctor runs at most once until
        everybody has had a turn: a container full of refusals, or many at once, would keep all others waiting. It is
        imported at the first mistake: it is half of the library, and most data centres never need it."""
        from mtlib.clinic.doctor import explain_packet, explain_refusal

        if self._consulted:
            return "another one was looked at: one is until everybody had their turn"
        self._consulted = True
        try:
            if isinstance(facts, PacketFacts):
                return explain_packet(facts)
            newest = sorted(self.dc.keys, key=lambda known: known.created)[-KEYS_TRIED:]
            keys = [known.auth_key for known in newest] if len(facts.request) <= TRIED_SIZE else []
            perm_id = int.from_bytes(facts.request[4:12], "little", signed=True)
            perm = self.dc.keys.permanent(perm_id)
            found = explain_refusal(facts, other_keys=keys, perm_key_created=int(perm.created) if perm else None)
        except Exception as error:  # advice must not cost anybody their data centre
            return f"the doctor has no word for it: {error}"
        return f"{found.name}: {found.verdict} {found.fix}"

    def _now(self) -> float:
        """The time, which stands still where the clock goes back, until that has caught up: the msg_ids of a data
        centre's notices carry its time, and they must rise."""
        self._latest = max(self._latest, self.clock())
        return self._latest

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<LocalDC {self.dc_id}: {'running' if self.running else 'stopped'}>"

    # -- in memory

    @property
    def line(self) -> Callable[[], Line] | None:
        """How a client in this process connects without a socket; None if the data centre listens on one."""
        return self._dialled if in_memory_only() else None

    def _dialled(self) -> Line:
        if not self._in_memory:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "it is not running")
        if len(self._connections) >= self.dc.limits.connections:
            raise ConnectionRefusedError(errno.ECONNREFUSED, f"{len(self._connections)} connections are open")
        line = Line(lambda: self._serve(connection))
        peer = self.dc.accept(self.secret, address=self.dc.address)
        connection = self._connections[line.far] = ServerConnection(line.far, peer)
        return line

    def _serve(self, connection: ServerConnection) -> None:
        """Answer everything that a client has sent."""
        far = connection.sock
        while isinstance(far, FarEnd) and (far.news or connection.backlog) and not connection.done:
            self._consulted = False
            connection.read(self._now())
            self.dc.trace.tell()
        if connection.done:
            self._close(connection)

    # -- in the thread

    def _run(self) -> None:
        try:
            while not self._stopping:
                turn, until = self._turn(), time.monotonic() + SLICE
                for ready, events in turn:
                    if self._stopping or time.monotonic() > until:
                        break
                    self._ready(ready, events)
                else:
                    self._consulted = False
                self._sweep()
                self.dc.trace.tell()
        except BaseException as error:  # status() tells the owner; clients see the closed connection
            self.failure = error
        finally:
            self._explained.set()
            for connection in tuple(self._connections.values()):
                self._close(connection)
            for each in (self._listening.listener, self._wake, self._woken):
                each.close()
            self._selector.close()

    def _turn(self) -> list[tuple[Any, int]]:
        """All sockets that are ready and all connections with a backlog, in the order of their turns: first the
        listener, then the connection with the least work, so a client that asks little does not wait for others."""
        behind = [sock for sock, each in self._connections.items() if each.backlog and not each.full and not each.done]
        found: dict[Any, int] = dict.fromkeys(behind, selectors.EVENT_READ)
        for key, events in self._selector.select(0 if behind else TICK):
            found[key.fileobj] = found.get(key.fileobj, 0) | events
        return sorted(found.items(), key=lambda each: self._work_of(self._connections.get(each[0])))

    def _work_of(self, connection: ServerConnection | None) -> float:
        """The work that counts for its turn: a client that was silent saves up no more than SAVED."""
        return -1.0 if connection is None else max(connection.work, self._least - SAVED)

    def _ready(self, ready: Any, events: int) -> None:
        if ready is self._listening.listener:
            self._accept()
        elif ready is self._woken:  # a forked child that ends may do this, too: no reason to stop
            self._woken.recv(READ)
        elif ready in self._connections:
            connection = self._connections[ready]
            work, begun = self._work_of(connection), time.thread_time()
            self._least = max(self._least, work)
            self._explained.clear()
            try:
                if events & selectors.EVENT_WRITE:
                    connection.flush()
                if events & selectors.EVENT_READ:
                    connection.read(self._now())
            except OSError:  # nothing more goes out there
                connection.done = True
                connection.unsent.clear()
            self.dc.trace.tell()
            self._explained.set()
            connection.work = work + time.thread_time() - begun
            self._settle(connection)

    def _accept(self) -> None:
        """Let a client in, or turn it away. If the system refuses something meanwhile, only this connection is lost."""
        sock, address = self._listening.accept()
        if sock is None:
            return
        try:
            reason = self._objection(address)
            if reason:
                self.trace.add(LogEvent("turned_away", 0, self._now(), reason))
                sock.close()
                return
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(sock, selectors.EVENT_READ)
            peer = self.dc.accept(self.secret, address=sock.getsockname()[:2])
            self._connections[sock] = ServerConnection(sock, peer, Front(self.allow_public))
        except OSError:
            sock.close()

    def _objection(self, address: Any) -> str:
        """Why a connection from `address` is not let in; empty if it is."""
        mine = True if self.allow_public else same_user(address, self.dc.address)
        if not mine:
            gone = "it has left before it could be seen whose it is"
            return gone if mine is None else "it is another user of this machine"
        return "" if self._room() else f"{len(self._connections)} connections are open, and that is the limit"

    def _room(self) -> bool:
        """Whether there is a place for one more. If not, the connection with the weakest claim makes room, if it was
        idle for QUIET seconds. So nobody keeps others out by holding connections."""
        if len(self._connections) < self.dc.limits.connections:
            return True
        since = time.monotonic() - QUIET
        idle = min((each for each in self._connections.values() if each.claim[-1] < since),
                   key=lambda each: each.claim, default=None)
        if idle is None:
            return False
        did = "was silent" if idle.peer.authenticated else "made no key"
        idle.peer.note("timed_out", self._now(), f"it {did} for {QUIET:g} s, and somebody else needed its place")
        self._close(idle)
        return True

    def _settle(self, connection: ServerConnection) -> None:
        """Tell the selector what this connection waits for, or close it."""
        if connection.done and not connection.unsent:
            self._close(connection)
            return
        writing = selectors.EVENT_WRITE if connection.unsent else 0
        reading = 0 if connection.done or connection.full else selectors.EVENT_READ
        self._selector.modify(connection.sock, reading | writing)

    def _sweep(self) -> None:
        """Once a tick: close the connections that are over a deadline, and listen again after a pause."""
        if (now := time.monotonic()) < self._swept + TICK:
            return
        self._swept = now
        self._listening.reopen(now)
        self._watch_clock(now)
        for connection in tuple(self._connections.values()):
            reason = connection.overdue(now, self.dc.limits)
            if reason:
                connection.peer.note("timed_out", self._now(), reason)
                self._close(connection)

    def _watch_clock(self, now: float) -> None:
        """Note that the machine's clock was set, or the machine slept: earlier dates and msg_ids are then wrong."""
        if not self._watched:
            return
        time_here, before = self.clock(), self._ahead
        self._ahead = time_here - now
        if before is not None and abs(self._ahead - before) > JUMP:
            moved = round(self._ahead - before)
            said = f"the clock of this machine went {moved:+d} s at once"
            self.trace.add(LogEvent("clock_jumped", 0, time_here, said, {"seconds": moved}))

    def _close(self, connection: ServerConnection) -> None:
        if self._connections.pop(connection.sock, None) is not None:
            if not isinstance(connection.sock, FarEnd):
                self._selector.unregister(connection.sock)
            connection.peer.close()
            connection.close()
