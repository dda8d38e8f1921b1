"""What holds for every framing, from either end."""

from __future__ import annotations

import contextlib
import json
import re
import tracemalloc
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.crypto.entropy import Patterned, System
from mtlib.errors import DecodeError, LocalError, PeerError, TransportError
from mtlib.lab.samples import sample
from mtlib.protocol.packets import FrameShape
from mtlib.transport.framing import (
    FRAMINGS,
    LIMIT,
    Abridged,
    Frame,
    Framing,
    Full,
    Intermediate,
    PaddedIntermediate,
    Side,
    framing_named,
    is_error,
)
from mtlib.wire.dissection import Dissection
from transport_messages import SAMPLES, collect, encrypted, every_cut, messages, packets, pieces, plain, same

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


@given(framings, sides, st.lists(packets, max_size=6), st.lists(st.integers(0, 2**16), max_size=8))
def test_any_packets_survive_any_cuts(name: str, side: Side, sent: list[bytes], cuts: list[int]) -> None:
    receiver = end(name, side)
    assert messages(collect(receiver, pieces(stream(name, side, sent), cuts))) == sent
    assert receiver.pending == 0


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
    for _ in range(3):
        receiver.feed(good)
        with pytest.raises(DecodeError) as caught:
            receiver.next()
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
        assert receiver.pending == cut
    receiver = end(name, "server")
    assert receiver.pending == 0
    receiver.feed(sent)
    assert receiver.pending == len(sent)
    assert receiver.next() is not None
    assert receiver.pending == 0


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


# -- The bytes of each framing: lengths, quick acks, padding, checksums, and errors in the place of packets --------


VECTORS = json.loads((Path(__file__).parent / "vectors" / "transports.json").read_text())["vectors"]
QUICK = ("abridged", "intermediate", "padded")


def client(name: str) -> Framing:
    return FRAMINGS[name]("client", entropy=Patterned())


def server(name: str) -> Framing:
    return FRAMINGS[name]("server", entropy=Patterned())


def named(framing: Framing, frame: bytes) -> dict[str, str]:
    return {part.name: frame[part.start : part.stop].hex() for part in framing.parts(frame)}


def of_kind(*keys: str) -> pytest.MarkDecorator:
    chosen = [vector for vector in VECTORS if all(key in vector for key in keys) and "random64" not in vector]
    return pytest.mark.parametrize("vector", chosen, ids=[vector["name"] for vector in chosen])


def framing_of(vector: dict[str, Any]) -> str:
    return str(vector["name"]).split()[0]


@of_kind("payload", "frame")
def test_frame_vectors(vector: dict[str, Any]) -> None:
    sender, receiver = client(framing_of(vector)), server(framing_of(vector))
    payload, frame = bytes.fromhex(vector["payload"]), bytes.fromhex(vector["frame"])
    sender.sent = receiver.received = vector.get("tcp_seqno", 0)
    if "padding" in vector:
        frame_head = 4 + len(payload)
        assert sender.parts(frame)[-1][:3] == ("padding", frame_head, len(frame))
        assert frame[frame_head:].hex() == vector["padding"]
    else:
        assert sender.wrap(payload) == frame
        assert collect(receiver, [frame]) == [Frame(payload)]


@of_kind("payload_rule", "frame_prefix")
def test_length_vectors(vector: dict[str, Any]) -> None:
    size = int(re.findall(r"\d+", vector["payload_rule"])[-1])
    frame, prefix = client(framing_of(vector)).wrap(b"a" * size), bytes.fromhex(vector["frame_prefix"])
    assert frame == prefix + b"a" * size
    assert collect(server(framing_of(vector)), [frame]) == [Frame(b"a" * size)]


@of_kind("code")
def test_error_vectors(vector: dict[str, Any]) -> None:
    forms = {framing_of(vector): vector["frame"]} if "frame" in vector else {}
    of_all = ("abridged", "intermediate", "full_seq0")
    forms |= {name.removesuffix("_seq0"): vector[name] for name in of_all if name in vector}
    assert forms
    for name, frame in forms.items():
        raw = vector["code"].to_bytes(4, "little", signed=True)
        assert server(name).wrap(raw).hex() == frame
        for chunks in every_cut(bytes.fromhex(frame)):
            with pytest.raises(TransportError) as caught:
                collect(client(name), chunks)
            assert caught.value.code == vector["code"]


