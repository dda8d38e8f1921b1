"""Where one packet ends and the next begins: the four framings that Telegram speaks over TCP.

| name | the client sends first | one frame |
|---|---|---|
| abridged | `ef` | length in words, 1 byte (4 bytes from 127 words on), then the payload |
| intermediate | `eeeeeeee` | length in bytes, 4 bytes, then the payload |
| padded | `dddddddd` | as intermediate, and up to 15 random bytes that the length includes |
| full | nothing | length 4, sequence number 4, payload, CRC32 4; the length counts all of it |

The server answers in the same framing and sends no tag.

A framing object is one end of one connection. It turns packets into frames (`wrap`), and bytes that arrive in pieces
of any size back into packets (`feed`, then `next` until it returns None). It opens no socket and never reads the
packet; it recognises only the two things that may stand in its place, transport errors and quick-ack tokens.

Source: core.telegram.org/mtproto/mtproto-transports, one section for each, "Quick ack", "Transport errors".
"""

from __future__ import annotations

import copy
import zlib
from abc import ABC, abstractmethod
from typing import ClassVar, Literal, NamedTuple, get_args

from mtlib.crypto.entropy import Entropy
from mtlib.crypto.secret import Buffer, exact, plain, whole
from mtlib.errors import DecodeError, LocalError, PeerError, TransportError

Side = Literal["client", "server"]

LIMIT = 64 * 1024
"""Largest payload accepted unless the caller says otherwise, in bytes."""

CARRIED = {
    "packet": "one MTProto message, plain or encrypted",
    "error": "transport error: a negative int in the place of a packet",
    "quick_ack": "quick-ack token: the first bytes of the hash that gave msg_key, with bit 31 set",
}
"""What a frame can carry, with the meaning of each. Every frame carries exactly one of them."""


class Frame(NamedTuple):
    """What one frame carried.

    On a server `quick_ack` says that the client asks for a quick ack of this packet. On a client it says that
    this is a quick ack and no packet: `payload` is then the four bytes of the token, in the order that they
    have in the packet's hash, whatever the order on the wire.
    """

    payload: bytes
    quick_ack: bool = False


class FramePart(NamedTuple):
    """One piece of a frame: bytes `start` to `stop`, counted from the beginning of the frame."""

    name: str
    start: int
    stop: int
    meaning: str


class Head(NamedTuple):
    """What the first bytes of a frame announce; used by the framings only."""

    size: int  # bytes of the header itself
    body: int  # bytes that follow it
    quick_ack: bool = False
    token: bool = False  # no frame: the header itself is a quick-ack answer

    @property
    def whole(self) -> int:
        return self.size + self.body


