"""Refused binds: single cases, as a client sees them and as the data centre logs them (lesson 19), and five troubles in
which a loop follows the reader's rule after each refusal (lesson 20)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from textwrap import fill
from typing import Any, NamedTuple

from mtlib.crypto.entropy import Patterned
from mtlib.errors import LocalError, MtError, RpcError, TransportError
from mtlib.lab.samples import NOW
from mtlib.net.client import Client, connect
from mtlib.net.server import LocalDC
from mtlib.protocol.checks import Rules
from mtlib.protocol.faults import Fault
from mtlib.protocol.packets import TO_SERVER, open_packet
from mtlib.wire.schema import SCHEMA

MOST = 20
"""The most tries; after these the loop gives up."""
WAIT = 30
"""Seconds between two tries."""

Rule = Callable[[str, int, int, int, bool, int, int], str]
"""A rule as in the exercise `retry`: error, attempt, created, first_bind, ever_bound, server_now, local_now give an
action."""


class Trouble(NamedTuple):
    """A data centre's options, the age of the permanent key in seconds, whether this build ever got boolTrue, and the
    kind of keys that the data centre forgets before the first bind."""

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
    """The end of a trouble: the number of tries, whether the key is bound, and whether the permanent key was kept."""

    tries: int
    bound: bool
    kept: bool


TOLD = ("bind_refused", "fault", "unknown_key", "bad_message", "call_refused")
"""The events of a data centre's log that say why a bind was refused."""
_numbers = count(1)


def client_of(dc: LocalDC, **options: Any) -> Client:
    """A new client of a lesson with both keys, not bound yet. Its keys are patterned, and new in every call."""
    return connect(dc, **{"clock": lambda: NOW, "entropy": Patterned(f"client {next(_numbers)}"), **options})


def seen(action: Callable[[], Any], *, code: bool = False) -> str:
    """The outcome of an action for the client in a few words; with `code`, an error has its code and its name."""
    try:
        answer = action()
    except (RpcError, TransportError) as error:
        if code:
            return f"{error.code} {error.name}"
        return error.name if error.code > 0 else str(error.code)
    except MtError as error:
        return error.message.partition(";")[0]
    return "boolTrue" if answer is True else str(getattr(answer, "name", type(answer).__name__))


def case(sent: str, dc: LocalDC, action: Callable[[], Any], cure: str) -> None:
    """Run `action`, and print its outcome for the client, what was sent, the reason in the log, and what to do."""
    before = len(dc.trace)
    print(seen(action, code=True))
    reason = next((event.text for event in list(dc.trace)[before:] if event.name in TOLD), "(nothing)")
    for head, words in {"sent": sent, "DC": reason, "to do": cure}.items():
        print(fill(words, 96, initial_indent=f"    {head:<8}", subsequent_indent=" " * 12))
    print()


def bind_with(client: Client, **changes: Any) -> Any:
    """Send a binding with other values, the same inside and outside the seal."""
    msg_id = client.session.next_msg_id(client.clock())
    return client.ask(replace(client.build_binding(msg_id), **changes).request, msg_id)


def over_the_permanent_key(client: Client) -> Any:
    """Send the whole call through a tunnel of another permanent key."""
    session = client.new_session(client.exchange(), session_id=7)
    msg_id = session.next_msg_id(client.clock())
    request = replace(client.build_binding(msg_id), session_id=7).request
    return client.ask(request, msg_id, session=session)


def calls(client: Client) -> list[str]:
    """The names of the calls sent under the client's present temporary key; a wrapped call is in brackets."""
    found = []
    for direction, packet in client.connection.transcript:
        if direction == "sent" and packet[:8] == client.temp_key.id_bytes:
            body = SCHEMA.dissect(open_packet(packet, client.temp_key, TO_SERVER)["request"])
            found += [each["body"] for each in body["messages"]] if body.name == "msg_container" else [bytes(body)]
    return [name for name in map(_name, found) if name != "msgs_ack"]


def _name(body: Any) -> str:
    found = SCHEMA.dissect(bytes(body))
    return f"{found.name}({_name(found['query'])})" if "query" in found.values else str(found.name)


def settle(rule: Rule, name: str) -> Settled:
    """Bind at a data centre with the trouble `name`, and do what the rule says after each refusal. LocalError for a
    name that is not among the troubles."""
    if name not in TROUBLES:
        raise LocalError("no such trouble", got=name, expected=", ".join(TROUBLES), where="name")
    trouble, clock = TROUBLES[name], [NOW]
    with LocalDC(clock=lambda: clock[0], entropy=Patterned(name), **trouble.options()) as dc:
        client = connect(dc, clock=lambda: clock[0], entropy=Patterned("client"))
        first, created = client.perm_key, clock[0]
        clock[0] += trouble.age
        if trouble.forgets == "permanent" and first is not None:
            dc.dc.keys.drop(first.id)
        elif trouble.forgets:
            dc.dc.keys.forget_temporary()
        begun = clock[0]
        for tries in range(1, MOST + 1):
            answer = seen(client.bind)
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


def _obey(client: Client, action: str, answer: str, created: int, now: int) -> int:
    """Do what the rule says; gives the time at which the client's permanent key was made."""
    if answer == "-404":
        client.dial()  # it ended the connection
    if action == "drop_both_keys":
        client.perm_key = None
        client.make_keys()
        return now
    if action == "new_temp_key":
        client.make_temp_key()
    return created
