"""Damaged bytes for every decoder and for the data centre, a small helping; `./run soak` gives a large one."""

from __future__ import annotations

import random

import pytest

from tests.fuzzing import Decoder, all_decoders, conversation, feed, fuzz, spoiled
from tests.fuzzing_dc import Victim, bombard

DECODERS = list(all_decoders())


def test_fourteen_thousand_damaged_inputs_raise_nothing_but_our_errors() -> None:
    fed = fuzz(14_000, seed=1, decoders=DECODERS)
    assert min(fed.values()) > 30


def test_six_thousand_damaged_inputs_in_every_state_leave_the_data_centre_as_it_was() -> None:
    victim = bombard(6_000, seed=2)
    assert min(victim.states.values()) > 500
    assert len(victim.states) == 8
    refused = victim.dc.trace.named("bind_refused")
    assert refused
    assert len(victim.dc.exchanging) < 20


@pytest.mark.parametrize("decoder", DECODERS, ids=[decoder.name for decoder in DECODERS])
def test_every_decoder_takes_its_good_samples(decoder: Decoder) -> None:
    for sample in decoder.samples:
        feed(decoder, sample, random.Random(3))


def test_a_decoder_that_raises_something_else_is_told_with_its_input() -> None:
    def bad(data: bytes, rng: random.Random) -> None:
        raise IndexError("out of range")

    with pytest.raises(AssertionError, match=r"naive raised IndexError.* on 01020304"):
        feed(Decoder("naive", [b""], bad), b"\1\2\3\4", random.Random(0))


def test_the_damage_is_real_and_repeatable() -> None:
    samples = conversation()[2]
    first, second = ([spoiled(random.Random(seed), samples) for seed in range(200)] for _ in range(2))
    assert first == second
    assert sum(data in samples for data in first) < 60


def test_a_victim_that_is_bound_by_a_damaged_binding_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    victim = Victim(random.Random(4))
    monkeypatch.setattr(victim, "bound", lambda: True)
    with pytest.raises(AssertionError, match="although the binding is damaged"):
        for _ in range(400):
            victim.shoot()
