"""The exercises of lessons 11 to 16: the recipe, step by step, from AES-IGE to the packet.

The usual mistakes in a step are in `mtlib.clinic.mistakes`; this module adds the mistakes that can be made only in an
exercise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from mtlib.clinic.ladder import (
    RUNGS,
    Way,
    WrongAnswer,
    known,
    ladder,
    mistaken,
    mistaken_schedule,
    wrong_answer,
)
from mtlib.clinic.recipe import STEPS, Recipe, inner, message, packet, request, scheduled
from mtlib.clinic.wrong import ended, pieces_changed
from mtlib.crypto.aes import ige_encrypt
from mtlib.crypto.kdf import V1, V2, ScheduleTable, msg_key_v1, msg_key_v2
from mtlib.crypto.keys import AuthKey
from mtlib.lab.examining import Inputs, Slip, Table, Task
from mtlib.lab.scenes import FIXED, picked, scenes
from mtlib.protocol.packets import padding_size

SECOND = 10**9
"""A second in nanoseconds."""

# -- 11: AES-IGE --------------------------------------------------------------------------------------------------


def _blocks(seed: str) -> Inputs:
    """Data of five blocks, as in a binding; of two; and of one."""
    inputs: Inputs = picked("plaintext", "aes_key", "aes_iv")(seed)
    (data, key, iv), *_ = inputs
    return (*inputs, (data[:32], key, iv), (data[:16], key, iv))


def _own_block(data: bytes, key: bytes, iv: bytes) -> bytes:
    """IGE that stores the plaintext block too early, and so uses the present one in place of the one before."""
    before, out = iv[:16], b""
    for at in range(0, len(data), 16):
        block = data[at : at + 16]
        before = ige_encrypt(block, key, before + block)
        out += before
    return out


IGE_ENCRYPT = Task(
    "ige_encrypt", 11, ("data", "key", "iv"), "bytes",
    "AES-256-IGE: c_i = E(p_i ^ c_{i-1}) ^ p_{i-1}, with c_0 = iv[0:16] and p_0 = iv[16:32]. `data` is whole blocks of "
    "16 bytes, `key` and `iv` are 32 bytes each.",
    ige_encrypt, _blocks,
    (
        *(each.of(lambda data, key, iv: (data, b"", key, iv)) for each in mistaken("ciphertext")),
        wrong_answer("first_block_only", "This ends after the first block: `return` stands inside the loop.",
                     lambda data, key, iv: ige_encrypt(data[:16], key, iv)),
        wrong_answer("own_block_behind_aes",
                     "Behind AES the block itself is XORed in: keep it for the next one, when it has been used.",
                     _own_block),
    ),
    (
        "Keep two blocks while you go through the data: the ciphertext block before, and the plaintext block before.",
        "Before the first block these two are iv[0:16] and iv[16:32], in this order.",
        "XOR the plaintext with the ciphertext block before, run AES, XOR what comes out with the plaintext block "
        "before.",
    ),
)

# -- 12: the v1 schedule ------------------------------------------------------------------------------------------


def _schedule(table: ScheduleTable) -> tuple[WrongAnswer, ...]:
    """The mistakes of the table, and one more: lengths taken for ends in aes_key and aes_iv. The two have wrong lengths
    then, so that no cipher accepts them, and this mistake never occurs in a seal."""
    def cut(hashes: bool) -> Way:
        made = pieces_changed(table.rows, lambda row, piece: ended(piece) if hashes or not row.hash else piece)
        return lambda auth_key, msg_key: scheduled(made, auth_key, msg_key)

    def either(way: Way) -> Way:
        """Both values made in this way, then each of them together with the right other one."""
        def made(auth_key: bytes, msg_key: bytes) -> Iterator[tuple[bytes, bytes]]:
            right, found = scheduled(table.rows, auth_key, msg_key), way(auth_key, msg_key)
            for key, iv in found if isinstance(found, Iterator) else [found]:
                yield from ((key, iv), (key, right[1]), (right[0], iv))

        return made

    more = {"length_taken_for_an_end": (cut(False), cut(True))}
    return tuple(replace(each, ways=tuple(map(either, each.ways + more.get(each.name, ()))))
                 for each in mistaken_schedule(table))


MSG_KEY_V1_TASK = Task(
    "msg_key_v1", 12, ("envelope", "padding", "auth_key"), "bytes",
    "The msg_key of MTProto 1.0 for the binding: 16 bytes. Everything is at hand that somebody might hash; not all of "
    "it belongs in.",
    lambda envelope, padding, auth_key: msg_key_v1(envelope), picked("envelope", "padding", "perm_auth_key"),
    mistaken("msg_key"),
    (
        "One hash, one slice. Which hash is MTProto 1.0?",
        "SHA-1 gives 20 bytes. The lower-order 128 bits of a string of bytes are its last 16.",
        "The hash is taken before the padding is there, and no key goes into it.",
    ),
)
SCHEDULE_V1 = Task(
    "schedule_v1", 12, ("auth_key", "msg_key"), "(bytes, bytes)",
    "aes_key and aes_iv, 32 bytes each, by the table of MTProto 1.0 with x = 0. `auth_key` is 256 bytes.",
    partial(scheduled, V1.rows), picked("perm_auth_key", "msg_key"),
    _schedule(V1),
    (
        "Make the four hashes first, sha1_a to sha1_d, and compare each with the lesson's.",
        "msg_key stands in front in sha1_a and sha1_d, in the middle in sha1_b, at the end in sha1_c.",
        "aes_key = a[0:8] + b[8:20] + c[4:16];  aes_iv = a[8:20] + b[0:8] + c[16:20] + d[0:8].",
    ),
)

# -- 13: the v2 schedule, and the numbers of a packet ---------------------------------------------------------------


MSG_KEY_V2_TASK = Task(
    "msg_key_v2", 13, ("auth_key", "header_and_body", "padding"), "bytes",
    "The msg_key of MTProto 2.0 for a message to the data centre (x = 0): 16 bytes. The message comes in two pieces, "
    "the padding is one of them.",
    lambda auth_key, header_and_body, padding: msg_key_v2(AuthKey(auth_key), header_and_body + padding, 0),
    picked("temp_auth_key", "message_unpadded", "message_padding"),
    (
        *(each.of(lambda k, m, p: (k, m + p)) for each in mistaken("msg_key_v2")),
        known("length_taken_for_an_end", lambda k, m, p: hashlib.sha256(k[88:120] + m + p).digest()[8:16]),
    ),
    (
        "SHA-256 over three things, one after the other. The first is a piece of the key.",
        "The piece is 32 bytes, from 88 + x on; the last of the three is the padding.",
        "Of the 32 bytes that come out, msg_key is the middle: [8:24].",
    ),
)
SCHEDULE_V2 = Task(
    "schedule_v2", 13, ("auth_key", "msg_key"), "(bytes, bytes)",
    "aes_key and aes_iv, 32 bytes each, by the table of MTProto 2.0 with x = 0.",
    partial(scheduled, V2.rows), picked("temp_auth_key", "msg_key_v2"),
    _schedule(V2),
    (
        "Two hashes: sha256_a has msg_key in front, sha256_b has it at the end.",
        "The pieces of the key are 36 bytes each, from x and from 40 + x on.",
        "aes_key = a[0:8] + b[8:24] + a[24:32];  aes_iv is the same with a and b exchanged.",
    ),
)

ACCIDENT = "12 is the minimum of MTProto 2.0; here the old rule gives it by accident. Try a ping."

PADDING_V2 = Task(
    "padding_v2", 13, ("body",), "int",
    "How many bytes of padding, at least, a message with a body of `body` bytes gets in MTProto 2.0. In front of the "
    "body stand 32 bytes of header. Your request is 132 bytes, a ping is 12: the rule has to do for both.",
    padding_size, lambda seed: ((132,), (12,), (4,), (20,), (36,), (100,), (1000,)),
    (
        wrong_answer("padding_v1_rule", ACCIDENT, lambda body: -(32 + body) % 16),
        wrong_answer("padding_always_12",
                     "12 bytes are enough for the request; with a ping the whole is no multiple of 16.",
                lambda body: 12),
        wrong_answer("padding_twelve_on_top", "Count the 12 in first, and fill up to whole blocks then.",
                lambda body: 12 + -(32 + body) % 16),
        wrong_answer("padding_too_much", "Lawful, and more than the least: nothing above 12 + 15 is needed.",
                lambda body: padding_size(body) + 16, lambda body: 16 + -(32 + body) % 16),
        wrong_answer("packet_counted", "You counted key id and msg_key too; they stand outside of what is encrypted.",
                lambda body: 12 + -(24 + 32 + body + 12) % 16),
    ),
    (
        "Two conditions: at least 12, and header, body and padding together a multiple of 16.",
        "Begin with 12, and see how many bytes then are missing to a multiple of 16.",
        "In Python, -n % 16 is what n lacks.",
    ),
)


def _msg_id(now_ns: int, last: int, perm_last: int) -> int:
    wanted = (now_ns << 32) // SECOND
    return max(wanted - wanted % 4, last + 4)


def _lawful(now_ns: int, last: int, perm_last: int, given: int) -> bool:
    """Whether a msg_id is rising, divisible by 4, and within two milliseconds of the clock or of the one before."""
    wanted = max((now_ns << 32) // SECOND, last + 4)
    exact = now_ns % SECOND == 0 or given % 2**32 != 0
    return given > last and given % 4 == 0 and exact and abs(given - wanted) < 2**23


def _nanoseconds(factor: int, rising: bool, now_ns: int, last: int, perm_last: int) -> int:
    made = (now_ns // SECOND << 32 | now_ns % SECOND * factor) // 4 * 4
    return max(made, last + 4) if rising else made


def _moments(seed: str) -> Inputs:
    """Inputs: now, the last id of this session, and the last one of the permanent key's connection. The last two
    are the second message at the same moment, and one by a clock that was set back; a double rounds its id down."""
    starts = [scene["now"] * SECOND + 123_456_789 + 1111 * number for number, scene in enumerate(scenes(seed))]
    usual = [(now, _msg_id(now - 3 * SECOND, 0, 0), _msg_id(now + SECOND // 4, 0, 0)) for now in starts]
    last = _msg_id(starts[0], 0, 0)
    ahead = (last + 2**30) // 2**10 * 2**10 + 4
    return (*usual, (starts[0], last, last + 2**30), (starts[0], ahead, last))


MSG_ID = Task(
    "msg_id", 13, ("now_ns", "last", "perm_last"), "int",
    "A msg_id for the next message of the temporary key's session. `now_ns` is unix time in nanoseconds, `last` the "
    "msg_id of the message before in this session, `perm_last` the last one on the permanent key's connection.",
    _msg_id, _moments,
    (
        wrong_answer("msg_id_seconds_only",
                "The low half is empty: it carries the fraction of the second, which helps against replays.",
                lambda now, last, perm: now // SECOND << 32,
                lambda now, last, perm: max(now // SECOND << 32, last + 4)),
        wrong_answer("msg_id_milliseconds", "Those are milliseconds. A msg_id is unix time times 2**32.",
                lambda now, last, perm: now // 10**6, lambda now, last, perm: now // 10**6 << 32,
                lambda now, last, perm: last + 4, lambda now, last, perm: now // 10**6 * 4,  # `last` is larger
                lambda now, last, perm: max(now // 10**6 << 32, last + 4)),
        wrong_answer("msg_id_nanoseconds",
                "The low half counts nanoseconds. It is a fraction of the second: 2**-32 s each.",
                *(partial(_nanoseconds, factor, rising) for factor in (1, 4) for rising in (False, True))),
        wrong_answer("msg_id_not_divisible_by_4",
                "A client's msg_id is divisible by 4; the two low bits tell the data centre's messages apart.",
                lambda now, last, perm: (now << 32) // SECOND,
                lambda now, last, perm: max((now << 32) // SECOND, last + 1),
                lambda now, last, perm: max((now << 32) // SECOND, last + 4),
                lambda now, last, perm: max(_msg_id(now, 0, 0), last + 1)),
        wrong_answer("msg_id_of_the_perm_connection",
                "That id goes on from the permanent key's connection. Each session has its own; the call travels in "
                "the temporary key's.",
                lambda now, last, perm: _msg_id(now, perm, 0), lambda now, last, perm: perm + 4,
                lambda now, last, perm: perm),
        wrong_answer("msg_id_in_a_double",
                "A double has 53 bits, and a msg_id has 63: + 4 is lost in it. Count in whole numbers.",
                lambda now, last, perm: int(max(now / 1e9 * 2**32 // 4 * 4, last + 4.0)),
                lambda now, last, perm: int(max(now / SECOND * 2**32 // 4 * 4, last + 4.0))),
        wrong_answer("msg_id_not_rising", "Two messages in one instant get one id: go above the last one, by 4.",
                lambda now, last, perm: _msg_id(now, 0, 0)),
    ),
    (
        "Seconds stand in the high half, their fraction in the low half: time times 2**32.",
        "With nanoseconds: (now_ns << 32) // 10**9. Then make it divisible by 4.",
        "If that is not above `last`, take last + 4.",
    ),
    accepts=_lawful,
)
SEQNO = Task(
    "seqno", 13, ("content_before",), "(int, int)",
    "Two numbers for one binding: the seqno of the message that carries the request, and the seqno in the envelope. "
    "`content_before` content-related messages were sent in this session before.",
    lambda content_before: (2 * content_before + 1, 0), lambda seed: ((0,), (1,), (2,), (7,)),
    (
        wrong_answer("message_seqno_even",
                "Envelope 0, message 1: a call wants an acknowledgement, so it is content-related, and its seqno is "
                "odd.",
                lambda n: (2 * n, 0)),
        known("seqno_not_zero",
              lambda n: (2 * n + 1, 2 * n + 1), lambda n: (2 * n + 1, 2 * n), lambda n: (2 * n + 1, 1),
              lambda n: (1, 1)),
        wrong_answer("seqnos_swapped", "Right numbers, wrong order: first the message, then the envelope.",
                lambda n: (0, 2 * n + 1)),
        wrong_answer("seqno_by_one", "seqno rises by 2 with every content-related message; the odd ones are theirs.",
                lambda n: (n, 0), lambda n: (n + 1, 0)),
        wrong_answer("seqno_always_1", "1 is right for the first message of a session; the next call gets 3.",
                lambda n: (1, 0)),
    ),
    (
        "One of the two is always the same.",
        "Twice the content-related messages so far, plus one for a message that is content-related itself.",
    ),
)

# -- 01: why ------------------------------------------------------------------------------------------------------

STATEMENTS = Table(
    "statements", 1,
    "Which of the three statements are true? For each letter True or False.",
    {"A": False, "B": True, "C": False},
    (
        Slip("pfs_protects_the_account",
             "PFS protects what was recorded, not the account: the thief binds a key of their own and reads all that "
             "the servers still store.", "A", (True,)),
        Slip("temp_key_derived",
             "Nothing of the temporary key follows from the permanent one: it is a Diffie-Hellman exchange of its own. "
             "The binding ties the two together afterwards.", "B", (False,)),
        Slip("binding_gives_the_content_away",
             "The binding message stands inside the temporary key's tunnel, and opened it holds ids, numbers and a "
             "date: no text, and no key.", "C", (True,)),
    ),
    (
        "A is about what comes after the theft, C about what came before it.",
        "Look at the two cells with the thief once more: what opened, and what did they do next?",
    ),
    material={
        "A": "With temporary keys, a stolen permanent key does the account no harm.",
        "B": "Whoever knows the permanent key alone cannot compute a temporary key from it.",
        "C": "Whoever has recorded the binding message and steals the permanent key later can read the session.",
    },
    choices=(True, False),
)

# -- 14: forty bytes ----------------------------------------------------------------------------------------------


def _given(nonce: int, temp: int, perm: int, session: int, other: int, now: int, expires_in: int) -> tuple[int, ...]:
    """The arguments of the ladder's step, from those of the exercise."""
    return nonce, temp, perm, session, now + expires_in


