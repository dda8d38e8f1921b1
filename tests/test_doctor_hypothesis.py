"""What a hypothesis is made of."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from mtlib.doctor.hypothesis import Hypothesis, Stage, at


def test_a_table_of_one_stage() -> None:
    table = at(Stage.HASH, ("a", "It is a.", "Do b.", "01_x", 5), ("b", "It is b.", "Do a.", "02_y", 6))
    assert table[0] == Hypothesis("a", Stage.HASH, "It is a.", "Do b.", "01_x", 5)
    assert [each.change for each in table] == [5, 6]
    with pytest.raises(FrozenInstanceError):
        table[0].name = "c"  # type: ignore[misc]


def test_the_stages_are_the_triage() -> None:
    assert [stage.name for stage in sorted(Stage)] == [
        "CARRIED", "REQUEST", "SIZE", "OPENS", "SHAPE", "HASH", "EQUALITY", "TIME", "STATE", "HARMLESS",
    ]  # fmt: skip
