"""The doctor names each mistake, tells right bytes from wrong ones, and never guesses."""

from __future__ import annotations

import gzip
import json
import struct
import time
import traceback
import zlib
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mtlib.clinic.diagnosis import THROW_AWAY
from mtlib.clinic.doctor import diagnose, explain_refusal
from mtlib.clinic.mistakes import MISTAKES, Stage
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError, RpcError, TransportError
from mtlib.protocol.checks import Facts, Rules
from mtlib.protocol.messages import BAD_MSG
from mtlib.wire.schema import SCHEMA
from patients import GUARD, ONLY_A_DATA_CENTRE_KNOWS, OTHER, PATIENTS, REMARKS, SHORT, C, made
from wire_values import few
from wrong_client import NOW, WrongClient, hash_v2, ige_backwards, kdf2, key_id, long, number, pattern, swapped

NEGATIVE = json.loads((Path(__file__).parent / "vectors" / "binding_negative.json").read_text())
KEYS = {"perm_key": C.perm, "temp_key": C.temp}
ONLY_ANSWERED = ("temporary_key_unknown", "answer_not_known")
AROUND = {"session_id": C.session_id, "msg_id": C.msg_id, "now": NOW}


# -- Every mistake by its name ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PATIENTS)
def test_the_mistake_and_nothing_else_is_named(name: str) -> None:
    diagnosis = diagnose(**PATIENTS[name]())
    assert diagnosis.names == (name,)
    hypothesis = MISTAKES[name]
    assert diagnosis.fix and diagnosis.lesson[:2].isdigit() and diagnosis.verdict.endswith(".")
    if Stage.REQUEST <= hypothesis.stage <= Stage.TIME and name != "no_binding_in_it":
        assert diagnosis.checks is not None and not diagnosis.checks.ok
        assert diagnosis.evidence


ID, HASH, CIPHERTEXT = C.sealed[:8], C.sealed[8:24], C.sealed[24:]
UNDONE = [gzip.compress(C.sealed, mtime=0), zlib.compress(C.sealed), zlib.compress(C.sealed)[2:-4]]
SEQNO_LAST = WrongClient(envelope_as=lambda right: right[:24] + right[28:32] + right[24:28] + right[32:]).sealed
MARKS = ["\u00e9" * 49 + "\ufffd" * number for number in (3, 4)]


@pytest.mark.parametrize(
    ("sealed", "name", "place"),
    [
        *((body, "sent_gzipped", ("encrypted_message", 0, 16, body[:16], C.sealed[:16])) for body in UNDONE),
        (C.sealed + bytes(4), "wrong_size", ("encrypted_message", 0, 0, "108 bytes", "104 bytes")),
        (MARKS[0].encode(), "not_opened", ("encrypted_message", 0, 0, "107 bytes", "104 bytes")),
        (MARKS[1].encode(), "sent_as_utf8_text", ("encrypted_message", 0, 0, "110 bytes", "104 bytes")),
        (HASH + ID + CIPHERTEXT, "msg_key_first", ("encrypted_message/perm_auth_key_id", 0, 8, HASH[:8], ID)),
        (ID + CIPHERTEXT + HASH, "msg_key_last", ("encrypted_message/msg_key", 8, 8, CIPHERTEXT[:8], HASH[:8])),
        (SEQNO_LAST, "length_before_seqno",
         ("plaintext/envelope/seqno", 24, 4, (40).to_bytes(4, "little"), bytes(4))),
    ],
)  # fmt: skip
def test_the_evidence_says_where_and_what(sealed: bytes, name: str, place: tuple[object, ...]) -> None:
    found = diagnose(**{**C.facts(), "request": None, "encrypted_message": sealed})
    assert (found.name, astuple(found.evidence[0])) == (name, place)


