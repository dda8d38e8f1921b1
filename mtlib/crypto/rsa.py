"""The RSA key of a data centre, and the two ways to seal data for its owner.

RSA itself only raises a number below n to e. Its safety comes from the padding: RSA_PAD, written out step by step,
and the scheme before it, which old clients still use.

Source: core.telegram.org/mtproto/auth_key, step 2 (fingerprints) and step 4.1, "RSA_PAD(data, server_public_key)".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hmac import compare_digest
from itertools import count
from math import lcm
from typing import Any

from mtlib.crypto.aes import ige_decrypt, ige_encrypt, xor
from mtlib.crypto.entropy import Entropy, System, source
from mtlib.crypto.kdf import sha1, sha256
from mtlib.crypto.numbers import is_probable_prime, power, to_bytes
from mtlib.crypto.secret import Buffer, Secret, exact, of_type, plain, whole
from mtlib.errors import CheckError, LocalError
from mtlib.wire.dissection import Seal, Unsealed
from mtlib.wire.tl import String

# `cryptography` reads and writes PEM and makes new keys. Its modules are imported only inside the functions that
# need them: they take longer to load than all of `mtlib.crypto`, and a browser has none of them.

WIDTH = 256  # bytes of every RSA number in MTProto


@dataclass(frozen=True)
class PublicKey:
    """The public half of a data centre's key: modulus n and exponent e.

    LocalError unless n is odd and has 1024 to 2048 bits, and e is odd and 3 at least. MTProto uses 2048 bits;
    shorter keys have a fingerprint too, but the 256 bytes of RSA_PAD do not fit.
    """

    n: int
    e: int = 65537

    def __post_init__(self) -> None:
        whole(self.n, "n"), whole(self.e, "e")
        if self.n % 2 == 0 or not 1024 <= self.n.bit_length() <= 8 * WIDTH:
            raise LocalError(
                "not a modulus for MTProto",
                got=f"{self.n.bit_length()} bits" + (", even" if self.n % 2 == 0 else ""),
                expected="odd, 1024 to 2048 bits",
                where="n",
            )
        if self.e % 2 == 0 or not 3 <= self.e < self.n:
            raise LocalError("not an RSA exponent", got=self.e, expected="odd, 3 or more", where="e")

    @cached_property
    def fingerprint(self) -> int:
        """The name of the key in resPQ: the last 8 bytes of SHA1(n ‖ e), a signed long.

        n and e are hashed as TL strings of big-endian numbers without leading zeros.
        """
        digest = sha1(String().pack(to_bytes(self.n)) + String().pack(to_bytes(self.e)))
        return int.from_bytes(digest[-8:], "little", signed=True)

    def apply(self, block: Buffer) -> bytes:
        """block^e mod n: 256 bytes in and out, leading zeros kept. A number of n or more is a LocalError."""
        return to_bytes(power(_below(block, self.n), self.e, self.n), WIDTH)

    def to_pem(self) -> str:
        """PKCS#1 text ("BEGIN RSA PUBLIC KEY"), the form in which clients carry Telegram's keys."""
        return self._pem("PKCS1")

    def to_spki_pem(self) -> str:
        """SPKI text ("BEGIN PUBLIC KEY"), as openssl and most libraries write it."""
        return self._pem("SubjectPublicKeyInfo")

    def _pem(self, form: str) -> str:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        key = RSAPublicNumbers(self.e, self.n).public_key()
        return key.public_bytes(Encoding.PEM, getattr(PublicFormat, form)).decode()

    @classmethod
    def from_pem(cls, text: str) -> PublicKey:
        """Read PKCS#1 ("BEGIN RSA PUBLIC KEY") or SPKI ("BEGIN PUBLIC KEY"); all else is a LocalError."""
        if isinstance(text, str) and "PRIVATE KEY-----" in text:
            raise LocalError("this is a private key, which stays with its data centre", got="BEGIN ... PRIVATE KEY",
                             expected="its public half: BEGIN RSA PUBLIC KEY or BEGIN PUBLIC KEY", where="pem")
        from cryptography.hazmat.primitives.serialization import load_pem_public_key

        def numbers(pem: bytes) -> tuple[int, int]:
            found: Any = load_pem_public_key(pem)
            return found.public_numbers().n, found.public_numbers().e

        return cls(*_read(text, numbers, "public"))


