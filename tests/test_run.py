"""`./run` and its tools: what they say, and what they would do, without doing it."""

from __future__ import annotations

import ast
import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "tools"))

import commands  # noqa: E402
import freeze  # noqa: E402
import groups  # noqa: E402
import lessons  # noqa: E402
import npm  # noqa: E402
import setup_env  # noqa: E402
from groups import Group, Outcome  # noqa: E402


def test_old_pythons_can_read_run() -> None:
    """They must come as far as the sentence about their age."""
    source = (ROOT / "run").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 4))
    assert "print(" not in source
    assert 'f"' not in source
    assert source.index("version_info < (3, 11)") < source.index("from commands")


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["help"]) == 0
    said = capsys.readouterr().out
    assert all(f"./run {name}".rstrip() in said for name in commands.COMMANDS if name not in NOT_YET_OFFERED)
    assert all(name in said for name in groups.names("all"))


@pytest.mark.skipif(os.name == "nt", reason="Windows shells have no broken pipes")
def test_help_stops_quietly_when_nobody_reads_on() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([sys.executable, "run", "help"], cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (commands.READER_GONE, b"")


@pytest.mark.parametrize("name", ["mtproto [copy]", "what?"])
def test_a_folder_in_which_jupyterlab_finds_no_widgets_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "ROOT", Path("/somewhere") / name)
    assert commands.lab([]) == 1
    assert "rename" in capsys.readouterr().err


def test_unknown_words_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["tset"]) == 2
    assert commands.main(["test", "untit"]) == 2
    assert "no command 'tset'" in capsys.readouterr().err


def test_a_tool_that_is_missing_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.tool("no_such_tool")([]) == 1
    assert "tests/tools/no_such_tool.py" in capsys.readouterr().err.replace("\\", "/")


def test_no_terminal_means_the_lessons_are_played(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    monkeypatch.setattr(commands, "lab", lambda rest: started.append("lab") or 0)
    monkeypatch.setattr(commands, "tool", lambda name: lambda rest: started.append(name) or 0)
    for terminal in (False, True):
        monkeypatch.setattr("sys.stdin", Stream(terminal))
        monkeypatch.setattr("sys.stdout", Stream(terminal))
        assert commands.start([]) == 0
    assert started == ["lessons", "lab"]


class Stream:
    def __init__(self, terminal: bool) -> None:
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


def test_the_stamp_follows_what_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup_env, "ROOT", tmp_path)
    stamps = set()
    for pyproject, constraints, version in (
        ("a", "b", "3.11"),
        ("a2", "b", "3.11"),
        ("a", "b2", "3.11"),
        ("a", "b", "3.12"),
    ):
        (tmp_path / "pyproject.toml").write_text(pyproject)
        (tmp_path / "constraints.txt").write_text(constraints)
        monkeypatch.setattr("sys.version", version)
        stamps.add(setup_env.wanted_stamp())
        assert setup_env.wanted_stamp() in stamps
    assert len(stamps) == 4


def test_a_missing_ensurepip_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    present = setup_env.importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name, *rest: None if name == "ensurepip" else present(name, *rest)
    )
    with pytest.raises(setup_env.CannotSetUp, match="apt install python3-venv"):
        setup_env._create(None, -1)


