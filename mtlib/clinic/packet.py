"""The packet around a binding: which key opens it, how it was sealed, and what its message says.

`PACKET_CHECKS` judge both, as in a data centre. A packet that the right recipe does not open is opened by a wrong one.
Its message is then judged as if it had been sealed rightly, so that the mistakes in it are found as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from mtlib.clinic import recipe, wrong
from mtlib.clinic.diagnosis import Evidence, Finding
from mtlib.clinic.frame import out_of_a_wrong_frame
from mtlib.clinic.mistakes import MISTAKES
from mtlib.clinic.opening import (
    Change,
    differing,
    fitted,
    noticed,
    open_packet,
    packet_hash,
    right_plaintext,
    said,
    spelled_wrongly,
)
from mtlib.clinic.patient import LARGEST, SUCCESS, GivenKey, Patient
from mtlib.clinic.wrong import written_as
from mtlib.crypto.aes import BLOCK
from mtlib.crypto.entropy import Patterned
from mtlib.crypto.kdf import msg_key_v2, sha1
from mtlib.errors import LocalError, MtError, PeerError
from mtlib.protocol.binding import ENCRYPTED_SIZE, REQUEST_SIZE
from mtlib.protocol.checks import NO_KEY, MessageFacts, PacketFacts, Verdict, judge_message, judge_packet
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import CONTAINER, FROM_CLIENT, Message, Window, inflate, unpack
from mtlib.protocol.packets import FRONT, HEADER, MAX_PADDING, MIN_PADDING, TO_SERVER, seal
from mtlib.transport.stream import ServerStream
from mtlib.wire.dissection import Dissection, Reading
from mtlib.wire.schema import REQUEST, SCHEMA

BIND = REQUEST.id_bytes
WRAPPERS = ("invokeWithLayer", "initConnection", "invokeWithoutUpdates", "invokeAfterMsg")
PLAIN = bytes(8)
"""The key id of an unencrypted message."""
PLAIN_HEADER = 20
"""Bytes of an unencrypted message before its body: key id, msg_id and length."""
NO_CONSTRUCTOR = "Nothing that can be read in them begins with its constructor."

MESSAGE_ROWS: Mapping[str, str] = {
    "message_length": "length_148", "message_padding": "padding_missing", "session": "left_zero",
    "message_msg_id": "message_msg_id_wrong", "message_remembered": "message_msg_id_wrong",
    "message_not_old": "message_msg_id_wrong", "message_not_ahead": "message_msg_id_wrong",
    "message_seqno": "message_seqno_0", "container_seqno": "container_seqno_odd", "salt": "another_salt",
}  # fmt: skip
"""The mistake that is named when a check of the message fails, by the name of the check."""
UNREADABLE = frozenset((
    "packet_by_mtproto_1", "packet_direction_x_8", "packet_msg_key_without_padding", "packet_msg_key_wrong",
    "packet_sealed_wrongly", "perm_id_in_front", "temp_id_in_front", "packet_id_wrong", "packet_of_another_size",
    "packet_not_opened", "sent_unencrypted", "frame_wrong", "length_148", "padding_missing", "temporary_key_expired",
))  # fmt: skip
"""Mistakes that a data centre answers with -404, or not at all: they explain such an answer."""
_PLACES = {name: (start, size) for name, start, size in (
    ("salt", 0, 8), ("session_id", 8, 8), ("msg_id", 16, 8), ("seqno", 24, 4), ("length", 28, 4))}  # fmt: skip


@dataclass(frozen=True)
class TriedPacket:
    """The result of one packet: whether a key `opened` it, the patient with the values of its message (None if there is
    no binding in it), and the mistakes in packet and message."""

    opened: bool
    patient: Patient | None
    findings: tuple[Finding, ...]


def packets_in(stream: bytes) -> tuple[list[bytes], int]:
    """The packets in a stream that holds all that a client sent, and how many bytes of an unfinished frame follow them.
    Obfuscation and framing are detected.

    Raises LocalError if the bytes do not begin a connection.
    """
    listener = ServerStream(entropy=Patterned("doctor"))  # listening draws nothing
    try:
        return [frame.payload for frame in listener.receive(stream)], listener.pending
    except PeerError as error:
        raise LocalError(f"no packets in this stream: {error.message}", expected="all that the client sent, from its "
                         "first byte on; one packet alone is a `packet`", where="stream") from None


def out_of_packet(patient: Patient) -> tuple[Patient, tuple[Finding, ...]]:
    """The patient with the values of the message of the last binding, and the mistakes in that packet and message.
    Raises LocalError for a stream that is not a connection."""
    first = tuple(_one_key_for_both(patient))
    packets, pending, broken = list[bytes](), 0, None
    try:
        packets, pending = packets_in(patient.stream) if patient.stream is not None else ([], 0)
    except LocalError as error:
        broken = error.with_traceback(None)
    packets += [patient.packet] if patient.packet is not None else []
    if not packets and patient.stream is None:
        return patient, (*first, *of_numbers(patient))
    tried = [open_one(packet, patient) for packet in packets if not _unencrypted(packet)]
    unencrypted = [found for found in (_sent_unencrypted(packet, patient) for packet in packets) if found]
    binds = [(each.patient, each.findings) for each in unencrypted + tried if each.patient is not None]
    if binds:
        last, findings = binds[-1]
        before = max((each.msg_id or 0 for each, _ in binds[:-1] if each.session_id == last.session_id), default=None)
        return replace(last, binds=len(binds), earlier_msg_id=before, cut_off=pending > 0), (*first, *findings)
    framed = out_of_a_wrong_frame(patient.stream, patient, _signs(patient)) if patient.stream is not None else None
    if framed is not None:
        inside = open_one(framed[0], patient)
        if not pending or inside.opened:
            return inside.patient or patient, (*first, framed[1], *inside.findings)
    if broken is not None:
        raise broken
    closed = next((each.findings for each in tried if not each.opened), ())
    if closed or patient.request is not None or patient.encrypted_message is not None:
        return patient, (*first, *closed)
    if pending:
        cut = "The stream ends inside a frame: it is cut short, or the length of the frame is wrong."
        end = Evidence("stream", len(patient.stream or b""), 0, f"{pending} bytes of the last frame", "the whole frame")
        return patient, (*first, said("frame_wrong", cut, end))
    only_plain = "Key id 0 in front: unencrypted messages, none of which is one." if packets and not tried else (
        NO_CONSTRUCTOR)
    return patient, (*first, said("no_binding_in_it", only_plain))


def _unencrypted(packet: bytes) -> bool:
    """Whether it is an unencrypted message: key id 0, msg_id, and a length that the rest has."""
    return packet[:8] == PLAIN and wrong.long(packet[16:20]) in range(len(packet) - PLAIN_HEADER + 1)


def _sent_unencrypted(packet: bytes, patient: Patient) -> TriedPacket | None:
    """The binding in an unencrypted message, or unencrypted anywhere after key id 0; None if there is none."""
    body, msg_id = unwrapped(packet[PLAIN_HEADER:]), patient.msg_id
    if _unencrypted(packet) and body[:4] == BIND:
        msg_id = wrong.long(packet[8:16])
    elif packet[:8] == PLAIN and BIND in packet:
        body = packet[packet.index(BIND) :][:REQUEST_SIZE]
    else:
        return None
    right = "the id of the temporary key" if patient.temp_key is None else patient.temp_key.key.id_bytes
    finding = noticed("sent_unencrypted", Evidence("packet/auth_key_id", 0, 8, PLAIN, right))
    return TriedPacket(True, replace(patient, request=body, msg_id=msg_id, packet=packet), (finding,))


def _one_key_for_both(patient: Patient) -> Iterator[Finding]:
    key = patient.temp_key
    if key is not None and key == patient.perm_key and patient.temporary:
        place = Evidence("packet/auth_key_id", 0, 8, key.key.id_bytes, "the id of another key")
        yield noticed("temp_key_is_the_permanent_key", place)


# -- The packet's seal --------------------------------------------------------------------------------------------


def open_one(packet: bytes, patient: Patient) -> TriedPacket:
    """Try to open one packet with each given key, by every recipe."""
    looked_for = _signs(patient)
    named = [key for key in patient.keys if key.key.id_bytes == packet[:8]]
    temporary = [patient.temp_key] if patient.temp_key else []
    for given in dict.fromkeys([*named, *temporary, *patient.keys]):
        opened = open_packet(packet, given, looked_for)
        if opened is None:
            continue
        message, changes = opened
        if not changes and packet_hash(message, given.key.data, packet[8:FRONT]) is None:
            changed = Evidence("packet/msg_key", 8, 16, packet[8:FRONT], "the hash of what was sealed")
            length, there = wrong.long(message[28:32]), len(message) - HEADER
            short = f"Its length says {length}, {there} are there." if there - MIN_PADDING < length < LARGEST else ""
            cut = [said("packet_of_another_size", short, more) for more in _no_whole_block(packet)]
            return TriedPacket(False, None, (*cut,) or (said("packet_msg_key_wrong", short, changed),))
        inside = _message(message, given, replace(patient, packet=packet))
        if inside is None:
            return TriedPacket(True, None, ())
        richer, findings = inside
        return TriedPacket(True, richer, (*findings, *sealed_wrongly(packet, given, message, changes, patient)))
    return TriedPacket(False, None, (_closed(packet, patient, looked_for),))


def _signs(patient: Patient) -> tuple[bytes, ...]:
    """The known values that a message holds, as bytes: noise does not hold them."""
    known = (patient.session_id, patient.msg_id, patient.nonce, *(key.key.id for key in patient.keys))
    return tuple(written_as(value, 8, "little") for value in known if value)


def _closed(packet: bytes, patient: Patient, looked_for: tuple[bytes, ...]) -> Finding:
    """Why no key opens the packet: bytes are missing in front, or too many stand there, or it is not known."""
    ids = [key.key.id_bytes for key in patient.keys]
    place = Evidence("packet/auth_key_id", 0, 8, packet[:8], " or ".join(map(bytes.hex, ids)))
    if (len(packet) - FRONT) % BLOCK:  # this is no packet: it may be anything, even a key
        place = Evidence("packet", 0, 0, f"{len(packet)} bytes", "24 and a multiple of 16")
    elif packet[:8] in ids:
        place = Evidence("packet/ciphertext", FRONT, 0, "noise under the key that is named", "a message")
    elif patient.temp_key is None:
        place = replace(place, expected=f"{packet[:8].hex()}, if the temporary key has this id")
    for given in patient.keys:
        begins = packet.find(given.key.id_bytes, 1, FRONT)
        if begins > 0 and open_packet(packet[begins:], given, looked_for):
            framed = f"One of them opens what begins at byte {begins}: what stands in front, as a length, is framing."
            return said("packet_not_opened", framed, place)
        whole = given.key.id_bytes + packet
        if (len(whole) - FRONT) % BLOCK == 0 and open_packet(whole, given, looked_for):
            return said("packet_not_opened", "Its key id is missing: with it in front, one of them does.", place)
    return noticed("packet_not_opened", place)


_WHOLE_PACKET = {"schedule_v1": "packet_by_mtproto_1", "direction_x_8": "packet_direction_x_8"}
"""Changes of the recipe that have a name of their own if the whole packet follows them."""


def sealed_wrongly(
    packet: bytes, given: GivenKey, message: bytes, changes: tuple[Change, ...], patient: Patient
) -> Iterator[Finding]:
    """The mistakes in the packet's own seal, after it was opened."""
    for row, spelled in spelled_wrongly(given) if changes else ():
        if row == changes[0].row and sha1(spelled)[-8:] == packet[:8]:  # only the key that was given is spelled so
            yield Finding(row, (Evidence("packet/ciphertext", FRONT, 0, changes[0].got, changes[0].expected),))
            return
    failing = judge_packet(PacketFacts(packet, given.key)).failing
    front = Evidence("packet/auth_key_id", 0, 8, packet[:8], given.key.id_bytes)
    if "auth_key_id" in failing:
        permanent = patient.perm_key is not None and packet[:8] == patient.perm_key.key.id_bytes
        by_permanent = given is patient.perm_key and patient.temp_key != given
        name = "perm_id_in_front" if permanent else "temp_id_in_front" if by_permanent else "packet_id_wrong"
        yield noticed(name, replace(front, got="the id of the temporary key") if name == "temp_id_in_front" else front)
    elif _over_the_permanent_key(given, patient):
        other = patient.temp_key.key.id_bytes if patient.temp_key else "the id of a temporary key"
        yield noticed("sent_over_the_permanent_key", replace(front, expected=other))
    if "packet_size" in failing:
        yield from (noticed("packet_of_another_size", more) for more in _no_whole_block(packet))
    hashed = packet_hash(message, given.key.data, packet[8:FRONT])
    for change in changes:
        step = Evidence("packet/ciphertext", FRONT, 0, change.got, change.expected)
        # A packet of MTProto 1.0 also has the msg_key of 1.0; with that of 2.0, only the schedule is wrong.
        if change.row.name in _WHOLE_PACKET and not (change.row.name == "schedule_v1" and hashed == ()):
            yield noticed(_WHOLE_PACKET[change.row.name], step)
        else:
            yield noticed("packet_sealed_wrongly", step)
            yield Finding(change.row, (step,))
    if hashed == () or any(change.row.name in _WHOLE_PACKET for change in changes):
        return  # msg_key is right, or belongs to the same mistake
    names = [row.name for row in hashed or ()]
    name = "packet_msg_key_without_padding" if "msg_key_without_padding" in names else "packet_msg_key_wrong"
    yield noticed(name, Evidence("packet/msg_key", 8, 16, packet[8:FRONT], msg_key_v2(given.key, message, TO_SERVER)))


