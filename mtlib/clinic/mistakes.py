"""The one table of mistakes, for the doctor, the ladder, the exercises and the data centre's log.

A row has a name, the stage of the triage that sees it, the lesson that teaches it, what was done, and what to do
instead; then the mistake itself, as a function that replaces a step of the recipe. The function takes the arguments of
the step; a generator yields several ways to make the same mistake. Some mistakes are made in a part of a step:

    key     key -> the bytes that were used for it          digest    the same as the step msg_key
    rows    a key schedule -> schedules with a slip         cipher    a `Mode`, to encrypt and to decrypt
    value   a right long -> wrong ones                      shape     a row of fields -> wrong rows
    string  a body -> wrong TL strings                      unpacked  encrypted_message as received -> as it should be

The steps before a binding and around it are those of `recipe_client`. A mistake in a key, cipher, rows or shape is made
in them, too.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import lru_cache, partial
from itertools import chain, permutations
from typing import Any

from mtlib.clinic import recipe_client as client
from mtlib.clinic import wrong
from mtlib.clinic.recipe import HASHED, STEPS, envelope, inner, message, request, rows
from mtlib.crypto.aes import Ctr
from mtlib.crypto.kdf import FROM_NONCES, MSG_KEY_V2, V1, V2, msg_key_v2, sha1, sha256
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.numbers import MARGIN, RESIDUES, factor, is_probable_prime
from mtlib.crypto.rsa import PublicKey
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import CONTAINER, GZIP, Budget, Message, contents, inflate
from mtlib.protocol.packets import seal
from mtlib.wire.schema import SCHEMA
from mtlib.wire.tl import SIMPLE, crc

Way = Callable[..., Any]
LONG, INT, WORD = SIMPLE["long"].pack, SIMPLE["int"].pack, SIMPLE["#"].pack
IGE, V1_LESSON, V2_LESSON, FORTY, SEALED, CARRIED, CHECKED, ERRORS, AFTER, DEBUG = (
    "11_aes_ige", "12_the_v1_schedule", "13_the_v2_schedule", "14_forty_bytes_that_bind",
    "15_sealed_with_the_permanent_key", "16_carried_by_the_temporary_key", "17_the_data_centres_checks",
    "19_every_way_it_can_fail", "20_after_the_bind", "29_debug_your_own_client",
)  # fmt: skip


class Stage(IntEnum):
    """The questions of the triage, in order. A bad answer to one makes the later questions meaningless, or at
    least less urgent, so findings are reported in this order."""

    CARRIED = 0
    """Does the packet around the request open, and is its message in order?"""
    REQUEST = 1
    """Does the request parse, from its first byte to its last?"""
    SIZE = 2
    """Is its encrypted_message a sealed binding at all: 104 bytes?"""
    OPENS = 3
    """Does the seal open?"""
    SHAPE = 4
    """Are the right fields inside, each in its place?"""
    HASH = 5
    """Is msg_key the hash of what was sealed?"""
    EQUALITY = 6
    """Which value differs from its copy elsewhere?"""
    TIME = 7
    """Is expires_at a date in the future?"""
    STATE = 8
    """The bytes are right: what does the data centre know, or not know?"""
    HARMLESS = 9
    """Unusual, and accepted."""
    LADDER = 10
    """Not part of a binding: steps of the ladder that the lessons before the binding teach."""


@dataclass(frozen=True)
class Mistake:
    """One row: `sentence` says what was done, `fix` what to do instead; `ways` has the wrong functions, by step."""

    name: str
    stage: Stage
    lesson: str
    sentence: str
    fix: str
    ways: Mapping[str, tuple[Any, ...]] = field(repr=False)

    def at(self, step: str) -> tuple[Any, ...]:
        """The ways to make this mistake in a step; empty if there are none."""
        return self.ways.get(step, ())


def _row(name: str, stage: Stage, lesson: str, sentence: str, fix: str, **ways: Any) -> Mistake:
    plural = {step: way if isinstance(way, tuple) else (way,) for step, way in ways.items()}
    return Mistake(name, stage, lesson, sentence, fix, plural)


# -- Helpers ------------------------------------------------------------------------------------------------------


def _stripped(key: bytes) -> Iterator[bytes]:
    short = key.lstrip(b"\0")
    yield from (short, short.ljust(256, b"\0"))


def _unpadded(padded: bytes) -> bytes:
    return padded[: 32 + max(0, wrong.long(padded[28:32]))]


def _large(key: bytes, padded: bytes, x: int = 0) -> bytes:
    return MSG_KEY_V2.run(x, auth_key=key, padded=padded)["msg_key_large"]


def _packet(key: bytes, padded: bytes, *, version: Any = V2, x: int = 0, msg_key: bytes | None = None) -> bytes:
    """A packet of this version, with the right msg_key unless another is given."""
    if msg_key is None:
        msg_key = msg_key_v2(AuthKey(key), padded, x) if version is V2 else sha1(_unpadded(padded))[4:20]
    made = version.run(x, auth_key=key, msg_key=msg_key)
    return AuthKey(key).id_bytes + msg_key + wrong.IGE.encrypt(padded, made.aes_key, made.aes_iv)


def _in_string(*ways: Way) -> dict[str, Any]:
    """The ways of a wrong TL string, alone and in the request."""
    return {"string": ways, "request": tuple(
        lambda *v, w=way: _each(w(v[3]), lambda s: request(*v)[:24] + s) for way in ways)}  # fmt: skip


def _each(made: Any, change: Way) -> Any:
    return (change(each) for each in made) if isinstance(made, Iterator) else change(made)


def _value_in(change: Way) -> dict[str, Any]:
    """The ways of a wrong long, in every field that is a long."""
    return {
        "value": change,
        "inner": lambda *v: (inner(*one) for one in _changed(change, 4, *v)),
        "envelope": lambda r, m, i: (envelope(r, one, i) for one in change(m)),
        "request": lambda *v: (request(*one) for one in _changed(change, 2, *v)),
    }


def _changed(change: Way, longs: int, *values: Any) -> Iterator[tuple[Any, ...]]:
    for number in range(len(list(change(values[0])))):
        yield from wrong.subsets(lambda value, at=number: list(change(value))[at], longs, *values)  # type: ignore[misc]


def _shapes(*ways: wrong.Shapes) -> dict[str, Any]:
    """The ways of a wrong row of fields: inside the seal, around it, and in the message."""
    def of(step: str, right: wrong.Shape) -> Way:
        behind: Way = (lambda *v: wrong.tl_string(v[3])) if step == "request" else lambda *v: b""
        return lambda *v: (wrong.assembled(each, _values(step, *v)) + behind(*v) for way in ways for each in way(right))

    return {"shape": ways, **{step: of(step, right) for step, right in _ROWS_OF.items()}}


_ROWS_OF = {"inner": wrong.INNER, "envelope": wrong.HEADER + wrong.shape(inner=40), "request": wrong.REQUEST,
            "encrypted_message": wrong.ENCRYPTED, "message": wrong.MESSAGE}  # fmt: skip
"""The row of fields that each step writes."""
_ID, _CALL = b"\x65\xf7\xa3\x75", b"\x05\x2a\xd4\xcd"


def _values(step: str, *arguments: Any) -> dict[str, Any]:
    """The value of every field that a step writes: its arguments, and the constants."""
    given = dict(zip(STEPS[step].takes, arguments, strict=True))
    constructor = wrong.long(_ID if step == "inner" else _CALL)
    length = len(given.get("inner", given.get("request", b"")))
    return {"": 0, "constructor": constructor, "seqno": 0, "length": length, **given}


def _from_text(read: Way) -> Way:
    def undo(body: bytes) -> bytes | None:
        try:
            return bytes(read(body))
        except ValueError:
            return None

    return undo


def _inflated(body: bytes) -> bytes:
    """Up to 1024 unpacked bytes: more is no binding. Raises ValueError if `body` is not compressed."""
    for form in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        try:
            return zlib.decompressobj(form).decompress(body, 1024)
        except zlib.error:
            continue
    raise ValueError("not compressed")


def _padded(
    *, ordered: Way = lambda filled, digest: filled[::-1] + digest, hashed: Way = lambda key, data: key + data,
    cipher: Any = wrong.IGE, behind: bool = False,
    mask: Way = lambda plain, sealed: sha256(sealed), iv: Way = lambda key: bytes(32),
) -> Way:  # fmt: skip
    """RSA_PAD with some of its points changed."""
    def way(data: bytes, padding: bytes, temp_keys: bytes, n: bytes, e: int) -> bytes:
        filled, block = data + padding, b""
        for key in (temp_keys[at : at + 32] for at in range(0, len(temp_keys), 32)):
            text = ordered(filled, sha256(hashed(key, filled)))
            sealed = cipher.encrypt(text, key, iv(key))
            masked = bytes(a ^ b for a, b in zip(key, mask(text, sealed), strict=True))
            block = sealed + masked if behind else masked + sealed
            if block < n:
                break
        return pow(int.from_bytes(block, "big"), e, int.from_bytes(n, "big")).to_bytes(256, "big")

    return way


_is_prime = lru_cache(maxsize=64)(partial(is_probable_prime, rounds=2))
"""Cached, because every way to be wrong asks about the same few numbers."""


def _verdict(
    *, low: bool = True, high: bool = True, margin: int = MARGIN, safe: bool = True,
    lengths: range = range(2048, 2049), table: bool = True, order: Sequence[int] = (1, 2, 3),
) -> Way:  # fmt: skip
    """The checks of the group and of g_a, with some left out or in another order."""
    def way(g: int, dh_prime: bytes, g_a: bytes) -> bytes:
        p, public = int.from_bytes(dh_prime, "big"), int.from_bytes(g_a, "big")
        modulus, residues = RESIDUES.get(g, (1, set()))
        wants: dict[int, Callable[[], bool]] = {
            1: lambda: p.bit_length() in lengths and _is_prime(p) and not (safe and not _is_prime(p // 2)),
            2: lambda: g in RESIDUES and not (table and p % modulus not in residues),
            3: lambda: not (low and public < margin) and not (high and public > p - margin),
        }  # fmt: skip
        return bytes([next((number for number in order if not wants[number]()), 0)])

    return way


# -- Schedules ----------------------------------------------------------------------------------------------------


_ROWS: tuple[Mistake, ...] = (
    _row("direction_x_8", Stage.OPENS, V1_LESSON,
         "These are the keys for a message from the data centre: x = 8.", "Use x = 0: this one travels to it.",
         rows=wrong.other_direction, msg_key_v2=lambda k, m: _large(k, m, 8)[8:24]),
    _row("b_and_c_swapped", Stage.OPENS, V1_LESSON,
         "Right pieces of aes_key or aes_iv, wrong order: b and c have changed places.", "The order is a, b, c, d.",
         rows=wrong.b_and_c),
    _row("cut_from_the_start", Stage.OPENS, V1_LESSON,
         "The pieces of aes_key or aes_iv are all cut from the start of their hash.",
         "Look at the offsets: not all pieces start at byte 0.",
         rows=lambda table: [wrong.pieces_changed(table, lambda row, p: p if row.hash else p._replace(offset=0))]),
    _row("this_is_aes_iv", Stage.OPENS, V1_LESSON, "aes_key was made of the pieces of aes_iv.",
         "aes_key begins with sha1_a[0:8].",
         rows=lambda table: [wrong.exchanged(table, key=True, iv=False)] if table == V1.rows else []),
    _row("this_is_aes_key", Stage.OPENS, V1_LESSON, "aes_iv was made of the pieces of aes_key.",
         "aes_iv begins with sha1_a[8:20].",
         rows=lambda table: [wrong.exchanged(table, key=False, iv=True)] if table == V1.rows else []),
    _row("a_and_b_swapped", Stage.OPENS, V2_LESSON, "sha256_a and sha256_b have changed places.",
         "aes_key begins and ends with a, aes_iv with b.",
         rows=lambda table: [wrong.exchanged(table, key=key, iv=not key) for key in (True, False)]
         if table == V2.rows else []),
    _row("key_and_iv_swapped", Stage.OPENS, V1_LESSON, "aes_key and aes_iv have changed places.",
         "aes_key comes first, then aes_iv; each has its own pieces.",
         rows=lambda table: [wrong.exchanged(table, key=True, iv=True)]),
    _row("one_hash_only", Stage.OPENS, V2_LESSON, "That is one of the two hashes whole.",
         "aes_key takes pieces of both, and so does aes_iv.", rows=lambda table: wrong.whole(table, both=False)),
    _row("whole_hashes", Stage.OPENS, V2_LESSON, "These are the two hashes whole.",
         "aes_key takes pieces of both, and so does aes_iv.", rows=lambda table: wrong.whole(table, both=True)),
    _row("msg_key_on_the_other_side", Stage.OPENS, V1_LESSON,
         "Right pieces, wrong order: msg_key stands in another place among them.",
         "msg_key is in front in sha1_a and sha1_d, in the middle in sha1_b, at the end in sha1_c; in front in "
         "sha256_a, at the end in sha256_b.",
         rows=lambda table: chain(wrong.reordered(table, hashes=True, msg_key=True), wrong.all_on_one_side(table))),
    _row("length_taken_for_an_end", Stage.OPENS, V1_LESSON,
         "The length of a piece was taken for the end of a slice, or the end for a length.",
         "substr (x, offset, length) is x[offset : offset + length].",
         rows=wrong.ends_and_lengths),
    _row("key_shifted", Stage.OPENS, V1_LESSON,
         "The key was used without some of its first bytes, or with bytes in front of it.",
         "Begin with byte 0 of the 256 bytes; neither an id nor a length belongs to the key.",
         key=lambda key: [*(key[n:] for n in (1, 2, 3, 4, 8, 16, 32, 64, 88, 128) if key[n:] != key.lstrip(b"\0")),
                          sha1(key)[-8:] + key, (256).to_bytes(4, "little") + key, (256).to_bytes(4, "big") + key,
                          b"\xfe\0\1\0" + key, bytes(4) + key]),
    _row("schedule_out_of_order", Stage.OPENS, V1_LESSON,
         "Right pieces of the key schedule, joined in the wrong order.", "Join them in the order of the table.",
         rows=lambda table: chain(wrong.reordered(table, hashes=True), wrong.reordered(table, hashes=False))),
    _row("schedule_cut_elsewhere", Stage.OPENS, V1_LESSON,
         "One piece of the key schedule or more are cut from another place, or with another length.",
         "Compare each slice with the table: substr (x, offset, length) is x[offset : offset + length].",
         rows=lambda table: chain(wrong.recut(table), wrong.one_byte_off(table), wrong.around_msg_key(table),
                                  wrong.borders_moved(table))),
    _row("schedule_piece_left_out", Stage.OPENS, V1_LESSON, "One piece of the key schedule is missing.",
         "Each hash takes msg_key and 32 bytes of the key; in MTProto 2.0, 36 bytes.", rows=wrong.left_out),
    _row("hash_never_begun_anew", Stage.OPENS, V1_LESSON,
         "The hashes of the key schedule go on from each other: each is taken of all that came before it as well.",
         "Begin a new hash for each of them.", rows=wrong.never_begun_anew),
    _row("msg_key_written_over_the_key", Stage.OPENS, V1_LESSON,
         "msg_key was appended to a piece of the key in place, over the bytes of the key behind it.",
         "Give the hash its pieces one after the other, or join them in a buffer of their own: `append` of Go writes "
         "into the array behind a slice.",
         rows=wrong.written_over_the_key),
    _row("schedule_of_another_hash", Stage.OPENS, V1_LESSON, "The key schedule uses another hash than the table says.",
         "MTProto 1.0 has four SHA-1, MTProto 2.0 two SHA-256; each piece says which of them it is cut from.",
         rows=wrong.other_hashes),
    _row("hashes_exchanged", Stage.OPENS, V1_LESSON, "The hashes of the key schedule have changed places.",
         "Give each hash the name that the table gives it: a, b, c, d are told apart by their pieces of the key.",
         rows=lambda table: wrong.hashes_exchanged(table) if table == V1.rows else []),
    _row("schedule_v2", Stage.OPENS, V2_LESSON, "AES key and iv come from the schedule of MTProto 2.0, two SHA-256.",
         "Use the schedule of MTProto 1.0 for this one message: four SHA-1, x = 0.",
         rows=lambda table: [V2.rows, *wrong.other_direction(V2.rows)] if table == V1.rows else []),
    _row("schedule_v1", Stage.OPENS, V2_LESSON, "AES key and iv come from the schedule of MTProto 1.0, four SHA-1.",
         "A packet is sealed by MTProto 2.0: two SHA-256.",
         rows=lambda table: [V1.rows] if table == V2.rows else []),
)  # fmt: skip

_KEYS: tuple[Mistake, ...] = (
    _row("key_without_leading_zeros", Stage.OPENS, V1_LESSON,
         "The key was used without its leading zeros, as a number is written: every piece cut from it, and its hash, "
         "are off by a byte.", "Write it as 256 bytes, big-endian, zeros on the left.", key=_stripped),
    _row("key_with_a_sign_byte", Stage.OPENS, V1_LESSON,
         "The key was used with a zero byte too many in front: a library for big numbers wrote the sign as well.",
         "Cut the shared secret to its last 256 bytes.", key=lambda key: [b"\0" + key]),
    _row("key_reversed", Stage.OPENS, V1_LESSON,
         "The key was used back to front of what was given.", "Write the shared secret as 256 bytes, big-endian.",
         key=lambda key: [key[::-1]]),
    _row("key_words_turned", Stage.OPENS, V1_LESSON,
         "The key was used with its words turned round: four or eight bytes at a time in the other order.",
         "Use the 256 bytes as they are: a key is no array of numbers.",
         key=lambda key: [wrong.words_turned(key), wrong.words_turned(key, 8)]),
    _row("key_as_text", Stage.OPENS, V1_LESSON,
         "The key was used as text: its hex digits, base64, UTF-8 or seven bits, or what a string of C has of it.",
         "Turn the text into 256 bytes.",
         key=wrong.as_text),
    _row("key_hashed", Stage.OPENS, V1_LESSON,
         "A hash of the key was used where the key itself belongs.", "Cut the pieces from the 256 bytes.",
         key=lambda key: [sha1(key), sha256(key), hashlib.sha512(key).digest(), 8 * sha256(key)]),
    _row("key_is_zero", Stage.OPENS, V1_LESSON, "The seal is made with zeros for the key's first half.",
         "Seal when the permanent key is there.", key=lambda key: [bytes(256)]),
)  # fmt: skip

_CIPHERS: tuple[Mistake, ...] = (
    _row("iv_halves_swapped", Stage.OPENS, IGE, "The two halves of the iv are swapped.",
         "iv[0:16] goes before AES (it is c_0), iv[16:32] after it (it is p_0).", cipher=wrong.turned()),
    _row("cbc_instead_of_ige", Stage.OPENS, IGE, "This is CBC: nothing was XORed after AES.",
         "Add the previous plaintext block to what comes out of AES; IGE chains both ways.",
         cipher=(wrong.MODES["cbc"], wrong.turned(wrong.MODES["cbc"]))),
    _row("pcbc_instead_of_ige", Stage.OPENS, IGE, "This is PCBC: both previous blocks went into AES.",
         "XOR the previous ciphertext before AES and the previous plaintext after it.",
         cipher=(wrong.MODES["pcbc"],
                 replace(wrong.MODES["pcbc"], halves=lambda iv: (iv[:16], bytes(16))))),
    _row("ctr_instead_of_ige", Stage.OPENS, IGE, "This is CTR: AES made a key stream.",
         "Use AES-256-IGE; CTR belongs to the obfuscated transport.", cipher=(*map(wrong.Counter, (0, 16, 32)),)),
    _row("aes_backwards", Stage.OPENS, IGE, "AES ran backwards: the plaintext was decrypted instead of encrypted.",
         "Encrypting uses E, decrypting D; call the other one.",
         cipher=(wrong.MODES["backwards"], wrong.turned(wrong.MODES["backwards"]))),
    _row("ige_written_over_itself", Stage.OPENS, IGE,
         "IGE ran in place: from block 2 on it XORed the ciphertext that it had just written over the plaintext.",
         "Keep a copy of each plaintext block until the next one is done.", cipher=wrong.MODES["in_place"]),
    _row("ecb_instead_of_ige", Stage.OPENS, IGE, "Each block stands alone here: this is ECB.",
         "IGE chains the blocks, before AES and after it.", cipher=wrong.MODES["ecb"]),
    _row("ige_memories_crossed", Stage.OPENS, IGE,
         "The two blocks that IGE remembers have changed places: the plaintext before AES, the ciphertext after it.",
         "XOR the previous ciphertext before AES and the previous plaintext after it.",
         cipher=(wrong.MODES["crossed"], wrong.turned(wrong.MODES["crossed"]))),
    _row("another_mode", Stage.OPENS, IGE, "The blocks are not chained as IGE chains them.",
         "c_i = E(p_i ^ c_(i-1)) ^ p_(i-1): one block before AES, the other after it.",
         cipher=tuple(wrong.SPOKEN)),
    _row("iv_is_zero", Stage.OPENS, IGE, "The iv was zero.", "Use the 32 bytes of aes_iv.",
         cipher=wrong.IVS["zero"]),
    _row("iv_half_used", Stage.OPENS, IGE, "Only one half of the iv was used: for both, or with zeros for the other.",
         "The iv of IGE has 32 bytes: c_0, then p_0.", cipher=wrong.IVS["one_half"]),
    _row("iv_reversed", Stage.OPENS, IGE, "The iv was used back to front.", "Take aes_iv as it comes.",
         cipher=wrong.IVS["reversed"]),
    _row("aes_key_as_text", Stage.OPENS, IGE, "AES got aes_key as text: its hex digits, base64, UTF-8 or seven bits.",
         "Use the 32 bytes.", cipher=wrong.KEY_AS_TEXT),
    _row("aes_key_is_zero", Stage.OPENS, IGE, "AES ran with a key of zeros.", "Use the 32 bytes of aes_key.",
         cipher=wrong.NO_KEY),
    _row("aes_128", Stage.OPENS, IGE, "AES ran with half of aes_key: AES-128.",
         "Use all 32 bytes of aes_key: AES-256.", cipher=wrong.NARROW[:2]),
    _row("aes_192", Stage.OPENS, IGE, "AES ran with 24 bytes of aes_key: AES-192.",
         "Use all 32 bytes of aes_key: AES-256.", cipher=wrong.NARROW[2:]),
    _row("words_turned_round", Stage.OPENS, IGE,
         "AES got or gave bytes turned round: those of aes_key or of the data, word by word, block by block, or back "
         "to front.",
         "AES works on bytes: hand over key and blocks in their order, and read what it gives the same way.",
         cipher=(*wrong.WORDS, *wrong.BACK_TO_FRONT)),
)  # fmt: skip

# -- msg_key ------------------------------------------------------------------------------------------------------

_HASHES: tuple[Mistake, ...] = (
    _row("msg_key_first_sixteen_bytes", Stage.HASH, SEALED, "msg_key is the first 16 bytes of the hash.",
         "MTProto 1.0 keeps the lower-order 128 bits of SHA-1, [4:20]; MTProto 2.0 the middle of SHA-256, [8:24].",
         msg_key=lambda e, p, k: sha1(e)[:16], msg_key_v2=lambda k, m: _large(k, m)[:16]),
    _row("msg_key_over_padding", Stage.HASH, SEALED, "msg_key covers the padding, which does not belong in it.",
         "Take the hash before the padding is there: SHA1 of the 72 bytes, [4:20].",
         msg_key=lambda e, p, k: iter((sha1(e + p)[4:20], sha1(e + bytes(len(p)))[4:20]))),
    _row("msg_key_of_the_inner_only", Stage.HASH, SEALED,
         "msg_key is the hash of the forty bytes; the 32 bytes of header before them belong in it.",
         "Hash header and inner object together, 72 bytes.", msg_key=lambda e, p, k: sha1(e[32:])[4:20]),
    _row("msg_key_v2", Stage.HASH, V2_LESSON,
         "msg_key is that of MTProto 2.0, which hashes a piece of the key and the padding too.",
         "Use the msg_key of MTProto 1.0 for this one message: SHA1 of the 72 bytes, [4:20].",
         msg_key=lambda e, p, k: (sha256(k[at : at + 32] + text)[8:24] for at in (88, 96) for text in (e + p, e))),
    _row("msg_key_sha256", Stage.HASH, V1_LESSON, "msg_key comes from SHA-256.",
         "Use SHA-1, [4:20]: this one message still follows MTProto 1.0.",
         msg_key=lambda e, p, k: (sha256(text)[at : at + 16] for text in (e, e + p) for at in (8, 0, 16, 4))),
    _row("msg_key_md5", Stage.HASH, V1_LESSON,
         "msg_key is an MD5, or a SHA-512.", "Use SHA-1, [4:20]: this one message still follows MTProto 1.0.",
         msg_key=lambda e, p, k: (digest(text).digest()[at:][:16].ljust(16, b"\0") for text in (e, e + p)
                                  for digest, at in ((hashlib.md5, 0), (hashlib.md5, 4), (hashlib.sha512, 0),
                                                     (hashlib.sha512, 48)))),
    _row("msg_key_in_another_order", Stage.HASH, SEALED, "msg_key has the bytes of the right hash in another order.",
         "Leave the hash as it comes: it is a string of bytes and has no endianness.",
         msg_key=lambda e, p, k: iter((sha1(e)[4:20][::-1], sha1(e)[:16][::-1], wrong.words_turned(sha1(e))[4:20],
                                       wrong.words_turned(sha1(e))[:16]))),
    _row("msg_key_cut_elsewhere", Stage.HASH, SEALED, "msg_key is cut from the wrong place of the hash.",
         "Keep the last 16 of the 20 bytes: SHA1[4:20].",
         msg_key=lambda e, p, k: (sha1(e)[at : at + 16].ljust(16, b"\0") for at in (1, 2, 3, 8))),
    _row("msg_key_with_key", Stage.HASH, SEALED, "The key, or a piece of it, was hashed into msg_key.",
         "In MTProto 1.0 no key goes into msg_key: SHA1 of the 72 bytes, [4:20].",
         msg_key=lambda e, p, k: (sha1(text)[4:20] for piece in (k, k[88:120], k[:32], k[-32:])
                                  for text in (piece + e, e + piece, piece + e + p))),
    _row("msg_key_as_text", Stage.HASH, SEALED, "msg_key was cut from the hash as hex text, or is the hash of text.",
         "Hash the bytes and keep bytes.",
         msg_key=lambda e, p, k: iter((*(sha1(e).hex().encode()[at : at + 16] for at in (0, 4, 8, 24)),
                                       *(sha1(text)[4:20] for text in wrong.as_text(e))))),
    _row("msg_key_twice_hashed", Stage.HASH, SEALED, "msg_key was hashed once more.", "Hash the 72 bytes once.",
         msg_key=lambda e, p, k: iter((sha1(sha1(e))[4:20], sha1(sha1(e)[4:20])[4:20]))),
    _row("msg_key_without_random", Stage.HASH, SEALED,
         "msg_key is the hash of a part of the envelope: something at its beginning or end is left out.",
         "Hash all 72 bytes, the 16 random ones as well.",
         msg_key=lambda e, p, k: (sha1(e[a:b])[4:20] for a, b in _PARTS)),
    _row("msg_key_without_key", Stage.HASH, V2_LESSON, "Only the message was hashed.",
         "MTProto 2.0 puts 32 bytes of the key in front.", msg_key_v2=lambda k, m: sha256(m)[8:24]),
    _row("msg_key_without_padding", Stage.HASH, V2_LESSON, "The padding is missing from msg_key.",
         "In MTProto 2.0 msg_key covers it.", msg_key_v2=lambda k, m: _large(k, _unpadded(m))[8:24]),
    _row("msg_key_v1", Stage.HASH, V1_LESSON, "This is the msg_key of MTProto 1.0: a SHA-1 without any key.",
         "Only the binding message still has it.",
         msg_key_v2=lambda k, m: iter((sha1(_unpadded(m))[4:20], sha1(m)[4:20]))),
    _row("msg_key_of_another_piece", Stage.HASH, V2_LESSON, "Another piece of the key was hashed into msg_key.",
         "Take 32 bytes of the key from 88 + x on; x = 0 to the data centre.",
         msg_key_v2=lambda k, m: (sha256(k[at : at + n] + m)[8:24] for n in (32, 36, 16) for at in range(0, 129, 4)
                                  if (at, n) not in ((88, 32), (96, 32)))),
    _row("msg_key_cut_elsewhere_v2", Stage.HASH, V2_LESSON, "msg_key is cut from the wrong end of the hash.",
         "msg_key is the middle of SHA-256, [8:24].",
         msg_key_v2=lambda k, m: iter((_large(k, m)[16:], _large(k, m)[4:20], _large(k, m)[8:24][::-1]))),
)  # fmt: skip
_PARTS: tuple[tuple[int, int], ...] = ((16, 72), (8, 72), (4, 72), (24, 72), (28, 72), (36, 72),
                                         (0, 68), (0, 64), (0, 40), (0, 36), (0, 32))

# -- Rows of fields -----------------------------------------------------------------------------------------------

_FIELDS: tuple[Mistake, ...] = (
    _row("inner_without_constructor", Stage.SHAPE, FORTY, "The object stands there without its constructor.",
         "Begin with 65 f7 a3 75: the object is boxed.",
         shape=lambda parts: wrong.without("constructor")(parts) if parts[0][0] == "random" else iter(()),
         inner=lambda *v: inner(*v)[4:]),
    _row("constructor_left_out", Stage.REQUEST, CARRIED, "The request begins without its constructor.",
         "Begin with 05 2a d4 cd: a method is boxed.",
         head=wrong.without("constructor"), request=lambda *v: request(*v)[4:]),
    _row("expires_at_left_out", Stage.SHAPE, FORTY, "expires_at was left out, or is zero.",
         "Put the date, in unix seconds, in both places: in the request and last in the inner object.",
         **_shapes(wrong.without("expires_at"))),
    _row("nonce_of_sixteen_bytes", Stage.SHAPE, FORTY, "The nonce has 16 bytes.",
         "Draw a long, 8 bytes; 16-byte nonces belong to the key exchange.", **_shapes(wrong.resized("nonce", 16))),
    _row("expires_at_8_bytes", Stage.SHAPE, FORTY, "expires_at has 8 bytes.",
         "It is an int, 4 bytes, although the values before it are longs.", **_shapes(wrong.resized("expires_at", 8))),
    _row("header_left_out", Stage.SHAPE, SEALED, "The forty bytes were sealed without a header before them.",
         "Put 16 random bytes, msg_id, seqno 0 and length 40 in front: 72 bytes.",
         **_shapes(wrong.without("random", "msg_id", "seqno", "length"))),
    _row("header_of_an_unencrypted_message", Stage.SHAPE, SEALED,
         "The header before the forty bytes is that of an unencrypted message: eight bytes of key id, msg_id, length.",
         "Put 16 random bytes, msg_id, seqno 0 and length 40 in front: 72 bytes.",
         shape=lambda parts: iter([(("random", 8, "little"), parts[1], *parts[3:])]
                                  if parts[:4] == wrong.HEADER else []),
         envelope=lambda r, m, i: bytes(8) + LONG(m) + INT(len(i)) + i),
    _row("random_missing", Stage.SHAPE, SEALED, "The 16 random bytes before msg_id are not there.",
         "They stand where an ordinary message has salt and session_id: leave none out.",
         **_shapes(wrong.without("random"))),
    _row("inner_with_length_head", Stage.SHAPE, SEALED,
         "The inner object stands there as a TL string, with a length in front.",
         "Put the object itself after the header; its length is the header's last field.",
         shape=lambda parts: iter([(*parts[:4], ("", 1, "little"), *parts[4:], ("", 3, "little"))]
                                  if parts[:4] == wrong.HEADER else []),
         envelope=lambda r, m, i: envelope(r, m, bytes(40))[:32] + wrong.tl_string(i)),
    _row("length_before_seqno", Stage.SHAPE, SEALED, "Right values, wrong places: length stands before seqno.",
         "seqno comes first, then length.", **_shapes(wrong.in_places_of("seqno", "length"))),
    _row("key_ids_swapped", Stage.EQUALITY, FORTY, "The two key ids have changed places.",
         "The inner object names the temporary key first, the permanent key second.",
         **_shapes(wrong.in_places_of("temp_auth_key_id", "perm_auth_key_id"))),
    _row("salt_and_session_swapped", Stage.CARRIED, CARRIED, "salt and session_id have changed places.",
         "salt comes before session_id.", message=lambda s, i, *v: message(i, s, *v)),
    _row("key_id_left_out", Stage.SIZE, SEALED, "The key id in front is missing.",
         "The first 8 bytes say which key opens the rest: 8 + 16 + 80 bytes in encrypted_message.",
         sealed=wrong.without("perm_auth_key_id"), encrypted_message=lambda i, m, c: m + c,
         packet=lambda t, p, m: bytes(seal(m, AuthKey(t)))[8:]),
    _row("msg_key_first", Stage.SIZE, SEALED, "Right parts, wrong order: msg_key stands in front.",
         "The key id comes first, then msg_key, then the ciphertext.",
         sealed=wrong.in_places_of("perm_auth_key_id", "msg_key"), encrypted_message=lambda i, m, c: m + LONG(i) + c),
    _row("msg_key_last", Stage.SIZE, SEALED, "Right parts, wrong order: msg_key stands behind the ciphertext.",
         "The key id comes first, then msg_key, then the ciphertext.",
         sealed=wrong.in_places_of("msg_key", "ciphertext"), encrypted_message=lambda i, m, c: LONG(i) + c + m),
    _row("field_too_wide", Stage.SHAPE, FORTY,
         "A field takes more bytes than its type has, and everything behind it is shifted.",
         "An int has 4 bytes, a long 8, an int128 16.",
         **_shapes(wrong.resized("seqno", 8), wrong.resized("length", 8), wrong.each_wider)),
    _row("field_too_narrow", Stage.SHAPE, FORTY,
         "A field has too few bytes for its type, and everything after it is shifted.",
         "An int has 4 bytes, a long 8, an int128 16.", **_shapes(wrong.each_narrower)),
    _row("field_left_out", Stage.SHAPE, FORTY, "A field is missing, and everything behind it stands too early.",
         "Write every field of the line, in its order.",
         **_shapes(wrong.each_left_out, wrong.without("salt", "session_id"), wrong.without("seqno", "length"),
                   wrong.without("msg_id", "seqno", "length"), wrong.without("random", "msg_id", "seqno"),
                   wrong.without("random", "msg_id"), wrong.without("msg_id", "seqno"))),
    _row("field_twice", Stage.SHAPE, FORTY, "A field stands there twice, and everything behind it is shifted.",
         "Write every field of the line once.", **_shapes(wrong.each_twice)),
    _row("fields_out_of_order", Stage.SHAPE, FORTY, "The fields are not in their places.",
         "Write them in the order of the line in the schema.", **_shapes(wrong.each_reordered)),
    _row("bytes_between_fields", Stage.SHAPE, FORTY, "Bytes that belong to no field stand between the fields.",
         "Write the fields one after the other, without lengths or padding between them.",
         **_shapes(wrong.each_with_bytes_before)),
)  # fmt: skip

# -- Numbers ------------------------------------------------------------------------------------------------------

_NUMBERS: tuple[Mistake, ...] = (
    _row("constructor_big_endian", Stage.EQUALITY, FORTY, "The constructor is turned round.",
         "It is a number too, low byte first: 65 f7 a3 75 in the inner object, 05 2a d4 cd in the request.",
         head=lambda parts: iter([((parts[0][0], 4, "big"), *parts[1:])]),
         inner=lambda *v: _ID[::-1] + inner(*v)[4:], request=lambda *v: _CALL[::-1] + request(*v)[4:]),
    _row("byte_swapped", Stage.EQUALITY, FORTY,
         "The bytes of a number or of a key id are turned round, all of them or word by word.",
         "A TL long travels low byte first; but a key id cut from SHA-1 is already in that order.",
         value=wrong.swapped, head=wrong.each_turned,
         auth_key_id=lambda key: sha1(key)[-8:][::-1],
         inner=_shapes(wrong.each_turned)["inner"], request=_shapes(wrong.each_turned)["request"],
         envelope=_shapes(wrong.each_turned)["envelope"], encrypted_message=lambda i, m, c: LONG(i)[::-1] + m + c),
    _row("unsigned_overflow", Stage.EQUALITY, FORTY,
         "A long that is negative was cut off at the largest or smallest number that fits.",
         "Read the eight bytes as a signed long, or keep them as bytes: half of all ids are negative.",
         value=lambda right: [wrong.MAX, wrong.MIN] if right < 0 else []),
    _row("rounded_to_a_double", Stage.EQUALITY, FORTY,
         "A long went through a floating-point number and lost its last digits.",
         "Keep longs as whole numbers of 64 bits; in JSON, as strings.",
         **_value_in(lambda right: [wrong.rounded(right), wrong.signed(int(float(right % 2**64)))])),
    _row("cut_to_32_bits", Stage.EQUALITY, FORTY, "A long was cut to 32 bits.", "Keep all 64 bits of it.",
         **_value_in(lambda right: [wrong.signed(right, 32), right & 0xFFFFFFFF, wrong.signed(right >> 32, 32),
                                    right >> 32 << 32])),
    _row("halves_swapped", Stage.EQUALITY, FORTY, "The two 32-bit halves of a long have changed places.",
         "Write the low half first.",
         **_value_in(lambda right: [wrong.signed(right << 32 | right >> 32 & 0xFFFFFFFF)])),
    _row("sign_lost", Stage.EQUALITY, FORTY, "A long lost its sign, or got the other one.",
         "A TL long is signed: keep its 64 bits as they are.",
         **_value_in(lambda right: [wrong.signed(-right), wrong.signed(right ^ 1 << 63)])),
    _row("left_zero", Stage.EQUALITY, FORTY, "A field was never filled in: it is zero.", "Fill it in.",
         value=lambda right: [0] if right else []),
    _row("written_as_a_double", Stage.EQUALITY, FORTY, "The bytes of a floating-point number stand for a whole one.",
         "Write a signed whole number of 64 bits.",
         value=lambda right: [wrong.long(struct.pack(order, float(n)))
                              for n in (right, right % 2**64) for order in ("<d", ">d")]),
    _row("written_as_text", Stage.EQUALITY, FORTY, "The digits of a number stand where its bytes belong.",
         "Write the number as 8 bytes, low byte first.",
         value=lambda right: [wrong.long(text[:8]) for n in (right, right % 2**64) for text in (
             str(n).encode().ljust(8, b"\0"), f"{n:x}".encode().ljust(8, b"\0"),
                                  LONG(wrong.signed(n)).hex().encode())]),
    _row("wrong_half_of_sha1", Stage.EQUALITY, FORTY, "The key id is cut from the wrong end of SHA-1.",
         "Take the lower-order 64 bits, the last eight bytes; the first eight are auth_key_aux_hash.",
         auth_key_id=lambda key: iter((sha1(key)[:8], sha1(key)[8:16], sha1(key)[4:12], sha1(key)[:8][::-1]))),
    _row("sha256", Stage.EQUALITY, FORTY, "The key id is cut from another hash than SHA-1.",
         "A key is called by its SHA-1 in both versions of MTProto: the last eight bytes.",
         auth_key_id=lambda key: (digest(key).digest()[at : at + 8] for digest, at in (
             (hashlib.sha256, 24), (hashlib.sha256, 0), (hashlib.md5, 8), (hashlib.md5, 0), (hashlib.sha512, 56)))),
    _row("piece_of_a_key_as_its_id", Stage.EQUALITY, FORTY, "Bytes of the key itself stand where its id belongs.",
         "The id is cut from SHA1(auth_key), its last eight bytes. Nobody may see the key's own.",
         auth_key_id=lambda key: iter((key[:8], key[-8:], key[:8][::-1], key[-8:][::-1]))),
    _row("temp_key_id_for_the_permanent", Stage.EQUALITY, FORTY,
         "Where the permanent key is to be named, the temporary key's id stands.",
         "Put the id of the permanent key there: the key that seals the binding.",
         inner=lambda n, t, p, s, e: inner(n, t, t, s, e)),
    _row("perm_key_id_for_the_temporary", Stage.EQUALITY, FORTY,
         "Where the temporary key is to be named, the permanent key's id stands.",
         "Put the id of the temporary key there: the key of the packet.",
         inner=lambda n, t, p, s, e: inner(n, p, p, s, e)),
    _row("seqno_not_zero", Stage.EQUALITY, SEALED, "The envelope has a seqno, and it is to have zero.",
         "Write 0 inside; the message outside keeps its odd seqno.",
         envelope=lambda r, m, i: (r + LONG(m) + INT(q) + INT(len(i)) + i for q in (1, 2, 3, 5, -1))),
    _row("length_not_forty", Stage.EQUALITY, SEALED, "The length in the envelope is not 40.",
         "Write 40, the bytes of the inner object: not counting header or padding.",
         envelope=lambda r, m, i: (r + LONG(m) + INT(0) + INT(len(i) + n) + i for n in (32, 16, 40, 8, 4, -4, -8, 48))),
    _row("not_all_judged", Stage.HARMLESS, CARRIED, "Not all that was given was judged.",
         "Give what belongs to one message."),
    _row("string_padding_not_zero", Stage.HARMLESS, CARRIED, "The bytes that fill up the TL string are not zero.",
         "Write zeros: whether a data centre looks at them is not known here."),
    _row("expires_at_far_off", Stage.HARMLESS, FORTY, "expires_at is days ahead; which end was promised is not known.",
         "Give it the end that the key exchange promised, and tell that here (key_expires_at); clients ask for a day."),
    _row("msg_id_falls", Stage.HARMLESS, CARRIED, "The msg_id is below that of an earlier bind in the same session.",
         "Draw each msg_id above the last one, also where the clock was set back."),
    _row("random_is_zero", Stage.HARMLESS, SEALED, "The first 16 bytes are zero. Harmless: nobody reads them.",
         "Use the 16 random bytes, as the documents ask.", envelope=lambda r, m, i: envelope(bytes(16), m, i)),
    _row("expires_at_is_a_duration", Stage.TIME, FORTY,
         "expires_at is a duration: as a date it lies in the early 1970s.",
         "Add it to the data centre's time: expires_at is a date in unix seconds."),
    _row("expires_at_in_milliseconds", Stage.TIME, FORTY, "expires_at was computed in milliseconds and cut to 32 bits.",
         "Compute it in seconds: milliseconds do not fit."),
    _row("expires_at_as_a_float", Stage.TIME, FORTY, "expires_at holds the bytes of a floating-point number.",
         "Write a whole number: an int, 4 bytes, low byte first."),
    _row("expires_at_turned_round", Stage.TIME, FORTY, "expires_at was written high byte first.",
         "Write it low byte first, as every TL number."),
    _row("expires_at_now", Stage.TIME, FORTY, "expires_at is now: the key would end at once.",
         "expires_at is now + expires_in."),
    _row("local_clock_off", Stage.TIME, AFTER,
         "expires_at counts from this machine's clock, which is not the data centre's.",
         "Correct the clock by the server_time of the key exchange, and count from that."),
    _row("expires_at_in_the_past", Stage.TIME, AFTER, "expires_at has passed.",
         "Give it the end that the key exchange promised, in the data centre's time."),
    _row("expires_at_too_late", Stage.TIME, AFTER, "expires_at lies beyond the end that the key exchange promised.",
         "Give it the end that the key exchange promised: no key lives longer than its expires_in."),
)  # fmt: skip

# -- Around the seal ----------------------------------------------------------------------------------------------

_STRINGS: tuple[Mistake, ...] = (
    _row("length_head_left_out", Stage.REQUEST, CARRIED,
         "encrypted_message stands in the request without a length in front.",
         "Write it as TL bytes: 68, the 104 bytes, three zeros.",
         **_in_string(lambda body: body, lambda body: body + bytes(3), lambda body: body + bytes(4))),
    _row("length_head_of_four_bytes", Stage.REQUEST, CARRIED,
         "encrypted_message has the long form of a length in front, which is for 254 bytes and more.",
         "Write one byte, 68, and three zeros after the 104 bytes.",
         **_in_string(wrong.long_head, lambda body: wrong.long_head(body) + bytes(3))),
    _row("length_head_twice", Stage.SIZE, CARRIED,
         "encrypted_message was made a TL string twice: a length stands inside it as well.",
         "Hand the 104 bytes to the serializer as they are; it writes the length.",
         **_in_string(wrong.length_twice),
         unpacked=lambda body: body[1:105] if body[:1] == b"\x68" and body[105:] in (b"", bytes(3)) else None),
    _row("length_as_an_int", Stage.REQUEST, CARRIED,
         "encrypted_message has its length in front as an int, so everything in it is off.",
         "Write one byte, 68, and three zeros after the 104 bytes.",
         **_in_string(lambda body: iter(head + body + tail for tail in (b"", bytes(2), bytes(3)) for head in (
             INT(len(body)), INT(len(body))[::-1], LONG(len(body)), bytes([0, len(body)]), bytes([len(body), 0]))))),
    _row("string_padding_left_out", Stage.REQUEST, CARRIED, "The three zeros after encrypted_message are missing.",
         "Fill a TL string to a multiple of four bytes: 1 + 104 + 3.",
         **_in_string(lambda body: bytes([len(body)]) + body)),
    _row("string_padding_of_another_size", Stage.REQUEST, CARRIED,
         "After encrypted_message stand other zeros than three.",
         "Fill a TL string to a multiple of four bytes: 1 + 104 + 3.",
         **_in_string(lambda body: iter(bytes([len(body)]) + body + bytes(n) for n in (1, 2, 4, 7)))),
    _row("vector_around_it", Stage.REQUEST, CARRIED,
         "encrypted_message is written as a vector of bytes, not as a TL string.",
         "It is a TL string: 68, the 104 bytes, three zeros.",
         **_in_string(lambda body: b"\x15\xc4\xb5\x1c" + INT(len(body)) + body)),
    _row("wrong_length_head", Stage.REQUEST, CARRIED,
         "What stands in front of encrypted_message is not its length as TL writes it.",
         "Write one byte, 68: a hundred and four.",
         **_in_string(lambda body: iter(bytes([n]) + body + bytes(3) for n in range(256) if n != len(body)))),
    _row("sent_as_hex_text", Stage.SIZE, SEALED, "Hex digits stand in encrypted_message where bytes belong.",
         "Send the bytes themselves.", unpacked=_from_text(binascii.unhexlify)),
    _row("sent_as_base64_text", Stage.SIZE, SEALED, "Base64 stands in encrypted_message where bytes belong.",
         "Send the bytes themselves.",
         unpacked=(_from_text(lambda body: binascii.a2b_base64(body, strict_mode=True)),
                   _from_text(lambda body: base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4))))),
    _row("sent_as_utf8_text", Stage.SIZE, SEALED, "encrypted_message was taken for characters: UTF-8, or UTF-16.",
         "Send the bytes themselves.", unpacked=tuple(_from_text(lambda body, to=to: body.decode(to).encode("latin-1"))
                                                      for to in ("utf-8", "utf-16-le", "utf-16-be"))),
    _row("sent_with_seven_bits", Stage.SIZE, SEALED,
         "No byte of encrypted_message has its highest bit: it is text, or went through text of seven bits.",
         "Send the bytes themselves."),
    _row("line_ends_changed", Stage.SIZE, SEALED, "Line ends were changed in encrypted_message: every 0a became 0d 0a.",
         "Open the file or stream for bytes, not for text.",
         unpacked=lambda body: body.replace(b"\r\n", b"\n") if b"\r\n" in body else None),
    _row("sent_gzipped", Stage.SIZE, SEALED, "encrypted_message was compressed.",
         "Send the 104 bytes as they are: noise gets no smaller.", unpacked=_from_text(_inflated)),
    _row("request_in_the_request", Stage.SIZE, CARRIED,
         "A whole request stands in encrypted_message.", "Put the sealed binding there: 104 bytes.",
         unpacked=lambda body: body[25:129] if body[:4] == _CALL else None),
    _row("sent_reversed", Stage.SIZE, SEALED, "encrypted_message is back to front.", "Send the bytes as they come.",
         unpacked=(lambda body: body[::-1], lambda body: wrong.words_turned(body))),
)  # fmt: skip

_PACKETS: tuple[Mistake, ...] = (
    _row("packet_by_mtproto_1", Stage.CARRIED, CARRIED, "The packet around the request is sealed by MTProto 1.0.",
         "Seal the packet by MTProto 2.0; only the binding message inside it is 1.0.",
         packet=lambda t, p, m: _packet(t, m, version=V1)),
    _row("packet_direction_x_8", Stage.CARRIED, V2_LESSON,
         "The packet around the request is sealed as one from the data centre: x = 8.",
         "Use x = 0 for everything that travels to the data centre.", packet=lambda t, p, m: _packet(t, m, x=8)),
    _row("packet_msg_key_without_padding", Stage.CARRIED, V2_LESSON,
         "The msg_key of the packet leaves out the padding, as MTProto 1.0 did.",
         "Hash a piece of the key, the message and its padding: MTProto 2.0.",
         packet=lambda t, p, m: _packet(t, m, msg_key=_large(t, _unpadded(m))[8:24])),
    _row("perm_id_in_front", Stage.CARRIED, CARRIED,
         "The permanent key's id stands in front of a packet that the temporary key opens.",
         "The tunnel is the temporary key's: its id stands in front.",
         packet=lambda t, p, m: iter((sha1(p)[-8:] + _packet(t, m)[8:], _packet(p, m)))),
    _row("temp_id_in_front", Stage.CARRIED, CARRIED,
         "The permanent key opens the packet, and the temporary key's id stands in front of it.",
         "Seal the packet with the temporary key: only the binding message inside it is the permanent key's."),
    _row("sent_unencrypted", Stage.CARRIED, CARRIED, "The request travels in an unencrypted message: its key id is 0.",
         "Only the key exchange is unencrypted. Seal the request with the temporary key, by MTProto 2.0."),
    _row("frame_wrong", Stage.CARRIED, "04_one_payload_four_frames",
         "The packet and the frame around it do not fit each other.",
         "Compare tag, length and checksum with the framing's, and see whether the capture is cut off."),
    _row("container_seqno_odd", Stage.CARRIED, CARRIED, "The seqno of the container is odd.",
         "A container is not content-related: its seqno is even; the call in it has its own, odd one."),
    _row("container_wrong", Stage.CARRIED, CARRIED, "The container around the request breaks a rule of containers.",
         "It has a count, and msg_id, seqno, bytes and body of each; all msg_ids differ, and its own is the highest."),
    _row("packet_id_wrong", Stage.CARRIED, CARRIED,
         "The temporary key opens the packet, and the id in front of it is not that key's.",
         "Put the last eight bytes of SHA1(temp_auth_key) in front. If the binding names that id, look at the key."),
    _row("packet_sealed_wrongly", Stage.CARRIED, V2_LESSON,
         "The packet around the request opens only by a wrong recipe.", "Seal it by MTProto 2.0, x = 0."),
    _row("packet_msg_key_wrong", Stage.CARRIED, V2_LESSON,
         "The packet opens, and its msg_key is not the hash of what is in it: another recipe, or other bytes.",
         "msg_key = SHA256(key[88:120] + message with padding)[8:24]. See whether the packet is whole."),
    _row("salt_0", Stage.CARRIED, CARRIED, "The salt of the message is 0.",
         "Use the data centre's; after bad_server_salt send again with the one it names.",
         message=lambda s, *v: message(0, *v)),
    _row("message_seqno_0", Stage.CARRIED, CARRIED, "The seqno of the message is even.",
         "The call is content-related, so the message's own seqno is odd: envelope 0, message 1.",
         message=lambda s, i, m, q, r, p: iter((message(s, i, m, 0, r, p), message(s, i, m, q - 1, r, p)))),
    _row("length_148", Stage.CARRIED, CARRIED, "The length in the message counts more, or less, than the request.",
         "length counts the request alone, not msg_id, seqno and length in front of it.",
         message=lambda *v: (message(*v)[:28] + INT(len(v[4]) + n) + message(*v)[32:] for n in (16, 12, 32))),
    _row("padding_missing", Stage.CARRIED, CARRIED, "The padding of the message is missing, too short or too long.",
         "MTProto 2.0 has 12 to 1024 bytes, the whole a multiple of 16, and msg_key covers them.",
         message=lambda *v: message(*v)[: -len(v[5])]),
    _row("message_msg_id_wrong", Stage.CARRIED, CARRIED, "The msg_id is not one that a client may send.",
         "msg_id is unix time * 2**32 by the data centre's clock, divisible by 4."),
    _row("another_salt", Stage.CARRIED, CARRIED, "The salt of the message is not the one that is known.",
         "Use the data centre's current salt for the temporary key."),
    _row("packet_of_another_size", Stage.CARRIED, CARRIED, "The packet is not 24 bytes and whole blocks of 16.",
         "Send nothing behind the ciphertext; only padded framing adds bytes, and they are no part of the packet."),
    _row("packet_not_opened", Stage.CARRIED, CARRIED, "No key that is here opens the packet.",
         "Compare the first eight bytes with the ids of your keys; then the ladder of MTProto 2.0."),
    _row("temp_key_is_the_permanent_key", Stage.CARRIED, CARRIED,
         "One and the same key was given as the temporary and as the permanent one.",
         "Make a temporary key by an exchange of its own, with p_q_inner_data_temp_dc."),
    _row("sent_over_the_permanent_key", Stage.CARRIED, CARRIED, "The request came over a permanent key.",
         "Send it over the temporary key that it binds."),
)  # fmt: skip

# -- What only the doctor sees: no step is changed ----------------------------------------------------------------

_SEEN: tuple[Mistake, ...] = (
    _row("no_binding_in_it", Stage.REQUEST, CARRIED, "No whole auth.bindTempAuthKey is in these bytes.",
         "Look for 05 2a d4 cd: the request begins with it."),
    _row("another_constructor", Stage.REQUEST, CARRIED, "The request is right but for its constructor.",
         "Begin with 05 2a d4 cd: auth.bindTempAuthKey#cdd42a05."),
    _row("wrapper_wrong", Stage.REQUEST, CARRIED, "The request stands whole behind a wrapper that does not lead to it.",
         "Write every field of the wrapper: initConnection has flags, api_id and six strings before the call."),
    _row("bytes_appended", Stage.REQUEST, CARRIED, "Something follows the request.",
         "End after the 132 bytes; what goes with another call goes into a message of its own."),
    _row("empty", Stage.SIZE, SEALED, "encrypted_message is empty.", "Put the sealed binding there: 104 bytes."),
    _row("rsa_sealed", Stage.SIZE, SEALED,
         "256 bytes are one block of RSA, and no sealed binding has that size: RSA belongs to the key exchange.",
         "Seal with the permanent key, by MTProto 1.0: 104 bytes."),
    _row("not_sealed", Stage.SIZE, SEALED, "encrypted_message is not all encrypted: plaintext stands there.",
         "Seal it with the permanent key: key id, msg_key, AES-256-IGE."),
    _row("parts_of_the_seal", Stage.SIZE, SEALED,
         "The three parts of encrypted_message are not each there once, in their order and size.",
         "Put 8 bytes of key id, 16 of msg_key and 80 of ciphertext one after the other."),
    _row("wrong_size", Stage.SIZE, SEALED, "encrypted_message does not have the one length it can have.",
         "Check the parts: 8 bytes of key id, 16 of msg_key, 80 of ciphertext."),
    _row("cut_off", Stage.SIZE, SEALED, "The seal opens, and stops before its end.",
         "Send all 104 bytes: look for a buffer that is too small."),
    _row("perm_and_temp_swapped", Stage.OPENS, SEALED,
         "The two keys have changed places, in the client or where they were given: the temporary one seals.",
         "Seal with the permanent key, carry with the temporary one."),
    _row("key_cut_off", Stage.OPENS, V1_LESSON,
         "The key that was given is not whole: it opens the seal as it is, and its id is not the one that is named.",
         "Give all 256 bytes: those at the end are missing."),
    _row("sealed_by_mtproto_2", Stage.OPENS, SEALED, "The binding is sealed by MTProto 2.0, msg_key and schedule.",
         "Seal this one message by MTProto 1.0: msg_key = SHA1 of the 72 bytes, [4:20]; four SHA-1 with x = 0.",
         bind_packet=lambda *v: client.bind_packet(*v, instead=_sealed_by_2(v[0]))),
    _row("sealed_with_the_temporary_key", Stage.OPENS, SEALED, "The seal is made with the temporary key.",
         "Seal with the permanent key: with it the owner signs for the temporary one, which seals the packet.",
         bind_packet=lambda *v: client.bind_packet(*v, instead={
             row.name: lambda m, k, name=row.name: _hash(V1, name, v[1], m) for row in V1.rows if row.hash})),
    _row("sealed_with_another_key", Stage.OPENS, SEALED,
         "The seal is made with another key than the one that it is for.",
         "Seal with the permanent key of this data centre: every data centre has its own."),
    _row("msg_key_changed_in_front", Stage.OPENS, SEALED,
         "AES key and iv come from another msg_key than the one that stands in front.",
         "Use one msg_key: write in front exactly the 16 bytes that the schedule was made from."),
    _row("wrong_iv", Stage.OPENS, IGE,
         "The AES key is right: from the second block on everything opens. The iv is not, or block 1 was changed.",
         "Compare aes_iv with the table: a[8:20] + b[0:8] + c[16:20] + d[0:8]."),
    _row("not_opened", Stage.OPENS, SEALED,
         "Not opened by this key: no known way to seal a binding turns these bytes into one.",
         "Run the ladder's inputs through your own code: the first value that differs is the bug. Check too that this "
         "is the key of this data centre."),
    _row("something_else_sealed", Stage.SHAPE, SEALED,
         "The permanent key is right and the hash fits; what stands behind the seal is no binding in any order known.",
         "Compare the 72 bytes that you seal with the envelope of the ladder, field by field."),
    _row("padding_of_another_size", Stage.SHAPE, SEALED, "Behind the fields stands more than their padding, or less.",
         "Fill up to the next multiple of 16 and no further, as MTProto 1.0 does: 8 bytes."),
    _row("padding_before_the_envelope", Stage.SHAPE, SEALED, "The padding stands before the envelope.",
         "Put it behind the 72 bytes."),
    _row("one_bit_flipped", Stage.HASH, CHECKED,
         "One bit was flipped after sealing: with it flipped back, everything is right.",
         "Look for what touches the bytes between sealing and sending."),
    _row("changed_after_sealing", Stage.HASH, CHECKED,
         "The beginning opens and the rest is noise: bytes were changed or lost after sealing, or the blocks there are "
         "not encrypted, or chained otherwise.", "Look for what touches the bytes between sealing and sending."),
    _row("msg_key_before_a_field_was_filled", Stage.HASH, SEALED,
         "msg_key is the hash of the envelope as it was before one of its fields got its value.",
         "Take the hash when nothing changes in the 72 bytes any more."),
    _row("msg_key_of_something_else", Stage.HASH, SEALED,
         "The seal opens, and msg_key is not the hash of what is in it, nor made of it in any way known here.",
         "Take SHA1 of the 72 bytes that you seal, [4:20], at the moment when nothing changes in them any more."),
    _row("names_another_key", Stage.EQUALITY, FORTY, "This is not the id that the permanent key has elsewhere.",
         "Name the permanent key in all three places: in the request, in front of encrypted_message, in the inner "
         "object. Where all agree, look at the key itself."),
    _row("another_value_of_yours", Stage.EQUALITY, FORTY, "Another value of the same binding stands in this field.",
         "Put each value into its own field."),
    _row("wrong_constructor", Stage.EQUALITY, FORTY, "Another object than bind_auth_key_inner is sealed.",
         "Begin the inner object with 65 f7 a3 75."),
    _row("nonce_drawn_twice", Stage.EQUALITY, FORTY, "The nonce inside is not the nonce of the request.",
         "Draw it once and write the same eight bytes in both places."),
    _row("another_temporary_key", Stage.EQUALITY, FORTY,
         "The id that stands for the temporary key is not that of the key that carries the binding.",
         "Bind the key over which the request travels, by its own id; build anew after a new exchange."),
    _row("session_of_another_connection", Stage.EQUALITY, FORTY,
         "The session inside is not the session of the message.",
         "Write the session_id of the message that carries the request; build anew when it changes."),
    _row("expires_at_computed_twice", Stage.EQUALITY, FORTY, "expires_at inside is not the expires_at of the request.",
         "Compute the date once and write it in both places."),
    _row("msg_id_of_the_container", Stage.EQUALITY, SEALED,
         "The envelope carries the msg_id of the container, not of the message in it.",
         "Use the msg_id of the message that holds the request."),
    _row("built_for_an_older_message", Stage.EQUALITY, AFTER,
         "The msg_id inside is older than that of the message: as where a binding is sent again under a new msg_id "
         "(after bad_server_salt, or error 16, 17 or 20), or its id is drawn too early.",
         "Build it anew for every new msg_id, or send the same message again under its old one."),
    _row("fresh_msg_id_inside", Stage.EQUALITY, SEALED,
         "The msg_id inside is newer than that of the message: as where each draws its own.",
         "Draw one msg_id and use it twice: for the envelope and for the message that carries it.",
         bind_packet=lambda *v: (client.bind_packet(*v, instead={
             "envelope": lambda random, m, i, off=off: envelope(random, m + off, i)}) for off in (4, 8, -4, -8))),
    _row("another_msg_id", Stage.EQUALITY, SEALED, "The msg_id inside is not the msg_id of the message.",
         "Copy the msg_id of the message that carries the request, all 64 bits."),
    _row("msg_id_of_another_clock", Stage.EQUALITY, SEALED,
         "The msg_id inside has the message's time in another unit, or in whole seconds, and is not its msg_id.",
         "Copy the msg_id of the message that carries the request, all 64 bits."),
)  # fmt: skip

# -- Right bytes that are refused; no mistake; nothing visible in the bytes ----------------------------------------

_STATES: tuple[Mistake, ...] = (
    _row("permanent_key_unknown", Stage.STATE, AFTER,
         "The bytes are right. This data centre does not know the permanent key: younger than 60 seconds, dropped "
         "(logged out, session file used twice), another DC, or test against production.",
         "Do not drop keys yet: ask help.getNearestDc over the permanent key itself; -404 means that it is gone."),
    _row("permanent_key_too_young", Stage.STATE, AFTER,
         "The bytes are right. The permanent key is younger than 60 seconds, and not every server of the data centre "
         "knows it yet.", "Wait and bind again, built anew for its new msg_id; do not drop keys."),
    _row("cdn", Stage.STATE, ERRORS, "This is a CDN data centre: it has no perfect forward secrecy.",
         "Do not bind there; talk to it under its permanent key."),
    _row("temporary_key_expired", Stage.STATE, AFTER,
         "The temporary key is past its end: the data centre has forgotten it, and answers -404.",
         "Make a new temporary key and bind that; the permanent key is as good as before."),
    _row("bound_to_another_key", Stage.STATE, ERRORS, "This temporary key is bound to another permanent key already.",
         "Make a new temporary key for each permanent key."),
    _row("older_than_the_present_binding", Stage.STATE, AFTER,
         "A newer binding of this permanent key was accepted before.", "Build the binding for a new msg_id."),
    _row("no_such_permanent_key", Stage.STATE, ERRORS,
         "This data centre has no permanent key of that id: never made here, dropped, too young, or the id is wrong.",
         "Compare the id with SHA1(auth_key)[12:20] of the key that seals; then ask whether that key was made here."),
    _row("other_bytes_were_sent", Stage.STATE, CARRIED, "These bytes are right, and the data centre read others.",
         "Compare them with what leaves the socket."),
    _row("date_refused", Stage.STATE, AFTER,
         "The bytes are right and the date is in range by what is known here; the data centre's clock or limit differ.",
         "Use the end that the key exchange promised, in the data centre's time."),
    _row("called_before_the_binding", Stage.STATE, ERRORS, "Another method was called before boolTrue came.",
         "Wait for boolTrue; only help.getConfig and help.getNearestDc may come earlier."),
    _row("connection_not_inited", Stage.STATE, AFTER,
         "The data centre wants a header first; the binding was not judged.",
         "Wrap the call: invokeWithLayer(initConnection(auth.bindTempAuthKey)), and send it again."),
    _row("no_verdict_yet", Stage.STATE, AFTER,
         "The message was refused, delayed or lost before anybody looked at the binding.",
         "Correct salt, clock or seqno, or wait, and send it again; built anew wherever the msg_id is new."),
    _row("temporary_key_unknown", Stage.STATE, ERRORS,
         "Transport error -404: the data centre does not know the key that carries the packet, the temporary one: "
         "never made here, past its end, or forgotten.",
         "Make a new temporary key and bind that; the permanent key is as good as before."),
    _row("another_data_centre", Stage.STATE, ERRORS, "The data centre is not the one that was asked for.",
         "Check the dc id of the key exchange, 10000 more for the test servers, and the address."),
    _row("not_logged_in", Stage.STATE, AFTER,
         "The answer is about a login that this key does not have; the binding itself was not judged.",
         "Send auth.bindTempAuthKey first; log in after boolTrue."),
    _row("answer_not_known", Stage.STATE, ERRORS,
         "What the answer means is not known here: it is not boolTrue as it stands.",
         "Only boolTrue says that the key is bound. Look the answer up at core.telegram.org/api/errors."),
    _row("healthy", Stage.STATE, AFTER,
         "The bytes are right: a data centre that knows this permanent key accepts them.",
         "If it refuses them, it does not know the key: younger than 60 seconds, dropped (logged out, session file "
         "used twice), another DC, or test against production. Do not drop keys yet."),
    _row("nothing_wrong_so_far", Stage.STATE, DEBUG,
         "Nothing is wrong in what can be compared; some comparisons lack a value.",
         "Give the values that are missing."),
    _row("no_key", Stage.STATE, DEBUG, "Nothing is wrong outside the seal; without the permanent key it stays closed.",
         "Give a throw-away permanent key, or run the ladder's inputs through your own code: the first value that "
         "differs is the bug."),
    _row("nothing_given", Stage.STATE, DEBUG, "There are no bytes to look at.",
         "Give encrypted_message, the request, the packet or a captured stream."),
    _row("unexplained", Stage.STATE, CHECKED, "A check fails that no known mistake explains.",
         "Look at the row that fails: it says what was got and what was expected."),
    _row("salt_and_session_inside", Stage.HARMLESS, SEALED,
         "The first 16 bytes are the real salt and session_id. Harmless: nobody reads them.",
         "Draw 16 random bytes, as the documents ask."),
    _row("key_given_short", Stage.HARMLESS, V1_LESSON,
         "The key was handed over with a length that is not 256. Harmless here: it was sealed with the right one.",
         "Keep a key as 256 bytes."),
)  # fmt: skip

# -- The rest of a client: bytes, keys, whole packets ---------------------------------------------------------------
# Only the ladder and the lessons before the binding ask for these steps.

NAMES, STRINGS_LESSON, FRAMES, HIDING, AGREED, FACTORS, SEALING, OFFER, PROOF = (
    "02_every_byte_has_a_name", "03_numbers_and_strings", "04_one_payload_four_frames", "05_hiding_the_shape",
    "06_a_key_is_agreed", "07_pq", "08_rsa_pad", "09_diffie_hellman", "10_proof_and_identity",
)  # fmt: skip


def _rung(name: str, lesson: str, sentence: str, fix: str, **ways: Any) -> Mistake:
    return _row(name, Stage.LADDER, lesson, sentence, fix, **ways)


_NAMES: tuple[Mistake, ...] = (
    _rung("id_in_its_own_hash", NAMES, "The id in the line was hashed with it.", "The id itself is not in the hash.",
          constructor_id=lambda line: WORD(crc(line, undone="id"))),
    _rung("end_of_the_line_hashed", NAMES, "The semicolon or the end of the line was hashed.",
          "The line ends before the semicolon.",
          constructor_id=lambda line: iter((WORD(crc(line, undone="end")), WORD(crc(line + ";\n", undone="end")),
                                            WORD(crc(line.rstrip(";") + "\n", undone="end"))))),
    _rung("bytes_hashed_as_bytes", NAMES, "The line was hashed with the word bytes in it.",
          "bytes is hashed as string: just the line of the bind is wrong without that.",
          constructor_id=lambda line: (WORD(crc(each, undone="bytes"))
                                       for each in (line, line.replace(":bytes ", ":string ")))),
    _rung("type_of_flags_lost", NAMES, "The # behind flags was taken out as well.",
          "Only the #id behind the name goes: the type # stays, as in flags:#.",
          constructor_id=lambda line: WORD(crc(line.replace(":#", ":")))),
    _rung("brackets_hashed", NAMES, "The line was hashed with its brackets.", "< becomes a space; >, { and } go.",
          constructor_id=lambda line: WORD(crc(line, undone="brackets"))),
    _rung("true_flags_hashed", NAMES, "The line was hashed with its flags.N?true fields.",
          "flags.N?true takes no bytes, and it is not in the hash.",
          constructor_id=lambda line: WORD(crc(line, undone="true flags"))),
    _rung("crc_not_inverted", NAMES, "The CRC-32 was not inverted at its end.",
          "Take zlib's: polynomial edb88320, start and end inverted.",
          constructor_id=lambda line: WORD(crc(line) ^ 0xFFFFFFFF)),
    _rung("id_turned_round", NAMES, "The id is turned round.", "An id is a number: low byte first on the wire.",
          constructor_id=lambda line: client.constructor_id(line)[::-1]),
)  # fmt: skip

_TL: tuple[Mistake, ...] = (
    _rung("head_not_counted", STRINGS_LESSON, "The zeros were counted for the data alone.",
          "The head counts: head and data together are filled up to a multiple of 4.",
          tl_string=lambda body: _string(body, filled=lambda head, size: -size % 4)),
    _rung("no_zeros_after_a_string", STRINGS_LESSON, "There are no zeros after the data.",
          "Head and data together are filled up to a multiple of 4.",
          tl_string=lambda body: _string(body, filled=lambda head, size: 0)),
    _rung("four_zeros_after_a_string", STRINGS_LESSON, "Four zeros stand where none are due.",
          "Count -size mod 4, not 4 - size mod 4; in an exchange it shows first at 256 bytes.",
          tl_string=lambda body: _string(body, filled=lambda head, size: 4 - (head + size) % 4)),
    _rung("long_head_too_early", STRINGS_LESSON, "The long head begins at 253 bytes here.", "253 still fits one byte.",
          tl_string=lambda body: _string(body, long_from=253)),
    _rung("long_head_too_late", STRINGS_LESSON, "The long head begins later than at 254 bytes here.",
          "254 in one byte is fe, which announces three more: a reader takes your text for a length.",
          tl_string=lambda body: (_string(body, long_from=at) for at in (255, 256))),
    _rung("long_head_always", STRINGS_LESSON, "Every string has the long head here.",
          "A reader may accept it; the local DC does not: fe is for 254 and more.",
          tl_string=lambda body: _string(body, long_from=0)),
    _rung("long_head_high_byte_first", STRINGS_LESSON, "The length in the long head stands high byte first.",
          "Right at 256, because 00 01 00 reads the same both ways; wrong at 336.",
          tl_string=lambda body: _string(body, order="big")),
    _rung("string_length_as_an_int", STRINGS_LESSON, "The length stands in front as an int.",
          "One byte up to 253; from 254 on fe and three bytes.",
          tl_string=lambda body: INT(len(body)) + body + bytes(-len(body) % 4)),
    _rung("number_low_byte_first", STRINGS_LESSON, "The number stands low byte first.",
          "Numbers of the exchange go high byte first: p = 1513098571 is 04 5a 30 0d 4b 00 00 00.",
          number_string=lambda number: client.tl_string(_high(number)[::-1]),
          p_q=lambda pq: b"".join(client.tl_string(_high(each)[::-1]) for each in factor(_number(pq)))),
    _rung("number_of_eight_bytes", STRINGS_LESSON, "The number was filled up with zeros.",
          "No zeros in front: a number of 31 bits has 4 bytes.",
          number_string=lambda number: client.tl_string(number.to_bytes(8, "big")),
          p_q=lambda pq: (b"".join(client.tl_string(_high(each).rjust(size, b"\0")) for each in factor(_number(pq)))
                          for size in (8, 4))),
    _rung("p_q_in_no_strings", STRINGS_LESSON, "p and q are not a TL string each.",
          "Each has a head of its own, and zeros up to a multiple of 4 behind it.",
          p_q=lambda pq: iter((b"".join(map(_high, factor(_number(pq)))),
                               client.tl_string(b"".join(map(_high, factor(_number(pq)))))))),
    _rung("number_without_a_string", STRINGS_LESSON, "The number stands there as a long.",
          "Numbers of the exchange are strings, high byte first.",
          number_string=lambda number: iter((LONG(number), LONG(number)[::-1])),
          p_q=(lambda pq: b"".join(map(LONG, factor(_number(pq)))),
               lambda pq: b"".join(map(INT, factor(_number(pq)))))),
    _rung("number_with_a_sign_byte", STRINGS_LESSON, "A zero byte stands in front: a library wrote the sign as well.",
          "No zeros in front.", number_string=lambda number: client.tl_string(b"\0" + _high(number))),
    _rung("result_with_its_header", STRINGS_LESSON, "That is the whole rpc_result.",
          "The result begins after the id and req_msg_id, at 12.",
          result_of=lambda body, m: b"\x01\x6d\x5c\xf3" + LONG(m) + client.result_of(body, m)),
    _rung("result_still_packed", STRINGS_LESSON, "The result is still packed.",
          "gzip_packed may stand around anything, also inside rpc_result.",
          result_of=lambda body, m: _results(body, m, ("outside",))),
    _rung("packed_container_not_opened", STRINGS_LESSON, "What is packed around the rpc_result was not opened.",
          "gzip_packed may stand around anything, also around the container.",
          result_of=lambda body, m: _results(body, m, ("result",))),
    _rung("container_not_opened", STRINGS_LESSON, "The container was not opened.",
          "After the id of msg_container come a count and bare messages: msg_id 8, seqno 4, bytes 4, body.",
          result_of=lambda body, m: client.result_of(body, m) if body[:4] == b"\x01\x6d\x5c\xf3" else b""),
    _rung("another_result", STRINGS_LESSON, "That is the result of another call.",
          "req_msg_id says which message a result answers.",
          result_of=lambda body, m: _results(body, None, ("outside", "result"))),
)  # fmt: skip


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _high(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _string(body: bytes, *, long_from: int = 254, order: Any = "little", filled: Way | None = None) -> bytes:
    """A TL string with some of its rules changed."""
    head = bytes([len(body)]) if len(body) < long_from else b"\xfe" + len(body).to_bytes(3, order)
    return head + body + bytes(filled(len(head), len(body)) if filled else -(len(head) + len(body)) % 4)


def _results(body: bytes, msg_id: int | None, inflated: tuple[str, ...]) -> bytes:
    """The result for msg_id (None: the first result), with gzip_packed unpacked only in the places `inflated`."""
    messages = [Message(0, 0, body)]
    if "outside" in inflated or body[:4] == CONTAINER:
        messages = contents(Message(2**63 - 1, 0, body), Budget(Limits()))
    for each in messages:
        packed = each.body[:4] == GZIP
        found = inflate(each.body, 1 << 20) if packed and "outside" in inflated else each.body
        if found[:4] == b"\x01\x6d\x5c\xf3" and msg_id in (None, wrong.long(found[4:12])):
            return inflate(found[12:], 1 << 20) if "result" in inflated else found[12:]
    return b""


_FRAMES: tuple[Mistake, ...] = (
    _rung("tag_before_every_frame", FRAMES, "The tag stands in front of the frame.",
          "The tag is sent once per connection.",
          frame_abridged=lambda packet: b"\xef" + client.frame_abridged(packet),
          frame_intermediate=lambda packet: b"\xee" * 4 + client.frame_intermediate(packet),
          frame_padded=lambda packet, padding: b"\xdd" * 4 + client.frame_padded(packet, padding)),
    _rung("frame_length_in_bytes", FRAMES, "The length counts bytes.", "Abridged counts words of 4 bytes.",
          frame_abridged=lambda packet: iter((_abridged(packet, len(packet)),
                                              _abridged(packet, len(packet) if len(packet) >= 508 else None)))),
    _rung("frame_head_without_7f", FRAMES, "The three bytes of the long form stand there without 7f.",
          "7f comes first: it says that three bytes follow.",
          frame_abridged=lambda packet: _abridged(packet, mark=b"")),
    _rung("frame_length_in_words", FRAMES, "The length counts words.", "Only abridged counts words of 4 bytes.",
          frame_intermediate=lambda packet: INT(len(packet) // 4) + packet),
    _rung("frame_length_127_in_one_byte", FRAMES, "127 words stand in one byte.",
          "From 127 words on, not from 128: 7f itself announces three more bytes.",
          frame_abridged=lambda packet: _abridged(packet, long_from=128)),
    _rung("frame_head_ff", FRAMES, "The long form begins with ff.",
          "ff is 7f with the bit that asks for a quick ack.",
          frame_abridged=lambda packet: _abridged(packet, mark=b"\xff")),
    _rung("frame_always_long", FRAMES, "The long form stands where one byte would do.",
          "Up to 126 words the length is one byte.", frame_abridged=lambda packet: _abridged(packet, long_from=0)),
    _rung("frame_length_high_byte_first", FRAMES, "The length stands high byte first.",
          "Low byte first: 28 00 00 00 is 40.",
          frame_abridged=lambda packet: _abridged(packet, order="big"),
          frame_intermediate=lambda packet: _turned_head(client.frame_intermediate(packet)),
          frame_padded=lambda packet, padding: _turned_head(client.frame_padded(packet, padding)),
          frame_full=lambda packet, seqno: _full(packet, seqno, order="big")),
    _rung("frame_length_counts_itself", FRAMES, "The length counts itself.",
          "Intermediate's length does not count itself; full's does.",
          frame_intermediate=lambda packet: INT(len(packet) + 4) + packet,
          frame_padded=lambda packet, padding: INT(len(packet + padding) + 4) + packet + padding,
          last_packet=lambda stream: _last(stream, own=4)),
    _rung("frame_length_without_padding", FRAMES, "The length leaves out the padding.",
          "Nothing else says where the next frame begins: the length counts packet and padding.",
          frame_padded=lambda packet, padding: INT(len(packet)) + packet + padding),
    _rung("frame_padding_missing", FRAMES, "The padding is missing.", "Put it behind the packet.",
          frame_padded=lambda packet, padding: client.frame_intermediate(packet)),
    _rung("frame_padding_in_front", FRAMES, "The padding stands before the packet.", "Put it behind the packet.",
          frame_padded=lambda packet, padding: client.frame_intermediate(padding + packet)),
    _rung("full_length_of_the_packet", FRAMES, "The length leaves out some of the 12 bytes around the packet.",
          "Full's length counts all: itself, the number, the packet, the CRC-32.",
          frame_full=lambda packet, seqno: (_full(packet, seqno, around=n) for n in (0, 4, 8))),
    _rung("full_numbered_from_1", FRAMES, "The frame has the number of the next one.", "Full frames count from 0.",
          frame_full=lambda packet, seqno: _full(packet, seqno + 1)),
    _rung("full_number_left_out", FRAMES, "The number of the frame is missing.",
          "It stands between the length and the packet.",
          frame_full=lambda packet, seqno: _crc_behind(INT(len(packet) + 8) + packet)),
    _rung("full_crc_of_the_packet", FRAMES, "The CRC-32 covers the packet alone.",
          "It covers all that stands before it.",
          frame_full=lambda packet, seqno: _full(packet, seqno)[:-4] + WORD(zlib.crc32(packet))),
    _rung("full_crc_high_byte_first", FRAMES, "The CRC-32 stands high byte first.", "Low byte first.",
          frame_full=lambda packet, seqno: _full(packet, seqno)[:-4] + _full(packet, seqno)[:-5:-1]),
    _rung("full_crc_left_out", FRAMES, "The CRC-32 is missing.", "The last 4 bytes are the CRC-32 of all before them.",
          frame_full=lambda packet, seqno: _full(packet, seqno)[:-4]),
    _rung("first_packet_only", FRAMES, "That is the first packet.", "One read may hold several frames.",
          last_packet=lambda stream: stream[4 : 4 + _length(stream)]),
    _rung("whole_read_as_a_packet", FRAMES, "That is all that was read.", "A read is no packet: cut by the length.",
          last_packet=lambda stream: iter((stream[4:], stream))),
    _rung("cut_packet_handed_up", FRAMES, "That packet has not arrived whole.",
          "What is left over belongs to the next read.", last_packet=lambda stream: _last(stream, whole=False)),
    _rung("packet_with_its_length", FRAMES, "The length stands before the packet still.",
          "The 4 bytes of length belong to the frame.",
          last_packet=lambda stream: INT(len(client.last_packet(stream))) + client.last_packet(stream)),
)  # fmt: skip


def _abridged(
    packet: bytes, length: int | None = None, *, long_from: int = 127, mark: bytes = b"\x7f", order: Any = "little"
) -> bytes:
    words = len(packet) // 4 if length is None else length
    return (bytes([words]) if words < long_from else mark + words.to_bytes(3, order)) + packet


def _turned_head(frame: bytes) -> bytes:
    return frame[3::-1] + frame[4:]


def _crc_behind(data: bytes) -> bytes:
    return data + WORD(zlib.crc32(data))


def _full(packet: bytes, seqno: int, *, around: int = 12, order: Any = "little") -> bytes:
    return _crc_behind((len(packet) + around).to_bytes(4, order) + seqno.to_bytes(4, order) + packet)


def _length(stream: bytes) -> int:
    return int.from_bytes(stream[:4], "little")


def _last(stream: bytes, *, own: int = 0, whole: bool = True) -> bytes:
    """The last packet of a stream whose lengths count `own` bytes of themselves."""
    last = b""
    while len(stream) >= 4 and _length(stream) > 4 and (not whole or len(stream) >= 4 - own + _length(stream)):
        last, stream = stream[4 : 4 - own + _length(stream)], stream[4 - own + _length(stream) :]
    return last


_HIDING: tuple[Mistake, ...] = (
    _rung("header_tail_from_the_start", HIDING, "Bytes 56 to 63 are encrypted with the start of the stream.",
          "The stream runs over all 64 bytes; bytes 56 to 63 are its bytes 56 to 63.",
          obfuscated_header=lambda r, t, d: r[:56] + _ctr(r).update(_clear(r, t, d)[56:])),
    _rung("header_all_encrypted", HIDING, "The whole header is encrypted.",
          "Bytes 0 to 55 travel plain: the server needs them.",
          obfuscated_header=lambda r, t, d: _ctr(r).update(_clear(r, t, d))),
    _rung("header_not_encrypted", HIDING, "Nothing in the header is encrypted.",
          "The tag would stand there readable: bytes 56 to 63 are encrypted.",
          obfuscated_header=lambda r, t, d: _clear(r, t, d)),
    _rung("tag_of_one_byte", HIDING, "The tag stands there once.", "The tag fills four bytes: ef ef ef ef.",
          obfuscated_header=lambda r, t, d: _hidden(r, r[:56] + t + r[56 + len(t) : 60] + _dc(d) + r[62:])),
    _rung("dc_high_byte_first", HIDING, "The dc stands high byte first.", "It is an int16, low byte first.",
          obfuscated_header=lambda r, t, d: _hidden(r, _clear(r, t, d)[:60] + _dc(d)[::-1] + r[62:])),
    _rung("dc_left_out", HIDING, "The dc is not in the header.", "Write it into bytes 60 and 61.",
          obfuscated_header=lambda r, t, d: _hidden(r, _clear(r, t, d)[:60] + r[60:])),
    _rung("keys_of_the_way_back", HIDING, "Key and iv are those of the other direction.",
          "Outwards the bytes as drawn, inwards reversed.",
          obfuscated_header=lambda r, t, d: r[:56] + _ctr(r[::-1]).update(_clear(r, t, d))[56:],
          obfuscated_sent=lambda r, t, d, one, two: client.obfuscated_header(r, t, d) + _ctr(r[::-1]).update(one + two),
          obfuscated_received=lambda r, t, d, data: _ctr(r).update(data)),
    _rung("pieces_from_byte_0", HIDING, "Key and iv were cut from byte 0 on.", "They are [8:40] and [40:56].",
          obfuscated_header=lambda r, t, d: r[:56] + Ctr(r[:32], r[32:48]).update(_clear(r, t, d))[56:]),
    _rung("stream_begun_again", HIDING, "The stream begins again with every piece.",
          "One stream for the life of the connection.",
          obfuscated_sent=lambda r, t, d, one, two: client.obfuscated_header(r, t, d) + b"".join(
              _ctr(r, 64).update(each) for each in (one, two))),
    _rung("stream_from_0", HIDING, "The stream begins at 0 behind the header.",
          "The header has used up 64 bytes of it.",
          obfuscated_sent=lambda r, t, d, one, two: client.obfuscated_header(r, t, d) + _ctr(r).update(one + two)),
    _rung("tag_behind_the_header", HIDING, "The tag was sent once more behind the header.",
          "The tag is in the header already.",
          obfuscated_sent=lambda r, t, d, one, two: client.obfuscated_sent(r, t, d, t + one, two)),
    _rung("header_not_sent", HIDING, "The header is missing.", "It goes first: without it the server has no key.",
          obfuscated_sent=lambda r, t, d, one, two: client.obfuscated_sent(r, t, d, one, two)[64:]),
    _rung("way_back_from_64", HIDING, "The stream of the way back begins at 64.",
          "Nothing came in before: the way back starts at 0.",
          obfuscated_received=lambda r, t, d, data: _ctr(r[::-1], 64).update(data)),
    _rung("pieces_reversed", HIDING, "Key and iv were cut first and reversed then.", "Reverse the 64 bytes, then cut.",
          obfuscated_received=lambda r, t, d, data: Ctr(r[8:40][::-1], r[40:56][::-1]).update(data)),
)  # fmt: skip


def _dc(dc: int) -> bytes:
    return dc.to_bytes(2, "little", signed=True)


def _clear(random64: bytes, tag: bytes, dc: int) -> bytes:
    return random64[:56] + (4 * tag)[:4] + _dc(dc) + random64[62:]


def _ctr(random64: bytes, used: int = 0) -> Ctr:
    stream = Ctr(random64[8:40], random64[40:56])
    stream.update(bytes(used))
    return stream


def _hidden(random64: bytes, clear: bytes) -> bytes:
    return clear[:56] + _ctr(random64).update(clear)[56:]


_AGREED: tuple[Mistake, ...] = (
    _rung("key_id_0_left_out", AGREED, "The eight zeros in front are missing.",
          "Eight zero bytes come first: no key yet.", plain_packet=lambda m, body: client.plain_packet(m, body)[8:]),
    _rung("plain_length_of_all", AGREED, "The length counts more than the body.",
          "It counts the body, not the 20 bytes before it.",
          plain_packet=lambda m, body: (bytes(8) + LONG(m) + INT(len(body) + n) + body for n in (20, 4, 12))),
    _rung("plain_with_a_msg_key", AGREED, "Room for a msg_key is left.", "Nothing is sealed: no msg_key.",
          plain_packet=lambda m, body: bytes(24) + client.plain_packet(m, body)[8:]),
    _rung("plain_body_as_a_string", AGREED, "The body stands there as a TL string.",
          "The length is an int of 4 bytes, and nothing is filled up.",
          plain_packet=lambda m, body: bytes(8) + LONG(m) + client.tl_string(body)),
    _rung("plain_length_left_out", AGREED, "The length is missing.",
          "message_data_length stands between msg_id and the body.",
          plain_packet=lambda m, body: bytes(8) + LONG(m) + body),
    _rung("plain_high_byte_first", AGREED, "msg_id or the length stand high byte first.",
          "msg_id and the length are numbers: low byte first.",
          plain_packet=lambda m, body: (bytes(8) + one + two + body for one, two in (
              (LONG(m)[::-1], INT(len(body))[::-1]), (LONG(m)[::-1], INT(len(body))),
              (LONG(m), INT(len(body))[::-1])))),
    _rung("larger_factor_first", FACTORS, "The larger factor stands first.", "p < q; the walk may find q first.",
          p_q=lambda pq: b"".join(map(client.number_string, factor(_number(pq))[::-1]))),
    _rung("factor_1", FACTORS, "One of the two is 1.",
          "gcd gave the whole number: both were caught in one step; take another c.",
          p_q=lambda pq: b"".join(map(client.number_string, (1, _number(pq))))),
)  # fmt: skip

_SEALING: tuple[Mistake, ...] = (
    _rung("bare_numbers_hashed", SEALING, "n and e were hashed without their lengths.",
          "n and e are hashed as TL strings, 264 bytes.",
          fingerprint=lambda n, e: sha1(n + _high(e))[12:]),
    _rung("e_as_an_int", SEALING, "e was hashed as an int.", "e is a number in a TL string: 03 01 00 01.",
          fingerprint=lambda n, e: (sha1(client.tl_string(n) + each)[12:] for each in (INT(e), INT(e)[::-1]))),
    _rung("fingerprint_by_sha256", SEALING, "That is a SHA-256.", "A key is named by SHA-1.",
          fingerprint=lambda n, e: (sha256(client.tl_string(n) + client.tl_string(_high(e)))[at : at + 8]
                                    for at in (24, 12))),
    _rung("first_8_of_the_fingerprint", SEALING, "That is the beginning of the hash.", "The last 8.",
          fingerprint=lambda n, e: _named(n, _high(e))[:8]),
    _rung("fingerprint_turned_round", SEALING, "The fingerprint is turned round.",
          "Cut from a hash: as it stands; printed as a number it reads the other way round.",
          fingerprint=lambda n, e: client.fingerprint(n, e)[::-1]),
    _rung("zero_before_n", SEALING, "n was hashed with a zero in front.",
          "ASN.1 puts a zero before n; the fingerprint does not.",
          fingerprint=lambda n, e: _named(b"\0" + n, _high(e))[12:]),
    _rung("e_of_four_bytes", SEALING, "e was hashed with zeros in front.", "01 00 01: no zeros in front.",
          fingerprint=lambda n, e: _named(n, e.to_bytes(4, "big"))[12:]),
    _rung("file_hashed", SEALING, "The key was hashed as the file has it.",
          "Not the file: n and e as two TL strings.",
          fingerprint=lambda n, e: (sha1(base64.b64decode("".join(pem.split("\n")[1:-2])))[12:] for pem in (
              PublicKey(_number(n), e).to_pem(), PublicKey(_number(n), e).to_spki_pem()))),
    _rung("data_not_reversed", SEALING, "The bytes were not reversed.",
          "data_pad_reversed comes first, the random bytes in front.",
          rsa_pad=_padded(ordered=lambda filled, digest: filled + digest)),
    _rung("padding_not_reversed", SEALING, "The data was reversed, and the padding was not.", "Reverse all 192 bytes.",
          rsa_pad=lambda data, *v: _padded(ordered=lambda filled, digest: (
              data[::-1] + filled[len(data) :] + digest))(data, *v)),
    _rung("hash_reversed_as_well", SEALING, "The hash was reversed as well.",
          "Reverse the 192 bytes; the hash stands behind them as it is.",
          rsa_pad=(_padded(ordered=lambda filled, digest: (filled + digest)[::-1]),
                   _padded(ordered=lambda filled, digest: filled[::-1] + digest[::-1]))),
    _rung("temp_key_last_in_the_hash", SEALING, "In the hash, temp_key stands behind the data.",
          "temp_key comes first.", rsa_pad=_padded(hashed=lambda k, d: d + k)),
    _rung("block_without_rsa", SEALING, "That is the block: it was not raised to the power of e.",
          "encrypted_data = block^e mod n.", rsa_pad=lambda data, p, k, n, e: _padded()(data, p, k, n, 1)),
    _rung("hash_over_the_reversed", SEALING, "The hash runs over the reversed bytes.",
          "The hash runs over the bytes in their first order.", rsa_pad=_padded(hashed=lambda k, d: k + d[::-1])),
    _rung("hash_without_temp_key", SEALING, "temp_key is not in the hash.", "Hash temp_key and data_with_padding.",
          rsa_pad=_padded(hashed=lambda k, d: d)),
    _rung("hash_of_the_data_alone", SEALING, "The hash leaves out the padding.",
          "Hash temp_key and all 192 bytes.",
          rsa_pad=lambda data, *v: _padded(hashed=lambda key, filled: key + data)(data, *v)),
    _rung("mask_of_the_plaintext", SEALING, "The mask is the hash of the plaintext.",
          "The mask is the hash of aes_encrypted.", rsa_pad=_padded(mask=lambda plain, sealed: sha256(plain))),
    _rung("temp_key_not_masked", SEALING, "temp_key stands there as it is.",
          "temp_key is XORed with SHA256(aes_encrypted): whoever lacks a bit of that gets no key.",
          rsa_pad=_padded(mask=lambda plain, sealed: bytes(32))),
    _rung("temp_key_behind", SEALING, "The masked temp_key stands behind aes_encrypted.", "It stands in front.",
          rsa_pad=_padded(behind=True)),
    _rung("temp_key_as_iv", SEALING, "The iv is temp_key.", "The iv is 32 zeros.",
          rsa_pad=_padded(cipher=replace(wrong.IGE, halves=lambda iv: (iv[:16], iv[16:])), iv=lambda key: key)),
    _rung("first_temp_key_anyway", SEALING, "The number of the first temp_key is not below n, and was taken.",
          "The number is not below n: the DC reads another one. Take the next temp_key.",
          rsa_pad=lambda data, p, k, n, e: _padded()(data, p, k[:32], n, e)),
    _rung("padding_before_rsa_pad", SEALING, "SHA-1, data and padding: that is the padding before RSA_PAD.",
          "Take RSA_PAD, item 4.1: the old one has left the page.",
          rsa_pad=lambda data, p, k, n, e: (_rsa(b"\0" + (sha1(data) + data + p + rest)[:255].ljust(255, b"\0"), n, e)
                                            for rest in (b"", p))),
    _rung("bare_rsa", SEALING, "The data went into RSA as a number.", "RSA_PAD comes first.",
          rsa_pad=lambda data, p, k, n, e: (_rsa(each, n, e) for each in (data, data + p))),
    _rung("ciphertext_of_255_bytes", SEALING, "encrypted_data lost its zeros in front.", "256 bytes, zeros in front.",
          rsa_pad=lambda *v: client.rsa_pad(*v).lstrip(b"\0")),
    _rung("same_random_bytes_twice", SEALING, "The same random bytes were used twice.",
          "Draw padding and temp_key anew for every call."),
    _rung("other_data_sealed", SEALING, "The seal opens, and other data is in front.",
          "data_with_padding begins with the data."),
)  # fmt: skip


def _rsa(block: bytes, n: bytes, e: int) -> bytes:
    return pow(_number(block), e, _number(n)).to_bytes(256, "big")


def _named(n: bytes, e: bytes) -> bytes:
    return sha1(client.tl_string(n) + client.tl_string(e))


_OFFER: tuple[Mistake, ...] = (
    _rung("nonce_without_zeros", PROOF, "A nonce lost its zeros in front.",
          "A nonce has 32 (16) bytes, also where it begins with 00.",
          tmp_aes=lambda new, server: (_tmp(*each) for each in _short(new, server)),
          server_DH_inner_data=lambda a, new, server: (_opened(a, *each) for each in _short(new, server)),
          client_encrypted_data=lambda d, p, new, server: (_sealed(d, p, *each) for each in _short(new, server)),
          new_nonce_hash=lambda new, number, key: _proof(new.lstrip(b"\0"), number, sha1(key)[:8]),
          p_q_inner_data_dc=lambda *v: _in_nonces(client.PARTS["keys"]["p_q_inner_data_dc"], v),
          p_q_inner_data_temp_dc=lambda *v: _in_nonces(client.PARTS["keys"]["p_q_inner_data_temp_dc"], v),
          first_salt=lambda new, server: _exclusive(new.lstrip(b"\0"), server.lstrip(b"\0"))),
    _rung("nonces_in_the_other_order", OFFER, "The two nonces have changed places.",
          "SHA1(new_nonce + server_nonce) is the beginning of tmp_aes_key.",
          tmp_aes=lambda new, server: iter((_tmp(server, new), _crossed(new, server))),
          server_DH_inner_data=lambda a, new, server: iter((_opened(a, server, new), _decrypted(
              a, _crossed(new, server))[20:584]))),
    _rung("inner_data_of_the_other_kind", SEALING, "That is the inner data of the other kind of key.",
          "A permanent key is asked for by p_q_inner_data_dc, a temporary one by p_q_inner_data_temp_dc.",
          p_q_inner_data_dc=lambda *v: b"\x88\xdf\xfd\x56" + client.RIGHT["p_q_inner_data_dc"](*v)[4:],
          p_q_inner_data_temp_dc=lambda *v: iter((
              client.RIGHT["p_q_inner_data_dc"](*v[:7]),
              b"\x95\x5f\xf5\xa9" + client.RIGHT["p_q_inner_data_temp_dc"](*v)[4:]))),
    _rung("inner_data_without_dc", SEALING, "That is the inner data of old, without dc.",
          "p_q_inner_data_dc and p_q_inner_data_temp_dc name the data centre.",
          p_q_inner_data_dc=lambda *v: client.inner_data("p_q_inner_data", **_by_name("p_q_inner_data_dc", v, "dc")),
          p_q_inner_data_temp_dc=lambda *v: client.inner_data(
              "p_q_inner_data_temp", **_by_name("p_q_inner_data_temp_dc", v, "dc"))),
    _rung("test_dc_without_10000", SEALING, "dc is 10000 less than it is.", "10000 more says test network.",
          p_q_inner_data_dc=lambda *v: client.RIGHT["p_q_inner_data_dc"](*v[:6], v[6] - 10000),
          p_q_inner_data_temp_dc=lambda *v: client.RIGHT["p_q_inner_data_temp_dc"](*v[:6], v[6] - 10000, v[7])),
    _rung("padding_behind_the_object", OFFER, "The padding stands behind the object still.",
          "The hash covers the object alone: it ends after server_time, 564 bytes.",
          server_DH_inner_data=lambda a, new, server: _opened(a, new, server, stop=None)),
    _rung("hash_before_the_object", OFFER, "The hash stands before the object still.",
          "The first 20 bytes are the SHA-1 of what follows.",
          server_DH_inner_data=lambda a, new, server: (_opened(a, new, server, start=0, stop=stop)
                                                       for stop in (584, None))),
    _rung("hash_left_out", OFFER, "The hash in front is missing.", "SHA1(data), data, padding.",
          client_encrypted_data=lambda d, p, new, server: _sealed(b"", d + p + bytes(-len(d + p) % 16), new, server,
                                                                  head=b"")),
    _rung("hash_of_data_and_padding", OFFER, "The hash covers the padding as well.", "The hash covers the data alone.",
          client_encrypted_data=lambda d, p, new, server: _sealed(d, p, new, server, head=sha1(d + p))),
    _rung("padding_in_front_of_the_data", OFFER, "The padding stands before the data.",
          "SHA1(data), data, padding.",
          client_encrypted_data=lambda d, p, new, server: _sealed(p + d, b"", new, server, head=sha1(d))),
    _rung("dh_upper_edge_forgotten", OFFER, "Large values of g_a are not refused.",
          "p - 1, p + 1 pass: test p - 2^1984 too.", dh_verdict=_verdict(high=False)),
    _rung("dh_lower_edge_forgotten", OFFER, "Small values of g_a are not refused.",
          "0 and 1 pass: test 2^1984 too.", dh_verdict=_verdict(low=False)),
    _rung("dh_margins_forgotten", OFFER, "g_a was compared with 1 and p - 1 only.",
          "2^1984 - 1 passes: what is near the edges may be the power of a tiny secret.",
          dh_verdict=_verdict(margin=2)),
    _rung("dh_edges_excluded", OFFER, "An edge of the margins is refused.", "2^1984 itself is allowed.",
          dh_verdict=_verdict(margin=2**1984 + 1)),
    _rung("dh_prime_but_not_safe", OFFER, "A prime that is not safe is taken.",
          "Prime is not safe: (p-1)/2 has to be prime too.", dh_verdict=_verdict(safe=False)),
    _rung("dh_length_not_looked_at", OFFER, "A prime of another length is taken.",
          "2047 bits, or 500: refused before any test of primality.",
          dh_verdict=(_verdict(lengths=range(4096)), _verdict(lengths=range(2041, 2049)))),
    _rung("dh_g_not_compared_with_p", OFFER, "Every g from 2 to 7 is taken.",
          "g must also be a square modulo p: the table.", dh_verdict=_verdict(table=False)),
    _rung("dh_in_another_order", OFFER, "The checks were made in another order.", "dh_prime, then g, then g_a.",
          dh_verdict=(_verdict(order=(3, 2, 1)), _verdict(order=(3, 1, 2)))),
    _rung("dh_nothing_refused", OFFER, "Nothing is refused.", "Test dh_prime, g and g_a, in this order.",
          dh_verdict=lambda g, p, g_a: b"\0"),
    _rung("dh_g_refused_for_a_table_of_its_own", OFFER, "Another g than 3 is refused.",
          "2 to 7 are allowed, where p fits: the table.",
          dh_verdict=lambda g, p, g_a: b"\2" if g != 3 else client.dh_verdict(g, p, g_a)),
    _rung("retry_id_turned_round", PROOF, "retry_id is turned round.", "As it stands in the hash.",
          client_DH_inner_data=lambda n, s, r, g, p, b: client.client_DH_inner_data(n, s, r[::-1], g, p, b),
          retry_id=lambda key: sha1(key)[7::-1]),
    _rung("b_in_the_place_of_g_b", OFFER, "The secret b itself stands there.",
          "g_b = g^b mod dh_prime: b never travels.",
          client_DH_inner_data=lambda n, s, r, g, p, b: _offered(n, s, r, b)),
    _rung("g_b_low_byte_first", OFFER, "g_b stands low byte first.", "Numbers of the exchange go high byte first.",
          client_DH_inner_data=lambda n, s, r, g, p, b: _offered(n, s, r, _power(g, _number(b), p)[::-1])),
    _rung("g_b_of_a_product", OFFER, "g_b is g times b.", "g to the power of b.",
          client_DH_inner_data=lambda n, s, r, g, p, b: _offered(n, s, r, _high(g * _number(b) % _number(p)))),
    _rung("b_low_byte_first", OFFER, "b was read low byte first.", "b is a number, high byte first.",
          client_DH_inner_data=lambda n, s, r, g, p, b: client.client_DH_inner_data(n, s, r, g, p, b[::-1]),
          auth_key=lambda g_a, b, p: _power(_number(g_a), _number(b[::-1]), p)),
    _rung("auth_key_stripped", PROOF, "The key lost its zeros in front.",
          "Once in 199 keys: write 256 bytes, zeros on the left.",
          auth_key=lambda *v: client.auth_key(*v).lstrip(b"\0")),
    _rung("auth_key_filled_on_the_right", PROOF, "The zeros stand behind the key.",
          "On the left: it is a number, high byte first.",
          auth_key=lambda *v: client.auth_key(*v).lstrip(b"\0").ljust(256, b"\0")),
    _rung("auth_key_low_byte_first", PROOF, "The key stands low byte first.", "High byte first.",
          auth_key=lambda *v: client.auth_key(*v)[::-1]),
    _rung("auth_key_is_g_b", PROOF, "That is g_b.", "The DC may see it: take g_a to the power of b.",
          auth_key=lambda g_a, b, p: (_power(g, _number(b), p) for g in (3, 2, 4, 5, 6, 7))),
    _rung("auth_key_of_a_product", PROOF, "That is g_a times b.", "g_a to the power of b, not times b.",
          auth_key=lambda g_a, b, p: (_number(g_a) * _number(b) % _number(p)).to_bytes(256, "big")),
    _rung("number_of_the_hash_as_an_int", PROOF, "The number has more than one byte, or is text.", "One byte, 01.",
          new_nonce_hash=lambda new, number, key: (sha1(new + each + sha1(key)[:8])[4:] for each in (
              INT(number), INT(number)[::-1], str(number).encode()))),
    _rung("proof_in_another_order", PROOF, "The three stand in another order.",
          "new_nonce, the one byte, auth_key_aux_hash.",
          new_nonce_hash=lambda new, number, key: (sha1(b"".join(each))[4:] for each in permutations(
              (new, bytes([number]), sha1(key)[:8])) if each[:2] != (new, bytes([number])))),
    _rung("id_for_aux", PROOF, "The id of the key was used.",
          "auth_key_aux_hash, the first 8 bytes; the id is the last 8.",
          new_nonce_hash=lambda new, number, key: _proof(new, number, sha1(key)[12:]),
          retry_id=lambda key: sha1(key)[12:]),
    _rung("proof_cut_from_the_start", PROOF, "The first 16 bytes of the hash were kept.",
          "The lower-order 128 bits: [4:20].",
          new_nonce_hash=lambda new, number, key: sha1(new + bytes([number]) + sha1(key)[:8])[:16]),
    _rung("number_of_the_hash_always_1", PROOF, "That is new_nonce_hash1.",
          "ok, retry, fail have 1, 2, 3: nobody can turn one into another.",
          new_nonce_hash=lambda new, number, key: _proof(new, 1, sha1(key)[:8])),
    _rung("whole_key_in_the_proof", PROOF, "The whole key was hashed.", "auth_key_aux_hash, 8 bytes, belongs there.",
          new_nonce_hash=lambda new, number, key: iter((_proof(new, number, key), _proof(new, number, sha1(key))))),
    _rung("retry_id_a_counter", PROOF, "retry_id is a number of the attempts, or 0.",
          "The DC wants to know which key it refused.", retry_id=lambda key: iter(map(LONG, (1, 0, 2)))),
    _rung("salt_turned_round", PROOF, "The salt is turned round.",
          "As it stands: the first byte of the salt is new_nonce[0] xor server_nonce[0].",
          first_salt=lambda new, server: client.first_salt(new, server)[::-1]),
    _rung("salt_of_the_last_bytes", PROOF, "The last 8 bytes of the nonces were taken.", "The first 8 bytes of both.",
          first_salt=lambda new, server: iter((_exclusive(new[-8:], server[-8:]), _exclusive(new[-8:], server[:8]),
                                               _exclusive(new[:8], server[-8:])))),
    _rung("salt_a_sum", PROOF, "The two were added.", "XOR, byte by byte.",
          first_salt=lambda new, server: iter((
              LONG(wrong.signed(wrong.long(new[:8]) + wrong.long(server[:8]))),
              LONG(wrong.signed(_number(new[:8]) + _number(server[:8])))[::-1],
              bytes((a + b) % 256 for a, b in zip(new[:8], server[:8], strict=True))))),
    _rung("first_salt_0", PROOF, "The salt is 0.",
          "It works after one bad_server_salt; but both sides know the salt without a message.",
          first_salt=lambda new, server: bytes(8)),
    _rung("temporary_inner_data_for_a_permanent_key", SEALING, "A temporary key was asked for where expires_in is 0.",
          "expires_in 0 stands for a permanent key: p_q_inner_data_dc.",
          req_DH_params_packet=lambda *v: iter(()) if v[5] else client.req_DH_params_packet(*v, instead={
              "p_q_inner_data_dc": lambda *w: client.RIGHT["p_q_inner_data_temp_dc"](*w, 0),
              "rsa_pad": lambda data, p, *w: client.rsa_pad(data, p[: 192 - len(data)], *w)})),
    _rung("msg_key_not_compared", V2_LESSON, "A packet was believed whose msg_key is not right.",
          "Hash what was opened and compare, before anything in it is read.",
          answer=lambda key, packet, m: _believed(key, packet, m)),
)  # fmt: skip


def _short(new: bytes, server: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The two nonces without their leading zeros: both, then the first, then the second."""
    yield from ((new.lstrip(b"\0"), server.lstrip(b"\0")), (new.lstrip(b"\0"), server), (new, server.lstrip(b"\0")))