def test_every_vector_is_used_somewhere() -> None:
    kinds = ("random64", "plaintext", "code", "frame", "frame_prefix")
    found = Counter(next(kind for kind in kinds if kind in vector) for vector in VECTORS)
    assert found == {"random64": 8, "plaintext": 1, "code": 5, "frame": 4, "frame_prefix": 4}


@pytest.mark.parametrize(
    ("size", "head"),
    [(4, "01"), (500, "7d"), (504, "7e"), (508, "7f7f0000"), (512, "7f800000"), (2**20, "7f000004")],
)
def test_abridged_takes_three_more_bytes_from_127_words_on(size: int, head: str) -> None:
    frame = Abridged("client").wrap(bytes(size))
    assert frame == bytes.fromhex(head) + bytes(size)
    asking = Abridged("client").wrap(bytes(size), quick_ack=True)
    assert asking == bytes([frame[0] | 0x80]) + frame[1:]
    for sent, asked in ((frame, False), (asking, True)):
        assert collect(Abridged("server", limit=size), [sent]) == [Frame(bytes(size), asked)]


@pytest.mark.parametrize("size", [1, 3, 5, 503, 509])
def test_abridged_counts_words(size: int) -> None:
    with pytest.raises(LocalError) as caught:
        Abridged("client").wrap(bytes(size))
    assert caught.value.got == size
    for name in ("intermediate", "full"):
        assert collect(server(name), [client(name).wrap(b"x" * size)]) == [Frame(b"x" * size)]


def test_abridged_understands_a_small_length_in_the_long_form() -> None:
    assert collect(server("abridged"), [b"\x7f\x01\0\0abcd"]) == [Frame(b"abcd")]


@pytest.mark.parametrize("name", QUICK)
@given(packet=packets)
def test_a_server_sees_who_asks_for_a_quick_ack(name: str, packet: bytes) -> None:
    sender, receiver = client(name), server(name)
    sent = [sender.wrap(packet, quick_ack=asked) for asked in (False, True, False)]
    assert [frame.quick_ack for frame in collect(receiver, sent)] == [False, True, False]


@pytest.mark.parametrize(
    ("name", "wire"), [("abridged", "cd0c0b0a"), ("intermediate", "0a0b0ccd"), ("padded", "ffffffff0a0b0ccd")]
)
def test_a_quick_ack_is_never_a_length(name: str, wire: str) -> None:
    answering = server(name)
    sent = answering.wrap(SAMPLES[1]) + answering.quick_ack(TOKEN) + answering.wrap(SAMPLES[2])
    assert bytes.fromhex(wire) in sent
    for chunks in every_cut(sent):
        assert collect(client(name), chunks) == [Frame(SAMPLES[1]), Frame(TOKEN, True), Frame(SAMPLES[2])]


@given(st.binary(min_size=4, max_size=4), st.sampled_from(QUICK))
def test_any_token_comes_back_as_it_was(raw: bytes, name: str) -> None:
    token = raw[:3] + bytes([raw[3] | 0x80])
    assert collect(client(name), [server(name).quick_ack(token)]) == [Frame(token, True)]


def test_200_bytes_start_with_c8_and_ask_for_nothing() -> None:
    packet = encrypted(11)
    frame = client("intermediate").wrap(packet)
    assert frame[:4].hex() == "c8000000"
    for receiver in (server("intermediate"), client("intermediate")):
        assert collect(receiver, [frame]) == [Frame(packet)]
    assert client("intermediate").wrap(packet, quick_ack=True)[:4].hex() == "c8000080"


def test_a_padded_client_understands_a_bare_token() -> None:
    assert collect(client("padded"), [TOKEN]) == [Frame(TOKEN, True)]


def test_the_first_byte_that_is_drawn_says_how_much_padding_a_frame_has() -> None:
    """Three bytes at most. A token is padded as well, behind a mark."""
    sender, receiver, counts = server("padded"), client("padded"), set[int]()
    for number in range(16):
        drawn = Patterned().at(f"frame-{number}").draw("padding", 4)
        parts = named(receiver, sender.quick_ack(TOKEN))
        counts.add(drawn[0] % 4)
        padding = drawn[1 : 1 + drawn[0] % 4].hex()
        assert (parts["mark"], parts["quick_ack"], parts.get("padding", "")) == ("ff" * 4, TOKEN.hex(), padding)
    assert counts == {0, 1, 2, 3}


