"""Making a key, as the client: three questions, three answers, and a secret that never travelled.

Every state is a frozen value named for what it awaits. `receive(answer, entropy, now)` returns an `ExchangeStep`: the
next state and the body to send. Nothing changes in place, so the same state can receive again, the same answer or
another. (With `Patterned` entropy each call needs a fresh one, which refuses to draw a value twice.)

    step = begin(entropy, server_keys=[key], dc_id=2)
    while step.send is not None:
        step = step.state.receive(answer_to(step.send), entropy, now)
    step.state.auth_key

What both sides do comes first: sealing with nonces, comparing, drawing numbers. `mtlib.wire.schema` declares what each
seal contains, and `unseal(message, [private_key, ExchangeSecrets(...)])` opens the messages of a recorded
exchange.

Source: core.telegram.org/mtproto/auth_key, whose items are named below; core.telegram.org/mtproto/
security_guidelines, "Checking DH parameters".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from hmac import compare_digest
from typing import Any, ClassVar, NamedTuple

from mtlib.crypto.aes import BLOCK, ige_decrypt, ige_encrypt, xor
from mtlib.crypto.entropy import Entropy, source
from mtlib.crypto.kdf import kdf_nonces, sha1
from mtlib.crypto.keys import AuthKey, new_nonce_hash
from mtlib.crypto.numbers import check_dh_group, check_dh_public, factor, generator_power, power, to_bytes
from mtlib.crypto.rsa import PublicKey, rsa_pad_seal, select_key
from mtlib.crypto.secret import Hidden, Secret, exact, whole
from mtlib.errors import CheckError, LocalError, PeerError
from mtlib.wire.dissection import STRICT, Dissection, Seal, Unsealed, octets
from mtlib.wire.layout import Layout
from mtlib.wire.schema import ANSWER_WITH_HASH, DATA_WITH_HASH, GENERATED, SCHEMA

__all__ = ["AwaitDhGen", "AwaitDhParams", "AwaitResPq", "Established", "ExchangeStep", "Offer", "begin"]

HASH = 20
"""The size of the SHA-1 in front of content that is sealed with the nonces, in bytes."""
REDRAWS = 8
"""How often a value is drawn until one fits. With real entropy the first does."""
RETRIES = 5
"""How many dh_gen_retry in a row are accepted. A clash of key ids happens once in 2**64."""
PQ_WIDTH = 8
LAST_SECOND = 2**31 - 1
"""The last date that fits an `int`, in unix seconds."""

# -- What both sides do ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class ExchangeSecrets(Secret):
    """The two nonces that encrypt a key exchange: 32 bytes that only both sides know, 16 that travel in the clear.

    Given to `unseal`, they open both Diffie-Hellman messages of the exchange. The repr shows server_nonce only.
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

    @property
    def first_salt(self) -> int:
        """The salt that both sides start with; each computes it, so no message carries it (item 9). A signed long.

        substr(new_nonce, 0, 8) XOR substr(server_nonce, 0, 8).
        """
        return int.from_bytes(xor(self.new_nonce[:8], self.server_nonce[:8]), "little", signed=True)

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
    digest = sha1(bytes(content))
    plaintext = layout.build(hash=digest, padding=padding, **{layout.fields[1].name: content})
    return ige_encrypt(bytes(plaintext), *secrets.key_and_iv)


def open_with_hash(layout: Layout, encrypted: bytes, secrets: ExchangeSecrets) -> Dissection:
    """The content that `seal_with_hash` sealed, with hash and padding.

    Raises DecodeError if no such content is inside, CheckError for a part of a block, a wrong hash or too much padding.
    """
    if not encrypted or len(encrypted) % BLOCK:
        raise CheckError("not whole blocks", got=f"{len(encrypted)} bytes", expected="a multiple of 16")
    opened = cut_with_hash(layout, ige_decrypt(encrypted, *secrets.key_and_iv))
    if len(opened["padding"]) >= BLOCK:
        got = len(opened["padding"])
        raise CheckError("too much padding", got=got, expected="0..15", where=f"{layout.name}/padding")
    return opened


