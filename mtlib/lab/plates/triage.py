"""The triage: the doctor walks the tree of questions, stops at the first "no", and points at the guilty bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from textwrap import wrap

from mtlib.clinic.diagnosis import Diagnosis, Evidence, shown
from mtlib.clinic.doctor import diagnose
from mtlib.clinic.mistakes import Stage
from mtlib.clinic.reading import facts_of, read
from mtlib.lab.patients import examples
from mtlib.lab.plates.plate import Control, Glyph, Menu, Plate, Press, line, one_of, some
from mtlib.protocol.binding import INNER_SIZE
from mtlib.protocol.checks import CHECKS, INVALID
from mtlib.protocol.retry import YOUNG


@dataclass(frozen=True)
class TriageQuestion:
    """One question; the triage ends at the first "no". `no` says in a few words what that means, `cause` says more, and
    `cure` what to do. `checks` are the data centre's checks that ask this question. With `at_home`, a client with both
    keys can ask it by itself, with `verify`."""

    question: str
    no: str
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
        "nobody read the call",
        "-404: the DC does not know the key in front of the packet. bad_server_salt: wrong salt. bad_msg 16 or 17: "
        "wrong clock. Silence: the packet does not open.",
        "In turn: a new temporary key; take the salt and send again; set the clock; look at the packet's own msg_key.",
    ),
    TriageQuestion(
        f"Is it {INVALID}?",
        "another name, which says what it means",
        f"Another name says what it means: {', '.join(dict.fromkeys(check.error for check in _NAMED))}.",
        "Look that name up: the bytes inside the seal are not to blame.",
        tuple(check.name for check in _NAMED),
    ),
    TriageQuestion(
        f"Does it open? With the permanent key, the length field reads {INNER_SIZE}.",
        "inside is noise",
        "Inside is noise: another key or x = 8, CBC for IGE, the halves of the iv swapped, a leading zero of the key "
        "lost.",
        "Compare aes_key and aes_iv, then the chaining, with a vector.",
        ("encrypted_message_size", "perm_auth_key_id_in_front", "length"),
        at_home=True,
    ),
    TriageQuestion(
        "Is the hash right?",
        "msg_key is the hash of other bytes",
        "It opens, and msg_key is of other bytes: the padding hashed too, only the inner object, SHA1[0:16] for "
        "SHA1[4:20].",
        "Hash header and inner object, no padding; take bytes 4 to 19.",
        ("msg_key",),
        at_home=True,
    ),
    TriageQuestion(
        "Do all fields agree with those outside?",
        "a value differs from its copy",
        f"One of these does not: {', '.join(_EQUAL)}.",
        "Build both from one value; build anew whenever msg_id or session change.",
        _EQUAL,
        at_home=True,
    ),
    TriageQuestion(
        "Does the DC know the state?",
        "right bytes, and still refused",
        f"Right bytes, and still refused: the permanent key is younger than {YOUNG} s, or dropped, or of another DC, "
        "or of the other network (test, production).",
        "Young: wait and bind again. Old: ask with the permanent key whether it still exists before dropping it.",
        ("perm_key_known", "msg_id_rises"),
    ),
)
"""The questions in the order of lesson 19. Every check of the data centre is in exactly one of them."""
PATIENTS = 8
"""The most patients that fit."""
SHOWN = ("keys for the other direction", "the padding hashed, too", "another session", "built five seconds ago",
         "patient C", "patient D")  # fmt: skip
UNREAD = ("temporary_key_unknown", "no_verdict_yet", "answer_not_known", "wrong_salt")
"""The doctor's findings if no answer to the call came back."""

EARLY = {Stage.REQUEST: 2, Stage.TIME: 2, Stage.SIZE: 3, Stage.OPENS: 3, Stage.SHAPE: 3, Stage.HASH: 4,
         Stage.EQUALITY: 5}  # fmt: skip
"""The question that a stage belongs to, used if no check of the data centre could be computed."""


def stop(found: Diagnosis) -> int:
    """The number of the question at which a diagnosis ends; one more than the last if all answers are yes.

    A failed check decides the question. Without one, the bytes are right, or no check could read them.
    """
    if found.findings[0].mistake.stage == Stage.CARRIED or any(name in UNREAD for name in found.names):
        return 1
    failed = found.checks.failed if found.checks else None
    if failed is not None:
        return next(number for number, each in enumerate(TRIAGE, 1) if failed in each.checks)
    return len(TRIAGE) + 1 if found.healthy else EARLY.get(found.findings[0].mistake.stage, len(TRIAGE))


