"""`python -m mtlib bind`: every layer, the answer apart from the calls after it, and what it exits with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mtlib.__main__ import main
from mtlib.crypto.rsa import PrivateKey
from mtlib.net.server import LocalDC
from mtlib.protocol.faults import Fault

SECRETS = {"schedule", "aes_key", "aes_iv", "perm_auth_key", "temp_auth_key"}


@pytest.fixture
def where(tmp_path: Path) -> Any:
    """The options that lead to a data centre."""

    def options(dc: LocalDC) -> list[str]:
        pem = tmp_path / "key.pem"
        pem.write_text(dc.public_key.to_pem())
        return ["--dc", f"{dc.host}:{dc.port}", "--public-key", str(pem), "--dc-id", str(dc.dc_id)]

    return options


def test_bind_shows_every_layer_and_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bind"]) == 0
    shown = capsys.readouterr().out
    layers = ("frame: 204 bytes", "encrypted_message", "envelope", "temp_session_id")
    for name in (*layers, "boolTrue", "this_dc = 2", "help.appConfig"):
        assert name in shown
    assert "\x1b" not in shown


def test_bind_as_json_hides_secrets_unless_they_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bind", "--json", "--framing", "full"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["ok"] is True
    assert SECRETS.isdisjoint(facts)
    sizes = {"inner": 40, "envelope": 72, "plaintext": 80, "encrypted_message": 104, "request": 132}
    assert {name: len(facts[name]) // 2 for name in sizes} == sizes
    assert (len(facts["packet"]) // 2, facts["answer"]) == (200, "b5757299")
    assert isinstance(facts["nonce"], str)
    assert {"perm_exchange", "temp_exchange", "bind"} <= set(facts["timings_ms"])
    assert main(["bind", "--json", "--reveal"]) == 0
    assert set(json.loads(capsys.readouterr().out)) >= SECRETS


def test_bind_against_a_data_centre_by_address(where: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with LocalDC(dc_id=10002, faults=[Fault("refuse-bind")]) as dc:
        assert main(["bind", "--json", *where(dc)]) == 1
        told = json.loads(capsys.readouterr().out)
        assert (told["ok"], told["calls"]) == (False, {})
        assert told["error"] == "400 ENCRYPTED_MESSAGE_INVALID"
        assert bytes.fromhex(told["answer"])[8:].startswith(b"\x19ENCRYPTED_MESSAGE_INVALID")
        assert told["timings_ms"]["bind"] > 0
        assert main(["bind", "--obfuscated", *where(dc)]) == 0


def test_a_refusal_is_told_below_the_bytes(where: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with LocalDC(dc_id=10002, faults=[Fault("refuse-bind")]) as dc:
        assert main(["bind", *where(dc)]) == 1
    said = capsys.readouterr().out
    assert "frame: 204 bytes" in said
    assert said.splitlines()[-1].endswith("refuses: 400 ENCRYPTED_MESSAGE_INVALID")


@pytest.mark.parametrize("as_json", [True, False])
def test_a_call_that_is_refused_does_not_undo_the_binding(
    as_json: bool, where: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mtlib.protocol.methods.BEFORE_BINDING", {"auth.bindTempAuthKey", "help.getNearestDc"})
    with LocalDC(faults=[Fault("lose-bindings", 99)]) as dc:
        assert main(["bind", *where(dc), *(["--json"] if as_json else [])]) == 0
    said = capsys.readouterr().out
    assert "AUTH_KEY_PERM_EMPTY" in said
    assert '"ok": true' in said or "answers boolTrue" in said


def test_nobody_there_is_exit_code_3(tmp_path: Path) -> None:
    pem = tmp_path / "key.pem"
    pem.write_text(PrivateKey.generate().public.to_pem())
    assert main(["bind", "--dc", "127.0.0.1:1", "--public-key", str(pem)]) == 3


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--dc", "127.0.0.1:1"], "--public-key"),
        (["--dc", "127.0.0.1:1", "--public-key", __file__], "--public-key"),
        (["--dc", "127.0.0.1:1", "--public-key", ""], "cannot read"),
        (["--dc", "local", "--public-key", __file__], "--dc local"),
        (["--dc-id", "2"], "--dc local"),
        (["--dc", "2509940531:443"], "production"),
    ],
)
def test_wrong_use_names_the_option(arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bind", *arguments]) in (1, 2)
    assert named in capsys.readouterr().err
