"""Lesson 10. Where a zero in front counts."""

SOLUTION = """\
answer = {"nonce": "keep", "server_nonce": "keep", "new_nonce": "keep", "g_a": "may go", "g_b": "may go",
          "auth_key": "keep", "encrypted_data": "keep"}
"""

WRONG = {
    "nonce_may_shrink": SOLUTION.replace('{"nonce": "keep"', '{"nonce": "may go"'),
    "server_nonce_may_shrink": SOLUTION.replace('"server_nonce": "keep"', '"server_nonce": "may go"'),
    "new_nonce_may_shrink": SOLUTION.replace('"new_nonce": "keep"', '"new_nonce": "may go"'),
    "number_must_keep": SOLUTION.replace('"g_a": "may go"', '"g_a": "keep"'),
    "own_number_must_keep": SOLUTION.replace('"g_b": "may go"', '"g_b": "keep"'),
    "key_may_shrink": SOLUTION.replace('"auth_key": "keep"', '"auth_key": "may go"'),
    "seal_may_shrink": SOLUTION.replace('"encrypted_data": "keep"', '"encrypted_data": "may go"'),
}
