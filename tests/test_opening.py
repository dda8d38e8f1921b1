"""The search for the recipe: exact, and quiet about noise."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.clinic.doctor import diagnose
from mtlib.clinic.opening import (
    CONSTANTS,
    expected_inside,
    hash_mistakes,
    is_right,
    mended,
    open_seal,
    spelled_wrongly,
)
from mtlib.clinic.patient import GivenKey, Patient
from mtlib.clinic.wrong import ENVELOPE
from patients import C
from wrong_client import WrongClient, cbc, ige, ige_in_place, kdf1, kdf2, key_id, pattern, swapped

PATIENT = Patient.of(**C.facts())
VALUES = {"nonce": C.nonce, "expires_at": C.expires_at}
ALL = expected_inside(PATIENT, VALUES)


def test_everything_that_stands_outside_too_is_expected_inside() -> None:
    fields = {"msg_id": C.msg_id, "seqno": 0, "length": 40, "constructor": 0x75A3F765, "nonce": C.nonce,
              "temp_auth_key_id": int.from_bytes(key_id(C.temp), "little", signed=True),
              "perm_auth_key_id": int.from_bytes(key_id(C.perm), "little", signed=True),
              "temp_session_id": C.session_id, "expires_at": C.expires_at}  # fmt: skip
    assert fields == ALL
    assert [name for name, *_ in ENVELOPE if name not in ALL] == ["random"]
    nobody = replace(PATIENT, temp_key=None, perm_key=None, session_id=None, msg_id=None)
    assert expected_inside(nobody, {"perm_auth_key_id": 5}) == {
        "seqno": 0, "length": 40, "constructor": 0x75A3F765, "perm_auth_key_id": 5}  # fmt: skip


def names(client: WrongClient, patient: Patient = PATIENT) -> list[str] | None:
    known = expected_inside(patient, VALUES)
    opened = open_seal(client.sealed, patient, known) or open_seal(client.sealed, patient, known, deep=True)
    return None if opened is None else [change.row.name for change in opened.changes]


def flip(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_the_right_recipe_comes_first() -> None:
    opened = open_seal(C.sealed, PATIENT, ALL)
    assert opened is not None
    assert (opened.changes, opened.shape, opened.key) == ((), ENVELOPE, C.perm)
    assert opened.envelope == C.envelope and opened.plaintext[24:36] == CONSTANTS
    assert hash_mistakes(opened, C.sealed[8:24], ALL) == ()


@pytest.mark.parametrize(
    ("key", "schedule", "cipher"),
    list(product([None, C.temp], [(kdf1, 0), (kdf1, 8), (kdf2, 0)], [ige, cbc, swapped, ige_in_place])),
)
def test_every_combination_of_changes_is_found(key: bytes | None, schedule: tuple, cipher: object) -> None:  # type: ignore[type-arg]
    client = replace(C, sealing_key=key, schedule=schedule[0], x=schedule[1], cipher=cipher)  # type: ignore[arg-type]
    expected = [
        *(["sealed_with_the_temporary_key"] if key else []),
        *{(kdf1, 8): ["direction_x_8"], (kdf2, 0): ["schedule_v2"]}.get(schedule, []),
        *{cbc: ["cbc_instead_of_ige"], swapped: ["iv_halves_swapped"], ige_in_place: ["ige_written_over_itself"]}.get(
            cipher, []  # type: ignore[call-overload]
        ),
    ]  # fmt: skip
    assert names(client) == expected


def test_the_permanent_key_alone_is_enough() -> None:
    assert names(replace(C, x=8), Patient.of(perm_key=C.perm)) == ["direction_x_8"]


def test_where_no_constant_is_left_the_hash_decides() -> None:
    foreign = replace(C, inner_id=b"abcd", length=7, seqno=9, inner_perm=bytes(8), inner_nonce=bytes(8))
    assert names(foreign, Patient.of(perm_key=C.perm)) == []
    unhashed = replace(foreign, msg_key=lambda text, pad, key: pattern("hash", 16))
    assert names(unhashed, Patient.of(perm_key=C.perm)) is None


@pytest.mark.parametrize("size", [0, 8, 24, 39, 40, 88])
def test_short_bytes_are_not_opened_or_opened_as_far_as_they_go(size: int) -> None:
    opened = open_seal(C.sealed[:size], PATIENT, ALL)
    assert (opened is None) == (size < 72)


def test_without_a_permanent_key_nothing_is_opened() -> None:
    assert open_seal(C.sealed, Patient.of(temp_key=C.temp), {}) is None


@pytest.mark.parametrize("bit", [64, 191, 192, 300, 575, 576, 831])
def test_one_flipped_bit_is_found(bit: int) -> None:
    assert mended(flip(C.sealed, bit), GivenKey(C.perm), begins_well=bit // 8 >= 72) == (bit // 8, C.sealed)


def test_no_bit_is_found_where_more_is_wrong() -> None:
    for begins_well in (True, False):
        assert mended(flip(flip(C.sealed, 300), 700), GivenKey(C.perm), begins_well=begins_well) is None
        assert mended(C.sealed[:-1], GivenKey(C.perm), begins_well=begins_well) is None
    assert is_right(C.sealed, C.perm) and not is_right(C.sealed, C.temp)


@given(st.binary(min_size=255, max_size=255))
def test_spellings_are_those_that_differ(rest: bytes) -> None:
    for first, expected in ((b"\0", "key_without_leading_zeros"), (b"\xf0", "key_with_a_sign_byte")):
        key = first + rest
        patient = Patient.of(perm_key=key)
        assert patient.perm_key is not None
        found = {hypothesis.name: data for hypothesis, data in spelled_wrongly(patient.perm_key)}
        assert expected in found and all(data != key for data in found.values() if key != key[::-1])


def test_msg_key_of_something_else_is_no_known_change() -> None:
    opened = open_seal(C.sealed, PATIENT, ALL)
    assert opened is not None
    assert hash_mistakes(replace(opened, size=None, covered=None), hashlib.md5(b"").digest(), ALL) is None


def test_a_hash_over_the_padding_is_told_from_a_longer_nonce_with_two_values_only() -> None:
    from mtlib import diagnose
    from mtlib.crypto import V1, ige_encrypt
    from mtlib.lab import sample

    binding = sample().binding
    plaintext = bytes(binding.plaintext)
    msg_key = hashlib.sha1(plaintext).digest()[4:20]
    schedule = V1.run(0, auth_key=bytes(binding.perm_key), msg_key=msg_key)
    ciphertext = ige_encrypt(plaintext, schedule.aes_key, schedule.aes_iv)
    sealed = binding.perm_key.id_bytes + msg_key + ciphertext
    assert diagnose(encrypted_message=sealed, perm_key=binding.perm_key).names == ("msg_key_over_padding",)


@pytest.mark.parametrize(
    ("hashed", "names"),
    [
        (lambda e, p: hashlib.sha1(e + p).digest()[:16], ("msg_key_over_padding", "msg_key_first_sixteen_bytes")),
        (lambda e, p: hashlib.sha1(e[32:]).digest()[:16], ("msg_key_of_the_inner_only", "msg_key_first_sixteen_bytes")),
    ],
)
def test_two_mistakes_of_msg_key_are_both_named(hashed: Any, names: tuple[str, ...]) -> None:
    assert diagnose(**WrongClient(msg_key=lambda e, p, key: hashed(e, p)).facts()).names == names


@pytest.mark.parametrize(("at", "name"), [(0, "no_binding_in_it"), (8, "packet_not_opened")])
def test_a_packet_of_the_first_version_opens_whatever_is_in_it(at: int, name: str) -> None:
    """Its msg_key says so; from a wrong place of the key, nothing does."""
    message = C.message(pattern("another request", 40))
    msg_key = hashlib.sha256(C.temp[88:120] + message).digest()[8:24]
    packet = C.packet()[:8] + msg_key + ige(message, *kdf1(C.temp, msg_key, at))
    assert diagnose(packet=packet, temp_key=C.temp).names == (name,)


def test_msg_key_is_recognised_as_the_hash_of_one_block() -> None:
    """Of msg_id, seqno and length alone: a shorter piece is not looked for."""
    client = WrongClient(msg_key=lambda e, p, key: hashlib.sha1(e[16:32]).digest()[4:20])
    assert "It is SHA1(plaintext[16:32])[4:20]." in str(diagnose(**client.facts()))