@pytest.mark.parametrize("padding", range(16))
def test_padding_is_whatever_is_over_an_encrypted_packet(padding: int) -> None:
    packet = encrypted(3)
    frame = (len(packet) + padding).to_bytes(4, "little") + packet + b"\xee" * padding
    for receiver in (server("padded"), client("padded")):
        assert collect(receiver, [frame]) == [Frame(packet)]
        parts = named(receiver, frame)
        assert parts.pop("padding", "") == "ee" * padding
        assert parts == {"length": frame[:4].hex(), "packet": packet.hex()}


def test_a_plain_message_keeps_its_padding() -> None:
    message = plain(b"word")
    frame = (len(message) + 15).to_bytes(4, "little") + message + b"\xee" * 15
    assert collect(server("padded"), [frame]) == [Frame(message + b"\xee" * 15)]


@pytest.mark.parametrize("padding", range(16))
def test_a_padded_error_is_an_error(padding: int) -> None:
    frame = (4 + padding).to_bytes(4, "little") + b"\x6c\xfe\xff\xff" + b"\xee" * padding
    with pytest.raises(TransportError) as caught:
        collect(client("padded"), [frame])
    assert (caught.value.code, caught.value.where) == (-404, "padded frame 0")
    assert named(client("padded"), frame)["error"] == "6cfeffff"


def test_padding_is_drawn_for_each_frame() -> None:
    sender = PaddedIntermediate("client", entropy=System())
    sizes = Counter(len(sender.wrap(SAMPLES[1])) - 4 - len(SAMPLES[1]) for _ in range(2000))
    assert set(sizes) == set(range(4)), "as many as everybody strips"
    answering = PaddedIntermediate("server", entropy=System())
    assert {len(answering.quick_ack(TOKEN)) - 12 for _ in range(1000)} == set(range(4))
    patterned = client("padded")
    frames = [patterned.wrap(SAMPLES[1]) for _ in range(4)]
    assert len(set(frames)) == 4
    again = client("padded")
    assert frames == [again.wrap(SAMPLES[1]) for _ in range(4)]


def test_padding_without_entropy_is_the_callers_mistake() -> None:
    with pytest.raises(LocalError, match="entropy"):
        PaddedIntermediate("client").wrap(SAMPLES[0])


def test_full_counts_and_checks() -> None:
    sender = client("full")
    for number in range(3):
        frame = sender.wrap(b"abcd")
        assert frame[:8] == (16).to_bytes(4, "little") + number.to_bytes(4, "little")
        assert frame[-4:] == zlib.crc32(frame[:-4]).to_bytes(4, "little")
        parts = named(server("full"), frame)
        assert parts.pop("crc") == frame[-4:].hex()
        assert parts == {"length": "10000000", "seqno": f"0{number}000000", "packet": "61626364"}


