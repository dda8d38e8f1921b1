"""What a data centre is made of: its ids, its clock, its count of connections."""

from __future__ import annotations

import pytest

from mtlib.errors import LocalError
from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import next_msg_id
from mtlib.protocol.packets import plain
from tests.talking import Wire, call, centre


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


@pytest.mark.parametrize("dc_id", [0, 2**31, 99999999999, "2"])
def test_a_dc_id_has_32_bits(dc_id: object) -> None:
    with pytest.raises(LocalError, match="dc id"):
        centre(dc_id=dc_id)  # type: ignore[arg-type]


def test_places_of_connections_that_are_gone_are_free_again() -> None:
    dc = centre(limits=Limits(exchanges=2))
    for _ in range(5):
        wire = Wire(dc)
        wire.send(plain(next_msg_id(wire.now), call("req_pq_multi", nonce=bytes(16))))
        wire.peer.close()
    assert not len(dc.exchanging)
