"""What is put around values is taken away: each row of the table by its own example, and no line with it."""

import pytest

from mtlib.clinic.plain import WRAPPINGS, Wrapping, plain


@pytest.mark.parametrize("wrapping", WRAPPINGS, ids=lambda each: each.about)
def test_it_makes_of_its_example_what_it_says(wrapping: Wrapping) -> None:
    assert wrapping(wrapping.example) == wrapping.becomes != wrapping.example


@pytest.mark.parametrize("wrapping", WRAPPINGS, ids=lambda each: each.about)
def test_no_line_is_lost(wrapping: Wrapping) -> None:
    assert plain(wrapping.example).count("\n") == wrapping.example.count("\n")


def test_a_text_without_any_stays_as_it_is() -> None:
    text = "msg_id: 7000000000000000001\nnonce = 5"
    assert plain(text) == text
