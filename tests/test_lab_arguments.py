"""Every function and class that `mtlib.lab` offers, called with an argument of a wrong type: only errors of ours."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from inspect import Parameter
from typing import Any

import pytest

import mtlib.lab
from mtlib.crypto.entropy import Patterned
from mtlib.errors import MtError
from mtlib.lab.predicting import Text
from mtlib.lab.receivers import Oracle
from mtlib.net.client import connect
from mtlib.net.server import LocalDC
from mtlib.protocol.checks import Facts


def bad() -> tuple[Any, ...]:
    """Arguments of every type, made anew for each call: one of them can be read only once."""
    return (None, True, 5, 1.5, [], [None], {}, {"x": None, "y": None}, (), (1, 2), set(), b"", b"bytes", bytearray(3),
            "", "x", object(), iter([5]), ...)  # fmt: skip


PLATES = "mtlib.lab.plates"
OFFERED = [name for name in mtlib.lab.__all__ if callable(getattr(mtlib.lab, name))
           and not getattr(mtlib.lab, name).__module__.startswith(PLATES)]  # fmt: skip
"""All but the plates, which have tests of their own."""
SAMPLE = mtlib.lab.sample()
BINDING = SAMPLE.binding
SEAL = bytes(BINDING.encrypted_message)
FACTS = Facts(bytes(BINDING.request), *SAMPLE.keys, BINDING.session_id, BINDING.msg_id, SAMPLE.now)
RIGHT: dict[str, Any] = {
    "a": BINDING.request, "action": lambda: True, "answer": ..., "b": BINDING, "binding": BINDING, "blocks": bytes(16),
    "body": b"abcd", "by_client": True, "challenge": SEAL, "count": 5, "cure": "wait", "data": bytes(32),
    "dissection": BINDING.request, "entropy": Patterned("arguments"), "experiment": "four", "facts": FACTS,
    "function": len, "given": {}, "key": SAMPLE.perm_key, "message": BINDING.request, "name": "msg_key_v1", "one": 1,
    "oracle": Oracle(SAMPLE.perm_key, SEAL), "other": 2, "p": 31, "piece": b"a", "place": 0, "program": "",
    "question": "why", "right": BINDING, "rule": lambda *known: "stop", "seal": SEAL, "sealed": SEAL, "sent": "ping",
    "size": 4, "step": 3, "texts": (b"a", b"b"), "way": Text(), "what": BINDING,
}  # fmt: skip
"""Right arguments, by their names; `OWN` has those that another function has under the same name."""
OWN: dict[tuple[str, str], Any] = {
    ("Conversation", "messages"): [mtlib.lab.Sent(True, BINDING.request)],
    ("Game", "sealed"): 1,
    ("compare", "b"): BINDING.request,
    ("names", "key"): 3,
}
SEVERAL = ("choose", "order", "several")
"""Functions of any number of names."""


@pytest.fixture(scope="module")
def joined() -> Iterator[dict[str, Any]]:
    with LocalDC(clock=lambda: mtlib.lab.NOW) as dc, connect(dc, clock=lambda: mtlib.lab.NOW) as client:
        yield {"dc": dc, "client": client, "local": dc}


def fitting(name: str, joined: dict[str, Any]) -> dict[str, Any]:
    """The arguments that `mtlib.lab.name` must have, all of them right."""
    parameters = inspect.signature(getattr(mtlib.lab, name)).parameters.values()
    right = RIGHT | joined | {key: value for (owner, key), value in OWN.items() if owner == name}
    named = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    return {p.name: right[p.name] for p in parameters if p.kind in named and p.default is p.empty}


def called(name: str, given: dict[str, Any]) -> Any:
    """The value of a call, looked at as a notebook does."""
    call = getattr(mtlib.lab, name)
    if name in SEVERAL:
        return str(call(given.get("names", "one"), "other"))
    return str(call(**given))


def arguments() -> list[tuple[str, str]]:
    asked = {name: inspect.signature(getattr(mtlib.lab, name)).parameters.values() for name in OFFERED}
    return [(name, each.name) for name in OFFERED for each in asked[name] if each.kind is not each.VAR_KEYWORD]


@pytest.mark.parametrize("name", OFFERED)
def test_right_arguments_are_of_the_right_type(name: str, joined: dict[str, Any]) -> None:
    try:
        called(name, fitting(name, joined))
    except MtError as error:
        assert "of the wrong type" not in str(error)


@pytest.mark.parametrize(("name", "argument"), arguments())
def test_a_wrong_argument_is_an_error_of_ours(name: str, argument: str, joined: dict[str, Any]) -> None:
    for at, given in enumerate(bad()):
        try:
            called(name, fitting(name, joined) | {argument: bad()[at]})
        except MtError as error:
            assert str(error)
        except Exception as error:
            raise AssertionError(f"{type(given).__name__} {given!r:.40}") from error
