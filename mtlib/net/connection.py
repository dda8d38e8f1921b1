"""Unix time that does not jump: what clients and data centres here go by unless they are given another clock.

One TCP connection of a client: packets out, packets in, and never a wait without an end.

A session over a line: send a message, wait for what answers it, and do what notices ask for.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from mtlib.crypto.entropy import Entropy
from mtlib.errors import DecodeError, LocalError, RpcError, Unreachable
from mtlib.net.endpoints import Endpoint, refuse_production
from mtlib.protocol.messages import Message
from mtlib.protocol.session import Answer, BadMessage, Event, Said, Session
from mtlib.transport import ClientStream, Frame
from mtlib.wire import Dissection


def steady() -> Callable[[], float]:
    """A clock that is right now, and from now on goes with the machine's steady one: nobody can set it meanwhile.

    msg_ids have to rise and to be near the other side's time, so a clock that is put right (or wrong) in the middle of
    a session would do more harm than one that stays a little off.
    """
    begun = time.time() - time.monotonic()
    return lambda: begun + time.monotonic()


def never_back(clock: Callable[[], float]) -> Callable[[], float]:
    """The same clock, standing still where it would go back, until it has caught up with itself.

    A data centre tells its time in the msg_ids of its notices, and those must rise.
    """
    latest = 0.0

    def now() -> float:
        nonlocal latest
        latest = max(latest, clock())
        return latest

    return now


REACH = 10.0
"""Seconds in which an endpoint must be reached, all its addresses together."""


class Remembered:
    """An entropy that gives a value again when the same one is asked for again: what a frame was padded with belongs to
    what was sent, and can be shown afterwards."""

    def __init__(self, source: Entropy) -> None:
        self._source, self._scope = source, ""
        self._drawn: dict[tuple[str, str, int], bytes] = {}

    def at(self, scope: str) -> Remembered:
        inner = Remembered(self._source.at(scope))
        inner._scope, inner._drawn = f"{self._scope}/{scope}", self._drawn
        return inner

    def draw(self, label: str, size: int, *, attempt: int = 0) -> bytes:
        name = self._scope, label, attempt
        if name not in self._drawn:
            self._drawn[name] = self._source.draw(label, size, attempt=attempt)
        return self._drawn[name]


class Line:
    """A connection to one endpoint. `transcript` keeps every packet, with "sent" or "received"; `entropy` is what the
    frames were padded from, and gives the same padding again.

    Raises Unreachable where nobody answers in time or the other side hangs up; LocalError, before anything is dialled,
    for framing, obfuscation and secret that do not go together, and for a line that is closed.
    """

    def __init__(
        self, to: Endpoint, framing: str, *, obfuscated: bool, secret: bytes | None, entropy: Entropy, timeout: float
    ) -> None:
        self.to, self.timeout, self.closed = to, timeout, False
        self.entropy = Remembered(entropy)
        self.stream = ClientStream(framing, obfuscated=obfuscated, secret=secret, dc_id=to.dc_id, entropy=self.entropy)
        self.transcript: list[tuple[str, bytes]] = []
        self._frames: deque[Frame] = deque()
        self._heard = False
        self.socket = _dial(to, min(timeout, REACH))
        self._port = _port(self.socket)
        try:
            self._write(self.stream.opening())
        except BaseException:
            self.close()
            raise

    @property
    def frames_sent(self) -> int:
        """Packets that went out so far."""
        return sum(direction == "sent" for direction, _ in self.transcript)

    @property
    def frame_entropy(self) -> Entropy:
        """What `protocol.binding.Carried` needs to wrap a packet as this line did."""
        return self.entropy.at("client")

    def others(self) -> tuple[tuple[str, int], ...]:
        """The endpoint's addresses that are left to try if this one took the connection and never says a word."""
        ports = [port for _, port in self.to.addresses]
        if self._heard or self.closed or self._port not in ports:
            return ()
        return self.to.addresses[ports.index(self._port) + 1 :]

    def send(self, packet: bytes) -> None:
        """One packet, framed."""
        self._must_be_open()
        frame = self.stream.send(packet)
        self.transcript.append(("sent", packet))
        self._write(frame)

    def receive(self, patience: float | None = None) -> bytes:
        """The next packet, waited for `patience` seconds at most, or the line's `timeout`. Raises TransportError for
        four bytes in its place, Unreachable at the end of patience."""
        self._must_be_open()
        patience = self.timeout if patience is None else patience
        end = time.monotonic() + patience
        while True:
            while self._frames:
                frame = self._frames.popleft()
                if not frame.quick_ack:
                    self.transcript.append(("received", frame.payload))
                    return frame.payload
            self._frames.extend(self.stream.receive(self._read(end, patience)))

    def close(self) -> None:
        self.closed = True
        self.socket.close()

    def _must_be_open(self) -> None:
        if self.closed:
            raise LocalError("this client is closed", expected="client.dial(), or another connect(...)", where="line")

    def _write(self, data: bytes) -> None:
        try:
            self.socket.settimeout(self.timeout)
            self.socket.sendall(data)
        except OSError as error:
            raise self._ended(f"{self.to.name} took nothing more: {_reason(error)}") from None
        except BaseException:  # interrupted: perhaps half a frame is out, so nothing can follow it
            self.close()
            raise

    def _read(self, end: float, patience: float) -> bytes:
        try:
            self.socket.settimeout(max(end - time.monotonic(), 0.001))
            data = self.socket.recv(65536)
        except TimeoutError:
            raise self._ended(f"{self.to.name} was silent for {patience:g} seconds") from None
        except OSError as error:
            raise self._ended(f"the connection to {self.to.name} broke: {_reason(error)}") from None
        if not data:
            with contextlib.suppress(DecodeError):  # half a frame is no news once the connection has ended
                self.stream.eof()
            raise self._ended(f"{self.to.name} closed the connection without an answer")
        self._heard = True
        return data

    def _ended(self, sentence: str) -> Unreachable:
        return Unreachable(sentence + self.to.how())


