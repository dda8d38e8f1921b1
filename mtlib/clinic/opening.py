"""Opening a seal: a search through every recipe of the table, the right one first.

Nothing is guessed. A seal counts as open if the result holds known values of at least 64 bits (noise holds them once in
2**64), or if msg_key is the hash of the result. Then the hash says where the envelope ends, and the row of fields is
the one that puts most of the known values in their places.
"""

from __future__ import annotations

import hmac
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain, islice, takewhile
from typing import Any, NamedTuple

from mtlib.clinic import wrong
from mtlib.clinic.diagnosis import Evidence, Finding
from mtlib.clinic.mistakes import MISTAKES, Mistake, at
from mtlib.clinic.patient import GivenKey, Patient
from mtlib.clinic.recipe import Rows, scheduled, written
from mtlib.clinic.wrong import Shape, cut, size_of, written_as
from mtlib.crypto.aes import BLOCK, ige_decrypt, xor
from mtlib.crypto.kdf import V1, V2, msg_key_v1, sha256
from mtlib.protocol.binding import ENCRYPTED_SIZE, ENVELOPE_SIZE, INNER_SIZE
from mtlib.protocol.packets import FRONT
from mtlib.wire.notes import Origin
from mtlib.wire.schema import ENVELOPE, INNER

INNER_ID = INNER.id_bytes
CONSTANTS = bytes(4) + INNER_SIZE.to_bytes(4, "little") + INNER_ID
"""seqno, length and constructor, bytes 24 to 36 of the plaintext: the same in every binding."""
UNKNOWN_MODE = "another chaining"
"""The name of a mode that opens some blocks and is not in the table."""
YEAR = 366 * 86400
HEADER_FIELDS = frozenset(name for name, *_ in wrong.HEADER)
Known = Mapping[str, int | bytes]
_SIZES = {name: size for name, size, _ in (*wrong.MESSAGE, *wrong.ENVELOPE)}


def noticed(name: str, *evidence: Evidence) -> Finding:
    """A finding: a row of the table, and the evidence for it."""
    return Finding(MISTAKES[name], evidence)


def said(name: str, more: str, *evidence: Evidence) -> Finding:
    """A finding whose row of the table gets one more sentence, about these bytes."""
    row = MISTAKES[name]
    return Finding(replace(row, sentence=f"{row.sentence} {more}".rstrip()), evidence)


def differing(shape: Shape, right: Shape) -> str:
    """How a wrong row of fields differs from the right one, in a sentence."""
    sizes, names = {name: size for name, size, _ in right}, [name for name, *_ in shape]
    told = [f"{name} is missing" for name in sizes if name not in names]
    told += [f"{name} stands there twice" for name in sizes if names.count(name) > 1]
    for at_, (name, size, _) in enumerate(shape):
        if not name:
            behind = f"before {names[at_ + 1]}" if at_ + 1 < len(names) else "at the end"
            told.append(f"{size} bytes too many stand {behind}" if size > 1 else f"a byte too many stands {behind}")
        elif size != sizes.get(name, size):
            told.append(f"{name} has {size} bytes, too {'few' if size < sizes[name] else 'many'}: it has {sizes[name]}")
    return f"Here {', '.join(told)}." if told else ""


# -- Recipes ------------------------------------------------------------------------------------------------------


class Change(NamedTuple):
    """A row of the table that a recipe follows, in words. `step` is a line of the schedule, or "cipher"."""

    row: Mistake
    got: str
    expected: str
    step: str = ""

    def finding(self, inside: str, *more: Evidence) -> Finding:
        """The finding for it; its sentence names the line of the schedule if the slip can be in any line."""
        row = self.row
        if row.name in _ONE_LINE:
            row = replace(row, sentence=f"{row.sentence} It is in {self.step}.")
        evidence = Evidence(f"{inside}/ciphertext", FRONT, 0, self.got, self.expected)
        return Finding(row, (evidence, *more))


