"""Lesson 26, elsewhere. What other names are worth."""

SOLUTION = """\
answer = {"long key id": 32, "onion address": 80, "transcript hash": 128, "SSH fingerprint": 256}
"""

WRONG = {
    "any_two_will_do": SOLUTION.replace("32", "64"),
    "whole_fingerprint": SOLUTION.replace("32", "80"),
    "address_is_given": SOLUTION.replace("80", "40"),
    "whole_hash": SOLUTION.replace("80", "160"),
    "both_chosen": SOLUTION.replace("128", "256"),
    "fingerprint_is_given": SOLUTION.replace("256", "128"),
}
