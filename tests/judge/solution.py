"""The recipe of auth.bindTempAuthKey in Python, without mtlib, for the judge:

    python -m mtlib judge -- python tests/judge/solution.py
"""

import json
import struct
import sys
from hashlib import sha1, sha256

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def ige(data, key, iv):
    aes = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    before, plain, out = iv[:16], iv[16:], b""
    for at in range(0, len(data), 16):
        block = data[at : at + 16]
        sealed = aes.update(bytes(a ^ b for a, b in zip(block, before, strict=True)))
        before, plain = bytes(a ^ b for a, b in zip(sealed, plain, strict=True)), block
        out += before
    return out


def cut(outer, inner):
    return outer[:8] + inner[8:24] + outer[24:]


def msg_key_v2(temp_auth_key, message):
    return sha256(temp_auth_key[88:120] + message).digest()[8:24]


def packet(temp_auth_key, perm_auth_key, message):
    msg_key = msg_key_v2(temp_auth_key, message)
    a = sha256(msg_key + temp_auth_key[:36]).digest()
    b = sha256(temp_auth_key[40:76] + msg_key).digest()
    return sha1(temp_auth_key).digest()[12:] + msg_key + ige(message, cut(a, b), cut(b, a))


STEPS = {
    "auth_key_id": lambda key: sha1(key).digest()[12:],
    "inner": lambda *values: bytes.fromhex("65f7a375") + struct.pack("<qqqqi", *values),
    "envelope": lambda random, msg_id, inner: random + struct.pack("<qii", msg_id, 0, len(inner)) + inner,
    "msg_key": lambda envelope, padding, key: sha1(envelope).digest()[4:20],
    "sha1_a": lambda msg_key, key: sha1(msg_key + key[:32]).digest(),
    "sha1_b": lambda msg_key, key: sha1(key[32:48] + msg_key + key[48:64]).digest(),
    "sha1_c": lambda msg_key, key: sha1(key[64:96] + msg_key).digest(),
    "sha1_d": lambda msg_key, key: sha1(msg_key + key[96:128]).digest(),
    "aes_key": lambda a, b, c, d: a[:8] + b[8:20] + c[4:16],
    "aes_iv": lambda a, b, c, d: a[8:20] + b[:8] + c[16:20] + d[:8],
    "ciphertext": lambda envelope, padding, key, iv: ige(envelope + padding, key, iv),
    "encrypted_message": lambda key_id, msg_key, ciphertext: struct.pack("<q", key_id) + msg_key + ciphertext,
    "request": lambda key_id, nonce, expires_at, body: (
        bytes.fromhex("052ad4cd") + struct.pack("<qqi", key_id, nonce, expires_at) + b"\x68" + body + bytes(3)
    ),
    "message": lambda salt, session_id, msg_id, seqno, request, padding: (
        struct.pack("<qqqii", salt, session_id, msg_id, seqno, len(request)) + request + padding
    ),
    "msg_key_v2": msg_key_v2,
    "sha256_a": lambda msg_key, key: sha256(msg_key + key[:36]).digest(),
    "sha256_b": lambda msg_key, key: sha256(key[40:76] + msg_key).digest(),
    "aes_key_v2": cut,
    "aes_iv_v2": lambda a, b: cut(b, a),
    "packet": packet,
}

# Longs come as decimal strings and bytes as hex; only their names tell which is which.
LONGS = {"nonce", "temp_auth_key_id", "perm_auth_key_id", "temp_session_id", "session_id", "msg_id", "salt"}
INTS = {"expires_at", "seqno"}


def value(name, text):
    return int(text) if name in LONGS | INTS else bytes.fromhex(text)


for line in sys.stdin:
    asked = json.loads(line)
    arguments = [value(name, text) for name, text in asked["inputs"].items()]
    print(json.dumps({"output": STEPS[asked["step"]](*arguments).hex()}), flush=True)
