"""The groups of tests: what each needs, how it is run, and what it says at the end.

Standard library only. A group that this machine cannot run is left out with a sentence; with CI=true that
is a failure, so that a green run there means that everything that was asked for ran. What was not asked for is named.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

from npm import NotFetched, packages
from progress import Progress
from setup_env import ARTEFACTS, PYTHON, ROOT, environment

TIME_LIMIT, NIGHT = 20 * 60, 4 * 60 * 60
"""Seconds that a group may take, and one that runs at night."""
NOT_QUICK = (
    "test_tools_book", "test_ladder", "test_predictions", "test_patients", "test_lab_answers",
    "test_set_up", "test_lab_plates", "test_stranger", "test_tools_grade", "test_cli",
    "test_docs_ci", "test_doctor", "test_readme", "test_cases_jupyter", "test_fuzz",
    "test_lab_figures", "test_mistakes", "test_reading", "test_record", "test_lab_bind", "test_judge", "test_run",
    "test_wheel", "test_client", "test_datacenter_outside", "test_lab_examining", "test_schema", "test_tools_release",
    "test_canary", "test_capture", "test_server", "test_cli_dc", "test_stream", "test_lab_book_cells", "test_tl",
    "test_lab_form", "test_lab_exercises", "test_tools_exam", "test_lab_troubles",
    "test_tools_soak_doctor", "test_without_sockets", "test_numbers", "test_exchanges_recomputed",
    "test_lab_plates_stories", "test_attacks", "test_lab_plates_ribbons", "test_main_doctor", "test_bad_luck",
    "test_faulty_clients", "test_budget", "test_exercises_binding", "test_load", "test_net_tap",
)  # fmt: skip
"""Files of unit tests that take more than their share of a minute, the longest first: `--quick` leaves them to `./run
test`, which begins with them, so that no core waits for the other in the end."""
# Two groups run beside each other, and pytest's cache is one folder.
QUIETLY = ("-p", "no:cacheprovider")
WORKERS = ("-n", "2")
BY_FILE = (*WORKERS, "--dist", "loadfile", "--no-loadscope-reorder")
LESSONS = "tests/test_lessons.py"
LABS, PATIENTS = ("test_labs",), tuple(sorted(path.stem for path in (ROOT / "tests").glob("test_unseen_*.py")))
"""Unit tests that are groups of their own: every lab again with its solutions, and what strangers to the table made."""
OLD_CLIENTS = ("test_exchanges.py", "test_in_a_row.py", "test_recovery.py", "test_secret.py")
"""Scenes with other people's clients that take longest: those that do not bind, and every fault."""
SOAK = "tests/tools/soak.py"
AGAIN = 3
"""How many failed tests are run a second time: more than these have a cause that is not the machine."""
OPENED, LATENCY = "tests/browser/test_lessons.py", "tests/browser/test_latency.py"
ROAD, WHOLE_BOOK = "tests/book/test_short_road.py", "tests/book/test_whole_book.py"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSERS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