class PrivateKey(Secret):
    """The RSA key of a data centre of one's own, never of Telegram's, which nobody outside has.

    It is made from the two primes p and q; n and d follow from them. Its repr shows the fingerprint only.
    LocalError unless p * q has 2048 bits and e has an inverse modulo lcm(p - 1, q - 1).
    """

    __slots__ = ("_d", "_p", "_q", "_q_inverse", "public")
    shown = ("fingerprint",)

    def __init__(self, p: int, q: int, e: int = 65537) -> None:
        self.public = PublicKey(whole(p, "p") * whole(q, "q"), e)
        try:
            self._d, self._q_inverse = pow(e, -1, lcm(p - 1, q - 1)), pow(q, -1, p)
        except ValueError:
            raise LocalError("p, q and e do not make an RSA key", where="p, q, e") from None
        self._p, self._q = p, q
        check_width(self.public)

    @classmethod
    def generate(cls) -> PrivateKey:
        """A new 2048-bit key with e = 65537 from the system's randomness, made by `cryptography` if installed.

        One key in sixteen is thrown away: if its fingerprint starts with a zero digit, some tools would print
        it too short.
        """
        while True:
            key = cls(*_two_primes())
            if len(hex_fingerprint(key.public.fingerprint).lstrip("0")) == 16:
                return key

    def apply(self, block: Buffer) -> bytes:
        """block^d mod n: 256 bytes in, 256 bytes out. A number of n or more is a LocalError.

        Computed modulo p and modulo q, then put together (Chinese remainder theorem): a quarter of the work.
        """
        number, p, q = _below(block, self.public.n), self._p, self._q
        modulo_p = power(number % p, self._d % (p - 1), p)
        modulo_q = power(number % q, self._d % (q - 1), q)
        return to_bytes(modulo_q + q * ((modulo_p - modulo_q) * self._q_inverse % p), WIDTH)

    def to_pem(self) -> str:
        """PKCS#1 text ("BEGIN RSA PRIVATE KEY"), unencrypted: the only method that gives the secret away."""
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateNumbers, RSAPublicNumbers
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        public = RSAPublicNumbers(self.public.e, self.public.n)
        d, p, q = self._d, self._p, self._q
        numbers = RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), self._q_inverse, public)
        key = numbers.private_key()
        return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()

    @classmethod
    def from_pem(cls, text: str) -> PrivateKey:
        """Read PKCS#1 or PKCS#8 without a password; anything else is a LocalError that does not quote the text."""
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        def numbers(pem: bytes) -> tuple[int, int, int]:
            found: Any = load_pem_private_key(pem, None)
            return found.private_numbers().p, found.private_numbers().q, found.public_key().public_numbers().e

        return cls(*_read(text, numbers, "private"))

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the public half, as documentation prints it."""
        return hex_fingerprint(self.public.fingerprint)

    def opens(self, seal: Seal, values: Mapping[str, Any], data: bytes) -> Unsealed | None:
        """The data sealed in `data` by either scheme; see `mtlib.wire.dissection.Opener`. CheckError if by neither."""
        if seal.scheme != "RSA" or values[seal.by] != self.public.fingerprint:
            return None
        try:
            return Unsealed(rsa_pad_open(data, self), True)
        except CheckError as error:
            try:
                return Unsealed(old_open(data, self), True, 1)
            except CheckError:
                raise error from None


def _two_primes() -> tuple[int, int]:
    """p and q of a new key. Without `cryptography`, as in a browser, this takes a second or two."""
    try:
        from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    except ImportError:
        drawn = (int.from_bytes(System().draw("prime", WIDTH // 2)) | 3 << 4 * WIDTH - 2 | 1 for _ in count())
        primes = (each for each in drawn if each % 65537 != 1 and is_probable_prime(each))
        return next(primes), next(primes)
    numbers = generate_private_key(65537, 8 * WIDTH).private_numbers()
    return numbers.p, numbers.q


def select_key(offered: Sequence[int], known: Sequence[PublicKey]) -> PublicKey:
    """The first key offered in resPQ that is among the `known`; if none is, a CheckError with both lists.

    `offered` are fingerprints as signed longs, in the data centre's order.
    """
    for name, values, kind in (("offered", offered, int), ("known", known, PublicKey)):
        if not isinstance(values, (list, tuple)) or not all(isinstance(value, kind) for value in values):
            raise LocalError(f"not a list of {kind.__name__}", got=type(values).__name__, where=name)
    by_fingerprint = {key.fingerprint: key for key in known}
    for fingerprint in offered:
        if fingerprint in by_fingerprint:
            return by_fingerprint[fingerprint]
    raise CheckError(
        "none of the offered RSA keys is known",
        got=[hex_fingerprint(fingerprint) for fingerprint in offered],
        expected=[hex_fingerprint(fingerprint) for fingerprint in by_fingerprint],
        where="server_public_key_fingerprints",
    )


def hex_fingerprint(fingerprint: int) -> str:
    """A fingerprint as documentation prints it: sixteen digits of the unsigned number."""
    return f"{fingerprint % (1 << 64):016x}"


def _below(block: Buffer, n: int) -> int:
    number = int.from_bytes(exact(block, WIDTH, "block"), "big")
    if number >= n:  # the error does not show the number, which may be the data just before RSA
        raise LocalError("RSA takes numbers below n", got="n or more", expected="below n", where="block")
    return number


def check_width(key: PublicKey) -> None:
    """LocalError unless the key has the 2048 bits that 256-byte blocks need."""
    if not isinstance(key, PublicKey):
        raise LocalError("not a public key", got=type(key).__name__, expected="PublicKey", where="key")
    if key.n.bit_length() != 8 * WIDTH:
        raise LocalError("MTProto seals with 2048 bits", got=f"{key.n.bit_length()} bits", expected=2048, where="n")


def _read(text: str, numbers: Callable[[bytes], tuple[int, ...]], half: str) -> tuple[int, ...]:
    """The numbers in a PEM text. `numbers` raises AttributeError for a key of another kind, which has no n, p or q, and
    TypeError for one with a password. The LocalError quotes nothing of the text but its BEGIN line."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return numbers(text.encode())
    except (ValueError, TypeError, AttributeError, UnsupportedAlgorithm):
        begun = re.search("-----(BEGIN [A-Z ]{1,32})-----", text if isinstance(text, str) else "")
        names = f"BEGIN RSA {half.upper()} KEY or BEGIN {half.upper()} KEY"
        raise LocalError(f"no {half} RSA key in this text", got=begun[1] if begun else "no key", where="pem",
                         expected=names + (", without a password" if half == "private" else "")) from None


