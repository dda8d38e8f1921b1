"""The data centre's byte interface under fire, in every state that a connection can be in.

One data centre lives through it all. Whatever comes in, `receive` answers or hangs up and never raises; it says at most
a few kilobytes more than it was told, it binds nothing but the one right binding, and an honest client is served as
before.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mtlib.crypto.entropy import System
from mtlib.protocol.binding import Binding
from mtlib.protocol.datacenter import DataCenter, Peer
from mtlib.protocol.exchange import begin
from mtlib.protocol.messages import next_msg_id
from mtlib.protocol.packets import REQUEST_MESSAGE, padding_size, plain_packet, seal
from mtlib.protocol.state import KnownKey
from mtlib.transport.framing import FRAMINGS
from mtlib.transport.stream import ClientStream
from mtlib.wire.schema import SCHEMA
from tests.fuzzing import SLOW, bodies, spoiled
from tests.talking import NOW, Talker, centre, rsa

MOST = 70_000
"""Bytes that one input may make the data centre say: an echo of what came in, and its longest answer."""


@dataclass
class Victim:
    """A data centre with a permanent key, an unbound and a bound temporary key, and the states of an exchange."""

    rng: random.Random
    dc: DataCenter = field(default_factory=centre)
    inputs: int = 0
    states: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.talker, bound = Talker(self.dc), Talker(self.dc)
        bound.bind()
        self.keys = {"permanent": self.talker.perm, "unbound": self.talker.temp, "bound": bound.temp}
        self.owner = bound.perm.auth_key.id
        self.binding = self.talker.binding(session_id=1)
        self.asked = _exchange_states()
        self.now = NOW

    # -- one input

    def shoot(self) -> None:
        """One damaged input, in a state drawn by lot."""
        name, attack = self.rng.choice(_ATTACKS)
        self.states[name] = self.states.get(name, 0) + 1
        self.inputs += 1
        self.now += 0.001
        sent: list[bytes] = []
        begun = time.perf_counter()
        try:
            attack(self, sent)
        except Exception as error:
            raise AssertionError(f"{name}: {error!r} after {[data.hex() for data in sent]}") from error
        spent = time.perf_counter() - begun
        assert spent < SLOW, f"{name} took {spent:.1f} s for {[data.hex() for data in sent]}"

    def tell(self, peer: Peer, data: bytes, sent: list[bytes]) -> bytes:
        """What the peer says to it; bounded, whatever it is."""
        sent.append(data)
        said = b"".join(peer.receive(data, self.now).chunks)
        assert len(said) <= len(data) + MOST, f"{len(said)} bytes for {len(data)}"
        return said

    def greeted(self, sent: list[bytes], framing: str | None = None) -> tuple[Peer, ClientStream]:
        """A new connection whose framing is known."""
        name = framing or self.rng.choice([*FRAMINGS])
        hidden = name != "full" and self.rng.random() < 0.1
        stream = ClientStream(name, obfuscated=hidden, entropy=System())
        peer = self.dc.accept()
        opening = stream.opening()
        if opening:
            self.tell(peer, opening, sent)
        return peer, stream

    def key(self, name: str) -> KnownKey:
        """One of the three keys, put back where an input had destroyed it."""
        made = self.keys[name]
        found = self.dc.keys.get(made.auth_key.id, self.now)
        if found is None:
            end = None if name == "permanent" else int(self.now) + 86400
            found = self.dc.keys.add(made.auth_key, made.server_salt, self.now, end)
        if name == "bound":
            found.bound_to = self.owner
        if name == "unbound":
            found.bound_to, found.bound_by = None, b""
        return found

    def bound(self) -> bool:
        """Whether the temporary key that was unbound is bound now."""
        found = self.dc.keys.get(self.keys["unbound"].auth_key.id, self.now)
        return found is not None and found.bound_to is not None


def _exchange_states() -> list[tuple[Any, bytes]]:
    """The states of a server in the middle of an exchange, and the query that each is waiting for."""
    from mtlib.protocol.exchange_server import AwaitReqPq, Server

    entropy, state = System(), AwaitReqPq(Server((rsa(),)))
    step, states = begin(entropy, server_keys=[rsa().public], dc_id=2), []
    current: Any = state
    while step.send is not None:
        states.append((current, bytes(step.send)))
        answered = current.receive(bytes(step.send), entropy, int(NOW))
        current = answered.state
        step = step.state.receive(bytes(answered.send), entropy, int(NOW))
    states.append((current, states[-1][1]))
    return states


# -- What is shot -----------------------------------------------------------------------------------------------------


def _noise(victim: Victim, sent: list[bytes]) -> None:
    """Before anything is known: any bytes, in one piece or several."""
    peer = victim.dc.accept()
    for _ in range(victim.rng.choice((1, 2))):
        victim.tell(peer, victim.rng.randbytes(victim.rng.randrange(1, 150)), sent)


def _frames(victim: Victim, sent: list[bytes]) -> None:
    """The framing is known; the frame itself is damaged."""
    peer, stream = victim.greeted(sent)
    frame = stream.send(bytes(plain_packet(next_msg_id(victim.now), victim.asked[0][1])))
    data = spoiled(victim.rng, [frame])
    at = victim.rng.randrange(len(data) + 1)
    for piece in (data[:at], data[at:]):
        if piece:
            victim.tell(peer, piece, sent)


def _queries(victim: Victim, sent: list[bytes]) -> None:
    """Some way into a key exchange: a damaged query, or one that is not due."""
    peer, stream = victim.greeted(sent, "intermediate")
    state, query = victim.rng.choice(victim.asked)
    peer._exchange = state
    samples = [query] if victim.rng.random() < 0.8 else bodies()
    packet = bytes(plain_packet(next_msg_id(victim.now), spoiled(victim.rng, samples)))
    if victim.rng.random() < 0.3:
        packet = spoiled(victim.rng, [packet])
    if packet:
        victim.tell(peer, stream.send(packet + bytes(-len(packet) % 4)), sent)


def _packets(victim: Victim, sent: list[bytes]) -> None:
    """Under a key, but not sealed with it: damaged after the seal."""
    key = victim.key(victim.rng.choice([*victim.keys]))
    peer, stream = victim.greeted(sent, "intermediate")
    packet = spoiled(victim.rng, [_sealed(victim, key, victim.rng.choice(bodies()))])
    if packet:
        victim.tell(peer, stream.send(packet), sent)


def _messages(name: str) -> Callable[[Victim, list[bytes]], None]:
    def attack(victim: Victim, sent: list[bytes]) -> None:
        """Properly sealed, so that the damage is read: bodies, containers, headers."""
        key = victim.key(name)
        peer, stream = victim.greeted(sent, "intermediate")
        for _ in range(victim.rng.choice((1, 1, 3))):
            packet = _sealed(victim, key, spoiled(victim.rng, bodies()), victim.rng.random() < 0.2)
            victim.tell(peer, stream.send(packet), sent)
            key = victim.key(name)

    return attack


def _bindings(victim: Victim, sent: list[bytes]) -> None:
    """A binding that is right but for some damage, from the keys' owner, in its own session and message."""
    key = victim.key("unbound")
    session_id = victim.rng.getrandbits(62)
    msg_id = next_msg_id(victim.now)
    perm, temp = victim.talker.perm.auth_key, victim.talker.temp.auth_key
    victim.key("permanent")
    right = bytes(Binding.draw(perm, temp, session_id=session_id, msg_id=msg_id,
                               expires_at=int(victim.now) + 3600, entropy=System()).request)
    damaged = spoiled(victim.rng, [right])
    peer, stream = victim.greeted(sent, "intermediate")
    victim.tell(peer, stream.send(_sealed(victim, key, damaged, session_id=session_id, msg_id=msg_id)), sent)
    same = len(damaged) == len(right) and damaged[:-3] == right[:-3]  # the last three pad a TL string
    assert victim.bound() == same, f"bound: {victim.bound()}, although the binding is {'right' if same else 'damaged'}"


