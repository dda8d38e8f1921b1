"""Interrupted at any moment, a command ends in one line and with 130: no traceback, and it does not go on.

When a machine has come how far is nobody's to say, so the interruptions are placed by what the program has done: in a
run of so many calls, at ten of them from the first to the last. What Python does before the program begins is its own.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no program can send itself Ctrl-C here")

ROOT = Path(__file__).resolve().parents[1]
DRIVER = """\
import _signal, os, runpy, sys

before, how, path, *sys.argv = sys.argv[1:]
left, begun = int(before), False

def count(frame, event, argument):
    global left, begun
    begun = begun or (event == "return" and frame.f_code.co_name == "signal")  # the program has said who answers
    left -= begun
    if begun and left == 0:
        os.kill(os.getpid(), _signal.SIGINT)

def told():
    print(int(before) - left, file=sys.__stderr__)

if left > 10**8:
    import atexit
    atexit.register(told)
run = runpy.run_module if how == "module" else runpy.run_path
sys.path.insert(0, os.getcwd())
import mtlib
sys.setprofile(count)
run(path, run_name="__main__")
"""
COMMANDS = {
    "doctor": (["module", "mtlib", "doctor", "-"], b"mtlib: interrupted\n"),
    "sheet": (["module", "mtlib", "sheet", "bytes"], b"mtlib: interrupted\n"),
    "wrong use": (["module", "mtlib", "dissect"], b"mtlib: interrupted\n"),
    "run": (["path", "run", "no-such-command"], b"\nStopped.\n"),
}


def driven(calls: int, words: list[str]) -> tuple[int, bytes]:
    program = subprocess.run(
        [sys.executable, "-c", DRIVER, str(calls), words[0], words[1], *words[1:]], cwd=ROOT, input=b"",
        capture_output=True, check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # whatever started the tests
    )  # fmt: skip
    return program.returncode, program.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_an_interruption_at_any_moment_is_one_line(name: str) -> None:
    words, line = COMMANDS[name]
    _, said = driven(10**9, words)
    calls = int(said.splitlines()[-1])
    assert calls > 1000
    for number in range(10):
        at = 1 + calls * number // 10
        code, said = driven(at, words)
        assert (code, said[-len(line) :], said.count(b"\n")) == (130, line, line.count(b"\n")), (at, calls, said)
