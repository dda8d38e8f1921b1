"""The group: what must be refused is refused, and the residue table is quadratic reciprocity."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.crypto import numbers
from mtlib.crypto import numbers as groups
from mtlib.crypto.numbers import (
    DH_PRIME,
    check_dh_group,
    check_dh_public,
    generator_power,
    is_probable_prime,
    safe_prime_flaw,
    use_flint,
)
from mtlib.errors import CheckError, LocalError

CASES = json.loads((Path(__file__).parent / "cases" / "crypto.json").read_text())
MODP_14 = int(next(case["input"]["dh_prime"] for case in CASES if case["id"] == "C088"), 16)  # RFC 3526, 2048 bits
PRIME_NOT_SAFE = (1 << 2047) + 1919


@pytest.fixture(params=["flint", "plain"])
def powers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "flint":
        pytest.importorskip("flint")
    monkeypatch.setattr(numbers, "_fmpz", None)
    use_flint(request.param == "flint")
    safe_prime_flaw.cache_clear()


def test_the_known_prime_needs_no_power(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "power", None)
    check_dh_group(DH_PRIME, 3)


def test_the_known_prime_is_safe(powers: None) -> None:
    assert safe_prime_flaw(DH_PRIME, 2) == ""


def test_another_safe_prime_is_proved_once(powers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    check_dh_group(MODP_14, 2, rounds=3)
    monkeypatch.setattr(groups, "power", None)
    check_dh_group(MODP_14, 3, rounds=3)


@pytest.mark.parametrize(
    ("p", "reason"),
    [
        (0, "bit length 0"),
        (23, "bit length 5"),
        (DH_PRIME >> 1, "bit length 2047"),
        (DH_PRIME << 1 | 1, "bit length 2049"),
        (-DH_PRIME, "bit length"),
        (DH_PRIME - 1, "not prime"),
        (DH_PRIME + 2, "not prime"),
        (DH_PRIME // 3 * 3, "not prime"),
        (((1 << 1024) - 105) * ((1 << 1023) + 1155), "not prime"),
        (PRIME_NOT_SAFE, "(p-1)/2 not prime"),
    ],
)
def test_primes_that_are_refused(powers: None, p: int, reason: str) -> None:
    with pytest.raises(CheckError) as caught:
        check_dh_group(p, 4, rounds=2)
    assert caught.value.where == "dh_prime"
    assert reason in caught.value.message


def test_safe_primes_below_ten_thousand() -> None:
    """Pocklington's argument against two tests of primality, for every p it can be asked about."""
    for p in range(4, 10_000):
        safe = is_probable_prime(p) and is_probable_prime((p - 1) // 2)
        assert (safe_prime_flaw(p) == "") == (safe and p % 2 == 1), p


@pytest.mark.parametrize("g", range(-1, 10))
@pytest.mark.parametrize("p", [DH_PRIME, MODP_14], ids=["telegram", "rfc3526"])
def test_g_is_accepted_exactly_if_it_is_a_square(g: int, p: int) -> None:
    is_square = 2 <= g <= 7 and numbers.power(g, (p - 1) // 2, p) == 1
    try:
        check_dh_group(p, g, rounds=1)
    except CheckError as error:
        assert not is_square
        assert error.where == "g"
    else:
        assert is_square


def test_the_table_is_reciprocity() -> None:
    """For every safe prime up to 5000, the table and Euler's criterion agree on all six g."""
    primes = [p for p in range(11, 5_000) if is_probable_prime(p) and is_probable_prime((p - 1) // 2)]
    assert len(primes) > 50
    for p in primes:
        for g, (modulus, residues) in groups._RESIDUES.items():
            assert (p % modulus in residues) == (pow(g, (p - 1) // 2, p) == 1), (p, g)


MARGIN = 1 << 1984


@pytest.mark.parametrize("g_x", [-1, 0, 1, 2, MARGIN - 1, DH_PRIME - MARGIN + 1, DH_PRIME - 1, DH_PRIME, DH_PRIME + 1])
def test_public_values_at_the_edges(g_x: int) -> None:
    with pytest.raises(CheckError) as caught:
        check_dh_public(g_x, DH_PRIME, "g_b")
    assert caught.value.where == "g_b"
    assert ("between" in caught.value.message) == (not 1 < g_x < DH_PRIME - 1)


@given(st.integers(MARGIN, DH_PRIME - MARGIN))
def test_public_values_in_between(g_x: int) -> None:
    for value in (g_x, MARGIN, DH_PRIME - MARGIN):
        check_dh_public(value, DH_PRIME, "g_a")


@pytest.mark.parametrize("p", [DH_PRIME, MODP_14, 1])
def test_the_power_of_a_generator_is_the_power(powers: None, p: int) -> None:
    known = [0, 1, 2, 255, 1 << 256, (1 << 2048) - 1, 1 << 2047, 1 << 2048, 0x1234567 << 1999]
    for g in (2, 3, 7):
        assert [generator_power(g, exponent, p) for exponent in known] == [pow(g, exponent, p) for exponent in known]


def test_a_generator_has_no_negative_power() -> None:
    with pytest.raises(LocalError, match="exponent"):
        generator_power(3, -1, DH_PRIME)
    with pytest.raises(LocalError, match="modulus"):
        generator_power(3, 1, 0)
