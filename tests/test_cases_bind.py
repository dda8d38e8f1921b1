"""Bindings that went wrong elsewhere, each with the place where it was told; and the doctor's name for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mtlib.clinic.doctor import diagnose
from mtlib.crypto.keys import AuthKey
from mtlib.protocol.binding import Binding
from mtlib.protocol.checks import verify
from mtlib.wire.schema import REQUEST

CASES = json.loads((Path(__file__).parent / "cases" / "bind.json").read_text())["cases"]
Values = dict[str, Any]

CHECKS = {
    "MSG_KEY_MISMATCH": "msg_key",
    "SEQNO_NOT_ZERO": "seqno",
    "MSG_ID_MISMATCH": "msg_id",
    "EXPIRES_AT_MISMATCH": "expires_at",
    "NONCE_MISMATCH": "nonce",
    "PERM_KEY_ID_PREFIX_MISMATCH": "perm_auth_key_id_in_front",
    "BAD_ENVELOPE_LENGTH": "encrypted_message_size",
    "MSG_LEN_NOT_40": "length",
    "SESSION_ID_MISMATCH": "temp_session_id",
}
"""Their names for what is wrong, and our checks."""

NAMED = {
    "C006": "healthy",
    "C008": "schedule_v2",
    "C011": "seqno_not_zero",
    "C012": "built_for_an_older_message",
    "C014": "expires_at_computed_twice",
    "C015": "nonce_drawn_twice",
    "C017": "temp_key_id_for_the_permanent",
    "C018": "rsa_sealed",
    "C020": "nonce_of_sixteen_bytes",
    "C021": "sign_lost",
}
"""What the doctor calls it."""


def of(op: str) -> list[Values]:
    return [case for case in CASES if case["input"]["op"] == op]


def request(told: Values) -> bytes:
    outer = {name: value for name, value in told["outer"].items() if name != "msg_id"}
    return bytes(REQUEST.build(**outer, encrypted_message=bytes.fromhex(told["encrypted_message"])))


@pytest.mark.parametrize("case", of("build_bind"), ids=lambda case: str(case["id"]))
def test_a_binding_is_built_as_expected(case: Values) -> None:
    told, expected = case["input"], case["expected"]
    binding = Binding(
        AuthKey(bytes.fromhex(told["perm_auth_key"])), AuthKey(bytes.fromhex(told["temp_auth_key"])),
        session_id=told["temp_session_id"], msg_id=told["msg_id"], expires_at=told["expires_at"], nonce=told["nonce"],
        random=bytes.fromhex(told["random_int128"]), padding=bytes.fromhex(told["padding"]),
    )  # fmt: skip
    assert expected == {
        "perm_auth_key_id": binding.perm_key.id,
        "temp_auth_key_id": binding.temp_key.id,
        "inner_tl": bytes(binding.inner).hex(),
        "plaintext_without_padding": bytes(binding.envelope).hex(),
        "msg_key": binding.msg_key.hex(),
        "aes_key": binding.schedule.aes_key.hex(),
        "aes_iv": binding.schedule.aes_iv.hex(),
        "encrypted_message": bytes(binding.encrypted_message).hex(),
        "encrypted_message_len": len(binding.encrypted_message),
        "request_tl": bytes(binding.request).hex(),
    }


@pytest.mark.parametrize("case", of("server_check_bind"), ids=lambda case: str(case["id"]))
def test_a_data_centre_finds_what_is_wrong(case: Values) -> None:
    told, expected = case["input"], case["expected"]
    verdict = verify(
        request(told),
        perm_key=AuthKey(bytes.fromhex(told["perm_auth_key"])),
        temp_key=AuthKey(bytes.fromhex(told["temp_auth_key"])),
        session_id=told["session_id_of_request"], msg_id=told["outer"]["msg_id"], now=told["outer"]["expires_at"] - 60,
    )  # fmt: skip
    assert verdict.ok is expected["ok"]
    assert verdict.error == (expected["rpc_error"]["message"] if expected["rpc_error"] else None)
    if not verdict.ok:
        assert CHECKS[expected["teaching_reason"]] in verdict.failing


@pytest.mark.parametrize("case", of("server_check_bind"), ids=lambda case: str(case["id"]))
def test_the_doctor_names_it(case: Values) -> None:
    told = case["input"]
    diagnosis = diagnose(
        request=request(told), perm_key=told["perm_auth_key"], temp_key=told["temp_auth_key"],
        session_id=told["session_id_of_request"], msg_id=told["outer"]["msg_id"],
    )  # fmt: skip
    assert diagnosis.names == (NAMED[case["id"]],)


def test_every_case_says_where_it_was_told() -> None:
    assert all(case["source_url"].startswith("https://") for case in CASES)
    assert {case["id"] for case in of("server_check_bind")} == set(NAMED)
