"""Fourteen attacks on a binding, carried out with real envelopes against the data centre's byte interface.

`World` is one victim with both keys, and a data centre in which checks can be switched off. An attack is a function
that tries, and says whether the attacker has what he wanted. Source of the list: the fields and rules of
core.telegram.org/method/auth.bindTempAuthKey, each left out in turn.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from mtlib.crypto.keys import AuthKey
from mtlib.errors import TransportError
from mtlib.protocol.binding import Binding
from mtlib.protocol.checks import Rules
from mtlib.protocol.keyring import KnownKey
from mtlib.protocol.limits import Limits
from mtlib.wire import Dissection
from mtlib.wire.schema import REQUEST
from tests.talking import Talker, Wire, call, centre

DAY = 86400


@dataclass(frozen=True)
class Switches:
    """What is off: checks of the data centre by name, and the rules around them."""

    skip: frozenset[str] = frozenset()
    one_temp_key: bool = True
    duplicates: bool = True
    window: bool = True

    def centre(self) -> Any:
        limits = Limits() if self.window else Limits(past=10 * DAY)
        return centre(rules=Rules(one_temp_key=self.one_temp_key, skip=self.skip), limits=limits)


class Party(Talker):
    """Somebody with keys that the data centre knows: put there, because making them is not what is attacked."""

    def __init__(self, wire: Wire, perm: AuthKey, temp: AuthKey | None = None, session_id: int = 77) -> None:
        self.wire, now = wire, wire.now
        self.perm = SimpleNamespace(auth_key=perm)  # type: ignore[assignment]
        if wire.dc.keys.permanent(perm.id) is None:
            wire.dc.keys.add(perm, 1, now)
        self.new_temp(temp or fresh_key(), session_id)

    def new_temp(self, temp: AuthKey, session_id: int) -> None:
        """A temporary key of one day, and a session under it."""
        end = int(self.now) + DAY
        self.wire.dc.keys.add(temp, 1, self.now, end)
        self.temp = SimpleNamespace(auth_key=temp, expires_at=end, server_salt=1, time_offset=0)  # type: ignore[assignment]
        self.session = self.open(self.temp, session_id)


def fresh_key() -> AuthKey:
    return AuthKey(os.urandom(256))


class World:
    """A data centre, and a victim whose binding `first` was accepted; its request is what the attackers have seen."""

    def __init__(self, switches: Switches) -> None:
        self.switches = switches
        self.dc = switches.centre()
        self.victim = Party(Wire(self.dc), fresh_key())
        self.perm, self.stolen = self.victim.perm.auth_key, self.victim.temp.auth_key
        self.first = self.victim.binding()

    @property
    def now(self) -> float:
        return self.victim.wire.now

    def known(self, key: AuthKey) -> KnownKey:
        found = self.dc.keys.get(key.id, self.now)
        assert found is not None, "the data centre has lost a key that the attack is about"
        return found

    def bound(self, key: AuthKey) -> int | None:
        return self.known(key).bound_to

    def bind_victim(self) -> None:
        assert self.victim.bind(self.first).name == "boolTrue"

    def supersede(self) -> None:
        """The victim binds a new temporary key; the old one is in the thief's hands.

        Our data centre forgets the old one altogether, and nothing more can be tried with it. The attacks are about
        one that only unties it, so here it comes back, untied, with its sessions.
        """
        self.bind_victim()
        old = self.known(self.stolen)
        self.victim.wire.now += 1
        self.victim.new_temp(fresh_key(), 78)
        assert self.victim.bind().name == "boolTrue"
        if self.switches.one_temp_key:
            self.dc.keys._temporary[self.stolen.id] = old
            old.bound_to, old.bound_by = None, b""

    def thief(self, session_id: int | None = None) -> Party:
        """Whoever has the stolen key, in the victim's session or in one of his own."""
        made = Party.__new__(Party)
        made.wire = Wire(self.dc, now=self.now)
        made.temp = SimpleNamespace(auth_key=self.stolen, server_salt=1, time_offset=0)  # type: ignore[assignment]
        made.session = made.open(made.temp, self.first.session_id if session_id is None else session_id)
        made.session.salt = self.known(self.stolen).salts.current(self.now)
        return made

    def replay(self, thief: Party, request: Dissection | bytes, msg_id: int) -> bool:
        """Send it, and say whether the stolen key is bound to the victim's account afterwards."""
        thief.result(request, msg_id=msg_id)
        return self.bound(self.stolen) == self.perm.id

    def forget_sessions(self) -> None:
        """What a restart of the part that keeps sessions does: no floor remains."""
        self.known(self.stolen).sessions.clear()


def _outer(binding: Binding, **changes: Any) -> Dissection:
    """The request with other values outside the seal."""
    request = binding.request
    fields = ("perm_auth_key_id", "nonce", "expires_at", "encrypted_message")
    return REQUEST.build(**{name: request[name] for name in fields} | changes)


def a0_claim(world: World) -> bool:
    """Somebody names the victim's account for his own temporary key; he knows its id and no more."""
    attacker = Party(Wire(world.dc), fresh_key())
    msg_id = attacker.session.next_msg_id(world.now)
    forged = world.perm.id_bytes + os.urandom(16 + 80)
    attacker.result(_outer(world.first, expires_at=int(world.now) + DAY, encrypted_message=forged), msg_id=msg_id)
    return world.bound(attacker.temp.auth_key) == world.perm.id


