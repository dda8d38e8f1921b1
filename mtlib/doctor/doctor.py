"""Why was my bind refused? The doctor looks at the bytes and names the mistake.

A data centre answers one word to a dozen different mistakes. `diagnose` follows the triage: does it open, is the hash
right, which value disagrees, is the date one, and if all that is right, what does the data centre not know? It tries
the well-known mistakes, each a small change of the recipe, and believes one only if it reproduces the bytes exactly
or makes the rest verify.

Source: core.telegram.org/method/auth.bindTempAuthKey, core.telegram.org/api/pfs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from mtlib.crypto.keys import AuthKey
from mtlib.doctor.answers import beside_right_bytes, meaning
from mtlib.doctor.arrival import Arrival, arrive
from mtlib.doctor.comparing import date
from mtlib.doctor.diagnosis import Diagnosis, Finding
from mtlib.doctor.examining import look_behind_the_seal
from mtlib.doctor.given import GivenKey, refuse_shown_keys
from mtlib.doctor.hypothesis import Hypothesis
from mtlib.doctor.mistakes_inside import Opened
from mtlib.doctor.mistakes_packet import PACKET_CLOSED, PACKETS, RARER_PACKETS
from mtlib.doctor.opening import expected_inside, open_seal
from mtlib.doctor.outcomes import (
    COMPOSITES,
    HARMLESS,
    HEALTHY,
    NO_KEY,
    NOTHING,
    SAID_OF_BYTES,
    SO_FAR,
    STATES,
    UNEXPLAINED,
    UNKNOWN_KEY,
    YOUNG_KEY,
    is_young,
)
from mtlib.doctor.patient import BYTES, Patient
from mtlib.doctor.second_opinion import missing, second_opinion
from mtlib.errors import MtError
from mtlib.protocol.binding import ENCRYPTED_MESSAGE, ENCRYPTED_SIZE, REQUEST
from mtlib.protocol.checks import Facts, PacketFacts, Verdict
from mtlib.wire import Dissection, Reading

Octets = bytes | bytearray | memoryview | Dissection | str
Key = AuthKey | GivenKey | bytes | str


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
    """What is wrong with a binding, from whatever is known of it; nothing has to be.

    Bytes (or hex): `encrypted_message` (104), the `request` (132), the `packet` (200 or more), or a `stream` captured
    from the first byte that the client sent. Keys: AuthKey, bytes or hex, 256 bytes or as your program has them;
    `other_keys` are any others that may play a part. `session_id`, `msg_id`, `salt` are those of the message
    that carries the request; `nonce` and `expires_at` those of the request, where only the encrypted_message is
    given. In unix seconds: `now` by the data centre, `local_now` by your machine, `perm_key_created`, and
    `key_expires_at`, the end that the key exchange promised. `answer` is what the data centre said: text, bytes, a
    number, an exception, true.

    Raises LocalError for values that have no such form, for bytes of a key in what is none, and for a stream that
    begins no connection; for other bytes, however wrong, it never raises. Use throw-away keys; no result, error or
    log shows them.
    """
    given = dict(locals())
    del perm_key, temp_key, other_keys  # so that no traceback that shows local values shows a key
    try:
        patient = Patient.of(**given)
        refuse_shown_keys({name: getattr(patient, name) for name in BYTES}, patient.keys)
    except MtError as error:
        problem = error.with_traceback(None)
    else:
        return examine(patient)
    finally:
        given.clear()
    raise problem


def explain_refusal(facts: Facts, **more: Any) -> Diagnosis:
    """The diagnosis from a data centre's side, for its log: it knows what it judged, and may add what else a
    `Patient` has, such as its `other_keys`, or `perm_key_created` of one that it does not use yet."""
    return examine(Patient.of_facts(facts, **more))


def explain_packet(facts: PacketFacts) -> str:
    """In a sentence, how a packet that did not open was sealed, for a data centre's log."""
    for hypothesis in (*PACKETS, *RARER_PACKETS):
        if facts.key is not None and hypothesis.change(facts.packet, facts.key) is not None:
            return f"{hypothesis.name}: {hypothesis.sentence} {hypothesis.fix}"
    return f"{PACKET_CLOSED.name}: {PACKET_CLOSED.sentence}"


def examine(patient: Patient) -> Diagnosis:
    """The triage over a patient. Raises LocalError for a `stream` that begins no connection, and for nothing else."""
    arrival = arrive(patient)
    arrival = replace(arrival, patient=_with_perm_key(arrival))
    patient, sealed = arrival.patient, arrival.sealed
    findings, opened = list(arrival.findings), None
    if sealed is not None:
        opened, more = look_behind_the_seal(sealed, arrival)
        findings += more
    verdict = second_opinion(arrival) if sealed is not None or arrival.call is not None else None
    findings = _ordered([*findings, *_time(arrival, opened), *_states(patient, verdict)])
    lacking = tuple(missing(arrival))
    if not findings:
        findings = [Finding(_nothing_found(patient, verdict, lacking))]
    findings = _with_the_answer(findings, patient)
    return Diagnosis(
        tuple(findings), tuple(_remarks(opened, patient, findings)), lacking, verdict, _parts(arrival, opened),
        _dissected(arrival), bool(patient.keys),
    )


