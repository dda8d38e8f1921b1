"""Keys made of bytes: AES, key derivation, big numbers, RSA, and where randomness comes from.

Everything is a function of its arguments. Errors are those of `mtlib.errors`: LocalError for what the caller got
wrong, CheckError for what the other side sent. Names are loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtlib.lazy import lazily

if TYPE_CHECKING:
    from mtlib.crypto.aes import Ctr, IgeBlock, decrypt_blocks, ige_blocks, ige_decrypt, ige_encrypt, use_aes
    from mtlib.crypto.entropy import Entropy, Noise, Patterned, System
    from mtlib.crypto.kdf import (
        FROM_NONCES,
        MSG_KEY_V2,
        V1,
        V2,
        Schedule,
        ScheduleTable,
        kdf_nonces,
        kdf_v1,
        kdf_v2,
        key_usage,
        msg_key_large_v2,
        msg_key_v1,
        msg_key_v2,
    )
    from mtlib.crypto.keys import AuthKey, first_salt, new_nonce_hash
    from mtlib.crypto.numbers import (
        DH_PRIME,
        check_dh_group,
        check_dh_public,
        factor,
        generator_power,
        is_probable_prime,
        power,
        to_bytes,
        use_flint,
    )
    from mtlib.crypto.rsa import (
        PrivateKey,
        PublicKey,
        old_open,
        rsa_pad,
        rsa_pad_open,
        rsa_pad_seal,
        select_key,
    )

__all__ = [
    "DH_PRIME", "FROM_NONCES", "MSG_KEY_V2", "V1", "V2", "AuthKey", "Ctr", "Entropy", "IgeBlock", "Noise", "Patterned",
    "PrivateKey", "PublicKey", "Schedule", "ScheduleTable", "System", "check_dh_group", "check_dh_public",
    "decrypt_blocks", "factor", "first_salt", "generator_power", "ige_blocks", "ige_decrypt", "ige_encrypt",
    "is_probable_prime", "kdf_nonces", "kdf_v1", "kdf_v2", "key_usage", "msg_key_large_v2", "msg_key_v1", "msg_key_v2",
    "new_nonce_hash", "old_open", "power", "rsa_pad", "rsa_pad_open", "rsa_pad_seal", "select_key", "to_bytes",
    "use_aes", "use_flint",
]  # fmt: skip

__getattr__, __dir__ = lazily(__name__, {
    "aes": "Ctr IgeBlock decrypt_blocks ige_blocks ige_decrypt ige_encrypt use_aes",
    "entropy": "Entropy Noise Patterned System",
    "kdf": "FROM_NONCES MSG_KEY_V2 V1 V2 Schedule ScheduleTable kdf_nonces kdf_v1 kdf_v2 key_usage msg_key_large_v2 "
           "msg_key_v1 msg_key_v2",
    "keys": "AuthKey first_salt new_nonce_hash",
    "numbers": "DH_PRIME check_dh_group check_dh_public factor generator_power is_probable_prime power to_bytes "
               "use_flint",
    "rsa": "PrivateKey PublicKey old_open rsa_pad rsa_pad_open rsa_pad_seal select_key",
})  # fmt: skip
