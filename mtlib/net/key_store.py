"""A client's connection and its keys: dialled, made over it, and destroyed again on somebody else's machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from math import isfinite
from typing import Any, Self

from mtlib.crypto.entropy import Entropy, System
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.rsa import PublicKey
from mtlib.errors import CheckError, LocalError, MtError, TransportError, Unreachable
from mtlib.net.connection import REACH, Conversation, Line, steady
from mtlib.net.endpoints import endpoint
from mtlib.protocol.exchange import Established, begin
from mtlib.protocol.messages import next_msg_id
from mtlib.protocol.packets import PLAIN, plain
from mtlib.protocol.session import BadMessage, Session
from mtlib.wire import SCHEMA, Dissection

DAY = 86400


class KeyHolder:
    """One connection (`line`), a permanent and a temporary key, and one session under the temporary one (`talk`).

    The parameters are those of `mtlib.connect`. Nothing is dialled before they have been looked at.
    """

    def __init__(
        self,
        of: Any,
        *,
        key: PublicKey | None = None,
        dc_id: int | None = None,
        framing: str = "intermediate",
        obfuscated: bool = False,
        secret: bytes | None = None,
        perm_key: AuthKey | None = None,
        perm_key_created: float | None = None,
        perm_key_bound: bool = False,
        expires_in: int = DAY,
        timeout: float = 10.0,
        entropy: Entropy | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.to = endpoint(of, key=key, dc_id=dc_id)
        self.framing, self.obfuscated, self.secret = framing, obfuscated, _of_type(secret, bytes, "secret")
        self.timeout = _seconds(timeout)
        self.expires_in, self.clock = expires_in, clock or steady()
        self.entropy = entropy or System()
        self.perm_key: AuthKey | None = _of_type(perm_key, AuthKey, "perm_key")
        self.perm_key_created = _moment(perm_key_created) if self.perm_key is not None else None
        self._bound = self.perm_key if _of_type(perm_key_bound, bool, "perm_key_bound") else None
        self.temp: Established | None = None
        self._talk: Conversation | None = None
        self.timings_ms: dict[str, float] = {}
        self._made: list[Established] = []
        self._scopes = 0
        with self._timed("dial"):
            self.line = self._reached(self.to.addresses)

    # -- the connection

    def dial(self) -> None:
        """A new connection; keys and session stay."""
        self._dial_one_of(self.to.addresses)

    def _dial_one_of(self, addresses: tuple[tuple[str, int], ...]) -> None:
        self.drop()
        self.line = self._reached(addresses)
        if self._talk is not None:
            self._talk.line = self.line

    def _reached(self, addresses: tuple[tuple[str, int], ...]) -> Line:
        return Line(
            replace(self.to, addresses=addresses), self.framing, obfuscated=self.obfuscated, secret=self.secret,
            entropy=self._scope("line"), timeout=self.timeout,
        )

    def drop(self) -> None:
        """Hang up, without a word."""
        self.line.close()

    def close(self) -> None:
        """Leave nothing behind: on somebody else's machine the keys are destroyed first."""
        try:
            with suppress(MtError):
                self.clean_up()
        finally:
            self.drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- keys

    @property
    def temp_key(self) -> AuthKey:
        """The temporary key. Raises LocalError before there is one."""
        if self.temp is None:
            raise LocalError("there is no temporary key yet", expected="client.make_keys()")
        return self.temp.auth_key

    @property
    def perm_key_bound(self) -> bool:
        """Whether the present permanent key was ever bound to; to be stored with it."""
        return self.perm_key is not None and self._bound == self.perm_key

    @property
    def talk(self) -> Conversation:
        """The session under the temporary key, and all that arrived in it. Raises LocalError before there is one."""
        if self._talk is None:
            raise LocalError("there is no session yet: it needs a temporary key", expected="client.make_keys()")
        return self._talk

    @property
    def session(self) -> Session:
        """The session under the temporary key."""
        return self.talk.session

    def make_keys(self) -> None:
        """A permanent key, unless one was given, and a temporary one; then a session under the temporary one."""
        if self.perm_key is None:
            with self._timed("perm_exchange"):
                made = self.exchange()
            self.perm_key, self.perm_key_created = made.auth_key, self.clock()
        self.make_temp_key()

    def make_temp_key(self) -> None:
        """A new temporary key and a new session under it."""
        with self._timed("temp_exchange"):
            self.temp = self.exchange(self.expires_in)
        self._open_session(self.temp)

    def _open_session(self, made: Established) -> None:
        scope = self._scope("session")
        session_id = int.from_bytes(scope.draw("session_id", 8), "little", signed=True) or 1
        session = Session(made.auth_key, session_id, made.server_salt, scope, made.time_offset)
        self._talk = Conversation(self.line, session, self.clock)

    def exchange(self, expires_in: int | None = None) -> Established:
        """One key exchange over this connection: temporary with `expires_in`, permanent without."""
        entropy = self._scope("exchange")
        step = begin(entropy, server_keys=[self.to.key], dc_id=self.to.dc_id, expires_in=expires_in)
        msg_id = 0
        while step.send is not None:
            msg_id = next_msg_id(self.clock(), msg_id)
            answer = PLAIN.dissect(self._answer_to(bytes(plain(msg_id, step.send))))["message"]
            step = step.state.receive(answer, entropy, int(self.clock()))
        made: Established = step.state
        if self.to.clean_up:
            self._made.append(made)
        return made

    def _answer_to(self, packet: bytes) -> bytes:
        """What answers a packet. An address that takes the connection and never says a word is passed over."""
        while True:
            others = self.line.others()
            patience = min(self.timeout, REACH) / (len(others) + 1) if others else None
            try:
                self.line.send(packet)
                return self.line.receive(patience)
            except Unreachable:
                if not others or not self.line.others():
                    raise
            self._dial_one_of(others)

    # -- what every message needs

    def ask(self, query: Dissection | bytes, *, content_related: bool = True) -> Dissection | bytes:
        """Send any message as it is, and return what answers it: a result, a pong, future_salts. Raises RpcError."""
        answer = self.talk.ask(boxed(query), content_related=content_related)
        if isinstance(answer, BadMessage):
            raise CheckError(f"ignored: {answer.notice.meaning}", got=answer.code, where="bad_msg")
        return answer

    def clean_up(self) -> None:
        """Destroy every key that was made on somebody else's machine, the newest first, each under itself. One that is
        gone already, or is refused, keeps none of the others; a connection that ends is dialled again once."""
        patience = 1
        while self._made:
            made = self._made[-1]
            try:
                if self.line.closed:
                    self.dial()
                self._open_session(made)
                self.ask(SCHEMA["destroy_auth_key"].build())
            except Unreachable:
                self.drop()
                if not patience:
                    raise
                patience -= 1
                continue
            except TransportError:  # -404: it is gone, and so is the connection
                self.drop()
            except MtError:
                pass
            self._made.pop()

    def _scope(self, name: str) -> Entropy:
        self._scopes += 1
        return self.entropy.at(f"{name}-{self._scopes}")

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.timings_ms[phase] = round((time.perf_counter() - start) * 1000, 3)


def boxed(query: object) -> Dissection | bytes:
    """A request as it can be sent. Raises LocalError for anything but a dissection or bytes."""
    if isinstance(query, Dissection):
        return query
    if isinstance(query, bytes | bytearray | memoryview):
        return bytes(query)
    raise LocalError("no request", got=type(query).__name__, expected="a dissection or bytes, or a method's name")


def _of_type(value: Any, kind: type, where: str) -> Any:
    if value is not None and not isinstance(value, kind):
        raise LocalError("of the wrong type", got=type(value).__name__, expected=kind.__name__, where=where)
    return value


def _moment(created: object) -> float | None:
    if created is None:
        return None
    if isinstance(created, bool) or not isinstance(created, int | float) or not isfinite(created):
        raise LocalError("no moment", got=created, expected="unix seconds", where="perm_key_created")
    return float(created)


def _seconds(timeout: object) -> float:
    if not isinstance(timeout, int | float) or not 0 < timeout <= DAY:
        raise LocalError("no time to wait", got=timeout, expected="seconds, more than 0 and a day at most",
                         where="timeout")
    return float(timeout)
