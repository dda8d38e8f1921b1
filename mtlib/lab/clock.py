"""A clock to drag: what a client sees at any moment of a key's life.

Nobody can turn back a data centre's clock. So a story is told again from its beginning for every moment that is asked
about: that takes milliseconds, and dragging to the left is as good as dragging to the right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Any

import ipywidgets

from mtlib.errors import LocalError, MtError
from mtlib.lab.picture import Figure

STEP = 60
"""Seconds that one key press moves the slider. The number field takes every second."""
_CELL = "text-align:left;vertical-align:top;padding:1px 12px 1px 0"


def reading(seconds: int) -> str:
    """A time of this clock as hours, minutes and seconds."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


class VirtualClock:
    """Seconds from 0 to `last`, by slider, number field and buttons for the stops. As a last value it shows itself.

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
        return _text(tuple(self.rows()))

    def __repr__(self) -> str:
        return f"<VirtualClock at {reading(self.at)}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        found = self.box._repr_mimebundle_(**kwargs)
        data, metadata = found if isinstance(found, tuple) else (found or {}, {})
        rows = tuple(self.rows())
        return {**data, "text/plain": _text(rows), "text/html": _html(rows)}, metadata


def _text(rows: Sequence[tuple[str, str]]) -> str:
    return "\n".join(f"{when:>8}  {sentence}" for when, sentence in rows)


def _html(rows: Sequence[tuple[str, str]]) -> str:
    head = "".join(f'<th scope="col" style="{_CELL}">{name}</th>' for name in ("clock", "what is seen"))
    body = "".join(
        f'<tr><th scope="row" style="{_CELL}">{escape(when)}</th><td style="{_CELL}">{escape(sentence)}</td></tr>'
        for when, sentence in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
