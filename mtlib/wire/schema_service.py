"""Messages about messages: answers, acknowledgements, notices, salts, sessions, containers.

Source: core.telegram.org/mtproto/service_messages and /service_messages_about_messages.
"""

from __future__ import annotations

from mtlib.wire.notes import Note, copied, derived, given, random
from mtlib.wire.schema import SCHEMA
from mtlib.wire.tl import constructor

SERVICE = "core.telegram.org/mtproto/service_messages"
ABOUT = "core.telegram.org/mtproto/service_messages_about_messages"
ERRORS = "core.telegram.org/api/errors"


_SIZES = {"body": "bytes"}
"""In a container a message's body is as long as its field `bytes` says."""


def _line(text: str, page: str, /, **meanings: str | Note) -> None:
    """One constructor; a field's meaning in words is a value that its author chooses."""
    notes = {name: given(said, page) if isinstance(said, str) else said for name, said in meanings.items()}
    constructor(SCHEMA, text, _SIZES if text.startswith("message#") else None, **notes)


_line(
    "rpc_result#f35c6d01 req_msg_id:long result:Object = RpcResult", f"{SERVICE}, response to an RPC query",
    req_msg_id=copied("@msg_id", "which request this answers", f"{SERVICE}, response to an RPC query"),
    result="what the method returns, or an rpc_error; it may be packed",
)
_line(
    "rpc_error#2144ca19 error_code:int error_message:string = RpcError", ERRORS,
    error_code="like an HTTP status", error_message="an upper-case name",
)

# -- Notices ---------------------------------------------------------------------------------------------------

_NOTICE = {
    "bad_msg_id": "which message was ignored; a client believes this of its own recent messages only",
    "bad_msg_seqno": "that message's seqno",
    "error_code": "why: 16 too low, 17 too high, 18 parity, 20 too old, 34 and 35 seqno, 48 salt, 64 container",
}
_line(
    "bad_msg_notification#a7eff811 bad_msg_id:long bad_msg_seqno:int error_code:int = BadMsgNotification",
    f"{ABOUT}, notice of ignored error message", **_NOTICE,
)
_line(
    "bad_server_salt#edab447b bad_msg_id:long bad_msg_seqno:int error_code:int new_server_salt:long"
    " = BadMsgNotification",
    f"{ABOUT}, notice of ignored error message", **_NOTICE,
    new_server_salt="the salt to use from now on; the message is sent again with it",
)
_line(
    "new_session_created#9ec20908 first_msg_id:long unique_id:long server_salt:long = NewSession",
    f"{SERVICE}, new session creation notification",
    first_msg_id="the first message of this session that counts: older ones must be sent again",
    unique_id="another one means that the server has begun anew",
    server_salt="the salt to use from now on",
)

# -- Acknowledgements and the state of messages ----------------------------------------------------------------

_line("msgs_ack#62d6b459 msg_ids:Vector<long> = MsgsAck", f"{ABOUT}, acknowledgment of receipt",
      msg_ids="messages that arrived; at most 8192")
for _name, _id, _result, _why in (
    ("msgs_state_req", "da69fb52", "MsgsStateReq", "messages whose fate is asked about; at most 8192"),
    ("msg_resend_req", "7d861a08", "MsgResendReq", "messages that are wanted once more; at most 8192"),
):
    _line(f"{_name}#{_id} msg_ids:Vector<long> = {_result}", f"{ABOUT}, request for message status", msg_ids=_why)
_line(
    "msgs_state_info#04deb57d req_msg_id:long info:string = MsgsStateInfo", f"{ABOUT}, message status",
    req_msg_id="which question this answers",
    info="one byte per message: 1 forgotten, 2 and 3 not received, 4 received; higher bits add detail",
)
_line(
    "msgs_all_info#8cc0d131 msg_ids:Vector<long> info:string = MsgsAllInfo", f"{ABOUT}, message status",
    msg_ids="the messages spoken of", info="one byte per message, as in msgs_state_info",
)
_DETAIL = {
    "answer_msg_id": "the answer that exists already", "bytes": "how long it is", "status": "reserved, zero",
}
_line(
    "msg_detailed_info#276d3ec6 msg_id:long answer_msg_id:long bytes:int status:int = MsgDetailedInfo",
    f"{ABOUT}, extended voluntary communication", msg_id="the message that came twice", **_DETAIL,
)
_line(
    "msg_new_detailed_info#809db6df answer_msg_id:long bytes:int status:int = MsgDetailedInfo",
    f"{ABOUT}, extended voluntary communication", **_DETAIL,
)

