"""`python -m mtlib doctor`: every form of patient, every exit code, no secret and no traceback in anything it says."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mtlib.__main__ import main
from mtlib.cli.reading import MOST
from mtlib.clinic.diagnosis import THROW_AWAY
from mtlib.clinic.doctor import diagnose
from mtlib.crypto.entropy import Patterned
from mtlib.transport.framing import FRAMINGS
from mtlib.transport.stream import ClientStream
from patients import OTHER, PATIENTS, C
from wrong_client import NOW, key_id, long, pattern, right_hash, swapped

KEYS = f"perm_auth_key: {C.perm.hex()}\ntemp_auth_key: {C.temp.hex()}\n"
AROUND = f"session_id: {C.session_id}\nmsg_id: {C.msg_id}\nnow: {NOW}\n"
LINES = f"request: {C.request.hex()}\n{AROUND}"
WRONG = replace(C, cipher=swapped)
PLAIN = bytes(8) + long(C.msg_id - (9 << 32)) + struct.pack("<i", 20) + pattern("req_pq_multi", 20)

Run = Callable[..., tuple[int, str, str]]


def intermediate(*packets: bytes) -> bytes:
    return b"\xee\xee\xee\xee" + b"".join(struct.pack("<i", len(packet)) + packet for packet in packets)


@pytest.fixture
def doctor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Exit code, stdout and stderr for a patient, and keys in a file of their own; nothing it says is a secret."""

    def run(patient: str | bytes, keys: str | bytes | None = None, *options: str) -> tuple[int, str, str]:
        arguments = ["doctor", _file(tmp_path / "patient", patient), *options]
        if keys is not None:
            arguments += ["--keys", _file(tmp_path / "keys", keys)]
        code = main(arguments)
        said = capsys.readouterr()
        assert secrets(said.out + said.err) == []
        assert "Traceback" not in said.out + said.err
        return code, said.out, said.err

    return run


