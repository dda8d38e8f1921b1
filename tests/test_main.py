"""The command line: what it prints, what it exits with, and that it never shows a traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mtlib.__main__ import main
from mtlib.errors import MtError


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mtlib", *arguments], input=text, capture_output=True, text=True, timeout=60, check=False
    )


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
