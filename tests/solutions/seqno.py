"""Lesson 13. Message and envelope."""

SOLUTION = """\
def seqno(content_before):
    return 2 * content_before + 1, 0
"""

WRONG = {
    "message_seqno_even": SOLUTION.replace(" + 1", ""),
    "seqno_not_zero": SOLUTION.replace("+ 1, 0", "+ 1, 2 * content_before + 1"),
    "seqnos_swapped": SOLUTION.replace("2 * content_before + 1, 0", "0, 2 * content_before + 1"),
    "seqno_by_one": SOLUTION.replace("2 * content_before + 1", "content_before + 1"),
    "seqno_always_1": SOLUTION.replace("2 * content_before + 1", "1"),
}
