"""Lesson 23, elsewhere. What is left of data and MAC, and the last byte."""

SOLUTION = """\
def odds_in_ssl3(data):
    return 8 * ((data + 20) % 16) + 8
"""

WRONG = {
    "length_byte_forgotten": SOLUTION.replace(" + 8", ""),
    "mac_forgotten": SOLUTION.replace("(data + 20)", "data"),
    "padding_checked": SOLUTION.replace("8 * ((data + 20) % 16) + 8", "128"),
    "full_block_too_much": SOLUTION.replace("% 16)", "% 16 or 16)"),
    "bytes_counted": SOLUTION.replace("8 * ((data + 20) % 16) + 8", "(data + 20) % 16 + 1"),
    "ends_with_a_block": SOLUTION.replace("8 * ((data + 20) % 16) + 8", "8"),
}