def _no_whole_block(packet: bytes) -> Iterator[Evidence]:
    """Evidence for bytes after the last whole block of a packet, if there are any."""
    if rest := (len(packet) - FRONT) % BLOCK:
        yield Evidence("packet/ciphertext", len(packet) - rest, 0, f"{rest} bytes more", "whole blocks of 16")


def _over_the_permanent_key(given: GivenKey, patient: Patient) -> bool:
    return given is patient.perm_key and patient.temp_key != given


def _named_temporary(patient: Patient) -> bool:
    """Whether the packet begins with the id of the temporary key."""
    return patient.temp_key is not None and (patient.packet or b"")[:8] == patient.temp_key.key.id_bytes


# -- Its message --------------------------------------------------------------------------------------------------


def _message(message: bytes, given: GivenKey, patient: Patient) -> tuple[Patient, tuple[Finding, ...]] | None:
    """The patient with the values of the message, and the rules that the message breaks; None if there is no binding in
    it."""
    begins = message.find(BIND)
    in_place = begins in (-1, HEADER) or message[HEADER : HEADER + 4] == CONTAINER or (SCHEMA.knows(
        message[HEADER:]) and (begins > HEADER + 4 or unwrapped(message[HEADER:])[:4] == BIND))  # no field left out
    values, body, findings = _in_its_place(message) if in_place else _out_of_its_place(message, begins, patient)
    outer = Message(values["msg_id"] or 0, values["seqno"] or 0, body)
    chosen, broken = _binding_in(outer)
    if broken and chosen is None and begins >= HEADER + 24:
        numbers = (wrong.long(message[begins - 16 : begins - 8]), wrong.long(message[begins - 8 : begins - 4]))
        if abs(numbers[0] - outer.msg_id) >> 49 == 0:  # about a day apart: a msg_id, not a field of a wrapper
            chosen = Message(*numbers, message[begins : begins + REQUEST_SIZE])
    if chosen is None:
        return None
    if broken:
        begin = Evidence("message/body", HEADER, 8, message[HEADER : HEADER + 8], "messages with ids below its own")
        findings += (said("container_wrong", broken, begin),)
    if in_place:
        findings += tuple(_rules(message, values, chosen, patient))
    over_permanent = _over_the_permanent_key(given, patient) and not _named_temporary(patient)
    told = given is patient.perm_key or _named_temporary(patient)  # otherwise the key that opened it carries it
    inside_another = chosen.msg_id != outer.msg_id
    richer = replace(
        patient, request=chosen.body, salt=values["salt"], salt_told=patient.salt, session_id=values["session_id"],
        msg_id=chosen.msg_id if inside_another else values["msg_id"],
        container_msg_id=outer.msg_id if inside_another else None,
        temp_key=patient.temp_key if told else given,
        other_keys=patient.other_keys if told or not patient.temp_key else (*patient.other_keys, patient.temp_key),
        temporary=patient.temporary and not over_permanent,
    )  # fmt: skip
    return richer, findings


