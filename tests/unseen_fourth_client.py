"""A maker of binding messages that shares nothing with the library: standard library and cryptography."""

# ruff: noqa: B905

import hashlib
import random
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

try:
    from cryptography.hazmat.decrepit.ciphers.modes import CFB, OFB
except ImportError:
    CFB, OFB = modes.CFB, modes.OFB


def sha1(b):
    return hashlib.sha1(bytes(b)).digest()


def sha256(b):
    return hashlib.sha256(bytes(b)).digest()


def q(n):
    return struct.pack("<Q", n % 2**64)


def i(n):
    return struct.pack("<I", n % 2**32)


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def aes(key, block, back=False):
    c = Cipher(algorithms.AES(key), modes.ECB())
    e = c.decryptor() if back else c.encryptor()
    return e.update(block)


def ige(key, iv, data, back=False, swap=False):
    c, p = iv[:16], iv[16:32]
    if swap:
        c, p = p, c
    out = b""
    for k in range(0, len(data), 16):
        x = data[k : k + 16]
        if back:
            y = xor(aes(key, xor(x, p), True), c)
            c, p = x, y
        else:
            y = xor(aes(key, xor(x, c)), p)
            c, p = y, x
        out += y
    return out


def v1(ak, mk, x=0, slices=None, order=None):
    a = sha1(mk + ak[x : x + 32])
    b = sha1(ak[x + 32 : x + 48] + mk + ak[x + 48 : x + 64])
    c = sha1(ak[x + 64 : x + 96] + mk)
    d = sha1(mk + ak[x + 96 : x + 128])
    return a[:8] + b[8:20] + c[4:16], a[8:20] + b[:8] + c[16:20] + d[:8]


def v2(ak, mk, x=0):
    a = sha256(mk + ak[x : x + 36])
    b = sha256(ak[40 + x : 76 + x] + mk)
    return a[:8] + b[8:24] + a[24:32], b[:8] + a[8:24] + b[24:32]


def tl(b, long=False, pad=True):
    h = bytes([len(b)]) + b if len(b) < 254 and not long else b"\xfe" + struct.pack("<I", len(b))[:3] + b
    return h + b"\0" * (-len(h) % 4) if pad else h


def kid(key):
    return sha1(key)[12:20]


class B:
    """One binding. Every step is a method that a mistake replaces: B(seed, kdf=lambda b: ...)."""

    def __init__(self, seed, **hooks):
        r = self.r = random.Random(seed)
        rb = r.randbytes
        self.perm, self.temp, self.other = rb(256), rb(256), rb(256)
        self.sid, self.nonce, self.salt = rb(8), rb(8), rb(8)
        self.now = 1790000000 + r.randrange(3000000)
        self.mid = q((self.now << 32) | (r.randrange(2**30) << 2))
        self.exp = self.now + 86400 - 3
        self.rand, self.pad, self.opad = rb(16), rb(8), rb(12)
        self.seq_out = 1
        self.hooks = hooks
        for k, v in list(hooks.items()):
            if not callable(v):
                setattr(self, k, v)
        if "setup" in hooks:
            hooks["setup"](self)

    def step(self, name):
        """The value of a step: once computed, kept; a hook replaces it, and may ask for the right one with right()."""
        key = "_" + name
        if not hasattr(self, key):
            h = self.hooks.get(name)
            setattr(self, key, h(self) if callable(h) else getattr(self, "right_" + name)())
        return getattr(self, key)

    def right_nonce_in(self):
        return self.nonce

    def right_tid_in(self):
        return kid(self.temp)

    def right_pid_in(self):
        return kid(self.perm)

    def right_sid_in(self):
        return self.sid

    def right_exp_in(self):
        return i(self.exp)

    def right_ctor_in(self):
        return bytes.fromhex("65f7a375")

    def right_inner(self):
        s = self.step
        return s("ctor_in") + s("nonce_in") + s("tid_in") + s("pid_in") + s("sid_in") + s("exp_in")

    def right_mid_in(self):
        return self.mid

    def right_seq_in(self):
        return i(0)

    def right_len_in(self):
        return i(len(self.step("inner")))

    def right_rand16(self):
        return self.rand

    def right_env(self):
        s = self.step
        return s("rand16") + s("mid_in") + s("seq_in") + s("len_in") + s("inner")

    def right_padded(self):
        e = self.step("env")
        n = -len(e) % 16
        p = self.pad * 2
        return e + p[:n]

    def right_mk(self):
        return sha1(self.step("env"))[4:20]

    def right_kiv(self):
        return v1(self.perm, self.step("mk"))

    def right_ct(self):
        k, v = self.step("kiv")
        return ige(k, v, self.step("padded"))

    def right_pid_em(self):
        return kid(self.perm)

    def right_em(self):
        return self.step("pid_em") + self.step("mk") + self.step("ct")

    def right_pid_out(self):
        return kid(self.perm)

    def right_nonce_out(self):
        return self.nonce

    def right_exp_out(self):
        return i(self.exp)

    def right_ctor_out(self):
        return bytes.fromhex("052ad4cd")

    def right_field(self):
        return tl(self.step("em"))

    def right_req(self):
        s = self.step
        return s("ctor_out") + s("pid_out") + s("nonce_out") + s("exp_out") + s("field")

    # the packet
    def right_body(self):
        return self.step("req")

    def right_mid_out(self):
        return self.mid

    def right_sid_out(self):
        return self.sid

    def right_salt_out(self):
        return self.salt

    def right_seqno_out(self):
        return i(self.seq_out)

    def right_len_out(self):
        return i(len(self.step("body")))

    def right_opadding(self):
        n = 32 + len(self.step("body"))
        k = 12 + (-(n + 12) % 16)
        return (self.opad * 3)[:k]

    def right_outer(self):
        s = self.step
        return s("salt_out") + s("sid_out") + s("mid_out") + s("seqno_out") + s("len_out") + s("body") + s("opadding")

    def right_omk(self):
        return sha256(self.temp[88:120] + self.step("outer"))[8:24]

    def right_okiv(self):
        return v2(self.temp, self.step("omk"))

    def right_packet(self):
        k, v = self.step("okiv")
        return kid(self.temp) + self.step("omk") + ige(k, v, self.step("outer"))

    # what the author knows
    def num(self, b):
        return struct.unpack("<q", b)[0]

    def facts(self, *names, **more):
        have = {
            "request": lambda: self.step("req"),
            "encrypted_message": lambda: self.step("em"),
            "packet": lambda: self.step("packet"),
            "perm_key": lambda: self.perm,
            "temp_key": lambda: self.temp,
            "session_id": lambda: self.num(self.sid),
            "msg_id": lambda: self.num(self.mid),
            "now": lambda: self.now,
            "salt": lambda: self.num(self.salt),
            "nonce": lambda: self.num(self.nonce),
            "expires_at": lambda: self.exp,
            "key_expires_at": lambda: self.exp,
        }
        out = {n: have[n]() for n in names}
        out.update(more)
        return {k: v for k, v in out.items() if v is not None}
