"""The maker of a fifth author: binding messages by the standard library and cryptography alone."""

# ruff: noqa

import hashlib
import random
import struct
import zlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

try:
    from cryptography.hazmat.decrepit.ciphers.modes import CFB, OFB
except Exception:
    CFB, OFB = modes.CFB, modes.OFB

sha1 = lambda b: hashlib.sha1(b).digest()
sha256 = lambda b: hashlib.sha256(b).digest()
le8 = lambda n: (n & (2**64 - 1)).to_bytes(8, "little")
le4 = lambda n: (n & (2**32 - 1)).to_bytes(4, "little")
num = lambda b: int.from_bytes(b, "little", signed=True)
xor = lambda a, b: bytes(x ^ y for x, y in zip(a, b))
keyid = lambda k: sha1(k)[12:20]


def ecb(key, data, back=False):
    c = Cipher(algorithms.AES(key), modes.ECB())
    c = c.decryptor() if back else c.encryptor()
    return c.update(data)


def ige(key, iv, data, back=False, enc=None):
    c, p = iv[:16], iv[16:32]
    out = b""
    for i in range(0, len(data), 16):
        b = data[i : i + 16]
        o = xor(ecb(key, xor(b, p if back else c), back), c if back else p)
        c, p = (b, o) if back else (o, b)
        out += o
    return out


def mode(m, key, data):
    e = Cipher(algorithms.AES(key), m).encryptor()
    return e.update(data) + e.finalize()


def kdf1(ak, mk, x=0, h=sha1):
    a = h(mk + ak[x : x + 32])
    b = h(ak[x + 32 : x + 48] + mk + ak[x + 48 : x + 64])
    c = h(ak[x + 64 : x + 96] + mk)
    d = h(mk + ak[x + 96 : x + 128])
    return a[:8] + b[8:20] + c[4:16], a[8:20] + b[:8] + c[16:20] + d[:8]


def kdf2(ak, mk, x=0):
    a = sha256(mk + ak[x : x + 36])
    b = sha256(ak[40 + x : 76 + x] + mk)
    return a[:8] + b[8:24] + a[24:32], b[:8] + a[8:24] + b[24:32]


def tls(b):
    n = len(b)
    s = (bytes([n]) if n < 254 else b"\xfe" + n.to_bytes(3, "little")) + b
    return s + bytes(-len(s) % 4)


ORDER = [
    "perm_id",
    "temp_id",
    "in_con",
    "in_nonce",
    "in_temp",
    "in_perm",
    "in_sess",
    "in_exp",
    "inner",
    "rand",
    "in_msgid",
    "in_seqno",
    "in_len",
    "envelope",
    "pad",
    "mk",
    "kiv",
    "cipher",
    "front",
    "blob",
    "rq_con",
    "rq_perm",
    "rq_nonce",
    "rq_exp",
    "rq_blob",
    "request",
    "body",
    "salt",
    "sess",
    "msgid",
    "seqno",
    "length",
    "mpad",
    "plain",
    "mk2",
    "kiv2",
    "ct2",
    "pk_id",
    "packet",
]


class World:
    def __init__(self, seed, **fixed):
        r = random.Random("unseen5/" + str(seed))
        self.r = r
        self.perm = r.randbytes(256)
        self.temp = r.randbytes(256)
        self.other = r.randbytes(256)
        self.now = 1_795_000_000 + r.randrange(5_000_000)
        self.msg_id = (self.now << 32) | (r.randrange(2**30) << 2)
        self.session = r.randrange(-(2**63), 2**63)
        self.nonce = r.randrange(-(2**63), 2**63)
        self.expires = self.now + 86400
        self.salt = r.randrange(-(2**63), 2**63)
        self.random16 = r.randbytes(16)
        self.pad8 = r.randbytes(8)
        self.mpad = r.randbytes(12)
        self.seq = 1
        for k, v in fixed.items():
            setattr(self, k, v)


