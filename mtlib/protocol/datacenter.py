"""A data centre without sockets: bytes in, bytes out, one `Peer` per connection.

It makes permanent and temporary keys, keeps sessions, answers calls, and binds. Whatever it refuses is recorded in
its trace with the reason; the wire learns only what a real data centre would say.

Source: core.telegram.org/mtproto/auth_key, /mtproto/description, /mtproto/security_guidelines, /api/pfs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mtlib.crypto.entropy import Entropy
from mtlib.crypto.kdf import msg_key_large_v2
from mtlib.crypto.keys import AuthKey
from mtlib.errors import CheckError, DecodeError, PeerError, TransportError
from mtlib.protocol.exchange_server import AwaitReqPq, Granted, Server
from mtlib.protocol.messages import ANSWER, next_msg_id
from mtlib.protocol.packets import PLAIN, TO_SERVER, open_packet, plain
from mtlib.protocol.state import Connection, DataCenterState
from mtlib.protocol.talk import talk
from mtlib.transport import Frame, ServerStream
from mtlib.wire import Dissection

UNKNOWN_KEY, TOO_MANY = -404, -429


@dataclass(frozen=True)
class Reply:
    """What a connection sends now: pieces for the socket, and whether it then hangs up. `afterwards` is what only the
    log waits for: to be run once the pieces are on their way, so that no answer takes longer because of its reasons."""

    chunks: tuple[bytes, ...] = ()
    close: bool = False
    afterwards: tuple[Callable[[], None], ...] = ()


class DataCenter(DataCenterState):
    """A data centre that takes connections."""

    def accept(self, secret: bytes | None = None) -> Peer:
        """A new connection. `secret` is an MTProto proxy's, for clients that are told to use one."""
        return Peer(self, secret)


