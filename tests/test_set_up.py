"""Set-ups at the same time, killed, misled and failed. The code is the real one; only the packages are made here."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / "tests" / "tools"
FOLDER = os.fsdecode("C# Kurs [2026] 100% ü & co".encode())

IMPORTED = (
    "cryptography",
    "mtlib, jupyterlab, ipywidgets, anywidget, matplotlib.font_manager, dpkt, wsproto",
    "pytest, yaml, xdist",
)
"""Some of what each level adds."""

INSTALLER = """
import sys, time
from pathlib import Path

folder, journal, *names = sys.argv[1:]
who = str(time.monotonic_ns()) + "\\n"
for name in [*names, "matplotlib/font_manager"]:
    with open(journal, "a") as written:
        written.write(who)
    path = Path(folder, name if name != "matplotlib" else "matplotlib/__init__").with_suffix(".py")
    path.parent.mkdir(exist_ok=True)
    path.write_text("half of a program (")
    time.sleep(0.01)
    path.write_text("")
print(end={words!r})
sys.exit({code})
"""
"""Writes modules as an installer does: there for some time before they can be imported."""

DRIVER = """
import os, shutil, sys
sys.path.insert(0, sys.argv[1])
import setup_env

lib = "Lib" if os.name == "nt" else "lib/python%d.%d" % sys.version_info[:2]
packages = setup_env.VENV / lib / "site-packages"
present = setup_env.importlib.util.find_spec
setup_env.importlib.util.find_spec = lambda name: None if name == "ensurepip" else present(name)
shutil.which = lambda name: name
setup_env._installers = lambda extras: iter(
    [[sys.executable, "-IS", sys.argv[2], str(packages), sys.argv[3], *setup_env.modules(extras)[{without}:]]]
)
try:
    setup_env.set_up(sys.argv[4])
except setup_env.CannotSetUp as reason:
    sys.exit(str(reason))
