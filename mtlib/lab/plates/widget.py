"""A plate in a notebook: carries messages between model and browser, and shows a still where no script runs."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from mtlib.crypto.secret import of_type
from mtlib.lab.plates.plate import Plate
from mtlib.lab.widgets import script, style


class PlateWidget(anywidget.AnyWidget):
    """One plate; `model` is the plate's model in Python."""

    _esm = script("plates.mjs")
    _css = style("picture.css", "plates.css")

    structure = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, model: Plate) -> None:
        of_type(model, Plate, "model")
        super().__init__(structure=model.structure, state=model.state)
        self.model = model
        self.on_msg(self._handle)

    def _handle(self, _widget: Any, message: Any, _buffers: Any) -> None:
        if isinstance(message, dict):
            self.model.handle(message)
            self.state = self.model.state

    def __repr__(self) -> str:
        return repr(self.model)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The widget, and the still, the table and the text for pages where no script runs."""
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**data, "text/plain": str(self.model), "text/html": self.model.html()}, metadata


def plate(model: Plate) -> PlateWidget:
    """A notebook's widget that shows the model."""
    return PlateWidget(model)
