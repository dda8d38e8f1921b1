"""How packets travel over a byte stream: framings, obfuscation, and the two ends of a connection.

Nothing here opens a socket: bytes go in as they came, in pieces of any size, and packets come out.
"""

from mtlib.transport.framing import (
    FRAMINGS,
    LIMIT,
    Abridged,
    Frame,
    Framing,
    Full,
    Intermediate,
    PaddedIntermediate,
    Part,
    Side,
)
from mtlib.transport.obfuscation import Obfuscation, detect, header_allowed
from mtlib.transport.stream import ClientStream, ServerStream

__all__ = [
    "FRAMINGS",
    "LIMIT",
    "Abridged",
    "ClientStream",
    "Frame",
    "Framing",
    "Full",
    "Intermediate",
    "Obfuscation",
    "PaddedIntermediate",
    "Part",
    "ServerStream",
    "Side",
    "detect",
    "header_allowed",
]
