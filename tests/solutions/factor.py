"""Lesson 07. A walk, another one where it fails, and no walk at all where there is nothing to find."""

SOLUTION = """\
from math import gcd

from mtlib.crypto import is_probable_prime


def factor(pq):
    if pq % 2 == 0 or is_probable_prime(pq):
        return ()
    c, divisor = 0, pq
    while divisor == pq:
        c, tortoise, hare, divisor = c + 1, 2, 2, 1
        while divisor == 1:
            tortoise = (tortoise * tortoise + c) % pq
            hare = (hare * hare + c) % pq
            hare = (hare * hare + c) % pq
            divisor = gcd(tortoise - hare, pq)
    return tuple(sorted((divisor, pq // divisor)))
"""

WRONG = {
    "factor_1": SOLUTION.replace("while divisor == pq:", "while c == 0:"),
    "larger_factor_first": SOLUTION.replace("// divisor)))", "// divisor))[::-1])"),
    "divided_in_a_double": SOLUTION.replace("pq // divisor", "int(pq / divisor)"),
    "refuses_nothing": SOLUTION.replace("return ()", "return (2, pq // 2) if pq % 2 == 0 else (1, pq)"),
}
