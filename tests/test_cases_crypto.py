"""What went wrong elsewhere with keys, hashes and big numbers, each with the place where it was told."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import rsa_recover_prime_factors

from mtlib.crypto import (
    V1,
    V2,
    PrivateKey,
    check_dh_group,
    check_dh_public,
    factor,
    ige_decrypt,
    ige_encrypt,
    msg_key_v2,
    new_nonce_hash,
    to_bytes,
)
from mtlib.crypto import (
    rsa_pad as sealed_before_rsa,
)
from mtlib.crypto.entropy import Patterned
from mtlib.crypto.kdf import FROM_NONCES, msg_key_v1
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.numbers import power
from mtlib.crypto.rsa import PublicKey, old_open, rsa_pad_seal, select_key
from mtlib.errors import CheckError, LocalError
from mtlib.protocol.exchange import ExchangeSecrets

CASES = json.loads((Path(__file__).parent / "cases" / "crypto.json").read_text())
Values = dict[str, Any]
ROUNDS = 2  # of Miller-Rabin for a prime that is known to be safe: the proof is tested elsewhere


def of(given: Values, name: str) -> bytes:
    return bytes.fromhex(given[name])


def build_bind(given: Values, expected: Values) -> None:
    """The part of it that is this room's: ids, msg_key, schedule, IGE."""
    perm_key, temp_key = AuthKey(of(given, "perm_auth_key")), AuthKey(of(given, "temp_auth_key"))
    assert (perm_key.id, temp_key.id) == (expected["perm_auth_key_id"], expected["temp_auth_key_id"])
    envelope = of(expected, "plaintext_without_padding")
    msg_key = msg_key_v1(envelope)
    schedule = V1.run(0, auth_key=perm_key, msg_key=msg_key)
    sealed = ige_encrypt(envelope + of(given, "padding"), schedule.aes_key, schedule.aes_iv)
    assert msg_key.hex() == expected["msg_key"]
    assert (schedule.aes_key.hex(), schedule.aes_iv.hex()) == (expected["aes_key"], expected["aes_iv"])
    assert (perm_key.id_bytes + msg_key + sealed).hex() == expected["encrypted_message"]


def auth_key_id(given: Values, expected: Values) -> None:
    key = AuthKey(of(given, "auth_key"))
    assert key.id_bytes.hex() == expected["auth_key_id_bytes"] != expected["wrong_if_zero_stripped"]
    assert key.id == expected["auth_key_id_signed"]
    assert key.id % (1 << 64) == expected["auth_key_id_unsigned"]
    assert key.aux_hash.hex() == expected["auth_key_aux_hash_bytes"]
    assert AuthKey.from_int(int.from_bytes(bytes(key), "big")) == key
    stripped = bytes(key).lstrip(b"\0")
    if len(stripped) < 256:
        with pytest.raises(LocalError):
            AuthKey(stripped)


def new_nonce_hashes(given: Values, expected: Values) -> None:
    key = AuthKey(of(given, "auth_key"))
    for number in (1, 2, 3):
        assert new_nonce_hash(of(given, "new_nonce"), number, key).hex() == expected[f"new_nonce_hash{number}"]


def tmp_aes(given: Values, expected: Values) -> None:
    nonces = {name: of(given, name) for name in ("new_nonce", "server_nonce")}
    schedule = FROM_NONCES.run(**nonces)
    assert (schedule.aes_key.hex(), schedule.aes_iv.hex()) == (expected["tmp_aes_key"], expected["tmp_aes_iv"])
    salt = {"salt_bytes": expected["first_salt_bytes"], "salt_signed": expected["first_salt_signed"]}
    salt_of_nonces(given, salt)


def salt_of_nonces(given: Values, expected: Values) -> None:
    salt = ExchangeSecrets(of(given, "new_nonce"), of(given, "server_nonce")).first_salt
    assert salt == expected["salt_signed"]
    assert struct.pack("<q", salt).hex() == expected["salt_bytes"]


def load_pem(given: Values, expected: Values) -> None:
    keys = [PublicKey.from_pem(given[name]) for name in ("pkcs1_pem", "spki_pem")]
    assert keys[0] == keys[1]
    assert keys[0].fingerprint == expected["fingerprint_signed"]


