"""Lesson 26. A walk to a key with a given name."""

SOLUTION = """\
from hashlib import sha1


def search(target, bits, key, step, p):
    steps = 0
    while True:
        name = int.from_bytes(sha1(key.to_bytes(256, "big")).digest()[12:], "little")
        if (name ^ target) % 2**bits == 0:
            return steps
        key, steps = key * step % p, steps + 1
"""

WRONG = {
    "first_half": SOLUTION.replace("[12:]", "[:8]"),
    "other_end": SOLUTION.replace('"little"', '"big"'),
    "zeros_lost": SOLUTION.replace("to_bytes(256,", "to_bytes((key.bit_length() + 7) // 8,"),
    "g_in_place_of_g_a": SOLUTION.replace("key * step", "key * 3"),
    "keys_counted": SOLUTION.replace("return steps", "return steps + 1"),
    "key_turned_round": SOLUTION.replace('to_bytes(256, "big")', 'to_bytes(256, "little")'),
    "steps_added": SOLUTION.replace("key * step", "(key + step)"),
}
