"""Lesson 09. A power, as 256 bytes."""

SOLUTION = """\
def auth_key(g_a, b, dh_prime):
    number = pow(int.from_bytes(g_a, "big"), int.from_bytes(b, "big"), int.from_bytes(dh_prime, "big"))
    return number.to_bytes(256, "big")
"""

WRONG = {
    "auth_key_stripped": SOLUTION.replace('(256, "big")', '(256, "big").lstrip(bytes(1))'),
    "auth_key_filled_on_the_right": SOLUTION.replace(
        '(256, "big")', '(256, "big").lstrip(bytes(1)).ljust(256, bytes(1))'
    ),
    "auth_key_low_byte_first": SOLUTION.replace('(256, "big")', '(256, "little")'),
    "auth_key_is_g_b": SOLUTION.replace('int.from_bytes(g_a, "big")', "3"),
    "auth_key_of_a_product": SOLUTION.replace("pow(", "(").replace(
        '"big"), int.from_bytes(b, "big"), ', '"big") * int.from_bytes(b, "big")) % ('
    ),
    "b_low_byte_first": SOLUTION.replace('int.from_bytes(b, "big")', 'int.from_bytes(b, "little")'),
}
