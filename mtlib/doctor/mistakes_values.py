"""The ways to put a wrong number in the right place: ids, the nonce, the message's own numbers.

`LONGS` and `HALVES` go from the right value to what somebody wrote instead. What no such change reproduces is still a
fact: `UNEQUAL` has a name for each place that disagrees.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping

from mtlib.doctor.hypothesis import AFTER, FORTY_BYTES, SEALED, Hypothesis, Stage, at
from mtlib.doctor.patient import Patient

MAX, MIN = 2**63 - 1, -(2**63)


def long(data: bytes) -> int:
    """Eight bytes as the TL long that they are."""
    return int.from_bytes(data, "little", signed=True)


def _signed(number: int, bits: int) -> int:
    number &= (1 << bits) - 1
    return number - (1 << bits) if number >> (bits - 1) else number


# -- Any long -----------------------------------------------------------------------------------------------------

Change = Callable[[int], Iterable[int]]


def _overflowed(right: int) -> list[int]:
    """What is left of a number above the largest long: the largest, the smallest, or the one without its top bit."""
    return [MAX, MIN, right & MAX] if right < 0 else []


def _rounded(right: int) -> list[int]:
    """Beyond 2**53 a double knows only every second, fourth, ... number."""
    return [_signed(int(float(number)), 64) for number in (right, right % 2**64)]


LONGS: tuple[Hypothesis[Change], ...] = at(
    Stage.EQUALITY,
    (
        "byte_swapped",
        "A long was written high byte first.",
        "Write numbers low byte first; a key id cut from SHA-1 is in that order already.",
        FORTY_BYTES,
        lambda right: [int.from_bytes(right.to_bytes(8, "little", signed=True), "big", signed=True)],
    ),
    (
        "unsigned_overflow",
        "An id above 2**63 was kept as an unsigned number and did not fit the signed one.",
        "Read the eight bytes as a signed long, or keep them as bytes.",
        FORTY_BYTES,
        _overflowed,
    ),
    (
        "rounded_to_a_double",
        "A long went through a floating-point number and lost its last digits.",
        "Keep longs as whole numbers of 64 bits; in JSON, as strings.",
        FORTY_BYTES,
        _rounded,
    ),
    (
        "cut_to_32_bits",
        "A long was cut to 32 bits.",
        "Keep all 64 bits of it.",
        FORTY_BYTES,
        lambda right: [_signed(right, 32), right & 0xFFFFFFFF],
    ),
    (
        "left_zero",
        "A field was never filled in: it is zero.",
        "Fill it in.",
        FORTY_BYTES,
        lambda right: [0],
    ),
)
"""What becomes of a right value, wherever it stands."""

# -- Key ids ------------------------------------------------------------------------------------------------------

HALVES = at(
    Stage.EQUALITY,
    (
        "wrong_half_of_sha1",
        "The key id is cut from the wrong end of SHA-1.",
        "Take the lower-order 64 bits, the last eight bytes; the first eight are auth_key_aux_hash.",
        FORTY_BYTES,
        lambda key: [hashlib.sha1(key).digest()[:8], hashlib.sha1(key).digest()[8:16]],
    ),
)
"""From the 256 bytes of a key to eight bytes that are not its id."""
TEMP_FOR_PERM = Hypothesis(
    "temp_key_id_for_the_permanent",
    Stage.EQUALITY,
    "Where the permanent key is to be named, the temporary key's id stands.",
    "Put the id of the permanent key there: the key that seals the binding.",
    FORTY_BYTES,
    None,
)
PERM_FOR_TEMP = Hypothesis(
    "perm_key_id_for_the_temporary",
    Stage.EQUALITY,
    "Where the temporary key is to be named, the permanent key's id stands.",
    "Put the id of the temporary key there: the key of the packet.",
    FORTY_BYTES,
    None,
)

# -- Each place ---------------------------------------------------------------------------------------------------


def _unequal(name: str, sentence: str, fix: str, lesson: str = FORTY_BYTES) -> Hypothesis[None]:
    return Hypothesis(name, Stage.EQUALITY, sentence, fix, lesson, None)


_OTHER_KEY = _unequal(
    "names_another_key", "A permanent key is named that is not the one that seals.",
    "Name the permanent key in all three places: in the request, in front of encrypted_message, in the inner object.",
)  # fmt: skip
UNEQUAL: Mapping[str, Hypothesis[None]] = {
    "perm_auth_key_id": _OTHER_KEY,
    "seqno": _unequal(
        "seqno_not_zero", "The envelope has a seqno, and it is to have zero.",
        "Write 0 inside; the message outside keeps its odd seqno.", SEALED,
    ),
    "length": _unequal(
        "length_not_forty", "The length in the envelope is not 40.",
        "Write 40, the bytes of the inner object: not counting header or padding.", SEALED,
    ),
    "constructor": _unequal(
        "wrong_constructor", "Another object than bind_auth_key_inner is sealed.",
        "Begin the inner object with 65 f7 a3 75.",
    ),
    "nonce": _unequal(
        "nonce_drawn_twice", "The nonce inside is not the nonce of the request.",
        "Draw it once and write it in both places.",
    ),
    "temp_auth_key_id": _unequal(
        "another_temporary_key", "The binding is for another temporary key than the one that carries it.",
        "Bind the key over which the request travels; build anew after a new exchange.",
    ),
    "temp_session_id": _unequal(
        "session_of_another_connection", "The session inside is not the session of the message.",
        "Write the session_id of the message that carries the request; build anew when it changes.",
    ),
    "expires_at": _unequal(
        "expires_at_computed_twice", "expires_at inside is not the expires_at of the request.",
        "Compute the date once and write it in both places.",
    ),
}  # fmt: skip
"""The place that disagrees, where no well-known change explains how."""

# -- msg_id -------------------------------------------------------------------------------------------------------

MSG_IDS: tuple[Hypothesis[Callable[[int, Patient], bool]], ...] = at(
    Stage.EQUALITY,
    (
        "msg_id_of_the_container",
        "The envelope carries the msg_id of the container, not of the message in it.",
        "Use the msg_id of the message that holds the request.",
        SEALED,
        lambda inside, patient: inside == patient.container_msg_id,
    ),
    (
        "built_for_an_older_message",
        "The binding was built for an older message: sent again under a new msg_id (after bad_server_salt, or error "
        "16, 17 or 20), or the id was drawn too early.",
        "Build it anew for every new msg_id, or send the same message again under its old one.",
        AFTER,
        lambda inside, patient: patient.msg_id is not None and inside < patient.msg_id,
    ),
    (
        "fresh_msg_id_inside",
        "The envelope got a msg_id of its own, drawn after that of the message.",
        "Draw one msg_id and use it twice: for the envelope and for the message that carries it.",
        SEALED,
        lambda inside, patient: True,
    ),
)
