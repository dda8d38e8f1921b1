"""Where a client may be pointed at, and where not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from mtlib.errors import LocalError
from mtlib.net.endpoints import TELEGRAM_TEST, TEST_HOSTS, TEST_KEY, Endpoint, endpoint
from tests.talking import rsa


def test_the_test_data_centres() -> None:
    assert f"{TEST_KEY.fingerprint & 2**64 - 1:x}" == "b25898df208d2603"
    hosts = [{host for host, _ in made.addresses} for made in TELEGRAM_TEST.values()]
    assert hosts == [{"149.154.175.10"}, {"149.154.167.40"}, {"149.154.175.117"}]
    assert [*TELEGRAM_TEST] == [1, 2, 3]
    for number, made in TELEGRAM_TEST.items():
        assert made.dc_id == 10000 + number
        assert [port for _, port in made.addresses] == [443, 80, 5222]
        assert made.clean_up
        assert endpoint(f"telegram-test-{number}") is made
    assert endpoint("telegram-test") is TELEGRAM_TEST[2]


PRODUCTION = (
    "149.154.175.50", "149.154.167.51", "149.154.175.100", "149.154.167.91", "149.154.171.5", "95.161.76.100",
    "149.154.167.222", "149.154.167.51.", "149.154.42803", "2509940531", "0x959aa733", "0225.0232.0247.063",
    "91.108.56.130", "185.76.151.1", "[2001:67c:4e8:f002::a]", "[2001:b28:f23d:f001::a]", "[::ffff:149.154.167.51]",
    "[64:ff9b::959a:a733]", "[2002:959a:a733::1]",
)  # fmt: skip


@pytest.mark.parametrize("host", PRODUCTION)
def test_production_is_refused_in_every_form(host: str) -> None:
    for of in (f"{host}:443", (host, 443), Endpoint("in disguise", ((host, 443),), TEST_KEY)):
        for key in (None, rsa().public):
            with pytest.raises(LocalError, match="production"):
                endpoint(of, key=key)


def test_what_is_next_to_production_is_not() -> None:
    for host in ("149.154.159.255", "149.154.176.0", "8.8.8.8", "[2001:db8::1]", "name.invalid", *TEST_HOSTS.values()):
        assert endpoint(f"{host}:443", key=rsa().public).key == rsa().public


def test_addresses_in_their_usual_form() -> None:
    for of, address in (
        ("[::1]:443", ("::1", 443)), ("2130706433:5", ("127.0.0.1", 5)), (("::1", "80"), ("::1", 80)),
        ("localhost:6", ("localhost", 6)),
    ):  # fmt: skip
        assert endpoint(of, key=rsa().public).addresses == (address,)
    assert endpoint("[::1]:443", key=rsa().public).name == "[::1]:443"


def test_a_local_one_and_one_by_address() -> None:
    dc = SimpleNamespace(host="127.0.0.1", port=5, public_key=rsa().public, dc_id=3)
    assert endpoint(dc).addresses == (("127.0.0.1", 5),)
    assert endpoint("127.0.0.1:5", key=rsa().public, dc_id=7).dc_id == 7
    assert not endpoint(dc).clean_up


@pytest.mark.parametrize("of", ["", "localhost", "a:b", "a:0", "a:65536", "telegram-test-4", "telegram-tested", 5,
    "127.0.0.1:\u00b2", "telegram-test-\u00b2", "telegram-test--1", ("127.0.0.1", "x"), (5, 5), ("", 5), None,
    "::1:443:x", "a:99999999999999999999999"])
def test_what_is_no_endpoint(of: object) -> None:
    with pytest.raises(LocalError, match=r"not an endpoint|three test data centres"):
        endpoint(of)


@pytest.mark.parametrize("of", ["telegram-test", SimpleNamespace(host="::1", port=5, public_key=TEST_KEY, dc_id=3)])
def test_a_key_is_not_passed_over_in_silence(of: Any) -> None:
    assert endpoint(of, key=endpoint(of).key) == endpoint(of)
    with pytest.raises(LocalError, match="an RSA key of its own"):
        endpoint(of, key=rsa().public)


def test_an_address_needs_a_key() -> None:
    with pytest.raises(LocalError, match="RSA key"):
        endpoint("127.0.0.1:5")


@pytest.mark.parametrize(("key", "dc_id"), [("abc", None), (b"abc", 2), (rsa().public, "2"), (rsa().public, 2.5)])
def test_a_key_and_a_dc_id_of_the_wrong_type(key: Any, dc_id: Any) -> None:
    with pytest.raises(LocalError, match="no "):
        endpoint("127.0.0.1:5", key=key, dc_id=dc_id)
