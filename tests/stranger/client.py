"""A whole client in Python, written from the two sheets and the lessons: standard library, and AES of one block.

    python -m mtlib dc --write dc
    python tests/stranger/client.py dc/dc.json [--framing abridged] [--obfuscated] [--zeros]

Makes a permanent and a temporary key, binds, calls help.getNearestDc and help.getAppConfig, and prints what came back.
With --zeros every nonce and both keys begin with 00. Each section names what teaches it.
"""

import argparse
import hashlib
import json
import math
import os
import secrets
import socket
import struct
import time
import zlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

# -- AES: the one function that is not of the standard library ------------------------------------------------------


def aes_block(key, block, decrypt=False):
    cipher = Cipher(algorithms.AES(key), modes.ECB())
    return (cipher.decryptor() if decrypt else cipher.encryptor()).update(block)


# -- AES-IGE: lesson 11, sheet "exchange", Then ---------------------------------------------------------------------


def xor(one, other):
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")


def ige(data, key, iv, decrypt=False):
    before, after = (iv[16:], iv[:16]) if decrypt else (iv[:16], iv[16:])
    out = b""
    for at in range(0, len(data), 16):
        block = data[at : at + 16]
        made = xor(aes_block(key, xor(block, before), decrypt), after)
        before, after = made, block
        out += made
    return out


# -- Numbers, strings, ids: lessons 02 and 03, sheet "bytes", 1 to 4 ------------------------------------------------


def string(body):
    head = bytes([len(body)]) if len(body) < 254 else b"\xfe" + len(body).to_bytes(3, "little")
    return head + body + bytes(-(len(head) + len(body)) % 4)


