"""What a data centre is made of, apart from its conversations: keys, rules, limits, faults, trace.

`DataCenterState` is shared by every connection; `Connection` is what the answering code may know of one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from weakref import WeakSet

from mtlib.crypto.entropy import Entropy, System
from mtlib.crypto.rsa import PrivateKey
from mtlib.errors import LocalError
from mtlib.protocol.checks import Facts, Rules, Verdict
from mtlib.protocol.events import Event, Trace
from mtlib.protocol.faults import Fault, Faults
from mtlib.protocol.keyring import Keyring
from mtlib.protocol.limits import Limits


class DataCenterState:
    """Keys, sessions and bindings of one data centre, and the trace of what happened.

    `dc_id` is accepted in a key exchange, and for temporary keys its negative (media); absent is fine, anything else is
    -444. 10000 is added for a test data centre. `address` is what help.getConfig tells. `consult`, where
    somebody sets it, says in a sentence which mistake a refused binding shows; the sentence goes into the trace.
    """

    def __init__(
        self,
        rsa: PrivateKey,
        *,
        dc_id: int = 2,
        rules: Rules | None = None,
        limits: Limits | None = None,
        faults: Iterable[Fault] = (),
        entropy: Entropy | None = None,
        address: tuple[str, int] = ("127.0.0.1", 443),
    ) -> None:
        if not isinstance(dc_id, int) or not 0 < abs(dc_id) < 2**31:
            raise LocalError("a dc id is an int of 32 bits", got=dc_id, expected="2, 10002, -2, ...", where="dc_id")
        self.rsa, self.dc_id, self.address = rsa, dc_id, address
        self.rules = rules or Rules()
        self.limits = limits or Limits()
        self.faults = Faults(faults)
        self.entropy = entropy or System()
        self.keys = Keyring(self.limits, self.entropy)
        self.trace = Trace(self.limits.trace)
        self.exchanging: WeakSet[Connection] = WeakSet()
        self.just_bound = False
        self.consult: Callable[[Facts], str] | None = None
        self.connections_made = 0

    @property
    def this_dc(self) -> int:
        return abs(self.dc_id) % 10000

    @property
    def test_mode(self) -> bool:
        return abs(self.dc_id) > 10000

    def accepts_dc(self, dc: int | None, temporary: bool) -> bool:
        """Whether a key exchange that names `dc` belongs here."""
        return dc is None or dc == self.dc_id or (temporary and dc == -self.dc_id)

    def clock(self, now: float) -> float:
        """This data centre's idea of the time."""
        return now + self.faults.setting("clock-offset")

    def clashes(self, auth_key_id: int) -> bool:
        """Whether a new key of that id cannot be had: it is taken, or said to be."""
        return any(key.auth_key.id == auth_key_id for key in self.keys) or self.faults.take("dh-retry")


class Connection:
    """One connection: its number in the trace, its entropy, and how many seconds of silence it bears (`patience`)."""

    def __init__(self, dc: DataCenterState) -> None:
        dc.connections_made += 1
        self.dc, self.number = dc, dc.connections_made
        self.entropy = dc.entropy.at(f"connection-{self.number}")
        self.patience: float = dc.limits.handshake_seconds
        self.afterwards: list[Callable[[], None]] = []

    def note(self, name: str, now: float, text: str, verdict: Verdict | None = None, **facts: object) -> None:
        """Record what happened."""
        self.dc.trace.add(Event(name, self.number, now, text, facts, verdict))
