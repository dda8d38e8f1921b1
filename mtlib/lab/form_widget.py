"""The form of lesson 29 in a notebook. This class only carries what `mtlib.lab.form` knows to the browser and back."""

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
    """Paste or drop anything about a refused binding: what it is, what is wrong with it, and the bytes that show it.

    Keys that are pasted stay in the kernel: none is shown, saved or sent. In a saved notebook, and wherever nothing
    runs, the diagnosis of the first example stands in its place.
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
        """What is wrong with the values that are there now; None while there are none."""
        return self.form.diagnosis

    def __repr__(self) -> str:
        return f"<DoctorForm: {len(self.form.state['values'])} values>"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The widget, and for wherever nothing runs the example; nothing of what the reader pasted."""
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
        """The structure first, and only where it is another one: traitlets compares."""
        self.structure = self.form.inspection.get("structure", {})
        self.inspected = self.form.inspection.get("state", {})
        self.state = self.form.state
