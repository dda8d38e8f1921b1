"""What a data centre answers to each call: service messages, the few API methods it has, and the binding.

Source: core.telegram.org/mtproto/service_messages, core.telegram.org/method/auth.bindTempAuthKey,
core.telegram.org/api/pfs (who may call what before a binding), core.telegram.org/api/invoking, and for the errors
core.telegram.org/api/errors. For what is DEDUCED about a binding see `checks`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from mtlib.errors import DecodeError, OverBudget, RpcError
from mtlib.protocol.checks import INVALID, Facts, Verdict, judge
from mtlib.protocol.messages import Budget, Message
from mtlib.protocol.state import ConnectionState, DataCenterState, KnownKey, ServerSession
from mtlib.wire.dissection import STRICT, Dissection, Reading
from mtlib.wire.schema import SCHEMA
from mtlib.wire.tl import Bool


class Call(NamedTuple):
    """One message to answer: who sent it, under which key, in which session, and when. `budget` is the work that
    its packet may still cause. `again` collects earlier answers to be sent once more, by the msg_id that they answer;
    all messages of the packet share it."""

    peer: ConnectionState
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

    def note(self, name: str, text: str | Callable[[], str], verdict: Verdict | None = None, **facts: object) -> None:
        self.peer.note(name, self.now, text, verdict, **facts)


# -- From the message to its answer -------------------------------------------------------------------------------


def answer(call: Call) -> bytes | None:
    """The body that answers a message: an rpc_result around a result or an error, a service message as it is, or
    None if there is no answer. Raises OverBudget if the packet asks for too much work."""
    try:
        body = _unwrap(call, call.message.body)
        if SCHEMA.name_of(body) in SERVICE:
            request = dissect_call(body, call.budget.reading)
            return SERVICE[request.name](call, request)
        result = _result(call, body)
    except RpcError as error:
        call.note("call_refused", str(error), code=error.code, error=error.name)
        result = bytes(SCHEMA["rpc_error"].build(error_code=error.code, error_message=error.name))
    return bytes(SCHEMA["rpc_result"].build(req_msg_id=call.message.msg_id, result=result))


WRAPPERS = frozenset(layout.name for layout in SCHEMA if "{X:Type}" in layout.line)


def _unwrap(call: Call, body: bytes) -> bytes:
    """The call inside its wrappers. Their layer is kept: it decides which constructors an answer has."""
    for _ in range(call.dc.limits.wrappers):
        body = _inflated(body, call.budget)
        name = SCHEMA.name_of(body)
        if name not in WRAPPERS:
            return body
        wrapper = dissect_call(_with_params(body), call.budget.reading)
        if name == "invokeWithLayer":
            if wrapper["layer"] < 1:
                raise RpcError(400, "CONNECTION_LAYER_INVALID", where="layer")
            call.key.layer = wrapper["layer"]
        elif name == "initConnection":
            call.key.introduced = True
            if body[:4] != SCHEMA[name].id_bytes:
                call.peer.remark(call.session, name, call.now, f"initConnection#{_number(body):08x} is of an old layer;"
                                 " what stands in it is answered all the same")
        body = wrapper["query"]
    raise RpcError(400, "INPUT_REQUEST_TOO_LONG", where="wrappers")


OLD_HEADER, PARAMS = bytes.fromhex("b8885178"), 2
"""initConnection#785188b8 in wire order, and the flag that announces `params` in the present constructor."""


def _with_params(body: bytes) -> bytes:
    """Make the header that TDLib 1.8.14 sends readable: the old constructor, followed by the new one's `params`.
    DEDUCED: its flags announce them, and data centres read it."""
    old = body[:4] == OLD_HEADER and int.from_bytes(body[4:8], "little") & PARAMS
    return SCHEMA["initConnection"].id_bytes + body[4:] if old else body


def _number(body: bytes) -> int:
    return int.from_bytes(body[:4], "little")


