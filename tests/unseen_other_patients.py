"""Patients of an author who has read neither the table of mistakes nor the other patients: one mistake each, two, none.

Each is a name, steps of the client with another outcome, and a regular expression that the first finding has to meet:
its name, its sentence or the path of its evidence. `UNNAMED` are those of which the bytes cannot tell what was done.

Where real authors made them: github.com/danog/MadelineProto/issues/14, github.com/gotd/td/commit/60b1ec3a2beb,
github.com/andrew-ld/LL-mtproto/commit/02f166cbb812, github.com/LonamiWebs/Telethon/issues/3912,
github.com/tdlib/td/issues/1697, github.com/wiz0u/WTelegramClient/issues/112.
"""

import base64
import gzip
import hashlib
import hmac
import random
import struct
import zlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from unseen_other_client import (
    CFB,
    CTOR_INNER,
    CTOR_REQ,
    NOW,
    OFB,
    abcd,
    build,
    ecb,
    i32,
    i64,
    ige,
    sha1,
    sha256,
    signed,
    tls,
    unsigned,
    v1,
    v2,
    xor,
)

SINGLES = []  # (id, mutations, regex of a right naming, options)


def single(id, m, want, **o):
    SINGLES.append((id, m if isinstance(m, dict) else {}, want, dict(o)))


def float64(b):  # a long that went through a JavaScript number
    return i64(int(float(signed(b))))


def words(b):
    return b[4:] + b[:4]


def low(b):
    return b[:4] + bytes(4)


def sext(b):
    return b[:4] + (b"\xff" * 4 if b[3] & 0x80 else bytes(4))


def rev(s, v):
    return v[::-1]


# --- the five values inside -----------------------------------------------------------------------------------
FIELD = {
    "in_nonce": "nonce",
    "in_temp": "temp_auth_key_id",
    "in_perm": "perm_auth_key_id",
    "in_session": "session",
    "in_msg_id": "msg_id",
}
for step, word in FIELD.items():
    single(step + "_be", {step: rev}, word + r"|order|endian")
    single(step + "_float64", {step: lambda s, v: float64(v)}, word)
    single(step + "_low32", {step: lambda s, v: low(v)}, word)
    single(step + "_words_swapped", {step: lambda s, v: words(v)}, word)
    single(step + "_zero", {step: lambda s, v: bytes(8)}, word)
    single(step + "_sign_extended_low", {step: lambda s, v: sext(v[:3] + b"\x9a" + v[4:])}, word)
    single(
        step + "_clamped_63",
        {step: lambda s, v: i64(unsigned(v) & (2**63 - 1)) if v[7] & 0x80 else i64(-signed(v))},
        word,
    )
    single(step + "_reversed_per_word", {step: lambda s, v: v[3::-1] + v[:3:-1]}, word)
    single(step + "_decimal_text", {step: lambda s, v: str(signed(v)).encode()[:8].ljust(8, b"\0")}, word)
    single(step + "_hex_text", {step: lambda s, v: v.hex()[:8].encode()}, word)
    single(step + "_16_bytes", {step: lambda s, v: v + bytes(8), "_len": 1}, word + "|eight|8 bytes|random")
    single(step + "_4_bytes", {step: lambda s, v: v[:4], "_len": 1}, word + "|four|4 bytes")
single("expires_in_be", {"in_expires": rev}, "expires_at")
single("expires_in_later_by_one", {"in_expires": lambda s, v: i32(s.expires + 1)}, "expires_at")
single("expires_in_earlier_by_two", {"in_expires": lambda s, v: i32(s.expires - 2)}, "expires_at")
single("expires_in_zero", {"in_expires": lambda s, v: i32(0)}, "expires_at")
single("expires_in_delta_inside", {"in_expires": lambda s, v: i32(86400)}, "expires_at")
single("expires_in_delta_outside", {"rq_expires": lambda s, v: i32(86400)}, "expires_at")
single("expires_in_now_inside", {"in_expires": lambda s, v: i32(s.now)}, "expires_at")
single("expires_in_long", {"in_expires": lambda s, v: i64(s.expires), "_len": 1}, "expires_at")
single("expires_in_long_length40", {"in_expires": lambda s, v: i64(s.expires)}, "expires_at")
single("expires_in_double", {"in_expires": lambda s, v: struct.pack("<d", s.expires), "_len": 1}, "expires_at")
single("expires_in_float", {"in_expires": lambda s, v: struct.pack("<f", s.expires)}, "expires_at")
single("expires_in_ms_truncated_inside", {"in_expires": lambda s, v: i32(s.expires * 1000)}, "expires_at")
single("expires_in_promise_inside", {"in_expires": lambda s, v: i32(s.expires - 17)}, "expires_at")
EXP = {"answer": "400 EXPIRES_AT_INVALID"}


def both(f):
    return {"in_expires": lambda s, v: f(s), "rq_expires": lambda s, v: f(s)}


