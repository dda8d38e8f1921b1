"""Lesson 25, elsewhere. Where, when, what kind, whose, and whether it was said before."""

SOLUTION = """\
same_job = {
    "tls-exporter": "temp_auth_key_id",
    "replay window": "duplicates",
    "five minutes": "window",
    "context string": "constructor",
    "committing AEAD": "perm_auth_key_id",
    "signature counter": "msg_id_rises",
}
"""

WRONG = {
    "names_the_session": SOLUTION.replace("temp_auth_key_id", "temp_session_id"),
    "time_for_memory": SOLUTION.replace('"replay window": "duplicates"', '"replay window": "window"'),
    "memory_for_time": SOLUTION.replace('"five minutes": "window"', '"five minutes": "duplicates"'),
    "hash_for_type": SOLUTION.replace("constructor", "msg_key"),
    "hash_commits": SOLUTION.replace("perm_auth_key_id", "msg_key"),
    "remembers_all": SOLUTION.replace("msg_id_rises", "duplicates"),
}
