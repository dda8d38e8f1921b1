"""Reading conversations from a file of captured packets: pcap and pcapng, IPv4 and IPv6, TCP put together again.

An optional package, dpkt, reads the file and the headers of its packets. Notes count the packets that cannot be read.
Notes also name what a capture lacks: a gap in a connection is passed on to the listener (see `listening`).

Source of the link types: www.tcpdump.org/linktypes.html. Of TCP: RFC 9293, sections 3.4 and 3.10.
"""

from __future__ import annotations

import heapq
import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from mtlib.crypto.keys import AuthKey
from mtlib.errors import DecodeError, LocalError

if TYPE_CHECKING:
    from mtlib.clinic.listening import Heard, Listener

LARGEST_CAPTURE = 1 << 25
"""The size of the largest file that is read, in bytes."""
PACKETS = 200_000
"""The most packets of one file that are read."""
THINGS = 20_000
"""The most messages and remarks of one file that are kept."""
MAGIC = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a")
"""First bytes of such files: pcap in either byte order, in microseconds or nanoseconds, and pcapng."""
LINKS = {0: 4, 12: 0, 14: 0, 101: 0, 108: 4, 113: 16, 228: 0, 229: 0, 276: 20}
"""Bytes before the IP header, by link type: BSD loopback, raw IP, Linux cooked. Not Ethernet (1): it may have VLANs."""
ETHERNET = 1
SECTION, INTERFACE, OLD_PACKET, SIMPLE_PACKET, ENHANCED_PACKET, CLOCK = MAGIC[-1], 1, 2, 3, 6, 9
"""Block types of a pcapng file; CLOCK is the option of an interface that gives the unit of its clock."""

Record = tuple[int, float, bytes]
"""A packet of a file: its link type, when it was captured, its bytes."""

End = tuple[str, int]


class Segment(NamedTuple):
    """A TCP segment: its packet's number in the file, its time, its source and target, its place in the stream."""

    number: int
    at: float
    source: End
    target: End
    seq: int
    syn: bool
    ack: bool
    data: bytes


class Stretch(NamedTuple):
    """Bytes of one direction, in order; if `data` is empty, how many bytes are missing here."""

    number: int
    at: float
    speaker: Literal["client", "server"]
    data: bytes
    missing: int = 0
    contradicted: bool = False


@dataclass(frozen=True)
class CapturedConnection:
    """One TCP connection that speaks MTProto: its two ends, and all that was heard."""

    client: End
    server: End
    heard: tuple[Heard, ...] = field(repr=False)

    def __str__(self) -> str:
        return "\n".join([f"== {_shown(self.client)} -> {_shown(self.server)}", *map(str, self.heard)])


@dataclass(frozen=True)
class Capture:
    """The content of a file: the connections in the order of their first packets, and notes about all the rest."""

    connections: tuple[CapturedConnection, ...]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        found = [*map(str, self.connections)] or ["No conversation in MTProto is in this capture."]
        return "\n\n".join([*found, *(["\n".join(self.notes)] if self.notes else [])])


def is_capture(data: bytes) -> bool:
    """Whether these bytes begin like a file of captured packets."""
    return data[:4] in MAGIC


def read_capture(data: bytes, keys: Iterable[AuthKey] = ()) -> Capture:
    """The conversations in a capture, with the doctor's verdict on each bind; every packet that `keys` open is opened.

    Raises LocalError if dpkt is not installed or the file is too large, DecodeError for a file that is no capture.
    """
    if not isinstance(data, bytes) or len(data) > LARGEST_CAPTURE:
        raise LocalError("no capture of a size that is looked at", expected=f"{LARGEST_CAPTURE} bytes at most")
    notes: Counter[str] = Counter()
    found: list[CapturedConnection] = []
    left, known = THINGS, list(keys)
    for flow in _flows(_segments(data, notes)):
        connection = _converse(flow, known)
        if connection is None:
            notes["TCP connections without anything of MTProto that could be recognised"] += 1
        elif left <= 0:
            notes[f"connections left alone, after {THINGS} messages of others"] += 1
        else:
            found.append(CapturedConnection(connection.client, connection.server, connection.heard[:left]))
            notes[f"messages left alone, after {THINGS} others"] += max(0, len(connection.heard) - left)
            left -= len(connection.heard)
    return Capture(tuple(found), tuple(f"{count} {what}" for what, count in notes.items() if count))


# -- The file becomes segments ------------------------------------------------------------------------------------


