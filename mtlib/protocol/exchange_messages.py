"""The three sealed fields of a key exchange, and the secret that opens two of them.

p_q_inner_data travels under the server's RSA key; server_DH_inner_data and client_DH_inner_data travel under
an AES key made of two nonces, with a hash before them. Each field is declared here together with what stands
inside, so that `unseal(message, [private_key, ExchangeSecrets(...)])` opens a recorded exchange.

Source: core.telegram.org/mtproto/auth_key, items 4, 6, 7 and 9.

What both sides of a key exchange do alike: take a step, read what came, compare, draw numbers.

Source: core.telegram.org/mtproto/auth_key; core.telegram.org/mtproto/security_guidelines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from hmac import compare_digest
from itertools import count
from typing import Any, NamedTuple

from mtlib.crypto.aes import BLOCK, ige_decrypt, ige_encrypt
from mtlib.crypto.entropy import Entropy
from mtlib.crypto.keys import FROM_NONCES, AuthKey, Schedule, first_salt, new_nonce_hash
from mtlib.crypto.numbers import check_dh_public, generator_power, is_probable_prime
from mtlib.crypto.rsa import PrivateKey, old_check, old_open, rsa_pad_open
from mtlib.crypto.secret import Hidden, Secret
from mtlib.errors import CheckError, DecodeError, LocalError, PeerError
from mtlib.protocol import packets
from mtlib.wire import SCHEMA, Constructor, Dissection, Field, Layout, Note, Reading, Seal, derived, given, random
from mtlib.wire.dissection import STRICT, Kind
from mtlib.wire.kinds import Raw, Rest
from mtlib.wire.schema import KEYS
from mtlib.wire.tl import Boxed

HASH = 20
"""Bytes of the SHA-1 before what is sealed with the nonces."""


@dataclass(frozen=True)
class ExchangeSecrets(Secret):
    """The two nonces a key exchange hides behind: 32 bytes that only two know, 16 that everybody saw.

    Handed to `unseal` it opens both Diffie-Hellman messages of its exchange. Its repr shows the public half.
    """

    new_nonce: bytes = field(repr=False)
    server_nonce: bytes

    def __post_init__(self) -> None:
        object.__setattr__(self, "new_nonce", Hidden(self.new_nonce))

    @cached_property
    def schedule(self) -> Schedule:
        """tmp_aes_key and tmp_aes_iv (item 6)."""
        return FROM_NONCES.run(new_nonce=self.new_nonce, server_nonce=self.server_nonce)

    @property
    def first_salt(self) -> int:
        """The salt that both sides start with (item 9): a signed long."""
        return first_salt(self.new_nonce, self.server_nonce)

    def hash(self, number: int, auth_key: AuthKey) -> bytes:
        """new_nonce_hash1 (ok), 2 (retry) or 3 (fail): proof that the sender knows new_nonce and the key."""
        return new_nonce_hash(self.new_nonce, number, auth_key)


# -- What stands inside ----------------------------------------------------------------------------


def _hashed(name: str, content: str, kind: Kind, spec: str) -> Layout:
    """A hash, what it covers, and padding it does not cover: only the content itself says where it ends."""
    meaning = f"covers exactly the {content}"
    covered = derived(f"SHA1({content})", meaning, spec, **{content: f"{name}/{content}"})
    return Layout(
        name,
        (
            Field("hash", Raw("SHA1", HASH), covered),
            Field(content, kind, given("what is sealed", spec)),
            Field("padding", Rest(), random("fills the last block; no hash covers it", spec)),
        ),
    )


_PQ_INNER = Boxed("P_Q_inner_data", SCHEMA)

DATA_WITH_PADDING = Layout(
    "data_with_padding",
    (
        Field("data", _PQ_INNER, given("what is sealed", f"{KEYS}, item 4")),
        Field("padding", Rest(), random("up to 192 bytes, under the hash of RSA_PAD", f"{KEYS}, item 4.1")),
    ),
)
"""What RSA_PAD seals, the right way round: 192 bytes."""
OLD_DATA_WITH_HASH = _hashed("data_with_hash", "data", _PQ_INNER, f"{KEYS}, item 4, before RSA_PAD")
"""What the scheme before RSA_PAD seals: 255 bytes."""
ANSWER_WITH_HASH = _hashed("answer_with_hash", "answer", SCHEMA["server_DH_inner_data"], f"{KEYS}, item 6")
DATA_WITH_HASH = _hashed("data_with_hash", "data", SCHEMA["client_DH_inner_data"], f"{KEYS}, item 7")


def seal_with_hash(layout: Layout, content: Dissection, secrets: ExchangeSecrets, entropy: Entropy) -> bytes:
    """SHA1(content) + content + padding, AES-IGE under the key of the nonces. Draws `padding`, 0 to 15 bytes.

    `layout` is ANSWER_WITH_HASH (server) or DATA_WITH_HASH (client).
    """
    padding = entropy.draw("padding", -(HASH + len(content)) % BLOCK)
    digest = hashlib.sha1(bytes(content)).digest()
    plaintext = layout.build(hash=digest, padding=padding, **{layout.fields[1].name: content})
    return ige_encrypt(bytes(plaintext), secrets.schedule.aes_key, secrets.schedule.aes_iv)


def open_with_hash(layout: Layout, encrypted: bytes, secrets: ExchangeSecrets) -> Dissection:
    """What `seal_with_hash` sealed, once whole blocks, hash and padding are right.

    Raises DecodeError where no such content stands inside, CheckError for everything else.
    """
    if not encrypted or len(encrypted) % BLOCK:
        raise CheckError("not whole blocks", got=f"{len(encrypted)} bytes", expected="a multiple of 16")
    opened = layout.dissect(_decrypted(encrypted, secrets))
    content = bytes(opened[layout.fields[1].name])
    if not compare_digest(hashlib.sha1(content).digest(), opened["hash"]):
        raise CheckError("the hash is not that of the content", where=f"{layout.name}/hash")
    if len(opened["padding"]) >= BLOCK:
        got = len(opened["padding"])
        raise CheckError("too much padding", got=got, expected="0..15", where=f"{layout.name}/padding")
    return opened


def _decrypted(encrypted: bytes, secrets: ExchangeSecrets) -> bytes:
    return ige_decrypt(encrypted, secrets.schedule.aes_key, secrets.schedule.aes_iv)


def open_inner_data(encrypted: bytes, key: PrivateKey, reading: Reading = STRICT) -> Dissection:
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
    return DATA_WITH_PADDING.dissect(padded, reading)


def _open_old(encrypted: bytes, key: PrivateKey) -> Dissection | None:
    """Only the data itself says where it ends, and the hash has to agree with that."""
    try:
        opened = OLD_DATA_WITH_HASH.dissect(old_open(encrypted, key))
        old_check(bytes(opened), len(opened["data"]))
    except PeerError:
        return None
    return opened


# -- The same for an inspector ---------------------------------------------------------------------


def _key_and_iv(new_nonce: bytes, server_nonce: bytes) -> bytes:
    schedule = ExchangeSecrets(new_nonce, server_nonce).schedule
    return schedule.aes_key + schedule.aes_iv


FORMULAS: Mapping[str, Any] = {**packets.FORMULAS, "bytes": bytes, "TMP": _key_and_iv}
"""What the formulas of a key exchange may call; for `trace`. `TMP` gives tmp_aes_key and tmp_aes_iv."""


def _look_rsa(values: Mapping[str, Any], data: bytes, reading: Reading) -> Dissection | None:
    for key in reading.keys:
        if isinstance(key, PrivateKey) and key.public.fingerprint == values["public_key_fingerprint"]:
            try:
                return open_inner_data(data, key, reading)
            except CheckError as error:
                raise DecodeError(str(error)) from None  # shown beside the bytes, which stay closed
    return None


def _look_nonces(layout: Layout) -> Seal:
    """Damaged ciphertext opens too, and shows the noise it has become."""

    def look(values: Mapping[str, Any], data: bytes, reading: Reading) -> Dissection | None:
        for secrets in reading.keys:
            known = isinstance(secrets, ExchangeSecrets) and secrets.server_nonce == values["server_nonce"]
            if known and data and len(data) % BLOCK == 0:
                return Dissection(layout, _decrypted(data, secrets), replace(reading, lenient=True))
        return None

    return Seal(look)


def _explain(name: str, *, inside: Seal | None = None, note: Note | None = None) -> Constructor:
    """The constructor with more said about its last field; from now on the schema knows it so."""
    line = SCHEMA[name]
    last = replace(line.fields[-1], inside=inside, note=note or line.fields[-1].note)
    made = replace(line, fields=(*line.fields[:-1], last))
    SCHEMA.add(made)
    return made


def _under_nonces(name: str, layout: Layout, spec: str) -> Constructor:
    note = derived(
        f"IGE({layout.name}, TMP(new_nonce, server_nonce))",
        f"{layout.name}, AES-IGE under a key made of the two nonces",
        spec,
        new_nonce="@new_nonce",
        server_nonce=f"{name}/server_nonce",
        **{layout.name: f"{name}/{layout.name}"},
    )
    return _explain(name, inside=_look_nonces(layout), note=note)


def _generated(name: str, number: int) -> Constructor:
    note = derived(
        f"SHA1(new_nonce + bytes([{number}]) + SHA1(auth_key)[:8])[4:20]",
        f"proves that the sender knows new_nonce and the key, and means {name}",
        f"{KEYS}, item 9",
        new_nonce="@new_nonce",
        auth_key="@auth_key",
    )
    return _explain(name, note=note)


REQ_DH_PARAMS = _explain("req_DH_params", inside=Seal(_look_rsa))
SERVER_DH_PARAMS_OK = _under_nonces("server_DH_params_ok", ANSWER_WITH_HASH, f"{KEYS}, item 6")
SET_CLIENT_DH_PARAMS = _under_nonces("set_client_DH_params", DATA_WITH_HASH, f"{KEYS}, item 7")
GENERATED = {"dh_gen_ok": 1, "dh_gen_retry": 2, "dh_gen_fail": 3}
"""The three last words of a server, and the number of the new_nonce_hash that each carries."""
for _name, _number in GENERATED.items():
    _generated(_name, _number)


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
