"""Powers with and without python-flint, primes against a sieve, and pq in all its odd shapes."""

from __future__ import annotations

import json
import sys
from math import isqrt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.crypto import numbers
from mtlib.crypto.numbers import (
    DH_PRIME,
    check_dh_group,
    check_dh_public,
    factor,
    generator_power,
    is_probable_prime,
    power,
    rho,
    safe_prime_flaw,
    to_bytes,
    use_flint,
)
from mtlib.errors import CheckError, LocalError

PQ = json.loads((Path(__file__).parent / "vectors" / "pq.json").read_text())["vectors"]


@pytest.fixture(params=["flint", "plain"])
def powers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to take powers; whatever was in use comes back afterwards."""
    if request.param == "flint":
        pytest.importorskip("flint")
    monkeypatch.setattr(numbers, "_fmpz", None)
    assert use_flint(request.param == "flint") == (request.param == "flint")
    safe_prime_flaw.cache_clear()
    return str(request.param)


@pytest.fixture
def method(powers: str) -> str:
    """`factor` as python-flint does it, and as it is done here."""
    return powers


def by_division(n: int) -> list[int]:
    found = []
    for d in range(2, isqrt(n) + 1):
        while n % d == 0:
            found.append(d)
            n //= d
    return found + [n] * (n > 1)


numbers_of_all_sizes = st.one_of(st.integers(0, 50), st.integers(0, 1 << 64), st.integers(0, 1 << 600))


@given(numbers_of_all_sizes, numbers_of_all_sizes, numbers_of_all_sizes)
def test_both_powers_agree(base: int, exponent: int, modulus: int) -> None:
    before = numbers._fmpz
    try:
        results = []
        for wanted in (True, False):
            use_flint(wanted)
            results.append(power(base, exponent, modulus + 1))
    finally:
        numbers._fmpz = before
    assert results[0] == results[1] == pow(base, exponent, modulus + 1)
    assert type(results[0]) is int


@pytest.mark.parametrize(("exponent", "modulus", "where"), [(-1, 7, "exponent"), (2, 0, "modulus"), (2, -7, "modulus")])
def test_no_power_of_that_kind(powers: str, exponent: int, modulus: int, where: str) -> None:
    with pytest.raises(LocalError) as caught:
        power(3, exponent, modulus)
    assert caught.value.where == where


def test_the_environment_decides_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "_fmpz", None)
    monkeypatch.setenv("MTLIB_PLAIN", "1")
    assert power(3, 4, 2**70) == 81
    assert numbers._fmpz is int
    monkeypatch.delenv("MTLIB_PLAIN")
    assert power(3, 4, 2**70) == 81
    assert numbers._fmpz is int


def test_without_flint_there_is_pow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "_fmpz", None)
    monkeypatch.setitem(sys.modules, "flint", None)  # importing it fails now
    assert use_flint(True) is False
    assert power(3, 4, 50) == 31


@given(st.integers(0, 1 << 300))
def test_to_bytes_is_big_endian(number: int) -> None:
    short = to_bytes(number)
    assert int.from_bytes(short, "big") == number
    assert not short.startswith(b"\0")
    assert to_bytes(number, 64) == bytes(64 - len(short)) + short


@pytest.mark.parametrize(("number", "size"), [(256, 1), (-1, 4), (-1, None), (1, 0), (1 << 2048, 256)])
def test_to_bytes_refuses_what_does_not_fit(number: int, size: int | None) -> None:
    with pytest.raises(LocalError):
        to_bytes(number, size)


def test_primes_below_twenty_thousand() -> None:
    sieve = bytearray([0, 0]) + bytearray([1]) * 20_000
    for n in range(2, 142):
        sieve[n * n :: n] = bytes(len(sieve[n * n :: n]))
    assert [is_probable_prime(n) for n in range(len(sieve))] == [bool(mark) for mark in sieve]
    assert not is_probable_prime(-7)


@pytest.mark.parametrize(
    "impostor",
    [
        3_215_031_751,  # the first that passes for the bases 2, 3, 5 and 7
        3_825_123_056_546_413_051,  # ... for the first nine primes
        318_665_857_834_031_151_167_461,  # ... for the first twelve
        118_670_087_467,  # passes for 2, 3, 5 and 7 as well, and has no small factor
        561 * 1105 * 1729,
        (1 << 89) - 3,
        ((1 << 61) - 1) * ((1 << 89) - 1),
        ((1 << 127) - 1) ** 2,
    ],
)
def test_composites_that_look_prime(powers: str, impostor: int) -> None:
    assert not is_probable_prime(impostor)


@pytest.mark.parametrize("exponent", [61, 89, 107, 127, 521])
def test_primes_of_mersenne(powers: str, exponent: int) -> None:
    assert is_probable_prime((1 << exponent) - 1)
    assert not is_probable_prime((1 << exponent) + 1)


def test_a_test_needs_rounds() -> None:
    with pytest.raises(LocalError):
        is_probable_prime((1 << 127) - 1, 0)


@pytest.mark.parametrize("vector", PQ, ids=lambda vector: vector["name"])
def test_published_pq(method: str, vector: dict[str, Any]) -> None:
    p, q = factor(int.from_bytes(bytes.fromhex(vector["pq_be"]), "big"))
    assert (p, q) == (int(vector["p"]), int(vector["q"]))
    assert (to_bytes(p).hex(), to_bytes(q).hex()) == (vector["p_be"], vector["q_be"])


def test_every_number_below_three_thousand(method: str) -> None:
    for n in range(3_000):
        parts = by_division(n)
        if len(parts) == 2 and parts[0] > 2:
            assert factor(n) == tuple(parts)
        else:
            with pytest.raises(CheckError) as caught:
                factor(n)
            assert (caught.value.where, caught.value.got) == ("pq", n)


# Primes of every size up to what fits, the largest below 2^32 among them.
PRIMES = [3, 5, 7, 251, 257, 263, 65_521, 65_537, 1_000_003, 2_147_483_629, 2_147_483_647, 4_294_967_279, 4_294_967_291]


@pytest.mark.parametrize("p", PRIMES)
def test_factors_of_all_sizes(method: str, p: int) -> None:
    for q in PRIMES:
        assert factor(p * q) == (min(p, q), max(p, q))


@pytest.mark.parametrize("p", [3, 251, 257, 65_537])
def test_very_unequal_factors(method: str, p: int) -> None:
    q = next(n for n in range((1 << 64) // p - 1 | 1, 0, -2) if is_probable_prime(n))
    assert factor(p * q) == (p, q)


@pytest.mark.parametrize(
    "pq",
    [
        -15,
        0,
        1,
        2,
        4,
        2 * 2_147_483_647,
        2_147_483_647,
        18_446_744_073_709_551_557,  # the largest prime below 2^64
        257**3,
        65_537**3,
        65_521**4,
        257 * 263 * 269,
        65_521 * 65_537 * 65_539,
        (1 << 64) + 13,  # a prime, with 65 bits
        4_294_967_311 * 4_294_967_357,  # two primes, but more than 64 bits
        (1 << 2048) + 1,
    ],
)
def test_what_is_not_two_odd_primes_is_refused(method: str, pq: int) -> None:
    with pytest.raises(CheckError) as caught:
        factor(pq)
    assert caught.value.where == "pq"


@given(st.integers(1 << 30, (1 << 32) - 1000), st.integers(1 << 30, (1 << 32) - 1000))
def test_pq_of_the_usual_size(low: int, high: int) -> None:
    p, q = (next(n for n in range(start | 1, 1 << 33, 2) if is_probable_prime(n)) for start in (low, high))
    if p * q < 1 << 64:
        assert factor(p * q) == (min(p, q), max(p, q))


@pytest.mark.parametrize("n", [257 * 263, 257 * 257 * 263, 65_537 * 4_294_967_291, 2_147_483_629 * 2_147_483_647])
def test_rho_alone_always_finds_a_divisor(n: int) -> None:
    divisor = rho(n)
    assert 1 < divisor < n
    assert n % divisor == 0


@pytest.mark.parametrize("n", [257 * 263, 269 * 271, 1009 * 1013])
def test_rho_walks_a_batch_again_that_caught_everything(n: int) -> None:
    """With factors this small, one batch of 256 steps closes both circles; walking it again tells them apart."""
    walks = [numbers._walk(n, c) for c in range(1, 20)]
    assert sum(1 < divisor < n for divisor in walks) >= 15
    assert {divisor for divisor in walks if divisor < n} <= {*by_division(n)}


def test_flint_takes_over_where_it_is(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    walked = []
    monkeypatch.setattr(numbers, "rho", lambda n: walked.append(n) or rho(n))
    assert factor(2_147_483_629 * 2_147_483_647) == (2_147_483_629, 2_147_483_647)
    assert len(walked) == (method == "plain")


# -- The group: what must be refused is refused, and the residue table is quadratic reciprocity --------------------


CASES = json.loads((Path(__file__).parent / "cases" / "crypto.json").read_text())
MODP_14 = int(next(case["input"]["dh_prime"] for case in CASES if case["id"] == "C088"), 16)  # RFC 3526, 2048 bits
PRIME_NOT_SAFE = (1 << 2047) + 1919


def test_the_known_prime_needs_no_power(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "power", None)
    check_dh_group(DH_PRIME, 3)


def test_the_known_prime_is_safe(powers: str) -> None:
    assert safe_prime_flaw(DH_PRIME, 2) == ""


def test_another_safe_prime_is_proved_once(powers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check_dh_group(MODP_14, 2, rounds=3)
    monkeypatch.setattr(numbers, "power", None)
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
def test_primes_that_are_refused(powers: str, p: int, reason: str) -> None:
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
        for g, (modulus, residues) in numbers.RESIDUES.items():
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
def test_the_power_of_a_generator_is_the_power(powers: str, p: int) -> None:
    known = [0, 1, 2, 255, 1 << 256, (1 << 2048) - 1, 1 << 2047, 1 << 2048, 0x1234567 << 1999]
    for g in (2, 3, 7):
        assert [generator_power(g, exponent, p) for exponent in known] == [pow(g, exponent, p) for exponent in known]


def test_a_generator_has_no_negative_power() -> None:
    with pytest.raises(LocalError, match="exponent"):
        generator_power(3, -1, DH_PRIME)
    with pytest.raises(LocalError, match="modulus"):
        generator_power(3, 1, 0)
