"""Recognising a connection by its first bytes, and obfuscation: a header of 64 bytes, and two key streams.

Obfuscation lies below the frames: a stream cipher over everything, keyed by a header that travels in the clear.
Anybody who sees the first 64 bytes can undo it, unless both sides also share the secret of a proxy. It hides
which protocol is used, not what is said.

Source: core.telegram.org/mtproto/mtproto-transports, "Transport obfuscation".
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from mtlib.crypto.aes import Ctr
from mtlib.crypto.entropy import Entropy
from mtlib.crypto.kdf import sha256
from mtlib.crypto.secret import Buffer, Hidden, Secret, exact, plain, whole
from mtlib.errors import DecodeError, LocalError
from mtlib.transport.framing import FRAMINGS, Full, PaddedIntermediate

SIZE = 64
"""Bytes of the header."""

OBFUSCATED = "obfuscated"

TAGS = {(framing.tag * 4)[:4]: name for name, framing in FRAMINGS.items() if framing.tag}
"""The framing tags a header can carry, with the framings they stand for. The full framing has no tag."""

_FOREIGN = {
    b"HEAD": "HTTP",
    b"POST": "HTTP",
    b"GET ": "HTTP",
    b"OPTI": "HTTP",
    b"PUT /": "HTTP",
    b"DELETE /": "HTTP",
    b"CONNECT ": "HTTP, asked to be a proxy",
    b"SSH-2": "SSH",
    b"PROXY ": "a PROXY protocol header (version 1): a load balancer stands in front",
    bytes.fromhex("0d0a0d0a000d0a51"): "a PROXY protocol header (version 2): a load balancer stands in front",
    bytes.fromhex("16030102"): "TLS",
}
"""Beginnings of other protocols. The specification forbids those of four bytes in an obfuscation header; the longer
ones practically never come up in one by chance."""


def foreign_starts() -> tuple[str, ...]:
    """The four-byte beginnings of other protocols that a header must not have, as text or in hex."""
    return tuple(start.decode() if start.isascii() and start.decode().isprintable() else start.hex(" ")
                 for start in _FOREIGN if len(start) == 4)


_ATTEMPTS = 64  # one header in 256 is forbidden; 64 in a row mean broken entropy
_PADDED_SECRET = 0xDD
_SECRET_FORMS = "32 hex digits, or dd and 32 more, or base64url of these"


def foreign(start: Buffer) -> str:
    """Which other protocol begins like this, in words for a log ("TLS", "SSH"); empty if none does."""
    data = plain(start, "start")
    for beginning, name in _FOREIGN.items():
        if data.startswith(beginning):
            return name
    # A handshake record of any version with a ClientHello in it, which is four bytes shorter than the record.
    hello = len(data) >= 8 and data[0] == 0x16 and data[1] == 3 and data[2] <= 4 and data[5] == 1 and data[6] == 0
    if hello and data[3] - data[7] in (0, 1):
        return "TLS"
    # A SOCKS greeting is short, and then the client waits for an answer: nothing may follow.
    if 3 <= len(data) == 2 + data[1] and data[0] == 5 and set(data[2:]) <= {0, 1, 2}:
        return "SOCKS5"
    if 9 <= len(data) < SIZE and data[0] == 4 and data[1] in (1, 2) and data[-1] == 0 and data[8:-1].isascii():
        return "SOCKS4"
    return ""


def detect(start: Buffer) -> str | None:
    """What kind of connection begins like this: a key of `FRAMINGS`, "obfuscated", or None if more bytes are needed.

    Eight bytes always suffice; fewer do for a framing with a tag. Raises DecodeError for the starts of other protocols.
    """
    start = plain(start, "start")
    for name, framing in FRAMINGS.items():
        if framing.tag and start.startswith(framing.tag):
            return name
    if other := foreign(start):
        raise DecodeError(f"this is {other}", got=start[:4], expected="MTProto", where="first bytes")
    if len(start) < 8:
        return None
    return OBFUSCATED if any(start[4:8]) else Full.name


def hidden_secret(secret: str | Buffer | None) -> bytes | None:
    """An MTProxy secret, as people pass it on, as 16 bytes, or as 17 that begin with `dd`: these demand padded
    intermediate. None stays None.

    Forms: 32 hex digits; `dd` and 32 more; the same 16 or 17 bytes in base64url, or as bytes. LocalError for anything
    else, and for `ee...`, which asks for a disguise as TLS. No error shows the secret itself.
    """
    if secret is None:
        return None
    data = _secret_bytes(secret)
    if data[:1] == b"\xee" and len(data) > 16:
        raise LocalError("an ee secret asks for FakeTLS, which is not spoken here", where="secret")
    if len(data) not in (16, 17) or (len(data) == 17 and data[0] != _PADDED_SECRET):
        raise LocalError("not a proxy's secret", got=f"{len(data)} bytes", expected=_SECRET_FORMS, where="secret")
    return Hidden(data)


def _secret_bytes(secret: str | Buffer) -> bytes:
    if isinstance(secret, bytes | bytearray | memoryview):
        return bytes(secret)
    if not isinstance(secret, str):
        raise LocalError("not a proxy's secret", got=type(secret).__name__, expected=_SECRET_FORMS, where="secret")
    text = secret.strip()
    digits = text.rstrip("=")
    try:
        if len(digits) != 22:  # 16 bytes in base64url, which may all be hex digits
            return bytes.fromhex(text)
    except ValueError:
        pass
    try:
        return base64.b64decode(digits + "=" * (-len(digits) % 4), b"-_", validate=True)
    except ValueError:
        got = f"{len(text)} characters"
        raise LocalError("not a proxy's secret", got=got, expected=_SECRET_FORMS, where="secret") from None


def header_allowed(random64: Buffer) -> bool:
    """Whether a server takes these 64 bytes for an obfuscation header and for nothing else.

    Forbidden are the tags of the framings, the starts of HTTP and TLS, and zero in bytes 4 to 7, which would
    announce the full framing. Raises LocalError unless there are 64 bytes.
    """
    header = exact(random64, SIZE, "header")
    try:
        return detect(header) == OBFUSCATED
    except DecodeError:
        return False


def tags_with(secret: bytes | None) -> dict[bytes, str]:
    """The framing tags that a proxy's secret allows: all of them, or padded only."""
    padded = secret is not None and len(secret) == 17
    return {tag: name for tag, name in TAGS.items() if not padded or name == PaddedIntermediate.name}


