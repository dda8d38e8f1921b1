"""The byte inspector: see, follow and change every byte of a dissection.

What it shows is told by the `Dissection` alone, so a key exchange, a binding and the bytes of the reader's own client
look and work the same. Nothing of a protocol is known here: whoever knows one passes functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from mtlib.errors import LocalError, MtError
from mtlib.lab.editor import Editor, Judge, Rebuild, Reseal
from mtlib.lab.rows import Map, Provenance, checks, hexes, structure, verdict
from mtlib.wire import Dissection
from mtlib.wire.provenance import FUNCTIONS

HERE = Path(__file__).resolve().parent
WIRE, AUTHOR = "wire", "author"


def answer(judged: Any) -> str:
    """What the other side says, where nobody knows better words."""
    return "accepted" if judged.ok else str(judged.error or "refused")


class Inspector(anywidget.AnyWidget):
    """A dissection to point at, to follow and to change.

    `dissection` has its seals opened already (`mtlib.wire.unseal`). With `rebuild` the reader can change values as the
    author, with `judge` there is a verdict after every change, with `reseal` bytes behind an opened seal can be
    changed on the wire too: see `mtlib.lab.editor`. `known` and `functions` are those of `mtlib.wire.trace`; `answer`
    says a verdict in the words of the other side.

    Everything works without a browser as well: `write`, `flip`, `author`, `undo`, `redo`, `reset`, and then
    `dissection` and `verdict`. What is not possible is a LocalError. In a saved notebook, and wherever nothing runs,
    the table of the dissection stands in its place.
    """

    _esm = HERE / "inspector.mjs"
    _css = HERE / "inspector.css"

    structure = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

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
    ) -> None:
        super().__init__()
        self.editor = Editor(dissection, rebuild, judge, reseal)
        self._provenance = Provenance(known or {}, functions)
        self._answer = answer
        self._mode = WIRE
        self._serial = 0
        self._base = {sheet.path: bytes(sheet.dissection).hex() for sheet in Map.of(dissection).sheets}
        self._show()
        self.on_msg(self._handle)

    # -- What it shows

    @property
    def dissection(self) -> Dissection:
        """The bytes as they are now."""
        return self.editor.dissection

    @property
    def verdict(self) -> Any:
        """What `judge` says about them; None without a judge."""
        return self.editor.verdict

    @property
    def mode(self) -> str:
        """How typing changes bytes: "wire" or "author"."""
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        possible = (WIRE, AUTHOR) if self.editor.rebuild else (WIRE,)
        if mode not in possible:
            raise LocalError("no such way to change these bytes", got=mode, expected=" or ".join(possible))
        self._mode = mode
        self._show()

    def __repr__(self) -> str:
        return f"<Inspector {self.dissection.name}: {len(self.dissection)} bytes>"

    def __str__(self) -> str:
        return str(self.dissection)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The widget, and for wherever nothing runs the static table and text of the same bytes."""
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**data, **self.dissection._repr_mimebundle_()}, metadata

    # -- What can be done to it

    def write(self, at: int, data: bytes, layer: str = "") -> None:
        """On the wire: `data` over the bytes from `at` on; `layer` is the path of an opened dissection."""
        self._do(lambda: self.editor.write(layer or self.dissection.name, at, data))

    def flip(self, bit: int, layer: str = "") -> None:
        """On the wire: one bit; bit 0 is the lowest of byte 0, bit 8 the lowest of byte 1."""
        sheet = Map.of(self.dissection).sheet(layer or self.dissection.name)
        data = b"" if sheet is None else bytes(sheet.dissection)
        if not 0 <= bit < 8 * len(data):
            raise LocalError("no such bit", got=bit, expected=f"0..{8 * len(data) - 1}", where=layer)
        self.write(bit // 8, bytes([data[bit // 8] ^ 1 << bit % 8]), layer)

    def author(self, path: str, value: Any) -> None:
        """As the author: a new value for a field, everything that follows from it made again."""
        self._do(lambda: self.editor.set(path, value))

    def undo(self) -> None:
        """One step back."""
        self._do(self.editor.undo)

    def redo(self) -> None:
        """One step forward again."""
        self._do(self.editor.redo)

    def reset(self) -> None:
        """The bytes as they were at first."""
        self._do(self.editor.reset)

    def _do(self, change: Callable[[], None]) -> None:
        change()
        self._show()

    # -- Talking with the browser

    def _handle(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """One message from the browser; whatever is wrong with it is answered with a sentence."""
        said = ""
        if not isinstance(content, dict):
            return
        serial = content.get("serial")
        self._serial = serial if isinstance(serial, int) else self._serial
        if content.get("do") == "text":
            self.send({"text": str(self)})
            return
        try:
            self._obey(content)
        except MtError as error:
            said = str(error)
        except (KeyError, TypeError, ValueError, AttributeError):
            said = "the browser asked for something that does not exist"
        self._show(said)

    def _obey(self, content: Mapping[str, Any]) -> None:
        do = content["do"]
        if do == "mode":
            self.mode = content["mode"]
        elif do in ("undo", "redo", "reset"):
            getattr(self.editor, do)()
        elif do == "write":
            layer, at, join = str(content["layer"]), int(content["at"]), content.get("join") is True
            data = bytes.fromhex(content["hex"])
            if self.mode == WIRE:
                self.editor.write(layer, at, data, join=join)
            else:
                self._retype(layer, at, data, join)
        else:
            raise LocalError("the browser asked for something that does not exist", got=do)

    def _retype(self, layer: str, at: int, data: bytes, join: bool) -> None:
        """Typing as the author: the bytes belong to one field, which gets the value that they now spell."""
        found = Map.of(self.dissection)
        sheet = found.sheet(layer)
        place = None if sheet is None else found.at(found.sheets.index(sheet), at)
        if place is None or at + len(data) > place.stop:
            raise LocalError("as the author you change one field at a time", where=layer)
        raw = place.span.raw
        within = at - place.start
        self.editor.retype(place.path, raw[:within] + data + raw[within + len(data) :], join=join)

    def _show(self, said: str = "") -> None:
        """Tell the browser: the structure only where it changed, and one compact state."""
        found = Map.of(self.dissection)
        traces = [self._provenance.of(found, place) for place in found.places]
        judged = self.verdict
        self.structure = {
            **structure(found, traces),
            "checks": checks(judged, found) if judged else [],
            "base": self._base,
            "can": {"author": self.editor.rebuild is not None, "behind": self.editor.reseal is not None},
        }
        self.state = {
            "serial": self._serial,
            "mode": self.mode,
            "data": list(hexes(found)),
            "agrees": [traced.agrees if traced else None for traced in traces],
            "verdict": verdict(judged, self._answer(judged)) if judged else None,
            "undos": self.editor.undos,
            "redos": self.editor.redos,
            "said": said,
        }
