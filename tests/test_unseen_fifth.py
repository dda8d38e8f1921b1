"""The doctor before the patients of a fifth author, as they are pasted: never wrong, and what can be seen is named."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from mtlib import diagnose
from mtlib.clinic.reading import read_patient
from unseen_fifth_patients import ALL

PARTS = 12
BY_NAME = {each["name"]: each for each in ALL}
CANNOT_BE_TOLD = re.compile(
    r"mk encrypt then hash|mk right used, (zero|\[0:16\])|kdf (B length as end|Kotlin|sha1 of whole|tmp_aes|sha256_a"
    r"|third key)|cipher (GCM|biIGE|CTR zero)|blob (msg_key left|cipher only|first lost|two blocks|C string|CR lost)"
    r"|request (dropTempAuthKeys|cut)|both exp (ms int32|max|ten years|30 days)|second bind with a lower"
)
"""Kinds of which the bytes leave open what was done, or whether it is wrong: there only what is certain may be said."""
OTHERWISE = {
    "C# ToByteArray with sign byte": "byte(s too many stand| too many stands) before",
    "rq_nonce 16 bytes": "field_twice",
    "envelope 4-byte align before expires": "temp_session_id has 12 bytes",
    "container: ": "container_|msg_id_of_the_container|message_seqno_0",
    "layer without query id": "4 bytes too many stand before the request",
}
"""What names these, where it is not what their author thought of."""
NEVER_SAID = {
    "in_sess Rust i128": "msg_key_over_padding|expires_at",
    "in_nonce top bit masked": "unsigned|cut off at",
    "in_nonce 16-bit words": "high byte first",
    "in_temp off by one": "is for another",
    "in_msgid bit flipped": "was built for",
    "decimal text as TL string": "drawn_twice|another_temporary_key|names_another_key|session_of_another",
    "mk over 7": "bytes_between_fields|something_else",
    "mk over [32:80]": "all 80|inner_only",
    "mk zero padding hashed": "80",
    "mk zeros": "is the hash of",
    "cipher first block plain": "msg_key_of",
    "envelope inner reversed": "nonce_drawn_twice|another_temporary_key",
    "envelope alphabetical fields": "key_ids_swapped",
    "several front+head": "no_binding_in_it",
    "container: ": "no_binding_in_it|bytes are right",
    "layer without query id": "constructor_left_out",
    "msg_copy": "no_binding_in_it",
    "packet cut": "is not the hash of what is in it\\.",
    "stream cut short": "packet_msg_key_wrong|no_binding_in_it",
    "fact session rounded": "session_of_another",
}
"""What was said of these once, and is not true."""
REMARKED = {
    "second bind with a lower msg_id": "msg_id_falls",
    "2038 without promise": "expires_at_far_off",
    "both exp (max|30 days)": "expires_at_far_off",
    "TL padding not zero": "string_padding_not_zero",
    "good after bad": "not_all_judged",
    "fact (msg_id|session) of another": "not_all_judged",
}
"""What is right or cannot be known, and is said all the same."""


@cache
def told(name: str) -> dict[str, Any]:
    return diagnose(**read_patient(BY_NAME[name]["text"])).to_dict()


def words(finding: dict[str, Any]) -> str:
    return " | ".join([finding["name"], finding["sentence"], *(row["path"] for row in finding["evidence"])])


def of(group: str, part: int = 0, parts: int = 1) -> list[str]:
    return [each["name"] for each in ALL if each["group"] == group][part::parts]


def test_they_are_as_many_as_they_should_be() -> None:
    assert (len(of("single")) >= 400, len(of("several")) >= 80, len(of("healthy")) >= 60) == (True, True, True)
    assert len(BY_NAME) == len(ALL) and sum(bool(CANNOT_BE_TOLD.search(name)) for name in of("single")) < 40


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_wrong_is_named(part: int) -> None:
    unnamed = []
    for name in of("single", part, PARTS):
        wanted = next((ok for kind, ok in OTHERWISE.items() if kind in name), None)
        patterns = BY_NAME[name]["want"] if wanted is None else [wanted]
        first = words(told(name)["findings"][0])
        if not CANNOT_BE_TOLD.search(name) and not all(re.search(ok, first) for ok in patterns):
            unnamed.append((name, first))
    assert unnamed == []


@pytest.mark.parametrize("part", range(PARTS))
def test_the_evidence_is_what_stands_there(part: int) -> None:
    """Where a field was given another value of its own size, got and expected are the two values."""
    for name in of("single", part, PARTS):
        field, rows = BY_NAME[name]["field"], told(name)["findings"][0]["evidence"]
        if field is None or len(field[0]) != len(field[1]) or not rows or "left_zero" in told(name)["name"]:
            continue
        wrong, right = (spellings(value) for value in field)
        seen = {(str(row["got"]), str(row["expected"])) for row in rows}
        pairs = [(a in wrong and (b in right or "after" in b)) or (a in right and b in wrong) for a, b in seen]
        assert any(pairs), (name, seen)


def spellings(value: bytes) -> set[str]:
    return {value.hex(), *(str(int.from_bytes(value, "little", signed=signed)) for signed in (True, False))}


def test_nothing_wrong_is_called_healthy() -> None:
    names = [*of("single"), *of("several"), *of("answer"), *of("cut")]
    assert [name for name in names if told(name)["healthy"] and not re.search("both exp (max|30 days)", name)] == []


def test_what_was_answered_is_told_of_right_bytes_and_nothing_is_accused() -> None:
    for name in of("answer"):
        assert told(name)["findings"][0]["evidence"] == [] and len(told(name)["findings"]) == 1, name


def test_the_healthy_are_healthy_and_nothing_is_accused() -> None:
    for name in of("healthy"):
        assert told(name)["healthy"] and [row["name"] for row in told(name)["findings"]] == ["healthy"], name


def test_several_mistakes_are_all_named() -> None:
    found = {name: [words(each) for each in told(name)["findings"]] for name in of("several")}
    partly = [name for name in found for ok in BY_NAME[name]["want"] if not any(re.search(ok, s) for s in found[name])]
    assert partly == []


@pytest.mark.parametrize("kind", NEVER_SAID)
def test_what_is_not_true_is_not_said(kind: str) -> None:
    said = [words(finding) for name in BY_NAME if kind in name for finding in told(name)["findings"]]
    assert said and [each for each in said if re.search(NEVER_SAID[kind], each)] == []


@pytest.mark.parametrize("kind", REMARKED)
def test_what_cannot_be_judged_is_remarked(kind: str) -> None:
    names = [name for name in BY_NAME if re.match(kind, name)]
    assert names
    for name in names:
        assert REMARKED[kind] in [each["name"] for each in told(name)["remarks"]], name


def test_what_was_judged_is_not_said_to_be_left_out() -> None:
    assert told("salt not the known one [packet]")["remarks"] == []
