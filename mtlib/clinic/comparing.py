"""Values that differ between two places, and numbers that are not dates: which change made each of them.

Six values stand both inside the seal and outside. If two disagree, every known change is tried on the right one, until
a change gives the wrong one. If none does, the disagreement itself is the finding.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mtlib.clinic.diagnosis import Evidence, Finding
from mtlib.clinic.mistakes import MISTAKES, Mistake, at
from mtlib.clinic.opening import INNER_ID, YEAR, Known, Opened, inner_size, noticed, path_of, said
from mtlib.clinic.patient import GivenKey, Patient
from mtlib.clinic.wrong import ENVELOPE, long, rounded
from mtlib.protocol.binding import ENCRYPTED_SIZE
from mtlib.wire.schema import SCHEMA

YOUNGEST = 10**8
"""The third of March 1973 in unix seconds: every smaller number is taken for a duration."""
DAY = 86400
_SIZES = {name: size for name, size, _ in ENVELOPE}
_DISAGREE = {
    "perm_auth_key_id": "names_another_key", "seqno": "seqno_not_zero", "length": "length_not_forty",
    "constructor": "wrong_constructor", "nonce": "nonce_drawn_twice", "temp_auth_key_id": "another_temporary_key",
    "temp_session_id": "session_of_another_connection", "expires_at": "expires_at_computed_twice",
}  # fmt: skip
GENERIC = frozenset(_DISAGREE.values())
"""The mistakes for a value that disagrees, if no known change explains it."""


class FieldValue(NamedTuple):
    """One value: the name of its field, its place, the value there, and the right one."""

    name: str
    path: str
    offset: int
    got: int
    expected: int

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.path, self.offset, _SIZES[self.name], self.got, self.expected)


def compare(
    patient: Patient, request: Mapping[str, Any], sealed: bytes, opened: Opened | None, known: Known
) -> list[Finding]:
    """A finding for every value that disagrees, with the change that explains it, if one does."""
    places = [*_outside(patient, request, sealed), *_inside(opened, known)]
    # If the packet names the key that the binding names, the binding is right: the given temporary key is another.
    named = [("temp_auth_key_id", long(patient.packet[:8]))] if patient.packet is not None else []
    found = [_explained(_turn(place, patient, request), patient, known) for place in places
             if place.got != place.expected and (place.name, place.got) not in named]
    # After bytes that belong to no field, nobody knows where the next field begins.
    shape = opened.shape if opened is not None else ()
    after = {path_of(shape[at + 1][0]) for at, part in enumerate(shape[:-1]) if not part[0]}
    return [each for each in found if each.name not in GENERIC or each.evidence[0].path not in after]


_AT = {"nonce": 12, "expires_at": 20, "perm_auth_key_id": 4}
"""Offsets in the request of values that only the binding holds; perm_auth_key_id if no permanent key was given."""


def _turn(place: FieldValue, patient: Patient, request: Mapping[str, Any]) -> FieldValue:
    """The same two values, turned so that the request is the wrong place: if the seal holds the given value, the only
    date of the two, or the value that the request's was made from. Or the message is the wrong place, if salt and
    session_id are exchanged in it."""
    if _holds_the_salt(place, patient) and patient.salt_told is not None:
        return place._replace(path="message/session_id", offset=8, got=place.expected, expected=place.got)
    told = getattr(patient, place.name, None) if place.name in _AT else None
    clock = patient.clock
    only_date = place.name == "expires_at" and (place.expected < YOUNGEST <= place.got if clock is None else (
        clock < place.got < clock + 400 * DAY and not clock < place.expected < clock + 400 * DAY))
    spoiled = _undecided(place, patient) and _changed(place.got, place.expected) and not _changed(
        place.expected, place.got)
    temp_key = patient.temp_key.key.id if patient.temp_key else None
    if place.name == "perm_auth_key_id" and patient.perm_key is None:
        spoiled = spoiled or place.expected == temp_key or place.got == request.get("nonce")
    if patient.request is not None and (only_date or spoiled or (told is not None and told == place.got)):
        return FieldValue(place.name, f"request/{place.name}", _AT[place.name], place.expected, place.got)
    return place


def _holds_the_salt(place: FieldValue, patient: Patient) -> bool:
    """Whether the salt of the message stands inside the seal, and the given salt is another one."""
    return place.name == "temp_session_id" and patient.packet is not None and patient.salt_told != patient.salt and (
        place.got == patient.salt != 0)


def _undecided(place: FieldValue, patient: Patient) -> bool:
    """Whether only these two places hold the value, so that either may be wrong."""
    return place.name == "nonce" or (place.name == "perm_auth_key_id" and patient.perm_key is None)


def _outside(patient: Patient, request: Mapping[str, Any], sealed: bytes) -> Iterator[FieldValue]:
    """The two places of perm_auth_key_id: in the request, and in front of encrypted_message."""
    named = request.get("perm_auth_key_id")
    right = patient.perm_key.key.id if patient.perm_key else None
    if named is not None and right is not None:
        yield FieldValue("perm_auth_key_id", "request/perm_auth_key_id", 4, named, right)
    expected = named if right is None else right
    if expected is not None and len(sealed) >= 8 and (right is not None or len(sealed) == ENCRYPTED_SIZE):
        yield FieldValue("perm_auth_key_id", "encrypted_message/perm_auth_key_id", 0, long(sealed[:8]), expected)


def _inside(opened: Opened | None, known: Known) -> Iterator[FieldValue]:
    for name, start, found, _ in opened.fields() if opened is not None else ():
        expected = known.get(name)
        # A field of a wrong size is a mistake of the row of fields; so is a length that counts that row rightly.
        if opened is None or not isinstance(expected, int) or len(found) != _SIZES.get(name):
            continue
        if name == "msg_id" and start != 16:  # nobody knows where random ends
            continue
        value = long(found)
        if name == "length" and opened.shape != ENVELOPE and value == inner_size(opened.shape):
            continue
        yield FieldValue(name, path_of(name), start, value, expected)


def _explained(place: FieldValue, patient: Patient, known: Known) -> Finding:
    row = _explain(place, patient, known)
    turned = _changed(place.expected, place.got) and _changed(place.got, place.expected)
    generic = place.name == "perm_auth_key_id" and row.name in GENERIC
    if _undecided(place, patient) and (turned or generic) and patient.request is not None and (
        not place.path.startswith("request")):  # fmt: skip
        more = f"It may as well be the {place.name} of the request, at byte {_AT[place.name]}."
        return said(row.name, more, place.evidence)
    if row.name == "salt_and_session_swapped" and patient.salt_told is None:
        return said(row.name, "It is so in the message, at bytes 0 and 8, or the salt stands inside.", place.evidence)
    if place.name != "constructor":
        return Finding(row, (place.evidence,))
    either = (place.got.to_bytes(4, "little", signed=True), INNER_ID)
    name = SCHEMA.name_of(either[0])
    return said(row.name, f"Here {name}." if name else "", Evidence(place.path, place.offset, 4, *either))


def _explain(place: FieldValue, patient: Patient, known: Known) -> Mistake:
    """The change that gives the wrong value; if there is none, the plain fact that the two disagree."""
    one_bit = ((place.got ^ place.expected) % 2**64).bit_count() == 1
    if one_bit and patient.perm_key is not None and place.path.startswith("encrypted_message"):
        return MISTAKES["one_bit_flipped"]
    if place.name == "constructor" and place.got.to_bytes(4, "big", signed=True) == INNER_ID:
        return MISTAKES["constructor_big_endian"]
    if _SIZES[place.name] == 4:
        return _explain_int(place, patient)
    if place.name.endswith("auth_key_id"):
        named = _named(place, patient)
        if named is not None:
            return named
    if place.name == "msg_id" and (_by_another_clock(place) or place.got == place.expected >> 32 << 32):
        return MISTAKES["msg_id_of_another_clock"]
    changed = _changed(place.expected, place.got)
    if changed is not None:
        return changed
    if place.name == "temp_session_id" and rounded(place.got) == place.expected:  # so the given value was rounded
        return MISTAKES["rounded_to_a_double"]
    if place.path == "message/session_id" or _holds_the_salt(place, patient):
        return MISTAKES["salt_and_session_swapped"]
    others = {value for name, value in known.items() if name != place.name and _SIZES[name] == 8}
    if place.got in others | {patient.salt}:
        return MISTAKES["another_value_of_yours"]
    return MISTAKES[_msg_id(place, patient) if place.name == "msg_id" else _DISAGREE[place.name]]


def _changed(right: int, got: int) -> Mistake | None:
    """The known change that makes `got` from `right`; None if there is none."""
    return next((row for row, ways in at("value") if any(got in way(right) for way in ways)), None)


def _explain_int(place: FieldValue, patient: Patient) -> Mistake:
    if place.name != "expires_at":
        return MISTAKES[_DISAGREE[place.name]]
    for wrong, right in ((place.got, place.expected), (place.expected, place.got)):
        form = _form_of_a_date(wrong, [right])
        if form:
            return MISTAKES[form]
    wrong = place.got if place.got < YOUNGEST or _odd_date(place.got, patient) else place.expected
    return MISTAKES[_odd_date(wrong, patient) or _DISAGREE["expires_at"]]


def _by_another_clock(place: FieldValue) -> bool:
    """Whether the wrong msg_id is the same moment in seconds, milliseconds, microseconds or nanoseconds."""
    seconds = place.expected >> 32
    return any(abs(place.got - seconds * unit) <= 2 * unit for unit in (1, 10**3, 10**6, 10**9))


def _msg_id(place: FieldValue, patient: Patient) -> str:
    """Why another msg_id stands in the envelope. Which one is older is said only if both can be msg_ids."""
    if place.got == patient.container_msg_id:
        return "msg_id_of_the_container"
    if place.got % 4 or place.expected % 4 or abs(place.got - place.expected) > YEAR << 32:
        return "another_msg_id"
    return "built_for_an_older_message" if place.got < place.expected else "fresh_msg_id_inside"


def _named(place: FieldValue, patient: Patient) -> Mistake | None:
    """The mistake that gives this id: another key, another spelling of the key, or another part or hash of it."""
    right, other, swapped = patient.perm_key, patient.temp_key, "temp_key_id_for_the_permanent"
    if place.name == "temp_auth_key_id":
        right, other, swapped = patient.temp_key, patient.perm_key, "perm_key_id_for_the_temporary"
    if other is not None and place.got == other.key.id:
        return MISTAKES[swapped]
    return None if right is None else cut_wrongly(place.got, right)


def cut_wrongly(got: int, right: GivenKey) -> Mistake | None:
    for row, ways in at("auth_key_id"):
        for way in ways:
            made = way(right.key.data)
            if any(got == long(each) for each in ((made,) if isinstance(made, bytes) else made)):
                return row
    return None


# -- Dates --------------------------------------------------------------------------------------------------------


def date(patient: Patient, value: int, path: str, offset: int) -> Iterator[Finding]:
    """Why expires_at is out of range, if it is. Without a clock only a number that cannot be a date is too early."""
    clock, last = patient.clock, None
    if patient.key_expires_at is not None:
        last = patient.key_expires_at + patient.rules.expires_slack
    too_early = value < YOUNGEST if clock is None else value <= clock
    if not too_early and (last is None or value <= last):
        return
    wanted = f"after {'1973' if clock is None else clock}" + ("" if last is None else f", up to {last}")
    name = _odd_date(value, patient) or _off(value, patient)
    yield noticed(name, Evidence(path, offset, 4, value, wanted))


def _odd_date(value: int, patient: Patient) -> str:
    """The mistake that gives this number in the place of a date; empty if none does."""
    clock = patient.clock
    form = _form_of_a_date(value, [end for end in (patient.key_expires_at, clock and clock + DAY) if end], slack=600)
    if value == 0:
        return "expires_at_left_out"
    whole_minutes = value <= DAY or (value <= YEAR and value % 60 == 0) or (value <= 1000 * DAY and value % 60_000 == 0)
    promised = patient.key_expires_at is not None and clock is not None and (
        abs(patient.key_expires_at - clock - value) < 600)
    if not form and 0 < value < YOUNGEST and (whole_minutes or promised):
        return "expires_at_is_a_duration"
    return form


def _form_of_a_date(value: int, dates: Sequence[int], slack: int = 1) -> str:
    """The wrong form in which `value` holds one of these dates, give or take `slack` seconds; empty for none."""
    for date in dates:
        away = (value - 1000 * date) % 2**32
        if min(away, 2**32 - away) <= 1000 * slack:
            return "expires_at_in_milliseconds"
        turned = int.from_bytes((value % 2**32).to_bytes(4, "little"), "big")
        if abs(turned - date) <= (DAY if slack > 1 else 0):
            return "expires_at_turned_round"
        if any(value == form for form in _floats(float(date))) or (abs(_float(value) - date) <= (
                8 * DAY if slack > 1 else 128)):  # fmt: skip
            return "expires_at_as_a_float"
    return ""


def _float(value: int) -> float:
    number = float(struct.unpack("<f", (value % 2**32).to_bytes(4, "little"))[0])
    return number if number == number else 0.0


def _floats(end: float) -> Iterator[int]:
    yield from (long(struct.pack(order, end)[at : at + 4]) for order in ("<d", ">d") for at in (0, 4))


def _off(value: int, patient: Patient) -> str:
    """The mistake for a number that is a date, but out of range."""
    now, local = patient.now, patient.local_now
    if now is not None and local is not None and abs(local - now) >= 30:
        life = (patient.key_expires_at or now + DAY) - now + patient.rules.expires_slack
        if 0 < value - local <= life:
            return "local_clock_off"
    if value <= (YOUNGEST if patient.clock is None else patient.clock):
        return "expires_at_in_the_past"
    return "expires_at_too_late"
