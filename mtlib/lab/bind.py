"""The binding in the inspector: the functions that rebuild, reseal and judge it there.

`inspect_bind` is where the inspector, which knows no protocol, meets the one protocol of this course.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError, PeerError
from mtlib.lab.inspector import Inspector
from mtlib.lab.resealing import resealed
from mtlib.protocol.binding import Binding, BindPacket
from mtlib.protocol.checks import (
    CHECKS,
    PACKET_CHECKS,
    Check,
    Facts,
    PacketFacts,
    Result,
    Rules,
    Verdict,
    judge,
    judge_packet,
)
from mtlib.protocol.dissect import FORMULAS
from mtlib.protocol.packets import MIN_PADDING
from mtlib.transport.framing import framing_named
from mtlib.wire.dissection import Dissection, unseal
from mtlib.wire.schema import REQUEST

LAYERS = ("frame", "packet", "request")
NAMED_REQUEST = replace(REQUEST, name="request")
"""auth.bindTempAuthKey, named as in the paths of checks and formulas."""

OF_BINDING = ("message/session_id", "message/msg_id", "request/nonce", "request/expires_at", "envelope/random",
              "plaintext/padding")  # fmt: skip
OF_MESSAGE = ("message/salt", "message/seqno", "message/padding")
"""The values that the author chooses, for the binding and for the message around it: the ends of their paths."""


def inspect_bind(
    what: BindPacket | Binding, *, layer: str = "", now: int | None = None, rules: Rules | None = None
) -> Inspector:
    """The inspector on a binding, with its verdict; it can be changed in all ways.

    A `BindPacket` is shown from its frame on, or from the given `layer`: "frame", "packet", "request". Of a `Binding`,
    the request is shown. `now` is the data centre's clock in unix seconds (by default the time of msg_id), and `rules`
    are its rules. Raises LocalError for another layer.
    """
    layer = layer or ("frame" if isinstance(what, BindPacket) else "request")
    if layer not in LAYERS or (isinstance(what, Binding) and layer != "request"):
        raise LocalError("no such layer", got=layer, expected=", ".join(LAYERS))
    carried = what if isinstance(what, BindPacket) else BindPacket(what, 0, 1, bytes(MIN_PADDING))
    binding = carried.binding
    bind = _Bind(carried, layer, rules or Rules(), binding.msg_id >> 32 if now is None else now)
    return Inspector(
        bind.opened(carried),
        bind.rebuild,
        bind.judge,
        reseal=bind.reseal,
        known={"perm_auth_key": binding.perm_key, "temp_auth_key": binding.temp_key},
        functions=FORMULAS,
        answer=answer,
        keys="with the permanent key",
    )


def answer(verdict: Verdict) -> str:
    """What a real client would see: boolTrue, an RPC error with its code, or less than that."""
    if verdict.ok:
        return "boolTrue"
    failed = verdict[str(verdict.failed)].check
    return f"{failed.code} {failed.error}" if failed.error.isupper() else failed.error


@dataclass(frozen=True)
class _Bind:
    """One binding under the inspector, from `layer` on; `now` is the data centre's clock."""

    carried: BindPacket
    layer: str
    rules: Rules
    now: int

    def opened(self, carried: BindPacket) -> Dissection:
        """The bytes of the layer, with every seal opened."""
        if self.layer == "request":
            made = Dissection(NAMED_REQUEST, bytes(carried.binding.request))
        elif self.layer == "packet":
            made = carried.packet
        else:
            made = Dissection(self.carried.frame.shape, self._framed(bytes(carried.packet)))
        return unseal(made, (self.carried.binding.temp_key, self.carried.binding.perm_key))

    def _framed(self, packet: bytes) -> bytes:
        """The frame around a packet. The padding of a padded frame does not change, since nobody chooses it."""
        if self.carried.framing != "padded":
            return framing_named(self.carried.framing).wrap(packet)
        old = self.carried.frame
        at = next(span for span in old.spans if span.name == "packet")
        return bytes(old)[: at.start] + packet + bytes(old)[at.stop :]

    def rebuild(self, values: dict[str, Any]) -> Dissection:
        """Build the whole message again from the values that the author changed."""
        of_binding, of_message = dict[str, Any](), dict[str, Any]()
        for path, value in values.items():
            end = "/".join(path.split("/")[-2:])
            if end not in OF_BINDING + OF_MESSAGE:
                raise LocalError("follows from the rest of the message", where=path)
            (of_binding if end in OF_BINDING else of_message)[end.partition("/")[2]] = value
        return self.opened(replace(self.carried, binding=replace(self.carried.binding, **of_binding), **of_message))

    def reseal(self, root: Dissection, path: str, data: bytes) -> Dissection:
        """Close the seals around changed bytes again, with the keys."""
        made = resealed(root, path, data, self.carried.binding.perm_key, self.carried.binding.temp_key)
        if self.layer == "frame":
            made = Dissection(root.shape, self._framed(bytes(made)), made.reading)
        return made

    def judge(self, root: Dissection) -> Verdict:
        """The verdict on these bytes of a data centre that knows both keys."""
        keys, data = self.carried.binding, bytes(root)
        if self.layer == "request":
            return self._judged(data, keys.session_id, keys.msg_id)
        said = arrive(data, keys.temp_key, self.carried.salt, self.carried.framing if self.layer == "frame" else "")
        message = said.message
        if message is None:
            return said.verdict
        judged = self._judged(bytes(message.find("request")), message["session_id"], message["msg_id"])
        return replace(judged, checks=(*said.rows, *judged.checks))

    def _judged(self, request: bytes, session_id: int, msg_id: int) -> Verdict:
        keys = self.carried.binding
        return judge(Facts(request, keys.perm_key, keys.temp_key, session_id, msg_id, self.now, rules=self.rules))


CLOSED, WAITING = "the connection is closed", "no answer"
FRAME = Check("frame", CLOSED, "only a whole frame carries a packet", "core.telegram.org/mtproto/mtproto-transports",
              ("frame",), lambda facts: None)
CALL = Check("method", "AUTH_KEY_PERM_EMPTY", "over a temporary key that is not bound yet nothing but a binding is "
             "answered", "core.telegram.org/api/pfs", ("request/constructor",), lambda facts: None, 401)


@dataclass(frozen=True)
class Arrival:
    """How far the bytes came in a data centre: the `message` in the packet or None, and the results so far (`rows`). If
    they came no further, `verdict` is the whole verdict."""

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
    """Take in a frame of the framing `framed`, or a bare packet, as a data centre with this `key` and `salt` does. The
    time of the message is not checked: that is about clocks, not about bytes."""
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
    """The result for the frame, and the packet in it; None if the frame is not whole."""
    end = framing_named(framed, side="server")
    end.feed(data)
    try:
        frame = end.next()
    except PeerError as error:
        return (Result(FRAME, False, str(error), "a whole frame"),), None
    if frame is None:  # no answer yet: the rest of the frame may still come
        waiting = replace(FRAME, error=WAITING)
        return (Result(waiting, False, f"{len(data)} bytes of a longer frame", "a whole frame"),), None
    return (Result(FRAME, True, "a whole frame", "a whole frame"),), frame.payload