def _tmp(new: bytes, server: bytes, table: Any = FROM_NONCES.rows) -> bytes:
    made = rows(table, new_nonce=new, server_nonce=server)
    return made["aes_key"] + made["aes_iv"]


def _crossed(new: bytes, server: bytes) -> bytes:
    """tmp_aes with the first two hashes exchanged."""
    two, one = sha1(new + server), sha1(server + new)
    return one + two + sha1(new + new) + new[:4]


def _opened(data: bytes, new: bytes, server: bytes, *, mode: Any = wrong.IGE, start: int = 20,
            stop: int | None = 584) -> bytes:  # fmt: skip
    return _decrypted(data, _tmp(new, server).ljust(64, b"\0"), mode=mode)[start:stop]


def _decrypted(data: bytes, tmp: bytes, *, mode: Any = wrong.IGE) -> bytes:
    return bytes(mode.decrypt(data, tmp[:32], tmp[32:64]))


def _sealed(data: bytes, padding: bytes, new: bytes, server: bytes, *, mode: Any = wrong.IGE,
            head: bytes | None = None) -> bytes:  # fmt: skip
    tmp = _tmp(new, server).ljust(64, b"\0")
    text = (sha1(data) if head is None else head) + data + padding
    return bytes(mode.encrypt(text, tmp[:32], tmp[32:64]))


