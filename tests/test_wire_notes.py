"""Notes: where a value comes from, what it means, who says so."""

from __future__ import annotations

import pytest

from mtlib.wire import Note, Origin, constant, copied, derived, given, random


def test_every_origin_has_a_letter_of_its_own() -> None:
    letters = {origin: origin.letter for origin in Origin}
    assert letters == {
        Origin.CONSTANT: "=",
        Origin.RANDOM: "?",
        Origin.GIVEN: "g",
        Origin.COPIED: "c",
        Origin.DERIVED: "f",
    }


@pytest.mark.parametrize(
    ("make", "origin"), [(constant, Origin.CONSTANT), (random, Origin.RANDOM), (given, Origin.GIVEN)]
)
def test_plain_notes(make: type[Note], origin: Origin) -> None:
    assert make() == Note(origin)
    assert make("what it means", "page, section") == Note(origin, "what it means", "page, section")


@pytest.mark.parametrize(
    ("source", "name"), [("request/nonce", "nonce"), ("nonce", "nonce"), ("@msg_id", "msg_id"), ("@a/b", "b")]
)
def test_a_copy_is_a_formula_of_one_name(source: str, name: str) -> None:
    note = copied(source, "again", "page")
    assert (note.origin, note.formula, dict(note.sources)) == (Origin.COPIED, name, {name: source})
    assert name.isidentifier(), "the formula is an expression"


def test_a_derived_value_names_its_sources() -> None:
    note = derived("SHA1(envelope)[4:20]", "hash", "page", envelope="plaintext/envelope")
    assert (note.origin, note.meaning, note.spec) == (Origin.DERIVED, "hash", "page")
    assert (note.formula, dict(note.sources)) == (
        "SHA1(envelope)[4:20]",
        {"envelope": "plaintext/envelope"},
    )
    assert dict(derived("f(formula)", formula="@formula").sources) == {"formula": "@formula"}


def test_notes_do_not_change() -> None:
    note = derived("len(x)", x="a/x")
    with pytest.raises(AttributeError):
        note.formula = "0"  # type: ignore[misc]
    for made in (note, given()):
        with pytest.raises(TypeError):
            made.sources["y"] = "b"  # type: ignore[index]