@pytest.mark.parametrize("key", [C.perm[1:], b"\0" + C.perm])
def test_a_key_that_was_sealed_with_as_it_is_spelled_is_no_remark_besides(key: bytes) -> None:
    found = diagnose(**WrongClient(perm=key).facts())
    assert found.name in {"key_without_leading_zeros", "key_with_a_sign_byte"} and found.remarks == ()


@pytest.mark.parametrize("name", REMARKS)
def test_harmless_things_are_remarks(name: str) -> None:
    diagnosis = diagnose(**REMARKS[name]())
    assert diagnosis.healthy
    assert [remark.name for remark in diagnosis.remarks] == [name]


def test_there_is_a_patient_for_each_hypothesis() -> None:
    assert set(MISTAKES) >= {*PATIENTS, *REMARKS, *ONLY_A_DATA_CENTRE_KNOWS, *ONLY_ANSWERED, GUARD}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("expires_at_left_out", made(expires_at=0)),
        ("expires_at_left_out", C.facts(request=C.request[:20] + C.request[24:])),
        ("expires_at_left_out", made(inner_expires_at=bytes(4))),
        ("expires_at_is_a_duration", made(inner_expires_at=struct.pack("<i", 86400))),
        ("expires_at_is_a_duration", made(expires_at=86_400_000)),
        ("nonce_of_sixteen_bytes", C.facts(request=C.request[:20] + bytes(8) + C.request[20:])),
        ("length_head_twice", {**KEYS, "encrypted_message": b"\x68" + C.sealed + bytes(3)}),
        ("wrong_half_of_sha1", made(inner_temp=AuthKey(C.temp).aux_hash)),
        ("byte_swapped", made(front=key_id(C.perm)[::-1])),
        ("byte_swapped", made(inner_nonce=struct.pack(">q", C.nonce))),
        ("unsigned_overflow", made(inner_session=long(2**63 - 1))),
        ("unsigned_overflow", made(inner_nonce=long(-(2**63)))),
        ("rounded_to_a_double", made(inner_session=struct.pack("<Q", int(float(C.session_id % 2**64))))),
        ("temp_key_id_for_the_permanent", made(request_perm=key_id(C.temp), front=key_id(C.temp))),
        ("key_without_leading_zeros", replace(C, perm=b"\0" + C.perm[1:], inner_perm=key_id(SHORT)).facts()),
        ("msg_key_v2", made(msg_key=lambda text, pad, key: hash_v2(text, b"", key))),
        ("sealed_by_mtproto_2", made(msg_key=hash_v2, schedule=kdf2)),
        ("cut_off", C.facts(request=C.request_of(C.sealed[:72]))),
        ("not_opened", C.facts(perm_key=OTHER)),
    ],
)
def test_the_same_mistake_elsewhere_has_the_same_name(name: str, told: dict[str, Any]) -> None:
    assert diagnose(**told).names == (name,)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["iv_halves_swapped", "msg_key_over_padding"],
         made(cipher=swapped, msg_key=lambda text, pad, key: C.msg_key(text + pad, b"", b""))),
        (["aes_backwards", "direction_x_8"], made(x=8, cipher=ige_backwards)),
        (["sealed_with_the_temporary_key", "direction_x_8", "seqno_not_zero"],
         made(sealing_key=C.temp, x=8, seqno=1)),
        (["schedule_v2", "padding_of_another_size", "nonce_drawn_twice"],
         made(schedule=kdf2, padding=pattern("padding", 24), inner_nonce=pattern("n", 8))),
        (["bytes_appended", "msg_key_v2", "expires_at_in_the_past"],
         C.facts(request=replace(C, msg_key=hash_v2, expires_at=NOW).request + b"\0\0\0\0")),
        (["session_of_another_connection", "fresh_msg_id_inside"],
         made(inner_session=pattern("s", 8), inner_msg_id=C.msg_id + 4)),
        (["wrong_constructor", "left_zero"],
         made(inner_id=SCHEMA["ping"].id_bytes, inner_temp=bytes(8), inner_perm=bytes(8))),
        (["inner_without_constructor", "msg_key_over_padding"],
         made(inner_id=b"", msg_key=lambda text, pad, key: C.msg_key(text + pad, b"", b""))),
    ],
)  # fmt: skip
def test_several_mistakes_are_all_named(names: list[str], told: dict[str, Any]) -> None:
    assert set(diagnose(**told).names) == set(names)
    stages = [MISTAKES[name].stage for name in diagnose(**told).names]
    assert stages == sorted(stages)


