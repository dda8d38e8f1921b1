"""The rungs around the seal give what the library's packet holds, and their mistakes give something else."""

from __future__ import annotations

import pytest

from mtlib.clinic.ladder import vectors
from mtlib.crypto import V2, AuthKey
from mtlib.protocol.binding import Binding, Carried

WHOLE = [name for name, values in vectors().items() if values["temp_auth_key"]]


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