# -- Pings, salts, waiting -------------------------------------------------------------------------------------

_ping_id = random("comes back in the pong", f"{SERVICE}, ping messages")
_line("ping#7abe77ec ping_id:long = Pong", f"{SERVICE}, ping messages", ping_id=_ping_id)
_line(
    "pong#347773c5 msg_id:long ping_id:long = Pong", f"{SERVICE}, ping messages",
    msg_id="the message that carried the ping", ping_id="the ping's own number",
)
_line(
    "ping_delay_disconnect#f3427b8c ping_id:long disconnect_delay:int = Pong", f"{SERVICE}, deferred disconnect",
    ping_id=_ping_id,
    disconnect_delay="seconds after which the server hangs up, unless another one comes",
)
_line("http_wait#9299359f max_delay:int wait_after:int max_wait:int = HttpWait", f"{SERVICE}, HTTP wait",
      max_delay="milliseconds to gather answers", wait_after="milliseconds to wait after the last",
      max_wait="milliseconds to hold the request open")
_line("get_future_salts#b921bd04 num:int = FutureSalts", f"{SERVICE}, request for several future salts",
      num="how many, 1 to 64")
_line(
    "future_salt#0949d9dc valid_since:int valid_until:int salt:long = FutureSalt",
    f"{SERVICE}, request for several future salts",
    valid_since="unix seconds", valid_until="unix seconds", salt="the salt for that time",
)
_line(
    "future_salts#ae500895 req_msg_id:long now:int salts:vector<future_salt> = FutureSalts",
    f"{SERVICE}, request for several future salts",
    req_msg_id="which question this answers", now="the server's clock, unix seconds", salts="in order of their time",
)

# -- Ending things ---------------------------------------------------------------------------------------------

for _text in (
    "destroy_auth_key#d1435160 = DestroyAuthKeyRes",
    "destroy_auth_key_ok#f660e1d4 = DestroyAuthKeyRes",
    "destroy_auth_key_none#0a9f2259 = DestroyAuthKeyRes",
    "destroy_auth_key_fail#ea109b13 = DestroyAuthKeyRes",
    "rpc_answer_unknown#5e2ad36e = RpcDropAnswer",
    "rpc_answer_dropped_running#cd78e586 = RpcDropAnswer",
):
    _line(_text, SERVICE)
for _name, _id, _result in (
    ("destroy_session", "e7512126", "DestroySessionRes"),
    ("destroy_session_ok", "e22045fc", "DestroySessionRes"),
    ("destroy_session_none", "62d350c9", "DestroySessionRes"),
):
    _line(f"{_name}#{_id} session_id:long = {_result}", f"{SERVICE}, request to destroy session",
          session_id="which session")
_line("rpc_drop_answer#58e4a740 req_msg_id:long = RpcDropAnswer", f"{SERVICE}, cancellation of an RPC query",
      req_msg_id="whose answer is no longer wanted")
_line(
    "rpc_answer_dropped#a43ad8b7 msg_id:long seq_no:int bytes:int = RpcDropAnswer",
    f"{SERVICE}, cancellation of an RPC query",
    msg_id="the answer that was dropped", seq_no="its seqno", bytes="its length",
)

# -- Things with other things inside ---------------------------------------------------------------------------

_line("gzip_packed#3072cfa1 packed_data:string = Object", f"{SERVICE}, packed object",
      packed_data=derived("", "any object, as a gzip or zlib stream", f"{SERVICE}, packed object"))
_line(
    "message#5bb8e511 msg_id:long seqno:int bytes:int body:Object = Message", f"{SERVICE}, containers",
    msg_id="its own id, lower than the container's", seqno="its own number",
    bytes=derived("len(body)", "bytes of the body", f"{SERVICE}, containers", body="message/body"),
    body="the message itself",
)
_line("msg_container#73f1f8dc messages:vector<message> = MessageContainer", f"{SERVICE}, containers",
      messages="bare messages, 1024 at most, none of them a container")
_line("msg_copy#e06046b2 orig_message:Message = MessageCopy", f"{SERVICE}, message copies",
      orig_message="a message packed once more")
