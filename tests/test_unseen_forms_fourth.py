"""What a fourth author pastes is read rightly, or left out aloud."""

from __future__ import annotations

import time
from typing import Any

import pytest

from mtlib import diagnose, read_patient
from mtlib.clinic.names import shown
from mtlib.clinic.patient import answer_of
from mtlib.errors import MtError
from unseen_forms import ALL, IDS, KEYS, PERM, PLAIN, REQUEST, TEMP, under_names
from unseen_forms_fourth import BEFORE, BYTES, CONVERSATIONS, CUT, NAME, NOT_READ, ROWS, SAID, TEXTS, dumped

_MANY = {
    **{name: (under_names(form(REQUEST), form(PERM), form(TEMP)), ALL) for name, form in BYTES.items()},
    **{
        f"first row behind the name, {name}": (under_names(*(dumped(each, row) for each in (REQUEST, PERM, TEMP))), ALL)
        for name, row in ROWS.items()
    },
    **TEXTS,
}


def values(text: str) -> dict[str, Any]:
    return {name: getattr(value, "given", value) for name, value in read_patient(text).items()}


@pytest.mark.parametrize("name", _MANY)
def test_a_form_is_read(name: str) -> None:
    text, wanted = _MANY[name]
    assert values(text) == wanted


@pytest.mark.parametrize("name", BEFORE)
def test_what_stands_before_every_line_is_passed_over(name: str) -> None:
    for row in (None, *ROWS.values()):
        dumps = ["\n" + dumped(each, row) if row else each.hex() for each in (REQUEST, PERM, TEMP)]
        text = "\n".join(BEFORE[name] + line for line in under_names(*dumps).split("\n"))
        assert values(text) == ALL


@pytest.mark.parametrize("said", SAID)
def test_an_answer_is_found_in_what_a_client_says(said: str) -> None:
    got = read_patient(PLAIN + said.replace("NAME", NAME) + "\n")
    assert SAID[said] in answer_of(got["answer"])
    assert {name: getattr(value, "given", value) for name, value in got.items() if name != "answer"} == ALL


def test_an_answer_without_its_text_is_told() -> None:
    assert any("answer has no text" in note for note in read_patient(PLAIN + "answer: {:ok, _}\n").notes)


@pytest.mark.parametrize("name", [*CUT, *NOT_READ])
def test_what_is_not_all_there_is_left_out_aloud(name: str) -> None:
    value = CUT[name] if name in CUT else NOT_READ[name][0]
    try:
        got = read_patient(f"{KEYS}{IDS}request: {value}\n")
    except MtError as error:
        assert "\n" not in str(error)
        return
    assert "request" not in got
    assert got.notes


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_the_bind_is_found_in_a_conversation(name: str) -> None:
    got = read_patient(KEYS + CONVERSATIONS[name])
    assert got.keys() & {"packet", "stream"}
    assert diagnose(**got).healthy


def test_a_long_name_that_is_not_shown_costs_no_time() -> None:
    began = time.process_time()
    assert shown("a" * 60 + "0A") == "a name of 62 characters"
    assert time.process_time() - began < 0.5
