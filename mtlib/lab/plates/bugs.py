"""Spot the bug: a good and a bad packet side by side, opened; the reader finds the field before the doctor names it.

Every level is a mistake in one step of the recipe, most of them from `mtlib.clinic.mistakes`. The doctor and the checks
of a data centre decide from the bytes alone which field is wrong. The browser gets no answer before a guess.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from mtlib.clinic.diagnosis import Diagnosis
from mtlib.clinic.doctor import diagnose
from mtlib.clinic.mistakes import MISTAKES
from mtlib.clinic.recipe import Recipe, envelope, inner
from mtlib.crypto.keys import AuthKey
from mtlib.lab.plates.plate import Control, Glyph, Menu, Plate, Press, one_of
from mtlib.lab.plates.wires import LAYOUTS
from mtlib.lab.samples import DAY
from mtlib.lab.scenes import Scene, scenes
from mtlib.protocol.binding import ENVELOPE_SIZE, INNER_SIZE, PLAINTEXT_SIZE
from mtlib.protocol.checks import CHECKS, Facts
from mtlib.wire.dissection import Reading

GIVEN = ("perm_auth_key", "temp_auth_key", "temp_auth_key_id", "temp_session_id", "msg_id", "nonce", "expires_at",
         "random", "padding", "salt", "seqno", "message_padding")  # fmt: skip
Wrong = Mapping[str, Callable[..., Any]]


def _of_the_table(step: str, name: str) -> Wrong:
    """A mistake of the table in one step, made in the first of its ways."""
    (way, *_) = MISTAKES[name].at(step)

    def made(*values: Any) -> bytes:
        found = way(*values)
        return bytes(found if isinstance(found, bytes) else next(found))

    return {step: made}


LEVELS: tuple[Wrong, ...] = (
    _of_the_table("envelope", "length_not_forty"),
    _of_the_table("envelope", "seqno_not_zero"),
    {"inner": lambda nonce, *rest: inner(~nonce, *rest)},
    _of_the_table("inner", "constructor_big_endian"),
    {"inner": lambda n, t, p, session, e: inner(n, t, p, session ^ 0x5A5A5A5A5A5A, e)},
    {"envelope": lambda random, msg_id, body: envelope(random, msg_id - (5 << 32), body)},
    _of_the_table("msg_key", "msg_key_first_sixteen_bytes"),
    _of_the_table("inner", "temp_key_id_for_the_permanent"),
    _of_the_table("encrypted_message", "byte_swapped"),
    _of_the_table("packet", "perm_id_in_front"),
)  # fmt: skip
"""The levels, from bugs that the eye sees to bugs that need a comparison. They have no names: the doctor gives them."""

FIELDS = (
    ("packet", "auth_key_id"),
    ("message", "salt", "session_id", "msg_id", "seqno"),
    ("request", "constructor", "perm_auth_key_id", "nonce", "expires_at"),
    ("encrypted_message", "perm_auth_key_id", "msg_key"),
    ("envelope", "msg_id", "seqno", "length"),
    ("inner", "constructor", "nonce", "temp_auth_key_id", "perm_auth_key_id", "temp_session_id", "expires_at"),
)
"""The layers, each with the fields that are shown."""
PATHS = {**{layer: layer for layer in LAYOUTS}, "envelope": "plaintext/envelope", "inner": "plaintext/envelope/inner"}
"""The path of each layer in the doctor's findings."""
ALIKE = {"temp_auth_key_id": "auth_key_id", "temp_session_id": "session_id"}
"""Values that have another name in another layer."""
PLACES = tuple((layer, field) for layer, *names in FIELDS for field in names)


ORIGINS = {(layer, each.name): each.note.origin for layer, layout in LAYOUTS.items() for each in layout.fields}
"""Where the value of each field comes from."""


