"""Lesson 03. A cursor that moves forward only."""

SOLUTION = r"""
import gzip
import struct


def read_messages(body):
    if body[:4] == bytes.fromhex("a1cf7230"):
        start, size = (5, body[4]) if body[4] < 254 else (8, int.from_bytes(body[5:8], "little"))
        body = gzip.decompress(body[start : start + size])
    (count,) = struct.unpack_from("<i", body, 4)
    at, messages = 8, []
    for _ in range(count):
        msg_id, seqno, size = struct.unpack_from("<qii", body, at)
        messages.append((msg_id, seqno, body[at + 16 : at + 16 + size]))
        at += 16 + size
    return tuple(messages)
"""

_LOOP = "        at += 16 + size\n"
WRONG = {
    "vector_id_expected": SOLUTION.replace('"<i", body, 4', '"<i", body, 8').replace("messages = 8", "messages = 12"),
    "messages_padded": SOLUTION.replace(_LOOP, "        at += 16 + size + -size % 16\n"),
    "length_of_the_whole_message": SOLUTION.replace("16 + size]", "size]").replace(_LOOP, "        at += size\n"),
    "packed_container": SOLUTION.replace("body = gzip.decompress(body[start : start + size])", "return ()"),
    "longs_unsigned": SOLUTION.replace("<qii", "<Qii"),
}
