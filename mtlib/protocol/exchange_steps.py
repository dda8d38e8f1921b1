"""What both sides of a key exchange do alike: take a step, read what came, compare, draw numbers.

Source: core.telegram.org/mtproto/auth_key; core.telegram.org/mtproto/security_guidelines.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, NamedTuple

from mtlib.crypto.entropy import Entropy
from mtlib.crypto.groups import check_dh_public, generator_power
from mtlib.crypto.numbers import is_probable_prime
from mtlib.errors import CheckError, LocalError, PeerError
from mtlib.wire import SCHEMA, Dissection
from mtlib.wire.dissection import STRICT

REDRAWS = 8
"""How often a value that does not fit is drawn anew. With real entropy not even the second draw happens."""


class Step(NamedTuple):
    """What follows from a message: the state to go on from, and the TL body to send (None: nothing more).

    The body goes into a plain packet, `packets.plain(msg_id, step.send)`.
    """

    state: Any
    send: Dissection | None


@contextmanager
def inside(name: str) -> Iterator[None]:
    """Whatever a peer did wrong in here, it did inside of `name`."""
    try:
        yield
    except PeerError as error:
        raise error.within(name) from None


def awaited(body: Dissection | bytes, names: tuple[str, ...]) -> Dissection:
    """The object at the start of `body`, if it is one of `names`; bytes after it are ignored.

    Telegram's data centres pad their plain answers inside the announced length, TDLib pads its queries.
    Raises CheckError for another object, DecodeError for something that is none.
    """
    data = bytes(body)
    with inside(names[0]):
        found = SCHEMA.of(data)
    if found.name not in names:
        due = " or ".join(names)
        raise CheckError("something else is due now", got=found.name, expected=due, where=names[0])
    with inside(found.name):
        read: Dissection = found.read(data, 0, len(data), STRICT).value
    return read


def same(message: Dissection, **expected: bytes) -> None:
    """Raise CheckError, naming message and field, unless every named field has the expected bytes."""
    for name, value in expected.items():
        got = message[name]
        if got != value:
            where = f"{message.name}/{name}"
            raise CheckError(f"{name} is not that of this exchange", got=got, expected=value, where=where)


def draw_exponent(entropy: Entropy, label: str, g: int, p: int) -> tuple[int, int]:
    """A secret of 2048 bits, drawn as `label` ("a" or "b"), and g to its power, which is not near the edges.

    Raises LocalError where the entropy gives no such secret. Source: security_guidelines, "g_a and g_b
    validation": whoever sends such a value looks at it first.
    """
    for attempt in range(REDRAWS):
        secret = int.from_bytes(entropy.draw(label, 256, attempt=attempt), "big")
        public = generator_power(g, secret, p)
        try:
            check_dh_public(public, p, f"g_{label}")
        except CheckError:
            continue
        return secret, public
    raise LocalError("this entropy gives no usable exponent", where=label)


def draw_primes(entropy: Entropy) -> tuple[int, int]:
    """Two different odd primes p < q of four bytes each, drawn as `p` and `q`; their product is below 2**63.

    Raises LocalError where the entropy gives one prime again and again.
    """
    p = _prime(entropy.draw("p", 4))
    for attempt in range(REDRAWS):
        q = _prime(entropy.draw("q", 4, attempt=attempt))
        if p != q:
            return min(p, q), max(p, q)
    raise LocalError("this entropy gives no second prime", where="q")


def _prime(drawn: bytes) -> int:
    """The next prime from a number of 31 bits on."""
    start = int.from_bytes(drawn, "big") % 2**30 + 2**30 | 1
    return next(number for number in count(start, 2) if is_probable_prime(number))


class Joined(NamedTuple):
    """A whole conversation: every body in the order in which it was sent, and where both sides ended."""

    transcript: list[Dissection]
    client: Any
    server: Any


def pair(client: Step, server: Any, *, client_entropy: Entropy, server_entropy: Entropy, now: int) -> Joined:
    """Let a client that has begun and a server state talk in memory, to the end or to the first error.

    What one sends the other gets as bytes, as it would from a wire.
    """
    transcript: list[Dissection] = []
    while client.send is not None:
        answered = server.receive(bytes(client.send), server_entropy, now)
        transcript += [client.send, answered.send]
        client, server = client.state.receive(bytes(answered.send), client_entropy, now), answered.state
    return Joined(transcript, client.state, server)
