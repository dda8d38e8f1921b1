"""The rungs around the seal give what the library's packet holds, and their mistakes give something else."""

from __future__ import annotations

from typing import Any

import pytest

from mtlib.crypto import V2, AuthKey
from mtlib.ladder.ladder import ladder, vectors
from mtlib.ladder.rung import Rung
from mtlib.ladder.rungs_carried import CARRIED
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


@pytest.mark.parametrize("rung", CARRIED, ids=lambda rung: rung.name)
def test_every_mistake_is_told_from_the_right_value_and_from_the_others(rung: Rung) -> None:
    assert rung.mistakes
    seen: dict[Any, str] = {}
    for question in ladder():
        if question.step != rung.name:
            continue
        for each in rung.mistakes:
            for value in each.made(question.arguments):
                if value != question.output:
                    seen[question.vector, value] = each.name
                    assert question.mark(value) == (each.name, each.sentence)
    assert {each.name for each in rung.mistakes} == set(seen.values())

