"""Lines for somebody who may not read them: whoever writes never waits.

A pipe that is not read is full after 64 KiB, and whoever writes to it then stands still. A data centre must not, so it
hands its lines to a `Teller`, whose thread does the waiting.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from io import UnsupportedOperation
from typing import TextIO

WAITING = 512
"""Lines that wait for their reader at most; those after them are dropped and counted."""
FAREWELL = 2.0
"""Seconds that `close` gives the reader for what is left."""


class Teller:
    """Hands lines to `write` in a thread of its own, in order.

    Where `waiting` lines wait, the next are dropped; `dropped(n)` is the line that says so, where they would have
    stood. `error` is the OSError that ended it: nobody reads any more.
    """

    def __init__(self, write: Callable[[str], None], dropped: Callable[[int], str], waiting: int = WAITING) -> None:
        self.error: OSError | None = None
        self._write, self._dropped, self._most = write, dropped, waiting
        self._lines: deque[str] = deque()
        self._missed = 0
        self._closing = False
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="Teller", daemon=True)
        self._thread.start()

    def tell(self, line: str) -> None:
        """Hand over a line. Never waits for the reader."""
        with self._news:
            if self.error is not None or self._closing:
                return
            if self._missed or len(self._lines) >= self._most:
                self._missed += 1
            else:
                self._lines.append(line)
            self._news.notify_all()

    def close(self, patience: float = FAREWELL) -> bool:
        """Write what can still be written within `patience` seconds, and no more. Whether that was everything."""
        with self._news:
            self._closing = True
            self._news.notify_all()
        self._thread.join(patience)
        return not self._thread.is_alive() and self.error is None

    def _run(self) -> None:
        while (line := self._next()) is not None:
            try:
                self._write(line)
            except OSError as error:
                with self._news:
                    self.error = error
                    self._lines.clear()
                return

    def _next(self) -> str | None:
        """The next line, as soon as there is one; None at the end. What was dropped is said after the last line that
        came before it, and until then nothing new is let in, so that the order stays true."""
        with self._news:
            while not (self._lines or self._missed or self._closing):
                self._news.wait()
            if self._lines:
                return self._lines.popleft()
            missed, self._missed = self._missed, 0
            return self._dropped(missed) if missed else None


def to_stream(stream: TextIO) -> Callable[[str], None]:
    """What writes a line to `stream`, past its buffer: a thread that stands still in there would keep the interpreter
    from ending. A stream without a file, such as a notebook's, is in memory and never stands still."""
    try:
        stream.flush()
        number = stream.fileno()
    except UnsupportedOperation:
        return lambda line: print(line, file=stream)

    def write(line: str) -> None:
        rest = memoryview(f"{line}\n".encode(stream.encoding, "backslashreplace"))
        while rest:
            rest = rest[os.write(number, rest) :]

    return write
