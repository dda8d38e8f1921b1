"""For every test: Hypothesis gives the same answer twice, and nothing talks beyond this machine."""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import Any

from hypothesis import HealthCheck, settings

# `./run soak` asks for more examples and other ones; without it a red test is red for everybody.
EXAMPLES = os.environ.get("MTLIB_EXAMPLES", "")

settings.register_profile(
    "mtlib",
    max_examples=int(EXAMPLES or 40),
    derandomize=not EXAMPLES,
    deadline=None,
    database=None,
    print_blob=bool(EXAMPLES),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("mtlib")


def stay_here(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: Python itself asks it before each connection and each look-up of a name."""
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
    elif event == "socket.getaddrinfo":
        address = arguments[:2]
    else:
        return
    if not is_local(address):
        raise PermissionError(f"a test wanted to talk to {address!r}; tests stay on this machine")


def is_local(address: Any) -> bool:
    """Whether an address as `socket` knows it (host and port, or a path) is this machine's own."""
    if not isinstance(address, tuple):
        return True
    host = address[0]
    if host in {None, "", "localhost", b"localhost"}:
        return True
    try:
        where = ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return where.is_loopback or where.is_unspecified


sys.addaudithook(stay_here)
