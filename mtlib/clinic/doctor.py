"""Why was my bind refused? The doctor looks at the bytes and names the mistake.

A data centre gives the same error for a dozen different mistakes. `diagnose` follows the triage: does the seal open, is
the hash right, which value disagrees, is the date a date? If all that is right, what does the data centre not know? It
tries every mistake of the table, and accepts one only if it reproduces the bytes exactly or makes the rest verify. If
none does, it says only what is certain.

Source: core.telegram.org/method/auth.bindTempAuthKey, core.telegram.org/api/pfs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mtlib.clinic import wrong
from mtlib.clinic.answers import OF_BYTES, beside_right_bytes, meaning, of_another_message
from mtlib.clinic.comparing import DAY, GENERIC, compare, cut_wrongly, date
from mtlib.clinic.diagnosis import Diagnosis, Evidence, Finding
from mtlib.clinic.mistakes import MISTAKES, Mistake, Stage, at
from mtlib.clinic.names import BYTES
from mtlib.clinic.opening import (
    CONSTANTS,
    HEADER_FIELDS,
    INNER_ID,
    UNKNOWN_MODE,
    Opened,
    differing,
    expected_inside,
    fitted,
    hardly_moved,
    hash_mistakes,
    inner_size,
    is_right,
    is_time_of,
    mended,
    noticed,
    open_packet,
    open_seal,
    path_of,
    said,
)
from mtlib.clinic.packet import UNREADABLE, of_numbers, out_of_packet, sealed_wrongly, unwrapped
from mtlib.clinic.patient import EitherOrder, GivenKey, Patient, Rounded, pieces_of, refuse_shown_keys
from mtlib.clinic.recipe import scheduled
from mtlib.clinic.request import cut_request
from mtlib.clinic.wrong import cut, size_of, written_as
from mtlib.crypto.aes import BLOCK, ige_decrypt
from mtlib.crypto.kdf import V1, msg_key_v1
from mtlib.crypto.keys import AuthKey
from mtlib.errors import MtError
from mtlib.protocol.binding import ENCRYPTED_SIZE, ENVELOPE_SIZE, REQUEST_SIZE
from mtlib.protocol.checks import NO_KEY, Facts, PacketFacts, Verdict, judge
from mtlib.protocol.packets import FRONT, HEADER
from mtlib.protocol.retry import YOUNG
from mtlib.wire.dissection import Dissection, Reading
from mtlib.wire.schema import ENCRYPTED_MESSAGE, REQUEST, SCHEMA

Octets = bytes | bytearray | memoryview | Dissection | str
Key = AuthKey | GivenKey | bytes | str
RSA_BLOCK = 256


def diagnose(
    *,
    encrypted_message: Octets | None = None,
    request: Octets | None = None,
    packet: Octets | None = None,
    stream: Octets | None = None,
    perm_key: Key | None = None,
    temp_key: Key | None = None,
    other_keys: Iterable[Key] = (),
    session_id: int | None = None,
    msg_id: int | None = None,
    salt: int | None = None,
    nonce: int | None = None,
    expires_at: int | None = None,
    now: int | None = None,
    local_now: int | None = None,
    perm_key_created: int | None = None,
    key_expires_at: int | None = None,
    bound_to: int | None = None,
    answer: Any = None,
) -> Diagnosis:
    """What is wrong with a binding, from whatever is known of it; every argument may be left out.

    Bytes (or hex): `encrypted_message` (104), the `request` (132), the `packet` (200 or more), or a `stream` captured
    from the first byte that the client sent. Keys: AuthKey, bytes or hex, 256 bytes or as your program has them;
    `other_keys` are any others that may have been used. `session_id`, `msg_id`, `salt` are those of the message
    that carries the request; `nonce` and `expires_at` are those of the request, needed if only the encrypted_message is
    given. In unix seconds: `now` by the data centre, `local_now` by your machine, `perm_key_created`, and
    `key_expires_at`, the end that the key exchange promised. `answer` is the data centre's answer: text, bytes, a
    number, an exception, true.

    Raises LocalError for a value of another form, for bytes of a key in a value that is not a key, and for a stream
    that does not begin a connection. It never raises for other bytes, however wrong. Use throw-away keys; no result,
    error or log shows them.
    """
    given = dict(locals())
    del perm_key, temp_key, other_keys  # so that no traceback that shows local values shows a key
    try:
        patient = Patient.of(**given)
        refuse_shown_keys({name: getattr(patient, name) for name in BYTES}, patient.keys)
    except MtError as error:
        problem = error.with_traceback(None)
    else:
        return examine(patient, told=True)
    finally:
        given.clear()
    raise problem


def explain_refusal(facts: Facts, **more: Any) -> Diagnosis:
    """The diagnosis from a data centre's side, for its log. `facts` are what it judged; `more` are other values of a
    `Patient`, such as `other_keys`, or `perm_key_created` for a permanent key that it does not use yet."""
    return examine(Patient.of_facts(facts, **more))


def explain_packet(facts: PacketFacts) -> str:
    """How a packet that did not open was sealed, in a sentence or two, for a data centre's log."""
    packet, given = facts.packet, None if facts.key is None else GivenKey(facts.key)
    opened = open_packet(packet, given, ()) if given else None
    found = list(sealed_wrongly(packet, given, *opened, Patient())) if given and opened else []
    rows = [finding.mistake for finding in found] or [MISTAKES["packet_not_opened"]]
    return " ".join(f"{row.name}: {row.sentence} {row.fix}" for row in rows)


@dataclass(frozen=True)
class Case:
    """One case on its way through the triage: the patient, with the values that its packet adds; the `call` (a proper
    request, cut into fields); the `sealed` bytes in it; and the findings so far."""

    patient: Patient
    call: Dissection | None = None
    sealed: bytes | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def values(self) -> Mapping[str, Any]:
        """The values of the request; without a request, those that were given for it."""
        if self.call is not None:
            return self.call.values
        known = {"nonce": self.patient.nonce, "expires_at": self.patient.expires_at}
        return {name: value for name, value in known.items() if value is not None}

    def and_found(self, *findings: Finding) -> Case:
        return replace(self, findings=(*self.findings, *findings))


