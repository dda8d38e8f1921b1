"""Lesson 12. The table of MTProto 1.0, x = 0."""

SOLUTION = """\
from hashlib import sha1


def schedule_v1(auth_key, msg_key):
    a = sha1(msg_key + auth_key[0:32]).digest()
    b = sha1(auth_key[32:48] + msg_key + auth_key[48:64]).digest()
    c = sha1(auth_key[64:96] + msg_key).digest()
    d = sha1(msg_key + auth_key[96:128]).digest()
    aes_key = a[0:8] + b[8:20] + c[4:16]
    aes_iv = a[8:20] + b[0:8] + c[16:20] + d[0:8]
    return aes_key, aes_iv
"""

WRONG = {
    "direction_x_8": SOLUTION.replace("    a = ", "    auth_key = auth_key[8:]\n    a = "),
    "b_and_c_swapped": SOLUTION.replace("b[8:20] + c[4:16]", "c[4:16] + b[8:20]").replace(
        "b[0:8] + c[16:20]", "c[16:20] + b[0:8]"
    ),
    "key_without_leading_zeros": SOLUTION.replace("    a = ", "    auth_key = auth_key.lstrip(bytes(1))\n    a = "),
    "cut_from_the_start": SOLUTION.replace("b[8:20] + c[4:16]", "b[0:12] + c[0:12]").replace(
        "a[8:20] + b[0:8] + c[16:20]", "a[0:12] + b[0:8] + c[0:4]"
    ),
    "key_and_iv_swapped": SOLUTION.replace("return aes_key, aes_iv", "return aes_iv, aes_key"),
}
