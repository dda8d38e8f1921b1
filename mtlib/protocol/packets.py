"""Packets: plain ones, and those sealed by MTProto 2.0 and 1.0.

A packet is what a frame carries. Its first eight bytes are an auth_key_id: zero before a key exists, otherwise the
name of the key that opens the rest. Inside an encrypted packet stands a message: salt, session_id, msg_id, seqno,
length, body, padding. `x` is 0 towards the data centre and 8 towards the client.

Source: core.telegram.org/mtproto/description (2.0), /mtproto/description_v1 (1.0).

A frame as a dissection: what a framing puts around a packet, and the packet inside it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mtlib.crypto.aes import ige_decrypt, ige_encrypt
from mtlib.crypto.keys import V1, V2, AuthKey, msg_key_v1, msg_key_v2
from mtlib.errors import CheckError, DecodeError, LocalError
from mtlib.transport import FRAMINGS, Framing
from mtlib.transport.framing import Part
from mtlib.wire import SCHEMA, Dissection, Field, Layout, Note, Reading, Seal, Span, constant, derived, given, random
from mtlib.wire.dissection import Shape
from mtlib.wire.kinds import SIMPLE, Constant, Raw, Rest
from mtlib.wire.provenance import FUNCTIONS

TO_SERVER, TO_CLIENT = 0, 8
"""The two values of `x`: where in the auth_key the schedules begin to cut."""

DESCRIPTION = "core.telegram.org/mtproto/description"
LONG, INT = SIMPLE["long"], SIMPLE["int"]
HEADER = 32
"""Bytes of a message before its body."""
MIN_PADDING, MAX_PADDING = 12, 1024

FORMULAS = {
    **FUNCTIONS,
    "IGE": lambda data, key_and_iv: ige_encrypt(data, key_and_iv[:32], key_and_iv[32:]),
    "KDF1": lambda auth_key, msg_key: _key_and_iv(V1.run(TO_SERVER, auth_key=auth_key, msg_key=msg_key)),
    "KDF2": lambda auth_key, msg_key, x: _key_and_iv(V2.run(x, auth_key=auth_key, msg_key=msg_key)),
}
"""What the formulas of this room may call; for `trace`."""


def _key_and_iv(schedule: Any) -> bytes:
    return bytes(schedule.aes_key + schedule.aes_iv)


PLAIN = Layout(
    "packet",
    (
        Field(
            "auth_key_id", Constant("long", bytes(8)), constant("zero: no key yet, all in the clear", DESCRIPTION)
        ),
        Field("msg_id", LONG, derived("", "about unix time * 2**32", f"{DESCRIPTION}, msg_id")),
        Field("message_data_length", INT, derived("len(message)", "bytes of the message", DESCRIPTION,
                                                  message="packet/message")),
        Field("message", Rest("Object"), given("the call or its answer", DESCRIPTION),
              size="message_data_length", inside=SCHEMA),
        Field("trailing", Rest(), random("left over: transport padding, ignored")),
    ),
)
"""A packet of the key exchange. Data centres pad their plain answers, so what follows is tolerated."""


def plain(msg_id: int, body: Dissection | bytes, trailing: bytes = b"") -> Dissection:
    """A plain packet around `body`."""
    data = bytes(body)
    return PLAIN.build(msg_id=msg_id, message_data_length=len(data), message=data, trailing=trailing)


def _message_layout(body: str, key: str) -> Layout:
    """Towards the data centre the body is a `request`, back from it an `answer`."""
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
            Field(body, Rest("Object"), given("the call" if key else "what comes back", DESCRIPTION),
                  size="length", inside=SCHEMA),
            Field("padding", Rest(), random("12 to 1024 bytes, the whole a multiple of 16; msg_key covers it",
                                            DESCRIPTION)),
        ),
    )


REQUEST_MESSAGE = _message_layout("request", "client")
ANSWER_MESSAGE = _message_layout("answer", "")


def padding_size(body: int, more_blocks: int = 0) -> int:
    """The least lawful padding for a body of `body` bytes, plus `more_blocks` times 16.

    Source: core.telegram.org/mtproto/description, "Encrypted message: encrypted_data".
    """
    return MIN_PADDING + -(HEADER + body + MIN_PADDING) % 16 + 16 * more_blocks


def seal(message: Dissection | bytes, key: AuthKey, x: int = TO_SERVER) -> Dissection:
    """The packet around a padded message, MTProto 2.0: auth_key_id, msg_key, AES-IGE.

    Raises LocalError where the message is not a multiple of 16 bytes.
    """
    plaintext = bytes(message)
    msg_key = msg_key_v2(key, plaintext, x)
    schedule = V2.run(x, auth_key=bytes(key), msg_key=msg_key)
    ciphertext = ige_encrypt(plaintext, schedule.aes_key, schedule.aes_iv)
    return _packet(x).build(auth_key_id=key.id, msg_key=msg_key, ciphertext=ciphertext)


def open_packet(packet: bytes, key: AuthKey, x: int) -> Dissection:
    """The message inside, after the checks that come before believing anything: key id, whole blocks, msg_key
    (over plaintext and padding, in constant time), length and padding.

    Raises DecodeError where there is no room for a message, CheckError for every other failure.
    Source: core.telegram.org/mtproto/security_guidelines, "MTProto encrypted messages".
    """
    if len(packet) < 24 + HEADER + MIN_PADDING or (len(packet) - 24) % 16:
        raise DecodeError("not an encrypted packet", got=f"{len(packet)} bytes", expected="24 + a multiple of 16",
                          where="packet")
    if packet[:8] != key.id_bytes:
        raise CheckError("sealed with another key", got=packet[:8], expected=key.id_bytes, where="packet/auth_key_id")
    plaintext, genuine = _decrypt(packet[8:24], packet[24:], key, x)
    if not genuine:
        raise CheckError("msg_key is not the hash of what was sealed", where="packet/msg_key")
    length = int.from_bytes(plaintext[28:32], "little", signed=True)
    padding = len(plaintext) - HEADER - length
    if length < 0 or length % 4:
        raise CheckError("length of the body", got=length, expected="a multiple of 4", where="message/length")
    if not MIN_PADDING <= padding <= MAX_PADDING:
        raise CheckError("padding", got=padding, expected=f"{MIN_PADDING}..{MAX_PADDING}", where="message/padding")
    return (REQUEST_MESSAGE if x == TO_SERVER else ANSWER_MESSAGE).dissect(plaintext)


def _decrypt(msg_key: bytes, ciphertext: bytes, key: AuthKey, x: int) -> tuple[bytes, bool]:
    """The plaintext, and whether msg_key covers it. The hash is always taken, whatever the plaintext looks like."""
    schedule = V2.run(x, auth_key=bytes(key), msg_key=msg_key)
    plaintext = ige_decrypt(ciphertext, schedule.aes_key, schedule.aes_iv)
    return plaintext, hmac.compare_digest(msg_key_v2(key, plaintext, x), msg_key)


def key_for(auth_key_id: int, reading: Reading) -> AuthKey | None:
    """The key of that name among those at hand."""
    return next((k for k in reading.keys if isinstance(k, AuthKey) and k.id == auth_key_id), None)


def _open_seal(values: Mapping[str, Any], data: bytes, reading: Reading, x: int) -> Dissection | None:
    """For looking: damaged ciphertext opens too, and shows the noise it has become."""
    key = key_for(values["auth_key_id"], reading)
    if key is None or len(data) % 16 or len(data) < HEADER:
        return None
    plaintext, genuine = _decrypt(values["msg_key"], data, key, x)
    layout = REQUEST_MESSAGE if x == TO_SERVER else ANSWER_MESSAGE
    return Dissection(layout, plaintext, replace(reading, lenient=reading.lenient or not genuine))


def _packet_layout(x: int) -> Layout:
    where = "request" if x == TO_SERVER else "answer"
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
                f"IGE(message, KDF2(auth_key, msg_key, {x}))", f"the message with its {where}, AES-IGE",
                f"{DESCRIPTION}, AES key and iv", message="packet/message", auth_key="@temp_auth_key",
                msg_key="packet/msg_key"),
                inside=Seal(lambda values, data, reading: _open_seal(values, data, reading, x))),
        ),
    )


REQUEST_PACKET = _packet_layout(TO_SERVER)
ANSWER_PACKET = _packet_layout(TO_CLIENT)


def _packet(x: int) -> Layout:
    return REQUEST_PACKET if x == TO_SERVER else ANSWER_PACKET


# -- MTProto 1.0: kept for one message, the binding ---------------------------------------------------------------


def seal_v1(envelope: bytes, padding: bytes, key: AuthKey, x: int = TO_SERVER) -> tuple[bytes, bytes]:
    """msg_key and ciphertext by MTProto 1.0: the hash stops before the padding, and no key goes into it.

    Source: core.telegram.org/mtproto/description_v1.
    """
    msg_key = msg_key_v1(envelope)
    schedule = V1.run(x, auth_key=bytes(key), msg_key=msg_key)
    return msg_key, ige_encrypt(envelope + padding, schedule.aes_key, schedule.aes_iv)


def decrypt_v1(msg_key: bytes, ciphertext: bytes, key: AuthKey, x: int = TO_SERVER) -> bytes:
    """What MTProto 1.0 sealed, padding included. Nothing is checked: what the hash covers depends on the length
    field inside, or, for the binding, on constants."""
    schedule = V1.run(x, auth_key=bytes(key), msg_key=msg_key)
    return ige_decrypt(ciphertext, schedule.aes_key, schedule.aes_iv)


PAGE = "core.telegram.org/mtproto/mtproto-transports"


def framing(name: str, *, side: str = "client", **options: Any) -> Framing:
    """One end of the framing of that name: "abridged", "intermediate", "padded" or "full"."""
    if name not in FRAMINGS:
        raise LocalError("no such framing", got=name, expected=", ".join(FRAMINGS))
    return FRAMINGS[name](side, **options)  # type: ignore[arg-type]


@dataclass(frozen=True)
class FrameShape:
    """One frame of a framing, with the packet that it carries cut by `packet`."""

    framing: str
    packet: Shape
    name: str = "frame"

    def scan(self, data: bytes, reading: Reading) -> tuple[tuple[Span, ...], Mapping[str, Any]]:
        parts = framing(self.framing).parts(data)
        spans = tuple(self._span(part, data, reading) for part in parts)
        return spans, {span.name: span.value for span in spans}

    def _span(self, part: Part, data: bytes, reading: Reading) -> Span:
        raw, place = data[part.start : part.stop], (part.start, part.stop)
        nested = Dissection(self.packet, raw, reading) if part.name == "packet" else None
        field = Field(part.name, Rest("int" if part.name in ("length", "seqno", "crc") else "bytes"), _note(part))
        value = raw if part.name in ("packet", "padding") else int.from_bytes(raw, "little")
        return Span(field, *place, nested or value, raw, place, nested)


def _note(part: Part) -> Note:
    where = f"{PAGE}, {part.name}"
    if part.name == "crc":
        return derived("", part.meaning, where)
    if part.name == "padding":
        return random(part.meaning, where)
    return constant(part.meaning, where) if part.name == "tag" else derived("", part.meaning, where)
