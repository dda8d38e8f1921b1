"""The rest of a client as named steps: bytes, keys, and whole packets from raw values.

`recipe` has the twenty steps of a binding; this module has the steps before and around it. Every step is one plain
function, raw values in and bytes out, as the judge asks for it; it calls the library's own code. The two sheets print
the rules of the steps.

Source: core.telegram.org/mtproto/serialize, /mtproto/mtproto-transports, /mtproto/auth_key, /mtproto/description,
/mtproto/service_messages; each step names its page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mtlib.clinic.recipe import BIND, STEPS, V2_PAGE, Function, Recipe, Step, written
from mtlib.crypto import rsa
from mtlib.crypto.aes import ige_encrypt
from mtlib.crypto.entropy import Patterned
from mtlib.crypto.kdf import FROM_NONCES, kdf_nonces
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.keys import new_nonce_hash as hash_of
from mtlib.crypto.numbers import check_dh_group, check_dh_public, factor, generator_power, power, to_bytes
from mtlib.crypto.rsa import PublicKey
from mtlib.errors import CheckError, LocalError
from mtlib.protocol import packets
from mtlib.protocol.exchange import ExchangeSecrets, awaited, open_with_hash
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import Message, inflate, unpack
from mtlib.protocol.packets import PLAIN, TO_CLIENT, open_packet
from mtlib.transport.framing import Abridged, Full, Intermediate
from mtlib.transport.obfuscation import Obfuscation
from mtlib.wire.dissection import Dissection
from mtlib.wire.schema import ANSWER_WITH_HASH, DATA_WITH_HASH, SCHEMA
from mtlib.wire.tl import SIMPLE, crc

LONG = SIMPLE["long"].pack
TL_PAGE, SERVICE = "core.telegram.org/mtproto/serialize", "core.telegram.org/mtproto/service_messages"
TCP_PAGE, KEY_PAGE = "core.telegram.org/mtproto/mtproto-transports", "core.telegram.org/mtproto/auth_key"
GUIDELINES = "core.telegram.org/mtproto/security_guidelines"
VERDICTS = ("", "dh_prime", "g", "g_a")
"""The value that `dh_verdict` refuses, by the byte that it returns; 0 accepts all three."""

# -- Bytes --------------------------------------------------------------------------------------------------------


def constructor_id(line: str) -> bytes:
    """The id of a constructor as sent: CRC-32 of its TL line in normal form, low byte first."""
    return crc(line).to_bytes(4, "little")


def tl_string(body: bytes) -> bytes:
    """A TL string around `body`. LocalError from 2**24 bytes on."""
    return SIMPLE["bytes"].pack(body)


def number_string(number: int) -> bytes:
    """A number as the key exchange sends it: high byte first, no zeros in front, as a TL string. LocalError below 0."""
    return tl_string(to_bytes(number))


def result_of(body: bytes, msg_id: int) -> bytes:
    """The result that answers `msg_id`, unpacked; empty if there is none. `body` is the body of a message: an
    rpc_result or a container, each possibly in gzip_packed. Raises the errors of `messages.unpack`."""
    head = SCHEMA["rpc_result"].id_bytes + LONG(msg_id)
    found = (each.body for each in unpack(Message(2**63 - 1, 0, body)) if each.body.startswith(head))
    return inflate(next(found, head)[len(head) :], Limits().inflated)


def frame_abridged(packet: bytes) -> bytes:
    """The abridged frame of a packet, without the tag. LocalError if the packet is not a whole number of words."""
    return Abridged("client").wrap(packet)


def frame_intermediate(packet: bytes) -> bytes:
    """The intermediate frame of a packet, without the tag."""
    return Intermediate("client").wrap(packet)


def frame_padded(packet: bytes, padding: bytes) -> bytes:
    """The padded intermediate frame of a packet, without the tag; the length counts the padding."""
    return frame_intermediate(packet + padding)


def frame_full(packet: bytes, seqno: int) -> bytes:
    """The full frame of a packet that is number `seqno` of its connection, from 0."""
    full = Full("client")
    full.sent = seqno
    return full.wrap(packet)


def last_packet(stream: bytes) -> bytes:
    """The last whole packet in a server's stream in intermediate framing; empty if there is none."""
    framing, last = Intermediate("client"), b""
    framing.feed(stream)
    while frame := framing.next():
        last = frame.payload
    return last