def arrive(patient: Patient) -> Case:
    """Take off everything around the seal, and note the mistakes that had to be undone for that. Raises LocalError for
    a stream that is not a connection."""
    patient, findings = out_of_packet(patient)
    if patient.request is None:
        return Case(patient, None, patient.encrypted_message, findings)
    data = unwrapped(patient.request)
    call, sealed, more = cut_request(data, patient)
    if call is None:
        sealed = sealed or patient.encrypted_message
    return Case(replace(patient, request=data), call, sealed, (*findings, *more))


def examine(patient: Patient, *, told: bool = False) -> Diagnosis:
    """The triage of a patient; `told` if a person gave its numbers, and they were not read from a message. Raises
    LocalError for a `stream` that does not begin a connection, and for nothing else."""
    case = _with_perm_key(arrive(patient))
    opened = None
    if case.sealed is not None:
        case, opened = behind_the_seal(case)
    verdict = second_opinion(case) if case.sealed is not None or case.call is not None else None
    case = case.and_found(*_dates(case, opened), *_states(case.patient, verdict))
    lacking = tuple(missing(case))
    findings = _ordered(list(case.findings), accepted=verdict is not None and verdict.ok and not lacking)
    if not findings:
        findings = [Finding(MISTAKES[_nothing_found(case.patient, verdict, lacking)])]
    findings = _with_the_answer(findings, case)
    findings = [_as_told(each, case) for each in findings] if told else findings
    remarks = (*_remarks(opened, case, findings), *_not_judged(patient, case, findings))
    keys_given = bool(case.patient.keys)
    request, plaintext = case.patient.request or b"", opened.plaintext if opened is not None else b""
    parts = {"plaintext": plaintext, "request": request, "encrypted_message": request}
    behind = {part: data for part, data in parts.items() if pieces_of(case.patient.keys, data)}
    if behind:  # bytes of a key stand inside the seal of the binding or of the packet
        shown = [replace(each, evidence=tuple(_hidden(row, behind, case.patient) for row in each.evidence))
                 for each in findings]  # fmt: skip
        return Diagnosis(tuple(shown), remarks, lacking, None, {}, None, keys_given)
    return Diagnosis(
        tuple(findings), remarks, lacking, verdict, _parts(case, opened), _dissected(case), keys_given
    )


_TOLD = {"temp_auth_key_id": "temp_key", "temp_session_id": "session_id",
         **{name: name for name in ("session_id", "msg_id", "nonce", "expires_at")}}  # fmt: skip
"""The field that is compared with a given value, and the name of that value."""


def _as_told(finding: Finding, case: Case) -> Finding:
    """The finding; if it rests on a given value, and not on one read from a request or a packet, it says so."""
    row, named = finding.mistake, list[str]()
    # Mistakes that look the same if the bytes are right and the given value is wrong.
    either = {*GENERIC, "built_for_an_older_message", "another_value_of_yours", "fields_out_of_order"}
    seen = case.patient.packet is not None
    if not seen and (row.name in either or "msg_id" in row.name or row.at("value")):
        inside = case.call.values if case.call is not None else ()
        fields = {each.path.rpartition("/")[2] for each in finding.evidence} - {*inside}
        names = {_TOLD[each] for each in _TOLD.keys() & fields}
        named = sorted(name for name in names if getattr(case.patient, name) is not None)
    by_clock = row.name == "expires_at_in_the_past" or {"message_not_old", "message_not_ahead"} & {*finding.checks}
    named += ["now"] if by_clock and case.patient.now is not None else []
    told = " and the ".join(named).replace("temp_key", "temporary key")
    more = f"So says the {told} that was given." if named else ""
    if row.name == "permanent_key_unknown" and not seen:
        more = "Or another msg_id, session or key carried them than was given: the packet would show."
    return replace(finding, mistake=replace(row, sentence=f"{row.sentence} {more}".rstrip()))


def _not_judged(patient: Patient, case: Case, findings: list[Finding]) -> Iterator[Any]:
    """The given values that differ from those in the bytes, by name; and the binds before the last."""
    judged = {**vars(case.patient), **case.values}
    judged["encrypted_message"] = case.call["encrypted_message"] if case.call else patient.encrypted_message
    names = ("temp_key", "session_id", "msg_id", "salt", "nonce", "expires_at", "encrypted_message", "request")
    given = {name: getattr(patient, name) for name in names} | {"request": unwrapped(patient.request or b"") or None}
    told = {finding.name.removeprefix("another_") for finding in findings}
    other = [name for name, value in given.items() if None not in (value, judged[name]) and name not in told
             and judged[name] not in (value, getattr(value, "other", value))]
    more = [f"The bytes have another {', another '.join(other)}."] if other else []
    more += [f"Of {case.patient.binds} binds the last was."] if case.patient.binds > 1 else []
    more += ["The stream ends inside a frame."] if case.patient.cut_off else []
    if more:
        yield said("not_all_judged", " ".join(more)).mistake


def _hidden(row: Evidence, behind: Mapping[str, bytes], patient: Patient) -> Evidence:
    """The evidence without its value, if it points at bytes of a key, or near them: in the plaintext within 11 bytes,
    since the pieces that are looked for have 8 and begin every 4; in a request anywhere."""
    near = behind.get(row.within, b"")
    near = near[max(0, row.offset - 11) : row.offset + row.size + 11] if row.within == "plaintext" else near
    return replace(row, size=0, got="not shown: bytes of a key stand here") if pieces_of(patient.keys, near) else row


# -- The seal -----------------------------------------------------------------------------------------------------

LONGEST = 1024
"""The most bytes of a seal that is opened by trial: thousands of ways are tried, and more bytes make each slower."""


