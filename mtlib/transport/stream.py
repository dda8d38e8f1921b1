"""The two ends of a connection, with frames above obfuscation; the server end recognises both.

Bytes in, packets out; the owner of the socket moves the bytes. Both ends return every good frame before they
raise: if a bad frame comes in one chunk with good ones, `receive` returns the good ones and raises on its next
call (`broken` says at once that it will). A broken stream keeps nothing of what it is given. When a connection
ends, `pending` says whether a frame was cut off.

Source: core.telegram.org/mtproto/mtproto-transports, introduction and "Transport obfuscation".
"""

from __future__ import annotations

import copy

from mtlib.crypto.aes import Ctr
from mtlib.crypto.entropy import Entropy, source
from mtlib.crypto.secret import Buffer, Secret, plain, whole
from mtlib.errors import DecodeError, LocalError, PeerError
from mtlib.transport.framing import FRAMINGS, LIMIT, Frame, Framing, Side, framing_named, is_error
from mtlib.transport.obfuscation import OBFUSCATED, SIZE, TAGS, Obfuscation, detect, hidden_secret


class _Stream(Secret):
    """What both ends have: a framing and two key streams. A server gets them from the client's first bytes."""

    def __init__(self, side: Side, limit: int, entropy: Entropy) -> None:
        self._side = side
        self._limit = limit
        self._entropy = source(entropy).at(side)  # so that two ends may share a source and never draw the same value
        self._framer: Framing | None = None
        self._outgoing: Ctr | None = None
        self._incoming: Ctr | None = None
        self.obfuscation: Obfuscation | None = None

    @property
    def framing(self) -> str | None:
        """Name of the framing, a key of `FRAMINGS`; None until a server has recognised it."""
        return self._framer.name if self._framer else None

    @property
    def obfuscated(self) -> bool:
        """Whether the bytes are obfuscated, as far as is known."""
        return self.obfuscation is not None

    @property
    def dc_id(self) -> int | None:
        """What the obfuscation header says in the place of the data centre; None without one."""
        return self.obfuscation.dc_id if self.obfuscation else None

    @property
    def limit(self) -> int:
        """Largest payload accepted, in bytes; may be set at any time and holds from the next frame on."""
        return self._limit

    @limit.setter
    def limit(self, limit: int) -> None:
        self._limit = limit
        if self._framer:
            self._framer.limit = limit

    @property
    def pending(self) -> int:
        """Bytes held because their frame is not complete."""
        return self._framer.pending if self._framer else 0

    @property
    def received(self) -> int:
        """Whole frames so far."""
        return self._framer.received if self._framer else 0

    @property
    def broken(self) -> PeerError | None:
        """The error after which nothing more can be read, or None."""
        return self._framer.broken if self._framer else None

    def receive(self, data: Buffer) -> list[Frame]:
        """Take bytes as they came and return the frames that are whole now.

        Raises DecodeError, and on a client TransportError, when there is no good frame left to return; and
        again on every later call.
        """
        framer = self._known()
        framer.feed(self._incoming.update(data) if self._incoming else data)
        frames: list[Frame] = []
        try:
            while frame := framer.next():
                frames.append(frame)
        except PeerError:
            if not frames:
                raise
        return frames

    def _speak(self, name: str, obfuscation: Obfuscation | None) -> None:
        self._framer = framing_named(name, side=self._side, limit=self._limit, entropy=self._entropy)
        if obfuscation:
            self.obfuscation = obfuscation
            towards_server, towards_client = obfuscation.streams()
            client = self._side == "client"
            self._outgoing = towards_server if client else towards_client
            self._incoming = towards_client if client else towards_server

    def _known(self) -> Framing:
        if self._framer is None:
            raise LocalError("the client has not said yet which framing it speaks", where="stream")
        return self._framer

    def hide(self, frame: bytes) -> bytes:
        """The bytes of a frame on the wire, obfuscated if the connection is. Call it once per frame, in order."""
        frame = plain(frame, "frame")
        return self._outgoing.update(frame) if self._outgoing else frame


