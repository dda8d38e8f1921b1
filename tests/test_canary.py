"""A key that was pasted into the wrong place: no verdict, no finding and no error repeats four bytes of it."""

from __future__ import annotations

import base64
import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mtlib.__main__ import COMMANDS, main
from mtlib.clinic.doctor import diagnose
from mtlib.clinic.reading import read_patient
from mtlib.errors import MtError
from patients import C
from wrong_client import NOW, pattern

KEY = C.perm
HEX = KEY.hex()
REQUEST = C.request.hex()
RUN = 4


def leaked(text: str, key: bytes = KEY) -> list[str]:
    """Runs of the key that stand in a text: as hex, with blanks or colons or not, as Python prints bytes, in base64,
    as decimal numbers of eight bytes or of one a piece."""
    plain = text.lower()
    close = "".join(plain.split()).replace(":", "")
    found = []
    for at in range(len(key) - RUN + 1):
        run = key[at : at + RUN]
        printed = (repr(run)[2:-1], ", ".join(map(str, run)))
        found += [run.hex()] * (run.hex() in close or any(form in text for form in printed))
        long = key[at : at + 8]
        signed = [int.from_bytes(long, "little", signed=True), int.from_bytes(long, "big", signed=True)]
        numbers = {str(each) for number in signed for each in (number, number % 2**64)}
        found += [form for form in numbers if len(long) == 8 and form in text]
    coded = base64.b64encode(key).decode()
    return found + [coded[at : at + 8] for at in range(len(coded) - 8) if coded[at : at + 8] in text]


def test_the_canary_is_seen() -> None:
    for text in (HEX[10:18], HEX[10:18].upper(), KEY[5:9].hex(":"), repr(KEY), str(list(KEY)),
                 base64.b64encode(KEY).decode(), str(int.from_bytes(KEY[8:16], "little"))):  # fmt: skip
        assert leaked(f"got {text}.")
    assert leaked(str(diagnose(request=C.request, perm_key=KEY))) == []


FOLDED = "\n".join(HEX[at : at + 64] for at in range(0, 512, 64))
INDENTED = "\n  ".join(HEX[at : at + 64] for at in range(0, 512, 64))

PLACES: dict[str, str | bytes] = {
    "a request and a key, both without a name": f"{REQUEST}\n{HEX}\n",
    "a key and a request": f"{HEX}\n{REQUEST}\n",
    "both indented": f"   {REQUEST}\n   {HEX}\n",
    "upper case": f"{REQUEST}\n{HEX.upper()}\n",
    "with colons": f"{REQUEST}\n{KEY.hex(':')}\n",
    "two keys": f"{REQUEST}\n{HEX}\n{C.temp.hex()}\n",
    "an encrypted_message and a key": f"{C.sealed.hex()}\n{HEX}\n",
    "a packet and a key": f"{C.packet().hex()}\n{HEX}\n",
    "half a key": f"{REQUEST}\n{HEX[:256]}\n",
    "a key in two halves": f"{REQUEST}\n{HEX[:256]}\n{HEX[256:]}\n",
    "a folded key": f"{REQUEST}\n{FOLDED}\n",
    "a folded key alone": FOLDED,
    "a key of 255 bytes": f"{REQUEST}\n{HEX[:-2]}\n",
    "a key of 239 bytes": f"{REQUEST}\n{HEX[:478]}\n",
    "a key of 257 bytes": f"{REQUEST}\n{HEX}00\n",
    "a key alone": HEX,
    "a short key alone": HEX[:400],
    "a long key alone": HEX + "00" * 40,
    "an odd digit": f"{REQUEST}\n{HEX[:-1]}\n",
    "a slip": f"{REQUEST}\n{HEX[:100]}g{HEX[101:]}\n",
    "one line for both": f"{REQUEST}{HEX}\n",
    "one line with a blank": f"{REQUEST} {HEX}\n",
    "below a named request": f"request: {REQUEST}\n{HEX}\n",
    "indented below a named request": f"request: {REQUEST}\n  {HEX}\n",
    "folded below a named request": f"request: {REQUEST}\n  {INDENTED}\n",
    "as a request": f"request: {HEX}\n",
    "as a packet": f"packet: {HEX}\n",
    "as a stream": f"stream: {HEX}\n",
    "as an encrypted_message": f"encrypted_message: {HEX}\n",
    "a piece as an encrypted_message": f"encrypted_message: {HEX[:400]}\n",
    "as a number": f"msg_id: {HEX}\n",
    "as 0x": f"session_id: 0x{HEX}\n",
    "a piece as 0x": f"session_id: 0x{HEX[:40]}\n",
    "as decimal digits": f"nonce: {int.from_bytes(KEY[:24], 'big')}\n",
    "as an answer": f"request: {REQUEST}\nanswer: {HEX}\n",
    "under a wrong name": f"perm_auth_kee: {HEX}\n",
    "as a name": f"a{HEX[:40]}: 5\n",
    "in base64": f"{REQUEST}\n{base64.b64encode(KEY).decode()}\n",
    "in base64 with a name": f"perm_key: {base64.b64encode(KEY).decode()}\n",
    "as Python prints it": f"perm_key: {KEY!r}\n",
    "as a list of numbers": f"{REQUEST}\n{list(KEY)}\n",
    "in a sentence": f"the key (permanent) is {HEX}\n",
    "raw": KEY,
    "raw behind a request": C.request + KEY,
    "raw behind hex": REQUEST.encode() + b"\n" + KEY,
    "JSON, as a request": json.dumps({"request": HEX, "now": NOW}),
    "JSON, as a list": json.dumps({"perm_key": list(KEY), "request": REQUEST}),
    "JSON, as a name": json.dumps({HEX: 1}),
    "JSON, as a number": json.dumps({"msg_id": int.from_bytes(KEY[:16], "big")}),
    "JSON, cut off": json.dumps({"request": REQUEST, "perm_key": HEX})[:-3],
    "JSON, an answer": json.dumps({"request": REQUEST, "answer": {"error": HEX, "message": HEX}}),
}  # fmt: skip
KEY_FILES = (None, f"perm_key: {HEX}\ntemp_key: {C.temp.hex()}\n", HEX)

