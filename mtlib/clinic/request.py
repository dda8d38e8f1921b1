"""Cutting a request into its fields; if they are not in their places, they are searched for.

The sealed bytes are found by the key id at their beginning. They give the right values of the fields before them, since
nonce and expires_at also stand inside the seal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from mtlib.clinic import wrong
from mtlib.clinic.diagnosis import Evidence, Finding
from mtlib.clinic.mistakes import MISTAKES, Mistake, at
from mtlib.clinic.opening import YEAR, differing, is_right, noticed, places_of, right_plaintext, said
from mtlib.clinic.packet import BIND, NO_CONSTRUCTOR, first_request
from mtlib.clinic.patient import Patient
from mtlib.clinic.wrong import Shape, cut, size_of, written_as
from mtlib.protocol.binding import ENCRYPTED_SIZE, REQUEST_SIZE
from mtlib.wire.dissection import Dissection
from mtlib.wire.schema import REQUEST, SCHEMA

Rows = tuple[Mistake, ...]
SEAL_AT, STRING_SIZE = 25, REQUEST_SIZE - 24
"""Where encrypted_message begins in a request, and how many bytes its TL string has."""
_SIZES = {name: size for name, size, _ in wrong.REQUEST if name != "constructor"}


class CutRequest(NamedTuple):
    """A request: the `call` (a proper request, built from its values), the `sealed` bytes in it, and the mistakes that
    had to be undone. `call` and `sealed` are None if there is no request."""

    call: Dissection | None
    sealed: bytes | None
    findings: tuple[Finding, ...]


class StringForm(NamedTuple):
    """A TL string in a request with the sealed bytes in it: its `start`, the mistakes in the way it is written
    (`rows`), and how many bytes follow (`rest`). `first`: the fields that belong before it follow it."""

    start: int
    rows: Rows
    rest: int
    first: bool = False


def cut_request(data: bytes, patient: Patient) -> CutRequest:
    """The request in these bytes, which have no wrapper around them."""
    if (wrapped := _behind_a_wrapper(data)) is not None:
        return wrapped
    call = first_request(data)
    leftover = len(data) - len(call) if call is not None else 0
    if call is None or not _plausible(data, call, leftover, patient):
        found = _searched(data, patient)
        if found is not None:
            return found
    if (counted := _counted_in_characters(data)) is not None:
        return counted
    sized = call is not None and len(call["encrypted_message"]) == ENCRYPTED_SIZE
    if call is not None and sized and (resized := _of_another_length(data, call["encrypted_message"], patient)):
        return CutRequest(call, call["encrypted_message"], resized)
    whole = call is not None and call["encrypted_message"].startswith(data[4:12])
    if call is not None and (sized or whole or not leftover):
        # Show how many bytes, and not which, here and below: nobody knows what they are, and some have been a key.
        return CutRequest(call, call["encrypted_message"], _following(data, leftover))
    if data[:4] == BIND and (string := _string_at_the_end(data)):
        fields = len(data) - STRING_SIZE
        ends = Evidence("request", 0, fields, f"{fields} bytes of fields", "24 bytes of fields")
        how = "encrypted_message is whole; the fields before it are not."
        return CutRequest(None, string, (said("no_binding_in_it", how, ends),))
    if data[:4] == BIND:
        ends = Evidence("request", len(data), 0, f"{len(data)} bytes", f"{REQUEST_SIZE} bytes in their order")
        how = "It begins as one; encrypted_message is missing, cut short or not in its place."
        return CutRequest(None, None, (said("no_binding_in_it", how, ends),))
    for row, ways in at("unpacked"):
        for undone in filter(None, (way(data) for way in ways)):
            if undone[:4] == BIND and len(undone) >= REQUEST_SIZE:
                begins = Evidence("request", 0, 16, data[:16], undone[:16])
                undone_it = said(row.name, "Here it is all of the request.", begins)
                call, sealed, more = cut_request(undone, patient)
                return CutRequest(call, sealed, (undone_it, *more))
    start = Evidence("request", 0, 0, f"{len(data)} bytes that begin otherwise", BIND)
    return CutRequest(None, None, (said("no_binding_in_it", NO_CONSTRUCTOR, start),))


def _string_at_the_end(data: bytes) -> bytes:
    """The 104 bytes of a whole string at the end; empty if none is there."""
    string = data[-STRING_SIZE:]
    sealed = string[1:-3]
    return sealed if len(sealed) == ENCRYPTED_SIZE and wrong.tl_string(sealed) == string else b""


def _behind_a_wrapper(data: bytes) -> CutRequest | None:
    """A whole request at the end of another object, if that object cannot be read as its wrapper."""
    begins = data.find(BIND) if SCHEMA.knows(data) else 0
    call = first_request(data[begins:]) if begins > 0 else None
    if call is None or len(call) != len(data) - begins or len(call["encrypted_message"]) != ENCRYPTED_SIZE:
        return None
    name = SCHEMA.name_of(data)
    ends = Evidence("request", begins, 4, f"the request {begins} bytes behind the start of {name}", f"all of {name}")
    return CutRequest(call, call["encrypted_message"], (said("wrapper_wrong", f"Here {name}.", ends),))


def _counted_in_characters(data: bytes) -> CutRequest | None:
    """A request whose string was encoded as UTF-8, with its length counted in characters and not in bytes."""
    try:
        text = data[SEAL_AT:].decode().rstrip("\0").encode("latin-1").ljust(ENCRYPTED_SIZE, b"\0")
    except ValueError:
        return None
    head = data[: SEAL_AT - 1]
    if len(text) != ENCRYPTED_SIZE or text in data:  # if both are the same, the count is right
        return None
    if data[SEAL_AT - 1 : SEAL_AT] != bytes([ENCRYPTED_SIZE]) or head[:4] != BIND:
        return None
    call = first_request(head + wrong.tl_string(text))
    place = Evidence("request/encrypted_message", SEAL_AT - 1, 1, f"{len(text)} characters", "its bytes, counted")
    return None if call is None or text[:8] != head[4:12] else CutRequest(call, text, (
        noticed("sent_as_utf8_text", place),))


def _plausible(data: bytes, call: Dissection, leftover: int, patient: Patient) -> bool:
    """Whether the sealed bytes are whole and begin with the id of a key, and the fields before them are in order."""
    sealed: bytes = call["encrypted_message"]
    if leftover and len(sealed) != ENCRYPTED_SIZE:
        return False
    named = written_as(call["perm_auth_key_id"], 8, "little")
    if sealed[:8] not in (named, *(key.key.id_bytes for key in patient.keys)):
        return False
    return not _fitting_head(data[:24], _expected_head(sealed, patient), patient.clock)[1]


def _opens(sealed: bytes, patient: Patient) -> bool:
    """Whether a given key opens the seal by the right recipe."""
    return any(is_right(sealed, key.key.data) for key in patient.keys)


def _of_another_length(data: bytes, sealed: bytes, patient: Patient) -> tuple[Finding, ...]:
    """The finding for an encrypted_message with too many or too few bytes: the seal does not open, and the padding of
    the string has bytes other than zero, or the last byte of the seal is zero."""
    size = len(data) - (REQUEST_SIZE - ENCRYPTED_SIZE)
    strange = sealed[-1:] == b"\0" if size < ENCRYPTED_SIZE else any(data[SEAL_AT + ENCRYPTED_SIZE :][:3])
    whole = data[:4] == BIND and data[SEAL_AT - 1] == ENCRYPTED_SIZE and data[-3:] == bytes(3)
    if patient.perm_key is None or size == ENCRYPTED_SIZE or not strange or not whole or _opens(sealed, patient):
        return ()
    return (noticed("wrong_size", Evidence("encrypted_message", 0, 0, f"{size} bytes", f"{ENCRYPTED_SIZE} bytes")),)


def _following(data: bytes, rest: int) -> tuple[Finding, ...]:
    if rest <= 0:
        return ()
    return (noticed("bytes_appended", Evidence("request", len(data) - rest, 0, f"{rest} bytes", "nothing")),)


# -- A request whose fields have to be looked for -----------------------------------------------------------------


def _searched(data: bytes, patient: Patient) -> CutRequest | None:
    """A request whose fields are not in their places; None if none is found."""
    ids = [key.key.id_bytes for key in patient.keys]
    ids += [data[4:12], data[:8]] if data[:4] == BIND or patient.perm_key is None else []
    places = [begins for key_id in dict.fromkeys(ids) for begins in places_of(key_id, data)]
    at_end = [len(data) - ENCRYPTED_SIZE - 3] if _string_at_the_end(data) else []
    # Even if another id stands in front.
    places += [at_ for at_ in (SEAL_AT, *at_end) if _opens(data[at_ : at_ + ENCRYPTED_SIZE], patient)]
    for begins in places:
        sealed = data[begins : begins + ENCRYPTED_SIZE]
        if len(sealed) == ENCRYPTED_SIZE and (found := _around(data, begins, sealed, patient)) is not None:
            return found
    return None


def _around(data: bytes, begins: int, sealed: bytes, patient: Patient) -> CutRequest | None:
    """The request around these sealed bytes; None if no known row of fields fits the bytes before them."""
    known = _expected_head(sealed, patient)
    strings = _strings(data, begins, sealed)
    call = first_request(data)
    whole = call is not None and len(call) == len(data) and len(call["encrypted_message"]) > ENCRYPTED_SIZE
    if whole:  # the length of the string fits, so it is a length and no other byte
        strings = [each for each in strings if [row.name for row in each.rows] != ["wrong_length_head"]]
    elif not strings and _opens(sealed, patient):
        strings = [StringForm(begins, (MISTAKES["wrong_length_head"],), len(data) - begins - ENCRYPTED_SIZE)]
    elif not strings and begins >= SEAL_AT and data[begins + ENCRYPTED_SIZE :] in (b"\0", bytes(2), bytes(3)):
        strings = [StringForm(SEAL_AT - 1, (MISTAKES["wrong_length_head"],), 0)]
    strings += [each._replace(first=True, rest=0) for each in strings if each.rest > 0 and each.start < SEAL_AT - 1]
    heads = [(string, _head_of(data, string)) for string in strings]
    fits = [(string, head, *_fitting_head(head, known, patient.clock)) for string, head in heads]
    fitting = [(string, head, shape, rows) for string, head, shape, rows in fits if shape is not None]
    if not fitting:
        return None
    (start, string_rows, rest, first), head, shape, head_rows = next((e for e in fitting if not e[3]), fitting[0])
    if first:
        string_rows = (MISTAKES["fields_out_of_order"],)
    loose = next((size for name, size, _ in shape if not name), 0)
    if string_rows and loose and (shape[-1][0] == "" or not known.keys() & {"nonce", "expires_at"}):
        string_rows, head_rows, rest = (MISTAKES["wrong_length_head"],), (), 0  # the loose bytes belong to the length
        start, head, shape = start - loose, head[:-loose], tuple(part for part in shape if part[0])
    call = _proper(head, shape, known, sealed)
    if resized := _of_another_length(data, sealed, patient):
        return CutRequest(call, sealed, resized)
    where = _first_difference(head, shape, known)
    string = Evidence("request/encrypted_message", start, 4, data[start : start + 4], bytes(call)[24:28])
    if first:
        string = _first_difference(data[: SEAL_AT - 1], wrong.REQUEST, dict(call.values))
    elif string.got == string.expected:  # it begins rightly
        end = begins + ENCRYPTED_SIZE
        string = replace(string, offset=end, size=3, got=data[end:], expected=bytes(3))
    found = [said(row.name, differing(shape, wrong.REQUEST), where) for row in head_rows]
    found += [Finding(row, (string,)) for row in string_rows]
    if data[:4] != BIND and not head_rows:
        found.append(noticed("another_constructor", Evidence("request/constructor", 0, 4, data[:4], BIND)))
    return CutRequest(call, sealed, (*found, *_following(data, rest)))


def _head_of(data: bytes, string: StringForm) -> bytes:
    """The fields before the string, and those after it if the string comes first."""
    behind = data[string.start + len(wrong.tl_string(bytes(ENCRYPTED_SIZE))) :] if string.first else b""
    return data[: string.start] + behind


def _strings(data: bytes, begins: int, sealed: bytes) -> list[StringForm]:
    """Every form of a TL string that fits around the sealed bytes, the most likely first."""
    forms: list[tuple[Rows, bytes]] = [((), wrong.tl_string(sealed))]
    for row, ways in at("string"):
        for way in ways:
            made = way(sealed)
            forms += [((row,), each) for each in ((made,) if isinstance(made, bytes) else made)]
    fits = []
    for rows, form in forms:
        start = begins - form.index(sealed)
        rest = len(data) - start - len(form)
        if start >= 0 and data[start : start + len(form)] == form and (rest == 0 or not rows):
            any_byte_would_do = bool(rows) and rows[0].name == "wrong_length_head"
            fits.append((rest, bool(rows), any_byte_would_do, -len(form), StringForm(start, rows, rest)))
    return [fit[-1] for fit in sorted(fits, key=lambda fit: fit[:-1])]


def _expected_head(sealed: bytes, patient: Patient) -> dict[str, int]:
    """The right values of the request's fields, from inside the seal and from the given values."""
    known = {"constructor": wrong.long(BIND), "perm_auth_key_id": wrong.long(sealed[:8])}
    opens = next((key for key in patient.keys if is_right(sealed, key.key.data)), None)
    if opens is not None:
        plaintext, known["perm_auth_key_id"] = right_plaintext(sealed, opens.key.data), opens.key.id
        known |= {"nonce": wrong.long(plaintext[36:44]), "expires_at": wrong.long(plaintext[68:72])}
    told = {"nonce": patient.nonce, "expires_at": patient.expires_at}
    return known | {name: value for name, value in told.items() if value is not None}