def _with_perm_key(case: Case) -> Case:
    """The case with its permanent key picked from the other keys, if nobody said which one it is."""
    patient, sealed = case.patient, case.sealed
    if patient.perm_key is not None or sealed is None or len(sealed) > LONGEST:
        return case
    named = case.call["perm_auth_key_id"] if case.call is not None else None
    carries = patient.temp_key if patient.packet is not None else None  # which may be the permanent key, by mistake
    candidates = sorted(patient.other_keys, key=lambda key: (key == carries, key.key.id != named))

    def opens(key: GivenKey) -> bool:
        alone = replace(patient, perm_key=key, temp_key=None, other_keys=())
        return open_seal(sealed, alone, expected_inside(alone, case.values)) is not None

    chosen = next((key for key in candidates if (key.key.id == named and key != carries) or opens(key)), None)
    chosen = chosen or next((key for key in candidates if key.key.id == named), None)
    if chosen is None:
        return case
    patient = replace(patient, perm_key=chosen, other_keys=tuple(k for k in candidates if k != chosen))
    if chosen == carries:
        front = Evidence("packet/auth_key_id", 0, 8, chosen.key.id_bytes, "the id of a temporary key")
        case = case.and_found(noticed("sent_over_the_permanent_key", front))
        patient = replace(patient, temp_key=None, temporary=False)
    return replace(case, patient=patient)


def behind_the_seal(case: Case) -> tuple[Case, Opened | None]:
    """Open the seal, and find everything that is wrong with it and inside it."""
    case = _unpacked(case)
    sealed = case.sealed or b""
    if len(sealed) in (0, RSA_BLOCK):
        return case.and_found(noticed("rsa_sealed" if sealed else "empty", _size(sealed))), None
    if len(sealed) > LONGEST:
        return case.and_found(noticed("wrong_size", _size(sealed))), None
    opened, found = _opened(sealed, case.patient, expected_inside(case.patient, case.values))
    if opened is not None:
        case = _read_again(replace(case, patient=_orders_settled(opened, case.patient)), opened)
    if found:
        sealed, findings = found
        case = case.and_found(*findings)
    patient, known = case.patient, expected_inside(case.patient, case.values)
    if any(each.name == "not_sealed" for each in case.findings):
        return case.and_found(*_wrong_in_the_clear(sealed, case, known)), None
    opened, compared = _compared(sealed, opened, case, known)
    if opened is None or patient.perm_key is None:
        return case.and_found(*_closed(sealed, patient, compared)), None
    noise = tuple(_noise_inside(sealed, patient.perm_key))
    for change in opened.changes:
        case = case.and_found(change.finding("encrypted_message", *noise))
    if UNKNOWN_MODE in [change.got for change in opened.changes]:  # the decrypted bytes are not the sealed ones
        return case.and_found(*_outside(compared)), None
    if _key_is_cut_off(opened, patient, case.values):
        named = Evidence("request/perm_auth_key_id", 4, 8, case.values["perm_auth_key_id"], patient.perm_key.key.id)
        return replace(case, findings=(*case.findings[:-1], noticed("key_cut_off", named))), None
    return _inside(case, sealed, opened, compared, known)


def _compared(
    sealed: bytes, opened: Opened | None, case: Case, known: Mapping[str, Any]
) -> tuple[Opened | None, list[Finding]]:
    """Compare all copies of each value. Fields that hardly moved count as moved only if that explains more."""
    compared = compare(case.patient, case.values, sealed, opened, known)
    if opened is None or not hardly_moved(opened, known):
        return opened, compared
    in_place = replace(opened, shape=wrong.ENVELOPE, misplaced=())
    other_way = compare(case.patient, case.values, sealed, in_place, known)
    return (in_place, other_way) if _unexplained(other_way) <= _unexplained(compared) else (opened, compared)


def _inside(
    case: Case, sealed: bytes, opened: Opened, compared: list[Finding], known: Mapping[str, Any]
) -> tuple[Case, Opened]:
    """Find everything that is wrong inside an opened seal; `compared` is what a comparison of its fields found."""
    other = _object_of_another_type(opened, known)
    if other is not None:
        opened, finding = other
        case = case.and_found(finding)
        compared = compare(case.patient, case.values, sealed, opened, known)
    begins = _not_sealed_from(sealed, known)
    if begins is None and hash_mistakes(opened, sealed[8:FRONT], known) is None:
        begins = _noise(opened, known)
    if begins is not None:
        case = case.and_found(*_rows(opened, known), *_noisy(sealed, begins), *_outside(compared, begins))
        return case, replace(opened, plaintext=opened.plaintext[:begins])
    if other is None and _strange(opened, known, compared):
        beside = _outside(compared, _header(opened) - 8)  # without seqno and length: they belong to what is sealed
        return case.and_found(_something_else(opened), *beside), opened
    case = case.and_found(*_rows(opened, known), *_sizes(opened, sealed), *_hash(opened, sealed, known))
    return case.and_found(*compared, *_seen_inside_alone(opened, case.patient, known)), opened


def _seen_inside_alone(opened: Opened, patient: Patient, known: Mapping[str, Any]) -> Iterator[Finding]:
    """The mistakes in values that are not known outside: an id that is zero, and a msg_id that no message can have."""
    for name, start, found, _ in opened.fields():
        if name in {"temp_auth_key_id", "temp_session_id"} - known.keys() and found == bytes(8):
            yield noticed("left_zero", Evidence(path_of(name), start, 8, 0, "not zero"))
    number = opened.plaintext[16:24]
    if "msg_id" not in known and opened.shape[:2] == wrong.ENVELOPE[:2] and len(number) == 8:
        for finding in of_numbers(replace(patient, session_id=None, msg_id=wrong.long(number))):
            row = replace(finding.mistake, stage=Stage.EQUALITY)
            yield replace(finding, mistake=row, evidence=(replace(finding.evidence[0], path=path_of("msg_id")),))


def _something_else(opened: Opened) -> Finding:
    """The finding for a seal that holds no binding, or one that is packed in a way that can be undone."""
    strange = Evidence("plaintext/envelope", 0, ENVELOPE_SIZE, opened.envelope[24:36], CONSTANTS)
    if strange.got == CONSTANTS:
        strange = Evidence("plaintext/envelope/inner", 32, 40, opened.envelope[32:72], "the values of a binding")
    inside = opened.envelope[HEADER:]
    undone = [row.name for row, ways in at("unpacked") if any((way(inside) or b"")[:4] == INNER_ID for way in ways)]
    return said("something_else_sealed", f"It is one, {undone[0].replace('_', ' ')}." if undone else "", strange)


