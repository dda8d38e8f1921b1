"""Making a key, as the server: the other half of `exchange`, with frozen states too.

    step = AwaitReqPq(Server((rsa_key,))).receive(body, entropy, now)

A state answers the query it awaits. A query that was answered before in this attempt gets the same answer
again, and another req_pq starts a new attempt. Anything else raises: TransportError(-444) for the id of
another data centre, CheckError or DecodeError for the rest, which a data centre answers with -404. The attempt
is then over, and even a correct query must not revive it: the owner of the state has to drop it (our data
centre hangs up). The owner also decides how long to keep a state; the specification says ten minutes.

Source: core.telegram.org/mtproto/auth_key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, ClassVar

from mtlib.crypto.entropy import Entropy
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.numbers import DH_PRIME, check_dh_public, is_probable_prime, power, to_bytes
from mtlib.crypto.rsa import PrivateKey, hex_fingerprint, old_open, rsa_pad_open
from mtlib.crypto.secret import Secret
from mtlib.errors import CheckError, LocalError, PeerError, TransportError
from mtlib.protocol import exchange
from mtlib.protocol.exchange import REDRAWS, ExchangeSecrets, ExchangeStep, awaited, draw_exponent, inside, same
from mtlib.wire.dissection import Dissection
from mtlib.wire.schema import (
    ANSWER_WITH_HASH,
    DATA_WITH_HASH,
    DATA_WITH_PADDING,
    GENERATED,
    OLD_DATA_WITH_HASH,
    SCHEMA,
)

G = 3
WRONG_DC = -444
REQ_PQ = ("req_pq_multi", "req_pq")
REMEMBERED = 3
"""How many answers are kept for queries that come again: one per kind, and the last of the retries."""


@dataclass(frozen=True)
class Server:
    """The server that makes keys, and its rules.

    `keys` are its RSA keys, offered in this order. `accepts_dc(dc, temporary)` says whether a key exchange
    that names `dc` (None: names none) belongs here. `taken(auth_key_id)` says whether a key with that id
    exists already; a new one is then answered with dh_gen_retry.
    """

    keys: tuple[PrivateKey, ...]
    accepts_dc: Callable[[int | None, bool], bool] = field(default=lambda dc, temporary: True, repr=False)
    taken: Callable[[int], bool] = field(default=lambda auth_key_id: False, repr=False)


@dataclass(frozen=True, repr=False)
class _Serving(Secret):
    """What every server state has: the server, the number of the attempt, and the queries answered so far."""

    server: Server
    attempt: int = field(default=0, kw_only=True)
    said: tuple[tuple[bytes, Dissection], ...] = field(default=(), kw_only=True, repr=False)

    expects: ClassVar[tuple[str, ...]] = ()

    def receive(self, body: Dissection | bytes, entropy: Entropy, now: int) -> ExchangeStep:
        """Answer one query; `now` in unix seconds is sent to the client. Raises what the module says."""
        query = awaited(body, tuple(dict.fromkeys(self.expects + QUERIES)))
        for known, answer in self.said:
            if known == _identity(query):
                return ExchangeStep(self, answer)
        if query.name in REQ_PQ:
            return self._start(query, entropy)
        if query.name not in self.expects:
            expected = " or ".join(self.expects or REQ_PQ)
            raise CheckError("out of turn", got=query.name, expected=expected, where=query.name)
        return self._answer(query, _scope(entropy, self.attempt), now)

    def _answer(self, query: Dissection, entropy: Entropy, now: int) -> ExchangeStep:
        raise LocalError("this state answers nothing", where=type(self).__name__)

    def _start(self, query: Dissection, entropy: Entropy) -> ExchangeStep:
        """Begin an attempt: a server_nonce, and a product of two primes (item 2). Draws `server_nonce`, `p`, `q`."""
        attempt = self.attempt + bool(self.said)
        scope = _scope(entropy, attempt)
        server_nonce = scope.draw("server_nonce", 16)
        p, q = draw_primes(scope)
        answer = SCHEMA["resPQ"].build(
            nonce=query["nonce"],
            server_nonce=server_nonce,
            pq=to_bytes(p * q),
            server_public_key_fingerprints=[key.public.fingerprint for key in self.server.keys],
        )
        said = ((_identity(query), answer),)
        state = AwaitReqDhParams(self.server, query["nonce"], server_nonce, p, q, attempt=attempt, said=said)
        return ExchangeStep(state, answer)

    def _step(self, following: type[_Serving], query: Dissection, answer: Dissection, *values: Any) -> ExchangeStep:
        """This answer, and the state that follows it, which remembers the answer too."""
        said = (*self.said[-REMEMBERED + 1 :], (_identity(query), answer))
        return ExchangeStep(following(self.server, *values, attempt=self.attempt, said=said), answer)


def _identity(query: Dissection) -> bytes:
    """Two queries with the same identity get the same answer: all bytes count, of a req_pq only the nonce."""
    nonce: bytes = query["nonce"]
    return nonce if query.name in REQ_PQ else bytes(query)


def _scope(entropy: Entropy, attempt: int) -> Entropy:
    """A scope per attempt, so that two attempts on one connection draw different values."""
    return entropy.at(f"attempt-{attempt}") if attempt else entropy


class AwaitReqPq(_Serving):
    """No query has been answered yet."""

    expects: ClassVar[tuple[str, ...]] = REQ_PQ


@dataclass(frozen=True, repr=False)
class AwaitReqDhParams(_Serving):
    """The client has to bring the factors, and a secret sealed for one of the server's RSA keys."""

    nonce: bytes
    server_nonce: bytes
    p: int
    q: int

    expects: ClassVar[tuple[str, ...]] = ("req_DH_params",)

    def _answer(self, query: Dissection, entropy: Entropy, now: int) -> ExchangeStep:
        """Open the seal, offer g_a (item 6). Draws `a`, and `padding` in the scope `server_DH_inner_data`."""
        both = {"nonce": self.nonce, "server_nonce": self.server_nonce}
        factors = {"p": to_bytes(self.p), "q": to_bytes(self.q)}
        same(query, **both, **factors)
        inner = self._open(query)
        same(inner, **both, **factors, pq=to_bytes(self.p * self.q))
        dc, expires_in = inner.values.get("dc"), inner.values.get("expires_in")
        self._check_wish(inner.name, dc, expires_in)
        secrets = ExchangeSecrets(inner["new_nonce"], self.server_nonce)
        a, g_a = draw_exponent(entropy, "a", G, DH_PRIME)
        offer = SCHEMA["server_DH_inner_data"].build(
            **both, g=G, dh_prime=to_bytes(DH_PRIME), g_a=to_bytes(g_a), server_time=now
        )
        sealed = exchange.seal_with_hash(ANSWER_WITH_HASH, offer, secrets, entropy.at(offer.name))
        answer = SCHEMA["server_DH_params_ok"].build(**both, encrypted_answer=sealed)
        return self._step(AwaitSetDhParams, query, answer, self.nonce, secrets, a, dc, expires_in)

    def _check_wish(self, name: str, dc: int | None, expires_in: int | None) -> None:
        """Raise unless the client means this data centre, and the lifetime of a temporary key is positive."""
        if not self.server.accepts_dc(dc, expires_in is not None):
            raise TransportError(WRONG_DC, where=f"{name}/dc")
        if expires_in is not None and expires_in <= 0:
            where = f"{name}/expires_in"
            raise CheckError("this key would not live", got=expires_in, expected="1 or more", where=where)

    def _open(self, query: Dissection) -> Dissection:
        """The inner data, sealed by RSA_PAD or by the scheme before it, which half of the clients still use."""
        named = query["public_key_fingerprint"]
        for key in self.server.keys:
            if key.public.fingerprint == named:
                with inside(query.name):
                    inner: Dissection = open_inner_data(query["encrypted_data"], key)["data"]
                return inner
        where = f"{query.name}/public_key_fingerprint"
        raise CheckError("not one of our RSA keys", got=hex_fingerprint(named), where=where)


