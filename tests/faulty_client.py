"""A client over TCP that shares no code with mtlib: socket, key exchange, session. It binds rightly, or wrongly on
demand.

What it seals is `wrong_client`'s; here is what carries it: the intermediate framing, two key exchanges (by the old RSA
scheme), MTProto 2.0 in both directions. It checks nothing of what it is told: its data centre is a friend.
"""

from __future__ import annotations

import hashlib
import math
import os
import socket
import struct
import time
from dataclasses import dataclass, field, replace
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from wrong_client import WrongClient, ige, ige_backwards, kdf2, key_id, long, number, tl_bytes, xor

REQ_PQ_MULTI, REQ_DH_PARAMS, SET_CLIENT_DH_PARAMS = (bytes.fromhex(h) for h in ("f18e7ebe", "bee412d7", "1f5f04f5"))
INNER, INNER_TEMP, CLIENT_DH_INNER = (bytes.fromhex(h) for h in ("ec5ac983", "d4846a3c", "54b64366"))
RPC_RESULT, RPC_ERROR, BOOL_TRUE = (bytes.fromhex(h) for h in ("016d5cf3", "19ca4421", "b5757299"))
DAY = 86400


@dataclass
class FaultyClient:
    """One connection and, after `make_keys`, two keys and a session. `sent` is all that went out, from byte 0 on."""

    host: str
    port: int
    pem: str = field(repr=False)
    sent: bytes = field(default=b"", repr=False)
    perm: bytes = field(default=b"", repr=False)
    temp: bytes = field(default=b"", repr=False)
    salt: int = 0
    session_id: int = 77
    ends: int = 0
    last_msg_id: int = 0
    seqno: int = -1

    def __enter__(self) -> Self:
        self.socket = socket.create_connection((self.host, self.port), timeout=10)
        self._write(b"\xee\xee\xee\xee")
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    # -- packets

    def _write(self, data: bytes) -> None:
        self.sent += data
        self.socket.sendall(data)

    def send(self, packet: bytes) -> None:
        self._write(struct.pack("<i", len(packet)) + packet)

    def receive(self) -> bytes:
        (size,) = struct.unpack("<i", self._read(4))
        return self._read(size)

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = self.socket.recv(size - len(data))
            if not piece:
                raise ConnectionError("the data centre hung up")
            data += piece
        return data

    def next_msg_id(self) -> int:
        self.last_msg_id = max(self.last_msg_id + 4, int(time.time() * 2**32) & -4)
        return self.last_msg_id

    # -- keys

    def make_keys(self, perm: bytes = b"") -> Self:
        """A temporary key, and a permanent one unless it has one from before."""
        self.perm = perm or self.exchange()[0]
        self.temp, self.salt = self.exchange(DAY)
        self.ends = int(time.time()) + DAY
        return self

    def exchange(self, expires_in: int | None = None) -> tuple[bytes, int]:
        """An authorization key, a temporary one with `expires_in`, and its first salt."""
        nonce, new_nonce = os.urandom(16), os.urandom(32)
        res_pq = self._plain(REQ_PQ_MULTI + nonce)
        both, server_nonce, pq = res_pq[4:36], res_pq[20:36], res_pq[37:45]
        p, q = (tl_bytes(prime.to_bytes(4, "big")) for prime in _primes(int.from_bytes(pq, "big")))
        inner = (INNER if expires_in is None else INNER_TEMP) + tl_bytes(pq) + p + q + both + new_nonce
        inner += b"" if expires_in is None else struct.pack("<i", expires_in)
        fingerprint, sealed = _rsa(self.pem, inner)
        answer = self._plain(REQ_DH_PARAMS + both + p + q + fingerprint + tl_bytes(sealed))

        one, two = hashlib.sha1(new_nonce + server_nonce).digest(), hashlib.sha1(server_nonce + new_nonce).digest()
        three = hashlib.sha1(new_nonce * 2).digest()
        aes = one + two[:12], two[12:] + three + new_nonce[:4]
        size = int.from_bytes(answer[37:40], "little")
        offer = ige_backwards(answer[40 : 40 + size], *aes)[20:]
        (g,) = struct.unpack("<i", offer[36:40])
        prime = int.from_bytes(offer[44:300], "big")
        length = int.from_bytes(offer[301:304], "little")  # one in 199 has less than 256 bytes
        g_a = int.from_bytes(offer[304 : 304 + length], "big")
        b = int.from_bytes(os.urandom(256), "big")
        reply = CLIENT_DH_INNER + both + bytes(8) + tl_bytes(pow(g, b, prime).to_bytes(256, "big"))
        text = hashlib.sha1(reply).digest() + reply
        self._plain(SET_CLIENT_DH_PARAMS + both + tl_bytes(ige(text + os.urandom(-len(text) % 16), *aes)))
        return pow(g_a, b, prime).to_bytes(256, "big"), number(xor(new_nonce[:8], server_nonce[:8]))

    def _plain(self, body: bytes) -> bytes:
        self.send(bytes(8) + long(self.next_msg_id()) + struct.pack("<i", len(body)) + body)
        return self.receive()[20:]

    # -- the binding

    def client(self, **mistake: Any) -> WrongClient:
        """The recipe for the next message, with these steps done wrong."""
        right = WrongClient(
            perm=self.perm, temp=self.temp, session_id=self.session_id, msg_id=self.next_msg_id(), salt=self.salt,
            nonce=number(os.urandom(8)), expires_at=self.ends, random=os.urandom(16), padding=os.urandom(8),
        )  # fmt: skip
        return replace(right, **mistake)

    def bind(self, client: WrongClient, request: bytes | None = None, key: bytes | None = None) -> str:
        """What the data centre answers: "boolTrue", or the name of an error."""
        key = key or self.temp
        self.seqno += 2
        client = replace(client, outer_seqno=self.seqno)
        self.send(client.packet(key, client.message(request)))
        while True:
            packet = self.receive()
            if packet[:8] != key_id(key):
                return f"transport error {struct.unpack('<i', packet)[0]}"
            text = ige_backwards(packet[24:], *kdf2(key, packet[8:24], 8))
            at = text.find(RPC_RESULT + long(client.msg_id))
            if at > 0:
                result = text[at + 12 :]
                return "boolTrue" if result[:4] == BOOL_TRUE else _error(result)


def _error(result: bytes) -> str:
    return result[9 : 9 + result[8]].decode() if result[:4] == RPC_ERROR else result[:4].hex()


def _primes(pq: int) -> list[int]:
    """Pollard's rho."""
    for c in range(1, 100):
        x = y = 2
        found = 1
        while found == 1:
            x = (x * x + c) % pq
            y = (y * y + c) % pq
            y = (y * y + c) % pq
            found = math.gcd(abs(x - y), pq)
        if found != pq:
            return sorted([found, pq // found])
    raise ValueError("not to be factored")


def _rsa(pem: str, data: bytes) -> tuple[bytes, bytes]:
    """The key's fingerprint, and the data under it: the scheme with SHA-1 in front, as it was until 2021."""
    key = load_pem_public_key(pem.encode())
    assert isinstance(key, RSAPublicKey)
    n, e = key.public_numbers().n, key.public_numbers().e
    fingerprint = hashlib.sha1(tl_bytes(n.to_bytes(256, "big")) + tl_bytes(e.to_bytes(3, "big"))).digest()[-8:]
    block = (hashlib.sha1(data).digest() + data).ljust(255, b"\x5a")
    return fingerprint, pow(int.from_bytes(block, "big"), e, n).to_bytes(256, "big")
