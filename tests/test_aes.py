"""IGE against the formula itself, block by block, and against other people's vectors."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from mtlib.crypto import aes
from mtlib.crypto.aes import Ctr, ige_blocks, ige_decrypt, ige_encrypt
from mtlib.crypto.blocks import sbox
from mtlib.errors import LocalError

VECTORS = json.loads((Path(__file__).parent / "vectors" / "aes_ige.json").read_text())["vectors"]
keys = st.binary(min_size=32, max_size=32)
messages = st.integers(0, 12).flatmap(lambda blocks: st.binary(min_size=16 * blocks, max_size=16 * blocks))


def naive(data: bytes, key: bytes, iv: bytes, *, encrypt: bool) -> bytes:
    """The two formulas of IGE, read aloud; for AES keys of any size."""
    cipher = Cipher(algorithms.AES(key), modes.ECB())
    aes = (cipher.encryptor() if encrypt else cipher.decryptor()).update
    before, after = (iv[:16], iv[16:]) if encrypt else (iv[16:], iv[:16])
    result = b""
    for i in range(0, len(data), 16):
        block = data[i : i + 16]
        mixed = bytes(a ^ b for a, b in zip(block, before, strict=True))
        before = bytes(a ^ b for a, b in zip(aes(mixed), after, strict=True))
        after = block
        result += before
    return result


def lcg_bytes(length: int) -> tuple[bytes, bytes, bytes]:
    """TDLib's test draws its long vector from this generator and publishes a checksum of the result only."""
    seed, drawn = length, bytearray()
    for _ in range(length + 64):
        seed = (seed * 123457567 + 987651241) % (1 << 32)
        drawn.append(seed >> 23 & 255)
    return bytes(drawn[:length]), bytes(drawn[length : length + 32]), bytes(drawn[length + 32 :])


@given(messages, keys, keys)
def test_encrypt_is_the_formula(data: bytes, key: bytes, iv: bytes) -> None:
    assert ige_encrypt(data, key, iv) == naive(data, key, iv, encrypt=True)


@given(messages, keys, keys)
def test_decrypt_is_the_formula_and_the_way_back(data: bytes, key: bytes, iv: bytes) -> None:
    assert ige_decrypt(data, key, iv) == naive(data, key, iv, encrypt=False)
    assert ige_decrypt(ige_encrypt(data, key, iv), key, iv) == data


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vectors(vector: dict[str, Any]) -> None:
    key, iv = bytes.fromhex(vector["key"]), bytes.fromhex(vector["iv"])
    if "plaintext" not in vector:
        plaintext, drawn_key, drawn_iv = lcg_bytes(65536)
        assert (drawn_key, drawn_iv) == (key, iv)
        ciphertext = ige_encrypt(plaintext, key, iv)
        assert zlib.crc32(ciphertext) == vector["ciphertext_crc32"]
    else:
        plaintext, ciphertext = bytes.fromhex(vector["plaintext"]), bytes.fromhex(vector["ciphertext"])
    assert naive(plaintext, key, iv, encrypt=True) == ciphertext
    if len(key) == 16:  # OpenSSL's are for AES-128: they vouch for the formula above, MTProto has no use for them
        with pytest.raises(LocalError) as caught:
            ige_encrypt(plaintext, key, iv)
        assert caught.value.where == "key"
        return
    assert ige_encrypt(plaintext, key, iv) == ciphertext
    assert ige_decrypt(ciphertext, key, iv) == plaintext


