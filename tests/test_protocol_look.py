"""What are these bytes? Every kind of bytes is recognised, with and without keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.errors import LocalError, PeerError
from mtlib.lab.samples import sample
from mtlib.protocol.dissect import KINDS, dissect
from mtlib.protocol.packets import ANSWER_MESSAGE, TO_CLIENT, padding_size, plain, seal
from mtlib.transport import FRAMINGS
from mtlib.wire import SCHEMA

SAMPLE = sample()
DEEP = "packet/message/request/encrypted_message/plaintext/envelope/inner/nonce"


@pytest.mark.parametrize("framing", [name for name in FRAMINGS if name != "padded"])
def test_a_frame_is_seen_through_to_the_nonce(framing: str) -> None:
    frame = sample(framing=framing).carried.frame
    found = dissect(bytes(frame), keys=SAMPLE.keys)
    assert found.name == "frame"
    assert found.find(DEEP).value == SAMPLE.binding.nonce  # type: ignore[union-attr]


def test_without_keys_the_seals_stay_closed() -> None:
    found = dissect(bytes(SAMPLE.carried.packet))
    assert [span.name for span in found.spans] == ["auth_key_id", "msg_key", "ciphertext"]
    with pytest.raises(LocalError):
        found.find("message")


def test_each_kind() -> None:
    assert dissect(bytes(SAMPLE.binding.request)).name == "auth.bindTempAuthKey"
    assert dissect(bytes(SAMPLE.binding.encrypted_message)).name == "encrypted_message"
    assert dissect(bytes(plain(4, SCHEMA["req_pq_multi"].build(nonce=bytes(16))))).name == "packet"
    assert dissect(bytes(SAMPLE.carried.packet), keys=SAMPLE.keys, as_="packet").find("message/salt")


def test_an_answer_is_opened_in_its_own_direction() -> None:
    body = SCHEMA["pong"].build(msg_id=4, ping_id=9)
    message = ANSWER_MESSAGE.build(salt=1, session_id=2, msg_id=5, seqno=0, length=len(body), answer=bytes(body),
                                   padding=bytes(padding_size(len(body))))  # fmt: skip
    packet = seal(message, SAMPLE.temp_key, TO_CLIENT)
    assert dissect(bytes(packet), keys=SAMPLE.keys).find("message/answer/ping_id").value == 9  # type: ignore[union-attr]


def test_what_nothing_fits_is_said() -> None:
    with pytest.raises(PeerError, match="none of frame, packet"):
        dissect(b"\x01\x02\x03")
    with pytest.raises(LocalError, match="no such kind"):
        dissect(b"", as_="novel")


@given(st.binary(max_size=300), st.sampled_from([None, *KINDS]))
def test_garbage_raises_typed_errors_only(data: bytes, as_: str | None) -> None:
    try:
        assert bytes(dissect(data, keys=SAMPLE.keys, as_=as_)) == data
    except PeerError as error:
        assert str(error)


@given(st.integers(0, 203), st.integers(1, 255))
def test_damaged_frames_can_still_be_looked_at(at: int, flip: int) -> None:
    damaged = bytearray(bytes(SAMPLE.carried.frame))
    damaged[at] ^= flip
    try:
        found = dissect(bytes(damaged), keys=SAMPLE.keys)
    except PeerError:
        assert at < 4
    else:
        assert b"".join(span.raw for span in found.spans) == bytes(damaged)
        assert list(found.rows())


def test_an_answer_as_long_as_a_seal_is_told_apart_by_its_key() -> None:
    body = bytes(SCHEMA["future_salts"].build(req_msg_id=4, now=1, salts=[]))
    message = ANSWER_MESSAGE.build(salt=1, session_id=2, msg_id=5, seqno=0, length=len(body), answer=body,
                                   padding=bytes(80 - 32 - len(body)))  # fmt: skip
    packet = bytes(seal(message, SAMPLE.temp_key, TO_CLIENT))
    assert len(packet) == len(SAMPLE.binding.encrypted_message)
    assert dissect(packet, keys=SAMPLE.keys).name == "packet"
    assert dissect(packet).name == "encrypted_message"
    assert dissect(packet, as_="packet").name == "packet"
