"""What a client does about bad luck, in half a sentence, read from the data centre's own log.

The sentences stand in a table in docs/point_your_client.md. The tests play every scene of it again, and compare;
`python tests/tools/peers.py` plays them, and prints the table.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from processes import DC, Line, Program
from scenes import BINDERS, TDLIB_DC, Scene, ask

PAGE = Path(__file__).resolve().parents[2] / "docs" / "point_your_client.md"
ASKED = "help.getAppConfig"
"""A method that an unbound temporary key may not call: with it a lost binding is noticed."""
STRIKES = ("fault", "clock_jumped", "exchange_retry", "bind_refused", "bad_message", "unknown_key")
REFUSALS = ("bind_refused", "bad_message")
WRONG_SALT = 48
REPAIRS = ("exchange_done", "bind_accepted", "bind_refused")
RESTART = "restart of the DC"
ROWS: Mapping[str, str] = {
    "refuse-bind": "refuse-bind",
    "slow": "slow",
    "wrong-salt": "wrong-salt",
    "forget-temp-keys": "forget-temp-keys",
    "lose-bindings": "lose-bindings",
    "short-expiry=4": "short-expiry=4",
    "dh-retry": "dh-retry",
    "cut-exchange": "cut-exchange",
    "cut-frame": "cut-frame",
    "split-frames": "split-frames",
    "pad-plain-answers=8": "pad-plain-answers=8",
    "clock-offset=600": "clock-offset=600",
    "clock-offset=-600": "clock-offset=-600",
    "answer-under-another-id": "answer-under-another-id",
    "forget-perm-key": "forget-perm-key",
    "lost-session": "lost-session",
    "sleep=600": "sleep=600",
    "sleep=-600": "sleep=-600",
    RESTART: "",
}
"""The rows of the table, and the fault behind each."""
NOT_PLAYED = frozenset({"accept-bind"})
"""Faults that no row of the table shows: this one is no bad luck for the client."""
UNNOTICED = "does not notice"
NOTHING_MORE = "says nothing more"
WITHOUT_END = "refused every time"
LIFE = 4.5
"""Seconds after which the temporary key of short-expiry=4 has ended."""
PATIENCE, SILENCE, ENOUGH = 40.0, 8.0, 3
"""A client finds back within so many seconds; or is silent for so long, or refused so often, and then it does not."""


@dataclass(frozen=True)
class Seen:
    """What a client did, and the seconds from the bad luck to the answer; None where neither came."""

    sentence: str
    seconds: float | None


def never(sentence: str) -> bool:
    """Whether the sentence is about a client that does not find back."""
    return sentence.endswith((NOTHING_MORE, WITHOUT_END))


def observe(scene: Scene, name: str, row: str) -> Seen:
    """Play one scene: the client `name`, with the bad luck of `row`."""
    dc_id = TDLIB_DC if name == "tdlib" else 2
    dc = scene.dc(*filter(None, [ROWS[row]]), dc_id=dc_id)
    client = scene.client(name, dc)
    if row == RESTART:
        ask(client, ASKED)
        dc = restarted(scene, dc)
    elif row.startswith("short-expiry"):
        ask(client, ASKED)
        dc.heard("bind_accepted")
        time.sleep(LIFE)
    found = finds_back(client, dc)
    raised = any("raised" in line for line in client.lines)
    return read(dc.events, raised=raised, found=found, restart=row == RESTART)


def restarted(scene: Scene, dc: DC) -> DC:
    """Another process, with the same address and the same RSA key; what the first one knew is gone."""
    dc.stop()
    return scene.dc(dc_id=dc.where["dc_id"], port=dc.port)


def finds_back(client: Program, dc: DC) -> bool:
    """Whether a query is answered. Enough refusals of one kind, or enough silence, are a no."""
    told = len([line for line in client.lines if "answer" in line])
    client.say(ASKED)
    deaf = time.monotonic()
    while time.monotonic() < deaf + PATIENCE:
        if len([line for line in client.lines if "answer" in line]) > told:
            return True
        refused = [event for event in dc.named(*REFUSALS) if event["facts"].get("code") != WRONG_SALT]
        tries = {(event["peer"], round(event["heard"])) for event in refused}  # a burst counts once
        if len(tries) >= ENOUGH or any("error" in line for line in client.lines):
            return False
        if dc.story()[-2:] == ["fault", "connected"] and time.monotonic() > dc.events[-1]["heard"] + SILENCE:
            return False
        time.sleep(0.05)
    return False


def read(events: Sequence[Line], *, raised: bool, found: bool, restart: bool = False) -> Seen:
    """From the moment when the bad luck struck (of a restarted data centre: from its first moment)."""
    struck = next((at for at, event in enumerate(events) if event["event"] in STRIKES), None)
    if struck is None and not restart:
        return Seen(UNNOTICED, None)
    refused_at_once = struck is not None and [event["event"] for event in events[struck + 1 :][:1]] == ["bind_refused"]
    after = events[0 if restart else struck + refused_at_once :]
    repairs = [event for event in after[1:] if event["event"] in REPAIRS]
    moved = [event for event in repairs[:1] or after if event["peer"] != after[0]["peer"]]
    stayed = not restart and not moved
    made = [event["facts"]["temporary"] for event in after if event["event"] == "exchange_done"]
    words = ["raises; dialled again:" if raised else "same connection," if stayed else "dials again,"]
    words += ["new permanent key,"] if False in made else []
    if found and stayed and not repairs and not any(event["event"] in REFUSALS for event in after[1:]):
        return Seen(UNNOTICED, None)
    if not found and not repairs:
        return Seen(f"{words[0].rstrip(',:')}, {NOTHING_MORE}", None)
    words += ["new temporary key,"] if True in made else ["same temporary key,"]
    words += ["bound"] if found else [WITHOUT_END]
    answered = [event["heard"] for event in after if event["event"] == "call" and event["facts"]["method"] == ASKED]
    return Seen(" ".join(words), answered[0] - after[0]["heard"] if found and answered else None)


def documented() -> dict[tuple[str, str], str]:
    """(client, row) to sentence, as the page has it. What stands in brackets is measured, and not compared."""
    cells = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        words = [word.strip() for word in line.strip("| ").split("|")]
        row = words[0].strip("`")
        if row in ROWS and len(words) == 1 + len(BINDERS):
            cells |= {(name, row): word.split(" (")[0] for name, word in zip(BINDERS, words[1:], strict=True)}
    return cells
