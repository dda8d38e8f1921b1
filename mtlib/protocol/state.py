"""What a data centre remembers: keys with their salts, sessions and bindings, the log of what happened, and its
settings.

`DataCenterState` is shared by all connections; `ConnectionState` is the part of one connection that answers depend on.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet

from mtlib.crypto.entropy import Entropy, System, source
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.rsa import PrivateKey
from mtlib.crypto.secret import of_type
from mtlib.errors import LocalError
from mtlib.protocol import checks
from mtlib.protocol.checks import Facts, PacketFacts, Rules, Verdict
from mtlib.protocol.faults import Fault, Faults
from mtlib.protocol.limits import Limits, Newest
from mtlib.protocol.messages import FROM_CLIENT, Seqno, Window

SALT_PERIOD = 1800
"""Seconds: a new salt every half hour, and the old one stays valid for as long again.

Source: core.telegram.org/mtproto/description, "Server salt" (2.0; the page on 1.0 says 24 hours and 300 seconds).
"""


UNACKNOWLEDGED = 60
"""Seconds until an unacknowledged message is sent again. DEDUCED: no document names a time; TDLib waits up to 30."""


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

    def accepted(self, now: float) -> list[int]:
        """The salts that a message may carry now: the current one, and the one before."""
        period = self._period(now)
        return [self._of(p) for p in (period, period - 1) if p >= 0]

    def schedule(self, number: int, now: float) -> list[tuple[int, int, int]]:
        """(valid_since, valid_until, salt) of the current salt and those after it, for get_future_salts."""
        first = self._period(now)
        starts = [(p, int(self._since) + p * SALT_PERIOD) for p in range(first, first + number)]
        return [(start, start + 2 * SALT_PERIOD, self._of(p)) for p, start in starts]


class ServerSession:
    """One session as the server keeps it: the msg_ids it saw, its answers, and its own last msg_id and seqno."""

    def __init__(self, limits: Limits, floor: int = 0) -> None:
        self.window = Window((FROM_CLIENT,), limits, floor)
        self.seqno = Seqno()
        self.last_msg_id = 0
        self.greeted = False
        self.remarked: set[str] = set()
        self.answers: Newest[bytes] = Newest(limits.answers)
        """The answers, by the msg_id of the request: a request that comes again gets the same."""
        self.unacknowledged: Newest[tuple[float, bytes]] = Newest(limits.answers)
        """The answers sent and when, by their own msg_id, until they are acknowledged or sent again."""

    def overdue(self, now: float) -> list[bytes]:
        """Take out the answers that nobody has acknowledged within UNACKNOWLEDGED seconds."""
        late = {m: body for m, (since, body) in self.unacknowledged.items() if now - since > UNACKNOWLEDGED}
        for msg_id in late:
            del self.unacknowledged[msg_id]
        return list(late.values())


@dataclass(eq=False)
class KnownKey:
    """A key, and all that the data centre knows about it. `expires_at` is None for a permanent key. `promised` is the
    end agreed in the key exchange; a data centre may forget a temporary key before that. `bound_to` is the id of the
    permanent key that a temporary one is bound to, `bound_by` the request that bound it, and `bound_in` the session_id
    and msg_id of that request; `just_bound` is True until the next packet. `layer` is the API layer that the client
    named last, `introduced` says whether it has sent initConnection. `forgotten` holds the newest msg_id of each
    forgotten session, `floor` the newest of those that have left `forgotten`. `used` is shared by all keys: the key of
    each session, by key id and session_id, the least recently used first."""

    auth_key: AuthKey
    created: float
    salts: Salts = field(repr=False)
    expires_at: int | None = None
    promised: int | None = None
    bound_to: int | None = None
    bound_by: bytes = field(default=b"", repr=False)
    bound_in: tuple[int, int] = (0, 0)
    just_bound: bool = False
    last_bind_msg_id: int | None = None
    layer: int | None = None
    introduced: bool = False
    floor: int = 0
    sessions: OrderedDict[int, ServerSession] = field(default_factory=OrderedDict, repr=False)
    forgotten: OrderedDict[int, int] = field(default_factory=OrderedDict, repr=False)
    used: OrderedDict[tuple[int, int], KnownKey] = field(default_factory=OrderedDict, repr=False)

    @property
    def temporary(self) -> bool:
        return self.expires_at is not None

    @property
    def ready(self) -> bool:
        """Whether API methods may be called under this key: a temporary one must be bound first."""
        return not self.temporary or self.bound_to is not None

    def session(self, session_id: int, limits: Limits) -> ServerSession:
        """The session with that id, made if there is none. Beyond the limits of this key or of the data centre, the one
        used least recently is forgotten. A forgotten session that comes back accepts only msg_ids above all it
        has seen, for its packet may be a repeated one. Other sessions do not inherit that floor: the newest msg_id may
        have been up to `Limits.future` seconds ahead of the clock."""
        found = self.sessions.pop(session_id, None)
        if found is None:
            found = ServerSession(limits, max(self.floor, self.forgotten.pop(session_id, 0)))
        self.sessions[session_id] = found
        while len(self.sessions) > limits.sessions:
            self.forget_session(next(iter(self.sessions)))
        self.used[self.auth_key.id, session_id] = self
        self.used.move_to_end((self.auth_key.id, session_id))
        while len(self.used) > limits.all_sessions:
            (_, oldest), key = next(iter(self.used.items()))
            key.forget_session(oldest)
        while len(self.forgotten) > limits.seen:
            self.floor = max(self.floor, self.forgotten.popitem(last=False)[1])
        return found

    def forget_session(self, session_id: int) -> bool:
        """Forget a session, except for its newest msg_id. False if there was none."""
        gone = self.sessions.pop(session_id, None)
        self.used.pop((self.auth_key.id, session_id), None)
        if gone is not None and gone.window.highest > self.floor:
            self.forgotten[session_id] = gone.window.highest
        return gone is not None


class Keyring:
    """The keys of one data centre. Permanent and temporary ones are each bounded: the least recently used go first."""

    def __init__(self, limits: Limits, entropy: Entropy) -> None:
        self._limits, self._entropy = limits, entropy
        self._permanent: OrderedDict[int, KnownKey] = OrderedDict()
        self._temporary: OrderedDict[int, KnownKey] = OrderedDict()
        self._used: OrderedDict[tuple[int, int], KnownKey] = OrderedDict()
        self._made = 0

    def add(self, auth_key: AuthKey, salt: int, now: float, promised: int | None = None, longest: int = 0) -> KnownKey:
        """Remember a new key. It is temporary if an end was `promised`; `longest`, in seconds, may shorten its life."""
        self._made += 1
        scope = self._entropy.at(f"salts-{self._made}")

        def draw(period: int) -> int:
            return int.from_bytes(scope.draw("salt", 8, attempt=period), "little", signed=True)

        expires_at = min(promised, int(now) + longest) if promised is not None and longest else promised
        made = KnownKey(auth_key, now, Salts(salt, now, draw), expires_at, promised, used=self._used)
        shelf = self._temporary if made.temporary else self._permanent
        shelf[auth_key.id] = made
        while len(shelf) > self._limits.keys:
            self._forget(next(iter(shelf.values())))
        return made

    def get(self, auth_key_id: int, now: float) -> KnownKey | None:
        """The key with that id, if it is known and has not expired."""
        found = self._permanent.get(auth_key_id) or self._temporary.get(auth_key_id)
        if found is None:
            return None
        if found.expires_at is not None and found.expires_at <= now:
            self._forget(found)
            return None
        (self._temporary if found.temporary else self._permanent).move_to_end(auth_key_id)
        if found.bound_to is not None and found.bound_to in self._permanent:
            # using a temporary key uses the permanent one, too
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

    def forget_permanent(self, auth_key_id: int) -> None:
        """Forget a permanent key alone, like a machine that has not heard of it: temporary keys stay bound to it."""
        if auth_key_id in self._permanent:
            self._free_sessions(self._permanent.pop(auth_key_id))

    def forget_temporary(self) -> None:
        """Forget all temporary keys, as a restart does: they live in memory only."""
        for key in tuple(self._temporary.values()):
            self._forget(key)

    def lose_bindings(self, perm_auth_key_id: int) -> None:
        """The temporary keys of a permanent one become unbound."""
        for key in self.bound_to(perm_auth_key_id):
            key.bound_to, key.bound_by = None, b""

    def resembling(self, wrong_id: bytes) -> str:
        """In words, from which known key a wrong auth_key_id was cut, and where; empty if from none."""
        for known in self:
            for name in ("sha1", "sha256"):
                digest = hashlib.new(name, bytes(known.auth_key)).digest()
                for spelled, order in ((wrong_id, ""), (wrong_id[::-1], " turned round")):
                    at = digest.find(spelled)
                    if at >= 0:
                        return (f"it is bytes {at} to {at + 8} of {name.upper()}(auth_key){order}, "
                                f"of the key {known.auth_key.id}; the id is SHA1(auth_key)[12:20]")
        return ""

    def _forget(self, key: KnownKey) -> None:
        for bound in () if key.temporary else self.bound_to(key.auth_key.id):
            self._forget(bound)
        (self._temporary if key.temporary else self._permanent).pop(key.auth_key.id, None)
        self._free_sessions(key)

    def _free_sessions(self, key: KnownKey) -> None:
        """Free the room that the sessions of a forgotten key take."""
        for session_id in key.sessions:
            self._used.pop((key.auth_key.id, session_id), None)

    def __iter__(self) -> Iterator[KnownKey]:
        return iter([*self._permanent.values(), *self._temporary.values()])

    def __len__(self) -> int:
        return len(self._permanent) + len(self._temporary)


class LogEvent:
    """One thing that happened: `name` (`exchange_done`, `bind_refused`, ...), which connection, when, a sentence, and
    the facts behind it. A refused binding carries its `verdict`."""

    def __init__(
        self, name: str, peer: int, at: float, text: str | Callable[[], str],
        facts: Mapping[str, Any] | None = None, verdict: Verdict | None = None,
    ) -> None:  # fmt: skip
        self.name, self.peer, self.at, self.facts, self.verdict = name, peer, at, facts or {}, verdict
        self._text = text

    @property
    def text(self) -> str:
        if not isinstance(self._text, str):
            self._text = self._text()
        return self._text

    def __str__(self) -> str:
        return f"#{self.peer} {self.name}: {self.text}"

    def __repr__(self) -> str:
        return f"<LogEvent {self}>"


class EventLog:
    """What happened at a data centre, in plain words: for its owner, never for the wire. It holds the last events, the
    oldest first; `listen` adds a listener, which gets each new one. The answer to a packet is sent first: events are
    noted at once, and listeners are told afterwards. A sentence that takes work is a function, which runs when somebody
    reads the event, at the latest when listeners are told.

    A listener that raises is removed, and an event `listener_failed` says so: a data centre must not behave
    differently because somebody listens.
    """

    def __init__(self, keep: int) -> None:
        self._events: deque[LogEvent] = deque(maxlen=keep)
        self._untold: deque[LogEvent] = deque()
        self._listeners: list[Callable[[LogEvent], None]] = []

    def add(self, event: LogEvent) -> None:
        """Note an event, for a later `tell`: nothing may delay an answer that is being made."""
        self._events.append(event)
        self._untold.append(event)

    def tell(self) -> None:
        """Tell the listeners the events added since the last time."""
        while self._untold:
            event = self._untold.popleft()
            _ = event.text
            for listener in tuple(self._listeners):
                try:
                    listener(event)
                except Exception as error:
                    self._drop(listener, event, error)

    def _drop(self, listener: Callable[[LogEvent], None], event: LogEvent, error: Exception) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)
            said = f"a listener raised {error!r} at {event.name}, and hears nothing more"
            self.add(LogEvent("listener_failed", event.peer, event.at, said))

    def listen(self, listener: Callable[[LogEvent], None]) -> None:
        """Call `listener` with every event from now on, in the thread of the data centre."""
        self._listeners.append(listener)

    def named(self, *names: str) -> list[LogEvent]:
        """The events with one of these names."""
        return [event for event in self if event.name in names]

    def __iter__(self) -> Iterator[LogEvent]:
        return iter(tuple(self._events))

    def __len__(self) -> int:
        return len(self._events)

    def __getitem__(self, index: int) -> LogEvent:
        return tuple(self._events)[index]

    def __str__(self) -> str:
        return "\n".join(map(str, self))


class DataCenterState:
    """One data centre: its keys, sessions and bindings, its rules, limits and faults, and the log of what happened.

    A key exchange may name `dc_id`, no data centre at all or, for a temporary key, -`dc_id` (media); anything else is
    -444. 10000 is added for a test data centre. `address` is what help.getConfig gives a client if the address that it
    dialled is not known. `judge` decides on bindings. `consult`, if set, names in a sentence the mistake in a packet
    that does not open, or in a binding that the library's own `judge` refused. It is asked after the answer has left,
    and its sentence goes to the log only.
    """

    def __init__(
        self,
        rsa: PrivateKey,
        *,
        dc_id: int = 2,
        rules: Rules | None = None,
        limits: Limits | None = None,
        faults: Iterable[Fault] = (),
        entropy: Entropy | None = None,
        address: tuple[str, int] = ("127.0.0.1", 443),
        judge: Callable[[Facts], Verdict] | None = None,
    ) -> None:
        if not isinstance(dc_id, int) or not 0 < abs(dc_id) < 2**31:
            raise LocalError("a dc id is an int of 32 bits", got=dc_id, expected="2, 10002, -2, ...", where="dc_id")
        for given, kind, name in ((rsa, PrivateKey, "rsa"), (rules, Rules | None, "rules"),
                                  (limits, Limits | None, "limits"), (faults, Iterable, "faults"),
                                  (judge, Callable | None, "judge")):
            of_type(given, kind, name)
        for name, most in (limits or Limits())._asdict().items():
            seconds = isinstance(Limits._field_defaults[name], float)
            if not isinstance(most, int | float if seconds else int) or not 0 <= most < 2**31:
                raise LocalError("no limit", got=most, expected="seconds" if seconds else "a number", where=name)
        self.rsa, self.dc_id, self.address = rsa, dc_id, address
        self.rules = rules or Rules()
        self.limits = limits or Limits()
        self.faults = Faults(faults)
        self.entropy = source(entropy or System())
        self.judge = judge or checks.judge
        self.keys = Keyring(self.limits, self.entropy)
        self.trace = EventLog(self.limits.trace)
        self.exchanging: WeakSet[Any] = WeakSet()
        self.consult: Callable[[Facts | PacketFacts], str] | None = None
        self.connections_made = 0
        self.slept = 0
        self._latest = 0.0

    @property
    def this_dc(self) -> int:
        return abs(self.dc_id) % 10000

    @property
    def test_mode(self) -> bool:
        return abs(self.dc_id) > 10000

    def accepts_dc(self, dc: int | None, temporary: bool) -> bool:
        """Whether a key exchange that names `dc` belongs here."""
        return dc is None or dc == self.dc_id or (temporary and dc == -self.dc_id)

    def clock(self, now: float) -> float:
        """The time of this data centre; `now` is what its owner's clock shows. If that goes back, the new time is used
        and an event noted: it is a wall clock, and somebody has set it."""
        if now < self._latest - 1:
            self.trace.add(LogEvent("clock_jumped", 0, now, f"the clock went back by {self._latest - now:.0f} s"))
        self._latest = now
        return now + self.faults.setting("clock-offset") + self.slept

    def clashes(self, auth_key_id: int) -> bool:
        """Whether a key with that id exists already."""
        return any(key.auth_key.id == auth_key_id for key in self.keys)


class ConnectionState:
    """One connection: its number in the log, its entropy, the address that the client dialled, and the seconds of
    silence after which it ends (`patience`)."""

    def __init__(self, dc: DataCenterState, address: tuple[str, int] | None = None) -> None:
        dc.connections_made += 1
        self.dc, self.number = dc, dc.connections_made
        self.entropy = dc.entropy.at(f"connection-{self.number}")
        self.patience: float = dc.limits.handshake_seconds
        self._address = address

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that this client can dial."""
        host, port = self._address or self.dc.address
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}
        return everywhere.get(host, host.removeprefix("::ffff:") if "." in host else host), port

    def remark(self, session: ServerSession, about: str, now: float, text: str) -> None:
        """Note, once per session, what works here but not at Telegram."""
        if about not in session.remarked:
            session.remarked.add(about)
            self.note("unlike_telegram", now, text, about=about)

    def struck(self, fault: str, now: float, said: str) -> bool:
        """Whether a fault is due. If it is, it counts as having happened, and is noted."""
        due = self.dc.faults.strike(fault)
        if due:
            self.note("fault", now, f"{fault}: {said}")
        return due

    def note(
        self, name: str, now: float, text: str | Callable[[], str], verdict: Verdict | None = None, **facts: object
    ) -> None:
        """Note an event. Listeners are told after the answer."""
        self.dc.trace.add(LogEvent(name, self.number, now, text, facts, verdict))
