"""The rungs of the seal give what the library's binding gives, and their mistakes give something else."""

from __future__ import annotations

import pytest

from mtlib.clinic.ladder import ladder, vectors
from mtlib.crypto import AuthKey
from mtlib.protocol.binding import Binding

WHOLE = [name for name, values in vectors().items() if values["temp_auth_key"]]


@pytest.mark.parametrize("name", WHOLE)
def test_a_climb_is_a_binding(name: str) -> None:
    values = vectors()[name]
    binding = Binding(
        AuthKey(values["perm_auth_key"]), AuthKey(values["temp_auth_key"]), values["temp_session_id"],
        values["msg_id"], values["expires_at"], values["nonce"], values["random"], values["padding"],
    )  # fmt: skip
    assert values["auth_key_id"] == binding.perm_key.id_bytes
    assert values["inner"] == bytes(binding.inner)
    assert values["envelope"] == bytes(binding.envelope)
    assert values["msg_key"] == binding.msg_key
    for row in ("sha1_a", "sha1_b", "sha1_c", "sha1_d", "aes_key", "aes_iv"):
        assert values[row] == binding.schedule[row]
    assert values["ciphertext"] == binding.ciphertext
    assert values["encrypted_message"] == bytes(binding.encrypted_message)


def test_a_leading_zero_byte_tells_a_short_key() -> None:
    caught = {
        question.vector
        for question in ladder()
        if question.step == "sha1_a"
        for each in question.rung.mistakes
        if each.name == "key_without_leading_zeros"
        and any(value != question.output for value in each.made(question.arguments))
    }
    assert caught == {"counting-bytes", "leading-zero-byte"}
