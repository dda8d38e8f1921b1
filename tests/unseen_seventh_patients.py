"""The patients of a seventh author, who thought of languages: what C++, Rust, Go, JavaScript, Java, Swift, C#, PHP and Python
make of bytes, numbers and buffers. Singles with what names them, doubles, healthy ones, and answers to right bytes."""

# ruff: noqa
# mypy: ignore-errors

import base64
from unseen_seventh_client import *
S = []   # (name, truth regex on "name | sentence | paths", build overrides, options)
EMI = "400 ENCRYPTED_MESSAGE_INVALID"
def add(name, truth, answer=EMI, how=None, extra=None, prep=None, **over):
    S.append(dict(name=name, truth=truth, answer=answer, how=how, extra=extra or {}, prep=prep, over=over))
rev = lambda f: (lambda s: getattr(s, f)[::-1])
def of(f, fn): return lambda s: fn(getattr(s, f))
def mut(fn):
    return lambda s: fn(s)
def dbl(b): return i8(int(float(sg(b))))
def udbl(b): return i8(int(float(n(b))))
def javashift(b):
    v = 0
    for i, x in enumerate(b):
        sb = x - 256 if x > 127 else x
        t = (sb << (8 * i % 32)) & 0xFFFFFFFF
        v |= t - (1 << 32) if t >> 31 else t
    return i8(v)
def javasign(b):
    v = 0
    for i, x in enumerate(b):
        v |= (x - 256 if x > 127 else x) << (8 * i)
    return i8(v)
def javaadd(b):
    v = 0
    for i, x in enumerate(b):
        v += (x - 256 if x > 127 else x) << (8 * i)
    return i8(v)
LONGS = {
    "big-endian": lambda b: b[::-1],
    "zero": lambda b: bytes(8),
    "plus one": lambda b: i8(n(b) + 1),
    "lost low bits of a double": dbl,
    "low 32 bits, sign kept": lambda b: i8(n(b[:4]) - (1 << 32) if b[3] > 127 else n(b[:4])),
    "low 32 bits": lambda b: b[:4] + bytes(4),
    "high 32 bits only": lambda b: bytes(4) + b[4:],
    "halves changed": lambda b: b[4:] + b[:4],
    "low half twice (JS >> 32)": lambda b: b[:4] * 2,
    "each half turned (two BE ints)": lambda b: b[:4][::-1] + b[4:][::-1],
    "top bit cleared": lambda b: b[:7] + bytes([b[7] ^ 0x80 & b[7]]),
    "abs": lambda b: i8(abs(sg(b))),
    "Java int shift wraps": javashift,
    "Java sign of each byte": javasign,
    "low bits cleared to 4": lambda b: i8(n(b) & ~3),
    "negated": lambda b: i8(-sg(b)),
    "16-bit swapped": lambda b: b"".join(b[i:i + 2][::-1] for i in range(0, 8, 2)),
    "saturated": lambda b: i8((1 << 63) - 1),
    "ascii digits": lambda b: str(sg(b)).encode()[:8],
    "ascii hex": lambda b: b.hex().encode()[:8],
}
PATH = {"i_nonce": "nonce", "i_temp": "temp_auth_key_id", "i_perm": "perm_auth_key_id", "i_sess": "session", "i_msg_id": "msg_id"}
for f, src in (("i_nonce", "nonce"), ("i_temp", "temp_id"), ("i_perm", "perm_id"), ("i_sess", "sess"), ("i_msg_id", "msg_id")):
    for nm, fn in LONGS.items():
        if f == "i_msg_id" and nm in ("low bits cleared to 4", "abs", "top bit cleared"): continue
        add(f"{f} {nm}", PATH[f], **{f: of(src, fn)})
# the same slip on both sides (request and inner), for perm id
for nm in ("big-endian", "halves changed", "lost low bits of a double", "low 32 bits, sign kept", "zero", "low half twice (JS >> 32)"):
    fn = LONGS[nm]
    add(f"perm_id everywhere {nm}", "perm_auth_key_id|auth_key_id", perm_id=lambda s, fn=fn: fn(h1(s.ak)[12:20]))
    add(f"request perm {nm}", "perm_auth_key_id", r_perm=of("perm_id", fn))
    add(f"front perm {nm}", "perm_auth_key_id|auth_key_id", em_id=of("perm_id", fn))
    add(f"request nonce {nm}", "nonce", r_nonce=of("nonce", fn))
for nm, fn in {"first eight of sha1": lambda k: h1(k)[:8], "middle eight": lambda k: h1(k)[6:14], "4..12": lambda k: h1(k)[4:12],
               "of sha256 end": lambda k: h256(k)[-8:], "sha256 12..20": lambda k: h256(k)[12:20], "sha256 first": lambda k: h256(k)[:8],
               "of md5 end": lambda k: md5(k).digest()[-8:],
               "of the hex text": lambda k: h1(k.hex().encode())[12:20], "of the reversed key": lambda k: h1(k[::-1])[12:20],
               "with TL head": lambda k: h1(tl(k))[12:20], "of 257 bytes (sign byte)": lambda k: h1(b"\0" + k)[12:20],
               "of the first 128": lambda k: h1(k[:128])[12:20], "base64 text": lambda k: h1(base64.b64encode(k))[12:20],
               "hex digest tail": lambda k: sha1(k).hexdigest()[-8:].encode(), "hash of the hash": lambda k: h1(h1(k))[12:20],
               "hash of 255": lambda k: h1(k[1:])[12:20], "sha1 as BE number low 64": lambda k: h1(k)[12:20][::-1],
               "HEX uppercase text": lambda k: h1(k.hex().upper().encode())[12:20]}.items():
    add(f"temp id {nm}", "temp_auth_key_id|auth_key_id", i_temp=of("tk", fn))
    add(f"perm id inner {nm}", "perm_auth_key_id|auth_key_id", i_perm=of("ak", fn))
    add(f"perm id everywhere {nm}", "perm_auth_key_id|auth_key_id", perm_id=of("ak", fn))
add("temp id is perm id", "temp_auth_key_id", i_temp=of("perm_id", bytes))
add("perm id is temp id", "perm_auth_key_id", i_perm=of("temp_id", bytes))
add("ids swapped inside", "temp_auth_key_id|perm_auth_key_id", i_perm=of("temp_id", bytes), i_temp=of("perm_id", bytes))
add("session is random128's second half", "session", i_sess=lambda s: s.rand16[8:])
add("session is the permanent connection's", "session", i_sess=lambda s: s.r.randbytes(8))
add("session is the salt", "session", i_sess=of("salt", bytes))
add("session is temp id", "session", i_sess=of("temp_id", bytes))
add("session is the nonce", "session", i_sess=of("nonce", bytes))
add("nonce drawn twice", "nonce", i_nonce=lambda s: s.r.randbytes(8))
add("nonce is msg_id inside", "nonce", i_nonce=of("msg_id", bytes))
add("nonce and session swapped inside", "nonce|session", i_nonce=of("sess", bytes), i_sess=of("nonce", bytes))
add("msg_id drawn again", "msg_id", i_msg_id=lambda s: i8(n(s.msg_id) + 4 * s.r.randrange(1, 1 << 22)))
add("msg_id of the previous message", "msg_id", i_msg_id=lambda s: i8(n(s.msg_id) - (3 << 32)))
add("msg_id in seconds", "msg_id", i_msg_id=lambda s: i8(s.now))
add("msg_id in ms", "msg_id", i_msg_id=lambda s: i8(s.now * 1000))
add("msg_id from ms * 2^32", "msg_id", i_msg_id=lambda s: i8(s.now * 1000 << 32))
add("msg_id random", "msg_id", i_msg_id=lambda s: s.r.randbytes(8))
add("msg_id is session", "msg_id", i_msg_id=of("sess", bytes))
add("msg_id without the fraction", "msg_id", i_msg_id=lambda s: i8(s.now << 32))
add("msg_id with server bits", "msg_id", i_msg_id=lambda s: i8(n(s.msg_id) | 1))
for nm, v in {"outer's": i4(1), "two": i4(2), "BE one": i4(1)[::-1], "minus one": i4(-1), "3": i4(3)}.items():
    add(f"inner seqno {nm}", "seqno", i_seq=v)
for nm, v in {"72": i4(72), "80": i4(80), "36": i4(36), "44": i4(44), "48": i4(48), "56": i4(56), "BE": i4(40)[::-1], "0": i4(0), "10 words": i4(10),
              "104": i4(104), "132": i4(132), "320 bits": i4(320), "short": b"\x28\0", "long": i8(40), "1": i4(1)}.items():
    add(f"inner length {nm}", "length", i_len=v)
add("seqno and length swapped", "seqno|length", i_seq=i4(40), i_len=i4(0))
for nm, v in {"BE": CT[::-1], "the request's": REQ, "the request's BE": REQ[::-1], "missing": b"", "zero": bytes(4), "0x75a3f756 typo": bytes.fromhex("56f7a375"),
              "as long": CT + bytes(4), "message": bytes.fromhex("b8955b5b"), "p_q_inner_data_temp_dc": bytes.fromhex("88dffd56"),
              "client_DH_inner_data": bytes.fromhex("54b64366"), "hex text": b"75a3f765", "half words turned": bytes.fromhex("a37565f7")}.items():
    add(f"constructor {nm}", "constructor", i_ctor=v)
for nm, fn in {"BE": lambda b: b[::-1], "plus 1": lambda b: i4(n(b) + 1), "minus 30": lambda b: i4(n(b) - 30), "zero": lambda b: bytes(4),
               "8 wide": lambda b: b + bytes(4), "8 wide BE": lambda b: bytes(4) + b[::-1], "duration": lambda b: i4(86400), "in ms": lambda b: i4(n(b) * 1000),
               "ms 8 wide": lambda b: i8(n(b) * 1000), "double": lambda b: struct.pack("<d", n(b)), "float": lambda b: struct.pack("<f", n(b)),
               "text": lambda b: str(n(b)).encode(), "now": lambda b: i4(n(b) - 86400), "3 h off": lambda b: i4(n(b) + 10800), "2 wide": lambda b: b[:2]}.items():
    add(f"inner expires {nm}", "expires_at", i_exp=of("exp", fn))
    if nm in ("BE", "plus 1", "8 wide", "ms 8 wide", "zero", "duration", "in ms", "float", "now", "3 h off"):
        add(f"request expires {nm}", "expires_at", r_exp=of("exp", fn), answer="EXPIRES_AT_INVALID" if nm in ("duration", "now", "zero") else EMI)
