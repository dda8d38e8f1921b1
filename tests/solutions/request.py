"""Lesson 16. The call, with its TL string."""

SOLUTION = """\
import struct


def request(perm_auth_key_id, nonce, expires_at, encrypted_message):
    front = bytes.fromhex("052ad4cd") + struct.pack("<q", perm_auth_key_id) + struct.pack("<qi", nonce, expires_at)
    head = bytes([len(encrypted_message)])
    return front + head + encrypted_message + bytes(3)
"""

WRONG = {
    "length_head_left_out": SOLUTION.replace(" + head + encrypted_message + bytes(3)", " + encrypted_message"),
    "length_head_of_four_bytes": SOLUTION.replace("bytes([len(encrypted_message)])", "bytes([254, 104, 0, 0])").replace(
        " + bytes(3)", ""
    ),
    "string_padding_left_out": SOLUTION.replace(" + bytes(3)", ""),
    "length_head_twice": SOLUTION.replace(
        "return front",
        "encrypted_message = head + encrypted_message + bytes(3)\n    head = bytes([108])\n    return front",
    ),
    "byte_swapped": SOLUTION.replace('"<q", perm_auth_key_id', '">q", perm_auth_key_id'),
    "constructor_left_out": SOLUTION.replace('bytes.fromhex("052ad4cd") + ', ""),
    "rounded_to_a_double": SOLUTION.replace("perm_auth_key_id) + ", "int(float(perm_auth_key_id))) + ").replace(
        '"<qi", nonce', '"<qi", int(float(nonce))'
    ),
    "inner_constructor": SOLUTION.replace("052ad4cd", "65f7a375"),
}
