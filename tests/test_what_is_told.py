"""What the doctor says to a patient is what it was when `record/told.json` was written: a fingerprint for every second
one that the authors of these tests made. Whether it is right is judged elsewhere, as with `test_what_is_read`.

    python tests/test_what_is_told.py    writes it again, after something was changed knowingly: read the difference
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

import test_unseen_other_patients as other
import unseen_eighth_patients as eighth
import unseen_fourth_patients as fourth
import unseen_ninth_patients as ninth
import unseen_other_forms
import unseen_patients as first
import unseen_seventh_patients as seventh
from mtlib import diagnose, read_patient
from mtlib.errors import MtError
from test_what_is_read import NOW, PARTS, short
from unseen_ninth_client import Ctx

RECORD = Path(__file__).resolve().parent / "record" / "told.json"


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


def told_to_patient(facts: Mapping[str, Any]) -> str:
    try:
        found = diagnose(**facts).to_dict()
    except MtError as error:
        return f"refused {short(str(error))}"
    return f"{' '.join(each['name'] for each in found['findings']) or found['name']} {short(found)}"


def made(part: int = 0, parts: int = 1) -> dict[str, str]:
    """Name -> what is told, of every `parts`th patient."""
    with mock.patch("time.time", lambda: NOW):
        return {name: told_to_patient(facts()) for name, facts in patients()[part::parts]}


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_told_stays(part: int) -> None:
    recorded = json.loads(RECORD.read_text(encoding="utf-8"))
    assert {name: told for name, told in made(part, PARTS).items() if recorded.get(name) != told} == {}


def test_nobody_is_kept_who_is_not_asked() -> None:
    names = [name for name, _ in patients()]
    assert sorted(names) == sorted(json.loads(RECORD.read_text(encoding="utf-8")))


if __name__ == "__main__":
    RECORD.write_text(json.dumps(made(), indent=0, sort_keys=True) + "\n", encoding="utf-8")
