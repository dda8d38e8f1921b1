"""The large crowds of `./run soak load`: the data centre, the hostile peers and the clients are a process each."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from processes import DC

from figures_live import ROOT, Here
from mtlib.crypto.numbers import use_flint
from mtlib.crypto.rsa import PublicKey
from tests.loading import all_at_once, bind_once, idle, storm

AT_ONCE, IDLE, HOSTILE, IN_A_ROW = 200, 200, 50, 1000
WITHIN = {True: 15.0, False: 60.0}
"""Seconds for all of those that come at once, with python-flint and without."""
SLOWER = 10.0
"""By how much a crowd of bad neighbours may slow an honest client down."""


STORMS = ((100, 100), (3000, 1))
"""Connections, and key exchanges begun on each: 10,000 exchanges in all, and 3,000 connections."""
CPU = 10.0
"""Seconds of work for a storm, of both ends."""


class Crowd:
    """One data centre, and where to find it."""

    def __init__(self, dc: DC) -> None:
        self.dc, self.address = dc, ("127.0.0.1", dc.port)
        self.to, self.key = f"127.0.0.1:{dc.port}", PublicKey.from_pem(dc.where["public_key_pem"])

    def bind(self) -> float:
        return bind_once(self.to, key=self.key)

    def median(self, rounds: int) -> float:
        return statistics.median(self.bind() for _ in range(rounds))

    def holdings(self) -> tuple[int, int, int]:
        """Memory, descriptors and threads of the data centre's process, once the last client is gone."""
        time.sleep(1)
        proc = Path(f"/proc/{self.dc.process.pid}")
        return self.dc.memory(), len(list((proc / "fd").iterdir())), len(list((proc / "task").iterdir()))


def crowds(fast: bool) -> Iterator[str]:
    """Every crowd against one data centre, with python-flint (`fast`) or without, and what is left afterwards."""
    if use_flint(fast) != fast:
        yield "with python-flint: left out, it is not installed"
        return
    kind = "flint" if fast else "plain"
    with _powers(fast), tempfile.TemporaryDirectory() as folder, DC(Here(), Path(folder) / "dc.pem") as dc:
        crowd = Crowd(dc)
        if fast:  # its shelves are full then, and as many have been there at once as ever will
            for _ in range(400):
                crowd.bind()
            all_at_once(crowd.to, AT_ONCE, key=crowd.key)
        before = crowd.holdings()
        yield f"{kind}: {_at_once(crowd, WITHIN[fast])}"
        yield f"{kind}: {_beside_bad_neighbours(crowd)}"
        if fast:
            yield f"{kind}: {_in_a_row(crowd)}"
            yield f"{kind}: {_left_behind(crowd, before)}"


def storms() -> Iterator[str]:
    """Key exchanges that nobody carries on, and connections that stay, in this process; an honest bind beside each."""
    import resource

    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    for connections, each in STORMS:
        if 0 <= most < 2 * connections + 100:
            yield f"{connections:,} connections: left out, this system allows {most} descriptors"
            continue
        found = storm(connections, each)
        many = f"{connections * each:,} key exchanges begun on {connections:,} connections"
        assert found.left == (0, 0), f"{many}: threads and descriptors left behind: {found.left}"
        kept = f"{found.objects} objects and {found.memory} bytes"
        assert found.objects < 200 and found.memory < 2 << 20, f"{many} again: {kept} were kept"
        assert found.cpu < CPU, f"{many} and a bind took {found.cpu:.1f} s of work, more than {CPU:.0f}"
        yield f"{many}, an honest bind beside them: {found.cpu:.1f} s of work (limit {CPU:.0f}), nothing kept or left"


def _at_once(crowd: Crowd, within: float) -> str:
    begun = time.monotonic()
    taken, errors = all_at_once(crowd.to, AT_ONCE, key=crowd.key)
    spent = time.monotonic() - begun
    assert not errors, f"{len(errors)} of {AT_ONCE} clients were not bound: {errors[0]}"
    assert spent <= within, f"{AT_ONCE} clients took {spent:.1f} s, longer than {within:.0f}"
    return f"{len(taken)} clients at once, all bound within {spent:.1f} s (limit {within:.0f})"


def _beside_bad_neighbours(crowd: Crowd) -> str:
    quiet = crowd.median(9)
    command = [sys.executable, "-m", "tests.loading", *map(str, crowd.address), str(HOSTILE)]
    with idle(crowd.address, IDLE), subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, text=True,
                                                     stdout=subprocess.PIPE) as hostile:
        time.sleep(1)
        loud = crowd.median(15)
        hostile.communicate()
    ratio = loud / quiet
    assert ratio <= SLOWER, f"an honest bind took {loud * 1e3:.0f} ms instead of {quiet * 1e3:.0f}"
    return f"an honest bind beside {IDLE} silent and {HOSTILE} hostile peers: {loud * 1e3:.0f} ms instead of " \
        f"{quiet * 1e3:.0f}, {ratio:.1f} times (limit {SLOWER:.0f})"


def _in_a_row(crowd: Crowd) -> str:
    begun = time.monotonic()
    for _ in range(IN_A_ROW // 2):
        crowd.bind()
    return f"{IN_A_ROW} key exchanges in a row, two per bind, all succeeded in {time.monotonic() - begun:.0f} s"


def _left_behind(crowd: Crowd, before: tuple[int, int, int]) -> str:
    memory, files, threads = crowd.holdings()
    assert memory <= before[0] * 1.10, f"the data centre's memory grew from {before[0]} to {memory} bytes"
    same = files <= before[1] and threads <= before[2]
    assert same, f"descriptors and threads: {before[1:]} before, {(files, threads)} after"
    return f"memory {memory / before[0]:.2f} times what it was, {files} descriptors and {threads} threads as before"


@contextlib.contextmanager
def _powers(fast: bool) -> Iterator[None]:
    """The data centre's process takes the same powers as this one."""
    os.environ.pop("MTLIB_PLAIN", None)
    if not fast:
        os.environ["MTLIB_PLAIN"] = "1"
    try:
        yield
    finally:
        os.environ.pop("MTLIB_PLAIN", None)
        use_flint(True)
