"""Lessons 01, 14 and 15: the seal's wrong recipes are the doctor's, and the nine values are those of one binding."""

from __future__ import annotations

import pytest

from mtlib.clinic.ladder import WrongAnswer as Mistake
from mtlib.clinic.mistakes import MISTAKES
from mtlib.crypto.keys import AuthKey
from mtlib.lab.exercises_recipe import INNER, NINE, NINE_VALUES, SEAL, seal
from mtlib.lab.scenes import scenes
from mtlib.protocol.checks import verify
from mtlib.wire.schema import REQUEST

HARMLESS = "padding_made_up"
"""Not what was asked for, and accepted by every data centre: no mistake of a patient."""


def test_wrong_recipes_have_the_doctors_names() -> None:
    names = [each.name for each in SEAL.mistakes]
    assert len(names) == len(set(names)) >= 14
    assert [name for name in names if name not in MISTAKES] == [HARMLESS]


@pytest.mark.parametrize("each", [each for each in SEAL.mistakes if each.ways], ids=lambda each: each.name)
def test_no_wrong_recipe_binds(each: Mistake) -> None:
    """Each is refused by the data centre's own checks, for the scene in which it shows."""
    refused = 0
    for scene in scenes(""):
        arguments = [scene[name] for name in SEAL.takes]
        for value in each.made(arguments):
            request = REQUEST.build(
                perm_auth_key_id=scene["perm_auth_key_id"], nonce=scene["nonce"], expires_at=scene["expires_at"],
                encrypted_message=value,
            )  # fmt: skip
            verdict = verify(
                request, perm_key=AuthKey(scene["perm_auth_key"]), temp_key=AuthKey(scene["temp_auth_key"]),
                session_id=scene["temp_session_id"], msg_id=scene["msg_id"], now=scene["now"],
            )  # fmt: skip
            assert verdict.ok == (value == scene["encrypted_message"] or each.name == HARMLESS)
            refused += not verdict.ok
    assert bool(refused) == (each.name != HARMLESS)


def test_the_right_recipe_is_the_binding() -> None:
    for scene in scenes(""):
        assert seal(*(scene[name] for name in SEAL.takes)) == scene["encrypted_message"]
        assert INNER.solution(*(scene[name] for name in INNER.takes)) == scene["inner"]


def test_the_nine_values_stop_at_the_first_that_differs() -> None:
    assert len(NINE) == 9
    right = dict(NINE_VALUES.solution)
    both = {**right, "msg_key": right["msg_key"][::-1], "aes_iv": b""}
    assert NINE_VALUES.examine(both, "").mistake == "msg_key/msg_key_in_another_order"
    assert "aes_iv" in NINE_VALUES.examine({**right, "aes_iv": b"?"}, "").sentence
    assert set(NINE_VALUES.material) & set(NINE) == set()
