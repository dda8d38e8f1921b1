"""From what was handed over to the sealed binding in it: out of the stream, the packet, the message, the request.

Mistakes on this way are undone, so that what is inside can be looked at all the same; what was undone is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mtlib.crypto.entropy import Patterned
from mtlib.doctor.diagnosis import Evidence, Finding
from mtlib.doctor.given import GivenKey
from mtlib.doctor.mistakes_packet import PACKET_CLOSED, PACKETS, right_packet
from mtlib.doctor.mistakes_request import (
    APPENDED,
    BODIES,
    NO_BINDING,
    REQUESTS,
)
from mtlib.doctor.outcomes import OVER_PERMANENT
from mtlib.doctor.patient import BIND, Patient
from mtlib.errors import LocalError, MtError, PeerError
from mtlib.protocol.binding import ENCRYPTED_SIZE
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import Message, inflate, unpack
from mtlib.protocol.packets import REQUEST_MESSAGE
from mtlib.transport import ServerStream
from mtlib.wire import SCHEMA, Dissection, Reading
from mtlib.wire.schema import REQUEST

WRAPPERS = ("invokeWithLayer", "initConnection", "invokeWithoutUpdates", "invokeAfterMsg")
WRAPPED = 8
"""How many wrappers are taken off."""


@dataclass(frozen=True)
class Arrival:
    """What came in: the patient, richer by what its packet says; the `call` (a proper request, cut) and the `sealed`
    bytes in it, as far as they could be found; the mistakes that were undone."""

    patient: Patient
    call: Dissection | None
    sealed: bytes | None
    findings: tuple[Finding, ...]

    @property
    def values(self) -> Mapping[str, Any]:
        """The request's own values, or what is known of them."""
        if self.call is not None:
            return self.call.values
        known = {"nonce": self.patient.nonce, "expires_at": self.patient.expires_at}
        return {name: value for name, value in known.items() if value is not None}


def arrive(patient: Patient) -> Arrival:
    """Take everything off that surrounds the seal. Raises LocalError for a stream that is no connection."""
    patient, findings = _out_of_packet(patient)
    call, sealed = None, patient.encrypted_message
    if patient.request is not None:
        patient = replace(patient, request=unwrapped(patient.request))
        call, more = _request(patient.request or b"", patient)
        findings += more
        sealed = sealed if call is None else call["encrypted_message"]
    if sealed is not None:
        sealed, more = _body(sealed, patient, call)
        findings += more
    return Arrival(patient, call, sealed, tuple(findings))


# -- The packet ---------------------------------------------------------------------------------------------------


def packets_in(stream: bytes) -> list[bytes]:
    """The packets that a client sent, from its first byte on; obfuscation and framing are found out.

    Raises LocalError where these bytes begin no connection.
    """
    listener = ServerStream(entropy=Patterned("doctor"))  # listening draws nothing
    try:
        return [frame.payload for frame in listener.receive(stream)]
    except PeerError as error:
        raise LocalError(f"no packets in this stream: {error.message}", expected="all that the client sent, from its "
                         "first byte on; one packet alone is a `packet`", where="stream") from None


def _out_of_packet(patient: Patient) -> tuple[Patient, list[Finding]]:
    """The last binding that was sent, and the mistake in the packet around it."""
    if patient.stream is None and patient.packet is None:
        return patient, []
    packets = packets_in(patient.stream) if patient.stream is not None else []
    packets += [patient.packet] if patient.packet is not None else []
    last, closed = None, None
    for packet in packets:
        if packet[:8] == bytes(8):
            continue  # a message of the key exchange
        opened, finding = _open(packet, patient)
        if opened is not None:
            last = replace(opened, packet=packet), [finding] if finding else []
        closed = closed or (finding if opened is None else None)
    if last is not None:
        return last
    given = patient.request is not None or patient.encrypted_message is not None
    return patient, [] if given else [closed or Finding(NO_BINDING)]


def _open(packet: bytes, patient: Patient) -> tuple[Patient | None, Finding | None]:
    """The patient with what its message says, and the mistake by which the packet opened."""
    named = [key for key in patient.keys if key.key.id_bytes == packet[:8]]
    evidence = Evidence("packet/auth_key_id", 0, 8, packet[:8], _ids(patient))
    if (len(packet) - 24) % 16:  # no packet, so it may be anything, a key as well
        evidence = Evidence("packet", 0, 0, f"{len(packet)} bytes", "24 and a multiple of 16")
    for given in named or ([patient.temp_key] if patient.temp_key else []):
        for hypothesis, unpack_ in [(None, right_packet), *((h, h.change) for h in PACKETS)]:
            message = unpack_(packet, given.key) if len(packet) > 56 and not (len(packet) - 24) % 16 else None
            if message is None:
                continue
            known = _told(message, patient, given)
            if known is None:
                return None, None
            if hypothesis is None and given is patient.perm_key and known.temp_key != given:
                return replace(known, temporary=False), Finding(OVER_PERMANENT, (evidence,))
            return known, None if hypothesis is None else Finding(hypothesis, (evidence,))
    return None, Finding(PACKET_CLOSED, (evidence,))


