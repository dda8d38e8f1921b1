"""Lesson 21, elsewhere. In CBC the damage is one block, and one bit of the next."""

SOLUTION = """\
def noticing_in_cbc(at):
    fields = [(16, 24), (24, 28), (28, 32), (32, 36), (36, 44), (44, 52), (52, 60), (60, 68), (68, 72)]
    if at < 8:
        return 1
    if at < 24:
        return 1 + len(fields)
    place = at - 24
    start = place // 16 * 16
    noise = {f for f in fields if f[0] < start + 16 and f[1] > start}
    one_bit = {f for f in fields if f[0] <= place + 16 < f[1]}
    return 1 + len(noise | one_bit)
"""

WRONG = {
    "as_in_ige": SOLUTION.replace("f[0] < start + 16 and ", ""),
    "own_block_only": SOLUTION.replace("noise | one_bit", "noise"),
    "next_block_whole": SOLUTION.replace("f[0] < start + 16", "f[0] < start + 32"),
    "hash_not_counted": SOLUTION.replace("1 + len", "len"),
    "counted_twice": SOLUTION.replace("len(noise | one_bit)", "len(noise) + len(one_bit)"),
}
