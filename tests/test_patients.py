"""The doctor before patients that he has not seen, and the judge before a data centre: is the truth about them true?

`python tests/test_patients.py` prints every patient, the doctor's verdict and what the judge says about it:

    named     the guilty field with its value, or the guilty step of the recipe
    certain   something true, but not the mistake
    silent    nothing wrong was seen
    WRONG     the first finding accuses what is right, or wrong bytes (or refused ones) are called healthy
    FALSE     a later finding accuses what is right
"""

from __future__ import annotations

import re
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest

import mtlib
from faulty_client import FaultyClient
from patients import DOUBLES, HEALTHY, NAMED, QUIET, SINGLES, Guilt, Patient, streamed
from wrong_client import WrongClient, ige_backwards, kdf2, key_id

# -- How a verdict is read ----------------------------------------------------------------------------------------

KINDS = {
    "byte order": r"high byte first|big.endian|byte.swapped|words? (is|are|was|were) turned|bytes are reversed",
    "zero": r"never filled|left zero|is all zeros|it is zero\b",
    "cut": r"cut to 32",
    "double": r"float|rounded|53 bits",
    "unsigned": r"unsigned",
    "hash end": r"wrong (end|half) of",
    "fresh": r"of its own, drawn after|fresh msg.id",
    "older": r"older message|drawn too early",
    "container": r"id of the container|msg id of the container",
    "milliseconds": r"millisecond",
    "duration": r"is a duration",
    "past": r"has passed|in the past",
    "late": r"too late|beyond the end",
    "local clock": r"this machine's clock|local clock",
    "over padding": r"hash of all 80|over (the )?padding|padding does not belong|covers the padding",
    "inner only": r"hash of the forty|inner only",
    "other order": r"another order",
    "other slice": r"SHA-?1 ?\[|first sixteen",
    "sha256": r"SHA-?256",
    "md5": r"MD5",
    "v2 hash": r"msg_key is that of MTProto 2|msg key v2",
    "v2 schedule": r"schedule of MTProto 2|schedule v2",
    "v2 seal": r"sealed by mtproto 2",
    "packet v1": r"sealed by MTProto 1|packet by mtproto 1|as MTProto 1\.0 did",
    "x = 8": r"x = 8",
    "sha1_a": r"sha1_a", "sha1_b": r"sha1_b", "sha1_c": r"sha1_c", "sha1_d": r"sha1_d",
    "iv halves": r"halves of the iv|iv halves",
    "zero iv": r"\biv (is|was|of) (all )?zeros?|zero iv",
    "ecb": r"\bECB\b", "cbc": r"\bCBC\b", "pcbc": r"\bPCBC\b", "ctr": r"\bCTR\b", "cfb": r"\bCFB\b", "ofb": r"\bOFB\b",
    "aes-128": r"AES-?128", "aes-192": r"AES-?192",
    "backwards": r"AES ran backwards|aes backwards|decrypted instead of encrypted",
    "in place": r"in place|written over itself",
    "temp key": r"(made|sealed) with the temporary key",
    "other key": r"(made|sealed) with another key",
    "keys swapped": r"two keys have changed places|perm and temp swapped",
    "stripped": r"without (its )?leading zeros",
    "sign byte": r"zero byte too many in front|sign byte",
    "key reversed": r"key was used back to front|key reversed",
    "text": r"hex|base64|UTF-?8|as (a )?text",
    "bit": r"\bone bit\b",
    "pkcs7": r"PKCS",
}  # fmt: skip
"""What a verdict can claim beyond a place; a claim that is not true of the patient makes the verdict wrong."""

