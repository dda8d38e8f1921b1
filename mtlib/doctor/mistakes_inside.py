"""The ways to put the wrong thing behind the seal, or the hash of the wrong thing before it.

Which fields are inside (`SHAPES`), what msg_key covers (`COVERED`), and how it is cut from the hash (`DIGESTS`).
`Opened` is a seal that was opened, by the right recipe or by a wrong one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from mtlib.doctor.hypothesis import FORTY_BYTES, SCHEDULE_V1, SCHEDULE_V2, SEALED, Hypothesis, Stage, at

NO_EXPIRES_AT = (
    "expires_at_left_out",
    "expires_at is not there.",
    "Put the date, in unix seconds, in both places: in the request and last in the inner object.",
    FORTY_BYTES,
)
LONG_NONCE = (
    "nonce_of_sixteen_bytes",
    "The nonce has 16 bytes.",
    "Draw a long, 8 bytes; 16-byte nonces belong to the key exchange.",
    FORTY_BYTES,
)
"""Two mistakes that can be made inside the seal and outside of it."""

# -- Fields -------------------------------------------------------------------------------------------------------

Shape = tuple[tuple[str, int], ...]

RIGHT_SHAPE: Shape = (
    ("random", 16), ("msg_id", 8), ("seqno", 4), ("length", 4), ("constructor", 4), ("nonce", 8),
    ("temp_auth_key_id", 8), ("perm_auth_key_id", 8), ("temp_session_id", 8), ("expires_at", 4),
)
"""The 72 bytes that are sealed, as names and sizes."""
HEADER = ("random", "msg_id", "seqno", "length")


def _without(*names: str) -> Shape:
    return tuple(part for part in RIGHT_SHAPE if part[0] not in names)


def _nonce_of_sixteen() -> Shape:
    return tuple((name, 16 if name == "nonce" else size) for name, size in RIGHT_SHAPE)


def _with_length_head() -> Shape:
    return (*RIGHT_SHAPE[:4], ("head", 1), *RIGHT_SHAPE[4:], ("tail", 3))


SHAPES: tuple[Hypothesis[Shape], ...] = at(
    Stage.SHAPE,
    (
        "inner_without_constructor",
        "The inner object stands there without its constructor: 36 bytes.",
        "Begin with 65 f7 a3 75: the object is boxed.",
        FORTY_BYTES,
        _without("constructor"),
    ),
    (
        *NO_EXPIRES_AT,
        _without("expires_at"),
    ),
    (
        *LONG_NONCE,
        _nonce_of_sixteen(),
    ),
    (
        "header_left_out",
        "The forty bytes were sealed without a header before them.",
        "Put 16 random bytes, msg_id, seqno 0 and length 40 in front: 72 bytes.",
        SEALED,
        _without(*HEADER),
    ),
    (
        "inner_with_length_head",
        "The inner object stands there as a TL string, with a length in front.",
        "Put the object itself after the header; its length is the header's last field.",
        SEALED,
        _with_length_head(),
    ),
)

# -- msg_key ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opened:
    """A seal that opened: what was inside, under which key, and by which changes of the recipe."""

    plaintext: bytes = field(repr=False)
    key: bytes = field(repr=False)
    shape: Shape
    changes: tuple[Hypothesis[Any], ...] = ()

    @property
    def size(self) -> int:
        """Bytes of the fields, without padding."""
        return sum(size for _, size in self.shape)

    @property
    def envelope(self) -> bytes:
        return self.plaintext[: self.size]

    def place(self, name: str) -> tuple[int, int] | None:
        """Where a field starts and stops, or None where it is not there, or cut off."""
        start = 0
        for part, size in self.shape:
            if part == name:
                return (start, start + size) if start + size <= len(self.plaintext) else None
            start += size
        return None

    def value(self, name: str) -> bytes | None:
        """The bytes of a field."""
        place = self.place(name)
        return None if place is None else self.plaintext[place[0] : place[1]]


COVERED: tuple[Hypothesis[Callable[[Opened], bytes]], ...] = at(
    Stage.HASH,
    (
        "msg_key_over_padding",
        "msg_key is the hash of all 80 bytes; the padding does not belong in it.",
        "Take the hash before the padding is there: SHA1 of the 72 bytes, [4:20].",
        SEALED,
        lambda opened: opened.plaintext,
    ),
    (
        "msg_key_of_the_inner_only",
        "msg_key is the hash of the forty bytes; the 32 bytes of header before them belong in it.",
        "Hash header and inner object together, 72 bytes.",
        SEALED,
        lambda opened: opened.envelope[32:],
    ),
)

Digest = Callable[[bytes, Opened], Iterable[bytes]]


def right_digest(covered: bytes) -> bytes:
    """SHA1[4:20]."""
    return hashlib.sha1(covered).digest()[4:20]


def _words(digest: bytes) -> bytes:
    return b"".join(digest[i : i + 4][::-1] for i in range(0, len(digest), 4))


def _other_orders(covered: bytes, opened: Opened) -> list[bytes]:
    digest = hashlib.sha1(covered).digest()
    return [digest[4:20][::-1], digest[:16][::-1], _words(digest)[4:20], _words(digest)[:16]]


def _sha256_slices(covered: bytes, opened: Opened) -> list[bytes]:
    digest = hashlib.sha256(covered).digest()
    return [digest[8:24], digest[:16], digest[16:]]


def _msg_key_v2(covered: bytes, opened: Opened) -> list[bytes]:
    pieces = (opened.key[88:120], opened.key[96:128])
    texts = (opened.plaintext, opened.envelope)
    return [hashlib.sha256(piece + text).digest()[8:24] for piece in pieces for text in texts]


DIGESTS: tuple[Hypothesis[Digest], ...] = at(
    Stage.HASH,
    (
        "msg_key_first_sixteen_bytes",
        "msg_key is SHA1[0:16], the wrong end of the hash.",
        "Keep the lower-order 128 bits: SHA1[4:20].",
        SEALED,
        lambda covered, opened: [hashlib.sha1(covered).digest()[:16]],
    ),
    (
        "msg_key_in_another_order",
        "msg_key has the bytes of the right hash in another order.",
        "Leave the hash as it comes: it is a string of bytes and has no endianness.",
        SEALED,
        _other_orders,
    ),
    (
        "msg_key_sha256",
        "msg_key comes from SHA-256.",
        "Use SHA-1, [4:20]: this one message still follows MTProto 1.0.",
        SCHEDULE_V1,
        _sha256_slices,
    ),
    (
        "msg_key_v2",
        "msg_key is that of MTProto 2.0, which hashes a piece of the key and the padding too.",
        "Use the msg_key of MTProto 1.0 for this one message: SHA1 of the 72 bytes, [4:20].",
        SCHEDULE_V2,
        _msg_key_v2,
    ),
)
