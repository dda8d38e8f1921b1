"""The binding message: every value of five recorded ones, every formula, and no secret in sight."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.crypto import V2
from mtlib.crypto.entropy import Patterned
from mtlib.crypto.kdf import msg_key_large_v2
from mtlib.crypto.keys import AuthKey
from mtlib.errors import DecodeError, LocalError
from mtlib.lab.samples import NOW, sample
from mtlib.protocol.binding import ENCRYPTED_SIZE, ENVELOPE_SIZE, INNER_SIZE, PLAINTEXT_SIZE, Binding, BindPacket
from mtlib.protocol.dissect import FORMULAS
from mtlib.transport.framing import FRAMINGS
from mtlib.wire.dissection import Dissection, Reading, Span, unseal
from mtlib.wire.provenance import trace
from mtlib.wire.schema import ENCRYPTED_MESSAGE, REQUEST, SCHEMA
from wrong_client import WrongClient

VECTORS = json.loads((Path(__file__).parent / "vectors" / "binding_message.json").read_text())["vectors"]
OTHER = AuthKey(bytes(range(256)))
SAMPLE = sample()
BINDING = SAMPLE.binding

Vector = dict[str, Any]


def binding_of(vector: Vector) -> Binding:
    """Where a vector has no temporary key its id is still known: any key does for what is under the seal's hash."""
    told = vector["inputs"]
    temp = told["temp_auth_key"]
    return Binding(
        AuthKey(bytes.fromhex(told["perm_auth_key"])),
        AuthKey(bytes.fromhex(temp)) if temp else OTHER,
        session_id=int(told["temp_session_id"]),
        msg_id=int(told["msg_id"]),
        expires_at=int(told["expires_at"]),
        nonce=int(told["nonce"]),
        random=bytes.fromhex(told["random16"]),
        padding=bytes.fromhex(told["padding8"]),
    )


FULL = [vector for vector in VECTORS if vector["inputs"]["temp_auth_key"]]


@pytest.mark.parametrize("vector", FULL, ids=lambda vector: str(vector["name"]))
def test_every_value_of_a_recorded_binding(vector: Vector) -> None:
    binding = binding_of(vector)
    schedule = binding.schedule
    values = {
        "perm_auth_key_id_le": binding.perm_key.id_bytes,
        "perm_auth_key_aux_hash_le": binding.perm_key.aux_hash,
        "inner": bytes(binding.inner),
        "plaintext_unpadded": bytes(binding.envelope),
        "msg_key": binding.msg_key,
        "plaintext_padded": bytes(binding.plaintext),
        **{name: schedule[name] for name in ("sha1_a", "sha1_b", "sha1_c", "sha1_d", "aes_key", "aes_iv")},
        "ciphertext": binding.ciphertext,
        "encrypted_message": bytes(binding.encrypted_message),
        "outer_request": bytes(binding.request),
    }
    assert {name: value.hex() for name, value in values.items()} == {name: vector[name] for name in values}
    assert (binding.perm_key.id, binding.temp_key.id) == (
        int(vector["inputs"]["perm_auth_key_id"]), int(vector["inputs"]["temp_auth_key_id"]),
    )  # fmt: skip


@pytest.mark.parametrize("vector", FULL, ids=lambda vector: str(vector["name"]))
def test_every_value_of_the_packet_around_it(vector: Vector) -> None:
    binding, told, outer = binding_of(vector), vector["inputs"], vector["outer_packet_mtproto2"]
    carried = BindPacket(binding, int(told["outer_salt"]), told["outer_seqno"], bytes.fromhex(outer["padding"]))
    message, packet, key = bytes(carried.message), bytes(carried.packet), binding.temp_key
    assert message[16:-12].hex() == vector["outer_message_with_header"]
    schedule = V2.run(0, auth_key=key, msg_key=packet[8:24])
    values = {
        "temp_auth_key_id_le": key.id_bytes,
        "plaintext_padded": message,
        "msg_key_large": msg_key_large_v2(key, message, 0),
        "msg_key": packet[8:24],
        **{name: schedule[name] for name in ("sha256_a", "sha256_b", "aes_key", "aes_iv")},
        "ciphertext": packet[24:],
        "packet": packet,
    }
    assert {name: value.hex() for name, value in values.items()} == {name: outer[name] for name in values}
    assert len(packet) == 200


