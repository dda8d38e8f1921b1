"""Lesson 16. It calls the reader's functions of lessons 11 and 13."""

SOLUTION = """\
import struct
from hashlib import sha1


def packet(temp_auth_key, perm_auth_key, salt, session_id, msg_id, seqno, request, padding):
    length = len(request)
    message = struct.pack("<qqqii", salt, session_id, msg_id, seqno, length) + request
    msg_key = msg_key_v2(temp_auth_key, message, padding)
    aes_key, aes_iv = schedule_v2(temp_auth_key, msg_key)
    name = sha1(temp_auth_key).digest()[12:20]
    return name + msg_key + ige_encrypt(message + padding, aes_key, aes_iv)
"""

V1 = """\
def schedule_v1(auth_key, msg_key):
    a = sha1(msg_key + auth_key[0:32]).digest()
    b = sha1(auth_key[32:48] + msg_key + auth_key[48:64]).digest()
    c = sha1(auth_key[64:96] + msg_key).digest()
    d = sha1(msg_key + auth_key[96:128]).digest()
    return a[0:8] + b[8:20] + c[4:16], a[8:20] + b[0:8] + c[16:20] + d[0:8]


"""

WRONG = {
    "perm_id_in_front": SOLUTION.replace("sha1(temp_auth_key)", "sha1(perm_auth_key)"),
    "packet_by_mtproto_1": V1 + SOLUTION.replace("schedule_v2(temp", "schedule_v1(temp").replace(
        "msg_key_v2(temp_auth_key, message, padding)", "sha1(message).digest()[4:20]"
    ),
    "key_id_left_out": SOLUTION.replace("return name + ", "return "),
    "packet_msg_key_without_padding": SOLUTION.replace("message, padding)\n", 'message, b"")\n'),
    "packet_direction_x_8": SOLUTION.replace("    msg_key = ", "    key = temp_auth_key[8:] + bytes(8)\n    msg_key = ")
    .replace("msg_key_v2(temp_auth_key", "msg_key_v2(key")
    .replace("schedule_v2(temp_auth_key", "schedule_v2(key"),
    "salt_0": SOLUTION.replace('"<qqqii", salt', '"<qqqii", 0'),
    "message_seqno_0": SOLUTION.replace("msg_id, seqno, length)", "msg_id, 0, length)"),
    "length_148": SOLUTION.replace("len(request)", "16 + len(request)"),
    "salt_and_session_swapped": SOLUTION.replace('"<qqqii", salt, session_id', '"<qqqii", session_id, salt'),
    "packet_of_the_permanent_key": SOLUTION.replace("(temp_auth_key", "(perm_auth_key").replace(
        "packet(perm_auth_key, perm_auth_key", "packet(temp_auth_key, perm_auth_key"
    ),
}
