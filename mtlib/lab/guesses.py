"""The reader's guesses and answers, kept in `my_guesses.json` next to `my_bind.py`.

Guesses are kept under the names of their experiments. For an exercise that asks for values, the file has only the fact
that they are right; functions are kept in `my_bind.py`.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from mtlib.lab.my_bind import my_bind_file, write_whole

NAME = "my_guesses.json"
ANSWERED = "exercise:"
"""The prefix of an exercise's name under which the file says that its values are right."""
_guessed: dict[str, Any] = {}
"""The guesses made in this kernel."""


def guesses_file() -> Path | None:
    """The path of the file of guesses; None if nothing is to be kept."""
    mine = my_bind_file()
    return mine and mine.with_name(NAME)


def guesses() -> dict[str, Any]:
    """The guesses by name. A file that cannot be read is left alone, and only this kernel remembers then."""
    return {**(_kept() or {}), **_guessed}


def _kept() -> dict[str, Any] | None:
    """The content of the file; empty if there is none, None if it is no file of guesses."""
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
    with suppress(OSError):  # the folder cannot be written: only this kernel remembers
        write_whole(path, text + "\n")


def remember_answer(name: str) -> None:
    """Keep the fact that the values of this exercise are right; later wrong ones do not change it."""
    if name not in answered():
        remember(f"{ANSWERED}{name}", True)


def answered() -> set[str]:
    """The names of the exercises whose values are right."""
    return {name.removeprefix(ANSWERED) for name, held in guesses().items() if held and name.startswith(ANSWERED)}