@dataclass(frozen=True)
class Way:
    """One recipe for a seal, by the changes that make it: which bytes are the key, the schedule, the mode."""

    changes: tuple[Change, ...]
    key: bytes = field(repr=False)
    rows: Rows
    mode: Any

    def opens(self, msg_key: bytes, ciphertext: bytes) -> bytes:
        """The plaintext by this recipe; empty if its aes_key or aes_iv has not 32 bytes."""
        return self.opened(ciphertext, *scheduled(self.rows, self.key, msg_key))

    def opened(self, ciphertext: bytes, aes_key: bytes, aes_iv: bytes) -> bytes:
        """The same, with aes_key and aes_iv that were made before."""
        if len(aes_key) != 32 or len(aes_iv) != 32:
            return b""
        if self.mode is wrong.IGE:
            return ige_decrypt(ciphertext, aes_key, aes_iv)
        return bytes(self.mode.decrypt(ciphertext, aes_key, aes_iv))


Choice = tuple[tuple[Change, ...], Any]


@cache
def _schedules(table: Any) -> tuple[Choice, ...]:
    """Every wrong schedule, with a Change that names the rows it changes and writes out the first of them."""
    found = []
    right = {row.name: row for row in table.rows}
    for row, ways in at("rows"):
        for way in ways:
            for rows in way(table.rows):
                others = [each for each in rows if each != right.get(each.name)] or [rows[0]]
                first, names = others[0], ", ".join(each.name for each in others)
                expected = written(right.get(first.name, table.rows[0]))
                found.append(((Change(row, written(first), expected, names),), rows))
    return tuple(found)


@cache
def _modes() -> tuple[Choice, ...]:
    return tuple(((Change(row, wrong.SPOKEN.get(mode, row.name), "AES-256-IGE", "cipher"),), mode)
                 for row, ways in at("cipher") for mode in ways)  # fmt: skip


def _spellings(given: GivenKey, changes: tuple[Change, ...]) -> Iterator[Choice]:
    for row, spelled in spelled_wrongly(given):
        yield (*changes, Change(row, f"{len(spelled)} bytes", "the 256 bytes as they are")), spelled


def spelled_wrongly(given: GivenKey) -> Iterator[tuple[Mistake, bytes]]:
    """All wrong spellings of a key, each with its mistake."""
    for row, ways in at("key"):
        for way in ways:
            yield from ((row, spelled) for spelled in way(given.key.data) if spelled != given.key.data)


def _owners(patient: Patient) -> Iterator[Choice]:
    """The permanent key, then the keys that may have been used in its place."""
    perm = patient.perm_key
    if perm is not None:
        yield (), perm
        others = [("sealed_with_the_temporary_key", patient.temp_key)]
        others += [("sealed_with_another_key", key) for key in patient.other_keys]
        for name, given in others:
            if given is not None and given.key != perm.key:
                yield (Change(MISTAKES[name], str(given.key.id), str(perm.key.id)),), given


def ways_to_seal(owners: Iterable[Choice], table: Any = V1, *, deep: bool = False) -> Iterator[Way]:
    """The right recipe, then every recipe with one change; if `deep`, those with two changes that occur together."""
    owners, schedules, modes = list(owners), _schedules(table), _modes()
    short = [each for each in schedules if each[0][0].row.name not in _FAMILIES]
    keys = [(changes, given.key.data) for changes, given in owners]
    spelled, *others = [list(_spellings(given, changes)) for changes, given in owners[: 2 if deep else 1]] or [[]]
    right, ige = [((), table.rows)], [((), wrong.IGE)]

    def of(keys: Iterable[Choice], schedules: Iterable[Choice], modes: Iterable[Choice]) -> Iterator[Way]:
        schedules, modes = list(schedules), list(modes)
        for a, key in keys:
            for b, rows in schedules:
                yield from (Way((*a, *b, *c), key, rows, mode) for c, mode in modes)

    if not deep:
        yield from of(keys, right, ige)
        yield from of(keys[:1], short, ige)
        yield from of(keys[:1], right, modes)
        yield from of(spelled, right, ige)
        yield from of(keys[:1], schedules, ige)
        return
    yield from of(keys[1:], right + short, ige)
    yield from of(keys[1:], right, modes)
    yield from of(chain(*others), right, ige)
    yield from of(keys[:1], short, (each for each in modes if not isinstance(each[1], wrong.Around)))
    versions = [each for each in short if each[0][0].row.name in ("direction_x_8", "schedule_v2", "schedule_v1")]
    # The modes that occur together with a second mistake stand first in the table.
    chained = list(takewhile(lambda each: each[0][0].row.name != "another_mode", modes))
    whole = list(takewhile(lambda each: each[0][-1].row.name != "key_is_zero", spelled))
    yield from of(whole, versions, ige)
    yield from of(keys[1:], versions, chained)
    yield from of(whole, right, chained)
    yield from of(keys[:1], schedules, modes[:2])


