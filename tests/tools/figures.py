"""What `./run bench` measures, one function per name. Each gives lines for the table.

The ratios' goals come from what was measured when this was designed; a machine's speed cancels out of them.
"""

from __future__ import annotations

import os
import random
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

from measuring import Figure, figure, side_by_side
from mtlib.crypto.aes import ige_encrypt
from mtlib.crypto.entropy import Patterned, System
from mtlib.crypto.keys import AuthKey
from mtlib.crypto.numbers import factor, use_flint
from mtlib.crypto.rsa import PrivateKey
from mtlib.errors import MtError
from mtlib.protocol.binding import Binding
from mtlib.protocol.exchange import begin
from mtlib.protocol.exchange_server import AwaitReqPq, Server, draw_primes
from theirs import TelethonExchange, kurigram_request, telethon_request


def request() -> Iterator[Figure]:
    """The whole binding request, from the two keys to 132 bytes."""
    one = Binding(
        AuthKey(os.urandom(256)), AuthKey(os.urandom(256)), session_id=5, msg_id=int(time.time()) << 32,
        expires_at=int(time.time()) + 86400, nonce=77, random=os.urandom(16), padding=os.urandom(8),
    )  # fmt: skip
    given = [getattr(one, name) for name in Binding.__dataclass_fields__]

    def ours() -> bytes:
        return bytes(Binding(*given).request)

    kurigram, telethon = kurigram_request(one), telethon_request(one)
    if not ours() == kurigram() == telethon():
        raise SystemExit("three libraries, and not one request: there is nothing to compare")
    yield figure("binding request", "kurigram TL + tgcrypto", side_by_side(ours, kurigram), 4.0)
    yield figure("binding request", "telethon, pure Python", side_by_side(ours, telethon), 0.5)


def ige() -> Iterator[Figure]:
    """AES-256-IGE over 64 KiB, encryption only: the other direction has no shortcut in Python."""
    import tgcrypto

    data, key, iv = os.urandom(65536), os.urandom(32), os.urandom(32)
    pairs = side_by_side(lambda: ige_encrypt(data, key, iv), lambda: tgcrypto.ige256_encrypt(data, key, iv))
    yield figure("IGE encryption, 64 KiB", "tgcrypto (C)", pairs, 1.15)


def factoring(numbers: int = 60, rounds: int = 3) -> Iterator[Figure]:
    """60 products of two 31-bit primes, the same for everybody; one pair of times is the sum over all of them."""
    from telethon.crypto import Factorization

    for name, flint, goal in (("plain", False, 0.65), ("flint", True, 0.05)):
        pairs = []
        for _ in range(rounds):
            products = [p * q for p, q in (draw_primes(System()) for _ in range(numbers))]
            with _using(flint):
                times = [_once(lambda n=n: factor(n), lambda n=n: Factorization.factorize(n)) for n in products]
            ours, theirs = map(sum, zip(*times, strict=True))
            pairs.append((ours, theirs))
        yield figure(f"factoring {numbers} pq, {name}", "telethon", pairs, goal)


def exchange(rounds: int = 60) -> Iterator[Figure]:
    """A client's own time for one key: the data centre's is taken off, and both get the same pq and g_a."""
    key = PrivateKey.generate()
    other = TelethonExchange(key.public.to_pem())
    for name, flint, goal in (("plain", False, 0.95), ("flint", True, 0.09)):
        with _using(flint):
            pairs = [_both_exchanges(key, other) for _ in range(rounds)]
        yield figure(f"client's exchange, {name}", "telethon", pairs, goal)


def _both_exchanges(key: PrivateKey, other: TelethonExchange) -> tuple[float, float]:
    """One pair of times. telethon drops the leading zero of one key in 199 and then complains: once more, then."""
    seed = secrets.token_hex(8)
    clients = (lambda: _our_exchange(_serving(key, seed), key), lambda: other.run(_serving(key, seed)))
    try:
        spent = {index: clients[index]() for index in random.sample((0, 1), 2)}
    except Exception as error:
        if isinstance(error, MtError) or "nonce hash" not in str(error):
            raise
        return _both_exchanges(key, other)
    return spent[0], spent[1]


def _serving(key: PrivateKey, seed: str) -> Callable[[bytes], bytes]:
    """A data centre of one conversation: the same seed, the same numbers."""
    state: Any = AwaitReqPq(Server((key,)))
    entropy = Patterned(seed)

    def answer(body: bytes) -> bytes:
        nonlocal state
        step = state.receive(body, entropy, int(time.time()))
        state = step.state
        return bytes(step.send)

    return answer


def _our_exchange(answer: Callable[[bytes], bytes], key: PrivateKey) -> float:
    away, begun = 0.0, time.perf_counter()
    entropy, now = System(), int(time.time())
    step = begin(entropy, server_keys=[key.public], dc_id=2)
    while step.send is not None:
        left = time.perf_counter()
        answered = answer(bytes(step.send))
        away += time.perf_counter() - left
        step = step.state.receive(answered, entropy, now)
    return time.perf_counter() - begun - away


def importing(rounds: int = 15) -> Iterator[Figure]:
    """Fresh processes, taking turns; each times its own import, so that Python's start is no part of it."""
    ciphers = "import cryptography.hazmat.primitives.ciphers"
    for name, ours, goal in (
        ("import mtlib", "import mtlib", 4.0),
        ("the same, then Binding and verify", "from mtlib import Binding, verify", 2.0),
        ("the same, then LocalDC and connect", "from mtlib import LocalDC, connect", 3.5),
    ):
        with TemporaryDirectory() as compiled:
            pairs = [(_import_seconds(ours, compiled), _import_seconds(ciphers, compiled)) for _ in range(rounds + 1)]
        yield figure(name, "cryptography's ciphers", pairs[1:], goal)


def _import_seconds(statement: str, compiled: str) -> float:
    """Seconds for an import from compiled files, which the first of several leaves in the folder `compiled`."""
    code = (
        f"import sys, time; begun = time.perf_counter(); {statement}; spent = time.perf_counter() - begun\n"
        "heavy = {'asyncio', 'numpy'} & set(sys.modules)\n"
        "sys.exit(f'{heavy} loaded') if heavy else print(spent)"
    )
    environment = os.environ | {"PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if said.returncode:
        raise SystemExit(f"{statement}: {said.stderr.strip()}")
    return float(said.stdout)


def _once(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    spent = [0.0, 0.0]
    for index in random.sample((0, 1), 2):
        begun = time.perf_counter()
        (ours, theirs)[index]()
        spent[index] = time.perf_counter() - begun
    return spent[0], spent[1]


@contextmanager
def _using(flint: bool) -> Iterator[None]:
    """Our own choice of numbers for a while."""
    try:
        use_flint(flint)
        yield
    finally:
        use_flint(True)
