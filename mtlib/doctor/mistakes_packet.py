"""The ways to seal the packet around the request wrongly: `PACKETS`, each the recipe that opens it."""

from __future__ import annotations

from collections.abc import Callable

from mtlib.crypto.aes import ige_decrypt
from mtlib.crypto.keys import V1, V2, AuthKey, msg_key_large_v2, msg_key_v1, msg_key_v2
from mtlib.doctor.hypothesis import CARRIED, SCHEDULE_V2, Hypothesis, Stage, at
from mtlib.errors import MtError
from mtlib.protocol.packets import HEADER, TO_CLIENT, TO_SERVER, open_packet

Unpack = Callable[[bytes, AuthKey], bytes | None]


def _v2(x: int) -> Unpack:
    def unpack(packet: bytes, key: AuthKey) -> bytes | None:
        try:
            return bytes(open_packet(packet, key, x))
        except MtError:
            return None

    return unpack


def _v1(packet: bytes, key: AuthKey) -> bytes | None:
    schedule = V1.run(TO_SERVER, auth_key=bytes(key), msg_key=packet[8:24])
    message = ige_decrypt(packet[24:], schedule.aes_key, schedule.aes_iv)
    return message if msg_key_v1(_unpadded(message)) == packet[8:24] else None


def _unpadded(message: bytes) -> bytes:
    return message[: HEADER + max(0, int.from_bytes(message[28:32], "little", signed=True))]


def _hash_without_padding(packet: bytes, key: AuthKey) -> bytes | None:
    schedule = V2.run(TO_SERVER, auth_key=bytes(key), msg_key=packet[8:24])
    message = ige_decrypt(packet[24:], schedule.aes_key, schedule.aes_iv)
    return message if msg_key_v2(key, _unpadded(message), TO_SERVER) == packet[8:24] else None


def _v1_schedule(packet: bytes, key: AuthKey) -> bytes | None:
    schedule = V1.run(TO_SERVER, auth_key=bytes(key), msg_key=packet[8:24])
    message = ige_decrypt(packet[24:], schedule.aes_key, schedule.aes_iv)
    return message if msg_key_v2(key, message, TO_SERVER) == packet[8:24] else None


def _hash_from_the_start(packet: bytes, key: AuthKey) -> bytes | None:
    schedule = V2.run(TO_SERVER, auth_key=bytes(key), msg_key=packet[8:24])
    message = ige_decrypt(packet[24:], schedule.aes_key, schedule.aes_iv)
    return message if msg_key_large_v2(key, message, TO_SERVER)[:16] == packet[8:24] else None


right_packet = _v2(TO_SERVER)
"""The message in a packet under this key by MTProto 2.0, or None."""

PACKETS: tuple[Hypothesis[Unpack], ...] = at(
    Stage.CARRIED,
    (
        "packet_by_mtproto_1",
        "The packet around the request is sealed by MTProto 1.0.",
        "Seal the packet by MTProto 2.0; only the binding message inside it is 1.0.",
        CARRIED,
        _v1,
    ),
    (
        "packet_direction_x_8",
        "The packet around the request is sealed as one from the data centre: x = 8.",
        "Use x = 0 for everything that travels to the data centre.",
        SCHEDULE_V2,
        _v2(TO_CLIENT),
    ),
    (
        "packet_msg_key_without_padding",
        "The msg_key of the packet leaves out the padding, as MTProto 1.0 did.",
        "Hash a piece of the key, the message and its padding: MTProto 2.0.",
        SCHEDULE_V2,
        _hash_without_padding,
    ),
)
RARER_PACKETS: tuple[Hypothesis[Unpack], ...] = at(
    Stage.CARRIED,
    (
        "packet_schedule_v1",
        "The packet has the msg_key of MTProto 2.0, and the key schedule of 1.0.",
        "Take aes_key and aes_iv of the packet from the schedule of MTProto 2.0, which uses SHA-256.",
        SCHEDULE_V2,
        _v1_schedule,
    ),
    (
        "packet_msg_key_first_half",
        "The msg_key of the packet is the first half of the hash.",
        "msg_key is the middle of it: SHA256(...)[8:24].",
        SCHEDULE_V2,
        _hash_from_the_start,
    ),
)
PACKET_CLOSED = Hypothesis(
    "packet_not_opened",
    Stage.CARRIED,
    "No key that is here opens the packet.",
    "Compare the first eight bytes with the ids of your keys; then the ladder of MTProto 2.0.",
    CARRIED,
    None,
)
