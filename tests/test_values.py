"""Values do not change: every dataclass of the house is frozen, but for those that are there to keep count."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator

import mtlib

COUNTING = {
    "Session": "a client's session: msg_ids, seqnos, what is still open",
    "Seqno": "one of its counters",
    "KnownKey": "what a data centre knows about a key, which a binding changes",
    "Oracle": "the questions that a lab asks a receiver",
    "PageView": "a view that is open in a page of the book",
    "_Scope": "where the reader of pasted text is: what was opened around it, and what was said there",
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
