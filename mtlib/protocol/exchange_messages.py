"""What both sides of a key exchange do alike: seal and open with nonces, take a step, compare, draw numbers.

p_q_inner_data travels under the server's RSA key; server_DH_inner_data and client_DH_inner_data travel under an AES
key made of two nonces, with a hash before them. `mtlib.wire.schema` declares what stands inside of each, and
`unseal(message, [private_key, ExchangeSecrets(...)])` opens a recorded exchange.

Source: core.telegram.org/mtproto/auth_key, items 4, 6, 7 and 9; core.telegram.org/mtproto/security_guidelines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from hmac import compare_digest
from itertools import count
from typing import Any, NamedTuple

from mtlib.crypto.aes import BLOCK, ige_decrypt, ige_encrypt
from mtlib.crypto.entropy import Entropy
from mtlib.crypto.kdf import FROM_NONCES, Schedule, kdf_nonces
from mtlib.crypto.keys import AuthKey, first_salt, new_nonce_hash
from mtlib.crypto.numbers import check_dh_public, generator_power, is_probable_prime
from mtlib.crypto.rsa import PrivateKey, old_check, old_open, rsa_pad_open
from mtlib.crypto.secret import Hidden, Secret, exact
from mtlib.errors import CheckError, LocalError, PeerError
from mtlib.wire.dissection import STRICT, Dissection, Seal, Unsealed, octets
from mtlib.wire.layout import Layout
from mtlib.wire.schema import DATA_WITH_PADDING, OLD_DATA_WITH_HASH, SCHEMA

HASH = 20
"""Bytes of the SHA-1 before what is sealed with the nonces."""


@dataclass(frozen=True, repr=False)
class ExchangeSecrets(Secret):
    """The two nonces a key exchange hides behind: 32 bytes that only two know, 16 that everybody saw.

    Handed to `unseal` it opens both Diffie-Hellman messages of its exchange. Its repr shows the public half.
    """

    new_nonce: bytes = field(repr=False)
    server_nonce: bytes

    def __post_init__(self) -> None:
        object.__setattr__(self, "new_nonce", Hidden(exact(self.new_nonce, 32, "new_nonce")))
        exact(self.server_nonce, 16, "server_nonce")

    @cached_property
    def key_and_iv(self) -> tuple[bytes, bytes]:
        """tmp_aes_key and tmp_aes_iv (item 6)."""
        return kdf_nonces(self.new_nonce, self.server_nonce)

    @cached_property
    def schedule(self) -> Schedule:
        """The same, to look at."""
        return FROM_NONCES.run(new_nonce=self.new_nonce, server_nonce=self.server_nonce)

    @property
    def first_salt(self) -> int:
        """The salt that both sides start with (item 9): a signed long."""
        return first_salt(self.new_nonce, self.server_nonce)

    def hash(self, number: int, auth_key: AuthKey) -> bytes:
        """new_nonce_hash1 (ok), 2 (retry) or 3 (fail): proof that the sender knows new_nonce and the key."""
        return new_nonce_hash(self.new_nonce, number, auth_key)

    def opens(self, seal: Seal, values: Mapping[str, Any], data: bytes) -> Unsealed | None:
        """What `data` hides, if it belongs to this exchange; see `mtlib.wire.dissection.Opener`."""
        if seal.scheme != "nonces" or values[seal.by] != self.server_nonce or not data or len(data) % BLOCK:
            return None
        return Unsealed(ige_decrypt(data, *self.key_and_iv), False)


def seal_with_hash(layout: Layout, content: Dissection, secrets: ExchangeSecrets, entropy: Entropy) -> bytes:
    """SHA1(content) + content + padding, AES-IGE under the key of the nonces. Draws `padding`, 0 to 15 bytes.

    `layout` is ANSWER_WITH_HASH (server) or DATA_WITH_HASH (client).
    """
    padding = entropy.draw("padding", -(HASH + len(content)) % BLOCK)
    digest = hashlib.sha1(bytes(content)).digest()
    plaintext = layout.build(hash=digest, padding=padding, **{layout.fields[1].name: content})
    return ige_encrypt(bytes(plaintext), *secrets.key_and_iv)


def open_with_hash(layout: Layout, encrypted: bytes, secrets: ExchangeSecrets) -> Dissection:
    """What `seal_with_hash` sealed, once whole blocks, hash and padding are right.

    Raises DecodeError where no such content stands inside, CheckError for everything else.
    """
    if not encrypted or len(encrypted) % BLOCK:
        raise CheckError("not whole blocks", got=f"{len(encrypted)} bytes", expected="a multiple of 16")
    opened = layout.dissect(ige_decrypt(encrypted, *secrets.key_and_iv))
    content = bytes(opened[layout.fields[1].name])
    if not compare_digest(hashlib.sha1(content).digest(), opened["hash"]):
        raise CheckError("the hash is not that of the content", where=f"{layout.name}/hash")
    if len(opened["padding"]) >= BLOCK:
        got = len(opened["padding"])
        raise CheckError("too much padding", got=got, expected="0..15", where=f"{layout.name}/padding")
    return opened


def open_inner_data(encrypted: bytes, key: PrivateKey) -> Dissection:
    """What a client sealed for `key`: data_with_padding by RSA_PAD, or data_with_hash by the scheme before.

    Raises CheckError where neither opens, DecodeError where what RSA_PAD sealed is no P_Q_inner_data.
    """
    try:
        padded = rsa_pad_open(encrypted, key)
    except CheckError as error:
        old = _open_old(encrypted, key)
        if old is None:
            raise error from None
        return old
    return DATA_WITH_PADDING.dissect(padded)


def _open_old(encrypted: bytes, key: PrivateKey) -> Dissection | None:
    """Only the data itself says where it ends, and the hash has to agree with that."""
    try:
        opened = OLD_DATA_WITH_HASH.dissect(old_open(encrypted, key))
        old_check(bytes(opened), len(opened["data"]))
    except PeerError:
        return None
    return opened


REDRAWS = 8
"""How often a value that does not fit is drawn anew. With real entropy not even the second draw happens."""


class ExchangeStep(NamedTuple):
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
    data = octets(body, names[0])
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


def pair(client: ExchangeStep, server: Any, *, client_entropy: Entropy, server_entropy: Entropy, now: int) -> Joined:
    """Let a client that has begun and a server state talk in memory, to the end or to the first error.

    What one sends the other gets as bytes, as it would from a wire.
    """
    if not isinstance(client, ExchangeStep):
        raise LocalError("a client that has begun", got=type(client).__name__, expected="begin(...)", where="client")
    transcript: list[Dissection] = []
    while client.send is not None:
        answered = server.receive(bytes(client.send), server_entropy, now)
        transcript += [client.send, answered.send]
        client, server = client.state.receive(bytes(answered.send), client_entropy, now), answered.state
    return Joined(transcript, client.state, server)
