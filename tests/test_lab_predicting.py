"""A prediction without a browser: guesses are read, held beside the measurement, and nothing is told before."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.errors import LocalError
from mtlib.lab.predicting import (
    Answering,
    Meaning,
    Picture,
    Prediction,
    blocks,
    choose,
    cut,
    number,
    order,
    several,
    text,
)  # fmt: skip

ROOT = Path(__file__).resolve().parents[1]
SECRET = "the-measurement-itself"

# A way, a measurement, a guess that matches it, one that does not, and what is no guess at all.
WAYS: dict[str, tuple[Answering, Any, Any, Any, Any]] = {
    "blocks": (blocks(3, "p"), ("p1", "p3"), ["p3", "p1"], ["p1"], ["p4"]),
    "blocks by truth": (blocks(3, "p"), (True, False, True), ["p1", "p3"], [], "p1"),
    "choose": (choose("yes", "no"), "no", "no", "yes", "maybe"),
    "several": (several("a", "b"), (), [], ["a", "b"], 5),
    "number": (number("bytes"), 1024, " 1,024 ", "24", "many"),
    "text": (text(), "msg_key", "MSG_KEY", "msg_id", "  "),
    "order": (order("a", "b", "c"), ("b", "a", "c"), ["b", "a", "c"], ["a", "b", "c"], ["a", "a", "c"]),
    "cut": (cut(80), 72, 72, 0, 81),
}
EACH = pytest.mark.parametrize("name", WAYS)


def asked(name: str, **options: Any) -> Prediction:
    return Prediction("What happens?", WAYS[name][0], WAYS[name][1], **options)


def told(prediction: Prediction, do: str, **rest: Any) -> dict[str, Any]:
    prediction.handle({"serial": "s 1", "do": do, **rest})
    assert prediction.state["serial"] == "s 1"
    json.dumps([prediction.structure, prediction.state])
    return prediction.state


@EACH
def test_a_guess_like_the_measurement_matches(name: str) -> None:
    prediction = asked(name)
    state = told(prediction, "guess", guess=WAYS[name][2])
    assert prediction.matches and state["verdict"].startswith("Match:")
    assert "differs" not in str(state["table"]) and "match" in str(state["table"])


@EACH
def test_another_guess_differs(name: str) -> None:
    prediction = asked(name)
    state = told(prediction, "guess", guess=WAYS[name][3])
    assert not prediction.matches and state["verdict"].startswith("They differ:")
    assert "differs" in str(state["table"])


@EACH
def test_what_is_no_guess_is_answered_with_a_sentence(name: str) -> None:
    prediction = asked(name)
    state = told(prediction, "guess", guess=WAYS[name][4])
    assert state["said"].endswith(".") and not state["shown"] and prediction.guess is None
    assert set(state) == {"serial", "said", "shown"}


@EACH
def test_show_gives_the_measurement_alone_and_again_closes_it(name: str) -> None:
    prediction = asked(name)
    first = dict(prediction.state)
    state = told(prediction, "show")
    way, measured = WAYS[name][0], WAYS[name][1]
    assert state["table"] == [["", ""], ["measured", way.show(way.read(measured))]]
    assert "no guess" in state["verdict"] and not prediction.matches
    assert {**told(prediction, "again"), "serial": 0} == first


def test_nothing_of_the_answer_is_told_before_a_guess() -> None:
    prediction = Prediction(
        "Which?", choose(SECRET, "another"), SECRET, printed=f"printed {SECRET}", meaning=Meaning(f"means {SECRET}"),
        picture=Picture(SECRET, SECRET, SECRET),
    )  # fmt: skip
    assert SECRET not in str(prediction.state)
    assert str(prediction.structure).count(SECRET) == 1  # among the answers to choose from
    assert str(told(prediction, "show")).count(SECRET) >= 6


@pytest.mark.parametrize("typed", ["-3", "-3 products", "about 200", "2^10", "1e3", "1,5", "1.000", "12,34", "1/2"])
def test_what_is_no_count_is_no_guess_and_is_told_what_is_wanted(typed: str) -> None:
    prediction = Prediction("How many?", number("products"), 13)
    said = told(prediction, "guess", guess=typed)["said"]
    assert said == f"a number of products is wanted, in digits alone, as in 1,234 (got {typed})."
    assert prediction.guess is None and not prediction.state["shown"]


@pytest.mark.parametrize("typed", ["1234567", "1,234,567", "1 234 567", " 1_234_567 "])
def test_thousands_may_stand_apart(typed: str) -> None:
    assert number().read(typed) == 1_234_567


def test_one_of_them_is_no_plural_and_thousands_stand_apart() -> None:
    shown = [number(unit).show(count) for unit, count in (("copies", 1), ("keys", 1), ("", 1), ("seals", 2000))]
    assert shown == ["1 copy", "1 key", "1", "2,000 seals"]


def test_what_is_said_after_a_number_stands_under_words_that_a_guess_can_have() -> None:
    """Those of the lessons: `number("keys"), experiment` in a cell, and the experiment's name in predictions.json."""
    kept = json.loads((ROOT / "mtlib" / "lab" / "predictions.json").read_text(encoding="utf-8"))
    lessons = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "notebooks").glob("*.ipynb"))
    asked = re.findall(r'number\(\\"([a-z ]+)\\"\), (\w+)', lessons)
    assert len(asked) > 20
    for unit, name in asked:
        words = kept.get(name, {}).get("after", {})
        assert [number(unit).show(int(each.split()[0].replace(",", ""))) for each in words] == [*words], name


