"""The other exercises: a first look (lesson 00), a data centre's checks (17), its replies (18), the meaning of a
refusal (19), when to try again (20), and four patients for the doctor (29).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise, product
from typing import NamedTuple

from mtlib.clinic.ladder import Way, wrong_answer
from mtlib.crypto.kdf import msg_key_v1, sha1
from mtlib.lab.examining import Inputs, Slip, Table, Task
from mtlib.lab.patients import FLIPPED, TOLD
from mtlib.lab.scenes import Scene, scenes
from mtlib.lab.tripping import SEAL, flipped
from mtlib.protocol import retry as rule
from mtlib.protocol.checks import INVALID
from mtlib.protocol.packets import FRONT
from mtlib.protocol.retry import TRIES
from mtlib.transport.framing import signed
from mtlib.wire.schema import SCHEMA
from mtlib.wire.tl import SIMPLE, Bool

# -- 00: a first look ------------------------------------------------------------------------------------------------

FIRST_LOOK = Table(
    "first_look", 0,
    "How many bytes of the packet can a wiretapper read (clear), and in how many places of it does "
    "perm_auth_key_id stand (places)?",
    {"clear": 24, "places": 3},
    (
        Slip("whole_packet_clear", "Everything after msg_key is ciphertext; what comes before it is not.", "clear",
             (200, 204)),
        Slip("frame_length_counted",
             "The frame begins with the packet's length, 4 bytes. They are no part of the packet.", "clear", (28,)),
        Slip("key_id_only", "That is auth_key_id. The msg_key behind it travels in the clear, too.", "clear", (8,)),
        Slip("request_thought_clear", "The request is inside the packet's ciphertext: a wiretapper sees noise.",
             "clear", (56, 60, 68)),
        Slip("inner_copy_forgotten", "Two of them are outside the inner seal; one more is in the forty bytes.",
             "places", (2,)),
        Slip("outer_key_counted", "The packet begins with the *temporary* key's id. That one is not counted.",
             "places", (4,)),
    ),
    (
        "The packet has three fields. Which of them is sealed?",
        "auth_key_id and msg_key come before the ciphertext: add their sizes.",
        "perm_auth_key_id: in the request, in front of the seal, and behind it.",
    ),
)

# -- 17: three checks ------------------------------------------------------------------------------------------------

INT = SIMPLE["int"].pack


def _unsigned(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _flipped(data: bytes, at: int) -> bytes:
    return flipped(data, 8 * at)


def _nonces(seed: str) -> Inputs:
    """Requests with their own envelope, with the next one's, and with one bit of a nonce flipped, inside or outside."""
    all_of = scenes(seed)
    return (
        *((scene["request"], scene["envelope"]) for scene in all_of),
        *((here["request"], there["envelope"]) for here, there in pairwise(all_of)),
        *((scene["request"], _flipped(scene["envelope"], at)) for scene in all_of[:2] for at in (36, 43)),
        *((_flipped(scene["request"], at), scene["envelope"]) for scene in all_of[:2] for at in (12, 19)),
    )


SAME_NONCE = Task(
    "same_nonce", 17, ("request", "envelope"), "bool",
    "Does the nonce behind the seal equal the one in the request? `request` is the call, 132 bytes; `envelope` the "
    "opened 72 bytes. True or False.",
    lambda request, envelope: request[12:20] == envelope[36:44], _nonces,
    (
        wrong_answer("compared_with_itself", "This says True to every request: one side is compared with itself.",
                lambda request, envelope: True),
        wrong_answer("different_signs",
                "Two ints of different sign are never equal: one nonce was read signed, the other unsigned.",
                lambda request, envelope: signed(request[12:20]) == _unsigned(envelope[36:44])),
        wrong_answer("four_bytes_only", "The nonce is 8 bytes; you compare 4 of them.",
                lambda request, envelope: request[12:16] == envelope[36:40],
                lambda request, envelope: request[16:20] == envelope[40:44]),
        wrong_answer("constructor_forgotten",
                "This says False to every request: one side is no nonce. In front of it stand constructor and key id "
                "in the request, header and constructor in the envelope.",
                lambda request, envelope: request[12:20] == envelope[32:40],
                lambda request, envelope: request[8:16] == envelope[36:44]),
    ),
    (
        "In the request stand constructor and perm_auth_key_id in front of the nonce.",
        "In the envelope stand 32 bytes of header and the constructor in front of it.",
    ),
)

