"""The triage tree: from what a client sees to what is wrong, in the order in which it can be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from mtlib.errors import LocalError
from mtlib.lab.figures.drawing import (
    BAD,
    BAD_LINE,
    FAINT,
    INK,
    LEFT,
    MUTED,
    PAPER,
    RIGHT,
    TOP,
    WHITE,
    Canvas,
    Figure,
    brief,
    some,
    wrapped,
)
from mtlib.protocol.binding import INNER_SIZE
from mtlib.protocol.checks import CHECKS, INVALID, Verdict
from mtlib.protocol.retry import YOUNG
from mtlib.wire.view import COLOURS


@dataclass(frozen=True)
class TriageQuestion:
    """One question. A "no" ends here: `cause` says what it means, `cure` what to do. `checks` are the rows of CHECKS
    that ask it at the data centre; `at_home` says that a client with both keys can ask it itself, with `verify`."""

    question: str
    cause: str
    cure: str
    checks: tuple[str, ...] = ()
    at_home: bool = False


_NAMED = tuple(check for check in CHECKS if check.error != INVALID)
_EQUAL = tuple(
    check.name
    for check in CHECKS
    if check.error == INVALID and "/plaintext/envelope/" in check.reads[0] and check.name != "length"
)

TRIAGE = (
    TriageQuestion(
        "Does an answer to the call come back?",
        "-404: the DC does not know the key in front of the packet. bad_server_salt: wrong salt. bad_msg 16 or 17: "
        "wrong clock. Silence: the packet does not open.",
        "In turn: a new temporary key; take the salt and send again; set the clock; look at the packet's own msg_key.",
    ),
    TriageQuestion(
        f"Is it {INVALID}?",
        f"Another name says what it means: {', '.join(dict.fromkeys(check.error for check in _NAMED))}.",
        "Look that name up: the bytes inside the seal are not to blame.",
        tuple(check.name for check in _NAMED),
    ),
    TriageQuestion(
        f"Does it open? With the permanent key, the length field reads {INNER_SIZE}.",
        "Inside is noise: another key or x = 8, CBC for IGE, the halves of the iv swapped, a leading zero of the key "
        "lost.",
        "Compare aes_key and aes_iv, then the chaining, with a vector.",
        ("encrypted_message_size", "perm_auth_key_id_in_front", "length"),
        at_home=True,
    ),
    TriageQuestion(
        "Is the hash right?",
        "It opens, and msg_key is of other bytes: the padding hashed too, only the inner object, SHA1[0:16] for "
        "SHA1[4:20].",
        "Hash header and inner object, no padding; take bytes 4 to 19.",
        ("msg_key",),
        at_home=True,
    ),
    TriageQuestion(
        "Do all fields agree with those outside?",
        f"One of these does not: {', '.join(_EQUAL)}.",
        "Build both from one value; build anew whenever msg_id or session change.",
        _EQUAL,
        at_home=True,
    ),
    TriageQuestion(
        "Does the DC know the state?",
        f"Right bytes, and still refused: the permanent key is younger than {YOUNG} s, or dropped, or of another DC, "
        "or of the other network (test, production).",
        "Young: wait and bind again. Old: ask with the permanent key whether it still exists before dropping it.",
        ("perm_key_known", "msg_id_rises"),
    ),
)
"""Lesson 19's order. Every check of the data centre stands in exactly one step."""


def triage_tree(verdict: Verdict | None = None, steps: Sequence[TriageQuestion] = TRIAGE) -> Figure:
    """Four questions and what stands around them: does it open, is the hash right, which equality, which state.

    With a `verdict` the branch that this refusal takes is lit. `steps` are the questions, 1 to 8; LocalError where
    none of them asks about the check that failed.
    Source: core.telegram.org/api/pfs, "Error handling"; the mapping of faults to questions is DEDUCED.
    """
    for step in some(steps, "triage_tree", 8):
        brief(step.question, "triage_tree", 80)
        brief(step.cause, "triage_tree", 300)
        brief(step.cure, "triage_tree", 300)
    stop = None if verdict is None else _stop(verdict, steps)
    rows = tuple((str(at), step.question, step.cause, step.cure) for at, step in enumerate(steps, 1))
    lit = ""
    if verdict is not None:
        lit = " This verdict: boolTrue." if verdict.ok else f" This verdict: {verdict.failed} fails, question {stop}."
    alt = (
        "A tree of questions, from top to bottom; yes leads down, no leads right to what is wrong and what to do: "
        + " ".join(f"{row[0]}. {row[1]}" for row in rows)
        + f" All yes: boolTrue.{lit}"
    )
    leaves = tuple(_Leaf(step) for step in steps)
    title, columns = "Refused: where to look (yes leads down, no leads right)", ("", "question", "if not", "what to do")
    height = TOP + 62 + sum(leaf.height + _GAP for leaf in leaves)
    return Figure(title, alt, columns, rows, height, partial(_paint, leaves, stop))


