"""Packets of MTProto 2.0 and 1.0: recorded ones, damaged ones, and what the layouts say about themselves."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.crypto.keys import AuthKey
from mtlib.errors import CheckError, DecodeError, LocalError, PeerError
from mtlib.lab.samples import sample
from mtlib.protocol.dissect import FORMULAS
from mtlib.protocol.packets import (
    ANSWER_MESSAGE,
    ANSWER_PACKET,
    MAX_PADDING,
    MIN_PADDING,
    PLAIN,
    REQUEST_MESSAGE,
    REQUEST_PACKET,
    TO_CLIENT,
    TO_SERVER,
    decrypt_v1,
    encrypt_v1,
    open_packet,
    padding_size,
    plain_packet,
    seal,
)
from mtlib.protocol.session import Session
from mtlib.wire.dissection import Dissection, Reading, unseal
from mtlib.wire.provenance import trace
from mtlib.wire.schema import SCHEMA
from wrong_client import ige, kdf1, kdf2, key_id, pattern

HERE = Path(__file__).parent
VECTORS = json.loads((HERE / "vectors" / "mtproto2_messages.json").read_text())["vectors"]
CASES = json.loads((HERE / "cases" / "packets.json").read_text())["cases"]
SAMPLE = sample()
KEY = AuthKey(pattern("a key", 256))
PING = bytes(SCHEMA["ping"].build(ping_id=7))


def message(body: bytes = PING, *, length: int | None = None, padding: int | None = None, x: int = TO_SERVER) -> bytes:
    """A message with whatever length field and padding."""
    layout, name = (REQUEST_MESSAGE, "request") if x == TO_SERVER else (ANSWER_MESSAGE, "answer")
    said = len(body) if length is None else length
    head = layout.build(salt=1, session_id=-77, msg_id=5, seqno=1, length=len(body), **{name: body}, padding=b"")
    data = bytes(head)[:28] + said.to_bytes(4, "little", signed=True) + body
    return data + pattern("padding", padding_size(len(body)) if padding is None else padding)


# -- Recorded packets ---------------------------------------------------------------------------------------------


def recorded(name: str) -> dict[str, Any]:
    return next(vector for vector in VECTORS if name in vector["name"])


@pytest.mark.parametrize("vector", [v for v in VECTORS if "direction" in v], ids=lambda v: str(v["name"]))
def test_recorded_answers(vector: dict[str, Any]) -> None:
    packet, key = bytes.fromhex(vector["packet"]), AuthKey(bytes.fromhex(vector["auth_key"]))
    refused = {
        "mtcute invalid messageKey": "packet/msg_key",
        "mtcute length too long": "message/length",
        "mtcute length not multiple of 4": "message/length",
        "mtcute invalid padding size": "message/padding",
    }
    if vector["name"] in refused:
        with pytest.raises(PeerError) as caught:
            open_packet(packet, key, TO_CLIENT)
        assert caught.value.where == refused[vector["name"]]
        return
    opened = open_packet(packet, key, TO_CLIENT)
    assert bytes(opened).hex() == vector["plaintext"]
    assert bytes(seal(opened, key, TO_CLIENT)).hex() == vector["packet"]


def test_a_foreign_session_is_the_sessions_business() -> None:
    vector = recorded("invalid session_id")
    packet, key = bytes.fromhex(vector["packet"]), AuthKey(bytes.fromhex(vector["auth_key"]))
    theirs = open_packet(packet, key, TO_CLIENT)["session_id"]
    with pytest.raises(CheckError) as caught:
        Session(key, theirs ^ 1, 0, None).receive(packet, 0)  # type: ignore[arg-type]
    assert caught.value.where == "message/session_id"


def test_recorded_requests() -> None:
    vector = recorded("mtcute AuthKey.encryptMessage")
    body = bytes.fromhex(vector["body"])
    built = REQUEST_MESSAGE.build(
        salt=int(vector["salt"]) - 2**64, session_id=int(vector["session_id"]) - 2**64, msg_id=int(vector["msg_id"]),
        seqno=vector["seqno"], length=len(body), request=body, padding=bytes.fromhex(vector["padding"]),
    )  # fmt: skip
    key = AuthKey(bytes.fromhex(vector["auth_key"]))
    assert key.id_bytes.hex() == vector["auth_key_id_le"]
    assert bytes(seal(built, key)).hex() == vector["packet"]
    vector = recorded("grammers encrypt_client_data_v2")
    padded = bytes.fromhex(vector["plaintext"]) + bytes(vector["padding_zero_bytes"])
    assert bytes(seal(padded, AuthKey(bytes.fromhex(vector["auth_key"])))).hex() == vector["packet"]


# -- Cases --------------------------------------------------------------------------------------------------------

WHERE = {
    "BadPadding": "message/padding",
    "MsgKeyMismatch": "packet/msg_key",
    "MsgIdParity": "message/msg_id",
    "BadMessageLength": "message/length",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_cases_about_packets(case: dict[str, Any]) -> None:
    told, expected = case["input"], case["expected"]
    if told["op"] == "v2_strip":
        cut = ANSWER_MESSAGE.dissect(bytes.fromhex(told["plaintext"]))
        assert cut["answer"].hex() == expected["body"]
        return
    key, packet = AuthKey(bytes.fromhex(told["auth_key"])), bytes.fromhex(told["packet"])
    session = Session(key, told["expected_session_id"], 0, None)  # type: ignore[arg-type]
    if "error" not in expected:
        assert [bytes(event.body).hex() for event in session.receive(packet, told["now_server_time"])] == [  # type: ignore[union-attr]
            expected["body"]
        ]
        return
    with pytest.raises(CheckError) as caught:
        session.receive(packet, told["now_server_time"])
    assert caught.value.where == WHERE[expected["error"]]
    if "padding_len" in expected:
        assert caught.value.got == expected["padding_len"]
        assert str(caught.value).startswith("padding (got ")
    if expected.get("hint") == "direction":
        assert open_packet(packet, key, TO_SERVER)["session_id"] == told["expected_session_id"]


# -- Against an independent client --------------------------------------------------------------------------------


@given(st.binary(max_size=90), st.integers(0, 3), st.sampled_from([TO_SERVER, TO_CLIENT]))
def test_seal_and_open_are_inverse_and_what_others_do(body: bytes, more: int, x: int) -> None:
    body = body + bytes(-len(body) % 4)
    plaintext = message(body, padding=padding_size(len(body)) + 16 * more, x=x)
    packet = bytes(seal(plaintext, KEY, x))
    msg_key = hashlib.sha256(bytes(KEY)[88 + x : 120 + x] + plaintext).digest()[8:24]
    assert packet == key_id(bytes(KEY)) + msg_key + ige(plaintext, *kdf2(bytes(KEY), msg_key, x))
    opened = open_packet(packet, KEY, x)
    assert bytes(opened) == plaintext
    assert opened["answer" if x else "request"] == body


@pytest.mark.parametrize("body", [0, 12, 132, 1000])
def test_the_padding_is_the_least_lawful_one(body: int) -> None:
    assert padding_size(body) in range(MIN_PADDING, MIN_PADDING + 16)
    assert (32 + body + padding_size(body)) % 16 == 0
    assert padding_size(132) == 12 and padding_size(12) == 20


def test_encrypt_v1_is_what_others_do() -> None:
    envelope, padding = pattern("envelope", 72), pattern("pad", 8)
    msg_key, ciphertext = encrypt_v1(envelope, padding, KEY)
    assert ciphertext == ige(envelope + padding, *kdf1(bytes(KEY), msg_key, TO_SERVER))
    assert decrypt_v1(msg_key, ciphertext, KEY) == envelope + padding
    assert encrypt_v1(envelope, bytes(8), KEY)[0] == encrypt_v1(envelope, padding, KEY)[0]
    assert encrypt_v1(envelope, padding, AuthKey(bytes(256)))[0] == msg_key, "no key goes into msg_key"


# -- Damage -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [-4, 3, 13, 2**31 - 4])
def test_a_wrong_length_is_refused_after_the_hash(length: int) -> None:
    packet = bytes(seal(message(length=length), KEY))
    with pytest.raises(CheckError) as caught:
        open_packet(packet, KEY, TO_SERVER)
    assert caught.value.where in {"message/length", "message/padding"}


@pytest.mark.parametrize("blocks", [-1, 63, 64])
def test_padding_is_twelve_to_1024_bytes(blocks: int) -> None:
    size = padding_size(len(PING)) + 16 * blocks
    packet = bytes(seal(message(padding=size), KEY))
    if MIN_PADDING <= size <= MAX_PADDING:
        assert len(open_packet(packet, KEY, TO_SERVER)["padding"]) == size
        return
    with pytest.raises((CheckError, DecodeError)):
        open_packet(packet, KEY, TO_SERVER)


@given(st.integers(0, 8 * 88 - 1))
def test_no_bit_can_be_changed(bit: int) -> None:
    packet = bytearray(bytes(seal(message(), KEY)))
    packet[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CheckError) as caught:
        open_packet(bytes(packet), KEY, TO_SERVER)
    assert caught.value.where == ("packet/auth_key_id" if bit < 64 else "packet/msg_key")


@given(st.binary(max_size=200))
def test_noise_is_refused_in_the_same_words(noise: bytes) -> None:
    for data in (noise, KEY.id_bytes + noise):
        with pytest.raises(PeerError):
            open_packet(data, KEY, TO_SERVER)


def test_a_message_that_is_no_whole_number_of_blocks_is_the_callers_mistake() -> None:
    with pytest.raises(LocalError):
        seal(bytes(40), KEY)


# -- Layouts ------------------------------------------------------------------------------------------------------


@given(st.binary(max_size=40), st.binary(max_size=20), st.integers(-(2**63), 2**63 - 1))
def test_plain_packets_tolerate_what_follows(body: bytes, trailing: bytes, msg_id: int) -> None:
    packet = plain_packet(msg_id, body)
    assert bytes(packet)[:8] == bytes(8)
    cut = PLAIN.dissect(bytes(packet) + trailing)
    assert (cut["msg_id"], cut["message"], cut["trailing"]) == (msg_id, body, trailing)


@pytest.mark.parametrize("x", [TO_SERVER, TO_CLIENT])
def test_every_formula_agrees_with_the_bytes(x: int) -> None:
    packet = unseal(seal(message(x=x), KEY, x), [KEY])
    known = {"temp_auth_key": KEY}
    for path in ("auth_key_id", "msg_key", "ciphertext", "message/length"):
        found = trace(packet, path, known=known, functions=FORMULAS)
        assert found.formula and found.agrees is True, path
        assert trace(packet, path, known={}, functions=FORMULAS).agrees is (None if path != "message/length" else True)
    other = {"temp_auth_key": AuthKey(bytes(256))}
    assert trace(packet, "auth_key_id", known=other, functions=FORMULAS).agrees is False


def test_a_seal_shows_damaged_bytes_too_and_nothing_without_a_key() -> None:
    packet = bytearray(bytes(SAMPLE.carried.packet))
    packet[100] ^= 1
    shown = unseal(REQUEST_PACKET.dissect(bytes(packet)), SAMPLE.keys)
    assert isinstance(shown.find("message"), Dissection)
    assert REQUEST_PACKET.dissect(bytes(packet)).spans[2].opened is None
    odd = Dissection(REQUEST_PACKET, bytes(packet[:-1]), Reading(keys=SAMPLE.keys))
    assert odd.spans[2].opened is None


def test_a_seal_asks_for_its_own_key() -> None:
    packet = REQUEST_PACKET.dissect(bytes(SAMPLE.carried.packet))
    assert unseal(packet, [SAMPLE.perm_key]).spans[2].opened is None
    assert unseal(packet, [SAMPLE.perm_key, SAMPLE.temp_key]).spans[2].opened is not None
    for wrong in ("no key", bytes(SAMPLE.temp_key), [bytes(SAMPLE.temp_key)], None, 5):
        with pytest.raises(LocalError, match="keys"):
            unseal(packet, wrong)  # type: ignore[arg-type]


def test_the_two_directions_differ_only_in_their_names() -> None:
    assert [f.name for f in REQUEST_PACKET.fields] == [f.name for f in ANSWER_PACKET.fields]
    names = [[f.name for f in layout.fields] for layout in (REQUEST_MESSAGE, ANSWER_MESSAGE)]
    assert [a for a, b in zip(*names, strict=True) if a != b] == ["request"]


@pytest.mark.parametrize(("layout", "packet", "body"), [(REQUEST_MESSAGE, REQUEST_PACKET, "request"),
                                                        (ANSWER_MESSAGE, ANSWER_PACKET, "answer")])  # fmt: skip
def test_what_a_packet_says_of_itself_names_its_body(layout: Any, packet: Any, body: str) -> None:
    kinds = {field.name: field.kind.name for field in layout.fields}
    assert kinds[body] == "Object"
    notes = {field.name: field.note.meaning for field in packet.fields}
    assert notes["ciphertext"] == f"the message with its {body}, AES-IGE"
