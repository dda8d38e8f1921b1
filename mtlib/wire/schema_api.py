"""Calling methods: the wrappers of a call, and the few methods and types of the API that are spoken here.

Source: core.telegram.org/schema (layers 190 to 228 agree on these); core.telegram.org/api/invoking for the wrappers.
"""

from __future__ import annotations

from mtlib.wire.notes import derived, given
from mtlib.wire.schema import SCHEMA
from mtlib.wire.tl import constructor

INVOKING = "core.telegram.org/api/invoking"

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
    constructor(SCHEMA, _text)

_QUERY = given("the call itself; what it returns is what the whole returns", INVOKING)
constructor(
    SCHEMA, "invokeWithLayer#da9b0d0d {X:Type} layer:int query:!X = X",
    layer=given("the version of the API that the client speaks", INVOKING), query=_QUERY,
)
constructor(SCHEMA, "invokeWithoutUpdates#bf9459b7 {X:Type} query:!X = X", query=_QUERY)
constructor(
    SCHEMA, "invokeAfterMsg#cb9f372d {X:Type} msg_id:long query:!X = X",
    msg_id=given("the message that must be done first", INVOKING), query=_QUERY,
)
constructor(
    SCHEMA,
    "initConnection#c1cd5ea9 {X:Type} flags:# api_id:int device_model:string system_version:string app_version:string"
    " system_lang_code:string lang_pack:string lang_code:string proxy:flags.0?InputClientProxy"
    " params:flags.1?JSONValue query:!X = X",
    flags=derived("", "which of the optional fields are there", INVOKING),
    api_id=given("which application this is, from my.telegram.org", INVOKING),
    device_model=given("who is calling: shown in the list of sessions", INVOKING),
    system_version=given("who is calling", INVOKING),
    app_version=given("who is calling", INVOKING),
    system_lang_code=given("the system's language", INVOKING),
    lang_pack=given("which set of texts the client wants; empty for none", INVOKING),
    lang_code=given("in which language", INVOKING),
    proxy=given("the MTProto proxy in use, if any", INVOKING),
    params=given("anything else, as JSON", INVOKING),
    query=_QUERY,
)
constructor(
    SCHEMA, "nearestDc#8e1a1775 country:string this_dc:int nearest_dc:int = NearestDc",
    country=given("where the client seems to be", "core.telegram.org/constructor/nearestDc"),
    this_dc=given("the data centre that answers", "core.telegram.org/constructor/nearestDc"),
    nearest_dc=given("the one that is closest", "core.telegram.org/constructor/nearestDc"),
)