def _unsigned(*values: int) -> bytes:
    """The object with longs written as unsigned numbers, which raises for negative ones."""
    nonce, temp, perm, session, expires_at = _given(*values)
    unsigned = b"".join(value.to_bytes(8, "little") for value in (nonce, temp, perm, session))
    return inner(*_given(*values))[:4] + unsigned + expires_at.to_bytes(4, "little")


INNER = Task(
    "inner", 14,
    ("nonce", "temp_auth_key_id", "perm_auth_key_id", "temp_session_id", "perm_session_id", "now", "expires_in"),
    "bytes",
    "bind_auth_key_inner, 40 bytes: #75a3f765 nonce:long temp_auth_key_id:long perm_auth_key_id:long "
    "temp_session_id:long expires_at:int. All values are signed numbers. The temporary key shall live `expires_in` "
    "seconds from `now`, unix seconds, on.",
    lambda *values: inner(*_given(*values)),
    picked("nonce", "temp_auth_key_id", "perm_auth_key_id", "temp_session_id", "perm_session_id", "now", "expires_in"),
    (
        *(each.of(_given) for each in mistaken("inner")),
        known("session_of_another_connection",
              lambda n, t, p, s, other, now, span: inner(n, t, p, other, now + span)),
        known("expires_at_is_a_duration", lambda n, t, p, s, other, now, span: inner(n, t, p, s, span)),
        known("expires_at_now", lambda n, t, p, s, other, now, span: inner(n, t, p, s, now)),
        known("expires_at_in_milliseconds",
              lambda n, t, p, s, other, now, span: inner(n, t, p, s, 1000 * (now + span))),
        known("unsigned_overflow", _unsigned),
    ),
    (
        "It begins with the constructor, low byte first; then come the values in the order of the line.",
        "struct.pack with < writes low byte first: q is a signed long, i a signed int.",
        "expires_at is a date. And look which session the call travels in.",
    ),
)

