"""What the data centre answers to each call, before and after a binding."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import pytest

from mtlib.protocol.methods import METHODS, SERVICE
from mtlib.wire import SCHEMA, Dissection
from tests.talking import Talker, call, centre

UNKNOWN = bytes.fromhex("0d91a54815c4b51c00000000")
"""users.getUsers with an empty vector: a real method that this data centre does not have."""


@pytest.fixture
def talker() -> Talker:
    return Talker(centre())


def header(query: Dissection | bytes, **more: Any) -> Dissection:
    inner = call("initConnection", api_id=1, device_model="m", system_version="s", app_version="a",
                 system_lang_code="en", lang_pack="", lang_code="en", query=bytes(query), **more)  # fmt: skip
    return call("invokeWithLayer", layer=214, query=bytes(inner))


def test_before_the_binding_only_three_methods(talker: Talker) -> None:
    assert talker.result(call("help.getNearestDc"))["this_dc"] == 2
    assert talker.result(header(call("help.getConfig")))["this_dc"] == 2
    assert talker.result(UNKNOWN) == (401, "AUTH_KEY_PERM_EMPTY")
    assert talker.result(call("help.getAppConfig", hash=0)) == (401, "AUTH_KEY_PERM_EMPTY")
    talker.bind()
    assert talker.result(UNKNOWN) == (401, "AUTH_KEY_UNREGISTERED")
    assert talker.result(call("help.getAppConfig", hash=0)).name == "help.appConfig"


def test_this_dc_and_test_mode_follow_from_the_dc_id() -> None:
    talker = Talker.__new__(Talker)
    from tests.talking import Wire

    talker.wire = Wire(centre(dc_id=10002))
    talker.temp = talker.wire.exchange(3600, dc_id=10002)
    talker.session = talker.open(talker.temp)
    config = talker.result(call("help.getConfig"))
    assert (config["this_dc"], config["test_mode"]) == (2, True)
    assert config.find("dc_options/0/id").value == 2  # type: ignore[union-attr]


def pack(request: Dissection, how: str) -> Dissection:
    data = gzip.compress(bytes(request)) if how == "gzip" else zlib.compress(bytes(request))
    return call("gzip_packed", packed_data=data)


@pytest.mark.parametrize("how", ["bare", "wrapped", "gzip", "zlib", "wrapped gzip", "container", "with json params"])
def test_a_bind_is_accepted_in_every_lawful_wrapping(talker: Talker, how: str) -> None:
    binding = talker.binding()
    request: Dissection = binding.request
    if how.endswith(("gzip", "zlib")):
        request = pack(request, how.split()[-1])
    if how.startswith("wrapped"):
        request = header(request)
    if how == "with json params":
        value = call("jsonNumber", value=7200.0)
        pair = SCHEMA["jsonObjectValue"].build(key="tz_offset", value=value)
        request = header(request, params=call("jsonObject", value=[pair]))
    if how == "container":
        talker.session._to_ack.append(5)
        from mtlib.protocol.messages import Message, container

        messages = [
            Message(binding.msg_id, talker.session.seqno.next(True), bytes(request)),
            Message(talker.session.next_msg_id(talker.now), 1, bytes(call("ping", ping_id=1))),
        ]
        body = container(messages)
        outer = Message(talker.session.next_msg_id(talker.now), talker.session.seqno.next(False), body)
        answers = talker.read(talker.wire.send(talker.session.pack(outer)))
        names = [look_result(a) for a in answers]
        assert "boolTrue" in names
        assert "pong" in names
        return
    assert talker.result(request, msg_id=binding.msg_id).name == "boolTrue"


def look_result(answer: Any) -> str:
    from mtlib.protocol.session import look

    if isinstance(answer, Dissection) and answer.name == "rpc_result":
        found = look(answer["result"])
        return found.name if isinstance(found, Dissection) else "bytes"
    return answer.name if isinstance(answer, Dissection) else "bytes"


def test_what_does_not_parse_has_a_name(talker: Talker) -> None:
    talker.bind()
    nearest = bytes(call("help.getNearestDc"))
    assert talker.result(nearest + b"left") == (400, "INPUT_REQUEST_TOO_LONG")
    assert talker.result(bytes(call("help.getAppConfig", hash=0))[:-4]) == (400, "INPUT_FETCH_ERROR")
    boolean = bytes(call("boolTrue"))
    assert talker.result(boolean) == (400, f"INPUT_METHOD_INVALID_{SCHEMA['boolTrue'].id}_0")


def test_wrappers_have_an_end(talker: Talker) -> None:
    query = bytes(call("help.getNearestDc"))
    for _ in range(20):
        query = bytes(call("invokeWithoutUpdates", query=query))
    assert talker.result(query) == (400, "INPUT_REQUEST_TOO_LONG")


def test_gzip_that_grows_too_much_is_refused(talker: Talker) -> None:
    bomb = call("gzip_packed", packed_data=gzip.compress(bytes(1 << 20)))
    assert talker.result(bomb) == (400, "INPUT_FETCH_ERROR")


def test_service_messages_have_no_rpc_result_around_them(talker: Talker) -> None:
    names = [a.name for a in talker.ask(call("ping", ping_id=9))]
    assert names == ["new_session_created", "pong"]
    (pong,) = talker.ask(call("ping_delay_disconnect", ping_id=8, disconnect_delay=75))
    assert pong["ping_id"] == 8
    assert talker.wire.peer.patience == 75
    (salts,) = talker.ask(call("get_future_salts", num=3))
    assert next(s["salt"] for s in salts["salts"]) == talker.temp.server_salt
    assert len(salts["salts"]) == 3
    (state,) = talker.ask(call("msgs_state_req", msg_ids=[talker.session.last_msg_id, 4]))
    assert state["info"] == bytes([4, 1])
    assert talker.ask(call("msgs_ack", msg_ids=[1]), related=False) == []
    (none,) = talker.ask(call("destroy_session", session_id=5))
    assert none.name == "destroy_session_none"
    (unknown,) = talker.ask(call("rpc_drop_answer", req_msg_id=4))
    assert look_result(unknown) == "rpc_answer_unknown"


def test_destroying_keys(talker: Talker) -> None:
    talker.bind()
    assert talker.ask(call("destroy_auth_key"))[0].name == "destroy_auth_key_ok"
    talker.session = talker.open(talker.perm)
    assert talker.ask(call("destroy_auth_key"))[-1].name == "destroy_auth_key_ok"
    assert len(talker.wire.dc.keys) == 0


def test_drop_temp_keys_keeps_the_caller_and_those_named(talker: Talker) -> None:
    dc, perm, first = talker.wire.dc, talker.perm, talker.temp
    talker.bind()
    others = []
    for _ in range(2):
        talker.temp = talker.wire.exchange(3600)
        talker.session = talker.open(talker.temp)
        talker.bind()
        others.append(talker.temp.auth_key.id)
    assert talker.result(call("auth.dropTempAuthKeys", except_auth_keys=[others[0]])).name == "boolTrue"
    left = {key.auth_key.id for key in dc.keys.bound_to(perm.auth_key.id)}
    assert left == {*others} - {first.auth_key.id}


def test_every_method_and_service_message_is_in_the_schema() -> None:
    assert {SCHEMA[name].name for name in (*METHODS, *SERVICE)} == {*METHODS, *SERVICE}
