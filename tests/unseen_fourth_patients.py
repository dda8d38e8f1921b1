"""The patients of a fourth author, who had read the protocol and not the doctor: one mistake, several, none; facts
that are wrong where the message is right; captures; answers. Each has its `kind`, the `truth` in words, and in `ok`
a pattern of what a verdict says that names it."""

# ruff: noqa: C408, E731, RUF034

import base64
import gzip
import hashlib
import hmac
import struct
import zlib

from unseen_fourth_client import (
    CFB,
    OFB,
    B,
    Cipher,
    aes,
    algorithms,
    i,
    ige,
    kid,
    modes,
    q,
    sha1,
    sha256,
    tl,
    v1,
    v2,
    xor,
)  # fmt: skip

F = ("request", "perm_key", "temp_key", "session_id", "msg_id", "now")
FP = ("packet", "perm_key", "temp_key", "now")
FE = ("encrypted_message", "perm_key", "temp_key", "session_id", "msg_id", "nonce", "expires_at")
FRP = ("request", "packet", "perm_key", "temp_key", "session_id", "msg_id", "now")
FMIN = ("request", "perm_key")
SINGLES, DOUBLES, HEALTHY = [], [], []
_n = [1000]


def one(kind, truth, ok, levels=(F, FP), more=None, into=None, forbid=None, **hooks):
    """A mistake with one set of hooks, once for every level of facts."""
    for k, names in enumerate(levels):
        _n[0] += 1
        b = B(_n[0], **hooks)
        extra = more(b) if callable(more) else (more or {})
        facts = b.facts(*names)
        facts.update(extra)
        facts = {k2: v for k2, v in facts.items() if v is not None}
        (SINGLES if into is None else into).append(
            dict(kind=f"{kind}/{k}", truth=truth, ok=ok, forbid=forbid, facts=facts)
        )


def js(b):
    """A long as JavaScript's Number keeps it: 53 bits."""
    n = struct.unpack("<q", b)[0]
    return struct.pack("<q", max(min(int(float(n)), 2**63 - 1), -(2**63)))


def ju(b):
    n = struct.unpack("<Q", b)[0]
    return struct.pack("<Q", min(int(float(n)), 2**64 - 1))


def low32(b):
    return b[:4] + bytes(4)


def high32(b):
    return bytes(4) + b[4:]


def sext(b):
    return b[:4] + (b"\xff" * 4 if b[3] & 128 else bytes(4))


def plus(b, n=1):
    return struct.pack("<Q", (struct.unpack("<Q", b)[0] + n) % 2**64)


def words(b):
    return b[4:] + b[:4]


def pairs(b):
    return b"".join(b[k : k + 2][::-1] for k in range(0, len(b), 2))


def dword(b):
    return b"".join(b[k : k + 4][::-1] for k in range(0, len(b), 4))


def utf8(b):
    return b.decode("latin-1").encode("utf8")


def repl(b):
    return b.decode("utf8", "replace").encode("utf8")


def _varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


# ---------------------------------------------------------------- A. one field of the forty bytes
fields = {
    "nonce": ("nonce_in", lambda b: b.nonce),
    "temp_auth_key_id": ("tid_in", lambda b: kid(b.temp)),
    "perm_auth_key_id": ("pid_in", lambda b: kid(b.perm)),
    "temp_session_id": ("sid_in", lambda b: b.sid),
}
forms = {
    "reversed": lambda x: x[::-1],
    "zero": lambda x: bytes(8),
    "low 32 bits": low32,
    "sign-extended int": sext,
    "plus one": plus,
    "words swapped": words,
    "js number": js,
    "dwords each reversed": dword,
    "high byte lost": lambda x: x[:7] + b"\0",
    "last bit flipped": lambda x: x[:7] + bytes([x[7] ^ 1]),
    "shifted one bit": lambda x: plus(bytes(8), struct.unpack("<Q", x)[0] * 2 % 2**64),
    "sign bit cleared": lambda x: x[:7] + bytes([x[7] & 0x7F]) if x[7] & 128 else x[:7] + bytes([x[7] | 128]),
    "minus one (all ones)": lambda x: b"\xff" * 8,
    "negated": lambda x: q(-struct.unpack("<q", x)[0]),
    "complement": lambda x: bytes(255 - c for c in x),
    "first byte lost": lambda x: x[1:] + b"\0",
    "rotated a byte": lambda x: x[1:] + x[:1],
}
for f, (hook, get) in fields.items():
    for form, fn in forms.items():
        n = 1 if form in ("complement", "negated", "shifted one bit") else 1
        one(
            f"inner {f} {form}",
            f"inner {f}: {form}",
            rf"inner/{f}",
            levels=[(F, FP)[len(form) % 2]],
            **{hook: (lambda b, get=get, fn=fn: fn(get(b)))},
        )

one("inner nonce fresh", "a second nonce inside", r"inner/nonce", nonce_in=lambda b: b.other[:8])
one("inner nonce is session", "session_id written as nonce", r"inner/nonce", nonce_in=lambda b: b.sid)
one("inner nonce is salt", "salt written as nonce", r"inner/nonce", nonce_in=lambda b: b.salt)
one("inner nonce is msg_id", "msg_id as nonce", r"inner/nonce", nonce_in=lambda b: b.mid)
one(
    "inner nonce is random128's first half", "nonce taken from random128", r"inner/nonce", nonce_in=lambda b: b.rand[:8]
)
one("inner temp id is sha1 start", "aux_hash as temp id", r"inner/temp_auth_key_id", tid_in=lambda b: sha1(b.temp)[:8])
one("inner temp id is sha1 4:12", "sha1[4:12]", r"inner/temp_auth_key_id", tid_in=lambda b: sha1(b.temp)[4:12])
one("inner temp id of sha256", "sha256 tail", r"inner/temp_auth_key_id", tid_in=lambda b: sha256(b.temp)[-8:])
one("inner temp id of md5", "md5 tail", r"inner/temp_auth_key_id", tid_in=lambda b: hashlib.md5(b.temp).digest()[-8:])
one(
    "inner temp id of hex text",
    "sha1 of hex text",
    r"inner/temp_auth_key_id",
    tid_in=lambda b: kid(b.temp.hex().encode()),
)
one(
    "inner temp id of reversed key",
    "sha1 of the key reversed",
    r"inner/temp_auth_key_id",
    tid_in=lambda b: kid(b.temp[::-1]),
)
one("inner temp id is salt", "salt as temp id", r"inner/temp_auth_key_id", tid_in=lambda b: b.salt)
one("inner temp id is perm id", "perm id twice", r"inner/temp_auth_key_id", tid_in=lambda b: kid(b.perm))
one(
    "inner temp id of an older temp key",
    "another temp key's id",
    r"inner/temp_auth_key_id",
    tid_in=lambda b: kid(b.other),
    more=lambda b: {"other_keys": [b.other]},
)
one("inner temp id of an unknown key", "another key's id", r"inner/temp_auth_key_id", tid_in=lambda b: kid(b.other))
one("inner temp id is first 8 of the key", "key[:8]", r"inner/temp_auth_key_id", tid_in=lambda b: b.temp[:8])
one("inner perm id sha1 start", "aux_hash", r"inner/perm_auth_key_id", pid_in=lambda b: sha1(b.perm)[:8])
one("inner perm id is temp id", "temp id as perm id", r"inner/perm_auth_key_id", pid_in=lambda b: kid(b.temp))
one(
    "inner ids swapped",
    "temp and perm ids exchanged",
    r"auth_key_id",
    tid_in=lambda b: kid(b.perm),
    pid_in=lambda b: kid(b.temp),
)
one("inner session is old", "a former session", r"inner/temp_session_id", sid_in=lambda b: b.other[:8])
one("inner session is nonce", "nonce as session", r"inner/temp_session_id", sid_in=lambda b: b.nonce)
one("inner session is msg_id", "msg_id as session", r"inner/temp_session_id", sid_in=lambda b: b.mid)
one(
    "inner session from envelope",
    "bytes 8..16 of random as session",
    r"inner/temp_session_id",
    sid_in=lambda b: b.rand[8:],
)
one("inner expires +1", "one second later inside", r"inner/expires_at", exp_in=lambda b: i(b.exp + 1))
one("inner expires is expires_in", "86400 inside", r"inner/expires_at", exp_in=lambda b: i(86400))
one("inner expires big endian", "big-endian", r"inner/expires_at", exp_in=lambda b: i(b.exp)[::-1])
one("inner expires zero", "0", r"inner/expires_at", exp_in=lambda b: i(0))
one("inner expires ms", "ms cut to 32 bits", r"inner/expires_at", exp_in=lambda b: i(b.exp * 1000))
one("inner expires now", "now instead of the end", r"inner/expires_at", exp_in=lambda b: i(b.now))
one(
    "inner expires float32",
    "float32 rounding",
    r"inner/expires_at",
    exp_in=lambda b: i(int(struct.unpack("<f", struct.pack("<f", b.exp))[0])),
)
one("inner expires as float bits", "float bits", r"inner/expires_at", exp_in=lambda b: struct.pack("<f", b.exp))
one("inner expires tz", "an hour off inside", r"inner/expires_at", exp_in=lambda b: i(b.exp + 3600))
one("inner expires 8 wide", "expires_at as long", r"expires_at|length|inner", exp_in=lambda b: q(b.exp))
one("inner expires missing", "expires_at missing", r"expires_at|length|inner", exp_in=lambda b: b"")
one("inner expires 2 wide", "expires_at two bytes", r"expires_at|length|inner", exp_in=lambda b: i(b.exp)[:2])
one("inner nonce 16 wide", "int128 nonce", r"nonce|length|inner", nonce_in=lambda b: b.nonce + b.other[:8])
one("inner nonce 4 wide", "int nonce", r"nonce|length|inner", nonce_in=lambda b: b.nonce[:4])
one("inner nonce tl string", "nonce as bytes", r"nonce|length|inner", nonce_in=lambda b: tl(b.nonce))
one("inner session missing", "temp_session_id missing", r"session|length|inner", sid_in=lambda b: b"")
one(
    "inner session decimal text",
    "session as decimal text",
    r"session|length|inner",
    sid_in=lambda b: tl(str(b.num(b.sid)).encode()),
)
one(
    "inner temp id hex text",
    "id as 16 hex letters",
    r"temp_auth_key_id|length|inner",
    tid_in=lambda b: kid(b.temp).hex().encode(),
)
one("inner ctor byteswapped", "constructor turned", r"constructor", ctor_in=lambda b: bytes.fromhex("75a3f765"))
one("inner ctor request's", "request's constructor", r"constructor", ctor_in=lambda b: bytes.fromhex("052ad4cd"))
one("inner ctor missing", "no constructor", r"constructor", ctor_in=lambda b: b"")
one("inner ctor twice", "constructor twice", r"constructor|length", ctor_in=lambda b: bytes.fromhex("65f7a375") * 2)
one("inner ctor other", "constructor off", r"constructor", ctor_in=lambda b: bytes.fromhex("64f7a375"))
one(
    "inner ctor vector first",
    "vector's id before",
    r"constructor|length",
    ctor_in=lambda b: bytes.fromhex("15c4b51c0100000065f7a375"),
)
one(
    "inner ctor 8 wide",
    "constructor 8 bytes wide",
    r"constructor|length",
    ctor_in=lambda b: bytes.fromhex("65f7a37500000000"),
)


