"""Lesson 13. A piece of the key, the message, the padding."""

SOLUTION = """\
from hashlib import sha256


def msg_key_v2(auth_key, header_and_body, padding):
    return sha256(auth_key[88:120] + header_and_body + padding).digest()[8:24]
"""

WRONG = {
    "msg_key_without_key": SOLUTION.replace("auth_key[88:120] + ", ""),
    "msg_key_without_padding": SOLUTION.replace(" + padding", ""),
    "msg_key_first_sixteen_bytes": SOLUTION.replace("[8:24]", "[0:16]"),
    "direction_x_8": SOLUTION.replace("[88:120]", "[96:128]"),
    "msg_key_v1": """\
from hashlib import sha1


def msg_key_v2(auth_key, header_and_body, padding):
    return sha1(header_and_body).digest()[4:20]
""",
}
