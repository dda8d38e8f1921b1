"""The wrong turns go where they say: held against the modes of `cryptography` and against the formulas."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st
from mtlib.ladder import wrong_turns as wrong

from mtlib.crypto import V1, V2, ige_decrypt, ige_encrypt

KEY, IV = bytes(range(32)), bytes(range(100, 132))
blocks = st.integers(1, 6).flatmap(lambda count: st.binary(min_size=16 * count, max_size=16 * count))


def block_of_aes(block: bytes, key: bytes = KEY) -> bytes:
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block)


def xor(*parts: bytes) -> bytes:
    out = bytes(16)
    for part in parts:
        out = bytes(a ^ b for a, b in zip(out, part, strict=True))
    return out


@given(blocks)
def test_modes_are_those_of_cryptography(data: bytes) -> None:
    assert wrong.cbc(data, KEY, IV) == Cipher(algorithms.AES(KEY), modes.CBC(IV[:16])).encryptor().update(data)
    assert wrong.ecb(data, KEY, IV) == block_of_aes(data)


@given(blocks)
def test_none_of_them_is_ige(data: bytes) -> None:
    right = ige_encrypt(data, KEY, IV)
    for turn in (wrong.cbc, wrong.ecb, wrong.pcbc, wrong.halves_swapped, wrong.aes_decrypted):
        assert turn(data, KEY, IV) != right


def test_pcbc_and_in_place_by_hand() -> None:
    data = bytes(range(48))
    one, two, three = data[:16], data[16:32], data[32:]
    first = block_of_aes(xor(one, IV[:16], IV[16:]))
    second = block_of_aes(xor(two, one, first))
    assert wrong.pcbc(data, KEY, IV) == first + second + block_of_aes(xor(three, two, second))
    first = xor(block_of_aes(xor(one, IV[:16])), IV[16:])
    second = xor(block_of_aes(xor(two, first)), first)
    assert wrong.in_place(data, KEY, IV) == first + second + xor(block_of_aes(xor(three, second)), second)
    assert wrong.in_place(data[:16], KEY, IV) == ige_encrypt(data[:16], KEY, IV)


def test_aes_backwards_is_not_the_same_as_decrypting() -> None:
    data = bytes(range(32))
    assert wrong.aes_decrypted(data, KEY, IV) != ige_decrypt(data, KEY, IV)


def test_a_whole_key_makes_the_right_schedule() -> None:
    key, msg_key = bytes(range(256)), bytes(range(16))
    for table in (V1, V2):
        right = table.run(0, auth_key=key, msg_key=msg_key)
        made = wrong.loosely(table, auth_key=key, msg_key=msg_key)
        assert (made["aes_key"], made["aes_iv"]) == (right.aes_key, right.aes_iv)
        short = wrong.loosely(table, auth_key=wrong.stripped(key), msg_key=msg_key)
        assert short["aes_key"] != right.aes_key


def test_msg_key_on_the_other_side() -> None:
    key, msg_key = bytes(range(256)), b"m" * 16
    (only,) = wrong.other_side(V1, "sha1_a", auth_key=key, msg_key=msg_key)
    assert only == hashlib.sha1(key[:32] + msg_key).digest()
    front, back = wrong.other_side(V1, "sha1_b", auth_key=key, msg_key=msg_key)
    assert front == hashlib.sha1(msg_key + key[32:64]).digest()
    assert back == hashlib.sha1(key[32:64] + msg_key).digest()
    (only,) = wrong.other_side(V2, "sha256_b", auth_key=key, msg_key=msg_key)
    assert only == hashlib.sha256(msg_key + key[40:76]).digest()


@given(st.integers(-(2**63), 2**63 - 1))
def test_numbers(number: int) -> None:
    assert wrong.swapped(wrong.swapped(number)) == number
    assert wrong.big_endian(number) == number.to_bytes(8, "little", signed=True)[::-1]
    assert abs(wrong.rounded(number) - number) <= 2**10
    assert wrong.rounded(wrong.rounded(number)) == wrong.rounded(number)


def test_strings() -> None:
    body = b"x" * 104
    assert wrong.long_head(body) == b"\xfe\x68\0\0" + body
    assert all(len(twice) % 4 == 0 and body in twice for twice in wrong.length_twice(body))
    assert len(set(wrong.length_twice(body))) == 3


def test_packets_begin_with_their_msg_key() -> None:
    key, message = bytes(range(256)), bytes(28) + (20).to_bytes(4, "little") + bytes(32)
    sealed = wrong.sealed_v1(message, key)
    assert sealed[:16] == hashlib.sha1(message[:52]).digest()[4:20]
    assert len(sealed) == 16 + len(message)
    assert wrong.sealed_v2(message, key, b"m" * 16)[:16] == b"m" * 16
