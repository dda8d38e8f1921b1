"""Exercises of the lessons: an answer cell, a check that knows the usual mistakes, hints one at a time.

    from mtlib.lab import check, contract, hint, keep, material, mine

    contract("msg_key_v1")                            # what the function takes and gives, with one vector
    ige_encrypt = mine("ige_encrypt")                 # the reader's own from my_bind.py where it is right, else mtlib's

    def msg_key_v1(envelope, padding, auth_key): ...  # the answer cell: a function of the exercise's name
    check("msg_key_v1", msg_key_v1)                   # not yet: ... / almost: ... / right: ...   It never raises.
    hint("msg_key_v1")                                # the next hint, each time it is run
    keep(msg_key_v1)                                  # into my_bind.py, once it is right

    answer = {"A": ..., "B": ..., "C": ...}           # other exercises want a value for each key
    check("statements", answer)

Everything prints the same text in every run, and in a notebook a box beside it. The exercises stand in
`mtlib.lab.answers`; `examine` gives the finding itself, for tests and for grading.
"""

from __future__ import annotations

import linecache
import site
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

from mtlib.clinic.ladder import Raised
from mtlib.errors import MtError, printable
from mtlib.lab import my_bind
from mtlib.lab.answers import EXERCISES, library
from mtlib.lab.examining import COLOURS, NOT_YET, RIGHT, Mark, Table, Task, not_yet
from mtlib.lab.guesses import remember_answer
from mtlib.wire.view import Cell, escape, html_table, prose_html, show_value

LIMIT = 10.0
"""Seconds of computing that an answer has for all its inputs: its own, whatever else the machine does meanwhile."""
PATIENCE = 60.0
"""Seconds by the clock after which an examination is ended: an answer that waits does not compute."""

__all__ = ["check", "contract", "examine", "hint", "keep", "material", "mine"]

Given = TypeVar("Given")

_told: dict[str, int] = {}
"""How many hints of each exercise were told in this kernel."""


def examine(name: str, answer: Any, *, seed: str = "") -> Mark:
    """What there is to say about an answer. `seed` chooses the drawn inputs; each gives the same ones every time.

    Nothing that the answer does comes out of here as an exception, except that a reader interrupts it.
    """
    exercise = EXERCISES.get(name)
    if exercise is None:
        return not_yet(f"there is no exercise {name!r}. There are: {', '.join(EXERCISES)}.")
    try:
        return _in_time(lambda: exercise.examine(answer, seed))
    except _TooLong as stopped:
        return not_yet(f"it was still running after {stopped}. Does a loop end?")
    except Exception as error:  # a value of a class of the reader's own that does not like to be compared
        return not_yet(f"this answer cannot be compared ({type(error).__name__}): plain values of Python are wanted.")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a program may raise what `except Exception` does not catch, to end itself
        return not_yet(f"it raised {type(error).__name__}.")


_computed = getattr(time, "thread_time", time.monotonic)
"""Seconds that this thread has computed; by the clock in a browser, which does not count them."""


class _TooLong(BaseException):
    """Not an Exception, so that an `except Exception` of the reader's does not swallow it. Says when and where."""


def _in_time(examine: Callable[[], Given]) -> Given:
    """What `examine` gives; _TooLong where the reader's code computes longer than LIMIT, or all takes PATIENCE."""
    before = sys.gettrace()
    sys.settrace(_Watch().called)
    try:
        return examine()
    finally:
        sys.settrace(before)


