"""The data centre as an MTProto proxy: `dc --secret`, and clients that were given that secret. Source:
core.telegram.org/mtproto/mtproto-transports, section "Transport obfuscation".

The clients that bind do so through it. The others show that their keys of the obfuscation are ours: SHA-256 over the
bytes of the header and the secret. A secret that begins with dd asks for padded frames; ee, which asks for the dress of
TLS, is spoken by neither side.
"""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from typing import Any

import pytest
from scenes import TDLIB_DC, Scene, Stage, ask, beside

PLAIN = "00112233445566778899aabbccddeeff"
PADDED = "dd" + PLAIN
CASES: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "tdlib": ("tdlib", PLAIN, {}, "intermediate"),
    "tdlib-padded": ("tdlib", PADDED, {}, "padded"),
    "telethon-abridged": ("telethon", PLAIN, {"transport": "abridged"}, "abridged"),
    "telethon-intermediate": ("telethon", PLAIN, {"transport": "intermediate"}, "intermediate"),
    "kurigram": ("kurigram", PLAIN, {}, "abridged"),
    "kurigram-padded": ("kurigram", PADDED, {}, "padded"),
    "gramjs": ("gramjs", PLAIN, {}, "abridged"),
    "teleproto": ("teleproto", PLAIN, {}, "abridged"),
}


@pytest.fixture(scope="module")
def played(stage: Stage) -> dict[str, Future[None]]:
    return beside(stage, {case: (fields[0], partial(answered, *fields)) for case, fields in CASES.items()})


def answered(name: str, secret: str, settings: dict[str, Any], framing: str, scene: Scene) -> None:
    dc = scene.dc(dc_id=TDLIB_DC if name == "tdlib" else 2, secret=secret)
    ask(scene.client(name, dc, secret=secret, **settings))
    if name == "tdlib":
        dc.heard("bind_accepted")  # the data centre answers first, and writes its log afterwards
    assert {event["facts"]["framing"] for event in dc.named("connected")} == {framing}
    assert all(event["facts"]["obfuscated"] for event in dc.named("connected"))
    assert len(dc.named("bind_accepted")) == (name == "tdlib")
    assert not dc.named("bad_bytes", "bad_packet", "exchange_refused")


@pytest.mark.parametrize("case", CASES)
def test_its_query_is_answered_through_the_secret(played: dict[str, Future[None]], case: str) -> None:
    played[case].result()


@pytest.mark.parametrize(("secret", "framing"), [(PLAIN, "abridged"), (PLAIN, "intermediate"), (PADDED, "padded")])
def test_our_client_binds_through_the_secret(stage: Stage, secret: str, framing: str) -> None:
    with Scene(stage) as scene:
        dc = scene.dc(secret=secret)
        client = scene.ours(dc, secret=secret, framing=framing, wait=False)
        client.wait("an answer", lambda lines: [line for line in lines if "answer" in line], 20)
        dc.heard("bind_accepted")  # the data centre answers first, and writes its log afterwards
        assert dc.story("connected", "bind_accepted", "bad_bytes") == ["connected", "bind_accepted"]
        assert dc.named("connected")[0]["facts"]["framing"] == framing


@pytest.mark.parametrize("secret", ["ff" + PLAIN[2:], ""], ids=["another-secret", "no-secret"])
def test_who_does_not_know_the_secret_is_not_let_in(stage: Stage, secret: str) -> None:
    with Scene(stage) as scene:
        dc = scene.dc(secret=PLAIN)
        stranger = scene.ours(dc, secret=secret, wait=False)
        dc.heard("bad_bytes")
        assert stranger.process.wait(20) != 0
        assert dc.story() == ["bad_bytes"]
        assert not stranger.lines
