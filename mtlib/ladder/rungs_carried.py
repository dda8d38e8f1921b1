"""The rungs of the way out: the request, and the packet of MTProto 2.0 around it, with their usual wrong answers.

Source: core.telegram.org/method/auth.bindTempAuthKey; core.telegram.org/mtproto/description.
"""

from __future__ import annotations

from mtlib.crypto.kdf import MSG_KEY_V2, V2, msg_key_v2
from mtlib.crypto.keys import AuthKey
from mtlib.ladder import wrong_turns as wrong
from mtlib.ladder.rung import Rung, mistake
from mtlib.ladder.rungs_sealed import BIND, ID_ORDER, INT, KEY_STRIPPED, V2_PAGE
from mtlib.protocol.packets import REQUEST_MESSAGE, seal
from mtlib.wire.schema import REQUEST

# -- The request --------------------------------------------------------------------------------------------------

def request(perm_auth_key_id: int, nonce: int, expires_at: int, encrypted_message: bytes) -> bytes:
    """auth.bindTempAuthKey: 132 bytes around a seal of 104."""
    return bytes(REQUEST.build(
        perm_auth_key_id=perm_auth_key_id, nonce=nonce, expires_at=expires_at, encrypted_message=encrypted_message
    ))


_FRONT = 24
"""Bytes of the request before its string: constructor, perm_auth_key_id, nonce, expires_at."""

CALL = (
    mistake("length_head_left_out", "encrypted_message is a TL string: its length stands in front, one byte, 0x68.",
            lambda *v: request(*v)[:_FRONT] + v[3], lambda *v: request(*v)[:_FRONT] + v[3] + bytes(3)),
    mistake("length_head_of_four_bytes",
            "A head of four bytes (fe and a length) is for 254 bytes and more; for 104 it is one byte.",
            lambda *v: request(*v)[:_FRONT] + wrong.long_head(v[3])),
    mistake("string_padding_left_out",
            "Head and body are 105 bytes; a TL string is filled up to a multiple of 4: three zeros.",
            lambda *v: request(*v)[:-3]),
    mistake("length_head_twice", "The length stands there twice: the head of the TL string is the only one.",
            lambda *v: (request(*v)[:_FRONT] + body for body in wrong.length_twice(v[3]))),
    mistake("byte_swapped", ID_ORDER,
            lambda i, n, e, m: request(wrong.swapped(i), n, e, m),
            lambda i, n, e, m: request(wrong.swapped(i), wrong.swapped(n), e, m)),
    mistake("constructor_left_out", "The constructor is missing: a call begins with the id of its method, 05 2a d4 cd.",
            lambda *v: request(*v)[4:]),
    mistake("rounded_to_a_double",
            "Your longs went through a double and lost their last digits: read them from text into 64 whole bits.",
            lambda i, n, e, m: request(wrong.rounded(i), wrong.rounded(n), e, m)),
)

# -- The packet: MTProto 2.0 --------------------------------------------------------------------------------------


def message(salt: int, session_id: int, msg_id: int, seqno: int, request: bytes, padding: bytes) -> bytes:
    """The message that carries the request, with its padding: 176 bytes where the padding is 12."""
    return bytes(REQUEST_MESSAGE.build(
        salt=salt, session_id=session_id, msg_id=msg_id, seqno=seqno, length=len(request), request=request,
        padding=padding,
    ))


MESSAGE = (
    mistake("salt_0",
            "The salt is 0. The DC will answer bad_server_salt; resend with the same msg_id or rebuild.",
            lambda s, i, m, q, r, p: message(0, i, m, q, r, p)),
    mistake("message_seqno_0", "Envelope 0, message 1: the call is content-related, so its own seqno is odd.",
            lambda s, i, m, q, r, p: message(s, i, m, 0, r, p)),
    mistake("length_148", "length counts the request alone, not msg_id, seqno and length in front of it.",
            lambda *v: message(*v)[:28] + INT(len(v[4]) + 16) + message(*v)[32:],
            lambda *v: message(*v)[:28] + INT(len(v[4]) + 12) + message(*v)[32:],
            lambda *v: message(*v)[:28] + INT(len(v[4]) + 32) + message(*v)[32:]),
    mistake("padding_missing", "The padding is missing: MTProto 2.0 has at least 12 bytes, and msg_key covers them.",
            lambda *v: message(*v)[: -len(v[5])]),
    mistake("salt_and_session_swapped", "Right values, wrong places: salt comes before session_id.",
            lambda s, i, m, q, r, p: message(i, s, m, q, r, p)),
)


def _unpadded(message: bytes) -> bytes:
    return message[: 32 + int.from_bytes(message[28:32], "little")]


def _large(key: bytes, message: bytes, x: int = 0) -> bytes:
    return MSG_KEY_V2.run(x, auth_key=key, padded=message)["msg_key_large"]


