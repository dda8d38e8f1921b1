"""What are these bytes? `dissect` tries everything that they could be, the most certain first. With `FORMULAS`,
`mtlib.wire.trace` then says where each of their values comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mtlib.crypto.aes import ige_encrypt
from mtlib.crypto.kdf import kdf_nonces, kdf_v1, kdf_v2
from mtlib.crypto.keys import AuthKey
from mtlib.errors import DecodeError, LocalError, MtError
from mtlib.protocol.binding import ENCRYPTED_SIZE
from mtlib.protocol.packets import ANSWER_PACKET, PLAIN, REQUEST_PACKET, TO_CLIENT, TO_SERVER, FrameShape, open_packet
from mtlib.transport.framing import FRAMINGS
from mtlib.wire.dissection import Dissection, Opener, Reading, Shape, octets, openers
from mtlib.wire.provenance import FUNCTIONS
from mtlib.wire.schema import ENCRYPTED_MESSAGE, SCHEMA

FORMULAS = {
    **FUNCTIONS,
    "IGE": lambda data, key_and_iv: ige_encrypt(data, key_and_iv[:32], key_and_iv[32:]),
    "KDF1": lambda auth_key, msg_key: b"".join(kdf_v1(auth_key, msg_key)),
    "KDF2": lambda auth_key, msg_key, x: b"".join(kdf_v2(auth_key, msg_key, x)),
    "TMP": lambda new_nonce, server_nonce: b"".join(kdf_nonces(new_nonce, server_nonce)),
}
"""The functions for `trace` that formulas of packets, bindings and key exchanges may call."""

KINDS = ("frame", "packet", "encrypted_message", "tl")


def dissect(data: Dissection | bytes, *, keys: Sequence[Opener] = (), as_: str | None = None) -> Dissection:
    """The dissection of `data`, with every seal opened that `keys` can open.

    `as_` is the kind of the bytes: "frame", "packet", "encrypted_message" or "tl"; without it every kind is tried.
    Raises DecodeError with all attempts if nothing fits, LocalError if `data` is not bytes or `keys` are not keys.
    """
    raw, keys = octets(data, "dissect"), openers(keys)
    if as_ is not None and (not isinstance(as_, str) or as_ not in KINDS):
        raise LocalError("no such kind of bytes", got=as_, expected=", ".join(KINDS))
    problems = []
    for kind in (as_,) if as_ else ("tl", "packet", "encrypted_message", "frame"):
        for shape in _shapes(kind, raw, keys, said=as_ is not None):
            try:
                return shape.dissect(raw, Reading(keys=keys))
            except MtError as error:
                problems.append(f"{shape.name}: {error.message}" + (f" at {error.where}" if error.where else ""))
    raise DecodeError("these bytes are none of " + ", ".join(KINDS), got=f"{len(raw)} bytes",
                      where="; ".join(problems) or "byte 0")


def _shapes(kind: str, data: bytes, keys: Sequence[Opener], *, said: bool) -> Iterator[Shape]:
    """The shapes of that kind that these bytes may have, the most certain first; `said`: the caller named the kind."""
    if kind == "tl" and SCHEMA.knows(data):
        yield SCHEMA.of(data)
    if kind == "packet":
        yield from _packets(data, keys, said=said)
    if kind == "encrypted_message" and len(data) == ENCRYPTED_SIZE:
        yield ENCRYPTED_MESSAGE
    for name, framing in FRAMINGS.items() if kind == "frame" else ():
        try:
            part = next(part for part in framing("client").parts(data) if part.name == "packet")
        except (MtError, StopIteration):
            continue
        for packet in _packets(data[part.start : part.stop], keys, said=False):
            yield FrameShape(name, packet)


def _packets(data: bytes, keys: Sequence[Opener], *, said: bool) -> Iterator[Shape]:
    """A plain packet if the key id is zero; under a known key, the direction for which msg_key is right. Bytes with the
    size of an encrypted_message are a packet only if the caller `said` so."""
    if data[:8] == bytes(8):
        yield PLAIN
    elif len(data) > 24 and not (len(data) - 24) % 16:
        known = [key for key in keys if isinstance(key, AuthKey) and key.id_bytes == data[:8]]
        for layout, x in ((ANSWER_PACKET, TO_CLIENT), (REQUEST_PACKET, TO_SERVER)):
            if any(_opens(data, key, x) for key in known):
                yield layout
        if said or len(data) != ENCRYPTED_SIZE:
            yield REQUEST_PACKET


def _opens(data: bytes, key: AuthKey, x: int) -> bool:
    try:
        return bool(open_packet(data, key, x))
    except MtError:
        return False
