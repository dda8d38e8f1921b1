"""The 64-byte header: what it may look like, the keys in it, and the streams that go on after it."""

from __future__ import annotations

import base64
import copy
import dataclasses
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.crypto.aes import Ctr
from mtlib.crypto.entropy import Entropy, Patterned
from mtlib.errors import DecodeError, LocalError
from mtlib.transport.obfuscation import TAGS, Obfuscation, detect, header_allowed, hidden_secret

ALL = json.loads((Path(__file__).parent / "vectors" / "transports.json").read_text())["vectors"]
VECTORS = [vector for vector in ALL if "random64" in vector]
WITH_FRAMES = [vector for vector in VECTORS if "frames" in vector]

RANDOM = bytes(range(1, 65))
SECRET = bytes.fromhex("00112233445566778899aabbccddeeff")
PADDED = b"\xdd" * 4

FORBIDDEN = {
    "abridged": b"\xef",
    "HEAD": b"HEAD",
    "POST": b"POST",
    "GET": b"GET ",
    "OPTIONS": b"OPTI",
    "TLS": b"\x16\x03\x01\x02",
    "intermediate": b"\xee" * 4,
    "padded": PADDED,
    "full": b"\x28\0\0\0" + bytes(4),
}
STARTS = sorted(start[:size] for start in FORBIDDEN.values() for size in range(len(start) + 1))
forbidden = pytest.mark.parametrize("start", FORBIDDEN.values(), ids=FORBIDDEN)


