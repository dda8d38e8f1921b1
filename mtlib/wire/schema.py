"""The constructors spoken here: data, no logic.

Each line is as the schema prints it, and its id is checked against the CRC-32 of the line when this module is
read. The notes say where a value comes from and what it means.

Source: core.telegram.org/schema/mtproto, core.telegram.org/schema (layers 190 to 228 agree on these).
"""

from __future__ import annotations

from mtlib.wire.notes import Note, Origin, copied, derived, given, random
from mtlib.wire.tl import Schema, constructor

SCHEMA = Schema()
LAYER = 214
"""The API layer that our own client names in `invokeWithLayer`."""

KEYS = "core.telegram.org/mtproto/auth_key"
BIND = "core.telegram.org/method/auth.bindTempAuthKey"
PFS = "core.telegram.org/api/pfs"
SERVICE = "core.telegram.org/mtproto/service_messages"
ABOUT = "core.telegram.org/mtproto/service_messages_about_messages"
INVOKING = "core.telegram.org/api/invoking"


def _line(line: str, sizes: dict[str, str] | None = None, /, **notes: Note) -> None:
    constructor(SCHEMA, line, sizes, **notes)


# -- Creating a key ------------------------------------------------------------------------------------------

_nonce = random("names this attempt; both sides repeat it in every message", f"{KEYS}, step 1")
_same_nonce = copied("req_pq_multi/nonce", "the client's nonce, repeated", f"{KEYS}, step 2")
_server_nonce = copied("resPQ/server_nonce", "the server's nonce, repeated", f"{KEYS}, step 2")
_run = {"nonce": _same_nonce, "server_nonce": _server_nonce}
_factors = {
    "pq": copied("resPQ/pq", "the product that was to be factored, big-endian", f"{KEYS}, step 4"),
    "p": derived("", "the smaller prime factor of pq, big-endian", f"{KEYS}, step 3"),
    "q": derived("", "the larger prime factor of pq, big-endian", f"{KEYS}, step 3"),
}
_inner = {
    **_factors,
    **_run,
    "new_nonce": random("the client's secret: everything up to the key hangs on it", f"{KEYS}, step 4"),
}
_dc = given("the data centre meant: +10000 for a test DC, negative for a media DC", f"{KEYS}, step 4")
_expires_in = given("how many seconds the temporary key is to live", f"{KEYS}, step 4")

_line("req_pq#60469778 nonce:int128 = ResPQ", nonce=_nonce)
_line("req_pq_multi#be7e8ef1 nonce:int128 = ResPQ", nonce=_nonce)
_line(
    "resPQ#05162463 nonce:int128 server_nonce:int128 pq:string server_public_key_fingerprints:Vector<long>"
    " = ResPQ",
    nonce=_same_nonce,
    server_nonce=random("the server's name for this attempt", f"{KEYS}, step 2"),
    pq=random("a product of two odd primes, big-endian: the client's entry fee", f"{KEYS}, step 2"),
    server_public_key_fingerprints=derived("", "which RSA keys the server holds", f"{KEYS}, step 2"),
)
for _type in (
    "p_q_inner_data#83c95aec pq:string p:string q:string nonce:int128 server_nonce:int128 new_nonce:int256",
    "p_q_inner_data_dc#a9f55f95 pq:string p:string q:string nonce:int128 server_nonce:int128 new_nonce:int256"
    " dc:int",
    "p_q_inner_data_temp#3c6a84d4 pq:string p:string q:string nonce:int128 server_nonce:int128"
    " new_nonce:int256 expires_in:int",
    "p_q_inner_data_temp_dc#56fddf88 pq:string p:string q:string nonce:int128 server_nonce:int128"
    " new_nonce:int256 dc:int expires_in:int",
):
    _extra = {"dc": _dc} if " dc:" in _type else {}
    _extra |= {"expires_in": _expires_in} if " expires_in:" in _type else {}
    _line(f"{_type} = P_Q_inner_data", **_inner, **_extra)
