"""The byte inspector in a notebook: see, follow and change every byte of a dissection.

It shows only what the `Dissection` has, so a key exchange, a binding and the bytes of the reader's own client look and
work the same. The class only carries messages between `mtlib.lab.view_model` and the browser.
"""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from mtlib.lab.view_model import Judge, Rebuild, ViewModel
from mtlib.lab.widgets import script, style
from mtlib.wire.dissection import Dissection


class Inspector(anywidget.AnyWidget):
    """A dissection to point at, to follow and to change.

    `dissection` has its seals opened already (`mtlib.unseal`). With `rebuild` the reader can change values as the
    author, with `judge` there is a verdict after every change; `options` are those of `mtlib.lab.view_model.ViewModel`.

    Everything works without a browser as well: `write`, `flip`, `author`, `undo`, `redo`, `reset`, and then
    `dissection` and `verdict`. A change that is not possible is a LocalError. A saved notebook, and a page where no
    script runs, shows the table of the dissection.
    """

    _esm = script("inspector.mjs")
    _css = style("inspector.css")

    structure = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

    def __init__(
        self, dissection: Dissection, rebuild: Rebuild | None = None, judge: Judge | None = None, **options: Any
    ) -> None:
        super().__init__()
        self.view_model = ViewModel(dissection, rebuild, judge, **options)
        self._show()
        self.on_msg(self._handle)

    @property
    def dissection(self) -> Dissection:
        """The present bytes, dissected."""
        return self.view_model.dissection

    @property
    def verdict(self) -> Any:
        """The verdict of `judge` on the present bytes; None without a judge."""
        return self.view_model.verdict

    @property
    def mode(self) -> str:
        """How typing in the browser changes bytes: "attacker", "author" or "keys"."""
        return self.view_model.mode

    @mode.setter
    def mode(self, mode: str) -> None:
        self.view_model.mode = mode
        self._show()

    def __repr__(self) -> str:
        return f"<Inspector {self.dissection.name}: {len(self.dissection)} bytes>"

    def __str__(self) -> str:
        return str(self.dissection)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The widget, and the table and text of the same bytes for pages where no script runs."""
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**data, **self.dissection._repr_mimebundle_()}, metadata

    # -- Changes

    def write(self, at: int, data: bytes, layer: str = "", *, cut: int | None = None) -> None:
        """Write `data` over the bytes from `at` on, or replace `cut` of them; `layer` is the path of an opened
        dissection. The seals around the layer are closed again; nothing else is computed anew."""
        self.view_model.write(layer or self.dissection.name, at, data, cut=cut)
        self._show()

    def flip(self, bit: int, layer: str = "") -> None:
        """Flip one bit; bit 0 is the lowest of byte 0, bit 8 the lowest of byte 1."""
        self.view_model.flip(bit, layer)
        self._show()

    def author(self, path: str, value: Any) -> None:
        """Give a field a new value as its author, and compute everything that follows from it anew."""
        self.view_model.author(path, value)
        self._show()

    def undo(self) -> None:
        """Go one step back."""
        self.view_model.undo()
        self._show()

    def redo(self) -> None:
        """Go one step forward again."""
        self.view_model.redo()
        self._show()

    def reset(self) -> None:
        """Restore the first bytes."""
        self.view_model.reset()
        self._show()

    # -- Messages of the browser

    def _handle(self, _widget: Any, message: Any, _buffers: Any) -> None:
        if not isinstance(message, dict):
            return
        self.view_model.handle(message)
        self._show()  # before the text: a later state would replace the sentence about the copy
        if message.get("do") == "text":
            self.send({"text": str(self)})

    def _show(self) -> None:
        """Send the structure first; traitlets sends it only if it has changed."""
        self.structure = self.view_model.structure
        self.state = self.view_model.state
