"""Packets: what a frame carries, from its first eight bytes to the message inside; and frames as dissections.

A packet begins with an auth_key_id: zero before a key exists, otherwise the name of the key that opens the rest.
Inside an encrypted packet is a message: salt, session_id, msg_id, seqno, length, body, padding. `x` is 0 towards the
data centre and 8 towards the client. MTProto 2.0 seals everything except the binding.

Source: core.telegram.org/mtproto/description (2.0), /mtproto/description_v1 (1.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from mtlib.crypto.aes import ige_decrypt, ige_encrypt
from mtlib.crypto.kdf import kdf_v1, kdf_v2, msg_key_v1, msg_key_v2
from mtlib.crypto.keys import AuthKey, auth_key
from mtlib.crypto.secret import whole
from mtlib.errors import CheckError, DecodeError
from mtlib.transport.framing import FramePart, framing_named
from mtlib.wire.dissection import Dissection, Field, Reading, Seal, Shape, Span, octets
from mtlib.wire.layout import Constant, Layout, Raw, Rest
from mtlib.wire.notes import Note, constant, derived, given, random
from mtlib.wire.schema import INT, LONG, SCHEMA

TO_SERVER, TO_CLIENT = 0, 8
"""The two values of `x`: the offset in the auth_key at which the key schedules start."""

DESCRIPTION = "core.telegram.org/mtproto/description"
FRONT, HEADER = 24, 32
"""Bytes of a packet or an encrypted_message before its ciphertext: key id and msg_key; of a message before its body."""
MIN_PADDING, MAX_PADDING = 12, 1024

PLAIN = Layout(
    "packet",
    (
        Field("auth_key_id", Constant("long", bytes(8)), constant("zero: no key yet, all in the clear", DESCRIPTION)),
        Field("msg_id", LONG, derived("", "about unix time * 2**32", f"{DESCRIPTION}, msg_id")),
        Field("message_data_length", INT, derived("len(message)", "bytes of the message", DESCRIPTION,
                                                  message="packet/message")),
        Field("message", Rest("Object"), given("the call or its answer", DESCRIPTION),
              size="message_data_length", inside=SCHEMA),
        Field("trailing", Rest(), random("left over: transport padding, ignored")),
    ),
)
"""A packet of the key exchange. Data centres pad their plain answers, so bytes after the message are accepted."""


def plain_packet(msg_id: int, body: Dissection | bytes) -> Dissection:
    """A plain packet around `body`."""
    data = octets(body, "message")
    return PLAIN.build(msg_id=msg_id, message_data_length=len(data), message=data, trailing=b"")


def _message_layout(body: str, what: str) -> Layout:
    return Layout(
        "message",
        (
            Field("salt", LONG, given("the data centre's current salt for this key", f"{DESCRIPTION}, server salt")),
            Field("session_id", LONG, random("the client's name for this session", f"{DESCRIPTION}, session")),
            Field("msg_id", LONG, derived("", "about unix time * 2**32, unique in the session",
                                          f"{DESCRIPTION}, msg_id")),
            Field("seqno", INT, derived("", "twice the content-related messages so far, odd for one of them",
                                        f"{DESCRIPTION}, msg_seqno")),
            Field("length", INT, derived(f"len({body})", "bytes of the body", DESCRIPTION,
                                         **{body: f"message/{body}"})),
            Field(body, Rest("Object"), given(what, DESCRIPTION),
                  size="length", inside=SCHEMA),
            Field("padding", Rest(), random("12 to 1024 bytes, the whole a multiple of 16; msg_key covers it",
                                            DESCRIPTION)),
        ),
    )


REQUEST_MESSAGE = _message_layout("request", "the call")
ANSWER_MESSAGE = _message_layout("answer", "what comes back")
MESSAGES = {TO_SERVER: REQUEST_MESSAGE, TO_CLIENT: ANSWER_MESSAGE}
"""The message layout for each `x`: towards the data centre the body is a `request`, back from it an `answer`."""


def _packet_layout(x: int) -> Layout:
    body = "request" if x == TO_SERVER else "answer"
    return Layout(
        "packet",
        (
            Field("auth_key_id", LONG, derived("SHA1(auth_key)[12:20]", "which key opens this", DESCRIPTION,
                                               auth_key="@temp_auth_key")),
            Field("msg_key", Raw("int128", 16), derived(
                f"SHA256(auth_key[{88 + x}:{120 + x}] + message)[8:24]",
                "the middle of a hash over a piece of the key, the message and its padding", f"{DESCRIPTION}, msg_key",
                auth_key="@temp_auth_key", message="packet/message")),
            Field("ciphertext", Rest(), derived(
                f"IGE(message, KDF2(auth_key, msg_key, {x}))", f"the message with its {body}, AES-IGE",
                f"{DESCRIPTION}, AES key and iv", message="packet/message", auth_key="@temp_auth_key",
                msg_key="packet/msg_key"), inside=Seal("MTProto 2.0", "auth_key_id", (MESSAGES[x],), x)),
        ),
    )


REQUEST_PACKET = _packet_layout(TO_SERVER)
ANSWER_PACKET = _packet_layout(TO_CLIENT)


def padding_size(body: int) -> int:
    """The least padding allowed for a body of `body` bytes.

    Source: core.telegram.org/mtproto/description, "Encrypted message: encrypted_data".
    """
    return MIN_PADDING + -(HEADER + whole(body, "body") + MIN_PADDING) % 16


def seal(message: Dissection | bytes, key: AuthKey, x: int = TO_SERVER) -> Dissection:
    """The packet around a padded message, MTProto 2.0: auth_key_id, msg_key, AES-IGE.

    Raises LocalError if the message is not a multiple of 16 bytes, the key is no AuthKey or x no direction.
    """
    plaintext = octets(message, "message")
    msg_key = msg_key_v2(auth_key(key, "key"), plaintext, x)
    ciphertext = ige_encrypt(plaintext, *kdf_v2(key, msg_key, x))
    layout = REQUEST_PACKET if x == TO_SERVER else ANSWER_PACKET
    return layout.build(auth_key_id=key.id, msg_key=msg_key, ciphertext=ciphertext)


def open_packet(packet: Dissection | bytes, key: AuthKey, x: int) -> Dissection:
    """The message inside, if it passes the checks that must come first: key id, whole blocks, msg_key
    (over plaintext and padding, in constant time), length and padding.

    Raises DecodeError if there is no room for a message, CheckError for every other failure.
    Source: core.telegram.org/mtproto/security_guidelines, "MTProto encrypted messages".
    """
    packet = octets(packet, "packet")
    if len(packet) < FRONT + HEADER + MIN_PADDING or (len(packet) - FRONT) % 16:
        raise DecodeError("not an encrypted packet", got=f"{len(packet)} bytes", expected="24 + a multiple of 16",
                          where="packet")
    if packet[:8] != auth_key(key, "key").id_bytes:
        raise CheckError("sealed with another key", got=packet[:8], expected=key.id_bytes, where="packet/auth_key_id")
    msg_key = packet[8:FRONT]
    plaintext = ige_decrypt(packet[FRONT:], *kdf_v2(key, msg_key, x))
    # The hash is computed whatever the plaintext looks like, so that the time taken gives nothing away.
    if not compare_digest(msg_key_v2(key, plaintext, x), msg_key):
        raise CheckError("msg_key is not the hash of what was sealed", where="packet/msg_key")
    length = int.from_bytes(plaintext[28:32], "little", signed=True)
    padding = len(plaintext) - HEADER - length
    if length < 0 or length % 4:
        raise CheckError("length of the body", got=length, expected="a multiple of 4", where="message/length")
    if not MIN_PADDING <= padding <= MAX_PADDING:
        raise CheckError("padding", got=padding, expected=f"{MIN_PADDING}..{MAX_PADDING}", where="message/padding")
    return MESSAGES[x].dissect(plaintext)


# -- MTProto 1.0: kept for one message, the binding ---------------------------------------------------------------


def encrypt_v1(envelope: bytes, padding: bytes, key: AuthKey) -> tuple[bytes, bytes]:
    """msg_key and ciphertext by MTProto 1.0, where msg_key covers neither the padding nor any key.

    Source: core.telegram.org/mtproto/description_v1.
    """
    envelope = octets(envelope, "envelope")
    msg_key = msg_key_v1(envelope)
    return msg_key, ige_encrypt(envelope + octets(padding, "padding"), *kdf_v1(auth_key(key, "key"), msg_key))


def decrypt_v1(msg_key: bytes, ciphertext: bytes, key: AuthKey) -> bytes:
    """The plaintext that MTProto 1.0 sealed, padding included. Nothing is checked: how much msg_key covers depends
    on the length field inside or, for the binding, on constants."""
    return ige_decrypt(ciphertext, *kdf_v1(auth_key(key, "key"), msg_key))


# -- Frames --------------------------------------------------------------------------------------------------------

TRANSPORTS = "core.telegram.org/mtproto/mtproto-transports"


@dataclass(frozen=True)
class FrameShape(Shape):
    """One frame of the framing with that name; `packet` cuts the packet inside."""

    framing: str
    packet: Shape
    name: str = "frame"

    def scan(self, data: bytes, reading: Reading) -> tuple[tuple[Span, ...], Mapping[str, Any]]:
        parts = framing_named(self.framing).parts(data)
        spans = tuple(self._span(part, data, reading) for part in parts)
        return spans, {span.name: span.value for span in spans}

    def _span(self, part: FramePart, data: bytes, reading: Reading) -> Span:
        raw, place = data[part.start : part.stop], (part.start, part.stop)
        nested = Dissection(self.packet, raw, reading) if part.name == "packet" else None
        field = Field(part.name, Rest("int" if part.name in ("length", "seqno", "crc") else "bytes"), _note(part))
        value = raw if part.name == "padding" else nested or int.from_bytes(raw, "little")
        return Span(field, *place, value=value, raw=raw, body=place, nested=nested)


def _note(part: FramePart) -> Note:
    where = f"{TRANSPORTS}, {part.name}"
    if part.name == "padding":
        return random(part.meaning, where)
    return constant(part.meaning, where) if part.name == "tag" else derived("", part.meaning, where)