def _file(path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def secrets(text: str) -> list[str]:
    """Pieces of keys that are in a text, as hex or as Python prints bytes."""
    pieces = [key[at : at + 8] for key in (C.perm, C.temp) for at in (0, 120, 248)]
    return [form for piece in pieces for form in (piece.hex(), repr(piece)[2:-1]) if form in text]


def as_json(**more: Any) -> str:
    return json.dumps({"request": C.request.hex(), "perm_auth_key": C.perm.hex(), "temp_auth_key": C.temp.hex(),
                       "outer": {"session_id": str(C.session_id), "msg_id": C.msg_id}, "now": NOW, **more})  # fmt: skip


# -- What can be handed over --------------------------------------------------------------------------------------


def test_right_bytes_are_exit_code_0(doctor: Run) -> None:
    for patient, keys in ((LINES, KEYS), (LINES + KEYS, None), (as_json(), None), (f"\ufeff{LINES}", KEYS)):
        code, said, errors = doctor(patient, keys)
        assert (code, errors) == (0, "")  # nothing of this needs a word about how it was read
        assert said.startswith(THROW_AWAY)
        assert "[healthy]" in said


def test_a_mistake_is_exit_code_1_with_bytes_fix_and_lesson(doctor: Run) -> None:
    code, said, errors = doctor(LINES.replace(C.request.hex(), WRONG.request.hex()), KEYS)
    assert (code, errors) == (1, "")
    for part in ("[iv_halves_swapped]", "encrypted_message/ciphertext, byte 24", "Fix: ", "Lesson: 11_aes_ige"):
        assert part in said


def test_right_bytes_and_still_refused_is_no_health(doctor: Run) -> None:
    code, said, _ = doctor(as_json(rpc_error={"code": 400, "message": "ENCRYPTED_MESSAGE_INVALID"}))
    assert code == 1
    assert "The bytes are right." in said and "Do not drop keys yet" in said


def test_what_is_missing_is_told_with_what_it_is_good_for(doctor: Run) -> None:
    code, said, _ = doctor(C.request.hex())
    assert code == 1
    assert "[no_key]" in said and "ladder" in said
    missing = [line for line in said.splitlines() if line.startswith("Missing: ")]
    assert [line.split(":")[1].strip() for line in missing] == ["perm_key", "temp_key", "session_id", "msg_id", "now"]
    assert "Missing: perm_key: whether the seal opens, and all that is behind it" in missing
    assert not said.startswith(THROW_AWAY)  # there is no key that could be thrown away


def test_json_parses_and_says_the_same(doctor: Run) -> None:
    for name in ("healthy", "iv_halves_swapped", "no_key", "built_for_an_older_message"):
        told = PATIENTS[name]()
        lines = "".join(f"{key}: {value.hex() if isinstance(value, bytes) else value}\n" for key, value in told.items())
        code, said, errors = doctor(lines, None, "--json")
        found = json.loads(said)
        assert (code, errors) == (0 if name == "healthy" else 1, "")
        assert found == json.loads(json.dumps(diagnose(**told).to_dict()))
        assert (found["name"], found["healthy"]) == (name, name == "healthy")


# -- A captured stream --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", [KEYS, f"{C.temp.hex()}\n{C.perm.hex()}\n", f"{OTHER.hex()}\n{KEYS}"])
def test_a_captured_stream_is_a_file_of_bytes(keys: str, doctor: Run) -> None:
    code, said, errors = doctor(intermediate(PLAIN, PLAIN, C.packet()), keys)
    assert code == 0
    assert errors.startswith("read: took raw bytes, ") and "for stream" in errors
    code, said, _ = doctor(intermediate(PLAIN, WRONG.packet()), keys)
    assert code == 1
    assert "[iv_halves_swapped]" in said


HIDDEN = [(name, True) for name in FRAMINGS if name != "full"]


@pytest.mark.parametrize(("framing", "obfuscated"), [*((name, False) for name in FRAMINGS), *HIDDEN])
def test_every_framing_is_found_out(framing: str, obfuscated: bool, doctor: Run) -> None:
    stream = ClientStream(framing, obfuscated=obfuscated, entropy=Patterned("capture"))
    sent = stream.opening() + stream.send(PLAIN) + stream.send(C.packet())
    assert doctor(sent, KEYS)[0] == 0


@pytest.mark.parametrize(
    ("keys", "name", "missing"),
    [
        (None, "packet_not_opened", ["temp_key"]),
        (C.perm.hex(), "packet_not_opened", ["temp_key"]),
        (OTHER.hex(), "packet_not_opened", ["temp_key"]),
        (f"temp_key: {C.temp.hex()}", "no_key", ["perm_key"]),
        (f"now: {NOW}\n{C.temp.hex()}\n{C.perm.hex()}", "healthy", []),
    ],
)
def test_a_stream_without_its_keys_says_which_one_it_lacks(
    keys: str | None, name: str, missing: list[str], doctor: Run
) -> None:
    code, said, _ = doctor(intermediate(PLAIN, C.packet()), keys, "--json")
    found = json.loads(said)
    assert (code, found["name"]) == (0 if name == "healthy" else 1, name)
    assert [line.split(":")[0] for line in found["missing"]] == missing
    if name == "packet_not_opened":
        assert found["findings"][0]["evidence"][0]["got"] == C.packet()[:8].hex()


def test_a_stream_in_which_nobody_binds(doctor: Run) -> None:
    ping = C.packet(message=C.message(bytes.fromhex("ec77be7a") + bytes(8)))
    assert "[no_binding_in_it]" in doctor(intermediate(PLAIN, ping), KEYS)[1]
    assert "[no_binding_in_it]" in doctor(intermediate(PLAIN), KEYS)[1]


# -- Standard input -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_", "code", "name", "read"),
    [
        ((LINES + KEYS).encode(), 0, "healthy", b""),
        (as_json().encode(), 0, "healthy", b""),
        (WRONG.request.hex().encode(), 1, "no_key", b"read: line 1: took hex of 132 bytes, without a name, "
         b"for request\n"),
        (intermediate(PLAIN, C.packet()), 1, "packet_not_opened", b"read: took raw bytes, 252 of them, for stream\n"),
    ],
)
def test_from_standard_input(given_: bytes, code: int, name: str, read: bytes) -> None:
    done = _run(["-", "--json"], given_)
    assert (done.returncode, done.stderr.replace(b"\r", b"")) == (code, read)
    assert json.loads(done.stdout)["name"] == name


