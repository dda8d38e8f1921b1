"""`python -m mtlib dc`: where it is, what happens, and that it ends with its reader."""

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
from mtlib.errors import RpcError
from mtlib.net.client import connect
from mtlib.net.server import LocalDC
from mtlib.protocol.faults import FAULTS


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
        assert [main(["bind", *where]) for _ in range(2)] == [1, 0]
        dc.send_signal(signal.SIGINT)
        rest, errors = dc.communicate(timeout=20)
    events = [json.loads(line) for line in rest.splitlines()]
    assert (dc.returncode, errors) == (0, "")
    names = [event["event"] for event in events]
    assert names.count("exchange_done") == 4
    assert names.index("fault") < names.index("bind_accepted")
    assert oct(os.stat(key).st_mode)[-3:] == "600"
    assert PrivateKey.from_pem(key.read_text()).public.to_pem() == first["public_key_pem"]


def test_dc_ends_when_nobody_reads_what_it_says(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mtlib", "dc", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as dc:
        assert dc.stdout is not None
        assert dc.stderr is not None
        first = json.loads(dc.stdout.readline())
        dc.stdout.close()
        pem = tmp_path / "public.pem"
        pem.write_text(first["public_key_pem"])
        main(["bind", "--dc", f"{first['host']}:{first['port']}", "--public-key", str(pem)])
        assert dc.wait(20) == 1
        assert dc.stderr.read() == ""


def test_a_refused_bind_is_explained_in_plain_words(capfd: pytest.CaptureFixture[str]) -> None:
    with LocalDC() as dc, connect(dc) as client:
        dc.trace.listen(print)
        with pytest.raises(RpcError):
            client.bind(change=lambda request: request[:30] + bytes([request[30] ^ 1]) + request[31:])
    line = next(line for line in capfd.readouterr().out.splitlines() if "bind_refused" in line)
    for part in ("ENCRYPTED_MESSAGE_INVALID", "perm_auth_key_id_in_front", "got", "expected"):
        assert part in line
