"""One message to be answered, with everything that the answer may depend on."""

from __future__ import annotations

from dataclasses import dataclass, field

from mtlib.errors import DecodeError, RpcError
from mtlib.protocol.checks import Verdict
from mtlib.protocol.keyring import KnownKey, ServerSession
from mtlib.protocol.service import Message
from mtlib.protocol.state import Connection, DataCenterState
from mtlib.wire import SCHEMA, Dissection


@dataclass(frozen=True)
class Call:
    """One message to be answered: who sent it, under which key, in which session, and when. `again` takes
    earlier answers that are to be sent once more."""

    peer: Connection
    key: KnownKey
    session_id: int
    session: ServerSession
    message: Message
    now: float
    again: list[bytes] = field(default_factory=list)

    @property
    def dc(self) -> DataCenterState:
        return self.peer.dc

    def note(self, name: str, text: str, verdict: Verdict | None = None, **facts: object) -> None:
        self.peer.note(name, self.now, text, verdict, **facts)


def dissect_call(body: bytes) -> Dissection:
    """A call, cut; the API's errors for what does not parse and for what is left over."""
    layout = SCHEMA.of(body)
    try:
        return layout.dissect(body)
    except DecodeError as error:
        left_over = "left over" in error.message and "/" not in error.where
        raise RpcError(400, "INPUT_REQUEST_TOO_LONG" if left_over else "INPUT_FETCH_ERROR", where=error.where) from None