def dissect_call(body: bytes, reading: Reading = STRICT) -> Dissection:
    """Cut a call. Raises RpcError for what does not parse and for bytes left over, OverBudget if `reading` has an
    allowance and the call needs more."""
    layout = SCHEMA.of(body)
    try:
        return layout.dissect(body, reading)
    except OverBudget:
        raise
    except DecodeError as error:
        left_over = "left over" in error.message and "/" not in error.where
        raise RpcError(400, "INPUT_REQUEST_TOO_LONG" if left_over else "INPUT_FETCH_ERROR", where=error.where) from None


def _inflated(body: bytes, budget: Budget) -> bytes:
    try:
        return budget.inflate(body)
    except OverBudget:
        raise
    except DecodeError as error:
        raise RpcError(400, "INPUT_FETCH_ERROR", where=error.where) from None


BIND = SCHEMA["auth.bindTempAuthKey"].id_bytes
BEFORE_BINDING = frozenset({"auth.bindTempAuthKey", "help.getConfig", "help.getNearestDc"})
"""All that an unbound temporary key may call."""


def _result(call: Call, body: bytes) -> bytes:
    """The result of an API method, or an RpcError."""
    name = SCHEMA.name_of(body) or WITHOUT_LOGIN.get(_number(body)) or f"{_number(body):08x}"
    if SCHEMA.knows(body[:4][::-1]) and not SCHEMA.knows(body):
        meant = f"{name} is a known method, its bytes turned round: {SCHEMA.of(body[:4][::-1]).name}"
        raise RpcError(400, f"INPUT_METHOD_INVALID_{_number(body)}_0", where=meant)
    if not call.key.ready and name not in BEFORE_BINDING:
        raise RpcError(401, "AUTH_KEY_PERM_EMPTY", where=name)
    if body[:4] == BIND:
        return bind(call, body)
    _introduced(call, name)
    if name in METHODS:
        result = METHODS[name](call, dissect_call(body, call.budget.reading))
        call.note("call", f"{name} answered", method=name)
        return result
    if SCHEMA.knows(body) or name in WITHOUT_LOGIN.values():
        raise RpcError(400, f"INPUT_METHOD_INVALID_{_number(body)}_0", where=name)
    raise RpcError(401, "AUTH_KEY_UNREGISTERED", where=name)


def _introduced(call: Call, name: str) -> None:
    """Telegram wants initConnection before the first method under each key; by default we only note its absence."""
    if call.key.introduced:
        return
    if call.dc.rules.as_telegram:
        raise RpcError(400, "CONNECTION_NOT_INITED", where=name)
    call.peer.remark(call.session, "not_inited", call.now, f"{name} came before any initConnection: Telegram answers "
                     "400 CONNECTION_NOT_INITED here (core.telegram.org/api/invoking)")


# -- The binding --------------------------------------------------------------------------------------------------


def bind(call: Call, request: bytes) -> bytes:
    """auth.bindTempAuthKey: judge, and bind. All faults of the binding message are one error on the wire."""
    dc, key = call.dc, call.key
    perm_id = int.from_bytes(request[4:12], "little", signed=True)
    _strike_before_judging(call, perm_id)
    if call.peer.struck("accept-bind", call.now, "accepted whatever its bytes"):
        return _record_binding(call, request, perm_id)
    same = request == key.bound_by and key.bound_in == (call.session_id, call.message.msg_id)
    if same and key.bound_to is not None and dc.keys.permanent(key.bound_to):
        call.note("bind_repeated", "the same message as the present binding: nothing changes")
        return Bool.TRUE
    facts = _facts(call, request, perm_id)
    verdict = dc.judge(facts)
    if not verdict.ok:
        _refuse(call, facts, verdict, perm_id)
    if facts.call is None or facts.perm_key is None or key.expires_at is None:
        raise RpcError(400, INVALID)  # reached only where a lesson switches checks off, or judges by itself
    key.expires_at = min(key.expires_at, facts.call["expires_at"])
    return _record_binding(call, request, perm_id)


def _strike_before_judging(call: Call, perm_id: int) -> None:
    """Let the faults happen that strike before a binding is judged."""
    keys, struck = call.dc.keys, call.peer.struck
    if struck("slow", call.now, "this binding is answered -503 Timeout"):
        raise RpcError(-503, "Timeout")
    if struck("refuse-bind", call.now, "refused whatever its bytes"):
        raise RpcError(400, INVALID)
    if keys.permanent(perm_id) and struck("forget-perm-key", call.now, f"permanent key {perm_id} is forgotten"):
        keys.forget_permanent(perm_id)


