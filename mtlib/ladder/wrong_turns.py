"""The recipe with one thing done wrong: what comes out where somebody takes the usual wrong turn.

Every function here computes bytes that no data centre accepts, on purpose. `rungs` and the exercises hold them
against an answer to say which mistake it is; nothing else calls them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mtlib.crypto.aes import BLOCK, ige_decrypt, ige_encrypt
from mtlib.crypto.kdf import V1, V2, ScheduleTable, msg_key_v1

Cipher = Callable[[bytes, bytes, bytes], bytes]
"""Takes data, key and iv, like `ige_encrypt`."""


def sha1(data: bytes) -> bytes:
    return hashlib.sha1(data).digest()


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


# -- Numbers ------------------------------------------------------------------------------------------------------


def big_endian(number: int) -> bytes:
    """A long with its high byte first."""
    return number.to_bytes(8, "big", signed=True)


def swapped(number: int) -> int:
    """The long whose bytes are those of `number` in the other order."""
    return int.from_bytes(big_endian(number), "little", signed=True)


def rounded(number: int) -> int:
    """What is left of a long after a language kept it as a double: 53 bits of it."""
    nearest = int(float(number))
    return min(max(nearest, -(2**63)), 2**63 - 1)


def stripped(key: bytes) -> bytes:
    """The key as a number written without the zeros on its left."""
    return key.lstrip(b"\0")


# -- Key schedules ------------------------------------------------------------------------------------------------


def loosely(table: ScheduleTable, x: int = 0, **sources: bytes) -> dict[str, bytes]:
    """Every row of a schedule, whatever the width of its sources: a key that is too short shifts all its pieces."""
    values = dict(sources)
    hashes = {"SHA1": sha1, "SHA256": sha256}
    for row in table.rows:
        joined = row.joined(values, x)
        values[row.name] = hashes[row.hash](joined) if row.hash else joined
    return values


def other_side(table: ScheduleTable, name: str, x: int = 0, **sources: bytes) -> Iterator[bytes]:
    """The hash `name` with msg_key in every place where it does not belong."""
    row = table.rows[table.position(name)]
    pieces = [piece for piece in row.pieces if piece.source != "msg_key"]
    here = [piece.source for piece in row.pieces].index("msg_key")
    hashed = sha1 if row.hash == "SHA1" else sha256
    for place in range(len(pieces) + 1):
        if place != here:
            cut = [sources[piece.source][piece.cut(x)] for piece in pieces]
            yield hashed(b"".join([*cut[:place], sources["msg_key"], *cut[place:]]))


class Pair(NamedTuple):
    """What AES needs: 32 bytes each."""

    aes_key: bytes
    aes_iv: bytes


def b_and_c_swapped(hashes: dict[str, bytes]) -> Pair:
    """The pieces of sha1_b and sha1_c, each in the place of the other."""
    a, b, c, d = (hashes[f"sha1_{letter}"] for letter in "abcd")
    return Pair(a[:8] + c[4:16] + b[8:20], a[8:20] + c[16:20] + b[:8] + d[:8])


def cut_from_the_start(hashes: dict[str, bytes]) -> Pair:
    """Pieces of the right lengths, each from the beginning of its hash."""
    a, b, c, d = (hashes[f"sha1_{letter}"] for letter in "abcd")
    return Pair(a[:8] + b[:12] + c[:12], a[:12] + b[:8] + c[:4] + d[:8])


# -- Modes of AES -------------------------------------------------------------------------------------------------


def _encrypted(block: bytes, key: bytes) -> bytes:
    """E: one block of AES and nothing else, which is IGE over an iv of zeros."""
    return ige_encrypt(block, key, bytes(32))


def _decrypted(block: bytes, key: bytes) -> bytes:
    return ige_decrypt(block, key, bytes(32))


def _xor(*blocks: bytes) -> bytes:
    left = 0
    for block in blocks:
        left ^= int.from_bytes(block, "big")
    return left.to_bytes(BLOCK, "big")


def _blocks(data: bytes) -> list[bytes]:
    return [data[at : at + BLOCK] for at in range(0, len(data), BLOCK)]


def cbc(data: bytes, key: bytes, iv: bytes) -> bytes:
    """c_i = E(p_i ^ c_{i-1}): the feed-forward of IGE left out."""
    out, before = [], iv[:BLOCK]
    for block in _blocks(data):
        before = _encrypted(_xor(block, before), key)
        out.append(before)
    return b"".join(out)


def ecb(data: bytes, key: bytes, iv: bytes) -> bytes:
    """c_i = E(p_i): nothing chained at all."""
    return b"".join(_encrypted(block, key) for block in _blocks(data))


def pcbc(data: bytes, key: bytes, iv: bytes) -> bytes:
    """c_i = E(p_i ^ p_{i-1} ^ c_{i-1}): both on the same side of AES."""
    out, before = [], _xor(iv[:BLOCK], iv[BLOCK:])
    for block in _blocks(data):
        sealed = _encrypted(_xor(block, before), key)
        out.append(sealed)
        before = _xor(block, sealed)
    return b"".join(out)


def halves_swapped(data: bytes, key: bytes, iv: bytes) -> bytes:
    """IGE that takes iv[0:16] for p_0 and iv[16:32] for c_0."""
    return ige_encrypt(data, key, iv[BLOCK:] + iv[:BLOCK])


def aes_decrypted(data: bytes, key: bytes, iv: bytes) -> bytes:
    """c_i = D(p_i ^ c_{i-1}) ^ p_{i-1}: the chain of encrypting around the wrong direction of AES."""
    out, cipher_before, plain_before = [], iv[:BLOCK], iv[BLOCK:]
    for block in _blocks(data):
        cipher_before = _xor(_decrypted(_xor(block, cipher_before), key), plain_before)
        plain_before = block
        out.append(cipher_before)
    return b"".join(out)


def in_place(data: bytes, key: bytes, iv: bytes) -> bytes:
    """IGE inside one buffer, which reads the plaintext block before it after that has been overwritten."""
    out, cipher_before, plain_before = [], iv[:BLOCK], iv[BLOCK:]
    for block in _blocks(data):
        cipher_before = plain_before = _xor(_encrypted(_xor(block, cipher_before), key), plain_before)
        out.append(cipher_before)
    return b"".join(out)


# -- Strings of TL ------------------------------------------------------------------------------------------------


def long_head(body: bytes) -> bytes:
    """A TL string with the head of four bytes, which belongs to 254 bytes and more."""
    head = b"\xfe" + len(body).to_bytes(3, "little")
    return head + body + bytes(-len(body) % 4)


def length_twice(body: bytes) -> Iterator[bytes]:
    """A TL string that says its length two times: packed again, or after a count of four bytes."""
    once = bytes([len(body)]) + body
    once += bytes(-len(once) % 4)
    for twice in (bytes([len(body)]) + once, bytes([len(once)]) + once, len(body).to_bytes(4, "little") + once):
        yield twice + bytes(-len(twice) % 4)


# -- Packets ------------------------------------------------------------------------------------------------------


def sealed_v1(message: bytes, key: bytes) -> bytes:
    """msg_key and ciphertext by MTProto 1.0 around a message of MTProto 2.0, padding and all."""
    body = message[: 32 + int.from_bytes(message[28:32], "little")]
    msg_key = msg_key_v1(body)
    schedule = V1.run(0, auth_key=key, msg_key=msg_key)
    return msg_key + ige_encrypt(message, schedule.aes_key, schedule.aes_iv)


def sealed_v2(message: bytes, key: bytes, msg_key: bytes, x: int = 0) -> bytes:
    """msg_key, whatever it is, and the ciphertext by MTProto 2.0 that goes with it."""
    schedule = V2.run(x, auth_key=key, msg_key=msg_key)
    return msg_key + ige_encrypt(message, schedule.aes_key, schedule.aes_iv)
