"""Smaller views beside the inspector: a key schedule, IGE block by block, a conversation in two lanes.

Each draws what the floors below have computed already. Like the inspector they are widgets with a table in their
place wherever nothing runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar

import anywidget
import traitlets

from mtlib.crypto import IgeBlock, Schedule, ige_blocks
from mtlib.errors import LocalError
from mtlib.lab.widgets import script, style
from mtlib.wire.dissection import Dissection
from mtlib.wire.view import CELL, MONO, Cell, Row, html_table, text_table, to_html


class View(anywidget.AnyWidget):
    """A picture that explains itself: `told` is all that the browser gets, `rows` the same as a table."""

    _esm = script("views.mjs")
    _css = style("views.css")

    kind: ClassVar[str]
    told = traitlets.Dict().tag(sync=True)

    def __init__(self, **told: Any) -> None:
        super().__init__(told={"kind": self.kind, **told})

    def rows(self) -> Iterator[tuple[str, ...]]:
        """The table: a row of headings first."""
        raise NotImplementedError

    def __str__(self) -> str:
        return text_table(self.rows())

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**data, "text/plain": str(self), "text/html": self._html()}, metadata

    def _html(self) -> str:
        head, *rows = self.rows()
        cells = [[Cell(text, MONO) for text in row] for row in rows]
        return html_table(cells, [Cell(text, CELL, "th") for text in head], "border-collapse:collapse;font-size:12px")


class KeySchedule(View):
    """Which bytes of the sources feed which hash, and which bytes of the hashes become key and iv.

    A schedule is a secret. Places are always shown, the bytes themselves only with `show_bytes`: for keys of a
    lesson, never for those of a live run.
    """

    kind = "schedule"

    def __init__(self, schedule: Schedule, *, show_bytes: bool = False) -> None:
        self.schedule = schedule
        table, x = schedule.table, schedule.x
        rows = [
            {
                "name": row.name,
                "hash": row.hash or "",
                "size": len(schedule[row.name]),
                "pieces": [_piece(piece, x, table.widths) for piece in row.pieces],
                "hex": schedule[row.name].hex() if show_bytes else "",
            }
            for row in table.rows
        ]
        super().__init__(name=table.name, x=x, sources=list(_sources(schedule, rows)), rows=rows)

    def __repr__(self) -> str:
        return f"<KeySchedule {self.schedule.table.name}, x={self.schedule.x}>"

    def rows(self) -> Iterator[tuple[str, ...]]:
        """One row of the schedule in each."""
        yield "value", "bytes", "made of", *(("hex",) if self.told["rows"][0]["hex"] else ())
        for row in self.told["rows"]:
            joined = " + ".join(piece["text"] for piece in row["pieces"])
            made = f"{row['hash']}({joined})" if row["hash"] else joined
            yield row["name"], str(row["size"]), made, *((row["hex"],) if row["hex"] else ())


def _piece(piece: Any, x: int, widths: Any) -> dict[str, Any]:
    start = piece.start(x)
    length = widths[piece.source] if piece.length is None else piece.length
    return {"source": piece.source, "start": start, "stop": start + (length or 0), "text": piece.python(x)}


def _sources(schedule: Schedule, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What comes from outside, with how many bytes of it there are."""
    for name, size in schedule.table.sources.items():
        ends = [piece["stop"] for row in rows for piece in row["pieces"] if piece["source"] == name]
        yield {"name": name, "size": size if size is not None else max(ends, default=0)}


class Ige(View):
    """AES-IGE, one block at a time: what is mixed in before AES and what after.

    `data` is a multiple of 16 bytes, `key` and `iv` are 32 each; anything else is a LocalError. The bytes are shown, so
    this is for keys of a lesson.
    """

    kind = "ige"

    def __init__(self, data: bytes, key: bytes, iv: bytes) -> None:
        self.blocks: tuple[IgeBlock, ...] = ige_blocks(data, key, iv)
        if not self.blocks:
            raise LocalError("there is no block to look at", got="0 bytes", expected="16 or more")
        names = ("plaintext", "c_prev", "before_aes", "after_aes", "p_prev", "ciphertext")
        super().__init__(blocks=[{name: getattr(block, name).hex() for name in names} for block in self.blocks])

    def __repr__(self) -> str:
        return f"<Ige: {len(self.blocks)} blocks>"

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Six lines for each block."""
        yield "block", "step", "bytes"
        for block in self.blocks:
            at = block.index
            yield str(at), f"plaintext {at}", block.plaintext.hex(" ")
            yield "", "XOR " + (f"ciphertext {at - 1}" if at > 1 else "iv[0:16]"), block.c_prev.hex(" ")
            yield "", "into AES", block.before_aes.hex(" ")
            yield "", "out of AES", block.after_aes.hex(" ")
            yield "", "XOR " + (f"plaintext {at - 1}" if at > 1 else "iv[16:32]"), block.p_prev.hex(" ")
            yield "", f"ciphertext {at}", block.ciphertext.hex(" ")


@dataclass(frozen=True)
class Sent:
    """One message of a conversation: who sent it (the first lane or the second), what it is, and a remark."""

    by_client: bool
    message: Dissection
    note: str = ""


class Conversation(View):
    """Messages between two lanes, in their order; each arrow opens its bytes."""

    kind = "conversation"

    def __init__(self, messages: Iterable[Sent], lanes: tuple[str, str] = ("client", "data centre")) -> None:
        self.messages, self.lanes = tuple(messages), lanes
        super().__init__(lanes=list(lanes), messages=[_told(sent) for sent in self.messages])

    def __repr__(self) -> str:
        return f"<Conversation of {len(self.messages)} messages>"

    def _arrow(self, sent: Sent) -> str:
        left, right = self.lanes
        return f"{left} -> {right}" if sent.by_client else f"{left} <- {right}"

    def rows(self) -> Iterator[tuple[str, ...]]:
        """One message in each."""
        yield "", "direction", "message", "bytes", "remark"
        for number, sent in enumerate(self.messages, 1):
            yield str(number), self._arrow(sent), sent.message.name, str(len(sent.message)), sent.note

    def __str__(self) -> str:
        return "\n\n".join([super().__str__(), *(str(sent.message) for sent in self.messages)])

    def _html(self) -> str:
        """Every message can be opened without a script."""
        return "".join(
            f"<details><summary>{number} {escape(self._arrow(sent))}: <b>{escape(sent.message.name)}</b>, "
            f"{len(sent.message)} bytes{escape(f'; {sent.note}' if sent.note else '')}</summary>"
            f"{to_html(sent.message)}</details>"
            for number, sent in enumerate(self.messages, 1)
        )


def _told(sent: Sent) -> dict[str, Any]:
    message = sent.message
    rows = [_row(row) for row in message.rows()]
    return {"client": sent.by_client, "name": message.name, "size": len(message), "note": sent.note, "rows": rows}


def _row(row: Row) -> dict[str, Any]:
    return {
        "depth": row.depth,
        "name": row.name,
        "origin": row.origin,
        "letter": row.letter,
        "hex": "\n".join(row.lines()),
        "value": row.value if row.number else row.state,
        "meaning": row.meaning,
    }
