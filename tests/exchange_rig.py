"""For the tests of the key exchange: a server's key, entropy with chosen draws, and a wire that can be cut."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mtlib.crypto.entropy import Entropy, Patterned
from mtlib.crypto.rsa import PrivateKey, PublicKey
from mtlib.protocol.exchange import ExchangeStep, begin
from mtlib.protocol.exchange_server import AwaitReqPq, Server
from mtlib.wire.dissection import Dissection

VECTORS = Path(__file__).parent / "vectors"
NOW = 1_790_000_000


def vector(name: str) -> Any:
    """A file of recorded or computed values."""
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


SESSION = vector("synthetic_session.json")
RSA = PrivateKey.from_pem(SESSION["rsa"]["pem_private"])
TELEGRAM = PublicKey(
    int(next(key["n"] for key in vector("rsa_keys.json")["vectors"] if key["name"].startswith("production")), 16)
)
"""A real key, of which nobody here has the other half."""
SERVER = AwaitReqPq(Server((RSA,)))


def old_seal(data: bytes, key: PublicKey, entropy: Entropy) -> bytes:
    """The scheme before RSA_PAD, as clients with the old keys speak it: SHA1(data) ‖ data ‖ padding, 255 bytes."""
    padding = entropy.draw("padding", 235 - len(data))
    return key.apply(b"\0" + hashlib.sha1(data).digest() + data + padding)


class Chosen:
    """Another source of entropy, except for the draws that are named: `Chosen(source, {"RSA_PAD/padding": ...})`."""

    def __init__(self, source: Entropy, chosen: Mapping[str, bytes], scope: str = "") -> None:
        self._source, self._chosen, self._scope = source, chosen, scope

    def at(self, scope: str) -> Chosen:
        return Chosen(self._source.at(scope), self._chosen, f"{self._scope}{scope}/")

    def draw(self, label: str, size: int, *, attempt: int = 0) -> bytes:
        value = self._chosen.get(self._scope + label)
        if value is None or attempt:
            return self._source.draw(label, size, attempt=attempt)
        assert len(value) == size, f"{self._scope}{label} is drawn with {size} bytes"
        return value


def sources(seed: str, **chosen: bytes) -> dict[str, Entropy]:
    """Entropy for both sides; `chosen` names draws with `__` for `/`."""
    draws = {name.replace("__", "/"): value for name, value in chosen.items()}
    return {f"{who}_entropy": Chosen(Patterned(f"{seed} {who}"), draws) for who in ("client", "server")}


def opening(entropy: Entropy, dc_id: int | None = 2, expires_in: int | None = None) -> ExchangeStep:
    """A client that trusts our server."""
    return begin(entropy, server_keys=[RSA.public], dc_id=dc_id, expires_in=expires_in)


class Joined(NamedTuple):
    """A whole conversation: every body in the order in which it was sent, and where both sides ended."""

    transcript: list[Dissection]
    client: Any
    server: Any


def converse(
    client: ExchangeStep,
    server: Any = SERVER,
    *,
    client_entropy: Entropy,
    server_entropy: Entropy,
    now: int = NOW,
    meddle: Callable[[str, bytes, Any], bytes] = lambda name, body, knower: body,
) -> Joined:
    """Both talk to the end or to the first error, with somebody on the wire: `meddle(name, body, knower)` gives what
    arrives instead of `body`.

    `knower` is the state of whoever sends, so that an inside job can be simulated too.
    """
    transcript: list[Dissection] = []
    while client.send is not None:
        body = meddle(client.send.name, bytes(client.send), client.state)
        answered = server.receive(body, server_entropy, now)
        transcript += [client.send, answered.send]
        body = meddle(answered.send.name, bytes(answered.send), answered.state)
        client, server = client.state.receive(body, client_entropy, now), answered.state
    return Joined(transcript, client.state, server)