def _read_again(case: Case, opened: Opened) -> Case:
    """Cut the request again by the nonce and expires_at inside the seal, if both differ from those that were read, or
    none could be read: then the fields of the request are not in their places."""
    inside = {name: wrong.long(raw) for name, size in (("nonce", 8), ("expires_at", 4))
              if len(raw := opened.value(name) or b"") == size}  # fmt: skip
    if len(inside) < 2 or (case.call is not None and any(case.values[name] == inside[name] for name in inside)):
        return case
    patient = replace(case.patient, nonce=inside["nonce"], expires_at=inside["expires_at"])
    call, sealed, found = cut_request(patient.request or b"", patient)
    if call is None or sealed != case.sealed or any(call[name] != value for name, value in inside.items()):
        return case
    around = [each for each in case.findings if not each.evidence or each.evidence[0].within != "request"]
    return replace(case, call=call, findings=(*around, *found))


def _orders_settled(opened: Opened, patient: Patient) -> Patient:
    """The patient with each number in the byte order that it has inside the seal, if it is there; and without a number
    whose last digits were lost, if only these differ."""
    def settled(told: int | None, field: str) -> int | None:
        sealed = int.from_bytes(opened.value(field) or b"", "little", signed=True)
        if isinstance(told, EitherOrder) and told.other == sealed:
            return sealed
        return None if isinstance(told, Rounded) and told.rounds(sealed) else told

    session_id, nonce = settled(patient.session_id, "temp_session_id"), settled(patient.nonce, "nonce")
    return replace(patient, session_id=session_id, nonce=nonce, msg_id=settled(patient.msg_id, "msg_id"))


def _outside(compared: list[Finding], begins: int = 0) -> list[Finding]:
    """The findings, without those about the plaintext from this byte on."""
    return [each for each in compared
            if (row := each.evidence[0]).within != "plaintext" or row.offset + row.size <= begins]  # fmt: skip


def _unexplained(compared: list[Finding]) -> int:
    return sum(each.name in GENERIC for each in compared)


def _header(opened: Opened) -> int:
    """How many bytes stand before the inner object."""
    return size_of(opened.shape) - inner_size(opened.shape)


def _wrong_in_the_clear(sealed: bytes, case: Case, known: Mapping[str, Any]) -> list[Finding]:
    """Everything that is wrong with the fields of an envelope that was not encrypted. Its constants show where."""
    places = ((sealed.find(CONSTANTS[4:]), 28), (sealed.find(CONSTANTS[:8]), 24), (sealed.find(INNER_ID), 32))
    begins = next(start - before for start, before in places if start >= 0)
    plaintext = sealed[begins:] if begins >= 0 else b""
    clear = Opened(plaintext, b"", (), *fitted(plaintext, wrong.ENVELOPE, "shape", known))
    compared = [*_rows(clear, known), *compare(case.patient, case.values, sealed, clear, known)]
    return [one for one in compared if one.name not in GENERIC or one.evidence[0].within != "encrypted_message"]


def _noisy(sealed: bytes, begins: int) -> Iterator[Finding]:
    """The mistake, if the plaintext is noise from this byte on."""
    if len(sealed) != ENCRYPTED_SIZE:
        yield noticed("wrong_size", _size(sealed))
    start = FRONT + begins // BLOCK * BLOCK
    block = Evidence("encrypted_message/ciphertext", start, BLOCK, sealed[start : start + BLOCK], "what was sealed")
    yield noticed("changed_after_sealing", block)


def _key_is_cut_off(opened: Opened, patient: Patient, values: Mapping[str, Any]) -> bool:
    """Whether the key opens the seal only because its last bytes are not used: the named id belongs to another key,
    and is no misspelt id of this one."""
    key, named = patient.perm_key, values.get("perm_auth_key_id")
    spelled = [change.row.name for change in opened.changes] == ["key_without_leading_zeros"]
    if key is None or named is None or not spelled or opened.key != key.given:
        return False
    return named != key.key.id and cut_wrongly(named, key) is None


def _object_of_another_type(opened: Opened, known: Mapping[str, Any]) -> tuple[Opened, Finding] | None:
    """The same plaintext read as a header and an object, if the object begins with another known constructor; None if
    a long of the binding stands in its place behind it: then only the constructor is wrong."""
    size = opened.size or len(opened.plaintext)
    found = opened.plaintext[HEADER:size]
    name = "gzip" if found[:3] == b"\x1f\x8b\x08" else SCHEMA.name_of(found)
    if not name or found[:4] == INNER_ID:
        return None
    begins = Evidence("plaintext/envelope/inner/constructor", HEADER, 4, found[:4], INNER_ID)
    longs = [(raw, known.get(part)) for part, at_, raw, _ in cut(opened.plaintext, wrong.ENVELOPE) if 36 <= at_ < 60]
    if any(right is not None and raw == written_as(right, 8, "little") for raw, right in longs):
        return None
    shape = (*wrong.HEADER, ("", len(found), "little"))
    return replace(opened, shape=shape, misplaced=()), said("wrong_constructor", f"Here {name}.", begins)


def _opened(sealed: bytes, patient: Patient, known: Any) -> tuple[Opened | None, Any]:
    """The opened seal; and if it had to be mended first, the mended bytes and the findings."""
    twice = _twice(sealed)
    if twice is not None:
        opened, found = _opened(twice[0], patient, known)
        return opened, (found[0], [*twice[1], *found[1]]) if found else twice
    opened = open_seal(sealed, patient, known)
    if patient.perm_key is None or (opened is not None and hash_mistakes(opened, sealed[8:FRONT], known) is not None):
        return opened, None
    key = patient.perm_key.key
    for row, right, _ in _arrangements(sealed, key.id_bytes, "sealed", "shape"):
        if is_right(right, key.data):
            return open_seal(right, patient, known), (right, [Finding(row, (_first_part(sealed, right),))])
    named = [INNER_ID + written_as(known["nonce"], 8, "little")] if "nonce" in known else []
    if opened is None and any(sign in sealed for sign in (CONSTANTS[:8], CONSTANTS[4:], *named)):
        return None, (sealed, [noticed("not_sealed", Evidence("encrypted_message", 0, 0, "plaintext", "ciphertext"))])
    change = mended(sealed, patient.perm_key, begins_well=opened is not None)
    if change is None:
        opened = opened or open_seal(sealed, patient, known, deep=True)
        for row, right, key_id in _arrangements(sealed, key.id_bytes, "sealed") if opened is None else ():
            if key_id == key.id_bytes and len(right) % BLOCK == FRONT % BLOCK and (
                opened := open_seal(right, patient, known)) is not None:  # fmt: skip
                return opened, (right, [Finding(row, (_first_part(sealed, right),))])
        return opened, None
    place, right = change
    part = "msg_key" if place < FRONT else "ciphertext"
    evidence = Evidence(f"encrypted_message/{part}", place, 1, sealed[place : place + 1], right[place : place + 1])
    return open_seal(right, patient, known), (right, [noticed("one_bit_flipped", evidence)])


