"""What a client does after a refusal: never without end, and never dropping a key without looking at it."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from mtlib.errors import LocalError, PeerError, RpcError, TransportError
from mtlib.net.client import Client, connect
from mtlib.net.server import LocalDC
from mtlib.protocol.checks import INVALID
from mtlib.protocol.faults import Fault, Faults
from mtlib.protocol.retry import ACTIONS, AFTER, DROP_BOTH_KEYS, STOP, TRIES, delay, named, retry


@pytest.mark.parametrize(
    ("error", "age", "ever_bound", "action"),
    [
        (INVALID, 5, True, "rebuild"),
        (INVALID, 60, True, "rebuild"),
        (INVALID, 60, False, "rebuild"),
        (INVALID, None, True, "rebuild"),
        (INVALID, None, False, "rebuild"),
        (INVALID, 60.001, True, "drop_both_keys"),
        (INVALID, 61, False, "stop"),
        ("EXPIRES_AT_INVALID", 3600, True, "new_temp_key"),
        ("TEMP_AUTH_KEY_ALREADY_BOUND", 3600, True, "new_temp_key"),
        ("TEMP_AUTH_KEY_EMPTY", 3600, False, "new_temp_key"),
        ("-404", None, False, "new_temp_key"),
        ("AUTH_KEY_PERM_EMPTY", 3600, True, "rebuild"),
        ("CONNECTION_NOT_INITED", 3600, True, "rebuild"),
        ("-503", 3600, True, "rebuild"),
        ("bad_msg 16", 5, True, "rebuild"),
        ("bad_server_salt", 3600, True, "resend"),
        ("-429", 3600, True, "stop"),
        ("SOMETHING_ELSE", 3600, True, "stop"),
    ],
)
def test_the_rule(error: str, age: float | None, ever_bound: bool, action: str) -> None:
    for attempt in range(1, TRIES + 3):
        assert retry(error, attempt, age, ever_bound).action == (action if attempt < 4 else "stop")


def test_every_advice_is_an_action_and_says_why() -> None:
    errors, ages = (*AFTER, INVALID, "?"), (None, 5, 61)
    for error, attempt, age, ever in itertools.product(errors, range(1, 6), ages, (True, False)):
        advice = retry(error, attempt, age, ever)
        assert advice.action in ACTIONS
        assert advice.why
        assert advice.action != DROP_BOTH_KEYS or ever


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (RpcError(-503, "Timeout"), "-503"),
        (RpcError(-503, "Timedout"), "-503"),
        (RpcError(400, "Timeout"), "Timeout"),
        (TransportError(-404), "-404"),
    ],
)
def test_a_timeout_is_known_by_its_code(error: PeerError, name: str) -> None:
    assert named(error) == name


def test_the_delays_are_one_two_and_four_seconds() -> None:
    assert [delay(attempt) for attempt in range(1, TRIES)] == [1.0, 2.0, 4.0]


def test_the_client_waits_as_long_and_sends_four_times() -> None:
    waited: list[float] = []
    with LocalDC(faults=[Fault("refuse-bind", 9)]) as dc, connect(dc) as client:
        with pytest.raises(RpcError, match="ENCRYPTED_MESSAGE_INVALID"):
            client.settle(sleep=waited.append)
        assert waited == [1.0, 2.0, 4.0]
        assert len(dc.trace.named("fault")) == TRIES == 4


def test_settling_makes_a_new_temporary_key_where_that_helps() -> None:
    """Neither any other refusal nor every new key ends it: the permanent one stays."""
    with LocalDC() as dc, connect(dc) as client:
        client.bind()
        perm, temp = client.perm_key, client.temp_key
        client.perm_key = client.exchange().auth_key  # the temporary key is bound to another one
        other = client.perm_key
        assert client.settle(sleep=no_wait)
        assert client.temp_key != temp
        assert (client.perm_key, perm) == (other, perm)
    with LocalDC(faults=[Fault("slow")]) as dc, connect(dc) as client:
        temp = client.temp_key
        assert client.settle(sleep=no_wait)
        assert client.temp_key == temp


# -- the client follows it -----------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> list[float]:
    return [1_800_000_000.0]


@pytest.fixture
def dc(clock: list[float]) -> Any:
    with LocalDC(clock=lambda: clock[0]) as made:
        yield made


def joined(dc: LocalDC, clock: list[float], **options: Any) -> Client:
    return connect(dc, clock=lambda: clock[0], **options)


def refuses(dc: LocalDC, times: int) -> None:
    dc.dc.faults = Faults([Fault("refuse-bind", times)])


def no_wait(seconds: float) -> None:
    pass


def test_an_old_key_that_never_bound_is_kept_and_it_is_said(dc: LocalDC, clock: list[float]) -> None:
    refuses(dc, 1)
    with joined(dc, clock) as client:
        perm, temp = client.perm_key, client.temp_key
        clock[0] += 61
        with pytest.raises(RpcError) as caught:
            client.settle(sleep=no_wait)
        assert "has never bound" in caught.value.__notes__[0]
        assert (client.perm_key, client.temp_key) == (perm, temp)


@pytest.mark.parametrize(("age", "same"), [(60, True), (61, False)])
def test_a_key_that_bound_is_dropped_once_it_is_older_than_a_minute(
    dc: LocalDC, clock: list[float], age: int, same: bool
) -> None:
    with joined(dc, clock) as client:
        perm = client.perm_key
        assert client.bind()
        refuses(dc, 1)
        clock[0] += age
        assert client.settle(sleep=no_wait)
        assert (client.perm_key == perm) is same
        assert client.perm_key_bound


def test_that_a_key_bound_is_stored_with_it(dc: LocalDC, clock: list[float]) -> None:
    with joined(dc, clock) as client:
        assert not client.perm_key_bound
        client.bind()
        stored = {name: getattr(client, name) for name in ("perm_key", "perm_key_created", "perm_key_bound")}
    clock[0] += 61
    for forgotten, left in (
        ((), False),  # everything is known: the key goes
        (("perm_key_bound",), True),  # stored before the fact was: the key stays, and the client stops
        (("perm_key_created", "perm_key_bound"), True),
    ):
        refuses(dc, 1)
        with joined(dc, clock, **{name: fact for name, fact in stored.items() if name not in forgotten}) as client:
            if forgotten == ("perm_key_bound",):
                with pytest.raises(RpcError):
                    client.settle(sleep=no_wait)
            else:
                assert client.settle(sleep=no_wait)
            assert (client.perm_key == stored["perm_key"]) is left


def test_another_key_has_not_bound_because_the_one_before_did(dc: LocalDC, clock: list[float]) -> None:
    with joined(dc, clock) as client:
        client.bind()
        client.perm_key = client.exchange().auth_key
        assert not client.perm_key_bound


@pytest.mark.parametrize("facts", [{"perm_key_bound": 1}, {"perm_key_created": "now"}, {"perm_key_created": True}])
def test_facts_of_the_wrong_type(dc: LocalDC, clock: list[float], facts: dict[str, Any]) -> None:
    with joined(dc, clock) as client, pytest.raises(LocalError):
        joined(dc, clock, perm_key=client.perm_key, **facts)


@pytest.mark.parametrize("name", ["Timeout", "Timedout"])
def test_a_timeout_is_tried_again(dc: LocalDC, clock: list[float], monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with joined(dc, clock) as client:
        answers = iter((RpcError(-503, name), None))

        def answered() -> bool:
            error = next(answers)
            if error:
                raise error
            return True

        monkeypatch.setattr(client, "bind", answered)
        assert client.settle(sleep=no_wait)


def test_what_stops_is_said(dc: LocalDC, clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    with joined(dc, clock) as client:

        def refused() -> bool:
            raise RpcError(400, "SOMETHING_ELSE")

        monkeypatch.setattr(client, "bind", refused)
        with pytest.raises(RpcError) as caught:
            client.settle(sleep=no_wait)
    assert caught.value.__notes__ == ["no further try: trying again does not mend this error"]
    assert retry("SOMETHING_ELSE", 1, None, False).action == STOP
