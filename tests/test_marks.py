"""How the lessons say how they know something: `(documented: where)`, `(measured: how)`, `(deduced: why)`.

What follows the colon may be left out. In a sentence the same words stand with a form of "to be".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from test_notebooks import LESSONS
from test_predictions import lesson

WORD = re.compile(r"\b(documented|measured|deduced)\b", re.I)
MARK = re.compile(r"\((documented|measured|deduced)(: \S|\))")
IN_A_SENTENCE = re.compile(r"\b(is|are|be|was|were|as)( not| also)? $")


def text(path: Path) -> str:
    """A lesson's prose without its code."""
    source = "\n\n".join(cell.source for cell in lesson(path).cells if cell.cell_type == "markdown")
    return re.sub(r"`[^`\n]*`", "code", re.sub(r"^```.*?^```", "", source, flags=re.M | re.S))


def deviations(prose: str) -> Iterator[str]:
    """The places at which one of the three words is neither a mark nor part of a sentence."""
    for found in WORD.finditer(prose):
        marked = MARK.match(prose, found.start() - 1) if found.start() else None
        if not marked and not IN_A_SENTENCE.search(prose[: found.start()]):
            yield prose[max(0, found.start() - 40) : found.end() + 20]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_marks_what_it_knows_in_one_form(path: Path) -> None:
    assert list(deviations(text(path))) == []


def test_the_first_lesson_says_what_the_marks_mean() -> None:
    assert {found[1] for found in MARK.finditer(text(LESSONS[0]))} == {"documented", "measured", "deduced"}


def test_all_three_marks_are_used() -> None:
    used = Counter(found[1] for path in LESSONS[1:] for found in MARK.finditer(text(path)))
    assert len(used) == 3 and min(used.values()) >= 10


@pytest.mark.parametrize("prose", [
    "(documented)", "(measured: above)", "so (deduced: nothing else opens)", "All numbers are measured",
    "What DCs do is not documented.", "This was measured at a DC, and that is also deduced",
])  # fmt: skip
def test_marks_and_sentences_are_known(prose: str) -> None:
    assert list(deviations(prose)) == []


@pytest.mark.parametrize("prose", [
    "(Measured at the DC)", "(deduced; lesson 17)", "(documented on the page)", "nobody turns it: measured.",
    "(GramJS, measured)", "our deduced table", "Documented: the page", "(measured:)",
])  # fmt: skip
def test_another_form_is_found(prose: str) -> None:
    assert len(list(deviations(prose))) == 1
