"""Lesson 09. The seal of the nonces, opened; the hash in front and the padding behind are left off."""

SOLUTION = """\
from hashlib import sha1

from mtlib.crypto import ige_decrypt


def server_DH_inner_data(encrypted_answer, new_nonce, server_nonce):
    one, two = sha1(new_nonce + server_nonce).digest(), sha1(server_nonce + new_nonce).digest()
    iv = two[12:20] + sha1(new_nonce + new_nonce).digest() + new_nonce[0:4]
    return ige_decrypt(encrypted_answer, one + two[0:12], iv)[20:584]
"""

WRONG = {
    "nonces_in_the_other_order": SOLUTION.replace("one, two =", "two, one ="),
    "padding_behind_the_object": SOLUTION.replace("[20:584]", "[20:]"),
    "hash_before_the_object": SOLUTION.replace("[20:584]", "[:584]"),
    "nonce_without_zeros": SOLUTION.replace(
        "    one, two",
        "    new_nonce, server_nonce = (each.lstrip(b'\\0') for each in (new_nonce, server_nonce))\n    one, two"),
}
