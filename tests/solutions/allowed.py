"""Lesson 05. Three rules."""

SOLUTION = """\
STARTS = (b"HEAD", b"POST", b"GET ", b"OPTI", b"\\x16\\x03\\x01\\x02", b"\\xdd" * 4, b"\\xee" * 4)


def allowed(start):
    return not (start[0] == 0xEF or start[4:8] == bytes(4) or start.startswith(STARTS))
"""

WRONG = {
    "ef_passes": SOLUTION.replace("0xEF", 'b"\\xef"'),
    "zeros_pass": SOLUTION.replace("[4:8]", "[4:4]"),
    "a_start_forgotten": SOLUTION.replace('b"OPTI", ', ""),
    "answer_turned_round": SOLUTION.replace("return not", "return"),
    "get_without_its_space": SOLUTION.replace('b"GET "', 'b"GET"'),
}