def test_the_vector_without_a_temporary_key() -> None:
    """Its temporary key is known by its id alone, so the inner object is given."""
    (vector,) = [v for v in VECTORS if v not in FULL]
    binding = binding_of(vector)
    told = bytearray(bytes(binding.inner))
    told[12:20] = int(vector["inputs"]["temp_auth_key_id"]).to_bytes(8, "little", signed=True)
    assert told.hex() == vector["inner"]
    binding.__dict__["inner"] = SCHEMA.dissect(bytes(told))  # the one value that cannot be computed
    assert bytes(binding.envelope).hex() == vector["plaintext_unpadded"]
    assert binding.msg_key.hex() == vector["msg_key"]
    assert binding.schedule.aes_key.hex() == vector["aes_key"]
    assert binding.schedule.aes_iv.hex() == vector["aes_iv"]
    assert bytes(binding.request).hex() == vector["outer_request"]


# -- Against an independent client --------------------------------------------------------------------------------

LONG = st.integers(-(2**63), 2**63 - 1)


@given(
    st.binary(min_size=256, max_size=256), st.binary(min_size=256, max_size=256), LONG.filter(bool), LONG, LONG,
    st.integers(-(2**31), 2**31 - 1), st.binary(min_size=16, max_size=16), st.binary(min_size=8, max_size=8),
)  # fmt: skip
def test_any_binding_is_what_others_make(
    perm: bytes, temp: bytes, session_id: int, msg_id: int, nonce: int, expires_at: int, random: bytes, padding: bytes
) -> None:
    client = WrongClient(perm, temp, session_id, msg_id, nonce, expires_at, random, padding)
    binding = Binding(AuthKey(perm), AuthKey(temp), session_id, msg_id, expires_at, nonce, random, padding)
    assert bytes(binding.request) == client.request
    sizes = [len(each) for each in (binding.inner, binding.envelope, binding.plaintext, binding.encrypted_message)]
    assert sizes == [INNER_SIZE, ENVELOPE_SIZE, PLAINTEXT_SIZE, ENCRYPTED_SIZE] == [40, 72, 80, 104]
    assert len(binding.request) == 132


def test_replace_recomputes_everything() -> None:
    assert bytes(BINDING.request)  # everything is cached by now
    other = replace(BINDING, nonce=BINDING.nonce ^ 1)
    for name in ("inner", "envelope", "msg_key", "plaintext", "ciphertext", "encrypted_message", "request"):
        assert bytes(getattr(other, name)) != bytes(getattr(BINDING, name)), name
    assert bytes(other.encrypted_message)[:8] == bytes(BINDING.encrypted_message)[:8]
    assert replace(other, nonce=BINDING.nonce).request == BINDING.request


def test_padding_is_under_the_cipher_and_not_under_the_hash() -> None:
    other = replace(BINDING, padding=bytes(8))
    assert other.msg_key == BINDING.msg_key
    changed = [i for i in range(104) if bytes(other.encrypted_message)[i] != bytes(BINDING.encrypted_message)[i]]
    assert changed == list(range(88, 104))


def test_draw_draws_three_values_and_no_more() -> None:
    def drawn(seed: str) -> Binding:
        return Binding.draw(BINDING.perm_key, BINDING.temp_key, session_id=1, msg_id=4, expires_at=NOW,
                            entropy=Patterned(seed))  # fmt: skip

    one, two = drawn("one"), drawn("two")
    assert (len(one.random), len(one.padding)) == (16, 8)
    assert len({one.nonce, two.nonce}) == len({one.random, two.random}) == 2
    assert one == drawn("one")