def test_the_place_of_a_flipped_bit_is_told() -> None:
    for bit in range(0, 832, 13):
        changed = bytearray(C.sealed)
        changed[bit // 8] ^= 1 << bit % 8
        diagnosis = diagnose(encrypted_message=bytes(changed), **KEYS)
        assert diagnosis.name == "one_bit_flipped"
        assert diagnosis.evidence[0].offset in (bit // 8, 0)  # a key id is told as a whole


# -- Right bytes --------------------------------------------------------------------------------------------------


LONGS = st.integers(-(2**63), 2**63 - 1)


@given(LONGS, LONGS, st.integers(NOW + 1, 2**31 - 1), st.binary(min_size=16, max_size=16), st.binary(min_size=255,
       max_size=255), st.binary(min_size=256, max_size=256))  # fmt: skip
def test_a_right_binding_is_healthy(
    session_id: int, nonce: int, expires_at: int, random: bytes, perm: bytes, temp: bytes
) -> None:
    assume(temp != b"\0" + perm)
    client = WrongClient(b"\0" + perm, temp, session_id, C.msg_id, nonce, expires_at, random)
    for told in (client.facts(), {"packet": client.packet(), **KEYS, "perm_key": client.perm, "temp_key": temp}):
        diagnosis = diagnose(**told)
        assert diagnosis.healthy, str(diagnosis)
        assert diagnosis.missing == ()


@given(st.binary(min_size=8, max_size=8), st.integers(0, 103), st.integers(1, 255))
def test_healthy_and_the_checks_agree(nonce: bytes, at: int, change: int) -> None:
    """A DC that makes all the checks accepts a request exactly if the doctor finds nothing."""
    client = replace(C, inner_nonce=nonce)
    sealed = bytearray(client.sealed)
    sealed[at] ^= change
    for data in (client.sealed, bytes(sealed)):
        diagnosis = diagnose(**client.facts(request=client.request_of(data)))
        assert diagnosis.checks is not None
        assert diagnosis.healthy == diagnosis.checks.ok
        assert diagnosis.name != GUARD


def test_right_bytes_and_still_refused_is_a_diagnosis() -> None:
    diagnosis = diagnose(**C.facts(answer="RPC error 400: ENCRYPTED_MESSAGE_INVALID"))
    assert diagnosis.verdict.startswith("The bytes are right. This data centre does not know the permanent key")
    assert "Do not drop keys yet" in diagnosis.fix
    old = diagnose(**C.facts(answer="ENCRYPTED_MESSAGE_INVALID", perm_key_created=NOW - 61))
    assert old.name == "permanent_key_unknown"
    assert "Do not drop keys yet" in diagnose(**C.facts()).fix


@pytest.mark.parametrize("answer", ["boolTrue", True, "true", bytes.fromhex("b5757299"), 0x997275B5, "0x997275b5", ""])
def test_only_bool_true_or_no_answer_at_all_is_healthy(answer: Any) -> None:
    assert diagnose(**C.facts(answer=answer)).healthy


@pytest.mark.parametrize(
    ("answer", "name", "words"),
    [
        (-404, "temporary_key_unknown", "temporary"),
        ("-404", "temporary_key_unknown", "temporary"),
        (TransportError(-404), "temporary_key_unknown", "temporary"),
        (bytes.fromhex("6cfeffff"), "temporary_key_unknown", "temporary"),
        ({"code": -404}, "temporary_key_unknown", "temporary"),
        (-429, "no_verdict_yet", "flood"),
        ("transport error -444", "no_verdict_yet", "invalid dc"),
        (-403, "no_verdict_yet", "forbidden"),
        (-1, "answer_not_known", "not known"),
        *((f"bad_msg_notification {code}", "no_verdict_yet", notice.meaning) for code, notice in BAD_MSG.items()),
        ("bad_msg 99", "no_verdict_yet", "before anybody looked"),
        (17, "no_verdict_yet", "clock is fast"),
        ("420 FLOOD_WAIT_3", "no_verdict_yet", "pause"),
        (RpcError(400, "TEMP_AUTH_KEY_ALREADY_BOUND"), "bound_to_another_key", "bound to another"),
        (RpcError(500, "SOMETHING_NEW"), "answer_not_known", "not known"),
        ("not boolTrue", "answer_not_known", "not known"),
        (False, "answer_not_known", "not known"),
        ({}, "answer_not_known", "not known"),
        ({"error": True}, "answer_not_known", "not known"),
        (b"", "answer_not_known", "not known"),
        (b"noise", "answer_not_known", "not known"),
        (0, "answer_not_known", "not known"),
    ],
)
def test_an_answer_that_refuses_is_never_healthy(answer: Any, name: str, words: str) -> None:
    diagnosis = diagnose(**C.facts(answer=answer))
    assert (diagnosis.name, diagnosis.healthy, diagnosis.to_dict()["healthy"]) == (name, False, False)
    assert diagnosis.verdict.startswith("The bytes are right. ") and words in diagnosis.verdict


@given(st.one_of(st.text(), st.integers(), st.binary(), st.booleans(), st.floats(), st.lists(st.integers()),
                 st.dictionaries(st.text(), st.integers())))  # fmt: skip
def test_any_answer_is_told_or_is_a_success(answer: Any) -> None:
    healthy = diagnose(**C.facts(answer=answer)).healthy
    assert healthy == (answer is True or (isinstance(answer, str) and not answer.strip()))


def test_beside_a_mistake_the_answer_is_told_as_well() -> None:
    wrong = replace(C, cipher=swapped)
    assert diagnose(**wrong.facts(answer="-404")).names == ("iv_halves_swapped", "temporary_key_unknown")
    assert diagnose(**wrong.facts(answer="ENCRYPTED_MESSAGE_INVALID")).names == ("iv_halves_swapped",)
    assert "right" not in str(diagnose(**wrong.facts(answer=-404)))
    assert diagnose(request=C.request, answer=[1]).names == ("no_key", "answer_not_known")
    assert diagnose(answer=-404).names == ("nothing_given", "temporary_key_unknown")


# -- What is missing ----------------------------------------------------------------------------------------------


def test_without_keys_it_says_so_and_points_to_the_ladder() -> None:
    diagnosis = diagnose(request=C.request)
    assert diagnosis.name == "no_key" and "ladder" in diagnosis.fix
    assert [line.split(":")[0] for line in diagnosis.missing] == [
        "perm_key", "temp_key", "session_id", "msg_id", "now",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"request": C.request + bytes(4)}, "bytes_appended"),
        ({"request": C.request[4:]}, "constructor_left_out"),
        ({"request": replace(C, front=pattern("stranger", 8)).request}, "names_another_key"),
        ({"request": C.request_of(C.sealed[:90])}, "wrong_size"),
        ({"request": C.request, "now": C.expires_at}, "expires_at_in_the_past"),
        ({"encrypted_message": C.sealed, "perm_key": C.perm}, "nothing_wrong_so_far"),
        ({"encrypted_message": replace(C, x=8).sealed, "perm_key": C.perm}, "direction_x_8"),
        ({"encrypted_message": replace(C, expires_at=5).sealed, "perm_key": C.perm}, "expires_at_is_a_duration"),
        ({"encrypted_message": C.sealed, "nonce": C.nonce, "expires_at": C.expires_at, **KEYS, **AROUND}, "healthy"),
        ({"encrypted_message": C.sealed, "nonce": 1, "expires_at": C.expires_at, **KEYS, **AROUND},
         "nonce_drawn_twice"),
        ({"request": C.request, "other_keys": [OTHER, C.perm], "temp_key": C.temp, **AROUND}, "healthy"),
        ({"request": replace(C, request_perm=bytes(8), front=bytes(8)).request, "other_keys": [OTHER, C.perm]},
         "left_zero"),
        ({"packet": C.packet(), "other_keys": [OTHER, C.perm, C.temp]}, "healthy"),
        ({}, "nothing_given"),
    ],
)  # fmt: skip
def test_whatever_is_there_is_used(told: dict[str, Any], name: str) -> None:
    assert diagnose(**told).name == name


