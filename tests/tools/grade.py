"""How far is a class? `./run grade FOLDER` asks every `my_bind.py` below a folder, one folder per student.

    ./run grade FOLDER [--seed TEXT] [--exam SECRET] [--csv FILE]

A student's folder is their id. Inputs follow from it and from the teacher's --seed, so each student gets their own and
a copied constant does not help. With --exam the values asked are those of the paper that `./run exam` made.

Each program runs in a process of its own (`grade_one.py`) and is sent one question after the other. This process never
runs a line of a student's: it knows the answers, gets the student's as data, and compares. A program can therefore do
nothing for its marks but answer. Against what it might do to others there are limits of time, memory, processes and
files, another user's rights where this runs as root, and on Linux a view of the machine in which there are no other
programs, no network and no neighbour's folder (`unshare`).
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import functools
import json
import os
import queue
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from exam import questions
from grade_walls import ONE, ROOT, Walls, best
from mtlib.clinic.ladder import Raised
from mtlib.errors import printable
from mtlib.lab.answers import EXERCISES
from mtlib.lab.examining import RIGHT, Exercise, Mark, Task, not_yet

NAME = "my_bind.py"

SECONDS = 8.0
"""For each answer. A right one takes some milliseconds."""
IN_ALL = 20.0
"""Seconds that a student's program may keep the examiner waiting, all answers together."""
AT_ONCE = 3
"""Programs for each core: most of those that take long wait for something."""
ENOUGH = 1.0
"""Seconds with which it is worth to start it once more."""
LARGEST = 1 << 18
"""Bytes of a my_bind.py, and of one answer."""
MOST, DEEPEST = 200, 8
"""Students below a folder of the first level, and folders from there down to a my_bind.py."""
LIMITS = (
    ("RLIMIT_AS", 1 << 29), ("RLIMIT_CPU", int(IN_ALL)), ("RLIMIT_NPROC", 0), ("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0),
    ("RLIMIT_NOFILE", 64),
)  # fmt: skip
"""Half a gigabyte, so many seconds at work, no second process or thread, no byte written to a file."""
PROBE = b"import struct, hashlib, mtlib.lab.answers\nfrom cryptography.hazmat.primitives.ciphers import Cipher\n"


class Stopped(BaseException):
    """No answer will come from this program. Not an Exception, so that no examiner takes it for an answer."""


# -- One program --------------------------------------------------------------------------------------------------


class Program:
    """A student's program that was run and is waiting for questions. Raises Stopped where it does not come so far.

    `patience` is how long it may still keep us waiting, for this answer and for all that come.
    """

    def __init__(self, source: bytes, walls: Walls, user: int | None, patience: float = IN_ALL) -> None:
        self.patience = patience
        self._number = 0
        with _starting:
            if _running is None:
                raise Stopped("the examiner was stopped")
            self._process = subprocess.Popen(
                [*walls.prefix, sys.executable, "-IB", str(ONE)], cwd=os.path.abspath(os.sep), env=_environment(),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
            _running.add(self._process)
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._listener = threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True)
        self._listener.start()
        try:
            said = self._asked({"root": str(ROOT), "source": source.hex(), "user": user, "limits": LIMITS})
            if isinstance(failed := said.get("failed"), str):
                raise Stopped(_one_line(failed))
            if not isinstance(has := said.get("has"), dict):
                raise Stopped("it wrote something that nobody had asked for")
            self.has: dict[str, Any] = has
        except BaseException:
            self.end()
            raise

    def call(self, name: str, arguments: Sequence[Any]) -> Any:
        """What the function gives, or what it raised. What it does to bytearrays happens to those here."""
        said = self._question(name, {"arguments": [_written(each) for each in arguments]})
        after = said.get("after")
        if isinstance(after, list) and len(after) == len(arguments):
            for argument, changed in zip(arguments, map(_value, after), strict=True):
                if isinstance(argument, bytearray) and isinstance(changed, bytes):
                    argument[:] = changed
        return _value(said.get("answer"))

    def value(self, name: str) -> Any:
        return _value(self._question(name, {}).get("answer"))

    def _question(self, name: str, more: Mapping[str, Any]) -> dict[str, Any]:
        self._number += secrets.randbelow(1 << 32) + 1  # an answer that was written ahead does not fit
        said = self._asked({"number": self._number, "name": name, **more})
        if said.get("number") != self._number:
            raise Stopped("it wrote something that nobody had asked for")
        return said

    def _asked(self, question: Mapping[str, Any]) -> dict[str, Any]:
        if not self._lines.empty():
            raise Stopped("it wrote something that nobody had asked for")
        with contextlib.suppress(OSError):  # it has ended; what it wrote before is still there to read
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            self._process.stdin.flush()
        line = self._line()
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise Stopped("it wrote something that is no answer")
        return said

    def _line(self) -> bytes:
        began = time.monotonic()
        try:
            line = self._lines.get(timeout=max(0.0, min(SECONDS, self.patience)))
        except queue.Empty:
            raise Stopped(f"no answer within {SECONDS:g} seconds") from None
        finally:
            self.patience -= time.monotonic() - began
        if not line:
            raise Stopped("it ended, or closed its output, before it answered")
        if len(line) > LARGEST:
            raise Stopped(f"its answer is longer than {LARGEST} bytes")
        return line

    def _listen(self, pipe: IO[bytes]) -> None:
        """Lines go into the queue; a program that runs ahead is left alone with its full pipe."""
        while self._lines.qsize() < 2:
            try:
                line = pipe.readline(LARGEST + 1)
            except (OSError, ValueError):  # closed at the end
                line = b""
            self._lines.put(line)
            if not line:
                return

    def end(self) -> None:
        """End it, and whatever it started."""
        _kill(self._process)
        self._process.wait()
        with _starting:
            if _running is not None:
                _running.discard(self._process)
        self._listener.join(1)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not self._listener.is_alive():
                with contextlib.suppress(OSError):  # what was not yet written has nobody to read it
                    pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()


_starting = threading.RLock()
_running: set[subprocess.Popen[bytes]] | None = set()
"""The programs that run; None once no other may be started."""


def stop_all() -> None:
    """End every program, and start no other."""
    global _running
    with _starting:
        running, _running = _running, None
    for process in running or ():
        _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def _environment() -> dict[str, str]:
    """Nothing of the teacher's: no names of folders, no secrets of a shell."""
    system = {"SYSTEMROOT": os.environ["SYSTEMROOT"]} if "SYSTEMROOT" in os.environ else {}
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "MTLIB_MY_BIND": "", **system}


