"""The listening socket: it does not spin where the system lets nobody in, and opens again."""

from __future__ import annotations

import errno
import selectors
import socket
import time
from typing import Any

import pytest

from mtlib.errors import LocalError
from mtlib.net.server import TICK, Door, is_loopback, listen


class Refusing:
    """A listening socket of a process that has no descriptors left."""

    def __init__(self, sock: socket.socket, number: int) -> None:
        self.sock, self.number = sock, number

    def fileno(self) -> int:
        return self.sock.fileno()

    def accept(self) -> Any:
        raise OSError(self.number, "no")


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.EPERM])
def test_a_door_that_cannot_let_anybody_in_is_shut_for_a_tick(number: int) -> None:
    with listen("127.0.0.1", 0) as sock, selectors.DefaultSelector() as selector:
        listener: Any = Refusing(sock, number)
        door = Door(listener, selector)
        assert door.accept() == (None, None)
        assert not selector.get_map()
        door.reopen(time.monotonic())
        assert not selector.get_map()
        door.reopen(time.monotonic() + 2 * TICK)
        assert len(selector.get_map()) == 1
        door.reopen(time.monotonic() + 4 * TICK)


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.ECONNABORTED])
def test_whoever_changes_their_mind_shuts_no_door(number: int) -> None:
    with listen("127.0.0.1", 0) as sock, selectors.DefaultSelector() as selector:
        listener: Any = Refusing(sock, number)
        assert Door(listener, selector).accept() == (None, None)
        assert len(selector.get_map()) == 1


def test_where_nobody_can_listen_is_a_sentence() -> None:
    with listen("127.0.0.1", 0) as sock:
        for host, port in (("127.0.0.1", sock.getsockname()[1]), ("127.0.0.1", 70000), ("192.0.2.1", 0)):
            with pytest.raises(LocalError, match="cannot listen here"):
                listen(host, port)


def test_what_only_this_machine_can_reach() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "::1")] == [True] * 3
    assert [is_loopback(host) for host in ("localhost", "", "0.0.0.0", "::", "192.168.1.1")] == [False] * 5