def _twice(sealed: bytes) -> tuple[bytes, list[Finding]] | None:
    """The seal and the finding, if a part of it, one of its blocks or all of it stands there twice."""
    blocks = [(at_, BLOCK) for at_ in range(FRONT, len(sealed) - BLOCK, BLOCK)]
    for at_, size in ((0, 8), (8, BLOCK), *blocks, (0, ENCRYPTED_SIZE)):
        stop = at_ + size
        once, again, rest = sealed[at_:stop], sealed[stop : stop + size], sealed[stop + size :]
        if once == again and len({*once}) > 4 and (len(sealed) == ENCRYPTED_SIZE + size or at_ >= FRONT):
            part = {8: "/msg_key", ENCRYPTED_SIZE: ""}.get(stop, "/ciphertext")
            what = f"Here the {size} bytes from byte {at_} on stand there twice."
            shown = min(size, BLOCK)
            place = Evidence(f"encrypted_message{part}", stop, shown, again[:shown], rest[:shown] or "nothing")
            return sealed[:stop] + rest, [said("parts_of_the_seal", what, place)]
    return None


def _arrangements(sealed: bytes, key_id: bytes, *steps: str) -> Iterator[tuple[Mistake, bytes, bytes]]:
    """The three parts in the right order, for every other order, and for every part that is doubled, missing or of
    another size: the mistake, the seal without it, and the key id that stands in it."""
    for step in steps:
        for row, ways in at(step):
            for shape in (shape for way in ways for shape in way(wrong.ENCRYPTED)):
                rest = len(sealed) - size_of(shape)  # the ciphertext may have another size as well
                stretched = tuple((name, size + rest * (name == "ciphertext"), order) for name, size, order in shape)
                parts = {name: raw for name, _, raw, _ in cut(sealed, stretched)}
                if {"msg_key", "ciphertext"} <= parts.keys():
                    found = row if step == "sealed" else MISTAKES["parts_of_the_seal"]
                    right = key_id + parts["msg_key"] + parts["ciphertext"]
                    yield found, right, parts.get("perm_auth_key_id", key_id)


def _first_part(got: bytes, right: bytes) -> Evidence:
    at_ = next((n for n, pair in enumerate(zip(got, right, strict=False)) if pair[0] != pair[1]), len(got))
    start = 0 if at_ < 8 else 8 if at_ < FRONT else FRONT
    part = {0: "perm_auth_key_id", 8: "msg_key", FRONT: "ciphertext"}[start]
    return Evidence(f"encrypted_message/{part}", start, 8, got[start : start + 8], right[start : start + 8])


def _unpacked(case: Case) -> Case:
    """The case with the 104 bytes, after undoing text encodings and a string in a string. These may cover all of it, or
    only what follows key id and msg_key."""
    sealed, patient = case.sealed or b"", case.patient
    ids = [key.key.id_bytes for key in patient.keys]
    ids += [written_as(case.call["perm_auth_key_id"], 8, "little")] if case.call is not None else []
    if len(sealed) == ENCRYPTED_SIZE and (sealed[:8] in ids or any(is_right(sealed, k.key.data) for k in patient.keys)):
        return case
    for row, ways in at("unpacked"):
        for way in ways:
            for front in (b"", sealed[:8], sealed[:FRONT]):
                rest = way(sealed[len(front) :])
                undone = front + rest if rest is not None else b""
                fits = len(undone) == ENCRYPTED_SIZE or (not front and FRONT < len(undone) < len(sealed) and (
                    len(undone) % BLOCK == FRONT % BLOCK))  # fmt: skip
                if fits and undone[:8] in ids:
                    part = "encrypted_message/ciphertext" if front else "encrypted_message"
                    pairs = enumerate(zip(sealed, undone, strict=False))
                    place = next((i for i, (got, right) in pairs if got != right), 0)
                    seen = Evidence(part, place, 16, sealed[place : place + 16], undone[place : place + 16])
                    return replace(case, sealed=undone).and_found(Finding(row, (seen,)))
    return case


def _size(sealed: bytes) -> Evidence:
    """Evidence for a wrong size, without the bytes: bytes of another size may be anything, even a key."""
    return Evidence("encrypted_message", 0, 0, f"{len(sealed)} bytes", f"{ENCRYPTED_SIZE} bytes")


def _closed(sealed: bytes, patient: Patient, compared: list[Finding]) -> list[Finding]:
    """The findings for a seal that does not open. A value that disagrees outside it is listed only if a known mistake
    explains it; any other only says once more that this is not the key."""
    size = () if len(sealed) == ENCRYPTED_SIZE else (_size(sealed),)
    if sealed.count("\ufffd".encode()) > 3:
        lost = "What is no UTF-8 became U+FFFD, ef bf bd: those bytes are lost."
        return [said("sent_as_utf8_text", lost, _size(sealed))]
    text = len(sealed) >= 8 and all(0x20 <= byte < 0x7F for byte in sealed)
    if text or (len(sealed) >= ENCRYPTED_SIZE and max(sealed) < 0x80 and len({*sealed}) > 16):
        highest = Evidence("encrypted_message", 0, 0, f"at most {max(sealed):02x}", "bytes up to ff")
        return [noticed("sent_with_seven_bits", highest)]
    if patient.perm_key is None:
        return [*compared, *([noticed("wrong_size", *size)] if size else [])]
    for name, begins, part in (("msg_key", 8, sealed[8:FRONT]), ("ciphertext", FRONT, sealed[FRONT:])):
        if len(part) >= BLOCK and any(sealed) and not any(part):
            place = Evidence(f"encrypted_message/{name}", begins, len(part), part, f"the {name}")
            return [*compared, noticed("left_zero", place)]
    told = [finding for finding in compared if finding.name not in GENERIC]
    rest = tuple(row for finding in compared if finding.name in GENERIC for row in finding.evidence)
    return [noticed("not_opened", *size, *rest, *_noise_inside(sealed, patient.perm_key)), *told]


