"""What a notebook sees: check, hint, contract, material, and the functions of my_bind.py."""

from __future__ import annotations

import linecache
import re
import runpy
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from mtlib.clinic.text_bytes import is_key
from mtlib.lab import exercises
from mtlib.lab.answers import EXERCISES, library
from mtlib.lab.examining import ALMOST, NOT_YET, RIGHT, Mark, Task
from mtlib.lab.exercises import check, contract, examine, hint, keep, material, mine
from mtlib.lab.scenes import scenes
from test_cases_jupyter import contrast

SOLUTIONS = Path(__file__).parent / "solutions"


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MTLIB_MY_BIND", str(tmp_path / "my_bind.py"))
    monkeypatch.setattr(exercises, "_told", {})
    return tmp_path / "my_bind.py"


def lesson(source: str, name: str) -> Any:
    names: dict[str, Any] = {"__name__": "__main__"}
    place = f"<lesson {name}>"
    linecache.cache[place] = (len(source), None, source.splitlines(keepends=True), place)
    exec(compile(source, place, "exec"), names)
    return names[name]


def solution(name: str) -> str:
    return str(runpy.run_path(str(SOLUTIONS / f"{name}.py"))["SOLUTION"])


def test_check_prints_and_gives_nothing_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert check("seqno", lambda n: (2 * n + 1, 0)) is None
    check("seqno", lambda n: (2 * n, 0))
    check("seqno", ...)
    check("no_such_exercise", ...)
    first, second, third, fourth = capsys.readouterr().out.splitlines()
    assert first == "right: seqno gives what it should on all 4 inputs."
    assert second.startswith("almost: Envelope 0, message 1")
    assert third == "not yet: seqno has no answer so far. Replace the `...`."
    assert fourth.startswith("not yet: there is no exercise 'no_such_exercise'. There are: ")


def test_hints_come_one_at_a_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known = EXERCISES["seqno"].hints
    for _ in range(4):
        hint("seqno")
    hint("padding_v2")
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [f"hint 1 of 2: {known[0]}", f"hint 2 of 2: {known[1]}"]
    assert lines[2] == lines[3] == "no more hints. One way to write it stands in tests/solutions/seqno.py."
    assert lines[4].startswith("hint 1 of 3")
    monkeypatch.setattr("mtlib.lab.exercises.SOLUTIONS", tmp_path)  # as in a wheel, and in the book
    hint("seqno")
    said = capsys.readouterr().out
    assert said.startswith('no more hints. contract("seqno") shows the task again') and "tests/" not in said
    hint("no_such_exercise")
    assert "there is no exercise" in capsys.readouterr().out