def test_a_linked_environment_is_not_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be the environment of another clone."""
    other = tmp_path / "other"
    (other / "bin").mkdir(parents=True)
    (tmp_path / ".venv").symlink_to(other)
    monkeypatch.setattr(setup_env, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(setup_env, "LOCK", tmp_path / ".venv.lock")
    monkeypatch.setattr(setup_env, "built", lambda: "")
    with pytest.raises(setup_env.CannotSetUp, match=r"is a link to .*other.*remove the link"):
        setup_env.set_up(setup_env.LIGHT)
    assert (other / "bin").is_dir()


def test_the_environment_is_the_venv_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    env = setup_env.environment()
    assert env["PATH"].startswith(str(setup_env.BIN))
    assert "PYTHONPATH" not in env


REGISTRY = (
    "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_TRUSTED_HOST", "PIP_CERT",
    "PIP_CLIENT_CERT", "PIP_PROXY", "PIP_CONFIG_FILE", "PIP_TIMEOUT", "PIP_RETRIES", "PIP_KEYRING_PROVIDER",
    "UV_INDEX", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_INDEX_OURS_PASSWORD",
    "UV_FIND_LINKS", "UV_INSECURE_HOST", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_CONFIG_FILE",
    "UV_HTTP_TIMEOUT", "UV_OFFLINE", "HTTPS_PROXY", "SSL_CERT_FILE",
)  # fmt: skip
STRANGE = (
    "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV", "PIP_REQUIRE_HASHES",
    "PIP_CONSTRAINT", "PIP_NO_DEPS", "PIP_DRY_RUN", "PIP_PYTHON", "PIP_NO_BINARY", "UV_TARGET",
    "UV_SYSTEM_PYTHON", "UV_PYTHON", "UV_NO_BUILD", "UV_PROJECT_ENVIRONMENT", "UV_CONSTRAINT", "PYTHONSAFEPATH",
    "PYTHONHOME", "PYTHONWARNINGS", "PYTHONINSPECT", "PYTHONOPTIMIZE", "PYTHONUSERBASE", "MPLBACKEND",
)  # fmt: skip


def test_the_environment_says_where_the_registry_is_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*REGISTRY, *STRANGE):
        monkeypatch.setenv(name, "1")
    env = setup_env.environment()
    assert [name for name in REGISTRY if name not in env] == []
    assert [name for name in STRANGE if name in env] == []


def test_python_flint_and_playwright_can_be_done_without() -> None:
    assert [extras for extras, _ in setup_env.EXTRAS["light"]] == [None]
    assert [extras for extras, _ in setup_env.EXTRAS["lessons"]] == ["lessons,tools,fast", "lessons,tools"]
    whole, *fewer = [str(extras).split(",") for extras, _ in setup_env.EXTRAS["tests"]]
    assert [[extra for extra in whole if extra not in some] for some in fewer] == [["fast"], ["browser", "fast"]]


def offered() -> set[str]:
    """The commands of `python -m mtlib`, from its own help."""
    command = [sys.executable, "-c", commands.LAUNCH, str(ROOT), "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^    ([a-z]+) ", said, re.M))


NOT_YET_OFFERED = set(commands.LIBRARY) - offered()


def test_run_offers_every_command_of_the_library() -> None:
    assert offered() and offered() <= set(commands.LIBRARY)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """What a clone has, without anything that was set up."""
    folder = tmp_path / "a clone [1]"
    folder.mkdir()
    for name in ("run", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    for name in ("mtlib", "tests/tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_the_command_line_runs_on_a_bare_clone_from_anywhere(bare: Path, tmp_path: Path) -> None:
    """With a Python that has `cryptography` nothing is set up, and nothing in the reader's folder is taken for ours."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("mtlib", "json", "commands"):
        (elsewhere / f"{name}.py").write_text("raise SystemExit('the wrong module')")
    (elsewhere / "mine.txt").write_text("encrypted_message: 00")
    done = subprocess.run(
        [sys.executable, str(bare / "run"), "doctor", "mine.txt", "--json"], cwd=elsewhere, check=False,
        capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    assert "wrong_size" in done.stdout
    assert not (bare / ".venv").exists()


def test_a_judged_program_finds_what_it_finds_without_us(bare: Path) -> None:
    """Its environment is the reader's: no path of ours, nothing taken away."""
    program = "import os, sys; sys.stderr.write(os.environ.get('PYTHONPATH', 'none') + os.environ['PATH'][:9])"
    environment = os.environ | {"PYTHONPATH": "/their/own", "PATH": "/a/first:" + os.environ["PATH"]}
    command = [sys.executable, str(bare / "run"), "judge", "--", sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "/their/own/a/first:" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("venv", "system", "chosen"),
    [(True, True, "venv"), (True, False, "venv"), (False, True, "system"), (False, False, "made")],
)
def test_which_python_runs_the_library(
    venv: bool, system: bool, chosen: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    python.write_text("")
    python.chmod(0o755)
    made: list[str] = []
    monkeypatch.setattr(setup_env, "PYTHON", python)
    monkeypatch.setattr(setup_env, "_serves", lambda one: venv if one == python else system)
    monkeypatch.setattr(setup_env, "set_up", made.append)
    assert setup_env.library_python() == (Path(sys.executable) if chosen == "system" else python)
    assert made == (["light"] if chosen == "made" else [])


def test_a_python_serves_when_it_has_the_dependencies_in_range(monkeypatch: pytest.MonkeyPatch) -> None:
    assert setup_env._serves(Path(sys.executable))
    for wanted in ("cryptography>=4242", "no-such-package>=1"):
        monkeypatch.setattr(setup_env, "_project", lambda wanted=wanted: {"dependencies": [wanted]})
        assert not setup_env._serves(Path(sys.executable))


def a_group(name: str, outcome: Outcome, *, lacks: str = "") -> Group:
    return Group(name, lambda: lacks, lambda _: outcome, "quick", beside=name != "two")


@pytest.mark.parametrize(
    ("outcome", "lacks", "ci", "last", "code"),
    [
        (Outcome(passed=3), "", "", "3 passed, 0 failed", 0),
        (Outcome(passed=3, failed=1), "", "", "3 passed, 1 failed", 1),
        (Outcome(passed=3, skipped=2), "", "true", "3 passed, 0 failed, 2 skipped", 0),
        (Outcome(), "needs Chromium.", "", "0 passed, 0 failed", 1),
        (Outcome(skipped=2, notes=("skipped: no browser",)), "", "", "0 passed, 0 failed", 1),
        (Outcome(skipped=2), "", "true", "0 passed, 1 failed", 1),
    ],
)
def test_the_closing_line(
    outcome: Outcome, lacks: str, ci: str, last: str, code: int,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(groups, "ARTEFACTS", tmp_path)
    monkeypatch.setattr(groups, "GROUPS", (a_group("one", outcome, lacks=lacks),))
    assert groups.run_groups(["one"]) == code
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == last
    assert any(line.startswith("left out: one: ") for line in said) == (not outcome.passed)


def test_the_groups_by_when_they_run() -> None:
    usual, nightly = set(groups.names("usual")), set(groups.names("nightly"))
    assert set(groups.names("quick")) < usual < set(groups.names("ci")) < set(groups.names("all")) == usual | nightly
    assert not usual & nightly
    assert not usual & {"book", "browser", "opened"}  # whoever changes something needs no browser for it
    assert set(groups.names("all")) - set(groups.names("ci")) == {
        "opened", "road", "pages", "hub", "fuzz", "soak"
    }


def test_what_was_not_asked_for_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(groups, "ARTEFACTS", tmp_path)
    monkeypatch.setattr(groups, "GROUPS", tuple(a_group(name, Outcome(passed=1)) for name in ("one", "two", "three")))
    assert groups.run_groups(["two"]) == 0
    assert "not asked for: one, three\n" in capsys.readouterr().out
    assert groups.run_groups(["one", "two", "three"]) == 0
    assert "not asked for" not in capsys.readouterr().out


def test_every_file_of_unit_tests_is_run_once_and_quick_leaves_out_those_that_are_named(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(groups, "_pytest", lambda *words: lambda name: asked.append([*words]))
    groups._unit("unit")
    groups._unit("unit", quick=True)
    whole, quick = ([word for word in words if word.endswith(".py")] for words in asked)
    there = {f"tests/{path.name}" for path in (ROOT / "tests").glob("test_*.py")}
    assert sorted(whole) == sorted(there - {groups.LESSONS, *groups._paths([*groups.LABS, *groups.PATIENTS])})
    assert set(whole) - set(quick) == {f"tests/{name}.py" for name in groups.NOT_QUICK}


def test_packages_are_fetched_once_by_who_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[Path] = []

    def fetch(folder: Path) -> None:
        fetched.append(folder)
        time.sleep(0.3)
        (folder / "node_modules").mkdir(exist_ok=True)
        (folder / "node_modules" / ".package-lock.json").touch()

    monkeypatch.setattr(npm, "_fetch", fetch)
    monkeypatch.setattr(npm, "ARTEFACTS", tmp_path / "artefacts")
    (tmp_path / "package-lock.json").touch()
    with ThreadPoolExecutor(3) as pool:
        assert set(pool.map(npm.packages, [tmp_path] * 3)) == {tmp_path / "node_modules"}
    assert fetched == [tmp_path]
    later = time.time() + 60
    os.utime(tmp_path / "package-lock.json", (later, later))
    npm.packages(tmp_path)
    assert fetched == [tmp_path] * 2


def test_the_scenes_with_old_clients_are_there() -> None:
    assert [name for name in groups.OLD_CLIENTS if not (ROOT / "tests" / "peers" / name).exists()] == []


def test_a_group_left_out_fails_only_in_ci(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "ARTEFACTS", tmp_path)
    pair = (a_group("one", Outcome(passed=1)), a_group("two", Outcome(), lacks="needs node."))
    monkeypatch.setattr(groups, "GROUPS", pair)
    for ci, code in (("", 0), ("true", 1)):
        monkeypatch.setenv("CI", ci)
        assert groups.run_groups(["one", "two"]) == code


def test_pytests_report_is_counted(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="9" failures="1" errors="1" skipped="2">'
        '<testcase><skipped message="no node"/></testcase>'
        '<testcase classname="tests.browser.test_plates" name="test_a[1.5]"><failure/></testcase>'
        '<testcase classname="tests.test_b" name="test_b"><error/></testcase></testsuite></testsuites>'
    )
    failing = ("tests/browser/test_plates.py::test_a[1.5]", "tests/test_b.py::test_b")
    assert groups._counted(report, 1) == Outcome(5, 2, 2, failing, notes=("skipped: no node",))
    assert groups._counted(tmp_path / "none.xml", 3).failed == 1


SOMETIMES = """
from pathlib import Path

def test_now_and_then():
    here = Path(__file__).with_name("again")
    here.touch() if (first := not here.exists()) else None
    assert not first

def test_good():
    pass

def test_never(number=0):
    assert number
"""


def test_what_failed_is_run_once_more_alone_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sometimes").mkdir()
    (tmp_path / "sometimes" / "test_it.py").write_text(SOMETIMES)
    monkeypatch.setattr(groups, "ARTEFACTS", tmp_path)
    monkeypatch.setattr(groups, "PYTHON", sys.executable)

    def run(name: str, command: list[str], limit: int) -> int:
        with (tmp_path / f"{name}.log").open("w") as log:
            own = [*command, "--rootdir=.", "-c", os.devnull]
            return subprocess.run(own, cwd=tmp_path, stdout=log, timeout=limit, check=False).returncode

    monkeypatch.setattr(groups, "_run", run)

    def said(*chosen: str) -> tuple[int, str, str]:
        monkeypatch.setattr(groups, "GROUPS", (Group("one", lambda: "", groups._pytest(*chosen), "quick"),))
        (tmp_path / "sometimes" / "again").unlink(missing_ok=True)
        code, text = groups.run_groups(["one"]), capsys.readouterr().out
        return code, text, text.splitlines()[-1]

    code, text, last = said("sometimes/test_it.py", "-k", "good or then")
    assert (code, last) == (0, "2 passed, 0 failed")
    assert "failed beside others, passed alone: sometimes/test_it.py::test_now_and_then\n" in text
    code, text, last = said("sometimes/test_it.py")
    assert (code, last) == (1, "2 passed, 1 failed")
    assert "sometimes/test_it.py::test_never failed again, alone:\n" in text
    monkeypatch.setattr(groups, "AGAIN", 1)
    code, text, last = said("sometimes/test_it.py")
    assert (code, last) == (1, "1 passed, 2 failed") and "alone" not in text


def test_freezing_leaves_nothing_of_this_run() -> None:
    widget = {"text/plain": "Inspector", freeze.WIDGET_VIEW: {"model_id": "d1"}}
    error = new_output("error", ename="RpcError", evalue="400", traceback=["File /home/x.py"])
    cell = new_code_cell(
        "show()", execution_count=1, metadata={"execution": {}, "tags": ["raises-exception"]}
    )
    cell.outputs = [
        new_output("display_data", widget),
        new_output("display_data", {freeze.WIDGET_VIEW: {}}),
        error,
    ]
    notebook = new_notebook(cells=[cell, new_markdown_cell("same"), new_markdown_cell("same")])
    notebook.metadata.widgets = {"state": {}}
    text = freeze.frozen(notebook)
    again: Any = nbformat.reads(text, as_version=4)
    assert freeze.frozen(again) == text
    assert len({one.id for one in again.cells}) == 3
    assert again.cells[0].metadata == {"tags": ["raises-exception"]}
    assert [output.get("data", {}) for output in again.cells[0].outputs] == [{"text/plain": "Inspector"}, {}]
    assert not [word for word in (freeze.WIDGET_VIEW, "/home", "state", "model_id") if word in text]


def test_the_live_bind_is_found_by_its_tag() -> None:
    said = new_output("stream", name="stdout", text="sent\nanswer: boolTrue\n")
    cell = new_code_cell("bind()", outputs=[said])
    assert lessons.live_bind(new_notebook(cells=[cell])) == ""
    cell.metadata.tags = [lessons.LIVE_BIND]
    assert lessons.live_bind(new_notebook(cells=[cell])) == "answer: boolTrue"


def test_lessons_are_chosen_by_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "LESSONS", tmp_path)
    with pytest.raises(SystemExit):
        lessons.chosen([])
    for name in ("00_start_here", "01_bytes"):
        (tmp_path / f"{name}.ipynb").write_text("{}")
    assert [path.stem for path in lessons.chosen([])] == ["00_start_here", "01_bytes"]
    assert [path.stem for path in lessons.chosen(["01"])] == ["01_bytes"]
    with pytest.raises(SystemExit):
        lessons.chosen(["07"])


def test_a_lesson_is_played_in_a_fresh_kernel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "00_start_here.ipynb", tmp_path / "01_bad.ipynb"
    bind = new_code_cell("print('boolTrue', 1 + 1)", metadata={"tags": [lessons.LIVE_BIND]})
    nbformat.write(new_notebook(cells=[bind]), good)
    nbformat.write(new_notebook(cells=[new_code_cell("1 / 0")]), bad)
    assert asyncio.run(lessons.play_all([good]))
    assert "the live bind: boolTrue 2" in capsys.readouterr().out
    assert not asyncio.run(lessons.play_all([bad]))
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_freezing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "00_start_here.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("print(1)\nprint(2)\n3")]), path)
    assert not asyncio.run(freeze.freeze([path], check=True))
    assert asyncio.run(freeze.freeze([path], check=False))
    once = path.read_bytes()
    assert asyncio.run(freeze.freeze([path], check=True))
    assert asyncio.run(freeze.freeze([path], check=False))
    assert path.read_bytes() == once


@pytest.mark.parametrize("event", ["socket.connect", "socket.sendto"])
def test_tests_stay_on_this_machine(event: str) -> None:
    """tests/conftest.py listens to Python's own audit events; raising one here sends nothing."""
    sys.audit(event, None, ("127.0.0.1", 443))
    sys.audit(event, None, ("::1", 443, 0, 0))
    sys.audit(event, None, "/tmp/a-unix-socket")
    sys.audit("socket.getaddrinfo", "localhost", 443, 0, 0, 0)
    with pytest.raises(PermissionError):
        sys.audit(event, None, ("192.0.2.1", 443))
    with pytest.raises(PermissionError):
        sys.audit("socket.getaddrinfo", "example.org", 443, 0, 0, 0)
