"""Lesson 22, elsewhere. A sum does not ask for the order."""

SOLUTION = """\
def heal_in_pcbc(ciphertext, i):
    one, other = i, i + 1
    blocks = [ciphertext[at:at + 16] for at in range(0, len(ciphertext), 16)]
    blocks[one - 1], blocks[other - 1] = blocks[other - 1], blocks[one - 1]
    return b"".join(blocks)
"""

WRONG = {
    "partner_of_ige": SOLUTION.replace("i, i + 1", "i, i + 2"),
    "counted_from_0": SOLUTION.replace("i, i + 1", "i + 1, i + 2"),
    "repeated": SOLUTION.replace(
        "blocks[one - 1], blocks[other - 1] = blocks[other - 1], blocks[one - 1]", "blocks[one - 1] = blocks[other - 1]"
    ),
}
