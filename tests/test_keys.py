"""The auth_key and all that follows from it, against other people's vectors and the formulas written out."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st

from mtlib.crypto.entropy import Patterned
from mtlib.crypto.kdf import FROM_NONCES, MSG_KEY_V2, V1, V2, key_usage, msg_key_large_v2, msg_key_v1, msg_key_v2
from mtlib.crypto.keys import AuthKey, new_nonce_hash
from mtlib.crypto.rsa import PrivateKey
from mtlib.crypto.secret import Hidden, exact, plain
from mtlib.errors import LocalError
from mtlib.protocol.exchange import ExchangeSecrets

VECTORS = json.loads((Path(__file__).parent / "vectors" / "kdf.json").read_text())["vectors"]
TABLES = {1: V1, 2: V2}
keys = st.binary(min_size=256, max_size=256)


def of_version(version: Any) -> Any:
    chosen = [vector for vector in VECTORS if vector["version"] == version and "plaintext" not in vector]
    return pytest.mark.parametrize("vector", chosen, ids=lambda vector: vector["name"])


def run_vector(vector: dict[str, Any]) -> None:
    schedule = TABLES[vector["version"]].run(
        vector["x"], auth_key=AuthKey(bytes.fromhex(vector["auth_key"])), msg_key=bytes.fromhex(vector["msg_key"])
    )
    assert schedule.aes_key.hex() == vector["aes_key"]
    assert schedule.aes_iv.hex() == vector["aes_iv"]
    assert [schedule[row.name].hex() for row in schedule.table.rows if row.hash] == vector["hashes"]


@of_version(1)
def test_v1_of_others(vector: dict[str, Any]) -> None:
    run_vector(vector)


@of_version(2)
def test_v2_of_others(vector: dict[str, Any]) -> None:
    run_vector(vector)


@of_version("tmp_aes (key exchange)")
def test_keys_from_nonces_of_others(vector: dict[str, Any]) -> None:
    new_nonce, server_nonce = bytes.fromhex(vector["new_nonce"]), bytes.fromhex(vector["server_nonce"])
    if len(new_nonce) != 32:  # mtcute's own test is content with 16 bytes; a new_nonce has 32
        with pytest.raises(LocalError, match="new_nonce"):
            FROM_NONCES.run(new_nonce=new_nonce, server_nonce=server_nonce)
        return
    schedule = FROM_NONCES.run(new_nonce=new_nonce, server_nonce=server_nonce)
    assert (schedule.aes_key.hex(), schedule.aes_iv.hex()) == (vector["tmp_aes_key"], vector["tmp_aes_iv"])


def test_msg_key_v1_of_others() -> None:
    vector = next(vector for vector in VECTORS if "plaintext" in vector)
    assert msg_key_v1(bytes.fromhex(vector["plaintext"])).hex() == vector["msg_key"]


@given(st.binary(max_size=200))
def test_msg_key_v1_is_the_end_of_sha1(envelope: bytes) -> None:
    assert msg_key_v1(bytearray(envelope)) == hashlib.sha1(envelope).digest()[-16:]


@given(keys, st.binary(max_size=200), st.sampled_from([0, 8]))
def test_msg_key_v2_is_the_middle_of_sha256(key: bytes, padded: bytes, x: int) -> None:
    large = hashlib.sha256(key[88 + x : 120 + x] + padded).digest()
    assert msg_key_large_v2(AuthKey(key), padded, x) == large
    assert msg_key_v2(AuthKey(key), bytearray(padded), x) == large[8:24]


def test_what_the_schedules_read() -> None:
    read = {
        (table.name, x): [index for index, rows in enumerate(key_usage(table, x)) if rows]
        for table in (V1, V2, MSG_KEY_V2, FROM_NONCES)
        for x in (0, 8)
    }
    assert read["V1", 0] == [*range(128)]
    assert read["V1", 8] == [*range(8, 136)]
    assert read["V2", 0] == [*range(36), *range(40, 76)]
    assert read["MSG_KEY_V2", 0] == [*range(88, 120)]
    assert read["FROM_NONCES", 0] == []
    assert len({*read["V2", 0], *read["MSG_KEY_V2", 0]}) == 104


def test_byte_96_moves_only_the_end_of_the_iv() -> None:
    """The surprise of lesson 12."""
    key = bytes(256)
    before, after = (V1.run(0, auth_key=data, msg_key=bytes(16)) for data in (key, key[:96] + b"\x01" + key[97:]))
    assert before.aes_key == after.aes_key
    assert [i for i in range(32) if before.aes_iv[i] != after.aes_iv[i]] == [*range(24, 32)]


@given(keys)
def test_an_auth_key_and_its_names(data: bytes) -> None:
    key, digest = AuthKey(data), hashlib.sha1(data).digest()
    assert (bytes(key), key.data) == (data, data)
    assert (key.aux_hash, key.id_bytes) == (digest[:8], digest[12:])
    assert key.id == int.from_bytes(digest[12:], "little", signed=True)
    assert key.id.to_bytes(8, "little", signed=True) == key.id_bytes
    assert repr(key) == f"AuthKey(id={key.id})"


@given(keys, keys)
def test_keys_are_values(one: bytes, other: bytes) -> None:
    assert AuthKey(one) == AuthKey(bytearray(one))
    assert hash(AuthKey(one)) == hash(AuthKey(one))
    assert (AuthKey(one) == AuthKey(other)) == (one == other)
    assert AuthKey(one) != one
    assert len({AuthKey(one), AuthKey(one), AuthKey(other)}) == len({one, other})


@pytest.mark.parametrize("name", ["data", "id", "id_bytes", "aux_hash", "anything"])
def test_a_key_does_not_change(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(AuthKey(bytes(256)), name, b"")


@pytest.mark.parametrize("size", [0, 255, 257])
def test_a_key_has_256_bytes(size: int) -> None:
    with pytest.raises(LocalError) as caught:
        AuthKey(bytes(size))
    assert caught.value.expected == "256 bytes"


@given(st.integers(0, (1 << 2048) - 1))
def test_from_int_puts_the_zeros_back(number: int) -> None:
    for value in (number, number >> 8, number >> 1000, 0):
        assert int.from_bytes(AuthKey.from_int(value).data, "big") == value


@pytest.mark.parametrize("number", [-1, 1 << 2048])
def test_from_int_refuses_what_is_no_key(number: int) -> None:
    with pytest.raises(LocalError):
        AuthKey.from_int(number)


@given(st.binary(min_size=32, max_size=32), keys)
def test_new_nonce_hashes(new_nonce: bytes, data: bytes) -> None:
    key = AuthKey(data)
    for number in (1, 2, 3):
        expected = hashlib.sha1(new_nonce + bytes([number]) + hashlib.sha1(data).digest()[:8]).digest()[-16:]
        assert new_nonce_hash(new_nonce, number, key) == expected


@pytest.mark.parametrize(("size", "number"), [(31, 1), (33, 1), (16, 1), (32, 0), (32, 4), (32, 256), (32, -1)])
def test_new_nonce_hash_refuses_the_rest(size: int, number: int) -> None:
    with pytest.raises(LocalError):
        new_nonce_hash(bytes(size), number, AuthKey(bytes(256)))


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=16, max_size=16))
def test_first_salt_is_a_signed_xor(new_nonce: bytes, server_nonce: bytes) -> None:
    salt = ExchangeSecrets(new_nonce, server_nonce).first_salt
    xored = bytes(a ^ b for a, b in zip(new_nonce[:8], server_nonce[:8], strict=True))
    assert salt.to_bytes(8, "little", signed=True) == xored


def test_first_salt_needs_whole_nonces() -> None:
    for new_nonce, server_nonce in ((bytes(8), bytes(16)), (bytes(32), bytes(8))):
        with pytest.raises(LocalError):
            ExchangeSecrets(new_nonce, server_nonce)


@pytest.mark.parametrize(
    ("call", "where"),
    [
        (lambda: AuthKey("text"), "auth_key"),  # type: ignore[arg-type]
        (lambda: msg_key_v1("text"), "envelope"),  # type: ignore[arg-type]
        (lambda: new_nonce_hash(b"short", 1, AuthKey(bytes(256))), "new_nonce"),
        (lambda: ExchangeSecrets(b"short", bytes(16)).first_salt, "new_nonce"),
        (lambda: ExchangeSecrets(bytes(32), b"short").first_salt, "server_nonce"),
    ],
)
def test_an_error_names_the_argument_that_is_wrong(call: Callable[[], object], where: str) -> None:
    with pytest.raises(LocalError) as caught:
        call()
    assert caught.value.where == where


# -- Secrets stay: nothing that walks over values in general takes key material along ------------------------------


DATA = Patterned().draw("auth_key", 256)
VECTOR = json.loads((Path(__file__).parent / "vectors" / "rsa_private.json").read_text())
KEY = PrivateKey.from_pem(VECTOR["pkcs1"])
PRIME = load_pem_private_key(VECTOR["pkcs1"].encode(), None).private_numbers().p  # type: ignore[union-attr]
SECRETS: dict[str, tuple[Any, bytes]] = {
    "AuthKey": (AuthKey(DATA), DATA),
    "Schedule": (V1.run(0, auth_key=DATA, msg_key=bytes(16)), DATA),
    "PrivateKey": (KEY, PRIME.to_bytes(128, "big")),
}


@pytest.mark.parametrize("name", SECRETS)
def test_no_pickle(name: str) -> None:
    secret, _ = SECRETS[name]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(LocalError, match=name):
            pickle.dumps(secret, protocol)


@pytest.mark.parametrize("name", SECRETS)
def test_nothing_of_it_in_any_text(name: str) -> None:
    secret, inside = SECRETS[name]
    for text in (repr(secret), str(secret), f"{secret}", f"{[secret]}"):
        assert name in text
        for piece in (inside[:8], inside[-8:]):
            assert piece.hex() not in text
            assert repr(piece)[2:-1] not in text
            assert str(int.from_bytes(inside, "big")) not in text


@pytest.mark.parametrize("name", SECRETS)
def test_a_copy_is_the_value_itself(name: str) -> None:
    secret, _ = SECRETS[name]
    assert copy.copy(secret) is secret
    assert copy.deepcopy([secret])[0] is secret


@pytest.mark.parametrize("name", ["AuthKey", "Schedule", "PrivateKey"])
def test_no_dict_to_look_into(name: str) -> None:
    with pytest.raises(TypeError):
        vars(SECRETS[name][0])


def test_asdict_of_something_with_a_key_shows_the_id_only() -> None:
    @dataclasses.dataclass
    class Session:
        key: AuthKey

    shown = repr(dataclasses.asdict(Session(AuthKey(DATA))))
    assert shown == f"{{'key': AuthKey(id={AuthKey(DATA).id})}}"


def test_hidden_bytes_work_like_bytes_and_show_their_number_only() -> None:
    hidden = Hidden(b"0123456789")
    assert hidden == b"0123456789"
    assert hidden[2:4] + b"!" == b"23!"
    assert str(hidden) == repr(hidden) == f"{hidden}" == "<10 hidden bytes>"
    assert copy.copy(hidden) is copy.deepcopy(hidden) is hidden
    with pytest.raises(LocalError, match="not pickled"):
        pickle.dumps(hidden)


# -- What callers hand in is copied once, measured once, and never taken for something else ------------------------


@pytest.mark.parametrize("shape", [bytes, bytearray, memoryview])
def test_three_shapes_become_bytes(shape: Any) -> None:
    data = plain(shape(b"\x01\x02\x03"), "data")
    assert type(data) is bytes
    assert data == b"\x01\x02\x03"


def test_the_copy_does_not_follow_its_source() -> None:
    source = bytearray(b"abc")
    copy = plain(source, "data")
    source[0] = 0
    assert copy == b"abc"


@pytest.mark.parametrize("value", [5, "text", [1, 2], None, 1.5])
def test_other_things_are_refused(value: Any) -> None:
    with pytest.raises(LocalError) as caught:
        plain(value, "nonce")
    assert caught.value.where == "nonce"
    assert caught.value.got == type(value).__name__


@pytest.mark.parametrize("size", [0, 15, 17])
def test_exact_refuses_every_other_length(size: int) -> None:
    with pytest.raises(LocalError) as caught:
        exact(bytes(size), 16, "nonce")
    assert (caught.value.got, caught.value.expected) == (f"{size} bytes", "16 bytes")
    assert exact(bytes(16), 16, "nonce") == bytes(16)