def _stop(verdict: Verdict, steps: Sequence[TriageQuestion]) -> int:
    """The number of the question at which this verdict ends; one more than there are for boolTrue."""
    if verdict.ok:
        return len(steps) + 1
    found = [number for number, step in enumerate(steps, 1) if verdict.failed in step.checks]
    if not found:
        raise LocalError("no step asks about this check", got=verdict.failed, where="triage_tree")
    return found[0]


_ASK, _TELL = 300.0, 404.0
"""The width of a question; where the answer to a no begins."""
_GAP, _LINE = 14, 18.7


@dataclass(frozen=True)
class _Leaf:
    """A step with its words broken into lines."""

    step: TriageQuestion

    @property
    def cause(self) -> str:
        return wrapped(self.step.cause, RIGHT - _TELL - 24)

    @property
    def cure(self) -> str:
        return wrapped(self.step.cure, RIGHT - _TELL - 44)

    @property
    def height(self) -> float:
        return max(76.0, _LINE * (_lines(self.cause) + _lines(self.cure)) + 30)

    def paint(self, on: Canvas, y: float, lit: bool) -> None:
        fill, edge = (BAD, BAD_LINE) if lit else (WHITE, FAINT)
        on.box((_TELL, y), (RIGHT - _TELL, self.height), fill, edge=edge, width=2.4 if lit else 1)
        first, second = _LINE * _lines(self.cause), _LINE * _lines(self.cure)
        top = y + (self.height - first - second - 6) / 2
        on.text((_TELL + 12, top + first / 2), self.cause, align="left")
        on.text((_TELL + 12, top + first + 6 + _LINE / 2), "→", align="left", bold=True)
        on.text((_TELL + 32, top + first + 6 + second / 2), self.cure, align="left")


def _lines(words: str) -> int:
    return words.count("\n") + 1


def _paint(leaves: Sequence[_Leaf], stop: int | None, on: Canvas) -> None:
    y = TOP + 4
    for number, leaf in enumerate(leaves, 1):
        _paint_question(on, y, number, leaf, None if stop is None else number < stop, number == stop)
        leaf.paint(on, y, number == stop)
        y += leaf.height + _GAP
    done = stop == len(leaves) + 1
    on.label((LEFT, y), (_ASK, 40), "all yes: boolTrue", COLOURS["derived"], width=2.4 if done else 1.4, bold=True)
    home = [str(number) for number, leaf in enumerate(leaves, 1) if leaf.step.at_home]
    if home:
        said = f"verify(...) answers {', '.join(home)} at home, without a data centre."
        on.text((_TELL, y + 20), said, align="left", colour=MUTED)


def _paint_question(on: Canvas, y: float, number: int, leaf: _Leaf, passed: bool | None, lit: bool) -> None:
    tall, colour, width = leaf.height, BAD_LINE if lit else INK, 2.4 if lit else 1.4
    middle = y + tall / 2
    on.box((LEFT, y), (_ASK, tall), BAD if lit else COLOURS["copied"], edge=colour, soft=8, width=width)
    on.text((LEFT + 22, middle), str(number), bold=True, size=13)
    on.text((LEFT + 42, middle), wrapped(leaf.step.question, _ASK - 56, bold=True), align="left", bold=True)
    if passed:
        on.text((LEFT + _ASK - 16, y + 16), "✓", bold=True, size=12)
    down = LEFT + _ASK / 2
    on.line((down, y + tall), (down, y + tall + _GAP), width=2.4 if passed else 1.4, arrow=True)
    on.line((LEFT + _ASK, middle), (_TELL, middle), colour=colour, width=width, arrow=True)
    on.text((LEFT + _ASK + 36, middle), "✗ no" if lit else "no", bold=True, colour=colour, paper=PAPER)
