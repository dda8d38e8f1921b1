"""Lesson 29. Four patients."""

SOLUTION = """\
answer = {"A": "schedule_v2", "B": "built_for_an_older_message", "C": "wait", "D": 61}
"""

WRONG = {
    "the_later_mistake_first": SOLUTION.replace("schedule_v2", "nonce_drawn_twice"),
    "only_the_version_before": SOLUTION.replace("schedule_v2", "sealed_by_mtproto_2"),
    "nothing_wrong_taken_for_right": SOLUTION.replace("built_for_an_older_message", "nothing_wrong_so_far"),
    "older_taken_for_fresh": SOLUTION.replace("built_for_an_older_message", "fresh_msg_id_inside"),
    "keys_dropped": SOLUTION.replace("wait", "drop"),
    "right_bytes_mended": SOLUTION.replace("wait", "mend"),
    "counted_from_the_request": SOLUTION.replace("61", "86"),
    "counted_from_the_ciphertext": SOLUTION.replace("61", "37"),
    "bits_counted": SOLUTION.replace("61", "492"),
}
