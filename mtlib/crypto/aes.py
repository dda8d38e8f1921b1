"""AES-256 in the two modes MTProto uses: IGE for messages, CTR for the obfuscated transport.

IGE ("infinite garble extension") feeds two things forward. With c_0 = iv[0:16] and p_0 = iv[16:32]:

    encrypt   c_i = E(p_i ^ c_{i-1}) ^ p_{i-1}
    decrypt   p_i = D(c_i ^ p_{i-1}) ^ c_{i-1}

It hides the bytes and proves nothing about them: that is the task of msg_key.

The block cipher itself comes from `cryptography`, which is imported on first use, or from `mtlib.crypto.blocks` where
that is not installed, as in a browser. `use_aes` sets another.

Source: core.telegram.org/mtproto/description, "Defining AES Key and Initialization Vector". It does not give the order
of c_0 and p_0 inside the iv, which is OpenSSL's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mtlib.crypto.secret import Buffer, exact, plain
from mtlib.errors import LocalError

BLOCK = 16

Mode: TypeAlias = Literal["CBC encrypt", "ECB encrypt", "ECB decrypt", "CTR"]
Update: TypeAlias = Callable[[bytes], bytes]
Aes: TypeAlias = Callable[[Mode, bytes, bytes], Update]
"""An implementation of AES: given mode, key and iv (16 bytes; empty for ECB), it returns a function that takes the next
bytes of one message and returns them encrypted or decrypted. CBC and ECB get whole blocks. MTProto's keys have 32
bytes; the doctor tries 16 and 24 as well."""

_aes: Aes | None = None


def use_aes(implementation: Aes | None) -> None:
    """Use this implementation from now on. None: `cryptography`, or our own where that is not installed."""
    global _aes
    _aes = implementation


def raw_aes(mode: Mode, key: bytes, iv: bytes = b"") -> Update:
    """AES itself, for callers that chain the blocks themselves. The arguments are not checked."""
    if _aes is None:
        use_aes(_installed())
    return _aes(mode, key, iv)  # type: ignore[misc]


def _installed() -> Aes:
    try:
        return _openssl()
    except ImportError:
        from mtlib.crypto.blocks import start

        return start


def _openssl() -> Aes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    def start(mode: Mode, key: bytes, iv: bytes) -> Update:
        aes = algorithms.AES(key)
        if mode == "CBC encrypt":
            return Cipher(aes, modes.CBC(iv)).encryptor().update
        if mode == "ECB encrypt":
            return Cipher(aes, modes.ECB()).encryptor().update
        if mode == "ECB decrypt":
            return Cipher(aes, modes.ECB()).decryptor().update
        return Cipher(aes, modes.CTR(iv)).encryptor().update

    return start


def ige_encrypt(data: Buffer, key: Buffer, iv: Buffer) -> bytes:
    """Encrypt whole 16-byte blocks with AES-256-IGE; key and iv are 32 bytes each.

    Empty data gives an empty ciphertext. A wrong length is a LocalError that names `data`, `key` or `iv`, raised
    before AES runs. The arguments are never changed; `buffer[:] = ige_encrypt(buffer, key, iv)` works in place.

    One pass of CBC does the work. Let y_i = c_i ^ p_{i-1} be the output of AES. Putting c_{i-1} = y_{i-1} ^ p_{i-2}
    into the formula above gives y_i = E((p_i ^ p_{i-2}) ^ y_{i-1}). That is CBC, over a message in which each block
    was first XORed with the plaintext two blocks earlier (nothing for the first block, p_0 for the second). The
    ciphertext is the output of CBC, XORed with the plaintext one block earlier.
    """
    data, key, iv = _checked(data, key, iv)
    earlier = int.from_bytes(iv[BLOCK : BLOCK + len(data)] + data[:-BLOCK], "big")  # p_0, p_1, ... p_{n-1}
    mixed = (int.from_bytes(data, "big") ^ (earlier >> 8 * BLOCK)).to_bytes(len(data), "big")
    after_aes = raw_aes("CBC encrypt", key, iv[:BLOCK])(mixed)
    return (int.from_bytes(after_aes, "big") ^ earlier).to_bytes(len(data), "big")


def ige_decrypt(data: Buffer, key: Buffer, iv: Buffer) -> bytes:
    """Decrypt what `ige_encrypt` made: the same lengths and errors.

    There is no shortcut in this direction: the chain runs through D, and no common mode of AES chains D. So this
    is the formula, block by block, each waiting for the one before.
    """
    data, key, iv = _checked(data, key, iv)
    decrypt = raw_aes("ECB decrypt", key, b"")  # one block at a time; the chaining is below
    c_prev, p_prev = int.from_bytes(iv[:BLOCK], "big"), int.from_bytes(iv[BLOCK:], "big")
    blocks = []
    for start in range(0, len(data), BLOCK):
        ciphertext = int.from_bytes(data[start : start + BLOCK], "big")
        after_aes = decrypt((ciphertext ^ p_prev).to_bytes(BLOCK, "big"))
        p_prev = int.from_bytes(after_aes, "big") ^ c_prev
        c_prev = ciphertext
        blocks.append(p_prev.to_bytes(BLOCK, "big"))
    return b"".join(blocks)


def decrypt_blocks(data: Buffer, key: Buffer) -> bytes:
    """D of every 16-byte block by itself, without the chaining of IGE. All in one call, because the doctor tries
    thousands. Lengths and errors as in `ige_decrypt`."""
    data, key, _ = _checked(data, key, bytes(2 * BLOCK))
    return raw_aes("ECB decrypt", key, b"")(data)


@dataclass(frozen=True)
class IgeBlock:
    """One block on its way through IGE encryption; all values are 16 bytes, `index` counts from 1 as in p_1.

    before_aes = plaintext ^ c_prev;  after_aes = E(before_aes);  ciphertext = after_aes ^ p_prev.
    """

    index: int
    plaintext: bytes
    before_aes: bytes
    after_aes: bytes
    ciphertext: bytes
    c_prev: bytes
    p_prev: bytes


def ige_blocks(data: Buffer, key: Buffer, iv: Buffer) -> tuple[IgeBlock, ...]:
    """The same encryption with its inside visible: the seven values of every block, to draw or to compare.

    Lengths and errors as in `ige_encrypt`, whose result is the joined `ciphertext`s.
    """
    data, key, iv = _checked(data, key, iv)
    ciphertext = ige_encrypt(data, key, iv)
    c_chain, p_chain = iv[:BLOCK] + ciphertext, iv[BLOCK:] + data
    return tuple(
        IgeBlock(
            index=start // BLOCK + 1,
            plaintext=data[start : start + BLOCK],
            before_aes=xor(data[start : start + BLOCK], c_chain[start : start + BLOCK]),
            after_aes=xor(ciphertext[start : start + BLOCK], p_chain[start : start + BLOCK]),
            ciphertext=ciphertext[start : start + BLOCK],
            c_prev=c_chain[start : start + BLOCK],
            p_prev=p_chain[start : start + BLOCK],
        )
        for start in range(0, len(data), BLOCK)
    )


class Ctr:
    """AES-256-CTR as one endless keystream: `update` goes on where the last call stopped.

    Encrypting and decrypting are the same step. Key 32 bytes, iv 16 bytes (a big-endian counter), data of any
    length; a wrong length is a LocalError naming `key` or `iv`. The stream cannot be rewound or copied:
    one `Ctr` belongs to one direction of one connection.
    Source: core.telegram.org/mtproto/mtproto-transports, "Transport obfuscation".
    """

    __slots__ = ("_update",)

    def __init__(self, key: Buffer, iv: Buffer) -> None:
        self._update = raw_aes("CTR", exact(key, 32, "key"), exact(iv, BLOCK, "iv"))

    def update(self, data: Buffer) -> bytes:
        """`data` XORed with the next `len(data)` bytes of the keystream."""
        return self._update(plain(data, "data"))


def _checked(data: Buffer, key: Buffer, iv: Buffer) -> tuple[bytes, bytes, bytes]:
    data = plain(data, "data")
    if len(data) % BLOCK:
        got, expected = f"{len(data)} bytes", f"a multiple of {BLOCK}"
        message = "IGE works on whole blocks; padding is the caller's choice"
        raise LocalError(message, got=got, expected=expected, where="data")
    return data, exact(key, 32, "key"), exact(iv, 32, "iv")


def xor(a: bytes, b: bytes) -> bytes:
    """The XOR of two values of the same length."""
    return (int.from_bytes(a, "big") ^ int.from_bytes(b, "big")).to_bytes(len(a), "big")