def order(*names):
    g = {"c": "ctor_in", "n": "nonce_in", "t": "tid_in", "p": "pid_in", "s": "sid_in", "e": "exp_in"}
    return lambda b: b"".join(b.step(g[x]) for x in names[0])


for o, t in (
    ("cntpes", "expires before session"),
    ("cnptse", "perm before temp"),
    ("cpnte" + "s", "perm first"),
    ("ctpsne", "nonce late"),
    ("centps", "expires first"),
    ("cnstpe", "session early"),
    ("esptnc", "backwards"),
    ("ntpsec", "constructor last"),
):
    one(f"inner order {o}", t, r"inner|order|field", inner=order(o))
one("inner order of the request", "perm, nonce, expires, temp, session", r"inner|order|field", inner=order("cpnets"))

# ---------------------------------------------------------------- B. the envelope
ENV = (F, FP)
one("random 8", "8 random bytes", r"random128|random", ENV, rand16=lambda b: b.rand[:8])
one("random none", "no random128", r"random128|random", ENV, rand16=lambda b: b"")
one("random 32", "32 random bytes", r"random128|random", ENV, rand16=lambda b: b.rand * 2)
one("random 15", "15 random", r"random128|random", ENV, rand16=lambda b: b.rand[:15])
one("random 17", "17 random", r"random128|random", ENV, rand16=lambda b: b.rand + b"\7")
one("random with TL length", "random as TL bytes", r"random128|random", ENV, rand16=lambda b: tl(b.rand))
one("random 12", "12 random", r"random128|random", ENV, rand16=lambda b: b.rand[:12])
one("seqno 1", "seqno 1 inside", r"seqno", ENV, seq_in=lambda b: i(1))
one("seqno -1", "seqno -1", r"seqno", ENV, seq_in=lambda b: i(-1))
one("seqno missing", "no seqno", r"seqno|envelope", ENV, seq_in=lambda b: b"")
one("seqno 8 wide", "seqno as long", r"seqno|envelope", ENV, seq_in=lambda b: q(0))
one("seqno 2 wide", "seqno short", r"seqno|envelope", ENV, seq_in=lambda b: bytes(2))
for n in (72, 80, 48, 36, 10, 44, 0, 39, 132, 104):
    one(f"length {n}", f"length {n}", r"envelope/length|length", [(F, FP)[n % 2]], len_in=lambda b, n=n: i(n))
one("length big-endian", "length BE", r"length", ENV, len_in=lambda b: i(40)[::-1])
one("length 8 wide", "length as long", r"length", ENV, len_in=lambda b: q(40))
one("length 1 wide (TL bytes)", "inner as TL bytes", r"length", ENV, len_in=lambda b: b"\x28")
one("length missing", "no length", r"length", ENV, len_in=lambda b: b"")
one("length 2 wide", "length as short", r"length", ENV, len_in=lambda b: b"\x28\0")
one(
    "length before seqno",
    "swapped",
    r"seqno|length|order",
    ENV,
    env=lambda b: b.step("rand16") + b.step("mid_in") + i(40) + i(0) + b.step("inner"),
)
one(
    "msg_id after seqno",
    "order",
    r"msg_id|order|envelope",
    ENV,
    env=lambda b: b.step("rand16") + i(0) + b.step("mid_in") + i(40) + b.step("inner"),
)
one(
    "msg_id before random",
    "order",
    r"msg_id|order|envelope|random",
    ENV,
    env=lambda b: b.step("mid_in") + b.step("rand16") + i(0) + i(40) + b.step("inner"),
)
one(
    "random at the end",
    "order",
    r"random",
    ENV,
    env=lambda b: b.step("mid_in") + i(0) + i(40) + b.step("inner") + b.step("rand16"),
)
one(
    "whole request inside",
    "request rather than inner",
    r"inner|constructor|request",
    (F,),
    inner=lambda b: bytes.fromhex("052ad4cd") + kid(b.perm) + b.nonce + i(b.exp) + tl(bytes(104)),
)
one("envelope only the inner", "no envelope", r"envelope|random", ENV, env=lambda b: b.step("inner"))
one("envelope v2 salt session", "length counted with padding 12", r"length|padding", (F,), len_in=lambda b: i(52))
MID = {
    "reversed": lambda m: m[::-1],
    "one step older": lambda m: plus(m, -4),
    "zero": lambda m: bytes(8),
    "js": js,
    "seconds": lambda m: q(struct.unpack("<Q", m)[0] >> 32),
    "words": words,
    "odd": lambda m: plus(m, 1),
    "low word zero": high32,
    "a second earlier": lambda m: plus(m, -(2**32)),
    "unix ms": lambda m: q((struct.unpack("<Q", m)[0] >> 32) * 1000),
    "unix ns": lambda m: q((struct.unpack("<Q", m)[0] >> 32) * 10**9),
    "low cut to 4": lambda m: plus(m, -(2**20)),
    "year older": lambda m: plus(m, -(2**32) * 31536000),
    "of the answer": lambda m: plus(m, 2**31 + 1),
}
for f, fn in MID.items():
    one(
        f"envelope msg_id {f}", f"inner msg_id {f}", r"msg_id", [(F, FP)[len(f) % 2]], mid_in=lambda b, fn=fn: fn(b.mid)
    )
one("envelope msg_id 4 wide", "msg_id int", r"msg_id|envelope", ENV, mid_in=lambda b: b.mid[4:])
one("envelope msg_id missing", "no msg_id", r"msg_id|envelope", ENV, mid_in=lambda b: b"")
one("envelope msg_id is nonce", "nonce", r"msg_id", ENV, mid_in=lambda b: b.nonce)
one("envelope msg_id is session", "session", r"msg_id", ENV, mid_in=lambda b: b.sid)

# ---------------------------------------------------------------- C. msg_key
MK = {
    "sha1[0:16]": lambda b: sha1(b.step("env"))[:16],
    "sha1[2:18]": lambda b: sha1(b.step("env"))[2:18],
    "padded": lambda b: sha1(b.step("padded"))[4:20],
    "sha256[8:24]": lambda b: sha256(b.step("env"))[8:24],
    "sha256[0:16]": lambda b: sha256(b.step("env"))[:16],
    "sha256[16:32]": lambda b: sha256(b.step("env"))[16:],
    "sha256[4:20]": lambda b: sha256(b.step("env"))[4:20],
    "sha256 padded [8:24]": lambda b: sha256(b.step("padded"))[8:24],
    "v2 with perm": lambda b: sha256(b.perm[88:120] + b.step("padded"))[8:24],
    "v2 with perm unpadded": lambda b: sha256(b.perm[88:120] + b.step("env"))[8:24],
    "v2 with perm x8": lambda b: sha256(b.perm[96:128] + b.step("padded"))[8:24],
    "v2 with temp": lambda b: sha256(b.temp[88:120] + b.step("padded"))[8:24],
    "v2 sha1": lambda b: sha1(b.perm[88:120] + b.step("padded"))[4:20],
    "md5": lambda b: hashlib.md5(b.step("env")).digest(),
    "md5 padded": lambda b: hashlib.md5(b.step("padded")).digest(),
    "sha512[0:16]": lambda b: hashlib.sha512(b.step("env")).digest()[:16],
    "blake2s": lambda b: hashlib.blake2s(b.step("env"), digest_size=16).digest(),
    "sha3": lambda b: hashlib.sha3_256(b.step("env")).digest()[8:24],
    "sha1 of inner": lambda b: sha1(b.step("inner"))[4:20],
    "sha1 without random": lambda b: sha1(b.step("env")[16:])[4:20],
    "sha1 of length+inner": lambda b: sha1(b.step("env")[28:])[4:20],
    "sha1 reversed": lambda b: sha1(b.step("env"))[4:20][::-1],
    "sha1 dwords": lambda b: dword(sha1(b.step("env"))[4:20]),
    "sha1 hex text": lambda b: sha1(b.step("env")).hex().encode()[8:24],
    "sha1 of hex": lambda b: sha1(b.step("env").hex().encode())[4:20],
    "sha1 of upper hex": lambda b: sha1(b.step("env").hex().upper().encode())[4:20],
    "sha1 of base64": lambda b: sha1(base64.b64encode(b.step("env")))[4:20],
    "hmac sha1": lambda b: hmac.new(b.perm, b.step("env"), "sha1").digest()[4:20],
    "hmac sha256": lambda b: hmac.new(b.perm, b.step("env"), "sha256").digest()[8:24],
    "sha1(key+env)": lambda b: sha1(b.perm + b.step("env"))[4:20],
    "sha1 twice": lambda b: sha1(sha1(b.step("env")))[4:20],
    "random": lambda b: b.other[:16],
    "zero": lambda b: bytes(16),
    "random128 reused": lambda b: b.rand,
    "sha1 of env with other random": lambda b: sha1(b.other[:16] + b.step("env")[16:])[4:20],
    "sha1 of env with seqno 1": lambda b: sha1(b.step("env")[:24] + i(1) + b.step("env")[28:])[4:20],
    "sha1 zero padding": lambda b: sha1(b.step("env") + bytes(8))[4:20],
    "sha1 env+nul": lambda b: sha1(b.step("env") + b"\0")[4:20],
    "sha1 first 71": lambda b: sha1(b.step("env")[:-1])[4:20],
    "sha1 first 64": lambda b: sha1(b.step("env")[:64])[4:20],
    "sha1 of request": lambda b: sha1(bytes.fromhex("052ad4cd") + kid(b.perm) + b.nonce + i(b.exp))[4:20],
    "sha1[4:12] twice": lambda b: sha1(b.step("env"))[4:12] * 2,
    "sha1[-16:] wrapped b[4:]+b[:0]": lambda b: sha1(b.step("env"))[5:20] + b"\0",
    "crc": lambda b: struct.pack("<I", zlib.crc32(b.step("env"))) * 4,
    "perm aux hash": lambda b: sha1(b.perm)[4:20],
    "sha1 with old msg_id": lambda b: sha1(b.step("env")[:16] + plus(b.mid, -8) + b.step("env")[24:])[4:20],
}
for f, fn in MK.items():
    one(f"msg_key {f}", f"msg_key: {f}", r"msg_key", [(F, FP, FE)[len(f) % 3]], mk=fn)
