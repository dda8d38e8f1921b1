"""The listening socket of a LocalDC, and what to do when the system lets nobody else in."""

from __future__ import annotations

import ipaddress
import os
import selectors
import socket
import time
from typing import Any

from mtlib.errors import LocalError

TICK = 0.2
"""Seconds between two looks at the deadlines, and for which a door stays shut."""


class Door:
    """A listening socket in a selector. Where the system has no descriptors left, it leaves the selector for a tick:
    a caller who cannot be let in would be announced again and again, without end."""

    def __init__(self, listener: socket.socket, selector: selectors.BaseSelector) -> None:
        self.listener, self._selector = listener, selector
        self._shut_until: float | None = None
        selector.register(listener, selectors.EVENT_READ)

    def accept(self) -> tuple[socket.socket | None, Any]:
        """Whoever is at the door, and their address; None if nobody can be let in now."""
        try:
            return self.listener.accept()
        except (BlockingIOError, ConnectionError):  # they have changed their mind
            return None, None
        except OSError:
            self._selector.unregister(self.listener)
            self._shut_until = time.monotonic() + TICK
            return None, None

    def reopen(self, now: float) -> None:
        """Listen again, once the pause is over."""
        if self._shut_until is not None and now > self._shut_until:
            self._shut_until = None
            self._selector.register(self.listener, selectors.EVENT_READ)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises LocalError where there can be none: the port is taken, the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # on Windows this option would let a second program take the port over
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(256)
        listener.setblocking(False)
    except (OSError, OverflowError) as error:
        listener.close()
        taken = "; the same cell, run before, may have started one that still listens" if port else ""
        raise LocalError(f"cannot listen here: {_reason(error)}{taken}", got=f"{host}:{port}", where="port") from None
    return listener


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that address. A name is none: it may resolve to anything."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


