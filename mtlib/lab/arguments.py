"""What the functions and classes of `mtlib.lab` are called with: each argument is of the type that the signature says.

A lesson is there to be changed, so a wrong argument is common. It is refused at once and by its name, not somewhere
inside. A function that the reader hands over is called later, and its errors stay its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import wraps
from inspect import Parameter, signature
from itertools import chain, repeat
from types import FunctionType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from mtlib.errors import LocalError

Called = TypeVar("Called")
WIDER: Mapping[Any, Any] = {bytes: (bytes, bytearray, memoryview), float: (float, int)}
"""The types whose values are taken for one of another type."""


def typed(called: Called) -> Called:
    """A function that first checks its arguments, and raises LocalError for one of a wrong type; a class is changed to
    do so itself. Any other value is given back as it is, as is a function that is wrapped already."""
    if isinstance(called, type):
        called.__init__ = typed(called.__init__)  # type: ignore[misc]
    if not isinstance(called, FunctionType) or hasattr(called, "__wrapped__"):
        return called
    parameters = signature(called, eval_str=True).parameters
    kinds = {name: each.annotation for name, each in parameters.items() if each.annotation is not Parameter.empty}
    single = [name for name, each in parameters.items() if each.kind is Parameter.POSITIONAL_OR_KEYWORD]
    rest = next((name for name, each in parameters.items() if each.kind is Parameter.VAR_POSITIONAL), "")

    @wraps(called)
    def checked(*given: Any, **named: Any) -> Any:
        for name, value in chain(zip(chain(single, repeat(rest)), given, strict=False), named.items()):
            if not fits(value, kinds.get(name, Any)):
                got, expected = type(value).__name__, called.__annotations__[name]
                raise LocalError("of the wrong type", got=got, expected=expected, where=name)
        return called(*given, **named)

    return checked  # type: ignore[return-value]


def fits(value: Any, kind: Any) -> bool:
    """Whether a value is of an annotated type, with all that it holds. What can be read only once is not read."""
    if kind is Any:
        return True
    if isinstance(kind, type):
        return isinstance(value, WIDER.get(kind, kind)) and (kind is bool or not isinstance(value, bool))
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return any(fits(value, part) for part in parts)
    if origin is Callable:
        return callable(value)
    if not isinstance(value, origin) or isinstance(value, (str, *WIDER[bytes])):
        return False
    if issubclass(origin, Mapping):
        return all(fits(key, parts[0]) and fits(each, parts[1]) for key, each in value.items())
    if origin is tuple and parts[-1] is not ...:
        return len(value) == len(parts) and all(map(fits, value, parts))
    return not isinstance(value, Collection) or all(fits(each, parts[0]) for each in value)
