"""Examining: whatever an answer is or does, there is a finding, and it is the same in every run."""

from __future__ import annotations

import itertools
import re
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlib.clinic.ladder import wrong_answer as mistake
from mtlib.lab.answers import EXERCISES
from mtlib.lab.examining import ALMOST, COLOURS, NOT_YET, RIGHT, Mark, Slip, Table, Task
from mtlib.lab.exercises import examine

REVERSED = Task(
    "back", 0, ("data", "count"), "bytes", "The data, back to front.",
    lambda data, count: data[::-1], lambda seed: ((b"abcd" + seed.encode(), 4), (b"xyzw", 4)),
    (mistake("as_it_is", "It is still in its old order.", lambda data, count: data),), ("Turn it.", "[::-1]"),
)  # fmt: skip
TABLE = Table(
    "table", 0, "Two questions.", {"A": 1, "B": True},
    (Slip("two", "A is not two.", "A", (2,)), Slip("other", "B is true.", "B")), ("Think.", "Think again."),
)  # fmt: skip


def back(function: Callable[..., Any]) -> Mark:
    return REVERSED.examine(function, "")


def test_right_almost_and_not_yet() -> None:
    assert back(lambda data, count: data[::-1]) == Mark(RIGHT, "back gives what it should on all 2 inputs.")
    assert back(lambda data, count: data) == Mark(ALMOST, "It is still in its old order.", "as_it_is")
    assert back(lambda data, count: b"dcb") == Mark(NOT_YET, "3 bytes came, 4 are expected.")
    assert str(back(lambda data, count: data)) == "almost: It is still in its old order."


def test_bytes_in_any_shape_are_bytes() -> None:
    for shape in (bytearray, memoryview):
        assert back(lambda data, count, shape=shape: shape(data[::-1])).verdict == RIGHT


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda data, count: data[::-1].hex(), "hex text"),
        (lambda data, count: list(data[::-1]), "put bytes(...) around"),
        (lambda data, count: "poem", "it gives a str, bytes are wanted"),
        (lambda data, count: 5, "it gives an int, bytes are wanted"),
        (lambda data, count: 1 / 0, "it raised ZeroDivisionError: division by zero"),
        (lambda data: data, "it raised TypeError"),
        (lambda data, count: exec("raise SystemExit(3)"), "it raised SystemExit: 3"),
        (lambda data, count: data[::-1] if data[0] == 97 else b"?", "input 2 of 2: data = 78797a77, count = 4"),
        (lambda data, count: ..., "gives nothing back"),
        (b"dcba", "a function is wanted"),
        (5, "a function is wanted"),
        (..., "Replace the `...`"),
    ],
)
def test_what_is_said_of_other_answers(answer: Any, words: str) -> None:
    assert words in back(answer).sentence


def test_a_function_that_never_returns_to_itself() -> None:
    def deeper(data: bytes, count: int) -> bytes:
        return deeper(data, count + 1)

    assert "RecursionError" in back(deeper).sentence


def test_addresses_are_not_told() -> None:
    def raises(data: bytes, count: int) -> bytes:
        raise ValueError(object())

    assert " at 0x" not in back(raises).sentence


def test_what_is_handed_over_stays_as_it_is() -> None:
    def in_place(data: Any, count: int) -> bytes:
        result = bytes(data[::-1])
        if isinstance(data, bytearray):
            data[:] = result
        return result

    finding = back(in_place)
    assert (finding.verdict, "data is not what it was" in finding.sentence) == (ALMOST, True)


def test_numbers_and_truth_are_not_mixed() -> None:
    for name, answer, words in (
        ("same_nonce", lambda *values: 1, "a bool is wanted"),
        ("padding_v2", lambda body: True, "an int is wanted"),
        ("padding_v2", lambda body: float(12), "a float, which holds 53 bits"),
        ("msg_key_v1", lambda *values: [1], "it gives a list, bytes are wanted"),
        ("seqno", lambda n: [2 * n + 1], "it gives a list, (1), and (1, 0) is right"),
        ("seqno", lambda n: [2 * n + 1, 0], "gives what it should"),
        ("seqno", lambda n: 1, "2 values are wanted"),
        ("schedule_v1", lambda k, m: (b"", b""), "value 1 of 2: 0 bytes came, 32 are expected"),
        ("retry", lambda *values: "perhaps", "it gives 'perhaps'"),
    ):
        assert words in examine(name, answer).sentence, name