def _fitting_head(head: bytes, known: Mapping[str, int], clock: int | None) -> tuple[Shape | None, Rows]:
    """The row of fields before encrypted_message, and its mistakes; None if no known row fits."""
    now = -1 if clock is None or "expires_at" in known else clock
    choices: list[tuple[Shape, Rows]] = [(wrong.REQUEST, ())]
    for step in ("head", "shape"):
        choices += [(shape, (row,)) for row, ways in at(step) for way in ways for shape in way(wrong.REQUEST)]
    most, best, mistakes = 55, None, Rows()
    for shape, rows in choices:
        if size_of(shape) != len(head):
            continue
        fields = {name: raw for name, _, raw, _ in cut(head, shape)}
        dated = now > 0 and 0 < wrong.long(fields.get("expires_at", b"")) - now < YEAR
        agreeing = _agreeing_bits(head, shape, known) + 4 * dated
        if agreeing > most:
            most, best, mistakes = agreeing, shape, rows
    return best, mistakes


def _agreeing_bits(head: bytes, shape: Shape, known: Mapping[str, int]) -> int:
    """How many bits of known values are in their places in this row of fields; each wrong value costs eight."""
    bits = 0
    for name, _, raw, order in cut(head, shape):
        # If nonce or expires_at is turned round, it may be the one outside the seal or the one inside.
        undecided = order == "big" and name in ("nonce", "expires_at")
        right = name in known and raw == written_as(known[name], len(raw), order)
        # Without proof that a number is turned round, it counts as not turned.
        unsaid = order == "big" and not right
        bits += 8 * len(raw) if right and not undecided else -8 * (name in known) - unsaid
    return bits


