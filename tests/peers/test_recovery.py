"""The table of docs/point_your_client.md, played again cell by cell: bad luck, and what each binder makes of it."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial

import pytest
from recovery import NOT_PLAYED, RESTART, ROWS, Seen, documented, never, observe, restarted
from scenes import BINDERS, TDLIB_DC, Scene, Stage, ask, beside, play

from mtlib.protocol.faults import FAULTS

DOCUMENTED = documented()
CLOCKS = ("clock-offset", "sleep")
"""Rows after which the data centre's clock stays what it is, for a new process too."""
STUCK = [(name, row) for (name, row), seen in DOCUMENTED.items() if never(seen) and not row.startswith(CLOCKS)]


@pytest.fixture(scope="module")
def seen(stage: Stage) -> dict[tuple[str, str], Future[Seen]]:
    """Every cell; those in which the client does not find back take longest, and begin."""
    cells = sorted(DOCUMENTED, key=lambda cell: not never(DOCUMENTED[cell]))
    return beside(stage, {(name, row): (name, partial(observe, name=name, row=row)) for name, row in cells})


@pytest.fixture(scope="module")
def after(stage: Stage) -> dict[tuple[str, str], Future[None]]:
    """What becomes of a new process, wherever the client is stuck."""
    return beside(stage, {(name, row): (name, partial(another_process, name=name, row=row)) for name, row in STUCK})


def test_the_page_has_every_cell() -> None:
    assert set(DOCUMENTED) == {(name, row) for name in BINDERS for row in ROWS}


def test_the_table_has_every_fault() -> None:
    assert {row.partition("=")[0] for row in ROWS.values() if row} == set(FAULTS) - NOT_PLAYED


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("name", BINDERS)
def test_what_the_page_says_is_what_happens(
    stage: Stage, seen: dict[tuple[str, str], Future[Seen]], name: str, row: str
) -> None:
    """Four scenes beside each other on a busy machine can be too slow for a client's own deadlines; a cell that differs
    is played once more, alone, and then counts."""
    sentence = seen[name, row].result().sentence
    if sentence != DOCUMENTED[name, row]:
        print(f"beside others: {sentence!r}; once more, alone")
        sentence = play(stage, name, partial(observe, name=name, row=row)).sentence
    assert sentence == DOCUMENTED[name, row]


@pytest.mark.parametrize(("name", "row"), STUCK)
def test_where_a_client_does_not_find_back_a_new_process_does(
    after: dict[tuple[str, str], Future[None]], name: str, row: str
) -> None:
    """It is the client that is stuck, not the data centre: the next process, which knows nothing, is served.

    mtcute waits for ever for the answer to a binding whose connection was cut, and never gives up a permanent key;
    TDLib does, but only when the key is a minute old; ferogram leaves that to its caller.
    """
    after[name, row].result()


def another_process(scene: Scene, name: str, row: str) -> None:
    dc = scene.dc(*filter(None, [ROWS[row]]), dc_id=TDLIB_DC if name == "tdlib" else 2)
    stuck = scene.client(name, dc)
    if row == RESTART:
        ask(stuck)
    else:
        stuck.say("help.getNearestDc")
        dc.heard("fault")
    stuck.process.kill()
    dc = restarted(scene, dc) if row == RESTART else dc
    assert "answer" in ask(scene.client(name, dc))


@pytest.mark.soak
def test_tdlib_gives_up_a_permanent_key_when_it_is_a_minute_old(stage: Stage) -> None:
    """The only one of the three that follows the documents here (core.telegram.org/api/pfs): a key that is younger
    may not be known everywhere yet; of an older one it asks the data centre itself, and then it is gone."""
    with Scene(stage) as scene:
        dc = scene.dc(dc_id=TDLIB_DC)
        client = scene.client("tdlib", dc, patience=120)
        ask(client)
        permanent = dc.named("exchange_done")[0]["facts"]["auth_key_id"]
        dc.stop()
        dc = scene.dc(dc_id=TDLIB_DC, port=dc.port)
        with pytest.raises(AssertionError, match="tdlib"):
            ask(client, seconds=110)
        assert str(permanent) in dc.named("unknown_key")[-1]["text"]
        assert len(dc.named("bind_refused")) > 5
