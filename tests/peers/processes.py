"""The data centre and the clients as what they are for their users: programs that print lines.

Both print one JSON object a line. Whoever waits for a line says for how long, and learns everything that was said when
it does not come.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Self

from installing import PEERS, ROOT
from loopback import Loopback

Line = dict[str, Any]


def environment() -> dict[str, str]:
    """Ours, and one place for bytecode: clients of thousands of modules are compiled once, not at every start."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(PEERS / "bytecode")}


class Program:
    """A running program whose standard output is JSON lines; anything else it says is kept for the report."""

    grace = 1.0
    """Seconds between being left and being killed: a client that waits for an answer does not notice the former."""

    def __init__(self, name: str, place: Loopback, command: Sequence[str], **options: Any) -> None:
        self.name = name
        self.lines: list[Line] = []
        self.noise: list[str] = []
        self.hopeless: Callable[[], bool] = lambda: False
        self._arrived = threading.Condition()
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = place.start(command, **pipes, **{"env": environment(), **options})
        readers = (self._read_lines, self._read_noise)
        self._readers = [threading.Thread(target=reader, daemon=True) for reader in readers]
        for reader in self._readers:
            reader.start()

    def _read_lines(self) -> None:
        for line in self.process.stdout or ():
            with self._arrived:
                try:
                    self.lines.append({"heard": time.monotonic(), **json.loads(line)})
                except (ValueError, TypeError):
                    self.noise.append(line)
                self._arrived.notify_all()
        with self._arrived:
            self._arrived.notify_all()

    def _read_noise(self) -> None:
        for line in self.process.stderr or ():
            self.noise.append(line)
            del self.noise[:-400]

    def wait(self, what: str, found: Callable[[list[Line]], Any], seconds: float) -> Any:
        """The first true answer of `found`, asked again with every line, while there is hope."""
        end = time.monotonic() + seconds
        with self._arrived:
            while not (answer := found(self.lines)):
                left = end - time.monotonic()
                over = not self._readers[0].is_alive()
                if left <= 0 or over or self.hopeless():
                    why = f"ended with {self.process.wait()}" if over else f"{seconds - left:.0f} s passed"
                    raise AssertionError(f"{self.name}: {what}: {why}\n{self.report()}")
                self._arrived.wait(min(left, 0.5))
            return answer

    def say(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            assert self.process.stdin is not None
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()

    def stop(self, seconds: float = 10) -> int:
        """Close its input; a program that does not end then is killed. Its exit status."""
        with contextlib.suppress(OSError):
            if self.process.stdin:
                self.process.stdin.close()
        return self._ended(seconds)

    def _ended(self, seconds: float) -> int:
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        for reader in self._readers:
            reader.join(5)
        return status

    def report(self) -> str:
        said = [json.dumps({key: value for key, value in line.items() if key != "heard"}) for line in self.lines]
        return "\n".join([f"--- {self.name} ---", *said[-40:], *(line.rstrip() for line in self.noise[-40:])])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(self.grace)


class DC(Program):
    """`python -m mtlib dc`, as an author would start it. The key in `key_file` outlives restarts."""

    grace = 10.0

    def __init__(
        self, place: Loopback, key_file: Path, *, faults: Iterable[str] = (), dc_id: int = 2, port: int = 0,
        secret: str = "", options: Iterable[str] = (),
    ) -> None:
        command = [sys.executable, "-m", "mtlib", "dc", "--json", "--key", str(key_file)]
        command += ["--port", str(port), "--dc-id", str(dc_id)]
        command += [*(["--secret", secret] if secret else []), *options]
        for fault in faults:
            command += ["--fault", fault]
        super().__init__("the DC", place, command, cwd=ROOT)
        self.where: Line = self.wait("an address", lambda lines: lines and lines[0], 20)

    @property
    def port(self) -> int:
        return int(self.where["port"])

    @property
    def events(self) -> list[Line]:
        return [line for line in self.lines if "event" in line]

    def named(self, *names: str) -> list[Line]:
        return [event for event in self.events if event["event"] in names]

    def story(self, *names: str) -> list[str]:
        """The names of the events in the order in which they happened: all of them, or only these."""
        return [event["event"] for event in self.events if not names or event["event"] in names]

    def heard(self, name: str, count: int = 1, seconds: float = 20) -> list[Line]:
        """The events of that name, once there are `count`."""

        def enough(lines: list[Line]) -> list[Line]:
            found = [line for line in lines if line.get("event") == name]
            return found if len(found) >= count else []

        found: list[Line] = self.wait(f"{count} x {name}", enough, seconds)
        return found

    def memory(self) -> int:
        """Bytes in its own use: private pages only, so that sharing with other processes does not blur it."""
        rollup = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        sizes = [line.split() for line in rollup.splitlines() if line.startswith("Private_")]
        return sum(int(words[1]) for words in sizes) * 1024

    def stop(self, seconds: float = 10) -> int:
        self.process.terminate()
        return super().stop(seconds)
