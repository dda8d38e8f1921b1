"""Big numbers: powers, primes, the two factors of pq, and the Diffie-Hellman group.

Python's own integers are enough for all of it. If `python-flint` is installed (the extra `fast`), it computes large
powers and factors numbers, ten times as fast.

Nothing here is constant-time: a power takes a little longer for an exponent with more ones. That is fine for learning
and for test servers, and a reason not to run real accounts on it. A client that skips the checks of the group lets the
other side choose the key.

Source: core.telegram.org/mtproto/security_guidelines, "Validation of DH parameters", "g_a and g_b validation".
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from functools import lru_cache
from itertools import count
from math import gcd, isqrt
from typing import Any

from mtlib.crypto.secret import of_type, whole
from mtlib.errors import CheckError, LocalError

_fmpz: Any = None  # flint's type of number, or int without flint; None until the first power decides


def use_flint(wanted: bool) -> bool:
    """Choose python-flint or Python's own numbers; True if flint is in use now.

    Without a call, flint is taken when it is installed and the environment variable MTLIB_PLAIN is not set.
    """
    global _fmpz
    _fmpz = int
    if wanted:
        try:
            from flint import fmpz
        except ImportError:
            return False
        _fmpz = fmpz
    return wanted


def fast(number: int) -> Any:
    """The same number in the type that calculates fastest; a result modulo it has that type, too."""
    if _fmpz is None:
        use_flint(not os.environ.get("MTLIB_PLAIN"))
    return _fmpz(number)


def power(base: int, exponent: int, modulus: int) -> int:
    """base^exponent mod modulus. A negative exponent or a modulus below 1 is a LocalError."""
    for name, value, least in (("base", base, None), ("exponent", exponent, 0), ("modulus", modulus, 1)):
        if whole(value, name) < (value if least is None else least):
            raise LocalError(f"no power with this {name}", got=value, where=name)
    # For a small modulus, converting to flint's type and back takes longer than flint saves.
    small = modulus.bit_length() <= 64
    return pow(base, exponent, modulus) if small else int(pow(fast(base), exponent, fast(modulus)))


def to_bytes(number: int, size: int | None = None) -> bytes:
    """A number as the key exchange writes it: big-endian, in `size` bytes, or without leading zeros if `size` is None.

    A negative number, or one that needs more than `size` bytes, is a LocalError. Zero without a size is b"".
    Source: core.telegram.org/mtproto/auth_key, "DH exchange initiation" (pq, p, q as strings).
    """
    needed = (whole(number, "number").bit_length() + 7) // 8
    if number < 0 or (size is not None and not needed <= of_type(size, int, "size") <= 1 << 20):
        got = "a negative number" if number < 0 else f"{needed} bytes"
        raise LocalError("the number does not fit", got=got, expected=f"at most {size} bytes", where="number")
    return number.to_bytes(needed if size is None else size, "big")


SMALL_PRIMES = tuple(n for n in range(2, 256) if all(n % d for d in range(2, isqrt(n) + 1)))


def is_probable_prime(n: int, rounds: int = 32) -> bool:
    """Whether n is prime: certain below 2^64; from there on, a composite passes once in 4^rounds at most.

    Miller-Rabin. Below 2^64 the bases are the first twelve primes, and no composite passes all of them
    (Sorenson and Webster, "Strong pseudoprimes to twelve prime bases", 2015). From there on, the bases come
    from SHA-256 of n: one number always gets the same answer, and an attacker must try 4^rounds composites
    to find one that passes.
    """
    if whole(n, "n") < 2:
        return False
    for prime in SMALL_PRIMES:
        if n % prime == 0:
            return n == prime
    if rounds < 1:
        raise LocalError("a test of no rounds proves nothing", got=rounds, expected="1 or more", where="rounds")
    return all(_passes(n, base) for base in _bases(n, rounds))


def _bases(n: int, rounds: int) -> Iterable[int]:
    if n < 3_215_031_751:  # 2, 3, 5 and 7 are enough up to here: Pomerance, Selfridge and Wagstaff, 1980
        return SMALL_PRIMES[:4]
    if n < 1 << 64:
        return SMALL_PRIMES[:12]
    body = to_bytes(n)
    digests = (hashlib.sha256(to_bytes(index, 4) + body).digest() for index in range(rounds))
    return (2 + int.from_bytes(digest, "big") % (n - 3) for digest in digests)


def _passes(n: int, base: int) -> bool:
    """One round: base^((n-1)/2^t), squared again and again, must reach -1 before 1, or start at either."""
    twos = ((n - 1) & (1 - n)).bit_length() - 1
    x = power(base, (n - 1) >> twos, n)
    if x in (1, n - 1):
        return True
    for _ in range(twos - 1):
        x = x * x % n
        if x == n - 1:
            return True
    return False


def factor(pq: int) -> tuple[int, int]:
    """The two odd primes p <= q whose product is pq; about ten milliseconds for the 62 bits that Telegram sends.

    Anything else (1, a prime, an even number, three factors, over 64 bits) is a CheckError at `pq`, at once.
    Source: core.telegram.org/mtproto/auth_key, step 3.
    """
    refused = CheckError(
        "pq cannot be taken apart", got=pq, expected="a product of two odd primes, below 2^64", where="pq"
    )
    if not 1 < whole(pq, "pq") < 1 << 64 or pq % 2 == 0 or is_probable_prime(pq):
        raise refused
    number = fast(pq)
    divisor = int(number.factor()[0][0]) if hasattr(number, "factor") else rho(pq)
    p, q = sorted((divisor, pq // divisor))
    if not (is_probable_prime(p) and is_probable_prime(q)):
        raise refused
    return p, q


def rho(n: int) -> int:
    """A divisor of an odd composite n, other than 1 and n, by Brent's version of Pollard's rho.

    y -> y^2 + c enters a cycle modulo a prime factor long before it does modulo n.
    Source: R. P. Brent, "An improved Monte Carlo factorization algorithm", BIT 20, 1980.
    """
    return next(divisor for divisor in (_walk(n, c) for c in count(1)) if divisor != n)


_BATCH = 256  # steps between two gcds


def _walk(n: int, c: int) -> int:
    """One walk: x waits while y walks ever longer strides away from it, until they agree modulo a divisor.

    The differences of a batch are multiplied, so that it needs only one gcd. If that gcd is n, the batch is walked
    again with a gcd at every step. The result is n if a single step finds all factors together.
    """
    y, stride, divisor, batch_start = 2, 1, 1, 2
    while divisor == 1:
        x = y
        for _ in range(stride):
            y = (y * y + c) % n
        done = 0
        while done < stride and divisor == 1:
            batch_start, product = y, 1
            for _ in range(min(_BATCH, stride - done)):
                y = (y * y + c) % n
                product = product * (x - y) % n
            divisor = gcd(product, n)
            done += _BATCH
        stride *= 2
    if divisor == n:
        divisor, y = 1, batch_start
        while divisor == 1:
            y = (y * y + c) % n
            divisor = gcd(x - y, n)
    return divisor


DH_PRIME = int(
    "c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f"
    "48198a0aa7c14058229493d22530f4dbfa336f6e0ac925139543aed44cce7c37"
    "20fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64"
    "2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4"
    "a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754"
    "fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4"
    "e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f"
    "0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b",
    16,
)
"""The prime that Telegram's data centres send (2048 bits, safe), as the security guidelines print it."""