_FAMILIES = {"hashes_exchanged", "schedule_out_of_order", "schedule_cut_elsewhere", "schedule_of_another_hash",
             "schedule_piece_left_out"}  # fmt: skip
_ONE_LINE = {*_FAMILIES, "msg_key_on_the_other_side"} - {"schedule_of_another_hash"}

# -- The seal -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opened:
    """A seal that opened: the plaintext, the changes of the recipe, and the row of fields (`shape`) with its mistakes
    (`misplaced`). `covered` is the start and end of the bytes of which msg_key is the hash, and `size` the end of the
    envelope by that hash; both are None if they are not known."""

    plaintext: bytes = field(repr=False)
    key: bytes = field(repr=False)
    changes: tuple[Change, ...] = ()
    shape: Shape = wrong.ENVELOPE
    misplaced: tuple[Mistake, ...] = ()
    size: int | None = None
    iv: bytes | None = field(default=None, repr=False)
    covered: tuple[int, int] | None = None

    @property
    def envelope(self) -> bytes:
        """The bytes up to `size`; all fields if that is not known."""
        return self.plaintext[: size_of(self.shape) if self.size is None else self.size]

    def fields(self) -> Iterator[tuple[str, int, bytes, str]]:
        """Name, offset, bytes and order of each field."""
        return cut(self.plaintext, self.shape)

    def value(self, name: str) -> bytes | None:
        """The bytes of a field, or None if it is missing or cut off."""
        return next((found for part, start, found, _ in self.fields()
                     if part == name and start + len(found) <= len(self.plaintext) and found), None)  # fmt: skip


def hardly_moved(opened: Opened, known: Known) -> bool:
    """Whether fields are only reordered, and of those that moved no more have their value in the new place than not:
    then one value may stand in the place of another, and the rest did not move."""
    if opened.shape == wrong.ENVELOPE or sorted(opened.shape) != sorted(wrong.ENVELOPE):
        return False
    moved = {part[0] for part, right in zip(opened.shape, wrong.ENVELOPE, strict=True) if part != right}
    agree = [raw == written_as(known[name], len(raw), order) for name, _, raw, order in opened.fields()
             if name in moved & known.keys()]  # fmt: skip
    return 2 * sum(agree) <= len(agree)


def path_of(name: str) -> str:
    return f"plaintext/envelope/{name}" if name in HEADER_FIELDS else f"plaintext/envelope/inner/{name}"


def expected_inside(patient: Patient, request: Mapping[str, Any]) -> dict[str, int | bytes]:
    """The right value of each field, as far as it is known: the one at the place that the layout copies it from."""
    known: dict[str, Any] = {
        "packet/auth_key_id": patient.temp_key.key.id if patient.temp_key else None,
        "message/session_id": patient.session_id or None,  # 0 is no session_id: the message has that mistake
        "message/msg_id": patient.msg_id,
    }
    known |= {f"request/{name}": value for name, value in request.items()}
    if patient.perm_key is not None:
        known["request/perm_auth_key_id"] = patient.perm_key.key.id
    return _CONSTANT | {name: known[source] for name, source in _COPIED.items() if known.get(source) is not None}


_CONSTANT: dict[str, int | bytes] = {"seqno": 0, "length": INNER_SIZE, "constructor": wrong.long(INNER_ID)}
_COPIED = {
    each.name: source
    for layout in (ENVELOPE, INNER) for each in layout.fields
    if each.origin is Origin.COPIED for source in each.note.sources.values()
}  # fmt: skip
"""Where the value of a field also stands outside the seal."""


