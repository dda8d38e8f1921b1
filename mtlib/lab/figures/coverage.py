"""Figures of coverage: what the two msg_keys hash, which bytes of a key are read, which check notices which bit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from mtlib.crypto.kdf import MSG_KEY_V2, ScheduleTable, key_usage
from mtlib.errors import LocalError
from mtlib.lab.arguments import typed
from mtlib.lab.figures.drawing import (
    BAD_LINE,
    INK,
    LEFT,
    LOOKS,
    MUTED,
    RIGHT,
    TOP,
    UNUSED,
    WHITE,
    Canvas,
    Figure,
    Look,
    brief,
    drawn_size,
)
from mtlib.lab.plates.plate import runs, some
from mtlib.lab.plates.staircase import PARTS
from mtlib.protocol.binding import ENCRYPTED_SIZE, BindPacket
from mtlib.protocol.packets import TO_SERVER
from mtlib.wire.dissection import Dissection, Field, Span

# -- What the two msg_keys cover -----------------------------------------------------------------------------------


class Bar(NamedTuple):
    """One msg_key: its formula, the piece of the key that it hashes, the fields with their sizes, and the number of
    their bytes that it hashes."""

    name: str
    formula: str
    key: slice
    fields: tuple[tuple[Field, int], ...]
    covered: int

    @property
    def size(self) -> int:
        return sum(size for _, size in self.fields)

    @property
    def drawn(self) -> int:
        return sum(drawn_size(field.name, size) for field, size in self.fields)

    @property
    def key_size(self) -> int:
        return int(self.key.stop - self.key.start)


@typed
def coverage_bars(carried: BindPacket) -> Figure:
    """What the two msg_keys of one binding hash: that of the seal (MTProto 1.0) and that of the packet (2.0).

    The first hashes the envelope, without the padding and without a key. The second hashes a piece of the key and the
    whole message, padding included.
    Source: core.telegram.org/mtproto/description_v1 and core.telegram.org/mtproto/description, "Message key".
    """
    binding, message = carried.binding, carried.message.spans
    envelope, padding = binding.plaintext.spans
    inside = envelope.nested.spans if envelope.nested is not None else ()
    one = Bar("MTProto 1.0, the seal of the binding", _formula_of(binding.encrypted_message), slice(0, 0),
              _sizes((*inside, padding)), len(envelope))  # fmt: skip
    piece = MSG_KEY_V2.rows[0].pieces[0].cut(TO_SERVER)
    two = Bar("MTProto 2.0, the packet around it", _formula_of(carried.packet), piece, _sizes(message),
              len(carried.message))  # fmt: skip
    alt = (
        f"{one.name}: msg_key = {one.formula} brackets bytes 0 to {one.covered - 1} of {one.size}, the padding is "
        f"outside, and no key goes in. {two.name}: msg_key = {two.formula} brackets a piece of the key and all "
        f"{two.size} bytes, padding included."
    )
    columns = ("msg_key of", "what", "bytes", "in the hash")
    rows = (*_bar_rows(one), *_bar_rows(two))
    return Figure("What msg_key is the hash of", alt, columns, rows, 512, partial(_paint_bars, (one, two)))


def _formula_of(sealed: Dissection) -> str:
    return next(span.field.note.formula for span in sealed.spans if span.name == "msg_key")


def _sizes(spans: Sequence[Span]) -> tuple[tuple[Field, int], ...]:
    return tuple((span.field, len(span)) for span in spans)


def _bar_rows(bar: Bar) -> Iterator[tuple[str, ...]]:
    if bar.key_size:
        yield bar.name, f"auth_key[{bar.key.start}:{bar.key.stop}]", str(bar.key_size), "yes"
    at = 0
    for field, size in bar.fields:
        yield bar.name, field.name, str(size), "yes" if at < bar.covered else "NO"
        at += size


_BAR = 96.0


def _paint_bars(bars: Sequence[Bar], on: Canvas) -> None:
    for number, bar in enumerate(bars):
        _paint_bar(on, TOP + 216 * number, bar)
    on.legend(488)


def _paint_bar(on: Canvas, top: float, bar: Bar) -> None:
    gap = 26 if bar.key_size else 0
    scale = (RIGHT - LEFT - gap) / (bar.drawn + bar.key_size)
    start, y = LEFT + bar.key_size * scale + gap, top + 74
    on.text((LEFT, top + 12), f"{bar.name}: {bar.size} bytes", bold=True, align="left", colour=MUTED)
    if bar.key_size:
        piece = f"{bar.key_size} bytes of the key"
        on.label((LEFT, y), (bar.key_size * scale, _BAR), piece, Look(WHITE, "////"))
        on.text((start - gap / 2, y + _BAR / 2), "+", size=14, bold=True)
    at, x, end = 0, start, start
    for field, size in bar.fields:
        wide = drawn_size(field.name, size) * scale
        on.field((x, y), (wide, _BAR), field.name, field.origin, cut=size > drawn_size(field.name, size))
        if at >= bar.covered:
            on.box((x, y), (wide, _BAR), edge=BAD_LINE, width=2, dash="--")
        if at in (0, bar.covered):
            on.text((x, y + _BAR + 14), str(at), size=10, colour=MUTED)
        at, x = at + size, x + wide
        end = x if at == bar.covered else end
    on.text((x, y + _BAR + 14), str(at), size=10, colour=MUTED)
    on.brace(LEFT, end, y - 12)
    told = f"msg_key = {bar.formula}" + ("" if bar.key_size else ": no key goes in")
    on.text(((LEFT + end) / 2, y - 28), told, mono=True, size=11)
    if bar.covered < bar.size:
        told = "not covered: with another padding msg_key stays the same"
        on.text((RIGHT, y + _BAR + 36), told, align="right", colour=BAD_LINE, bold=True)


# -- Which bytes of the key are read --------------------------------------------------------------------------------

KEY = 256
SHADES = (LOOKS[1], LOOKS[2], LOOKS[0], LOOKS[3])
"""The looks of the hashes, in the colours of their ribbons in `Ribbons`."""


@typed
def key_use(tables: Mapping[str, Sequence[ScheduleTable]], x: int = 0) -> Figure:
    """Which of the 256 bytes of an auth_key are read at all. Each name in `tables` gets one strip for all its tables
    together, as in `{"MTProto 1.0": (V1,), "MTProto 2.0": (V2, MSG_KEY_V2)}`. `x` is the direction, 0 or 8.
    """
    for name in some(tuple(tables), "key_use", 4):
        brief(name, "key_use", 60)
    strips = {name: tuple(runs(_readers(tables[name], x))) for name in tables}
    used = {name: sum(stop - start for readers, start, stop in strip if readers) for name, strip in strips.items()}
    rows = tuple(
        (name, f"{start} to {stop - 1}", str(stop - start), readers or "nothing")
        for name, strip in strips.items()
        for readers, start, stop in strip
    )
    told = "; ".join(f"{name} reads {count} of them" for name, count in used.items())
    alt = f"A strip of the {KEY} bytes of auth_key for each schedule, x = {x}, marked where a hash reads them. {told}."
    columns = ("schedule", "bytes", "how many", "read by")
    height = TOP + 20 + 104 * len(tables)
    return Figure("Which bytes of the key are read", alt, columns, rows, height, partial(_paint_use, strips, used))


def _readers(tables: Sequence[ScheduleTable], x: int) -> list[str]:
    """For each byte, the names of the hashes that read it."""
    usage = [key_usage(table, x) for table in tables]
    return [", ".join(sorted(set().union(*(use[byte] for use in usage)))) for byte in range(KEY)]


def _paint_use(strips: Mapping[str, Sequence[tuple[str, int, int]]], used: Mapping[str, int], on: Canvas) -> None:
    scale = (RIGHT - LEFT) / KEY
    for number, (name, strip) in enumerate(strips.items()):
        y = TOP + 32 + 104 * number
        seen = list(dict.fromkeys(readers for readers, *_ in strip if readers))
        on.text((LEFT, y - 16), f"{name}: reads {used[name]} of {KEY} bytes", bold=True, align="left")
        for readers, start, stop in strip:
            look = SHADES[seen.index(readers) % len(SHADES)] if readers else UNUSED
            wide = (stop - start) * scale
            words = readers or ("not read" if wide > 90 else "")
            on.label((LEFT + start * scale, y), (wide, 44), words, look)
        for byte in range(0, KEY + 1, 32):
            on.text((LEFT + byte * scale, y + 57), str(byte), size=10, colour=MUTED)


# -- The flip map ---------------------------------------------------------------------------------------------------


@typed
def flip_map(failed: Sequence[str | None]) -> Figure:
    """Which check notices a flipped bit. `failed` has one entry for each bit of the encrypted_message, in the order
    byte 0 bit 0, bit 1, ...: the name of the first check that failed, or None if the binding was accepted.

    A column is a byte, a row is a bit. LocalError for another number of entries, or more than 6 different ones.
    """
    if len(failed) != 8 * ENCRYPTED_SIZE:
        raise LocalError("one entry for each bit", got=len(failed), expected=8 * ENCRYPTED_SIZE, where="flip_map")
    counts = Counter(failed)
    some(tuple(counts), "flip_map", len(LOOKS))
    rows = tuple((name or "accepted", str(count), _bytes_of(failed, name)) for name, count in counts.items())
    said = ", ".join(f"{count} by {name}" for name, count in counts.items() if name) or "none"
    alt = (
        f"All {len(failed)} single flipped bits of the {ENCRYPTED_SIZE} bytes, by the check that notices first: {said}"
        f". Accepted: {counts[None]}."
    )
    title = "One flipped bit: which check notices first?"
    height = TOP + 196 + 34 * ((len(counts) + 1) // 2)
    return Figure(title, alt, ("check", "bits", "in bytes"), rows, height, partial(_paint_flips, failed, counts))


def _bytes_of(failed: Sequence[str | None], name: str | None) -> str:
    """The bytes in which a check notices a flipped bit, as ranges."""
    touched = [name in failed[8 * byte : 8 * byte + 8] for byte in range(ENCRYPTED_SIZE)]
    return ", ".join(f"{start} to {stop - 1}" for here, start, stop in runs(touched) if here)


_X, _Y, _SCALE, _CELL = 66.0, TOP + 30, 8.4, 14.0


def _paint_flips(failed: Sequence[str | None], counts: Counter[str | None], on: Canvas) -> None:
    looks = {name: UNUSED if name is None else look for name, look in zip(counts, LOOKS, strict=False)}
    letters = dict(zip(counts, "abcdef", strict=False))
    for bit in range(8):
        y = _Y + bit * _CELL
        if bit in (0, 7):
            on.text((_X - 8, y + _CELL / 2), f"bit {bit}", align="right", size=10)
        for name, look in looks.items():
            for here, start, stop in runs(entry == name for entry in failed[bit::8]):
                if here:
                    on.box((_X + start * _SCALE, y), ((stop - start) * _SCALE, _CELL), look, edge="none")
    floor, at = _Y + 8 * _CELL, 0
    on.text((_X - 14, floor + 12), "byte", align="right", size=10, colour=MUTED)
    for words, size in (*PARTS, ("", 0)):
        x, wide = _X + at * _SCALE, size * _SCALE
        on.text((x, floor + 12), str(at), size=10, colour=MUTED)
        on.text((x + wide / 2, _Y - 14), words, size=10)
        on.box((x, _Y), (wide, floor - _Y), edge=INK, width=1.2)
        here = set(failed[8 * at : 8 * (at + size)])
        if len(here) == 1:
            on.text((x + wide / 2, (_Y + floor) / 2), letters[here.pop()], size=13, bold=True, paper="#ffffff")
        at += size
    for number, (name, count) in enumerate(counts.items()):
        row, column = divmod(number, 2)
        x, y = _X + 420 * column, floor + 40 + 34 * row
        on.label((x, y), (52, 26), letters[name], looks[name], bold=True)
        on.text((x + 64, y + 13), f"{name or 'accepted'}: {count} of {len(failed)} bits", align="left")
