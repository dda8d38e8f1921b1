"""Lesson 27. What AES did in block 4, done again in block 2."""

SOLUTION = """\
def moved(seal, m1, m3):
    c4 = seal[72:88]
    c2 = bytes(a ^ b ^ c for a, b, c in zip(c4, m3, m1))
    return seal[:40] + c2 + seal[56:]
"""

WRONG = {
    "left_out": SOLUTION.replace("a ^ b ^ c for", "a ^ b for"),
    "ciphertext_before": SOLUTION.replace("zip(c4, m3, m1)", "zip(c4, seal[56:72], m1)"),
    "in_its_own_place": SOLUTION.replace("seal[:40] + c2 + seal[56:]", "seal[:72] + c2 + seal[88:]"),
    "third_moved": SOLUTION.replace("seal[72:88]", "seal[56:72]"),
    "head_counted_as_a_block": SOLUTION.replace("seal[:40] + c2 + seal[56:]", "seal[24:40] + c2 + seal[56:]"),
    "sum_put_in": SOLUTION.replace("a ^ b ^ c for a, b, c in zip(c4, m3, m1)", "a ^ b ^ c ^ d ^ e for a, b, c, d, e in "
                                   "zip(c4, m3, m1, seal[56:72], seal[24:40])"),
    "block_alone": SOLUTION.replace("seal[:40] + c2 + seal[56:]", "c2"),
}
