"""What a data centre is made of: its ids, its clock, its count of connections."""

from __future__ import annotations

import pytest

from tests.talking import centre


@pytest.mark.parametrize(
    ("dc_id", "this_dc", "test_mode"), [(2, 2, False), (10001, 1, True), (-10003, 3, True), (5, 5, False)]
)
def test_what_follows_from_the_dc_id(dc_id: int, this_dc: int, test_mode: bool) -> None:
    dc = centre(dc_id=dc_id)
    assert (dc.this_dc, dc.test_mode) == (this_dc, test_mode)


def test_the_clock_can_be_wrong() -> None:
    assert centre("clock-offset=40").clock(100.0) == 140.0
    assert centre().clock(100.0) == 100.0


def test_connections_are_numbered() -> None:
    dc = centre()
    assert [dc.accept().number for _ in range(3)] == [1, 2, 3]