def test_hex_and_unsigned_numbers_are_taken_as_well() -> None:
    told = C.facts(request=C.request.hex(":"), perm_key=C.perm.hex(), temp_key=AuthKey(C.temp),
                   session_id=C.session_id % 2**64)  # fmt: skip
    assert diagnose(**told).healthy


def test_a_captured_stream_is_searched_for_the_last_binding() -> None:
    """Intermediate framing by hand: a key exchange message, a first attempt, a ping, a second attempt."""
    first = replace(C, msg_id=C.msg_id - (5 << 32))
    again = replace(C, inner_msg_id=first.msg_id)  # the same binding under a new id
    plain = bytes(8) + long(C.msg_id - (9 << 32)) + struct.pack("<i", 20) + pattern("req_pq_multi", 20)
    ping = C.packet(message=replace(C, msg_id=C.msg_id + 4).message(bytes.fromhex("ec77be7a") + bytes(8)))
    packets = [plain, first.packet(), ping, again.packet(), ping]
    stream = b"\xee\xee\xee\xee" + b"".join(struct.pack("<i", len(each)) + each for each in packets)
    assert diagnose(stream=stream, **KEYS).names == ("built_for_an_older_message",)
    assert diagnose(stream=stream, perm_key=C.perm, temp_key=OTHER).name == "packet_not_opened"
    with pytest.raises(LocalError, match="stream"):
        diagnose(stream=b"\xef\x7f\xff\xff\xff", **KEYS)


