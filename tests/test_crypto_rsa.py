"""Keys, their fingerprints and PEM texts, against the published keys and against `cryptography`."""

from __future__ import annotations

import json
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

from mtlib.crypto import numbers
from mtlib.crypto.rsa import PrivateKey, PublicKey, hex_fingerprint, select_key
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
