"""A reader's file on its own: it gives bytes without mtlib, and a sentence where it cannot; in a browser too."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mtlib.lab.standalone import alone

PROGRAM = "print(my['twice'](given['data']).hex())"
GIVEN = {"data": b"\1\2"}


@pytest.fixture(params=[sys.platform, "emscripten"])
def file(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "platform", request.param)
    path = tmp_path / "my_bind.py"
    monkeypatch.setenv("MTLIB_MY_BIND", str(path))
    return path


def test_without_a_file_there_is_nothing_yet(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert alone(PROGRAM, GIVEN) == alone(PROGRAM, GIVEN)
    assert alone(PROGRAM, GIVEN)[0] == b"" and "no my_bind.py" in alone(PROGRAM, GIVEN)[1]
    monkeypatch.setenv("MTLIB_MY_BIND", "")
    assert "no my_bind.py" in alone(PROGRAM, GIVEN)[1]


def test_a_file_that_needs_nothing_gives_its_bytes(file: Path) -> None:
    file.write_text("def twice(data):\n    return 2 * data\n")
    assert alone(PROGRAM, GIVEN) == (b"\1\2\1\2", "my_bind.py, alone: 4 bytes")


def test_what_is_borrowed_is_named(file: Path) -> None:
    borrowed = "from mtlib.crypto import Ctr\nfrom mtlib.crypto import ige_encrypt as ige\n\n\n"
    file.write_text(borrowed + "def twice(data):\n    return ige(data, data, data)\n")
    assert alone(PROGRAM, GIVEN) == (b"", "not yet: borrowed from mtlib: ige")
    file.write_text(
        borrowed + "def hidden(data):\n    return Ctr(data, data)\n\n\ndef twice(data):\n    return 2 * data\n"
    )
    assert alone(PROGRAM, GIVEN) == (b"\1\2\1\2", "my_bind.py, alone: 4 bytes"), "borrowed for another lesson"


def test_a_file_that_prints_or_lacks_the_function_is_not_taken(file: Path) -> None:
    file.write_text("print('hello')\n\n\ndef twice(data):\n    return 2 * data\n")
    assert alone(PROGRAM, GIVEN) == (b"", "not yet: my_bind.py prints something of its own.")
    file.write_text("def once(data):\n    return data\n")
    assert "KeyError: 'twice'" in alone(PROGRAM, GIVEN)[1]


def test_the_library_is_there_again_afterwards(file: Path) -> None:
    file.write_text("def twice(data):\n    raise SystemExit('no')\n")
    before = {name: each for name, each in sys.modules.items() if name.partition(".")[0] == "mtlib"}
    assert "not yet" in alone(PROGRAM, GIVEN)[1]
    assert before == {name: each for name, each in sys.modules.items() if name.partition(".")[0] == "mtlib"}
