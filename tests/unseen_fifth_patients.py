"""The patients of a fifth author, who thought of what the libraries of eight languages do to numbers, keys and bytes: each
with its `name`, its `group`, the `text` that is pasted, and in `want` patterns of a verdict that names it."""

# ruff: noqa

import base64
import gzip
import hashlib
import hmac
import itertools
import random as _r
import struct
import zlib
from functools import reduce

from unseen_fifth_client import *  # noqa: F403

ALL = []
KINDS = ("abridged", "intermediate", "padded", "full", "obf_abridged", "obf_inter", "obf_padded")
BAD = "400 ENCRYPTED_MESSAGE_INVALID"


def lines(**f):
    out = []
    for k, v in f.items():
        if v is None:
            continue
        if isinstance(v, (list, tuple)):
            out += [f"{k}: {x.hex()}" for x in v]
        else:
            out.append(f"{k}: {v.hex() if isinstance(v, (bytes, bytearray)) else v}")
    return "\n".join(out) + "\n"


def facts(w, c, how, answer=BAD, **more):
    base = {"perm_key": w.perm, "temp_key": w.temp}
    if how == "request":
        base = {"request": c["request"], **base, "session_id": num(c["sess"][:8]), "msg_id": num(c["msgid"][:8])}
    elif how == "packet":
        base = {"packet": c["packet"], **base}
    elif how == "blob":
        base = {
            "encrypted_message": c["blob"],
            **base,
            "session_id": num(c["sess"][:8]),
            "msg_id": num(c["msgid"][:8]),
            "nonce": num(c["rq_nonce"][:8]),
            "expires_at": w.expires,
        }
    elif how.startswith("stream:"):
        base = {"stream": stream(w.r, [c["packet"]], how[7:]), **base}
    base["now"] = w.now
    base["answer"] = answer
    base.update(more)
    return lines(**base)


count = 0
HOWS = [
    "request",
    "packet",
    "stream:abridged",
    "request",
    "packet",
    "stream:obf_inter",
    "blob",
    "stream:padded",
    "packet",
    "stream:full",
]


def add(name, group, text, *want, field=None):
    ALL.append({"name": name, "group": group, "text": text, "want": list(want), "field": field})


def one(name, *want, how=None, w=None, answer=BAD, field=None, more=None, group="single", **o):
    global count
    count += 1
    if how is None:
        how = HOWS[count % len(HOWS)]
        if how == "blob" and any(k.startswith("rq_") or k in ("request", "body") for k in o):
            how = "request"
        if how in ("request", "blob") and any(
            k in ("body", "salt", "seqno", "length", "mpad", "plain", "mk2", "kiv2", "ct2", "pk_id", "packet")
            for k in o
        ):
            how = "packet"
    w = w or World(f"{name}/{count}")
    c = make(w, **o)
    add(f"{name} [{how}]", group, facts(w, c, how, answer, **(more(w, c) if more else {})), *want, field=field)


def high(seed, *names, top=True, zero=False):
    """A world in which these numbers have their top bit set (or a zero byte on top)."""
    for n in range(100000):
        w = World(f"{seed}/{n}")
        v = {"temp": num(keyid(w.temp)), "perm": num(keyid(w.perm)), "nonce": w.nonce, "session": w.session}
        if all(((v[x] >> 56) & 255 == 0) if zero else ((v[x] < 0) == top) for x in names):
            return w
    raise ValueError


