"""What the doctor reads in a text, and what it says to a patient, is what it was when `record/told.json` was written: a
fingerprint for each text and patient that the authors of these tests made, and for each text with small damages.

Whether it is right is judged elsewhere. Here a slip is noticed, in a bound or in the order of two rules, at which no
author happened to aim.

    python tests/test_what_is_told.py    writes it again, after something was changed knowingly: read the difference
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

import pasted
import test_corrected_forms
import test_more_forms
import test_unseen_forms
import test_unseen_other_patients as other
import unseen_eighth_patients as eighth
import unseen_fifth_patients
import unseen_forms
import unseen_fourth_patients as fourth
import unseen_ninth_patients as ninth
import unseen_other_forms
import unseen_other_pasted
import unseen_pasted
import unseen_patients as first
import unseen_seventh_patients as seventh
import unseen_sixth_patients
from mtlib import diagnose, read_patient
from mtlib.errors import MtError
from unseen_ninth_client import Ctx

RECORD = Path(__file__).resolve().parent / "record" / "told.json"
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


def patients() -> list[tuple[str, Callable[[], Mapping[str, Any]]]]:
    """Every second one with a bind, by a name; what is told of them is made when it is needed."""
    return list(everybody())[::2]


def everybody() -> Iterator[tuple[str, Callable[[], Mapping[str, Any]]]]:
    for each in (*first.SINGLES, *first.PAIRS, *first.CERTAIN, *first.HEALTHY):
        yield f"unseen, {each.name}", lambda each=each: each.facts
    for number, (name, steps, _, what) in enumerate(other.SINGLES):
        if name != other.KEY_IN_THE_REQUEST:
            yield f"other, {name}", lambda each=(number, name, steps, what): other_facts(*each)
    for at, each in enumerate((*fourth.SINGLES, *fourth.DOUBLES, *fourth.HEALTHY)):
        yield f"fourth, {at}", lambda each=each: each["facts"]
    for at, each in enumerate(seventh.S):
        yield f"seventh, {each['name']}", lambda at=at, each=each: seventh.material(at, each)
    for pair in seventh.pairs:
        yield f"seventh, {pair}", lambda pair=pair: seventh.told_double(*pair)
    for at in range(len(seventh.H)):
        yield f"seventh, healthy {at}", lambda at=at: seventh.told_healthy(at)
    for at, (label, *_, made) in enumerate((*eighth.S, *eighth.D, *eighth.H)):
        yield f"eighth, {at} {label}", made


    for at, (name, where, needs, slip) in enumerate(ninth.S):
        yield f"ninth, {name}", lambda each=(at, name, where, needs, slip): ninth_facts(*each)


def ninth_facts(at: int, name: str, where: Any, needs: Any, slip: Callable[[Any], Any]) -> Mapping[str, Any]:
    ctx, modes = Ctx(name), ninth.modes_for(where, needs)
    slip(ctx)
    ctx.build()
    return ninth.given(ctx, modes[at % len(modes)], at)


def other_facts(number: int, *about: Any) -> Mapping[str, Any]:
    form = unseen_other_forms.FORMS[number % len(unseen_other_forms.FORMS)]
    return read_patient(form(other._facts(number, *about)))


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


def told_to_patient(facts: Mapping[str, Any]) -> str:
    try:
        found = diagnose(**facts).to_dict()
    except MtError as error:
        return f"refused {short(str(error))}"
    return f"{' '.join(each['name'] for each in found['findings']) or found['name']} {short(found)}"


@cache
def recorded() -> dict[str, dict[str, str]]:
    return json.loads(RECORD.read_text(encoding="utf-8"))


def made(kind: str, part: int = 0, parts: int = 1) -> dict[str, str]:
    """Name -> what is told, of every `parts`th."""
    with mock.patch("time.time", lambda: NOW):
        if kind == "texts":
            return {name: told_of_text(name, data) for name, data in list(texts())[part::parts]}
        return {name: told_to_patient(facts()) for name, facts in patients()[part::parts]}


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("kind", ["texts", "patients"])
def test_what_is_told_stays(kind: str, part: int) -> None:
    found = made(kind, part, PARTS)
    assert {name: told for name, told in found.items() if recorded()[kind].get(name) != told} == {}


def test_nothing_is_kept_that_is_not_asked() -> None:
    names = {"texts": [name for name, _ in texts()], "patients": [name for name, _ in patients()]}
    for kind, asked in names.items():
        assert len(asked) == len(set(asked)) and set(asked) == set(recorded()[kind])


if __name__ == "__main__":
    found = {kind: made(kind) for kind in ("texts", "patients")}
    RECORD.write_text(json.dumps(found, indent=0, sort_keys=True) + "\n", encoding="utf-8")
