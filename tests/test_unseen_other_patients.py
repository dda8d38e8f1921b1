"""The doctor before the patients of one more author, as they are pasted: read in nineteen forms, never wrong, named."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import unseen_other_forms as forms
from mtlib import diagnose, read_patient
from mtlib.errors import LocalError
from unseen_other_client import NOW, build, frame, i64, signed
from unseen_other_patients import HEALTHY, PAIRS, SINGLES, UNNAMED

CARRIERS = ("request", "request", "packet", "request", "encrypted_message", "request", "stream")
FRAMINGS = ("abridged", "intermediate", "padded", "full",
            "obfuscated-abridged", "obfuscated-intermediate", "obfuscated-padded")  # fmt: skip
CLAIM_NOTHING = {"not_opened", "packet_not_opened", "unexplained", "nothing_wrong_so_far"}
OF_THE_ANSWER = ("state_", "expires_both_", "packet_")
"""Patients that may have nothing wrong in their bytes."""


def _given(number: int, what: dict[str, Any]) -> dict[str, Any]:
    """What the client of this patient is given, in place of what it would draw."""
    if "seed" in what:
        return {"now": NOW + 77}
    names = ("perm", "temp", "session", "nonce", "expires", "rnd16", "seq", "pad", "msg_id")
    given = {name: what[name] for name in names if name in what}
    now = given["now"] = NOW + random.Random(number).randrange(10**6)
    clocks: dict[str, Callable[[], int]] = {
        "shift": lambda: ((now + what["shift"]) << 32) | 0x1234560,
        "mod": lambda: (now << 32) | 0x1234560 | what["mod"],
        "how": lambda: {"ms": now * 1000, "s": now, "ns": now * 10**9}[what["how"]] & ~3,
        "msg": lambda: what["msg"](now),
    }
    for name, made in clocks.items():
        if name in what:
            given["msg_id"] = i64(made())
    if what.get("same"):
        given["temp"] = given["perm"] = random.Random(number + 7).randbytes(256)
    if "exp" in what:
        given["expires"] = what["exp"](now)
    return given


def _facts(number: int, name: str, steps: dict[str, Any], what: dict[str, Any]) -> dict[str, Any]:
    """What the author of this client pastes."""
    made = build(what.get("seed", number * 1000 + 17), dict(steps), **_given(number, what))
    carrier = what.get("carrier") or CARRIERS[number % 7]
    of_request = any(step.startswith(("rq_", "request")) for step in steps) or "expires_both" in name
    if (carrier == "encrypted_message" and of_request) or (not made.out_cipher and "carrier" not in what):
        carrier = "request"
    facts: dict[str, Any] = {}
    if carrier == "stream" or "framing" in what:
        framed = frame(what.get("framing") or FRAMINGS[number % 7], made.packet, number)
        facts["stream"] = what.get("ff", bytes)(framed)
    elif carrier == "packet":
        facts["packet"] = made.packet
    elif carrier == "request":
        facts["request"] = made.request
    else:
        facts |= {"encrypted_message": made.blob, "nonce": signed(made.nonce), "expires_at": made.expires}
    facts |= {"perm_auth_key": made.perm, "temp_auth_key": made.temp}
    if what.get("other_temp"):
        facts["other_keys"] = made.other_temp
    if {"request", "encrypted_message"} & facts.keys() or what.get("tell_ids"):
        facts |= {"session_id": signed(made.out_session), "msg_id": signed(made.out_msg_id)}
    if what.get("salt"):
        facts["salt"] = signed(made.salt)
    if not what.get("no_now"):
        facts["now"] = made.now
    if "perm_age" in what:
        facts["perm_key_created"] = made.now - what["perm_age"]
    if "key_expires" in what:
        facts["key_expires_at"] = made.now + what["key_expires"]
    answer = what.get("answer", "400 ENCRYPTED_MESSAGE_INVALID")
    return facts | ({"answer": answer} if answer else {})


def _told(number: int, name: str, steps: dict[str, Any], what: dict[str, Any]) -> tuple[dict[str, Any], float]:
    form = forms.FORMS[number % len(forms.FORMS)]
    text = form(_facts(number, name, steps, what))
    start = time.process_time()
    told = diagnose(**read_patient(text)).to_dict()
    return told, time.process_time() - start


Seen = dict[str, tuple[dict[str, Any], float]]


@pytest.fixture(scope="module")
def singles() -> Seen:
    _told(0, "first", {}, {})  # what is imported late
    return {name: _told(number, name, steps, what) for number, (name, steps, _, what) in enumerate(SINGLES)
            if name != KEY_IN_THE_REQUEST}  # fmt: skip


@pytest.fixture(scope="module")
def pairs() -> Seen:
    return {name: _told(1000 + number, name, steps, what) for number, (name, steps, _, what) in enumerate(PAIRS)}


@pytest.fixture(scope="module")
def healthy() -> Seen:
    return {name: _told(2000 + number, name, steps, what) for number, (name, steps, what) in enumerate(HEALTHY)}


KEY_IN_THE_REQUEST = "perm_id_everywhere_first8_of_key"


def _meets(finding: dict[str, Any], wanted: str) -> bool:
    said = " ".join([finding["name"], finding["sentence"], *(str(row["path"]) for row in finding["evidence"])])
    return bool(re.search(wanted, said.lower()))


def _texts(told: dict[str, Any]) -> str:
    return " / ".join(finding["sentence"] for finding in told["findings"])


def _wrong() -> Iterator[tuple[str, str]]:
    yield from ((name, wanted) for name, _, wanted, _ in SINGLES if name != KEY_IN_THE_REQUEST)


def test_there_are_enough_of_them() -> None:
    assert len({name for name, *_ in SINGLES}) == len(SINGLES) >= 500
    assert len(PAIRS) >= 60
    assert len(HEALTHY) >= 45


def test_none_with_a_mistake_is_healthy_or_has_right_bytes(singles: Seen, pairs: Seen) -> None:
    well = {name for name, (told, _) in {**singles, **pairs}.items()
            if told["healthy"] or ("bytes are right" in told["verdict"] and not name.startswith(OF_THE_ANSWER))}
    assert well == set()


def test_no_first_finding_is_about_something_else(singles: Seen) -> None:
    other = {name: _texts(singles[name][0]) for name, wanted in _wrong()
             if singles[name][0]["name"] not in CLAIM_NOTHING and not _meets(singles[name][0]["findings"][0], wanted)}
    assert other == {}


def test_all_but_those_that_cannot_be_are_named(singles: Seen) -> None:
    unnamed = {name for name, (told, _) in singles.items() if told["name"] in CLAIM_NOTHING}
    assert unnamed == UNNAMED


def test_both_of_two_are_named(pairs: Seen) -> None:
    found = Counter({name: sum(any(_meets(finding, wanted) for finding in pairs[name][0]["findings"])
                               for wanted in both) for name, _, both, _ in PAIRS})  # fmt: skip
    assert [name for name, count in found.items() if count < 2] == []


def test_a_broken_packet_explains_its_404_and_no_key_is_accused(singles: Seen) -> None:
    accused = [name for name, (told, _) in singles.items() if name.startswith("packet_") and len(told["findings"]) > 1
               and told["findings"][-1]["name"] == "temporary_key_unknown"]  # fmt: skip
    assert accused == []


def test_every_healthy_one_is_healthy(healthy: Seen) -> None:
    assert {name: _texts(told) for name, (told, _) in healthy.items() if not told["healthy"]} == {}


def test_a_verdict_comes_soon(singles: Seen, pairs: Seen, healthy: Seen) -> None:
    times = sorted(seconds for _, seconds in {**singles, **pairs, **healthy}.values())
    assert times[int(len(times) * 0.95)] < 0.2
    assert times[-1] < 1


@pytest.mark.parametrize("kind", ["first8_of_key", "last8_of_key"])
@pytest.mark.parametrize("carrier", ["request", "packet", "stream", "encrypted_message"])
def test_a_key_that_stands_for_its_id_is_not_shown(kind: str, carrier: str) -> None:
    name, steps, _, _ = next(each for each in SINGLES if each[0] == f"perm_id_everywhere_{kind}")
    facts = _facts(5, name, steps, {"carrier": carrier})
    piece = facts["perm_auth_key"][:8] if kind.startswith("first") else facts["perm_auth_key"][-8:]
    forbidden = (piece.hex(), piece[::-1].hex(), str(signed(piece)), str(int.from_bytes(piece, "little")))
    try:
        diagnosis = diagnose(**read_patient(forms.plain(facts)))
    except LocalError as error:
        assert not any(text in str(error) for text in forbidden)
        return
    shown = f"{diagnosis} {diagnosis.to_dict()} {diagnosis._repr_mimebundle_()}"
    assert not any(text in shown for text in forbidden)
