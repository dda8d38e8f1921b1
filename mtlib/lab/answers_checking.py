"""The exercises of lesson 17: three checks of a data centre, written by the reader."""

from __future__ import annotations

from itertools import pairwise

from mtlib.crypto.kdf import msg_key_v1
from mtlib.lab.examining import Inputs, Task
from mtlib.lab.scenes import Scene, scenes
from mtlib.ladder.rung import mistake
from mtlib.ladder.wrong_turns import sha1
from mtlib.wire.tl import SIMPLE

INT = SIMPLE["int"].pack


def _signed(data: bytes) -> int:
    return int.from_bytes(data, "little", signed=True)


def _unsigned(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _nonces(seed: str) -> Inputs:
    """Each request with its own envelope, with another one's, and with one bit of the nonce flipped at either end."""
    all_of = scenes(seed)
    return (
        *((scene["request"], scene["envelope"]) for scene in all_of),
        *((here["request"], there["envelope"]) for here, there in pairwise(all_of)),
        *((scene["request"], _flipped(scene["envelope"], at)) for scene in all_of[:2] for at in (36, 43)),
        *((_flipped(scene["request"], at), scene["envelope"]) for scene in all_of[:2] for at in (12, 19)),
    )


SAME_NONCE = Task(
    "same_nonce", 17, ("request", "envelope"), "bool",
    "Does the nonce behind the seal equal the one in the request? `request` is the call, 132 bytes; `envelope` the "
    "opened 72 bytes. True or False.",
    lambda request, envelope: request[12:20] == envelope[36:44], _nonces,
    (
        mistake("compared_with_itself", "This says True to every request: one side is compared with itself.",
                lambda request, envelope: True),
        mistake("different_signs",
                "Two ints of different sign are never equal: one nonce was read signed, the other unsigned.",
                lambda request, envelope: _signed(request[12:20]) == _unsigned(envelope[36:44])),
        mistake("four_bytes_only", "The nonce is 8 bytes; you compare 4 of them.",
                lambda request, envelope: request[12:16] == envelope[36:40],
                lambda request, envelope: request[16:20] == envelope[40:44]),
        mistake("constructor_forgotten",
                "You read 4 bytes too early: a constructor stands in front, in the request and in the inner object.",
                lambda request, envelope: request[12:20] == envelope[32:40],
                lambda request, envelope: request[8:16] == envelope[36:44]),
    ),
    (
        "In the request stand constructor and perm_auth_key_id in front of the nonce.",
        "In the envelope stand 32 bytes of header and the constructor in front of it.",
    ),
)

CHANNEL = (("temp_auth_key_id", 44, 0), ("temp_session_id", 60, 32), ("msg_id", 16, 40))
"""Name, where it stands in the envelope, and where outside: in key id + padding + message, put one behind the other."""


def _outside(packet: bytes, message: bytes) -> bytes:
    return packet[:8] + bytes(16) + message


def _channel(packet: bytes, message: bytes, envelope: bytes) -> list[str]:
    around = _outside(packet, message)
    return [name for name, inside, at in CHANNEL if envelope[inside : inside + 8] != around[at : at + 8]]


def _signs_mixed(packet: bytes, message: bytes, envelope: bytes) -> list[str]:
    around = _outside(packet, message)
    return [
        name for name, inside, at in CHANNEL
        if _signed(envelope[inside : inside + 8]) != _unsigned(around[at : at + 8])
    ]


def _channels(seed: str) -> Inputs:
    """Each binding in its own channel; then one value after the other of another channel; then all three."""
    all_of = scenes(seed)
    good = [(scene["packet"], scene["message"], scene["envelope"]) for scene in all_of]
    here, there = all_of[2], all_of[3]
    packet, message, envelope = good[2]
    session = message[:8] + there["message"][8:16] + message[16:]
    msg_id = message[:16] + there["message"][16:24] + message[24:]
    return (
        *good,
        (there["packet"], message, envelope),
        (packet, session, envelope),
        (packet, msg_id, envelope),
        (packet, there["message"], envelope),
        (there["packet"], msg_id, envelope),
        (there["packet"], there["message"], here["envelope"]),
    )


SAME_CHANNEL = Task(
    "same_channel", 17, ("packet", "message", "envelope"), "list of names",
    "What ties the seal to the channel it came through: the list of those among \"temp_auth_key_id\", "
    "\"temp_session_id\" and \"msg_id\", in this order, that are not the same inside and outside. `packet` is what "
    "travelled, `message` what it holds, opened, `envelope` the opened seal. An empty list: all is well.",
    lambda packet, message, envelope: tuple(_channel(packet, message, envelope)), _channels,
    (
        mistake("header_with_itself",
                "msg_id is compared with itself: the envelope's copy belongs beside the msg_id of the message outside.",
                lambda p, m, e: tuple(name for name in _channel(p, m, e) if name != "msg_id")),
        mistake("different_signs",
                "Two ints of different sign are never equal: read both sides signed, or compare the bytes.",
                lambda p, m, e: tuple(_signs_mixed(p, m, e))),
        mistake("first_failure_only",
                "You return at the first failure. Look at all of them: who measures the time learns which one it was.",
                lambda p, m, e: tuple(_channel(p, m, e)[:1])),
        mistake("nothing_compared", "This finds nothing wrong anywhere: each value is compared with itself.",
                lambda p, m, e: ()),
        mistake("equal_ones_listed", "These are the names that agree; the ones that differ are wanted.",
                lambda p, m, e: tuple(name for name, *_ in CHANNEL if name not in _channel(p, m, e))),
    ),
    (
        "Outside: packet[0:8] names the key, message[8:16] the session, message[16:24] is the msg_id.",
        "Inside: envelope[44:52], envelope[60:68], envelope[16:24].",
        "Collect the names in a list, and return it at the end.",
    ),
)


def _lengths(seed: str) -> Inputs:
    """Sound envelopes, some with a flipped bit, and envelopes of another length whose msg_key fits that length."""
    sound = [(scene["plaintext"], scene["msg_key"]) for scene in scenes(seed)]
    return (*sound, *(each for scene in scenes(seed)[:2] for each in _unsound(scene)))


def _unsound(scene: Scene) -> Inputs:
    plaintext, msg_key = scene["plaintext"], scene["msg_key"]
    relengthened = [plaintext[:28] + INT(length) + plaintext[32:] for length in (32, 36, 44, 48)]
    return (
        *((_flipped(plaintext, at), msg_key) for at in (0, 20, 36, 71)),
        (_flipped(plaintext, 75), msg_key),
        (plaintext, _flipped(msg_key, 0)),
        (plaintext, sha1(plaintext)[4:20]),
        *((each, sha1(each[: 32 + _signed(each[28:32])])[4:20]) for each in relengthened),
        *((each, sha1(each[:72])[4:20]) for each in relengthened),
    )


def _length(plaintext: bytes) -> int:
    return _signed(plaintext[28:32])


PADDING_RULE = Task(
    "padding_rule", 17, ("plaintext", "msg_key"), "bool",
    "Is this an untouched binding message? Its length field says 40, so that 8 bytes of padding are left, and msg_key "
    "is the hash of the other 72. `plaintext` is the 80 bytes that AES gave. True or False.",
    lambda plaintext, msg_key: _length(plaintext) == 40 and msg_key_v1(plaintext[:72]) == msg_key, _lengths,
    (
        mistake("hashes_what_length_says",
                "You hash as many bytes as the length field says, and it is the sender who wrote it. The size is a "
                "constant: 72.",
                lambda p, m: msg_key_v1(p[: 32 + _length(p)]) == m,
                lambda p, m: 0 <= 48 - _length(p) <= 15 and msg_key_v1(p[: 32 + _length(p)]) == m),
        mistake("length_unchecked", "The hash is right, but nobody looks at the length field: it has to say 40.",
                lambda p, m: msg_key_v1(p[:72]) == m,
                lambda p, m: 0 <= 48 - _length(p) <= 15 and msg_key_v1(p[:72]) == m),
        mistake("hash_unchecked", "The length is right; nobody compares msg_key, and there is no other integrity.",
                lambda p, m: _length(p) == 40),
        mistake("padding_hashed", "You hashed the padding too; MTProto 1.0 stops before it.",
                lambda p, m: _length(p) == 40 and msg_key_v1(p) == m),
        mistake("padding_of_v2", "12 to 1024 bytes of padding are the rule of MTProto 2.0; here 8 are left, always.",
                lambda p, m: 12 <= 48 - _length(p) <= 1024 and msg_key_v1(p[:72]) == m),
    ),
    (
        "The length stands in plaintext[28:32], low byte first.",
        "All parts of a binding have constant sizes. Trust no number from inside before the hash has said so.",
    ),
)

CHECKING = (SAME_NONCE, SAME_CHANNEL, PADDING_RULE)