CHANNEL = (("temp_auth_key_id", 44, 0), ("temp_session_id", 60, 32), ("msg_id", 16, 40))
"""Each name with its offset in the envelope, and its offset outside: in key id + 16 zero bytes + message."""


def _outside(packet: bytes, message: bytes) -> bytes:
    return packet[:8] + bytes(16) + message


def _channel(packet: bytes, message: bytes, envelope: bytes,
             places: Sequence[tuple[str, int, int]] = CHANNEL) -> list[str]:  # fmt: skip
    around = _outside(packet, message)
    return [name for name, inside, at in places if envelope[inside : inside + 8] != around[at : at + 8]]


def _elsewhere(**places: tuple[int, int]) -> Way:
    """The comparison with other offsets for some of the values; the offsets are inside and outside, as in CHANNEL."""
    sought = tuple((name, *places.get(name, (inside, at))) for name, inside, at in CHANNEL)
    return lambda packet, message, envelope: tuple(_channel(packet, message, envelope, sought))


def _signs_mixed(packet: bytes, message: bytes, envelope: bytes) -> list[str]:
    around = _outside(packet, message)
    return [
        name for name, inside, at in CHANNEL
        if signed(envelope[inside : inside + 8]) != _unsigned(around[at : at + 8])
    ]


def _channels(seed: str) -> Inputs:
    """Bindings in their own channel; then with one value of another channel, each in turn; then with all three."""
    all_of = scenes(seed)
    good = [(scene["packet"], scene["message"], scene["envelope"]) for scene in all_of]
    here, there = all_of[2], all_of[3]
    packet, message, envelope = good[2]
    session = message[:8] + there["message"][8:16] + message[16:]
    msg_id = message[:16] + there["message"][16:24] + message[24:]
    return (
        *good,
        (there["packet"], message, envelope),
        (packet, session, envelope),
        (packet, msg_id, envelope),
        (packet, there["message"], envelope),
        (there["packet"], msg_id, envelope),
        (there["packet"], there["message"], here["envelope"]),
    )


SAME_CHANNEL = Task(
    "same_channel", 17, ("packet", "message", "envelope"), "list of names",
    "What ties the seal to the channel it came through: the list of those among \"temp_auth_key_id\", "
    "\"temp_session_id\" and \"msg_id\", in this order, that are not the same inside and outside. `packet` is what "
    "travelled, `message` what it holds, opened, `envelope` the opened seal. An empty list: all is well.",
    lambda packet, message, envelope: tuple(_channel(packet, message, envelope)), _channels,
    (
        wrong_answer("header_with_itself",
                "msg_id is compared with itself: the envelope's copy belongs beside the msg_id of the message outside.",
                lambda p, m, e: tuple(name for name in _channel(p, m, e) if name != "msg_id")),
        wrong_answer("different_signs",
                "Two ints of different sign are never equal: read both sides signed, or compare the bytes.",
                lambda p, m, e: tuple(_signs_mixed(p, m, e))),
        wrong_answer("salt_for_the_session", "Salt comes first in a message: session_id is its bytes 8 to 15.",
                _elsewhere(temp_session_id=(60, 24))),
        wrong_answer("other_key_of_the_seal", "The seal names both keys, the temporary one first: envelope[44:52].",
                _elsewhere(temp_auth_key_id=(52, 0))),
        wrong_answer("header_of_the_envelope",
                "`envelope` begins with a header of 32 bytes; the fields of the object stand behind it.",
                _elsewhere(temp_auth_key_id=(12, 0), temp_session_id=(28, 32)),
                _elsewhere(temp_auth_key_id=(8, 0), temp_session_id=(24, 32))),
        wrong_answer("first_failure_only",
                "You return at the first failure. Look at all of them: who measures the time learns which one it was.",
                lambda p, m, e: tuple(_channel(p, m, e)[:1])),
        wrong_answer("nothing_compared", "This finds nothing wrong anywhere: each value is compared with itself.",
                lambda p, m, e: ()),
        wrong_answer("equal_ones_listed", "These are the names that agree; the ones that differ are wanted.",
                lambda p, m, e: tuple(name for name, *_ in CHANNEL if name not in _channel(p, m, e))),
    ),
    (
        "Outside: packet[0:8] names the key, message[8:16] the session, message[16:24] is the msg_id.",
        "Inside: envelope[44:52], envelope[60:68], envelope[16:24].",
        "Collect the names in a list, and return it at the end.",
    ),
)


