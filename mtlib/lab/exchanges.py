"""Key exchanges for the lessons: the one that Telegram published, and one of patterned bytes that may be tampered with.

Source: core.telegram.org/mtproto/samples-auth_key, whose values are among the vectors of the ladder.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mtlib.clinic.ladder import ladder
from mtlib.crypto.entropy import Patterned
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.rsa import PrivateKey
from mtlib.errors import MtError
from mtlib.lab.samples import DAY, NOW
from mtlib.protocol.exchange import begin
from mtlib.protocol.exchange_server import AwaitReqPq, Server
from mtlib.wire.dissection import Dissection, unseal
from mtlib.wire.schema import SCHEMA

LAST = bytes.fromhex("00000000000000000100be91513dc56574000000")
"""The envelope of the published dh_gen_ok."""
PROOF = bytes.fromhex("1142871352165e59e1124036b48b97d3")
"""Its new_nonce_hash1, as the page prints it."""
TEST_DC = 10_002
"""Data centre 2 of the test network."""


@dataclass(frozen=True)
class Published:
    """Telegram's example: six packets as sent, and the two secrets of its client. If the page shows fewer bytes than a
    packet announces, zeros fill it up."""

    packets: tuple[bytes, ...]
    new_nonce: bytes
    b: bytes


def published_exchange() -> Published:
    """Telegram's published example of a key exchange."""
    asked = {(each.step, each.vector): each for each in ladder()}
    sent = [asked["plain_packet", f"published, {name}"].output
            for name in ("req_pq_multi", "req_DH_params", "set_client_DH_params")]  # fmt: skip
    first = dict(zip(asked["req_DH_params_packet", "published"].inputs,
                     asked["req_DH_params_packet", "published"].arguments, strict=True))  # fmt: skip
    second = asked["set_client_DH_params_packet", "published"]
    given = dict(zip(second.inputs, second.arguments, strict=True))
    both = first["answer"][24:56]
    last = LAST + SCHEMA["dh_gen_ok"].id_bytes + both + PROOF
    packets = (sent[0], first["answer"], sent[1], given["answer"], sent[2], last.ljust(20 + LAST[16], b"\0"))
    return Published(packets, first["new_nonce"], given["b"])


@dataclass(frozen=True)
class KeyExchange:
    """A key exchange: six bodies as they arrived, or fewer if a side gave up. Then `noticed` names that side, `why` is
    its error, and there is no key.

    `rsa` is the data centre's private key; `opened` has the bodies with every seal open.
    """

    bodies: tuple[bytes, ...]
    rsa: PrivateKey = field(repr=False)
    noticed: str = ""
    why: str = ""
    auth_key: AuthKey | None = field(default=None, repr=False)
    opened: tuple[Dissection, ...] = field(default=(), repr=False)


def key_exchange(change: Callable[[int, bytes], bytes] = lambda number, body: body) -> KeyExchange:
    """A temporary key made in memory, by the library's client and data centre, with patterned randomness: the same
    bytes every time. `change(number, body)` gives the body that arrives in place of message `number`, from 1 on."""
    (question, *_) = (each for each in ladder() if each.step == "rsa_pad_yours")
    rsa = PrivateKey(*(int(prime, 16) for prime in question.opens))
    client_entropy, server_entropy = Patterned("client"), Patterned("data centre")
    client = begin(client_entropy, server_keys=[rsa.public], dc_id=TEST_DC, expires_in=DAY)
    server = AwaitReqPq(Server((rsa,)))
    bodies: list[bytes] = []
    while client.send is not None:
        turn, sent = "data centre", bytes(client.send)
        try:
            bodies.append(change(len(bodies) + 1, sent))
            answered = server.receive(bodies[-1], server_entropy, NOW)
            server, turn = answered.state, "client"
            bodies.append(change(len(bodies) + 1, bytes(answered.send or b"")))
            client = client.state.receive(bodies[-1], client_entropy, NOW)
        except MtError as error:
            return KeyExchange(tuple(bodies), rsa, turn, str(error))
    made = client.state
    opened = tuple(unseal(SCHEMA.of(body).dissect(body), [rsa, made.secrets]) for body in bodies)
    return KeyExchange(tuple(bodies), rsa, auth_key=made.auth_key, opened=opened)
