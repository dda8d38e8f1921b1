"""The virtual clock: by slider, number field and stops, forwards and backwards."""

from __future__ import annotations

import pytest
from mtlib.lab.clock import VirtualClock, reading

from mtlib.errors import LocalError, TransportError
from mtlib.lab.figures import Happening, Life, key_clock


def told(seconds: int) -> str:
    if seconds >= 100:
        raise TransportError(-404)
    return "young" if seconds < 60 else "old"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(told, last=200, stops=(0, 59, 60, 100))


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00:00"), (61, "0:01:01"), (86399, "23:59:59"), (90000, "25:00:00")]
)
def test_reading(seconds: int, text: str) -> None:
    assert reading(seconds) == text


def test_slider_number_and_stops_are_one_clock(clock: VirtualClock) -> None:
    assert clock.at == 0
    assert "0:00:00  young" in clock.said.value
    clock.slider.value = 60
    assert clock.number.value == clock.at == 60
    assert "old" in clock.said.value
    clock.number.value = 59
    assert clock.slider.value == clock.at == 59
    assert "young" in clock.said.value
    for _ in range(2):  # the same stop twice
        clock.visits[3].click()
        assert clock.at == 100
        clock.at = 7
    assert [button.description for button in clock.visits] == ["0:00:00", "0:00:59", "0:01:00", "0:01:40"]


def test_an_error_is_a_sentence(clock: VirtualClock) -> None:
    clock.at = 150
    assert "auth key not found" in clock.said.value


def test_what_is_seen_is_announced_and_escaped() -> None:
    clock = VirtualClock(lambda seconds: "<b>", last=1, stops=())
    assert 'role="status"' in clock.said.value
    assert "&lt;b&gt;" in clock.said.value


@pytest.mark.parametrize("seconds", [-1, 201])
def test_a_moment_that_is_not_on_the_clock(clock: VirtualClock, seconds: int) -> None:
    with pytest.raises(LocalError, match="not on this clock"):
        clock.at = seconds
    with pytest.raises(LocalError, match="not on this clock"):
        VirtualClock(told, last=200, stops=(seconds,))


def test_a_picture_moves_with_it() -> None:
    def picture(seconds: int) -> object:
        return key_clock([Happening(0, "made"), Happening(9, "bound")], [Life("key", 0, 9)], now=seconds)

    clock = VirtualClock(told, last=9, stops=(), picture=picture)  # type: ignore[arg-type]
    before = clock.said.value
    clock.at = 9
    assert clock.said.value != before
    assert 'alt="A timeline' in clock.said.value


def test_it_shows_itself_with_and_without_a_browser(clock: VirtualClock) -> None:
    data, _ = clock._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"].splitlines() == [
        " 0:00:00  young", " 0:00:59  young", " 0:01:00  old", " 0:01:40  transport error -404: auth key not found",
    ]  # fmt: skip
    assert data["text/plain"] == str(clock)
    assert data["text/html"].count("<tr>") == 5
    assert repr(clock) == "<VirtualClock at 0:00:00>"
