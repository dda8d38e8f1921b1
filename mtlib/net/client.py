"""A blocking client for plain notebook cells: makes keys, binds, calls.

    with LocalDC() as dc, connect(dc) as client:
        client.bind()
        client.call("help.getNearestDc")

It never sends a message under the permanent key: that key seals only the encrypted_message of a binding, which travels
under the temporary key. (The one exception is the clean-up at Telegram: a key can only be destroyed under itself.)
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any, Self

from mtlib.crypto.entropy import Entropy, System, source
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.rsa import PublicKey
from mtlib.crypto.secret import of_type, to_wait
from mtlib.errors import CheckError, LocalError, MtError, RpcError, TransportError, Unreachable
from mtlib.net.connection import REACH, ClientConnection, Deadline, Kept
from mtlib.net.endpoints import endpoint
from mtlib.protocol.binding import Binding, BindPacket
from mtlib.protocol.exchange import Established, begin
from mtlib.protocol.messages import next_msg_id
from mtlib.protocol.packets import PLAIN, plain_packet
from mtlib.protocol.retry import DROP_BOTH_KEYS, NEW_TEMP_KEY, STOP, delay, named, retry
from mtlib.protocol.session import BadMessage, RpcResult, SentPacket, Session, SessionEvent
from mtlib.transport.obfuscation import hidden_secret
from mtlib.wire.dissection import Dissection
from mtlib.wire.schema import LAYER, SCHEMA

DAY = 86400
LONGEST_LIFE = 10 * 365 * DAY
"""In seconds. An expires_in above it is a date, given by mistake in the place of a duration."""
CUT = 64
"""How many times larger a cut object is than its bytes: 5 times for numbers, up to 400 for the smallest objects."""
SENDS = 4
"""How often a message is sent at most, if it is ignored for its salt, its clock or its session."""


class Client:
    """One client: a `connection`, a permanent and a temporary key, and a `session` under the temporary one. Making it
    (`connect(...)`) dials a data centre and makes both keys with it; the binding itself is `client.bind()`.

    `of`: a LocalDC, "telegram-test" (or "telegram-test-1" to "-3"), or "HOST:PORT" with its RSA `key`. `dc_id` is what
    the key exchange names, `secret` an MTProto proxy's (bytes, hex or base64url; it needs `obfuscated`), `perm_key` one
    that was made before. Store two facts with such a key: `perm_key_created` (unix seconds by `clock`; None if unknown)
    and `perm_key_bound` (whether a temporary key was ever bound to it; False if unknown). `settle` drops no key without
    them. `expires_in` is the requested life of the temporary key in seconds, `timeout` how long to wait for an answer,
    whatever else arrives; `clock` gives unix seconds.

    Raises Unreachable if nobody answers, LocalError for what cannot be dialled, PeerError for a data centre that
    breaks a rule. All arguments are checked before anything is dialled. If an error follows, keys already made at
    Telegram are destroyed.

    `perm_key`, `temp_key`, `binding` (the last one built), `carried` (the same, down to the frame, as it went out; None
    if it did not), `answer` (to the binding: an object, the bytes of an unknown one, or None), `timings_ms` per phase,
    `connection.transcript` (the packets), `events` (the messages that arrived). Only one thread at a time may use a
    client: while one does, all others get LocalError.
    """

    binding: Binding | None = None
    carried: BindPacket | None = None
    answer: Dissection | bytes | None = None

    def __init__(
        self,
        of: Any,
        *,
        key: PublicKey | None = None,
        dc_id: int | None = None,
        framing: str = "intermediate",
        obfuscated: bool = False,
        secret: str | bytes | None = None,
        perm_key: AuthKey | None = None,
        perm_key_created: float | None = None,
        perm_key_bound: bool = False,
        expires_in: int = DAY,
        timeout: float = 10.0,
        entropy: Entropy | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.to = endpoint(of, key=key, dc_id=dc_id)
        self.framing, self.obfuscated = framing, obfuscated
        self.secret = hidden_secret(secret)
        self.timeout = to_wait(timeout, "timeout")
        self.expires_in, ticks = _lifetime(expires_in), of_type(clock, Callable | None, "clock") or time.time
        self.clock: Callable[[], float] = lambda: _moment(ticks(), "clock")
        self.entropy = source(entropy or System())
        self.perm_key: AuthKey | None = of_type(perm_key, AuthKey | None, "perm_key")
        known = self.perm_key is not None and perm_key_created is not None
        self.perm_key_created = _moment(perm_key_created, "perm_key_created") if known else None
        self._bound = self.perm_key if of_type(perm_key_bound, bool, "perm_key_bound") else None
        self.temp: Established | None = None
        self.events: Kept[SessionEvent] = Kept()
        self.timings_ms: dict[str, float] = {}
        self._session: Session | None = None
        self._greeted = False
        self._made: list[Established] = []
        self._scopes = 0
        self._working = threading.RLock()
        with self._work("dial"):
            self.connection = self._reached(self.to.addresses)
        try:
            self.make_keys()
        except Exception:
            self.close()
            raise
        except BaseException:  # interrupted: do not make the user wait until keys are destroyed
            self.drop()
            raise

    def __repr__(self) -> str:
        state = "keys made" if self.temp else "no keys yet"
        return f"<Client of {self.to.name}: {state}>"

    # -- the connection

    def dial(self) -> None:
        """Open a new connection; keys and session stay."""
        with self._work():
            self._dial_one_of(self.to.addresses)

    def _dial_one_of(self, addresses: tuple[tuple[str, int], ...]) -> None:
        self.drop()
        self.connection = self._reached(addresses)
        if self._session is not None:
            self.connection.authenticated()

    def _reached(self, addresses: tuple[tuple[str, int], ...]) -> ClientConnection:
        return ClientConnection(
            replace(self.to, addresses=addresses), self.framing, obfuscated=self.obfuscated, secret=self.secret,
            entropy=self._scope("line"), timeout=self.timeout,
        )

    def drop(self) -> None:
        """Close the connection, and send nothing more."""
        self.connection.close()

    def close(self) -> None:
        """Close the connection. Keys that were made at Telegram are destroyed first."""
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
        """Whether a temporary key was ever bound to the present permanent key; store this with the key."""
        return self.perm_key is not None and self._bound == self.perm_key

    @property
    def session(self) -> Session:
        """The session under the temporary key. Raises LocalError before there is one."""
        if self._session is None:
            raise LocalError("there is no session yet: it needs a temporary key", expected="client.make_keys()")
        return self._session

    def make_keys(self) -> None:
        """Make a permanent key, unless one was given, a temporary one, and a session under the temporary one."""
        if self.perm_key is None:
            with self._work("perm_exchange"):
                made = self.exchange()
                self.perm_key, self.perm_key_created = made.auth_key, self.clock()
        self.make_temp_key()

    def make_temp_key(self) -> None:
        """Make a new temporary key, and a new session under it."""
        with self._work("temp_exchange"):
            self.temp = self.exchange(self.expires_in)
            self._begin(self.temp)

    def new_session(self, made: Established, session_id: int = 0) -> Session:
        """A session under a key of this client, for `ask`; the session_id is drawn if it is not given."""
        scope = self.entropy.at(f"session {session_id}") if session_id else self._scope("session")
        drawn = session_id or int.from_bytes(scope.draw("session_id", 8), "little", signed=True) or 1
        last = self._session.last_msg_id if self._session else 0
        key = of_type(made, Established, "made").auth_key
        return Session(key, drawn, made.server_salt, scope, self._time_offset, last_msg_id=last)

    def _begin(self, made: Established) -> None:
        """Begin a session; everything is sent in it from now on."""
        self._session = self.new_session(made)
        self._greeted = False
        self.connection.authenticated()

    def exchange(self, expires_in: int | None = None) -> Established:
        """One key exchange over this connection: temporary with `expires_in`, permanent without."""
        with self._work():
            entropy = self._scope("exchange")
            lifetime = None if expires_in is None else _lifetime(expires_in)
            step = begin(entropy, server_keys=[self.to.key], dc_id=self.to.dc_id, expires_in=lifetime)
            msg_id, times = 0, list[tuple[float, float]]()
            while step.send is not None:
                sent = self.clock()
                msg_id = next_msg_id(sent, msg_id)
                answer = PLAIN.dissect(self._plain_answer(bytes(plain_packet(msg_id, step.send))))["message"]
                times.append((sent, self.clock()))
                step = step.state.receive(answer, entropy, int(times[-1][1]))
            made: Established = step.state
            self._set_clock(made, *times[1])
            if self.to.clean_up:
                self._made.append(made)
            return made

    _time_offset = 0.0

    def _set_clock(self, made: Established, sent: float, received: float) -> None:
        """Set the time offset, server minus local, in seconds with a fraction. The answer gives the server's time in
        whole seconds only, so the known offset stays, moved just into the range that this answer allows."""
        server_time = made.time_offset + int(received)
        known = self._session.time_offset if self._session else self._time_offset
        self._time_offset = min(max(known, server_time - received), server_time + 1 - sent)

    def _plain_answer(self, packet: bytes) -> bytes:
        """Send a packet of a key exchange and return its answer. Late messages under the key before it are skipped; an
        address that accepts the connection but does not answer is given up for the next one."""
        while True:
            others = self.connection.others()
            until = Deadline(min(self.timeout, REACH) / (len(others) + 1) if others else self.timeout)
            try:
                self.connection.send(packet)
                while True:
                    answer = self.connection.receive(until)
                    if self._session is None or answer[:8] != self._session.key.id_bytes:
                        return answer
            except Unreachable:
                if not others or not self.connection.others():
                    raise
            self._dial_one_of(others)

    def clean_up(self) -> None:
        """Destroy every key that was made at Telegram, the newest first, each under itself. If one is gone already or
        its destruction is refused, the others follow all the same; a connection that ends is dialled again once."""
        patience = 1
        while self._made:
            made = self._made[-1]
            try:
                if self.connection.closed:
                    self.dial()
                self._begin(made)
                self.ask(SCHEMA["destroy_auth_key"].build())
            except Unreachable:
                self.drop()
                if not patience:
                    raise
                patience -= 1
                continue
            except TransportError:  # -404: the key is gone, and so is the connection
                self.drop()
            except MtError:
                pass
            self._made.pop()

    # -- the binding

    def bind(self, *, change: Callable[[bytes], bytes] | None = None) -> bool:
        """Send auth.bindTempAuthKey for the present keys and session. True means boolTrue; all else raises.

        `change` gets the bytes of the request and returns those to send instead: for experiments, and so only with
        a data centre of one's own. Raises RpcError with the data centre's error for a refusal, CheckError for
        boolFalse and for a binding that was ignored. A binding that needs a new msg_id or a new session is built
        anew; after a wrong salt it is sent again as it is.
        """
        if change is not None and self.to.clean_up:
            raise LocalError("changed bytes are for a data centre of your own", got=self.to.name, expected="a LocalDC")
        of_type(change, Callable | None, "change")
        self.carried = self.answer = None

        def build(msg_id: int) -> Dissection | bytes:
            self.binding = binding = self.build_binding(msg_id)
            self._scopes += 1  # keeps the values of a seed as they were when the frame drew a scope here
            return boxed(change(bytes(binding.request)) if change else bytes(binding.request))

        with self._work("bind"):
            self.answer = self._request(build, framed=self._record, named=True)
        refusal = _refusal(self.answer)
        if refusal is not None:
            bound = self.session.session_id, self.temp_key.id, self.perm_key.id if self.perm_key else None
            refusal.where = "session {}, temporary key {}, permanent key {}".format(*bound)
            raise refusal
        self._greeted = False
        if bytes(self.answer) != bytes(SCHEMA["boolTrue"].build()):
            raise CheckError("the answer is not boolTrue", got=bytes(self.answer)[:4], where="auth.bindTempAuthKey")
        self._bound = self.perm_key
        return True

    def _record(self, sent: SentPacket, frame: bytes) -> None:
        if self.binding is not None:
            record = sent.request.body, sent.message, sent.packet, frame, self.framing
            self.carried = BindPacket.sent(self.binding, *record)

    def settle(self, *, sleep: Callable[[float], None] = time.sleep) -> bool:
        """Bind, and after a refusal do what `protocol.retry` says: try again with the same keys or with new ones, or
        stop. It waits before each new try, but replaces a temporary key that the data centre has forgotten at once.
        Raises the last RpcError or TransportError, with a note that says why it stopped."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return self.bind()
            except (RpcError, TransportError) as error:
                age = None if self.perm_key_created is None else self.clock() - self.perm_key_created
                action, why = retry(named(error), attempt, age, self.perm_key_bound)
                if action == STOP:
                    error.add_note(f"no further try: {why}")
                    raise
                connected = not isinstance(error, TransportError)  # such an error ends the connection
            if connected:
                sleep(delay(attempt))
            else:
                self.dial()
            if action == DROP_BOTH_KEYS:
                self.perm_key = None
                self.make_keys()
            elif action == NEW_TEMP_KEY:
                self.make_temp_key()

    def build_binding(self, msg_id: int) -> Binding:
        """The binding for a message with that id, from the present keys and session; nothing is sent."""
        if self.perm_key is None or self.temp is None:
            raise LocalError("there is nothing to bind yet", expected="client.make_keys()")
        return Binding.draw(
            self.perm_key, self.temp_key, session_id=self.session.session_id, msg_id=msg_id,
            expires_at=self.temp.expires_at or 0, entropy=self._scope("binding"),
        )

    # -- calls

    def call(self, query: str | Dissection | bytes) -> Dissection | bytes:
        """The result of an API method: a Dissection, or bytes of a constructor that is not known here.

        `query` is a request, or the name of one without fields. The first call after a binding goes out inside
        invokeWithLayer(initConnection(...)). If the data centre has lost the temporary key or its binding, a new key
        is made and bound, and the call repeated, once; the permanent key stays.
        """
        query = boxed(SCHEMA[query].build() if isinstance(query, str) else query)
        with self._work("call"):
            try:
                return self._call(query)
            except (RpcError, TransportError) as error:
                if self.binding is None or named(error) not in ("AUTH_KEY_PERM_EMPTY", "-404"):
                    raise
                if isinstance(error, TransportError):
                    self.dial()
            self.make_temp_key()
            self.bind()
            return self._call(query)

    def _call(self, query: Dissection | bytes) -> Dissection | bytes:
        answer = self.ask(query if self._greeted else self._with_header(query))
        self._greeted = True
        return answer

    def _with_header(self, query: Dissection | bytes) -> Dissection:
        header = SCHEMA["initConnection"].build(
            api_id=1, device_model="mtlib", system_version="1", app_version="1", system_lang_code="en", lang_pack="",
            lang_code="en", query=bytes(query),
        )
        return SCHEMA["invokeWithLayer"].build(layer=LAYER, query=bytes(header))

    def ping(self, ping_id: int = 1) -> bool:
        """Whether the data centre answers."""
        pong = self.ask(SCHEMA["ping"].build(ping_id=ping_id))
        return isinstance(pong, Dissection) and pong.name == "pong" and pong["ping_id"] == ping_id

    # -- what every message needs

    def ask(
        self, query: Dissection | bytes, msg_id: int | None = None, *, session: Session | None = None
    ) -> Dissection | bytes:
        """Send any message as it is, and return its answer: a result, a pong, future_salts. A given `msg_id` is the
        only one that it is sent under; `session` is used in the place of the client's own.

        Raises RpcError for a refusal, CheckError with its code for a message that is ignored whatever is done.
        """
        request = boxed(query)
        with self._work():
            answer = self._request(lambda _: request, msg_id, session=session)
        refusal = _refusal(answer)
        if refusal is not None:
            raise refusal
        return answer

    def _request(
        self,
        build: Callable[[int], Dissection | bytes],
        msg_id: int | None = None,
        *,
        session: Session | None = None,
        framed: Callable[[SentPacket, bytes], None] | None = None,
        named: bool = False,
    ) -> Dissection | bytes:
        """The answer to the request that `build` makes; `named` if `build` needs the msg_id. One deadline covers all
        tries. After a wrong salt or a new session at the server the same message is sent again, after a wrong clock or
        session a new one, unless the caller chose the msg_id."""
        current = session or self.session
        chosen = msg_id is not None
        until = Deadline(self.timeout)
        if self.connection.broken:
            self.dial()

        def made() -> SentPacket:
            number = msg_id if chosen else current.next_msg_id(self.clock()) if named else None
            return current.send(build(number or 0), self.clock(), msg_id=number)

        sent = made()
        for left in reversed(range(SENDS)):
            self.connection.send(bytes(sent), framed=partial(framed, sent) if framed else None)
            answer = self._answer_to(sent, current, until)
            if answer is not None and not isinstance(answer, BadMessage):
                return answer
            action = answer.notice.action if answer else "new_salt_and_resend"
            again = action == "new_salt_and_resend"
            if answer and (not left or action == "bug_in_client" or (chosen and not again)):
                raise CheckError(f"bad_msg_notification {answer.code}, {answer.notice.meaning}: the message was "
                                 f"ignored, after it was sent {SENDS - left} times", got=answer.code, where="bad_msg")
            if action == "new_session" and current is self._session and self.temp is not None:
                self._begin(self.temp)
                current = self.session
            sent = current.again(sent) if again else made()
        raise Unreachable(f"{self.to.name} begins a new session whenever it is asked, and answers nothing")

    def _answer_to(self, sent: SentPacket, session: Session, until: Deadline) -> Dissection | bytes | BadMessage | None:
        """The answer to that packet, or None if it must be sent again. Everything that arrives meanwhile is kept in
        `events`, the answer too."""
        while True:
            packet = self.connection.receive(until)
            events = session.receive(packet, self.clock())
            for event in events:
                self.events.keep(event, len(packet) + _room(event))
            found = next((each for each in map(sent.answered_by, events) if each is not None), None)
            if found is not None or any(map(sent.not_received, events)):
                return found

    def _scope(self, name: str) -> Entropy:
        self._scopes += 1
        return self.entropy.at(f"{name}-{self._scopes}")

    @contextmanager
    def _work(self, phase: str = "") -> Iterator[None]:
        """Admit one thread at a time: a second one would read the first one's answers from the connection."""
        if not self._working.acquire(blocking=False):
            raise LocalError("this client is busy in another thread", expected="a client for each thread",
                             where="client")
        start = time.perf_counter()
        try:
            yield
        finally:
            if phase:
                self.timings_ms[phase] = round((time.perf_counter() - start) * 1000, 3)
            self._working.release()


