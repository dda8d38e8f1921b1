"""What a notebook needs on top of the library: the byte inspector, figures, exercises, and sample keys.

Names are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "ACTIONS": "exercises_dc",
    "Conversation": "views",
    "DAY": "samples",
    "Ige": "views",
    "NOW": "samples",
    "Sent": "views",
    "Inspector": "inspector",
    "KeySchedule": "views",
    "check": "exercises",
    "contract": "exercises",
    "checkup": "readiness",
    "compare": "comparison",
    "hint": "exercises",
    "inspect_bind": "bind",
    "keep": "exercises",
    "material": "exercises",
    "mine": "exercises",
    "predict": "exercises",
    "sample": "samples",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mtlib.lab' has no attribute {name!r}")
    return getattr(import_module(f"mtlib.lab.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
