"""A rung of the ladder, and a usual mistake: a name, the sentence that explains it, the recipe that makes it.

Nothing is guessed. A mistake is named only where its recipe gives exactly what was answered.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mtlib.errors import LocalError

Recipe = Callable[..., Any]
"""Takes what the right function takes. A generator yields several ways to make the same mistake."""


@dataclass(frozen=True)
class Raised:
    """What a function did instead of giving a value: `kind` is "range" for a number that does not fit its bytes,
    otherwise the name of the exception; `says` is its text."""

    kind: str
    says: str = field(default="", compare=False)

    @classmethod
    def of(cls, error: BaseException) -> Raised:
        numbers = isinstance(error, (struct.error, OverflowError, LocalError))
        return cls("range" if numbers else type(error).__name__, f"{type(error).__name__}: {error}")


@dataclass(frozen=True)
class Mistake:
    """One usual wrong answer. `recipes` are different ways to make it; `size` is the length that gives it away where
    its bytes cannot be reproduced, because the answer holds random bytes of its own."""

    name: str
    sentence: str
    recipes: tuple[Recipe, ...] = field(default=(), repr=False)
    size: int | None = None

    def of(self, change: Callable[..., Sequence[Any]]) -> Mistake:
        """The same mistake inside a larger function: `change` makes the arguments here out of the arguments there."""
        return Mistake(
            self.name, self.sentence, tuple(_after(change, recipe) for recipe in self.recipes), self.size
        )

    def made(self, arguments: Sequence[Any]) -> list[Any]:
        """What comes out, one value for each way."""
        return [value for recipe in self.recipes for value in _values(recipe, arguments)]


@dataclass(frozen=True)
class Rung:
    """One function of the recipe: what it says, where that stands, what it takes ("bytes", "long" or "int" by name),
    what gives the right bytes, and the usual mistakes."""

    name: str
    says: str
    source: str
    takes: Mapping[str, str]
    right: Callable[..., bytes] = field(repr=False)
    mistakes: tuple[Mistake, ...] = field(repr=False)


def mistake(name: str, sentence: str, *recipes: Recipe, size: int | None = None) -> Mistake:
    """A row of a table of mistakes."""
    return Mistake(name, sentence, recipes, size)


def recognise(
    mistakes: Sequence[Mistake], inputs: Sequence[Sequence[Any]], answers: Sequence[Any]
) -> Mistake | None:
    """The mistake that turns every input into its answer, or the one whose size the answers have."""
    for candidate in mistakes:
        ways = zip(*(candidate.made(arguments) for arguments in inputs), strict=True)
        if any(all(map(_same, way, answers)) for way in ways):
            return candidate
    sizes = {len(answer) if isinstance(answer, bytes) else -1 for answer in answers}
    return next((m for m in mistakes if m.size is not None and sizes == {m.size}), None)


def _same(made: Any, answer: Any) -> bool:
    """Equal and of one type: True is not 1 here."""
    return type(made) is type(answer) and bool(made == answer)


def _after(change: Callable[..., Sequence[Any]], recipe: Recipe) -> Recipe:
    return lambda *arguments: recipe(*change(*arguments))


def _values(recipe: Recipe, arguments: Sequence[Any]) -> list[Any]:
    try:
        made = recipe(*arguments)
        return list(made) if isinstance(made, Iterator) else [made]
    except (struct.error, OverflowError, LocalError) as error:
        return [Raised.of(error)]
