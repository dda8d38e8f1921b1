"""The rungs of the seal: from the permanent key to the 104 bytes, each with its usual wrong answers.

What is right is what the library does; what is usually wrong is a recipe from `wrong_turns`, and its sentence is what
the judge and the exercises say.

Source: core.telegram.org/method/auth.bindTempAuthKey; core.telegram.org/mtproto/description_v1.
"""

from __future__ import annotations

from collections.abc import Callable

from mtlib.crypto.aes import ige_decrypt, ige_encrypt
from mtlib.crypto.kdf import V1, msg_key_v1
from mtlib.crypto.keys import AuthKey
from mtlib.ladder import wrong_turns as wrong
from mtlib.ladder.rung import Rung, mistake
from mtlib.protocol.binding import INNER_SIZE
from mtlib.wire.schema import ENCRYPTED_MESSAGE, ENVELOPE, INNER
from mtlib.wire.tl import SIMPLE

LONG, INT = SIMPLE["long"].pack, SIMPLE["int"].pack
BIND = "core.telegram.org/method/auth.bindTempAuthKey"
V1_PAGE, V2_PAGE = "core.telegram.org/mtproto/description_v1", "core.telegram.org/mtproto/description"

KEY_STRIPPED = "Your key has 255 bytes: write it as 256, zeros on the left."
ID_ORDER = "A TL long travels low byte first; but a key id you cut from SHA-1 is already in wire order."
DIRECTION = "These are the keys for a message *from* the data centre (x = 8); the binding travels to it (x = 0)."

# -- Forty bytes --------------------------------------------------------------------------------------------------

AUTH_KEY_ID = (
    mistake("wrong_half_of_sha1",
            "You took the first 8 bytes of SHA-1; those are auth_key_aux_hash. The id is the last 8.",
            lambda key: wrong.sha1(key)[:8]),
    mistake("byte_swapped", "Right bytes, wrong order: the id travels as it stands in the hash.",
            lambda key: wrong.sha1(key)[-8:][::-1]),
    mistake("key_without_leading_zeros", KEY_STRIPPED, lambda key: wrong.sha1(wrong.stripped(key))[-8:]),
    mistake("sha256", "That is SHA-256. A key is called by its SHA-1 in both versions of MTProto.",
            lambda key: wrong.sha256(key)[-8:], lambda key: wrong.sha256(key)[:8]),
)


def inner(nonce: int, temp_auth_key_id: int, perm_auth_key_id: int, temp_session_id: int, expires_at: int) -> bytes:
    """bind_auth_key_inner: 40 bytes. LocalError for a number that does not fit."""
    return bytes(INNER.build(
        nonce=nonce, temp_auth_key_id=temp_auth_key_id, perm_auth_key_id=perm_auth_key_id,
        temp_session_id=temp_session_id, expires_at=expires_at,
    ))


_forty: Callable[..., bytes] = inner  # called with its values in one go
_INNER_ID = INNER.id_bytes

FORTY_BYTES = (
    mistake("inner_without_constructor", "The constructor is missing: the object is boxed.",
            lambda *values: _forty(*values)[4:]),
    mistake("byte_swapped", ID_ORDER,
            lambda n, t, p, s, e: inner(n, wrong.swapped(t), wrong.swapped(p), s, e),
            lambda n, t, p, s, e: _forty(*map(wrong.swapped, (n, t, p, s)), e),
            lambda n, t, p, s, e: _INNER_ID + b"".join(map(wrong.big_endian, (n, t, p, s))) + e.to_bytes(4, "big"),
            lambda n, t, p, s, e: _forty(*map(wrong.swapped, (n, t, p, s)), e)[:36] + e.to_bytes(4, "big")),
    mistake("key_ids_swapped", "Right values, wrong places: temp_auth_key_id comes before perm_auth_key_id.",
            lambda n, t, p, s, e: inner(n, p, t, s, e)),
    mistake("nonce_of_sixteen_bytes",
            "The inner nonce is a long, 8 bytes; 16-byte nonces belong to the key exchange.",
            lambda n, t, p, s, e: _INNER_ID + n.to_bytes(16, "little", signed=True) + inner(n, t, p, s, e)[12:],
            lambda n, t, p, s, e: _INNER_ID + LONG(n) + bytes(8) + inner(n, t, p, s, e)[12:], size=48),
    mistake("constructor_big_endian", "The constructor is a number too: low byte first, 65 f7 a3 75.",
            lambda *values: _INNER_ID[::-1] + _forty(*values)[4:]),
    mistake("rounded_to_a_double",
            "Your longs went through a double and lost their last digits: read them from text into 64 whole bits.",
            lambda n, t, p, s, e: _forty(*map(wrong.rounded, (n, t, p, s)), e)),
    mistake("expires_at_8_bytes", "expires_at is an int, 4 bytes, although the four values before it are longs.",
            lambda *values: _forty(*values)[:36] + LONG(values[-1])),
)