class Framing(ABC):
    """One end of a framed connection.

    `side` is the end that this object stands for: a client asks for quick acks and receives transport errors,
    a server the other way round. `limit` is the largest payload accepted, in bytes, and may be changed at any
    time (a data centre raises it once a key is known); padding does not count. Only padding needs `entropy`.
    `received` and `sent` count whole frames.

    After an error from the other side the position in the stream is unknown. The object then keeps the error in
    `broken` (without its traceback, which would keep the whole connection alive), raises it again whenever it is asked
    for a frame, and keeps nothing of what it is fed.
    """

    name: ClassVar[str]
    tag: ClassVar[bytes]  # what a client sends once, before its first frame
    largest: ClassVar[int]  # bytes: the largest payload that the header can announce
    overhead: ClassVar[int] = 0  # bytes after the header that are never payload
    slack: ClassVar[int] = 0  # bytes after the header that may be padding

    def __init__(self, side: Side, *, limit: int = LIMIT, entropy: Entropy | None = None) -> None:
        if side not in get_args(Side):
            raise LocalError("no such side of a connection", got=side, expected=" or ".join(get_args(Side)))
        self.side = side
        self.limit = whole(limit, "limit")
        self.received = 0
        self.sent = 0
        self.broken: PeerError | None = None
        self._entropy = entropy
        self._buffer = bytearray()

    @property
    def pending(self) -> int:
        """Bytes held because their frame is not complete, or `next` has not been called for it yet."""
        return len(self._buffer)

    def wrap(self, payload: Buffer, *, quick_ack: bool = False) -> bytes:
        """The frame that carries `payload`; with `quick_ack` a client asks for a token in answer.

        Raises LocalError for a payload that is empty or that the header cannot announce, and for a quick ack in a
        framing that has none.
        """
        data = plain(payload, "payload")
        if not 0 < len(data) <= self.largest:
            raise self._refuse("this payload has no frame", len(data), f"1 to {self.largest} bytes")
        if quick_ack:
            self._only("client", "asks for quick acks")
        frame = self._wrap(data, quick_ack)
        self.sent += 1
        return frame

    def quick_ack(self, token: Buffer) -> bytes:
        """The wire form of a server's quick ack; `token` is four bytes as in the packet's hash, bit 31 set.

        Raises LocalError on a client, for a token of another shape, and in a framing without quick acks.
        """
        self._only("server", "answers with quick acks")
        data = exact(token, 4, "token")
        if not data[3] & 0x80:  # without it the client would read a length
            raise self._refuse("not a quick-ack token", data, "bit 31 set")
        answer = self._wrap_token(data)
        self.sent += 1
        return answer

    def feed(self, data: Buffer) -> None:
        """Take bytes as they came, in pieces of any size. They are not read before `next`."""
        if self.broken is None:
            self._buffer += plain(data, "data")

    def next(self) -> Frame | None:
        """The next whole frame, or None until more bytes come.

        A length is checked as soon as the header is there, before the body arrives. Raises DecodeError for a
        frame that breaks a rule, and TransportError (on a client) for a transport error, then and on every later call.
        """
        if self.broken is not None:
            raise copy.copy(self.broken)
        try:
            head = self._measure(self._buffer, self.limit)
            if head is None or self.pending < head.whole:
                return None
            raw = bytes(self._buffer[: head.whole])
            del self._buffer[: head.whole]  # moves the start of the buffer, not its bytes
            frame = self._read(raw, head)
        except PeerError as error:
            self.broken = copy.copy(error)
            self._buffer = bytearray()
            raise
        self.received += 1
        return frame

    def parts(self, frame: Buffer) -> tuple[FramePart, ...]:
        """What the bytes of one whole frame are: named pieces that tile it, without gap or overlap.

        `packet` is the payload; seen from a client, `error` or `quick_ack` may stand in its place. Checksum
        and sequence number of the full framing are shown, not checked. Raises DecodeError if this is not one
        frame, TransportError for a bare transport error where a full frame should be.
        """
        data = plain(frame, "frame")
        head = self._measure(data)
        if head is None or len(data) != head.whole:
            expected = head.whole if head else None
            raise DecodeError("not one whole frame", got=len(data), expected=expected, where=self.name)
        return self._parts(data, head)

    @abstractmethod
    def _head(self, data: bytes | bytearray) -> Head | None:
        """Read the header at the beginning of `data`, or None while it is incomplete."""

    @abstractmethod
    def _wrap(self, payload: bytes, quick_ack: bool) -> bytes:
        """The frame of a payload whose size has been checked."""

    def _wrap_token(self, token: bytes) -> bytes:
        return self._token(token)

    def _token(self, token: bytes) -> bytes:
        """Convert a token from its order in the packet's hash to that on the wire, or back."""
        return token

    def _parts(self, frame: bytes, head: Head) -> tuple[FramePart, ...]:
        if head.token:
            return (FramePart("quick_ack", 0, head.size, CARRIED["quick_ack"]),)
        length = FramePart("length", 0, head.size, "how much follows; the top bit asks for a quick ack")
        return (length, *self._content(frame, head.size, head.whole))

    def _content(self, frame: bytes, start: int, stop: int) -> tuple[FramePart, ...]:
        """Name the payload: a packet, or on a client perhaps a transport error."""
        error = self.side == "client" and stop - start == 4 and is_error(signed(frame[start:stop]))
        name = "error" if error else "packet"
        return (FramePart(name, start, stop, CARRIED[name]),)

    def _measure(self, data: bytes | bytearray, limit: int | None = None) -> Head | None:
        head = self._head(data)
        if head is None or head.token:
            return head
        payload, where = head.body - self.overhead, self._here("length")
        if payload < 1:
            raise DecodeError("no room for a payload", got=payload, expected="at least 1", where=where)
        if limit is not None and payload > limit + self.slack:
            raise DecodeError("a frame over the limit", got=payload, expected=f"at most {limit}", where=where)
        return head

    def _read(self, frame: bytes, head: Head) -> Frame:
        part = next(part for part in self._parts(frame, head) if part.name in CARRIED)
        content = frame[part.start : part.stop]
        if part.name == "error":
            raise TransportError(signed(content), where=self._here())
        if part.name == "quick_ack":
            return Frame(self._token(content), True)
        return Frame(content, head.quick_ack)

    def _here(self, part: str = "") -> str:
        return f"{self.name} frame {self.received}" + (f"/{part}" if part else "")

    def _refuse(self, message: str, got: object, expected: object) -> LocalError:
        return LocalError(message, got=got, expected=expected, where=self.name)

    def _only(self, side: Side, what: str) -> None:
        if self.side != side:
            raise self._refuse(f"only a {side} {what}", self.side, side)