def _lengths(seed: str) -> Inputs:
    """Sound envelopes, some with a flipped bit, and envelopes of another length whose msg_key fits that length."""
    sound = [(scene["plaintext"], scene["msg_key"]) for scene in scenes(seed)]
    return (*sound, *(each for scene in scenes(seed)[:2] for each in _unsound(scene)))


def _unsound(scene: Scene) -> Inputs:
    plaintext, msg_key = scene["plaintext"], scene["msg_key"]
    relengthened = [plaintext[:28] + INT(length) + plaintext[32:] for length in (32, 36, 44, 48)]
    return (
        *((_flipped(plaintext, at), msg_key) for at in (0, 20, 36, 71)),
        (_flipped(plaintext, 75), msg_key),
        (plaintext, _flipped(msg_key, 0)),
        (plaintext, sha1(plaintext)[4:20]),
        *((each, sha1(each[: 32 + signed(each[28:32])])[4:20]) for each in relengthened),
        *((each, sha1(each[:72])[4:20]) for each in relengthened),
    )


def _length(plaintext: bytes) -> int:
    return signed(plaintext[28:32])


PADDING_RULE = Task(
    "padding_rule", 17, ("plaintext", "msg_key"), "bool",
    "Is this an untouched binding message? Its length field says 40, so that 8 bytes of padding are left, and msg_key "
    "is the hash of the other 72. `plaintext` is the 80 bytes that AES gave. True or False.",
    lambda plaintext, msg_key: _length(plaintext) == 40 and msg_key_v1(plaintext[:72]) == msg_key, _lengths,
    (
        wrong_answer("hashes_what_length_says",
                "You hash as many bytes as the length field says, and it is the sender who wrote it. The size is a "
                "constant: 72.",
                lambda p, m: msg_key_v1(p[: 32 + _length(p)]) == m,
                lambda p, m: 0 <= 48 - _length(p) <= 15 and msg_key_v1(p[: 32 + _length(p)]) == m),
        wrong_answer("length_unchecked", "The hash is right, but nobody looks at the length field: it has to say 40.",
                lambda p, m: msg_key_v1(p[:72]) == m,
                lambda p, m: 0 <= 48 - _length(p) <= 15 and msg_key_v1(p[:72]) == m),
        wrong_answer("hash_unchecked", "The length is right; nobody compares msg_key, and there is no other integrity.",
                lambda p, m: _length(p) == 40),
        wrong_answer("padding_hashed", "You hashed the padding too; MTProto 1.0 stops before it.",
                lambda p, m: _length(p) == 40 and msg_key_v1(p) == m),
        wrong_answer("never_right",
                "This says False to every message. length is [28:32], and msg_key the last 16 bytes of the hash.",
                lambda p, m: False),
        wrong_answer("padding_of_v2",
                     "12 to 1024 bytes of padding are the rule of MTProto 2.0; here 8 are left, always.",
                lambda p, m: 12 <= 48 - _length(p) <= 1024 and msg_key_v1(p[:72]) == m),
    ),
    (
        "The length stands in plaintext[28:32], low byte first.",
        "All parts of a binding have constant sizes. Trust no number from inside before the hash has said so.",
    ),
)

# -- 18: the reply ---------------------------------------------------------------------------------------------------

MSG_ID = scenes("")[1]["msg_id"]
EARLIER = MSG_ID - (7 << 32)


def _result(msg_id: int, result: bytes) -> bytes:
    return bytes(SCHEMA["rpc_result"].build(req_msg_id=msg_id, result=result))


def _error(msg_id: int, name: str) -> bytes:
    return _result(msg_id, bytes(SCHEMA["rpc_error"].build(error_code=400, error_message=name)))


def _greeting(msg_id: int) -> bytes:
    greeting = SCHEMA["new_session_created"]
    return bytes(greeting.build(first_msg_id=msg_id, unique_id=msg_id ^ 7, server_salt=msg_id * 3 % 2**62))


def _pong(msg_id: int) -> bytes:
    return bytes(SCHEMA["pong"].build(msg_id=msg_id, ping_id=42))


