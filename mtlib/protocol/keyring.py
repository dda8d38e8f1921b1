"""What a data centre remembers: keys, their salts, their sessions, and who is bound to whom."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mtlib.crypto.entropy import Entropy
from mtlib.crypto.keys import AuthKey
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import FROM_CLIENT, Seqno, Window

SALT_PERIOD = 1800
"""Seconds: a new salt every half hour, and the old one stays valid for as long again.

Source: core.telegram.org/mtproto/description, "Server salt" (2.0; the page on 1.0 says 24 hours and 300 seconds).
"""


class Salts:
    """The salts of one key: the first from the key exchange, then one per period, drawn when it is due."""

    def __init__(self, first: int, since: float, draw: Callable[[int], int]) -> None:
        self._since, self._draw = since, draw
        self._salts = {0: first}

    def _period(self, now: float) -> int:
        return max(0, int((now - self._since) // SALT_PERIOD))

    def _of(self, period: int) -> int:
        if period not in self._salts:
            self._salts[period] = self._draw(period)
        return self._salts[period]

    def current(self, now: float) -> int:
        """The salt to tell a client."""
        period = self._period(now)
        self._salts = {p: s for p, s in self._salts.items() if p >= period - 1}
        return self._of(period)

    def valid(self, salt: int, now: float) -> bool:
        """Whether a message may carry this salt now: it is the current one or the one before."""
        period = self._period(now)
        return salt == self._of(period) or (period > 0 and salt == self._of(period - 1))

    def schedule(self, number: int, now: float) -> list[tuple[int, int, int]]:
        """(valid_since, valid_until, salt) of the current salt and those after it, for get_future_salts."""
        first = self._period(now)
        starts = [(p, int(self._since) + p * SALT_PERIOD) for p in range(first, first + number)]
        return [(start, start + 2 * SALT_PERIOD, self._of(p)) for p, start in starts]


class ServerSession:
    """One session as the server keeps it: which msg_ids it saw, what it answered, how far its own numbers are."""

    def __init__(self, limits: Limits, floor: int = 0) -> None:
        self.window = Window((FROM_CLIENT,), limits, floor)
        self.seqno = Seqno()
        self.last_msg_id = 0
        self.greeted = False
        self._answers: OrderedDict[int, bytes] = OrderedDict()
        self._kept = limits.answers

    def remember(self, msg_id: int, answer: bytes) -> None:
        """Keep an answer, so that a request that comes again gets the same one."""
        self._answers[msg_id] = answer
        while len(self._answers) > self._kept:
            self._answers.popitem(last=False)

    def answered(self, msg_id: int) -> bytes | None:
        return self._answers.get(msg_id)


@dataclass
class KnownKey:
    """A key with everything that hangs on it. `expires_at` is None for a permanent key; `promised` is the end that the
    key exchange spoke of, and a data centre may forget a temporary key earlier than that; `bound_to` is the id of the
    permanent key that a temporary one is bound to, `bound_by` the request that did it."""

    auth_key: AuthKey
    created: float
    salts: Salts = field(repr=False)
    expires_at: int | None = None
    promised: int | None = None
    bound_to: int | None = None
    bound_by: bytes = field(default=b"", repr=False)
    last_bind_msg_id: int | None = None
    floor: int = 0
    sessions: OrderedDict[int, ServerSession] = field(default_factory=OrderedDict, repr=False)

    @property
    def temporary(self) -> bool:
        return self.expires_at is not None

    @property
    def ready(self) -> bool:
        """Whether API methods may be called with it: a temporary key must be bound first."""
        return not self.temporary or self.bound_to is not None

    def session(self, session_id: int, limits: Limits) -> ServerSession:
        """The session of that name, new if it is new; the one used least recently makes room. What it had seen is
        then forgotten, so no new session accepts anything as old as that."""
        found = self.sessions.pop(session_id, None) or ServerSession(limits, self.floor)
        self.sessions[session_id] = found
        while len(self.sessions) > limits.sessions:
            self.forget_session(next(iter(self.sessions)))
        return found

    def forget_session(self, session_id: int) -> bool:
        """Forget a session and raise the floor over everything it saw."""
        gone = self.sessions.pop(session_id, None)
        if gone is not None:
            self.floor = max(self.floor, gone.window.highest)
        return gone is not None


class Keyring:
    """The keys of one data centre, permanent and temporary; each kind is bounded, the least recently used go first."""

    def __init__(self, limits: Limits, entropy: Entropy) -> None:
        self._limits, self._entropy = limits, entropy
        self._permanent: OrderedDict[int, KnownKey] = OrderedDict()
        self._temporary: OrderedDict[int, KnownKey] = OrderedDict()
        self._made = 0

    def add(
        self, auth_key: AuthKey, salt: int, now: float, promised: int | None = None, longest: int = 0
    ) -> KnownKey:
        """Remember a new key: a temporary one if an end was `promised`; `longest` seconds cut its life short."""
        self._made += 1
        scope = self._entropy.at(f"salts-{self._made}")

        def draw(period: int) -> int:
            return int.from_bytes(scope.draw("salt", 8, attempt=period), "little", signed=True)

        expires_at = min(promised, int(now) + longest) if promised is not None and longest else promised
        made = KnownKey(auth_key, now, Salts(salt, now, draw), expires_at, promised)
        shelf = self._temporary if made.temporary else self._permanent
        shelf[auth_key.id] = made
        while len(shelf) > self._limits.keys:
            self._forget(next(iter(shelf.values())))
        return made

    def get(self, auth_key_id: int, now: float) -> KnownKey | None:
        """The key of that id, if it is known and has not ended."""
        found = self._permanent.get(auth_key_id) or self._temporary.get(auth_key_id)
        if found is None:
            return None
        if found.expires_at is not None and found.expires_at <= now:
            self._forget(found)
            return None
        (self._temporary if found.temporary else self._permanent).move_to_end(auth_key_id)
        if found.bound_to is not None and found.bound_to in self._permanent:
            # whoever uses a temporary key uses the permanent one behind it
            self._permanent.move_to_end(found.bound_to)
        return found

    def permanent(self, auth_key_id: int) -> KnownKey | None:
        """The permanent key of that id."""
        return self._permanent.get(auth_key_id)

    def bound_to(self, perm_auth_key_id: int) -> list[KnownKey]:
        """The temporary keys bound to a permanent one."""
        return [key for key in self._temporary.values() if key.bound_to == perm_auth_key_id]

    def drop(self, auth_key_id: int) -> bool:
        """Forget a key, and with a permanent one every temporary key bound to it."""
        found = self._permanent.get(auth_key_id) or self._temporary.get(auth_key_id)
        if found is not None:
            self._forget(found)
        return found is not None

    def forget_temporary(self) -> None:
        """What a restart does: temporary keys live in memory only."""
        self._temporary.clear()

    def lose_bindings(self) -> None:
        """Every temporary key becomes unbound."""
        for key in self._temporary.values():
            key.bound_to, key.bound_by = None, b""

    def _forget(self, key: KnownKey) -> None:
        if key.temporary:
            self._temporary.pop(key.auth_key.id, None)
            return
        for bound in self.bound_to(key.auth_key.id):
            self._forget(bound)
        self._permanent.pop(key.auth_key.id, None)

    def __iter__(self) -> Iterator[KnownKey]:
        return iter([*self._permanent.values(), *self._temporary.values()])

    def __len__(self) -> int:
        return len(self._permanent) + len(self._temporary)