_line(
    "req_DH_params#d712e4be nonce:int128 server_nonce:int128 p:string q:string public_key_fingerprint:long"
    " encrypted_data:string = Server_DH_Params",
    **_run,
    p=_factors["p"],
    q=_factors["q"],
    public_key_fingerprint=Note(
        Origin.COPIED, "the RSA key that was used: one of the fingerprints in resPQ", f"{KEYS}, step 6"
    ),
    encrypted_data=derived("", "p_q_inner_data under the server's RSA key, by RSA_PAD", f"{KEYS}, step 5"),
)
_line(
    "server_DH_params_ok#d0e8075c nonce:int128 server_nonce:int128 encrypted_answer:string"
    " = Server_DH_Params",
    **_run,
    encrypted_answer=derived(
        "", "SHA-1, server_DH_inner_data and padding, AES-IGE under tmp_aes_key", f"{KEYS}, step 7"
    ),
)
_line(
    "server_DH_params_fail#79cb045d nonce:int128 server_nonce:int128 new_nonce_hash:int128"
    " = Server_DH_Params",
    **_run,
)
_line(
    "server_DH_inner_data#b5890dba nonce:int128 server_nonce:int128 g:int dh_prime:string g_a:string"
    " server_time:int = Server_DH_inner_data",
    **_run,
    g=given("the generator, 2 to 7", f"{KEYS}, step 7"),
    dh_prime=given("a safe prime of 2048 bits, big-endian", f"{KEYS}, step 7"),
    g_a=derived("", "g to the power of the server's secret a, modulo dh_prime", f"{KEYS}, step 7"),
    server_time=given("unix seconds: the client sets its clock by it", f"{KEYS}, step 7"),
)
_line(
    "client_DH_inner_data#6643b654 nonce:int128 server_nonce:int128 retry_id:long g_b:string"
    " = Client_DH_Inner_Data",
    **_run,
    retry_id=derived("", "0, or the auth_key_aux_hash of the key that was refused", f"{KEYS}, step 9"),
    g_b=derived("", "g to the power of the client's secret b, modulo dh_prime", f"{KEYS}, step 9"),
)
_line(
    "set_client_DH_params#f5045f1f nonce:int128 server_nonce:int128 encrypted_data:string"
    " = Set_client_DH_params_answer",
    **_run,
    encrypted_data=derived(
        "", "SHA-1, client_DH_inner_data and padding, AES-IGE under tmp_aes_key", f"{KEYS}, step 10"
    ),
)
for _number, _name in enumerate(("dh_gen_ok#3bcbf734", "dh_gen_retry#46dc1fb9", "dh_gen_fail#a69dae02"), 1):
    _hash = derived("", f"SHA1(new_nonce + {_number:02x} + auth_key_aux_hash)[4:20]", f"{KEYS}, step 11")
    _line(
        f"{_name} nonce:int128 server_nonce:int128 new_nonce_hash{_number}:int128"
        " = Set_client_DH_params_answer",
        **_run,
        **{f"new_nonce_hash{_number}": _hash},
    )

# -- The binding ---------------------------------------------------------------------------------------------

_line(
    "bind_auth_key_inner#75a3f765 nonce:long temp_auth_key_id:long perm_auth_key_id:long temp_session_id:long"
    " expires_at:int = BindAuthKeyInner",
    nonce=copied(
        "request/nonce", "the request's nonce: ties this seal to that request", f"{BIND}, bind_auth_key_inner"
    ),
    temp_auth_key_id=copied(
        "packet/auth_key_id", "which temporary key is bound: the one whose tunnel this travels in",
        f"{BIND}, bind_auth_key_inner",
    ),
    perm_auth_key_id=copied(
        "request/perm_auth_key_id", "which permanent key binds: nobody without that key can change this copy",
        f"{BIND}, bind_auth_key_inner",
    ),
    temp_session_id=copied(
        "message/session_id", "the session the request is sent in", f"{BIND}, bind_auth_key_inner"
    ),
    expires_at=copied(
        "request/expires_at", "unix seconds: when the temporary key ends", f"{BIND}, bind_auth_key_inner"
    ),
)
_line(
    "auth.bindTempAuthKey#cdd42a05 perm_auth_key_id:long nonce:long expires_at:int encrypted_message:bytes"
    " = Bool",
    perm_auth_key_id=derived(
        "SHA1(perm_auth_key)[12:20]", "which permanent key this binds to", f"{BIND}, parameters",
        perm_auth_key="@perm_auth_key",
    ),
    nonce=random("a fresh long, inside the seal too, so that both can be matched", f"{BIND}, parameters"),
    expires_at=given("unix seconds: when the temporary key ends", f"{BIND}, parameters"),
    encrypted_message=derived(
        "", "the binding message, sealed with the permanent key by MTProto 1.0", f"{BIND}, message contents"
    ),
)
_line(
    "auth.dropTempAuthKeys#8e48a188 except_auth_keys:Vector<long> = Bool",
    except_auth_keys=given("temporary keys that stay", "core.telegram.org/method/auth.dropTempAuthKeys"),
)