def _facts(call: Call, request: bytes, perm_id: int) -> Facts:
    """The request, with what this data centre knows when it arrives."""
    key, perm = call.key, call.dc.keys.permanent(perm_id)
    if perm is not None and call.now < perm.created + call.dc.rules.perm_key_delay:
        perm = None  # not yet known to the machine that binds
    return Facts(
        request, perm.auth_key if perm else None, key.auth_key, call.session_id, call.message.msg_id, int(call.now),
        temporary=key.temporary, bound_to=key.bound_to, key_expires_at=key.promised,
        last_bind_msg_id=perm.last_bind_msg_id if perm else None, rules=call.dc.rules,
    )


REQUEST_KEPT = 512
"""Bytes of a refused request that the log keeps: a right one has 132, one sealed with RSA by mistake 284."""


def _refuse(call: Call, facts: Facts, verdict: Verdict, perm_id: int) -> None:
    """Note the reason, which listeners get after the answer, and raise the error that the client gets."""
    consult = call.dc.consult if call.dc.judge is judge else None  # the doctor knows no other rules
    call.note(
        "bind_refused", lambda: explain(verdict), verdict, failed=verdict.failed, request=facts.request[:REQUEST_KEPT],
        session_id=call.session_id, temp_auth_key_id=call.key.auth_key.id, perm_auth_key_id=perm_id,
    )  # fmt: skip
    if consult is not None:
        call.note("diagnosis", lambda: consult(facts))
    raise RpcError(400, str(verdict.error))


def _record_binding(call: Call, request: bytes, perm_id: int) -> bytes:
    """Bind the temporary key to the permanent one."""
    dc, key, perm = call.dc, call.key, call.dc.keys.permanent(perm_id)
    for other in dc.keys.bound_to(perm_id) if dc.rules.one_temp_key else ():
        if other is not key:
            dc.keys.drop(other.auth_key.id)
    key.bound_to, key.bound_by, key.bound_in = perm_id, request, (call.session_id, call.message.msg_id)
    key.just_bound = True
    if perm is not None:
        perm.last_bind_msg_id = call.message.msg_id
    end = int(call.now) if key.expires_at is None else key.expires_at
    call.note(
        "bind_accepted",
        f"temporary key {key.auth_key.id} now stands for permanent key {perm_id}, "
        f"until {end} ({end - int(call.now)} s from now)",
        perm_auth_key_id=perm_id, temp_auth_key_id=key.auth_key.id, expires_at=end,
    )  # fmt: skip
    return Bool.TRUE


def explain(verdict: Verdict) -> str:
    """A refused binding in one sentence: the error, the check, got, expected, and why that check exists."""
    row = next((row for row in verdict.checks if row.name == verdict.failed), None)
    if row is None:  # a judge that a caller wrote need not list its rows
        return f"{verdict.error}: {verdict.failed}"
    got, expected = (v.hex() if isinstance(v, bytes) else v for v in (row.got, row.expected))
    others = [name for name in verdict.failing if name != verdict.failed]
    also = f"; also failing: {', '.join(others)}" if others else ""
    return f"{verdict.error}: {row.name}: got {got}, expected {expected}; {row.check.why}{also}"


# -- API methods --------------------------------------------------------------------------------------------------


def _nearest_dc(call: Call, request: Dissection) -> bytes:
    dc = call.dc.this_dc
    return bytes(SCHEMA["nearestDc"].build(country="XX", this_dc=dc, nearest_dc=dc))


CONFIGS = {155: "cc1a241e", 145: "232566ac", 1: "330b4067"}
"""Which config a client can read, by the lowest layer that has it. Layers 143 and below, 146 to 152, and 155 and above
were read in schemas that clients ship; those between are DEDUCED."""


