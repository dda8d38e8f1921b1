"""Sequences of keys, and the names of the keys: for the lab about names of 64 bits.

A client that knows g_a and chooses b can try g_a^b, g_a^(b+1), ...: each costs one multiplication after the one before.
Source: core.telegram.org/mtproto/auth_key, steps 6 and 9.
"""

from __future__ import annotations

from collections.abc import Iterator

from mtlib.crypto.keys import AuthKey

NAME_BITS = 64


def walk(key: int, step: int, p: int) -> Iterator[int]:
    """The keys key, key * step, key * step**2, ... modulo p, without end."""
    while True:
        yield key
        key = key * step % p


def names(key: int, step: int, p: int) -> Iterator[int]:
    """The names of the keys of `walk`, each as an unsigned number. LocalError for a key of more than 2048 bits."""
    return (AuthKey.from_int(each).id % (1 << NAME_BITS) for each in walk(key, step, p))


def alike(one: int, other: int) -> int:
    """The number of bits in which two names agree, from the lowest bit up to the first that differs."""
    differing = (one ^ other) % (1 << NAME_BITS)
    return (differing & -differing).bit_length() - 1 if differing else NAME_BITS
