"""What two more authors paste: read rightly where it can be read, and otherwise left out aloud; never read wrongly."""

from __future__ import annotations

from typing import Any

import pytest

from mtlib import diagnose, read_patient
from mtlib.clinic.patient import EitherOrder
from mtlib.errors import MtError
from unseen_forms import (
    ALL,
    KEYS,
    MSG_ID,
    NOW,
    OF_BYTES,
    OF_KEYS,
    OF_NUMBERS,
    OF_TIMES,
    PERM,
    PLAIN,
    REFUSED,
    REQUEST,
    TEMP,
    TEXTS,
    under_names,
)

READ: dict[str, tuple[str | bytes, dict[str, Any]]] = {
    **{f"bytes, {name}": (under_names(form(REQUEST), form(PERM), form(TEMP)), ALL) for name, form in OF_BYTES.items()},
    **{f"keys, {name}": (under_names(REQUEST.hex(), form(PERM), form(TEMP)), ALL) for name, form in OF_KEYS.items()},
    **{
        f"number, {name}": (f"request: {REQUEST.hex()}\n{KEYS}session_id: {number}\nmsg_id: {MSG_ID}\n", ALL)
        for name, number in OF_NUMBERS.items()
    },
    **{f"time, {name}": (f"{PLAIN}now: {when}\n", {**ALL, "now": NOW}) for name, when in OF_TIMES.items()},
    **TEXTS,
}
BESIDE = {"answer", "now", "expires_at"}
"""What a text may say beside the values that are compared."""


def plain(value: Any) -> Any:
    given = getattr(value, "given", value)
    return bytes.fromhex(given) if isinstance(given, str) else given


def alike(got: Any, wanted: Any) -> bool:
    return plain(got) == wanted or (isinstance(got, EitherOrder) and got.other == wanted)


@pytest.mark.parametrize("name", READ)
def test_a_form_is_read(name: str) -> None:
    text, wanted = READ[name]
    got = read_patient(text)
    assert got.keys() - BESIDE == wanted.keys() - BESIDE, got.notes
    assert [each for each, value in wanted.items() if each != "answer" and not alike(got[each], value)] == []
    told = diagnose(**got)
    assert told.healthy or told.name in {"permanent_key_unknown", "nothing_wrong_so_far"}, told.verdict


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_left_out_aloud(name: str) -> None:
    text, names = REFUSED[name]
    try:
        got = read_patient(text)
    except MtError as error:
        assert "\n" not in str(error)
        return
    assert not names & got.keys()
    assert any(each in note for note in got.notes for each in names), got.notes


def test_there_are_enough_of_them() -> None:
    assert len(READ) >= 150
    assert len(REFUSED) < 30
