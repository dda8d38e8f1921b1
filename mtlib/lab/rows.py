"""A dissection told to a widget: sheets of bytes, the fields on them, and how they hang together.

A *sheet* is a stretch of bytes that exists once: what travels is one sheet, and every opened seal shows another.
The *fields* of a sheet are its spans, nested ones behind the one they stand in, with offsets that count from the
beginning of the sheet. Everything here becomes JSON: numbers, text, hex. Nothing here knows a protocol.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mtlib.errors import MtError
from mtlib.wire import Dissection, Field, Layout, Schema, Seal, Span, Traced, given, trace
from mtlib.wire.layout import Rest

SHOWN = 24
"""Bytes of a value that a sentence quotes."""


@dataclass(frozen=True)
class Sheet:
    """Bytes that exist once. `path` leads to the dissection; `seal` is the field that hides it, -1 for what travels."""

    path: str
    dissection: Dissection
    seal: int = -1

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Place:
    """A field that stands on a sheet: bytes `start:stop` of it, `depth` levels inside other fields.

    `parent` is the field around it, or -1; `base` is where its own dissection begins on the sheet.
    """

    path: str
    sheet: int
    base: int
    depth: int
    parent: int
    span: Span

    @property
    def start(self) -> int:
        return self.base + self.span.start

    @property
    def stop(self) -> int:
        return self.base + self.span.stop


@dataclass(frozen=True)
class Map:
    """Where everything stands. Sheets and fields are named by their index; a field comes before what is in it."""

    root: Dissection
    sheets: tuple[Sheet, ...]
    places: tuple[Place, ...]

    @classmethod
    def of(cls, root: Dissection) -> Map:
        """Walk through `root` and every seal that is open."""
        sheets, places = [Sheet(root.name, root)], list[Place]()
        for index, sheet in enumerate(sheets):  # grows while it is walked: each open seal adds a sheet
            _walk(sheet.dissection, sheet.path, index, 0, 0, -1, sheets, places)
        return cls(root, tuple(sheets), tuple(places))

    def sheet(self, path: str) -> Sheet | None:
        """The sheet whose path this is."""
        return next((sheet for sheet in self.sheets if sheet.path == path), None)

    def place(self, path: str) -> Place | None:
        """The field whose path this is."""
        return next((place for place in self.places if place.path == path), None)

    def at(self, sheet: int, offset: int) -> Place | None:
        """The innermost field over a byte of a sheet."""
        over = [p for p in self.places if p.sheet == sheet and p.start <= offset < p.stop]
        return max(over, key=lambda place: place.depth, default=None)


def uncut(name: str, data: bytes, problem: str) -> Dissection:
    """Bytes that no longer parse, as one field that says why."""
    return Dissection(Layout(name, (Field("bytes", Rest(), given(f"These bytes no longer parse: {problem}")),)), data)


def _walk(
    within: Dissection, path: str, sheet: int, base: int, depth: int, parent: int,
    sheets: list[Sheet], places: list[Place],
) -> None:  # fmt: skip
    for span in _spans(within):
        here, index = f"{path}/{span.name}", len(places)
        places.append(Place(here, sheet, base, depth, parent, span))
        if span.nested is not None:
            _walk(span.nested, here, sheet, base + span.body[0], depth + 1, index, sheets, places)
        elif span.opened is not None:
            sheets.append(Sheet(f"{path}/{span.opened.name}", span.opened, index))


def _spans(dissection: Dissection) -> Sequence[Span]:
    """The spans; for what an opened seal shows and nothing can cut, one that says so."""
    try:
        return dissection.spans
    except MtError as error:
        return uncut(dissection.name, bytes(dissection), str(error)).spans


# -- As JSON ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Provenance:
    """What `trace` needs beside the bytes: values that stand outside them, and what formulas may call."""

    known: Mapping[str, Any]
    functions: Mapping[str, Any]

    def of(self, found: Map, place: Place) -> Traced | None:
        """The trace of a field, or None for one that follows from nothing, and where damage left no way to tell."""
        if not place.span.field.note.formula:
            return None
        try:
            return trace(found.root, place.path, known=self.known, functions=self.functions)
        except MtError:
            return None


def structure(found: Map, traces: Sequence[Traced | None]) -> dict[str, Any]:
    """What stays as it is while bytes change: names, places, meanings, and what comes from what."""
    by_path = {place.path: index for index, place in enumerate(found.places)}
    opens = {sheet.seal: index for index, sheet in enumerate(found.sheets)}
    sheets = [{"path": s.path, "name": s.name, "size": len(s.dissection), "seal": s.seal, "keys": _keys(found, s)}
              for s in found.sheets]  # fmt: skip
    fields = []
    for index, (place, traced) in enumerate(zip(found.places, traces, strict=True)):
        at = {path: n for n, path in enumerate(s.path for s in found.sheets)}
        sources = traced.sources if traced else {}
        fields.append({
            **_place(place),
            "opens": opens.get(index, -1),
            "formula": traced.formula if traced else "",
            "sources": [[name, path, by_path.get(path, -1), at.get(path, -1)] for name, (path, _) in sources.items()],
        })  # fmt: skip
    _inherit_times(fields)
    return {"name": found.root.name, "sheets": sheets, "fields": fields}


def _place(place: Place) -> dict[str, Any]:
    span, note = place.span, place.span.field.note
    seal = isinstance(span.field.inside, Seal)
    return {
        "path": place.path,
        "name": span.name,
        "sheet": place.sheet,
        "start": place.start,
        "stop": place.stop,
        "body": [place.base + span.body[0], place.base + span.body[1]],
        "depth": place.depth,
        "parent": place.parent,
        "kind": span.field.kind.name,
        "origin": note.origin.value,
        "letter": note.origin.letter,
        "meaning": note.meaning,
        "spec": note.spec,
        "sealed": seal,
        "shape": _shape(span),
        "problem": span.problem,
        "time": _time(note.meaning),
    }


def _shape(span: Span) -> str:
    """What a nested value is called, where that says more than the field's name."""
    if span.nested is None:
        return ""
    shape = span.nested.shape
    name = shape.of(bytes(span.nested)).name if isinstance(shape, Schema) else shape.name
    return "" if name == span.name else name


