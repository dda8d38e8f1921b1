"""Sixteen attacks on a binding, carried out with real envelopes against the local data centre, without a socket.

A `World` is one victim with both keys, and a data centre whose checks can be switched off one by one (`PARTS`). An
attack runs in a world and returns whether the attacker succeeded. All randomness comes from the entropy of the world.
Source of the list: the fields and rules of core.telegram.org/method/auth.bindTempAuthKey and core.telegram.org/api/pfs,
each left out in turn. `msg_id_rises` is in no document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from mtlib.crypto.entropy import Entropy, Noise
from mtlib.crypto.keys import AuthKey
from mtlib.errors import LocalError, TransportError
from mtlib.lab.samples import DAY, NOW, UNUSED
from mtlib.protocol.binding import Binding
from mtlib.protocol.checks import CHECKS, Rules
from mtlib.protocol.datacenter import DataCenter
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import Message, unpack
from mtlib.protocol.packets import TO_CLIENT, encrypt_v1, open_packet
from mtlib.protocol.session import Session, look
from mtlib.protocol.state import KnownKey, ServerSession
from mtlib.transport.stream import ClientStream
from mtlib.wire.dissection import Dissection
from mtlib.wire.schema import REQUEST, SCHEMA

AROUND = ("one_temp_key", "duplicates", "window")
"""Rules around the checks: a new binding ends the older ones; a message is not executed if its msg_id has come before,
or is more than 300 seconds old."""
_ALWAYS = ("not_a_cdn", "request_parses", "nothing_left_over", "over_temporary_key", "encrypted_message_size",
           "perm_key_known")  # fmt: skip
PARTS = (*(check.name for check in CHECKS if check.name not in _ALWAYS), *AROUND)
"""The parts that can be switched off: fourteen checks and three rules. `msg_id_rises` needs `one_temp_key`."""
DOCUMENTED = frozenset({"msg_id_rises"})
"""The parts that are off in a data centre that follows the documents as they were up to 2025."""


@dataclass(frozen=True)
class Switches:
    """The parts that are off. LocalError for a name that is not in `PARTS`."""

    off: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        strange = sorted(set(self.off) - set(PARTS))
        if strange:
            raise LocalError("no such part", got=strange[0], expected=", ".join(PARTS), where="off")
        object.__setattr__(self, "off", frozenset(self.off))

    @classmethod
    def only(cls, on: Iterable[str]) -> Switches:
        """Switches with all parts off except these."""
        return cls(frozenset(PARTS) - cls(frozenset(on)).off)

    @property
    def rules(self) -> Rules:
        """The `Rules` of a data centre with these parts off."""
        return Rules(one_temp_key="one_temp_key" not in self.off, skip=self.off - set(AROUND))

    def centre(self, entropy: Entropy) -> DataCenter:
        """A data centre with these parts off."""
        limits = Limits(past=10 * DAY) if "window" in self.off else Limits()
        return DataCenter(UNUSED, rules=self.rules, limits=limits, entropy=entropy)


class Party:
    """A client, honest or not: two keys, a session under the temporary one, and a connection to the data centre."""

    def __init__(
        self, world: World, temp: AuthKey, session_id: int, perm: AuthKey | None = None, salt: int = 1
    ) -> None:
        self.world, self.temp, self.perm = world, temp, perm or world.perm
        self._entropy = world.scope("party")
        self._peer = world.dc.accept()
        self._stream = ClientStream("intermediate", entropy=self._entropy.at("line"))
        self._peer.receive(self._stream.opening(), world.now)
        self.session = Session(temp, session_id, salt, self._entropy)

    def binding(self) -> Binding:
        """A new binding of both keys, as the documents demand it."""
        return Binding.draw(self.perm, self.temp, session_id=self.session.session_id,
                            msg_id=self.session.next_msg_id(self.world.now),
                            expires_at=self.world.known(self.temp).promised or 0,
                            entropy=self.world.scope("binding"))  # fmt: skip

    def packet(self, body: Dissection | bytes, msg_id: int | None = None) -> bytes:
        """The packet for a request; nothing is sent."""
        return bytes(self.session.send(body, self.world.now, msg_id=msg_id))

    def deliver(self, packet: bytes) -> list[Any]:
        """The messages that answer a packet. Raises TransportError if the data centre hangs up."""
        reply = self._peer.receive(self._stream.send(packet), self.world.now)
        frames = [frame for chunk in reply.chunks for frame in self._stream.receive(chunk)]
        opened = [open_packet(frame.payload, self.temp, TO_CLIENT) for frame in frames]
        return [look(each.body) for outer in opened
                for each in unpack(Message(outer["msg_id"], outer["seqno"], outer["answer"]))]  # fmt: skip

    def result(self, body: Dissection | bytes, msg_id: int | None = None) -> str:
        """The answer to a call: the name of the result or the error, "bad_msg" and its code, or "" for none."""
        said = [each for each in self.deliver(self.packet(body, msg_id)) if isinstance(each, Dissection)]
        for each in said:
            if each.name == "rpc_result":
                found = look(bytes(each["result"]))
                if isinstance(found, Dissection):
                    return str(found["error_message"].decode() if found.name == "rpc_error" else found.name)
        return next((f"bad_msg {each['error_code']}" for each in said if each.name == "bad_msg_notification"), "")

    def bind(self, binding: Binding) -> str:
        return self.result(binding.request, binding.msg_id)


class World:
    """A data centre, and a victim whose binding `first` the attackers have seen; it is built, but not sent yet. `now`
    is the time for all."""

    def __init__(self, switches: Switches, entropy: Entropy | None = None) -> None:
        self._entropy, self._scopes = entropy or Noise("world"), 0
        self.switches, self.now = switches, NOW + 0.25
        self.dc = switches.centre(self._entropy.at("data centre"))
        self.perm, self.stolen = self.permanent_key(), self.temporary_key()
        self.victim = Party(self, self.stolen, 77)
        self.first = self.victim.binding()

    def scope(self, name: str) -> Entropy:
        """A new scope of the world's entropy."""
        self._scopes += 1
        return self._entropy.at(f"{name} {self._scopes}")

    def key(self) -> AuthKey:
        return AuthKey(self.scope("key").draw("auth_key", 256))

    def permanent_key(self, key: AuthKey | None = None) -> AuthKey:
        """A permanent key that the data centre knows."""
        made = key or self.key()
        self.dc.keys.add(made, 1, self.now)
        return made

    def temporary_key(self) -> AuthKey:
        """A temporary key of one day that the data centre knows."""
        made = self.key()
        self.dc.keys.add(made, 1, self.now, int(self.now) + DAY)
        return made

    def known(self, key: AuthKey) -> KnownKey:
        found = self.dc.keys.get(key.id, self.now)
        if found is None:
            raise LocalError("the data centre has lost a key that the attack is about", got=key.id)
        return found

    def bound(self, key: AuthKey) -> int | None:
        """The id of the permanent key that a temporary key is bound to; None if it is unbound or gone."""
        found = self.dc.keys.get(key.id, self.now)
        return None if found is None else found.bound_to

    def bind_victim(self) -> None:
        if self.victim.bind(self.first) != "boolTrue":
            raise LocalError("the victim's own binding was refused", where="World")

    def renew(self) -> None:
        """The victim makes a new temporary key and binds it."""
        self.now += 1
        self.victim = Party(self, self.temporary_key(), 78)
        if self.victim.bind(self.victim.binding()) != "boolTrue":
            raise LocalError("the victim's second binding was refused", where="World")

    def supersede(self, later: float = 60) -> None:
        """The victim binds a new temporary key; the thief has the old one and waits `later` seconds.

        Our data centre forgets the old key altogether, which ends every attack with it. The attacks are about a data
        centre that only unbinds the key, so it is put back here, unbound, with its sessions.
        """
        self.bind_victim()
        old = self.known(self.stolen)
        self.renew()
        if self.switches.rules.one_temp_key:
            again = self.dc.keys.add(self.stolen, 1, self.now, old.promised)
            again.sessions, again.salts = old.sessions, old.salts
        self.now += later

    def thief(self, session_id: int | None = None) -> Party:
        """A party with the stolen key, in the victim's session or, with `session_id`, in one of its own."""
        salt = self.known(self.stolen).salts.current(self.now)
        return Party(self, self.stolen, self.first.session_id if session_id is None else session_id, salt=salt)

    def replay(self, thief: Party, request: Dissection | bytes, msg_id: int) -> bool:
        """Send the request. True if the stolen key is bound to the victim's permanent key afterwards."""
        thief.result(request, msg_id)
        return self.bound(self.stolen) == self.perm.id

    def forget_sessions(self) -> None:
        """Drop the sessions of the stolen key, as after a restart of the server that keeps them."""
        self.known(self.stolen).sessions.clear()


