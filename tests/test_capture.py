"""Captures: any link, any order, gaps and all; opened as far as the keys go. The files are written by hand, here."""

from __future__ import annotations

import json
import os
import random
import re
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faulty_client import FaultyClient
from mtlib import AuthKey, LocalDC, connect
from mtlib.__main__ import main
from mtlib.clinic import capture
from mtlib.clinic.capture import LINKS, Capture, read_capture
from mtlib.clinic.listening import SEARCHED, Heard, Listener
from mtlib.clinic.reading import read_keys
from mtlib.errors import DecodeError, LocalError, MtError
from mtlib.wire.schema import SCHEMA
from patients import C
from wrong_client import key_id, swapped

HERE = Path(__file__).resolve().parent
Said = list[tuple[str, bytes]]
CLIENT, SERVER = ("127.0.0.1", 51000), ("127.0.0.1", 443)
SYN, ACK, FIN = 2, 16, 1

# -- Conversations, recorded by a relay that knows nothing


@contextmanager
def relay(dc: LocalDC, said: Said) -> Iterator[int]:
    """What passes between whoever dials this port and the data centre, in order."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as ends:

        def pour(source: socket.socket, target: socket.socket, speaker: str) -> None:
            while data := source.recv(4096):
                said.append((speaker, data))
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

        def serve() -> None:
            try:
                client = ends.enter_context(listener.accept()[0])
            except OSError:  # nobody came
                return
            server = ends.enter_context(socket.create_connection((dc.host, dc.port)))
            back = threading.Thread(target=pour, args=(server, client, "server"))
            back.start()
            pour(client, server, "client")
            back.join()

        thread = threading.Thread(target=serve, daemon=True)  # it waits for ever where nobody comes
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def recorded(framing: str, obfuscated: bool) -> tuple[Said, list[AuthKey], bytes]:
    """Both exchanges, a bind, a call: all that was said, the keys, and the forty bytes that were bound."""
    said: Said = []
    with LocalDC() as dc, relay(dc, said) as port:
        to = f"127.0.0.1:{port}"
        with connect(to, key=dc.public_key, dc_id=dc.dc_id, framing=framing, obfuscated=obfuscated) as client:
            assert client.bind()
            client.call("help.getNearestDc")
            assert client.perm_key is not None and client.binding is not None
            return said, [client.perm_key, client.temp_key], bytes(client.binding.inner)


@pytest.fixture(scope="module")
def spoken() -> tuple[Said, list[AuthKey], bytes]:
    return recorded("intermediate", False)


# -- A writer of captures


def segments(said: Said, size: int = 1400) -> list[tuple[str, int, int, bytes]]:
    """Speaker, sequence number, flags and data; the numbers of the client go over 2**32."""
    at = {"client": 2**32 - 300, "server": 77}
    made = [("client", at["client"], SYN, b""), ("server", at["server"], SYN | ACK, b"")]
    at = {speaker: number + 1 for speaker, number in at.items()}
    for speaker, data in said:
        for start in range(0, len(data), size):
            piece = data[start : start + size]
            made.append((speaker, at[speaker] % 2**32, ACK, piece))
            at[speaker] += len(piece)
    return [*made, ("client", at["client"] % 2**32, FIN | ACK, b"")]


def packets(made: list[tuple[str, int, int, bytes]], v6: bool = False) -> list[bytes]:
    out = []
    for speaker, seq, flags, data in made:
        ports = (CLIENT[1], SERVER[1]) if speaker == "client" else (SERVER[1], CLIENT[1])
        tcp = struct.pack(">HHIIBBHHH", *ports, seq, 0, 0x50, flags, 1024, 0, 0) + data
        if v6:
            out.append(struct.pack(">IHBB", 6 << 28, len(tcp), 6, 64) + (bytes(15) + b"\1") * 2 + tcp)
        else:
            ends = bytes((127, 0, 0, 1)) * 2
            out.append(struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0) + ends + tcp)
    return out


def pcap(records: list[bytes], link: int = 101, order: str = "<", magic: int = 0xA1B2C3D4) -> bytes:
    head = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    return head + b"".join(
        struct.pack(f"{order}IIII", 1_800_000_000 + n, n, len(each), len(each)) + each for n, each in enumerate(records)
    )


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    return struct.pack(f"{order}II", kind, len(body) + 12) + body + struct.pack(f"{order}I", len(body) + 12)


def section(*links: int, order: str = "<", options: bytes = b"") -> bytes:
    """The head of a pcapng file: a section, and an interface for each link."""
    out = block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1), order)
    return out + b"".join(block(1, struct.pack(f"{order}HHI", link, 0, 0) + options, order) for link in links)


def pcapng(records: list[bytes], link: int = 101) -> bytes:
    packed = (struct.pack("<IIIII", 0, 0, n, len(each), len(each)) + each for n, each in enumerate(records))
    return section(link) + b"".join(block(6, each) for each in packed)


ETHER = b"\2" * 12
LINK_HEADS: dict[str, tuple[int, Callable[[bool], bytes]]] = {
    "ethernet": (1, lambda v6: ETHER + (b"\x86\xdd" if v6 else b"\x08\x00")),
    "vlan": (1, lambda v6: ETHER + b"\x81\x00\x00\x07" + (b"\x86\xdd" if v6 else b"\x08\x00")),
    "null": (0, lambda v6: struct.pack("<I", 30 if v6 else 2)),
    "loop": (108, lambda v6: struct.pack(">I", 24 if v6 else 2)),
    "raw": (101, lambda v6: b""),
    "raw, by its other number": (12, lambda v6: b""),
    "cooked": (113, lambda v6: bytes(14) + (b"\x86\xdd" if v6 else b"\x08\x00")),
    "cooked, version 2": (276, lambda v6: (b"\x86\xdd" if v6 else b"\x08\x00") + bytes(18)),
}


def inner_of(capture: Capture) -> list[bytes]:
    """The forty bytes of each bind in it, as far as they could be opened."""
    found = []
    for cut in (each.dissection for connection in capture.connections for each in connection.heard):
        ends = [row.path for row in cut.rows() if row.path.endswith("/temp_session_id")] if cut else []
        for path in ends:
            assert cut is not None
            found.append(bytes(cut.find(path.rpartition("/")[0])))
    return found


def texts(capture: Capture) -> list[str]:
    return [each.text for connection in capture.connections for each in connection.heard]


def verdicts(capture: Capture) -> list[str]:
    return [each.diagnosis.name for connection in capture.connections for each in connection.heard if each.diagnosis]


def whole(capture: Capture, inner: bytes) -> None:
    """Everything was understood, down to the forty bytes."""
    assert len(capture.connections) == 1
    assert inner_of(capture) == [inner]
    assert verdicts(capture) == ["healthy"]
    said = " / ".join(texts(capture))
    for name in ("req_pq_multi", "resPQ", "req_DH_params", "server_DH_params_ok", "set_client_DH_params", "dh_gen_ok",
                 "auth.bindTempAuthKey", "rpc_result: boolTrue", "help.getNearestDc", "rpc_result: nearestDc"):
        assert name in said
    assert "missing" not in said and "no frame" not in said and "not at hand" not in said


# -- What must come out


@pytest.mark.parametrize("order", ["<", ">"])
def test_each_packet_has_the_link_of_its_own_interface(
    order: str, spoken: tuple[Said, list[AuthKey], bytes]
) -> None:
    """One conversation, captured by turns on raw IP, on Ethernet, and on a second section's loopback."""
    said, keys, inner = spoken
    nanoseconds = struct.pack(f"{order}HHB3xHH", 9, 1, 9, 0, 0)
    out = section(101, 1, order=order, options=nanoseconds)
    when = 1_800_000_000 * 10**9
    for n, each in enumerate(packets(segments(said))):
        number, raw = n % 2, LINK_HEADS["ethernet"][1](False) + each if n % 2 else each
        if n == 4:
            out += section(0, order=order, options=nanoseconds)
        if n >= 4:
            number, raw = 0, LINK_HEADS["null"][1](False) + each
        high, low = divmod(when + n, 2**32)
        out += block(5, bytes(8), order)  # statistics, which nobody reads
        out += block(6, struct.pack(f"{order}IIIII", number, high, low, len(raw), len(raw)) + raw, order)
    capture = read_capture(out, keys)
    whole(capture, inner)
    times = [each.at for connection in capture.connections for each in connection.heard if each.at is not None]
    assert all(abs(at - 1_800_000_000) < 1 for at in times)


