"""Lesson 10. XOR of two times eight bytes."""

SOLUTION = """\
def first_salt(new_nonce, server_nonce):
    return bytes(a ^ b for a, b in zip(new_nonce[:8], server_nonce[:8]))
"""

WRONG = {
    "salt_turned_round": SOLUTION.replace("server_nonce[:8]))", "server_nonce[:8]))[::-1]"),
    "salt_of_the_last_bytes": SOLUTION.replace("[:8]", "[-8:]"),
    "salt_a_sum": """\
def first_salt(new_nonce, server_nonce):
    total = int.from_bytes(new_nonce[:8], "little") + int.from_bytes(server_nonce[:8], "little")
    return (total % 2**64).to_bytes(8, "little")
""",
    "first_salt_0": "def first_salt(new_nonce, server_nonce):\n    return bytes(8)\n",
}
