"""The auth_key: 256 bytes, the ids computed from them, and the seals they open.

Source: core.telegram.org/mtproto/auth_key, steps 8 and 9; core.telegram.org/mtproto/description, "Authorization key".
"""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

from mtlib.crypto.aes import BLOCK, ige_decrypt
from mtlib.crypto.kdf import kdf_v1, kdf_v2, msg_key_v2, sha1
from mtlib.crypto.numbers import to_bytes
from mtlib.crypto.secret import Buffer, Secret, exact
from mtlib.errors import LocalError
from mtlib.wire.dissection import Seal, Unsealed


class AuthKey(Secret):
    """An authorization key: 256 bytes, always. Any other length is a LocalError.

    The bytes are a number, big-endian. Its leading zeros belong to the key (under Telegram's prime one key in 199 has
    some), because a key schedule counts from byte 0; `from_int` puts them back. Two keys are equal when their bytes
    are. `repr` and errors show the id only.
    """

    __slots__ = ("_data", "_id", "_sha1")
    shown = ("id",)

    def __init__(self, data: Buffer) -> None:
        self._data = exact(data, 256, "auth_key")
        self._sha1 = sha1(self._data)
        self._id = int.from_bytes(self._sha1[-8:], "little", signed=True)

    @classmethod
    def from_int(cls, number: int) -> AuthKey:
        """The key made of g^(ab) mod p: big-endian, zeros on the left. LocalError beyond 2048 bits."""
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

    def opens(self, seal: Seal, values: Mapping[str, Any], data: bytes) -> Unsealed | None:
        """What `data` hides, if it was sealed under this key's id; see `mtlib.wire.dissection.Opener`."""
        if seal.scheme not in ("MTProto 2.0", "MTProto 1.0") or values[seal.by] != self._id:
            return None
        if not data or len(data) % BLOCK:
            return None
        derive = kdf_v1 if seal.scheme == "MTProto 1.0" else kdf_v2
        plaintext = ige_decrypt(data, *derive(self._data, values["msg_key"], seal.x))
        if seal.scheme == "MTProto 1.0":  # not sound: only the length inside says which bytes the hash covers
            return Unsealed(plaintext, False)
        return Unsealed(plaintext, compare_digest(msg_key_v2(self._data, plaintext, seal.x), values["msg_key"]))

    def __bytes__(self) -> bytes:
        return self._data

    def __eq__(self, other: object) -> bool:
        return compare_digest(self._data, other._data) if isinstance(other, AuthKey) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._sha1)


def auth_key(value: AuthKey, where: str) -> AuthKey:
    """`value`, if it is an AuthKey. Anything else, even the bare bytes of a key, is a LocalError naming `where`."""
    if not isinstance(value, AuthKey):
        raise LocalError(f"{where} has to be an AuthKey", got=type(value).__name__, expected="AuthKey", where=where)
    return value


def new_nonce_hash(new_nonce: Buffer, number: int, key: AuthKey) -> bytes:
    """new_nonce_hash1, 2, 3 of dh_gen_ok, dh_gen_retry, dh_gen_fail: 16 bytes. LocalError for other numbers.

    The last 16 bytes of SHA1(new_nonce ‖ number ‖ auth_key_aux_hash): the other side has nonce and key.
    """
    if number not in (1, 2, 3):
        raise LocalError("there are three hashes of new_nonce", got=number, expected="1, 2 or 3", where="number")
    secret = exact(new_nonce, 32, "new_nonce")
    return sha1(secret + bytes([number]) + auth_key(key, "key").aux_hash)[4:20]
