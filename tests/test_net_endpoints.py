"""Where a client may be pointed at, and where not."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from mtlib.errors import LocalError
from mtlib.net.endpoints import PRODUCTION_HOSTS, TELEGRAM_TEST, TEST_KEY, endpoint
from tests.talking import rsa


def test_the_test_data_centres() -> None:
    assert f"{TEST_KEY.fingerprint & 2**64 - 1:x}" == "b25898df208d2603"
    for number, made in TELEGRAM_TEST.items():
        assert made.dc_id == 10000 + number
        assert [port for _, port in made.addresses] == [443, 80, 5222]
        assert made.clean_up
        assert endpoint(f"telegram-test-{number}") is made
    assert endpoint("telegram-test") is TELEGRAM_TEST[2]


@pytest.mark.parametrize("host", sorted(PRODUCTION_HOSTS))
def test_production_is_refused_in_every_form(host: str) -> None:
    for of in (f"{host}:443", (host, 443)):
        for key in (None, rsa().public):
            with pytest.raises(LocalError, match="production"):
                endpoint(of, key=key)


def test_a_local_one_and_one_by_address() -> None:
    dc = SimpleNamespace(host="127.0.0.1", port=5, public_key=rsa().public, dc_id=3)
    assert endpoint(dc).addresses == (("127.0.0.1", 5),)
    assert endpoint("127.0.0.1:5", key=rsa().public, dc_id=7).dc_id == 7
    assert not endpoint(dc).clean_up


@pytest.mark.parametrize("of", ["", "localhost", "a:b", "a:0", "a:65536", "telegram-test-4", "telegram-tested", 5])
def test_what_is_no_endpoint(of: object) -> None:
    with pytest.raises(LocalError):
        endpoint(of, key=rsa().public)


def test_an_address_needs_a_key() -> None:
    with pytest.raises(LocalError, match="RSA key"):
        endpoint("127.0.0.1:5")
