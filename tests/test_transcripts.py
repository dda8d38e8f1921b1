"""What other people's clients said to a data centre, from raw TCP chunks to the last byte of every binding.

Thirteen recordings of eight clients. Each is read by our transport, answered anew by our server (bit for bit as
the recording data centre answered), decrypted, and every binding in it is rebuilt and verified.
"""

from __future__ import annotations

from functools import cache
from math import gcd
from typing import Any, NamedTuple

import pytest

from exchange_rig import VECTORS, Chosen, vector
from mtlib.crypto.entropy import Patterned
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.numbers import to_bytes
from mtlib.crypto.rsa import PrivateKey
from mtlib.protocol.binding import Binding
from mtlib.protocol.checks import verify
from mtlib.protocol.exchange import ExchangeSecrets, open_with_hash
from mtlib.protocol.exchange_server import AwaitReqPq, Granted, Server
from mtlib.protocol.packets import ANSWER_MESSAGE, PLAIN, REQUEST_MESSAGE, TO_CLIENT, TO_SERVER, open_packet
from mtlib.transport.obfuscation import Obfuscation
from mtlib.transport.stream import ClientStream, ServerStream
from mtlib.wire.dissection import Dissection, unseal
from mtlib.wire.schema import ANSWER_WITH_HASH, SCHEMA

NAMES = sorted(path.stem for path in (VECTORS / "transcripts").glob("*.json"))
DIRECTIONS = {"c2s": TO_SERVER, "s2c": TO_CLIENT}


def number(value: str | int) -> int:
    return value if isinstance(value, int) else int(value, 16)


def signed(value: str) -> int:
    """An id as the recordings print it: hex of the unsigned number."""
    return int.from_bytes(bytes.fromhex(value), "big", signed=True)


def salt(value: str) -> int:
    """A salt as the recordings print it: its bytes as they travel."""
    return int.from_bytes(bytes.fromhex(value), "little", signed=True)


