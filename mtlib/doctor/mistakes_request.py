"""The ways to write the TL around a sealed binding wrongly: the request (`REQUESTS`), and its field (`BODIES`).

Each change undoes a mistake: it gives what should have been sent, or None where the bytes do not have that form. The
doctor believes it only if the rest is right then.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable

from mtlib.doctor.hypothesis import CARRIED, SEALED, Hypothesis, Stage, at
from mtlib.doctor.mistakes_inside import LONG_NONCE, NO_EXPIRES_AT
from mtlib.protocol.binding import ENCRYPTED_SIZE
from mtlib.wire.schema import REQUEST

# -- The request --------------------------------------------------------------------------------------------------

Undo = Callable[[bytes], bytes | None]

_ID = REQUEST.id_bytes
_FIELD = 24
"""Where encrypted_message begins: after constructor, perm_auth_key_id, nonce, expires_at."""
_HEAD, _TAIL = bytes([ENCRYPTED_SIZE]), bytes(3)


def _field(data: bytes, before: bytes, after: bytes = b"") -> bytes | None:
    """The request with a proper field, if it has exactly `before`, 104 bytes, `after` in its place."""
    start, stop = _FIELD + len(before), len(data) - len(after)
    if data[_FIELD:start] != before or data[stop:] != after or stop - start != ENCRYPTED_SIZE:
        return None
    return data[:_FIELD] + _HEAD + data[start:stop] + _TAIL


REQUESTS: tuple[Hypothesis[Undo], ...] = at(
    Stage.REQUEST,
    (
        "constructor_left_out",
        "The request begins without its constructor.",
        "Begin with 05 2a d4 cd: a method is boxed.",
        CARRIED,
        lambda data: _ID + data if data[:4] != _ID else None,
    ),
    (
        "length_head_left_out",
        "encrypted_message stands in the request without a length in front.",
        "Write it as TL bytes: 68, the 104 bytes, three zeros.",
        CARRIED,
        lambda data: _field(data, b""),
    ),
    (
        "length_head_of_four_bytes",
        "encrypted_message has the long form of a length in front, which is for 254 bytes and more.",
        "Write one byte, 68, and three zeros after the 104 bytes.",
        CARRIED,
        lambda data: _field(data, b"\xfe" + _HEAD + bytes(2)),
    ),
    (
        "length_as_an_int",
        "encrypted_message has its length in front as an int, so everything in it is off by three bytes.",
        "Write one byte, 68, and three zeros after the 104 bytes.",
        CARRIED,
        lambda data: _field(data, _HEAD + _TAIL),
    ),
    (
        "string_padding_left_out",
        "The three zeros after encrypted_message are missing.",
        "Fill a TL string to a multiple of four bytes: 1 + 104 + 3.",
        CARRIED,
        lambda data: _field(data, _HEAD),
    ),
    (
        *LONG_NONCE,
        lambda data: data[:20] + data[28:] if len(data) == 140 else None,
    ),
    (
        *NO_EXPIRES_AT,
        lambda data: data[:20] + bytes(4) + data[20:] if len(data) == 128 else None,
    ),
)
APPENDED = Hypothesis(
    "bytes_appended",
    Stage.REQUEST,
    "Something follows the request.",
    "End after the 132 bytes; what goes with another call goes into a message of its own.",
    CARRIED,
    None,
)

# -- encrypted_message --------------------------------------------------------------------------------------------


def _from_base64(body: bytes) -> bytes | None:
    try:
        return binascii.a2b_base64(body, strict_mode=True)
    except ValueError:
        return None


def _from_hex(body: bytes) -> bytes | None:
    try:
        return binascii.unhexlify(body)
    except ValueError:
        return None


BODIES: tuple[Hypothesis[Undo], ...] = at(
    Stage.SIZE,
    (
        "length_head_twice",
        "encrypted_message was made a TL string twice: a length stands inside it as well.",
        "Hand the 104 bytes to the serializer as they are; it writes the length.",
        CARRIED,
        lambda body: body[1:105] if body[:1] == _HEAD and body[105:] in (b"", _TAIL) else None,
    ),
    (
        "sent_as_hex_text",
        "encrypted_message holds the 104 bytes as hex digits.",
        "Send the bytes themselves.",
        SEALED,
        _from_hex,
    ),
    (
        "sent_as_base64_text",
        "encrypted_message holds the 104 bytes as base64.",
        "Send the bytes themselves.",
        SEALED,
        _from_base64,
    ),
)
KEY_ID_LEFT_OUT = Hypothesis(
    "key_id_left_out",
    Stage.SIZE,
    "encrypted_message begins with msg_key; the key id before it is missing.",
    "Put perm_auth_key_id in front: 8 + 16 + 80 bytes.",
    SEALED,
    None,
)
EMPTY = Hypothesis(
    "empty",
    Stage.SIZE,
    "encrypted_message is empty.",
    "Put the sealed binding there: 104 bytes.",
    SEALED,
    None,
)
RSA = Hypothesis(
    "rsa_sealed",
    Stage.SIZE,
    "256 bytes are one block of RSA, and no sealed binding has that size: RSA belongs to the key exchange.",
    "Seal with the permanent key, by MTProto 1.0: 104 bytes.",
    SEALED,
    None,
)
WRONG_SIZE = Hypothesis(
    "wrong_size",
    Stage.SIZE,
    "encrypted_message does not have the one size it can have.",
    "Check the parts: 8 bytes of key id, 16 of msg_key, 80 of ciphertext.",
    SEALED,
    None,
)
CUT_OFF = Hypothesis(
    "cut_off",
    Stage.SIZE,
    "The seal opens, and stops before its end.",
    "Send all 104 bytes: look for a buffer that is too small.",
    SEALED,
    None,
)

NO_BINDING = Hypothesis(
    "no_binding_in_it",
    Stage.REQUEST,
    "No auth.bindTempAuthKey is in these bytes.",
    "Look for 05 2a d4 cd: the request begins with it.",
    CARRIED,
    None,
)

OTHERS = (APPENDED, KEY_ID_LEFT_OUT, EMPTY, RSA, WRONG_SIZE, CUT_OFF, NO_BINDING)
"""Those that are no small change of the bytes, but a fact about them."""
