"""The troubles of lesson 20 and the wrong fields of lesson 18: what the library's own rule and data centre do."""

from __future__ import annotations

import pytest

from mtlib.crypto.entropy import Patterned
from mtlib.errors import LocalError
from mtlib.lab.answers import EXERCISES
from mtlib.lab.samples import NOW
from mtlib.lab.troubles import MOST, TROUBLES, calls, client_of, settle
from mtlib.lab.wrong_fields import CASES, PAUSE, experiment, rehearsal
from mtlib.lab.wrong_fields import MOST as BINDINGS
from mtlib.net.client import connect
from mtlib.net.server import LocalDC

RETRY = EXERCISES["retry"].solution


@pytest.mark.parametrize(
    ("trouble", "end"),
    {
        "the key is young": (3, True, True), "refused once, for no reason": (2, True, True),
        "forgotten by the DC": (2, True, True), "the client has a bug": (1, False, True),
        "the key was dropped": (2, True, False),
    }.items(),
)  # fmt: skip
def test_the_bounded_rule_is_bound_wherever_that_is_possible(trouble: str, end: tuple[int, bool, bool]) -> None:
    assert settle(RETRY, trouble) == end  # type: ignore[arg-type]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_who_drops_at_once_always_loses_the_first_key(trouble: str) -> None:
    assert not settle(lambda *told: "drop_both_keys", trouble).kept


def test_every_client_of_a_lesson_has_two_keys_of_its_own() -> None:
    with LocalDC(clock=lambda: NOW, entropy=Patterned("clients")) as dc:
        clients = [client_of(dc) for _ in range(2)]
        assert all(each.bind() for each in clients)
        assert len({key for each in clients for key in (each.perm_key, each.temp_key)}) == 4
        for each in clients:
            each.close()


def test_the_calls_under_the_present_temporary_key_are_named() -> None:
    with LocalDC(clock=lambda: NOW, entropy=Patterned("calls")) as dc, client_of(dc) as client:
        client.bind()
        client.call("help.getNearestDc")
        client.call("help.getNearestDc")
        assert calls(client) == [
            "auth.bindTempAuthKey", "invokeWithLayer(initConnection(help.getNearestDc))", "help.getNearestDc",
        ]  # fmt: skip
        client.make_temp_key()
        assert calls(client) == []


def test_who_never_gives_up_does_so_after_all() -> None:
    assert settle(lambda *told: "rebuild", "the key was dropped") == (MOST, False, True)


def test_a_rule_is_asked_only_after_a_refusal() -> None:
    asked: list[str] = []
    settle(lambda *told: asked.append(told[0]) or "rebuild", "refused once, for no reason")
    assert asked == ["ENCRYPTED_MESSAGE_INVALID"]


def test_one_wrong_field_in_each_and_what_is_answered() -> None:
    pauses: list[float] = []
    dc = LocalDC(clock=lambda: NOW, entropy=Patterned("played"))
    with dc, connect(dc, clock=lambda: NOW, entropy=Patterned("rehearsal")) as client:
        answers = dict(experiment(client, sleep=pauses.append))
    assert list(answers) == list(CASES)
    assert set(pauses) == {PAUSE}
    assert len(pauses) < BINDINGS
    right = ("ends in ten seconds", "ends a minute late", "random all zero", "all right", "all right, once more")
    assert {name for name, answer in answers.items() if answer == "boolTrue"} == set(right)
    assert answers["nonce, inside"] == answers["seqno"] == "ENCRYPTED_MESSAGE_INVALID"
    assert answers["ends one second ago"] == "EXPIRES_AT_INVALID"


def test_a_rehearsal_is_on_somebody_elses_machine() -> None:
    with rehearsal() as guest:
        assert guest.to.clean_up
        with pytest.raises(LocalError):
            guest.bind(change=bytes)
        assert guest.settle()
