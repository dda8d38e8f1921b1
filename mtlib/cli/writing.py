"""Where the commands write: lines for somebody who may not read them, key logs, and files for their owner alone."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from collections import deque
from collections.abc import Callable, Iterator
from io import UnsupportedOperation
from types import TracebackType
from typing import Self, TextIO

from mtlib.cli.reading import refuse
from mtlib.crypto.keys import AuthKey
from mtlib.errors import reason

WAITING = 512
"""Lines that wait for their reader at most; those after them are dropped and counted."""
FAREWELL = 2.0
"""Seconds that `close` gives the reader for what is left."""


class Teller:
    """Hands lines to `write` in a thread of its own, in order: a pipe that is not read is full after 64 KiB, and
    whoever writes to it then stands still, which a data centre must not.

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


class KeyLog:
    """The auth keys of a session, for whoever looks at its recorded packets later: a file that its owner alone may
    read, with a line for every key, the sixteen hex digits of its id as it travels, a space, and the 512 of the key.
    Without a path nothing is kept.

    Raises LocalError where it cannot be written.
    """

    def __init__(self, path: str | None) -> None:
        self._path, self._file = path, None if path is None else private(path, os.O_APPEND)

    def add(self, key: AuthKey) -> None:
        if self._file is not None:
            with writing(self._path):
                os.write(self._file, f"{key.id_bytes.hex()} {bytes(key).hex()}\n".encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            os.close(self._file)


def private(path: str, *flags: int) -> int:
    """The descriptor of a file that its owner alone may read, made if there is none; of anything else, as it is."""
    with writing(path):
        file = at_once(path, os.O_WRONLY | os.O_CREAT | sum(flags), 0o600)
        if os.name == "posix" and stat.S_ISREG(os.fstat(file).st_mode):  # /dev/null stays everybody's
            os.fchmod(file, 0o600)
        return file


def at_once(path: str, flags: int, mode: int = 0o666) -> int:
    """The descriptor of a file. A pipe that nobody reads is an error, and nothing to wait for."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0), mode)


@contextlib.contextmanager
def writing(path: str | None) -> Iterator[None]:
    """What goes wrong with a file is a sentence with its name."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: no file can have that name
        refuse(f"cannot write {path}: {reason(error)}")