single("expires_both_delta", both(lambda s: i32(86400)), "expires_at", **EXP)
single("expires_both_ms", both(lambda s: i32(s.expires * 1000)), "expires_at", **EXP)
single("expires_both_past", both(lambda s: i32(s.now - 3600)), "expires_at", **EXP)
single("expires_both_zero", both(lambda s: i32(0)), "expires_at", **EXP)
single("expires_both_now", both(lambda s: i32(s.now)), "expires_at", **EXP)
single("expires_both_minus_one", both(lambda s: i32(-1)), "expires_at", **EXP)
single("expires_both_be", both(lambda s: i32(s.expires)[::-1]), "expires_at", **EXP)
single("expires_both_ms_delta", both(lambda s: i32(86400000)), "expires_at", **EXP)
single("expires_both_negative_delta", both(lambda s: i32(s.now - 86400)), "expires_at", **EXP)
single("expires_both_minutes", both(lambda s: i32(s.expires // 60)), "expires_at", **EXP)
# --- seqno, length, constructor ---------------------------------------------------------------------------------
for n in (1, 2, 3, -1, 256, 0x10000):
    single(f"seqno_{n}", {"in_seqno": lambda s, v, n=n: i32(n)}, "seqno")
single("seqno_long", {"in_seqno": lambda s, v: i64(0)}, "seqno")
single("seqno_missing", {"in_seqno": lambda s, v: b""}, "seqno|four bytes|missing")
single("seqno_of_session", {"in_seqno": lambda s, v: i32(7)}, "seqno", seq=7)
single("seqno_random", {"in_seqno": lambda s, v: s.r3[:4]}, "seqno")
for n in (72, 80, 56, 44, 36, 104, 132, 0, 10, 48, 88, 32, 41, 64, 96):
    single(f"length_{n}", {"in_length": lambda s, v, n=n: i32(n)}, "length|message_data_length")
single("length_be", {"in_length": rev}, "length")
single("length_long", {"in_length": lambda s, v: i64(40)}, "length")
single("length_short", {"in_length": lambda s, v: b"\x28\0"}, "length|two bytes|2 bytes")
single("length_missing", {"in_length": lambda s, v: b""}, "length|missing|four")
single("length_byte", {"in_length": lambda s, v: b"\x28"}, "length|byte")
single("length_float", {"in_length": lambda s, v: struct.pack("<f", 40)}, "length")
single("ctor_be", {"in_ctor": rev}, "constructor")
single("ctor_of_request", {"in_ctor": lambda s, v: CTOR_REQ}, "constructor")
single("ctor_missing", {"in_ctor": lambda s, v: b""}, "constructor")
single("ctor_missing_len36", {"in_ctor": lambda s, v: b"", "_len": 1}, "constructor")
single("ctor_zero", {"in_ctor": lambda s, v: bytes(4)}, "constructor")
single("ctor_bind_twice", {"in_ctor": lambda s, v: v + v, "_len": 1}, "constructor")
single("ctor_p_q_inner_temp_dc", {"in_ctor": lambda s, v: i32(0x56FDDF88)}, "constructor")
single(
    "ctor_crc_no_int",
    {
        "in_ctor": lambda s, v: i32(
            zlib.crc32(
                b"bind_auth_key_inner nonce:long temp_auth_key_id:long perm_auth_key_id:long "
                b"temp_session_id:long expires_at:int"
            )
        )
    },
    "constructor",
)
single(
    "ctor_vector", {"in_ctor": lambda s, v: i32(0x1CB5C415) + i32(1) + v, "_len": 1}, "constructor|vector|eight|8 bytes"
)
single("ctor_text", {"in_ctor": lambda s, v: b"75a3f765", "_len": 1}, "constructor")
single("ctor_as_long", {"in_ctor": lambda s, v: v + bytes(4), "_len": 1}, "constructor")
single("ctor_shorts", {"in_ctor": lambda s, v: v[2:] + v[:2]}, "constructor")
# --- ids computed wrong, in one place and everywhere ----------------------------------------------------------
IDS = {
    "sha1_first8": lambda k: sha1(k)[:8],
    "sha1_mid": lambda k: sha1(k)[4:12],
    "sha1_8_16": lambda k: sha1(k)[8:16],
    "sha1_last_rev": lambda k: sha1(k)[12:20][::-1],
    "sha256_last": lambda k: sha256(k)[-8:],
    "sha256_first": lambda k: sha256(k)[:8],
    "md5": lambda k: hashlib.md5(k).digest()[:8],
    "of_hex_text": lambda k: sha1(k.hex().encode())[12:20],
    "of_hex_upper": lambda k: sha1(k.hex().upper().encode())[12:20],
    "of_reversed_key": lambda k: sha1(k[::-1])[12:20],
    "first8_of_key": lambda k: k[:8],
    "last8_of_key": lambda k: k[-8:],
    "of_base64": lambda k: sha1(base64.b64encode(k))[12:20],
    "sha1_13": lambda k: sha1(k)[11:19],
    "of_192_bytes": lambda k: sha1(k[:192])[12:20],
    "of_tl_string": lambda k: sha1(tls(k))[12:20],
    "sha1_hexdigest_tail": lambda k: sha1(k).hex()[-8:].encode(),
    "sha512_last": lambda k: hashlib.sha512(k).digest()[-8:],
}
for n, f in IDS.items():
    single("temp_id_inside_" + n, {"in_temp": lambda s, v, f=f: f(s.temp)}, "temp_auth_key_id")
    single("perm_id_everywhere_" + n, {"perm_id": lambda s, v, f=f: f(s.perm)}, "perm_auth_key_id")
for n in ("sha1_first8", "sha1_last_rev", "of_hex_text", "sha256_last"):
    single("perm_id_inside_" + n, {"in_perm": lambda s, v, f=IDS[n]: f(s.perm)}, "perm_auth_key_id")
    single("perm_id_front_" + n, {"blob_id": lambda s, v, f=IDS[n]: f(s.perm)}, "perm_auth_key_id|auth_key_id")
    single("perm_id_request_" + n, {"rq_perm": lambda s, v, f=IDS[n]: f(s.perm)}, "perm_auth_key_id")
single("temp_is_perm_id", {"in_temp": lambda s, v: s.perm_id}, "temp_auth_key_id")
single("perm_is_temp_id", {"in_perm": lambda s, v: s.temp_id}, "perm_auth_key_id")
single(
    "ids_swapped",
    {"in_temp": lambda s, v: s.perm_id, "in_perm": lambda s, v: s.temp_id},
    "temp_auth_key_id|perm_auth_key_id|swap|order",
)
single("temp_of_previous_key", {"in_temp": lambda s, v: sha1(s.other_temp)[12:20]}, "temp_auth_key_id")
single(
    "temp_of_previous_key_known",
    {"in_temp": lambda s, v: sha1(s.other_temp)[12:20]},
    "temp_auth_key_id",
    other_temp=True,
)
single("blob_front_temp_id", {"blob_id": lambda s, v: s.temp_id}, "auth_key_id")
single("rq_perm_temp_id", {"rq_perm": lambda s, v: s.temp_id}, "perm_auth_key_id")
single(
    "rq_and_front_temp_id",
    {"rq_perm": lambda s, v: s.temp_id, "blob_id": lambda s, v: s.temp_id},
    "perm_auth_key_id|auth_key_id",
)
single("blob_front_zero", {"blob_id": lambda s, v: bytes(8)}, "auth_key_id")
single("rq_perm_be", {"rq_perm": rev}, "perm_auth_key_id")
single("blob_front_be", {"blob_id": rev}, "auth_key_id")
single("rq_perm_float64", {"rq_perm": lambda s, v: float64(v)}, "perm_auth_key_id")
single("rq_perm_zero", {"rq_perm": lambda s, v: bytes(8)}, "perm_auth_key_id")
single("nonce_differs", {"in_nonce": lambda s, v: s.r3[:8]}, "nonce")
single("rq_nonce_be", {"rq_nonce": rev}, "nonce")
single("rq_nonce_float64", {"rq_nonce": lambda s, v: float64(v)}, "nonce")
single("rq_nonce_zero", {"rq_nonce": lambda s, v: bytes(8)}, "nonce")
single("rq_nonce_low32", {"rq_nonce": lambda s, v: low(v)}, "nonce")
single("session_other", {"in_session": lambda s, v: s.other_session}, "session")
single("session_is_temp_id", {"in_session": lambda s, v: s.temp_id}, "session")
single("session_is_salt", {"in_session": lambda s, v: s.salt}, "session")
single("session_is_nonce", {"in_session": lambda s, v: s.nonce}, "session")
single("nonce_is_session", {"in_nonce": lambda s, v: s.session}, "nonce")
single("nonce_is_random8", {"in_nonce": lambda s, v: s.rnd16[:8]}, "nonce")
single("msg_id_drawn_again", {"in_msg_id": lambda s, v: i64(signed(v) - 4 * 40000)}, "msg_id")
single("msg_id_drawn_after", {"in_msg_id": lambda s, v: i64(signed(v) + 4 * 4000000)}, "msg_id")
single("msg_id_resent_2s", {"in_msg_id": lambda s, v: i64(signed(v) - (2 << 32))}, "msg_id")
single("msg_id_seconds", {"in_msg_id": lambda s, v: i64(s.now)}, "msg_id")
single("msg_id_ms", {"in_msg_id": lambda s, v: i64(s.now * 1000 + 123)}, "msg_id")
single("msg_id_no_fraction", {"in_msg_id": lambda s, v: i64(s.now << 32)}, "msg_id")
single("msg_id_session", {"in_msg_id": lambda s, v: s.session}, "msg_id")
single("msg_id_plus4", {"in_msg_id": lambda s, v: i64(signed(v) + 4)}, "msg_id")
# --- order -------------------------------------------------------------------------------------------------------
A = ["in_ctor", "in_nonce", "in_temp", "in_perm", "in_session", "in_expires"]


def order(*n):
    return {"inner": lambda s, v: b"".join(getattr(s, x) for x in n)}


C, N, T, M, Z, X = A
for name, o in {
    "ids_first": (C, T, M, N, Z, X),
    "perm_temp": (C, N, M, T, Z, X),
    "session_first": (C, Z, N, T, M, X),
    "session_after_nonce": (C, N, Z, T, M, X),
    "expires_first": (C, X, N, T, M, Z),
    "expires_before_session": (C, N, T, M, X, Z),
    "ids_last": (C, N, Z, X, T, M),
    "reversed": (C, X, Z, M, T, N),
    "ctor_last": (N, T, M, Z, X, C),
    "expires_after_nonce": (C, N, X, T, M, Z),
    "nonce_last": (C, T, M, Z, X, N),
    "sess_between": (C, N, T, Z, M, X),
    "alphabetic": (C, X, N, M, T, Z),
    "perm_nonce": (C, M, N, X, T, Z),
    "temp_nonce_perm": (C, T, N, M, Z, X),
}.items():
    single("order_" + name, order(*o), "order|swap|stand")
for x in A[1:]:
    single(
        "left_out_" + x,
        {"inner": lambda s, v, x=x: b"".join(getattr(s, y) for y in A if y != x), "_len": 1},
        FIELD.get(x, "expires_at") + "|missing|left out",
    )
    single(
        "twice_" + x,
        {"inner": lambda s, v, x=x: b"".join(getattr(s, y) * (2 if x == y else 1) for y in A), "_len": 1},
        FIELD.get(x, "expires_at") + "|twice|inserted|extra|more",
    )
single(
    "flags_field", {"inner": lambda s, v: v[:4] + bytes(4) + v[4:], "_len": 1}, "flags|four|extra|inserted|more|field"
)
single("inner_boxed_in_string", {"inner": lambda s, v: tls(v), "_len": 1}, "string|bytes|length|prefix")
single("inner_gzipped", {"inner": lambda s, v: i32(0x3072CFA1) + tls(gzip.compress(v, mtime=0)), "_len": 1}, "gzip")
single(
    "inner_in_invokeWithLayer",
    {"inner": lambda s, v: i32(0xDA9B0D0D) + i32(214) + v, "_len": 1},
    "invokewithlayer|wrap|constructor|layer",
)
single(
    "inner_is_request_without_blob",
    {"inner": lambda s, v: CTOR_REQ + s.perm_id + s.nonce + i32(s.expires), "_len": 1},
    "constructor|request|auth.bindtempauthkey",
)
single(
    "inner_big_endian_everything",
    {"inner": lambda s, v: v[3::-1] + v[4:12][::-1] + v[12:20][::-1] + v[20:28][::-1] + v[28:36][::-1] + v[36:][::-1]},
    "order|endian|big",
)
single(
    "inner_longs_big_endian",
    {"inner": lambda s, v: v[:4] + v[4:12][::-1] + v[12:20][::-1] + v[20:28][::-1] + v[28:36][::-1] + v[36:]},
    "order|endian|big|nonce|id",
)
# --- the header of the envelope ---------------------------------------------------------------------------------
single("random_missing", {"in_random": lambda s, v: b""}, "random|16 bytes")
single("random_8", {"in_random": lambda s, v: v[:8]}, "random|8 bytes|eight")
single("random_32", {"in_random": lambda s, v: v + v}, "random|16 bytes")
single("random_4", {"in_random": lambda s, v: v[:4]}, "random|12 bytes")
single("random_hex_text", {"in_random": lambda s, v: v.hex().encode()}, "random|16 bytes|text")
single("random_after_msg_id", {"plain": lambda s, v: s.in_msg_id + s.in_random + v[24:]}, "random|order|msg_id")
single("random_end", {"plain": lambda s, v: v[16:] + s.in_random}, "random|order|msg_id")
single("length_before_seqno", {"plain": lambda s, v: v[:24] + s.in_length + s.in_seqno + v[32:]}, "seqno|length|order")
single("seqno_before_msg_id", {"plain": lambda s, v: v[:16] + s.in_seqno + s.in_msg_id + v[28:]}, "seqno|msg_id|order")
single(
    "length_before_msg_id",
    {"plain": lambda s, v: v[:16] + s.in_length + s.in_msg_id + s.in_seqno + v[32:]},
    "length|msg_id|order",
)
single("header_missing", {"plain": lambda s, v: v[32:]}, "header|envelope|random|missing")
single("header_only_random", {"plain": lambda s, v: v[:16] + v[32:]}, "header|msg_id|missing")
single(
    "header_unencrypted_form",
    {"plain": lambda s, v: bytes(8) + s.in_msg_id + s.in_length + s.inner},
    "header|random|auth_key_id|seqno|missing|unencrypted",
)
single("header_no_length_seqno", {"plain": lambda s, v: v[:24] + v[32:]}, "seqno|length|missing|eight")
single("header_after", {"plain": lambda s, v: v[32:] + v[:32]}, "order|header|random")
# --- padding ----------------------------------------------------------------------------------------------------
single("padding_24", {"padding": lambda s, v: s.r3[:24]}, "padding")
single("padding_40", {"padding": lambda s, v: s.r3[:40]}, "padding")
single("padding_184_to_256", {"padding": lambda s, v: s.r3[:184]}, "padding")
single("padding_120", {"padding": lambda s, v: s.r3[:120]}, "padding")
single("padding_front", {"padded": lambda s, v: s.padding + s.plain}, "padding|front|before")
single(
    "padding_after_header",
    {"padded": lambda s, v: s.plain[:32] + s.padding + s.plain[32:]},
    "padding|envelope|order|stands",
)
single(
    "padding_v2_msgkey_padded",
    {"padding": lambda s, v: s.r3[:24], "msg_key": lambda s, v: sha1(s.padded)[4:20]},
    "padding|msg_key",
)
single("padding_pkcs7_extra_block", {"padding": lambda s, v: b"\x18" * 24}, "padding")
single("padding_none_cut_to_64", {"padded": lambda s, v: s.plain[:64]}, "padding|cut|64|truncat|encrypted_message")
single(
    "padding_clear_tail",
    {"cipher": lambda s, v: ige(s.key, s.iv, s.plain[:64]) + s.plain[64:]},
    "padding|clear|cipher|encrypted|block",
)
# --- msg_key ----------------------------------------------------------------------------------------------------
MK = {
    "sha1_0_16": lambda s, v: sha1(s.plain)[:16],
    "over_padded": lambda s, v: sha1(s.padded)[4:20],
    "over_inner": lambda s, v: sha1(s.inner)[4:20],
    "no_random": lambda s, v: sha1(s.plain[16:])[4:20],
    "sha256_8_24": lambda s, v: sha256(s.plain)[8:24],
    "sha256_0_16": lambda s, v: sha256(s.plain)[:16],
    "v2_x0": lambda s, v: sha256(s.perm[88:120] + s.padded)[8:24],
    "v2_x8": lambda s, v: sha256(s.perm[96:128] + s.padded)[8:24],
    "v2_unpadded": lambda s, v: sha256(s.perm[88:120] + s.plain)[8:24],
    "v2_sha1": lambda s, v: sha1(s.perm[88:120] + s.plain)[4:20],
    "md5": lambda s, v: hashlib.md5(s.plain).digest(),
    "reversed": rev,
    "hex_slice": lambda s, v: sha1(s.plain).hex()[4:20].encode(),
    "hex_slice_8": lambda s, v: sha1(s.plain).hex()[8:24].encode(),
    "zero": lambda s, v: bytes(16),
    "random": lambda s, v: s.r3[:16],
    "2_18": lambda s, v: sha1(s.plain)[2:18],
    "3_19": lambda s, v: sha1(s.plain)[3:19],
    "5_20_short": lambda s, v: sha1(s.plain)[4:19] + b"\0",
    "words_be": lambda s, v: b"".join(v[i : i + 4][::-1] for i in range(0, 16, 4)),
    "of_hex_text": lambda s, v: sha1(s.plain.hex().encode())[4:20],
    "sha256_last": lambda s, v: sha256(s.plain)[16:32],
    "sha256_4_20": lambda s, v: sha256(s.plain)[4:20],
    "over_message_8": lambda s, v: sha1(s.plain[8:])[4:20],
    "sha256_padded": lambda s, v: sha256(s.padded)[8:24],
    "v2_temp": lambda s, v: sha256(s.temp[88:120] + s.padded)[8:24],
    "sha1_padded_0_16": lambda s, v: sha1(s.padded)[:16],
    "sha512": lambda s, v: hashlib.sha512(s.plain).digest()[:16],
    "double_sha1": lambda s, v: sha1(sha1(s.plain))[4:20],
    "over_tl_string": lambda s, v: sha1(tls(s.plain))[4:20],
    "longs_swapped": lambda s, v: v[8:] + v[:8],
    "over_request": lambda s, v: sha1(CTOR_REQ + s.perm_id + s.nonce + i32(s.expires))[4:20],
    "with_key_id": lambda s, v: sha1(s.perm_id + s.plain)[4:20],
    "plain_64": lambda s, v: sha1(s.plain[:64])[4:20],
    "hmac": lambda s, v: hmac.digest(s.perm, s.plain, "sha1")[4:20],
}
for n, f in MK.items():
    single("msg_key_" + n, {"msg_key": f}, "msg_key|hash")
# msg_key right in use, wrong in the envelope, and the other way
single("msg_key_sent_reversed_only", {"blob": lambda s, v: v[:8] + s.msg_key[::-1] + v[24:]}, "msg_key")
single(
    "msg_key_sent_words_be",
    {"blob": lambda s, v: v[:8] + b"".join(s.msg_key[i : i + 4][::-1] for i in range(0, 16, 4)) + v[24:]},
    "msg_key",
)
single("msg_key_full_digest", {"blob": lambda s, v: v[:8] + sha1(s.plain) + v[24:]}, "msg_key|20 bytes|four")
single("msg_key_kdf_of_digest", {"key_iv": lambda s, v: v1(s.perm, sha1(s.plain))}, "msg_key|aes_key|sha1|digest")
single("msg_key_kdf_of_0_16", {"key_iv": lambda s, v: v1(s.perm, sha1(s.plain)[:16])}, "msg_key|aes_key|sha1")
single("msg_key_kdf_reversed", {"key_iv": lambda s, v: v1(s.perm, s.msg_key[::-1])}, "msg_key|aes_key|order|sha1")
single("msg_key_kdf_hex", {"key_iv": lambda s, v: v1(s.perm, s.msg_key.hex().encode())}, "msg_key|text|aes_key|sha1")
# --- key derivation ------------------------------------------------------------------------------------------------
single("kdf_x8", {"key_iv": lambda s, v: v1(s.perm, s.msg_key, 8)}, "x = 8|x=8|direction|aes_key|sha1|server")
single("kdf_v2", {"key_iv": lambda s, v: v2(s.perm, s.msg_key)}, "v2|2.0|sha256|aes_key")
single("kdf_v2_x8", {"key_iv": lambda s, v: v2(s.perm, s.msg_key, 8)}, "v2|2.0|sha256|aes_key")
single("full_v2", {"msg_key": MK["v2_x0"], "key_iv": lambda s, v: v2(s.perm, s.msg_key)}, "v2|2.0")
single(
    "full_v2_padding24",
    {"padding": lambda s, v: s.r3[:24], "msg_key": MK["v2_x0"], "key_iv": lambda s, v: v2(s.perm, s.msg_key)},
    "v2|2.0",
)
single("full_v2_x8", {"msg_key": MK["v2_x8"], "key_iv": lambda s, v: v2(s.perm, s.msg_key, 8)}, "v2|2.0")


def schedule(n, f, want="aes_key|aes_iv|sha1|key|iv"):
    single("kdf_" + n, {"key_iv": lambda s, v: f(s, *abcd(s))}, want)


def KEY(a, b, c, d):
    return a[:8] + b[8:20] + c[4:16]


def IV(a, b, c, d):
    return a[8:20] + b[:8] + c[16:20] + d[:8]


schedule("iv_halves", lambda s, *q: (KEY(*q), IV(*q)[16:] + IV(*q)[:16]), "iv")
schedule("iv_zero", lambda s, *q: (KEY(*q), bytes(32)), "iv")
schedule("iv_first_twice", lambda s, *q: (KEY(*q), IV(*q)[:16] * 2), "iv")
schedule("iv_reversed", lambda s, *q: (KEY(*q), IV(*q)[::-1]), "iv")
schedule("iv_random", lambda s, *q: (KEY(*q), s.r3[:32]), "iv")
schedule("iv_second_zero", lambda s, *q: (KEY(*q), IV(*q)[:16] + bytes(16)), "iv")
schedule("iv_is_key", lambda s, *q: (KEY(*q), KEY(*q)), "iv")
schedule("key_iv_swapped", lambda s, *q: (IV(*q), KEY(*q)), "swap|aes_key|iv")
schedule("key_a0_8_b0_12", lambda s, a, b, c, d: (a[:8] + b[:12] + c[4:16], IV(a, b, c, d)), "aes_key|sha1_b")
schedule("key_b8_16", lambda s, a, b, c, d: (a[:8] + b[8:16] + c[4:20], IV(a, b, c, d)), "aes_key|sha1_")
schedule("key_c0_12", lambda s, a, b, c, d: (KEY(a, b, d, c)[:20] + c[:12], IV(a, b, c, d)), "aes_key|sha1_c")
schedule("key_a8_16", lambda s, a, b, c, d: (a[8:16] + b[8:20] + c[4:16], IV(a, b, c, d)), "aes_key|sha1_a")
schedule("key_order_bac", lambda s, a, b, c, d: (b[8:20] + a[:8] + c[4:16], IV(a, b, c, d)), "aes_key|order|sha1_")
schedule("key_a_12", lambda s, a, b, c, d: (a[:12] + b[8:20] + c[4:12], IV(a, b, c, d)), "aes_key|sha1_")
schedule("iv_a8_16", lambda s, a, b, c, d: (KEY(a, b, c, d), a[8:16] + b[:8] + c[16:20] + d[:12]), "iv|sha1_")
schedule("iv_c12_16", lambda s, a, b, c, d: (KEY(a, b, c, d), a[8:20] + b[:8] + c[12:16] + d[:8]), "iv|sha1_c")
schedule("iv_d_last8", lambda s, a, b, c, d: (KEY(a, b, c, d), a[8:20] + b[:8] + c[16:20] + d[12:20]), "iv|sha1_d")
schedule("iv_order", lambda s, a, b, c, d: (KEY(a, b, c, d), b[:8] + a[8:20] + c[16:20] + d[:8]), "iv|order|sha1_")
schedule("iv_d_c", lambda s, a, b, c, d: (KEY(a, b, c, d), a[8:20] + b[:8] + d[:8] + c[16:20]), "iv|order|sha1_")
schedule("iv_b8_16", lambda s, a, b, c, d: (KEY(a, b, c, d), a[8:20] + b[8:16] + c[16:20] + d[:8]), "iv|sha1_b")


def k(s):
    return (s.perm, s.msg_key)


def rows(n, f, want="sha1_|aes_key|key"):
    single("kdf_" + n, {"key_iv": lambda s, v: (lambda q: (KEY(*q), IV(*q)))(f(s, s.perm, s.msg_key))}, want)


def base(p, m):
    return [sha1(m + p[:32]), sha1(p[32:48] + m + p[48:64]), sha1(p[64:96] + m), sha1(m + p[96:128])]


def put(i, f):
    def g(s, p, m):
        q = base(p, m)
        q[i] = f(p, m)
        return q

    return g


rows("a_order", put(0, lambda p, m: sha1(p[:32] + m)), "sha1_a|order")
rows("b_no_split", put(1, lambda p, m: sha1(p[32:64] + m)), "sha1_b")
rows("b_mk_first", put(1, lambda p, m: sha1(m + p[32:64])), "sha1_b")
rows("c_order", put(2, lambda p, m: sha1(m + p[64:96])), "sha1_c|order")
rows("d_order", put(3, lambda p, m: sha1(p[96:128] + m)), "sha1_d|iv|order")
rows("a_36", put(0, lambda p, m: sha1(m + p[:36])), "sha1_a")
rows("b_swapped_halves", put(1, lambda p, m: sha1(p[48:64] + m + p[32:48])), "sha1_b")
rows("b_40", put(1, lambda p, m: sha1(p[40:56] + m + p[56:72])), "sha1_b")
rows("c_96", put(2, lambda p, m: sha1(p[96:128] + m)), "sha1_c")
rows("d_128", put(3, lambda p, m: sha1(m + p[128:160])), "sha1_d|iv")
rows("all_key_first", lambda s, p, m: [sha1(p[:32] + m), sha1(p[32:64] + m), sha1(p[64:96] + m), sha1(p[96:128] + m)])
rows("all_msgkey_first", lambda s, p, m: [sha1(m + p[i : i + 32]) for i in (0, 32, 64, 96)])
rows("b_16_bytes", put(1, lambda p, m: sha1(p[32:40] + m + p[40:48])), "sha1_b")
rows("d_x8", put(3, lambda p, m: sha1(m + p[104:136])), "sha1_d|iv")
rows("a_x8", put(0, lambda p, m: sha1(m + p[8:40])), "sha1_a")
rows("c_64_80", put(2, lambda p, m: sha1(p[64:80] + m)), "sha1_c")
rows("swap_ab", lambda s, p, m: [base(p, m)[i] for i in (1, 0, 2, 3)])
rows("swap_cd", lambda s, p, m: [base(p, m)[i] for i in (0, 1, 3, 2)])
rows(
    "sha256_each",
    lambda s, p, m: [sha256(m + p[:32]), sha256(p[32:48] + m + p[48:64]), sha256(p[64:96] + m), sha256(m + p[96:128])],
    "sha256|sha1|aes_key|hash",
)
rows("md5_hex", lambda s, p, m: [x.hex().encode() for x in base(p, m)], "text|hex|aes_key|sha1")
SK = {
    "temp_key": lambda s, v: s.temp,
    "hex_text": lambda s, v: v.hex().encode(),
    "hex_upper": lambda s, v: v.hex().upper().encode(),
    "base64": lambda s, v: base64.b64encode(v),
    "reversed": rev,
    "words_be": lambda s, v: b"".join(v[i : i + 4][::-1] for i in range(0, 256, 4)),
    "longs_be": lambda s, v: b"".join(v[i : i + 8][::-1] for i in range(0, 256, 8)),
    "shifted_8": lambda s, v: v[8:] + bytes(8),
    "from_128": lambda s, v: v[128:] + v[:128],
    "tl_string": lambda s, v: tls(v),
    "length_prefixed": lambda s, v: i32(256) + v,
    "zero": lambda s, v: bytes(256),
    "sha256_key": lambda s, v: sha256(v) * 8,
    "other_key": lambda s, v: s.other_perm,
    "xored": lambda s, v: xor(s.perm, s.temp),
    "with_id": lambda s, v: s.perm_id + v,
    "sign_byte": lambda s, v: b"\0" + v,
}
for n, f in SK.items():
    single("seal_" + n, {"seal_key": f}, "key" if n not in ("other_key", "xored", "sha256_key") else "", answer_ok=True)


# --- cipher --------------------------------------------------------------------------------------------------------
def cip(mode):
    def f(s, v):
        e = Cipher(algorithms.AES(s.key), mode(s)).encryptor()
        return e.update(s.padded) + e.finalize()

    return f


CI = {
    "cbc_first": cip(lambda s: modes.CBC(s.iv[:16])),
    "cbc_second": cip(lambda s: modes.CBC(s.iv[16:])),
    "ctr": cip(lambda s: modes.CTR(s.iv[:16])),
    "ctr_second": cip(lambda s: modes.CTR(s.iv[16:])),
    "ecb": cip(lambda s: modes.ECB()),
    "cfb": cip(lambda s: CFB(s.iv[:16])),
    "ofb": cip(lambda s: OFB(s.iv[:16])),
    "decrypt_for_encrypt": lambda s, v: ige(s.key, s.iv, s.padded, True),
    "plain": lambda s, v: s.padded,
    "twice": lambda s, v: ige(s.key, s.iv, ige(s.key, s.iv, s.padded)),
    "aes128": lambda s, v: ige(s.key[:16], s.iv, s.padded),
    "aes192": lambda s, v: ige(s.key[:24], s.iv, s.padded),
    "aes128_last": lambda s, v: ige(s.key[16:], s.iv, s.padded),
    "iv_reset": lambda s, v: b"".join(ige(s.key, s.iv, s.padded[i : i + 16]) for i in range(0, 80, 16)),
    "no_plain_chain": lambda s, v: (lambda out: out)(b"".join(_chain(s, False))),
    "no_cipher_chain": lambda s, v: b"".join(_chain2(s)),
    "key_reversed": lambda s, v: ige(s.key[::-1], s.iv, s.padded),
    "aes_words": lambda s, v: sw(ige(sw(s.key), sw(s.iv), sw(s.padded))),
    "output_words": lambda s, v: sw(ige(s.key, s.iv, s.padded)),
    "reversed": lambda s, v: ige(s.key, s.iv, s.padded)[::-1],
    "with_msg_key": lambda s, v: ige(s.key, s.iv, s.msg_key + s.padded),
    "only_inner": lambda s, v: ige(s.key, s.iv, s.inner + s.padding),
    "blocks_reversed": lambda s, v: (lambda c: b"".join(c[i : i + 16] for i in range(64, -1, -16)))(
        ige(s.key, s.iv, s.padded)
    ),
    "cbc_zero": cip(lambda s: modes.CBC(bytes(16))),
    "iv16_of_one": lambda s, v: ige(s.key, s.iv[:16] + s.iv[:16], s.padded),
    "v2_ige_twice_key": lambda s, v: ige(s.key, s.iv, s.padded[:64]) + s.padded[64:],
    "iv_carried_over": lambda s, v: ige(s.key, ige(s.key, s.iv, s.padded)[-16:] + s.padded[-16:], s.padded),
}


def sw(b):
    return b"".join(b[i : i + 4][::-1] for i in range(0, len(b), 4))


def _chain(s, _):
    y = s.iv[:16]
    x = s.iv[16:]
    for i in range(0, 80, 16):  # x never moves on
        y = xor(ecb(s.key, xor(s.padded[i : i + 16], y)), x)
        yield y


def _chain2(s):
    y = s.iv[:16]
    x = s.iv[16:]
    for i in range(0, 80, 16):  # y never moves on
        p = s.padded[i : i + 16]
        yield xor(ecb(s.key, xor(p, y)), x)
        x = p


for n, f in CI.items():
    single(
        "cipher_" + n,
        {"cipher": f},
        "cbc|ctr|ecb|ige|cfb|ofb|aes|iv|cipher|encrypt|block|clear|words|order|revers|chain|header|16 bytes too many",
    )
# --- encrypted_message -----------------------------------------------------------------------------------------------
B = {
    "no_id": lambda s, v: v[8:],
    "no_msg_key": lambda s, v: v[:8] + v[24:],
    "only_cipher": lambda s, v: v[24:],
    "msg_key_first": lambda s, v: v[8:24] + v[:8] + v[24:],
    "hex_text": lambda s, v: v.hex().encode(),
    "base64": lambda s, v: base64.b64encode(v),
    "int_length": lambda s, v: i32(len(v)) + v,
    "tl_twice": lambda s, v: tls(v),
    "cut_88": lambda s, v: v[:88],
    "cut_96": lambda s, v: v[:96],
    "cut_103": lambda s, v: v[:103],
    "trailing_zero4": lambda s, v: v + bytes(4),
    "trailing_16": lambda s, v: v + bytes(16),
    "reversed": rev,
    "cipher_first": lambda s, v: v[24:] + v[:24],
    "gzip": lambda s, v: gzip.compress(v, mtime=0),
    "empty": lambda s, v: b"",
    "session_front": lambda s, v: s.session + v,
    "id_twice": lambda s, v: v[:8] + v,
    "flip": lambda s, v: v[:60] + bytes([v[60] ^ 4]) + v[61:],
    "to_256": lambda s, v: v + s.r3[:152],
    "utf8": lambda s, v: v.decode("latin-1").encode("utf-8"),
    "utf8_replaced": lambda s, v: v.decode("utf-8", "replace").encode("utf-8"),
    "zero_cut": lambda s, v: (v[:50] + b"\0" + v[51:]).split(b"\0")[0],
    "id_16": lambda s, v: v[:8] + bytes(8) + v[8:],
    "whole_request_nested": lambda s, v: CTOR_REQ + s.perm_id + s.nonce + i32(s.expires) + tls(v),
    "ascii7": lambda s, v: bytes(x & 0x7F for x in v),
    "packet_of_perm": lambda s, v: (
        s.perm_id
        + sha256(s.perm[88:120] + s.padded)[8:24]
        + ige(*v2(s.perm, sha256(s.perm[88:120] + s.padded)[8:24]), s.padded)
    ),
}
for n, f in B.items():
    single("blob_" + n, {"blob": f}, "encrypted_message|auth_key_id|msg_key|text|v2|2.0|cipher|utf")
# --- the request ---------------------------------------------------------------------------------------------------
RQ = {
    "ctor_be": {"rq_ctor": rev},
    "ctor_missing": {"rq_ctor": lambda s, v: b""},
    "ctor_inner": {"rq_ctor": lambda s, v: CTOR_INNER},
    "ctor_as_long": {"rq_ctor": lambda s, v: v + bytes(4)},
    "flags": {"rq_ctor": lambda s, v: v + bytes(4)},
    "perm_missing": {"rq_perm": lambda s, v: b""},
    "nonce_missing": {"rq_nonce": lambda s, v: b""},
    "expires_missing": {"rq_expires": lambda s, v: b""},
    "expires_long": {"rq_expires": lambda s, v: v + bytes(4)},
    "expires_be": {"rq_expires": rev},
    "expires_in": {"rq_expires": lambda s, v: i32(86400)},
    "nonce_16": {"rq_nonce": lambda s, v: v + bytes(8)},
    "nonce_first": {"request": lambda s, v: v[:4] + s.rq_nonce + s.rq_perm + v[20:]},
    "expires_first": {"request": lambda s, v: v[:4] + v[20:24] + v[4:20] + v[24:]},
    "expires_last": {"request": lambda s, v: v[:20] + s.rq_blob + s.rq_expires},
    "blob_raw": {"rq_blob": lambda s, v: s.blob},
    "blob_int_len": {"rq_blob": lambda s, v: i32(104) + s.blob},
    "blob_no_pad": {"rq_blob": lambda s, v: v[:-3]},
    "blob_len_103": {"rq_blob": lambda s, v: b"\x67" + v[1:]},
    "blob_len_words": {"rq_blob": lambda s, v: b"\x1a" + v[1:]},
    "blob_len_80": {"rq_blob": lambda s, v: b"\x50" + v[1:]},
    "blob_len_be": {"rq_blob": lambda s, v: b"\0\0\0\x68" + s.blob},
    "blob_pad_7": {"rq_blob": lambda s, v: v + bytes(4)},
    "blob_short_len": {"rq_blob": lambda s, v: b"\x68\0" + s.blob + bytes(2)},
    "blob_fe_be": {"rq_blob": lambda s, v: b"\xfe\0\0\x68" + s.blob},
    "trailing_random": {"request": lambda s, v: v + s.r3[:8]},
    "twice": {"request": lambda s, v: v + v},
    "cut": {"request": lambda s, v: v[:100]},
    "cut_1": {"request": lambda s, v: v[:-8]},
    "temp_id_extra": {"rq_perm": lambda s, v: v + s.temp_id},
    "rq_temp": {"rq_perm": lambda s, v: s.temp_id},
    "bytes_vector": {"rq_blob": lambda s, v: i32(0x1CB5C415) + i32(104) + s.blob},
    "layer_no_init": None,
}
for n, m in RQ.items():
    if m:
        single(
            "request_" + n,
            m,
            "request|constructor|perm_auth_key_id|nonce|expires_at|encrypted_message|trailing|left over|length",
            carrier="request",
        )


# --- message and packet ----------------------------------------------------------------------------------------------
def packet(n, m, want, answer, **o):
    single("packet_" + n, m, want, answer=answer, carrier="packet", **o)


packet("salt_zero", {"out_salt": lambda s, v: bytes(8)}, "salt", "bad_server_salt error_code=48", salt=True)
packet("salt_perm", {"out_salt": lambda s, v: s.r3[:8]}, "salt", "bad_server_salt", salt=True)
packet("salt_be", {"out_salt": rev}, "salt", "bad_server_salt", salt=True)
packet("msg_id_old_400", {}, "msg_id|clock|time|16", "bad_msg_notification 16", shift=-400)
packet("msg_id_ahead_120", {}, "msg_id|clock|time|17", "bad_msg_notification 17", shift=120)
packet("msg_id_mod4_1", {}, "msg_id|divisible|18", "bad_msg_notification 18", mod=1)
packet("msg_id_mod4_2", {}, "msg_id|divisible|18", "bad_msg_notification 18", mod=2)
packet("msg_id_ms", {}, "msg_id|millisecond|16", "bad_msg_notification 16", how="ms")
packet("msg_id_s", {}, "msg_id|second|16", "bad_msg_notification 16", how="s")
packet("msg_id_ns", {}, "msg_id|nano|16|17", "bad_msg_notification 16", how="ns")
packet("seqno_even", {"out_seqno": lambda s, v: i32(0)}, "seqno|35", "bad_msg_notification 35")
packet("seqno_even_2", {"out_seqno": lambda s, v: i32(2)}, "seqno|35", "bad_msg_notification 35")
packet("length_with_header", {"out_length": lambda s, v: i32(148)}, "length", "-404")
packet("length_padded", {"out_length": lambda s, v: i32(144)}, "length|pad", "-404")
packet("length_words", {"out_length": lambda s, v: i32(33)}, "length", "400 INPUT_FETCH_ERROR")
packet("length_be", {"out_length": rev}, "length", "-404")
packet("id_is_perm", {"out_id": lambda s, v: s.perm_id}, "auth_key_id|key", "-404")
packet("id_be", {"out_id": rev}, "auth_key_id", "-404")
packet("id_first8", {"out_id": lambda s, v: sha1(s.temp)[:8]}, "auth_key_id", "-404")
packet("id_zero", {"out_id": lambda s, v: bytes(8)}, "auth_key_id|unencrypted|plain", "-404")
packet("id_float", {"out_id": lambda s, v: float64(v)}, "auth_key_id", "-404")
packet(
    "over_perm",
    {"out_key": lambda s, v: s.perm, "out_id": lambda s, v: s.perm_id},
    "temporary|permanent|key",
    "400 TEMP_AUTH_KEY_EMPTY",
)
packet("temp_id_perm_key", {"out_key": lambda s, v: s.perm}, "key", "-404")
packet(
    "v1",
    {"out_msg_key": lambda s, v: sha1(s.out_plain)[4:20], "out_key_iv": lambda s, v: v1(s.out_key, s.out_msg_key)},
    "1.0|v1|sha1",
    "-404",
)
packet(
    "x8",
    {
        "out_msg_key": lambda s, v: sha256(s.out_key[96:128] + s.out_data)[8:24],
        "out_key_iv": lambda s, v: v2(s.out_key, s.out_msg_key, 8),
    },
    "x = 8|x=8|direction|server|8",
    "-404",
)
packet(
    "x8_kdf",
    {"out_key_iv": lambda s, v: v2(s.out_key, s.out_msg_key, 8)},
    "x = 8|x=8|direction|server|8|sha256",
    "-404",
)
packet(
    "hash_no_padding",
    {"out_msg_key": lambda s, v: sha256(s.out_key[88:120] + s.out_plain)[8:24]},
    "msg_key|padding|hash",
    "-404",
)
packet("hash_0_16", {"out_msg_key": lambda s, v: sha256(s.out_key[88:120] + s.out_data)[:16]}, "msg_key|hash", "-404")
packet("hash_no_key", {"out_msg_key": lambda s, v: sha256(s.out_data)[8:24]}, "msg_key|hash", "-404")
packet("hash_key_0_32", {"out_msg_key": lambda s, v: sha256(s.out_key[:32] + s.out_data)[8:24]}, "msg_key|hash", "-404")
packet("kdf_v1_only", {"out_key_iv": lambda s, v: v1(s.out_key, s.out_msg_key)}, "1.0|v1|sha1|key|recipe", "-404")
packet("padding_8", {"body": lambda s, v: i32(0xBF9459B7) + v, "out_pad": lambda s, v: s.r3[:8]}, "padding", "-404")
packet("no_salt", {"out_plain": lambda s, v: v[8:]}, "salt|session|eight|header", "-404")
packet(
    "session_first",
    {"out_plain": lambda s, v: s.out_session + s.out_salt + v[16:]},
    "salt|session",
    "bad_server_salt",
    salt=True,
)
packet("session_other", {"out_session": lambda s, v: s.other_session}, "session", "400 ENCRYPTED_MESSAGE_INVALID")
packet("msg_id_other", {"out_msg_id": lambda s, v: i64(signed(v) + 8)}, "msg_id", "400 ENCRYPTED_MESSAGE_INVALID")
packet(
    "in_plain_message",
    {"packet": lambda s, v: bytes(8) + s.msg_id + i32(len(s.body)) + s.body},
    "plain|unencrypted|auth_key_id",
    "-404",
)
packet("ige_halves", {"out_key_iv": lambda s, v: (v[0], v[1][16:] + v[1][:16])}, "iv|sha256|recipe", "-404")
packet(
    "container_id_used",
    {
        "body": lambda s, v: (
            i32(0x73F1F8DC) + i32(1) + i64(signed(s.msg_id) - 8) + i32(1) + i32(len(s.request)) + s.request
        ),
        "out_seqno": lambda s, v: i32(2),
    },
    "container|msg_id",
    "400 ENCRYPTED_MESSAGE_INVALID",
)
packet(
    "container_seqno_odd",
    {
        "body": lambda s, v: i32(0x73F1F8DC) + i32(1) + s.msg_id + i32(1) + i32(len(s.request)) + s.request,
        "out_msg_id": lambda s, v: i64(signed(v) + 8),
        "out_seqno": lambda s, v: i32(3),
    },
    "container|seqno|34",
    "bad_msg_notification 34",
)
packet(
    "quick_ack_abridged",
    {},
    "quick|length|frame|bit",
    "-404",
    framing="abridged",
    ff=lambda b: b[:1] + b"\xff" + b[2:],
)
packet(
    "abridged_len_bytes",
    {},
    "length|framing|abridged|word|frame",
    "-404",
    framing="abridged",
    ff=lambda b: b[:1] + b"\xc8" + b[2:],
)
packet(
    "intermediate_len_self",
    {},
    "length|framing|intermediate|frame",
    "-404",
    framing="intermediate",
    ff=lambda b: b[:4] + i32(204) + b[8:],
)
packet("full_crc_wrong", {}, "crc", "-404", framing="full", ff=lambda b: b[:-4] + b[:-5:-1])
packet("full_len_payload", {}, "length|framing|full|frame", "-404", framing="full", ff=lambda b: i32(200) + b[4:])
packet(
    "full_with_tag", {}, "framing|full|tag|length|frame", "-404", framing="full", ff=lambda b: b"\xee\xee\xee\xee" + b
)
# --- what is right, but the state or the answer is not ---------------------------------------------------------------
single("state_bound_elsewhere", {}, "bound", answer="400 TEMP_AUTH_KEY_ALREADY_BOUND")
single(
    "state_temp_is_perm",
    {"temp_id": lambda s, v: s.perm_id},
    "temporary|same|perm",
    answer="400 TEMP_AUTH_KEY_EMPTY",
    same=True,
)
single("state_404", {}, "404|unknown|auth_key_id|key", answer="-404")
single(
    "state_perm_young",
    {},
    "60|second|permanent|young|retry|new|known",
    answer="400 ENCRYPTED_MESSAGE_INVALID",
    perm_age=5,
)
single("state_perm_empty", {}, "another method was called", answer="401 AUTH_KEY_PERM_EMPTY")
single("state_dup", {}, "", answer="500 AUTH_KEY_DUPLICATED")
single("state_expired_temp", {}, "expire", answer="-404", key_expires=-100)
single("state_444", {}, "444|dc|data cent", answer="-444")
single("state_429", {}, "429|flood", answer="-429")
single("state_cdn", {}, "cdn", answer="400 CDN_METHOD_INVALID")
single("state_not_inited", {}, "initconnection|init", answer="400 CONNECTION_NOT_INITED")
single("state_503", {}, "lost before anybody", answer="-503 Timeout")
single("state_flood", {}, "too many requests", answer="420 FLOOD_WAIT_12")
single("state_unknown_answer", {}, "", answer="400 SOMETHING_NEW")
single("state_silence", {}, "", answer="connection closed")
single("state_unregistered", {}, "unregistered|log|key", answer="401 AUTH_KEY_UNREGISTERED")
single("state_boolfalse", {}, "not booltrue", answer="boolFalse")


def _with_lf(s, v):
    return v.replace(b"\n", b"\r\n")


single(
    "blob_cr_for_lf",
    {"blob": _with_lf},
    "line",
    seed=next(
        n
        for n in range(9999)
        if build(n, {}, now=NOW + 77).blob.count(b"\n") == 1 and b"\r" not in build(n, {}, now=NOW + 77).blob
    ),
)
one = {n: (m, w) for n, m, w, o in SINGLES}


def together(*names):
    m, w = {}, []
    for n in names:
        m.update(one[n][0])
        w.append(one[n][1])
    return m, w


PAIRS = []
TOGETHER = (
    "in_nonce_be in_session_zero",
    "msg_key_sha1_0_16 seqno_1",
    "kdf_v2 msg_id_ms",
    "kdf_x8 seqno_of_session",
    "msg_key_over_padded temp_is_perm_id",
    "ctor_be length_72",
    "in_temp_be in_perm_be",
    "expires_in_ms_truncated_inside nonce_differs",
    "session_other msg_id_drawn_again",
    "msg_key_over_inner length_80",
    "kdf_iv_halves nonce_differs",
    "cipher_cbc_first seqno_1",
    "cipher_ecb temp_of_previous_key",
    "seal_temp_key seqno_1",
    "seal_hex_text in_session_zero",
    "random_missing seqno_1",
    "padding_24 msg_key_v2_x0",
    "perm_id_everywhere_sha1_first8 seqno_2",
    "temp_id_inside_sha1_first8 session_other",
    "rq_perm_be in_nonce_float64",
    "rq_nonce_be msg_key_sha1_0_16",
    "blob_front_temp_id msg_id_ms",
    "blob_front_zero ctor_be",
    "msg_key_md5 kdf_v2",
    "msg_key_sha256_8_24 kdf_v2",
    "msg_key_reversed length_72",
    "kdf_iv_zero in_session_zero",
    "kdf_key_iv_swapped seqno_1",
    "kdf_a_order nonce_differs",
    "kdf_c_order msg_key_sha1_0_16",
    "order_ids_first seqno_1",
    "order_session_first ctor_be",
    "ids_swapped session_other",
    "length_be seqno_1",
    "length_72 seqno_long",
    "ctor_missing_len36 seqno_1",
    "in_msg_id_be in_session_be",
    "in_msg_id_zero session_other",
    "seqno_of_session length_132",
    "expires_in_be seqno_1",
    "expires_in_later_by_one msg_id_drawn_after",
    "random_8 length_132",
    "full_v2 seqno_1",
    "full_v2_x8 in_msg_id_zero",
    "cipher_aes128 msg_key_over_padded",
    "cipher_ctr msg_key_sha1_0_16",
    "cipher_cbc_second length_72",
    "cipher_plain seqno_1",
    "seal_reversed session_other",
    "seal_base64 length_44",
    "blob_trailing_16 seqno_1",
    "request_ctor_be in_nonce_be",
    "request_blob_int_len seqno_1",
    "request_expires_long session_other",
    "request_nonce_first msg_id_drawn_again",
    "request_flags ctor_be",
    "perm_id_everywhere_of_hex_text seal_hex_text",
    "temp_id_inside_md5 perm_id_everywhere_md5",
    "msg_key_words_be session_is_salt",
    "in_perm_float64 in_temp_float64",
)
for p in TOGETHER:
    a = p.split()
    m, w = together(*a)
    PAIRS.append(("+".join(a), m, w, {}))
HEALTHY = []


def well(n, m=None, **o):
    o.setdefault("answer", None)
    HEALTHY.append((n, m or {}, o))


R = random.Random(5)
well("plain")
well("answer_true", answer="boolTrue")
well("answer_True", answer="true")
well("zero_padding", pad=bytes(8))
well("pkcs7_padding", pad=b"\x08" * 8)
well("random_zero", rnd16=bytes(16))
well("random_ff", rnd16=b"\xff" * 16)
well("pkcs_1to8", pad=bytes(range(1, 9)))
well("padding_is_msg_key_like", {"padding": lambda s, v: s.nonce})
well("real_salt_session_in_random", {"in_random": lambda s, v: s.salt + s.session})
well("seq_17", seq=17)
well("seq_9999", seq=9999)
well("perm_leading_zeros", perm=b"\0\0" + R.randbytes(254))
well("temp_leading_zero", temp=b"\0" + R.randbytes(255))
well("both_leading_zeros", perm=b"\0" + R.randbytes(255), temp=b"\0\0\0" + R.randbytes(253))
well("nonce_minus_one", nonce=b"\xff" * 8)
well("nonce_small", nonce=i64(7))
well("session_small", session=i64(1))
well("session_negative", session=i64(-2))
well("session_min", session=i64(-(2**63)))
well("expires_30s", exp=lambda n: n + 30)
well("expires_week", exp=lambda n: n + 7 * 86400)
well("expires_day_30", exp=lambda n: n + 86430)
well("expires_12h", exp=lambda n: n + 43200)
well("msg_id_250_past", msg=lambda n: (n - 250 << 32) | 4)
well("msg_id_25_ahead", msg=lambda n: (n + 25 << 32) | 0x7FFFFFFC)
well("msg_id_no_fraction", msg=lambda n: n << 32)
for k in (
    "abridged",
    "intermediate",
    "padded",
    "full",
    "obfuscated-abridged",
    "obfuscated-intermediate",
    "obfuscated-padded",
):
    well("framing_" + k, carrier="stream", framing=k)
well("packet_only", carrier="packet")
well("packet_padding_60", {"out_pad": lambda s, v: v + s.r3[:48]}, carrier="packet")
well("packet_padding_1008", {"out_pad": lambda s, v: v + (s.r3 * 4)[:992]}, carrier="packet")
well("gzip_packed", {"body": lambda s, v: i32(0x3072CFA1) + tls(gzip.compress(v, mtime=0))}, carrier="packet")
well(
    "in_layer_init",
    {
        "body": lambda s, v: (
            i32(0xDA9B0D0D)
            + i32(214)
            + i32(0xC1CD5EA9)
            + i32(0)
            + i32(12345)
            + tls(b"Pc")
            + tls(b"Linux")
            + tls(b"1.0")
            + tls(b"en")
            + tls(b"")
            + tls(b"en")
            + v
        )
    },
    carrier="packet",
)
well(
    "in_container",
    {
        "body": lambda s, v: (
            i32(0x73F1F8DC)
            + i32(2)
            + s.msg_id
            + i32(1)
            + i32(len(s.request))
            + s.request
            + i64(signed(s.msg_id) + 4)
            + i32(2)
            + i32(12)
            + i32(0x7ABE77EC)
            + i64(5)
        ),
        "out_msg_id": lambda s, v: i64(signed(v) + 8),
        "out_seqno": lambda s, v: i32(2),
    },
    carrier="packet",
)
well("quick_ack_abridged", carrier="stream", framing="abridged", ff=lambda b: b[:1] + bytes([b[1] | 128]) + b[2:])
well("quick_ack_intermediate", carrier="stream", framing="intermediate", ff=lambda b: b[:7] + b"\x80" + b[8:])
well("no_now", no_now=True)
well("no_perm_age", perm_age=100000)
well("young_key_true", perm_age=2, answer="boolTrue")
well("with_session_facts", carrier="packet", tell_ids=True)
well("promise", key_expires=86390)
well("other_key_listed", other_temp=True)
well("expires_at_is_promise", key_expires=86400)

UNNAMED = {
    "msg_key_kdf_of_digest",
    "msg_key_kdf_of_0_16",
    "seal_other_key",
    "seal_xored",
    "blob_no_msg_key",
    "blob_only_cipher",
    "blob_zero_cut",
}
"""Nothing but the missing bytes, or the other key, could prove what was done."""
