"""A maker of binding messages for one more judge: the standard library and `cryptography`, nothing of mtlib."""

import hashlib
import random
import struct
import zlib
from types import SimpleNamespace

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

try:
    from cryptography.hazmat.decrepit.ciphers.modes import CFB, OFB
except ImportError:
    CFB, OFB = modes.CFB, modes.OFB


def sha1(b):
    return hashlib.sha1(b).digest()


def sha256(b):
    return hashlib.sha256(b).digest()


def i32(n):
    return struct.pack("<I", n & 0xFFFFFFFF)


def i64(n):
    return struct.pack("<Q", n & (2**64 - 1))


def signed(b):
    return struct.unpack("<q", b)[0]


def unsigned(b):
    return struct.unpack("<Q", b)[0]


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b, strict=False))


def ecb(key, data, decrypt=False):
    c = Cipher(algorithms.AES(key), modes.ECB())
    f = c.decryptor() if decrypt else c.encryptor()
    return f.update(data) + f.finalize()


def ige(key, iv, data, decrypt=False, block=None):
    y, x = iv[:16], iv[16:32]
    out = b""
    for i in range(0, len(data), 16):
        p = data[i : i + 16]
        if decrypt:
            c = xor(ecb(key, xor(p, x), True), y)
            y, x = p, c
        else:
            c = xor(ecb(key, xor(p, y)), x)
            y, x = c, p
        out += c
    return out


def tls(b):
    head = bytes([len(b)]) if len(b) < 254 else b"\xfe" + struct.pack("<I", len(b))[:3]
    r = head + b
    return r + bytes(-len(r) % 4)


def v1(key, mk, x=0):
    a = sha1(mk + key[x : x + 32])
    b = sha1(key[32 + x : 48 + x] + mk + key[48 + x : 64 + x])
    c = sha1(key[64 + x : 96 + x] + mk)
    d = sha1(mk + key[96 + x : 128 + x])
    return a[:8] + b[8:20] + c[4:16], a[8:20] + b[:8] + c[16:20] + d[:8]


def v2(key, mk, x=0):
    a = sha256(mk + key[x : x + 36])
    b = sha256(key[40 + x : 76 + x] + mk)
    return a[:8] + b[8:24] + a[24:32], b[:8] + a[8:24] + b[24:32]


def abcd(s):
    k, mk = s.seal_key, s.msg_key
    return sha1(mk + k[:32]), sha1(k[32:48] + mk + k[48:64]), sha1(k[64:96] + mk), sha1(mk + k[96:128])


CTOR_INNER, CTOR_REQ = bytes.fromhex("65f7a375"), bytes.fromhex("052ad4cd")
NOW = 1_794_000_000


