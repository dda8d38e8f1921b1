"""Lesson 23. Only the payload in the last block counts."""

SOLUTION = """\
def odds(body):
    return 8 * ((32 + body) % 16 or 16)
"""

WRONG = {
    "always_64": SOLUTION.replace("8 * ((32 + body) % 16 or 16)", "64"),
    "padding_counted": SOLUTION.replace("((32 + body) % 16 or 16)", "(-(32 + body) % 16)"),
    "nothing_left_over": SOLUTION.replace(" or 16", ""),
    "bytes_counted": SOLUTION.replace("8 * ", ""),
    "head_of_the_seal_counted": SOLUTION.replace("32 + body", "24 + 32 + body"),
}