def obfuscated_header(random64: bytes, tag: bytes, dc: int) -> bytes:
    """The first 64 bytes of an obfuscated connection. LocalError for 64 bytes that are not allowed."""
    return Obfuscation(random64, (tag * 4)[:4], dc).header


def obfuscated_sent(random64: bytes, tag: bytes, dc: int, first: bytes, second: bytes) -> bytes:
    """All that a client sends on an obfuscated connection: the header, then two pieces on one stream."""
    out = Obfuscation(random64, (tag * 4)[:4], dc).streams()[0]
    return obfuscated_header(random64, tag, dc) + out.update(first) + out.update(second)


def obfuscated_received(random64: bytes, tag: bytes, dc: int, data: bytes) -> bytes:
    """The plain bytes in the first `data` that a server sends on an obfuscated connection."""
    return Obfuscation(random64, (tag * 4)[:4], dc).streams()[1].update(data)


# -- Keys ---------------------------------------------------------------------------------------------------------


def plain_packet(msg_id: int, body: bytes) -> bytes:
    """A packet of the key exchange, in the clear."""
    return bytes(packets.plain_packet(msg_id, body))


def p_q(pq: bytes) -> bytes:
    """The two factors of pq, the smaller first, as TL strings. CheckError if pq is not a product of two odd primes."""
    return b"".join(map(number_string, factor(int.from_bytes(pq, "big"))))


def fingerprint(n: bytes, e: int) -> bytes:
    """The fingerprint of an RSA key, 8 bytes as in resPQ. `n` is high byte first."""
    return LONG(PublicKey(int.from_bytes(n, "big"), e).fingerprint)


def inner_data(name: str, **values: Any) -> bytes:
    """The variant of p_q_inner_data that is called `name`; pq, p and q are bytes, high byte first."""
    return bytes(SCHEMA[name].build(**values))


def rsa_pad(data: bytes, padding: bytes, temp_keys: bytes, n: bytes, e: int) -> bytes:
    """encrypted_data by RSA_PAD: 256 bytes. `temp_keys` are keys of 32 bytes, one after the other; the first that fits
    is used. LocalError if none fits."""
    key = PublicKey(int.from_bytes(n, "big"), e)
    for at in range(0, len(temp_keys), 32):
        block = rsa.rsa_pad(data, padding, temp_keys[at : at + 32])
        if int.from_bytes(block, "big") < key.n:
            return key.apply(block)
    raise LocalError("none of these temp_keys fits", got=f"{len(temp_keys) // 32} keys", where="temp_keys")


def rsa_pad_yours(data: bytes, n: bytes, e: int) -> bytes:
    """One of the many right answers: RSA_PAD with patterned randomness."""
    return rsa.rsa_pad_seal(data, PublicKey(int.from_bytes(n, "big"), e), Patterned("rsa_pad_yours"))


def tmp_aes(new_nonce: bytes, server_nonce: bytes) -> bytes:
    """tmp_aes_key and tmp_aes_iv, one after the other: 64 bytes."""
    return b"".join(kdf_nonces(new_nonce, server_nonce))


def server_DH_inner_data(encrypted_answer: bytes, new_nonce: bytes, server_nonce: bytes) -> bytes:
    """The decrypted object, 564 bytes, without hash and padding. CheckError if the hash is not its SHA-1."""
    opened = open_with_hash(ANSWER_WITH_HASH, encrypted_answer, ExchangeSecrets(new_nonce, server_nonce))
    return bytes(opened["answer"])


def dh_verdict(g: int, dh_prime: bytes, g_a: bytes) -> bytes:
    """One byte: the index in `VERDICTS` of the first value that is refused, or 0."""
    p = int.from_bytes(dh_prime, "big")
    try:
        check_dh_group(p, g)
        check_dh_public(int.from_bytes(g_a, "big"), p, "g_a")
    except CheckError as error:
        return bytes([VERDICTS.index(str(error.where))])
    return b"\0"