Read = tuple[dict[str, int | None], bytes, tuple[Finding, ...]]
"""The numbers of a message, its body, and the mistakes in the places of both."""


def _in_its_place(message: bytes) -> Read:
    """A message whose body begins at byte 32. If its length is not that of the request in it, it is corrected."""
    values: dict[str, int | None] = {
        name: wrong.long(message[start : start + size]) for name, (start, size) in _PLACES.items()}
    length, findings = wrong.long(message[28:32]), list[Finding]()
    request = first_request(message[HEADER:])
    size = 0 if request is None else len(request)
    lawful = length > size and MIN_PADDING <= len(message) - HEADER - length <= MAX_PADDING
    # So it is if other bytes follow the request, or if the header is counted and padding follows.
    header_too = length - size in (16, HEADER) and any(message[HEADER + size : HEADER + length])
    if request is not None and bytes(request)[-3:] == bytes(3) and length != size and (header_too or not lawful):
        more = f"Or {length - size} bytes follow the request." if lawful else ""
        findings = [said("length_148", more, Evidence("message/length", 28, 4, length, len(request)))]
        if values["seqno"] == len(request):
            findings = [noticed("length_before_seqno", Evidence("message", 24, 4, len(request), length))]
            values["seqno"] = length
        length = values["length"] = len(request)
    whole = 4 <= length <= len(message) - HEADER
    return values, message[HEADER : HEADER + (length if whole else REQUEST_SIZE)], tuple(findings)


