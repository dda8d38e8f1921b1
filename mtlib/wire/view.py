"""A dissection to look at: as text for terminals and diffs, as HTML without script for saved notebooks.

The HTML carries plain `#rrggbb` colours and no class names, because front ends that do not trust a notebook
strip everything else; every colour stands beside a letter, so that grey print says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, NamedTuple

COLOURS = {
    "constant": "#e5e7eb",
    "random": "#fde9a9",
    "given": "#f3d7f0",
    "copied": "#cfe3ff",
    "derived": "#d4f0cd",
}
"""Pale backgrounds; text on them is `#111111`, a contrast above 12."""

ANSI = {"constant": "2", "random": "33", "given": "35", "copied": "34", "derived": "32"}


class Row(NamedTuple):
    """One span, flattened for showing: where it stands, what it is, what it means."""

    depth: int
    path: str
    name: str
    start: int
    length: int
    kind: str
    origin: str
    letter: str
    value: str
    raw: bytes
    meaning: str
    spec: str
    formula: str
    state: str

    @classmethod
    def of(cls, span: Any, path: str, depth: int) -> Row:
        note = span.field.note
        sealed = "opened" if span.opened else "sealed" if getattr(span.field.inside, "open", None) else ""
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
            span.raw,
            note.meaning,
            note.spec,
            note.formula,
            sealed or span.problem,
        )


def show_value(value: Any) -> str:
    """A value in one short line: bytes and strings quoted or as hex, numbers in decimal."""
    if isinstance(value, bytes):
        return value.hex() if len(value) <= 32 else f"{value[:32].hex()}... {len(value)} bytes"
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(show_value(v) for v in value) + "]"
    return "" if value is None else str(value)


def hex_lines(data: bytes, width: int = 16) -> Iterator[tuple[int, str, str]]:
    """Offset, hex and printable characters per line of `width` bytes."""
    for at in range(0, len(data), width):
        line = data[at : at + width]
        yield at, line.hex(" "), "".join(chr(b) if 32 <= b < 127 else "." for b in line)


def to_text(dissection: Any, *, colour: bool = False) -> str:
    """One line per span, indented by depth: offset, length, letter, name, bytes. Leaf spans show every byte."""
    rows = list(dissection.rows())
    width = max([len(r.name) + 2 * r.depth for r in rows], default=0)
    lines = [f"{dissection.name}: {len(dissection)} bytes"]
    for row, leaf in _with_leaf(rows):
        name = f"{'  ' * row.depth}{row.name}"
        head = f"{row.start:>6}  {row.length:>5}  {row.letter} {name:<{width}}"
        shown = [text for _, text, _ in hex_lines(row.raw)] if leaf else [""]
        value = f"  = {row.value}" if leaf and _number(row.value) else f"  ({row.state})" if row.state else ""
        first = f"{head}  {shown[0]}{value}".rstrip()
        lines.append(f"\x1b[{ANSI[row.origin]}m{first}\x1b[0m" if colour else first)
        lines.extend(f"{'':>{len(head)}}  {more}" for more in shown[1:])
    return "\n".join(lines)


def to_html(dissection: Any) -> str:
    """The same as a table: `<table>` only, inline colours, everything escaped, every byte present."""
    head = "".join(
        f'<th style="text-align:left;padding:2px 8px;border-bottom:1px solid #888888">{name}</th>'
        for name in ("offset", "size", "field", "bytes", "value", "meaning")
    )
    body = "".join(_html_row(row, leaf) for row, leaf in _with_leaf(list(dissection.rows())))
    legend = " ".join(
        f'<span style="background-color:{COLOURS[name]};color:#111111;padding:0 6px">{letter} {name}</span>'
        for name, letter in (("constant", "="), ("random", "?"), ("given", "g"), ("copied", "c"), ("derived", "f"))
    )
    return (
        f"<div><b>{escape(dissection.name)}</b>: {len(dissection)} bytes &nbsp; {legend}"
        f'<table style="border-collapse:collapse;font-size:12px"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _html_row(row: Row, leaf: bool) -> str:
    mono = "font-family:monospace;white-space:pre"
    cell = "text-align:left;vertical-align:top;padding:1px 8px"
    shown = "\n".join(text for _, text, _ in hex_lines(row.raw)) if leaf else ""
    value = row.value if leaf and _number(row.value) else row.state
    return (
        f'<tr><td style="{cell};{mono}">{row.start}</td><td style="{cell};{mono}">{row.length}</td>'
        f'<td style="{cell};padding-left:{8 + 14 * row.depth}px">'
        f'<span style="background-color:{COLOURS[row.origin]};color:#111111;padding:0 4px">{row.letter}</span> '
        f"{escape(row.name)}</td>"
        f'<td style="{cell};{mono}">{escape(shown)}</td>'
        f'<td style="{cell};{mono}">{escape(value)}</td>'
        f'<td style="{cell}">{escape(row.meaning)}</td></tr>'
    )


def _with_leaf(rows: list[Row]) -> Iterable[tuple[Row, bool]]:
    """Each row with whether nothing finer follows it."""
    return [(row, i + 1 == len(rows) or rows[i + 1].depth <= row.depth) for i, row in enumerate(rows)]


def _number(value: str) -> bool:
    return value.lstrip("-").isdigit() or value in ("True", "False")