MSG_KEY_2 = (
    mistake("msg_key_without_key", "Only the message was hashed: MTProto 2.0 puts 32 bytes of the key in front.",
            lambda k, m: wrong.sha256(m)[8:24]),
    mistake("msg_key_without_padding", "The padding is missing: in MTProto 2.0 msg_key covers it.",
            lambda k, m: _large(k, _unpadded(m))[8:24]),
    mistake("msg_key_first_sixteen_bytes", "You kept the first 16 bytes of the hash; msg_key is the middle, [8:24].",
            lambda k, m: _large(k, m)[:16]),
    mistake("direction_x_8", "That piece of the key is for messages *from* the data centre (x = 8); to it, x = 0.",
            lambda k, m: _large(k, m, 8)[8:24]),
    mistake("msg_key_v1",
            "This is the msg_key of MTProto 1.0: a SHA-1 without any key. Only the binding message still has it.",
            lambda k, m: wrong.sha1(_unpadded(m))[4:20], lambda k, m: wrong.sha1(m)[4:20]),
)


def _hash_of_v2(name: str) -> Rung:
    row = V2.rows[V2.position(name)]
    return Rung(
        name, f"{name} = {row.python(0).replace('.digest()', '').replace('auth_key', 'temp_auth_key')}", V2_PAGE,
        {"msg_key_v2": "bytes", "temp_auth_key": "bytes"},
        lambda m, k: V2.run(0, auth_key=k, msg_key=m)[name],
        (
            mistake("direction_x_8",
                    "These are the keys for a message *from* the data centre (x = 8); yours travels to it.",
                    lambda m, k: V2.run(8, auth_key=k, msg_key=m)[name]),
            mistake("key_without_leading_zeros", KEY_STRIPPED,
                    lambda m, k: wrong.loosely(V2, auth_key=wrong.stripped(k), msg_key=m)[name]),
            mistake("msg_key_on_the_other_side", f"Right pieces, wrong order: {name} is {row.python(0)}.",
                    lambda m, k: wrong.other_side(V2, name, auth_key=k, msg_key=m)),
        ),
    )


def _cut_of_v2(name: str, row_name: str) -> Rung:
    row = V2.rows[V2.position(row_name)]
    other = V2.rows[V2.position("aes_iv" if row_name == "aes_key" else "aes_key")]
    return Rung(
        name, f"{name} = {row.python(0)}", V2_PAGE, {"sha256_a": "bytes", "sha256_b": "bytes"},
        lambda a, b: row.joined({"sha256_a": a, "sha256_b": b}, 0),
        (
            mistake("a_and_b_swapped", "a and b have changed places: aes_key begins and ends with a, aes_iv with b.",
                    lambda a, b: other.joined({"sha256_a": a, "sha256_b": b}, 0)),
            mistake("one_hash_only", "That is one of the two hashes whole; the key takes pieces of both, and so does "
                    "the iv.", lambda a, b: iter((a, b))),
        ),
    )


def packet(temp_auth_key: bytes, perm_auth_key: bytes, message: bytes) -> bytes:
    """What travels: the temporary key's id, msg_key, ciphertext. 200 bytes around a message of 176."""
    return bytes(seal(message, AuthKey(temp_auth_key)))


def _id(key: bytes) -> bytes:
    return wrong.sha1(key)[-8:]


PACKET = (
    mistake("perm_id_in_front", "The tunnel is the temporary key's.",
            lambda t, p, m: _id(p) + packet(t, p, m)[8:], lambda t, p, m: packet(p, p, m)),
    mistake("packet_by_mtproto_1", "That is MTProto 1.0 outside: only the seal inside keeps the old version.",
            lambda t, p, m: _id(t) + wrong.sealed_v1(m, t)),
    mistake("key_id_left_out",
            "The id of the temporary key is missing: the first 8 bytes say which key opens the rest.",
            lambda t, p, m: packet(t, p, m)[8:]),
    mistake("packet_msg_key_without_padding", "The padding is missing from msg_key: in MTProto 2.0 the hash covers it.",
            lambda t, p, m: _id(t) + wrong.sealed_v2(m, t, _large(t, _unpadded(m))[8:24])),
    mistake("packet_direction_x_8", "That is a packet *from* the data centre (x = 8); yours travels to it (x = 0).",
            lambda t, p, m: _id(t) + wrong.sealed_v2(m, t, msg_key_v2(AuthKey(t), m, 8), 8)),
)

CARRIED: tuple[Rung, ...] = (
    Rung("request", "auth.bindTempAuthKey, with encrypted_message as a TL string", BIND,
         {"perm_auth_key_id": "long", "nonce": "long", "expires_at": "int", "encrypted_message": "bytes"}, request,
         CALL),
    Rung("message", "salt, session_id, msg_id, seqno, length, request, padding", V2_PAGE,
         {"salt": "long", "session_id": "long", "msg_id": "long", "seqno": "int", "request": "bytes",
          "message_padding": "bytes"}, message, MESSAGE),
    Rung("msg_key_v2", "SHA256(temp_auth_key[88:120] + message)[8:24]", V2_PAGE,
         {"temp_auth_key": "bytes", "message": "bytes"}, lambda k, m: msg_key_v2(AuthKey(k), m, 0), MSG_KEY_2),
    _hash_of_v2("sha256_a"),
    _hash_of_v2("sha256_b"),
    _cut_of_v2("aes_key_v2", "aes_key"),
    _cut_of_v2("aes_iv_v2", "aes_iv"),
    Rung("packet", "temp_auth_key_id, msg_key_v2, AES-256-IGE of the message", V2_PAGE,
         {"temp_auth_key": "bytes", "perm_auth_key": "bytes", "message": "bytes"}, packet, PACKET),
)
"""From encrypted_message to the packet."""