def test_the_head_of_a_pcapng_file_is_looked_at() -> None:
    for data in (section(101)[:40], section() + bytes(9), section(147)):
        with pytest.raises(DecodeError):
            read_capture(data)


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_packets_of_an_old_pcapng_file_are_read(order: str, spoken: tuple[Said, list[AuthKey], bytes]) -> None:
    """Source: IETF draft-ietf-opsawg-pcapng, appendix A."""
    said, keys, inner = spoken
    head = section(101, order=order)
    blocks = (block(2, struct.pack(f"{order}HHIIII", 0, 7, 0, n, len(each), len(each)) + each, order)
              for n, each in enumerate(packets(segments(said))))  # fmt: skip
    whole(read_capture(head + b"".join(blocks), keys), inner)


def test_a_block_of_another_kind_is_passed_over(spoken: tuple[Said, list[AuthKey], bytes]) -> None:
    """The smallest that can be: its head and its end, and nothing between."""
    said, keys, inner = spoken
    file, head = pcapng(packets(segments(said))), section(101)
    whole(read_capture(head + block(0x0BAD, b"") + file[len(head) :], keys), inner)


@pytest.mark.parametrize("v6", [False, True], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("link", LINK_HEADS)
def test_every_link(link: str, v6: bool, spoken: tuple[Said, list[AuthKey], bytes]) -> None:
    said, keys, inner = spoken
    number, head = LINK_HEADS[link]
    records = [head(v6) + each for each in packets(segments(said), v6)]
    whole(read_capture(pcap(records, number), keys), inner)
    whole(read_capture(pcapng(records, number), keys), inner)
    assert number in {1, *LINKS}


@pytest.mark.parametrize(("order", "magic"), [(">", 0xA1B2C3D4), ("<", 0xA1B23C4D), (">", 0xA1B23C4D)])
def test_every_kind_of_file(order: str, magic: int, spoken: tuple[Said, list[AuthKey], bytes]) -> None:
    said, keys, inner = spoken
    whole(read_capture(pcap(packets(segments(said)), order=order, magic=magic), keys), inner)


@pytest.mark.parametrize("obfuscated", [False, True])
@pytest.mark.parametrize("framing", ["abridged", "intermediate", "padded", "full"])
def test_every_framing(framing: str, obfuscated: bool) -> None:
    if framing == "full" and obfuscated:
        with pytest.raises(LocalError):
            recorded(framing, obfuscated)
        return
    said, keys, inner = recorded(framing, obfuscated)
    capture = read_capture(pcap(packets(segments(said, 100))), keys)
    whole(capture, inner)
    assert f"the client speaks the {framing} framing{', obfuscated' if obfuscated else ''}" in texts(capture)


@pytest.mark.parametrize("seed", range(6))
def test_retransmitted_reordered_and_overlapping_segments(
    seed: int, spoken: tuple[Said, list[AuthKey], bytes]
) -> None:
    """The receiver's view does not change: each segment moves by a few places, some come twice, some come in another
    cut."""
    said, keys, inner = spoken
    dice = random.Random(seed)
    made = segments(said, dice.choice([7, 100, 1400]))
    for speaker, seq, flags, data in list(made):
        if data and dice.random() < 0.3:
            made.append((speaker, seq, flags, data))
        if len(data) > 4 and dice.random() < 0.3:
            made.append((speaker, (seq + 2) % 2**32, flags, data[2:-1]))
    places = {id(each): n for n, each in enumerate(made)}
    syns, rest = made[:2], made[2:]
    rest.sort(key=lambda each: places[id(each)] + dice.randrange(5))
    capture = read_capture(pcap(packets([*syns, *rest])), keys)
    assert inner_of(capture) == [inner]
    assert not any("missing" in text or "differ" in text for text in texts(capture))


def test_a_retransmission_with_other_bytes_is_said(spoken: tuple[Said, list[AuthKey], bytes]) -> None:
    said, keys, inner = spoken
    made = segments(said)
    speaker, seq, flags, data = made[3]
    made.insert(5, (speaker, seq, flags, bytes(len(data))))
    capture = read_capture(pcap(packets(made)), keys)
    assert inner_of(capture) == [inner]
    assert any("repeated bytes that differ" in text for text in texts(capture))


@pytest.mark.parametrize("obfuscated", [False, True])
@pytest.mark.parametrize("framing", ["abridged", "intermediate", "padded", "full"])
def test_behind_a_gap_it_goes_on(framing: str, obfuscated: bool) -> None:
    """A piece from the middle of the first exchange is lost on both sides; the bind is opened all the same."""
    if framing == "full" and obfuscated:
        return
    said, keys, inner = recorded(framing, obfuscated)
    made = segments(said, 50)
    lost = [[n for n, each in enumerate(made) if each[0] == who and each[3]][6] for who in ("client", "server")]
    capture = read_capture(pcap(packets([each for n, each in enumerate(made) if n not in lost])), keys)
    assert inner_of(capture) == [inner]
    assert verdicts(capture) == ["healthy"]
    told = texts(capture)
    assert "50 bytes of the client are missing; looking for a packet" in told
    assert "50 bytes of the server are missing; looking for a packet" in told
    assert f"a packet of the client is recognised, {framing} framing" in told


@pytest.mark.parametrize("framing", ["abridged", "intermediate", "padded", "full"])
def test_a_capture_that_begins_in_the_middle(framing: str) -> None:
    """No SYN, no first bytes: who dialled and what is spoken is found out by the packets under keys."""
    said, keys, inner = recorded(framing, False)
    made = segments(said, 200)
    capture = read_capture(pcap(packets(made[len(made) // 3 :])), keys)
    assert inner_of(capture) == [inner]
    assert capture.connections[0].client == CLIENT


def test_obfuscated_without_its_beginning_is_given_up() -> None:
    said, keys, _ = recorded("intermediate", True)
    capture = read_capture(pcap(packets(segments(said, 200)[6:])), keys)
    assert inner_of(capture) == []
    assert "without anything of MTProto" in " ".join(capture.notes)


def test_what_is_not_in_the_capture_is_said(spoken: tuple[Said, list[AuthKey], bytes]) -> None:
    said, keys, _ = spoken
    capture = read_capture(pcap(packets(segments(said))), [])
    assert inner_of(capture) == verdicts(capture) == []
    assert f"a packet under key {keys[1].id_bytes.hex()}, which is not at hand" in texts(capture)
    temp_only = read_capture(pcap(packets(segments(said))), keys[1:])
    assert verdicts(temp_only) == ["no_key"]
    bind = next(n for n, (_, data) in enumerate(said) if keys[1].id_bytes in data)
    cut_off = read_capture(pcap(packets(segments(said[: bind + 1]))), keys)
    assert any("no answer was heard" in text for text in texts(cut_off))


def test_other_connections_are_counted(spoken: tuple[Said, list[AuthKey], bytes]) -> None:
    said, keys, inner = spoken
    web = [each.replace(struct.pack(">H", CLIENT[1]), struct.pack(">H", 40000), 1)
           for each in packets(segments([("client", b"GET / HTTP/1.1\r\n\r\n"), ("server", b"HTTP/1.1 200 OK\r\n")]))]
    udp = struct.pack(">BBHHHBBH", 0x45, 0, 28, 1, 0, 64, 17, 0) + bytes(8) + struct.pack(">HHHH", 53, 53, 8, 0)
    capture = read_capture(pcap([*web, udp, b"\x45", b"", *packets(segments(said))]), keys)
    whole(capture, inner)
    assert capture.notes == ("3 packets that are no TCP, fragments, or damaged",
                             "1 TCP connections without anything of MTProto that could be recognised")


@pytest.mark.parametrize("records", [[], [b"\x45"]])
def test_a_capture_without_a_conversation_says_so(records: list[bytes]) -> None:
    assert str(read_capture(pcap(records))).splitlines()[0] == "No conversation in MTProto is in this capture."


def test_a_later_connection_of_the_same_ends_is_another(spoken: tuple[Said, list[AuthKey], bytes]) -> None:
    said, keys, inner = spoken
    again = [(who, (seq + 5000) % 2**32, flags, data) for who, seq, flags, data in segments(said)]
    capture = read_capture(pcap(packets([*segments(said), *again])), keys)
    assert inner_of(capture) == [inner, inner]
    assert len(capture.connections) == 2


def test_what_is_left_alone_of_a_long_capture_is_said(
    spoken: tuple[Said, list[AuthKey], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    said, keys, _ = spoken
    again = [(who, (seq + 5000) % 2**32, flags, data) for who, seq, flags, data in segments(said)]
    data = pcap(packets([*segments(said), *again]))
    size = len(read_capture(data, keys).connections[0].heard)
    for limit, sizes, note in (
        (size, [size], f"1 connections left alone, after {size} messages of others"),
        (size + 3, [size, 3], f"{size - 3} messages left alone, after {size + 3} others"),
    ):
        monkeypatch.setattr(capture, "THINGS", limit)
        found = read_capture(data, keys)
        assert ([len(each.heard) for each in found.connections], found.notes) == (sizes, (note,))


def test_what_the_server_said_is_kept_until_the_client_has_told_the_framing(
    spoken: tuple[Said, list[AuthKey], bytes]
) -> None:
    said, keys, _ = spoken
    of = {speaker: b"".join(data for who, data in said if who == speaker) for speaker in ("client", "server")}
    listener = Listener(keys)
    assert listener.hear("server", of["server"]) == []
    told = [each.text for each in listener.hear("client", of["client"])]
    assert told.index("set_client_DH_params, in the clear") < told.index("resPQ, in the clear")
    assert told[-1].startswith("rpc_result: nearestDc")
    assert listener.end() == []


@pytest.mark.parametrize("speaker", ["client", "server"])
def test_after_missing_bytes_no_frame_is_called_cut(
    speaker: Any, spoken: tuple[Said, list[AuthKey], bytes]
) -> None:
    listener = Listener(spoken[1])
    listener.hear("client", next(data for who, data in spoken[0] if who == "client"))
    listener.miss(speaker, 10)
    assert listener.end() == []


def test_a_wrong_client_is_explained() -> None:
    """By the permanent key that the request names, and by the one that opens the seal where it names none."""
    said: Said = []
    with (
        LocalDC() as dc,
        relay(dc, said) as port,
        FaultyClient("127.0.0.1", port, dc.public_key.to_pem()) as client,
    ):
        client.make_keys()
        client.bind(client.client(cipher=swapped))
        client.bind(client.client(request_perm=client.temp[:8], inner_perm=client.temp[:8]))
        client.bind(client.client())
    keys = [AuthKey(client.perm), AuthKey(client.temp)]
    first, second, third = verdicts(read_capture(pcap(packets(segments(said))), keys))
    assert (first, third) == ("iv_halves_swapped", "healthy")
    assert second not in ("healthy", "not_opened", "no_key")


def test_no_key_is_shown(spoken: tuple[Said, list[AuthKey], bytes]) -> None:
    said, keys, _ = spoken
    shown = str(read_capture(pcap(packets(segments(said))), keys)) + repr(read_capture(pcap([]), keys))
    for key in keys:
        digits = re.sub(r"\s", "", shown)
        assert not any(key.data[at : at + 8].hex() in digits for at in range(0, 248, 4))


# -- Hostile files


@given(st.one_of(st.binary(max_size=400), st.binary(max_size=400).map(lambda rest: b"\xd4\xc3\xb2\xa1" + rest)))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        assert isinstance(read_capture(data), Capture)
    except MtError as error:
        assert str(error)


@given(st.lists(st.binary(max_size=80), max_size=8), st.sampled_from([1, 0, 101, 108, 113, 276]), st.booleans())
def test_any_packets_are_passed_over(records: list[bytes], link: int, new: bool) -> None:
    assert isinstance(read_capture((pcapng if new else pcap)(records, link)), Capture)


STRAY = st.tuples(st.sampled_from(["client", "server"]), st.integers(0, 2**32 - 1) | st.integers(0, 300),
                  st.sampled_from([SYN, SYN | ACK, ACK, FIN]), st.binary(max_size=60))


@given(st.lists(STRAY, max_size=12), st.randoms(use_true_random=False))
def test_any_segments_between_the_right_ones(
    spoken: tuple[Said, list[AuthKey], bytes], stray: list[tuple[str, int, int, bytes]], dice: random.Random
) -> None:
    said, keys, _ = spoken
    made = segments(said)
    for each in stray:
        made.insert(dice.randrange(len(made)), each)
    capture = read_capture(pcap(packets(made)), keys)
    assert str(capture).replace("\n", "").isprintable()


@given(st.data())
def test_a_damaged_file(spoken: tuple[Said, list[AuthKey], bytes], data: st.DataObject) -> None:
    said, keys, _ = spoken
    file = bytearray((pcap if data.draw(st.booleans()) else pcapng)(packets(segments(said))))
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, len(file) - 1), st.integers(0, 255)), max_size=30)):
        file[at] = byte
    try:
        read_capture(bytes(file[: data.draw(st.integers(0, len(file)))]), keys)
    except MtError as error:
        assert str(error)


@pytest.mark.parametrize(
    "said",
    [
        [("client", b"\xee" * 4 + bytes(3 * SEARCHED))],
        [("client", b"\xef" + bytes(range(256)) * 16000)],
        [("client", b"\xee\xee\xee\xee\xff\xff\xff\x7f" + b"x" * 3_000_000), ("server", bytes(3_000_000))],
        [("server", b"y" * 4_000_000)],
    ],
    ids=["zeros", "short frames", "an endless frame", "a server alone"],
)
def test_large_hostile_streams_end_soon(said: Said) -> None:
    started = time.process_time()
    read_capture(pcap(packets(segments(said, 30_000))), [AuthKey(bytes(256))])
    assert time.process_time() - started < 20


def test_a_file_that_is_no_capture() -> None:
    with pytest.raises(DecodeError, match="no capture"):
        read_capture(b"nothing of the kind")
    with pytest.raises(DecodeError, match="a link that is not known"):
        read_capture(pcap([], 105))
    with pytest.raises(LocalError, match="no capture of a size"):
        read_capture(bytes((1 << 25) + 1))


def test_where_dpkt_is_not_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any) -> None:
    monkeypatch.setitem(sys.modules, "dpkt", None)
    (tmp_path / "x.pcap").write_bytes(pcap([]))
    assert main(["dissect", str(tmp_path / "x.pcap")]) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("mtlib: captures are read by dpkt, which is not installed") and errors.count("\n") == 1


def test_what_a_peer_says_is_printable() -> None:
    assert str(Heard("", 1.0, "red\x1b[31m\u202e")) == "1.000 --: red\\x1b[31m\\u202e"


@given(st.lists(st.tuples(st.sampled_from(["client", "server"]), st.binary(max_size=100), st.integers(0, 99))))
def test_a_listener_never_raises(said: list[tuple[Any, bytes, int]]) -> None:
    listener = Listener([AuthKey(bytes(256))])
    for speaker, data, missing in said:
        assert all(isinstance(each, Heard) for each in [*listener.hear(speaker, data),
                                                        *(listener.miss(speaker, missing) if missing > 90 else [])])
    listener.end()


def spoken_to(keys: list[AuthKey], *said: tuple[Any, bytes]) -> list[Heard]:
    """What is heard of packets in abridged frames."""
    listener = Listener(keys)
    heard = listener.hear("client", b"\xef")
    for speaker, packet in said:
        heard += listener.hear(speaker, bytes([len(packet) // 4]) + packet)
    return heard


def test_an_error_of_the_transport_is_the_servers_word() -> None:
    heard = spoken_to([AuthKey(C.temp)], ("client", C.packet()), ("server", struct.pack("<i", -404)))
    assert [(each.speaker, "-404" in each.text) for each in heard[-2:-1]] == [("server", True)]


@pytest.mark.parametrize(("speaker", "verdicts"), [("client", 1), ("server", 0)])
def test_only_what_a_client_says_waits_for_an_answer(speaker: str, verdicts: int) -> None:
    """A packet that does not open may have been a bind, if the client sent it."""
    closed = key_id(C.temp) + bytes(16 + 96)
    heard = spoken_to([AuthKey(C.temp)], (speaker, closed), ("server", struct.pack("<i", -404)))
    assert sum(each.diagnosis is not None for each in heard) == verdicts


@pytest.mark.parametrize("count", [8, 9])
def test_eight_messages_of_a_container_are_named(count: int) -> None:
    ping = bytes(SCHEMA["ping"].build(ping_id=1))
    messages = b"".join(struct.pack("<qii", C.msg_id - 4 * at - 4, 1, len(ping)) + ping for at in range(count))
    body = bytes.fromhex("dcf8f173") + struct.pack("<i", count) + messages
    heard = spoken_to([AuthKey(C.temp)], ("client", C.packet(message=C.message(body))))[-1]
    assert heard.text.count("ping") == 8 and ("..." in heard.text) == (count > 8)


# -- The key log, and the command


def key_log(keys: list[AuthKey]) -> str:
    return "# id key\n" + "".join(f"{key.id_bytes.hex()} {bytes(key).hex()}\n" for key in keys)


def test_a_key_log_is_read(spoken: tuple[Said, list[AuthKey], bytes]) -> None:
    keys = spoken[1]
    assert read_keys(key_log(keys)) == keys
    first, second = (key_log([key]).splitlines()[1] for key in keys)
    with pytest.raises(LocalError, match=r"^line 2: the id in front is not that of the key behind it$"):
        read_keys(f"{first}\n{first[:16]} {second[17:]}\n")


def test_the_command(
    spoken: tuple[Said, list[AuthKey], bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said, keys, inner = spoken
    (tmp_path / "keys").write_text(key_log(keys))
    (tmp_path / "capture.pcap").write_bytes(pcap(packets(segments(said))))
    assert main(["dissect", str(tmp_path / "capture.pcap"), "--keys", str(tmp_path / "keys")]) == 0
    shown, errors = capsys.readouterr()
    assert errors == ""
    assert "== 127.0.0.1:51000 -> 127.0.0.1:443" in shown
    assert "temp_session_id" in shown and "[healthy]" in shown
    assert inner[4:12].hex(" ") in shown


# -- A capture made by the kernel

SCENE = """
import json, socket, sys, threading
from mtlib import LocalDC, connect

tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
tap.bind(("lo", 0))
records, over = [], threading.Event()

def record():
    tap.settimeout(0.3)
    while True:
        try:
            data, address = tap.recvfrom(1 << 17)
        except TimeoutError:
            if over.is_set():
                return
            continue
        if address[2] != 4:  # PACKET_OUTGOING: on loopback everything is seen going and coming
            records.append(data)

thread = threading.Thread(target=record)
thread.start()
with LocalDC() as dc, connect(dc) as client:
    bound = client.bind()
    told = {"keys": [bytes(key).hex() for key in (client.perm_key, client.temp_key)], "bound": bound,
            "inner": bytes(client.binding.inner).hex()}
over.set()
thread.join()
print(json.dumps(told | {"records": [each.hex() for each in records]}))
"""


def test_a_bind_recorded_through_a_raw_socket() -> None:
    """In a network namespace that has loopback and nothing else. It takes root to make one with raw sockets."""
    if os.geteuid() != 0 or not sys.platform.startswith("linux"):
        pytest.skip("a raw socket takes root, on Linux")
    command = ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$0" -c "$1"', sys.executable, SCENE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=HERE.parent, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    keys = read_keys(key_log([AuthKey(bytes.fromhex(key)) for key in told["keys"]]))
    capture = read_capture(pcap([bytes.fromhex(each) for each in told["records"]], link=1), keys)
    assert told["bound"] is True
    assert inner_of(capture) == [bytes.fromhex(told["inner"])]
    assert verdicts(capture) == ["healthy"]