# -- 15: the seal -------------------------------------------------------------------------------------------------

_IN_THE_HEADER = (
    "seqno_not_zero", "length_before_seqno", "length_not_forty", "rounded_to_a_double", "byte_swapped",
    "cut_to_32_bits", "halves_swapped",
)  # fmt: skip
"""Mistakes in the envelope that do not change its size."""
_SEAL = ("perm_auth_key", "temp_auth_key", "inner", "msg_id", "random", "padding")


def _values(values: tuple[Any, ...], **instead: Any) -> dict[str, Any]:
    """Every value of the seal by the recipe, with those in `instead` as they are given."""
    return Recipe().run({**dict(zip(_SEAL, values, strict=True)), "temp_session_id": 0, **instead})


def seal(*values: Any, **instead: Any) -> bytes:
    """encrypted_message, from the arguments of the exercise."""
    return bytes(_values(values, **instead)["encrypted_message"])


def _whole(each: WrongAnswer, step: str) -> WrongAnswer:
    """The mistake of one step, made on the way to the whole seal."""
    return WrongAnswer(each.name, each.sentence, tuple(partial(_sealed, step, way) for way in each.ways))


def _sealed(step: str, way: Way, *values: Any) -> Iterator[bytes]:
    """The seals with a step taken in this wrong way; `step` may be the whole schedule."""
    right = _values(values)
    takes = ("perm_auth_key", "msg_key") if step == "schedule" else STEPS[step].takes
    made = way(*(right[name] for name in takes))
    for value in made if isinstance(made, Iterator) else [made]:
        instead = dict(zip(("aes_key", "aes_iv"), value, strict=True)) if step == "schedule" else {step: value}
        yield seal(*values, **instead)


