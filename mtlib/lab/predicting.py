"""A question that is answered by a guess before the measurement is shown. Messages go in, state comes out; no browser.

Each way of answering (`blocks`, `choose`, `several`, `number`, `text`, `order`, `cut`) reads a guess, puts it in words,
and compares it with the measurement. A `Prediction` keeps the measurement, and its explanation, out of its state until
there is a guess, or until it is asked to show it.

`handle` takes one message of a front end: a `serial`, and `do`: "guess" (with `guess`), "show" or "again".
`structure` says what to draw: the question and its way of answering; it never changes. `state` is the answer to the
last message and carries its serial; a guess that cannot be read is answered with a sentence (`said`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, NamedTuple

from mtlib.errors import LocalError, MtError
from mtlib.lab.widgets import obeyed, serial

MATCH, DIFFERS = "match", "differs"
"""The mark below a guess and its measurement."""
LONGEST = 200
"""The most characters of a typed guess."""
COUNTED = re.compile(r"[0-9]+|[0-9]{1,3}([ ,_])[0-9]{3}(\1[0-9]{3})*")
"""A count as it is typed: digits, or groups of three behind the first. "1,5" is not 15."""


class Item(NamedTuple):
    """One thing that was guessed and measured: its name, with guess and measurement in words."""

    name: str
    guess: str
    measured: str

    @property
    def mark(self) -> str:
        return MATCH if self.guess == self.measured else DIFFERS


@dataclass(frozen=True)
class Answering:
    """A way of answering. `kind` chooses how it is drawn; `told` gives the values to draw."""

    kind: ClassVar[str]
    wide: ClassVar[bool] = False
    """Whether the items of a comparison stand side by side."""

    def told(self) -> dict[str, Any]:
        """The values that it was made with."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    def offered(self) -> str:
        """The possible answers in one line, for places without buttons."""
        return ""

    def read(self, raw: Any) -> Any:
        """A guess or a measurement in its own type. Raises LocalError if it is no answer to the question."""
        raise NotImplementedError

    def show(self, value: Any) -> str:
        """A guess in words."""
        return str(value)

    def items(self, guess: Any, measured: Any) -> list[Item]:
        """The guess next to the measurement."""
        return [Item("", self.show(guess), self.show(measured))]

    def places(self, value: Any) -> int | None:
        """The place of a guess on a strip of bytes; None for a way of answering without a strip."""
        return None


@dataclass(frozen=True)
class Choice(Answering):
    """One of several answers."""

    kind = "choose"
    names: tuple[str, ...]

    def offered(self) -> str:
        return " / ".join(self.names)

    def read(self, raw: Any) -> str:
        return _one_of(self.names, raw)


@dataclass(frozen=True)
class Several(Answering):
    """Any number of several answers, none included; `strip` draws them as blocks in a row."""

    kind = "several"
    names: tuple[str, ...]
    strip: bool = False

    @property
    def wide(self) -> bool:  # type: ignore[override]
        return self.strip

    def offered(self) -> str:
        return f"any of {', '.join(self.names)}"

    def read(self, raw: Any) -> tuple[str, ...]:
        """Names in any order, or one truth value for each of them."""
        given = _listed(raw)
        if len(given) == len(self.names) and all(isinstance(each, bool) for each in given):
            given = [name for name, chosen in zip(self.names, given, strict=True) if chosen]
        chosen = {_one_of(self.names, each) for each in given}
        return tuple(name for name in self.names if name in chosen)

    def show(self, value: Any) -> str:
        return ", ".join(value) or "none"

    def items(self, guess: Any, measured: Any) -> list[Item]:
        return [Item(name, *("yes" if name in value else "no" for value in (guess, measured))) for name in self.names]


@dataclass(frozen=True)
class Count(Answering):
    """A whole number from 0 on, with what it counts."""

    kind = "number"
    unit: str = ""

    def offered(self) -> str:
        return f"a number of {self.unit}" if self.unit else "a number"

    def read(self, raw: Any) -> int:
        given = str(raw).strip()[:LONGEST]
        if isinstance(raw, bool) or not COUNTED.fullmatch(given):
            raise LocalError(f"{self.offered()} is wanted, in digits alone, as in 1,234", got=given)
        return int(re.sub("[ ,_]", "", given))

    def show(self, value: Any) -> str:
        one = f"{self.unit[:-3]}y" if self.unit.endswith("ies") else self.unit.removesuffix("s")
        return f"{value:,} {one if value == 1 else self.unit}".rstrip()