# g generates the subgroup of order (p-1)/2 if it is a square modulo p, and quadratic reciprocity says when.
RESIDUES = {2: (8, {7}), 3: (3, {2}), 4: (1, {0}), 5: (5, {1, 4}), 6: (24, {19, 23}), 7: (7, {3, 5, 6})}
"""For each g a modulus, and the remainders that p may have modulo it."""
MARGIN = 1 << (2048 - 64)
"""The least distance of a public value from 0 and from p."""


def check_dh_group(p: int, g: int, *, rounds: int = 32) -> None:
    """Raise a CheckError at `dh_prime` or `g` for a group that is not safe.

    p must have 2048 bits, p and (p-1)/2 must be prime, and g must be one of 2 ... 7 and a square modulo p.
    For the known prime this is a comparison. An unknown one costs `rounds` + 1 powers of 2048 bits the first
    time, half a second in plain Python with the default of 32, and is remembered.
    """
    whole(g, "g")
    if whole(p, "dh_prime") != DH_PRIME:
        if p < 0 or p.bit_length() != 2048:
            bits = p.bit_length()
            raise CheckError(f"dh_prime has bit length {bits}", got=bits, expected=2048, where="dh_prime")
        flaw = safe_prime_flaw(p, rounds)
        if flaw:
            raise CheckError(f"dh_prime is not safe: {flaw}", got=hex(p), expected="a safe prime", where="dh_prime")
    modulus, residues = RESIDUES.get(g, (1, set()))
    if p % modulus not in residues:
        raise CheckError(
            "g does not generate the subgroup of order (p-1)/2",
            got=f"g = {g}" + (f", p mod {modulus} = {p % modulus}" if residues else ""),
            expected=f"p mod {modulus} in {sorted(residues)}" if residues else "g from 2 to 7",
            where="g",
        )


