"""A session over a line: send a message, wait for what answers it, and do what notices ask for."""

from __future__ import annotations

from collections.abc import Callable

from mtlib.errors import RpcError
from mtlib.net.line import Line
from mtlib.protocol.service import Message
from mtlib.protocol.session import Answer, BadMessage, Event, Said, Session
from mtlib.wire import Dissection

RESENDS = 4
"""How often a message that was ignored (salt, clock) is sent again."""


class Conversation:
    """`events` keeps everything that arrived, in order, whether it was waited for or not."""

    def __init__(self, line: Line, session: Session, clock: Callable[[], float]) -> None:
        self.line, self.session, self.clock = line, session, clock
        self.events: list[Event] = []

    def ask(
        self, query: Dissection | bytes, msg_id: int | None = None, content_related: bool = True
    ) -> Dissection | bytes | BadMessage:
        """Send, and wait for what answers it. A message that met a wrong salt is sent again, with its msg_id; what met
        a wrong clock is sent again under a new one, unless the caller chose the id and must build anew."""
        fixed = msg_id is not None
        sent, packet = self.session.send(query, self.clock(), msg_id=msg_id, content_related=content_related)
        for _ in range(RESENDS):
            self.line.send(bytes(packet))
            answer = self._answer_to(sent)
            if not isinstance(answer, BadMessage):
                return answer
            if answer.notice.action == "new_salt_and_resend":
                packet = self.session.pack(self.session.pending[sent])
            elif fixed or not answer.notice.action.endswith("resend_new_id"):
                return answer
            else:
                sent, packet = self.session.send(query, self.clock(), content_related=content_related)
        return answer

    def _answer_to(self, msg_id: int) -> Dissection | bytes | BadMessage:
        """Whatever answers that message; everything else that arrives meanwhile is kept in `events`."""
        while True:
            for event in self.session.receive(self.line.receive(), self.clock()):
                self.events.append(event)
                found = _answers(event, msg_id, self.session.pending)
                if isinstance(found, Dissection) and found.name == "rpc_error":
                    raise RpcError(found["error_code"], found["error_message"].decode("utf-8", "replace"))
                if found is not None:
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
