"""`./run grade`: hostile programs beside honest ones, and nobody's marks but their own change."""

from __future__ import annotations

import contextlib
import csv
import importlib
import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mtlib.lab.answers import EXERCISES
from mtlib.lab.examining import Table, Task

TOOLS = Path(__file__).parent / "tools"
FUNCTIONS = [name for name, each in EXERCISES.items() if isinstance(each, Task) and each.portable]
VALUES = [name for name, each in EXERCISES.items() if isinstance(each, Table)]


def _loaded(name: str) -> ModuleType:
    if str(TOOLS) not in sys.path:
        sys.path.append(str(TOOLS))
    return importlib.import_module(name)


grade = _loaded("grade")
walls = _loaded("grade_walls")


def _solution(name: str) -> str:
    text: str = importlib.import_module(f"tests.solutions.{name}").SOLUTION
    return text if name in FUNCTIONS else text.replace("answer = ", f"{name} = ")


HONEST = "\n\n".join(map(_solution, FUNCTIONS))
ALL = len(FUNCTIONS)
RIGHT = """import hashlib

def msg_key_v1(envelope, padding, auth_key):
    return hashlib.sha1(envelope).digest()[4:20]
"""

PATCHES = """
import builtins, hashlib, json, sys
class Fake:
    def digest(self): return bytes(20)
hashlib.sha1 = hashlib.sha256 = lambda *given: Fake()
import mtlib.clinic.ladder, mtlib.crypto.kdf, mtlib.lab.examining
mtlib.crypto.kdf.msg_key_v1 = lambda *given: bytes(16)
mtlib.lab.examining.Task.examine = mtlib.lab.examining.Table.examine = lambda *given: "right"
builtins.isinstance = lambda *given: True
"""
VERDICT = f"""
import sys, types
sys.modules["__main__"].examine = lambda *a, **k: types.SimpleNamespace(verdict="right", sentence="")
{" = ".join(FUNCTIONS)} = print
"""
OBLIGING = f"""
class Right(bytes):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __hash__ = bytes.__hash__
    verdict = "right"
def answer(*given): return Right(16)
{" = ".join(FUNCTIONS)} = answer
{" = ".join(VALUES)} = Right(1)
"""
FORGED = """
import json, os
def write():
    for pipe in range(3, 64):
        try:
            os.write(pipe, json.dumps({"number": 1, "answer": ["bytes", "00" * 16], "after": []}).encode() + b"\\n")
        except OSError:
            pass
write()
def msg_key_v1(*given):
    write()
    return bytes(16)
"""
GARBAGE = """
import os
print("right: 17 of 17", flush=True)
def msg_key_v1(*given):
    for pipe in range(64):
        try: os.write(pipe, b"\\xff\\x00 no JSON " + b"[" * 50000 + b"\\n")
        except OSError: pass
"""
HUGE = """
def ige_encrypt(*given): return bytes(10 ** 6)
def msg_key_v1(*given): return 10 ** 6000
def schedule_v1(*given):
    row = []
    for _ in range(100000): row = [row]
    return row
def msg_id(*given): return float("nan")
def seqno(*given): raise RuntimeError("\\x1b[2J\\x07" + "x" * 10 ** 6)
def same_nonce(*given): return {}
"""
FORKS = """
import os, threading
children = 0
for _ in range(10000):
    try:
        if os.fork() == 0:
            while True: pass
        children += 1
    except OSError:
        break
def padding_v2(body): return children
"""
EATS = HONEST + """
def seal(*given):
    kept = []
    while True: kept.append(bytearray(1 << 29))
"""

AT_WORK, WAITED_FOR, STOPPED = (2, 120.0, "it ended") if hasattr(os, "fork") else (20, 3.0, "no answer within")
"""Seconds that a program of this class has by the processor's clock, which goes on beside others as it does alone, and
by the wall's; and what is said of one that never ends. Windows has the wall's clock only."""

