"""The clients that do not bind: what they share with one that does, up to the first answered query.

Between them they speak every framing, both RSA schemes, and start with a salt that they have to be told.
"""

from __future__ import annotations

from typing import Any

import pytest
from scenes import Scene, Stage, ask, play

STORY = ("connected", "exchange_done", "bad_message", "session_created", "call")
LEARNS_SALT = ["exchange_done", "bad_message", "session_created", "call"]
KNOWS_SALT = ["exchange_done", "session_created", "call"]
TWO_LINES = ["connected", "exchange_done", "connected", "bad_message", "session_created", "call"]
KURIGRAM = [
    pytest.param("kurigram", {"transport": transport}, framing, obfuscated, TWO_LINES, id=f"kurigram-{transport}")
    for transport, framing, obfuscated in [
        ("abridged", "abridged", False), ("abridged-obfuscated", "abridged", True),
        ("intermediate", "intermediate", False), ("intermediate-obfuscated", "intermediate", True),
        ("padded", "padded", False), ("full", "full", False),
    ]
]  # fmt: skip
CASES = [
    pytest.param("telethon", {}, "full", False, ["connected", *LEARNS_SALT], id="telethon"),
    pytest.param(
        "telethon", {"transport": "intermediate"}, "intermediate", False, ["connected", *LEARNS_SALT],
        id="telethon-intermediate",
    ),
    pytest.param("gramjs", {"transport": "full"}, "full", False, ["connected", *LEARNS_SALT], id="gramjs-full"),
    pytest.param(
        "gramjs", {"transport": "abridged"}, "abridged", False, ["connected", *LEARNS_SALT], id="gramjs-abridged"
    ),
    pytest.param(
        "gramjs", {"transport": "obfuscated"}, "abridged", True, ["connected", *LEARNS_SALT], id="gramjs-obfuscated"
    ),
    pytest.param(
        "teleproto", {"transport": "full"}, "full", False, ["connected", *LEARNS_SALT], id="teleproto-full"
    ),
    pytest.param(
        "teleproto", {"transport": "abridged"}, "abridged", False, ["connected", *LEARNS_SALT],
        id="teleproto-abridged",
    ),
    pytest.param(
        "teleproto", {"transport": "obfuscated"}, "abridged", True, ["connected", *LEARNS_SALT],
        id="teleproto-obfuscated",
    ),
    *KURIGRAM,
    pytest.param("mtproto-core", {}, "intermediate", True, ["connected", *KNOWS_SALT], id="mtproto-core"),
    pytest.param("mtcute", {"pfs": False}, "intermediate", False, ["connected", *KNOWS_SALT], id="mtcute-without-pfs"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "settings", "framing", "obfuscated", "story"), CASES)
def test_it_makes_a_key_and_its_query_is_answered(
    stage: Stage, name: str, settings: dict[str, Any], framing: str, obfuscated: bool, story: list[str]
) -> None:
    def act(scene: Scene) -> None:
        dc = scene.dc()
        client = scene.client(name, dc, **settings)
        answer = ask(client)
        assert (answer["answer"].lower(), answer["this_dc"]) == ("nearestdc", 2)
        assert {event["facts"]["framing"] for event in dc.named("connected")} == {framing}
        assert {event["facts"]["obfuscated"] for event in dc.named("connected")} == {obfuscated}
        assert dc.story(*STORY)[: len(story)] == story
        assert [event["facts"]["code"] for event in dc.named("bad_message")] == [48] * story.count("bad_message")
        (made,) = dc.named("exchange_done")
        assert not made["facts"]["temporary"]

    play(stage, name, act)