def test_both_from_standard_input_and_nothing_there() -> None:
    assert _run(["-", "--keys", "-"], (LINES + KEYS).encode()).returncode == 0
    assert _run(["-"], b"").returncode == 2


def _run(arguments: list[str], given_: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "mtlib", "doctor", *arguments]
    return subprocess.run(command, input=given_, capture_output=True, timeout=60, check=False)


# -- Bad input ----------------------------------------------------------------------------------------------------

BAD: dict[str, tuple[str | bytes, str | bytes | None]] = {
    "nothing": ("", None),
    "comments": ("# only\n# comments\n", KEYS.replace("perm", "# perm").replace("temp", "# temp")),
    "half a JSON": (as_json()[:-5], None),
    "deep JSON": ('{"a":' * 50_000, None),
    "a list": ("[1, 2, 3]", None),
    "a huge number": ('{"msg_id": ' + "9" * 6000 + "}", None),
    "no number": ("msg_id: soon", None),
    "no finite number": ('{"now": 1e999}', None),
    "an unknown name": (f"perm_auth_kee: {C.perm.hex()}", None),
    "a key with a slip": (f"perm_auth_key: {C.perm.hex()[:-1]}g", None),
    "a key too long": (f"perm_auth_key: {C.perm.hex()}00", None),
    "half a key": (LINES, f"perm_auth_key: {C.perm.hex()[:256]}"),
    "two keys of one name": (LINES, KEYS + KEYS.replace(C.perm.hex(), OTHER.hex())),
    "raw keys, cut off": (LINES, C.perm[:-1]),
    "no stream": (pattern("noise", 3000), KEYS),
    "a capture of a capture program": (b"\xd4\xc3\xb2\xa1\x02\0\x04\0" + bytes(300), KEYS),
    "too much": (b" " * (MOST + 1), KEYS),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_sentence_and_exit_code_2(name: str, doctor: Run) -> None:
    code, said, errors = doctor(*BAD[name])
    assert (code, said) == (2, "")
    assert errors.startswith("mtlib: ") and errors.count("\n") == 1 and len(errors) < 500


@pytest.mark.parametrize(
    ("patient", "keys", "code"),
    [
        (f"the key (permanent) is {C.perm.hex()}\n{C.request.hex()}", None, 1),
        (LINES, KEYS + KEYS, 0),
        (LINES, C.perm + C.temp, 1),  # nothing says which of them carries
        (C.packet().hex(), KEYS, 0),
        (LINES.encode("utf-16"), KEYS, 0),
    ],
    ids=["a key in a sentence", "a key twice", "raw keys", "a packet without a name", "UTF-16"],
)
def test_what_was_refused_once_is_read(patient: str | bytes, keys: str | bytes | None, code: int, doctor: Run) -> None:
    assert doctor(patient, keys)[0] == code


def test_files_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = _file(tmp_path / "patient", LINES)
    for arguments in ([str(tmp_path)], [str(tmp_path / "none")], [there, "--keys", str(tmp_path / "none")]):
        assert main(["doctor", *arguments]) == 2
        assert capsys.readouterr().err.startswith("mtlib: cannot read ")


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no file without an end here")
def test_a_file_without_an_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "/dev/zero"]) == 2
    assert "too much" in capsys.readouterr().err


def test_wrong_use_is_exit_code_2() -> None:
    with pytest.raises(SystemExit) as left:
        main(["doctor"])
    assert left.value.code == 2