one(
    "msg_key in front differs from KDF's",
    "KDF with right msg_key, but sha1[0:16] sent",
    r"msg_key",
    em=lambda b: kid(b.perm) + sha1(b.step("env"))[:16] + b.step("ct"),
)
one(
    "msg_key reversed in front only",
    "front reversed",
    r"msg_key",
    em=lambda b: kid(b.perm) + b.step("mk")[::-1] + b.step("ct"),
)
one(
    "msg_key kdf padded, sent unpadded",
    "KDF used the hash of the padded",
    r"msg_key|recipe|sha1",
    kiv=lambda b: v1(b.perm, sha1(b.step("padded"))[4:20]),
)
one(
    "msg_key kdf whole sha1",
    "KDF used 20 bytes of sha1",
    r"msg_key|recipe|sha1",
    kiv=lambda b: v1(b.perm, sha1(b.step("env"))),
)
one(
    "msg_key kdf sha1[0:16]",
    "KDF used sha1[0:16]",
    r"msg_key|recipe|sha1",
    kiv=lambda b: v1(b.perm, sha1(b.step("env"))[:16]),
)
one(
    "msg_key kdf of zeros",
    "KDF ran before msg_key was set",
    r"msg_key|recipe|sha1",
    kiv=lambda b: v1(b.perm, bytes(16)),
)

# ---------------------------------------------------------------- D. the schedule


def kdf(a=None, bb=None, c=None, d=None, key=None, iv=None, h=sha1):
    def f(b):
        k, m = b.perm, b.step("mk")
        A = h(a(k, m) if a else m + k[:32])
        Bq = h(bb(k, m) if bb else k[32:48] + m + k[48:64])
        C = h(c(k, m) if c else k[64:96] + m)
        D = h(d(k, m) if d else m + k[96:128])
        return (
            key(A, Bq, C, D) if key else A[:8] + Bq[8:20] + C[4:16],
            iv(A, Bq, C, D) if iv else A[8:20] + Bq[:8] + C[16:20] + D[:8],
        )

    return f


K = {
    "x=8": lambda b: v1(b.perm, b.step("mk"), 8),
    "temp key": lambda b: v1(b.temp, b.step("mk")),
    "v2": lambda b: v2(b.perm, b.step("mk")),
    "v2 x8": lambda b: v2(b.perm, b.step("mk"), 8),
    "v2 temp": lambda b: v2(b.temp, b.step("mk")),
    "a key first": kdf(a=lambda k, m: k[:32] + m),
    "b split 16 late": kdf(bb=lambda k, m: k[32:64] + m),
    "b m first": kdf(bb=lambda k, m: m + k[32:64]),
    "b overlapping": kdf(bb=lambda k, m: k[32:48] + m + k[32:48]),
    "c m first": kdf(c=lambda k, m: m + k[64:96]),
    "d key first": kdf(d=lambda k, m: k[96:128] + m),
    "d from 92": kdf(d=lambda k, m: m + k[92:124]),
    "a 36": kdf(a=lambda k, m: m + k[:36]),
    "c 60..92": kdf(c=lambda k, m: k[60:92] + m),
    "d 128..160": kdf(d=lambda k, m: m + k[128:160]),
    "a 31 bytes": kdf(a=lambda k, m: m + k[:31]),
    "b end inclusive": kdf(bb=lambda k, m: k[32:49] + m + k[48:65]),
    "all inclusive": kdf(
        lambda k, m: m + k[:33],
        lambda k, m: k[32:49] + m + k[48:65],
        lambda k, m: k[64:97] + m,
        lambda k, m: m + k[96:129],
    ),
    "from one": kdf(
        lambda k, m: m + k[1:33],
        lambda k, m: k[33:49] + m + k[49:65],
        lambda k, m: k[65:97] + m,
        lambda k, m: m + k[97:129],
    ),
    "key a8 b12 c12 of [0:12]": kdf(key=lambda a, b, c, d: a[:8] + b[8:20] + c[:12]),
    "key b[0:12]": kdf(key=lambda a, b, c, d: a[:8] + b[:12] + c[4:16]),
    "key a[0:12]": kdf(key=lambda a, b, c, d: a[:12] + b[8:20] + c[4:12]),
    "key c[8:20]": kdf(key=lambda a, b, c, d: a[:8] + b[8:20] + c[8:20]),
    "iv a[8:16]": kdf(iv=lambda a, b, c, d: a[8:16] + b[:12] + c[16:20] + d[:8]),
    "iv d[12:20]": kdf(iv=lambda a, b, c, d: a[8:20] + b[:8] + c[16:20] + d[12:20]),
    "iv c[0:4]": kdf(iv=lambda a, b, c, d: a[8:20] + b[:8] + c[:4] + d[:8]),
    "iv order": kdf(iv=lambda a, b, c, d: b[:8] + a[8:20] + c[16:20] + d[:8]),
    "iv d first": kdf(iv=lambda a, b, c, d: d[:8] + c[16:20] + b[:8] + a[8:20]),
    "iv b[8:16]": kdf(iv=lambda a, b, c, d: a[8:20] + b[8:16] + c[16:20] + d[:8]),
    "iv d[8:16]": kdf(iv=lambda a, b, c, d: a[8:20] + b[:8] + c[16:20] + d[8:16]),
    "key and iv exchanged": lambda b: v1(b.perm, b.step("mk"))[::-1],
    "iv halves": lambda b: (lambda k, v: (k, v[16:] + v[:16]))(*v1(b.perm, b.step("mk"))),
    "iv zero": lambda b: (v1(b.perm, b.step("mk"))[0], bytes(32)),
    "iv second half zero": lambda b: (lambda k, v: (k, v[:16] + bytes(16)))(*v1(b.perm, b.step("mk"))),
    "iv doubled first half": lambda b: (lambda k, v: (k, v[:16] * 2))(*v1(b.perm, b.step("mk"))),
    "iv is the key": lambda b: (lambda k, v: (k, k))(*v1(b.perm, b.step("mk"))),
    "iv random": lambda b: (v1(b.perm, b.step("mk"))[0], b.other[:32]),
    "iv reversed": lambda b: (lambda k, v: (k, v[::-1]))(*v1(b.perm, b.step("mk"))),
    "key reversed": lambda b: (lambda k, v: (k[::-1], v))(*v1(b.perm, b.step("mk"))),
    "perm reversed": lambda b: v1(b.perm[::-1], b.step("mk")),
    "perm tail": lambda b: v1(b.perm[128:], b.step("mk")),
    "perm hex text": lambda b: v1(b.perm.hex().encode(), b.step("mk")),
    "perm words turned": lambda b: v1(dword(b.perm), b.step("mk")),
    "perm first 128 zero": lambda b: v1(bytes(128) + b.perm[128:], b.step("mk")),
    "perm id as key": lambda b: v1(sha1(b.perm) * 13, b.step("mk")),
    "msg_key reversed in kdf": lambda b: v1(b.perm, b.step("mk")[::-1]),
    "msg_key half in kdf": lambda b: v1(b.perm, b.step("mk")[:8]),
    "sha256 for sha1": kdf(h=sha256),
    "md5": kdf(h=lambda x: hashlib.md5(x).digest() + bytes(4)),
    "sha1 as upper half": kdf(h=lambda x: sha1(x)[::-1]),
    "a,b swapped": kdf(
        key=lambda a, b, c, d: b[:8] + a[8:20] + c[4:16], iv=lambda a, b, c, d: b[8:20] + a[:8] + c[16:20] + d[:8]
    ),
    "c,d swapped": kdf(
        key=lambda a, b, c, d: a[:8] + b[8:20] + d[4:16], iv=lambda a, b, c, d: a[8:20] + b[:8] + d[16:20] + c[:8]
    ),
    "other key": lambda b: v1(b.other, b.step("mk")),
    "temp xor perm": lambda b: v1(xor(b.perm, b.temp), b.step("mk")),
    "sha256(perm) as aes key": lambda b: (sha256(b.perm), v1(b.perm, b.step("mk"))[1]),
    "perm[:32] as aes key": lambda b: (b.perm[:32], b.perm[32:64]),
}
for f, fn in K.items():
    ok = r"schedule|sha1_|aes_key|aes_iv|kdf|msg_key|ciphertext"
    one(
        f"kdf {f}",
        f"key schedule: {f}",
        ok,
        [(F, FP)[len(f) % 2]],
        kiv=fn,
        more=(lambda b: {"other_keys": [b.other]}) if f == "other key" else None,
    )
one(
    "kdf other key unknown",
    "encrypted by a key nobody gave",
    r"not opened|no known",
    (F, FP),
    kiv=K["other key"],
    forbid=r"",
)

# ---------------------------------------------------------------- E. the cipher


def mode(fn):
    def f(b):
        k, v = b.step("kiv")
        return fn(k, v, b.step("padded"), b)

    return f


def run(m, k, data, alg=algorithms.AES):
    e = Cipher(alg(k), m).encryptor()
    return e.update(data) + e.finalize()


