"""What a verdict is worth: it says what is true, says only what is certain, says nothing, or is wrong."""

from __future__ import annotations

import re
from typing import Any

from unseen_patients import Patient

# Verdicts that claim nothing about the guilty step: they name what is known, or what is not known.
CERTAIN = frozenset(
    {
        "not_opened",
        "answer_not_known",
        "nothing_wrong_so_far",
        "no_key",
        "no_binding_in_it",
        "no_verdict_yet",
        "another_mode",
    }
)


def text_of(finding: dict[str, Any]) -> str:
    spots = (" ".join(str(spot[part]) for part in ("path", "got", "expected")) for spot in finding["evidence"])
    return " ".join([finding["name"].replace("_", " "), finding["sentence"], finding["fix"], *spots])


def meets(finding: dict[str, Any], paths: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Whether the finding points at the guilty field, or names the guilty step."""
    for spot in finding["evidence"]:
        whole = spot["offset"] is not None and spot["got"] is not None and spot["expected"] is not None
        if whole and any(spot["path"] == path or spot["path"].endswith("/" + path) for path in paths):
            return True
    named = any(re.search(word, text_of(finding), re.I) for word in words)
    # A verdict that claims nothing names the step only in its sentence, not in what it advises to look at.
    return (
        named if finding["name"] not in CERTAIN else any(re.search(word, finding["sentence"], re.I) for word in words)
    )


def accused(told: dict[str, Any], patient: Patient) -> list[str]:
    """Fields that are right, of which some finding says otherwise."""
    wrong = []
    for finding in told["findings"]:
        for spot in finding["evidence"]:
            name = spot["path"].split("/")[-1]
            if name in FIELDS and name not in patient.guilty and str(spot["got"]) not in str(spot["expected"]):
                wrong.append(f"{finding['name']}: {spot['path']} at {spot['offset']}")
    return wrong


FIELDS = frozenset(
    {
        "constructor",
        "nonce",
        "temp_auth_key_id",
        "perm_auth_key_id",
        "temp_session_id",
        "expires_at",
        "msg_id",
        "seqno",
        "length",
        "msg_key",
        "auth_key_id",
        "session_id",
        "salt",
        "padding",
        "random128",
        "random",
    }
)


def judged(told: dict[str, Any], patient: Patient, *, healthy: bool = False) -> str:
    """One of: named, certain, silent, wrong, healthy, accused."""
    if healthy:
        return "healthy" if told["healthy"] and not accused(told, patient) else "wrong"
    if told["healthy"]:
        return "wrong"
    if accused(told, patient):
        return "accused"
    if not told["findings"]:
        return "silent"
    findings = told["findings"]
    if patient.lies and any(re.search(patient.lies, finding["sentence"]) for finding in findings):
        return "wrong"
    if patient.mistakes:
        found = [any(meets(finding, *mistake) for finding in findings) for mistake in patient.mistakes]
        if all(found):
            return "named"
        return "certain" if any(found) or findings[0]["name"] in CERTAIN else "wrong"
    if meets(findings[0], patient.paths, patient.words):
        return "named"
    return "certain" if findings[0]["name"] in CERTAIN else "wrong"
