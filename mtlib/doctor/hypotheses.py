"""Everything that the doctor can say: one list, for the lesson that shows it and for the tests that try each."""

from __future__ import annotations

from typing import Any

from mtlib.doctor import (
    mistakes_inside,
    mistakes_packet,
    mistakes_request,
    mistakes_seal,
    mistakes_values,
    outcomes,
)
from mtlib.doctor.hypothesis import Hypothesis
from mtlib.doctor.mistakes_dates import DATES

_ALL: tuple[Hypothesis[Any], ...] = (
    *mistakes_packet.PACKETS,
    mistakes_packet.PACKET_CLOSED,
    *mistakes_request.REQUESTS,
    *mistakes_request.BODIES,
    *mistakes_request.OTHERS,
    *mistakes_seal.SPELLINGS,
    *mistakes_seal.SCHEDULES,
    *mistakes_seal.CIPHERS,
    *mistakes_inside.SHAPES,
    *mistakes_inside.COVERED,
    *mistakes_inside.DIGESTS,
    *mistakes_values.HALVES,
    mistakes_values.TEMP_FOR_PERM,
    mistakes_values.PERM_FOR_TEMP,
    *mistakes_values.LONGS,
    *mistakes_values.MSG_IDS,
    *mistakes_values.UNEQUAL.values(),
    *DATES,
    *outcomes.COMPOSITES,
    *outcomes.OTHERS,
    *outcomes.HARMLESS,
)


def _by_name() -> dict[str, Hypothesis[Any]]:
    found: dict[str, Hypothesis[Any]] = {}
    for each in sorted(_ALL, key=lambda hypothesis: hypothesis.stage):
        found.setdefault(each.name, each)
    return found


HYPOTHESES = _by_name()
"""By name, in the order of the triage. A mistake that can be seen at several stages is there once."""