@pytest.mark.parametrize(
    ("field", "value", "where"),
    [
        ("nonce", 2**63, "nonce"),
        ("session_id", -(2**63) - 1, "temp_session_id"),
        ("expires_at", 1_790_000_000_000, "expires_at"),
        ("random", bytes(8), "random"),
        ("msg_id", 2**64, "msg_id"),
        ("padding", bytes(7), "padding"),
        ("padding", bytes(24), "padding"),
        ("padding", 8, "padding"),
        ("perm_key", bytes(256), "perm_key"),
        ("temp_key", None, "temp_key"),
        ("session_id", 0, "session_id"),
        ("session_id", "1", "session_id"),
        ("nonce", bytes(8), "nonce"),
        ("nonce", bytes(16), "nonce"),
        ("random", "sixteen letters.", "random"),
        ("expires_at", None, "expires_at"),
        ("expires_at", 1.5, "expires_at"),
    ],
)
def test_what_does_not_fit_is_named(field: str, value: Any, where: str) -> None:
    with pytest.raises(LocalError) as caught:
        _ = replace(BINDING, **{field: value}).request
    assert where in caught.value.where
    assert isinstance(caught.value, ValueError)


def test_a_key_whose_id_means_no_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can make such a key on purpose; the id is what the protocol keeps for plain packets."""
    monkeypatch.setattr(AuthKey, "id", 0)
    with pytest.raises(LocalError, match="no key"):
        replace(BINDING)



# -- What the bytes say about themselves --------------------------------------------------------------------------

SEAL = "packet/message/request/encrypted_message"
ENVELOPE = f"{SEAL}/plaintext/envelope"
INNER = f"{ENVELOPE}/inner"
FORMULA_PATHS = {
    "packet/auth_key_id": "SHA1(auth_key)[12:20]",
    "packet/msg_key": "SHA256(auth_key[88:120] + message)[8:24]",
    "packet/ciphertext": "IGE(message, KDF2(auth_key, msg_key, 0))",
    "packet/message/length": "len(request)",
    f"{SEAL}/perm_auth_key_id": "perm_auth_key_id",
    f"{SEAL}/msg_key": "SHA1(envelope)[4:20]",
    f"{SEAL}/ciphertext": "IGE(plaintext, KDF1(perm_auth_key, msg_key))",
    f"{ENVELOPE}/msg_id": "msg_id",
    f"{INNER}/nonce": "nonce",
    f"{INNER}/temp_auth_key_id": "auth_key_id",
    f"{INNER}/perm_auth_key_id": "perm_auth_key_id",
    f"{INNER}/temp_session_id": "session_id",
    f"{INNER}/expires_at": "expires_at",
}
KNOWN = {"temp_auth_key": SAMPLE.temp_key, "perm_auth_key": SAMPLE.perm_key}


def opened() -> Dissection:
    return unseal(SAMPLE.carried.frame, SAMPLE.keys)


@pytest.mark.parametrize("path", FORMULA_PATHS)
def test_every_formula_agrees_with_the_bytes(path: str) -> None:
    found = trace(opened(), path, known=KNOWN, functions=FORMULAS)
    assert found.formula == FORMULA_PATHS[path]
    assert found.agrees is True
    assert all(value is not None for _, value in found.sources.values())


def test_no_field_with_a_formula_is_left_out() -> None:
    """Walk over everything that can be opened: each formula is true, and it is one of those above."""
    frame, seen = opened(), set()
    for row in frame.rows():
        if row.formula:
            path = row.path.removeprefix("frame/")
            seen.add(path)
            assert trace(frame, path, known=KNOWN, functions=FORMULAS).agrees is True, path
    assert {*FORMULA_PATHS} <= seen


def test_a_formula_notices_a_lie() -> None:
    frame = bytearray(bytes(SAMPLE.carried.packet))
    frame[9] ^= 1
    packet = unseal(Dissection(SAMPLE.carried.packet.shape, bytes(frame)), SAMPLE.keys)
    assert trace(packet, "msg_key", known=KNOWN, functions=FORMULAS).agrees is False


def test_one_path_leads_through_everything() -> None:
    found = opened().find("packet/message/request/encrypted_message/plaintext/envelope/inner/nonce")
    assert isinstance(found, Span) and found.value == BINDING.nonce


@pytest.mark.parametrize("framing", sorted(FRAMINGS))
def test_every_framing_carries_the_same_packet(framing: str) -> None:
    carried = sample(framing=framing).carried
    assert bytes(carried.packet) == bytes(SAMPLE.carried.packet)
    assert bytes(carried.frame.find("packet")) == bytes(carried.packet)
    assert len(carried.packet) == 200


def test_damaged_ciphertext_is_shown_and_a_foreign_key_opens_nothing() -> None:
    sealed = bytearray(bytes(BINDING.encrypted_message))
    sealed[50] ^= 1
    shown = Dissection(ENCRYPTED_MESSAGE, bytes(sealed), Reading(keys=(BINDING.perm_key,)))
    assert isinstance(shown.find("plaintext/envelope"), (Dissection, Span))
    for data, key in ((bytes(sealed), OTHER), (bytes(sealed[:-1]), BINDING.perm_key)):
        assert Dissection(ENCRYPTED_MESSAGE, data, Reading(keys=(key,))).spans[2].opened is None


def test_the_request_is_strict() -> None:
    request = bytes(BINDING.request)
    assert REQUEST.dissect(request) == BINDING.request
    for data in (request + b"\0", request[:-1], b"\0" + request):
        with pytest.raises(DecodeError):
            REQUEST.dissect(data)


def test_no_repr_shows_a_secret() -> None:
    carried = SAMPLE.carried
    shown = "".join(map(repr, (BINDING, carried, BINDING.schedule, BINDING.perm_key, opened(), carried.packet)))
    secrets = [bytes(BINDING.perm_key), bytes(BINDING.temp_key), BINDING.schedule.aes_key, BINDING.schedule.aes_iv]
    for secret in secrets:
        assert repr(secret)[2:40] not in shown
        assert secret.hex()[:16] not in shown


class Named:
    """Entropy that remembers under which names it was drawn from."""

    def __init__(self) -> None:
        self.names: list[tuple[str, int]] = []

    def at(self, scope: str) -> Named:
        return self

    def draw(self, label: str, size: int, *, attempt: int = 0) -> bytes:
        self.names.append((label, size))
        return bytes([len(self.names) if size != 8 else 0xFF]) * size


def test_what_is_drawn_has_the_names_of_the_method() -> None:
    entropy = Named()
    drawn = Binding.draw(
        BINDING.perm_key, BINDING.temp_key, session_id=1, msg_id=4, expires_at=NOW, entropy=entropy
    )
    carried = BindPacket.draw(drawn, salt=3, entropy=entropy)
    assert entropy.names == [("nonce", 8), ("random", 16), ("padding", 8), ("padding", 12)]
    assert (drawn.nonce, drawn.random, drawn.padding, carried.padding) == (-1, b"\2" * 16, b"\xff" * 8, b"\4" * 12)
    assert (carried.framing, carried.seqno, carried.frames_before) == ("intermediate", 1, 0)
    assert "entropy" not in repr(carried)
    plain = BindPacket(drawn, salt=3, seqno=1, padding=carried.padding)
    assert (plain.framing, plain.frames_before) == ("intermediate", 0)
    assert bytes(plain.frame) == bytes(carried.frame)


def test_the_parts_are_called_and_typed_as_on_the_page() -> None:
    parts = (BINDING.envelope, BINDING.encrypted_message)
    names = [(part.name, [(span.name, span.field.kind.name) for span in part.spans]) for part in parts]
    assert names == [
        ("envelope", [("random", "int128"), ("msg_id", "long"), ("seqno", "int"), ("length", "int"),
                      ("inner", "bind_auth_key_inner")]),
        ("encrypted_message", [("perm_auth_key_id", "long"), ("msg_key", "int128"), ("ciphertext", "bytes")]),
    ]  # fmt: skip


def test_the_record_of_what_was_sent_shows_the_bytes_that_were_sent() -> None:
    """Also where nobody would compute them so: a lesson reads what went out, not what should have."""
    right = SAMPLE.carried
    packet = Dissection(right.packet.shape, bytes(right.packet)[:-1] + bytes([bytes(right.packet)[-1] ^ 1]))
    message = Dissection(right.message.shape, bytes(right.message)[:-1] + b"!")
    frame = len(packet).to_bytes(4, "little") + bytes(packet)
    shown = BindPacket.sent(BINDING, bytes(BINDING.request), message, packet, frame, "intermediate")
    assert (bytes(shown.message), bytes(shown.packet), bytes(shown.frame)) == (bytes(message), bytes(packet), frame)
    assert shown.message.reading.lenient
    assert shown.changed is None
