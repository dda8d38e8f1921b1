"""What is sealed in a key exchange: sealing and opening, and the inspector's view of it."""

from __future__ import annotations

import hashlib
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange_rig import NOW, RSA, SERVER, SESSION, opening, sources
from mtlib.crypto.aes import ige_encrypt
from mtlib.crypto.entropy import Patterned
from mtlib.crypto.rsa import old_seal, rsa_pad_seal
from mtlib.errors import CheckError, DecodeError, LocalError
from mtlib.protocol.exchange import pair
from mtlib.protocol.exchange_messages import ExchangeSecrets, open_inner_data, open_with_hash, seal_with_hash
from mtlib.protocol.packets import FORMULAS, plain
from mtlib.wire import SCHEMA, Dissection, Reading, trace, unseal
from mtlib.wire.schema import ANSWER_WITH_HASH, DATA_WITH_HASH

SECRETS = ExchangeSecrets(bytes(range(32)), bytes(range(100, 116)))
DATA = SCHEMA["client_DH_inner_data"].build(
    nonce=bytes(16), server_nonce=SECRETS.server_nonce, retry_id=0, g_b=b"\x07" * 256
)
INNER = SCHEMA["p_q_inner_data"].build(
    pq=b"\x23", p=b"\x05", q=b"\x07", nonce=bytes(16), server_nonce=bytes(16), new_nonce=bytes(32)
)
JOINED = pair(opening(sources("seals")["client_entropy"]), SERVER, now=NOW, **sources("seals x"))
KEYS = [RSA, JOINED.client.secrets]


def test_secrets_give_the_published_values() -> None:
    for kind in ("permanent", "temporary"):
        values = SESSION[kind]["values"]
        secrets = ExchangeSecrets(*(bytes.fromhex(values[name]) for name in ("new_nonce", "server_nonce")))
        assert secrets.schedule.aes_key.hex() == values["tmp_aes_key"]
        assert secrets.schedule.aes_iv.hex() == values["tmp_aes_iv"]
        assert secrets.first_salt == int(values["server_salt"])


def test_secrets_are_not_shown() -> None:
    assert "new_nonce" not in repr(SECRETS) and repr(SECRETS.server_nonce) in repr(SECRETS)
    with pytest.raises(LocalError):
        pickle.dumps(SECRETS)


@given(st.integers(0, 20))
def test_what_is_sealed_opens(extra: int) -> None:
    data = SCHEMA["client_DH_inner_data"].build(**{**DATA.values, "g_b": bytes(extra)})
    sealed = seal_with_hash(DATA_WITH_HASH, data, SECRETS, Patterned())
    assert len(sealed) % 16 == 0 and len(sealed) - 20 - len(data) < 16
    opened = open_with_hash(DATA_WITH_HASH, sealed, SECRETS)
    assert opened["data"] == data and opened["hash"] == hashlib.sha1(bytes(data)).digest()


@given(st.integers(0, 8 * 335))
def test_no_flipped_bit_passes(bit: int) -> None:
    sealed = seal_with_hash(DATA_WITH_HASH, DATA, SECRETS, Patterned())
    number = int.from_bytes(sealed, "big") ^ 1 << bit
    with pytest.raises((CheckError, DecodeError)):
        open_with_hash(DATA_WITH_HASH, number.to_bytes(len(sealed), "big"), SECRETS)


@pytest.mark.parametrize(("padding", "where"), [(12, ""), (28, "data_with_hash/padding")])
def test_padding_fills_one_block_at_most(padding: int, where: str) -> None:
    whole = hashlib.sha1(bytes(DATA)).digest() + bytes(DATA) + bytes(padding)
    sealed = ige_encrypt(whole, SECRETS.schedule.aes_key, SECRETS.schedule.aes_iv)
    if not where:
        assert open_with_hash(DATA_WITH_HASH, sealed, SECRETS)["data"] == DATA
        return
    with pytest.raises(CheckError) as caught:
        open_with_hash(DATA_WITH_HASH, sealed, SECRETS)
    assert caught.value.where == where


def test_the_hash_stops_where_the_data_does() -> None:
    whole = hashlib.sha1(bytes(DATA) + bytes(12)).digest() + bytes(DATA) + bytes(12)
    sealed = ige_encrypt(whole, SECRETS.schedule.aes_key, SECRETS.schedule.aes_iv)
    with pytest.raises(CheckError) as caught:
        open_with_hash(DATA_WITH_HASH, sealed, SECRETS)
    assert caught.value.where == "data_with_hash/hash"


