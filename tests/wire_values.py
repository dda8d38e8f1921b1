"""What the tests of the wire have in common: values for every constructor, and what must hold of every cut."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

import mtlib.protocol  # noqa: F401  it says what is inside of sealed fields; here is the whole schema
from mtlib.wire.dissection import Dissection, Kind
from mtlib.wire.layout import Layout, Raw, Rest
from mtlib.wire.schema import SCHEMA
from mtlib.wire.tl import Bool, Boxed, Flag, Number, String, Vector

RANGES = {
    "#": st.just(0),  # the bits follow from the values that are there
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "double": st.floats(allow_nan=False),
}
_short = st.binary(max_size=9)
_long = st.sampled_from((253, 254, 257)).map(lambda size: (bytes(range(1, 200)) * 2)[:size])
bodies = st.one_of(_short, _short, _short, _short, _short, _long)
"""Contents of strings, now and then around the length where the head grows."""
few = settings(max_examples=max(4, settings.default.max_examples // 8))
"""For properties that run once per constructor."""


def values(layout: Layout, depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """Values for `build`, one of all lawful sets: fields that share a flag come and go together."""

    @st.composite
    def some(draw: st.DrawFn) -> dict[str, Any]:
        bits: dict[tuple[str, int], bool] = {}
        made: dict[str, Any] = {}
        for f in layout.fields:
            if f.name == "constructor" or (f.when and not bits.setdefault(f.when, draw(st.booleans()))):
                continue
            made[f.name] = draw(_value(f.kind, depth))
            if f.size:
                made[f.size] = len(made[f.name])
        return made

    return some()


def _value(kind: Kind, depth: int) -> st.SearchStrategy[Any]:
    if isinstance(kind, Number):
        return RANGES[kind.name]
    if isinstance(kind, Raw):
        return st.binary(min_size=kind.size, max_size=kind.size)
    if isinstance(kind, String):
        return bodies
    if isinstance(kind, Rest):
        return st.one_of(bodies, values(SCHEMA["ping"]).map(lambda v: bytes(SCHEMA["ping"].build(**v))))
    if isinstance(kind, (Bool, Flag)):
        return st.booleans() if isinstance(kind, Bool) else st.just(True)
    if isinstance(kind, Vector):
        return st.lists(_value(kind.element, depth + 1), max_size=0 if depth > 1 else 3).map(tuple)
    if isinstance(kind, Layout):
        return values(kind, depth + 1).map(lambda v: kind.build(**v))
    if isinstance(kind, Boxed):
        chosen = [c for c in SCHEMA if c.result == kind.name and (depth < 3 or _is_flat(c))]
        return st.sampled_from(chosen).flatmap(lambda c: values(c, depth + 1).map(lambda v: c.build(**v)))
    raise TypeError(f"no values for a {kind.name}")


def _is_flat(layout: Layout) -> bool:
    return not any(isinstance(f.kind, (Boxed, Vector, Layout)) for f in layout.fields)


def objects(names: list[str] | None = None) -> st.SearchStrategy[Dissection]:
    """Any object of the schema, or any of those named."""
    chosen = [c for c in SCHEMA if names is None or c.name in names]
    return st.sampled_from(chosen).flatmap(lambda c: values(c).map(lambda v: c.build(**v)))


def check_tiles(found: Dissection) -> None:
    """The spans lie end to end from the first byte to the last, and so does whatever is cut finer."""
    here = 0
    for span in found.spans:
        assert span.start == here <= span.stop, span.name
        assert span.raw == found.data[span.start : span.stop]
        assert span.start <= span.body[0] <= span.body[1] <= span.stop
        if span.nested is not None:
            assert bytes(span.nested) == bytes(span)
            check_tiles(span.nested)
        if span.opened is not None:
            check_tiles(span.opened)
        here = span.stop
    assert here == len(found)


def check_at(found: Dissection) -> None:
    """`at` names, for every byte, the spans that hold it, and not one behind a seal."""
    for offset, byte in enumerate(found.data):
        here, place = found, offset
        path = found.at(offset)
        for depth, span in enumerate(path):
            assert span in here.spans and span.start <= place < span.stop
            assert span.raw[place - span.start] == byte
            finer = span.nested is not None and span.body[0] <= place < span.body[1]
            assert finer == (depth + 1 < len(path))
            if span.nested is not None:
                here, place = span.nested, place - span.body[0]
