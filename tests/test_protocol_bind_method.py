"""auth.bindTempAuthKey at the data centre: every error it can give, and the state it leaves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mtlib.errors import TransportError
from mtlib.protocol.checks import Rules
from tests.talking import Talker, call, centre


def test_boolTrue_binds_until_the_earlier_end() -> None:
    dc = centre()
    talker = Talker(dc, expires_in=1000)
    talker.bind(talker.binding(expires_at=int(talker.now) + 600))
    key = dc.keys.get(talker.temp.auth_key.id, talker.now)
    assert key is not None
    assert (key.bound_to, key.expires_at) == (talker.perm.auth_key.id, int(talker.now) + 600)


def test_any_fault_of_the_message_is_one_error_on_the_wire() -> None:
    dc = centre()
    talker = Talker(dc)
    for change in ({"session_id": 5}, {"msg_id": 8}):
        binding = talker.binding(**change)
        answer = talker.result(binding.request, msg_id=talker.session.next_msg_id(talker.now))
        assert answer == (400, "ENCRYPTED_MESSAGE_INVALID")
    reasons = [event.verdict.failed for event in dc.trace.named("bind_refused")]
    assert reasons == ["msg_id", "msg_id"]
    assert "temp_session_id" in dc.trace.named("bind_refused")[0].verdict.failing
    assert "got" in dc.trace.named("bind_refused")[0].text


def test_over_a_permanent_key() -> None:
    talker = Talker(centre())
    talker.session = talker.open(talker.perm)
    assert talker.bind() == (400, "TEMP_AUTH_KEY_EMPTY")


def test_bound_to_another_permanent_key() -> None:
    talker = Talker(centre())
    assert talker.bind().name == "boolTrue"
    talker.perm = talker.wire.exchange()
    assert talker.bind() == (400, "TEMP_AUTH_KEY_ALREADY_BOUND")


def test_binding_again_to_the_same_key_succeeds() -> None:
    talker = Talker(centre())
    binding = talker.binding()
    assert talker.bind(binding).name == "boolTrue"
    assert talker.bind().name == "boolTrue"
    assert talker.bind().name == "boolTrue"


@pytest.mark.parametrize("offset", [-1, 0, 86400 + 301])
def test_expires_at_out_of_range(offset: int) -> None:
    talker = Talker(centre())
    assert talker.bind(talker.binding(expires_at=int(talker.now) + offset)) == (400, "EXPIRES_AT_INVALID")


def test_something_left_over() -> None:
    talker = Talker(centre())
    binding = talker.binding()
    answer = talker.result(bytes(binding.request) + bytes(4), msg_id=binding.msg_id)
    assert answer == (400, "INPUT_REQUEST_TOO_LONG")


def test_something_missing() -> None:
    talker = Talker(centre())
    binding = talker.binding()
    answer = talker.result(bytes(binding.request)[:-8], msg_id=binding.msg_id)
    assert answer == (400, "INPUT_FETCH_ERROR")


def test_a_permanent_key_too_young_to_be_known() -> None:
    talker = Talker(centre(rules=Rules(perm_key_delay=60)))
    assert talker.bind() == (400, "ENCRYPTED_MESSAGE_INVALID")
    talker.wire.now += 61
    assert talker.bind().name == "boolTrue"


def test_a_cdn_binds_nothing() -> None:
    assert Talker(centre(rules=Rules(cdn=True))).bind() == (400, "CDN_METHOD_INVALID")


def test_faults_strike_as_often_as_ordered() -> None:
    talker = Talker(centre("refuse-bind=2", "slow=1"))
    assert talker.bind() == (-503, "Timeout")
    assert talker.bind() == (400, "ENCRYPTED_MESSAGE_INVALID")
    assert talker.bind() == (400, "ENCRYPTED_MESSAGE_INVALID")
    assert talker.bind().name == "boolTrue"


def test_one_temporary_key_at_a_time() -> None:
    dc = centre(rules=Rules(one_temp_key=True))
    talker = Talker(dc)
    old_session, old = talker.session, talker.temp
    first = talker.binding()
    talker.bind(first)
    talker.temp = talker.wire.exchange(3600)
    talker.session = talker.open(talker.temp, 78)
    talker.wire.now += 1
    assert talker.bind().name == "boolTrue"
    talker.session, talker.temp = old_session, old
    with pytest.raises(TransportError, match="-404"):
        talker.result(call("help.getNearestDc"))


def test_an_old_binding_does_not_come_back() -> None:
    """The replay that stays open without the rule of rising msg_ids: the server forgot its sessions."""
    for rules, comes_back in ((Rules(), True), (Rules(one_temp_key=True), False)):
        dc = centre(rules=rules)
        talker = Talker(dc)
        first = talker.binding()
        _, packet = talker.session.send(first.request, talker.now, msg_id=first.msg_id)
        talker.wire.send(packet)
        assert talker.bind().name == "boolTrue"
        key = dc.keys.get(talker.temp.auth_key.id, talker.now)
        assert key is not None
        key.sessions.clear()
        key.bound_to, key.bound_by = None, b""
        replayed = talker.read(talker.wire.send(packet))
        assert (replayed[-1]["result"][:4].hex() == "b5757299") is comes_back


def test_replacing_one_value_recomputes_the_rest() -> None:
    talker = Talker(centre())
    binding = talker.binding()
    assert talker.bind(replace(binding, nonce=binding.nonce ^ 1)).name == "boolTrue"


def test_with_checks_switched_off_nothing_closed_is_bound() -> None:
    dc = centre(rules=Rules(skip=frozenset({"encrypted_message_size"})))
    talker = Talker(dc)
    binding = talker.binding()
    request = bytes(binding.request)[:24] + b"\x78" + bytes(binding.encrypted_message) + bytes(16) + bytes(3)
    assert talker.result(request, msg_id=binding.msg_id) == (400, "ENCRYPTED_MESSAGE_INVALID")
    assert not dc.trace.named("bind_accepted")