TRANSCRIPT = Table(
    "transcript", 18,
    "Which of the replies says that the key is bound (counted from 0), at which byte of it stands req_msg_id, and at "
    "which the result? The msg_id of the request and the replies stand in material(\"transcript\").",
    {"reply": 4, "req_msg_id": 4, "result": 12},
    (
        Slip("new_session_taken_for_the_answer",
             "new_session_created comes first, and greets every new session. It is no answer to your call.",
             "reply", (0,)),
        Slip("ack_taken_for_the_answer", "An acknowledgement says that your message came in, not what became of it.",
             "reply", (1,)),
        Slip("result_of_another_call", "boolTrue, and it answers another call: compare req_msg_id with your msg_id.",
             "reply", (2,)),
        Slip("pong_taken_for_the_answer", "A pong answers a ping.", "reply", (3,)),
        Slip("req_msg_id_at_0", "Bytes 0 to 3 say what this is: rpc_result. req_msg_id follows them.",
             "req_msg_id", (0,)),
        Slip("result_at_req_msg_id", "There stands req_msg_id, 8 bytes; the result follows it.", "result", (4,)),
        Slip("result_as_the_second_int", "req_msg_id is a long, 8 bytes, not 4.", "result", (8,)),
    ),
    (
        "Look at the first four bytes of each reply: only one constructor carries results.",
        "01 6d 5c f3 is rpc_result; behind it comes the msg_id that it answers.",
        "b5 75 72 99 is boolTrue.",
    ),
    material={
        "msg_id": MSG_ID,
        "replies": (
            _greeting(EARLIER), bytes(SCHEMA["msgs_ack"].build(msg_ids=[MSG_ID])), _result(EARLIER, Bool.TRUE),
            _pong(EARLIER), _result(MSG_ID, Bool.TRUE),
        ),
    },
)


def _bound(replies: Sequence[bytes], msg_id: int) -> bool:
    return _result(msg_id, Bool.TRUE) in replies


def _answers_to(replies: Sequence[bytes], msg_id: int) -> list[bytes]:
    front = _result(msg_id, b"")
    return [reply[len(front) :] for reply in replies if reply.startswith(front)]


def _transcripts(seed: str) -> Inputs:
    """Messages that a data centre may send before, after or in place of the one answer that counts."""
    cases = []
    for scene in scenes(seed)[:2]:
        mine = scene["msg_id"]
        other = mine - (5 << 32)
        noise = (_greeting(mine), _pong(other))
        yes, no = _result(mine, Bool.TRUE), _result(mine, Bool.FALSE)
        replies: tuple[tuple[bytes, ...], ...] = (
            (yes,), (*noise, yes), (yes, *noise), (), noise, (no,), (*noise, no), (_result(other, Bool.TRUE),),
            (_result(other, Bool.TRUE), no), (_error(mine, "ENCRYPTED_MESSAGE_INVALID"),),
            (_greeting(mine), _pong(mine)),
        )
        cases += [(each, mine) for each in replies]
    return tuple(cases)


BIND_ACCEPTED = Task(
    "bind_accepted", 18, ("replies", "msg_id"), "bool",
    "Do these replies say that the key is bound? `replies` are bodies of messages, bytes; `msg_id` is that of the "
    "request. Success is one thing only: rpc_result, your req_msg_id, boolTrue.",
    _bound, _transcripts,
    (
        wrong_answer("new_session_taken_for_the_answer",
                "new_session_created greets every new session, bound or not. It is no answer to your call.",
                lambda r, m: _greeting(m) in r, lambda r, m: _greeting(m) in r or _bound(r, m)),
        wrong_answer("any_bool_is_success", "boolFalse is a Bool too, and it says no. Only b5 75 72 99 is success.",
                lambda r, m: any(a in (Bool.TRUE, Bool.FALSE) for a in _answers_to(r, m))),
        wrong_answer("result_of_another_call", "boolTrue for another call is not yours: compare req_msg_id.",
                lambda r, m: any(each[12:] == Bool.TRUE for each in r),
                lambda r, m: any(each.endswith(Bool.TRUE) for each in r)),
        wrong_answer("any_answer_is_success", "An rpc_error comes in an rpc_result as well, and so does boolFalse.",
                lambda r, m: bool(_answers_to(r, m))),
        wrong_answer("first_reply_only", "The answer need not come first: greetings and pongs come in between.",
                lambda r, m: bool(r) and _bound(r[:1], m), lambda r, m: _bound([r[0]], m)),
        wrong_answer("last_reply_only", "The answer need not come last: other messages may follow it.",
                lambda r, m: bool(r) and _bound(r[-1:], m), lambda r, m: _bound([r[-1]], m)),
        wrong_answer("msg_id_high_byte_first", "req_msg_id is a long, low byte first.",
                lambda r, m: _bound(r, int.from_bytes(m.to_bytes(8, "big"), "little", signed=True))),
    ),
    (
        "Go through all replies; most of them are about something else.",
        "An rpc_result that holds a Bool is 16 bytes: 4 for its constructor, 8 for req_msg_id, 4 for the Bool.",
    ),
)