@dataclass(frozen=True)
class SpotPacket:
    """One packet, with all values of its recipe and opened with both keys."""

    values: Scene

    @classmethod
    def made(cls, scene: Scene, wrong: Wrong) -> SpotPacket:
        return cls(Recipe(wrong).run({name: scene[name] for name in GIVEN}))

    @property
    def facts(self) -> Facts:
        v = self.values
        return Facts(v["request"], AuthKey(v["perm_auth_key"]), AuthKey(v["temp_auth_key"]), v["session_id"],
                     v["msg_id"], v["expires_at"] - DAY)  # fmt: skip

    @cached_property
    def fields(self) -> dict[tuple[str, str], bytes]:
        """The bytes of every shown field, valid or not."""
        v, lenient = self.values, Reading(lenient=True)
        plaintext = self.facts.plaintext or bytes(PLAINTEXT_SIZE)
        sealed = {"envelope": plaintext[:ENVELOPE_SIZE], "inner": plaintext[ENVELOPE_SIZE - INNER_SIZE : ENVELOPE_SIZE]}
        layers = {name: layout.dissect({**v, **sealed}[name], lenient) for name, layout in LAYOUTS.items()}
        raw = {(name, span.name): span.raw for name, layer in layers.items() for span in layer.spans}
        return {place: raw[place] for place in PLACES}

    @property
    def hash(self) -> bytes:
        """The whole SHA-1 of the envelope, 20 bytes."""
        return hashlib.sha1((self.facts.plaintext or b"")[:ENVELOPE_SIZE]).digest()

    @cached_property
    def diagnosis(self) -> Diagnosis:
        v = self.values
        return diagnose(packet=v["packet"], perm_key=v["perm_auth_key"], temp_key=v["temp_auth_key"],
                        now=v["expires_at"] - DAY)  # fmt: skip

    @cached_property
    def guilty(self) -> frozenset[tuple[str, str]]:
        """The fields that count as right answers: the one in the doctor's evidence, and those of the failed check."""
        found = self.diagnosis
        failed = found.checks.failed if found.checks else None
        read = next((check.reads for check in CHECKS if check.name == failed), ())
        paths = {found.evidence[0].path, *(each.replace("request/encrypted_message", "encrypted_message")
                                           .replace("encrypted_message/plaintext", "plaintext") for each in read)}
        return frozenset(place for place in PLACES if f"{PATHS[place[0]]}/{place[1]}" in paths)


def _checks_of(place: tuple[str, str]) -> list[str]:
    """The checks that read this field."""
    path = f"{PATHS[place[0]]}/{place[1]}"
    return [check.name for check in CHECKS if any(each.endswith(path) for each in check.reads)]


@cache
def _patients(level: int) -> tuple[SpotPacket, SpotPacket]:
    """The good and the bad packet of a level, made from different values."""
    drawn = scenes(f"spot the bug {level}")
    return SpotPacket.made(drawn[2], {}), SpotPacket.made(drawn[4], LEVELS[level - 1])