def _out_of_its_place(message: bytes, begins: int, patient: Patient) -> Read:
    """A message whose request begins elsewhere: a field is missing before it, or too many bytes stand there."""
    body = message[begins : begins + REQUEST_SIZE]
    where = Evidence("message", begins, 4, f"the request at byte {begins}", f"at byte {HEADER}")
    length = wrong.long(message[28:32])
    if begins > HEADER and length % 4 == 0 and MIN_PADDING <= len(message) - HEADER - length <= MAX_PADDING:
        behind = f"Here {begins - HEADER} bytes too many stand before the request."
        return _in_its_place(message)[0], body, (said("bytes_between_fields", behind, where),)
    request = first_request(body)
    known = {"salt": patient.salt, "session_id": patient.session_id, "msg_id": patient.msg_id,
             "length": len(body) if request is not None else None}  # fmt: skip
    right = wrong.MESSAGE[:5]
    looked_for = {name: value for name, value in known.items() if value is not None}
    opens = patient.perm_key.key.data if patient.perm_key is not None else b""
    if request is not None and (inside := right_plaintext(request["encrypted_message"], opens)):
        looked_for = {"msg_id": wrong.long(inside[16:24]), "session_id": wrong.long(inside[60:68])} | looked_for
    shape, rows = fitted(message, right, "shape", looked_for, begins)
    guessed = MISTAKES["bytes_between_fields" if begins > HEADER else "field_left_out"]
    rivals = [name for name, size, _ in right if name not in looked_for and size >= HEADER - begins]
    if len(rivals) > 1 and {name for name, *_ in {*right} - {*shape}} & {*rivals}:  # nothing tells them apart
        either = f"It is {', '.join(rivals[:-1])} or {rivals[-1]}: {abs(HEADER - begins)} bytes."
        return {**known, "seqno": 1}, body, tuple(said(row.name, either, where) for row in rows)
    findings = tuple(said(row.name, differing(shape, right), where) for row in rows or (guessed,))
    # A field without a place has no value in the message; only a given value is known.
    values = {**known, "seqno": 1}
    if rows:
        values |= {name: wrong.long(raw) for name, _, raw, _ in wrong.cut(message, shape) if name}
    return values, body, findings


