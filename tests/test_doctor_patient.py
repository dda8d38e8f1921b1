"""What is known about a binding, from arguments and from files."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.clinic.reading import ALIASES, read_patient
from mtlib.crypto import AuthKey
from mtlib.doctor import patient as module
from mtlib.doctor.doctor import diagnose
from mtlib.doctor.given import GivenKey
from mtlib.doctor.patient import Patient
from mtlib.errors import LocalError
from mtlib.protocol.checks import Facts, Rules
from patients import C
from wrong_client import NOW

LINES = f"""
# a comment
perm_auth_key: {C.perm.hex()}
temp_auth_key = {C.temp.hex()[:256]}
    {C.temp.hex()[256:]}
"session_id": "{C.session_id}",
msg_id: {C.msg_id}   # of the message
now: {NOW}
request:
    {C.request.hex(" ", 4)[:150]}
    {C.request.hex(" ", 4)[150:]}
answer: 400 ENCRYPTED_MESSAGE_INVALID
"""


def as_json(**more: Any) -> str:
    return json.dumps({
        "perm_auth_key": C.perm.hex(), "temp_auth_key": C.temp.hex(), "session_id_of_request": str(C.session_id),
        "outer": {"msg_id": C.msg_id, "nonce": str(C.nonce), "expires_at": C.expires_at},
        "encrypted_message": C.sealed.hex(), "server_now": NOW, **more,
    })  # fmt: skip


def test_labelled_lines() -> None:
    found = read_patient(LINES)
    assert found["request"] == C.request
    assert bytes(found["temp_key"].key) == C.temp
    assert (found["session_id"], found["msg_id"], found["now"]) == (C.session_id, C.msg_id, NOW)
    assert found["answer"] == "400 ENCRYPTED_MESSAGE_INVALID"
    assert diagnose(**found).name == "permanent_key_unknown"


def test_json_is_looked_through() -> None:
    assert diagnose(**read_patient(as_json())).healthy
    refused = read_patient(as_json(rpc_error={"code": 400, "message": "ENCRYPTED_MESSAGE_INVALID"}))
    assert diagnose(**refused).name == "permanent_key_unknown"
    assert read_patient(as_json(rpc_error=None)).keys() == read_patient(as_json()).keys()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (C.request.hex(), "request"),
        (C.sealed.hex(), "encrypted_message"),
        (f"{C.sealed.hex()[:100]}\n{C.sealed.hex()[100:]}\n", "encrypted_message"),
        (C.sealed.hex(":"), "encrypted_message"),
        ("eeeeeeee" + "00" * 40, "stream"),
    ],
)
def test_bytes_without_a_name_are_what_they_look_like(text: str, name: str) -> None:
    assert list(read_patient(text)) == [name]


def test_what_is_no_text_is_a_captured_stream() -> None:
    stream = b"\xee\xee\xee\xee" + len(C.packet()).to_bytes(4, "little") + C.packet()
    found = read_patient(stream, f"{C.perm.hex()}\n{C.temp.hex()}\n".encode())
    assert found["stream"] == stream
    assert diagnose(**found).healthy
    assert read_patient(b"\0" + C.request) == {"stream": b"\0" + C.request}
    assert read_patient(b"\xef\xbb\xbfrequest: " + C.request.hex().encode()) == {"request": C.request}
    with pytest.raises(LocalError, match="keys are no text") as caught:
        read_patient(stream, C.perm)
    assert C.perm.hex()[:16] not in str(caught.value) and repr(C.perm)[2:20] not in str(caught.value)


def test_keys_may_come_in_a_file_of_their_own_with_or_without_names() -> None:
    named = read_patient(C.request.hex(), f"perm_key: {C.perm.hex()}\ntemp_key: {C.temp.hex()}\n")
    assert (named["perm_key"].key, named["temp_key"].key) == (AuthKey(C.perm), AuthKey(C.temp))
    bare = read_patient(f"packet: {C.packet().hex()}\nnow: {NOW}", f"{C.temp.hex()}\n\n{C.perm.hex()}  # ours\n")
    assert [bytes(key.key) for key in bare["other_keys"]] == [C.temp, C.perm]
    assert diagnose(**bare).healthy


@pytest.mark.parametrize(
    "text",
    [
        "", "# nothing", "colour: 00ff", "perm_key: zz", f"perm_key: {C.perm.hex()[:-2]}00ff", "{", "{'a': 1}",
        '{"perm_key": ["00"]}', '{"request": 5}', '{"msg_id": "x"}', "request: 00\nrequest: 01", "not hex at all",
        '{"a": {"b": {"c": {"d": {"e": {"f": {}}}}}}}', '{"now": 1e400}', f"my key (perm) {C.perm.hex()}",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_without_showing_keys(text: str) -> None:
    with pytest.raises(LocalError) as caught:
        read_patient(text)
    assert C.perm.hex()[:16] not in str(caught.value)


@given(st.text(max_size=200), st.text(max_size=100))
def test_any_text_is_read_or_refused(text: str, keys: str) -> None:
    try:
        found = read_patient(text, keys)
    except LocalError:
        return
    assert found


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(LocalError) as caught:
        Patient.of(session="77")
    assert "session_id" in str(caught.value.expected)
    with pytest.raises(LocalError) as caught:
        read_patient("now: 5\nsession: 77")
    assert caught.value.where == "line 2"


def test_aliases_lead_to_known_names() -> None:
    assert {*ALIASES.values()} <= {*Patient.__dataclass_fields__}
    assert not {*ALIASES} & {*Patient.__dataclass_fields__}


def test_a_file_knows_what_the_doctor_takes_and_nothing_else() -> None:
    assert set(module._FROM_FILES) == set(inspect.signature(diagnose).parameters)


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