def client_DH_inner_data(
    nonce: bytes, server_nonce: bytes, retry_id: bytes, g: int, dh_prime: bytes, b: bytes
) -> bytes:
    """The client's half of Diffie-Hellman: 304 bytes with g_b = g^b mod dh_prime."""
    g_b = to_bytes(generator_power(g, int.from_bytes(b, "big"), int.from_bytes(dh_prime, "big")))
    return bytes(SCHEMA["client_DH_inner_data"].build(
        nonce=nonce, server_nonce=server_nonce, retry_id=int.from_bytes(retry_id, "little", signed=True), g_b=g_b,
    ))  # fmt: skip


def client_encrypted_data(data: bytes, padding: bytes, new_nonce: bytes, server_nonce: bytes) -> bytes:
    """SHA-1, data and padding under the key of the nonces: 336 bytes."""
    plaintext = DATA_WITH_HASH.build(hash=hashlib.sha1(data).digest(), data=data, padding=padding)
    return ige_encrypt(bytes(plaintext), *kdf_nonces(new_nonce, server_nonce))


def auth_key(g_a: bytes, b: bytes, dh_prime: bytes) -> bytes:
    """The key: 256 bytes, zeros in front kept."""
    return bytes(AuthKey.from_int(power(*(int.from_bytes(each, "big") for each in (g_a, b, dh_prime)))))


def new_nonce_hash(new_nonce: bytes, number: int, auth_key: bytes) -> bytes:
    """new_nonce_hash1, 2 or 3: 16 bytes."""
    return hash_of(new_nonce, number, AuthKey(auth_key))


def retry_id(auth_key: bytes) -> bytes:
    """The auth_key_aux_hash of the refused key, 8 bytes; the next attempt sends it as its retry_id."""
    return AuthKey(auth_key).aux_hash


def first_salt(new_nonce: bytes, server_nonce: bytes) -> bytes:
    """The first server_salt of a new key, 8 bytes as sent."""
    return LONG(ExchangeSecrets(new_nonce, server_nonce).first_salt)


# -- Whole packets ------------------------------------------------------------------------------------------------
# Each packet is made of steps. `instead` replaces some of them by name, so that any step can be taken wrongly.

Instead = Mapping[str, Function]


def _answer_in(packet: bytes, name: str, nonce: bytes) -> Dissection:
    """The object in a plain packet, without bytes after it in message_data_length. CheckError for another nonce."""
    found = awaited(bytes(PLAIN.dissect(packet)["message"]), (name,))
    if found["nonce"] != nonce:
        raise CheckError("nonce is not that of this exchange", got=found["nonce"], expected=nonce, where=name)
    return found


def req_DH_params_packet(
    msg_id: int, answer: bytes, nonce: bytes, new_nonce: bytes, dc: int, expires_in: int, padding: bytes,
    temp_keys: bytes, n: bytes, e: int, *, instead: Instead = MappingProxyType({}),
) -> bytes:  # fmt: skip
    """The packet that follows `answer`, the packet with resPQ; `expires_in` is 0 for a permanent key."""
    said, take = _answer_in(answer, "resPQ", nonce), {**RIGHT, **instead}
    p, q = map(to_bytes, factor(int.from_bytes(said["pq"], "big")))
    name, ends = ("p_q_inner_data_temp_dc", (expires_in,)) if expires_in else ("p_q_inner_data_dc", ())
    both = nonce, said["server_nonce"]
    data = take[name](said["pq"], p, q, *both, new_nonce, dc, *ends)
    sealed = take["rsa_pad"](data, padding, temp_keys, n, e)
    body = SCHEMA["req_DH_params"].id_bytes + b"".join((*both, take["p_q"](said["pq"]), take["fingerprint"](n, e)))
    return bytes(take["plain_packet"](msg_id, body + tl_string(sealed)))


