"""Patients by a tenth author: clients in languages where bytes have signs and numbers are doubles.

Each kind was written with its truth before the doctor was read: `F` names the field that is wrong (its right and its
wrong bytes are taken from the maker), `S` the step of the recipe, as words that the answer must hold.
"""

from __future__ import annotations

import gzip
import random
import struct
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import md5, sha1, sha256
from operator import or_
from typing import Any

from unseen_tenth_client import Client, Parts, block, ige, key_id, long, schedule, schedule_2, tl, word, xor

OFFSETS = {
    "inner": {"constructor": 32, "nonce": 36, "temp_auth_key_id": 44, "perm_auth_key_id": 52, "temp_session_id": 60,
        "expires_at": 68},
    "head": {"random128": 0, "msg_id": 16, "seqno": 24, "length": 28},
    "em_parts": {"perm_auth_key_id": 0, "msg_key": 8, "encrypted_data": 24},
    "call": {"constructor": 0, "perm_auth_key_id": 4, "nonce": 12, "expires_at": 20, "encrypted_message": 24},
    "outer": {"salt": 0, "session_id": 8, "msg_id": 16, "seqno": 24, "length": 28, "body": 32},
    "packet_parts": {"auth_key_id": 0, "msg_key": 8, "encrypted_data": 24},
}

@dataclass
class Kind:
    name: str
    needs: set[str]  # letters: see GIVEN
    slips: dict[str, Callable[[Client, Any], Any]]
    fields: list[tuple[str, str]]  # stage, field: any of them named is right, all of them may be accused
    words: str | None  # a step
    answer: Any
    also: set[str] = field(default_factory=set)  # what else may be accused
    exact: bool = True  # got is known

FETCH, METHOD, LONGER = (f"400 INPUT_{x}" for x in ("FETCH_ERROR", "METHOD_INVALID", "REQUEST_TOO_LONG"))
KINDS: list[Kind] = []

def kind(name: str, needs: str, truth: str, answer: Any = "400 ENCRYPTED_MESSAGE_INVALID", also: str = "",
         exact: bool = True, **slips: Callable[[Client, Any], Any]) -> None:
    step = truth[1:] if truth.startswith("~") else None
    fields = [] if step else [(one, other) for one, _, other in (w.partition("/") for w in truth.split() if "/" in w)]
    KINDS.append(Kind(name, set(needs), slips, fields, step, answer, set(also.split()), exact))

def put(**new: Callable[[Client, bytes], bytes]) -> Callable[[Client, Parts], Parts]:
    """The parts with some of them made anew from what stood there."""
    return lambda c, parts: {k: new[k](c, v) if k in new else v for k, v in parts.items()}

def order(*names: str) -> Callable[[Client, Parts], Parts]:
    return lambda c, parts: {k: parts[k] for k in names}
def signed(v: bytes) -> int:
    return int.from_bytes(v, "little", signed=True)

def java_or(c: Client, v: bytes) -> bytes:
    """`b[7] << 56 | b[6] << 48 | ...` with signed bytes: a negative one fills everything above it."""
    made = 0
    for at, b in enumerate(v):
        made |= (b - 256 if b > 127 else b) << 8 * at
    return long(made)

def int_shift(c: Client, v: bytes) -> bytes:
    """`(b[4] & 0xff) << 32` on ints: the shift is taken modulo 32, the int is widened with its sign."""
    made = int.from_bytes(bytes(map(or_, v[:4], v[4:])), "little", signed=True)
    return long(made)

def rev(c: Client, v: bytes) -> bytes:
    return v[::-1]

LONG: dict[str, Callable[[Client, bytes], bytes]] = {
    "big_endian": rev, "uint32": lambda c, v: v[:4] + bytes(4), "sign_extended": lambda c,
    v: long(int.from_bytes(v[:4], "little", signed=True)), "double": lambda c, v: long(int(float(signed(v)))),
    "halves": lambda c, v: v[4:] + v[:4], "java_or": java_or, "int_shift": int_shift, "abs": lambda c,
    v: long(abs(signed(v))), "no_sign_bit": lambda c, v: v[:7] + bytes([v[7] & 127]), "zero": lambda c, v: bytes(8),
    "unsigned_saturated": lambda c, v: long(min(int.from_bytes(v, "little"), 2**63 - 1)), "js_json_double": lambda c,
    v: long(int(float(int.from_bytes(v, "little")))), "words_big": lambda c, v: v[3::-1] + v[:3:-1],
    "shorts_big": lambda c, v: bytes(v[i ^ 1] for i in range(8)), "signed_char_sum": lambda c,
    v: long(sum((b - 256 if b > 127 else b) << 8 * i for i, b in enumerate(v))), "nibbles": lambda c,
    v: bytes(b >> 4 | (b & 15) << 4 for b in v), "plus_one": lambda c, v: long(signed(v) + 1), "ascii7": lambda c,
    v: bytes(b & 127 for b in v), "question_marks": lambda c, v: bytes(b if b < 128 else 63 for b in v),
}
PLACES = {"temp_session_id": "ks", "temp_auth_key_id": "kt", "perm_auth_key_id": "k", "nonce": "kn"}
for place, wants in PLACES.items():
    for how, change in LONG.items():
        if how == "plus_one" and place != "temp_session_id":
            continue
        kind(f"inner_{place}_{how}", wants, f"inner/{place}", inner=put(**{place: change}),
            also="call/nonce" if place == "nonce" else "")
for how in ("big_endian", "java_or", "double", "halves", "sign_extended", "int_shift", "signed_char_sum"):
    kind(f"inner_msg_id_{how}", "km", "head/msg_id", head=put(msg_id=LONG[how]))
    kind(f"request_perm_id_{how}", "rk", "call/perm_auth_key_id", call=put(perm_auth_key_id=LONG[how]))
    kind(f"front_perm_id_{how}", "k", "em_parts/perm_auth_key_id", em_parts=put(perm_auth_key_id=LONG[how]))
for how in ("big_endian", "java_or", "double", "sign_extended", "uint32"):
    kind(f"request_nonce_{how}", "rk", "call/nonce", call=put(nonce=LONG[how]), also="inner/nonce")

