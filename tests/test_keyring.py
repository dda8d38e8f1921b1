"""What a data centre remembers, and what it forgets first."""

from __future__ import annotations

import pytest

from mtlib.crypto.entropy import Patterned
from mtlib.crypto.keys import AuthKey
from mtlib.protocol.limits import Limits
from mtlib.protocol.state import SALT_PERIOD, Keyring, Salts

NOW = 1_800_000_000.0


def key(number: int) -> AuthKey:
    return AuthKey(number.to_bytes(256, "big"))


def ring(**limits: int) -> Keyring:
    return Keyring(Limits(**limits), Patterned("ring"))  # type: ignore[arg-type]


def test_salts_change_each_period_and_the_last_stays_valid() -> None:
    salts = Salts(5, NOW, lambda period: 100 + period)
    assert (salts.current(NOW), 5 in salts.accepted(NOW), 6 in salts.accepted(NOW)) == (5, True, False)
    later = NOW + SALT_PERIOD
    assert (salts.current(later), 5 in salts.accepted(later), 101 in salts.accepted(later)) == (101, True, True)
    last = NOW + 2 * SALT_PERIOD
    assert (salts.current(last), 5 in salts.accepted(last), 101 in salts.accepted(last)) == (102, False, True)


def test_the_schedule_overlaps() -> None:
    salts = Salts(5, NOW, lambda period: 100 + period)
    first, second = salts.schedule(2, NOW)
    assert first == (int(NOW), int(NOW) + 2 * SALT_PERIOD, 5)
    assert second == (int(NOW) + SALT_PERIOD, int(NOW) + 3 * SALT_PERIOD, 101)


def test_temporary_keys_end_permanent_ones_do_not() -> None:
    keys = ring()
    keys.add(key(1), 0, NOW)
    keys.add(key(2), 0, NOW, int(NOW) + 10)
    assert keys.get(key(2).id, NOW + 9)
    assert keys.get(key(2).id, NOW + 10) is None
    assert keys.get(key(1).id, NOW + 1e9)


def test_a_life_cut_short_keeps_its_promise_in_mind() -> None:
    made = ring().add(key(1), 0, NOW, int(NOW) + 86400, longest=5)
    assert (made.expires_at, made.promised) == (int(NOW) + 5, int(NOW) + 86400)


def test_the_least_recently_used_go_first() -> None:
    keys = ring(keys=3)
    for number in (1, 2, 3):
        keys.add(key(number), 0, NOW)
    keys.get(key(1).id, NOW)
    keys.add(key(4), 0, NOW)
    assert [bool(keys.permanent(key(n).id)) for n in (1, 2, 3, 4)] == [True, False, True, True]


def test_with_a_permanent_key_its_temporary_ones_go() -> None:
    keys = ring()
    keys.add(key(1), 0, NOW)
    bound = keys.add(key(2), 0, NOW, int(NOW) + 100)
    bound.bound_to = key(1).id
    keys.add(key(3), 0, NOW, int(NOW) + 100)
    assert keys.drop(key(1).id)
    assert [k.auth_key.id for k in keys] == [key(3).id]
    assert not keys.drop(key(1).id)


def test_restarts() -> None:
    keys = ring()
    keys.add(key(1), 0, NOW)
    bound = keys.add(key(2), 0, NOW, int(NOW) + 100)
    bound.bound_to = key(1).id
    assert not keys.permanent(key(2).id)
    keys.lose_bindings(key(1).id)
    assert not bound.ready
    keys.forget_temporary()
    assert len(keys) == 1


def test_repr_shows_ids_only() -> None:
    made = ring().add(key(7), 5, NOW)
    made.session(3, Limits())
    made.forget_session(3)
    assert bytes(key(7)).hex()[-8:] not in repr(made).replace(str(made.auth_key.id), "")
    for kept in ("sessions", "forgotten", "salts", "bound_by"):
        assert kept not in repr(made)


def test_using_a_temporary_key_is_using_the_permanent_one_behind_it() -> None:
    keys = ring(keys=3)
    keys.add(key(1), 0, NOW)
    keys.add(key(9), 0, NOW, int(NOW) + 100).bound_to = key(1).id
    for number in range(2, 8):
        assert keys.get(key(9).id, NOW)
        keys.add(key(number), 0, NOW)
    assert keys.permanent(key(1).id)


def test_a_bound_key_is_known_still_where_its_permanent_one_is_not() -> None:
    keys = ring()
    keys.add(key(1), 0, NOW)
    keys.add(key(2), 0, NOW, int(NOW) + 100).bound_to = key(1).id
    keys.forget_permanent(key(1).id)
    assert keys.get(key(1).id, NOW) is None
    found = keys.get(key(2).id, NOW)
    assert found is not None and found.bound_to == key(1).id


def test_the_sessions_of_all_keys_are_bounded_together() -> None:
    limits = Limits(all_sessions=5, sessions=3)
    keys = Keyring(limits, Patterned("ring"))
    first, *others = (keys.add(key(number), 0, NOW, int(NOW) + 100) for number in range(1, 5))
    first.session(1, limits).window.add(400)
    used = first.session(2, limits)
    for number in range(1, 10):
        for other in others:
            assert first.session(2, limits) is used
            other.session(number, limits)
            assert sum(len(known.sessions) for known in keys) <= 5
    assert list(first.sessions) == [2]
    assert first.session(1, limits).window.floor == 400  # it begins again above everything that it saw


@pytest.mark.parametrize("forget", ["forget_temporary", "forget_permanent", "drop", "end", "destroy_sessions"])
def test_sessions_that_are_no_more_keep_no_others_from_staying(forget: str) -> None:
    limits = Limits(all_sessions=3)
    keys = Keyring(limits, Patterned("ring"))
    gone, kept = (keys.add(key(n), 0, NOW, None if forget == "forget_permanent" else int(NOW) + 5 * n) for n in (1, 2))
    for known in (kept, gone):
        known.session(1, limits)
    gone.session(2, limits)
    if forget == "end":
        assert keys.get(key(1).id, NOW + 7) is None
    elif forget == "destroy_sessions":
        assert gone.forget_session(1) and gone.forget_session(2)
    elif forget == "forget_temporary":
        keys.forget_temporary()
        kept = keys.add(key(3), 0, NOW)
        kept.session(1, limits)
    else:
        getattr(keys, forget)(key(1).id)
    for number in (2, 3):
        kept.session(number, limits)
    assert list(kept.sessions) == [1, 2, 3]
