"""All exercises by name, in the order of the lessons, and the library's answer to each under the exercise's own name:
`from mtlib.lab.answers import msg_key_v1` is what `my_bind.py` says until the reader has written it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mtlib.lab.answers_beginning import BEGINNING
from mtlib.lab.answers_binding import BINDING
from mtlib.lab.answers_carrying import CARRYING
from mtlib.lab.answers_checking import CHECKING
from mtlib.lab.answers_debugging import DEBUGGING
from mtlib.lab.answers_failing import FAILING
from mtlib.lab.answers_replies import REPLIES
from mtlib.lab.answers_sealing import SEALING
from mtlib.lab.examining import Exercise, Task

EXERCISES: Mapping[str, Exercise] = {
    exercise.name: exercise
    for exercise in (*BEGINNING, *SEALING, *BINDING, *CARRYING, *CHECKING, *REPLIES, *FAILING, *DEBUGGING)
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
