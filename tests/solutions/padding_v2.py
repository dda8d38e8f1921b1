"""Lesson 13. At least 12, and the whole a multiple of 16."""

SOLUTION = """\
def padding_v2(body):
    return 12 + -(32 + body + 12) % 16
"""

WRONG = {
    "padding_v1_rule": SOLUTION.replace("12 + -(32 + body + 12)", "-(32 + body)"),
    "padding_always_12": SOLUTION.replace("12 + -(32 + body + 12) % 16", "12"),
    "padding_too_much": SOLUTION.replace("12 + -", "28 + -"),
    "packet_counted": SOLUTION.replace("-(32", "-(24 + 32"),
    "padding_twelve_on_top": SOLUTION.replace("body + 12)", "body)"),
}
