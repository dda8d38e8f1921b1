"""What two more authors paste: read rightly where it can be read, and otherwise left out aloud; never read wrongly."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mtlib import diagnose, read_patient
from mtlib.__main__ import main
from mtlib.clinic.patient import EitherOrder
from mtlib.errors import MtError
from unseen_forms import (
    ALL,
    KEYS,
    LOGS,
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
from unseen_fourth_patients import HEALTHY, SINGLES

READ: dict[str, tuple[str | bytes, dict[str, Any]]] = {
    **{f"bytes, {name}": (under_names(form(REQUEST), form(PERM), form(TEMP)), ALL) for name, form in OF_BYTES.items()},
    **{f"keys, {name}": (under_names(REQUEST.hex(), form(PERM), form(TEMP)), ALL) for name, form in OF_KEYS.items()},
    **{
        f"number, {name}": (f"request: {REQUEST.hex()}\n{KEYS}session_id: {number}\nmsg_id: {MSG_ID}\n", ALL)
        for name, number in OF_NUMBERS.items()
    },
    **{f"time, {name}": (f"{PLAIN}now: {when}\n", {**ALL, "now": NOW}) for name, when in OF_TIMES.items()},
    **TEXTS,
    **{
        f"{name}, CRLF": (text.replace("\n", "\r\n"), wanted)
        for name, (text, wanted) in TEXTS.items()
        if isinstance(text, str) and "\r" not in text
    },
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


def each_line(before: str) -> Callable[[str, str, str], str]:
    return lambda *values: "\n".join(before + line for line in under_names(*values).split("\n"))


AROUND: dict[str, Callable[[str, str, str], str]] = {
    "another sign": lambda r, p, t: f"request = {r}\nperm_auth_key = {p}\ntemp_auth_key = {t}\n",
    "a semicolon behind": lambda r, p, t: f"const request = {r};\nconst permKey = {p};\nconst tempKey = {t};\n",
    "names above": lambda r, p, t: f"## request\n{r}\n\n## perm_auth_key\n{p}\n\n## temp_auth_key\n{t}\n\n",
    "other names": lambda r, p, t: f"temp_key: {t}\nperm_key: {p}\nsent: {r}\n",
    "JSON": lambda r, p, t: f'{{"request": {r},\n"perm_auth_key": {p},\n"temp_auth_key": {t}}}\n',
    "no names": lambda r, p, t: f"{r}\n\n{p}\n\n{t}\n\n",
    "indented": each_line("    "),
    "quoted": each_line("> "),
    "a time in front": each_line("2026-11-26 10:00:01,123 DEBUG [net] "),
    "logcat in front": each_line("11-26 10:00:00.123  4711  4733 D tgnet   : "),
    "docker in front": each_line("client-1  | "),
    "numbers in front": lambda *v: "\n".join(f"{n:4d}  {x}" for n, x in enumerate(under_names(*v).split("\n"), 1)),
}


@pytest.mark.parametrize("around", AROUND)
def test_whatever_stands_around_a_form_it_is_never_read_wrongly(around: str) -> None:
    read = []
    for name, form in OF_BYTES.items():
        text = AROUND[around](form(REQUEST), form(PERM), form(TEMP))
        try:
            got = read_patient(text)
        except MtError:
            continue
        assert [each for each in ALL if each in got and not alike(got[each], ALL[each])] == [], name
        assert got.keys() <= {*ALL, "other_keys"}, name
        assert {plain(key) for key in got.get("other_keys", [])} <= {PERM, TEMP}, name
        read += [name] * (got.get("request") == REQUEST)
    assert len(read) >= 50


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


@pytest.mark.parametrize("first", [0x01, 0x20, 0x4D, 0xFF])
def test_a_key_as_a_number_may_have_an_even_number_of_digits(first: int) -> None:
    key = bytes([first]) + PERM[1:]
    got = read_patient(f"request: {REQUEST.hex()}\nperm_auth_key: {int.from_bytes(key)}\n")
    assert plain(got["perm_key"]) == key


def test_there_are_enough_of_them() -> None:
    assert len(READ) >= 150
    assert len(REFUSED) < 30


@pytest.mark.parametrize("name", LOGS)
def test_the_cause_is_named_from_nothing_but_a_log(name: str) -> None:
    text, cause, msg_id = LOGS[name]
    got = read_patient(text)
    assert got.get("msg_id", msg_id) == msg_id
    assert "msg_id" in got or name == "Pyrogram"  # whose line says nothing of a binding
    finding = diagnose(**got).to_dict()["findings"][0]
    assert re.search(cause, " ".join([finding["sentence"], *(row["path"] for row in finding["evidence"])]))


# -- The command ------------------------------------------------------------------------------------------------------

ENCODED: list[Callable[[str], bytes]] = [
    lambda text: text.encode(),
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: text.encode("utf-16"),
    lambda text: text.encode("utf-16-le"),
    lambda text: text.encode("utf-16-be"),
    lambda text: text.replace("\n", "\r\n").encode(),
    lambda text: ("client: caf\u00e9\n" + text).encode("latin-1"),
    lambda text: (b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()),
]
WRITTEN = [
    "gdb x/xw", "lldb memory read", "WinDbg db", "HxD", "xxd -i", "Erlang", "Ruby", "Swift", "Java signed", "MySQL",
    "URL-encoded", "HTML-escaped Buffer", "quoted", "logcat before each line of a dump", "YAML's block", "PEM",
    "Format-Hex of PowerShell 7", "spew of Go", "okio", "hex wrapped at 76",
]  # fmt: skip
WITH_KEYS = [each for each in SINGLES if each["facts"].keys() >= {"request", "perm_key", "temp_key"}]
SICK = WITH_KEYS[::10][:34] + HEALTHY[:6]


@pytest.mark.parametrize("at", range(len(SICK)), ids=[each["kind"] for each in SICK])
def test_the_command_says_of_a_file_what_the_doctor_says_of_the_bytes(
    at: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = SICK[at]["facts"]
    form = OF_BYTES[WRITTEN[at % len(WRITTEN)]]
    whole = all(len(value) % 4 == 0 for value in facts.values() if isinstance(value, bytes))  # words are of four bytes
    form = form if whole else OF_BYTES["HxD"]
    text = "".join(f"{name}: {form(value) if isinstance(value, bytes) else value}\n" for name, value in facts.items())
    data = ENCODED[at % len(ENCODED)](text)
    pasted = tmp_path / "pasted.txt"
    pasted.write_bytes(data)
    expected = diagnose(**facts).to_dict()
    if at % 3:
        code = main(["doctor", "--json", str(pasted)])
    else:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        code = main(["doctor", "--json", "-"])
    said = json.loads(capsys.readouterr().out)
    assert said["name"] == expected["name"]
    assert [each["name"] for each in said["findings"]] == [each["name"] for each in expected["findings"]]
    assert (said["healthy"], code == 0) == (expected["healthy"],) * 2
    main(["doctor", str(pasted)])
    assert expected["verdict"].split(". ")[0] in " ".join(capsys.readouterr().out.split())
