"""Choices in a lesson: where to bind, and the answers to a table exercise. Each has a text for pages where no script
runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import ipywidgets

from mtlib.errors import LocalError, Unreachable
from mtlib.lab.guesses import guesses, remember, remember_answer
from mtlib.net.client import Client, connect
from mtlib.net.endpoints import Endpoint, endpoint
from mtlib.wire.view import Cell, escape, html_table

HERE, THERE = "here", "there"
QUESTION = "Where do you want to bind?"
AT_HOME = ("entropy", "perm_key")
"""Options only for this machine: patterned values are no keys, and a key belongs to the DC that it was made with."""


class EndpointChoice:
    """A choice between two places; at first the local one is chosen. As the last value of a cell it shows itself.

    `local` and `remote` are data centres as `connect` takes them. `at` is "here" or "there", and can be set from
    Python, too. A saved notebook shows the choice as text.
    """

    def __init__(self, local: Any, remote: Endpoint | str = "telegram-test") -> None:
        self.local, self.remote = local, endpoint(remote)
        self.names = {HERE: "the local data centre, on this machine", THERE: f"{self.remote.name}, over the internet"}
        # Not radio buttons: JupyterLab uses their arrow keys to move between cells. These obey Enter and Space.
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
        """Say the choice in words, for readers who cannot see which button is pressed."""
        self.said.value = f'<div role="status">Chosen: {escape(self.names[self.at])}.</div>'

    @property
    def name(self) -> str:
        """The chosen place in a few words."""
        return "the local data centre" if self.at == HERE else self.remote.name

    def connect(self, *, at_home: Mapping[str, Any] | None = None, **options: Any) -> Client:
        """A client with two keys at the chosen place, made by `mtlib.connect` with `options`.

        `at_home` are options for the local data centre only: a lesson's clock, its patterned entropy. If the remote
        one does not answer, a sentence says so, and the local one is used. Raises LocalError for an `entropy` or a
        `perm_key` that would leave this machine, and the other errors of `mtlib.connect`.
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


OPEN = "choose a letter"
MENUS = "menus:"
"""The prefix of an exercise's name under which its choices are kept."""
CELL = "text-align:left;vertical-align:top;padding:2px 12px 2px 0"


class Menus(Mapping[Any, Any]):
    """The answer to the exercise `name` by menus: a mapping from each question to the chosen answer, `...` if open.

    As the last value of a cell it shows itself, with a verdict below; `check` prints nothing then, because its words
    would still be there after the next choice. The choices are restored when the cell runs again. A saved notebook
    has the questions and the possible answers. Raises LocalError for an exercise that has no choices.
    """

    says_itself = True

    def __init__(self, name: str) -> None:
        from mtlib.lab.answers import EXERCISES  # late: EndpointChoice needs no exercises
        from mtlib.lab.examining import Table

        exercise = EXERCISES.get(name)
        lists = exercise.material if isinstance(exercise, Table) and exercise.choices else None
        if not isinstance(exercise, Table) or not isinstance(lists, Mapping) or set(lists) != {"symptoms", "causes"}:
            raise LocalError("this exercise is not answered by menus", got=name, where="Menus")
        self.name, self.exercise = name, exercise
        asked, meant = lists["symptoms"], lists["causes"]
        self.questions: dict[Any, str] = {key: str(asked[key]) for key in exercise.solution}
        self.meanings: dict[Any, str] = {each: str(meant[each]) for each in exercise.choices}
        options = [(OPEN, ...), *((f"{each}  {said}", each) for each, said in self.meanings.items())]
        before = guesses().get(f"{MENUS}{name}")
        chosen = {key: before.get(str(key)) if isinstance(before, dict) else None for key in self.questions}
        self.menus = {
            key: ipywidgets.Dropdown(options=options, value=letter if letter in exercise.choices else ...,
                                     layout={"width": "46%"})
            for key, letter in chosen.items()
        }  # fmt: skip
        self.said = ipywidgets.HTML()
        rows = []
        for key, menu in self.menus.items():
            question = f"{key}  {self.questions[key]}"
            menu.tooltip = question
            menu.observe(lambda change: self._chose(), "value")
            label = ipywidgets.HTML(f"<div>{escape(question)}</div>", layout={"width": "52%"})
            rows.append(ipywidgets.HBox([label, menu]))
        self._say()
        self.box = ipywidgets.VBox([*rows, self.said])

    def __getitem__(self, key: Any) -> Any:
        return self.menus[key].value

    def __iter__(self) -> Iterator[Any]:
        return iter(self.questions)

    def __len__(self) -> int:
        return len(self.questions)

    def choose(self, key: Any, answer: Any) -> None:
        """Choose an answer as a reader does. Raises LocalError for a question or an answer that does not exist."""
        if key not in self.menus or answer not in self.exercise.choices:
            raise LocalError("there is no such answer", got=f"{key!r}: {answer!r}", where="Menus")
        self.menus[key].value = answer

    def _chose(self) -> None:
        remember(f"{MENUS}{self.name}", {str(key): letter for key, letter in self.items() if letter is not ...})
        self._say()

    def _say(self) -> None:
        from mtlib.lab.examining import RIGHT

        finding = self.exercise.examine(self, "")
        if finding.verdict == RIGHT:
            remember_answer(self.name)
        self.said.value = f'<div role="status">{escape(str(finding))}</div>'

    def __str__(self) -> str:
        rows = [*self.questions.items(), ("", ""), *self.meanings.items()]
        return "\n".join(f"{key!s:<3} {said}".rstrip() for key, said in rows)

    __repr__ = __str__

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        html = "".join(
            html_table((Cell(str(key), CELL, "th"), Cell(said, CELL)) for key, said in rows.items())
            for rows in (self.questions, self.meanings)
        )
        return _beside(self.box, {"text/plain": str(self), "text/html": html}, **kwargs)


def _beside(box: Any, still: dict[str, str], **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A widget, with its forms for pages where no script runs."""
    found = box._repr_mimebundle_(**kwargs)
    data, metadata = found if isinstance(found, tuple) else (found or {}, {})
    return {**data, **still}, metadata
