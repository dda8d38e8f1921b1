"""What does a data centre answer to a binding with one wrong field? The experiment of lesson 18, for any data centre.

The bindings are well-formed and use throw-away keys. There is one in a second, and never more than `MOST`. A genuine
seal with a wrong number in it attacks nobody: at worst, the client's own temporary key gets bound.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from mtlib.crypto.entropy import Patterned
from mtlib.errors import RpcError, TransportError, Unreachable
from mtlib.lab import tripping
from mtlib.lab.samples import DAY, NOW
from mtlib.net.client import Client, connect
from mtlib.net.endpoints import TELEGRAM_TEST
from mtlib.net.server import LocalDC
from mtlib.protocol.binding import Binding

MOST, PAUSE = 24, 1.0
"""The most bindings in one experiment, and the seconds between two of them."""

Change = Callable[[Binding], bytes]
"""A function from a right binding to the request to send in its place."""


def inside(place: int, data: bytes) -> Change:
    """A change of the envelope: other bytes at `place`, sealed by the owner of the permanent key."""
    return lambda binding: tripping.inside(binding, place, data)


def outside(place: int, data: bytes) -> Change:
    """A change of the request: other bytes at `place`, outside the ciphertext."""
    return lambda binding: tripping.put(bytes(binding.request), place, data)


def ending(seconds: int, *, promised: bool = False) -> Change:
    """A change of expires_at, the same inside and outside: to so many seconds after now, or after the end that the
    exchange promised."""
    def change(binding: Binding) -> bytes:
        start = binding.expires_at if promised else binding.msg_id >> 32
        return bytes(replace(binding, expires_at=start + seconds).request)

    return change


CASES: Mapping[str, Change] = {
    "nonce, inside": inside(36, bytes(8)),
    "nonce, outside": outside(12, bytes(8)),
    "temp_auth_key_id": inside(44, bytes(8)),
    "perm_auth_key_id, inside": inside(52, bytes(8)),
    "perm_auth_key_id, outside": outside(4, bytes(8)),
    "perm_auth_key_id, in front": outside(25, bytes(8)),
    "temp_session_id": inside(60, bytes(8)),
    "expires_at, inside": inside(68, bytes(4)),
    "expires_at, outside": outside(20, bytes(4)),
    "msg_id": inside(16, bytes(8)),
    "seqno": inside(24, bytes([1])),
    "length": inside(28, bytes([44])),
    "constructor": inside(32, bytes(4)),
    "ends one second ago": ending(-1),
    "ends in ten seconds": ending(10),
    "ends a minute late": ending(60, promised=True),
    "ends ten minutes late": ending(600, promised=True),
    "ends a month late": ending(30 * DAY, promised=True),
    "random all zero": lambda binding: bytes(replace(binding, random=bytes(16)).request),
    "all right": lambda binding: bytes(binding.request),
    "all right, once more": lambda binding: bytes(binding.request),
}


def ask(client: Client, change: Change) -> str:
    """Send a changed binding; gives the answer in a word."""
    msg_id = client.session.next_msg_id(client.clock())
    try:
        answer = client.ask(change(client.build_binding(msg_id)), msg_id)
    except RpcError as error:
        return error.name
    except (TransportError, Unreachable) as error:  # that ends the connection
        client.dial()
        client.make_temp_key()
        return str(getattr(error, "name", "silence"))
    return str(getattr(answer, "name", type(answer).__name__))


def experiment(client: Client, sleep: Callable[[float], object] = time.sleep) -> Iterator[tuple[str, str]]:
    """The name of each case and its answer. First a right binding is sent, with at most four tries, to be certain that
    the permanent key is known. Raises the errors of `Client.settle`."""
    client.settle()
    client.make_temp_key()
    for name, change in list(CASES.items())[: MOST - 3]:
        sleep(PAUSE)
        answer = ask(client, change)
        yield name, answer
        if answer == "boolTrue" and name != "all right":  # the key is bound now: the next case needs a new one
            client.make_temp_key()


@contextmanager
def rehearsal() -> Iterator[Client]:
    """A client of a local data centre that is treated like Telegram's test DC 2: only requests that the library makes
    may be sent to it, and its keys are destroyed at the end."""
    with LocalDC(dc_id=10002, clock=lambda: NOW, entropy=Patterned("played")) as played:
        part = replace(TELEGRAM_TEST[2], addresses=((played.host, played.port),), key=played.public_key)
        with connect(part, clock=lambda: NOW, entropy=Patterned("rehearsal")) as guest:
            yield guest