# ---- numbers by language ------------------------------------------------------------------------------------------
def signbyte_be(b):  # Java BigInteger.toByteArray
    n = int.from_bytes(b, "little")
    return n.to_bytes(max(1, n.bit_length() // 8 + 1), "big")


def go_bytes(b):  # Go big.Int.Bytes
    n = int.from_bytes(b, "little")
    return n.to_bytes((n.bit_length() + 7) // 8, "big")


def cs_bytes(b):  # C# BigInteger.ToByteArray of an unsigned number
    n = int.from_bytes(b, "little")
    return n.to_bytes(max(1, n.bit_length() // 8 + 1), "little")


NUMS = {
    "big-endian (Rust to_be_bytes)": (lambda b: b[::-1], {}),
    "Go big.Int.Bytes": (go_bytes, {"zero": True}),
    "Java toByteArray with sign byte": (signbyte_be, {"top": True}),
    "C# ToByteArray with sign byte": (cs_bytes, {"top": True}),
    "Rust u32": (lambda b: b[:4], {}),
    "Rust i128": (lambda b: b + (b"\xff" if b[7] & 128 else b"\0") * 8, {}),
    "JS Number": (lambda b: le8(int(float(num(b)))), {}),
    "JS Number unsigned": (lambda b: le8(int(float(num(b) & (2**64 - 1))) & (2**64 - 1)), {"top": True}),
    "JS x|0": (lambda b: b[:4] + (b"\xff" if b[3] & 128 else b"\0") * 4, {}),
    "JS x>>32 is x>>0": (lambda b: b[:4] + b[:4], {}),
    "JS writeDoubleLE": (lambda b: struct.pack("<d", float(num(b))), {}),
    "JS writeDoubleBE": (lambda b: struct.pack(">d", float(num(b))), {}),
    "Kotlin sign extension": (
        lambda b: (lambda s: le8(s))(
            reduce(lambda a, i: a | (int.from_bytes(b[i : i + 1], "little", signed=True) << (8 * i)), range(8), 0)
        ),
        {},
    ),
    "PHP intval saturates": (lambda b: le8(2**63 - 1), {"top": True}),
    "PHP pack V V swapped": (lambda b: b[4:] + b[:4], {}),
    "abs": (lambda b: le8(abs(num(b))), {"top": True}),
    "C# cast of NaN": (lambda b: le8(-(2**63)), {}),
    "ntohl on each half": (lambda b: b[:4][::-1] + b[4:][::-1], {}),
    "top bit masked": (lambda b: b[:7] + bytes([b[7] & 127]), {"top": True}),
    "16-bit words turned": (lambda b: b"".join(b[i : i + 2][::-1] for i in range(0, 8, 2)), {}),
    "off by one": (lambda b: le8(num(b) + 1), {}),
    "zero": (lambda b: bytes(8), {}),
    "hex text": (lambda b: b.hex().encode()[:8], {}),
    "decimal text in 8 bytes": (lambda b: str(num(b)).encode()[:8], {}),
    "decimal text as TL string": (lambda b: tls(str(num(b)).encode()), {}),
    "TL bytes": (lambda b: tls(b), {}),
}
FIELDS = {
    "in_nonce": ("nonce", "inner"),
    "in_temp": ("temp", "inner"),
    "in_perm": ("perm", "inner"),
    "in_sess": ("session", "inner"),
}
PATH = {
    "in_nonce": r"inner/nonce",
    "in_temp": r"inner/temp_auth_key_id",
    "in_perm": r"inner/perm_auth_key_id",
    "in_sess": r"inner/temp_session_id",
    "in_exp": r"inner/expires_at",
    "in_msgid": r"envelope/msg_id",
    "in_seqno": r"envelope/seqno",
    "in_len": r"envelope/length",
    "in_con": r"inner/constructor",
    "front": r"encrypted_message/(auth_key_id|perm_auth_key_id)",
    "rq_perm": r"request/perm_auth_key_id",
    "rq_nonce": r"(request|inner)/nonce",
    "rq_exp": r"(request|inner)/expires_at",
    "mk": "encrypted_message/msg_key",
    "sess": "session_id",
    "msgid": "msg_id",
    "salt": "salt",
    "seqno": "seqno",
    "length": "length",
    "pk_id": "auth_key_id|packet_id|_in_front",
}
for fi, (field, (which, where)) in enumerate(FIELDS.items()):
    base = {"nonce": lambda c, w=None: None}
    for ni, (lang, (f, need)) in enumerate(NUMS.items()):
        w = high(f"{field}/{lang}", which, **need) if need else World(f"{field}/{lang}")
        right = {
            "in_nonce": lambda: le8(w.nonce),
            "in_temp": lambda: keyid(w.temp),
            "in_perm": lambda: keyid(w.perm),
            "in_sess": lambda: le8(w.session),
        }[field]()
        wrong = f(right)
        if wrong == right:
            continue
        one(f"{field} {lang}", PATH[field], w=w, field=(wrong, right), **{field: wrong})
# msg_id in the envelope
for lang, f in {
    "big-endian": lambda w, b: b[::-1],
    "JS Number": lambda w, b: le8(int(float(num(b)))),
    "JS x|0": lambda w, b: b[:4] + (b"\xff" if b[3] & 128 else b"\0") * 4,
    "halves swapped": lambda w, b: b[4:] + b[:4],
    "drawn anew": lambda w, b: le8(num(b) + 4),
    "drawn anew a second later": lambda w, b: le8(num(b) + (1 << 32) + 8),
    "seconds only": lambda w, b: le8(w.now),
    "low half empty": lambda w, b: bytes(4) + b[4:],
    "milliseconds": lambda w, b: le8(w.now * 1000 + 312),
    "microseconds": lambda w, b: le8(w.now * 10**6 + 312556),
    "nanoseconds": lambda w, b: le8(w.now * 10**9 + 312556120),
    "left 0": lambda w, b: bytes(8),
    "local time, three hours": lambda w, b: le8(num(b) + (10800 << 32)),
    "mod 4 = 1": lambda w, b: le8(num(b) | 1),
    "the one before": lambda w, b: le8(num(b) - 4),
    "four bytes": lambda w, b: b[4:],
    "sixteen bytes": lambda w, b: b + bytes(8),
    "ms << 32 overflowed": lambda w, b: le8((w.now * 1000) << 32),
    "double": lambda w, b: struct.pack("<d", float(num(b))),
    "of the session": lambda w, b: le8(w.session),
    "bit flipped": lambda w, b: bytes([b[0] ^ 64]) + b[1:],
    "server offset taken twice": lambda w, b: le8(num(b) + (37 << 32)),
}.items():
    w = World("msgid/" + lang)
    wrong = f(w, le8(w.msg_id))
    one(f"in_msgid {lang}", PATH["in_msgid"], w=w, field=(wrong, le8(w.msg_id)), in_msgid=wrong)
# seqno, length
for n in (1, 2, 3, 5, 1 << 24, -1, 40):
    one(f"in_seqno {n}", PATH["in_seqno"], field=(le4(n), le4(0)), in_seqno=le4(n))
for n in (0, 32, 36, 44, 48, 72, 80, 104, 10, 28, 132, -40):
    one(f"in_len {n}", PATH["in_len"], field=(le4(n), le4(40)), in_len=le4(n))
one("in_len big-endian", PATH["in_len"], in_len=(40).to_bytes(4, "big"))
one("in_len eight bytes", PATH["in_len"], in_len=le8(40))
one("in_len two bytes", PATH["in_len"], in_len=b"\x28\0")
one("in_seqno left out", "seqno", in_seqno=b"")
one("in_seqno eight bytes", "seqno", in_seqno=bytes(8))
one("in_len left out", "length", in_len=b"")
one("in_seqno and in_len exchanged", "length_before_seqno|seqno|length", in_seqno=le4(40), in_len=le4(0))
# constructor
for what, v in {
    "big-endian": "75a3f765",
    "of the request": "052ad4cd",
    "left out": "",
    "of the request big-endian": "cdd42a05",
    "zero": "00000000",
    "twice": "65f7a37565f7a375",
    "as CRC of another line": "b1f3e21a",
    "of p_q_inner_data_temp_dc": "88dffd56",
    "signed eight bytes": "65f7a37500000000",
    "vector": "15c4b51c65f7a375",
}.items():
    one(f"in_con {what}", "constructor|field|vector|inner/", in_con=bytes.fromhex(v))
# expires_at inside (request right)
for what, f in {
    "BE": lambda w: struct.pack(">i", w.expires),
    "ms int32": lambda w: le4(w.expires * 1000),
    "ms long": lambda w: le8(w.expires * 1000),
    "relative": lambda w: le4(86400),
    "now": lambda w: le4(w.now),
    "NTP": lambda w: le4(w.expires + 2208988800),
    "Swift 2001": lambda w: le4(w.expires - 978307200),
    "one second later": lambda w: le4(w.expires + 1),
    "three hours": lambda w: le4(w.expires + 10800),
    "India": lambda w: le4(w.expires + 19800),
    "zero": lambda w: bytes(4),
    "long": lambda w: le8(w.expires),
    "int16": lambda w: le4(w.expires)[:2],
    "float": lambda w: struct.pack("<f", float(w.expires)),
    "double": lambda w: struct.pack("<d", float(w.expires)),
    "max": lambda w: le4(2**31 - 1),
    "negative": lambda w: le4(-w.expires),
    "ms of now plus life": lambda w: le4(w.now * 1000 + 86400),
    "ns": lambda w: le4(w.expires * 10**9),
    ".NET ticks": lambda w: le4(w.expires * 10**7 + 621355968000000000),
    "text": lambda w: str(w.expires).encode()[:4],
    "left out": lambda w: b"",
    "one hour": lambda w: le4(w.now + 3600),
    "minutes": lambda w: le4(w.expires // 60),
    "BCD": lambda w: bytes.fromhex(str(w.expires)[-8:]),
}.items():
    w = World("exp/" + what)
    one(f"in_exp {what}", PATH["in_exp"], w=w, field=(f(w), le4(w.expires)), in_exp=f(w))
# expires_at the same wrong in both places
for what, f in {
    "ms int32": lambda w: w.expires * 1000,
    "relative": lambda w: 86400,
    "now": lambda w: w.now,
    "an hour ago": lambda w: w.now - 3600,
    "zero": lambda w: 0,
    "Swift 2001": lambda w: w.expires - 978307200,
    "NTP": lambda w: w.expires + 2208988800,
    "max without promise": lambda w: 2**31 - 1,
    "ten years": lambda w: w.now + 315360000,
    "negative": lambda w: -1,
    "time zone minus 25h": lambda w: w.now - 3600,
    "BE": lambda w: int.from_bytes(le4(w.expires), "big"),
    "us": lambda w: w.expires * 10**6,
    "30 days": lambda w: w.now + 2592000,
}.items():
    w = World("exp2/" + what)
    w.expires, keep = struct.unpack("<i", le4(f(w)))[0], w.expires
    one(f"both exp {what}", "expires_at", w=w, answer="400 EXPIRES_AT_INVALID" if count % 2 else None)
w = World("promise")
w.expires = w.now + 172800
one("both exp beyond the promise", "expires_at", w=w, more=lambda w, c: {"key_expires_at": w.now + 86400}, answer=None)
# ids: wrong computation, at each of five places
IDS = {
    "aux hash": lambda k: sha1(k)[:8],
    "middle": lambda k: sha1(k)[4:12],
    "sha256 last": lambda k: sha256(k)[-8:],
    "sha256 first": lambda k: sha256(k)[:8],
    "md5": lambda k: hashlib.md5(k).digest()[8:],
    "BE": lambda k: sha1(k)[12:][::-1],
    "of hex text": lambda k: sha1(k.hex().encode())[12:],
    "[-9:-1]": lambda k: sha1(k)[11:19],
    "of key reversed": lambda k: sha1(k[::-1])[12:],
    "of the first 128": lambda k: sha1(k[:128])[12:],
    "of base64 text": lambda k: sha1(base64.b64encode(k))[12:],
    "sha1 twice": lambda k: sha1(sha1(k))[12:],
    "of a TL string": lambda k: sha1(tls(k))[12:],
}
PLACES = {"front": "perm", "in_perm": "perm", "in_temp": "temp", "rq_perm": "perm", "pk_id": "temp"}
for place, key in PLACES.items():
    for n, (what, f) in enumerate(IDS.items()):
        w = World(f"ids/{place}/{what}")
        v = f(getattr(w, key))
        one(f"{place} id {what}", PATH[place], w=w, field=(v, keyid(getattr(w, key))), **{place: v})
    other = "temp" if key == "perm" else "perm"
    for what, k in (
        ("swapped temp/perm", lambda w: keyid(getattr(w, other))),
        ("of a third key", lambda w: keyid(w.other)),
        ("zero", lambda w: bytes(8)),
    ):
        w = World(f"ids/{place}/{what}")
        one(f"{place} id {what}", PATH[place], w=w, field=(k(w), keyid(getattr(w, key))), **{place: k(w)})
for what, f in list(IDS.items()):
    one(
        f"perm id everywhere {what}",
        "auth_key_id|perm_id",
        perm_id=lambda c, f=f, w=(ww := World(f"ev/{what}")): f(w.perm),
        w=ww,
    )
# session
one("in_sess of another connection", PATH["in_sess"], in_sess=le8(0x1234567890ABCDEF))
w = World("ss")
one("in_sess is the nonce", PATH["in_sess"], w=w, in_sess=le8(w.nonce))
w = World("ss1")
one("in_sess is the temp id", PATH["in_sess"], w=w, in_sess=keyid(w.temp))
w = World("ss2")
one("in_sess is the salt", PATH["in_sess"], w=w, how="packet", in_sess=le8(w.salt))
w = World("ss3")
one("session changed outside after a reconnect", "session_id", w=w, sess=le8(w.session ^ 0x1111111111))
w = World("ss4")
one("rand holds session, in_sess random", PATH["in_sess"], w=w, in_sess=w.random16[8:])
# nonce in the request
for what, f in {
    "reversed": lambda b: b[::-1],
    "drawn twice": lambda b: b"\x9a\x11\x0c\x2f\x33\x10\xfe\x01",
    "zero": lambda b: bytes(8),
    "JS Number": lambda b: le8(int(float(num(b)))),
    "32 bits": lambda b: b[:4] + bytes(4),
    "halves": lambda b: b[4:] + b[:4],
    "abs": lambda b: le8(num(b) & (2**63 - 1)),
    "16 bytes": lambda b: b + b,
    "4 bytes": lambda b: b[:4],
}.items():
    w = high("rqn" + what, "nonce")
    one(f"rq_nonce {what}", "nonce", w=w, field=(f(le8(w.nonce)), le8(w.nonce)), rq_nonce=f(le8(w.nonce)))
for what, f in {
    "BE": lambda b: b[::-1],
    "abs": lambda b: le8(num(b) & (2**63 - 1)),
    "JS Number": lambda b: le8(int(float(num(b)))),
    "32 bits": lambda b: b[:4] + bytes(4),
    "16 bytes": lambda b: b + bytes(8),
}.items():
    w = high("rqp" + what, "perm")
    one(f"rq_perm {what}", PATH["rq_perm"], w=w, field=(f(keyid(w.perm)), keyid(w.perm)), rq_perm=f(keyid(w.perm)))
for what, f in {
    "one second later": lambda w: le4(w.expires + 1),
    "BE": lambda w: le4(w.expires)[::-1],
    "long": lambda w: le8(w.expires),
    "left out": lambda w: b"",
    "relative": lambda w: le4(86400),
    "ms": lambda w: le4(w.expires * 1000),
    "double": lambda w: struct.pack("<d", w.expires),
}.items():
    w = World("rqe" + what)
    one(f"rq_exp {what}", PATH["rq_exp"], w=w, field=(f(w), le4(w.expires)), rq_exp=f(w))
# ---- envelope ---------------------------------------------------------------------------------------------------
E2 = {
    "random left out": lambda c: c["envelope"][16:],
    "random of 8": lambda c: c["envelope"][8:],
    "random of 32": lambda c: c["envelope"][:16] * 2 + c["envelope"][16:],
    "no header": lambda c: c["inner"],
    "unencrypted header": lambda c: bytes(8) + c["in_msgid"] + le4(40) + c["inner"],
    "inner as TL string": lambda c: c["envelope"][:32] + tls(c["inner"]),
    "msg_id first": lambda c: c["in_msgid"] + c["rand"] + c["envelope"][24:],
    "seqno before msg_id": lambda c: c["rand"] + c["in_seqno"] + c["in_msgid"] + c["in_len"] + c["inner"],
    "inner twice": lambda c: c["envelope"] + c["inner"],
    "request inside": lambda c: (
        c["envelope"][:32] + bytes.fromhex("052ad4cd") + c["perm_id"] + c["in_nonce"] + c["in_exp"]
    ),
    "inner in gzip": lambda c: c["envelope"][:32] + gzip.compress(c["inner"], mtime=0),
    "salt before random": lambda c: bytes(8) + c["envelope"],
    "inner reversed": lambda c: c["envelope"][:32] + c["inner"][::-1],
    "int128 nonce": lambda c: c["envelope"][:36] + c["in_nonce"] * 2 + c["envelope"][44:],
    "fields order temp first": lambda c: (
        c["envelope"][:36] + c["in_temp"] + c["in_perm"] + c["in_nonce"] + c["in_sess"] + c["in_exp"]
    ),
    "expires first": lambda c: c["envelope"][:36] + c["in_exp"] + c["envelope"][36:68],
    "perm before temp": lambda c: c["envelope"][:44] + c["in_perm"] + c["in_temp"] + c["in_sess"] + c["in_exp"],
    "session before ids": lambda c: c["envelope"][:44] + c["in_sess"] + c["in_temp"] + c["in_perm"] + c["in_exp"],
    "flags after constructor": lambda c: c["envelope"][:36] + bytes(4) + c["envelope"][36:],
    "boxed long": lambda c: c["envelope"][:36] + bytes.fromhex("ba6c0722") + c["envelope"][36:],
    "session left out": lambda c: c["envelope"][:60] + c["in_exp"],
    "4-byte align before expires": lambda c: c["envelope"][:68] + bytes(4) + c["in_exp"],
    "struct align after constructor": lambda c: c["envelope"][:36] + bytes(4) + c["envelope"][36:] + bytes(4),
    "alphabetical fields": lambda c: (
        c["envelope"][:36] + c["in_exp"] + c["in_nonce"] + c["in_perm"] + c["in_temp"] + c["in_sess"]
    ),
    "temp twice": lambda c: c["envelope"][:44] + c["in_temp"] * 2 + c["in_sess"] + c["in_exp"],
}
ACC = {
    "random left out": "random",
    "random of 8": "random|field_too_narrow",
    "random of 32": "random|field_twice|bytes_between",
    "no header": "header",
    "unencrypted header": "header",
    "inner as TL string": "length_head",
    "msg_id first": "order|msg_id",
    "seqno before msg_id": "order|seqno",
    "inner twice": "twice|padding|inner",
    "request inside": ".",
    "inner in gzip": ".",
    "salt before random": "random|bytes_between|salt",
    "inner reversed": ".",
    "int128 nonce": "nonce",
    "fields order temp first": "order",
    "expires first": "order|expires_at",
    "perm before temp": "swapped|order",
    "session before ids": "order",
    "flags after constructor": "between|wide|twice|constructor",
    "boxed long": "between|constructor|wide",
    "session left out": "temp_session_id|left_out",
    "4-byte align before expires": "expires_at|between",
    "struct align after constructor": "between|constructor|wide",
    "alphabetical fields": "order",
    "temp twice": "perm_auth_key_id|twice|order",
}
for what, f in E2.items():
    one(f"envelope {what}", ACC[what], envelope=f)
# padding
for what, f in {
    "24 bytes": lambda c: bytes(range(24)),
    "40 bytes": lambda c: bytes(range(40)),
    "PKCS7 block more": lambda c: b"\x08" * 8 + b"\x10" * 16,
    "1032": lambda c: b"\x5a" * 1032,
    "12+": lambda c: b"\x11" * 24,
}.items():
    one(f"pad {what}", "padding|wrong_size|size", pad=f)
one("pad in front", "padding_before", pad=lambda c: b"", cipher=lambda c: ige(*c["kiv"], b"\x77" * 8 + c["envelope"]))
one("pad left out", "padding|cut_off|wrong_size|size", cipher=lambda c: ige(*c["kiv"], c["envelope"][:64]))
one(
    "random behind, not before",
    ".",
    envelope=lambda c: c["in_msgid"] + c["in_seqno"] + c["in_len"] + c["inner"],
    pad=lambda c: c["rand"] + b"\x01" * 8,
)
# ---- msg_key ----------------------------------------------------------------------------------------------------
MK = {
    "[0:16]": lambda c, w: sha1(c["envelope"])[:16],
    "[3:19]": lambda c, w: sha1(c["envelope"])[3:19],
    "[2:18]": lambda c, w: sha1(c["envelope"])[2:18],
    "over 80": lambda c, w: sha1(c["envelope"] + c["pad"])[4:20],
    "over 40": lambda c, w: sha1(c["inner"])[4:20],
    "over 71": lambda c, w: sha1(c["envelope"][:71])[4:20],
    "over 73": lambda c, w: sha1((c["envelope"] + c["pad"])[:73])[4:20],
    "over 76": lambda c, w: sha1((c["envelope"] + c["pad"])[:76])[4:20],
    "over 64": lambda c, w: sha1(c["envelope"][:64])[4:20],
    "over 70": lambda c, w: sha1(c["envelope"][:70])[4:20],
    "over [1:72]": lambda c, w: sha1(c["envelope"][1:])[4:20],
    "over [16:72]": lambda c, w: sha1(c["envelope"][16:])[4:20],
    "over [32:80]": lambda c, w: sha1((c["envelope"] + c["pad"])[32:])[4:20],
    "sha256[8:24]": lambda c, w: sha256(c["envelope"])[8:24],
    "sha256[4:20]": lambda c, w: sha256(c["envelope"])[4:20],
    "sha256[:16]": lambda c, w: sha256(c["envelope"])[:16],
    "sha256 over 80": lambda c, w: sha256(c["envelope"] + c["pad"])[8:24],
    "md5": lambda c, w: hashlib.md5(c["envelope"]).digest(),
    "sha512": lambda c, w: hashlib.sha512(c["envelope"]).digest()[8:24],
    "twice": lambda c, w: sha1(sha1(c["envelope"]))[4:20],
    "hexdigest": lambda c, w: sha1(c["envelope"]).hex().encode()[8:24],
    "hexdigest [4:20]": lambda c, w: sha1(c["envelope"]).hex().encode()[4:20],
    "v2": lambda c, w: sha256(w.perm[88:120] + c["envelope"] + c["pad"])[8:24],
    "v2 x=8": lambda c, w: sha256(w.perm[96:128] + c["envelope"] + c["pad"])[8:24],
    "v2 without padding": lambda c, w: sha256(w.perm[88:120] + c["envelope"])[8:24],
    "v2 with temp": lambda c, w: sha256(w.temp[88:120] + c["envelope"] + c["pad"])[8:24],
    "reversed": lambda c, w: sha1(c["envelope"])[4:20][::-1],
    "BE words": lambda c, w: b"".join(sha1(c["envelope"])[i : i + 4][::-1] for i in range(4, 20, 4)),
    "HMAC": lambda c, w: hmac.new(w.perm, c["envelope"], "sha1").digest()[4:20],
    "key in front": lambda c, w: sha1(w.perm + c["envelope"])[4:20],
    "key behind": lambda c, w: sha1(c["envelope"] + w.perm)[4:20],
    "of hex text": lambda c, w: sha1(c["envelope"].hex().encode())[4:20],
    "of base64": lambda c, w: sha1(base64.b64encode(c["envelope"]))[4:20],
    "of git blob": lambda c, w: sha1(b"blob 72\0" + c["envelope"])[4:20],
    "of utf8 (PHP utf8_encode)": lambda c, w: sha1(c["envelope"].decode("latin1").encode())[4:20],
    "of utf8 replaced": lambda c, w: sha1(c["envelope"].decode("utf-8", "replace").encode())[4:20],
    "zeros": lambda c, w: bytes(16),
    "before msg_id": lambda c, w: sha1(c["envelope"][:16] + bytes(8) + c["envelope"][24:])[4:20],
    "before expires": lambda c, w: sha1(c["envelope"][:68] + bytes(4))[4:20],
    "before length": lambda c, w: sha1(c["envelope"][:28] + bytes(4) + c["envelope"][32:])[4:20],
    "with another random": lambda c, w: sha1(b"\x21" * 16 + c["envelope"][16:])[4:20],
    "with zero random": lambda c, w: sha1(bytes(16) + c["envelope"][16:])[4:20],
    "zero padding hashed, random sent": lambda c, w: sha1(c["envelope"] + bytes(8))[4:20],
    "of the TL string": lambda c, w: sha1(tls(c["envelope"]))[4:20],
    "of inner as TL": lambda c, w: sha1(tls(c["inner"]))[4:20],
    "sha1 of key": lambda c, w: sha1(w.perm)[4:20],
    "random": lambda c, w: b"\x0f\x31" * 8,
    "[4:20] of sha3": lambda c, w: hashlib.sha3_256(c["envelope"]).digest()[4:20],
    "sha224": lambda c, w: hashlib.sha224(c["envelope"]).digest()[4:20],
    "of the request": lambda c, w: sha1(b"\x05\x2a\xd4\xcd" + c["perm_id"] + c["in_nonce"] + c["in_exp"])[4:20],
    "inc length in front": lambda c, w: sha1(le4(72) + c["envelope"])[4:20],
    "key id in front": lambda c, w: sha1(c["perm_id"] + c["envelope"])[4:20],
    "old msg_id": lambda c, w: sha1(c["envelope"][:16] + le8(w.msg_id - 4) + c["envelope"][24:])[4:20],
    "upper half 0": lambda c, w: bytes(4) + sha1(c["envelope"])[4:16],
    "fifteen and a zero": lambda c, w: sha1(c["envelope"])[4:19] + b"\0",
}
for what, f in MK.items():
    w = World("mk/" + what)
    one(f"mk {what}", "msg_key", w=w, mk=lambda c, f=f, w=w: f(c, w))
one(
    "mk encrypt then hash",
    "msg_key",
    kiv=lambda c, w=(ww := World("eth")): kdf1(w.perm, sha1(c["envelope"])[4:20]),
    cipher=lambda c: ige(*c["kiv"], c["envelope"] + c["pad"]),
    w=ww,
    front=lambda c: c["perm_id"],
    blob=lambda c: c["front"] + sha1(c["cipher"])[4:20] + c["cipher"],
)
for what, f in {
    "zero sent": lambda k: bytes(16),
    "reversed sent": lambda k: k[::-1],
    "[0:16] sent": lambda k: None,
    "one byte changed": lambda k: k[:5] + bytes([k[5] ^ 1]) + k[6:],
}.items():
    w = World("mks" + what)
    one(
        f"mk right used, {what}",
        "msg_key",
        w=w,
        blob=lambda c, f=f: c["front"] + (f(c["mk"]) or sha1(c["envelope"])[:16]) + c["cipher"],
    )


# ---- key schedule --------------------------------------------------------------------------------------------------
def sched(
    ak,
    mk,
    A=(0, 32),
    B=(32, 48, 48, 64),
    C=(64, 96),
    D=(96, 128),
    key=((0, 0, 8), (1, 8, 20), (2, 4, 16)),
    iv=((0, 8, 20), (1, 0, 8), (2, 16, 20), (3, 0, 8)),
    h=sha1,
    oa=0,
    ob=0,
    oc=0,
    od=0,
):
    a = h(mk + ak[slice(*A)]) if not oa else h(ak[slice(*A)] + mk)
    p, q = ak[B[0] : B[1]], ak[B[2] : B[3]]
    b = h([p + mk + q, mk + p + q, p + q + mk, q + mk + p][ob])
    c = h(ak[slice(*C)] + mk) if not oc else h(mk + ak[slice(*C)])
    d = h(mk + ak[slice(*D)]) if not od else h(ak[slice(*D)] + mk)
    H = (a, b, c, d)
    return b"".join(H[i][s:e] for i, s, e in key), b"".join(H[i][s:e] for i, s, e in iv)


assert sched(bytes(range(256)), bytes(16)) == kdf1(bytes(range(256)), bytes(16))
fit = lambda b: (b + bytes(32))[:32]
K0, V0 = [(0, 0, 8), (1, 8, 20), (2, 4, 16)], [(0, 8, 20), (1, 0, 8), (2, 16, 20), (3, 0, 8)]
KD = {
    "x=8": lambda w, m: kdf1(w.perm, m, 8),
    "v2": lambda w, m: kdf2(w.perm, m),
    "v2 x=8": lambda w, m: kdf2(w.perm, m, 8),
    "sha256": lambda w, m: kdf1(w.perm, m, 0, sha256),
    "temp key": lambda w, m: kdf1(w.temp, m),
    "a other order": lambda w, m: sched(w.perm, m, oa=1),
    "b msg_key first": lambda w, m: sched(w.perm, m, ob=1),
    "b msg_key last": lambda w, m: sched(w.perm, m, ob=2),
    "b parts swapped": lambda w, m: sched(w.perm, m, ob=3),
    "c msg_key first": lambda w, m: sched(w.perm, m, oc=1),
    "d msg_key last": lambda w, m: sched(w.perm, m, od=1),
    "all msg_key first": lambda w, m: sched(w.perm, m, ob=1, oc=1),
    "C slice [64:80]": lambda w, m: sched(w.perm, m, C=(64, 80)),
    "D from 128": lambda w, m: sched(w.perm, m, D=(128, 160)),
    "A [0:16]": lambda w, m: sched(w.perm, m, A=(0, 16)),
    "B length as end": lambda w, m: sched(w.perm, m, B=(32, 16, 48, 16)),
    "Lua 1-based": lambda w, m: kdf1(w.perm[1:] + b"\0", m),
    "Lua 1-based everywhere": lambda w, m: kdf1(b"\0" + w.perm, m),
    "iv without d, c whole": lambda w, m: (
        kdf1(w.perm, m)[0],
        sched(w.perm, m, iv=((0, 8, 20), (1, 0, 8), (2, 8, 20)))[1],
    ),
    "iv d from 8": lambda w, m: sched(w.perm, m, iv=V0[:3] + [(3, 8, 16)]),
    "iv d last 8": lambda w, m: sched(w.perm, m, iv=V0[:3] + [(3, 12, 20)]),
    "key b [0:12]": lambda w, m: sched(w.perm, m, key=[(0, 0, 8), (1, 0, 12), (2, 4, 16)]),
    "key c [0:12]": lambda w, m: sched(w.perm, m, key=[(0, 0, 8), (1, 8, 20), (2, 0, 12)]),
    "key c [8:20]": lambda w, m: sched(w.perm, m, key=[(0, 0, 8), (1, 8, 20), (2, 8, 20)]),
    "iv order b a c d": lambda w, m: sched(w.perm, m, iv=[V0[1], V0[0], V0[2], V0[3]]),
    "iv a c b d": lambda w, m: sched(w.perm, m, iv=[V0[0], V0[2], V0[1], V0[3]]),
    "key c b a": lambda w, m: sched(w.perm, m, key=K0[::-1]),
    "key and iv swapped": lambda w, m: kdf1(w.perm, m)[::-1],
    "iv halves": lambda w, m: (lambda k, v: (k, v[16:] + v[:16]))(*kdf1(w.perm, m)),
    "iv zero": lambda w, m: (kdf1(w.perm, m)[0], bytes(32)),
    "iv = msg_key twice": lambda w, m: (kdf1(w.perm, m)[0], m + m),
    "iv first half twice": lambda w, m: (lambda k, v: (k, v[:16] * 2))(*kdf1(w.perm, m)),
    "iv half and zeros": lambda w, m: (lambda k, v: (k, v[:16] + bytes(16)))(*kdf1(w.perm, m)),
    "iv reversed": lambda w, m: (lambda k, v: (k, v[::-1]))(*kdf1(w.perm, m)),
    "key reversed": lambda w, m: (lambda k, v: (k[::-1], v))(*kdf1(w.perm, m)),
    "auth key reversed": lambda w, m: kdf1(w.perm[::-1], m),
    "auth key as hex text": lambda w, m: kdf1(w.perm.hex().encode(), m),
    "auth key as base64": lambda w, m: kdf1(base64.b64encode(w.perm), m),
    "auth key with sign byte": lambda w, m: kdf1(b"\0" + w.perm, m),
    "auth key utf8": lambda w, m: kdf1(w.perm.decode("latin1").encode(), m),
    "auth key upper hex": lambda w, m: kdf1(w.perm.hex().upper().encode(), m),
    "auth key sha256": lambda w, m: kdf1(sha256(w.perm) * 8, m),
    "second half of the key": lambda w, m: kdf1(w.perm[128:], m),
    "key 32-bit words turned": lambda w, m: kdf1(b"".join(w.perm[i : i + 4][::-1] for i in range(0, 256, 4)), m),
    "aes-128": lambda w, m: (kdf1(w.perm, m)[0][:16], kdf1(w.perm, m)[1]),
    "aes-192": lambda w, m: (kdf1(w.perm, m)[0][:24], kdf1(w.perm, m)[1]),
    "aes key hex": lambda w, m: (kdf1(w.perm, m)[0].hex().encode()[:32], kdf1(w.perm, m)[1]),
    "aes key zero": lambda w, m: (bytes(32), kdf1(w.perm, m)[1]),
    "msg_key reversed in kdf": lambda w, m: kdf1(w.perm, m[::-1]),
    "msg_key hex in kdf": lambda w, m: kdf1(w.perm, m.hex().encode()),
    "msg_key 20 bytes in kdf": None,
    "third key": lambda w, m: kdf1(w.other, m),
    "Kotlin inclusive ak slices": lambda w, m: sched(w.perm, m, A=(0, 33), B=(32, 49, 48, 65), C=(64, 97), D=(96, 129)),
    "Kotlin inclusive everywhere": lambda w, m: (lambda k, v: (k[:32], v[:32]))(
        *sched(
            w.perm,
            m,
            A=(0, 33),
            B=(32, 49, 48, 65),
            C=(64, 97),
            D=(96, 129),
            key=((0, 0, 9), (1, 8, 20), (2, 4, 17)),
            iv=((0, 8, 20), (1, 0, 9), (2, 16, 20), (3, 0, 9)),
        )
    ),
    "Kotlin inclusive hash slices": lambda w, m: (lambda k, v: (k[:32], v[:32]))(
        *sched(w.perm, m, key=((0, 0, 9), (1, 8, 20), (2, 4, 17)), iv=((0, 8, 20), (1, 0, 9), (2, 16, 20), (3, 0, 9)))
    ),
    "B one piece of 32 in front": lambda w, m: sched(w.perm, m, B=(32, 64, 64, 64)),
    "C and D exchanged": lambda w, m: sched(w.perm, m, C=(96, 128), D=(64, 96)),
    "A from 32": lambda w, m: sched(w.perm, m, A=(32, 64)),
    "D [96:112]": lambda w, m: sched(w.perm, m, D=(96, 112)),
    "iv a [8:16] zero filled": lambda w, m: (
        kdf1(w.perm, m)[0],
        fit(sched(w.perm, m, iv=((0, 8, 16), (1, 0, 8), (2, 16, 20), (3, 0, 8)))[1]),
    ),
    "sha1 of whole key": lambda w, m: (lambda a, b: (a + b[:12], b[8:20] + sha1(a + b)))(
        sha1(m + w.perm), sha1(w.perm + m)
    ),
    "tmp_aes recipe": lambda w, m: (
        sha1(w.perm + m) + sha1(m + w.perm)[:12],
        sha1(m + w.perm)[12:] + sha1(w.perm + w.perm) + w.perm[:4],
    ),
    "sha256_a/b swapped (v2)": lambda w, m: (lambda a, b: (b[:8] + a[8:24] + b[24:], a[:8] + b[8:24] + a[24:]))(
        sha256(m + w.perm[:36]), sha256(w.perm[40:76] + m)
    ),
    "md5": None,
    "x=4": lambda w, m: kdf1(w.perm, m, 4),
    "x=128": lambda w, m: kdf1(w.perm, m, 128),
    "x=16": lambda w, m: kdf1(w.perm, m, 16),
}
for what, f in KD.items():
    w = World("kdf/" + what)
    if what == "msg_key 20 bytes in kdf":
        one(f"kdf {what}", ".", w=w, kiv=lambda c, w=w: kdf1(w.perm, sha1(c["envelope"])))
    elif what == "md5":
        one(
            f"kdf {what}",
            ".",
            w=w,
            kiv=lambda c, w=w: (lambda h: sched(w.perm, c["mk"], h=h))(lambda b: hashlib.md5(b).digest() + b"\0\0\0\0"),
        )
    else:
        one(f"kdf {what}", "^(?!not_opened)", w=w, kiv=lambda c, f=f, w=w: f(w, c["mk"]))
for what, perm, f in (
    ("perm lost its zero", b"\0", lambda k: k[1:]),
    ("perm zero at the end", b"\0", lambda k: k[1:] + b"\0"),
    ("perm lost two zeros", b"\0\0", lambda k: k[2:]),
):
    w = World("lz" + what)
    w.perm = perm + w.perm[len(perm) :]
    one(f"kdf {what}", "zero|shift", w=w, kiv=lambda c, f=f, w=w: kdf1(f(w.perm), c["mk"]))
    one(
        f"kdf and id {what}",
        "zero|shift",
        w=w,
        kiv=lambda c, f=f, w=w: kdf1(f(w.perm), c["mk"]),
        perm_id=lambda c, f=f, w=w: keyid(f(w.perm)),
    )
    one(f"id only {what}", "id", w=w, perm_id=lambda c, f=f, w=w: keyid(f(w.perm)))


# ---- cipher -------------------------------------------------------------------------------------------------------------
def inplace(key, iv, d):
    out, c, p = bytearray(d), iv[:16], iv[16:]
    for i in range(0, len(d), 16):
        o = xor(ecb(key, xor(out[i : i + 16], c)), p)
        out[i : i + 16] = o
        c, p = o, bytes(out[i : i + 16])
    return bytes(out)


def restart(key, iv, d):
    return b"".join(ige(key, iv, d[i : i + 16]) for i in range(0, len(d), 16))


pkcs = lambda d: d + bytes([16 - len(d) % 16]) * (16 - len(d) % 16)
CI = {
    "ECB": lambda k, v, d: ecb(k, d),
    "CBC": lambda k, v, d: mode(modes.CBC(v[:16]), k, d),
    "CBC iv 2": lambda k, v, d: mode(modes.CBC(v[16:]), k, d),
    "CTR": lambda k, v, d: mode(modes.CTR(v[:16]), k, d),
    "CTR iv 2": lambda k, v, d: mode(modes.CTR(v[16:]), k, d),
    "CFB": lambda k, v, d: mode(CFB(v[:16]), k, d),
    "OFB": lambda k, v, d: mode(OFB(v[:16]), k, d),
    "GCM": lambda k, v, d: mode(modes.GCM(v[:12]), k, d),
    "CBC PKCS7": lambda k, v, d: mode(modes.CBC(v[:16]), k, pkcs(d)),
    "IGE and PKCS7 of the library": lambda k, v, d: ige(k, v, pkcs(d)),
    "decrypt for encrypt": lambda k, v, d: ige(k, v, d, True),
    "in place": inplace,
    "iv anew each block": restart,
    "twice": lambda k, v, d: ige(k, v, ige(k, v, d)),
    "data words turned": lambda k, v, d: ige(k, v, b"".join(d[i : i + 4][::-1] for i in range(0, len(d), 4))),
    "iv order": lambda k, v, d: ige(k, v[16:] + v[:16], d),
    "PCBC": None,
    "IGE from behind": lambda k, v, d: ige(k, v, d[::-1])[::-1],
    "biIGE": lambda k, v, d: ige(k, v, ige(k, v, d)[::-1])[::-1],
    "not encrypted": lambda k, v, d: d,
    "XOR with key": lambda k, v, d: xor(d, k * 4),
    "last block plain": lambda k, v, d: ige(k, v, d[:64]) + d[64:],
    "first block plain": lambda k, v, d: d[:16] + ige(k, v, d)[16:],
    "result words turned": lambda k, v, d: b"".join(ige(k, v, d)[i : i + 4][::-1] for i in range(0, len(d), 4)),
    "CTR zero iv": lambda k, v, d: mode(modes.CTR(bytes(16)), k, d),
    "only c chained": lambda k, v, d: mode(modes.CBC(v[:16]), k, d),
    "64 bytes only": lambda k, v, d: ige(k, v, d[:64]),
}
for what, f in CI.items():
    if f is None:

        def f(k, v, d):
            out, m = b"", v[:16]
            for i in range(0, len(d), 16):
                o = ecb(k, xor(d[i : i + 16], m))
                m = xor(o, d[i : i + 16])
                out += o
            return out

    one(f"cipher {what}", "^(?!not_opened)", cipher=lambda c, f=f: f(*c["kiv"], c["envelope"] + c["pad"]))


# ---- the blob -------------------------------------------------------------------------------------------------------
def till(pred, seed):
    for n in range(100000):
        w = World(f"{seed}{n}")
        if pred(make(w)["blob"]):
            return w


BL = {
    "hex": lambda b: b.hex().encode(),
    "HEX": lambda b: b.hex().upper().encode(),
    "base64": base64.b64encode,
    "base64url": lambda b: base64.urlsafe_b64encode(b).rstrip(b"="),
    "utf8 of latin1": lambda b: b.decode("latin1").encode(),
    "utf8 replaced": lambda b: b.decode("utf8", "replace").encode(),
    "ascii with ?": lambda b: bytes(x if x < 128 else 63 for x in b),
    "7 bit": lambda b: bytes(x & 127 for x in b),
    "UTF-16": lambda b: b.decode("latin1").encode("utf-16-le"),
    "newline appended": lambda b: b + b"\n",
    "zeros to 128": lambda b: b + bytes(24),
    "zero appended": lambda b: b + b"\0",
    "length in front": lambda b: le4(104) + b,
    "TL inside": tls,
    "id left out": lambda b: b[8:],
    "msg_key left out": lambda b: b[:8] + b[24:],
    "msg_key first": lambda b: b[8:24] + b[:8] + b[24:],
    "msg_key last": lambda b: b[:8] + b[24:] + b[8:24],
    "cipher only": lambda b: b[24:],
    "reversed": lambda b: b[::-1],
    "cut 1": lambda b: b[:-1],
    "cut 4": lambda b: b[:-4],
    "cut 16": lambda b: b[:-16],
    "cut 40": lambda b: b[:-40],
    "id twice": lambda b: b[:8] + b,
    "msg_key twice": lambda b: b[:24] + b[8:],
    "first lost": lambda b: b[1:],
    "temp id in front too": lambda b: b[:8] + b[:8] + b[8:],
    "gzip": lambda b: gzip.compress(b, mtime=0),
    "zlib": lambda b: zlib.compress(b),
    "JSON list": lambda b: str(list(b)).encode(),
    "Java signed list": lambda b: str([x - 256 if x > 127 else x for x in b]).encode(),
    "Java toString": lambda b: b"[B@6d06d69c",
    "empty": lambda b: b"",
    "undefined": lambda b: b"undefined",
    "[object Object]": lambda b: b"[object Uint8Array]",
    "bit in cipher": lambda b: b[:60] + bytes([b[60] ^ 4]) + b[61:],
    "byte zeroed": lambda b: b[:77] + bytes([b[77] ^ 0x5A]) + b[78:],
    "two blocks exchanged": lambda b: b[:40] + b[56:72] + b[40:56] + b[72:],
    "tail zeroed (buffer too small)": lambda b: b[:88] + bytes(16),
    "%-coded": lambda b: "".join(f"%{x:02X}" for x in b).encode(),
    "\\x text": lambda b: "".join(f"\\x{x:02x}" for x in b).encode(),
    "msg_key of 20": None,
    "id 4 bytes": lambda b: b[4:],
    "CRC appended": lambda b: b + le4(zlib.crc32(b)),
    "packet length in front": lambda b: b"\x1a" + b,
    "double id BE": lambda b: b[:8][::-1] + b[8:],
}
for what, f in BL.items():
    if what == "msg_key of 20":
        one("blob msg_key of 20", "msg_key|parts", blob=lambda c: c["front"] + sha1(c["envelope"]) + c["cipher"])
    else:
        one(
            f"blob {what}",
            "^(?!not_opened|something_else|no_binding)",
            blob=lambda c, f=f: f(c["front"] + c["mk"] + c["cipher"]),
        )
w = till(lambda b: b[-1] in b"\0 \t\n\r\x0b", "trim")
one("blob PHP trim", ".", w=w, blob=lambda c: (c["front"] + c["mk"] + c["cipher"]).rstrip(b"\0 \t\n\r\x0b"))
w = till(lambda b: 0 in b[30:90], "cstr")
one("blob C string", ".", w=w, blob=lambda c: (lambda b: b[: b.index(0, 30)])(c["front"] + c["mk"] + c["cipher"]))
w = till(lambda b: 10 in b[30:90], "crlf")
one("blob CRLF", ".", w=w, blob=lambda c: (c["front"] + c["mk"] + c["cipher"]).replace(b"\n", b"\r\n"))
w = till(lambda b: 13 in b[30:90], "cr")
one("blob CR lost", ".", w=w, blob=lambda c: (c["front"] + c["mk"] + c["cipher"]).replace(b"\r", b""))
# ---- TL string ----------------------------------------------------------------------------------------------------------
TL = {
    "no head": lambda b: b,
    "long form": lambda b: b"\xfe" + (104).to_bytes(3, "little") + b,
    "int": lambda b: le4(104) + b,
    "int BE": lambda b: struct.pack(">I", 104) + b,
    "no padding": lambda b: b"\x68" + b,
    "padding 7": lambda b: b"\x68" + b + bytes(7),
    "padding 1": lambda b: b"\x68" + b + bytes(1),
    "vector of 1": lambda b: bytes.fromhex("15c4b51c") + le4(1) + tls(b),
    "bare vector of 1": lambda b: le4(1) + tls(b),
    "boxed bytes": lambda b: bytes.fromhex("b5286e24") + tls(b),
    "count of padding": lambda b: b"\x6b" + b + bytes(3),
    "count of all": lambda b: b"\x6c" + b + bytes(3),
    "varint two": lambda b: b"\xe8\x00" + b + bytes(2),
    "chars counted": lambda b: b"\x34" + b + bytes(3),
    "128": lambda b: b"\x80" + b + bytes(3),
    "254 twice": lambda b: b"\xfe\x68\x00\x00" + b + bytes(3),
    "length 104 as long": lambda b: le8(104) + b,
    "protobuf": lambda b: b"\x22\x68" + b,
    "twice": lambda b: tls(tls(b)),
    "zero length": lambda b: b"\x00" + b + bytes(3),
    "length in front BE16": lambda b: b"\0\x68" + b + b"\0\0",
    "padding in front": lambda b: b"\x68\0\0\0" + b,
    "padded to 8": lambda b: b"\x68" + b + bytes(7),
    "boxed string of inner": lambda b: bytes.fromhex("65f7a375") + tls(b),
}
for what, f in TL.items():
    one(f"TL {what}", "^(?!no_binding|something_else|not_opened)", rq_blob=lambda c, f=f: f(c["blob"]))
RQ = {
    "constructor BE": lambda c: b"\xcd\xd4\x2a\x05" + c["request"][4:],
    "constructor left out": lambda c: c["request"][4:],
    "constructor of inner": lambda c: b"\x65\xf7\xa3\x75" + c["request"][4:],
    "nonce before perm": lambda c: c["rq_con"] + c["rq_nonce"] + c["rq_perm"] + c["rq_exp"] + c["rq_blob"],
    "expires before nonce": lambda c: c["rq_con"] + c["rq_perm"] + c["rq_exp"] + c["rq_nonce"] + c["rq_blob"],
    "message first": lambda c: c["rq_con"] + c["rq_blob"] + c["rq_perm"] + c["rq_nonce"] + c["rq_exp"],
    "flags": lambda c: c["rq_con"] + bytes(4) + c["request"][4:],
    "temp id too": lambda c: c["rq_con"] + c["rq_perm"] + c["temp_id"] + c["rq_nonce"] + c["rq_exp"] + c["rq_blob"],
    "4 more": lambda c: c["request"] + bytes(4),
    "ping behind": lambda c: c["request"] + bytes.fromhex("ec77be7a") + bytes(8),
    "twice": lambda c: c["request"] * 2,
    "dropTempAuthKeys": lambda c: b"\x88\xa1\x48\x8e" + c["request"][4:],
    "cut": lambda c: c["request"][:-8],
    "perm left out": lambda c: c["rq_con"] + c["request"][12:],
    "nonce left out": lambda c: c["rq_con"] + c["rq_perm"] + c["rq_exp"] + c["rq_blob"],
    "constructor twice": lambda c: c["rq_con"] + c["request"],
    "as TL string": lambda c: tls(c["request"]),
}


def fixreq(f):
    def g(c):
        c["request"] = c["rq_con"] + c["rq_perm"] + c["rq_nonce"] + c["rq_exp"] + c["rq_blob"]
        return f(c)

    return g


for what, f in RQ.items():
    one(f"request {what}", "^(?!no_binding|something_else|not_opened)", request=fixreq(f))
# ---- around the request -----------------------------------------------------------------------------------------------------
LAYER = lambda q, n=214: bytes.fromhex("0d0d9bda") + le4(n) + q
INIT = lambda q: (
    bytes.fromhex("a95ecdc1")
    + le4(0)
    + le4(4)
    + b"".join(tls(x) for x in (b"PC", b"Linux", b"1.0", b"en", b"", b"en"))
    + q
)
GZ = lambda q: bytes.fromhex("a1cf7230") + tls(gzip.compress(q, mtime=0))
MSG = lambda mid, seq, b: le8(mid) + le4(seq) + le4(len(b)) + b
CONT = lambda *ms: bytes.fromhex("dcf8f173") + le4(len(ms)) + b"".join(ms)
PING = bytes.fromhex("ec77be7a") + bytes(range(8))


def container(w, c, bind_id, out_id, extra=None, bind_seq=1):
    return CONT(MSG(w.msg_id - 8 if extra is None else extra, 0, PING), MSG(bind_id, bind_seq, c["request"]))


w = World("co1")
one(
    "container: binding carries the container's id",
    "msg_id",
    how="packet",
    w=w,
    in_msgid=le8(w.msg_id + 400),
    body=lambda c, w=w: container(w, c, w.msg_id, 0),
    msgid=le8(w.msg_id + 400),
    seqno=le4(2),
)
w = World("co2")
one(
    "container: odd seqno",
    "container_seqno|seqno",
    how="packet",
    w=w,
    body=lambda c, w=w: container(w, c, w.msg_id, 0),
    msgid=le8(w.msg_id + 400),
    seqno=le4(3),
)
w = World("co3")
one(
    "container: id below its content",
    "msg_id",
    how="packet",
    w=w,
    body=lambda c, w=w: container(w, c, w.msg_id, 0),
    msgid=le8(w.msg_id - 400),
    seqno=le4(2),
)
w = World("co4")
one(
    "container: even seqno of the call",
    "seqno",
    how="packet",
    w=w,
    body=lambda c, w=w: container(w, c, w.msg_id, 0, bind_seq=2),
    msgid=le8(w.msg_id + 400),
    seqno=le4(2),
)
w = World("co5")
one(
    "container: as boxed vector",
    ".",
    how="packet",
    w=w,
    body=lambda c, w=w: CONT()[:4] + bytes.fromhex("15c4b51c") + le4(1) + MSG(w.msg_id, 1, c["request"]),
    msgid=le8(w.msg_id + 400),
    seqno=le4(2),
)
w = World("co6")
one(
    "container: count 2 of 1",
    ".",
    how="packet",
    w=w,
    body=lambda c, w=w: CONT()[:4] + le4(2) + MSG(w.msg_id, 1, c["request"]),
    msgid=le8(w.msg_id + 400),
    seqno=le4(2),
)
w = World("co7")
one(
    "container: bytes counts header",
    ".",
    how="packet",
    w=w,
    body=lambda c, w=w: CONT(le8(w.msg_id) + le4(1) + le4(148) + c["request"]),
    msgid=le8(w.msg_id + 400),
    seqno=le4(2),
)
w = World("co8")
one(
    "container: same id twice",
    ".",
    how="packet",
    w=w,
    body=lambda c, w=w: container(w, c, w.msg_id, 0, extra=w.msg_id),
    msgid=le8(w.msg_id + 400),
    seqno=le4(2),
)
w = World("co9")
one(
    "container: container's id equals the call's",
    ".",
    how="packet",
    w=w,
    body=lambda c, w=w: container(w, c, w.msg_id, 0),
    msgid=le8(w.msg_id),
    seqno=le4(2),
)
one("layer without query id", ".", how="packet", body=lambda c: bytes.fromhex("0d0d9bda") + c["request"])
one(
    "layer big-endian constructor",
    ".",
    how="packet",
    body=lambda c: bytes.fromhex("da9b0d0d") + le4(214) + c["request"],
)
one(
    "initConnection field missing",
    ".",
    how="packet",
    body=lambda c: LAYER(INIT(c["request"])[:8] + INIT(c["request"])[12:]),
)
one(
    "deflate for gzip",
    ".",
    how="packet",
    body=lambda c: bytes.fromhex("a1cf7230") + tls(zlib.compress(c["request"])[2:-4]),
)
one("gzip without constructor", ".", how="packet", body=lambda c: tls(gzip.compress(c["request"], mtime=0)))
one("gzip cut", ".", how="packet", body=lambda c: bytes.fromhex("a1cf7230") + tls(gzip.compress(c["request"], mtime=0)[:-9]))
one("request as TL string in message", ".", how="packet", body=lambda c: tls(c["request"]))
one(
    "msg_copy",
    ".",
    how="packet",
    body=lambda c, w=(ww := World("mc")): bytes.fromhex("31d1c08c")[:4] + c["request"],
    w=ww,
)
# ---- the packet ------------------------------------------------------------------------------------------------------------
one("salt 0", "salt", how="packet", salt=bytes(8), answer=None)
w = World("sa")
one(
    "salt not the known one",
    "salt",
    how="packet",
    w=w,
    salt=le8(w.salt ^ 5),
    more=lambda w, c: {"salt": w.salt},
    answer="bad_server_salt",
)
w = World("sa2")
one(
    "salt BE",
    "salt",
    how="packet",
    w=w,
    salt=le8(w.salt)[::-1],
    more=lambda w, c: {"salt": w.salt},
    answer="bad_server_salt",
)
w = World("sa3")
one("salt and session swapped", "salt|session", how="packet", w=w, salt=le8(w.session), sess=le8(w.salt))
for s in (0, 2, 4, 100):
    one(f"message seqno {s}", "seqno", how="packet", seqno=le4(s), answer="bad_msg_notification 35" if s else None)
one("message seqno BE", "seqno", how="packet", seqno=struct.pack(">i", 1))
for n in (148, 164, 144, 131, 136, 104, 128, 0, 1000000):
    one(f"message length {n}", "length", how="packet", length=le4(n))
one("message length BE", "length", how="packet", length=struct.pack(">i", 132))
for n in (1, 2, 3):
    w = World(f"mod{n}")
    w.msg_id += n
    one(f"msg_id mod 4 = {n}", "msg_id", w=w, answer="bad_msg_notification 18")
w = World("old")
w.msg_id -= 400 << 32
one("msg_id 400 s old", "msg_id|clock", w=w, answer="bad_msg_notification 16")
w = World("new")
w.msg_id += 120 << 32
one("msg_id 120 s ahead", "msg_id|clock", w=w, answer="bad_msg_notification 17")
w = World("tz")
w.msg_id += 10800 << 32
one("msg_id local time", "msg_id|clock", w=w, answer=None)
w = World("sec")
w.msg_id = w.now & ~3
one("msg_id seconds", "msg_id", w=w, answer=None)
w = World("ms")
w.msg_id = (w.now * 1000 + 412) & ~3
one("msg_id ms", "msg_id", w=w, answer="bad_msg_notification 16")
w = World("us")
w.msg_id = (w.now * 10**6 + 412) & ~3
one("msg_id us", "msg_id", w=w, answer="bad_msg_notification 16")
w = World("ns")
w.msg_id = (w.now * 10**9 + 412) & ~3
one("msg_id ns", "msg_id", w=w, answer="bad_msg_notification 16")
w = World("ntp")
w.msg_id = num(le8((w.now + 2208988800) << 32 | 4))
one("msg_id NTP", "msg_id", w=w, answer="bad_msg_notification 17")
w = World("swap")
w.msg_id = num(le8(w.msg_id)[4:].ljust(8, b"\0"))
one("msg_id without shift", "msg_id", w=w, answer=None)
w = World("m0")
w.msg_id = 0
one("msg_id 0 both", "msg_id", w=w)
one("sess BE outside", "session", sess=lambda c, w=(ww := World("sebe")): le8(w.session)[::-1], w=ww)
w = World("sess0")
w.session = 0
one("session 0", "session", w=w, answer="-404")
one(
    "packet padding 4 bytes, as MTProto 1.0",
    "padding",
    how="packet",
    body=lambda c: LAYER(c["request"]),
    mpad=b"\x3c" * 4,
    answer="-404",
)
one(
    "packet padding none",
    "padding",
    how="packet",
    body=lambda c: bytes.fromhex("b75994bf") + LAYER(c["request"]),
    mpad=b"",
    answer="-404",
)
one("packet padding 1036", "padding", how="packet", mpad=b"\x3c" * 1036, answer="-404")
MK2 = {
    "without padding": lambda c, w: sha256(w.temp[88:120] + c["plain"][: -len(c["mpad"])])[8:24],
    "x=8": lambda c, w: sha256(w.temp[96:128] + c["plain"])[8:24],
    "[0:16]": lambda c, w: sha256(w.temp[88:120] + c["plain"])[:16],
    "[16:32]": lambda c, w: sha256(w.temp[88:120] + c["plain"])[16:],
    "no key": lambda c, w: sha256(c["plain"])[8:24],
    "v1": lambda c, w: sha1(c["plain"][: -len(c["mpad"])])[4:20],
    "perm key piece": lambda c, w: sha256(w.perm[88:120] + c["plain"])[8:24],
    "key [0:32]": lambda c, w: sha256(w.temp[:32] + c["plain"])[8:24],
    "key behind": lambda c, w: sha256(c["plain"] + w.temp[88:120])[8:24],
    "sha1": lambda c, w: sha1(w.temp[88:120] + c["plain"])[4:20],
}
for what, f in MK2.items():
    w = World("mk2" + what)
    one(f"packet msg_key {what}", "msg_key", how="packet", w=w, mk2=lambda c, f=f, w=w: f(c, w), answer="-404")
KD2 = {
    "x=8": lambda k, m: kdf2(k, m, 8),
    "v1": lambda k, m: kdf1(k, m),
    "a/b swapped": lambda k, m: (lambda a, b: (b[:8] + a[8:24] + b[24:], a[:8] + b[8:24] + a[24:]))(
        sha256(m + k[:36]), sha256(k[40:76] + m)
    ),
    "b from 36": lambda k, m: (lambda a, b: (a[:8] + b[8:24] + a[24:], b[:8] + a[8:24] + b[24:]))(
        sha256(m + k[:36]), sha256(k[36:72] + m)
    ),
    "a whole, b whole": lambda k, m: (sha256(m + k[:36]), sha256(k[40:76] + m)),
    "iv halves": lambda k, m: (kdf2(k, m)[0], kdf2(k, m)[1][16:] + kdf2(k, m)[1][:16]),
    "32 bytes": lambda k, m: (lambda a, b: (a[:8] + b[8:24] + a[24:], b[:8] + a[8:24] + b[24:]))(
        sha256(m + k[:32]), sha256(k[40:72] + m)
    ),
}
for what, f in KD2.items():
    w = World("kd2" + what)
    one(
        f"packet kdf {what}",
        "packet_|schedule|direction|iv|hash",
        how="packet",
        w=w,
        kiv2=lambda c, f=f, w=w: f(w.temp, c["mk2"]),
        answer="-404",
    )
w = World("bp")
one(
    "packet sealed by perm",
    "temp_id_in_front|perm",
    how="packet",
    w=w,
    mk2=lambda c, w=w: sha256(w.perm[88:120] + c["plain"])[8:24],
    kiv2=lambda c, w=w: kdf2(w.perm, c["mk2"]),
    answer="-404",
)
w = World("bp2")
one(
    "packet of perm with its id",
    "permanent",
    how="packet",
    w=w,
    mk2=lambda c, w=w: sha256(w.perm[88:120] + c["plain"])[8:24],
    kiv2=lambda c, w=w: kdf2(w.perm, c["mk2"]),
    pk_id=lambda c: c["perm_id"],
    answer="400 TEMP_AUTH_KEY_EMPTY",
)
w = World("bp3")
one(
    "packet all v1",
    "mtproto_1",
    how="packet",
    w=w,
    mk2=lambda c: sha1(c["plain"][: -len(c["mpad"])])[4:20],
    kiv2=lambda c, w=w: kdf1(w.temp, c["mk2"]),
    answer="-404",
)
one(
    "packet unencrypted",
    "unencrypted",
    how="packet",
    packet=lambda c: bytes(8) + c["msgid"] + c["length"] + c["body"],
    answer="-404",
)
one(
    "packet CBC",
    ".",
    how="packet",
    ct2=lambda c: mode(modes.CBC(c["kiv2"][1][:16]), c["kiv2"][0], c["plain"]),
    answer="-404",
)
one(
    "packet CTR",
    ".",
    how="packet",
    ct2=lambda c: mode(modes.CTR(c["kiv2"][1][:16]), c["kiv2"][0], c["plain"]),
    answer="-404",
)
one("packet cut 16", ".", how="packet", packet=lambda c: (c["pk_id"] + c["mk2"] + c["ct2"])[:-16], answer="-404")
one("packet cut 5", ".", how="packet", packet=lambda c: (c["pk_id"] + c["mk2"] + c["ct2"])[:-5], answer="-404")
one(
    "packet 4 appended",
    "size",
    how="packet",
    packet=lambda c: c["pk_id"] + c["mk2"] + c["ct2"] + b"abcd",
    answer="-404",
)
one(
    "packet bit flipped",
    ".",
    how="packet",
    packet=lambda c: (lambda p: p[:70] + bytes([p[70] ^ 8]) + p[71:])(c["pk_id"] + c["mk2"] + c["ct2"]),
    answer="-404",
)
# ---- answers to right messages: never healthy; and no mistake of the bytes is claimed -----------------------------------------------
for a in (
    "-404",
    "-429",
    "-444",
    "-403",
    "bad_msg_notification 16",
    "bad_msg_notification 17",
    "bad_msg_notification 18",
    "bad_msg_notification 19",
    "bad_msg_notification 20",
    "bad_msg_notification 32",
    "bad_msg_notification 33",
    "bad_msg_notification 34",
    "bad_msg_notification 35",
    "bad_msg_notification 48",
    "bad_msg_notification 64",
    "boolFalse",
    "false",
    "379779bc",
    "400 TEMP_AUTH_KEY_ALREADY_BOUND",
    "400 TEMP_AUTH_KEY_EMPTY",
    "400 EXPIRES_AT_INVALID",
    "400 ENCRYPTED_MESSAGE_INVALID",
    "401 AUTH_KEY_UNREGISTERED",
    "401 AUTH_KEY_PERM_EMPTY",
    "420 FLOOD_WAIT_31",
    "500 INTERNAL",
    "-503 Timeout",
    "400 CONNECTION_NOT_INITED",
    "400 INPUT_REQUEST_TOO_LONG",
    "400 CDN_METHOD_INVALID",
    "303 NETWORK_MIGRATE_2",
    "406 AUTH_KEY_DUPLICATED",
    "timeout",
    "connection reset",
    "6cfeffff",
    "rpc_error 400 SOMETHING_NEW",
    "HTTP 404",
):
    w = World("an" + a)
    c = make(w)
    add(f"answer {a}", "answer", facts(w, c, ("packet", "request")[len(ALL) % 2], a))
w = World("anr")
c = make(w)
add(
    "answer rpc_result to another id",
    "answer",
    facts(w, c, "packet", (bytes.fromhex("016d5cf3") + le8(w.msg_id - 4) + bytes.fromhex("b5757299"))),
)
w = World("anb")
c = make(w)
add(
    "answer bad_server_salt bytes",
    "answer",
    facts(w, c, "packet", (bytes.fromhex("7b44abed") + le8(w.msg_id) + le4(1) + le4(48) + le8(99))),
)


# ---- facts that are wrong ------------------------------------------------------------------------------------------------------------------
def fact(name, how="packet", group="fact", answer=None, **more):
    w = World("fact/" + name)
    c = make(w)
    add("fact " + name, group, facts(w, c, how, answer, **{k: v(w, c) if callable(v) else v for k, v in more.items()}))


fact("msg_id of another packet", msg_id=lambda w, c: w.msg_id - 8)
fact("session of another", session_id=lambda w, c: w.session ^ 77)
fact("keys swapped", perm_key=lambda w, c: w.temp, temp_key=lambda w, c: w.perm)
fact("keys swapped, request", how="request", perm_key=lambda w, c: w.temp, temp_key=lambda w, c: w.perm)
fact("perm of another account", perm_key=lambda w, c: w.other)
fact("temp of another session", temp_key=lambda w, c: w.other)
fact("temp of another session, request", how="request", temp_key=lambda w, c: w.other)
fact("nonce another", nonce=lambda w, c: w.nonce + 1)
fact("nonce another, request", how="request", nonce=lambda w, c: w.nonce + 1)
fact("now in ms", now=lambda w, c: w.now * 1000)
fact("now BE?", now=lambda w, c: w.now + 10 * 86400)
fact("perm reversed", perm_key=lambda w, c: w.perm[::-1])
fact("perm 255 of 256", perm_key=lambda w, c: w.perm[1:])
fact("perm cut at the end", perm_key=lambda w, c: w.perm[:-1])
fact("expires_at another", expires_at=lambda w, c: w.expires + 5)
fact("msg_id in seconds", how="request", msg_id=lambda w, c: w.now)
fact("session as float, request", how="request", session_id=lambda w, c: repr(float(w.session)))
fact("session rounded, request", how="request", session_id=lambda w, c: int(float(w.session)))
# ---- healthy -----------------------------------------------------------------------------------------------------------------------------------
TRUE = ["true", "boolTrue", "b5757299", None]
for n, k in enumerate(KINDS * 2):
    one(f"healthy {n}", how="stream:" + k, answer=TRUE[n % 4], group="healthy")
for n in range(6):
    one(f"healthy request {n}", how="request", answer=TRUE[n % 4], group="healthy")
for n in range(4):
    one(f"healthy packet {n}", how="packet", answer=TRUE[n % 4], group="healthy")
    one(f"healthy blob {n}", how="blob", answer=TRUE[n % 4], group="healthy")
for what, o in {
    "zero random": dict(rand=bytes(16)),
    "ff random": dict(rand=b"\xff" * 16),
    "zero pad": dict(pad=bytes(8)),
    "PKCS7 pad": dict(pad=b"\x08" * 8),
    "PKCS7-like count": dict(pad=bytes(7) + b"\x08"),
    "rand ascending": dict(rand=bytes(range(16))),
    "rand text": dict(rand=b"0123456789abcdef"),
    "packet padding 1020": dict(mpad=bytes(1020)),
    "packet padding zero": dict(mpad=bytes(12)),
    "seq 3": dict(seqno=le4(3)),
    "seq 4097": dict(seqno=le4(4097)),
    "rand = salt, session": dict(rand=lambda c: bytes(16)),
}.items():
    one(f"healthy {what}", how="packet", group="healthy", answer="true", **o)
for what, f in {
    "layer": lambda w, c: LAYER(c["request"]),
    "layer init": lambda w, c: LAYER(INIT(c["request"])),
    "gzip": lambda w, c: GZ(c["request"]),
    "gzip in layer": lambda w, c: LAYER(INIT(GZ(c["request"]))),
    "without updates": lambda w, c: bytes.fromhex("b75994bf") + c["request"],
}.items():
    w = World("h" + what)
    one(f"healthy {what}", how="packet", w=w, group="healthy", answer="true", body=lambda c, f=f, w=w: f(w, c))
for what, f in {
    "container": lambda w, c: container(w, c, w.msg_id, 0),
    "container alone": lambda w, c: CONT(MSG(w.msg_id, 1, c["request"])),
    "container gzip": lambda w, c: CONT(MSG(w.msg_id, 1, GZ(c["request"]))),
    "container layer": lambda w, c: CONT(MSG(w.msg_id, 1, LAYER(INIT(c["request"]))), MSG(w.msg_id + 4, 3, PING)),
}.items():
    w = World("h" + what)
    one(
        f"healthy {what}",
        how="packet",
        w=w,
        group="healthy",
        answer="true",
        body=lambda c, f=f, w=w: f(w, c),
        msgid=le8(w.msg_id + 40),
        seqno=le4(2),
    )
w = World("z1")
w.perm = b"\0" + w.perm[1:]
one("healthy perm begins with 0", how="packet", w=w, group="healthy", answer="true")
w = World("z2")
w.temp = b"\0\0" + w.temp[2:]
one("healthy temp begins with 00", how="stream:full", w=w, group="healthy", answer="true")
w = World("z3")
w.nonce = 0
one("healthy nonce 0", how="packet", w=w, group="healthy", answer="true")
w = World("z4")
w.nonce = -1
w.session = -1
one("healthy nonce -1 session -1", how="packet", w=w, group="healthy", answer="true")
w = World("z5")
w.nonce = w.session = 1
one("healthy nonce 1 session 1", how="packet", w=w, group="healthy", answer="true")
w = World("z6")
w.expires = w.now + 86430
one(
    "healthy exp a little more",
    how="packet",
    w=w,
    group="healthy",
    answer="true",
    more=lambda w, c: {"key_expires_at": w.now + 86390},
)
w = World("z7")
w.expires = w.now + 600
one("healthy short life", how="packet", w=w, group="healthy", answer="true")
w = World("z8")
w.msg_id -= 200 << 32
one("healthy 200 s old", how="packet", w=w, group="healthy", answer="true")
w = World("z9")
w.msg_id = w.msg_id >> 32 << 32
one("healthy msg_id low half empty", how="packet", w=w, group="healthy", answer="true")
w = World("z10")
w.session = w.nonce = num(keyid(w.temp))
one("healthy session = nonce = temp id", how="packet", w=w, group="healthy", answer="true")
w = World("z11")
w.nonce = int.from_bytes(b"abcdcba"[:4] + b"dcba", "little")
one("healthy palindrome nonce", how="packet", w=w, group="healthy", answer="true")
w = World("z12")
one(
    "healthy unsigned ids",
    how="request",
    w=w,
    group="healthy",
    answer="true",
    more=lambda w, c: {"session_id": w.session % 2**64, "msg_id": hex(w.msg_id)},
)


# captures with more around
def cap(name, group, w, packets, kind, answer, *want, **more):
    add(
        name,
        group,
        lines(stream=stream(w.r, packets, kind), perm_key=w.perm, temp_key=w.temp, now=w.now, answer=answer, **more),
        *want,
    )


ACK = bytes.fromhex("59b4d662") + bytes.fromhex("15c4b51c") + le4(1) + le8(7)
CONFIG = LAYER(INIT(bytes.fromhex("6b18f9c4")))
GETDC = bytes.fromhex("2630b31f")
for n, k in enumerate(KINDS):
    w = World(f"cap{n}")
    c = make(w)
    cap(
        f"healthy capture with help.getConfig behind {k}",
        "healthy",
        w,
        [c["packet"], message(w, CONFIG, w.msg_id + 400, 3)],
        k,
        "true",
    )
    w = World(f"cap2{n}")
    c = make(w, seqno=le4(3))
    cap(
        f"healthy capture, getNearestDc before {k}",
        "healthy",
        w,
        [message(w, GETDC, w.msg_id - 400, 1), c["packet"]],
        k,
        "true",
    )
    w = World(f"cap3{n}")
    w0 = World(f"cap3{n}", msg_id=w.msg_id, session=w.session, salt=w.salt)
    c1 = make(w, salt=le8(5))
    w2 = w
    c2 = make(w2)
    cap(f"healthy same message again after bad_server_salt {k}", "healthy", w, [c1["packet"], c2["packet"]], k, "true")


def again(w, **kw):
    v = World("again")
    v.__dict__.update(w.__dict__)
    v.__dict__.update(kw)
    return v


for n, k in enumerate(KINDS):
    w = World(f"re{n}")
    c = make(w)
    late = again(w, msg_id=w.msg_id + (3 << 32), seq=3)
    # new msg_id, blob not rebuilt
    c2 = make(late, in_msgid=le8(w.msg_id))
    cap(f"retry new msg_id, old blob {k}", "single", w, [c["packet"], c2["packet"]], k, BAD, "envelope/msg_id|msg_id")
    # rebuilt with fresh nonce: healthy (last one)
    c3 = make(again(late, nonce=w.nonce ^ 0x55))
    cap(f"healthy retry rebuilt {k}", "healthy", w, [c["packet"], c3["packet"]], k, "true")
    # wrong one, then right one
    w = World(f"re2{n}")
    late = again(w, msg_id=w.msg_id + (3 << 32), seq=3)
    cb = make(w, mk=lambda c: sha1(c["envelope"] + c["pad"])[4:20])
    cg = make(late)
    cap(f"good after bad {k}", "mixed", w, [cb["packet"], cg["packet"]], k, "true", "")
    w = World(f"re3{n}")
    late = again(w, msg_id=w.msg_id + (3 << 32), seq=3)
    cg = make(w)
    cb = make(late, in_temp=le8(1))
    cap(f"bad after good {k}", "single", w, [cg["packet"], cb["packet"]], k, BAD, "temp_auth_key_id")
    w = World(f"re4{n}")
    late = again(w, msg_id=w.msg_id - (3 << 32), seq=3)
    cg = make(w)
    cb = make(late)
    cap(
        f"second bind with a lower msg_id {k}",
        "single",
        w,
        [cg["packet"], cb["packet"]],
        k,
        "bad_msg_notification 20",
        "msg_id",
    )
    w = World(f"re5{n}")
    late = again(w, msg_id=w.msg_id + (3 << 32), seq=3)
    cb = make(late, rq_nonce=le8(w.nonce ^ 0x1234567890))
    cg = make(w)
    cap(f"retry: nonce fresh in the request only {k}", "single", w, [cg["packet"], cb["packet"]], k, BAD, "nonce")
    w = World(f"re6{n}")
    new = again(w, session=w.session ^ 0xABCDEF0123, msg_id=w.msg_id + (9 << 32), seq=1)
    cb = make(new, in_sess=le8(w.session))
    cap(f"reconnect: session stale {k}", "single", w, [cb["packet"]], k, BAD, "session_id")
    w = World(f"re7{n}")
    c = make(w)
    s = stream(w.r, [c["packet"]], k)
    for cut in (1, 30, 100):
        add(
            f"stream cut short by {cut} {k}", "cut", lines(stream=s[:-cut], perm_key=w.perm, temp_key=w.temp, now=w.now)
        )
w = World("nzp")
c = make(w, rq_blob=lambda c: tls(c["blob"])[:-3] + b"\1\2\3")
add("TL padding not zero, accepted", "healthy?", facts(w, c, "packet", "true"))
add("TL padding not zero, refused", "answer", facts(w, c, "packet", BAD))
add("TL padding not zero, no answer", "healthy?", facts(w, c, "packet", None))
w = World("e38")
w.expires = 2**31 - 1
c = make(w)
add("2038 without promise, no answer", "far", facts(w, c, "packet", None))
add("2038 without promise, true", "far", facts(w, c, "packet", "true"))
# ---- several ---------------------------------------------------------------------------------------------------------------------------------------
ATOMS = {
    "nonce": (dict(in_nonce=lambda c: le8(0x1122334455667788)), "nonce"),
    "temp": (dict(in_temp=lambda c: c["temp_id"][::-1]), "temp_auth_key_id"),
    "perm": (dict(in_perm=lambda c: c["perm_id"][::-1]), "inner/perm_auth_key_id"),
    "sess": (dict(in_sess=lambda c: bytes(8)), "temp_session_id"),
    "exp": (dict(in_exp=lambda c: le4(86400)), "expires_at"),
    "msgid": (dict(in_msgid=lambda c: bytes(8)), "envelope/msg_id"),
    "seqno": (dict(in_seqno=lambda c: le4(1)), "envelope/seqno"),
    "len": (dict(in_len=lambda c: le4(72)), "envelope/length"),
    "con": (dict(in_con=lambda c: bytes.fromhex("75a3f765")), "constructor"),
    "front": (dict(front=lambda c: c["perm_id"][::-1]), "encrypted_message/.*key_id|front"),
    "mk80": (dict(mk=lambda c: sha1(c["envelope"] + c["pad"])[4:20]), "msg_key_over_padding"),
    "mk256": (dict(mk=lambda c: sha256(c["envelope"])[8:24]), "msg_key_sha256"),
    "rqperm": (dict(rq_perm=lambda c: c["temp_id"]), "request/perm_auth_key_id"),
    "seq0": (dict(seqno=lambda c: le4(0)), "message/seqno|message_seqno"),
    "salt0": (dict(salt=lambda c: bytes(8)), "salt"),
    "x8": ("x8", "direction_x_8"),
    "ivz": ("ivz", "iv_is_zero"),
    "ivswap": ("ivswap", "iv_halves_swapped"),
    "v1pk": ("v1pk", "packet_by_mtproto_1"),
    "head": (dict(rq_blob=lambda c: b"\x68" + c["blob"]), "string_padding_left_out"),
    "pkfront": (dict(pk_id=lambda c: c["perm_id"]), "perm_id_in_front"),
    "append": (dict(request=fixreq(lambda c: c["request"] + bytes(4))), "bytes_appended"),
}


def atoms(w, names):
    o = {}
    for n in names:
        a = ATOMS[n][0]
        if a == "x8":
            a = dict(kiv=lambda c: kdf1(w.perm, c["mk"], 8))
        elif a == "ivz":
            a = dict(kiv=lambda c: (kdf1(w.perm, c["mk"])[0], bytes(32)))
        elif a == "ivswap":
            a = dict(kiv=lambda c: (lambda k, v: (k, v[16:] + v[:16]))(*kdf1(w.perm, c["mk"])))
        elif a == "v1pk":
            a = dict(mk2=lambda c: sha1(c["plain"][: -len(c["mpad"])])[4:20], kiv2=lambda c: kdf1(w.temp, c["mk2"]))
        if set(a) & set(o):
            return None
        o.update(a)
    return o


pairs = list(itertools.combinations(ATOMS, 2))
_r.Random(5).shuffle(pairs)
trios = list(itertools.combinations(ATOMS, 3))
_r.Random(6).shuffle(trios)
got = 0
for names in pairs[:75] + trios[:40]:
    w = World("sev" + "+".join(names))
    o = atoms(w, names)
    if o is None or got >= 95:
        continue
    got += 1
    c = make(w, **o)
    add("several " + "+".join(names), "several", facts(w, c, "packet"), *[ATOMS[n][1] for n in names])
