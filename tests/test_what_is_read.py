"""What the doctor reads in a text is what it was when `record/read.json` was written: a fingerprint of each text that
the authors of these tests made, and of the same with small damages.

Whether it is right is judged elsewhere. Here a slip is noticed, in a bound or in the order of two rules, at which no
author happened to aim.

    python tests/test_what_is_read.py    writes it again, after something was changed knowingly: read the difference
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

import pasted
import test_corrected_forms
import test_more_forms
import test_unseen_forms
import unseen_fifth_patients
import unseen_forms
import unseen_other_pasted
import unseen_pasted
import unseen_sixth_patients
from mtlib import read_patient
from mtlib.errors import MtError

RECORD = Path(__file__).resolve().parent / "record" / "read.json"
NOW = 1_795_000_000.0
PARTS = 8


def texts() -> Iterator[tuple[str, str | bytes]]:
    """Everything that somebody pasted, by a name."""
    for name, example in pasted.EXAMPLES.items():
        yield f"pasted, {name}", example.data
    for name, (data, _) in pasted.REFUSED.items():
        yield f"pasted, {name}", data
    for form in unseen_pasted.FORMS:
        yield f"unseen_pasted, {form.name}", form.data
    for name, data in unseen_pasted.REFUSED:
        yield f"unseen_pasted, {name}", data
    for name, data, *_ in unseen_other_pasted.FORMS:
        yield f"unseen_other_pasted, {name}", data
    for table in (test_unseen_forms.READ, unseen_forms.REFUSED, unseen_forms.LOGS):
        for name, (data, *_) in table.items():
            yield f"unseen_forms, {name}", data
    for where, table in (("more", test_more_forms.READ), ("corrected", test_corrected_forms.READ)):
        for name, entry in table.items():
            yield f"{where}_forms, {name}", entry if isinstance(entry, str) else entry[0]
    for place, each in enumerate((*unseen_fifth_patients.ALL, *unseen_sixth_patients.ALL)[::2]):
        yield f"patient {place}", each["text"]


def short(value: Any) -> str:
    return sha256(repr(value).encode()).hexdigest()[:8]


def read(data: str | bytes) -> tuple[Any, ...]:
    """The values, the notes, or the sentence that refuses."""
    try:
        got = read_patient(data)
    except MtError as error:
        return (str(error),)
    values = {name: getattr(value, "given", getattr(value, "__dict__", value)) for name, value in got.items()}
    return (sorted((name, repr(value)) for name, value in values.items()), list(got.notes))


def damaged(data: str | bytes, name: str) -> Iterator[str | bytes]:
    """The same, cut somewhere, without a character, with one twice, and with two lines turned round."""
    rng = random.Random(name)
    at = rng.randrange(len(data) + 1)
    yield data[:at]
    at = rng.randrange(len(data) + 1)
    yield data[:at] + data[at + 1 :]
    at = rng.randrange(len(data) + 1)
    yield data[: at + 1] + data[at:]
    lines = data.splitlines(keepends=True)
    at = rng.randrange(len(lines)) if lines else 0
    yield (data[:0]).join([*lines[:at], *lines[at : at + 2][::-1], *lines[at + 2 :]])


def told_of_text(name: str, data: str | bytes) -> str:
    found = read(data)
    kept = "refused" if len(found) == 1 else " ".join(value for value, _ in found[0])
    return f"{kept} {short(found)} {short([read(each) for each in damaged(data, name)])}"


def made(part: int = 0, parts: int = 1) -> dict[str, str]:
    """Name -> what is read, of every `parts`th text."""
    with mock.patch("time.time", lambda: NOW):
        return {name: told_of_text(name, data) for name, data in list(texts())[part::parts]}


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_read_stays(part: int) -> None:
    recorded = json.loads(RECORD.read_text(encoding="utf-8"))
    assert {name: read for name, read in made(part, PARTS).items() if recorded.get(name) != read} == {}


def test_nothing_is_kept_that_is_not_asked() -> None:
    names = [name for name, _ in texts()]
    assert sorted(names) == sorted(json.loads(RECORD.read_text(encoding="utf-8")))


if __name__ == "__main__":
    RECORD.write_text(json.dumps(made(), indent=0, sort_keys=True) + "\n", encoding="utf-8")
