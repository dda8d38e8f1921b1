"""What trips a check trips that one, and there is something for every check."""

from __future__ import annotations

import pytest

from mtlib import CHECKS, Facts, judge
from mtlib.lab.samples import NOW, sample
from mtlib.lab.tripping import put, tripped

BINDING = sample().binding
KNOWN = {
    "request": bytes(BINDING.request), "perm_key": BINDING.perm_key, "temp_key": BINDING.temp_key,
    "session_id": BINDING.session_id, "msg_id": BINDING.msg_id, "now": NOW,
}  # fmt: skip


def test_there_is_one_for_every_check() -> None:
    assert list(tripped(BINDING)) == [check.name for check in CHECKS]
    assert put(b"abcd", 1, b"XY") == b"aXYd"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_it_trips_that_check_alone(check: object) -> None:
    name = check.name  # type: ignore[attr-defined]
    request, state = tripped(BINDING)[name]
    verdict = judge(Facts(**{**KNOWN, "request": request, **state}))
    assert verdict.failing == (name,) or list(verdict.failing) == [name]