def envelope(random: bytes, msg_id: int, inner: bytes) -> bytes:
    """The message of MTProto 1.0 around the inner object: 72 bytes."""
    return bytes(ENVELOPE.build(random=random, msg_id=msg_id, seqno=0, length=INNER_SIZE, inner=inner))


SEQNO_IN_ENVELOPE = "The envelope's seqno is always 0. The message outside has an odd one: envelope 0, message 1."

ENVELOPE_MISTAKES = (
    mistake("seqno_not_zero", SEQNO_IN_ENVELOPE, lambda r, m, i: r + LONG(m) + INT(1) + INT(len(i)) + i),
    mistake("length_not_forty", "length counts the inner object alone, 40 bytes, not the header in front of it.",
            lambda r, m, i: r + LONG(m) + INT(0) + INT(len(i) + 32) + i,
            lambda r, m, i: r + LONG(m) + INT(0) + INT(len(i) + 16) + i,
            lambda r, m, i: r + LONG(m) + INT(0) + INT(len(i) + 40) + i),
    mistake("random_missing",
            "16 random bytes come first, where an ordinary message has salt and session_id: leave none out.",
            lambda r, m, i: LONG(m) + INT(0) + INT(len(i)) + i),
    mistake("random_is_zero", "A data centre would take zeros here; this rung gives you the random bytes, use them.",
            lambda r, m, i: envelope(bytes(16), m, i)),
    mistake("length_before_seqno", "Right values, wrong places: seqno comes before length.",
            lambda r, m, i: r + LONG(m) + INT(len(i)) + INT(0) + i),
    mistake("byte_swapped", "msg_id is a long: low byte first.",
            lambda r, m, i: envelope(r, wrong.swapped(m), i)),
)

# -- The seal: MTProto 1.0 ----------------------------------------------------------------------------------------

MSG_KEY_V1 = (
    mistake("msg_key_first_sixteen_bytes",
            "You kept the first 16 bytes; the text says the lower-order 128 bits, that is [4:20].",
            lambda e, p, k: wrong.sha1(e)[:16]),
    mistake("msg_key_over_padding", "You hashed the padding too; MTProto 1.0 stops before it.",
            lambda e, p, k: wrong.sha1(e + p)[4:20]),
    mistake("msg_key_of_the_inner_only", "You hashed 40 bytes; the 32 bytes of header before them belong in.",
            lambda e, p, k: wrong.sha1(e[32:])[4:20]),
    mistake("msg_key_v2",
            "This is the msg_key of MTProto 2.0: it hashes a piece of the key first, and the padding.",
            lambda e, p, k: wrong.sha256(k[88:120] + e + p)[8:24], lambda e, p, k: wrong.sha256(k[88:120] + e)[8:24]),
    mistake("msg_key_sha256", "That is SHA-256, the hash of MTProto 2.0; this one message keeps SHA-1.",
            lambda e, p, k: wrong.sha256(e)[8:24], lambda e, p, k: wrong.sha256(e + p)[8:24],
            lambda e, p, k: wrong.sha256(e)[:16], lambda e, p, k: wrong.sha256(e)[16:],
            lambda e, p, k: wrong.sha256(e)[4:20]),
    mistake("msg_key_in_another_order", "Right bytes, wrong order: a hash is a string, it has no endianness.",
            lambda e, p, k: wrong.sha1(e)[4:20][::-1]),
)


def _hash_of_v1(name: str) -> Rung:
    row = V1.rows[V1.position(name)]
    return Rung(
        name, f"{name} = {row.python(0).replace('.digest()', '').replace('auth_key', 'perm_auth_key')}", V1_PAGE,
        {"msg_key": "bytes", "perm_auth_key": "bytes"},
        lambda m, k: V1.run(0, auth_key=k, msg_key=m)[name],
        (
            mistake("direction_x_8", DIRECTION, lambda m, k: V1.run(8, auth_key=k, msg_key=m)[name]),
            mistake("key_without_leading_zeros", KEY_STRIPPED,
                    lambda m, k: wrong.loosely(V1, auth_key=wrong.stripped(k), msg_key=m)[name]),
            mistake("msg_key_on_the_other_side",
                    f"Right pieces, wrong order: {name} is {row.python(0)}.",
                    lambda m, k: wrong.other_side(V1, name, auth_key=k, msg_key=m)),
        ),
    )


_FOUR_HASHES = dict.fromkeys(("sha1_a", "sha1_b", "sha1_c", "sha1_d"), "bytes")


def _pieces(a: bytes, b: bytes, c: bytes, d: bytes) -> wrong.Pair:
    """aes_key and aes_iv, cut out of the four hashes."""
    known = {"sha1_a": a, "sha1_b": b, "sha1_c": c, "sha1_d": d}
    rows = (V1.rows[V1.position(name)] for name in ("aes_key", "aes_iv"))
    return wrong.Pair(*(row.joined(known, 0) for row in rows))