def _sealed(
    victim: Victim, key: KnownKey, body: bytes, odd_header: bool = False, *, session_id: int = 1, msg_id: int = 0
) -> bytes:
    """A packet under a key that fits; with an odd header its salt, session, numbers or length are anything."""
    rng = victim.rng
    values: dict[str, Any] = {
        "salt": key.salts.current(victim.now), "session_id": session_id, "msg_id": msg_id or next_msg_id(victim.now),
        "seqno": 1 if msg_id else rng.choice((1, 1, 2, 3)), "length": len(body),
    }  # fmt: skip
    if odd_header:
        which = rng.choice([*values])
        bits = 32 if which in ("seqno", "length") else 64
        values[which] = rng.getrandbits(bits) - 2 ** (bits - 1)
    padding = bytes(padding_size(len(body)))
    message = bytes(REQUEST_MESSAGE.build(**values, request=b"", padding=b""))
    return bytes(seal(message + body + padding, key.auth_key))


_ATTACKS: Sequence[tuple[str, Callable[[Victim, list[bytes]], None]]] = (
    ("nothing said yet", _noise),
    ("framing known", _frames),
    ("in a key exchange", _queries),
    ("damaged packet", _packets),
    ("permanent key", _messages("permanent")),
    ("temporary key, unbound", _messages("unbound")),
    ("temporary key, bound", _messages("bound")),
    ("binding", _bindings),
)


def bombard(count: int, seed: int, victim: Victim | None = None) -> Victim:
    """`count` inputs. Afterwards an honest client binds and calls at the same data centre as if nothing had been."""
    victim = victim or Victim(random.Random(seed))
    for _ in range(count):
        victim.shoot()
    honest = Talker(victim.dc, now=victim.now)
    assert honest.bind().name == "boolTrue"
    assert honest.result(SCHEMA["help.getNearestDc"].build())["this_dc"] == 2
    return victim
