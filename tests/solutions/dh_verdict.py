"""Lesson 09. Group first, then g, then g_a."""

SOLUTION = """\
from mtlib.crypto import is_probable_prime


def dh_verdict(g, dh_prime, g_a):
    p, public = int.from_bytes(dh_prime, "big"), int.from_bytes(g_a, "big")
    if p.bit_length() != 2048 or not is_probable_prime(p, 2) or not is_probable_prime((p - 1) // 2, 2):
        return b"\\x01"
    table = {2: (8, {7}), 3: (3, {2}), 4: (1, {0}), 5: (5, {1, 4}), 6: (24, {19, 23}), 7: (7, {3, 5, 6})}
    if g not in table or p % table[g][0] not in table[g][1]:
        return b"\\x02"
    if not 2**1984 <= public <= p - 2**1984:
        return b"\\x03"
    return b"\\x00"
"""

WRONG = {
    "dh_upper_edge_forgotten": SOLUTION.replace("2**1984 <= public <= p - 2**1984", "2**1984 <= public"),
    "dh_lower_edge_forgotten": SOLUTION.replace("2**1984 <= public <= p - 2**1984", "public <= p - 2**1984"),
    "dh_margins_forgotten": SOLUTION.replace("2**1984 <= public <= p - 2**1984", "1 < public < p - 1"),
    "dh_edges_excluded": SOLUTION.replace("2**1984 <= public <= p - 2**1984", "2**1984 < public < p - 2**1984"),
    "dh_prime_but_not_safe": SOLUTION.replace(" or not is_probable_prime((p - 1) // 2, 2)", ""),
    "dh_length_not_looked_at": SOLUTION.replace("p.bit_length() != 2048 or ", ""),
    "dh_g_not_compared_with_p": SOLUTION.replace(" or p % table[g][0] not in table[g][1]", ""),
    "dh_in_another_order": SOLUTION.replace(
        "    if p.bit", "    if not 2**1984 <= public <= p - 2**1984:\n        return b\"\\x03\"\n    if p.bit"),
    "dh_nothing_refused": "def dh_verdict(g, dh_prime, g_a):\n    return bytes(1)\n",
    "dh_g_refused_for_a_table_of_its_own": SOLUTION.replace(
        "    if p.bit", '    if g != 3:\n        return b"\\x02"\n    if p.bit'
    ),
}
