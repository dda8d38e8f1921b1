"""Randomness by name: repeatable where it has to be, and never the same twice by accident."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.crypto.entropy import Entropy, Patterned, System
from mtlib.errors import LocalError

names = st.text(min_size=1, max_size=12)


@given(names, names, st.integers(0, 300), st.integers(0, 5))
def test_patterned_depends_on_the_name_alone(scope: str, label: str, size: int, attempt: int) -> None:
    alone = Patterned().at(scope).draw(label, size, attempt=attempt)
    busy = Patterned().at(scope)
    busy.draw(label + "!", 32)
    assert busy.draw(label, size, attempt=attempt) == alone
    assert len(alone) == size


def test_patterned_never_changes() -> None:
    """The bytes are frozen: they stand in saved outputs of lessons."""
    assert Patterned().at("exchange").draw("nonce", 16).hex() == "821298eff0f1f2f3f4f5f6f7f8f9fafb"
    assert Patterned("other").at("exchange").draw("nonce", 8).hex() == "f2af257e7f808182"


def test_the_eye_can_follow_it() -> None:
    drawn = Patterned().draw("auth_key", 256)
    steps = {(b - a) % 256 for a, b in pairwise(drawn[3:])}
    assert steps == {1}


def test_redraws_differ_and_say_how_often() -> None:
    entropy = Patterned()
    drawn = [entropy.draw("temp_key", 32, attempt=attempt) for attempt in range(256)]
    assert len(set(drawn)) == 256
    assert [(value[0] - drawn[0][0]) % 256 for value in drawn] == list(range(256))


def test_scopes_labels_and_seeds_tell_apart() -> None:
    entropy = Patterned()
    drawn = [
        entropy.draw("nonce", 8),
        entropy.draw("session_id", 8),
        entropy.at("temp").draw("nonce", 8),
        entropy.at("perm").draw("nonce", 8),
        entropy.at("perm").at("retry").draw("nonce", 8),
        Patterned("another seed").draw("nonce", 8),
        Patterned(b"\x00").draw("nonce", 8),
    ]
    assert len(set(drawn)) == len(drawn)


def test_scopes_nest_with_a_slash() -> None:
    assert Patterned().at("a").at("b").draw("x", 16) == Patterned().at("a/b").draw("x", 16)


def test_one_value_is_drawn_once_also_across_scopes() -> None:
    entropy = Patterned()
    entropy.at("exchange").draw("nonce", 16)
    entropy.at("exchange").draw("nonce", 16, attempt=1)
    with pytest.raises(LocalError) as caught:
        entropy.at("exchange").draw("nonce", 16)
    assert caught.value.where == "exchange/nonce"
    assert Patterned().at("exchange").draw("nonce", 16)  # another source has another memory


def test_patterned_makes_a_decent_exponent() -> None:
    exponent = int.from_bytes(Patterned().draw("b", 256), "big")
    assert exponent.bit_length() > 2000
    assert 900 < exponent.bit_count() < 1150


def test_system_is_fresh_each_time() -> None:
    entropy = System()
    drawn = {entropy.at("exchange").draw("nonce", 16) for _ in range(100)}
    assert len(drawn) == 100
    assert {len(value) for value in drawn} == {16}


@pytest.mark.parametrize("entropy", [System(), Patterned()], ids=repr)
def test_senseless_draws_are_refused(entropy: Entropy) -> None:
    assert entropy.draw("empty", 0) == b""
    for label, size, attempt in (("a", -1, 0), ("a", 1, -1), ("", 1, 0)):
        with pytest.raises(LocalError):
            entropy.draw(label, size, attempt=attempt)
    with pytest.raises(LocalError):
        entropy.at("")


def test_a_refused_draw_leaves_no_trace() -> None:
    entropy = Patterned()
    with pytest.raises(LocalError):
        entropy.draw("a", -1)
    assert len(entropy.draw("a", 4)) == 4
