"""A client of the ninth author: own IGE over ECB, both schedules, TL; each step can be taken otherwise. Nothing of the
package is in it."""

# ruff: noqa
# mypy: ignore-errors

import hashlib, random, struct
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

def sha1(*p): return hashlib.sha1(b"".join(p)).digest()
def sha256(*p): return hashlib.sha256(b"".join(p)).digest()
def xor(a, b): return bytes(x ^ y for x, y in zip(a, b))
def q(n): return struct.pack("<Q", n & 2**64-1)
def d(n): return struct.pack("<I", n & 2**32-1)
def sg(n, bits=64): n &= 2**bits-1; return n - 2**bits if n >> bits-1 else n

def ige(key, iv, data, decrypt=False):
    c = Cipher(algorithms.AES(key), modes.ECB()); f = (c.decryptor() if decrypt else c.encryptor()).update
    pc, pp = iv[:16], iv[16:32]
    if decrypt: pc, pp = pp, pc
    out = b""
    for i in range(0, len(data), 16):
        b = data[i:i+16]; o = xor(f(xor(b, pc)), pp); out += o; pc, pp = o, b
    return out

def kdf1(ak, mk, x=0):
    a = sha1(mk, ak[x:x+32]); b = sha1(ak[x+32:x+48], mk, ak[x+48:x+64]); c = sha1(ak[x+64:x+96], mk); e = sha1(mk, ak[x+96:x+128])
    return a[:8]+b[8:20]+c[4:16], a[8:20]+b[:8]+c[16:20]+e[:8]
def kdf2(ak, mk, x=0):
    a = sha256(mk, ak[x:x+36]); b = sha256(ak[40+x:76+x], mk)
    return a[:8]+b[8:24]+a[24:32], b[:8]+a[8:24]+b[24:32]
def kid(ak): return sha1(ak)[12:20]
def tl(b):
    h = bytes([len(b)]) if len(b) < 254 else b"\xfe"+struct.pack("<I", len(b))[:3]
    return h+b+bytes(-len(h+b) % 4)

INNER = ["constructor", "nonce", "temp_auth_key_id", "perm_auth_key_id", "temp_session_id", "expires_at"]
BASE = 1795000000
class Ctx:
    """The true values, and everything built from them by hooks that a patient replaces."""
    def __init__(s, seed):
        r = s.r = random.Random(f"ninth {seed}")
        s.perm, s.temp, s.other = r.randbytes(256), r.randbytes(256), r.randbytes(256)
        s.now = BASE + r.randrange(10**6)
        s.msg_id = (s.now << 32 | r.randrange(2**32)) & ~3
        s.session = r.getrandbits(64) | 1; s.nonce = r.getrandbits(64) | 1 ; s.salt = r.getrandbits(64) | 1
        s.expires = s.now + 86400; s.seqno = 1
        s.random = r.randbytes(16); s.pad8 = r.randbytes(8)
        s.v = {"constructor": bytes.fromhex("65f7a375"), "nonce": q(s.nonce), "temp_auth_key_id": kid(s.temp), "perm_auth_key_id": kid(s.perm),
               "temp_session_id": q(s.session), "expires_at": d(s.expires)}      # inside
        s.order = list(INNER)
        s.hd = {"random": s.random, "msg_id": q(s.msg_id), "seqno": d(0), "length": d(40)}; s.hdorder = ["random", "msg_id", "seqno", "length"]
        s.hash = lambda plain, pad: sha1(plain)[4:20]
        s.kdf = lambda mk: kdf1(s.perm, mk)
        s.padding = lambda plain: (s.pad8 + s.pad8)[:-len(plain) % 16]
        s.cipher = lambda k, iv, p: ige(k, iv, p)
        s.em_of = lambda mk, ct: kid(s.perm)+mk+ct
        s.rv = {"constructor": bytes.fromhex("052ad4cd"), "perm_auth_key_id": kid(s.perm), "nonce": q(s.nonce), "expires_at": d(s.expires)}
        s.rorder = ["constructor", "perm_auth_key_id", "nonce", "expires_at", "encrypted_message"]
        s.tlbytes = tl
        s.body = lambda req: req
        s.mv = {"salt": q(s.salt), "session_id": q(s.session), "msg_id": q(s.msg_id), "seqno": d(1), "length": None}
        s.morder = ["salt", "session_id", "msg_id", "seqno", "length"]
        s.mpad = None; s.pkey = s.temp; s.pid = None; s.v1packet = False; s.px = 0; s.pmk = None
    def build(s):
        s.inner = b"".join(s.v[n] for n in s.order)
        s.plain = b"".join(s.hd[n] for n in s.hdorder) + s.inner
        pad = s.padding(s.plain); s.padded = s.plain + pad
        s.mk = s.hash(s.plain, pad); k, iv = s.kdf(s.mk)
        s.ct = s.cipher(k, iv, s.padded); s.em = s.em_of(s.mk, s.ct)
        s.request = b"".join(s.tlbytes(s.em) if n == "encrypted_message" else s.rv[n] for n in s.rorder)
        body = s.body(s.request)
        m = b"".join((d(len(body)) if n == "length" and s.mv[n] is None else s.mv[n]) for n in s.morder) + body
        mp = s.r.randbytes(12 + -(len(m)+12) % 16) if s.mpad is None else s.mpad(m)
        if s.v1packet:
            mp = mp[:-len(m) % 16]; mk = sha1(m)[4:20]; k, iv = kdf1(s.pkey, mk, s.px)
        else:
            mk = (s.pmk or (lambda a, m, p: sha256(a[88+s.px:120+s.px], m, p)[8:24]))(s.pkey, m, mp); k, iv = kdf2(s.pkey, mk, s.px)
        s.message = m
        s.packet = (kid(s.pkey) if s.pid is None else s.pid) + mk + ige(k, iv, m+mp)
        return s