def a1_transplant(world: World) -> bool:
    """The captured binding for the attacker's own temporary key, with session and msg_id copied."""
    attacker = Party(Wire(world.dc), fresh_key(), session_id=world.first.session_id)
    attacker.result(world.first.request, msg_id=world.first.msg_id)
    return world.bound(attacker.temp.auth_key) == world.perm.id


def a2_resurrect_newmsg(world: World) -> bool:
    """The old binding again on the stolen, superseded key: same session, fresh msg_id."""
    world.supersede()
    thief = world.thief()
    return world.replay(thief, world.first.request, thief.session.next_msg_id(world.now))


def a3_resurrect_newsession(world: World) -> bool:
    """The same two minutes later with the old msg_id, in a session that has seen nothing yet."""
    world.supersede()
    world.victim.wire.now += 120
    return world.replay(world.thief(session_id=4242), world.first.request, world.first.msg_id)


def a4_extend(world: World) -> bool:
    """The thief of a live key asks for a year."""
    world.bind_victim()
    world.victim.wire.now += 60
    world.forget_sessions()
    before = world.known(world.stolen).expires_at or 0
    longer = _outer(world.first, expires_at=int(world.now) + 365 * DAY)
    world.replay(world.thief(), longer, world.first.msg_id)
    return (world.known(world.stolen).expires_at or 0) > before


def a5_uks(world: World) -> bool:
    """The attacker's own account for the victim's temporary key, named inside his seal and sent through his tunnel."""
    attacker = Party(Wire(world.dc), fresh_key())
    msg_id = attacker.session.next_msg_id(world.now)
    binding = replace(attacker.binding(msg_id=msg_id), temp_key=world.stolen)
    attacker.result(binding.request, msg_id=msg_id)
    return world.bound(world.stolen) == attacker.perm.auth_key.id


def a6_two_keys(world: World) -> bool:
    """One envelope, two accounts: another permanent key with the same first 128 bytes opens it too."""
    twin = AuthKey(bytes(world.perm)[:128] + os.urandom(128))
    world.dc.keys.add(twin, 1, world.now)
    sealed = twin.id_bytes + bytes(world.first.encrypted_message)[8:]
    request = _outer(world.first, perm_auth_key_id=twin.id, encrypted_message=sealed)
    world.victim.result(request, msg_id=world.first.msg_id)
    return world.bound(world.stolen) == twin.id


def a7_switch(world: World) -> bool:
    """A live tunnel changes its account: a second permanent key of the attacker's own, everything else right."""
    world.bind_victim()
    second = fresh_key()
    world.dc.keys.add(second, 1, world.now)
    binding = replace(world.victim.binding(), perm_key=second)
    world.victim.bind(binding)
    return world.bound(world.stolen) == second.id


def a8_nonce(world: World) -> bool:
    """Whoever holds the tunnel changes the nonce outside."""
    world.victim.result(_outer(world.first, nonce=world.first.nonce ^ 1), msg_id=world.first.msg_id)
    return world.bound(world.stolen) == world.perm.id


def a9_stale_old_key(world: World) -> bool:
    """The superseded key simply goes on working."""
    world.supersede()
    answer = world.thief().result(call("help.getAppConfig", hash=0))
    return isinstance(answer, Dissection) and answer.name == "help.appConfig"


def a10_mitm(world: World) -> bool:
    """Somebody with the server's RSA key sits between: one temporary key with the client, another with the server."""
    between = Party(Wire(world.dc), fresh_key(), session_id=world.first.session_id)
    between.result(world.first.request, msg_id=world.first.msg_id)
    return world.bound(between.temp.auth_key) == world.perm.id


def a11_exact_replay(world: World) -> bool:
    """The very packet again, two minutes later, on the superseded key."""
    world.supersede()
    world.victim.wire.now += 120
    if not world.switches.duplicates:
        session = world.known(world.stolen).sessions[world.first.session_id]
        session.window._seen.clear()
        session._answers.clear()
    return world.replay(world.thief(), world.first.request, world.first.msg_id)


def a12_exact_replay_forgotten(world: World) -> bool:
    """The very packet again, an hour later, when the server has lost its sessions."""
    world.supersede()
    world.victim.wire.now += 3600
    world.forget_sessions()
    return world.replay(world.thief(), world.first.request, world.first.msg_id)


def a13_replay_forgotten_soon(world: World) -> bool:
    """The same after two minutes only: within the window, and nobody remembers."""
    world.supersede()
    world.victim.wire.now += 120
    world.forget_sessions()
    return world.replay(world.thief(), world.first.request, world.first.msg_id)


ATTACKS: dict[str, Callable[[World], bool]] = {
    attack.__name__.partition("_")[0].upper(): attack
    for attack in (
        a0_claim, a1_transplant, a2_resurrect_newmsg, a3_resurrect_newsession, a4_extend, a5_uks, a6_two_keys,
        a7_switch, a8_nonce, a9_stale_old_key, a10_mitm, a11_exact_replay, a12_exact_replay_forgotten,
        a13_replay_forgotten_soon,
    )
}  # fmt: skip


def succeeding(switches: Switches) -> set[str]:
    """Which attacks succeed then, each in a world of its own."""
    return {name for name, attack in ATTACKS.items() if _tried(attack, switches)}


def _tried(attack: Callable[[World], bool], switches: Switches) -> bool:
    try:
        return attack(World(switches))
    except TransportError:  # the data centre hung up on the attacker
        return False
