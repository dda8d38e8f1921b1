"""A client's session: it numbers the messages it sends, and turns the packets that come back into events.

A session outlives connections. It numbers messages (msg_id, seqno), knows the salt and the server's clock, and keeps
the requests that have not been answered. It is mutable; `now` is unix seconds with fraction.

Source: core.telegram.org/mtproto/description, /mtproto/security_guidelines, /mtproto/service_messages.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from mtlib.crypto.entropy import Entropy
from mtlib.crypto.keys import AuthKey
from mtlib.errors import CheckError, LocalError, OverBudget
from mtlib.protocol.limits import Limits, Newest
from mtlib.protocol.messages import (
    ANSWER,
    BAD_MSG,
    NOTICE,
    Budget,
    Message,
    Notice,
    Seqno,
    Window,
    container,
    next_msg_id,
    seconds_of,
    unpack,
)
from mtlib.protocol.packets import REQUEST_MESSAGE, TO_CLIENT, open_packet, padding_size, seal
from mtlib.wire.dissection import STRICT, Dissection, Reading
from mtlib.wire.schema import SCHEMA

ANSWERS = Limits(frame=2 << 20, inflated=8 << 20, ids=1 << 16, objects=1 << 14)
"""What a client accepts from the data centre that it has chosen: a file part has 1 MiB, and the configuration of an
app compresses well. A result with more objects than that stays bytes."""


class RpcResult(NamedTuple):
    """rpc_result: `result` is the boxed object, cut where its constructor is known here, bytes otherwise."""

    req_msg_id: int
    result: Dissection | bytes


class BadMessage(NamedTuple):
    """bad_msg_notification or bad_server_salt: the message was ignored; `notice` says why and what to do."""

    bad_msg_id: int
    code: int
    notice: Notice
    time_offset: float


class ServiceMessage(NamedTuple):
    """Any other message of the server: pong, future_salts, new_session_created, destroy_auth_key_ok, ..."""

    msg_id: int
    body: Dissection | bytes

    @property
    def name(self) -> str:
        return self.body.name if isinstance(self.body, Dissection) else "unknown"


SessionEvent = RpcResult | BadMessage | ServiceMessage

_NAMES_ITS_REQUEST = {"pong": "msg_id", "future_salts": "req_msg_id", "msgs_state_info": "req_msg_id"}
"""Answers that come without rpc_result, and the field that holds the msg_id of the request."""
_ANSWERED_BY = {
    "ping": ("pong",),
    "ping_delay_disconnect": ("pong",),
    "get_future_salts": ("future_salts",),
    "msgs_state_req": ("msgs_state_info",),
    "msg_resend_req": ("msgs_state_info",),
    "destroy_session": ("destroy_session_ok", "destroy_session_none"),
    "destroy_auth_key": ("destroy_auth_key_ok", "destroy_auth_key_none", "destroy_auth_key_fail"),
}
"""The only requests whose answer is no rpc_result, and the names of their answers."""


class SentPacket(NamedTuple):
    """One packet of a client. `request` is the message that the caller wanted to send, `outer` the one in the packet
    (the same, or a container with it and acknowledgements); `message` is `outer` with salt, session and padding,
    `packet` the whole, sealed.
    """

    request: Message
    outer: Message
    message: Dissection
    packet: Dissection

    def __bytes__(self) -> bytes:
        return bytes(self.packet)

    @property
    def msg_id(self) -> int:
        return self.request.msg_id

    def answered_by(self, event: SessionEvent) -> Dissection | bytes | BadMessage | None:
        """What `event` says about this request: a result, or a notice that the request or its container was ignored.
        None for everything else: a message that is no rpc_result answers only the service request that asks for it."""
        if isinstance(event, RpcResult):
            return event.result if event.req_msg_id == self.msg_id else None
        if isinstance(event, BadMessage):
            return event if event.bad_msg_id in (self.msg_id, self.outer.msg_id) else None
        asked, body = _innermost(self.request.body), event.body
        names = _ANSWERED_BY.get(asked.name, ()) if isinstance(asked, Dissection) else ()
        if not isinstance(asked, Dissection) or not isinstance(body, Dissection) or body.name not in names:
            return None
        if body.name in _NAMES_ITS_REQUEST:
            return body if body[_NAMES_ITS_REQUEST[body.name]] == self.msg_id else None
        return body if body.values.get("session_id") == asked.values.get("session_id") else None

    def not_received(self, event: SessionEvent) -> bool:
        """Whether `event` announces a new session that never got this packet, which has to be sent again.

        Source: core.telegram.org/mtproto/service_messages, "New session creation notification".
        """
        greeting = isinstance(event, ServiceMessage) and event.name == "new_session_created"
        return greeting and event.body["first_msg_id"] > self.outer.msg_id  # type: ignore[union-attr,call-overload]


def _innermost(body: bytes) -> Dissection | bytes:
    """The request inside invokeWithLayer, initConnection and their like. An experiment's bytes may not parse."""
    lenient = Reading(lenient=True)
    cut = look(body, lenient)
    while isinstance(cut, Dissection) and "query" in cut.values:
        cut = look(bytes(cut["query"]), lenient)
    return cut


