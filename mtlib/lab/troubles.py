"""Five troubles in which a bind is refused, and the loop that does what a rule says after each refusal (lesson 20)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mtlib.crypto.entropy import Patterned
from mtlib.errors import RpcError, TransportError
from mtlib.lab.samples import NOW
from mtlib.net.client import Client, connect
from mtlib.net.server import LocalDC
from mtlib.protocol.checks import Rules
from mtlib.protocol.faults import Fault

MOST = 20
"""Tries after which nobody waits any longer."""
WAIT = 30
"""Seconds between two tries."""

Rule = Callable[[str, int, int, int, bool, int, int], str]
"""Error, attempt, created, first_bind, ever_bound, server_now, local_now: what to do. As in the exercise `retry`."""


class Trouble(NamedTuple):
    """What the data centre is like, how old the permanent key is, whether this build ever got boolTrue, and what the
    data centre forgets before the first bind."""

    options: Callable[[], Mapping[str, Any]]
    age: int
    ever_bound: bool
    forgets: str = ""


TROUBLES: Mapping[str, Trouble] = {
    "the key is young": Trouble(lambda: {"rules": Rules(perm_key_delay=60)}, 0, True),
    "refused once, for no reason": Trouble(lambda: {"faults": [Fault("refuse-bind")]}, 0, True),
    "forgotten by the DC": Trouble(dict, 0, True, forgets="temporary"),
    "the client has a bug": Trouble(lambda: {"faults": [Fault("refuse-bind", 1000)]}, 3600, False),
    "the key was dropped": Trouble(dict, 3600, True, forgets="permanent"),
}


class Settled(NamedTuple):
    """How it ended: the number of tries, whether the key is bound, and whether the permanent key is still the first."""

    tries: int
    bound: bool
    kept: bool


def settle(rule: Rule, name: str) -> Settled:
    """Bind to a data centre with the trouble of this name, and after each refusal do what the rule says."""
    trouble, clock = TROUBLES[name], [NOW]
    with LocalDC(clock=lambda: clock[0], entropy=Patterned(name), **trouble.options()) as dc:
        client = connect(dc, clock=lambda: clock[0], entropy=Patterned("client"))
        first, created = client.perm_key, clock[0]
        clock[0] += trouble.age
        if trouble.forgets == "permanent" and first is not None:
            dc.dc.keys.drop(first.id)
        elif trouble.forgets:
            dc.dc.keys.forget_temporary()
        begun, tries, answer = clock[0], 0, ""
        while tries < MOST and answer != "boolTrue":
            tries += 1
            answer = _bind(client)
            if answer == "boolTrue":
                break
            action = rule(answer, tries, created, begun, trouble.ever_bound, clock[0], clock[0])
            if action == "stop":
                break
            clock[0] += WAIT
            created = _obey(client, action, answer, created, clock[0])
        kept = client.perm_key == first
        client.close()
    return Settled(tries, answer == "boolTrue", kept)


def _bind(client: Client) -> str:
    """What the client sees, in a word."""
    try:
        client.bind()
    except (RpcError, TransportError) as error:
        return error.name if error.code > 0 else str(error.code)
    return "boolTrue"


def _obey(client: Client, action: str, answer: str, created: int, now: int) -> int:
    """Do what the rule says; since when there is the permanent key that the client has then."""
    if answer == "-404":
        client.dial()  # it ended the connection
    if action == "drop_both_keys":
        client.perm_key = None
        client.make_keys()
        return now
    if action == "new_temp_key":
        client.make_temp_key()
    return created
