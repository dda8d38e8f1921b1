"""Where to bind: something to choose with in a lesson, and text beside it for wherever nothing runs."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import ipywidgets

from mtlib.errors import LocalError, Unreachable
from mtlib.net.client import Client, connect
from mtlib.net.endpoints import Endpoint, endpoint

HERE, THERE = "here", "there"
QUESTION = "Where do you want to bind?"
AT_HOME = ("entropy", "perm_key")
"""What must not leave this machine: patterned values are no keys, and a key belongs to the DC that it was made with."""


class EndpointChoice:
    """One choice with two answers, and the local one is made already. As the last value of a cell it shows itself.

    `local` is anything that `connect` takes, `remote` another. `at` is "here" or "there", and can be set from Python,
    too. A saved notebook shows the choice as text.
    """

    def __init__(self, local: Any, remote: Endpoint | str = "telegram-test") -> None:
        self.local, self.remote = local, endpoint(remote)
        self.names = {HERE: "the local data centre, on this machine", THERE: f"{self.remote.name}, over the internet"}
        # Not radio buttons: JupyterLab takes their arrow keys for its own cells. These listen to Enter and Space.
        self.buttons = ipywidgets.ToggleButtons(
            options=[(name, place) for place, name in self.names.items()], value=HERE, style={"button_width": "auto"}
        )
        self.said = ipywidgets.HTML()
        self.buttons.observe(lambda change: self._say(), "value")
        self._say()
        self.box = ipywidgets.VBox([ipywidgets.HTML(f"<b>{QUESTION}</b>"), self.buttons, self.said])

    @property
    def at(self) -> str:
        return str(self.buttons.value)

    @at.setter
    def at(self, place: str) -> None:
        if place not in self.names:
            raise LocalError("there are two places", got=place, expected=f"{HERE!r} or {THERE!r}", where="at")
        self.buttons.value = place

    def _say(self) -> None:
        """The choice in words, for those who do not see which button is pressed."""
        self.said.value = f'<div role="status">Chosen: {escape(self.names[self.at])}.</div>'

    @property
    def name(self) -> str:
        """The place in a few words."""
        return "the local data centre" if self.at == HERE else self.remote.name

    def connect(self, *, at_home: Mapping[str, Any] | None = None, **options: Any) -> Client:
        """A client with its two keys at the place that was chosen, made by `mtlib.connect` with `options`.

        `at_home` are options for the local data centre only: a lesson's clock, its patterned entropy. Where the other
        one does not answer, that is said in one sentence, and the local one is chosen. Raises LocalError for an
        `entropy` or a `perm_key` that would leave this machine, and whatever `mtlib.connect` raises besides.
        """
        if self.at == THERE:
            kept = next((name for name in AT_HOME if name in options), None)
            if kept is not None:
                raise LocalError("this stays on your machine", got=kept, expected="in at_home", where="connect")
            try:
                return connect(self.remote, **options)
            except Unreachable:
                print(f"{self.remote.name} cannot be reached from here, so the local data centre is used instead.")
                self.at = HERE
        return connect(self.local, **{**options, **(at_home or {})})

    def __str__(self) -> str:
        places = (f"{'(x)' if place == self.at else '( )'} {name}" for place, name in self.names.items())
        return "\n".join((QUESTION, *places))

    __repr__ = __str__

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        lines = "<br>".join(map(escape, str(self).splitlines()))
        return _beside(self.box, {"text/plain": str(self), "text/html": f"<div>{lines}</div>"}, **kwargs)


def _beside(box: Any, still: dict[str, str], **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A widget, and beside it what stands there where nothing runs."""
    found = box._repr_mimebundle_(**kwargs)
    data, metadata = found if isinstance(found, tuple) else (found or {}, {})
    return {**data, **still}, metadata