def _binding_in(outer: Message) -> tuple[Message | None, str]:
    """The message that carries the binding: this one, or one in its container; None if none can be. Also a sentence
    that says which rule the container breaks; empty if it breaks none, or if there is no container."""
    messages, broken = [outer], ""
    try:
        messages = unpack(outer) or messages
    except MtError as error:
        broken = f"Reading it stops: {error.message}." if outer.body[:4] == CONTAINER else ""
    if len({each.msg_id for each in messages}) < len(messages):
        broken = "Two of its messages have the same msg_id."
    bare = [each._replace(body=unwrapped(each.body)) for each in messages]
    damaged = bare[0].body  # or in a damaged wrapper
    may_be_damaged = len(damaged) > ENCRYPTED_SIZE and (
        damaged[24] == ENCRYPTED_SIZE or not SCHEMA.knows(damaged) or (
            BIND in damaged[4:] and damaged[:4] != CONTAINER))  # fmt: skip
    return next((each for each in bare if each.body[:4] == BIND), bare[0] if may_be_damaged else None), broken


def unwrapped(body: bytes) -> bytes:
    """The call inside its wrappers, unzipped; the body itself if it is no wrapper."""
    for _ in range(Limits().wrappers):
        try:
            body = inflate(body, Limits().inflated)
            if not SCHEMA.knows(body) or SCHEMA.of(body).name not in WRAPPERS:
                return body
            query = bytes(SCHEMA.dissect(body)["query"])
            if BIND in body and BIND not in query:  # a field of the wrapper was read over the beginning of the call
                return body
            body = query
        except MtError:
            return body
    return body