def _proper(data: bytes, shape: Shape, known: Mapping[str, int], sealed: bytes) -> Dissection:
    """A proper request with the values of this row of fields. A field that is missing or of a wrong size gets its known
    value, or zero; a field that is too long, and whose value is not known, gets its first bytes."""
    values: dict[str, int] = {name: known.get(name, 0) for name in _SIZES}
    for name, _, raw, order in cut(data, shape):
        size = _SIZES.get(name, len(raw) + 1)
        if size == len(raw) or (size < len(raw) and name not in known):
            number = raw[::-1] if order == "big" else raw
            values[name] = wrong.long(number[:size])
    return REQUEST.build(**values, encrypted_message=sealed)


def _first_difference(head: bytes, shape: Shape, known: Mapping[str, int]) -> Evidence:
    """Evidence for the first field of the request that is out of place."""
    start = 0
    sizes = {name: size for name, size, _ in shape}
    for name, size, order in wrong.REQUEST:
        if sizes.get(name, size) != size:
            return Evidence(f"request/{name}", start, size, f"{sizes[name]} bytes", f"{size} bytes")
        got = head[start : start + size]
        right = written_as(known[name], size, "little") if name in known else None
        in_place = got == right if right is not None else (name, size, order) in shape
        if not in_place:
            return Evidence(f"request/{name}", start, size, got, right or f"{size} bytes")
        start += size
    return Evidence("request/encrypted_message", start, 4, head[start : start + 4], b"\x68")
