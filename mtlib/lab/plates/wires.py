"""Wires: the six values that occur outside the seal and inside it, and an attacker who changes those outside.

Every answer is the library's: real envelopes, real keys, and the checks of a data centre, some of which may be off.
The sealed bytes are never edited: an attacker without the victim's permanent key can only use a captured seal as it is,
or make one with another permanent key.
Source: core.telegram.org/method/auth.bindTempAuthKey, "Binding message contents".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from mtlib.crypto.entropy import Patterned
from mtlib.crypto.keys import AuthKey
from mtlib.lab.plates.plate import Control, Glyph, Menu, Plate, Press, line, one_of
from mtlib.protocol.binding import Binding
from mtlib.protocol.checks import COPIES, Facts, MessageFacts, Rules, Verdict, judge, judge_message
from mtlib.protocol.messages import FROM_CLIENT, Window, next_msg_id
from mtlib.protocol.packets import REQUEST_MESSAGE, REQUEST_PACKET
from mtlib.wire.dissection import Field
from mtlib.wire.schema import ENCRYPTED_MESSAGE, ENVELOPE, INNER, REQUEST

BEFORE, LIVE, AFTER = range(3)
TIMES = {BEFORE: "before it arrives", LIVE: "while the key is bound", AFTER: "after a newer key"}
"""When the attacker tries: the client's packet is held back; the client's key is in use; that key was replaced, unbound
and then stolen."""
LATER = {BEFORE: 1, LIVE: 60, AFTER: 120}
"""The time of each try, in seconds after the client sealed the binding."""

OPTIONS = {
    "tunnel": ("the client's key", "a key of the attacker's", "key of the one in the middle"),
    "session_id": ("as captured", "another session"),
    "msg_id": ("as captured", "a new one"),
    "perm_auth_key_id": ("the client's account", "its twin: same first half", "the attacker's account"),
    "nonce": ("as captured", "another one"),
    "expires_at": ("as captured", "a year later"),
    "seal": ("captured", "the attacker's own"),
}
"""The attacker's options; the first of each is the client's value."""

TROPHIES = {
    "A1": ("transplant", "The captured seal travels through a tunnel of the attacker's: his key now acts for the "
                         "client's account"),
    "A2": ("new msg_id", "The old seal ties the stolen key to the account again, in a message with a new msg_id"),
    "A3": ("new session", "The old seal ties the stolen key to the account again, in a session that knows nothing yet"),
    "A6": ("twin", "One seal, two accounts: a permanent key with the same first 128 bytes opens it too"),
    "A7": ("switch", "A tunnel that is in use changes its account: the client now writes into the attacker's"),
    "A8": ("nonce", "The request is not the one that was sealed; nobody gains by it, and the seal did not hold it"),
    "A10": ("in the middle", "The client made its key with somebody in between, who passes the seal on through a key "
                             "of his own"),
}  # fmt: skip
"""The attacks that the reader can find: a short name, and what happened."""

LAYOUTS = {"packet": REQUEST_PACKET, "message": REQUEST_MESSAGE, "request": REQUEST,
           "encrypted_message": ENCRYPTED_MESSAGE, "envelope": ENVELOPE, "inner": INNER}  # fmt: skip
"""The layers of a binding packet, from the outermost inwards."""


class LayerField(NamedTuple):
    """A field in one of the layers, and the path to it that is shown."""

    layer: str
    field: Field
    path: str

    @property
    def order(self) -> tuple[int, int]:
        return list(LAYOUTS).index(self.layer), LAYOUTS[self.layer].fields.index(self.field)


def field_at(path: str) -> LayerField:
    """The field at a path that ends in the names of layer and field."""
    *_, layer, name = path.split("/")
    return LayerField(layer, next(field for field in LAYOUTS[layer].fields if field.name == name), path)


class Wire(NamedTuple):
    """Two fields that must be equal, and the check that compares them."""

    check: str
    outside: LayerField
    inside: LayerField


INWARDS = tuple(sorted(
    (Wire(each.name, field_at(each.reads[1]), field_at(each.reads[0].partition("/plaintext/")[2])) for each in COPIES),
    key=lambda wire: wire.inside.order,
))  # fmt: skip
"""The wires in the order of their fields inside the seal."""
WIRES = tuple(sorted(INWARDS, key=lambda wire: wire.outside.order))
"""The wires in the order of their fields outside the seal, from the outermost layer inwards; they are numbered so."""
SWITCHES = (*(wire.check for wire in WIRES), "not_bound_elsewhere", "msg_key", "expires_at_in_range")
"""The checks that can be turned off here."""


@dataclass(frozen=True)
class Scene:
    """One try of the attacker: `when`, and for each of OPTIONS the number of the choice."""

    binding: Binding
    when: int
    chosen: tuple[tuple[str, int], ...]

    def __getitem__(self, name: str) -> int:
        return dict(self.chosen)[name]

    @property
    def bent(self) -> frozenset[str]:
        """The options that are not the client's value."""
        return frozenset(name for name, option in self.chosen if option)

    @property
    def now(self) -> int:
        return (self.binding.msg_id >> 32) + LATER[self.when]

    @cached_property
    def perm_keys(self) -> tuple[AuthKey, AuthKey, AuthKey]:
        """The client's permanent key, its twin, and the attacker's: the data centre knows all three."""
        draw = Patterned("attacker").at("permanent")
        twin = AuthKey(bytes(self.binding.perm_key)[:128] + draw.draw("twin", 128))
        return self.binding.perm_key, twin, AuthKey(draw.draw("own", 256))

    @cached_property
    def outside(self) -> Binding:
        """The values outside the seal, as the binding that would have the same ones inside."""
        b, draw = self.binding, Patterned("attacker").at("temporary")
        tunnels = (b.temp_key, *(AuthKey(draw.draw(str(at), 256)) for at in range(2)))
        return replace(
            b, perm_key=self.perm_keys[self["perm_auth_key_id"]], temp_key=tunnels[self["tunnel"]],
            session_id=4242 if self["session_id"] else b.session_id,
            msg_id=next_msg_id(self.now, b.msg_id) if self["msg_id"] else b.msg_id,
            nonce=b.nonce ^ 1 if self["nonce"] else b.nonce,
            expires_at=b.expires_at + (365 * 86400 if self["expires_at"] else 0),
        )  # fmt: skip

    @cached_property
    def request(self) -> bytes:
        """The request: the seal, captured or the attacker's own, and the values outside."""
        b = self.outside
        sealed = b if self["seal"] else self.binding  # with a permanent key, the attacker can seal what stands outside
        seal = b.perm_key.id_bytes + bytes(sealed.encrypted_message)[8:]
        return bytes(REQUEST.build(perm_auth_key_id=b.perm_key.id, nonce=b.nonce, expires_at=b.expires_at,
                                   encrypted_message=seal))  # fmt: skip

    @property
    def seen(self) -> Window:
        """The msg_ids that the message's session has seen: that of the client's binding, once it arrived."""
        window = Window((FROM_CLIENT,))
        if self.when != BEFORE and not self["tunnel"] and not self["session_id"]:
            window.add(self.binding.msg_id, 1)
        return window

    def message(self) -> Verdict:
        """The data centre's verdict on the message, before it reads the request."""
        return judge_message(MessageFacts(self.outside.msg_id, 3, self.request, self.now, self.seen))

    def judged(self, off: frozenset[str] = frozenset()) -> Verdict:
        """The data centre's verdict on the request, with these checks off."""
        b, bound = self.outside, self.binding.perm_key.id if self.when == LIVE and not self["tunnel"] else None
        return judge(Facts(self.request, b.perm_key, b.temp_key, b.session_id, b.msg_id, self.now, bound_to=bound,
                           key_expires_at=self.binding.expires_at, rules=Rules(skip=off)))  # fmt: skip

    def accepted(self, off: frozenset[str]) -> bool:
        return self.message().ok and self.judged(off).ok

    @property
    def attack(self) -> str:
        """The attack that this is, if accepted; empty if it is none, or if more is changed than the attack needs."""
        if self["seal"]:
            return "A7" if self.when == LIVE and not self["tunnel"] else ""
        if self.bent == {"tunnel"}:
            return "A1" if self["tunnel"] == 1 else "A10"
        if self.bent == {"perm_auth_key_id"}:
            return "A6"
        if self.bent == {"nonce"}:
            return "A8"
        old = {frozenset({"msg_id"}): "A2", frozenset({"session_id"}): "A3"}
        return old.get(self.bent, "") if self.when == AFTER else ""