@dataclass(frozen=True)
class Text(Answering):
    """A short text. Capital letters and blanks make no difference."""

    kind = "text"

    def offered(self) -> str:
        return "a few words"

    def read(self, raw: Any) -> str:
        found = " ".join(raw.split()) if isinstance(raw, str) else ""
        if not 0 < len(found) <= LONGEST:
            raise LocalError("a short text is wanted", got=str(raw)[:40])
        return found

    def items(self, guess: Any, measured: Any) -> list[Item]:
        return [Item("", measured if guess.casefold() == measured.casefold() else guess, measured)]


@dataclass(frozen=True)
class Order(Answering):
    """All of some names, in an order."""

    kind = "order"
    names: tuple[str, ...]

    def offered(self) -> str:
        return f"in the right order: {', '.join(self.names)}"

    def read(self, raw: Any) -> tuple[str, ...]:
        found = tuple(_one_of(self.names, each) for each in _listed(raw))
        if sorted(found) != sorted(self.names):
            raise LocalError("each of them once", got=", ".join(found), expected=", ".join(self.names))
        return found

    def show(self, value: Any) -> str:
        return ", ".join(value)

    def items(self, guess: Any, measured: Any) -> list[Item]:
        return [Item(str(at), *both) for at, both in enumerate(zip(guess, measured, strict=True), 1)]


@dataclass(frozen=True)
class Cut(Answering):
    """A place on a strip of bytes, given by how many bytes stand before it."""

    kind = "cut"
    size: int

    def offered(self) -> str:
        return f"a cut on a strip of {self.size} bytes"

    def read(self, raw: Any) -> int:
        if not isinstance(raw, int) or isinstance(raw, bool) or not 0 <= raw <= self.size:
            raise LocalError("not on this strip", got=str(raw)[:40], expected=f"0 to {self.size}")
        return raw

    def show(self, value: Any) -> str:
        return f"after {value} of {self.size} bytes"

    def places(self, value: Any) -> int:
        return int(value)


def _one_of(names: Sequence[str], raw: Any) -> str:
    if raw not in names:
        raise LocalError("not among the answers", got=str(raw)[:40], expected=", ".join(names))
    return str(raw)


def _listed(raw: Any) -> list[Any]:
    if isinstance(raw, str) or not isinstance(raw, Iterable):
        raise LocalError("a list is wanted", got=str(raw)[:40])
    return list(raw)


def blocks(count: int, letter: str = "") -> Several:
    """Blocks to be chosen by a click: `count` of them, `p1`, `p2`, ... for the letter `p`. The measurement is their
    names, or one truth value for each."""
    return Several(tuple(f"{letter}{number}" for number in range(1, count + 1)), strip=True)


def choose(*names: str) -> Choice:
    """One of these answers."""
    return Choice(_named(names))


def several(*names: str) -> Several:
    """Any of these answers, none included. The measurement is their names, or one truth value for each."""
    return Several(_named(names))


def number(unit: str = "") -> Count:
    """A whole number; `unit` says what it counts."""
    return Count(unit)


def text() -> Text:
    """A short text; capital letters make no difference."""
    return Text()


def order(*names: str) -> Order:
    """These names, to be put in order. They are offered as they are given here."""
    return Order(_named(names))


def cut(size: int) -> Cut:
    """A cut on a strip of `size` bytes. The measurement is how many bytes stand before it."""
    if size < 1:
        raise LocalError("there is nothing to cut", got=size, expected="1 or more")
    return Cut(size)


def _named(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) != len(names) or len(names) < 2:
        raise LocalError("two or more different answers are wanted", got=", ".join(names))
    return names


class Picture(NamedTuple):
    """A figure of an experiment: PNG as base64, a sentence for readers who cannot see it, and its content as text."""

    png: str
    alt: str
    words: str


