"""A client that can be wrong in every way, made of hashlib and single AES blocks: it shares no code with mtlib.

The fields of `WrongClient` are the steps of the recipe; `dataclasses.replace` makes a mistake in one of them.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

ID = bytes.fromhex("052ad4cd")
INNER_ID = bytes.fromhex("65f7a375")
NOW = 1_790_000_013


def pattern(name: str, size: int) -> bytes:
    """Bytes that look random and are always the same."""
    return b"".join(hashlib.sha512(f"{name}{i}".encode()).digest() for i in range(size // 64 + 1))[:size]


def long(number: int) -> bytes:
    return struct.pack("<q", number)


def key_id(key: bytes) -> bytes:
    return hashlib.sha1(key).digest()[-8:]


def number(data: bytes) -> int:
    return struct.unpack("<q", data)[0]


def xor(*parts: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(*parts, strict=True)) if len(parts) == 2 else xor(parts[0], xor(*parts[1:]))


# -- Key schedules ------------------------------------------------------------------------------------------------


def kdf1(key: bytes, msg_key: bytes, x: int = 0) -> tuple[bytes, bytes]:
    a = hashlib.sha1(msg_key + key[x : x + 32]).digest()
    b = hashlib.sha1(key[x + 32 : x + 48] + msg_key + key[x + 48 : x + 64]).digest()
    c = hashlib.sha1(key[x + 64 : x + 96] + msg_key).digest()
    d = hashlib.sha1(msg_key + key[x + 96 : x + 128]).digest()
    return a[:8] + b[8:20] + c[4:16], a[8:20] + b[:8] + c[16:20] + d[:8]


def kdf2(key: bytes, msg_key: bytes, x: int = 0) -> tuple[bytes, bytes]:
    a = hashlib.sha256(msg_key + key[x : x + 36]).digest()
    b = hashlib.sha256(key[x + 40 : x + 76] + msg_key).digest()
    return a[:8] + b[8:24] + a[24:], b[:8] + a[8:24] + b[24:]


# -- Ciphers ------------------------------------------------------------------------------------------------------


def _ecb(key: bytes, block: bytes, *, backwards: bool = False) -> bytes:
    cipher = Cipher(algorithms.AES(key), modes.ECB())
    return (cipher.decryptor() if backwards else cipher.encryptor()).update(block)


def _blocks(data: bytes) -> list[bytes]:
    return [data[i : i + 16] for i in range(0, len(data), 16)]


def ige(data: bytes, key: bytes, iv: bytes) -> bytes:
    c, p, out = iv[:16], iv[16:], b""
    for block in _blocks(data):
        c, p = xor(_ecb(key, xor(block, c)), p), block
        out += c
    return out


def ige_backwards(data: bytes, key: bytes, iv: bytes) -> bytes:
    c, p, out = iv[:16], iv[16:], b""
    for block in _blocks(data):
        p, c = xor(_ecb(key, xor(block, p), backwards=True), c), block
        out += p
    return out


def ige_in_place(data: bytes, key: bytes, iv: bytes) -> bytes:
    buffer = bytearray(data)
    for i in range(0, len(buffer), 16):
        before = bytes(buffer[i - 16 : i]) if i else iv[:16]
        plain = bytes(buffer[i - 16 : i]) if i else iv[16:]  # ciphertext by now
        buffer[i : i + 16] = xor(_ecb(key, xor(bytes(buffer[i : i + 16]), before)), plain)
    return bytes(buffer)


def cbc(data: bytes, key: bytes, iv: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.CBC(iv[:16])).encryptor().update(data)


def pcbc(data: bytes, key: bytes, iv: bytes) -> bytes:
    c, p, out = iv[:16], iv[16:], b""
    for block in _blocks(data):
        c, p = _ecb(key, xor(block, p, c)), block
        out += c
    return out


def ctr(data: bytes, key: bytes, iv: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.CTR(iv[:16])).encryptor().update(data)


def swapped(data: bytes, key: bytes, iv: bytes) -> bytes:
    return ige(data, key, iv[16:] + iv[:16])


def ecb(data: bytes, key: bytes, iv: bytes) -> bytes:
    return _ecb(key, data)


def cfb(data: bytes, key: bytes, iv: bytes) -> bytes:
    c, out = iv[:16], b""
    for block in _blocks(data):
        c = xor(_ecb(key, c), block)
        out += c
    return out


def ofb(data: bytes, key: bytes, iv: bytes) -> bytes:
    c, out = iv[:16], b""
    for block in _blocks(data):
        c = _ecb(key, c)
        out += xor(c, block)
    return out


def aes_128(data: bytes, key: bytes, iv: bytes) -> bytes:
    return ige(data, key[:16], iv)


def zero_iv(data: bytes, key: bytes, iv: bytes) -> bytes:
    return ige(data, key, bytes(32))


def half_iv_twice(data: bytes, key: bytes, iv: bytes) -> bytes:
    return ige(data, key, iv[:16] * 2)


def half_iv_zero(data: bytes, key: bytes, iv: bytes) -> bytes:
    return ige(data, key, iv[:16] + bytes(16))


def memory_of_the_plaintext(data: bytes, key: bytes, iv: bytes) -> bytes:
    """The two memories cross after the first block: the last plaintext goes in, the last ciphertext comes on top."""
    c, p, out = iv[:16], iv[16:], b""
    for block in _blocks(data):
        done = xor(_ecb(key, xor(block, c)), p)
        c, p = block, done
        out += done
    return out


def chained_to_the_first(data: bytes, key: bytes, iv: bytes) -> bytes:
    """Every block as if it were the first one."""
    return b"".join(ige(block, key, iv) for block in _blocks(data))


def without_the_last_xor(data: bytes, key: bytes, iv: bytes) -> bytes:
    """The memory of the plaintext is never updated: every block has the iv on top."""
    c, out = iv[:16], b""
    for block in _blocks(data):
        c = xor(_ecb(key, xor(block, c)), iv[16:])
        out += c
    return out


def words_turned(data: bytes, key: bytes, iv: bytes) -> bytes:
    """An AES that takes and gives words of 32 bits, each the wrong way round."""
    return _turned(ige(_turned(data), _turned(key), _turned(iv)))


def _turned(data: bytes) -> bytes:
    return b"".join(data[i : i + 4][::-1] for i in range(0, len(data), 4))


def schedule(
    cut: Callable[[bytes, bytes], tuple[bytes, bytes, bytes, bytes]] | None = None,
    put: Callable[[bytes, bytes, bytes, bytes], tuple[bytes, bytes]] | None = None,
) -> Callable[..., tuple[bytes, bytes]]:
    """kdf1 with other input for its four hashes (`cut`), or with their pieces put together otherwise (`put`)."""

    def made(key: bytes, msg_key: bytes, x: int = 0) -> tuple[bytes, bytes]:
        a, b, c, d = (hashlib.sha1(piece).digest() for piece in (cut or right_cut)(key, msg_key))
        return (put or right_put)(a, b, c, d)

    return made


def right_cut(key: bytes, m: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    return m + key[:32], key[32:48] + m + key[48:64], key[64:96] + m, m + key[96:128]


def right_put(a: bytes, b: bytes, c: bytes, d: bytes) -> tuple[bytes, bytes]:
    return a[:8] + b[8:20] + c[4:16], a[8:20] + b[:8] + c[16:20] + d[:8]


# -- The client ---------------------------------------------------------------------------------------------------


def right_hash(envelope: bytes, padding: bytes, key: bytes) -> bytes:
    return hashlib.sha1(envelope).digest()[4:20]


def hash_v2(envelope: bytes, padding: bytes, key: bytes) -> bytes:
    return hashlib.sha256(key[88:120] + envelope + padding).digest()[8:24]


@dataclass(frozen=True)
class WrongClient:
    """Right in everything, until a field is replaced."""

    perm: bytes = b"\xb6" + pattern("perm", 255)
    temp: bytes = b"\x81" + pattern("temp", 255)
    session_id: int = -3716919303279106667
    msg_id: int = NOW << 32 | 0xADC0DC
    nonce: int = -4971004658444149954
    expires_at: int = NOW + 86400
    random: bytes = pattern("random", 16)
    padding: bytes = pattern("padding", 8)
    sealing_key: bytes | None = None
    schedule: Callable[..., tuple[bytes, bytes]] = kdf1
    x: int = 0
    cipher: Callable[[bytes, bytes, bytes], bytes] = ige
    msg_key: Callable[[bytes, bytes, bytes], bytes] = right_hash
    front: bytes | None = None
    inner_id: bytes = INNER_ID
    inner_nonce: bytes | None = None
    inner_temp: bytes | None = None
    inner_perm: bytes | None = None
    inner_session: bytes | None = None
    inner_expires_at: bytes | None = None
    inner_msg_id: int | None = None
    seqno: int = 0
    length: int | None = None
    request_perm: bytes | None = None
    wrap: Callable[[bytes], bytes] = lambda inner: inner
    header: bool = True
    salt: int = 0x1122334455667788
    outer_seqno: int = 1
    envelope_as: Callable[[bytes], bytes] = lambda envelope: envelope
    after_hash: Callable[[bytes, bytes], bytes] = lambda envelope, padding: envelope + padding
    hashed_as: Callable[[bytes], bytes] = lambda envelope: envelope
    schedule_key: Callable[[bytes], bytes] = lambda key: key
    outer_salt: int | None = None
    outer_session: int | None = None
    outer_msg_id: int | None = None
    outer_length: int | None = None
    outer_padding: int | None = None

    @property
    def inner(self) -> bytes:
        return self.wrap(
            self.inner_id
            + (long(self.nonce) if self.inner_nonce is None else self.inner_nonce)
            + (self.inner_temp or key_id(self.temp))
            + (self.inner_perm or key_id(self.perm))
            + (long(self.session_id) if self.inner_session is None else self.inner_session)
            + (struct.pack("<i", self.expires_at) if self.inner_expires_at is None else self.inner_expires_at)
        )

    @property
    def envelope(self) -> bytes:
        if not self.header:
            return self.inner
        msg_id = self.msg_id if self.inner_msg_id is None else self.inner_msg_id
        length = len(self.inner) if self.length is None else self.length
        return self.envelope_as(self.random + long(msg_id) + struct.pack("<ii", self.seqno, length) + self.inner)

    @property
    def sealed(self) -> bytes:
        key = self.sealing_key or self.perm
        envelope, padding = self.envelope, self.padding
        if len(padding) == 8:  # the usual one follows the size
            padding = (padding * 2)[: -len(envelope) % 16]
        msg_key = self.msg_key(self.hashed_as(envelope), padding, key)
        aes_key, iv = self.schedule(self.schedule_key(key), msg_key, self.x)
        plaintext = self.after_hash(envelope, padding)
        return (self.front or key_id(self.perm)) + msg_key + self.cipher(plaintext, aes_key, iv)

    @property
    def request(self) -> bytes:
        return self.request_of(self.sealed)

    def request_of(self, sealed: bytes) -> bytes:
        return self.head + tl_bytes(sealed)

    @property
    def head(self) -> bytes:
        named = self.request_perm or key_id(self.perm)
        return ID + named + long(self.nonce) + struct.pack("<i", self.expires_at)

    def message(self, body: bytes | None = None) -> bytes:
        body = self.request if body is None else body
        salt = self.salt if self.outer_salt is None else self.outer_salt
        session_id = self.session_id if self.outer_session is None else self.outer_session
        text = long(salt) + long(session_id) + long(self.msg_id if self.outer_msg_id is None else self.outer_msg_id)
        length = len(body) if self.outer_length is None else self.outer_length
        text += struct.pack("<ii", self.outer_seqno, length) + body
        padding = 12 + -(len(text) + 12) % 16 if self.outer_padding is None else self.outer_padding
        return text + pattern("outer", padding)

    def packet(self, key: bytes | None = None, message: bytes | None = None, x: int = 0) -> bytes:
        """MTProto 2.0."""
        key, message = key or self.temp, message or self.message()
        msg_key = hashlib.sha256(key[88 + x : 120 + x] + message).digest()[8:24]
        return key_id(key) + msg_key + ige(message, *kdf2(key, msg_key, x))

    def facts(self, **more: Any) -> dict[str, Any]:
        """What its author can tell a doctor."""
        return {
            "request": self.request, "perm_key": self.perm, "temp_key": self.temp, "session_id": self.session_id,
            "msg_id": self.msg_id, "now": NOW, **more,
        }  # fmt: skip


def tl_bytes(data: bytes) -> bytes:
    head = bytes([len(data)]) if len(data) < 254 else b"\xfe" + len(data).to_bytes(3, "little")
    return head + data + bytes(-(len(head) + len(data)) % 4)
