"""The packet puts itself together: from the forty bytes that bind to the frame that leaves the socket.

Each of nine steps adds a layer. The bytes of a layer are shown in rows, in the order in which they are sent. A row has
the same bytes until the end, but a seal changes their values. Above the rows, every layer is a bar to scale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from mtlib.lab.plates.plate import Control, Glyph, Plate, Slider, hatching, line, one_of, runs
from mtlib.protocol.binding import BindPacket
from mtlib.wire.dissection import Span
from mtlib.wire.notes import Origin

TOLD = {
    "inner": "Forty bytes: a constructor and five values. They name both keys, the session and the end.",
    "envelope": "A header in front: 16 random bytes, the msg_id, the seqno, and the length of what follows.",
    "plaintext": "Random bytes behind, so that AES gets whole blocks of 16.",
    "ciphertext": "The seal closes, with the permanent key: IGE makes other bytes of all of them, in their places.",
    "encrypted_message": "In front of the seal: the id of the permanent key, and msg_key, which opens it together "
                         "with that key.",
    "request": "The call around it: its constructor, three values that stand in the seal too, the seal as a string.",
    "message": "A header in front and padding behind: a message of MTProto 2.0 in a session.",
    "packet": "The second seal closes, with the temporary key. Its id and its msg_key in front stay readable.",
    "frame": "The transport adds what separates one packet from the next. So it leaves the socket.",
}  # fmt: skip
"""The layers from inside to outside, with a sentence about each."""
STEPS = tuple(TOLD)
SEALS = {"ciphertext": "permanent", "packet": "temporary"}
HOLDERS = {"frame": "packet", "packet": "ciphertext", "message": "request", "request": "encrypted_message",
           "encrypted_message": "ciphertext", "plaintext": "envelope", "envelope": "inner"}  # fmt: skip
"""The field of each layer that holds the layer inside it, from outside to inside."""


class _Byte(NamedTuple):
    """One byte of the frame: the layer that adds it, its field there, its offset in the field."""

    layer: str
    field: Span
    at: int


@dataclass(frozen=True)
class _Layer:
    """One step: its bytes at that step, and where they begin in the finished frame."""

    name: str
    data: bytes
    start: int
    head: int
    """The number of bytes that the layer adds before the layer inside it; it adds the rest after that."""

    @property
    def places(self) -> range:
        """The places of its bytes in the finished frame."""
        return range(self.start, self.start + len(self.data))


class Packet(Plate):
    """`carried` is the packet, `step` the layer that is shown first. LocalError if `step` is not in STEPS."""

    name = "the packet puts itself together"
    question = "Forty bytes say everything. What has to stand around them before they leave the socket?"

    def __init__(self, carried: BindPacket, step: str = "inner") -> None:
        parts = {name: getattr(carried if hasattr(carried, name) else carried.binding, name) for name in STEPS}
        self.layers = tuple(_layers(parts))
        self.bytes = tuple(_bytes(parts, *HOLDERS, "inner"))
        self.step = STEPS.index(one_of(step, STEPS, "layer"))
        super().__init__()

    @property
    def layer(self) -> _Layer:
        return self.layers[self.step]

    def measure(self) -> None:
        self.height = self._lines()[-1][0] + self.ROW - 10

    def controls(self) -> Iterator[Control]:
        told = f"{self.step + 1} of {len(STEPS)}: {self._title(self.step)}"
        yield Slider("step", "layer", self.step, len(STEPS) - 1, told)

    def _title(self, at: int) -> str:
        return f"{STEPS[at]}, {len(self.layers[at].data)} bytes"

    def said(self) -> str:
        return f"{self._title(self.step)}. {TOLD[self.layer.name]}"

    def alt(self) -> str:
        names = ", ".join(f"{layer.name} {len(layer.data)}" for layer in self.layers)
        return (
            f"A binding packet grows layer by layer, in bytes: {names}; shown is {self.layer.name}, every byte of it "
            "as a coloured cell, row by row, the forty bytes of inner in the middle."
        )

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "layer", "field", "from byte", "bytes", "origin", "hex now"
        start, data = self.layer.start, self.layer.data
        for first, run in self._fields(self.layer.places):
            at, byte = first - start, self.bytes[first]
            yield (byte.layer, byte.field.name, str(at), str(run), byte.field.field.note.origin.value,
                   data[at : at + run].hex(" "))  # fmt: skip

    # -- The present layer

    def _fields(self, places: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Runs of bytes of the same field, as (first place, number of bytes)."""
        for _, start, stop in runs(self.bytes[place][:2] for place in places):
            yield places[start], stop - start

    def sealed(self, place: int, step: int) -> str:
        """The key of the outermost seal around a byte at a step: "permanent", "temporary", or "" without a seal."""
        for name in ("packet", "ciphertext"):
            at = STEPS.index(name)
            if at <= step and place in self.layers[at - 1].places:
                return SEALS[name]
        return ""

    # -- Drawing

    BAR_X, BAR_Y, BAR, STEP = 158.0, 8.0, 10.0, 15.0
    ROW_X, ROW_Y, CELL, TALL, ROW = 122.0, 182.0, 15.5, 17.0, 35.0

    def fixed(self) -> Iterator[Glyph]:
        """The bars, the legend, and for each byte a line through its layers, which shows while it is pointed at."""
        for at in range(len(STEPS)):
            yield from self._bar(at)
        for number, origin in enumerate(Origin):
            x, y = self.BAR_X + 96 * number, self.BAR_Y + self.STEP * len(STEPS) + 10
            yield Glyph(f"o{number}", x, y - 6, 12, 12, origin.letter, f"small mono {origin.value}")
            yield Glyph(f"on{number}", x + 17, y, text=origin.value, look="small left dim")
        yield Glyph("hatched", x + 96, y - 6, look="hatch", d=hatching(12, 12, 5))
        yield Glyph("hatched means", x + 113, y, text="sealed", look="small left dim")
        for place, byte in enumerate(self.bytes):
            top, floor = (self.BAR_Y + at * self.STEP for at in (STEPS.index(byte.layer), len(STEPS) - 1))
            yield Glyph(f"t{place}", self._x(place + 0.5), look="thread", of=f"t{place}",
                       d=line((0, top - 2), (0, floor + self.BAR + 2)))  # fmt: skip

    def marks(self) -> Iterator[Glyph]:
        for at in range(len(STEPS)):
            now = at == self.step
            yield Glyph(f"bar{at}", 4, self.BAR_Y - 2.5 + at * self.STEP, 744, self.STEP, look="chosen" if now else "",
                       do=("step", at), pressed=now, label=f"{self._title(at)}: show it")  # fmt: skip
        lines = self._lines()
        yield from self._seals(lines)
        for y, places in lines:
            yield from self._row(y, places)

    def _x(self, place: float) -> float:
        """The x of a place of the frame, the same in every bar."""
        return self.BAR_X + place * (740 - self.BAR_X) / len(self.bytes)

    def _bar(self, at: int) -> Iterator[Glyph]:
        """One layer to scale; a byte has the same x in all bars."""
        layer, y = self.layers[at], self.BAR_Y + at * self.STEP
        yield Glyph(f"name{at}", 10, y + self.BAR / 2, text=layer.name, look="small left")
        yield Glyph(f"size{at}", 150, y + self.BAR / 2, text=str(len(layer.data)), look="small mono end")
        for first, run in self._fields(layer.places):
            look = f"{self._look(first)} {'sealed' if self.sealed(first, at) else ''}"
            yield Glyph(f"s{at}.{first}", self._x(first), y, self._x(first + run) - self._x(first), self.BAR, look=look)
        inside = [place for place in layer.places if self.sealed(place, at)]
        if inside:
            wide = self._x(inside[-1] + 1) - self._x(inside[0])
            yield Glyph(f"seal{at}", self._x(inside[0]), y, look="hatch", d=hatching(wide, self.BAR, 5))
        left, right = (self._x(place) for place in (self.layers[0].start, self.layers[0].places.stop))
        yield Glyph(f"core{at}", left, y, right - left, self.BAR, look="edge")

    def _look(self, place: int) -> str:
        return self.bytes[place].field.field.note.origin.value

    def _lines(self) -> list[tuple[float, Sequence[int]]]:
        """The rows of the present layer: the y of each, and the places of its bytes."""
        heads, tails = [], list[range]()
        for at in reversed(range(self.step + 1)):
            layer, inside = self.layers[at], self.layers[max(0, at - 1)]
            heads.append(layer.places[: layer.head])
            tails.insert(0, range(inside.places.stop, layer.places.stop))
        rows = [places for places in [*heads, *tails] if places]
        return [(self.ROW_Y + self.ROW * number, places) for number, places in enumerate(rows)]

    def _seals(self, lines: Sequence[tuple[float, Sequence[int]]]) -> Iterator[Glyph]:
        """A box around the rows inside each closed seal."""
        for depth, (name, key) in enumerate(reversed(SEALS.items())):
            at = STEPS.index(name)
            covered = [y for y, places in lines if at <= self.step and places[0] in self.layers[at - 1].places]
            if covered:
                x, y, wide = 4.0 + 4 * depth, covered[0] - 14.0, 748.0 - 8 * depth
                floor = covered[-1] + self.TALL + 4
                yield Glyph(f"box {key}", x, y, wide, floor - y, look="chosen")
                told = f"sealed with the {key} key"
                yield Glyph(f"key {key}", x + wide - 8, floor - 12, text=told, look="small bold end")

    def _row(self, y: float, places: Sequence[int]) -> Iterator[Glyph]:
        start, data = self.layer.start, self.layer.data
        told = _called(self.bytes[places[0]])
        yield Glyph(f"row{places[0]}", 10, y + self.TALL / 2, text=told, look="small left dim")
        if all(self.sealed(place, self.step) for place in places):
            wide = len(places) * self.CELL - 1
            yield Glyph(f"h{places[0]}", self.ROW_X, y, look="hatch", d=hatching(wide, self.TALL, 8))
        for first, run in self._fields(places):
            field, x = self.bytes[first].field.field, self.ROW_X + (first - places[0]) * self.CELL
            text = f"{field.note.origin.letter} {field.name}"
            if len(text) * 5.4 <= run * self.CELL + 4:
                yield Glyph(f"l{first}", x + 1, y - 7, text=text, look="small left")
            for place in range(first, first + run):
                sealed = "sealed" if self.sealed(place, self.step) else ""
                yield Glyph(
                    f"b{place}", self.ROW_X + (place - places[0]) * self.CELL, y, self.CELL - 1, self.TALL,
                    f"{data[place - start]:02x}", f"mono {self._look(place)} {sealed}",
                    label=self._label(place), lights=f"t{place}",
                )  # fmt: skip

    def _label(self, place: int) -> str:
        byte, key = self.bytes[place], self.sealed(place, self.step)
        now = self.layer.data[place - self.layer.start]
        ways = ", ".join(f"{place - layer.start} of {layer.name}" for layer in self.layers if place in layer.places)
        seal = f"; sealed with the {key} key, so no longer the byte that was written" if key else ""
        return f"{now:02x}: byte {byte.at} of {byte.field.name}, from {byte.layer}; byte {ways}{seal}"


def _called(byte: _Byte) -> str:
    if byte.field.name == "padding":
        return "padding"
    behind = byte.layer == "request" and byte.at > byte.field.body[0] - byte.field.start
    return "end of the string" if behind else byte.layer


def _layers(parts: Mapping[str, Any]) -> Iterator[_Layer]:
    """The layers, from inside to outside."""
    fronts = {name: next(span.body[0] for span in parts[name].spans if span.name == HOLDERS[name]) for name in HOLDERS}
    start = sum(fronts.values())
    for name, part in parts.items():
        start -= fronts.get(name, 0)
        yield _Layer(name, bytes(part), start, fronts.get(name, 0) if name != "inner" else len(part))


def _bytes(parts: Mapping[str, Any], name: str, *inwards: str) -> Iterator[_Byte]:
    """Every byte of a layer, with the layer that adds it; `inwards` are the layers inside it."""
    for span in parts[name].spans:
        inside = range(*span.body) if span.name == HOLDERS.get(name) else range(0)
        for at in range(span.start, span.stop):
            if at not in inside:
                yield _Byte(name, span, at - span.start)
            elif at == inside.start:
                yield from _bytes(parts, *inwards)
