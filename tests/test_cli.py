"""The command line: every command, its options, and terminals of every kind."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mtlib import LocalDC, PublicKey, connect
from mtlib.__main__ import COMMANDS, main
from mtlib.crypto.rsa import PrivateKey
from mtlib.errors import MtError
from mtlib.protocol.faults import Fault

# -- The command line: what it prints, what it exits with, and that it never shows a traceback.


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mtlib", *arguments], input=text, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_says_what_it_does(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    lines = capsys.readouterr().out.splitlines()
    for line, following in pairwise(lines):
        if re.match(r"  (-|[A-Z\[]|{\w)", line):  # an argument stands two blanks from the edge, its help further in
            assert re.search(r"\S  +\S", line) or re.match(r" {10,}\S", following), line


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
        (["dc", "--allow-public", "--host", "\udcff"], 2),
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


@pytest.mark.parametrize("word", ["more\x1b[2J", "--more\x1b[2J"])
def test_a_word_too_many_moves_no_cursor(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["dc", word])
    assert "more\\x1b[2J" in capsys.readouterr().err


def test_a_mistake_of_ours_is_neither_wrong_use_nor_silence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The data centre of `dc` dies in its thread, which its reader cannot help."""

    def died(*_: object) -> str:
        raise MtError("the data centre's thread died")

    monkeypatch.setattr("signal.signal", lambda *_: None)  # the handlers of this process stay as they are
    monkeypatch.setattr("mtlib.net.server.LocalDC.status", died)
    assert main(["dc"]) == 1
    assert "thread died" in capsys.readouterr().err


def test_version_help_and_wrong_use() -> None:
    assert run("--version").stdout.startswith("mtlib ")
    assert "Exit codes" in run("--help").stdout
    assert run().returncode == 2
    assert run("bind", "--framing", "pigeon").returncode == 2


# -- `python -m mtlib bind`: every layer, the answer apart from the calls after it, and what it exits with.


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


# -- `dc` and `bind`: what a client needs as files, secrets, key logs, keys on bad disks; and terminals of every kind.


SECRET = "000102030405060708090a0b0c0d0e0f"


