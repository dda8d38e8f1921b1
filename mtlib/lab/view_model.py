"""The inspector without a browser: it knows the bytes and the reader's changes. Messages in, state out.

Bytes are changed in three ways (`mode`):

*attacker*: what travels changes, and nothing that depends on it is computed again. What is behind a seal can be read,
with the key, and not changed.
*keys*: who holds the keys writes over bytes behind a seal, and the seals around them are closed again; nothing else is
made new.
*author*: a value changes, and everything that follows from it is made again.

`handle` takes one message of a front end, `structure` and `state` are what it has to show, all of it numbers, text and
hex. Three rules: `structure` changes before `state` and only when something stands elsewhere; every message is
answered, also one that is refused, by a state that carries its `serial`; the bytes and the verdict of one state belong
together. So a front end shows nothing of its own before the answer is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import count
from types import MappingProxyType
from typing import Any

from mtlib.errors import LocalError, MtError
from mtlib.lab.sheets import Map, Place, Sheet, uncut
from mtlib.lab.widgets import UNKNOWN, obeyed, serial
from mtlib.wire.dissection import Dissection, Reading, Seal, Span
from mtlib.wire.notes import Origin
from mtlib.wire.provenance import FUNCTIONS, Traced, trace
from mtlib.wire.tl import Schema
from mtlib.wire.view import show_value

Rebuild = Callable[[dict[str, Any]], Dissection]
"""From the values that the author changed, by path, to the message made of them. LocalError for a path that is not
the author's to choose."""
Reseal = Callable[[Dissection, str, bytes], Dissection]
"""From a message, the path of a dissection behind a seal, and its new bytes, to the message around them."""
Judge = Callable[[Dissection], Any]
"""From a message to the verdict of whoever receives it: `ok`, `error`, `failed`, `checks`."""

ATTACKER, KEYS, AUTHOR = "attacker", "keys", "author"
_TURNS = count(1)
"""Each wish to take bytes into view has a number of its own, so that a front end obeys it once."""
LIMIT = 500
"""Steps that can be taken back."""
LONGEST = 1 << 16
"""Bytes that a sheet may grow to by hand."""


