"""For each check of a data centre, a request or a state that fails this check and no other (lesson 17)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from mtlib.crypto.entropy import Patterned
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.secret import plain, whole
from mtlib.protocol.binding import Binding
from mtlib.protocol.checks import Rules
from mtlib.protocol.packets import encrypt_v1

SEAL = slice(25, 129)
"""The bytes of encrypted_message in the request."""


def stranger() -> AuthKey:
    """A key that is not one of the sample's."""
    return AuthKey(Patterned("stranger").draw("auth_key", 256))


def put(data: bytes, place: int, piece: bytes) -> bytes:
    """`data` with `piece` written over it at `place`."""
    data, piece, place = plain(data, "data"), plain(piece, "piece"), whole(place, "place")
    return data[:place] + piece + data[place + len(piece) :]


def flipped(data: bytes, *bits: int) -> bytes:
    """The bytes with these bits flipped; bit 0 is the lowest of the first byte."""
    changed = bytearray(data)
    for bit in bits:
        changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def sealed_around(binding: Binding, envelope: bytes, padding: bytes) -> bytes:
    """The request with another seal in it, around this envelope, closed by the owner of the permanent key."""
    msg_key, ciphertext = encrypt_v1(envelope, padding, binding.perm_key)
    return put(bytes(binding.request), SEAL.start + 8, msg_key + ciphertext)


def inside(binding: Binding, place: int, piece: bytes) -> bytes:
    """The request with `piece` written over the envelope at `place`, and sealed again by the owner of the key."""
    return sealed_around(binding, put(bytes(binding.envelope), place, piece), binding.padding)


def tripped(binding: Binding) -> Mapping[str, tuple[bytes, Mapping[str, Any]]]:
    """By the name of each check, a request, and other facts of the data centre (arguments of `Facts`)."""
    request, other, at = bytes(binding.request), stranger(), SEAL.start
    change = partial(inside, binding)
    one_block_less = request[: at - 1] + bytes([88]) + request[at : at + 88] + bytes(3)
    later = (binding.expires_at + 1).to_bytes(4, "little")
    newer = {"rules": Rules(one_temp_key=True), "last_bind_msg_id": binding.msg_id + 4}
    return {
        "not_a_cdn": (request, {"rules": Rules(cdn=True)}),
        "request_parses": (request[:-4], {}),
        "nothing_left_over": (request + bytes(4), {}),
        "over_temporary_key": (request, {"temporary": False}),
        "not_bound_elsewhere": (request, {"bound_to": other.id}),
        "encrypted_message_size": (one_block_less, {}),
        "perm_auth_key_id_in_front": (put(request, at, other.id_bytes), {}),
        "perm_key_known": (request, {"perm_key": None}),
        "length": (change(28, bytes([44])), {}),
        "msg_key": (sealed_around(binding, bytes(binding.plaintext), b""), {}),
        "seqno": (change(24, bytes([1])), {}),
        "msg_id": (request, {"msg_id": binding.msg_id + 4}),
        "constructor": (change(32, bytes(4)), {}),
        "nonce": (put(request, 12, bytes(8)), {}),
        "perm_auth_key_id": (change(52, other.id_bytes), {}),
        "expires_at": (put(request, 20, later), {}),
        "temp_auth_key_id": (request, {"temp_key": other}),
        "temp_session_id": (request, {"session_id": 7}),
        "expires_at_in_range": (request, {"now": binding.expires_at}),
        "msg_id_rises": (request, newer),
    }