@dataclass(frozen=True, repr=False)
class AwaitSetDhParams(_Serving):
    """The client has to bring its half of the Diffie-Hellman exchange."""

    nonce: bytes
    secrets: ExchangeSecrets
    a: int = field(repr=False)
    dc: int | None
    expires_in: int | None
    failed: AuthKey | None = None

    expects: ClassVar[tuple[str, ...]] = ("set_client_DH_params",)

    def _answer(self, query: Dissection, entropy: Entropy, now: int) -> ExchangeStep:
        """Compute the key, and accept it or not (items 8 and 9). Draws nothing."""
        both = {"nonce": self.nonce, "server_nonce": self.secrets.server_nonce}
        same(query, **both)
        with inside(f"{query.name}/encrypted_data"):
            inner = exchange.open_with_hash(DATA_WITH_HASH, query["encrypted_data"], self.secrets)["data"]
        same(inner, **both)
        expected = int.from_bytes(self.failed.aux_hash, "little", signed=True) if self.failed else 0
        if inner["retry_id"] != expected:
            where = f"{inner.name}/retry_id"
            got = inner["retry_id"]
            raise CheckError("not the attempt that is due", got=got, expected=expected, where=where)
        g_b = int.from_bytes(inner["g_b"], "big")
        with inside(inner.name):
            check_dh_public(g_b, DH_PRIME, "g_b")
        return self._decide(query, AuthKey.from_int(power(g_b, self.a, DH_PRIME)), both)

    def _decide(self, query: Dissection, auth_key: AuthKey, both: dict[str, bytes]) -> ExchangeStep:
        """dh_gen_retry for an id that is taken, and for zero, which means "no key" on the wire; else dh_gen_ok."""
        clash = auth_key.id == 0 or self.server.taken(auth_key.id)
        name = "dh_gen_retry" if clash else "dh_gen_ok"
        number = GENERATED[name]
        proof = {f"new_nonce_hash{number}": self.secrets.hash(number, auth_key)}
        answer = SCHEMA[name].build(**both, **proof)
        chosen = self.dc, self.expires_in
        if clash:
            return self._step(AwaitSetDhParams, query, answer, self.nonce, self.secrets, self.a, *chosen, auth_key)
        return self._step(Granted, query, answer, auth_key, self.secrets, *chosen)