def _with_perm_key(arrival: Arrival) -> Patient:
    """The patient, with the permanent key picked from the others where it was not said which one it is."""
    patient, sealed = arrival.patient, arrival.sealed
    if patient.perm_key is not None or sealed is None:
        return patient
    named = arrival.call["perm_auth_key_id"] if arrival.call is not None else None
    chosen = next((key for key in patient.other_keys if key.key.id == named), None)
    for key in patient.other_keys if chosen is None else ():
        alone = replace(patient, perm_key=key, other_keys=())
        if open_seal(sealed, alone, expected_inside(alone, arrival.values)) is not None:
            chosen = key
            break
    if chosen is None:
        return patient
    others = tuple(key for key in patient.other_keys if key is not chosen)
    return replace(patient, perm_key=chosen, other_keys=others)


# -- What the numbers and the state say ----------------------------------------------------------------------------


def _time(arrival: Arrival, opened: Opened | None) -> Iterator[Finding]:
    """Is expires_at a date in the future, and not beyond the promise?"""
    values = arrival.values
    if values.get("expires_at") is not None:
        yield from date(arrival.patient, values["expires_at"], "request/expires_at", 20)
    elif opened is not None and opened.place("expires_at"):
        start, stop = opened.place("expires_at") or (0, 0)
        value = int.from_bytes(opened.plaintext[start:stop], "little", signed=True)
        yield from date(arrival.patient, value, "plaintext/envelope/inner/expires_at", start)


def _states(patient: Patient, verdict: Verdict | None) -> Iterator[Finding]:
    """What the data centre's own state refuses."""
    failing = () if verdict is None else verdict.failing
    for name, hypothesis in STATES.items():
        if name in failing and (name != "perm_key_known" or patient.perm_key is None):
            yield Finding(hypothesis)


# -- Putting it together ------------------------------------------------------------------------------------------


def _ordered(findings: list[Finding]) -> list[Finding]:
    """In the order of the triage; each mistake once; several that are one under its name."""
    merged: dict[str, Finding] = {}
    for each in sorted(findings, key=lambda finding: finding.hypothesis.stage):
        before = merged.get(each.name)
        evidence = (*(before.evidence if before else ()), *each.evidence)
        kept = before.hypothesis if before else each.hypothesis
        merged[each.name] = Finding(kept, tuple(dict.fromkeys(evidence)))
    for composite in COMPOSITES:
        if composite.change <= merged.keys():
            parts = [merged.pop(name) for name in [*merged] if name in composite.change]
            merged[composite.name] = Finding(composite, tuple(row for part in parts for row in part.evidence))
    return sorted(merged.values(), key=lambda finding: finding.hypothesis.stage)


def _nothing_found(patient: Patient, verdict: Verdict | None, lacking: tuple[str, ...]) -> Hypothesis[Any]:
    """No mistake: what is that worth?"""
    if verdict is None:
        return NOTHING
    if not verdict.ok:
        return UNEXPLAINED
    if patient.perm_key_missing:
        return YOUNG_KEY if is_young(patient) else UNKNOWN_KEY
    if patient.perm_key is None:
        return NO_KEY
    if lacking:
        return SO_FAR
    return HEALTHY


def _with_the_answer(findings: list[Finding], patient: Patient) -> list[Finding]:
    """What the data centre refused is not healthy, whatever its bytes. Beside a mistake the answer is told as well,
    unless the mistake is what it answers."""
    said = meaning(patient.answer)
    if said is None:
        return findings
    if findings[0].hypothesis is HEALTHY:
        said = YOUNG_KEY if said is UNKNOWN_KEY and is_young(patient) else said
        return [Finding(beside_right_bytes(said))]
    if said in SAID_OF_BYTES or said.name in [finding.name for finding in findings]:
        return findings
    return [*findings, Finding(said)]


def _remarks(opened: Opened | None, patient: Patient, findings: list[Finding]) -> Iterator[Hypothesis[Any]]:
    if opened is not None:
        names = {finding.name for finding in findings}
        spelled = names & {"key_without_leading_zeros", "key_with_a_sign_byte"}
        for each in HARMLESS:
            if each.change(opened, patient) and not (each.name == "key_given_short" and spelled):
                yield each


def _parts(arrival: Arrival, opened: Opened | None) -> dict[str, bytes]:
    patient = arrival.patient
    parts = {
        "packet": patient.packet,
        "request": patient.request,
        "encrypted_message": arrival.sealed,
        "plaintext": opened.plaintext if opened is not None else None,
    }
    return {name: value for name, value in parts.items() if value is not None}


def _dissected(arrival: Arrival) -> Dissection | None:
    """The request under the name that the paths of checks and formulas have for it."""
    keys = tuple(key.key for key in arrival.patient.keys)
    reading = Reading(keys=keys, lenient=True)
    if arrival.call is not None:
        return Dissection(replace(REQUEST, name="request"), bytes(arrival.call), reading)
    if arrival.sealed is not None and len(arrival.sealed) == ENCRYPTED_SIZE:
        return Dissection(ENCRYPTED_MESSAGE, arrival.sealed, reading)
    return None