class Hostile:
    """A value that does not like to be looked at."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("do not touch")

    def __bytes__(self) -> bytes:
        raise RuntimeError("no bytes")

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        raise RuntimeError("no repr")


HOSTILE: tuple[Any, ...] = (
    Hostile(), lambda *values: Hostile(), lambda *values: (Hostile(), Hostile()), {"A": Hostile()}, {Hostile(): 1},
    type("Odd", (dict,), {"items": None})(), lambda *values: iter([1]), lambda: None, Hostile, print, int, [], {}, "",
    {"A": [], "B": {}}, {1: object(), "C": float("nan")}, lambda *values: 10**5000,
)  # fmt: skip


@pytest.mark.parametrize("name", EXERCISES)
def test_nothing_raises(name: str) -> None:
    for answer in HOSTILE:
        finding = examine(name, answer)
        assert finding.verdict in (ALMOST, NOT_YET)
        assert finding == examine(name, answer)


@given(st.sampled_from(sorted(EXERCISES)), st.recursive(
    st.none() | st.booleans() | st.integers() | st.binary(max_size=8) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=5,
))  # fmt: skip
def test_any_value_has_a_finding(name: str, value: Any) -> None:
    assert examine(name, value).verdict == NOT_YET
    examine(name, lambda *arguments: value)


def table(answer: Any) -> Mark:
    return TABLE.examine(answer, "")


def test_a_table() -> None:
    assert table({"A": 1, "B": True}).verdict == RIGHT
    assert table({"A": 2, "B": True}) == Mark(ALMOST, "A is not two.", "two")
    assert table({"A": 1, "B": False}) == Mark(ALMOST, "B is true.", "other")
    assert table({"A": 1, "B": 1}).mistake == "other"
    assert "still open: B" in table({"A": 1}).sentence
    assert "still open: B" in table({"A": 1, "B": ...}).sentence
    assert "A: 7 is not it" in table({"A": 7, "B": True}).sentence
    assert "A: 052a is not it" in table({"A": b"\x05\x2a", "B": True}).sentence
    assert "there is no 'C'" in table({"A": 1, "C": 1}).sentence
    assert "another exercise" not in table({"A": 1, "C": 1}).sentence
    assert "another exercise" in table({"C": 1, "D": 1}).sentence
    assert "a dict is wanted" in table([1, True]).sentence


def test_a_table_with_choices_and_many_questions() -> None:
    solution = EXERCISES["symptoms"]
    assert isinstance(solution, Table)
    assert "is not among the answers: a, b" in examine("symptoms", {**solution.solution, 1: "z"}).sentence
    almost = examine("symptoms", {**solution.solution, 7: "a"}).sentence
    assert "11 of 12 are right; the first that differs is 7." in almost
    assert "still open: 2, 3" in examine("symptoms", {1: "b"}).sentence
    assert "1 of 12 are right; the first that differs is 2." in examine("symptoms", {1: "b", 2: "b"}).sentence


def test_of_several_rules_forgotten_each_is_told() -> None:
    """A student who begins with the bare checksum and mends what the checker names comes to the end."""
    line_by_line = {
        "id_in_its_own_hash": (r"#[0-9a-f]+(?= )", ""),
        "end_of_the_line_hashed": (";", ""),
        "brackets_hashed": ("[<>{}]", lambda found: " " if found[0] == "<" else ""),
        "bytes_hashed_as_bytes": (":bytes ", ":string "),
        "true_flags_hashed": (r" \w+:flags\.\d+\?true", ""),
    }
    mended: dict[str, Any] = {"bytes_behind_a_flag": (r"\?bytes ", "?string ")}

    def constructor_id(line: str) -> bytes:
        for old, new in mended.values():
            line = re.sub(old, new, line)
        return zlib.crc32(line.encode()).to_bytes(4, "little")

    for name, rule in line_by_line.items():
        finding = examine("constructor_id", constructor_id)
        assert (finding.verdict, finding.mistake) == (ALMOST, name)
        mended[name] = rule
    assert examine("constructor_id", constructor_id).verdict == RIGHT


def test_a_mistake_is_told_by_the_first_bytes_that_it_makes() -> None:
    """From 256 bytes on this one raises: nothing made all of its answers."""
    finding = examine("frame_abridged", lambda packet: bytes([len(packet)]) + packet)
    assert (finding.verdict, finding.mistake) == (ALMOST, "frame_length_in_bytes")
    assert back(lambda data, count: data if data[0] == 97 else b"?").mistake == "as_it_is"
    never = Task("never", 0, ("number",), "bool", "Is it 2?", lambda number: number == 2, lambda seed: ((2,), (3,)),
                 (mistake("turned", "Turned round.", lambda number: number != 2),), ("Compare.",))  # fmt: skip
    assert never.examine(lambda number: False, "").mistake == ""


def test_what_stands_gets_its_credit() -> None:
    right = EXERCISES["nine_values"].solution
    assert isinstance(right, dict)
    five = {name: value if at < 5 else bytes(len(value)) for at, (name, value) in enumerate(right.items())}
    finding = examine("nine_values", five)
    assert finding.verdict == ALMOST
    assert finding.sentence.startswith("5 of 9 are right; the first that differs is sha1_d. Byte 0 is the first")
    part = {name: value if at < 5 else ... for at, (name, value) in enumerate(right.items())}
    assert examine("nine_values", part).sentence.startswith("5 of 9 are right; still open: sha1_d, aes_key")
    one = examine("schedule_v1", lambda key, msg_key: (EXERCISES["schedule_v1"].solution(key, msg_key)[0], bytes(32)))
    assert one.verdict == ALMOST
    assert one.sentence.startswith("1 of 2 values are right; value 2 of 2: Byte 0")
    some = examine("padding_v2", lambda body: EXERCISES["padding_v2"].solution(body) + (body == 4))
    assert (some.verdict, some.sentence[:23]) == (ALMOST, "6 of 7 inputs are right")
    left = examine("padding_v2", lambda body: EXERCISES["padding_v2"].solution(body) if body == 4 else ...)
    assert (left.verdict, left.sentence[:43]) == (NOT_YET, "padding_v2 gives nothing back on 6 of 7 inp")
    assert examine("same_nonce", lambda request, envelope: request[12] == envelope[36]).verdict != RIGHT


def test_no_colour_is_red() -> None:
    for colour in COLOURS.values():
        red, green, blue = map(int, colour.split(", "))
        assert red < 1.5 * max(green, blue) + 1
    assert all(one != other for one, other in itertools.combinations(COLOURS.values(), 2))
