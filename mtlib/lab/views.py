"""A conversation in two lanes: who sent what, and every message opened.

It computes nothing: it draws dissections. Like the inspector it is a widget, and has a table for pages where no
script runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import anywidget
import traitlets

from mtlib.crypto.secret import of_type
from mtlib.lab.widgets import script, style
from mtlib.wire.dissection import Dissection
from mtlib.wire.view import Row, escape, text_table, to_html


@dataclass(frozen=True)
class Sent:
    """One message of a conversation: whether the client, the first lane, sent it, the message, and a remark."""

    by_client: bool
    message: Dissection
    note: str = ""


class Conversation(anywidget.AnyWidget):
    """Messages between two lanes, in order; each arrow opens its bytes. `told` is all that is sent to the browser."""

    _esm = script("views.mjs")
    _css = style("views.css")

    told = traitlets.Dict().tag(sync=True)

    def __init__(self, messages: Iterable[Sent], lanes: tuple[str, str] = ("client", "data centre")) -> None:
        self.messages, self.lanes = tuple(of_type(each, Sent, "messages") for each in messages), lanes
        super().__init__(told={"lanes": list(lanes), "messages": [_told(sent) for sent in self.messages]})

    def __repr__(self) -> str:
        return f"<Conversation of {len(self.messages)} messages>"

    def _arrow(self, sent: Sent) -> str:
        left, right = self.lanes
        return f"{left} -> {right}" if sent.by_client else f"{left} <- {right}"

    def rows(self) -> Iterator[tuple[str, ...]]:
        """The conversation as a table: a row of headings, then a row for each message."""
        yield "", "direction", "message", "bytes", "remark"
        for number, sent in enumerate(self.messages, 1):
            yield str(number), self._arrow(sent), sent.message.name, str(len(sent.message)), sent.note

    def __str__(self) -> str:
        return "\n\n".join([text_table(self.rows()), *(str(sent.message) for sent in self.messages)])

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**data, "text/plain": str(self), "text/html": self.html()}, metadata

    def html(self) -> str:
        """The conversation for pages where no script runs: every message can be opened all the same."""
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
