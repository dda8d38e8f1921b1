"""Lesson 10. Two hashes, two slices."""

SOLUTION = """\
from hashlib import sha1


def new_nonce_hash(new_nonce, number, auth_key):
    aux = sha1(auth_key).digest()[0:8]
    return sha1(new_nonce + bytes([number]) + aux).digest()[4:20]
"""

WRONG = {
    "number_of_the_hash_as_an_int": SOLUTION.replace("bytes([number])", 'number.to_bytes(4, "little")'),
    "proof_in_another_order": SOLUTION.replace("bytes([number]) + aux", "aux + bytes([number])"),
    "id_for_aux": SOLUTION.replace("[0:8]", "[12:20]"),
    "proof_cut_from_the_start": SOLUTION.replace("[4:20]", "[0:16]"),
    "number_of_the_hash_always_1": SOLUTION.replace("bytes([number])", "bytes([1])"),
    "whole_key_in_the_proof": SOLUTION.replace("+ aux", "+ auth_key"),
    "nonce_without_zeros": SOLUTION.replace("sha1(new_nonce +", "sha1(new_nonce.lstrip(bytes(1)) +"),
}