def bi_ige(k, v, p):
    v = (v + v)[:64]
    one_ = ige(k, v[:32], p)
    blocks = [one_[j : j + 16] for j in range(0, len(one_), 16)][::-1]
    two = ige(k, v[32:], b"".join(blocks))
    return b"".join([two[j : j + 16] for j in range(0, len(two), 16)][::-1])


C = {
    "cbc": lambda k, v, p, b: run(modes.CBC(v[:16]), k, p),
    "cbc iv2": lambda k, v, p, b: run(modes.CBC(v[16:]), k, p),
    "ecb": lambda k, v, p, b: run(modes.ECB(), k, p),
    "ctr": lambda k, v, p, b: run(modes.CTR(v[:16]), k, p),
    "cfb": lambda k, v, p, b: run(CFB(v[:16]), k, p),
    "ofb": lambda k, v, p, b: run(OFB(v[:16]), k, p),
    "decrypts": lambda k, v, p, b: ige(k, v, p, back=True),
    "twice": lambda k, v, p, b: ige(k, v, ige(k, v, p)),
    "plain": lambda k, v, p, b: p,
    "aes128": lambda k, v, p, b: ige(k[:16], v, p),
    "aes192": lambda k, v, p, b: ige(k[:24], v, p),
    "swapped memories": lambda k, v, p, b: ige(k, v, p, swap=True),
    "bi ige": lambda k, v, p, b: bi_ige(k, v, p),
    "dwords turned out": lambda k, v, p, b: dword(ige(k, v, p)),
    "dwords turned in": lambda k, v, p, b: ige(k, v, dword(p)),
    "dwords both": lambda k, v, p, b: dword(ige(dword(k), dword(v), dword(p))),
    "reversed out": lambda k, v, p, b: ige(k, v, p)[::-1],
    "only 64": lambda k, v, p, b: ige(k, v, p[:64]) + p[64:],
    "first block only": lambda k, v, p, b: ige(k, v, p[:16]) + p[16:],
    "blocks each with fresh iv": lambda k, v, p, b: b"".join(ige(k, v, p[j : j + 16]) for j in range(0, len(p), 16)),
    "last block lost": lambda k, v, p, b: ige(k, v, p)[:-16],
    "last block zero": lambda k, v, p, b: ige(k, v, p)[:64] + bytes(16),
    "pcbc": lambda k, v, p, b: _pcbc(k, v[:16], p),
    "xor stream": lambda k, v, p, b: xor(p, (k * 3)[: len(p)]),
    "in halves": lambda k, v, p, b: ige(k, v, p[:48]) + ige(k, v, p[48:]),
    "blocks out of order": lambda k, v, p, b: (lambda c: c[16:32] + c[:16] + c[32:])(ige(k, v, p)),
    "ige without first memory": lambda k, v, p, b: ige(k, bytes(16) + v[16:], p),
    "gcm-like tail": lambda k, v, p, b: ige(k, v, p) + sha1(p)[:16],
    "pkcs7 added": lambda k, v, p, b: ige(k, v, p + b"\x10" * 16),
    "iv in front": lambda k, v, p, b: v[:16] + ige(k, v, p),
    "iv32 in front": lambda k, v, p, b: v + ige(k, v, p),
    "hex text": lambda k, v, p, b: ige(k, v, p).hex().encode(),
    "base64 text": lambda k, v, p, b: base64.b64encode(ige(k, v, p)),
    "utf8 spoilt": lambda k, v, p, b: utf8(ige(k, v, p)),
    "replacement characters": lambda k, v, p, b: repl(ige(k, v, p)),
    "7 bit": lambda k, v, p, b: bytes(x & 127 for x in ige(k, v, p)),
    "stops at first NUL": lambda k, v, p, b: (lambda c: c[:40] + bytes(40))(ige(k, v, p)),
    "newline made crlf": lambda k, v, p, b: ige(k, v, p)[:30] + b"\r" + ige(k, v, p)[30:],
}


def _pcbc(k, iv, p):
    out, x = b"", iv
    for j in range(0, len(p), 16):
        c = aes(k, xor(p[j : j + 16], x))
        x = xor(p[j : j + 16], c)
        out += c
    return out


for f, fn in C.items():
    one(f"cipher {f}", f"cipher: {f}", r"ciphertext|cipher|mode|IGE|encrypt", [(F, FP)[len(f) % 2]], ct=mode(fn))

# padding of every kind
for n in (0, 16, 24, 40, 1, 4, 12, 7):
    one(
        f"padding {n}",
        f"{n} bytes of padding",
        r"padding|size|16|length|block",
        [F],
        padded=lambda b, n=n: (b.step("env") + (b.pad * 20)[:n])[: (72 + n)],
        ct=lambda b: ige(*b.step("kiv"), b.step("padded") + bytes(-len(b.step("padded")) % 16))[
            : max(len(b.step("padded")), 64)
        ],
    )
one(
    "padding v2 rule 24 hashed",
    "24 padding, hashed",
    r"padding|msg_key|size",
    [F],
    padded=lambda b: b.step("env") + b.pad * 3,
    mk=lambda b: sha1(b.step("padded"))[4:20],
)
one("padding counted in length", "length 48", r"length", [F, FP], len_in=lambda b: i(48))
one(
    "padding before",
    "padding in front",
    r"padding|ciphertext|envelope|random",
    [F, FP],
    padded=lambda b: b.pad + b.step("env"),
)
one(
    "padding in the middle",
    "padding between envelope header and inner",
    r"padding|inner|envelope|ciphertext",
    [F, FP],
    padded=lambda b: b.step("env")[:32] + b.pad + b.step("env")[32:],
)

# ---------------------------------------------------------------- F. encrypted_message
EM = {
    "prefix missing": lambda b: b.step("mk") + b.step("ct"),
    "prefix temp": lambda b: kid(b.temp) + b.step("mk") + b.step("ct"),
    "prefix reversed": lambda b: kid(b.perm)[::-1] + b.step("mk") + b.step("ct"),
    "prefix zero": lambda b: bytes(8) + b.step("mk") + b.step("ct"),
    "prefix twice": lambda b: kid(b.perm) * 2 + b.step("mk") + b.step("ct"),
    "prefix aux": lambda b: sha1(b.perm)[:8] + b.step("mk") + b.step("ct"),
    "msg_key missing": lambda b: kid(b.perm) + b.step("ct"),
    "msg_key first": lambda b: b.step("mk") + kid(b.perm) + b.step("ct"),
    "msg_key last": lambda b: kid(b.perm) + b.step("ct") + b.step("mk"),
    "whole sha1": lambda b: kid(b.perm) + sha1(b.step("env")) + b.step("ct"),
    "msg_key twice": lambda b: kid(b.perm) + b.step("mk") * 2 + b.step("ct"),
    "js prefix": lambda b: js(kid(b.perm)) + b.step("mk") + b.step("ct"),
    "unencrypted header": lambda b: bytes(8) + b.mid + i(80) + b.step("ct"),
    "length before ct": lambda b: kid(b.perm) + b.step("mk") + i(80) + b.step("ct"),
    "tl ct": lambda b: kid(b.perm) + b.step("mk") + tl(b.step("ct")),
    "ids both": lambda b: kid(b.perm) + kid(b.temp) + b.step("mk") + b.step("ct"),
    "truncated 1": lambda b: b.right_em()[:-1],
    "truncated 2": lambda b: b.right_em()[:-2],
    "truncated 4": lambda b: b.right_em()[:-4],
    "truncated 8": lambda b: b.right_em()[:-8],
    "truncated 17": lambda b: b.right_em()[:-17],
    "front cut 1": lambda b: b.right_em()[1:],
    "front cut 4": lambda b: b.right_em()[4:],
    "plus nul": lambda b: b.right_em() + b"\0",
    "plus newline": lambda b: b.right_em() + b"\n",
    "all zeros": lambda b: bytes(104),
    "empty": lambda b: b"",
    "nested tl": lambda b: tl(b.right_em()),
    "hex in": lambda b: b.right_em().hex().encode(),
    "b64 in": lambda b: base64.b64encode(b.right_em()),
    "reversed": lambda b: b.right_em()[::-1],
    "with crc": lambda b: b.right_em() + struct.pack("<I", zlib.crc32(b.right_em())),
    "server frame": lambda b: i(104) + b.right_em(),
    "utf8": lambda b: utf8(b.right_em()),
    "gzip": lambda b: gzip.compress(b.right_em(), mtime=0),
}
for f, fn in EM.items():
    one(
        f"em {f}", f"encrypted_message: {f}", r"encrypted_message|msg_key|ciphertext|size", [(F, FP)[len(f) % 2]], em=fn
    )
for field, at in (
    ("auth_key_id", 3),
    ("msg_key", 9),
    ("msg_key", 23),
    ("ciphertext", 24),
    ("ciphertext", 40),
    ("ciphertext", 61),
    ("ciphertext", 72),
    ("ciphertext", 90),
    ("ciphertext", 103),
):
    one(
        f"em bit at {at}",
        f"one bit of {field} flipped at {at}",
        r"encrypted_message|msg_key|ciphertext",
        [(F, FP)[at % 2]],
        em=lambda b, at=at: (lambda e: e[:at] + bytes([e[at] ^ 16]) + e[at + 1 :])(b.right_em()),
    )

