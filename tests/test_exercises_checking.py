"""Lesson 17: the three checks say what the data centre's own table says."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha1

from mtlib.crypto.keys import AuthKey
from mtlib.lab.exercises_dc import PADDING_RULE, SAME_CHANNEL, SAME_NONCE
from mtlib.lab.scenes import scenes
from mtlib.protocol.checks import verify


def test_same_nonce_agrees_with_the_check_of_that_name() -> None:
    for scene in scenes(""):
        for other in scenes(""):
            request = scene["request"][:12] + other["request"][12:20] + scene["request"][20:]
            verdict = verify(
                request, perm_key=AuthKey(scene["perm_auth_key"]), temp_key=AuthKey(scene["temp_auth_key"]),
                session_id=scene["temp_session_id"], msg_id=scene["msg_id"], now=scene["now"],
            )  # fmt: skip
            assert SAME_NONCE.solution(request, scene["envelope"]) == verdict["nonce"].holds


def test_same_channel_agrees_with_its_three_checks() -> None:
    for scene in scenes(""):
        for other in scenes(""):
            verdict = verify(
                scene["request"], perm_key=AuthKey(scene["perm_auth_key"]), temp_key=AuthKey(other["temp_auth_key"]),
                session_id=other["temp_session_id"], msg_id=other["msg_id"], now=scene["now"],
            )  # fmt: skip
            names = ("temp_auth_key_id", "temp_session_id", "msg_id")
            failing = tuple(name for name in names if not verdict[name].holds)
            assert SAME_CHANNEL.solution(other["packet"], other["message"], scene["envelope"]) == failing


def test_an_answer_that_leaves_one_look_out_is_told_which() -> None:
    """With and without a range for what the length field leaves as padding."""
    def length(plaintext: bytes) -> int:
        return int.from_bytes(plaintext[28:32], "little")

    def hashed(data: bytes, msg_key: bytes) -> bool:
        return sha1(data).digest()[4:20] == msg_key

    answers: dict[str, list[Callable[[bytes, bytes], bool]]] = {
        "length_unchecked": [lambda p, m: hashed(p[:72], m),
                             lambda p, m: 33 <= length(p) <= 48 and hashed(p[:72], m)],
        "hashes_what_length_says": [lambda p, m: hashed(p[: 32 + length(p)], m),
                                    lambda p, m: 33 <= length(p) <= 48 and hashed(p[: 32 + length(p)], m)],
        "hash_unchecked": [lambda p, m: length(p) == 40],
        "padding_hashed": [lambda p, m: length(p) == 40 and hashed(p, m)],
    }  # fmt: skip
    for name, ways in answers.items():
        assert [PADDING_RULE.examine(way, "").mistake for way in ways] == [name] * len(ways)


def test_the_inputs_hold_both_answers() -> None:
    for exercise in (SAME_NONCE, PADDING_RULE):
        answers = [exercise.solution(*inputs) for inputs in exercise.inputs("")]
        assert min(answers.count(True), answers.count(False)) >= 4
    lists = [SAME_CHANNEL.solution(*inputs) for inputs in SAME_CHANNEL.inputs("")]
    assert {len(each) for each in lists} == {0, 1, 2, 3}


def test_padding_bits_change_nothing_and_all_others_do() -> None:
    plaintext, msg_key = PADDING_RULE.inputs("")[0]
    for at in range(80):
        flipped = plaintext[:at] + bytes([plaintext[at] ^ 1]) + plaintext[at + 1 :]
        assert PADDING_RULE.solution(flipped, msg_key) == (at >= 72)
