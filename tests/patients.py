"""Patients made by a client that shares no code with the doctor.

`PATIENTS` has one for each hypothesis: name -> what is told. `SINGLES`, `DOUBLES` and `HEALTHY` were made by somebody
who has not read the table of mistakes, and carry the truth beside what is told.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import itertools
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from wrong_client import (
    ID,
    INNER_ID,
    NOW,
    WrongClient,
    aes_128,
    cbc,
    cfb,
    chained_to_the_first,
    ctr,
    ecb,
    half_iv_twice,
    half_iv_zero,
    hash_v2,
    ige,
    ige_backwards,
    ige_in_place,
    kdf1,
    kdf2,
    key_id,
    long,
    memory_of_the_plaintext,
    number,
    ofb,
    pattern,
    pcbc,
    right_cut,
    right_hash,
    right_put,
    schedule,
    swapped,
    tl_bytes,
    without_the_last_xor,
    words_turned,
    zero_iv,
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


# -- The unseen: what clients in a dozen languages do wrong, and what is true about each ---------------------------


@dataclass(frozen=True)
class Guilt:
    """One mistake, as a judge has to know it.

    `fields`: tails of the paths of the guilty bytes; any of them will do. `got`, `expected`: the value there, where
    the mistake is a value. `steps`: steps of the recipe by which it may be named. `kinds`: what may be said about it
    beyond the place; who says another kind is wrong. `words`: patterns that name it. `allow`: what follows from it,
    true but not the cause. `shape`: "missing", "extra" or "order", where it is not a value but bytes that are not
    there, are too many or stand elsewhere.
    """

    fields: tuple[str, ...] = ()
    got: bytes | None = None
    expected: bytes | None = None
    steps: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    shape: str | None = None


@dataclass(frozen=True)
class Patient:
    """What is told, what is true, and how to see that it is true.

    `proof`: "verify" (the checks of a data centre refuse the bytes), "wire" (the local one refuses the packet that
    `wire` makes, or accepts it from the healthy), "right" (the checks accept the bytes: something else is wrong, or
    nothing), or a sentence that says what else is known.
    """

    told: Callable[[], Told]
    truth: tuple[Guilt, ...] = ()
    proof: str = "verify"
    wire: Callable[[WrongClient], bytes] | None = None


SINGLES: dict[str, Patient] = {}
DOUBLES: dict[str, Patient] = {}
HEALTHY: dict[str, Patient] = {}
QUIET: dict[str, Patient] = {}
"""Right bytes of which too little is told for a verdict: nothing may be accused."""

GROUND = "encrypted_message/ciphertext"
EVERY_ID = ("request/perm_auth_key_id", "encrypted_message/perm_auth_key_id", "inner/perm_auth_key_id")
INNER_FIELDS = {
    "constructor": (0, 4), "nonce": (4, 12), "temp_auth_key_id": (12, 20), "perm_auth_key_id": (20, 28),
    "temp_session_id": (28, 36), "expires_at": (36, 40),
}  # fmt: skip
NAMED = {
    "constructor": "constructor", "nonce": "nonce", "temp_auth_key_id": "temp_auth_key_id|temporary key",
    "perm_auth_key_id": "perm_auth_key_id|permanent key", "temp_session_id": "session", "expires_at": "expires_at",
    "random": "random", "msg_id": "msg_id", "seqno": "seqno", "length": r"\blength",
}  # fmt: skip
"""How a sentence may name a field."""


def single(name: str, told: Told | Callable[[], Told], *truth: Guilt, proof: str = "verify") -> None:
    assert name not in SINGLES, name
    SINGLES[name] = Patient(told if callable(told) else lambda: told, truth, proof)


def wired(name: str, make: Callable[[WrongClient], bytes], *truth: Guilt, **more: Any) -> None:
    """A mistake in what carries the request."""
    assert name not in SINGLES, name
    told = {"packet": make(C), "perm_key": C.perm, "temp_key": C.temp, "now": NOW, **more}
    SINGLES[name] = Patient(lambda: told, truth, "wire", make)


def sha1(data: bytes) -> bytes:
    return hashlib.sha1(data).digest()


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def sent_with(**mistake: Any) -> Callable[[WrongClient], bytes]:
    return lambda right: replace(right, **mistake).packet()


# -- one value of the binding

TURNED, ZEROS, CUT, DOUBLE, UNSIGNED = "byte order", "zero", "cut", "double", "unsigned"


def rounded(data: bytes) -> bytes:
    return long(int(float(number(data))))


VALUE_MISTAKES: dict[str, tuple[Callable[[bytes], bytes], tuple[str, ...]]] = {
    "big_endian": (lambda v: v[::-1], (TURNED,)),
    "zero": (lambda v: bytes(len(v)), (ZEROS,)),
    "low_half_only": (lambda v: v[: len(v) // 2] + bytes(len(v) // 2), (CUT,)),
    "high_half_only": (lambda v: bytes(len(v) // 2) + v[len(v) // 2 :], (CUT,)),
    "halves_swapped": (lambda v: v[len(v) // 2 :] + v[: len(v) // 2], (TURNED,)),
    "plus_one": (lambda v: (int.from_bytes(v, "little") + 1).to_bytes(len(v), "little"), ()),
    "without_its_sign": (lambda v: v[:-1] + bytes([v[-1] ^ 0x80]), (UNSIGNED,)),
    "negated": (lambda v: (-int.from_bytes(v, "little", signed=True)).to_bytes(len(v), "little", signed=True),
                (UNSIGNED,)),
    "sign_spread_over_the_high_half": (lambda v: v[:4] + b"\xff" * 4, (CUT, UNSIGNED)),
}  # fmt: skip
REPLACED = {
    "nonce": "inner_nonce", "temp_auth_key_id": "inner_temp", "perm_auth_key_id": "inner_perm",
    "temp_session_id": "inner_session", "expires_at": "inner_expires_at",
}  # fmt: skip


def value(field: str, got: bytes, *kinds: str, allow: tuple[str, ...] = ()) -> Guilt:
    start, end = INNER_FIELDS[field]
    return Guilt((f"inner/{field}",), got, C.inner[start:end], kinds=kinds, allow=allow)


def inner_values() -> None:
    for field, argument in REPLACED.items():
        start, end = INNER_FIELDS[field]
        right = C.inner[start:end]
        for what, (change, kinds) in VALUE_MISTAKES.items():
            got = change(right)
            if len(got) == len(right) and got != right:
                kinds += ("duration",) if field == "expires_at" else ()  # half a date looks like one
                single(f"{field}_{what}", made(**{argument: got}), value(field, got, *kinds))
    for field in ("nonce", "temp_auth_key_id", "perm_auth_key_id", "temp_session_id"):
        start, end = INNER_FIELDS[field]
        got = rounded(C.inner[start:end])
        single(f"{field}_through_a_double", made(**{REPLACED[field]: got}), value(field, got, DOUBLE))

    elsewhere = {
        "nonce_of_the_last_attempt": ("nonce", pattern("last nonce", 8)),
        "nonce_is_the_beginning_of_random": ("nonce", C.random[:8]),
        "nonce_is_the_msg_id": ("nonce", long(C.msg_id)),
        "temp_id_from_sha1_first_eight": ("temp_auth_key_id", hashlib.sha1(C.temp).digest()[:8]),
        "temp_id_from_sha256": ("temp_auth_key_id", hashlib.sha256(C.temp).digest()[-8:]),
        "temp_id_is_the_key": ("temp_auth_key_id", C.temp[:8]),
        "temp_id_of_the_media_key": ("temp_auth_key_id", key_id(OTHER)),
        "temp_id_from_sha1_of_hex": ("temp_auth_key_id", key_id(C.temp.hex().encode())),
        "perm_id_from_sha1_middle": ("perm_auth_key_id", hashlib.sha1(C.perm).digest()[4:12]),
        "perm_id_is_the_temp_id": ("perm_auth_key_id", key_id(C.temp)),
        "perm_id_of_an_older_login": ("perm_auth_key_id", key_id(OTHER)),
        "perm_id_is_the_msg_key": ("perm_auth_key_id", hashlib.sha1(b"x").digest()[4:12]),
        "session_is_the_salt": ("temp_session_id", long(C.salt)),
        "session_is_the_msg_id": ("temp_session_id", long(C.msg_id)),
        "session_of_before_the_reconnect": ("temp_session_id", pattern("old session", 8)),
        "session_one_bit_off": ("temp_session_id", long(C.session_id ^ 1 << 40)),
        "expires_at_is_now": ("expires_at", struct.pack("<i", NOW)),
        "expires_at_is_the_duration_inside": ("expires_at", struct.pack("<i", 86400)),
        "expires_at_never_inside": ("expires_at", b"\xff\xff\xff\x7f"),
        "expires_at_a_day_more_inside": ("expires_at", struct.pack("<i", C.expires_at + 86400)),
    }
    allowed = {
        "temp_id_from_sha1_first_eight": ("hash end",), "perm_id_from_sha1_middle": ("hash end",),
        "temp_id_from_sha256": ("sha256",), "expires_at_is_the_duration_inside": ("duration",),
        "session_of_before_the_reconnect": (), "temp_id_from_sha1_of_hex": ("text",),
    }  # fmt: skip
    for name, (field, got) in elsewhere.items():
        single(name, made(**{REPLACED[field]: got}), value(field, got, *allowed.get(name, ())))

    constructors = {
        "constructor_big_endian": (INNER_ID[::-1], (TURNED,)),
        "constructor_of_the_method": (ID, ()),
        "constructor_zero": (bytes(4), (ZEROS,)),
        "constructor_of_rpc_result": (bytes.fromhex("016d5cf3"), ()),
        "constructor_one_digit_mistyped": (bytes.fromhex("65f7a376"), ()),
        "constructor_of_p_q_inner_data_temp_dc": (bytes.fromhex("88dffd56"), ()),
        "constructor_halves_swapped": (bytes.fromhex("a37565f7"), (TURNED,)),
    }
    for name, (got, kinds) in constructors.items():
        single(name, made(inner_id=got), value("constructor", got, *kinds))


def structure(fields: tuple[str, ...], shape: str, *words: str, allow: tuple[str, ...] = ()) -> Guilt:
    names = tuple(NAMED.get(field.rpartition("/")[2], field) for field in fields)
    return Guilt(fields, words=(*names, *words), shape=shape, allow=("envelope/length", *allow))


def inner_structure() -> None:
    names = list(INNER_FIELDS)
    for field, (start, end) in INNER_FIELDS.items():
        size, path = end - start, (f"inner/{field}",)
        if field not in {"constructor", "expires_at"}:
            single(f"inner_without_{field}", made(wrap=lambda i, s=start, e=end: i[:s] + i[e:]),
                   structure(path, "missing"))  # fmt: skip
            single(f"inner_with_{field}_as_four_bytes", made(wrap=lambda i, s=start, e=end: i[: s + 4] + i[e:]),
                   structure(path, "missing", r"\bint\b|32 bits|[Ff]our bytes|4 bytes"))  # fmt: skip
            single(f"inner_with_{field}_as_a_tl_string",
                   made(wrap=lambda i, s=start, e=end: i[:s] + tl_bytes(i[s:e]) + i[e:]),
                   structure(path, "extra", "TL string|string|length"))  # fmt: skip
        twice = "inner_boxed_twice" if field == "constructor" else f"inner_with_{field}_twice"
        single(twice, made(wrap=lambda i, s=start, e=end: i[:e] + i[s:e] + i[e:]), structure(path, "extra"))
        if size == 8 and field != "nonce":
            single(f"inner_with_{field}_of_sixteen_bytes",
                   made(wrap=lambda i, e=end: i[:e] + bytes(8) + i[e:]), structure(path, "extra"))  # fmt: skip
    single("inner_with_expires_at_as_a_long", made(wrap=lambda i: i + bytes(4)),
           structure(("inner/expires_at",), "extra"))  # fmt: skip
    single("inner_with_constructor_as_a_long", made(wrap=lambda i: i[:4] + bytes(4) + i[4:]),
           structure(("inner/constructor",), "extra"))  # fmt: skip
    for one, other in itertools.pairwise(names[1:]):
        (a, b), (_, c) = INNER_FIELDS[one], INNER_FIELDS[other]
        single(f"inner_{one}_and_{other}_swapped", made(wrap=lambda i, a=a, b=b, c=c: i[:a] + i[b:c] + i[a:b] + i[c:]),
               structure((f"inner/{one}", f"inner/{other}"), "order", "changed places"))  # fmt: skip
    single("inner_in_the_order_of_the_request",
           made(wrap=lambda i: i[:4] + i[20:28] + i[4:20] + i[28:]),
           structure(("inner/nonce", "inner/temp_auth_key_id", "inner/perm_auth_key_id"), "order"))  # fmt: skip
    single("inner_reversed", made(wrap=lambda i: i[::-1]),
           Guilt(("inner", *(f"inner/{n}" for n in names)), words=("back to front|reversed|order",), shape="order",
                 kinds=(TURNED,)))  # fmt: skip
    single(
        "inner_in_gzip_packed",
        made(wrap=lambda i: bytes.fromhex("a1cf7230") + tl_bytes(gzip.compress(i, mtime=0))),
        Guilt(("inner", "inner/constructor"), words=("gzip",), allow=("envelope/length", "envelope"), kinds=()),
    )
    single("inner_with_its_size_in_front", made(wrap=lambda i: struct.pack("<i", len(i)) + i),
           structure(("envelope/length", "inner/constructor"), "extra", "length|size"))  # fmt: skip
    single("the_method_is_sealed_instead_of_inner", made(wrap=lambda i: C.head + tl_bytes(b"")),
           Guilt(("inner", "inner/constructor"), words=("bind_auth_key_inner|method",),
                 allow=("envelope/length", "envelope", "inner/nonce", "inner/temp_auth_key_id",
                        "inner/perm_auth_key_id", "inner/temp_session_id", "inner/expires_at")))  # fmt: skip


# -- the envelope


def envelope_mistakes() -> None:
    def header(name: str, told: Told, field: str, got: bytes, *kinds: str) -> None:
        start, end = {"msg_id": (16, 24), "seqno": (24, 28), "length": (28, 32)}[field]
        single(name, told, Guilt((f"envelope/{field}",), got, C.envelope[start:end], kinds=kinds))

    ids = {
        "zero": (0, (ZEROS,)),
        "plus_eight": (C.msg_id + 8, ("fresh",)),
        "of_the_ping_before": (C.msg_id - 4, ("older",)),
        "through_a_double": (int(float(C.msg_id)), (DOUBLE,)),
        "seconds_only": (NOW << 32, (CUT, "older")),
        "in_milliseconds": (NOW * 1000 << 20, ("milliseconds",)),
        "without_the_shift": (NOW, ("older", CUT)),
        "big_endian": (number(long(C.msg_id)[::-1]), (TURNED,)),
        "low_half": (C.msg_id & 0xFFFFFFFF, (CUT,)),
        "of_the_servers_last_message": (C.msg_id - 7, ("older", "server")),
        "random": (number(pattern("mid", 8)), ()),
        "of_an_hour_ago": (C.msg_id - (3600 << 32), ("older",)),
        "is_the_session": (C.session_id, ()),
        "is_the_salt": (C.salt, ()),
        "plus_one": (C.msg_id + 1, ("fresh",)),
    }
    for name, (got, kinds) in ids.items():
        header(f"envelope_msg_id_{name}", made(inner_msg_id=got), "msg_id", long(got), "older", *kinds)
    for name, seqno in {"of_the_message": 1, "three": 3, "minus_one": -1, "two": 2, "big_endian_one": 1 << 24}.items():
        if name != "of_the_message":
            header(f"envelope_seqno_{name}", made(seqno=seqno), "seqno", struct.pack("<i", seqno), TURNED)
    lengths = {"of_all": 72, "with_padding": 80, "without_constructor": 36, "in_words": 10, "of_header": 32, "zero": 0,
               "big_endian": 40 << 24, "of_the_field": 104, "with_the_padding_only": 48, "of_the_request": 132,
               "minus_one": -1}  # fmt: skip
    for name, got in lengths.items():
        header(f"envelope_length_{name}", made(length=got), "length", struct.pack("<i", got), TURNED, ZEROS)

    def built(name: str, change: Callable[[bytes], bytes], fields: tuple[str, ...], shape: str, *words: str) -> None:
        single(name, made(envelope_as=change), structure(fields, shape, *words, allow=("envelope",)))

    rnd, mid, seq, size = "envelope/random", "envelope/msg_id", "envelope/seqno", "envelope/length"
    built("envelope_without_random", lambda e: e[16:], (rnd,), "missing", "salt|session")
    built("envelope_random_of_eight_bytes", lambda e: e[8:], (rnd,), "missing", "salt|session")
    built("envelope_random_of_four_bytes", lambda e: e[12:], (rnd,), "missing", "salt|session")
    built("envelope_random_of_thirty_two_bytes", lambda e: pattern("r", 16) + e, (rnd,), "extra", "salt|session")
    built("envelope_random_of_twenty_four_bytes", lambda e: pattern("r", 8) + e, (rnd,), "extra", "salt|session")
    built("envelope_without_msg_id", lambda e: e[:16] + e[24:], (mid,), "missing")
    built("envelope_without_seqno", lambda e: e[:24] + e[28:], (seq,), "missing")
    built("envelope_without_length", lambda e: e[:28] + e[32:], (size,), "missing")
    built("envelope_without_seqno_and_length", lambda e: e[:24] + e[32:], (seq, size), "missing")
    built("envelope_with_seqno_as_a_long", lambda e: e[:28] + bytes(4) + e[28:], (seq,), "extra")
    built("envelope_with_length_as_a_long", lambda e: e[:32] + bytes(4) + e[32:], (size,), "extra")
    built("envelope_with_msg_id_twice", lambda e: e[:24] + e[16:], (mid,), "extra")
    built("envelope_length_before_seqno", lambda e: e[:24] + e[28:32] + e[24:28] + e[32:], (seq, size), "order")
    built("envelope_msg_id_first", lambda e: e[16:24] + e[:16] + e[24:], (mid, rnd), "order")
    built("envelope_seqno_before_msg_id", lambda e: e[:16] + e[24:28] + e[16:24] + e[28:], (mid, seq), "order")
    built("envelope_of_an_unencrypted_message", lambda e: bytes(8) + e[16:24] + e[28:], (rnd, seq), "missing",
          "unencrypted|plain")  # fmt: skip
    built("inner_before_the_header", lambda e: e[32:] + e[:32], (rnd, mid, "inner", "inner/constructor"), "order")
    built("key_id_in_front_of_the_envelope", lambda e: key_id(C.perm) + e, (rnd,), "extra", "key id|auth_key_id")
    built("whole_header_twice", lambda e: e[:32] + e, (rnd, mid, seq, size), "extra", "header")
    built("padding_between_header_and_inner", lambda e: e[:32] + C.padding + e[32:], ("plaintext/padding", "inner"),
          "extra", "padding|before the inner|between")  # fmt: skip
    built("padding_before_the_envelope", lambda e: C.padding + e, ("plaintext/padding", rnd), "extra", "padding")


def padding_mistakes() -> None:
    def pad(name: str, padding: bytes, *words: str) -> None:
        single(name, made(padding=padding), Guilt(("plaintext/padding",), words=("padding|padded|fill", *words),
                                                  allow=("encrypted_message",), kinds=()))  # fmt: skip

    pad("padding_of_forty_bytes", pattern("pad", 40))
    pad("padding_by_the_rules_of_mtproto_2", pattern("pad", 56), "MTProto 2")
    pad("padding_of_eight_hundred_bytes", pattern("pad", 88))
    single(
        "pkcs7_to_96_bytes",
        made(after_hash=lambda e, p: e + p + bytes([16]) * 16),
        Guilt(("plaintext/padding",), words=("padding|PKCS",), kinds=("pkcs7",), allow=("encrypted_message",)),
    )
    single("padding_in_front_after_the_hash", made(after_hash=lambda e, p: p + e),
           Guilt(("plaintext/padding", "envelope/random"), words=("padding",), shape="order",
                 allow=("plaintext", "encrypted_message/msg_key"), kinds=("changed",)))  # fmt: skip
    single("padding_before_inner_after_the_hash", made(after_hash=lambda e, p: e[:32] + p + e[32:]),
           Guilt(("plaintext/padding", "inner"), words=("padding",), shape="order",
                 allow=("plaintext", "encrypted_message/msg_key"), kinds=("changed",)))  # fmt: skip


# -- msg_key

Hash = Callable[[bytes, bytes, bytes], bytes]
MSG_KEYS: dict[str, tuple[Hash, tuple[str, ...]]] = {
    "from_two": (lambda t, p, k: sha1(t)[2:18], ("other slice",)),
    "from_one": (lambda t, p, k: sha1(t)[1:17], ("other slice",)),
    "from_eight_and_zeros": (lambda t, p, k: sha1(t)[8:] + bytes(4), ("other slice",)),
    "from_four_to_sixteen_and_zeros": (lambda t, p, k: sha1(t)[4:16] + bytes(4), ("other slice",)),
    "rotated": (lambda t, p, k: sha1(t)[8:20] + sha1(t)[4:8], ("other order",)),
    "halves_swapped": (lambda t, p, k: sha1(t)[12:20] + sha1(t)[4:12], ("other order",)),
    "words_turned": (lambda t, p, k: b"".join(sha1(t)[i : i + 4][::-1] for i in range(4, 20, 4)), ("other order",)),
    "longs_turned": (lambda t, p, k: sha1(t)[4:12][::-1] + sha1(t)[12:20][::-1], ("other order",)),
    "slice_of_the_reversed_hash": (lambda t, p, k: sha1(t)[::-1][4:20], ("other slice", "other order")),
    "first_sixteen_over_the_padding": (lambda t, p, k: sha1(t + p)[:16], ("over padding", "other slice")),
    "over_zero_padding": (lambda t, p, k: sha1(t + bytes(8))[4:20], ("over padding",)),
    "over_inner_and_padding": (lambda t, p, k: sha1(t[32:] + p)[4:20], ("inner only", "over padding")),
    "without_random": (lambda t, p, k: sha1(t[16:])[4:20], ("other part",)),
    "without_salt_part": (lambda t, p, k: sha1(t[8:])[4:20], ("other part",)),
    "over_the_header_only": (lambda t, p, k: sha1(t[:32])[4:20], ("other part",)),
    "over_the_first_64_bytes": (lambda t, p, k: sha1(t[:64])[4:20], ("other part",)),
    "over_key_and_plaintext": (lambda t, p, k: sha1(k + t)[4:20], ("with the key",)),
    "over_key_part_88_and_plaintext": (lambda t, p, k: sha1(k[88:120] + t)[4:20], ("with the key", "v2 hash")),
    "over_key_id_and_plaintext": (lambda t, p, k: sha1(key_id(k) + t)[4:20], ("with the key",)),
    "over_plaintext_and_key": (lambda t, p, k: sha1(t + k)[4:20], ("with the key",)),
    "over_hex_text": (lambda t, p, k: sha1(t.hex().encode())[4:20], ("text",)),
    "over_hex_text_upper": (lambda t, p, k: sha1(t.hex().upper().encode())[4:20], ("text",)),
    "hex_text_of_it": (lambda t, p, k: sha1(t)[4:20].hex().encode()[:16], ("text",)),
    "v2_without_padding": (lambda t, p, k: sha256(k[88:120] + t)[8:24], ("v2 hash", "sha256", "with the key")),
    "v2_from_the_server": (
        lambda t, p, k: sha256(k[96:128] + t + p)[8:24],
        ("v2 hash", "sha256", "x = 8", "with the key"),
    ),
    "v2_last_sixteen": (
        lambda t, p, k: sha256(k[88:120] + t + p)[16:],
        ("v2 hash", "sha256", "with the key", "other slice"),
    ),
    "sha256_first_sixteen": (lambda t, p, k: sha256(t)[:16], ("sha256",)),
    "sha256_last_sixteen": (lambda t, p, k: sha256(t)[16:], ("sha256",)),
    "sha256_from_four": (lambda t, p, k: sha256(t)[4:20], ("sha256",)),
    "sha256_over_the_padding": (lambda t, p, k: sha256(t + p)[8:24], ("sha256", "over padding")),
    "md5": (lambda t, p, k: hashlib.md5(t).digest(), ("md5",)),
    "md5_over_the_padding": (lambda t, p, k: hashlib.md5(t + p).digest(), ("md5", "over padding")),
    "sha512": (lambda t, p, k: hashlib.sha512(t).digest()[4:20], ("other hash",)),
    "sha1_twice": (lambda t, p, k: sha1(sha1(t))[4:20], ("other hash",)),
    "zero": (lambda t, p, k: bytes(16), (ZEROS,)),
    "random": (lambda t, p, k: pattern("random hash", 16), ()),
    "hmac": (lambda t, p, k: hmac.new(k, t, "sha1").digest()[4:20], ("with the key", "other hash")),
}


def msg_keys() -> None:
    right = right_hash(C.envelope, b"", b"")
    for name, (make, kinds) in MSG_KEYS.items():
        got = make(C.envelope, C.padding, C.perm)
        single(
            f"msg_key_{name}",
            made(msg_key=make),
            Guilt(("encrypted_message/msg_key",), got, right, kinds=(*kinds, "hash of something else")),
        )
    changes = {
        "seqno": lambda e: e[:24] + b"\1\0\0\0" + e[28:], "length": lambda e: e[:28] + bytes(4) + e[32:],
        "msg_id": lambda e: e[:16] + long(C.msg_id - (5 << 32)) + e[24:],
        "random": lambda e: pattern("other random", 16) + e[16:],
        "session": lambda e: e[:60] + pattern("placeholder", 8) + e[68:],
    }  # fmt: skip
    for name, change in changes.items():
        single(
            f"msg_key_taken_before_{name}_was_set",
            made(hashed_as=change),
            Guilt(("encrypted_message/msg_key",), None, right, kinds=("hash of something else", "changed", "stale")),
        )
    single("msg_key_over_the_ciphertext", sealed_changed(
        lambda s: s[:8] + sha1(s[24:])[4:20] + s[24:]),
        Guilt(("encrypted_message/msg_key",), None, None, kinds=("hash of something else", "changed"),
              allow=(GROUND,)))  # fmt: skip
    single("msg_key_reversed_in_the_field_only", sealed_changed(lambda s: s[:8] + s[8:24][::-1] + s[24:]),
           Guilt(("encrypted_message/msg_key",), C.sealed[8:24][::-1], C.sealed[8:24], kinds=("other order", "changed"),
                 allow=(GROUND,)))  # fmt: skip
    single("msg_key_zeroed_in_the_field_only", sealed_changed(lambda s: s[:8] + bytes(16) + s[24:]),
           Guilt(("encrypted_message/msg_key",), bytes(16), C.sealed[8:24], kinds=(ZEROS, "changed"),
                 allow=(GROUND,)))  # fmt: skip


# -- key, schedule, cipher


def recipe(*steps: str, kinds: tuple[str, ...] = (), words: tuple[str, ...] = (), allow: tuple[str, ...] = ()) -> Guilt:
    return Guilt(steps=steps, kinds=kinds, words=words, allow=(GROUND, *allow))


CUTS: dict[str, Callable[[bytes, bytes], tuple[bytes, bytes, bytes, bytes]]] = {
    "sha1_a_key_first": lambda k, m: (k[:32] + m, *right_cut(k, m)[1:]),
    "sha1_a_of_36_bytes": lambda k, m: (m + k[:36], *right_cut(k, m)[1:]),
    "sha1_a_of_16_bytes": lambda k, m: (m + k[:16], *right_cut(k, m)[1:]),
    "sha1_a_from_32": lambda k, m: (m + k[32:64], *right_cut(k, m)[1:]),
    "sha1_b_msg_key_first": lambda k, m: (right_cut(k, m)[0], m + k[32:64], *right_cut(k, m)[2:]),
    "sha1_b_msg_key_last": lambda k, m: (right_cut(k, m)[0], k[32:64] + m, *right_cut(k, m)[2:]),
    "sha1_b_halves_swapped": lambda k, m: (right_cut(k, m)[0], k[48:64] + m + k[32:48], *right_cut(k, m)[2:]),
    "sha1_b_same_half_twice": lambda k, m: (right_cut(k, m)[0], k[32:48] + m + k[32:48], *right_cut(k, m)[2:]),
    "sha1_b_from_40": lambda k, m: (right_cut(k, m)[0], k[40:56] + m + k[56:72], *right_cut(k, m)[2:]),
    "sha1_b_second_half_of_32": lambda k, m: (right_cut(k, m)[0], k[32:48] + m + k[48:80], *right_cut(k, m)[2:]),
    "sha1_c_msg_key_first": lambda k, m: (*right_cut(k, m)[:2], m + k[64:96], right_cut(k, m)[3]),
    "sha1_c_of_16_bytes": lambda k, m: (*right_cut(k, m)[:2], k[64:80] + m, right_cut(k, m)[3]),
    "sha1_c_from_48": lambda k, m: (*right_cut(k, m)[:2], k[48:80] + m, right_cut(k, m)[3]),
    "sha1_d_key_first": lambda k, m: (*right_cut(k, m)[:3], k[96:128] + m),
    "sha1_d_from_64": lambda k, m: (*right_cut(k, m)[:3], m + k[64:96]),
    "sha1_d_of_16_bytes": lambda k, m: (*right_cut(k, m)[:3], m + k[96:112]),
    "sha1_d_from_128": lambda k, m: (*right_cut(k, m)[:3], m + k[128:160]),
}
PUTS: dict[str, tuple[Callable[[bytes, bytes, bytes, bytes], tuple[bytes, bytes]], str]] = {
    "aes_key_b_from_the_start": (lambda a, b, c, d: (a[:8] + b[:12] + c[4:16], right_put(a, b, c, d)[1]), "aes_key"),
    "aes_key_c_from_the_start": (lambda a, b, c, d: (a[:8] + b[8:20] + c[:12], right_put(a, b, c, d)[1]), "aes_key"),
    "aes_key_c_from_eight": (lambda a, b, c, d: (a[:8] + b[8:20] + c[8:20], right_put(a, b, c, d)[1]), "aes_key"),
    "aes_key_a_of_twelve": (lambda a, b, c, d: (a[:12] + b[8:20] + c[4:12], right_put(a, b, c, d)[1]), "aes_key"),
    "aes_key_in_the_order_a_c_b": (lambda a, b, c, d: (a[:8] + c[4:16] + b[8:20], right_put(a, b, c, d)[1]), "aes_key"),
    "aes_key_all_of_a": (lambda a, b, c, d: (a + b[8:20], right_put(a, b, c, d)[1]), "aes_key"),
    "aes_key_reversed": (lambda a, b, c, d: (right_put(a, b, c, d)[0][::-1], right_put(a, b, c, d)[1]), "aes_key"),
    "aes_iv_a_from_the_start": (
        lambda a, b, c, d: (right_put(a, b, c, d)[0], a[:12] + b[:8] + c[16:] + d[:8]),
        "aes_iv",
    ),
    "aes_iv_b_from_twelve": (lambda a, b, c, d: (right_put(a, b, c, d)[0], a[8:] + b[12:] + c[16:] + d[:8]), "aes_iv"),
    "aes_iv_c_from_the_start": (lambda a, b, c, d: (right_put(a, b, c, d)[0], a[8:] + b[:8] + c[:4] + d[:8]), "aes_iv"),
    "aes_iv_d_from_twelve": (lambda a, b, c, d: (right_put(a, b, c, d)[0], a[8:] + b[:8] + c[16:] + d[12:]), "aes_iv"),
    "aes_iv_d_before_c": (lambda a, b, c, d: (right_put(a, b, c, d)[0], a[8:] + b[:8] + d[:8] + c[16:]), "aes_iv"),
    "aes_iv_b_before_a": (lambda a, b, c, d: (right_put(a, b, c, d)[0], b[:8] + a[8:] + c[16:] + d[:8]), "aes_iv"),
    "aes_iv_reversed": (lambda a, b, c, d: (right_put(a, b, c, d)[0], right_put(a, b, c, d)[1][::-1]), "aes_iv"),
    "aes_key_and_iv_swapped": (lambda a, b, c, d: right_put(a, b, c, d)[::-1], "aes_key"),
    "aes_key_and_iv_cut_from_one_string": (
        lambda a, b, c, d: ((a + b + c + d)[:32], (a + b + c + d)[32:64]),
        "schedule",
    ),
}


def schedules() -> None:
    for name, cut in CUTS.items():
        single(f"schedule_{name}", made(schedule=schedule(cut=cut)),
               recipe("schedule", kinds=(name[:6],), words=(name[:6],) if name[5] in "ab" else (name[:6], *(
                   ("aes_iv",) if name[5] == "d" else ()))))  # fmt: skip
    for name, (put, step) in PUTS.items():
        kinds = ("iv halves",) if name == "aes_iv_reversed" else ()
        single(f"schedule_{name}", made(schedule=schedule(put=put)), recipe("schedule", step, kinds=kinds))
    single("schedule_v2_from_the_server", made(schedule=kdf2, x=8), recipe("schedule", kinds=("v2 schedule", "x = 8")))
    single("schedule_x_of_128", made(x=128),
           recipe("schedule", words=("half|128",), kinds=("other half",)))  # fmt: skip
    single("schedule_x_of_4", made(x=4), recipe("schedule", words=("x =",)))
    single("schedule_x_of_88", made(x=88), recipe("schedule", words=("x =",)))
    single(
        "schedule_md5_for_sha1",
        made(schedule=lambda k, m, x=0: right_put(*((hashlib.md5(p).digest() + bytes(4)) for p in right_cut(k, m)))),
        recipe("schedule", kinds=("md5",)),
    )
    single(
        "schedule_sha256_for_sha1",
        made(schedule=lambda k, m, x=0: right_put(*(sha256(p)[:20] for p in right_cut(k, m)))),
        recipe("schedule", kinds=("sha256",)),
    )
    single("schedule_msg_key_reversed", made(schedule=lambda k, m, x=0: kdf1(k, m[::-1])),
           recipe("schedule", words=("msg_key.*(reversed|back to front|order)",)))  # fmt: skip
    single("schedule_msg_key_as_hex_text", made(schedule=lambda k, m, x=0: kdf1(k, m.hex().encode())),
           recipe("schedule", kinds=("text",)))  # fmt: skip
    single("schedule_whole_sha1_for_msg_key",
           {**made(schedule=lambda k, m, x=0: kdf1(k, sha1(C.envelope)))},
           recipe("schedule", words=("20 bytes|whole|whole hash",)))  # fmt: skip
    single(
        "schedule_of_the_key_exchange",
        made(schedule=lambda k, m, x=0: (sha1(k + m) + sha1(m + k)[:12], sha1(m + k)[12:] + sha1(k + k) + k[:4])),
        recipe("schedule"),
    )

    spelled: dict[str, tuple[Callable[[bytes], bytes], tuple[str, ...], tuple[str, ...]]] = {
        "reversed": (lambda k: k[::-1], ("key reversed", TURNED), ()),
        "as_hex_text": (lambda k: k.hex().encode(), ("text",), ("hex",)),
        "as_upper_hex_text": (lambda k: k.hex().upper().encode(), ("text",), ("hex",)),
        "as_base64_text": (lambda k: base64.b64encode(k), ("text",), ("base64",)),
        "with_a_sign_byte_in_the_schedule": (lambda k: b"\0" + k, ("sign byte",), ()),
        "words_turned": (
            lambda k: b"".join(k[i : i + 4][::-1] for i in range(0, 256, 4)),
            (TURNED, "key reversed"),
            (),
        ),
        "as_utf8": (lambda k: k.decode("latin-1").encode(), ("text",), ("UTF-8|utf-8",)),
        "with_bytes_above_127_lost": (lambda k: k.decode("utf-8", "replace").encode(), ("text",), ("UTF-8|utf-8",)),
        "from_byte_one": (lambda k: k[1:], ("stripped",), ("one byte|off by")),
        "as_a_tl_string": (tl_bytes, ("text",), ("TL string|length",)),
        "as_mpi": (lambda k: b"\0\0\1\0" + k, ("sign byte",), ("length",)),
    }
    for name, (change, kinds, words) in spelled.items():
        words = (words,) if isinstance(words, str) else words
        single(f"key_{name}_in_the_schedule", made(schedule_key=change),
               recipe("key spelling", "schedule", kinds=kinds, words=words))  # fmt: skip
    for name, change, kinds in (
        ("hex_text", lambda k: k.hex().encode(), ("text",)),
        ("base64_text", base64.b64encode, ("text",)),
        ("with_length_in_front", tl_bytes, ("text",)),
        ("words_turned", spelled["words_turned"][0], (TURNED, "key reversed")),
        ("its_sha256_repeated", lambda k: sha256(k) * 8, ()),
    ):
        wrong = replace(C, perm=change(C.perm))
        # Whoever spells the key so has its id from the same spelling: one mistake, seen in every place.
        single(
            f"key_kept_as_{name}",
            {**wrong.facts(), "perm_key": C.perm},
            recipe("key spelling", "key id", kinds=(*kinds, "other key"), words=("hex", "base64"), allow=EVERY_ID),
        )
    single(
        "temp_key_stripped_in_its_id",
        lambda: {**replace(C, temp=b"\0" + C.temp[1:], inner_temp=key_id(C.temp[1:])).facts()},
        Guilt(("inner/temp_auth_key_id",), key_id(C.temp[1:]), key_id(b"\0" + C.temp[1:]), kinds=("stripped",)),
    )
    single("perm_key_stripped_in_the_schedule_only", lambda: {
        **replace(ZERO, schedule_key=lambda k: k.lstrip(b"\0")).facts()},
        recipe("key spelling", "schedule", kinds=("stripped",)))  # fmt: skip
    single(
        "perm_key_stripped_in_its_id_only",
        lambda: {**replace(ZERO, front=key_id(SHORT), inner_perm=key_id(SHORT), request_perm=key_id(SHORT)).facts()},
        Guilt(EVERY_ID, key_id(SHORT), key_id(ZERO.perm), steps=("key spelling", "key id"), kinds=("stripped",)),
    )
    single("sealed_with_an_older_permanent_key",
           {**made(sealing_key=OTHER), "other_keys": [OTHER]},
           recipe("key", kinds=("other key",), words=("another key",)))  # fmt: skip


CIPHERS: dict[str, tuple[Callable[[bytes, bytes, bytes], bytes], tuple[str, ...], tuple[str, ...]]] = {
    "ecb": (ecb, ("ecb",), ("ECB",)),
    "cfb": (cfb, ("cfb",), ("CFB",)),
    "ofb": (ofb, ("ofb",), ("OFB",)),
    "aes_128": (aes_128, ("aes-128",), ("AES-?128|16 bytes of",)),
    "aes_128_cbc": (lambda d, k, iv: cbc(d, k[:16], iv), ("aes-128", "cbc"), ("AES-?128|CBC",)),
    "aes_192": (lambda d, k, iv: ige(d, k[:24], iv), ("aes-192",), ("AES-?192",)),
    "zero_iv": (zero_iv, ("zero iv",), ("iv",)),
    "half_iv_twice": (half_iv_twice, ("iv half",), (r"\biv\b",)),
    "half_iv_zero": (half_iv_zero, ("iv half", "zero iv"), (r"\biv\b",)),
    "first_half_iv_zero": (lambda d, k, iv: ige(d, k, bytes(16) + iv[16:]), ("iv half", "zero iv"), (r"\biv\b",)),
    "memories_crossed": (memory_of_the_plaintext, ("crossed",), ("memor|crossed|previous",)),
    "every_block_a_first_one": (chained_to_the_first, ("not chained",), ("chain|every block|each block",)),
    "second_memory_never_updated": (without_the_last_xor, ("not chained",), ("memor|chain|updated|previous",)),
    "words_turned": (words_turned, (TURNED,), ("words",)),
    "iv_halves_each_reversed": (lambda d, k, iv: ige(d, k, iv[:16][::-1] + iv[16:][::-1]), (TURNED,), (r"\biv\b",)),
    "cbc_second_half_of_iv": (lambda d, k, iv: cbc(d, k, iv[16:]), ("cbc",), ("CBC",)),
    "cbc_decrypt": (
        lambda d, k, iv: Cipher(algorithms.AES(k), modes.CBC(iv[:16])).decryptor().update(d),
        ("cbc", "backwards"),
        ("CBC|backwards|decrypt",),
    ),
    "not_encrypted": (lambda d, k, iv: d, ("not encrypted",), ("not encrypted|not sealed|plain|unencrypted|clear",)),
    "ige_twice": (lambda d, k, iv: ige(ige(d, k, iv), k, iv), ("twice",), ("twice",)),
    "xored_with_the_key": (
        lambda d, k, iv: bytes(a ^ b for a, b in zip(d, (k + iv) * 3, strict=False)),
        ("xor",),
        ("XOR",),
    ),
    "iv_reset_to_zero_after_a_block": (
        lambda d, k, iv: ige(d[:16], k, iv) + ige(d[16:], k, bytes(32)),
        ("not chained", "zero iv"),
        ("chain|reset|iv",),
    ),
    "blocks_in_reverse_order": (
        lambda d, k, iv: b"".join(reversed([ige(d, k, iv)[i : i + 16] for i in range(0, len(d), 16)])),
        ("block order",),
        ("order|back to front",),
    ),
    "output_reversed": (lambda d, k, iv: ige(d, k, iv)[::-1], (TURNED, "block order"), ("reversed|back to front",)),
    "input_reversed": (lambda d, k, iv: ige(d[::-1], k, iv), (TURNED, "block order"), ("reversed|back to front",)),
}


def ciphers() -> None:
    for name, (cipher, kinds, words) in CIPHERS.items():
        steps = ("aes_iv", "cipher") if "iv" in name else ("cipher",)
        single(f"cipher_{name}", made(cipher=cipher),
               recipe(*steps, kinds=kinds, words=words, allow=("plaintext",) if "put_rev" in name else ()))  # fmt: skip
    single("cipher_last_block_dropped", made(cipher=lambda d, k, iv: ige(d, k, iv)[:-16]),
           Guilt(("encrypted_message", GROUND), words=("cut|stops|missing|block",), steps=("cipher",), shape="missing",
                 kinds=("cut off",), allow=("encrypted_message/msg_key",)))  # fmt: skip
    single(
        "cipher_first_block_dropped",
        made(cipher=lambda d, k, iv: ige(d, k, iv)[16:]),
        Guilt(("encrypted_message", GROUND), words=("cut|missing|block",), steps=("cipher",), shape="missing"),
    )
    single(
        "cipher_last_block_in_clear",
        made(cipher=lambda d, k, iv: ige(d[:-16], k, iv) + d[-16:]),
        Guilt(
            (GROUND, "plaintext/padding", "inner/expires_at", "inner/temp_session_id"),
            words=("block|clear",),
            steps=("cipher",),
            kinds=("changed", "not encrypted"),
            allow=("encrypted_message/msg_key", "plaintext"),
        ),
    )
    single("cipher_last_block_twice", made(cipher=lambda d, k, iv: ige(d, k, iv) + ige(d, k, iv)[-16:]),
           Guilt(("encrypted_message", GROUND, "plaintext/padding"), words=("twice|too many|size|padding",),
                 steps=("cipher",), shape="extra"))  # fmt: skip
    single(
        "cipher_iv_in_front",
        made(cipher=lambda d, k, iv: iv + ige(d, k, iv)),
        Guilt(("encrypted_message", GROUND), words=(r"\biv\b",), steps=("cipher", "aes_iv"), shape="extra"),
    )
    single("cipher_only_inner_encrypted", made(after_hash=lambda e, p: e[32:] + p),
           Guilt(("envelope", "plaintext", "encrypted_message"), words=("header|envelope",), shape="missing",
                 allow=("encrypted_message/msg_key", "envelope/length"), kinds=("inner only",)))  # fmt: skip


# -- encrypted_message, and the request around it


def fields_of_the_request() -> None:
    def seal(
        name: str,
        change: Callable[[bytes], bytes],
        fields: tuple[str, ...],
        *words: str,
        shape: str | None = None,
        kinds: tuple[str, ...] = (),
        allow: tuple[str, ...] = (),
    ) -> None:
        if fields == (whole,):  # whatever stands in it is read from the wrong place
            allow += (front,)
        single(name, sealed_changed(change),
               Guilt(fields, words=words, shape=shape, kinds=kinds, allow=(whole, GROUND, *allow)))  # fmt: skip

    whole, front, hashed = "encrypted_message", "encrypted_message/perm_auth_key_id", "encrypted_message/msg_key"
    seal("sealed_without_msg_key", lambda s: s[:8] + s[24:], (hashed,), "msg_key", shape="missing", allow=(front,))
    seal("sealed_without_id_and_msg_key", lambda s: s[24:], (front, hashed), "msg_key", "key id", shape="missing")
    seal("sealed_msg_key_before_id", lambda s: s[8:24] + s[:8] + s[24:], (front, hashed), "order|changed places|before",
         shape="order")  # fmt: skip
    seal("sealed_ciphertext_before_msg_key", lambda s: s[:8] + s[24:] + s[8:24], (hashed, GROUND),
         "order|changed places|before|end", shape="order")  # fmt: skip
    seal("sealed_all_reversed", lambda s: s[::-1], (front, hashed), "reversed|back to front", shape="order",
         kinds=(TURNED,))  # fmt: skip
    seal("sealed_id_twice", lambda s: s[:8] + s, (front,), "twice|two", shape="extra", allow=(hashed,))
    seal("sealed_msg_key_twice", lambda s: s[:24] + s[8:], (hashed,), "twice|two", shape="extra")
    seal("sealed_whole_twice", lambda s: s + s, (whole,), "twice|two|doubled", shape="extra")
    seal("sealed_sha1_of_twenty_bytes", lambda s: s[:8] + sha1(C.envelope) + s[24:], (hashed,), "20|twenty|whole",
         shape="extra")  # fmt: skip
    for name, got, kinds in (
        ("the_temporary_ones", key_id(C.temp), ()),
        ("big_endian", key_id(C.perm)[::-1], (TURNED,)),
        ("zero", bytes(8), (ZEROS,)),
        ("the_wrong_half", sha1(C.perm)[:8], ("hash end",)),
        ("another_ones", key_id(OTHER), ()),
        ("through_a_double", rounded(key_id(C.perm)), (DOUBLE,)),
        ("cut", key_id(C.perm)[:4] + bytes(4), (CUT,)),
    ):
        single(f"sealed_key_id_is_{name}", made(front=got), Guilt((front,), got,
                                                                   key_id(C.perm), kinds=kinds))  # fmt: skip
    seal("sealed_key_id_of_four_bytes", lambda s: s[:4] + s[8:], (front,), "key id|auth_key_id", shape="missing")
    seal("sealed_with_length_in_words_in_front", lambda s: b"\x1a" + s, (whole,), "length|front|abridged",
         shape="extra")  # fmt: skip
    seal("sealed_with_an_int_length_inside", lambda s: b"\x68\0\0\0" + s, (whole,), "length|front",
         shape="extra", allow=(front,))  # fmt: skip
    seal("sealed_as_upper_hex", lambda s: s.hex().upper().encode(), (whole,), "hex", kinds=("text",))
    seal("sealed_as_base64url", lambda s: base64.urlsafe_b64encode(s), (whole,), "base64", kinds=("text",))
    seal("sealed_as_base64_without_equals", lambda s: base64.b64encode(s).rstrip(b"="), (whole,), "base64",
         kinds=("text",))  # fmt: skip
    seal("sealed_as_utf8", lambda s: s.decode("latin-1").encode(), (whole,), "UTF-8|utf-8",
         kinds=("text",))  # fmt: skip
    seal("sealed_decoded_with_replacement", lambda s: s.decode("utf-8", "replace").encode(), (whole,),
         "UTF-8|utf-8|U\\+FFFD|replacement", kinds=("text",))  # fmt: skip
    seal("sealed_cut_to_a_hundred", lambda s: s[:100], (whole,),
         "cut|stops|missing|short|100", shape="missing", kinds=("cut off",))  # fmt: skip
    seal("sealed_cut_to_one_byte_less", lambda s: s[:103], (whole,), "cut|stops|missing|short|size|103",
         shape="missing", kinds=("cut off",))  # fmt: skip
    seal(
        "sealed_with_a_block_too_many",
        lambda s: s + bytes(16),
        (whole, GROUND),
        "too many|size|follow|behind|trailing|after|120|append",
        shape="extra",
        allow=("plaintext/padding",),
    )
    seal("sealed_with_eight_bytes_behind", lambda s: s + pattern("behind", 8), (whole,),
         "too many|size|follow|behind|trailing|after|112|append", shape="extra")  # fmt: skip
    seal("sealed_eight_bytes_lost_in_the_middle", lambda s: s[:48] + s[56:], (whole, GROUND),
         "missing|lost|size|96|short", shape="missing")  # fmt: skip
    seal("sealed_last_block_zeroed", lambda s: s[:88] + bytes(16), (GROUND,), "changed|block|zero",
         kinds=("changed", ZEROS), allow=(hashed, "plaintext/padding"))  # fmt: skip
    seal("sealed_two_blocks_exchanged", lambda s: s[:56] + s[72:88] + s[56:72] + s[88:], (GROUND,),
         "changed|block|order", kinds=("changed", "block order"), allow=(hashed,))  # fmt: skip
    seal("sealed_middle_block_repeated", lambda s: s[:56] + s[40:56] + s[72:], (GROUND,), "changed|block",
         kinds=("changed",), allow=(hashed,))  # fmt: skip
    seal("sealed_carriage_returns_added", lambda s: s[:60] + b"\r" + s[60:], (GROUND, whole),
         "size|105|too many|insert|line", shape="extra")  # fmt: skip
    for bit in (8 * 24, 8 * 50 + 7, 8 * 103):
        single(
            f"sealed_bit_{bit}_flipped",
            sent(flipped(bit)),
            Guilt((GROUND,), words=("bit",), kinds=("bit", "changed"), allow=(hashed,)),
        )
    single("sealed_bit_of_msg_key_flipped", sent(flipped(8 * 12)),
           Guilt((hashed,), words=("bit",), kinds=("bit", "changed", "hash of something else"),
                 allow=(GROUND,)))  # fmt: skip
    single("sealed_bit_of_key_id_flipped", sent(flipped(8 * 3)),
           Guilt((front,), words=("bit",), kinds=("bit", "changed")))  # fmt: skip

    def request(name: str, data: bytes, fields: tuple[str, ...], *words: str, shape: str | None = None,
                kinds: tuple[str, ...] = (), allow: tuple[str, ...] = ()) -> None:  # fmt: skip
        single(
            name,
            sent(data),
            Guilt(
                tuple(f"request/{f}" if f else "request" for f in fields),
                words=words,
                shape=shape,
                kinds=kinds,
                allow=("request", *allow),
            ),
        )

    r, tail = C.request, C.request[24:]
    for name, got, kinds in (
        ("big_endian", ID[::-1], (TURNED,)), ("zero", bytes(4), (ZEROS,)), ("of_inner", INNER_ID, ()),
        ("of_drop_temp_auth_keys", bytes.fromhex("88a1488e"), ()), ("mistyped", bytes.fromhex("052ad4ce"), ()),
    ):  # fmt: skip
        single(
            f"request_constructor_{name}",
            sent(got + r[4:]),
            Guilt(
                ("request/constructor", "request"), got, ID, kinds=kinds, words=("constructor|auth.bindTempAuthKey",)
            ),
        )
    request("request_constructor_twice", ID + r, ("constructor",), "twice|constructor", shape="extra",
            allow=("request/perm_auth_key_id",))  # fmt: skip
    request("request_in_the_order_of_inner", ID + r[12:20] + r[4:12] + r[20:], ("nonce", "perm_auth_key_id"),
            "order|changed places|swapped", shape="order")  # fmt: skip
    request("request_expires_at_first", ID + r[20:24] + r[4:20] + tail, ("expires_at", "nonce", "perm_auth_key_id"),
            "order|changed places|swapped", shape="order")  # fmt: skip
    request("request_expires_at_before_nonce", r[:12] + r[20:24] + r[12:20] + tail, ("expires_at", "nonce"),
            "order|changed places|swapped", shape="order")  # fmt: skip
    request("request_encrypted_message_first", ID + tail + r[4:24], ("encrypted_message", "perm_auth_key_id"),
            "order|changed places|encrypted_message", shape="order")  # fmt: skip
    later = ("request/encrypted_message",)
    request("request_without_perm_auth_key_id", ID + r[12:], ("perm_auth_key_id",), NAMED["perm_auth_key_id"],
            shape="missing", allow=later)  # fmt: skip
    request("request_without_nonce", r[:12] + r[20:], ("nonce",), "nonce", shape="missing", allow=later)
    request("request_without_expires_at", r[:20] + tail, ("expires_at",), "expires_at", shape="missing",
            allow=("inner/expires_at", *later))  # fmt: skip
    request("request_without_encrypted_message", r[:24], ("encrypted_message",), "encrypted_message", shape="missing")
    request(
        "request_with_empty_encrypted_message",
        r[:24] + bytes(4),
        ("encrypted_message",),
        "encrypted_message.*empty|empty",
        shape="missing",
        allow=("encrypted_message",),
    )
    request(
        "request_with_nonce_of_sixteen_bytes",
        r[:20] + bytes(8) + r[20:],
        ("nonce",),
        "nonce",
        shape="extra",
        allow=later,
    )
    request("request_with_nonce_of_four_bytes", r[:16] + r[20:], ("nonce",), "nonce", shape="missing", allow=later)
    request("request_with_expires_at_as_a_long", r[:24] + bytes(4) + tail, ("expires_at",), "expires_at", shape="extra",
            allow=later)  # fmt: skip
    request("request_with_expires_at_as_a_double", r[:20] + struct.pack("<d", C.expires_at) + tail, ("expires_at",),
            "expires_at", shape="extra", kinds=(DOUBLE,), allow=later)  # fmt: skip
    request(
        "request_with_flags",
        ID + bytes(4) + r[4:],
        ("perm_auth_key_id", "constructor"),
        "flags|four bytes|4 bytes",
        shape="extra",
        allow=("request/nonce", *later),
    )
    request("request_with_temp_auth_key_id_too", r[:12] + key_id(C.temp) + r[12:], ("nonce", "perm_auth_key_id"),
            NAMED["temp_auth_key_id"], "eight bytes|8 bytes", shape="extra", allow=later)  # fmt: skip
    request("request_with_session_id_too", r[:20] + long(C.session_id) + r[20:], ("expires_at", "nonce"),
            "session|nonce", "eight bytes|8 bytes", shape="extra", allow=later)  # fmt: skip
    kin = {"perm_auth_key_id": (4, 12), "nonce": (12, 20), "expires_at": (20, 24)}
    for field, (start, end) in kin.items():
        right = r[start:end]
        for what in ("big_endian", "zero", "low_half_only", "plus_one", "without_its_sign"):
            change, kinds = VALUE_MISTAKES[what]
            got = change(right)
            kinds += ("milliseconds", "duration", "past", "late") if field == "expires_at" else ()
            undecided = field != "perm_auth_key_id" and what in {"big_endian", "plus_one", "without_its_sign"}
            if got != right and undecided:  # two numbers that differ: nobody can say which of them is right
                truth = Guilt((f"request/{field}", f"inner/{field}"), kinds=kinds)
            else:
                truth = Guilt((f"request/{field}",), got, right, kinds=kinds, allow=(f"inner/{field}",))
            single(f"request_{field}_{what}", sent(r[:start] + got + r[end:]), truth)
    for name, got, kinds in (("the_temp_id", key_id(C.temp), ()), ("the_wrong_half", sha1(C.perm)[:8], ("hash end",)),
                             ("through_a_double", rounded(key_id(C.perm)), (DOUBLE,))):  # fmt: skip
        single(
            f"request_perm_auth_key_id_is_{name}",
            made(request_perm=got),
            Guilt(("request/perm_auth_key_id",), got, key_id(C.perm), kinds=kinds),
        )
    single("request_nonce_through_a_double", sent(r[:12] + rounded(r[12:20]) + r[20:]),
           Guilt(("request/nonce", "inner/nonce"), None, None, kinds=(DOUBLE,)))  # fmt: skip
    single(
        "request_nonce_drawn_anew", sent(r[:12] + pattern("anew", 8) + r[20:]), Guilt(("request/nonce", "inner/nonce"))
    )
    string = Guilt(("request", "request/encrypted_message"), steps=("TL string",), words=("length|string",),
                   allow=("encrypted_message", "encrypted_message/perm_auth_key_id", GROUND))  # fmt: skip
    for name, made_of in {
        "short_by_one": b"\x67" + C.sealed + bytes(3),
        "long_by_four": b"\x6c" + C.sealed + bytes(3),
        "in_words": b"\x1a" + C.sealed + bytes(3),
        "big_endian_int": b"\0\0\0\x68" + C.sealed,
        "of_three_bytes": b"\x68\0\0" + C.sealed + bytes(1),
        "as_a_long": b"\x68" + bytes(7) + C.sealed,
        "as_a_vector": bytes.fromhex("15c4b51c") + b"\x68\0\0\0" + C.sealed,
        "of_the_padded_size": b"\x6b" + C.sealed + bytes(3),
        "of_the_ciphertext": b"\x50" + C.sealed + bytes(3),
        "of_72": b"\x48" + C.sealed + bytes(3),
        "as_a_varint_with_a_tag": b"\x0a\x68" + C.sealed + bytes(2),
        "fe_big_endian": b"\xfe\0\0\x68" + C.sealed,
    }.items():
        single(f"request_length_head_{name}", sent(C.head + made_of), string)
    single(
        "request_string_padded_by_seven",
        sent(C.request + bytes(4)),
        Guilt(("request",), words=("follows|left over|behind|after|padding|too many|append",), shape="extra"),
    )
    single(
        "request_twice",
        sent(C.request + C.request),
        Guilt(("request",), words=("follows|left over|behind|after|twice|too many|append",), shape="extra"),
    )
    single(
        "request_with_the_padding_of_mtproto",
        sent(C.request + pattern("outer", 12)),
        Guilt(("request",), words=("follows|left over|behind|after|padding|too many|append",), shape="extra"),
    )
    single("request_cut_in_the_middle", sent(C.request[:77]),
           Guilt(("request", "request/encrypted_message"), words=("cut|stops|missing|short|ends",), shape="missing",
                 allow=("encrypted_message",)))  # fmt: skip
    single("request_reversed", sent(C.request[::-1]), Guilt(("request", "request/constructor"), words=(
        "reversed|back to front|constructor",), kinds=(TURNED,)))  # fmt: skip
    single("ids_swapped_everywhere", made(request_perm=key_id(C.temp), inner_perm=key_id(C.temp),
                                                           inner_temp=key_id(C.perm), front=key_id(C.temp)),
           Guilt((*EVERY_ID, "inner/temp_auth_key_id"), steps=("key id",), words=("changed places|swapped",),
                 kinds=("keys swapped", "temp key")))  # fmt: skip


# -- the message and the packet


def wrapped_layer(request: bytes) -> bytes:
    return bytes.fromhex("0d0d9bda") + struct.pack("<i", 214) + request


def inited(request: bytes) -> bytes:
    texts = b"".join(tl_bytes(t) for t in (b"Console", b"Linux", b"1.0", b"en", b"", b"en"))
    return wrapped_layer(bytes.fromhex("a95ecdc1") + bytes(4) + struct.pack("<i", 4) + texts + request)


def without_updates(request: bytes) -> bytes:
    return bytes.fromhex("b75994bf") + request


def gzipped(request: bytes) -> bytes:
    return bytes.fromhex("a1cf7230") + tl_bytes(gzip.compress(request, mtime=0))


def container(*messages: tuple[int, int, bytes]) -> bytes:
    body = b"".join(long(i) + struct.pack("<ii", s, len(b)) + b for i, s, b in messages)
    return bytes.fromhex("dcf8f173") + struct.pack("<i", len(messages)) + body


def resealed(
    c: WrongClient,
    key: bytes,
    msg_key: bytes,
    schedule_: Callable[..., tuple[bytes, bytes]] = kdf2,
    x: int = 0,
    cipher: Callable[[bytes, bytes, bytes], bytes] = ige,
    message: bytes | None = None,
) -> bytes:
    return key_id(key) + msg_key + cipher(message or c.message(), *schedule_(key, msg_key, x))


def v2_hash(c: WrongClient, part: slice = slice(8, 24), message: bytes | None = None, at: int = 88) -> bytes:
    return sha256(c.temp[at : at + 32] + (message or c.message()))[part]


def carried() -> None:
    def seal(*words: str, kinds: tuple[str, ...] = (), fields: tuple[str, ...] = ()) -> Guilt:
        return Guilt(("packet/msg_key", *fields), words=words, kinds=kinds, steps=("packet",),
                     allow=("packet", "packet/ciphertext"))  # fmt: skip

    def field(path: str, *kinds: str, allow: tuple[str, ...] = (), words: tuple[str, ...] = ()) -> Guilt:
        return Guilt((path,), kinds=kinds, allow=allow, words=words)

    wired("packet_msg_key_first_sixteen", lambda c: resealed(c, c.temp, v2_hash(c, slice(0, 16))), seal("msg_key"))
    wired("packet_msg_key_last_sixteen", lambda c: resealed(c, c.temp, v2_hash(c, slice(16, 32))), seal("msg_key"))
    wired("packet_msg_key_without_key_part", lambda c: resealed(c, c.temp, sha256(c.message())[8:24]), seal("msg_key"))
    wired(
        "packet_msg_key_key_part_at_96",
        lambda c: resealed(c, c.temp, v2_hash(c, at=96)),
        seal("msg_key", "x = 8", kinds=("x = 8",)),
    )
    wired("packet_msg_key_key_part_at_0", lambda c: resealed(c, c.temp, v2_hash(c, at=0)), seal("msg_key"))
    wired(
        "packet_msg_key_sha1",
        lambda c: resealed(c, c.temp, sha1(c.message())[4:20]),
        seal("msg_key", "MTProto 1", kinds=("packet v1",)),
    )
    wired(
        "packet_msg_key_by_the_permanent_key",
        lambda c: resealed(c, c.temp, sha256(c.perm[88:120] + c.message())[8:24]),
        seal("msg_key"),
    )
    wired(
        "packet_msg_key_reversed",
        lambda c: resealed(c, c.temp, v2_hash(c)[::-1]),
        seal("msg_key", kinds=("other order",)),
    )
    wired(
        "packet_schedule_v1",
        lambda c: resealed(c, c.temp, v2_hash(c), kdf1),
        seal("schedule|MTProto 1", kinds=("packet v1",)),
    )
    wired(
        "packet_schedule_x_8_only",
        lambda c: resealed(c, c.temp, v2_hash(c), kdf2, 8),
        seal("x = 8", "schedule", kinds=("x = 8",)),
    )
    wired(
        "packet_iv_halves_swapped",
        lambda c: resealed(c, c.temp, v2_hash(c), cipher=swapped),
        seal(r"\biv\b", kinds=("iv halves",)),
    )
    wired("packet_cbc", lambda c: resealed(c, c.temp, v2_hash(c), cipher=cbc), seal("CBC", "cipher", kinds=("cbc",)))
    wired(
        "packet_aes_backwards",
        lambda c: resealed(c, c.temp, v2_hash(c), cipher=ige_backwards),
        seal("backwards|decrypt", kinds=("backwards",)),
    )
    wired(
        "packet_names_the_permanent_key",
        lambda c: key_id(c.perm) + c.packet()[8:],
        field("packet/auth_key_id", allow=("packet",), words=("auth_key_id|key id|names|permanent key",)),
    )
    wired(
        "packet_key_id_zero",
        lambda c: bytes(8) + c.packet()[8:],
        field("packet/auth_key_id", ZEROS, allow=("packet",), words=("auth_key_id|key id|unencrypted|plain",)),
    )
    wired(
        "packet_key_id_big_endian",
        lambda c: key_id(c.temp)[::-1] + c.packet()[8:],
        field("packet/auth_key_id", TURNED, allow=("packet",)),
    )
    wired(
        "packet_without_key_id",
        lambda c: c.packet()[8:],
        Guilt(("packet/auth_key_id", "packet"), words=("auth_key_id|key id",), shape="missing"),
    )
    wired(
        "packet_unencrypted",
        lambda c: bytes(8) + long(c.msg_id) + struct.pack("<i", len(c.request)) + c.request,
        Guilt(
            ("packet/auth_key_id", "packet"),
            steps=("packet",),
            words=("unencrypted|plain|not encrypted|not sealed|temporary key",),
            kinds=("not encrypted", ZEROS),
        ),
    )
    wired(
        "packet_cut_by_a_block",
        lambda c: c.packet()[:-16],
        Guilt(
            ("packet", "packet/ciphertext", "message/padding", "packet/msg_key"),
            words=("cut|short|missing|padding",),
            shape="missing",
        ),
    )
    wired(
        "packet_one_bit_flipped",
        lambda c: c.packet()[:90] + bytes([c.packet()[90] ^ 4]) + c.packet()[91:],
        Guilt(
            ("packet", "packet/ciphertext", "packet/msg_key"),
            words=("bit|changed|msg_key",),
            kinds=("bit", "changed"),
            steps=("packet",),
        ),
    )
    wired(
        "packet_with_four_bytes_behind",
        lambda c: c.packet() + pattern("four", 4),
        Guilt(
            ("packet", "packet/ciphertext", "packet/msg_key"),
            words=("behind|follow|too many|size|16|multiple|framing",),
            shape="extra",
        ),
    )
    wired(
        "packet_with_its_length_in_front",
        lambda c: struct.pack("<i", 200) + c.packet(),
        Guilt(("packet", "packet/auth_key_id"), words=("length|front|framing|intermediate",), shape="extra"),
    )

    other = number(pattern("sess", 8))
    wired(
        "message_session_differs",
        sent_with(outer_session=other),
        Guilt(("message/session_id", "inner/temp_session_id"), words=("session",)),
    )
    wired(
        "message_session_zero",
        sent_with(outer_session=0),
        Guilt(("message/session_id", "inner/temp_session_id"), words=("session",), kinds=(ZEROS,)),
    )
    wired(
        "message_session_big_endian",
        lambda c: replace(c, outer_session=number(long(c.session_id)[::-1])).packet(),
        Guilt(("message/session_id", "inner/temp_session_id"), words=("session",), kinds=(TURNED,)),
    )
    both = ("message/msg_id", "envelope/msg_id")
    wired(
        "message_msg_id_a_little_later",
        lambda c: replace(c, outer_msg_id=c.msg_id + 400).packet(),
        Guilt(both, words=("msg_id",), kinds=("older",)),
    )
    wired(
        "message_msg_id_of_the_retry",
        lambda c: replace(c, outer_msg_id=c.msg_id + (2 << 32)).packet(),
        Guilt(both, words=("msg_id",), kinds=("older",)),
    )
    wired(
        "message_msg_id_odd",
        lambda c: replace(c, msg_id=c.msg_id + 1).packet(),
        Guilt(both, words=("msg_id",), kinds=("odd",)),
    )
    wired(
        "message_msg_id_even_not_by_four",
        lambda c: replace(c, msg_id=c.msg_id + 2).packet(),
        Guilt(both, words=("msg_id",), kinds=("odd",)),
    )
    wired(
        "message_msg_id_too_old",
        lambda c: replace(c, msg_id=c.msg_id - (400 << 32)).packet(),
        Guilt(both, words=("msg_id|clock",), kinds=("older", "clock")),
    )
    wired(
        "message_msg_id_too_new",
        lambda c: replace(c, msg_id=c.msg_id + (90 << 32)).packet(),
        Guilt(both, words=("msg_id|clock",), kinds=("fresh", "clock")),
    )
    wired(
        "message_msg_id_in_seconds",
        lambda c: replace(c, msg_id=(c.msg_id >> 32) & -4).packet(),
        Guilt(both, words=("msg_id|clock",), kinds=("older", "clock", CUT)),
    )
    wired(
        "message_msg_id_in_milliseconds",
        lambda c: replace(c, msg_id=((c.msg_id >> 32) * 1000) << 20 & -4).packet(),
        Guilt(both, words=("msg_id|clock",), kinds=("milliseconds", "clock", "older")),
    )
    wired(
        "message_msg_id_zero",
        lambda c: replace(c, msg_id=0).packet(),
        Guilt(both, words=("msg_id|clock",), kinds=(ZEROS, "older", "clock")),
    )
    wired(
        "message_msg_id_negative",
        lambda c: replace(c, msg_id=-c.msg_id).packet(),
        Guilt(both, words=("msg_id|clock",), kinds=(UNSIGNED, "older", "clock")),
    )
    wired(
        "message_seqno_even",
        lambda c: replace(c, outer_seqno=c.outer_seqno - 1).packet(),
        Guilt(("message/seqno",), words=("seqno",)),
    )
    size = Guilt(("message/length",), words=("length",), allow=("message", "message/padding", "packet"), kinds=(ZEROS,))
    wired("message_length_four_less", sent_with(outer_length=128), size)
    wired("message_length_with_padding", sent_with(outer_length=144), size)
    wired("message_length_of_the_seal", sent_with(outer_length=104), size)
    wired("message_length_not_by_four", sent_with(outer_length=131), size)
    wired("message_length_zero", sent_with(outer_length=0), size)
    wired("message_length_negative", sent_with(outer_length=-132), size)
    wired("message_length_in_words", sent_with(outer_length=33), size)
    pad = Guilt(("message/padding",), words=("padding",), allow=("message", "packet", "message/length"))
    v1 = replace(pad, kinds=("packet v1",))
    wired(
        "message_padding_of_eight",
        lambda c: c.packet(message=replace(c, outer_padding=8).message(without_updates(c.request))),
        v1,
    )
    wired(
        "message_padding_of_none",
        lambda c: c.packet(message=replace(c, outer_padding=0).message(wrapped_layer(without_updates(c.request)))),
        pad,
    )
    wired("message_padding_of_1036", sent_with(outer_padding=1036), pad)
    wired(
        "message_salt_and_session_swapped",
        lambda c: replace(c, outer_salt=c.session_id, outer_session=c.salt).packet(),
        Guilt(("message/salt", "message/session_id", "inner/temp_session_id"), words=("salt|session",), shape="order"),
    )
    wired(
        "message_salt_wrong",
        lambda c: replace(c, outer_salt=c.salt ^ 0xFFFF).packet(),
        Guilt(("message/salt",), words=("salt",)),
        salt=C.salt,
    )
    wired(
        "message_salt_zero",
        lambda c: replace(c, outer_salt=0).packet(),
        Guilt(("message/salt",), words=("salt",), kinds=(ZEROS,)),
        salt=C.salt,
    )
    wired(
        "message_salt_big_endian",
        lambda c: replace(c, outer_salt=number(long(c.salt)[::-1])).packet(),
        Guilt(("message/salt",), words=("salt",), kinds=(TURNED,)),
        salt=C.salt,
    )
    wired(
        "message_without_header",
        lambda c: c.packet(message=c.message()[16:]),
        Guilt(
            ("message", "message/salt", "message/session_id"),
            words=("salt|session|header",),
            shape="missing",
            allow=("message/msg_id", "message/seqno", "message/length", "message/padding", "packet"),
        ),
    )
    wired(
        "message_in_a_container_with_the_wrong_id",
        lambda c: replace(c, msg_id=c.msg_id + 8).packet(
            message=replace(c, msg_id=c.msg_id + 8).message(container((c.msg_id + 4, 1, c.request)))
        ),
        Guilt(both, words=("msg_id",), kinds=("older", "container")),
    )
    wired(
        "container_as_a_boxed_vector",
        lambda c: replace(c, msg_id=c.msg_id + 8).packet(
            message=replace(c, msg_id=c.msg_id + 8).message(
                bytes.fromhex("dcf8f173") + bytes.fromhex("15c4b51c") + container((c.msg_id, 1, c.request))[4:]
            )
        ),
        Guilt(
            ("message", "message/body", "packet"), words=("container|vector",), kinds=("container",), steps=("message",)
        ),
    )
    wired(
        "container_in_a_container",
        lambda c: replace(c, msg_id=c.msg_id + 16).packet(
            message=replace(c, msg_id=c.msg_id + 16).message(
                container((c.msg_id + 8, 1, container((c.msg_id, 1, c.request))))
            )
        ),
        Guilt(("message", "message/body", "packet"), words=("container",), kinds=("container",), steps=("message",)),
    )
    wired(
        "request_truncated_in_the_packet",
        lambda c: c.packet(message=c.message(c.request[:-4])),
        Guilt(
            ("request", "request/encrypted_message"),
            words=("cut|stops|missing|short|ends",),
            shape="missing",
            allow=("encrypted_message",),
        ),
    )
    wired(
        "the_seal_alone_is_sent",
        lambda c: c.packet(message=c.message(c.sealed)),
        Guilt(("request", "message/body", "message", "request/constructor"), words=("request|constructor",)),
    )
    wired(
        "a_gzip_without_its_header",
        lambda c: c.packet(message=c.message(bytes.fromhex("a1cf7230") + tl_bytes(zlib.compress(c.request)[2:-4]))),
        Guilt(("request", "message/body", "message"), words=("gzip|zlib|unpack|inflate",)),
    )
    wired(
        "expires_at_far_beyond_the_promise",
        lambda c: replace(c, expires_at=c.expires_at + 86400 * 6).packet(),
        Guilt(("request/expires_at", "inner/expires_at"), words=("expires_at",), kinds=("late",)),
        key_expires_at=C.expires_at,
    )
    wired(
        "expires_at_at_the_end_of_ints",
        lambda c: replace(c, expires_at=2**31 - 1).packet(),
        Guilt(("request/expires_at", "inner/expires_at"), words=("expires_at",), kinds=("late",)),
        key_expires_at=C.expires_at,
    )
    wired(
        "expires_at_an_hour_late_by_the_local_zone",
        lambda c: replace(c, expires_at=c.expires_at + 3600).packet(),
        Guilt(("request/expires_at", "inner/expires_at"), words=("expires_at",), kinds=("late", "local clock")),
        key_expires_at=C.expires_at,
    )


# -- dates, states, answers


def dates() -> None:
    def date(name: str, at: int, *kinds: str, **more: Any) -> None:
        single(
            name,
            expires(at, **more),
            Guilt(
                ("request/expires_at", "inner/expires_at"),
                struct.pack("<i", at),
                None,
                steps=("date",),
                words=("expires_at",),
                kinds=("past", *kinds),
            ),
        )

    def wrap32(n: int) -> int:
        return struct.unpack("<i", struct.pack("<q", n)[:4])[0]

    for extra in range(0, 5000, 7):
        if wrap32((NOW + 86400) * 1000 + extra) < 0:
            date("date_milliseconds_cut", wrap32((NOW + 86400) * 1000 + extra), "milliseconds", CUT)
            break
    date("date_zero", 0, ZEROS, "duration")
    date("date_minus_one", -1, "duration")
    date("date_exactly_now", NOW)
    date("date_of_the_local_zone_behind", NOW + 3600 - 5 * 3600, "local clock", local_now=NOW - 5 * 3600)
    date("date_a_week_in_seconds", 7 * 86400, "duration")
    date("date_is_the_creation", NOW - 4000, perm_key_created=NOW - 4000)
    date("date_after_2038", wrap32(2**31 + 5), "overflow", UNSIGNED)
    date("date_big_endian_in_both", struct.unpack(">i", struct.pack("<i", NOW + 86400))[0], TURNED, "duration")
    date("date_in_minutes", (NOW + 86400) // 60, "duration")
    date("date_days_since_1970", (NOW + 86400) // 86400, "duration")
    date("date_from_seconds_since_2000", NOW + 86400 - 946684800, "local clock", "duration")
    date("date_by_a_clock_a_day_slow", NOW - 60, "local clock", local_now=NOW - 86460)
    single("key_has_expired_already", {**made(expires_at=NOW + 600), "key_expires_at": NOW - 500},
           Guilt(("request/expires_at", "inner/expires_at"), steps=("date",), words=("expired|promised|expires_at",),
                 kinds=("late", "past")), proof="right")  # fmt: skip


def states() -> None:
    def state(name: str, told: Told, *words: str, kinds: tuple[str, ...] = (), proof: str = "right") -> None:
        single(name, told, Guilt(words=words, kinds=kinds), proof=proof)

    single(
        "temp_key_is_the_perm_key",
        {**replace(C, temp=C.perm).facts()},
        Guilt(
            ("inner/temp_auth_key_id", "packet/auth_key_id", "temp_key"),
            words=("same|one key|is the permanent|both",),
            allow=("inner/perm_auth_key_id",),
        ),
        proof="the local data centre alone tells that a key is no temporary one",
    )
    wired(
        "sent_over_perm_and_bound_to_itself",
        lambda c: replace(c, temp=c.perm).packet(),
        Guilt(("packet/auth_key_id", "inner/temp_auth_key_id"), words=("over (a|the) permanent key|permanent key",)),
    )
    state("state_bound_elsewhere", C.facts(bound_to=number(key_id(pattern("fourth", 256)))), "bound")
    state("state_bound_elsewhere_says_the_dc", C.facts(answer="400 TEMP_AUTH_KEY_ALREADY_BOUND"), "bound")
    young = C.facts(perm_key_created=NOW - 3, answer="RPCError 400: ENCRYPTED_MESSAGE_INVALID")
    state("state_perm_key_three_seconds_old", young, "young|60 seconds|not every server", kinds=("young",))
    state("state_perm_key_59_seconds_old", C.facts(perm_key_created=NOW - 59, answer="ENCRYPTED_MESSAGE_INVALID (400)"),
          "young|60 seconds|not every server", kinds=("young",))  # fmt: skip
    state(
        "state_perm_key_a_week_old_refused",
        C.facts(perm_key_created=NOW - 7 * 86400, answer="ENCRYPTED_MESSAGE_INVALID"),
        "permanent key",
        kinds=(),
    )
    known = {
        "minus_404": ("-404", "not know|unknown|no such|does not have|dropped|404.*key"),
        "minus_404_in_words": ("transport error -404", "not know|unknown|no such|does not have|dropped|404.*key"),
        "minus_404_as_bytes": ("6cfeffff", "not know|unknown|no such|does not have|dropped|404.*key"),
        "minus_429": ("-429", "flood|too many|wait|slow"),
        "minus_444": ("-444", "DC|data cent(re|er)"),
        "minus_503": ("-503", "again|busy|timeout|time|lost|judged|looked"),
        "minus_503_timedout": ("-503 Timedout", "again|busy|timeout|time|lost|judged|looked"),
        "rpc_503_timeout": ("RPCError -503: TIMEOUT", "again|busy|timeout|time|lost|judged|looked"),
        "perm_empty": ("AUTH_KEY_PERM_EMPTY", "bound|binding|before|another method"),
        "perm_empty_with_code": ("rpc_error 401 AUTH_KEY_PERM_EMPTY", "bound|binding|before|another method"),
        "unregistered": ("401 AUTH_KEY_UNREGISTERED", "log|sign|regist|account"),
        "auth_key_invalid": ("401 AUTH_KEY_INVALID", "key"),
        "auth_key_duplicated": ("406 AUTH_KEY_DUPLICATED", "two|twice|duplicat|same time|parallel"),
        "flood_wait": ("420 FLOOD_WAIT_7", "flood|too many|wait|7 seconds"),
        "flood_wait_bare": ("FLOOD_WAIT_30", "flood|too many|wait|30 seconds"),
        "internal": ("500 RPC_CALL_FAIL", "again|inside|internal|itself|judged|looked"),
        "temp_empty": ("400 TEMP_AUTH_KEY_EMPTY", "temporary key|permanent key"),
        "too_long": ("400 INPUT_REQUEST_TOO_LONG", "other|behind|left over|too long|follow"),
        "method_invalid": ("400 INPUT_METHOD_INVALID_1192227_X", "other|constructor|method"),
        "fetch_error": ("400 INPUT_FETCH_ERROR", "read others|other bytes|parse|read"),
        "layer_invalid": ("400 CONNECTION_LAYER_INVALID", "layer|header|initConnection"),
        "not_inited": ("400 CONNECTION_NOT_INITED", "header|initConnection|init"),
        "api_id_invalid": ("400 CONNECTION_API_ID_INVALID", "api_id|header"),
        "cdn": ("400 CDN_METHOD_INVALID", "CDN"),
        "expires_refused": ("400 EXPIRES_AT_INVALID", "date|clock|expires_at|limit"),
        "bool_false": ("boolFalse", "false|refus|did not|not bound|boolTrue"),
        "migrate": ("303 NETWORK_MIGRATE_4", "DC|data cent(re|er)"),
        "bad_msg_16": ("bad_msg_notification 16", "msg_id|clock"),
        "bad_msg_17": ("bad_msg_notification 17", "msg_id|clock"),
        "bad_msg_18": ("bad_msg_notification 18", "msg_id"),
        "bad_msg_19": ("bad_msg_notification 19", "container|msg_id"),
        "bad_msg_20": ("bad_msg_notification 20", "old|msg_id"),
        "bad_msg_32": ("bad_msg_notification 32", "seqno"),
        "bad_msg_33": ("bad_msg_notification 33", "seqno"),
        "bad_msg_34": ("bad_msg_notification 34", "seqno"),
        "bad_msg_35": ("bad_msg_notification 35", "seqno"),
        "bad_msg_48": ("bad_server_salt 48", "salt"),
        "bad_server_salt": ("bad_server_salt", "salt"),
        "bad_msg_64": ("bad_msg_notification 64", "container"),
    }
    for name, (answer, words) in known.items():
        state(f"answer_{name}", C.facts(answer=answer), words, kinds=("older", "container", "late", "past", "clock"))
    for name, answer in {"unheard_of": "400 TEAPOT_EMPTY", "prose": "the server hung up on me", "number": "-777",
                         "python_none": "None", "close": "connection reset by peer"}.items():  # fmt: skip
        state(f"answer_{name}", C.facts(answer=answer),
              "not known|unknown answer|no known|not an answer|hung up|closed|none of the answers|answer")  # fmt: skip
    told = {"packet": C.packet(), "perm_key": C.perm, "temp_key": C.temp, "now": NOW}
    same = "the packet is that of padding_of_12"
    state("answer_minus_404_to_a_packet", {**told, "answer": "-404"}, known["minus_404"][1], proof=same)
    refused = {**told, "answer": "ENCRYPTED_MESSAGE_INVALID"}
    state("answer_perm_key_unknown_to_a_packet", refused, "permanent key", proof=same)


# -- wrong bytes, told otherwise


def told_otherwise() -> None:
    """The same mistakes where other things are told."""
    wrong = replace(C, inner_session=pattern("other session", 8))
    only = {"encrypted_message": wrong.sealed, "perm_key": C.perm, "temp_key": C.temp, "session_id": C.session_id}
    single("told_encrypted_message_session", only, value("temp_session_id", pattern("other session", 8)),
           proof="the request is not told")  # fmt: skip
    wrong = replace(C, inner_nonce=pattern("second nonce", 8))
    single("told_encrypted_message_nonce", {"encrypted_message": wrong.sealed, "perm_key": C.perm, "nonce": C.nonce},
           value("nonce", pattern("second nonce", 8)), proof="the request is not told")  # fmt: skip
    wrong = replace(C, schedule=kdf2)
    single("told_encrypted_message_schedule", {"encrypted_message": wrong.sealed, "perm_key": C.perm},
           recipe("schedule", kinds=("v2 schedule",)), proof="the request is not told")  # fmt: skip
    wrong = replace(C, length=72)
    single(
        "told_request_and_perm_key_length",
        {"request": wrong.request, "perm_key": C.perm},
        Guilt(("envelope/length",), b"\x48\0\0\0", b"\x28\0\0\0"),
        proof="the temporary key is not told",
    )
    wrong = replace(C, seqno=1)
    wired("told_packet_seqno_inside", sent_with(seqno=1), Guilt(("envelope/seqno",), b"\1\0\0\0", bytes(4)))
    wired(
        "told_packet_nonce_inside",
        sent_with(inner_nonce=pattern("second nonce", 8)),
        Guilt(("inner/nonce", "request/nonce")),
    )
    wired("told_packet_msg_key_padding", sent_with(msg_key=lambda t, p, k: right_hash(t + p, b"", b"")),
          Guilt(("encrypted_message/msg_key",), kinds=("over padding",)))  # fmt: skip
    wired("told_packet_cbc", sent_with(cipher=cbc), recipe("cipher", kinds=("cbc",), words=("CBC",)))
    wired(
        "told_packet_wrapped_wrong_session",
        lambda c: c.packet(message=c.message(inited(replace(c, inner_session=pattern("other session", 8)).request))),
        Guilt(("inner/temp_session_id", "message/session_id")),
    )
    wired(
        "told_packet_gzipped_wrong_length",
        lambda c: c.packet(message=c.message(gzipped(replace(c, length=72).request))),
        Guilt(("envelope/length",), b"\x48\0\0\0", b"\x28\0\0\0"),
    )
    wrong = replace(ZERO, inner_session=pattern("other session", 8))
    single("told_key_without_its_zero_session", {**wrong.facts(), "perm_key": SHORT},
           value("temp_session_id", pattern("other session", 8)))  # fmt: skip
    wrong = replace(C, inner_perm=sha1(C.perm)[:8])
    single("told_only_the_perm_key", {"request": wrong.request, "perm_key": C.perm},
           value("perm_auth_key_id", sha1(C.perm)[:8], "hash end"), proof="the temporary key is not told")  # fmt: skip
    single("told_hex_texts", {**{k: v.hex() if isinstance(v, bytes) else v for k, v in made(seqno=1).items()}},
           Guilt(("envelope/seqno",), b"\1\0\0\0", bytes(4)))  # fmt: skip
    single("told_wrong_bytes_with_an_answer", made(seqno=1) | {"answer": "400 ENCRYPTED_MESSAGE_INVALID"},
           Guilt(("envelope/seqno",), b"\1\0\0\0", bytes(4)))  # fmt: skip
    single("told_wrong_bytes_of_a_young_key",
           made(length=72) | {"answer": "ENCRYPTED_MESSAGE_INVALID", "perm_key_created": NOW - 5},
           Guilt(("envelope/length",), b"\x48\0\0\0", b"\x28\0\0\0"))  # fmt: skip
    single(
        "told_the_keys_the_wrong_way_round",
        C.facts(perm_key=C.temp, temp_key=C.perm),
        Guilt(
            (*EVERY_ID, "inner/temp_auth_key_id", GROUND),
            steps=("key", "key id"),
            words=("changed places|swapped",),
            kinds=("keys swapped", "temp key", "other key"),
        ),
        proof="what is told is wrong, not what was sent",
    )
    single("told_another_perm_key", C.facts(perm_key=OTHER),
           Guilt((*EVERY_ID, GROUND), steps=("key", "key id"), words=("another key|permanent key|this key",),
                 kinds=("other key",)), proof="what is told is wrong, not what was sent")  # fmt: skip


# -- two mistakes

MIXED: dict[str, tuple[dict[str, Any], Guilt]] = {
    "nonce": ({"inner_nonce": pattern("second nonce", 8)}, value("nonce", pattern("second nonce", 8))),
    "session_big_endian": ({"inner_session": long(C.session_id)[::-1]},
                           value("temp_session_id", long(C.session_id)[::-1], TURNED)),
    "temp_id": ({"inner_temp": key_id(OTHER)}, value("temp_auth_key_id", key_id(OTHER))),
    "perm_id_half": ({"inner_perm": sha1(C.perm)[:8]}, value("perm_auth_key_id", sha1(C.perm)[:8], "hash end")),
    "expires_at": ({"inner_expires_at": struct.pack("<i", C.expires_at + 1)},
                   value("expires_at", struct.pack("<i", C.expires_at + 1))),
    "msg_id": ({"inner_msg_id": C.msg_id - (3 << 32)},
               Guilt(("envelope/msg_id",), long(C.msg_id - (3 << 32)), long(C.msg_id), kinds=("older",))),
    "seqno": ({"seqno": 1}, Guilt(("envelope/seqno",), b"\1\0\0\0", bytes(4))),
    "length": ({"length": 72}, Guilt(("envelope/length",), b"\x48\0\0\0", b"\x28\0\0\0")),
    "constructor": ({"inner_id": INNER_ID[::-1]}, value("constructor", INNER_ID[::-1], TURNED)),
    "msg_key": ({"msg_key": lambda t, p, k: right_hash(t + p, b"", b"")},
                Guilt(("encrypted_message/msg_key",), kinds=("over padding",))),
    "schedule": ({"schedule": kdf2}, recipe("schedule", kinds=("v2 schedule",))),
    "cipher": ({"cipher": swapped}, recipe("cipher", "aes_iv", kinds=("iv halves",))),
}  # fmt: skip


def doubles() -> None:
    for (one, (first, a)), (other, (second, b)) in itertools.combinations(MIXED.items(), 2):
        told = made(**first, **second)
        DOUBLES[f"{one}_and_{other}"] = Patient(lambda told=told: told, (a, b))  # type: ignore[misc]


# -- right, in every lawful form


def streamed(framing: str, c: WrongClient = C) -> bytes:
    p = c.packet()
    if framing == "abridged":
        return b"\xef" + bytes([len(p) // 4]) + p
    if framing == "intermediate":
        return b"\xee" * 4 + struct.pack("<i", len(p)) + p
    if framing == "padded":
        return b"\xdd" * 4 + struct.pack("<i", len(p) + 7) + p + pattern("frame", 7)
    if framing == "full":
        text = struct.pack("<ii", len(p) + 12, 0) + p
        return text + struct.pack("<I", zlib.crc32(text))
    first = b"\x51" + pattern("obfuscation", 55) + b"\xee" * 4 + pattern("dc", 4)
    stream = Cipher(algorithms.AES(first[8:40]), modes.CTR(first[40:56])).encryptor()
    hidden = stream.update(first)
    return first[:56] + hidden[56:] + stream.update(struct.pack("<i", len(p)) + p)


def lawful() -> None:
    def right(name: str, told: Told, wire: Callable[[WrongClient], bytes] | None = None, proof: str = "right") -> None:
        HEALTHY[name] = Patient(lambda: told, (), "wire" if wire else proof, wire)

    def sent_so(name: str, make: Callable[[WrongClient], bytes], **more: Any) -> None:
        right(name, packet(make(C)) | more, make)

    def kept(name: str, client: WrongClient, **more: Any) -> None:
        right(name, client.facts(**more))

    kept("everything_told", C)
    right("sealed_part_with_all_values", {
        "encrypted_message": C.sealed, "perm_key": C.perm, "temp_key": C.temp, "session_id": C.session_id,
        "msg_id": C.msg_id, "nonce": C.nonce, "expires_at": C.expires_at, "now": NOW},
          proof="it is the field of everything_told")  # fmt: skip
    right("told_as_hex", {k: v.hex() if isinstance(v, bytes) else v for k, v in C.facts().items()})
    for size in (12, 28, 508, 1020):
        sent_so(f"padding_of_{size}", lambda c, n=size: replace(c, outer_padding=n).packet())
    sent_so(
        "alone_in_a_container",
        lambda c: replace(c, msg_id=c.msg_id + 8).packet(
            message=replace(c, msg_id=c.msg_id + 8, outer_seqno=c.outer_seqno + 1).message(
                container((c.msg_id, c.outer_seqno, c.request))
            )
        ),
    )
    sent_so(
        "behind_a_ping_in_a_container",
        lambda c: replace(c, msg_id=c.msg_id + 8).packet(
            message=replace(c, msg_id=c.msg_id + 8, outer_seqno=c.outer_seqno + 3).message(
                container(
                    (c.msg_id - 4, c.outer_seqno, bytes.fromhex("ec77be7a") + bytes(8)),
                    (c.msg_id, c.outer_seqno + 2, c.request),
                )
            )
        ),
    )
    sent_so("gzipped", lambda c: c.packet(message=c.message(gzipped(c.request))))
    sent_so("in_invoke_with_layer_and_init_connection", lambda c: c.packet(message=c.message(inited(c.request))))
    sent_so("in_invoke_without_updates", lambda c: c.packet(message=c.message(without_updates(c.request))))
    sent_so(
        "gzipped_in_a_container",
        lambda c: replace(c, msg_id=c.msg_id + 8).packet(
            message=replace(c, msg_id=c.msg_id + 8, outer_seqno=c.outer_seqno + 1).message(
                container((c.msg_id, c.outer_seqno, gzipped(c.request)))
            )
        ),
    )
    sent_so(
        "random_is_salt_and_session",
        lambda c: replace(c, random=long(c.salt) + long(c.session_id)).packet(),
        salt=C.salt,
    )
    sent_so("random_and_padding_zero", lambda c: replace(c, random=bytes(16), padding=bytes(8)).packet())
    sent_so("expires_at_a_minute_away", lambda c: replace(c, expires_at=c.expires_at - 86400 + 90).packet())
    sent_so("expires_at_thirty_seconds_beyond_the_promise", lambda c: replace(c, expires_at=c.expires_at + 30).packet(),
            key_expires_at=C.expires_at)  # fmt: skip
    kept("expires_at_in_a_second", replace(C, expires_at=NOW + 1))
    kept("expires_at_as_promised", C, key_expires_at=C.expires_at)
    for framing in ("abridged", "intermediate", "padded", "full", "obfuscated"):
        right(f"a_{framing}_stream", {"stream": streamed(framing), "perm_key": C.perm, "temp_key": C.temp, "now": NOW},
              proof="the stream is sent to a data centre by a test of its own")  # fmt: skip
    kept("ids_negative", replace(C, session_id=-1, nonce=-(2**63), salt=-1))
    kept("ids_greatest", replace(C, session_id=2**63 - 1, nonce=2**63 - 1))
    kept("nonce_zero_and_session_one", replace(C, nonce=0, session_id=1))
    kept("perm_key_begins_with_zeros", replace(C, perm=bytes(3) + C.perm[3:]))
    kept("temp_key_begins_with_zeros", replace(C, temp=bytes(2) + C.temp[2:]))
    kept("key_told_without_its_zero", ZERO, perm_key=SHORT)
    kept("temp_key_told_without_its_zeros", replace(C, temp=bytes(2) + C.temp[2:]), temp_key=C.temp[2:])
    kept("young_key_and_no_answer", C, perm_key_created=NOW - 5)
    kept("key_of_a_year_ago", C, perm_key_created=NOW - 365 * 86400)
    kept("bound_to_the_same_key_before", C, bound_to=number(key_id(C.perm)))
    kept("other_keys_lying_around", C, other_keys=[OTHER, pattern("third", 256)])
    kept("sent_again_with_the_new_salt", C, salt=number(pattern("salt", 8)))
    kept("local_clock_an_hour_off", C, local_now=NOW - 3600)
    kept("answered_bool_true", C, answer="boolTrue")
    kept("message_four_minutes_ago", replace(C, msg_id=(NOW - 240) << 32))
    QUIET.update({
        "only_the_seal": Patient(lambda: {"encrypted_message": C.sealed}),
        "the_seal_and_its_key": Patient(lambda: {"encrypted_message": C.sealed, "perm_key": C.perm}),
        "the_request_and_the_temp_key": Patient(lambda: {"request": C.request, "temp_key": C.temp}),
        "the_request_and_the_perm_key": Patient(lambda: {"request": C.request, "perm_key": C.perm}),
        "the_packet_and_the_temp_key": Patient(lambda: {"packet": C.packet(), "temp_key": C.temp}),
        "the_packet_and_the_perm_key": Patient(lambda: {"packet": C.packet(), "perm_key": C.perm}),
        "the_packet_alone": Patient(lambda: {"packet": C.packet()}),
        "everything_but_the_time": Patient(lambda: {k: v for k, v in C.facts().items() if k != "now"}),
    })  # fmt: skip


for fill in (inner_values, inner_structure, envelope_mistakes, padding_mistakes, msg_keys, schedules, ciphers,
             fields_of_the_request, carried, dates, states, told_otherwise, doubles, lawful):  # fmt: skip
    fill()

__all__ = [
    "DOUBLES", "HEALTHY", "ID", "ONLY_A_DATA_CENTRE_KNOWS", "OTHER", "PATIENTS", "QUIET", "REMARKS", "SHORT", "SINGLES",
    "ZERO", "C", "Guilt", "Patient", "made",
]  # fmt: skip
