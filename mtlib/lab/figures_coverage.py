"""The two msg_keys of one binding, and which bytes each of them is a hash of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from mtlib.crypto.kdf import MSG_KEY_V2
from mtlib.lab.drawing import BAD_LINE, LEFT, MUTED, RIGHT, TOP, WHITE, Canvas, Look, drawn_size
from mtlib.lab.picture import Figure
from mtlib.protocol.binding import Carried
from mtlib.protocol.packets import TO_SERVER
from mtlib.wire import Dissection, Field, Span


class Bar(NamedTuple):
    """One msg_key: the formula, the piece of the key that it hashes, the fields with their sizes, and how many of
    their bytes it covers."""

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


def coverage_bars(carried: Carried) -> Figure:
    """What the two msg_keys of one binding are hashes of: the seal's (MTProto 1.0) and the packet's (2.0).

    The first brackets the envelope and stops before the padding, without a key; the second takes a piece of the key
    and everything, padding included.
    Source: core.telegram.org/mtproto/description_v1 and core.telegram.org/mtproto/description, "Message key".
    """
    binding, message = carried.binding, carried.message.spans
    envelope, padding = binding.plaintext.spans
    inside = envelope.nested.spans if envelope.nested is not None else ()
    one = Bar("MTProto 1.0, the seal of the binding", _formula(binding.encrypted_message), slice(0, 0),
              _sizes((*inside, padding)), len(envelope))  # fmt: skip
    piece = MSG_KEY_V2.rows[0].pieces[0].cut(TO_SERVER)
    two = Bar("MTProto 2.0, the packet around it", _formula(carried.packet), piece, _sizes(message),
              len(carried.message))  # fmt: skip
    alt = (
        f"{one.name}: msg_key = {one.formula} brackets bytes 0 to {one.covered - 1} of {one.size}, the padding is "
        f"outside, and no key goes in. {two.name}: msg_key = {two.formula} brackets a piece of the key and all "
        f"{two.size} bytes, padding included."
    )
    columns = ("msg_key of", "what", "bytes", "in the hash")
    rows = (*_rows(one), *_rows(two))
    return Figure("What msg_key is the hash of", alt, columns, rows, 512, partial(_paint, (one, two)))


def _formula(sealed: Dissection) -> str:
    return next(span.field.note.formula for span in sealed.spans if span.name == "msg_key")


def _sizes(spans: Sequence[Span]) -> tuple[tuple[Field, int], ...]:
    return tuple((span.field, len(span)) for span in spans)


def _rows(bar: Bar) -> Iterator[tuple[str, ...]]:
    if bar.key_size:
        yield bar.name, f"auth_key[{bar.key.start}:{bar.key.stop}]", str(bar.key_size), "yes"
    at = 0
    for field, size in bar.fields:
        yield bar.name, field.name, str(size), "yes" if at < bar.covered else "NO"
        at += size


_TALL = 96.0


def _paint(bars: Sequence[Bar], on: Canvas) -> None:
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
        on.label((LEFT, y), (bar.key_size * scale, _TALL), piece, Look(WHITE, "////"))
        on.text((start - gap / 2, y + _TALL / 2), "+", size=14, bold=True)
    at, x, end = 0, start, start
    for field, size in bar.fields:
        wide = drawn_size(field.name, size) * scale
        on.field((x, y), (wide, _TALL), field.name, field.origin, cut=size > drawn_size(field.name, size))
        if at >= bar.covered:
            on.box((x, y), (wide, _TALL), edge=BAD_LINE, width=2, dash="--")
        if at in (0, bar.covered):
            on.text((x, y + _TALL + 14), str(at), size=10, colour=MUTED)
        at, x = at + size, x + wide
        end = x if at == bar.covered else end
    on.text((x, y + _TALL + 14), str(at), size=10, colour=MUTED)
    on.brace(LEFT, end, y - 12)
    told = f"msg_key = {bar.formula}" + ("" if bar.key_size else ": no key goes in")
    on.text(((LEFT + end) / 2, y - 28), told, mono=True, size=11)
    if bar.covered < bar.size:
        told = "not covered: with another padding msg_key stays the same"
        on.text((RIGHT, y + _TALL + 36), told, align="right", colour=BAD_LINE, bold=True)
