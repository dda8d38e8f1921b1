"""The names under which a value is read are in people's files: those of `record/names_read.json` stay.

    python tests/test_names_read.py    writes it again, after a name was added
"""

from __future__ import annotations

import json
from pathlib import Path

from mtlib.clinic.names import ALIASES, FOLLOWING, NAMES, bare_name, known

RECORD = Path(__file__).resolve().parent / "record" / "names_read.json"


def read() -> dict[str, list[str]]:
    """Label -> the name of the value, and its kind; of names that nobody needs the kind alone."""
    named = {label: [known(label), NAMES[known(label)]] for label in (*NAMES, *ALIASES)}
    return named | {label: ["", "follows"] for label in FOLLOWING}


def test_the_names_stay() -> None:
    assert read() == json.loads(RECORD.read_text(encoding="utf-8"))


def test_a_name_is_read_in_every_spelling() -> None:
    for label in read():
        words = label.split("_")
        camel = words[0] + "".join(map(str.capitalize, words[1:]))
        assert {bare_name(each) for each in (label, camel, "-".join(words), f"a.b.{label}")} == {label}


if __name__ == "__main__":
    RECORD.write_text(json.dumps(read(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
