"""The shapes and words of which figures are made: words that fit, and looks that differ in grey too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.errors import LocalError
from mtlib.lab.figures.drawing import LOOKS, SIZE, UNUSED, Canvas, _fitted, brief, finite, length, some, wrapped
from mtlib.wire import Origin
from mtlib.wire.view import COLOURS

NAMES = ("perm_auth_key_id", "session_id", "seqno", "constructor", "encrypted_message")


def test_a_longer_line_is_longer() -> None:
    assert length("m") < length("mm") < length("mmm")
    assert length("iiii") < length("mmmm") < length("mmmm", bold=True)


@given(st.text("ab_ ", max_size=40), st.integers(20, 300))
def test_wrapping_keeps_every_word_and_the_width(words: str, width: int) -> None:
    lines = wrapped(words, width).split("\n")
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
    too_long = [line for line in lines if length(line) > width]
    assert all(" " not in line and "_" not in line.rstrip("_") for line in too_long)


def test_long_names_break_at_their_underscores() -> None:
    assert wrapped("is it ENCRYPTED_MESSAGE_INVALID?", 110) == "is it\nENCRYPTED_\nMESSAGE_\nINVALID?"
    assert wrapped("is it seqno?", 300) == "is it seqno?"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("width", "height"), [(300, 40), (110, 70), (30, 160), (48, 110)])
def test_a_name_fits_its_field_or_is_turned(name: str, width: float, height: float) -> None:
    words, turned = _fitted("f", name, width, height)
    assert words.replace("\n", "").replace(" ", "") == f"f{name}"
    assert max(map(length, words.split("\n"))) <= (height if turned else width)


def test_what_fits_nowhere_is_shown_all_the_same() -> None:
    assert _fitted("f", "encrypted_message", 10, 10) == ("f encrypted_message", False)


def test_looks_differ_without_colour() -> None:
    hatches = [look.hatch for look in (*LOOKS, UNUSED)]
    assert len(set(hatches)) == len(hatches)
    assert {look.fill for look in LOOKS} >= set(COLOURS.values())


def test_the_legend_names_every_origin() -> None:
    from matplotlib.figure import Figure

    axes = Figure().add_axes((0, 0, 1, 1))
    Canvas(axes).legend(10)
    said = {text.get_text() for text in axes.texts}
    assert said == {origin.value for origin in Origin} | {origin.letter for origin in Origin}
    assert {text.get_fontsize() for text in axes.texts} == {SIZE}


def test_arguments_that_cannot_be_drawn() -> None:
    assert some([1, 2], "here", 2) == [1, 2]
    finite([0, 1.5, -(2**62)], "here")
    brief("words", "here", 5)
    for refused in (
        lambda: some([], "here", 2),
        lambda: some([1, 2, 3], "here", 2),
        lambda: finite([float("nan")], "here"),
        lambda: finite([float("inf")], "here"),
        lambda: finite([10**400], "here"),
        lambda: finite(["1"], "here"),  # type: ignore[list-item]
        lambda: brief(" ", "here", 5),
        lambda: brief("longer", "here", 5),
    ):
        with pytest.raises(LocalError) as caught:
            refused()
        assert caught.value.where == "here" and caught.value.expected