def _by_mtproto_2(*values: Any) -> Iterator[bytes]:
    """The seals with schedule and msg_key of MTProto 2.0."""
    key, envelope = values[0], STEPS["envelope"].right(values[4], values[3], values[2])
    for way in mistaken("msg_key", "msg_key_v2")[0].ways:
        for msg_key in way(envelope, values[5], key):
            aes_key, aes_iv = scheduled(V2.rows, key, msg_key)
            yield seal(*values, msg_key=msg_key, aes_key=aes_key, aes_iv=aes_iv)


def _stripped(key: bytes, msg_key: bytes) -> tuple[bytes, bytes]:
    return scheduled(V1.rows, key.lstrip(b"\0"), msg_key)


def _short_key(perm: bytes, *rest: Any) -> bytes:
    """The seal with the schedule and the id of a key without its leading zeros."""
    short = perm.lstrip(b"\0")
    msg_key = seal(perm, *rest)[8:24]
    aes_key, aes_iv = scheduled(V1.rows, short, msg_key)
    return seal(perm, *rest, aes_key=aes_key, aes_iv=aes_iv, auth_key_id=hashlib.sha1(short).digest()[-8:])


def _random_behind(*values: Any) -> bytes:
    envelope = _values(values)["envelope"]
    return seal(*values, envelope=envelope[16:24] + envelope[:16] + envelope[24:])


