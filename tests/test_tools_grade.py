"""`./run grade`: one folder per student, inputs seeded by their id."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

TOOL = Path(__file__).parent / "tools" / "grade.py"
SPEC = importlib.util.spec_from_file_location("grade", TOOL)
assert SPEC and SPEC.loader
grade = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(grade)

RIGHT = """import hashlib

def msg_key_v1(envelope, padding, auth_key):
    return hashlib.sha1(envelope).digest()[4:20]
"""
PADDED = RIGHT.replace("sha1(envelope)", "sha1(envelope + padding)")


def test_each_student_gets_a_line_per_function(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTLIB_MY_BIND", "")
    for student, text in (("ada", RIGHT), ("bob", PADDED), ("eve", "raise SystemExit(3)")):
        (tmp_path / student).mkdir()
        (tmp_path / student / "my_bind.py").write_text(text)
    assert grade.main([str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    ada, bob, eve = shown.index("ada"), shown.index("bob"), shown.index("eve")
    assert "right" in shown[ada:bob]
    assert "padding" in shown[bob:eve]
    assert "cannot be run" in shown[eve:]


def test_wrong_use_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert grade.main([]) == 2
    assert "FOLDER" in capsys.readouterr().err