def signs(known: Known) -> tuple[bytes, ...]:
    """Bytes that noise does not hold: the constants of a binding, and each known long in both byte orders."""
    longs = {value for name, value in known.items()
             if isinstance(value, int) and name not in ("seqno", "length", "constructor", "expires_at") and value}
    either = [written_as(value, 8, order) for value in longs for order in ("little", "big")]
    return (CONSTANTS[:8], CONSTANTS[4:], *either)


def open_seal(sealed: bytes, patient: Patient, known: Known, *, deep: bool = False) -> Opened | None:
    """The opened seal, with the changes of the recipe that opened it; None if no recipe opens it.

    `deep` searches on, after a search without it found nothing: two changes at once, a wrong iv, another msg_key.
    """
    ciphertext = sealed[FRONT : len(sealed) - (len(sealed) - FRONT) % BLOCK]
    if patient.perm_key is None or len(ciphertext) < BLOCK:
        return None
    msg_key, looked_for = sealed[8:FRONT], signs(known)
    any_sign = re.compile(b"|".join(map(re.escape, looked_for))).search
    if deep:
        found = _without_iv(ciphertext, msg_key, patient.perm_key, known)
        found = found or _with_another_msg_key(ciphertext, msg_key, patient.perm_key, known, looked_for)
        if found is not None:
            return found
    made: tuple[Any, ...] = ()
    hashes: dict[bytes, dict[int, bytes]] = {}
    nearly: Opened | None = None
    for way in ways_to_seal(_owners(patient), deep=deep):
        if made[:2] != (way.key, way.rows):
            made = way.key, way.rows, *scheduled(way.rows, way.key, msg_key, hashes.setdefault(way.key, {}))
        needs_all = isinstance(way.mode, wrong.Around)
        begins = way.opened(ciphertext if needs_all else ciphertext[: 4 * BLOCK], *made[2:])
        if any_sign(begins) or (not deep and begins and _hashed(
            way.opened(ciphertext, *made[2:]), msg_key, brief=bool(way.changes)
        )):  # fmt: skip
            opened = shaped(way.opened(ciphertext, *made[2:]), way.key, way.changes, msg_key, known)
            in_order = any(sign in begins for sign in (CONSTANTS[:8], CONSTANTS[4:]))
            if hash_mistakes(opened, msg_key, known) is not None:
                return opened
            if way.mode is wrong.IGE and in_order:
                return _chained_anew(way, made[2:], ciphertext, msg_key, known) or opened
            nearly = nearly or opened  # some blocks open, but not the first: the mode is not in the table
    return nearly and replace(nearly, changes=tuple(map(_no_known_mode, nearly.changes)))


def _chained_anew(way: Way, aes: Any, ciphertext: bytes, msg_key: bytes, known: Known) -> Opened | None:
    """A seal whose first blocks open as they should: the mode by which all of it opens, if msg_key proves one."""
    for changes, mode in _modes():
        if isinstance(mode, wrong.Around):
            plaintext = mode.decrypt(ciphertext, *aes)
            if _hashed(plaintext, msg_key, brief=True):
                return shaped(plaintext, way.key, (*way.changes, *changes), msg_key, known)
    return None


def _no_known_mode(change: Change) -> Change:
    return change if change.step != "cipher" else change._replace(row=MISTAKES["another_mode"], got=UNKNOWN_MODE)


def _hashed(plaintext: bytes, msg_key: bytes, *, brief: bool = False) -> tuple[int, int] | None:
    """Start and end of the bytes of the plaintext of which msg_key is the hash, the earliest start first; None if there
    are none. `brief` tries only the envelope and the whole plaintext."""
    places: Iterable[tuple[int, int]] = [(0, ENVELOPE_SIZE), (0, len(plaintext))]
    if not brief and len(plaintext) <= 4 * ENCRYPTED_SIZE:
        places = ((start, stop) for start in range(len(plaintext) - 15)
                  for stop in range(len(plaintext), start + 15, -1))  # fmt: skip
    return next((each for each in places if hmac.compare_digest(msg_key_v1(plaintext[slice(*each)]), msg_key)), None)