def _segments(data: bytes, notes: Counter[str]) -> Iterator[Segment]:
    """The TCP segments in a file. dpkt may raise any error for a damaged packet; only that packet is then lost."""
    try:
        import dpkt
    except ImportError:
        raise LocalError("captures are read by dpkt, which is not installed",
                         expected='pip install dpkt, or this package with its extra "tools"') from None
    if not is_capture(data):
        raise DecodeError("no capture", got=data[:4], expected="pcap or pcapng", where="byte 0")
    records = _blocks(data) if data[:4] == SECTION else _pcap(dpkt, data)
    for number in range(PACKETS):
        try:
            link, at, raw = next(records)
        except StopIteration:
            return
        except DecodeError:
            raise
        except Exception:
            notes["damaged record, with which the file ends here"] += 1
            return
        try:
            segment = _segment(dpkt, number, at, raw, link, notes)
        except Exception:
            segment = None
        if segment is None:
            notes["packets that are no TCP, fragments, or damaged"] += 1
        else:
            yield segment
    notes[f"packets were looked at, and no more; {PACKETS} is the limit"] += PACKETS


def _pcap(dpkt: Any, data: bytes) -> Iterator[Record]:
    try:
        reader = dpkt.pcap.Reader(BytesIO(data))
        link = reader.datalink()
    except Exception as error:
        raise DecodeError("a capture whose head is damaged", got=type(error).__name__, where="byte 0") from None
    _known_link(link)
    for at, raw in reader:
        yield link, float(at), raw


def _blocks(data: bytes) -> Iterator[Record]:
    """The packets of a pcapng file, each with the link type of its own interface; dpkt knows only the first interface.

    Source: IETF draft-ietf-opsawg-pcapng, sections 3 and 4.
    """
    at, order, interfaces = 0, "<", list[tuple[int, float]]()
    while at < len(data):
        if data[at : at + 4] == SECTION:
            order, interfaces = "<" if data[at + 8 : at + 12] == b"\x4d\x3c\x2b\x1a" else ">", []
        kind, size = struct.unpack_from(f"{order}II", data, at) if at + 12 <= len(data) else (0, 0)
        if size < 12 or at + size > len(data):
            if not interfaces:
                raise DecodeError("a capture whose head is damaged", got=f"a block of {size} bytes", where=f"byte {at}")
            raise ValueError("a block is cut off")
        body = data[at + 8 : at + size - 4]
        if kind == INTERFACE:
            (link,) = struct.unpack_from(f"{order}H", body)
            interfaces.append((link, _ticks(body[8:], order)))
            if len(interfaces) == 1:
                _known_link(link)
        elif kind in (OLD_PACKET, ENHANCED_PACKET):  # in the old one a short number, then the drop count
            head = "H2xIII" if kind == OLD_PACKET else "IIII"
            interface, high, low, length = struct.unpack_from(f"{order}{head}", body)
            link, ticks = interfaces[interface]
            yield link, (high << 32 | low) / ticks, body[20 : 20 + length]
        elif kind == SIMPLE_PACKET:
            yield interfaces[0][0], 0.0, body[4:]
        at += size


def _ticks(options: bytes, order: str) -> float:
    """How many units of an interface's clock are a second: a million, unless the option if_tsresol says otherwise."""
    at = 0
    while at + 4 <= len(options):
        code, size = struct.unpack_from(f"{order}HH", options, at)
        if code == CLOCK and size == 1:
            power = options[at + 4]
            return float(2 ** (power & 127) if power & 128 else 10**power)
        at += 4 + size + -size % 4
    return 1e6


def _known_link(link: int) -> None:
    if link != ETHERNET and link not in LINKS:
        raise DecodeError("a capture of a link that is not known here", got=link,
                          expected="Ethernet, loopback, raw IP, or Linux cooked")


def _segment(dpkt: Any, number: int, at: float, raw: bytes, link: int, notes: Counter[str]) -> Segment | None:
    if link == ETHERNET:
        packet = dpkt.ethernet.Ethernet(raw).data
    else:
        packet = raw[LINKS[link] :]
        packet = {4: dpkt.ip.IP, 6: dpkt.ip6.IP6}[packet[0] >> 4](packet)
    tcp = packet.data
    if not isinstance(tcp, dpkt.tcp.TCP) or getattr(packet, "mf", False) or 44 in getattr(packet, "extension_hdrs", {}):
        return None  # an IP fragment: its bytes count as missing
    notes["packets were cut short when they were captured: a larger snaplen keeps them whole"] += (
        packet.len if packet.v == 4 else packet.plen + 40) > len(bytes(packet))
    source, target = (str(ip_address(bytes(each))) for each in (packet.src, packet.dst))
    return Segment(number, at, (source, tcp.sport), (target, tcp.dport), tcp.seq, bool(tcp.flags & dpkt.tcp.TH_SYN),
                   bool(tcp.flags & dpkt.tcp.TH_ACK), bytes(tcp.data))


