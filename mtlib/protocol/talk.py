"""One opened message at the data centre: is it timely, in order, salted right; and then, what is the answer.

Source: core.telegram.org/mtproto/description, /mtproto/service_messages_about_messages. The order of the checks and
which seqno is insisted on are DEDUCED: the text is stricter than working clients.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from mtlib.crypto.entropy import Entropy
from mtlib.errors import CheckError, DecodeError, OverBudget
from mtlib.protocol.keyring import KnownKey, ServerSession
from mtlib.protocol.messages import (
    ANSWER,
    BAD_MSG,
    CONTAINER,
    NOTICE,
    Budget,
    Message,
    container,
    contents,
    next_msg_id,
)
from mtlib.protocol.methods import SERVICE, Call, answer
from mtlib.protocol.packets import ANSWER_MESSAGE, TO_CLIENT, padding_size, seal
from mtlib.protocol.state import Connection
from mtlib.wire import SCHEMA, Dissection

_RPC_RESULT = SCHEMA["rpc_result"].id_bytes
_CODES = {"ignore:parity": 18, "ignore:too_old": 16, "ignore:too_new": 17}
TOGETHER = 512
"""Answers in one container at most; clients have limits, too."""


def talk(peer: Connection, key: KnownKey, message: Dissection, now: float, entropy: Entropy) -> list[Dissection]:
    """The packets that answer a message: none, or one (a container where there is more than one thing to say), or as
    many as it takes."""
    session = key.session(message["session_id"], peer.dc.limits)
    said = list(_Talk(peer, key, session, message["session_id"], now, Budget(peer.dc.limits)).hear(message))
    numbered = [_number(session, each, now) for each in said]
    batches = [numbered[at : at + TOGETHER] for at in range(0, len(numbered), TOGETHER)]
    whole = [
        batch[0] if len(batch) == 1 else _number(session, Said(container(batch), False, NOTICE), now)
        for batch in batches
    ]
    return [
        _seal(key, message["session_id"], each, now, entropy.draw("padding", padding_size(len(each.body)), attempt=n))
        for n, each in enumerate(whole)
    ]


class Said(NamedTuple):
    """A body to send, whether it is content-related, and the kind of its msg_id."""

    body: bytes
    content_related: bool
    kind: int = ANSWER


@dataclass(frozen=True)
class _Talk:
    """What every step of the way to an answer depends on."""

    peer: Connection
    key: KnownKey
    session: ServerSession
    session_id: int
    now: float
    budget: Budget
    again: dict[int, bytes] = field(default_factory=dict)

    def hear(self, message: Dissection) -> Iterator[Said]:
        """Everything that is to be said to a message, in order."""
        outer = Message(message["msg_id"], message["seqno"], message["request"])
        code = self._late(outer) or self._salt(message["salt"])
        if code:
            yield self._refused(outer, code)
        elif self.session.window.judge(outer.msg_id, self.now) == "ignore:duplicate":
            yield from self._repeated(outer)
        else:
            yield from self._news(outer)

    def _news(self, outer: Message) -> Iterator[Said]:
        """A message that was not here before: greet a new session, then answer one by one."""
        try:
            messages = contents(outer, self.budget)
        except (CheckError, DecodeError) as error:
            self.peer.note("bad_container", self.now, str(error))
            yield self._unread(outer, outer.body[:4] == CONTAINER)
            return
        self.session.window.add(outer.msg_id)
        if not self.session.greeted:
            self.session.greeted = True
            yield self._greeting(messages[0] if messages else outer)
        for done, each in enumerate(messages):
            contained = each.msg_id != outer.msg_id
            try:
                yield from self._contained(each) if contained else self._one(each)
            except OverBudget as error:
                self.peer.note("over_budget", self.now, f"{len(messages) - done} messages are dropped: {error}")
                yield self._unread(outer, contained)
                return

    def _unread(self, outer: Message, contained: bool) -> Said:
        """The answer to a message that cannot be read: about the container if it is one, about the call otherwise."""
        return self._refused(outer, 64) if contained else _error(outer, 400, "INPUT_FETCH_ERROR")

    def _contained(self, message: Message) -> Iterator[Said]:
        """One message out of a container: its own id must be fresh, too."""
        verdict = self.session.window.judge(message.msg_id, self.now)
        if verdict == "ignore:duplicate":
            yield from self._repeated(message)
        elif verdict in _CODES:
            yield self._refused(message, _CODES[verdict])
        else:
            self.session.window.add(message.msg_id)
            yield from self._one(message)

    def _one(self, message: Message) -> Iterator[Said]:
        """One fresh message. An API method with an even seqno is 35; service messages come with either number, whatever
        the documents say: mtcute counts its msgs_ack, too, and answers a 34 by starting a new session, without end."""
        if message.seqno % 2 == 0 and SCHEMA.name_of(message.body) not in SERVICE:
            yield self._refused(message, 35)
            return
        known = len(self.again)
        call = Call(self.peer, self.key, self.session_id, self.session, message, self.now, self.budget, self.again)
        body = answer(call)
        if body is not None:
            self.session.remember(message.msg_id, body)
            yield Said(body, body[:4] == _RPC_RESULT)
        for kept in tuple(self.again.values())[known:]:
            yield Said(kept, True)

    def _late(self, message: Message) -> int:
        """The code for a msg_id that cannot be: 18 parity, 16 too low, 17 too high, 20 below what is remembered."""
        verdict = self.session.window.judge(message.msg_id, self.now)
        forgotten = verdict == "ignore:too_old" and message.msg_id <= self.session.window.floor
        return 20 if forgotten else _CODES.get(verdict, 0)

    def _salt(self, salt: int) -> int:
        """48 for a salt that is not valid now, or said not to be."""
        if not self.key.salts.valid(salt, self.now):
            return 48
        if self.key.temporary and self.key.bound_to is None and self.peer.dc.faults.take("wrong-salt"):
            self.peer.note("fault", self.now, "wrong-salt: this message is answered bad_server_salt")
            return 48
        return 0

    def _repeated(self, message: Message) -> Iterator[Said]:
        """A message that came before gets the answer it got before, if that is still here, and nothing otherwise."""
        self.peer.note("repeated", self.now, f"message {message.msg_id} came before: it is not executed again")
        kept = self.session.answered(message.msg_id)
        if kept is not None:
            yield Said(kept, kept[:4] == _RPC_RESULT)

    def _refused(self, message: Message, code: int) -> Said:
        """bad_server_salt or bad_msg_notification: the message is not executed."""
        self.peer.note("bad_message", self.now, f"{code}: {BAD_MSG[code].meaning}", code=code)
        about = {"bad_msg_id": message.msg_id, "bad_msg_seqno": message.seqno, "error_code": code}
        if code == 48:
            return Said(
                bytes(SCHEMA["bad_server_salt"].build(**about, new_server_salt=self.key.salts.current(self.now))), False
            )
        return Said(bytes(SCHEMA["bad_msg_notification"].build(**about)), False)

    def _greeting(self, first: Message) -> Said:
        """new_session_created: what was sent in an older session of this name must be sent again."""
        text = f"session {self.session_id} under key {self.key.auth_key.id}"
        self.peer.note("session_created", self.now, text, session_id=self.session_id)
        greeting = SCHEMA["new_session_created"].build(
            first_msg_id=first.msg_id,
            unique_id=self.session_id ^ first.msg_id,
            server_salt=self.key.salts.current(self.now),
        )
        return Said(bytes(greeting), True, NOTICE)


def _error(message: Message, code: int, name: str) -> Said:
    error = SCHEMA["rpc_error"].build(error_code=code, error_message=name)
    return Said(bytes(SCHEMA["rpc_result"].build(req_msg_id=message.msg_id, result=bytes(error))), True)


def _number(session: ServerSession, said: Said, now: float) -> Message:
    session.last_msg_id = next_msg_id(now, session.last_msg_id, said.kind)
    return Message(session.last_msg_id, session.seqno.next(said.content_related), said.body)


def _seal(key: KnownKey, session_id: int, message: Message, now: float, padding: bytes) -> Dissection:
    return seal(
        ANSWER_MESSAGE.build(
            salt=key.salts.current(now),
            session_id=session_id,
            msg_id=message.msg_id,
            seqno=message.seqno,
            length=len(message.body),
            answer=message.body,
            padding=padding,
        ),
        key.auth_key,
        TO_CLIENT,
    )
