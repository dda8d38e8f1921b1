"""Lesson 02. One offset, four layers."""

SOLUTION = """\
answer = {"message": "perm_auth_key_id", "request": "msg_key", "envelope": "nonce", "inner": "expires_at"}
"""

WRONG = {
    "counted_from_outside": SOLUTION.replace('"message": "perm_auth_key_id"', '"message": "session_id"'),
    "header_of_the_message_forgotten": SOLUTION.replace("msg_key", "perm_auth_key_id"),
    "a_field_with_fields_in_it": SOLUTION.replace("msg_key", "encrypted_message"),
    "constructor_of_the_inner_forgotten": SOLUTION.replace("nonce", "temp_auth_key_id"),
    "end_of_a_field": SOLUTION.replace("expires_at", "temp_session_id"),
}
