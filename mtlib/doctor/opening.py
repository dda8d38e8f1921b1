"""Does it open, and is the hash right? The search through all known recipes, right one first.

Nothing is guessed. A seal counts as open if at least 60 bits of what came out are what has to stand there (a wrong
recipe gives noise: once in 2**60), or if msg_key is the hash of it.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from mtlib.crypto.aes import BLOCK, ige_decrypt
from mtlib.crypto.keys import AuthKey
from mtlib.doctor.given import GivenKey
from mtlib.doctor.hypothesis import Hypothesis
from mtlib.doctor.mistakes_inside import COVERED, DIGESTS, RIGHT_SHAPE, SHAPES, Opened, Shape, right_digest
from mtlib.doctor.mistakes_seal import CIPHERS, SCHEDULES, SPELLINGS, right_schedule
from mtlib.doctor.outcomes import WITH_OTHER, WITH_TEMP
from mtlib.doctor.patient import Patient
from mtlib.protocol.binding import ENCRYPTED_SIZE, ENVELOPE_SIZE, INNER_SIZE
from mtlib.wire.schema import INNER

ENOUGH = 60
"""Bits that have to agree."""
INNER_ID = INNER.id_bytes
FRONT = 24
"""Bytes of encrypted_message before the ciphertext: key id and msg_key."""
LENGTHS = tuple(size.to_bytes(4, "little") for size in (INNER_SIZE, INNER_SIZE - 4, INNER_SIZE + 4, INNER_SIZE + 8))
CONSTANTS = bytes(4) + LENGTHS[0] + INNER_ID
"""seqno, length and constructor, bytes 24 to 36 of the plaintext: the same in every binding."""

Changes = tuple[Hypothesis[Any], ...]


def long_bytes(number: int | None) -> bytes | None:
    """A TL long as it travels."""
    return None if number is None else number.to_bytes(8, "little", signed=True)


def expected_inside(patient: Patient, request: Mapping[str, Any]) -> dict[str, bytes]:
    """What has to stand in each field, as far as it is known."""
    expires_at = request.get("expires_at")
    known: dict[str, bytes | None] = {
        "msg_id": long_bytes(patient.msg_id),
        "seqno": bytes(4),
        "constructor": INNER_ID,
        "nonce": long_bytes(request.get("nonce")),
        "temp_auth_key_id": patient.temp_key.key.id_bytes if patient.temp_key else None,
        "perm_auth_key_id": patient.perm_key.key.id_bytes if patient.perm_key else None,
        "temp_session_id": long_bytes(patient.session_id),
        "expires_at": None if expires_at is None else expires_at.to_bytes(4, "little", signed=True),
    }
    return {name: value for name, value in known.items() if value is not None}


def open_seal(sealed: bytes, patient: Patient, expected: Mapping[str, bytes]) -> Opened | None:
    """What is behind the seal, and by which changes of the recipe it opened; None where none opens it."""
    if patient.perm_key is None or len(sealed) < FRONT + BLOCK:
        return None
    msg_key, ciphertext = sealed[8:FRONT], sealed[FRONT : len(sealed) - (len(sealed) - FRONT) % BLOCK]
    for changes, key, schedule, cipher in _recipes(patient):
        plaintext = cipher(ciphertext, *schedule(key, msg_key))
        shape = _shape(plaintext, expected, msg_key)
        if shape is None and hmac.compare_digest(right_digest(plaintext[:ENVELOPE_SIZE]), msg_key):
            shape = (RIGHT_SHAPE, ())
        if shape is not None:
            return Opened(plaintext, key, shape[0], (*changes, *shape[1]))
    return None


def _recipes(patient: Patient) -> Iterator[tuple[Changes, bytes, Any, Any]]:
    """Every recipe, those with the fewest changes first."""
    keys = list(_keys(patient))
    schedules: list[tuple[Changes, Any]] = [((), right_schedule), *(((h,), h.change) for h in SCHEDULES)]
    ciphers: list[tuple[Changes, Any]] = [((), ige_decrypt), *(((h,), h.change) for h in CIPHERS)]
    found = [
        (wrong_key + wrong_schedule + wrong_cipher, key, schedule, cipher)
        for (wrong_key, key), (wrong_schedule, schedule), (wrong_cipher, cipher) in product(keys, schedules, ciphers)
    ]
    yield from sorted(found, key=lambda recipe: len(recipe[0]))


def _keys(patient: Patient) -> Iterator[tuple[Changes, bytes]]:
    """Every key that may have sealed it, in every spelling."""
    others = [((WITH_TEMP,), patient.temp_key), *(((WITH_OTHER,), key) for key in patient.other_keys)]
    for changes, given in [((), patient.perm_key), *others]:
        if given is None or (changes and given.key == (patient.perm_key and patient.perm_key.key)):
            continue
        yield changes, given.key.data
        for hypothesis, spelled in spelled_wrongly(given):
            yield (*changes, hypothesis), spelled


def spelled_wrongly(given: GivenKey) -> Iterator[tuple[Hypothesis[Any], bytes]]:
    """A key in all the ways in which it is written wrongly."""
    for hypothesis in SPELLINGS:
        yield from ((hypothesis, spelled) for spelled in hypothesis.change(given.key.data))


def _shape(plaintext: bytes, expected: Mapping[str, bytes], msg_key: bytes) -> tuple[Shape, Changes] | None:
    """The row of fields that fits best, if any fits well enough. Where two fit alike, msg_key tells which was hashed;
    it cannot tell more: a hash over the padding is the hash of a longer row, too."""
    best: tuple[tuple[int, bool], Shape, Changes] = ((0, False), RIGHT_SHAPE, ())
    for shape, changes in [(RIGHT_SHAPE, ()), *((h.change, (h,)) for h in SHAPES)]:
        bits, size = _agreement(plaintext, shape, expected)
        fit = bits, hmac.compare_digest(right_digest(plaintext[:size]), msg_key)
        if fit > best[0]:
            best = fit, shape, changes
    (bits, _), shape, changes = best
    return (shape, changes) if bits >= ENOUGH else None


def _agreement(plaintext: bytes, shape: Shape, expected: Mapping[str, bytes]) -> tuple[int, int]:
    """Bits of this row of fields that are what they have to be, and its size."""
    bits = start = 0
    for name, size in shape:
        found = plaintext[start : start + size]
        start += size
        if name == "length":
            bits += 32 * (found in LENGTHS)
        elif found and found == expected.get(name):
            bits += 8 * size
    return bits, start


def msg_key_changes(opened: Opened, msg_key: bytes) -> Changes | None:
    """The changes by which msg_key is the hash of what was sealed: none for the right one, None where none gives it."""
    covered: list[tuple[Changes, bytes]] = [((), opened.envelope)]
    covered += [((h,), h.change(opened)) for h in COVERED]
    for changes, text in covered:
        if hmac.compare_digest(right_digest(text), msg_key):
            return changes
    for changes, text in covered:
        for hypothesis in DIGESTS:
            if _any_is(hypothesis.change(text, opened), msg_key):
                return (*changes, hypothesis)
    return None


def _any_is(candidates: Iterable[bytes], wanted: bytes) -> bool:
    return any(hmac.compare_digest(each, wanted) for each in candidates)


def flipped_bit(sealed: bytes, key: AuthKey) -> int | None:
    """The bit of msg_key or ciphertext whose flip makes everything right, counted from the first byte of
    encrypted_message, the lowest bit of a byte first; None where there is none.

    Three blocks decide nearly always: seqno, length and constructor stand there.
    """
    if len(sealed) != ENCRYPTED_SIZE:
        return None
    as_it_is = right_schedule(key.data, sealed[8:FRONT])
    for bit in range(64, 8 * ENCRYPTED_SIZE):
        mended = flip(sealed, bit)
        schedule = as_it_is if bit >= 8 * FRONT else right_schedule(key.data, mended[8:FRONT])
        begins = ige_decrypt(mended[FRONT : FRONT + 3 * BLOCK], *schedule)
        constants = begins[24:36] == CONSTANTS
        if constants and is_right(mended, key.data):
            return bit
        if bit // 8 >= FRONT + 3 * BLOCK and not constants:
            return None  # the rest of the bits stand behind these blocks and cannot mend them
    return None


def is_right(sealed: bytes, key: bytes) -> bool:
    """Whether the right recipe opens it and msg_key is the hash of the first 72 bytes."""
    msg_key = sealed[8:FRONT]
    plaintext = ige_decrypt(sealed[FRONT:], *right_schedule(key, msg_key))
    return hmac.compare_digest(right_digest(plaintext[:ENVELOPE_SIZE]), msg_key)


def flip(data: bytes, bit: int) -> bytes:
    """The same bytes with one bit changed."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
