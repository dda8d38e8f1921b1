"""The exercises of lessons 10 to 12: AES-IGE, both key schedules, and the numbers of an ordinary packet.

Each row of mistakes is a recipe and the sentence for whoever followed it.
"""

from __future__ import annotations

from mtlib.crypto.aes import ige_encrypt
from mtlib.crypto.kdf import V1, V2, msg_key_v1, msg_key_v2
from mtlib.crypto.keys import AuthKey
from mtlib.lab.examining import Inputs, Task
from mtlib.lab.scenes import picked, scenes
from mtlib.ladder import wrong_turns as wrong
from mtlib.ladder.rung import mistake
from mtlib.ladder.rungs_carried import MSG_KEY_2
from mtlib.ladder.rungs_sealed import DIRECTION, IGE, KEY_STRIPPED, MSG_KEY_V1
from mtlib.protocol.packets import padding_size

SECOND = 10**9
"""Nanoseconds."""

# -- 10: AES-IGE --------------------------------------------------------------------------------------------------


def _blocks(seed: str) -> Inputs:
    """Five blocks, as in a binding; then two, and one."""
    inputs: Inputs = picked("plaintext", "aes_key", "aes_iv")(seed)
    (data, key, iv), *_ = inputs
    return (*inputs, (data[:32], key, iv), (data[:16], key, iv))


IGE_ENCRYPT = Task(
    "ige_encrypt", 10, ("data", "key", "iv"), "bytes",
    "AES-256-IGE: c_i = E(p_i ^ c_{i-1}) ^ p_{i-1}, with c_0 = iv[0:16] and p_0 = iv[16:32]. `data` is whole blocks of "
    "16 bytes, `key` and `iv` are 32 bytes each.",
    ige_encrypt, _blocks, IGE,
    (
        "Keep two blocks while you go through the data: the ciphertext block before, and the plaintext block before.",
        "Before the first block these two are iv[0:16] and iv[16:32], in this order.",
        "XOR the plaintext with the ciphertext block before, run AES, XOR what comes out with the plaintext block "
        "before.",
    ),
)

# -- 11: the v1 schedule ------------------------------------------------------------------------------------------


def schedule_v1(auth_key: bytes, msg_key: bytes) -> tuple[bytes, bytes]:
    """aes_key and aes_iv by MTProto 1.0, towards the data centre."""
    made = V1.run(0, auth_key=auth_key, msg_key=msg_key)
    return made.aes_key, made.aes_iv


def _loosely(auth_key: bytes, msg_key: bytes) -> dict[str, bytes]:
    return wrong.loosely(V1, auth_key=auth_key, msg_key=msg_key)


MSG_KEY_V1_TASK = Task(
    "msg_key_v1", 11, ("envelope", "padding", "auth_key"), "bytes",
    "The msg_key of MTProto 1.0 for the binding: 16 bytes. Everything is at hand that somebody might hash; not all of "
    "it belongs in.",
    lambda envelope, padding, auth_key: msg_key_v1(envelope), picked("envelope", "padding", "perm_auth_key"),
    MSG_KEY_V1,
    (
        "One hash, one slice. Which hash is MTProto 1.0?",
        "SHA-1 gives 20 bytes. The lower-order 128 bits of a string of bytes are its last 16.",
        "The hash is taken before the padding is there, and no key goes into it.",
    ),
)
SCHEDULE_V1 = Task(
    "schedule_v1", 11, ("auth_key", "msg_key"), "(bytes, bytes)",
    "aes_key and aes_iv, 32 bytes each, by the table of MTProto 1.0 with x = 0. `auth_key` is 256 bytes.",
    schedule_v1, picked("perm_auth_key", "msg_key"),
    (
        mistake("direction_x_8", DIRECTION, lambda k, m: (V1.run(8, auth_key=k, msg_key=m).aes_key,
                                                V1.run(8, auth_key=k, msg_key=m).aes_iv)),
        mistake("b_and_c_swapped", "The pieces of sha1_b and sha1_c have changed places: a, b, c, and in the iv d.",
                lambda k, m: tuple(wrong.b_and_c_swapped(_loosely(k, m))),
                lambda k, m: (wrong.b_and_c_swapped(_loosely(k, m)).aes_key, schedule_v1(k, m)[1]),
                lambda k, m: (schedule_v1(k, m)[0], wrong.b_and_c_swapped(_loosely(k, m)).aes_iv)),
        mistake("key_without_leading_zeros", KEY_STRIPPED,
                lambda k, m: tuple(_loosely(wrong.stripped(k), m)[name] for name in ("aes_key", "aes_iv"))),
        mistake("cut_from_the_start", "The pieces do not all start at byte 0 of their hash: look at the offsets.",
                lambda k, m: tuple(wrong.cut_from_the_start(_loosely(k, m)))),
        mistake("key_and_iv_swapped", "Right values, wrong order: aes_key comes first, then aes_iv.",
                lambda k, m: schedule_v1(k, m)[::-1]),
    ),
    (
        "Make the four hashes first, sha1_a to sha1_d, and compare each with the lesson's.",
        "msg_key stands in front in sha1_a and sha1_d, in the middle in sha1_b, at the end in sha1_c.",
        "aes_key = a[0:8] + b[8:20] + c[4:16];  aes_iv = a[8:20] + b[0:8] + c[16:20] + d[0:8].",
    ),
)

