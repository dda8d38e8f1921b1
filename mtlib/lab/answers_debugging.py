"""The exercise of lesson 29: four refused bindings to put before the doctor, and what its answer means."""

from __future__ import annotations

from dataclasses import replace

from mtlib.crypto.aes import ige_encrypt
from mtlib.crypto.kdf import V2, msg_key_v1
from mtlib.lab.examining import Slip, Table
from mtlib.lab.samples import sample
from mtlib.protocol.binding import Binding
from mtlib.wire.schema import REQUEST

SAMPLE = sample()
FLIPPED = 61
"""The byte of encrypted_message in which D has one bit changed."""
_HEAD = 25
"""Where encrypted_message begins in the request: after four fields and its length."""


def _request(right: Binding, sealed: bytes) -> bytes:
    return bytes(REQUEST.build(
        perm_auth_key_id=right.perm_key.id, nonce=right.nonce, expires_at=right.expires_at, encrypted_message=sealed
    ))  # fmt: skip


def _two_mistakes() -> bytes:
    """The schedule of MTProto 2.0, around a nonce that was drawn a second time."""
    right = SAMPLE.binding
    wrong = replace(right, nonce=right.nonce ^ 0x5A5A5A5A)
    msg_key = msg_key_v1(bytes(wrong.envelope))
    made = V2.run(0, auth_key=bytes(right.perm_key), msg_key=msg_key)
    sealed = ige_encrypt(bytes(wrong.envelope) + wrong.padding, made.aes_key, made.aes_iv)
    return _request(right, right.perm_key.id_bytes + msg_key + sealed)


def _older() -> bytes:
    """The seal names a message of five seconds before."""
    right = SAMPLE.binding
    return _request(right, bytes(replace(right, msg_id=right.msg_id - (5 << 32)).encrypted_message))


def _flipped() -> bytes:
    sealed = bytearray(bytes(SAMPLE.binding.encrypted_message))
    sealed[FLIPPED] ^= 0x10
    return _request(SAMPLE.binding, bytes(sealed))


def _told(request: bytes, *lines: str, msg_id: bool = True) -> str:
    """What an author would write down; the keys are the lesson's."""
    known = [f"request: {request.hex()}", f"session_id: {SAMPLE.binding.session_id}", f"now: {SAMPLE.now}"]
    known += [f"msg_id: {SAMPLE.binding.msg_id}"] if msg_id else []
    return "\n".join([*known, *lines]) + "\n"


REFUSED = "answer: 400 ENCRYPTED_MESSAGE_INVALID"
PATIENTS_TOLD = {
    "A": _told(_two_mistakes(), REFUSED),
    "B": _told(_older(), f"# from the client's log: the message went out as {SAMPLE.binding.msg_id}", msg_id=False),
    "C": _told(bytes(SAMPLE.binding.request), REFUSED, f"perm_key_created: {SAMPLE.now - 12}"),
    "D": _told(_flipped(), REFUSED),
}
"""What was written down about each patient, as `read_patient` takes it."""

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
             "D", (FLIPPED + _HEAD, FLIPPED + _HEAD - 1)),
        Slip("counted_from_the_ciphertext", "Counted from the ciphertext; before it stand the key id and msg_key.",
             "D", (FLIPPED - 24,)),
        Slip("bits_counted", "That is a bit. Which byte is it in?", "D", tuple(range(8 * FLIPPED, 8 * FLIPPED + 8))),
    ),
    (
        "diagnose(**read_patient(text, toy_keys)) for the text of each; the first finding is the most urgent.",
        "B: the comment in the text has a number. Give it its name, msg_id:, and ask again.",
        "D: the evidence says the path and the byte, counted from the start of encrypted_message.",
    ),
    material=PATIENTS_TOLD,
)  # fmt: skip

DEBUGGING = (PATIENTS,)
