"""A frame as a dissection: what a framing puts around a packet, and the packet inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mtlib.errors import LocalError
from mtlib.transport import FRAMINGS, Framing
from mtlib.transport.framing import Part
from mtlib.wire import Dissection, Field, Note, Reading, Span, constant, derived, random
from mtlib.wire.dissection import Shape
from mtlib.wire.kinds import Rest

PAGE = "core.telegram.org/mtproto/mtproto-transports"


def framing(name: str, *, side: str = "client", **options: Any) -> Framing:
    """One end of the framing of that name: "abridged", "intermediate", "padded" or "full"."""
    if name not in FRAMINGS:
        raise LocalError("no such framing", got=name, expected=", ".join(FRAMINGS))
    return FRAMINGS[name](side, **options)  # type: ignore[arg-type]


@dataclass(frozen=True)
class FrameShape:
    """One frame of a framing, with the packet that it carries cut by `packet`."""

    framing: str
    packet: Shape
    name: str = "frame"

    def scan(self, data: bytes, reading: Reading) -> tuple[tuple[Span, ...], Mapping[str, Any]]:
        parts = framing(self.framing).parts(data)
        spans = tuple(self._span(part, data, reading) for part in parts)
        return spans, {span.name: span.value for span in spans}

    def _span(self, part: Part, data: bytes, reading: Reading) -> Span:
        raw, place = data[part.start : part.stop], (part.start, part.stop)
        nested = Dissection(self.packet, raw, reading) if part.name == "packet" else None
        field = Field(part.name, Rest("int" if part.name in ("length", "seqno", "crc") else "bytes"), _note(part))
        value = raw if part.name in ("packet", "padding") else int.from_bytes(raw, "little")
        return Span(field, *place, nested or value, raw, place, nested)


def _note(part: Part) -> Note:
    where = f"{PAGE}, {part.name}"
    if part.name == "crc":
        return derived("", part.meaning, where)
    if part.name == "padding":
        return random(part.meaning, where)
    return constant(part.meaning, where) if part.name == "tag" else derived("", part.meaning, where)