def signed(raw: bytes | bytearray) -> int:
    """A little-endian int as TL has it."""
    return int.from_bytes(raw, "little", signed=True)


def is_error(code: int) -> bool:
    """Whether a 4-byte payload is a transport error: a negative number of the size of an HTTP status.

    Any other four bytes are handed on, and refused by whoever reads them as a packet.
    """
    return -1000 < code < 0


_TOP_BIT = 0x80000000
_LONG_FORM = 127  # words, and the first byte of the four-byte form
_WIDEST_PADDING = 15
_PADDING_SENT = 3  # bytes at most: several servers and clients strip no more than `length % 4`
_TOKEN_MARK = b"\xff" * 4
_SHORTEST_MESSAGE = 20  # bytes: a plain message without a body is auth_key_id 8, msg_id 8, length 4
_ENCRYPTED_HEAD = 24  # bytes: auth_key_id 8, msg_key 16; what follows is whole AES blocks
_PADDING = "random bytes, so that lengths betray less; the receiver drops them"


class Abridged(Framing):
    """The smallest framing: a length in 4-byte words, which takes one byte if it fits.

    `0a` and 40 bytes; from 127 words on `7f`, three bytes of length, and the payload. The top bit of the
    first byte asks for a quick ack (`7f` becomes `ff`). The answer is the token alone, bytes reversed, so
    that its set bit comes first and no length can be taken for it.
    """

    name = "abridged"
    tag = b"\xef"
    largest = (2**24 - 1) * 4

    def _wrap(self, payload: bytes, quick_ack: bool) -> bytes:
        words, rest = divmod(len(payload), 4)
        if rest:
            raise self._refuse("not whole words", len(payload), "a multiple of 4 bytes")
        flag = 0x80 if quick_ack else 0
        if words < _LONG_FORM:
            return bytes([flag | words]) + payload
        return bytes([flag | _LONG_FORM]) + words.to_bytes(3, "little") + payload

    def _head(self, data: bytes | bytearray) -> Head | None:
        if not data:
            return None
        if self.side == "server" and self.received == 0 and data[:3] == self.tag * 3:
            message = "abridged is announced by one ef; four of them stand for it in an obfuscation header only"
            raise DecodeError(message, got=bytes(data[:3]), where="first bytes")
        flagged, words = bool(data[0] & 0x80), data[0] & 0x7F
        if flagged and self.side == "client":
            return Head(4, 0, token=True)
        if words < _LONG_FORM:
            return Head(1, words * 4, flagged)
        return Head(4, int.from_bytes(data[1:4], "little") * 4, flagged) if len(data) >= 4 else None

    def _token(self, token: bytes) -> bytes:
        return token[::-1]


class Intermediate(Framing):
    """A length of four bytes, little-endian, and the payload.

    Bit 31 of the length asks for a quick ack. It is the top bit of the *last* of the four bytes: a packet of
    200 bytes starts with `c8`, which asks for nothing. The answer is the token in the place of a length; its
    bit 31 tells them apart.
    """

    name = "intermediate"
    tag = b"\xee" * 4
    largest = _TOP_BIT - 1

    def _wrap(self, payload: bytes, quick_ack: bool) -> bytes:
        return (len(payload) | (_TOP_BIT if quick_ack else 0)).to_bytes(4, "little") + payload

    def _head(self, data: bytes | bytearray) -> Head | None:
        if len(data) < 4:
            return None
        word = int.from_bytes(data[:4], "little")
        flagged = bool(word & _TOP_BIT)
        if flagged and self.side == "client":
            return Head(4, 0, token=True)
        return Head(4, word & ~_TOP_BIT, flagged)


