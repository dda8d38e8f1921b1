"""Lesson 26. How many keys a hit takes."""

SOLUTION = """\
def effort(bits, wanted):
    if wanted == "given":
        return bits
    if wanted == "one of 4096":
        return bits - 12
    return bits // 2
"""

WRONG = {
    "number_for_exponent": SOLUTION.replace("return ", "return 2 ** (").replace("bits\n", "bits)\n")
    .replace("12\n", "12)\n").replace("// 2\n", "// 2)\n"),
    "all_the_same": SOLUTION.replace(" - 12", "").replace(" // 2", ""),
    "clients_do_not_help": SOLUTION.replace(" - 12", ""),
    "exponent_divided": SOLUTION.replace(" - 12", " // 12"),
    "pairs_not_counted": SOLUTION.replace(" // 2", " - 1"),
    "half_for_a_given_one": SOLUTION.replace("return bits\n", "return bits // 2\n"),
    "half_on_average": SOLUTION.replace("return bits\n", "return bits - 1\n"),
}