@contextmanager
def running(*options: str, **popen: Any) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    """A data centre as a program: what its first line says, and the program. It is ended at the end."""
    command = [sys.executable, "-m", "mtlib", "dc", "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **popen) as dc:
        try:
            assert dc.stdout is not None
            yield json.loads(dc.stdout.readline()), dc
        finally:
            dc.kill()


def test_what_a_client_needs_is_written_and_printed(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "dc"
    with running("--write", str(folder), "--dc-id", "10002") as (told, _):
        facts = json.loads((folder / "dc.json").read_text())
        assert facts.items() <= told.items()
        pem = (folder / "dc_public.pem").read_text()
        spki = (folder / "dc_public_spki.pem").read_text()
        assert (pem.split("\n")[0], spki.split("\n")[0]) == (
            "-----BEGIN RSA PUBLIC KEY-----", "-----BEGIN PUBLIC KEY-----",
        )  # fmt: skip
        key = PublicKey.from_pem(pem)
        assert PublicKey.from_pem(spki) == key
        assert (int(facts["n"], 16), facts["e"], facts["dc_id"]) == (key.n, key.e, 10002)
        signed, unsigned = int(facts["fingerprint_signed"]), int(facts["fingerprint_unsigned"])
        assert signed == key.fingerprint
        assert unsigned == signed % 2**64 == int(facts["fingerprint"], 16)
        with connect(f"{facts['address']}:{facts['port']}", key=key, dc_id=10002) as client:
            assert client.bind()


def test_the_numbers_are_printed_without_files_too() -> None:
    with subprocess.Popen([sys.executable, "-m", "mtlib", "dc"], stdout=subprocess.PIPE, text=True) as dc:
        assert dc.stdout is not None
        lines = [dc.stdout.readline().strip()]
        while "signed" not in lines[-1]:
            lines.append(dc.stdout.readline().strip())
        dc.kill()
    told = dict(line.split(" = ", 1) for line in lines if " = " in line)
    assert int(told["n"], 16).bit_length() == 2048
    assert told["e"] == "65537"


def test_a_folder_that_cannot_be_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["dc", "--write", str(tmp_path / "file")]) == 2
    assert run("dc", "--write", "").returncode == 2
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize("secret", [SECRET, "dd" + SECRET])
def test_a_secret_for_both(secret: str, tmp_path: Path) -> None:
    with running("--secret", secret, "--write", str(tmp_path)) as (told, _):
        where = ["--dc", f"{told['address']}:{told['port']}", "--public-key", str(tmp_path / "dc_public.pem")]
        assert main(["bind", *where, "--secret", secret]) == 0
        assert main(["bind", *where]) == 3
    assert main(["bind", "--secret", secret]) == 0
    assert main(["bind", "--secret", "ee" + SECRET]) == 2


def test_one_temp_key(tmp_path: Path) -> None:
    for options, works in (([], True), (["--one-temp-key"], False)):
        with running("--write", str(tmp_path), *options) as (told, _):
            where = {"of": f"{told['address']}:{told['port']}", "key": PublicKey.from_pem(told["public_key_pem"])}
            with connect(**where, dc_id=2) as first, connect(**where, dc_id=2, perm_key=first.perm_key) as second:
                assert first.bind()
                assert second.bind()
                try:
                    assert first.ping() is works
                except MtError:
                    assert not works


def test_both_key_logs_name_the_same_keys(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    with running("--keylog", str(theirs), "--write", str(tmp_path)) as (told, dc):
        where = ["--dc", f"{told['address']}:{told['port']}", "--public-key", str(tmp_path / "dc_public.pem")]
        assert main(["bind", *where, "--keylog", str(ours)]) == 0
        assert main(["bind", *where, "--keylog", str(ours)]) == 0
        dc.send_signal(signal.SIGTERM)
        dc.wait(10)
    assert ours.read_text() == theirs.read_text()
    lines = ours.read_text().splitlines()
    assert len(lines) == 4
    for line in lines:
        name, key = line.split(" ")
        assert (len(name), len(key)) == (16, 512)
    for file in (ours, theirs):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_half_an_option_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`bind --key` would else be --keylog, and what the reader took for a public key would get the secret ones."""
    pem = tmp_path / "dc_public.pem"
    pem.write_text("a public key")
    with pytest.raises(SystemExit, match="2"):
        main(["bind", "--key", str(pem)])
    assert "unrecognized arguments: --key" in capsys.readouterr().err
    assert pem.read_text() == "a public key"


def test_a_key_log_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bind", "--keylog", str(tmp_path)]) == 2
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("command", ["bind", "dc"])
def test_a_key_log_that_is_a_pipe_without_a_reader(command: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    words = [sys.executable, "-m", "mtlib", command, "--keylog", str(tmp_path / "pipe")]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "cannot write" in ended.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_is_no_file_is_everybodys_although_keys_are_written_there(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    pipe.chmod(0o644)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert main(["bind", "--json", "--keylog", str(pipe)]) == 0
        assert os.read(reader, 4096).count(b"\n") == 2
    finally:
        os.close(reader)
    assert stat.S_IMODE(pipe.stat().st_mode) == 0o644


def test_a_private_key_is_no_public_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pem = tmp_path / "key.pem"
    pem.write_text(PrivateKey.generate().to_pem())
    assert main(["bind", "--dc", "127.0.0.1:1", "--public-key", str(pem)]) == 2
    said = capsys.readouterr().err
    assert "private key" in said
    assert str(pem) in said


def test_an_empty_key_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "key.pem").write_text("\n")
    assert main(["dc", "--key", str(tmp_path / "key.pem")]) == 2
    assert "key.pem is empty" in capsys.readouterr().err


def test_a_key_file_that_others_can_read_is_named(tmp_path: Path) -> None:
    pem = tmp_path / "key.pem"
    pem.write_text(PrivateKey.generate().to_pem())
    for mode, named in ((0o644, True), (0o600, False)):
        pem.chmod(mode)
        with running("--key", str(pem)) as (_, dc):
            dc.send_signal(signal.SIGTERM)
            assert ("others can read" in dc.communicate(timeout=10)[1]) is named


def test_a_folder_is_named_without_its_control_characters(tmp_path: Path) -> None:
    from mtlib.cli.dc import _where

    with LocalDC() as dc:
        assert "\x1b" not in _where(dc, False, str(tmp_path / "red\x1b[31m"))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device here that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["no such command"], 2), (["dissect", "no such file"], 2), (["dissect", "7He+egEAAAAAAAAA"], 0)],
)
def test_what_cannot_be_told_changes_no_answer(arguments: list[str], code: int, unbuffered: str) -> None:
    command = [sys.executable, "-m", "mtlib", *arguments]
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    said = subprocess.run(command, capture_output=True, timeout=60, check=False, env=environment)
    assert said.returncode == code
    assert said.stderr
    with open("/dev/full", "w") as full:
        told = subprocess.run(command, stdout=subprocess.PIPE, stderr=full, timeout=60, check=False, env=environment)
        assert (told.returncode, told.stdout) == (code, said.stdout)
        told = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False, env=environment)
        assert told.returncode == (code or 1)
        assert told.stderr.splitlines()[-1] == (b"mtlib: [Errno 28] No space left on device" if not code
                                                else said.stderr.splitlines()[-1])  # fmt: skip


def test_a_full_disk_leaves_no_half_key(tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                        monkeypatch: pytest.MonkeyPatch) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no device here that is always full")
    opened = os.open

    def full(path: str, flags: int, mode: int = 0o777) -> int:
        made = opened(path, flags, mode)
        if path.endswith("key.pem"):
            disk = opened("/dev/full", os.O_WRONLY)
            os.dup2(disk, made)
            os.close(disk)
        return made

    monkeypatch.setattr(os, "open", full)
    monkeypatch.setattr(os, "fchmod", lambda *_: None)
    assert main(["dc", "--key", str(tmp_path / "key.pem")]) == 2
    assert "No space left" in capsys.readouterr().err
    assert not (tmp_path / "key.pem").exists()


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a parent that ended is not told")
@pytest.mark.parametrize("detached", [False, True])
def test_it_ends_with_a_parent_that_is_killed(detached: bool, tmp_path: Path) -> None:
    options = ["dc", "--write", str(tmp_path), *(["--detached"] if detached else [])]
    code = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-m', 'mtlib', *{options}], stdout=subprocess.DEVNULL)\n"
        "print(child.pid, flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        facts = tmp_path / "dc.json"
        end = time.monotonic() + 20
        while not facts.exists() or not facts.read_text().endswith("}\n"):
            assert time.monotonic() < end
            time.sleep(0.05)
        parent.kill()
    told = json.loads(facts.read_text())
    end = time.monotonic() + (1 if detached else 10)
    listening = True
    while listening and time.monotonic() < end:
        time.sleep(0.1)
        try:
            with LocalDC(port=told["port"]):
                listening = False
        except ValueError:
            pass
    if listening:
        os.kill(child, signal.SIGTERM)
    assert listening is detached


def test_interrupted_whatever_its_parent_did_with_the_signal() -> None:
    """A shell starts what runs in its background with SIGINT ignored; it is heard all the same."""
    for ignored in (signal.SIG_IGN, signal.SIG_DFL):
        before = signal.signal(signal.SIGINT, ignored)
        try:
            with running() as (_, dc):
                dc.send_signal(signal.SIGINT)
                assert dc.wait(20) == 0
        finally:
            signal.signal(signal.SIGINT, before)


def run_raw(*arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "mtlib", *arguments], capture_output=True, timeout=60, check=False,
                          **options)


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-8"])
def test_a_name_that_the_terminal_cannot_write(encoding: str, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    house, solution = (os.fsdecode(name.encode()) for name in ("дом", "lösung_дом.py"))  # where names are ASCII, too
    program = tmp_path / solution
    program.write_text("import sys\nsys.stdin.readline()\nprint('{\"output\": \"\\\\ud800\"}', flush=True)")
    for arguments in (["judge", "--", sys.executable, str(program)], ["judge", "--", f"no-{house}"], ["doctor", house]):
        done = run_raw(*arguments, env=environment)
        assert b"Traceback" not in done.stderr + done.stdout
        assert done.returncode in (1, 2, 3)


@pytest.mark.parametrize("arguments", ["--help", "dc --help", "dc --faults", "bind", "bind --json"])
def test_a_reader_that_leaves_is_no_traceback(arguments: str) -> None:
    command = [sys.executable, "-m", "mtlib", *arguments.split()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as left:
        assert left.stdout is not None
        assert left.stderr is not None
        left.stdout.close()
        assert left.stderr.read() == b""


@pytest.mark.skipif(os.name != "posix", reason="a shell closes what the command was started with")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_what_was_closed_before_the_start_is_no_traceback(closed: str, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    for arguments, code in (("--help", 0), ("sheet bytes", 0), ("dissect -", 2), ("doctor no-file", 2),
                            ("bind --keylog", 0)):
        words = [sys.executable, "-m", "mtlib", *arguments.split(), *[str(keys)] * arguments.endswith("keylog")]
        done = subprocess.run(["sh", "-c", f'"$@" {closed}', "sh", *words], input="", capture_output=True, text=True,
                              timeout=60, check=False)
        assert done.returncode == code
        assert "Traceback" not in done.stderr
        assert "mtlib:" not in done.stdout
    assert len(keys.read_text().splitlines()) == 2


def test_the_page_of_help_names_every_command_and_code() -> None:
    page = run_raw("--help").stdout.decode()
    for word in ("bind", "dc", "dissect", "doctor", "judge", "python -m mtlib dc --write dc", "130 interrupted"):
        assert word in page
    assert max(map(len, page.splitlines())) <= 120
