"""Lesson 20. Bounded, by the data centre's clock, and slow to drop a key."""

SOLUTION = """\
def retry(error, attempt, created, first_bind, ever_bound, server_now, local_now):
    if attempt > 3:
        return "stop"
    if error == "-404":
        return "new_temp_key"
    if error == "bad_server_salt":
        return "resend"
    if error == "ENCRYPTED_MESSAGE_INVALID":
        age = server_now - created
        if age > 60:
            return "drop_both_keys" if ever_bound else "stop"
    return "rebuild"
"""

WRONG = {
    "drops_keys_at_once": SOLUTION.replace("if age > 60:", "if True:").replace(
        'return "drop_both_keys" if ever_bound else "stop"', 'return "drop_both_keys"'
    ),
    "never_asks_whether_it_ever_bound": SOLUTION.replace(' if ever_bound else "stop"', ""),
    "retries_for_ever": SOLUTION.replace("attempt > 3", "False"),
    "same_bytes_under_a_new_msg_id": SOLUTION.replace('return "rebuild"', 'return "renumber"'),
    "local_clock": SOLUTION.replace("server_now - created", "local_now - created"),
    "age_from_the_first_bind": SOLUTION.replace("server_now - created", "server_now - first_bind"),
    "bad_msg_resent": SOLUTION.replace('error == "bad_server_salt"', 'error in ("bad_server_salt", "bad_msg 16")'),
    "perm_key_dropped_on_404": SOLUTION.replace('"new_temp_key"', '"drop_both_keys"'),
}
