"""Who is at the other end of a loopback connection."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from mtlib.net import server as neighbours
from mtlib.net.server import ask_kernel, owner, same_user

TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1
   1: 0100007F:D431 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  4242        0 2
   2: 0100007F:D432 0100007F:1F90 06 00000000:00000000 00:00000000 00000000     0        0 0
"""

little_endian = pytest.mark.skipif(sys.byteorder != "little", reason="the sample table is a little-endian machine's")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells")


@pytest.fixture(params=["127.0.0.1", "::1"])
def ends(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, socket.socket]]:
    """A client's socket and the listener it is connected to."""
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    try:
        server = socket.create_server((request.param, 0), family=family)
    except OSError:
        pytest.skip("no such loopback address here")
    with server, socket.create_connection(server.getsockname()[:2]) as client:
        yield client, server


def unanswered(*_: Any) -> int:
    raise OSError("no netlink here")


@little_endian
def test_the_owner_of_the_connecting_socket_is_found_in_the_table() -> None:
    lines = TABLE.splitlines()
    assert owner(lines, ("127.0.0.1", 0xD431), ("127.0.0.1", 8080)) == 4242
    assert owner(lines, ("127.0.0.1", 1), ("127.0.0.1", 8080)) is None


@little_endian
def test_a_closed_socket_counts_as_nobodys_although_the_table_gives_it_to_root() -> None:
    assert owner(TABLE.splitlines(), ("127.0.0.1", 0xD432), ("127.0.0.1", 8080)) is None


@linux
def test_the_kernel_knows_our_own_connection(ends: tuple[socket.socket, socket.socket]) -> None:
    client, server = ends
    here = server.getsockname()[:2]
    assert ask_kernel(client.getsockname()[:2], here) == os.getuid()
    assert ask_kernel((here[0], 1), here) is None


@linux
@pytest.mark.parametrize("netlink", [True, False])
def test_our_own_connection_is_ours_and_nobodys_is_nobodys(
    ends: tuple[socket.socket, socket.socket], netlink: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not netlink:
        monkeypatch.setattr(neighbours, "ask_kernel", unanswered)
    client, server = ends
    here = server.getsockname()[:2]
    assert same_user(client.getsockname(), here)
    assert not same_user((here[0], 1), here)
    client.close()
    assert not same_user(("127.0.0.1", 2), here)


@pytest.mark.parametrize("netlink", [True, False])
def test_another_user_is_refused(monkeypatch: pytest.MonkeyPatch, netlink: bool) -> None:
    somebody = os.getuid() + 1 if hasattr(os, "getuid") else 1
    monkeypatch.setattr(neighbours, "ask_kernel", (lambda *_: somebody) if netlink else unanswered)
    monkeypatch.setattr(neighbours, "owner", lambda *_: somebody)
    refused = sys.platform.startswith("linux")
    assert same_user(("127.0.0.1", 1), ("127.0.0.1", 2)) is not refused


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_the_port_is_as_open_as_loopback_is(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    """Neither has AF_NETLINK, /proc or, on Windows, os.getuid: nothing of that may be touched there."""
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(neighbours, "ask_kernel", None)
    monkeypatch.setattr(neighbours, "Path", lambda _: None)
    assert same_user(("127.0.0.1", 1), ("127.0.0.1", 2))


@linux
@pytest.mark.parametrize("netlink", [True, False])
def test_a_client_that_has_ended_its_own_sending_is_still_there(
    ends: tuple[socket.socket, socket.socket], netlink: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not netlink:
        monkeypatch.setattr(neighbours, "ask_kernel", unanswered)
    client, server = ends
    name, here = client.getsockname(), server.getsockname()[:2]
    client.shutdown(socket.SHUT_WR)
    assert same_user(name, here) is True
    client.close()
    assert same_user(name, here) is None