def _without_iv(ciphertext: bytes, msg_key: bytes, given: GivenKey, known: Known) -> Opened | None:
    """Open the seal without an iv. If block 2 is known (msg_id, seqno, length), the blocks after it need only aes_key;
    so a right aes_key shows even under a wrong iv. Block 1 follows from block 2; then each iv is tried on it."""
    if "msg_id" not in known or len(ciphertext) < 5 * BLOCK:
        return None
    second = written_as(known["msg_id"], 8, "little") + CONSTANTS[:8]
    looked_for = [INNER_ID + written_as(known["nonce"], 8, "little")] if "nonce" in known else [*signs(known)[2:]]
    tried: set[bytes] = set()
    hashes: dict[int, bytes] = {}
    for changes, rows in (((), V1.rows), *_schedules(V1)):
        aes_key, aes_iv = scheduled(rows, given.key.data, msg_key, hashes)
        if len(aes_key) != 32 or aes_key in tried:
            continue
        tried.add(aes_key)
        rest = wrong.IGE.after(second, ciphertext, 1, aes_key)
        if any(sign in rest for sign in looked_for):
            after_aes = wrong.MODES["ecb"].encrypt(xor(second, ciphertext[:16]), aes_key, bytes(32))
            first = xor(ciphertext[16:32], after_aes)
            made, iv = _iv(first, ciphertext[:16], aes_key, aes_iv, given, msg_key)
            return shaped(first + second + rest, given.key.data, (*changes, *made), msg_key, known, iv)
    return None


def _iv(
    first: bytes, sealed: bytes, aes_key: bytes, aes_iv: bytes, given: GivenKey, msg_key: bytes
) -> tuple[tuple[Change, ...], bytes]:
    """The iv that seals block 1, the right one or one of the table; if none does, which half of it must be wrong."""
    right = scheduled(V1.rows, given.key.data, msg_key)[0]
    for changes, rows in (((), V1.rows), *_schedules(V1)):
        key, iv = scheduled(rows, given.key.data, msg_key)
        whole = changes and changes[0].row.name == "schedule_of_another_hash" and key not in (right, aes_key)
        if not whole and len(iv) == 32 and wrong.IGE.encrypt(first, aes_key, iv) == sealed:
            return changes, iv
    for changes, mode in _modes():
        if changes[0].row.name.startswith("iv_") and mode.encrypt(first, aes_key, aes_iv) == sealed:
            return changes, aes_iv
    needed = wrong.MODES["ecb"].decrypt(xor(sealed, aes_iv[16:]), aes_key, bytes(32))
    half = "iv[0:16]" if xor(needed, first) in (bytes(16), aes_iv[16:], msg_key) else "iv[0:16] or iv[16:32]"
    return (Change(MISTAKES["wrong_iv"], f"another {half}", written(V1.rows[-1])),), aes_iv


def _with_another_msg_key(
    ciphertext: bytes, msg_key: bytes, given: GivenKey, known: Known, looked_for: tuple[bytes, ...]
) -> Opened | None:
    """Open a seal whose schedule used another form of msg_key than the one in front: reversed, or cut elsewhere."""
    for said, other in (("turned round", msg_key[::-1]), ("in words turned round", wrong.words_turned(msg_key)),
                        ("as hex digits", msg_key.hex().encode()), ("zero", bytes(16)),
                        ("its halves exchanged", msg_key[8:] + msg_key[:8]), ("left out", b""),
                        ("its first half", msg_key[:8])):  # fmt: skip
        way = Way((), given.key.data, V1.rows, wrong.IGE)
        plaintext = way.opens(other, ciphertext)
        if any(sign in plaintext for sign in looked_for):
            change = Change(MISTAKES["msg_key_changed_in_front"], f"{said} in the schedule", "one msg_key")
            hashed = other if _hashed(plaintext, other) else msg_key
            return shaped(plaintext, given.key.data, (change,), hashed, known)
    return None


PLACES = 64
"""How many places are searched at most: a hostile request may repeat one id from end to end."""


def places_of(part: bytes, data: bytes) -> Iterator[int]:
    """The offsets of `part` in `data`, the first PLACES of them."""
    found = re.finditer(b"(?=" + re.escape(part) + b")", data)
    return islice((each.start() for each in found), PLACES)


# -- Which fields -------------------------------------------------------------------------------------------------


