"""Lesson 21. Where each field ends, and that damage runs to the end."""

SOLUTION = """\
def noticing(at):
    ends = [24, 28, 32, 36, 44, 52, 60, 68, 72]  # msg_id, seqno, length, and the inner object's six
    if at < 8:
        return 1
    if at < 24:
        return 1 + len(ends)
    start = (at - 24) // 16 * 16
    return 1 + len([end for end in ends if end > start])
"""

WRONG = {
    "block_alone": SOLUTION.replace(
        "return 1 + len([end for end in ends if end > start])",
        "begins = [16, 24, 28, 32, 36, 44, 52, 60, 68]\n"
        "    return len([b for b, e in zip(begins, ends) if b < start + 16 and e > start])",
    ),
    "backwards": SOLUTION.replace(
        "return 1 + len([end for end in ends if end > start])",
        "begins = [16, 24, 28, 32, 36, 44, 52, 60, 68]\n    return 1 + len([b for b in begins if b < start + 16])",
    ),
    "hash_not_counted": SOLUTION.replace("1 + len", "len"),
    "counted_where_it_begins": SOLUTION.replace(
        "return 1 + len([end for end in ends if end > start])",
        "begins = [16, 24, 28, 32, 36, 44, 52, 60, 68]\n    return 1 + len([b for b in begins if b >= start])",
    ),
    "msg_key_only_compared": SOLUTION.replace("if at < 8:", "if at < 24:"),
    "random_compared": SOLUTION.replace("ends = [24,", "ends = [16, 24,"),
    "front_compared_too": SOLUTION.replace("return 1 + len(ends)", "return 2 + len(ends)"),
    "from_the_byte_on": SOLUTION.replace("(at - 24) // 16 * 16", "at - 24"),
    "head_not_taken_off": SOLUTION.replace("if at < 8", "if at < 0").replace("if at < 24", "if at < 0").replace(
        "(at - 24) // 16", "at // 16"
    ),
}
