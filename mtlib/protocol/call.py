"""One message to be answered, with everything that the answer may depend on."""

from __future__ import annotations

from dataclasses import dataclass

from mtlib.errors import DecodeError, OverBudget, RpcError
from mtlib.protocol.checks import Verdict
from mtlib.protocol.keyring import KnownKey, ServerSession
from mtlib.protocol.service import Budget, Message
from mtlib.protocol.state import Connection, DataCenterState
from mtlib.wire import SCHEMA, Dissection
from mtlib.wire.dissection import STRICT, Reading


@dataclass(frozen=True)
class Call:
    """One message to be answered: who sent it, under which key, in which session, and when. `budget` is what
    its packet may still cost; `again` takes earlier answers that are to be sent once more, by the msg_id they answer,
    and is shared by all messages of the packet."""

    peer: Connection
    key: KnownKey
    session_id: int
    session: ServerSession
    message: Message
    now: float
    budget: Budget
    again: dict[int, bytes]

    @property
    def dc(self) -> DataCenterState:
        return self.peer.dc

    def note(self, name: str, text: str, verdict: Verdict | None = None, **facts: object) -> None:
        self.peer.note(name, self.now, text, verdict, **facts)


def dissect_call(body: bytes, reading: Reading = STRICT) -> Dissection:
    """A call, cut; the API's errors for what does not parse and for what is left over. Raises OverBudget where
    `reading` has an allowance and the call asks for more."""
    layout = SCHEMA.of(body)
    try:
        return layout.dissect(body, reading)
    except OverBudget:
        raise
    except DecodeError as error:
        left_over = "left over" in error.message and "/" not in error.where
        raise RpcError(400, "INPUT_REQUEST_TOO_LONG" if left_over else "INPUT_FETCH_ERROR", where=error.where) from None
