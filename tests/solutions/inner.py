"""Lesson 14. The forty bytes."""

SOLUTION = """\
import struct


def inner(nonce, temp_auth_key_id, perm_auth_key_id, temp_session_id, perm_session_id, now, expires_in):
    constructor = bytes.fromhex("65f7a375")
    ids = struct.pack("<qq", temp_auth_key_id, perm_auth_key_id)
    return constructor + struct.pack("<q", nonce) + ids + struct.pack("<qi", temp_session_id, now + expires_in)
"""

WRONG = {
    "inner_without_constructor": SOLUTION.replace("return constructor + ", "return "),
    "byte_swapped": SOLUTION.replace('"<qq"', '">qq"'),
    "key_ids_swapped": SOLUTION.replace('"<qq", temp_auth_key_id, perm', '"<qq", perm_auth_key_id, temp'),
    "nonce_of_sixteen_bytes": SOLUTION.replace(
        'struct.pack("<q", nonce)', 'nonce.to_bytes(16, "little", signed=True)'
    ),
    "constructor_big_endian": SOLUTION.replace("65f7a375", "75a3f765"),
    "rounded_to_a_double": SOLUTION.replace('struct.pack("<q", nonce)', 'struct.pack("<q", int(float(nonce)))')
    .replace("temp_auth_key_id, perm_auth_key_id)\n", "int(float(temp_auth_key_id)), int(float(perm_auth_key_id)))\n")
    .replace("temp_session_id, now + expires_in)", "int(float(temp_session_id)), now + expires_in)"),
    "expires_at_8_bytes": SOLUTION.replace('"<qi"', '"<qq"'),
    "session_of_another_connection": SOLUTION.replace('"<qi", temp_session_id', '"<qi", perm_session_id'),
    "expires_at_is_a_duration": SOLUTION.replace("now + expires_in", "expires_in"),
    "expires_at_now": SOLUTION.replace("now + expires_in", "now"),
    "expires_at_in_milliseconds": SOLUTION.replace("now + expires_in", "1000 * (now + expires_in)"),
    "unsigned_overflow": SOLUTION.replace("<qq", "<QQ").replace('"<q"', '"<Q"').replace("<qi", "<Qi"),
}
