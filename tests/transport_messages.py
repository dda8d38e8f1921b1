"""What the tests of the transport send to and fro: packets of every shape, and ways to cut a stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from mtlib.transport.framing import Frame


def encrypted(blocks: int, first: int = 1) -> bytes:
    """A packet of 24 bytes and whole AES blocks, as anything encrypted is."""
    return bytes([first]) + bytes(range(1, 24)) + bytes(range(16)) * blocks


def plain(body: bytes) -> bytes:
    """A message without a key: auth_key_id 0, a msg_id, its own length, and a body."""
    return bytes(8) + b"\x51\xe5\x7a\xc4\x27\x91\x64\x61" + len(body).to_bytes(4, "little") + body


SAMPLES = (plain(b"\xf1\x8e\x7e\xbe" + bytes(16)), encrypted(11), encrypted(40), encrypted(1, 0xFF))

packets = st.one_of(
    st.builds(encrypted, st.integers(1, 40), st.integers(1, 255)),
    st.builds(lambda words: plain(b"word" * words), st.integers(1, 200)),
)


def pieces(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    """`data` cut at the given places."""
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(places)]


def every_cut(data: bytes) -> Iterator[list[bytes]]:
    """Whole, byte by byte, and in two at every place."""
    yield [data]
    yield [data[i : i + 1] for i in range(len(data))]
    yield from (pieces(data, [cut]) for cut in range(1, len(data)))


def collect(end: Any, chunks: Iterable[bytes]) -> list[Frame]:
    """What a framing gives for these chunks, asked after each of them until it has no more."""
    frames = []
    for chunk in chunks:
        end.feed(chunk)
        while frame := end.next():
            frames.append(frame)
    return frames


def messages(frames: Iterable[Frame]) -> list[bytes]:
    """The packets; a plain one is cut to the length it tells, since padding may have come with it."""
    return [_cut(frame.payload) for frame in frames]


def _cut(packet: bytes) -> bytes:
    return packet if any(packet[:8]) else packet[: 20 + int.from_bytes(packet[16:20], "little")]


def same(one: BaseException | None, other: BaseException | None) -> bool:
    """Whether two errors say the same. Ends of a connection keep copies of theirs, without a traceback."""
    return type(one) is type(other) and str(one) == str(other) and vars(one) == vars(other)
