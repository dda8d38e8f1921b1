"""What a reader guessed and answered: `my_guesses.json` beside `my_bind.py`.

Guesses stand under the names of their experiments. Of an exercise that asks for values stands there only that it is
right; functions are kept in `my_bind.py`.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from mtlib.lab.my_bind import my_bind_file, write_whole

NAME = "my_guesses.json"
ANSWERED = "exercise:"
"""In front of the name of an exercise whose values are right."""
_guessed: dict[str, Any] = {}
"""Of this kernel."""


def guesses_file() -> Path | None:
    """Where guesses are kept; None where nothing is to be kept."""
    mine = my_bind_file()
    return mine and mine.with_name(NAME)


def guesses() -> dict[str, Any]:
    """What was guessed, by name. A file that cannot be read is left alone: then only this kernel remembers."""
    return {**(_kept() or {}), **_guessed}


def _kept() -> dict[str, Any] | None:
    """What stands in the file; None where it is no file of guesses."""
    path = guesses_file()
    if path is None or not path.is_file():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return kept if isinstance(kept, dict) else None


def remember(name: str, guess: Any) -> None:
    """Keep a guess under a name; None forgets it."""
    _guessed[name] = guess
    path, kept = guesses_file(), _kept()
    if path is None or kept is None:
        return
    kept = {**kept, name: guess}
    text = json.dumps({each: kept[each] for each in sorted(kept) if kept[each] is not None}, indent=1)
    with suppress(OSError):  # a folder that cannot be written: this kernel remembers
        write_whole(path, text + "\n")


def remember_answer(name: str) -> None:
    """Keep that the values of this exercise are right. What was right once stays so."""
    if name not in answered():
        remember(f"{ANSWERED}{name}", True)


def answered() -> set[str]:
    """The names of the exercises whose values are right."""
    return {name.removeprefix(ANSWERED) for name, held in guesses().items() if held and name.startswith(ANSWERED)}
