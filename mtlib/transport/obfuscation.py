"""Obfuscation: the 64 bytes that make a connection look like noise, and the two key streams that follow.

It lies below the frames: a stream cipher over everything, keyed by a header that travels in the clear.
Whoever reads the first 64 bytes can undo it, unless both sides also share the secret of a proxy: it hides
which protocol is spoken, not what is said.

Source: core.telegram.org/mtproto/mtproto-transports, "Transport obfuscation".
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from mtlib.crypto.aes import Ctr
from mtlib.crypto.entropy import Entropy
from mtlib.crypto.secret import Buffer, Secret, exact
from mtlib.errors import DecodeError, LocalError
from mtlib.transport.framing import FRAMINGS, Full, PaddedIntermediate

SIZE = 64
"""Bytes of the header."""

OBFUSCATED = "obfuscated"

TAGS = {(framing.tag * 4)[:4]: name for name, framing in FRAMINGS.items() if framing.tag}
"""The framing tags a header can carry, with the framings they stand for. The full framing has none."""

_FOREIGN = {
    b"HEAD": "HTTP",
    b"POST": "HTTP",
    b"GET ": "HTTP",
    b"OPTI": "HTTP",
    bytes.fromhex("16030102"): "TLS",
}

_ATTEMPTS = 64  # one header in 256 is forbidden; that many in a row means that the entropy is broken
_PADDED_SECRET = 0xDD


def detect(start: bytes | bytearray) -> str | None:
    """What kind of connection begins like this: a key of `FRAMINGS`, "obfuscated", or None while it is open.

    Eight bytes always suffice, fewer for what has a tag. Raises DecodeError for the starts of HTTP and TLS.
    """
    for name, framing in FRAMINGS.items():
        if framing.tag and start.startswith(framing.tag):
            return name
    foreign = _FOREIGN.get(bytes(start[:4]))
    if foreign:
        raise DecodeError(f"this is {foreign}", got=bytes(start[:4]), expected="MTProto", where="first bytes")
    if len(start) < 8:
        return None
    return OBFUSCATED if any(start[4:8]) else Full.name


def parse_secret(secret: str | bytes) -> bytes:
    """The secret of an MTProto proxy in any form in which people have it: its 16 bytes, or 17 that begin with `dd`
    and demand padded intermediate; the same as hex, or as base64url out of a link.

    Raises LocalError for anything else; `ee` asks for a disguise as TLS, which is not spoken here.
    """
    data = bytes(secret) if isinstance(secret, bytes | bytearray | memoryview) else _secret_of(secret)
    if data[:1] == b"\xee" and len(data) > SECRET:
        raise LocalError("a secret with ee asks for fake TLS, which is not spoken here", expected=_SECRET_FORMS,
                         where="secret")
    if len(data) != SECRET and not (len(data) == SECRET + 1 and data[0] == _PADDED_SECRET):
        raise LocalError("no secret of an MTProto proxy", got=f"{len(data)} bytes", expected=_SECRET_FORMS,
                         where="secret")
    return data


SECRET = 16
"""Bytes of a proxy's secret."""
_SECRET_FORMS = "32 hex digits, dd and 32 hex digits, or the same as base64url"


def _secret_of(text: object) -> bytes:
    if not isinstance(text, str):
        raise LocalError("of the wrong type", got=type(text).__name__, expected=_SECRET_FORMS, where="secret")
    written = text.strip()
    try:
        if len(written) >= 2 * SECRET:
            return bytes.fromhex(written)
    except ValueError:  # it may be base64url all the same
        pass
    try:
        return base64.b64decode(written.rstrip("=") + "=" * (-len(written.rstrip("=")) % 4), altchars=b"-_",
                                validate=True)
    except ValueError:
        raise LocalError("no secret of an MTProto proxy", got=f"{len(written)} characters", expected=_SECRET_FORMS,
                         where="secret") from None


def header_allowed(random64: Buffer) -> bool:
    """Whether no server can take a header of these 64 bytes for anything else.

    Forbidden are the tags of the framings, the starts of HTTP and TLS, and zero in bytes 4 to 7, which would
    announce the full framing. Raises LocalError unless there are 64 bytes.
    """
    header = exact(random64, SIZE, "header")
    try:
        return detect(header) == OBFUSCATED
    except DecodeError:
        return False


def tags_with(secret: bytes | None) -> dict[bytes, str]:
    """The framing tags that go with a proxy's secret: all of them, or padded only.

    Raises LocalError unless the secret is 16 bytes, or 17 that begin with `dd`.
    """
    if secret is None or len(secret) == 16:
        return TAGS
    if len(secret) == 17 and secret[0] == _PADDED_SECRET:
        return {tag: name for tag, name in TAGS.items() if name == PaddedIntermediate.name}
    where = "obfuscation/secret"  # the secret itself stays out of the error
    raise LocalError("not a proxy secret", got=len(secret), expected="16 bytes, or dd and 16", where=where)