# -- Segments become connections ----------------------------------------------------------------------------------


class Flow:
    """The segments between two ends, from one SYN to the next. `first` is the sequence number of each end's first
    byte, if its SYN was captured."""

    def __init__(self) -> None:
        self.segments: dict[End, list[Segment]] = {}
        self.first: dict[End, int] = {}
        self.client: End | None = None
        self.ends: tuple[End, ...] = ()

    def add(self, segment: Segment) -> None:
        self.ends = self.ends or (segment.source, segment.target)
        if segment.syn:
            self.first[segment.source] = (segment.seq + 1) % 2**32
            self.client = segment.target if segment.ack else segment.source
            segment = segment._replace(seq=(segment.seq + 1) % 2**32)
        if segment.data:
            self.segments.setdefault(segment.source, []).append(segment)

    def starts_anew(self, segment: Segment) -> bool:
        """Whether this is the first segment of a later connection between the same ends."""
        again = self.first.get(segment.source) == (segment.seq + 1) % 2**32
        return segment.syn and not segment.ack and not again and bool(self.first or self.segments)


def _flows(segments: Iterable[Segment]) -> list[Flow]:
    flows: list[Flow] = []
    present: dict[frozenset[End], Flow] = {}
    for segment in segments:
        ends = frozenset((segment.source, segment.target))
        flow = present.get(ends)
        if len(ends) == 2 and (flow is None or flow.starts_anew(segment)):
            flow = present[ends] = Flow()
            flows.append(flow)
        if flow is not None:
            flow.add(segment)
    return [flow for flow in flows if flow.segments]


def in_order(segments: Iterable[Segment], first: int | None, speaker: Literal["client", "server"]) -> Iterator[Stretch]:
    """One direction as its receiver read it: retransmissions once, reordered segments in their places, gaps marked.

    If bytes came twice, the copy counts whose segment begins earlier in the stream.
    """
    placed, last, base = [], 0, first
    for segment in segments:
        base = segment.seq if base is None else base
        last += (segment.seq - base - last + 2**31) % 2**32 - 2**31  # sequence numbers begin again after 2**32
        placed.append((last, segment.number, segment))
    placed.sort(key=lambda each: each[:2])
    position = 0 if first is not None else min((offset for offset, _, _ in placed), default=0)
    run, number, at = bytearray(), 0, 0.0
    for offset, _, segment in placed:
        number, at = max((number, at), (segment.number, segment.at))
        seen = max(0, position - offset)
        if offset > position:
            yield Stretch(number, at, speaker, b"", missing=offset - position)
            run.clear()
        again = min(seen, len(segment.data), len(run))
        start = len(run) - seen
        other = again > 0 and start >= 0 and run[start : start + again] != segment.data[:again]
        if seen < len(segment.data) or other:
            yield Stretch(number, at, speaker, segment.data[seen:], contradicted=other)
            run += segment.data[seen:]
        position = max(position, offset + len(segment.data))


# -- Connections become conversations -----------------------------------------------------------------------------


def _converse(flow: Flow, keys: list[AuthKey]) -> CapturedConnection | None:
    """The connection in a flow. If no SYN shows which end is the client, both are tried, the higher port first."""
    first, second = sorted(flow.ends, key=lambda end: end[1], reverse=True)
    clients = [flow.client] if flow.client else [first, second]
    tried = [_listen(flow, client, first if client == second else second, keys) for client in clients]
    listener, connection = max(tried, key=lambda each: (each[0].opened, each[0].packets))
    return connection if listener.packets or listener.framing else None


def _listen(flow: Flow, client: End, server: End, keys: list[AuthKey]) -> tuple[Listener, CapturedConnection]:
    from mtlib.clinic.listening import Heard, Listener  # late: it loads the doctor, which `is_capture` does not need

    listener = Listener(keys, begun=client in flow.first)
    ways = (in_order(flow.segments.get(client, ()), flow.first.get(client), "client"),
            in_order(flow.segments.get(server, ()), flow.first.get(server), "server"))
    heard: list[Heard] = []
    at = None
    for stretch in heapq.merge(*ways, key=lambda each: each.number):
        at = stretch.at
        if stretch.contradicted:
            heard.append(Heard("", at, f"the {stretch.speaker} repeated bytes that differ from those it sent before"))
        heard += listener.miss(stretch.speaker, stretch.missing, at) if stretch.missing else []
        heard += listener.hear(stretch.speaker, stretch.data, at) if stretch.data else []
        if len(heard) > THINGS:
            break
    heard += listener.end(at)
    return listener, CapturedConnection(client, server, tuple(heard))


def _shown(end: End) -> str:
    return f"[{end[0]}]:{end[1]}" if ":" in end[0] else f"{end[0]}:{end[1]}"
