"""The inspector without a browser: it holds the bytes and the reader's changes. Messages go in, state comes out.

Bytes are changed in three ways (`mode`):

*attacker*: the bytes that travel are changed, and nothing that depends on them is computed again. Bytes behind a seal
can be read, with the key, but not changed.
*keys*: a holder of the keys writes over bytes behind a seal, and the seals around them are closed again. Nothing else
is computed again.
*author*: a value is changed, and everything that follows from it is computed again.

`handle` takes one message of a front end. The front end shows `structure` and `state`: only numbers, text, hex. Three
rules hold. `structure` changes before `state`, and only if something moved. Every message is answered by a state
with its `serial`, even one that is refused. The bytes and the verdict of one state belong together. So a front end
shows nothing of its own before the answer arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import count
from types import MappingProxyType
from typing import Any

from mtlib.crypto.secret import of_type
from mtlib.errors import LocalError, MtError
from mtlib.lab.sheets import Map, Place, Sheet, uncut
from mtlib.lab.widgets import UNKNOWN, obeyed, serial
from mtlib.wire.dissection import Dissection, Reading, Seal, Span
from mtlib.wire.notes import Origin
from mtlib.wire.provenance import FUNCTIONS, Traced, trace
from mtlib.wire.tl import Schema
from mtlib.wire.view import show_value

Rebuild = Callable[[dict[str, Any]], Dissection]
"""Takes the values that the author changed, by path, and gives the new message. Raises LocalError for a path whose
value the author cannot choose."""
Reseal = Callable[[Dissection, str, bytes], Dissection]
"""Takes a message, the path of a dissection behind a seal, and its new bytes; gives the message around them."""
Judge = Callable[[Dissection], Any]
"""Takes a message and gives its receiver's verdict: `ok`, `error`, `failed`, `checks`."""

ATTACKER, KEYS, AUTHOR = "attacker", "keys", "author"
_TURNS = count(1)
"""Numbers for the requests to show bytes: each has its own, so that a front end obeys it only once."""
LIMIT = 500
"""The most steps that can be undone."""
LONGEST = 1 << 16
"""The most bytes that a sheet may have after a change by hand."""


def answer(judged: Any) -> str:
    """The verdict in the words of the receiver, unless a ViewModel is given better ones."""
    return "accepted" if judged.ok else str(judged.error or "refused")


@dataclass(frozen=True)
class Draft:
    """The message, what its author changed so far, and the verdict about it."""

    dissection: Dissection
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    verdict: Any = None

    @cached_property
    def map(self) -> Map:
        """Where everything in it stands."""
        return Map.of(self.dissection)


