"""The rungs of the seal give what the library's binding gives, and their mistakes give something else."""

from __future__ import annotations

import pytest

from mtlib.clinic.ladder import ladder, vectors
from mtlib.clinic.recipe import STEPS, Recipe
from mtlib.crypto import V2
from mtlib.crypto.keys import AuthKey
from mtlib.protocol.binding import Binding, Carried

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


@pytest.mark.parametrize("name", WHOLE)
def test_a_climb_is_a_packet(name: str) -> None:
    values = vectors()[name]
    binding = Binding(
        AuthKey(values["perm_auth_key"]), AuthKey(values["temp_auth_key"]), values["temp_session_id"],
        values["msg_id"], values["expires_at"], values["nonce"], values["random"], values["padding"],
    )  # fmt: skip
    carried = Carried(binding, values["salt"], values["seqno"], values["message_padding"])
    assert values["request"] == bytes(binding.request)
    assert values["message"] == bytes(carried.message)
    assert values["packet"] == bytes(carried.packet)
    assert values["packet"][8:24] == values["msg_key_v2"]
    schedule = V2.run(0, auth_key=values["temp_auth_key"], msg_key=values["msg_key_v2"])
    made = (schedule["sha256_a"], schedule["sha256_b"], schedule.aes_key, schedule.aes_iv)
    assert made == tuple(values[name] for name in ("sha256_a", "sha256_b", "aes_key_v2", "aes_iv_v2"))


def test_a_step_can_be_wrong_and_everything_behind_it_follows() -> None:
    given = {name: value for name, value in vectors()["counting-bytes"].items() if name not in STEPS}
    right, wrong = Recipe().run(given), Recipe({"msg_key": lambda e, p, k: bytes(16)}).run(given)
    different = [name for name in STEPS if name in right and right[name] != wrong[name]]
    assert different[:2] == ["msg_key", "sha1_a"]
    assert {"aes_key", "ciphertext", "encrypted_message", "request"} <= set(different)
    assert right["envelope"] == wrong["envelope"]
    assert repr(Recipe({"msg_key": len})) == repr(Recipe())  # no function, whose address is another in every run


def test_a_step_whose_value_is_given_is_not_taken() -> None:
    given = {name: value for name, value in vectors()["counting-bytes"].items() if name not in STEPS}
    assert Recipe().run({**given, "inner": bytes(40)})["envelope"][32:] == bytes(40)
