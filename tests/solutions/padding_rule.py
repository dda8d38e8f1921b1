"""Lesson 17. A constant length, a constant number of hashed bytes."""

SOLUTION = """\
from hashlib import sha1


def padding_rule(plaintext, msg_key):
    length = int.from_bytes(plaintext[28:32], "little", signed=True)
    return length == 40 and sha1(plaintext[0:72]).digest()[4:20] == msg_key
"""

WRONG = {
    "hashes_what_length_says": SOLUTION.replace("length == 40", "0 <= 48 - length <= 15").replace(
        "[0:72]", "[0 : 32 + length]"
    ),
    "length_unchecked": SOLUTION.replace("length == 40 and ", ""),
    "hash_unchecked": SOLUTION.replace(" and sha1(plaintext[0:72]).digest()[4:20] == msg_key", ""),
    "padding_hashed": SOLUTION.replace("[0:72]", "[0:80]"),
    "padding_of_v2": SOLUTION.replace("length == 40", "12 <= 48 - length <= 1024"),
    "never_right": SOLUTION.replace("[4:20]", "[0:16]"),
}