class _Watch:
    """How long the reader's code has run: the time of its thread, from where it is entered until it comes back.

    The interpreter asks before every line of the reader's code and at every call. That needs no signal and no thread
    of ours, so it works in every front end, on every system and in every thread; it cannot end one endless call into C.
    """

    def __init__(self) -> None:
        self.end = time.monotonic() + PATIENCE
        self.left = LIMIT
        self.entered: FrameType | None = None
        self.started = self.soonest = 0.0

    def called(self, frame: FrameType, event: str, argument: Any) -> Any:
        """For each function that is called; the answer says whether its lines are to be watched as well."""
        if self.entered is None:
            if frame.f_code.co_filename.startswith(_NOT_THE_READERS):
                self.within(frame)
                return None
            self.entered = frame
            self.started, self.soonest = _computed(), time.monotonic() + self.left
        self.within(frame)
        return None if frame.f_code.co_filename.startswith(_HOUSE) else self.watched

    def watched(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "return" and frame is self.entered:
            self.entered = None
            self.left -= _computed() - self.started
        else:
            self.within(frame)
        return self.watched

    def within(self, frame: FrameType) -> None:
        """_TooLong where the time is over. Nothing computes longer than the clock says, so that is asked first."""
        now = time.monotonic()
        if now > self.end:
            raise _TooLong(f"{PATIENCE:g} seconds and was stopped, {_standing(frame)}")
        if self.entered is not None and now > self.soonest and _computed() - self.started > self.left:
            raise _TooLong(f"{LIMIT:g} seconds and was stopped, {_standing(frame)}")


_HOUSE = str(Path(__file__).resolve().parents[1])
_NOT_THE_READERS = (_HOUSE, "<frozen ", str(Path(linecache.__file__).parent), *site.getsitepackages())
"""Where the code of the library, and of what it is made of, begins."""


def _standing(frame: FrameType | None) -> str:
    """The line at which the reader's code stands: `in line 3 of msg_id: while True:`."""
    while frame is not None and frame.f_code.co_filename.startswith(_HOUSE):
        frame = frame.f_back
    if frame is None:
        return "in the library's own code"
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno, frame.f_globals).strip()
    within = frame.f_lineno - frame.f_code.co_firstlineno + 1
    return f"in line {within} of {frame.f_code.co_name}{f': {line}' if line else ''}"


def check(name: str, answer: Any) -> None:
    """Say how far an answer is: "not yet", "almost" and which usual mistake it is, or "right". That values are right is
    remembered; a function is kept by `keep`."""
    finding = examine(name, answer)
    if finding.verdict == RIGHT and isinstance(EXERCISES[name], Table):
        remember_answer(name)
    if not getattr(answer, "says_itself", False):
        _show(_Box(finding))


def hint(name: str) -> None:
    """The next hint of an exercise, one each time; after the last one, where the solution is."""
    exercise = EXERCISES.get(name)
    if exercise is None:
        _show(_Box(examine(name, None)))
        return
    told, of = _told.get(name, 0), len(exercise.hints)
    _told[name] = told + 1
    if told < of:
        _show(_Text(f"hint {told + 1} of {of}: {exercise.hints[told]}"))
    else:
        _show(_Text(f"no more hints. One way to write it stands in tests/solutions/{name}.py."))


def contract(name: str) -> None:
    """What an exercise asks for, in words; then one set of inputs and what comes out, or the questions themselves."""
    exercise = EXERCISES.get(name)
    if exercise is None:
        _show(_Box(examine(name, None)))
        return
    rows = _rows(material(name))
    if isinstance(exercise, Task) and exercise.takes:  # of a function that takes nothing this is the answer
        rows += [("gives", _line(exercise.solution(*exercise.inputs("")[0])))]
        if exercise.needs:
            rows += [("may call", ", ".join(exercise.needs))]
    _show(_Rows(rows, head=(exercise.signature, exercise.asks)))


def material(name: str) -> Any:
    """What the questions of an exercise are about: statements, symptoms, replies; for a function, one set of inputs."""
    exercise = EXERCISES.get(name)
    if isinstance(exercise, Task):
        return dict(zip(exercise.takes, exercise.inputs("")[0], strict=True))
    return exercise.material if isinstance(exercise, Table) else None


# -- my_bind.py -----------------------------------------------------------------------------------------------------


