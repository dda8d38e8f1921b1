"""Every step of the ladder in Python, without mtlib, for the judge:

    python -m mtlib judge all -- python tests/judge/solution.py

Standard library, and AES on single blocks.
"""

import json
import math
import secrets
import struct
import sys
import zlib
from functools import cache
from hashlib import sha1, sha256

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

# -- Bytes --------------------------------------------------------------------------------------------------------


def xor(one, other):
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def big(data):
    return int.from_bytes(data, "big")


def constructor_id(line):
    words = [word for word in line.strip().rstrip(";").split(" ") if not word.endswith("?true")]
    words[0] = words[0].partition("#")[0]
    words = [word[:-5] + "string" if word.endswith((":bytes", "?bytes")) else word for word in words]
    text = " ".join(words).translate({ord("<"): " ", ord(">"): "", ord("{"): "", ord("}"): ""})
    return struct.pack("<I", zlib.crc32(text.encode()))


def string(body):
    head = bytes([len(body)]) if len(body) < 254 else b"\xfe" + len(body).to_bytes(3, "little")
    return head + body + bytes(-(len(head) + len(body)) % 4)


def number_string(number):
    return string(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def string_at(data, at):
    """The body, and where the next thing begins."""
    start, size = (at + 4, int.from_bytes(data[at + 1 : at + 4], "little")) if data[at] == 254 else (at + 1, data[at])
    return data[start : start + size], start + size + -(start + size - at) % 4


RPC_RESULT, CONTAINER, GZIP = bytes.fromhex("016d5cf3"), bytes.fromhex("dcf8f173"), bytes.fromhex("a1cf7230")


def unpacked(data):
    return zlib.decompress(string_at(data, 4)[0], wbits=47) if data[:4] == GZIP else data


def result_of(body, msg_id):
    body = unpacked(body)
    if body[:4] == CONTAINER:
        at = 8
        for _ in range(struct.unpack_from("<i", body, 4)[0]):
            (size,) = struct.unpack_from("<i", body, at + 12)
            found = result_of(body[at + 16 : at + 16 + size], msg_id)
            if found:
                return found
            at += 16 + size
    if body[:12] == RPC_RESULT + struct.pack("<q", msg_id):
        return unpacked(body[12:])
    return b""


def frame_abridged(packet):
    words = len(packet) // 4
    return (bytes([words]) if words < 127 else b"\x7f" + words.to_bytes(3, "little")) + packet


def frame_intermediate(packet):
    return struct.pack("<i", len(packet)) + packet


def frame_full(packet, seqno):
    frame = struct.pack("<ii", len(packet) + 12, seqno) + packet
    return frame + struct.pack("<I", zlib.crc32(frame))


def last_packet(stream):
    last = b""
    while len(stream) >= 4 and len(stream) >= 4 + (size := struct.unpack_from("<i", stream)[0]):
        last, stream = stream[4 : 4 + size], stream[4 + size :]
    return last


def ctr(random64):
    return Cipher(algorithms.AES(random64[8:40]), modes.CTR(random64[40:56])).encryptor()


def obfuscated_header(random64, tag, dc):
    clear = random64[:56] + (tag * 4)[:4] + struct.pack("<h", dc) + random64[62:]
    return random64[:56] + ctr(random64).update(clear)[56:]


def obfuscated_sent(random64, tag, dc, first, second):
    stream = ctr(random64)
    stream.update(bytes(64))
    return obfuscated_header(random64, tag, dc) + stream.update(first) + stream.update(second)


# -- Keys ---------------------------------------------------------------------------------------------------------


def plain_packet(msg_id, body):
    return bytes(8) + struct.pack("<qi", msg_id, len(body)) + body


def factors(pq):
    for c in range(1, 100):
        slow = fast = 2
        found = 1
        while found == 1:
            slow = (slow * slow + c) % pq
            fast = (fast * fast + c) % pq
            fast = (fast * fast + c) % pq
            found = math.gcd(slow - fast, pq)
        if found != pq:
            return sorted((found, pq // found))
    raise ValueError("no factor")


def p_q(pq):
    return b"".join(map(number_string, factors(big(pq))))


def fingerprint(n, e):
    return sha1(string(n) + number_string(e)).digest()[12:]


def inner_data(name, pq, p, q, nonce, server_nonce, new_nonce, *numbers):
    return bytes.fromhex(name) + string(pq) + string(p) + string(q) + nonce + server_nonce + new_nonce + struct.pack(
        f"<{len(numbers)}i", *numbers)  # fmt: skip


def rsa_pad(data, padding, temp_keys, n, e):
    data_with_padding = data + padding
    for at in range(0, len(temp_keys), 32):
        temp_key = temp_keys[at : at + 32]
        data_with_hash = data_with_padding[::-1] + sha256(temp_key + data_with_padding).digest()
        aes_encrypted = ige(data_with_hash, temp_key, bytes(32))
        block = xor(temp_key, sha256(aes_encrypted).digest()) + aes_encrypted
        if block < n:
            return pow(big(block), e, big(n)).to_bytes(256, "big")
    raise ValueError("no temp_key fits")


def rsa_pad_yours(data, n, e):
    return rsa_pad(data, secrets.token_bytes(192 - len(data)), secrets.token_bytes(32 * 64), n, e)


def tmp_aes(new_nonce, server_nonce):
    one, other = sha1(new_nonce + server_nonce).digest(), sha1(server_nonce + new_nonce).digest()
    return one + other + sha1(new_nonce + new_nonce).digest() + new_nonce[:4]


def server_DH_inner_data(encrypted_answer, new_nonce, server_nonce):
    key_iv = tmp_aes(new_nonce, server_nonce)
    opened = ige_open(encrypted_answer, key_iv[:32], key_iv[32:])
    at = string_at(opened, string_at(opened, 60)[1])[1] + 4
    assert sha1(opened[20:at]).digest() == opened[:20]
    return opened[20:at]


@cache
def prime(number):
    """Miller-Rabin with sixteen small bases; the first four sieve."""
    if any(number % each == 0 for each in (3, 5, 7, 11)) or number % 2 == 0:
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53):
        x = pow(base, odd, number)
        passes = x == 1
        for _ in range(twos):
            passes, x = passes or x == number - 1, x * x % number
        if not passes:
            return False
    return True


FITS = {2: (8, {7}), 3: (3, {2}), 4: (1, {0}), 5: (5, {1, 4}), 6: (24, {19, 23}), 7: (7, {3, 5, 6})}


def dh_verdict(g, dh_prime, g_a):
    p, public = big(dh_prime), big(g_a)
    if p.bit_length() != 2048 or not prime(p) or not prime((p - 1) // 2):
        return b"\1"
    if g not in FITS or p % FITS[g][0] not in FITS[g][1]:
        return b"\2"
    return b"\0" if 2**1984 <= public <= p - 2**1984 else b"\3"


def client_DH_inner_data(nonce, server_nonce, retry_id, g, dh_prime, b):
    g_b = number_string(pow(g, big(b), big(dh_prime)))
    return bytes.fromhex("54b64366") + nonce + server_nonce + retry_id + g_b


def client_encrypted_data(data, padding, new_nonce, server_nonce):
    key_iv = tmp_aes(new_nonce, server_nonce)
    return ige(sha1(data).digest() + data + padding, key_iv[:32], key_iv[32:])


def new_nonce_hash(new_nonce, number, auth_key):
    return sha1(new_nonce + bytes([number]) + sha1(auth_key).digest()[:8]).digest()[4:]


# -- Whole packets ------------------------------------------------------------------------------------------------


def req_DH_params_packet(msg_id, answer, nonce, new_nonce, dc, expires_in, padding, temp_keys, n, e):
    assert answer[24:40] == nonce
    server_nonce, pq = answer[40:56], string_at(answer, 56)[0]
    both = p_q(pq)
    p, at = string_at(both, 0)
    name, numbers = ("88dffd56", (dc, expires_in)) if expires_in else ("955ff5a9", (dc,))
    data = inner_data(name, pq, p, string_at(both, at)[0], nonce, server_nonce, new_nonce, *numbers)
    sealed = string(rsa_pad(data, padding, temp_keys, n, e))
    return plain_packet(msg_id, bytes.fromhex("bee412d7") + nonce + server_nonce + both + fingerprint(n, e) + sealed)


def set_client_DH_params_packet(msg_id, answer, nonce, new_nonce, b, padding):
    assert answer[24:40] == nonce
    server_nonce = answer[40:56]
    inner = server_DH_inner_data(string_at(answer, 56)[0], new_nonce, server_nonce)
    (g,), dh_prime = struct.unpack_from("<i", inner, 36), string_at(inner, 40)[0]
    data = client_DH_inner_data(nonce, server_nonce, bytes(8), g, dh_prime, b)
    sealed = string(client_encrypted_data(data, padding, new_nonce, server_nonce))
    return plain_packet(msg_id, bytes.fromhex("1f5f04f5") + nonce + server_nonce + sealed)


def call_packet(temp_auth_key, salt, session_id, msg_id, seqno, body, padding):
    return packet(temp_auth_key, b"", STEPS["message"](salt, session_id, msg_id, seqno, body, padding))


def bind_packet(perm, temp, nonce, session_id, msg_id, expires_at, random, padding, salt, seqno, message_padding):
    perm_id, temp_id = (struct.unpack("<q", sha1(key).digest()[12:])[0] for key in (perm, temp))
    inner = STEPS["inner"](nonce, temp_id, perm_id, session_id, expires_at)
    envelope = STEPS["envelope"](random, msg_id, inner)
    msg_key = STEPS["msg_key"](envelope, padding, perm)
    hashes = [STEPS[f"sha1_{letter}"](msg_key, perm) for letter in "abcd"]
    sealed = ige(envelope + padding, STEPS["aes_key"](*hashes), STEPS["aes_iv"](*hashes))
    request = STEPS["request"](perm_id, nonce, expires_at, STEPS["encrypted_message"](perm_id, msg_key, sealed))
    return call_packet(temp, salt, session_id, msg_id, seqno, request, message_padding)


def answer(temp_auth_key, packet, msg_id):
    key, msg_key = temp_auth_key, packet[8:24]
    a, b = sha256(msg_key + key[8:44]).digest(), sha256(key[48:84] + msg_key).digest()
    message = ige_open(packet[24:], cut(a, b), cut(b, a))
    if packet[:8] != sha1(key).digest()[12:] or sha256(key[96:128] + message).digest()[8:24] != msg_key:
        return b""
    return result_of(message[32 : 32 + struct.unpack_from("<i", message, 28)[0]], msg_id)


# -- The binding --------------------------------------------------------------------------------------------------


def ige(data, key, iv):
    aes = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    before, plain, out = iv[:16], iv[16:], b""
    for at in range(0, len(data), 16):
        block = data[at : at + 16]
        sealed = aes.update(bytes(a ^ b for a, b in zip(block, before, strict=True)))
        before, plain = bytes(a ^ b for a, b in zip(sealed, plain, strict=True)), block
        out += before
    return out


def ige_open(data, key, iv):
    aes = Cipher(algorithms.AES(key), modes.ECB()).decryptor()
    before, plain, out = iv[:16], iv[16:], b""
    for at in range(0, len(data), 16):
        block = data[at : at + 16]
        plain = xor(aes.update(xor(block, plain)), before)
        before = block
        out += plain
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
    "constructor_id": constructor_id,
    "tl_string": string,
    "number_string": number_string,
    "result_of": result_of,
    "frame_abridged": frame_abridged,
    "frame_intermediate": frame_intermediate,
    "frame_padded": lambda packet, padding: frame_intermediate(packet + padding),
    "frame_full": frame_full,
    "last_packet": last_packet,
    "obfuscated_header": obfuscated_header,
    "obfuscated_sent": obfuscated_sent,
    "obfuscated_received": lambda random64, tag, dc, data: ctr(random64[::-1]).update(data),
    "plain_packet": plain_packet,
    "p_q": p_q,
    "fingerprint": fingerprint,
    "p_q_inner_data_dc": lambda *values: inner_data("955ff5a9", *values),
    "p_q_inner_data_temp_dc": lambda *values: inner_data("88dffd56", *values),
    "rsa_pad": rsa_pad,
    "rsa_pad_yours": rsa_pad_yours,
    "tmp_aes": tmp_aes,
    "server_DH_inner_data": server_DH_inner_data,
    "dh_verdict": dh_verdict,
    "client_DH_inner_data": client_DH_inner_data,
    "client_encrypted_data": client_encrypted_data,
    "auth_key": lambda g_a, b, dh_prime: pow(big(g_a), big(b), big(dh_prime)).to_bytes(256, "big"),
    "new_nonce_hash": new_nonce_hash,
    "retry_id": lambda key: sha1(key).digest()[:8],
    "first_salt": lambda new_nonce, server_nonce: xor(new_nonce[:8], server_nonce[:8]),
    "req_DH_params_packet": req_DH_params_packet,
    "set_client_DH_params_packet": set_client_DH_params_packet,
    "call_packet": call_packet,
    "bind_packet": bind_packet,
    "answer": answer,
}

# Longs come as decimal strings and bytes as hex: only their names tell which is which, and of a nonce the step.
LONGS = {"temp_auth_key_id", "perm_auth_key_id", "temp_session_id", "session_id", "msg_id", "salt", "number"}
NONCE_IS_A_LONG = {"inner", "request", "bind_packet"}


def value(step, name, text):
    if isinstance(text, int) or name == "line":
        return text
    return int(text) if name in LONGS or (name == "nonce" and step in NONCE_IS_A_LONG) else bytes.fromhex(text)


def main():
    for line in sys.stdin:
        asked = json.loads(line)
        arguments = [value(asked["step"], name, text) for name, text in asked["inputs"].items()]
        print(json.dumps({"output": STEPS[asked["step"]](*arguments).hex()}), flush=True)


if __name__ == "__main__":
    main()
