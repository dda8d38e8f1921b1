"""Lesson 01. Three statements."""

SOLUTION = """\
answer = {"A": False, "B": True, "C": False}
"""

WRONG = {
    "pfs_protects_the_account": SOLUTION.replace('"A": False', '"A": True'),
    "temp_key_derived": SOLUTION.replace('"B": True', '"B": False'),
    "binding_gives_the_content_away": SOLUTION.replace('"C": False', '"C": True'),
}
