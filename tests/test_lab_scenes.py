"""The scenes: the same every time, other ones for another seed, and as varied as the mistakes need them."""

from __future__ import annotations

from mtlib.clinic.ladder import vectors
from mtlib.crypto.keys import AuthKey
from mtlib.lab.scenes import FIXED, picked, scenes
from mtlib.protocol.checks import verify


def test_a_seed_gives_the_same_scenes() -> None:
    first = [dict(scene) for scene in scenes("a seed")]
    scenes.cache_clear()
    assert [dict(scene) for scene in scenes("a seed")] == first
    assert [dict(scene) for scene in scenes("another")] != first


def test_the_first_ones_are_vectors_of_the_ladder() -> None:
    for scene, name in zip(scenes(""), FIXED, strict=False):
        assert scene["encrypted_message"] == vectors()[name]["encrypted_message"]


def test_every_scene_is_a_binding_that_a_data_centre_accepts() -> None:
    for scene in scenes(""):
        verdict = verify(
            scene["request"], perm_key=AuthKey(scene["perm_auth_key"]), temp_key=AuthKey(scene["temp_auth_key"]),
            session_id=scene["temp_session_id"], msg_id=scene["msg_id"], now=scene["now"],
        )  # fmt: skip
        assert verdict.ok, verdict


def test_they_differ_where_mistakes_show() -> None:
    for seed in ("", "x", "y"):
        all_of = scenes(seed)
        names = ("nonce", "temp_auth_key_id", "perm_auth_key_id", "temp_session_id")
        signs = [{scene[name] > 0 for name in names} for scene in all_of]
        assert {True} in signs
        assert any(False in each for each in signs)
        assert any(scene["perm_auth_key"][0] == 0 for scene in all_of[len(FIXED) :])
        assert all(scene["perm_session_id"] != scene["temp_session_id"] for scene in all_of)


def test_picked_takes_values_by_name() -> None:
    inputs = picked("nonce", "msg_id")("")
    assert inputs == tuple((scene["nonce"], scene["msg_id"]) for scene in scenes(""))
