"""How everything in the package is shown: a dissection as text for terminals and diffs, and as HTML without script for
saved notebooks; one value in a line (`show_value`); tables (`text_table`, `html_table`); prose (`prose_html`); the
colours of the origins.

The HTML carries plain `#rrggbb` colours and no class names, because front ends that do not trust a notebook
strip everything else. Every colour has a letter beside it, so that nothing is lost in grey print.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from mtlib.wire.notes import Origin

COLOURS = {"constant": "#e5e7eb", "random": "#fde9a9", "given": "#f3d7f0", "copied": "#cfe3ff", "derived": "#d4f0cd"}
"""Pale backgrounds; text on them is `#111111`, a contrast above 12."""

ANSI = {"constant": "2", "random": "33", "given": "35", "copied": "34", "derived": "32"}


class Row(NamedTuple):
    """One span as a row: its place, its bytes, its value and its meaning.

    `number` is True if `value` is a number, not the bytes repeated as hex. `own` are the bytes that no row below
    this one shows: all bytes of a leaf or a ciphertext, head and padding of a string whose body has rows of its own.
    """

    depth: int
    path: str
    name: str
    start: int
    length: int
    kind: str
    origin: str
    letter: str
    value: str
    number: bool
    raw: bytes
    own: tuple[bytes, ...]
    meaning: str
    spec: str
    formula: str
    state: str

    @classmethod
    def of(cls, span: Any, path: str, depth: int) -> Row:
        note = span.field.note
        seal = hasattr(span.field.inside, "scheme")
        sealed = "opened" if span.opened is not None else "sealed" if seal and not span.problem else ""
        body = (span.body[0] - span.start, span.body[1] - span.start)
        around = (span.raw[: body[0]], span.raw[body[1] :])
        return cls(
            depth,
            path,
            span.name,
            span.start,
            len(span),
            span.field.kind.name,
            note.origin.value,
            note.origin.letter,
            "" if span.inner is not None else show_value(span.value),
            span.inner is None and isinstance(span.value, (int, float)),
            span.raw,
            (span.raw,) if span.nested is None else tuple(piece for piece in around if piece),
            note.meaning,
            note.spec,
            note.formula,
            sealed or span.problem,
        )

    def lines(self) -> list[str]:
        """The row's own bytes as hex: 16 to a line, or head and padding in one line."""
        if len(self.own) == 1:
            return [self.own[0][at : at + 16].hex(" ") for at in range(0, len(self.own[0]), 16)]
        return [" .. ".join(piece.hex(" ") for piece in self.own)]


def show_value(value: Any, most: int = 32) -> str:
    """A value in one line: bytes and everything that converts to bytes as hex, only both ends of more than `most`;
    numbers in decimal, only both ends in hex of those above 256 bits; None as an empty text."""
    if isinstance(value, (bytes, bytearray)) or hasattr(type(value), "__bytes__"):
        data = bytes(value)
        return data.hex() if len(data) <= most else f"{data[:16].hex()} ... {data[-8:].hex()} ({len(data)} bytes)"
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(show_value(v, most) for v in value) + "]"
    if isinstance(value, int) and value.bit_length() > 256:
        digits = f"{value:#x}"
        return f"{digits[:34]} ... {digits[-16:]} ({value.bit_length()} bits)"
    return "" if value is None else str(value)


# -- Tables ---------------------------------------------------------------------------------------------------------

CELL = "text-align:left;vertical-align:top;padding:1px 8px"
MONO = f"{CELL};font-family:monospace;white-space:pre"


class Cell(NamedTuple):
    """One cell of a table: its text and style; `html`, if there is any, is shown in place of the text."""

    text: str
    style: str = CELL
    tag: str = "td"
    scope: str = ""
    html: str = ""

    def __str__(self) -> str:
        scope = f' scope="{self.scope}"' if self.scope else ""
        return f'<{self.tag}{scope} style="{self.style}">{self.html or escape(self.text)}</{self.tag}>'


def html_table(rows: Iterable[Iterable[Cell]], head: Iterable[Cell] = (), style: str = "") -> str:
    """A table without script or class names. Everything is escaped except the `html` of a cell."""
    body = "".join(f"<tr>{''.join(map(str, row))}</tr>" for row in rows)
    top = "".join(map(str, head))
    whole = f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody>" if top else body
    return f"<table{f' style={chr(34)}{style}{chr(34)}' if style else ''}>{whole}</table>"


_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})


def escape(text: str) -> str:
    """Text escaped for HTML. `html.escape` gives the same, but importing it loads all the entities of HTML."""
    return text.translate(_ESCAPED)


def prose_html(text: str) -> str:
    """Prose as HTML; words between backticks become code."""
    pieces = text.split("`")
    return "".join(f"<code>{escape(piece)}</code>" if at % 2 else escape(piece) for at, piece in enumerate(pieces))


def text_table(rows: Iterable[Sequence[str]]) -> str:
    """A table for a terminal: columns as wide as their longest text, two spaces between them."""
    lines = list(rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def to_text(dissection: Any, *, colour: bool = False) -> str:
    """One line per span, indented by depth: offset, length, letter, name, bytes. Every byte is shown."""
    rows = list(dissection.rows())
    width = max([len(r.name) + 2 * r.depth for r in rows], default=0)
    lines = [f"{dissection.name}: {len(dissection)} bytes"]
    for row in rows:
        name = f"{'  ' * row.depth}{row.name}"
        head = f"{row.start:>6}  {row.length:>5}  {row.letter} {name:<{width}}"
        shown, *more = row.lines() or [""]
        value = f"  = {row.value}" if row.number else f"  ({row.state})" if row.state else ""
        first = f"{head}  {shown}{value}".rstrip()
        lines.append(f"\x1b[{ANSI[row.origin]}m{first}\x1b[0m" if colour else first)
        lines.extend(f"{'':>{len(head)}}  {line}" for line in more)
    return "\n".join(lines)


def to_html(dissection: Any) -> str:
    """A dissection as an HTML table: no script, inline colours, everything escaped, every byte shown."""
    style = "text-align:left;padding:2px 8px;border-bottom:1px solid #888888"
    head = [Cell(name, style, "th") for name in ("offset", "size", "field", "bytes", "value and meaning")]
    legend = " ".join(_letter(origin.value, f"{origin.letter} {origin.value}") for origin in Origin)
    table = html_table(map(_cells, dissection.rows()), head, "border-collapse:collapse;font-size:12px")
    return f"<div><b>{escape(dissection.name)}</b>: {len(dissection)} bytes &nbsp; {legend}{table}</div>"


def _letter(origin: str, text: str) -> str:
    return f'<span style="background-color:{COLOURS[origin]};color:#111111;padding:0 4px">{text}</span>'


def _cells(row: Row) -> Iterator[Cell]:
    name = f"{_letter(row.origin, row.letter)} {escape(row.name)}"
    value = f"= {row.value}. " if row.number else f"({row.state}) " if row.state else ""
    yield Cell(str(row.start), MONO)
    yield Cell(str(row.length), MONO)
    yield Cell(row.name, f"{CELL};white-space:nowrap;padding-left:{8 + 10 * row.depth}px", html=name)
    yield Cell("\n".join(row.lines()), MONO)
    yield Cell(row.meaning, f"{CELL};min-width:14em", html=f"<b>{escape(value)}</b>{escape(row.meaning)}")