DATA_LIMIT, PADDED = 144, 192  # the most bytes of data in RSA_PAD, and its bytes with the padding


def rsa_pad(data: Buffer, padding: Buffer, temp_key: Buffer) -> bytes:
    """RSA_PAD without the RSA, points 1 to 7 of the page: 256 bytes, which must be below n (point 8).

    `data` has at most 144 bytes, `padding` fills it up to 192, `temp_key` has 32; wrong lengths are a LocalError.
    """
    data = _check_limit(data)
    data_with_padding, temp_key = data + exact(padding, PADDED - len(data), "padding"), exact(temp_key, 32, "temp_key")
    data_pad_reversed = data_with_padding[::-1]  # so that the random bytes come first
    data_with_hash = data_pad_reversed + sha256(temp_key + data_with_padding)
    aes_encrypted = ige_encrypt(data_with_hash, temp_key, bytes(32))  # an iv of zeros is harmless for a key used once
    temp_key_xor = xor(temp_key, sha256(aes_encrypted))  # to recover temp_key takes every bit of aes_encrypted
    return temp_key_xor + aes_encrypted


def rsa_pad_seal(data: Buffer, key: PublicKey, entropy: Entropy) -> bytes:
    """Seal up to 144 bytes for the owner of `key`: 256 bytes of `encrypted_data`. More data is a LocalError.

    Draws `padding` once and `temp_key` until the number fits (attempt 0, 1, 2 ...): twice on average
    for the smallest modulus, hardly more than once for the largest.
    """
    data = _check_limit(data)
    check_width(key)
    padding = source(entropy).draw("padding", PADDED - len(data))
    for attempt in range(128):
        block = rsa_pad(data, padding, entropy.draw("temp_key", 32, attempt=attempt))
        if int.from_bytes(block, "big") < key.n:
            return key.apply(block)
    raise LocalError("128 temp_keys, and none fits: this entropy is not random", where="temp_key")


def rsa_pad_open(encrypted: Buffer, private_key: PrivateKey) -> bytes:
    """Open `encrypted_data`: the 192 bytes of data_with_padding, in order; the TL object comes first.

    CheckError at `encrypted_data` if it is not 256 bytes, not below n, or the hash inside is wrong.
    """
    block = _from_peer(encrypted, private_key)
    aes_encrypted = block[32:]
    temp_key = xor(block[:32], sha256(aes_encrypted))
    data_with_hash = ige_decrypt(aes_encrypted, temp_key, bytes(32))
    data_with_padding = data_with_hash[:PADDED][::-1]
    got, expected = data_with_hash[PADDED:], sha256(temp_key + data_with_padding)
    if not compare_digest(got, expected):
        message = "the hash is not SHA256(temp_key + data_with_padding)"
        raise CheckError(message, got=got, expected=expected, where="encrypted_data")
    return data_with_padding


def old_open(encrypted: Buffer, private_key: PrivateKey) -> bytes:
    """Open `encrypted_data` of the scheme before RSA_PAD: SHA1(data) ‖ data ‖ padding, 255 bytes.

    The scheme is no longer in the documentation, but clients with the old keys still use it. The hash is not checked
    here: it covers the data without the padding, and only a parser knows where the data ends. CheckError at
    `encrypted_data` if it is not 256 bytes, not below n, or opens to more than 255 bytes.
    """
    block = _from_peer(encrypted, private_key)
    if block[0]:
        raise CheckError("not the old scheme", got="256 bytes", expected="255 bytes", where="encrypted_data")
    return block[1:]


def _from_peer(encrypted: Buffer, private_key: PrivateKey) -> bytes:
    encrypted, private_key = plain(encrypted, "encrypted_data"), of_type(private_key, PrivateKey, "private_key")
    if len(encrypted) != WIDTH or int.from_bytes(encrypted, "big") >= private_key.public.n:
        got = f"{len(encrypted)} bytes" if len(encrypted) != WIDTH else "a number that is not below n"
        raise CheckError("not an RSA ciphertext", got=got, expected="256 bytes, below n", where="encrypted_data")
    return private_key.apply(encrypted)


def _check_limit(data: Buffer) -> bytes:
    data = plain(data, "data")
    if len(data) > DATA_LIMIT:
        got, expected = f"{len(data)} bytes", f"at most {DATA_LIMIT}"
        raise LocalError("too long to be sealed", got=got, expected=expected, where="data")
    return data
