"""Lesson 08. RSA_PAD, stage by stage."""

SOLUTION = """\
from hashlib import sha256

from mtlib.crypto import ige_encrypt


def rsa_pad(data, padding, temp_keys, n, e):
    data_with_padding = data + padding
    for at in range(0, len(temp_keys), 32):
        temp_key = temp_keys[at : at + 32]
        digest = sha256(temp_key + data_with_padding).digest()
        data_with_hash = data_with_padding[::-1] + digest
        aes_encrypted = ige_encrypt(data_with_hash, temp_key, bytes(32))
        mask = sha256(aes_encrypted).digest()
        block = bytes(a ^ b for a, b in zip(temp_key, mask)) + aes_encrypted
        number = int.from_bytes(block, "big")
        if number < int.from_bytes(n, "big"):
            return pow(number, e, int.from_bytes(n, "big")).to_bytes(256, "big")
"""

OLD = """\
from hashlib import sha1


def rsa_pad(data, padding, temp_keys, n, e):
    block = (sha1(data).digest() + data + padding).ljust(255, bytes(1))[:255]
    return pow(int.from_bytes(block, "big"), e, int.from_bytes(n, "big")).to_bytes(256, "big")
"""

WRONG = {
    "data_not_reversed": SOLUTION.replace("[::-1]", ""),
    "padding_not_reversed": SOLUTION.replace("data_with_padding[::-1] +", "data[::-1] + padding +"),
    "hash_reversed_as_well": SOLUTION.replace("data_with_padding[::-1] + digest", "(data_with_padding + digest)[::-1]"),
    "temp_key_last_in_the_hash": SOLUTION.replace("temp_key + data_with_padding)", "data_with_padding + temp_key)"),
    "block_without_rsa": SOLUTION.replace('pow(number, e, int.from_bytes(n, "big")).to_bytes(256, "big")', "block"),
    "hash_over_the_reversed": SOLUTION.replace("temp_key + data_with_padding)", "temp_key + data_with_padding[::-1])"),
    "hash_without_temp_key": SOLUTION.replace("temp_key + data_with_padding)", "data_with_padding)"),
    "hash_of_the_data_alone": SOLUTION.replace("temp_key + data_with_padding)", "temp_key + data)"),
    "mask_of_the_plaintext": SOLUTION.replace("sha256(aes_encrypted)", "sha256(data_with_hash)"),
    "temp_key_not_masked": SOLUTION.replace("sha256(aes_encrypted).digest()", "bytes(32)"),
    "temp_key_as_iv": SOLUTION.replace("temp_key, bytes(32))", "temp_key, temp_key)"),
    "first_temp_key_anyway": SOLUTION.replace('number < int.from_bytes(n, "big")', "True"),
    "padding_before_rsa_pad": OLD,
    "ciphertext_of_255_bytes": SOLUTION.replace('.to_bytes(256, "big")\n', '.to_bytes(256, "big").lstrip(bytes(1))\n'),
}
