"""What an exercise is, and how an answer is examined: by comparing, never by reading the answer's code.

A `Task` asks for a function and compares its values with those of the library; a `Table` asks for a value for each key.
Both know the usual mistakes. `examine` gives a `Mark`, and catches every exception that the answer raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import eq
from typing import Any, TypeAlias

from mtlib.clinic.ladder import RUNGS, Raised, WrongAnswer, difference, ladder, mistaken, recognise
from mtlib.crypto.entropy import Patterned

RIGHT, ALMOST, NOT_YET = "right", "almost", "not yet"
COLOURS = {RIGHT: "46, 160, 67", ALMOST: "210, 150, 10", NOT_YET: "110, 120, 135"}
"""The colour of a mark's edge and, as a thin layer, of its background. None is red: nobody has failed."""


@dataclass(frozen=True)
class Mark:
    """The result of a check: `verdict` is "right", "almost" or "not yet"; `mistake` is the name of a usual mistake."""

    verdict: str
    sentence: str
    mistake: str = ""

    def __str__(self) -> str:
        return f"{self.verdict}: {self.sentence}"


def right(sentence: str) -> Mark:
    return Mark(RIGHT, sentence)


def almost(sentence: str, mistake: str = "") -> Mark:
    return Mark(ALMOST, sentence, mistake)


def not_yet(sentence: str) -> Mark:
    return Mark(NOT_YET, sentence)


Inputs: TypeAlias = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Task:
    """An exercise that asks for a function `name(takes)`.

    `gives` describes the function's value, and `asks` its task, in a sentence or two. `solution` is the library's
    answer; both are called with the arguments from `inputs(seed)`. If several answers are right, `accepts(*arguments,
    answer)` decides and `solution` gives one of them. `needs` names exercises whose functions the answer may call.
    `remark(answer, seed)` gives a sentence about a right answer, or "".
    If a mistake shows in what the answer does, and not in its value, `explain(answer, seed)` tries the answer and gives
    the name of one of the `mistakes`, or "". `endless` is said to an answer that has not come to an end.
    """

    name: str
    lesson: int
    takes: tuple[str, ...]
    gives: str
    asks: str
    solution: Callable[..., Any] = field(repr=False)
    inputs: Callable[[str], Inputs] = field(repr=False)
    mistakes: tuple[WrongAnswer, ...] = field(repr=False)
    hints: tuple[str, ...] = field(repr=False)
    needs: tuple[str, ...] = ()
    remark: Callable[[Callable[..., Any], str], str] = field(default=lambda answer, seed: "", repr=False)
    accepts: Callable[..., bool] | None = field(default=None, repr=False)
    explain: Callable[[Callable[..., Any], str], str] | None = field(default=None, repr=False)
    endless: str = field(default="Does a loop end?", repr=False)

    @property
    def signature(self) -> str:
        return f"{self.name}({', '.join(self.takes)}) -> {self.gives}"

    def examine(self, answer: Any, seed: str) -> Mark:
        if _open(answer):
            return not_yet(f"{self.name} has no answer so far. Replace the `...`.")
        if not callable(answer):
            return not_yet(f"a function is wanted, def {self.name}({', '.join(self.takes)}), not {_kind(answer)}.")
        inputs = self.inputs(seed)
        raw = [_outcome(answer, arguments) for arguments in inputs]
        answers = list(map(_plain, raw))
        if all(map(_open, answers)):
            return not_yet(f"{self.name} gives nothing back so far. Replace the `...`, and end with return.")
        wrong = [at for at, given in enumerate(answers) if not self._holds(inputs[at], given)]
        if not wrong:
            return _spoiling(self, answer, inputs[0]) or right(_praise(self, inputs) + self.remark(answer, seed))
        found = self._explained(answer, seed) or recognise(self.mistakes, inputs, answers, self._known(seed))
        if found is not None:
            return almost(found.sentence, found.name)
        first = wrong[0]
        finding = self._alone(inputs[first], raw[first])
        where = f" (input {first + 1} of {len(inputs)}: {_shown(self.takes, inputs[first])})" if first else ""
        well = len(inputs) - len(wrong)
        if all(answers[at] is ... for at in wrong):
            some = f"{len(wrong)} of {len(inputs)} inputs"
            return not_yet(f"{self.name} gives nothing back on {some} so far. Replace the `...`.")
        credit = f"{well} of {len(inputs)} inputs are right; the first that differs: " if well else ""
        half = 2 * well >= len(inputs) and not isinstance(answers[first], bool)
        return Mark(ALMOST if half else finding.verdict, credit + finding.sentence + where, finding.mistake)

    def _alone(self, arguments: tuple[Any, ...], raw: Any) -> Mark:
        """The mark for one answer, if no single mistake explains all of them: there may be several. Only bytes can name
        a mistake: a number or a bool has too few values to tell mistakes apart."""
        given = _plain(raw)
        found = recognise(self.mistakes, [arguments], [given]) if isinstance(given, bytes) else None
        return almost(found.sentence, found.name) if found else _complaint(given, self.solution(*arguments), _kind(raw))

    @property
    def portable(self) -> bool:
        """Whether it can be asked in another process: all its arguments are data, and none is a function."""
        return not any(callable(each) for arguments in self.inputs("") for each in arguments)

    def _known(self, seed: str) -> dict[tuple[int, int], list[Any]]:
        """The wrong values already computed for these inputs; empty if an answer can change an input."""
        fixed = all(isinstance(each, FIXED) for arguments in self.inputs(seed) for each in arguments)
        return self._kept(seed) if fixed else {}

    @cached_property
    def _kept(self) -> Callable[[str], dict[tuple[int, int], list[Any]]]:
        """A cache for the last few seeds; in a class, each student has a seed."""
        return lru_cache(maxsize=4)(lambda seed: {})

    def _explained(self, answer: Callable[..., Any], seed: str) -> WrongAnswer | None:
        name = _outcome(self.explain, (answer, seed)) if self.explain else ""
        return next((mistake for mistake in self.mistakes if mistake.name == name), None)

    def _holds(self, arguments: tuple[Any, ...], given: Any) -> bool:
        expected = self.solution(*arguments)
        if type(given) is not type(expected):
            return False
        return bool(given == expected) or (self.accepts is not None and self.accepts(*arguments, given))


