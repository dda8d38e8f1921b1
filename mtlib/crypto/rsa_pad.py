"""The two ways to pad what is sealed with RSA: RSA_PAD, written out step by step, and the scheme before it.

Source: core.telegram.org/mtproto/auth_key, step 4.1, "RSA_PAD(data, server_public_key)".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from hmac import compare_digest

from mtlib.crypto.aes import ige_decrypt, ige_encrypt
from mtlib.crypto.buffers import Buffer, exact, plain
from mtlib.crypto.entropy import Entropy
from mtlib.crypto.rsa import WIDTH, PrivateKey, PublicKey, check_width, hex_fingerprint
from mtlib.crypto.secret import Secret
from mtlib.errors import CheckError, LocalError

DATA_LIMIT = 144  # of RSA_PAD
PADDED = 192
OLD_WIDTH = 255  # of data_with_hash in the old scheme: one byte less, so it is below any n
OLD_LIMIT = OLD_WIDTH - 20


@dataclass(frozen=True, repr=False)
class RsaPad(Secret):
    """RSA_PAD from its four givens to `encrypted_data`: one property per point of the page, in its order.

    `data` is at most 144 bytes, `padding` fills it up to 192, `temp_key` has 32; wrong lengths are a
    LocalError. `dataclasses.replace(pad, temp_key=...)` recomputes everything.
    """

    data: bytes
    key: PublicKey
    padding: bytes
    temp_key: bytes

    def __post_init__(self) -> None:
        _check_limit(plain(self.data, "data"), DATA_LIMIT)
        exact(self.padding, PADDED - len(self.data), "padding")
        exact(self.temp_key, 32, "temp_key")
        check_width(self.key)

    @cached_property
    def data_with_padding(self) -> bytes:
        """Point 1, 192 bytes."""
        return self.data + self.padding

    @cached_property
    def data_pad_reversed(self) -> bytes:
        """Point 2, 192 bytes: last byte first, so that the random ones come in front."""
        return self.data_with_padding[::-1]

    @cached_property
    def data_with_hash(self) -> bytes:
        """Point 4, 224 bytes. The hash runs over the bytes in their original order."""
        return self.data_pad_reversed + hashlib.sha256(self.temp_key + self.data_with_padding).digest()

    @cached_property
    def aes_encrypted(self) -> bytes:
        """Point 5, 224 bytes: AES-256-IGE with temp_key and an iv of zeros, harmless for a key used once."""
        return ige_encrypt(self.data_with_hash, self.temp_key, bytes(32))

    @cached_property
    def temp_key_xor(self) -> bytes:
        """Point 6, 32 bytes: whoever lacks one bit of aes_encrypted does not get temp_key back."""
        return _masked(self.temp_key, self.aes_encrypted)

    @cached_property
    def key_aes_encrypted(self) -> bytes:
        """Point 7, 256 bytes."""
        return self.temp_key_xor + self.aes_encrypted

    @property
    def fits(self) -> bool:
        """Point 8: whether that number is below n. If not, another temp_key is due."""
        return int.from_bytes(self.key_aes_encrypted, "big") < self.key.n

    @cached_property
    def encrypted_data(self) -> bytes:
        """Point 9, 256 bytes. LocalError where it does not fit."""
        return self.key.apply(self.key_aes_encrypted)

    def __repr__(self) -> str:
        return f"RsaPad(fingerprint={hex_fingerprint(self.key.fingerprint)}, fits={self.fits})"


def rsa_pad_seal(data: Buffer, key: PublicKey, entropy: Entropy) -> bytes:
    """Seal up to 144 bytes for the owner of `key`: 256 bytes of `encrypted_data`. More data is a LocalError.

    Draws `padding` once and `temp_key` until the number fits (attempt 0, 1, 2 ...): twice on average
    under the smallest of moduli, hardly more than once under the largest.
    """
    data = _check_limit(plain(data, "data"), DATA_LIMIT)
    padding = entropy.draw("padding", PADDED - len(data))
    for attempt in range(128):
        pad = RsaPad(data, key, padding, entropy.draw("temp_key", 32, attempt=attempt))
        if pad.fits:
            return pad.encrypted_data
    raise LocalError("128 temp_keys, and none fits: this entropy is not random", where="temp_key")


def rsa_pad_open(encrypted: Buffer, private_key: PrivateKey) -> bytes:
    """Open `encrypted_data`: the 192 bytes of data_with_padding, in order; the TL object comes first.

    CheckError at `encrypted_data` if it is not 256 bytes, not below n, or the hash inside does not agree.
    """
    block = _from_peer(encrypted, private_key)
    aes_encrypted = block[32:]
    temp_key = _masked(block[:32], aes_encrypted)
    data_with_hash = ige_decrypt(aes_encrypted, temp_key, bytes(32))
    data_with_padding = data_with_hash[:PADDED][::-1]
    digest = hashlib.sha256(temp_key + data_with_padding).digest()
    _check_hash(data_with_hash[PADDED:], digest, "SHA256(temp_key + data_with_padding)")
    return data_with_padding


def old_seal(data: Buffer, key: PublicKey, entropy: Entropy) -> bytes:
    """The scheme before RSA_PAD: SHA1(data) ‖ data ‖ `padding`, 255 bytes, raised to e. Data up to 235 bytes.

    It has left the documentation; clients with the old keys, and servers that meet them, still speak it.
    """
    data = _check_limit(plain(data, "data"), OLD_LIMIT)
    check_width(key)
    padding = entropy.draw("padding", OLD_LIMIT - len(data))
    return key.apply(b"\0" + hashlib.sha1(data).digest() + data + padding)


def old_open(encrypted: Buffer, private_key: PrivateKey) -> bytes:
    """Open what `old_seal` made: the 255 bytes of data_with_hash, leading zeros of the hash included.

    Its hash covers the data without the padding, and only a parser knows where the data ends: parse from
    byte 20, then call `old_check`. CheckError at `encrypted_data` if it is not 256 bytes, not below n, or
    opens to more.
    """
    block = _from_peer(encrypted, private_key)
    if block[0]:
        raise CheckError("not the old scheme", got="256 bytes", expected="255 bytes", where="encrypted_data")
    return block[1:]


def old_check(data_with_hash: Buffer, length: int) -> bytes:
    """The `length` bytes of data behind the hash, if it is their hash; else a CheckError at `encrypted_data`.

    LocalError for anything but 255 bytes, and for a length outside of 0 to 235.
    """
    block = exact(data_with_hash, OLD_WIDTH, "data_with_hash")
    if not 0 <= length <= OLD_LIMIT:
        raise LocalError("no such length", got=length, expected=f"0 to {OLD_LIMIT}", where="length")
    data = block[20 : 20 + length]
    _check_hash(block[:20], hashlib.sha1(data).digest(), "SHA1(data)")
    return data


def _masked(key: bytes, by: bytes) -> bytes:
    mask = hashlib.sha256(by).digest()
    return bytes(a ^ b for a, b in zip(key, mask, strict=True))


def _from_peer(encrypted: Buffer, private_key: PrivateKey) -> bytes:
    encrypted = plain(encrypted, "encrypted_data")
    if len(encrypted) != WIDTH or int.from_bytes(encrypted, "big") >= private_key.public.n:
        got = f"{len(encrypted)} bytes" if len(encrypted) != WIDTH else "a number that is not below n"
        raise CheckError("not an RSA ciphertext", got=got, expected="256 bytes, below n", where="encrypted_data")
    return private_key.apply(encrypted)


def _check_hash(got: bytes, expected: bytes, formula: str) -> None:
    if not compare_digest(got, expected):
        raise CheckError(f"the hash is not {formula}", got=got, expected=expected, where="encrypted_data")


def _check_limit(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise LocalError("too long to be sealed", got=f"{len(data)} bytes", expected=f"at most {limit}", where="data")
    return data
