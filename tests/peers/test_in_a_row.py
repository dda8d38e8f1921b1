"""One data centre, and client after client: it forgets what it has to, and keeps no more than at the beginning."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from processes import DC
from scenes import BINDERS, TDLIB_DC, Scene, Stage, ask

TIMES = 20
WARM = 5
"""Binds of each client after which everything that is loaded once has been loaded."""
PER_BIND = 48 * 1024
"""Bytes by which a bind may let it grow while its shelves (256 keys of each kind) are filling."""


def test_twenty_binds_of_each_against_one_data_centre(stage: Stage) -> None:
    """The three of them beside each other, each twenty times in a row, as new processes with new keys."""
    with Scene(stage) as scene, ThreadPoolExecutor(len(BINDERS)) as pool:
        dc = scene.dc(dc_id=TDLIB_DC)
        list(pool.map(lambda name: in_a_row(stage, dc, name, WARM), BINDERS))
        before, handles = dc.memory(), open_files(dc)
        list(pool.map(lambda name: in_a_row(stage, dc, name, TIMES - WARM), BINDERS))
        grown, binds = dc.memory() - before, (TIMES - WARM) * len(BINDERS)
        print(f"{binds} binds: {before} bytes before, {grown} more after")
        assert grown < PER_BIND * binds
        assert open_files(dc) == handles
        assert len({event["facts"]["temp_auth_key_id"] for event in dc.named("bind_accepted")}) >= TIMES * len(BINDERS)
        assert not dc.named("bind_refused")


def in_a_row(stage: Stage, dc: DC, name: str, times: int) -> None:
    for _ in range(times):
        with Scene(stage) as scene:
            ask(scene.client(name, dc))


def open_files(dc: DC) -> int:
    """Files and sockets that it holds, once it has noticed that nobody is there any more."""
    time.sleep(1)
    return len(list(Path(f"/proc/{dc.process.pid}/fd").iterdir()))
