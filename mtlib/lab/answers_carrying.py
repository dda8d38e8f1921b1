"""The exercises of lesson 16: the request, and the packet of the temporary key around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mtlib.lab.examining import Task
from mtlib.lab.scenes import picked
from mtlib.ladder import rungs_carried as carried
from mtlib.ladder.rung import Mistake

REQUEST = Task(
    "request", 16, ("perm_auth_key_id", "nonce", "expires_at", "encrypted_message"), "bytes",
    "auth.bindTempAuthKey, 132 bytes: #cdd42a05 perm_auth_key_id:long nonce:long expires_at:int "
    "encrypted_message:bytes. The seal is 104 bytes.",
    carried.request, picked("perm_auth_key_id", "nonce", "expires_at", "encrypted_message"), carried.CALL,
    (
        "Constructor, two longs, an int; and then a TL string.",
        "A TL string below 254 bytes: one byte that says its length, the bytes, zeros up to a multiple of 4.",
    ),
)


def _packet(
    temp: bytes, perm: bytes, salt: int, session: int, msg_id: int, seqno: int, request: bytes, padding: bytes
) -> bytes:
    return carried.packet(temp, perm, carried.message(salt, session, msg_id, seqno, request, padding))


def _around(change: Callable[..., Any]) -> Callable[..., bytes]:
    """A packet around a message that was built another way."""
    return lambda temp, perm, *values: carried.packet(temp, perm, change(*values))


def _in_packet(each: Mistake) -> Mistake:
    """A mistake of the message, seen from outside of the packet."""
    return Mistake(each.name, each.sentence, tuple(map(_around, each.recipes)))


PACKET = Task(
    "packet", 16,
    ("temp_auth_key", "perm_auth_key", "salt", "session_id", "msg_id", "seqno", "request", "padding"), "bytes",
    "The packet that travels, 200 bytes: salt, session_id, msg_id, seqno, length, request and padding, sealed by "
    "MTProto 2.0; key id and msg_key in front.",
    _packet,
    picked("temp_auth_key", "perm_auth_key", "salt", "session_id", "msg_id", "seqno", "request", "message_padding"),
    (
        *(each.of(lambda t, p, *v: (t, p, carried.message(*v))) for each in carried.PACKET),
        *(_in_packet(each) for each in carried.MESSAGE if each.name != "padding_missing"),
    ),
    (
        "First the message, then its msg_key, then key and iv, then AES-IGE over the whole message.",
        "length is the number of bytes of the request. The padding is given, and msg_key covers it.",
        "In front stand the last 8 bytes of SHA-1 over the key whose tunnel this is, then msg_key.",
    ),
    needs=("msg_key_v2", "schedule_v2", "ige_encrypt"),
)

CARRYING = (REQUEST, PACKET)
