"""Behind the seal: the middle of the triage. Does it open, is the right thing inside, is the hash right, do the values
agree?
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mtlib.crypto.aes import BLOCK, ige_decrypt
from mtlib.doctor.arrival import Arrival
from mtlib.doctor.comparing import compare
from mtlib.doctor.diagnosis import Evidence, Finding
from mtlib.doctor.given import GivenKey
from mtlib.doctor.hypothesis import Stage
from mtlib.doctor.mistakes_inside import RIGHT_SHAPE, Opened, right_digest
from mtlib.doctor.mistakes_request import CUT_OFF, EMPTY, KEY_ID_LEFT_OUT, RSA, WRONG_SIZE
from mtlib.doctor.mistakes_seal import right_schedule
from mtlib.doctor.mistakes_values import UNEQUAL
from mtlib.doctor.opening import (
    CONSTANTS,
    FRONT,
    expected_inside,
    flip,
    flipped_bit,
    is_right,
    msg_key_changes,
    open_seal,
)
from mtlib.doctor.outcomes import ALTERED, HASH_UNKNOWN, NOT_OPENED, ONE_BIT, PADDING
from mtlib.doctor.patient import Patient
from mtlib.protocol.binding import ENCRYPTED_SIZE, ENVELOPE_SIZE

RSA_BLOCK = 256
_GENERIC = frozenset(hypothesis.name for hypothesis in UNEQUAL.values())


def look_behind_the_seal(sealed: bytes, arrival: Arrival) -> tuple[Opened | None, list[Finding]]:
    """What is behind the seal, and everything that is wrong with it."""
    patient = arrival.patient
    if len(sealed) in (0, RSA_BLOCK):
        return None, [Finding(RSA if sealed else EMPTY, (_size(sealed),))]
    expected = expected_inside(patient, arrival.values)
    opened = open_seal(sealed, patient, expected)
    findings: list[Finding] = []
    if opened is None or (_whole(opened) and msg_key_changes(opened, sealed[8:FRONT]) is None):
        sealed, findings = _mended(sealed, patient)
        opened = open_seal(sealed, patient, expected) if findings else opened
    compared = compare(patient, arrival.values, sealed, opened)
    if opened is None or patient.perm_key is None:
        return None, _closed(sealed, patient, compared)
    findings += [*_by_changes(opened, sealed, patient.perm_key), *_sizes(opened, sealed)]
    findings += _hash(opened, sealed, expected)
    if any(finding.hypothesis is ALTERED for finding in findings):
        compared = [each for each in compared if each.evidence[0].within != "plaintext"]
    return opened, [*findings, *compared]


def _size(sealed: bytes) -> Evidence:
    """The size is wrong; the bytes are not shown, for what has another size may be anything, a key as well."""
    return Evidence("encrypted_message", 0, 0, f"{len(sealed)} bytes", f"{ENCRYPTED_SIZE} bytes")


def _whole(opened: Opened) -> bool:
    return len(opened.plaintext) >= opened.size


def _mended(sealed: bytes, patient: Patient) -> tuple[bytes, list[Finding]]:
    """The same bytes, with a key id in front or one bit flipped back, where that makes everything right."""
    if patient.perm_key is None:
        return sealed, []
    key = patient.perm_key.key
    longer = key.id_bytes + sealed
    if len(longer) == ENCRYPTED_SIZE and is_right(longer, key.data):
        return longer, [Finding(KEY_ID_LEFT_OUT, (_size(sealed),))]
    bit = flipped_bit(sealed, key)
    if bit is None:
        return sealed, []
    at, mended = bit // 8, flip(sealed, bit)
    part = "msg_key" if at < FRONT else "ciphertext"
    evidence = Evidence(f"encrypted_message/{part}", at, 1, sealed[at : at + 1], mended[at : at + 1])
    return mended, [Finding(ONE_BIT, (evidence,))]


def _closed(sealed: bytes, patient: Patient, compared: list[Finding]) -> list[Finding]:
    """It does not open. What disagrees outside is told as well where a well-known mistake explains it; otherwise it
    only says once more that this is not the key."""
    size = () if len(sealed) == ENCRYPTED_SIZE else (_size(sealed),)
    if patient.perm_key is None:
        return [*compared, *([Finding(WRONG_SIZE, size)] if size else [])]
    told = [finding for finding in compared if finding.name not in _GENERIC]
    rest = tuple(row for finding in compared if finding.name in _GENERIC for row in finding.evidence)
    return [Finding(NOT_OPENED, (*size, *rest, *_noise_inside(sealed, patient.perm_key))), *told]


def _noise_inside(sealed: bytes, key: GivenKey) -> Iterator[Evidence]:
    """What the right recipe makes of the place where the constants belong."""
    if len(sealed) >= FRONT + 3 * BLOCK:
        begins = ige_decrypt(sealed[FRONT : FRONT + 3 * BLOCK], *right_schedule(key.key.data, sealed[8:FRONT]))
        yield Evidence("encrypted_message/ciphertext", FRONT, 3 * BLOCK, begins[24:36], CONSTANTS)


def _by_changes(opened: Opened, sealed: bytes, key: GivenKey) -> Iterator[Finding]:
    """The changes of the recipe under which it opened."""
    size = Evidence("plaintext/envelope", 0, opened.size, f"{opened.size} bytes of fields", f"{ENVELOPE_SIZE} bytes")
    noise = tuple(_noise_inside(sealed, key))
    for change in opened.changes:
        yield Finding(change, noise if change.stage is Stage.OPENS else (size,))


def _sizes(opened: Opened, sealed: bytes) -> Iterator[Finding]:
    """It opens: is anything missing at its end, or too much there?"""
    padding = len(opened.plaintext) - opened.size
    if padding < 0:
        yield Finding(CUT_OFF, (_size(sealed),))
    elif padding >= BLOCK:
        yield Finding(PADDING, (Evidence("plaintext/padding", opened.size, padding, f"{padding} bytes", "8 bytes"),))
    elif len(sealed) != ENCRYPTED_SIZE and opened.shape == RIGHT_SHAPE:
        yield Finding(WRONG_SIZE, (_size(sealed),))


def _hash(opened: Opened, sealed: bytes, expected: Mapping[str, bytes]) -> Iterator[Finding]:
    """Is msg_key the hash of what was sealed, and if not, of what?"""
    if not _whole(opened):
        return
    msg_key = sealed[8:FRONT]
    changes = msg_key_changes(opened, msg_key)
    evidence = Evidence("encrypted_message/msg_key", 8, len(msg_key), msg_key, right_digest(opened.envelope))
    for change in changes or ():
        yield Finding(change, (evidence,))
    if changes is None:
        noise = _noise(opened, expected)
        if noise is None:
            yield Finding(HASH_UNKNOWN, (evidence,))
        else:
            at = FRONT + noise // BLOCK * BLOCK
            altered = Evidence("encrypted_message/ciphertext", at, BLOCK, sealed[at : at + BLOCK], "what was sealed")
            yield Finding(ALTERED, (altered, evidence))


def _noise(opened: Opened, expected: Mapping[str, bytes]) -> int | None:
    """Where the plaintext stops to be what it should, if it never is again and at least two values are lost."""
    fields: list[tuple[str, Any]] = [(name, opened.place(name)) for name, _ in opened.shape if name in expected]
    wrong = [name for name, _ in fields if opened.value(name) != expected[name]]
    if len(wrong) < 2 or wrong != [name for name, _ in fields][-len(wrong) :]:
        return None
    start, stop = next(place for name, place in fields if name == wrong[0])
    found, right = opened.plaintext[start:stop], expected[wrong[0]]
    return int(start) + next(i for i in range(stop - start) if found[i] != right[i])