# -- 12: the v2 schedule, and the numbers of a packet ---------------------------------------------------------------


def schedule_v2(auth_key: bytes, msg_key: bytes) -> tuple[bytes, bytes]:
    """aes_key and aes_iv by MTProto 2.0, towards the data centre."""
    made = V2.run(0, auth_key=auth_key, msg_key=msg_key)
    return made.aes_key, made.aes_iv


MSG_KEY_V2_TASK = Task(
    "msg_key_v2", 12, ("auth_key", "message", "padding"), "bytes",
    "The msg_key of MTProto 2.0 for a message to the data centre (x = 0): 16 bytes. `message` is header and body, "
    "without the padding.",
    lambda auth_key, message, padding: msg_key_v2(AuthKey(auth_key), message + padding, 0),
    picked("temp_auth_key", "message_unpadded", "message_padding"),
    tuple(each.of(lambda k, m, p: (k, m + p)) for each in MSG_KEY_2),
    (
        "SHA-256 over three things, one after the other. The first is a piece of the key.",
        "The piece is 32 bytes, from 88 + x on; the last of the three is the padding.",
        "Of the 32 bytes that come out, msg_key is the middle: [8:24].",
    ),
)
SCHEDULE_V2 = Task(
    "schedule_v2", 12, ("auth_key", "msg_key"), "(bytes, bytes)",
    "aes_key and aes_iv, 32 bytes each, by the table of MTProto 2.0 with x = 0.",
    schedule_v2, picked("temp_auth_key", "msg_key_v2"),
    (
        mistake("direction_x_8",
                "These are the keys for a message *from* the data centre (x = 8); yours travels to it (x = 0).",
                lambda k, m: (V2.run(8, auth_key=k, msg_key=m).aes_key, V2.run(8, auth_key=k, msg_key=m).aes_iv)),
        mistake("schedule_v1", "This is the schedule of MTProto 1.0. Version 2.0 has two SHA-256 and no SHA-1.",
                schedule_v1),
        mistake("key_and_iv_swapped", "a and b have changed places: aes_key begins and ends with a, aes_iv with b.",
                lambda k, m: schedule_v2(k, m)[::-1]),
        mistake("key_without_leading_zeros", KEY_STRIPPED, lambda k, m: tuple(
            wrong.loosely(V2, auth_key=wrong.stripped(k), msg_key=m)[name] for name in ("aes_key", "aes_iv"))),
        mistake("whole_hashes", "These are the two hashes whole; the key takes pieces of both, and so does the iv.",
                lambda k, m: tuple(
                    wrong.loosely(V2, auth_key=k, msg_key=m)[name] for name in ("sha256_a", "sha256_b"))),
    ),
    (
        "Two hashes: sha256_a has msg_key in front, sha256_b has it at the end.",
        "The pieces of the key are 36 bytes each, from x and from 40 + x on.",
        "aes_key = a[0:8] + b[8:24] + a[24:32];  aes_iv is the same with a and b exchanged.",
    ),
)

ACCIDENT = "12 is the minimum of MTProto 2.0; here the old rule gives it by accident. Try a ping."