SEAL = Task(
    "seal", 15, _SEAL, "bytes",
    "encrypted_message, 104 bytes: the envelope around `inner`, its msg_key, padding, AES-IGE, and the key's id in "
    "front, all by MTProto 1.0. `inner` is the forty bytes, `random` 16, `padding` 8, the keys 256 each.",
    seal, picked(*_SEAL),
    (
        known("sealed_by_mtproto_2", _by_mtproto_2),
        known("key_without_leading_zeros", partial(_sealed, "schedule", _stripped), _short_key),
        known("sealed_with_the_temporary_key",  # under the permanent key's id, and under its own
              lambda perm, temp, *rest: AuthKey(perm).id_bytes + seal(temp, perm, *rest)[8:],
              lambda perm, temp, *rest: seal(temp, perm, *rest)),
        *(_whole(each, step) for step in ("msg_key", "ciphertext") for each in mistaken(step)),
        *(_whole(each, "schedule") for each in mistaken_schedule(V1) if each.name != "key_without_leading_zeros"),
        *(_whole(each, "auth_key_id") for each in mistaken("auth_key_id", "wrong_half_of_sha1", "sha256")),
        *(_whole(each, "envelope") for each in mistaken("envelope", *_IN_THE_HEADER)),
        known("temp_key_id_for_the_permanent",
              lambda perm, temp, *rest: AuthKey(temp).id_bytes + seal(perm, temp, *rest)[8:]),
        known("padding_of_another_size", size=120),
        known("key_id_left_out", lambda *given: seal(*given)[8:]),
        known("fields_out_of_order", _random_behind),
        wrong_answer("padding_made_up", "The padding is handed over: take these 8 bytes.",
                     lambda *given: seal(*given[:-1], bytes(8))),
    ),
    (
        "Five steps: envelope, msg_key, schedule, AES-IGE, key id in front. Each is one of your functions.",
        "The envelope: random, msg_id, seqno 0, length 40, inner. msg_key is taken before the padding is there.",
        "In front stand the last 8 bytes of SHA-1 over the permanent key, then msg_key, then what AES-IGE gives.",
    ),
    needs=("msg_key_v1", "schedule_v1", "ige_encrypt"),
)

