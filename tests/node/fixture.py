"""What Python tells the browser about one binding, for the tests in node. `python tests/node/fixture.py` writes it.

tests/test_lab_bind.py fails when the file is not what Python says now.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mtlib.lab import Conversation, Ige, KeySchedule, Sent, inspect_bind, sample

HERE = Path(__file__).resolve().parent
FILE = HERE / "bind.json"
MESSAGE = "frame/packet/message"


def told() -> dict[str, Any]:
    """The structure, and the state at first, after a flip behind the outer seal, and after a new nonce."""
    inspector = inspect_bind(sample().carried)
    states = {"first": inspector.state}
    inspector.flip(8 * 100, MESSAGE)
    states["flipped"] = inspector.state
    inspector.reset()
    inspector.author(f"{MESSAGE}/request/nonce", 77)
    states["authored"] = inspector.state
    made_by = "python tests/node/fixture.py, from mtlib.lab.sample()"
    return {"made_by": made_by, "structure": inspector.structure, "states": states, "views": views()}


def views() -> dict[str, Any]:
    """What the smaller views are told about the same binding."""
    carried = sample().carried
    schedule, message = carried.binding.schedule, Sent(True, carried.binding.inner, "the forty bytes")
    made = {
        "schedule": KeySchedule(schedule, show_bytes=True),
        "ige": Ige(bytes(carried.binding.plaintext), schedule.aes_key, schedule.aes_iv),
        "conversation": Conversation([message, Sent(False, carried.binding.inner)]),
    }
    return {name: view.told for name, view in made.items()}


def text() -> str:
    return json.dumps(told(), indent=None, separators=(",", ":"), sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
