"""Figures of chaining: how IGE carries two things from block to block, and how far a flipped bit spreads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from mtlib.crypto.aes import BLOCK, IgeBlock
from mtlib.errors import LocalError
from mtlib.lab.arguments import typed
from mtlib.lab.figures.drawing import (
    FAINT,
    INK,
    LEFT,
    MUTED,
    PAPER,
    RIGHT,
    TOP,
    WHITE,
    Canvas,
    Figure,
    Look,
    brief,
)
from mtlib.lab.plates.plate import some
from mtlib.wire.view import COLOURS

MARKS = {
    ".": ("same", Look(WHITE)),
    "1": ("1 bit", Look(COLOURS["random"], "....")),
    "X": ("noise", Look("#c9ced6", "xxxx")),
}
"""The three states of a block after a change, with their words and looks."""


@typed
def garble(before: bytes, after: bytes) -> str:
    """The change in each 16-byte block as a pattern such as `..X1.`: `.` none, `1` one bit, `X` more bits.

    LocalError unless both are whole blocks and have the same size.
    """
    if len(before) != len(after) or len(before) % BLOCK or not before:
        sizes = f"{len(before)} and {len(after)} bytes"
        raise LocalError("not the same number of whole blocks", got=sizes, where="garble")
    marks = []
    for at in range(0, len(before), BLOCK):
        pairs = zip(before[at : at + BLOCK], after[at : at + BLOCK], strict=True)
        differ = sum((one ^ other).bit_count() for one, other in pairs)
        marks.append(".1X"[min(differ, 2)])
    return "".join(marks)


@typed
def ige_strip(blocks: Sequence[IgeBlock]) -> Figure:
    """IGE block by block, from left to right: two arrows go into each block, the previous ciphertext before AES and the
    previous plaintext after it. The first four bytes of every value are shown, so use it with keys of lessons only.

    `blocks` is what `ige_blocks` gives, 1 to 7 of them.
    """
    some(blocks, "ige_strip", 7)
    alt = (
        f"AES-IGE over {len(blocks)} blocks. Into block i go two arrows: the ciphertext before it, c(i-1), is XORed "
        "in before AES, the plaintext before it, p(i-1), after AES. The first block takes c0 = iv[0:16] and "
        "p0 = iv[16:32]."
    )
    columns = ("", "plaintext", "c before", "into AES", "out of AES", "p before", "ciphertext")
    rows = tuple(
        (f"block {block.index}", *map(_hex, (block.plaintext, block.c_prev, block.before_aes, block.after_aes,
                                             block.p_prev, block.ciphertext)))
        for block in blocks
    )  # fmt: skip
    return Figure("IGE: two arrows into every block", alt, columns, rows, _C + 98, partial(_paint_strip, blocks))


@typed
def garble_map(garbled: Mapping[str, str], question: str) -> Figure:
    """How far a change spreads in each mode. `garbled` maps up to 12 names to patterns of `garble`, as in
    `{"IGE": "..XXX", "CBC": "..X1."}`, all of the same length, up to 12 blocks. `question` says what was changed.
    """
    some(tuple(garbled), "garble_map", 12)
    size = len(some(next(iter(garbled.values())), "garble_map", 12))
    brief(question, "question", 80)
    for mode, pattern in garbled.items():
        brief(mode, "mode", 14)
        if len(pattern) != size or set(pattern) - set(MARKS):
            raise LocalError("one of . 1 X for each block", got=pattern, expected=f"{size} of them", where=mode)
    table = tuple((mode, *(MARKS[mark][0] for mark in pattern)) for mode, pattern in garbled.items())
    told = "; ".join(f"{mode}: {', '.join(marks)}" for mode, *marks in table)
    columns = ("mode", *(f"block {number}" for number in range(1, size + 1)))
    alt = f"{question}. What becomes of the blocks, one after the other: {told}."
    height = TOP + 62 + 34 * len(table)
    return Figure(question, alt, columns, table, height, partial(_paint_map, dict(garbled), size))


def _hex(value: bytes) -> str:
    return f"{value[:4].hex()}.."


_P, _X1, _AES, _X2, _C = TOP + 54, TOP + 136, TOP + 196, TOP + 256, TOP + 336
"""The heights in the strip of plaintext, first XOR, AES, second XOR, ciphertext."""
_TALL = 46.0
_BEFORE, _AFTER = "#1d4f8c", "#8a3b12"
"""The colours of the two arrows: solid from the ciphertext, dashed from the plaintext."""


def _paint_strip(blocks: Sequence[IgeBlock], on: Canvas) -> None:
    pitch = min((RIGHT - LEFT) / (len(blocks) + 0.75), 190.0)
    wide, left, first = min(pitch - 30, 112.0), LEFT, blocks[0]
    on.text((left, TOP + 14), "iv", bold=True, align="left", colour=MUTED)
    _value(on, left, _P, wide, "p0", first.p_prev, _AFTER)
    _value(on, left, _C, wide, "c0", first.c_prev, _BEFORE)
    on.text((left, _P + 38), "iv[16:32]", align="left", colour=MUTED, size=10)
    on.text((left, _C + 38), "iv[0:16]", align="left", colour=MUTED, size=10)
    for number, block in enumerate(blocks, 1):
        x = left + pitch * number
        on.text((x + wide / 2, TOP + 14), f"block {block.index}", bold=True, colour=MUTED)
        _column(on, x, wide, block)
        _arrows(on, x - pitch + wide, x + wide / 2, pitch - wide)
    y = _C + 72
    on.line((LEFT, y), (LEFT + 34, y), colour=_BEFORE, width=2, arrow=True)
    on.text((66, y), "the ciphertext before: XORed before AES", align="left", colour=_BEFORE)
    on.line((440, y), (474, y), colour=_AFTER, width=2, dash="--", arrow=True)
    on.text((482, y), "the plaintext before: XORed after AES", align="left", colour=_AFTER)


def _value(on: Canvas, x: float, middle: float, wide: float, name: str, value: bytes, edge: str) -> None:
    on.box((x, middle - _TALL / 2), (wide, _TALL), WHITE, edge=edge, width=1.6)
    on.text((x + wide / 2, middle - 11), name, bold=True)
    on.text((x + wide / 2, middle + 11), _hex(value), mono=True, size=9.5 if wide < 90 else 10)


def _column(on: Canvas, x: float, wide: float, block: IgeBlock) -> None:
    middle = x + wide / 2
    half = _TALL / 2
    for start, stop in ((_P + half, _X1 - 12), (_X1 + 12, _AES - 18), (_AES + 18, _X2 - 12), (_X2 + 12, _C - half)):
        on.line((middle, start), (middle, stop), width=1.6, arrow=True)
    _value(on, x, _P, wide, f"p{block.index}", block.plaintext, _AFTER)
    _value(on, x, _C, wide, f"c{block.index}", block.ciphertext, _BEFORE)
    on.box((middle - 30, _AES - 18), (60, 36), COLOURS["constant"], soft=6, width=1.6)
    on.text((middle, _AES), "AES", bold=True)
    on.badge((middle, _X1), "+", edge=_BEFORE)
    on.badge((middle, _X2), "+", edge=_AFTER)


def _arrows(on: Canvas, edge: float, middle: float, gap: float) -> None:
    """Both arrows from the column that ends at `edge` into the next: the ciphertext's goes up, the plaintext's down."""
    near, far = edge + gap * 0.34, edge + gap * 0.7
    on.line((edge, _C), (near, _C), (near, _X1), (middle - 13, _X1), colour=_BEFORE, width=2, arrow=True)
    on.line((far, _P + 40), (far, _X2 - 40), colour=PAPER, width=8)
    on.line((edge, _P), (far, _P), (far, _X2), (middle - 13, _X2), colour=_AFTER, width=2, dash="--", arrow=True)


def _paint_map(garbled: Mapping[str, str], size: int, on: Canvas) -> None:
    label = LEFT + 140
    pitch = (RIGHT - label) / size
    for number in range(size):
        on.text((label + pitch * (number + 0.5) - 4, TOP + 24), str(number + 1), bold=True, colour=MUTED)
    on.text((LEFT, TOP + 24), "block", align="left", bold=True, colour=MUTED)
    for number, (mode, pattern) in enumerate(garbled.items()):
        top = TOP + 44 + 34 * number
        on.text((LEFT, top + 13), mode, align="left", bold=True)
        for at, mark in enumerate(pattern):
            edge, colour = (FAINT, MUTED) if mark == "." else (INK, INK)
            on.label((label + pitch * at, top), (pitch - 8, 27), *MARKS[mark], edge=edge, colour=colour)
