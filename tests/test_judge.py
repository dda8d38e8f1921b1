"""The judge: two programs that are right, faulty ones that are named, and programs that misbehave in every way."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from mtlib.clinic.ladder import RUNGS, Report
from mtlib.errors import LocalError
from mtlib.net import judge
from mtlib.net.judge import judge_program
from tests.loading import open_files

JUDGE = Path(__file__).parent / "judge"
NODE = shutil.which("node")
SCRIPT = JUDGE / "solution.mjs"
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed: the JavaScript programs stay unjudged")

WRONG = {
    "id-first-half": ("auth_key_id", "wrong_half_of_sha1"),
    "key-stripped": ("auth_key_id", "key_without_leading_zeros"),
    "doubles": ("inner", "rounded_to_a_double"),
    "no-constructor": ("inner", "inner_without_constructor"),
    "ids-swapped": ("inner", "key_ids_swapped"),
    "big-endian": ("inner", "byte_swapped"),
    "seqno-one": ("envelope", "seqno_not_zero"),
    "padding-hashed": ("msg_key", "msg_key_over_padding"),
    "sha1-first-16": ("msg_key", "msg_key_first_sixteen_bytes"),
    "x-8": ("sha1_a", "direction_x_8"),
    "b-and-c-swapped": ("aes_key", "b_and_c_swapped"),
    "cbc": ("ciphertext", "cbc_instead_of_ige"),
    "iv-halves-swapped": ("ciphertext", "iv_halves_swapped"),
    "no-head": ("request", "length_head_left_out"),
    "fe-head": ("request", "length_head_of_four_bytes"),
    "seqno-zero": ("message", "message_seqno_0"),
    "v2-without-padding": ("msg_key_v2", "msg_key_without_padding"),
    "perm-id-in-front": ("packet", "perm_id_in_front"),
}
"""Fault of the JavaScript program -> the step where it falls, and the mistake that is named."""
TROUBLE = {
    "stops-half-way": ("request", "does not have this step"),
    "dies": ("msg_key", "Error: msg_key is not written yet"),
    "babbles": ("auth_key_id", "not a line of JSON"),
    "not-hex": ("auth_key_id", "not hex"),
    "endless-line": ("auth_key_id", "too long"),
}


def python(source: str, *, seconds: float = 20.0) -> Report:
    return judge_program([sys.executable, "-c", source], seconds=seconds)


def javascript(fault: str, *, seconds: float = 10.0) -> Report:
    return judge_program([str(NODE), str(SCRIPT), "--fault", fault], seconds=seconds)


def test_a_program_in_python_climbs_to_the_top() -> None:
    report = judge_program([sys.executable, str(JUDGE / "solution.py")], steps=["all"])
    assert report.ok, str(report)
    assert report.ok
    assert list(report.right) == [rung.name for rung in RUNGS]
    assert str(report).endswith("builds the packets of a client from raw values.")


@needs_node
def test_a_program_in_javascript_climbs_to_the_top() -> None:
    report = judge_program([str(NODE), str(SCRIPT)])
    assert report.ok, str(report)


@needs_node
@pytest.mark.parametrize("fault", WRONG)
def test_a_faulty_program_is_stopped_at_its_fault(fault: str) -> None:
    report = javascript(fault)
    assert report.stopped is not None
    assert (report.stopped.step, report.mistake) == WRONG[fault], str(report)
    assert not report.ok and report.got is not None
    mistakes = {each.name: each.sentence for each in report.stopped.rung.mistakes}
    assert mistakes[report.mistake] in str(report)


@needs_node
@pytest.mark.parametrize("fault", TROUBLE)
def test_a_program_in_trouble_gets_one_sentence(fault: str) -> None:
    report = javascript(fault)
    step, words = TROUBLE[fault]
    assert report.stopped is not None
    assert report.stopped.step == step
    assert words in report.sentence
    assert report.got is None and not report.ok


@needs_node
def test_a_program_that_hangs_is_given_up() -> None:
    begun = time.monotonic()
    report = javascript("hangs", seconds=0.5)
    assert "no answer within 0.5 seconds" in report.sentence.lower()
    assert time.monotonic() - begun < 20


def _has_ended(process: int) -> bool:
    """Whether a process is gone, or waits for nothing but somebody who asks how it ended."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{process}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z"


def test_every_fault_of_the_javascript_program_is_tried() -> None:
    listed = SCRIPT.read_text(encoding="utf-8").partition("FAULTS = [")[2].partition("]")[0]
    assert set(re.findall(r'"([\w-]+)"', listed)) == {*WRONG, *TROUBLE, "hangs"}
    assert len(WRONG) >= 12


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", "ended with exit code 0"),
        ("import sys; sys.exit('my own Error')", "exit code 1 before it answered this step; it last said: my own"),
        ("raise RuntimeError('no idea')", "it last said: RuntimeError: no idea"),
        ("input(); print('hello')", "not a line of JSON"),
        ("input(); print('')", "not a line of JSON"),
        ("import sys; input(); sys.stdout.buffer.write(bytes([255, 254, 10]))", "not a line of JSON"),
        ("import sys; input(); sys.stdout.write('{\"output\": \"00\"')", "not a line of JSON"),
        ("import os; os.close(0); os.close(1); import time; time.sleep(60)", "closed its output"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "exit code -9"),
        ("while True: print('{\"output\": \"00\"}', flush=True)", "came, 8 are expected"),
    ],
)
def test_misbehaviour(source: str, words: str) -> None:
    report = python(source)
    assert words in report.sentence
    assert not report.ok
    assert len(report.sentence) < 400