def _proof(new: bytes, number: int, piece: bytes) -> bytes:
    return sha1(new + bytes([number]) + piece)[4:]


def _exclusive(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one[:8], other[:8], strict=True))


def _power(base: int, exponent: int, p: bytes) -> bytes:
    return pow(base, exponent, _number(p)).to_bytes(256, "big")


def _offered(nonce: bytes, server_nonce: bytes, retry_id: bytes, g_b: bytes) -> bytes:
    return bytes(SCHEMA["client_DH_inner_data"].build(
        nonce=nonce, server_nonce=server_nonce, retry_id=wrong.long(retry_id), g_b=g_b))  # fmt: skip


def _by_name(step: str, values: tuple[Any, ...], *but: str) -> dict[str, Any]:
    named = zip(client.PARTS["keys"][step].takes, values, strict=True)
    return {name: value for name, value in named if name not in but}


def _in_nonces(step: Any, values: tuple[Any, ...]) -> Iterator[bytes]:
    """Inner data without the leading zeros of all its nonces, then of each one."""
    names = ("nonce", "server_nonce", "new_nonce")
    for chosen in (names, *((name,) for name in names)):
        parts = _fields_of(step.name, values)
        cut = {name: value.lstrip(b"\0") if name in chosen else value for name, value in parts.items()}
        yield b"".join(cut.values())


