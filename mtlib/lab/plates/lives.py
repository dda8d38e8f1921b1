"""A day in the life of a client's keys: what it does, decided by a rule; what it is answered, decided by a data centre.

The data centre is the one of `mtlib.protocol.datacenter`, spoken to in packets, without a socket. Only the key
exchanges are left out: both sides are given the same 256 bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from mtlib.crypto.entropy import Patterned
from mtlib.crypto.keys import AuthKey
from mtlib.errors import RpcError, TransportError
from mtlib.lab.samples import DAY, NOW, UNUSED
from mtlib.protocol.binding import Binding
from mtlib.protocol.checks import Rules
from mtlib.protocol.datacenter import DataCenter
from mtlib.protocol.retry import DROP_BOTH_KEYS, NEW_TEMP_KEY, RESEND, STOP, Advice, named
from mtlib.protocol.session import BadMessage, Session
from mtlib.transport.stream import ClientStream
from mtlib.wire.dissection import Dissection
from mtlib.wire.schema import SCHEMA

Rule = Callable[[str, int, float | None, bool], Advice]
"""What to do after a refusal: its name, how many so far, the age of the permanent key, whether it was ever bound."""
PAUSE, LAST = 20, 25 * 3600
"""Seconds between two tries, and until the story ends."""
MOST = 9
"""Tries in a row that are told."""
NOON, CALLS = 12 * 3600, (6 * 3600, 13 * 3600, 18 * 3600, DAY)
"""When something may happen at the data centre, and when the client calls a method. Seconds."""


class Done(NamedTuple):
    """One thing that a client did: seconds after its keys were made, "bind" or "call", what came back, whether that
    was a success, and what it does next and why."""

    at: int
    what: str
    answer: str
    good: bool
    then: str = ""


@dataclass(frozen=True)
class Held:
    """A key in a client's hands: from when to when, and whether it is "dropped" at the end, or "gone" at the data
    centre before that."""

    key: AuthKey
    start: int
    end: int | None = None
    ended: str = ""


@dataclass
class Life:
    """One client and its data centre, told up to a moment. `rule` decides; `delay` is how long a new permanent key is
    unknown to the machine that binds; `noon` is "" or "restart" or "log out"."""

    rule: Rule
    delay: int = 60
    noon: str = ""
    done: list[Done] = field(default_factory=list)
    permanent: list[Held] = field(default_factory=list)
    temporary: list[Held] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.now, self.bound, self.ever_bound, self.stopped, self.salted = 0, False, False, False, False
        self.refused = self.tries = 0
        """Refusals since the present permanent key was made or bound, and tries in a row."""
        self._entropy = Patterned("a day")
        self.dc = DataCenter(UNUSED, rules=Rules(perm_key_delay=self.delay), entropy=self._entropy.at("data centre"))
        self._dial()
        self._make_keys()

    def tell(self, until: int) -> Life:
        """Live until then."""
        calls, bind_at, noon = [*CALLS, LAST + 1], PAUSE, [NOON] if self.noon else []
        while not self.stopped or noon:
            at = LAST + 1 if self.stopped else calls[0] if self.bound else bind_at
            if noon and noon[0] <= at:
                at = noon[0]
            if at > until:
                break
            self.now = at
            if noon and at == noon[0]:
                noon.clear()
                self._at_noon()
                continue
            if self.bound:
                self._note("call", self.call())
                calls.pop(0)
            else:
                self._note("bind", self.bind())
            bind_at = at + PAUSE
        self.now = until
        return self

    def ask(self) -> str:
        """What a call would be answered now, by a client that repairs no more than its salt."""
        answer = self.call()
        return f"bad_server_salt, then {answer}" if self.salted else answer

    # -- Deciding

    def _note(self, what: str, answer: str) -> None:
        """Write down what came back, and do what the rule says."""
        if answer in ("boolTrue", "help.appConfig"):
            self.bound = self.ever_bound = True
            self.refused = self.tries = 0
            self.done.append(Done(self.now, what, answer, good=True))
            return
        self.bound = False
        self.refused, self.tries = self.refused + 1, self.tries + 1
        action, why = self.rule(answer, self.refused, self.now - self.permanent[-1].start, self.ever_bound)
        if self.tries >= MOST:
            action, why = STOP, f"after {MOST} tries nobody looks any longer"
        self.done.append(Done(self.now, what, answer, good=False, then=f"{action}: {why}"))
        if answer == "-404":
            self._dial()
            self._end(self.temporary, "gone")
        if action == DROP_BOTH_KEYS:
            self._end(self.permanent, "dropped")
            self._end(self.temporary, "dropped")
            self.ever_bound, self.refused = False, 0
            self._make_keys()
        elif action == NEW_TEMP_KEY:
            self._end(self.temporary, "dropped")
            self._make_temporary()
        self.stopped = action == STOP

    def _end(self, keys: list[Held], how: str) -> None:
        if keys and not keys[-1].ended:
            keys[-1] = replace(keys[-1], end=self.now, ended=how)

    def _at_noon(self) -> None:
        if self.noon == "restart":
            self.dc.keys.forget_temporary()
        else:
            self.dc.keys.drop(self.permanent[0].key.id)

    # -- Keys

    def _make(self, kind: str, number: int, promised: int | None) -> AuthKey:
        key = AuthKey(self._entropy.at(f"{kind} {number}").draw("auth_key", 256))
        self.dc.keys.add(key, number + 1, NOW + self.now, promised)
        return key

    def _make_keys(self) -> None:
        self.permanent.append(Held(self._make("permanent", len(self.permanent), None), self.now))
        self._make_temporary()

    def _make_temporary(self) -> None:
        number = len(self.temporary)
        key = self._make("temporary", number, NOW + self.now + DAY)
        self.temporary.append(Held(key, self.now))
        self.session = Session(key, number + 7, number + 1, self._entropy.at(f"session {number}"))

    # -- Talking

    def _dial(self) -> None:
        self.peer = self.dc.accept()
        self.stream = ClientStream("intermediate", entropy=self._entropy)
        self.peer.receive(self.stream.opening(), NOW + self.now)

    def bind(self) -> str:
        """One binding of the present keys, built anew."""
        entropy = self._entropy.at(f"binding {len(self.done)}")
        b = Binding.draw(
            self.permanent[-1].key, self.temporary[-1].key, session_id=self.session.session_id,
            msg_id=self.session.next_msg_id(NOW + self.now), expires_at=NOW + self.temporary[-1].start + DAY,
            entropy=entropy,
        )  # fmt: skip
        return self._sent(bytes(b.request), b.msg_id)

    def call(self) -> str:
        """A method that only a bound key may call."""
        return self._sent(bytes(SCHEMA["help.getAppConfig"].build(hash=0)), None)

    def _sent(self, body: bytes, msg_id: int | None) -> str:
        """The name of what comes back. A new salt is taken, and the same message sent again (RESEND)."""
        now, self.salted = NOW + self.now, False
        sent = self.session.send(body, now, msg_id=msg_id)
        packet = bytes(sent)
        try:
            for _ in range(2):
                reply = self.peer.receive(self.stream.hide(self.stream.wrap(packet)), now)
                for frame in self.stream.receive(b"".join(reply.chunks)):
                    for event in self.session.receive(frame.payload, now):
                        found = sent.answered_by(event)
                        if found is not None and not isinstance(found, BadMessage):
                            return _name(found)
                packet, self.salted = bytes(self.session.again(sent)), True
        except TransportError as error:
            return named(error)
        return RESEND


def _name(answer: Dissection | bytes) -> str:
    """The name of an answer; of an error, what `retry` calls it."""
    if not isinstance(answer, Dissection):
        return "an answer without a name"
    if answer.name == "rpc_error":
        return named(RpcError(answer["error_code"], answer["error_message"].decode()))
    return answer.name
