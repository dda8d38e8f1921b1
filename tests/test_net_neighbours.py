"""Who is at the other end of a loopback connection."""

from __future__ import annotations

import os
import socket
import sys

import pytest

from mtlib.net import neighbours
from mtlib.net.neighbours import owner, same_user

TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1
   1: 0100007F:D431 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  4242        0 2
"""

little_endian = pytest.mark.skipif(sys.byteorder != "little", reason="the sample table is a little-endian machine's")


@little_endian
def test_the_owner_of_the_connecting_socket_is_found() -> None:
    lines = TABLE.splitlines()
    assert owner(lines, ("127.0.0.1", 0xD431), ("127.0.0.1", 8080)) == 4242
    assert owner(lines, ("127.0.0.1", 1), ("127.0.0.1", 8080)) is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has the table")
def test_our_own_connection_is_ours_and_nobodys_is_nobodys() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert same_user(client.getsockname(), server.getsockname())
        assert not same_user(("127.0.0.1", 1), server.getsockname())


def test_another_user_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "owner", lambda *_: os.getuid() + 1 if hasattr(os, "getuid") else 1)
    refused = sys.platform.startswith("linux")
    assert same_user(("127.0.0.1", 1), ("127.0.0.1", 2)) is not refused


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_the_port_is_as_open_as_loopback_is(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert same_user(("127.0.0.1", 1), ("127.0.0.1", 2))
