"""LocalDC: a data centre on loopback TCP, in a thread of its own.

The thread runs one selector loop; the notebook's thread, its event loop and its blocking client never wait for each
other. Only loopback addresses are bound, and on Linux only processes of the same user are served: a class server is a
shared machine, and a port on loopback is open to everybody on it.
"""

from __future__ import annotations

import atexit
import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Self

from mtlib.crypto.entropy import Entropy
from mtlib.crypto.rsa import PrivateKey, PublicKey
from mtlib.doctor.doctor import explain_refusal
from mtlib.errors import LocalError, MtError
from mtlib.net.clock import never_back, steady
from mtlib.net.door import TICK, Door, is_loopback, listen
from mtlib.net.neighbours import same_user
from mtlib.net.served import Served
from mtlib.protocol.checks import Facts, Rules
from mtlib.protocol.datacenter import DataCenter
from mtlib.protocol.faults import Fault
from mtlib.protocol.limits import Limits
from mtlib.protocol.trace import Event, Trace

UNSENT = 1 << 20
"""Bytes that may wait for a client that does not read; then it is hung up on."""
PATIENCE = 5.0
"""Seconds that `stop` waits for the thread."""


@cache
def _process_key() -> PrivateKey:
    """One RSA key per process: making one takes longer than a whole key exchange."""
    return PrivateKey.generate()


class LocalDC:
    """A local test data centre: `with LocalDC() as dc: ...`, or `dc = LocalDC().start()` and later `dc.stop()`.

    `host`, `port`, `public_key` and `dc_id` are what a client needs; `trace` is what happened, with the reasons that
    never leave the process. `clock` gives unix seconds. Stopping twice is fine; leaving the interpreter stops it too.
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
        allow_public: bool = False,
    ) -> None:
        if not allow_public and not is_loopback(host):
            raise LocalError("everybody on the network could use this address", got=host,
                             expected="a loopback address, or allow_public=True", where="host")
        self.dc = DataCenter(rsa or _process_key(), dc_id=dc_id, rules=rules, limits=limits, faults=faults,
                             entropy=entropy, address=(host, port))
        self.dc.consult = self._diagnosis
        self.clock, self.allow_public = clock or steady(), allow_public
        self._now = never_back(lambda: self.clock())
        self.failure: BaseException | None = None
        self._thread: threading.Thread | None = None
        self._connections: dict[socket.socket, Served] = {}
        self._consulted = self._stopping = False

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
    def trace(self) -> Trace:
        return self.dc.trace

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> Self:
        """Listen, in a thread of its own. Starting a running one changes nothing."""
        if self.failure is not None and self._thread is not None:
            self._thread.join(PATIENCE)  # it has died, and may still be hanging up on its clients
        if self.running:
            return self
        listener = listen(*self.dc.address)
        self.dc.address = listener.getsockname()[:2]
        self._wake, self._woken = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._door = Door(listener, self._selector)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name=f"LocalDC:{self.port}", daemon=True)
        self._stopping, self.failure = False, None
        self._thread.start()
        atexit.register(self.stop)
        return self

    def stop(self) -> None:
        """Hang up on everybody, free the port, end the thread. Raises MtError where the thread is still busy after
        PATIENCE seconds: it ends with what it is at, and may be asked again."""
        thread = self._thread
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
        """One line about it. Raises MtError, which is nobody's fault but ours, where its thread has died."""
        if self.failure is not None:
            raise MtError(f"the data centre's thread died: {self.failure!r}") from self.failure
        serving = self.running and not self._stopping
        state = f"{len(self._connections)} connections, {len(self.dc.keys)} keys" if serving else "stopped"
        return f"DC {self.dc_id} on {self.host}:{self.port}: {state}"

    def _diagnosis(self, facts: Facts) -> str:
        """Which well-known mistake a refused binding shows, for the trace. Once per packet: a container full of them
        would keep everybody else waiting."""
        if self._consulted:
            return "another bind of this packet was looked at: one a packet is"
        self._consulted = True
        keys = [known.auth_key for known in self.dc.keys]
        perm_id = int.from_bytes(facts.request[4:12], "little", signed=True)
        perm = self.dc.keys.permanent(perm_id)
        try:
            found = explain_refusal(facts, other_keys=keys, perm_key_created=int(perm.created) if perm else None)
        except Exception as error:  # advice must not cost anybody their data centre
            return f"the doctor has no word for it: {error}"
        return f"{found.name}: {found.verdict} {found.fix}"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<LocalDC {self.dc_id}: {'running' if self.running else 'stopped'}>"

    # -- in the thread

    def _run(self) -> None:
        try:
            while not self._stopping:
                for ready, events in self._turn().items():
                    if self._stopping:
                        break
                    self._ready(ready, events)
                self._sweep()
        except BaseException as error:  # the owner learns it from status(), clients from the closed connection
            self.failure = error
        finally:
            for connection in tuple(self._connections.values()):
                self._close(connection)
            for each in (self._door.listener, self._wake, self._woken):
                each.close()
            self._selector.close()

    def _turn(self) -> dict[Any, int]:
        """Who is up: everybody with news, and everybody with more from before."""
        behind = [sock for sock, connection in self._connections.items() if connection.backlog]
        found: dict[Any, int] = dict.fromkeys(behind, selectors.EVENT_READ)
        for key, events in self._selector.select(0 if behind else TICK):
            found[key.fileobj] = found.get(key.fileobj, 0) | events
        return found

    def _ready(self, ready: Any, events: int) -> None:
        if ready is self._door.listener:
            self._accept()
        elif ready in self._connections:
            connection = self._connections[ready]
            try:
                if events & selectors.EVENT_WRITE:
                    connection.flush()
                if events & selectors.EVENT_READ:
                    self._consulted = False
                    connection.read(self._now())
            except OSError:  # nothing more goes out there
                connection.done = True
                connection.unsent.clear()
            self._settle(connection)

    def _accept(self) -> None:
        """Let somebody in, or turn them away. What the system refuses meanwhile costs this connection alone."""
        sock, address = self._door.accept()
        if sock is None:
            return
        try:
            reason = self._objection(address)
            if reason:
                self.trace.add(Event("turned_away", 0, self._now(), reason))
                sock.close()
                return
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(sock, selectors.EVENT_READ)
            self._connections[sock] = Served(sock, self.dc.accept())
        except OSError:
            sock.close()

    def _objection(self, address: Any) -> str:
        """Why a connection from there is not let in; nothing if it is."""
        if len(self._connections) >= self.dc.limits.connections:
            return f"{len(self._connections)} connections are open, and that is the limit"
        return "" if self.allow_public or same_user(address, self.dc.address) else "it is another user of this machine"

    def _settle(self, connection: Served) -> None:
        """Watch for what this connection waits for now, or end it."""
        if (connection.done and not connection.unsent) or len(connection.unsent) > UNSENT:
            self._close(connection)
            return
        writing = selectors.EVENT_WRITE if connection.unsent else 0
        reading = 0 if connection.done else selectors.EVENT_READ
        self._selector.modify(connection.sock, reading | writing)

    def _sweep(self) -> None:
        """Hang up on whoever is over a deadline, and open the door again after a pause."""
        now = time.monotonic()
        self._door.reopen(now)
        for connection in tuple(self._connections.values()):
            reason = connection.overdue(now, self.dc.limits)
            if reason:
                connection.peer.note("timed_out", self._now(), reason)
                self._close(connection)

    def _close(self, connection: Served) -> None:
        if self._connections.pop(connection.sock, None) is not None:
            self._selector.unregister(connection.sock)
            connection.close()
