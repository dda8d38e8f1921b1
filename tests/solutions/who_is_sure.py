"""Lesson 28. One of six."""

SOLUTION = """\
who_is_sure = {"A": True, "B": False, "C": False, "D": False, "E": False, "F": False}
"""

WRONG = {
    "seal_proves_nothing": SOLUTION.replace('"A": True', '"A": False'),
    "server_proved": SOLUTION.replace('"B": False', '"B": True'),
    "relay_works": SOLUTION.replace('"C": False', '"C": True'),
    "old_answer": SOLUTION.replace('"D": False', '"D": True'),
    "future_side": SOLUTION.replace('"E": False', '"E": True'),
    "late_is_enough": SOLUTION.replace('"F": False', '"F": True'),
}