# -- It never guesses ---------------------------------------------------------------------------------------------

@few
@given(st.integers(0, 2**64))
def test_noise_is_not_opened_by_this_key(seed: int) -> None:
    noise = pattern(f"noise {seed}", 104)
    diagnosis = diagnose(encrypted_message=noise, nonce=C.nonce, expires_at=C.expires_at, **KEYS, **AROUND)
    assert diagnosis.names == ("not_opened",)
    assert "not opened by this key" in diagnosis.verdict.lower()


def test_zeros_are_not_opened_either_and_their_key_id_is_zero() -> None:
    assert diagnose(encrypted_message=bytes(104), **KEYS).names == ("not_opened", "left_zero")


@given(st.binary(max_size=400), st.sampled_from(["request", "encrypted_message", "packet", "after_the_id"]))
def test_noise_of_any_size_and_place_is_never_an_exception(noise: bytes, place: str) -> None:
    told = {"request": C.request[:4] + noise} if place == "after_the_id" else {place: noise}
    diagnosis = diagnose(**told, **KEYS, **AROUND)
    allowed = {"not_opened", "packet_not_opened", "no_binding_in_it", "rsa_sealed", "empty", "bytes_appended"}
    assert diagnosis.name in allowed
    assert str(diagnosis) and json.dumps(diagnosis.to_dict()) and diagnosis._repr_mimebundle_()


EDITS = st.lists(st.tuples(st.sampled_from("-+^"), st.integers(0, 199), st.integers(1, 255)), min_size=1, max_size=4)