def number(value):
    return string(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def string_at(data, at):
    start, size = (at + 4, int.from_bytes(data[at + 1 : at + 4], "little")) if data[at] == 254 else (at + 1, data[at])
    return data[start : start + size], start + size + -(start + size - at) % 4


def id_of(line):
    return struct.pack("<I", zlib.crc32(line.encode()))


# -- Frames: lesson 04, sheet "bytes", 6 ----------------------------------------------------------------------------


class Abridged:
    tag = b"\xef"

    def wrap(self, packet):
        words = len(packet) // 4
        return (bytes([words]) if words < 127 else b"\x7f" + words.to_bytes(3, "little")) + packet

    def read(self, take):
        words = take(1)[0]
        return take(4 * (words if words < 127 else int.from_bytes(take(3), "little")))


class Intermediate:
    tag = b"\xee\xee\xee\xee"

    def wrap(self, packet):
        return struct.pack("<I", len(packet)) + packet

    def read(self, take):
        return take(struct.unpack("<I", take(4))[0])


class Padded(Intermediate):
    tag = b"\xdd\xdd\xdd\xdd"

    def wrap(self, packet):
        return super().wrap(packet + os.urandom(secrets.randbelow(4)))

    def read(self, take):
        packet = super().read(take)
        if len(packet) < 20:
            return packet[:4]
        return packet if packet[:8] == bytes(8) else packet[: len(packet) - (len(packet) - 24) % 16]


class Full:
    tag = b""
    sent = 0

    def wrap(self, packet):
        frame = struct.pack("<II", len(packet) + 12, self.sent) + packet
        self.sent += 1
        return frame + struct.pack("<I", zlib.crc32(frame))

    def read(self, take):
        head = take(4)
        size = struct.unpack("<i", head)[0]
        if size < 0:
            return head
        rest = take(size - 4)
        if struct.unpack("<I", rest[-4:])[0] != zlib.crc32(head + rest[:-4]):
            raise SystemExit("a damaged frame")
        return rest[4:-4]


FRAMINGS = {"abridged": Abridged, "intermediate": Intermediate, "padded": Padded, "full": Full}

# -- Obfuscation: lesson 05, sheet "bytes", 7 -----------------------------------------------------------------------

FORBIDDEN = (b"\xef", b"\xee\xee\xee\xee", b"\xdd\xdd\xdd\xdd", b"HEAD", b"POST", b"GET ", b"OPTI",
             b"\x16\x03\x01\x02")  # fmt: skip


class Stream:
    """AES-256-CTR out of single blocks."""

    def __init__(self, random64):
        self.key, self.counter, self.left = random64[8:40], int.from_bytes(random64[40:56], "big"), b""

    def update(self, data):
        while len(self.left) < len(data):
            self.left += aes_block(self.key, (self.counter % 2**128).to_bytes(16, "big"))
            self.counter += 1
        used, self.left = self.left[: len(data)], self.left[len(data) :]
        return xor(data, used) if data else b""


def obfuscated(tag):
    """The header, the stream outwards, the stream inwards."""
    random64 = os.urandom(64)
    while random64.startswith(FORBIDDEN) or random64[4:8] == bytes(4):
        random64 = os.urandom(64)
    clear = random64[:56] + (tag * 4)[:4] + random64[60:]
    out = Stream(random64)
    return clear[:56] + out.update(clear)[56:], out, Stream(random64[::-1])


class Connection:
    def __init__(self, host, port, framing, hide):
        self.socket = socket.create_connection((host, port), 20)
        self.framing, self.out, self.inwards = FRAMINGS[framing](), None, None
        if hide:
            header, self.out, self.inwards = obfuscated(self.framing.tag)
            self.socket.sendall(header)
        else:
            self.socket.sendall(self.framing.tag)

    def send(self, packet):
        frame = self.framing.wrap(packet)
        self.socket.sendall(self.out.update(frame) if self.out else frame)

    def take(self, size):
        data = b""
        while len(data) < size:
            piece = self.socket.recv(size - len(data))
            if not piece:
                raise SystemExit("the data centre hung up")
            data += piece
        return self.inwards.update(data) if self.inwards else data

    def receive(self):
        packet = self.framing.read(self.take)
        if len(packet) == 4:
            raise SystemExit(f"transport error {struct.unpack('<i', packet)[0]}")
        return packet


# -- The plain packet: lesson 06, sheet "exchange", Envelope of all six ---------------------------------------------

last_msg_id = 0


def new_msg_id(offset=0.0):
    global last_msg_id
    last_msg_id = max(int((time.time() + offset) * 2**32) // 4 * 4, last_msg_id + 4)
    return last_msg_id


def ask(connection, body, *names):
    """Send a plain packet; the body of the answer, which has to be one of these."""
    connection.send(bytes(8) + struct.pack("<qi", new_msg_id(), len(body)) + body)
    packet = connection.receive()
    answer = packet[20 : 20 + struct.unpack_from("<i", packet, 16)[0]]
    if answer[:4].hex() not in names:
        raise SystemExit(f"unexpected {answer[:4].hex()}")
    return answer


# -- The two factors: lesson 07 -------------------------------------------------------------------------------------


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
    raise SystemExit("no factors")


# -- RSA_PAD and the fingerprint: lesson 08, sheet "exchange", 2 and 3 ----------------------------------------------


def sha1(data):
    return hashlib.sha1(data).digest()


def sha256(data):
    return hashlib.sha256(data).digest()


def fingerprint(n, e):
    return sha1(number(n) + number(e))[12:20]


def rsa_pad(data, n, e):
    data_with_padding = data + os.urandom(192 - len(data))
    while True:
        temp_key = os.urandom(32)
        data_with_hash = data_with_padding[::-1] + sha256(temp_key + data_with_padding)
        aes_encrypted = ige(data_with_hash, temp_key, bytes(32))
        block = int.from_bytes(xor(temp_key, sha256(aes_encrypted)) + aes_encrypted, "big")
        if block < n:
            return pow(block, e, n).to_bytes(256, "big")


# -- Diffie-Hellman and its checks: lesson 09, sheet "exchange", 4 and 5 --------------------------------------------

FITS = {2: (8, {7}), 3: (3, {2}), 4: (1, {0}), 5: (5, {1, 4}), 6: (24, {19, 23}), 7: (7, {3, 5, 6})}


def prime(value):
    odd, twos = value - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(12):
        x = pow(secrets.randbelow(value - 3) + 2, odd, value)
        passes = x == 1
        for _ in range(twos):
            passes, x = passes or x == value - 1, x * x % value
        if not passes:
            return False
    return True


known_primes = set()


def check_group(g, p, g_a):
    if p not in known_primes:
        if p.bit_length() != 2048 or not prime(p) or not prime(p // 2):
            raise SystemExit("dh_prime is not safe")
        known_primes.add(p)
    if g not in FITS or p % FITS[g][0] not in FITS[g][1]:
        raise SystemExit("g does not fit")
    check_public(g_a, p)


def check_public(value, p):
    if not 2**1984 <= value <= p - 2**1984:
        raise SystemExit("too close to the edges")


# -- Making a key: lessons 06 to 10, sheet "exchange", 1 to 6 and Then ----------------------------------------------


def random_nonce(size, zeros):
    return bytes(1) + os.urandom(size - 1) if zeros else os.urandom(size)


def make_key(connection, dc, zeros, expires_in=None):
    """The key, its first salt, and the data centre's clock minus ours."""
    n, e = int(dc["n"], 16), int(dc["e"])
    nonce, new_nonce = random_nonce(16, zeros), random_nonce(32, zeros)
    answer = ask(connection, bytes.fromhex("f18e7ebe") + nonce, "63241605")
    server_nonce = answer[20:36]
    pq, at = string_at(answer, 36)
    count = struct.unpack_from("<i", answer, at + 4)[0]
    offered = [answer[at + 8 + 8 * each : at + 16 + 8 * each] for each in range(count)]
    if answer[4:20] != nonce or fingerprint(n, e) not in offered:
        raise SystemExit("another nonce, or none of our keys")
    both = nonce + server_nonce
    p, q = map(number, factors(int.from_bytes(pq, "big")))
    data = string(pq) + p + q + both + new_nonce + struct.pack("<i", int(dc["dc_id"]))
    if expires_in is None:
        data = bytes.fromhex("955ff5a9") + data
    else:
        data = bytes.fromhex("88dffd56") + data + struct.pack("<i", expires_in)
    body = bytes.fromhex("bee412d7") + both + p + q + fingerprint(n, e) + string(rsa_pad(data, n, e))
    answer = ask(connection, body, "5c07e8d0")
    one, other = sha1(new_nonce + server_nonce), sha1(server_nonce + new_nonce)
    key, iv = one + other[:12], other[12:20] + sha1(new_nonce + new_nonce) + new_nonce[:4]
    opened = ige(string_at(answer, 36)[0], key, iv, decrypt=True)
    inner, now = opened[20:584], time.time()
    if answer[4:36] != both or inner[4:36] != both or sha1(inner) != opened[:20]:
        raise SystemExit("the answer is not of this exchange")
    g, server_time = struct.unpack_from("<i", inner, 36)[0], struct.unpack_from("<i", inner, 560)[0]
    dh_prime, g_a = (int.from_bytes(string_at(inner, at)[0], "big") for at in (40, 300))
    check_group(g, dh_prime, g_a)
    retry_id = bytes(8)
    while True:
        b = int.from_bytes(os.urandom(256), "big")
        made = pow(g_a, b, dh_prime)
        while zeros and made >> 2040:  # the next b: one multiplication
            b, made = b + 1, made * g_a % dh_prime
        g_b = pow(g, b, dh_prime)
        check_public(g_b, dh_prime)
        auth_key = made.to_bytes(256, "big")
        data = bytes.fromhex("54b64366") + both + retry_id + number(g_b)
        sealed = sha1(data) + data
        sealed = ige(sealed + os.urandom(-len(sealed) % 16), key, iv)
        answer = ask(connection, bytes.fromhex("1f5f04f5") + both + string(sealed), "34f7cb3b", "b91fdc46")
        kind = {"34f7cb3b": 1, "b91fdc46": 2}[answer[:4].hex()]
        aux = sha1(auth_key)[:8]
        if answer[4:36] != both or answer[36:52] != sha1(new_nonce + bytes([kind]) + aux)[4:20]:
            raise SystemExit("new_nonce_hash proves nothing")
        if kind == 1:
            salt = xor(new_nonce[:8], server_nonce[:8])
            return auth_key, salt, server_time - now
        retry_id = aux


# -- Sealing: lessons 12 and 13, sheet "exchange", Then -------------------------------------------------------------


def schedule_v1(key, msg_key):
    a = sha1(msg_key + key[:32])
    b = sha1(key[32:48] + msg_key + key[48:64])
    c = sha1(key[64:96] + msg_key)
    d = sha1(msg_key + key[96:128])
    return a[:8] + b[8:20] + c[4:16], a[8:20] + b[:8] + c[16:20] + d[:8]


def schedule_v2(key, msg_key, x):
    a = sha256(msg_key + key[x : x + 36])
    b = sha256(key[40 + x : 76 + x] + msg_key)
    return a[:8] + b[8:24] + a[24:], b[:8] + a[8:24] + b[24:]


# -- Messages and answers: lessons 03, 13, 16 and 20, sheet "bytes", 5 ----------------------------------------------


def unpacked(body):
    return zlib.decompress(string_at(body, 4)[0], wbits=47) if body[:4].hex() == "a1cf7230" else body


class Session:
    def __init__(self, connection, key, salt, offset):
        self.connection, self.key, self.salt, self.offset = connection, key, salt, offset
        self.session_id, self.calls, self.resent = os.urandom(8), 0, 0

    def call(self, build):
        """The result of the call that `build` makes for a msg_id; built anew after every bad_server_salt."""
        while True:
            msg_id = new_msg_id(self.offset)
            body = build(msg_id)
            message = self.salt + self.session_id + struct.pack("<qii", msg_id, 2 * self.calls + 1, len(body)) + body
            self.calls += 1
            message += os.urandom(12 + -(len(message) + 12) % 16)
            msg_key = sha256(self.key[88:120] + message)[8:24]
            self.connection.send(sha1(self.key)[12:] + msg_key + ige(message, *schedule_v2(self.key, msg_key, 0)))
            result = self.answer(msg_id)
            if result is not None:
                return result
            self.resent += 1

    def answer(self, msg_id):
        """The result, or None where the call has to be sent again."""
        while True:
            packet = self.connection.receive()
            msg_key = packet[8:24]
            message = ige(packet[24:], *schedule_v2(self.key, msg_key, 8), decrypt=True)
            if packet[:8] != sha1(self.key)[12:] or sha256(self.key[96:128] + message)[8:24] != msg_key:
                raise SystemExit("a packet that is not the data centre's")
            if message[8:16] != self.session_id:
                raise SystemExit("another session")
            for body in self.bodies(message[32 : 32 + struct.unpack_from("<i", message, 28)[0]]):
                about = body[4:12] == struct.pack("<q", msg_id)
                if body[:4].hex() == "016d5cf3" and about:
                    return unpacked(body[12:])
                if body[:4].hex() == "7b44abed" and about:
                    self.salt = body[20:28]
                    return None
                if body[:4].hex() == "11f8efa7" and about:
                    raise SystemExit(f"bad_msg_notification {struct.unpack_from('<i', body, 16)[0]}")
                if body[:4].hex() == "0809c29e":
                    self.salt = body[20:28]

    def bodies(self, body):
        body = unpacked(body)
        if body[:4].hex() != "dcf8f173":
            return [body]
        found, at = [], 8
        for _ in range(struct.unpack_from("<i", body, 4)[0]):
            size = struct.unpack_from("<i", body, at + 12)[0]
            found.append(unpacked(body[at + 16 : at + 16 + size]))
            at += 16 + size
        return found


# -- The binding: lessons 14 to 16, sheet "exchange", The bind -------------------------------------------------------


def binding(perm_key, temp_key, session_id, expires_at, msg_id):
    nonce, perm_id = os.urandom(8), sha1(perm_key)[12:]
    inner = bytes.fromhex("65f7a375") + nonce + sha1(temp_key)[12:] + perm_id + session_id
    inner += struct.pack("<i", expires_at)
    envelope = os.urandom(16) + struct.pack("<qii", msg_id, 0, len(inner)) + inner
    msg_key = sha1(envelope)[4:20]
    sealed = perm_id + msg_key + ige(envelope + os.urandom(8), *schedule_v1(perm_key, msg_key))
    return bytes.fromhex("052ad4cd") + perm_id + nonce + struct.pack("<i", expires_at) + string(sealed)


# -- All of it: lessons 18 and 20 -----------------------------------------------------------------------------------


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dc", help="dc.json")
    parser.add_argument("--framing", default="intermediate", choices=FRAMINGS)
    parser.add_argument("--obfuscated", action="store_true")
    parser.add_argument("--zeros", action="store_true")
    options = parser.parse_args()
    with open(options.dc, encoding="utf-8") as file:
        dc = json.load(file)
    connection = Connection(dc["address"], dc["port"], options.framing, options.obfuscated)
    perm_key, _, _ = make_key(connection, dc, options.zeros)
    temp_key, salt, offset = make_key(connection, dc, options.zeros, 86400)
    expires_at = int(time.time() + offset) + 86400 - 10
    session = Session(connection, temp_key, salt, offset)
    bound = session.call(lambda msg_id: binding(perm_key, temp_key, session.session_id, expires_at, msg_id))
    if bound != id_of("boolTrue = Bool"):
        raise SystemExit(f"not bound: {string_at(bound, 8)[0].decode()}")
    text = b"stranger"
    head = bytes.fromhex("0d0d9bda") + struct.pack("<i", 214) + bytes.fromhex("a95ecdc1") + struct.pack("<ii", 0, 1)
    head += string(text) * 3 + string(b"en") + string(b"") + string(b"en")
    near = session.call(lambda msg_id: head + id_of("help.getNearestDc = NearestDc"))
    country, at = string_at(near, 4)
    config = session.call(lambda msg_id: id_of("help.getAppConfig hash:int = help.AppConfig") + bytes(4))
    print(json.dumps({
        "bound": True, "keys": [perm_key[0] == 0, temp_key[0] == 0], "country": country.decode(),
        "this_dc": struct.unpack_from("<i", near, at)[0], "near": near[:4].hex(), "config": config[:4].hex(),
        "resent": session.resent,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