HOSTILE: Mapping[str, tuple[str, int, str]] = {
    "b loops at once": ("while True: pass", 0, STOPPED),
    # seal calls msg_key_v1
    "c loops inside": (f"{HONEST}\ndef msg_key_v1(*given):\n    while True: pass", ALL - 2, STOPPED),
    "d exits": ("import os; os._exit(0)", 0, "cannot be run"),
    "e exits inside": (f"{HONEST}\ndef seal(*given):\n    import os; os._exit(0)", ALL - 1, "it ended"),
    "f raises to end": ("raise SystemExit(0)", 0, "cannot be run: SystemExit"),
    "g patches": (HONEST + PATCHES, 0, ""),
    "h gives itself a verdict": (VERDICT, 0, "nothing back"),
    "i equals everything": (OBLIGING, 0, "not yet"),
    "j forges answers": (FORGED, 0, "nobody had asked for"),
    "k writes garbage": (GARBAGE, 0, "no answer"),
    "l closes its pipes": ("import os; os.closerange(0, 64)", 0, "cannot be run"),
    "m gives far too much": (HUGE, 0, "longer than"),
    "n forks": (FORKS, 0, "it gives"),
    "o eats memory": (EATS, ALL - 1, "MemoryError"),
    "p is no Python": ("\xff\x00 no", 0, "cannot be run: SyntaxError"),
    "q imports the answers": (f"from mtlib.lab.answers import {', '.join(FUNCTIONS)}", 0, "mtlib's own"),
}


def _neighbour(path: Path) -> str:
    return f"""
import os, pathlib
path = pathlib.Path({str(path)!r})
def seal(*given): return read
read = b""
for each in (path, *pathlib.Path("..").glob("*/my_bind.py")):
    try: read = each.read_bytes(); exec(read)
    except OSError: pass
for act in (lambda: path.write_text("raise SystemExit"), path.unlink):
    try: act()
    except OSError: pass
"""


@pytest.fixture(scope="module", autouse=True)
def behind() -> Iterator[Any]:
    """The walls that this machine has, tried once."""
    found, warning = walls.best(grade.trouble)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grade, "best", lambda works: (found, warning))
        yield found


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, object]:
    """The class, graded once, with less time at work than usual."""
    folder = tmp_path_factory.mktemp("class")
    texts = {"a honest": HONEST, "z honest": HONEST, **{name: text for name, (text, _, _) in HOSTILE.items()}}
    texts["r reads a neighbour"] = _neighbour(folder / "z honest" / "my_bind.py")
    for name, text in texts.items():
        (folder / name).mkdir()
        (folder / name / "my_bind.py").write_bytes(text.encode("latin-1"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grade, "LIMITS", (*grade.LIMITS, ("RLIMIT_CPU", AT_WORK)))
        patch.setattr(grade, "SECONDS", WAITED_FOR)
        patch.setattr(grade, "IN_ALL", 2 * WAITED_FOR)
        return {each.name: each for each in grade.graded(folder, list(EXERCISES.values()), "")}


def _right(student: object) -> int:
    return int(student.right([EXERCISES[name] for name in FUNCTIONS]))  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["a honest", "z honest"])
def test_the_honest_have_all_their_marks_between_the_others(marked: Mapping[str, object], name: str) -> None:
    assert _right(marked[name]) == ALL


@pytest.mark.parametrize("name", HOSTILE)
def test_the_hostile_have_the_marks_of_their_answers(marked: Mapping[str, object], name: str) -> None:
    _, right, says = HOSTILE[name]
    student = marked[name]
    told = f"{student.trouble} {list(map(str, student.findings.values()))}"  # type: ignore[attr-defined]
    assert _right(student) == right, told
    assert says in told
    assert told.isprintable()


def test_no_second_process(marked: Mapping[str, object]) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("this system does not fork")
    finding = marked["n forks"].findings["padding_v2"]  # type: ignore[attr-defined]
    assert "it gives 0" in finding.sentence


def test_behind_walls_there_is_no_neighbour(behind: Any, marked: Mapping[str, object]) -> None:
    if not behind.prefix:
        pytest.skip("this machine gives no program a file system of its own")
    assert _right(marked["r reads a neighbour"]) == 0


def test_behind_walls_there_is_no_teacher_to_kill_no_network_and_nothing_to_delete(behind: Any) -> None:
    if not behind.prefix:
        pytest.skip("this machine gives no program a file system of its own")
    source = f"""
import os, pathlib, socket
def refused(act):
    try: act()
    except OSError: return True
    return False
seen = tuple(sorted(each for each in os.listdir("/proc") if each.isdigit()))
network = refused(lambda: socket.create_connection(("127.0.0.1", 9), 1))
delete = refused(lambda: os.unlink({str(TOOLS / "grade.py")!r}))
rights = refused(lambda: os.mkdir("/usr/x"))
tests = os.path.exists({str(TOOLS.parent / "solutions")!r})
"""
    with grade.Program(source.encode(), behind, behind.user(0)) as program:
        assert program.value("seen") == ("1",)
        assert [program.value(name) for name in ("network", "delete", "rights", "tests")] == [True, True, True, False]
    assert (TOOLS / "grade.py").exists()


def _class(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "my_bind.py").write_text(text)