@given(EDITS, st.sampled_from(["request", "packet"]))
def test_edited_bytes_are_never_an_exception_and_never_healthy_by_mistake(
    edits: list[tuple[str, int, int]], place: str
) -> None:
    data = bytearray(C.request if place == "request" else C.packet())
    for edit, at, byte in edits:
        if edit == "-":
            del data[at : at + 1]
        elif edit == "+":
            data.insert(at, byte)
        elif at < len(data):
            data[at] ^= byte
    around = AROUND if place == "request" else {"now": NOW}
    diagnosis = diagnose(**{place: bytes(data)}, **KEYS, **around)
    assert diagnosis.name != GUARD
    assert diagnosis.healthy == (diagnosis.checks is not None and diagnosis.checks.ok)


@pytest.mark.parametrize("begins", ["", "05 2a d4 cd"])
@pytest.mark.parametrize("unit", ["00", "61 62"])
def test_a_request_that_repeats_one_id_is_looked_at_soon(begins: str, unit: str) -> None:
    """64 KB of zeros took half a minute, in which a data centre that explains its refusal answered nobody."""
    hostile = bytes.fromhex(begins) + bytes.fromhex(unit) * 8000
    started = time.process_time()
    assert not diagnose(request=hostile).healthy
    assert time.process_time() - started < 2


def test_every_patient_takes_less_than_a_second() -> None:
    for name, make in PATIENTS.items():
        told, begun = make(), time.process_time()
        diagnose(**told)
        assert time.process_time() - begun < 1, name


# -- Recorded patients --------------------------------------------------------------------------------------------

NAMED = {
    "good": "healthy",
    "nonce differs inside/outside": "nonce_drawn_twice",
    "expires_at differs inside/outside": "expires_at_computed_twice",
    "perm id in request unknown": "names_another_key",
    "perm id inside envelope differs": "names_another_key",
    "inner perm id differs": "names_another_key",
    "inner temp id differs": "another_temporary_key",
    "inner session differs": "session_of_another_connection",
    "inner msg_id differs": "fresh_msg_id_inside",
    "inner seqno 1": "seqno_not_zero",
    "inner length 44": "length_not_forty",
    "wrong constructor": "wrong_constructor",
    "msg_key flipped bit": "one_bit_flipped",
    "ciphertext flipped bit": "one_bit_flipped",
    "msg_key over padding (RuslanUC/mtproto 0.3.1 style)": "msg_key_over_padding",
    "server direction x=8": "direction_x_8",
    "MTProto 2.0 KDF and msg_key": "sealed_by_mtproto_2",
    "encrypted with the temp key": "sealed_with_the_temporary_key",
    "truncated to 88 bytes": "cut_off",
    "24 padding bytes": "padding_of_another_size",
    "padding content arbitrary": "healthy",
    "random16 all zero": "healthy",
    "expires_at in the past": "expires_at_in_the_past",
    "empty encrypted_message": "empty",
}


@pytest.mark.parametrize("vector", NEGATIVE["vectors"], ids=lambda vector: str(vector["name"]))
def test_the_recorded_patients_are_named(vector: dict[str, Any]) -> None:
    state = NEGATIVE["state"]
    diagnosis = diagnose(
        request=vector["request"], perm_key=state["perm_auth_key"], temp_key=state["temp_auth_key"],
        session_id=int(state["session_id"]), msg_id=int(state["outer_msg_id"]), now=state["server_now"],
    )  # fmt: skip
    assert diagnosis.names == (NAMED[vector["name"]],)
    assert diagnosis.checks is not None and diagnosis.checks.error == vector["expected_error"]


def test_the_three_other_keys_are_told_apart_by_their_place() -> None:
    state = NEGATIVE["state"]
    places = [
        diagnose(request=vector["request"], perm_key=state["perm_auth_key"]).evidence[0].path
        for vector in NEGATIVE["vectors"] if NAMED[vector["name"]] == "names_another_key"
    ]  # fmt: skip
    assert places == ["request/perm_auth_key_id", "encrypted_message/perm_auth_key_id",
                      "plaintext/envelope/inner/perm_auth_key_id"]  # fmt: skip


# -- From the data centre's side ----------------------------------------------------------------------------------


