"""README.md and the pages it leads to: short enough, every command runs, every link leads somewhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "tools"))

import commands  # noqa: E402
import empty_environment  # noqa: E402
import groups  # noqa: E402
import measured  # noqa: E402
import setup_env  # noqa: E402
from mtlib import CHECKS, FAULTS, PACKET_CHECKS, __version__  # noqa: E402
from mtlib.__main__ import main  # noqa: E402

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / name for name in ("README.md", "TEACHING.md", "CONTRIBUTING.md", "CHANGES.md")]
PAGES += sorted((ROOT / "docs").glob("*.md"))
REQUEST = "052ad4cd" + (ROOT / "docs" / "refused.txt").read_text().partition("052ad4cd")[2].partition("\n")[0]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def told() -> set[str]:
    """Every command in the README, in blocks and in sentences."""
    lines = [line.partition("#")[0].strip() for block in blocks(README, "sh") for line in block.splitlines()]
    prose = re.sub(r"^```.*?^```$", "", README, flags=re.M | re.S)
    inline = [code for code in re.findall(r"`([^`]+)`", prose) if code.startswith(("./run", "python", "pip "))]
    return {command for command in [*lines, *inline] if command != "python3-venv"}


def test_it_can_be_read_in_three_minutes() -> None:
    assert len(README.split()) <= 600


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "run", *words], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip


FIRST_STEP_ONLY = """
import hashlib, json, sys
for line in sys.stdin:
    inputs = json.loads(line)["inputs"]
    key = bytes.fromhex(inputs.get("perm_auth_key", ""))
    print(json.dumps({"output": hashlib.sha1(key).hexdigest()[24:40]}), flush=True)
"""


def doctor() -> None:
    done = run("doctor", "docs/refused.txt")
    assert done.returncode == 1
    assert "[msg_key_over_padding]" in done.stdout


def bind() -> None:
    done = run("bind")
    assert done.returncode == 0
    assert "answers boolTrue" in done.stdout


def dissect() -> None:
    done = run("dissect", REQUEST)
    assert done.returncode == 0
    assert "auth.bindTempAuthKey" in done.stdout


def judge() -> None:
    """The program answers the first step rightly, and the second not at all."""
    done = run("judge", "--", sys.executable, "-c", FIRST_STEP_ONLY)
    assert done.returncode == 1
    assert "stopped at step inner" in done.stdout


def tap_and_dc() -> None:
    """A data centre, and a relay in front of it that says where it listens."""
    command = [sys.executable, "run", "dc", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as dc:
        assert dc.stdout is not None
        where = json.loads(dc.stdout.readline())
        tap = [sys.executable, "run", "tap", "--to", f"{where['host']}:{where['port']}"]
        with subprocess.Popen(tap, cwd=ROOT, stdout=subprocess.PIPE, text=True) as relay:
            assert relay.stdout is not None
            assert "127.0.0.1" in relay.stdout.readline()
            relay.terminate()
        dc.terminate()


def telegram_test() -> None:
    """It would dial test DC 2, and tests stay on this machine (tests/conftest.py stops it at the door)."""
    with pytest.MonkeyPatch.context() as patch:
        said: list[str] = []
        patch.setattr(sys.stderr, "write", said.append)
        assert main(["bind", "--dc", "telegram-test"]) in {1, 3}
    assert "a test wanted to talk to" in "".join(said)


def without_setting_up(words: list[str], level: str) -> list[list[str]]:
    """What a command runs after its set-up, which is only noted here."""
    asked: list[str] = []
    started: list[list[str]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands, "set_up", asked.append)
        patch.setattr(commands, "run", lambda command: started.append(command) or 0)
        patch.setattr(groups, "run_groups", lambda chosen, quick: started.append(list(chosen)) or 0)
        assert commands.main(words) == 0
    assert asked == [level]
    return started


def lessons() -> None:
    (started,) = without_setting_up(["lab"], setup_env.LESSONS)
    assert "jupyterlab" in started
    assert f"--LabApp.default_url=/lab/tree/{commands.FIRST_LESSON}" in started


def book() -> None:
    (started,) = without_setting_up(["book"], setup_env.TESTS)
    assert started[-1].endswith("book.py")


def tests() -> None:
    (started,) = without_setting_up(["test"], setup_env.TESTS)
    assert started == groups.names("usual")


def help_() -> None:
    assert "./run doctor" in run("help").stdout


def pip() -> None:
    """In an environment that has `cryptography`, with the setuptools that is here: nothing is fetched."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        programs = empty_environment.environment(folder / "env", "pip", "setuptools", "cryptography")
        (folder / "source").mkdir()
        install = [programs / "python", "-m", "pip", "install", "--quiet", "--no-build-isolation", "."]
        where, env = empty_environment.source(folder / "source"), empty_environment.clean()
        subprocess.run(install, cwd=where, env=env, check=True)
        said = subprocess.run([programs / "mtlib", "--version"], env=env, capture_output=True, text=True, check=True)
    assert said.stdout == f"mtlib {__version__}\n"


