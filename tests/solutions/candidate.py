"""Lesson 27. The byte that makes the top byte of the length 0."""

SOLUTION = """\
def candidate(seal):
    c1, c3 = seal[24:40], seal[56:72]
    return c1[15] ^ c3[15]
"""

WRONG = {
    "low_byte": SOLUTION.replace("[15]", "[12]"),
    "own_block": SOLUTION.replace("seal[56:72]", "seal[40:56]"),
    "fourth_used": SOLUTION.replace("seal[56:72]", "seal[72:88]"),
    "one_of_two": SOLUTION.replace("c1[15] ^ c3[15]", "c3[15]"),
    "counted_from_0": SOLUTION.replace("seal[24:40], seal[56:72]", "seal[:16], seal[32:48]"),
}
