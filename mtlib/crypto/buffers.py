"""What callers hand in: bytes in any of their three shapes, and of the length they have to have.

Copying into `bytes` here, once, is what lets every function above promise that it never changes what it was
given, whatever happens to a `bytearray` afterwards.
"""

from __future__ import annotations

from typing import TypeAlias

from mtlib.errors import LocalError

Buffer: TypeAlias = bytes | bytearray | memoryview


def plain(value: Buffer, where: str) -> bytes:
    """The same bytes as an immutable `bytes`; anything that is not bytes is a LocalError naming `where`.

    The check matters: `bytes(5)` is five zeros, and a list of small numbers would pass as well.
    """
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise LocalError(f"{where} has to be bytes", got=type(value).__name__, expected="bytes", where=where)
    return bytes(value)


def exact(value: Buffer, size: int, where: str) -> bytes:
    """`plain`, and exactly `size` bytes of it: nothing is padded or cut on the quiet."""
    data = plain(value, where)
    if len(data) != size:
        raise LocalError(
            f"{where} has the wrong length", got=f"{len(data)} bytes", expected=f"{size} bytes", where=where
        )
    return data
