"""Lesson 05. One cipher over all 64 bytes, of which the last eight are kept."""

SOLUTION = """\
from mtlib.crypto import Ctr


def obfuscated_header(random64, tag, dc):
    clear = random64[:56] + (tag * 4)[:4] + dc.to_bytes(2, "little", signed=True) + random64[62:]
    stream = Ctr(clear[8:40], clear[40:56])
    return clear[:56] + stream.update(clear)[56:]
"""

WRONG = {
    "header_tail_from_the_start": SOLUTION.replace("update(clear)[56:]", "update(clear[56:])"),
    "header_all_encrypted": SOLUTION.replace("clear[:56] + stream.update(clear)[56:]", "stream.update(clear)"),
    "header_not_encrypted": SOLUTION.replace("clear[:56] + stream.update(clear)[56:]", "clear"),
    "tag_of_one_byte": SOLUTION.replace("(tag * 4)[:4]", "tag + random64[56 + len(tag) : 60]"),
    "dc_high_byte_first": SOLUTION.replace('"little"', '"big"'),
    "dc_left_out": SOLUTION.replace('dc.to_bytes(2, "little", signed=True)', "random64[60:62]"),
    "pieces_from_byte_0": SOLUTION.replace("clear[8:40], clear[40:56]", "clear[0:32], clear[32:48]"),
    "keys_of_the_way_back": SOLUTION.replace("Ctr(clear[8:40], clear[40:56])",
                                             "Ctr(random64[::-1][8:40], random64[::-1][40:56])"),
}