"""
"""A set-up with that installer, and without pip: bringing pip along takes seconds."""


class Course:
    """A folder with nothing but what a set-up reads, and a journal of who wrote into its `.venv`."""

    def __init__(self, folder: Path, *, words: str = "", code: int = 0, without: int = 0) -> None:
        self.folder, self.venv, self.journal = folder, folder / ".venv", folder / "journal"
        (folder / "tests").mkdir(parents=True)
        shutil.copytree(TOOLS, folder / "tests" / "tools", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, folder)
        (folder / "installer.py").write_text(INSTALLER.format(words=words, code=code))
        (folder / "driver.py").write_text(DRIVER.format(without=without))

    def start(self, level: str = "tests") -> subprocess.Popen[str]:
        tools = str(self.folder / "tests" / "tools")
        return subprocess.Popen(
            [sys.executable, "driver.py", tools, "installer.py", str(self.journal), level],
            cwd=self.folder, env=os.environ | {"PYTHONSAFEPATH": "1", "PYTHONUTF8": "1"},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def forget(self) -> None:
        shutil.rmtree(self.venv, ignore_errors=True)
        self.journal.unlink(missing_ok=True)
        (self.folder / ".venv.lock").unlink(missing_ok=True)

    def written(self) -> int:
        return len(self.journal.read_text().splitlines()) if self.journal.exists() else 0

    def writers(self) -> list[str]:
        """Who wrote, each as often as it took turns."""
        lines = self.journal.read_text().splitlines()
        return [who for at, who in enumerate(lines) if at == 0 or lines[at - 1] != who]

    def works(self, level: str = "tests") -> bool:
        """Whether it is stamped with this level, and everything of the level can be imported."""
        python = self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        names = IMPORTED[: 1 + ["light", "lessons", "tests"].index(level)]
        done = subprocess.run([python, "-I", "-c", "import " + ", ".join(names)], capture_output=True, check=False)
        return (self.venv / "built-from").read_text().split()[-1:] == [level] and done.returncode == 0


def ended(program: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = program.communicate(timeout=20)
    return program.returncode, out, err


MOMENTS = range(10)


def wait_for(course: Course, moment: int) -> None:
    """Until a set-up has come so far: begun, locked, made its folder and its interpreter, written more and more."""
    marks = [course.folder, course.folder / ".venv.lock", course.venv, course.venv / "pyvenv.cfg"]
    enough = 3 * (moment - len(marks)) + 1
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if marks[moment].exists() if moment < len(marks) else course.written() >= enough:
            return
        time.sleep(0.001)
    raise AssertionError(f"the set-up never came to moment {moment}")


def test_set_ups_at_the_same_time_take_turns(tmp_path: Path) -> None:
    course = Course(tmp_path / FOLDER)
    waited = 0
    for moment in MOMENTS:
        course.forget()
        programs = [course.start()]
        wait_for(course, moment)
        programs += [course.start() for _ in range(1 + moment % 2)]
        told = [ended(program) for program in programs]
        assert [(code, err) for code, _, err in told] == [(0, "")] * len(programs), moment
        assert len(course.writers()) == 1, moment
        assert course.works(), moment
        waited += sum("Another ./run is setting up .venv in this folder: waiting" in out for _, out, _ in told)
    assert waited > 0


def test_a_set_up_that_was_killed_heals_at_the_next(tmp_path: Path) -> None:
    course = Course(tmp_path / FOLDER)
    for moment in MOMENTS:
        course.forget()
        first = course.start()
        wait_for(course, moment)
        first.kill()
        code, _, err = ended(course.start())
        first.communicate()
        assert (code, err) == (0, ""), moment
        turns = course.writers()
        assert len(turns) == len(set(turns)), f"{moment}: the killed one still wrote when the next had begun"
        assert len(turns) == 2 or moment < 5, moment
        assert course.works(), moment


def test_an_environment_that_is_being_rebuilt_is_not_stamped(tmp_path: Path) -> None:
    course = Course(tmp_path / FOLDER)
    assert ended(course.start())[0] == 0
    (course.folder / "constraints.txt").write_text("# other versions")
    (course.folder / "installer.py").write_text("raise SystemExit(1)")
    assert ended(course.start())[0] == 1
    assert not (course.venv / "built-from").exists()


def test_a_higher_level_adds_to_what_is_there_and_a_lower_one_finds_everything(tmp_path: Path) -> None:
    course = Course(tmp_path / FOLDER)
    turns = 0
    for level, added in (("light", 1), ("light", 0), ("lessons", 1), ("light", 0), ("tests", 1), ("lessons", 0)):
        code, out, err = ended(course.start(level))
        assert (code, err) == (0, ""), level
        turns += added
        assert len(course.writers()) == turns, level
        assert ("Adding to .venv" in out) == (added > 0 and turns > 1), out
        assert added == 0 or course.works(level), level
        if turns == 1:
            (course.venv / "kept").touch()
    assert (course.venv / "kept").exists()
    assert course.works()


def test_a_level_that_was_not_reached_is_begun_anew(tmp_path: Path) -> None:
    course = Course(tmp_path / FOLDER)
    assert ended(course.start("light"))[0] == 0
    before = course.written()
    program = course.start("tests")
    deadline = time.monotonic() + 20
    while course.written() < before + 5 and time.monotonic() < deadline:
        time.sleep(0.001)
    program.kill()
    program.communicate()
    assert not (course.venv / "built-from").exists()
    assert ended(course.start("lessons"))[0] == 0
    assert course.works("lessons")


@pytest.mark.parametrize(
    ("words", "code", "without", "said", "unsaid"),
    [
        ("ERROR: No space left on device", 1, 0, "No space left on device", "registry"),
        ("ERROR: Failed to establish a new connection", 1, 0, "Is the package registry within reach?", "Traceback"),
        ("", 0, 1, "No module named 'mtlib'", "registry"),
    ],
)
def test_why_it_failed_is_said(words: str, code: int, without: int, said: str, unsaid: str, tmp_path: Path) -> None:
    """An installer may also be content and have put the packages elsewhere."""
    course = Course(tmp_path / FOLDER, words=words, code=code, without=without)
    status, _, err = ended(course.start())
    assert status == 1 and said in err and unsaid not in err, err
    assert not (course.venv / "built-from").exists()


PARENT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # also where whoever runs the tests ignores it
sys.path.insert(0, sys.argv[1])
from guard import run_guarded
sys.exit(run_guarded([sys.executable, "-IS", "-c", sys.argv[2]], keyboard=sys.argv[3] == "keyboard"))
"""
CHILD = """
import subprocess, sys, time
print("ready", flush=True)
subprocess.run([sys.executable, "-IS", "-c", "import time; time.sleep(60)"]) if {parent} else time.sleep(60)
"""


def a_parent(child: str, mode: str, **options: bool) -> subprocess.Popen[str]:
    program = subprocess.Popen(
        [sys.executable, "-IS", "-c", PARENT, str(TOOLS), child, mode], stdout=subprocess.PIPE, text=True, **options
    )
    assert program.stdout is not None and program.stdout.readline() == "ready\n"
    return program


@pytest.mark.parametrize(("mode", "parent"), [("alone", True), ("keyboard", False)])
def test_children_end_with_their_parent(mode: str, parent: bool) -> None:
    """Each holds our pipe open: it ends when the last of them has ended."""
    program = a_parent(CHILD.format(parent=parent), mode)
    program.kill()
    assert program.communicate(timeout=20)[0] == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C in another way")
@pytest.mark.parametrize(("mode", "status"), [("keyboard", 7), ("alone", -signal.SIGINT)])
def test_who_answers_the_keyboard(mode: str, status: int) -> None:
    answering = "import signal, sys\nsignal.signal(signal.SIGINT, lambda *_: sys.exit(7))"
    program = a_parent(answering + CHILD.format(parent=False), mode, start_new_session=True)
    os.killpg(program.pid, signal.SIGINT)
    program.communicate(timeout=20)
    assert program.returncode == status


def test_the_status_of_a_guarded_program_is_passed_on() -> None:
    status = "import sys; print('ready', flush=True); sys.exit(9)"
    assert a_parent(status, "alone").wait(20) == 9