def shaped(
    plaintext: bytes, key: bytes, changes: tuple[Change, ...], msg_key: bytes, known: Known, iv: bytes | None = None
) -> Opened:
    """The plaintext with the row of fields that fits it best."""
    msg_id = known.get("msg_id")
    if isinstance(msg_id, int) and 0 <= msg_id < 1 << 40:  # a number this small proves nothing
        known = {name: value for name, value in known.items() if name != "msg_id"}
    covered = _hashed(plaintext, msg_key)
    start, size = covered or (0, None)
    later = (("", start, "little"), *wrong.ENVELOPE)
    if start and _agreement(plaintext, later, known, None) > _agreement(plaintext, wrong.ENVELOPE, known, None):
        padding = start == len(plaintext) - ENVELOPE_SIZE
        row = MISTAKES["padding_before_the_envelope" if padding else "bytes_between_fields"]
        shape, misplaced = fitted(plaintext, later, "shape", known, size)
        return Opened(plaintext, key, changes, shape, (row, *misplaced), size, iv, covered)
    size = None if start else size  # a hash that begins later, or covers padding, does not say where the fields end
    date = wrong.long(plaintext[68:72])
    last = known.get("expires_at", date if is_time_of(plaintext[16:24], date) else -1)
    if size is not None and size < ENVELOPE_SIZE and plaintext[68:72] == written_as(last, 4, "little"):
        size = None  # the fields end in the right place; only the hash ends too early
    shape, misplaced = fitted(plaintext, wrong.ENVELOPE, "shape", known, size)
    counted = wrong.long(plaintext[28:32]) - INNER_SIZE + ENVELOPE_SIZE
    if size is not None and size > ENVELOPE_SIZE and counted != size:  # bytes after the fields may be padding
        ends = (None, ENVELOPE_SIZE) if size == len(plaintext) else ()  # the hash covers the padding as well
        others = (fitted(plaintext, wrong.ENVELOPE, "shape", known, end) for end in ends)
        other = next((each for each in others if each[1]), (wrong.ENVELOPE, _NONE))
        better = _agreement(plaintext, other[0], known, None) - _agreement(plaintext, shape, known, None)
        # A date of eight bytes ends in zeros, or is a double.
        wide = plaintext[size - 2 : size] == bytes(2) or plaintext[68:size] == struct.pack("<d", last)
        if better > 0 or (better == 0 and (size == len(plaintext) or not wide)):
            shape, misplaced = other
    return Opened(plaintext, key, changes, shape, misplaced, size, iv, covered)


_NONE: tuple[Mistake, ...] = ()


def fitted(
    data: bytes, right: Shape, step: str, known: Known, end: int | None = None
) -> tuple[Shape, tuple[Mistake, ...]]:
    """The row of fields that puts most known values in their places, and the mistakes that lead to it from the right
    row. Each mistake has to correct at least 24 bits, and more if no hash says where the row ends: 56 bits, or 100 if
    the data is shorter than the right row."""
    best, rows = right, _NONE
    bits, most = _agreement(data, right, known, end), _agreement(None, right, known, None)
    needed = 24 if end is not None else 56 if len(data) >= size_of(right) else 100
    # A row with padding to a whole block behind it, where the right row has more or less, needs less proof.
    bonus = 60 if needed == 100 else 16 if needed == 56 and len(data) > size_of(right) + BLOCK else 0
    ends = range(len(data) - BLOCK + 1, len(data) + 1)
    for _ in range(3):
        if bits >= most:
            break
        found: tuple[int, Shape, tuple[Mistake, ...]] = (bits + needed - 1, best, rows)
        for row, shape in _other_shapes(best, step, known, end):
            agreed = _agreement(data, shape, known, end)
            agreed += bonus * (size_of(shape) in ends)
            if found[1] is not best and agreed == found[0]:
                agreed += _halves(data, shape, known) > _halves(data, found[1], known)
            if agreed > found[0] and not (row.name == "fields_out_of_order" and _lacks_a_field(data, shape, known)):
                found = agreed, shape, (*rows, row)
        if found[1] is best:
            break
        bits, best, rows = found
    return best, rows


def _lacks_a_field(data: bytes, shape: Shape, known: Known) -> bool:
    """Whether a field whose known value is not zero holds only zeros: then fields are missing, not only reordered."""
    return any(known.get(name) and not any(found) for name, _, found, _ in cut(data, shape))