# How the id of a key is taken.
IDS: dict[str, Callable[[bytes], bytes]] = {
    "first_8": lambda k: sha1(k).digest()[:8], "aux_4_12": lambda k: sha1(k).digest()[4:12],
    "off_by_one": lambda k: sha1(k).digest()[11:19], "sha256_tail": lambda k: sha256(k).digest()[-8:],
    "sha256_12_20": lambda k: sha256(k).digest()[12:20], "md5_tail": lambda k: md5(k).digest()[8:],
    "of_hex_text": lambda k: sha1(k.hex().encode()).digest()[12:],
    "of_upper_hex": lambda k: sha1(k.hex().upper().encode()).digest()[12:],
    "of_base64": lambda k: sha1(b64encode(k)).digest()[12:],
    "of_utf8": lambda k: sha1(k.decode("latin1").encode()).digest()[12:],
    "sign_byte_ahead": lambda k: sha1(b"\0" + k).digest()[12:],
    "of_key_reversed": lambda k: sha1(k[::-1]).digest()[12:], "of_first_255": lambda k: sha1(k[:255]).digest()[12:],
    "of_first_128": lambda k: sha1(k[:128]).digest()[12:], "of_tl_bytes": lambda k: sha1(tl(k)).digest()[12:],
    "hex_text_tail": lambda k: sha1(k).hexdigest()[-8:].encode(),
    "hash_twice": lambda k: sha1(sha1(k).digest()).digest()[12:], "key_tail": lambda k: k[-8:],
    "key_head": lambda k: k[:8],
}
for how, take in IDS.items():
    kind(f"temp_id_{how}", "kt", "inner/temp_auth_key_id", exact=not how.startswith("key_"),
        inner=put(temp_auth_key_id=lambda c, v, f=take: f(c.temp)))
    if not how.startswith("key_"):  # bytes of a key that are in clear: refused, so that nobody shows them
        kind(f"perm_id_everywhere_{how}", "rk",
            "em_parts/perm_auth_key_id call/perm_auth_key_id inner/perm_auth_key_id",
             begin=lambda c, _, f=take: setattr(c, "perm_id", f(c.perm)))
    kind(f"perm_id_inside_{how}", "k", "inner/perm_auth_key_id", exact=not how.startswith("key_"),
        inner=put(perm_auth_key_id=lambda c, v, f=take: f(c.perm)))

# Temporary and permanent exchanged, old ones kept.
swap = {"temp_auth_key_id": lambda c, v: c.perm_id, "perm_auth_key_id": lambda c, v: c.temp_id}
kind("inner_ids_exchanged", "kt", "inner/temp_auth_key_id inner/perm_auth_key_id", inner=put(**swap))
kind("request_perm_is_temp", "rkt", "call/perm_auth_key_id", call=put(perm_auth_key_id=lambda c, v: c.temp_id))
kind("sealed_with_temp", "kt", "~temporary", kdf=lambda c, v: schedule(c.mk, c.temp))
kind("sealed_with_old_perm", "ko", "~other|another|old", kdf=lambda c, v: schedule(c.mk, c.old))
kind("inner_temp_before_regeneration", "kto", "inner/temp_auth_key_id", inner=put(temp_auth_key_id=lambda c,
    v: key_id(c.old_temp)))
kind("packet_sealed_with_perm", "pkt", "~permanent", answer="400 TEMP_AUTH_KEY_EMPTY",
     packet_parts=lambda c, p: seal_2(c, key=c.perm))
kind("packet_key_id_big_endian", "pkt", "packet_parts/auth_key_id", answer=-404, packet_parts=put(auth_key_id=rev))

def seal_2(
    c: Client, x: int = 0, *, kdf: int | None = None, key: bytes = b"", mk: bytes = b"", text: bytes = b"",
        way: Any = ige
) -> Parts:
    """The packet's parts, with another x, key, msg_key, text or mode."""
    text, key = text or message(c), key or c.temp
    mk = mk or sha256(key[88 + x : 120 + x] + text).digest()[8:24]
    aes = schedule_2(mk, key, x if kdf is None else kdf)
    return {"auth_key_id": key_id(key), "msg_key": mk, "encrypted_data": way(*aes, text)}

def by_mtproto_1(c: Client) -> Parts:
    plain = b"".join(c.outer.values())
    mk = sha1(plain).digest()[4:20]
    return {"auth_key_id": c.temp_id, "msg_key": mk, "encrypted_data": ige(*schedule(mk, c.temp), plain + bytes(12))}

def message(c: Client) -> bytes:
    plain = b"".join(c.outer.values())
    return plain + (c.pad_2 * 2)[: 12 + (-len(plain) - 12) % 16]
# Session and message id.
kind("outer_session_anew", "pkt", "outer/session_id inner/temp_session_id", outer=put(session_id=lambda c,
    v: c.r.randbytes(8)))
kind("msg_id_drawn_twice", "km", "head/msg_id", head=put(msg_id=lambda c, v: long(c.mid + 4)))
kind("msg_id_zero", "km", "head/msg_id", head=put(msg_id=lambda c, v: bytes(8)))
kind("msg_id_seconds", "km", "head/msg_id", head=put(msg_id=lambda c, v: long(c.mid >> 32)))
kind("msg_id_low_cleared", "km", "head/msg_id", head=put(msg_id=lambda c, v: bytes(4) + v[4:]))
kind("msg_id_is_nonce", "kmn", "head/msg_id", head=put(msg_id=lambda c, v: long(c.nonce)))
kind("outer_msg_id_not_by_4", "pkt", "outer/msg_id", answer="bad_msg_notification 18",
     begin=lambda c, _: setattr(c, "mid", c.mid + 2), also="head/msg_id")
kind("both_msg_id_zone", "pktN", "outer/msg_id", answer="bad_msg_notification 17", also="head/msg_id",
     begin=lambda c, _: setattr(c, "mid", c.mid + (7200 << 32)))
# seqno and length, four bytes each.
for n, v in {"outer": 1, "minus_one": -1, "three": 3, "two": 2, "mid_low": None, "256": 1 << 24}.items():
    kind(f"seqno_{n}", "k", "head/seqno", head=put(seqno=lambda c, _,
        v=v: word(v) if v is not None else long(c.mid)[:4]))
for n in (72, 44, 36, 32, 80, 48, 104, 132, 10, 56, 88, 0, 40 << 24, 40 << 16, 41, 39):
    kind(f"length_{n}", "k", "head/length", head=put(length=lambda c, _, n=n: word(n)))
kind("seqno_length_exchanged", "k", "head/seqno head/length", head=order("random128", "msg_id", "length", "seqno"),
    exact=0)
# random128
kind("random_missing", "k", "~random", head=order("msg_id", "seqno", "length"))
kind("random_8", "k", "~random", head=put(random128=lambda c, v: v[:8]))
kind("random_as_hex_text", "k", "~random", head=put(random128=lambda c, v: v.hex().encode()))
kind("random_128_bytes", "k", "~random", head=put(random128=lambda c, v: v * 8))
# The forty bytes.
kind("constructor_big_endian", "k", "inner/constructor", inner=put(constructor=rev))
kind("constructor_of_request", "k", "inner/constructor", inner=put(constructor=lambda c, v: bytes.fromhex("052ad4cd")))
kind("constructor_twice", "k", "inner/constructor inner/nonce", inner=lambda c, p: {"c": p["constructor"], **p},
    exact=0)
for a, b in (("nonce", "temp_auth_key_id"), ("perm_auth_key_id", "temp_session_id"), ("nonce", "temp_session_id"),
    ("temp_auth_key_id", "temp_session_id"), ("nonce", "perm_auth_key_id")):
    kind(f"exchanged_{a}_{b}", "kstn", f"inner/{a} inner/{b}",
         inner=lambda c, p, a=a, b=b: {**p, a: p[b], b: p[a]})