class ViewModel:
    """A message that can be looked at and changed. `dissection` and `verdict` are as of the last change.

    The seals of `dissection` are opened already (`mtlib.wire.unseal`). `rebuild` adds the author's mode, `reseal` the
    mode with the keys, and `judge` a verdict. `known` and `functions` are those of `mtlib.wire.trace`; `answer` gives a
    verdict in the words of the receiver; `keys` is the name of the mode with the keys. A change that is not possible
    raises LocalError and changes nothing.
    """

    def __init__(
        self,
        dissection: Dissection,
        rebuild: Rebuild | None = None,
        judge: Judge | None = None,
        *,
        reseal: Reseal | None = None,
        known: Mapping[str, Any] | None = None,
        functions: Mapping[str, Any] = FUNCTIONS,
        answer: Callable[[Any], str] = answer,
        keys: str = "with the keys",
    ) -> None:
        self.original = of_type(dissection, Dissection, "dissection")
        self._rebuild, self._judge, self._reseal = rebuild, judge, reseal
        self._known, self._functions, self._answer, self._keys = known or {}, functions, answer, keys
        self._drafts = [self._judged(Draft(dissection))]
        self._at = 0
        self._base = {sheet.path: bytes(sheet.dissection).hex() for sheet in self.map.sheets}
        self._mode = KEYS if reseal else ATTACKER
        self._serial: int | str = 0
        self._look: dict[str, Any] = {}
        self._shown: Draft | None = None
        self._bytes: dict[str, Any] = {}
        self.structure: dict[str, Any] = {}
        self.state: dict[str, Any] = {}
        self._tell()

    @property
    def dissection(self) -> Dissection:
        return self._drafts[self._at].dissection

    @property
    def map(self) -> Map:
        """Where everything in it stands."""
        return self._drafts[self._at].map

    @property
    def verdict(self) -> Any:
        """The verdict of `judge` on the bytes; None without a judge."""
        return self._drafts[self._at].verdict

    @property
    def undos(self) -> int:
        """How many steps can be undone."""
        return self._at

    @property
    def redos(self) -> int:
        """How many undone steps can be redone."""
        return len(self._drafts) - 1 - self._at

    @property
    def modes(self) -> tuple[str, ...]:
        """The ways in which these bytes can be changed."""
        return (ATTACKER, *([AUTHOR] if self._rebuild else []), *([KEYS] if self._reseal else []))

    @property
    def mode(self) -> str:
        """How a message of the front end changes bytes."""
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        if mode not in self.modes:
            raise LocalError("no such way to change these bytes", got=mode, expected=" or ".join(self.modes))
        self._mode = mode
        self._tell()

    # -- Changing

    def write(self, layer: str, at: int, data: bytes, *, cut: int | None = None, join: bool = False) -> None:
        """Replace `cut` bytes (by default as many as `data` has) of the dissection at path `layer`, from `at` on, by
        `data`. If they are behind a seal, the seals around them are closed again.

        With `join` this and the change before it are one step. Raises LocalError beyond the end, for a size that no
        message can have, and behind a seal that cannot be closed again.
        """
        sheet, new = self._spliced(layer, at, data, len(data) if cut is None else cut)
        values = self._drafts[self._at].values
        if sheet.seal < 0:
            self._push(Draft(self._parsed(new), values), join)
        elif self._reseal is None:
            raise LocalError("behind a seal: whoever is on the wire cannot reach it", where=layer)
        else:
            self._push(Draft(self._reseal(self.dissection, layer, new), values), join)

    def flip(self, bit: int, layer: str = "") -> None:
        """Flip one bit of a layer; bit 0 is the lowest of byte 0, bit 8 the lowest of byte 1."""
        layer = layer or self.dissection.name
        data = bytes(self._sheet(layer).dissection)
        if not 0 <= bit < 8 * len(data):
            raise LocalError("no such bit", got=bit, expected=f"0..{8 * len(data) - 1}", where=layer)
        self.write(layer, bit // 8, bytes([data[bit // 8] ^ 1 << bit % 8]))

    def author(self, path: str, value: Any, *, join: bool = False) -> None:
        """Give a field a new value, and compute everything that follows from it again.

        A copy is changed at the place it was copied from. Raises LocalError for a value that the author cannot choose.
        Earlier changes to the bytes are lost, because the message is built anew.
        """
        if self._rebuild is None:
            raise LocalError("nobody here can make this message again", where=path)
        values = {**self._drafts[self._at].values, self.author_of(path).path: value}
        self._push(Draft(self._rebuild(dict(values)), MappingProxyType(values)), join)

    def author_of(self, path: str) -> Place:
        """The field that an author changes to change this one: itself, or the field that it is a copy of.

        Raises LocalError if its value cannot be chosen: a constant, or a computed value.
        """
        found = self.map
        for _ in range(len(found.places)):
            place = found.place(path)
            if place is None:
                raise LocalError("no such field here", got=path)
            if place.span.field.note.origin is not Origin.COPIED:
                return _choosable(place)
            ((_, (path, _)),) = trace(self.dissection, path).sources.items()
        raise LocalError("copies that lead in a circle", got=path)

    def look(self, layer: str, start: int, stop: int, *, focus: bool = False) -> None:
        """Show bytes `start:stop` of a layer, selected, with the cursor on the first; `focus` also moves the keyboard
        focus there. Raises LocalError for a layer that does not exist."""
        size = len(self._sheet(layer).dissection)
        start = max(0, min(start, size - 1))
        stop = max(start + 1, min(stop, size))
        self._look = {"layer": layer, "start": start, "stop": stop, "focus": focus, "turn": next(_TURNS)}
        self._tell()

    def undo(self) -> None:
        """Undo one step; at the beginning nothing happens."""
        self._at = max(0, self._at - 1)
        self._tell()

    def redo(self) -> None:
        """Redo one step; if none was undone, nothing happens."""
        self._at = min(len(self._drafts) - 1, self._at + 1)
        self._tell()

    def reset(self) -> None:
        """Go back to the first message. This can be undone too."""
        self._push(Draft(self.original), False)

    def _sheet(self, layer: str) -> Sheet:
        sheet = self.map.sheet(layer)
        if sheet is None:
            raise LocalError("no such bytes here", got=layer)
        return sheet

    def _spliced(self, layer: str, at: int, data: bytes, cut: int) -> tuple[Sheet, bytes]:
        """The sheet of a layer, and its bytes after a change."""
        sheet = self._sheet(layer)
        old = bytes(sheet.dissection)
        if at < 0 or cut < 0 or at + cut > len(old):
            raise LocalError("beyond the end", got=f"{at}..{at + cut}", expected=f"0..{len(old)}", where=layer)
        new = old[:at] + data + old[at + cut :]
        if len(new) > LONGEST:
            raise LocalError("longer than anybody would send", got=len(new), expected=f"up to {LONGEST}", where=layer)
        return sheet, new

    def _push(self, draft: Draft, join: bool) -> None:
        same = bytes(draft.dissection) == bytes(self.dissection) and draft.values == self._drafts[self._at].values
        if not same:
            keep = self._at + (0 if join and self._at else 1)
            self._drafts = [*self._drafts[:keep], self._judged(draft)][-LIMIT:]
            self._at = len(self._drafts) - 1
        self._tell()

    def _judged(self, draft: Draft) -> Draft:
        return replace(draft, verdict=self._judge(draft.dissection)) if self._judge else draft

    def _parsed(self, data: bytes) -> Dissection:
        """The bytes cut into fields as before, even if damaged; in one piece if they no longer parse."""
        made = Dissection(self.original.shape, data, replace(self.original.reading, lenient=True))
        try:
            _ = made.spans
        except MtError as error:
            return uncut(made.name, data, str(error))
        return made

    # -- Messages in

    def handle(self, message: Mapping[str, Any]) -> None:
        """One message of a front end: `serial`, `do`, and what belongs to it. Whatever is wrong with it is answered
        with a sentence (`said`)."""
        self._serial = serial(message, self._serial)
        self._tell(obeyed(self._obey, message))

    def _obey(self, message: Mapping[str, Any]) -> str:
        """Do what a message asks for, and return a sentence about it, or ""."""
        do = message["do"]
        if do == "mode":
            self.mode = message["mode"]
        elif do in ("undo", "redo", "reset"):
            getattr(self, do)()
        elif do in ("write", "digit", "flip"):
            layer, at = str(message["layer"]), int(message["at"])
            data, cut = _asked(message, bytes(self._sheet(layer).dissection)[at : at + 1])
            self._change(layer, at, data, cut, join=message.get("join") is True)
        elif do == "paste":
            return self._paste(str(message["layer"]), int(message["at"]), str(message["text"]), message.get("cut"))
        elif do != "text":  # "text" is for the part that can show it
            raise LocalError(UNKNOWN, got=do)
        return ""

    def _paste(self, layer: str, at: int, text: str, cut: int | None) -> str:
        """Write pasted bytes over those from `at` on, or in the place of the `cut` selected bytes."""
        from mtlib.clinic.reading import read_bytes  # late: a large import, and only pasting needs it
        from mtlib.clinic.text_bytes import bytes_in

        try:
            data, said = read_bytes(text)
        except LocalError:
            found, form = bytes_in(text)  # a few hex digits: too few to be found in a text
            if found is None:
                raise
            data, said = found, f"{form}, {len(found)} bytes"
        sheet = self._sheet(layer)
        place = self._place(sheet, at) if self.mode == AUTHOR else None
        room = (place.stop if place else len(sheet.dissection)) - at
        if cut is None and len(data) > room:
            raise LocalError(f"{len(data)} bytes pasted, and only {room} fit here: select what they shall replace")
        self._change(layer, at, data, len(data) if cut is None else int(cut), join=False)
        return f"Took what was pasted for {said}."

    def _change(self, layer: str, at: int, data: bytes, cut: int, *, join: bool) -> None:
        """Replace bytes in the way of the present mode."""
        if self.mode == AUTHOR:
            self._retype(layer, at, data, cut, join)
        elif self.mode == ATTACKER and self._sheet(layer).seal >= 0:
            raise LocalError("behind a seal: an attacker can read this with the key, and not change it", where=layer)
        else:
            self.write(layer, at, data, cut=cut, join=join)

    def _retype(self, layer: str, at: int, data: bytes, cut: int, join: bool) -> None:
        """Replace bytes as the author: they belong to one field, which gets the value that its new bytes give."""
        sheet, new = self._spliced(layer, at, data, cut)
        place = self._place(sheet, at)
        if place is None or at + cut > place.stop:
            raise LocalError("as the author you change one field at a time", where=layer)
        kind = self.author_of(place.path).span.field.kind
        raw = new[place.start : place.stop + len(data) - cut]
        try:
            scanned = kind.read(raw, 0, len(raw), Reading(lenient=True))
        except MtError as error:
            raise LocalError(f"no {kind.name}: {error}", got=raw, where=place.path) from None
        if cut != len(data) and scanned.stop != len(raw):
            raise LocalError("this field has a fixed size", got=f"{len(raw)} bytes", where=place.path)
        self.author(place.path, scanned.value, join=join)

    def _place(self, sheet: Sheet, at: int) -> Place | None:
        """The innermost field over a byte."""
        return self.map.at(self.map.sheets.index(sheet), at)

    # -- State out

    def _tell(self, said: str = "") -> None:
        draft = self._drafts[self._at]
        if draft is not self._shown:
            self._shown = draft
            self._show(draft.map, draft.verdict)
        self.state = {
            "serial": self._serial,
            "mode": self.mode,
            **self._bytes,
            "undos": self.undos,
            "redos": self.redos,
            "said": said,
            "look": self._look,
        }

    def _show(self, found: Map, judged: Any) -> None:
        """Set what a front end shows of these bytes and of their verdict."""
        traces = [self._trace(found, place) for place in found.places]
        self.structure = {
            **_structure(found, traces),
            "checks": _checks(judged, found) if judged else [],
            "base": self._base,
            "can": {"modes": list(self.modes), "keys": self._keys},
        }
        self._bytes = {
            "data": [bytes(sheet.dissection).hex() for sheet in found.sheets],
            "agrees": [traced.agrees if traced else None for traced in traces],
            "verdict": _verdict(judged, self._answer(judged)) if judged else None,
        }

    def _trace(self, found: Map, place: Place) -> Traced | None:
        """The trace of a field; None if it is not computed, or if damage leaves nothing to compute it from."""
        if not place.span.field.note.formula:
            return None
        try:
            return trace(found.root, place.path, known=self._known, functions=self._functions)
        except MtError:
            return None


def _asked(message: Mapping[str, Any], old: bytes) -> tuple[bytes, int]:
    """The new bytes of a message, and how many bytes they replace; `old` is the byte at that place now."""
    if message["do"] == "write":
        data = bytes.fromhex(message["hex"])
        return data, int(message.get("cut", len(data)))
    if message["do"] == "flip":
        return bytes([old[0] ^ 1 << int(message["bit"]) % 8]), 1
    digit = int(message["digit"], 16)  # half a byte, as it is typed
    return bytes([old[0] & 0xF0 | digit if message["low"] else digit << 4 | old[0] & 0x0F]), 1


def _choosable(place: Place) -> Place:
    note = place.span.field.note
    if place.span.inner is not None:
        raise LocalError("this is made of other fields: change those", where=place.path)
    if note.origin is Origin.CONSTANT:
        raise LocalError("a constant is no choice", where=place.path)
    if note.formula:
        raise LocalError(f"follows from others: {note.formula}", where=place.path)
    return place


def _structure(found: Map, traces: Sequence[Traced | None]) -> dict[str, Any]:
    """The part that stays the same while bytes change: names, places, meanings, and which field gives which."""
    by_path = {place.path: index for index, place in enumerate(found.places)}
    by_sheet = {sheet.path: index for index, sheet in enumerate(found.sheets)}
    opens = {sheet.seal: index for index, sheet in enumerate(found.sheets)}
    sheets = [
        {"path": s.path, "name": s.name, "size": len(s.dissection), "seal": s.seal, "keys": _opened_with(found, s)}
        for s in found.sheets
    ]
    fields = []
    for index, (place, traced) in enumerate(zip(found.places, traces, strict=True)):
        sources = traced.sources if traced else {}
        fields.append({
            **_place(place),
            "opens": opens.get(index, -1),
            "formula": traced.formula if traced else "",
            "sources": [[name, path, by_path.get(path, -1), by_sheet.get(path, -1)]
                        for name, (path, _) in sources.items()],
        })  # fmt: skip
    for told in fields:  # a copy has the time unit of its source
        if told["origin"] == "copied" and not told["time"]:
            told["time"] = next((fields[source]["time"] for _, _, source, _ in told["sources"] if source >= 0), "")
    return {"name": found.root.name, "sheets": sheets, "fields": fields}


def _place(place: Place) -> dict[str, Any]:
    span, note = place.span, place.span.field.note
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
        "sealed": isinstance(span.field.inside, Seal),
        "shape": _shape(span),
        "problem": span.problem,
        "time": _time(note.meaning),
    }


