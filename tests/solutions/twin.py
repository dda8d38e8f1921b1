"""Lesson 24. A seal is opened with the first half of the key."""

SOLUTION = """\
def twin(key, tail):
    return key[:128] + tail
"""

WRONG = {
    "second_half_kept": SOLUTION.replace("key[:128] + tail", "tail + key[128:]"),
    "the_same_key": SOLUTION.replace("key[:128] + tail", "key"),
    "half_a_key": SOLUTION.replace(" + tail", ""),
    "behind_the_whole_key": SOLUTION.replace("[:128]", ""),
}