@dataclass(frozen=True)
class Outcome:
    """How a group went. `left_out` is the sentence of a group that did not run, `failing` what pytest can run again."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failing: tuple[str, ...] = ()
    left_out: str = ""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Group:
    """A name, what it needs (an empty sentence: nothing is missing), how to run it, and when.

    `when` is "quick" (always), "usual" (not with --quick) or "nightly" (only when asked for). `ci` says whether the
    time that CI has is enough for it; `beside`, whether another may run at the same time.
    """

    name: str
    lacks: Callable[[], str]
    run: Callable[[str], Outcome]
    when: str = "usual"
    ci: bool = True
    beside: bool = False


def names(which: str) -> list[str]:
    """Of the groups that are "quick"; "usual", which the quick ones are too; "nightly"; "ci"; or "all"."""
    fits: dict[str, Callable[[Group], bool]] = {
        "quick": lambda group: group.when == "quick",
        "usual": lambda group: group.when != "nightly",
        "nightly": lambda group: group.when == "nightly",
        "ci": lambda group: group.ci,
        "all": lambda group: True,
    }
    return [group.name for group in GROUPS if fits[which](group)]


def run_groups(chosen: Sequence[str], *, quick: bool = False) -> int:
    """Runs the groups, prints a line for each and the closing lines; 0 only if nothing failed.

    `quick` leaves the unit tests that take longer out, and says so.
    """
    ARTEFACTS.mkdir(exist_ok=True)
    strict = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
    wanted = [group for group in GROUPS if group.name in chosen]
    if quick:
        wanted = [replace(group, run=partial(_unit, quick=True)) if group.name == "unit" else group for group in wanted]
    print(f"Running {', '.join(group.name for group in wanted)}.", flush=True)
    # The others measure what time and memory are for one, and get the machine alone.
    lanes = min(2, os.cpu_count() or 1)
    outcomes: dict[str, Outcome] = {}
    pool = ThreadPoolExecutor(lanes)
    command, together = "test --quick" if quick else "test", min(lanes, sum(group.beside for group in wanted)) or 1
    with Progress(command, [group.name for group in wanted], lanes=together) as progress:
        try:
            started = {pool.submit(_timed, group, progress): group.name for group in wanted if group.beside}
            for future in as_completed(started):
                outcomes[started[future]] = _told(started[future], future.result(), progress)
        finally:
            pool.shutdown(cancel_futures=True)  # after Ctrl-C nothing more is started
        for group in wanted:
            if not group.beside:
                outcomes[group.name] = _told(group.name, _timed(group, progress), progress)
    return _closing(_once_more(outcomes), strict, quick)


def _once_more(outcomes: dict[str, Outcome]) -> dict[str, Outcome]:
    """A few failed tests again, now that nothing runs beside them. What passes then is named and counts as passed.

    Sockets, browsers and clocks share two cores with everything else: what such a test says of the product is what
    it says when it is alone. A test that fails twice has failed, and so has a group that fails otherwise.
    """
    failing = [test for outcome in outcomes.values() for test in outcome.failing]
    if not failing or len(failing) > AGAIN or len(failing) < sum(outcome.failed for outcome in outcomes.values()):
        return outcomes
    told = dict(outcomes)
    for name, outcome in outcomes.items():
        for test in outcome.failing:
            alone = _pytest(test)("again")
            if alone.passed != 1 or alone.failed:
                print(f"\n{test} failed again, alone:\n{(ARTEFACTS / 'again.log').read_text(errors='replace')}")
                continue
            print(f"\nfailed beside others, passed alone: {test}")
            told[name] = replace(told[name], passed=told[name].passed + 1, failed=told[name].failed - 1)
    return told


def _closing(outcomes: dict[str, Outcome], strict: bool, quick: bool) -> int:
    left_out = {name: outcome.left_out for name, outcome in outcomes.items() if outcome.left_out}
    print()
    not_asked = [group.name for group in GROUPS if group.name not in outcomes]
    if not_asked or quick:
        files = f" and {len(NOT_QUICK)} files of unit tests" if quick else ""
        print(f"not asked for: {', '.join(not_asked)}{files}")
    for name, sentence in left_out.items():
        print(f"left out: {name}: {sentence}{' With CI=true that is a failure.' if strict else ''}")
    passed = sum(outcome.passed for outcome in outcomes.values())
    failed = sum(outcome.failed for outcome in outcomes.values()) + (len(left_out) if strict else 0)
    skipped = sum(outcome.skipped for outcome in outcomes.values())
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""), flush=True)
    return 1 if failed or not passed else 0


def _timed(group: Group, progress: Progress) -> Outcome:
    begun = time.monotonic()
    with progress.running(group.name, partial(_how_far, group.name)):
        reason = group.lacks()
        if reason:
            return Outcome(left_out=reason)
        try:
            outcome = group.run(group.name)
        except subprocess.TimeoutExpired as late:
            outcome = Outcome(failed=1, notes=(f"stopped after {late.timeout:.0f} s",))
    if outcome.skipped and not outcome.passed and not outcome.failed:
        outcome = replace(outcome, skipped=0, left_out="; ".join(outcome.notes) or "all skipped.")
    return replace(outcome, seconds=time.monotonic() - begun)


def _how_far(name: str) -> str:
    """The last percentage that pytest wrote into the group's log."""
    log = ARTEFACTS / f"{name}.log"
    told = re.findall(r"\[ *(\d+%)\]", log.read_text(errors="replace")) if log.exists() else []
    return told[-1] if told else ""


def _told(name: str, outcome: Outcome, progress: Progress) -> Outcome:
    """The group's line; for a failed one all it printed, since nothing was shown while it ran."""
    if outcome.failed:
        log = ARTEFACTS / f"{name}.log"
        progress.say(f"\n----- {name} -----\n{log.read_text(errors='replace') if log.exists() else ''}")
    if outcome.left_out:
        counts = "left out"
    else:
        counts = f"{outcome.passed} passed, {outcome.failed} failed"
        counts += f", {outcome.skipped} skipped" if outcome.skipped else ""
    progress.say(f"{name:<8} {outcome.seconds:6.1f} s  {counts}")
    progress.say(*(f"{'':<19}{note}" for note in (() if outcome.left_out else outcome.notes)))
    return outcome