@pytest.mark.parametrize("size", [0, 1, 15, 17])
def test_only_whole_blocks(size: int) -> None:
    with pytest.raises(CheckError):
        open_with_hash(ANSWER_WITH_HASH, bytes(size), SECRETS)


def test_both_rsa_schemes_open() -> None:
    by_pad = open_inner_data(rsa_pad_seal(bytes(INNER), RSA.public, Patterned()), RSA)
    by_old = open_inner_data(old_seal(bytes(INNER), RSA.public, Patterned()), RSA)
    assert (by_pad.name, len(by_pad)) == ("data_with_padding", 192)
    assert (by_old.name, len(by_old)) == ("data_with_hash", 255)
    assert by_pad["data"] == by_old["data"] == INNER


@pytest.mark.parametrize("seal", [rsa_pad_seal, old_seal])
def test_rsa_that_is_not_inner_data(seal: object) -> None:
    other = SCHEMA["ping"].build(ping_id=1)
    with pytest.raises((CheckError, DecodeError)):
        open_inner_data(seal(bytes(other), RSA.public, Patterned()), RSA)  # type: ignore[operator]


def test_the_old_scheme_checks_its_hash() -> None:
    block = b"\0" + bytes(20) + bytes(INNER) + bytes(235 - len(INNER))
    with pytest.raises(CheckError):
        open_inner_data(RSA.public.apply(block), RSA)


# -- The inspector -----------------------------------------------------------------------------------

OPENED = [
    (2, "data_with_padding/data/new_nonce", bytes(JOINED.client.secrets.new_nonce)),
    (3, "answer_with_hash/answer/g", (3).to_bytes(4, "little")),
    (4, "data_with_hash/data/retry_id", bytes(8)),
]


@pytest.mark.parametrize(("index", "path", "value"), OPENED)
def test_a_recorded_exchange_opens(index: int, path: str, value: bytes) -> None:
    message = JOINED.transcript[index]
    for sealed in (message, plain(1, message)):
        prefix = "message/" if sealed.name == "packet" else ""
        with pytest.raises(LocalError):
            sealed.find(prefix + path)
        opened = unseal(sealed, KEYS)
        assert bytes(opened.find(prefix + path)) == value
        assert bytes(opened) == bytes(sealed)


def test_other_keys_open_nothing() -> None:
    others = [SECRETS, object()]
    for index, path, _ in OPENED:
        with pytest.raises(LocalError):
            unseal(JOINED.transcript[index], others).find(path)


def test_damage_is_shown_and_not_raised() -> None:
    for index in (3, 4):
        data = bytearray(bytes(JOINED.transcript[index]))
        data[-40] ^= 1
        broken = unseal(Dissection(JOINED.transcript[index].shape, bytes(data)), KEYS)
        assert broken.spans[-1].opened is not None
        assert "data" in str(broken) or "answer" in str(broken)
    data = bytearray(bytes(JOINED.transcript[2]))
    data[-40] ^= 1
    broken = unseal(Dissection(JOINED.transcript[2].shape, bytes(data)), KEYS)
    assert broken.spans[-1].opened is None and broken.spans[-1].problem


def test_ciphertext_that_cannot_be_one() -> None:
    sealed = SCHEMA["server_DH_params_ok"].build(
        nonce=bytes(16), server_nonce=SECRETS.server_nonce, encrypted_answer=bytes(17)
    )
    assert unseal(sealed, [SECRETS]).spans[-1].opened is None
    short = Dissection(sealed.shape, bytes(sealed)[:20], Reading(lenient=True))
    assert unseal(short, [SECRETS]).spans[-1].problem


FORMULAS_OF = [
    (3, "encrypted_answer"),
    (3, "answer_with_hash/hash"),
    (4, "encrypted_data"),
    (4, "data_with_hash/hash"),
    (5, "new_nonce_hash1"),
]


@pytest.mark.parametrize(("index", "path"), FORMULAS_OF)
def test_formulas_agree_with_the_bytes(index: int, path: str) -> None:
    known = {"new_nonce": JOINED.client.secrets.new_nonce, "auth_key": JOINED.client.auth_key}
    opened = unseal(JOINED.transcript[index], KEYS)
    assert trace(opened, path, known=known, functions=FORMULAS).agrees is True
    if path != "answer_with_hash/hash" and path != "data_with_hash/hash":
        wrong = {"new_nonce": bytes(32), "auth_key": bytes(256)}
        assert trace(opened, path, known=wrong, functions=FORMULAS).agrees is False
        assert trace(opened, path, functions=FORMULAS).agrees is None
