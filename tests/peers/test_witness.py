"""Third parties as witnesses: their code reads our client's session on the wire, and opens its binding message."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from installing import program
from processes import Line, Program
from scenes import Scene, Stage


@pytest.fixture(scope="module")
def session(stage: Stage) -> Iterator[tuple[Line, Line, list[Line]]]:
    """Our client's session through the proxy: its keys, what it says it sent, and what the proxy read meanwhile."""
    with Scene(stage) as scene:
        dc = scene.dc()
        with Program("mtproto-mitm", stage.place, program("mitm", "watch.py")) as watcher:
            proxy = watcher.wait("a port", lambda lines: [line for line in lines if "port" in line], 60)[0]
            client = scene.ours(dc, proxy_port=proxy["port"], framing="abridged")
            keys = client.wait("keys", lambda lines: lines and lines[0], 20)
            for number, name in enumerate(("perm_key", "temp_key"), 1):
                watcher.say(keys[name])
                watcher.wait("the key", lambda lines, n=number: sum("registered" in line for line in lines) == n, 10)
            client.say("bind now")
            sent = client.wait("an answer", lambda lines: lines[1:] and lines[1], 20)
            client.stop()
            watcher.process.terminate()
            watcher.stop()
            yield keys, sent, [line for line in watcher.lines if "to" in line]


def named(lines: list[Line]) -> list[str]:
    return [line["read"]["_"].split(".")[-1] if line["read"] else "unread" for line in lines]


def test_mtproto_mitm_reads_the_whole_session(session: tuple[Line, Line, list[Line]]) -> None:
    _, _, packets = session
    exchange = ["ReqPqMulti", "ResPQ", "ReqDHParams", "ServerDHParamsOk", "SetClientDHParams", "DhGenOk"]
    names = named(packets)
    assert names[:12] == exchange * 2
    assert "unread" not in names
    assert names[12] == "BindTempAuthKey"
    assert names[13:] == ["MsgContainer", "MsgContainer", "RpcResult"]


def test_it_reads_what_came_of_the_binding(session: tuple[Line, Line, list[Line]]) -> None:
    """new_session_created and boolTrue; then an acknowledgement and a wrapped call; then that call's answer."""
    _, sent, packets = session
    answers, asked, answer = packets[13:]
    created, result = (message["obj"] for message in answers["read"]["messages"])
    acknowledged, call = (message["obj"] for message in asked["read"]["messages"])
    assert created["first_msg_id"] == result["req_msg_id"] == sent["msg_id"]
    assert result["result"]["_"].startswith("types.BoolTrue")
    assert acknowledged["msg_ids"] == [message["message_id"] for message in answers["read"]["messages"]]
    assert call["query"]["query"]["_"] == "functions.help.GetNearestDc"
    assert answer["read"]["result"] == {"_": "types.NearestDc", "country": "XX", "this_dc": 2, "nearest_dc": 2}


def test_it_reads_the_fields_of_the_binding(session: tuple[Line, Line, list[Line]]) -> None:
    _, sent, packets = session
    (packet,) = [line for line, name in zip(packets, named(packets), strict=True) if name == "BindTempAuthKey"]
    for name in ("perm_auth_key_id", "nonce", "expires_at"):
        assert (packet["read"][name] - sent[name]) % 2**64 == 0, name  # it reads longs without a sign
    assert packet["read"]["encrypted_message"] == sent["encrypted_message"]
    assert (packet["to"], packet["seqno"]) == ("server", 1)
    assert packet["auth_key_id"] == sent["temp_auth_key_id"]
    assert packet["msg_id"] == sent["msg_id"]
    assert packet["session_id"] == sent["session_id"]


@pytest.mark.parametrize(("witness", "script"), [("mtproto", "open.py"), ("mtcute", "open.mjs")])
def test_a_third_party_opens_the_binding_message(
    stage: Stage, session: tuple[Line, Line, list[Line]], witness: str, script: str
) -> None:
    keys, sent, _ = session
    with Program(witness, stage.place, program(witness, script)) as opener:
        opener.say(json.dumps({"perm_key": keys["perm_key"], "encrypted_message": sent["encrypted_message"]}))
        opened: dict[str, Any] = opener.wait("the plaintext", lambda lines: lines and lines[0], 20)
    assert int(opened["perm_auth_key_id"]) == sent["perm_auth_key_id"]
    assert opened["msg_key"] == opened["hashed"] == sent["msg_key"]
    assert (int(opened["msg_id"]), opened["seqno"], opened["padding"]) == (sent["msg_id"], 0, 8)
    assert opened["inner"] == sent["inner"]
