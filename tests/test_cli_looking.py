"""`python -m mtlib dissect` and `judge`. (The doctor at the command line has a file of its own.)"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from mtlib.__main__ import main
from mtlib.cli.looking import PROTOCOL
from mtlib.clinic.ladder import ladder, output
from mtlib.clinic.mistakes import MISTAKES
from mtlib.clinic.recipe_client import PARTS
from mtlib.lab.samples import sample

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = sample()


def test_dissect_from_hex_file_and_stdin_with_keys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "keys"
    keys.write_text("\n".join(f"# a key\nname: {bytes(key).hex()}" for key in SAMPLE.keys))
    packet = bytes(SAMPLE.carried.packet)
    raw, hexed = tmp_path / "raw", tmp_path / "hex"
    raw.write_bytes(packet)
    hexed.write_text(packet.hex(" "))
    for data in (packet.hex(), str(raw), str(hexed)):
        assert main(["dissect", data, "--keys", str(keys)]) == 0
        shown = capsys.readouterr().out
        assert "temp_session_id" in shown
        assert bytes(SAMPLE.perm_key).hex()[:20] not in shown
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"ec77be7a0100000000000000\n")))
    assert main(["dissect", "-"]) == 0
    assert "ping_id" in capsys.readouterr().out


def test_a_program_that_does_not_start_is_judged_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judge", "no-such-program"]) == 1
    assert "cannot be started" in capsys.readouterr().out


def test_a_program_is_judged_by_parts_and_steps(capsys: pytest.CaptureFixture[str]) -> None:
    program = ["--", sys.executable, str(Path(__file__).parent / "judge" / "solution.py")]
    for names, steps in ((["frame_full", "p_q"], ["frame_full", "p_q"]), (["whole"], [*PARTS["whole"]]),
                         ([], [*PARTS["binding"]])):  # fmt: skip
        assert main(["judge", *names, *program]) == 0
        said = capsys.readouterr().out
        assert [line.split()[1] for line in said.splitlines()[:-1]] == steps
        assert said.splitlines()[-1].startswith("Every value is right: ")


@pytest.mark.parametrize(("words", "told"), [(["poem", "--", "x"], "no such step"), (["all"], "cannot be started")])
def test_a_step_or_a_program_that_there_is_not(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["judge", *words]) in {1, 2}
    said = capsys.readouterr()
    assert told in said.err + said.out


def test_parts_without_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["judge", "all", "--"])
    assert caught.value.code == 2
    assert "a program is wanted" in capsys.readouterr().err


def test_the_page_of_mistakes_is_printed_from_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--list"]) == 0
    page = capsys.readouterr().out
    assert page == (ROOT / "docs" / "mistakes.md").read_text(encoding="utf-8")
    assert all(f"| `{row.name}` | {row.sentence} | {row.fix} |" in page for row in MISTAKES.values())


def test_the_steps_of_the_judge_are_listed_in_their_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judge", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [name for steps in PARTS.values() for name in steps]
    assert "  takes  envelope (bytes), padding (bytes), perm_auth_key (bytes)" in lines


def test_the_help_of_the_judge_shows_a_question_as_it_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["judge", "--help"])
    asked, answered = (json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("  {"))
    question = next(each for each in ladder() if each.step == asked["step"])
    assert list(asked["inputs"]) == list(json.loads(question.line)["inputs"])
    assert len(output(json.dumps(answered))) == len(question.output)
    assert PROTOCOL.splitlines()[2].strip() in (ROOT / "docs" / "vectors.md").read_text(encoding="utf-8")


def test_what_the_page_says_of_the_vectors_of_the_keys() -> None:
    page = (ROOT / "docs" / "vectors.md").read_text(encoding="utf-8")
    names = [each.vector.partition(",")[0] for each in ladder() if each.rung.part == "keys"]
    four = ("published", "permanent", "temporary", "leading-zeros")
    assert len(names) / 2 < sum(map(names.count, four)) < len(names)
    assert all(f"`{name}`" in page for name in four)
    assert "Most vectors of the keys come from four exchanges" in page


@pytest.mark.parametrize("command", ["doctor", "judge"])
def test_without_a_file_or_a_program_it_says_what_is_wanted(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command])
    assert caught.value.code == 2
    assert "is wanted" in capsys.readouterr().err


def test_what_these_bytes_are_is_said_without_the_doctor() -> None:
    code = (
        "import sys; from mtlib.__main__ import main; code = main(['dissect', 'f18e7ebe' + '00' * 16]); "
        "sys.exit(code or 'mtlib.clinic.mistakes' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
