"""Randomness as an argument: who draws what, and under which name.

No code below `net` calls a random generator by itself. It gets an `Entropy` and draws named values from it, so
that the same conversation can run on the system's randomness or, in a lesson and in a test, on bytes that are
the same every time.
"""

from __future__ import annotations

import copy
import hashlib
import os
from typing import Protocol, runtime_checkable

from mtlib.errors import LocalError


@runtime_checkable
class Entropy(Protocol):
    """A source of named random bytes.

    `at(scope)` is the same source for one part of a conversation; scopes nest with "/".
    `draw(label, size, attempt=n)` gives `size` bytes; `attempt` counts the redraws of one value, where the
    protocol says "choose another one" (a `temp_key` that does not fit, another `b` after dh_gen_retry).
    """

    def at(self, scope: str) -> Entropy: ...

    def draw(self, label: str, size: int, *, attempt: int = 0) -> bytes: ...


class System:
    """The operating system's generator. Names do not matter: every draw is fresh.

    Raises LocalError for an empty scope, a negative size or attempt.
    """

    def at(self, scope: str) -> System:
        _joined("", scope)
        return self

    def draw(self, label: str, size: int, *, attempt: int = 0) -> bytes:
        _check_draw(label, size, attempt)
        return os.urandom(size)

    def __repr__(self) -> str:
        return "System()"


class Patterned:
    """Bytes that follow from (seed, scope, label, attempt): for lessons, tests and figures, never for keys.

    The shape is made for the eye: up to four bytes that belong to the name, then bytes that count up from the
    last of them, past ff to 00: `5c a1 07 e3 | e4 e5 e6 ...`. A reader recognises a value wherever it turns up
    again, and sees from a byte in its middle how far in that byte is. As a 2048-bit exponent it is a number like
    any other.

    The bytes depend on the name and not on the order of drawing, so one more draw shifts nothing. A redraw
    differs in its first byte, which is `attempt` higher (256 redraws all differ). Values of 7 bytes or more for
    two names are equal once in 2^32; a 4-byte value has only two bytes of its name, a single byte one.

    Drawing the same scope, label and attempt twice is a LocalError, in whichever copy from `at`: in a real
    conversation one random value would be used for two purposes.
    """

    def __init__(self, seed: str | bytes = "mtlib") -> None:
        if not isinstance(seed, (str, bytes)):
            raise LocalError("a seed is text or bytes", got=type(seed).__name__, expected="str or bytes", where="seed")
        self._seed = hashlib.sha256(_octets(seed) if isinstance(seed, str) else seed).digest()
        self._scope = ""
        self._drawn: set[tuple[str, str, int]] = set()

    def at(self, scope: str) -> Patterned:
        inner = copy.copy(self)  # a shallow copy: the memory of what was drawn stays shared
        inner._scope = _joined(self._scope, scope)
        return inner

    def draw(self, label: str, size: int, *, attempt: int = 0) -> bytes:
        _check_draw(label, size, attempt)
        name = (self._scope, label, attempt)
        if name in self._drawn:
            where = _joined(self._scope, label)
            raise LocalError("this value was drawn before", got=f"attempt {attempt} again", where=where)
        self._drawn.add(name)
        return self._made(b"\0".join((self._seed, _octets(self._scope), _octets(label))), size, attempt)

    def _made(self, name: bytes, size: int, attempt: int) -> bytes:
        """Four bytes of the name, or half the size if that is less, then bytes that count up from the last of them."""
        first, *rest = hashlib.sha256(name).digest()[:4]
        lead = bytes([(first + attempt) % 256, *rest])[: (size + 1) // 2]
        return lead + bytes((lead[-1] + step) % 256 for step in range(1, size - len(lead) + 1))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(scope={self._scope!r})"


class Noise(Patterned):
    """Repeatable bytes that look random, for experiments that count successes over many tries.

    The same names give the same bytes every time. SHAKE-256 of seed, scope, label and attempt; never for keys.
    """

    def _made(self, name: bytes, size: int, attempt: int) -> bytes:
        return hashlib.shake_256(name + b"\0" + str(attempt).encode()).digest(size)


def source(entropy: Entropy) -> Entropy:
    """The source itself; LocalError for anything without `draw` and `at`."""
    if not isinstance(entropy, Entropy):
        got, expected = type(entropy).__name__, "System(), Patterned() or the like"
        raise LocalError("not a source of randomness", got=got, expected=expected, where="entropy")
    return entropy


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _joined(outer: str, inner: str) -> str:
    if not inner or not isinstance(inner, str):
        raise LocalError("a scope needs a name", got=repr(inner) if isinstance(inner, str) else inner, where=outer)
    return f"{outer}/{inner}" if outer else inner


def _check_draw(label: str, size: int, attempt: int) -> None:
    known = isinstance(label, str) and isinstance(size, int) and isinstance(attempt, int)
    if not known or not label or size < 0 or attempt < 0:
        raise LocalError(
            "a draw needs a label, and a size and an attempt of 0 or more",
            got=f"label {label!r}, size {size}, attempt {attempt}",
            where=str(label),
        )