STEPS = {
    "key spelling": r"key (was|is|were) (used|given|read|written|kept|taken|spelled)|key spelling|spelling of the key",
    "key id": r"key.?id",
    "schedule": r"\bschedule\b|sha1_[a-d]|sha256_[ab]|\bKDF\b|AES key and iv come",
    "aes_key": r"aes.key\b",
    "aes_iv": r"aes.iv\b|\biv\b",
    "cipher": r"\bcipher\b|\bIGE\b|\bECB\b|\bCBC\b|\bPCBC\b|\bCTR\b|\bCFB\b|\bOFB\b|AES-?(128|192)|AES ran",
    "key": r"another key|temporary key|permanent key",
    "TL string": r"length in front|length as an|TL string|length head|long form of a length",
    "message": r"\bmessage\b", "packet": r"\bpacket\b",
    "date": r"\bdate\b|expires_at|duration|clock",
}  # fmt: skip
NOTHING_WRONG = re.compile(r"[Nn]othing is wrong|no bytes to look at|comparisons lack|healthy|bytes are right")
NO_KEY_FITS = "packet_not_opened"
"""It accuses nothing although it shows a value: of the keys that were told, none is for this packet."""
MISSING = re.compile(
    r"missing|left out|not there|without|too (few|short|small)|lacks?\b|cut|stops|stands? (at|too)|lost", re.I
)
EXTRA = re.compile(
    r"twice|too (many|wide|long|big)|16 bytes|sixteen|doubled|append|follow|stands? (at|too)|behind|more", re.I
)
SHIFTED = re.compile(r"shift|stands?\b|before it|in front|bytes (are )?(missing|too)|order|places|off by", re.I)

SHAPES = {"missing": (MISSING, EXTRA), "extra": (EXTRA, MISSING)}
CONTAINERS = frozenset(
    {
        "packet",
        "packet/ciphertext",
        "message",
        "message/body",
        "request",
        "request/encrypted_message",
        "encrypted_message",
        "encrypted_message/ciphertext",
        "plaintext",
        "envelope",
        "inner",
    }
)
"""To point at one of these is no name for what is wrong in it; the sentence has to say it."""

PARENT = {
    "inner": "envelope",
    "envelope": "plaintext",
    "plaintext": "encrypted_message/ciphertext",
    "encrypted_message/ciphertext": "encrypted_message",
    "encrypted_message": "request/encrypted_message",
    "request": "message",
    "message": "packet/ciphertext",
}
ROOTS = ("packet", "message", "request", "encrypted_message", "plaintext", "envelope", "inner")


def place(path: str) -> str:
    """The tail of a path from its last container on: "plaintext/envelope/inner/nonce" is "inner/nonce"."""
    parts = path.split("/")
    last = max((i for i, part in enumerate(parts) if part in ROOTS), default=0)
    if parts[last] == "encrypted_message" and last == len(parts) - 1 and parts[:-1] and parts[-2] == "request":
        return "encrypted_message"
    return "/".join(parts[last:]).replace("random128", "random")


def above(tail: str) -> Iterator[str]:
    """The place itself and every container around it."""
    while tail:
        yield tail
        if tail == "request/encrypted_message":
            tail = "request"
        else:
            tail = PARENT.get(tail) or tail.rpartition("/")[0]


def spellings(data: bytes) -> set[str]:
    numbers = {str(int.from_bytes(data, "little", signed=signed)) for signed in (True, False)}
    return {data.hex(), *numbers}


def fits(value: Any, data: bytes | None) -> bool:
    if data is None:
        return True
    said = str(value).lower()
    return said in spellings(data) or (len(said) >= 16 and data.hex().startswith(said))


def accused(finding: dict[str, Any]) -> list[dict[str, Any]]:
    return [e for e in finding["evidence"] if str(e["got"]) not in str(e["expected"]).split(" or ")]


def weigh(finding: dict[str, Any], truth: tuple[Guilt, ...]) -> tuple[str, int | None]:
    """What one finding is worth, and which mistake it is about."""
    text = f"{finding['name'].replace('_', ' ')}. {finding['sentence']}"
    told = {kind for kind, pattern in KINDS.items() if re.search(pattern, text, re.I)}
    true = {kind for guilt in truth for kind in guilt.kinds}
    if told - true and not _explained(told - true, truth):
        return "wrong", None
    if another_field(text, truth):
        return "wrong", None
    places = accused(finding)
    harmless = {tail for guilt in truth for at in (*guilt.fields, *guilt.allow) for tail in above(at)}
    if any(guilt.shape for guilt in truth) and SHIFTED.search(text):
        harmless |= {
            place(e["path"]) for e in places if place(e["path"]).startswith(("inner/", "envelope/", "request/"))
        }
    if not all(place(e["path"]) in harmless for e in places):
        return "wrong", None
    steps = {step for step, pattern in STEPS.items() if re.search(pattern, text, re.I)}
    for number, guilt in enumerate(truth):
        own, opposite = SHAPES.get(guilt.shape or "", (None, None))
        if own and opposite and opposite.search(text) and not own.search(text):
            continue
        if any(place(e["path"]) in guilt.fields and place(e["path"]) not in CONTAINERS
               and fits(e["got"], guilt.got) and fits(e["expected"], guilt.expected) for e in places):  # fmt: skip
            return "named", number
        if NOTHING_WRONG.search(text) and guilt.fields:
            continue
        if any(re.search(word, text, re.I) for word in guilt.words) or told & set(guilt.kinds):
            return "named", number
        if len(steps) <= 3 and steps & set(guilt.steps):
            return "named", number
    return ("silent" if NOTHING_WRONG.search(text) else "certain"), None


