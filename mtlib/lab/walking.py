"""Keys one after the other, and what they are called: for the lab about names of 64 bits.

Whoever knows g_a and chooses b can look at g_a^b, g_a^(b+1), ...: each is one multiplication behind the one before it.
Source: core.telegram.org/mtproto/auth_key, steps 6 and 9.
"""

from __future__ import annotations

from collections.abc import Iterator

from mtlib.crypto.keys import AuthKey

NAME_BITS = 64


def walk(key: int, step: int, p: int) -> Iterator[int]:
    """key, key * step, key * step**2, ... modulo p, without end."""
    while True:
        yield key
        key = key * step % p


def names(key: int, step: int, p: int) -> Iterator[int]:
    """The names of the keys on that walk, each as a number from 0 on. LocalError for a key of more than 2048 bits."""
    return (AuthKey.from_int(each).id % (1 << NAME_BITS) for each in walk(key, step, p))


def alike(one: int, other: int) -> int:
    """In how many bits two names agree, counted from the lowest one."""
    differing = (one ^ other) % (1 << NAME_BITS)
    return (differing & -differing).bit_length() - 1 if differing else NAME_BITS