@lru_cache(maxsize=16)
def safe_prime_flaw(p: int, rounds: int = 32) -> str:
    """The reason why a p above 3 is not a safe prime ("not prime", "(p-1)/2 not prime"); "" if it is one.

    All rounds of Miller-Rabin are for q = (p-1)/2. Once q is prime, a single power proves p: if a^(p-1) = 1
    and a^2 - 1 has no factor in common with p, every prime factor of p is 1 modulo q (Pocklington), and only
    p itself can be such a factor. Here a is 2, and the power computed is 2^q, whose square is 2^(p-1). If p is
    even, the power modulo p is even too, and so neither 1 nor p - 1.
    """
    q = p // 2
    if power(2, q, p) not in (1, p - 1) or gcd(2 * 2 - 1, p) != 1:
        return "not prime"
    return "" if is_probable_prime(q, rounds) else "(p-1)/2 not prime"


_TEETH, _COLUMNS = 8, 256  # rows and columns of an exponent of 2048 bits


def generator_power(g: int, exponent: int, p: int) -> int:
    """g^exponent mod p, in a quarter of the time that `power` takes, because g is the same every time.

    The exponent is written in eight rows of 256 bits. One step squares the result and multiplies it by the power of g
    for one column of eight bits: 256 steps instead of 2048 (Lim and Lee, "More flexible exponentiation with
    precomputation", 1994). The 256 powers are computed once per group, in the time of one `power`. Longer exponents
    are left to `power`; the errors are the same.
    """
    if not 0 <= whole(exponent, "exponent") < 1 << _TEETH * _COLUMNS or whole(p, "p") < 1:
        return power(g, exponent, p)
    modulus = fast(p)
    powers = _powers(whole(g, "g"), modulus)
    bits = f"{exponent:0{_TEETH * _COLUMNS}b}"
    result = 1
    for column in zip(*(bits[row : row + _COLUMNS] for row in range(0, len(bits), _COLUMNS)), strict=True):
        result = result * result % modulus * powers[column] % modulus
    return int(result)


@lru_cache(maxsize=4, typed=True)
def _powers(g: int, modulus: Any) -> dict[tuple[str, ...], Any]:
    """The product of teeth for every column of bits. The tooth of row r is g^(2^(256 r)), row 0 at the bottom; a column
    is read from the top."""
    teeth = [g % modulus]
    for _row in range(1, _TEETH):
        teeth.append(power(int(teeth[-1]), 1 << _COLUMNS, int(modulus)) % modulus)
    powers: dict[tuple[str, ...], Any] = {(): 1 % modulus}
    for tooth in reversed(teeth):
        without = {(*column, "0"): value for column, value in powers.items()}
        powers = without | {(*column, "1"): value * tooth % modulus for column, value in powers.items()}
    return powers


def check_dh_public(g_x: int, p: int, name: str) -> None:
    """Raise a CheckError at `name` ("g_a", "g_b") for a public value out of range or near its edges.

    1 < g_x < p-1 excludes the values that are the same for every secret; 2^1984 <= g_x <= p - 2^1984 excludes
    powers of g with a tiny exponent. A client checks the value that it sends, too.
    """
    if not 1 < whole(g_x, name) < whole(p, "dh_prime") - 1:
        raise CheckError(f"{name} is not between 1 and p - 1", got=hex(g_x), expected="1 < g_x < p - 1", where=name)
    if not MARGIN <= g_x <= p - MARGIN:
        expected = "2^1984 <= g_x <= p - 2^1984"
        raise CheckError(f"{name} is too close to 0 or to p", got=hex(g_x), expected=expected, where=name)
