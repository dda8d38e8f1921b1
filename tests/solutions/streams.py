"""Lesson 05. Two streams, of which one has used up 64 bytes."""

SOLUTION = """\
from mtlib.crypto import Ctr


def streams(header, first, second, received):
    outwards = Ctr(header[8:40], header[40:56])
    outwards.update(header)
    turned = header[::-1]
    inwards = Ctr(turned[8:40], turned[40:56])
    return outwards.update(first) + outwards.update(second), inwards.update(received)
"""

WRONG = {
    "stream_begun_again": SOLUTION.replace(
        "    return outwards.update(first) + outwards.update(second)",
        "    again = Ctr(header[8:40], header[40:56])\n    again.update(header)\n"
        "    return outwards.update(first) + again.update(second)"),
    "stream_from_0": SOLUTION.replace("    outwards.update(header)\n", ""),
    "way_back_from_64": SOLUTION.replace("    return", "    inwards.update(header)\n    return"),
    "pieces_reversed": SOLUTION.replace("turned[8:40], turned[40:56]", "header[8:40][::-1], header[40:56][::-1]"),
    "keys_of_the_way_back": SOLUTION.replace("turned = header[::-1]", "turned = header").replace(
        "Ctr(header[8:40], header[40:56])", "Ctr(header[::-1][8:40], header[::-1][40:56])"),
    "tag_behind_the_header": SOLUTION.replace("outwards.update(first)", "outwards.update(header[56:60] + first)"),
}
