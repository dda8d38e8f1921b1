"""The command line: what it prints, what it exits with, and that it never shows a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mtlib.__main__ import main
from mtlib.crypto.rsa import PrivateKey
from mtlib.lab.samples import sample
from mtlib.net.server import LocalDC
from mtlib.protocol.faults import FAULTS, Fault

SAMPLE = sample()
SECRETS = {"schedule", "aes_key", "aes_iv", "perm_auth_key", "temp_auth_key"}


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mtlib", *arguments], input=text, capture_output=True, text=True, timeout=60, check=False
    )


def test_bind_shows_every_layer_and_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bind"]) == 0
    shown = capsys.readouterr().out
    for name in ("frame: 204 bytes", "encrypted_message", "envelope", "temp_session_id", "boolTrue"):
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


def test_bind_against_a_data_centre_by_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with LocalDC(dc_id=10002, faults=[Fault("refuse-bind")]) as dc:
        pem = tmp_path / "key.pem"
        pem.write_text(dc.public_key.to_pem())
        where = ["--dc", f"{dc.host}:{dc.port}", "--public-key", str(pem), "--dc-id", "10002"]
        assert main(["bind", "--json", *where]) == 1
        assert json.loads(capsys.readouterr().out)["ok"] is False
        assert main(["bind", "--obfuscated", *where]) == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["bind", "--dc", "149.154.167.51:443"], 2),
        (["bind", "--dc", "nowhere"], 2),
        (["bind", "--dc", "127.0.0.1:1"], 2),
        (["bind", "--dc", "127.0.0.1:1", "--public-key", "no such file"], 2),
        (["dissect", "xyz"], 2),
        (["dissect", "0102"], 1),
        (["dissect", "ec77be7a", "--as", "tl"], 1),
        (["dissect", "ec77be7a0100000000000000", "--keys", "no such file"], 2),
        (["dc", "--fault", "meteor"], 2),
        (["dc", "--host", "0.0.0.0"], 2),
        (["doctor", "no such file"], 2),
        (["judge", "no-such-program"], 1),
    ],
)
def test_bad_input_is_one_sentence(arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == code
    shown = capsys.readouterr()
    assert shown.err.count("\n") <= 1
    assert "Traceback" not in shown.err + shown.out
    assert len(shown.err + shown.out) > 10


def test_nobody_there_is_exit_code_3(tmp_path: Path) -> None:
    pem = tmp_path / "key.pem"
    pem.write_text(PrivateKey.generate().public.to_pem())
    assert main(["bind", "--dc", "127.0.0.1:1", "--public-key", str(pem)]) == 3


def test_dissect_from_hex_file_and_stdin_with_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys = tmp_path / "keys"
    keys.write_text("\n".join(f"# a key\nname: {bytes(key).hex()}" for key in SAMPLE.keys))
    packet = bytes(SAMPLE.carried.packet)
    raw, hexed = tmp_path / "raw", tmp_path / "hex"
    raw.write_bytes(packet)
    hexed.write_text(packet.hex(" "))
    for data in (packet.hex(), str(raw), str(hexed)):
        assert main(["dissect", data, "--keys", str(keys)]) == 0
        shown = capsys.readouterr().out
        assert "temp_session_id" in shown
        assert bytes(SAMPLE.perm_key).hex()[:20] not in shown
    done = run("dissect", "-", text="ec77be7a0100000000000000\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "ping_id" in done.stdout


def test_version_help_and_wrong_use() -> None:
    assert run("--version").stdout.startswith("mtlib ")
    assert "Exit codes" in run("--help").stdout
    assert run().returncode == 2
    assert run("bind", "--framing", "pigeon").returncode == 2


def test_faults_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dc", "--faults"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(FAULTS)


def test_dc_tells_where_it_is_and_what_happens(tmp_path: Path) -> None:
    key = tmp_path / "rsa.pem"
    options = ["--json", "--dc-id", "10002", "--key", str(key), "--fault", "refuse-bind"]
    command = [sys.executable, "-m", "mtlib", "dc", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as dc:
        assert dc.stdout is not None
        first = json.loads(dc.stdout.readline())
        assert set(first) == {"host", "port", "dc_id", "fingerprint", "public_key_pem"}
        assert first["public_key_pem"].startswith("-----BEGIN RSA PUBLIC KEY-----")
        pem = tmp_path / "public.pem"
        pem.write_text(first["public_key_pem"])
        where = ["--dc", f"{first['host']}:{first['port']}", "--public-key", str(pem), "--dc-id", "10002"]
        assert [run("bind", *where).returncode for _ in range(2)] == [1, 0]
        dc.send_signal(signal.SIGINT)
        rest, errors = dc.communicate(timeout=20)
    events = [json.loads(line) for line in rest.splitlines()]
    assert (dc.returncode, errors) == (0, "")
    names = [event["event"] for event in events]
    assert names.count("exchange_done") == 4
    assert names.index("fault") < names.index("bind_accepted")
    assert oct(os.stat(key).st_mode)[-3:] == "600"
    assert PrivateKey.from_pem(key.read_text()).public.to_pem() == first["public_key_pem"]


def test_a_refused_bind_is_explained_in_plain_words(capfd: pytest.CaptureFixture[str]) -> None:
    from mtlib.errors import RpcError
    from mtlib.net.client import connect

    with LocalDC() as dc, connect(dc) as client:
        dc.trace.listen(print)
        with pytest.raises(RpcError):
            client.bind(change=lambda request: request[:30] + bytes([request[30] ^ 1]) + request[31:])
    line = next(line for line in capfd.readouterr().out.splitlines() if "bind_refused" in line)
    for part in ("ENCRYPTED_MESSAGE_INVALID", "perm_auth_key_id_in_front", "got", "expected"):
        assert part in line
