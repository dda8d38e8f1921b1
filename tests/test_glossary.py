"""docs/glossary.md: a sentence for each term, taught where it says, and no key term of a lesson left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from test_notebooks import LESSONS, ROOT
from test_predictions import lesson

PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ITALIC = re.compile(r"(?<![*\w])\*(?![*\s])([^*\n]+)\*(?!\*)")
NO_TERMS = {"and", "inside"}
"""What the lists of what one needs set in italics for its weight alone."""
SAME = {
    "sealing": "seal", "sealed": "seal", "obfuscated": "obfuscation", "exchange": "key exchange",
    "modulo n": "modulo", "aes-256-ige": "aes-ige", "tl string": "string", "framings": "framing", "packets": "packet",
    "permanent authorization key": "authorization key",
}  # fmt: skip
"""Other forms of a term, and the term."""


class Entry(NamedTuple):
    term: str
    sentence: str
    number: str
    file: str


ENTRIES = [
    Entry(*found)
    for found in re.findall(
        r"^\| <a id=[^>]+></a>`?([^|`]+)`? \| ([^|]+) \| \[(\d\d)\]\(\.\./notebooks/([^)]+)\) \|$", PAGE, re.M
    )
]
TERMS = [entry.term.lower() for entry in ENTRIES]


def text(name: str) -> str:
    """A lesson's prose."""
    (path,) = (path for path in LESSONS if path.name == name)
    return "\n".join(cell.source for cell in lesson(path).cells if cell.cell_type == "markdown")


def anchor(term: str) -> str:
    return term.lower().replace(" ", "-")


def key_terms(prose: str) -> Iterator[str]:
    """What a lesson sets in italics in its list of what one needs."""
    for line in re.findall(r"^\d+\. .*$", prose, re.M):
        for found in ITALIC.findall(re.sub(r"`[^`]*`", "", line)):
            yield found.lower()


def test_every_row_is_read() -> None:
    assert len(ENTRIES) == len(re.findall(r"^\| ", PAGE, re.M)) - 2 > 40


def test_each_term_stands_once_and_in_order() -> None:
    assert sorted(set(TERMS)) == TERMS


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.term)
def test_a_term_is_told_in_one_sentence_and_taught_where_it_says(entry: Entry) -> None:
    assert re.fullmatch(r"[A-Z].*[^.]\.", entry.sentence) and not re.search(r"\. [A-Z]", entry.sentence)
    assert entry.file.startswith(f"{entry.number}_")
    assert re.search(rf"\b{re.escape(entry.term)}", text(entry.file), re.I)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_key_terms_of_a_lesson_are_in_it(path: Path) -> None:
    missing = {SAME.get(term, term) for term in key_terms(text(path.name))} - NO_TERMS - set(TERMS)
    assert missing == set()


def test_a_row_can_be_linked_to_by_its_term() -> None:
    rows = re.findall(r'^\| <a id="([^"]+)"></a>`?([^|`]+)`? \|', PAGE, re.M)
    assert rows == [(anchor(entry.term), entry.term) for entry in ENTRIES]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_key_term_that_another_lesson_teaches_is_linked_where_it_is_first_needed(path: Path) -> None:
    prose, taught = text(path.name), {entry.term.lower(): entry.number for entry in ENTRIES}
    for found in dict.fromkeys(SAME.get(term, term) for term in key_terms(prose)):
        if taught.get(found, path.name[:2]) != path.name[:2]:
            assert f"*](../docs/glossary.md#{anchor(found)})" in prose, found


def test_a_link_to_the_glossary_leads_to_a_row() -> None:
    links = [link for path in LESSONS for link in re.findall(r"\]\(\.\./docs/glossary\.md#([^)]+)\)", text(path.name))]
    assert len(links) > 50 and set(links) <= {anchor(term) for term in TERMS}


def test_a_term_that_is_left_out_is_found() -> None:
    assert list(key_terms("1. A *new word*, and `*x*`.\n\nNot *this*.")) == ["new word"]
    assert sum(len(list(key_terms(text(path.name)))) for path in LESSONS) > 60
