"""The constructors that this package knows: data, no logic.

Each line is copied from the schema, and its id is checked against the CRC-32 of the line when this module is loaded.
The notes say where a value comes from and what it means, formulas included. The content of a seal is declared next
to the field that carries it, so that nothing is added to `SCHEMA` later.

Source: core.telegram.org/schema/mtproto, core.telegram.org/schema (layers 190 to 228 agree on these).
"""

from __future__ import annotations

from functools import partial

from mtlib.wire.dissection import Field, Kind, Seal
from mtlib.wire.layout import Layout, Raw, Rest
from mtlib.wire.notes import Note, Origin, constant, copied, derived, given, random
from mtlib.wire.tl import SIMPLE, Boxed, Schema, constructor

SCHEMA = Schema()
LAYER = 214
"""The API layer that our own client names in `invokeWithLayer`."""

KEYS = "core.telegram.org/mtproto/auth_key"
BIND = "core.telegram.org/method/auth.bindTempAuthKey"
SERVICE = "core.telegram.org/mtproto/service_messages"
ABOUT = "core.telegram.org/mtproto/service_messages_about_messages"
ERRORS = "core.telegram.org/api/errors"
INVOKING = "core.telegram.org/api/invoking"

LONG, INT = SIMPLE["long"], SIMPLE["int"]


_line = partial(constructor, SCHEMA)


def _hashed(name: str, content: str, kind: Kind, spec: str) -> Layout:
    """The layout of a hash, the content that it covers, and padding that it does not cover. Nothing says how long the
    content is but the content itself."""
    covered = derived(f"SHA1({content})", f"covers exactly the {content}", spec, **{content: f"{name}/{content}"})
    return Layout(
        name,
        (
            Field("hash", Raw("SHA1", 20), covered),
            Field(content, kind, given("what is sealed", spec)),
            Field("padding", Rest(), random("fills the last block; no hash covers it", spec)),
        ),
    )


def _under_nonces(name: str, layout: Layout, spec: str) -> Note:
    return derived(
        f"IGE({layout.name}, TMP(new_nonce, server_nonce))",
        f"{layout.name}, AES-IGE under a key made of the two nonces",
        spec,
        new_nonce="@new_nonce",
        server_nonce=f"{name}/server_nonce",
        **{layout.name: f"{name}/{layout.name}"},
    )


# -- Creating a key ------------------------------------------------------------------------------------------

_nonce = random("names this attempt; both sides repeat it in every message", f"{KEYS}, item 1")
_same_nonce = copied("req_pq_multi/nonce", "the client's nonce, repeated", f"{KEYS}, item 2")
_server_nonce = copied("resPQ/server_nonce", "the server's nonce, repeated", f"{KEYS}, item 2")
_run = {"nonce": _same_nonce, "server_nonce": _server_nonce}
_factors = {
    "pq": copied("resPQ/pq", "the product that was to be factored, big-endian", f"{KEYS}, item 4"),
    "p": derived("", "the smaller prime factor of pq, big-endian", f"{KEYS}, item 3"),
    "q": derived("", "the larger prime factor of pq, big-endian", f"{KEYS}, item 3"),
}
_inner = {
    **_factors,
    **_run,
    "new_nonce": random("the client's secret: everything up to the key hangs on it", f"{KEYS}, item 4"),
    "dc": given("the data centre meant: +10000 for a test DC, negative for a media DC", f"{KEYS}, item 4"),
    "expires_in": given("how many seconds the temporary key is to live", f"{KEYS}, item 4"),
}

_line("req_pq#60469778 nonce:int128 = ResPQ", nonce=_nonce)
_line("req_pq_multi#be7e8ef1 nonce:int128 = ResPQ", nonce=_nonce)
_line(
    "resPQ#05162463 nonce:int128 server_nonce:int128 pq:string server_public_key_fingerprints:Vector<long> = ResPQ",
    nonce=_same_nonce,
    server_nonce=random("the server's name for this attempt", f"{KEYS}, item 2"),
    pq=random("a product of two odd primes, big-endian: the client's entry fee", f"{KEYS}, item 2"),
    server_public_key_fingerprints=derived("", "which RSA keys the server holds", f"{KEYS}, item 2"),
)
for _type in (
    "p_q_inner_data#83c95aec pq:string p:string q:string nonce:int128 server_nonce:int128 new_nonce:int256",
    "p_q_inner_data_dc#a9f55f95 pq:string p:string q:string nonce:int128 server_nonce:int128 new_nonce:int256 dc:int",
    "p_q_inner_data_temp#3c6a84d4 pq:string p:string q:string nonce:int128 server_nonce:int128"
    " new_nonce:int256 expires_in:int",
    "p_q_inner_data_temp_dc#56fddf88 pq:string p:string q:string nonce:int128 server_nonce:int128"
    " new_nonce:int256 dc:int expires_in:int",
):
    _line(f"{_type} = P_Q_inner_data", **{name: note for name, note in _inner.items() if f" {name}:" in _type})