FIXED = (bytes, int, str)


Tried: TypeAlias = Callable[[Patterned, Inputs], Inputs]


def step_of_ladder(
    name: str, lesson: int, asks: str, *hints: str, tried: Tried = lambda random, asked: asked,
    needs: tuple[str, ...] = (),
) -> Task:  # fmt: skip
    """A step of the ladder as an exercise: its formula, its vectors, its mistakes.

    `{says}` in `asks` stands for the formula. `tried` makes the inputs from those of the ladder, with randomness that
    follows from the seed.
    """
    rung = next(rung for rung in RUNGS if rung.name == name)

    def inputs(seed: str) -> Inputs:
        asked = [question.arguments for question in ladder() if question.step == name]
        return tried(Patterned(f"exercises {seed}").at(name), asked)

    said = asks.format(says=rung.says)
    return Task(name, lesson, tuple(rung.takes), "bytes", said, rung.step.right, inputs, mistaken(name), hints, needs)


@dataclass(frozen=True)
class Slip:
    """A usual wrong value under one key of a table: one of `values`, or any wrong value if that is empty."""

    name: str
    sentence: str
    key: Any
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Table:
    """An exercise that asks for a value for each key: `{"A": True, ...}`.

    `choices` are the possible values (empty: any), `material` is what the questions are about.
    """

    name: str
    lesson: int
    asks: str
    solution: Mapping[Any, Any] = field(repr=False)
    mistakes: tuple[Slip, ...] = field(repr=False)
    hints: tuple[str, ...] = field(repr=False)
    material: Any = field(default=None, repr=False)
    choices: tuple[Any, ...] = ()

    @property
    def signature(self) -> str:
        keys = ", ".join(f"{key!r}: ..." for key in self.solution)
        return f"{{{keys}}}"

    def examine(self, answer: Any, seed: str) -> Mark:
        if _open(answer):
            return not_yet("there is no answer so far. Replace the `...`.")
        if not isinstance(answer, Mapping):
            return not_yet(f"a dict is wanted, {self.signature}, not {_kind(answer)}.")
        given = {_plain(key): _plain(value) for key, value in answer.items()}
        strange = [key for key in given if key not in self.solution]
        if strange:
            other = ". If this answers another exercise, run the cell of this one's answer again."
            hint = other if len(strange) == len(given) else ""
            return not_yet(f"there is no {strange[0]!r} here: {self.signature}{hint}")
        left = [key for key in self.solution if _open(given.get(key))]
        wrong = [key for key in self.solution if key not in left and not _equal(given[key], self.solution[key])]
        well = len(self.solution) - len(left) - len(wrong)
        if wrong:
            return self._wrong(wrong[0], given[wrong[0]], well)
        if left:
            stand = f"{well} of {len(self.solution)} are right; " if well else ""
            return not_yet(f"{stand}still open: {', '.join(map(str, left))}.")
        return right(f"all {len(self.solution)} of them.")

    def _wrong(self, key: Any, value: Any, well: int) -> Mark:
        if self.choices and value not in self.choices:
            return not_yet(f"{key}: {value!r} is not among the answers: {', '.join(map(str, self.choices))}.")
        score, right = "", self.solution[key]
        if len(self.solution) > 3:  # with few keys, the number would give the answer away
            score = f"{well} of {len(self.solution)} are right; the first that differs is {key}. "
        for slip in self.mistakes:
            if slip.key == key and (not slip.values or value in slip.values):
                return almost(f"{score}{slip.sentence}", slip.name)
        shown = _brief(value) if isinstance(value, bytes) else repr(value)
        said = f"{shown} is not it."
        if isinstance(right, bytes):
            said = _not_these_bytes(value, right, _kind(value)).sentence
        return Mark(ALMOST if score and 2 * well >= len(self.solution) else NOT_YET, (score or f"{key}: ") + said)


Exercise: TypeAlias = Task | Table