def _fields_of(step: str, values: tuple[Any, ...]) -> dict[str, bytes]:
    """The fields of the object that a step of the keys packs, as bytes by name."""
    made = SCHEMA.dissect(client.RIGHT[step](*values))
    return {span.name: span.raw for span in made.spans}


def _believed(key: bytes, packet: bytes, msg_id: int) -> bytes:
    made = V2.run(8, auth_key=key, msg_key=packet[8:24])
    message = wrong.IGE.decrypt(packet[24:], made.aes_key, made.aes_iv)
    return client.result_of(_unpadded(message)[32:], msg_id)


_CLIENT = (*_NAMES, *_TL, *_FRAMES, *_HIDING, *_AGREED, *_SEALING, *_OFFER)

_ALL = (*_PACKETS, *_STRINGS, *_KEYS, *_ROWS, *_CIPHERS, *_FIELDS, *_HASHES, *_NUMBERS, *_SEEN, *_STATES,
        *_CLIENT)
MISTAKES: Mapping[str, Mistake] = {each.name: each for each in sorted(_ALL, key=lambda row: row.stage)}
"""All mistakes by name, in the order of the triage."""


def at(step: str) -> Iterator[tuple[Mistake, tuple[Any, ...]]]:
    """The mistakes that can be made in a step or a part of one, with their ways, in the order of the table: single
    mistakes before the families."""
    for row in _ALL:
        ways = (*row.at(step), *_follows(row, step))
        if ways:
            yield row, ways