@dataclass(frozen=True)
class Obfuscation(Secret):
    """One obfuscated connection: what is given, and one property for each value that follows from it.

    `random64` are the 64 bytes before tag and dc_id are written into them; `tag` is four bytes (`TAGS`);
    `dc_id` goes into bytes 60 and 61 and matters to proxies only (plus 10000 for test data centres, negative
    for media; None leaves the random bytes); `secret` is a proxy's: 16 bytes, or 17 that begin with `dd` and
    demand padded intermediate. "Encrypt" is the way from client to server, "decrypt" the way back, whoever
    does it.

    Raises LocalError for anything of another shape.
    """

    random64: bytes = field(repr=False)
    tag: bytes
    dc_id: int | None = None
    secret: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not header_allowed(self.random64):
            raise LocalError("a header must not begin like this", got=self.random64[:8], where="obfuscation")
        tags = tags_with(self.secret)
        if self.tag not in tags:
            raise LocalError("no such framing", got=self.tag, expected=_shown(tags), where="obfuscation/tag")
        if self.dc_id is not None and not -0x8000 <= self.dc_id <= 0x7FFF:
            raise LocalError("too large", got=self.dc_id, expected="an int16", where="obfuscation/dc_id")

    @classmethod
    def draw(
        cls, entropy: Entropy, tag: bytes, dc_id: int | None = None, secret: bytes | None = None
    ) -> Self:
        """A fresh header for a client: 64 bytes, drawn again for as long as they are forbidden."""
        for attempt in range(_ATTEMPTS):
            random64 = entropy.draw("obfuscation_header", SIZE, attempt=attempt)
            if header_allowed(random64):
                return cls(random64, tag, dc_id, secret)
        raise LocalError("this entropy yields only forbidden headers", got=_ATTEMPTS, where="obfuscation")

    @classmethod
    def receive(cls, header64: bytes, secret: bytes | None = None) -> Self:
        """What a server reads in the 64 bytes that came: `framing`, `dc_id`, and the same key streams.

        `dc_id` is whatever stands there, random if the client wrote none. Raises DecodeError for a forbidden
        start or a tag that is none, which is also what a wrong secret looks like; LocalError for the wrong
        number of bytes or a secret of another shape.
        """
        if not header_allowed(header64):
            raise DecodeError("a forbidden start", got=header64[:8], where="obfuscation")
        hidden = Ctr(_key(header64, secret), _iv(header64)).update(header64)[56:]
        tag, dc_id = hidden[:4], int.from_bytes(hidden[4:6], "little", signed=True)
        tags = tags_with(secret)
        if tag not in tags:
            raise DecodeError("no such framing", got=tag, expected=_shown(tags), where="obfuscation/tag")
        return cls(header64[:56] + hidden, tag, dc_id, secret)

    @property
    def framing(self) -> str:
        """Name of the framing inside, a key of `FRAMINGS`."""
        return TAGS[self.tag]

    @cached_property
    def encrypt_key(self) -> bytes:
        """32 bytes for client to server: bytes 8 to 39, hashed with the proxy's secret if there is one."""
        return _key(self.random64, self.secret)

    @cached_property
    def encrypt_iv(self) -> bytes:
        """16 bytes, the first counter block for client to server: bytes 40 to 55."""
        return _iv(self.random64)

    @cached_property
    def decrypt_key(self) -> bytes:
        """32 bytes for server to client: as `encrypt_key`, from the 64 bytes in reverse."""
        return _key(self.random64[::-1], self.secret)

    @cached_property
    def decrypt_iv(self) -> bytes:
        """16 bytes, the first counter block for server to client: as `encrypt_iv`, in reverse."""
        return _iv(self.random64[::-1])

    @cached_property
    def header(self) -> bytes:
        """The 64 bytes that travel: 56 as drawn (the server needs them), the tag and dc_id encrypted."""
        dc_id = self.random64[60:62] if self.dc_id is None else self.dc_id.to_bytes(2, "little", signed=True)
        clear = self.random64[:56] + self.tag + dc_id + self.random64[62:]
        return clear[:56] + Ctr(self.encrypt_key, self.encrypt_iv).update(clear)[56:]

    def streams(self) -> tuple[Ctr, Ctr]:
        """New ciphers for what follows the header: client to server, and server to client.

        The first stands at byte 64 of its key stream (the header has used up the rest), the second at 0. A
        client encrypts with the first and decrypts with the second, a server the other way round.
        """
        encryptor = Ctr(self.encrypt_key, self.encrypt_iv)
        encryptor.update(bytes(SIZE))
        return encryptor, Ctr(self.decrypt_key, self.decrypt_iv)


def _key(bytes64: bytes, secret: bytes | None) -> bytes:
    key = bytes64[8:40]
    return key if secret is None else hashlib.sha256(key + secret[-16:]).digest()


def _iv(bytes64: bytes) -> bytes:
    return bytes64[40:56]


def _shown(tags: dict[bytes, str]) -> str:
    return ", ".join(f"{tag.hex()} ({name})" for tag, name in tags.items())