def another_field(text: str, truth: tuple[Guilt, ...]) -> bool:
    """Whether a sentence about bytes that are missing or too many speaks of fields, and of none that is guilty."""
    if len(truth) > 1 or not truth[0].shape or SHIFTED.search(text) or NOTHING_WRONG.search(text):
        return False
    if not MISSING.search(text) and not EXTRA.search(text):
        return False
    spoken = {field for field, pattern in NAMED.items() if re.search(pattern, text, re.I)}
    guilty = {field.rpartition("/")[2] for field in truth[0].fields}
    return bool(spoken) and not spoken & guilty and not any(re.search(w, text, re.I) for w in truth[0].words)


def _explained(kinds: set[str], truth: tuple[Guilt, ...]) -> bool:
    """Kinds that mean the same as a true one, or are a part of it."""
    true = {kind for guilt in truth for kind in guilt.kinds}
    same = {
        "v2 seal": {"v2 schedule", "v2 hash"},
        "v2 schedule": {"v2 seal"},
        "v2 hash": {"v2 seal"},
        "sha256": {"v2 schedule", "v2 hash"},
        "cbc": {"pcbc"},
        "hash end": {"other slice"},
    }
    return all(same.get(kind, set()) & true for kind in kinds)


@dataclass(frozen=True)
class Opinion:
    """The judge's word on one patient."""

    patient: str
    table: str
    verdict: str
    judged: str
    seconds: float
    sentence: str


def examine(name: str, table: str, patient: Patient) -> Opinion:
    told = patient.told()
    start = time.process_time()
    said = mtlib.diagnose(**told).to_dict()
    seconds = time.process_time() - start
    return Opinion(name, table, said["name"], judged(said, patient, table), seconds, said["verdict"])


def judged(said: dict[str, Any], patient: Patient, table: str) -> str:
    if not patient.truth:
        if any(accused(finding) for finding in said["findings"] if finding["name"] != NO_KEY_FITS):
            return "WRONG"
        if table == "healthy":
            return "healthy" if said["healthy"] else "WRONG"
        return "quiet"
    if said["healthy"]:
        return "WRONG"
    first, *rest = (weigh(finding, patient.truth) for finding in said["findings"])
    if first[0] == "wrong":
        return "WRONG"
    if any(worth == "wrong" for worth, _ in rest):
        return "FALSE"
    named = {number for worth, number in (first, *rest) if worth == "named"}
    if len(patient.truth) > 1 and named:
        return "both" if len(named) == len(patient.truth) else "one"
    return first[0]


@cache
def judge_all() -> tuple[Opinion, ...]:
    mtlib.diagnose(**SINGLES["envelope_length_of_all"].told())  # what is loaded once is not the patient's time
    tables = {"single": SINGLES, "double": DOUBLES, "healthy": HEALTHY, "quiet": QUIET}
    return tuple(examine(name, table, patient) for table, all_ in tables.items() for name, patient in all_.items())


def of(table: str, *judged_: str) -> list[str]:
    return [
        f"{o.patient}: {o.verdict}" for o in judge_all() if o.table == table and (not judged_ or o.judged in judged_)
    ]


# -- The gates ----------------------------------------------------------------------------------------------------


def test_there_are_enough_of_them() -> None:
    assert len(SINGLES) >= 260 and len(DOUBLES) >= 45 and len(HEALTHY) >= 25


