"""What strangers met at the data centre: a mistake or a habit of a real client, and what is right there."""

from __future__ import annotations

import hashlib
import struct
from typing import Any

import pytest

from mtlib import Fault, LocalDC, Rules, connect
from mtlib.crypto.aes import ige_encrypt
from mtlib.crypto.kdf import V1, V2, msg_key_large_v2, msg_key_v1, msg_key_v2
from mtlib.crypto.keys import AuthKey
from mtlib.errors import RpcError, TransportError
from mtlib.protocol.checks import Facts, Verdict, judge
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import Message, container, next_msg_id
from mtlib.protocol.methods import WITHOUT_LOGIN
from mtlib.protocol.packets import REQUEST_MESSAGE, TO_CLIENT, padding_size, plain_packet, seal
from mtlib.wire.dissection import Dissection
from mtlib.wire.tl import crc
from tests.talking import NOW, Talker, Wire, call, centre

PING = bytes(call("ping", ping_id=1))
NEAREST = bytes(call("help.getNearestDc"))
INVALID = (400, "ENCRYPTED_MESSAGE_INVALID")


def header(query: bytes, layer: int = 214, model: str = "m") -> Dissection:
    inner = call("initConnection", api_id=1, device_model=model, system_version="s", app_version="a",
                 system_lang_code="en", lang_pack="", lang_code="en", query=query)  # fmt: skip
    return call("invokeWithLayer", layer=layer, query=bytes(inner))


def said(dc: Any, *names: str) -> str:
    return "\n".join(map(str, dc.trace.named(*names)))


def send(talker: Talker, msg_id: int, seqno: int, body: bytes) -> list[Any]:
    return talker.read(talker.wire.send(talker.session.pack(Message(msg_id, seqno, body))))


# -- The binding --------------------------------------------------------------------------------------------------


def test_bound_bytes_under_another_msg_id_are_judged_and_refused() -> None:
    talker = Talker(centre())
    binding = talker.binding()
    assert talker.bind(binding).name == "boolTrue"
    assert talker.result(binding.request, msg_id=talker.session.next_msg_id(talker.now)) == INVALID


def test_bound_bytes_in_another_session_are_refused() -> None:
    talker = Talker(centre())
    binding = talker.binding()
    assert talker.bind(binding).name == "boolTrue"
    talker.session = talker.open(talker.temp, 78)
    assert talker.result(binding.request, msg_id=binding.msg_id) == INVALID


def test_the_same_message_again_is_answered_though_its_answer_was_forgotten() -> None:
    dc = centre()
    talker = Talker(dc)
    binding = talker.binding()
    talker.bind(binding)
    dc.keys.get(talker.temp.auth_key.id, NOW).sessions.clear()  # type: ignore[union-attr]
    assert talker.bind(binding).name == "boolTrue"
    assert dc.trace.named("bind_repeated") and len(dc.trace.named("bind_accepted")) == 1


def test_behind_the_end_of_its_key_nothing_is_bound() -> None:
    talker = Talker(centre(rules=Rules(one_temp_key=True)))
    assert talker.bind().name == "boolTrue"
    alive, talker.temp = talker.temp, talker.wire.exchange(3600)
    talker.session = talker.open(talker.temp)
    ended = Message(talker.session.next_msg_id(talker.now), 1, bytes(call("destroy_auth_key")))
    binding = talker.binding()
    behind = Message(binding.msg_id, 3, bytes(binding.request))
    answers = send(talker, talker.session.next_msg_id(talker.now), 4, container([ended, behind, behind]))
    assert [each.name for each in answers] == ["new_session_created", "destroy_auth_key_ok"]
    assert alive.auth_key.id in {key.auth_key.id for key in talker.wire.dc.keys}
    assert "2 messages" in said(talker.wire.dc, "unknown_key")


