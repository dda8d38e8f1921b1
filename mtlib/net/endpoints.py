"""Where to connect: the local data centre, Telegram's three test data centres, or any other by address and key.

Production data centres are refused: this is a place to learn, and nobody's account should be part of it. An address is
refused here, in whatever form it is written. A name is resolved when it is dialled, and its addresses are checked then.

Source of Telegram's networks: core.telegram.org/resources/cidr.txt, and older networks in which data centres were seen.
Source of addresses and key: DCs 1 to 3 of the test network, the same in TDLib, Telethon and gotd; the key is TDLib's
test key, fingerprint b25898df208d2603.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from socket import inet_aton
from typing import Any

from mtlib.crypto.rsa import PublicKey
from mtlib.errors import LocalError, MtError
from mtlib.net.memory import Line

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
TELEGRAM = tuple(map(ip_network, (
    "149.154.160.0/20", "91.108.4.0/22", "91.108.8.0/22", "91.108.12.0/22", "91.108.16.0/22", "91.108.20.0/22",
    "91.108.56.0/22", "91.105.192.0/23", "95.161.64.0/20", "185.76.151.0/24",
    "2001:67c:4e8::/48", "2001:b28:f23d::/48", "2001:b28:f23f::/48",
)))  # fmt: skip
NAT64 = ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Endpoint:
    """A data centre to talk to: addresses to try in order, its RSA key, and the dc id that a key exchange names.

    With `clean_up` a client destroys its keys at the end, because they are kept at Telegram. A data centre in this
    process gives two functions: `status` returns its state in words, for the error of a client that gets no more
    answers, and `line` dials it where there are no sockets.
    """

    name: str
    addresses: tuple[tuple[str, int], ...]
    key: PublicKey
    dc_id: int | None = None
    clean_up: bool = False
    status: Callable[[], str] | None = field(default=None, repr=False, compare=False)
    line: Callable[[], Line] | None = field(default=None, repr=False, compare=False)

    def how(self) -> str:
        """The state of the data centre as the end of a sentence; empty if it is not known."""
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
    """The `Endpoint` that the argument `of` of `connect` means.

    `of` is an Endpoint, anything with `host`, `port`, `public_key` and `dc_id` (a LocalDC), "telegram-test" (DC 2) or
    "telegram-test-1" to "-3", or "HOST:PORT" ("[::1]:443" for IPv6), which needs `key`. Raises LocalError for anything
    else, for a production address, and for a `key` that is not the key of that data centre.
    """
    if key is not None and not isinstance(key, PublicKey):
        raise LocalError("no RSA key", got=type(key).__name__, expected="PublicKey.from_pem(...)", where="key")
    if dc_id is not None and not isinstance(dc_id, int):
        raise LocalError("no dc id", got=type(dc_id).__name__, expected="an int", where="dc_id")
    made = _endpoint(of, key)
    for host, _ in made.addresses:
        refuse_production(host)
    if key is not None and key != made.key:
        raise LocalError("this data centre has an RSA key of its own", got=key.fingerprint,
                         expected=made.key.fingerprint, where="key")
    return made if dc_id is None else replace(made, dc_id=dc_id)


def refuse_production(host: str) -> None:
    """Raise LocalError for an address in Telegram's networks, except those of the three test data centres. A name
    passes; the caller checks its addresses when it has resolved it."""
    for address in _addresses(host):
        if _of_telegram(address) and str(address) not in TEST_HOSTS.values():
            raise LocalError("a production data centre: this project does not talk to those", got=host,
                             expected='a local data centre, or "telegram-test"')


def refuse_telegram(host: str) -> None:
    """Raise LocalError for every address in Telegram's networks, those of the test data centres too."""
    if any(map(_of_telegram, _addresses(host))):
        raise LocalError("an address of Telegram's", got=host, expected="a data centre of your own")


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address in `host`, in any form that an operating system accepts: in brackets, with a trailing dot, as one
    number ("2509940531"), octal, with fewer than four parts. None for a name."""
    text = host.removeprefix("[").removesuffix("]").rstrip(".")
    try:
        return ip_address(text)
    except ValueError:
        pass
    try:
        return None if not text or text.split() != [text] else IPv4Address(inet_aton(text))
    except (OSError, ValueError):
        return None


def host_and_port(of: Any, expected: str = "HOST:PORT") -> tuple[str, int]:
    """Host and port from "HOST:PORT" or from a tuple of the two; an address is given in its usual form. Raises
    LocalError for anything else."""
    host, port = of if isinstance(of, tuple) and len(of) == 2 else str(of).rpartition(":")[::2]
    digits = str(port)
    is_port = digits.isascii() and digits.isdigit() and len(digits) < 6 and 0 < int(digits) < 65536
    if not host or not isinstance(host, str) or not is_port or (":" in host and literal(host) is None):
        raise LocalError("not an endpoint", got=of, expected=expected)
    return str(literal(host) or host), int(digits)


def _of_telegram(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in TELEGRAM)


def _addresses(host: str) -> list[IPv4Address | IPv6Address]:
    """The address, and the IPv4 addresses that it may contain if it is IPv6; none for a name."""
    address = literal(host)
    if isinstance(address, IPv4Address) or address is None:
        return [address] if address else []
    last = IPv4Address(int(address) & 2**32 - 1) if address in NAT64 else None
    return [address, *(each for each in (address.ipv4_mapped, address.sixtofour, last) if each is not None)]


def _endpoint(of: Any, key: PublicKey | None) -> Endpoint:
    if isinstance(of, Endpoint):
        return of
    if hasattr(of, "public_key"):
        more: dict[str, Any] = {name: getattr(of, name, None) for name in ("status", "line")}
        return Endpoint(f"local DC {of.dc_id}", ((of.host, of.port),), of.public_key, of.dc_id, **more)
    if isinstance(of, str) and of.startswith("telegram-test"):
        number = of.removeprefix("telegram-test").removeprefix("-") or "2"
        if number in map(str, TELEGRAM_TEST):
            return TELEGRAM_TEST[int(number)]
        raise LocalError("there are three test data centres", got=of, expected="telegram-test-1, -2 or -3")
    host, port = host_and_port(of, 'a LocalDC, "telegram-test", or HOST:PORT')
    refuse_production(host)
    if key is None:
        raise LocalError("a data centre proves itself by its RSA key", expected="key=PublicKey.from_pem(...)",
                         where="key")
    return Endpoint(f"[{host}]:{port}" if ":" in host else f"{host}:{port}", ((host, port),), key)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that address. False for a name, which may resolve to anything."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
