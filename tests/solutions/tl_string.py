"""Lesson 03. A head, the bytes, zeros."""

SOLUTION = r"""
def tl_string(body):
    size = len(body)
    head = bytes([size]) if size <= 253 else b"\xfe" + size.to_bytes(3, "little")
    return head + body + bytes(-len(head + body) % 4)
"""

WRONG = {
    "head_not_counted": SOLUTION.replace("len(head + body)", "size"),
    "no_zeros_after_a_string": SOLUTION.replace(" + bytes(-len(head + body) % 4)", ""),
    "four_zeros_after_a_string": SOLUTION.replace("-len(head + body) % 4", "4 - len(head + body) % 4"),
    "long_head_too_early": SOLUTION.replace("<= 253", "< 253"),
    "long_head_too_late": SOLUTION.replace("<= 253", "<= 254"),
    "long_head_always": SOLUTION.replace("<= 253", "< 0"),
    "long_head_high_byte_first": SOLUTION.replace('"little"', '"big"'),
    "string_length_as_an_int": SOLUTION.replace('bytes([size]) if size <= 253 else b"\\xfe" + size.to_bytes(3,',
                                                "size.to_bytes(4,"),
}  # fmt: skip
