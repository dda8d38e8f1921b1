"""Where long work stands: what runs, how many parts are done, and how long the rest may take.

On a terminal that is one line, drawn again every second; elsewhere a plain line for what has run for half a minute.
How long is learned: the seconds of each part are kept in `.artefacts/seconds.json`, and looked up the next time.

Standard library only, like everything that runs outside `.venv`.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

KEPT = Path(__file__).resolve().parents[2] / ".artefacts" / "seconds.json"
TICK, QUIET = 1.0, 30.0
"""Seconds between two drawings of the line, and between two plain lines."""
CLEAR = "\r\x1b[K"


def _nothing() -> str:
    return ""


class Progress:
    """One command and its parts. `with running(part):` around each of them, `say` instead of print in between.

    `lanes` is how many parts run at the same time.
    """

    def __init__(self, command: str, parts: Sequence[str], *, lanes: int = 1) -> None:
        self._command, self._parts, self._lanes = command, list(parts), lanes
        self._known = {part: seconds for part, seconds in _read().get(command, {}).items() if part in self._parts}
        self._done: dict[str, float] = {}
        self._running: dict[str, tuple[float, Callable[[], str]]] = {}
        self._begun = self._last = time.monotonic()
        self._lock, self._ended = threading.RLock(), threading.Event()
        self._live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __enter__(self) -> Progress:
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with self._lock:
            self._draw("")
            _keep(self._command, self._done)

    @contextmanager
    def running(self, part: str, far: Callable[[], str] = _nothing) -> Iterator[None]:
        """Around the work of one part; `far` says how far it is, if there is a way to know."""
        with self._lock:
            self._running[part] = (time.monotonic(), far)
        try:
            yield
        except BaseException:
            with self._lock:
                del self._running[part]
            raise
        with self._lock:
            self._done[part] = time.monotonic() - self._running.pop(part)[0]

    def say(self, *lines: str) -> None:
        """Prints lines where the drawn line stands, which is drawn again below them."""
        with self._lock:
            self._draw("")
            for line in lines:
                print(line, flush=True)

    def line(self) -> str:
        """What stands in the line now."""
        with self._lock:
            now = time.monotonic()
            names = [f"{part}{self._far(look)}" for part, (_, look) in self._running.items()]
            parts = [f"{len(self._done)} of {len(self._parts)} done", ", ".join(names), spoken(now - self._begun)]
            return " · ".join(filter(None, [*parts, self._guess(now)]))

    def _guess(self, now: float) -> str:
        """How long the rest may take, in words; only "at least" where a part runs for longer than was thought."""
        left = self._left(now)
        if not left:
            return ""
        rest = spoken(sum(max(0.0, each) for each in left) / self._lanes)
        return f"about {rest} more" if min(left) >= 0 else f"at least {rest} more"

    def _left(self, now: float) -> list[float]:
        """Seconds that each part may still take: what it took the last time, the mean where that is not known.

        Below zero where it runs for longer. Empty where no part is known.
        """
        seconds = self._known | self._done
        if not seconds:
            return []
        mean = sum(seconds.values()) / len(seconds)
        rest = [part for part in self._parts if part not in self._done]
        begun = {part: since for part, (since, _) in self._running.items()}
        return [seconds.get(part, mean) - (now - begun.get(part, now)) for part in rest]

    def _watch(self) -> None:
        while not self._ended.wait(TICK):
            self._tell()

    def _tell(self) -> None:
        with self._lock:
            if self._live:
                self._draw(self.line())
            elif self._running and time.monotonic() - self._last >= QUIET:
                print(f"still running: {self.line()}", flush=True)
                self._last = time.monotonic()

    def _draw(self, line: str) -> None:
        self._last = time.monotonic()
        if self._live:
            columns = 80
            with suppress(OSError):
                columns = os.get_terminal_size(sys.stderr.fileno()).columns
            print(CLEAR + line[: columns - 1], end="", file=sys.stderr, flush=True)

    @staticmethod
    def _far(look: Callable[[], str]) -> str:
        said = look()
        return f" {said}" if said else ""


def spoken(seconds: float) -> str:
    """`8 s`, `3 min`: as exactly as a guess may be."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _read() -> dict[str, dict[str, float]]:
    try:
        read = json.loads(KEPT.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _keep(command: str, done: dict[str, float]) -> None:
    read = _read()
    read[command] = read.get(command, {}) | {part: round(seconds, 1) for part, seconds in done.items()}
    with suppress(OSError):  # in a folder that belongs to somebody else nothing is learned
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_text(json.dumps(read, indent=1) + "\n", encoding="utf-8")
