"""Exercises of the lessons: an answer cell, a check that knows the usual mistakes, hints one at a time.

    from mtlib.lab import check, contract, hint, keep, material, mine

    contract("msg_key_v1")                            # what the function takes and gives, with one vector
    ige_encrypt = mine("ige_encrypt")                 # the reader's own from my_bind.py where it is right, else mtlib's

    def msg_key_v1(envelope, padding, auth_key): ...  # the answer cell: a function of the exercise's name
    check("msg_key_v1", msg_key_v1)                   # not yet: ... / almost: ... / right: ...; no answer raises
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
"""The most seconds that an answer may compute for all its inputs. Only its own computing counts."""
PATIENCE = 60.0
"""The most seconds by the clock for an examination: an answer that only waits uses no computing time."""

SOLUTIONS = Path(__file__).parents[2] / "tests" / "solutions"
"""Part of the project's sources; not of an installed mtlib, nor of the book."""

__all__ = ["check", "contract", "examine", "hint", "keep", "material", "mine"]

Given = TypeVar("Given")

_told: dict[str, int] = {}
"""How many hints of each exercise were shown in this kernel."""


def examine(name: str, answer: Any, *, seed: str = "") -> Mark:
    """The mark for an answer. `seed` chooses the random inputs; the same seed always gives the same inputs.

    No exception of the answer leaves this function; only a reader's interrupt does.
    """
    exercise = EXERCISES.get(name)
    if exercise is None:
        return not_yet(f"there is no exercise {name!r}. There are: {', '.join(EXERCISES)}.")
    try:
        return _in_time(lambda: exercise.examine(answer, seed))
    except _TooLong as stopped:
        return not_yet(f"it was still running after {stopped}. {getattr(exercise, 'endless', Task.endless)}")
    except Exception as error:  # a class of the reader's own may raise when compared
        return not_yet(f"this answer cannot be compared ({type(error).__name__}): plain values of Python are wanted.")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a program may raise what `except Exception` does not catch, to end itself
        return not_yet(f"it raised {type(error).__name__}.")


_computed = getattr(time, "thread_time", time.monotonic)
"""Seconds that this thread has computed. A browser does not count them: there, seconds by the clock."""


class _TooLong(BaseException):
    """Says after how long and where the answer was stopped. No Exception, so `except Exception` cannot catch it."""


def _in_time(examine: Callable[[], Given]) -> Given:
    """The value of `examine`. Raises _TooLong if the reader's code computes longer than LIMIT, or all PATIENCE."""
    before = sys.gettrace()
    sys.settrace(_Watch().called)
    try:
        return examine()
    finally:
        sys.settrace(before)


class _Watch:
    """Measures how long the reader's code runs: the time of its thread from each call into it until that call returns.

    The interpreter calls it before every line of the reader's code and at every call. This needs no signal and no extra
    thread, so it works in every front end, system and thread. It cannot end a single endless call into C.
    """

    def __init__(self) -> None:
        self.end = time.monotonic() + PATIENCE
        self.left = LIMIT
        self.entered: FrameType | None = None
        self.started = self.soonest = 0.0

    def called(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Called for each function that is called; the result says whether its lines are watched too."""
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
        """Raise _TooLong if the time is over. Computing never takes longer than the clock says: read that first."""
        now = time.monotonic()
        if now > self.end:
            raise _TooLong(f"{PATIENCE:g} seconds and was stopped, {_standing(frame)}")
        if self.entered is not None and now > self.soonest and _computed() - self.started > self.left:
            raise _TooLong(f"{LIMIT:g} seconds and was stopped, {_standing(frame)}")


_HOUSE = str(Path(__file__).resolve().parents[1])
_NOT_THE_READERS = (_HOUSE, "<frozen ", str(Path(linecache.__file__).parent), *site.getsitepackages())
"""The beginnings of the paths of code that is not the reader's: the library, Python, installed packages."""


def _standing(frame: FrameType | None) -> str:
    """The present line of the reader's code: `in line 3 of msg_id: while True:`."""
    while frame is not None and frame.f_code.co_filename.startswith(_HOUSE):
        frame = frame.f_back
    if frame is None:
        return "in the library's own code"
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno, frame.f_globals).strip()
    within = frame.f_lineno - frame.f_code.co_firstlineno + 1
    return f"in line {within} of {frame.f_code.co_name}{f': {line}' if line else ''}"


def check(name: str, answer: Any) -> None:
    """Print the mark of an answer: "not yet", "almost" with the usual mistake, or "right". Right values are remembered;
    a right function is stored by `keep`."""
    finding = examine(name, answer)
    if finding.verdict == RIGHT and isinstance(EXERCISES[name], Table):
        remember_answer(name)
    if not getattr(answer, "says_itself", False):
        _show(_Box(finding))


def hint(name: str) -> None:
    """Show the next hint of an exercise, one each time; after the last hint, where to go from there."""
    exercise = EXERCISES.get(name)
    if exercise is None:
        _show(_Box(examine(name, None)))
        return
    told, of = _told.get(name, 0), len(exercise.hints)
    _told[name] = told + 1
    if told < of:
        _show(_Text(f"hint {told + 1} of {of}: {exercise.hints[told]}"))
    elif (SOLUTIONS / f"{name}.py").is_file():
        _show(_Text(f"no more hints. One way to write it stands in tests/solutions/{name}.py."))
    else:
        _show(_Text(f'no more hints. contract("{name}") shows the task again; other cells run without your answer.'))


def contract(name: str) -> None:
    """Show the task of an exercise in words; then one set of inputs with its output, or the questions themselves."""
    exercise = EXERCISES.get(name)
    if exercise is None:
        _show(_Box(examine(name, None)))
        return
    rows = _rows(material(name))
    if isinstance(exercise, Task) and exercise.takes:  # without arguments, this would be the answer
        rows += [("gives", _line(exercise.solution(*exercise.inputs("")[0])))]
        if exercise.needs:
            rows += [("may call", ", ".join(exercise.needs))]
    _show(_Rows(rows, head=(exercise.signature, exercise.asks)))


def material(name: str) -> Any:
    """The material of an exercise's questions: statements, symptoms, replies; for a function, one set of inputs."""
    exercise = EXERCISES.get(name)
    if isinstance(exercise, Task):
        return dict(zip(exercise.takes, exercise.inputs("")[0], strict=True))
    return exercise.material if isinstance(exercise, Table) else None


# -- my_bind.py -----------------------------------------------------------------------------------------------------


def mine(name: str) -> Callable[..., Any]:
    """The reader's function of that name from my_bind.py, if it exists and is right; otherwise the library's.

    Prints which one it is. Raises `answers.NoFunction`, a LocalError, if no exercise of that name asks for a function.
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


def keep(function: Any) -> None:
    """Store a function's source in my_bind.py, in the place of the old one. A wrong function is not stored, so that
    running an unsolved lesson again does not replace a right one. Whatever is not stored is answered by a sentence."""
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
    """A line of text that shows itself as text and as HTML, only with colours that JupyterLab's sanitizer keeps."""

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
    """One row for each value by name; a value with parts gets a row for each part."""
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
    """A value in one line; the items of a collection follow one another."""
    if isinstance(value, (tuple, list)):
        return ", ".join(map(_line, value)) or "(empty)"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_line(each)}" for key, each in value.items())
    return str(value) if value is None else show_value(value, 40)


def _show(what: _Text) -> None:
    """Show it in a notebook as HTML with its text, elsewhere as text."""
    from IPython.core.getipython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        print(what)
    else:
        display(what)  # type: ignore[no-untyped-call]
