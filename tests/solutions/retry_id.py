"""Lesson 10. The front of the key's SHA-1."""

SOLUTION = """\
from hashlib import sha1


def retry_id(auth_key):
    return sha1(auth_key).digest()[0:8]
"""

WRONG = {
    "retry_id_turned_round": SOLUTION.replace("[0:8]", "[0:8][::-1]"),
}