@dataclass(frozen=True)
class Meaning:
    """What a measurement means: a sentence, and one more for some guesses, by the words of the guess. `{measured}`
    stands for the measurement."""

    always: str = ""
    after: Mapping[str, str] = field(default_factory=dict)

    def said(self, guess: str, measured: str) -> list[str]:
        """Its sentences for one guess; without a guess (""), only the one that always holds."""
        found = (self.after.get(guess, "") if guess else "", self.always)
        return [sentence.replace("{measured}", measured) for sentence in found if sentence]


class Prediction:
    """A question, a guess, and a measurement. `printed` and `picture` explain the measurement.

    Raises LocalError for a measurement that is no answer to the question. A `guess` from before that is none any more
    is forgotten.
    """

    def __init__(
        self,
        question: str,
        way: Answering,
        measured: Any,
        *,
        printed: str = "",
        picture: Picture | None = None,
        meaning: Meaning | None = None,
        guess: Any = None,
        more: bool = False,
    ) -> None:
        self.question, self.way, self.measured = question, way, way.read(measured)
        self.printed, self.picture, self.meaning = printed.rstrip("\n"), picture, meaning or Meaning()
        self.guess: Any = None
        self.shown = False
        self.structure: dict[str, Any] = {
            "question": question,
            "way": {"kind": way.kind, **way.told()},
            "more": more,
        }
        self.state: dict[str, Any] = {}
        if guess is not None:
            with suppress(MtError):
                self._take(guess)
        self._tell(0, "")

    @property
    def matches(self) -> bool:
        """Whether the guess equals the measurement."""
        return self.guess is not None and all(item.mark == MATCH for item in self._items())

    def _items(self) -> list[Item]:
        return self.way.items(self.guess, self.measured)

    def handle(self, message: Mapping[str, Any]) -> None:
        """Take one message of a front end. If anything is wrong with it, the answer is a sentence that says so."""
        said = obeyed(self._obey, message)
        self._tell(serial(message), said and f"{said}.")

    def _obey(self, message: Mapping[str, Any]) -> None:
        do = message["do"]
        if do == "guess":
            self._take(message["guess"])
        elif do == "show":
            self.shown = True
        elif do == "again":
            self.guess, self.shown = None, False
        else:
            raise LookupError(do)

    def _take(self, raw: Any) -> None:
        self.guess = self.way.read(raw)
        self.shown = True

    def _tell(self, serial: int | str, said: str) -> None:
        self.state = {"serial": serial, "said": said, "shown": self.shown, **(self._answer() if self.shown else {})}

    def _answer(self) -> dict[str, Any]:
        guessed = self.guess is not None
        places = {"measured": self.way.places(self.measured)}
        if guessed:
            places["your guess"] = self.way.places(self.guess)
        guess = self.way.show(self.guess) if guessed else ""
        return {
            "table": self.table(),
            "places": {name: place for name, place in places.items() if place is not None},
            "verdict": self.verdict(),
            "means": self.meaning.said(guess, self.way.show(self.measured)),
            "printed": self.printed,
            "picture": self.picture._asdict() if self.picture else None,
        }

    def verdict(self) -> str:
        """A sentence that compares guess and measurement."""
        if self.guess is None:
            return "This was measured. There is no guess of yours."
        if self.matches:
            return "Match: what you guessed is what was measured."
        items = self._items()
        if len(items) == 1:
            return "They differ: something else was measured."
        same = sum(item.mark == MATCH for item in items)
        return f"They differ: {same} of {len(items)} are as you guessed."

    def table(self) -> list[list[str]]:
        """Guess, measurement and mark, by name; the first row and the first column are headings. Without a guess only
        the measurement."""
        if self.guess is None:
            return [["", ""], ["measured", self.way.show(self.measured)]]
        items = self._items()
        columns = [["", *(item.name for item in items)]]
        columns += [["your guess", *(item.guess for item in items)], ["measured", *(item.measured for item in items)]]
        columns += [["compared", *(item.mark for item in items)]]
        return columns if self.way.wide or len(items) == 1 else [list(row) for row in zip(*columns, strict=True)]