def _halves(data: bytes, shape: Shape, known: Known) -> int:
    """How many longs have only one half of their value: of two rows that agree alike, the one with more is taken."""
    longs = [(raw, written_as(known[name], 8, order)) for name, _, raw, order in cut(data, shape)
             if name in known and len(raw) == 8 == _SIZES[name]]  # fmt: skip
    return sum((raw[:4] == right[:4]) != (raw[4:] == right[4:]) for raw, right in longs)


def _other_shapes(right: Shape, step: str, known: Known, end: int | None) -> Iterator[tuple[Mistake, Shape]]:
    """Every wrong row of the table, and those of the size that the hash gives."""
    for row, ways in at(step):
        for way in ways:
            yield from ((row, shape) for shape in way(right))
    if end is not None:
        yield from ((MISTAKES[name], shape) for name, shape in wrong.of_size(right, end, known))


def inner_size(shape: Shape) -> int:
    """The size of the inner object in bytes: all fields after the header."""
    return sum(size for name, size, _ in shape if name not in HEADER_FIELDS)


def _agreement(data: bytes | None, shape: Shape, known: Known, end: int | None) -> int:
    """How many bits of known values are in their places; if `data` is None, how many there can be."""
    bits = start = 0
    inner = inner_size(shape)
    for name, size, order in shape:
        value = known.get(name)
        if value is not None:
            found, right = None if data is None else data[start : start + size], written_as(value, size, order)
            # A field that lost its first bytes still has its last ones.
            rest = written_as(value, _SIZES[name], order)[-size:] if 1 < size < _SIZES[name] else right
            if found in (None, right) or (any(rest) and found == rest) or (
                name == "length" and found == written_as(inner, size, order)):  # fmt: skip
                bits += 8 * min(size - (found or right).count(0), 8)  # zeros prove nothing: they stand everywhere
            else:
                bits -= 8  # of two rows that fit alike, prefer the one without a wrong field
        start += size
    if end is not None and start != end:
        bits -= 48
    return bits - (64 if data is not None and start > len(data) + 15 else 0)


def is_time_of(msg_id: bytes, expires_at: int) -> bool:
    """Whether this can be a client's msg_id with expires_at less than a year after it."""
    number = wrong.long(msg_id)
    return number % 4 == 0 and 0 < expires_at - (number >> 32) < YEAR


# -- The hash -----------------------------------------------------------------------------------------------------


def hash_mistakes(opened: Opened, msg_key: bytes, known: Known) -> tuple[Mistake, ...] | None:
    """The mistakes by which msg_key was made: none for the right hash, None if no known way gives it."""
    size = size_of(opened.shape)
    if opened.size == size or opened.covered == (0, size):
        return ()
    if opened.covered is not None:
        start, stop = opened.covered
        name = "msg_key_over_padding" if stop > size else (
            "msg_key_of_the_inner_only" if start == size - INNER_SIZE else "msg_key_without_random")
        return (said(name, f"It is SHA1(plaintext[{start}:{stop}])[4:20].").mistake,)
    envelope, padding = opened.plaintext[:size], opened.plaintext[size:]
    found = tuple(row for row in _digests(envelope, padding, opened.key, msg_key))
    if found:
        return found[:1]
    for name, text in (("msg_key_over_padding", envelope + padding), ("msg_key_of_the_inner_only", envelope[32:])):
        twice = next(_digests(text, b"", opened.key, msg_key), None)
        if twice is not None:
            return MISTAKES[name], twice
    for parts in _unfilled(opened, known):
        if msg_key_v1(parts) == msg_key:
            return (MISTAKES["msg_key_before_a_field_was_filled"],)
    more = size - ENVELOPE_SIZE  # bytes that came in after the hash was taken
    for start in range(size - more + 1) if 0 < more <= ENVELOPE_SIZE else ():
        if msg_key_v1(envelope[:start] + envelope[start + more :]) == msg_key:
            return ()
    return None if opened.size is None else ()


def _digests(envelope: bytes, padding: bytes, key: bytes, msg_key: bytes) -> Iterator[Mistake]:
    for row, ways in at("msg_key"):
        for way in ways:
            made = way(envelope, padding, key)
            if any(hmac.compare_digest(each, msg_key) for each in (made if isinstance(made, Iterator) else (made,))):
                yield row


