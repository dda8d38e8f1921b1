"""What people hand in, in whatever shape; and what an error about a key does not show."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.clinic.patient import LARGEST, GivenKey, octets_of, refuse_shown_keys, whole_number
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError
from wrong_client import pattern

KEY = pattern("key", 256)


@pytest.mark.parametrize("zeros", [0, 1, 2, 16])
def test_a_key_may_have_lost_its_zeros(zeros: int) -> None:
    key = bytes(zeros) + KEY[zeros:]
    found = GivenKey(key[zeros:])
    assert bytes(found.key) == key
    assert found.given == key[zeros:]
    assert found == GivenKey(AuthKey(key)) and hash(found) == hash(GivenKey(key))


def test_a_key_may_have_a_sign_byte() -> None:
    assert bytes(GivenKey(b"\0" + KEY).key) == KEY


@pytest.mark.parametrize("wrong", [b"", KEY[:239], KEY + KEY, b"\x01" + KEY, "zz" * 256, KEY.hex()[:-1], 5, None])
def test_anything_else_is_refused_without_being_shown(wrong: object) -> None:
    with pytest.raises(LocalError) as caught:
        GivenKey(wrong, "perm_key")  # type: ignore[arg-type]
    assert caught.value.where == "perm_key"
    assert KEY.hex()[:16] not in f"{caught.value} {caught.value.got!r}"


def test_a_key_shows_its_id_and_is_neither_copied_nor_pickled() -> None:
    found = GivenKey(KEY)
    assert repr(found) == f"GivenKey(key={AuthKey(KEY)!r})"
    assert copy.deepcopy(found) is found
    with pytest.raises(LocalError):
        pickle.dumps(found)
    assert found != KEY


@given(st.binary(max_size=64))
def test_bytes_and_hex_are_the_same(data: bytes) -> None:
    spellings = (data, bytearray(data), memoryview(data), data.hex(), data.hex(" "), f"0x{data.hex(':')}\n")
    assert {octets_of(each, "data") for each in spellings} == {data}


@pytest.mark.parametrize("wrong", ["0", "xy", 7, None, [1, 2], "00" * (LARGEST + 1), bytes(LARGEST + 1)])
def test_what_is_no_bytes_is_refused(wrong: object) -> None:
    with pytest.raises(LocalError) as caught:
        octets_of(wrong, "request")
    assert caught.value.where == "request"
    assert len(str(caught.value)) < 300


@given(st.integers(-(2**63), 2**64 - 1))
def test_numbers_may_be_signed_or_not_and_text(number: int) -> None:
    signed = number - 2**64 if number >= 2**63 else number
    assert whole_number("msg_id", number, 64) == whole_number("msg_id", f" {number} ", 64) == signed
    if number >= 0:
        assert whole_number("msg_id", hex(number), 64) == signed


@pytest.mark.parametrize("wrong", ["", "one", 2**64, -(2**63) - 1, 0.5, float("inf"), True, None, b"1", "9" * 5000])
def test_what_is_no_number_is_refused(wrong: object) -> None:
    with pytest.raises(LocalError) as caught:
        whole_number("msg_id", wrong, 64)
    assert caught.value.where == "msg_id"


def test_a_whole_float_is_a_number() -> None:
    assert whole_number("now", 1.79e9, 64) == 1_790_000_000


@pytest.mark.parametrize("at", range(0, 245, 7))
def test_a_piece_of_a_key_is_found_wherever_it_stands(at: int) -> None:
    with pytest.raises(LocalError, match="request") as caught:
        refuse_shown_keys({"packet": None, "request": b"\0" + KEY[at : at + 11] + b"\0"}, [GivenKey(KEY)])
    assert KEY[at : at + 4].hex() not in str(caught.value)


def test_bytes_that_repeat_or_count_on_say_nothing_about_a_key() -> None:
    for key in (bytes(range(256)), b"\x07" * 256, bytes(range(255, -1, -1))):
        refuse_shown_keys({"request": key}, [GivenKey(key)])