@pytest.mark.parametrize("function", [ige_encrypt, ige_decrypt, ige_blocks])
@pytest.mark.parametrize(
    ("where", "data", "key", "iv"),
    [
        ("data", 17, 32, 32),
        ("data", 15, 32, 32),
        ("data", 8, 32, 32),
        ("data", 24, 32, 32),
        ("key", 16, 16, 32),
        ("key", 16, 33, 32),
        ("iv", 16, 32, 16),
        ("iv", 16, 32, 0),
        ("key", 0, 0, 32),
    ],
)
def test_wrong_lengths_are_named_before_any_aes(
    function: Callable[..., Any], where: str, data: int, key: int, iv: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mtlib.crypto.aes.raw_aes", None)  # nobody gets that far
    with pytest.raises(LocalError) as caught:
        function(bytes(data), bytes(key), bytes(iv))
    assert caught.value.where == where
    assert caught.value.got == f"{ {'data': data, 'key': key, 'iv': iv}[where] } bytes"


@pytest.mark.parametrize("function", [ige_encrypt, ige_decrypt])
def test_only_bytes_are_bytes(function: Callable[..., Any]) -> None:
    with pytest.raises(LocalError, match="data"):
        function(16, bytes(32), bytes(32))
    with pytest.raises(LocalError, match="key"):
        function(bytes(16), 32, bytes(32))


@given(messages, keys, keys)
def test_every_shape_of_bytes_and_none_is_changed(data: bytes, key: bytes, iv: bytes) -> None:
    for function in (ige_encrypt, ige_decrypt):
        expected = function(data, key, iv)
        for shape in (bytearray, memoryview):
            given_ = [shape(bytearray(value)) for value in (data, key, iv)]
            result = function(*given_)
            assert (type(result), result) == (bytes, expected)
            assert [bytes(value) for value in given_] == [data, key, iv]


@given(messages, keys, keys)
def test_blocks_are_the_inside_of_encrypt(data: bytes, key: bytes, iv: bytes) -> None:
    blocks = ige_blocks(data, key, iv)
    aes = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update
    assert b"".join(block.ciphertext for block in blocks) == ige_encrypt(data, key, iv)
    assert b"".join(block.plaintext for block in blocks) == data
    assert [block.index for block in blocks] == list(range(1, len(data) // 16 + 1))
    c_prev, p_prev = iv[:16], iv[16:]
    for block in blocks:
        assert (block.c_prev, block.p_prev) == (c_prev, p_prev)
        assert block.before_aes == bytes(a ^ b for a, b in zip(block.plaintext, c_prev, strict=True))
        assert block.after_aes == aes(block.before_aes)
        assert block.ciphertext == bytes(a ^ b for a, b in zip(block.after_aes, p_prev, strict=True))
        c_prev, p_prev = block.ciphertext, block.plaintext


def test_one_wrong_bit_spoils_all_that_follows_and_nothing_before() -> None:
    """The picture of lesson 11: five blocks, one bit of the third ciphertext block flipped."""
    key, iv, data = bytes(range(32)), bytes(range(32, 64)), bytes(80)
    damaged = bytearray(ige_encrypt(data, key, iv))
    damaged[2 * 16] ^= 1
    opened = ige_decrypt(damaged, key, iv)
    assert "".join("X" if opened[i : i + 16] != bytes(16) else "." for i in range(0, 80, 16)) == "..XXX"


@given(st.lists(st.binary(max_size=40), max_size=8), keys, st.binary(min_size=16, max_size=16))
def test_ctr_goes_on_where_it_stopped(chunks: list[bytes], key: bytes, iv: bytes) -> None:
    stream, whole = Ctr(key, iv), b"".join(chunks)
    sent = b"".join(map(stream.update, chunks))
    assert sent == Cipher(algorithms.AES(key), modes.CTR(iv)).encryptor().update(whole)
    assert Ctr(key, iv).update(bytearray(sent)) == whole


def test_ctr_counts_blocks_with_aes_and_carries() -> None:
    """The keystream is E(iv), E(iv + 1), ...: the counter is one big-endian number of 128 bits."""
    key, iv = bytes(range(32)), b"\xff" * 16
    aes = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update
    assert Ctr(key, iv).update(bytes(32)) == aes(iv) + aes(bytes(16))


@pytest.mark.parametrize(("key", "iv", "where"), [(16, 16, "key"), (32, 32, "iv"), (32, 12, "iv")])
def test_ctr_refuses_other_lengths(key: int, iv: int, where: str) -> None:
    with pytest.raises(LocalError) as caught:
        Ctr(bytes(key), bytes(iv))
    assert caught.value.where == where


def test_ctr_keeps_its_key_to_itself() -> None:
    assert "Ctr object" in repr(Ctr(b"k" * 32, b"i" * 16))


def test_an_error_names_the_data_where_it_is_wrong() -> None:
    for call in (lambda: ige_encrypt("text", bytes(32), bytes(32)), lambda: Ctr(bytes(32), bytes(16)).update("text")):  # type: ignore[arg-type]
        with pytest.raises(LocalError) as caught:
            call()
        assert caught.value.where == "data"


def test_a_block_that_was_computed_stays_as_it_is() -> None:
    with pytest.raises(FrozenInstanceError):
        ige_blocks(bytes(16), bytes(32), bytes(32))[0].index = 2  # type: ignore[misc]


def test_another_implementation_can_take_the_place_of_openssl(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser has no `cryptography`: what is asked of AES is three modes, and nothing else is imported for it."""
    known = aes._openssl()
    asked: list[tuple[str, int, int]] = []

    def other(mode: aes.Mode, key: bytes, iv: bytes) -> aes.Update:
        asked.append((mode, len(key), len(iv)))
        return known(mode, key, iv)

    expected = ige_encrypt(bytes(48), bytes(32), bytes(32))
    monkeypatch.setattr(aes, "_aes", None)
    aes.use_aes(other)
    assert ige_encrypt(bytes(48), bytes(32), bytes(32)) == expected
    assert ige_decrypt(expected, bytes(32), bytes(32)) == bytes(48)
    assert Ctr(bytes(32), bytes(16)).update(b"abc")
    assert asked == [("CBC encrypt", 32, 16), ("ECB decrypt", 32, 0), ("CTR", 32, 16)]


def test_nothing_of_cryptography_is_loaded_before_it_is_needed() -> None:
    program = "import sys, mtlib; mtlib.Binding, mtlib.verify; sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_s_box_has_every_byte_once() -> None:
    assert sorted(sbox()) == [*range(256)]
