"""What Python tells the browser about one binding, for the tests in node. `python tests/node/fixture.py` writes it.

tests/test_lab_bind.py fails when the file is not what Python says now.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mtlib.lab import Conversation, Sent, inspect_bind, sample
from mtlib.lab import predicting as ask

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
    return {"made_by": made_by, "structure": inspector.structure, "states": states, "conversation": conversation(),
            "predictions": predictions()}  # fmt: skip


def conversation() -> dict[str, Any]:
    """What a conversation about the same binding is told."""
    inner = sample().binding.inner
    return dict(Conversation([Sent(True, inner, "the forty bytes"), Sent(False, inner)]).told)


def predictions() -> dict[str, Any]:
    """One prediction for each way of answering: its structure, and its states at first, after a guess, after "show"."""
    asked: dict[str, tuple[ask.Answering, Any, Any]] = {
        "blocks": (ask.blocks(3, "p"), ["p2", "p3"], ["p2"]),
        "choose": (ask.choose("boolTrue", "an error"), "an error", "boolTrue"),
        "several": (ask.several("nonce", "expires_at"), ["nonce"], []),
        "number": (ask.number("bytes"), 24, "24"),
        "text": (ask.text(), "msg_key", "MSG_KEY"),
        "order": (ask.order("inner", "envelope", "seal"), ["envelope", "inner", "seal"], ["inner", "envelope", "seal"]),
        "cut": (ask.cut(80), 72, 64),
    }
    made = {}
    for name, (way, measured, guess) in asked.items():
        picture = ask.Picture("iVBORw0KGgo=", "a strip of blocks", "p1  p2") if name == "blocks" else None
        meaning = ask.Meaning("It is `measured`.", {way.show(way.read(guess)): "So you thought."})
        prediction = ask.Prediction("What is `it`?", way, measured, printed="a line", picture=picture, meaning=meaning)
        states = {"first": prediction.state}
        for do, message in (("guess", {"guess": guess}), ("again", {}), ("show", {})):
            prediction.handle({"serial": do, "do": do, **message})
            states[do] = prediction.state
        made[name] = {"structure": prediction.structure, "states": states, "guess": guess}
    return made


def text() -> str:
    return json.dumps(told(), indent=None, separators=(",", ":"), sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