def cut_with_hash(layout: Layout, plaintext: bytes) -> Dissection:
    """The plaintext cut into hash, content and padding, if the hash is right. Parsing the content shows where it ends.

    Raises DecodeError if no such content is inside, CheckError for another hash.
    """
    opened = layout.dissect(plaintext)
    content = bytes(opened[layout.fields[1].name])
    if not compare_digest(sha1(content), opened["hash"]):
        raise CheckError("the hash is not that of the content", where=f"{layout.name}/hash")
    return opened


class ExchangeStep(NamedTuple):
    """The result of one step: the next state, and the TL body to send (None: nothing more).

    The body goes into a plain packet, `packets.plain_packet(msg_id, step.send)`.
    """

    state: Any
    send: Dissection | None


@contextmanager
def inside(name: str) -> Iterator[None]:
    """Put `name` in front of `where` in any PeerError that the block raises."""
    try:
        yield
    except PeerError as error:
        raise error.within(name) from None


def awaited(body: Dissection | bytes, names: tuple[str, ...]) -> Dissection:
    """The object at the start of `body`, if it is one of `names`; bytes after it are ignored.

    Telegram's data centres pad their plain answers inside the announced length, TDLib pads its queries.
    Raises CheckError for another object, DecodeError for bytes that are no known object.
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
    """A secret exponent of 2048 bits, drawn as `label` ("a" or "b"), and g to that power, not too near to 0 or p.

    Raises LocalError if the entropy gives no such exponent. Source: security_guidelines, "g_a and g_b
    validation", which asks the sender of such a value to check it, too.
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


# -- The client -----------------------------------------------------------------------------------------------------


def begin(
    entropy: Entropy, *, server_keys: Sequence[PublicKey], dc_id: int | None, expires_in: int | None = None
) -> ExchangeStep:
    """Open a key exchange: req_pq_multi with a fresh `nonce`.

    `server_keys` are the trusted RSA keys. `dc_id` names the data centre (+10000 for a test DC, negative for
    media); None uses the older inner data, which names none. `expires_in` (seconds) asks for a temporary key.
    Raises LocalError without keys, and for an `expires_in` below 1.
    """
    if not isinstance(server_keys, (list, tuple)) or not all(isinstance(key, PublicKey) for key in server_keys):
        raise LocalError("not a list of PublicKey", got=type(server_keys).__name__, where="server_keys")
    if not server_keys:
        raise LocalError("no RSA key is trusted, so no server can prove itself", where="server_keys")
    if expires_in is not None and whole(expires_in, "expires_in") <= 0:
        raise LocalError("a temporary key lives for some seconds", got=expires_in, where="expires_in")
    nonce = source(entropy).draw("nonce", 16)
    state = AwaitResPq(nonce, tuple(server_keys), dc_id, expires_in)
    return ExchangeStep(state, SCHEMA["req_pq_multi"].build(nonce=nonce))


