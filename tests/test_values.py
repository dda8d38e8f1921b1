"""Values do not change: every dataclass of the house is frozen, but for those that are there to keep count. They are
made by `mtlib.dataclass`, which has to do what the standard library's does."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest

import mtlib
import mtlib.dataclass

COUNTING = {
    "Session": "a client's session: msg_ids, seqnos, what is still open",
    "Seqno": "one of its counters",
    "KnownKey": "what a data centre knows about a key, which a binding changes",
    "Oracle": "the questions that a lab asks a receiver",
    "PageView": "a view that is open in a page of the book",
    "_Scope": "where the reader of pasted text is: what was opened around it, and what was said there",
    "Life": "one client's life on a plate, told minute by minute",
}
"""Mutable on purpose, and why."""


def dataclasses_of_the_house() -> Iterator[type]:
    for module in pkgutil.walk_packages(mtlib.__path__, "mtlib."):
        if module.name.endswith("__main__"):
            continue
        found = importlib.import_module(module.name)
        yield from (
            each for each in vars(found).values()
            if isinstance(each, type) and each.__module__ == module.name and "__dataclass_params__" in vars(each)
        )  # fmt: skip


def test_every_dataclass_is_frozen_or_said_to_keep_count() -> None:
    found = list(dataclasses_of_the_house())
    assert len(found) > 40
    mutable = {each.__name__ for each in found if not each.__dataclass_params__.frozen}  # type: ignore[attr-defined]
    assert mutable == COUNTING.keys()
    assert all(dataclasses.is_dataclass(each) for each in found)


def two_classes(home: Any) -> tuple[Any, Any]:
    """A frozen class and one that keeps count, made by `home`: the standard library, or ours."""

    @home.dataclass(frozen=True)
    class Base:
        shared: ClassVar[int] = 3
        first: int
        last: int = home.field(default=9, kw_only=True, repr=False)

    @home.dataclass(frozen=True)
    class Value(Base):
        many: tuple[int, ...] = home.field(default=(), compare=False)
        some: frozenset[int] = home.field(default_factory=frozenset)

    @home.dataclass
    class Count:
        seen: list[int] = home.field(default_factory=list)

        def __post_init__(self) -> None:
            self.seen.append(1)

    return Value, Count


def refused(call: Callable[[], object]) -> type[Exception] | None:
    try:
        call()
    except Exception as error:
        return type(error)
    return None


@pytest.mark.parametrize("said", [
    lambda value, count: repr(value(1, (2,), last=3)).partition(".<locals>.")[2],
    lambda value, count: [value(1) == other for other in (value(1, (5,)), value(2), 1, value(1, last=8))],
    lambda value, count: hash(value(1)) == hash(value(1, (5,))),
    lambda value, count: refused(lambda: hash(count())),
    lambda value, count: (refused(lambda: value()), refused(lambda: value(1, (), frozenset(), 4))),
    lambda value, count: refused(lambda: value(1, none=2)),
    lambda value, count: refused(lambda: setattr(value(1), "first", 2)),
    lambda value, count: refused(lambda: delattr(value(1), "first")),
    lambda value, count: vars(dataclasses.replace(value(1, (2,)), last=4)),
    lambda value, count: [(each.name, each.repr, each.kw_only) for each in dataclasses.fields(value)],
    lambda value, count: (dataclasses.asdict(value(1)), dataclasses.is_dataclass(value), value.shared),
    lambda value, count: [(p.name, p.kind, p.annotation) for p in inspect.signature(value).parameters.values()],
    lambda value, count: (count().seen, count([4]).seen, count.__eq__(count(), count())),
])  # fmt: skip
def test_a_dataclass_of_ours_does_what_pythons_does(said: Callable[[Any, Any], object]) -> None:
    assert str(said(*two_classes(mtlib.dataclass))) == str(said(*two_classes(dataclasses)))


def test_what_replaces_a_field() -> None:
    value = two_classes(mtlib.dataclass)[0](1, (2,))
    assert vars(mtlib.dataclass.replace(value, last=4)) == vars(dataclasses.replace(value, last=4))
    assert mtlib.dataclass.replace(value) == value


def test_an_import_loads_nothing_that_only_describes_code() -> None:
    code = (
        "import sys; from mtlib import Binding, LocalDC, connect, verify; "
        "print(sorted({'asyncio', 'dataclasses', 'html', 'inspect', 'json', 'logging'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
