"""Bytes that explain themselves: layouts, the TL language, and the constructors spoken here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtlib.lazy import lazily

if TYPE_CHECKING:
    from mtlib.wire.dissection import Dissection, Field, Reading, Seal, Shape, Span, Unsealed, unseal
    from mtlib.wire.layout import Layout
    from mtlib.wire.notes import Note, Origin, constant, copied, derived, given, random
    from mtlib.wire.provenance import Traced, trace
    from mtlib.wire.schema import SCHEMA
    from mtlib.wire.tl import Constructor, Schema, constructor, crc
    from mtlib.wire.view import Row

__all__ = [
    "SCHEMA", "Constructor", "Dissection", "Field", "Layout", "Note", "Origin", "Reading", "Row", "Schema", "Seal",
    "Shape", "Span", "Traced", "Unsealed", "constant", "constructor", "copied", "crc", "derived", "given", "random",
    "trace", "unseal",
]  # fmt: skip

__getattr__, __dir__ = lazily(__name__, {
    "dissection": "Dissection Field Reading Seal Shape Span Unsealed unseal",
    "layout": "Layout",
    "notes": "Note Origin constant copied derived given random",
    "provenance": "Traced trace",
    "schema": "SCHEMA",
    "tl": "Constructor Schema constructor crc",
    "view": "Row",
})  # fmt: skip
