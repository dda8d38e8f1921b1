"""What the product did when the record was made, it still does: `tests/record/*.json`, replayed from outside.

    python tests/test_record.py --write-texts    after a sentence was written better: see `git diff` before the commit
    python tests/test_record.py --write          the facts as well, which nobody should have to

Facts (bytes, names, got, expected, where, exit codes, JSON keys) must be equal; texts must be equal too, until they are
written again knowingly. Where the record says `*`, anything goes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pytest

from recording import ANY, PLAYS, Scenes, lessons, log_events, still_there, values

RECORD = Path(__file__).resolve().parent / "record"
MOST = 12
"""Differences that are told; the rest are counted."""


def recorded(section: str) -> dict[str, Any]:
    return json.loads((RECORD / f"{section}.json").read_text(encoding="utf-8"))


@cache
def played(section: str) -> Scenes:
    return PLAYS[section](recorded(section)["inputs"])


def differences(was: Any, now: Any, at: str = "") -> Iterator[str]:
    """Where two records differ, one line each."""
    if was in (ANY, now):
        return
    if isinstance(was, dict) and isinstance(now, dict):
        for name in sorted({*was, *now}):
            if name not in now or name not in was:
                yield f"{at}/{name}: {'no longer there' if name in was else 'new'}"
            else:
                yield from differences(was[name], now[name], f"{at}/{name}")
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for number, (before, after) in enumerate(zip(was, now, strict=True)):
            yield from differences(before, after, f"{at}/{number}")
    else:
        yield f"{at}: was {was!r}, is {now!r}"


def told(found: list[str]) -> str:
    more = [f"... and {len(found) - MOST} more"] if len(found) > MOST else []
    return "\n".join([each[:600] for each in found[:MOST]] + more)


@pytest.mark.parametrize("level", ["facts", "texts"])
@pytest.mark.parametrize("section", PLAYS)
def test_it_does_what_it_did(section: str, level: str) -> None:
    found = list(differences(recorded(section)[level], getattr(played(section), level)))
    assert not found, told(found)


@pytest.mark.parametrize("title", recorded("lessons")["facts"])
def test_a_lesson_shows_the_bytes_that_it_showed(title: str) -> None:
    shown = "".join(lessons()[title].split())
    lost = [value for value in recorded("lessons")["facts"][title] if not still_there(value, shown)]
    assert not lost, told(lost)


def test_the_log_has_the_same_events() -> None:
    met = set().union(*(log_events(played(section).facts) for section in PLAYS))
    assert sorted(met) == recorded("log_events")["facts"]


def test_a_difference_is_found() -> None:
    was = {"a": [1, {"b": "x"}], "c": ANY, "d": [1]}
    assert list(differences(was, was)) == list(differences(was, {**was, "c": 5})) == []
    assert list(differences(was, {"a": [1, {"b": "y"}], "d": [1, 2], "e": 0})) == [
        "/a/1/b: was 'x', is 'y'", "/c: no longer there", "/d: was [1], is [1, 2]", "/e: new",
    ]  # fmt: skip
    assert values("aa bb cc dd ee ff 00 11 22, 12345678901234567890, 00112233") == ["aabbccddeeff001122"]
    assert still_there("00112233445566778899aabbccddeeff", "0011223344556677 .. 8899aabbccddeeff")
    assert not still_there("00112233445566778899aabbccddeeff", "0011223344556677")


def write(levels: set[str]) -> None:
    met: set[str] = set()
    for section, play in PLAYS.items():
        path = RECORD / f"{section}.json"
        before = recorded(section) if path.exists() else {"inputs": {}}
        made = play({} if "facts" in levels else before["inputs"])
        kept = {level: getattr(made, level) if level in levels else before[level] for level in ("facts", "texts")}
        _save(section, {"inputs": made.inputs, **kept})
        met |= log_events(made.facts)
    if "facts" in levels:
        _save("log_events", {"facts": sorted(met)})
        _save("lessons", {"facts": {title: values(text) for title, text in lessons().items()}})


def _save(section: str, content: dict[str, Any]) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True)
    (RECORD / f"{section}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] not in (["--write"], ["--write-texts"]):
        sys.exit(__doc__)
    write({"facts", "texts"} if sys.argv[1] == "--write" else {"texts"})
