"""Lesson 17. Two places, eight bytes."""

SOLUTION = """\
def same_nonce(request, envelope):
    outside, inside = request[12:20], envelope[36:44]
    return outside == inside
"""

WRONG = {
    "compared_with_itself": SOLUTION.replace("envelope[36:44]", "request[12:20]"),
    "different_signs": SOLUTION.replace(
        "outside == inside", 'int.from_bytes(outside, "little", signed=True) == int.from_bytes(inside, "little")'
    ),
    "four_bytes_only": SOLUTION.replace("request[12:20], envelope[36:44]", "request[12:16], envelope[36:40]"),
    "constructor_forgotten": SOLUTION.replace("envelope[36:44]", "envelope[32:40]"),
}
