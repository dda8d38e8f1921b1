"""The client of a seventh author: AES-IGE over ECB, hashes, TL, packets and streams of its own, and its own judge.

`build(seed, step=value or function, ...)` makes a binding with some of its steps done otherwise."""

# ruff: noqa
# mypy: ignore-errors

import gzip
import random
import struct
from hashlib import md5, sha1, sha256, sha512
import hmac
import zlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def h1(b): return sha1(b).digest()
def h256(b): return sha256(b).digest()
def block(key, data, decrypt=False):
    c = Cipher(algorithms.AES(key), modes.ECB())
    c = c.decryptor() if decrypt else c.encryptor()
    return c.update(data) + c.finalize()
def xor(a, b): return bytes(x ^ y for x, y in zip(a, b))
def ige(key, iv, data, decrypt=False):
    c, p, out = iv[:16], iv[16:32], b""
    for i in range(0, len(data), 16):
        d = data[i:i + 16]
        if decrypt:
            m = xor(block(key, xor(d, p), True), c)
            c, p = d, m
            out += m
        else:
            e = xor(block(key, xor(d, c)), p)
            c, p = e, d
            out += e
    return out
def tl(b):
    head = bytes([len(b)]) if len(b) < 254 else b"\xfe" + len(b).to_bytes(3, "little")
    return head + b + bytes(-(len(head) + len(b)) % 4)
def i4(n): return struct.pack("<I", n & 0xFFFFFFFF)
def i8(n): return struct.pack("<Q", n & 0xFFFFFFFFFFFFFFFF)
def n(b): return int.from_bytes(b, "little")
def sg(b): return int.from_bytes(b, "little", signed=True)
def kdf1(ak, mk, x=0):
    a = h1(mk + ak[x:x + 32]); b = h1(ak[x + 32:x + 48] + mk + ak[x + 48:x + 64])
    c = h1(ak[x + 64:x + 96] + mk); d = h1(mk + ak[x + 96:x + 128])
    return a[:8] + b[8:20] + c[4:16], a[8:20] + b[:8] + c[16:20] + d[:8]
def kdf2(ak, mk, x=0):
    a = h256(mk + ak[x:x + 36]); b = h256(ak[40 + x:76 + x] + mk)
    return a[:8] + b[8:24] + a[24:32], b[:8] + a[8:24] + b[24:32]
def seal2(ak, plain, pad, x=0, kid=None):
    mk = h256(ak[88 + x:120 + x] + plain + pad)[8:24]
    return (kid or h1(ak)[12:20]) + mk + ige(*kdf2(ak, mk, x), plain + pad)
def seal1(ak, plain, pad, x=0, kid=None):
    mk = h1(plain)[4:20]
    return (kid or h1(ak)[12:20]) + mk + ige(*kdf1(ak, mk, x), plain + pad)

