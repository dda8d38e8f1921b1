"""Lesson 11. AES itself comes from `cryptography`, one block at a time."""

SOLUTION = """\
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def ige_encrypt(data, key, iv):
    aes = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    cipher_before, plain_before = iv[0:16], iv[16:32]
    out = b""
    for at in range(0, len(data), 16):
        block = data[at : at + 16]
        sealed = aes.update(xor(block, cipher_before))
        cipher_before = xor(sealed, plain_before)
        plain_before = block
        out += cipher_before
    return out
"""

WRONG = {
    "cbc_instead_of_ige": SOLUTION.replace("xor(sealed, plain_before)", "sealed"),
    "iv_halves_swapped": SOLUTION.replace("iv[0:16], iv[16:32]", "iv[16:32], iv[0:16]"),
    "pcbc_instead_of_ige": SOLUTION.replace("xor(block, cipher_before)", "xor(xor(block, cipher_before), plain_before)")
    .replace("xor(sealed, plain_before)", "sealed"),
    "aes_backwards": SOLUTION.replace(".encryptor()", ".decryptor()"),
    "ige_written_over_itself": """\
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def ige_encrypt(data, key, iv):
    aes = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    buffer = bytearray(iv[0:16] + data)
    for at in range(16, len(buffer), 16):
        before = bytes(a ^ b for a, b in zip(buffer[at : at + 16], buffer[at - 16 : at]))
        plain = iv[16:32] if at == 16 else buffer[at - 16 : at]
        buffer[at : at + 16] = bytes(a ^ b for a, b in zip(aes.update(before), plain))
    return bytes(buffer[16:])
""",
    "ecb_instead_of_ige": SOLUTION.replace("xor(block, cipher_before)", "block").replace(
        "xor(sealed, plain_before)", "sealed"
    ),
    "first_block_only": SOLUTION.replace("    return out", "        return out"),
    "own_block_behind_aes": SOLUTION.replace("xor(sealed, plain_before)", "xor(sealed, block)"),
}
