"""Lesson 06. Four things in a row."""

SOLUTION = """\
import struct


def plain_packet(msg_id, body):
    return bytes(8) + struct.pack("<qi", msg_id, len(body)) + body
"""

WRONG = {
    "key_id_0_left_out": SOLUTION.replace("bytes(8) + ", ""),
    "plain_length_of_all": SOLUTION.replace("len(body)", "20 + len(body)"),
    "plain_with_a_msg_key": SOLUTION.replace("bytes(8)", "bytes(24)"),
    "plain_body_as_a_string": SOLUTION.replace(
        "    return bytes(8) +", """\
    size = len(body)
    head = bytes([size]) if size < 254 else b"\\xfe" + size.to_bytes(3, "little")
    return bytes(8) +""").replace('"<qi", msg_id, len(body))', '"<q", msg_id) + head').replace(
        "+ body", "+ body + bytes(-(len(head) + size) % 4)"),
    "plain_length_left_out": SOLUTION.replace('"<qi", msg_id, len(body)', '"<q", msg_id'),
    "plain_high_byte_first": SOLUTION.replace("<qi", ">qi"),
}
