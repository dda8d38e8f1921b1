"""Keys made of bytes: AES, key derivation, big numbers, RSA, and where randomness comes from.

Every result depends on the arguments alone. The errors are those of `mtlib.errors`: LocalError for a mistake of the
caller, CheckError for wrong data from the other side. This package exports the names that the lessons use, and loads
them when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtlib.lazy import lazily

if TYPE_CHECKING:
    from mtlib.crypto.aes import Ctr, ige_decrypt, ige_encrypt
    from mtlib.crypto.kdf import MSG_KEY_V2, V1, V2, kdf_nonces, key_usage, msg_key_v2
    from mtlib.crypto.keys import new_nonce_hash
    from mtlib.crypto.numbers import (
        DH_PRIME,
        check_dh_group,
        check_dh_public,
        factor,
        generator_power,
        is_probable_prime,
        to_bytes,
    )
    from mtlib.crypto.rsa import PrivateKey, rsa_pad, rsa_pad_open

__all__ = [
    "DH_PRIME", "MSG_KEY_V2", "V1", "V2", "Ctr", "PrivateKey", "check_dh_group", "check_dh_public", "factor",
    "generator_power", "ige_decrypt", "ige_encrypt", "is_probable_prime", "kdf_nonces", "key_usage", "msg_key_v2",
    "new_nonce_hash", "rsa_pad", "rsa_pad_open", "to_bytes",
]  # fmt: skip

__getattr__, __dir__ = lazily(__name__, {
    "aes": "Ctr ige_decrypt ige_encrypt",
    "kdf": "MSG_KEY_V2 V1 V2 kdf_nonces key_usage msg_key_v2",
    "keys": "new_nonce_hash",
    "numbers": "DH_PRIME check_dh_group check_dh_public factor generator_power is_probable_prime to_bytes",
    "rsa": "PrivateKey rsa_pad rsa_pad_open",
})  # fmt: skip
