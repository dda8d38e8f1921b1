"""Lesson 04. One byte, or four."""

SOLUTION = r"""
def frame_abridged(packet):
    words = len(packet) // 4
    if words < 127:
        head = bytes([words])
    else:
        head = b"\x7f" + words.to_bytes(3, "little")
    return head + packet
"""

WRONG = {
    "frame_length_in_bytes": SOLUTION.replace("len(packet) // 4", "len(packet)"),
    "frame_length_127_in_one_byte": SOLUTION.replace("< 127", "<= 127"),
    "frame_head_without_7f": SOLUTION.replace(r'b"\x7f" + ', ""),
    "frame_head_ff": SOLUTION.replace(r"\x7f", r"\xff"),
    "frame_length_high_byte_first": SOLUTION.replace('"little"', '"big"'),
    "tag_before_every_frame": SOLUTION.replace("return head", r'return b"\xef" + head'),
    "frame_always_long": SOLUTION.replace("< 127", "< 0"),
}
