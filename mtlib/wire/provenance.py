"""Where a value comes from, found when somebody asks.

Provenance is declared in the notes of a field, not tracked while bytes are packed. `trace` finds the sources that a
note names, runs its formula on their bytes, and compares the result with the bytes of the field.
"""

from __future__ import annotations

import dataclasses
import hashlib
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import CodeType
from typing import Any

from mtlib.errors import LocalError, MtError
from mtlib.wire.dissection import Dissection, Field, Span

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "SHA1": lambda data: hashlib.sha1(data).digest(),
    "SHA256": lambda data: hashlib.sha256(data).digest(),
    "CRC32": lambda data: zlib.crc32(data).to_bytes(4, "little"),
    "bytes": bytes,
    "len": len,
}
"""The functions that a formula may call. A caller that needs more (a cipher) passes its own table to `trace`."""


@dataclass(frozen=True)
class Traced:
    """The answer to "where does this come from?".

    `sources` maps each name in the formula to its path and its bytes, None if those are not available. `agrees` is True
    or False if the formula could be run, None if it could not.
    """

    field: Field
    path: str
    found: bytes = dataclasses.field(repr=False)
    formula: str
    sources: Mapping[str, tuple[str, bytes | None]] = dataclasses.field(repr=False)
    agrees: bool | None


def trace(
    root: Dissection,
    path: str,
    *,
    known: Mapping[str, Any] | None = None,
    functions: Mapping[str, Callable[..., Any]] = FUNCTIONS,
) -> Traced:
    """The formula of the span at `path` under `root`, its sources, and whether its result agrees with the bytes.

    `known` has the values outside the bytes: `{"perm_auth_key": key}` for a source `@perm_auth_key`; a number
    counts as a `long`. Raises LocalError if `root` is no dissection or the path leads to no span in it.
    """
    if not isinstance(root, Dissection):
        raise LocalError("only a dissection knows where its bytes come from", got=type(root).__name__)
    *around, (last, span) = root.walk(path)
    if not isinstance(span, Span):
        raise LocalError("this is a whole dissection, not a field of one", got=path, where=root.name)
    note = span.field.note
    sources = {name: _source(around, at, known or {}) for name, at in note.sources.items()}
    result = _run(note.formula, {name: value for name, (_, value) in sources.items()}, functions)
    return Traced(span.field, last, bytes(span), note.formula, sources, _agrees(result, bytes(span)))


def _source(around: list[tuple[str, Dissection | Span]], at: str, known: Mapping[str, Any]) -> tuple[str, bytes | None]:
    """Path and bytes of the source `at` of a note: from the nearest enclosing dissection of that name or role down."""
    if at.startswith("@"):
        return at, _outside(known.get(at[1:]), at)
    first, _, rest = at.partition("/")
    for path, place in reversed(around):
        inside = place.inner
        if inside is not None and first in (path.rpartition("/")[2], inside.name, inside.shape.role):
            try:
                return (f"{path}/{rest}" if rest else path), bytes(inside.find(rest) if rest else inside)
            except LocalError:
                break
    return at, None


def _outside(value: Any, name: str) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return value.to_bytes(8, "little", signed=True)
    if hasattr(value, "__bytes__") or isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    raise LocalError(f"{name} is known as bytes, a key or a long", got=type(value).__name__)


def _run(formula: str, names: Mapping[str, bytes | None], functions: Mapping[str, Any]) -> Any:
    """The formula's value, or None if a source or function is missing or a source has a wrong size (a cut msg_key).
    Formulas are constants of this package: `eval` reads our own source code here, never input."""
    if not formula or None in names.values():
        return None
    try:
        return eval(_compiled(formula), {"__builtins__": {}, **functions, **names})
    except (NameError, MtError):
        return None


@cache
def _compiled(formula: str) -> CodeType:
    return compile(formula, "formula", "eval")


def _agrees(result: Any, found: bytes) -> bool | None:
    if result is None:
        return None
    if isinstance(result, int):
        return result == int.from_bytes(found, "little", signed=True)
    return bytes(result) == found
