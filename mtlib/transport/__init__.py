"""How packets travel over a byte stream: framings, obfuscation, and the two ends of a connection.

Nothing here opens a socket: bytes go in as they came, in pieces of any size, and packets come out.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mtlib.transport.framing import (
    FRAMINGS,
    LIMIT,
    Abridged,
    Frame,
    FramePart,
    Framing,
    Full,
    Intermediate,
    PaddedIntermediate,
    Side,
)

if TYPE_CHECKING:
    from mtlib.transport.obfuscation import Obfuscation, detect, foreign, header_allowed, parse_secret
    from mtlib.transport.stream import ClientStream, ServerStream

__all__ = [
    "FRAMINGS", "LIMIT", "Abridged", "ClientStream", "Frame", "FramePart", "Framing", "Full", "Intermediate",
    "Obfuscation", "PaddedIntermediate", "ServerStream", "Side", "detect", "foreign", "header_allowed", "parse_secret",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{'stream' if name.endswith('Stream') else 'obfuscation'}"), name)
