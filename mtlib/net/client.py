"""A blocking client for plain notebook cells: makes keys, binds, calls.

    with LocalDC() as dc, connect(dc) as client:
        client.bind()
        client.call("help.getNearestDc")

It never sends a message under the permanent key; only the binding blob inside the temporary key's tunnel is sealed
with it. (The one exception is the clean-up on somebody else's machine: a key can only be destroyed under itself.)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

from mtlib.crypto.entropy import Entropy, System
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.rsa import PublicKey
from mtlib.errors import CheckError, LocalError, MtError, RpcError, TransportError
from mtlib.net.clock import steady
from mtlib.net.conversation import RESENDS, Conversation
from mtlib.net.endpoints import endpoint
from mtlib.net.line import Line
from mtlib.protocol.binding import Binding, Carried
from mtlib.protocol.exchange import Established, begin
from mtlib.protocol.packets import PLAIN, TO_SERVER, open_packet, plain
from mtlib.protocol.policy import (
    ATTEMPTS,
    DROP_BOTH_KEYS_THEN_RETRY,
    GIVE_UP,
    NEW_TEMP_KEY,
    after_refusal,
    delay,
)
from mtlib.protocol.session import BadMessage, Session, next_msg_id
from mtlib.wire import SCHEMA, Dissection
from mtlib.wire.schema import LAYER

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = 86400

def connect(of: Any, *, key: PublicKey | None = None, dc_id: int | None = None, **options: Any) -> Client:
    """Dial a data centre and make a permanent and a temporary key with it. The binding itself is `client.bind()`.

    `of`: a LocalDC, "telegram-test" (or "telegram-test-1" to "-3"), or "HOST:PORT" with its RSA `key`.
    `options`: `framing` ("intermediate"), `obfuscated` (False), `secret` (an MTProto proxy's), `perm_key` (one that was
    made before), `expires_in` (86400 seconds), `timeout` (10 seconds without an answer), `entropy`, `clock`.

    Raises Unreachable where nobody answers, LocalError for what cannot be dialled, PeerError for a data centre that
    breaks a rule.
    """
    client = Client(of, key=key, dc_id=dc_id, **options)
    try:
        client.make_keys()
    except BaseException:
        client.drop()
        raise
    return client


class Client:
    """One client, one connection, one session under the temporary key.

    `perm_key`, `temp_key`, `binding` (the last one built), `carried` (the same, down to the frame), `answer` (what came
    back for it), `timings_ms` per phase, `line.transcript` (every packet).
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
        expires_in: int = DAY,
        timeout: float = 10.0,
        entropy: Entropy | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.to = endpoint(of, key=key, dc_id=dc_id)
        self.framing, self.obfuscated, self.secret, self.timeout = framing, obfuscated, secret, timeout
        self.expires_in, self.clock = expires_in, clock or steady()
        self.entropy = entropy or System()
        self.perm_key = perm_key
        self.perm_key_created: float | None = None
        self.temp: Established | None = None
        self.binding: Binding | None = None
        self.carried: Carried | None = None
        self.answer: Dissection | bytes | None = None
        self.timings_ms: dict[str, float] = {}
        self._scopes = 0
        self._greeted = False
        with self._timed("dial"):
            self.dial()

    # -- the connection

    def dial(self) -> None:
        """A new connection; keys and session stay."""
        self.drop()
        self.line = Line(
            self.to, self.framing, obfuscated=self.obfuscated, secret=self.secret, entropy=self._scope("line"),
            timeout=self.timeout,
        )
        if hasattr(self, "talk"):
            self.talk.line = self.line

    def drop(self) -> None:
        """Hang up, without a word."""
        line = getattr(self, "line", None)
        if line is not None:
            line.close()

    def close(self) -> None:
        """Leave nothing behind: on somebody else's machine the keys are destroyed first."""
        with suppress(MtError):
            if self.to.clean_up and self.temp is not None:
                self.destroy_keys()
        self.drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "keys made" if self.temp else "no keys yet"
        return f"<Client of {self.to.name}: {state}>"

    # -- keys

    @property
    def temp_key(self) -> AuthKey:
        """The temporary key. Raises LocalError before there is one."""
        if self.temp is None:
            raise LocalError("there is no temporary key yet", expected="client.make_keys()")
        return self.temp.auth_key

    def make_keys(self) -> None:
        """A permanent key, unless one was given, and a temporary one; then a session under the temporary one."""
        if self.perm_key is None:
            with self._timed("perm_exchange"):
                made = self.exchange()
            self.perm_key, self.perm_key_created = made.auth_key, self.clock()
            self._perm = made
        self.make_temp_key()

    def make_temp_key(self) -> None:
        """A new temporary key and a new session under it."""
        with self._timed("temp_exchange"):
            self.temp = self.exchange(self.expires_in)
        self._open_session(self.temp)
        self._greeted = False

    def _open_session(self, made: Established) -> None:
        scope = self._scope("session")
        session_id = int.from_bytes(scope.draw("session_id", 8), "little", signed=True) or 1
        session = Session(made.auth_key, session_id, made.server_salt, scope, made.time_offset)
        self.talk = Conversation(self.line, session, self.clock)

    @property
    def session(self) -> Session:
        """The session under the temporary key."""
        return self.talk.session

    def exchange(self, expires_in: int | None = None) -> Established:
        """One key exchange over this connection: temporary with `expires_in`, permanent without."""
        entropy = self._scope("exchange")
        step = begin(entropy, server_keys=[self.to.key], dc_id=self.to.dc_id, expires_in=expires_in)
        msg_id = 0
        while step.send is not None:
            msg_id = next_msg_id(self.clock(), msg_id)
            self.line.send(bytes(plain(msg_id, step.send)))
            answer = PLAIN.dissect(self.line.receive())["message"]
            step = step.state.receive(answer, entropy, int(self.clock()))
        made: Established = step.state
        return made

    # -- the binding

    def bind(self, *, change: Callable[[bytes], bytes] | None = None) -> bool:
        """auth.bindTempAuthKey for the present keys and session. True means boolTrue; nothing else is success.

        `change` gets the bytes of the request and returns those that are sent instead: for experiments, so only
        towards a data centre of one's own. Raises RpcError with the data centre's word for a refusal, CheckError for
        boolFalse. A binding that has to go out under a new msg_id is built anew; one that met a wrong salt goes out
        again as it is.
        """
        if change is not None and self.to.clean_up:
            raise LocalError("changed bytes are for a data centre of your own", got=self.to.name, expected="a LocalDC")
        with self._timed("bind"):
            self.answer = answer = self._send_binding(change or bytes)
        self._greeted = False
        if bytes(answer) != bytes(SCHEMA["boolTrue"].build()):
            raise CheckError("the answer is not boolTrue", got=bytes(answer)[:4], where="auth.bindTempAuthKey")
        return True

    def settle(self, *, sleep: Callable[[float], None] = time.sleep) -> bool:
        """Bind, and after a refusal do what the rule in `protocol.policy` says: wait and try again, with the same keys
        or with new ones, a bounded number of times. Raises the last RpcError."""
        attempt = 1
        while True:
            try:
                return self.bind()
            except RpcError as error:
                age = None if self.perm_key_created is None else self.clock() - self.perm_key_created
                action = after_refusal(error.name, age, attempt)
                if action == GIVE_UP or attempt >= ATTEMPTS:
                    raise
                sleep(delay(attempt))
                attempt += 1
                if action == DROP_BOTH_KEYS_THEN_RETRY:
                    self.perm_key = None
                    self.make_keys()
                elif action == NEW_TEMP_KEY:
                    self.make_temp_key()

    def _send_binding(self, change: Callable[[bytes], bytes]) -> Dissection | bytes:
        for _ in range(RESENDS):
            msg_id = self.session.next_msg_id(self.clock())
            self.binding = self.build_binding(msg_id)
            try:
                answer = self.talk.ask(change(bytes(self.binding.request)), msg_id)
            finally:
                self.carried = self._as_sent(self.binding)
            if not isinstance(answer, BadMessage):
                return answer
        raise CheckError(f"the binding was ignored {RESENDS} times", where="bad_msg_notification")

    def build_binding(self, msg_id: int) -> Binding:
        """The binding for the message of that id, by the present keys and session; nothing is sent."""
        if self.perm_key is None or self.temp is None:
            raise LocalError("there is nothing to bind yet", expected="client.make_keys()")
        return Binding.draw(
            self.perm_key,
            self.temp_key,
            session_id=self.session.session_id,
            msg_id=msg_id,
            expires_at=self.temp.expires_at or 0,
            entropy=self._scope("binding"),
        )

    def _as_sent(self, binding: Binding) -> Carried:
        """How the binding travelled, read back from the packet that was sent last."""
        sent = [packet for direction, packet in self.line.transcript if direction == "sent"]
        message = open_packet(sent[-1], self.temp_key, TO_SERVER)
        return Carried(
            binding, message["salt"], message["seqno"], message["padding"], self.framing, len(sent) - 1,
            self._scope("frame"),
        )

    # -- calls

    def call(self, query: str | Dissection | bytes) -> Dissection | bytes:
        """The result of an API method: a Dissection, or bytes of a constructor that is not known here.

        `query` is a request, or the name of one without fields. The first call after a binding goes out inside
        invokeWithLayer(initConnection(...)). A temporary key that the data centre has forgotten, or whose binding it
        has lost, is replaced and bound once, and the call repeated; the permanent key stays.
        """
        query = SCHEMA[query].build() if isinstance(query, str) else query
        with self._timed("call"):
            try:
                return self._call(query)
            except RpcError as error:
                if error.name != "AUTH_KEY_PERM_EMPTY" or self.binding is None:
                    raise
            except TransportError as error:
                if error.code != -404 or self.binding is None:
                    raise
                self.dial()
            self.make_temp_key()
            self.bind()
            return self._call(query)

    def _call(self, query: Dissection | bytes) -> Dissection | bytes:
        answer = self.talk.ask(query if self._greeted else self._with_header(query))
        if isinstance(answer, BadMessage):
            raise CheckError(f"the call was ignored: {answer.notice.meaning}", got=answer.code, where="bad_msg")
        self._greeted = True
        return answer

    def ask(self, query: Dissection | bytes, *, content_related: bool = True) -> Dissection | bytes:
        """Send any message as it is, and return what answers it: a result, a pong, future_salts. Raises RpcError."""
        answer = self.talk.ask(query, content_related=content_related)
        if isinstance(answer, BadMessage):
            raise CheckError(f"ignored: {answer.notice.meaning}", got=answer.code, where="bad_msg")
        return answer

    def ping(self, ping_id: int = 1) -> bool:
        """Whether the data centre answers."""
        pong = self.ask(SCHEMA["ping"].build(ping_id=ping_id))
        return isinstance(pong, Dissection) and pong.name == "pong" and pong["ping_id"] == ping_id

    def destroy_keys(self) -> None:
        """Destroy the temporary key and then the permanent one, each under itself."""
        destroy = SCHEMA["destroy_auth_key"].build()
        self.ask(destroy)
        made = getattr(self, "_perm", None)
        if made is not None:
            self._open_session(made)
            self.ask(destroy)

    def _with_header(self, query: Dissection | bytes) -> Dissection:
        header = SCHEMA["initConnection"].build(
            api_id=1, device_model="mtlib", system_version="1", app_version="1", system_lang_code="en", lang_pack="",
            lang_code="en", query=bytes(query),
        )
        return SCHEMA["invokeWithLayer"].build(layer=LAYER, query=bytes(header))

    def _scope(self, name: str) -> Entropy:
        self._scopes += 1
        return self.entropy.at(f"{name}-{self._scopes}")

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.timings_ms[phase] = round((time.perf_counter() - start) * 1000, 3)