def test_a_class_of_twelve_in_a_minute(marked: Mapping[str, object]) -> None:
    """Were it all twelve who wait for nothing as long as they may, and all twelve who work as long as the honest may
    here: on two cores they wait beside each other, and work in turns."""
    waiting, working = 12 / (2 * grade.AT_ONCE) * grade.IN_ALL, 12 / 2 * AT_WORK
    assert waiting + working <= 60
    assert _right(marked["a honest"]) == ALL


def test_nobody_waits_for_a_program_that_sleeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine it may not even begin in time."""
    monkeypatch.setattr(grade, "SECONDS", 2.0)
    monkeypatch.setattr(grade, "IN_ALL", 3.0)
    _class(tmp_path, {"ada": "import time\n" + "".join(f"def {name}(*given): time.sleep(60)\n" for name in FUNCTIONS)})
    (ada,) = grade.graded(tmp_path, list(EXERCISES.values()), "")
    assert _right(ada) == 0
    assert "used up its 3 seconds" in ada.trouble or "no answer within 2 seconds" in ada.trouble


def test_each_student_gets_a_line_per_function(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    padded = RIGHT.replace("sha1(envelope)", "sha1(envelope + padding)")
    _class(tmp_path / "class", {"ada": RIGHT, "bob": padded, "=cmd": "raise SystemExit(3)"})
    (tmp_path / "class" / "fred").mkdir()
    assert grade.main([str(tmp_path / "class"), "--csv", str(tmp_path / "marks.csv")]) == 0
    shown = capsys.readouterr().out
    eve, ada, bob, fred = (shown.index(name) for name in ("=cmd", "ada", "bob", "fred"))
    assert "cannot be run: SystemExit: 3" in shown[eve:ada]
    assert "right" in shown[ada:bob]
    assert "padding" in shown[bob:fred]
    assert "there is no my_bind.py" in shown[fred:]
    with (tmp_path / "marks.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert list(rows) == ["'=cmd", "ada", "bob", "fred"]
    assert (rows["ada"]["functions right"], rows["ada"]["functions"]) == ("1", str(ALL))
    assert (rows["ada"]["msg_key_v1"], rows["bob"]["msg_key_v1"], rows["bob"]["seal"]) == ("right", "almost", "")


def test_values_are_graded_as_data(tmp_path: Path) -> None:
    _class(tmp_path, {"ada": "\n".join(map(_solution, VALUES))})
    (ada,) = grade.graded(tmp_path, list(EXERCISES.values()), "")
    assert ada.right([EXERCISES[name] for name in VALUES]) == len(VALUES), ada.findings


def test_inputs_follow_from_the_student_and_from_the_teachers_seed(tmp_path: Path) -> None:
    """A constant, copied from a right run, is right for nobody else and under no other seed."""
    task = EXERCISES["msg_key_v1"]
    assert isinstance(task, Task)
    known = {envelope: task.solution(envelope, padding, key) for envelope, padding, key in task.inputs("x/ada")}
    copied = f"known = {known!r}\ndef msg_key_v1(envelope, padding, auth_key):\n    return known.get(bytes(envelope))"
    _class(tmp_path, {"ada": copied, "bob": copied})
    marks = {seed: [_right(each) for each in grade.graded(tmp_path, [task], seed)] for seed in ("x", "y", "")}
    assert marks == {"x": [1, 0], "y": [0, 0], "": [0, 0]}


def test_a_function_that_changes_what_it_is_handed_is_found(tmp_path: Path) -> None:
    text = RIGHT.replace("    return", "    if isinstance(envelope, bytearray): envelope.reverse()\n    return")
    _class(tmp_path, {"ada": text})
    (ada,) = grade.graded(tmp_path, [EXERCISES["msg_key_v1"]], "")
    assert "not what it was" in ada.findings["msg_key_v1"].sentence


def test_a_link_is_no_work_of_ones_own(tmp_path: Path) -> None:
    _class(tmp_path, {"ada": RIGHT, "bob": ""})
    (tmp_path / "bob" / "my_bind.py").unlink()
    try:
        (tmp_path / "bob" / "my_bind.py").symlink_to(tmp_path / "ada" / "my_bind.py")
    except OSError:
        pytest.skip("this system makes no links")
    _, bob = grade.graded(tmp_path, [EXERCISES["msg_key_v1"]], "")
    assert (bob.findings, bob.trouble) == ({}, "cannot be run: my_bind.py is no ordinary file")


def test_wrong_use_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["/no/such/folder"]):
        with pytest.raises(SystemExit) as ended:
            grade.main(words)
        assert ended.value.code == 2
        assert "FOLDER" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="a path cannot be so long here, and links want rights")
def test_a_students_folder_is_one_students(tmp_path: Path) -> None:
    """Whatever it holds: folders in folders, links, more programs than there are students."""
    _class(tmp_path, {"ada": RIGHT, "group/bob": RIGHT, "many": RIGHT})
    deep = tmp_path / "deep"
    here = os.getcwd()
    try:
        for _ in range(1200):
            deep.mkdir()
            os.chdir(deep)
            deep = Path("d")
    finally:
        os.chdir(here)
    for number in range(grade.MOST):
        (tmp_path / "many" / str(number)).mkdir()
        (tmp_path / "many" / str(number) / "my_bind.py").write_text("while True: pass")
    for link, to in (("zoe", "ada"), ("around", "around"), ("group/eve", "../ada"), ("root", os.sep)):
        (tmp_path / link).symlink_to(to)
    marks = {each.name: (_right(each), each.trouble)
             for each in grade.graded(tmp_path, [EXERCISES["msg_key_v1"]], "")}  # fmt: skip
    no = "cannot be run: there is no my_bind.py"
    assert marks == {
        "ada": (1, ""), "group/bob": (1, ""), "deep": (0, no), "root": (0, no),
        "zoe": (0, "cannot be run: my_bind.py is no ordinary file"),
        "many": (0, "cannot be run: there are more than 200 my_bind.py below this folder"),
    }  # fmt: skip
    subprocess.run(["rm", "-r", str(tmp_path / "deep")], check=True)  # Python's own way does not come so far down


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names of files that are no text")
def test_a_folder_whose_name_is_no_text(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/g\xff"
    os.mkdir(folder)
    Path(os.fsdecode(folder), "my_bind.py").write_text(RIGHT)
    (student,) = grade.graded(tmp_path, [EXERCISES["msg_key_v1"]], "")
    assert (student.name, _right(student)) == ("g\\xff", 1)


def test_an_answer_that_cannot_even_be_read_is_one_answer(tmp_path: Path) -> None:
    """Some versions of Python read rows in rows that are deeper than a function can follow."""

    class Deep:
        has: Mapping[str, str] = {VALUES[0]: "value"}

        def value(self, name: str) -> object:
            raise RecursionError

    finding = grade.examined(EXERCISES[VALUES[0]], Deep(), "")
    assert "cannot be compared (RecursionError)" in finding.sentence


@pytest.mark.parametrize("name", ["no/such/folder/marks.csv", "", "/dev/full"])
def test_marks_that_cannot_be_written_are_a_sentence(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if name.startswith("/dev") and not Path(name).exists():
        pytest.skip("this system has no disk that is always full")
    _class(tmp_path / "class", {"ada": RIGHT})
    assert grade.main([str(tmp_path / "class"), "--csv", str(tmp_path / name)]) == 1
    printed = capsys.readouterr()
    assert len(printed.err.splitlines()) == 1
    assert ("ada" in printed.out) == (name == "/dev/full")  # told before the work, where it can be told before


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="Windows has no such signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_examiner_that_is_stopped_leaves_no_program(name: str, tmp_path: Path) -> None:
    """Not even one that sleeps, and at once."""
    _class(tmp_path, {f"{number}": "import time; time.sleep(600)" for number in range(3)})
    root = str(TOOLS.parents[1])
    code = f"import sys; sys.path[:0] = [{str(TOOLS)!r}, {root!r}]; import grade, grade_walls; "
    code += "grade.best = lambda works: (grade_walls.Walls(), ''); grade.LIMITS = ()"
    code += "; print('up', flush=True); grade.take_signals(); grade.main(sys.argv[1:])"
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as examiner:  # fmt: skip
        assert examiner.stdout is not None
        assert examiner.stderr is not None
        assert examiner.stdout.readline() == b"up\n"
        until = time.monotonic() + 60
        while len(running := _children(examiner.pid)) < 3 and time.monotonic() < until:
            time.sleep(0.05)
        assert len(running) == 3
        examiner.send_signal(getattr(signal, name))
        assert examiner.wait(10) == 130  # each of them had eight seconds
        assert examiner.stderr.read() == b"\nStopped.\n"
    until = time.monotonic() + 10
    while (left := list(filter(_alive, running))) and time.monotonic() < until:
        time.sleep(0.05)
    assert not left


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())  # one that has ended, and nobody has asked, has none
    except OSError:
        return False


def _children(parent: int) -> list[int]:
    """The processes that a process has started."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("nothing here tells which processes there are")
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(each.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(each.parent.name))
    return found