def first_request(data: bytes) -> Dissection | None:
    """The request at the beginning of `data`, or None."""
    try:
        stop = REQUEST.read(data, 0, len(data), Reading()).stop
    except MtError:
        return None
    return Dissection(REQUEST, data[:stop])


# -- What the checks say of it ------------------------------------------------------------------------------------


def _rules(
    message: bytes, values: Mapping[str, int | None], chosen: Message, patient: Patient
) -> Iterator[Finding]:
    """The mistakes for the data centre's checks that fail, for this message and for the one in its container."""
    salt = values["salt"]
    if salt == 0:
        yield noticed("salt_0", Evidence("message/salt", 0, 8, 0, "the data centre's salt for this key"))
    numbers = (written_as(values[name] or 0, 4, "little") for name in ("seqno", "length"))
    padded = message[:24] + b"".join(numbers) + message[HEADER:]
    facts = _sealed_rightly(padded, patient, chosen.msg_id, () if patient.salt is None or not salt else (patient.salt,))
    refused = REFUSED if patient.answer_to(chosen.msg_id) in ("", SUCCESS, None) else ("as_telegram", *REFUSED)
    yield from _refused(judge_packet(facts), values, refused)
    inside = MessageFacts(*chosen, facts.now, Window((FROM_CLIENT,)))
    yield from _refused(judge_message(inside), {"msg_id": chosen.msg_id, "seqno": chosen.seqno})


def of_numbers(patient: Patient) -> Iterator[Finding]:
    """The mistakes that the checks find in numbers that were given without their message."""
    told = {"session_id": patient.session_id, "msg_id": patient.msg_id}
    values = {"session_id": 1, "msg_id": 4, **{name: value for name, value in told.items() if value is not None}}
    built = recipe.message(1, values["session_id"], values["msg_id"], 1, BIND, bytes(28))
    for finding in _refused(judge_packet(_sealed_rightly(built, patient, values["msg_id"], ())), values):
        if told[finding.evidence[0].path.removeprefix("message/")] is not None:
            yield finding


FIRST = 1_375_315_200
"""August 2013 in unix seconds: no msg_id is older than MTProto."""


def _sealed_rightly(message: bytes, patient: Patient, msg_id: int, salts: tuple[int, ...]) -> PacketFacts:
    """The facts of a packet that seals this message rightly; the time is `now`, or the earliest possible one."""
    now = FIRST if patient.now is None and msg_id >> 32 < FIRST else patient.now
    return PacketFacts(bytes(seal(message, NO_KEY)), NO_KEY, now, salts=salts)


REFUSED = ("always",)


def _refused(
    verdict: Verdict, values: Mapping[str, int | None], refuses: tuple[str, ...] = REFUSED
) -> Iterator[Finding]:
    """The mistakes for which a data centre refuses a message, each at its number. Those that only Telegram's data
    centres refuse are counted only if this message was refused."""
    for row in verdict.checks:
        if row.holds is not False or row.check.refuses not in refuses or row.name not in MESSAGE_ROWS:
            continue
        if row.name == "message_length" and (values["length"] or 0) % 4:
            continue  # the body is no TL object: that mistake is named at the body
        field = row.check.reads[-1].removeprefix("message/")
        if field == "padding":
            place = Evidence("message/padding", HEADER + (values["length"] or 0), 0, f"{row.got} bytes", row.expected)
        else:
            wanted = "a multiple of 4" if row.name == "message_msg_id" and row.expected == 0 else row.expected
            place = Evidence(f"message/{field}", *_PLACES[field], values[field], wanted)
        yield Finding(MISTAKES[MESSAGE_ROWS[row.name]], (place,), (row.name,))
