"""A place with no way out: a network namespace in which there is loopback and nothing else.

Other people's clients carry Telegram's addresses with them. Whatever they try in here, no packet leaves the machine.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Sequence
from typing import Any, Self


class Loopback:
    """`with Loopback() as place: place.start(["program", ...])`. It is gone when its holder ends."""

    def __init__(self) -> None:
        root = os.geteuid() == 0
        unshare = ["unshare", "-n"] if root else ["unshare", "-Urn"]
        # `cat` ends with our end of the pipe: however the tests end, nothing is left behind.
        holder = [*unshare, "sh", "-c", "ip link set lo up && echo up && exec cat"]
        self._holder = subprocess.Popen(holder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        said = self._holder.stdout.readline() if self._holder.stdout else ""
        if said.strip() != "up":
            raise RuntimeError(f"no network namespace: {' '.join(holder)} said {said!r}")
        self._enter = ["nsenter", "-t", str(self._holder.pid), "-n"]
        self._enter += [] if root else ["-U", "--preserve-credentials"]

    def start(self, command: Sequence[str], **options: Any) -> subprocess.Popen[str]:
        """A program in there; nsenter becomes it, so the process id is the program's own."""
        return subprocess.Popen([*self._enter, *command], text=True, **options)

    def run(self, command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*self._enter, *command], text=True, capture_output=True, check=False, **options)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            if self._holder.stdin:
                self._holder.stdin.close()
        self._holder.wait(10)
        if self._holder.stdout:
            self._holder.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
