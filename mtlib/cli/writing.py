"""How the commands write: lines to a reader who may stop reading, key logs, and files for their owner alone."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from collections import deque
from collections.abc import Callable, Iterator
from io import UnsupportedOperation
from typing import Self, TextIO

from mtlib.cli.reading import refuse
from mtlib.crypto.keys import AuthKey
from mtlib.errors import reason

WAITING = 512
"""The most lines that wait for their reader; further ones are dropped and counted."""
FAREWELL = 2.0
"""Seconds that `close` gives the reader for the remaining lines."""


class Teller:
    """Hands lines to `write` in order, in a thread of its own. A pipe that nobody reads is full after 64 KiB and blocks
    its writer, and a data centre must not be blocked.

    While `waiting` lines wait, further ones are dropped, and the line `dropped(n)` takes their place. `error` is the
    OSError that ended the thread, because nobody reads any more.
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
        """Take no more lines, and wait at most `patience` seconds. True if all lines were written."""
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
        """The next line, as soon as there is one; None at the end. The line about dropped ones comes after all lines
        before them, and no new line is taken until then, so that the order is right."""
        with self._news:
            while not (self._lines or self._missed or self._closing):
                self._news.wait()
            if self._lines:
                return self._lines.popleft()
            missed, self._missed = self._missed, 0
            return self._dropped(missed) if missed else None


def to_stream(stream: TextIO) -> Callable[[str], None]:
    """A function that writes a line to `stream` past its buffer: a thread that blocks inside the buffer would keep the
    interpreter from ending. A stream without a file, such as a notebook's, is in memory and never blocks."""
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
    """A file with the auth keys of a session, to open its recorded packets later. Only its owner may read it. A line
    has the id of a key, in sixteen hex digits as sent, a space, and the key in 512 hex digits. Without a path nothing
    is kept.

    Raises LocalError if the file cannot be written.
    """

    def __init__(self, path: str | None) -> None:
        self._path, self._file = path, None if path is None else private(path, os.O_APPEND)

    def add(self, key: AuthKey) -> None:
        if self._file is not None:
            with writing(self._path):
                os.write(self._file, f"{key.id_bytes.hex()} {bytes(key).hex()}\n".encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            os.close(self._file)


def private(path: str, *flags: int) -> int:
    """The descriptor of a file, created if missing, that only its owner may read. Other kinds keep their rights."""
    with writing(path):
        file = at_once(path, os.O_WRONLY | os.O_CREAT | sum(flags), 0o600)
        if os.name == "posix" and stat.S_ISREG(os.fstat(file).st_mode):  # /dev/null stays everybody's
            os.fchmod(file, 0o600)
        return file


def at_once(path: str, flags: int, mode: int = 0o666) -> int:
    """The descriptor of a file. A pipe without a reader raises OSError, where `os.open` would wait for one."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0), mode)


@contextlib.contextmanager
def writing(path: str | None) -> Iterator[None]:
    """Turn an OSError inside the block into a LocalError with the name of the file."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: no file can have that name
        refuse(f"cannot write {path}: {reason(error)}")