def _noise_inside(sealed: bytes, given: GivenKey) -> Iterator[Evidence]:
    """What the right recipe gives at the place of the constants."""
    if len(sealed) >= FRONT + 3 * BLOCK:
        aes = scheduled(V1.rows, given.key.data, sealed[8:FRONT])
        begins = ige_decrypt(sealed[FRONT : FRONT + 3 * BLOCK], *aes)
        yield Evidence("encrypted_message/ciphertext", FRONT, 3 * BLOCK, begins[24:36], CONSTANTS)


def _rows(opened: Opened, known: Mapping[str, Any]) -> Iterator[Finding]:
    """The mistakes in the row of fields, pointing at the first field that is out of place."""
    start = 0
    places = {name: (at_, raw) for name, at_, raw, _ in opened.fields()}
    size = Evidence("plaintext/envelope", 0, size_of(opened.shape), f"{size_of(opened.shape)} bytes of fields",
                    f"{ENVELOPE_SIZE} bytes")  # fmt: skip
    for part, other in zip(wrong.ENVELOPE, (*opened.shape, None), strict=False):
        name, width, _ = part
        if part != other:
            found = opened.plaintext[start : start + width]
            at_, raw = places.get(name, (-1, b""))
            away = f"{len(raw)} bytes at {at_}" if at_ >= 0 else "not there"
            right = written_as(known[name], width, "little") if name in known else found
            values = (found, right) if found != right else (away, f"{width} bytes at {start}")
            size = Evidence(path_of(name), start, width, *values)
            break
        start += width
    guilty, names = differing(opened.shape, wrong.ENVELOPE), [row.name for row in opened.misplaced]
    moved = "fields_out_of_order" in names  # then no more words are needed
    absent = {name for name, *_ in wrong.HEADER} - {name for name, *_ in opened.shape}
    if len(absent) == len(wrong.HEADER):
        size = Evidence("plaintext/envelope", 0, 0, "no header", "a header of 32 bytes before the forty")
    before, msg_id = places.get("seqno", (24,))[0], known.get("msg_id")
    stands, date = opened.value("msg_id") or b"", wrong.long(opened.value("expires_at") or b"")
    rightly = is_time_of(stands, date) if msg_id is None else stands == written_as(msg_id, 8, "little")
    if before != 24 and not rightly:
        size = Evidence(path_of("msg_id"), 16, 8, f"{before} bytes before seqno", "24, of random and msg_id")
        yield said("field_too_narrow" if before < 24 else "field_too_wide", "It is random or msg_id.", size)
        return
    yield from (said(name, guilty, size) for name in names if not moved or name == "fields_out_of_order")


def _strange(opened: Opened, known: Mapping[str, Any], compared: list[Finding]) -> bool:
    """Whether no value in it is that of the binding, even in a changed form, although msg_key is its hash."""
    beside = _outside(compared, _header(opened))
    if opened.size is None or {each.name for each in compared if each not in beside} - GENERIC:
        return False
    inside = [(raw, written_as(known[name], len(raw), order)) for name, _, raw, order in opened.fields()
              if name in known and name not in HEADER_FIELDS and (len(raw) == 8 or not opened.misplaced)]  # fmt: skip
    return all(found != right for found, right in inside)


def _sizes(opened: Opened, sealed: bytes) -> Iterator[Finding]:
    """The findings if an opened seal is too short or too long at its end."""
    size = size_of(opened.shape)
    padding = len(opened.plaintext) - size
    rest = sealed[FRONT + len(opened.plaintext) :]
    if padding < 0 and msg_key_v1((opened.plaintext + rest)[:ENVELOPE_SIZE]) == sealed[8:FRONT]:
        clear = Evidence("encrypted_message/ciphertext", len(sealed) - len(rest), len(rest), rest, "a whole block")
        yield noticed("not_sealed", clear, _size(sealed))
    elif padding < 0:
        yield noticed("cut_off", _size(sealed))
    elif padding >= BLOCK or (padding == 0 and size % BLOCK):
        yield noticed("padding_of_another_size",
                      Evidence("plaintext/padding", size, padding, f"{padding} bytes", f"{-size % BLOCK} bytes"))
    elif len(sealed) != ENCRYPTED_SIZE and opened.shape == wrong.ENVELOPE:
        yield noticed("wrong_size", _size(sealed))


def _hash(opened: Opened, sealed: bytes, known: Mapping[str, Any]) -> Iterator[Finding]:
    """The finding if msg_key is not the hash of the envelope; it says of which other bytes it is the hash."""
    explained = any(change.row.name == "msg_key_changed_in_front" for change in opened.changes)
    msg_key, size = sealed[8:FRONT], size_of(opened.shape)
    right = msg_key_v1(opened.plaintext[:size])
    evidence = Evidence("encrypted_message/msg_key", 8, len(msg_key), msg_key, right)
    if explained and opened.size == size and msg_key != right:
        yield said("msg_key_changed_in_front", "The one in front is not the hash.", evidence)
    if explained or size > len(opened.plaintext):
        return
    rows = hash_mistakes(opened, msg_key, known)
    yield from (Finding(row, (evidence,)) for row in rows or ())
    if rows is None and not any(change.row.name == "wrong_iv" for change in opened.changes):
        yield noticed("msg_key_of_something_else", evidence)


def _not_sealed_from(sealed: bytes, known: Mapping[str, Any]) -> int | None:
    """The first byte of the plaintext whose block holds only zeros in the seal, or expires_at in its place."""
    blocks = range(FRONT, min(len(sealed), ENCRYPTED_SIZE) - BLOCK + 1, BLOCK)
    end = written_as(known.get("expires_at", b""), 4, "little")
    return next((at_ - FRONT for at_ in blocks if not any(block := sealed[at_ : at_ + BLOCK])
                 or (at_ == FRONT + 4 * BLOCK and any(end) and block[4:8] == end)), None)  # fmt: skip