@dataclass(frozen=True)
class Attack:
    """One attack: its number and name, what the attacker needs, what the attacker does, and a function that does it."""

    number: str
    name: str
    needs: str
    story: str
    run: Callable[[World], bool]

    def succeeds(self, switches: Switches, entropy: Entropy | None = None) -> bool:
        """Whether the attack succeeds in a new world. If the data centre hangs up, it does not."""
        try:
            return self.run(World(switches, entropy))
        except TransportError:
            return False

    def __str__(self) -> str:
        return f"{self.number}, {self.name}"


ATTACKS: dict[str, Attack] = {}
"""The attacks by number. A0 to A13 aim at a tunnel bound to the wrong account, or at an old tunnel bound again; A14
and A15 were found later."""


def _attack(name: str, needs: str) -> Callable[[Callable[[World], bool]], Callable[[World], bool]]:
    """A decorator that enters a function into `ATTACKS`; its docstring becomes the story."""

    def enter(run: Callable[[World], bool]) -> Callable[[World], bool]:
        number = run.__name__.partition("_")[0].upper()
        ATTACKS[number] = Attack(number, name, needs, " ".join((run.__doc__ or "").split()), run)
        return run

    return enter


def succeeding(switches: Switches, numbers: Iterable[str] = ATTACKS) -> list[str]:
    """The numbers of the attacks that succeed with these switches, each in a world of its own."""
    return [number for number in numbers if ATTACKS[number].succeeds(switches)]


