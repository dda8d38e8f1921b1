"""Lesson 25. Seven; each has an attack that nothing else stops."""

SOLUTION = """\
def crew():
    return [
        "msg_id",
        "nonce",
        "perm_auth_key_id",
        "temp_auth_key_id",
        "not_bound_elsewhere",
        "one_temp_key",
        "msg_id_rises",
    ]
"""


def without(name: str) -> str:
    return SOLUTION.replace(f'        "{name}",\n', "")


WRONG = {
    "rises_for_msg_id": without("msg_id"),
    "a1_gets_through": without("temp_auth_key_id"),
    "a6_gets_through": without("perm_auth_key_id"),
    "a7_gets_through": without("not_bound_elsewhere"),
    "a8_gets_through": without("nonce"),
    "a9_gets_through": without("one_temp_key"),
    "a13_gets_through": without("msg_id_rises"),
    "hash_not_needed": SOLUTION.replace('"nonce",', '"nonce",\n        "msg_key",'),
    "too_large": SOLUTION.replace('"nonce",', '"nonce",\n        "window",'),
    "no_such_part": SOLUTION.replace('"nonce",', '"the nonce",'),
}
