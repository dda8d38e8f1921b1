"""The sample binding of the lessons: the same bytes every time, accepted, and visibly patterned."""

from __future__ import annotations

from itertools import pairwise

import pytest

from mtlib import unseal, verify
from mtlib.lab import NOW, sample
from mtlib.transport.framing import FRAMINGS


def test_the_same_every_time_and_other_bytes_for_another_seed() -> None:
    assert bytes(sample().carried.packet) == bytes(sample().carried.packet)
    assert bytes(sample().carried.packet) != bytes(sample("another").carried.packet)


def test_a_data_centre_would_accept_it() -> None:
    made = sample()
    binding = made.binding
    assert verify(
        binding.request, perm_key=made.perm_key, temp_key=made.temp_key, session_id=binding.session_id,
        msg_id=binding.msg_id, now=made.now,
    ).ok  # fmt: skip
    assert made.now == NOW


@pytest.mark.parametrize("framing", FRAMINGS)
def test_its_keys_open_every_layer_in_every_framing(framing: str) -> None:
    made = sample(framing=framing)
    opened = unseal(made.carried.frame, made.keys)
    assert opened.find("packet/message/request/encrypted_message/plaintext/envelope/inner/expires_at").value  # type: ignore[union-attr]


def test_the_eye_sees_where_a_byte_came_from() -> None:
    key = bytes(sample().perm_key)
    assert [b - a for a, b in pairwise(key[8:40])].count(1) > 28
