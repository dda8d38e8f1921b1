"""Mistakes: recognised by what they make, all inputs together, and never by chance."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from mtlib.clinic.ladder import Raised, recognise
from mtlib.clinic.ladder import WrongAnswer as Mistake
from mtlib.clinic.ladder import wrong_answer as mistake
from mtlib.errors import LocalError

DOUBLED = mistake("doubled", "You doubled it.", lambda number: 2 * number)
SQUARED = mistake("squared", "You squared it.", lambda number: number**2)


def test_all_inputs_count() -> None:
    assert recognise([DOUBLED, SQUARED], [(2,), (5,)], [4, 25]) is SQUARED
    assert recognise([DOUBLED, SQUARED], [(2,), (5,)], [4, 10]) is DOUBLED
    assert recognise([DOUBLED, SQUARED], [(2,), (5,)], [4, 11]) is None


def test_types_count() -> None:
    yes = mistake("yes", "Always True.", lambda number: True)
    assert recognise([yes], [(1,)], [1]) is None
    assert recognise([yes], [(1,)], [True]) is yes


def test_one_way_has_to_explain_all_answers() -> None:
    """Two ways to make a mistake are two explanations; half of each is none."""
    either = mistake("either", "One of two.", lambda number: number + 1, lambda number: number - 1)
    assert recognise([either], [(1,), (2,)], [2, 3]) is either
    assert recognise([either], [(1,), (2,)], [0, 1]) is either
    assert recognise([either], [(1,), (2,)], [2, 1]) is None


def test_a_generator_yields_several_ways() -> None:
    def ways(number: int) -> Iterator[int]:
        yield number + 1
        yield number - 1

    either = mistake("either", "One of two.", ways)
    assert either.made((5,)) == [6, 4]
    assert recognise([either], [(1,), (2,)], [0, 1]) is either


def test_a_number_that_does_not_fit_is_an_answer_too() -> None:
    unsigned = mistake("unsigned", "It is signed.", lambda number: number.to_bytes(8, "little"))
    raised = Raised.of(struct.error("argument out of range"))
    assert recognise([unsigned], [(1,), (-1,)], [b"\1" + bytes(7), raised]) is unsigned
    assert recognise([unsigned], [(1,), (-1,)], [raised, raised]) is None
    assert Raised.of(OverflowError()) == Raised.of(LocalError("too large")) != Raised.of(ValueError())


def test_a_size_speaks_where_bytes_cannot() -> None:
    padded = mistake("padded", "Too much padding.", size=120)
    assert recognise([padded], [(1,)], [bytes(120)]) is padded
    assert recognise([padded], [(1,), (2,)], [bytes(120), bytes(104)]) is None
    assert recognise([padded], [(1,)], ["x" * 120]) is None


def test_a_mistake_inside_a_larger_function() -> None:
    within = DOUBLED.of(lambda first, second: (first + second,))
    assert isinstance(within, Mistake)
    assert (within.name, within.made((1, 2))) == ("doubled", [6])
