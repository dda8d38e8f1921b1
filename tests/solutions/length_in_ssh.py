"""Lesson 27, elsewhere. What a length that is not refused says in SSH."""

SOLUTION = """\
def length_in_ssh(before, last):
    mixed = bytes(a ^ b for a, b in zip(before[:4], last[:4]))
    return int.from_bytes(mixed, "big") >> 18
"""

WRONG = {
    "low_byte_first": SOLUTION.replace('"big"', '"little"'),
    "as_in_the_envelope": SOLUTION.replace("[:4]", "[12:]"),
    "bits_below": SOLUTION.replace(">> 18", ">> 14"),
    "all_bits": SOLUTION.replace(" >> 18", ""),
    "one_of_two": SOLUTION.replace("a ^ b for", "a for"),
}
