"""Who is at the other end of a loopback connection?

TCP does not say. On Linux the kernel's table of connections does: it lists the owner of the connecting socket. Other
systems give no such table to an ordinary user, so there the port is as open as loopback is, and a class server should
run one data centre per container or machine.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def same_user(peer: tuple[Any, ...], here: tuple[str, int]) -> bool:
    """Whether the socket at `peer` that is connected to `here` belongs to the user of this process.

    Root may always connect, who can read our memory anyway. True where the system has no table to ask.
    """
    table = Path("/proc/self/net/tcp6" if ":" in here[0] else "/proc/self/net/tcp")
    if not sys.platform.startswith("linux") or not table.exists():
        return True
    with table.open() as lines:
        uid = owner(lines, (str(peer[0]), int(peer[1])), here)
    return uid in (os.getuid(), 0)


def owner(lines: Iterable[str], local: tuple[str, int], remote: tuple[str, int]) -> int | None:
    """The user id of the socket with these two ends in a table like /proc/net/tcp; None if it is not there."""
    wanted = [_hex(*local), _hex(*remote)]
    return next((int(f[7]) for f in map(str.split, lines) if f[1:3] == wanted), None)


def _hex(host: str, port: int) -> str:
    """An address as the table writes it: 32-bit words in the machine's byte order, then the port."""
    packed = socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return "".join(f"{word:08X}" for word in words) + f":{port:04X}"