def _run(name: str, command: Sequence[str], cwd: Path = ROOT, limit: int = TIME_LIMIT) -> int:
    with (ARTEFACTS / f"{name}.log").open("a", encoding="utf-8") as log:
        print("$", *command, file=log, flush=True)
        return subprocess.run(
            command, cwd=cwd, env=environment() | _browser_variable(), stdin=subprocess.DEVNULL,
            stdout=log, stderr=subprocess.STDOUT, timeout=limit, check=False,
        ).returncode  # fmt: skip


def _plain(*arguments: str, limit: int = TIME_LIMIT) -> Callable[[str], Outcome]:
    """A program that says yes or no: one test."""

    def run(name: str) -> Outcome:
        _fresh(name)
        code = _run(name, [str(PYTHON), *arguments], limit=limit)
        return Outcome(passed=int(code == 0), failed=int(code != 0))

    return run


def _pytest(*arguments: str, limit: int = TIME_LIMIT) -> Callable[[str], Outcome]:
    def run(name: str) -> Outcome:
        _fresh(name)
        report = ARTEFACTS / f"{name}.xml"
        report.unlink(missing_ok=True)
        command = [str(PYTHON), "-m", "pytest", *arguments, "-ra", *QUIETLY, f"--junitxml={report}"]
        code = _run(name, command, limit=limit)
        if code == 5:
            return Outcome(left_out=f"there are no tests in {arguments[0]} yet.")
        return _counted(report, code)

    return run


def _unit(name: str, *, quick: bool = False) -> Outcome:
    others = sorted(path.stem for path in (ROOT / "tests").glob("test_*.py"))
    apart = {*NOT_QUICK, *LABS, *PATIENTS, Path(LESSONS).stem}
    files = [*([] if quick else NOT_QUICK), *(each for each in others if each not in apart)]
    return _pytest(*_paths(files), *BY_FILE)(name)


def _paths(files: Sequence[str]) -> list[str]:
    return [f"tests/{each}.py" for each in files]


def _counted(report: Path, code: int) -> Outcome:
    """pytest's own numbers, from its report. A run that ended badly without a failed test failed too."""
    if not report.exists():
        return Outcome(failed=1, notes=(f"pytest ended with exit status {code} and no report",))
    suites = ElementTree.parse(report).getroot().iter("testsuite")
    total, bad, skipped = 0, 0, 0
    reasons: list[str] = []
    failing: list[str] = []
    for suite in suites:
        total += int(suite.get("tests", "0"))
        bad += int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
        skipped += int(suite.get("skipped", "0"))
        reasons += [str(mark.get("message", "")) for mark in suite.iter("skipped")]
        for case in suite.iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                failing.append(f"{str(case.get('classname')).replace('.', '/')}.py::{case.get('name')}")
    notes = tuple(f"skipped: {reason}" for reason in dict.fromkeys(reasons))
    return Outcome(max(0, total - bad - skipped), max(bad, int(code != 0)), skipped, tuple(failing), notes=notes)


def _node(name: str) -> Outcome:
    """The browser half of the inspector, in node: `npm ci` once, then node's own test runner."""
    folder = ROOT / "tests" / "node"
    _fresh(name)
    try:
        packages(folder)
    except NotFetched as lacking:
        return Outcome(left_out=str(lacking))
    tap = ARTEFACTS / f"{name}.tap"
    tap.unlink(missing_ok=True)
    reporters = ["--test-reporter=spec", "--test-reporter-destination=stdout"]
    reporters += ["--test-reporter=tap", f"--test-reporter-destination={tap}"]
    tests = sorted(str(path.relative_to(folder)) for path in folder.glob("*.test.mjs"))
    code = _run(name, [_found("node"), "--test", *reporters, *tests], folder)
    report = tap.read_text() if tap.exists() else ""
    said = dict(re.findall(r"^# (pass|fail|cancelled|skipped) (\d+)$", report, re.M))
    bad = int(said.get("fail", 0)) + int(said.get("cancelled", 0))
    return Outcome(int(said.get("pass", 0)), max(bad, int(code != 0)), int(said.get("skipped", 0)))


def _fresh(name: str) -> None:
    (ARTEFACTS / f"{name}.log").write_text("")


def _found(program: str) -> str:
    return shutil.which(program, path=environment()["PATH"]) or program


def _has(program: str) -> bool:
    return shutil.which(program, path=environment()["PATH"]) is not None


def browser() -> str:
    """The Chromium of this machine, or nothing. Playwright's own download is never used."""
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    return next((path for path in MAC_BROWSERS if sys.platform == "darwin" and Path(path).exists()), "")


def _browser_variable() -> dict[str, str]:
    found = browser()
    return {"CHROMIUM": found} if found else {}


def _tests_in(folder: str, pattern: str) -> bool:
    return any((ROOT / folder).glob(pattern))


def _nothing() -> str:
    return ""


