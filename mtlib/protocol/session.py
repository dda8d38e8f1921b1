"""A client's session: numbers for its messages, and what it makes of those that come back.

A session outlives connections. It names messages (msg_id, seqno), knows the salt and the clock, keeps what has not
been answered, and turns packets into events. It is mutable and small; `now` is unix seconds with fraction.

Source: core.telegram.org/mtproto/description, /mtproto/security_guidelines, /mtproto/service_messages.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from mtlib.crypto.entropy import Entropy
from mtlib.crypto.keys import AuthKey
from mtlib.errors import CheckError
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import (
    ANSWER,
    BAD_MSG,
    FROM_CLIENT,
    NOTICE,
    Budget,
    Message,
    Notice,
    Seqno,
    Window,
    container,
    next_msg_id,
    seconds_of,
    unpack_within,
)
from mtlib.protocol.packets import REQUEST_MESSAGE, TO_CLIENT, open_packet, padding_size, seal
from mtlib.wire import SCHEMA, Dissection


@dataclass(frozen=True)
class Answer:
    """rpc_result: `result` is the boxed object, cut where its constructor is known here, bytes otherwise."""

    req_msg_id: int
    result: Dissection | bytes


@dataclass(frozen=True)
class BadMessage:
    """bad_msg_notification or bad_server_salt: the message was ignored; `notice` says why and what to do."""

    bad_msg_id: int
    code: int
    notice: Notice
    time_offset: float


@dataclass(frozen=True)
class Said:
    """Any other message of the server: pong, future_salts, new_session_created, destroy_auth_key_ok, ..."""

    msg_id: int
    body: Dissection | bytes

    @property
    def name(self) -> str:
        return self.body.name if isinstance(self.body, Dissection) else "unknown"


Event = Answer | BadMessage | Said


@dataclass
class Session:
    """One session of a client under one key.

    `salt` and `time_offset` (server minus local, seconds) come from the key exchange and are corrected by notices.
    """

    key: AuthKey
    session_id: int
    salt: int
    entropy: Entropy = field(repr=False)
    time_offset: float = 0.0
    limits: Limits = field(default_factory=Limits, repr=False)

    def __post_init__(self) -> None:
        self.last_msg_id = 0
        self.seqno = Seqno()
        self.window = Window((ANSWER, NOTICE), self.limits)
        self.pending: dict[int, Message] = {}
        self.sent: deque[int] = deque(maxlen=self.limits.seen)
        self._to_ack: deque[int] = deque()
        self._packets = 0

    def next_msg_id(self, now: float) -> int:
        """The id for the message that is sent next; a binding needs it before it is built."""
        self.last_msg_id = next_msg_id(now + self.time_offset, self.last_msg_id)
        return self.last_msg_id

    def send(
        self, body: Dissection | bytes, now: float, *, msg_id: int | None = None, content_related: bool = True
    ) -> tuple[int, Dissection]:
        """The packet for `body`, and its msg_id. Acknowledgements that are due travel along in a container."""
        acks = None if msg_id else self._acks(now)
        message = Message(msg_id or self.next_msg_id(now), self.seqno.next(content_related), bytes(body))
        if content_related:
            self.pending[message.msg_id] = message
        if not acks:
            return message.msg_id, self.pack(message)
        self.sent.append(message.msg_id)
        wrapped = Message(self.next_msg_id(now), self.seqno.next(False), container([acks, message]))
        return message.msg_id, self.pack(wrapped)

    def pack(self, message: Message) -> Dissection:
        """One message, as it is, sealed with the least padding. A message sent again keeps its id."""
        self._packets += 1
        self.sent.append(message.msg_id)
        padding = self.entropy.at(f"packet-{self._packets}").draw("padding", padding_size(len(message.body)))
        return seal(
            REQUEST_MESSAGE.build(
                salt=self.salt, session_id=self.session_id, msg_id=message.msg_id, seqno=message.seqno,
                length=len(message.body), request=message.body, padding=padding,
            ),
            self.key,
        )

    def receive(self, packet: bytes, now: float) -> list[Event]:
        """What a packet says, in order. What was said before says nothing, and is acknowledged once more.

        Raises CheckError or DecodeError for a packet that must not be believed; the session is then unchanged.
        """
        outer = open_packet(packet, self.key, TO_CLIENT)
        if outer["session_id"] != self.session_id:
            raise CheckError("a message of another session", got=outer["session_id"], expected=self.session_id,
                             where="message/session_id")
        message = Message(outer["msg_id"], outer["seqno"], outer["answer"])
        budget = Budget(self.limits)
        said = [(each, self._cut(each.body, budget)) for each in unpack_within(message, budget)]
        verdict = self._judge(message, now, excused=any(self._excused(body) for _, body in said))
        if verdict not in ("accept", "ignore:duplicate"):
            raise CheckError(f"msg_id: {verdict.removeprefix('ignore:')}", got=message.msg_id, where="message/msg_id")
        if verdict == "accept":
            self.window.add(message.msg_id)
        return [event for each, body in said for event in self._hear(each, body, message, verdict, now)]

    def _cut(self, body: bytes, budget: Budget) -> Dissection | bytes | Answer:
        """A body, with the result inside rpc_result unpacked and cut."""
        cut = look(body)
        if isinstance(cut, Dissection) and cut.name == "rpc_result":
            return Answer(cut["req_msg_id"], look(budget.inflate(cut["result"])))
        return cut

    def _excused(self, body: Dissection | bytes | Answer) -> bool:
        """Two kinds may come at any time: notices, because the clock is set by them, and (DEDUCED) answers to what is
        still open, which cannot have been there before: our clock may jump meanwhile."""
        if isinstance(body, Dissection):
            return body.name in _NOTICES or body.values.get(_ANSWERED.get(body.name, ""), 0) in self.pending
        return isinstance(body, Answer) and body.req_msg_id in self.pending

    def _judge(self, message: Message, now: float, *, excused: bool) -> str:
        verdict = self.window.judge(message.msg_id, now + self.time_offset)
        untimely = verdict in ("ignore:too_old", "ignore:too_new") and message.msg_id > self.window.floor
        return "accept" if untimely and excused else verdict

    def _hear(
        self, message: Message, body: Dissection | bytes | Answer, outer: Message, verdict: str, now: float
    ) -> Iterator[Event]:
        """The event of one message, on its own or out of a container, if it is news."""
        if message.seqno % 2:
            self._to_ack.append(message.msg_id)
        if message.msg_id != outer.msg_id:
            verdict = self._judge(message, now, excused=self._excused(body))
            if verdict == "accept":
                self.window.add(message.msg_id)
        if verdict == "accept":
            yield from self._event(message, body, outer.msg_id, now)

    def _event(
        self, message: Message, body: Dissection | bytes | Answer, outer_msg_id: int, now: float
    ) -> Iterator[Event]:
        if isinstance(body, Answer):
            self.pending.pop(body.req_msg_id, None)
            yield body
        elif isinstance(body, Dissection) and body.name in _NOTICES:
            if body["bad_msg_id"] in self.sent:  # one about a message that was never sent teaches nothing
                yield self._bad(body, outer_msg_id, now)
        else:
            if isinstance(body, Dissection) and body.name == "new_session_created":
                self.salt = body["server_salt"]
            elif isinstance(body, Dissection) and body.name in _ANSWERED:
                self.pending.pop(body[_ANSWERED[body.name]], None)
            yield Said(message.msg_id, body)

    def _bad(self, body: Dissection, msg_id: int, now: float) -> BadMessage:
        """Take what the notice teaches: the salt, or the clock (the notice's own msg_id is the server's time)."""
        code = body["error_code"]
        if body.name == "bad_server_salt":
            self.salt = body["new_server_salt"]
        else:
            self.pending.pop(body["bad_msg_id"], None)
        if code in (16, 17):
            self.time_offset = int(seconds_of(msg_id)) - now
            self.last_msg_id = 0 if code == 17 else self.last_msg_id
        notice = BAD_MSG.get(code, Notice("unknown code", "bug_in_client"))
        return BadMessage(body["bad_msg_id"], code, notice, self.time_offset)

    def _acks(self, now: float) -> Message | None:
        """One msgs_ack for everything that is due."""
        if not self._to_ack:
            return None
        ids = [self._to_ack.popleft() for _ in range(min(len(self._to_ack), 8192))]
        body = bytes(SCHEMA["msgs_ack"].build(msg_ids=ids))
        return Message(self.next_msg_id(now), self.seqno.next(False), body)


_NOTICES = ("bad_msg_notification", "bad_server_salt")
_ANSWERED = {"pong": "msg_id", "future_salts": "req_msg_id"}
"""Answers that come without rpc_result, and the field that names what they answer."""


def look(body: bytes) -> Dissection | bytes:
    """A boxed object cut, or its bytes where its constructor is not known here. Raises DecodeError for damage."""
    return SCHEMA.dissect(body) if SCHEMA.knows(body) else body


__all__ = [
    "ANSWER",
    "FROM_CLIENT",
    "NOTICE",
    "Answer",
    "BadMessage",
    "Event",
    "Said",
    "Seqno",
    "Session",
    "Window",
    "look",
    "next_msg_id",
    "seconds_of",
]
