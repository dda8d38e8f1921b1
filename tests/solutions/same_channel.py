"""Lesson 17. Three pairs, all of them looked at."""

SOLUTION = """\
def same_channel(packet, message, envelope):
    pairs = [
        ("temp_auth_key_id", packet[0:8], envelope[44:52]),
        ("temp_session_id", message[8:16], envelope[60:68]),
        ("msg_id", message[16:24], envelope[16:24]),
    ]
    failed = []
    for name, outside, inside in pairs:
        if outside != inside:
            failed.append(name)
    return failed
"""

WRONG = {
    "header_with_itself": SOLUTION.replace('"msg_id", message[16:24]', '"msg_id", envelope[16:24]'),
    "different_signs": SOLUTION.replace(
        "outside != inside", 'int.from_bytes(outside, "little") != int.from_bytes(inside, "little", signed=True)'
    ),
    "first_failure_only": SOLUTION.replace("failed.append(name)", "return [name]"),
    "nothing_compared": SOLUTION.replace("outside != inside", "inside != inside"),
    "equal_ones_listed": SOLUTION.replace("outside != inside", "outside == inside"),
    "salt_for_the_session": SOLUTION.replace("message[8:16]", "message[0:8]"),
    "other_key_of_the_seal": SOLUTION.replace("[44:52]", "[52:60]"),
    "header_of_the_envelope": SOLUTION.replace("[44:52]", "[12:20]").replace("[60:68]", "[28:36]"),
}