def test_no_two_are_the_same() -> None:
    told = Counter(repr(sorted(p.told().items())) for t in (SINGLES, DOUBLES, HEALTHY, QUIET) for p in t.values())
    assert max(told.values()) == 1


def test_every_healthy_one_is_healthy() -> None:
    assert of("healthy", "WRONG") == []
    assert of("quiet", "WRONG") == []


def test_no_verdict_is_wrong() -> None:
    assert of("single", "WRONG") == []
    assert of("double", "WRONG") == []


def test_nothing_that_is_right_is_accused() -> None:
    assert of("single", "FALSE") + of("double", "FALSE") == []


def test_the_mistake_is_named() -> None:
    unnamed = of("single", "certain", "silent", "WRONG", "FALSE")
    assert len(unnamed) <= 0.05 * len(SINGLES), unnamed


def test_of_two_mistakes_one_is_named_and_nothing_false_is_said() -> None:
    assert of("double", "certain", "silent") == []


def test_it_takes_no_time() -> None:
    times = sorted(o.seconds for o in judge_all())
    assert times[-1] < 1
    assert times[int(0.95 * len(times))] < 0.2


# -- Does the judge see through a bad doctor? ----------------------------------------------------------------------


def verdict(name: str, sentence: str, *evidence: tuple[str, Any, Any], healthy: bool = False) -> dict[str, Any]:
    shown = [
        {"path": path, "offset": 0, "size": 8, "got": got, "expected": expected} for path, got, expected in evidence
    ]
    return {"name": name, "healthy": healthy, "findings": [{"name": name, "sentence": sentence, "evidence": shown}]}


def test_a_doctor_who_calls_everybody_healthy_is_always_wrong() -> None:
    said = verdict("healthy", "The bytes are right.", healthy=True)
    assert {judged(said, p, "single") for p in (*SINGLES.values(), *DOUBLES.values())} == {"WRONG"}


def test_a_doctor_who_only_says_that_something_is_wrong_names_nobody() -> None:
    said = verdict(
        "not_opened", "No known way turns these bytes into a binding.", ("encrypted_message/ciphertext", "00", "28")
    )
    assert "named" not in {judged(said, p, "single") for p in (*SINGLES.values(), *DOUBLES.values())}


def test_a_doctor_who_accuses_a_healthy_one_is_wrong() -> None:
    said = verdict("byte_swapped", "A long was written high byte first.", ("plaintext/envelope/inner/nonce", "1", "2"))
    assert {
        judged(said, p, table) for table, all_ in (("healthy", HEALTHY), ("quiet", QUIET)) for p in all_.values()
    } == {"WRONG"}


def test_a_field_without_its_value_is_not_named() -> None:
    seqno = SINGLES["envelope_seqno_three"]
    path = "request/encrypted_message/plaintext/envelope/seqno"
    assert judged(verdict("seqno", "The seqno.", (path, 3, 0)), seqno, "single") == "named"
    assert judged(verdict("seqno", "The seqno.", (path, 4, 0)), seqno, "single") == "certain"
    assert judged(verdict("length", "The length.", (path[:-5] + "length", 3, 40)), seqno, "single") == "WRONG"


def test_a_true_place_with_an_untrue_story_is_wrong() -> None:
    path = ("encrypted_message/msg_key", "00", "11")
    said = verdict("msg_key_v2", "msg_key is that of MTProto 2.0.", path)
    assert judged(said, SINGLES["msg_key_md5"], "single") == "WRONG"
    assert judged(said, SINGLES["msg_key_v2_last_sixteen"], "single") == "named"


# -- Is the truth true? -------------------------------------------------------------------------------------------


def keys(told: dict[str, Any]) -> dict[str, mtlib.AuthKey]:
    def whole(key: bytes | str) -> mtlib.AuthKey:
        data = bytes.fromhex(key) if isinstance(key, str) else key
        return mtlib.AuthKey(data.rjust(256, b"\0"))

    return {name: whole(told[name]) for name in ("perm_key", "temp_key")}


def accepted(told: dict[str, Any]) -> bool:
    request = told["request"]
    request = bytes.fromhex(request) if isinstance(request, str) else request
    named = {name: told[name] for name in ("session_id", "msg_id", "now")}
    return mtlib.verify(request, **keys(told), **named).ok