def _outer(binding: Binding, **changes: Any) -> Dissection:
    """The request of a binding, with `changes` outside the seal."""
    fields = ("perm_auth_key_id", "nonce", "expires_at", "encrypted_message")
    return REQUEST.build(**{name: binding.request[name] for name in fields} | changes)


@_attack("the bare claim", "the id of an account")
def a0_claim(world: World) -> bool:
    """Somebody names the victim's account for a tunnel of their own, and writes noise where the seal belongs."""
    own = Party(world, world.temporary_key(), 5)
    forged = world.perm.id_bytes + world.scope("forged").draw("seal", 16 + 80)
    own.result(_outer(world.first, expires_at=int(world.now) + DAY, encrypted_message=forged))
    return world.bound(own.temp) == world.perm.id


@_attack("the transplant", "a seal that was seen")
def a1_transplant(world: World) -> bool:
    """The captured binding goes through the attacker's own tunnel, with session_id and msg_id copied."""
    own = Party(world, world.temporary_key(), world.first.session_id)
    own.result(world.first.request, world.first.msg_id)
    return world.bound(own.temp) == world.perm.id


@_attack("the patient thief", "a stolen, superseded temporary key")
def a2_patient_thief(world: World) -> bool:
    """A minute after the victim bound a new key, the old binding comes again in the old session, under a new msg_id."""
    world.supersede()
    thief = world.thief()
    return world.replay(thief, world.first.request, thief.session.next_msg_id(world.now))


@_attack("the new session", "a stolen, superseded temporary key")
def a3_new_session(world: World) -> bool:
    """The old binding comes again under its old msg_id, in a session that has seen nothing yet."""
    world.supersede(120)
    return world.replay(world.thief(session_id=4242), world.first.request, world.first.msg_id)


@_attack("the longer life", "a stolen temporary key that is in use")
def a4_longer_life(world: World) -> bool:
    """The thief of a live key sends its binding again and asks for a year."""
    world.bind_victim()
    world.now += 60
    world.forget_sessions()
    before = world.known(world.stolen).expires_at or 0
    world.replay(world.thief(), _outer(world.first, expires_at=int(world.now) + 365 * DAY), world.first.msg_id)
    return (world.known(world.stolen).expires_at or 0) > before


@_attack("the borrowed tunnel", "an account of one's own")
def a5_borrowed_tunnel(world: World) -> bool:
    """The attacker seals the victim's temporary key for their own account, and sends it through their own tunnel."""
    own = Party(world, world.temporary_key(), 5, world.permanent_key())
    binding = replace(own.binding(), temp_key=world.stolen)
    own.result(binding.request, binding.msg_id)
    return world.bound(world.stolen) == own.perm.id


@_attack("the twin key", "an own permanent key with the same first half")
def a6_twin_key(world: World) -> bool:
    """One envelope, two accounts: a permanent key with the same first 128 bytes opens it, too."""
    twin = world.permanent_key(AuthKey(bytes(world.perm)[:128] + bytes(world.key())[128:]))
    seal = twin.id_bytes + bytes(world.first.encrypted_message)[8:]
    world.victim.result(_outer(world.first, perm_auth_key_id=twin.id, encrypted_message=seal), world.first.msg_id)
    return world.bound(world.stolen) == twin.id


@_attack("the change of account", "a second account of one's own")
def a7_change_of_account(world: World) -> bool:
    """A tunnel that is in use is bound again, to another account; everything else is right."""
    world.bind_victim()
    second = world.permanent_key()
    world.victim.bind(replace(world.victim.binding(), perm_key=second))
    return world.bound(world.stolen) == second.id


