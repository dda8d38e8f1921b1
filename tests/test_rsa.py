"""Keys, their fingerprints and PEM texts, against the published keys and against `cryptography`."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from hypothesis import given
from hypothesis import strategies as st

from exchange_rig import old_seal
from mtlib.crypto import numbers
from mtlib.crypto.aes import ige_decrypt, ige_encrypt
from mtlib.crypto.entropy import Patterned, System
from mtlib.crypto.rsa import (
    PrivateKey,
    PublicKey,
    hex_fingerprint,
    old_open,
    rsa_pad,
    rsa_pad_open,
    rsa_pad_seal,
    select_key,
)
from mtlib.errors import CheckError, LocalError

HERE = Path(__file__).parent / "vectors"
KEYS = json.loads((HERE / "rsa_keys.json").read_text())["vectors"]
OWN = json.loads((HERE / "rsa_private.json").read_text())
PRIVATE = PrivateKey.from_pem(OWN["pkcs1"])
N = PRIVATE.public.n


@pytest.mark.parametrize("vector", KEYS, ids=lambda vector: vector["name"])
def test_published_keys(vector: dict[str, Any]) -> None:
    key = PublicKey.from_pem(vector["pem"])
    assert key == PublicKey(int(vector["n"], 16), vector["e"])
    assert key.fingerprint == int(vector["fingerprint_signed"])
    assert hex_fingerprint(key.fingerprint) == vector["fingerprint_hex"]
    assert PublicKey.from_pem(key.to_pem()) == key
    if "BEGIN RSA PUBLIC KEY" in vector["pem"]:
        assert key.to_pem().split() == vector["pem"].split()


def test_one_key_in_four_texts() -> None:
    public = PublicKey(int(OWN["n"], 16), OWN["e"])
    for text in (OWN["public_pkcs1"], OWN["public_spki"]):
        assert PublicKey.from_pem(text) == public
    for text in (OWN["pkcs1"], OWN["pkcs8"]):
        assert PrivateKey.from_pem(text).public == public
    assert public.to_pem() == OWN["public_pkcs1"]
    assert PRIVATE.to_pem() == OWN["pkcs1"]
    assert public.fingerprint.to_bytes(8, "little", signed=True).hex() == OWN["fingerprint_le_wire"]


def other_texts() -> dict[str, Any]:
    curve = ec.generate_private_key(ec.SECP256R1())
    locked = load_pem_private_key(OWN["pkcs8"].encode(), None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"password")
    )
    return {
        "empty": "",
        "words": "no key at all",
        "cut": OWN["pkcs1"][:300],
        "cut public": OWN["public_pkcs1"][:100],
        "curve": curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "public curve": curve.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        "locked": locked.decode(),
        "not text": b"-----BEGIN",
        "surrogate": "\ud800",
    }


def test_a_text_that_is_another_key_is_named_by_its_first_line() -> None:
    made = ec.generate_private_key(ec.SECP256R1())
    locked = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")).decode()
    with pytest.raises(LocalError, match=r"got BEGIN ENCRYPTED PRIVATE KEY, expected .* password"):
        PrivateKey.from_pem(locked)
    with pytest.raises(LocalError, match="got BEGIN RSA PUBLIC KEY, expected BEGIN RSA PRIVATE KEY"):
        PrivateKey.from_pem(PRIVATE.public.to_pem())
    with pytest.raises(LocalError, match="got no key"):
        PublicKey.from_pem("-----BEGIN \x1b[31m-----")


@pytest.mark.parametrize(("name", "text"), other_texts().items())
def test_other_texts_are_refused(name: str, text: Any) -> None:
    for kind in (PublicKey, PrivateKey):
        with pytest.raises(LocalError) as caught:
            kind.from_pem(text)
        assert caught.value.where == "pem"
        assert "MII" not in str(caught.value)


def test_halves_are_not_mixed_up() -> None:
    with pytest.raises(LocalError):
        PublicKey.from_pem(OWN["pkcs1"])
    with pytest.raises(LocalError):
        PrivateKey.from_pem(OWN["public_pkcs1"])


@pytest.mark.parametrize(
    ("n", "e", "where"),
    [
        (N + 1, 65537, "n"),
        (15, 3, "n"),
        ((1 << 2048) + 1, 3, "n"),
        (0, 3, "n"),
        (N, 65536, "e"),
        (N, 1, "e"),
        (N, -3, "e"),
        (N, N + 2, "e"),
        (-N, 65537, "e"),
    ],
)
def test_numbers_that_make_no_public_key(n: int, e: int, where: str) -> None:
    with pytest.raises(LocalError) as caught:
        PublicKey(n, e)
    assert caught.value.where == where


def test_numbers_that_make_no_private_key() -> None:
    prime = (1 << 1024) - 105
    with pytest.raises(LocalError):
        PrivateKey(prime, prime)
    with pytest.raises(LocalError):  # 512 + 512 bits
        PrivateKey((1 << 512) - 569, (1 << 512) - 629)
    with pytest.raises(LocalError):  # e divides p - 1
        PrivateKey(prime, prime - 2, next(d for d in range(3, 10_000, 2) if (prime - 1) % d == 0))


@pytest.mark.parametrize("plain", [False, True])
@given(number=st.one_of(st.integers(0, N - 1), st.integers(0, 1 << 100)))
def test_one_half_undoes_the_other(plain: bool, number: int) -> None:
    before = numbers._fmpz
    numbers.use_flint(not plain)
    try:
        for value in (number,) if not plain else (number % 1000,):
            block = value.to_bytes(256, "big")
            sealed = PRIVATE.public.apply(block)
            assert len(sealed) == 256
            assert int.from_bytes(sealed, "big") == pow(value, 65537, N)
            assert PRIVATE.apply(sealed) == block
    finally:
        numbers._fmpz = before


def test_numbers_of_n_or_more_are_refused_and_not_shown() -> None:
    for apply in (PRIVATE.apply, PRIVATE.public.apply):
        for number in (N, N + 1, (1 << 2048) - 1):
            with pytest.raises(LocalError) as caught:
                apply(number.to_bytes(256, "big"))
            assert hex(number)[2:40] not in str(caught.value)
        for size in (0, 255, 257):
            with pytest.raises(LocalError):
                apply(bytes(size))
        assert apply((N - 1).to_bytes(256, "big")) == (N - 1).to_bytes(256, "big")  # (-1)^e = -1


def test_a_new_key() -> None:
    key = PrivateKey.generate()
    assert key.public.n.bit_length() == 2048
    assert not hex_fingerprint(key.public.fingerprint).startswith("0")
    assert key.apply(key.public.apply(bytes(255) + b"\x07")) == bytes(255) + b"\x07"
    assert repr(key) == f"PrivateKey(fingerprint={hex_fingerprint(key.public.fingerprint)!r})"


def test_a_key_is_made_without_cryptography_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.rsa", None)
    key = PrivateKey.generate()
    assert key.public.n.bit_length() == 2048 and key.public.e == 65537
    block = b"\1" * 256
    assert pow(int.from_bytes(key.apply(block), "big"), 65537, key.public.n).to_bytes(256, "big") == block


def test_generate_throws_short_fingerprints_away(monkeypatch: pytest.MonkeyPatch) -> None:
    offered = iter([0x0FFFFFFFFFFFFFFF, 0x7, 0x1000000000000000])
    monkeypatch.setattr(PublicKey, "fingerprint", property(lambda _: next(offered)))
    PrivateKey.generate()
    assert list(offered) == []


def test_select_takes_the_first_that_is_known() -> None:
    known = [PublicKey.from_pem(vector["pem"]) for vector in KEYS[:4]]
    offered = [5, known[2].fingerprint, known[0].fingerprint]
    assert select_key(offered, known) is known[2]
    assert select_key(offered[::-1], known) is known[0]
    with pytest.raises(CheckError) as caught:
        select_key([-1, 1], known[:1])
    assert caught.value.got == ["f" * 16, "0" * 15 + "1"]
    assert caught.value.expected == [KEYS[0]["fingerprint_hex"]]
    for nothing in ([], [1]):
        with pytest.raises(CheckError):
            select_key(nothing, [])


# -- RSA_PAD and the scheme before it: vectors, the way there and back, and every way to get it wrong --------------


VECTORS = json.loads((HERE / "rsa_pad.json").read_text())["vectors"]
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
    block, key = rsa_pad(data, padding, temp_key), PublicKey(int(vector["n"], 16), vector["e"])
    assert (block.hex(), block[32:].hex()) == (vector["key_aes_encrypted"], vector["aes_encrypted"])
    data_with_hash = ige_decrypt(block[32:], temp_key, bytes(32))
    assert data_with_hash.hex() == vector["data_with_hash"] and data_with_hash[:192] == (data + padding)[::-1]
    assert int.from_bytes(block, "big") < key.n and key.apply(block).hex() == vector["encrypted_data"]


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
        if int.from_bytes(rsa_pad(b"", bytes(192), key), "big") >= PUBLIC.n
    )
    with pytest.raises(LocalError) as caught:
        rsa_pad_seal(b"", PUBLIC, Scripted(padding=[bytes(192)], temp_key=[unfit]))
    assert caught.value.where == "temp_key"
    with pytest.raises(LocalError):
        PUBLIC.apply(rsa_pad(b"", bytes(192), unfit))


@given(st.binary(max_size=144), st.integers(0, 1000))
def test_there_and_back(data: bytes, seed: int) -> None:
    encrypted = rsa_pad_seal(bytearray(data), PUBLIC, Patterned(str(seed)))
    assert len(encrypted) == 256
    opened = rsa_pad_open(encrypted, PRIVATE)
    assert len(opened) == 192
    assert opened[: len(data)] == data
    assert opened[len(data) :] == Patterned(str(seed)).draw("padding", 192 - len(data))


def test_to_fit_is_to_be_below_n() -> None:
    temp_keys = [Patterned().draw("temp_key", 32, attempt=attempt) for attempt in range(256)]
    blocks = [rsa_pad(b"", bytes(192), temp_key) for temp_key in temp_keys]
    first = next(index for index, block in enumerate(blocks) if block[0] >= 128 and block[-1] % 2)
    number = int.from_bytes(blocks[first], "big")
    for n, fits in ((number - 2, False), (number, False), (number + 2, True)):
        entropy = Scripted(padding=[bytes(192)], temp_key=[temp_keys[first], bytes(32)])
        rsa_pad_seal(b"", PublicKey(n), entropy)
        assert (len(entropy.asked) == 2) is fits


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
        rsa_pad(bytes(data), bytes(padding), bytes(temp_key))
    assert caught.value.where == where


def test_too_much_data() -> None:
    with pytest.raises(LocalError, match="at most 144"):
        rsa_pad_seal(bytes(145), PUBLIC, System())


def test_short_keys_cannot_carry_it() -> None:
    short = PublicKey((1 << 1024) - 105)
    with pytest.raises(LocalError) as caught:
        rsa_pad_seal(b"data", short, Patterned())
    assert caught.value.where == "n"


@given(st.binary(max_size=235), st.integers(0, 1000))
def test_the_old_scheme_there_and_back(data: bytes, seed: int) -> None:
    encrypted = old_seal(data, PUBLIC, Patterned(str(seed)))
    opened = old_open(encrypted, PRIVATE)
    padding = Patterned(str(seed)).draw("padding", 235 - len(data))
    assert (len(encrypted), opened) == (256, hashlib.sha1(data).digest() + data + padding)


def test_the_old_scheme_keeps_leading_zeros() -> None:
    """A SHA1 that begins with 00 makes a number of 254 bytes; the block stays 255 long."""
    data = next(
        body for body in (bytes([i, j]) for i in range(256) for j in range(256)) if hashlib.sha1(body).digest()[0] == 0
    )
    opened = old_open(old_seal(data, PUBLIC, Patterned()), PRIVATE)
    assert (len(opened), opened[20:22]) == (255, data)


def test_the_two_schemes_do_not_open_each_other() -> None:
    with pytest.raises(CheckError):
        rsa_pad_open(old_seal(b"data", PUBLIC, Patterned()), PRIVATE)
    with pytest.raises(CheckError):
        old_open(rsa_pad_seal(b"data", PUBLIC, Patterned()), PRIVATE)
