"""The first cell of the first lesson: does everything work here?

The sentences are the same on every machine where it does, so that a saved lesson stays true.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module

from mtlib.errors import MtError

NEEDED = ("cryptography", "ipywidgets", "anywidget", "matplotlib")


def checkup() -> str:
    """One line per thing that the lessons need; what is missing comes with the way to get it."""
    lines = [_line("Python 3.11 or newer", lambda: sys.version_info >= (3, 11), "install a newer Python")]
    lines += [_line(name, lambda name=name: bool(import_module(name)), "./run sets it up") for name in NEEDED]  # type: ignore[misc]
    lines.append(_line("a data centre starts", _dc_starts, "is a firewall blocking loopback?"))
    return "\n".join(lines)


def _line(what: str, works: Callable[[], bool], otherwise: str) -> str:
    try:
        fine = works()
    except (ImportError, MtError, OSError) as error:
        if isinstance(error, ImportError) and sys.platform == "emscripten":
            return f"no   {what}: a page does without it"
        return f"no   {what}: {error}; {otherwise}"
    return f"yes  {what}" if fine else f"no   {what}: {otherwise}"


def _dc_starts() -> bool:
    from mtlib.net.server import LocalDC

    with LocalDC() as dc:
        return dc.running