def select_server_key(given: Values, expected: Values) -> None:
    key = PublicKey.from_pem(next(case["input"]["pkcs1_pem"] for case in CASES if case["input"]["op"] == "load_pem"))
    assert [key.fingerprint] == given["known"]
    if "error" not in expected:
        assert select_key(given["offered"], [key]).fingerprint == expected["chosen"]
        return
    with pytest.raises(CheckError) as caught:
        select_key(given["offered"], [key])
    assert caught.value.got == expected["offered_hex"]
    assert caught.value.expected == expected.get("known_hex", caught.value.expected)


def rsa_pad(given: Values, expected: Values) -> None:
    key = PublicKey(int(given["n"], 16), given["e"])
    if "error" in expected:
        with pytest.raises(LocalError, match=str(expected["limit"])):
            rsa_pad_seal(of(given, "data"), key, Patterned())
        return
    block = sealed_before_rsa(of(given, "data"), of(given, "padding"), of(given, "temp_key"))
    fits = int.from_bytes(block, "big") < key.n
    assert fits is not expected.get("retry_with_new_temp_key", False)
    assert block.hex().startswith(expected.get("block", expected.get("block_prefix")))
    if fits:
        assert key.apply(block).hex() == expected["encrypted_data"]


def raw_rsa_encrypt(given: Values, expected: Values) -> None:
    block = of(given, "m").rjust(256, b"\0")
    result = PublicKey(int(given["n"], 16), given["e"]).apply(block)
    assert (result.hex(), len(result)) == (expected["ciphertext"], expected["length"])


def legacy_rsa_decrypt(given: Values, expected: Values) -> None:
    n, d = int(given["n"], 16), int(given["d"], 16)
    key = PrivateKey(*rsa_recover_prime_factors(n, 65537, d))
    opened = old_open(of(given, "ciphertext"), key)
    assert (opened.hex(), len(opened)) == (expected["data_with_hash"], expected["length"])


def factor_pq(given: Values, expected: Values) -> None:
    number = int.from_bytes(of(given, "pq_hex"), "big")
    assert number == given["pq"]
    if "error" in expected:
        with pytest.raises(CheckError):
            factor(number)
        return
    p, q = factor(number)
    assert (p, q) == (expected["p"], expected["q"])
    assert (to_bytes(p).hex(), to_bytes(q).hex()) == (expected["p_bytes"], expected["q_bytes"])


def check_g(given: Values, expected: Values) -> None:
    accepts(lambda: check_dh_group(int(given["dh_prime"], 16), given["g"], rounds=ROUNDS), expected["accept"])


def check_dh_prime(given: Values, expected: Values) -> None:
    with pytest.raises(CheckError) as caught:
        check_dh_group(int(given["dh_prime"], 16), given["g"])
    assert expected["reason"] in caught.value.message


def check_g_a(given: Values, expected: Values) -> None:
    accepts(lambda: check_dh_public(int(given["g_a"], 16), int(given["dh_prime"], 16), "g_a"), expected["accept"])


def accepts(check: Callable[[], None], accept: bool) -> None:
    if accept:
        check()
        return
    with pytest.raises(CheckError):
        check()


def dh_auth_key(given: Values, expected: Values) -> None:
    p, g_a, b = (int(given[name], 16) for name in ("dh_prime", "g_a", "b"))
    key = AuthKey.from_int(power(g_a, b, p))
    assert (bytes(key).hex(), len(bytes(key))) == (expected["auth_key"], expected["length"])
    assert key.id_bytes.hex() == expected["auth_key_id_bytes"] != expected["wrong_id_if_stripped"]


def client_dh_inner_retry(given: Values, expected: Values) -> None:
    """The part of it that is this room's: retry_id is the aux hash of the key that failed."""
    aux_hash = AuthKey(of(given, "failed_auth_key")).aux_hash
    assert aux_hash.hex() == expected["retry_id_bytes"]
    assert int.from_bytes(aux_hash, "little", signed=True) == expected["retry_id_signed"]