COMMANDS: dict[str, Callable[[], None]] = {
    "./run": lessons,
    "./run book": book,
    "./run test": tests,
    "./run help": help_,
    "./run doctor": doctor,
    "./run doctor docs/refused.txt": doctor,
    "./run bind": bind,
    "./run bind --dc telegram-test": telegram_test,
    "./run dc": tap_and_dc,
    "./run tap --to HOST:PORT": tap_and_dc,
    "./run dissect HEX": dissect,
    "./run judge -- PROGRAM": judge,
    "python run": help_,
    "pip install .": pip,
}


def test_every_command_is_known_to_this_test() -> None:
    assert told() == set(COMMANDS)


@pytest.mark.parametrize("work", dict.fromkeys(COMMANDS.values()), ids=lambda work: work.__name__)
def test_every_command_runs(work: Callable[[], None]) -> None:
    work()


@pytest.mark.parametrize("number", range(2))
def test_the_python_in_it_runs(number: int) -> None:
    assert len(blocks(README, "python")) == 2
    done = subprocess.run(
        [sys.executable, "-c", blocks(README, "python")[number]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "nearestDc" in done.stdout if number == 0 else "boolTrue" in done.stdout


def test_its_example_is_the_file_that_it_names() -> None:
    (example,) = blocks(README, "text")
    whole = dict(line.split(": ", 1) for line in (ROOT / "docs" / "refused.txt").read_text().splitlines())
    for line in example.splitlines():
        name, value = re.split(r":\s+", re.split(r"\s{3,}(?=\d+ bytes)", line)[0], maxsplit=1)
        shown = value.removesuffix(" ...")
        assert whole[name].startswith(shown if name == "answer" else shown.replace(" ", "")), line


def anchors(path: Path) -> set[str]:
    """The headings of a page, as GitHub makes links of them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    for link in re.findall(r"\]\(([^)]+)\)", text):
        if "://" not in link:
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    for name in re.findall(r"`((?:tests|docs|mtlib|notebooks)/[\w./-]+)`", page.read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), name


def test_every_page_is_reached_from_the_readme() -> None:
    reached, new = set(), {ROOT / "README.md"}
    while new:
        page = new.pop()
        reached.add(page)
        for link in re.findall(r"\]\(([^)#]+\.md)", page.read_text(encoding="utf-8")):
            new |= {(page.parent / link).resolve()} - reached
    assert set(PAGES) <= reached


# -- docs/stable.md, docs/vectors.md, docs/measured.md


STABLE = (ROOT / "docs" / "stable.md").read_text(encoding="utf-8")


def promised(row: str) -> list[str]:
    """The names in the second cell of a row of stable.md."""
    (cell,) = re.findall(rf"^\| `{re.escape(row)}` \| (.*) \|$", STABLE, re.M)
    return re.findall(r"`([^`]+)`", cell)


def test_the_promised_keys_are_those_that_are_printed() -> None:
    assert promised("mtlib bind --json") == list(json.loads(run("bind", "--json").stdout))
    assert promised("mtlib doctor --json") == list(json.loads(run("doctor", "docs/refused.txt", "--json").stdout))


def test_the_promised_exit_codes_are_those_that_help_names() -> None:
    said = run("bind", "--help").stdout + subprocess.run(
        [sys.executable, "-m", "mtlib", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    (codes,) = re.findall(r"^\| exit codes \| (.*) \|$", STABLE, re.M)
    assert codes in said


def test_what_it_points_to_has_names() -> None:
    assert all((CHECKS, PACKET_CHECKS, FAULTS))
    assert "reading-the-log" in anchors(ROOT / "docs" / "point_your_client.md")


def test_the_page_on_vectors_describes_the_ladder(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "vectors.md").read_text(encoding="utf-8")
    ladder = json.loads((ROOT / "mtlib" / "clinic" / "ladder.json").read_text(encoding="utf-8"))
    described = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", page, re.M)
    names = [name for cell in described for name in re.findall(r"\w+", cell)]
    assert names == [*ladder, *ladder["steps"][0]]
    assert f"into {len(ladder['steps'])} steps, from `{ladder['steps'][0]['step']}`" in page
    assert {kind for step in ladder["steps"] for kind in step["takes"].values()} == {"bytes", "long", "int", "text"}


def test_the_check_of_the_page_on_vectors_checks() -> None:
    """With functions that look the answers up, and with one that is wrong."""
    (source,) = blocks((ROOT / "docs" / "vectors.md").read_text(encoding="utf-8"), "python")
    scope: dict[str, Callable[..., None]] = {}
    exec(source, scope)
    steps = json.loads((ROOT / "mtlib" / "clinic" / "ladder.json").read_text(encoding="utf-8"))["steps"]

    def answering(step: dict[str, Any]) -> Callable[..., bytes]:
        def answer(**inputs: Any) -> bytes:
            asked = {name: value.hex() if isinstance(value, bytes) else str(value) for name, value in inputs.items()}
            (known,) = (
                vector["output"] for vector in step["vectors"]
                if {name: str(value) for name, value in vector["inputs"].items()} == asked
            )  # fmt: skip
            return bytes.fromhex(known)

        return answer

    mine = {step["step"]: answering(step) for step in steps}
    scope["check"](steps, mine)
    with pytest.raises(AssertionError, match="inner"):
        scope["check"](steps, mine | {"inner": lambda **_: b""})


def test_the_version_of_the_notice_is_this_one() -> None:
    assert f"bind-temp-auth-key {__version__}," in (ROOT / "docs" / "vectors.md").read_text(encoding="utf-8")


def test_a_measurement_takes_the_place_of_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "docs" / "measured.md"
    page.parent.mkdir()
    page.write_text(measured.PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(measured, "PAGE", page)
    before = page.read_text(encoding="utf-8")
    for section in ("bench", "clients", "soak"):
        measured.write(section, f"./run {section}", measured.table(("a", "b"), [("1|2", "3")]))
        first = page.read_text(encoding="utf-8")
        measured.write(section, f"./run {section}", measured.table(("a", "b"), [("1|2", "3")]))
        assert page.read_text(encoding="utf-8") == first
        assert f"`./run {section}`, on {measured.machine()}.\n\n| a | b |\n" in first
        assert f"\n| --- | --- |\n| 1\\|2 | 3 |\n{measured.marks(section)[1]}" in first
    outside = re.compile(r"(<!-- (\w+): .*?-->).*?(<!-- end of \w+ -->)", re.S)
    assert outside.sub(r"\1\3", first) == outside.sub(r"\1\3", before)
    with pytest.raises(ValueError, match="no section"):
        measured.write("nonsense", "", "")


def test_a_part_measured_again_leaves_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "docs" / "measured.md"
    page.parent.mkdir()
    page.write_text(measured.PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(measured, "PAGE", page)
    rows = [["load", "200 at once", "5 s"], ["load", "in a row | again", "9 s"], ["dc", "no crash", "7 s"]]
    measured.write("soak", "./run soak", measured.table(("part", "outcome", "after"), rows))
    assert measured.renewed("soak", []) == rows
    new = [("load", "300 at once", "6 s"), ("doctor", "1 | 2", "8 s")]
    assert measured.renewed("soak", new) == [new[0], rows[2], new[1]]