_PQ_INNER = Boxed("P_Q_inner_data", SCHEMA)
DATA_WITH_PADDING = Layout(
    "data_with_padding",
    (
        Field("data", _PQ_INNER, given("what is sealed", f"{KEYS}, item 4")),
        Field("padding", Rest(), random("up to 192 bytes, under the hash of RSA_PAD", f"{KEYS}, item 4.1")),
    ),
)
"""The content of RSA_PAD, 192 bytes, not reversed."""
OLD_DATA_WITH_HASH = _hashed("data_with_hash", "data", _PQ_INNER, f"{KEYS}, item 4, before RSA_PAD")
"""The content of the scheme before RSA_PAD, 255 bytes."""
_line(
    "req_DH_params#d712e4be nonce:int128 server_nonce:int128 p:string q:string public_key_fingerprint:long"
    " encrypted_data:string = Server_DH_Params",
    "", None, {"encrypted_data": Seal("RSA", "public_key_fingerprint", (DATA_WITH_PADDING, OLD_DATA_WITH_HASH))},
    **_run,
    p=_factors["p"],
    q=_factors["q"],
    public_key_fingerprint=Note(
        Origin.COPIED, "the RSA key that was used: one of the fingerprints in resPQ", f"{KEYS}, item 5"
    ),
    encrypted_data=derived("", "p_q_inner_data under the server's RSA key, by RSA_PAD", f"{KEYS}, item 4.1"),
)
_line(
    "server_DH_params_fail#79cb045d nonce:int128 server_nonce:int128 new_nonce_hash:int128 = Server_DH_Params",
    **_run,
)
_line(
    "server_DH_inner_data#b5890dba nonce:int128 server_nonce:int128 g:int dh_prime:string g_a:string"
    " server_time:int = Server_DH_inner_data",
    **_run,
    g=given("the generator, 2 to 7", f"{KEYS}, item 6"),
    dh_prime=given("a safe prime of 2048 bits, big-endian", f"{KEYS}, item 6"),
    g_a=derived("", "g to the power of the server's secret a, modulo dh_prime", f"{KEYS}, item 6"),
    server_time=given("unix seconds: the client sets its clock by it", f"{KEYS}, item 6"),
)
ANSWER_WITH_HASH = _hashed("answer_with_hash", "answer", SCHEMA["server_DH_inner_data"], f"{KEYS}, item 6")
_line(
    "server_DH_params_ok#d0e8075c nonce:int128 server_nonce:int128 encrypted_answer:string = Server_DH_Params",
    "", None, {"encrypted_answer": Seal("nonces", "server_nonce", (ANSWER_WITH_HASH,))},
    **_run,
    encrypted_answer=_under_nonces("server_DH_params_ok", ANSWER_WITH_HASH, f"{KEYS}, item 6"),
)
_line(
    "client_DH_inner_data#6643b654 nonce:int128 server_nonce:int128 retry_id:long g_b:string = Client_DH_Inner_Data",
    **_run,
    retry_id=derived("", "0, or the auth_key_aux_hash of the key that was refused", f"{KEYS}, item 7"),
    g_b=derived("", "g to the power of the client's secret b, modulo dh_prime", f"{KEYS}, item 7"),
)
DATA_WITH_HASH = _hashed("data_with_hash", "data", SCHEMA["client_DH_inner_data"], f"{KEYS}, item 7")
_line(
    "set_client_DH_params#f5045f1f nonce:int128 server_nonce:int128 encrypted_data:string"
    " = Set_client_DH_params_answer",
    "", None, {"encrypted_data": Seal("nonces", "server_nonce", (DATA_WITH_HASH,))},
    **_run,
    encrypted_data=_under_nonces("set_client_DH_params", DATA_WITH_HASH, f"{KEYS}, item 7"),
)
GENERATED = {"dh_gen_ok": 1, "dh_gen_retry": 2, "dh_gen_fail": 3}
"""The three answers that can end an exchange, with the number of the new_nonce_hash in each."""
for (_name, _number), _id in zip(GENERATED.items(), ("3bcbf734", "46dc1fb9", "a69dae02"), strict=True):
    _hash = derived(
        f"SHA1(new_nonce + bytes([{_number}]) + SHA1(auth_key)[:8])[4:20]",
        f"proves that the sender knows new_nonce and the key, and means {_name}",
        f"{KEYS}, item 9",
        new_nonce="@new_nonce",
        auth_key="@auth_key",
    )
    _line(
        f"{_name}#{_id} nonce:int128 server_nonce:int128 new_nonce_hash{_number}:int128"
        " = Set_client_DH_params_answer",
        **_run,
        **{f"new_nonce_hash{_number}": _hash},
    )