kind("nonce_int128", "kn", "inner/nonce inner/temp_auth_key_id", inner=put(nonce=lambda c, v: v + c.r.randbytes(8)),
    exact=0)
kind("session_as_string", "ks", "inner/temp_session_id", inner=put(temp_session_id=lambda c,
    v: tl(str(c.sid).encode())), exact=0)
for name in OFFSETS["inner"]:
    kind(f"{name}_missing", "kstn", f"inner/{name}", inner=lambda c, p, n=name: {k: v for k,
        v in p.items() if k != n}, exact=0)
for name in ("perm_auth_key_id", "nonce", "expires_at"):
    kind(f"request_{name}_missing", "rk", f"call/{name}", call=lambda c, p, n=name: {k: v for k,
        v in p.items() if k != n}, exact=0, answer=FETCH)
# expires_at and nonce
T = {"ms": lambda c, v: word(c.exp * 1000), "relative": lambda c, v: word(86400), "big_endian": rev, "zero": lambda c,
    v: bytes(4),
     "float_bits": lambda c, v: struct.pack("<f", c.exp), "double_low": lambda c, v: struct.pack("<d", c.exp)[:4],
     "double_high": lambda c, v: struct.pack("<d", c.exp)[4:], "next_second": lambda c, v: word(c.exp + 1),
         "zone": lambda c, v: word(c.exp + 19800),
     "created": lambda c, v: word(c.exp - 86400), "month": lambda c, v: word(c.exp + 29 * 86400),
         "minus_one": lambda c, v: word(-1),
     "rounded_float": lambda c, v: word(int(struct.unpack("<f", struct.pack("<f", c.exp))[0]))}
for how, change in T.items():
    kind(f"expires_inside_{how}", "kn", "inner/expires_at call/expires_at", inner=put(expires_at=change))
    kind(f"expires_outside_{how}", "rk", "inner/expires_at call/expires_at", call=put(expires_at=change))
for how in ("ms", "relative", "zero", "big_endian", "float_bits", "created", "minus_one"):
    kind(f"expires_both_{how}", "rkN", "inner/expires_at call/expires_at", answer="400 EXPIRES_AT_INVALID",
         inner=put(expires_at=T[how]), call=put(expires_at=T[how]))
kind("nonce_drawn_twice", "kn", "inner/nonce call/nonce", inner=put(nonce=lambda c, v: c.r.randbytes(8)))

# msg_key
H: dict[str, tuple[str, Callable[[Client, bytes], bytes]]] = {
    "first_16": (r"first 16", lambda c, v: sha1(c.plain).digest()[:16]), "off_by_one": (r"cut from the wrong place",
    lambda c, v: sha1(c.plain).digest()[3:19]), "two_short": (r"cut from the wrong place",
    lambda c, v: sha1(c.plain).digest()[2:18]), "sha256_8_24": (r"SHA-?256",
    lambda c, v: sha256(c.plain).digest()[8:24]), "sha256_4_20": (r"SHA-?256",
    lambda c, v: sha256(c.plain).digest()[4:20]), "v2": (r"2\.0|SHA-?256",
    lambda c, v: sha256(c.perm[88:120] + c.plain).digest()[8:24]), "v2_padded": (r"2\.0|SHA-?256",
    lambda c, v: sha256(c.perm[88:120] + c.plain + c.pad).digest()[8:24]), "md5": (r"MD5",
    lambda c, v: md5(c.plain).digest()), "reversed": (r"another order", rev), "over_padding": (r"padding",
    lambda c, v: sha1(c.plain + c.pad).digest()[4:20]), "over_inner": (r"40|inner|body",
    lambda c, v: sha1(c.plain[32:]).digest()[4:20]), "without_random": (r"\[16:72\]|random",
    lambda c, v: sha1(c.plain[16:]).digest()[4:20]), "of_hex": (r"hex",
    lambda c, v: sha1(c.plain.hex().encode()).digest()[4:20]), "of_upper_hex": (r"hex",
    lambda c, v: sha1(c.plain.hex().upper().encode()).digest()[4:20]), "of_utf8": (r"hash of text",
    lambda c, v: sha1(c.plain.decode("latin1").encode()).digest()[4:20]), "of_base64": (r"hash of text",
    lambda c, v: sha1(b64encode(c.plain)).digest()[4:20]), "last_byte_missing": (r"71",
    lambda c, v: sha1(c.plain[:71]).digest()[4:20]), "one_byte_more": (r"73|padding",
    lambda c, v: sha1(c.plain + c.pad[:1]).digest()[4:20]), "with_key_ahead": (r"key",
    lambda c, v: sha1(c.perm[88:120] + c.plain).digest()[4:20]), "of_64_bytes": (r"64",
    lambda c, v: sha1(c.plain[:64]).digest()[4:20]), "hex_text_of_hash": (r"hex",
    lambda c, v: sha1(c.plain).hexdigest()[8:24].encode()), "hash_twice": (r"twice|two|again|of the hash|hash of",
    lambda c, v: sha1(sha1(c.plain).digest()).digest()[4:20]), "of_ciphertext": (r"cipher|encrypted", lambda c, v: v),
    "question_marks": (r"msg_key", LONG["question_marks"]), "words_big": (r"another order",
    lambda c, v: b"".join(v[i : i + 4][::-1] for i in range(0, 16, 4))), "over_zero_padding": (r"padding|zero",
    lambda c, v: sha1(c.plain + bytes(8)).digest()[4:20]), "random_drawn_again": (r"msg_key|random",
    lambda c, v: sha1(c.r.randbytes(16) + c.plain[16:]).digest()[4:20]), "stale": (r"msg_key",
    lambda c, v: c.r.randbytes(16)), "zero": (r"msg_key", lambda c, v: bytes(16)),
    "seqno_set_later": (r"seqno|msg_key", lambda c, v: sha1(c.plain[:24] + word(1) + c.plain[28:]).digest()[4:20]),
    "length_set_later": (r"length|msg_key", lambda c, v: sha1(c.plain[:28] + bytes(4) + c.plain[32:]).digest()[4:20]),
    "msg_id_set_later": (r"msg_id|msg_key", lambda c, v: sha1(c.plain[:16] + bytes(8) + c.plain[24:]).digest()[4:20]),
    "random_set_later": (r"before one of its fields", lambda c, v: sha1(bytes(16) + c.plain[16:]).digest()[4:20]),
}
for how, (words, change) in H.items():
    if how != "of_ciphertext":
        kind(f"hash_{how}", "k", "~" + words, hash=change)
for how in ("first_16", "off_by_one", "over_padding", "reversed", "sha256_8_24", "stale", "random_drawn_again",
    "zero", "hex_text_of_hash"):
    # The right one is used for the key, the wrong one is sent: the buffer was taken from elsewhere.
    known = how in ("reversed", "zero")
    kind(f"sent_hash_{how}", "k", "~msg_key" if known else "~not_opened", em_parts=put(msg_key=H[how][1]))

