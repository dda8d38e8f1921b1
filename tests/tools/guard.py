"""Runs a command that ends when this program ends, however it ends: done, stopped with Ctrl-C, or killed.

No program can tidy up after it was killed. So a second one, this file again, stands between the two: it starts the
command and waits for the end of either. A pipe that nobody writes to tells it when the first is gone.

Standard library only, like everything that runs outside `.venv`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

GRACE = 5.0
"""Seconds that a program with the reader's keyboard has to close what it has open."""


def run_guarded(command: Sequence[str], *, keyboard: bool = False, keep: Sequence[int] = (), **options: Any) -> int:
    """Runs `command` and gives its exit status.

    With `keyboard` it answers Ctrl-C itself, and is asked to end before it is killed. Without, Ctrl-C ends it and
    whatever it started. `keep` are descriptors that stay open until the command has ended; Windows has none of this.
    `options` are those of `subprocess.Popen`.
    """
    guard = [sys.executable, "-IS", __file__]
    if os.name == "nt":
        with subprocess.Popen([*guard, str(os.getpid()), "keyboard", *command], **options) as between:
            return _waited(between, keyboard, lambda: _end_tree(between.pid))
    theirs, ours = os.pipe()
    try:
        mode = "keyboard" if keyboard else "alone"
        between = subprocess.Popen(
            [*guard, ",".join(map(str, (theirs, *keep))), mode, *command],
            pass_fds=[theirs, *keep], start_new_session=not keyboard, **options,
        )  # fmt: skip
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    try:
        return _waited(between, keyboard, lambda: None)
    finally:
        os.close(ours)  # for the guard the same as our death
        between.wait()


def _waited(between: subprocess.Popen[Any], keyboard: bool, end: Any) -> int:
    while True:
        try:
            return between.wait()
        except KeyboardInterrupt:
            if not keyboard:
                end()
                raise


def _end_tree(pid: int) -> None:
    subprocess.run(["taskkill", "/T", "/F", "/PID", str(pid)], capture_output=True, check=False)


def _await_death(parent: str) -> None:
    """Comes back when the first program is gone: on Windows `parent` is its number, elsewhere our end of the pipe."""
    if sys.platform == "win32":
        import _winapi

        synchronize, forever = 0x100000, 0xFFFFFFFF
        _winapi.WaitForSingleObject(_winapi.OpenProcess(synchronize, False, int(parent)), forever)
    else:
        os.read(int(parent), 1)


def _end(program: subprocess.Popen[bytes], mode: str) -> None:
    if os.name == "nt":
        _end_tree(program.pid)
    elif mode == "alone":
        os.killpg(os.getpgrp(), signal.SIGKILL)  # the command, what it started, and this program with them
    else:
        program.terminate()
        try:
            program.wait(GRACE)
        except subprocess.TimeoutExpired:
            program.kill()


def _main(descriptors: str, mode: str, *command: str) -> int:
    parent, *keep = descriptors.split(",")
    # The command answers the keyboard. A handler, since a signal that is ignored here would be ignored there too.
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: None)
    try:
        program = subprocess.Popen(command, **({} if os.name == "nt" else {"pass_fds": list(map(int, keep))}))
    except OSError as trouble:
        print(trouble, file=sys.stderr)
        return 127
    signal.signal(signal.SIGTERM, lambda *_: _end(program, mode))

    def watch() -> None:
        _await_death(parent)
        _end(program, mode)

    threading.Thread(target=watch, daemon=True).start()
    code = program.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
