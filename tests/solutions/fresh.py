"""Lesson 28. Seen, late, early, and above the last binding."""

SOLUTION = """\
def fresh(msg_id, now, seen, last_bind):
    if msg_id in seen:
        return "duplicate"
    if msg_id < (now - 300) << 32:
        return "too_old"
    if msg_id > (now + 30) << 32:
        return "too_new"
    if msg_id <= last_bind:
        return "not_rising"
    return "accept"
"""

RISING = """\
    if msg_id <= last_bind:
        return "not_rising"
"""
WRONG = {
    "raw_comparison": SOLUTION.replace(" << 32", ""),
    "same_on_both_sides": SOLUTION.replace("now + 30", "now + 300"),
    "equal_accepted": SOLUTION.replace("<= last_bind", "< last_bind"),
    "against_the_highest_seen": SOLUTION.replace("<= last_bind", "<= max([*seen, last_bind])"),
    "no_memory_but_the_sessions": SOLUTION.replace("<= last_bind", "<= 0"),
    "seconds_cut": SOLUTION.replace("msg_id < (now - 300) << 32", "msg_id >> 32 < now - 300").replace(
        "msg_id > (now + 30) << 32", "msg_id >> 32 > now + 30"
    ),
    "edge_refused": SOLUTION.replace("msg_id < (", "msg_id <= (").replace("msg_id > (", "msg_id >= ("),
    "other_order": SOLUTION.replace(RISING, "").replace("    if msg_id < (", RISING + "    if msg_id < ("),
}
