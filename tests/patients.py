"""One patient for each hypothesis, made by a client that shares no code with the doctor: name -> what is told."""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from wrong_client import (
    ID,
    NOW,
    WrongClient,
    cbc,
    ctr,
    hash_v2,
    ige,
    ige_backwards,
    ige_in_place,
    kdf1,
    kdf2,
    key_id,
    long,
    number,
    pattern,
    pcbc,
    right_hash,
    swapped,
    tl_bytes,
)

C = WrongClient()
ZERO = replace(C, perm=b"\0" + C.perm[1:])
SHORT = ZERO.perm[1:]
SIGNED = replace(C, perm=b"\xf2" + C.perm[1:])
NEGATIVE = replace(C, session_id=-77)
OTHER = pattern("another key", 256)
Told = dict[str, Any]


def made(**mistake: Any) -> Told:
    """What the author of the client with this mistake would tell."""
    return replace(C, **mistake).facts()


def sent(request: bytes, **more: Any) -> Told:
    return C.facts(request=request, **more)


def packet(data: bytes, **more: Any) -> Told:
    return {"packet": data, "perm_key": C.perm, "temp_key": C.temp, "now": NOW, **more}


def in_a_container() -> Told:
    """The envelope was built with the id of the container around the message."""
    container_id = C.msg_id + 8
    request = replace(C, inner_msg_id=container_id).request
    body = bytes.fromhex("dcf8f173") + struct.pack("<i", 1) + long(C.msg_id) + struct.pack("<ii", 1, len(request))
    return packet(C.packet(message=replace(C, msg_id=container_id).message(body + request)))


def by_mtproto_1() -> Told:
    message = C.message()
    msg_key = hashlib.sha1(message[:164]).digest()[4:20]
    return packet(key_id(C.temp) + msg_key + ige(message, *kdf1(C.temp, msg_key)))


def hash_without_padding() -> Told:
    message = C.message()
    msg_key = hashlib.sha256(C.temp[88:120] + message[:164]).digest()[8:24]
    return packet(key_id(C.temp) + msg_key + ige(message, *kdf2(C.temp, msg_key)))


