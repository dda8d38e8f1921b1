"""`python -m mtlib dc`: where it is, what happens, and that it ends with its reader."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mtlib.__main__ import main
from mtlib.crypto.rsa import PrivateKey, PublicKey
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


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no terminal hangs up here")
def test_a_detached_one_outlives_its_terminal_and_its_reader(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mtlib", "dc", "--json", "--detached"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as dc:
        assert dc.stdout is not None
        assert dc.stderr is not None
        first = json.loads(dc.stdout.readline())
        dc.stdout.close()
        dc.send_signal(signal.SIGHUP)
        pem = tmp_path / "public.pem"
        pem.write_text(first["public_key_pem"])
        where = ["--dc", f"{first['host']}:{first['port']}", "--public-key", str(pem)]
        try:
            assert [main(["bind", *where]) for _ in range(2)] == [0, 0]
            assert dc.poll() is None
        finally:
            dc.send_signal(signal.SIGTERM)
        assert dc.wait(20) == 0
        assert "Traceback" not in dc.stderr.read()


def test_nobody_reads_and_everybody_is_served(tmp_path: Path) -> None:
    """The pipe is full after 4096 bytes. What did not fit is counted, and said to whoever reads at last."""
    reading, writing = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    command = [sys.executable, "-m", "mtlib", "dc", "--json"]
    with subprocess.Popen(command, stdout=writing, stderr=subprocess.PIPE, text=True) as dc, open(reading) as lines:
        os.close(writing)
        first = json.loads(lines.readline())
        where = f"{first['host']}:{first['port']}"
        with connect(where, key=PublicKey.from_pem(first["public_key_pem"]), dc_id=2, timeout=5) as client:
            client.to = replace(client.to, clean_up=False)
            for _ in range(800):
                assert client.bind()
        told = [json.loads(lines.readline())]
        while told[-1]["event"] != "lines_dropped":
            told.append(json.loads(lines.readline()))
        dc.send_signal(signal.SIGINT)
        rest = lines.read()
        assert (dc.wait(20), dc.stderr.read() if dc.stderr else "") == (0, "")
    binds = [event for event in told if event["event"].startswith("bind_")]
    assert 512 <= len(told) <= 800
    assert len(binds) + told[-1]["count"] == pytest.approx(800, abs=10)
    assert "lines_dropped" not in rest


def test_it_ends_although_nobody_reads() -> None:
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "mtlib", "dc", "--json"]
    with subprocess.Popen(command, stdout=writing, stderr=subprocess.PIPE, text=True) as dc:
        assert dc.stderr is not None
        os.set_blocking(writing, False)
        try:
            first = json.loads(os.read(reading, 1 << 16))
            with pytest.raises(BlockingIOError):
                while True:
                    os.write(writing, bytes(4096))
        finally:
            os.set_blocking(writing, True)
        connect(f"{first['host']}:{first['port']}", key=PublicKey.from_pem(first["public_key_pem"]), dc_id=2).drop()
        dc.send_signal(signal.SIGTERM)
        assert dc.wait(20) == 0
        assert dc.stderr.read() == "mtlib: the last lines were not read by anybody\n"
    os.close(reading)
    os.close(writing)


def test_a_refused_bind_is_explained_in_plain_words(capfd: pytest.CaptureFixture[str]) -> None:
    with LocalDC() as dc, connect(dc) as client:
        dc.trace.listen(print)
        with pytest.raises(RpcError):
            client.bind(change=lambda request: request[:30] + bytes([request[30] ^ 1]) + request[31:])
    line = next(line for line in capfd.readouterr().out.splitlines() if "bind_refused" in line)
    for part in ("ENCRYPTED_MESSAGE_INVALID", "perm_auth_key_id_in_front", "got", "expected"):
        assert part in line


def test_a_pipe_among_the_files_for_a_client_is_nothing_to_wait_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "dc.json")
    assert main(["dc", "--write", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith(f"mtlib: cannot write {tmp_path}/dc.json: ")