# -- The binding ---------------------------------------------------------------------------------------------

INNER = _line(
    "bind_auth_key_inner#75a3f765 nonce:long temp_auth_key_id:long perm_auth_key_id:long temp_session_id:long"
    " expires_at:int = BindAuthKeyInner",
    f"{BIND}, bind_auth_key_inner",
    nonce=copied("request/nonce", "the request's nonce: ties this seal to that request"),
    temp_auth_key_id=copied(
        "packet/auth_key_id", "which temporary key is bound: the one whose tunnel this travels in"
    ),
    perm_auth_key_id=copied(
        "request/perm_auth_key_id", "which permanent key binds: nobody without that key can change this copy"
    ),
    temp_session_id=copied("message/session_id", "the session the request is sent in"),
    expires_at=copied("request/expires_at", "unix seconds: when the temporary key ends"),
)
PAGE = f"{BIND}, binding message contents"
ENVELOPE = Layout(
    "envelope",
    (
        Field("random", Raw("int128", 16), random(
            "stands where an ordinary message has salt and session_id; nobody reads it, but msg_key covers it", PAGE)),
        Field("msg_id", LONG, copied("message/msg_id", "the msg_id of the message that carries the request", PAGE)),
        Field("seqno", INT, constant("zero, although the message outside has an odd seqno", PAGE)),
        Field("length", INT, constant("bytes of the inner object: 40", PAGE)),
        Field("inner", INNER, derived("", "the forty bytes that bind", PAGE)),
    ),
)
PLAINTEXT = Layout(
    "plaintext",
    (
        Field("envelope", ENVELOPE, derived("", "what msg_key covers", PAGE)),
        Field("padding", Rest(), random("up to a multiple of 16; msg_key does not cover it", PAGE)),
    ),
)
ENCRYPTED_MESSAGE = Layout(
    "encrypted_message",
    (
        Field("perm_auth_key_id", LONG, copied(
            "request/perm_auth_key_id", "which permanent key opens the seal", PAGE)),
        Field("msg_key", Raw("int128", 16), derived(
            "SHA1(envelope)[4:20]", "hash of the envelope: MTProto 1.0, so without the padding and without any key",
            PAGE, envelope="encrypted_message/plaintext/envelope")),
        Field("ciphertext", Rest(), derived(
            "IGE(plaintext, KDF1(perm_auth_key, msg_key))", "the envelope and its padding under the permanent key",
            PAGE, plaintext="encrypted_message/plaintext", perm_auth_key="@perm_auth_key",
            msg_key="encrypted_message/msg_key"), inside=Seal("MTProto 1.0", "perm_auth_key_id", (PLAINTEXT,))),
    ),
)
REQUEST = _line(
    "auth.bindTempAuthKey#cdd42a05 perm_auth_key_id:long nonce:long expires_at:int encrypted_message:bytes = Bool",
    f"{BIND}, parameters", None, {"encrypted_message": ENCRYPTED_MESSAGE}, "request",
    perm_auth_key_id=derived(
        "SHA1(perm_auth_key)[12:20]", "which permanent key this binds to", perm_auth_key="@perm_auth_key"
    ),
    nonce=random("a fresh long, inside the seal too, so that both can be matched"),
    expires_at="unix seconds: when the temporary key ends",
    encrypted_message=derived(
        "", "the binding message, sealed with the permanent key by MTProto 1.0", f"{BIND}, message contents"
    ),
)
_line("auth.dropTempAuthKeys#8e48a188 except_auth_keys:Vector<long> = Bool",
      "core.telegram.org/method/auth.dropTempAuthKeys", except_auth_keys="temporary keys that stay")