def _unfilled(opened: Opened, known: Known) -> Iterator[bytes]:
    """The envelope with one field set to zero, or to its right value: how it may have been when it was hashed."""
    for name, start, found, order in opened.fields():
        for value in (bytes(len(found)), *([written_as(known[name], len(found), order)] if name in known else ())):
            yield opened.envelope[:start] + value + opened.envelope[start + len(found) :]


# -- Bits that were flipped afterwards -----------------------------------------------------------------------------


def mended(sealed: bytes, given: GivenKey, *, begins_well: bool) -> tuple[int, bytes] | None:
    """The offset of one flipped bit of msg_key or ciphertext, and the seal with that bit flipped back; None if no bit
    makes everything right. The first three blocks hold the constants, and nearly always decide. If these are right
    already (`begins_well`), only a later byte can have been changed."""
    if len(sealed) != ENCRYPTED_SIZE:
        return None
    aes = scheduled(V1.rows, given.key.data, sealed[8:FRONT])
    for place in range(FRONT + 2 * BLOCK, ENCRYPTED_SIZE) if begins_well else range(8, FRONT + 3 * BLOCK):
        for bit in range(8):
            other = sealed[:place] + bytes([sealed[place] ^ 1 << bit]) + sealed[place + 1 :]
            made = aes if place >= FRONT else scheduled(V1.rows, given.key.data, other[8:FRONT])
            begins = begins_well or ige_decrypt(other[FRONT : FRONT + 48], *made)[24:36] == CONSTANTS
            if begins and is_right(other, given.key.data):
                return place, other
    return None


def right_plaintext(sealed: bytes, key: bytes) -> bytes:
    """The plaintext of 104 bytes that the right recipe sealed, whatever their key id says; empty for any other."""
    if len(sealed) != ENCRYPTED_SIZE:
        return b""
    plaintext = ige_decrypt(sealed[FRONT:], *scheduled(V1.rows, key, sealed[8:FRONT]))
    return plaintext if hmac.compare_digest(msg_key_v1(plaintext[:ENVELOPE_SIZE]), sealed[8:FRONT]) else b""


def is_right(sealed: bytes, key: bytes) -> bool:
    """Whether these 104 bytes are a seal by the right recipe."""
    return bool(right_plaintext(sealed, key))


# -- Packets ------------------------------------------------------------------------------------------------------


def open_packet(
    packet: bytes, given: GivenKey, looked_for: tuple[bytes, ...]
) -> tuple[bytes, tuple[Change, ...]] | None:
    """The message of a packet under this key, and the changes of the recipe that opened it; None if none does."""
    msg_key, ciphertext = packet[8:FRONT], packet[FRONT : len(packet) - (len(packet) - FRONT) % BLOCK]
    if len(ciphertext) < 2 * BLOCK:
        return None
    for way in ways_to_seal([((), given)], V2):
        begins = way.opens(msg_key, ciphertext[: 6 * BLOCK])
        if begins and (any(sign in begins for sign in looked_for) or _genuine(way, msg_key, ciphertext)):
            return way.opens(msg_key, ciphertext), way.changes
    return None


def _genuine(way: Way, msg_key: bytes, ciphertext: bytes) -> bool:
    """Whether msg_key is the hash of the message; only the right recipe, x = 8 and MTProto 1.0 are tried."""
    if way.changes and way.changes[0].row.name not in ("direction_x_8", "schedule_v1"):
        return False
    message = way.opens(msg_key, ciphertext)
    return bool(packet_hash(message, way.key, msg_key) is not None)


def packet_hash(message: bytes, key: bytes, msg_key: bytes) -> tuple[Mistake, ...] | None:
    """The mistake by which the msg_key of a packet was made: none for the right one, None if no known way gives it."""
    if sha256(key[88:120] + message)[8:24] == msg_key:
        return ()
    for row, ways in at("msg_key_v2"):
        for way in ways:
            made = way(key, message)
            if any(each == msg_key for each in (made if isinstance(made, Iterator) else (made,))):
                return (row,)
    return None

