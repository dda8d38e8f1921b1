"""What is known about a binding, from arguments. (What people paste is in test_reading.)"""

from __future__ import annotations

import pytest

from mtlib.clinic.patient import GivenKey, Patient
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError
from mtlib.protocol.checks import Facts, Rules
from patients import C
from wrong_client import NOW


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(LocalError) as caught:
        Patient.of(session="77")
    assert "session_id" in str(caught.value.expected)


def test_other_keys_may_be_one_or_many() -> None:
    one = Patient.of(other_keys=C.perm.hex())
    assert one.other_keys == Patient.of(other_keys=[C.perm]).other_keys == (GivenKey(C.perm),)
    assert one.keys == one.other_keys


def test_the_clock_is_the_servers_or_that_of_msg_id() -> None:
    assert Patient.of(now=5, msg_id=C.msg_id).clock == 5
    assert Patient.of(msg_id=C.msg_id).clock == NOW
    assert Patient.of().clock is None


def test_a_data_centres_facts_are_a_patient() -> None:
    facts = Facts(C.request, None, AuthKey(C.temp), C.session_id, C.msg_id, NOW, bound_to=7, rules=Rules(cdn=True))
    patient = Patient.of_facts(facts, perm_key_created=3)
    assert patient.perm_key_missing and patient.rules.cdn
    assert (patient.request, patient.bound_to, patient.perm_key_created) == (C.request, 7, 3)


def test_a_patient_shows_no_key() -> None:
    shown = repr(Patient.of(**C.facts(other_keys=[C.temp])))
    assert C.perm.hex()[:16] not in shown and repr(C.perm)[2:30] not in shown