# ---------------------------------------------------------------- G. the request
R = {
    "perm id reversed": dict(pid_out=lambda b: kid(b.perm)[::-1]),
    "perm id temp": dict(pid_out=lambda b: kid(b.temp)),
    "perm id js": dict(pid_out=lambda b: js(kid(b.perm))),
    "perm id zero": dict(pid_out=lambda b: bytes(8)),
    "nonce js": dict(nonce_out=lambda b: js(b.nonce)),
    "nonce reversed": dict(nonce_out=lambda b: b.nonce[::-1]),
    "nonce 16": dict(nonce_out=lambda b: b.nonce * 2),
    "nonce absent": dict(nonce_out=lambda b: b""),
    "expires 8": dict(exp_out=lambda b: q(b.exp)),
    "expires be": dict(exp_out=lambda b: i(b.exp)[::-1]),
    "expires ms": dict(exp_out=lambda b: i(b.exp * 1000)),
    "expires in": dict(exp_out=lambda b: i(86400)),
    "expires -1": dict(exp_out=lambda b: i(b.exp - 1)),
    "expires absent": dict(exp_out=lambda b: b""),
    "ctor reversed": dict(ctor_out=lambda b: bytes.fromhex("cdd42a05")),
    "ctor inner's": dict(ctor_out=lambda b: bytes.fromhex("65f7a375")),
    "ctor absent": dict(ctor_out=lambda b: b""),
    "ctor drop": dict(ctor_out=lambda b: bytes.fromhex("88a1488e")),
    "field long form": dict(field=lambda b: tl(b.step("em"), long=True)),
    "field unpadded": dict(field=lambda b: tl(b.step("em"), pad=False)),
    "field int length": dict(field=lambda b: i(104) + b.step("em")),
    "field no length": dict(field=lambda b: b.step("em")),
    "field twice": dict(field=lambda b: tl(tl(b.step("em")))),
    "field be long": dict(field=lambda b: b"\xfe\0\0\x68" + b.step("em")),
    "field length 103": dict(field=lambda b: b"\x67" + tl(b.step("em"))[1:]),
    "field length 105": dict(field=lambda b: b"\x69" + tl(b.step("em"))[1:]),
    "field length in words": dict(field=lambda b: b"\x1a" + tl(b.step("em"))[1:]),
    "field padded to 16": dict(field=lambda b: tl(b.step("em")) + bytes(4)),
    "field 0xff length": dict(field=lambda b: b"\xff\x68\0\0" + b.step("em")),
    "field padding not zero": dict(field=lambda b: tl(b.step("em"))[:-3] + b"\1\2\3"),
    "field padding four zeros": dict(field=lambda b: b"\x68" + b.step("em") + bytes(7)),
    "field 1 padding short": dict(field=lambda b: b"\x68" + b.step("em") + bytes(2)),
    "field is the ct": dict(field=lambda b: tl(b.step("ct"))),
    "trailing": dict(req=lambda b: b.right_req() + i(b.exp)),
    "order": dict(
        req=lambda b: b.step("ctor_out") + b.step("nonce_out") + b.step("pid_out") + b.step("exp_out") + b.step("field")
    ),
    "expires last": dict(
        req=lambda b: b.step("ctor_out") + b.step("pid_out") + b.step("nonce_out") + b.step("field") + b.step("exp_out")
    ),
    "temp id added": dict(pid_out=lambda b: kid(b.perm) + kid(b.temp)),
    "flags": dict(ctor_out=lambda b: bytes.fromhex("052ad4cd") + i(0)),
    "plaintext inner sent": dict(field=lambda b: tl(b.step("inner"))),
    "twice over": dict(req=lambda b: b.right_req() * 2),
    "truncated 1": dict(req=lambda b: b.right_req()[:-1]),
    "truncated 3": dict(req=lambda b: b.right_req()[:-3]),
    "truncated 4": dict(req=lambda b: b.right_req()[:-4]),
    "truncated 12": dict(req=lambda b: b.right_req()[:-12]),
    "truncated 50": dict(req=lambda b: b.right_req()[:-50]),
    "truncated 110": dict(req=lambda b: b.right_req()[:-110]),
    "vector": dict(ctor_out=lambda b: bytes.fromhex("15c4b51c01000000052ad4cd")),
    "bool in": dict(req=lambda b: b.right_req() + bytes.fromhex("b5757299")),
    "whole packed as bytes": dict(req=lambda b: tl(b.right_req())),
    "bit in ctor": dict(ctor_out=lambda b: bytes.fromhex("052ad4cc")),
    "bit in length": dict(field=lambda b: b"\x78" + tl(b.step("em"))[1:]),
}
for f, hk in R.items():
    one(f"request {f}", f"request: {f}", r"request|size|constructor", [(F, FP)[len(f) % 2]], **hk)
one("both expires past", "expires_at past", r"expires_at", [F, FP], setup=lambda b: setattr(b, "exp", b.now - 60))
one("both expires_in", "86400 both", r"expires_at", [F, FP], setup=lambda b: setattr(b, "exp", 86400))
one(
    "both expires ms",
    "ms both",
    r"expires_at",
    [F, FP],
    setup=lambda b: setattr(b, "exp", (b.now + 86400) * 1000 % 2**31),
)
one("both expires 0", "0 both", r"expires_at", [F, FP], setup=lambda b: setattr(b, "exp", 0))
one(
    "both expires far",
    "year 2038",
    r"expires_at",
    [F],
    setup=lambda b: setattr(b, "exp", 2**31 - 1),
    more=lambda b: {"key_expires_at": b.now + 86400},
)
one(
    "both expires far no promise",
    "year 2038, promise not known",
    r"expires_at",
    [F, FP],
    setup=lambda b: setattr(b, "exp", 2**31 - 1),
)
one(
    "both expires be",
    "big-endian both",
    r"expires_at",
    [F, FP],
    exp_in=lambda b: i(b.exp)[::-1],
    exp_out=lambda b: i(b.exp)[::-1],
)
one(
    "both perm id reversed",
    "perm id turned thrice",
    r"perm_auth_key_id|auth_key_id",
    [F, FP],
    pid_in=lambda b: kid(b.perm)[::-1],
    pid_out=lambda b: kid(b.perm)[::-1],
    pid_em=lambda b: kid(b.perm)[::-1],
)
one(
    "both perm id aux",
    "aux hash thrice",
    r"perm_auth_key_id|auth_key_id",
    [F, FP],
    pid_in=lambda b: sha1(b.perm)[:8],
    pid_out=lambda b: sha1(b.perm)[:8],
    pid_em=lambda b: sha1(b.perm)[:8],
)
one("both perm is temp", "temp key bound to itself", r"perm|temp", [F, FP], setup=lambda b: setattr(b, "perm", b.temp))
one(
    "keys swapped in client",
    "temp key seals, perm key carries",
    r"perm|temp|key",
    [FP],
    setup=lambda b: (lambda p, t: (setattr(b, "perm", t), setattr(b, "temp", p)))(b.perm, b.temp),
    more=lambda b: {"perm_key": b.temp, "temp_key": b.perm},
)

# ---------------------------------------------------------------- H. the packet


def container(b, *msgs):
    out = bytes.fromhex("dcf8f173") + i(len(msgs))
    for mid, seq, body in msgs:
        out += mid + i(seq) + i(len(body)) + body
    return out


def ping(b):
    return bytes.fromhex("ec77be7a") + b.other[:8]


def wrap(b, x):
    return (
        bytes.fromhex("0d0d9bda")
        + i(228)
        + bytes.fromhex("a95ecdc1")
        + i(0)
        + i(2040)
        + tl(b"PC")
        + tl(b"1.0")
        + tl(b"0.1")
        + tl(b"en")
        + tl(b"")
        + tl(b"en")
        + x
    )


def gz(x, zl=False):
    return bytes.fromhex("a1cf7230") + tl(zlib.compress(x) if zl else gzip.compress(x, mtime=0))


PK = {
    "outer v1": dict(
        packet=lambda b: (lambda mk: kid(b.temp) + mk + ige(*v1(b.temp, mk), b.step("outer")))(
            sha1(b.step("outer")[: 32 + len(b.step("body"))])[4:20]
        )
    ),
    "outer x8": dict(
        packet=lambda b: (lambda mk: kid(b.temp) + mk + ige(*v2(b.temp, mk, 8), b.step("outer")))(
            sha256(b.temp[96:128] + b.step("outer"))[8:24]
        )
    ),
    "outer perm key": dict(
        packet=lambda b: (lambda mk: kid(b.perm) + mk + ige(*v2(b.perm, mk), b.step("outer")))(
            sha256(b.perm[88:120] + b.step("outer"))[8:24]
        )
    ),
    "outer id of perm, key of temp": dict(packet=lambda b: kid(b.perm) + b.right_packet()[8:]),
    "outer padding 0": dict(opadding=lambda b: bytes(-(32 + len(b.step("body"))) % 16)),
    "outer padding 11": dict(opadding=lambda b: (b.opad * 100)[: (-(32 + len(b.step("body"))) % 16)]),
    "outer padding 1036": dict(
        opadding=lambda b: (b.opad * 100)[: 1036 - 1036 % 16 + (-(32 + len(b.step("body"))) % 16)]
    ),
    "outer msg_key without padding": dict(
        omk=lambda b: sha256(b.temp[88:120] + b.step("outer")[: 32 + len(b.step("body"))])[8:24]
    ),
    "outer msg_key 0:16": dict(omk=lambda b: sha256(b.temp[88:120] + b.step("outer"))[:16]),
    "outer seqno even": dict(seqno_out=lambda b: i(0)),
    "outer seqno even 2": dict(seqno_out=lambda b: i(2)),
    "outer msg_id odd": dict(setup=lambda b: setattr(b, "mid", plus(b.mid, 1))),
    "outer msg_id +2": dict(setup=lambda b: setattr(b, "mid", plus(b.mid, 2))),
    "outer msg_id other": dict(mid_out=lambda b: plus(b.mid, 1024)),
    "outer session other": dict(sid_out=lambda b: b.other[:8]),
    "outer session reversed": dict(sid_out=lambda b: b.sid[::-1]),
    "outer length 136": dict(len_out=lambda b: i(len(b.step("body")) + 4)),
    "outer length without": dict(len_out=lambda b: i(0)),
    "outer length be": dict(len_out=lambda b: i(132)[::-1]),
    "outer salt last": dict(
        outer=lambda b: b.sid + b.salt + b.mid + i(1) + i(132) + b.step("body") + b.step("opadding")
    ),
    "msg_id clock +10min": dict(setup=lambda b: setattr(b, "mid", plus(b.mid, 600 << 32))),
    "msg_id clock -10min": dict(setup=lambda b: setattr(b, "mid", plus(b.mid, -(600 << 32)))),
    "msg_id in ms": dict(setup=lambda b: setattr(b, "mid", q(b.now * 1000 * 2**22))),
    "msg_id in ns": dict(setup=lambda b: setattr(b, "mid", q(b.now * 10**9 & ~3))),
    "msg_id local zone": dict(setup=lambda b: setattr(b, "mid", plus(b.mid, 7200 << 32))),
    "bind in container, container's msg_id": dict(
        body=lambda b: container(b, (plus(b.mid, -8), 1, b.step("req")), (plus(b.mid, -4), 3, ping(b))),
        seqno_out=lambda b: i(4),
    ),
    "bind wrapped twice in invokeWithLayer": dict(
        body=lambda b: bytes.fromhex("0d0d9bda") + i(228) + bytes.fromhex("0d0d9bda") + i(228) + b.step("req")
    ),
    "gzip broken": dict(body=lambda b: (lambda g: g[:-12] + bytes(12))(gz(b.step("req")))),
    "unencrypted packet": dict(packet=lambda b: bytes(8) + b.mid + i(132) + b.step("req")),
    "packet without auth id": dict(packet=lambda b: b.right_packet()[8:]),
    "packet cut 16": dict(packet=lambda b: b.right_packet()[:-16]),
    "packet cut 1": dict(packet=lambda b: b.right_packet()[:-1]),
    "packet cut 100": dict(packet=lambda b: b.right_packet()[:-100]),
    "packet bit in msg_key": dict(packet=lambda b: (lambda p: p[:10] + bytes([p[10] ^ 4]) + p[11:])(b.right_packet())),
    "packet bit in ct": dict(packet=lambda b: (lambda p: p[:99] + bytes([p[99] ^ 4]) + p[100:])(b.right_packet())),
    "packet bit in id": dict(packet=lambda b: (lambda p: p[:2] + bytes([p[2] ^ 4]) + p[3:])(b.right_packet())),
    "initConnection without query first": dict(body=lambda b: b.step("req") + wrap(b, b"")),
    "body with crc": dict(body=lambda b: b.step("req") + b"abcd"),
    "msg_copy": dict(
        body=lambda b: bytes.fromhex("b246 60e0".replace(" ", "")) + b.mid + i(1) + i(132) + b.step("req")
    ),
    "outer id reversed": dict(packet=lambda b: kid(b.temp)[::-1] + b.right_packet()[8:]),
    "outer cbc": dict(
        packet=lambda b: (
            kid(b.temp) + b.step("omk") + run(modes.CBC(b.step("okiv")[1][:16]), b.step("okiv")[0], b.step("outer"))
        )
    ),
    "outer seqno be": dict(seqno_out=lambda b: i(1)[::-1]),
    "rpc wrapped in invokeAfterMsg missing": dict(body=lambda b: bytes.fromhex("2d379fcb") + b.mid + b.step("req")),
}
for f, hk in PK.items():
    one(f"packet {f}", f"packet: {f}", r"packet|message|msg_id|seqno|session|salt|request", [FP], **hk)