def parts_kdf(f: Callable[[bytes, bytes, Client], tuple[bytes, bytes]]) -> Callable[[Client, Any], tuple[bytes, bytes]]:
    return lambda c, _: f(c.mk, c.perm, c)

def cut(mk: bytes, ak: bytes, **new: bytes) -> tuple[bytes, bytes]:
    """The schedule from four hashed inputs."""
    inputs = {"a": mk + ak[:32], "b": ak[32:48] + mk + ak[48:64], "c": ak[64:96] + mk, "d": mk + ak[96:128]} | new
    a, b, c, d = (sha1(inputs[x]).digest() for x in "abcd")
    return a[:8] + b[8:20] + c[4:16], a[8:20] + b[:8] + c[16:20] + d[:8]

def running(mk: bytes, ak: bytes) -> tuple[bytes, bytes]:
    """One hash object for all four, never reset (GetCurrentHash in C#)."""
    a = mk + ak[:32]
    b = a + ak[32:48] + mk + ak[48:64]
    c = b + ak[64:96] + mk
    return cut(mk, ak, b=b, c=c, d=c + mk + ak[96:128])

def halves(mk: bytes, ak: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    return (sha1(mk + ak[:32]).digest(), sha1(ak[32:48] + mk + ak[48:64]).digest(), sha1(ak[64:96] + mk).digest(),
        sha1(mk + ak[96:128]).digest())

D: dict[str, tuple[str, Callable[[bytes, bytes, Client], tuple[bytes, bytes]]]] = {
    "v2": (r"2\.0|SHA-?256", lambda m, k, c: schedule_2(m, k)), "x_8": (r"\b8\b", lambda m, k, c: schedule(m, k, 8)),
    "v2_x_8": (r"2\.0|SHA-?256", lambda m, k, c: schedule_2(m, k, 8)), "a_prepended": (r"sha1_a",
    lambda m, k, c: cut(m, k, a=k[:32] + m)), "b_prepended": (r"sha1_b", lambda m, k, c: cut(m, k,
    b=k[48:64] + m + k[32:48])), "b_message_first": (r"sha1_b", lambda m, k, c: cut(m, k, b=m + k[32:64])),
    "b_message_last": (r"sha1_b", lambda m, k, c: cut(m, k, b=k[32:64] + m)), "b_same_half": (r"sha1_b",
    lambda m, k, c: cut(m, k, b=k[32:48] + m + k[32:48])), "c_prepended": (r"sha1_c", lambda m, k, c: cut(m, k,
    c=m + k[64:96])), "d_prepended": (r"sha1_d", lambda m, k, c: cut(m, k, d=k[96:128] + m)), "a_31": (r"sha1_a",
    lambda m, k, c: cut(m, k, a=m + k[:31])), "a_33": (r"sha1_a", lambda m, k, c: cut(m, k, a=m + k[:33])),
    "b_inclusive": (r"sha1_b", lambda m, k, c: cut(m, k, b=k[32:49] + m + k[48:65])), "c_from_65": (r"sha1_c",
    lambda m, k, c: cut(m, k, c=k[65:97] + m)), "d_to_end": (r"sha1_d", lambda m, k, c: cut(m, k, d=m + k[96:])),
    "d_is_length": (r"sha1_d", lambda m, k, c: cut(m, k, d=m + k[96:224])), "c_buffer_reused": (r"sha1_d|sha1_c",
    lambda m, k, c: cut(m, k, d=k[64:96] + m)), "no_message_in_b": (r"sha1_b", lambda m, k, c: cut(m, k, b=k[32:64])),
    "digest_running": (r"go on from each other", lambda m, k, c: running(m, k)),
    "substr_takes_lengths": (r"auth_key\[", lambda m, k, c: cut(m, k, b=k[32:80] + m + k[48:112], c=k[64:160] + m,
    d=m + k[96:224])), "key_reversed": (r"key.*(revers|back|turned)|(revers|back|turned).*key",
    lambda m, k, c: schedule(m, k[::-1])), "key_hex_text": (r"hex", lambda m, k, c: schedule(m, k.hex().encode())),
    "key_base64_text": (r"base64", lambda m, k, c: schedule(m, b64encode(k))), "key_utf8": (r"UTF-8|utf",
    lambda m, k, c: schedule(m, k.decode("latin1").encode())), "key_sign_byte": (r"zero|00|byte|257|one",
    lambda m, k, c: schedule(m, b"\0" + k)), "key_without_first": (r"byte|one|first|missing",
    lambda m, k, c: schedule(m, k[1:])), "key_second_half": (r"128|half", lambda m, k, c: schedule(m, k[128:])),
    "msg_key_whole_hash": (r"not_opened", lambda m, k, c: schedule(sha1(c.plain).digest(), k)),
    "msg_key_hex": (r"hex", lambda m, k, c: schedule(m.hex().encode(), k)),
    "msg_key_reversed": (r"msg_key.*(revers|back|turned)|(revers|back|turned).*msg_key",
    lambda m, k, c: schedule(m[::-1], k)), "msg_key_first_16": (r"not_opened",
    lambda m, k, c: schedule(sha1(c.plain).digest()[:16], k)), "msg_key_padded_hash": (r"not_opened",
    lambda m, k, c: schedule(sha1(c.plain + c.pad).digest()[4:20], k)), "msg_key_utf8": (r"UTF-8|utf|text",
    lambda m, k, c: schedule(m.decode("latin1").encode(), k)), "key_iv_exchanged": (r"exchang|swap|iv.*key|key.*iv",
    lambda m, k, c: schedule(m, k)[::-1]), "iv_halves": (r"iv", lambda m, k, c: (schedule(m, k)[0], schedule(m,
    k)[1][16:] + schedule(m, k)[1][:16])), "iv_zero": (r"iv", lambda m, k, c: (schedule(m, k)[0], bytes(32))),
    "iv_is_key": (r"iv", lambda m, k, c: (schedule(m, k)[0],) * 2), "iv_16_zero_rest": (r"iv",
    lambda m, k, c: (schedule(m, k)[0], schedule(m, k)[1][:16] + bytes(16))), "iv_16_twice": (r"iv",
    lambda m, k, c: (schedule(m, k)[0], schedule(m, k)[1][:16] * 2)), "iv_random": (r"iv",
    lambda m, k, c: (schedule(m, k)[0], c.r.randbytes(32))), "iv_after_a_call": (r"iv", lambda m, k, c: (schedule(m,
    k)[0], ige(*schedule(m, k), c.plain + c.pad)[-16:] + c.pad.rjust(16, b"\1"))), "iv_of_other_message": (r"iv",
    lambda m, k, c: (schedule(m, k)[0], schedule(c.r.randbytes(16), k)[1])),
}

def glued(key: str, iv: str) -> Callable[[bytes, bytes, Client], tuple[bytes, bytes]]:
    """key and iv from slices written like "a0:8 b8:20 c4:16"."""

    def made(m: bytes, k: bytes, _: Client) -> tuple[bytes, bytes]:
        h = dict(zip("abcd", halves(m, k), strict=True))
        return tuple(b"".join(h[s[0]][slice(*map(int, s[1:].split(":")))] for s in text.split()) for text in (key,
            iv))  # type: ignore[return-value]

    return made

KEY, IV = "a0:8 b8:20 c4:16", "a8:20 b0:8 c16:20 d0:8"
for how, key, iv in (
    ("key_order_cba", "c4:16 b8:20 a0:8", IV), ("key_order_bac", "b8:20 a0:8 c4:16", IV), ("key_order_acb",
        "a0:8 c4:16 b8:20", IV),
    ("key_b_from_0", "a0:8 b0:12 c4:16", IV), ("key_c_from_0", "a0:8 b8:20 c0:12", IV), ("key_c_5",
        "a0:8 b8:20 c5:17", IV),
    ("key_c_8", "a0:8 b8:20 c8:20", IV), ("key_a_12", "a0:12 b8:20 c4:12", IV), ("key_a_from_1", "a1:9 b8:20 c4:16",
        IV),
    ("key_d_for_c", "a0:8 b8:20 d4:16", IV), ("key_a_for_b", "a0:8 a8:20 c4:16", IV), ("iv_prepended", KEY,
        "d0:8 c16:20 b0:8 a8:20"),
    ("iv_b_8", KEY, "a8:20 b8:16 c16:20 d0:8"), ("iv_c_0", KEY, "a8:20 b0:8 c0:4 d0:8"), ("iv_d_12", KEY,
        "a8:20 b0:8 c16:20 d12:20"),
    ("iv_a_0", KEY, "a0:12 b0:8 c16:20 d0:8"), ("iv_bacd", KEY, "b0:8 a8:20 c16:20 d0:8"), ("iv_abdc", KEY,
        "a8:20 b0:8 d0:8 c16:20"),
    ("iv_c_15", KEY, "a8:20 b0:8 c15:19 d0:8"), ("iv_d_1", KEY, "a8:20 b0:8 c16:20 d1:9"), ("iv_c_for_d", KEY,
        "a8:20 b0:8 c16:20 c0:8"),
    ("iv_a_7", KEY, "a7:19 b0:8 c16:20 d0:8"),
):
    D[how] = (r"aes_key|sha1_a\[0:8\]" if key != KEY else r"aes_iv|sha1_a\[8:20\]", glued(key, iv))
for how, (words, make) in D.items():
    kind(f"kdf_{how}", "kmn" if how in ("iv_random", "iv_after_a_call", "iv_of_other_message") else "k", "~" + words,
        kdf=parts_kdf(make))
# The cipher.
def cbc(key: bytes, iv: bytes, data: bytes) -> bytes:
    out, before = b"", iv[:16]
    for at in range(0, len(data), 16):
        before = block(key, xor(data[at : at + 16], before))
        out += before
    return out

def words_big(data: bytes) -> bytes:
    return b"".join(data[i : i + 4][::-1] for i in range(0, len(data), 4))

E: dict[str, tuple[str, Callable[[Client, bytes], bytes]]] = {
    "cbc": ("CBC", lambda c, v: cbc(*c.aes, c.padded)), "cbc_second_half_of_iv": ("CBC", lambda c, v: cbc(c.aes[0],
    c.aes[1][16:], c.padded)), "ecb": ("ECB", lambda c, v: block(c.aes[0], c.padded)),
    "decrypts": ("backwards|decrypt", lambda c, v: ige(*c.aes, c.padded, True)), "aes128": ("128",
    lambda c, v: ige(c.aes[0][:16], c.aes[1], c.padded)), "aes192": ("192", lambda c, v: ige(c.aes[0][:24], c.aes[1],
    c.padded)), "words_big": ("word", lambda c, v: words_big(ige(words_big(c.aes[0]), words_big(c.aes[1]),
    words_big(c.padded)))), "state_not_carried": ("anew every 16", lambda c, v: b"".join(ige(*c.aes,
    c.padded[i : i + 16]) for i in range(0, 80, 16))), "state_lost_after_64": ("anew every 64",
    lambda c, v: ige(*c.aes, c.padded[:64]) + ige(*c.aes, c.padded[64:])), "state_lost_after_32": ("anew every 32",
    lambda c, v: ige(*c.aes, c.padded[:32]) + ige(*c.aes, c.padded[32:64]) + ige(*c.aes, c.padded[64:])),
    "state_lost_after_48": ("anew every 48", lambda c, v: ige(*c.aes, c.padded[:48]) + ige(*c.aes, c.padded[48:])),
    "block_twice": ("msg_id stands there twice, seqno stands there twice, length", lambda c, v: ige(*c.aes,
    c.padded[:32] + c.padded[16:])), "sealed_block_twice": ("from byte 40 on stand there twice",
    lambda c, v: v[:32] + v[16:]), "last_sealed_twice": ("from byte 88 on stand there twice",
    lambda c, v: v + v[-16:]), "first_sealed_twice": ("from byte 24 on stand there twice", lambda c, v: v[:16] + v),
    "last_dropped": ("stops before its end", lambda c, v: v[:-16]), "first_dropped": ("88 bytes",
    lambda c, v: v[16:]), "blocks_backwards": ("order|revers|back|turned",
    lambda c, v: b"".join(v[i : i + 16] for i in range(64, -1, -16))), "sealed_twice": ("twice",
    lambda c, v: ige(*c.aes, v)), "not_sealed": ("not encrypted|plain|clear", lambda c, v: c.padded),
    "data_reversed": ("revers|back|turned", lambda c, v: v[::-1]), "plain_reversed": ("revers|back|turned",
    lambda c, v: ige(*c.aes, c.padded[::-1])), "last_block_clear": ("last|block",
    lambda c, v: v[:64] + c.padded[64:]), "last_block_zero": ("last|block", lambda c, v: v[:64] + bytes(16)),
    "one_byte_lost": ("byte|79|short|last", lambda c, v: v[:-1]), "one_byte_more": ("byte|81|long|more|behind",
    lambda c, v: v + b"\n"), "newline_stripped": ("byte|79|short|first", lambda c, v: v[1:]),
}
for how, (words, change) in E.items():
    kind(f"ige_{how}", "k", "~" + words, ige=change)
# Padding.
for how, words, pad in (
    ("none", "padd|block|8 bytes|64", lambda c, v: c.plain), ("sixteen_more", "padd", lambda c, v: v + b"\x10" * 16),
    ("in_front", "padd|front", lambda c, v: c.pad + c.plain), ("v2", "padd",
        lambda c, v: c.plain + c.pad + c.r.randbytes(16)),
    ("to_128", "padd", lambda c, v: v.ljust(128, b"\0")), ("after_random", "padd|random",
        lambda c, v: c.plain[:16] + c.pad + c.plain[16:]),
):
    kind(f"pad_{how}", "k", "~" + words, pad=pad)
# The envelope and its bytes.
kind("em_id_missing", "k", "em_parts/perm_auth_key_id ", em_parts=order("msg_key", "encrypted_data"), exact=0,
    also="call/encrypted_message")
kind("em_id_twice", "k", "~parts", em=lambda c, v: c.perm_id + v, exact=0)
kind("em_data_first", "k", "~order|before|stand|end", em_parts=order("encrypted_data", "perm_auth_key_id", "msg_key"))
kind("em_key_missing", "k", "~88 bytes", em_parts=order("perm_auth_key_id", "encrypted_data"))
kind("em_key_whole_hash", "k", "~msg_key|20", em_parts=put(msg_key=lambda c, v: sha1(c.plain).digest()))
kind("em_key_twice", "k", "~parts", em_parts=put(msg_key=lambda c, v: v * 2))
kind("em_hex_text", "k", "~hex", em=lambda c, v: v.hex().encode())
kind("em_utf8", "k", "~UTF-8|utf|text", em=lambda c, v: v.decode("latin1").encode())
for how, words, change in (
    ("int_length", "length|4 bytes|four|int", lambda c, v: word(104) + c.em), ("int_length_big",
        "length|4 bytes|four|int", lambda c, v: word(104)[::-1] + c.em),
    ("short_length", "length|2 bytes|two|16", lambda c, v: b"\0h" + c.em), ("fe_length", "fe|long form|254|four",
        lambda c, v: b"\xfeh\0\0" + c.em),
    ("no_length", "length|68|104", lambda c, v: c.em), ("no_padding", "padd|105|108|multiple|3 bytes|three",
        lambda c, v: v[:-3]), ("counts_padding", "length|107|6b|padd", lambda c, v: b"\x6b" + v[1:]),
    ("counts_itself", "length|105|69", lambda c, v: b"\x69" + v[1:]), ("counts_all", "length|108|6c",
        lambda c, v: b"\x6c" + v[1:]),
    ("length_in_words", "length|26|1a", lambda c, v: b"\x1a" + v[1:]), ("length_hex", "length|text",
        lambda c, v: b"68" + c.em + b"\0\0"),
    ("padded_to_8", "follows", lambda c, v: v + bytes(4)), ("one_pad_byte_more", "follows", lambda c, v: v + b"\0"),
    ("one_pad_byte_less", "padd|short|131", lambda c, v: v[:-1]), ("varint", "length|varint|e8|68",
        lambda c, v: b"\xe8\0" + c.em + b"\0\0"),
    ("vector", "vector|1cb5c415|length", lambda c, v: bytes.fromhex("15c4b51c") + word(104) + c.em), ("empty",
        "encrypted_message", lambda c, v: bytes(4)),
    ("stale_length", "length|64|100", lambda c, v: b"\x64" + v[1:]),
):
    if words:
        kind(f"bytes_{how}", "rk", "~" + words, answer=FETCH, bytes=change)
# The head of the request.
kind("request_big_endian_constructor", "rk", "call/constructor", call=put(constructor=rev), answer=METHOD)
kind("request_flags", "rk", "call/constructor call/perm_auth_key_id ", call=lambda c,
    p: {"constructor": p["constructor"], "flags": bytes(4), **{k: v for k, v in p.items() if k != "constructor"}},
    exact=0, answer=FETCH)
kind("request_trailing", "rk", "~follows", request=lambda c, v: v + c.r.randbytes(4), answer=LONGER)
kind("request_cut", "rk", "~short|cut|missing|ends|end", request=lambda c, v: v[:128], answer=FETCH)
# The message and its packet.
kind("outer_length_whole", "pkt", "outer/length", outer=put(length=lambda c, v: word(164)))
kind("outer_length_with_head", "pkt", "outer/length", outer=put(length=lambda c, v: word(148)))
kind("outer_msg_id_anew", "pkt", "outer/msg_id head/msg_id", outer=put(msg_id=lambda c, v: long(c.mid + 400)))
for how, words, made in (
    ("v1", "1\\.0", by_mtproto_1), ("x_8", "\\b8\\b|direction", lambda c: seal_2(c, 8)), ("x_8_kdf",
        "\\b8\\b|direction|key|schedule", lambda c: seal_2(c, kdf=8)),
    ("x_8_hash", "\\b8\\b|direction|msg_key", lambda c: seal_2(c, 8, kdf=0)),
    ("hash_0_16", "\\[0:16\\]|msg_key", lambda c: seal_2(c, mk=sha256(c.temp[88:120] + message(c)).digest()[:16])),
        ("hash_16_32", "\\[16:32\\]|msg_key", lambda c: seal_2(c,
        mk=sha256(c.temp[88:120] + message(c)).digest()[16:])),
    ("hash_no_key", "msg_key", lambda c: seal_2(c, mk=sha256(message(c)).digest()[8:24])), ("hash_no_padding",
        "padding", lambda c: seal_2(c, mk=sha256(c.temp[88:120] + b"".join(c.outer.values())).digest()[8:24])),
    ("hash_sha1", "msg_key", lambda c: seal_2(c, mk=sha1(b"".join(c.outer.values())).digest()[4:20])), ("hash_perm",
        "perm|msg_key|other", lambda c: seal_2(c, mk=sha256(c.perm[88:120] + message(c)).digest()[8:24])),
    ("pad_1100", "padding", lambda c: seal_2(c, text=b"".join(c.outer.values()) + bytes(12 + 16 * 70))),
        ("block_lost", "block|byte|cut|short|end", lambda c: {k: v[:-16] if k == "encrypted_data" else v for k,
        v in seal_2(c).items()}),
    ("perm_key_used", "perm", lambda c: {**seal_2(c, key=c.perm), "auth_key_id": c.temp_id}), ("cbc", "CBC|IGE",
        lambda c: seal_2(c, way=cbc)), ("stale_msg_key", "not opened|No key that is here opens",
        lambda c: {**seal_2(c), "msg_key": c.r.randbytes(16)}),
):
    kind(f"packet_{how}", "pkt", "~" + words, answer=-404, packet_parts=lambda c, p, f=made: f(c))
kind("container_id_inside", "pkt", "head/msg_id", head=put(msg_id=lambda c, v: long(c.mid + 8)), body=lambda c, v: v,
    outer=lambda c, p: boxed(c, p, 8))

def boxed(c: Client, p: Parts, ahead: int) -> Parts:
    """The message in a container with an acknowledgement; the container's own msg_id is `ahead` of the message's."""
    ack = long(c.mid - 4) + word(0) + word(20) + bytes.fromhex("59b4d66215c4b51c") + word(1)
    ack += long((c.mid - (3 << 32)) | 1)
    body = bytes.fromhex("dcf8f173") + word(2) + ack + p["msg_id"] + p["seqno"] + p["length"] + p["body"]
    return {"salt": p["salt"], "session_id": p["session_id"], "msg_id": long(c.mid + ahead), "seqno": word(2),
        "length": word(len(body)), "body": body}

# What of it is given: each form, what it tells, and how. r request, p packet, k t keys, s session, m msg_id,
# n nonce and expires_at, N now, o old keys.
def _full(c: Client) -> dict[str, Any]:
    return {"request": c.request, "perm_key": c.perm, "temp_key": c.temp, "session_id": c.sid, "msg_id": c.mid,
        "now": c.now + 2}

def without(*names: str) -> Callable[[Client], dict[str, Any]]:
    return lambda c: {k: v for k, v in _full(c).items() if k not in names}
def java(data: bytes) -> str:
    return "[" + ", ".join(str(b - 256 if b > 127 else b) for b in data) + "]"

def lines(c: Client) -> str:
    """A debug log with other things in it: ids unsigned and signed, keys as signed bytes and as base64."""
    return "\n".join((
        "device_model: Nokia 3310", "appVersion: 1.2 (build 77)", f"perm_auth_key: {java(c.perm)}",
            f"temp_auth_key: {b64encode(c.temp).decode()}",
        f"session_id: {c.sid % 2**64}", f"msg_id: {c.mid}", f"request: {c.request.hex(' ')}", f"now: {c.now + 2}"))

GIVEN: dict[str, tuple[str, Callable[[Client], Any]]] = {
    "full": ("rktsmnN", _full), "packet": ("rpktsmnN", lambda c: {"packet": c.packet, "perm_key": c.perm,
    "temp_key": c.temp, "now": c.now + 2}), "em": ("ktsmn", lambda c: {"encrypted_message": c.em, "nonce": c.nonce,
    "expires_at": c.exp, **without("request")(c)}), "lines": ("rktsmnN", lines), "no_temp_key": ("rksmnN",
    without("temp_key")), "no_now": ("rktsmn", without("now")), "no_session": ("rktmnN", without("session_id")),
    "other_keys": ("rktsmnNo", lambda c: {**_full(c), "other_keys": [c.old, c.old_temp]}),
    "packet_other_keys": ("rpktsmnNo", lambda c: {"packet": c.packet, "perm_key": c.perm, "temp_key": c.temp,
    "other_keys": [c.old, c.old_temp], "now": c.now + 2}), "no_msg_id": ("rktsnN", without("msg_id")),
    "em_perm": ("k", lambda c: {"encrypted_message": c.em, "perm_key": c.perm.hex()}),
}
MIRRORS = {("inner", "nonce"): ("call", "nonce"), ("inner", "expires_at"): ("call", "expires_at"), ("head",
    "msg_id"): ("outer", "msg_id"),
           ("inner", "temp_session_id"): ("outer", "session_id")}
MIRRORS |= {v: k for k, v in MIRRORS.items()}

@dataclass
class Unseen:
    name: str
    kinds: list[Kind]
    client: Client
    right: Client
    given: Any  # a text, or what diagnose takes
    answer: Any

def attempt(kinds: list[Kind], seed: int) -> tuple[Client, Client]:
    for again in range(seed, seed + 50_000_000, 1_000_003):
        slips: dict[str, list[Any]] = {}
        for k in kinds:
            for stage, slip in k.slips.items():
                slips.setdefault(stage, []).append(slip)
        client, right = Client(again), Client(again).build()
        client.slips = slips
        client.build()
        if client.packet != right.packet and all(
            not (k.fields and k.exact) or any(getattr(client, s).get(f) != getattr(right, s).get(f) for s,
                f in k.fields) for k in kinds
        ):
            return client, right
    raise AssertionError(kinds)

def unseen(kinds: list[Kind], form: str, seed: int, answer: Any) -> Unseen:
    client, right = attempt(kinds, seed)
    return Unseen("+".join(k.name for k in kinds) + ":" + form, kinds, client, right, GIVEN[form][1](client), answer)

def singles(each: int = 1) -> Iterator[Unseen]:
    for n, k in enumerate(KINDS):
        forms = [f for f, (tells, _) in GIVEN.items() if k.needs <= set(tells)]
        for i in range(each):
            yield unseen([k], forms[(n * 7 + i * 5) % len(forms)], n * 100 + i, k.answer)

def blurred() -> Iterator[Unseen]:
    """What is given cannot show the mistake: only what is certain may be said."""
    r = random.Random(12)
    while True:
        k = r.choice(KINDS)
        forms = [f for f, (tells, _) in GIVEN.items() if not k.needs <= set(tells)]
        if forms:
            yield unseen([k], r.choice(forms), r.randrange(10**6), k.answer)

def pairs(n: int, seed: int = 1212) -> Iterator[Unseen]:
    """Two mistakes in two different stages, or in two different fields of one."""
    r, made = random.Random(seed), 0
    while made < n:
        a, b = r.sample(KINDS, 2)
        if {a.words, b.words} & {"not_opened"}:
            continue
        one_place = {*a.fields} & {*b.fields} or not (a.fields and b.fields and a.exact and b.exact)
        if {*a.slips} & {*b.slips} and one_place:
            continue
        around = {"packet_parts", "packet", "bytes", "request", "em"}
        if around & {*a.slips} and around & {*b.slips}:
            continue
        needs = a.needs | b.needs
        forms = [f for f, (tells, _) in GIVEN.items() if needs <= set(tells)]
        made += 1
        yield unseen([a, b], r.choice(forms), r.randrange(10**6), "400 ENCRYPTED_MESSAGE_INVALID")
# Right binds in shapes that are allowed, and answers.
def rpc(c: Client, result: bytes, ahead: int = 0) -> bytes:
    return bytes.fromhex("016d5cf3") + long(c.mid + ahead) + result
def error(code: int, name: str) -> bytes:
    return bytes.fromhex("19ca4421") + word(code) + tl(name.encode())

TRUE, FALSE = bytes.fromhex("b5757299"), bytes.fromhex("379779bc")

def packed(data: bytes) -> bytes:
    return bytes.fromhex("a1cf7230") + tl(gzip.compress(data))
def created(c: Client) -> bytes:
    return bytes.fromhex("0809c29e") + long(c.mid) + long(c.nonce + 5) + long(c.salt)

def answers(c: Client, *bodies: bytes) -> bytes:
    made, at = bytes.fromhex("dcf8f173") + word(len(bodies)), c.mid + 1
    for body in bodies:
        made, at = made + long(at) + word(1) + word(len(body)) + body, at + 4
    return made

def bad_msg(code: int, c: Client) -> bytes:
    return bytes.fromhex("11f8efa7") + long(c.mid) + word(1) + word(code)

WRAPPED = (bytes.fromhex("0d0d9bda") + word(214) + bytes.fromhex("a95ecdc1") + word(0) + word(6) +
           b"".join(tl(x) for x in (b"PC", b"Linux", b"1.0", b"en", b"", b"en")))
SHAPES: dict[str, dict[str, Callable[[Client, Any], Any]]] = {
    "plain": {}, "random_zero": {"begin": lambda c, _: setattr(c, "random", bytes(16))}, "pkcs7": {"begin": lambda c,
    _: setattr(c, "pad", b"\x08" * 8)}, "pad_zero": {"begin": lambda c, _: setattr(c, "pad", bytes(8))},
    "random_is_salt_and_session": {"begin": lambda c, _: setattr(c, "random", long(c.salt) + long(c.sid))},
    "pad_1020": {"begin": lambda c, _: setattr(c, "pad_2", c.r.randbytes(12 + 16 * 62))},
    "seqno_25": {"begin": lambda c, _: setattr(c, "seq", 25)}, "container": {"outer": lambda c, p: boxed(c, p, 8)},
    "gzip": {"body": lambda c, v: packed(v)}, "wrapped": {"body": lambda c, v: WRAPPED + v},
    "wrapped_gzip": {"body": lambda c, v: packed(WRAPPED + v)}, "gzip_inside": {"body": lambda c,
    v: WRAPPED + packed(v)}, "container_gzip": {"body": lambda c, v: packed(v), "outer": lambda c, p: boxed(c, p, 4)},
    "key_begins_with_zero": {"begin": lambda c, _: leading(c)}, "session_minus_one": {"begin": lambda c, _: setattr(c,
    "sid", -1)}, "session_one": {"begin": lambda c, _: setattr(c, "sid", 1)}, "session_text": {"begin": lambda c,
    _: setattr(c, "sid", signed(b"ABCDEFGH"))}, "hour": {"begin": lambda c, _: setattr(c, "exp", c.now + 3600)},
    "day_and_a_bit": {"begin": lambda c, _: setattr(c, "exp", c.now + 86430)}, "msg_id_low_empty": {"begin": lambda c,
    _: setattr(c, "mid", c.now << 32)}, "nonce_is_session": {"begin": lambda c, _: setattr(c, "nonce", c.sid)},
    "nonce_small": {"begin": lambda c, _: setattr(c, "nonce", 7)}, "half_a_minute_late": {"begin": lambda c,
    _: setattr(c, "mid", c.mid - (31 << 32))},
}

def leading(c: Client) -> None:
    c.perm, c.temp = b"\0\0" + c.perm[2:], b"\0" + c.temp[1:]
    c.perm_id, c.temp_id = key_id(c.perm), key_id(c.temp)

GOOD: list[Callable[[Client], Any]] = [
    lambda c: True, lambda c: None, lambda c: "true", lambda c: "boolTrue", lambda c: TRUE, lambda c: rpc(c, TRUE),
    lambda c: rpc(c, packed(TRUE)), lambda c: answers(c, created(c), rpc(c, TRUE)), lambda c: rpc(c, TRUE).hex(),
    lambda c: "bool_true", lambda c: "Ok(true)", lambda c: "boolTrue#997275b5", lambda c: "", lambda c: "b5 75 72 99",
    lambda c: answers(c, bytes.fromhex("59b4d66215c4b51c") + word(1) + long(c.mid), rpc(c, TRUE)),
    lambda c: "result: true", lambda c: "True", lambda c: "Optional(true)", lambda c: "{ok,true}",
]
ODD: list[Callable[[Client], Any]] = [
    *(lambda c, a=a: a for a in ( -404, -429, -444, "-404", 404, "401 AUTH_KEY_UNREGISTERED",
    "401 AUTH_KEY_PERM_EMPTY", "400 EXPIRES_AT_INVALID", "400 TEMP_AUTH_KEY_ALREADY_BOUND", "TEMP_AUTH_KEY_EMPTY",
    "INPUT_REQUEST_TOO_LONG", "-503 Timeout", "420 FLOOD_WAIT_33", "303 NETWORK_MIGRATE_2", "500 INTERNAL",
    "400 CONNECTION_NOT_INITED", False, "false", "boolFalse", FALSE, "400 SOMETHING_NEW_1", 0,
    "Connection reset by peer", "timeout", "HTTP/1.1 400 Bad Request", "io.netty.ReadTimeoutException",
    '{"_": "rpc_error", "error_code": 400, "error_message": "ENCRYPTED_MESSAGE_INVALID"}',
    "RpcException: 400: ENCRYPTED_MESSAGE_INVALID", b"\x6c\xfe\xff\xff", "6cfeffff", b"\x44\xfe\xff\xff",
    b"\x53\xfe\xff\xff", "error -404", "TransportError(404)", "(400, 'ENCRYPTED_MESSAGE_INVALID')",
    "{error,{400,<<\"TEMP_AUTH_KEY_EMPTY\">>}}", "Err(Rpc { code: 400, name: EXPIRES_AT_INVALID })", "nil", "null",
    "bad_server_salt", "msg_id too low", "code 16", "bad_msg_notification 32", "FLOOD_WAIT_5",
    "406 AUTH_KEY_DUPLICATED", "400 CDN_METHOD_INVALID", "400 BUSINESS_CONNECTION_NOT_ALLOWED", "400 API_ID_INVALID",
    "EOF", "not true", "no boolTrue came", "untrue" )), lambda c: rpc(c, TRUE, 4), lambda c: rpc(c, TRUE, -4),
    lambda c: rpc(c, FALSE), lambda c: rpc(c, error(400, "ENCRYPTED_MESSAGE_INVALID")), lambda c: created(c),
    lambda c: rpc(c, packed(error(401, "AUTH_KEY_PERM_EMPTY"))), lambda c: answers(c, created(c), rpc(c, error(400,
    "EXPIRES_AT_INVALID"))), lambda c: bytes.fromhex("59b4d66215c4b51c") + word(1) + long(c.mid),
    lambda c: bytes.fromhex("c5737734") + long(c.mid) + long(1), *(lambda c, n=n: bad_msg(n, c) for n in (16, 17, 18,
    19, 20, 32, 33, 34, 35, 48, 64, 99)),
    lambda c: bytes.fromhex("7b44abed") + long(c.mid) + word(1) + word(48) + long(99), lambda c: answers(c,
    created(c), rpc(c, TRUE, 8)), lambda c: TRUE + TRUE, lambda c: rpc(c, TRUE[::-1]), lambda c: rpc(c, error(-503,
    "Timeout")), lambda c: b"", lambda c: c.r.randbytes(40),
]

def whole(form: str, shape: str, seed: int, answer: Callable[[Client], Any]) -> Unseen:
    c = Client(seed)
    c.slips = {k: [v] for k, v in SHAPES[shape].items()}
    c.build()
    return Unseen(f"{shape}:{form}:{str(answer(c))[:40]}", [], c, c, GIVEN[form][1](c), answer(c))

def healthy(n: int) -> Iterator[Unseen]:
    shapes, forms = list(SHAPES), ["full", "lines", "packet", "other_keys", "packet_other_keys"]
    for i in range(n):
        shape = shapes[i % len(shapes)]
        form = "packet" if {"outer", "body"} & set(SHAPES[shape]) else forms[(i * 5 + i // 24) % len(forms)]
        yield whole(form, shape, 7000 + i, GOOD[(i + i // 19) % len(GOOD)])

def odd() -> Iterator[Unseen]:
    for i, answer in enumerate(ODD):
        yield whole(("full", "packet", "lines")[i % 3], list(SHAPES)[i % 7], 9000 + i, answer)
