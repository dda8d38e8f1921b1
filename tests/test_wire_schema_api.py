"""Each constructor of wire.schema_api is in the schema, and its fields say where they come from."""

from __future__ import annotations

import pytest

from mtlib.wire import SCHEMA, Constructor

NAMES = ("invokeWithLayer", "invokeWithoutUpdates", "invokeAfterMsg", "initConnection", "nearestDc")


@pytest.mark.parametrize("made", [SCHEMA[name] for name in NAMES], ids=lambda made: made.name)
def test_the_wrappers_explain_themselves(made: Constructor) -> None:
    assert all(f.note.meaning and f.note.spec for f in made.fields)


def test_a_wrapped_call_is_seen_through() -> None:
    inner = SCHEMA["help.getNearestDc"].build()
    wrapped = SCHEMA["invokeWithLayer"].build(layer=214, query=bytes(inner))
    assert bytes(wrapped.find("query")) == bytes(inner)