Said = Callable[..., str]


@pytest.fixture
def said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    """What a command says, on both its outputs."""

    def run(command: str, content: str | bytes, *options: str, keys: str | bytes | None = None) -> str:
        for name, each in (("patient", content), ("keys", keys or "")):
            (tmp_path / name).write_bytes(each.encode() if isinstance(each, str) else each)
        more = ["--keys", str(tmp_path / "keys")] if keys is not None else []
        assert main([command, str(tmp_path / "patient"), *more, *options]) in (0, 1, 2)
        text = "".join(capsys.readouterr())
        assert text
        return text

    return run


@pytest.mark.parametrize("keys", KEY_FILES, ids=("no keys", "named", "unnamed"))
@pytest.mark.parametrize("place", PLACES)
def test_the_doctor_repeats_no_key(place: str, keys: str | None, said: Said) -> None:
    for options in ((), ("--json",)):
        assert leaked(said("doctor", PLACES[place], *options, keys=keys)) == []


@pytest.mark.parametrize("place", PLACES)
def test_a_broken_file_of_keys_is_not_repeated(place: str, said: Said) -> None:
    assert leaked(said("doctor", f"request: {REQUEST}", keys=PLACES[place])) == []
    assert leaked(said("dissect", REQUEST, keys=PLACES[place])) == []


SEVERAL = [name for name, content in PLACES.items() if isinstance(content, str) and "alone" not in name
           and not name.startswith("one line")]  # fmt: skip


@pytest.mark.parametrize("place", SEVERAL)
def test_dissect_takes_several_values_for_no_bytes(place: str, said: Said) -> None:
    assert leaked(said("dissect", PLACES[place])) == []


