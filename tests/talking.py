"""A client and a data centre joined in memory, for tests: no socket, no clock, patterned randomness."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from mtlib.crypto.entropy import System
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.rsa import PrivateKey
from mtlib.protocol.binding import Binding
from mtlib.protocol.checks import Rules
from mtlib.protocol.datacenter import DataCenter
from mtlib.protocol.exchange import Established, begin
from mtlib.protocol.faults import Fault
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import Message, next_msg_id, unpack
from mtlib.protocol.packets import PLAIN, TO_CLIENT, open_packet, plain_packet
from mtlib.protocol.session import Session, look
from mtlib.transport.stream import ClientStream
from mtlib.wire.dissection import Dissection
from mtlib.wire.schema import SCHEMA

NOW = 1_800_000_000.25


@cache
def rsa() -> PrivateKey:
    return PrivateKey.generate()


def centre(*faults: str, rules: Rules | None = None, limits: Limits | None = None, dc_id: int = 2) -> DataCenter:
    return DataCenter(
        rsa(), dc_id=dc_id, rules=rules, limits=limits, faults=[Fault.parse(f) for f in faults], entropy=System()
    )


@dataclass
class Wire:
    """One connection to a data centre in memory; `now` moves by hand."""

    dc: DataCenter
    framing: str = "intermediate"
    obfuscated: bool = False
    now: float = NOW
    closed: bool = False
    got: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.peer = self.dc.accept()
        self.stream = ClientStream(self.framing, obfuscated=self.obfuscated, entropy=System())
        self.feed(self.stream.opening())

    def feed(self, data: bytes) -> None:
        reply = self.peer.receive(data, self.now)
        self.dc.trace.tell()
        self.closed = self.closed or reply.close
        for chunk in reply.chunks:
            self.got += [frame.payload for frame in self.stream.receive(chunk)]

    def send(self, packet: Dissection | bytes) -> list[bytes]:
        """The packets that come back. A transport error is raised as the stream raises it."""
        self.got.clear()
        self.feed(self.stream.send(bytes(packet)))
        if self.stream.broken is not None and not self.got:
            raise self.stream.broken
        return list(self.got)

    def exchange(self, expires_in: int | None = None, dc_id: int | None = 2) -> Established:
        entropy = System()
        step = begin(entropy, server_keys=[rsa().public], dc_id=dc_id, expires_in=expires_in)
        msg_id = 0
        while step.send is not None:
            msg_id = next_msg_id(self.now, msg_id)
            (answer,) = self.send(plain_packet(msg_id, step.send))
            step = step.state.receive(PLAIN.dissect(answer)["message"], entropy, int(self.now))
        made: Established = step.state
        return made


class Talker:
    """A client with both keys, in a session under the temporary one."""

    def __init__(self, dc: DataCenter, *, now: float = NOW, expires_in: int = 86400, **wire: Any) -> None:
        self.wire = Wire(dc, now=now, **wire)
        self.perm = self.wire.exchange()
        self.temp = self.wire.exchange(expires_in)
        self.session = self.open(self.temp)

    @property
    def now(self) -> float:
        return self.wire.now

    def open(self, made: Established, session_id: int = 77) -> Session:
        return Session(made.auth_key, session_id, made.server_salt, System(), made.time_offset)

    def binding(self, **changes: Any) -> Binding:
        given = {
            "session_id": self.session.session_id,
            "msg_id": self.session.next_msg_id(self.now),
            "expires_at": self.temp.expires_at,
            "entropy": System(),
        } | changes
        return Binding.draw(self.perm.auth_key, self.temp.auth_key, **given)

    def ask(self, body: Dissection | bytes, *, msg_id: int | None = None, related: bool = True) -> list[Any]:
        """Everything that comes back for one message, container taken apart, gzip undone."""
        packet = self.session.send(body, self.now, msg_id=msg_id, content_related=related)
        return self.read(self.wire.send(packet))

    def read(self, packets: list[bytes], key: AuthKey | None = None) -> list[Any]:
        bodies = []
        for packet in packets:
            outer = open_packet(packet, key or self.session.key, TO_CLIENT)
            for each in unpack(Message(outer["msg_id"], outer["seqno"], outer["answer"])):
                bodies.append(look(each.body))
        return bodies

    def result(self, body: Dissection | bytes, **options: Any) -> Any:
        """The result of a call: a dissection, bytes, or (code, name) of an rpc_error."""
        for each in self.ask(body, **options):
            if isinstance(each, Dissection) and each.name == "rpc_result":
                found = look(each["result"])
                if isinstance(found, Dissection) and found.name == "rpc_error":
                    return found["error_code"], found["error_message"].decode()
                return found
        return None

    def bind(self, binding: Binding | None = None) -> Any:
        binding = binding or self.binding()
        return self.result(binding.request, msg_id=binding.msg_id)


def call(name: str, **values: Any) -> Dissection:
    return SCHEMA[name].build(**values)


