"""A data centre and a small crowd; `./run soak` brings a large one."""

from __future__ import annotations

import socket
import statistics
import threading
import time

import pytest

from mtlib.net.server import TICK, LocalDC
from mtlib.protocol.limits import Limits
from tests.loading import all_at_once, bind_once, hostile, idle, median_bind, open_files, storm, until


def test_clients_that_come_at_once_are_all_bound() -> None:
    with LocalDC() as dc:
        taken, errors = all_at_once(dc, 16)
        assert errors == []
        assert len(taken) == 16
        assert len(dc.trace.named("bind_accepted")) == 16


def test_an_honest_client_beside_silent_and_hostile_ones() -> None:
    with LocalDC() as dc:
        address = (dc.host, dc.port)
        quiet = median_bind(dc, 5)
        with idle(address, 60), hostile(address, 12):
            assert median_bind(dc, 5) < max(10 * quiet, 0.5)
        assert dc.running
        assert not dc.trace.named("internal_error")


def test_exchanges_in_a_row_leave_no_thread_and_no_descriptor() -> None:
    threads = threading.active_count()
    with LocalDC() as dc:
        bind_once(dc)
        before = open_files()
        for _ in range(10):
            bind_once(dc)
        until(lambda: open_files() <= before)
    assert threading.active_count() <= threads


@pytest.mark.parametrize(("connections", "each"), [(100, 20), (300, 1)])
def test_an_honest_bind_beside_exchanges_that_nobody_carries_on(connections: int, each: int) -> None:
    """`./run soak load` has 10,000 exchanges, and 3,000 connections."""
    found = storm(connections, each)
    assert max(found.left) <= 0  # less, where something of an earlier test ended meanwhile
    assert found.objects < 200 and found.memory < 1 << 20 and found.cpu < 5


def test_whatever_is_over_a_limit_is_refused_at_once() -> None:
    with LocalDC(limits=Limits(connections=3)) as dc:
        with idle((dc.host, dc.port), 3):
            taken = []
            for _ in range(20):
                begun = time.monotonic()
                with socket.create_connection((dc.host, dc.port), timeout=5) as one:
                    assert one.recv(1) == b""
                taken.append(time.monotonic() - begun)
            assert statistics.median(taken) < TICK / 2  # nobody waits for the next look at the deadlines
        until(lambda: "0 connections" in dc.status())
        assert bind_once(dc)