def _cut_of_v1(name: str, other: str, other_sentence: str) -> Rung:
    row = V1.rows[V1.position(name)]

    def named(*four: bytes) -> dict[str, bytes]:
        return dict(zip(_FOUR_HASHES, four, strict=True))

    return Rung(
        name, f"{name} = {row.python(0)}", V1_PAGE, _FOUR_HASHES, lambda *four: bytes(getattr(_pieces(*four), name)),
        (
            mistake("b_and_c_swapped", "Right pieces, wrong order: what sha1_b gives comes before what sha1_c gives.",
                    lambda *four: getattr(wrong.b_and_c_swapped(named(*four)), name)),
            mistake("cut_from_the_start", "The pieces do not all start at byte 0 of their hash: look at the offsets.",
                    lambda *four: getattr(wrong.cut_from_the_start(named(*four)), name)),
            mistake(f"this_is_{other}", other_sentence, lambda *four: getattr(_pieces(*four), other)),
        ),
    )


IGE = (
    mistake("cbc_instead_of_ige",
            "This is CBC: nothing was XORed after AES. IGE adds the previous plaintext block there.", wrong.cbc),
    mistake("iv_halves_swapped",
            "Block 1 is already different: iv[0:16] goes before AES (c_0), iv[16:32] after it (p_0).",
            wrong.halves_swapped),
    mistake("pcbc_instead_of_ige",
            "You mixed both into the input of AES; the previous plaintext belongs on the output.", wrong.pcbc),
    mistake("aes_backwards", "You ran AES backwards: encrypting uses E.", wrong.aes_decrypted, ige_decrypt),
    mistake("ige_written_over_itself", "From block 2 on you XOR with the ciphertext you just wrote over the plaintext.",
            wrong.in_place),
    mistake("ecb_instead_of_ige",
            "Each block stands alone here (ECB). IGE chains them, before AES and after it.", wrong.ecb),
)

ENCRYPTED = (
    mistake("key_id_left_out", "The id of the permanent key is missing: nothing says which key opens the seal.",
            lambda i, m, c: m + c),
    mistake("byte_swapped", ID_ORDER, lambda i, m, c: wrong.big_endian(i) + m + c),
    mistake("msg_key_first", "Right parts, wrong order: the key id stands before msg_key.",
            lambda i, m, c: m + LONG(i) + c),
    mistake("msg_key_last", "Right parts, wrong order: msg_key stands before the ciphertext.",
            lambda i, m, c: LONG(i) + c + m),
)

SEALED: tuple[Rung, ...] = (
    Rung("auth_key_id", "SHA1(perm_auth_key)[12:20], as it travels", V2_PAGE, {"perm_auth_key": "bytes"},
         lambda key: AuthKey(key).id_bytes, AUTH_KEY_ID),
    Rung("inner", "bind_auth_key_inner, boxed: constructor, four longs, one int", BIND,
         {"nonce": "long", "temp_auth_key_id": "long", "perm_auth_key_id": "long", "temp_session_id": "long",
          "expires_at": "int"}, inner, FORTY_BYTES),
    Rung("envelope", "random, msg_id, seqno, length, inner", BIND,
         {"random": "bytes", "msg_id": "long", "inner": "bytes"}, envelope, ENVELOPE_MISTAKES),
    Rung("msg_key", "SHA1(envelope)[4:20]", V1_PAGE,
         {"envelope": "bytes", "padding": "bytes", "perm_auth_key": "bytes"}, lambda e, p, k: msg_key_v1(e),
         MSG_KEY_V1),
    *map(_hash_of_v1, _FOUR_HASHES),
    _cut_of_v1("aes_key", "aes_iv", "These are the pieces of aes_iv: the key begins with sha1_a[0:8]."),
    _cut_of_v1("aes_iv", "aes_key", "These are the pieces of aes_key: the iv begins with sha1_a[8:20]."),
    Rung("ciphertext", "AES-256-IGE of envelope + padding", V2_PAGE,
         {"envelope": "bytes", "padding": "bytes", "aes_key": "bytes", "aes_iv": "bytes"},
         lambda e, p, k, i: ige_encrypt(e + p, k, i),
         tuple(each.of(lambda e, p, k, i: (e + p, k, i)) for each in IGE)),
    Rung("encrypted_message", "perm_auth_key_id, msg_key, ciphertext", BIND,
         {"perm_auth_key_id": "long", "msg_key": "bytes", "ciphertext": "bytes"},
         lambda i, m, c: bytes(ENCRYPTED_MESSAGE.build(perm_auth_key_id=i, msg_key=m, ciphertext=c)), ENCRYPTED),
)
"""From the permanent key to encrypted_message, in the order in which the values come into being."""
