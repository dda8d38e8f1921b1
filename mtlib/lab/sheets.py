"""The places of all fields: sheets of bytes, and the fields on them.

A *sheet* is a stretch of bytes that exists once: the bytes that travel are one sheet, and each opened seal is another.
The *fields* of a sheet are its spans; a nested span follows the one around it, and all offsets count from the beginning
of the sheet. Nothing here knows a protocol.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mtlib.errors import MtError
from mtlib.wire.dissection import Dissection, Field, Span
from mtlib.wire.layout import Layout, Rest
from mtlib.wire.notes import given


@dataclass(frozen=True)
class Sheet:
    """Bytes that exist once. `path` leads to the dissection; `seal` is the field that hides it, -1 for none."""

    path: str
    dissection: Dissection
    seal: int = -1

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Place:
    """A field on a sheet: its bytes `start:stop`, `depth` levels inside other fields.

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
    """All sheets and fields, named by their index; a field comes before the fields inside it."""

    root: Dissection
    sheets: tuple[Sheet, ...]
    places: tuple[Place, ...]

    @classmethod
    def of(cls, root: Dissection) -> Map:
        """The map of `root` and of every opened seal in it."""
        sheets, places = [Sheet(root.name, root)], list[Place]()
        for index, sheet in enumerate(sheets):  # the list grows in the loop: each open seal adds a sheet
            _walk(sheet.dissection, sheet.path, index, 0, 0, -1, sheets, places)
        return cls(root, tuple(sheets), tuple(places))

    def sheet(self, path: str) -> Sheet | None:
        """The sheet with this path, or None."""
        return next((sheet for sheet in self.sheets if sheet.path == path), None)

    def place(self, path: str) -> Place | None:
        """The field with this path, or None."""
        return next((place for place in self.places if place.path == path), None)

    def at(self, sheet: int, offset: int) -> Place | None:
        """The innermost field that holds a byte of a sheet, or None."""
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
    """The spans of a dissection; if an opened seal shows bytes that do not parse, one span that says so."""
    try:
        return dissection.spans
    except MtError as error:
        return uncut(dissection.name, bytes(dissection), str(error)).spans
