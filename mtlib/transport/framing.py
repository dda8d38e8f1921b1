"""What every framing does: hold bytes until a frame is whole, judge its length first, stay broken.

A framing object is one end of one connection. It turns packets into frames (`wrap`), and bytes that arrive
in pieces of any size back into packets (`feed`, then `next` until it answers None). It opens no socket and
never reads the packet, apart from the two things that travel in its place: transport errors and quick-ack
tokens. How the bytes of each framing look stands in `frames`.

Source: core.telegram.org/mtproto/mtproto-transports, "Quick ack", "Transport errors".
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Literal, NamedTuple, get_args

from mtlib.crypto.buffers import Buffer, exact, plain
from mtlib.crypto.entropy import Entropy
from mtlib.errors import DecodeError, LocalError, PeerError, TransportError

Side = Literal["client", "server"]

LIMIT = 64 * 1024
"""Largest payload accepted unless the caller says otherwise, in bytes."""

CARRIED = {
    "packet": "one MTProto message, plain or encrypted",
    "error": "transport error: a negative int in the place of a packet",
    "quick_ack": "quick-ack token: the first bytes of the hash that gave msg_key, with bit 31 set",
}
"""The parts a frame exists for, one of which is in each, with their meanings."""


class Frame(NamedTuple):
    """What one frame carried.

    On a server `quick_ack` says that the client asks for a quick ack of this packet. On a client it says that
    this is no packet but such an answer: `payload` is then the four bytes of the token, in the order they
    have in the packet's hash, whatever the order on the wire.
    """

    payload: bytes
    quick_ack: bool = False


class Part(NamedTuple):
    """One piece of a frame: bytes `start` to `stop`, counted from the beginning of the frame."""

    name: str
    start: int
    stop: int
    meaning: str


class Head(NamedTuple):
    """What the first bytes of a frame announce; for the framings themselves."""

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

    After an error from the other side the position in the stream is unknown. The object then keeps the error
    in `broken`, raises it again whenever it is asked for a frame, and keeps nothing of what it is fed.
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
        self.limit = limit
        self.received = 0
        self.sent = 0
        self.broken: PeerError | None = None
        self._entropy = entropy
        self._buffer = bytearray()

    @property
    def pending(self) -> int:
        """Bytes held because their frame is not complete, or not asked for yet."""
        return len(self._buffer)

    def wrap(self, payload: Buffer, *, quick_ack: bool = False) -> bytes:
        """The frame that carries `payload`; with `quick_ack` a client asks for a token in answer.

        Raises LocalError: a payload that is empty or that the header cannot announce, a quick ack where there
        is none.
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

        Raises LocalError: called on a client, a token of another shape, a framing without quick acks.
        """
        self._only("server", "answers with quick acks")
        data = exact(token, 4, "token")
        if not data[3] & 0x80:  # without it the client would read a length
            raise self._refuse("not a quick-ack token", data, "bit 31 set")
        answer = self._wrap_token(data)
        self.sent += 1
        return answer

    def feed(self, data: Buffer) -> None:
        """Take bytes as they came, in pieces of any size. Nothing is read before `next`."""
        if self.broken is None:
            self._buffer += plain(data, "data")

    def next(self) -> Frame | None:
        """The next whole frame, or None until more bytes come.

        A length is judged as soon as the header is there, before any of the body. Raises DecodeError for a
        frame that breaks a rule, TransportError (on a client) for a transport error; and on every later call.
        """
        with self._breaking():
            head = self._measure(self._buffer, self.limit)
            if head is None or self.pending < head.whole:
                return None
            raw = bytes(self._buffer[: head.whole])
            del self._buffer[: head.whole]  # moves the start of the buffer, not its bytes
            frame = self._read(raw, head)
            self.received += 1
            return frame

    def eof(self) -> None:
        """Say that no more bytes will come.

        Raises DecodeError if that cuts a frame, LocalError if whole frames are still unread, and again the
        error after which this object is broken.
        """
        with self._breaking():
            head = self._measure(self._buffer, self.limit)
            whole = head.whole if head else None
            if whole and self.pending >= whole:
                raise self._refuse("whole frames are still unread", self.pending, None)
            if self.pending:
                raise DecodeError("cut inside a frame", got=self.pending, expected=whole, where=self._here())

    def parts(self, frame: Buffer) -> tuple[Part, ...]:
        """What the bytes of one whole frame are: named pieces that tile it, without gap or overlap.

        `packet` is the payload; seen from a client, `error` or `quick_ack` may stand in its place. Checksum
        and sequence number of the full framing are shown, not judged. Raises DecodeError if this is not one
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
        """A token from its order in the packet's hash to that on the wire, or back."""
        return token

    def _parts(self, frame: bytes, head: Head) -> tuple[Part, ...]:
        if head.token:
            return (Part("quick_ack", 0, head.size, CARRIED["quick_ack"]),)
        length = Part("length", 0, head.size, "how much follows; the top bit asks for a quick ack")
        return (length, *self._content(frame, head.size, head.whole))

    def _content(self, frame: bytes, start: int, stop: int) -> tuple[Part, ...]:
        """Name the payload: a packet, or on a client perhaps a transport error."""
        error = self.side == "client" and stop - start == 4 and is_error(signed(frame[start:stop]))
        name = "error" if error else "packet"
        return (Part(name, start, stop, CARRIED[name]),)

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

    @contextmanager
    def _breaking(self) -> Iterator[None]:
        if self.broken is not None:
            raise self.broken.with_traceback(None)
        try:
            yield
        except PeerError as error:
            self.broken = error
            self._buffer = bytearray()
            raise


def signed(raw: bytes | bytearray) -> int:
    """A little-endian int as TL has it."""
    return int.from_bytes(raw, "little", signed=True)


def is_error(code: int) -> bool:
    """Whether a 4-byte payload is a transport error: a negative number of the size of an HTTP status.

    Anything else of four bytes is handed on, and refused as a packet by whoever tries to read it.
    """
    return -1000 < code < 0