class Peer(Connection):
    """One connection: a byte stream, at most one key exchange in progress, and whatever keys it uses."""

    def __init__(self, dc: DataCenterState, secret: bytes | None = None) -> None:
        super().__init__(dc)
        self.stream = ServerStream(limit=dc.limits.frame_before_key, secret=secret, entropy=self.entropy.at("frames"))
        self.authenticated = False
        self._exchange: Any = None
        self._introduced = False
        self._plain_msg_id = 0
        self._packets = 0

    def receive(self, data: bytes, now: float) -> Reply:
        """Whatever the other side sent, in pieces of any size. Bad input ends the connection, never raises."""
        now = self.dc.clock(now)
        chunks: list[bytes] = []
        try:
            frames = self.stream.receive(data)
            if self.stream.framing is not None and not self._introduced:
                self._introduce(now)
            for frame in frames:
                chunks += self._frame(frame, now)
            if self.stream.broken is not None:
                raise self.stream.broken
        except TransportError as error:
            return self._pieces([*chunks, self.stream.send_error(error.code)], close=True)
        except _HangUp as cut:
            return self._pieces([*chunks, *cut.last], close=True)
        except PeerError as error:
            self.note("bad_bytes", now, f"the connection is closed: {error}")
            return self._pieces(chunks, close=True)
        return self._pieces(chunks)

    def _introduce(self, now: float) -> None:
        """The first line about a connection: what it speaks."""
        self._introduced = True
        framing, obfuscated = self.stream.framing, self.stream.obfuscated
        self.note("connected", now, f"speaks the {framing} framing{', obfuscated' if obfuscated else ''}",
                  framing=framing, obfuscated=obfuscated)

    def _pieces(self, chunks: list[bytes], close: bool = False) -> Reply:
        size = self.dc.faults.setting("split-frames")
        if size:
            whole = b"".join(chunks)
            chunks = [whole[at : at + size] for at in range(0, len(whole), size)]
        afterwards, self.afterwards = tuple(self.afterwards), []
        return Reply(tuple(chunks), close, afterwards)

    def _frame(self, frame: Frame, now: float) -> list[bytes]:
        """One packet: of a key exchange, or under a key. Raises TransportError for what a real data centre answers
        with four bytes."""
        packet = frame.payload
        if len(packet) < 8:
            raise DecodeError("no packet is that short", got=f"{len(packet)} bytes", where="packet")
        if packet[:8] == bytes(8):
            return self._plain(packet, now)
        return self._encrypted(packet, frame.quick_ack, now)

    # -- before a key exists

    def _plain(self, packet: bytes, now: float) -> list[bytes]:
        """A step of the key exchange. Anything wrong ends the attempt: -404, or -444 for another data centre."""
        try:
            body = PLAIN.dissect(packet)["message"]
            self._take_place()
            step = (self._exchange or self._begin()).receive(body, self._exchange_entropy(), int(now))
        except TransportError as error:
            why = "too many key exchanges at once" if error.code == TOO_MANY else f"this data centre is {self.dc.dc_id}"
            self.note("exchange_refused", now, f"{error}; {why}", code=error.code)
            raise
        except (DecodeError, CheckError) as error:
            self.note("exchange_refused", now, str(error), code=UNKNOWN_KEY)
            raise TransportError(UNKNOWN_KEY) from None
        granted = isinstance(step.state, Granted) and step.state is not self._exchange
        self._exchange = step.state
        if isinstance(step.state, Granted):
            self.dc.exchanging.discard(self)
        if granted:
            self._grant(step.state, now)
        if step.send is None:
            return []
        if step.send.name == "dh_gen_retry":
            self.note("exchange_retry", now, "dh_gen_retry: the client has to draw another b")
        if step.send.name == "server_DH_params_ok" and self.dc.faults.take("cut-exchange"):
            self.note("fault", now, "cut-exchange: the connection ends in the middle of the key exchange")
            raise _HangUp
        return [self.stream.send(self._plain_answer(step.send, now))]

    def _take_place(self) -> None:
        """Count this connection among those with a key exchange in progress, if there is room. It leaves with its key,
        or when the connection is gone."""
        if self not in self.dc.exchanging and len(self.dc.exchanging) >= self.dc.limits.exchanges:
            raise TransportError(TOO_MANY)
        self.dc.exchanging.add(self)

    def _begin(self) -> AwaitReqPq:
        return AwaitReqPq(Server((self.dc.rsa,), self.dc.accepts_dc, self.dc.clashes))

    def _exchange_entropy(self) -> Entropy:
        self._packets += 1
        return self.entropy.at(f"exchange-{self._packets}")

    def _plain_answer(self, body: Dissection, now: float) -> bytes:
        self._plain_msg_id = next_msg_id(now, self._plain_msg_id, ANSWER)
        noise = self.dc.faults.setting("pad-plain-answers")
        padded = bytes(body) + (self.entropy.draw("noise", noise, attempt=self._packets) if noise else b"")
        return bytes(plain(self._plain_msg_id, padded))

    def _grant(self, granted: Granted, now: float) -> None:
        """Keep the new key, and be ready for another exchange on this connection."""
        promised = None if granted.expires_in is None else int(now) + granted.expires_in
        longest = self.dc.faults.setting("short-expiry")
        expires_at = self.dc.keys.add(granted.auth_key, granted.server_salt, now, promised, longest).expires_at
        kind = "permanent" if expires_at is None else f"temporary, until {expires_at}"
        short = bytes(granted.auth_key)[0] == 0
        beware = "; it starts with a zero byte: whoever drops that has another key" if short else ""
        self.note("exchange_done", now, f"key {granted.auth_key.id} ({kind}){beware}", auth_key_id=granted.auth_key.id,
                  temporary=expires_at is not None, expires_at=expires_at, leading_zero=short)
        self._authenticate()

    def _authenticate(self) -> None:
        """Whoever holds a key may send longer frames and take more time."""
        self.authenticated = True
        self.stream.limit = self.dc.limits.frame_after_key
        self.patience = max(self.patience, self.dc.limits.idle_seconds)

    # -- under a key

    def _encrypted(self, packet: bytes, quick_ack: bool, now: float) -> list[bytes]:
        """A packet under a key: open it, and let its message be answered, after a `quick_ack` if the client asked for
        one. A key that is not here, and a packet that does not open, are -404."""
        self._after_binding(now)
        auth_key_id = int.from_bytes(packet[:8], "little", signed=True)
        key = self.dc.keys.get(auth_key_id, now)
        if key is None:
            self.note("unknown_key", now, f"no key {auth_key_id}: never made, ended, or forgotten", code=UNKNOWN_KEY)
            raise TransportError(UNKNOWN_KEY)
        try:
            message = open_packet(packet, key.auth_key, TO_SERVER)
        except PeerError as error:
            self.note("bad_packet", now, str(error), code=UNKNOWN_KEY)
            raise TransportError(UNKNOWN_KEY) from None
        if not self.authenticated:
            self._authenticate()
        self._packets += 1
        answers = talk(self, key, message, now, self.entropy.at(f"packet-{self._packets}"))
        if self.dc.just_bound and self.dc.faults.take("cut-frame"):
            self.note("fault", now, "cut-frame: the connection ends in the middle of a frame")
            frame = self.stream.send(bytes(answers[0]))
            raise _HangUp(frame[: len(frame) // 2])
        token = [self._quick_ack(key.auth_key, message)] if quick_ack else []
        return token + [self.stream.send(bytes(answer)) for answer in answers]

    def _after_binding(self, now: float) -> None:
        """Faults that strike at the packet after a binding."""
        if not self.dc.just_bound:
            return
        self.dc.just_bound = False
        if self.dc.faults.take("forget-temp-keys"):
            self.note("fault", now, "forget-temp-keys: all temporary keys are forgotten")
            self.dc.keys.forget_temporary()
        if self.dc.faults.take("lose-bindings"):
            self.note("fault", now, "lose-bindings: all temporary keys are unbound")
            self.dc.keys.lose_bindings()

    def _quick_ack(self, key: AuthKey, message: Dissection) -> bytes:
        """The token a client asked for: the first bytes of the hash that gave msg_key, bit 31 set."""
        large = msg_key_large_v2(key, bytes(message), TO_SERVER)
        return self.stream.send_quick_ack((int.from_bytes(large[:4], "little") | 1 << 31).to_bytes(4, "little"))


class _HangUp(Exception):
    """The connection ends here, after at most these last bytes."""

    def __init__(self, *last: bytes) -> None:
        super().__init__()
        self.last = last
