"""Lesson 13. The table of MTProto 2.0, x = 0."""

SOLUTION = """\
from hashlib import sha256


def schedule_v2(auth_key, msg_key):
    a = sha256(msg_key + auth_key[0:36]).digest()
    b = sha256(auth_key[40:76] + msg_key).digest()
    aes_key = a[0:8] + b[8:24] + a[24:32]
    aes_iv = b[0:8] + a[8:24] + b[24:32]
    return aes_key, aes_iv
"""

WRONG = {
    "direction_x_8": SOLUTION.replace("    a = ", "    auth_key = auth_key[8:]\n    a = "),
    "schedule_v1": """\
from hashlib import sha1


def schedule_v2(auth_key, msg_key):
    a = sha1(msg_key + auth_key[0:32]).digest()
    b = sha1(auth_key[32:48] + msg_key + auth_key[48:64]).digest()
    c = sha1(auth_key[64:96] + msg_key).digest()
    d = sha1(msg_key + auth_key[96:128]).digest()
    return a[0:8] + b[8:20] + c[4:16], a[8:20] + b[0:8] + c[16:20] + d[0:8]
""",
    "key_and_iv_swapped": SOLUTION.replace("return aes_key, aes_iv", "return aes_iv, aes_key"),
    "key_without_leading_zeros": SOLUTION.replace("    a = ", "    auth_key = auth_key.lstrip(bytes(1))\n    a = "),
    "length_taken_for_an_end": SOLUTION.replace("[8:24]", "[8:16]").replace("[24:32]", "[24:8]"),
    "whole_hashes": SOLUTION.replace("return aes_key, aes_iv", "return a, b"),
}
