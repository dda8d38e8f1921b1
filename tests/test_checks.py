"""The tables of checks: each row can fail alone, none says yes to a changed byte, and two nets hold each on its own."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from mtlib.crypto.keys import AuthKey
from mtlib.errors import MtError
from mtlib.lab.samples import sample
from mtlib.protocol import checks as module
from mtlib.protocol.checks import (
    CHECKS,
    INVALID,
    PACKET_CHECKS,
    Facts,
    MessageFacts,
    PacketFacts,
    Rules,
    judge,
    judge_message,
    judge_packet,
    verify,
)
from mtlib.protocol.messages import FROM_CLIENT, Message, Window, container, next_msg_id
from mtlib.protocol.packets import REQUEST_MESSAGE, TO_CLIENT, TO_SERVER, open_packet, padding_size, seal
from mtlib.wire.dissection import unseal
from mtlib.wire.schema import SCHEMA
from wrong_client import NOW, WrongClient, key_id, pattern

VECTORS = Path(__file__).parent / "vectors"
NEGATIVE = json.loads((VECTORS / "binding_negative.json").read_text())
FIVE = json.loads((VECTORS / "binding_message.json").read_text())["vectors"]
C = WrongClient()
PERM, TEMP, OTHER = AuthKey(C.perm), AuthKey(C.temp), AuthKey(pattern("other", 256))
NAMES = [check.name for check in CHECKS]
EQUALITIES = frozenset({
    "seqno", "length", "constructor", "msg_id", "nonce", "perm_auth_key_id", "expires_at", "temp_auth_key_id",
    "temp_session_id", "perm_auth_key_id_in_front",
})  # fmt: skip


def facts(client: WrongClient = C, **more: Any) -> Facts:
    given: dict[str, Any] = {
        "request": client.request, "perm_key": PERM, "temp_key": TEMP, "session_id": C.session_id, "msg_id": C.msg_id,
        "now": NOW, **more,
    }  # fmt: skip
    return Facts(**given)


def test_a_good_binding_passes_everything_that_applies() -> None:
    verdict = judge(facts())
    assert (verdict.ok, verdict.error, verdict.failed, verdict.failing) == (True, None, None, ())
    not_computed = [row.name for row in verdict.checks if row.holds is None]
    assert not_computed == ["not_bound_elsewhere", "msg_id_rises"]
    assert str(verdict).startswith("boolTrue\n")


@pytest.mark.parametrize("vector", [v for v in FIVE if v["inputs"]["temp_auth_key"]], ids=lambda v: str(v["name"]))
def test_verify_accepts_what_real_clients_make(vector: dict[str, Any]) -> None:
    told = vector["inputs"]
    given: dict[str, Any] = {
        "perm_key": AuthKey(bytes.fromhex(told["perm_auth_key"])),
        "temp_key": AuthKey(bytes.fromhex(told["temp_auth_key"])),
        "session_id": int(told["temp_session_id"]),
        "msg_id": int(told["msg_id"]),
    }
    request = bytes.fromhex(vector["outer_request"])
    assert verify(request, **given, now=1).ok
    assert verify(request, **given, now=told["expires_at"]).error == "EXPIRES_AT_INVALID"


# -- Each check alone ---------------------------------------------------------------------------------------------


def flip_bit(client: WrongClient, byte: int) -> bytes:
    sealed = bytearray(client.sealed)
    sealed[byte] ^= 1
    return client.request_of(bytes(sealed))


ALONE: dict[str, Callable[[], Facts]] = {
    "not_a_cdn": lambda: facts(rules=Rules(cdn=True)),
    "request_parses": lambda: facts(request=C.request[:-1]),
    "nothing_left_over": lambda: facts(request=C.request + b"\0"),
    "over_temporary_key": lambda: facts(temporary=False),
    "not_bound_elsewhere": lambda: facts(bound_to=1),
    "encrypted_message_size": lambda: facts(request=C.request_of(C.sealed + bytes(16))),
    "perm_auth_key_id_in_front": lambda: facts(replace(C, front=pattern("front", 8))),
    "perm_key_known": lambda: facts(perm_key=None),
    "length": lambda: facts(replace(C, length=44)),
    "msg_key": lambda: facts(replace(C, msg_key=lambda text, pad, key: pattern("not a hash", 16))),
    "seqno": lambda: facts(replace(C, seqno=1)),
    "msg_id": lambda: facts(replace(C, inner_msg_id=C.msg_id + 4)),
    "constructor": lambda: facts(replace(C, inner_id=bytes(4))),
    "nonce": lambda: facts(replace(C, inner_nonce=bytes(8))),
    "perm_auth_key_id": lambda: facts(replace(C, inner_perm=key_id(C.temp))),
    "expires_at": lambda: facts(replace(C, inner_expires_at=bytes(4))),
    "temp_auth_key_id": lambda: facts(temp_key=OTHER),
    "temp_session_id": lambda: facts(session_id=1),
    "expires_at_in_range": lambda: facts(now=C.expires_at),
    "msg_id_rises": lambda: facts(rules=Rules(one_temp_key=True), last_bind_msg_id=C.msg_id),
}


def test_each_check_is_tried() -> None:
    assert list(ALONE) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_check_fails_alone_and_by_its_name(name: str) -> None:
    verdict = judge(ALONE[name]())
    assert (verdict.ok, verdict.failed, verdict.failing) == (False, name, (name,))
    assert verdict.error == verdict[name].check.error
    row = verdict[name]
    assert row.got != row.expected and str(row).startswith("FAILS")
    assert verdict.error in str(verdict)


@pytest.mark.parametrize("name", NAMES)
def test_a_check_that_is_switched_off_says_nothing(name: str) -> None:
    given = ALONE[name]()
    off = judge(replace(given, rules=replace(given.rules, skip=frozenset({name}))))
    assert off[name].holds is None
    # Without request, key or a seal of the right size nothing inside can be seen, so nothing is bound.
    closed = name in ("request_parses", "encrypted_message_size", "perm_key_known")
    assert (off.ok, off.failed) == ((False, "encrypted_message_size") if closed else (True, None))
    assert off.failing == ()
    assert str(off[name]) == f"   -   {name}"


def test_errors_do_not_tell_faults_of_the_seal_apart() -> None:
    sealed = NAMES[NAMES.index("encrypted_message_size") : NAMES.index("expires_at_in_range")]
    assert {check.error for check in CHECKS if check.name in sealed} == {INVALID}
    other = {check.name: check.error for check in CHECKS if check.error != INVALID}
    assert other == {
        "not_a_cdn": "CDN_METHOD_INVALID",
        "request_parses": "INPUT_FETCH_ERROR",
        "nothing_left_over": "INPUT_REQUEST_TOO_LONG",
        "over_temporary_key": "TEMP_AUTH_KEY_EMPTY",
        "not_bound_elsewhere": "TEMP_AUTH_KEY_ALREADY_BOUND",
        "expires_at_in_range": "EXPIRES_AT_INVALID",
    }


def test_everything_is_evaluated_whatever_fails_first() -> None:
    wrong = replace(C, seqno=3, inner_nonce=bytes(8), length=8)
    verdict = judge(facts(wrong, session_id=5, now=C.expires_at))
    assert verdict.failing == ("length", "seqno", "nonce", "temp_session_id", "expires_at_in_range")
    assert verdict.failed == "length"


# -- 832 bits -----------------------------------------------------------------------------------------------------


def flips(**rules: Any) -> Counter[str | None]:
    """Which check names each of the 832 single-bit flips of encrypted_message."""
    count: Counter[str | None] = Counter()
    for bit in range(8 * 104):
        sealed = bytearray(C.sealed)
        sealed[bit // 8] ^= 1 << bit % 8
        count[judge(facts(request=C.request_of(bytes(sealed)), rules=Rules(**rules))).failed] += 1
    return count


def test_every_flip_is_caught_and_the_map_is_64_384_384() -> None:
    assert flips() == {"perm_auth_key_id_in_front": 64, "length": 384, "msg_key": 384}


def test_with_the_hash_first_it_is_64_768() -> None:
    assert flips(hash_first=True) == {"perm_auth_key_id_in_front": 64, "msg_key": 768}


def test_without_the_hash_the_equalities_catch_every_flip() -> None:
    found = flips(skip=frozenset({"msg_key"}))
    assert sum(found.values()) == 832 and None not in found


def test_without_the_equalities_the_hash_catches_every_flip_behind_the_key_id() -> None:
    """The key id in front is no part of what is hashed; the DC finds another key by it, or none."""
    found = flips(skip=EQUALITIES - {"perm_auth_key_id_in_front"})
    assert found == {"perm_auth_key_id_in_front": 64, "msg_key": 768}


def test_without_both_nets_something_gets_through() -> None:
    assert flips(skip=EQUALITIES | {"msg_key"}) == {None: 832}


# -- Rules --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expires_at", "key_expires_at", "ok"),
    [
        (NOW, None, False),
        (NOW + 1, None, True),
        (2**31 - 1, None, True),
        (NOW + 1000, NOW + 1000, True),
        (NOW + 1300, NOW + 1000, True),
        (NOW + 1301, NOW + 1000, False),
        (-1, None, False),
    ],
)
def test_the_range_of_expires_at(expires_at: int, key_expires_at: int | None, ok: bool) -> None:
    verdict = judge(facts(replace(C, expires_at=expires_at), key_expires_at=key_expires_at))
    assert verdict.ok is ok
    assert verdict.failing == (() if ok else ("expires_at_in_range",))


def test_a_rebind_to_the_same_key_is_no_fault_and_to_another_is() -> None:
    assert judge(facts(bound_to=PERM.id)).ok
    assert judge(facts(bound_to=OTHER.id)).error == "TEMP_AUTH_KEY_ALREADY_BOUND"


def test_msg_ids_rise_only_where_one_binding_ends_the_other() -> None:
    assert judge(facts(last_bind_msg_id=C.msg_id)).ok
    assert judge(facts(rules=Rules(one_temp_key=True), last_bind_msg_id=C.msg_id - 4)).ok


def test_an_unknown_key_costs_the_same_work_and_tells_nothing_about_the_inside() -> None:
    verdict = judge(facts(perm_key=None))
    inside = NAMES[NAMES.index("length") : NAMES.index("expires_at_in_range")]
    assert all(verdict[name].holds is None for name in inside)
    assert judge(facts(perm_key=OTHER)).failed == "perm_key_known"


def test_what_is_random_may_be_anything() -> None:
    for client in (replace(C, random=bytes(16)), replace(C, padding=b"\xff" * 8)):
        assert judge(facts(client)).ok


@pytest.mark.parametrize("vector", NEGATIVE["vectors"], ids=lambda vector: str(vector["name"]))
def test_recorded_requests_get_the_recorded_error(vector: dict[str, Any]) -> None:
    state = NEGATIVE["state"]
    verdict = verify(
        bytes.fromhex(vector["request"]),
        perm_key=AuthKey(bytes.fromhex(state["perm_auth_key"])),
        temp_key=AuthKey(bytes.fromhex(state["temp_auth_key"])),
        session_id=int(state["session_id"]), msg_id=int(state["outer_msg_id"]), now=state["server_now"],
    )  # fmt: skip
    assert verdict.error == vector["expected_error"]


def test_each_check_says_why_by_whom_and_what_it_reads() -> None:
    starts = {"packet", "message", "request"}
    for check in CHECKS:
        assert check.why and check.spec
        assert {path.split("/")[0] for path in check.reads} <= starts
    assert len(set(NAMES)) == len(NAMES)


# -- What is told ---------------------------------------------------------------------------------------------------


def test_each_path_that_a_check_reads_leads_to_bytes() -> None:
    one = sample()
    opened = unseal(one.carried.frame, [one.perm_key, one.temp_key])
    paths = [row.path for row in opened.rows()]
    for check in CHECKS:
        for path in check.reads:
            assert any(f"/{known}/".find(f"/{path}/") > 0 for known in paths), (check.name, path)


def test_each_source_is_a_page_or_a_rule_of_ours() -> None:
    pages = ("core.telegram.org/method/auth.bindTempAuthKey", "core.telegram.org/api/pfs", "core.telegram.org/cdn")
    for check in CHECKS:
        page = check.spec.partition(", ")[0]
        assert page in pages or page == "a rule of this data centre", check.spec
        assert "compare" not in repr(check)


@pytest.mark.parametrize(
    ("name", "got", "expected"),
    [
        ("over_temporary_key", "permanent", "temporary"),
        ("not_a_cdn", "a CDN", "no CDN"),
        ("expires_at_in_range", C.expires_at, f"after {C.expires_at}"),
    ],
)
def test_a_failure_says_what_it_got_and_what_it_wanted(name: str, got: Any, expected: str) -> None:
    row = judge(ALONE[name]())[name]
    assert (row.got, row.expected) == (got, expected)


def test_what_passes_says_so_in_the_same_words() -> None:
    verdict = judge(facts(key_expires_at=C.expires_at))
    assert (verdict["over_temporary_key"].got, verdict["over_temporary_key"].expected) == ("temporary", "temporary")
    assert (verdict["request_parses"].got, verdict["request_parses"].expected) == ("parses", "parses")
    assert verdict["expires_at_in_range"].expected == f"after {NOW}, up to {C.expires_at + 300}"
    assert judge(ALONE["request_parses"]())["request_parses"].expected == "parses"


@pytest.mark.parametrize(("size", "holds"), [(7, None), (8, True), (9, True)])
def test_the_key_id_in_front_is_read_where_it_is_whole(size: int, holds: bool | None) -> None:
    verdict = judge(facts(request=C.request_of(C.sealed[:size])))
    assert verdict["perm_auth_key_id_in_front"].holds is holds


@pytest.mark.parametrize("name", NAMES)
def test_with_the_hash_first_no_check_is_lost(name: str) -> None:
    given = ALONE[name]()
    assert judge(replace(given, rules=replace(given.rules, hash_first=True))).failed == name


# -- What is opened, once, whatever is wrong with the rest --------------------------------------------------------

ONE = sample()
GOOD = ONE.binding
WHOLE = bytes(GOOD.request)


def opened(request: bytes = WHOLE, **more: object) -> Facts:
    given = {"perm_key": ONE.perm_key, "temp_key": ONE.temp_key} | more
    return Facts(request, session_id=1, msg_id=4, now=ONE.now, **given)  # type: ignore[arg-type]


def test_a_good_request_is_open_to_the_bottom() -> None:
    good = opened()
    assert good.problem is None
    assert good.leftover == 0
    assert good.plaintext == bytes(GOOD.plaintext)
    assert good.hash == GOOD.msg_key
    assert good.envelope is not None
    assert good.envelope["inner"]["nonce"] == GOOD.nonce


def test_leftovers_are_counted_and_the_call_is_read_all_the_same() -> None:
    more = opened(WHOLE + bytes(5))
    assert (more.leftover, more.problem) == (5, None)
    assert more.call is not None
    assert more.call["nonce"] == GOOD.nonce


@pytest.mark.parametrize("request_", [b"", WHOLE[:-1], b"\x00" * 132, WHOLE[:24]])
def test_what_does_not_parse_opens_nothing(request_: bytes) -> None:
    bad = opened(request_)
    assert bad.problem is not None
    assert (bad.call, bad.sealed, bad.plaintext, bad.envelope) == (None, None, None, None)


def test_an_unknown_key_costs_the_same_work_and_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    worked = []
    decrypt = module.decrypt_v1
    monkeypatch.setattr(module, "decrypt_v1", lambda *a: worked.append(1) or decrypt(*a))
    assert opened(perm_key=None).plaintext is None
    assert opened().plaintext is not None
    assert worked == [1, 1]


def test_every_rule_is_explained() -> None:
    for rule in fields(Rules):
        assert f"`{rule.name}`" in str(Rules.__doc__)


def test_what_does_not_parse_leaves_nothing_over() -> None:
    bad = opened(WHOLE[:-1])
    assert (bad.leftover, bad.call) == (0, None)


# -- Packet and message -------------------------------------------------------------------------------------------

KEY = ONE.temp_key
WHEN = ONE.carried.binding.msg_id / 2**32
SENT = dict(ONE.carried.message.values) | {"request": bytes(ONE.binding.request)}
PACKET = bytes(ONE.carried.packet)


def packet(**changes: Any) -> bytes:
    if "request" in changes:
        size = len(changes["request"])
        changes |= {"length": size, "padding": bytes(padding_size(size))}
    return bytes(seal(REQUEST_MESSAGE.build(**(SENT | changes)), KEY))


def raw(at: int, new: bytes) -> bytes:
    """The packet of a message some of whose bytes are others."""
    message = bytes(ONE.carried.message)
    return bytes(seal(message[:at] + new + message[at + len(new) :], KEY))


def arrived(data: bytes = PACKET, **more: Any) -> PacketFacts:
    return PacketFacts(data, **({"key": KEY, "now": WHEN, "salts": (SENT["salt"], 5)} | more))


def after(*seen: tuple[int, int], floor: int = 0) -> Any:
    """What a session has seen."""
    window = Window((FROM_CLIENT,), floor=floor)
    for shift, seqno in seen:
        window.add(SENT["msg_id"] + shift, seqno)
    return lambda session_id: window


def boxed(seqno: int) -> bytes:
    return packet(seqno=seqno, request=container([Message(SENT["msg_id"] - 4, 1, PING)]))


PING = bytes(SCHEMA["ping"].build(ping_id=1))
ACK = bytes(SCHEMA["msgs_ack"].build(msg_ids=[]))
STRICT = Rules(as_telegram=True)
PACKETS: dict[str, Callable[[], PacketFacts]] = {
    "auth_key_id": lambda: arrived(bytes(8) + PACKET[8:]),
    "packet_size": lambda: arrived(PACKET[:-1]),
    "direction": lambda: arrived(bytes(seal(bytes(ONE.carried.message), KEY, TO_CLIENT))),
    "packet_opens": lambda: arrived(PACKET[:8] + bytes(16) + PACKET[24:]),
    "message_length": lambda: arrived(raw(28, b"\xff\xff\xff\x7f")),
    "message_padding": lambda: arrived(raw(28, b"\x8c")),
    "session": lambda: arrived(packet(session_id=0)),
    "message_msg_id": lambda: arrived(packet(msg_id=SENT["msg_id"] + 1)),
    "message_remembered": lambda: arrived(seen=after(floor=SENT["msg_id"])),
    "message_not_old": lambda: arrived(now=WHEN + 300.5),
    "message_not_ahead": lambda: arrived(now=WHEN - 30.5),
    "salt": lambda: arrived(salts=(1, 2)),
    "message_new": lambda: arrived(seen=after((0, 1))),
    "message_seqno": lambda: arrived(packet(seqno=2)),
    "container_seqno": lambda: arrived(boxed(1), rules=STRICT),
    "ack_seqno": lambda: arrived(packet(request=ACK)),
    "seqno_not_low": lambda: arrived(rules=STRICT, seen=after((-4, 1))),
    "seqno_not_high": lambda: arrived(packet(seqno=3), rules=STRICT, seen=after((4, 3))),
}


def test_a_good_packet_passes_everything_that_applies() -> None:
    verdict = judge_packet(arrived())
    assert (verdict.ok, verdict.failing) == (True, ())
    not_computed = [row.name for row in verdict.checks if row.holds is None]
    assert not_computed == ["container_seqno", "ack_seqno", "seqno_not_high"]
    assert list(PACKETS) == [check.name for check in PACKET_CHECKS]


@pytest.mark.parametrize("name", PACKETS)
def test_each_check_of_a_packet_fails_by_its_name(name: str) -> None:
    verdict = judge_packet(PACKETS[name]())
    assert verdict.failing == (name,)
    assert verdict[name].got != verdict[name].expected
    assert (verdict.failed, verdict.ok) == ((None, True) if name == "ack_seqno" else (name, False))


CODES = {
    "message_msg_id": 18, "message_remembered": 20, "message_not_old": 16, "message_not_ahead": 17, "salt": 48,
    "message_new": 0, "message_seqno": 35, "container_seqno": 34, "ack_seqno": 34, "seqno_not_low": 32,
    "seqno_not_high": 33,
}  # fmt: skip


def test_a_row_carries_its_code() -> None:
    assert {check.name: check.code for check in PACKET_CHECKS if check.code != -404} == CODES
    for check in PACKET_CHECKS:
        assert check.why and check.spec.startswith("core.telegram.org/mtproto/")
        assert str(check.code) in check.error or check.code in (0, 48)


@pytest.mark.parametrize("name", ["container_seqno", "seqno_not_low", "seqno_not_high"])
def test_what_working_clients_do_is_refused_only_as_telegram_does(name: str) -> None:
    verdict = judge_packet(replace(PACKETS[name](), rules=Rules()))
    assert (verdict.ok, verdict.failing) == (True, (name,))


@pytest.mark.parametrize(("shift", "ok"), [(300, True), (300.01, False), (-30, True), (-30.01, False)])
def test_the_window_of_a_message(shift: float, ok: bool) -> None:
    assert judge_packet(arrived(now=WHEN + shift)).ok is ok


def test_the_other_salt_and_an_expected_session() -> None:
    assert judge_packet(arrived(packet(salt=5))).ok
    assert judge_packet(arrived(session_id=SENT["session_id"])).ok
    assert judge_packet(arrived(session_id=7)).failed == "session"
    assert judge_packet(arrived(key=None)).failed == "auth_key_id"
    assert judge_packet(arrived(x=TO_CLIENT)).failed == "direction"


def test_a_message_out_of_a_container_is_judged_alike() -> None:
    window = Window((FROM_CLIENT,))
    msg_id = next_msg_id(WHEN)
    assert judge_message(MessageFacts(msg_id, 1, PING, WHEN, window)).ok
    assert judge_message(MessageFacts(msg_id + 2, 1, PING, WHEN, window)).failed == "message_msg_id"
    assert judge_message(MessageFacts(msg_id, 2, bytes(4), WHEN, window)).failed == "message_seqno"


def test_whoever_opens_packets_for_a_client_agrees() -> None:
    """`open_packet` raises what the first six rows find."""
    for bit in range(0, len(PACKET) * 8, 13):
        data = bytearray(PACKET)
        data[bit // 8] ^= 1 << bit % 8
        with pytest.raises(MtError):
            open_packet(bytes(data), KEY, TO_SERVER)
        assert judge_packet(arrived(bytes(data))).failed in list(PACKETS)[:4]