def test_a_program_that_does_not_flush_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    report = python("import sys\nfor line in sys.stdin: sys.stdout.write('{}\\n')", seconds=0.4)
    assert "flush" in report.sentence
    assert not report.ok and report.got is None


def test_a_line_that_nobody_asked_for() -> None:
    right = 'print(\'{"output": "32d1586ea457dfc8"}\')'
    report = python(f"import sys, time\ninput()\n{right}\n{right}\nsys.stdout.flush()\ntime.sleep(60)", seconds=6)
    assert not report.ok
    assert report.right["auth_key_id"] >= 1


def test_what_cannot_be_started_is_a_sentence(tmp_path: Path) -> None:
    for command in (["no-such-program-here"], [str(tmp_path)], ["bad\0name"]):
        report = judge_program(command)
        assert "cannot be started" in str(report)
        assert not report.ok and report.got is None


def test_the_callers_own_mistakes() -> None:
    with pytest.raises(LocalError):
        judge_program([])
    for step in ("no_such_step", 10**5000, None, b"inner"):
        with pytest.raises(LocalError):
            judge_program([sys.executable], steps=[step])  # type: ignore[list-item]


def test_chosen_steps_only() -> None:
    report = judge_program([sys.executable, str(JUDGE / "solution.py")], steps=["packet", "inner"])
    assert report.ok
    assert list(report.right) == ["inner", "packet"]


def test_nothing_is_left_behind() -> None:
    before, files = threading.active_count(), open_files()
    for source in ("", "print('hello')", "import time; time.sleep(60)"):
        python(source, seconds=0.3)
    assert threading.active_count() <= before
    assert open_files() <= files


def test_a_mark_before_the_first_line_is_no_part_of_it() -> None:
    answer = 'b\'\\xef\\xbb\\xbf{"output": "32d1586ea457dfc8"}\\n\''
    report = python(f"import sys\ninput()\nsys.stdout.buffer.write({answer})\nsys.stdout.flush()")
    assert report.right["auth_key_id"] == 1


def test_the_question_is_shown_to_whoever_dies_of_it() -> None:
    report = python("raise SystemExit(3)")
    assert '"step": "auth_key_id"' in report.sentence


def test_what_a_dying_program_says_is_printable() -> None:
    report = python("import sys; sys.exit('Error \\x1b[31m' + 'x' * 5000)")
    assert report.sentence.isprintable()
    assert len(report.sentence) < 500
    unreadable = python("import sys; sys.stderr.buffer.write(b'Error \\xff\\xfe here'); raise SystemExit(1)")
    assert "Error \ufffd\ufffd here" in unreadable.sentence


def test_a_program_is_given_its_time_to_end_and_one_that_hangs_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge, "GRACE", 20)
    last = tmp_path / "last"
    answers = "import sys, time\nfor line in sys.stdin: print('{\"output\": \"00\"}', flush=True)\n"
    python(f"{answers}time.sleep(0.3)\nopen({str(last)!r}, 'w').close()")
    assert last.exists()
    begun = time.monotonic()
    python("import time; time.sleep(60)", seconds=0.2)
    assert time.monotonic() - begun < 10


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="no process groups here")
@pytest.mark.parametrize("ending", ["", "input(); time.sleep(60)", "raise SystemExit(1)"])
def test_what_a_program_has_started_ends_with_it(ending: str, tmp_path: Path) -> None:
    beat = tmp_path / "beat"
    child = f"import time\nwhile True: open({str(beat)!r}, 'a').write('x'); time.sleep(0.05)"
    source = (f"import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {child!r}], "
              f"stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
              f"while not __import__('os').path.exists({str(beat)!r}): time.sleep(0.05)\n{ending}")
    python(source, seconds=6 if "sleep" in ending else 60)
    time.sleep(0.1)  # one that is killed may be in the middle of a write
    size = beat.stat().st_size
    time.sleep(0.4)
    assert beat.stat().st_size == size


@pytest.mark.skipif(os.name != "posix", reason="no such signals here")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_program_ends_with_its_judge(name: str, tmp_path: Path) -> None:
    """One that goes on when its input has ended, and answers no signal."""
    number = tmp_path / "number"

    def as_in_a_terminal() -> None:
        """Under nohup, or in the background, some signals are ignored."""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)

    source = (f"import os, signal, time\nfor each in (1, 2, 15): signal.signal(each, signal.SIG_IGN)\n"
              f"open({str(number)!r} + '_', 'w').write(str(os.getpid()))\n"
              f"os.rename({str(number)!r} + '_', {str(number)!r})\nwhile True: time.sleep(60)")
    root = Path(__file__).resolve().parents[1]
    with subprocess.Popen([sys.executable, "-m", "mtlib", "judge", "--", sys.executable, "-c", source], cwd=root,
                          stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
                          preexec_fn=as_in_a_terminal) as program:
        assert program.stderr is not None
        until = time.monotonic() + 60
        while not number.exists() and time.monotonic() < until:
            time.sleep(0.02)
        judged = int(number.read_text())
        program.send_signal(getattr(signal, name))
        assert (program.wait(20), program.stderr.read()) == (130, b"mtlib: interrupted\n")
    assert _has_ended(judged)


@pytest.mark.skipif(os.name != "posix", reason="no such signals here")
def test_interrupted_while_a_program_starts_its_judge_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Interrupted(subprocess.Popen[bytes]):
        def __init__(self, *given: Any, **how: Any) -> None:
            super().__init__(*given, **how)
            started.append(self)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            python("import time\nwhile True: time.sleep(60)")
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert started[0].poll() is not None