PADDING_V2 = Task(
    "padding_v2", 12, ("body",), "int",
    "How many bytes of padding, at least, a message with a body of `body` bytes gets in MTProto 2.0. In front of the "
    "body stand 32 bytes of header. Your request is 132 bytes, a ping is 12: the rule has to do for both.",
    padding_size, lambda seed: ((132,), (12,), (4,), (20,), (36,), (100,), (1000,)),
    (
        mistake("padding_v1_rule", ACCIDENT, lambda body: -(32 + body) % 16),
        mistake("padding_always_12", "12 bytes are enough for the request; with a ping the whole is no multiple of 16.",
                lambda body: 12),
        mistake("padding_too_much", "Lawful, and more than the least: nothing above 12 + 15 is needed.",
                lambda body: padding_size(body) + 16, lambda body: 16 + -(32 + body) % 16),
        mistake("packet_counted", "You counted key id and msg_key too; they stand outside of what is encrypted.",
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
    """Rising, divisible by 4, and within two milliseconds of the clock or of the message before."""
    wanted = max((now_ns << 32) // SECOND, last + 4)
    exact = now_ns % SECOND == 0 or given % 2**32 != 0
    return given > last and given % 4 == 0 and exact and abs(given - wanted) < 2**23


def _moments(seed: str) -> Inputs:
    """Now, the last id of this session, and the last one of the permanent key's connection; at the end, the second
    message of one instant."""
    starts = [scene["now"] * SECOND + 123_456_789 + 1111 * number for number, scene in enumerate(scenes(seed))]
    usual = [(now, _msg_id(now - 3 * SECOND, 0, 0), _msg_id(now + SECOND // 4, 0, 0)) for now in starts]
    last = _msg_id(starts[0], 0, 0)
    return (*usual, (starts[0], last, last + 2**30))


MSG_ID = Task(
    "msg_id", 12, ("now_ns", "last", "perm_last"), "int",
    "A msg_id for the next message of the temporary key's session. `now_ns` is unix time in nanoseconds, `last` the "
    "msg_id of the message before in this session, `perm_last` the last one on the permanent key's connection.",
    _msg_id, _moments,
    (
        mistake("msg_id_seconds_only",
                "The low half is empty: it carries the fraction of the second, which helps against replays.",
                lambda now, last, perm: now // SECOND << 32,
                lambda now, last, perm: max(now // SECOND << 32, last + 4)),
        mistake("msg_id_milliseconds", "Those are milliseconds. A msg_id is unix time times 2**32.",
                lambda now, last, perm: now // 10**6, lambda now, last, perm: now // 10**6 << 32,
                lambda now, last, perm: max(now // 10**6, last + 4), lambda now, last, perm: now // 10**6 * 4,
                lambda now, last, perm: max(now // 10**6 << 32, last + 4)),
        mistake("msg_id_not_divisible_by_4",
                "A client's msg_id is divisible by 4; the two low bits tell the data centre's messages apart.",
                lambda now, last, perm: (now << 32) // SECOND,
                lambda now, last, perm: max((now << 32) // SECOND, last + 1),
                lambda now, last, perm: max((now << 32) // SECOND, last + 4),
                lambda now, last, perm: max(_msg_id(now, 0, 0), last + 1)),
        mistake("msg_id_of_the_perm_connection",
                "That id goes on from the permanent key's connection. Each session has its own; the call travels in "
                "the temporary key's.",
                lambda now, last, perm: _msg_id(now, perm, 0), lambda now, last, perm: perm + 4,
                lambda now, last, perm: perm),
        mistake("msg_id_not_rising", "Two messages in one instant get one id: go above the last one, by 4.",
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
    "seqno", 12, ("content_before",), "(int, int)",
    "Two numbers for one binding: the seqno of the message that carries the request, and the seqno in the envelope. "
    "`content_before` content-related messages were sent in this session before.",
    lambda content_before: (2 * content_before + 1, 0), lambda seed: ((0,), (1,), (2,), (7,)),
    (
        mistake("message_seqno_even",
                "Envelope 0, message 1: a call wants an acknowledgement, so it is content-related, and its seqno is "
                "odd.",
                lambda n: (2 * n, 0)),
        mistake("seqno_not_zero",
                "The envelope's seqno is always 0. The message outside has an odd one: envelope 0, message 1.",
                lambda n: (2 * n + 1, 2 * n + 1), lambda n: (2 * n + 1, 1), lambda n: (1, 1)),
        mistake("seqnos_swapped", "Right numbers, wrong order: first the message, then the envelope.",
                lambda n: (0, 2 * n + 1)),
        mistake("seqno_by_one", "seqno rises by 2 with every content-related message; the odd ones are theirs.",
                lambda n: (n, 0), lambda n: (n + 1, 0)),
        mistake("seqno_always_1", "1 is right for the first message of a session; the next call gets 3.",
                lambda n: (1, 0)),
    ),
    (
        "One of the two is always the same.",
        "Twice the content-related messages so far, plus one for a message that is content-related itself.",
    ),
)

SEALING = (IGE_ENCRYPT, MSG_KEY_V1_TASK, SCHEDULE_V1, MSG_KEY_V2_TASK, SCHEDULE_V2, PADDING_V2, MSG_ID, SEQNO)
