"""The packet opens by the recipe with which it was sealed, and by no other."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mtlib.doctor.mistakes_packet import PACKETS, right_packet

from mtlib.crypto import AuthKey
from patients import C
from wrong_client import ige, kdf1, kdf2, key_id

KEY = AuthKey(C.temp)
MESSAGE = C.message()
V1_HASH = hashlib.sha1(MESSAGE[:164]).digest()[4:20]
SHORT_HASH = hashlib.sha256(C.temp[88:120] + MESSAGE[:164]).digest()[8:24]
SEALED = {
    "right": C.packet(),
    "packet_by_mtproto_1": key_id(C.temp) + V1_HASH + ige(MESSAGE, *kdf1(C.temp, V1_HASH)),
    "packet_direction_x_8": C.packet(x=8),
    "packet_msg_key_without_padding": key_id(C.temp) + SHORT_HASH + ige(MESSAGE, *kdf2(C.temp, SHORT_HASH)),
}
RECIPES = {"right": right_packet, **{hypothesis.name: hypothesis.change for hypothesis in PACKETS}}


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("packet", SEALED)
def test_one_recipe_for_each(packet: str, recipe: str) -> None:
    opened = RECIPES[recipe](SEALED[packet], KEY)
    assert opened == (MESSAGE if packet == recipe else None)


@given(st.integers(1, 12).flatmap(lambda n: st.binary(min_size=16 * n + 32, max_size=16 * n + 32)))
def test_noise_opens_by_none(noise: bytes) -> None:
    for recipe in RECIPES.values():
        assert recipe(KEY.id_bytes + bytes(16) + noise, KEY) is None
