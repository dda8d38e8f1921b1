"""Keys made of bytes: AES, big numbers, RSA, key schedules, and where randomness comes from.

Everything is a function of its arguments. Errors are those of `mtlib.errors`: LocalError for what the
caller got wrong, CheckError for what the other side sent.
"""

from mtlib.crypto.aes import Ctr, IgeBlock, ige_blocks, ige_decrypt, ige_encrypt
from mtlib.crypto.entropy import Entropy, Patterned, System
from mtlib.crypto.kdf import Schedule, ScheduleTable, key_usage
from mtlib.crypto.keys import (
    FROM_NONCES,
    MSG_KEY_V2,
    V1,
    V2,
    AuthKey,
    first_salt,
    msg_key_large_v2,
    msg_key_v1,
    msg_key_v2,
    new_nonce_hash,
)
from mtlib.crypto.numbers import (
    DH_PRIME,
    check_dh_group,
    check_dh_public,
    factor,
    is_probable_prime,
    power,
    to_bytes,
    use_gmpy2,
)
from mtlib.crypto.rsa import (
    PrivateKey,
    PublicKey,
    RsaPad,
    old_check,
    old_open,
    old_seal,
    rsa_pad_open,
    rsa_pad_seal,
    select_key,
)

__all__ = [
    "DH_PRIME",
    "FROM_NONCES",
    "MSG_KEY_V2",
    "V1",
    "V2",
    "AuthKey",
    "Ctr",
    "Entropy",
    "IgeBlock",
    "Patterned",
    "PrivateKey",
    "PublicKey",
    "RsaPad",
    "Schedule",
    "ScheduleTable",
    "System",
    "check_dh_group",
    "check_dh_public",
    "factor",
    "first_salt",
    "ige_blocks",
    "ige_decrypt",
    "ige_encrypt",
    "is_probable_prime",
    "key_usage",
    "msg_key_large_v2",
    "msg_key_v1",
    "msg_key_v2",
    "new_nonce_hash",
    "old_check",
    "old_open",
    "old_seal",
    "power",
    "rsa_pad_open",
    "rsa_pad_seal",
    "select_key",
    "to_bytes",
    "use_gmpy2",
]
