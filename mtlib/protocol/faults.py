"""Bad luck on order: what can go wrong at a data centre, so that a client's recovery can be tried.

A `Fault` is a name and a number. `Faults` counts: some happen a number of times, others are a setting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mtlib.errors import LocalError

FAULTS: Mapping[str, str] = {
    "refuse-bind": "the first N bindings are refused with ENCRYPTED_MESSAGE_INVALID, whatever their bytes",
    "slow": "the first N bindings are answered -503 Timeout",
    "wrong-salt": "the first N messages under an unbound temporary key, so the binding, are answered bad_server_salt",
    "forget-temp-keys": "N times, the packet after a binding finds all temporary keys forgotten: -404",
    "lose-bindings": "N times, the packet after a binding finds all bindings lost: AUTH_KEY_PERM_EMPTY",
    "dh-retry": "the first N keys are answered dh_gen_retry",
    "cut-exchange": "N times, the connection is cut instead of the answer to req_DH_params",
    "cut-frame": "N times, the connection is cut in the middle of the answer to a binding",
    "clock-offset": "the data centre's clock is N seconds ahead (negative: behind)",
    "short-expiry": "temporary keys live at most N seconds, whatever was asked for",
    "split-frames": "answers leave in pieces of N bytes",
    "pad-plain-answers": "plain answers are followed by N bytes of noise inside the message, as Telegram's are",
}
"""Every fault, with what its number N means; N is 1 where it is left out."""

_REASON = {
    "clock-offset": (-(10**7), 10**7),
    "split-frames": (1, 65536),
    "pad-plain-answers": (0, 512),
    "short-expiry": (1, 10**7),
}
"""Numbers that make sense, where they are not those of something that happens a number of times."""


@dataclass(frozen=True)
class Fault:
    """One fault on order. Raises LocalError for a name that is not in `FAULTS`, and for a number out of reason."""

    name: str
    number: int = 1

    def __post_init__(self) -> None:
        if self.name not in FAULTS:
            raise LocalError("no such fault", got=self.name, expected=", ".join(FAULTS))
        low, high = _REASON.get(self.name, (0, 10**6))
        if not isinstance(self.number, int) or not low <= self.number <= high:
            raise LocalError("a fault's number", got=self.number, expected=f"{low}..{high}", where=self.name)

    @classmethod
    def parse(cls, text: str) -> Fault:
        """From `name` or `name=number`, as on the command line."""
        name, _, number = text.partition("=")
        try:
            return cls(name, int(number or 1))
        except ValueError as error:
            if isinstance(error, LocalError):
                raise
            raise LocalError("a fault takes a whole number", got=number, where=name) from None


class Faults:
    """The faults of one data centre, and how often each has happened."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._left = {fault.name: fault.number for fault in faults}

    def setting(self, name: str) -> int:
        """The number of a fault that is a setting, 0 where it is not on."""
        return self._left.get(name, 0)

    def take(self, name: str) -> bool:
        """Whether a counted fault happens now; it has then happened once more."""
        left = self._left.get(name, 0)
        if left > 0:
            self._left[name] = left - 1
        return left > 0