for f in (
    "outer msg_id other",
    "outer session other",
    "bind in container, container's msg_id",
    "outer perm key",
    "outer seqno even",
):
    one(f"packet+request {f}", f"packet: {f}", r"packet|message|msg_id|seqno|session", [FRP], **PK[f])


def sibling(b, seed, **hooks):
    k = dict(perm=b.perm, temp=b.temp, sid=b.sid, salt=b.salt, now=b.now, exp=b.exp)
    k.update(hooks)
    return B(seed, **k)


# ---------------------------------------------------------------- I. the facts are wrong, the message is right
WF = {
    "perm wrong key": lambda b: {"perm_key": b.other},
    "temp wrong key": lambda b: {"temp_key": b.other},
    "keys swapped": lambda b: {"perm_key": b.temp, "temp_key": b.perm},
    "perm given twice": lambda b: {"temp_key": b.perm},
    "temp given twice": lambda b: {"perm_key": b.temp},
    "session wrong": lambda b: {"session_id": b.num(b.other[:8])},
    "session zero": lambda b: {"session_id": 0},
    "session js": lambda b: {"session_id": b.num(js(b.sid))},
    "msg_id of the packet before": lambda b: {"msg_id": b.num(b.mid) - 2**20},
    "msg_id of the answer": lambda b: {"msg_id": b.num(b.mid) + 2**31 + 1},
    "msg_id js": lambda b: {"msg_id": b.num(js(b.mid))},
    "msg_id seconds": lambda b: {"msg_id": b.now},
    "session reversed": lambda b: {"session_id": b.num(b.sid[::-1])},
    "msg_id reversed": lambda b: {"msg_id": b.num(b.mid[::-1])},
    "session low 32": lambda b: {"session_id": b.num(low32(b.sid))},
    "now wrong by a day": lambda b: {"now": b.now + 90000},
    "now ms": lambda b: {"now": b.now * 1000},
    "now 0": lambda b: {"now": 0},
    "perm one byte off": lambda b: {"perm_key": b.perm[:77] + bytes([b.perm[77] ^ 1]) + b.perm[78:]},
    "perm one byte off late": lambda b: {"perm_key": b.perm[:200] + bytes([b.perm[200] ^ 1]) + b.perm[201:]},
    "temp one byte off": lambda b: {"temp_key": b.temp[:200] + bytes([b.temp[200] ^ 1]) + b.temp[201:]},
    "perm reversed": lambda b: {"perm_key": b.perm[::-1]},
    "perm 255": lambda b: {"perm_key": b.perm[:-1]},
    "perm 257": lambda b: {"perm_key": b"\0" + b.perm},
    "perm 128": lambda b: {"perm_key": b.perm[:128]},
    "perm 264 (with id)": lambda b: {"perm_key": kid(b.perm) + b.perm},
    "perm utf8": lambda b: {"perm_key": utf8(b.perm)},
    "temp 252": lambda b: {"temp_key": b.temp[4:]},
    "expires_at of another bind": lambda b: {"expires_at": b.exp - 4000},
    "nonce of another bind": lambda b: {"nonce": b.num(b.other[:8])},
    "key_expires_at wrong": lambda b: {"key_expires_at": b.exp - 80000},
    "salt wrong": lambda b: {"salt": b.num(b.other[:8])},
}
for f, fn in WF.items():
    lv = [F, FRP]
    if "another bind" in f:
        lv = [FE, F]
    one(f"facts {f}", f"the message is right; the fact: {f}", r"", lv, more=fn)
# built for A, sent as B; the author believes A
one(
    "believed session",
    "request built for A, the message went in B, the author pastes A; the answer refuses",
    r"",
    [F],
    more={"answer": "400 ENCRYPTED_MESSAGE_INVALID"},
    forbid=r"does not know the permanent key:",
)
one(
    "request of another bind than packet",
    "request and packet are two binds of one client",
    r"",
    [FP],
    more=lambda b: sibling(b, 77).facts("request"),
)
one(
    "em of another bind",
    "request of one, encrypted_message of another",
    r"",
    [F],
    more=lambda b: sibling(b, 78).facts("encrypted_message"),
)

# ---------------------------------------------------------------- J. the answers
for a in (
    "400 ENCRYPTED_MESSAGE_INVALID",
    "-404",
    "401 AUTH_KEY_PERM_EMPTY",
    "400 TEMP_AUTH_KEY_ALREADY_BOUND",
    "400 EXPIRES_AT_INVALID",
    "400 TEMP_AUTH_KEY_EMPTY",
    "bad_msg_notification 16",
    "bad_server_salt",
    "boolFalse",
    "-444",
    "-429",
    "420 FLOOD_WAIT_30",
    "500 INTERNAL",
    "406 AUTH_KEY_DUPLICATED",
    "400 CONNECTION_NOT_INITED",
    "timeout",
    "connection closed",
    "400 INPUT_REQUEST_TOO_LONG",
    "-503",
    "303 NETWORK_MIGRATE_2",
    "ENCRYPTED_MESSAGE_INVALD",
    "error 64",
    "bad_msg_notification error_code: 32",
    "{'_': 'mt_bad_msg_notification', 'errorCode': 20}",
    "<no answer>",
    "401 AUTH_KEY_UNREGISTERED",
    "401 SESSION_REVOKED",
    "pong",
    "new_session_created",
    "-1",
    "0",
    "null",
    "{}",
    "403",
    "Bad Request: wrong",
    "updatesTooLong",
    "400 MSG_ID_INVALID",
    "rpc_error 400 EXPIRES_AT_INVALID (caused by auth.bindTempAuthKey)",
    "ok",
    "false",
    "False",
    "b'\\x37\\x97\\x79\\xbc'",
    "379779bc",
):
    one(f"answer {a}", f"all right by the bytes, answer: {a}", r"", [F], more={"answer": a})
for a in ("400 TEMP_AUTH_KEY_EMPTY", "-404", "400 ENCRYPTED_MESSAGE_INVALID", "400 TEMP_AUTH_KEY_ALREADY_BOUND"):
    one(f"answer over a packet {a}", f"packet and bytes are right, answer: {a}", r"", [FP], more={"answer": a})
one(
    "answer true, wrong msg",
    "inner nonce wrong yet boolTrue",
    r"nonce",
    [F, FP],
    nonce_in=lambda b: b.other[:8],
    more={"answer": "boolTrue"},
)
one(
    "answer expired, wrong session",
    "EXPIRES_AT_INVALID while the session differs",
    r"session",
    [F],
    sid_in=lambda b: b.other[:8],
    more={"answer": "400 EXPIRES_AT_INVALID"},
)
one(
    "answer -404, wrong nonce",
    "-404 and inner nonce",
    r"nonce",
    [F],
    nonce_in=lambda b: b.other[:8],
    more={"answer": -404},
)
one(
    "answer EMI, young key",
    "key 10 s old",
    r"60|young|permanent",
    [F],
    more=lambda b: {"answer": "400 ENCRYPTED_MESSAGE_INVALID", "perm_key_created": b.now - 10},
)
one(
    "answer EMI, old key",
    "key 10 days old",
    r"permanent",
    [F],
    more=lambda b: {"answer": "400 ENCRYPTED_MESSAGE_INVALID", "perm_key_created": b.now - 864000},
)
one(
    "answer EMI, created in the future",
    "key made after the bind",
    r"",
    [F],
    more=lambda b: {"answer": "400 ENCRYPTED_MESSAGE_INVALID", "perm_key_created": b.now + 5000},
)
one("bound elsewhere", "bound_to another", r"bound", [F], more=lambda b: {"bound_to": b.num(kid(b.other))})
one("bound here", "bound_to this key: idempotent", r"", [F], more=lambda b: {"bound_to": b.num(kid(b.perm))})
one("answer bytes -404", "transport error's bytes", r"", [F], more={"answer": struct.pack("<i", -404)})
one(
    "answer bytes rpc_error",
    "bytes of rpc_error",
    r"",
    [F],
    more={"answer": bytes.fromhex("19ca4421") + i(400) + tl(b"EXPIRES_AT_INVALID")},
)
one(
    "answer bytes boolFalse",
    "bytes",
    r"",
    [F],
    more=lambda b: {"answer": bytes.fromhex("016d5cf3") + b.mid + bytes.fromhex("379779bc")},
)
one(
    "answer result for another msg",
    "rpc_result of another msg_id with boolTrue",
    r"",
    [F],
    more=lambda b: {"answer": bytes.fromhex("016d5cf3") + plus(b.mid, 64) + bytes.fromhex("b5757299")},
)
one("answer false object", "False", r"", [F], more={"answer": False})
one("answer 404 positive", "404", r"", [F], more={"answer": 404})

