"""The doctor before the patients of a fourth author: never wrong, also where what was told is wrong and not the bytes;
every mistake that can be seen in the bytes is named."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from mtlib import diagnose
from mtlib.errors import LocalError
from unseen_fourth_patients import DOUBLES, HEALTHY, SINGLES

NOTHING_WRONG = re.compile(
    r"packet outer padding (0|11)/|packet bind wrapped twice|packet rpc wrapped|request field padding not zero"
    r"|both expires far no promise|bound here|stream (other|msg_id|bad then good)"
    r"|facts .*/1|(request|em) of another bind|facts (session|msg_id|now|salt|perm 257)"
)
"""Kinds whose bytes are right, or whose mistake no byte of them shows."""
CANNOT_BE_TOLD = re.compile(
    r"msg_key in front differs|msg_key kdf (padded|whole|sha1\[)|kdf other key unknown|cipher (gcm|pkcs7)"
    r"|padding [0147]/"
    r"|request (nonce reversed|field is the ct|plaintext inner)|packet (gzip broken|msg_copy)|stream bad then good"
    r"|msg_key sha1 first 71"
)
"""Kinds of which the bytes leave open what they come from, and more may be said than was asked."""
NEVER_SAID = {
    "envelope msg_id low word zero": "no unix time",
    "envelope msg_id 4 wide": "random has|another_msg_id",
    "two msg_id older + random 8": "msg_id is missing",
    "msg_key sha1 first 71": "expires_at",
    "kdf perm first 128 zero": "256 zeros",
    "cipher first block only": "is not encrypted:",
    "cipher gcm-like tail": "does not fill",
    "padding v2 rule 24 hashed": "all 80 bytes",
    "em server frame": "bytes_between_fields",
    "request field be long": "as an int",
    "request field 0xff length": "without a length",
    "two field long + padding 24": "bytes_appended|bytes_between_fields",
    "request whole packed as bytes": "msg_id|session",
    "request truncated 1/": "length_148",
    "request truncated 3/": "length_148",
    "packet packet bit in msg_key": "packet/auth_key_id",
    "facts temp wrong key/1": "another_temporary_key",
    "facts temp one byte off/1": "another_temporary_key",
    "facts perm one byte off late": "the one that seals",
    "perm key trailing zero stripped": "the one that seals",
    "facts msg_id of the answer": "built for an older",
    "facts msg_id seconds": "fields_out_of_order|seqno",
    "keys swapped in client": "sent_over_the_permanent_key",
    "answer EMI, created in the future": "younger than 60 seconds, and not every",
    "stream cut": "is whole",
}
"""What was said of these once, and is not true."""
RESTS_ON_WHAT_WAS_TOLD = re.compile(r"facts (session|msg_id|temp wrong|temp 252|temp one byte|expires_at|nonce).*/0")


PARTS = 12


@cache
def examined(kind: str) -> dict[str, Any]:
    return told(next(each for each in [*SINGLES, *DOUBLES, *HEALTHY] if each["kind"] == kind))


def told(patient: dict[str, Any]) -> dict[str, Any]:
    try:
        return diagnose(**patient["facts"]).to_dict()
    except LocalError as error:  # of a value that cannot be one, whatever the bytes are
        return {"healthy": False, "verdict": str(error), "findings": [], "remarks": [], "name": "refused"}


def words(finding: dict[str, Any]) -> str:
    return " ".join([finding["name"], finding["sentence"], *(row["path"] for row in finding["evidence"])])


def test_they_are_as_many_as_they_should_be() -> None:
    assert (len(SINGLES) >= 400, len(DOUBLES) >= 80, len(HEALTHY) >= 60) == (True, True, True)


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_wrong_is_named(part: int) -> None:
    unnamed = []
    for patient in SINGLES[part::PARTS]:
        found, kind = examined(patient["kind"])["findings"], patient["kind"]
        if patient["ok"] and not NOTHING_WRONG.search(kind) and not CANNOT_BE_TOLD.search(kind) and not (
            found and re.search(patient["ok"], words(found[0]))
        ):  # fmt: skip
            unnamed.append(kind)
    assert unnamed == []


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_wrong_is_called_healthy(part: int) -> None:
    kinds = [each["kind"] for each in SINGLES[part::PARTS] if not NOTHING_WRONG.search(each["kind"])]
    assert [kind for kind in kinds if examined(kind)["healthy"]] == []


@pytest.mark.parametrize("kind", NEVER_SAID)
def test_what_is_not_true_is_not_said(kind: str) -> None:
    meant = [each for each in [*SINGLES, *DOUBLES] if each["kind"].startswith(kind)]
    said = " ".join(words(finding) for each in meant for finding in examined(each["kind"])["findings"])
    assert said and not re.search(NEVER_SAID[kind], said)


def test_a_verdict_that_rests_on_what_was_told_says_so() -> None:
    kinds = [each["kind"] for each in SINGLES]
    meant = {kind: examined(kind) for kind in kinds if RESTS_ON_WHAT_WAS_TOLD.match(kind)}
    silent = [kind for kind, each in meant.items() if not any("given" in row["sentence"] for row in each["findings"])]
    assert len(meant) > 8 and [kind for kind in silent if not kind.startswith("facts session zero")] == []


def test_bytes_go_before_what_was_told_and_that_is_said() -> None:
    for kind in ("facts session wrong/1", "facts msg_id js/1", "request of another bind than packet/0",
                 "em of another bind/0", "facts nonce of another bind/1", "stream bad then good/0"):  # fmt: skip
        assert examined(kind)["healthy"] and [each["name"] for each in examined(kind)["remarks"]] == ["not_all_judged"]


def test_several_mistakes_are_all_named() -> None:
    found = {each["kind"]: " ".join(map(words, examined(each["kind"])["findings"])) for each in DOUBLES}
    # Eight bytes of random leave nothing to pad, so a hash over the padding is the right one.
    twice = [each for each in DOUBLES if "random 8 + msg_key padded" not in each["kind"]]
    partly = [each["kind"] for each in twice if not all(re.search(ok, found[each["kind"]]) for ok in each["all"])]
    assert partly == []


def test_the_healthy_are_healthy_and_nothing_is_accused() -> None:
    for patient in HEALTHY:
        each = told(patient)
        assert each["healthy"] and [row["name"] for row in each["findings"]] == ["healthy"], patient["kind"]


@pytest.mark.parametrize("clock", [0, -5, 1_790_000_000_000])
def test_a_clock_that_cannot_be_one_is_refused_and_blames_nothing(clock: int) -> None:
    for name in ("now", "local_now", "perm_key_created", "key_expires_at"):
        with pytest.raises(LocalError, match=f"{name} is no time in unix seconds"):
            diagnose(**{name: clock})
