"""Lesson 25. What each part is there for."""

SOLUTION = """\
knocked_out = {
    "msg_key": "",
    "temp_auth_key_id": "A1 A10",
    "msg_id": "A2",
    "temp_session_id": "A3",
    "nonce": "A8",
    "perm_auth_key_id": "A6",
    "not_bound_elsewhere": "A7",
    "expires_at": "",
    "one_temp_key": "A2 A3 A9 A11 A12",
    "duplicates": "A11",
    "window": "A12",
}
"""

WRONG = {
    "plaintext_chosen": SOLUTION.replace('"msg_key": ""', '"msg_key": "A0 A1 A2"'),
    "one_end_of_two": SOLUTION.replace("A1 A10", "A1"),
    "nonce_buys_nothing": SOLUTION.replace("A8", ""),
    "second_brake": SOLUTION.replace('"expires_at": ""', '"expires_at": "A4"'),
    "old_key_only": SOLUTION.replace("A2 A3 A9 A11 A12", "A9"),
    "inside_the_window": SOLUTION.replace('"window": "A12"', '"window": "A12 A13"'),
    "tunnel_booked": SOLUTION.replace("A1 A10", "A1 A5 A10"),
    "old_number": SOLUTION.replace('"msg_id": "A2"', '"msg_id": ""'),
    "other_session": SOLUTION.replace('"A3"', '"A2 A3"'),
    "twin_unnamed": SOLUTION.replace('"A6"', '""'),
    "account_changed": SOLUTION.replace('"A7"', '""'),
    "same_again": SOLUTION.replace('"A11"', '""'),
    "out_of_time": SOLUTION.replace('"A12"', '""'),
    "no_text": SOLUTION.replace('"msg_key": ""', '"msg_key": []'),
    "no_names": SOLUTION.replace("A1 A10", "1 10"),
}