NINE = ("envelope", "msg_key", "sha1_a", "sha1_b", "sha1_c", "sha1_d", "aes_key", "aes_iv", "ciphertext")


def _rung_slips() -> tuple[Slip, ...]:
    """The usual mistakes of the nine steps, with the values that they give for the vector of counting bytes."""
    asked = {question.step: question for question in ladder() if question.vector == FIXED[0]}
    return tuple(
        Slip(f"{name}/{each.name}", each.sentence, name, tuple(each.made(asked[name].arguments)))
        for name in NINE
        for each in asked[name].rung.mistakes
    )


_SCENE = scenes("")[0]
_TAKEN = sorted({name for rung in RUNGS if rung.name in NINE for name in rung.takes} - set(NINE))

NINE_VALUES = Table(
    "nine_values", 15,
    "The nine values between the forty bytes and the seal, in the order in which they come into being. What they are "
    "made of stands in material(\"nine_values\").",
    {name: _SCENE[name] for name in NINE}, _rung_slips(),
    (
        "Each value is made of those before it: the first one that differs is where to look.",
        "sha1_a to sha1_d are 20 bytes each, aes_key and aes_iv 32, the ciphertext 80.",
    ),
    material={name: _SCENE[name] for name in _TAKEN},
)

# -- 16: carried --------------------------------------------------------------------------------------------------