@dataclass(frozen=True, repr=False)
class Obfuscation(Secret):
    """One obfuscated connection: the given values, and one property for each value computed from them.

    `random64` are the 64 bytes before tag and dc_id are written into them; `tag` is four bytes (`TAGS`); `dc_id` goes
    into bytes 60 and 61 and matters to proxies only (plus 10000 for test data centres, negative for media; None leaves
    the random bytes); `secret` is a proxy's, as `hidden_secret` takes it. "Encrypt" means from client to server and
    "decrypt" the way back, on both sides.

    Raises LocalError for anything of another shape.
    """

    random64: bytes = field(repr=False)
    tag: bytes
    dc_id: int | None = None
    secret: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not header_allowed(self.random64):
            raise LocalError("a header must not begin like this", got=self.random64[:8], where="obfuscation")
        object.__setattr__(self, "random64", Hidden(self.random64))
        object.__setattr__(self, "secret", hidden_secret(self.secret))
        tags = tags_with(self.secret)
        if plain(self.tag, "tag") not in tags:
            raise LocalError("no such framing", got=self.tag, expected=_shown(tags), where="obfuscation/tag")
        if self.dc_id is not None and not -0x8000 <= whole(self.dc_id, "dc_id") <= 0x7FFF:
            raise LocalError("too large", got=self.dc_id, expected="an int16", where="obfuscation/dc_id")

    @classmethod
    def draw(cls, entropy: Entropy, tag: bytes, dc_id: int | None = None, secret: bytes | None = None) -> Self:
        """A fresh header for a client: 64 bytes, drawn again while they are forbidden."""
        for attempt in range(_ATTEMPTS):
            random64 = entropy.draw("obfuscation_header", SIZE, attempt=attempt)
            if header_allowed(random64):
                return cls(random64, tag, dc_id, secret)
        raise LocalError("this entropy yields only forbidden headers", got=_ATTEMPTS, where="obfuscation")

    @classmethod
    def receive(cls, header64: bytes, secret: bytes | None = None) -> Self:
        """What a server reads in the 64 bytes that came: `framing`, `dc_id`, and the same key streams.

        `dc_id` is whatever stands there, random if the client wrote none. Raises DecodeError for a forbidden
        start or an unknown tag, which is also what a wrong secret gives; LocalError for the wrong number of
        bytes or a secret of another shape.
        """
        if not header_allowed(header64):
            raise DecodeError("a forbidden start", got=header64[:8], where="obfuscation")
        secret = hidden_secret(secret)
        hidden = Ctr(_key(header64, secret), header64[IV]).update(header64)[56:]
        tag, dc_id = hidden[:4], int.from_bytes(hidden[4:6], "little", signed=True)
        tags = tags_with(secret)
        if tag not in tags:
            message = "no such framing in the header: another secret, or never obfuscated (abridged begins with one ef)"
            raise DecodeError(message, got=tag, expected=_shown(tags), where="obfuscation/tag")
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
        return self.random64[IV]

    @cached_property
    def decrypt_key(self) -> bytes:
        """32 bytes for server to client: as `encrypt_key`, from the 64 bytes in reverse."""
        return _key(self.random64[::-1], self.secret)

    @cached_property
    def decrypt_iv(self) -> bytes:
        """16 bytes, the first counter block for server to client: as `encrypt_iv`, in reverse."""
        return self.random64[::-1][IV]

    @cached_property
    def header(self) -> bytes:
        """The 64 bytes that travel: 56 as drawn (the server needs them), the tag and dc_id encrypted."""
        dc_id = self.random64[60:62] if self.dc_id is None else self.dc_id.to_bytes(2, "little", signed=True)
        clear = self.random64[:56] + self.tag + dc_id + self.random64[62:]
        return clear[:56] + Ctr(self.encrypt_key, self.encrypt_iv).update(clear)[56:]

    def streams(self) -> tuple[Ctr, Ctr]:
        """New ciphers for what follows the header: client to server, and server to client.

        The first stands at byte 64 of its key stream (the header has used 64 bytes), the second at 0. A client
        encrypts with the first and decrypts with the second, a server the other way round.
        """
        encryptor = Ctr(self.encrypt_key, self.encrypt_iv)
        encryptor.update(bytes(SIZE))
        return encryptor, Ctr(self.decrypt_key, self.decrypt_iv)


KEY, IV = slice(8, 40), slice(40, 56)
"""The places of key and iv in the 64 bytes; for the way back, in the 64 bytes reversed."""
TAG, DC = slice(56, 60), slice(60, 62)


def _key(bytes64: bytes, secret: bytes | None) -> bytes:
    key = bytes64[KEY]
    return key if secret is None else sha256(key + secret[-16:])


def _shown(tags: dict[bytes, str]) -> str:
    return ", ".join(f"{tag.hex()} ({name})" for tag, name in tags.items())