def test_what_it_means_depends_on_the_guess() -> None:
    meaning = Meaning("In all, {measured}.", {"24 bytes": "You forgot the header."})
    prediction = asked("number", meaning=meaning)
    assert told(prediction, "guess", guess="24")["means"] == ["You forgot the header.", "In all, 1,024 bytes."]
    assert told(prediction, "guess", guess="25")["means"] == ["In all, 1,024 bytes."]
    assert told(prediction, "show")["means"] == ["In all, 1,024 bytes."]


def test_a_comparison_says_which_items_are_as_guessed() -> None:
    prediction = asked("blocks")
    table = told(prediction, "guess", guess=["p1", "p2"])["table"]
    assert table == [
        ["", "p1", "p2", "p3"],
        ["your guess", "yes", "yes", "no"],
        ["measured", "yes", "no", "yes"],
        ["compared", "match", "differs", "differs"],
    ]
    assert prediction.state["verdict"] == "They differ: 1 of 3 are as you guessed."
    listed = asked("order")
    assert told(listed, "guess", guess=["a", "b", "c"])["table"][1] == ["1", "a", "b", "differs"]


def test_every_way_to_answer_is_one_that_the_page_draws() -> None:
    script = (ROOT / "mtlib" / "lab" / "predict.mjs").read_text(encoding="utf-8")
    drawn = re.search(r"const WAYS = \{ (.*?) \};", script)
    assert drawn and {asked(name).structure["way"]["kind"] for name in WAYS} == set(drawn[1].split(", "))


def test_both_cuts_have_their_place() -> None:
    prediction = asked("cut")
    assert told(prediction, "guess", guess=64)["places"] == {"measured": 72, "your guess": 64}
    assert told(prediction, "again") and told(prediction, "show")["places"] == {"measured": 72}


@EACH
def test_a_guess_from_before_is_shown_at_once_and_a_stale_one_forgotten(name: str) -> None:
    assert asked(name, guess=WAYS[name][2]).state["verdict"].startswith("Match:")
    assert asked(name, guess=WAYS[name][4]).state == asked(name).state


def test_a_guess_can_be_kept_as_json() -> None:
    for name, (way, measured, guess, _, _) in WAYS.items():
        kept = json.loads(json.dumps(way.read(guess)))
        assert asked(name, guess=kept).guess == way.read(guess)
        assert name == "text" or way.read(guess) == way.read(measured)


@pytest.mark.parametrize(
    "make",
    [
        lambda: asked_of(choose("yes", "no"), "maybe"),
        lambda: asked_of(number(), 2.5),
        lambda: asked_of(number(), True),
        lambda: asked_of(blocks(2), [True, False, True]),
        lambda: asked_of(cut(4), 5),
        lambda: choose("one"),
        lambda: several("one", "one"),
        lambda: cut(0),
    ],
)
def test_a_question_that_cannot_be_answered_is_its_authors_fault(make: Any) -> None:
    with pytest.raises(LocalError):
        make()


def asked_of(way: Answering, measured: Any) -> Prediction:
    return Prediction("What happens?", way, measured)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(WAYS)), st.dictionaries(st.sampled_from(["serial", "do", "guess"]), JSON), JSON)
def test_any_message_is_answered(name: str, message: dict[str, Any], guess: Any) -> None:
    prediction = asked(name)
    for each in (message, {"serial": 1, "do": "guess", "guess": guess}):
        prediction.handle(each)
        assert isinstance(prediction.state["said"], str)
        assert prediction.state["shown"] == (prediction.guess is not None)


def test_the_model_needs_no_notebook() -> None:
    heavy = "{'anywidget', 'ipywidgets', 'matplotlib', 'traitlets', 'IPython'}"
    program = f"import sys, mtlib.lab.predicting; print(*sorted({heavy} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.strip() == ""
