"""Lesson 15. It calls the reader's functions of lessons 11 and 12."""

SOLUTION = """\
import struct
from hashlib import sha1


def seal(perm_auth_key, temp_auth_key, inner, msg_id, random, padding):
    envelope = random + struct.pack("<qii", msg_id, 0, len(inner)) + inner
    msg_key = msg_key_v1(envelope, padding, perm_auth_key)
    aes_key, aes_iv = schedule_v1(perm_auth_key, msg_key)
    ciphertext = ige_encrypt(envelope + padding, aes_key, aes_iv)
    return sha1(perm_auth_key).digest()[12:20] + msg_key + ciphertext
"""

MSG_KEY = "msg_key_v1(envelope, padding, perm_auth_key)"
MSG_KEY_V2 = "sha256(perm_auth_key[88:120] + envelope + padding).digest()[8:24]"
V2 = """\
from hashlib import sha256


def schedule_v2(auth_key, msg_key):
    a = sha256(msg_key + auth_key[0:36]).digest()
    b = sha256(auth_key[40:76] + msg_key).digest()
    return a[0:8] + b[8:24] + a[24:32], b[0:8] + a[8:24] + b[24:32]


"""
CBC = """\
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def cbc_encrypt(data, key, iv):
    return Cipher(algorithms.AES(key), modes.CBC(iv[0:16])).encryptor().update(data)


"""

WRONG = {
    "sealed_by_mtproto_2": V2 + SOLUTION.replace(MSG_KEY, MSG_KEY_V2).replace("schedule_v1(", "schedule_v2("),
    "schedule_v2": V2 + SOLUTION.replace("schedule_v1(", "schedule_v2("),
    "msg_key_v2": V2 + SOLUTION.replace(MSG_KEY, MSG_KEY_V2),
    "direction_x_8": SOLUTION.replace("schedule_v1(perm_auth_key,", "schedule_v1(perm_auth_key[8:] + bytes(8),"),
    "msg_key_over_padding": SOLUTION.replace(MSG_KEY, "sha1(envelope + padding).digest()[4:20]"),
    "msg_key_first_sixteen_bytes": SOLUTION.replace(MSG_KEY, "sha1(envelope).digest()[0:16]"),
    "msg_key_of_the_inner_only": SOLUTION.replace(MSG_KEY, "sha1(inner).digest()[4:20]"),
    "iv_halves_swapped": SOLUTION.replace("aes_key, aes_iv)\n", "aes_key, aes_iv[16:32] + aes_iv[0:16])\n"),
    "cbc_instead_of_ige": CBC + SOLUTION.replace("ige_encrypt(", "cbc_encrypt("),
    "key_without_leading_zeros": SOLUTION.replace(
        "    envelope = ", "    perm_auth_key = perm_auth_key.lstrip(bytes(1))\n    envelope = "
    ).replace("schedule_v1(perm_auth_key,", "schedule_v1(perm_auth_key.ljust(256, bytes(1)),"),
    "sealed_with_the_temporary_key": SOLUTION.replace("schedule_v1(perm_auth_key,", "schedule_v1(temp_auth_key,"),
    "wrong_half_of_sha1": SOLUTION.replace("[12:20] + msg_key", "[0:8] + msg_key"),
    "seqno_not_zero": SOLUTION.replace("msg_id, 0, len(inner)", "msg_id, 1, len(inner)"),
    "length_not_forty": SOLUTION.replace("msg_id, 0, len(inner)", "msg_id, 0, 72"),
    "length_before_seqno": SOLUTION.replace("msg_id, 0, len(inner)", "msg_id, len(inner), 0"),
    "rounded_to_a_double": SOLUTION.replace("msg_id, 0", "int(float(msg_id)), 0"),
    "temp_key_id_for_the_permanent": SOLUTION.replace("sha1(perm_auth_key)", "sha1(temp_auth_key)"),
    "padding_of_another_size": SOLUTION.replace("padding, aes_key", "padding + bytes(16), aes_key"),
    "key_id_left_out": SOLUTION.replace("sha1(perm_auth_key).digest()[12:20] + ", ""),
    "fields_out_of_order": SOLUTION.replace(
        'random + struct.pack("<qii", msg_id, 0,', 'struct.pack("<q", msg_id) + random + struct.pack("<ii", 0,'
    ),
    "padding_made_up": SOLUTION.replace("envelope + padding, aes_key", "envelope + bytes(8), aes_key"),
}