def _follows(row: Mistake, step: str) -> Iterator[Way]:
    """The ways of a mistake in the key, schedule, cipher or shape, for a step that uses one of these; for a whole
    packet, the ways of its inner steps."""
    if step == "auth_key_id":
        yield from (lambda key, way=way: (sha1(one)[-8:] for one in way(key)) for way in row.at("key"))
    elif step in HASHED:
        table = HASHED[step]
        yield from (lambda m, k, way=way: (_hash(table, step, one, m) for one in way(k)) for way in row.at("key"))
        yield from (lambda m, k, way=way: _differing(table, way, step, auth_key=k, msg_key=m) for way in row.at("rows"))
    elif step in ("aes_key", "aes_iv", "aes_key_v2", "aes_iv_v2"):
        table = V2 if step.endswith("v2") else V1
        names = [each.name for each in table.rows if each.hash]
        for way in row.at("rows"):
            yield lambda *hashes, way=way: _differing(table, way, step.removesuffix("_v2"),
                                                      **dict(zip(names, hashes, strict=True)))  # fmt: skip
    elif step == "ciphertext":
        yield from (lambda e, p, k, i, mode=mode: mode.encrypt(e + p, k, i) for mode in row.at("cipher"))
    elif step == "tmp_aes":
        yield from (lambda new, server, way=way: (_tmp(new, server, each) for each in way(FROM_NONCES.rows))
                    for way in row.at("rows"))
    elif step in _CIPHERED:
        yield from (partial(_CIPHERED[step], mode=mode) for mode in row.at("cipher"))
    elif step == "retry_id":
        yield from (lambda key, way=way: (sha1(one)[:8] for one in way(key)) for way in row.at("key"))
    elif step == "new_nonce_hash":
        yield from (lambda new, number, key, way=way: (_proof(new, number, sha1(one)[:8]) for one in way(key))
                    for way in row.at("key"))
    elif step in _PACKED:
        yield from (lambda *v, way=way: _packed(way, _fields_of(step, v)) for way in row.at("shape"))
    elif step in _INSIDE and row.name in _INSIDE[step]:
        for name in _STEPS_IN[step]:
            yield from (partial(_within, step, name, way) for way in (*row.at(name), *_follows(row, name)))


