"""Thirteen things that went wrong in other people's key exchanges, each with the place where it was told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exchange_rig import NOW, RSA, SERVER, Chosen, converse, opening, sources
from mtlib.crypto.entropy import Patterned
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.numbers import DH_PRIME
from mtlib.errors import CheckError, TransportError
from mtlib.protocol.datacenter import DataCenter
from mtlib.protocol.exchange import ExchangeSecrets, Offer, open_with_hash, seal_with_hash
from mtlib.protocol.exchange_server import AwaitReqPq, Granted, Server
from mtlib.transport.stream import ClientStream
from mtlib.wire.schema import ANSWER_WITH_HASH, DATA_WITH_HASH, SCHEMA

CASES = json.loads((Path(__file__).parent / "cases" / "exchange.json").read_text(encoding="utf-8"))
Values = dict[str, Any]


def expires_at(given: Values, expected: Values) -> None:
    both = sources("clock")
    server_time, local = given["server_time_in_handshake"], given["local_clock"]
    client, server = opening(both["client_entropy"], 2, given["expires_in"]), SERVER
    while client.send is not None:
        server, answer = server.receive(client.send, both["server_entropy"], server_time)
        client = client.state.receive(answer, both["client_entropy"], local)
    made = client.state
    assert (made.time_offset, made.expires_at) == (expected["time_offset"], expected["expires_at"])
    assert made.expires_at - made.time_offset == expected["expired_when_local_clock_reaches"]


def server_check_dc(given: Values, expected: Values) -> None:
    dc = DataCenter(RSA, dc_id=given["server_dc"], entropy=Patterned())
    both = sources("dc")
    client = opening(both["client_entropy"], given["inner_dc"], 60 if given["mode"] == "temp" else None)
    server = AwaitReqPq(Server((RSA,), dc.accepts_dc))
    if expected["accept"]:
        assert isinstance(converse(client, server, **both).server, Granted)
        return
    with pytest.raises(TransportError) as caught:
        converse(client, server, **both)
    assert caught.value.code == -444


def client_dh_inner_retry(given: Values, expected: Values) -> None:
    """The offer is such that the power of our `b` is the recorded g_b: g_b to the first."""
    nonce, server_nonce, g_b = (bytes.fromhex(given[name]) for name in ("nonce", "server_nonce", "new_g_b"))
    secrets = ExchangeSecrets(bytes(32), server_nonce)
    public = int.from_bytes(g_b, "big")
    offer = Offer(nonce, secrets, public, DH_PRIME, public, 0, None)
    entropy = Chosen(Patterned(), {"retry-1/b": (1).to_bytes(256, "big")})
    failed = AuthKey(bytes.fromhex(given["failed_auth_key"]))
    sent = offer.answer(entropy, failed, 1).send
    assert sent is not None
    data = open_with_hash(DATA_WITH_HASH, sent["encrypted_data"], secrets)["data"]
    assert bytes(data).hex() == expected["tl"]
    assert data["retry_id"] == expected["retry_id_signed"]
    assert failed.aux_hash.hex() == expected["retry_id_bytes"]


def tamper(given: Values, expected: Values) -> None:
    both = sources("tamper")
    with pytest.raises(CheckError) as caught:
        converse(opening(both["client_entropy"]), meddle=meddler(given), **both)
    step, field = given["step"], given["field"]
    assert caught.value.where == f"{step}/{field}"
    assert field in caught.value.message and expected.get("hint", "") in caught.value.message


def meddler(given: Values) -> Callable[[str, bytes, Any], bytes]:
    """Changes one field of one message. What is sealed is sealed again, with its hash."""

    def meddle(name: str, body: bytes, knower: Any) -> bytes:
        outer = {"server_DH_inner_data": "server_DH_params_ok"}.get(given["step"], given["step"])
        if name != outer:
            return body
        values = dict(SCHEMA[name].dissect(body).values)
        if outer == given["step"]:
            values[given["field"]] = change(values[given["field"]], knower)
        else:
            secrets = knower.secrets
            answer = open_with_hash(ANSWER_WITH_HASH, values["encrypted_answer"], secrets)["answer"]
            other = {**answer.values, given["field"]: change(answer[given["field"]], knower)}
            data = SCHEMA[given["step"]].build(**other)
            values["encrypted_answer"] = seal_with_hash(ANSWER_WITH_HASH, data, secrets, Patterned("again"))
        return bytes(SCHEMA[name].build(**values))

    def change(value: bytes, knower: Any) -> bytes:
        if given["change"] == "flip lowest bit of byte 0":
            return bytes([value[0] ^ 1]) + value[1:]
        assert given["change"] == "replace by new_nonce_hash2 of the same key"
        proof: bytes = knower.secrets.hash(2, knower.auth_key)
        return proof

    return meddle


def server_plain_frame(given: Values, expected: Values) -> None:
    peer = DataCenter(RSA, entropy=Patterned()).accept()
    client = ClientStream("intermediate", entropy=Patterned("client"))
    reply = peer.receive(client.opening() + client.send(bytes.fromhex(given["frame"])), NOW)
    assert reply.close
    with pytest.raises(TransportError) as caught:
        client.receive(b"".join(reply.chunks))
    assert caught.value.code == expected["transport_error"]


OPERATIONS: dict[str, Callable[[Values, Values], None]] = {
    function.__name__: function
    for function in (expires_at, server_check_dc, client_dh_inner_retry, tamper, server_plain_frame)
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: Values) -> None:
    given = dict(case["input"])
    OPERATIONS[given.pop("op")](given, case["expected"])


def test_there_are_thirteen() -> None:
    assert len(CASES) == len({case["id"] for case in CASES}) == 13