def _config(call: Call, request: Dissection) -> bytes:
    """The configuration, in the constructor of the layer that the client named, with an address that it can dial."""
    host, port = call.peer.address
    option = SCHEMA["dcOption"].build(id=call.dc.this_dc, ip_address=host, port=port, static=True, ipv6=":" in host)
    layer = 2**31 if call.key.layer is None else call.key.layer
    layout = SCHEMA.of(bytes.fromhex(next(number for since, number in CONFIGS.items() if layer >= since))[::-1])
    values = {f.name: 0 for f in layout.fields if f.kind.name == "int" and f.when is None}
    return bytes(
        layout.build(
            **values | {
                "date": int(call.now), "expires": int(call.now) + 3600, "this_dc": call.dc.this_dc,
                "chat_size_max": 200, "megagroup_size_max": 200000, "forwarded_count_max": 100,
                "online_update_period_ms": 210000, "offline_blur_timeout_ms": 5000, "offline_idle_timeout_ms": 30000,
                "online_cloud_timeout_ms": 300000, "notify_cloud_delay_ms": 30000, "notify_default_delay_ms": 1500,
                "push_chat_period_ms": 60000, "push_chat_limit": 2, "edit_time_limit": 172800,
                "revoke_time_limit": 2**31 - 1, "revoke_pm_time_limit": 2**31 - 1, "rating_e_decay": 2419200,
                "stickers_recent_limit": 200, "call_receive_timeout_ms": 20000, "call_ring_timeout_ms": 90000,
                "call_connect_timeout_ms": 30000, "call_packet_timeout_ms": 10000, "caption_length_max": 1024,
                "message_length_max": 4096, "webfile_dc_id": call.dc.this_dc,
            },
            test_mode=call.dc.test_mode, dc_options=[option], dc_txt_domain_name="", me_url_prefix="https://t.me/",
        )
    )


def _app_config(call: Call, request: Dissection) -> bytes:
    return bytes(SCHEMA["help.appConfig"].build(hash=0, config=SCHEMA["jsonObject"].build(value=[])))


def _drop_temp_keys(call: Call, request: Dissection) -> bytes:
    """Every other temporary key of the caller's permanent key, except those named."""
    keep = {*request["except_auth_keys"], call.key.auth_key.id}
    owner = call.key.bound_to if call.key.temporary else call.key.auth_key.id
    for key in call.dc.keys.bound_to(owner) if owner is not None else ():
        if key.auth_key.id not in keep:
            call.dc.keys.drop(key.auth_key.id)
    return Bool.TRUE


METHODS: Mapping[str, Callable[[Call, Dissection], bytes]] = {
    "help.getNearestDc": _nearest_dc,
    "help.getConfig": _config,
    "help.getAppConfig": _app_config,
    "auth.dropTempAuthKeys": _drop_temp_keys,
}


_LINES_WITHOUT_LOGIN = """
    auth.sendCode#a677244f auth.resendCode#cae47523 auth.resendCode#3ef1a9bf auth.cancelCode#1f040578
    auth.signIn#8d52a951 auth.signIn#bcd51581 auth.signUp#aac7b717 auth.signUp#80eee427 auth.exportLoginToken#b7e085fe
    auth.importLoginToken#95ac5ce4 auth.importAuthorization#a57a7dad auth.importBotAuthorization#67a3ff2c
    auth.importWebTokenAuthorization#2db873a9 auth.checkPassword#d18b4d16 auth.requestPasswordRecovery#d897bc66
    auth.checkRecoveryPassword#0d36bf79 auth.recoverPassword#37096c70 auth.resetLoginEmail#7e960193
    auth.requestFirebaseSms#8e39261e auth.initPasskeyLogin#518ad0b7 auth.logOut#3e72ba19 account.getPassword#548a30f5
    account.sendVerifyEmailCode#98e037bb account.verifyEmail#032da4cf help.getCountriesList#735787a8
    help.getCdnConfig#52029342 help.getAppUpdate#522d5a7d help.getInviteText#4d392343 help.getSupport#9cdf08cd
    help.getTermsOfServiceUpdate#2ca51fd1 help.getPromoData#c0977421 help.getPassportConfig#c661ad08
    help.getDeepLinkInfo#3fedc75f help.saveAppLog#6f02f748 langpack.getLangPack#f2f2330a langpack.getStrings#efea3803
    langpack.getDifference#cd984aa5 langpack.getLanguages#42c6978f langpack.getLanguage#6a596502
"""
WITHOUT_LOGIN: Mapping[int, str] = {int(line[-8:], 16): line[:-9] for line in _LINES_WITHOUT_LOGIN.split()}
"""Methods that are called before a login. This data centre has none of them and says so: a client that gets
AUTH_KEY_UNREGISTERED instead logs out and destroys its keys. Source: core.telegram.org/methods, DEDUCED for some."""


