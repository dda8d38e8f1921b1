"""Every sentence is one, every name is a name, and a mistake that is seen in two ways is told in the same words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mtlib.doctor import hypotheses

from mtlib.clinic.mistakes import MISTAKES

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
THE_LIST = [
    "schedule_v2", "direction_x_8", "msg_key_over_padding", "msg_key_first_sixteen_bytes", "msg_key_in_another_order",
    "iv_halves_swapped", "cbc_instead_of_ige", "padding_of_another_size", "seqno_not_zero", "fresh_msg_id_inside",
    "session_of_another_connection", "byte_swapped", "unsigned_overflow", "perm_and_temp_swapped",
    "temp_key_id_for_the_permanent", "perm_key_id_for_the_temporary", "key_without_leading_zeros",
    "wrong_half_of_sha1", "salt_and_session_inside", "expires_at_left_out", "expires_at_is_a_duration",
    "expires_at_in_milliseconds", "local_clock_off", "built_for_an_older_message", "constructor_left_out",
    "inner_without_constructor", "length_head_twice", "rsa_sealed", "bytes_appended", "permanent_key_unknown",
]  # fmt: skip


def test_the_mistakes_that_cost_people_days_are_all_there() -> None:
    assert set(THE_LIST) <= set(MISTAKES)


@pytest.mark.parametrize("name", MISTAKES)
def test_each_has_a_name_a_sentence_a_fix_and_a_lesson(name: str) -> None:
    hypothesis = MISTAKES[name]
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", hypothesis.name)
    assert hypothesis.sentence[0].isupper() or hypothesis.sentence[0].isdigit() or hypothesis.sentence[:3] in (
        "msg", "exp", "enc",
    )  # fmt: skip
    assert hypothesis.sentence.endswith(".") and hypothesis.fix.endswith(".")
    assert re.fullmatch(r"\d\d_[a-z0-9_]+", hypothesis.lesson)


def test_the_lessons_are_there() -> None:
    named = {hypothesis.lesson for hypothesis in MISTAKES.values()}
    assert named - {path.stem for path in NOTEBOOKS.glob("*.ipynb")} == set()


def test_one_name_has_one_meaning() -> None:
    for each in hypotheses._ALL:
        assert (each.sentence, each.fix, each.lesson) == (
            MISTAKES[each.name].sentence, MISTAKES[each.name].fix, MISTAKES[each.name].lesson,
        )  # fmt: skip


def test_they_stand_in_the_order_of_the_triage() -> None:
    stages = [hypothesis.stage for hypothesis in MISTAKES.values()]
    assert stages == sorted(stages)