@dataclass
class Session:
    """One session of a client under one key.

    `salt` and `time_offset` (server minus local, seconds) come from the key exchange and are corrected by notices;
    `last_msg_id` is the highest that this client has used so far: ids keep rising from one session to the next.
    Raises LocalError for a session_id that is zero or no long.
    """

    key: AuthKey
    session_id: int
    salt: int
    entropy: Entropy = field(repr=False)
    time_offset: float = 0.0
    last_msg_id: int = 0

    def __post_init__(self) -> None:
        number = self.session_id
        if not isinstance(number, int) or isinstance(number, bool) or not number or not -(2**63) <= number < 2**63:
            raise LocalError("no name for a session", got=number, expected="a long that is not 0", where="session_id")
        self.seqno = Seqno()
        self.window = Window((ANSWER, NOTICE), ANSWERS)
        self.pending: Newest[Message] = Newest(ANSWERS.seen)
        self.sent: Newest[tuple[int, tuple[int, ...]]] = Newest(ANSWERS.seen)
        """By the msg_id of each message sent: the msg_id of the request in it, and those that it acknowledged."""
        self._to_ack: deque[int] = deque()
        self._packets = 0

    def next_msg_id(self, now: float) -> int:
        """The id for the next message. A binding contains it, so it is chosen before the binding is built."""
        self.last_msg_id = next_msg_id(now + self.time_offset, self.last_msg_id)
        return self.last_msg_id

    def send(
        self, body: Dissection | bytes, now: float, *, msg_id: int | None = None, content_related: bool = True
    ) -> SentPacket:
        """The packet for `body`. Acknowledgements that are due travel along in a container, unless the msg_id was
        chosen beforehand."""
        due = () if msg_id else self._due()
        acks = self._aside(SCHEMA["msgs_ack"].build(msg_ids=due), now) if due else None
        request = Message(msg_id or self.next_msg_id(now), self.seqno.next(content_related), bytes(body))
        if content_related:
            self.pending[request.msg_id] = request
        if acks is None:
            return self.pack(request)
        self.sent[request.msg_id] = request.msg_id, ()
        wrapped = self._aside(container([acks, request]), now)
        self.sent[wrapped.msg_id] = request.msg_id, due
        return self._seal(request, wrapped)

    def pack(self, message: Message) -> SentPacket:
        """One message, as it is, sealed with the least padding."""
        self.sent[message.msg_id] = message.msg_id, ()
        return self._seal(message, message)

    def again(self, sent: SentPacket) -> SentPacket:
        """The same message again, under the same msg_id, with the present salt."""
        return self._seal(sent.request, sent.outer)

    def _seal(self, request: Message, outer: Message) -> SentPacket:
        self._packets += 1
        padding = self.entropy.at(f"packet-{self._packets}").draw("padding", padding_size(len(outer.body)))
        message = REQUEST_MESSAGE.build(
            salt=self.salt, session_id=self.session_id, msg_id=outer.msg_id, seqno=outer.seqno,
            length=len(outer.body), request=outer.body, padding=padding,
        )  # fmt: skip
        return SentPacket(request, outer, message, seal(message, self.key))

    def receive(self, packet: bytes, now: float) -> list[SessionEvent]:
        """The events of a packet, in order. A repeated message gives none, and is acknowledged once more.

        Raises CheckError or DecodeError for a packet that must not be believed; the session is then unchanged.
        """
        outer = open_packet(packet, self.key, TO_CLIENT)
        if outer["session_id"] != self.session_id:
            raise CheckError("a message of another session", got=outer["session_id"], expected=self.session_id,
                             where="message/session_id")
        message = Message(outer["msg_id"], outer["seqno"], outer["answer"])
        budget = Budget(ANSWERS)
        said = [(each, self._cut(each.body, budget)) for each in unpack(message, budget)]
        verdict = self._judge(message, now, excused=any(self._excused(body) for _, body in said))
        if verdict not in ("accept", "ignore:duplicate"):
            raise CheckError(f"msg_id: {verdict.removeprefix('ignore:')}", got=message.msg_id, where="message/msg_id")
        if verdict == "accept":
            self.window.add(message.msg_id)
        events = [self._take(each, body, message, verdict, now) for each, body in said]
        return [event for event in events if event is not None]

    def _cut(self, body: bytes, budget: Budget) -> Dissection | bytes | RpcResult:
        """A body, with the result inside rpc_result unpacked and cut."""
        cut = look(body, budget.reading)
        if isinstance(cut, Dissection) and cut.name == "rpc_result":
            return RpcResult(cut["req_msg_id"], look(budget.inflate(bytes(cut["result"])), budget.reading))
        return cut

    def _excused(self, body: Dissection | bytes | RpcResult) -> bool:
        """Whether a message is accepted at any time. Notices are, because they set the clock, and so are
        (DEDUCED) answers to pending requests: those cannot be repeats, and our clock may have jumped meanwhile."""
        if isinstance(body, Dissection):
            return body.name in _NOTICES or body.values.get(_NAMES_ITS_REQUEST.get(body.name, ""), 0) in self.pending
        return isinstance(body, RpcResult) and body.req_msg_id in self.pending

    def _judge(self, message: Message, now: float, *, excused: bool) -> str:
        verdict = self.window.judge(message.msg_id, now + self.time_offset)
        untimely = verdict in ("ignore:too_old", "ignore:too_new") and self.window.floor < message.msg_id < _LAST
        return "accept" if untimely and excused else verdict

    def _take(
        self, message: Message, body: Dissection | bytes | RpcResult, outer: Message, verdict: str, now: float
    ) -> SessionEvent | None:
        """The event of one message, alone or out of a container; None if the message is not new."""
        if message.seqno % 2 and len(self._to_ack) < _ACKS:
            self._to_ack.append(message.msg_id)
        if message.msg_id != outer.msg_id:
            verdict = self._judge(message, now, excused=self._excused(body))
            if verdict == "accept":
                self.window.add(message.msg_id)
        return self._event(message, body, outer.msg_id, now) if verdict == "accept" else None

    def _event(
        self, message: Message, body: Dissection | bytes | RpcResult, outer_msg_id: int, now: float
    ) -> SessionEvent | None:
        if isinstance(body, RpcResult):
            self.pending.pop(body.req_msg_id, None)
            return body
        if isinstance(body, Dissection) and body.name in _NOTICES:  # those about a message never sent are ignored
            return self._bad(body, outer_msg_id, now) if body["bad_msg_id"] in self.sent else None
        if isinstance(body, Dissection) and body.name == "new_session_created":
            self.salt = body["server_salt"]
        elif isinstance(body, Dissection) and body.name in _NAMES_ITS_REQUEST:
            self.pending.pop(body[_NAMES_ITS_REQUEST[body.name]], None)
        return ServiceMessage(message.msg_id, body)

    def _bad(self, body: Dissection, msg_id: int, now: float) -> BadMessage:
        """Correct the salt or the clock by a notice (its own msg_id is the server's time). The acknowledgements in an
        ignored container are due once more, and its request is no longer pending."""
        code, (request, acks) = body["error_code"], self.sent[body["bad_msg_id"]]
        if body.name == "bad_server_salt":
            self.salt = body["new_server_salt"]
        else:
            self.pending.pop(request, None)
            self._to_ack.extendleft(reversed(acks))
            self.sent[body["bad_msg_id"]] = request, ()  # once: the same notice may come again and again
        if code in (16, 17):
            self.time_offset = seconds_of(msg_id) - now
            self.last_msg_id = 0 if code == 17 else self.last_msg_id
        notice = BAD_MSG.get(code, Notice("unknown code", "bug_in_client"))
        return BadMessage(body["bad_msg_id"], code, notice, self.time_offset)

    def _due(self) -> tuple[int, ...]:
        """Take the ids that are to be acknowledged now."""
        return tuple(self._to_ack.popleft() for _ in range(min(len(self._to_ack), _ACKS)))

    def _aside(self, body: Dissection | bytes, now: float) -> Message:
        """A message that nobody acknowledges."""
        return Message(self.next_msg_id(now), self.seqno.next(False), bytes(body))


_ACKS = 8192
"""The most ids in one msgs_ack, and the most that wait for the next one. Source: /mtproto/service_messages."""
_LAST = 2**63 - (86400 << 32)
"""A day before the last possible msg_id: a clock set to the very end would leave no msg_id to send with."""
_NOTICES = ("bad_msg_notification", "bad_server_salt")


def look(body: bytes, reading: Reading = STRICT) -> Dissection | bytes:
    """Cut a boxed object. It stays bytes if its constructor is not known here, or if it has more parts than `reading`
    allows. Raises DecodeError for damage."""
    try:
        return SCHEMA.dissect(body, reading) if SCHEMA.knows(body) else body
    except OverBudget:
        return body
