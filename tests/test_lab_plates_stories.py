"""Theft, clock, triage and spot the bug: what they show comes from the library, and nothing is told before its time."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtlib.clinic.doctor import diagnose
from mtlib.clinic.mistakes import MISTAKES
from mtlib.crypto.aes import ige_decrypt
from mtlib.crypto.kdf import V2, msg_key_v2
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError
from mtlib.lab import DAY, NOW, Bugs, Clock, Theft, Triage, sample
from mtlib.lab.plates.bugs import LEVELS, PLACES
from mtlib.lab.plates.clock import LAST, NOON, STOPS, Life
from mtlib.lab.plates.triage import SHOWN, TRIAGE, stop
from mtlib.protocol.checks import CHECKS, INVALID
from mtlib.protocol.retry import DROP_BOTH_KEYS, YOUNG, Advice, retry
from plates import DAY_KEYS, PERM, play, recording

# -- The theft


def opens(packet: bytes, key: AuthKey, x: int) -> bool:
    """By hand, as lesson 01 does it."""
    made = V2.run(x, auth_key=bytes(key), msg_key=packet[8:24])
    message = ige_decrypt(packet[24:], made.aes_key, made.aes_iv)
    return bool(msg_key_v2(key, message, x) == packet[8:24])


def theft() -> Theft:
    return Theft(recording(), PERM, DAY_KEYS, NOW)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 35), st.sampled_from(["", "permanent", "memory", "both"]), st.sampled_from([0, 1]))
def test_readable_is_what_opens_by_hand(at: int, stolen: str, pfs: int) -> None:
    model = theft()
    play(model, ("theft", at), ("stolen", stolen), ("pfs", pfs))
    day_key = DAY_KEYS[min(2 * at // 24, 2)] if pfs else PERM
    keys = {"": [], "permanent": [PERM], "memory": [day_key], "both": [PERM, day_key]}[stolen]
    for number, (_, way, _) in enumerate(recording()):
        by_hand = any(opens(model.packet(number), key, 8 * (way == "received")) for key in keys)
        assert bool(model.read(number)) == by_hand


def test_the_permanent_key_opens_none_and_then_binds_a_key_of_its_own() -> None:
    model = theft()
    said = play(model, ("stolen", "permanent"))
    assert "Of 18 packets 0 become readable." in said and model.binds().ok and "say boolTrue" in said
    assert "acts" in {mark.id for mark in model.marks()}
    said = play(model, ("stolen", "memory"))
    assert "6 become readable, all of day 2." in said and not model.acts and "boolTrue" not in said
    assert "18 become readable, on every day" in play(model, ("pfs", 0))


def test_before_a_choice_everything_is_noise() -> None:
    model = theft()
    assert {row[-1] for row in [*model.rows()][1:]} == {"noise"}
    assert "boolTrue" not in model.html() and "help.getConfig" not in model.html()
    play(model, ("stolen", "memory"))
    assert [row[-1] for row in [*model.rows()][7:9]] == ["help.getConfig", "boolTrue"]


@pytest.mark.parametrize("pfs", [1, 0])
def test_the_line_of_the_theft_strikes_no_words_through(pfs: int) -> None:
    model = theft()
    play(model, ("pfs", pfs))
    line = next(mark for mark in model.marks() if mark.id == "line")
    tops = [line.y + float(y) for y in re.findall(r"[ML]\S+ (\S+?)(?=[ML]|$)", line.d)]
    struck = list(zip(tops[::2], tops[1::2], strict=True))
    assert len(struck) == 3
    for mark in (*model.fixed(), *model.marks()):
        if mark.text and "left" not in mark.look:
            middle, reach = mark.y + mark.h / 2, mark.w / 2 or 20
            beside = abs(mark.x + mark.w / 2 - line.x) > reach
            assert beside or not any(top < middle < end for top, end in struck), mark.text


@pytest.mark.parametrize("changes", [
    {"day_keys": []}, {"day_keys": [PERM] * 5}, {"recording": []}, {"recording": [(NOW - 1, "sent", bytes(8))]},
    {"recording": [(NOW, "lost", bytes(8))]}, {"recording": [(NOW, "sent", bytes(8))] * 25},
])  # fmt: skip
def test_what_no_day_holds_is_refused(changes: Mapping[str, Any]) -> None:
    with pytest.raises(LocalError):
        Theft(**{"recording": recording(), "perm_key": PERM, "day_keys": DAY_KEYS, "start": NOW, **changes})


# -- The clock


def drop(*told: object) -> Advice:
    return Advice(DROP_BOTH_KEYS, "always")


@pytest.mark.parametrize(("rule", "delay", "noon", "permanent", "bound"), [
    (retry, YOUNG, "", 1, True), (retry, YOUNG, "restart", 1, True), (retry, YOUNG, "log out", 2, True),
    (retry, 0, "", 1, True), (drop, YOUNG, "", 9, False), (drop, 0, "", 2, True), (drop, 0, "restart", 2, True),
])  # fmt: skip
def test_a_day_ends_as_its_rule_deserves(rule: Any, delay: int, noon: str, permanent: int, bound: bool) -> None:
    life = Life(rule, delay, noon).tell(LAST)
    assert (len(life.permanent), life.bound) == (permanent, bound)
    assert len({each.key.id for each in (*life.permanent, *life.temporary)}) == len(life.permanent + life.temporary)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 120), st.sampled_from([0, 20, 37, 59, 60]))
def test_a_binding_succeeds_from_the_second_on_in_which_the_key_is_known(until: int, delay: int) -> None:
    tries = Life(retry, delay).tell(until).done
    assert [each.good for each in tries] == [at >= delay for at in range(20, until + 1, 20)][: len(tries)]
    assert {each.answer for each in tries if not each.good} <= {INVALID}


def test_a_story_that_is_told_further_has_the_same_beginning() -> None:
    whole = Life(retry, YOUNG, "log out").tell(LAST).done
    for until in (0, 60, DAY // 2, DAY):
        assert Life(retry, YOUNG, "log out").tell(until).done == [each for each in whole if each.at <= until]


@pytest.mark.parametrize(("at", "answer"), [
    (0, "AUTH_KEY_PERM_EMPTY"), (59, "AUTH_KEY_PERM_EMPTY"), (60, "help.appConfig"),
    (3600, "bad_server_salt, then help.appConfig"), (DAY - 1, "bad_server_salt, then help.appConfig"),
])  # fmt: skip
def test_what_a_call_is_answered(at: int, answer: str) -> None:
    assert Life(retry).tell(at).ask() == answer


@pytest.mark.parametrize("at", [0, 20, 40, NOON, DAY, LAST])
def test_the_line_of_the_clock_strikes_no_words_through(at: int) -> None:
    model = Clock(at=at)
    play(model, ("noon", "restart"))
    line = next(mark for mark in model.marks() if mark.id == "line")
    struck = [tuple(line.y + float(y) for y in each) for each in re.findall(r"M\S+ (\S+?)L\S+ (\S+?)(?=M|$)", line.d)]
    assert struck
    for mark in (*model.fixed(), *model.marks()):
        if mark.text and "paper" not in mark.look and not mark.id.startswith(("p", "t0.", "t1.", "now")):
            middle, wide = mark.y + mark.h / 2, 7 * len(mark.text)
            left = mark.x - (0 if "left" in mark.look else wide if "end" in mark.look else wide / 2 - mark.w / 2)
            beside = not left < line.x < left + wide
            assert beside or not any(top < middle + 5 and middle - 5 < end for top, end in struck), mark.text


def test_what_has_not_happened_yet_is_not_shown() -> None:
    model = Clock(at=0)
    assert "boolTrue" not in model.html() and "-404" not in model.html() and "LOST" not in model.html()
    model.do_at(STOPS.index(YOUNG))
    assert {mark.text for mark in model.marks() if mark.id.startswith("a0")} == {"bind ✗", "bind ✓"}
    assert "login LOST" in model.alt()
    play(model, ("at", len(STOPS) - 1))
    assert any("-404" in mark.text for mark in model.marks() if mark.id.startswith("a0"))


def test_a_rule_of_one_s_own_lives_beside_the_others() -> None:
    model = Clock({"mine: never gives up": lambda *told: Advice("rebuild", "of course")}, at=60)
    assert model.done("mine: never gives up")[-1].good
    for rules, at in (({}, 60), (dict.fromkeys("abcd", retry), 60), ({"a": retry}, 61)):
        with pytest.raises(LocalError):
            Clock(rules, at)


# -- The triage


def test_every_check_stands_in_exactly_one_question() -> None:
    assert sorted(name for each in TRIAGE for name in each.checks) == sorted(check.name for check in CHECKS)
    errors = {check.name: check.error for check in CHECKS}
    assert {errors[name] for each in TRIAGE[2:] for name in each.checks} == {INVALID}
    assert all(errors[name] != INVALID and errors[name] in TRIAGE[1].cause for name in TRIAGE[1].checks)


def test_each_patient_stops_at_the_question_of_its_mistake() -> None:
    assert [stop(each) for each in Triage().diagnoses.values()] == [3, 4, 5, 5, 6, 4]


@pytest.mark.parametrize(("changes", "number"), [
    ({}, 7), ({"answer": "-404"}, 1), ({"request": bytes(replace(sample().binding, expires_at=DAY).request)}, 2),
    ({"session_id": 7}, 5), ({"perm_key": None}, 6), ({"packet": bytes(sample().carried.packet)[:-1] + b"!"}, 1),
])  # fmt: skip
def test_a_diagnosis_that_is_handed_in(changes: Mapping[str, Any], number: int) -> None:
    b = sample().binding
    known = {"request": bytes(b.request), "perm_key": b.perm_key, "temp_key": b.temp_key, "session_id": b.session_id,
             "msg_id": b.msg_id, "now": NOW}  # fmt: skip
    given_up = {"request": None} if "packet" in changes else {}
    found = diagnose(**{**known, **given_up, **changes})
    assert stop(found) == number, found.names
    assert play(Triage({"mine": found}), ("walk", None))


def test_nothing_is_told_before_the_walk_and_then_the_guilty_bytes_are() -> None:
    model = Triage()
    found = model.found
    assert found.verdict not in model.html() and not any(mark.id.startswith("b") for mark in model.marks())
    said = play(model, ("question", 4))
    assert said.startswith("You said 4. The doctor stops at question 3.") and found.verdict in said
    place = found.evidence[1]
    hit = [int(mark.id[1:]) for mark in model.marks() if "hit" in mark.look.split() and mark.id[1:].isdigit()]
    assert hit == [*range(place.offset, place.offset + place.size)]
    data = "".join(mark.text for mark in model.marks() if mark.id[0] == "b")
    assert data == found.parts[place.within].hex()


def test_a_right_guess_is_said_and_the_next_patient_is_not_told() -> None:
    model = Triage()
    assert play(model, ("patient", SHOWN[4]), ("question", 6)).startswith("As you said.")
    play(model, ("question", 2))
    assert model.looked == 2 and model.guess == 6
    assert play(model, ("patient", SHOWN[1])).startswith("Click the question")
    for diagnoses in ({}, dict.fromkeys(range(9), model.found)):
        with pytest.raises(LocalError):
            Triage(diagnoses)  # type: ignore[arg-type]


# -- Spot the bug


@pytest.mark.parametrize("level", range(1, len(LEVELS) + 1))
def test_a_level_has_one_mistake_that_the_doctor_names_and_the_good_packet_none(level: int) -> None:
    good, bad = Bugs(level).patients
    assert good.diagnosis.healthy and good.hash[4:] == good.fields["encrypted_message", "msg_key"]
    assert len(bad.diagnosis.findings) == 1 and bad.diagnosis.name in MISTAKES
    assert 1 <= len(bad.guilty) <= 2
    assert not set(good.fields.values()) & set(bad.fields.values()) - _constants(good.fields)


def _constants(fields: Mapping[tuple[str, str], bytes]) -> set[bytes]:
    return {value for place, value in fields.items() if place[1] in ("constructor", "seqno", "length")}


def test_ten_levels_are_ten_mistakes() -> None:
    assert len({Bugs(level).patients[1].diagnosis.name for level in range(1, 11)}) == len(LEVELS) == 10


@settings(max_examples=25, deadline=None)
@given(st.integers(1, len(LEVELS)), st.lists(st.integers(0, len(PLACES) - 1), unique=True))
def test_only_the_guilty_field_ends_a_level(level: int, guesses: list[int]) -> None:
    model, secret = Bugs(level), Bugs(level).patients[1].diagnosis
    for at in guesses:
        found = model.told
        said = play(model, ("field", at))
        right = found or PLACES[at] in model.patients[1].guilty
        assert model.told == right and (secret.verdict in said) == right
        if not right:
            assert secret.name not in str(model.state) and secret.fix not in str(model.state)


@pytest.mark.parametrize("level", [1, 7])
def test_the_answer_is_nowhere_before_a_guess(level: int) -> None:
    model = Bugs(level)
    secret = model.patients[1].diagnosis
    for text in (model.html(), str(model), str(model.state), str(model.structure)):
        assert not any(word in text for word in (secret.name, secret.verdict, secret.fix, "here it is"))
    assert secret.verdict in play(model, ("show", None))
    assert not model.found(level) and [each.able for each in model.controls() if each.name == "show"] == [False]


def test_the_hash_is_of_the_envelope_that_travels() -> None:
    for patient in Bugs(7).patients:
        assert patient.hash == hashlib.sha1((patient.facts.plaintext or b"")[:72]).digest()


def test_there_is_no_eleventh_level() -> None:
    for level in (0, 11):
        with pytest.raises(LocalError):
            Bugs(level)
