"""Lesson 15. From the envelope to the ciphertext, out of material("nine_values")."""

SOLUTION = """\
import struct
from hashlib import sha1

from mtlib.crypto import ige_encrypt
from mtlib.lab import material

given = material("nine_values")
key = given["perm_auth_key"]
envelope = given["random"] + struct.pack("<qii", given["msg_id"], 0, len(given["inner"])) + given["inner"]
msg_key = sha1(envelope).digest()[4:20]
a = sha1(msg_key + key[0:32]).digest()
b = sha1(key[32:48] + msg_key + key[48:64]).digest()
c = sha1(key[64:96] + msg_key).digest()
d = sha1(msg_key + key[96:128]).digest()
aes_key = a[0:8] + b[8:20] + c[4:16]
aes_iv = a[8:20] + b[0:8] + c[16:20] + d[0:8]
answer = {
    "envelope": envelope,
    "msg_key": msg_key,
    "sha1_a": a,
    "sha1_b": b,
    "sha1_c": c,
    "sha1_d": d,
    "aes_key": aes_key,
    "aes_iv": aes_iv,
    "ciphertext": ige_encrypt(envelope + given["padding"], aes_key, aes_iv),
}
"""

WRONG = {
    "envelope/seqno_not_zero": SOLUTION.replace('given["msg_id"], 0,', 'given["msg_id"], 1,'),
    "envelope/length_not_forty": SOLUTION.replace('len(given["inner"]))', '72)'),
    "msg_key/msg_key_over_padding": SOLUTION.replace("sha1(envelope)", 'sha1(envelope + given["padding"])'),
    "msg_key/msg_key_first_sixteen_bytes": SOLUTION.replace("digest()[4:20]", "digest()[0:16]"),
    "sha1_a/direction_x_8": SOLUTION.replace('key = given["perm_auth_key"]', 'key = given["perm_auth_key"][8:]'),
    "sha1_a/key_without_leading_zeros": SOLUTION.replace(
        'key = given["perm_auth_key"]', 'key = given["perm_auth_key"].lstrip(bytes(1))'
    ),
    "sha1_b/msg_key_on_the_other_side": SOLUTION.replace("key[32:48] + msg_key + key[48:64]", "msg_key + key[32:64]"),
    "aes_key/b_and_c_swapped": SOLUTION.replace("b[8:20] + c[4:16]", "c[4:16] + b[8:20]"),
    "aes_iv/cut_from_the_start": SOLUTION.replace("a[8:20] + b[0:8] + c[16:20]", "a[0:12] + b[0:8] + c[0:4]"),
    "ciphertext/iv_halves_swapped": SOLUTION.replace("aes_key, aes_iv),", "aes_key, aes_iv[16:32] + aes_iv[0:16]),"),
}
