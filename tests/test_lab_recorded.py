"""What real clients sealed follows from its parts by the library's rules, whatever the second half of the key is."""

from __future__ import annotations

import pytest

from mtlib import AuthKey, encrypt_v1
from mtlib.lab.recorded import RECORDED


@pytest.mark.parametrize("client", RECORDED)
@pytest.mark.parametrize("half", [bytes(128), b"\xff" * 128])
def test_the_library_seals_the_same(client: str, half: bytes) -> None:
    made = RECORDED[client]
    envelope = made.random + made.msg_id + bytes(4) + (40).to_bytes(4, "little") + made.inner
    msg_key, ciphertext = encrypt_v1(envelope, made.padding, AuthKey(made.half_key + half))
    assert msg_key + ciphertext == made.sealed
