"""Notes on a field: where its value comes from, what it means, which page of the documents says so.

A note is written once, next to the field, and read by the encoder's error messages, the inspector, the
lessons and the tests. Its `formula` is a Python expression over its `sources`; `mtlib.wire.trace` runs it, so
a test finds a formula that does not give the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple


class Origin(Enum):
    """Where a value comes from. Each has a colour and a letter; the colour is never shown alone."""

    CONSTANT = "constant"
    RANDOM = "random"
    GIVEN = "given"
    COPIED = "copied"
    DERIVED = "derived"

    @property
    def letter(self) -> str:
        """One character for grey prints and colour-blind readers."""
        return {"constant": "=", "random": "?", "given": "g", "copied": "c", "derived": "f"}[self.value]


class Note(NamedTuple):
    """Origin, meaning (one sentence), spec (page and section), and how the value follows from others.

    `sources` maps each name in `formula` to a path (`request/nonce`: the nearest enclosing `request`, then
    its `nonce`) or to `@name` for something outside the bytes, such as `@perm_auth_key`.
    """

    origin: Origin
    meaning: str = ""
    spec: str = ""
    formula: str = ""
    sources: Mapping[str, str] = MappingProxyType({})


def constant(meaning: str = "", spec: str = "") -> Note:
    """A value that is the same in every message of its kind."""
    return Note(Origin.CONSTANT, meaning, spec)


def random(meaning: str = "", spec: str = "") -> Note:
    """A value that the sender draws anew each time."""
    return Note(Origin.RANDOM, meaning, spec)


def given(meaning: str = "", spec: str = "") -> Note:
    """A value that the sender chooses: the content of the message."""
    return Note(Origin.GIVEN, meaning, spec)


def copied(source: str, meaning: str = "", spec: str = "") -> Note:
    """The same bytes as those at `source`."""
    name = source.rpartition("/")[2].lstrip("@")
    return Note(Origin.COPIED, meaning, spec, name, MappingProxyType({name: source}))


def derived(formula: str, meaning: str = "", spec: str = "", /, **sources: str) -> Note:
    """A value computed from others: `derived("SHA1(envelope)[4:20]", ..., envelope="plaintext/envelope")`."""
    return Note(Origin.DERIVED, meaning, spec, formula, MappingProxyType(sources))
