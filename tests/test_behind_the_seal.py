"""Behind the seal, stage by stage: what is told, and what is left out because it only follows from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mtlib.clinic.diagnosis import Finding
from mtlib.clinic.doctor import arrive, behind_the_seal, diagnose
from mtlib.clinic.patient import Patient
from patients import OTHER, PATIENTS, C
from wrong_client import WrongClient, key_id, pattern


def found(sealed: bytes, client: WrongClient = C, **more: object) -> dict[str, Finding]:
    patient = Patient.of(**{**client.facts(request=client.request_of(sealed)), **more})
    arrival = arrive(patient)
    return {finding.name: finding for finding in behind_the_seal(arrival)[0].findings}


def test_a_closed_seal_says_where_noise_stands_and_which_key_is_named() -> None:
    finding = found(C.sealed, perm_key=OTHER)["not_opened"]
    assert [row.path for row in finding.evidence] == [
        "request/perm_auth_key_id", "encrypted_message/perm_auth_key_id", "encrypted_message/ciphertext",
    ]  # fmt: skip
    assert finding.evidence[-1].expected.hex() == "000000002800000065f7a375"


def test_a_well_known_mistake_outside_is_told_even_if_the_seal_stays_closed() -> None:
    client = replace(C, front=key_id(C.perm)[::-1], sealing_key=OTHER)
    assert set(found(client.sealed)) == {"not_opened", "byte_swapped"}


def test_the_size_is_told_where_it_is_wrong() -> None:
    assert found(pattern("noise", 99))["not_opened"].evidence[0].got == "99 bytes"
    assert found(b"")["empty"].evidence[0].expected == "104 bytes"


def test_a_flipped_bit_is_mended_before_anything_is_compared() -> None:
    sealed = bytearray(C.sealed)
    sealed[30] ^= 16
    finding = found(bytes(sealed))
    assert list(finding) == ["one_bit_flipped"]
    (evidence,) = finding["one_bit_flipped"].evidence
    assert (evidence.path, evidence.offset) == ("encrypted_message/ciphertext", 30)
    assert (evidence.got, evidence.expected) == (sealed[30:31], C.sealed[30:31])


@pytest.mark.parametrize(("at", "block"), [(72, 72), (80, 72), (90, 88)])
def test_noise_at_the_end_is_one_finding_with_the_block_where_it_begins(at: int, block: int) -> None:
    sealed = C.sealed[:at] + bytes(4) + C.sealed[at + 4 :]
    finding = found(sealed)
    assert list(finding) == ["changed_after_sealing"]
    assert finding["changed_after_sealing"].evidence[0].offset == block


def test_an_unknown_hash_is_told_when_the_values_are_right() -> None:
    client = replace(C, msg_key=lambda text, pad, key: pattern("hash", 16), seqno=1)
    assert set(found(client.sealed)) == {"msg_key_of_something_else", "seqno_not_zero"}


def test_a_seal_that_is_cut_off_has_no_hash() -> None:
    assert list(found(C.sealed[:88])) == ["cut_off"]


@pytest.mark.parametrize("size", [16, 24, 40])
def test_too_much_padding_is_counted(size: int) -> None:
    padding = pattern("padding", size + (8 - size) % 16)
    finding = found(replace(C, padding=padding).sealed)
    assert finding["padding_of_another_size"].evidence[0].got == f"{len(padding)} bytes"


@pytest.mark.parametrize(
    ("sealed", "part", "offset"),
    [
        (C.sealed[24:] + C.sealed[:24], "perm_auth_key_id", 0), (C.sealed[:8] + C.sealed, "msg_key", 8),
        (C.sealed[:24] + C.sealed[8:], "ciphertext", 24),
    ],
)  # fmt: skip
def test_parts_of_the_seal_are_told_at_the_first_that_is_wrong(sealed: bytes, part: str, offset: int) -> None:
    (evidence,) = found(sealed)["parts_of_the_seal"].evidence
    assert (evidence.path, evidence.offset) == (f"encrypted_message/{part}", offset)


def test_a_wrong_size_is_told_of_the_whole() -> None:
    (evidence,) = found(C.sealed[:-4])["cut_off"].evidence
    assert (evidence.path, evidence.offset, evidence.size) == ("encrypted_message", 0, 0)


@pytest.mark.parametrize(("marks", "name"), [(3, "not_opened"), (4, "sent_as_utf8_text")])
def test_text_with_marks_for_lost_bytes_needs_some_of_them(marks: int, name: str) -> None:
    assert list(found(("x" * 20 + "\ufffd").encode() * marks)) == [name]


@pytest.mark.parametrize(
    ("name", "path", "offset", "got", "expected"),
    [
        ("inner_without_constructor", "constructor", 32, 4, "65f7a375"),
        ("expires_at_left_out", "expires_at", 68, 4, C.expires_at.to_bytes(4, "little").hex()),
        ("inner_with_length_head", "constructor", 32, 4, "65f7a375"),
    ],
)
def test_a_row_that_is_shifted_shows_the_bytes(name: str, path: str, offset: int, got: int, expected: str) -> None:
    first = diagnose(**PATIENTS[name]()).findings[0]
    (evidence,) = first.evidence
    assert (first.name, evidence.path, evidence.offset) == (name, f"plaintext/envelope/inner/{path}", offset)
    assert (len(evidence.got), evidence.expected.hex()) == (got, expected)


def test_a_key_that_lost_its_zeros_is_not_also_said_to_be_short() -> None:
    told = PATIENTS["key_without_leading_zeros"]()
    short = diagnose(**{**told, "perm_key": told["perm_key"].lstrip(b"\0")})
    assert (short.names, short.remarks) == (("key_without_leading_zeros",), ())