def test_a_refusal_says_whose_it_was_and_keeps_little() -> None:
    dc = centre()
    talker = Talker(dc)
    binding = talker.binding(session_id=5)
    assert talker.result(bytes(binding.request) + bytes(20000), msg_id=binding.msg_id)[1] == "INPUT_REQUEST_TOO_LONG"
    (refused,) = dc.trace.named("bind_refused")
    owner = {name: refused.facts[name] for name in ("session_id", "temp_auth_key_id", "perm_auth_key_id")}
    assert owner == {"session_id": 77, "temp_auth_key_id": talker.temp.auth_key.id,
                     "perm_auth_key_id": talker.perm.auth_key.id}  # fmt: skip
    assert len(refused.facts["request"]) == 512


def test_the_answer_leaves_before_anything_is_explained() -> None:
    dc = centre()
    talker, order = Talker(dc), list[str]()
    dc.consult = lambda facts: order.append("explained") or "a mistake"  # type: ignore[func-returns-value]
    dc.trace.listen(lambda event: order.append(event.name))
    binding = talker.binding(session_id=5)
    packet = talker.session.send(binding.request, talker.now, msg_id=binding.msg_id)
    order.clear()
    reply = talker.wire.peer.receive(talker.wire.stream.send(bytes(packet)), NOW)
    order.append("sent")
    assert reply.chunks
    dc.trace.tell()
    assert order == ["sent", "session_created", "bind_refused", "explained", "diagnosis", "call_refused"]


def test_whoever_reads_the_log_needs_not_wait_for_it() -> None:
    dc = centre()
    dc.consult = lambda facts: "a mistake"
    talker = Talker(dc)
    binding = talker.binding(session_id=5)
    packet = talker.session.send(binding.request, talker.now, msg_id=binding.msg_id)
    talker.wire.peer.receive(talker.wire.stream.send(bytes(packet)), NOW)
    assert dc.trace.named("diagnosis")[0].text == "a mistake"
    assert "temp_session_id" in dc.trace.named("bind_refused")[0].text


