"""The ways to close the seal wrongly, each as a small change of the right recipe.

Which bytes are the key (`SPELLINGS`), how AES key and iv come from key and msg_key (`SCHEDULES`), how the blocks are
chained (`CIPHERS`). A cipher is given in the direction in which the doctor needs it: from the ciphertext back to
the plaintext.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mtlib.crypto.aes import BLOCK, Ctr, ige_decrypt, ige_encrypt
from mtlib.crypto.kdf import V1, V2
from mtlib.doctor.hypothesis import (
    IGE,
    SCHEDULE_V1,
    SCHEDULE_V2,
    Hypothesis,
    Stage,
    at,
)

# -- Which bytes are the key --------------------------------------------------------------------------------------

Spelling = Callable[[bytes], Iterable[bytes]]

SPELLINGS: tuple[Hypothesis[Spelling], ...] = at(
    Stage.OPENS,
    (
        "key_without_leading_zeros",
        "The key was used without its leading zeros, as a number is written: every piece cut from it, and its hash, "
        "are off by a byte.",
        "Write the shared secret as 256 bytes, big-endian, zeros on the left.",
        SCHEDULE_V1,
        lambda key: [short, short.ljust(256, b"\0")] if (short := key.lstrip(b"\0")) != key else [],
    ),
    (
        "key_with_a_sign_byte",
        "The key was used with a zero byte too many in front: a library for big numbers wrote the sign as well.",
        "Cut the shared secret to its last 256 bytes.",
        SCHEDULE_V1,
        lambda key: [b"\0" + key] if key[0] & 0x80 else [],
    ),
    (
        "key_reversed",
        "The key was used back to front: written little-endian.",
        "Write the shared secret as 256 bytes, big-endian.",
        SCHEDULE_V1,
        lambda key: [key[::-1]],
    ),
)
"""From the right 256 bytes to what somebody used instead."""

# -- From key and msg_key to AES key and iv -----------------------------------------------------------------------

Schedule = Callable[[bytes, bytes], tuple[bytes, bytes]]


def right_schedule(key: bytes, msg_key: bytes) -> tuple[bytes, bytes]:
    """MTProto 1.0, x = 0. A key of a wrong length is cut as it is: nobody reads beyond its first half."""
    schedule = V1.run(0, auth_key=key[:256].ljust(256, b"\0"), msg_key=msg_key)
    return schedule.aes_key, schedule.aes_iv


def _v1_of_the_answer(key: bytes, msg_key: bytes) -> tuple[bytes, bytes]:
    schedule = V1.run(8, auth_key=key[:256].ljust(256, b"\0"), msg_key=msg_key)
    return schedule.aes_key, schedule.aes_iv


def _v2(key: bytes, msg_key: bytes) -> tuple[bytes, bytes]:
    schedule = V2.run(0, auth_key=key[:256].ljust(256, b"\0"), msg_key=msg_key)
    return schedule.aes_key, schedule.aes_iv


SCHEDULES: tuple[Hypothesis[Schedule], ...] = at(
    Stage.OPENS,
    (
        "schedule_v2",
        "AES key and iv come from the schedule of MTProto 2.0, two SHA-256.",
        "Use the schedule of MTProto 1.0 for this one message: four SHA-1, x = 0.",
        SCHEDULE_V2,
        _v2,
    ),
    (
        "direction_x_8",
        "AES key and iv are those for a message from the data centre: x = 8.",
        "Use x = 0: the binding travels to the data centre.",
        SCHEDULE_V1,
        _v1_of_the_answer,
    ),
)

# -- Chaining -----------------------------------------------------------------------------------------------------

Cipher = Callable[[bytes, bytes, bytes], bytes]


def _xor(*parts: bytes) -> bytes:
    result = 0
    for part in parts:
        result ^= int.from_bytes(part, "big")
    return result.to_bytes(len(parts[0]), "big")


def _cbc(ciphertext: bytes, key: bytes, iv: bytes) -> bytes:
    """D(c_i) ^ c_{i-1}: decrypted IGE with nothing fed forward on the input."""
    return _blocks(ciphertext, key, iv, lambda after, before, plain: _xor(after, before))


def _pcbc(ciphertext: bytes, key: bytes, iv: bytes) -> bytes:
    return _blocks(ciphertext, key, iv, _xor)


def _blocks(ciphertext: bytes, key: bytes, iv: bytes, mix: Callable[[bytes, bytes, bytes], bytes]) -> bytes:
    """Every block run through AES backwards, then mixed with the ciphertext and the plaintext before it."""
    before, plain, found = iv[:BLOCK], iv[BLOCK:], b""
    for start in range(0, len(ciphertext), BLOCK):
        block = ciphertext[start : start + BLOCK]
        plain = mix(ige_decrypt(block, key, bytes(2 * BLOCK)), before, plain)
        before, found = block, found + plain
    return found


def _written_over(ciphertext: bytes, key: bytes, iv: bytes) -> bytes:
    """In place: what was XORed from block 2 on as "the plaintext before" had become ciphertext already."""
    before, overwritten, found = iv[:BLOCK], iv[BLOCK:], b""
    for start in range(0, len(ciphertext), BLOCK):
        block = ciphertext[start : start + BLOCK]
        found += ige_decrypt(block, key, before + overwritten)
        before = overwritten = block
    return found


CIPHERS: tuple[Hypothesis[Cipher], ...] = at(
    Stage.OPENS,
    (
        "iv_halves_swapped",
        "The two halves of the iv are swapped.",
        "iv[0:16] goes before AES (it is c_0), iv[16:32] after it (it is p_0).",
        IGE,
        lambda ciphertext, key, iv: ige_decrypt(ciphertext, key, iv[BLOCK:] + iv[:BLOCK]),
    ),
    (
        "cbc_instead_of_ige",
        "This is CBC: nothing was XORed after AES.",
        "Add the previous plaintext block to what comes out of AES; IGE chains both ways.",
        IGE,
        _cbc,
    ),
    (
        "pcbc_instead_of_ige",
        "This is PCBC: both previous blocks went into AES.",
        "XOR the previous ciphertext before AES and the previous plaintext after it.",
        IGE,
        _pcbc,
    ),
    (
        "ctr_instead_of_ige",
        "This is CTR: AES made a key stream.",
        "Use AES-256-IGE; CTR belongs to the obfuscated transport.",
        IGE,
        lambda ciphertext, key, iv: Ctr(key, iv[:BLOCK]).update(ciphertext),
    ),
    (
        "aes_backwards",
        "AES ran backwards: the plaintext was decrypted instead of encrypted.",
        "Encrypting uses E, decrypting D; call the other one.",
        IGE,
        ige_encrypt,
    ),
    (
        "ige_written_over_itself",
        "IGE ran in place: from block 2 on it XORed the ciphertext that it had just written over the plaintext.",
        "Keep a copy of each plaintext block until the next one is done.",
        IGE,
        _written_over,
    ),
)
