"""auth.bindTempAuthKey at the data centre: judge the request, and tie the two keys together.

Source: core.telegram.org/method/auth.bindTempAuthKey; what is DEDUCED stands in `checks` and `facts`.
"""

from __future__ import annotations

from mtlib.errors import RpcError
from mtlib.protocol.call import Call
from mtlib.protocol.checks import Verdict, judge
from mtlib.protocol.facts import Facts
from mtlib.wire.kinds import Bool


def bind(call: Call, request: bytes) -> bytes:
    """auth.bindTempAuthKey: judge, and bind. All faults of the binding message are one error on the wire."""
    dc, key = call.dc, call.key
    if dc.faults.take("slow"):
        call.note("fault", "slow: this binding is answered -503 Timeout")
        raise RpcError(-503, "Timeout")
    if dc.faults.take("refuse-bind"):
        call.note("fault", "refuse-bind: refused whatever its bytes")
        raise RpcError(400, "ENCRYPTED_MESSAGE_INVALID")
    if key.bound_to is not None and request == key.bound_by and dc.keys.permanent(key.bound_to):
        call.note("bind_repeated", "the same request as the present binding: nothing changes")
        return Bool.TRUE
    facts = _facts(call, request)
    verdict = judge(facts)
    if not verdict.ok:
        call.note("bind_refused", explain(verdict), verdict, failed=verdict.failed, request=request)
        if dc.consult is not None:
            call.note("diagnosis", dc.consult(facts))
        raise RpcError(400, str(verdict.error))
    _tie(call, facts)
    return Bool.TRUE


def _facts(call: Call, request: bytes) -> Facts:
    """What this data centre knows about the request."""
    key, now = call.key, int(call.now)
    perm_id = int.from_bytes(request[4:12], "little", signed=True)
    perm = call.dc.keys.permanent(perm_id)
    if perm is not None and call.now < perm.created + call.dc.rules.perm_key_delay:
        perm = None  # not yet known to the machine that binds
    return Facts(
        request,
        perm.auth_key if perm else None,
        key.auth_key,
        call.session_id,
        call.message.msg_id,
        now,
        temporary=key.temporary,
        bound_to=key.bound_to,
        key_expires_at=key.promised,
        last_bind_msg_id=perm.last_bind_msg_id if perm else None,
        rules=call.dc.rules,
    )


def _tie(call: Call, facts: Facts) -> None:
    """The temporary key now stands for the permanent one, until the earlier of the two ends."""
    dc, key, request = call.dc, call.key, facts.call
    perm = dc.keys.permanent(request["perm_auth_key_id"]) if request else None
    if perm is None or request is None or key.expires_at is None:
        raise RpcError(400, "ENCRYPTED_MESSAGE_INVALID")  # reached only where a lesson switches checks off
    if dc.rules.one_temp_key:
        for other in dc.keys.bound_to(perm.auth_key.id):
            if other is not key:
                dc.keys.drop(other.auth_key.id)
    key.bound_to, key.bound_by = perm.auth_key.id, facts.request
    key.expires_at = min(key.expires_at, request["expires_at"])
    perm.last_bind_msg_id = facts.msg_id
    dc.just_bound = True
    call.note(
        "bind_accepted",
        f"temporary key {key.auth_key.id} now stands for permanent key {perm.auth_key.id}, "
        f"until {key.expires_at} ({key.expires_at - int(call.now)} s from now)",
        perm_auth_key_id=perm.auth_key.id, temp_auth_key_id=key.auth_key.id, expires_at=key.expires_at,
    )


def explain(verdict: Verdict) -> str:
    """A refused binding in one sentence: the error, the check, got, expected, and why that check exists."""
    row = verdict[str(verdict.failed)]
    got, expected = (v.hex() if isinstance(v, bytes) else v for v in (row.got, row.expected))
    others = [name for name in verdict.failing if name != verdict.failed]
    also = f"; also failing: {', '.join(others)}" if others else ""
    return f"{verdict.error}: {row.name}: got {got}, expected {expected}; {row.check.why}{also}"