def patients() -> dict[str, Diagnosis]:
    """The doctor's diagnoses of some refused bindings of lesson 29."""
    texts = {name: text for group in examples().values() for name, text in group.items()}
    pasted = {name: read(texts[name]) for name in SHOWN}
    return {name: diagnose(**facts_of(each.found, each.notes)) for name, each in pasted.items()}


class Triage(Plate):
    """`diagnoses` are results of `diagnose` by the names of their patients, 1 to 8; by default, some of lesson 29.
    LocalError for none or more."""

    name = "the triage"
    question = "This binding was refused. At which question does the doctor stop?"
    glides = False  # marks move only to make room for an answer, and then all marks below it move

    def __init__(self, diagnoses: Mapping[str, Diagnosis] | None = None) -> None:
        self.diagnoses = some(dict(patients() if diagnoses is None else diagnoses), "diagnoses", PATIENTS)
        self.do_patient(next(iter(self.diagnoses)))
        super().__init__()

    @property
    def found(self) -> Diagnosis:
        return self.diagnoses[self.patient]

    @property
    def stop(self) -> int:
        return stop(self.found)

    # -- Actions

    def do_patient(self, name: str) -> None:
        """Choose a patient; its answer is hidden at first. LocalError for an unknown name."""
        self.patient = one_of(name, self.diagnoses, "patient")
        self.guess, self.walked, self.looked = 0, False, 0

    def do_question(self, number: int) -> None:
        """Guess this question; once the doctor has walked, unfold its answer, or fold it again."""
        one_of(number, range(1, len(TRIAGE) + 2), "question")
        if self.walked:
            self.looked = self.stop if self.looked == number else number
        else:
            self.guess, self.walked, self.looked = number, True, self.stop

    def do_walk(self, _: object) -> None:
        """Let the doctor walk, without a guess."""
        self.walked, self.looked = True, self.stop

    # -- Results

    def said(self) -> str:
        if not self.walked:
            return "Click the question at which you expect the doctor to stop, or let the doctor walk."
        if self.looked not in (self.stop, len(TRIAGE) + 1):
            each = TRIAGE[self.looked - 1]
            return f"Question {self.looked}, if not: {each.cause} {each.cure}"
        where = f"question {self.stop}" if self.stop <= len(TRIAGE) else "no question: nothing is wrong"
        mark = "" if not self.guess else "As you said. " if self.guess == self.stop else f"You said {self.guess}. "
        place = f" {self.evidence}." if self.evidence else ""
        return f"{mark}The doctor stops at {where}. {self.found.verdict}{place} {self.found.fix}"

    @property
    def evidence(self) -> Evidence | None:
        """The doctor's first evidence with bytes, or else the first of all; None if there is none."""
        return next((each for each in self.found.evidence if each.size), next(iter(self.found.evidence), None))

    def alt(self) -> str:
        asked = "; ".join(f"{at} {each.question.rstrip('?.')}" for at, each in enumerate(TRIAGE, 1)).replace(". ", ", ")
        walked = f"the doctor stops at {self.stop}" if self.walked else "the doctor has not walked it yet"
        return f"A tree of questions, yes leads down and no leads right: {asked}; {walked}."

    def rows(self) -> Iterator[tuple[str, ...]]:
        yield "", "question", "here", "if not", "what to do"
        for at, each in enumerate(TRIAGE, 1):
            here = "" if not self.walked else "yes" if at < self.stop else "no" if at == self.stop else "not asked"
            yield str(at), each.question, here, each.cause, each.cure

    def controls(self) -> Iterator[Control]:
        if len(self.diagnoses) > 1:
            yield Menu("patient", "patient", self.patient, tuple((name, name) for name in self.diagnoses))
        yield Press("walk", "let the doctor walk", able=not self.walked)

    # -- Drawing

    ASK, TELL, WIDE, SHORT, GAP, CELL = 312.0, 366.0, 386.0, 38.0, 12.0, 17.5
    STRIDE = 4
    """The time from question to question, in tenths of a second."""

    def _tall(self, number: int) -> float:
        return self.SHORT if number != self.looked or number > len(TRIAGE) else self.SHORT + 12 * len(_lines(number))

    def _y(self, number: int) -> float:
        return 8 + sum(self._tall(each) + self.GAP for each in range(1, number))

    def measure(self) -> None:
        _, rows = self._strip()
        self.height = self._y(len(TRIAGE) + 2) + (20 + 19 * len(rows) if rows else 0)

    def marks(self) -> Iterator[Glyph]:
        for number, each in enumerate(TRIAGE, 1):
            yield from self._question(number, each)
        done = len(TRIAGE) + 1
        passed = self.walked and self.stop == done
        yield Glyph(f"q{done}", 8, self._y(done), self.ASK, 26, f"all yes: boolTrue {'✓' if passed else ''}",
                    f"bold derived {'chosen' if passed else 'edge'}", label="all yes: boolTrue", do=("question", done),
                    wait=self.STRIDE * done if passed else 0)  # fmt: skip
        yield Glyph("home", self.TELL, self._y(done) + 13, look="small left dim",
                    text="⌂ a client with both keys can ask this itself, with verify(...)")  # fmt: skip
        if self.walked:
            yield from self._bytes()

    def _question(self, number: int, each: TriageQuestion) -> Iterator[Glyph]:
        y, tall = self._y(number), self._tall(number)
        guilty, passed = self.walked and number == self.stop, self.walked and number < self.stop
        wait = self.STRIDE * number if guilty or passed else 0
        look = "noise bad" if guilty else "derived edge" if passed else "copied edge"
        state = ": no, the doctor stops here" if guilty else ": yes" if passed else ""
        guess = ", your guess" if number == self.guess else ""
        yield Glyph(f"d{number}", 8 + self.ASK / 2, y + self.SHORT, look="good" if passed else "dim", wait=wait,
                    d=line((0, 0), (0, tall - self.SHORT + self.GAP), arrow=True))  # fmt: skip
        yield Glyph(f"r{number}", 8 + self.ASK, y + self.SHORT / 2, look="bad" if guilty else "dim", wait=wait,
                    d=line((0, 0), (self.TELL - self.ASK - 10, 0), arrow=True))  # fmt: skip
        yield Glyph(f"q{number}", 8, y, self.ASK, self.SHORT, look=look, wait=wait,
                    label=f"question {number}: {each.question}{state}{guess}", do=("question", number))  # fmt: skip
        yield Glyph(f"n{number}", 20, y + self.SHORT / 2, text=str(number), look="bold")
        lines = wrap(each.question, 36)
        for at, words in enumerate(lines):
            yield Glyph(f"w{number}.{at}", 36, y + self.SHORT / 2 + 15 * at - 7.5 * (len(lines) - 1), text=words,
                        look="left")  # fmt: skip
        sign = "✓ yes" if passed else "✗ no" if guilty else "⌂" if each.at_home else ""
        yield Glyph(f"s{number}", 2 + self.ASK, y + 9, text=sign, look="small bold end", wait=wait)
        if number == self.guess:
            yield Glyph(f"g{number}", 2 + self.ASK, y + self.SHORT - 8, text="your guess", look="small end")
        opened = number == self.looked
        told = "\n".join([f"no: {each.no}", *(_lines(number) if opened else ())])
        yield Glyph(f"l{number}", self.TELL, y, self.WIDE, tall, told,
                    f"small left {'noise' if guilty else 'paper'}", wait=wait + 2 if guilty else 0,
                    label=f"if question {number} is answered no: {each.cause} {each.cure}", do=("question", number)
                    if self.walked else None)  # fmt: skip

    # -- The bytes

    def _strip(self) -> tuple[int, list[bytes]]:
        """The number of the first byte shown, and the bytes around the evidence in rows of 40."""
        place = self.evidence if self.walked else None
        data = self.found.parts.get(place.within, b"") if place else b""
        first = max(0, (place.offset // 40 - 1) * 40) if place and len(data) > 160 else 0
        return first, [data[at : at + 40] for at in range(first, min(len(data), first + 160), 40)]

    def _bytes(self) -> Iterator[Glyph]:
        place, (first, rows) = self.evidence, self._strip()
        if place is None or not rows:
            return
        y, wait = self._y(len(TRIAGE) + 2) + 4, self.STRIDE * (self.stop + 1)
        told = f"{place.path}, byte {place.offset}: got {shown(place.got)[:34]}, expected {shown(place.expected)[:34]}"
        yield Glyph("place", 8, y + 4, text=told, look="small left bold", wait=wait)
        for row, data in enumerate(rows):
            top = y + 14 + 19 * row
            yield Glyph(f"o{row}", 30, top + 8.5, text=str(first + 40 * row), look="small mono end dim")
            for column, byte in enumerate(data):
                at = first + 40 * row + column
                guilty = place.offset <= at < place.offset + max(1, place.size)
                yield Glyph(f"b{at}", 36 + self.CELL * column, top, self.CELL - 1, 17, f"{byte:02x}",
                            f"mono {'hit bold' if guilty else 'paper'}", wait=wait if guilty else 0,
                            label=f"byte {at} of {place.within}: {byte:02x}{', guilty' if guilty else ''}")  # fmt: skip


def _lines(number: int) -> list[str]:
    """Cause and cure of a question, in lines that fit."""
    each = TRIAGE[number - 1]
    return [*wrap(each.cause, 68), *wrap(f"→ {each.cure}", 68, subsequent_indent="    ")]
