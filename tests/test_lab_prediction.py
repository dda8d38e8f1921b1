"""`predict` in a notebook: the answer is folded, guesses are remembered."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mtlib.lab import prediction
from mtlib.lab.figures import garble_map
from mtlib.lab.predicting import Answering, Meaning, blocks, choose, cut, number, order, several, text
from mtlib.lab.prediction import NAME, Predict, predict

FOLDED = re.compile(r"<details.*</details>", re.S)


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reader's folder, and a kernel that has just begun."""
    monkeypatch.setenv("MTLIB_MY_BIND", str(tmp_path / "my_bind.py"))
    monkeypatch.setattr(prediction, "_guessed", {})
    return tmp_path / NAME


def stays() -> int:
    print("eight of them")
    return 8


def asked(**options: Any) -> Predict:
    return predict("How many `bytes` stay?", number("bytes"), stays, **options)


def send(widget: Predict, **message: Any) -> None:
    widget._handle(widget, {"serial": 1, **message}, [])


def shown(widget: Predict) -> dict[str, Any]:
    return widget._repr_mimebundle_()[0]


def test_what_the_experiment_prints_is_shown_with_the_measurement(capsys: pytest.CaptureFixture[str]) -> None:
    widget = asked()
    assert capsys.readouterr().out == ""
    assert "eight" not in str(widget.state)
    send(widget, do="guess", guess="7")
    assert widget.state["printed"] == "eight of them" and (widget.guess, widget.measured) == (7, 8)
    assert not widget.matches


def test_a_measurement_may_be_given_as_it_is() -> None:
    assert predict("Which?", choose("a", "b"), "b").measured == "b"


def test_without_a_script_the_answer_is_folded_and_the_same_whatever_was_guessed() -> None:
    before = shown(asked())
    send(asked(), do="guess", guess="7")
    after = shown(asked())
    for kind in ("text/html", "text/plain"):
        assert before[kind] == after[kind]
        assert "How many" in before[kind] and "eight" not in FOLDED.sub("", before[kind])
        assert "8" not in FOLDED.sub("", before[kind])
    assert "eight of them" in before["text/html"] and "<b>8 bytes</b>" in before["text/html"]
    assert "<code>bytes</code>" in before["text/html"]


def test_more_to_try_folds_the_question_too() -> None:
    widget = asked(more=True)
    assert widget.structure["more"] is True
    assert shown(widget)["text/html"].startswith("<details><summary>More to try: How many <code>")
    assert FOLDED.sub("", shown(widget)["text/html"]) == ""


def test_a_figure_is_folded_with_its_words() -> None:
    figure = garble_map({"CBC": ".X1"}, "one bit")
    widget = predict("Which blocks?", blocks(3, "p"), ("p2", "p3"), picture=lambda: figure)
    html = shown(widget)["text/html"]
    assert figure.alt not in FOLDED.sub("", html) and f'alt="{figure.alt}"' in html
    send(widget, do="show")
    assert widget.state["picture"]["alt"] == figure.alt
    assert widget.state["picture"]["png"] in html


def test_what_it_means_stands_under_the_experiments_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prediction, "meanings", lambda: {"stays": Meaning("So {measured} <stay>.")})
    widget = asked()
    send(widget, do="show")
    assert widget.state["means"] == ["So 8 bytes <stay>."]
    assert "So 8 bytes &lt;stay&gt;." in shown(widget)["text/html"]


def test_a_guess_is_remembered_in_the_kernel_and_beside_my_bind(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    send(asked(), do="guess", guess="7")
    assert asked().guess == 7 and json.loads(mine.read_text()) == {"stays": 7}
    monkeypatch.setattr(prediction, "_guessed", {})  # the kernel was restarted
    again = asked()
    assert again.guess == 7 and again.state["shown"]
    send(again, do="again")
    assert asked().guess is None and json.loads(mine.read_text()) == {}


def test_where_nothing_is_to_be_kept_nothing_is_written(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTLIB_MY_BIND", "")
    send(asked(), do="guess", guess="7")
    assert asked().guess == 7 and not mine.exists()


@pytest.mark.parametrize("text", ["no json", "[1]", "[" * 100_000, '{"stays": "many"}'])
def test_a_file_that_is_none_of_ours_stops_nobody(mine: Path, text: str) -> None:
    mine.write_text(text)
    widget = asked()
    assert widget.guess is None
    if text[0] != "{":
        send(widget, do="guess", guess="7")
        assert mine.read_text() == text and asked().guess == 7


def test_a_folder_that_cannot_be_written_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MTLIB_MY_BIND", str(tmp_path / "nowhere" / "my_bind.py"))
    send(asked(), do="guess", guess="7")
    assert asked().guess == 7


def test_only_messages_are_answered() -> None:
    widget = asked()
    before = dict(widget.state)
    widget._handle(widget, "guess", [])
    assert widget.state == before
    send(widget, do="guess")
    assert "does not exist" in widget.state["said"] and repr(widget) == "<Predict: How many `bytes` stay?>"


@pytest.mark.parametrize(("way", "measured"), [
    (choose("yes", "no"), "no"), (blocks(3, "p"), ["p2"]), (several("a", "b"), ()), (number("bytes"), 7),
    (text(), "a 'word'"), (order("x", "y"), ["y", "x"]), (cut(80), 40),
])  # fmt: skip
def test_a_cell_gives_it_again_without_measuring(way: Answering, measured: Any) -> None:
    def experiment() -> Any:
        print("said")
        return measured

    one, names = predict("Which?", way, experiment, name="flipped_bit", more=True), dict[str, Any]()
    body, _, last = one.as_cell().rpartition("\n\n")
    exec(body, names)
    other = eval(last, names)
    for each in (one, other):
        send(each, do="show")
    assert (one.structure, one.state) == (other.structure, other.state)
