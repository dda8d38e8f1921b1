"""Which value does not say what it says elsewhere, and what became of it on the way?

Six values stand inside the seal and outside as well. Each place is compared; where it disagrees, the well-known
changes are applied to the right value until one gives what stands there. Where none does, the disagreement itself is
the finding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mtlib.doctor.diagnosis import Evidence, Finding
from mtlib.doctor.given import GivenKey
from mtlib.doctor.hypothesis import Hypothesis
from mtlib.doctor.mistakes_dates import DATES, YOUNGEST
from mtlib.doctor.mistakes_inside import HEADER, RIGHT_SHAPE, Opened
from mtlib.doctor.mistakes_values import (
    HALVES,
    LONGS,
    MSG_IDS,
    PERM_FOR_TEMP,
    TEMP_FOR_PERM,
    UNEQUAL,
    long,
)
from mtlib.doctor.opening import INNER_ID, spelled_wrongly
from mtlib.doctor.outcomes import ONE_BIT
from mtlib.doctor.patient import Patient
from mtlib.protocol.binding import INNER_SIZE

_BITS = frozenset(1 << bit for bit in range(64))


class Place(NamedTuple):
    """One value: which field it is, where it stands, what stands there, what should."""

    name: str
    path: str
    offset: int
    got: int
    expected: int

    @property
    def evidence(self) -> Evidence:
        size = 4 if self.name in ("expires_at", "seqno", "length") else 8
        return Evidence(self.path, self.offset, size, self.got, self.expected)


def compare(
    patient: Patient, request: Mapping[str, Any], sealed: bytes, opened: Opened | None
) -> list[Finding]:
    """Every value that disagrees, with what became of it."""
    found = []
    for place in [*_outside(patient, request, sealed), *_inside(patient, request, opened)]:
        if place.got != place.expected:
            found.append(Finding(_explain(place, patient), (place.evidence,)))
    wrong = opened.value("constructor") if opened is not None else None
    if opened is not None and wrong is not None and wrong != INNER_ID:
        start, _ = opened.place("constructor") or (0, 0)
        at = Evidence(_path("constructor"), start, 4, wrong, INNER_ID)
        found.append(Finding(UNEQUAL["constructor"], (at,)))
    return found


def _outside(patient: Patient, request: Mapping[str, Any], sealed: bytes) -> Iterator[Place]:
    """The permanent key's name, in the request and in front of encrypted_message."""
    named = request.get("perm_auth_key_id")
    right = patient.perm_key.key.id if patient.perm_key else None
    if named is not None and right is not None:
        yield Place("perm_auth_key_id", "request/perm_auth_key_id", 4, named, right)
    expected = named if right is None else right
    if expected is not None and len(sealed) >= 8:
        yield Place("perm_auth_key_id", "encrypted_message/perm_auth_key_id", 0, long(sealed[:8]), expected)


def _inside(patient: Patient, request: Mapping[str, Any], opened: Opened | None) -> Iterator[Place]:
    if opened is None:
        return
    right: dict[str, int | None] = {
        "msg_id": patient.msg_id,
        "seqno": 0,
        "length": INNER_SIZE,
        "nonce": request.get("nonce"),
        "temp_auth_key_id": patient.temp_key.key.id if patient.temp_key else None,
        "perm_auth_key_id": patient.perm_key.key.id if patient.perm_key else request.get("perm_auth_key_id"),
        "temp_session_id": patient.session_id,
        "expires_at": request.get("expires_at"),
    }
    for name, size in opened.shape:
        place, expected = opened.place(name), right.get(name)
        # A field of another size is the shape's mistake, and so is a length that counts what is really there.
        if place is None or expected is None or (name, size) not in RIGHT_SHAPE:
            continue
        value = int.from_bytes(opened.plaintext[place[0] : place[1]], "little", signed=True)
        if name == "length" and opened.shape != RIGHT_SHAPE and value == opened.size - 32:
            continue
        yield Place(name, _path(name), place[0], value, expected)


def _path(name: str) -> str:
    return f"plaintext/envelope/{name}" if name in HEADER else f"plaintext/envelope/inner/{name}"


def _explain(place: Place, patient: Patient) -> Hypothesis[Any]:
    """The change that gives what stands there, or the fact that it is not what it should be."""
    if place.path.startswith("encrypted_message") and (place.got ^ place.expected) % 2**64 in _BITS:
        return ONE_BIT
    if place.name in ("seqno", "length"):
        return UNEQUAL[place.name]
    if place.name == "expires_at":
        wrong = place.got if place.got < YOUNGEST else place.expected
        return next((h for h in DATES[:2] if h.change(wrong, patient)), UNEQUAL["expires_at"])
    if place.name.endswith("auth_key_id"):
        named = _named(place, patient)
        if named is not None:
            return named
    changed = next((h for h in LONGS if place.got in h.change(place.expected)), None)
    if changed is not None:
        return changed
    if place.name == "msg_id":
        return next(h for h in MSG_IDS if h.change(place.got, patient))
    return UNEQUAL[place.name]


def _named(place: Place, patient: Patient) -> Hypothesis[Any] | None:
    """Which key, or which spelling or half of which hash, has the id that stands there."""
    right, other, swapped = patient.perm_key, patient.temp_key, TEMP_FOR_PERM
    if place.name == "temp_auth_key_id":
        right, other, swapped = patient.temp_key, patient.perm_key, PERM_FOR_TEMP
    if other is not None and place.got == other.key.id:
        return swapped
    return None if right is None else _cut_wrongly(place.got, right)


def _cut_wrongly(got: int, right: GivenKey) -> Hypothesis[Any] | None:
    for half in HALVES:
        if got in map(long, half.change(right.key.data)):
            return half
    for spelling, data in spelled_wrongly(right):
        if got == long(hashlib.sha1(data).digest()[-8:]):
            return spelling
    return None


def date(patient: Patient, value: int, path: str, offset: int) -> Iterator[Finding]:
    """Why expires_at is out of range, if it is. Without a clock only what cannot be a date is."""
    clock, last = patient.clock, None
    if patient.key_expires_at is not None:
        last = patient.key_expires_at + patient.rules.expires_slack
    too_early = value < YOUNGEST if clock is None else value <= clock
    if not too_early and (last is None or value <= last):
        return
    wanted = f"after {'1973' if clock is None else clock}" + ("" if last is None else f", up to {last}")
    hypothesis = next(h for h in DATES if h.change(value, patient))
    yield Finding(hypothesis, (Evidence(path, offset, 4, value, wanted),))
