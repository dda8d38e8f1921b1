"""Who is at the other end of a loopback connection?

TCP does not say. On Linux the kernel does: it is asked who owns the connecting socket. Other systems tell an ordinary
user nothing of the kind, so there the port is as open as loopback is, and a class server should run one data centre per
container or machine.

The question goes through a netlink socket, which looks up one connection and answers in microseconds. The same can be
read in /proc/net/tcp; but that is a walk over every connection of the machine, ten milliseconds long, at the mercy of
whoever opens many. It remains for machines without the former.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ESTABLISHED = 1
"""The state of a connection whose two ends are both open. A socket that its owner has closed lives on for a while as
root's, so no other state counts."""

Address = tuple[str, int]


def same_user(peer: tuple[Any, ...], here: Address) -> bool:
    """Whether the socket at `peer` that is connected to `here` belongs to the user of this process.

    Root may always connect, who can read our memory anyway. True where the system cannot be asked.
    """
    if not sys.platform.startswith("linux"):
        return True
    there = str(peer[0]), int(peer[1])
    table = Path("/proc/self/net/tcp6" if ":" in here[0] else "/proc/self/net/tcp")
    try:
        uid = ask_kernel(there, here)
    except OSError:
        if not table.exists():
            return True
        with table.open() as lines:
            uid = owner(lines, there, here)
    return uid in (os.getuid(), 0)


# -- By netlink: `man 7 sock_diag`, linux/inet_diag.h ---------------------------------------------------------------

_SOCK_DIAG, _BY_FAMILY, _ERROR, _REQUEST = 4, 20, 2, 1
_ANY_COOKIE = b"\xff" * 8
_UID = 80  # where the answer has it: behind its header, four bytes, the socket's name, and three numbers


def ask_kernel(local: Address, remote: Address) -> int | None:
    """The user id of the open socket with these two ends, None if there is none. OSError where nobody answers."""
    family = socket.AF_INET6 if ":" in local[0] else socket.AF_INET
    ends = [socket.inet_pton(family, host).ljust(16, b"\0") for host, _ in (local, remote)]
    name = struct.pack("!HH", local[1], remote[1]) + b"".join(ends) + bytes(4) + _ANY_COOKIE
    body = struct.pack("=BBBBI", family, socket.IPPROTO_TCP, 0, 0, 1 << ESTABLISHED) + name
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _SOCK_DIAG) as kernel:
        kernel.settimeout(1)
        kernel.sendto(struct.pack("=IHHII", 16 + len(body), _BY_FAMILY, _REQUEST, 1, 0) + body, (0, 0))
        answer = kernel.recv(4096)
    kind = struct.unpack_from("=H", answer, 4)[0]
    if kind == _ERROR:
        number = -struct.unpack_from("=i", answer, 16)[0]
        if number != errno.ENOENT:  # "no such socket" is an answer, anything else means that this is no way to ask
            raise OSError(number, os.strerror(number))
    if kind == _ERROR or answer[17] != ESTABLISHED:
        return None
    return int(struct.unpack_from("=I", answer, _UID)[0])


# -- By the table -----------------------------------------------------------------------------------------------------


def owner(lines: Iterable[str], local: Address, remote: Address) -> int | None:
    """The same from a table like /proc/net/tcp."""
    wanted = [_hex(*local), _hex(*remote), f"{ESTABLISHED:02X}"]
    return next((int(f[7]) for f in map(str.split, lines) if f[1:4] == wanted), None)


def _hex(host: str, port: int) -> str:
    """An address as the table writes it: 32-bit words in the machine's byte order, then the port."""
    packed = socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return "".join(f"{word:08X}" for word in words) + f":{port:04X}"
