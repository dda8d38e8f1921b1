"""The judge: any program, in any language, climbs the ladder.

    python -m mtlib judge -- node my_bind.mjs                   the binding
    python -m mtlib judge keys rsa_pad -- node my_client.mjs    parts or steps by their names; all for everything

The program reads one line of JSON per step from its standard input and writes one line to its standard output; its
standard error is free. It must end when its input ends; the judge then ends whatever the program has started.
`mtlib.clinic.ladder` has the format.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any, Self

from mtlib.clinic.ladder import RUNGS, Question, Report, ask, chosen, output
from mtlib.crypto.secret import to_wait
from mtlib.errors import DecodeError, LocalError, Unreachable, printable, reason, without_long_hex

LONGEST = 65536
"""The most bytes of an answer; the longest right one takes less than 1500."""
SECONDS = 10.0
GRACE = 0.5
"""Seconds for a program to end once its input has ended."""


def judge_program(command: Sequence[str], *, steps: Sequence[str] = (), seconds: float = SECONDS) -> Report:
    """How far the program `command` (its name and its arguments) climbs. `steps` are names of parts and steps, as
    `mtlib.clinic.ladder.chosen` takes them; `seconds` is the time for each answer, and the first answer's includes the
    start of the program.

    If the program cannot be started, ends, hangs or writes something else, a sentence in the Report says so. Raises
    LocalError for a command that is no list of words, for an unknown step, and for an impossible time.
    """
    if not isinstance(command, list | tuple) or not command or not all(isinstance(word, str) for word in command):
        raise LocalError("a program is wanted", expected="its name, and its arguments", where="judge")
    asked, waiting = chosen(steps), to_wait(seconds, "seconds")
    with _interrupts_held() as let_through:
        try:
            program = Program(command, waiting)
        except (OSError, ValueError) as error:
            name = without_long_hex(command[0])
            return Report({}, {}, sentence=f"The program {name!r} cannot be started: {reason(error)}.")
        with program:
            let_through()
            return ask(program.answer, asked)


@contextlib.contextmanager
def _interrupts_held() -> Iterator[Callable[[], None]]:
    """Hold interrupts back until the function that this gives is called. An interrupt during the start of a program
    would come before its process is known, and leave it running."""
    came: list[int] = []
    before: dict[int, Any] = {}
    names = ("SIGINT", "SIGTERM", "SIGHUP") if threading.current_thread() is threading.main_thread() else ()
    for number in (getattr(signal, name) for name in names if hasattr(signal, name)):
        if callable(signal.getsignal(number)):
            before[number] = signal.signal(number, lambda number, _: came.append(number))

    def let_through() -> None:
        while before:
            signal.signal(*before.popitem())
        while came:
            signal.raise_signal(came.pop())

    try:
        yield let_through
    finally:
        let_through()


def list_of_steps() -> str:
    """Every step, with its arguments, its rule, and the source of the rule."""
    lines = []
    for rung in RUNGS:
        takes = ", ".join(f"{name} ({kind})" for name, kind in rung.takes.items())
        lines += [rung.name, f"  takes  {takes}", f"  gives  {rung.says}", f"  source {rung.step.source}"]
    return "\n".join(lines)


class Program:
    """A running program that answers one question at a time. Raises OSError if it cannot be started."""

    def __init__(self, command: Sequence[str], seconds: float) -> None:
        self._seconds = seconds
        self._process = subprocess.Popen(
            list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True,  # so that Ctrl-C reaches the judge alone, and killpg reaches its children
        )  # fmt: skip
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._said, self._asked, self._answers = b"", "", 0
        self._hung = False
        self._threads = [
            threading.Thread(target=work, args=(pipe,), daemon=True)
            for work, pipe in ((self._listen, self._process.stdout), (self._keep_errors, self._process.stderr))
        ]
        for thread in self._threads:
            thread.start()

    def answer(self, question: Question) -> bytes:
        """The program's answer. Raises Unreachable if none comes, DecodeError if it is no value."""
        stdin, self._asked = self._process.stdin, question.line.strip()
        if not self._lines.empty():  # a line, or the end of the program; `_next` tells them apart
            raise DecodeError("the program wrote a line that nobody had asked for", got=self._next(), where="stdout")
        try:
            if stdin is not None:
                stdin.write(question.line.encode())
                stdin.flush()
        except OSError:  # it has ended, or closed its input: what it wrote before is still read below
            pass
        return output(self._next())

    def _next(self) -> str:
        try:
            line = self._lines.get(timeout=self._seconds)
        except queue.Empty:
            self._hung = True
            raise Unreachable(
                f"no answer within {self._seconds:g} seconds: does the program flush its output after every line? "
                f"The question was {printable(self._asked, 150)}"
            ) from None
        if not line:
            raise Unreachable(self._why_it_ended())
        if len(line) >= LONGEST:
            raise DecodeError("the answer is too long", expected=f"less than {LONGEST} bytes")
        self._answers += 1
        mark = codecs.BOM_UTF8 if self._answers == 1 else b""  # some systems write it before a program's first line
        return line.removeprefix(mark).decode(errors="replace")

    def _why_it_ended(self) -> str:
        """Why there are no more lines: the program has ended, or has closed its output."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE)
        self._threads[1].join(GRACE)
        lines = without_long_hex(self._said.decode(errors="replace")).strip().splitlines()
        last = next((line for line in reversed(lines) if "rror" in line), lines[-1] if lines else "")
        code = self._process.returncode
        how = "closed its output" if code is None else f"ended with exit code {code}"
        said = f"; it last said: {printable(last, 200)}" if last else ""
        return f"the program {how} before it answered this step{said}; the question was {printable(self._asked, 150)}"

    def _listen(self, pipe: IO[bytes]) -> None:
        """Put lines into the queue. If the program writes unasked lines, reading stops and its pipe fills up."""
        while self._lines.qsize() < 2:
            line = pipe.readline(LONGEST)
            self._lines.put(line)
            if not line:
                return

    def _keep_errors(self, pipe: IO[bytes]) -> None:
        """Keep the end of the program's standard error, for the sentence if it dies."""
        while piece := os.read(pipe.fileno(), 4096):
            self._said = (self._said + piece)[-4096:]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        try:
            self._process.wait(0 if self._hung or kind else GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if hasattr(os, "killpg"):  # ends whatever the program has started
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
        for thread in self._threads:
            thread.join(GRACE)
        if not any(thread.is_alive() for thread in self._threads):  # a child in its own session may hold the pipes
            for pipe in (self._process.stdout, self._process.stderr):
                if pipe is not None:
                    pipe.close()
