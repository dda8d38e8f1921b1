"""Every exchange that is on record, computed again by the judge's own solution, which shares no code with mtlib.

Telegram's published example, the two exchanges of the synthetic session, and all that real clients were recorded with:
from what travelled and the secrets of the record to each packet that the client sent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from judge import solution

VECTORS = Path(__file__).parent / "vectors"
RECORDS = {path.stem: json.loads(path.read_text(encoding="utf-8"))
           for path in sorted((VECTORS / "transcripts").glob("*.json"))}  # fmt: skip
EXCHANGES = [pytest.param(name, at, id=f"{name}-{at}") for name, record in RECORDS.items()
             for at in range(len(record["keys"]))]  # fmt: skip
IDS = {
    "resPQ": "63241605", "req_DH_params": "bee412d7", "server_DH_params_ok": "5c07e8d0",
    "set_client_DH_params": "1f5f04f5", "dh_gen_ok": "34f7cb3b",
}  # fmt: skip


def number(text: str) -> int:
    return int(text, 16)


def packets(record: dict[str, Any], nonce: bytes) -> dict[str, bytes]:
    """The bodies of one exchange by name."""
    found = {}
    for connection in record["connections"]:
        for packet in connection["packets"]:
            data = bytes.fromhex(packet["hex"])
            for name, id_ in IDS.items():
                if data[:8] == bytes(8) and data[20:24].hex() == id_ and data[24:40] == nonce:
                    found[name] = data
    return found


def unsealed(block: bytes) -> tuple[bytes, bytes]:
    """data_with_padding and temp_key, from what RSA gives back."""
    temp_key = solution.xor(block[:32], hashlib.sha256(block[32:]).digest())
    aes = Cipher(algorithms.AES(temp_key), modes.ECB()).decryptor()
    before, plain, out = bytes(16), bytes(16), b""
    for at in range(32, 256, 16):
        sealed = block[at : at + 16]
        plain, before = solution.xor(aes.update(solution.xor(sealed, plain)), before), sealed
        out += plain
    return out[:192][::-1], temp_key


def longs(data: bytes) -> Iterator[bytes]:
    yield from (data[at : at + 8] for at in range(0, len(data), 8))


@pytest.mark.parametrize(("name", "at"), EXCHANGES)
def test_an_exchange_of_a_real_client(name: str, at: int) -> None:
    record = RECORDS[name]
    key, rsa = record["keys"][at], record["rsa"]
    told = {field: bytes.fromhex(key[field]) for field in (
        "nonce", "server_nonce", "new_nonce", "inner_data", "auth_key", "auth_key_id", "salt", "server_DH_inner_data",
        "client_DH_inner_data")}  # fmt: skip
    nonce, server_nonce, new_nonce = told["nonce"], told["server_nonce"], told["new_nonce"]
    sent, n = packets(record, nonce), bytes.fromhex(rsa["n"])
    assert sent.keys() == IDS.keys()
    pq = solution.string_at(sent["resPQ"], 56)[0]
    both = solution.p_q(pq)
    fingerprint = solution.fingerprint(n, rsa["e"])
    assert fingerprint in [*longs(sent["resPQ"][20 + 56 :])]
    asked = sent["req_DH_params"]
    assert asked[56:].startswith(both + fingerprint)
    p, behind = solution.string_at(both, 0)
    q = solution.string_at(both, behind)[0]
    numbers = [key[field] for field in ("dc", "expires_in") if key[field] is not None]
    data = told["inner_data"]
    assert solution.inner_data(data[:4].hex(), pq, p, q, nonce, server_nonce, new_nonce, *numbers) == data
    sealed = solution.string_at(asked, 20 + 60)[0]
    if key["rsa_padding"] == "RSA_PAD":
        opened, temp_key = unsealed(pow(solution.big(sealed), number(rsa["d"]), number(rsa["n"])).to_bytes(256, "big"))
        assert opened.startswith(data)
        assert solution.rsa_pad(data, opened[len(data) :], temp_key, n, rsa["e"]) == sealed
    key_iv = solution.tmp_aes(new_nonce, server_nonce)
    assert key_iv.hex() == key["tmp_aes_key"] + key["tmp_aes_iv"]
    answer = solution.string_at(sent["server_DH_params_ok"], 56)[0]
    inner = solution.server_DH_inner_data(answer, new_nonce, server_nonce)
    assert inner == told["server_DH_inner_data"]
    dh_prime, behind = solution.string_at(inner, 40)
    g, g_a = int.from_bytes(inner[36:40], "little"), solution.string_at(inner, behind)[0]
    assert solution.dh_verdict(g, dh_prime, g_a) == b"\0"
    assert pow(g, number(key["a"]), solution.big(dh_prime)) == solution.big(g_a)
    client, offered = told["client_DH_inner_data"], solution.string_at(sent["set_client_DH_params"], 56)[0]
    padding = solution.ige_open(offered, key_iv[:32], key_iv[32:])[20 + len(client) :]
    assert solution.client_encrypted_data(client, padding, new_nonce, server_nonce) == offered
    g_b = solution.string_at(client, 44)[0]
    auth_key = solution.STEPS["auth_key"](g_b, number(key["a"]).to_bytes(256, "big"), dh_prime)
    assert auth_key == told["auth_key"]
    assert solution.STEPS["auth_key_id"](auth_key)[::-1] == told["auth_key_id"]  # the record prints the number
    assert solution.STEPS["first_salt"](new_nonce, server_nonce) == told["salt"]
    assert sent["dh_gen_ok"][56:72] == solution.new_nonce_hash(new_nonce, 1, auth_key)


def test_that_is_every_exchange_on_record() -> None:
    assert len(EXCHANGES) == sum(len(record["keys"]) for record in RECORDS.values()) >= 20
    assert sum(key["rsa_padding"] == "RSA_PAD" for record in RECORDS.values() for key in record["keys"]) >= 15
    assert {key["kind"] for record in RECORDS.values() for key in record["keys"]} == {"perm", "temp"}


def test_telegrams_published_example() -> None:
    page = json.loads((VECTORS / "samples_auth_key.json").read_text(encoding="utf-8"))
    values, sent = page["values"], {name: bytes.fromhex(hexed) for name, hexed in page["messages"].items()}
    told = {name: bytes.fromhex(value) for name, value in values.items() if isinstance(value, str) and len(value) > 31}
    data = solution.inner_data(
        "955ff5a9", *(int(values[name]).to_bytes(size, "big") for name, size in (("pq", 8), ("p", 4), ("q", 4))),
        told["nonce"], told["server_nonce"], told["new_nonce"], values["dc"])  # fmt: skip
    assert data == told["p_q_inner_data_dc"]
    assert sent["req_DH_params"][56:].startswith(solution.p_q(solution.string_at(sent["resPQ"], 56)[0]))
    inner = solution.server_DH_inner_data(told["encrypted_answer"], told["new_nonce"], told["server_nonce"])
    assert inner == told["answer"]
    packet = solution.set_client_DH_params_packet(
        int.from_bytes(sent["set_client_DH_params"][8:16], "little"), sent["server_DH_params_ok"], told["nonce"],
        told["new_nonce"], told["b"], bytes.fromhex(values["client_padding"]))  # fmt: skip
    assert packet == sent["set_client_DH_params"]
    auth_key = solution.STEPS["auth_key"](told["g_a"], told["b"], told["dh_prime"])
    assert auth_key == told["auth_key"]
    assert solution.new_nonce_hash(told["new_nonce"], 1, auth_key) == told["new_nonce_hash1"]
    assert solution.STEPS["first_salt"](told["new_nonce"], told["server_nonce"]).hex() == "49a6747298503dce"


@pytest.mark.parametrize("kind", ["permanent", "temporary"])
def test_the_synthetic_session(kind: str) -> None:
    session = json.loads((VECTORS / "synthetic_session.json").read_text(encoding="utf-8"))
    values, n = session[kind]["values"], bytes.fromhex(session["rsa"]["n"])
    sent = {message["name"]: bytes.fromhex(message["hex"]) for message in session[kind]["messages"]}
    told = {name: bytes.fromhex(value) for name, value in values.items() if isinstance(value, str) and len(value) > 31}
    msg_id = {name: int.from_bytes(packet[8:16], "little", signed=True) for name, packet in sent.items()}
    asked = solution.req_DH_params_packet(
        msg_id["req_DH_params"], sent["resPQ"], told["nonce"], told["new_nonce"], values["dc"],
        values["expires_in"] or 0, told["rsa_pad_padding"], told["rsa_pad_temp_key"], n, 65537)  # fmt: skip
    assert asked == sent["req_DH_params"]
    padding = told["client_data_with_hash"][20 + len(told["client_DH_inner_data"]) :]
    answered = solution.set_client_DH_params_packet(
        msg_id["set_client_DH_params"], sent["server_DH_params_ok"], told["nonce"], told["new_nonce"], told["b"],
        padding)  # fmt: skip
    assert answered == sent["set_client_DH_params"]
    auth_key = solution.STEPS["auth_key"](told["g_a"], told["b"], bytes.fromhex(session["dh_prime"]))
    assert auth_key == told["auth_key"]
    assert sent["dh_gen_ok"][56:72] == solution.new_nonce_hash(told["new_nonce"], 1, auth_key)