CT = bytes.fromhex("65f7a375"); REQ = bytes.fromhex("052ad4cd")
STEPS = dict(
    ak=lambda s: s.r.randbytes(256), tk=lambda s: s.r.randbytes(256),
    now=lambda s: 1795000000 + s.r.randrange(10**7),
    sess=lambda s: s.r.randbytes(8), salt=lambda s: s.r.randbytes(8), nonce=lambda s: s.r.randbytes(8),
    msg_id=lambda s: i8((s.now << 32) + s.r.randrange(1 << 30) * 4),
    seq=lambda s: i4(1), exp=lambda s: i4(s.now + 86400),
    perm_id=lambda s: h1(s.ak)[12:20], temp_id=lambda s: h1(s.tk)[12:20],
    rand16=lambda s: s.r.randbytes(16),
    i_msg_id=lambda s: s.msg_id, i_seq=lambda s: i4(0), i_len=lambda s: None,
    i_ctor=lambda s: CT, i_nonce=lambda s: s.nonce, i_temp=lambda s: s.temp_id, i_perm=lambda s: s.perm_id,
    i_sess=lambda s: s.sess, i_exp=lambda s: s.exp,
    inner=lambda s: s.i_ctor + s.i_nonce + s.i_temp + s.i_perm + s.i_sess + s.i_exp,
    envelope=lambda s: s.rand16 + s.i_msg_id + s.i_seq + (s.i_len if s.i_len is not None else i4(len(s.inner))) + s.inner,
    pad=lambda s: s.r.randbytes(-len(s.envelope) % 16),
    padded=lambda s: s.envelope + s.pad,
    hashed=lambda s: s.envelope,
    msg_key=lambda s: h1(s.hashed)[4:20],
    k_ak=lambda s: s.ak, k_mk=lambda s: s.msg_key, x=lambda s: 0,
    sa=lambda s: h1(s.k_mk + s.k_ak[s.x:s.x + 32]),
    sb=lambda s: h1(s.k_ak[s.x + 32:s.x + 48] + s.k_mk + s.k_ak[s.x + 48:s.x + 64]),
    sc=lambda s: h1(s.k_ak[s.x + 64:s.x + 96] + s.k_mk),
    sd=lambda s: h1(s.k_mk + s.k_ak[s.x + 96:s.x + 128]),
    key=lambda s: s.sa[:8] + s.sb[8:20] + s.sc[4:16],
    iv=lambda s: s.sa[8:20] + s.sb[:8] + s.sc[16:20] + s.sd[:8],
    ct=lambda s: ige(s.key, s.iv, s.padded),
    em_id=lambda s: s.perm_id,
    em=lambda s: s.em_id + s.msg_key + s.ct,
    r_ctor=lambda s: REQ, r_perm=lambda s: s.perm_id, r_nonce=lambda s: s.nonce, r_exp=lambda s: s.exp,
    r_em=lambda s: tl(s.em),
    request=lambda s: s.r_ctor + s.r_perm + s.r_nonce + s.r_exp + s.r_em,
    body=lambda s: s.request,
    o_len=lambda s: i4(len(s.body)),
    message=lambda s: s.msg_id + s.seq + s.o_len + s.body,
    o_sess=lambda s: s.sess,
    plain=lambda s: s.salt + s.o_sess + s.message,
    o_pad=lambda s: s.r.randbytes(12 + (-(len(s.plain) + 12)) % 16),
    o_ak=lambda s: s.tk, o_x=lambda s: 0, o_id=lambda s: s.temp_id,
    o_mk=lambda s: h256(s.o_ak[88 + s.o_x:120 + s.o_x] + s.plain + s.o_pad)[8:24],
    o_kiv=lambda s: kdf2(s.o_ak, s.o_mk, s.o_x),
    o_ct=lambda s: ige(*s.o_kiv, s.plain + s.o_pad),
    packet=lambda s: s.o_id + s.o_mk + s.o_ct,
)
class State: pass
def build(seed, **over):
    s = State()
    unknown = set(over) - set(STEPS)
    assert not unknown, unknown
    for name, f in STEPS.items():
        s.r = random.Random(f"{seed} {name}")   # one mistake shifts no other bytes
        o = over.get(name, f)
        setattr(s, name, o(s) if callable(o) else o)
    return s

def good(s):
    """The judge: what a strict data centre says of these bytes (own code)."""
    try:
        p = s.packet
        if p[:8] != h1(s.tk)[12:20] or len(p) < 24 + 48 or (len(p) - 24) % 16: return "-404"
        mk = p[8:24]; pl = ige(*kdf2(s.tk, mk), p[24:], True)
        if h256(s.tk[88:120] + pl)[8:24] != mk: return "-404"
        ln = n(pl[28:32])
        if ln % 4 or not 12 <= len(pl) - 32 - ln <= 1024: return "-404"
        body = pl[32:32 + ln]; mid = pl[16:24]; sess = pl[8:16]
        if pl[:8] != s.salt: return "salt"
        if n(mid) % 4: return "18"
        t = n(mid) >> 32
        if t < s.now - 300: return "16"
        if t > s.now + 30: return "17"
        if not n(pl[24:28]) & 1: return "35"
        return judge_request(s, body, mid, sess)
    except Exception as e:
        return "broken %r" % e
