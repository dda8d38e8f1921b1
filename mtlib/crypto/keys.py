"""The auth_key, what it is called, and what is computed from it: key schedules, msg_key, hashes of nonces.

The schedules are written as the documentation writes them; `schedule` makes them run.
Source: core.telegram.org/mtproto/description_v1 and core.telegram.org/mtproto/description, "Defining AES Key
and Initialization Vector"; core.telegram.org/mtproto/auth_key, steps 6, 8 and 9.
"""

from __future__ import annotations

import hashlib
from hmac import compare_digest

from mtlib.crypto.kdf import Schedule, ScheduleTable, key_usage
from mtlib.crypto.numbers import to_bytes
from mtlib.crypto.secret import Buffer, Secret, exact, plain
from mtlib.errors import LocalError

__all__ = [
    "FROM_NONCES",
    "MSG_KEY_V2",
    "V1",
    "V2",
    "AuthKey",
    "Schedule",
    "ScheduleTable",
    "first_salt",
    "key_usage",
    "msg_key_large_v2",
    "msg_key_v1",
    "msg_key_v2",
    "new_nonce_hash",
]


class AuthKey(Secret):
    """An authorization key: 256 bytes, always. Any other length is a LocalError.

    It is a number that has become bytes, and its leading zeros (one key in 256 has some) belong to it: every
    piece of a schedule is counted from byte 0. `from_int` puts them back. Two keys are equal when their bytes
    are; `repr` and errors show the id only.
    """

    __slots__ = ("_data", "_id", "_sha1")

    def __init__(self, data: Buffer) -> None:
        self._data = exact(data, 256, "auth_key")
        self._sha1 = hashlib.sha1(self._data).digest()
        self._id = int.from_bytes(self._sha1[-8:], "little", signed=True)

    @classmethod
    def from_int(cls, number: int) -> AuthKey:
        """g^(ab) mod p as the key it is: big-endian, zeros on the left. LocalError beyond 2048 bits."""
        return cls(to_bytes(number, 256))

    @property
    def data(self) -> bytes:
        """The 256 bytes, as `bytes(key)` gives them."""
        return self._data

    @property
    def id(self) -> int:
        """auth_key_id, the lower-order 64 bits of SHA1(auth_key): a signed long."""
        return self._id

    @property
    def id_bytes(self) -> bytes:
        """The id as it travels: the last 8 bytes of the hash, in their order."""
        return self._sha1[-8:]

    @property
    def aux_hash(self) -> bytes:
        """auth_key_aux_hash, the *first* 8 bytes of SHA1(auth_key); it ties new_nonce_hash to the key."""
        return self._sha1[:8]

    def __bytes__(self) -> bytes:
        return self._data

    def __eq__(self, other: object) -> bool:
        return compare_digest(self._data, other._data) if isinstance(other, AuthKey) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._sha1)

    def __repr__(self) -> str:
        return f"AuthKey(id={self._id})"


V1 = ScheduleTable(
    "V1",
    """
    sha1_a = SHA1 (msg_key + substr (auth_key, x, 32))
    sha1_b = SHA1 (substr (auth_key, 32+x, 16) + msg_key + substr (auth_key, 48+x, 16))
    sha1_c = SHA1 (substr (auth_key, 64+x, 32) + msg_key)
    sha1_d = SHA1 (msg_key + substr (auth_key, 96+x, 32))
    aes_key = substr (sha1_a, 0, 8) + substr (sha1_b, 8, 12) + substr (sha1_c, 4, 12)
    aes_iv = substr (sha1_a, 8, 12) + substr (sha1_b, 0, 8) + substr (sha1_c, 16, 4) + substr (sha1_d, 0, 8)
    """,
    auth_key=256,
    msg_key=16,
)
"""MTProto 1.0, which the binding message still uses, with x = 0. It reads bytes x to x + 127 of the key."""

V2 = ScheduleTable(
    "V2",
    """
    sha256_a = SHA256 (msg_key + substr (auth_key, x, 36))
    sha256_b = SHA256 (substr (auth_key, 40+x, 36) + msg_key)
    aes_key = substr (sha256_a, 0, 8) + substr (sha256_b, 8, 16) + substr (sha256_a, 24, 8)
    aes_iv = substr (sha256_b, 0, 8) + substr (sha256_a, 8, 16) + substr (sha256_b, 24, 8)
    """,
    auth_key=256,
    msg_key=16,
)
"""MTProto 2.0: every message of a session."""

MSG_KEY_V2 = ScheduleTable(
    "MSG_KEY_V2",
    """
    msg_key_large = SHA256 (substr (auth_key, 88+x, 32) + padded)
    msg_key = substr (msg_key_large, 8, 16)
    """,
    auth_key=256,
    padded=None,
)
"""The msg_key of MTProto 2.0: 32 more bytes of the key, and `padded`, the plaintext with its padding."""

FROM_NONCES = ScheduleTable(
    "FROM_NONCES",
    """
    sha1_a = SHA1 (new_nonce + server_nonce)
    sha1_b = SHA1 (server_nonce + new_nonce)
    sha1_c = SHA1 (new_nonce + new_nonce)
    aes_key = sha1_a + substr (sha1_b, 0, 12)
    aes_iv = substr (sha1_b, 12, 8) + sha1_c + substr (new_nonce, 0, 4)
    """,
    new_nonce=32,
    server_nonce=16,
)
"""tmp_aes_key and tmp_aes_iv of the key exchange, from the two nonces while there is no key yet."""


def msg_key_v1(envelope: Buffer) -> bytes:
    """MTProto 1.0: the lower-order 128 bits of SHA1 over the plaintext *without* its padding; 16 bytes.

    The key is not in it: one text has one msg_key under all keys.
    """
    return hashlib.sha1(plain(envelope, "envelope")).digest()[4:20]


def msg_key_large_v2(auth_key: AuthKey, padded: Buffer, x: int) -> bytes:
    """MTProto 2.0: SHA256 over 32 bytes of the key and the plaintext *with* its padding; 32 bytes."""
    return MSG_KEY_V2.run(x, auth_key=auth_key, padded=padded)["msg_key_large"]


def msg_key_v2(auth_key: AuthKey, padded: Buffer, x: int) -> bytes:
    """MTProto 2.0: the middle 16 bytes of `msg_key_large_v2`; x = 0 to the data centre, 8 from it."""
    return MSG_KEY_V2.run(x, auth_key=auth_key, padded=padded)["msg_key"]


def new_nonce_hash(new_nonce: Buffer, number: int, auth_key: AuthKey) -> bytes:
    """new_nonce_hash1, 2, 3 of dh_gen_ok, dh_gen_retry, dh_gen_fail: 16 bytes. LocalError for other numbers.

    The last 16 bytes of SHA1(new_nonce ‖ number ‖ auth_key_aux_hash): proof that the other side has both.
    """
    if number not in (1, 2, 3):
        raise LocalError("there are three hashes of new_nonce", got=number, expected="1, 2 or 3", where="number")
    secret = exact(new_nonce, 32, "new_nonce")
    return hashlib.sha1(secret + bytes([number]) + auth_key.aux_hash).digest()[4:20]


def first_salt(new_nonce: Buffer, server_nonce: Buffer) -> int:
    """The first server_salt of a new key, known to both sides without a message: a signed long.

    substr(new_nonce, 0, 8) XOR substr(server_nonce, 0, 8).
    """
    ours = exact(new_nonce, 32, "new_nonce")[:8]
    theirs = exact(server_nonce, 16, "server_nonce")[:8]
    return int.from_bytes(ours, "little", signed=True) ^ int.from_bytes(theirs, "little", signed=True)
