"""Lesson 12. One hash, one slice."""

SOLUTION = """\
from hashlib import sha1


def msg_key_v1(envelope, padding, auth_key):
    return sha1(envelope).digest()[4:20]
"""

WRONG = {
    "msg_key_first_sixteen_bytes": SOLUTION.replace("[4:20]", "[0:16]"),
    "msg_key_over_padding": SOLUTION.replace("sha1(envelope)", "sha1(envelope + padding)"),
    "msg_key_of_the_inner_only": SOLUTION.replace("sha1(envelope)", "sha1(envelope[32:72])"),
    "msg_key_v2": """\
from hashlib import sha256


def msg_key_v1(envelope, padding, auth_key):
    return sha256(auth_key[88:120] + envelope + padding).digest()[8:24]
""",
    "msg_key_sha256": SOLUTION.replace("sha1", "sha256"),
    "msg_key_in_another_order": SOLUTION.replace("[4:20]", "[4:20][::-1]"),
}