# -- 19: twelve symptoms ------------------------------------------------------------------------------------------


class Symptom(NamedTuple):
    """A symptom: what is seen, its cause, and the checker's sentence for any other cause."""

    seen: str
    cause: str
    otherwise: str


CAUSES = {
    "a": "The call was sent over the permanent key; it has to come over the key that it binds.",
    "b": "The seal was made the wrong way: x = 8, CBC, swapped halves of the iv, or a key without its leading zeros.",
    "c": "A CDN data centre: nothing is bound there.",
    "d": "The temporary key is unknown here: expired, or forgotten. Make a new one and bind it.",
    "e": "The data centre does not know the permanent key: younger than 60 seconds, dropped, another DC, test or "
         "production. Keep the keys for now.",
    "f": "The clock is off. Correct it by the notice, take a new msg_id, build the seal anew.",
    "g": "This temporary key belongs to another permanent key already.",
    "h": "expires_at is no date in the life of the key: past, a duration, or too far away.",
    "i": "The call was executed, and the answer is no. Only boolTrue is success.",
    "j": "The hash was taken over the wrong bytes, or cut wrongly: padding hashed, or SHA1[0:16].",
    "k": "Another method was called before the key was bound.",
    "l": "Nothing readable and new came in: framing, obfuscation, or a msg_id that came before.",
}

_OPENS = "Ask the triage in its order: does the seal open, is the hash right, which equality, which state?"
_OWN_NAME = "This error has its own name and does not come from the seal: read the name."

TWELVE: dict[int, Symptom] = {
    1: Symptom("ENCRYPTED_MESSAGE_INVALID; under the permanent key your own seal opens to noise, the length field too.",
               "b", f"{_OPENS} It does not open: key, direction, mode or iv."),
    2: Symptom("ENCRYPTED_MESSAGE_INVALID; your seal opens cleanly, every field is right, msg_key is not the hash.",
               "j", f"{_OPENS} It opens, and the hash is not right."),
    3: Symptom("ENCRYPTED_MESSAGE_INVALID; the seal opens, the hash is right, all six values are equal.",
               "e", "Right bytes and still refused: then it is what the data centre knows. Do not drop keys yet."),
    4: Symptom("EXPIRES_AT_INVALID.", "h", _OWN_NAME),
    5: Symptom("TEMP_AUTH_KEY_EMPTY.", "a",
               "The data centre misses a temporary key: look at the key id in front of the packet."),
    6: Symptom("TEMP_AUTH_KEY_ALREADY_BOUND.", "g",
               "Binding a key twice to the same permanent key is no error; to another one it is."),
    7: Symptom("CDN_METHOD_INVALID.", "c", _OWN_NAME),
    8: Symptom("AUTH_KEY_PERM_EMPTY.", "k",
               "The temporary key is known and stands for nobody: only three methods may be called over it."),
    9: Symptom("Four bytes instead of a packet: -404.", "d",
               "A transport error comes before any verdict on the binding: this key id is not known here."),
    10: Symptom("bad_msg_notification 16 or 17, and nothing else.", "f",
                "The message was put aside because of its msg_id; nobody has looked at the binding."),
    11: Symptom("rpc_result with 37 97 79 bc.", "i",
                "These four bytes are boolFalse: an answer, and not the one wanted."),
    12: Symptom("Silence.", "l", "Whoever answers has read something. Nothing was read, or nothing new."),
}

