"""msg_id, seqno, and the window of msg_ids that may be believed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mtlib.protocol.limits import Limits
from mtlib.protocol.messages import ANSWER, FROM_CLIENT, NOTICE, Seqno, Window, next_msg_id, seconds_of

NOW = 1_800_000_000.25


@given(st.floats(1, 2**31 - 1), st.integers(0, 2**63 - 8), st.sampled_from([FROM_CLIENT, ANSWER, NOTICE]))
def test_msg_ids_rise_and_say_who_speaks(now: float, last: int, kind: int) -> None:
    made = next_msg_id(now, last, kind)
    assert made % 4 == kind
    assert made > last
    assert seconds_of(made) > now - 1e-6


def test_the_low_half_carries_the_fraction() -> None:
    assert next_msg_id(1_780_000_000.75) == 7645041790101225472


def test_seqnos_count_what_must_be_acknowledged() -> None:
    seqno = Seqno()
    assert [seqno.next(related) for related in (True, False, True, False, False, True)] == [1, 2, 3, 4, 4, 5]


def test_a_window_forgets_from_below_and_raises_its_floor() -> None:
    window = Window((FROM_CLIENT,), Limits(seen=3))
    ids = [next_msg_id(NOW + i) for i in range(5)]
    for each in ids:
        assert window.judge(each, NOW + 5) == "accept"
        window.add(each)
    assert window.floor == ids[1]
    assert [window.judge(each, NOW + 5) for each in ids] == ["ignore:too_old"] * 2 + ["ignore:duplicate"] * 3
    assert window.state(ids[0], NOW) == 1
    assert window.state(ids[4], NOW) == 4
    assert window.state(ids[3] + 4, NOW) == 2
    assert window.state(ids[4] + 4, NOW) == 3
