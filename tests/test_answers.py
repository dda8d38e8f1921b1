"""What a data centre answered, brought to one line, and its meaning."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any

import pytest

from mtlib.clinic.answers import WORDS, beside_right_bytes, meaning
from mtlib.clinic.doctor import diagnose
from mtlib.clinic.mistakes import MISTAKES
from mtlib.clinic.patient import SUCCESS, answer_of
from mtlib.clinic.reading import read_patient
from mtlib.errors import RpcError, TransportError
from patients import C

NOT_KNOWN, UNKNOWN = MISTAKES["answer_not_known"], MISTAKES["permanent_key_unknown"]
NO_TEMP = MISTAKES["temporary_key_unknown"]
TRUE, FALSE = bytes.fromhex("b5757299"), bytes.fromhex("379779bc")
RESULT = bytes.fromhex("016d5cf3") + bytes(8)
RPC_ERROR = bytes.fromhex("19ca4421") + struct.pack("<i", 400) + b"\x19ENCRYPTED_MESSAGE_INVALID" + bytes(2)
BAD = bytes.fromhex("11f8efa7") + bytes(12) + struct.pack("<i", 17)


@pytest.mark.parametrize(
    ("given", "line"),
    [
        *((each, SUCCESS) for each in (True, "true", " boolTrue\n", "BOOLTRUE", TRUE, RESULT + TRUE, bytearray(TRUE),
                                       TRUE.hex(), "0x997275b5", "997275B5", 0x997275B5, 0x997275B5 - 2**32)),
        (False, "boolFalse"),
        (FALSE, "boolFalse"),
        ("", ""),
        (" ", ""),
        (bytes.fromhex("6cfeffff"), "-404"),
        (RPC_ERROR, "rpc_error 400 ENCRYPTED_MESSAGE_INVALID"),
        (RESULT + RPC_ERROR, "rpc_error 400 ENCRYPTED_MESSAGE_INVALID"),
        (BAD, "bad_msg_notification 17"),
        (TRUE + TRUE, "bytes that are no known answer"),
        (b"", "bytes that are no known answer"),
        (RpcError(401, "AUTH_KEY_PERM_EMPTY"), "401 AUTH_KEY_PERM_EMPTY"),
        ({"code": 400, "message": "X"}, "code 400 message X"),
        ({"error": True}, "error True"),
        *((each, SUCCESS) for each in ("bind result: true", "auth.bindTempAuthKey: True")),
        ("bind error: true", "bind error: true"),
        ({"_": "boolTrue"}, SUCCESS),
        (TimeoutError(), "TimeoutError"),
        (OSError("true"), "OSError true"),
        ({}, "an empty object"),
    ],
)  # fmt: skip
def test_an_answer_of_any_shape_is_one_line(given: Any, line: str) -> None:
    assert answer_of(given) == line


def test_a_number_that_python_does_not_print_is_an_answer_all_the_same() -> None:
    assert answer_of(10**5000) == answer_of({"code": 10**5000}) == "a number without an end"


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_known_in_any_case_and_sentence(word: str) -> None:
    said = meaning(f"RPC error 400: {word.lower()}")
    assert said is not None and said.name in (WORDS[word], "no_verdict_yet")


def test_only_a_success_and_silence_mean_nothing() -> None:
    assert meaning("") is meaning(SUCCESS) is None
    refused = meaning("boolFalse")
    assert refused is not None and refused.name == NOT_KNOWN.name and "boolFalse" in refused.sentence
    assert meaning("booltrue?") is meaning("404") is meaning("-4040") is NOT_KNOWN
    assert meaning("\N{MINUS SIGN}404") is meaning(str(TransportError(-404))) is NO_TEMP
    assert meaning("TransportError(404)") is NO_TEMP


def test_the_words_for_an_ignored_message_are_as_good_as_its_number() -> None:
    assert meaning("msg_id too low") == meaning("bad_msg_notification 16") != meaning("seqno too low")


def test_each_transport_error_of_the_documents_has_a_meaning_of_its_own() -> None:
    told = {code: meaning(str(TransportError(code))) for code in TransportError.MEANINGS}
    assert NOT_KNOWN not in told.values()
    assert len({each.sentence for each in told.values() if each}) == len(told)
    assert len({each.fix for each in told.values() if each}) == len(told)


def test_that_the_bytes_are_right_is_said_once() -> None:
    assert beside_right_bytes(UNKNOWN) is UNKNOWN
    assert beside_right_bytes(NO_TEMP).sentence == f"The bytes are right. {NO_TEMP.sentence}"


@pytest.mark.parametrize("said", ['"rpc_error": {"code": -404}', '"answer": -404', '"answer": {"error_code": -404}'])
def test_an_answer_in_a_file_is_not_lost(said: str) -> None:
    found = read_patient(f'{{"request": "{C.request.hex()}", {said}}}')
    assert meaning(found["answer"]) is NO_TEMP


@pytest.mark.parametrize("lost", [TimeoutError(), ConnectionResetError(), "read ECONNRESET", "deadline exceeded"])
def test_an_exception_without_a_text_is_never_a_success(lost: Any) -> None:
    told = C.facts(answer=lost)
    assert diagnose(**told).name == "no_verdict_yet"


def test_an_answer_in_hex_is_read_as_in_a_file() -> None:
    for answer, name in ((RPC_ERROR, UNKNOWN.name), (BAD, "no_verdict_yet"), (bytes.fromhex("6cfeffff"), NO_TEMP.name)):
        assert diagnose(**C.facts(answer=answer.hex())).name == name


def test_a_word_in_another_error_is_not_its_meaning() -> None:
    assert meaning("400 BUSINESS_CONNECTION_NOT_ALLOWED") is NOT_KNOWN


@pytest.mark.parametrize("word", ["INPUT_CONSTRUCTOR_INVALID", "INPUT_METHOD_INVALID", "INPUT_REQUEST_TOO_LONG"])
def test_what_a_data_centre_says_of_bytes_that_are_no_call(word: str) -> None:
    said = meaning(f"400 {word}")
    assert said is not None
    assert said.name == "other_bytes_were_sent"


@pytest.mark.parametrize("said", ["ENCRYPTED_MESSAGE_INVALID", "EXPIRES_AT_INVALID", "INPUT_METHOD_INVALID"])
def test_a_mistake_in_the_bytes_is_what_such_a_word_answers(said: str) -> None:
    """Where nothing is wrong with the bytes it means something else, and that is not told beside them."""
    wrong = replace(C, inner_nonce=b"12345678")
    assert [each.name for each in diagnose(**wrong.facts(answer=f"400 {said}")).findings] == ["nonce_drawn_twice"]