def judge_request(s, body, mid, sess):
    if body[:4] != REQ: return "METHOD"
    if body[24] != 0x68 or len(body) != 132: return "FETCH/EMI"
    em = body[25:129]
    if em[:8] != body[4:12] or em[:8] != h1(s.ak)[12:20]: return "EMI id"
    mk = em[8:24]; pl = ige(*kdf1(s.ak, mk), em[24:], True)
    if n(pl[28:32]) != 40 or h1(pl[:72])[4:20] != mk: return "EMI hash"
    want = mid + i4(0) + i4(40) + CT + body[12:20] + h1(s.tk)[12:20] + h1(s.ak)[12:20] + sess + body[20:24]
    if pl[16:72] != want: return "EMI fields"
    e = sg(body[20:24])
    if not s.now < e: return "EXP"
    return "true"


def err(s, code, text, gzipped=False):
    e = u('19ca4421') + i4(code) + tl(text.encode())
    return u('016d5cf3') + s.msg_id + (gzp(e) if gzipped else e)
def cont(*ms): return bytes.fromhex("dcf8f173") + i4(len(ms)) + b"".join(a + b + i4(len(c)) + c for a, b, c in ms)
def u(h): return bytes.fromhex(h)
def iwl(q, layer=195): return u("0d0d9bda") + i4(layer) + q
def init(q, flags=0, mid=b""): return u("a95ecdc1") + i4(flags) + i4(6) + b"".join(tl(x) for x in (b"PC", "Linux \u00e9".encode(), b"1.0", b"en", b"", b"en")) + mid + q
def gzp(q): return u("a1cf7230") + tl(gzip.compress(q, mtime=0))
def vec(*ids): return u("59b4d662") + u("15c4b51c") + i4(len(ids)) + b"".join(ids)
def box(s, *before, after=(), seq=i4(4), top=64, body=None):
    ms = list(before) + [(s.msg_id, i4(1), body or s.request)] + list(after)
    b = cont(*ms)
    return i8(n(s.msg_id) + top) + seq + i4(len(b)) + b
def plainmsg(t, body, bits=0): return bytes(8) + i8(t << 32 | bits) + i4(len(body)) + body
def framed(kind, *packets, seed=1):
    r = random.Random(seed)
    if kind == "abridged": return b"\xef" + b"".join((bytes([len(p) // 4]) if len(p) // 4 < 127 else b"\x7f" + (len(p) // 4).to_bytes(3, "little")) + p for p in packets)
    if kind == "intermediate": return b"\xee" * 4 + b"".join(i4(len(p)) + p for p in packets)
    if kind == "quick": return b"\xee" * 4 + b"".join(i4(len(p) | 0x80000000) + p for p in packets)
    if kind == "padded":
        out = b"\xdd" * 4
        for p in packets:
            z = r.randbytes(r.randrange(16)); out += i4(len(p + z)) + p + z
        return out
    if kind == "full":
        out = b""
        for i, p in enumerate(packets):
            f = i4(len(p) + 12) + i4(i) + p; out += f + i4(zlib.crc32(f))
        return out
def obf(data, seed=2, secret=None):
    tag = {0xef: b"\xef" * 4, 0xee: b"\xee" * 4, 0xdd: b"\xdd" * 4}[data[0]]
    body = data[1:] if data[0] == 0xef else data[4:]
    r = random.Random(seed); head = bytearray(r.randbytes(64)); head[56:60] = tag
    e = Cipher(algorithms.AES(bytes(head[8:40])), modes.CTR(bytes(head[40:56]))).encryptor()
    return bytes(head[:56]) + e.update(bytes(head))[56:] + e.update(body)