@dataclass(frozen=True, repr=False)
class AwaitResPq(Secret):
    """The server has to send its nonce, the fingerprints of its RSA keys, and a number to factor."""

    nonce: bytes
    server_keys: tuple[PublicKey, ...]
    dc_id: int | None
    expires_in: int | None

    expects: ClassVar[tuple[str, ...]] = ("resPQ",)

    def receive(self, answer: Dissection | bytes, entropy: Entropy, now: int) -> ExchangeStep:
        """Factor pq, draw `new_nonce`, seal both for the server (items 2 to 5).

        Draws `padding` and `temp_key` in the scope `RSA_PAD`. Raises CheckError for a foreign nonce, unknown
        RSA keys or an unusable pq, DecodeError for what does not parse.
        """
        answer = awaited(answer, self.expects)
        same(answer, nonce=self.nonce)
        with inside("resPQ"):
            key = select_key(answer["server_public_key_fingerprints"], self.server_keys)
            p, q = map(to_bytes, _factors(answer["pq"]))
        secrets = ExchangeSecrets(entropy.draw("new_nonce", 32), answer["server_nonce"])
        data = self._inner(answer, p, q, secrets)
        sealed = rsa_pad_seal(bytes(data), key, entropy.at("RSA_PAD"))
        return ExchangeStep(
            AwaitDhParams(self.nonce, secrets, self.expires_in),
            SCHEMA["req_DH_params"].build(
                nonce=self.nonce, server_nonce=secrets.server_nonce, p=p, q=q, public_key_fingerprint=key.fingerprint,
                encrypted_data=sealed,
            ),
        )

    def _inner(self, answer: Dissection, p: bytes, q: bytes, secrets: ExchangeSecrets) -> Dissection:
        """One of the four inner data: with or without dc, with or without expires_in."""
        wanted = {"dc": self.dc_id, "expires_in": self.expires_in}
        extra = {name: value for name, value in wanted.items() if value is not None}
        temp, dc = ("_temp" if "expires_in" in extra else ""), ("_dc" if "dc" in extra else "")
        return SCHEMA[f"p_q_inner_data{temp}{dc}"].build(
            pq=answer["pq"], p=p, q=q, nonce=self.nonce, server_nonce=secrets.server_nonce,
            new_nonce=secrets.new_nonce, **extra,
        )


def _factors(pq: bytes) -> tuple[int, int]:
    """p and q. The length of pq bounds the work, and the size of the inner data that goes back."""
    if len(pq) > PQ_WIDTH:
        got = f"{len(pq)} bytes"
        raise CheckError("pq is too long", got=got, expected=f"at most {PQ_WIDTH}", where="pq")
    return factor(int.from_bytes(pq, "big"))


@dataclass(frozen=True, repr=False)
class AwaitDhParams(Secret):
    """The server has to prove that it could open the seal, and to offer its half of Diffie-Hellman."""

    nonce: bytes
    secrets: ExchangeSecrets
    expires_in: int | None

    expects: ClassVar[tuple[str, ...]] = ("server_DH_params_ok", "server_DH_params_fail")

    def receive(self, answer: Dissection | bytes, entropy: Entropy, now: int) -> ExchangeStep:
        """Open the answer, check the group and g_a, answer with g_b (items 6 and 7); `now` is our own clock.

        Draws `b`, and `padding` in the scope `client_DH_inner_data`. Raises CheckError for every value that
        must not be believed and for a refusal, DecodeError for what does not parse.
        """
        answer = awaited(answer, self.expects)
        same(answer, nonce=self.nonce, server_nonce=self.secrets.server_nonce)
        if answer.name == "server_DH_params_fail":
            proof = sha1(self.secrets.new_nonce)[4:]
            who = "the server" if compare_digest(answer["new_nonce_hash"], proof) else "somebody"
            raise CheckError(f"{who} refuses to go on", where=answer.name)
        with inside("server_DH_params_ok/encrypted_answer"):
            opened = open_with_hash(ANSWER_WITH_HASH, answer["encrypted_answer"], self.secrets)
        offer = opened["answer"]
        same(offer, nonce=self.nonce, server_nonce=self.secrets.server_nonce)
        p, g_a = (int.from_bytes(offer[name], "big") for name in ("dh_prime", "g_a"))
        with inside(offer.name):
            check_dh_group(p, offer["g"])
            check_dh_public(g_a, p, "g_a")
        ends = self._end(offer["server_time"])
        time_offset = offer["server_time"] - now
        return Offer(self.nonce, self.secrets, offer["g"], p, g_a, time_offset, ends).answer(entropy)

    def _end(self, server_time: int) -> int | None:
        """When a temporary key ends, in the server's time, so that a wrong clock here does no harm."""
        if self.expires_in is None:
            return None
        end = server_time + self.expires_in
        if end > LAST_SECOND:
            where = "server_DH_inner_data/server_time"
            raise CheckError("the key would end after all dates", got=end, expected=LAST_SECOND, where=where)
        return end


