"""The doctor before the patients of an eighth author: ports between languages, and how each prints things."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from mtlib import diagnose
from unseen_eighth_client import World, build
from unseen_eighth_patients import A, D, H, S, missing, without

PARTS = 6
CERTAIN_ONLY = {"packet plain"}
"""What is seen of these is certain, and it is not the mistake itself."""


def words(finding: dict[str, Any]) -> str:
    paths = [row["path"] for row in finding["evidence"]]
    return " ".join([finding["name"], finding["sentence"], finding["fix"], *paths])


@cache
def answered(at: int) -> dict[str, Any]:
    world = World(f"a{at}")
    answer = A[at][1]
    return diagnose(**{**build(world), "answer": answer(world) if callable(answer) else answer}).to_dict()


def test_they_are_as_many_as_they_should_be() -> None:
    assert len(S) >= 500 and len(D) == 240 and len(H) >= 80 and len(A) >= 150
    assert len({label for label, *_ in S}) == len(S)


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_wrong_is_named(part: int) -> None:
    unnamed = []
    for label, want, made in S[part::PARTS]:
        found = diagnose(**made()).to_dict()
        assert not found["healthy"], label
        if not any(re.search(want, words(each)) for each in found["findings"]) and label not in CERTAIN_ONLY:
            unnamed.append((label, found["verdict"]))
    assert unnamed == []


def test_of_two_mistakes_most_are_both_named_and_none_is_healthy() -> None:
    both = 0
    for label, wants, made in D:
        found = diagnose(**made()).to_dict()
        assert not found["healthy"], label
        both += all(any(re.search(want, words(each)) for each in found["findings"]) for want in wants)
    assert both >= 216


@pytest.mark.parametrize("part", range(PARTS))
def test_the_healthy_are_healthy(part: int) -> None:
    for label, made in H[part::PARTS]:
        found = diagnose(**{**made(), "answer": True}).to_dict()
        assert [each["name"] for each in found["findings"]] == ["healthy"], label


def test_every_spelling_of_true_is_a_success_and_nothing_else() -> None:
    for at, (label, _, success, _) in enumerate(A):
        assert answered(at)["healthy"] is success, label


def test_what_was_answered_is_told_of_right_bytes() -> None:
    for at, (label, _, _, want) in enumerate(A):
        (finding,) = answered(at)["findings"]
        assert finding["evidence"] == [] and re.search(want, words(finding)), label


@pytest.mark.parametrize("field", missing)
def test_a_missing_field_is_not_guessed(field: str) -> None:
    (finding,) = diagnose(**without(field)).to_dict()["findings"]
    said = re.search("It is (.*): [48] bytes", finding["sentence"])
    assert said and field in re.split(", | or ", said[1])
