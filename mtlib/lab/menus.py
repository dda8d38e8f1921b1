"""A table exercise answered by menus: one for each key, and what the checker says below, at every choice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import ipywidgets

from mtlib.errors import LocalError
from mtlib.lab.answers import EXERCISES
from mtlib.lab.examining import Table
from mtlib.wire.view import Cell, html_table

OPEN = "choose a letter"
CELL = "text-align:left;vertical-align:top;padding:2px 12px 2px 0"


class Menus(Mapping[Any, Any]):
    """The answer to the exercise `name`, by what is chosen in its menus; what is not chosen yet is `...`.

    As the last value of a cell it shows itself. A saved notebook has the questions and the answers to choose from.
    Raises LocalError for an exercise that has no choices.
    """

    def __init__(self, name: str) -> None:
        exercise = EXERCISES.get(name)
        lists = exercise.material if isinstance(exercise, Table) and exercise.choices else None
        if not isinstance(exercise, Table) or not isinstance(lists, Mapping) or set(lists) != {"symptoms", "causes"}:
            raise LocalError("this exercise is not answered by menus", got=name, where="Menus")
        self.name, self.exercise = name, exercise
        asked, meant = lists["symptoms"], lists["causes"]
        self.questions: dict[Any, str] = {key: str(asked[key]) for key in exercise.solution}
        self.meanings: dict[Any, str] = {each: str(meant[each]) for each in exercise.choices}
        options = [(OPEN, ...), *((f"{each}  {said}", each) for each, said in self.meanings.items())]
        self.menus = {
            key: ipywidgets.Dropdown(options=options, value=..., layout={"width": "46%"}) for key in self.questions
        }
        self.said = ipywidgets.HTML()
        rows = []
        for key, menu in self.menus.items():
            question = f"{key}  {self.questions[key]}"
            menu.tooltip = question
            menu.observe(lambda change: self._say(), "value")
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
        """Choose as a reader does. Raises LocalError for what is not in the menu."""
        if key not in self.menus or answer not in self.exercise.choices:
            raise LocalError("there is no such answer", got=f"{key!r}: {answer!r}", where="Menus")
        self.menus[key].value = answer

    def _say(self) -> None:
        self.said.value = f'<div role="status">{escape(str(self.exercise.examine(self, "")))}</div>'

    def __str__(self) -> str:
        rows = [*self.questions.items(), ("", ""), *self.meanings.items()]
        return "\n".join(f"{key!s:<3} {said}".rstrip() for key, said in rows)

    __repr__ = __str__

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        found = self.box._repr_mimebundle_(**kwargs)
        data, metadata = found if isinstance(found, tuple) else (found or {}, {})
        html = "".join(
            html_table((Cell(str(key), CELL, "th"), Cell(said, CELL)) for key, said in rows.items())
            for rows in (self.questions, self.meanings)
        )
        return {**data, "text/plain": str(self), "text/html": html}, metadata