# -- Service messages: no API methods, so any key may send them, and no rpc_result is put around the answer ---------


def _pong(call: Call, request: Dissection) -> bytes:
    return bytes(SCHEMA["pong"].build(msg_id=call.message.msg_id, ping_id=request["ping_id"]))


def _pong_or_hang_up(call: Call, request: Dissection) -> bytes:
    """The connection ends if the client is silent for `disconnect_delay` seconds, or for the usual time if shorter."""
    call.peer.patience = min(max(1, request["disconnect_delay"]), call.dc.limits.idle_seconds)
    return _pong(call, request)


def _future_salts(call: Call, request: Dissection) -> bytes:
    schedule = call.key.salts.schedule(min(max(request["num"], 1), 64), call.now)
    layout = SCHEMA["future_salt"].bare
    salts = [layout.pack({"valid_since": a, "valid_until": b, "salt": salt}) for a, b, salt in schedule]
    return bytes(SCHEMA["future_salts"].build(req_msg_id=call.message.msg_id, now=int(call.now), salts=salts))


def _destroy_session(call: Call, request: Dissection) -> bytes:
    wanted = request["session_id"]
    gone = wanted != call.session_id and call.key.forget_session(wanted)
    return bytes(SCHEMA["destroy_session_ok" if gone else "destroy_session_none"].build(session_id=wanted))


def _destroy_auth_key(call: Call, request: Dissection) -> bytes:
    gone = call.dc.keys.drop(call.key.auth_key.id)
    call.note("key_destroyed", f"key {call.key.auth_key.id} destroyed at its owner's wish")
    return bytes(SCHEMA["destroy_auth_key_ok" if gone else "destroy_auth_key_none"].build())


def _state(call: Call, request: Dissection) -> bytes:
    """The state of messages. A client that asks has missed their answers, so the answers are sent again: if TDLib only
    learns that its message arrived, it waits for the answer without end."""
    info = bytes(call.session.window.state(msg_id, call.now) for msg_id in request["msg_ids"])
    for msg_id in dict.fromkeys(request["msg_ids"]):
        kept = call.session.answers.get(msg_id)
        if kept is not None and msg_id not in call.again and SCHEMA.name_of(kept) == "rpc_result":
            call.note("answer_again", f"message {msg_id} was answered: here is the answer again")
            call.again[msg_id] = kept
    return bytes(SCHEMA["msgs_state_info"].build(req_msg_id=call.message.msg_id, info=info))


def _drop_answer(call: Call, request: Dissection) -> bytes:
    dropped = bytes(SCHEMA["rpc_answer_unknown"].build())
    return bytes(SCHEMA["rpc_result"].build(req_msg_id=call.message.msg_id, result=dropped))


def _acknowledged(call: Call, request: Dissection) -> None:
    for msg_id in request["msg_ids"]:
        call.session.unacknowledged.pop(msg_id, None)


def _silence(call: Call, request: Dissection) -> None:
    return None


SERVICE: Mapping[str, Callable[[Call, Dissection], bytes | None]] = {
    "ping": _pong,
    "ping_delay_disconnect": _pong_or_hang_up,
    "get_future_salts": _future_salts,
    "destroy_session": _destroy_session,
    "destroy_auth_key": _destroy_auth_key,
    "msgs_state_req": _state,
    "msg_resend_req": _state,
    "rpc_drop_answer": _drop_answer,
    "msgs_ack": _acknowledged,
    "msgs_state_info": _silence,
    "msgs_all_info": _silence,
    "http_wait": _silence,
}
