"""Changing bytes, in two ways, with a way back; the half of the inspector that needs no notebook.

*On the wire* bytes change as an attacker changes them: nothing that depends on them is computed again. Behind an
opened seal that takes the seal's key, so `reseal` closes the seals around the changed bytes, and only those.
*As the author* a value changes, and everything that follows from it is made again by `rebuild`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from mtlib.errors import LocalError, MtError
from mtlib.lab.rows import Map, Place, uncut
from mtlib.wire import Dissection, Origin, Reading, trace

Rebuild = Callable[[dict[str, Any]], Dissection]
"""From the values that the author changed, by path, to the message made of them. LocalError for a path that is not
the author's to choose."""
Reseal = Callable[[Dissection, str, bytes], Dissection]
"""From a message, the path of a dissection behind a seal, and its new bytes, to the message around them."""
Judge = Callable[[Dissection], Any]
"""From a message to the verdict of whoever receives it: `ok`, `error`, `failed`, `checks`."""

LIMIT = 500
"""Steps that can be taken back."""


@dataclass(frozen=True)
class Draft:
    """One state: the message, what its author changed so far, and the verdict about it."""

    dissection: Dissection
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    verdict: Any = None


class Editor:
    """A message that can be changed. `dissection` and `verdict` are as of the last change.

    A change that is not possible raises LocalError and leaves everything as it was.
    """

    def __init__(
        self,
        dissection: Dissection,
        rebuild: Rebuild | None = None,
        judge: Judge | None = None,
        reseal: Reseal | None = None,
    ) -> None:
        self.original = dissection
        self.rebuild, self.judge, self.reseal = rebuild, judge, reseal
        self._drafts = [self._judged(Draft(dissection))]
        self._at = 0

    @property
    def draft(self) -> Draft:
        return self._drafts[self._at]

    @property
    def dissection(self) -> Dissection:
        return self.draft.dissection

    @property
    def verdict(self) -> Any:
        return self.draft.verdict

    @property
    def undos(self) -> int:
        """How many steps lead back."""
        return self._at

    @property
    def redos(self) -> int:
        """How many steps were taken back and can be taken again."""
        return len(self._drafts) - 1 - self._at

    def write(self, layer: str, at: int, data: bytes, *, join: bool = False) -> None:
        """On the wire: `data` over the bytes of the dissection at path `layer`, from `at` on.

        With `join` this is one step with the change before. Raises LocalError beyond the end, and behind a seal
        that nobody can close again.
        """
        sheet = Map.of(self.dissection).sheet(layer)
        if sheet is None:
            raise LocalError("no such bytes here", got=layer)
        old = bytes(sheet.dissection)
        if at < 0 or at + len(data) > len(old):
            raise LocalError("beyond the end", got=f"{at}..{at + len(data)}", expected=f"0..{len(old)}", where=layer)
        new = old[:at] + data + old[at + len(data) :]
        if sheet.seal < 0:
            self._push(Draft(self._cut(new), self.draft.values), join)
        elif self.reseal is None:
            raise LocalError("behind a seal: whoever is on the wire cannot reach it", where=layer)
        else:
            self._push(Draft(self.reseal(self.dissection, layer, new), self.draft.values), join)

    def set(self, path: str, value: Any, *, join: bool = False) -> None:
        """As the author: the value of a field; what follows from it is made again.

        A copy is changed where it was copied from. Raises LocalError for a value that is not the author's to choose.
        What was done on the wire is gone: the message is made afresh.
        """
        if self.rebuild is None:
            raise LocalError("nobody here can make this message again", where=path)
        values = {**self.draft.values, self.author_of(path).path: value}
        self._push(Draft(self.rebuild(dict(values)), MappingProxyType(values)), join)

    def retype(self, path: str, data: bytes, *, join: bool = False) -> None:
        """`set`, with the value given as the bytes of the whole field."""
        kind = self.author_of(path).span.field.kind
        try:
            value = kind.read(data, 0, len(data), Reading(lenient=True)).value
        except MtError as error:
            raise LocalError(f"no {kind.name}: {error}", got=data, where=path) from None
        self.set(path, value, join=join)

    def author_of(self, path: str) -> Place:
        """The field that an author changes to change this one: itself, or what it is a copy of.

        Raises LocalError where it is no choice: a constant, or something that is computed.
        """
        found = Map.of(self.dissection)
        for _ in range(len(found.places)):
            place = found.place(path)
            if place is None:
                raise LocalError("no such field here", got=path)
            note = place.span.field.note
            if note.origin is not Origin.COPIED:
                return _choosable(place)
            ((_, (path, _)),) = trace(self.dissection, path).sources.items()
        raise LocalError("copies that lead in a circle", got=path)

    def undo(self) -> None:
        """One step back; at the beginning nothing happens."""
        self._at = max(0, self._at - 1)

    def redo(self) -> None:
        """One step forward again."""
        self._at = min(len(self._drafts) - 1, self._at + 1)

    def reset(self) -> None:
        """The message as it was at first. This can be undone too."""
        self._push(self._drafts[0] if self._drafts[0].dissection is self.original else Draft(self.original), False)

    def _push(self, draft: Draft, join: bool) -> None:
        if bytes(draft.dissection) == bytes(self.dissection) and draft.values == self.draft.values:
            return
        keep = self._at + (0 if join and self._at else 1)
        self._drafts = [*self._drafts[:keep], self._judged(draft)][-LIMIT:]
        self._at = len(self._drafts) - 1

    def _judged(self, draft: Draft) -> Draft:
        return replace(draft, verdict=self.judge(draft.dissection)) if self.judge else draft

    def _cut(self, data: bytes) -> Dissection:
        """The bytes cut as before, damage included; in one piece where they no longer parse."""
        made = Dissection(self.original.shape, data, replace(self.original.reading, lenient=True))
        try:
            _ = made.spans
        except MtError as error:
            return uncut(made.name, data, str(error))
        return made


def _choosable(place: Place) -> Place:
    note = place.span.field.note
    if place.span.inner is not None:
        raise LocalError("this is made of other fields: change those", where=place.path)
    if note.origin is Origin.CONSTANT:
        raise LocalError("a constant is no choice", where=place.path)
    if note.formula:
        raise LocalError(f"follows from others: {note.formula}", where=place.path)
    return place
