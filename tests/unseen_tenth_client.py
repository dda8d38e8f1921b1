"""A client by the tenth author: own AES-IGE, hash, key schedules and TL, nothing of mtlib.

It works in named parts, so that a mistake can change one part (`Client.slips`) and the rest is made by the usual rules.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from hashlib import sha1, sha256
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

Parts = dict[str, bytes]
Slip = Callable[["Client", Any], Any]

def block(key: bytes, data: bytes, back: bool = False) -> bytes:
    cipher = Cipher(algorithms.AES(key), modes.ECB())
    return (cipher.decryptor() if back else cipher.encryptor()).update(data)

def xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=False))

def ige(key: bytes, iv: bytes, data: bytes, back: bool = False) -> bytes:
    before, after, out = (iv[:16], iv[16:], b"") if not back else (iv[16:], iv[:16], b"")
    for at in range(0, len(data) - len(data) % 16, 16):
        piece = data[at : at + 16]
        made = xor(block(key, xor(piece, before), back), after)
        before, after, out = made, piece, out + made
    return out

def schedule(mk: bytes, ak: bytes, x: int = 0) -> tuple[bytes, bytes]:
    a, b = sha1(mk + ak[x : x + 32]).digest(), sha1(ak[x + 32 : x + 48] + mk + ak[x + 48 : x + 64]).digest()
    c, d = sha1(ak[x + 64 : x + 96] + mk).digest(), sha1(mk + ak[x + 96 : x + 128]).digest()
    return a[:8] + b[8:20] + c[4:16], a[8:20] + b[:8] + c[16:20] + d[:8]

def schedule_2(mk: bytes, ak: bytes, x: int = 0) -> tuple[bytes, bytes]:
    a, b = sha256(mk + ak[x : x + 36]).digest(), sha256(ak[40 + x : 76 + x] + mk).digest()
    return a[:8] + b[8:24] + a[24:], b[:8] + a[8:24] + b[24:]

def long(n: int) -> bytes:
    return struct.pack("<q", (n + 2**63) % 2**64 - 2**63)

def word(n: int) -> bytes:
    return struct.pack("<I", n % 2**32)

def tl(data: bytes) -> bytes:
    head = bytes([len(data)]) if len(data) < 254 else b"\xfe" + len(data).to_bytes(3, "little")
    return head + data + bytes(-len(head + data) % 4)

def key_id(key: bytes) -> bytes:
    return sha1(key).digest()[12:20]

class Client:
    """One attempt; `slips` maps a stage to a change of what the stage made."""

    def __init__(self, seed: int) -> None:
        self.r = r = random.Random(f"tenth {seed}")
        keys = (bytes([r.randrange(1, 256)]) + r.randbytes(255) for _ in range(4))
        self.perm, self.temp, self.old, self.old_temp = keys
        self.now = 1_795_000_000 + r.randrange(9_000_000)
        self.mid = (self.now << 32 | r.getrandbits(30) << 2) & ~3
        self.sid, self.nonce, self.salt = (r.getrandbits(64) - 2**63 for _ in range(3))
        self.exp, self.random, self.pad = self.now + 86400, r.randbytes(16), r.randbytes(8)
        self.pad_2, self.seq = r.randbytes(12 + 16 * r.randrange(4)), 1
        self.perm_id, self.temp_id = key_id(self.perm), key_id(self.temp)
        self.slips: dict[str, list[Slip]] = {}

    def stage(self, name: str, made: Any) -> Any:
        for slip in self.slips.get(name, []):
            made = slip(self, made)
        return made

    def build(self) -> Client:
        self.stage("begin", None)
        self.inner: Parts = self.stage("inner", {
            "constructor": bytes.fromhex("65f7a375"), "nonce": long(self.nonce), "temp_auth_key_id": self.temp_id,
            "perm_auth_key_id": self.perm_id, "temp_session_id": long(self.sid), "expires_at": word(self.exp)})
        self.head: Parts = self.stage("head", {
            "random128": self.random, "msg_id": long(self.mid), "seqno": word(0), "length": word(40)})
        self.plain: bytes = self.stage("plain", b"".join(self.head.values()) + b"".join(self.inner.values()))
        pad = (self.pad * 2)[: -len(self.plain) % 16]
        self.right_key = sha1(self.plain).digest()[4:20]
        self.mk: bytes = self.stage("hash", self.right_key)
        self.aes: tuple[bytes, bytes] = self.stage("kdf", schedule(self.mk, self.perm))
        self.padded: bytes = self.stage("pad", self.plain + pad)
        self.sealed: bytes = self.stage("ige", ige(*self.aes, self.padded))
        self.em_parts: Parts = self.stage("em_parts", {
            "perm_auth_key_id": self.perm_id, "msg_key": self.mk, "encrypted_data": self.sealed})
        self.em: bytes = self.stage("em", b"".join(self.em_parts.values()))
        self.call: Parts = self.stage("call", {
            "constructor": bytes.fromhex("052ad4cd"), "perm_auth_key_id": self.perm_id, "nonce": long(self.nonce),
            "expires_at": word(self.exp), "encrypted_message": self.stage("bytes", tl(self.em))})
        self.request: bytes = self.stage("request", b"".join(self.call.values()))
        self.body: bytes = self.stage("body", self.request)
        self.outer: Parts = self.stage("outer", {
            "salt": long(self.salt), "session_id": long(self.sid), "msg_id": long(self.mid), "seqno": word(self.seq),
            "length": word(len(self.body)), "body": self.body})
        message = b"".join(self.outer.values())
        # The total is a whole number of blocks: the padding begins with as many bytes as are wanting.
        more = (-len(message) - 12) % 16 + len(self.pad_2)
        filled: bytes = self.stage("pad_2", message + (self.pad_2 * 2)[:more])
        self.right_mk_2 = sha256(self.temp[88:120] + filled).digest()[8:24]
        self.mk_2: bytes = self.stage("hash_2", self.right_mk_2)
        aes = self.stage("kdf_2", schedule_2(self.mk_2, self.temp))
        self.packet_parts: Parts = self.stage("packet_parts", {
            "auth_key_id": self.temp_id, "msg_key": self.mk_2, "encrypted_data": ige(*aes, filled)})
        self.packet: bytes = self.stage("packet", b"".join(self.packet_parts.values()))
        return self