def _time(meaning: str) -> str:
    """How the value tells a time, as far as its meaning says so."""
    if "unix seconds" in meaning:
        return "seconds"
    return "seconds * 2**32" if "unix time * 2**32" in meaning else ""


def _inherit_times(fields: list[dict[str, Any]]) -> None:
    """A copy tells the time in the way of what it was copied from."""
    for told in fields:
        if told["origin"] == "copied" and not told["time"]:
            told["time"] = next((fields[index]["time"] for _, _, index, _ in told["sources"] if index >= 0), "")


def _keys(found: Map, sheet: Sheet) -> list[str]:
    """What a seal was opened with: the sources of the sealed field that stand outside the bytes."""
    sources = found.places[sheet.seal].span.field.note.sources.values() if sheet.seal >= 0 else ()
    return [source[1:] for source in sources if source.startswith("@")]


def verdict(judged: Any, answer: str) -> dict[str, Any]:
    """A verdict as far as it changes: the answer, the failing check, and what each check found."""
    rows = [[row.holds, short(row.got), short(row.expected)] for row in judged.checks]
    failed = next((index for index, row in enumerate(judged.checks) if row.name == judged.failed), -1)
    return {"ok": bool(judged.ok), "answer": answer, "failed": failed, "rows": rows}


def checks(judged: Any, found: Map) -> list[dict[str, Any]]:
    """The checks behind a verdict: what each is for, and the fields and sheets it reads."""
    return [
        {"name": row.name, "why": row.check.why, "spec": row.check.spec, **_read(row.check.reads, found)}
        for row in judged.checks
    ]


def _read(reads: Iterable[str], found: Map) -> dict[str, list[int]]:
    wanted = tuple(reads)
    return {
        "fields": [index for index, place in enumerate(found.places) if _named(place.path, wanted)],
        "sheets": [index for index, sheet in enumerate(found.sheets) if _named(sheet.path, wanted)],
    }


def _named(path: str, wanted: Iterable[str]) -> bool:
    return any(path == name or path.endswith(f"/{name}") for name in wanted)


def short(value: Any) -> str:
    """A value in a sentence: bytes as hex, long ones cut after `SHOWN` bytes."""
    if value is None:
        return ""
    if isinstance(value, (bytes, Dissection)):
        data = bytes(value)
        return data.hex() if len(data) <= SHOWN else f"{data[:SHOWN].hex()}..., {len(data)} bytes"
    return str(value)


def hexes(found: Map) -> Iterator[str]:
    """The bytes of every sheet."""
    return (bytes(sheet.dissection).hex() for sheet in found.sheets)