@pytest.mark.parametrize("name", EXERCISES)
def test_a_contract_says_what_is_wanted(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    contract(name)
    text = capsys.readouterr().out
    assert EXERCISES[name].signature in text
    assert EXERCISES[name].asks in text
    for value in scenes("")[0].values():
        if isinstance(value, bytes) and len(value) == 256:
            assert value.hex() not in text
    contract(name)
    assert capsys.readouterr().out == text


def test_material(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(material("statements")) == {"A", "B", "C"}
    assert len(material("symptoms")["causes"]) == 12
    inputs = material("ige_encrypt")
    assert EXERCISES["ige_encrypt"].solution(**inputs) == scenes("")[0]["ciphertext"]
    assert material("no_such_exercise") is None
    contract("no_such_exercise")
    assert "there is no exercise" in capsys.readouterr().out


def test_a_box_has_text_and_plain_colours() -> None:
    box = exercises._Box(Mark(NOT_YET, "<b>no</b>"))
    bundle = box._repr_mimebundle_()
    assert bundle["text/plain"] == "not yet: <b>no</b>"
    assert "&lt;b&gt;" in bundle["text/html"]
    assert 'role="status"' in bundle["text/html"]
    assert "class=" not in bundle["text/html"]
    assert "hsl" not in bundle["text/html"]


@pytest.mark.parametrize(("paper", "ink"), [(255, "#212121"), (17, "#e0e0e0")], ids=["light", "dark"])
def test_a_box_is_readable_in_both_themes(paper: int, ink: str) -> None:
    for verdict in (RIGHT, ALMOST, NOT_YET):
        html = exercises._Box(Mark(verdict, "so")).html()
        (found,) = re.findall(r"background-color:rgba\((\d+), (\d+), (\d+), (0\.\d+)\)", html)
        *colour, share = map(float, found)
        mixed = "#" + "".join(f"{round(share * part + (1 - share) * paper):02x}" for part in colour)
        assert contrast(mixed, ink) >= 7, verdict


def test_in_a_notebook_it_is_displayed(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr("IPython.core.getipython.get_ipython", object)
    monkeypatch.setattr("IPython.display.display", shown.append)
    check("seqno", ...)
    assert [str(each) for each in shown] == ["not yet: seqno has no answer so far. Replace the `...`."]


def test_mine_is_the_readers_where_it_is_right(fresh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mine("padding_v2")(132) == 12
    fresh.write_text("def padding_v2(body):\n    return 12 + -(44 + body) % 16\n")
    assert mine("padding_v2").__module__ == "my_bind"
    fresh.write_text("def padding_v2(body):\n    return 12\n")
    assert mine("padding_v2").__module__ == "mtlib.lab.answers"
    fresh.write_text("import sys\nsys.exit(3)\n")
    assert mine("padding_v2")(12) == 20
    assert capsys.readouterr().out.splitlines() == [
        "padding_v2: mtlib's.",
        "padding_v2: yours, from my_bind.py.",
        "padding_v2: mtlib's; yours in my_bind.py is not right (almost: 12 bytes are enough for the request; with a "
        "ping the whole is no multiple of 16.)",
        "padding_v2: mtlib's; my_bind.py cannot be read (SystemExit: 3).",
    ]
    with pytest.raises(AttributeError):
        mine("statements")


def test_only_what_is_right_is_kept(fresh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(lesson("def padding_v2(body):\n    ...\n", "padding_v2"))
    keep(lesson(solution("padding_v2"), "padding_v2"))
    kept = fresh.read_text()
    keep(lesson("def padding_v2(body):\n    ...\n", "padding_v2"))
    keep(lesson("def padding_v2(body):\n    return 12\n", "padding_v2"))
    assert fresh.read_text() == kept
    keep(lesson("def my_own(body):\n    return 1\n", "my_own"))
    keep(5)  # type: ignore[arg-type]
    nothing, first, second, third, fourth, fifth = capsys.readouterr().out.splitlines()
    assert first == "kept: padding_v2 is in my_bind.py."
    assert nothing == "not kept yet: padding_v2 is still open."
    assert second == "not kept: padding_v2 is still open, and my_bind.py keeps the one before."
    assert third == second
    assert fourth == "kept: my_own is in my_bind.py."
    assert "only a function" in fifth


def test_a_file_that_cannot_be_written_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MTLIB_MY_BIND", str(tmp_path / "nowhere" / "my_bind.py"))
    keep(lesson(solution("padding_v2"), "padding_v2"))
    assert "cannot be written" in capsys.readouterr().out


def test_the_kept_functions_build_the_200_bytes_without_mtlib(fresh: Path) -> None:
    """Lesson after lesson, each with what my_bind.py holds by then; in the end mtlib is not needed any more."""
    first = ("ige_encrypt", "msg_key_v1", "schedule_v1", "msg_key_v2", "schedule_v2")
    for name in (*first, "inner", "seal", "request", "packet"):
        exercise = EXERCISES[name]
        assert isinstance(exercise, Task)
        source = solution(name)
        names: dict[str, Any] = {"__name__": "__main__", **{each: mine(each) for each in exercise.needs}}
        place = f"<lesson {name}>"
        linecache.cache[place] = (len(source), None, source.splitlines(keepends=True), place)
        exec(compile(source, place, "exec"), names)
        assert examine(name, names[name]).verdict == RIGHT
        keep(names[name])
    text = fresh.read_text()
    assert "mtlib" not in text
    own: dict[str, Any] = {"__name__": "my_bind"}
    exec(compile(text, str(fresh), "exec"), own)
    for scene in scenes("capstone"):
        values = [scene[each] for each in ("nonce", "temp_auth_key_id", "perm_auth_key_id", "temp_session_id")]
        forty = own["inner"](*values, scene["perm_session_id"], scene["now"], scene["expires_in"])
        keys = (scene["perm_auth_key"], scene["temp_auth_key"])
        sealed = own["seal"](*keys, forty, scene["msg_id"], scene["random"], scene["padding"])
        call = own["request"](scene["perm_auth_key_id"], scene["nonce"], scene["expires_at"], sealed)
        travelling = [scene[each] for each in ("salt", "session_id", "msg_id", "seqno")]
        packet = own["packet"](*reversed(keys), *travelling, call, scene["message_padding"])
        assert packet == scene["packet"]
        assert len(packet) == 200


def test_it_is_light_to_import() -> None:
    """Nothing of the widgets or of the network is loaded for a check."""
    heavy = "{'asyncio', 'ipywidgets', 'matplotlib'}"
    program = f"import sys, mtlib.lab.exercises; print(*sorted(set(sys.modules) & {heavy}))"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.split() == []


def test_the_library_is_what_mine_gives() -> None:
    assert library("seqno")(3) == (7, 0)


# -- A loop that never ends -------------------------------------------------------------------------------------------


def endless_while(*arguments: object) -> int:
    number = 0
    while number >= 0:
        number += 1
    return number


def endless_calls(*arguments: object) -> int:
    while True:
        bytes.fromhex("00")


def endless_and_deaf(*arguments: object) -> int:
    while True:
        try:
            int("x")
        except Exception:
            continue


def endless_in_the_library(n: int) -> int:
    return all(map(is_key, repeat(bytes(256))))


@pytest.mark.parametrize("answer", [endless_while, endless_calls, endless_and_deaf, endless_in_the_library])
def test_a_loop_without_an_end_is_stopped_and_its_line_is_named(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[..., int]
) -> None:
    monkeypatch.setattr(exercises, "LIMIT", 0.2)
    before = sys.gettrace()
    said = str(exercises.examine("seqno", answer))
    assert re.match(r"not yet: it was still running after 0\.2 seconds and was stopped, in line \d of endless_", said)
    assert said.endswith("Does a loop end?")
    assert sys.gettrace() is before


def test_an_exercise_may_say_what_an_endless_answer_has_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    def factor(pq: int) -> tuple[int, ...]:
        while pq == 21:
            pass
        return ()

    monkeypatch.setattr(exercises, "LIMIT", 0.2)
    assert str(exercises.examine("factor", factor)).endswith("always: take another c then.")


def test_the_limit_needs_neither_a_signal_nor_the_main_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exercises, "LIMIT", 0.2)
    monkeypatch.delattr("signal.SIGALRM", raising=False)
    with ThreadPoolExecutor(1) as pool:
        said = str(pool.submit(exercises.examine, "seqno", endless_while).result(timeout=10))
    assert "of endless_while: " in said


def test_a_machine_that_is_busy_with_something_else_takes_nothing_from_an_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exercises, "LIMIT", 0.1)

    def waits(n: int) -> tuple[int, int]:
        time.sleep(0.2)  # the thread is not given the processor
        return 2 * n + 1, 0

    assert exercises.examine("seqno", waits).verdict == "right"


def test_the_time_in_which_mistakes_are_looked_for_is_not_the_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is that of other people's code which the library calls for it."""
    exercises.examine("seal", lambda *arguments: bytes(104))  # what is imported or made at the first time
    monkeypatch.setattr(exercises, "LIMIT", 0.1)
    begun = time.thread_time()
    said = exercises.examine("seal", lambda *arguments: bytes(104), seed="not asked before")
    assert time.thread_time() - begun > 2 * exercises.LIMIT
    assert said.verdict == NOT_YET
    assert "still running" not in said.sentence


def test_short_calls_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the four inputs takes less than the limit, all of them more."""
    monkeypatch.setattr(exercises, "LIMIT", 0.2)

    def computes(n: int) -> tuple[int, int]:
        until = time.thread_time() + 0.08
        while time.thread_time() < until:
            pass
        return 2 * n + 1, 0

    assert "still running after 0.2 seconds" in exercises.examine("seqno", computes).sentence


def endless_and_asleep(*arguments: object) -> int:
    while True:
        time.sleep(0.01)


def test_an_answer_that_waits_for_ever_is_stopped_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exercises, "PATIENCE", 0.3)
    said = str(exercises.examine("seqno", endless_and_asleep))
    assert re.match(r"not yet: it was still running after 0\.3 seconds and was stopped, in line \d of endless_", said)


def test_a_right_answer_is_not_slowed_down_much() -> None:
    solution = exercises.library("msg_key_v1")
    begun = time.thread_time()
    assert exercises.examine("msg_key_v1", solution).verdict == "right"
    assert time.thread_time() - begun < exercises.LIMIT / 4


HOSTILE = {
    "class Odd(BaseException): pass\nraise Odd('\\x1b[2J' + 'x' * 5000)": "my_bind.py cannot be read (Odd: \\x1b[2Jxx",
    "class Dumb(Exception):\n    def __str__(self): raise OSError\nraise Dumb": "my_bind.py cannot be read (Dumb).",
    "while True:\n    x = 1": "my_bind.py cannot be read (it was still running after 0.1 seconds and was stopped, in",
    "raise GeneratorExit": "my_bind.py cannot be read (GeneratorExit: ).",
    "padding_v2 = object()": "a function is wanted",
    "def padding_v2(*_): raise GeneratorExit": "it raised GeneratorExit",
    "class Dumb(Exception):\n    def __str__(self): raise SystemExit\ndef padding_v2(*_): raise Dumb":
    "it raised SystemExit",
    "class Liar(bytes):\n    def __eq__(self, other): return True\n    def __len__(self): return -1\n"
    "    def __repr__(self): raise SystemExit\n    def __hash__(self): raise SystemExit\n"
    "def padding_v2(*_): return Liar(12)": "not right",
    "def padding_v2(*_):\n    yield 1": "it gives a generator",
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_stands_in_my_bind_the_lesson_goes_on(
    text: str, fresh: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exercises, "LIMIT", 0.1)
    fresh.write_text(text, encoding="utf-8")
    assert mine("padding_v2").__module__ == library("padding_v2").__module__
    (said,) = capsys.readouterr().out.splitlines()
    assert said.startswith("padding_v2: mtlib's; ")
    assert HOSTILE[text] in said
    assert said.isprintable()
    assert len(said) < 400


def test_a_reader_who_interrupts_is_obeyed(fresh: Path) -> None:
    fresh.write_text("raise KeyboardInterrupt", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        mine("padding_v2")


def test_rows_stand_under_their_prose_in_html_too() -> None:
    html = exercises._Rows([("envelope", "72 bytes")], head=("What it does.",)).html()
    assert html.index("What it does.") < html.index("envelope") < html.index("72 bytes")
