"""A client's session: numbers for its messages, and what it makes of those that come back.

A session outlives connections. It names messages (msg_id, seqno), knows the salt and the clock, keeps what has not
been answered, and turns packets into events. It is mutable and small; `now` is unix seconds with fraction.

Source: core.telegram.org/mtproto/description, /mtproto/security_guidelines, /mtproto/service_messages.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from mtlib.crypto.entropy import Entropy
from mtlib.crypto.keys import AuthKey
from mtlib.errors import CheckError
from mtlib.protocol.limits import Limits
from mtlib.protocol.packets import REQUEST_MESSAGE, TO_CLIENT, open_packet, padding_size, seal
from mtlib.protocol.service import BAD_MSG, Message, Notice, container, unpack
from mtlib.wire import SCHEMA, Dissection

FROM_CLIENT, ANSWER, NOTICE = 0, 1, 3
"""msg_id modulo 4: the client's own; the server's answer to one; whatever else the server sends."""


def next_msg_id(now: float, last: int = 0, kind: int = FROM_CLIENT) -> int:
    """About `now` * 2**32, of the right kind modulo 4, and above `last`.

    The low half carries the fraction of the second. Source: /mtproto/description, "Message identifier".
    """
    fraction, seconds = math.modf(now)
    wanted = (int(seconds) << 32) + int(fraction * 2**32)
    return max(wanted - wanted % 4, last - last % 4 + 4 if last else 0) + kind


def seconds_of(msg_id: int) -> float:
    """The time that a msg_id carries."""
    return msg_id / 2**32


@dataclass
class Seqno:
    """The numbers of content-related messages: 2n+1 for one of them, 2n for anything else."""

    content: int = 0

    def next(self, content_related: bool) -> int:
        number = 2 * self.content + content_related
        self.content += content_related
        return number


class Window:
    """Which msg_ids were seen, and which are too old or too new to look at.

    The last `size` are kept; whatever falls out raises the floor, and nothing at or below the floor is accepted.
    Source: /mtproto/security_guidelines, "Checking msg_id".
    """

    def __init__(self, kinds: tuple[int, ...], limits: Limits | None = None, floor: int = 0) -> None:
        limits = limits or Limits()
        self.floor = self.highest = floor
        self._kinds, self._past, self._future, self._size = kinds, limits.past, limits.future, limits.seen
        self._seen: set[int] = set()

    def judge(self, msg_id: int, now: float) -> str:
        """"accept", or "ignore:" and parity, duplicate, too_old or too_new. Remembers nothing."""
        if msg_id % 4 not in self._kinds:
            return "ignore:parity"
        if msg_id in self._seen:
            return "ignore:duplicate"
        if msg_id <= self.floor or seconds_of(msg_id) < now - self._past:
            return "ignore:too_old"
        return "ignore:too_new" if seconds_of(msg_id) > now + self._future else "accept"

    def state(self, msg_id: int, now: float) -> int:
        """The byte that msgs_state_info holds for this id: 1 forgotten, 2 not received, 3 not yet, 4 received."""
        if msg_id in self._seen:
            return 4
        if msg_id <= self.floor or seconds_of(msg_id) < now - self._past:
            return 1
        return 3 if msg_id > self.highest else 2

    def add(self, msg_id: int) -> None:
        """Remember an accepted id."""
        self._seen.add(msg_id)
        self.highest = max(self.highest, msg_id)
        if len(self._seen) > self._size:
            self.floor = min(self._seen)
            self._seen.remove(self.floor)


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
        wrapped = Message(self.next_msg_id(now), self.seqno.next(False), container([acks, message]))
        return message.msg_id, self.pack(wrapped)

    def pack(self, message: Message) -> Dissection:
        """One message, as it is, sealed with the least padding. A message sent again keeps its id."""
        self._packets += 1
        padding = self.entropy.at(f"packet-{self._packets}").draw("padding", padding_size(len(message.body)))
        return seal(
            REQUEST_MESSAGE.build(
                salt=self.salt, session_id=self.session_id, msg_id=message.msg_id, seqno=message.seqno,
                length=len(message.body), request=message.body, padding=padding,
            ),
            self.key,
        )

    def receive(self, packet: bytes, now: float) -> list[Event]:
        """What a packet says, in order. Duplicates say nothing.

        Raises CheckError or DecodeError for a packet that must not be believed; the session is then unchanged.
        """
        outer = open_packet(packet, self.key, TO_CLIENT)
        if outer["session_id"] != self.session_id:
            raise CheckError("a message of another session", got=outer["session_id"], expected=self.session_id,
                             where="message/session_id")
        message = Message(outer["msg_id"], outer["seqno"], outer["answer"])
        messages = unpack(message, self.limits)
        if not self._fresh(message, messages, now + self.time_offset):
            return []
        return [event for each in messages for event in self._events(each, message, now)]

    def _fresh(self, outer: Message, messages: list[Message], now: float) -> bool:
        """Whether this was not seen before. Notices may come at any time: the clock is set by them."""
        verdict = self.window.judge(outer.msg_id, now)
        timely = verdict.endswith(("too_old", "too_new")) and outer.msg_id > self.window.floor
        excused = timely and any(m.body[:4] in _NOTICES for m in messages)
        if verdict not in ("accept", "ignore:duplicate") and not excused:
            raise CheckError(f"msg_id: {verdict.removeprefix('ignore:')}", got=outer.msg_id, where="message/msg_id")
        if verdict == "ignore:duplicate":
            return False
        self.window.add(outer.msg_id)
        return True

    def _events(self, message: Message, outer: Message, now: float) -> Iterator[Event]:
        body = look(message.body)
        if message.seqno % 2:
            self._to_ack.append(message.msg_id)
        name = body.name if isinstance(body, Dissection) else ""
        if name == "rpc_result" and isinstance(body, Dissection):
            self.pending.pop(body["req_msg_id"], None)
            yield Answer(body["req_msg_id"], look(body["result"]))
        elif name in ("bad_msg_notification", "bad_server_salt") and isinstance(body, Dissection):
            yield self._bad(body, outer.msg_id, now)
        else:
            if name == "new_session_created" and isinstance(body, Dissection):
                self.salt = body["server_salt"]
            elif name in ("pong", "future_salts") and isinstance(body, Dissection):
                self.pending.pop(body["msg_id" if name == "pong" else "req_msg_id"], None)
            yield Said(message.msg_id, body)

    def _bad(self, body: Dissection, msg_id: int, now: float) -> BadMessage:
        """Take what the notice teaches: the salt, or the clock (the notice's own msg_id is the server's time)."""
        code = body["error_code"]
        if body.name == "bad_server_salt":
            self.salt = body["new_server_salt"]
        elif code in (16, 17):
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


_NOTICES = tuple(SCHEMA[name].id.to_bytes(4, "little") for name in ("bad_msg_notification", "bad_server_salt"))


def look(body: bytes) -> Dissection | bytes:
    """A boxed object cut, or its bytes where its constructor is not known here. Raises DecodeError for damage."""
    return SCHEMA.dissect(body) if SCHEMA.knows(body) else body