class ClientStream(_Stream):
    """The end that dials: it chooses the framing, and says so in its first bytes.

    `framing` is a key of `FRAMINGS`; `secret` (of a proxy) and `dc_id` are for `obfuscated` connections.
    Raises LocalError for the full framing with obfuscation, which has no tag to hide, and for a secret without
    obfuscation.
    """

    def __init__(
        self,
        framing: str,
        *,
        obfuscated: bool = False,
        secret: str | Buffer | None = None,
        dc_id: int | None = 2,
        entropy: Entropy,
    ) -> None:
        super().__init__("client", LIMIT, entropy)
        if secret is not None and not obfuscated:
            raise LocalError("a secret needs obfuscation", expected="obfuscated=True", where="stream")
        tag = next((tag for tag, name in TAGS.items() if name == framing), b"")
        if obfuscated and not tag:
            expected = ", ".join(TAGS.values())
            raise LocalError("a framing without a tag", got=framing, expected=expected, where="stream")
        self._speak(framing, Obfuscation.draw(self._entropy, tag, dc_id, hidden_secret(secret)) if obfuscated else None)

    def opening(self) -> bytes:
        """The first bytes to send, once: the obfuscation header, or the tag (empty for the full framing)."""
        return self.obfuscation.header if self.obfuscation else self._known().tag

    def wrap(self, payload: Buffer, *, quick_ack: bool = False) -> bytes:
        """The next frame, around a packet; it may ask for a quick ack. Errors as `Framing.wrap`."""
        return self._known().wrap(payload, quick_ack=quick_ack)

    def send(self, payload: Buffer, *, quick_ack: bool = False) -> bytes:
        """The bytes that carry a packet and may ask for a quick ack; errors as `Framing.wrap`."""
        return self.hide(self.wrap(payload, quick_ack=quick_ack))


class ServerStream(_Stream):
    """The end that listens: it recognises framing and obfuscation by the first bytes.

    With a `secret` it accepts only connections obfuscated with that, with `hidden_only` any obfuscated one. Until
    the framing is known, `receive` returns no frames, and everything that sends raises LocalError.
    """

    def __init__(self, *, secret: str | Buffer | None = None, limit: int = LIMIT, entropy: Entropy) -> None:
        super().__init__("server", limit, entropy)
        self._secret = hidden_secret(secret)  # raises for another shape here, not at the first connection
        self.hidden_only = self._secret is not None
        self._start = bytearray()
        self._unrecognised: PeerError | None = None

    @property
    def pending(self) -> int:
        """Bytes held because their frame is not complete, or the connection not recognised."""
        return super().pending + len(self._start)

    @property
    def broken(self) -> PeerError | None:
        """The error after which nothing more can be read, or None."""
        return self._unrecognised or super().broken

    def receive(self, data: Buffer) -> list[Frame]:
        """As for the client end. Also raises DecodeError if the first bytes are of no known kind of connection."""
        if self._unrecognised:
            raise copy.copy(self._unrecognised)
        if self._framer is None:
            self._start += plain(data, "data")
            try:
                size = self._recognise()
            except PeerError as error:
                self._unrecognised, self._start = copy.copy(error), bytearray()
                raise
            if size is None:
                return []
            data, self._start = bytes(self._start[size:]), bytearray()
        return super().receive(data)

    def send(self, payload: Buffer) -> bytes:
        """The bytes that carry a packet; errors as `Framing.wrap`."""
        return self.hide(self._known().wrap(payload))

    def send_error(self, code: int) -> bytes:
        """The bytes of a transport error, such as -404; LocalError for a code that no client recognises."""
        if not is_error(whole(code, "code")):
            raise LocalError("not a transport error", got=code, expected="-999 to -1", where="stream")
        return self.send(code.to_bytes(4, "little", signed=True))

    def send_quick_ack(self, token: Buffer) -> bytes:
        """The bytes of a quick ack; errors as `Framing.quick_ack`."""
        return self.hide(self._known().quick_ack(token))

    def _recognise(self) -> int | None:
        """Recognise the kind of connection. Returns how many bytes that took, or None if more are needed."""
        kind = detect(self._start)
        if kind is None or (kind == OBFUSCATED and len(self._start) < SIZE):
            return None
        if kind == OBFUSCATED:
            obfuscation = Obfuscation.receive(bytes(self._start[:SIZE]), self._secret)
            self._speak(obfuscation.framing, obfuscation)
            return SIZE
        if self.hidden_only:
            expected = "a header" if self._secret is None else "the secret's header"
            raise DecodeError("not obfuscated", got=kind, expected=expected, where="first bytes")
        self._speak(kind, None)
        return len(FRAMINGS[kind].tag)