@dataclass(frozen=True, repr=False)
class Granted(_Serving):
    """A key that both sides have. `expires_in` (seconds from now on) is None for a permanent key.

    If the last query comes again, it gets its answer again, and the next state is this very object. An owner who
    compares states with `is` therefore stores a key once.
    """

    auth_key: AuthKey
    secrets: ExchangeSecrets
    dc: int | None
    expires_in: int | None

    @property
    def server_salt(self) -> int:
        """The first salt for this key: a signed long."""
        return self.secrets.first_salt


SERVER = (AwaitReqPq, AwaitReqDhParams, AwaitSetDhParams, Granted)
"""The states in order; each names the queries that it `expects`."""
QUERIES = tuple(name for state in SERVER for name in state.expects)


# -- What only a server has to do ------------------------------------------------------------------------------------


def open_inner_data(encrypted: bytes, key: PrivateKey) -> Dissection:
    """What a client sealed for `key`: data_with_padding by RSA_PAD, or data_with_hash by the scheme before.

    Raises CheckError if neither opens, DecodeError if RSA_PAD opens and shows no P_Q_inner_data.
    """
    try:
        padded = rsa_pad_open(encrypted, key)
    except CheckError as error:
        try:
            return exchange.cut_with_hash(OLD_DATA_WITH_HASH, old_open(encrypted, key))
        except PeerError:
            raise error from None
    return DATA_WITH_PADDING.dissect(padded)


def draw_primes(entropy: Entropy) -> tuple[int, int]:
    """Two different odd primes p < q of four bytes each, drawn as `p` and `q`; their product is below 2**63.

    Raises LocalError if the entropy gives the same prime again and again.
    """
    p = _prime(entropy.draw("p", 4))
    for attempt in range(REDRAWS):
        q = _prime(entropy.draw("q", 4, attempt=attempt))
        if p != q:
            return min(p, q), max(p, q)
    raise LocalError("this entropy gives no second prime", where="q")


def _prime(drawn: bytes) -> int:
    """The first prime from an odd number of 31 bits upwards."""
    start = int.from_bytes(drawn, "big") % 2**30 + 2**30 | 1
    return next(number for number in count(start, 2) if is_probable_prime(number))