class Bugs(Plate):
    """Ten levels; `level` is the one shown first, counted from 1. LocalError for a level that does not exist."""

    name = "spot the bug"
    question = "Left a good packet, right a bad one, both opened. Which field of the bad one is wrong?"

    def __init__(self, level: int = 1) -> None:
        self.level = one_of(level, range(1, len(LEVELS) + 1), "level")
        self.guesses: dict[int, list[int]] = {}
        self.given_up: set[int] = set()
        super().__init__()

    # -- Actions

    def do_field(self, at: int) -> None:
        """Guess this field; ignored once the answer is shown."""
        at = range(len(PLACES))[at]
        if not self.told and at not in self.tried:
            self.guesses.setdefault(self.level, []).append(at)

    def do_show(self, _: object) -> None:
        """Show the answer without a guess."""
        if not self.told:
            self.given_up.add(self.level)

    # -- Results

    @property
    def patients(self) -> tuple[SpotPacket, SpotPacket]:
        """The good and the bad packet of this level."""
        return _patients(self.level)

    @property
    def tried(self) -> list[int]:
        return self.guesses.get(self.level, [])

    def found(self, level: int) -> bool:
        """Whether the reader has found the bug of a level."""
        return any(PLACES[at] in _patients(level)[1].guilty for at in self.guesses.get(level, ()))

    @property
    def told(self) -> bool:
        return self.level in self.given_up or self.found(self.level)

    def said(self) -> str:
        if self.told:
            d = self.patients[1].diagnosis
            mark = "Found. " if self.found(self.level) else ""
            return f"{mark}{d.verdict} {d.evidence[0]}. {d.fix} Lesson {d.lesson[:2]}."
        if not self.tried:
            return f"Level {self.level} of {len(LEVELS)}. Click the field of the bad packet, or press Enter on it."
        layer, field = PLACES[self.tried[-1]]
        checks = self.patients[1].diagnosis.checks
        holds = [name for name in _checks_of((layer, field)) if checks and checks[name].holds]
        verb, checked = ("holds", "check") if len(holds) == 1 else ("hold", "checks")
        why = (f"the data centre's {checked} {' and '.join(holds)} {verb}" if holds
               else "neither the doctor nor a check complains about it first")  # fmt: skip
        return f"Not {field} of {layer}: {why}. Look on, or press \"show me\"."

    def alt(self) -> str:
        number = sum(map(self.found, range(1, len(LEVELS) + 1)))
        return (f"Level {self.level} of {len(LEVELS)}: the fields of a good and of a bad binding packet side by side, "
                f"layer by layer, from the packet to the forty bytes; {number} levels found.")  # fmt: skip

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "layer", "field", "good", "bad", ""
        good, bad = self.patients
        for at, place in enumerate(PLACES):
            yield *place, good.fields[place].hex(), bad.fields[place].hex(), self._sign(at)[1]
        yield "computed", "SHA1(envelope)", good.hash.hex(), bad.hash.hex(), ""

    def _sign(self, at: int) -> tuple[str, str]:
        """The mark beside a field, as a sign and in words."""
        if self.told and PLACES[at] in self.patients[1].guilty:
            return "✗", "here it is"
        return ("✓", "guessed, not it") if at in self.tried else ("", "")

    def controls(self) -> Iterator[Control]:
        marks = {each: "✓" if self.found(each) else "·" if each in self.given_up else ""
                 for each in range(1, len(LEVELS) + 1)}  # fmt: skip
        yield Menu("level", "level", self.level, tuple((each, f"{each}{mark}") for each, mark in marks.items()))
        yield Press("show", "show me", able=not self.told)

    # -- Drawing

    GOOD, BAD, WIDE, ROW, HEAD = 138.0, 446.0, 302.0, 17.0, 19.0
    height = 500.0

    def fixed(self) -> Iterator[Glyph]:
        yield Glyph("good", self.GOOD + 4, 14, text="✓ good", look="left bold")
        yield Glyph("bad", self.BAD + 4, 14, text="✗ bad", look="left bold")
        for (layer, field), y in self._places():
            if field:
                origin = ORIGINS.get((layer, field))
                text = f"{origin.letter} {field}" if origin else field
                yield Glyph(f"f {layer} {field}", 14, y + self.ROW / 2, text=text, look="small left")
            else:
                yield Glyph(f"g {layer}", 8, y + 11, text=layer, look="small left bold")

    def _places(self) -> Iterator[tuple[tuple[str, str], float]]:
        """Every line with its height: the name of a layer, then its fields; the computed hash follows msg_key."""
        y = 24.0
        for layer, *names in FIELDS:
            yield (layer, ""), y
            y += self.HEAD
            for field in [*names, *(["SHA1(envelope)"] if layer == "encrypted_message" else [])]:
                yield (layer, field), y
                y += self.ROW

    def marks(self) -> Iterator[Glyph]:
        good, bad = self.patients
        for (layer, field), y in self._places():
            if (layer, field) in PLACES:
                yield from self._field(PLACES.index((layer, field)), y)
            elif field:
                for x, each in ((self.GOOD, good), (self.BAD, bad)):
                    yield Glyph(f"h{x:g}", x, y, self.WIDE, self.ROW - 2, each.hash.hex(), "left mono ghost",
                                label=f"computed: SHA-1 of the envelope, 20 bytes: {each.hash.hex()}")  # fmt: skip

    def _field(self, at: int, y: float) -> Iterator[Glyph]:
        good, bad = self.patients
        layer, field = PLACES[at]
        sign, words = self._sign(at)
        alike, origin = ALIKE.get(field, field), ORIGINS[layer, field].value
        shown = good.fields[PLACES[at]].hex()
        yield Glyph(f"a{at}", self.GOOD, y, self.WIDE, self.ROW - 2, shown, f"left mono {origin}", of=f"v-{alike}",
                    lights=f"v-{alike}", label=f"good: {field} of {layer}: {shown}")  # fmt: skip
        shown, look = bad.fields[PLACES[at]].hex(), {"": origin, "✓": "ghost dim", "✗": "noise bad"}[sign]
        yield Glyph(f"b{at}", self.BAD, y, self.WIDE, self.ROW - 2, shown, f"left mono {look}", of=f"v-{alike}",
                    lights=f"v-{alike}", label=f"bad: {field} of {layer}: {shown}{', ' if words else ''}{words}",
                    do=("field", at))  # fmt: skip
        if sign:
            told = "✗ here" if sign == "✗" else "not it"
            yield Glyph(f"s{at}", self.BAD + self.WIDE - 6, y + self.ROW / 2 - 1, text=told, look="small bold end" if
                        sign == "✗" else "small end dim")  # fmt: skip
