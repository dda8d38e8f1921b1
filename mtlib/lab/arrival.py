"""What happens to a binding before anybody reads it: the frame, then `PACKET_CHECKS`, then who may call what.

Each of these ends in silence, in four bytes, or in an answer that is not about the binding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError, PeerError
from mtlib.protocol.checks import CHECKS, PACKET_CHECKS, Check, PacketFacts, Result, Verdict, judge_packet
from mtlib.protocol.packets import framing_named
from mtlib.wire.dissection import Dissection
from mtlib.wire.schema import REQUEST

CLOSED, WAITING = "the connection is closed", "no answer"
FRAME = Check("frame", CLOSED, "only a whole frame carries a packet", "core.telegram.org/mtproto/mtproto-transports",
              ("frame",), lambda facts: None)
CALL = Check("method", "AUTH_KEY_PERM_EMPTY", "over a temporary key that is not bound yet nothing but a binding is "
             "answered", "core.telegram.org/api/pfs", ("request/constructor",), lambda facts: None, 401)


@dataclass(frozen=True)
class Arrival:
    """How far the bytes came: the `message` behind the packet's seal or None, the `rows` up to there, and, where they
    came no further, the whole `verdict`."""

    message: Dissection | None
    rows: tuple[Result, ...]

    @property
    def verdict(self) -> Verdict:
        """The verdict of a data centre that never saw the request: no row of CHECKS was reached."""
        failed = next((row for row in self.rows if row.holds is False), None)
        if failed is None:
            raise LocalError("this message arrived: judge it", where="verdict")
        rest = tuple(Result(check, None) for check in CHECKS)
        return Verdict(False, failed.check.error, failed.name, (*self.rows, *rest))


def arrive(data: bytes, key: AuthKey, salt: int, framed: str = "") -> Arrival:
    """Take bytes in as a data centre that knows `key` with its `salt` does: a frame of the framing `framed`, or a bare
    packet. When the message was made is not looked at: that is about clocks, not about bytes."""
    frame, packet = _unframed(data, framed) if framed else ((), data)
    if packet is None:
        return Arrival(None, (*frame, *(Result(check, None) for check in (*PACKET_CHECKS, CALL))))
    facts = PacketFacts(packet, key, salts=(salt,))
    verdict = judge_packet(facts)
    refused = [Result(r.check, None) if r.check.refuses != "always" else r for r in verdict.checks]
    if not verdict.ok or facts.message is None:
        return Arrival(None, (*frame, *refused, Result(CALL, None)))
    constructor = facts.message["request"][:4]
    call = Result(CALL, constructor == REQUEST.id_bytes, constructor, REQUEST.id_bytes)
    message = facts.message if call.holds else None
    return Arrival(message and Dissection(message.shape, bytes(message)), (*frame, *refused, call))


def _unframed(data: bytes, framed: str) -> tuple[tuple[Result, ...], bytes | None]:
    """The row of the frame, and the packet in it, if there is a whole one."""
    end = framing_named(framed, side="server")
    end.feed(data)
    try:
        frame = end.next()
    except PeerError as error:
        return (Result(FRAME, False, str(error), "a whole frame"),), None
    if frame is None:  # silence: the rest of the frame may still come
        waiting = replace(FRAME, error=WAITING)
        return (Result(waiting, False, f"{len(data)} bytes of a longer frame", "a whole frame"),), None
    return (Result(FRAME, True, "a whole frame", "a whole frame"),), frame.payload
