"""The exercises of lessons 13 to 15: why a temporary key, the forty bytes, and the seal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mtlib.crypto.aes import ige_encrypt
from mtlib.crypto.kdf import V1, msg_key_v1
from mtlib.crypto.keys import AuthKey
from mtlib.lab.answers_sealing import schedule_v1, schedule_v2
from mtlib.lab.examining import Slip, Table, Task
from mtlib.lab.scenes import DAY, FIXED, picked, scenes
from mtlib.ladder import wrong_turns as wrong
from mtlib.ladder.ladder import RUNGS, ladder
from mtlib.ladder.rung import Mistake, mistake
from mtlib.ladder.rungs_sealed import (
    AUTH_KEY_ID,
    DIRECTION,
    ENVELOPE_MISTAKES,
    FORTY_BYTES,
    IGE,
    KEY_STRIPPED,
    MSG_KEY_V1,
    envelope,
    inner,
)

# -- 13: why ------------------------------------------------------------------------------------------------------

STATEMENTS = Table(
    "statements", 13,
    "Which of the three statements are true? For each letter True or False.",
    {"A": False, "B": True, "C": False},
    (
        Slip("pfs_protects_the_account",
             "PFS protects what was recorded, not the account: the thief binds a key of their own and reads all that "
             "the "
             "servers still store.", "A", (True,)),
        Slip("temp_key_derived",
             "Nothing of the temporary key follows from the permanent one: it is a Diffie-Hellman exchange of its own. "
             "The binding ties the two together afterwards.", "B", (False,)),
        Slip("binding_gives_the_content_away",
             "The binding message stands inside the temporary key's tunnel, and opened it holds ids, numbers and a "
             "date: "
             "no text, and no key.", "C", (True,)),
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


def _forty(nonce: int, temp: int, perm: int, session: int, other: int, now: int, expires_in: int) -> bytes:
    return inner(nonce, temp, perm, session, now + expires_in)


def _given(nonce: int, temp: int, perm: int, session: int, other: int, now: int, expires_in: int) -> tuple[int, ...]:
    """What the rung takes, out of what the exercise hands over."""
    return nonce, temp, perm, session, now + expires_in


def _unsigned(*values: int) -> bytes:
    """Longs written as unsigned numbers: whatever is negative raises."""
    nonce, temp, perm, session, expires_at = _given(*values)
    unsigned = b"".join(value.to_bytes(8, "little") for value in (nonce, temp, perm, session))
    return _forty(*values)[:4] + unsigned + expires_at.to_bytes(4, "little")


INNER = Task(
    "inner", 14,
    ("nonce", "temp_auth_key_id", "perm_auth_key_id", "temp_session_id", "perm_session_id", "now", "expires_in"),
    "bytes",
    "bind_auth_key_inner, 40 bytes: #75a3f765 nonce:long temp_auth_key_id:long perm_auth_key_id:long "
    "temp_session_id:long expires_at:int. All values are signed numbers. The temporary key shall live `expires_in` "
    "seconds from `now`, unix seconds, on.",
    _forty,
    picked("nonce", "temp_auth_key_id", "perm_auth_key_id", "temp_session_id", "perm_session_id", "now", "expires_in"),
    (
        *(each.of(_given) for each in FORTY_BYTES),
        mistake("session_of_another_connection",
                "That is the session of the permanent key's connection; the one meant is the session this call is "
                "sent in.",
                lambda n, t, p, s, o, now, span: inner(n, t, p, o, now + span)),
        mistake("expires_at_is_a_duration",
                f"That is a duration ({DAY} s is 2 January 1970); expires_at is a date.",
                lambda n, t, p, s, o, now, span: inner(n, t, p, s, span)),
        mistake("expires_at_now", "The key would end at once: expires_at is now + expires_in.",
                lambda n, t, p, s, o, now, span: inner(n, t, p, s, now)),
        mistake("expires_at_in_milliseconds",
                "A number does not fit into its int: expires_at counts seconds, and milliseconds need more than 32 "
                "bits.",
                lambda n, t, p, s, o, now, span: inner(n, t, p, s, 1000 * (now + span))),
        mistake("unsigned_overflow",
                "A negative long does not fit where you write unsigned ones: TL longs are signed, half of all ids are "
                "negative.", _unsigned),
    ),
    (
        "It begins with the constructor, low byte first; then come the values in the order of the line.",
        "struct.pack with < writes low byte first: q is a signed long, i a signed int.",
        "expires_at is a date. And look which session the call travels in.",
    ),
)

# -- 15: the seal -------------------------------------------------------------------------------------------------


def sealed(
    *,
    wrapped: Callable[[bytes, int, bytes], Any] = envelope,
    hashed: Callable[[bytes, bytes, bytes], Any] = lambda envelope, padding, key: msg_key_v1(envelope),
    scheduled: Callable[[bytes, bytes], Any] = schedule_v1,
    encrypted: Callable[[bytes, bytes, bytes], Any] = ige_encrypt,
    named: Callable[[bytes], Any] = lambda key: AuthKey(key).id_bytes,
) -> Callable[..., bytes]:
    """The seal as a function of what the exercise hands over, with any of its five steps done another way."""

    def seal(
        perm_auth_key: bytes, temp_auth_key: bytes, inner: bytes, msg_id: int, random: bytes, padding: bytes
    ) -> bytes:
        around = wrapped(random, msg_id, inner)
        msg_key = hashed(around, padding, perm_auth_key)
        aes_key, aes_iv = scheduled(perm_auth_key, msg_key)
        return bytes(named(perm_auth_key) + msg_key + encrypted(around + padding, aes_key, aes_iv))

    return seal


def _step(mistakes: tuple[Mistake, ...], name: str, step: str) -> Mistake:
    """The mistake of one step, made in the middle of the whole seal."""
    found = next(each for each in mistakes if each.name == name)
    return Mistake(name, found.sentence, tuple(sealed(**{step: recipe}) for recipe in found.recipes))


def _msg_key_of_v2(envelope: bytes, padding: bytes, key: bytes) -> bytes:
    return wrong.sha256(key[88:120] + envelope + padding)[8:24]


def _stripped(key: bytes, msg_key: bytes) -> tuple[bytes, bytes]:
    made = wrong.loosely(V1, auth_key=wrong.stripped(key), msg_key=msg_key)
    return made["aes_key"], made["aes_iv"]


def _from_dc(key: bytes, msg_key: bytes) -> tuple[bytes, bytes]:
    made = V1.run(8, auth_key=key, msg_key=msg_key)
    return made.aes_key, made.aes_iv


def _with_temp_key(perm: bytes, temp: bytes, *rest: Any) -> bytes:
    return sealed()(temp, perm, *rest)


def _with_temp_key_under_the_perm_id(perm: bytes, temp: bytes, *rest: Any) -> bytes:
    return AuthKey(perm).id_bytes + sealed()(temp, perm, *rest)[8:]


SEAL = Task(
    "seal", 15, ("perm_auth_key", "temp_auth_key", "inner", "msg_id", "random", "padding"), "bytes",
    "encrypted_message, 104 bytes: the envelope around `inner`, its msg_key, padding, AES-IGE, and the key's id in "
    "front, all by MTProto 1.0. `inner` is the forty bytes, `random` 16, `padding` 8, the keys 256 each.",
    sealed(), picked("perm_auth_key", "temp_auth_key", "inner", "msg_id", "random", "padding"),
    (
        mistake("sealed_by_mtproto_2",
                "This is sealed by MTProto 2.0. The binding message is the one place where 1.0 lives on: four SHA-1, "
                "and no key in msg_key.",
                sealed(hashed=_msg_key_of_v2, scheduled=schedule_v2)),
        mistake("schedule_v2", "aes_key and aes_iv come from the schedule of MTProto 2.0; take the four SHA-1 of 1.0.",
                sealed(scheduled=schedule_v2)),
        _step(MSG_KEY_V1, "msg_key_v2", "hashed"),
        mistake("direction_x_8", DIRECTION, sealed(scheduled=_from_dc)),
        _step(MSG_KEY_V1, "msg_key_over_padding", "hashed"),
        _step(MSG_KEY_V1, "msg_key_first_sixteen_bytes", "hashed"),
        _step(MSG_KEY_V1, "msg_key_of_the_inner_only", "hashed"),
        _step(IGE, "iv_halves_swapped", "encrypted"),
        _step(IGE, "cbc_instead_of_ige", "encrypted"),
        mistake("key_without_leading_zeros", KEY_STRIPPED, sealed(scheduled=_stripped),
                sealed(scheduled=_stripped, named=lambda key: wrong.sha1(wrong.stripped(key))[-8:])),
        mistake("sealed_with_the_temporary_key",
                "The seal is the permanent key's: with it the owner signs for the temporary one. You used the "
                "temporary key.",
                _with_temp_key_under_the_perm_id, _with_temp_key),
        _step(AUTH_KEY_ID, "wrong_half_of_sha1", "named"),
        _step(ENVELOPE_MISTAKES, "seqno_not_zero", "wrapped"),
        mistake("padding_of_another_size",
                "MTProto 1.0 pads 72 bytes to 80. At least 12 bytes of padding are the rule of 2.0, and here one too "
                "many.",
                size=120),
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
    """The usual mistakes of the nine rungs, as the values that they give for the vector with the counting bytes."""
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

BINDING = (STATEMENTS, INNER, SEAL, NINE_VALUES)
