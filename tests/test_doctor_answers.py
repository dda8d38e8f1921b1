"""What a data centre answered, brought to one line, and its meaning."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from mtlib.clinic.reading import read_patient
from mtlib.doctor.answers import beside_right_bytes, meaning
from mtlib.doctor.given import SUCCESS, answer_of
from mtlib.doctor.outcomes import ANSWER_UNKNOWN, ANSWERS, NO_VERDICT, TEMP_KEY_UNKNOWN, UNKNOWN_KEY
from mtlib.errors import RpcError, TransportError
from patients import C

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
        ({}, "an empty object"),
    ],
)  # fmt: skip
def test_an_answer_of_any_shape_is_one_line(given: Any, line: str) -> None:
    assert answer_of(given) == line


def test_a_number_that_python_does_not_print_is_an_answer_all_the_same() -> None:
    assert answer_of(10**5000) == answer_of({"code": 10**5000}) == "a number without an end"


@pytest.mark.parametrize("word", ANSWERS)
def test_a_word_is_known_in_any_case_and_sentence(word: str) -> None:
    assert meaning(f"RPC error 400: {word.lower()}") in (ANSWERS[word], NO_VERDICT)


def test_only_a_success_and_silence_mean_nothing() -> None:
    assert meaning("") is meaning(SUCCESS) is None
    assert meaning("boolFalse") is meaning("booltrue?") is meaning("404") is meaning("-4040") is ANSWER_UNKNOWN
    assert meaning("\N{MINUS SIGN}404") is meaning(str(TransportError(-404))) is TEMP_KEY_UNKNOWN


def test_each_transport_error_of_the_documents_has_a_meaning_of_its_own() -> None:
    told = {code: meaning(str(TransportError(code))) for code in TransportError.MEANINGS}
    assert ANSWER_UNKNOWN not in told.values()
    assert len({each.sentence for each in told.values() if each}) == len(told)
    assert len({each.fix for each in told.values() if each}) == len(told)


def test_that_the_bytes_are_right_is_said_once() -> None:
    assert beside_right_bytes(UNKNOWN_KEY) is UNKNOWN_KEY
    assert beside_right_bytes(TEMP_KEY_UNKNOWN).sentence == f"The bytes are right. {TEMP_KEY_UNKNOWN.sentence}"


@pytest.mark.parametrize("said", ['"rpc_error": {"code": -404}', '"answer": -404', '"answer": {"error_code": -404}'])
def test_an_answer_in_a_file_is_not_lost(said: str) -> None:
    found = read_patient(f'{{"request": "{C.request.hex()}", {said}}}')
    assert meaning(found["answer"]) is TEMP_KEY_UNKNOWN