@_attack("the other nonce", "the tunnel itself")
def a8_other_nonce(world: World) -> bool:
    """Whoever holds the tunnel changes the nonce outside the seal. Nobody gains by it."""
    world.victim.result(_outer(world.first, nonce=world.first.nonce ^ 1), world.first.msg_id)
    return world.bound(world.stolen) == world.perm.id


@_attack("the key that goes on", "a stolen, superseded temporary key")
def a9_goes_on(world: World) -> bool:
    """The old key simply goes on working after the victim bound a new one."""
    world.supersede()
    return world.thief().result(SCHEMA["help.getAppConfig"].build(hash=0)) == "help.appConfig"


@_attack("the relay", "the data centre's RSA key")
def a10_relay(world: World) -> bool:
    """Somebody sits between, one key with the client and another with the server, and passes the binding on."""
    between = Party(world, world.temporary_key(), world.first.session_id)
    between.result(world.first.request, world.first.msg_id)
    return world.bound(between.temp) == world.perm.id


@_attack("the exact repeat", "a stolen, superseded temporary key")
def a11_exact_repeat(world: World) -> bool:
    """The very message again, two minutes later, in its own session."""
    world.supersede(120)
    if "duplicates" in world.switches.off:
        world.known(world.stolen).sessions[world.first.session_id] = ServerSession(world.dc.limits)
    return world.replay(world.thief(), world.first.request, world.first.msg_id)


@_attack("the late repeat", "a stolen, superseded temporary key, and lost sessions")
def a12_late_repeat(world: World) -> bool:
    """The very message again, an hour later, when the server has lost its sessions."""
    world.supersede(3600)
    world.forget_sessions()
    return world.replay(world.thief(), world.first.request, world.first.msg_id)


@_attack("the quick repeat", "a stolen, superseded temporary key, and lost sessions")
def a13_quick_repeat(world: World) -> bool:
    """The very message again after two minutes, when the server has lost its sessions: the time is still right."""
    world.supersede(120)
    world.forget_sessions()
    return world.replay(world.thief(), world.first.request, world.first.msg_id)


@_attack("the other message", "another message of forty bytes that the permanent key once sealed")
def a14_other_message(world: World) -> bool:
    """A message of another type and with a seqno, whose fields happen to fit, is passed off as a binding."""
    own = Party(world, world.temporary_key(), 5)
    binding = own.binding()
    envelope = bytearray(bytes(binding.envelope))
    envelope[24:28], envelope[32:36] = (1).to_bytes(4, "little"), SCHEMA["ping"].id_bytes
    msg_key, ciphertext = encrypt_v1(bytes(envelope), binding.padding, world.perm)
    own.result(_outer(binding, encrypted_message=world.perm.id_bytes + msg_key + ciphertext), binding.msg_id)
    return world.bound(own.temp) == world.perm.id


@_attack("the late packet", "the cable")
def a15_late_packet(world: World) -> bool:
    """The victim's first binding is held back; the victim makes a new key and binds it; then the old packet arrives,
    and the new key is gone."""
    first, held = world.victim, world.victim.packet(world.first.request, world.first.msg_id)
    world.renew()
    world.now += 120
    first.deliver(held)
    return world.bound(world.stolen) == world.perm.id and world.bound(world.victim.temp) is None


FOURTEEN = tuple(number for number in ATTACKS if number not in ("A14", "A15"))
"""The attacks of lab 25."""

LANES = {
    "exact": "the very message again, in its session",
    "new msg_id": "the same request under a new msg_id, in its session",
    "new session": "the same message, in a session that the data centre has never seen",
    "forgotten": "the very message again; the data centre has lost its sessions",
}
"""The ways to send a recorded binding again."""


def replayed(lane: str, seconds: int, switches: Switches | None = None, back: int = 0) -> tuple[str, bool]:
    """Send a recorded binding of a superseded key again, `seconds` after the first time (2 or more), with the data
    centre's clock set back by `back` seconds: the answer to the thief, and whether the old key is bound afterwards.
    LocalError for an unknown lane, or for fewer seconds."""
    if lane not in LANES or seconds < 2:
        raise LocalError("no such repeat", got=f"{lane}, {seconds} s", expected=", ".join(LANES), where="replayed")
    world = World(switches or Switches(DOCUMENTED))
    world.supersede(seconds - 1)
    world.now -= back
    if lane == "forgotten":
        world.forget_sessions()
    thief = world.thief(4242 if lane == "new session" else None)
    msg_id = thief.session.next_msg_id(world.now) if lane == "new msg_id" else world.first.msg_id
    heard = thief.result(world.first.request, msg_id)
    return heard, world.bound(world.stolen) == world.perm.id