def _written(value: Any) -> list[Any]:
    if isinstance(value, (bytes, bytearray)):
        return ["changeable" if isinstance(value, bytearray) else "bytes", value.hex()]
    if isinstance(value, (list, tuple)):
        return ["row", [_written(each) for each in value]]
    return ["plain", value]


def _value(written: Any) -> Any:
    """An answer as a plain value of ours. What was not written as one is a value that equals nothing."""
    match written:
        case ["nothing"]:
            return None
        case ["plain", bool() | int() | float() | str() as value]:
            return printable(value, LARGEST) if isinstance(value, str) else value
        case ["bytes" | "changeable", str(digits)]:
            with contextlib.suppress(ValueError):
                return bytes.fromhex(digits)
        case ["row", list(values)]:
            return tuple(map(_value, values))
        case ["table", list(pairs)]:
            with contextlib.suppress(TypeError, ValueError):
                return {_value(key): _value(value) for key, value in pairs}
        case ["raised", str(kind), str(says)]:
            return Raised(_one_line(kind), _one_line(says))
        case ["other", str(name)]:
            return type(_one_line(name), (), {})()
    return type("value of no kind", (), {})()


def _one_line(text: str) -> str:
    """Text of a student's, fit for a terminal and for a table."""
    return printable(" ".join(text.split()), 200)


# -- One student --------------------------------------------------------------------------------------------------


