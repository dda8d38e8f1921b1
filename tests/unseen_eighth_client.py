"""A client of the eighth author: AES-IGE over ECB, both schedules, TL. Nothing of the package is in it."""

# ruff: noqa
# mypy: ignore-errors

import hashlib, random, struct
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
def ecb(k, d, dec=False):
    c = Cipher(algorithms.AES(k), modes.ECB()); c = c.decryptor() if dec else c.encryptor()
    return c.update(d)
def xor(a, b): return bytes(i ^ j for i, j in zip(a, b))
def ige(k, iv, d, dec=False):
    a, b = (iv[:16], iv[16:]) if not dec else (iv[16:], iv[:16])
    out = b""
    for i in range(0, len(d), 16):
        p = d[i:i+16]; c = xor(ecb(k, xor(p, a), dec), b); out += c; a, b = c, p
    return out
def cbc(k, iv, d):
    c = Cipher(algorithms.AES(k), modes.CBC(iv[:16])).encryptor(); return c.update(d)
def ctr(k, iv, d):
    c = Cipher(algorithms.AES(k), modes.CTR(iv[:16])).encryptor(); return c.update(d)
sha1 = lambda d: hashlib.sha1(d).digest()
sha256 = lambda d: hashlib.sha256(d).digest()
def v1(ak, mk, x=0):
    a = sha1(mk + ak[x:x+32]); b = sha1(ak[x+32:x+48] + mk + ak[x+48:x+64]); c = sha1(ak[x+64:x+96] + mk); d = sha1(mk + ak[x+96:x+128])
    return a[:8]+b[8:20]+c[4:16], a[8:20]+b[:8]+c[16:20]+d[:8]
def v2(ak, mk, x=0):
    a = sha256(mk + ak[x:x+36]); b = sha256(ak[40+x:76+x] + mk)
    return a[:8]+b[8:24]+a[24:], b[:8]+a[8:24]+b[24:]
u64 = lambda v: struct.pack("<Q", v & (2**64-1)); u32 = lambda v: struct.pack("<I", v & (2**32-1))
def tl(b):
    h = bytes([len(b)]) if len(b) < 254 else b"\xfe" + struct.pack("<I", len(b))[:3]
    s = h + b; return s + bytes(-len(s) % 4)
kid = lambda ak: sha1(ak)[12:20]
i64 = lambda b: struct.unpack("<q", b)[0]
class World:
    def __init__(w, seed):
        r = w.r = random.Random(f"eighth {seed}"); B = r.randbytes
        w.perm, w.temp, w.other = B(256), B(256), B(256)
        w.now = 1_795_000_000 + r.randrange(10**6)
        w.mid = (w.now << 32 | r.getrandbits(30) << 2)
        w.sid = r.getrandbits(64) | 1; w.sid = w.sid if w.sid < 2**63 else w.sid - 2**64
        w.nonce = B(8); w.salt = B(8); w.exp = w.now + 86400
        w.rand = B(16); w.pad = B(8)
ORDER = ["ctor", "nonce", "temp", "perm", "session", "expires"]
def build(w, inner=None, order=None, body=None, head=None, plain=None, pad=None, mk=None, kdf=None, mode=None, mkuse=None,
          blob=None, field=None, rorder=None, request=None, key=None, ren=None, wrap=None, outer=None, packet=None):
    f = {"ctor": bytes.fromhex("65f7a375"), "nonce": w.nonce, "temp": kid(w.temp), "perm": kid(w.perm), "session": u64(w.sid), "expires": u32(w.exp)}
    f.update(inner(w, f) if callable(inner) else inner or {})
    b = b"".join(f[n] for n in order or ORDER)
    if body: b = body(b)
    h = {"rand": w.rand, "mid": u64(w.mid), "seq": u32(0), "len": u32(len(b))}
    h.update(head(w) if callable(head) else head or {})
    p = h["rand"] + h["mid"] + h["seq"] + h["len"] + b
    if plain: p = plain(p)
    pd = pad(p) if callable(pad) else (pad if pad is not None else (w.pad * 2)[:-len(p) % 16])
    ak = key if key is not None else w.perm
    k = mk(p, pd, ak) if mk else sha1(p)[4:20]
    K, V = (kdf or v1)(ak, mkuse(k) if mkuse else k)
    c = (mode or ige)(K, V, p + pd)
    e = blob(w, kid(w.perm), k, c) if blob else kid(w.perm) + k + c
    q = {"ctor": bytes.fromhex("052ad4cd"), "perm": kid(w.perm), "nonce": w.nonce, "expires": u32(w.exp), "em": tl(e)}
    q.update(field(w, q, e) if callable(field) else field or {})
    rq = b"".join(q[n] for n in rorder or ["ctor", "perm", "nonce", "expires", "em"])
    if request: rq = request(rq)
    d = {"request": rq, "perm_key": w.perm, "temp_key": w.temp, "session_id": w.sid, "msg_id": w.mid, "now": w.now, "answer": "400 ENCRYPTED_MESSAGE_INVALID"}
    if outer is not None:
        d["packet"] = send(w, wrap(w, rq) if wrap else rq, **outer); d.pop("request"); d["salt"] = i64(w.salt)
        if packet: d["packet"] = packet(d["packet"])
    elif wrap: d["request"] = wrap(w, rq)
    return d
def send(w, body, key=None, x=0, salt=None, sid=None, mid=None, seq=1, length=None, pad=None, mk=None, kdf=None, akid=None, mode=None, plainfn=None):
    ak = key or w.temp
    p = (salt or w.salt) + u64(w.sid if sid is None else sid) + u64(w.mid if mid is None else mid) + u32(seq) + u32(len(body) if length is None else length) + body
    if plainfn: p = plainfn(p)
    n = -len(p) % 16; n += 16 if n < 12 else 0
    pd = w.r.randbytes(n) if pad is None else pad(p, w.r)
    k = mk(ak, p, pd) if mk else sha256(ak[88+x:120+x] + p + pd)[8:24]
    K, V = (kdf or v2)(ak, k, x)
    return (akid or kid(ak)) + k + (mode or ige)(K, V, p + pd)
