"""Each wrong way to close the seal is undone by its change, whatever the key and the text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mtlib.doctor.mistakes_seal import CIPHERS, SCHEDULES, SPELLINGS, right_schedule

from mtlib.crypto.aes import ige_decrypt
from wrong_client import cbc, ctr, ige, ige_backwards, ige_in_place, kdf1, kdf2, pattern, pcbc, swapped

THEIRS: dict[str, Callable[[bytes, bytes, bytes], bytes]] = {
    "iv_halves_swapped": swapped,
    "cbc_instead_of_ige": cbc,
    "pcbc_instead_of_ige": pcbc,
    "ctr_instead_of_ige": ctr,
    "aes_backwards": ige_backwards,
    "ige_written_over_itself": ige_in_place,
}
BLOCKS = st.integers(0, 6).flatmap(lambda n: st.binary(min_size=16 * n, max_size=16 * n))
HALF = st.binary(min_size=32, max_size=32)


@pytest.mark.parametrize("hypothesis", CIPHERS, ids=lambda hypothesis: hypothesis.name)
@given(BLOCKS, HALF, HALF)
def test_ciphers(hypothesis: object, text: bytes, key: bytes, iv: bytes) -> None:
    sealed = THEIRS[hypothesis.name](text, key, iv)  # type: ignore[attr-defined]
    assert hypothesis.change(sealed, key, iv) == text  # type: ignore[attr-defined]


def test_the_ciphers_differ_from_the_right_one_and_from_each_other() -> None:
    text, key, iv = pattern("text", 80), pattern("key", 32), pattern("iv", 32)
    sealed = {name: theirs(text, key, iv) for name, theirs in THEIRS.items()} | {"right": ige(text, key, iv)}
    assert len(set(sealed.values())) == len(CIPHERS) + 1 == len(THEIRS) + 1
    assert ige_decrypt(sealed["right"], key, iv) == text


@given(st.binary(min_size=256, max_size=256), st.binary(min_size=16, max_size=16))
def test_schedules(key: bytes, msg_key: bytes) -> None:
    assert right_schedule(key, msg_key) == kdf1(key, msg_key)
    changes = {hypothesis.name: hypothesis.change(key, msg_key) for hypothesis in SCHEDULES}
    assert changes == {"schedule_v2": kdf2(key, msg_key), "direction_x_8": kdf1(key, msg_key, 8)}


@pytest.mark.parametrize("size", [239, 255, 257])
def test_a_key_of_another_length_is_cut_as_it_is(size: int) -> None:
    key, msg_key = pattern("key", size), pattern("msg_key", 16)
    assert right_schedule(key, msg_key) == kdf1(key, msg_key)


def test_spellings() -> None:
    rest = pattern("rest", 254)
    spelled = {h.name: h.change for h in SPELLINGS}
    assert [*spelled["key_without_leading_zeros"](b"\0\x05" + rest)] == [b"\x05" + rest, b"\x05" + rest + b"\0"]
    assert [*spelled["key_without_leading_zeros"](b"\x05\0" + rest)] == []
    assert [*spelled["key_with_a_sign_byte"](b"\x80\0" + rest)] == [b"\0\x80\0" + rest]
    assert [*spelled["key_with_a_sign_byte"](b"\x7f\0" + rest)] == []
    assert [*spelled["key_reversed"](b"\x01\x02" + rest)] == [rest[::-1] + b"\x02\x01"]