# expires_at the same on both sides, but a wrong time
for nm, fn in {"ms": lambda s: i4(s.now * 1000), "duration": lambda s: i4(86400), "past": lambda s: i4(s.now - 3600), "now": lambda s: i4(s.now), "zero": lambda s: bytes(4),
               "minus 1": lambda s: i4(-1), "max": lambda s: i4(2**31 - 1), "year": lambda s: i4(s.now + 31536000), "30 days": lambda s: i4(s.now + 30 * 86400), "BE": lambda s: i4(s.now + 86400)[::-1],
               "local -5h": lambda s: i4(s.now - 5 * 3600 + 3600), "float": lambda s: struct.pack("<f", s.now + 86400), "us": lambda s: i4(s.now * 1000000), "2001 epoch": lambda s: i4(s.now + 86400 - 978307200),
               "doubled": lambda s: i4(2 * (s.now + 86400)), "minutes": lambda s: i4((s.now + 86400) // 60), "ns": lambda s: i4((s.now + 86400) * 10**9),
               "days": lambda s: i4(20800), "2000 epoch": lambda s: i4(s.now + 86400 - 946684800), "1900 epoch": lambda s: i4(s.now + 86400 + 2208988800),
               "ticks": lambda s: i4((s.now + 62135596800) * 10**7), "ended a second ago": lambda s: i4(s.now - 1)}.items():
    add(f"expires both {nm}", "expires_at", answer="400 EXPIRES_AT_INVALID", exp=fn, extra=dict(key_expires_at=lambda s: s.now + 86390))
# layout of the inner message
P = "inner|plaintext|order|field"
def inner_of(order): return lambda s: b"".join(getattr(s, "i_" + f) for f in order.split())
for nm, o in {"request's order": "ctor perm nonce exp temp sess", "perm before temp": "ctor nonce perm temp sess exp", "alphabetical": "ctor exp nonce perm sess temp", "expires first": "ctor exp nonce temp perm sess",
              "session before ids": "ctor nonce sess temp perm exp", "nonce last": "ctor temp perm sess exp nonce", "ctor last": "nonce temp perm sess exp ctor", "no nonce": "ctor temp perm sess exp", "no session": "ctor nonce temp perm exp",
              "no temp": "ctor nonce perm sess exp", "no perm": "ctor nonce temp sess exp", "no exp": "ctor nonce temp perm sess", "nonce twice": "ctor nonce nonce temp perm sess exp", "exp twice": "ctor nonce temp perm sess exp exp", "session and expires swapped": "ctor nonce temp perm exp sess",
              "session before perm": "ctor nonce temp sess perm exp"}.items():
    t = P if not nm.startswith("no ") else {"no nonce": "nonce", "no session": "session", "no temp": "temp_auth_key_id", "no perm": "perm_auth_key_id", "no exp": "expires_at"}[nm]
    add(f"inner {nm}", t + "|before|turned|swap", inner=inner_of(o))
    add(f"inner {nm}, length 40 claimed", t + "|before|turned|swap", inner=inner_of(o), i_len=i4(40)) if len(o.split()) != 6 else None
add("inner struct padding", "inner|padding|struct|alig|nonce|constructor", inner=lambda s: s.i_ctor + bytes(4) + s.i_nonce + s.i_temp + s.i_perm + s.i_sess + s.i_exp + bytes(4))
add("inner struct padding at the end", "inner|padding|struct|expires|length", inner=lambda s: s.i_ctor + s.i_nonce + s.i_temp + s.i_perm + s.i_sess + s.i_exp + bytes(4))
add("inner as TL bytes", "inner|TL|string", inner=lambda s: tl(s.i_ctor + s.i_nonce + s.i_temp + s.i_perm + s.i_sess + s.i_exp))
add("inner flags", "inner|flags|four|4", inner=lambda s: s.i_ctor + bytes(4) + s.i_nonce + s.i_temp + s.i_perm + s.i_sess + s.i_exp)
add("inner reversed", "inner|turned|revers", inner=lambda s: (s.i_ctor + s.i_nonce + s.i_temp + s.i_perm + s.i_sess + s.i_exp)[::-1])
add("inner hex text", "inner|hex", inner=lambda s: (s.i_ctor + s.i_nonce + s.i_temp + s.i_perm + s.i_sess + s.i_exp).hex().encode())
add("inner base64 text", "inner|base64", inner=lambda s: base64.b64encode(s.i_ctor + s.i_nonce + s.i_temp + s.i_perm + s.i_sess + s.i_exp))
add("inner utf-8", "inner|utf", inner=lambda s: (s.i_ctor + s.i_nonce + s.i_temp + s.i_perm + s.i_sess + s.i_exp).decode("latin1").encode())
add("inner in invokeWithLayer", "inner|invoke|constructor", inner=lambda s: bytes.fromhex("0d0d9bda") + i4(195) + s.i_ctor + s.i_nonce + s.i_temp + s.i_perm + s.i_sess + s.i_exp)
add("inner gzip", "gzip", inner=lambda s: bytes.fromhex("a1cf7230") + tl(gzip.compress(s.i_ctor + s.i_nonce + s.i_temp + s.i_perm + s.i_sess + s.i_exp, mtime=0)))
add("inner is the request fields", "inner|request|constructor", inner=lambda s: REQ + s.perm_id + s.nonce + s.exp)
add("inner in a container", "container|inner|constructor", inner=lambda s: bytes.fromhex("dcf8f173") + i4(1) + s.msg_id + i4(1) + i4(40) + s.i_ctor + s.i_nonce + s.i_temp + s.i_perm + s.i_sess + s.i_exp)
add("inner all zero", "inner|zero|constructor", inner=lambda s: bytes(40))
add("inner JSON", "inner|JSON|constructor", inner=lambda s: b'{"nonce":1,"expires_at":12345,"t":"abcd"}'[:40])
add("inner longs BE all", "big|turned|order|endian", i_nonce=rev("nonce"), i_temp=rev("temp_id"), i_perm=rev("perm_id"), i_sess=rev("sess"))
add("inner everything BE", "big|turned|order|endian", i_nonce=rev("nonce"), i_temp=rev("temp_id"), i_perm=rev("perm_id"), i_sess=rev("sess"), i_exp=rev("exp"), i_ctor=CT[::-1], i_msg_id=rev("msg_id"), i_len=i4(40)[::-1])
# envelope
E = "envelope|random|plaintext|msg_id|bytes"
add("no random128", "random|missing|16", rand16=b"")
add("random of 8", "random|eight|8", rand16=lambda s: s.r.randbytes(8))
add("random of 32", "random|32|16", rand16=lambda s: s.r.randbytes(32))
add("random of 15", "random|byte", rand16=lambda s: s.r.randbytes(15))
add("random of 12", "random|byte", rand16=lambda s: s.r.randbytes(12))
add("random as hex", "random|16|hex", rand16=lambda s: s.r.randbytes(16).hex().encode())
add("random behind msg_id", "random|msg_id|order|stand", envelope=lambda s: s.i_msg_id + s.rand16 + i4(0) + i4(40) + s.inner)
add("random at the end", "random|msg_id|order|stand|missing", envelope=lambda s: s.i_msg_id + i4(0) + i4(40) + s.inner + s.rand16)
add("no seqno", "seqno|missing", i_seq=b"")
add("no length", "length|missing", i_len=b"")
add("no seqno no length", "seqno|length|missing", i_seq=b"", i_len=b"")
add("no msg_id", "msg_id|missing", i_msg_id=b"")
add("length before seqno", "seqno|length|order", envelope=lambda s: s.rand16 + s.i_msg_id + i4(40) + i4(0) + s.inner)
add("seqno before msg_id", "seqno|msg_id|order", envelope=lambda s: s.rand16 + i4(0) + s.i_msg_id + i4(40) + s.inner)
add("seqno 8 wide", "seqno|four|wide", i_seq=bytes(8))
add("plain inner only", "envelope|random|header|missing|inner", envelope=lambda s: s.inner)
add("unencrypted header", "envelope|header|random|message|missing|auth_key_id", envelope=lambda s: bytes(8) + s.i_msg_id + i4(40) + s.inner)
add("real salt and session: healthy?", None, rand16=lambda s: s.salt + s.sess, answer="true")
add("TL bytes in the envelope", "TL|length|inner|bytes", envelope=lambda s: s.rand16 + s.i_msg_id + i4(0) + tl(s.inner))
# hash
H = "msg_key"
for nm, fn in {"first 16": lambda s: h1(s.envelope)[:16], "2..18": lambda s: h1(s.envelope)[2:18], "8..20 + 4 zero": lambda s: h1(s.envelope)[8:20] + bytes(4), "over padding": lambda s: h1(s.padded)[4:20],
               "over padding first 16": lambda s: h1(s.padded)[:16], "sha256 first 16": lambda s: h256(s.envelope)[:16], "sha256 last 16": lambda s: h256(s.envelope)[16:], "sha256 8..24": lambda s: h256(s.envelope)[8:24],
               "sha256 4..20": lambda s: h256(s.envelope)[4:20], "sha256 8..24 padded": lambda s: h256(s.padded)[8:24], "md5": lambda s: md5(s.envelope).digest(), "md5 padded": lambda s: md5(s.padded).digest(),
               "v2": lambda s: h256(s.ak[88:120] + s.padded)[8:24], "v2 no padding": lambda s: h256(s.ak[88:120] + s.envelope)[8:24], "v2 x=8": lambda s: h256(s.ak[96:128] + s.padded)[8:24], "v2 temp key": lambda s: h256(s.tk[88:120] + s.padded)[8:24],
               "v2 sha1": lambda s: h1(s.ak[88:120] + s.padded)[4:20], "sha1 of key+plain": lambda s: h1(s.ak + s.envelope)[4:20], "inner only": lambda s: h1(s.inner)[4:20], "header and inner": lambda s: h1(s.envelope[16:])[4:20],
               "msg_id onwards padded": lambda s: h1(s.envelope[16:] + s.pad)[4:20], "body and padding": lambda s: h1(s.inner + s.pad)[4:20], "reversed": lambda s: h1(s.envelope)[4:20][::-1], "first 16 reversed": lambda s: h1(s.envelope)[::-1][:16],
               "hex text": lambda s: sha1(s.envelope).hexdigest()[4:20].encode(), "hex text 8": lambda s: sha1(s.envelope).hexdigest()[8:24].encode(), "of the hex": lambda s: h1(s.envelope.hex().encode())[4:20],
               "double sha1": lambda s: h1(h1(s.envelope))[4:20], "hmac": lambda s: hmac.digest(s.ak, s.envelope, "sha1")[4:20], "hmac temp": lambda s: hmac.digest(s.tk, s.envelope, "sha1")[4:20], "hmac sha256": lambda s: hmac.digest(s.ak, s.envelope, "sha256")[8:24], "sha512": lambda s: sha512(s.envelope).digest()[:16],
               "zero": lambda s: bytes(16), "random": lambda s: s.r.randbytes(16), "20 bytes whole": lambda s: h1(s.envelope), "1..17": lambda s: h1(s.envelope)[1:17], "3..19": lambda s: h1(s.envelope)[3:19], "length 73": lambda s: h1(s.padded[:73])[4:20],
               "71 bytes": lambda s: h1(s.envelope[:71])[4:20], "64 bytes": lambda s: h1(s.envelope[:64])[4:20], "zero padded hash": lambda s: h1(s.envelope + bytes(8))[4:20], "words turned": lambda s: b"".join(h1(s.envelope)[4:20][i:i + 4][::-1] for i in range(0, 16, 4)),
               "of utf-8": lambda s: h1(s.envelope.decode("latin1").encode())[4:20], "of base64": lambda s: h1(base64.b64encode(s.envelope))[4:20], "sha256 of key part 0": lambda s: h256(s.ak[:32] + s.padded)[8:24], "sha3": lambda s: __import__("hashlib").sha3_256(s.envelope).digest()[8:24],
               "sha224": lambda s: __import__("hashlib").sha224(s.envelope).digest()[4:20], "without random (56)": lambda s: h1(bytes(16) + s.envelope[16:])[4:20], "salt and session": lambda s: h1(s.salt + s.sess + s.envelope[16:])[4:20], "crc of it": lambda s: i4(zlib.crc32(s.envelope)) * 4,
               "over first 32": lambda s: h1(s.envelope[:32])[4:20], "other padding": lambda s: h1(s.envelope + s.r.randbytes(8))[4:20], "hash of request": lambda s: h1(s.perm_id + s.nonce + s.exp)[4:20], "length first": lambda s: h1(i4(72) + s.envelope)[4:20]}.items():
    add(f"msg_key {nm}", H, msg_key=fn)
add("msg_key kdf right, sent first 16", H, em=lambda s: s.em_id + h1(s.envelope)[:16] + s.ct)
add("kdf with first 16, sent right", "key|msg_key|sha1", k_mk=lambda s: h1(s.envelope)[:16])
add("kdf with 20 byte hash", "key|msg_key|sha1", k_mk=lambda s: h1(s.envelope))
add("kdf with padded hash", "key|msg_key|sha1", k_mk=lambda s: h1(s.padded)[4:20])
add("kdf with reversed msg_key", "key|msg_key|sha1", k_mk=lambda s: s.msg_key[::-1])
add("kdf with hex msg_key", "key|msg_key|sha1|hex", k_mk=lambda s: s.msg_key.hex().encode())
add("sent msg_key reversed", H, em=lambda s: s.em_id + s.msg_key[::-1] + s.ct)
add("sent 20-byte hash", H, em=lambda s: s.em_id + h1(s.envelope) + s.ct)
# kdf
K = "aes_key|aes_iv|key|sha1_|schedule|derivation|MTProto"
add("x 8", "x = 8|x=8|server|8", x=8)
for x in (4, 16, 32, 64, 128, 1): add(f"x {x}", K, x=x)
add("kdf v2", "v2|2.0", key=lambda s: kdf2(s.ak, s.msg_key)[0], iv=lambda s: kdf2(s.ak, s.msg_key)[1])
add("kdf v2 x 8", "v2|2.0", key=lambda s: kdf2(s.ak, s.msg_key, 8)[0], iv=lambda s: kdf2(s.ak, s.msg_key, 8)[1])
add("whole v2", "v2|2.0", msg_key=lambda s: h256(s.ak[88:120] + s.padded)[8:24], key=lambda s: kdf2(s.ak, s.msg_key)[0], iv=lambda s: kdf2(s.ak, s.msg_key)[1], pad=lambda s: s.r.randbytes(24))
add("whole v2 pad 8", "v2|2.0", msg_key=lambda s: h256(s.ak[88:120] + s.padded)[8:24], key=lambda s: kdf2(s.ak, s.msg_key)[0], iv=lambda s: kdf2(s.ak, s.msg_key)[1])
add("whole v2 40 pad", "v2|2.0", msg_key=lambda s: h256(s.ak[88:120] + s.padded)[8:24], key=lambda s: kdf2(s.ak, s.msg_key)[0], iv=lambda s: kdf2(s.ak, s.msg_key)[1], pad=lambda s: s.r.randbytes(40))
add("v2 key, v1 iv", K, key=lambda s: kdf2(s.ak, s.msg_key)[0])
add("v1 key, v2 iv", K, iv=lambda s: kdf2(s.ak, s.msg_key)[1])
for nm, fn in {"temp key": lambda s: s.tk, "last 128": lambda s: s.ak[128:], "reversed": lambda s: s.ak[::-1], "hex": lambda s: s.ak.hex().encode(), "HEX": lambda s: s.ak.hex().upper().encode(), "base64": lambda s: base64.b64encode(s.ak), "sign byte": lambda s: b"\0" + s.ak,
               "TL head": lambda s: tl(s.ak), "first byte lost": lambda s: s.ak[1:] + b"\0", "utf8": lambda s: s.ak.decode("latin1").encode(), "sha1": lambda s: h1(s.ak) + bytes(236), "sha256": lambda s: h256(s.ak) * 8, "words turned": lambda s: b"".join(s.ak[i:i + 4][::-1] for i in range(0, 256, 4)),
               "longs turned": lambda s: b"".join(s.ak[i:i + 8][::-1] for i in range(0, 256, 8)), "xor temp": lambda s: xor(s.ak, s.tk), "zero": lambda s: bytes(256), "ascii 7bit": lambda s: bytes(b & 0x7F for b in s.ak), "replacement char": lambda s: s.ak.decode("utf8", "replace").encode()[:256],
               "question marks": lambda s: s.ak.decode("ascii", "replace").replace("�", "?").encode(), "key with id in front": lambda s: s.perm_id + s.ak, "decimal text": lambda s: str(int.from_bytes(s.ak, "big")).encode(), "list text": lambda s: str(list(s.ak)).encode(), "utf16": lambda s: s.ak.decode("latin1").encode("utf-16-le"),
               "16 words only (64 bytes then zero)": lambda s: s.ak[:64] + bytes(192), "id repeated": lambda s: s.perm_id * 32}.items():
    add(f"kdf of key {nm}", "key|auth_key", k_ak=fn)
for nm, o in {"key<->iv": dict(key=lambda s: s.sa[8:20] + s.sb[:8] + s.sc[16:20] + s.sd[:8], iv=lambda s: s.sa[:8] + s.sb[8:20] + s.sc[4:16]), "iv halves": dict(iv=lambda s: (s.sa[8:20] + s.sb[:8] + s.sc[16:20] + s.sd[:8])[16:] + (s.sa[8:20] + s.sb[:8] + s.sc[16:20] + s.sd[:8])[:16]),
              "iv zero": dict(iv=lambda s: bytes(32)), "iv reversed": dict(iv=lambda s: (s.sa[8:20] + s.sb[:8] + s.sc[16:20] + s.sd[:8])[::-1]), "key reversed": dict(key=lambda s: (s.sa[:8] + s.sb[8:20] + s.sc[4:16])[::-1]),
              "iv 16 twice": dict(iv=lambda s: (s.sa[8:20] + s.sb[:8])[:16] * 2), "iv 16 then zero": dict(iv=lambda s: (s.sa[8:20] + s.sb[:8])[:16] + bytes(16)), "iv random": dict(iv=lambda s: s.r.randbytes(32)), "iv is msg_key twice": dict(iv=lambda s: s.msg_key * 2),
              "key is a+b[:12]": dict(key=lambda s: (s.sa + s.sb)[:32]), "key sha256(ak)": dict(key=lambda s: h256(s.ak)), "key ak[:32]": dict(key=lambda s: s.ak[:32]), "b slice 0..12": dict(key=lambda s: s.sa[:8] + s.sb[:12] + s.sc[4:16]), "c slice 0..12": dict(key=lambda s: s.sa[:8] + s.sb[8:20] + s.sc[:12]),
              "c slice 8..20": dict(key=lambda s: s.sa[:8] + s.sb[8:20] + s.sc[8:20]), "a slice 12..20": dict(key=lambda s: s.sa[12:20] + s.sb[8:20] + s.sc[4:16]), "iv a 0..12": dict(iv=lambda s: s.sa[:12] + s.sb[:8] + s.sc[16:20] + s.sd[:8]), "iv b 8..16": dict(iv=lambda s: s.sa[8:20] + s.sb[8:16] + s.sc[16:20] + s.sd[:8]),
              "iv c 0..4": dict(iv=lambda s: s.sa[8:20] + s.sb[:8] + s.sc[:4] + s.sd[:8]), "iv d 12..20": dict(iv=lambda s: s.sa[8:20] + s.sb[:8] + s.sc[16:20] + s.sd[12:20]), "iv d missing": dict(iv=lambda s: s.sa[8:20] + s.sb[:8] + s.sc[16:20] + bytes(8)), "a other order": dict(sa=lambda s: h1(s.ak[:32] + s.k_mk)),
              "b other order": dict(sb=lambda s: h1(s.k_mk + s.ak[32:64])), "b mk last": dict(sb=lambda s: h1(s.ak[32:64] + s.k_mk)), "b mk missing": dict(sb=lambda s: h1(s.ak[32:64])), "b halves": dict(sb=lambda s: h1(s.ak[48:64] + s.k_mk + s.ak[32:48])), "c other order": dict(sc=lambda s: h1(s.k_mk + s.ak[64:96])),
              "d other order": dict(sd=lambda s: h1(s.ak[96:128] + s.k_mk)), "c from 48": dict(sc=lambda s: h1(s.ak[48:80] + s.k_mk)), "d from 64": dict(sd=lambda s: h1(s.k_mk + s.ak[64:96])), "a 36": dict(sa=lambda s: h1(s.k_mk + s.ak[:36])), "a 16": dict(sa=lambda s: h1(s.k_mk + s.ak[:16])),
              "sha256 for sha1": dict(sa=lambda s: h256(s.k_mk + s.ak[:32])[:20], sb=lambda s: h256(s.ak[32:48] + s.k_mk + s.ak[48:64])[:20], sc=lambda s: h256(s.ak[64:96] + s.k_mk)[:20], sd=lambda s: h256(s.k_mk + s.ak[96:128])[:20]),
              "md5 for a": dict(sa=lambda s: md5(s.k_mk + s.ak[:32]).digest() + bytes(4)), "sd missing c": dict(sd=lambda s: s.sc), "sc is sa": dict(sc=lambda s: s.sa), "d range off by one": dict(sd=lambda s: h1(s.k_mk + s.ak[95:127])), "a range inclusive": dict(sa=lambda s: h1(s.k_mk + s.ak[:33])),
              "b range inclusive": dict(sb=lambda s: h1(s.ak[32:49] + s.k_mk + s.ak[48:65])), "c range inclusive": dict(sc=lambda s: h1(s.ak[64:97] + s.k_mk)), "d range short": dict(sd=lambda s: h1(s.k_mk + s.ak[96:127])), "d whole rest": dict(sd=lambda s: h1(s.k_mk + s.ak[96:])), "hex digests": dict(key=lambda s: (s.sa.hex()[:8] + s.sb.hex()[8:20] + s.sc.hex()[4:16]).encode(), iv=lambda s: (s.sa.hex()[8:20] + s.sb.hex()[:8] + s.sc.hex()[16:20] + s.sd.hex()[:8]).encode()),
              "key aes-128": dict(ct=lambda s: ige(s.key[:16], s.iv, s.padded)), "key aes-192": dict(ct=lambda s: ige(s.key[:24], s.iv, s.padded)), "digests reversed": dict(sa=lambda s: h1(s.k_mk + s.ak[:32])[::-1], sb=lambda s: h1(s.ak[32:48] + s.k_mk + s.ak[48:64])[::-1], sc=lambda s: h1(s.ak[64:96] + s.k_mk)[::-1], sd=lambda s: h1(s.k_mk + s.ak[96:128])[::-1]),
              "slices of length not end": dict(key=lambda s: s.sa[:8] + s.sb[8:20] + s.sc[4:20][:12], iv=lambda s: s.sa[8:20] + s.sb[:8] + s.sc[16:20] + s.sd[8:16]), "key words turned": dict(key=lambda s: b"".join((s.sa[:8] + s.sb[8:20] + s.sc[4:16])[i:i + 4][::-1] for i in range(0, 32, 4)))}.items():
    add(f"kdf {nm}", K + "|AES|iv", **o)
def goslice(s):
    m, k = s.k_mk, s.ak
    return h1(m + k[:32]), h1(k[32:48] + m + m), h1(m + k[80:96] + m), h1(m + m + k[112:128])
add("kdf Go append aliasing", K, key=lambda s: (lambda a, b, c, d: a[:8] + b[8:20] + c[4:16])(*goslice(s)), iv=lambda s: (lambda a, b, c, d: a[8:20] + b[:8] + c[16:20] + d[:8])(*goslice(s)))
add("kdf buffer reused (sha1 input not cleared)", K, sb=lambda s: h1(s.k_mk + s.ak[:48] + s.k_mk + s.ak[48:64]), sc=lambda s: h1(s.k_mk + s.ak[:48] + s.k_mk + s.ak[48:96] + s.k_mk), sd=lambda s: h1(s.k_mk + s.ak[:48] + s.k_mk + s.ak[48:96] + s.k_mk + s.k_mk + s.ak[96:128]))
# cipher
C = "cipher|AES|IGE|CBC|ECB|CTR|block|encrypt|ciphertext|mode"
def cbc(s, iv): c = Cipher(algorithms.AES(s.key), modes.CBC(iv)).encryptor(); return c.update(s.padded)
def ctr(s, iv): c = Cipher(algorithms.AES(s.key), modes.CTR(iv)).encryptor(); return c.update(s.padded)
def ofb(s):
    c, out = s.iv[:16], b""
    for i in range(0, 80, 16): c = block(s.key, c); out += xor(c, s.padded[i:i + 16])
    return out
def cfb(s):
    c, out = s.iv[:16], b""
    for i in range(0, 80, 16): c = xor(block(s.key, c), s.padded[i:i + 16]); out += c
    return out
def badige(s, kind):
    c, p, out = s.iv[:16], s.iv[16:], b""
    for i in range(0, 80, 16):
        d = s.padded[i:i + 16]
        if kind == "swap": e = xor(block(s.key, xor(d, p)), c)
        elif kind == "no after": e = block(s.key, xor(d, c))
        elif kind == "no before": e = xor(block(s.key, d), p)
        elif kind == "stuck p": e = xor(block(s.key, xor(d, c)), p); c = e; out += e; continue
        elif kind == "stuck c": e = xor(block(s.key, xor(d, c)), p); p = d; out += e; continue
        elif kind == "reset": e = xor(block(s.key, xor(d, s.iv[:16])), s.iv[16:])
        elif kind == "aliased": e = xor(block(s.key, xor(d, c)), p); c, p = e, xor(d, c); out += e; continue
        elif kind == "inplace": e = xor(block(s.key, xor(d, c)), p); c, p = e, e; out += e; continue
        c, p = e, d; out += e
    return out
for nm, fn in {"CBC": lambda s: cbc(s, s.iv[:16]), "CBC iv2": lambda s: cbc(s, s.iv[16:]), "CBC zero iv": lambda s: cbc(s, bytes(16)), "CTR": lambda s: ctr(s, s.iv[:16]), "CTR iv2": lambda s: ctr(s, s.iv[16:]), "ECB": lambda s: block(s.key, s.padded), "decrypt": lambda s: ige(s.key, s.iv, s.padded, True),
               "swap xors": lambda s: badige(s, "swap"), "no after": lambda s: badige(s, "no after"), "no before": lambda s: badige(s, "no before"), "stuck p": lambda s: badige(s, "stuck p"), "stuck c": lambda s: badige(s, "stuck c"), "reset each block": lambda s: badige(s, "reset"), "aliased": lambda s: badige(s, "aliased"), "in place": lambda s: badige(s, "inplace"),
               "not encrypted": lambda s: s.padded, "twice": lambda s: ige(s.key, s.iv, ige(s.key, s.iv, s.padded)), "first 64 only": lambda s: ige(s.key, s.iv, s.padded[:64]) + s.padded[64:], "first 72 cut": lambda s: ige(s.key, s.iv, s.padded)[:72], "first 64 cut": lambda s: ige(s.key, s.iv, s.padded)[:64],
               "last block missing then zero": lambda s: ige(s.key, s.iv, s.padded)[:64] + bytes(16), "reversed blocks": lambda s: b"".join(ige(s.key, s.iv, s.padded)[i:i + 16] for i in range(64, -1, -16)), "reversed whole": lambda s: ige(s.key, s.iv, s.padded)[::-1], "OFB": lambda s: ofb(s),
               "CFB": lambda s: cfb(s), "one byte wrong": lambda s: (lambda c: c[:40] + bytes([c[40] ^ 1]) + c[41:])(ige(s.key, s.iv, s.padded)), "last byte lost": lambda s: ige(s.key, s.iv, s.padded)[:79], "newline appended": lambda s: ige(s.key, s.iv, s.padded) + b"\n",
               "utf8 of it": lambda s: ige(s.key, s.iv, s.padded).decode("latin1").encode(), "zero bytes cut": lambda s: ige(s.key, s.iv, s.padded).replace(b"\n", b"\r\n"), "iv of previous call": lambda s: ige(s.key, s.r.randbytes(32), s.padded), "hex": lambda s: ige(s.key, s.iv, s.padded).hex().encode(), "base64": lambda s: base64.b64encode(ige(s.key, s.iv, s.padded)),
               "outer keys v2": lambda s: ige(*kdf2(s.tk, s.msg_key), s.padded), "v1 of temp key": lambda s: ige(*kdf1(s.tk, s.msg_key), s.padded), "iv carried on from first encryption": lambda s: (lambda c: ige(s.key, c[64:80] + s.padded[64:80], s.padded))(ige(s.key, s.iv, s.padded)), "iv mutated in place (its first half)": lambda s: (lambda c: ige(s.key, c[64:80] + s.iv[16:], s.padded))(ige(s.key, s.iv, s.padded))}.items():
    add(f"cipher {nm}", C + "|iv|key|part|size|byte|utf|hex|base64|twice|encod", ct=fn)
# padding
for nm, fn in {"none": b"", "24": lambda s: s.r.randbytes(24), "40": lambda s: s.r.randbytes(40), "PKCS7 on top": lambda s: b"\x08" * 8 + b"\x10" * 16, "4": lambda s: s.r.randbytes(4), "zero 24": bytes(24), "to 256": lambda s: s.r.randbytes(184), "1024": lambda s: s.r.randbytes(1016), "to 128": lambda s: s.r.randbytes(56)}.items():
    add(f"padding {nm}", "padding|size|block|not_sealed", pad=fn, ct=lambda s: ige(s.key, s.iv, s.padded[:len(s.padded) // 16 * 16]) + s.padded[len(s.padded) // 16 * 16:])
add("padding in front", "padding|front|random|envelope|msg_id", padded=lambda s: s.pad + s.envelope)
add("padding in front hashed", "padding|front|random|envelope|msg_id|msg_key|bytes", padded=lambda s: s.pad + s.envelope, hashed=lambda s: s.padded)
add("short key: ciphertext 72 by CTS", "padding|size|block|72|not_sealed", ct=lambda s: ige(s.key, s.iv, s.envelope[:64]) + s.envelope[64:])
# em
for nm, fn in {"no key id": lambda s: s.msg_key + s.ct, "no msg_key": lambda s: s.em_id + s.ct, "only ciphertext": lambda s: s.ct, "msg_key first": lambda s: s.msg_key + s.em_id + s.ct, "temp id in front": lambda s: s.temp_id + s.msg_key + s.ct, "zero id": lambda s: bytes(8) + s.msg_key + s.ct, "msg_key last": lambda s: s.em_id + s.ct + s.msg_key,
               "length in front": lambda s: i4(104) + s.em_id + s.msg_key + s.ct, "TL inside": lambda s: tl(s.em_id + s.msg_key + s.ct), "hex": lambda s: (s.em_id + s.msg_key + s.ct).hex().encode(), "HEX": lambda s: (s.em_id + s.msg_key + s.ct).hex().upper().encode(), "base64": lambda s: base64.b64encode(s.em_id + s.msg_key + s.ct), "utf8": lambda s: (s.em_id + s.msg_key + s.ct).decode("latin1").encode(),
               "trailing zeros": lambda s: s.em_id + s.msg_key + s.ct + bytes(8), "cut at 100": lambda s: (s.em_id + s.msg_key + s.ct)[:100], "cut at 96": lambda s: (s.em_id + s.msg_key + s.ct)[:96], "gzip": lambda s: gzip.compress(s.em_id + s.msg_key + s.ct, mtime=0), "id twice": lambda s: s.em_id * 2 + s.msg_key + s.ct, "empty": b"", "all zero": bytes(104), "framed": lambda s: b"\x1a" + s.em_id + s.msg_key + s.ct,
               "key id BE int": lambda s: s.em_id[::-1] + s.msg_key + s.ct, "python repr": lambda s: repr(s.em_id + s.msg_key + s.ct).encode(), "base64url": lambda s: base64.urlsafe_b64encode(s.em_id + s.msg_key + s.ct), "reversed": lambda s: (s.em_id + s.msg_key + s.ct)[::-1], "with seqno": lambda s: s.em_id + s.msg_key + i4(0) + s.ct, "session in front": lambda s: s.sess + s.em_id + s.msg_key + s.ct,
               "the inner in the clear": lambda s: s.inner, "the padded envelope in the clear": lambda s: s.padded, "unencrypted message form": lambda s: bytes(8) + s.msg_id + i4(40) + s.inner, "an ordinary v2 packet of the temp key": lambda s: seal2(s.tk, s.salt + s.sess + s.msg_id + i4(0) + i4(40) + s.inner, s.r.randbytes(24)), "sealed with temp key, temp id": lambda s: seal1(s.tk, s.envelope, s.pad), "sealed with temp key, perm id": lambda s: seal1(s.tk, s.envelope, s.pad, kid=s.perm_id),
               "sealed for server (x 8) id right": lambda s: seal1(s.ak, s.envelope, s.pad, 8)}.items():
    add(f"em {nm}", "encrypted_message|auth_key_id|msg_key|hex|base64|utf|gzip|temporary|temp|x = 8|v2|2.0|encrypt", em=fn)
# request
R = "request|bytes|TL|length|head|constructor|encrypted_message"
def rq(f): return dict(request=f)
for nm, fn in {"ctor BE": lambda s: REQ[::-1] + s.r_perm + s.r_nonce + s.r_exp + s.r_em, "no padding": lambda s: REQ + s.r_perm + s.r_nonce + s.r_exp + b"\x68" + s.em, "fe header": lambda s: REQ + s.r_perm + s.r_nonce + s.r_exp + b"\xfe\x68\0\0" + s.em, "int length": lambda s: REQ + s.r_perm + s.r_nonce + s.r_exp + i4(104) + s.em, "BE int length": lambda s: REQ + s.r_perm + s.r_nonce + s.r_exp + b"\0\0\0\x68" + s.em,
               "no length": lambda s: REQ + s.r_perm + s.r_nonce + s.r_exp + s.em, "length 105": lambda s: REQ + s.r_perm + s.r_nonce + s.r_exp + b"\x69" + s.em + bytes(3), "length 80": lambda s: REQ + s.r_perm + s.r_nonce + s.r_exp + b"\x50" + s.em + bytes(3), "one more pad": lambda s: REQ + s.r_perm + s.r_nonce + s.r_exp + s.r_em + bytes(4), "pad 1": lambda s: REQ + s.r_perm + s.r_nonce + s.r_exp + b"\x68" + s.em + bytes(1), "vector byte": lambda s: REQ + s.r_perm + s.r_nonce + s.r_exp + bytes.fromhex("15c4b51c") + i4(104) + s.em,
               "nonce first": lambda s: REQ + s.r_nonce + s.r_perm + s.r_exp + s.r_em, "exp first": lambda s: REQ + s.r_exp + s.r_perm + s.r_nonce + s.r_em, "em first": lambda s: REQ + s.r_em + s.r_perm + s.r_nonce + s.r_exp, "exp after em": lambda s: REQ + s.r_perm + s.r_nonce + s.r_em + s.r_exp, "no nonce": lambda s: REQ + s.r_perm + s.r_exp + s.r_em, "no exp": lambda s: REQ + s.r_perm + s.r_nonce + s.r_em, "no perm": lambda s: REQ + s.r_nonce + s.r_exp + s.r_em, "temp id too": lambda s: REQ + s.r_perm + s.temp_id + s.r_nonce + s.r_exp + s.r_em, "temp id for perm": lambda s: REQ + s.temp_id + s.r_nonce + s.r_exp + s.r_em,
               "flags": lambda s: REQ + bytes(4) + s.r_perm + s.r_nonce + s.r_exp + s.r_em, "trailing zeros": lambda s: s.r_ctor + s.r_perm + s.r_nonce + s.r_exp + s.r_em + bytes(12), "ctor twice": lambda s: REQ * 2 + s.r_perm + s.r_nonce + s.r_exp + s.r_em, "no ctor": lambda s: s.r_perm + s.r_nonce + s.r_exp + s.r_em, "inner's ctor": lambda s: CT + s.r_perm + s.r_nonce + s.r_exp + s.r_em, "em as TL twice": lambda s: REQ + s.r_perm + s.r_nonce + s.r_exp + tl(s.r_em),
               "perm as string": lambda s: REQ + tl(s.r_perm) + s.r_nonce + s.r_exp + s.r_em, "perm as TL bytes and nonce too": lambda s: REQ + tl(s.r_perm) + tl(s.r_nonce) + s.r_exp + s.r_em, "nonce int128": lambda s: REQ + s.r_perm + s.r_nonce + s.r.randbytes(8) + s.r_exp + s.r_em, "importAuthorization ctor": lambda s: bytes.fromhex("9f2ef2a5") + s.r_perm + s.r_nonce + s.r_exp + s.r_em, "dropTempAuthKeys ctor": lambda s: bytes.fromhex("88a1488e") + s.r_perm + s.r_nonce + s.r_exp + s.r_em, "cut": lambda s: (REQ + s.r_perm + s.r_nonce + s.r_exp + s.r_em)[:128], "cut 64": lambda s: (REQ + s.r_perm + s.r_nonce + s.r_exp + s.r_em)[:64],
               "perm and nonce struct pad": lambda s: REQ + bytes(4) + s.r_perm + s.r_nonce + s.r_exp + bytes(4) + s.r_em, "utf-8 string of em": lambda s: REQ + s.r_perm + s.r_nonce + s.r_exp + tl(s.em.decode("latin1").encode()), "length in chars, utf8 bytes": lambda s: REQ + s.r_perm + s.r_nonce + s.r_exp + b"\x68" + s.em.decode("latin1").encode(), "padding ff": None}.items():
    if fn: add(f"request {nm}", R + "|nonce|expires_at|perm_auth_key_id", request=fn, how=("request", "packet", "both")[len(S) % 3], answer="400 INPUT_METHOD_INVALID" if "ctor" in nm else "400 INPUT_FETCH_ERROR" if nm not in ("fe header",) else EMI)
add("request nonce other", "nonce", r_nonce=lambda s: s.r.randbytes(8))
add("request perm random", "perm_auth_key_id", r_perm=lambda s: s.r.randbytes(8))
# stale blob
def stale(*fields): return {f: (lambda s: s.r.randbytes(8)) for f in fields}
add("blob of the last attempt: nonce and msg_id", "nonce|msg_id|attempt|again", i_nonce=lambda s: s.r.randbytes(8), i_msg_id=lambda s: i8(n(s.msg_id) - (70 << 32)))
add("blob of the last attempt, all of it", "nonce|msg_id|attempt|again", i_nonce=lambda s: s.r.randbytes(8), i_msg_id=lambda s: i8(n(s.msg_id) - (70 << 32)), i_exp=lambda s: i4(n(s.exp) - 70))
add("blob reused, only msg_id and session new", "msg_id|session", i_msg_id=lambda s: i8(n(s.msg_id) - (70 << 32)), i_sess=lambda s: s.r.randbytes(8))
add("blob of the last temp key", "temp_auth_key_id", i_temp=lambda s: s.r.randbytes(8))
# container
ACK = lambda s: bytes.fromhex("59b4d662") + bytes.fromhex("15c4b51c") + i4(1) + i8(n(s.msg_id) - 3)
add("msg_id of the container", "msg_id|container", how="packet", i_msg_id=lambda s: i8(n(s.msg_id) + 8), message=lambda s: (lambda b: i8(n(s.msg_id) + 8) + i4(2) + i4(len(b)) + b)(cont((i8(n(s.msg_id) - 4), i4(0), ACK(s)), (s.msg_id, i4(1), s.request))))
add("msg_id of the ack beside it", "msg_id", how="packet", i_msg_id=lambda s: i8(n(s.msg_id) - 4), message=lambda s: (lambda b: i8(n(s.msg_id) + 8) + i4(2) + i4(len(b)) + b)(cont((i8(n(s.msg_id) - 4), i4(0), ACK(s)), (s.msg_id, i4(1), s.request))))
add("container's msg_id lower", "container|msg_id", how="packet", answer="bad_msg_notification 64", message=lambda s: (lambda b: i8(n(s.msg_id) - 8) + i4(2) + i4(len(b)) + b)(cont((s.msg_id, i4(1), s.request))))
add("container seqno odd", "seqno|container", how="packet", answer="bad_msg_notification 34", message=lambda s: (lambda b: i8(n(s.msg_id) + 8) + i4(3) + i4(len(b)) + b)(cont((s.msg_id, i4(1), s.request))))
add("container count wrong", "container|count", how="packet", answer="bad_msg_notification 64", message=lambda s: (lambda b: i8(n(s.msg_id) + 8) + i4(2) + i4(len(b)) + b)(bytes.fromhex("dcf8f173") + i4(3) + s.msg_id + i4(1) + i4(132) + s.request))
add("container in container", "container", how="packet", answer="bad_msg_notification 64", message=lambda s: (lambda b: i8(n(s.msg_id) + 16) + i4(2) + i4(len(b)) + b)(cont((i8(n(s.msg_id) + 8), i4(2), cont((s.msg_id, i4(1), s.request))))))
add("container as boxed vector", "container|vector", how="packet", answer="bad_msg_notification 64", message=lambda s: (lambda b: i8(n(s.msg_id) + 8) + i4(2) + i4(len(b)) + b)(bytes.fromhex("dcf8f17315c4b51c") + i4(1) + s.msg_id + i4(1) + i4(132) + s.request))
# the packet
for nm, t, a, o in (
    ("id of perm", "auth_key_id", "-404", dict(o_id=lambda s: s.perm_id)), ("id BE", "auth_key_id", "-404", dict(o_id=rev("temp_id"))), ("id first half", "auth_key_id", "-404", dict(o_id=lambda s: h1(s.tk)[:8])),
    ("id zero", "auth_key_id", "-404", dict(o_id=bytes(8))), ("perm key throughout", "permanent|temp", "400 TEMP_AUTH_KEY_EMPTY", dict(o_ak=lambda s: s.ak, o_id=lambda s: s.perm_id)), ("sealed with perm, id temp", "auth_key|permanent|key", "-404", dict(o_ak=lambda s: s.ak)),
    ("x 8", "x = 8|server|x=8", "-404", dict(o_x=8)), 
    ("v1", "v1|1.0|SHA1|MTProto", "-404", dict(o_mk=lambda s: h1(s.plain)[4:20], o_kiv=lambda s: kdf1(s.tk, s.o_mk))), ("v1 kdf only", "v1|1.0|aes|schedule", "-404", dict(o_kiv=lambda s: kdf1(s.tk, s.o_mk))),
    ("msg_key without padding", "msg_key|padding", "-404", dict(o_mk=lambda s: h256(s.tk[88:120] + s.plain)[8:24])), ("msg_key first 16", "msg_key", "-404", dict(o_mk=lambda s: h256(s.tk[88:120] + s.plain + s.o_pad)[:16])), ("msg_key last 16", "msg_key", "-404", dict(o_mk=lambda s: h256(s.tk[88:120] + s.plain + s.o_pad)[16:])),
    ("msg_key no key part", "msg_key", "-404", dict(o_mk=lambda s: h256(s.plain + s.o_pad)[8:24])), ("msg_key key part behind", "msg_key", "-404", dict(o_mk=lambda s: h256(s.plain + s.o_pad + s.tk[88:120])[8:24])), ("msg_key sha1", "msg_key", "-404", dict(o_mk=lambda s: h1(s.plain)[4:20])),
    ("msg_key 96", "msg_key|88|96", "-404", dict(o_mk=lambda s: h256(s.tk[96:128] + s.plain + s.o_pad)[8:24])), ("key iv swapped", "aes|key|iv", "-404", dict(o_kiv=lambda s: kdf2(s.tk, s.o_mk)[::-1])),
    ("iv halves", "iv", "-404", dict(o_kiv=lambda s: (lambda k, v: (k, v[16:] + v[:16]))(*kdf2(s.tk, s.o_mk)))), ("iv zero", "iv", "-404", dict(o_kiv=lambda s: (kdf2(s.tk, s.o_mk)[0], bytes(32)))),
    ("no salt", "salt", "-404", dict(plain=lambda s: s.o_sess + s.message)), ("no session", "session", "-404", dict(plain=lambda s: s.salt + s.message)), ("session before salt", "salt|session", "bad_server_salt", dict(plain=lambda s: s.o_sess + s.salt + s.message)),
    ("padding under 12", "padding", "-404", dict(body=lambda s: bytes.fromhex("0d0d9bda") + i4(195) + s.request, o_pad=lambda s: s.r.randbytes(-len(s.plain) % 16))), ("no padding", "padding|block", "-404", dict(body=lambda s: bytes.fromhex("0d0d9bda") + i4(195) + s.request, plain=lambda s: s.salt + s.o_sess + s.message + bytes(4), o_pad=b"")),
    ("padding 2000", "padding", "-404", dict(o_pad=lambda s: s.r.randbytes(2012))), ("length counts the padding", "length", "-404", dict(o_len=i4(144))), ("length BE", "length", "-404", dict(o_len=i4(132)[::-1])), ("length zero", "length", "-404", dict(o_len=i4(0))), ("length 148", "length", "-404", dict(o_len=i4(148))), ("length short", "length", "400 INPUT_FETCH_ERROR", dict(o_len=i4(128))),
    ("seqno 0", "seqno", "bad_msg_notification 35", dict(seq=i4(0))), ("seqno even", "seqno", "bad_msg_notification 35", dict(seq=i4(2))), ("seqno BE", "seqno", "bad_msg_notification 35", dict(seq=i4(1)[::-1])), ("no seqno", "seqno", "-404", dict(message=lambda s: s.msg_id + s.o_len + s.body)), ("length before seqno", "length|seqno", "-404", dict(message=lambda s: s.msg_id + s.o_len + s.seq + s.body)),
    ("session zero", "session", "-404", dict(sess=bytes(8))), ("session other", "session", EMI, dict(o_sess=lambda s: s.r.randbytes(8))), ("session BE outside", "session", EMI, dict(o_sess=rev("sess"))),
    ("msg_id odd", "msg_id", "bad_msg_notification 18", dict(msg_id=lambda s: i8((s.now << 32) + 4 * s.r.randrange(9999) + 1))), ("msg_id 2", "msg_id", "bad_msg_notification 18", dict(msg_id=lambda s: i8((s.now << 32) + 4 * s.r.randrange(9999) + 2))), ("msg_id old", "msg_id|clock|past|old", "bad_msg_notification 16", dict(msg_id=lambda s: i8(s.now - 3600 << 32))), ("msg_id ahead", "msg_id|clock|ahead|future", "bad_msg_notification 17", dict(msg_id=lambda s: i8(s.now + 3600 << 32))),
    ("msg_id seconds", "msg_id", "bad_msg_notification 16", dict(msg_id=lambda s: i8(s.now & ~3))), ("msg_id ms", "msg_id", "bad_msg_notification 16", dict(msg_id=lambda s: i8(s.now * 1000))), ("msg_id ns", "msg_id", "bad_msg_notification 16", dict(msg_id=lambda s: i8(s.now * 10**9))), ("msg_id ms<<32 overflow", "msg_id", "bad_msg_notification 17", dict(msg_id=lambda s: i8(s.now * 1000 << 32))), ("msg_id BE", "msg_id", "bad_msg_notification 18", dict(message=lambda s: s.msg_id[::-1] + s.seq + s.o_len + s.body)),
    ("msg_id zero", "msg_id", "bad_msg_notification 16", dict(msg_id=bytes(8))), ("msg_id 3h local", "msg_id|clock|zone", "bad_msg_notification 17", dict(msg_id=lambda s: i8(s.now + 3 * 3600 << 32))), ("msg_id -2h local", "msg_id|clock|zone", "bad_msg_notification 16", dict(msg_id=lambda s: i8(s.now - 2 * 3600 << 32))),
    ("salt of nothing known", "salt", "bad_server_salt", dict(plain=lambda s: bytes(8) + s.o_sess + s.message)), ("salt BE", "salt", "bad_server_salt", dict(plain=lambda s: s.salt[::-1] + s.o_sess + s.message)), ("salt from perm", "salt", "bad_server_salt", dict(plain=lambda s: s.r.randbytes(8) + s.o_sess + s.message)),
    ("one byte wrong", "byte|msg_key|ciphertext", "-404", dict(o_ct=lambda s: (lambda c: c[:50] + bytes([c[50] ^ 4]) + c[51:])(ige(*s.o_kiv, s.plain + s.o_pad)))), ("cut", "cut|size|block|16", "-404", dict(packet=lambda s: (s.o_id + s.o_mk + s.o_ct)[:-8])), ("utf8", "utf", "-404", dict(packet=lambda s: (s.o_id + s.o_mk + s.o_ct).decode("latin1").encode())),
    ("plain message", "plain|unencrypted|auth_key_id|key", "-404", dict(packet=lambda s: bytes(8) + s.msg_id + s.o_len + s.body)), ("CBC", "CBC|cipher|IGE", "-404", dict(o_ct=lambda s: (lambda k, v: Cipher(algorithms.AES(k), modes.CBC(v[:16])).encryptor().update(s.plain + s.o_pad))(*s.o_kiv))),
    ("invokeWithLayer order", "invoke|init|layer", "400 CONNECTION_LAYER_INVALID", dict(body=lambda s: bytes.fromhex("a95ecdc1") + i4(0) + i4(6) + b"".join(tl(x) for x in (b"dev", b"sys", b"1.0", b"en", b"", b"en")) + bytes.fromhex("0d0d9bda") + i4(195) + s.request)),
    ("initConnection one string short", "init|string|lang", "400 INPUT_FETCH_ERROR", dict(body=lambda s: bytes.fromhex("0d0d9bda") + i4(195) + bytes.fromhex("a95ecdc1") + i4(0) + i4(6) + b"".join(tl(x) for x in (b"dev", b"sys", b"1.0", b"en", b"en")) + s.request)),
    ("initConnection without flags", "init|flags", "400 INPUT_FETCH_ERROR", dict(body=lambda s: bytes.fromhex("0d0d9bda") + i4(195) + bytes.fromhex("a95ecdc1") + i4(6) + b"".join(tl(x) for x in (b"dev", b"sys", b"1.0", b"en", b"", b"en")) + s.request)),
    ("initConnection old layer", "init|layer|constructor", "400 INPUT_METHOD_INVALID", dict(body=lambda s: bytes.fromhex("0d0d9bda") + i4(50) + bytes.fromhex("8888be69") + i4(6) + b"".join(tl(x) for x in (b"dev", b"sys", b"1.0", b"en")) + s.request)),
    ("gzip no TL", "gzip", "400 INPUT_FETCH_ERROR", dict(body=lambda s: bytes.fromhex("a1cf7230") + gzip.compress(s.request, mtime=0))), ("gzip raw deflate", "gzip|deflate", "400 INPUT_FETCH_ERROR", dict(body=lambda s: bytes.fromhex("a1cf7230") + tl(zlib.compress(s.request)[2:-4]))), ("rpc_result wrap", "request|rpc_result|constructor", "400 INPUT_METHOD_INVALID", dict(body=lambda s: bytes.fromhex("016d5cf3") + s.msg_id + s.request)),
    ("invokeAfterMsg missing", None, "true", dict(body=lambda s: s.request)), ("body hex", "hex", "400 INPUT_METHOD_INVALID", dict(body=lambda s: s.request.hex().encode())), ("body TL bytes", "TL|request|constructor|bytes", "400 INPUT_METHOD_INVALID", dict(body=lambda s: tl(s.request))), ("body is em only", "request|constructor|encrypted_message", "400 INPUT_METHOD_INVALID", dict(body=lambda s: s.em)), ("body is inner", "inner|request", "400 INPUT_METHOD_INVALID", dict(body=lambda s: s.inner)),
):
    add(f"packet {nm}", t, answer=a, how="packet", extra=dict(salt=lambda s: sg(s.salt)), **o)
# bound elsewhere, keys swapped by the one who pastes, dead keys
add("perm and temp swapped in the whole client", "perm|temp|swap", how="packet", answer="400 TEMP_AUTH_KEY_EMPTY", prep="swap")
add("temp bound to another perm", "bound|another|other", answer="400 TEMP_AUTH_KEY_ALREADY_BOUND", extra=dict(bound_to=lambda s: 12345678901234567))
add("temp key's end has passed", "expire|past|end|life", answer="-404", extra=dict(key_expires_at=lambda s: s.now - 100))
# a permanent key with leading zeros
Z = lambda s: b"\0" + s.r.randbytes(255)
add("leading zero stripped: id", "auth_key_id|zero", ak=Z, perm_id=lambda s: h1(s.ak[1:])[12:20])
add("leading zero stripped: kdf and id", "zero|256|255", ak=Z, perm_id=lambda s: h1(s.ak[1:])[12:20], k_ak=lambda s: s.ak[1:] + b"\0")
add("leading zero stripped: kdf", "zero|256|255|key", ak=Z, k_ak=lambda s: s.ak[1:] + b"\0")
add("strlen stops at a zero in the key", "zero|key", ak=lambda s: s.r.randbytes(40) + b"\0" + s.r.randbytes(215), k_ak=lambda s: s.ak[:40] + bytes(216))
add("temp leading zero stripped: id in inner", "temp_auth_key_id|zero", tk=Z, i_temp=lambda s: h1(s.tk[1:])[12:20])

def material(i, c):
    """What is told of a single."""
    over = dict(c["over"])
    for seed in range(7000 + i, 99999, 1000):   # until the slip shows in these values
        s = build(seed, **over)
        if good(s) != "true" or c["truth"] is None or c["extra"] or c["prep"]: break
    how = c["how"] or ("packet", "request", "both", "em")[i % 4 if len(s.em) == 104 and len(s.r_exp) == 4 else i % 3]
    m = dict(perm_key=s.ak, temp_key=s.tk, now=s.now)
    if how in ("packet", "both"): m["packet"] = s.packet
    if how in ("request", "both"): m["request"] = s.request
    if how in ("request", "em"): m.update(session_id=sg(s.sess), msg_id=n(s.msg_id))
    if how == "em": m.update(encrypted_message=s.em, nonce=sg(s.r_nonce), expires_at=sg(s.r_exp) if len(s.r_exp) == 4 else None)
    for k, v in c["extra"].items(): m[k] = v(s)
    if c["prep"] == "swap":
        t = build(7000 + i, ak=s.tk, tk=s.ak)
        m["packet"] = t.packet
    if c["answer"]: m["answer"] = c["answer"]
    return m

# ---- healthy ones
H = []
def well(name, over=None, mat=None, how="packet", answer="true", prev=None):
    H.append((name, over or {}, mat, how, answer))
for i in range(6): well(f"bare {i}")
for i, a in enumerate([None, True, "boolTrue", "b5757299", bytes.fromhex("b5757299"), {"_": "boolTrue"}]): well(f"answer form {i}", answer=a)
well("rpc_result bytes", answer=lambda s: u("016d5cf3") + s.msg_id + u("b5757299"))
well("rpc_result hex", answer=lambda s: (u("016d5cf3") + s.msg_id + u("b5757299")).hex())
well("rpc_result gzip", answer=lambda s: u("016d5cf3") + s.msg_id + gzp(u("b5757299")))
well("new session and true in a container", answer=lambda s: cont((i8(n(s.msg_id) | 1), i4(1), u("0809c29e")[::1] + s.msg_id + bytes(8) + s.salt), (i8(n(s.msg_id) + 5), i4(3), u("016d5cf3") + s.msg_id + u("b5757299"))))
ack = lambda s: (i8(n(s.msg_id) - 8), i4(0), vec(i8(n(s.msg_id) - 3999)))
ping = lambda s, d=-4: (i8(n(s.msg_id) + d), i4(0), u("ec77be7a") + bytes(8))
well("container ack bind", dict(message=lambda s: box(s, ack(s))))
well("container bind ack", dict(message=lambda s: box(s, after=[(i8(n(s.msg_id) + 8), i4(2), vec(s.msg_id))])))
well("container ack ping bind", dict(message=lambda s: box(s, ack(s), ping(s))))
well("container bind alone", dict(message=lambda s: box(s)))
well("container bind, getConfig behind", dict(message=lambda s: box(s, after=[(i8(n(s.msg_id) + 4), i4(3), iwl(init(u("6b18f9c4"))))])))
well("container http_wait bind", dict(message=lambda s: box(s, (i8(n(s.msg_id) - 4), i4(0), u("9f359992") + i4(0) + i4(0) + i4(25000)))))
well("container future_salts bind", dict(message=lambda s: box(s, (i8(n(s.msg_id) - 4), i4(0), u("04bd21b9") + i4(1)))))
well("container gzip bind", dict(message=lambda s: box(s, ack(s), body=gzp(s.request))))
well("container with layers", dict(message=lambda s: box(s, ack(s), body=iwl(init(s.request)))))
well("container ping content-related", dict(message=lambda s: box(s, (i8(n(s.msg_id) - 4), i4(1), u("ec77be7a") + bytes(8)))))
for l in (85, 133, 158, 195, 214, 228): well(f"layer {l}", dict(body=lambda s, l=l: iwl(init(s.request), l)))
well("layer without init", dict(body=lambda s: iwl(s.request)))
well("init alone", dict(body=lambda s: init(s.request)))
well("init with proxy", dict(body=lambda s: iwl(init(s.request, 1, u("3f8b5875") + tl(b"127.0.0.1") + i4(443)))))
well("without updates", dict(body=lambda s: u("b75994bf") + s.request))
well("without updates in layer", dict(body=lambda s: iwl(u("b75994bf") + init(s.request))))
well("after msg", dict(body=lambda s: u("2d379fcb") + i8(n(s.msg_id) - 400) + s.request))
well("gzip", dict(body=lambda s: gzp(s.request)))
well("gzip of layer", dict(body=lambda s: gzp(iwl(init(s.request)))))
well("layer of gzip", dict(body=lambda s: iwl(init(gzp(s.request)))))
for p in (28, 44, 76, 140, 1020): well(f"outer padding {p}", dict(o_pad=lambda s, p=p: s.r.randbytes(p)))
well("outer padding zero", dict(o_pad=bytes(12)))
well("padding zero", dict(pad=bytes(8))); well("padding pkcs7", dict(pad=b"\x08" * 8)); well("padding ff", dict(pad=b"\xff" * 8))
well("random zero", dict(rand16=bytes(16))); well("random = salt session", dict(rand16=lambda s: s.salt + s.sess)); well("random text", dict(rand16=b"randomrandomrand"))
well("edge late", dict(msg_id=lambda s: i8(s.now - 290 << 32 | 400))); well("edge early", dict(msg_id=lambda s: i8(s.now + 25 << 32 | 400))); well("no fraction", dict(msg_id=lambda s: i8(s.now << 32)))
for q in (3, 7, 101, 65537): well(f"seqno {q}", dict(seq=i4(q)))
well("tdesktop end", dict(exp=lambda s: i4(s.now + 86430)), mat=lambda s: dict(key_expires_at=s.now + 86400))
well("mtcute end", dict(exp=lambda s: i4(s.now + 86404)), mat=lambda s: dict(key_expires_at=s.now + 86399))
well("an hour", dict(exp=lambda s: i4(s.now + 3600)), mat=lambda s: dict(key_expires_at=s.now + 3599)); well("two minutes", dict(exp=lambda s: i4(s.now + 120)))
well("perm leading zero", dict(ak=lambda s: b"\0\0" + s.r.randbytes(254))); well("temp leading zero", dict(tk=lambda s: b"\0" + s.r.randbytes(255)))
well("perm leading zero, given without", dict(ak=lambda s: b"\0\0" + s.r.randbytes(254)), mat=lambda s: dict(perm_key=s.ak[2:]))
well("session -1", dict(sess=b"\xff" * 8)); well("session 1", dict(sess=i8(1))); well("session 32 bit", dict(sess=lambda s: s.r.randbytes(4) + bytes(4)))
well("nonce small", dict(nonce=i8(7))); well("nonce same as session", dict(nonce=lambda s: s.sess))
well("request only", how="request"); well("em only", how="em"); well("em no values", how="em0"); well("request no keys of temp", how="request", mat=lambda s: dict(temp_key=None))
well("request, unsigned session", how="request", mat=lambda s: dict(session_id=n(s.sess)))
well("both", how="both"); well("with salt", mat=lambda s: dict(salt=sg(s.salt))); well("with unsigned salt", mat=lambda s: dict(salt=n(s.salt)))
well("other keys", mat=lambda s: dict(other_keys=[random.Random(5).randbytes(256), random.Random(6).randbytes(256)]))
well("bound before to the same", mat=lambda s: dict(bound_to=sg(s.perm_id)))
well("local clock behind", mat=lambda s: dict(local_now=s.now - 4000)); well("perm key fresh", mat=lambda s: dict(perm_key_created=s.now - 5)); well("perm key old", mat=lambda s: dict(perm_key_created=s.now - 10**7))
well("now missing", mat=lambda s: dict(now=None))
def twobinds(s, kind="intermediate", first=None):
    bad = build(99, ak=s.ak, tk=s.tk, now=s.now, salt=s.salt, sess=s.sess, msg_id=i8(n(s.msg_id) - (9 << 32)), **(first or {}))
    pq = plainmsg(s.now - 20, u("f18e7ebe") + bytes(range(16)))
    return framed(kind, pq, bad.packet, s.packet)
for k in ("abridged", "intermediate", "padded", "full", "quick"):
    well(f"stream {k}", how="stream", mat=lambda s, k=k: dict(stream=framed(k, plainmsg(s.now - 20, u("f18e7ebe") + bytes(range(16))), s.packet)))
    well(f"stream two binds {k}", dict(seq=i4(3)), how="stream", mat=lambda s, k=k: dict(stream=twobinds(s, k)))
for k in ("abridged", "intermediate", "padded"):
    well(f"stream obfuscated {k}", how="stream", mat=lambda s, k=k: dict(stream=obf(framed(k, s.packet))))
    well(f"stream obfuscated two binds {k}", dict(seq=i4(3)), how="stream", mat=lambda s, k=k: dict(stream=obf(twobinds(s, k))))
well("stream: first bind wrong salt, resent same id", dict(), how="stream", mat=lambda s: dict(stream=framed("intermediate", build(SEED[0], salt=bytes(8)).packet, s.packet)))
well("stream: first bind wrong hash, second right", dict(seq=i4(3)), how="stream", mat=lambda s: dict(stream=twobinds(s, "intermediate", dict(hashed=lambda x: x.padded))))
well("stream: first bind by a fresh nonce inside, second right", dict(seq=i4(3)), how="stream", mat=lambda s: dict(stream=twobinds(s, "abridged", dict(i_nonce=bytes(range(8))))))
well("stream: perm getConfig before", how="stream", mat=lambda s: dict(stream=framed("intermediate", seal2(s.ak, bytes(16) + i8(s.now - 3 << 32) + i4(1) + i4(4) + u("6b18f9c4"), bytes(12)), s.packet)))
well("stream: getConfig behind", how="stream", mat=lambda s: dict(stream=framed("intermediate", s.packet, seal2(s.tk, s.salt + s.sess + i8(n(s.msg_id) + (1 << 32)) + i4(3) + i4(4) + u("6b18f9c4"), bytes(12)))))
SEED = [0]
def told_healthy(i):
    """What is told of a healthy one."""
    name, over, mat, how, answer = H[i]
    SEED[0] = 30000 + i
    s = build(30000 + i, **over)
    m = dict(perm_key=s.ak, temp_key=s.tk, now=s.now)
    if how in ("packet", "both"): m["packet"] = s.packet
    if how in ("request", "both"): m["request"] = s.request
    if how in ("request", "em", "em0"): m.update(session_id=sg(s.sess), msg_id=n(s.msg_id))
    if how in ("em", "em0"): m["encrypted_message"] = s.em
    if how == "em": m.update(nonce=sg(s.nonce), expires_at=sg(s.exp))
    m["answer"] = answer(s) if callable(answer) else answer
    if mat: m.update(mat(s))
    return {k: v for k, v in m.items() if v is not None}

# ---- two together
B = {c["name"]: c for c in S}
INNER = ["i_nonce big-endian", "i_temp big-endian", "i_perm zero", "i_sess lost low bits of a double", "i_msg_id halves changed", "inner seqno outer's", "inner length 72", "constructor BE", "constructor the request's", "inner expires plus 1", "inner expires BE", "temp id first eight of sha1", "perm id inner of the hex text", "session is the permanent connection's", "nonce drawn twice", "msg_id drawn again", "msg_id of the previous message", "inner session before perm", "inner no nonce", "seqno 8 wide", "no random128", "length before seqno", "temp id is perm id", "inner expires 8 wide", "expires both duration", "expires both past", "expires both year"]
SEAL = ["msg_key first 16", "msg_key over padding", "msg_key sha256 8..24", "msg_key inner only", "msg_key reversed", "x 8", "kdf v2", "kdf of key temp key", "kdf of key hex", "kdf iv halves", "kdf iv zero", "kdf key<->iv", "kdf b other order", "kdf b slice 0..12", "cipher CBC", "cipher ECB", "cipher decrypt", "padding 24", "em key id BE int", "em temp id in front", "kdf of key reversed", "cipher in place"]
OUTER = ["request perm zero", "request nonce zero", "request nonce other", "request expires plus 1", "packet session other", "packet seqno 0", "packet id of perm", "packet msg_id odd", "packet length 148", "packet msg_key without padding", "packet msg_id old", "packet salt of nothing known", "em hex", "request fe header", "request nonce first", "request flags", "request one more pad", "packet x 8"]
pairs = []
r = random.Random(77)
for a, b, k in ((INNER, SEAL, 60), (INNER, OUTER, 40), (SEAL, OUTER, 40), (INNER, INNER, 30), (SEAL, SEAL, 20), (OUTER, OUTER, 12)):
    got = 0
    while got < k:
        x, y = r.choice(a), r.choice(b)
        if x == y or set(B[x]["over"]) & set(B[y]["over"]) or (x, y) in pairs: continue
        pairs.append((x, y)); got += 1
def told_double(x, y):
    """What is told of two mistakes together."""
    s = build(80000 + pairs.index((x, y)), **{**B[x]["over"], **B[y]["over"]})
    extra = {k: v(s) for k, v in {**B[x]["extra"], **B[y]["extra"]}.items()}
    told = dict(packet=s.packet, perm_key=s.ak, temp_key=s.tk, now=s.now, **extra)
    return {**told, "answer": EMI} if good(s)[:3] == "EMI" else told

# ---- answers to right bytes, and whether they say that it is bound
A = [  # (answer, may be healthy)
 ("400 EXPIRES_AT_INVALID",0),("EXPIRES_AT_INVALID",0),("400: TEMP_AUTH_KEY_EMPTY",0),("TEMP_AUTH_KEY_ALREADY_BOUND (400)",0),("RPC_ERROR 400 ENCRYPTED_MESSAGE_INVALID",0),
 ("RpcError: 400 ENCRYPTED_MESSAGE_INVALID (caused by auth.bindTempAuthKey)",0),("telethon.errors.rpcerrorlist.EncryptedMessageInvalidError: Encrypted message invalid (caused by BindTempAuthKeyRequest)",0),
 ("pyrogram.errors.exceptions.bad_request_400.EncryptedMessageInvalid: Telegram says: [400 ENCRYPTED_MESSAGE_INVALID] - The specified encrypted message is invalid",0),
 ('{"_": "rpc_error", "error_code": 400, "error_message": "ENCRYPTED_MESSAGE_INVALID"}',0),('{"error_code":400,"error_message":"TEMP_AUTH_KEY_EMPTY"}',0),
 ("rpc error code 400: ENCRYPTED_MESSAGE_INVALID",0),("rpcDoRequest: rpc error code 401: AUTH_KEY_PERM_EMPTY",0),("[-404] transport error",0),("-404",0),("404",0),(-404,0),(404,0),("-444",0),(-429,0),("-429",0),("-403",0),(-1,0),("-1",0),(0,0),(1,0),
 ("6cfeffff",0),(bytes.fromhex("6cfeffff"),0),(bytes.fromhex("44feffff"),0),("016cfeffff",0),("040000006cfeffff",0),("Transport error: 404",0),("protocol error 404",0),("HTTP 404",0),("HTTP/1.1 404 Not Found",0),("connection reset by peer",0),("EOF",0),("read: connection reset by peer",0),("timeout",0),("context deadline exceeded",0),("",None),("none",0),("null",0),("None",0),(None,None),("nothing",0),("no answer",0),("silence",0),
 (False,0),("false",0),("boolFalse",0),("379779bc",0),(bytes.fromhex("379779bc"),0),("True",1),("ok",0),("OK",0),("200 OK",0),("true",1),("1",0),("success",0),("boolTrue#997275b5",1),("997275b5",1),("0x997275b5",1),
 ("bad_msg_notification 16",0),("bad_msg_notification 17",0),("bad_msg_notification error_code=32",0),("bad_msg_notification{bad_msg_id=1 bad_msg_seqno=1 error_code=35}",0),("bad_server_salt",0),("bad_server_salt new_server_salt=123",0),("BAD_MSG 48",0),
 ("FLOOD_WAIT_30",0),("420 FLOOD_WAIT_86400",0),("500 RPC_CALL_FAIL",0),("-503 Timeout",0),("RPCError -503: Timedout",0),("500 INTERDC_2_CALL_ERROR",0),("303 NETWORK_MIGRATE_4",0),("401 AUTH_KEY_UNREGISTERED",0),("406 AUTH_KEY_DUPLICATED",0),("401 SESSION_REVOKED",0),("401 AUTH_KEY_INVALID",0),("401 SESSION_PASSWORD_NEEDED",0),("400 CONNECTION_NOT_INITED",0),("400 CONNECTION_LAYER_INVALID",0),("400 CONNECTION_API_ID_INVALID",0),("400 API_ID_INVALID",0),("400 CDN_METHOD_INVALID",0),("400 INPUT_REQUEST_TOO_LONG",0),("400 INPUT_METHOD_INVALID_3453233669_0",0),("400 INPUT_FETCH_ERROR",0),("400 INPUT_CONSTRUCTOR_INVALID",0),("400 MSG_ID_INVALID",0),("400 SOMETHING_NEW_INVALID",0),("403 BOT_METHOD_INVALID",0),("500 No workers running",0),("400 BUSINESS_CONNECTION_NOT_ALLOWED",0),("400 MSG_WAIT_FAILED",0),("AUTH_RESTART",0),("500 AUTH_RESTART",0),
 (lambda s: err(s,400,"ENCRYPTED_MESSAGE_INVALID"),0),(lambda s: err(s,400,"ENCRYPTED_MESSAGE_INVALID").hex(),0),(lambda s: err(s,400,"EXPIRES_AT_INVALID",True),0),(lambda s: u("016d5cf3")+i8(n(s.msg_id)+4)+u("b5757299"),0),(lambda s: u("016d5cf3")+s.msg_id+u("379779bc"),0),
 (lambda s: u("11f8efa7")+s.msg_id+i4(1)+i4(35),0),(lambda s: u("7b44abed")+s.msg_id+i4(1)+i4(48)+bytes(8),0),(lambda s: (u("11f8efa7")+s.msg_id+i4(1)+i4(18)).hex(),0),(lambda s: u("11f8efa7")+i8(n(s.msg_id)-400)+i4(1)+i4(18),0),
 (lambda s: cont((i8(n(s.msg_id)|1),i4(1),u("0809c29e")+s.msg_id+bytes(8)+s.salt)),0),(lambda s: vec(s.msg_id),0),(lambda s: u("c573773 4".replace(" ",""))+s.msg_id+bytes(8),0),(lambda s: u("ec77be7a")+bytes(8),0),(lambda s: u("016d5cf3")+s.msg_id+u("75171a8e")+tl(b"NL")+i4(2)+i4(2),0),
 (lambda s: seal2(s.tk, s.salt+s.sess+i8(n(s.msg_id)|1)+i4(1)+i4(16)+u("016d5cf3")+s.msg_id+u("b5757299"), bytes(16), 8),1),
 (lambda s: seal2(s.tk, s.salt+s.sess+i8(n(s.msg_id)|1)+i4(1)+i4(48)+err(s,400,"ENCRYPTED_MESSAGE_INVALID").ljust(48,b"\0"), bytes(16), 8),0),
 (lambda s: seal2(s.tk, s.salt+s.sess+i8(n(s.msg_id)|1)+i4(1)+i4(20)+u("11f8efa7")+s.msg_id+i4(1)+i4(34), bytes(12), 8),0),
 (lambda s: framed_i(seal2(s.tk, s.salt+s.sess+i8(n(s.msg_id)|1)+i4(1)+i4(16)+u("016d5cf3")+s.msg_id+u("b5757299"), bytes(16), 8)),1),
 (b"\x15\x03\x01\x00\x02\x02\x28",0),(b"HTTP/1.1 400 Bad Request\r\n\r\n",0),(b"",None),(b"\0\0\0\0",0),(b"\xff\xff\xff\xff",0),([1,2],0),({"_":"boolTrue"},1),({"_":"boolFalse"},0),({"error_code":400,"error_message":"ENCRYPTED_MESSAGE_INVALID"},0),(ValueError("400 ENCRYPTED_MESSAGE_INVALID"),0),(TimeoutError(),0),(ConnectionResetError(104,"reset"),0),(3.5,0),("the data centre closed the connection",0),("closed",0),("Error: Request timed out",0),("-503",0),(-503,0),(400,0),(401,0),(420,0),(500,0),(16,0),(48,0),("16",0),("error 48",0),("ENCRYPTED_MESSAGE_INVALID ENCRYPTED_MESSAGE_INVALID",0),("encrypted message invalid",0),("EncryptedMessageInvalid",0),("ENCRYPTED_MESSAGE_INVALIDX",0),("not true",0),("true?",0),("it returned true the second time",0),("was not boolTrue but boolFalse",0),("returned false, expected true",0),("Bool(true)",1),("tl.boolTrue{}",1),("Ok(true)",1),("Bool::True",1),("rpc_result: boolTrue",1),("first ENCRYPTED_MESSAGE_INVALID, then boolTrue",0),
]
def framed_i(p): return i4(len(p)) + p
def told_answer(i):
    """Right bytes, and what was answered."""
    s, answer = build(50000 + i), A[i][0]
    return dict(packet=s.packet, perm_key=s.ak, temp_key=s.tk, now=s.now, answer=answer(s) if callable(answer) else answer)
