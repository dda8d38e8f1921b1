"""Failures of a data centre on order, to test how a client recovers.

A `Fault` is a name and a number. Some faults are a setting, others happen a number of times in all. A fault that
follows a binding affects only the client that was bound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mtlib.errors import LocalError

FAULTS: Mapping[str, str] = {
    "refuse-bind": "the first N bindings are refused with ENCRYPTED_MESSAGE_INVALID, whatever their bytes",
    "accept-bind": "the first N bindings are accepted, whatever their bytes",
    "slow": "the first N bindings are answered -503 Timeout",
    "wrong-salt": "the first N messages under an unbound temporary key, so the binding, are answered bad_server_salt",
    "answer-under-another-id": "the first N bindings are answered under the msg_id of another request",
    "forget-perm-key": "the first N bindings find their permanent key forgotten",
    "forget-temp-keys": "N times, the packet after a binding finds the client's temporary keys forgotten: -404",
    "lose-bindings": "N times, the packet after a binding finds the client's bindings lost: AUTH_KEY_PERM_EMPTY",
    "lost-session": "N times, the packet after a binding finds its session forgotten: new_session_created once more",
    "dh-retry": "the first N keys are answered dh_gen_retry",
    "cut-exchange": "N times, the connection is cut instead of the answer to req_DH_params",
    "cut-frame": "N times, the connection is cut in the middle of the answer to a binding",
    "clock-offset": "the data centre's clock is N seconds ahead (negative: behind)",
    "sleep": "once, after the first binding, the data centre's clock jumps N seconds ahead, for everybody",
    "short-expiry": "temporary keys live at most N seconds, whatever was asked for",
    "split-frames": "answers leave in pieces of N bytes",
    "pad-plain-answers": "plain answers end with N bytes of noise inside the message, in whole words, as Telegram's do",
}
"""Every fault, with the meaning of its number N, which is 1 if left out."""

_RANGES = {
    "clock-offset": (-(10**7), 10**7),
    "sleep": (-(10**7), 10**7),
    "split-frames": (1, 65536),
    "pad-plain-answers": (0, 512),
    "short-expiry": (1, 10**7),
}
"""The lowest and highest number of the faults that are a setting; the numbers of all others count occurrences."""


@dataclass(frozen=True)
class Fault:
    """One fault on order. Raises LocalError for a name that is not in `FAULTS`, and for a number out of range."""

    name: str
    number: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or self.name not in FAULTS:
            raise LocalError("no such fault", got=self.name, expected=", ".join(FAULTS))
        low, high = _RANGES.get(self.name, (0, 10**6))
        if not isinstance(self.number, int) or not low <= self.number <= high:
            raise LocalError("a fault's number", got=self.number, expected=f"{low}..{high}", where=self.name)

    @classmethod
    def parse(cls, text: str) -> Fault:
        """A fault from `name` or `name=number`, as on the command line. Raises LocalError for anything else."""
        name, _, number = text.partition("=") if isinstance(text, str) else (text, "", "")
        try:
            return cls(name, int(number or 1))
        except ValueError as error:
            if isinstance(error, LocalError):
                raise
            raise LocalError("a fault takes a whole number", got=number, where=name) from None


class Faults:
    """The faults that a data centre has on order, and how often each has happened."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._number: dict[str, int] = {}
        self._happened: Counter[str] = Counter()
        for fault in faults:
            if not isinstance(fault, Fault):
                raise LocalError("faults", got=fault, expected="Fault(name, number)", where="faults")
            self._number[fault.name] = fault.number

    def setting(self, name: str) -> int:
        """The number of a fault, 0 if it is not on order. Raises LocalError for a name that is not in `FAULTS`."""
        if name not in FAULTS:
            raise LocalError("no such fault", got=name, expected=", ".join(FAULTS))
        return self._number.get(name, 0)

    def due(self, name: str) -> bool:
        """Whether a fault must still happen. Asking does not count it."""
        times = bool(self.setting(name)) if name in _RANGES else self.setting(name)
        return self._happened[name] < times

    def strike(self, name: str) -> bool:
        """Whether a fault happens now; if so, it is counted."""
        due = self.due(name)
        self._happened[name] += due
        return due