def _outcome(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """The value of the reader's function, or `Raised` with its exception."""
    try:
        given = function(*arguments)
        _plain(given)  # a value of the reader's own class may raise here
        return given
    except (Exception, SystemExit) as error:
        return Raised.of(error)


def _plain(value: Any) -> Any:
    """A value in plain types: all kinds of bytes as bytes, lists as tuples, sets of texts as sorted tuples. A value of
    an unknown class is not changed."""
    if isinstance(value, (set, frozenset)) and all(isinstance(each, str) for each in value):
        return tuple(sorted(value))
    if isinstance(value, (bytearray, memoryview)) or (hasattr(type(value), "__bytes__") and type(value) is not bytes):
        return bytes(value)
    if isinstance(value, (list, tuple)):
        return tuple(map(_plain, value))
    return value


def _open(value: Any) -> bool:
    """Whether nothing was answered: the `...` of the cell, or a function that ends without return."""
    return value is None or value is ... or (isinstance(value, tuple) and bool(value) and all(map(_open, value)))


def _equal(given: Any, expected: Any) -> bool:
    """Whether both are equal and of one type: 1 is not True."""
    return type(given) is type(expected) and bool(given == expected)


def _spoiling(task: Task, answer: Callable[..., Any], arguments: tuple[Any, ...]) -> Mark | None:
    """The mark for a function that changes its arguments: it is called with arguments that can be changed."""
    handed = tuple(bytearray(each) if isinstance(each, bytes) else each for each in arguments)
    _outcome(answer, handed)
    for name, before, after in zip(task.takes, arguments, handed, strict=True):
        if isinstance(before, bytes) and before != bytes(after):
            return almost(f"The result is right, but {name} is not what it was: leave what you are handed as it is.")
    return None


def _praise(task: Task, inputs: Inputs) -> str:
    return f"{task.name} gives what it should on all {len(inputs)} inputs."


def _complaint(given: Any, expected: Any, kind: str) -> Mark:
    """The mark for a wrong value that no usual mistake gives. `kind` is the type of the answer before `_plain`: a list
    is not called a tuple."""
    if isinstance(given, Raised):
        return not_yet(f"it raised {_steady(given.says)}.")
    if isinstance(expected, bytes):
        return _not_these_bytes(given, expected, kind)
    if isinstance(expected, tuple):
        return _not_this_row(given, expected, kind)
    if isinstance(given, float) and isinstance(expected, int) and not isinstance(expected, bool):
        return almost("it gives a float, which holds 53 bits: count in whole numbers, // instead of /.", "float")
    if type(given) is not type(expected):
        return not_yet(f"it gives {kind}, {_kind(expected)} is wanted.")
    return not_yet(f"it gives {_brief(given)}, and {_brief(expected)} is right.")


def _not_these_bytes(given: Any, expected: bytes, kind: str) -> Mark:
    if isinstance(given, bytes):
        return not_yet(difference(given, expected))
    if isinstance(given, str) and given.replace(" ", "").lower() == expected.hex():
        return almost("Right bytes, but as hex text: give the bytes themselves.", "hex_text")
    if isinstance(given, tuple) and given == tuple(expected):
        return almost("Right numbers, one for each byte: put bytes(...) around them.", "list_of_bytes")
    return not_yet(f"it gives {kind}, bytes are wanted.")


def _not_this_row(given: Any, expected: tuple[Any, ...], kind: str) -> Mark:
    if not isinstance(given, tuple):
        wanted = f"{len(expected)} values are wanted, {_brief(expected)}" if expected else "a list is wanted"
        return not_yet(f"it gives {kind}; {wanted}.")
    if len(given) != len(expected) or not all(isinstance(each, bytes) for each in (*given, *expected)):
        return not_yet(f"it gives {kind}, {_brief(given)}, and {_brief(expected)} is right.")
    at = next(at for at, each in enumerate(given) if each != expected[at])
    well = sum(map(eq, given, expected))
    credit = f"{well} of {len(expected)} values are right; " if well else ""
    said = f"{credit}value {at + 1} of {len(expected)}: {difference(given[at], expected[at])}"
    return almost(said) if well else not_yet(said)


def _kind(value: Any) -> str:
    """The type of a value, as a noun."""
    if value is None or value is ...:
        return "nothing"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}" if not isinstance(value, bytes) else f"{len(value)} bytes"


def _brief(value: Any) -> str:
    """A value in a few characters; of more than eight bytes only the number is shown."""
    if isinstance(value, bytes):
        return value.hex() or "b''" if len(value) <= 8 else f"{len(value)} bytes"
    if isinstance(value, tuple):
        return f"({', '.join(map(_brief, value))})"
    text = _steady(repr(value)) if isinstance(value, (bool, int, str, float)) else _kind(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _shown(names: Sequence[str], arguments: Sequence[Any]) -> str:
    return ", ".join(f"{name} = {_brief(value)}" for name, value in zip(names, arguments, strict=True))


def _steady(text: str) -> str:
    """A text that is the same in every run: without addresses, in one line, not too long."""
    line = re.sub(r" at 0x[0-9a-fA-F]+", "", " ".join(text.split()))
    return line if len(line) <= 160 else f"{line[:157]}..."