def set_client_DH_params_packet(
    msg_id: int, answer: bytes, nonce: bytes, new_nonce: bytes, b: bytes, padding: bytes,
    *, instead: Instead = MappingProxyType({}),
) -> bytes:  # fmt: skip
    """The packet that follows `answer`, the packet with server_DH_params_ok, at the first attempt."""
    said, take = _answer_in(answer, "server_DH_params_ok", nonce), {**RIGHT, **instead}
    both, secrets = (nonce, said["server_nonce"]), (new_nonce, said["server_nonce"])
    offer = SCHEMA.dissect(server_DH_inner_data(said["encrypted_answer"], *secrets))
    data = take["client_DH_inner_data"](*both, bytes(8), offer["g"], offer["dh_prime"], b)
    sealed = take["client_encrypted_data"](data, padding, *secrets)
    body = SCHEMA["set_client_DH_params"].id_bytes + b"".join(both) + tl_string(sealed)
    return bytes(take["plain_packet"](msg_id, body))


def call_packet(
    temp_auth_key: bytes, salt: int, session_id: int, msg_id: int, seqno: int, body: bytes, padding: bytes,
    *, instead: Instead = MappingProxyType({}),
) -> bytes:  # fmt: skip
    """The packet around any message to the data centre."""
    take = {**RIGHT, **instead}
    message = take["message"](salt, session_id, msg_id, seqno, body, padding)
    return bytes(take["packet"](temp_auth_key, temp_auth_key, message))


def bind_packet(
    perm_auth_key: bytes, temp_auth_key: bytes, nonce: int, session_id: int, msg_id: int, expires_at: int,
    random: bytes, padding: bytes, salt: int, seqno: int, message_padding: bytes,
    *, instead: Instead = MappingProxyType({}),
) -> bytes:  # fmt: skip
    """The packet of a binding, from both keys and nine values."""
    return bytes(Recipe(instead).run({
        "perm_auth_key": perm_auth_key, "temp_auth_key": temp_auth_key, "nonce": nonce, "temp_session_id": session_id,
        "msg_id": msg_id, "expires_at": expires_at, "random": random, "padding": padding, "salt": salt, "seqno": seqno,
        "message_padding": message_padding, "temp_auth_key_id": AuthKey(temp_auth_key).id,
    })["packet"])  # fmt: skip


def answer(
    temp_auth_key: bytes, packet: bytes, msg_id: int, *, instead: Instead = MappingProxyType({})
) -> bytes:
    """The result for `msg_id` in a packet from the data centre; empty if the packet's msg_key is not right."""
    try:
        message = open_packet(packet, AuthKey(temp_auth_key), TO_CLIENT)
    except CheckError:
        return b""
    return bytes({"result_of": result_of, **instead}["result_of"](bytes(message["answer"]), msg_id))


# -- The steps ----------------------------------------------------------------------------------------------------

_NONCES = {"nonce": "bytes", "server_nonce": "bytes"}
_SECRETS = {"new_nonce": "bytes", "server_nonce": "bytes"}
_RSA = {"n": "bytes", "e": "int"}
_HEADER = {"random64": "bytes", "tag": "bytes", "dc": "int"}
_INNER = {"pq": "bytes", "p": "bytes", "q": "bytes", **_NONCES, "new_nonce": "bytes", "dc": "int"}
_TEMP = {**_INNER, "expires_in": "int"}


def _inner(name: str, takes: Mapping[str, str]) -> Step:
    def right(*values: Any) -> bytes:
        return inner_data(name, **dict(zip(takes, values, strict=True)))

    return Step(name, f"{name}, boxed; pq, p and q as strings, high byte first", f"{KEY_PAGE}, item 4", takes, right)