class PaddedIntermediate(Intermediate):
    """Intermediate with random bytes behind the payload, counted by the length: 0 to 15 are read, 0 to 3 written.

    No field says how many. An encrypted packet is 24 bytes and whole AES blocks, so the remainder is padding;
    a plain message carries its own length, so it is handed on with the padding. If a client receives a payload
    shorter than any message, it is a transport error, or a quick ack: `ffffffff`, the token, up to 8 bytes. A
    bare token, as in intermediate, is understood as well.

    Sending needs `entropy`; each frame draws in a scope of its own, named by its number.
    """

    name = "padded"
    tag = b"\xdd" * 4
    largest = Intermediate.largest - _WIDEST_PADDING
    slack = _WIDEST_PADDING

    def _wrap(self, payload: bytes, quick_ack: bool) -> bytes:
        return super()._wrap(payload + self._padding(_PADDING_SENT), quick_ack)

    def _wrap_token(self, token: bytes) -> bytes:
        return super()._wrap(_TOKEN_MARK + token + self._padding(_PADDING_SENT), False)

    def _padding(self, most: int) -> bytes:
        if self._entropy is None:
            raise self._refuse("padding needs entropy", None, "an entropy argument")
        drawn = self._entropy.at(f"frame-{self.sent}").draw("padding", 1 + most)
        return drawn[1 : 1 + drawn[0] % (most + 1)]

    def _content(self, frame: bytes, start: int, stop: int) -> tuple[FramePart, ...]:
        end = self._end(frame, start, stop)
        if self._marked(frame, start, stop):
            mark = FramePart("mark", start, start + 4, "no packet: a quick-ack token follows")
            parts: tuple[FramePart, ...] = (mark, FramePart("quick_ack", start + 4, end, CARRIED["quick_ack"]))
        else:
            parts = super()._content(frame, start, end)
        return (*parts, FramePart("padding", end, stop, _PADDING)) if end < stop else parts

    def _end(self, frame: bytes, start: int, stop: int) -> int:
        """Where the padding begins, as far as anybody can tell without opening the packet."""
        size = stop - start
        if self._marked(frame, start, stop):
            return start + 8
        if size < _SHORTEST_MESSAGE and self.side == "client":
            return start + 4 if size >= 4 and is_error(signed(frame[start : start + 4])) else stop
        if size < _ENCRYPTED_HEAD or not any(frame[start : start + 8]):  # key id 0: a plain message
            return stop
        return stop - (size - _ENCRYPTED_HEAD) % 16

    def _marked(self, frame: bytes, start: int, stop: int) -> bool:
        short = 8 <= stop - start < _SHORTEST_MESSAGE
        return self.side == "client" and short and frame[start : start + 4] == _TOKEN_MARK


class Full(Framing):
    """Length, sequence number, payload, checksum: the oldest framing, and the only one that notices damage.

    The length counts all four. Each side numbers its frames from 0; the CRC32 covers everything before it.
    There is no tag (a server knows it by the second int, 0) and no quick ack. Servers have been seen to
    answer with bare transport errors and no frame around them, so a client takes a negative length as such an error.
    """

    name = "full"
    tag = b""
    overhead = 8  # sequence number and checksum
    largest = _TOP_BIT - 1 - 12

    def _wrap(self, payload: bytes, quick_ack: bool) -> bytes:
        if quick_ack:
            raise self._no_quick_ack()
        head = (len(payload) + 12).to_bytes(4, "little") + (self.sent % 2**32).to_bytes(4, "little")
        return head + payload + zlib.crc32(payload, zlib.crc32(head)).to_bytes(4, "little")

    def _wrap_token(self, token: bytes) -> bytes:
        raise self._no_quick_ack()

    def _head(self, data: bytes | bytearray) -> Head | None:
        if len(data) < 4:
            return None
        length = signed(data[:4])
        if self.side == "client" and is_error(length):
            raise TransportError(length, where=self._here("length"))
        return Head(4, length - 4)

    def _parts(self, frame: bytes, head: Head) -> tuple[FramePart, ...]:
        end = len(frame) - 4
        return (
            FramePart("length", 0, 4, "bytes of the whole frame, these four included"),
            FramePart("seqno", 4, 8, "number of this frame on this connection and in this direction, from 0"),
            *self._content(frame, 8, end),
            FramePart("crc", end, end + 4, "CRC32 of everything before it"),
        )

    def _read(self, frame: bytes, head: Head) -> Frame:
        held, computed = int.from_bytes(frame[-4:], "little"), zlib.crc32(frame[:-4])
        if held != computed:
            raise DecodeError("a damaged frame", got=f"{held:08x}", expected=f"{computed:08x}", where=self._here("crc"))
        seqno, expected = int.from_bytes(frame[4:8], "little"), self.received % 2**32
        if seqno != expected:
            raise DecodeError("a frame out of order", got=seqno, expected=expected, where=self._here("seqno"))
        return super()._read(frame, head)

    def _no_quick_ack(self) -> LocalError:
        return self._refuse("there are no quick acks here", None, "another framing")


FRAMINGS: dict[str, type[Framing]] = {
    framing.name: framing for framing in (Abridged, Intermediate, PaddedIntermediate, Full)
}
"""Every framing by its name."""


def framing_named(name: str, *, side: Side = "client", limit: int = LIMIT, entropy: Entropy | None = None) -> Framing:
    """One end of the framing of that name. LocalError for an unknown name."""
    if not isinstance(name, str) or name not in FRAMINGS:
        raise LocalError("no such framing", got=name, expected=", ".join(FRAMINGS), where="framing")
    return FRAMINGS[name](side, limit=limit, entropy=entropy)
