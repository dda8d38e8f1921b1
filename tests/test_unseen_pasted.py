"""Texts and files as tools print them: every form that is promised is read, and none is read wrongly."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mtlib import diagnose, read_patient
from mtlib.errors import MtError
from unseen_pasted import ANSWERS, BEYOND, FORMS, MSG_ID, REFUSED, SESSION, Pasted, lines

ROOT = Path(__file__).resolve().parent.parent


def _plain(value: Any) -> Any:
    """A key as it was pasted, in bytes; anything else as it is."""
    given = getattr(value, "given", value)
    return bytes.fromhex(given) if isinstance(given, str) and given != value else given


def _differences(form: Pasted, got: dict[str, Any]) -> set[str]:
    return {name for name, value in form.fields.items() if _plain(got.get(name)) != value}


def test_there_are_enough_forms() -> None:
    assert len({form.name for form in FORMS}) == len(FORMS) >= 60
    assert {form.name for form in FORMS} >= BEYOND


@pytest.mark.parametrize("form", [form for form in FORMS if form.name not in BEYOND], ids=lambda form: form.name)
def test_a_form_is_read(form: Pasted) -> None:
    got = read_patient(form.data, form.keys)
    assert _differences(form, got) == set(), got.notes
    told = diagnose(**got).to_dict()
    assert told["healthy"] is form.opens, told["verdict"]
    assert form.opens or told["name"] == "nothing_wrong_so_far"


@pytest.mark.parametrize("form", [form for form in FORMS if form.name in BEYOND], ids=lambda form: form.name)
def test_what_is_not_promised_is_read_or_left_and_never_read_wrongly(form: Pasted) -> None:
    try:
        got = read_patient(form.data, form.keys)
    except MtError as error:
        assert "\n" not in str(error)
        return
    assert _differences(form, got) <= form.fields.keys() - got.keys()
    told = diagnose(**got).to_dict()
    assert told["healthy"] or told["name"] in {"nothing_wrong_so_far", "nothing_given", "no_key"}, told["verdict"]


@pytest.mark.parametrize(("name", "text"), REFUSED, ids=[name for name, _ in REFUSED])
def test_too_little_is_refused_or_left_out_aloud(name: str, text: str) -> None:
    try:
        got = read_patient(text)
    except MtError as error:
        assert "\n" not in str(error)
        return
    assert not {"request", "perm_key", "temp_key", "packet", "encrypted_message"} & got.keys(), name
    assert got.notes, "left out without a word"
    assert got == {"session_id": SESSION, "msg_id": MSG_ID, "now": got["now"]}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_understood_as_clients_print_it(name: str) -> None:
    got = read_patient(f"{lines()}answer: {ANSWERS[name]}\n")
    told = diagnose(**got).to_dict()
    assert not told["healthy"]
    assert told["name"] != "answer_not_known", (got["answer"], told["verdict"])
    assert "permanent key" in told["verdict"]


@pytest.mark.parametrize(
    "name",
    [
        "hexdump -C",
        "UTF-16, little-endian with BOM",
        "JSON of Buffers",
        "stream, full",
        "packet as raw file with keys beside",
        "stream as raw file with keys beside",
    ],
)
def test_the_command_reads_it_too(name: str, tmp_path: Path) -> None:
    form = next(form for form in FORMS if form.name == name)
    pasted = tmp_path / "pasted"
    pasted.write_bytes(form.data if isinstance(form.data, bytes) else form.data.encode())
    command = [sys.executable, "-m", "mtlib", "doctor", str(pasted)]
    if form.keys is not None:
        (tmp_path / "keys").write_text(form.keys)
        command += ["--keys", str(tmp_path / "keys")]
    done = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The bytes are right" in done.stdout
