"""Streams with a whole packet in a wrong frame. The packet is found by the key id that it begins with.

Source: core.telegram.org/mtproto/mtproto-transports.
"""

from __future__ import annotations

from mtlib.clinic.diagnosis import Evidence, Finding
from mtlib.clinic.opening import open_packet, packet_hash, places_of, said
from mtlib.clinic.patient import GivenKey, Patient
from mtlib.crypto.aes import BLOCK
from mtlib.crypto.entropy import Patterned
from mtlib.protocol.packets import FRONT, HEADER
from mtlib.transport.framing import FRAMINGS

LONGEST = 12
"""The most bytes before the packet in a first frame: its head, its tag, and the tag of another framing."""


def out_of_a_wrong_frame(
    stream: bytes, patient: Patient, looked_for: tuple[bytes, ...]
) -> tuple[bytes, Finding] | None:
    """The first packet in these bytes that a key opens and whose frame is wrong, with the finding about the frame. None
    if there is no such packet."""
    for given in patient.keys:
        for begins in places_of(given.key.id_bytes, stream):
            packet = _packet_at(stream[begins:], given, looked_for)
            finding = _frame_of(stream, begins, packet) if packet else None
            if packet and finding:
                return packet, finding
    return None


def _packet_at(data: bytes, given: GivenKey, looked_for: tuple[bytes, ...]) -> bytes | None:
    """The packet at the start of these bytes: as long as its msg_key says, or else up to their end."""
    opened = open_packet(data, given, looked_for)
    if opened is None:
        return None
    message = opened[0]
    for size in range(len(message), HEADER, -BLOCK):
        if packet_hash(message[:size], given.key.data, data[8:FRONT]) == ():
            return data[: FRONT + size]
    return data[: FRONT + len(message)]


def _frame_of(stream: bytes, begins: int, packet: bytes) -> Finding | None:
    """The difference between the frame and a right one of the framing that the first bytes announce; None if none."""
    name = next((name for name, kind in FRAMINGS.items() if kind.tag and stream.startswith(kind.tag)), "full")
    tag = FRAMINGS[name].tag
    framing = FRAMINGS[name]("client", entropy=Patterned("doctor"))
    if name == "full" and begins >= 8:
        framing.sent = int.from_bytes(stream[begins - 4 : begins], "little")
    made = framing.wrap(packet)
    size = made.index(packet)
    head, tail = made[:size], made[size + len(packet) :]
    if name == "padded":  # its padding is not known: any of up to 15 bytes is allowed
        behind = len(stream) - begins - len(packet)
        head, tail = (len(packet) + (behind if behind <= FRAMINGS[name].slack else 0)).to_bytes(4, "little"), b""
    first = begins <= LONGEST
    start = 0 if first else begins - len(head)
    expected, got = (tag if first else b"") + head, stream[start:begins]
    if got != expected:
        more = f"The first bytes say {name}."
        if name != "full" and got[len(tag) :] == FRAMINGS["full"]("client").wrap(packet)[:8]:
            more += " What follows is a frame of full framing, which has no tag."
        return said("frame_wrong", more, Evidence("stream/frame", start, len(got), got or "nothing", expected))
    after = begins + len(packet)
    if tail and stream[after : after + len(tail)] != tail:
        crc = Evidence("stream/crc", after, len(tail), stream[after : after + len(tail)], tail)
        return said("frame_wrong", "Its CRC32 is not that of the bytes before it.", crc)
    return None
