"""RSA_PAD and the scheme before it: vectors, the way there and back, and every way to get it wrong."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.crypto.aes import ige_encrypt
from mtlib.crypto.entropy import Patterned, System
from mtlib.crypto.rsa import PrivateKey, PublicKey, RsaPad, old_check, old_open, old_seal, rsa_pad_open, rsa_pad_seal
from mtlib.errors import CheckError, LocalError

HERE = Path(__file__).parent / "vectors"
VECTORS = json.loads((HERE / "rsa_pad.json").read_text())["vectors"]
PRIVATE = PrivateKey.from_pem(json.loads((HERE / "rsa_private.json").read_text())["pkcs1"])
PUBLIC = PRIVATE.public


class Scripted:
    """An entropy that says what a vector tells it to say, and writes down what it was asked."""

    def __init__(self, **values: list[bytes]) -> None:
        self.values = values
        self.asked: list[tuple[str, int, int]] = []

    def at(self, scope: str) -> Scripted:
        return self

    def draw(self, label: str, size: int, *, attempt: int = 0) -> bytes:
        self.asked.append((label, size, attempt))
        return self.values[label][min(attempt, len(self.values[label]) - 1)]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vectors_step_by_step(vector: dict[str, Any]) -> None:
    data, padding, temp_key = (bytes.fromhex(vector[name]) for name in ("data", "padding", "temp_key"))
    pad = RsaPad(data, PublicKey(int(vector["n"], 16), vector["e"]), padding, temp_key)
    for step in ("data_with_hash", "aes_encrypted", "key_aes_encrypted", "encrypted_data"):
        assert getattr(pad, step).hex() == vector[step]
    assert pad.fits
    assert (pad.data_with_padding, pad.data_pad_reversed) == (data + padding, (data + padding)[::-1])
    assert pad.temp_key_xor == pad.key_aes_encrypted[:32]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_seal_draws_again_until_it_fits(vector: dict[str, Any]) -> None:
    """grammers' vector begins with a temp_key that does not fit."""
    tried = [bytes.fromhex(vector[name]) for name in ("temp_key_initial", "temp_key") if name in vector]
    entropy = Scripted(padding=[bytes.fromhex(vector["padding"])], temp_key=tried)
    key = PublicKey(int(vector["n"], 16), vector["e"])
    assert rsa_pad_seal(bytes.fromhex(vector["data"]), key, entropy).hex() == vector["encrypted_data"]
    assert entropy.asked[0] == ("padding", len(vector["padding"]) // 2, 0)
    assert entropy.asked[1:] == [("temp_key", 32, attempt) for attempt in range(len(tried))]


def test_entropy_that_stands_still_does_not_hang() -> None:
    unfit = next(
        key
        for key in (Patterned(str(seed)).draw("temp_key", 32) for seed in range(1000))
        if not RsaPad(b"", PUBLIC, bytes(192), key).fits
    )
    with pytest.raises(LocalError) as caught:
        rsa_pad_seal(b"", PUBLIC, Scripted(padding=[bytes(192)], temp_key=[unfit]))
    assert caught.value.where == "temp_key"
    with pytest.raises(LocalError):
        _ = RsaPad(b"", PUBLIC, bytes(192), unfit).encrypted_data


@given(st.binary(max_size=144), st.integers(0, 1000))
def test_there_and_back(data: bytes, seed: int) -> None:
    encrypted = rsa_pad_seal(bytearray(data), PUBLIC, Patterned(str(seed)))
    assert len(encrypted) == 256
    opened = rsa_pad_open(encrypted, PRIVATE)
    assert len(opened) == 192
    assert opened[: len(data)] == data
    assert opened[len(data) :] == Patterned(str(seed)).draw("padding", 192 - len(data))


def test_to_fit_is_to_be_below_n() -> None:
    temp_keys = (Patterned().draw("temp_key", 32, attempt=attempt) for attempt in range(256))
    pads = (RsaPad(b"", PUBLIC, bytes(192), temp_key) for temp_key in temp_keys)
    pad = next(pad for pad in pads if pad.key_aes_encrypted[0] >= 128 and pad.key_aes_encrypted[-1] % 2)
    number = int.from_bytes(pad.key_aes_encrypted, "big")
    for n, fits in ((number - 2, False), (number, False), (number + 2, True)):
        assert dataclasses.replace(pad, key=PublicKey(n)).fits is fits


def test_replace_recomputes_everything() -> None:
    pad = RsaPad(b"data", PUBLIC, bytes(188), bytes(32))
    other = dataclasses.replace(pad, temp_key=b"\x01" * 32)
    assert other.data_with_padding == pad.data_with_padding
    assert other.key_aes_encrypted != pad.key_aes_encrypted


@pytest.mark.parametrize("flipped", range(0, 2048, 61))
def test_any_flipped_bit_is_noticed(flipped: int) -> None:
    damaged = int.from_bytes(rsa_pad_seal(b"some data", PUBLIC, Patterned()), "big") ^ 1 << flipped
    with pytest.raises(CheckError) as caught:
        rsa_pad_open(damaged.to_bytes(256, "big"), PRIVATE)
    assert caught.value.where == "encrypted_data"


def test_the_hash_is_over_the_bytes_in_order_and_over_the_key() -> None:
    """Blocks whose hash leaves one part out: each is well-formed otherwise, and none is accepted."""
    padded, temp_key = b"data" + bytes(188), bytes(range(32))
    wrong = {
        "reversed": hashlib.sha256(temp_key + padded[::-1]),
        "no key": hashlib.sha256(padded),
        "data only": hashlib.sha256(temp_key + b"data"),
        "sha1": hashlib.sha1(temp_key + padded),
    }
    for name, digest in {**wrong, "right": hashlib.sha256(temp_key + padded)}.items():
        body = ige_encrypt(padded[::-1] + digest.digest().ljust(32, b"\0"), temp_key, bytes(32))
        masked = bytes(a ^ b for a, b in zip(temp_key, hashlib.sha256(body).digest(), strict=True))
        block = masked + body
        if int.from_bytes(block, "big") >= PUBLIC.n:
            pytest.fail(f"choose another temp_key for {name}")
        encrypted = PUBLIC.apply(block)
        if name == "right":
            assert rsa_pad_open(encrypted, PRIVATE) == padded
        else:
            with pytest.raises(CheckError, match="SHA256"):
                rsa_pad_open(encrypted, PRIVATE)


@pytest.mark.parametrize("opener", [rsa_pad_open, old_open])
def test_what_is_no_ciphertext_is_refused(opener: Callable[..., bytes]) -> None:
    for encrypted in (b"", bytes(255), bytes(257), PUBLIC.n.to_bytes(256, "big"), b"\xff" * 256):
        with pytest.raises(CheckError) as caught:
            opener(encrypted, PRIVATE)
        assert caught.value.where == "encrypted_data"


@pytest.mark.parametrize(
    ("data", "padding", "temp_key", "where"),
    [(145, 47, 32, "data"), (100, 91, 32, "padding"), (100, 93, 32, "padding"), (0, 192, 31, "temp_key")],
)
def test_wrong_lengths_are_named(data: int, padding: int, temp_key: int, where: str) -> None:
    with pytest.raises(LocalError) as caught:
        RsaPad(bytes(data), PUBLIC, bytes(padding), bytes(temp_key))
    assert caught.value.where == where


def test_too_much_data() -> None:
    with pytest.raises(LocalError, match="at most 144"):
        rsa_pad_seal(bytes(145), PUBLIC, System())
    with pytest.raises(LocalError, match="at most 235"):
        old_seal(bytes(236), PUBLIC, System())


def test_short_keys_cannot_carry_it() -> None:
    short = PublicKey((1 << 1024) - 105)
    for seal in (rsa_pad_seal, old_seal):
        with pytest.raises(LocalError) as caught:
            seal(b"data", short, Patterned())
        assert caught.value.where == "n"


@given(st.binary(max_size=235), st.integers(0, 1000))
def test_the_old_scheme_there_and_back(data: bytes, seed: int) -> None:
    encrypted = old_seal(data, PUBLIC, Patterned(str(seed)))
    opened = old_open(encrypted, PRIVATE)
    padding = Patterned(str(seed)).draw("padding", 235 - len(data))
    assert (len(encrypted), opened) == (256, hashlib.sha1(data).digest() + data + padding)
    assert old_check(opened, len(data)) == data
    for length in {len(data) - 1, len(data) + 1} & {*range(236)}:
        with pytest.raises(CheckError) as caught:
            old_check(opened, length)
        assert caught.value.where == "encrypted_data"


def test_the_old_scheme_keeps_leading_zeros() -> None:
    """A SHA1 that begins with 00 makes a number of 254 bytes; the block stays 255 long."""
    data = next(
        body for body in (bytes([i, j]) for i in range(256) for j in range(256)) if hashlib.sha1(body).digest()[0] == 0
    )
    opened = old_open(old_seal(data, PUBLIC, Patterned()), PRIVATE)
    assert len(opened) == 255
    assert old_check(opened, 2) == data


def test_the_two_schemes_do_not_open_each_other() -> None:
    with pytest.raises(CheckError):
        rsa_pad_open(old_seal(b"data", PUBLIC, Patterned()), PRIVATE)
    with pytest.raises(CheckError):
        old_open(rsa_pad_seal(b"data", PUBLIC, Patterned()), PRIVATE)


@pytest.mark.parametrize(("size", "length"), [(254, 4), (256, 4), (255, -1), (255, 236)])
def test_old_check_is_asked_sensibly(size: int, length: int) -> None:
    with pytest.raises(LocalError):
        old_check(bytes(size), length)
