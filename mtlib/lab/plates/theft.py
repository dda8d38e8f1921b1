"""The theft: which packets of a recording a stolen key opens, day by day, and what the thief can do from then on.

Each stolen key is really tried on every packet, and a packet is readable if msg_key is the hash of the decrypted
bytes. Source: core.telegram.org/api/pfs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from typing import NamedTuple

from mtlib.crypto.entropy import Patterned
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError
from mtlib.lab.plates.plate import Control, Glyph, Menu, Plate, drag_handle, line, some
from mtlib.lab.samples import DAY
from mtlib.protocol.binding import Binding
from mtlib.protocol.checks import Facts, PacketFacts, Verdict, judge
from mtlib.protocol.messages import next_msg_id
from mtlib.protocol.packets import MESSAGES, TO_CLIENT, TO_SERVER, seal
from mtlib.wire.dissection import Reading
from mtlib.wire.schema import SCHEMA

X = {"sent": TO_SERVER, "received": TO_CLIENT}
ARROWS = {"sent": "→", "received": "←"}
PERMANENT, MEMORY = "permanent", "memory"
STOLEN = {
    "": ("nothing", ()),
    PERMANENT: ("the disk (permanent key)", (PERMANENT,)),
    MEMORY: ("the memory (key of that day)", (MEMORY,)),
    "both": ("disk and memory", (PERMANENT, MEMORY)),
}
"""The words for each choice, and the keys that it gives."""
MOST_DAYS, MOST_PACKETS = 4, 24
"""The most days, and the most packets in each."""


class Recorded(NamedTuple):
    """One packet as the wiretapper has it: unix seconds, "sent" or "received", its bytes."""

    at: float
    way: str
    packet: bytes


class Theft(Plate):
    """`recording` has sealed packets, as (unix seconds, "sent" or "received", bytes); `day_keys` are the temporary
    keys, one a day from `start`. LocalError for more days or packets than fit, and for a packet outside the days."""

    name = "the theft"
    question = "Somebody records everything, and later steals a key. What can they read, and what can they do?"

    def __init__(
        self, recording: Sequence[tuple[float, str, bytes]], perm_key: AuthKey, day_keys: Sequence[AuthKey], start: int
    ) -> None:
        self.perm_key, self.day_keys, self.start = perm_key, tuple(day_keys), start
        self.recording = tuple(Recorded(*each) for each in recording)
        most = DAY * len(some(self.day_keys, "day_keys", MOST_DAYS))
        for each in self.recording:
            if not 0 <= each.at - start < most or each.way not in X:
                raise LocalError("a packet of no day", got=each[:2], expected="of a day that has a key",
                                 where="recording")  # fmt: skip
        longest = some(max(map(self._of, range(len(self.day_keys))), key=len), "recording", MOST_PACKETS)
        self.height = self.LIST + self.LINE * len(longest) + 8
        self.hours = 12 + 24 * ((len(self.day_keys) - 1) // 2)
        self.stolen, self.pfs = "", 1
        self._read = cache(_read)  # of this plate: keys are not to outlive it
        super().__init__()

    def _of(self, day: int) -> list[int]:
        """The indexes in the recording of the packets of a day."""
        return [at for at, each in enumerate(self.recording) if (each.at - self.start) // DAY == day]

    # -- Actions

    def do_theft(self, at: int) -> None:
        """Move the theft to this step of two hours, counted from the start."""
        self.hours = 2 * range(len(self._stops))[at]

    # -- Results

    @property
    def day(self) -> int:
        """The day of the theft. At midnight the new key is in use already."""
        return min(self.hours // 24, len(self.day_keys) - 1)

    @property
    def keys(self) -> tuple[AuthKey, ...]:
        """The keys that the thief has. Without temporary keys, disk and memory hold the same key."""
        have = {PERMANENT: self.perm_key, MEMORY: self.day_keys[self.day] if self.pfs else self.perm_key}
        return tuple(dict.fromkeys(have[name] for name in STOLEN[self.stolen][1]))

    @property
    def acts(self) -> bool:
        """Whether the thief has the permanent key, and so can bind a new key."""
        return self.perm_key in self.keys

    @cached_property
    def without(self) -> tuple[bytes, ...]:
        """The packets with the same messages sealed with the permanent key, as of a phone without temporary keys."""
        made = []
        for each in self.recording:
            opened = (PacketFacts(each.packet, key, x=X[each.way]).plaintext for key in self.day_keys)
            message = next((data for data in opened if data is not None), None)
            made.append(each.packet if message is None else bytes(seal(message, self.perm_key, X[each.way])))
        return tuple(made)

    def packet(self, at: int) -> bytes:
        return self.recording[at].packet if self.pfs else self.without[at]

    def read(self, at: int) -> str:
        """The name of the call or answer that the thief reads in a packet with the stolen keys; empty for noise."""
        packet, x = self.packet(at), X[self.recording[at].way]
        return next(filter(None, (self._read(packet, key, x) for key in self.keys)), "")

    @cached_property
    def own_key(self) -> AuthKey:
        """The temporary key that the thief makes."""
        return AuthKey(Patterned("the thief").draw("auth_key", 256))

    def binds(self) -> Verdict:
        """The verdict of a data centre's checks on a binding that the thief seals for a new key."""
        now = self.start + 3600 * self.hours
        b = Binding.draw(self.perm_key, self.own_key, session_id=7, msg_id=next_msg_id(now), expires_at=now + DAY,
                         entropy=Patterned("the thief's binding"))  # fmt: skip
        return judge(Facts(bytes(b.request), self.perm_key, self.own_key, b.session_id, b.msg_id, now,
                           key_expires_at=b.expires_at))  # fmt: skip

    def said(self) -> str:
        total, when = len(self.recording), f"day {self.day + 1}, {self._clock(self.hours)}"
        if not self.keys:
            return (f"{total} packets lie there, and all of them are noise. Choose what the thief gets on {when}, and "
                    "drag the theft along the days.")  # fmt: skip
        opened = [at for at in range(total) if self.read(at)]
        days = sorted({int((self.recording[at].at - self.start) // DAY) + 1 for at in opened})
        which = f", all of day {days[0]}" if len(days) == 1 else ", on every day" if days else ""
        told = f"{when}, stolen: {STOLEN[self.stolen][0]}. Of {total} packets {len(opened)} become readable{which}."
        if self.acts and self.pfs:
            told += (f" Then the thief makes a key, {self.own_key.id_bytes.hex()}, and seals a binding for it. The "
                     f"checks of a data centre say {self._answer}: from now on they are you.")  # fmt: skip
        elif self.acts:
            told += " And the thief acts as you, for as long as that key lives."
        else:
            told += f" Until the end of day {self.day + 1} the thief can also act as you; then that key is gone."
        return told

    def alt(self) -> str:
        opened = sum(bool(self.read(at)) for at in range(len(self.recording)))
        return (f"{len(self.recording)} recorded packets in {len(self.day_keys)} columns, one for each day, under the "
                f"keys of the phone; a theft on day {self.day + 1} at {self._clock(self.hours)} of "
                f"{STOLEN[self.stolen][0]} makes {opened} of them readable.")  # fmt: skip

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "day", "time", "way", "bytes", "asks for key", "what the thief reads"
        for at, each in enumerate(self.recording):
            packet, hours = self.packet(at), (each.at - self.start) / 3600
            yield (str(int(hours // 24) + 1), self._clock(hours), each.way, str(len(packet)), packet[:8].hex(),
                   self.read(at) or "noise")  # fmt: skip

    @staticmethod
    def _clock(hours: float) -> str:
        return f"{int(hours % 24)}:{round(hours % 1 * 60):02}"

    # -- Drawing

    LEFT, RIGHT, KEYS, BAR, LIST, LINE = 116.0, 748.0, 62.0, 24.0, 192.0, 17.0

    @property
    def _stops(self) -> tuple[float, ...]:
        return tuple(self._x(2 * at) for at in range(12 * len(self.day_keys)))

    def _x(self, hours: float) -> float:
        return self.LEFT + hours * (self.RIGHT - self.LEFT) / (24 * len(self.day_keys))

    def controls(self) -> Iterator[Control]:
        yield Menu("stolen", "the thief gets", self.stolen, tuple((name, told) for name, (told, _) in STOLEN.items()))
        yield Menu("pfs", "the phone has", self.pfs, ((1, "temporary keys"), (0, "one key for everything")))

    def fixed(self) -> Iterator[Glyph]:
        lane = self.KEYS + self.BAR / 2
        for at, words in enumerate(("in the memory", "on the disk", "the thief")):
            yield Glyph(f"lane{at}", 8, lane + 32 * at, text=words, look="left bold")
        yield Glyph("list", 8, self.LIST - 12, text="on record", look="left bold")
        for day in range(len(self.day_keys)):
            yield Glyph(f"day{day}", self._x(24 * day + 12), 14, text=f"day {day + 1}", look="dim")
        for day in range(len(self.day_keys) + 1):
            yield Glyph(f"night{day}", self._x(24 * day), 8, look="dim", d=line((0, 0), (0, 12)))

    def marks(self) -> Iterator[Glyph]:
        x, when = self._x(self.hours), f"theft: day {self.day + 1}, {self._clock(self.hours)}"
        # The line has gaps at the bars, because they contain words, and some are transparent.
        gaps = ((52, self.KEYS), (self.KEYS + self.BAR, self.KEYS + 32), (self.KEYS + 32 + self.BAR, self.KEYS + 88))
        yield Glyph("line", x, 0, look="bad", d="".join(line((0, top), (0, end)) for top, end in gaps))
        yield drag_handle("theft", x, 26, (168, 26), when, look="bad", label=when, do=("theft", 0), slide=self._stops,
                          cell=self.hours // 2)  # fmt: skip
        yield from self._bars()
        yield from self._thief()
        for day in range(len(self.day_keys)):
            yield from self._column(day)

    def _bars(self) -> Iterator[Glyph]:
        """The phone's keys; stolen ones have a frame."""
        keys = self.keys
        for day, key in enumerate(self.day_keys):
            named = key.id_bytes.hex()[:8]
            look, words = ("derived", f"key {day + 1}  {named}…") if self.pfs else ("ghost dim", "no temporary key")
            got = self.pfs and key in keys
            yield Glyph(f"key{day}", self._x(24 * day) + 1, self.KEYS, self._x(24) - self._x(0) - 2, self.BAR,
                        f"{words}{'  ✗ stolen' if got else ''}", f"small {look} {'bad' if got else 'edge'}",
                        label=f"the temporary key of day {day + 1}{', stolen' if got else ''}" if self.pfs else "",
                        lights=f"d{day}" if self.pfs else "")  # fmt: skip
        got = self.perm_key in keys
        yield Glyph("permanent", self.LEFT + 1, self.KEYS + 32, self.RIGHT - self.LEFT - 2, self.BAR,
                    f"the permanent key  {self.perm_key.id_bytes.hex()[:8]}…{'  ✗ stolen' if got else ''}",
                    f"small copied {'bad' if got else 'edge'}", label=f"the permanent key{', stolen' if got else ''}",
                    )  # fmt: skip

    def _thief(self) -> Iterator[Glyph]:
        """The time in which the thief can act as the phone, and the key used for it."""
        y, x = self.KEYS + 64, self._x(self.hours)
        yield Glyph("free", self.LEFT + 1, y, self.RIGHT - self.LEFT - 2, self.BAR, look="ghost")
        wide = (self.RIGHT - 1 if self.acts else self._x(24 * self.day + 24)) - x
        if not self.keys or wide < 2:
            return
        own = f"binds a key of their own, {self.own_key.id_bytes.hex()[:8]}…: {self._answer}"
        words = own if self.acts and self.pfs else "acts as you, with your key"
        text = next((each for each in (words, "acts as you") if len(each) * 6.2 < wide), "")
        yield Glyph("acts", x, y, wide, self.BAR, text, "small bold noise bad", label=words)

    @property
    def _answer(self) -> str:
        verdict = self.binds()
        return "boolTrue" if verdict.ok else str(verdict.error)

    def _column(self, day: int) -> Iterator[Glyph]:
        """The packets of a day, as noise or with the name of their content."""
        x, wide = self._x(24 * day) + 3, self._x(24) - self._x(0) - 6
        places = self._of(day)
        opened = sum(bool(self.read(at)) for at in places)
        yield Glyph(f"count{day}", x + wide / 2, self.LIST - 12, text=f"{opened} of {len(places)} readable",
                    look=f"small {'bold' if opened else 'dim'}")  # fmt: skip
        for row, at in enumerate(places):
            each, read = self.recording[at], self.read(at)
            packet = self.packet(at)
            when = f"{self._clock((each.at - self.start) / 3600)} {ARROWS[each.way]}"
            room = int((wide - 10) / 6.4) - len(when) - 1
            text = _cut(read, room) if read else packet[24 : 24 + room // 2].hex()
            yield Glyph(
                f"p{at}", x, self.LIST + self.LINE * row, wide, self.LINE - 2, f"{when} {text}",
                f"left mono {'given edge' if read else 'dim'}", wait=row // 3 if read else 0, of=f"d{day}",
                label=f"{each.way} on day {day + 1} at {when[:-2]}, {len(packet)} bytes, asks for key "
                      f"{packet[:8].hex()}: {read or 'noise'}",
            )  # fmt: skip


def _read(packet: bytes, key: AuthKey, x: int) -> str:
    """The name of the call or answer in a packet; empty if the key does not open it."""
    plaintext = PacketFacts(packet, key, x=x).plaintext
    return "" if plaintext is None else _named(bytes(MESSAGES[x].dissect(plaintext)["answer" if x else "request"]))


def _named(body: bytes) -> str:
    """The name of the constructor in a body, without the wrappers around it."""
    if not SCHEMA.knows(body):
        return "a body without a name"
    found = SCHEMA.dissect(body, Reading(lenient=True))
    if "messages" in found.values:
        names = [_named(bytes(each["body"])) for each in found["messages"]]
        return ", ".join(sorted(names, key="msgs_ack".__eq__))
    for wrapper in ("query", "result"):
        if wrapper in found.values:
            return _named(bytes(found[wrapper]))
    return found.name


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}…"
