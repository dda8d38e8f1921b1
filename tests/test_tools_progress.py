"""Where long work stands: counted, guessed from the last time, drawn on a terminal and told in plain lines else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "tools"))

import progress
from progress import Progress, spoken


class Terminal:
    def __init__(self, real: bool) -> None:
        self.real, self.said = real, ""

    def isatty(self) -> bool:
        return self.real

    def fileno(self) -> int:
        raise OSError("no window")

    def write(self, text: str) -> int:
        self.said += text
        return len(text)

    def flush(self) -> None:
        pass


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[float]:
    """Seconds that a test sets; what is learned is kept in the test's own folder."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(progress, "KEPT", tmp_path / "artefacts" / "seconds.json")
    monkeypatch.setattr(progress, "TICK", 3600.0)
    return now


def worked(clock: list[float], **seconds: float) -> None:
    with Progress("test", list(seconds)) as work:
        for part, each in seconds.items():
            with work.running(part):
                clock[0] += each


def test_how_long_the_rest_takes_is_learned_from_the_last_time(clock: list[float]) -> None:
    worked(clock, unit=100.0, lessons=50.0)
    with Progress("test", ["unit", "lessons", "peers"]) as work:
        assert work.line() == "0 of 3 done · 0 s · about 4 min more"  # 100 + 50 + 75, the mean of those, for peers
        with work.running("unit"):
            clock[0] += 40
            assert work.line() == "0 of 3 done · unit · 40 s · about 3 min more"
            clock[0] += 100  # longer than the last time: nobody knows how long
            assert work.line() == "0 of 3 done · unit · 2 min · at least 2 min more"
        assert work.line() == "1 of 3 done · 2 min · about 2 min more"
        clock[0] += 1
    assert json.loads(progress.KEPT.read_text()) == {"test": {"unit": 140.0, "lessons": 50.0}}


def test_at_the_first_time_nothing_is_guessed(clock: list[float]) -> None:
    with Progress("bench", ["ige", "memory"]) as work, work.running("ige", lambda: "45%"):
        assert work.line() == "0 of 2 done · ige 45% · 0 s"


def test_two_lanes_halve_the_rest(clock: list[float]) -> None:
    worked(clock, one=10.0, two=10.0)
    with Progress("test", ["one", "two"], lanes=2) as work:
        assert work.line() == "0 of 2 done · 0 s · about 10 s more"


def test_a_part_that_failed_teaches_nothing(clock: list[float]) -> None:
    with pytest.raises(KeyError), Progress("test", ["one"]) as work, work.running("one"):
        clock[0] += 5
        raise KeyError
    assert json.loads(progress.KEPT.read_text()) == {"test": {}}


@pytest.mark.parametrize("kept", ["", "[]", "{", '{"test": {"one": 3.0, "gone": 5.0}}'])
def test_what_was_kept_may_be_anything(kept: str, clock: list[float]) -> None:
    progress.KEPT.parent.mkdir()
    progress.KEPT.write_text(kept)
    with Progress("test", ["one"]) as work:
        assert work.line() == "0 of 1 done · 0 s" + (" · about 3 s more" if "one" in kept else "")


def test_a_terminal_has_one_line_that_is_drawn_again(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    screen, paper = Terminal(True), Terminal(False)
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setattr("sys.stdout", paper)
    monkeypatch.setenv("TERM", "xterm")
    with Progress("test", ["one", "two"]) as work, work.running("one"):
        work._tell()
        work.say("a result")
        work._tell()
    assert paper.said == "a result\n"
    line = f"{progress.CLEAR}0 of 2 done · one · 0 s"
    assert screen.said == line + progress.CLEAR + line + progress.CLEAR


def test_elsewhere_there_are_plain_lines_and_few(
    clock: list[float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr", Terminal(False))
    with Progress("test", ["one"]) as work, work.running("one"):
        for _ in range(65):
            clock[0] += 1
            work._tell()
        work.say("a result")
    said = capsys.readouterr().out.splitlines()
    assert said == [f"still running: 0 of 1 done · one · {seconds} s" for seconds in (30, 60)] + ["a result"]
    assert "\x1b" not in "".join(said)


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (89, "89 s"), (91, "2 min"), (3600, "60 min")])
def test_seconds_are_spoken_as_exactly_as_a_guess_may_be(seconds: float, text: str) -> None:
    assert spoken(seconds) == text