def _ids(patient: Patient) -> str:
    return " or ".join(key.key.id_bytes.hex() for key in patient.keys) or "the id of a key that is here"


def _told(message: bytes, patient: Patient, given: GivenKey) -> Patient | None:
    """What the message says about the binding in it, or None where there is none."""
    try:
        cut = REQUEST_MESSAGE.dissect(message)
        outer = Message(cut["msg_id"], cut["seqno"], cut["request"])
        messages = unpack(outer)
    except MtError:
        return None
    bodies = [each._replace(body=unwrapped(each.body)) for each in messages]
    chosen = next((each for each in bodies if each.body[:4] == BIND), None)
    if chosen is None and not _may_be(bodies[0].body if bodies else b""):
        return None
    chosen = chosen or bodies[0]
    temp_key = patient.temp_key or (None if given is patient.perm_key else given)
    return replace(
        patient, request=chosen.body, msg_id=chosen.msg_id, salt=cut["salt"],
        session_id=cut["session_id"], temp_key=temp_key,
        container_msg_id=None if chosen.msg_id == outer.msg_id else outer.msg_id,
    )


def _may_be(body: bytes) -> bool:
    """Whether a body that begins with no known constructor may be a binding without one."""
    return len(body) > ENCRYPTED_SIZE and not SCHEMA.knows(body)


def unwrapped(body: bytes) -> bytes:
    """The call inside its wrappers, unpacked; the body itself where it is none."""
    for _ in range(WRAPPED):
        try:
            body = inflate(body, Limits().inflated)
            if not SCHEMA.knows(body) or SCHEMA.of(body).name not in WRAPPERS:
                return body
            body = bytes(SCHEMA.dissect(body)["query"])
        except MtError:
            return body
    return body


# -- The request --------------------------------------------------------------------------------------------------


def _request(data: bytes, patient: Patient) -> tuple[Dissection | None, list[Finding]]:
    """The request, cut, with what had to be undone for it."""
    call, leftover = _cut(data)
    if call is None or leftover or not _for_one_key(call, patient):
        for hypothesis in REQUESTS:
            undone = hypothesis.change(data)
            again, more = _cut(undone) if undone is not None else (None, 0)
            if undone is not None and again is not None and not more and _for_one_key(again, patient):
                return again, [Finding(hypothesis, (_first_difference(data, undone),))]
    if call is None:
        start = Evidence("request", 0, 0, f"{len(data)} bytes that begin otherwise", BIND)
        return None, [Finding(NO_BINDING, (start,))]
    if leftover:
        # Their number and not their bytes, here and above: nobody knows what they are, and some have been a key.
        rest = Evidence("request", len(data) - leftover, 0, f"{leftover} bytes", "nothing")
        return call, [Finding(APPENDED, (rest,))]
    return call, []


def _cut(data: bytes) -> tuple[Dissection | None, int]:
    """The request that stands first in `data`, and how many bytes follow it."""
    try:
        stop = REQUEST.read(data, 0, len(data), Reading()).stop
    except MtError:
        return None, 0
    return Dissection(REQUEST, data[:stop]), len(data) - stop


def _for_one_key(call: Dissection, patient: Patient) -> bool:
    """Whether 104 bytes are in it that begin with the key id of the request, or of the permanent key: 64 bits that
    agree only where everything before them is in its place."""
    sealed = next(_proper(call["encrypted_message"]), call["encrypted_message"])
    named = call["perm_auth_key_id"].to_bytes(8, "little", signed=True)
    return len(sealed) == ENCRYPTED_SIZE and sealed[:8] in (named, *(key.key.id_bytes for key in patient.keys))


def _first_difference(got: bytes, expected: bytes) -> Evidence:
    at = next((i for i, pair in enumerate(zip(got, expected, strict=False)) if pair[0] != pair[1]), len(got))
    return Evidence("request", at, min(4, len(got) - at), got[at : at + 4], expected[at : at + 4])


# -- encrypted_message --------------------------------------------------------------------------------------------


def _proper(sealed: bytes) -> Iterator[bytes]:
    for hypothesis in BODIES:
        undone = hypothesis.change(sealed)
        if undone is not None and len(undone) == ENCRYPTED_SIZE:
            yield undone


def _body(sealed: bytes, patient: Patient, call: Dissection | None) -> tuple[bytes, list[Finding]]:
    """The 104 bytes, with what had to be undone for them."""
    named = [key.key.id_bytes for key in patient.keys]
    named += [call["perm_auth_key_id"].to_bytes(8, "little", signed=True)] if call is not None else []
    for hypothesis in BODIES if len(sealed) != ENCRYPTED_SIZE else ():
        undone = hypothesis.change(sealed)
        if undone is not None and len(undone) == ENCRYPTED_SIZE and undone[:8] in named:
            evidence = Evidence("encrypted_message", 0, min(len(sealed), 16), sealed[:16], undone[:16])
            return undone, [Finding(hypothesis, (evidence,))]
    return sealed, []