def with_proof(proof: str, *tables: dict[str, Patient]) -> list[Any]:
    return [pytest.param(p, id=n) for table in tables for n, p in table.items() if p.proof == proof]


@pytest.mark.parametrize("patient", with_proof("verify", SINGLES, DOUBLES))
def test_a_data_centre_refuses_the_bytes(patient: Patient) -> None:
    assert not accepted(patient.told())


@pytest.mark.parametrize("patient", with_proof("right", SINGLES, HEALTHY))
def test_a_data_centre_accepts_the_bytes(patient: Patient) -> None:
    assert accepted(patient.told())


def on_the_wire() -> list[Any]:
    tables = ((SINGLES, False), (HEALTHY, True))
    return [pytest.param(p.wire, expected, id=n) for table, expected in tables for n, p in table.items() if p.wire]


@pytest.fixture(scope="module")
def dc() -> Iterator[mtlib.LocalDC]:
    with mtlib.LocalDC() as dc:
        yield dc


@contextmanager
def connected(dc: mtlib.LocalDC) -> Iterator[FaultyClient]:
    """A connection of one client, which keeps its permanent key and makes a temporary key each time: what one patient
    does to a session is no other's affair."""
    with FaultyClient(dc.host, dc.port, dc.public_key.to_pem(), session_id=-3716919303279106667) as line:
        line.socket.settimeout(5)
        yield line.make_keys(permanent(dc))


@cache
def permanent(dc: mtlib.LocalDC) -> bytes:
    with FaultyClient(dc.host, dc.port, dc.public_key.to_pem()) as line:
        return line.exchange()[0]


@pytest.mark.parametrize(("wire", "expected"), on_the_wire())
def test_a_data_centre_on_the_wire(wire: Callable[[WrongClient], bytes], expected: bool, dc: mtlib.LocalDC) -> None:
    with connected(dc) as line:
        client = replace(line.client(), outer_seqno=1)
        line.socket.settimeout(0.5)
        line.send(wire(client))
        assert (_answer(line, client) == "boolTrue") is expected


@pytest.mark.parametrize("framing", ["abridged", "intermediate", "padded", "full", "obfuscated"])
def test_a_data_centre_reads_the_streams(framing: str, dc: mtlib.LocalDC) -> None:
    with connected(dc) as line:
        client = line.client()
        before = len(list(dc.trace.named("bind_accepted")))
        with socket.create_connection((dc.host, dc.port), timeout=5) as raw:
            raw.sendall(streamed(framing, client))
            assert raw.recv(1)
        assert len(list(dc.trace.named("bind_accepted"))) == before + 1


def _answer(line: FaultyClient, client: WrongClient) -> str:
    ok = bytes.fromhex("016d5cf3")
    while True:
        try:
            packet = line.receive()
        except (ConnectionError, TimeoutError):
            return "nothing"
        if len(packet) == 4:
            return f"transport error {struct.unpack('<i', packet)[0]}"
        key = next((k for k in (client.temp, client.perm) if key_id(k) == packet[:8]), None)
        if key is None:
            return "a packet of nobody"
        text = ige_backwards(packet[24:], *kdf2(key, packet[8:24], 8))
        for name, mark in {"bad_msg_notification": "11f8efa7", "bad_server_salt": "7b44abed"}.items():
            if bytes.fromhex(mark) in text:
                return name
        if ok in text:
            at = text.index(ok) + 12
            return "boolTrue" if text[at : at + 4] == bytes.fromhex("b5757299") else "rpc_error"


def main() -> int:
    opinions = judge_all()
    for o in opinions:
        print(f"{o.judged:8} {o.seconds * 1000:5.0f} ms  {o.table:7} {o.patient:48} {o.verdict:34} {o.sentence[:90]}")
    for table in ("single", "double", "healthy", "quiet"):
        counted = Counter(o.judged for o in opinions if o.table == table)
        print(f"\n{table}: {sum(counted.values())}", dict(counted.most_common()), end="")
    times = sorted(o.seconds for o in opinions)
    print(f"\ntime: 95 % below {times[int(0.95 * len(times))] * 1000:.0f} ms, longest {times[-1] * 1000:.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