def ige(given: Values, expected: Values) -> None:
    outcomes = expected.get("one_of", [expected])
    data, key, iv = (of(given, name) for name in ("data", "key", "iv"))
    if "error" in outcomes[0]:
        with pytest.raises(ValueError, match=expected["field"]) as caught:  # a LocalError is one
            ige_encrypt(data, key, iv)
        assert caught.type is LocalError
        assert caught.value.where == expected["field"]
        return
    ciphertext = ige_encrypt(data, key, iv)
    assert ciphertext.hex() == outcomes[0]["ciphertext"]
    assert ige_decrypt(ciphertext, key, iv) == data
    if "wrong_if_iv_halves_swapped" in expected:
        assert ige_encrypt(data, key, iv[16:] + iv[:16]).hex() == expected["wrong_if_iv_halves_swapped"]


def ige_in_place(given: Values, expected: Values) -> None:
    buffer, key, iv = (bytearray(of(given, name)) for name in ("data", "key", "iv"))
    buffer[:] = ige_encrypt(buffer, key, iv)
    assert buffer.hex() == expected["buffer_after"]
    assert (key, iv) == (of(given, "key"), of(given, "iv"))


def ige_big(given: Values, expected: Values) -> None:
    blocks = (hashlib.sha256(b"mtlib-bugcases|mib|" + struct.pack("<I", j)).digest() for j in range(1 << 15))
    data = b"".join(blocks)
    ciphertext = ige_encrypt(data, of(given, "key"), of(given, "iv"))
    assert hashlib.sha256(ciphertext).hexdigest() == expected["sha256_of_ciphertext"]


def kdf(given: Values, expected: Values) -> None:
    table = {"v1": V1, "v2": V2}[given["version"]]
    schedule = table.run(given["x"], auth_key=of(given, "auth_key"), msg_key=of(given, "msg_key"))
    assert (schedule.aes_key.hex(), schedule.aes_iv.hex()) == (expected["aes_key"], expected["aes_iv"])


def kdf_all(given: Values, expected: Values) -> None:
    for name, result in expected.items():
        version, x = name.split("_x")
        kdf(given | {"version": version, "x": int(x)}, result)


def v2_packet(given: Values, expected: Values) -> None:
    """The part of it that is this room's: msg_key over the padding too, schedule, IGE."""
    key, body, padding = AuthKey(of(given, "auth_key")), of(given, "body"), of(given, "padding")
    header = struct.pack("<qqqii", *(given[n] for n in ("salt", "session_id", "msg_id", "seq_no")), len(body))
    plaintext = header + body + padding
    msg_key = msg_key_v2(key, plaintext, 0)
    schedule = V2.run(0, auth_key=key, msg_key=msg_key)
    packet = key.id_bytes + msg_key + ige_encrypt(plaintext, schedule.aes_key, schedule.aes_iv)
    assert (msg_key.hex(), packet.hex(), len(padding)) == tuple(
        expected[name] for name in ("msg_key", "packet", "padding_len")
    )


RUN: dict[str, Callable[[Values, Values], None]] = {
    "auth_key_id": auth_key_id,
    "build_bind": build_bind,
    "check_dh_prime": check_dh_prime,
    "check_g": check_g,
    "check_g_a": check_g_a,
    "client_dh_inner_retry": client_dh_inner_retry,
    "dh_auth_key": dh_auth_key,
    "factor_pq": factor_pq,
    "first_salt": salt_of_nonces,
    "ige_encrypt": ige,
    "ige_encrypt_big": ige_big,
    "ige_encrypt_in_place": ige_in_place,
    "kdf": kdf,
    "kdf_all": kdf_all,
    "legacy_rsa_decrypt": legacy_rsa_decrypt,
    "load_pem": load_pem,
    "new_nonce_hash": new_nonce_hashes,
    "raw_rsa_encrypt": raw_rsa_encrypt,
    "rsa_pad": rsa_pad,
    "select_server_key": select_server_key,
    "tmp_aes": tmp_aes,
    "v2_packet": v2_packet,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: Values) -> None:
    RUN[case["input"]["op"]](case["input"], case["expected"])