WRONG: dict[str, Any] = {
    "session": lambda t, b: bytes(t.binding(session_id=5, msg_id=b.msg_id).request),
    "msg_id": lambda t, b: bytes(t.binding(msg_id=b.msg_id + 4).request),
    "permanent key": lambda t, b: bytes(b.request)[:4] + bytes(8) + bytes(b.request)[12:],
    "its key in front": lambda t, b: bytes(b.request)[:28] + bytes(8) + bytes(b.request)[36:],
    "hash": lambda t, b: bytes(b.request)[:40] + bytes([bytes(b.request)[40] ^ 1]) + bytes(b.request)[41:],
    "size": lambda t, b: bytes(b.request)[:24] + b"\x58" + bytes(b.request)[25:113] + bytes(3),
    "date": lambda t, b: bytes(t.binding(expires_at=1, msg_id=b.msg_id).request),
    "too long": lambda t, b: bytes(b.request) + bytes(4),
    "too short": lambda t, b: bytes(b.request)[:-4],
}


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The blocks of AES and the hashes of a binding as they are made."""
    import mtlib.protocol.checks as module

    done: list[str] = []
    for name in ("decrypt_v1", "msg_key_v1"):
        right = getattr(module, name)

        def counted(*given: Any, name: str = name, right: Any = right) -> Any:
            done.append(f"{name} {len(given[-2]) if name == 'decrypt_v1' else len(given[0])}")
            return right(*given)

        monkeypatch.setattr(module, name, counted)
    return done


@pytest.mark.parametrize("wrong", WRONG)
def test_every_refusal_costs_the_same_before_it_is_answered(wrong: str, work: list[str]) -> None:
    talker = Talker(centre())
    binding = talker.binding()
    assert talker.result(WRONG[wrong](talker, binding), msg_id=binding.msg_id)[0] == 400
    assert sorted(work) == ["decrypt_v1 80", "msg_key_v1 72"]


# -- Faults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["forget-temp-keys", "lose-bindings", "lost-session"])
def test_what_follows_a_binding_strikes_nobody_else(fault: str) -> None:
    dc = centre(fault)
    first, second = Talker(dc), Talker(dc)
    assert first.bind().name == "boolTrue"
    assert second.result(NEAREST).name == "nearestDc"
    assert second.bind().name == "boolTrue"
    if fault == "forget-temp-keys":
        with pytest.raises(TransportError, match="-404"):
            first.result(NEAREST)
    elif fault == "lose-bindings":
        assert first.result(bytes(call("help.getAppConfig", hash=0))) == (401, "AUTH_KEY_PERM_EMPTY")
    else:
        assert [a.name for a in first.ask(NEAREST)] == ["new_session_created", "rpc_result"]
    assert second.result(bytes(call("help.getAppConfig", hash=0))).name == "help.appConfig"


def test_a_key_that_is_unbound_with_another_does_not_use_up_the_fault() -> None:
    dc = centre("lose-bindings=2")
    first, second, third = Talker(dc), Talker(dc), Talker(dc)
    second.perm = first.perm
    for talker in (first, second):
        assert talker.bind().name == "boolTrue"
    for talker in (first, second):
        assert talker.result(bytes(call("help.getAppConfig", hash=0))) == (401, "AUTH_KEY_PERM_EMPTY")
    assert len(dc.trace.named("fault")) == 1
    assert third.bind().name == "boolTrue"
    assert third.result(bytes(call("help.getAppConfig", hash=0))) == (401, "AUTH_KEY_PERM_EMPTY")
    assert len(dc.trace.named("fault")) == 2


def test_asking_whether_a_key_is_taken_consumes_no_fault() -> None:
    dc = centre("dh-retry")
    assert [dc.faults.due("dh-retry") for _ in range(3)] == [True] * 3
    Wire(dc).exchange()
    assert len(dc.trace.named("exchange_retry")) == 1
    assert not dc.faults.due("dh-retry")


def test_an_answer_under_another_id_and_then_the_right_one() -> None:
    talker = Talker(centre("answer-under-another-id"))
    binding = talker.binding()
    packet = talker.session.send(binding.request, talker.now, msg_id=binding.msg_id)
    for expected in (binding.msg_id - 4, binding.msg_id):
        answered = talker.read(talker.wire.send(packet))[-1]
        assert (answered["req_msg_id"], answered["result"][:4].hex()) == (expected, "b5757299")


def test_a_data_centre_that_sleeps_wakes_up_later() -> None:
    dc = centre("sleep=1000")
    talker = Talker(dc)
    assert talker.bind().name == "boolTrue"
    assert "1000 s" in said(dc, "clock_jumped")
    (answer,) = talker.ask(PING)
    assert answer["error_code"] == 16
    talker.wire.now += 1000
    assert dc.clock(NOW) == NOW + 1000


def test_a_permanent_key_that_was_forgotten() -> None:
    dc = centre("forget-perm-key")
    talker = Talker(dc)
    assert talker.bind() == INVALID
    assert dc.trace.named("bind_refused")[0].verdict.failed == "perm_key_known"  # type: ignore[union-attr]
    talker.perm = talker.wire.exchange()
    assert talker.bind().name == "boolTrue"


def test_a_binding_that_is_accepted_whatever_its_bytes() -> None:
    talker = Talker(centre("accept-bind"))
    binding = talker.binding()
    assert talker.result(bytes(binding.request)[:-16] + bytes(16), msg_id=binding.msg_id).name == "boolTrue"
    assert talker.result(bytes(call("help.getAppConfig", hash=0))).name == "help.appConfig"


def test_a_lab_judges_by_itself() -> None:
    asked: list[Facts] = []

    def lenient(facts: Facts) -> Verdict:
        asked.append(facts)
        return Verdict(True, None, None, judge(facts).checks)

    with LocalDC(judge=lenient) as dc, connect(dc) as client:
        assert client.bind(change=lambda request: request[:-16] + bytes(16))
    assert len(asked) == 1


def test_a_fault_that_is_none_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="no such fault"):
        Fault("lost-sessions")


# -- The exchange -------------------------------------------------------------------------------------------------


def test_exchanges_are_counted_by_open_connections() -> None:
    dc = centre(limits=Limits(exchanges=4))
    peers = []
    for _ in range(300):
        wire = Wire(dc)
        assert wire.send(plain_packet(next_msg_id(wire.now), call("req_pq_multi", nonce=bytes(16))))
        peers.append(wire.peer)  # as an exception with its traceback would keep it
        wire.peer.close()
    assert not len(dc.exchanging)


def test_a_connection_that_is_refused_leaves_its_place() -> None:
    dc = centre(limits=Limits(exchanges=1))
    for _ in range(3):
        wire = Wire(dc)
        with pytest.raises(TransportError, match="-404"):
            wire.send(plain_packet(next_msg_id(wire.now), b"\1\2\3\4"))


def test_a_plain_acknowledgement_is_ignored() -> None:
    dc = centre()
    wire = Wire(dc)
    assert wire.send(plain_packet(next_msg_id(wire.now), call("req_pq_multi", nonce=bytes(16))))
    assert wire.send(plain_packet(next_msg_id(wire.now) + 4, call("msgs_ack", msg_ids=[1]))) == []
    assert not wire.closed and wire.exchange(3600).auth_key


def test_a_wrong_dc_is_named_with_the_right_one() -> None:
    dc = centre()
    with pytest.raises(TransportError, match="-444"):
        Wire(dc).exchange(dc_id=4)
    assert "asked for dc 4, this data centre is 2" in said(dc, "exchange_refused")


def test_a_date_for_a_duration_is_remarked() -> None:
    dc = centre()
    Wire(dc).exchange(200_000_000)
    assert "looks like a date" in said(dc, "exchange_done")
    other = centre()
    Wire(other).exchange(86400)
    assert "date" not in said(other, "exchange_done")


# -- Who answers what ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "constructor"),
    [(133, "330b4067"), (140, "330b4067"), (146, "232566ac"), (152, "232566ac"), (155, "cc1a241e"), (214, "cc1a241e")],
)
def test_the_configuration_is_spelled_in_the_clients_layer(layer: int, constructor: str) -> None:
    talker = Talker(centre())
    for query in (bytes(header(bytes(call("help.getConfig")), layer)), bytes(call("help.getConfig"))):
        config = talker.result(query)
        assert f"{config.shape.id:08x}" == constructor
        assert config.find("dc_options/0/ip_address").value == b"127.0.0.1"


@pytest.mark.parametrize("layer", [0, -1, -(2**31)])
def test_a_layer_that_never_was_is_refused_and_nothing_else_ends(layer: int) -> None:
    talker = Talker(centre())
    for method in ("help.getConfig", "help.getNearestDc"):
        assert talker.result(bytes(header(bytes(call(method)), layer))) == (400, "CONNECTION_LAYER_INVALID")
    assert f"{talker.result(bytes(call('help.getConfig'))).shape.id:08x}" == "cc1a241e"  # it named no layer that is one


@pytest.mark.parametrize(
    ("address", "host", "ipv6"),
    [(("0.0.0.0", 443), "127.0.0.1", False), (("::1", 443), "::1", True), (("::", 443), "::1", True),
     (("::ffff:127.0.0.1", 443), "127.0.0.1", False), (("192.0.2.7", 8443), "192.0.2.7", False)],
)  # fmt: skip
def test_the_address_is_one_that_can_be_dialled(address: tuple[str, int], host: str, ipv6: bool) -> None:
    dc = centre()
    dc.address = address
    option = Talker(dc).result(bytes(call("help.getConfig")))["dc_options"][0]
    assert (option["ip_address"].decode(), bool(option["ipv6"]), option["port"]) == (host, ipv6, address[1])


def test_the_address_is_the_one_that_was_dialled() -> None:
    with LocalDC(host="0.0.0.0", allow_public=True) as dc, connect(f"127.0.0.1:{dc.port}", key=dc.public_key) as client:
        client.bind()
        option = client.call("help.getConfig")["dc_options"][0]
        assert (option["ip_address"], option["port"]) == (b"127.0.0.1", dc.port)


WRAPPED = {
    "c7481da6": "0d0d9bda47000000a61d48c70100000001780000013100000131000002656e000000000002656e002630b31f",
    "69796de9": "0d0d9bda33000000e96d79690100000001780000013100000131000002656e002630b31f",
    "3dc4b4f0": "f0b4c43d15c4b51c0100000000000000000000002630b31f",
}


@pytest.mark.parametrize("constructor", WRAPPED)
def test_wrappers_of_old_layers_are_taken_off_and_named(constructor: str) -> None:
    dc = centre()
    talker = Talker(dc)
    talker.bind()
    assert talker.result(bytes.fromhex(WRAPPED[constructor])).name == "nearestDc"
    assert constructor == "3dc4b4f0" or constructor in said(dc, "unlike_telegram")


def test_an_old_header_with_the_new_ones_params_is_read() -> None:
    talker = Talker(centre())
    talker.bind()
    params = bytes(call("jsonString", value="p"))
    made = call("initConnection", api_id=1, device_model="m", system_version="s", app_version="a", lang_pack="",
                system_lang_code="en", lang_code="en", params=params, query=NEAREST)  # fmt: skip
    old = bytes.fromhex("b8885178") + bytes(made)[4:]
    assert talker.result(bytes(call("invokeWithLayer", layer=143, query=old))).name == "nearestDc"


@pytest.mark.parametrize("number", WITHOUT_LOGIN, ids=WITHOUT_LOGIN.get)
def test_a_method_that_needs_no_login_never_gets_the_error_of_a_missing_one(number: int) -> None:
    talker = Talker(centre())
    talker.bind()
    assert talker.result(number.to_bytes(4, "little") + bytes(8)) == (400, f"INPUT_METHOD_INVALID_{number}_0")


@pytest.mark.parametrize(
    "line",
    [
        "auth.sendCode#a677244f phone_number:string api_id:int api_hash:string settings:CodeSettings = auth.SentCode",
        "auth.exportLoginToken#b7e085fe api_id:int api_hash:string except_ids:Vector<long> = auth.LoginToken",
        "help.getCountriesList#735787a8 lang_code:string hash:int = help.CountriesList",
        "auth.importLoginToken#95ac5ce4 token:bytes = auth.LoginToken",
        "auth.importBotAuthorization#67a3ff2c flags:int api_id:int api_hash:string bot_auth_token:string"
        " = auth.Authorization",
        "account.getPassword#548a30f5 = account.Password",
        "langpack.getLanguages#42c6978f lang_pack:string = Vector<LangPackLanguage>",
        "help.getTermsOfServiceUpdate#2ca51fd1 = help.TermsOfServiceUpdate",
    ],
)
def test_their_ids_are_those_of_their_lines(line: str) -> None:
    assert WITHOUT_LOGIN[crc(line)] == line.partition("#")[0]


@pytest.mark.parametrize("bound", [False, True])
def test_a_constructor_turned_round_is_named(bound: bool) -> None:
    dc = centre()
    talker = Talker(dc)
    if bound:
        talker.bind()
    request = bytes(talker.binding().request)
    assert request[3::-1].hex() == "cdd42a05"
    assert talker.result(request[3::-1] + request[4:]) == (400, f"INPUT_METHOD_INVALID_{0x052AD4CD}_0")
    assert "turned round: auth.bindTempAuthKey" in said(dc, "call_refused")


# -- Numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seqnos", "code"), [((1, 1), 32), ((3, 1), 32), ((1, -1), 32), ((1, 3), 0), ((2, 3), 0)])
def test_a_seqno_that_was_not_counted_on(seqnos: tuple[int, int], code: int) -> None:
    for strict in (False, True):
        dc = centre(rules=Rules(as_telegram=strict))
        talker = Talker(dc)
        talker.key = dc.keys.get(talker.temp.auth_key.id, NOW)  # type: ignore[attr-defined]
        talker.key.introduced = True  # type: ignore[attr-defined]
        low, high = talker.session.next_msg_id(NOW), talker.session.next_msg_id(NOW)
        send(talker, low, seqnos[0], PING if seqnos[0] % 2 == 0 else NEAREST)
        (answer,) = send(talker, high, seqnos[1], NEAREST)
        if strict and code:
            assert (answer.name, answer["error_code"], answer["bad_msg_id"]) == ("bad_msg_notification", code, high)
        else:
            assert answer.name == "rpc_result"
            assert (f"Telegram answers {code} here" in said(dc, "unlike_telegram")) is bool(code)


def test_an_older_message_may_not_have_a_higher_number() -> None:
    talker = Talker(centre(rules=Rules(as_telegram=True)))
    low, high = talker.session.next_msg_id(NOW), talker.session.next_msg_id(NOW)
    send(talker, high, 1, PING)
    (answer,) = send(talker, low, 3, PING)
    assert answer["error_code"] == 33


def test_a_container_with_an_odd_number() -> None:
    for strict in (False, True):
        dc = centre(rules=Rules(as_telegram=strict))
        talker = Talker(dc)
        inner, outer = talker.session.next_msg_id(NOW), talker.session.next_msg_id(NOW)
        answers = send(talker, outer, 3, container([Message(inner, 1, PING)]))
        assert (answers[-1].name == "pong") is not strict
        assert strict or "Telegram answers 34" in said(dc, "unlike_telegram")


def test_an_acknowledgement_with_an_odd_number_is_only_remarked() -> None:
    dc = centre(rules=Rules(as_telegram=True))
    talker = Talker(dc)
    talker.ask(PING)
    assert talker.ask(call("msgs_ack", msg_ids=[1])) == []
    assert "mtcute" in said(dc, "unlike_telegram")


def test_a_client_that_never_said_who_it_is() -> None:
    for strict in (False, True):
        dc = centre(rules=Rules(as_telegram=strict))
        talker = Talker(dc)
        assert talker.bind().name == "boolTrue"  # working clients send the binding bare
        if strict:
            assert talker.result(NEAREST) == (400, "CONNECTION_NOT_INITED")
        assert talker.result(bytes(header(NEAREST))).name == "nearestDc"
        assert talker.result(NEAREST).name == "nearestDc"
    dc = centre()
    Talker(dc).result(NEAREST)
    assert "CONNECTION_NOT_INITED" in said(dc, "unlike_telegram")


def test_what_nobody_acknowledges_is_sent_again() -> None:
    for strict in (False, True):
        dc = centre(rules=Rules(as_telegram=strict))
        talker = Talker(dc)
        talker.result(bytes(header(NEAREST)))
        talker.wire.now += 61
        names = [a.name for a in talker.ask(PING)]
        again = ["new_session_created", "rpc_result"] if strict else []
        assert names == ["pong", *again]
        assert "not acknowledged" in said(dc, "unlike_telegram")


def test_what_was_acknowledged_is_not_sent_again() -> None:
    dc = centre(rules=Rules(as_telegram=True))
    talker = Talker(dc)
    talker.result(bytes(header(NEAREST)))
    session = dc.keys.get(talker.temp.auth_key.id, NOW).sessions[77]  # type: ignore[union-attr]
    talker.ask(call("msgs_ack", msg_ids=list(session.unacknowledged)), related=False)
    talker.wire.now += 61
    assert [a.name for a in talker.ask(PING)] == ["pong"]


@pytest.mark.parametrize(("shift", "code"), [(-301, 16), (31, 17)])
def test_a_wrong_clock_is_told_with_both_dates(shift: int, code: int) -> None:
    dc = centre()
    talker = Talker(dc)
    (answer,) = send(talker, next_msg_id(NOW + shift), 1, PING)
    assert answer["error_code"] == code
    text = said(dc, "bad_message")
    assert text.count("UTC") == 2 and "2027-01-15" in text


@pytest.mark.parametrize(("shift", "code"), [(-300, 0), (30, 0)])
def test_the_window_ends_where_it_ends(shift: int, code: int) -> None:
    talker = Talker(centre())
    assert send(talker, next_msg_id(NOW + shift), 1, PING)[-1].name == "pong"


def test_a_session_of_zero_is_answered_as_real_ones_do() -> None:
    dc = centre()
    talker = Talker(dc)
    talker.session.session_id = 0  # a session of ours refuses to begin like this
    with pytest.raises(TransportError, match="-404"):
        talker.ask(PING)
    assert "session" in said(dc, "bad_packet")


def test_a_clock_that_goes_back_is_believed_and_noted() -> None:
    dc = centre()
    assert dc.clock(2000.0) == 2000.0
    assert dc.clock(1000.0) == 1000.0
    assert "went back by 1000 s" in said(dc, "clock_jumped")


# -- Packets that do not open -------------------------------------------------------------------------------------


def message_of(talker: Talker, body: bytes = PING) -> bytes:
    return bytes(REQUEST_MESSAGE.build(
        salt=talker.session.salt, session_id=77, msg_id=talker.session.next_msg_id(NOW), seqno=1, length=len(body),
        request=body, padding=bytes(padding_size(len(body))),
    ))  # fmt: skip


def sealed(message: bytes, key: AuthKey, msg_key: bytes, table: Any, x: int = 0) -> bytes:
    schedule = table.run(x, auth_key=bytes(key), msg_key=msg_key)
    return key.id_bytes + msg_key + ige_encrypt(message, schedule.aes_key, schedule.aes_iv)


def unpadded(message: bytes) -> bytes:
    return message[: 32 + int.from_bytes(message[28:32], "little")]


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda m, k: sealed(m, k, msg_key_v1(unpadded(m)), V1), "packet_by_mtproto_1"),
        (lambda m, k: bytes(seal(m, k, TO_CLIENT)), "direction"),
        (lambda m, k: sealed(m, k, msg_key_v2(k, unpadded(m), 0), V2), "packet_msg_key_without_padding"),
        (lambda m, k: sealed(m, k, msg_key_v2(k, m, 0), V1), "schedule"),
        (lambda m, k: sealed(m, k, msg_key_large_v2(k, m, 0)[:16], V2), "msg_key"),
    ],
    ids=["MTProto 1.0", "direction 8", "hash without padding", "v1 schedule", "SHA256[0:16]"],
)
def test_how_a_packet_was_sealed_is_named(make: Any, name: str) -> None:
    with LocalDC() as dc, connect(dc) as client:
        body = bytes(call("ping", ping_id=1))
        message = bytes(REQUEST_MESSAGE.build(
            salt=client.session.salt, session_id=client.session.session_id,
            msg_id=client.session.next_msg_id(client.clock()), seqno=1, length=len(body), request=body,
            padding=bytes(padding_size(len(body))),
        ))  # fmt: skip
        client.connection.send(make(message, client.temp_key))
        with pytest.raises(TransportError, match="-404"):
            client.connection.receive()
        text = said(dc, "bad_packet", "diagnosis")
        assert name in text.partition("diagnosis")[2]


def test_a_length_beyond_the_packet_is_named() -> None:
    dc = centre()
    talker = Talker(dc)
    message = message_of(talker)
    too_long = message[:28] + struct.pack("<i", 4096) + message[32:]
    with pytest.raises(TransportError, match="-404"):
        talker.wire.send(seal(too_long, talker.temp.auth_key))
    assert "message_length: got 4096" in said(dc, "bad_packet")


@pytest.mark.parametrize(("start", "stop"), [(0, 8), (8, 16)])
def test_another_piece_of_the_hash_for_an_id_is_recognised(start: int, stop: int) -> None:
    dc = centre()
    talker = Talker(dc)
    key = talker.temp.auth_key
    wrong = hashlib.sha1(bytes(key)).digest()[start:stop]
    with pytest.raises(TransportError, match="-404"):
        talker.wire.send(wrong + bytes(16 + 48))
    assert f"bytes {start} to {stop} of SHA1(auth_key)" in said(dc, "unknown_key")
    with pytest.raises(TransportError, match="-404"):
        Wire(dc).send(key.id_bytes[::-1] + bytes(16 + 48))
    assert "turned round" in said(dc, "unknown_key")


# -- What no test had noticed -------------------------------------------------------------------------------------


def test_whoever_holds_a_key_is_not_cut_at_the_limit_of_the_handshake() -> None:
    dc = centre()
    talker = Talker(dc)
    assert talker.wire.peer.authenticated
    other = Wire(dc)
    assert not other.peer.authenticated
    talker.wire = other
    talker.ask(PING)  # a key made on another connection counts as well
    assert other.peer.authenticated and other.peer.patience == dc.limits.idle_seconds


@pytest.mark.parametrize("framing", ["abridged", "intermediate", "padded", "full"])
@pytest.mark.parametrize("size", [1000, 1100, 40_000])
def test_a_client_that_comes_back_with_its_keys_may_begin_with_a_long_packet(framing: str, size: int) -> None:
    talker = Talker(centre())
    talker.bind()
    talker.wire = Wire(talker.wire.dc, framing=framing)
    assert talker.result(bytes(header(NEAREST, model="m" * size)))["this_dc"] == 2


def test_the_first_msg_id_of_a_session_that_begins_with_a_container() -> None:
    talker = Talker(centre())
    ids = [talker.session.next_msg_id(NOW) for _ in range(3)]
    greeting, *_ = send(talker, ids[2], 4, container([Message(ids[1], 3, PING), Message(ids[0], 1, PING)]))
    assert greeting["first_msg_id"] == ids[0]


def test_the_first_msg_id_of_a_session_that_begins_with_an_empty_container() -> None:
    talker = Talker(centre())
    outer = talker.session.next_msg_id(NOW)
    (greeting,) = send(talker, outer, 0, container([]))
    assert (greeting.name, greeting["first_msg_id"]) == ("new_session_created", outer)


def test_a_quick_ack_token_is_the_start_of_the_hash_with_its_highest_bit() -> None:
    talker = Talker(centre())
    packet = talker.session.send(PING, NOW)
    peer = talker.wire.peer
    message = seal_input(talker, bytes(packet))
    reply = peer.receive(talker.wire.stream.send(bytes(packet), quick_ack=True), NOW)
    token = hashlib.sha256(bytes(talker.temp.auth_key)[88:120] + message).digest()[:4]
    assert reply.chunks[0] == token[:3] + bytes([token[3] | 0x80])


def seal_input(talker: Talker, packet: bytes) -> bytes:
    from mtlib.protocol.packets import open_packet

    return bytes(open_packet(packet, talker.temp.auth_key, 0))


def test_a_state_is_remembered_for_as_many_messages_as_the_limit_says() -> None:
    talker = Talker(centre(limits=Limits(answers=3)))
    talker.result(NEAREST)
    ids = []
    for _ in range(4):
        ids.append(talker.session.next_msg_id(NOW))
        talker.result(NEAREST, msg_id=ids[-1])
    asked = [a["req_msg_id"] for a in talker.ask(call("msgs_state_req", msg_ids=ids)) if a.name == "rpc_result"]
    assert asked == ids[1:]


def test_a_permanent_key_is_known_from_the_end_of_its_delay_on() -> None:
    talker = Talker(centre(rules=Rules(perm_key_delay=60)))
    talker.wire.now = NOW + 59.9
    assert talker.bind() == INVALID
    talker.wire.now = NOW + 60
    assert talker.bind().name == "boolTrue"


def test_names_that_are_none_are_the_callers_mistake() -> None:
    for skip in ({"typo"}, "msg_key", 5):
        with pytest.raises(ValueError, match="check"):
            Rules(skip=skip)  # type: ignore[arg-type]
    assert Rules(skip={"msg_key"}).skip == frozenset({"msg_key"})  # type: ignore[arg-type]
    with LocalDC() as dc, connect(dc) as client, pytest.raises(RpcError):
        client.bind(change=lambda request: request[:-16] + bytes(16))
    verdict = dc.trace.named("bind_refused")[0].verdict
    with pytest.raises(ValueError, match="no such check"):
        verdict["typo"]  # type: ignore[index]