connect = Client
"""The name of `Client` in the lessons: `with connect(dc) as client`."""


def _room(event: SessionEvent) -> int:
    """About how many bytes an event takes besides its packet, which gzip may have made a thousand times smaller."""
    if isinstance(event, BadMessage):
        return 0
    held = event.result if isinstance(event, RpcResult) else event.body
    return len(held) * (CUT if isinstance(held, Dissection) else 1)


def _refusal(answer: Dissection | bytes) -> RpcError | None:
    if isinstance(answer, Dissection) and answer.name == "rpc_error":
        return RpcError(answer["error_code"], answer["error_message"].decode("utf-8", "replace"))
    return None


def boxed(query: object) -> Dissection | bytes:
    """A request as it can be sent. Raises LocalError for anything but a dissection or bytes."""
    if isinstance(query, Dissection):
        return query
    if isinstance(query, bytes | bytearray | memoryview):
        return bytes(query)
    raise LocalError("no request", got=type(query).__name__, expected="a dissection or bytes, or a method's name")


def _moment(time_: object, where: str) -> float:
    if isinstance(time_, bool) or not isinstance(time_, int | float) or not abs(time_) < 2**53:  # nan is not below it
        raise LocalError("no moment", got=time_, expected="unix seconds", where=where)
    return float(time_)


def _lifetime(expires_in: object) -> int:
    if isinstance(expires_in, bool) or not isinstance(expires_in, int) or not 0 < expires_in <= LONGEST_LIFE:
        raise LocalError("expires_in is a duration, not a date", got=expires_in,
                         expected=f"seconds from now, 86400 for a day, {LONGEST_LIFE} at most", where="expires_in")
    return expires_in
