"""Lesson 23. One more block at the end, and the oracle reads the challenge out."""

SOLUTION = """\
def distinguish(challenge, texts, oracle):
    return int(oracle(challenge + bytes(16)) == texts[1])
"""

WRONG = {
    "asks_the_challenge": SOLUTION.replace(" + bytes(16)", ""),
    "no_whole_block": SOLUTION.replace("bytes(16)", "bytes(8)"),
    "not_at_the_end": SOLUTION.replace("challenge + bytes(16)", "challenge[:24] + bytes(16) + challenge[24:]"),
    "changes_the_last_block": SOLUTION.replace(
        "challenge + bytes(16)", "challenge[:-1] + bytes([challenge[-1] ^ 1])"
    ),
    "asks_nothing": SOLUTION.replace("int(oracle(challenge + bytes(16)) == texts[1])", "0"),
    "cut_off": SOLUTION.replace("challenge + bytes(16)", "challenge[:-16]"),
    "other_way_round": SOLUTION.replace("texts[1]", "texts[0]"),
}