def mine(name: str) -> Callable[..., Any]:
    """The reader's function of that name, from my_bind.py, where it is there and right; the library's otherwise.

    Says which. Raises AttributeError where no exercise of that name wants a function.
    """
    function = library(name)
    try:
        found = _in_time(my_bind.load).get(name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        why = f"it was still running after {error}" if isinstance(error, _TooLong) else Raised.of(error).says
        _show(_Text(f"{name}: mtlib's; my_bind.py cannot be read ({printable(why, 200)})."))
        return function
    if found is None:
        _show(_Text(f"{name}: mtlib's."))
        return function
    finding = examine(name, found)
    if finding.verdict == RIGHT:
        _show(_Text(f"{name}: yours, from my_bind.py."))
        return found  # type: ignore[no-any-return]
    _show(_Text(f"{name}: mtlib's; yours in my_bind.py is not right ({finding})"))
    return function


def keep(function: Callable[..., Any]) -> None:
    """Put a function's source into my_bind.py, in the place of the old one. One that is not right stays out, so that
    running an unsolved lesson again takes nothing away."""
    name = getattr(function, "__name__", type(function).__name__)
    finding = examine(name, function) if name in EXERCISES else None
    if finding is not None and finding.verdict != RIGHT:
        yet, kept = ("", ", and my_bind.py keeps the one before") if name in my_bind.kept() else (" yet", "")
        _show(_Text(f"not kept{yet}: {name} is still open{kept}."))
        return
    try:
        my_bind.store(function, name)
    except MtError as error:
        _show(_Box(Mark(NOT_YET, f"{name} is not kept: {error}.")))
    except OSError as error:
        _show(_Box(Mark(NOT_YET, f"{name} is not kept: my_bind.py cannot be written ({error.strerror}).")))
    else:
        _show(_Text(f"kept: {name} is in my_bind.py."))


# -- Showing --------------------------------------------------------------------------------------------------------


class _Text:
    """A line of text that shows itself as text and as HTML. Colours are such that JupyterLab's sanitizer keeps."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def html(self) -> str:
        return f'<div style="padding:4px 0">{prose_html(self.text)}</div>'

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.html()}


class _Box(_Text):
    """A finding in a box."""

    def __init__(self, finding: Mark) -> None:
        super().__init__(str(finding))
        self.finding = finding

    def html(self) -> str:
        colour = COLOURS[self.finding.verdict]
        style = f"background-color:rgba({colour}, 0.15);border-left:4px solid rgb({colour});padding:6px 12px"
        word, sentence = escape(self.finding.verdict), prose_html(self.finding.sentence)
        return f'<div role="status" style="{style}"><b>{word}:</b> {sentence}</div>'


class _Rows(_Text):
    """Names and values, one under the other, under a line of code and lines of prose."""

    def __init__(self, rows: Sequence[tuple[str, str]], head: Sequence[str]) -> None:
        self.rows, self.head = rows, head
        width = max((len(name) for name, _ in rows), default=0)
        super().__init__("\n".join([*head, *(f"{name:<{width}}  {value}" for name, value in rows)]))

    def html(self) -> str:
        cell = "text-align:left;vertical-align:top;padding:2px 12px 2px 0"
        mono = f"{cell};font-family:monospace;white-space:pre-wrap"
        lines = (f"<code>{escape(self.head[0])}</code>", *map(prose_html, self.head[1:]))
        head = "".join(f'<div style="padding:2px 0">{line}</div>' for line in lines)
        return head + html_table((Cell(name, cell, "th"), Cell(value, mono)) for name, value in self.rows)


def _rows(material: Any) -> list[tuple[str, str]]:
    """Data by name, one row each; what has parts of its own, part by part."""
    rows: list[tuple[str, str]] = []
    for name, value in (material or {}).items():
        if isinstance(value, Mapping):
            rows += _rows(value)
        elif isinstance(value, tuple) and len(value) > 2:
            rows += [(f"{name}[{at}]", _line(each)) for at, each in enumerate(value)]
        else:
            rows.append((str(name), _line(value)))
    return rows


def _line(value: Any) -> str:
    """A value in one line, what is in a collection one after the other."""
    if isinstance(value, (tuple, list)):
        return ", ".join(map(_line, value)) or "(empty)"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_line(each)}" for key, each in value.items())
    return str(value) if value is None else show_value(value, 40)


def _show(what: _Text) -> None:
    """In a notebook as a box with text beside it, elsewhere as text."""
    from IPython.core.getipython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        print(what)
    else:
        display(what)  # type: ignore[no-untyped-call]