def flipped(bit: int) -> bytes:
    data = bytearray(C.sealed)
    data[bit // 8] ^= 1 << bit % 8
    return C.request_of(bytes(data))


def sealed_changed(change: Callable[[bytes], bytes]) -> Told:
    return sent(C.request_of(change(C.sealed)))


def shortened(key: bytes) -> Told:
    """A client whose key has lost its zero: schedule, ids, everything is computed from 255 bytes."""
    client = replace(ZERO, perm=key)
    return {**client.facts(), "perm_key": ZERO.perm}


def expires(value: int, **more: Any) -> Told:
    return {**made(expires_at=value), **more}


def roles_swapped() -> Told:
    return replace(C, perm=C.temp, temp=C.perm).facts(perm_key=C.perm, temp_key=C.temp)


def mtproto_2(**more: Any) -> Told:
    return made(schedule=kdf2, msg_key=hash_v2, **more)


PATIENTS: dict[str, Callable[[], Told]] = {
    # the packet
    "packet_by_mtproto_1": by_mtproto_1,
    "packet_direction_x_8": lambda: packet(C.packet(x=8)),
    "packet_msg_key_without_padding": hash_without_padding,
    "packet_not_opened": lambda: packet(C.packet(key=OTHER)),
    "sent_over_the_permanent_key": lambda: packet(C.packet(key=C.perm)),
    "no_binding_in_it": lambda: packet(C.packet(message=C.message(bytes.fromhex("ec77be7a") + bytes(8)))),
    # the request
    "constructor_left_out": lambda: sent(C.request[4:]),
    "length_head_left_out": lambda: sent(C.head + C.sealed),
    "length_head_of_four_bytes": lambda: sent(C.head + b"\xfe\x68\0\0" + C.sealed),
    "length_as_an_int": lambda: sent(C.head + b"\x68\0\0\0" + C.sealed),
    "string_padding_left_out": lambda: sent(C.request[:-3]),
    "nonce_of_sixteen_bytes": lambda: made(inner_nonce=pattern("nonce", 16)),
    "bytes_appended": lambda: sent(C.request + bytes.fromhex("ec77be7a01020304")),
    # its field
    "length_head_twice": lambda: sent(C.request_of(tl_bytes(C.sealed))),
    "sent_as_hex_text": lambda: sealed_changed(lambda data: data.hex().encode()),
    "sent_as_base64_text": lambda: sealed_changed(base64.b64encode),
    "key_id_left_out": lambda: sealed_changed(lambda data: data[8:]),
    "empty": lambda: sealed_changed(lambda data: b""),
    "rsa_sealed": lambda: sealed_changed(lambda data: pattern("rsa", 256)),
    "wrong_size": lambda: sealed_changed(lambda data: data + b"\0\0\0"),
    "cut_off": lambda: sealed_changed(lambda data: data[:88]),
    # the seal
    "not_opened": lambda: made(sealing_key=OTHER),
    "sealed_with_the_temporary_key": lambda: made(sealing_key=C.temp),
    "sealed_with_another_key": lambda: {**made(sealing_key=OTHER), "other_keys": [pattern("third", 256), OTHER]},
    "perm_and_temp_swapped": roles_swapped,
    "sealed_by_mtproto_2": mtproto_2,
    "key_without_leading_zeros": lambda: shortened(SHORT),
    "key_with_a_sign_byte": lambda: {**replace(SIGNED, perm=b"\0" + SIGNED.perm).facts(), "perm_key": SIGNED.perm},
    "key_reversed": lambda: {**replace(C, perm=C.perm[::-1]).facts(), "perm_key": C.perm},
    "schedule_v2": lambda: made(schedule=kdf2),
    "direction_x_8": lambda: made(x=8),
    "iv_halves_swapped": lambda: made(cipher=swapped),
    "cbc_instead_of_ige": lambda: made(cipher=cbc),
    "pcbc_instead_of_ige": lambda: made(cipher=pcbc),
    "ctr_instead_of_ige": lambda: made(cipher=ctr),
    "aes_backwards": lambda: made(cipher=ige_backwards),
    "ige_written_over_itself": lambda: made(cipher=ige_in_place),
    # what is inside
    "inner_without_constructor": lambda: made(inner_id=b""),
    "header_left_out": lambda: made(header=False),
    "inner_with_length_head": lambda: made(wrap=tl_bytes),
    "padding_of_another_size": lambda: made(padding=pattern("padding", 24)),
    # msg_key
    "msg_key_over_padding": lambda: made(msg_key=lambda text, pad, key: right_hash(text + pad, b"", b"")),
    "msg_key_of_the_inner_only": lambda: made(msg_key=lambda text, pad, key: right_hash(text[32:], b"", b"")),
    "msg_key_first_sixteen_bytes": lambda: made(msg_key=lambda text, pad, key: hashlib.sha1(text).digest()[:16]),
    "msg_key_in_another_order": lambda: made(msg_key=lambda text, pad, key: right_hash(text, b"", b"")[::-1]),
    "msg_key_sha256": lambda: made(msg_key=lambda text, pad, key: hashlib.sha256(text).digest()[8:24]),
    "msg_key_v2": lambda: made(msg_key=hash_v2),
    "msg_key_of_something_else": lambda: made(msg_key=lambda text, pad, key: pattern("hash", 16)),
    "one_bit_flipped": lambda: sent(flipped(8 * 60 + 3)),
    "changed_after_sealing": lambda: sealed_changed(lambda data: data[:80] + b"changed!" + data[88:]),
    # values
    "wrong_half_of_sha1": lambda: made(inner_perm=hashlib.sha1(C.perm).digest()[:8]),
    "temp_key_id_for_the_permanent": lambda: made(front=key_id(C.temp)),
    "perm_key_id_for_the_temporary": lambda: made(inner_temp=key_id(C.perm)),
    "key_ids_swapped": lambda: made(inner_temp=key_id(C.perm), inner_perm=key_id(C.temp)),
    "byte_swapped": lambda: made(inner_session=long(C.session_id)[::-1]),
    "unsigned_overflow": lambda: {**replace(NEGATIVE, inner_session=b"\xff" * 7 + b"\x7f").facts()},
    "rounded_to_a_double": lambda: made(inner_nonce=long(int(float(C.nonce)))),
    "cut_to_32_bits": lambda: made(inner_session=long(C.session_id)[:4] + bytes(4)),
    "left_zero": lambda: made(inner_session=bytes(8)),
    "names_another_key": lambda: made(request_perm=pattern("stranger", 8)),
    "seqno_not_zero": lambda: made(seqno=1),
    "length_not_forty": lambda: made(length=44),
    "wrong_constructor": lambda: made(inner_id=bytes.fromhex("66f7a375")),
    "nonce_drawn_twice": lambda: made(inner_nonce=pattern("second nonce", 8)),
    "another_temporary_key": lambda: made(inner_temp=pattern("older temp", 8)),
    "session_of_another_connection": lambda: made(inner_session=pattern("other session", 8)),
    "expires_at_computed_twice": lambda: made(inner_expires_at=struct.pack("<i", C.expires_at + 1)),
    "msg_id_of_the_container": in_a_container,
    "built_for_an_older_message": lambda: made(inner_msg_id=C.msg_id - (3 << 32)),
    "fresh_msg_id_inside": lambda: made(inner_msg_id=C.msg_id + 4),
    # expires_at
    "expires_at_left_out": lambda: made(inner_expires_at=b""),
    "expires_at_is_a_duration": lambda: expires(86400),
    "expires_at_in_milliseconds": lambda: expires(
        struct.unpack("<i", struct.pack("<q", (NOW + 86400) * 1000 + 512)[:4])[0], key_expires_at=NOW + 86400
    ),
    "local_clock_off": lambda: expires(NOW - 7200 + 3600, local_now=NOW - 7200),
    "expires_at_in_the_past": lambda: expires(NOW - 14),
    "expires_at_too_late": lambda: expires(NOW + 86400 + 301, key_expires_at=NOW + 86400),
    # right bytes, refused
    "permanent_key_unknown": lambda: C.facts(answer="400 ENCRYPTED_MESSAGE_INVALID"),
    "permanent_key_too_young": lambda: C.facts(answer="ENCRYPTED_MESSAGE_INVALID", perm_key_created=NOW - 12),
    "bound_to_another_key": lambda: C.facts(bound_to=number(key_id(OTHER))),
    "cdn": lambda: C.facts(answer="CDN_METHOD_INVALID"),
    "date_refused": lambda: C.facts(answer="EXPIRES_AT_INVALID"),
    "other_bytes_were_sent": lambda: C.facts(answer="INPUT_FETCH_ERROR"),
    "called_before_the_binding": lambda: C.facts(answer="401 AUTH_KEY_PERM_EMPTY"),
    "connection_not_inited": lambda: C.facts(answer="CONNECTION_NOT_INITED"),
    "no_verdict_yet": lambda: C.facts(answer="-503 Timeout"),
    # nothing wrong, nothing known
    "healthy": C.facts,
    "nothing_wrong_so_far": lambda: {"request": C.request, "perm_key": C.perm},
    "no_key": lambda: {"request": C.request},
    "nothing_given": lambda: {"perm_key": C.perm},
}
ONLY_A_DATA_CENTRE_KNOWS = frozenset({"older_than_the_present_binding", "no_such_permanent_key"})
"""Nobody outside has the facts for them."""
GUARD = "unexplained"
"""What is said where a check fails and no table knows why; nothing is known that leads there."""
REMARKS: dict[str, Callable[[], Told]] = {
    "salt_and_session_inside": lambda: replace(C, random=long(C.salt) + long(C.session_id)).facts(salt=C.salt),
    "random_is_zero": lambda: made(random=bytes(16)),
    "key_given_short": lambda: ZERO.facts(perm_key=SHORT),
}
__all__ = ["ID", "ONLY_A_DATA_CENTRE_KNOWS", "OTHER", "PATIENTS", "REMARKS", "SHORT", "ZERO", "C", "made"]