def _lacks_lessons() -> str:
    return "" if _tests_in("notebooks", "*.ipynb") else "there are no lessons in notebooks yet."


def _lacks_browser() -> str:
    if not _tests_in("tests/browser", "test_*.py"):
        return "there are no tests in tests/browser yet."
    if subprocess.run([PYTHON, "-c", "import playwright"], capture_output=True, check=False).returncode:
        return "needs playwright: .venv/bin/python -m pip install playwright"
    return "" if browser() else "needs Chromium: on Debian, apt install chromium fonts-dejavu-core."


def _lacks_node() -> str:
    if not _tests_in("tests/node", "*.test.mjs"):
        return "there are no tests in tests/node yet."
    if not _has("node") or not _has("npm"):
        return "needs node 18.15 or newer and npm: on Debian, apt install nodejs npm."
    said = subprocess.run([_found("node"), "--version"], capture_output=True, text=True, check=False).stdout
    version = tuple(int(part) for part in re.findall(r"\d+", said)[:2])
    return "" if version >= (18, 15) else f"needs node 18.15 or newer; here it is {said.strip()}."


def _lacks_book() -> str:
    return _lacks_node() or _lacks_browser()


def _lacks_peers() -> str:
    """Other people's clients run where no packet can leave: in a network namespace with loopback only."""
    if not _tests_in("tests/peers", "test_*.py"):
        return "there are no tests in tests/peers yet."
    if sys.platform != "linux":
        return "needs Linux: its clients run in a network namespace of their own."
    for program, package in (("npm", "npm"), ("unshare", "util-linux"), ("ip", "iproute2")):
        if not _has(program):
            return f"needs {program}: on Debian, apt install {package}."
    flags = "-n" if os.geteuid() == 0 else "-Urn"
    if subprocess.run([_found("unshare"), flags, "true"], capture_output=True, check=False).returncode:
        return f"needs a network namespace, and `unshare {flags} true` is refused: run as root, or allow it."
    return ""


def _lacks_hub() -> str:
    """A class on one server: users of the system are made for it, so only root can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "needs Linux and root: it makes twelve users of the system for its own time."
    lacking = [name for name in ("npm", "useradd", "chpasswd", "runuser") if not _has(name)]
    return f"needs {', '.join(lacking)}: on Debian, apt install npm passwd util-linux." if lacking else ""


# In the order in which they are started: those that run beside each other so that both cores have work to the end.
GROUPS = (
    Group("unit", _nothing, _unit, "quick", beside=True),
    Group("style", _nothing, _plain("-m", "ruff", "check", "--output-format=concise", "."), "quick", beside=True),
    Group("types", _nothing, _plain("-m", "mypy"), "quick", beside=True),
    Group("lessons", _lacks_lessons, _pytest(LESSONS, *WORKERS, "--dist", "worksteal"), beside=True),
    Group("node", _lacks_node, _node, beside=True),
    Group("browser", _lacks_browser, _pytest("tests/browser", f"--ignore={OPENED}", f"--ignore={LATENCY}"), "nightly",
          beside=True),
    Group("labs", _nothing, _pytest(*_paths(LABS)), "nightly", beside=True),
    Group("patients", _nothing, _pytest(*_paths(PATIENTS)), "nightly", beside=True),
    Group("book", _lacks_book, _pytest("tests/book", f"--ignore={ROAD}", f"--ignore={WHOLE_BOOK}"), "nightly",
          beside=True),
    Group("clients", _lacks_peers, _pytest(*(f"tests/peers/{name}" for name in OLD_CLIENTS)), "nightly", beside=True),
    Group("peers", _lacks_peers, _pytest("tests/peers", *(f"--ignore=tests/peers/{name}" for name in OLD_CLIENTS)),
          "nightly", beside=True),
    Group("latency", _lacks_browser, _pytest(LATENCY), "nightly"),
    Group("opened", _lacks_browser, _pytest(OPENED), "nightly", ci=False, beside=True),
    Group("road", _lacks_book, _pytest(ROAD), "nightly", ci=False, beside=True),
    Group("pages", _lacks_book, _pytest(WHOLE_BOOK, "-o", "faulthandler_timeout=3600", limit=NIGHT), "nightly",
          ci=False),
    Group("hub", _lacks_hub, _pytest("tests/hub", "-o", "faulthandler_timeout=400"), "nightly", ci=False),
    Group("fuzz", _nothing, _plain(SOAK, "exchanges", "decoders", "dc", "doctor", "differential", "properties",
                                      limit=NIGHT), "nightly", ci=False),
    Group("soak", _nothing, _plain(SOAK, "load", "mutants", limit=NIGHT), "nightly", ci=False),
)  # fmt: skip
