"""The form of lesson 29 in a notebook. The class only carries messages between `mtlib.lab.form` and the browser."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from mtlib.clinic.diagnosis import Diagnosis
from mtlib.lab.form import Form
from mtlib.lab.widgets import script, style
from mtlib.wire.view import escape

RUN = "Run this cell, and paste your own bytes in the place of this example."


class DoctorForm(anywidget.AnyWidget):
    """A form to paste or drop anything about a refused binding: it says what it is, what is wrong, and in which bytes.

    Pasted keys stay in the kernel: none is shown, saved or sent. A saved notebook, and a page where no script runs,
    shows the diagnosis of the first example in place of the form.
    """

    _esm = script("form.mjs")
    _css = style("inspector.css", "form.css")

    state = traitlets.Dict().tag(sync=True)
    structure = traitlets.Dict().tag(sync=True)
    inspected = traitlets.Dict().tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self.form = Form()
        self._still = self.form.diagnosis
        self._show()
        self.on_msg(self._handle)

    @property
    def diagnosis(self) -> Diagnosis | None:
        """The diagnosis of the present values; None while there are none."""
        return self.form.diagnosis

    def __repr__(self) -> str:
        return f"<DoctorForm: {len(self.form.state['values'])} values>"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The widget, and the example for pages where no script runs; nothing that the reader pasted."""
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        still = self._still._repr_mimebundle_() if self._still else {"text/plain": "", "text/html": ""}
        return {
            **data,
            "text/plain": f"{RUN}\n\n{still['text/plain']}",
            "text/html": f"<div><p><b>{escape(RUN)}</b></p>{still['text/html']}</div>",
        }, metadata

    def _handle(self, _widget: Any, message: Any, _buffers: Any) -> None:
        if not isinstance(message, dict):
            return
        self.form.handle(message)
        inner = message.get("message")
        if isinstance(inner, dict) and inner.get("do") == "text":
            self.send({"text": self.form.text})
        self._show()

    def _show(self) -> None:
        """Send the structure first; traitlets sends it only if it has changed."""
        self.structure = self.form.inspection.get("structure", {})
        self.inspected = self.form.inspection.get("state", {})
        self.state = self.form.state
