"""Lesson 08. Two TL strings, one hash, its end."""

SOLUTION = """\
from hashlib import sha1


def fingerprint(n, e):
    long_string = b"\\xfe" + len(n).to_bytes(3, "little") + n
    return sha1(long_string + b"\\x03" + e.to_bytes(3, "big")).digest()[12:20]
"""

WRONG = {
    "bare_numbers_hashed": SOLUTION.replace('long_string + b"\\x03" + ', "n + "),
    "e_as_an_int": SOLUTION.replace('b"\\x03" + e.to_bytes(3, "big")', 'e.to_bytes(4, "little")'),
    "fingerprint_by_sha256": SOLUTION.replace("sha1", "sha256").replace("[12:20]", "[-8:]"),
    "first_8_of_the_fingerprint": SOLUTION.replace("[12:20]", "[0:8]"),
    "fingerprint_turned_round": SOLUTION.replace("[12:20]", "[12:20][::-1]"),
    "zero_before_n": SOLUTION.replace(
        'b"\\xfe" + len(n).to_bytes(3, "little") + n', 'b"\\xfe\\x01\\x01\\x00\\x00" + n + bytes(3)'
    ),
    "e_of_four_bytes": SOLUTION.replace(
        'b"\\x03" + e.to_bytes(3, "big")', 'b"\\x04" + e.to_bytes(4, "big") + bytes(3)'
    ),
}
