"""What both sides of a key exchange do alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange_rig import NOW, SERVER, Chosen, opening, sources
from mtlib.crypto.entropy import Patterned
from mtlib.crypto.numbers import DH_PRIME, is_probable_prime, power
from mtlib.errors import CheckError, DecodeError, LocalError
from mtlib.protocol.exchange_messages import awaited, draw_exponent, draw_primes, inside, pair, same
from mtlib.wire import SCHEMA

PING = SCHEMA["ping"].build(ping_id=7)


@given(st.binary(max_size=40))
def test_what_follows_the_object_is_ignored(noise: bytes) -> None:
    assert awaited(bytes(PING) + noise, ("ping",)) == PING


def test_another_object_is_not_what_is_due() -> None:
    with pytest.raises(CheckError) as caught:
        awaited(PING, ("resPQ", "pong"))
    assert (caught.value.got, caught.value.expected) == ("ping", "resPQ or pong")
    assert caught.value.where == "resPQ"


@pytest.mark.parametrize(
    ("body", "where"),
    [(b"", "resPQ, byte 0"), (bytes(8), "resPQ, byte 0"), (bytes(PING)[:-1], "ping/ping_id, byte 4")],
)
def test_what_does_not_parse_is_named(body: bytes, where: str) -> None:
    with pytest.raises(DecodeError) as caught:
        awaited(body, ("resPQ", "ping"))
    assert caught.value.where == where


def test_the_same_or_an_error_that_names_the_field() -> None:
    query = SCHEMA["req_pq"].build(nonce=bytes(16))
    same(query, nonce=bytes(16))
    with pytest.raises(CheckError) as caught:
        same(query, nonce=bytes(15) + b"\1")
    assert caught.value.where == "req_pq/nonce"
    assert (caught.value.got, caught.value.expected) == (bytes(16), bytes(15) + b"\1")


def test_inside_says_where_and_leaves_other_errors_alone() -> None:
    with pytest.raises(CheckError) as caught, inside("outer"):
        raise CheckError("no", where="field")
    assert caught.value.where == "outer/field"
    with pytest.raises(LocalError) as local, inside("outer"):
        raise LocalError("no", where="field")
    assert local.value.where == "field"


def test_an_exponent_and_its_power() -> None:
    secret, public = draw_exponent(Patterned("e"), "a", 3, DH_PRIME)
    assert secret == int.from_bytes(Patterned("e").draw("a", 256), "big")
    assert public == power(3, secret, DH_PRIME)


def test_an_exponent_that_gives_an_edge_is_drawn_again() -> None:
    entropy = Chosen(Patterned("e"), {"b": (5).to_bytes(256, "big")})
    secret, _ = draw_exponent(entropy, "b", 3, DH_PRIME)
    assert secret == int.from_bytes(Patterned("e").draw("b", 256, attempt=1), "big")


class Stuck:
    """Entropy that has stopped being any."""

    def at(self, scope: str) -> Stuck:
        return self

    def draw(self, label: str, size: int, *, attempt: int = 0) -> bytes:
        return bytes(size)


def test_entropy_that_is_stuck_is_told() -> None:
    with pytest.raises(LocalError):
        draw_exponent(Stuck(), "b", 3, DH_PRIME)
    with pytest.raises(LocalError):
        draw_primes(Stuck())


@given(st.binary(min_size=4, max_size=4), st.binary(min_size=4, max_size=4))
def test_primes_are_of_four_bytes(first: bytes, second: bytes) -> None:
    p, q = draw_primes(Chosen(Patterned(), {"p": first, "q": second}))
    assert 2**30 < p < q < 2**32 and p * q < 2**63
    assert is_probable_prime(p) and is_probable_prime(q)


def test_equal_primes_are_drawn_again() -> None:
    p, q = draw_primes(Chosen(Patterned(), {"p": b"same", "q": b"same"}))
    assert p != q


def test_a_pair_talks_in_turns() -> None:
    both = sources("pair")
    joined = pair(opening(both["client_entropy"]), SERVER, now=NOW, **both)
    names = [message.name for message in joined.transcript]
    assert names == [
        "req_pq_multi",
        "resPQ",
        "req_DH_params",
        "server_DH_params_ok",
        "set_client_DH_params",
        "dh_gen_ok",
    ]
    assert joined.client.auth_key == joined.server.auth_key
