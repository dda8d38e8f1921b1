"""What a data centre would say about the same bytes, and what one would have to know to say more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mtlib.doctor.arrival import Arrival
from mtlib.doctor.mistakes_packet import PACKET_CLOSED
from mtlib.protocol.binding import ENCRYPTED_SIZE
from mtlib.protocol.checks import NO_KEY, Facts, Verdict, judge
from mtlib.wire.schema import REQUEST


def second_opinion(arrival: Arrival) -> Verdict:
    """The checks of a data centre, without those whose values are not here."""
    patient = arrival.patient
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
    if request is None:
        request, more = _stand_in(arrival)
        skip |= more
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
    # A data centre refuses what stays closed; here it may only be that nobody gave the key.
    return verdict if verdict.failing else Verdict(True, None, None, verdict.checks)


def _stand_in(arrival: Arrival) -> tuple[bytes, set[str]]:
    """A request around a bare encrypted_message, and the checks that it cannot answer."""
    patient, sealed = arrival.patient, arrival.sealed or b""
    named = patient.perm_key.key.id if patient.perm_key else int.from_bytes(sealed[:8], "little", signed=True)
    request = REQUEST.build(
        perm_auth_key_id=named, nonce=patient.nonce or 0, expires_at=patient.expires_at or 0, encrypted_message=sealed
    )
    skip = {"request_parses", "nothing_left_over"}
    # Without a key its front has nothing to be compared with, and of another size it may be anything, a key as well.
    skip |= {"perm_auth_key_id_in_front"} if patient.perm_key is None or len(sealed) != ENCRYPTED_SIZE else set()
    skip |= {"nonce"} if patient.nonce is None else set()
    skip |= {"expires_at", "expires_at_in_range"} if patient.expires_at is None else set()
    return bytes(request), skip


def missing(arrival: Arrival) -> Iterator[str]:
    """What could be said with what more."""
    patient = arrival.patient
    if arrival.call is None and arrival.sealed is None:
        if any(finding.hypothesis is PACKET_CLOSED for finding in arrival.findings) and patient.temp_key is None:
            yield "temp_key: what is in the packets; and with perm_key: what is behind the seal in them"
        return
    wanted = {
        "perm_key": (patient.perm_key, "whether the seal opens, and all that is behind it"),
        "temp_key": (patient.temp_key, "whether the binding is for the key that carries it"),
        "session_id": (patient.session_id, "whether the binding is for the session of its message"),
        "msg_id": (patient.msg_id, "whether the binding was built for the message that carries it"),
        "now": (patient.clock, "whether expires_at is in the future"),
        "request": (arrival.call, "whether nonce, expires_at and perm_auth_key_id are the same inside and outside"),
    }
    if patient.perm_key_missing:
        wanted.pop("perm_key")
    if patient.nonce is not None and patient.expires_at is not None:
        wanted.pop("request")
    for name, (value, what) in wanted.items():
        if value is None:
            yield f"{name}: {what}"
