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
from dataclasses import replace
from typing import Any

from mtlib.crypto.entropy import Entropy
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.rsa import PublicKey
from mtlib.errors import CheckError, LocalError, RpcError, TransportError
from mtlib.net.connection import RESENDS, Sent
from mtlib.net.key_store import DAY, KeyHolder, boxed
from mtlib.protocol.binding import Binding, Carried
from mtlib.protocol.packets import TO_SERVER, open_packet
from mtlib.protocol.retry import DROP_BOTH_KEYS, NEW_TEMP_KEY, STOP, delay, named, retry
from mtlib.protocol.session import BadMessage
from mtlib.wire import SCHEMA, Dissection
from mtlib.wire.schema import LAYER

UNKNOWN_KEY = -404


def connect(
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
) -> Client:
    """Dial a data centre and make a permanent and a temporary key with it. The binding itself is `client.bind()`.

    `of`: a LocalDC, "telegram-test" (or "telegram-test-1" to "-3"), or "HOST:PORT" with its RSA `key`. `dc_id` is what
    the key exchange names, `secret` an MTProto proxy's, `perm_key` one that was made before. Whoever stores such a
    key stores two facts with it: `perm_key_created` (unix seconds by `clock`; None if unknown) and `perm_key_bound`
    (whether it was ever bound to; False if unknown): `settle` drops no key without them. `expires_in` is the seconds
    for which the temporary key is asked for, `timeout` the seconds without an answer; `clock` gives unix seconds.

    Raises Unreachable where nobody answers, LocalError for what cannot be dialled, PeerError for a data centre that
    breaks a rule. Keys that were made until then on somebody else's machine are destroyed.
    """
    client = Client(
        of, key=key, dc_id=dc_id, framing=framing, obfuscated=obfuscated, secret=secret, perm_key=perm_key,
        perm_key_created=perm_key_created, perm_key_bound=perm_key_bound, expires_in=expires_in, timeout=timeout,
        entropy=entropy, clock=clock,
    )
    try:
        client.make_keys()
    except Exception:
        client.close()
        raise
    except BaseException:  # interrupted: whoever wants to leave does not want to wait for a farewell
        client.drop()
        raise
    return client