CUT = intermediate(C.packet())[:150]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.one_of(st.binary(max_size=300), st.binary(max_size=99).map(lambda tail: CUT + tail)))
def test_any_file_is_looked_at_or_refused(data: bytes, doctor: Run) -> None:
    code, said, errors = doctor(data, KEYS)
    assert code in (1, 2)
    assert bool(said) == (code == 1)
    assert errors.startswith("read: " if code == 1 else "mtlib: ") or not errors


PERM_ID = int.from_bytes(key_id(C.perm), "little", signed=True)
OVER_PADDING = replace(C, msg_key=lambda text, padding, key: right_hash(text + padding, b"", b""))
LOGS = {
    "of TDLib's kind": ("msg_key_over_padding", f"""\
[ 4][t 6][1795000000.123556789][Session.cpp:1011][#2][!Session:2:main]\tSend auth.bindTempAuthKey {{
  perm_auth_key_id = {PERM_ID}
  nonce = {C.nonce}
  expires_at = {C.expires_at}
  encrypted_message = {OVER_PADDING.sealed.hex().upper()}
}}
[ 3][t 6][1795000000.223556789][Session.cpp:1020][#2][!Session:2:main]\tperm_auth_key = {C.perm.hex().upper()}
[ 3][t 6][1795000000.223556789][Session.cpp:1020][#2][!Session:2:main]\ttmp_auth_key = {C.temp.hex().upper()}
[ 3][t 6][1795000000.223556789][Session.cpp:1020][#2]\tsession_id: {C.session_id % 2**64}, message_id: {C.msg_id}
[ 1][t 6][1795000000.323556789][Session.cpp:1030][#2]\tBindKey failed: [Error : 400 : ENCRYPTED_MESSAGE_INVALID]
"""),
    "of mtcute's kind": ("iv_halves_swapped", f"""\
2026-11-17T10:00:00.010Z [DBG] [auth] binding temp auth key: msgId = {C.msg_id}, sessionId = {C.session_id % 2**64:x}
2026-11-17T10:00:00.011Z [VRB] [conn] >>> auth.bindTempAuthKey {replace(C, cipher=swapped).request.hex()}
2026-11-17T10:00:00.011Z [VRB] [auth] permAuthKey = {C.perm.hex()}
2026-11-17T10:00:00.012Z [VRB] [auth] tempAuthKey = {C.temp.hex()}
2026-11-17T10:00:00.090Z [ERR] [auth] failed to bind temp key: 400: ENCRYPTED_MESSAGE_INVALID
"""),
    "of Telethon's kind": ("byte_swapped", f"""\
DEBUG:telethon.network.mtprotosender:Assigned msg_id = {C.msg_id} to BindTempAuthKeyRequest (7f01)
DEBUG:my_bind:session_id={C.session_id}
DEBUG:my_bind:auth_key={C.perm!r}
DEBUG:my_bind:temp_auth_key={C.temp!r}
DEBUG:my_bind:BindTempAuthKeyRequest(perm_auth_key_id={PERM_ID}, nonce={C.nonce}, \
expires_at={datetime.fromtimestamp(C.expires_at, UTC)!r}, \
encrypted_message={replace(C, inner_session=long(C.session_id)[::-1]).sealed!r})
Traceback (most recent call last):
telethon.errors.rpcerrorlist.EncryptedMessageInvalidError: Encrypted message invalid (caused by BindTempAuthKeyRequest)
"""),
}


@pytest.mark.parametrize("kind", LOGS)
def test_nothing_but_a_debug_log_tells_the_cause(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, log = LOGS[kind]
    (tmp_path / "log").write_text(log)
    assert main(["doctor", str(tmp_path / "log"), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert [finding["name"] for finding in said["findings"]] == [name]
    assert not {line.split(":")[0] for line in said["missing"]} & {"perm_key", "temp_key", "session_id", "msg_id"}