def facts_of(client: WrongClient, **more: Any) -> Facts:
    known: dict[str, Any] = {
        "request": client.request, "perm_key": AuthKey(C.perm), "temp_key": AuthKey(C.temp),
        "session_id": C.session_id, "msg_id": C.msg_id, "now": NOW,
    }  # fmt: skip
    return Facts(**{**known, **more})


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("healthy", facts_of(C)),
        ("iv_halves_swapped", facts_of(replace(C, cipher=swapped))),
        ("sent_over_the_permanent_key", facts_of(C, temporary=False)),
        ("cdn", facts_of(C, rules=Rules(cdn=True))),
        ("bound_to_another_key", facts_of(C, bound_to=number(key_id(OTHER)))),
        ("older_than_the_present_binding", facts_of(C, rules=Rules(one_temp_key=True), last_bind_msg_id=C.msg_id)),
        ("no_such_permanent_key", facts_of(C, perm_key=None)),
        ("expires_at_too_late", facts_of(C, key_expires_at=NOW + 3600)),
    ],
)
def test_a_data_centre_can_explain_its_refusal(name: str, facts: Facts) -> None:
    diagnosis = explain_refusal(facts)
    assert diagnosis.name == name
    assert "perm_key" not in " ".join(diagnosis.missing)


def test_a_permanent_key_that_carries_is_not_compared_as_a_temporary_one() -> None:
    facts = facts_of(C, temporary=False, temp_key=AuthKey(C.perm))
    assert explain_refusal(facts, other_keys=[C.temp]).names == ("sent_over_the_permanent_key",)


def test_a_data_centre_that_looks_through_its_keys_says_more() -> None:
    wrong = replace(C, request_perm=key_id(C.perm)[::-1], front=key_id(C.perm)[::-1])
    assert explain_refusal(facts_of(wrong, perm_key=None), other_keys=[OTHER, C.perm]).name == "byte_swapped"
    young = explain_refusal(facts_of(C, perm_key=None), other_keys=[C.perm], perm_key_created=NOW - 3)
    assert young.name == "permanent_key_too_young"
    assert explain_refusal(facts_of(C, perm_key=None), other_keys=[C.perm]).name == "permanent_key_unknown"


# -- Secrets ------------------------------------------------------------------------------------------------------


def secrets_in(text: str) -> list[str]:
    keys = [C.perm, C.temp, OTHER, SHORT]
    pieces = {piece for key in keys for piece in (key.hex()[:24], key.hex()[-24:], repr(key)[2:30])}
    return [piece for piece in pieces if piece in text]


@pytest.mark.parametrize("name", ["healthy", "not_opened", "key_without_leading_zeros", "sealed_with_another_key"])
def test_no_form_of_a_diagnosis_shows_a_key(name: str) -> None:
    diagnosis = diagnose(**PATIENTS[name]())
    forms = [str(diagnosis), repr(diagnosis), json.dumps(diagnosis.to_dict()), *diagnosis._repr_mimebundle_().values()]
    assert [secrets_in(form) for form in forms] == [[]] * len(forms)
    assert str(diagnosis).startswith(THROW_AWAY)
    assert THROW_AWAY not in str(diagnose(request=C.request))


@pytest.mark.parametrize(
    "wrong",
    [
        {"request": "not hex"},
        {"temp_key": C.temp + C.temp},
        {"temp_key": C.temp.hex() + "zz"},
        {"msg_id": 2**70},
        {"stream": b"\xef\x7f\xff\xff\xff"},
    ],
)
def test_a_traceback_with_all_local_values_shows_no_key(wrong: dict[str, Any]) -> None:
    try:
        diagnose(**{**C.facts(), **wrong})
    except LocalError as error:
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
        ours = [frame for frame in shown.stack if "mtlib" in frame.filename]
        text = "".join(f"{frame.locals}" for frame in ours) + str(error)
    assert ours
    assert secrets_in(text) == []
