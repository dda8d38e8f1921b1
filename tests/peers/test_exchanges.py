"""The clients that do not bind: what they share with one that does, up to the first answered query.

Between them they speak every framing, both RSA schemes, and start with a salt that they have to be told.
"""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from typing import Any

import pytest
from scenes import Scene, Stage, ask, beside

STORY = ("connected", "exchange_done", "bad_message", "session_created", "call")
LEARNS_SALT = ("connected", "exchange_done", "bad_message", "session_created", "call")
KNOWS_SALT = ("connected", "exchange_done", "session_created", "call")
TWO_LINES = ("connected", "exchange_done", "connected", "bad_message", "session_created", "call")
CASES: dict[str, tuple[str, dict[str, Any], str, bool, tuple[str, ...]]] = {
    "telethon": ("telethon", {}, "full", False, LEARNS_SALT),
    "telethon-intermediate": ("telethon", {"transport": "intermediate"}, "intermediate", False, LEARNS_SALT),
    "gramjs-full": ("gramjs", {"transport": "full"}, "full", False, LEARNS_SALT),
    "gramjs-abridged": ("gramjs", {"transport": "abridged"}, "abridged", False, LEARNS_SALT),
    "gramjs-obfuscated": ("gramjs", {"transport": "obfuscated"}, "abridged", True, LEARNS_SALT),
    "teleproto-full": ("teleproto", {"transport": "full"}, "full", False, LEARNS_SALT),
    "teleproto-abridged": ("teleproto", {"transport": "abridged"}, "abridged", False, LEARNS_SALT),
    "teleproto-obfuscated": ("teleproto", {"transport": "obfuscated"}, "abridged", True, LEARNS_SALT),
    "kurigram-abridged": ("kurigram", {"transport": "abridged"}, "abridged", False, TWO_LINES),
    "kurigram-abridged-obfuscated": ("kurigram", {"transport": "abridged-obfuscated"}, "abridged", True, TWO_LINES),
    "kurigram-intermediate": ("kurigram", {"transport": "intermediate"}, "intermediate", False, TWO_LINES),
    "kurigram-intermediate-obfuscated": (
        "kurigram", {"transport": "intermediate-obfuscated"}, "intermediate", True, TWO_LINES,
    ),
    "kurigram-padded": ("kurigram", {"transport": "padded"}, "padded", False, TWO_LINES),
    "kurigram-full": ("kurigram", {"transport": "full"}, "full", False, TWO_LINES),
    "mtproto-core": ("mtproto-core", {}, "intermediate", True, KNOWS_SALT),
    "mtcute-without-pfs": ("mtcute", {"pfs": False}, "intermediate", False, KNOWS_SALT),
}  # fmt: skip


@pytest.fixture(scope="module")
def played(stage: Stage) -> dict[str, Future[None]]:
    return beside(stage, {case: (fields[0], partial(answered, *fields)) for case, fields in CASES.items()})


def answered(
    name: str, settings: dict[str, Any], framing: str, obfuscated: bool, story: tuple[str, ...], scene: Scene
) -> None:
    dc = scene.dc()
    client = scene.client(name, dc, **settings)
    answer = ask(client)
    assert (answer["answer"].lower(), answer["this_dc"]) == ("nearestdc", 2)
    dc.heard(story[-1])  # the data centre answers first, and writes its log afterwards
    assert {event["facts"]["framing"] for event in dc.named("connected")} == {framing}
    assert {event["facts"]["obfuscated"] for event in dc.named("connected")} == {obfuscated}
    assert tuple(dc.story(*STORY)[: len(story)]) == story
    assert [event["facts"]["code"] for event in dc.named("bad_message")] == [48] * story.count("bad_message")
    (made,) = dc.named("exchange_done")
    assert not made["facts"]["temporary"]


@pytest.mark.parametrize("case", CASES)
def test_it_makes_a_key_and_its_query_is_answered(played: dict[str, Future[None]], case: str) -> None:
    played[case].result()