def build(seed, m=None, **given):
    """One bind; `m` maps the name of a step to a function (state, right value) -> the value used."""
    m = m or {}
    r = random.Random(seed)
    s = SimpleNamespace()

    def step(name, value):
        value = m[name](s, value) if name in m else value
        setattr(s, name, value)
        return value

    s.r = r
    s.now = given.get("now", NOW + r.randrange(10**6))
    s.perm = given.get("perm") or bytes([r.randrange(1, 256)]) + r.randbytes(255)
    s.temp = given.get("temp") or bytes([r.randrange(1, 256)]) + r.randbytes(255)
    s.other_temp, s.other_perm = r.randbytes(256), r.randbytes(256)
    s.session = given.get("session") or r.randbytes(8)
    s.other_session = r.randbytes(8)
    s.msg_id = given.get("msg_id") or i64((s.now << 32) | (r.randrange(2**30) << 2))
    s.nonce = given.get("nonce") or r.randbytes(8)
    s.expires = given.get("expires", s.now + 86400)
    s.salt = r.randbytes(8)
    s.rnd16 = given.get("rnd16", r.randbytes(16))
    s.seq = given.get("seq", 1)
    s.pad_bytes = given.get("pad", r.randbytes(8))
    s.r3 = r.randbytes(300)
    step("perm_id", sha1(s.perm)[12:20])
    step("temp_id", sha1(s.temp)[12:20])
    # the values inside
    step("in_ctor", CTOR_INNER)
    step("in_nonce", s.nonce)
    step("in_temp", s.temp_id)
    step("in_perm", s.perm_id)
    step("in_session", s.session)
    step("in_expires", i32(s.expires))
    step("inner", s.in_ctor + s.in_nonce + s.in_temp + s.in_perm + s.in_session + s.in_expires)
    step("in_random", s.rnd16)
    step("in_msg_id", s.msg_id)
    step("in_seqno", i32(0))
    step("in_length", i32(len(s.inner) if m.get("_len") else 40))
    step("plain", s.in_random + s.in_msg_id + s.in_seqno + s.in_length + s.inner)
    step("padding", (s.pad_bytes + s.r3)[: -len(s.plain) % 16])
    step("padded", s.plain + s.padding)
    step("seal_key", s.perm)
    step("msg_key", sha1(s.plain)[4:20])
    step("key_iv", v1(s.seal_key, s.msg_key))
    s.key, s.iv = s.key_iv
    step("cipher", b"" if "cipher" in m else ige(s.key, s.iv, s.padded))
    step("blob_id", s.perm_id)
    step("blob", s.blob_id + s.msg_key + s.cipher)
    step("rq_ctor", CTOR_REQ)
    step("rq_perm", s.perm_id)
    step("rq_nonce", s.nonce)
    step("rq_expires", i32(s.expires))
    step("rq_blob", tls(s.blob))
    step("request", s.rq_ctor + s.rq_perm + s.rq_nonce + s.rq_expires + s.rq_blob)
    # the message that carries it
    step("body", s.request)
    step("out_salt", s.salt)
    step("out_session", s.session)
    step("out_msg_id", s.msg_id)
    step("out_seqno", i32(s.seq))
    step("out_length", i32(len(s.body)))
    step("out_plain", s.out_salt + s.out_session + s.out_msg_id + s.out_seqno + s.out_length + s.body)
    step("out_pad", s.r3[100 : 100 + 12 + (-(len(s.out_plain) + 12) % 16)])
    step("out_data", s.out_plain + s.out_pad)
    step("out_key", s.temp)
    step("out_msg_key", sha256(s.out_key[88:120] + s.out_data)[8:24])
    step("out_key_iv", v2(s.out_key, s.out_msg_key))
    step("out_cipher", ige(*s.out_key_iv, s.out_data) if len(s.out_data) % 16 == 0 else b"")
    step("out_id", s.temp_id)
    step("packet", s.out_id + s.out_msg_key + s.out_cipher)
    return s


def frame(kind, p, seed=0):
    r = random.Random(seed)
    if kind == "abridged":
        n = len(p) // 4
        return b"\xef" + (bytes([n]) if n < 127 else b"\x7f" + struct.pack("<I", n)[:3]) + p
    if kind == "intermediate":
        return b"\xee" * 4 + i32(len(p)) + p
    if kind == "padded":
        pad = r.randbytes(3)
        return b"\xdd" * 4 + i32(len(p) + len(pad)) + p + pad
    if kind == "full":
        b = i32(len(p) + 12) + i32(0) + p
        return b + i32(zlib.crc32(b))
    if kind.startswith("obfuscated"):
        tag = {
            "obfuscated-abridged": b"\xef" * 4,
            "obfuscated-intermediate": b"\xee" * 4,
            "obfuscated-padded": b"\xdd" * 4,
        }[kind]
        head = bytearray(r.randbytes(64))
        head[0] = 0x31
        head[4] |= 1
        head[56:60] = tag
        head[60:62] = b"\x02\x00"
        ctr = Cipher(algorithms.AES(bytes(head[8:40])), modes.CTR(bytes(head[40:56]))).encryptor()
        enc = ctr.update(bytes(head))
        plain = {"e": frame("abridged", p)[1:], "i": frame("intermediate", p)[4:], "d": frame("padded", p, seed)[4:]}[
            {"a": "e", "i": "i", "p": "d"}[kind.split("-")[1][0]]
        ]
        return bytes(head[:56]) + enc[56:] + ctr.update(plain)
    raise ValueError(kind)