def _dial(to: Endpoint, within: float) -> socket.socket:
    """A socket to the first address that answers; the time is shared among them."""
    end = time.monotonic() + within
    reasons = []
    for index, address in enumerate(to.addresses):
        share = (end - time.monotonic()) / (len(to.addresses) - index)
        try:
            made = _connect(address, max(share, 0.05))
        except (OSError, UnicodeError) as error:
            reasons.append(f"port {address[1]}: {_reason(error)}")
            continue
        with contextlib.suppress(OSError):
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made
    offline = "; without a network, connect to a LocalDC instead" if to.clean_up else ""
    raise Unreachable(f"{to.name} cannot be reached from here ({', '.join(reasons)}){offline}{to.how()}")


def _connect(address: tuple[str, int], within: float) -> socket.socket:
    """A socket to that host. What a name stands for is known only now: none of it may be a production data centre."""
    found = [(str(answer[4][0]), address[1]) for answer in socket.getaddrinfo(*address, type=socket.SOCK_STREAM)]
    for host, _ in found:
        refuse_production(host)
    share = within / len(found)
    for place in found[:-1]:
        with contextlib.suppress(OSError):
            return socket.create_connection(place, timeout=share)
    return socket.create_connection(found[-1], timeout=share)


def _port(sock: socket.socket) -> int:
    """The port that was reached; 0 if the connection has ended already."""
    try:
        return int(sock.getpeername()[1])
    except (OSError, IndexError):
        return 0


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()


RESENDS = 4
"""How often a message that was ignored (salt, clock) is sent again."""


class Sent(NamedTuple):
    """A packet as it was handed to the line, and how many frames had gone out on that line before it."""

    packet: bytes
    frames_before: int


class Conversation:
    """`events` keeps everything that arrived, in order, whether it was waited for or not.

    Of the last message that was asked, `sent` is its last packet (None if it came to none), and `answer` what answered
    it, be it an rpc_error or a notice (None if nothing did).
    """

    def __init__(self, line: Line, session: Session, clock: Callable[[], float]) -> None:
        self.line, self.session, self.clock = line, session, clock
        self.events: list[Event] = []
        self.sent: Sent | None = None
        self.answer: Dissection | bytes | BadMessage | None = None

    def ask(
        self, query: Dissection | bytes, msg_id: int | None = None, content_related: bool = True
    ) -> Dissection | bytes | BadMessage:
        """Send, and wait for what answers it. A message that met a wrong salt is sent again, with its msg_id; what met
        a wrong clock is sent again under a new one, unless the caller chose the id and must build anew.

        Raises RpcError for a refusal, and whatever `Line` and `Session.receive` raise.
        """
        self.sent = self.answer = None
        message, packet = self._build(query, msg_id, content_related)
        for _ in range(RESENDS):
            self.sent = Sent(bytes(packet), self.line.frames_sent)
            self.line.send(bytes(packet))
            answer = self._answer_to(message.msg_id)
            if not isinstance(answer, BadMessage):
                return answer
            if answer.notice.action == "new_salt_and_resend":
                packet = self.session.pack(message)
            elif msg_id is not None or not answer.notice.action.endswith("resend_new_id"):
                return answer
            else:
                message, packet = self._build(query, None, content_related)
        return answer

    def _build(
        self, query: Dissection | bytes, msg_id: int | None, content_related: bool
    ) -> tuple[Message, Dissection]:
        """The packet, and the message in it: the session forgets those that are not content-related."""
        seqno = self.session.seqno.next(False) + content_related
        number, packet = self.session.send(query, self.clock(), msg_id=msg_id, content_related=content_related)
        return Message(number, seqno, bytes(query)), packet

    def _answer_to(self, msg_id: int) -> Dissection | bytes | BadMessage:
        """Whatever answers that message; everything that arrives meanwhile, or with it, is kept in `events`."""
        while True:
            events = self.session.receive(self.line.receive(), self.clock())
            self.events += events
            about = (_answers(event, msg_id, self.session.pending) for event in events)
            found = next((each for each in about if each is not None), None)
            if found is None:
                continue
            self.answer = found
            if isinstance(found, Dissection) and found.name == "rpc_error":
                raise RpcError(found["error_code"], found["error_message"].decode("utf-8", "replace"))
            return found


def _answers(event: Event, msg_id: int, pending: dict[int, Message]) -> Dissection | bytes | BadMessage | None:
    """What `event` says about the message of that id, None if it is about something else."""
    if isinstance(event, Answer):
        return event.result if event.req_msg_id == msg_id else None
    if isinstance(event, BadMessage):  # a notice about the container that carried it is about it, too
        return event if event.bad_msg_id == msg_id or event.bad_msg_id not in pending else None
    return _service_answer(event, msg_id)


def _service_answer(said: Said, msg_id: int) -> Dissection | None:
    """pong, future_salts and destroy_... come without rpc_result; most name the message they answer."""
    body = said.body
    if not isinstance(body, Dissection) or said.name == "new_session_created":
        return None
    named = body.values.get("req_msg_id", body.values.get("msg_id", msg_id))
    return body if named == msg_id and said.name != "msgs_ack" else None