_BYTES = (
    Step("constructor_id", "CRC-32 (zlib's) of the line: without #id, ; and fields flags.N?true, bytes spelled string, "
         "< as a space, > { } dropped; low byte first", TL_PAGE, {"line": "text"}, constructor_id),
    Step("tl_string", "to 253 bytes: length 1, body; from 254 on: fe, length 3, low byte first, body; then zeros to a "
         "multiple of 4, the head counted", TL_PAGE, {"body": "bytes"}, tl_string),
    Step("number_string", "high byte first, no zeros in front, as a string", f"{KEY_PAGE}, first paragraph",
         {"number": "long"}, number_string),
    Step("result_of", "the result of the rpc_result with this req_msg_id, alone or in a msg_container; gzip_packed may "
         "stand around the container, the rpc_result or the result", SERVICE, {"body": "bytes", "msg_id": "long"},
         result_of),
    Step("frame_abridged", "length in words of 4 bytes: one byte, or 7f and 3 bytes low byte first from 127 words on; "
         "packet", f"{TCP_PAGE}, Abridged", {"packet": "bytes"}, frame_abridged),
    Step("frame_intermediate", "length 4, packet", f"{TCP_PAGE}, Intermediate", {"packet": "bytes"},
         frame_intermediate),
    Step("frame_padded", "length of packet and padding 4, packet, padding", f"{TCP_PAGE}, Padded intermediate",
         {"packet": "bytes", "padding": "bytes"}, frame_padded),
    Step("frame_full", "length of all 4, number of the frame 4, packet, CRC-32 of all before it 4",
         f"{TCP_PAGE}, Full", {"packet": "bytes", "seqno": "int"}, frame_full),
    Step("last_packet", "of what a server sent in intermediate framing, cut anywhere: the last packet that is whole",
         f"{TCP_PAGE}, Intermediate", {"stream": "bytes"}, last_packet),
    Step("obfuscated_header", "tag, repeated to four bytes, at 56, dc as an int16 at 60; bytes 56 to 63 under "
         "AES-256-CTR with key [8:40] and iv [40:56], whose stream begins at byte 0 of the header",
         f"{TCP_PAGE}, Transport obfuscation", _HEADER, obfuscated_header),
    Step("obfuscated_sent", "the header, then two pieces, all on one stream",
         f"{TCP_PAGE}, Transport obfuscation", {**_HEADER, "first": "bytes", "second": "bytes"}, obfuscated_sent),
    Step("obfuscated_received", "the first bytes that come back: key and iv are the same slices of the 64 bytes "
         "reversed, and the stream begins at 0", f"{TCP_PAGE}, Transport obfuscation", {**_HEADER, "data": "bytes"},
         obfuscated_received),
)  # fmt: skip
_KEYS = (
    Step("plain_packet", "8 zero bytes, msg_id, length of the body, body", V2_PAGE,
         {"msg_id": "long", "body": "bytes"}, plain_packet),
    Step("p_q", "str(p) + str(q), p < q, p * q = pq", f"{KEY_PAGE}, item 3", {"pq": "bytes"}, p_q),
    Step("fingerprint", "SHA1(str(n) + str(e))[12:20], as it stands", f"{KEY_PAGE}, item 2", _RSA, fingerprint),
    _inner("p_q_inner_data_dc", _INNER),
    _inner("p_q_inner_data_temp_dc", _TEMP),
    Step("rsa_pad", "data_with_padding = data + random to 192; data_with_hash = reversed(data_with_padding) + "
         "SHA256(temp_key + data_with_padding); aes_encrypted = IGE(data_with_hash, temp_key, iv 32 zeros); block = "
         "(temp_key xor SHA256(aes_encrypted)) + aes_encrypted; not below n: the next temp_key; "
         "encrypted_data = block^e mod n, 256 bytes", f"{KEY_PAGE}, item 4.1",
         {"data": "bytes", "padding": "bytes", "temp_keys": "bytes", **_RSA}, rsa_pad),
    Step("rsa_pad_yours", "the same with padding and temp_key of your own, fresh at every call",
         f"{KEY_PAGE}, item 4.1", {"data": "bytes", **_RSA}, rsa_pad_yours),
    Step("tmp_aes", "; ".join(f"{row.name} = {written(row)}" for row in FROM_NONCES.rows),
         f"{KEY_PAGE}, item 6", _SECRETS, tmp_aes),
    Step("server_DH_inner_data", "IGE opened with tmp_aes: SHA1(answer) 20, answer, 0 to 15 bytes that no hash covers",
         f"{KEY_PAGE}, item 6", {"encrypted_answer": "bytes", **_SECRETS}, server_DH_inner_data),
    Step("dh_verdict", "00 take; 01 dh_prime: not 2048 bits, or it or (p - 1) / 2 not prime; 02 g: not 2 to 7, or p "
         "does not fit it; 03 g_a: not 2^1984 <= g_a <= p - 2^1984; the first that is wrong", GUIDELINES,
         {"g": "int", "dh_prime": "bytes", "g_a": "bytes"}, dh_verdict),
    Step("client_DH_inner_data", "client_DH_inner_data, boxed; retry_id as it stands, g_b = g^b mod dh_prime",
         f"{KEY_PAGE}, item 7", {**_NONCES, "retry_id": "bytes", "g": "int", "dh_prime": "bytes", "b": "bytes"},
         client_DH_inner_data),
    Step("client_encrypted_data", "IGE with tmp_aes of SHA1(data) + data + padding", f"{KEY_PAGE}, item 7",
         {"data": "bytes", "padding": "bytes", **_SECRETS}, client_encrypted_data),
    Step("auth_key", "g_a^b mod dh_prime, 256 bytes, zeros in front kept", f"{KEY_PAGE}, item 8",
         {"g_a": "bytes", "b": "bytes", "dh_prime": "bytes"}, auth_key),
    Step("new_nonce_hash", "SHA1(new_nonce + one byte, 01, 02 or 03 + auth_key_aux_hash)[4:20]", f"{KEY_PAGE}, item 9",
         {"new_nonce": "bytes", "number": "int", "auth_key": "bytes"}, new_nonce_hash),
    Step("retry_id", "auth_key_aux_hash = SHA1(auth_key)[0:8] of the key that was refused, as it stands",
         f"{KEY_PAGE}, item 7", {"auth_key": "bytes"}, retry_id),
    Step("first_salt", "new_nonce[0:8] xor server_nonce[0:8]", f"{KEY_PAGE}, item 9", _SECRETS, first_salt),
)  # fmt: skip
_WHOLE = (
    Step("req_DH_params_packet", "the packet after the one with resPQ; expires_in 0: a permanent key",
         f"{KEY_PAGE}, items 3 to 5",
         {"msg_id": "long", "answer": "bytes", "nonce": "bytes", "new_nonce": "bytes", "dc": "int", "expires_in": "int",
          "padding": "bytes", "temp_keys": "bytes", **_RSA}, req_DH_params_packet),
    Step("set_client_DH_params_packet", "the packet after the one with server_DH_params_ok",
         f"{KEY_PAGE}, items 6 to 8",
         {"msg_id": "long", "answer": "bytes", "nonce": "bytes", "new_nonce": "bytes", "b": "bytes",
          "padding": "bytes"}, set_client_DH_params_packet),
    Step("call_packet", "a call over the temporary key, by MTProto 2.0", V2_PAGE,
         {"temp_auth_key": "bytes", "salt": "long", "session_id": "long", "msg_id": "long", "seqno": "int",
          "body": "bytes", "padding": "bytes"}, call_packet),
    Step("bind_packet", "auth.bindTempAuthKey over the temporary key: the twenty steps of the binding in one", BIND,
         {"perm_auth_key": "bytes", "temp_auth_key": "bytes", "nonce": "long", "session_id": "long", "msg_id": "long",
          "expires_at": "int", "random": "bytes", "padding": "bytes", "salt": "long", "seqno": "int",
          "message_padding": "bytes"},
         bind_packet),
    Step("answer", "the result in a packet from the data centre that answers msg_id; empty where msg_key is not right",
         V2_PAGE, {"temp_auth_key": "bytes", "packet": "bytes", "msg_id": "long"}, answer),
)  # fmt: skip
PARTS: Mapping[str, Mapping[str, Step]] = {
    "bytes": {step.name: step for step in _BYTES},
    "keys": {step.name: step for step in _KEYS},
    "binding": STEPS,
    "whole": {step.name: step for step in _WHOLE},
}
"""All steps of a client by part and name."""
RIGHT: Mapping[str, Function] = {step.name: step.right for part in PARTS.values() for step in part.values()}
"""The right function of every step by name."""
