"""Packages whose names are loaded when they are first used, so that an import loads only what it needs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazily(
    package: str, homes: Mapping[str, str], given: Callable[[Any], Any] = lambda value: value
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` for a package. `homes` maps each of its modules to its names: "module": "a b".
    `given(value)` then stands in the place of a value, in its module as well."""
    modules = {name: module for module, names in homes.items() for name in names.split()}

    def load(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = import_module(f"{package}.{modules[name]}")
        value = given(getattr(module, name))
        for has in (module, sys.modules[package]):
            setattr(has, name, value)
        return value

    return load, lambda: sorted({*vars(sys.modules[package]), *modules})
