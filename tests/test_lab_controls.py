"""Choosing where to bind, and the first cell that looks whether everything works."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mtlib.crypto.entropy import Patterned
from mtlib.errors import LocalError
from mtlib.lab import checkup, course
from mtlib.lab.controls import HERE, THERE, EndpointChoice
from mtlib.net.endpoints import TELEGRAM_TEST, Endpoint
from mtlib.net.server import LocalDC

# -- The choice of the endpoint. Nothing here leaves the machine ------------------------------------------------------

@pytest.fixture
def dc() -> Iterator[LocalDC]:
    with LocalDC() as made:
        yield made


def played_by(dc: LocalDC) -> Endpoint:
    return replace(TELEGRAM_TEST[2], addresses=((dc.host, dc.port),), key=dc.public_key)


def nowhere() -> Endpoint:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
    return replace(TELEGRAM_TEST[2], addresses=(("127.0.0.1", port),))


def test_the_local_data_centre_is_chosen_already(dc: LocalDC) -> None:
    choice = EndpointChoice(dc)
    assert (choice.at, choice.name, choice.remote) == (HERE, "the local data centre", TELEGRAM_TEST[2])
    with choice.connect(at_home={"clock": lambda: 1_800_000_000, "entropy": Patterned("choice")}) as client:
        assert client.bind()
        assert client.to.clean_up is False
        assert client.clock() == 1_800_000_000
    assert dc.trace.named("bind_accepted")


def test_the_other_one_gets_nothing_that_belongs_at_home(dc: LocalDC) -> None:
    with LocalDC(dc_id=10002) as theirs:
        choice = EndpointChoice(dc, played_by(theirs))
        choice.at = THERE
        assert choice.name == "Telegram's test DC 2"
        with choice.connect(at_home={"clock": lambda: 0, "entropy": Patterned("choice")}) as client:
            assert client.bind()
            assert client.to.clean_up
            assert "Patterned" not in repr(client.entropy)
            assert client.clock() > 1_700_000_000
        assert len(theirs.dc.keys) == 0  # destroyed at the end
        assert not dc.trace.named("connected")


@pytest.mark.parametrize("option", ["entropy", "perm_key"])
def test_what_must_not_leave_this_machine_is_refused(dc: LocalDC, option: str) -> None:
    choice = EndpointChoice(dc, nowhere())
    choice.at = THERE
    with pytest.raises(LocalError, match="stays on your machine"):
        choice.connect(**{option: None})


def test_offline_it_says_so_in_one_sentence_and_goes_on(dc: LocalDC, capsys: pytest.CaptureFixture[str]) -> None:
    choice = EndpointChoice(dc, nowhere())
    choice.at = THERE
    with choice.connect(at_home={"entropy": Patterned("offline")}) as client:
        assert client.bind()
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "cannot be reached" in said
    assert choice.at == HERE
    assert dc.trace.named("bind_accepted")


def test_there_are_two_places(dc: LocalDC) -> None:
    with pytest.raises(LocalError, match="two places"):
        EndpointChoice(dc).at = "production"


def test_a_production_data_centre_cannot_be_offered(dc: LocalDC) -> None:
    with pytest.raises(LocalError, match="production"):
        EndpointChoice(dc, "149.154.167.51:443")


def test_it_shows_itself_with_and_without_a_browser(dc: LocalDC) -> None:
    choice = EndpointChoice(dc)
    data, _ = choice._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"].splitlines()[1] == "(x) the local data centre, on this machine"
    assert "( ) Telegram" in data["text/html"]
    choice.buttons.value = THERE  # as a click does
    assert "(x) Telegram" in str(choice)
    assert "Chosen: Telegram" in choice.said.value
    assert 'role="status"' in choice.said.value


# -- The set-up check of the first lesson -----------------------------------------------------------------------------

def test_here_everything_works() -> None:
    lines = checkup().splitlines()
    assert len(lines) == 2 + len(course.NEEDED)
    assert all(line.startswith("yes  ") for line in lines)


def test_what_is_missing_comes_with_a_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}")

    def closed() -> bool:
        raise LocalError("cannot listen here")

    monkeypatch.setattr(course, "import_module", missing)
    monkeypatch.setattr(course, "_dc_starts", closed)
    shown = checkup()
    assert "no   anywidget: No module named 'anywidget'; ./run sets it up" in shown
    assert "no   a data centre starts: cannot listen here" in shown
