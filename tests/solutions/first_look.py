"""Lesson 00. A first look at the packet."""

SOLUTION = """\
answer = {"clear": 24, "places": 3}
"""

WRONG = {
    "whole_packet_clear": SOLUTION.replace("24", "200"),
    "frame_length_counted": SOLUTION.replace("24", "28"),
    "key_id_only": SOLUTION.replace("24", "8"),
    "request_thought_clear": SOLUTION.replace("24", "56"),
    "inner_copy_forgotten": SOLUTION.replace('"places": 3', '"places": 2'),
    "outer_key_counted": SOLUTION.replace('"places": 3', '"places": 4'),
}