def _noise(opened: Opened, known: Mapping[str, Any]) -> int | None:
    """From which byte on the plaintext is wrong to its end, if at least two values are lost there; a msg_id before that
    may differ."""
    fields = [(at_, raw, written_as(known[name], len(raw), order)) for name, at_, raw, order in opened.fields()
              if name in known and raw]  # fmt: skip
    wrong_ones = [each for each in fields if each[1] != each[2]]
    lost = wrong_ones if wrong_ones == fields else [each for each in wrong_ones if each[0] > 16]
    if len(lost) < 2 or lost != fields[-len(lost) :]:
        return None
    start, found, right = lost[0]
    return start + next(i for i in range(len(found)) if found[i] != right[i])


# -- What the numbers and the state say ---------------------------------------------------------------------------


def _dates(case: Case, opened: Opened | None) -> Iterator[Finding]:
    """The findings if expires_at is not a date in the future, or is later than the key exchange promised."""
    values = case.values
    if seconds_past_the_end(case.patient) is not None:  # then no expires_at can be right
        return
    if values.get("expires_at") is not None:
        yield from date(case.patient, values["expires_at"], "request/expires_at", 20)
    elif opened is not None:
        for name, start, found, order in opened.fields():
            if name == "expires_at" and len(found) == 4 and order == "little":
                yield from date(case.patient, wrong.long(found), path_of(name), start)


_FAILING = {
    "not_a_cdn": "cdn", "over_temporary_key": "sent_over_the_permanent_key",
    "not_bound_elsewhere": "bound_to_another_key",
    "msg_id_rises": "older_than_the_present_binding", "perm_key_known": "no_such_permanent_key",
}  # fmt: skip


def _states(patient: Patient, verdict: Verdict | None) -> Iterator[Finding]:
    """The findings for a binding that the data centre refuses for its own state."""
    if (past := seconds_past_the_end(patient)) is not None:
        yield said("temporary_key_expired", f"It ended {past} seconds before.")
    for check, name in _FAILING.items():
        if verdict is not None and check in verdict.failing and (check != "perm_key_known" or patient.perm_key is None):
            yield Finding(MISTAKES[name])


def second_opinion(case: Case) -> Verdict:
    """The checks of a data centre over the same bytes, except those whose values are not known."""
    patient = case.patient
    skip = set(patient.rules.skip)
    unknown: Mapping[str, tuple[str, ...]] = {
        "temp_key": ("temp_auth_key_id", *(("over_temporary_key",) if patient.temporary else ())),
        "session_id": ("temp_session_id",),
        "msg_id": ("msg_id", "msg_id_rises"),
        "clock": ("expires_at_in_range",),
    }
    for name, checks in unknown.items():
        skip.update(checks if getattr(patient, name) is None else ())
    request = patient.request
    if patient.perm_key is None and not patient.perm_key_missing:
        skip.add("perm_key_known")
    if request is None:  # one around a bare encrypted_message as it was sent, without the checks that it cannot answer
        sealed = patient.encrypted_message or b""
        named = patient.perm_key.key.id if patient.perm_key else wrong.long(sealed[:8])
        request = bytes(REQUEST.build(perm_auth_key_id=named, nonce=patient.nonce or 0,
                                      expires_at=patient.expires_at or 0, encrypted_message=sealed))  # fmt: skip
        skip |= {"request_parses", "nothing_left_over"}
        skip |= {"nonce"} if patient.nonce is None else set()
        skip |= {"expires_at", "expires_at_in_range"} if patient.expires_at is None else set()
        # Without a key there is nothing to compare its front with, and bytes of another size may be anything.
        skip |= {"perm_auth_key_id_in_front"} if patient.perm_key is None or len(sealed) != ENCRYPTED_SIZE else set()
    verdict = judge(Facts(
        request,
        patient.perm_key.key if patient.perm_key else None,
        patient.temp_key.key if patient.temp_key else NO_KEY,
        patient.session_id or 0,
        patient.msg_id or 0,
        patient.clock or 0,
        patient.temporary,
        patient.bound_to,
        patient.key_expires_at,
        patient.last_bind_msg_id,
        replace(patient.rules, skip=frozenset(skip)),
    ))  # fmt: skip
    # A data centre refuses a seal that it cannot open; here the key may only not have been given.
    return verdict if verdict.failing else Verdict(True, None, None, verdict.checks)


def missing(case: Case) -> Iterator[str]:
    """What more could be said, and which value it needs."""
    patient = case.patient
    if case.call is None and case.sealed is None:
        if any(finding.name == "packet_not_opened" for finding in case.findings) and patient.temp_key is None:
            yield "temp_key: what is in the packets; and with perm_key: what is behind the seal in them"
        return
    wanted = {
        "perm_key": (patient.perm_key_missing or patient.perm_key, "whether the seal opens, and all that is behind it"),
        "temp_key": (patient.temp_key, "whether the binding is for the key that carries it"),
        "session_id": (patient.session_id, "whether the binding is for the session of its message"),
        "msg_id": (patient.msg_id, "whether the binding was built for the message that carries it"),
        "now": (patient.clock, "whether expires_at is in the future"),
        "request": (case.call if None in (patient.nonce, patient.expires_at) else True,
                    "whether nonce, expires_at and perm_auth_key_id are the same inside and outside"),
    }  # fmt: skip
    for name, (value, what) in wanted.items():
        if value is None:
            yield f"{name}: {what}"


# -- Putting it together ------------------------------------------------------------------------------------------

_OF_TEMP, _OF_PERM = "perm_key_id_for_the_temporary", "temp_key_id_for_the_permanent"
_COMPOSITES: tuple[tuple[str, set[str], set[str]], ...] = (
    ("key_ids_swapped", {_OF_TEMP, _OF_PERM}, set()),
    ("perm_and_temp_swapped", {"key_ids_swapped", "sealed_with_the_temporary_key"},
     {_OF_PERM, "sent_over_the_permanent_key"}),
    ("sealed_by_mtproto_2", {"schedule_v2", "msg_key_v2"}, set()),
    ("salt_and_session_swapped", {"salt_and_session_swapped"}, {"another_salt"}),
)
"""Mistakes that appear as several findings: the first whose parts are all found replaces them and what it explains."""


