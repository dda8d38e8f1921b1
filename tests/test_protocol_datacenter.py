"""The data centre as a whole: what goes in, what comes out, over every framing, and what it never does."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.errors import PeerError, TransportError
from mtlib.protocol.limits import Limits
from mtlib.transport import FRAMINGS
from mtlib.wire import SCHEMA
from tests.talking import NOW, Talker, Wire, call, centre

BOTH_WAYS = [(name, hidden) for name in FRAMINGS for hidden in (False, True) if not (name == "full" and hidden)]


@pytest.mark.parametrize(("framing", "obfuscated"), BOTH_WAYS)
def test_a_bind_in_memory_over_every_framing(framing: str, obfuscated: bool) -> None:
    talker = Talker(centre(), framing=framing, obfuscated=obfuscated)
    assert talker.bind().name == "boolTrue"
    assert talker.result(call("help.getNearestDc"))["this_dc"] == 2


def test_the_trace_tells_the_story_in_order() -> None:
    dc = centre()
    talker = Talker(dc)
    talker.bind()
    assert [event.name for event in dc.trace] == [
        "connected", "exchange_done", "exchange_done", "session_created", "bind_accepted",
    ]  # fmt: skip


def test_an_unknown_key_is_404_once_and_the_end() -> None:
    wire = Wire(centre())
    with pytest.raises(TransportError) as error:
        wire.send(b"\x01" * 8 + bytes(16 + 48))
    assert error.value.code == -404
    assert wire.closed
    assert wire.got == []


@pytest.mark.parametrize(
    ("dc", "temporary", "code"),
    [(2, False, 0), (-2, True, 0), (-2, False, -444), (-3, True, -444), (3, False, -444), (10002, True, -444)],
)
def test_which_dc_ids_belong_here(dc: int, temporary: bool, code: int) -> None:
    wire = Wire(centre())
    if code:
        with pytest.raises(TransportError) as error:
            wire.exchange(3600 if temporary else None, dc_id=dc)
        assert error.value.code == code
        assert wire.closed
    else:
        assert wire.exchange(3600 if temporary else None, dc_id=dc).auth_key


def test_a_key_serves_on_any_connection() -> None:
    dc = centre()
    talker = Talker(dc)
    talker.bind()
    talker.wire = Wire(dc)
    assert talker.result(call("help.getNearestDc"))["this_dc"] == 2


def test_a_key_of_another_data_centre_is_404() -> None:
    talker = Talker(centre())
    talker.wire = Wire(centre())
    with pytest.raises(TransportError, match="-404"):
        talker.bind()


def test_a_temporary_key_ends() -> None:
    talker = Talker(centre(), expires_in=100)
    talker.bind()
    talker.wire.now += 99
    assert talker.result(call("help.getNearestDc"))["this_dc"] == 2
    talker.wire.now += 2
    with pytest.raises(TransportError, match="-404"):
        talker.result(call("help.getNearestDc"))


def test_frames_grow_only_for_those_who_hold_a_key() -> None:
    limits = Limits(frame_before_key=1024, frame_after_key=4096)
    wire = Wire(centre(limits=limits))
    wire.feed((2000).to_bytes(4, "little"))
    assert wire.closed
    talker = Talker(centre(limits=limits))
    long_ack = call("msgs_ack", msg_ids=[1] * 300)
    assert talker.ask(long_ack, related=False)[0].name == "new_session_created"


@given(st.binary(max_size=400))
def test_garbage_never_raises_and_never_hangs(data: bytes) -> None:
    peer = centre().accept()
    reply = peer.receive(data, NOW)
    assert isinstance(reply.chunks, tuple)


def test_flipped_bytes_of_a_good_conversation_never_raise() -> None:
    rng = random.Random(7)
    for _ in range(60):
        wire = Wire(centre())
        packet = bytearray(wire.stream.send(bytes(20) + bytes(SCHEMA["ping"].build(ping_id=1))))
        packet[rng.randrange(len(packet))] ^= 1 << rng.randrange(8)
        reply = wire.peer.receive(bytes(packet), NOW)
        with suppress(PeerError):  # the client's stream may raise what it reads; the data centre never does
            wire.stream.receive(b"".join(reply.chunks))


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_conversation_in_pieces_is_the_same(size: int) -> None:
    talker = Talker(centre(f"split-frames={size}"))
    whole = talker.wire.feed

    def piecemeal(data: bytes) -> None:
        for at in range(0, len(data), size):
            whole(data[at : at + size])

    talker.wire.feed = piecemeal  # type: ignore[method-assign]
    assert talker.bind().name == "boolTrue"


def test_a_quick_ack_only_where_it_was_asked_for() -> None:
    talker = Talker(centre())
    packet = talker.session.send(call("ping", ping_id=5), talker.now)
    talker.wire.feed(talker.wire.stream.send(bytes(packet)))
    assert len(talker.wire.got) == 2  # the last dh_gen_ok was cleared by nobody; one answer, no token
    talker.wire.got.clear()
    packet = talker.session.send(call("ping", ping_id=6), talker.now)
    reply = talker.wire.peer.receive(talker.wire.stream.send(bytes(packet), quick_ack=True), talker.now)
    frames = talker.wire.stream.receive(b"".join(reply.chunks))
    assert [frame.quick_ack for frame in frames] == [True, False]
