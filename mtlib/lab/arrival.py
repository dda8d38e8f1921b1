"""What happens to a binding before anybody reads it: the frame, the key, the packet's own msg_key, the message.

Each of these ends in silence, in four bytes, or in an answer that is not about the binding. The rows have the form of
`mtlib.protocol.checks`, so that a verdict can begin with them. That a packet which does not open is answered with -404
is DEDUCED.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mtlib.crypto.keys import AuthKey
from mtlib.errors import CheckError, DecodeError, LocalError, PeerError
from mtlib.protocol.checks import CHECKS, Check, Result, Verdict
from mtlib.protocol.packets import TO_SERVER, framing, open_packet
from mtlib.wire import Dissection
from mtlib.wire.schema import REQUEST

UNKNOWN_KEY, CLOSED, WAITING = "transport error -404", "the connection is closed", "no answer"

_DESCRIPTION = "core.telegram.org/mtproto/description"


def _row(name: str, error: str, why: str, spec: str, *reads: str) -> Check:
    return Check(name, error, why, spec, reads, lambda facts: None)


_TRANSPORTS = "core.telegram.org/mtproto/mtproto-transports"

FRAME = _row("frame", CLOSED, "only a whole frame carries a packet", _TRANSPORTS, "frame")
KEY = _row(
    "auth_key_id", UNKNOWN_KEY, "says which key opens the packet: without a key, no answer", _DESCRIPTION,
    "packet/auth_key_id",
)
OPENS = _row(
    "packet_opens", UNKNOWN_KEY,
    "this msg_key covers every byte behind it and a piece of the key: whatever was changed on the way ends here",
    f"{_DESCRIPTION}, msg_key", "packet/msg_key", "packet/ciphertext",
)  # fmt: skip
LENGTH = _row(
    "message_length", UNKNOWN_KEY, "the body ends before 12 to 1024 bytes of padding", _DESCRIPTION,
    "message/length", "message/padding",
)  # fmt: skip
PARITY = _row(
    "message_msg_id", "bad_msg_notification 18", "divisible by four, as every msg_id of a client",
    f"{_DESCRIPTION}, msg_id", "message/msg_id",
)  # fmt: skip
SALT = _row(
    "salt", "bad_server_salt", "the answer tells the right one: send again with it",
    f"{_DESCRIPTION}, server salt", "message/salt",
)  # fmt: skip
SEQNO = _row(
    "message_seqno", "bad_msg_notification 35", "odd, because a request asks for an answer",
    f"{_DESCRIPTION}, msg_seqno", "message/seqno",
)  # fmt: skip
CALL = _row(
    "method", "AUTH_KEY_PERM_EMPTY", "over a temporary key that is not bound yet nothing but a binding is answered",
    "core.telegram.org/api/pfs", "request/constructor",
)  # fmt: skip

_BIND = REQUEST.id_bytes


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
    rows = (*((FRAME,) if framed else ()), KEY, OPENS, LENGTH, PARITY, SALT, SEQNO, CALL)
    try:
        packet = _unframed(data, framed) if framed else data
        _same(KEY, packet[:8], key.id_bytes)
        message = _opened(packet, key)
        _same(PARITY, message["msg_id"] % 4, 0)
        _same(SALT, message["salt"], salt)
        _same(SEQNO, message["seqno"] % 2, 1)
        _same(CALL, bytes(message.find("request"))[:4], _BIND)
        return Arrival(message, tuple(Result(row, True) for row in rows))
    except _Stopped as stopped:
        return Arrival(None, tuple(_up_to(rows, stopped.row)))


class _Stopped(Exception):
    """The bytes came as far as this row."""

    def __init__(self, check: Check, got: Any, expected: Any) -> None:
        super().__init__(check.name)
        self.row = Result(check, False, got, expected)


def _up_to(rows: tuple[Check, ...], failed: Result) -> list[Result]:
    """The rows before the failed one hold, those behind it were never looked at."""
    at = [row.name for row in rows].index(failed.name)
    return [*(Result(row, True) for row in rows[:at]), failed, *(Result(row, None) for row in rows[at + 1 :])]


def _unframed(data: bytes, framed: str) -> bytes:
    end = framing(framed, side="server")
    end.feed(data)
    try:
        frame = end.next()
    except PeerError as error:
        raise _Stopped(FRAME, str(error), "a whole frame") from None
    if frame is None:  # silence: the rest of the frame may still come
        raise _Stopped(replace(FRAME, error=WAITING), f"{len(data)} bytes of a longer frame", "a whole frame")
    return frame.payload


def _same(row: Check, got: Any, expected: Any) -> None:
    if got != expected:
        raise _Stopped(row, got, expected)


def _opened(packet: bytes, key: AuthKey) -> Dissection:
    try:
        return open_packet(packet, key, TO_SERVER)
    except (CheckError, DecodeError) as error:
        row = LENGTH if error.where.startswith("message") else OPENS
        raise _Stopped(row, error.got if error.got is not None else error.message, error.expected or "") from None