_CIPHERED: Mapping[str, Way] = {
    "rsa_pad": lambda *v, mode: _padded(cipher=mode)(*v),
    "server_DH_inner_data": lambda *v, mode: _opened(*v, mode=mode),
    "client_encrypted_data": lambda *v, mode: _sealed(*v, mode=mode),
}
"""The steps that use AES-IGE, with another mode in its place."""
_PACKED = ("p_q_inner_data_dc", "p_q_inner_data_temp_dc", "client_DH_inner_data")
"""The steps that pack a row of fields."""
_STEPS_IN: Mapping[str, tuple[str, ...]] = {
    "req_DH_params_packet": ("p_q", "p_q_inner_data_dc", "p_q_inner_data_temp_dc", "rsa_pad", "fingerprint",
                             "plain_packet"),
    "set_client_DH_params_packet": ("client_DH_inner_data", "client_encrypted_data", "plain_packet"),
    "call_packet": ("message", "packet"),
    "bind_packet": ("inner", "envelope", "msg_key", "sha1_a", "aes_key", "ciphertext", "request", "message", "packet"),
    "answer": ("result_of",),
}
"""The steps inside a whole packet whose mistakes are recognised in the packet, too."""
_INSIDE: Mapping[str, tuple[str, ...]] = {
    "req_DH_params_packet": tuple(row.name for row in (*_AGREED, *_TL, *_SEALING, *_OFFER) if row.name not in (
        "nonce_without_zeros", "inner_data_without_dc")),  # their data is shorter and would need more padding
    "set_client_DH_params_packet": (*(row.name for row in (*_AGREED, *_OFFER)), "iv_halves_swapped",
                                    "cbc_instead_of_ige"),
    "call_packet": ("salt_0", "message_seqno_0", "length_148", "salt_and_session_swapped", "packet_by_mtproto_1",
                    "packet_direction_x_8", "packet_msg_key_without_padding", "key_id_left_out"),
    "bind_packet": ("salt_0", "message_seqno_0", "length_148", "packet_by_mtproto_1", "packet_direction_x_8",
                    "packet_msg_key_without_padding", "perm_id_in_front", "key_ids_swapped", "byte_swapped",
                    "seqno_not_zero", "length_not_forty", "msg_key_over_padding", "msg_key_v2", "direction_x_8",
                    "b_and_c_swapped", "iv_halves_swapped", "cbc_instead_of_ige", "length_head_left_out",
                    "rounded_to_a_double"),
    "answer": tuple(row.name for row in _TL),
}
"""The mistakes in those steps that are recognised in the packet."""