SYMPTOMS = Table(
    "symptoms", 19,
    "Twelve symptoms, twelve causes: for each number the letter of its cause. Both lists stand in "
    "material(\"symptoms\"); Menus(\"symptoms\") has a menu for each number.",
    {number: symptom.cause for number, symptom in TWELVE.items()},
    (
        Slip("dropped_although_right",
             "A dropped temporary key is told by -404, not by this. Right bytes and still refused: the permanent key "
             "is unknown here.", 3, ("d",)),
        Slip("silence_taken_for_a_clock", "A wrong clock is answered, with bad_msg_notification 16 or 17.", 12, ("f",)),
        *(Slip(f"symptom_{number}", symptom.otherwise, number) for number, symptom in TWELVE.items()),
    ),
    (
        "First those whose name says it: 4, 5, 6, 7.",
        "1, 2 and 3 are one error on the wire; the triage tells them apart, in your own bytes.",
        "9, 10 and 12 come before anybody has looked at the binding.",
    ),
    material={
        "symptoms": {number: symptom.seen for number, symptom in TWELVE.items()},
        "causes": CAUSES,
    },
    choices=tuple(CAUSES),
)

# -- 20: when to try again ----------------------------------------------------------------------------------------

ACTIONS = {
    rule.RESEND: rule.ACTIONS[rule.RESEND],
    "renumber": "the same seal in a message with a new msg_id",
    **rule.ACTIONS,
}


def retry(
    error: str, attempt: int, created: int, first_bind: int, ever_bound: bool, server_now: int, local_now: int
) -> str:
    """The action of a client after a refused binding, by the rule that the library's client follows."""
    return rule.retry(error, attempt, server_now - created, ever_bound).action


def _lawful(*arguments: object) -> bool:
    """Whether the answer is right, too: after bad_server_salt, a new message with a new seal is as good as the old one
    sent again."""
    return arguments[0] == "bad_server_salt" and arguments[-1] == "rebuild" and int(str(arguments[1])) < TRIES


def _refusals(seed: str) -> Inputs:
    """Combinations of errors, attempts and ages, with a local clock that is right, ten minutes slow or ten fast."""
    created = 1_790_000_000
    every = product(
        (INVALID, "bad_server_salt", "bad_msg 16", "-404"), (1, 2, 3, 4, 50),
        ((5, 1), (59, 40), (61, 5), (4000, 3990)), (True, False), (0, -600, 600),
    )  # fmt: skip
    return tuple((error, attempt, created, created + bound_after, ever_bound, created + age, created + age + skew)
                 for error, attempt, (age, bound_after), ever_bound, skew in every)  # fmt: skip


class Refusal(NamedTuple):
    """The arguments of `retry`."""

    error: str
    attempt: int
    created: int
    first_bind: int
    ever_bound: bool
    server_now: int
    local_now: int


def _told(recipe: Callable[[Refusal], str]) -> Way:
    """A function that takes the values of a Refusal, from one that takes the Refusal."""
    return lambda *values: recipe(Refusal(*values))


def _instead(action: str, other: str, *, unless: str = "") -> Way:
    """The right rule, but with `other` in place of one action."""
    return _told(lambda r: other if retry(*r) == action and r.error != unless else retry(*r))


