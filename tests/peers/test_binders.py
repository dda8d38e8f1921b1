"""The three clients that bind: both keys, the binding, and a query that is answered because of it."""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import Any

import pytest
from loopback import Loopback
from processes import DC
from scenes import TDLIB_DC, Scene, Stage, ask, play

BIND = ("connected", "exchange_done", "bind_accepted", "call")
REFUSALS = ("bind_refused", "call_refused", "bad_message", "bad_packet", "bad_bytes", "unknown_key", "exchange_refused")
CASES = [
    pytest.param("mtcute", 2, "intermediate", False, {}, id="mtcute"),
    pytest.param("mtcute", 10002, "intermediate", False, {}, id="mtcute-test-mode"),
    pytest.param("mtcute", 2, "intermediate", True, {"web": True}, id="mtcute-websocket"),
    pytest.param("tdlib", TDLIB_DC, "intermediate", True, {}, id="tdlib"),
    pytest.param("tdlib-1.8.14", TDLIB_DC, "intermediate", True, {}, id="tdlib-1.8.14"),
    pytest.param("tdlib-1.8.65", TDLIB_DC, "intermediate", True, {}, id="tdlib-1.8.65"),
    pytest.param("ferogram", 2, "full", False, {}, id="ferogram"),
    pytest.param("ferogram", 2, "abridged", True, {"transport": "obfuscated"}, id="ferogram-obfuscated"),
]


@pytest.mark.parametrize(("name", "dc_id", "framing", "obfuscated", "settings"), CASES)
def test_it_binds_and_its_query_is_answered(
    stage: Stage, name: str, dc_id: int, framing: str, obfuscated: bool, settings: dict[str, Any]
) -> None:
    def act(scene: Scene) -> None:
        dc = scene.dc(dc_id=dc_id)
        client = scene.client(name, dc, **settings)
        assert ask(client)["answer"] in ("nearestDc", "text")
        dc.heard("call")  # the answer leaves before the log says so
        assert {event["facts"]["framing"] for event in dc.named("connected")} == {framing}
        assert {event["facts"]["obfuscated"] for event in dc.named("connected")} == {obfuscated}
        assert not dc.named(*REFUSALS)
        assert len(dc.named("websocket")) == (len(dc.named("connected")) if "web" in settings else 0)
        in_order(dc)

    play(stage, name, act)


UNLIKE: dict[str, dict[str, str]] = {
    "mtcute": {"ack_seqno": "Telegram answers 34 here"},
    "tdlib": {},
    "ferogram": {},
}
"""What `--as-telegram` remarks about each, and does not refuse: there a working client contradicts the text."""


@pytest.mark.parametrize("name", UNLIKE)
def test_as_telegram_it_binds_and_asks_without_an_error(stage: Stage, name: str) -> None:
    def act(scene: Scene) -> None:
        dc = scene.dc(dc_id=TDLIB_DC if name == "tdlib" else 2, options=["--as-telegram"])
        client = scene.client(name, dc)
        for query in ("help.getNearestDc", "help.getConfig", "help.getAppConfig"):
            assert "answer" in ask(client, query)
        dc.heard("call")
        assert not dc.named(*REFUSALS)
        assert len(dc.named("bind_accepted")) == 1
        remarks = {event["facts"]["about"]: event["text"] for event in dc.named("unlike_telegram")}
        assert set(remarks) == set(UNLIKE[name])
        assert all(said in remarks[about] for about, said in UNLIKE[name].items())

    play(stage, name, act)


def in_order(dc: DC) -> None:
    """Permanent key, temporary key, the one bound to the other, and only then a query; what is told agrees."""
    permanent, temporary = dc.named("exchange_done")
    (bound,) = dc.named("bind_accepted")
    assert (permanent["facts"]["temporary"], temporary["facts"]["temporary"]) == (False, True)
    assert bound["facts"]["perm_auth_key_id"] == permanent["facts"]["auth_key_id"]
    assert bound["facts"]["temp_auth_key_id"] == temporary["facts"]["auth_key_id"]
    assert bound["facts"]["expires_at"] <= temporary["facts"]["expires_at"]
    first_call = dc.named("call")[0]
    told = [dc.events.index(event) for event in (permanent, temporary, bound, first_call)]
    assert told == sorted(told)
    assert bound["peer"] == temporary["peer"] == first_call["peer"]
    assert all(earlier["at"] <= later["at"] for earlier, later in pairwise(dc.events))


def test_there_is_no_way_out(place: Loopback) -> None:
    """The clients' own idea of where Telegram is stays an idea: the namespace has loopback and no route."""
    links = place.run(["ip", "-brief", "link"]).stdout.split("\n")
    assert [line.split()[0] for line in links if line] == ["lo"]
    assert place.run(["ip", "route", "show", "table", "main"]).stdout == ""
    tried = place.run([sys.executable, "-c", "import socket; socket.create_connection(('192.0.2.1', 443), 2)"])
    assert "Network is unreachable" in tried.stderr