@cache
def private_key(n: int, e: int, d: int) -> PrivateKey:
    """The primes, from an exponent that undoes e: a square root of 1 that is neither 1 nor -1 parts them."""
    odd = e * d - 1
    twos = (odd & -odd).bit_length() - 1
    for base in (2, 3, 5, 7, 11, 13):
        x = pow(base, odd >> twos, n)
        for _ in range(twos):
            if 1 < gcd(x - 1, n) < n:
                p = gcd(x - 1, n)
                return PrivateKey(p, n // p, e)
            x = x * x % n
    raise AssertionError("n, e and d belong together")


class Packet(NamedTuple):
    direction: str
    payload: bytes


class Recording(NamedTuple):
    rsa: PrivateKey
    connections: list[list[Packet]]
    keys: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    binds: list[dict[str, Any]]


@cache
def recording(name: str) -> Recording:
    raw = vector(f"transcripts/{name}.json")
    rsa = private_key(*(number(raw["rsa"][part]) for part in "ned"))
    connections = [replay(connection) for connection in raw["connections"]]
    return Recording(rsa, connections, raw["keys"], raw["messages"], raw["binds"])


def chunks(connection: dict[str, Any], direction: str) -> list[bytes]:
    """The raw chunks of one direction, after the two of a SOCKS greeting where there was one."""
    found = [bytes.fromhex(chunk["hex"]) for chunk in connection["wire"] if chunk["dir"] == direction]
    return found[2:] if connection.get("socks") else found


def replay(connection: dict[str, Any]) -> list[Packet]:
    """Both directions through our own streams, compared with the payloads that were recorded."""
    server = ServerStream(entropy=Patterned("server"))
    frames = [frame for chunk in chunks(connection, "c2s") for frame in server.receive(chunk)]
    assert server.framing == connection["transport"]
    assert server.obfuscated == connection["obfuscated"]
    client = mirror(server, chunks(connection, "c2s")[0])
    answers = [frame for chunk in chunks(connection, "s2c") for frame in client.receive(chunk)]
    got = {"c2s": [frame.payload for frame in frames], "s2c": [frame.payload for frame in answers]}
    recorded = [Packet(packet["dir"], bytes.fromhex(packet["hex"])) for packet in connection["packets"]]
    for direction, payloads in got.items():
        assert payloads == [packet.payload for packet in recorded if packet.direction == direction]
    asked = [packet["quick_ack"] for packet in connection["packets"] if packet["dir"] == "c2s"]
    assert [frame.quick_ack for frame in frames] == asked
    return recorded


def mirror(server: ServerStream, first: bytes) -> ClientStream:
    """A client's end of the same connection: with an obfuscation header, the one that was recorded."""
    assert server.framing
    if not server.obfuscated:
        return ClientStream(server.framing, entropy=Patterned("client"))
    header = Obfuscation.receive(first[:64])
    entropy = Chosen(Patterned(), {"client/obfuscation_header": header.random64})
    client = ClientStream(server.framing, obfuscated=True, dc_id=None, entropy=entropy)
    assert client.opening() == first[:64]
    return client


def plain_bodies(packets: list[Packet], direction: str) -> list[bytes]:
    zero = [p.payload for p in packets if p.direction == direction and p.payload[:8] == bytes(8)]
    return [PLAIN.dissect(payload)["message"] for payload in zero]


@pytest.mark.parametrize("name", NAMES)
def test_our_server_would_have_given_the_same_answers(name: str) -> None:
    told = recording(name)
    for index, connection in enumerate(told.connections):
        keys = [key for key in told.keys if key["conn"] == index]
        queries = plain_bodies(connection, "c2s")
        answers = plain_bodies(connection, "s2c")
        assert len(queries) == len(answers) == 3 * len(keys)
        state: Any = AwaitReqPq(Server((told.rsa,)))
        for attempt, key in enumerate(keys):
            rows = slice(3 * attempt, 3 * attempt + 3)
            state = grant(state, key, queries[rows], answers[rows], attempt)


def grant(state: Any, key: dict[str, Any], queries: list[bytes], answers: list[bytes], attempt: int) -> Granted:
    """One exchange again, with the draws of the data centre that was recorded."""
    secrets = ExchangeSecrets(bytes.fromhex(key["new_nonce"]), bytes.fromhex(key["server_nonce"]))
    assert secrets.key_and_iv[0].hex() == key["tmp_aes_key"]
    assert secrets.key_and_iv[1].hex() == key["tmp_aes_iv"]
    sealed = SCHEMA["server_DH_params_ok"].dissect(answers[1])["encrypted_answer"]
    offer = open_with_hash(ANSWER_WITH_HASH, sealed, secrets)
    assert bytes(offer["answer"]).hex() == key["server_DH_inner_data"]
    draws = {
        "server_nonce": secrets.server_nonce,
        "p": to_bytes(int(key["p"])),
        "q": to_bytes(int(key["q"])),
        "a": to_bytes(number(key["a"]), 256),
        "server_DH_inner_data/padding": offer["padding"],
    }
    scope = f"attempt-{attempt}/" if attempt else ""
    entropy = Chosen(Patterned(), {scope + label: value for label, value in draws.items()})
    for query, answer in zip(queries, answers, strict=True):
        state, said = state.receive(query, entropy, offer["answer"]["server_time"])
        assert bytes(said) == answer
    assert isinstance(state, Granted)
    assert bytes(state.auth_key).hex() == key["auth_key"]
    assert state.auth_key.id == signed(key["auth_key_id"])
    assert state.server_salt == salt(key["salt"])
    assert (state.dc, state.expires_in) == (key["dc"], key["expires_in"])
    opened = unseal(Dissection(SCHEMA["req_DH_params"], queries[1][:320]), [state.server.keys[0]])
    container = "data_with_padding" if key["rsa_padding"] == "RSA_PAD" else "data_with_hash"
    assert bytes(opened.find(f"{container}/data")).hex() == key["inner_data"]
    opened = unseal(Dissection(SCHEMA["set_client_DH_params"], queries[2][:376]), [secrets])
    assert bytes(opened.find("data_with_hash/data")).hex() == key["client_DH_inner_data"]
    return state


@pytest.mark.parametrize("name", NAMES)
def test_every_encrypted_packet_opens(name: str) -> None:
    told = recording(name)
    keys = {signed(key["auth_key_id"]): AuthKey(bytes.fromhex(key["auth_key"])) for key in told.keys}
    seen = []
    for index, connection in enumerate(told.connections):
        for direction, payload in connection:
            if payload[:8] != bytes(8):
                key = keys[int.from_bytes(payload[:8], "little", signed=True)]
                message = open_packet(payload, key, DIRECTIONS[direction])
                seen.append((index, direction, message))
    assert len(seen) == len(told.messages)
    for (index, direction, message), recorded in zip(seen, in_wire_order(told.messages), strict=True):
        assert (index, direction) == (recorded["conn"], recorded["dir"])
        assert message["salt"] == salt(recorded["salt"])
        for field in ("session_id", "msg_id"):
            assert message[field] == signed(recorded[field])
        assert message["seqno"] == recorded["seqno"]
        body = "request" if direction == "c2s" else "answer"
        assert message[body].hex() == recorded["body"]
        layout = REQUEST_MESSAGE if direction == "c2s" else ANSWER_MESSAGE
        assert bytes(layout.build(**message.values)) == bytes(message)


def in_wire_order(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Connection by connection; `sorted` keeps the order inside of each."""
    return sorted(messages, key=lambda message: message["conn"])


@pytest.mark.parametrize("name", [name for name in NAMES if "bind" in name])
def test_every_binding_is_rebuilt_and_accepted(name: str) -> None:
    told = recording(name)
    keys = {key["auth_key_id"]: AuthKey(bytes.fromhex(key["auth_key"])) for key in told.keys}
    assert told.binds
    for bind in told.binds:
        inner = bind["inner"]
        now = bind["expires_at"] - 60
        rebuild(
            perm_key=keys[bind["perm_auth_key_id"]],
            temp_key=keys[bind["temp_auth_key_id"]],
            session_id=signed(bind["session_id"]),
            msg_id=signed(bind["msg_id"]),
            expires_at=bind["expires_at"],
            nonce=signed(bind["nonce"]),
            random=bytes.fromhex(inner["random"]),
            padding=bytes.fromhex(inner["padding"]),
            request=bytes.fromhex(bind["request"]),
            now=now,
        )


@pytest.mark.parametrize("bind", vector("bind_vectors.json")["vectors"], ids=lambda bind: bind["source"])
def test_every_binding_vector_is_rebuilt_and_accepted(bind: dict[str, Any]) -> None:
    longs = {
        name: int.from_bytes(bytes.fromhex(bind[f"{name}_le"]), "little", signed=True)
        for name in ("session_id", "msg_id", "nonce")
    }
    made = rebuild(
        perm_key=AuthKey(bytes.fromhex(bind["perm_auth_key"])),
        temp_key=AuthKey(bytes.fromhex(bind["temp_auth_key"])),
        expires_at=bind["expires_at"],
        random=bytes.fromhex(bind["random128"]),
        padding=bytes.fromhex(bind["padding"]),
        request=bytes.fromhex(bind["request"]),
        now=bind["expires_at"] - 60,
        **longs,
    )
    assert bytes(made.inner).hex() == bind["inner_body"]
    assert bytes(made.plaintext).hex() == bind["plaintext80"]
    assert made.msg_key.hex() == bind["msg_key"]
    assert bytes(made.encrypted_message).hex() == bind["encrypted_message"]
    assert made.perm_key.id == signed(bind["perm_auth_key_id"])
    assert made.temp_key.id == signed(bind["temp_auth_key_id"])


def rebuild(*, request: bytes, now: int, **given: Any) -> Binding:
    """The same binding from its givens, bit for bit; accepted, and refused once it has ended."""
    made = Binding(**given)
    assert bytes(made.request) == request
    facts = {name: given[name] for name in ("perm_key", "temp_key", "session_id", "msg_id")}
    verdict = verify(request, **facts, now=now)
    assert verdict.ok, verdict
    assert not verify(request, **facts, now=given["expires_at"]).ok
    assert not verify(request, **{**facts, "msg_id": given["msg_id"] + 4}, now=now).ok
    return made


def test_thirteen_recordings_of_eight_clients() -> None:
    assert len(NAMES) == 13
    assert {name.split("_")[0] for name in NAMES} == {
        "ferogram",
        "gramjs",
        "hydrogram",
        "kurigram",
        "mtcute",
        "mtprotocore",
        "tdlib",
        "telethon",
    }
    schemes = {key["rsa_padding"] for name in NAMES for key in recording(name).keys}
    inners = {key["inner"] for name in NAMES for key in recording(name).keys}
    assert schemes == {"RSA_PAD", "old(sha1)"} and len(inners) == 4