# -- Messages about messages ---------------------------------------------------------------------------------

_line(
    "rpc_result#f35c6d01 req_msg_id:long result:Object = RpcResult",
    req_msg_id=copied("@msg_id", "which request this answers", f"{SERVICE}, response to an RPC query"),
)
_line(
    "rpc_error#2144ca19 error_code:int error_message:string = RpcError",
    error_code=given("like an HTTP status", "core.telegram.org/api/errors"),
    error_message=given("an upper-case name", "core.telegram.org/api/errors"),
)
for _text in (
    "bad_msg_notification#a7eff811 bad_msg_id:long bad_msg_seqno:int error_code:int = BadMsgNotification",
    "bad_server_salt#edab447b bad_msg_id:long bad_msg_seqno:int error_code:int new_server_salt:long"
    " = BadMsgNotification",
    "msgs_ack#62d6b459 msg_ids:Vector<long> = MsgsAck",
    "msgs_state_req#da69fb52 msg_ids:Vector<long> = MsgsStateReq",
    "msgs_state_info#04deb57d req_msg_id:long info:string = MsgsStateInfo",
    "msgs_all_info#8cc0d131 msg_ids:Vector<long> info:string = MsgsAllInfo",
    "msg_detailed_info#276d3ec6 msg_id:long answer_msg_id:long bytes:int status:int = MsgDetailedInfo",
    "msg_new_detailed_info#809db6df answer_msg_id:long bytes:int status:int = MsgDetailedInfo",
    "msg_resend_req#7d861a08 msg_ids:Vector<long> = MsgResendReq",
    "new_session_created#9ec20908 first_msg_id:long unique_id:long server_salt:long = NewSession",
    "ping#7abe77ec ping_id:long = Pong",
    "pong#347773c5 msg_id:long ping_id:long = Pong",
    "ping_delay_disconnect#f3427b8c ping_id:long disconnect_delay:int = Pong",
    "gzip_packed#3072cfa1 packed_data:string = Object",
    "http_wait#9299359f max_delay:int wait_after:int max_wait:int = HttpWait",
    "get_future_salts#b921bd04 num:int = FutureSalts",
    "future_salt#0949d9dc valid_since:int valid_until:int salt:long = FutureSalt",
    "future_salts#ae500895 req_msg_id:long now:int salts:vector<future_salt> = FutureSalts",
    "destroy_auth_key#d1435160 = DestroyAuthKeyRes",
    "destroy_auth_key_ok#f660e1d4 = DestroyAuthKeyRes",
    "destroy_auth_key_none#0a9f2259 = DestroyAuthKeyRes",
    "destroy_auth_key_fail#ea109b13 = DestroyAuthKeyRes",
    "destroy_session#e7512126 session_id:long = DestroySessionRes",
    "destroy_session_ok#e22045fc session_id:long = DestroySessionRes",
    "destroy_session_none#62d350c9 session_id:long = DestroySessionRes",
    "rpc_drop_answer#58e4a740 req_msg_id:long = RpcDropAnswer",
    "rpc_answer_unknown#5e2ad36e = RpcDropAnswer",
    "rpc_answer_dropped_running#cd78e586 = RpcDropAnswer",
    "rpc_answer_dropped#a43ad8b7 msg_id:long seq_no:int bytes:int = RpcDropAnswer",
):
    _line(_text)
