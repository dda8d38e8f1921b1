"""Messages: their msg_id and seqno, which of them to accept, what stands inside, and notices about them.

`now` is unix seconds with fraction. Source: core.telegram.org/mtproto/description, "Message identifier" and "Message
sequence number"; core.telegram.org/mtproto/security_guidelines, "Checking msg_id";
core.telegram.org/mtproto/service_messages and /service_messages_about_messages.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from mtlib.errors import CheckError, DecodeError, OverBudget
from mtlib.protocol.limits import Limits
from mtlib.wire.dissection import Allowance, Reading
from mtlib.wire.schema import SCHEMA

FROM_CLIENT, ANSWER, NOTICE = 0, 1, 3
"""msg_id modulo 4: a message of the client; the server's answer to one; any other message of the server."""


def next_msg_id(now: float, last: int = 0, kind: int = FROM_CLIENT) -> int:
    """About `now` * 2**32, above `last`, and `kind` modulo 4.

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
    """The next seqno. After n content-related messages it is 2n+1 for another of them, 2n for anything else."""

    content: int = 0

    def next(self, content_related: bool) -> int:
        number = 2 * self.content + content_related
        self.content += content_related
        return number


class Window:
    """The msg_ids of one session: which were seen, and which are too old or too new to accept.

    The highest `Limits.seen` ids are kept. An id that drops out is the new floor; none at or below it is accepted.
    Source: /mtproto/security_guidelines, "Checking msg_id".
    """

    def __init__(self, kinds: tuple[int, ...], limits: Limits | None = None, floor: int = 0) -> None:
        limits = limits or Limits()
        self.floor = self.highest = floor
        self.past, self.future = limits.past, limits.future
        self._kinds, self._size = kinds, limits.seen
        self._seen: dict[int, int | None] = {}
        self._top = self._top_id = 0  # the highest seqno, and the newest msg_id that came with one

    def judge(self, msg_id: int, now: float) -> str:
        """"accept", or "ignore:" and parity, duplicate, too_old or too_new. Changes nothing."""
        if msg_id % 4 not in self._kinds:
            return "ignore:parity"
        if msg_id in self._seen:
            return "ignore:duplicate"
        if msg_id <= self.floor or seconds_of(msg_id) < now - self.past:
            return "ignore:too_old"
        return "ignore:too_new" if seconds_of(msg_id) > now + self.future else "accept"

    def has(self, msg_id: int) -> bool:
        """Whether this id was seen, and is still kept."""
        return msg_id in self._seen

    def seqnos_around(self, msg_id: int) -> tuple[int, int | None]:
        """The least and the greatest seqno that a new message may have: above an older message's odd seqno, not
        below its even one, and the reverse for newer messages. The greatest is None if no newer one is known."""
        if msg_id > self._top_id:
            return self._top + self._top % 2, None
        older = [n for i, n in self._seen.items() if n is not None and i < msg_id]
        newer = [n for i, n in self._seen.items() if n is not None and i > msg_id]
        return max((n + n % 2 for n in older), default=0), min((n - n % 2 for n in newer), default=None)

    def state(self, msg_id: int, now: float) -> int:
        """The byte that msgs_state_info holds for this id: 1 forgotten, 2 not received, 3 not yet, 4 received."""
        if msg_id in self._seen:
            return 4
        if msg_id <= self.floor or seconds_of(msg_id) < now - self.past:
            return 1
        return 3 if msg_id > self.highest else 2

    def add(self, msg_id: int, seqno: int | None = None) -> None:
        """Remember an accepted id, and its seqno if later messages are compared with it."""
        self._seen[msg_id] = seqno
        if seqno is not None:
            self._top, self._top_id = max(self._top, seqno), max(self._top_id, msg_id)
        self.highest = max(self.highest, msg_id)
        if len(self._seen) > self._size:
            self.floor = min(self._seen)
            del self._seen[self.floor]


CONTAINER = SCHEMA["msg_container"].id_bytes
GZIP = SCHEMA["gzip_packed"].id_bytes
ACK = SCHEMA["msgs_ack"].id_bytes
SERVICE_MESSAGES = frozenset({
    "ping", "ping_delay_disconnect", "get_future_salts", "destroy_session", "destroy_auth_key", "msgs_state_req",
    "msg_resend_req", "rpc_drop_answer", "msgs_ack", "msgs_state_info", "msgs_all_info", "http_wait",
})  # fmt: skip
"""The messages of a client that are no API calls. Clients disagree about how to count their seqno."""


class Message(NamedTuple):
    """One message: its id, its seqno and its body, a boxed object."""

    msg_id: int
    seqno: int
    body: bytes


class Notice(NamedTuple):
    """What a bad_msg_notification code means, and what a client does about it.

    `action`: "fix_time_offset_and_resend_new_id", "resend_new_id", "new_session", "new_salt_and_resend" or
    "bug_in_client". A binding that gets a new msg_id must be built anew.
    """

    meaning: str
    action: str


BAD_MSG: Mapping[int, Notice] = {
    16: Notice("msg_id too low: the client's clock is slow", "fix_time_offset_and_resend_new_id"),
    17: Notice("msg_id too high: the client's clock is fast", "fix_time_offset_and_resend_new_id"),
    18: Notice("msg_id not divisible by 4", "bug_in_client"),
    19: Notice("a container with the msg_id of a message received before", "bug_in_client"),
    20: Notice("too old to tell whether it was received", "resend_new_id"),
    32: Notice("seqno too low", "new_session"),
    33: Notice("seqno too high", "new_session"),
    34: Notice("even seqno expected, odd received", "bug_in_client"),
    35: Notice("odd seqno expected, even received", "bug_in_client"),
    48: Notice("wrong server salt", "new_salt_and_resend"),
    64: Notice("invalid container", "bug_in_client"),
}
"""Source: core.telegram.org/mtproto/service_messages_about_messages, "Notice of Ignored Error Message"."""


class Budget:
    """How much work the contents of one packet may still cause, by `Limits`. Work beyond that is refused before it is
    done: nothing more is inflated or cut. `reading` is how to cut bodies within the budget, `container` how to cut
    the one container that a packet may be."""

    def __init__(self, limits: Limits) -> None:
        self.inflated, self.messages = limits.inflated, limits.messages
        self.reading = Reading(allowance=Allowance(limits.ids, limits.objects))
        self.container = Reading(allowance=Allowance(0, limits.messages))

    def inflate(self, body: bytes) -> bytes:
        """`inflate`, within what is left of the budget. Raises OverBudget, or DecodeError for damage."""
        plain = inflate(body, self.inflated)
        if plain is not body:
            self.inflated -= len(plain)
        return plain


def unpack(message: Message, budget: Budget | None = None) -> list[Message]:
    """The messages in a message, each with its body unpacked. Raises what `contents` and `inflate` raise."""
    budget = budget or Budget(Limits())
    return [each._replace(body=budget.inflate(each.body)) for each in contents(message, budget)]


def contents(message: Message, budget: Budget) -> list[Message]:
    """The messages in a message: those of a container (packed or not), bodies as they are, or else the one itself.

    Raises DecodeError for bytes that do not parse or grow beyond the budget, CheckError for a container that breaks a
    rule: nested, too many messages, or not younger than all of them.
    """
    message = message._replace(body=budget.inflate(message.body))
    if message.body[:4] != CONTAINER:
        return [message]
    count = int.from_bytes(message.body[4:8], "little", signed=True)
    if count > budget.messages:
        raise CheckError("too many messages in a container", got=count, expected=budget.messages, where="container")
    cut = SCHEMA.dissect(message.body, budget.container)
    messages = [Message(each["msg_id"], each["seqno"], each["body"]) for each in cut["messages"]]
    for each in messages:
        if each.body[:4] == CONTAINER:
            raise CheckError("a container in a container", where="container")
        if each.msg_id >= message.msg_id:
            raise CheckError("a container must be younger than its messages", got=message.msg_id,
                             expected=f"above {each.msg_id}", where="container/msg_id")
    return messages


def inflate(body: bytes, limit: int) -> bytes:
    """The body behind gzip_packed (a gzip or a zlib stream: real clients send both), or the body itself.

    Raises DecodeError for a stream that is damaged or packed twice. Stops at `limit` bytes and raises OverBudget.
    """
    if body[:4] != GZIP:
        return body
    packed = SCHEMA.dissect(body)["packed_data"]
    stream = zlib.decompressobj(wbits=47)
    try:
        inflated = stream.decompress(packed, limit + 1)
    except zlib.error as error:
        raise DecodeError(f"gzip_packed is damaged: {error}", where="gzip_packed") from None
    if len(inflated) > limit:
        raise OverBudget("gzip_packed grows beyond the limit", expected=f"{limit} bytes", where="gzip_packed")
    if not stream.eof:
        raise DecodeError("gzip_packed is cut off", where="gzip_packed")
    if inflated[:4] == GZIP:
        raise DecodeError("gzip_packed in gzip_packed", where="gzip_packed")
    return inflated


def container(messages: Iterable[Message]) -> bytes:
    """A msg_container around messages."""
    bare = SCHEMA["message"].bare
    packed = [bare.pack({"msg_id": m.msg_id, "seqno": m.seqno, "bytes": len(m.body), "body": m.body}) for m in messages]
    return bytes(SCHEMA["msg_container"].build(messages=packed))