class Client(KeyHolder):
    """One client, one connection, one session under the temporary key.

    `perm_key`, `temp_key`, `binding` (the last one built), `carried` (the same, down to the frame, as it went out; None
    if it did not), `answer` (what came back for it: an object, bytes of an unknown one, None for nothing), `timings_ms`
    per phase, `line.transcript` (every packet), `talk.events` (every message that arrived).
    """

    binding: Binding | None = None
    carried: Carried | None = None
    answer: Dissection | bytes | None = None
    _greeted = False

    def __repr__(self) -> str:
        state = "keys made" if self.temp else "no keys yet"
        return f"<Client of {self.to.name}: {state}>"

    def make_temp_key(self) -> None:
        """A new temporary key and a new session under it."""
        super().make_temp_key()
        self._greeted = False

    # -- the binding

    def bind(self, *, change: Callable[[bytes], bytes] | None = None) -> bool:
        """auth.bindTempAuthKey for the present keys and session. True means boolTrue; nothing else is success.

        `change` gets the bytes of the request and returns those that are sent instead: for experiments, so only
        towards a data centre of one's own; `carried` is then what would have been sent without it. Raises RpcError with
        the data centre's word for a refusal, CheckError for boolFalse. A binding that has to go out under a new msg_id
        is built anew; one that met a wrong salt goes out again as it is.
        """
        if change is not None and self.to.clean_up:
            raise LocalError("changed bytes are for a data centre of your own", got=self.to.name, expected="a LocalDC")
        self.carried = self.answer = None
        with self._timed("bind"):
            answer = self._send_binding(change or bytes)
        self._greeted = False
        if bytes(answer) != bytes(SCHEMA["boolTrue"].build()):
            raise CheckError("the answer is not boolTrue", got=bytes(answer)[:4], where="auth.bindTempAuthKey")
        self._bound = self.perm_key
        return True

    def settle(self, *, sleep: Callable[[float], None] = time.sleep) -> bool:
        """Bind, and after a refusal do what `protocol.retry` says: try again with the same keys or with new ones, or
        stop. Before every other try it waits; a temporary key that the data centre has forgotten is replaced at once.
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
                if isinstance(error, TransportError):
                    self._renew(error)
                    continue
            sleep(delay(attempt))
            if action == DROP_BOTH_KEYS:
                self.perm_key = None
                self.make_keys()
            elif action == NEW_TEMP_KEY:
                self.make_temp_key()

    def _renew(self, error: TransportError) -> None:
        """A temporary key in the place of one that the data centre has forgotten, over a new connection, since -404
        ends the old one. Raises any other error again."""
        if error.code != UNKNOWN_KEY:
            raise error
        self.dial()
        self.make_temp_key()

    def _send_binding(self, change: Callable[[bytes], bytes]) -> Dissection | bytes:
        for _ in range(RESENDS):
            msg_id = self.session.next_msg_id(self.clock())
            self.binding = binding = self.build_binding(msg_id)
            request = boxed(change(bytes(binding.request)))
            scope = self._scope("frame")
            try:
                answer = self.talk.ask(request, msg_id)
            finally:
                self._record(binding, scope)
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

    def _record(self, binding: Binding, scope: Entropy) -> None:
        """Keep what went out and what came back. Nothing here may hide the error that brought us here."""
        answer, sent = self.talk.answer, self.talk.sent
        self.answer = None if isinstance(answer, BadMessage) else answer
        if sent is not None:
            self.carried = self._as_sent(binding, sent, scope)

    def _as_sent(self, binding: Binding, sent: Sent, scope: Entropy) -> Carried:
        """How the binding travelled: in the packet that the session sealed and the line framed."""
        message = open_packet(sent.packet, self.temp_key, TO_SERVER)
        carried = Carried.draw(binding, salt=message["salt"], seqno=message["seqno"], entropy=scope)
        carried = replace(
            carried, framing=self.framing, frames_before=sent.frames_before, entropy=self.line.frame_entropy
        )
        longer = len(message["request"]) != len(binding.request)  # changed: its padding fits itself alone
        return carried if longer else replace(carried, padding=message["padding"])

    # -- calls

    def call(self, query: str | Dissection | bytes) -> Dissection | bytes:
        """The result of an API method: a Dissection, or bytes of a constructor that is not known here.

        `query` is a request, or the name of one without fields. The first call after a binding goes out inside
        invokeWithLayer(initConnection(...)). A temporary key that the data centre has forgotten, or whose binding it
        has lost, is replaced and bound once, and the call repeated; the permanent key stays.
        """
        query = boxed(SCHEMA[query].build() if isinstance(query, str) else query)
        with self._timed("call"):
            try:
                return self._call(query)
            except RpcError as error:
                if error.name != "AUTH_KEY_PERM_EMPTY" or self.binding is None:
                    raise
                self.make_temp_key()
            except TransportError as error:
                if self.binding is None:
                    raise
                self._renew(error)
            self.bind()
            return self._call(query)

    def _call(self, query: Dissection | bytes) -> Dissection | bytes:
        answer = self.talk.ask(query if self._greeted else self._with_header(query))
        if isinstance(answer, BadMessage):
            raise CheckError(f"the call was ignored: {answer.notice.meaning}", got=answer.code, where="bad_msg")
        self._greeted = True
        return answer

    def ping(self, ping_id: int = 1) -> bool:
        """Whether the data centre answers."""
        pong = self.ask(SCHEMA["ping"].build(ping_id=ping_id))
        return isinstance(pong, Dissection) and pong.name == "pong" and pong["ping_id"] == ping_id

    def _with_header(self, query: Dissection | bytes) -> Dissection:
        header = SCHEMA["initConnection"].build(
            api_id=1, device_model="mtlib", system_version="1", app_version="1", system_lang_code="en", lang_pack="",
            lang_code="en", query=bytes(query),
        )
        return SCHEMA["invokeWithLayer"].build(layer=LAYER, query=bytes(header))
