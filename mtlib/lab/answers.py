"""All exercises by name, in the order of the lessons, and the library's answer to each under the exercise's own name:
`my_bind.py` has `from mtlib.lab.answers import msg_key_v1` until the reader has written that function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mtlib.errors import LocalError
from mtlib.lab import exercises_bytes, exercises_dc, exercises_keys, exercises_labs, exercises_recipe
from mtlib.lab.examining import Exercise, Task

_PARTS = (exercises_bytes, exercises_keys, exercises_recipe, exercises_dc, exercises_labs)
_WRITTEN = (each for part in _PARTS for each in vars(part).values() if isinstance(each, Exercise))
EXERCISES: Mapping[str, Exercise] = {each.name: each for each in sorted(_WRITTEN, key=lambda each: each.lesson)}


class NoFunction(LocalError, AttributeError):
    """No exercise of this name asks for a function. For Python, which looks names up here, it is an AttributeError."""


def library(name: str) -> Callable[..., Any]:
    """The library's answer to the exercise `name`, as a function of that name. Raises NoFunction if there is none."""
    exercise = EXERCISES.get(name)
    if not isinstance(exercise, Task):
        raise NoFunction("no exercise of this name wants a function", got=name)
    solution = exercise.solution

    def function(*arguments: Any) -> Any:
        return solution(*arguments)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{exercise.signature}\n\n{exercise.asks}"
    return function


__getattr__ = library
