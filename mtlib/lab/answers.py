"""All exercises by name, in the order of the lessons, and the library's answer to each under the exercise's own name:
`from mtlib.lab.answers import msg_key_v1` is what `my_bind.py` says until the reader has written it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mtlib.lab import exercises_bytes, exercises_dc, exercises_keys, exercises_labs, exercises_recipe, exercises_whole
from mtlib.lab.examining import Exercise, Task

_ALL: tuple[Exercise, ...] = (
    *exercises_bytes.EXERCISES, *exercises_keys.EXERCISES, *exercises_whole.EXERCISES, *exercises_recipe.EXERCISES,
    *exercises_dc.EXERCISES, *exercises_labs.EXERCISES,
)  # fmt: skip
EXERCISES: Mapping[str, Exercise] = {
    exercise.name: exercise for exercise in sorted(_ALL, key=lambda each: each.lesson)
}


def library(name: str) -> Callable[..., Any]:
    """The library's answer to the exercise `name`, as a function of that name. AttributeError where there is none."""
    exercise = EXERCISES.get(name)
    if not isinstance(exercise, Task):
        raise AttributeError(f"no exercise {name!r} wants a function")
    solution = exercise.solution

    def function(*arguments: Any) -> Any:
        return solution(*arguments)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{exercise.signature}\n\n{exercise.asks}"
    return function


__getattr__ = library
