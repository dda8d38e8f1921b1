"""Two ends joined in memory: what one sends the other receives, in any framing and any pieces."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.crypto.entropy import Patterned
from mtlib.errors import DecodeError, LocalError, PeerError, TransportError
from mtlib.transport.framing import FRAMINGS, LIMIT, Frame
from mtlib.transport.obfuscation import detect, foreign, header_allowed
from mtlib.transport.stream import ClientStream, ServerStream
from transport_messages import SAMPLES, encrypted, every_cut, messages, packets, pieces, same

SECRET = bytes.fromhex("00112233445566778899aabbccddeeff")
TOKEN = bytes.fromhex("0a0b0ccd")


class Way(NamedTuple):
    """One way to speak: the full framing has no tag to hide, so it comes in the open only."""

    framing: str
    obfuscated: bool = False
    secret: bytes | None = None

    def __str__(self) -> str:
        secret = f"-secret{len(self.secret)}" if self.secret else ""
        return self.framing + "-obfuscated" * self.obfuscated + secret

    def ends(self) -> tuple[ClientStream, ServerStream]:
        entropy = Patterned()
        client = ClientStream(self.framing, obfuscated=self.obfuscated, secret=self.secret, entropy=entropy)
        return client, ServerStream(secret=self.secret, entropy=entropy)

    def joined(self) -> tuple[ClientStream, ServerStream]:
        """Both ends, after the opening."""
        client, server = self.ends()
        if opening := client.opening():
            assert server.receive(opening) == []
        else:
            server.receive(client.send(SAMPLES[0]))
        return client, server


WAYS = [
    *(Way(name) for name in FRAMINGS),
    *(Way(name, True, secret) for name in FRAMINGS if name != "full" for secret in (None, SECRET)),
    Way("padded", True, b"\xdd" + SECRET),
]
every_way = pytest.mark.parametrize("way", WAYS, ids=str)
ways = st.sampled_from(WAYS)
cuts = st.lists(st.integers(0, 2**16), max_size=8)


def received(end: ClientStream | ServerStream, chunks: Iterable[bytes]) -> list[Frame]:
    return [frame for chunk in chunks for frame in end.receive(chunk)]


@every_way
def test_both_directions_however_the_bytes_arrive(way: Way) -> None:
    client, server = way.ends()
    up = client.opening() + b"".join(client.send(packet) for packet in SAMPLES)
    for chunks in every_cut(up):
        server = ServerStream(secret=way.secret, entropy=Patterned())
        assert messages(received(server, chunks)) == list(SAMPLES)
        assert (server.framing, server.obfuscated, server.pending) == (way.framing, way.obfuscated, 0)
        assert (server.obfuscation.dc_id if server.obfuscation else None) == (2 if way.obfuscated else None)
    down = b"".join(server.send(packet) for packet in SAMPLES)
    for chunks in every_cut(down):
        again, _ = way.ends()
        assert messages(received(again, chunks)) == list(SAMPLES)
        assert again.pending == 0


@given(ways, st.lists(st.tuples(st.booleans(), packets, cuts), max_size=8))
def test_any_conversation(way: Way, turns: list[tuple[bool, bytes, list[int]]]) -> None:
    client, server = way.joined()
    for upwards, packet, places in turns:
        if upwards:
            got = received(server, pieces(client.send(packet), places))
        else:
            got = received(client, pieces(server.send(packet), places))
        assert messages(got) == [packet]
    assert (client.pending, server.pending) == (0, 0)


@every_way
def test_errors_and_quick_acks_come_back(way: Way) -> None:
    client, server = way.joined()
    asked = server.receive(client.send(SAMPLES[1], quick_ack=way.framing != "full"))
    assert asked == [Frame(SAMPLES[1], way.framing != "full")]
    if asked[0].quick_ack:
        down = server.send_quick_ack(TOKEN) + server.send(SAMPLES[2])
        assert client.receive(down) == [Frame(TOKEN, True), Frame(SAMPLES[2])]
    with pytest.raises(TransportError) as caught:
        client.receive(server.send_error(-404))
    assert caught.value.code == -404
    assert same(client.broken, caught.value)
    with pytest.raises(TransportError):
        client.receive(server.send(SAMPLES[1]))


@every_way
def test_good_frames_before_a_bad_one_are_not_lost(way: Way) -> None:
    client, server = way.joined()
    server.limit = 64
    up = [client.send(packet) for packet in (SAMPLES[3], SAMPLES[3], encrypted(40), SAMPLES[3])]
    assert server.receive(b"".join(up)) == [Frame(SAMPLES[3])] * 2
    assert server.broken is not None
    for _ in range(2):
        with pytest.raises(DecodeError, match="limit"):
            server.receive(b"")
    down = server.send(SAMPLES[1]) + server.send_error(-444)
    assert client.receive(down) == [Frame(SAMPLES[1])]
    with pytest.raises(TransportError):
        client.receive(b"")


@every_way
def test_the_limit_follows_the_connection(way: Way) -> None:
    client, _ = way.ends()
    server = ServerStream(secret=way.secret, limit=16, entropy=Patterned())
    server.limit = 128
    assert messages(server.receive(client.opening() + client.send(SAMPLES[0]))) == [SAMPLES[0]]
    assert server.limit == 128
    server.limit = 2048
    assert server.receive(client.send(encrypted(40))) == [Frame(encrypted(40))]
    server.limit = 128
    with pytest.raises(DecodeError, match="limit"):
        server.receive(client.send(encrypted(40))[:4])


@given(ways, st.lists(packets, min_size=1, max_size=3), st.integers(0, 2**16), st.integers(1, 255), cuts)
def test_damage_is_a_peer_error(
    way: Way, sent: list[bytes], place: int, flip: int, places: list[int]
) -> None:
    client, server = way.ends()
    up = bytearray(client.opening() + b"".join(client.send(packet) for packet in sent))
    up[place % len(up)] ^= flip
    try:
        received(server, pieces(bytes(up), places))
    except PeerError as error:
        assert same(server.broken, error)
        assert server.pending == 0


@given(st.binary(max_size=200), cuts)
def test_noise_is_a_peer_error(noise: bytes, places: list[int]) -> None:
    server = ServerStream(entropy=Patterned())
    try:
        received(server, pieces(noise, places))
    except PeerError as error:
        assert same(server.broken, error)
        assert server.pending == 0


@given(ways, st.binary(max_size=200), cuts)
def test_noise_from_a_server_is_a_peer_error(way: Way, noise: bytes, places: list[int]) -> None:
    client, _ = way.ends()
    try:
        received(client, pieces(noise, places))
    except PeerError as error:
        assert same(client.broken, error)
        assert client.pending == 0


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        ("ef", "abridged"),
        ("ef0a", "abridged"),
        ("eeeeeeee", "intermediate"),
        ("dddddddd", "padded"),
        ("2800000000000000", "full"),
        ("2800000001000000", "obfuscated"),
        ("eeeeeeef00000001", "obfuscated"),
        ("", None),
        ("ee", None),
        ("eeeeee", None),
        ("48454144"[:6], None),
        ("28000000000000", None),
    ],
)
def test_detect(start: str, kind: str | None) -> None:
    assert detect(bytes.fromhex(start)) == kind


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP"),
        (b"HEAD / HTTP/1.1\r\n", "HTTP"),
        (b"POST /api HTTP/1.1\r\n", "HTTP"),
        (b"OPTIONS * HTTP/1.1\r\n", "HTTP"),
        (bytes.fromhex("160301020001000" + "1fc0303"), "TLS"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "SSH"),
        (b"CONNECT localhost:443 HTTP/1.1\r\n", "a proxy"),
        (b"PROXY TCP4 127.0.0.1 127.0.0.1 4 5\r\n", "version 1"),
        (bytes.fromhex("0d0a0d0a000d0a515549540a"), "version 2"),
        *((bytes.fromhex(f"1603{minor:02x}00f8010000f40303") + bytes(8), "TLS") for minor in range(5)),
        (bytes.fromhex("1603010200010001fc0303"), "TLS"),
        (bytes.fromhex("16030302000100" + "01"), "TLS"),  # eight bytes are enough
    ],
)
def test_other_protocols_are_told_apart(start: bytes, what: str) -> None:
    for chunks in every_cut(start):
        server = ServerStream(entropy=Patterned())
        with pytest.raises(DecodeError, match=what) as caught:
            received(server, chunks)
        assert caught.value.where == "first bytes"
        assert same(server.broken, caught.value)
        with pytest.raises(DecodeError, match=what):
            server.receive(b"more")
        assert server.pending == 0


def test_four_ef_without_obfuscation_are_not_met_with_silence() -> None:
    for chunks in every_cut(b"\xef" * 4 + b"\x0a" + bytes(40)):
        with pytest.raises(DecodeError, match="one ef") as caught:
            received(ServerStream(entropy=Patterned()), chunks)
        assert caught.value.where == "first bytes"


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (bytes.fromhex("050100"), "SOCKS5"),
        (bytes.fromhex("05020002"), "SOCKS5"),
        (bytes.fromhex("0503000102"), "SOCKS5"),
        (bytes.fromhex("040101bb7f00000100"), "SOCKS4"),
        (bytes.fromhex("040101bb7f000001") + b"me\0", "SOCKS4"),
    ],
)
def test_a_request_for_a_proxy_is_named(start: bytes, what: str) -> None:
    """It waits for an answer after it: nothing else would ever come."""
    assert foreign(start) == what and foreign(start + b"more") == foreign(start[:-1]) == ""
    with pytest.raises(DecodeError, match=what):
        ServerStream(entropy=Patterned()).receive(start)


def test_headers_of_ours_are_taken_for_nothing_else() -> None:
    for number in range(2000):
        header = Patterned(str(number)).draw("header", 64)
        assert not foreign(header) or not header_allowed(header)


def test_an_unknown_tag_inside_a_header() -> None:
    client, server = Way("padded", True).ends()
    header = bytearray(client.opening())
    header[56] ^= 1
    assert server.receive(bytes(header[:63])) == []
    assert server.pending == 63
    with pytest.raises(DecodeError, match="framing"):
        server.receive(bytes(header[63:]))
    assert (server.framing, server.pending) == (None, 0)


def test_a_secret_lets_in_only_who_knows_it() -> None:
    obfuscated = [Way("intermediate", True), Way("padded", True, SECRET[::-1])]
    for other in [Way("intermediate"), Way("full"), *obfuscated]:
        client, _ = other.ends()
        server = ServerStream(secret=SECRET, entropy=Patterned())
        with pytest.raises(DecodeError):
            server.receive(client.opening() + client.send(SAMPLES[0]))
    client, _ = Way("intermediate", True, SECRET).ends()
    with pytest.raises(DecodeError):
        ServerStream(secret=b"\xdd" + SECRET, entropy=Patterned()).receive(client.opening())
    with pytest.raises(LocalError, match="secret"):
        ServerStream(secret=b"short", entropy=Patterned())


def test_what_does_not_go_together() -> None:
    entropy = Patterned()
    with pytest.raises(LocalError, match="framing"):
        ClientStream("tcp", entropy=entropy)
    with pytest.raises(LocalError, match="tag"):
        ClientStream("full", obfuscated=True, entropy=entropy)
    with pytest.raises(LocalError, match="obfuscation"):
        ClientStream("padded", secret=SECRET, entropy=entropy)
    with pytest.raises(LocalError):
        ClientStream("abridged", obfuscated=True, secret=b"\xdd" + SECRET, entropy=entropy)


def test_a_server_speaks_when_spoken_to() -> None:
    server = ServerStream(entropy=Patterned())
    with pytest.raises(LocalError, match="client"):
        server.send(SAMPLES[0])
    with pytest.raises(LocalError, match="client"):
        server.send_error(-404)
    with pytest.raises(LocalError, match="client"):
        server.send_quick_ack(TOKEN)
    assert server.receive(b"\xee\xee") == [] and server.pending == 2


@every_way
def test_a_connection_cut_anywhere_is_told(way: Way) -> None:
    client, _ = way.ends()
    opening, frame = client.opening(), client.send(SAMPLES[1])
    for cut in range(len(opening) + len(frame) + 1):
        server = ServerStream(secret=way.secret, entropy=Patterned())
        server.receive((opening + frame)[:cut])
        assert (server.pending == 0) == (cut in {0, len(opening), len(opening + frame)})


@pytest.mark.parametrize("code", [0, 404, -1000])
def test_an_error_that_no_client_would_see_is_not_sent(code: int) -> None:
    _, server = Way("abridged").joined()
    with pytest.raises(LocalError):
        server.send_error(code)


def test_dc_id_travels() -> None:
    for dc_id in (2, -2, 10002, -10002):
        client = ClientStream("abridged", obfuscated=True, dc_id=dc_id, entropy=Patterned())
        server = ServerStream(entropy=Patterned())
        server.receive(client.opening())
        assert client.obfuscation and server.obfuscation
        assert (client.obfuscation.dc_id, server.obfuscation.dc_id) == (dc_id, dc_id)
    assert ClientStream("abridged", dc_id=2, entropy=Patterned()).obfuscation is None


def test_the_same_packet_twice_is_not_the_same_bytes() -> None:
    client, server = Way("intermediate", True).joined()
    assert client.send(SAMPLES[0]) != client.send(SAMPLES[0])
    assert server.send(SAMPLES[0]) != server.send(SAMPLES[0])
    assert client.opening() == client.opening()


def test_an_error_that_is_kept_lets_its_connection_go() -> None:
    """Its traceback would hold every frame it came through, and the peer with its socket in one of them."""

    class Peer:
        """Somebody whose connection breaks."""

        def __init__(self) -> None:
            self.stream = ServerStream(entropy=Patterned())

        def hears(self, data: bytes) -> PeerError | None:
            try:
                self.stream.receive(data)
            except PeerError:
                return self.stream.broken
            return None

    for data in (b"GET / HTTP/1.1", b"\xee" * 4 + bytes(4), b"\xef" + bytes(1)):
        peer = Peer()
        gone, error = weakref.ref(peer), peer.hears(data)
        del peer
        assert error is not None and gone() is None, "without a garbage collection"


def test_lengths_longer_than_needed_and_wide_padding_are_read() -> None:
    server = ServerStream(entropy=Patterned())
    payload = bytes(range(40))
    frames = server.receive(b"\xef" + b"\x7f\x0a\0\0" + payload + b"\x0a" + payload + b"\x7f\x0a\0\0" + payload)
    assert [frame.payload for frame in frames] == [payload] * 3
    for padding in range(16):
        server = ServerStream(entropy=Patterned())
        packet = b"\1" * 24 + bytes(32)
        (frame,) = server.receive(b"\xdd" * 4 + (56 + padding).to_bytes(4, "little") + packet + b"\2" * padding)
        assert frame.payload == packet, "0 to 15 bytes of padding are read"


def test_the_limit_rises_on_both_sides_once_a_key_is_known() -> None:
    entropy = Patterned()
    client, server = (ClientStream("intermediate", entropy=entropy), ServerStream(entropy=entropy))
    large = bytes(LIMIT + 4)
    server.receive(client.opening())
    server.limit = client.limit = 2 * LIMIT
    assert server.receive(client.send(large))[0].payload == large
    assert client.receive(server.send(large))[0].payload == large