def make(w, **o):
    c = {}
    d = {
        "perm_id": lambda: keyid(w.perm),
        "temp_id": lambda: keyid(w.temp),
        "in_con": lambda: bytes.fromhex("65f7a375"),
        "in_nonce": lambda: le8(w.nonce),
        "in_temp": lambda: c["temp_id"],
        "in_perm": lambda: c["perm_id"],
        "in_sess": lambda: le8(w.session),
        "in_exp": lambda: le4(w.expires),
        "inner": lambda: c["in_con"] + c["in_nonce"] + c["in_temp"] + c["in_perm"] + c["in_sess"] + c["in_exp"],
        "rand": lambda: w.random16,
        "in_msgid": lambda: le8(w.msg_id),
        "in_seqno": lambda: le4(0),
        "in_len": lambda: le4(40),
        "envelope": lambda: c["rand"] + c["in_msgid"] + c["in_seqno"] + c["in_len"] + c["inner"],
        "pad": lambda: w.pad8 if len(c["envelope"]) == 72 else w.r.randbytes(-len(c["envelope"]) % 16),
        "mk": lambda: sha1(c["envelope"])[4:20],
        "kiv": lambda: kdf1(w.perm, c["mk"]),
        "cipher": lambda: ige(*c["kiv"], c["envelope"] + c["pad"] + bytes(-len(c["envelope"] + c["pad"]) % 16)),
        "front": lambda: c["perm_id"],
        "blob": lambda: c["front"] + c["mk"] + c["cipher"],
        "rq_con": lambda: bytes.fromhex("052ad4cd"),
        "rq_perm": lambda: c["perm_id"],
        "rq_nonce": lambda: le8(w.nonce),
        "rq_exp": lambda: le4(w.expires),
        "rq_blob": lambda: tls(c["blob"]),
        "request": lambda: c["rq_con"] + c["rq_perm"] + c["rq_nonce"] + c["rq_exp"] + c["rq_blob"],
        "body": lambda: c["request"],
        "salt": lambda: le8(w.salt),
        "sess": lambda: le8(w.session),
        "msgid": lambda: le8(w.msg_id),
        "seqno": lambda: le4(w.seq),
        "length": lambda: le4(len(c["body"])),
        "mpad": lambda: w.mpad + w.r.randbytes(-(44 + len(c["body"])) % 16),
        "plain": lambda: c["salt"] + c["sess"] + c["msgid"] + c["seqno"] + c["length"] + c["body"] + c["mpad"],
        "mk2": lambda: sha256(w.temp[88:120] + c["plain"])[8:24],
        "kiv2": lambda: kdf2(w.temp, c["mk2"]),
        "ct2": lambda: ige(*c["kiv2"], c["plain"][: len(c["plain"]) // 16 * 16]),
        "pk_id": lambda: c["temp_id"],
        "packet": lambda: c["pk_id"] + c["mk2"] + c["ct2"],
    }
    for k in o:
        assert k in d, k
    for k in ORDER:
        if k in o:  # an override sees the right value as well
            try:
                c[k] = d[k]()
            except Exception:
                c[k] = b""
            c[k] = o[k](c) if callable(o[k]) else o[k]
        else:
            c[k] = d[k]()
    return c


def abridged(p):
    n = len(p) // 4
    return (bytes([n]) if n < 127 else b"\x7f" + n.to_bytes(3, "little")) + p


def intermediate(p):
    return struct.pack("<I", len(p)) + p


def padded(p, r):
    q = p + r.randbytes(r.randrange(16))
    return struct.pack("<I", len(q)) + q


def full(p, n):
    b = struct.pack("<II", len(p) + 12, n) + p
    return b + struct.pack("<I", zlib.crc32(b))


def obfuscate(r, tag, frames, dc=2):
    while True:
        h = bytearray(r.randbytes(64))
        if (
            h[0] != 0xEF
            and bytes(h[4:8]) != bytes(4)
            and bytes(h[:4]) not in (b"HEAD", b"POST", b"GET ", b"\xdd" * 4, b"\xee" * 4)
        ):
            break
    h[56:60] = tag
    h[60:62] = struct.pack("<h", dc)
    e = Cipher(algorithms.AES(bytes(h[8:40])), modes.CTR(bytes(h[40:56]))).encryptor()
    whole = e.update(bytes(h))
    return bytes(h[:56]) + whole[56:] + b"".join(e.update(f) for f in frames)


def stream(r, packets, kind):
    if kind == "abridged":
        return b"\xef" + b"".join(map(abridged, packets))
    if kind == "intermediate":
        return b"\xee" * 4 + b"".join(map(intermediate, packets))
    if kind == "padded":
        return b"\xdd" * 4 + b"".join(padded(p, r) for p in packets)
    if kind == "full":
        return b"".join(full(p, n) for n, p in enumerate(packets))
    if kind == "obf_abridged":
        return obfuscate(r, b"\xef" * 4, [abridged(p) for p in packets])
    if kind == "obf_inter":
        return obfuscate(r, b"\xee" * 4, [intermediate(p) for p in packets])
    if kind == "obf_padded":
        return obfuscate(r, b"\xdd" * 4, [padded(p, r) for p in packets])
    raise ValueError(kind)


def message(w, body, msg_id, seq, salt=None, sess=None, key=None):
    """Any other packet of the same connection."""
    key = key or w.temp
    plain = (
        le8(w.salt if salt is None else salt)
        + le8(w.session if sess is None else sess)
        + le8(msg_id)
        + le4(seq)
        + le4(len(body))
        + body
    )
    plain += w.r.randbytes(12 + (-(len(plain) + 12) % 16))
    mk = sha256(key[88:120] + plain)[8:24]
    return keyid(key) + mk + ige(*kdf2(key, mk), plain)
