"""The clock: two clients live through a day, one patient, one that drops its keys at every refusal.

The red line on the axis is the clock. The axis is broken: the first minute is as wide as the day after it. The future
is not shown.

The rules of the clients decide what they do. The data centre of `mtlib.protocol.datacenter` answers them, packet by
packet, without a socket. Only the key exchanges are left out: both sides get the same 256 bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from mtlib.crypto.entropy import Patterned
from mtlib.crypto.keys import AuthKey
from mtlib.errors import RpcError, TransportError
from mtlib.lab.plates.plate import Control, Glyph, Menu, Plate, drag_handle, hatching, line, one_of, runs, some
from mtlib.lab.samples import DAY, NOW, UNUSED
from mtlib.protocol.binding import Binding
from mtlib.protocol.checks import Rules
from mtlib.protocol.datacenter import DataCenter
from mtlib.protocol.retry import DROP_BOTH_KEYS, NEW_TEMP_KEY, RESEND, STOP, YOUNG, Advice, named, retry
from mtlib.protocol.session import BadMessage, Session
from mtlib.transport.stream import ClientStream
from mtlib.wire.dissection import Dissection
from mtlib.wire.schema import SCHEMA

# -- What happens in a day

Rule = Callable[[str, int, float | None, bool], Advice]
"""The advice after a refusal, from its name, the number of refusals, the permanent key's age in seconds, and whether
that key has ever bound."""
PAUSE, LAST, NEVER = 20, 25 * 3600, 1 << 40
"""Seconds between two tries, until the story ends, and until what does not happen."""
MOST = 9
"""The most tries in a row without success; then a client stops."""
NOON, CALLS = 12 * 3600, (6 * 3600, 13 * 3600, 18 * 3600, DAY)
"""When something may happen at the data centre, and when the client calls a method, in seconds."""


class Done(NamedTuple):
    """One action of a client: seconds since its keys were made, "bind" or "call", the answer, whether that is a
    success, and what the client does next and why."""

    at: int
    what: str
    answer: str
    good: bool
    then: str = ""


@dataclass(frozen=True)
class Held:
    """A key that a client holds: from when to when, and how it ended: "dropped" by the client, or "gone" because the
    data centre no longer knows it."""

    key: AuthKey
    start: int
    end: int | None = None
    ended: str = ""


class Life:
    """The life of one client with its data centre, up to a moment. `rule` is the client's rule. For `delay` seconds a
    new permanent key is unknown to the machine that binds. `noon`, the event at 12 h, is "", "restart" or "log out"."""

    def __init__(self, rule: Rule, delay: int = YOUNG, noon: str = "") -> None:
        self.rule, self.noon = rule, noon
        self.done: list[Done] = []
        self.permanent: list[Held] = []
        self.temporary: list[Held] = []
        self.now, self.bound, self.ever_bound, self.stopped, self.salted = 0, False, False, False, False
        self.refused = self.tries = 0
        """Refusals since the present permanent key was made or last bound, and tries in a row without success."""
        self._entropy = Patterned("a day")
        self.dc = DataCenter(UNUSED, rules=Rules(perm_key_delay=delay), entropy=self._entropy.at("data centre"))
        self._dial()
        self._make_keys()

    def tell(self, until: int) -> Life:
        """Let the client act until `until`, in seconds."""
        calls, bind_at, noon = [*CALLS, NEVER], PAUSE, NOON if self.noon else NEVER
        while min(noon, turn := NEVER if self.stopped else calls[0] if self.bound else bind_at) <= until:
            self.now = min(noon, turn)
            if noon <= turn:
                noon = NEVER
                self._at_noon()
                continue
            if self.bound:
                self._note("call", self.call())
                calls.pop(0)
            else:
                self._note("bind", self.bind())
            bind_at = turn + PAUSE
        self.now = until
        return self

    def ask(self) -> str:
        """The answer that a call would get now, if the client repaired only its salt."""
        answer = self.call()
        return f"bad_server_salt, then {answer}" if self.salted else answer

    # -- Deciding

    def _note(self, what: str, answer: str) -> None:
        """Record an answer, and do what the rule says."""
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
        """Send a new binding of the present keys; gives the name of the answer."""
        entropy = self._entropy.at(f"binding {len(self.done)}")
        b = Binding.draw(
            self.permanent[-1].key, self.temporary[-1].key, session_id=self.session.session_id,
            msg_id=self.session.next_msg_id(NOW + self.now), expires_at=NOW + self.temporary[-1].start + DAY,
            entropy=entropy,
        )  # fmt: skip
        return self._sent(bytes(b.request), b.msg_id)

    def call(self) -> str:
        """Call a method that needs a bound key; gives the name of the answer."""
        return self._sent(bytes(SCHEMA["help.getAppConfig"].build(hash=0)), None)

    def _sent(self, body: bytes, msg_id: int | None) -> str:
        """The name of the answer to a message. After bad_server_salt the same message is sent again with the new salt;
        RESEND if that gets no answer either."""
        now, self.salted = NOW + self.now, False
        sent = self.session.send(body, now, msg_id=msg_id)
        packet = bytes(sent)
        try:
            for _ in range(2):
                reply = self.peer.receive(self.stream.send(packet), now)
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
    """The name of an answer; for an error, the name that `retry` uses."""
    if not isinstance(answer, Dissection):
        return "an answer without a name"
    if answer.name == "rpc_error":
        return named(RpcError(answer["error_code"], answer["error_message"].decode()))
    return answer.name


# -- The picture

HOUR = 3600
STOPS = (*range(0, YOUNG + 1, 5), 120, 300, 1800, *range(HOUR, DAY, HOUR), DAY - 1, DAY, DAY + 30, LAST)
"""The positions of the clock, in seconds."""
TICKS = {0: "0", 20: "20 s", 40: "40 s", 60: "60 s", 6 * HOUR: "6 h", NOON: "12 h", 18 * HOUR: "18 h", DAY: "24 h"}
DELAYS = {YOUNG: f"{YOUNG} s later", 0: "at once"}
NOONS = {"": "nothing", "restart": "the data centre restarts", "log out": "the user ends this session"}
RULES: Mapping[str, Rule] = {
    "patient: does what the library's retry says": retry,
    "impatient: drops both keys at every refusal": lambda *told: Advice(DROP_BOTH_KEYS, "it always does"),
}


class Clock(Plate):
    """`rules` has the rule of each client, one to three, by the client's name and, after a colon, its description. `at`
    is the position of the clock in seconds, one of STOPS. LocalError for anything else."""

    name = "the clock"
    question = "Two clients are refused. One waits, one drops its keys. Which one still has its login tomorrow?"

    def __init__(self, rules: Mapping[str, Rule] = RULES, at: int = 40) -> None:
        self.rules, self.at = some(rules, "rules", 3), one_of(at, STOPS, "stop")
        self.delay, self.noon = YOUNG, ""
        self.height = self.TOP + self.LANE * len(rules) + 4
        self._lives: dict[tuple[str, int, str], Life] = {}
        self._asked: dict[tuple[str, int, str, int], str] = {}
        super().__init__()

    def do_at(self, stop: int) -> None:
        """Set the clock to one of STOPS, by its index."""
        self.at = STOPS[range(len(STOPS))[stop]]

    # -- Results

    def life(self, name: str) -> Life:
        """The whole day of a client with the present settings."""
        place = name, self.delay, self.noon
        if place not in self._lives:
            self._lives[place] = Life(self.rules[name], self.delay, self.noon).tell(LAST)
        return self._lives[place]

    def asked(self, name: str) -> str:
        """The answer to a call at the present time."""
        place = name, self.delay, self.noon, self.at
        if place not in self._asked:
            self._asked[place] = Life(self.rules[name], self.delay, self.noon).tell(self.at).ask()
        return self._asked[place]

    def done(self, name: str) -> list[Done]:
        """The actions of a client up to the present time."""
        return [each for each in self.life(name).done if each.at <= self.at]

    def held(self, keys: Sequence[Held]) -> list[Held]:
        """The keys of a client at the present time, without ends that lie in the future."""
        known = [each for each in keys if each.start <= self.at]
        return [each if each.end is not None and each.end <= self.at else Held(each.key, each.start) for each in known]

    def _state(self, name: str) -> str:
        keys, done = len(self.held(self.life(name).permanent)), self.done(name)
        login = "✗ login LOST" if keys > 1 else "✓ login kept"
        bound = done and done[-1].good
        return f"{keys} permanent key{'s' * (keys > 1)}, {login}, {'' if bound else 'not '}bound"

    def said(self) -> str:
        told = []
        for name in self.rules:
            done = self.done(name)
            last = f"{done[-1].what}: {done[-1].answer}" if done else "both keys made"
            then = f" ({done[-1].then})" if done and done[-1].then else ""
            told.append(f"The {name.partition(':')[0]} client: {last}{then}. A call now: {self.asked(name)}.")
        return f"{_clock(self.at)}. {' '.join(told)}"

    def alt(self) -> str:
        told = "; ".join(f"{name.partition(':')[0]}: {self._state(name)}" for name in self.rules)
        return f"What {len(self.rules)} clients did up to {_clock(self.at)}, on a broken axis: {told}."

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "client", "at", "does", "is answered", "and then"
        for name in self.rules:
            short = name.partition(":")[0]
            yield short, _clock(0), "makes both keys", "", ""
            for each in self.done(name):
                yield short, _clock(each.at), each.what, each.answer, each.then
            yield short, _clock(self.at), "a call now", self.asked(name), self._state(name)

    # -- Drawing

    LEFT, HALF, RIGHT, TOP, LANE = 112.0, 430.0, 748.0, 84.0, 128.0

    def _x(self, at: float) -> float:
        """The x of a time; the first minute is as wide as the rest."""
        if at <= YOUNG:
            return self.LEFT + at * (self.HALF - self.LEFT) / YOUNG
        return self.HALF + (at - YOUNG) * (self.RIGHT - self.HALF) / (LAST - YOUNG)

    def controls(self) -> Iterator[Control]:
        yield Menu("delay", "a new permanent key is known", self.delay, tuple(DELAYS.items()))
        yield Menu("noon", "at 12 h", self.noon, tuple(NOONS.items()))

    def fixed(self) -> Iterator[Glyph]:
        y = 62.0
        yield Glyph("axis", look="dim", d=line((self.LEFT, y), (self.HALF - 4, y)) + line((self.HALF + 4, y),
                    (self.RIGHT, y)))  # fmt: skip
        yield Glyph("break", self.HALF, y, d=line((-7, 6), (-1, -6)) + line((1, 6), (7, -6)))
        for at, words in TICKS.items():
            x = self._x(at) - (10 if at == YOUNG else 0)
            yield Glyph(f"t{at}", x, y - 12, text=words, look="small dim")
            if at != YOUNG:
                yield Glyph(f"k{at}", x, y - 4, look="dim", d=line((0, 0), (0, 8)))
        for lane, name in enumerate(self.rules):
            top, short, told = self.TOP + self.LANE * lane, *map(str.strip, name.partition(":")[::2])
            yield Glyph(f"name{lane}", 8, top + 8, text=f"The {short} client {told}", look="left bold")
            for row, words in enumerate(("permanent key", "temporary key", "asks")):
                yield Glyph(f"row{lane}.{row}", 8, top + 31 + 24 * row, text=words, look="small left dim")
            if lane:
                yield Glyph(f"rule{lane}", look="dim", d=line((8, top - 8), (self.RIGHT, top - 8)))

    def marks(self) -> Iterator[Glyph]:
        x, when = self._x(self.at), _clock(self.at)
        # The line has gaps at the words of the ticks, above the axis, and of the clients, above their lanes.
        tops = (self.TOP + self.LANE * lane for lane in range(len(self.rules)))
        gaps = (32, 43), (57, 66), *((top + 16, top + 120) for top in tops)
        yield Glyph("line", x, 0, look="bad", d="".join(line((0, top), (0, end)) for top, end in gaps))
        yield drag_handle("now", x, 6, (100, 26), when, look="bad", label=f"clock: {when}", do=("at", 0),
                          slide=tuple(map(self._x, STOPS)), cell=STOPS.index(self.at))  # fmt: skip
        if self.noon and self.at >= NOON:
            yield Glyph("noon", self._x(NOON) - 70, 66, 140, 15, NOONS[self.noon], "small hit", label=NOONS[self.noon])
        for lane, name in enumerate(self.rules):
            top = self.TOP + self.LANE * lane
            good = len(self.held(self.life(name).permanent)) == 1
            yield Glyph(f"state{lane}", self.RIGHT - 6, top + 8, text=self._state(name), look="small end" if good else
                        "small end bad")  # fmt: skip
            life = self.life(name)
            yield from self._bars(f"p{lane}", top + 20, self.held(life.permanent), "copied", self.delay)
            yield from self._bars(f"t{lane}", top + 44, self.held(life.temporary), "derived")
            yield from self._asks(lane, top + 69, self.done(name))

    def _bars(self, row: str, y: float, keys: Sequence[Held], look: str, young: int = 0) -> Iterator[Glyph]:
        """Bars for the keys up to the present time, hatched while a key is too young to be known everywhere."""
        kind = "permanent" if row[0] == "p" else "temporary"
        for number, each in enumerate(keys, 1):
            end = self.at if each.end is None else each.end
            x, wide = self._x(each.start), max(self._x(end) - self._x(each.start), 1.5)
            sign = "" if not each.ended else "✗" if each.ended == "dropped" else "gone"
            text = next((t for t in (f"key {number} {sign}", sign) if t.strip() and len(t) * 6 < wide - 4), "")
            until = f" to {_clock(end)}, {each.ended}" if each.ended else " on"
            yield Glyph(f"{row}.{number}", x, y, wide, 22, text.strip(), f"small {look} {'ghost' if sign else 'edge'}",
                        label=f"{kind} key {number}, from {_clock(each.start)}{until}")  # fmt: skip
            hatched = self._x(min(each.start + young, end)) - x
            if hatched > 2:
                yield Glyph(f"{row}y{number}", x, y, look="hatch", d=hatching(hatched, 22, 9))

    def _asks(self, lane: int, y: float, done: Sequence[Done]) -> Iterator[Glyph]:
        """Marks for the tries and their answers; tries close to each other share a mark."""
        ends = [0.0, 0.0]
        for number, near in enumerate(_together(done, self._x)):
            words = ", ".join(f"{word} ×{stop - start}" if stop - start > 1 else word
                              for word, start, stop in runs(map(_word, near)))  # fmt: skip
            told = (", ".join(filter(None, (f"{_clock(e.at)} {e.what}: {e.answer}", e.then))) for e in near)
            wide = len(words) * 6.2 + 10
            x = min(max(self._x(near[0].at) - 22, self.LEFT), self.RIGHT - wide)
            row = 0 if x >= ends[0] + 3 else 1
            ends[row] = x + wide
            yield Glyph(f"a{lane}.{number}", x, y + 24 * row, wide, 21, words,
                        f"small paper {'good' if near[-1].good else 'bad'}", label="; ".join(told))  # fmt: skip


def _together(done: Sequence[Done], place: Callable[[float], float]) -> Iterator[list[Done]]:
    """The tries, those together whose marks would overlap."""
    rest = list(done)
    while rest:
        first = place(rest[0].at)
        near = [each for each in rest if place(each.at) - first < 44]
        rest = rest[len(near) :]
        yield near


def _word(each: Done) -> str:
    return f"{each.what} ✓" if each.good else each.answer if each.answer.startswith("-") else f"{each.what} ✗"


def _clock(at: float) -> str:
    """Hours, minutes and seconds."""
    return f"{int(at) // 3600}:{int(at) // 60 % 60:02}:{int(at) % 60:02}"