def named(vectors: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", vectors, ids=[vector["name"] for vector in vectors])


def obfuscation_of(vector: dict[str, Any]) -> Obfuscation:
    secret = vector["secret"] and bytes.fromhex(vector["secret"])
    random64, tag = bytes.fromhex(vector["random64"]), bytes.fromhex(vector["tag"])
    return Obfuscation(random64, tag, vector["dc"], secret)


def beginning(start: bytes) -> bytes:
    return start + RANDOM[len(start) :]


class Replay:
    """Entropy that gives what it is told, one value for each attempt."""

    def __init__(self, *values: bytes) -> None:
        self.values = values

    def at(self, scope: str) -> Entropy:
        return self

    def draw(self, label: str, size: int, *, attempt: int = 0) -> bytes:
        return self.values[attempt % len(self.values)][:size]


@named(VECTORS)
def test_vectors(vector: dict[str, Any]) -> None:
    one = obfuscation_of(vector)
    assert one.header.hex() == vector["header"]
    assert (one.encrypt_key.hex(), one.encrypt_iv.hex()) == (vector["enc_key"], vector["enc_iv"])
    assert (one.decrypt_key.hex(), one.decrypt_iv.hex()) == (vector["dec_key"], vector["dec_iv"])


@named(VECTORS)
def test_a_server_reads_the_same(vector: dict[str, Any]) -> None:
    sent = obfuscation_of(vector)
    got = Obfuscation.receive(sent.header, sent.secret)
    assert (got.tag, got.header) == (sent.tag, sent.header)
    as_drawn = int.from_bytes(sent.random64[60:62], "little", signed=True)
    assert got.dc_id == (as_drawn if sent.dc_id is None else sent.dc_id)
    assert (got.encrypt_key, got.encrypt_iv) == (sent.encrypt_key, sent.encrypt_iv)
    assert (got.decrypt_key, got.decrypt_iv) == (sent.decrypt_key, sent.decrypt_iv)


@named(WITH_FRAMES)
def test_streams_of_the_vectors(vector: dict[str, Any]) -> None:
    up, down = obfuscation_of(vector).streams()
    for frame in vector["frames"]:
        plain = bytes.fromhex(frame["plain"])
        if "enc" in frame:
            assert up.update(plain).hex() == frame["enc"]
            assert down.update(b"abcd").hex() == frame["dec_stream_over_abcd"]
        elif frame["dir"] == "client->server":
            assert [up.update(plain).hex() for _ in frame["wire"]] == frame["wire"]
        else:
            assert [down.update(bytes.fromhex(wire)) for wire in frame["wire"]] == [plain] * len(
                frame["wire"]
            )


def test_there_are_vectors() -> None:
    assert (len(VECTORS), len(WITH_FRAMES)) == (8, 2)


def test_the_stream_is_the_one_nist_has() -> None:
    vector = next(vector for vector in ALL if "plaintext" in vector)
    stream = Ctr(bytes.fromhex(vector["key"]), bytes.fromhex(vector["iv"]))
    assert stream.update(bytes.fromhex(vector["plaintext"])).hex() == vector["ciphertext"]


@forbidden
def test_forbidden_starts(start: bytes) -> None:
    header = beginning(start)
    assert not header_allowed(header)
    with pytest.raises(LocalError, match="begin"):
        Obfuscation(header, PADDED)
    with pytest.raises(DecodeError, match="start"):
        Obfuscation.receive(header)
    drawn = Obfuscation.draw(Replay(header, header, RANDOM), PADDED)
    assert drawn.random64 == RANDOM


@forbidden
def test_nearly_forbidden_starts(start: bytes) -> None:
    """Each rule looks at exactly its bytes: change one of them and the header is allowed."""
    for place in range(4, 8) if start == FORBIDDEN["full"] else range(len(start)):
        header = bytearray(beginning(start))
        header[place] ^= 0x20
        assert header_allowed(header)


@given(st.sampled_from(STARTS), st.binary(min_size=64, max_size=64))
def test_the_rule_in_its_own_words(start: bytes, rest: bytes) -> None:
    header = (start + rest)[:64]
    allowed = header[0] != 0xEF and header[:4] not in FORBIDDEN.values() and header[4:8] != bytes(4)
    assert header_allowed(header) == allowed
    if allowed:
        assert {detect(header[:size]) for size in range(8)} == {None}


def test_broken_entropy_does_not_hang() -> None:
    with pytest.raises(LocalError, match="entropy"):
        Obfuscation.draw(Replay(bytes(64)), PADDED)


def test_patterned_entropy_gives_the_same_header_each_time() -> None:
    one, two = (Obfuscation.draw(Patterned(), PADDED, 2) for _ in range(2))
    assert one == two
    assert one != Obfuscation.draw(Patterned("other"), PADDED, 2)


@given(
    st.binary(min_size=64, max_size=64).filter(header_allowed),
    st.sampled_from(sorted(TAGS)),
    st.none() | st.integers(-(2**15), 2**15 - 1),
    st.none() | st.binary(min_size=16, max_size=16),
    st.lists(st.binary(max_size=40), max_size=6),
)
def test_both_ends_have_the_same_streams(
    random64: bytes, tag: bytes, dc_id: int | None, secret: bytes | None, chunks: list[bytes]
) -> None:
    client = Obfuscation(random64, tag, dc_id, secret)
    server = Obfuscation.receive(client.header, secret)
    assert client.header[:56] == random64[:56]
    assert server.framing == TAGS[tag]
    assert dc_id is None or server.dc_id == dc_id
    for sending, receiving in zip(client.streams(), server.streams(), strict=True):
        wire = b"".join(sending.update(chunk) for chunk in chunks)
        assert receiving.update(wire) == b"".join(chunks)


def test_the_stream_to_the_server_goes_on_after_the_header() -> None:
    one = Obfuscation(RANDOM, PADDED, 2)
    whole = Ctr(one.encrypt_key, one.encrypt_iv).update(bytes(80))
    up, down = one.streams()
    assert up.update(bytes(16)) == whole[64:]
    assert down.update(bytes(16)) == Ctr(one.decrypt_key, one.decrypt_iv).update(bytes(16))
    assert one.streams()[0].update(bytes(16)) == whole[64:], "each call starts anew"


@pytest.mark.parametrize("secret", [b"", SECRET[:15], SECRET + b"\0", b"\xee" + SECRET, SECRET * 2])
def test_secrets_of_another_shape(secret: bytes) -> None:
    with pytest.raises(LocalError, match="secret") as caught:
        Obfuscation(RANDOM, PADDED, 2, secret)
    assert not secret or secret.hex() not in str(caught.value)
    with pytest.raises(LocalError, match="secret"):
        Obfuscation.receive(RANDOM, secret)


def test_a_dd_secret_wants_padding() -> None:
    padded = Obfuscation(RANDOM, PADDED, 2, b"\xdd" + SECRET)
    assert padded.header == Obfuscation(RANDOM, PADDED, 2, SECRET).header
    assert Obfuscation.receive(padded.header, b"\xdd" + SECRET).framing == "padded"
    for tag in TAGS.keys() - {PADDED}:
        with pytest.raises(LocalError) as caught:
            Obfuscation(RANDOM, tag, 2, b"\xdd" + SECRET)
        assert caught.value.expected == "dddddddd (padded)"
        with pytest.raises(DecodeError):
            Obfuscation.receive(Obfuscation(RANDOM, tag, 2, SECRET).header, b"\xdd" + SECRET)


def test_a_wrong_secret_is_an_unknown_tag() -> None:
    header = Obfuscation(RANDOM, PADDED, 2, SECRET).header
    for secret in (None, SECRET[::-1]):
        with pytest.raises(DecodeError) as caught:
            Obfuscation.receive(header, secret)
        assert caught.value.where == "obfuscation/tag"


@pytest.mark.parametrize("tag", [b"", b"\xef", b"\xee" * 3, bytes(4), b"\xdd" * 5])
def test_tags_that_are_none(tag: bytes) -> None:
    with pytest.raises(LocalError):
        Obfuscation(RANDOM, tag)


@pytest.mark.parametrize("dc_id", [-(2**15) - 1, 2**15])
def test_dc_id_is_an_int16(dc_id: int) -> None:
    with pytest.raises(LocalError) as caught:
        Obfuscation(RANDOM, PADDED, dc_id)
    assert caught.value.got == dc_id
    nearest = max(-(2**15), min(dc_id, 2**15 - 1))
    assert Obfuscation(RANDOM, PADDED, nearest).dc_id == nearest


@pytest.mark.parametrize("size", [0, 63, 65])
def test_a_header_is_64_bytes(size: int) -> None:
    with pytest.raises(LocalError, match="length"):
        header_allowed(bytes(size))
    with pytest.raises(LocalError, match="length"):
        Obfuscation.receive(bytes(size))
    with pytest.raises(LocalError, match="length"):
        Obfuscation(bytes(size), PADDED)


def test_keys_and_secrets_stay_inside() -> None:
    one = Obfuscation(RANDOM, PADDED, 2, SECRET)
    assert one.encrypt_key and one.header
    assert repr(one) == r"Obfuscation(tag=b'\xdd\xdd\xdd\xdd', dc_id=2)"
    with pytest.raises(LocalError):
        pickle.dumps(one)
    assert copy.copy(one) == one
    assert dataclasses.replace(one, dc_id=-2).header[:60] == one.header[:60]
    assert dataclasses.replace(one, dc_id=-2).header != one.header


SECRET_16 = bytes(range(100, 116))


@pytest.mark.parametrize(
    ("text", "padded"),
    [
        (SECRET_16.hex(), False),
        (SECRET_16.hex().upper(), False),
        (f" {SECRET_16.hex()}\n", False),
        ("dd" + SECRET_16.hex(), True),
        (SECRET_16, False),
        (bytearray(b"\xdd" + SECRET_16), True),
        (base64.urlsafe_b64encode(SECRET_16).decode(), False),
        (base64.urlsafe_b64encode(SECRET_16).decode().rstrip("="), False),
        (base64.urlsafe_b64encode(b"\xdd" + SECRET_16).decode().rstrip("="), True),
        (base64.urlsafe_b64encode(bytes([0xFB, 0xFF]) + SECRET_16[2:]).decode(), False),  # with - and _ in it
    ],
)
def test_a_secret_is_read_in_every_form(text: Any, padded: bool) -> None:
    found = hidden_secret(text)
    assert found is not None and (len(found) == 17) == padded and found[-14:] == SECRET_16[2:]
    client, server = (Obfuscation(RANDOM, b"\xdd" * 4, 2, text), Obfuscation(RANDOM, b"\xdd" * 4, 2, found[-16:]))
    assert client.encrypt_key == server.encrypt_key


@pytest.mark.parametrize(
    "text",
    [
        "ee" + SECRET_16.hex() + b"example.org".hex(), b"\xee" + SECRET_16,
        base64.urlsafe_b64encode(b"\xee" + SECRET_16 + b"example.org").decode(),
    ],
)  # fmt: skip
def test_a_secret_for_a_disguise_is_named(text: Any) -> None:
    with pytest.raises(LocalError, match="FakeTLS") as caught:
        hidden_secret(text)
    assert SECRET_16.hex() not in str(caught.value)


@pytest.mark.parametrize("text", ["", "no secret!", SECRET_16.hex()[:-2], "cc" + SECRET_16.hex(), b"", 16, "é"])
def test_no_secret_is_refused_and_not_shown(text: Any) -> None:
    with pytest.raises(LocalError) as caught:
        hidden_secret(text)
    assert caught.value.where == "secret" and SECRET_16.hex()[:8] not in str(caught.value)


@pytest.mark.parametrize("text", ["A" * 22, "A" * 22 + "=="])
def test_base64url_that_could_be_hex_is_sixteen_bytes(text: str) -> None:
    assert hidden_secret(text) == bytes(16)
