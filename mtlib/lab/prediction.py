"""A prediction in a notebook: the question first, the measurement after a guess.

    from mtlib.lab import blocks, predict

    def flipped_bit():
        ...                                  # whatever is printed here is shown with the measurement, not before
        return "p2", "p3"

    predict("Which plaintext blocks change?", blocks(5, "p"), flipped_bit)

The cell says nothing about the answer: its meaning is kept in `predictions.json`, under the experiment's name.
This module connects `mtlib.lab.predicting` with the browser.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from typing import Any

import anywidget
import traitlets

from mtlib.lab.figures.drawing import Figure
from mtlib.lab.guesses import guesses, remember
from mtlib.lab.predicting import Answering, Meaning, Picture, Prediction
from mtlib.lab.widgets import HERE, script, style
from mtlib.wire.view import escape, prose_html

FOLDED = "The measurement, after your own guess"
MORE = "More to try"
CLASS = "mtlib-answer"
"""The class of the folded part in pages without a script: in print these parts stand on the last page."""


def predict(
    question: str,
    way: Answering,
    experiment: Any,
    *,
    picture: Figure | Callable[[], Figure] | None = None,
    name: str = "",
    more: bool = False,
) -> Predict:
    """A question with its way of answering; the measurement is folded until there is a guess, or "show me" is pressed.

    `way` is one of `blocks(5, "p")`, `choose("yes", "no")`, `several(...)`, `number("bytes")`, `text()`, `order(...)`,
    `cut(80)`. `experiment` is what was measured, or a function that gives it; what the function prints is folded, too.
    `picture` is a figure, or a function that gives one. Under `name`, by default the function's own, the guess is
    remembered, and `predictions.json` has the sentences that say what the measurement means. With `more` the question
    itself is folded, as more to try. As the last value of a cell it shows itself; a saved notebook has the question
    and, folded, the measurement, whatever was guessed. Raises LocalError for a measurement that is no answer.
    """
    printed = StringIO()
    name = name or (experiment.__name__ if callable(experiment) else question)
    with redirect_stdout(printed):
        measured = experiment() if callable(experiment) else experiment
        figure = picture() if callable(picture) else picture
    said = {"printed": printed.getvalue(), "picture": figure and _picture(figure)}
    return as_measured(question, way, measured, name=name, more=more, **said)


def as_measured(question: str, way: Answering, measured: Any, *, name: str, more: bool, **said: Any) -> Predict:
    """The same from an earlier measurement; `said` is its explanation, `printed` and `picture`."""
    prediction = Prediction(
        question, way, measured, meaning=meanings().get(name), guess=guesses().get(name), more=more, **said
    )
    return Predict(prediction, name)


def _picture(figure: Figure) -> Picture:
    try:
        png = figure._repr_mimebundle_()[0]["image/png"]
    except ImportError:  # in a page there is no matplotlib
        png = ""
    return Picture(png, figure.alt, str(figure))


@cache
def meanings() -> dict[str, Meaning]:
    """The meaning of each measurement in the lessons, by the name of its experiment."""
    kept = json.loads((HERE / "predictions.json").read_text(encoding="utf-8"))
    return {name: Meaning(said["means"], said.get("after", {})) for name, said in kept.items()}


# -- The widget


class Predict(anywidget.AnyWidget):
    """The widget of `predict`. `guess`, `measured` and `matches` are the present ones; `name` remembers the guess."""

    _esm = script("predict.mjs")
    _css = style("views.css", "predict.css")

    structure = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, prediction: Prediction, name: str) -> None:
        super().__init__()
        self.prediction, self.name = prediction, name
        self.structure, self.state = prediction.structure, prediction.state
        self.on_msg(self._handle)

    @property
    def guess(self) -> Any:
        """The reader's guess; None before there is one."""
        return self.prediction.guess

    @property
    def measured(self) -> Any:
        """The measurement."""
        return self.prediction.measured

    @property
    def matches(self) -> bool:
        """Whether the guess equals the measurement."""
        return self.prediction.matches

    def as_cell(self) -> str:
        """A cell that gives this prediction without measuring again."""
        kept = self.prediction
        said = {"name": self.name, "more": kept.structure["more"], "printed": kept.printed, "picture": kept.picture}
        told = ", ".join(map(repr, (kept.question, kept.way, kept.measured)))
        return (
            f"from mtlib.lab.predicting import Picture, {type(kept.way).__name__}\n"
            f"from mtlib.lab.prediction import as_measured\n\nas_measured({told}, **{said!r})"
        )

    def _handle(self, _widget: Any, message: Any, _buffers: Any) -> None:
        if not isinstance(message, dict):
            return
        before = self.guess
        self.prediction.handle(message)
        if self.guess != before:
            remember(self.name, self.guess)
        self.state = self.prediction.state

    def __repr__(self) -> str:
        return f"<Predict: {self.prediction.question}>"

    def __str__(self) -> str:
        way = self.prediction.way.offered()
        return f"Predict: {self.prediction.question}\n({way})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The widget; and for pages without a script, the question with the answer folded."""
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**data, "text/plain": str(self), "text/html": still(self.prediction)}, metadata


def still(prediction: Prediction) -> str:
    """Question and folded answer as HTML; it does not depend on the guess."""
    asked = f"<p><b>Predict.</b> {prose_html(prediction.question)}</p><p>({escape(prediction.way.offered())})</p>"
    inside = "".join(_answer(prediction))
    whole = f'{asked}<details class="{CLASS}"><summary>{FOLDED}</summary>{inside}</details>'
    if not prediction.structure["more"]:
        return f"<div>{whole}</div>"
    return f"<details><summary>{MORE}: {prose_html(prediction.question)}</summary>{whole}</details>"


def _answer(prediction: Prediction) -> Iterator[str]:
    measured = prediction.way.show(prediction.measured)
    yield f"<p>Measured: <b>{escape(measured)}</b></p>"
    if prediction.printed:
        yield f"<pre>{escape(prediction.printed)}</pre>"
    if picture := prediction.picture:
        yield f'<img alt="{escape(picture.alt)}" style="max-width:100%" src="data:image/png;base64,{picture.png}">'
        yield f"<details><summary>The same in words</summary><pre>{escape(picture.words)}</pre></details>"
    for sentence in prediction.meaning.said("", measured):
        yield f"<p>{prose_html(sentence)}</p>"