@dataclass(frozen=True, repr=False)
class Offer(Secret):
    """The server's half of the exchange, checked, with all that is needed to answer it, once or again.

    `time_offset` is the server's clock minus ours in seconds; `expires_at` counts in the server's time.
    """

    nonce: bytes
    secrets: ExchangeSecrets
    g: int
    dh_prime: int = field(repr=False)
    g_a: int = field(repr=False)
    time_offset: int
    expires_at: int | None

    def answer(self, entropy: Entropy, failed: AuthKey | None = None, retries: int = 0) -> ExchangeStep:
        """Draw a `b`, compute the key, and build the message from which the server computes it too (items 7 and 8).

        `failed` is the key that the server refused before; its aux hash becomes the retry_id of this attempt.
        """
        scope = entropy.at(f"retry-{retries}") if retries else entropy
        b, g_b = draw_exponent(scope, "b", self.g, self.dh_prime)
        auth_key = AuthKey.from_int(power(self.g_a, b, self.dh_prime))
        both = {"nonce": self.nonce, "server_nonce": self.secrets.server_nonce}
        retry_id = int.from_bytes(failed.aux_hash, "little", signed=True) if failed else 0
        data = SCHEMA["client_DH_inner_data"].build(**both, retry_id=retry_id, g_b=to_bytes(g_b))
        sealed = seal_with_hash(DATA_WITH_HASH, data, self.secrets, scope.at("client_DH_inner_data"))
        message = SCHEMA["set_client_DH_params"].build(**both, encrypted_data=sealed)
        return ExchangeStep(AwaitDhGen(self, auth_key, retries), message)


@dataclass(frozen=True, repr=False)
class AwaitDhGen(Secret):
    """The server has to prove that it made the same key, and to say whether it accepts it."""

    offer: Offer
    auth_key: AuthKey
    retries: int = 0

    expects: ClassVar[tuple[str, ...]] = tuple(GENERATED)

    def receive(self, answer: Dissection | bytes, entropy: Entropy, now: int) -> ExchangeStep:
        """Check the proof, then be done or start again from another b (item 9).

        After dh_gen_retry it draws `b` and `padding` again, in the scope `retry-1`, `retry-2` ... Raises
        CheckError for a wrong proof, for dh_gen_fail and for more than five retries, DecodeError for what
        does not parse.
        """
        answer = awaited(answer, self.expects)
        secrets = self.offer.secrets
        same(answer, nonce=self.offer.nonce, server_nonce=secrets.server_nonce)
        self._check_proof(answer)
        if answer.name == "dh_gen_ok":
            offset, expires_at = self.offer.time_offset, self.offer.expires_at
            return ExchangeStep(Established(self.auth_key, secrets, offset, expires_at), None)
        if answer.name == "dh_gen_fail":
            raise CheckError("the server could not make a key", where=answer.name)
        if self.retries >= RETRIES:
            got = f"{self.retries + 1} retries"
            raise CheckError("it takes no key", got=got, expected=f"at most {RETRIES}", where=answer.name)
        return self.offer.answer(entropy, self.auth_key, self.retries + 1)

    def _check_proof(self, answer: Dissection) -> None:
        """new_nonce_hash has to be that of this answer: a proof of "ok" must not pass for one of "retry"."""
        number = GENERATED[answer.name]
        name = f"new_nonce_hash{number}"
        kinds = [
            kind
            for kind in GENERATED.values()
            if compare_digest(answer[name], self.offer.secrets.hash(kind, self.auth_key))
        ]
        if kinds != [number]:
            hint = f": it is the hash of kind {kinds[0]}" if kinds else ""
            raise CheckError(f"{name} proves nothing{hint}", got=answer[name], where=f"{answer.name}/{name}")


@dataclass(frozen=True, repr=False)
class Established(Secret):
    """A key that both sides have.

    `time_offset` is the server's clock minus ours, in seconds; `expires_at` (None for a permanent key) counts in the
    server's time. `secrets` opens the messages of this exchange; nothing else needs it any more.
    """

    auth_key: AuthKey
    secrets: ExchangeSecrets
    time_offset: int
    expires_at: int | None

    @property
    def server_salt(self) -> int:
        """The first salt for this key: a signed long."""
        return self.secrets.first_salt