class Wires(Plate):
    """`binding` was sealed by the client and captured by the attacker. `trophies` are the attacks found so far."""

    name = "wires"
    question = "Six values stand twice. Can you get boolTrue for what the owner of the permanent key never wanted?"
    height = 510

    def __init__(self, binding: Binding) -> None:
        self.binding = binding
        self.when = BEFORE
        self.chosen = dict.fromkeys(OPTIONS, 0)
        self.off: frozenset[str] = frozenset()
        self.trophies: list[str] = []
        self._try()
        super().__init__()

    def do_when(self, when: int) -> None:
        """Choose the moment of the attack."""
        self.when = range(len(TIMES))[when]
        self._try()

    def do_change(self, name: str) -> None:
        """Take the next option of a field. The attacker's own seal needs the attacker's own account."""
        self.chosen[name] = (self.chosen[name] + 1) % len(OPTIONS[name])
        if name == "seal":
            self.chosen["perm_auth_key_id"] = 2 * self.chosen["seal"]
        elif name == "perm_auth_key_id" and self.chosen[name] != 2:
            self.chosen["seal"] = 0
        self._try()

    def do_switch(self, check: str) -> None:
        """Turn a check off, or on again."""
        self.off ^= {one_of(check, SWITCHES, "check")}
        self._try()

    def do_restore(self, _: object) -> None:
        """Restore the captured values; checks and trophies stay."""
        self.chosen = dict.fromkeys(OPTIONS, 0)
        self._try()

    def _try(self) -> None:
        """What is chosen becomes the present scene, which is judged once: its message, its request with the present
        checks (`verdict`), and with all of them (`compared`)."""
        self.scene = Scene(self.binding, self.when, tuple(self.chosen.items()))
        self.message, self.verdict = self.scene.message(), self.scene.judged(self.off)
        self.compared = self.scene.judged()
        if self.accepted and self.scene.attack not in ("", *self.trophies):
            self.trophies.append(self.scene.attack)

    @property
    def accepted(self) -> bool:
        return self.message.ok and self.verdict.ok

    # -- Results

    def answer(self) -> str:
        """The data centre's answer to the present try, in words."""
        if not self.message.ok:
            return f"not executed: {self.message.failed}"
        return "boolTrue" if self.verdict.ok else str(self.verdict.error)

    def said(self) -> str:
        scene, message, verdict = self.scene, self.message, self.verdict
        if not message.ok:
            why = message[str(message.failed)].check.why
            return f"Nobody reads the request: {message.failed} fails, because {why}."
        if not verdict.ok:
            failing = ", ".join(verdict.failing) or str(verdict.failed)
            return f"{verdict.error}. The log says: {failing}. What for: {verdict[str(verdict.failed)].check.why}."
        if scene.attack:
            return f"boolTrue, dishonestly. {scene.attack}: {TROPHIES[scene.attack][1]}."
        return f"boolTrue. {self._honest(scene)}"

    def _honest(self, scene: Scene) -> str:
        """The reason why an accepted request is no attack."""
        if not scene.bent and scene.when == BEFORE:
            return "This is the client's own request: nothing dishonest about it."
        if scene["seal"]:
            return "The attacker's account on a key that he holds: nothing of the client's is touched."
        if scene.when != AFTER and not scene.bent - {"msg_id", "session_id", "expires_at"}:
            return (
                "The client's key is tied to the client's account, as the client wanted, and ends when it was to end."
            )
        return "More is bent than an attack needs: which check is the one that matters?"

    def alt(self) -> str:
        states = ", ".join(f"{number} {wire.check} {_STATE[self.verdict[wire.check].holds][1]}"
                           for number, wire in enumerate(WIRES, 1))  # fmt: skip
        off = f"; switched off: {', '.join(sorted(self.off))}" if self.off else ""
        return (f"Six numbered wires join values outside the seal with the same values inside it: {states}{off}; the "
                f"data centre answers {self.answer()}.")  # fmt: skip

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "wire", "outside", "value", "inside", "value", "the check"
        for number, wire in enumerate(WIRES, 1):
            state = "off" if wire.check in self.off else _STATE[self.verdict[wire.check].holds][1]
            yield str(number), wire.outside.path, self._outside(wire), wire.inside.path, self._inside(wire), state
        yield "", "", "", "", "trophies", ", ".join(self.trophies) or "none yet"

    def controls(self) -> Iterator[Control]:
        yield Menu("when", "when", self.when, tuple(TIMES.items()))
        yield Press("restore", "all values as captured", able=bool(self.scene.bent))

    # -- Drawing

    LEFT, RIGHT, WIDE, TALL = 16.0, 448.0, 296.0, 28.0

    def fixed(self) -> Iterator[Glyph]:
        boxes = [
            ("packet", 8, 6, 312, 292),
            ("message", 12, 54, 304, 240),
            ("request", 16, 136, 296, 154),
            ("envelope: opened with the permanent key", 440, 6, 312, 292),
            ("inner: the forty bytes", 444, 54, 304, 240),
        ]
        yield Glyph("open", look="dim", d=line((308, 268), (436, 268), arrow=True))
        yield Glyph("opened", 372, 282, text="opens to", look="small dim")
        for name, x, y, wide, tall in boxes:
            yield Glyph(f"box {name}", x, y, wide, tall, look="edge")
            yield Glyph(f"name {name}", x + 8, y + 9, text=name, look="small left dim")

    def marks(self) -> Iterator[Glyph]:
        for number, wire in enumerate(WIRES, 1):
            yield from self._wire(number, wire)
        yield self._value("seal", "encrypted_message", 254)
        yield from self._switches()
        yield from self._trophies()

    def _outside_y(self, place: LayerField) -> float:
        before = [wire.outside for wire in WIRES if wire.outside.layer == place.layer].index(place)
        return {"packet": 22.0, "message": 70.0, "request": 152.0}[place.layer] + 32 * before

    def _inside_y(self, place: LayerField) -> float:
        inner = [wire.inside for wire in INWARDS if wire.inside.layer == "inner"]
        return 72 + 42.0 * inner.index(place) if place in inner else 22.0

    def _wire(self, number: int, wire: Wire) -> Iterator[Glyph]:
        off, holds = wire.check in self.off, self.compared[wire.check].holds  # holds or not, even if nobody looks
        y0, y1 = self._outside_y(wire.outside) + self.TALL / 2, self._inside_y(wire.inside) + self.TALL / 2
        x0, x1 = self.LEFT + self.WIDE, self.RIGHT
        name = wire.outside.field.name
        yield self._value("tunnel" if name == "auth_key_id" else name, name, y0 - self.TALL / 2, number, wire)
        inside = self._inside(wire)
        yield Glyph(f"in {wire.check}", x1, y1 - self.TALL / 2, self.WIDE, self.TALL, look="bad" if holds is False else
                    "copied" if holds else "paper", label=f"{number}: {wire.inside.path} is {inside}; inside the seal",
                    of=f"w{number}", lights=f"w{number}")  # fmt: skip
        yield Glyph(f"inn {wire.check}", x1 + 20, y1, text=wire.inside.field.name, look="left")
        yield Glyph(f"inv {wire.check}", x1 + self.WIDE - 8, y1, text=inside, look="mono end")
        look, _ = _STATE[holds]
        look = "dim dash" if off and holds is not False else look
        yield Glyph(f"wire {wire.check}", look=f"thick {look}", d=_path((x0, y0), (x1, y1), holds), of=f"w{number}")
        for end, (x, y) in enumerate(((x0, y0), (x1, y1))):
            yield Glyph(f"n{end} {wire.check}", x - 8, y - 8, 16, 16, str(number),
                        f"small paper {'bad' if holds is False else 'edge'}")  # fmt: skip

    def _outside(self, wire: Wire) -> str:
        return _shown(self.compared[wire.check].expected)

    def _inside(self, wire: Wire) -> str:
        return _shown(self.compared[wire.check].got)

    def _value(self, name: str, field: str, y: float, number: int = 0, wire: Wire | None = None) -> Glyph:
        """A field outside the seal; a click takes its next option."""
        option, options = self.chosen[name], OPTIONS[name]
        after = options[(option + 1) % len(options)]
        value = f", {self._outside(wire)}" if wire else ""
        return Glyph(
            f"out {name}", self.LEFT + 4, y, self.WIDE - 8, self.TALL, f"{field}: {options[option]}",
            f"left {'given' if option else 'copied'} {'chosen' if option else 'edge'}",
            label=f"{f'{number}: ' if number else ''}{field}: {options[option]}{value}; click for: {after}",
            of=f"w{number}" if number else "", lights=f"w{number}" if number else "", do=("change", name),
        )  # fmt: skip

    def _switches(self) -> Iterator[Glyph]:
        for at, name in enumerate(SWITCHES):
            row, column = divmod(at, 3)
            holds, off = self.verdict[name].holds, name in self.off
            sign, state = ("off", "off") if off else _SIGN[holds]
            number = f"{at + 1} " if at < len(WIRES) else ""
            lights = f"w{at + 1}" if at < len(WIRES) else ""
            yield Glyph(f"s {name}", 8 + 250 * column, 312 + 32 * row, 244, 26, f"{number}{name}  {sign}",
                        "bad" if holds is False else "ghost dim" if off else "paper", of=lights, lights=lights,
                        label=f"check {number}{name}: {state}; click to switch it {'on' if off else 'off'}",
                        do=("switch", name), pressed=off)  # fmt: skip
        good, dishonest = self.accepted, self.accepted and bool(self.scene.attack)
        sign = "✓" if good else "✗"
        yield Glyph("answer", 8, 412, 744, 34, f"{sign}  {self.answer()}{'  – dishonestly' if dishonest else ''}",
                    f"bold big {'noise' if dishonest else 'good' if good else 'bad'}")  # fmt: skip

    def _trophies(self) -> Iterator[Glyph]:
        for at, (name, (short, told)) in enumerate(TROPHIES.items()):
            found = name in self.trophies
            label = f"{name}, {short}: {told}" if found else f"trophy {at + 1} of {len(TROPHIES)}: not found yet"
            text = f"★ {name}\n{short}" if found else "☆\nnot found yet"
            look = f"small {'random edge' if found else 'ghost dim'}"
            yield Glyph(f"trophy {name}", 8 + 107 * at, 458, 102, 44, text, look, label=label)


_STATE = {True: ("good", "holds"), False: ("bad", "broken"), None: ("dim dash", "not compared")}
_SIGN = {True: ("✓", "holds"), False: ("✗", "fails"), None: ("–", "not compared")}


def _shown(value: Any) -> str:
    return "does not open" if value is None else str(value)


def _path(start: tuple[float, float], end: tuple[float, float], holds: bool | None) -> str:
    """The `d` of a wire; a broken wire is two pieces that hang down."""
    (x0, y0), (x1, y1) = start, end
    half = (x0 + x1) / 2
    if holds is not False:
        return f"M{x0:g} {y0:g}C{half:g} {y0:g} {half:g} {y1:g} {x1:g} {y1:g}"
    return (f"M{x0:g} {y0:g}C{x0 + 30:g} {y0:g} {half - 18:g} {y0:g} {half - 20:g} {y0 + 20:g}"
            f"M{x1:g} {y1:g}C{x1 - 30:g} {y1:g} {half + 18:g} {y1:g} {half + 20:g} {y1 + 20:g}")  # fmt: skip