@dataclass
class Student:
    """One folder: what was found out about each exercise, or why nothing could be."""

    name: str
    path: Path
    trouble: str = ""
    findings: dict[str, Mark] = field(default_factory=dict)

    def right(self, exercises: Sequence[Exercise]) -> int:
        return sum(each.name in self.findings and self.findings[each.name].verdict == RIGHT for each in exercises)

    def source(self) -> bytes:
        """What they handed in. A link could lead to somebody else's work, or to a file of the teacher's."""
        if self.path.is_symlink() or self.path.parent.is_symlink() or not self.path.is_file():
            raise Stopped(f"{NAME} is no ordinary file" if os.path.lexists(self.path) else f"there is no {NAME}")
        with self.path.open("rb") as file:
            text = file.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise Stopped(f"{NAME} is longer than {LARGEST} bytes")
        return text


def students(folder: Path) -> list[Student]:
    """One for each folder with a my_bind.py, and for each folder of the first level that has none below it. No folder
    of the first level can be more than MOST students: one of them could keep everybody waiting."""
    found = {folder: [folder]} if os.path.lexists(folder / NAME) else {}
    found |= {each: list(_programs(each)) for each in folder.iterdir() if each.is_dir() and each.name[:1] != "."}
    everybody = []
    for first, paths in sorted(found.items()):
        few = paths if 0 < len(paths) <= MOST else [first]
        names = [path.relative_to(folder).as_posix() if path != folder else folder.resolve().name for path in few]
        told = [os.fsencode(name).decode(errors="backslashreplace") for name in names]
        everybody += [Student(name, path / NAME) for name, path in sorted(zip(told, few, strict=True))]
        if len(paths) > MOST:
            everybody[-1].trouble = f"cannot be run: there are more than {MOST} {NAME} below this folder"
    return everybody


def _programs(first: Path) -> Iterator[Path]:
    """The folders at and below one of the first level that have a my_bind.py; no link is followed to one."""
    waiting, many = [(first, 1)], 0
    while waiting and many <= MOST:
        path, depth = waiting.pop()
        if os.path.lexists(path / NAME):
            many += 1
            yield path
        if depth < DEEPEST and not path.is_symlink():
            with contextlib.suppress(OSError):
                waiting += [(each, depth + 1) for each in path.iterdir() if each.is_dir() and not each.is_symlink()]


def grade(student: Student, source: bytes, exercises: Sequence[Exercise], seed: str, walls: Walls,
          user: int | None) -> None:  # fmt: skip
    """Ask a program for everything it has. One that hangs or ends is started again for the next exercise, as long as
    its time lasts."""
    left, waiting = IN_ALL, list(exercises)
    while waiting:
        try:
            program = Program(source, walls, user, left)
        except (Stopped, OSError) as why:
            again = "cannot be run again" if student.findings else "cannot be run"
            student.trouble = f"{again}: {_one_line(str(why))}"
            return
        with program:
            while waiting:
                exercise = waiting.pop(0)
                try:
                    finding = examined(exercise, program, seed)
                except Stopped as why:
                    student.findings[exercise.name] = not_yet(f"{why}.")
                    break
                if finding is not None:
                    student.findings[exercise.name] = finding
        left = program.patience
        if waiting and left < ENOUGH:
            student.trouble = f"used up its {IN_ALL:g} seconds: {len(waiting)} exercises were not asked"
            return


def examined(exercise: Exercise, program: Program, seed: str) -> Mark | None:
    """What there is to say about the program's answer; None where it has none."""
    has = program.has.get(exercise.name)
    if has is None:
        return None
    if has == "library":
        return not_yet("this is mtlib's own, imported.")
    try:
        function = functools.partial(_call, program, exercise.name)
        return exercise.examine(function if has == "function" else program.value(exercise.name), seed)
    except Exception as error:
        return not_yet(f"this answer cannot be compared ({type(error).__name__}).")


def _call(program: Program, name: str, *arguments: Any) -> Any:
    return program.call(name, arguments)


# -- A class ------------------------------------------------------------------------------------------------------


def trouble(walls: Walls) -> str:
    """What is wrong with a program that does nothing but import what a student's may."""
    try:
        with Program(PROBE, walls, walls.user(0)):
            return ""
    except (Stopped, OSError) as why:
        return _one_line(str(why))