def _sealed_by_2(key: bytes) -> Mapping[str, Way]:
    """The steps of a seal of MTProto 2.0, wrong for a binding."""
    def made(message: bytes) -> Any:
        return V2.run(0, auth_key=key, msg_key=_large(key, message)[8:24])

    return {
        "msg_key": lambda e, p, k: _large(k, e + p)[8:24],
        "ciphertext": lambda e, p, k, i: wrong.IGE.encrypt(e + p, made(e + p).aes_key, made(e + p).aes_iv),
    }


def _packed(way: Way, parts: Mapping[str, bytes]) -> Iterator[bytes]:
    """The packed fields, with their shape changed in this way."""
    shape = tuple((name, len(data), "little") for name, data in parts.items())
    yield from (wrong.assembled(each, {"": 0, **parts}) for each in way(shape))


def _within(step: str, name: str, way: Way, *values: Any) -> Iterator[bytes]:
    """Whole packets with a mistake in the step `name`: one for each result of `way`."""
    made: list[bytes] = []

    def first(*arguments: Any) -> bytes:
        found = way(*arguments)
        made[:] = found if isinstance(found, Iterator) else [found]
        return made[0] if made else client.RIGHT[name](*arguments)

    done = client.RIGHT[step](*values, instead={name: first})
    yield from [done] if made else []
    for other in made[1:]:
        yield client.RIGHT[step](*values, instead={name: lambda *arguments, other=other: other})


def _hash(table: Any, name: str, key: bytes, msg_key: bytes) -> bytes:
    return rows(table.rows, auth_key=key, msg_key=msg_key)[name]


def _differing(table: Any, way: Way, name: str, **sources: bytes) -> Iterator[bytes]:
    """The values of this row by each changed schedule that changes it."""
    right = {each.name: each for each in table.rows}
    for changed in way(table.rows):
        row = next((each for each in changed if each.name == name), None)
        if row is not None and row != right[name] and all(p.source in sources for p in row.pieces):
            yield rows([row], 0, None, **sources)[name]


__all__ = ["MISTAKES", "Mistake", "Stage", "at", "wrong"]