def _shape(span: Span) -> str:
    """The name of a nested value, if it says more than the field's name."""
    if span.nested is None:
        return ""
    shape = span.nested.shape
    name = shape.of(bytes(span.nested)).name if isinstance(shape, Schema) else shape.name
    return "" if name == span.name else name


def _time(meaning: str) -> str:
    """The time unit of a value, if its meaning names one."""
    if "unix seconds" in meaning:
        return "seconds"
    return "seconds * 2**32" if "unix time * 2**32" in meaning else ""


def _opened_with(found: Map, sheet: Sheet) -> list[str]:
    """The keys of a seal: those sources of the sealed field that are not in the bytes."""
    sources = found.places[sheet.seal].span.field.note.sources.values() if sheet.seal >= 0 else ()
    return [source[1:] for source in sources if source.startswith("@")]


def _verdict(judged: Any, answer: str) -> dict[str, Any]:
    """The part of a verdict that changes: the answer, the failing check, and what each check found."""
    rows = [[row.holds, show_value(row.got), show_value(row.expected)] for row in judged.checks]
    failed = next((index for index, row in enumerate(judged.checks) if row.name == judged.failed), -1)
    return {"ok": bool(judged.ok), "answer": answer, "failed": failed, "rows": rows}


def _checks(judged: Any, found: Map) -> list[dict[str, Any]]:
    """The checks of a verdict: the purpose of each, and the fields and sheets that it reads."""
    fields, sheets = (tuple(f"/{each.path}" for each in row) for row in (found.places, found.sheets))
    return [
        {
            "name": row.name,
            "why": row.check.why,
            "spec": row.check.spec,
            "fields": [*_named(fields, row.check.reads)],
            "sheets": [*_named(sheets, row.check.reads)],
        }
        for row in judged.checks
    ]


@lru_cache(512)  # paths stay the same when a byte changes; this was a fifth of the time per key press
def _named(paths: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[int, ...]:
    """The indexes of the paths that end with a wanted one, or are one; each of `paths` begins with a slash."""
    ends = tuple(f"/{name}" for name in wanted)
    return tuple(index for index, path in enumerate(paths) if path.endswith(ends))
