"""Unix time that does not jump: what clients and data centres here go by unless they are given another clock."""

from __future__ import annotations

import time
from collections.abc import Callable


def steady() -> Callable[[], float]:
    """A clock that is right now, and from now on goes with the machine's steady one: nobody can set it meanwhile.

    msg_ids have to rise and to be near the other side's time, so a clock that is put right (or wrong) in the middle of
    a session would do more harm than one that stays a little off.
    """
    begun = time.time() - time.monotonic()
    return lambda: begun + time.monotonic()


def never_back(clock: Callable[[], float]) -> Callable[[], float]:
    """The same clock, standing still where it would go back, until it has caught up with itself.

    A data centre tells its time in the msg_ids of its notices, and those must rise.
    """
    latest = 0.0

    def now() -> float:
        nonlocal latest
        latest = max(latest, clock())
        return latest

    return now
