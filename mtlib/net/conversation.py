"""A session over a line: send a message, wait for what answers it, and do what notices ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mtlib.errors import RpcError
from mtlib.net.line import Line
from mtlib.protocol.service import Message
from mtlib.protocol.session import Answer, BadMessage, Event, Said, Session
from mtlib.wire import Dissection

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
