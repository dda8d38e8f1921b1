"""AES in plain Python, for systems without `cryptography`: above all, a browser.

A round makes each word with four look-ups in tables. The tables are computed here from the S-box, and the S-box from
its definition. Look-ups take longer for some keys than for others, so the keys of a real account do not belong here.

Source: FIPS 197; the modes: NIST SP 800-38A.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import TypeAlias

Words: TypeAlias = tuple[int, ...]
BLOCK = 16
WORD = 0xFFFFFFFF


def _doubled(number: int) -> int:
    """A byte times x in GF(2^8), whose polynomial is 0x11b."""
    return (number << 1) ^ (0x11B if number & 0x80 else 0)


@cache
def _powers() -> list[int]:
    """3**n in GF(2^8), for n up to 509: the powers of 3 are all bytes but 0, and 3**255 is 1 again."""
    made = [1]
    while len(made) < 255:
        made.append(made[-1] ^ _doubled(made[-1]))
    return 2 * made


def _times(factor: int) -> bytes:
    """Every byte times `factor`, indexed by the byte."""
    powers, by = _powers(), _powers().index(factor)
    made = {0: 0} | {powers[n]: powers[n + by] for n in range(255)}
    return bytes(map(made.__getitem__, range(256)))


@cache
def sbox() -> bytes:
    """The S-box: the inverse in GF(2^8), then four rotations of it and 0x63."""
    powers, made = _powers(), bytearray(256)
    for number, found in [(0, 0), *((powers[n], powers[255 - n]) for n in range(255))]:
        twice = found * 0x101  # two copies side by side, so that a shift rotates
        made[number] = (twice ^ twice >> 4 ^ twice >> 5 ^ twice >> 6 ^ twice >> 7 ^ 0x63) & 0xFF
    return bytes(made)


@cache
def _tables(*, back: bool) -> tuple[Words, Words, Words, Words, bytes]:
    """A table for each of the four bytes of a word, from the byte to its part of the next word; then the S-box or its
    inverse, for the last round."""
    box, factors = sbox(), (2, 1, 1, 3)
    if back:
        box, factors = bytes(map(box.index, range(256))), (14, 9, 13, 11)
    columns = zip(*(box.translate(_times(factor)) for factor in factors), strict=True)
    first = tuple(int.from_bytes(column, "big") for column in columns)
    second, third, fourth = (tuple(_turned(word, 8 * by) for word in first) for by in (1, 2, 3))
    return first, second, third, fourth, box


def _turned(word: int, by: int) -> int:
    return (word >> by | word << 32 - by) & WORD


def _schedule(key: bytes) -> list[Words]:
    """The round keys, four words each."""
    box, size = sbox(), len(key) // 4
    words = [int.from_bytes(key[at : at + 4], "big") for at in range(0, len(key), 4)]
    constant = 1
    for at in range(size, 4 * (size + 7)):
        word = words[-1]
        if at % size == 0:
            word = _substituted(_turned(word, 24), box) ^ constant << 24
            constant = _doubled(constant)
        elif size > 6 and at % size == 4:
            word = _substituted(word, box)
        words.append(words[at - size] ^ word)
    return [tuple(words[at : at + 4]) for at in range(0, len(words), 4)]


def _substituted(word: int, box: bytes) -> int:
    return box[word >> 24] << 24 | box[word >> 16 & 255] << 16 | box[word >> 8 & 255] << 8 | box[word & 255]


def _keys(key: bytes, *, back: bool) -> list[Words]:
    """The round keys for one direction, in the order in which it uses them and their words."""
    keys = _schedule(key)
    if not back:
        return keys
    box, (t0, t1, t2, t3, _) = sbox(), _tables(back=True)
    for at, words in enumerate(keys[1:-1], 1):  # decryption applies InvMixColumns to these round keys, too
        parts = [word.to_bytes(4, "big") for word in words]
        keys[at] = tuple(t0[box[p[0]]] ^ t1[box[p[1]]] ^ t2[box[p[2]]] ^ t3[box[p[3]]] for p in parts)
    return [(a, d, c, b) for a, b, c, d in reversed(keys)]


@lru_cache(8)
def cipher(key: bytes, *, back: bool = False) -> Callable[[int], int]:
    """AES of one block, from and to a big-endian number of 16 bytes; `back` decrypts. The key has 16, 24 or 32 bytes.

    In encryption, byte i of a new word comes from the word i places later, in decryption from i places earlier; with
    the words in the order 0, 3, 2, 1 both are the same code. Ciphers and their last blocks are cached, because a page
    opens and seals the same message for its tables, its verdict and its arrows whenever the reader presses a key.
    """
    (k0, k1, k2, k3), *rounds, (e0, e1, e2, e3) = _keys(key, back=back)
    t0, t1, t2, t3, box = _tables(back=back)
    second, fourth = (0, 64) if back else (64, 0)

    def run(block: int) -> int:
        a, b = block >> 96 ^ k0, block >> second & WORD ^ k1
        c, d = block >> 32 & WORD ^ k2, block >> fourth & WORD ^ k3
        for r0, r1, r2, r3 in rounds:
            a, b, c, d = (
                t0[a >> 24] ^ t1[b >> 16 & 255] ^ t2[c >> 8 & 255] ^ t3[d & 255] ^ r0,
                t0[b >> 24] ^ t1[c >> 16 & 255] ^ t2[d >> 8 & 255] ^ t3[a & 255] ^ r1,
                t0[c >> 24] ^ t1[d >> 16 & 255] ^ t2[a >> 8 & 255] ^ t3[b & 255] ^ r2,
                t0[d >> 24] ^ t1[a >> 16 & 255] ^ t2[b >> 8 & 255] ^ t3[c & 255] ^ r3,
            )
        w, x = _last(a, b, c, d, box) ^ e0, _last(b, c, d, a, box) ^ e1
        y, z = _last(c, d, a, b, box) ^ e2, _last(d, a, b, c, box) ^ e3
        return w << 96 | x << second | y << 32 | z << fourth

    return lru_cache(64)(run)


def _last(a: int, b: int, c: int, d: int, box: bytes) -> int:
    """A word of the last round, which has no MixColumns."""
    return box[a >> 24] << 24 | box[b >> 16 & 255] << 16 | box[c >> 8 & 255] << 8 | box[d & 255]


def start(mode: str, key: bytes, iv: bytes) -> Callable[[bytes], bytes]:
    """The function that takes the next bytes of a message, for a mode of `mtlib.crypto.aes`."""
    run = cipher(key, back=mode == "ECB decrypt")
    return {"CBC encrypt": _cbc, "CTR": _ctr}.get(mode, _ecb)(run, int.from_bytes(iv, "big"))


def _ecb(run: Callable[[int], int], _: int) -> Callable[[bytes], bytes]:
    return lambda data: b"".join(run(block).to_bytes(BLOCK, "big") for block in _blocks(data))


def _cbc(run: Callable[[int], int], before: int) -> Callable[[bytes], bytes]:
    def update(data: bytes) -> bytes:
        nonlocal before
        made = []
        for block in _blocks(data):
            before = run(block ^ before)
            made.append(before.to_bytes(BLOCK, "big"))
        return b"".join(made)

    return update


def _ctr(run: Callable[[int], int], counter: int) -> Callable[[bytes], bytes]:
    left = b""

    def update(data: bytes) -> bytes:
        nonlocal counter, left
        while len(left) < len(data):
            left += run(counter).to_bytes(BLOCK, "big")
            counter = (counter + 1) % (1 << 8 * BLOCK)
        stream, left = left[: len(data)], left[len(data) :]
        return (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(data), "big")

    return update


def _blocks(data: bytes) -> list[int]:
    return [int.from_bytes(data[at : at + BLOCK], "big") for at in range(0, len(data), BLOCK)]
