"""The wiring of a binding: which values outside the seal must equal which inside, and the data centre's answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from mtlib.lab.arguments import typed
from mtlib.lab.figures.drawing import (
    BAD,
    BAD_LINE,
    FAINT,
    INK,
    LEFT,
    MUTED,
    RIGHT,
    TOP,
    WHITE,
    WIDTH,
    Canvas,
    Figure,
    Point,
)
from mtlib.lab.plates.wires import INWARDS, WIRES, LayerField, field_at
from mtlib.protocol.binding import ENCRYPTED_SIZE
from mtlib.protocol.checks import Result, Verdict
from mtlib.wire.dissection import Field
from mtlib.wire.schema import INNER
from mtlib.wire.view import COLOURS

_STATES = {
    True: ("✓", INK, "-", "holds"),
    False: ("✗", BAD_LINE, "--", "BROKEN"),
    None: ("–", MUTED, ":", "not compared"),
}


@typed
def equality_wiring(verdict: Verdict) -> Figure:
    """The six values that occur twice: outside the seal, and inside, where only the permanent key could write them.

    `verdict` is the result of `verify` or `judge`; a broken line lights its check. A line is dotted if its values
    could not be compared because the seal did not open.
    Source: core.telegram.org/method/auth.bindTempAuthKey, "Binding message contents".
    """
    results = tuple(verdict[line.check] for line in WIRES)
    rows = tuple(
        (str(number), _told(line.outside), _shown(result.expected), _told(line.inside), _shown(result.got),
         _STATES[result.holds][3])
        for number, (line, result) in enumerate(zip(WIRES, results, strict=True), 1)
    )  # fmt: skip
    broken = ", ".join(f"{row[0]} {row[3]}" for row in rows if row[5] == "BROKEN")
    unread = sum(result.holds is None for result in results)
    state = f"{unread} could not be compared" if unread else "All hold"
    alt = (
        "Left, three nested boxes: packet, message, request. Right, the opened envelope with the inner object in it. "
        f"{len(WIRES)} numbered lines join what must be equal: "
        + ", ".join(f"{row[0]} {row[1]} with {row[3]}" for row in rows)
        + f". {f'Broken: {broken}' if broken else state}. {_answer(verdict)}."
    )
    columns = ("line", "outside", "value", "inside", "value", "the two")
    title = "Six values stand twice: outside the seal and inside it"
    return Figure(title, alt, columns, rows, 672, partial(_paint, verdict, results))


def _told(at: LayerField) -> str:
    return f"{at.layer} / {at.field.name}"


def _shown(value: object) -> str:
    return "not compared" if value is None else str(value)


def _answer(verdict: Verdict) -> str:
    if verdict.ok:
        return "The data centre answers boolTrue"
    return f"The data centre answers {verdict.error}; the first check that fails: {verdict.failed}"


def _paint(verdict: Verdict, results: Sequence[Result], on: Canvas) -> None:
    left, right = _paint_outside(on, results), _paint_inside(on, results)
    for number, (line, result) in enumerate(zip(WIRES, results, strict=True), 1):
        sign, colour, dash, _ = _STATES[result.holds]
        ends = left[line.check], right[line.check]
        on.wire(*ends, colour=colour, dash=dash, width=2.4 if result.holds is False else 1.6)
        for at in ends:
            on.badge(at, str(number), edge=colour, fill=BAD if result.holds is False else WHITE)
        row, column = divmod(number - 1, 3)
        _lamp(on, (LEFT + 308 * column, 502 + 38 * row), f"{number}  {line.check}", sign, result.holds is False)
    fill, colour, sign = (WHITE, INK, "✓") if verdict.ok else (BAD, BAD_LINE, "✗")
    said = f"{sign}  {_answer(verdict)}"
    on.label((LEFT, 584), (RIGHT - LEFT, 38), said, fill, edge=colour, width=2, bold=True, colour=colour)
    on.legend(648)


def _lamp(on: Canvas, at: Point, words: str, sign: str, lit: bool) -> None:
    colour = BAD_LINE if lit else INK
    on.box(at, (296, 30), BAD if lit else WHITE, edge=BAD_LINE if lit else FAINT, width=2 if lit else 1)
    on.text((at[0] + 12, at[1] + 15), words, align="left", bold=lit, colour=colour)
    on.text((at[0] + 278, at[1] + 15), sign, bold=True, colour=colour, size=13)


_ROW, _FLOOR = 348.0, 484.0


def _row(on: Canvas, at: Point, field: Field, value: str, lit: bool, plug: str) -> Point:
    """Draw a field with its value; gives the point at its left or right end where its line begins."""
    edge, room = at[0] + _ROW, 18 if plug == "left" else 0
    fill = BAD if lit else COLOURS[field.origin.value]
    on.box(at, (_ROW, 30), fill, edge=BAD_LINE if lit else FAINT, width=2 if lit else 1)
    on.text((at[0] + 8 + room, at[1] + 15), f"{field.origin.letter} {field.name}", align="left")
    on.text((edge - 26 + room, at[1] + 15), value, mono=True, align="right", size=10)
    return (at[0] if plug == "left" else edge), at[1] + 15


def _frame(on: Canvas, x: float, y: float, depth: int, title: str, levels: int) -> None:
    """Draw one of the nested boxes around rows that begin at `x`; the outermost has depth 0."""
    around = 10 * (levels - depth)
    on.box((x - around, y), (_ROW + 2 * around, _FLOOR - 8 * depth - y), WHITE, width=1.4, soft=6)
    on.text((x + 12 - around, y + 17), title, bold=True, align="left", colour=MUTED)


def _paint_outside(on: Canvas, results: Sequence[Result]) -> dict[str, Point]:
    """Draw the three nested boxes at the left; gives the start of each line, by check."""
    ends: dict[str, Point] = {}
    boxes = {"packet": "packet, sealed with the temporary key", "message": "message", "request": "request"}
    x, y = LEFT + 30, TOP
    for depth, (layer, title) in enumerate(boxes.items()):
        _frame(on, x, y, depth, title, len(boxes))
        y += 34
        for line, result in zip(WIRES, results, strict=True):
            if line.outside.layer == layer:
                value, lit = _shown(result.expected), result.holds is False
                ends[line.check] = _row(on, (x, y), line.outside.field, value, lit, "right")
                y += 35
        y += 4
    seal = field_at("request/encrypted_message").field
    start = _row(on, (x, _FLOOR - 58), seal, f"{ENCRYPTED_SIZE} bytes", False, "right")
    on.line(start, (546, start[1]), colour=MUTED, width=2.2, arrow=True)
    on.text((490, start[1] - 15), "opened with", colour=MUTED)
    on.text((490, start[1] + 15), "permanent key", colour=MUTED)
    return ends


def _paint_inside(on: Canvas, results: Sequence[Result]) -> dict[str, Point]:
    """Draw the envelope and the inner object in it; gives the end of each line, by check."""
    ends: dict[str, Point] = {}
    boxes = {"envelope": "envelope, sealed with the permanent key", "inner": f"inner: {INNER.name}"}
    x, y = WIDTH - 44 - _ROW, TOP
    for depth, (layer, title) in enumerate(boxes.items()):
        _frame(on, x, y, depth, title, len(boxes))
        y += 34
        for line in INWARDS:
            result = results[WIRES.index(line)]
            if line.inside.layer == layer:
                value, lit = _shown(result.got), result.holds is False
                ends[line.check] = _row(on, (x, y), line.inside.field, value, lit, "left")
                y += 50 if depth else 35
        y += 10
    return ends