def test_full_notices_every_flipped_bit() -> None:
    frame = client("full").wrap(SAMPLES[0])
    for bit in range(8 * len(frame)):
        damaged = bytearray(frame)
        damaged[bit // 8] ^= 1 << bit % 8
        receiver = server("full")
        with contextlib.suppress(DecodeError):
            assert collect(receiver, [bytes(damaged)]) == []
            assert receiver.pending


@pytest.mark.parametrize("order", [(0, 0), (1,), (0, 2)])
def test_full_refuses_another_order(order: tuple[int, ...]) -> None:
    sender, receiver = client("full"), server("full")
    frames = [sender.wrap(SAMPLES[0]) for _ in range(3)]
    *good, bad = order
    assert len(collect(receiver, [frames[number] for number in good])) == len(good)
    with pytest.raises(DecodeError, match="order") as caught:
        collect(receiver, [frames[bad]])
    assert (caught.value.got, caught.value.expected) == (bad, len(good))
    assert caught.value.where == f"full frame {len(good)}/seqno"


@pytest.mark.parametrize("length", [-(2**31), -404, -1, 0, 4, 11, 12])
def test_full_refuses_a_length_without_room(length: int) -> None:
    with pytest.raises(DecodeError):
        collect(server("full"), [length.to_bytes(4, "little", signed=True)])


def test_full_numbers_wrap_around() -> None:
    sender, receiver = client("full"), server("full")
    sender.sent = receiver.received = 2**32 - 1
    frames = [sender.wrap(b"last"), sender.wrap(b"first")]
    assert frames[1][4:8] == bytes(4)
    assert collect(receiver, frames) == [Frame(b"last"), Frame(b"first")]


@pytest.mark.parametrize("code", [-403, -404, -429, -444])
def test_full_client_takes_a_negative_length_for_an_error(code: int) -> None:
    for chunks in every_cut(code.to_bytes(4, "little", signed=True) * 3):
        receiver = client("full")
        with pytest.raises(TransportError) as caught:
            collect(receiver, chunks)
        assert caught.value.code == code
        assert same(receiver.broken, caught.value)


def test_full_has_no_quick_acks() -> None:
    with pytest.raises(LocalError, match="quick ack"):
        client("full").wrap(SAMPLES[0], quick_ack=True)
    with pytest.raises(LocalError, match="quick ack"):
        server("full").quick_ack(TOKEN)


@pytest.mark.parametrize("name", FRAMINGS)
def test_only_a_client_takes_four_bytes_for_an_error(name: str) -> None:
    raw = (-404).to_bytes(4, "little", signed=True)
    for sender, receiver in ((server(name), client(name)), (client(name), server(name))):
        frame = sender.wrap(raw)
        if receiver.side == "client":
            with pytest.raises(TransportError):
                collect(receiver, [frame])
            assert named(receiver, frame)["error"] == raw.hex()
        else:
            assert collect(receiver, [frame])[0].payload[:4] == raw
            assert "error" not in named(receiver, frame)


@pytest.mark.parametrize("name", FRAMINGS)
@pytest.mark.parametrize("number", [404, 0, -1000, -(2**31)])
def test_other_four_bytes_are_a_packet(name: str, number: int) -> None:
    raw = number.to_bytes(4, "little", signed=True)
    assert collect(client(name), [server(name).wrap(raw)])[0].payload[:4] == raw


@pytest.mark.parametrize("name", QUICK)
def test_parts_of_a_quick_ack(name: str) -> None:
    wire = server(name).quick_ack(TOKEN)
    parts = named(client(name), wire)
    assert parts["quick_ack"] == (TOKEN[::-1] if name == "abridged" else TOKEN).hex()
    assert "".join(parts.values()) == wire.hex()


def test_the_table_names_every_framing() -> None:
    tags = {name: framing.tag.hex() for name, framing in FRAMINGS.items()}
    assert tags == {"abridged": "ef", "intermediate": "ee" * 4, "padded": "dd" * 4, "full": ""}
    assert list(FRAMINGS.values()) == [Abridged, Intermediate, PaddedIntermediate, Full]
    sides: tuple[Side, Side] = ("client", "server")
    assert all(framing(side).side == side for framing in FRAMINGS.values() for side in sides)


# -- A frame as a dissection: every framing's parts tile its bytes, and the packet stands inside -------------------


@pytest.mark.parametrize("name", FRAMINGS)
def test_the_parts_tile_the_frame(name: str) -> None:
    carried = sample(framing=name).carried
    wrapped = framing_named(name, entropy=Patterned("frame")).wrap(bytes(carried.packet))
    found = Dissection(FrameShape(name, carried.packet.shape), wrapped)
    assert b"".join(span.raw for span in found.spans) == wrapped
    assert bytes(found.find("packet")) == bytes(carried.packet)
    assert all(row.meaning for row in found.rows() if row.depth == 0)


def test_an_unknown_framing_is_refused() -> None:
    with pytest.raises(LocalError, match="no such framing"):
        framing_named("pigeon")


@pytest.mark.parametrize("name", ["abridged", "intermediate", "padded"])
@pytest.mark.parametrize("size", [0, 3, 5, 8])
def test_a_quick_ack_token_has_four_bytes(name: str, size: int) -> None:
    with pytest.raises(LocalError, match="wrong length"):
        end(name, "server").quick_ack(b"\xff" * size)
    assert b"\xff" * 4 in end(name, "server").quick_ack(b"\xff" * 4)
