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


def _line(line: str, sizes: dict[str, str] | None = None, /, **notes: Note) -> None:
    constructor(SCHEMA, line, sizes, **notes)


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
}
_dc = given("the data centre meant: +10000 for a test DC, negative for a media DC", f"{KEYS}, item 4")
_expires_in = given("how many seconds the temporary key is to live", f"{KEYS}, item 4")

_line("req_pq#60469778 nonce:int128 = ResPQ", nonce=_nonce)
_line("req_pq_multi#be7e8ef1 nonce:int128 = ResPQ", nonce=_nonce)
_line(
    "resPQ#05162463 nonce:int128 server_nonce:int128 pq:string server_public_key_fingerprints:Vector<long>"
    " = ResPQ",
    nonce=_same_nonce,
    server_nonce=random("the server's name for this attempt", f"{KEYS}, item 2"),
    pq=random("a product of two odd primes, big-endian: the client's entry fee", f"{KEYS}, item 2"),
    server_public_key_fingerprints=derived("", "which RSA keys the server holds", f"{KEYS}, item 2"),
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
        Origin.COPIED, "the RSA key that was used: one of the fingerprints in resPQ", f"{KEYS}, item 5"
    ),
    encrypted_data=derived("", "p_q_inner_data under the server's RSA key, by RSA_PAD", f"{KEYS}, item 4.1"),
)
_line(
    "server_DH_params_ok#d0e8075c nonce:int128 server_nonce:int128 encrypted_answer:string"
    " = Server_DH_Params",
    **_run,
    encrypted_answer=derived(
        "", "SHA-1, server_DH_inner_data and padding, AES-IGE under tmp_aes_key", f"{KEYS}, item 6"
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
    g=given("the generator, 2 to 7", f"{KEYS}, item 6"),
    dh_prime=given("a safe prime of 2048 bits, big-endian", f"{KEYS}, item 6"),
    g_a=derived("", "g to the power of the server's secret a, modulo dh_prime", f"{KEYS}, item 6"),
    server_time=given("unix seconds: the client sets its clock by it", f"{KEYS}, item 6"),
)
_line(
    "client_DH_inner_data#6643b654 nonce:int128 server_nonce:int128 retry_id:long g_b:string"
    " = Client_DH_Inner_Data",
    **_run,
    retry_id=derived("", "0, or the auth_key_aux_hash of the key that was refused", f"{KEYS}, item 7"),
    g_b=derived("", "g to the power of the client's secret b, modulo dh_prime", f"{KEYS}, item 7"),
)
_line(
    "set_client_DH_params#f5045f1f nonce:int128 server_nonce:int128 encrypted_data:string"
    " = Set_client_DH_params_answer",
    **_run,
    encrypted_data=derived(
        "", "SHA-1, client_DH_inner_data and padding, AES-IGE under tmp_aes_key", f"{KEYS}, item 7"
    ),
)
for _number, _name in enumerate(("dh_gen_ok#3bcbf734", "dh_gen_retry#46dc1fb9", "dh_gen_fail#a69dae02"), 1):
    _hash = derived("", f"SHA1(new_nonce + {_number:02x} + auth_key_aux_hash)[4:20]", f"{KEYS}, item 9")
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
