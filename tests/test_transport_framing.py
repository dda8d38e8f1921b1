"""What holds for every framing, from either end."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.crypto.entropy import Patterned
from mtlib.errors import DecodeError, LocalError, PeerError
from mtlib.transport import FRAMINGS, Frame, Framing, Side
from mtlib.transport.framing import LIMIT, is_error
from transport_messages import SAMPLES, collect, encrypted, every_cut, messages, packets, pieces, same

TOKEN = bytes.fromhex("0a0b0ccd")
SIDES: tuple[Side, Side] = ("client", "server")

every_framing = pytest.mark.parametrize("name", FRAMINGS)
framings = st.sampled_from(sorted(FRAMINGS))
sides = st.sampled_from(SIDES)
damage = st.lists(st.tuples(st.integers(0, 2**16), st.integers(1, 255)), min_size=1, max_size=4)


def end(name: str, side: Side, limit: int = LIMIT) -> Framing:
    return FRAMINGS[name](side, limit=limit, entropy=Patterned())


def stream(name: str, side: Side, payloads: list[bytes]) -> bytes:
    """The frames of these payloads as the other end would send them to `side`."""
    other = end(name, "server" if side == "client" else "client")
    return b"".join(other.wrap(payload) for payload in payloads)


def header(name: str, payload: int) -> bytes:
    """Only the header of a frame that announces so many bytes of payload."""
    words = payload // 4
    return {
        "abridged": bytes([words]) if words < 127 else b"\x7f" + words.to_bytes(3, "little"),
        "intermediate": payload.to_bytes(4, "little"),
        "padded": payload.to_bytes(4, "little"),
        "full": (payload + 12).to_bytes(4, "little"),
    }[name]


@every_framing
@pytest.mark.parametrize("side", SIDES)
def test_frames_are_independent_of_how_bytes_arrive(name: str, side: Side) -> None:
    sent = stream(name, side, list(SAMPLES))
    for chunks in every_cut(sent):
        receiver = end(name, side)
        assert messages(collect(receiver, chunks)) == list(SAMPLES)
        assert receiver.pending == 0
        assert receiver.received == len(SAMPLES)
        receiver.eof()


@given(framings, sides, st.lists(packets, max_size=6), st.lists(st.integers(0, 2**16), max_size=8))
def test_any_packets_survive_any_cuts(name: str, side: Side, sent: list[bytes], cuts: list[int]) -> None:
    receiver = end(name, side)
    assert messages(collect(receiver, pieces(stream(name, side, sent), cuts))) == sent
    receiver.eof()


@given(framings, sides, st.lists(packets, min_size=1, max_size=4), damage)
def test_damage_is_a_peer_error_or_another_packet(
    name: str, side: Side, sent: list[bytes], damage: list[tuple[int, int]]
) -> None:
    bad = bytearray(stream(name, side, sent))
    for place, flip in damage:
        bad[place % len(bad)] ^= flip
    receiver = end(name, side)
    try:
        collect(receiver, [bytes(bad)])
        receiver.eof()
    except PeerError as error:
        assert same(receiver.broken, error)
    assert receiver.pending == 0


@given(framings, sides, st.binary(max_size=300), st.integers(1, 64))
def test_noise_is_frames_or_a_peer_error(name: str, side: Side, noise: bytes, size: int) -> None:
    receiver = end(name, side)
    try:
        for frame in collect(receiver, [noise[i : i + size] for i in range(0, len(noise), size)]):
            assert 0 < len(frame.payload) <= len(noise)
    except PeerError as error:
        assert error.where
    assert receiver.pending <= len(noise)


@every_framing
@pytest.mark.parametrize("side", SIDES)
def test_a_length_over_the_limit_is_refused_before_the_body(name: str, side: Side) -> None:
    slack = FRAMINGS[name].slack
    for payload in (1024 + 16, 1024 + slack + 1 + (-(slack + 1)) % 4, 1 << 20):
        receiver = end(name, side, 1024)
        receiver.feed(header(name, payload))
        with pytest.raises(DecodeError, match="limit") as caught:
            receiver.next()
        assert (caught.value.got, caught.value.expected) == (payload, "at most 1024")
        assert receiver.pending == 0
    receiver = end(name, side, 1024)
    receiver.feed(header(name, 1024 + slack // 4 * 4))
    assert receiver.next() is None
    assert receiver.broken is None


@every_framing
def test_a_header_in_one_chunk_with_its_body_keeps_nothing(name: str) -> None:
    receiver = end(name, "server", 1024)
    receiver.feed(header(name, 1 << 16) + bytes(1 << 16))
    with pytest.raises(DecodeError):
        receiver.next()
    assert receiver.pending == 0


@every_framing
def test_the_limit_can_be_raised_between_frames(name: str) -> None:
    small, large = encrypted(1), encrypted(100)
    sent = stream(name, "server", [small, large])
    receiver = end(name, "server", 64)
    receiver.feed(sent)
    assert receiver.next() == Frame(small)
    receiver.limit = 4096
    assert receiver.next() == Frame(large)


@every_framing
@pytest.mark.parametrize("side", SIDES)
def test_a_frame_without_payload_is_refused(name: str, side: Side) -> None:
    receiver = end(name, side)
    receiver.feed(header(name, 0))
    with pytest.raises(DecodeError, match="payload"):
        receiver.next()


@every_framing
def test_what_is_broken_stays_broken(name: str) -> None:
    receiver = end(name, "server")
    good = stream(name, "server", [SAMPLES[1]])
    receiver.feed(good + header(name, 0) + good)
    assert messages([receiver.next() or Frame(b"")]) == [SAMPLES[1]]
    errors = []
    for call in (receiver.next, receiver.next, receiver.eof):
        receiver.feed(good)
        with pytest.raises(DecodeError) as caught:
            call()
        errors.append(caught.value)
        assert receiver.pending == 0
    assert all(same(error, receiver.broken) for error in errors)
    assert len({id(error) for error in errors}) == 3, "an error that is kept keeps no connection"
    assert receiver.broken is not None and receiver.broken.__traceback__ is None
    assert receiver.broken is not None and receiver.broken.where == f"{name} frame 1/length"


@every_framing
def test_the_end_may_come_between_frames_only(name: str) -> None:
    sent = stream(name, "server", [SAMPLES[1]])
    for cut in range(1, len(sent)):
        receiver = end(name, "server")
        assert collect(receiver, [sent[:cut]]) == []
        with pytest.raises(DecodeError, match="cut") as caught:
            receiver.eof()
        assert same(receiver.broken, caught.value)
    receiver = end(name, "server")
    receiver.eof()
    receiver.feed(sent)
    with pytest.raises(LocalError, match="unread"):
        receiver.eof()
    assert receiver.next() is not None
    receiver.eof()


@every_framing
def test_a_large_frame_comes_byte_by_byte(name: str) -> None:
    payload = encrypted((LIMIT - 24) // 16)
    sent = stream(name, "server", [payload])
    receiver = end(name, "server")
    assert collect(receiver, (sent[i : i + 1] for i in range(len(sent)))) == [Frame(payload)]


def memory_of(call: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@every_framing
def test_asking_copies_one_frame_and_never_the_buffer(name: str) -> None:
    """Otherwise small pieces of a large frame, or small frames in a large chunk, would cost their square."""
    waiting = end(name, "server", 1 << 21)
    waiting.feed(header(name, 1 << 20) + bytes(1 << 19))
    assert memory_of(waiting.next) < 1 << 14
    crowded = end(name, "server")
    crowded.feed(stream(name, "server", [encrypted(1)] * 10_000))
    assert memory_of(lambda: [crowded.next() for _ in range(20)]) < 1 << 15


@every_framing
def test_wrap_refuses_what_has_no_frame(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = end(name, "client")
    for bad in (b"", "text", 5):
        with pytest.raises(LocalError) as caught:
            sender.wrap(bad)  # type: ignore[arg-type]
        assert caught.value.expected
    monkeypatch.setattr(FRAMINGS[name], "largest", 16)
    sender.wrap(bytes(16))
    with pytest.raises(LocalError) as caught:
        sender.wrap(bytes(20))
    assert (caught.value.got, caught.value.where) == (20, name)


@every_framing
def test_every_shape_of_bytes_is_taken(name: str) -> None:
    packet = encrypted(2)
    for shape in (bytes, bytearray, memoryview):
        receiver = end(name, "server")
        receiver.feed(shape(end(name, "client").wrap(shape(packet))))
        assert receiver.next() == Frame(packet)


def test_largest_is_what_the_header_can_say() -> None:
    largest = {name: framing.largest for name, framing in FRAMINGS.items()}
    words, bits = 0xFFFFFF * 4, 2**31 - 1
    assert largest == {"abridged": words, "intermediate": bits, "padded": bits - 15, "full": bits - 12}


@every_framing
@given(payload=packets)
def test_parts_tile_the_frame(name: str, payload: bytes) -> None:
    frame = end(name, "client").wrap(payload)
    parts = end(name, "server").parts(frame)
    assert [part.start for part in parts] == [0, *(part.stop for part in parts[:-1])]
    assert parts[-1].stop == len(frame)
    assert all(part.start < part.stop and part.meaning for part in parts)
    shown = next(frame[part.start : part.stop] for part in parts if part.name == "packet")
    assert messages([Frame(shown)]) == [payload]


@every_framing
def test_parts_are_those_of_exactly_one_frame(name: str) -> None:
    reader, frame = end(name, "server"), end(name, "client").wrap(SAMPLES[1])
    for bad in (b"", frame[:-1], frame + b"\0", header(name, 0), frame + frame):
        with pytest.raises(DecodeError):
            reader.parts(bad)
    assert reader.parts(frame) == reader.parts(frame)
    assert reader.broken is None


def test_each_end_does_what_is_its_own() -> None:
    with pytest.raises(LocalError, match="server"):
        end("intermediate", "client").quick_ack(TOKEN)
    with pytest.raises(LocalError, match="client"):
        end("intermediate", "server").wrap(SAMPLES[0], quick_ack=True)
    with pytest.raises(LocalError, match="side"):
        end("intermediate", "proxy")  # type: ignore[arg-type]


@pytest.mark.parametrize("token", [b"", TOKEN[:3], TOKEN + b"\0", TOKEN[:3] + b"\x7f"])
def test_a_token_is_four_bytes_with_the_last_bit_set(token: bytes) -> None:
    with pytest.raises(LocalError):
        end("abridged", "server").quick_ack(token)


def test_errors_are_of_the_size_of_a_http_status() -> None:
    codes = (-(2**31), -1000, -999, -404, -1, 0, 404)
    assert [is_error(code) for code in codes] == [False, False, True, True, True, False, False]