def answer(judged: Any) -> str:
    """What the other side says, where nobody knows better words."""
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

    `dissection` has its seals opened already (`mtlib.wire.unseal`). With `rebuild` there is the author's mode, with
    `reseal` that of whoever holds the keys, with `judge` a verdict. `known` and `functions` are those of
    `mtlib.wire.trace`; `answer` says a verdict in the words of the other side; `keys` is what the mode with the keys
    is called. A change that is not possible raises LocalError and leaves everything as it was.
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
        self.original = dissection
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
        """What `judge` says about the bytes; None without a judge."""
        return self._drafts[self._at].verdict

    @property
    def undos(self) -> int:
        """How many steps lead back."""
        return self._at

    @property
    def redos(self) -> int:
        """How many steps were taken back and can be taken again."""
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
        """`data` in the place of `cut` bytes (as many as it has, if not said) of the dissection at path `layer`, from
        `at` on; behind a seal the seals around it are closed again.

        With `join` this is one step with the change before. Raises LocalError beyond the end, for a size of which no
        message can be made, and behind a seal that nobody can close again.
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
        """One bit of a layer; bit 0 is the lowest of byte 0, bit 8 the lowest of byte 1."""
        layer = layer or self.dissection.name
        data = bytes(self._sheet(layer).dissection)
        if not 0 <= bit < 8 * len(data):
            raise LocalError("no such bit", got=bit, expected=f"0..{8 * len(data) - 1}", where=layer)
        self.write(layer, bit // 8, bytes([data[bit // 8] ^ 1 << bit % 8]))

    def author(self, path: str, value: Any, *, join: bool = False) -> None:
        """A new value for a field, and everything that follows from it made again.

        A copy is changed where it was copied from. Raises LocalError for a value that is not the author's to choose.
        What was done to the bytes is gone: the message is made afresh.
        """
        if self._rebuild is None:
            raise LocalError("nobody here can make this message again", where=path)
        values = {**self._drafts[self._at].values, self.author_of(path).path: value}
        self._push(Draft(self._rebuild(dict(values)), MappingProxyType(values)), join)

    def author_of(self, path: str) -> Place:
        """The field that an author changes to change this one: itself, or what it is a copy of.

        Raises LocalError where it is no choice: a constant, or something that is computed.
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
        """Take bytes `start:stop` of a layer into view, selected, the cursor on the first; with `focus` the keyboard,
        too. Raises LocalError for a layer that is not there."""
        size = len(self._sheet(layer).dissection)
        start = max(0, min(start, size - 1))
        stop = max(start + 1, min(stop, size))
        self._look = {"layer": layer, "start": start, "stop": stop, "focus": focus, "turn": next(_TURNS)}
        self._tell()

    def undo(self) -> None:
        """One step back; at the beginning nothing happens."""
        self._at = max(0, self._at - 1)
        self._tell()

    def redo(self) -> None:
        """One step forward again."""
        self._at = min(len(self._drafts) - 1, self._at + 1)
        self._tell()

    def reset(self) -> None:
        """The message as it was at first. This can be undone too."""
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
        """The bytes cut into fields as before, damage included; in one piece where they no longer parse."""
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
        """Do what a message asks for. What comes back is worth a sentence, or nothing."""
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
        elif do != "text":  # the text of everything is asked for by whoever can show it
            raise LocalError(UNKNOWN, got=do)
        return ""

    def _paste(self, layer: str, at: int, text: str, cut: int | None) -> str:
        """Whatever was pasted, over the bytes from `at` on, or in the place of the `cut` that are selected."""
        from mtlib.clinic.reading import read_bytes  # late: nothing else here reads text, and all that it knows is much
        from mtlib.clinic.text_bytes import bytes_in

        try:
            data, said = read_bytes(text)
        except LocalError:
            found, form = bytes_in(text)  # few digits of hex, which are too little to be found in a text
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
        """Bytes in the place of others, by whoever does it in this mode."""
        if self.mode == AUTHOR:
            self._retype(layer, at, data, cut, join)
        elif self.mode == ATTACKER and self._sheet(layer).seal >= 0:
            raise LocalError("behind a seal: an attacker can read this with the key, and not change it", where=layer)
        else:
            self.write(layer, at, data, cut=cut, join=join)

    def _retype(self, layer: str, at: int, data: bytes, cut: int, join: bool) -> None:
        """Typing as the author: the bytes belong to one field, which gets the value that they now spell."""
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
        index = next(number for number, other in enumerate(self.map.sheets) if other.path == sheet.path)
        return self.map.at(index, at)

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
        """What is told of the bytes and of their verdict, as long as these are the bytes."""
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
        """The trace of a field, or None for one that follows from nothing, and where damage left no way to tell."""
        if not place.span.field.note.formula:
            return None
        try:
            return trace(found.root, place.path, known=self._known, functions=self._functions)
        except MtError:
            return None


def _asked(message: Mapping[str, Any], old: bytes) -> tuple[bytes, int]:
    """The bytes that a message wants in the place of others, and of how many; `old` is the byte that stands there."""
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
    """What stays as it is while bytes change: names, places, meanings, and what comes from what."""
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
    for told in fields:  # a copy tells the time in the way of what it was copied from
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


def _opened_with(found: Map, sheet: Sheet) -> list[str]:
    """The keys of a seal: the sources of the sealed field that stand outside the bytes."""
    sources = found.places[sheet.seal].span.field.note.sources.values() if sheet.seal >= 0 else ()
    return [source[1:] for source in sources if source.startswith("@")]


def _verdict(judged: Any, answer: str) -> dict[str, Any]:
    """A verdict as far as it changes: the answer, the failing check, and what each check found."""
    rows = [[row.holds, show_value(row.got), show_value(row.expected)] for row in judged.checks]
    failed = next((index for index, row in enumerate(judged.checks) if row.name == judged.failed), -1)
    return {"ok": bool(judged.ok), "answer": answer, "failed": failed, "rows": rows}


def _checks(judged: Any, found: Map) -> list[dict[str, Any]]:
    """The checks behind a verdict: what each is for, and the fields and sheets it reads."""
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


@lru_cache(512)  # a byte that is changed changes no path, and this was a fifth of the answer to a key
def _named(paths: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[int, ...]:
    """Which of the paths, after a slash each, are or end with a wanted one."""
    ends = tuple(f"/{name}" for name in wanted)
    return tuple(index for index, path in enumerate(paths) if path.endswith(ends))
