"""Lesson 07. Two numbers as strings."""

SOLUTION = """\
def p_q(pq):
    found = b""
    for number in factor(int.from_bytes(pq, "big")):
        data = number.to_bytes((number.bit_length() + 7) // 8, "big")
        found += bytes([len(data)]) + data + bytes(-(1 + len(data)) % 4)
    return found
"""

WRONG = {
    "larger_factor_first": SOLUTION.replace('"big")):', '"big"))[::-1]:'),
    "factor_1": SOLUTION.replace('factor(int.from_bytes(pq, "big"))', '(1, int.from_bytes(pq, "big"))'),
    "number_low_byte_first": SOLUTION.replace('// 8, "big")', '// 8, "little")'),
    "number_of_eight_bytes": SOLUTION.replace("(number.bit_length() + 7) // 8", "8"),
    "p_q_in_no_strings": SOLUTION.replace("bytes([len(data)]) + data + bytes(-(1 + len(data)) % 4)", "data"),
    "number_without_a_string": SOLUTION.replace("bytes([len(data)]) + data + bytes(-(1 + len(data)) % 4)",
                                                'number.to_bytes(8, "little")'),
}
