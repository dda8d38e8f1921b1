"""Where to connect: the local data centre, Telegram's three test data centres, or any other by address and key.

Production data centres are refused: this is a place to learn, and nobody's account should be part of it.

Source of addresses and key: DCs 1 to 3 of the test network as TDLib, Telethon and gotd have them; the key is TDLib's
test key, fingerprint b25898df208d2603.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from mtlib.crypto.rsa import PublicKey
from mtlib.errors import LocalError, MtError

PORTS = (443, 80, 5222)

TEST_KEY = PublicKey(
    int(
        "c8c11d635691fac091dd9489aedced2932aa8a0bcefef05fa800892d9b52ed03200865c9e97211cb2ee6c7ae96d3fb0e"
        "15aeffd66019b44a08a240cfdd2868a85e1f54d6fa5deaa041f6941ddf302690d61dc476385c2fa655142353cb4e4b59"
        "f6e5b6584db76fe8b1370263246c010c93d011014113ebdf987d093f9d37c2be48352d69a1683f8f6e6c2167983c761e"
        "3ab169fde5daaa12123fa1beab621e4da5935e9c198f82f35eae583a99386d8110ea6bd1abb0f568759f62694419ea5f"
        "69847c43462abef858b4cb5edc84e7b9226cd7bd7e183aa974a712c079dde85b9dc063b8a5c08e8f859c0ee5dcd824c7"
        "807f20153361a7f63cfd2a433a1be7f5",
        16,
    ),
    65537,
)

TEST_HOSTS = {1: "149.154.175.10", 2: "149.154.167.40", 3: "149.154.175.117"}
PRODUCTION_HOSTS = frozenset(
    {"149.154.175.50", "149.154.167.51", "149.154.175.100", "149.154.167.91", "149.154.171.5", "95.161.76.100"}
)


@dataclass(frozen=True)
class Endpoint:
    """A data centre to talk to: addresses to try in order, its RSA key, and the dc id that a key exchange names.

    `clean_up`: keys are destroyed at the end, because they live on somebody else's machine. `status` tells how a data
    centre in this process is doing, for the sentence that a client reads when it hears nothing more from it.
    """

    name: str
    addresses: tuple[tuple[str, int], ...]
    key: PublicKey
    dc_id: int | None = None
    clean_up: bool = False
    status: Callable[[], str] | None = field(default=None, repr=False, compare=False)

    def how(self) -> str:
        """What is known about the other side beside its silence: nothing, or the rest of a sentence."""
        try:
            return f"; {self.status()}" if self.status else ""
        except MtError as error:
            return f"; {error}"


TELEGRAM_TEST = {
    number: Endpoint(
        f"Telegram's test DC {number}", tuple((host, port) for port in PORTS), TEST_KEY, 10000 + number, clean_up=True
    )
    for number, host in TEST_HOSTS.items()
}


def endpoint(of: Any, *, key: PublicKey | None = None, dc_id: int | None = None) -> Endpoint:
    """What `connect` is pointed at, as an `Endpoint`.

    `of` is an Endpoint, anything with `host`, `port`, `public_key` and `dc_id` (a LocalDC), "telegram-test" (DC 2) or
    "telegram-test-1" to "-3", or "HOST:PORT", which needs `key`. Raises LocalError for a production address.
    """
    made = _endpoint(of, key)
    if dc_id is not None:
        made = replace(made, dc_id=dc_id)
    production = [host for host, _ in made.addresses if host in PRODUCTION_HOSTS]
    if production:
        raise LocalError("a production data centre: this project does not talk to those", got=production[0],
                         expected='a local data centre, or "telegram-test"')
    return made


def _endpoint(of: Any, key: PublicKey | None) -> Endpoint:
    if isinstance(of, Endpoint):
        return of
    if hasattr(of, "public_key"):
        status = getattr(of, "status", None)
        return Endpoint(f"local DC {of.dc_id}", ((of.host, of.port),), of.public_key, of.dc_id, status=status)
    if isinstance(of, str) and of.startswith("telegram-test"):
        number = of.removeprefix("telegram-test").lstrip("-") or "2"
        if number.isdigit() and int(number) in TELEGRAM_TEST:
            return TELEGRAM_TEST[int(number)]
        raise LocalError("there are three test data centres", got=of, expected="telegram-test-1, -2 or -3")
    if isinstance(of, tuple) and len(of) == 2:
        return _keyed(str(of[0]), int(of[1]), key)
    host, colon, port = str(of).rpartition(":")
    if not colon or not port.isdigit() or not 0 < int(port) < 65536:
        raise LocalError("not an endpoint", got=of, expected='a LocalDC, "telegram-test", or HOST:PORT')
    return _keyed(host, int(port), key)


def _keyed(host: str, port: int, key: PublicKey | None) -> Endpoint:
    if key is None and host not in PRODUCTION_HOSTS:
        raise LocalError("a data centre proves itself by its RSA key", expected="key=PublicKey.from_pem(...)")
    return Endpoint(f"{host}:{port}", ((host, port),), key or TEST_KEY)
