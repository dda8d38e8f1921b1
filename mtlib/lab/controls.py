"""Two things to choose with in a lesson: where to bind, and what time it is.

Both are ipywidgets with a text and a table beside them, for saved notebooks and wherever nothing runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

import ipywidgets

from mtlib.errors import LocalError, MtError, Unreachable
from mtlib.lab.figures import Figure
from mtlib.net.client import Client, connect
from mtlib.net.endpoints import Endpoint, endpoint
from mtlib.wire.view import Cell, html_table

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


# -- The clock ------------------------------------------------------------------------------------------------------

STEP = 60
"""Seconds that one key press moves the slider. The number field takes every second."""
_STOP = "text-align:left;vertical-align:top;padding:1px 12px 1px 0"


def reading(seconds: int) -> str:
    """A time of this clock as hours, minutes and seconds."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


class VirtualClock:
    """A clock to drag: what a client sees at any moment of a key's life. Nobody can turn back a data centre's clock, so
    the story is told again from its beginning for every moment that is asked about; that takes milliseconds.

    Seconds from 0 to `last`, by slider, number field and buttons for the stops. As a last value it shows itself.

    `ask(seconds)` tells the story up to that moment and gives, in a sentence, what is seen then; an MtError that comes
    out of it is shown as its sentence. `picture(seconds)` is a `Figure` beneath it. `stops` are moments worth a visit:
    a saved notebook shows what is seen at each of them, as a table. `at` can be set from Python, too.
    Raises LocalError for a moment that is not on the clock.
    """

    def __init__(
        self,
        ask: Callable[[int], str],
        *,
        last: int,
        stops: Sequence[int],
        picture: Callable[[int], Figure] | None = None,
    ) -> None:
        self.ask, self.last, self.stops, self.picture = ask, last, tuple(stops), picture
        for stop in self.stops:
            self._on_the_clock(stop)
        wide = ipywidgets.Layout(width="95%")
        self.slider = ipywidgets.IntSlider(
            min=0, max=last, step=STEP, description="clock", readout=False, continuous_update=False, layout=wide
        )
        self.number = ipywidgets.BoundedIntText(min=0, max=last, step=1, description="seconds")
        # Buttons, not a list: JupyterLab takes the arrow keys of a list for its own cells.
        self.visits = [ipywidgets.Button(description=reading(stop), layout={"width": "auto"}) for stop in self.stops]
        for button, stop in zip(self.visits, self.stops, strict=True):
            button.on_click(lambda _, stop=stop: setattr(self, "at", stop))
        self.said = ipywidgets.HTML(layout=wide)
        ipywidgets.link((self.slider, "value"), (self.number, "value"))
        self.number.observe(lambda change: self._tell(), "value")
        stops_row = ipywidgets.HBox(self.visits, layout={"flex_flow": "row wrap"})
        self.box = ipywidgets.VBox([self.slider, self.number, stops_row, self.said])
        self._tell()

    @property
    def at(self) -> int:
        """The moment at which the clock stands."""
        return int(self.number.value)

    @at.setter
    def at(self, seconds: int) -> None:
        self.number.value = self._on_the_clock(seconds)

    def seen(self, seconds: int) -> str:
        """What is seen at a moment."""
        try:
            return self.ask(self._on_the_clock(seconds))
        except MtError as error:
            return str(error)

    def rows(self) -> Iterator[tuple[str, str]]:
        """Every stop, and what is seen there."""
        return ((reading(stop), self.seen(stop)) for stop in self.stops)

    def _on_the_clock(self, seconds: int) -> int:
        if not 0 <= seconds <= self.last:
            raise LocalError("not on this clock", got=seconds, expected=f"0 to {self.last}", where="seconds")
        return seconds

    def _tell(self) -> None:
        sentence = escape(f"{reading(self.at)}  {self.seen(self.at)}")
        shown = f'<div role="status" aria-live="polite"><b>{sentence}</b></div>'
        if self.picture is not None:
            figure = self.picture(self.at)
            data = figure._repr_mimebundle_()[0]["image/png"]
            shown += f'<img alt="{escape(figure.alt)}" style="max-width:100%" src="data:image/png;base64,{data}">'
        self.said.value = shown

    def __str__(self) -> str:
        return "\n".join(f"{when:>8}  {sentence}" for when, sentence in self.rows())

    def __repr__(self) -> str:
        return f"<VirtualClock at {reading(self.at)}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        head = [Cell(name, _STOP, "th", "col") for name in ("clock", "what is seen")]
        rows = [(Cell(when, _STOP, "th", "row"), Cell(sentence, _STOP)) for when, sentence in self.rows()]
        return _beside(self.box, {"text/plain": str(self), "text/html": html_table(rows, head)}, **kwargs)


def _beside(box: Any, still: dict[str, str], **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A widget, and beside it what stands there where nothing runs."""
    found = box._repr_mimebundle_(**kwargs)
    data, metadata = found if isinstance(found, tuple) else (found or {}, {})
    return {**data, **still}, metadata