def _ordered(findings: list[Finding], *, accepted: bool) -> list[Finding]:
    """The findings in the order of the triage, each mistake once, and several that are one under the name of that one.
    If a data centre accepts the bytes, findings about the bytes are dropped."""
    merged: dict[str, Finding] = {}
    for each in sorted(findings, key=lambda finding: finding.mistake.stage):
        of_bytes = not each.evidence or each.evidence[0].within not in ("packet", "message")
        if accepted and of_bytes and Stage.REQUEST <= each.mistake.stage <= Stage.EQUALITY:
            continue
        before = merged.get(each.name)
        evidence = (*(before.evidence if before else ()), *each.evidence)
        checks = (*(before.checks if before else ()), *each.checks)
        merged[each.name] = Finding(each.mistake, tuple(dict.fromkeys(evidence)), checks)
    for name, parts, more in _COMPOSITES:
        if parts <= merged.keys():
            rows = [merged.pop(part) for part in [*merged] if part in parts | more]
            merged[name] = Finding(MISTAKES[name], tuple(row for part in rows for row in part.evidence))
    return sorted(merged.values(), key=lambda finding: finding.mistake.stage)


def _nothing_found(patient: Patient, verdict: Verdict | None, lacking: tuple[str, ...]) -> str:
    """The name of the diagnosis if no mistake was found: how much does that prove?"""
    if verdict is None:
        return "nothing_given"
    if not verdict.ok:
        return "unexplained"
    if patient.perm_key_missing:
        return "permanent_key_too_young" if is_young(patient) else "permanent_key_unknown"
    if patient.perm_key is None:
        return "no_key"
    return "nothing_wrong_so_far" if lacking else "healthy"


def _with_the_answer(findings: list[Finding], case: Case) -> list[Finding]:
    """The findings with the data centre's answer. A refused binding is not healthy, even if its bytes are right; then
    an unusually late date comes first. Next to a mistake the answer is added, unless the mistake explains it."""
    patient = case.patient
    answer = patient.answer_to(patient.msg_id, patient.container_msg_id)
    said = of_another_message() if answer is None else meaning(answer)
    if said is None:
        return findings
    if findings[0].name == "healthy":
        young = said.name == "permanent_key_unknown" and is_young(patient)
        row = beside_right_bytes(MISTAKES["permanent_key_too_young"] if young else said)
        end, clock = case.values.get("expires_at", 0), patient.clock or 0
        date = Evidence("request/expires_at", 20, 4, end, f"after {clock}, by a day or what was promised")
        if said.name not in ("date_refused", "permanent_key_unknown") or (
            not 0 < clock < end - 400 * DAY or patient.key_expires_at is not None):  # fmt: skip
            return [Finding(row)]
        return [noticed("expires_at_far_off", date), *([Finding(row)] if said.name != "date_refused" else [])]
    if said.name in OF_BYTES or said.name in [finding.name for finding in findings]:
        return findings
    if said.name == "temporary_key_unknown" and any(map(_explains_404, findings)):
        return findings
    return [*findings, Finding(said)]


def _explains_404(finding: Finding) -> bool:
    """Whether this mistake keeps a data centre from reading the packet, or leaves it without a key to open it."""
    return finding.name in UNREADABLE or any(row.path == "message" for row in finding.evidence)


def is_young(patient: Patient) -> bool:
    """Whether the permanent key was made at most 60 seconds ago. Source: core.telegram.org/api/pfs."""
    clock = patient.clock
    return patient.perm_key_created is not None and clock is not None and (
        -YOUNG <= clock - patient.perm_key_created <= YOUNG)


def seconds_past_the_end(patient: Patient) -> int | None:
    """How many seconds ago the temporary key ended; None if it has not ended, or if that is not known."""
    end, clock = patient.key_expires_at, patient.clock
    return None if end is None or clock is None or clock < end else clock - end


def _remarks(opened: Opened | None, case: Case, findings: list[Finding]) -> Iterator[Any]:
    patient = case.patient
    if opened is None:
        return
    if case.call is not None and len(case.call) == REQUEST_SIZE and any(bytes(case.call)[-3:]):  # behind the string
        yield MISTAKES["string_padding_not_zero"]
    far_off = 10**9 < (patient.clock or 0) < case.values.get("expires_at", 0) - 2 * DAY
    if patient.key_expires_at is None and far_off and findings[0].name != "expires_at_far_off":
        yield MISTAKES["expires_at_far_off"]
    if patient.msg_id is not None and patient.earlier_msg_id is not None and patient.msg_id < patient.earlier_msg_id:
        yield MISTAKES["msg_id_falls"]
    spelled = {finding.name for finding in findings} & {"key_without_leading_zeros", "key_with_a_sign_byte"}
    noise = opened.value("random") or b""
    outside = [(noise[:8], patient.salt), (noise[8:], patient.session_id)]
    if any(number is not None and written_as(number, 8, "little") == part for part, number in outside):
        yield MISTAKES["salt_and_session_inside"]
    if noise == bytes(16):
        yield MISTAKES["random_is_zero"]
    if patient.perm_key is not None and len(patient.perm_key.given) != 256 and not spelled:
        yield MISTAKES["key_given_short"]


def _parts(case: Case, opened: Opened | None) -> dict[str, bytes]:
    patient = case.patient
    parts = {
        "packet": patient.packet,
        "request": patient.request,
        "encrypted_message": case.sealed,
        "plaintext": opened.plaintext if opened is not None else None,
    }
    return {name: value for name, value in parts.items() if value is not None}


def _dissected(case: Case) -> Dissection | None:
    """The request, named as in the paths of checks and formulas; without one, the encrypted_message alone."""
    keys = tuple(key.key for key in case.patient.keys)
    reading = Reading(keys=keys, lenient=True)
    if case.call is not None:
        return Dissection(replace(REQUEST, name="request"), bytes(case.call), reading)
    if case.sealed is not None and len(case.sealed) == ENCRYPTED_SIZE:
        return Dissection(ENCRYPTED_MESSAGE, case.sealed, reading)
    return None
