"""Key material stays in this process and is never printed: `Secret` and `Hidden` see to both.

The functions check arguments: bytes of any of the three types, of the right length. They copy them into `bytes` once,
and so every function that uses them can promise never to change its arguments.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, ClassVar, NoReturn, Self, TypeAlias

from mtlib.errors import LocalError

Buffer: TypeAlias = bytes | bytearray | memoryview


class Secret:
    """Base class of values that hold key material.

    They cannot be pickled (LocalError), so they do not slip into a cache, a queue or a notebook's saved state. They
    never change, so a copy is the value itself: `dataclasses.asdict` of an object that holds a key gives the key
    object, not its bytes. Their `repr` shows the attributes in `shown` (of a dataclass, the fields with `repr`). It
    works on incomplete values too, because a debugger may ask for it during `__init__`.
    """

    __slots__ = ()
    shown: ClassVar[tuple[str, ...]] = ()

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        kind = type(self).__name__
        raise LocalError(f"{kind} holds a secret and is not pickled", where=kind)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __repr__(self) -> str:
        names = self.shown or (f.name for f in fields(self) if f.repr) if is_dataclass(self) else self.shown
        known = [f"{name}={getattr(self, name)!r}" for name in names if hasattr(self, name)]
        return f"{type(self).__name__}({', '.join(known)})"


class Hidden(Secret, bytes):
    """Bytes whose repr says only how many they are; in all else they are like any bytes.

    For bare key material in the fields of a dataclass, since `dataclasses.asdict` looks into every dataclass. They
    are neither pickled nor copied; a slice of them is plain bytes.
    """

    def __repr__(self) -> str:
        return f"<{len(self)} hidden bytes>"

    __str__ = __repr__


def plain(value: Buffer, where: str) -> bytes:
    """`value` as an immutable `bytes`; for anything that is not bytes, a LocalError that names `where`.

    The check matters: `bytes(5)` is five zeros, and a list of small numbers would pass as well.
    """
    if type(value) is bytes:
        return value
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise LocalError(f"{where} has to be bytes", got=type(value).__name__, expected="bytes", where=where)
    return bytes(value)


def exact(value: Buffer, size: int, where: str) -> bytes:
    """`value` as in `plain`; a LocalError unless it has exactly `size` bytes. Nothing is padded or cut silently."""
    data = plain(value, where)
    if len(data) != size:
        expected = f"{size} bytes"
        raise LocalError(f"{where} has the wrong length", got=f"{len(data)} bytes", expected=expected, where=where)
    return data


def whole(value: int, where: str) -> int:
    """The number; for anything that is no `int`, a LocalError that names `where`."""
    if not isinstance(value, int) or isinstance(value, bool):
        got, expected = type(value).__name__, "a whole number"
        raise LocalError(f"{where} has to be a number", got=got, expected=expected, where=where)
    return value


LARGEST = 1 << 13
"""Bits of the longest number that a value may hold. No RSA key has more; Python prints none much longer, not even in a
repr."""


def of_type(value: Any, kind: Any, where: str) -> Any:
    """The value itself; LocalError if it is not of that type."""
    if not isinstance(value, kind):
        wanted = " or ".join(each.__name__ for each in getattr(kind, "__args__", (kind,)))
        raise LocalError("of the wrong type", got=type(value).__name__, expected=wanted, where=where)
    if isinstance(value, int) and kind is not bool and whole(value, where).bit_length() > LARGEST:
        raise LocalError(f"{where} is too large", got=value, expected=f"{LARGEST} bits at most", where=where)
    return value


def to_wait(seconds: Any, where: str) -> float:
    """Seconds to wait as a number; LocalError unless they are above 0 and at most a day."""
    if not isinstance(seconds, int | float) or not 0 < seconds <= 86400:
        raise LocalError("no time to wait", got=seconds, expected="seconds, more than 0 and a day at most", where=where)
    return float(seconds)