_line("message#5bb8e511 msg_id:long seqno:int bytes:int body:Object = Message", {"body": "bytes"})
_line("msg_container#73f1f8dc messages:vector<message> = MessageContainer")
_line("msg_copy#e06046b2 orig_message:Message = MessageCopy")

# -- Calling methods -----------------------------------------------------------------------------------------

for _text in (
    "boolTrue#997275b5 = Bool",
    "boolFalse#bc799737 = Bool",
    "true#3fedd339 = True",
    "error#c4b9f9bb code:int text:string = Error",
    "null#56730bcc = Null",
    "invokeWithLayer#da9b0d0d {X:Type} layer:int query:!X = X",
    "invokeWithoutUpdates#bf9459b7 {X:Type} query:!X = X",
    "invokeAfterMsg#cb9f372d {X:Type} msg_id:long query:!X = X",
    "inputClientProxy#75588b3f address:string port:int = InputClientProxy",
    "jsonNull#3f6d7b68 = JSONValue",
    "jsonBool#c7345e6a value:Bool = JSONValue",
    "jsonNumber#2be0dfa4 value:double = JSONValue",
    "jsonString#b71e767a value:string = JSONValue",
    "jsonArray#f7444763 value:Vector<JSONValue> = JSONValue",
    "jsonObjectValue#c0de1bd9 key:string value:JSONValue = JSONObjectValue",
    "jsonObject#99c1d49d value:Vector<JSONObjectValue> = JSONValue",
    "initConnection#c1cd5ea9 {X:Type} flags:# api_id:int device_model:string system_version:string"
    " app_version:string system_lang_code:string lang_pack:string lang_code:string"
    " proxy:flags.0?InputClientProxy params:flags.1?JSONValue query:!X = X",
    "help.getConfig#c4f9186b = Config",
    "help.getNearestDc#1fb33026 = NearestDc",
    "nearestDc#8e1a1775 country:string this_dc:int nearest_dc:int = NearestDc",
    "help.getAppConfig#61e3f854 hash:int = help.AppConfig",
    "help.appConfig#dd18782e hash:int config:JSONValue = help.AppConfig",
    "dcOption#18b7a10d flags:# ipv6:flags.0?true media_only:flags.1?true tcpo_only:flags.2?true"
    " cdn:flags.3?true static:flags.4?true this_port_only:flags.5?true id:int ip_address:string port:int"
    " secret:flags.10?bytes = DcOption",
    "reactionEmpty#79f5d419 = Reaction",
    "reactionEmoji#1b2286b8 emoticon:string = Reaction",
    "reactionCustomEmoji#8935fc73 document_id:long = Reaction",
    "reactionPaid#523da4eb = Reaction",
    "config#cc1a241e flags:# default_p2p_contacts:flags.3?true preload_featured_stickers:flags.4?true"
    " revoke_pm_inbox:flags.6?true blocked_mode:flags.8?true force_try_ipv6:flags.14?true date:int"
    " expires:int test_mode:Bool this_dc:int dc_options:Vector<DcOption> dc_txt_domain_name:string"
    " chat_size_max:int"
    " megagroup_size_max:int forwarded_count_max:int online_update_period_ms:int offline_blur_timeout_ms:int"
    " offline_idle_timeout_ms:int online_cloud_timeout_ms:int notify_cloud_delay_ms:int"
    " notify_default_delay_ms:int push_chat_period_ms:int push_chat_limit:int edit_time_limit:int"
    " revoke_time_limit:int revoke_pm_time_limit:int rating_e_decay:int stickers_recent_limit:int"
    " channels_read_media_period:int tmp_sessions:flags.0?int call_receive_timeout_ms:int"
    " call_ring_timeout_ms:int call_connect_timeout_ms:int call_packet_timeout_ms:int me_url_prefix:string"
    " autoupdate_url_prefix:flags.7?string gif_search_username:flags.9?string"
    " venue_search_username:flags.10?string img_search_username:flags.11?string"
    " static_maps_provider:flags.12?string caption_length_max:int message_length_max:int webfile_dc_id:int"
    " suggested_lang_code:flags.2?string lang_pack_version:flags.2?int base_lang_pack_version:flags.2?int"
    " reactions_default:flags.15?Reaction autologin_token:flags.16?string = Config",
):
    _line(_text)
