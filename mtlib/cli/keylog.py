"""Key logs: the auth keys of a session, for whoever looks at its recorded packets later.

One line a key: the sixteen hex digits of its id as it travels, a space, and the 512 of the key.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from mtlib.cli.reading import refuse
from mtlib.crypto.keys import AuthKey


class KeyLog:
    """A file that grows by a line for every key, readable by its owner alone; without a path nothing is kept.

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
    """The descriptor of a file that its owner alone may read, made if there is none."""
    with writing(path):
        file = at_once(path, os.O_WRONLY | os.O_CREAT | sum(flags), 0o600)
        if os.name == "posix":
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
    except OSError as error:
        refuse(f"cannot write {path}: {error.strerror}")
