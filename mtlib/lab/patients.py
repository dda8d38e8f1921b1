"""Refused bindings to try the doctor on: twelve clients with one mistake each, and the four patients of an exercise.

All of them have the toy keys of the lessons. Each is a text such as an author of a client would paste.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace

from mtlib.crypto.aes import ige_encrypt, raw_aes
from mtlib.crypto.entropy import Patterned
from mtlib.crypto.kdf import V1, V2, ScheduleTable
from mtlib.crypto.keys import AuthKey
from mtlib.lab.samples import sample
from mtlib.lab.tripping import flipped, put
from mtlib.protocol.binding import Binding
from mtlib.wire.schema import REQUEST

SAMPLE = sample()
REFUSED = "answer: 400 ENCRYPTED_MESSAGE_INVALID"
FLIPPED = 61
"""The byte of encrypted_message in which one bit of patient D is flipped."""

Encrypt = Callable[[bytes, bytes, bytes], bytes]


def closed(
    b: Binding, *, key: AuthKey | None = None, hashed: bytes | None = None, cut: int = 4, schedule: ScheduleTable = V1,
    x: int = 0, cipher: Encrypt = ige_encrypt, envelope: bytes | None = None,
) -> bytes:  # fmt: skip
    """A seal, 104 bytes, of which every step can be changed; by default the right one."""
    key, envelope = key or b.perm_key, envelope or bytes(b.envelope)
    msg_key = hashlib.sha1(hashed or envelope).digest()[cut : cut + 16]
    made = schedule.run(x, auth_key=bytes(key), msg_key=msg_key)
    return b.perm_key.id_bytes + msg_key + cipher(envelope + b.padding, made.aes_key, made.aes_iv)


def _halves_swapped(data: bytes, key: bytes, iv: bytes) -> bytes:
    return ige_encrypt(data, key, iv[16:] + iv[:16])


def _cbc(data: bytes, key: bytes, iv: bytes) -> bytes:
    return raw_aes("CBC encrypt", key, iv[:16])(data)


def _with_seqno(b: Binding) -> bytes:
    return put(bytes(b.envelope), 24, b"\1")


TWELVE: Mapping[str, Callable[[Binding], bytes]] = {
    "the schedule of MTProto 2.0": lambda b: closed(b, schedule=V2),
    "keys for the other direction": lambda b: closed(b, x=8),
    "the halves of the iv swapped": lambda b: closed(b, cipher=_halves_swapped),
    "CBC instead of IGE": lambda b: closed(b, cipher=_cbc),
    "the temporary key seals": lambda b: closed(b, key=b.temp_key),
    "the padding hashed, too": lambda b: closed(b, hashed=bytes(b.plaintext)),
    "the wrong end of the hash": lambda b: closed(b, cut=0),
    "an RSA block": lambda b: Patterned("RSA").draw("block", 256),
    "the seqno of the message": lambda b: closed(b, envelope=_with_seqno(b)),
    "a nonce drawn twice": lambda b: bytes(replace(b, nonce=~b.nonce).encrypted_message),
    "another session": lambda b: bytes(replace(b, session_id=~b.session_id).encrypted_message),
    "built five seconds ago": lambda b: bytes(replace(b, msg_id=b.msg_id - (5 << 32)).encrypted_message),
}
"""Mistakes that people make in the seal: functions from a right binding to a wrong encrypted_message. `~` flips every
bit of a number."""


def with_seal(right: Binding, sealed: bytes) -> bytes:
    """The request of a right binding, with the seal `sealed` in it."""
    return bytes(REQUEST.build(
        perm_auth_key_id=right.perm_key.id, nonce=right.nonce, expires_at=right.expires_at, encrypted_message=sealed
    ))  # fmt: skip


def _text(request: bytes, *lines: str, msg_id: bool = True) -> str:
    """The text that an author would write down, without the keys."""
    known = [f"request: {request.hex()}", f"session_id: {SAMPLE.binding.session_id}", f"now: {SAMPLE.now}"]
    known += [f"msg_id: {SAMPLE.binding.msg_id}"] if msg_id else []
    return "\n".join([*known, *lines]) + "\n"


def _two_mistakes() -> bytes:
    """A request with two mistakes: the schedule of MTProto 2.0, and another nonce inside the seal."""
    right = SAMPLE.binding
    return with_seal(right, closed(replace(right, nonce=right.nonce ^ 0x5A5A5A5A), schedule=V2))



_OLDER = with_seal(SAMPLE.binding, TWELVE["built five seconds ago"](SAMPLE.binding))
TOLD: Mapping[str, str] = {
    "A": _text(_two_mistakes(), REFUSED),
    "B": _text(_OLDER, f"# from the client's log: the message went out as {SAMPLE.binding.msg_id}", msg_id=False),
    "C": _text(bytes(SAMPLE.binding.request), REFUSED, f"perm_key_created: {SAMPLE.now - 12}"),
    "D": _text(with_seal(SAMPLE.binding, flipped(bytes(SAMPLE.binding.encrypted_message), 8 * FLIPPED + 4)), REFUSED),
}
"""The text about each patient of the exercise, for `read_patient`."""
KEYS = f"perm_auth_key: {bytes(SAMPLE.perm_key).hex()}\ntemp_auth_key: {bytes(SAMPLE.temp_key).hex()}\n"
"""The toy keys of the lessons, published here."""


def examples() -> dict[str, dict[str, str]]:
    """Texts to paste, with their keys, by group and name. The form shows the first until something is pasted."""
    twelve = {name: _text(with_seal(SAMPLE.binding, wrong(SAMPLE.binding)), REFUSED) for name, wrong in TWELVE.items()}
    last = "built five seconds ago"
    groups = {"Examples, one mistake each": {last: twelve.pop(last), **twelve},
              "The exercise's patients": {f"patient {name}": text for name, text in TOLD.items()}}  # fmt: skip
    return {group: {name: text + KEYS for name, text in texts.items()} for group, texts in groups.items()}
