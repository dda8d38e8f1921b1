"""Lesson 04. The length is there, the packet is there: cut, and again."""

SOLUTION = r"""
def read_frames(stream):
    packets = []
    while len(stream) >= 4:
        length = int.from_bytes(stream[:4], "little")
        if len(stream) < 4 + length:
            break
        packets.append(stream[4 : 4 + length])
        stream = stream[4 + length :]
    return tuple(packets), stream
"""

WRONG = {
    "first_frame_only": SOLUTION.replace("while len(stream) >= 4", "while len(stream) >= 4 and not packets"),
    "read_taken_for_a_packet": "def read_frames(stream):\n    return (stream[4:],), b''\n",
    "rest_lost": SOLUTION.replace("return tuple(packets), stream", "return tuple(packets), b''"),
    "rest_without_its_length": SOLUTION.replace("return tuple(packets), stream", "return tuple(packets), stream[4:]"),
    "packet_before_its_end": SOLUTION.replace("        if len(stream) < 4 + length:\n            break\n", ""),
    "length_counts_itself": SOLUTION.replace("4 + length", "max(length, 1)"),
    "length_high_byte_first": SOLUTION.replace('"little"', '"big"'),
}