def graded(folder: Path, exercises: Sequence[Exercise], seed: str) -> Iterator[Student]:
    """Every student of a class, in order. All files are read before the first program is run."""
    walls, warning = best(trouble)
    if warning:
        print(warning, file=sys.stderr)
    jobs = []
    for number, student in enumerate(students(folder)):
        try:
            jobs.append((student, student.source(), number))
        except (Stopped, OSError) as why:
            student.trouble = f"cannot be run: {_one_line(str(why))}"
            jobs.append((student, b"", number))

    def job(student: Student, source: bytes, number: int) -> Student:
        if not student.trouble:
            inputs = f"{seed}/{student.name}" if seed else student.name
            grade(student, source, exercises, inputs, walls, walls.user(number))
        return student

    pool = ThreadPoolExecutor(AT_ONCE * (os.cpu_count() or 2))
    try:
        yield from pool.map(lambda each: job(*each), jobs)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def print_student(student: Student) -> None:
    print(printable(student.name, 200))
    for name, finding in student.findings.items():
        more = f": {printable(finding.sentence, 400)}" if finding.verdict != RIGHT else ""
        print(f"  {name:<16} {finding.verdict}{more}", flush=True)
    if student.trouble:
        print(f"  {student.trouble}", flush=True)


def print_table(marks: Sequence[tuple[str, int, int]], functions: int, values: int) -> None:
    width = max((len(name) for name, _, _ in marks), default=0)
    print(f"\n{'student':<{max(width, 7)}}  functions  values")
    for name, right, of in marks:
        print(f"{name:<{max(width, 7)}}  {right:>2} of {functions:<2}   {of:>2} of {values}")


def write_csv(path: Path, everybody: Sequence[Student], exercises: Sequence[Exercise]) -> None:
    """A row for each student; a spreadsheet shall take no name for a formula."""
    functions = [each for each in exercises if isinstance(each, Task)]
    values = [each for each in exercises if not isinstance(each, Task)]
    names = [each.name for each in exercises]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["student", "functions right", "functions", "values right", "values", *names, "trouble"])
        for each in everybody:
            name = f"'{each.name}" if each.name[:1] in tuple("=+-@\t\r") else each.name
            verdicts = [each.findings[name].verdict if name in each.findings else "" for name in names]
            table.writerow([printable(name, 200),
                            each.right(functions), len(functions), each.right(values), len(values),
                            *verdicts, each.trouble])  # fmt: skip


def asked(secret: str) -> list[Exercise]:
    """The exercises of the lessons; with an exam's secret the functions, and the exam's values."""
    if not secret:
        return [each for each in EXERCISES.values() if not isinstance(each, Task) or each.portable]
    return [*(each for each in EXERCISES.values() if isinstance(each, Task) and each.portable), *questions(secret)]


def main(arguments: list[str]) -> int:
    words = argparse.ArgumentParser(prog="./run grade", description="How far is a class?")
    words.add_argument("folder", type=Path, metavar="FOLDER", help="one folder per student, each with a my_bind.py")
    words.add_argument("--seed", default="", metavar="TEXT", help="other inputs for everybody")
    words.add_argument("--exam", default="", metavar="SECRET", help="the --seed that ./run exam was given")
    words.add_argument("--csv", type=Path, metavar="FILE", help="write the marks as a table, too")
    given = words.parse_args(arguments)
    if not given.folder.is_dir():
        words.error(f"FOLDER {printable(str(given.folder), 200)} is no folder")
    exercises = asked(given.exam)
    everybody = []
    try:
        if given.csv:
            given.csv.open("a").close()  # before an hour's work, and not after it
        for student in graded(given.folder, exercises, given.seed or given.exam):
            print_student(student)
            everybody.append(student)
        functions = [each for each in exercises if isinstance(each, Task)]
        values = [each for each in exercises if not isinstance(each, Task)]
        marks = [(printable(each.name, 40), each.right(functions), each.right(values)) for each in everybody]
        print_table(marks, len(functions), len(values))
        if given.csv:
            write_csv(given.csv, everybody, exercises)
    except OSError as reason:
        print(printable(str(reason), 400), file=sys.stderr)
        return 1
    return 0


def take_signals() -> None:
    """Who stops the examiner waits for no program that may take its time, and leaves none behind."""

    def stop(*_: object) -> None:
        stop_all()
        os.write(2, b"\nStopped.\n")
        os._exit(130)

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)


if __name__ == "__main__":
    take_signals()
    sys.exit(main(sys.argv[1:]))