REQUEST = Task(
    "request", 16, ("perm_auth_key_id", "nonce", "expires_at", "encrypted_message"), "bytes",
    "auth.bindTempAuthKey, 132 bytes: #cdd42a05 perm_auth_key_id:long nonce:long expires_at:int "
    "encrypted_message:bytes. The seal is 104 bytes.",
    request, picked("perm_auth_key_id", "nonce", "expires_at", "encrypted_message"),
    (
        *mistaken("request"),
        wrong_answer("inner_constructor", "75a3f765 is the object behind the seal; the request is cdd42a05.",
                     lambda *given: inner(0, 0, 0, 0, 0)[:4] + request(*given)[4:]),
    ),
    (
        "Constructor, two longs, an int; and then a TL string.",
        "A TL string below 254 bytes: one byte that says its length, the bytes, zeros up to a multiple of 4.",
    ),
)


def _packet(temp: bytes, perm: bytes, *values: Any) -> bytes:
    return packet(temp, perm, message(*values))


def _in_packet(each: WrongAnswer) -> WrongAnswer:
    """A mistake in the message, made on the way to the whole packet."""
    return WrongAnswer(each.name, each.sentence, tuple(partial(_around, way) for way in each.ways))


def _around(way: Way, temp: bytes, perm: bytes, *values: Any) -> Iterator[bytes]:
    made = way(*values)
    for body in made if isinstance(made, Iterator) else [made]:
        if len(body) % 16 == 0:
            yield packet(temp, perm, body)


PACKET = Task(
    "packet", 16,
    ("temp_auth_key", "perm_auth_key", "salt", "session_id", "msg_id", "seqno", "request", "padding"), "bytes",
    "The packet that travels, 200 bytes: salt, session_id, msg_id, seqno, length, request and padding, sealed by "
    "MTProto 2.0; key id and msg_key in front.",
    _packet,
    picked("temp_auth_key", "perm_auth_key", "salt", "session_id", "msg_id", "seqno", "request", "message_padding"),
    (
        wrong_answer("packet_of_the_permanent_key",
                     "This is sealed with the permanent key, and named after it. The tunnel is the temporary key's.",
                     lambda temp, perm, *values: _packet(perm, temp, *values)),
        *(each.of(lambda t, p, *v: (t, p, message(*v))) for each in mistaken("packet")),
        *(_in_packet(each) for each in mistaken("message")),
    ),
    (
        "First the message, then its msg_key, then key and iv, then AES-IGE over the whole message.",
        "length is the number of bytes of the request. The padding is given, and msg_key covers it.",
        "In front stand the last 8 bytes of SHA-1 over the key whose tunnel this is, then msg_key.",
    ),
    needs=("msg_key_v2", "schedule_v2", "ige_encrypt"),
)