# ---------------------------------------------------------------- partly known
PART = [
    ("request",),
    ("encrypted_message",),
    ("request", "perm_key"),
    ("request", "temp_key"),
    ("packet",),
    ("packet", "temp_key"),
    ("packet", "perm_key"),
    ("encrypted_message", "perm_key"),
    ("encrypted_message", "perm_key", "msg_id"),
    ("request", "perm_key", "session_id"),
]
for n, names in enumerate(PART):
    one(
        f"part session wrong {n}",
        "inner session differs; known: " + ", ".join(names),
        r"",
        [names],
        sid_in=lambda b: b.other[:8],
    )
    one(
        f"part nonce wrong {n}",
        "inner nonce differs; known: " + ", ".join(names),
        r"",
        [names],
        nonce_in=lambda b: b.other[:8],
    )
    one(f"part healthy {n}", "nothing is wrong; known: " + ", ".join(names), r"", [names])


# ---------------------------------------------------------------- K. streams
def inter(*ps):
    return b"\xee" * 4 + b"".join(i(len(p)) + p for p in ps)


def abr(*ps):
    return b"\xef" + b"".join(
        (bytes([len(p) // 4]) if len(p) // 4 < 127 else b"\x7f" + i(len(p) // 4)[:3]) + p for p in ps
    )


def full(*ps):
    out = b""
    for n, p in enumerate(ps):
        h = i(len(p) + 12) + i(n) + p
        out += h + i(zlib.crc32(h))
    return out


def padded(*ps):
    return b"\xdd" * 4 + b"".join(i(len(p) + 5) + p + b"pad!!" for p in ps)


def obf(b, stream, tag=b"\xee" * 4):
    r = b.r
    while True:
        h = r.randbytes(64)
        if h[0] != 0xEF and h[:4] not in (b"HEAD", b"POST", b"GET ", b"\xee" * 4, b"\xdd" * 4) and h[4:8] != bytes(4):
            break
    h = h[:56] + tag + h[60:]
    c = Cipher(algorithms.AES(h[8:40]), modes.CTR(h[40:56])).encryptor()
    enc = c.update(h)
    return h[:56] + enc[56:] + c.update(stream[len(tag) if tag != b"\xef" * 4 else 1 :])


def req_pq(b):
    return bytes(8) + b.mid + i(20) + bytes.fromhex("f18e7ebe") + b.other[:16]


def stream(form, *makers):
    return lambda b: {"stream": form(b, *[m(b) for m in makers])}


SK = ("perm_key", "temp_key")
for nm, form in (
    ("intermediate", lambda b, *p: inter(*p)),
    ("abridged", lambda b, *p: abr(*p)),
    ("full", lambda b, *p: full(*p)),
    ("padded", lambda b, *p: padded(*p)),
    ("obfuscated", lambda b, *p: obf(b, inter(*p))),
    ("obf abridged", lambda b, *p: obf(b, abr(*p), b"\xef" * 4)),
    ("obf padded", lambda b, *p: obf(b, padded(*p), b"\xdd" * 4)),
):
    one(
        f"stream {nm} nonce",
        "inner nonce wrong in a stream",
        r"nonce",
        [SK],
        nonce_in=lambda b: b.other[:8],
        more=stream(form, req_pq, lambda b: b.step("packet")),
    )
    one(
        f"stream {nm} healthy",
        "healthy stream",
        r"",
        [SK],
        into=HEALTHY,
        more=stream(form, req_pq, lambda b: b.step("packet")),
    )
I_ = lambda b, *p: inter(*p)
one(
    "stream bad then good",
    "first bind has a wrong session, second is right",
    r"session",
    [SK],
    sid_in=lambda b: b.other[:8],
    more=stream(
        I_, lambda b: b.step("packet"), lambda b: sibling(b, 91, seq_out=3, mid=plus(b.mid, 2**33)).step("packet")
    ),
)
one(
    "stream good then bad",
    "first right, second with stale msg_id inside",
    r"msg_id",
    [SK],
    more=stream(
        I_,
        lambda b: b.step("packet"),
        lambda b: sibling(b, 92, seq_out=3, mid=plus(b.mid, 2**33), mid_in=lambda c: b.mid).step("packet"),
    ),
)
one(
    "stream retry same blob",
    "the second time with the old blob under a new msg_id",
    r"msg_id",
    [SK],
    more=stream(
        I_,
        lambda b: b.step("packet"),
        lambda b: sibling(b, 93, seq_out=3, mid=plus(b.mid, 2**33), req=lambda c: b.step("req")).step("packet"),
    ),
)
one(
    "stream two bad",
    "nonce wrong, then session wrong",
    r"nonce|session",
    [SK],
    nonce_in=lambda b: b.other[:8],
    more=stream(
        I_,
        lambda b: b.step("packet"),
        lambda b: sibling(b, 94, seq_out=3, mid=plus(b.mid, 2**33), sid_in=lambda c: c.other[:8]).step("packet"),
    ),
)
one(
    "stream cut",
    "stream cut inside the packet",
    r"",
    [SK],
    more=lambda b: {"stream": inter(req_pq(b), b.step("packet"))[:-40]},
)
one(
    "stream no bind",
    "only a ping under the temp key",
    r"",
    [SK],
    body=lambda b: ping(b),
    more=stream(I_, lambda b: b.step("packet")),
)
one(
    "stream other call first",
    "help.getConfig? no: messages.getDialogs before",
    r"",
    [SK],
    more=stream(
        I_,
        lambda b: sibling(b, 95, mid=plus(b.mid, -(2**33)), body=lambda c: bytes.fromhex("9a2a1d4d") + bytes(8)).step(
            "packet"
        ),
        lambda b: sibling(b, 96, seq_out=3, mid=b.mid).step("packet"),
    ),
)
one(
    "stream msg_id falls",
    "second message has a lower msg_id",
    r"msg_id",
    [SK],
    more=stream(
        I_,
        lambda b: sibling(b, 97, mid=plus(b.mid, 2**34), body=lambda c: ping(c)).step("packet"),
        lambda b: sibling(b, 98, seq_out=3, mid=b.mid).step("packet"),
    ),
)

# ---------------------------------------------------------------- look-alikes, extremes
one(
    "random128 zero, msg_key wrong",
    "sha1[0:16] with zero random",
    r"msg_key",
    [F],
    setup=lambda b: setattr(b, "rand", bytes(16)),
    mk=lambda b: sha1(b.step("env"))[:16],
)
one(
    "nonce equals session by chance, session wrong",
    "",
    r"session",
    [F],
    setup=lambda b: setattr(b, "nonce", b.sid),
    sid_in=lambda b: b.other[:8],
)
one(
    "palindromic ids",
    "session is a palindrome and inner nonce zero",
    r"nonce",
    [F],
    setup=lambda b: setattr(b, "sid", b.sid[:4] + b.sid[:4][::-1]),
    nonce_in=lambda b: bytes(8),
)
one("nonce zero out, not in", "request's nonce zero", r"nonce", [F, FP], nonce_out=lambda b: bytes(8))
one("expires swapped with low nonce", "exp_in = first four of nonce", r"expires_at", [F], exp_in=lambda b: b.nonce[:4])
one(
    "ambiguous inner session = nonce, both given equal",
    "nonce written as session: outer nonce = inner session",
    r"session",
    [FP],
    sid_in=lambda b: b.nonce,
)
one(
    "temp key leading zero, id of stripped",
    "id of the key without its leading zero",
    r"temp_auth_key_id",
    [F, FP],
    setup=lambda b: setattr(b, "temp", b"\0" + b.temp[1:]),
    tid_in=lambda b: kid(b.temp[1:]),
)
one(
    "perm key leading zero stripped in kdf",
    "schedule from 255 bytes",
    r"zero|schedule|sha1_|key",
    [F, FP],
    setup=lambda b: setattr(b, "perm", b"\0" + b.perm[1:]),
    kiv=lambda b: v1(b.perm[1:], b.step("mk")),
)
one(
    "perm key two leading zeros, id of stripped everywhere",
    "ids of stripped key",
    r"perm_auth_key_id|auth_key_id",
    [F, FP],
    setup=lambda b: setattr(b, "perm", b"\0\0" + b.perm[2:]),
    pid_in=lambda b: kid(b.perm[2:]),
    pid_out=lambda b: kid(b.perm[2:]),
    pid_em=lambda b: kid(b.perm[2:]),
)
one(
    "perm key trailing zero stripped",
    "rstrip: ids of rstripped",
    r"perm_auth_key_id|auth_key_id|key",
    [F],
    setup=lambda b: setattr(b, "perm", b.perm[:-1] + b"\0"),
    pid_in=lambda b: kid(b.perm[:-1]),
    pid_out=lambda b: kid(b.perm[:-1]),
    pid_em=lambda b: kid(b.perm[:-1]),
)
one(
    "java signed nonce upper",
    "sign extension of each byte",
    r"nonce",
    [F],
    nonce_in=lambda b: bytes(c if c < 128 else 255 for c in b.nonce),
)
one("nonce utf8", "nonce through utf-8 replaced", r"nonce|length|inner", [F], nonce_in=lambda b: repl(b.nonce))
one("nonce ascii hex", "first 8 hex letters", r"nonce", [F], nonce_in=lambda b: b.nonce.hex()[:8].encode())
one(
    "session as double",
    "session as IEEE double",
    r"session",
    [F],
    sid_in=lambda b: struct.pack("<d", float(b.num(b.sid))),
)
one(
    "msg_id as double", "msg_id as IEEE double", r"msg_id", [F], mid_in=lambda b: struct.pack("<d", float(b.num(b.mid)))
)
one("exp in varint", "protobuf varint", r"expires_at|length|inner", [F], exp_in=lambda b: _varint(b.exp))


# ---------------------------------------------------------------- several mistakes
def two(name, truth, oks, *dicts, level=F, more=None):
    hk = {}
    for d in dicts:
        hk.update(d)
    one(name, truth, "|".join(oks), [level], into=DOUBLES, more=more, **hk)
    DOUBLES[-1]["all"] = oks


M2 = [
    ("nonce fresh", r"nonce", dict(nonce_in=lambda b: b.other[:8])),
    ("session reversed", r"session", dict(sid_in=lambda b: b.sid[::-1])),
    ("seqno 1", r"seqno", dict(seq_in=lambda b: i(1))),
    ("length 48", r"length", dict(len_in=lambda b: i(48))),
    ("temp id aux", r"temp_auth_key_id", dict(tid_in=lambda b: sha1(b.temp)[:8])),
    ("perm id reversed in", r"perm_auth_key_id", dict(pid_in=lambda b: kid(b.perm)[::-1])),
    ("expires +1", r"expires_at", dict(exp_in=lambda b: i(b.exp + 1))),
    ("msg_id older", r"msg_id", dict(mid_in=lambda b: plus(b.mid, -4))),
    ("ctor", r"constructor", dict(ctor_in=lambda b: bytes.fromhex("75a3f765"))),
    ("msg_key padded", r"msg_key", dict(mk=lambda b: sha1(b.step("padded"))[4:20])),
    ("x=8", r"ciphertext|sha1|x = 8", dict(kiv=K["x=8"])),
    ("iv halves", r"iv|ciphertext", dict(kiv=K["iv halves"])),
    ("cbc", r"cbc|CBC|ciphertext", dict(ct=mode(C["cbc"]))),
    ("prefix temp", r"encrypted_message", dict(pid_em=lambda b: kid(b.temp))),
    ("request nonce 4+4", r"nonce", dict(nonce_out=lambda b: words(b.nonce))),
    ("field long", r"encrypted_message|length|bytes", dict(field=lambda b: tl(b.step("em"), long=True))),
    ("random 8", r"random", dict(rand16=lambda b: b.rand[:8])),
    (
        "padding 24",
        r"padding|size|encrypted_message",
        dict(padded=lambda b: b.step("env") + (b.pad * 9)[: (-len(b.step("env")) % 16) + 16]),
    ),
]
_k = 0
for a in range(len(M2)):
    for c in range(a + 1, len(M2)):
        if set(M2[a][2]) & set(M2[c][2]):
            continue
        _k += 1
        if _k % 2:
            two(
                f"two {M2[a][0]} + {M2[c][0]}", "", [M2[a][1], M2[c][1]], M2[a][2], M2[c][2], level=(F, FP)[_k // 2 % 2]
            )
for a, c, d in (
    (0, 2, 6),
    (1, 9, 13),
    (0, 10, 9),
    (3, 2, 8),
    (4, 5, 7),
    (16, 9, 10),
    (0, 12, 13),
    (6, 11, 17),
    (7, 15, 14),
    (1, 9, 12),
    (2, 10, 15),
    (8, 11, 13),
):
    two(f"three {M2[a][0]} + {M2[c][0]} + {M2[d][0]}", "", [M2[a][1], M2[c][1], M2[d][1]], M2[a][2], M2[c][2], M2[d][2])

# ---------------------------------------------------------------- healthy
H = dict(into=HEALTHY)
one("plain", "", "", [F, FP, FE, FRP] * 2, **H)
one("random zero", "", "", [F, FP], setup=lambda b: setattr(b, "rand", bytes(16)), **H)
one("random ff", "", "", [F], setup=lambda b: setattr(b, "rand", b"\xff" * 16), **H)
one("random ascending", "", "", [F], setup=lambda b: setattr(b, "rand", bytes(range(16))), **H)
one("random = salt+session", "", "", [F, FP], setup=lambda b: setattr(b, "rand", b.salt + b.sid), **H)
one("random = nonce twice", "", "", [F], setup=lambda b: setattr(b, "rand", b.nonce * 2), **H)
one("random = ids", "", "", [F], setup=lambda b: setattr(b, "rand", kid(b.perm) + kid(b.temp)), **H)
one(
    "random = a constructor",
    "",
    "",
    [F],
    setup=lambda b: setattr(b, "rand", bytes.fromhex("65f7a375052ad4cd65f7a375052ad4cd")),
    **H,
)
one("padding zero", "", "", [F, FP], setup=lambda b: setattr(b, "pad", bytes(8)), **H)
one("padding pkcs", "", "", [F], setup=lambda b: setattr(b, "pad", b"\x08" * 8), **H)
one("nonce zero", "", "", [F, FP], setup=lambda b: setattr(b, "nonce", bytes(8)), **H)
one("nonce = session", "", "", [F, FP], setup=lambda b: setattr(b, "nonce", b.sid), **H)
one("nonce = msg_id", "", "", [F], setup=lambda b: setattr(b, "nonce", b.mid), **H)
one("nonce palindrome", "", "", [F], setup=lambda b: setattr(b, "nonce", b.nonce[:4] + b.nonce[:4][::-1]), **H)
one("session one", "", "", [F, FP], setup=lambda b: setattr(b, "sid", q(1)), **H)
one("session 40", "", "", [F], setup=lambda b: setattr(b, "sid", q(40)), **H)
one("session = temp id", "", "", [F], setup=lambda b: setattr(b, "sid", kid(b.temp)), **H)
one(
    "keys with leading zero",
    "",
    "",
    [F, FP],
    setup=lambda b: (setattr(b, "perm", b"\0" + b.perm[1:]), setattr(b, "temp", b"\0\0" + b.temp[2:])),
    **H,
)
one(
    "keys with trailing zero",
    "",
    "",
    [F],
    setup=lambda b: (setattr(b, "perm", b.perm[:-1] + b"\0"), setattr(b, "temp", b.temp[:-2] + b"\0\0")),
    **H,
)
one("key of ascii letters", "", "", [F], setup=lambda b: setattr(b, "perm", bytes(65 + c % 26 for c in b.perm)), **H)
one("key of hex letters", "", "", [F], setup=lambda b: setattr(b, "perm", b.perm[:128].hex().encode()), **H)
one("expires 60 s", "", "", [F], setup=lambda b: setattr(b, "exp", b.now + 61), **H)
one(
    "expires promise + 30",
    "",
    "",
    [F],
    setup=lambda b: setattr(b, "exp", b.now + 86430),
    more=lambda b: {"key_expires_at": b.now + 86400},
    **H,
)
one(
    "expires before promise",
    "",
    "",
    [F],
    setup=lambda b: setattr(b, "exp", b.now + 3600),
    more=lambda b: {"key_expires_at": b.now + 86400},
    **H,
)
one(
    "container own msg_id",
    "",
    "",
    [FP, FRP],
    mid_out=lambda b: plus(b.mid, 8),
    seqno_out=lambda b: i(4),
    body=lambda b: container(b, (b.mid, 1, b.step("req")), (plus(b.mid, 4), 3, ping(b))),
    **H,
)
one(
    "container second place",
    "",
    "",
    [FP],
    mid_out=lambda b: plus(b.mid, 8),
    seqno_out=lambda b: i(4),
    body=lambda b: container(b, (plus(b.mid, -4), 1, ping(b)), (b.mid, 3, b.step("req"))),
    **H,
)
one("wrapped", "", "", [FP], body=lambda b: wrap(b, b.step("req")), **H)
one("gzip", "", "", [FP], body=lambda b: gz(b.step("req")), **H)
one("zlib", "", "", [FP], body=lambda b: gz(b.step("req"), True), **H)
one(
    "wrapped gzip in container",
    "",
    "",
    [FP],
    mid_out=lambda b: plus(b.mid, 8),
    seqno_out=lambda b: i(4),
    body=lambda b: container(b, (b.mid, 1, wrap(b, gz(b.step("req")))), (plus(b.mid, 4), 3, ping(b))),
    **H,
)
one("withoutUpdates", "", "", [FP], body=lambda b: bytes.fromhex("b75994bf") + b.step("req"), **H)
one("outer padding long", "", "", [FP], opadding=lambda b: (b.opad * 100)[: 12 + 160], **H)
one("seqno 7", "", "", [FP], seq_out=7, **H)
one("msg_id low word small", "", "", [F, FP], setup=lambda b: setattr(b, "mid", q((b.now << 32) | 4)), **H)
one("clock -200 s", "", "", [FP], setup=lambda b: setattr(b, "mid", plus(b.mid, -(200 << 32))), **H)
one("answer true", "", "", [F, FP], more={"answer": "boolTrue"}, **H)
one(
    "answer bytes true",
    "",
    "",
    [F],
    more=lambda b: {"answer": bytes.fromhex("016d5cf3") + b.mid + bytes.fromhex("b5757299")},
    **H,
)
one("answer True", "", "", [F], more={"answer": True}, **H)
one("bound to the same", "", "", [F], more=lambda b: {"bound_to": b.num(kid(b.perm))}, **H)
one(
    "unsigned ids",
    "",
    "",
    [F],
    more=lambda b: {"session_id": struct.unpack("<Q", b.sid)[0], "msg_id": struct.unpack("<Q", b.mid)[0]},
    **H,
)
one("other keys", "", "", [F], more=lambda b: {"other_keys": [b.other, b.other[::-1]]}, **H)
one(
    "stream retry right",
    "the second is a right rebuild",
    "",
    [SK],
    into=HEALTHY,
    more=stream(
        I_, lambda b: b.step("packet"), lambda b: sibling(b, 99, seq_out=3, mid=plus(b.mid, 2**33)).step("packet")
    ),
)
one(
    "stream same message resent",
    "the same message again after bad_server_salt",
    "",
    [SK],
    into=HEALTHY,
    more=stream(
        I_,
        lambda b: b.step("packet"),
        lambda b: sibling(b, 99, mid=b.mid, salt=b.other[:8], req=lambda c: b.step("req")).step("packet"),
    ),
)