@pytest.mark.parametrize("key", [HEX, HEX + "g", KEY.hex(":"), base64.b64encode(KEY).decode()])
@pytest.mark.parametrize("arguments", [["doctor"], ["dissect"], ["doctor", "--keys"], ["dissect", "00", "--keys"]])
def test_a_key_in_the_place_of_a_file_is_not_repeated(
    key: str, arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    patient = tmp_path / "patient"
    patient.write_text(f"request: {REQUEST}")
    before = [str(patient)] if arguments == ["doctor", "--keys"] else []
    assert main([arguments[0], *before, *arguments[1:], key]) in (1, 2)
    assert leaked("".join(capsys.readouterr())) == []


WRONG: dict[str, dict[str, Any]] = {
    "behind the request": {"request": C.request + KEY},
    "before the request": {"request": KEY + C.request},
    "the request": {"request": KEY},
    "the encrypted_message": {"encrypted_message": KEY},
    "104 bytes of it": {"encrypted_message": KEY[:104]},
    "in the request": {"request": C.request_of(KEY[50:154])},
    "200 bytes of it as a packet": {"packet": KEY[:200]},
    "a stream": {"stream": b"\xee\xee\xee\xee" + len(KEY[:200]).to_bytes(4, "little") + KEY[:200]},
    "a stream of it": {"stream": KEY},
    "a number": {"msg_id": HEX},
    "another key": {"temp_key": KEY + KEY},
    "other keys": {"other_keys": HEX},
    "an answer": {"request": C.request, "answer": HEX},
}


RIGHT_SIZE = ("104 bytes of it", "in the request", "200 bytes of it as a packet", "a stream")
"""In these it has the right size and the right place: that it is a key can only be seen beside the key."""
KNOWN: list[dict[str, Any]] = [{"perm_key": KEY}, {"other_keys": [KEY]}]


@pytest.mark.parametrize(
    ("name", "known"),
    [(name, known) for name in WRONG for known in (KNOWN if name in RIGHT_SIZE else [{}, *KNOWN])],
)
def test_no_form_and_no_error_of_a_diagnosis_repeats_a_key(name: str, known: dict[str, Any]) -> None:
    given = {**known, **WRONG[name]}
    try:
        diagnosis = diagnose(**given)
    except MtError as error:
        forms = [str(error), repr(error), "".join(traceback.format_exception(error))]
    else:
        forms = [str(diagnosis), json.dumps(diagnosis.to_dict()), repr(diagnosis)]
    assert [leaked(form) for form in forms] == [[]] * len(forms)


def test_a_key_without_a_name_is_a_key() -> None:
    found = read_patient(f"{REQUEST}\n{HEX}\n{C.temp.hex()}\nsession_id: {C.session_id}\nnow: {NOW}")
    assert found["request"] == C.request
    assert [bytes(key.key) for key in found["other_keys"]] == [KEY, C.temp]
    assert diagnose(**found).name == "nothing_wrong_so_far"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"{REQUEST}\n{REQUEST}", ["request"]),
        (f"{HEX[:100]}\n{HEX[100:]}", ["other_keys"]),  # neither is anything alone, and together they are a key
        (f"{REQUEST}\n{HEX[:300]}", ["request"]),
        (f"{HEX[:300]}\n{REQUEST}", ["request"]),
    ],
)
def test_lines_without_a_name_are_put_together_only_to_what_is_known(text: str, names: list[str]) -> None:
    found = read_patient(text)
    assert list(found) == names
    assert leaked("".join(found.notes)) == []


def test_a_dump_that_is_folded_into_even_lines_is_one_value(said: Said) -> None:
    packet = C.packet().hex()
    folded = "\n".join(packet[at : at + 60] for at in range(0, len(packet), 60))
    assert said("dissect", folded) == said("dissect", packet) == said("dissect", C.packet())
    assert "several values" in said("dissect", f"{packet}\n{pattern('more', 300).hex()}")


@pytest.mark.parametrize(
    "arguments",
    [
        [HEX], ["bind", HEX], ["bind", "--dc", HEX], ["bind", "--keylog", HEX], ["bind", "--public-key", HEX],
        ["dc", "--keylog", HEX], ["dc", "--write", f"{HEX}/there"], ["dc", "--fault", HEX], ["dc", "--key", HEX],
        ["dissect", "--as", HEX, "00"], ["doctor", f"--{HEX}"], ["judge", HEX], ["judge", "--", HEX, "and more"],
        ["sheet", HEX],
        ["judge", "--", sys.executable, "-c", f"raise SystemExit('the key is {HEX}')"],
        ["tap", "--to", HEX], ["tap", "--to", "127.0.0.1:1", "--write", HEX],
    ],
    ids=lambda arguments: " ".join(arguments).replace(HEX, "KEY")[:40],
)  # fmt: skip
def test_no_command_repeats_a_key_among_its_arguments(
    arguments: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    try:
        assert main(arguments) in (1, 2, 3)
    except SystemExit as error:
        assert error.code == 2
    text = "".join(capfd.readouterr())
    assert text and leaked(text) == []
    assert {"bind", "dc", "dissect", "doctor", "judge", "sheet", "tap"} == set(COMMANDS)