# -- Answers ----------------------------------------------------------------------------------------------------

_line(
    "rpc_result#f35c6d01 req_msg_id:long result:Object = RpcResult", f"{SERVICE}, response to an RPC query",
    req_msg_id=copied("@msg_id", "which request this answers"),
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
_DETAIL = {"answer_msg_id": "the answer that exists already", "bytes": "how long it is", "status": "reserved, zero"}
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
for _text in ("destroy_session#e7512126", "destroy_session_ok#e22045fc", "destroy_session_none#62d350c9"):
    _line(f"{_text} session_id:long = DestroySessionRes", f"{SERVICE}, request to destroy session",
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
      packed_data=derived("", "any object, as a gzip or zlib stream"))
_line(
    "message#5bb8e511 msg_id:long seqno:int bytes:int body:Object = Message", f"{SERVICE}, containers",
    {"body": "bytes"},
    msg_id="its own id, lower than the container's", seqno="its own number",
    bytes=derived("len(body)", "bytes of the body", body="message/body"),
    body="the message itself",
)
_line("msg_container#73f1f8dc messages:vector<message> = MessageContainer", f"{SERVICE}, containers",
      messages="bare messages, 1024 at most, none of them a container")
_line("msg_copy#e06046b2 orig_message:Message = MessageCopy", f"{SERVICE}, message copies",
      orig_message="a message packed once more")

# -- Calling methods: the wrappers of a call, and the few methods and types of the API that are spoken here -----

_OLD_CONFIG = (
    " date:int expires:int test_mode:Bool this_dc:int dc_options:Vector<DcOption> dc_txt_domain_name:string"
    " chat_size_max:int megagroup_size_max:int forwarded_count_max:int online_update_period_ms:int"
    " offline_blur_timeout_ms:int offline_idle_timeout_ms:int online_cloud_timeout_ms:int"
    " notify_cloud_delay_ms:int notify_default_delay_ms:int push_chat_period_ms:int push_chat_limit:int"
    " saved_gifs_limit:int edit_time_limit:int revoke_time_limit:int revoke_pm_time_limit:int rating_e_decay:int"
    " stickers_recent_limit:int stickers_faved_limit:int channels_read_media_period:int tmp_sessions:flags.0?int"
    " pinned_dialogs_count_max:int pinned_infolder_count_max:int call_receive_timeout_ms:int"
    " call_ring_timeout_ms:int call_connect_timeout_ms:int call_packet_timeout_ms:int me_url_prefix:string"
    " autoupdate_url_prefix:flags.7?string gif_search_username:flags.9?string"
    " venue_search_username:flags.10?string img_search_username:flags.11?string"
    " static_maps_provider:flags.12?string caption_length_max:int message_length_max:int webfile_dc_id:int"
    " suggested_lang_code:flags.2?string lang_pack_version:flags.2?int base_lang_pack_version:flags.2?int"
)
"""The fields that two older constructors of Config share. The name config means the last one declared; the others are
found by their ids only."""

for _text in (
    "boolTrue#997275b5 = Bool",
    "boolFalse#bc799737 = Bool",
    "true#3fedd339 = True",
    "error#c4b9f9bb code:int text:string = Error",
    "null#56730bcc = Null",
    "inputClientProxy#75588b3f address:string port:int = InputClientProxy",
    "jsonNull#3f6d7b68 = JSONValue",
    "jsonBool#c7345e6a value:Bool = JSONValue",
    "jsonNumber#2be0dfa4 value:double = JSONValue",
    "jsonString#b71e767a value:string = JSONValue",
    "jsonArray#f7444763 value:Vector<JSONValue> = JSONValue",
    "jsonObjectValue#c0de1bd9 key:string value:JSONValue = JSONObjectValue",
    "jsonObject#99c1d49d value:Vector<JSONObjectValue> = JSONValue",
    "help.getConfig#c4f9186b = Config",
    "help.getNearestDc#1fb33026 = NearestDc",
    "help.getAppConfig#61e3f854 hash:int = help.AppConfig",
    "help.appConfig#dd18782e hash:int config:JSONValue = help.AppConfig",
    "dcOption#18b7a10d flags:# ipv6:flags.0?true media_only:flags.1?true tcpo_only:flags.2?true"
    " cdn:flags.3?true static:flags.4?true this_port_only:flags.5?true id:int ip_address:string port:int"
    " secret:flags.10?bytes = DcOption",
    "reactionEmpty#79f5d419 = Reaction",
    "reactionEmoji#1b2286b8 emoticon:string = Reaction",
    "reactionCustomEmoji#8935fc73 document_id:long = Reaction",
    "reactionPaid#523da4eb = Reaction",
    "config#330b4067 flags:# phonecalls_enabled:flags.1?true default_p2p_contacts:flags.3?true"
    " preload_featured_stickers:flags.4?true ignore_phone_entities:flags.5?true revoke_pm_inbox:flags.6?true"
    " blocked_mode:flags.8?true pfs_enabled:flags.13?true" + _OLD_CONFIG + " = Config",
    "config#232566ac flags:# phonecalls_enabled:flags.1?true default_p2p_contacts:flags.3?true"
    " preload_featured_stickers:flags.4?true ignore_phone_entities:flags.5?true revoke_pm_inbox:flags.6?true"
    " blocked_mode:flags.8?true pfs_enabled:flags.13?true force_try_ipv6:flags.14?true" + _OLD_CONFIG
    + " reactions_default:flags.15?Reaction = Config",
    "config#cc1a241e flags:# default_p2p_contacts:flags.3?true preload_featured_stickers:flags.4?true"
    " revoke_pm_inbox:flags.6?true blocked_mode:flags.8?true force_try_ipv6:flags.14?true date:int"
    " expires:int test_mode:Bool this_dc:int dc_options:Vector<DcOption> dc_txt_domain_name:string chat_size_max:int"
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

_QUERY = given("the call itself; what it returns is what the whole returns", INVOKING)
_line("invokeWithLayer#da9b0d0d {X:Type} layer:int query:!X = X", INVOKING,
      layer="the version of the API that the client speaks", query=_QUERY)
_line("invokeWithoutUpdates#bf9459b7 {X:Type} query:!X = X", query=_QUERY)
_line("invokeAfterMsg#cb9f372d {X:Type} msg_id:long query:!X = X", INVOKING,
      msg_id="the message that must be done first", query=_QUERY)
_line("invokeAfterMsgs#3dc4b4f0 {X:Type} msg_ids:Vector<long> query:!X = X", INVOKING,
      msg_ids="the messages that must be done first", query=_QUERY)
for _text in (
    "invokeWithTakeout#aca9fd2e {X:Type} takeout_id:long query:!X = X",
    "invokeWithBusinessConnection#dd289f8e {X:Type} connection_id:string query:!X = X",
    "invokeWithGooglePlayIntegrity#1df92984 {X:Type} nonce:string token:string query:!X = X",
    "invokeWithApnsSecret#0dae54f8 {X:Type} nonce:string secret:string query:!X = X",
    "invokeWithReCaptcha#adbb0f94 {X:Type} token:string query:!X = X",
    "initConnection#69796de9 {X:Type} api_id:int device_model:string system_version:string app_version:string"
    " lang_code:string query:!X = X",
    "initConnection#c7481da6 {X:Type} api_id:int device_model:string system_version:string app_version:string"
    " system_lang_code:string lang_pack:string lang_code:string query:!X = X",
    "initConnection#785188b8 {X:Type} flags:# api_id:int device_model:string system_version:string"
    " app_version:string system_lang_code:string lang_pack:string lang_code:string"
    " proxy:flags.0?InputClientProxy query:!X = X",
):
    _line(_text, query=_QUERY)
_line(
    "initConnection#c1cd5ea9 {X:Type} flags:# api_id:int device_model:string system_version:string app_version:string"
    " system_lang_code:string lang_pack:string lang_code:string proxy:flags.0?InputClientProxy"
    " params:flags.1?JSONValue query:!X = X", INVOKING,
    flags=derived("", "which of the optional fields are there"),
    api_id="which application this is, from my.telegram.org",
    device_model="who is calling: shown in the list of sessions",
    system_version="who is calling",
    app_version="who is calling",
    system_lang_code="the system's language",
    lang_pack="which set of texts the client wants; empty for none",
    lang_code="in which language",
    proxy="the MTProto proxy in use, if any",
    params="anything else, as JSON",
    query=_QUERY,
)
_line(
    "nearestDc#8e1a1775 country:string this_dc:int nearest_dc:int = NearestDc",
    "core.telegram.org/constructor/nearestDc",
    country="where the client seems to be",
    this_dc="the data centre that answers",
    nearest_dc="the one that is closest",
)
