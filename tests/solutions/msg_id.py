"""Lesson 13. Time times 2**32, divisible by 4, rising."""

SOLUTION = """\
def msg_id(now_ns, last, perm_last):
    wanted = (now_ns << 32) // 10**9 // 4 * 4
    return max(wanted, last + 4)
"""

WRONG = {
    "msg_id_seconds_only": SOLUTION.replace("(now_ns << 32) // 10**9 // 4 * 4", "now_ns // 10**9 << 32"),
    "msg_id_milliseconds": SOLUTION.replace("(now_ns << 32) // 10**9 // 4 * 4", "now_ns // 10**6 << 32"),
    "msg_id_not_divisible_by_4": SOLUTION.replace(" // 4 * 4", "").replace("last + 4", "last + 1"),
    "msg_id_of_the_perm_connection": SOLUTION.replace("max(wanted, last + 4)", "max(wanted, perm_last + 4)"),
    "msg_id_not_rising": SOLUTION.replace("max(wanted, last + 4)", "wanted"),
    "msg_id_in_a_double": SOLUTION.replace(
        "(now_ns << 32) // 10**9 // 4 * 4", "now_ns / 10**9 * 2**32 // 4 * 4"
    ).replace("max(wanted, last + 4)", "int(max(wanted, last + 4.0))"),
    "msg_id_nanoseconds": SOLUTION.replace("(now_ns << 32) // 10**9", "(now_ns // 10**9 << 32 | now_ns % 10**9)"),
}
