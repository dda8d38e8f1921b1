"""What a hypothesis is: one well-known mistake, written as a small change of the recipe.

The doctor holds a patient against tables of them. Each says in one sentence what was done, in one what to do
instead, and which lesson teaches it; `change` is the mistake itself, and what it takes and gives depends on the
stage of the triage that asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Stage(IntEnum):
    """The triage, in the order in which it asks. An earlier answer makes the later questions meaningless, or at
    least less urgent, so findings are told in this order."""

    CARRIED = 0
    """Does the packet around the request open?"""
    REQUEST = 1
    """Does the request parse, from its first byte to its last?"""
    SIZE = 2
    """Is what it carries a sealed binding at all: 104 bytes?"""
    OPENS = 3
    """Does the seal open?"""
    SHAPE = 4
    """Are the right fields inside, each in its place?"""
    HASH = 5
    """Is msg_key the hash of what was sealed?"""
    EQUALITY = 6
    """Which value does not say what it says elsewhere?"""
    TIME = 7
    """Is expires_at a date in the future?"""
    STATE = 8
    """Right bytes: what does the data centre know, or not know?"""
    HARMLESS = 9
    """Unusual, and accepted."""


@dataclass(frozen=True)
class Hypothesis(Generic[T]):
    """One mistake: its `name`, the `stage` that looks for it, `sentence`, `fix`, `lesson`, and the `change`."""

    name: str
    stage: Stage
    sentence: str
    fix: str
    lesson: str
    change: T = field(repr=False)


Row = tuple[str, str, str, str, T]


def at(stage: Stage, *rows: Row[T]) -> tuple[Hypothesis[T], ...]:
    """A table of one stage; a row is name, sentence, fix, lesson, change."""
    return tuple(Hypothesis(row[0], stage, row[1], row[2], row[3], row[4]) for row in rows)


IGE = "10_aes_ige"
SCHEDULE_V1 = "11_the_v1_schedule"
SCHEDULE_V2 = "12_the_v2_schedule"
FORTY_BYTES = "14_forty_bytes_that_bind"
SEALED = "15_sealed_with_the_permanent_key"
CARRIED = "16_carried_by_the_temporary_key"
CHECKED = "17_the_data_centres_checks"
ERRORS = "19_every_way_it_can_fail"
AFTER = "20_after_the_bind"
DEBUG = "29_debug_your_own_client"