RETRY = Task(
    "retry", 20, ("error", "attempt", "created", "first_bind", "ever_bound", "server_now", "local_now"), "str",
    "What to do after a refused binding: one of " + ", ".join(ACTIONS) + ". `error` is \"ENCRYPTED_MESSAGE_INVALID\", "
    "\"bad_server_salt\", \"bad_msg 16\" or \"-404\"; `attempt` counts the refusals, 1 is the first, and the fourth "
    "ends it. `created` is when the permanent key was made, `first_bind` when it was first used for "
    "a binding, both by the data centre's clock; `ever_bound` says whether this build ever got boolTrue; `server_now` "
    "and `local_now` are two clocks.",
    retry, _refusals,
    (
        wrong_answer("drops_keys_at_once",
                "On the main DC this logs the user out. Look at the age, and at whether this build ever bound.",
                _told(lambda r: "drop_both_keys" if r.error == INVALID and r.attempt < TRIES else retry(*r)),
                _told(lambda r: "drop_both_keys" if r.error == INVALID else retry(*r)),
                lambda *values: "drop_both_keys"),
        wrong_answer("never_asks_whether_it_ever_bound",
                "A build that has never bound has a bug more often than a dead key: stop, and keep the keys.",
                _told(lambda r: retry(*r._replace(ever_bound=True)))),
        wrong_answer("retries_for_ever", f"This never ends. At refusal {TRIES} stop, and keep the keys.",
                _told(lambda r: retry(*r._replace(attempt=1))),
                _told(lambda r: "rebuild" if r.error == INVALID else retry(*r)),
                lambda *values: "rebuild"),
        wrong_answer("same_bytes_under_a_new_msg_id",
                "The seal names the msg_id of its message: under a new one the same bytes are refused again. Rebuild.",
                _instead("rebuild", "renumber"), _told(lambda r: {"rebuild": "renumber", "resend": "renumber"}.get(
                    retry(*r), retry(*r)))),
        wrong_answer("local_clock",
                "The age is counted by the data centre's clock; the local one may be off by minutes.",
                _told(lambda r: retry(*r._replace(server_now=r.local_now)))),
        wrong_answer("age_from_the_first_bind",
                "The 60 seconds begin when the permanent key is made, not when it is first used.",
                _told(lambda r: retry(*r._replace(created=r.first_bind)))),
        wrong_answer("bad_msg_resent",
                "A bad_msg_notification asks for a new msg_id, and a new msg_id for a new seal: rebuild.",
                _instead("rebuild", "resend", unless=INVALID)),
        wrong_answer("perm_key_dropped_on_404",
                "-404 is about the key in front of the packet, the temporary one. The permanent key is still good.",
                _instead("new_temp_key", "drop_both_keys")),
    ),
    (
        "Begin with what is bounded: at the fourth refusal it is over, whatever the error.",
        "Three of the four errors say by their name what to do. A new msg_id always needs a new seal.",
        "For ENCRYPTED_MESSAGE_INVALID: server_now - created of at most 60 means rebuild. Above, ask whether this "
        "build ever bound.",
    ),
    accepts=_lawful,
)

# -- 29: patients ----------------------------------------------------------------------------------------------------

PATIENTS = Table(
    "patients", 29,
    "Four refused bindings, material(\"patients\"). A: the name of the mistake to mend first. B: the name of the "
    "mistake, once the value that is missing is there. C: \"mend\" the bytes, \"wait\" and try again, or \"drop\" the "
    "keys? D: which byte of encrypted_message was changed?",
    {"A": "schedule_v2", "B": "built_for_an_older_message", "C": "wait", "D": FLIPPED},
    (
        Slip("the_later_mistake_first",
             "That is wrong too. But while the seal does not open, nobody comes as far as to compare it.",
             "A", ("nonce_drawn_twice",)),
        Slip("only_the_version_before", "Only the schedule is that of MTProto 2.0; msg_key is made as it should be.",
             "A", ("sealed_by_mtproto_2", "msg_key_v2")),
        Slip("nothing_wrong_taken_for_right",
             "Nothing wrong so far is no health. It says which value is missing; the text's last line has it.",
             "B", ("nothing_wrong_so_far", "healthy")),
        Slip("older_taken_for_fresh", "The id inside is smaller than that of the message: it was there before.",
             "B", ("fresh_msg_id_inside",)),
        Slip("keys_dropped", "On the main data centre this logs the user out, and the key is seconds old.",
             "C", ("drop",)),
        Slip("right_bytes_mended", "The bytes are right. Look at perm_key_created and now.", "C", ("mend",)),
        Slip("counted_from_the_request", "Counted from the request. encrypted_message begins later in it.",
             "D", (FLIPPED + SEAL.start, FLIPPED + SEAL.start - 1)),
        Slip("counted_from_the_ciphertext", "Counted from the ciphertext; before it stand the key id and msg_key.",
             "D", (FLIPPED - FRONT,)),
        Slip("bits_counted", "That is a bit. Which byte is it in?", "D", tuple(range(8 * FLIPPED, 8 * FLIPPED + 8))),
    ),
    (
        "Choose each of them in the form; the first finding is the most urgent.",
        "B: the comment in the text has a number. Paste it into the form with its name in front, msg_id:.",
        "D: the evidence says the path and the byte, counted from the start of encrypted_message.",
    ),
    material=TOLD,
)  # fmt: skip
