"""Names for messages: msg_id and seqno, and which msg_ids may still be believed.

`now` is unix seconds with fraction. Source: core.telegram.org/mtproto/description, "Message identifier" and "Message
sequence number"; core.telegram.org/mtproto/security_guidelines, "Checking msg_id".
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mtlib.protocol.limits import Limits

FROM_CLIENT, ANSWER, NOTICE = 0, 1, 3
"""msg_id modulo 4: the client's own; the server's answer to one; whatever else the server sends."""


def next_msg_id(now: float, last: int = 0, kind: int = FROM_CLIENT) -> int:
    """About `now` * 2**32, of the right kind modulo 4, and above `last`.

    The low half carries the fraction of the second. Source: /mtproto/description, "Message identifier".
    """
    fraction, seconds = math.modf(now)
    wanted = (int(seconds) << 32) + int(fraction * 2**32)
    return max(wanted - wanted % 4, last - last % 4 + 4 if last else 0) + kind


def seconds_of(msg_id: int) -> float:
    """The time that a msg_id carries."""
    return msg_id / 2**32


@dataclass
class Seqno:
    """The numbers of content-related messages: 2n+1 for one of them, 2n for anything else."""

    content: int = 0

    def next(self, content_related: bool) -> int:
        number = 2 * self.content + content_related
        self.content += content_related
        return number


class Window:
    """Which msg_ids were seen, and which are too old or too new to look at.

    The last `size` are kept; whatever falls out raises the floor, and nothing at or below the floor is accepted.
    Source: /mtproto/security_guidelines, "Checking msg_id".
    """

    def __init__(self, kinds: tuple[int, ...], limits: Limits | None = None, floor: int = 0) -> None:
        limits = limits or Limits()
        self.floor = self.highest = floor
        self._kinds, self._past, self._future, self._size = kinds, limits.past, limits.future, limits.seen
        self._seen: set[int] = set()

    def judge(self, msg_id: int, now: float) -> str:
        """"accept", or "ignore:" and parity, duplicate, too_old or too_new. Remembers nothing."""
        if msg_id % 4 not in self._kinds:
            return "ignore:parity"
        if msg_id in self._seen:
            return "ignore:duplicate"
        if msg_id <= self.floor or seconds_of(msg_id) < now - self._past:
            return "ignore:too_old"
        return "ignore:too_new" if seconds_of(msg_id) > now + self._future else "accept"

    def state(self, msg_id: int, now: float) -> int:
        """The byte that msgs_state_info holds for this id: 1 forgotten, 2 not received, 3 not yet, 4 received."""
        if msg_id in self._seen:
            return 4
        if msg_id <= self.floor or seconds_of(msg_id) < now - self._past:
            return 1
        return 3 if msg_id > self.highest else 2

    def add(self, msg_id: int) -> None:
        """Remember an accepted id."""
        self._seen.add(msg_id)
        self.highest = max(self.highest, msg_id)
        if len(self._seen) > self._size:
            self.floor = min(self._seen)
            self._seen.remove(self.floor)
